/* ota.c - the update service: an update's life, from whoever delivers it.
 *
 * Its work at each turn, and the restart: ota_poll.c. What needs no file: ota_actions.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "ota_internal.h"
#include <stdio.h>
#include <string.h>

void flota_ota_init(struct flota_ota *ota, const struct flota_ota_config *config)
{
    memset(ota, 0, sizeof *ota);
    ota->config = *config;
    ota->recovered = flota_updater_recover(&ota->updater, config->target);
    ota->can_revert = flota_updater_revertible(config->target, &ota->revert) == 0;
    flota_ota_log_running(ota);
}

/* --- whose turn it is --- */

bool flota_ota_owner_has_vanished(const struct flota_ota *ota)
{
    return ota->owner && ota->owner->may_vanish &&
           ota->now_ms - ota->touched_ms >= FLOTA_OTA_VANISHED_MS;
}

bool flota_ota_is_busy(const struct flota_ota *ota)
{
    bool owned = ota->owner && !flota_ota_owner_has_vanished(ota);
    return owned || ota->unattended || ota->activate || ota->swapped;
}

bool flota_ota_is_quiet(const struct flota_ota *ota)
{
    return !flota_ota_is_busy(ota) && flota_updater_is_quiet(&ota->updater);
}

bool flota_ota_is_between_pieces(const struct flota_ota *ota)
{
    enum flota_update_phase phase = flota_updater_status(&ota->updater)->phase;
    return !ota->owner && !flota_ota_is_busy(ota) &&
           (phase == FLOTA_UPDATE_CHECKING || phase == FLOTA_UPDATE_RECEIVING);
}

int flota_ota_take_place(struct flota_ota *ota, const struct flota_ota_owner *owner)
{
    const struct flota_ota_owner *before = ota->owner;
    if (flota_ota_is_busy(ota) && before != owner)
        return FLOTA_ERR_UPDATE_BUSY;
    ota->owner = NULL;
    if (before && before != owner)
        before->failed(before->context, FLOTA_ERR_TRANSFER_STALLED);
    return 0;
}

/* A wish that would fail by itself. */
static void log_short_deadline(const struct flota_ota *ota, uint32_t deadline_ms)
{
    if (flota_trial_sound_deadline(deadline_ms) != deadline_ms)
        flota_ota_log(ota, "commit_timeout below 10 s: 10 s count");
}

void flota_ota_adopt(struct flota_ota *ota, const struct flota_ota_request *request,
                     const struct flota_ota_owner *owner)
{
    log_short_deadline(ota, request->deadline_ms);
    snprintf(ota->from, sizeof ota->from, "%s", request->from);
    ota->owner = owner;
    ota->idle_ms = request->idle_ms;
    ota->touched_ms = ota->now_ms;
    ota->go_back = false;
    ota->unattended = false;
    ota->logged_start = false;
    ota->logged_error = false;
    ota->logged_percent = 0;
    ota->logged_phase = FLOTA_UPDATE_IDLE;
}

/* --- the file --- */

struct flota_update_request flota_ota_wanted(const struct flota_ota_request *request)
{
    return (struct flota_update_request){.total_size = request->total_size,
                                         .deadline_ms =
                                             flota_trial_sound_deadline(request->deadline_ms),
                                         .in_pieces = request->in_pieces,
                                         .consents = request->consents};
}

int flota_ota_first_error(int by_way_in, int by_updater)
{
    return by_way_in < 0 ? by_way_in : by_updater;
}

/* The updater is created in any case, so that the status tells about this attempt. */
int flota_ota_begin(struct flota_ota *ota, const struct flota_ota_request *request,
                    const struct flota_ota_owner *owner)
{
    const struct flota_update_request wanted = flota_ota_wanted(request);
    if (flota_ota_take_place(ota, owner) != 0)
        return FLOTA_ERR_UPDATE_BUSY;
    flota_ota_adopt(ota, request, owner);
    ota->recovered = false;
    int by_options = flota_ota_set_options(ota, request);
    int refused = flota_updater_create(&ota->updater, ota->config.target, &wanted);
    int error = flota_ota_first_error(by_options, flota_ota_first_error(request->error, refused));
    if (error < 0)
        flota_ota_fail(ota, error);
    else
        flota_ota_log_progress(ota);
    return error;
}

/* A range that does not fit is the client's mistake only; a refusal is worth a line. */
static int refuse_resume(struct flota_ota *ota, int error)
{
    ota->logged_error = error == FLOTA_ERR_TRANSFER_GAP || error == FLOTA_ERR_TRANSFER_OTHER;
    flota_ota_log_error(ota, error);
    return error;
}

