/* ota_poll.c - the update service's turn: flash, owners that stay away, the restart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "ota_internal.h"

void flota_ota_restart(struct flota_ota *ota, uint32_t wait_ms)
{
    uint32_t at_ms = ota->now_ms + wait_ms;
    bool verified = flota_updater_status(&ota->updater)->phase == FLOTA_UPDATE_RESTARTING;
    bool sooner = !ota->activate || (int32_t)(at_ms - ota->activate_at_ms) < 0;
    if (ota->swapped || (!verified && !ota->go_back && !ota->reset_only) || !sooner)
        return;
    flota_ota_log_progress(ota);
    ota->owner = NULL;
    ota->unattended = false;
    ota->activate = true;
    ota->activate_at_ms = at_ms;
}

/* Also without a FAILED the image is left: it resets all the same, and the guard counts. When it is
 * not on trial any more, its deadline came first. */
static void go_back(struct flota_ota *ota)
{
    ota->go_back = false;
    ota->swapped = true;
    flota_ota_log(ota, "going back by request; restart");
    int error = flota_trial_go_back(ota->config.trial);
    if (error < 0 && error != FLOTA_ERR_NOT_ON_TRIAL)
        flota_ota_log_error(ota, error);
}

static void reset(struct flota_ota *ota)
{
    const struct flota_platform *platform = ota->config.target->platform;
    ota->swapped = true;
    flota_ota_log(ota, "restart");
    platform->reset(platform->port);
}

/* The image stands verified in the spare slot and the client has its answer: swap and restart. */
static void swap(struct flota_ota *ota)
{
    const struct flota_platform *platform = ota->config.target->platform;
    bool first = platform->active_bank(platform->port) == 1;
    flota_ota_log(ota, first ? "swap to bank 2" : "swap to bank 1");
    int error = flota_updater_activate(&ota->updater);
    if (error < 0)
        flota_ota_log_error(ota, error);
    else
        reset(ota);
}

static void restart(struct flota_ota *ota)
{
    ota->activate = false;
    if (ota->go_back)
        go_back(ota);
    else if (ota->reset_only)
        reset(ota);
    else
        swap(ota);
}

/* Ask for the outcome, when nobody waits for it any more. */
static void conclude_unattended(struct flota_ota *ota)
{
    if (flota_ota_finish(ota) == 0)
        flota_ota_restart(ota, 0);
}

/* Before BEGIN the running image was confirmed. Here flash is idle: no erase was started yet. */
static int poll_updater(struct flota_ota *ota)
{
    const struct flota_update_status *status = flota_updater_status(&ota->updater);
    bool had_begun = status->has_begun;
    int result = flota_updater_poll(&ota->updater);
    if (status->has_begun && !had_begun)
        flota_trial_look_again(ota->config.trial);
    return result;
}

/* BEGIN ends what one could go back to. */
static void look_at_other_bank(struct flota_ota *ota)
{
    if (flota_updater_status(&ota->updater)->has_begun)
        ota->can_revert = false;
}

/* An abandoned update must not keep the journals from everything else. */
static void end_abandoned(struct flota_ota *ota)
{
    bool idle = ota->owner && ota->idle_ms != 0 && ota->now_ms - ota->touched_ms >= ota->idle_ms;
    if (idle)
        flota_ota_fail_owner(ota, FLOTA_ERR_TRANSFER_STALLED);
    else if (flota_ota_is_between_pieces(ota) && ota->now_ms - ota->left_ms >= FLOTA_OTA_PIECE_MS)
        flota_ota_fail(ota, FLOTA_ERR_TRANSFER_STALLED);
}

int flota_ota_poll(struct flota_ota *ota, uint32_t now_ms)
{
    ota->now_ms = now_ms;
    int result = poll_updater(ota);
    if (result < 0 && ota->owner)
        flota_ota_fail_owner(ota, result);
    if (ota->unattended)
        conclude_unattended(ota);
    end_abandoned(ota);
    look_at_other_bank(ota);
    flota_ota_log_progress(ota);
    if (ota->activate && (int32_t)(now_ms - ota->activate_at_ms) >= 0)
        restart(ota);
    if (result == FLOTA_UPDATER_GOES_ON) /* also between two pieces of a file */
        return FLOTA_UPDATER_GOES_ON;
    return flota_ota_is_busy(ota) ? FLOTA_UPDATER_WAITS : FLOTA_UPDATER_NEEDS_INPUT;
}
