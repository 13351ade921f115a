/* ota_actions.c - what needs no file: confirm, seen, cancel, going back, setting option bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "ota_internal.h"

/* The journals can be written when no update uses the flash. */
static int check_quiet(const struct flota_ota *ota)
{
    return flota_ota_is_quiet(ota) ? 0 : FLOTA_ERR_UPDATE_BUSY;
}

int flota_ota_confirm(struct flota_ota *ota)
{
    bool was_confirmed = flota_trial_running(ota->config.trial) == FLOTA_RUNNING_CONFIRMED;
    int result = check_quiet(ota);
    if (result == 0)
        result = flota_trial_confirm(ota->config.trial);
    if (result == 0 && !was_confirmed)
        flota_ota_log(ota, "confirmed by request");
    return result;
}

int flota_ota_seen(struct flota_ota *ota)
{
    int result = check_quiet(ota);
    if (result == 0)
        result = flota_trial_seen(ota->config.trial);
    if (result == 0 && ota->config.seen)
        result = ota->config.seen(ota->config.context);
    return result;
}

/* What the owner's computer has buffered still arrives; and a file that arrived whole is installed
 * when its client leaves. So somebody else says it. */
int flota_ota_cancel(struct flota_ota *ota)
{
    if (!ota->owner && !ota->unattended && !flota_ota_is_between_pieces(ota))
        return FLOTA_ERR_NOT_READY;
    flota_ota_fail_owner(ota, FLOTA_ERR_TRANSFER_CANCELLED);
    return 0;
}

/* The guard goes back to the image before. */
static int end_trial(struct flota_ota *ota, const struct flota_ota_request *request)
{
    flota_ota_adopt(ota, request, NULL);
    ota->go_back = true;
    flota_trial_leave_later(ota->config.trial);
    flota_ota_restart(ota, FLOTA_OTA_ANSWER_MS);
    return FLOTA_OTA_ENDS_TRIAL;
}

/* A trial of the image in the other bank: goes on as an update does, without a file. */
int flota_ota_revert(struct flota_ota *ota, const struct flota_ota_request *request,
                     const struct flota_ota_owner *owner)
{
    const struct flota_update_request wanted = flota_ota_wanted(request);
    if (check_quiet(ota) != 0)
        return FLOTA_ERR_UPDATE_BUSY;
    if (flota_trial_running(ota->config.trial) == FLOTA_RUNNING_TRIAL)
        return end_trial(ota, request);
    flota_ota_adopt(ota, request, owner);
    int error = flota_updater_revert(&ota->updater, ota->config.target, &wanted);
    ota->recovered = ota->recovered && error != 0;
    if (error < 0)
        flota_ota_fail(ota, error);
    else
        flota_ota_log(ota, "going back to the image in the other bank");
    return error;
}

/* The other core has the old options until the reset: nothing may be written before. On trial the
 * restart would cost an attempt. */
int flota_ota_set_options(struct flota_ota *ota, const struct flota_ota_request *request)
{
    const struct flota_platform *platform = ota->config.target->platform;
    if (!request->consents.options || !platform->set_options ||
        flota_trial_running(ota->config.trial) == FLOTA_RUNNING_TRIAL ||
        platform->update_allowed(platform->port) != FLOTA_ERR_CM4_BOOTS)
        return 0;
    int error = platform->set_options(platform->port);
    if (error < 0)
        return error;
    flota_ota_log(ota, "option bytes set: BCM4 = 0");
    ota->reset_only = true;
    flota_ota_restart(ota, FLOTA_OTA_ANSWER_MS);
    return FLOTA_ERR_OPTIONS_SET;
}