int flota_ota_resume(struct flota_ota *ota, const struct flota_ota_request *request,
                     uint32_t offset, const struct flota_ota_owner *owner)
{
    const struct flota_update_request wanted = flota_ota_wanted(request);
    if (flota_ota_is_busy(ota) && ota->owner != owner)
        return FLOTA_ERR_UPDATE_BUSY;
    int error = flota_updater_resume(&ota->updater, &wanted, offset);
    if (error < 0)
        return refuse_resume(ota, error);
    flota_ota_take_place(ota, owner);
    flota_ota_adopt(ota, request, owner);
    ota->recovered = false;
    ota->logged_percent = (uint8_t)(flota_ota_percent(ota) / 10u * 10u);
    if (wanted.deadline_ms != 0)
        flota_ota_set_deadline(ota, wanted.deadline_ms);
    flota_ota_log_progress(ota);
    return 0;
}

int flota_ota_write(struct flota_ota *ota, const void *data, size_t size)
{
    ota->touched_ms = ota->now_ms;
    int taken = flota_updater_process(&ota->updater, data, size);
    if (taken >= 0)
        flota_ota_log_progress(ota);
    else if (taken != FLOTA_ERR_NOT_READY) /* behind the end: what came before it stands */
        flota_ota_fail(ota, taken);
    return taken;
}

void flota_ota_set_deadline(struct flota_ota *ota, uint32_t deadline_ms)
{
    log_short_deadline(ota, deadline_ms);
    flota_updater_set_deadline(&ota->updater, flota_trial_sound_deadline(deadline_ms));
}

int flota_ota_finish(struct flota_ota *ota)
{
    ota->touched_ms = ota->now_ms;
    int result = flota_updater_finish(&ota->updater);
    if (result < 0)
        flota_ota_fail(ota, result);
    return result;
}

/* --- its end --- */

/* What an earlier update began may still run: then the updater waits for its end, which nobody else
 * does. */
static bool is_flash_idle(const struct flota_ota *ota)
{
    const struct flota_flash *flash = ota->config.target->flash;
    return flash->poll(flash->port) != FLOTA_FLASH_BUSY;
}

void flota_ota_fail(struct flota_ota *ota, int error)
{
    flota_updater_abort(&ota->updater, error);
    ota->owner = NULL;
    ota->unattended = false;
    flota_ota_log_error(ota, error);
    bool is_harmless = error == FLOTA_ERR_SAME_VERSION; /* nothing was begun */
    if (is_harmless && is_flash_idle(ota))
        memset(&ota->updater, 0, sizeof ota->updater);
}

void flota_ota_fail_owner(struct flota_ota *ota, int error)
{
    const struct flota_ota_owner *owner = ota->owner;
    flota_ota_fail(ota, error);
    if (owner)
        owner->failed(owner->context, error);
}

void flota_ota_release(struct flota_ota *ota)
{
    ota->owner = NULL;
    ota->left_ms = ota->now_ms;
}

bool flota_ota_leave(struct flota_ota *ota, int error)
{
    if (!flota_updater_has_file(&ota->updater)) {
        flota_ota_fail(ota, error);
        return false;
    }
    ota->owner = NULL;
    ota->unattended = true;
    flota_ota_log(ota, "the client has left: the update goes on without it");
    return true;
}

/* --- what to tell --- */

unsigned flota_ota_percent(const struct flota_ota *ota)
{
    const struct flota_update_status *status = flota_updater_status(&ota->updater);
    return status->total == 0 ? 0 : (unsigned)((uint64_t)status->in_flash * 100 / status->total);
}

enum flota_ota_outcome flota_ota_outcome(const struct flota_ota *ota)
{
    switch (flota_updater_status(&ota->updater)->phase) {
    case FLOTA_UPDATE_IDLE:
        return FLOTA_OTA_NONE;
    case FLOTA_UPDATE_CHECKING:
    case FLOTA_UPDATE_RECEIVING:
    case FLOTA_UPDATE_VERIFYING:
        return FLOTA_OTA_RUNS;
    case FLOTA_UPDATE_RESTARTING:
        return FLOTA_OTA_APPLIED;
    case FLOTA_UPDATE_FAILED:
        break;
    }
    return ota->recovered ? FLOTA_OTA_NONE : FLOTA_OTA_FAILED;
}

int flota_ota_error(const struct flota_ota *ota)
{
    bool failed = flota_ota_outcome(ota) == FLOTA_OTA_FAILED;
    return failed ? flota_updater_status(&ota->updater)->error : 0;
}
