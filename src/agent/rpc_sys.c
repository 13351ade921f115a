/* rpc_sys.c - what the device says of itself, and its restart by request.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_sys.h"
#include <stdio.h>

/* --- Sys.GetInfo --- */

/* Twelve hexadecimal digits, as existing tools expect it. */
static void write_mac(const struct flota_rpc_sys_config *config, struct flota_json *json)
{
    uint8_t mac[6];
    char text[13];
    if (config->mac) {
        config->mac(config->context, mac);
        snprintf(text, sizeof text, "%02X%02X%02X%02X%02X%02X", mac[0], mac[1], mac[2], mac[3],
                 mac[4], mac[5]);
    }
    flota_json_text(json, "mac", config->mac ? text : NULL);
}

static void write_memory(const struct flota_rpc_sys_config *config, struct flota_json *json)
{
    struct flota_rpc_memory memory = {0, 0, 0};
    if (config->memory)
        config->memory(config->context, &memory);
    flota_json_number(json, "ram_size", memory.size);
    flota_json_number(json, "ram_free", memory.free);
    flota_json_number(json, "ram_min_free", memory.min_free);
}

static void write_ethernet(const struct flota_rpc_sys_config *config, struct flota_json *json)
{
    struct flota_rpc_address address = {"", "", ""};
    flota_json_key(json, "eth");
    if (!config->ethernet) {
        flota_json_raw(json, "null");
        return;
    }
    config->ethernet(config->context, &address);
    flota_json_raw(json, "{");
    flota_json_text(json, "ip", address.address);
    flota_json_text(json, "netmask", address.mask);
    flota_json_text(json, "gw", address.gateway);
    flota_json_raw(json, "}");
}

static int get_info(void *context, struct flota_rpc_call *call)
{
    const struct flota_rpc_sys *sys = context;
    const struct flota_rpc_sys_config *config = &sys->config;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    flota_json_text(json, "id", sys->rpc->device_id);
    flota_json_text(json, "app", config->app);
    flota_json_text(json, "fw_version", config->fw_version);
    flota_json_text(json, "fw_id", config->fw_id);
    write_mac(config, json);
    flota_json_text(json, "arch", config->arch);
    flota_json_number(json, "uptime", config->uptime_s ? config->uptime_s(config->context) : 0);
    write_memory(config, json);
    flota_json_number(json, "fs_size", 0); /* there is no file system */
    flota_json_number(json, "fs_free", 0);
    flota_json_text(json, "wifi", NULL);
    write_ethernet(config, json);
    flota_json_raw(json, "}");
    return 0;
}

/* --- Sys.Reboot --- */

int flota_rpc_sys_may_restart(const struct flota_rpc_sys *sys)
{
    const struct flota_rpc_sys_config *config = &sys->config;
    return config->restart_allowed ? config->restart_allowed(config->context) : 0;
}

void flota_rpc_sys_order_restart(struct flota_rpc_sys *sys, uint32_t delay_ms)
{
    sys->is_ordered = true;
    sys->is_answered = false;
    sys->delay_ms = delay_ms;
    sys->rpc->is_restarting = true;
}

void flota_rpc_sys_sent(struct flota_rpc_sys *sys, uint32_t now_ms)
{
    if (!sys->is_ordered || sys->is_answered)
        return;
    sys->is_answered = true;
    sys->since_ms = now_ms;
}

static void answer_reboot(const struct flota_rpc_sys *sys, struct flota_rpc_call *call)
{
    const struct flota_rpc_sys_config *config = &sys->config;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    flota_json_number(json, "delay_ms", sys->delay_ms);
    if (config->is_on_trial && config->is_on_trial(config->context))
        flota_json_text(json, "warning",
                        "the firmware is on trial: this restart counts as one of its attempts");
    flota_json_raw(json, "}");
}

static int reboot(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_sys *sys = context;
    int64_t delay_ms = FLOTA_RPC_REBOOT_MS;
    flota_rpc_param_integer(call, "delay_ms", &delay_ms);
    if (delay_ms < 0 || delay_ms > FLOTA_RPC_REBOOT_MS_MAX) {
        flota_rpc_error(call, FLOTA_RPC_BAD_REQUEST, "parameter delay_ms: 0 to 60000 is expected");
        return 0;
    }
    int error = flota_rpc_sys_may_restart(sys);
    if (error < 0)
        return error;
    flota_rpc_sys_order_restart(sys, (uint32_t)delay_ms);
    answer_reboot(sys, call);
    return 0;
}

static void reboot_sent(void *context, struct flota_rpc_call *call)
{
    flota_rpc_sys_sent(context, flota_rpc_now_ms(call));
}

void flota_rpc_sys_poll(struct flota_rpc_sys *sys, uint32_t now_ms)
{
    if (!sys->is_ordered || !sys->is_answered || now_ms - sys->since_ms < sys->delay_ms)
        return;
    if (flota_rpc_sys_may_restart(sys) < 0)
        return; /* an update has come to its own restart meanwhile */
    sys->is_ordered = false;
    sys->config.restart(sys->config.context);
}

/* --- the service --- */

static const struct flota_rpc_param reboot_params[] = {{"delay_ms", FLOTA_RPC_INTEGER, false}};

static const struct flota_rpc_method methods[] = {
    {.name = "Sys.GetInfo", .is_query = true, .handle = get_info},
    {.name = "Sys.Reboot",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     .params = reboot_params,
     .param_count = 1,
     .handle = reboot,
     .sent = reboot_sent},
};

void flota_rpc_sys_init(struct flota_rpc_sys *sys, const struct flota_rpc_sys_config *config,
                        struct flota_rpc *rpc)
{
    *sys = (struct flota_rpc_sys){.config = *config, .rpc = rpc};
    sys->service =
        (struct flota_rpc_service){methods, sizeof methods / sizeof methods[0], sys, NULL};
    flota_rpc_add(rpc, &sys->service);
}
