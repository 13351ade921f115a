/* update.c - an update's life: create, process, poll, finish, activate.
 *
 * The file: update_input.c. The journals: update_open.c. The flash: update_flash.c. The read-back
 * and what it proves: update_verify.c. Going back: update_revert.c. Going on after an interruption:
 * update_resume.c, update_again.c. A late wish for the trial: update_deadline.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/trial.h"
#include "update_internal.h"
#include <string.h>

uint32_t flota_updater_area_size(const struct flota_image_target *target)
{
    return target->flash->image_sector_count * target->flash->sector_size;
}

int flota_updater_fail(struct flota_updater *updater, int error)
{
    updater->status.phase = FLOTA_UPDATE_FAILED;
    updater->status.error = error;
    return error;
}

bool flota_updater_has_block(const struct flota_updater *updater)
{
    return updater->status.info.magic != 0;
}

/* --- begin --- */

int flota_updater_check_request(const struct flota_image_target *target, uint32_t total_size)
{
    if (total_size != 0 && total_size < FLOTA_IMAGE_HEAD_SIZE)
        return FLOTA_ERR_IMAGE_TOO_SHORT;
    if (total_size > flota_updater_area_size(target) + FLOTA_UPDATE_BUNDLE_OVERHEAD)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    if (target->trial && flota_trial_running(target->trial) == FLOTA_RUNNING_TRIAL)
        return FLOTA_ERR_ON_TRIAL;
    return target->platform->update_allowed(target->platform->port);
}

void flota_updater_prepare(struct flota_updater *updater, const struct flota_image_target *target,
                           const struct flota_update_request *request)
{
    memset(updater, 0, sizeof *updater);
    updater->target = target;
    updater->request = *request;
    updater->step = FLOTA_STEP_SETTLE;
    updater->status.phase = FLOTA_UPDATE_CHECKING;
    updater->status.total = request->total_size;
}

int flota_updater_create(struct flota_updater *updater, const struct flota_image_target *target,
                         const struct flota_update_request *request)
{
    flota_updater_prepare(updater, target, request);
    int error = flota_updater_check_request(target, request->total_size);
    return error == 0 ? 0 : flota_updater_fail(updater, error);
}

/* --- the file --- */

static bool takes_input(const struct flota_updater *updater)
{
    enum flota_update_phase phase = updater->status.phase;
    return phase != FLOTA_UPDATE_IDLE && phase != FLOTA_UPDATE_RESTARTING && !updater->input_ended;
}

int flota_updater_process(struct flota_updater *updater, const void *data, size_t size)
{
    if (updater->status.phase == FLOTA_UPDATE_FAILED)
        return updater->status.error;
    return takes_input(updater) ? flota_updater_take(updater, data, size) : FLOTA_ERR_NOT_READY;
}

int flota_updater_poll(struct flota_updater *updater)
{
    switch (updater->status.phase) {
    case FLOTA_UPDATE_IDLE:
    case FLOTA_UPDATE_RESTARTING:
        return 0;
    case FLOTA_UPDATE_FAILED:
        flota_updater_let_flash_end(updater);
        return updater->status.error;
    case FLOTA_UPDATE_CHECKING:
    case FLOTA_UPDATE_RECEIVING:
    case FLOTA_UPDATE_VERIFYING:
        break;
    }
    return flota_updater_step(updater);
}

int flota_updater_finish(struct flota_updater *updater)
{
    if (updater->status.phase == FLOTA_UPDATE_FAILED)
        return updater->status.error;
    if (updater->status.phase == FLOTA_UPDATE_IDLE)
        return FLOTA_ERR_NOT_READY;
    int error = updater->input_ended ? 0 : flota_updater_end_input(updater);
    if (error != 0)
        return error;
    if (updater->step < FLOTA_STEP_VERIFIED)
        return FLOTA_UPDATER_PENDING;
    error = flota_updater_settle_deadline(updater);
    if (error != 0)
        return error;
    updater->status.phase = FLOTA_UPDATE_RESTARTING;
    return 0;
}

/* A foreign image has no guard that would count its attempts. */
static int stage(const struct flota_updater *updater)
{
    const struct flota_flash *flash = updater->target->flash;
    if (!flota_updater_has_block(updater))
        return flota_boot_order(flash, updater->order.generation);
    int result = flota_boot_stage(flash, &updater->order);
    return result == FLOTA_JOURNAL_FULL ? FLOTA_ERR_JOURNAL : result;
}

int flota_updater_activate(struct flota_updater *updater)
{
    if (updater->status.phase != FLOTA_UPDATE_RESTARTING || updater->step != FLOTA_STEP_VERIFIED)
        return FLOTA_ERR_NOT_READY;
    const struct flota_platform *platform = updater->target->platform;
    int error = stage(updater);
    if (error == 0)
        error = platform->swap(platform->port);
    if (error != 0)
        return flota_updater_fail(updater, error);
    updater->step = FLOTA_STEP_ACTIVATED;
    return 0;
}

bool flota_updater_has_file(const struct flota_updater *updater)
{
    enum flota_update_phase phase = updater->status.phase;
    return updater->input_ended &&
           (phase == FLOTA_UPDATE_RECEIVING || phase == FLOTA_UPDATE_VERIFYING);
}

static bool is_interruption(int error)
{
    return error == FLOTA_ERR_TRANSFER_LOST || error == FLOTA_ERR_TRANSFER_STALLED;
}

void flota_updater_abort(struct flota_updater *updater, int error)
{
    enum flota_update_phase phase = updater->status.phase;
    if (phase != FLOTA_UPDATE_CHECKING && phase != FLOTA_UPDATE_RECEIVING &&
        phase != FLOTA_UPDATE_VERIFYING)
        return;
    updater->can_resume =
        phase == FLOTA_UPDATE_RECEIVING && !updater->input_ended && is_interruption(error);
    flota_updater_fail(updater, error);
}

bool flota_updater_lets_read(const struct flota_updater *updater)
{
    bool running = updater->step == FLOTA_STEP_SETTLE || updater->step == FLOTA_STEP_COMPACT ||
                   updater->step == FLOTA_STEP_ERASE || updater->step == FLOTA_STEP_PROGRAM;
    return updater->status.phase == FLOTA_UPDATE_IDLE || !running;
}

bool flota_updater_is_quiet(const struct flota_updater *updater)
{
    enum flota_update_phase phase = updater->status.phase;
    return phase == FLOTA_UPDATE_IDLE ||
           (phase == FLOTA_UPDATE_FAILED && flota_updater_lets_read(updater));
}

const struct flota_update_status *flota_updater_status(const struct flota_updater *updater)
{
    return &updater->status;
}

const char *flota_update_phase_name(enum flota_update_phase phase)
{
    switch (phase) {
    case FLOTA_UPDATE_IDLE:
        return "idle";
    case FLOTA_UPDATE_CHECKING:
        return "checking";
    case FLOTA_UPDATE_RECEIVING:
        return "receiving";
    case FLOTA_UPDATE_VERIFYING:
        return "verifying";
    case FLOTA_UPDATE_RESTARTING:
        return "restarting";
    case FLOTA_UPDATE_FAILED:
        return "failed";
    }
    return "unknown";
}
