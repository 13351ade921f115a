/* rpc_ota_update.c - OTA.Update: the device fetches the file, the call waits for the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "rpc_ota_internal.h"

#define URL_MAX 512u /* bytes */

static void pull_ended(void *context, int result)
{
    struct flota_rpc_ota *service = context;
    service->pull_ended = true;
    service->pull_result = result;
}

static int start(struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    const struct flota_puller *puller = service->config.puller;
    char url[URL_MAX];
    struct flota_pull_request request = {
        .ignore_same_version = true, .ended = pull_ended, .context = service};
    if (flota_rpc_param_string(call, "url", url, sizeof url) && url[0])
        request.url = url;
    flota_rpc_param_boolean(call, "ignore_same_version", &request.ignore_same_version);
    flota_rpc_ota_consents(call, &request.consents);
    if (flota_rpc_is_answered(call) ||
        flota_rpc_ota_seconds(call, "timeout", 1, &request.timeout_ms) != 0 ||
        flota_rpc_ota_seconds(call, "commit_timeout", FLOTA_RPC_OTA_COMMIT_MIN_S,
                              &request.deadline_ms) != 0)
        return 0;
    int error = puller->start(puller->context, &request);
    if (error < 0)
        return error == FLOTA_ERR_UPDATE_BUSY ? flota_rpc_ota_say_busy(service, call) : error;
    service->pulling = flota_rpc_call_channel(call);
    service->pull_ended = false;
    return FLOTA_RPC_WAIT;
}

/* Success comes as an error with code 0: existing tools take it so. */
static int conclude(struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    if (!service->pull_ended)
        return FLOTA_RPC_WAIT;
    service->pulling = NULL;
    if (service->pull_result < 0)
        return service->pull_result;
    service->restarts = true;
    flota_rpc_error(call, 0, "Update applied, finalizing");
    return 0;
}

int flota_rpc_ota_update(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    const struct flota_puller *puller = service->config.puller;
    if (flota_rpc_is_again(call))
        return conclude(service, call);
    if (!puller || !puller->start) {
        flota_rpc_error(call, FLOTA_RPC_NOT_FOUND,
                        "this firmware fetches no updates: name the module ota-http-client in its "
                        "libs:, or send the file by OTA.Begin, OTA.Write, OTA.End");
        return 0;
    }
    if (service->pulling || flota_ota_is_busy(service->config.ota))
        return flota_rpc_ota_say_busy(service, call);
    return start(service, call);
}

/* The update goes on, and nobody is told. */
void flota_rpc_ota_update_gone(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    if (service->pulling == flota_rpc_call_channel(call))
        service->pulling = NULL;
}
