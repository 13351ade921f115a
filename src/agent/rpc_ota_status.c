/* rpc_ota_status.c - OTA.Status: the keys that existing tools know, and all of the status.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "ota_internal.h"
#include "rpc_ota_internal.h"
#include <stdio.h>

#define MESSAGE_MAX 256u
#define FULL_MIN    2600u /* bytes of a result that has room for all of the status */

enum state { STATE_IDLE, STATE_PROGRESS, STATE_ERROR, STATE_SUCCESS };

static bool restarts(const struct flota_ota *ota)
{
    return ota->activate || ota->swapped || ota->config.trial->over;
}

/* Somebody is sending no more: what is here can go on, or a new update begin. */
static bool is_interrupted(const struct flota_ota *ota)
{
    return flota_ota_outcome(ota) == FLOTA_OTA_RUNS && !flota_ota_is_busy(ota);
}

/* Existing tools begin at idle and error only. */
static enum state state_of(const struct flota_ota *ota)
{
    if (restarts(ota))
        return STATE_SUCCESS;
    if (flota_ota_is_busy(ota))
        return STATE_PROGRESS;
    bool failed = flota_ota_error(ota) != 0 || is_interrupted(ota);
    return failed || flota_trial_report(ota->config.trial) ? STATE_ERROR : STATE_IDLE;
}

/* --- the message --- */

static void tell_trial(const struct flota_ota *ota, char *text, size_t size)
{
    bool automatic = ota->config.trial->config.policy == FLOTA_CONFIRM_AUTOMATIC;
    snprintf(text, size, "on trial: %s within %lu s, else it is rolled back",
             automatic ? "its health check or OTA.Commit has to confirm it"
                       : "awaits a commit (OTA.Commit)",
             (unsigned long)flota_rpc_ota_commit_timeout(ota));
}

static void tell_running(const struct flota_ota *ota, char *text, size_t size)
{
    const struct flota_trial *trial = ota->config.trial;
    const struct flota_boot_report *report = flota_trial_report(trial);
    if (flota_trial_running(trial) == FLOTA_RUNNING_TRIAL)
        tell_trial(ota, text, size);
    else if (flota_trial_running(trial) == FLOTA_RUNNING_STRANDED)
        snprintf(text, size, "stranded: %s; update this device",
                 flota_boot_obstacle_text(trial->config.decision.obstacle));
    else if (report)
        snprintf(text, size, "rolled back: %s", flota_boot_reason_text(report->reason));
    else
        snprintf(text, size, "idle");
}

static void tell_update(const struct flota_ota *ota, char *text, size_t size)
{
    const struct flota_update_status *status = flota_updater_status(&ota->updater);
    const char *phase = flota_update_phase_name(status->phase);
    if (is_interrupted(ota))
        snprintf(text, size, "interrupted at %lu bytes from %s: it can go on, or begin anew",
                 (unsigned long)status->received, ota->from);
    else
        snprintf(text, size, "%s %u %%, from %s", phase, flota_ota_percent(ota), ota->from);
}

static void tell(const struct flota_ota *ota, char *text, size_t size)
{
    const struct flota_error_text *words = flota_error_text(flota_ota_error(ota));
    if (ota->go_back || ota->config.trial->over)
        snprintf(text, size, "going back, restart");
    else if (restarts(ota))
        snprintf(text, size, "Update applied, finalizing");
    else if (flota_ota_outcome(ota) == FLOTA_OTA_RUNS)
        tell_update(ota, text, size);
    else if (flota_ota_error(ota) != 0)
        snprintf(text, size, "%s; %s", words->cause, words->remedy);
    else
        tell_running(ota, text, size);
}

/* --- all of it --- */

static void add_known(struct flota_json *json, const struct flota_ota *ota)
{
    char message[MESSAGE_MAX];
    tell(ota, message, sizeof message);
    flota_json_number(json, "state", state_of(ota));
    flota_json_text(json, "message", message);
    flota_json_key(json, "is_committed");
    flota_json_raw(json, flota_rpc_ota_is_committed(ota) ? "true" : "false");
    flota_json_number(json, "progress_percent", flota_ota_percent(ota));
    flota_json_number(json, "commit_timeout", flota_rpc_ota_commit_timeout(ota));
    flota_json_number(json, "partition", flota_rpc_ota_slot(ota));
}

int flota_rpc_ota_status(void *context, struct flota_rpc_call *call)
{
    const struct flota_rpc_ota *service = context;
    const struct flota_ota *ota = service->config.ota;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    add_known(json, ota);
    flota_json_number(json, "offset", flota_updater_status(&ota->updater)->received);
    flota_json_number(json, "max_chunk", flota_rpc_ota_max_chunk(call));
    if (flota_rpc_result_max(call) >= FULL_MIN)
        flota_ota_status_members(ota, json);
    else
        flota_ota_short_members(ota, json);
    flota_json_raw(json, "}");
    return 0;
}
