/* rpc_ws.c - RPC over WebSocket, GET /rpc: "rpc-ws".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_ws.h"
#include "flota/module.h"

static struct flota_rpc_ws ws;

static void start(struct flota_app *app)
{
    flota_app_http(app);
    flota_rpc_ws_init(&ws, flota_app_rpc(app));
    flota_app_access_routes(app);
    flota_rpc_ws_set_access(&ws, &app->access);
    flota_app_route(app, "/rpc", "GET", &flota_rpc_ws_handler, &ws);
}

const struct flota_module flota_module_rpc_ws = {.name = "rpc-ws",
                                                 .configure = flota_app_rpc_configure,
                                                 .start = start,
                                                 .poll = flota_app_rpc_poll};
