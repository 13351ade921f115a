/* rpc_mqtt.c - RPC over an MQTT broker: "rpc-mqtt".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_mqtt.h"
#include "flota/module.h"

static struct flota_rpc_mqtt mqtt;

static void configure(struct flota_app *app)
{
    static struct flota_config_table table;
    flota_rpc_mqtt_add_keys(&app->config, &table);
    flota_app_rpc_configure(app);
}

static void start(struct flota_app *app)
{
    const struct flota_rpc_mqtt_environment environment = {.random = flota_port_random,
                                                           .log = flota_app_log};
    flota_rpc_mqtt_init(&mqtt, flota_app_rpc(app), &app->config, &environment);
}

static int turn(struct flota_app *app, uint32_t now_ms)
{
    flota_rpc_mqtt_poll(&mqtt, now_ms);
    return flota_app_rpc_poll(app, now_ms);
}

static bool is_in_touch(void)
{
    return flota_rpc_mqtt_is_open(&mqtt);
}

const struct flota_module flota_module_rpc_mqtt = {.name = "rpc-mqtt",
                                                   .configure = configure,
                                                   .start = start,
                                                   .poll = turn,
                                                   .is_in_touch = is_in_touch};
