/* rpc_tcp.c - RPC over plain TCP: "rpc-tcp".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_tcp.h"
#include "flota/module.h"
#include "flota/network.h"

#define PORT    8910
#define CLIENTS 2

static void start(struct flota_app *app)
{
    static struct flota_rpc_tcp_session sessions[CLIENTS];
    static struct flota_network_server server = {
        .protocol = &flota_rpc_tcp_protocol, .port = PORT, .count = CLIENTS, .sessions = sessions};
    server.context = flota_app_rpc(app);
    if (flota_network_listen(&server) < 0)
        flota_app_log("no RPC over TCP: the network has no memory for it");
}

const struct flota_module flota_module_rpc_tcp = {.name = "rpc-tcp",
                                                  .configure = flota_app_rpc_configure,
                                                  .start = start,
                                                  .poll = flota_app_rpc_poll};
