/* ota_http_client.c - firmware from URLs, when asked and by polling: "ota-http-client".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/module.h"
#include "flota/pull.h"

static struct flota_pull pull;

static void configure(struct flota_app *app)
{
    static struct flota_config_table table;
    flota_pull_add_keys(&app->config, &table);
}

static void start(struct flota_app *app)
{
    const struct flota_pull_config config = {.ota = &app->ota,
                                             .config = &app->config,
                                             .device_id = app->device_id,
                                             .random = flota_port_random};
    flota_pull_init(&pull, &config, flota_port_now_ms());
    app->puller = (struct flota_puller){.start = flota_pull_start, .context = &pull};
}

static int turn(struct flota_app *app, uint32_t now_ms)
{
    (void)app;
    return flota_pull_poll(&pull, now_ms);
}

static bool is_in_touch(void)
{
    return flota_pull_was_answered(&pull);
}

const struct flota_module flota_module_ota_http_client = {.name = "ota-http-client",
                                                          .configure = configure,
                                                          .start = start,
                                                          .poll = turn,
                                                          .is_in_touch = is_in_touch};
