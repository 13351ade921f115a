/* rpc_http.c - RPC over HTTP, POST /rpc and /rpc/METHOD: "rpc-http".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_http.h"
#include "flota/module.h"
#include <stdio.h>

static const struct flota_config_key keys[] = {
    {"rpc.origins", FLOTA_CONFIG_STRING, "", false}, /* sites whose pages may call, with blanks */
};

static struct flota_rpc_http http;

static void configure(struct flota_app *app)
{
    static struct flota_config_table table = {.keys = keys, .count = sizeof keys / sizeof keys[0]};
    flota_config_add(&app->config, &table);
    flota_app_rpc_configure(app);
}

static void start(struct flota_app *app)
{
    const struct flota_http_handler *handler = &flota_rpc_http_handler;
    static char origins[FLOTA_CONFIG_VALUE_MAX]; /* a text of the configuration may move */
    snprintf(origins, sizeof origins, "%s", flota_config_text(&app->config, "rpc.origins"));
    flota_app_http(app);
    flota_rpc_http_init(&http, flota_app_rpc(app), origins);
    flota_app_access_routes(app);
    flota_rpc_http_set_access(&http, &app->access);
    flota_app_route(app, "/rpc", "POST OPTIONS", handler, &http);
    flota_app_route(app, "/rpc/", "GET POST OPTIONS", handler, &http);
}

const struct flota_module flota_module_rpc_http = {
    .name = "rpc-http", .configure = configure, .start = start, .poll = flota_app_rpc_poll};
