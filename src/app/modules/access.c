/* access.c - who may do what over HTTP, for the modules that serve it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/module.h"

static bool is_quiet(void *context)
{
    struct flota_app *app = context;
    return flota_ota_is_quiet(&app->ota);
}

static const char *network(void *context)
{
    const struct flota_app *app = context;
    return flota_net_settings_text(&app->net);
}

static void init(struct flota_app *app)
{
    const struct flota_access_config config = {
        .rules = flota_glue.access,
        .auth = app->auth,
        .config = &app->config,
        .random = flota_port_random,
        .is_quiet = is_quiet,
        .context = app,
        .network = network,
        .log = flota_app_log,
    };
    flota_access_add_keys(&app->access, &app->config);
    flota_access_init(&app->access, &config, flota_port_now_ms());
    app->poll_access = flota_access_poll;
    app->forget_logins = flota_access_forget;
}

void flota_app_access_routes(struct flota_app *app)
{
    const struct flota_http_handler *handler = &flota_access_handler;
    if (app->poll_access)
        return;
    init(app);
    flota_app_http(app);
    flota_app_route(app, "/api/session", "GET", handler, &app->access);
    flota_app_route(app, "/api/login", "POST", handler, &app->access);
    flota_app_route(app, "/api/logout", "POST", handler, &app->access);
    flota_app_route(app, "/api/password", "POST", handler, &app->access);
}
