/* rpc_config.c - read, change and save the configuration by RPC.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_config.h"
#include "flota/error.h"
#include <string.h>

/* What is asked for beside the values. */
struct wishes {
    bool save;
    bool reboot;
};

static struct wishes wishes_of(const struct flota_rpc_call *call)
{
    struct wishes wishes = {false, false};
    flota_rpc_param_boolean(call, "save", &wishes.save);
    flota_rpc_param_boolean(call, "reboot", &wishes.reboot);
    return wishes;
}

/* Known before anything is changed. */
static int check_wishes(const struct flota_rpc_config *service, struct wishes wishes)
{
    if (wishes.save && !service->is_quiet(service->context))
        return FLOTA_ERR_UPDATE_BUSY;
    return wishes.reboot ? flota_rpc_sys_may_restart(service->sys) : 0;
}

static int carry_out(struct flota_rpc_config *service, struct flota_rpc_call *call,
                     struct wishes wishes)
{
    int error = wishes.save ? flota_config_save(service->config) : 0;
    if (error < 0)
        return error;
    if (wishes.reboot)
        flota_rpc_sys_order_restart(service->sys, FLOTA_RPC_REBOOT_MS);
    flota_json_raw(flota_rpc_result(call), wishes.save ? "{\"saved\":true}" : "{\"saved\":false}");
    return 0;
}

static int get(void *context, struct flota_rpc_call *call)
{
    const struct flota_rpc_config *service = context;
    char key[FLOTA_CONFIG_KEY_MAX] = "";
    flota_rpc_param_string(call, "key", key, sizeof key);
    if (flota_rpc_is_answered(call))
        return 0;
    int error = flota_config_json(service->config, key, flota_rpc_result(call));
    if (error < 0)
        flota_rpc_error_about(call, error, key);
    return 0;
}

/* Through which the device could still be set right: its values, or another firmware. */
static bool is_open_to_somebody(const struct flota_rpc *rpc, const char *acl)
{
    return acl[0] == '\0' || flota_rpc_acl_admits(rpc, acl, "Config.Set") ||
           flota_rpc_acl_admits(rpc, acl, "OTA.Begin");
}

/* A list that locks everybody out would hold for good: no update takes it away. */
static int change(struct flota_rpc_config *service, struct flota_rpc_call *call,
                  const struct flota_config_text *before)
{
    char list[FLOTA_CONFIG_VALUE_MAX];
    struct flota_rpc_text text;
    char bad[FLOTA_CONFIG_KEY_MAX] = "";
    strcpy(list, flota_config_text(service->config, "rpc.acl"));
    flota_rpc_param_json(call, "config", &text);
    int error = flota_config_set_json(service->config, text.data, text.size, bad);
    if (error < 0) {
        flota_rpc_error_about(call, error, bad);
        return error;
    }
    const char *wanted = flota_config_text(service->config, "rpc.acl");
    if (strcmp(wanted, list) == 0 || is_open_to_somebody(flota_rpc_of(call), wanted))
        return 0;
    service->config->values = *before;
    flota_rpc_error_with(call, FLOTA_ERR_CONFIG_VALUE,
                         "rpc.acl: it cannot be read, or lets nobody call Config.Set or OTA.Begin, "
                         "so that it could never be changed; name the device's user, or \"*\"");
    return FLOTA_ERR_CONFIG_VALUE;
}

static int set(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_config *service = context;
    struct wishes wishes = wishes_of(call);
    int error = check_wishes(service, wishes);
    if (error < 0)
        return error;
    const struct flota_config_text before = service->config->values;
    if (change(service, call, &before) != 0)
        return 0;
    error = carry_out(service, call, wishes);
    if (error < 0) /* all or nothing: also of what was set, but not of what was set before */
        service->config->values = before;
    return error;
}

static int save(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_config *service = context;
    struct wishes wishes = wishes_of(call);
    wishes.save = true;
    int error = check_wishes(service, wishes);
    return error < 0 ? error : carry_out(service, call, wishes);
}

static void sent(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_config *service = context;
    if (wishes_of(call).reboot)
        flota_rpc_sys_sent(service->sys, flota_rpc_now_ms(call));
}

static const struct flota_rpc_param get_params[] = {{"key", FLOTA_RPC_STRING, false}};
static const struct flota_rpc_param set_params[] = {
    {"config", FLOTA_RPC_OBJECT, true},
    {"save", FLOTA_RPC_BOOLEAN, false},
    {"reboot", FLOTA_RPC_BOOLEAN, false},
};
static const struct flota_rpc_param save_params[] = {{"reboot", FLOTA_RPC_BOOLEAN, false}};

static const struct flota_rpc_method methods[] = {
    /* All of it: what somebody below may read of it, the endpoints' levels say. */
    {.name = "Config.Get",
     .params = get_params,
     .param_count = 1,
     .is_query = true,
     .level = 9,
     .handle = get},
    {.name = "Config.Set", .params = set_params, .param_count = 3, .handle = set, .sent = sent},
    {.name = "Config.Save", .params = save_params, .param_count = 1, .handle = save, .sent = sent},
};

void flota_rpc_config_init(struct flota_rpc_config *service, struct flota_config *config,
                           struct flota_rpc *rpc, struct flota_rpc_sys *sys,
                           bool (*is_quiet)(void *context), void *context)
{
    *service = (struct flota_rpc_config){
        .config = config, .sys = sys, .is_quiet = is_quiet, .context = context};
    service->service =
        (struct flota_rpc_service){methods, sizeof methods / sizeof methods[0], service, NULL};
    flota_rpc_add(rpc, &service->service);
}
