/* rpc_ota_boot.c - OTA.Commit, GetBootState, SetBootState, CreateSnapshot: the two banks as slots.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "rpc_ota_internal.h"

/* --- what is there --- */

int flota_rpc_ota_slot(const struct flota_ota *ota)
{
    const struct flota_platform *platform = ota->config.target->platform;
    return platform->active_bank(platform->port) - 1;
}

static enum flota_running running(const struct flota_ota *ota)
{
    return flota_trial_running(ota->config.trial);
}

/* What was never on trial needs no commit. */
bool flota_rpc_ota_is_committed(const struct flota_ota *ota)
{
    return running(ota) == FLOTA_RUNNING_CONFIRMED || running(ota) == FLOTA_RUNNING_UNRECORDED;
}

uint32_t flota_rpc_ota_commit_timeout(const struct flota_ota *ota)
{
    return (flota_trial_remaining_ms(ota->config.trial, ota->now_ms) + 999u) / 1000u;
}

/* Without an image to go back to it is the slot itself. */
static int revert_slot(const struct flota_ota *ota)
{
    bool has_other = ota->can_revert || running(ota) == FLOTA_RUNNING_TRIAL;
    return has_other ? 1 - flota_rpc_ota_slot(ota) : flota_rpc_ota_slot(ota);
}

int flota_rpc_ota_get_boot_state(void *context, struct flota_rpc_call *call)
{
    const struct flota_rpc_ota *service = context;
    const struct flota_ota *ota = service->config.ota;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    flota_json_number(json, "active_slot", flota_rpc_ota_slot(ota));
    flota_json_key(json, "is_committed");
    flota_json_raw(json, flota_rpc_ota_is_committed(ota) ? "true" : "false");
    flota_json_number(json, "revert_slot", revert_slot(ota));
    flota_json_number(json, "commit_timeout", flota_rpc_ota_commit_timeout(ota));
    flota_json_raw(json, "}");
    return 0;
}

/* --- what shall be --- */

/* Returns 0 when confirmed. */
static int commit(const struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    int error = flota_ota_confirm(service->config.ota);
    return error == FLOTA_ERR_UPDATE_BUSY ? flota_rpc_ota_say_busy(service, call) : error;
}

int flota_rpc_ota_commit(void *context, struct flota_rpc_call *call)
{
    const struct flota_rpc_ota *service = context;
    if (running(service->config.ota) == FLOTA_RUNNING_CONFIRMED)
        return FLOTA_ERR_ALREADY_CONFIRMED;
    return commit(service, call);
}

static int refuse(struct flota_rpc_call *call, const char *why)
{
    flota_rpc_error(call, FLOTA_RPC_BAD_REQUEST, why);
    return 0;
}

/* The other slot: going back, which is a trial of its own. */
static int select_other(struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    bool committed = false;
    uint32_t deadline_ms;
    flota_rpc_param_boolean(call, "is_committed", &committed);
    if (committed)
        return refuse(call, "going back is a trial: call OTA.Commit once the other slot runs");
    if (flota_rpc_ota_seconds(call, "commit_timeout", FLOTA_RPC_OTA_COMMIT_MIN_S, &deadline_ms) !=
        0)
        return 0;
    return flota_rpc_ota_start_revert(service, call, deadline_ms);
}

/* The running slot: it can be committed, no more. */
static int change_running(const struct flota_rpc_ota *service, struct flota_rpc_call *call)
{
    const struct flota_ota *ota = service->config.ota;
    bool is_committed = flota_rpc_ota_is_committed(ota), committed = is_committed;
    int64_t timeout = 0;
    flota_rpc_param_boolean(call, "is_committed", &committed);
    if (is_committed && !committed)
        return refuse(call,
                      "a commit cannot be taken back: OTA.Revert goes back to the other slot");
    if (committed && !is_committed)
        return commit(service, call);
    if (!committed && flota_rpc_param_integer(call, "commit_timeout", &timeout))
        return refuse(call, "the time to commit in was set by the update: call OTA.Commit");
    return 0;
}

int flota_rpc_ota_set_boot_state(void *context, struct flota_rpc_call *call)
{
    struct flota_rpc_ota *service = context;
    const struct flota_ota *ota = service->config.ota;
    int64_t slot = flota_rpc_ota_slot(ota), revert = revert_slot(ota);
    if (flota_rpc_is_again(call))
        return flota_rpc_ota_revert(service, call);
    flota_rpc_param_integer(call, "active_slot", &slot);
    flota_rpc_param_integer(call, "revert_slot", &revert);
    if (slot != 0 && slot != 1)
        return refuse(call, "active_slot is 0 or 1");
    if (slot != flota_rpc_ota_slot(ota))
        return select_other(service, call);
    if (revert != revert_slot(ota))
        return refuse(call, "revert_slot follows from what the slots hold: it cannot be set");
    return change_running(service, call);
}

int flota_rpc_ota_create_snapshot(void *context, struct flota_rpc_call *call)
{
    (void)context;
    return refuse(call, "there are two slots, the running firmware and the one before or to come: "
                        "no room for a snapshot; OTA.Revert goes back to the firmware before");
}
