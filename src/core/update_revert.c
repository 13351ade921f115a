/* update_revert.c - going back to the image in the spare slot: an update without a file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/signature.h"
#include "update_internal.h"
#include <string.h>

int flota_updater_read_spare_head(const struct flota_image_target *target, uint8_t *head)
{
    return target->flash->read(target->flash->port, FLOTA_SLOT_SPARE, 0, head,
                               FLOTA_IMAGE_HEAD_SIZE);
}

/* Its bytes were judged when they came, unless its records were lost since. BEGIN of a revert that
 * was cut or cancelled comes after a judgement, too. */
static bool was_judged(const struct flota_bank *other)
{
    bool reverting = other->state == FLOTA_BANK_OPEN && other->trial == FLOTA_TRIAL_REVERT;
    return reverting || other->state == FLOTA_BANK_CONFIRMED || other->state == FLOTA_BANK_TRIAL ||
           other->state == FLOTA_BANK_FAILED;
}

/* Without records only a signature of its own tells. */
static int check_signature(const struct flota_image_target *target, bool judged,
                           const struct flota_image_info *info)
{
    return judged || !target->trust ? 0 : flota_trust_check_block(target->trust, info, false);
}

/* The signatures behind an image that was judged when it came, perhaps by its manifest's: they are
 * not judged again, but a key may have been revoked since. Returns FLOTA_SIGNED, FLOTA_UNSIGNED or
 * an error. */
static int check_revoked(const struct flota_image_target *target,
                         const struct flota_image_info *info)
{
    uint8_t trailer[FLOTA_TRAILER_SIZE_MAX];
    if (!target->trust || info->trailer_size == 0)
        return FLOTA_UNSIGNED;
    int error = target->flash->read(target->flash->port, FLOTA_SLOT_SPARE, info->image_size,
                                    trailer, info->trailer_size);
    if (error != 0)
        return error;
    int result = flota_trust_check_trailer(target->trust, info, trailer, info->trailer_size);
    return result < 0 && result != FLOTA_ERR_KEY_REVOKED ? FLOTA_UNSIGNED : result;
}

/* Is there an image that may be gone back to? What its records say, and what its head shows. */
static int check_spare(const struct flota_image_target *target,
                       const struct flota_image_consents *consents, struct flota_image_info *info,
                       bool *judged)
{
    uint8_t head[FLOTA_IMAGE_HEAD_SIZE];
    struct flota_image_consents allowed = *consents;
    struct flota_boot boot;
    flota_boot_read(target->flash, &boot);
    if (flota_boot_is_half_written(&boot) || flota_boot_compaction_was_cut(&boot) ||
        flota_updater_read_spare_head(target, head) != 0 ||
        flota_image_find_info(head, sizeof head, info) != 1)
        return FLOTA_ERR_IMAGE_NOT_THERE;
    *judged = was_judged(&boot.other);
    allowed.downgrade = true;
    int error = flota_image_check(target, &allowed, head, sizeof head, 0, info);
    if (error == 0)
        error = check_signature(target, *judged, info);
    if (error != 0 || consents->again)
        return error;
    bool failed =
        boot.other.state == FLOTA_BANK_FAILED &&
        boot.other.fail_reason != FLOTA_REASON_REQUEST; /* then nothing is wrong with it */
    bool rejected = failed || flota_boot_is_rejected(target->flash, info->digest);
    return rejected ? FLOTA_ERR_IMAGE_REJECTED : 0;
}

int flota_updater_revertible(const struct flota_image_target *target, struct flota_image_info *info)
{
    const struct flota_image_consents none = {0};
    bool judged;
    return check_spare(target, &none, info, &judged);
}

int flota_updater_revert(struct flota_updater *updater, const struct flota_image_target *target,
                         const struct flota_update_request *request)
{
    struct flota_update_status *status = &updater->status;
    struct flota_image_info info;
    bool judged;
    int error = flota_updater_check_request(target, 0);
    if (error == 0 && target->flash->poll(target->flash->port) == FLOTA_FLASH_BUSY)
        error = FLOTA_ERR_UPDATE_BUSY; /* what an earlier update began still runs */
    if (error == 0)
        error = check_spare(target, &request->consents, &info, &judged);
    if (error != 0)
        return error;
    int trailer = judged ? check_revoked(target, &info) : FLOTA_UNSIGNED;
    if (trailer < 0)
        return trailer;
    flota_updater_prepare(updater, target, request);
    updater->is_reverting = updater->input_ended = true;
    updater->manifest_signed = judged;
    updater->kind = FLOTA_FILE_IMAGE;
    memcpy(updater->sent_digest, info.digest, sizeof updater->sent_digest);
    status->info = info;
    status->is_signed = trailer == FLOTA_SIGNED;
    status->total = info.image_size + info.trailer_size;
    status->in_flash = status->received = updater->taken = status->total;
    status->phase = FLOTA_UPDATE_VERIFYING;
    return 0;
}
