/* rpc_udp.c - RPC over UDP, a frame in each datagram: "rpc-udp".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_udp.h"
#include "flota/module.h"

#define PORT 8911

static struct flota_rpc_udp udp;

static void start(struct flota_app *app)
{
    if (flota_rpc_udp_init(&udp, flota_app_rpc(app), PORT) < 0)
        flota_app_log("no RPC over UDP: the network has no memory for it");
}

static int turn(struct flota_app *app, uint32_t now_ms)
{
    flota_rpc_udp_poll(&udp, now_ms);
    return flota_app_rpc_poll(app, now_ms);
}

const struct flota_module flota_module_rpc_udp = {
    .name = "rpc-udp", .configure = flota_app_rpc_configure, .start = start, .poll = turn};
