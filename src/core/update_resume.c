/* update_resume.c - uploads that broke off: what is left of them, and how they go on.
 *
 * After a lost connection all state is still in RAM. After a restart it is made again from what
 * stands in flash: the head, the sectors that PROGRESS says are finished, and BEGIN.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "digest.h"
#include "flota/error.h"
#include "update_internal.h"
#include <string.h>

/* Nothing would tell that what comes next is of the same file. */
static bool is_nameless(const struct flota_updater *updater)
{
    return updater->kind == FLOTA_FILE_IMAGE && updater->status.phase != FLOTA_UPDATE_CHECKING &&
           !flota_updater_has_block(updater);
}

/* It broke off, or is being sent in pieces. */
static bool can_go_on(const struct flota_updater *updater)
{
    enum flota_update_phase phase = updater->status.phase;
    if (is_nameless(updater))
        return false;
    if (phase == FLOTA_UPDATE_FAILED)
        return updater->can_resume;
    return !updater->input_ended &&
           (phase == FLOTA_UPDATE_CHECKING || phase == FLOTA_UPDATE_RECEIVING);
}

/* size: of the file, 0 when unknown. A bundle knows its end. */
static bool is_all_here(const struct flota_updater *updater, uint32_t size)
{
    if (size != 0)
        return updater->status.received == size;
    return updater->kind == FLOTA_FILE_BUNDLE && flota_bundle_finish(&updater->bundle) == 0;
}

const uint8_t *flota_updater_file_digest(const struct flota_updater *updater)
{
    const struct flota_manifest *manifest = &updater->bundle.manifest;
    return updater->kind == FLOTA_FILE_BUNDLE ? manifest->parts[manifest->image_part].sha256
                                              : updater->status.info.digest;
}

bool flota_updater_rest(const struct flota_updater *updater, struct flota_updater_rest *rest)
{
    bool is_bundle = updater->kind == FLOTA_FILE_BUNDLE;
    if (!can_go_on(updater))
        return false;
    rest->offset = updater->status.received;
    rest->size = updater->request.total_size;
    if (!is_bundle && flota_updater_has_block(updater))
        rest->size = updater->status.total;
    if (is_all_here(updater, rest->size))
        rest->offset--; /* only the body's end was lost; no range is empty */
    memcpy(rest->digest, flota_updater_file_digest(updater), sizeof rest->digest);
    return true;
}

/* The head was accepted under consents that a restart has forgotten: judge it again. */
static int check_recovered(struct flota_updater *updater,
                           const struct flota_update_request *request)
{
    const struct flota_image_target *target = updater->target;
    struct flota_image_consents before = updater->request.consents;
    uint8_t head[FLOTA_IMAGE_HEAD_SIZE];
    int error = flota_updater_read_spare_head(target, head);
    updater->request.consents = request->consents;
    if (error == 0)
        error = flota_updater_check_head(updater, head, sizeof head);
    if (error == 0)
        error = flota_updater_check_rejected(updater);
    if (error != 0)
        updater->request.consents = before;
    return error;
}

int flota_updater_resume(struct flota_updater *updater, const struct flota_update_request *request,
                         uint32_t offset)
{
    struct flota_updater_rest rest;
    bool known = flota_updater_rest(updater, &rest);
    if (!known || (rest.size != 0 && rest.size != request->total_size))
        return FLOTA_ERR_TRANSFER_OTHER;
    if (offset > updater->status.received)
        return FLOTA_ERR_TRANSFER_GAP;
    int error = updater->is_recovered ? check_recovered(updater, request) : 0;
    if (error != 0)
        return error;
    updater->repeated = updater->status.received - offset;
    updater->can_resume = updater->is_recovered = false;
    updater->status.error = 0;
    if (updater->status.phase == FLOTA_UPDATE_FAILED)
        updater->status.phase = FLOTA_UPDATE_RECEIVING;
    return 0;
}

/* The upload whose BEGIN is open in the spare slot's journal, if this session's records name it. */
static uint32_t recovered_size(const struct flota_image_target *target,
                               const struct flota_boot *boot, const struct flota_image_info *info)
{
    uint32_t size = flota_boot_finished_sectors(boot) * target->flash->sector_size;
    bool same =
        memcmp(boot->own.session_digest, info->digest, sizeof boot->own.session_digest) == 0;
    return same && size < info->image_size + info->trailer_size ? size : 0;
}

/* As if the bytes before the interrupted sector had just been received. */
static void restore(struct flota_updater *updater, const struct flota_boot *boot, uint32_t size)
{
    updater->kind = FLOTA_FILE_IMAGE;
    updater->status.has_begun = true;
    updater->always_erase = true;
    updater->order = (struct flota_boot_update){
        .generation = boot->other.generation,
        .trial = (enum flota_trial_kind)boot->other.trial,
        .deadline_ms = boot->other.deadline_ms,
        .fallback_words = boot->other.fallback_words,
        .fallback_crc = boot->other.fallback_crc,
    };
    memcpy(updater->order.tag, updater->status.info.digest, sizeof updater->order.tag);
    updater->taken = updater->buffer_start = updater->ready_size = size;
    updater->status.received = updater->status.in_flash = size;
    updater->progress = size / updater->target->flash->sector_size;
    updater->status.total = updater->status.info.image_size + updater->status.info.trailer_size;
    updater->step = FLOTA_STEP_REHASH;
    updater->can_resume = updater->is_recovered = true;
}

bool flota_updater_recover(struct flota_updater *updater, const struct flota_image_target *target)
{
    const struct flota_update_request request = {.consents = {true, true, true, true, true}};
    uint8_t head[FLOTA_IMAGE_HEAD_SIZE];
    struct flota_boot boot;
    uint32_t size = 0;
    flota_updater_prepare(updater, target, &request);
    flota_boot_read(target->flash, &boot);
    if (boot.other.state == FLOTA_BANK_OPEN && flota_boot_is_kept(&boot) &&
        flota_updater_check_request(target, 0) == 0 &&
        flota_updater_read_spare_head(target, head) == 0 &&
        flota_updater_check_head(updater, head, sizeof head) == 0)
        size = recovered_size(target, &boot, &updater->status.info);
    if (size == 0 || flota_digest_start(&updater->hash) != 0) {
        memset(updater, 0, sizeof *updater);
        return false;
    }
    restore(updater, &boot, size);
    flota_updater_fail(updater, FLOTA_ERR_TRANSFER_LOST);
    return true;
}
