/* rpc_ota.c - OTA.*: the table of its methods.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "rpc_ota_internal.h"
#include <stdio.h>
#include <string.h>

#define SECONDS_MAX 86400

int flota_rpc_ota_seconds(struct flota_rpc_call *call, const char *name, uint32_t least,
                          uint32_t *ms)
{
    int64_t seconds = 0;
    char message[64];
    flota_rpc_param_integer(call, name, &seconds);
    *ms = 0;
    if (seconds != 0 && (seconds < least || seconds > SECONDS_MAX)) {
        snprintf(message, sizeof message, "%s is not 0, or %u to %d seconds", name, (unsigned)least,
                 SECONDS_MAX);
        flota_rpc_error(call, FLOTA_RPC_BAD_REQUEST, message);
        return FLOTA_ERR_BAD_VALUE;
    }
    *ms = (uint32_t)seconds * 1000u;
    return 0;
}

void flota_rpc_ota_consents(const struct flota_rpc_call *call,
                            struct flota_image_consents *consents)
{
    flota_rpc_param_boolean(call, "foreign", &consents->foreign);
    flota_rpc_param_boolean(call, "downgrade", &consents->downgrade);
    flota_rpc_param_boolean(call, "guard", &consents->guard);
    flota_rpc_param_boolean(call, "force", &consents->again);
    flota_rpc_param_boolean(call, "options", &consents->options);
}

/* The reply is out, or nobody is there to read it. */
static void sent(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    (void)call;
    if (service->restarts)
        flota_ota_restart(service->config.ota, FLOTA_RPC_OTA_SENT_MS);
    service->restarts = false;
}

/* --- the table --- */

static const struct flota_rpc_param begin_params[] = {
    {"size", FLOTA_RPC_INTEGER, false},           {"timeout", FLOTA_RPC_INTEGER, false},
    {"commit_timeout", FLOTA_RPC_INTEGER, false}, {"foreign", FLOTA_RPC_BOOLEAN, false},
    {"downgrade", FLOTA_RPC_BOOLEAN, false},      {"guard", FLOTA_RPC_BOOLEAN, false},
    {"force", FLOTA_RPC_BOOLEAN, false},          {"options", FLOTA_RPC_BOOLEAN, false},
    {"resume", FLOTA_RPC_BOOLEAN, false},
};
static const struct flota_rpc_param write_params[] = {
    {"offset", FLOTA_RPC_INTEGER, true},
    {"data", FLOTA_RPC_BASE64, true},
};
static const struct flota_rpc_param update_params[] = {
    {"url", FLOTA_RPC_STRING, false},
    {"timeout", FLOTA_RPC_INTEGER, false},
    {"commit_timeout", FLOTA_RPC_INTEGER, false},
    {"ignore_same_version", FLOTA_RPC_BOOLEAN, false},
    {"foreign", FLOTA_RPC_BOOLEAN, false},
    {"downgrade", FLOTA_RPC_BOOLEAN, false},
    {"guard", FLOTA_RPC_BOOLEAN, false},
    {"force", FLOTA_RPC_BOOLEAN, false},
    {"options", FLOTA_RPC_BOOLEAN, false},
};
static const struct flota_rpc_param boot_state_params[] = {
    {"active_slot", FLOTA_RPC_INTEGER, false},
    {"is_committed", FLOTA_RPC_BOOLEAN, false},
    {"revert_slot", FLOTA_RPC_INTEGER, false},
    {"commit_timeout", FLOTA_RPC_INTEGER, false},
};

#define PARAMS(list) .params = (list), .param_count = sizeof(list) / sizeof(list)[0]

static const struct flota_rpc_method methods[] = {
    {.name = "OTA.Status", .is_query = true, .handle = flota_rpc_ota_status},
    {.name = "OTA.Begin",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     PARAMS(begin_params),
     .handle = flota_rpc_ota_begin},
    {.name = "OTA.Write",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     PARAMS(write_params),
     .handle = flota_rpc_ota_write},
    {.name = "OTA.End",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     .handle = flota_rpc_ota_end,
     .gone = flota_rpc_ota_gone,
     .sent = sent},
    {.name = "OTA.Update",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     PARAMS(update_params),
     .handle = flota_rpc_ota_update,
     .gone = flota_rpc_ota_update_gone,
     .sent = sent},
    {.name = "OTA.Commit", .level = FLOTA_RPC_LEVEL_UPDATE, .handle = flota_rpc_ota_commit},
    {.name = "OTA.Revert",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     .handle = flota_rpc_ota_revert,
     .gone = flota_rpc_ota_gone,
     .sent = sent},
    {.name = "OTA.GetBootState", .is_query = true, .handle = flota_rpc_ota_get_boot_state},
    {.name = "OTA.SetBootState",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     PARAMS(boot_state_params),
     .handle = flota_rpc_ota_set_boot_state,
     .gone = flota_rpc_ota_gone,
     .sent = sent},
    {.name = "OTA.CreateSnapshot",
     .level = FLOTA_RPC_LEVEL_UPDATE,
     .handle = flota_rpc_ota_create_snapshot},
};

static void update_failed(void *context, int error)
{
    struct flota_rpc_ota *service = context;
    service->error = error; /* what its next call is answered with */
}

void flota_rpc_ota_init(struct flota_rpc_ota *service, struct flota_rpc *rpc,
                        const struct flota_rpc_ota_config *config)
{
    memset(service, 0, sizeof *service);
    service->config = *config;
    service->owner =
        (struct flota_ota_owner){.failed = update_failed, .context = service, .may_vanish = true};
    service->service = (struct flota_rpc_service){
        .methods = methods,
        .method_count = sizeof methods / sizeof methods[0],
        .context = service,
    };
    flota_rpc_add(rpc, &service->service);
}
