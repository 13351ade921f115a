/* dash.c - the application's endpoints, /api/NAME, and live events: "dash".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/module.h"

static struct flota_dash dash;

static int status(void *context, char *text, size_t size)
{
    const struct flota_app *app = context;
    struct flota_json json;
    flota_json_begin(&json, text, size);
    flota_ota_status_json(&app->ota, &json);
    return json.full ? FLOTA_ERR_BAD_VALUE : (int)json.size;
}

/* The configuration lies in the flash that an update writes. */
static bool is_quiet(void *context)
{
    struct flota_app *app = context;
    return flota_ota_is_quiet(&app->ota);
}

static int restart_allowed(void *context)
{
    struct flota_app *app = context;
    return flota_ota_is_busy(&app->ota) ? FLOTA_ERR_UPDATE_BUSY : 0;
}

static void restart(void *context)
{
    const struct flota_platform *platform = ((struct flota_app *)context)->port->platform;
    flota_app_log("restart by request");
    platform->reset(platform->port);
}

static void start(struct flota_app *app)
{
    const struct flota_dash_config config = {
        .endpoints = flota_glue.endpoints,
        .endpoint_count = flota_glue.endpoint_count,
        .access = &app->access,
        .config = &app->config,
        .is_quiet = is_quiet,
        .status = status,
        .restart_allowed = restart_allowed,
        .restart = restart,
        .context = app,
    };
    flota_dash_init(&dash, &config);
    flota_app_http(app);
    flota_app_access_routes(app);
    flota_app_route(app, "/api/", "*", &flota_dash_handler, &dash);
}

static int poll(struct flota_app *app, uint32_t now_ms)
{
    (void)app;
    flota_dash_poll(&dash, now_ms);
    return 0;
}

const struct flota_module flota_module_dash = {.name = "dash", .start = start, .poll = poll};
