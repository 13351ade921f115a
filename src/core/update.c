/* update.c - an update's life: create, process, finish, activate. The flash work: update_flash.c.
 *
 * The buffer is a ring over the image's bytes: the byte at offset n lies at n modulo its size.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/update.h"
#include "digest.h"
#include "flota/error.h"
#include "update_flash.h"
#include <string.h>

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int check_request(const struct flota_image_target *target, uint32_t total_size)
{
    if (total_size > flota_updater_area_size(target))
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    if (total_size != 0 && total_size < FLOTA_IMAGE_HEAD_SIZE)
        return FLOTA_ERR_IMAGE_TOO_SHORT;
    return target->platform->update_allowed(target->platform->port);
}

int flota_updater_create(struct flota_updater *updater, const struct flota_image_target *target,
                         const struct flota_update_request *request)
{
    memset(updater, 0, sizeof *updater);
    updater->target = target;
    updater->request = *request;
    updater->step = FLOTA_STEP_SETTLE;
    updater->status.phase = FLOTA_UPDATE_CHECKING;
    updater->status.total = request->total_size;
    int error = check_request(target, request->total_size);
    return error == 0 ? 0 : flota_updater_fail(updater, error);
}

/* Put bytes into the ring, as many as it has room for. Returns their number. */
static size_t put(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    size_t taken = smaller(size, FLOTA_UPDATER_BUFFER_SIZE - updater->buffer_size);
    size_t at = updater->status.received % FLOTA_UPDATER_BUFFER_SIZE;
    size_t before_wrap = smaller(taken, FLOTA_UPDATER_BUFFER_SIZE - at);
    if (taken == 0)
        return 0;
    memcpy(updater->buffer + at, data, before_wrap);
    memcpy(updater->buffer, data + before_wrap, taken - before_wrap);
    updater->buffer_size += (uint32_t)taken;
    updater->status.received += (uint32_t)taken;
    return taken;
}

static int accept_head(struct flota_updater *updater)
{
    struct flota_update_status *status = &updater->status;
    int error = flota_image_check(updater->target, &updater->request.consents, updater->buffer,
                                  status->received, updater->request.total_size, &status->info);
    if (error == 0 && flota_digest_start(&updater->hash) != 0)
        error = FLOTA_ERR_IMAGE_CORRUPT;
    if (error != 0)
        return flota_updater_fail(updater, error);
    if (status->info.magic != 0)
        status->total = status->info.image_size;
    status->phase = FLOTA_UPDATE_RECEIVING;
    return 0;
}

/* Returns bytes taken of the head, or why the image is refused. */
static int process_head(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    size_t missing = FLOTA_IMAGE_HEAD_SIZE - updater->status.received;
    size_t taken = put(updater, data, smaller(size, missing));
    int error = updater->status.received == FLOTA_IMAGE_HEAD_SIZE ? accept_head(updater) : 0;
    return error == 0 ? (int)taken : error;
}

static int process_rest(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    uint32_t total = updater->status.total;
    uint32_t limit = total != 0 ? total : flota_updater_area_size(updater->target);
    if (size > limit - updater->status.received)
        return flota_updater_fail(updater, total != 0 ? FLOTA_ERR_IMAGE_WRONG_SIZE
                                                      : FLOTA_ERR_IMAGE_TOO_LARGE);
    return (int)put(updater, data, size);
}

static bool takes_input(const struct flota_updater *updater)
{
    enum flota_update_phase phase = updater->status.phase;
    return !updater->input_ended && phase != FLOTA_UPDATE_IDLE && phase != FLOTA_UPDATE_RESTARTING;
}

int flota_updater_process(struct flota_updater *updater, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    int taken = 0;
    if (updater->status.phase == FLOTA_UPDATE_FAILED)
        return updater->status.error;
    if (!takes_input(updater))
        return FLOTA_ERR_NOT_READY;
    if (updater->status.phase == FLOTA_UPDATE_CHECKING) {
        taken = process_head(updater, bytes, size);
        if (taken < 0 || (size_t)taken == size)
            return taken;
        bytes += taken;
    }
    int rest = process_rest(updater, bytes, size - (size_t)taken);
    return rest < 0 ? rest : taken + rest;
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

/* The file has ended: is it whole? */
static int end_input(struct flota_updater *updater)
{
    struct flota_update_status *status = &updater->status;
    updater->input_ended = true;
    if (status->received == 0)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_EMPTY);
    if (status->received < FLOTA_IMAGE_HEAD_SIZE)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_TOO_SHORT);
    if (status->total == 0)
        status->total = status->received;
    if (status->received < status->total)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_WRONG_SIZE);
    return 0;
}

int flota_updater_finish(struct flota_updater *updater)
{
    if (updater->status.phase == FLOTA_UPDATE_FAILED)
        return updater->status.error;
    if (updater->status.phase == FLOTA_UPDATE_IDLE)
        return FLOTA_ERR_NOT_READY;
    int error = updater->input_ended ? 0 : end_input(updater);
    if (error != 0)
        return error;
    if (updater->step < FLOTA_STEP_VERIFIED)
        return FLOTA_UPDATER_PENDING;
    updater->status.phase = FLOTA_UPDATE_RESTARTING;
    return 0;
}

int flota_updater_activate(struct flota_updater *updater)
{
    const struct flota_image_target *target = updater->target;
    if (updater->status.phase != FLOTA_UPDATE_RESTARTING || updater->step != FLOTA_STEP_VERIFIED)
        return FLOTA_ERR_NOT_READY;
    int error = target->platform->swap(target->platform->port);
    if (error != 0)
        return flota_updater_fail(updater, error);
    updater->step = FLOTA_STEP_ACTIVATED;
    return 0;
}

void flota_updater_abort(struct flota_updater *updater, int error)
{
    enum flota_update_phase phase = updater->status.phase;
    if (phase == FLOTA_UPDATE_CHECKING || phase == FLOTA_UPDATE_RECEIVING ||
        phase == FLOTA_UPDATE_VERIFYING)
        flota_updater_fail(updater, error);
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
