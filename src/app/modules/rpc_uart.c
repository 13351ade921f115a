/* rpc_uart.c - RPC over the console's serial line: "rpc-uart".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/module.h"
#include "flota/rpc_serial.h"

static struct flota_rpc_serial serial;

static void start(struct flota_app *app)
{
    static const struct flota_rpc_serial_line line = {flota_port_console_read,
                                                      flota_port_console_write};
    flota_rpc_serial_init(&serial, flota_app_rpc(app), &line, flota_port_now_ms());
}

static int turn(struct flota_app *app, uint32_t now_ms)
{
    flota_app_rpc_poll(app, now_ms);
    return flota_rpc_serial_poll(&serial, now_ms) ? FLOTA_UPDATER_GOES_ON : 0;
}

const struct flota_module flota_module_rpc_uart = {
    .name = "rpc-uart", .configure = flota_app_rpc_configure, .start = start, .poll = turn};
