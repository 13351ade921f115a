/* update_input.c - the file's bytes on their way into the ring: sniffed, unpacked, checked.
 *
 * A file that begins as a ZIP does is a bundle; its parser gives out the image's bytes. The first
 * FLOTA_IMAGE_HEAD_SIZE bytes of the image wait in the ring until they are judged. The ring holds
 * the image's bytes: the one at offset n lies at n modulo its size.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "digest.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "update_internal.h"
#include <string.h>

#define MAGIC_SIZE 4u /* of a bundle; no vector table begins so */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- the image --- */

/* Put bytes into the ring, as many as it has room for. Returns their number. */
static size_t put(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    size_t taken = smaller(size, FLOTA_UPDATER_BUFFER_SIZE - updater->buffer_size);
    size_t at = updater->taken % FLOTA_UPDATER_BUFFER_SIZE;
    size_t before_wrap = smaller(taken, FLOTA_UPDATER_BUFFER_SIZE - at);
    if (taken == 0)
        return 0;
    memcpy(updater->buffer + at, data, before_wrap);
    memcpy(updater->buffer, data + before_wrap, taken - before_wrap);
    updater->buffer_size += (uint32_t)taken;
    updater->taken += (uint32_t)taken;
    return taken;
}

/* Bytes of the image, as far as the request or the manifest tell; 0: not known. */
static uint32_t announced_size(const struct flota_updater *updater)
{
    const struct flota_manifest *manifest = &updater->bundle.manifest;
    if (updater->kind == FLOTA_FILE_BUNDLE)
        return manifest->parts[manifest->image_part].size;
    return updater->request.total_size;
}

int flota_updater_check_head(struct flota_updater *updater, const uint8_t *head, uint32_t size)
{
    const struct flota_image_target *target = updater->target;
    struct flota_image_info *info = &updater->status.info;
    int error = flota_image_check(target, &updater->request.consents, head, size,
                                  announced_size(updater), info);
    if (error == 0 && target->trust)
        error = flota_trust_check_block(target->trust, info, updater->manifest_signed);
    if (error == 0 && info->magic == 0)
        error = target->platform->foreign_allowed(target->platform->port);
    return error;
}

int flota_updater_judge_head(struct flota_updater *updater)
{
    struct flota_update_status *status = &updater->status;
    int error = flota_updater_check_head(updater, updater->buffer, updater->taken);
    if (error == 0 && updater->request.in_pieces && !flota_updater_has_block(updater))
        error = FLOTA_ERR_TRANSFER_OTHER;
    if (error == 0 && flota_digest_start(&updater->hash) != 0)
        error = FLOTA_ERR_IMAGE_CORRUPT;
    if (error != 0)
        return flota_updater_fail(updater, error);
    status->total = announced_size(updater);
    if (status->info.magic != 0)
        status->total = status->info.image_size + status->info.trailer_size;
    status->phase = FLOTA_UPDATE_RECEIVING;
    return 0;
}

/* Returns bytes taken of the head, or why the image is refused. */
static int take_head(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    size_t missing = FLOTA_IMAGE_HEAD_SIZE - updater->taken;
    size_t taken = put(updater, data, smaller(size, missing));
    int error = updater->taken == FLOTA_IMAGE_HEAD_SIZE ? flota_updater_judge_head(updater) : 0;
    return error == 0 ? (int)taken : error;
}

static int take_rest(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    uint32_t total = updater->status.total;
    uint32_t limit = total != 0 ? total : flota_updater_area_size(updater->target);
    if (size > limit - updater->taken)
        return flota_updater_fail(updater, total != 0 ? FLOTA_ERR_IMAGE_WRONG_SIZE
                                                      : FLOTA_ERR_IMAGE_TOO_LARGE);
    return (int)put(updater, data, size);
}

static int take_image(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    int taken = 0;
    if (updater->status.phase == FLOTA_UPDATE_CHECKING) {
        taken = take_head(updater, data, size);
        if (taken < 0 || (size_t)taken == size)
            return taken;
    }
    int rest = take_rest(updater, data + taken, size - (size_t)taken);
    return rest < 0 ? rest : taken + rest;
}

/* --- the bundle --- */

static uint64_t size_of_parts(const struct flota_manifest *manifest)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < manifest->part_count; i++)
        sum += manifest->parts[i].size;
    return sum;
}

static bool parts_fit(const struct flota_updater *updater)
{
    uint32_t limit = flota_updater_area_size(updater->target) + FLOTA_UPDATE_BUNDLE_OVERHEAD;
    return size_of_parts(&updater->bundle.manifest) <= limit;
}

/* The parts lie in the file as they are, so together they are no larger than it. Asked when the
 * image begins: a compressed one has got its own words by then. */
static int judge_file_size(const struct flota_updater *updater)
{
    uint32_t file_size = updater->request.total_size;
    bool fits = file_size == 0 || size_of_parts(&updater->bundle.manifest) <= file_size;
    return fits ? 0 : FLOTA_ERR_BUNDLE_PART_MISSING;
}

/* What the manifest shows, before the first byte of the image. */
static int judge_manifest(struct flota_updater *updater)
{
    const struct flota_image_target *target = updater->target;
    const struct flota_bundle *bundle = &updater->bundle;
    const struct flota_manifest *manifest = &bundle->manifest;
    if (!flota_manifest_fits(manifest, target->platform->board))
        return FLOTA_ERR_MANIFEST_OTHER_PLATFORM;
    if (announced_size(updater) > flota_updater_area_size(target) || !parts_fit(updater))
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    if (manifest->has_epoch && manifest->security_epoch < target->running->security_epoch)
        return FLOTA_ERR_IMAGE_EPOCH;
    if (!target->trust)
        return 0;
    int result = flota_trust_check_manifest(target->trust, bundle->manifest_digest,
                                            bundle->signatures, bundle->signatures_size);
    updater->manifest_signed = result == FLOTA_SIGNED;
    updater->status.is_signed = updater->manifest_signed;
    /* An image may carry the signature that its bundle lacks. */
    return result == FLOTA_ERR_SIGNATURE_MISSING || result > 0 ? 0 : result;
}

/* Returns the bytes of the image that were taken, or why the file is refused. */
static int take_data(struct flota_updater *updater, const uint8_t *data)
{
    struct flota_bundle *bundle = &updater->bundle;
    int taken = take_image(updater, data, bundle->data_size);
    if (taken > 0)
        flota_bundle_taken(bundle, data, (size_t)taken);
    return taken;
}

static int take_bundle(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    struct flota_bundle *bundle = &updater->bundle;
    size_t done = 0, used;
    for (;;) {
        int event = flota_bundle_next(bundle, data + done, size - done, &used);
        int error = event < 0 ? event : 0;
        done += used;
        if (event == FLOTA_BUNDLE_MANIFEST)
            error = judge_manifest(updater);
        if (event == FLOTA_BUNDLE_PART)
            error = judge_file_size(updater);
        if (error < 0)
            return flota_updater_fail(updater, error);
        if (event == FLOTA_BUNDLE_DATA) {
            size_t offered = bundle->data_size;
            int taken = take_data(updater, data + done);
            if (taken < 0)
                return taken;
            done += (size_t)taken;
            if ((size_t)taken < offered)
                return (int)done;
        }
        if (event == FLOTA_BUNDLE_NEEDS_INPUT || event == FLOTA_BUNDLE_END)
            return (int)done;
    }
}

/* --- the file --- */

/* The first four bytes wait in the ring, too: they are an image's, or go on to the parser. */
static int sniff(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    uint8_t magic[MAGIC_SIZE];
    size_t taken = put(updater, data, smaller(size, MAGIC_SIZE - updater->taken));
    if (updater->taken < MAGIC_SIZE)
        return (int)taken;
    memcpy(magic, updater->buffer, sizeof magic);
    uint32_t value = (uint32_t)magic[0] | (uint32_t)magic[1] << 8 | (uint32_t)magic[2] << 16 |
                     (uint32_t)magic[3] << 24;
    updater->kind = value == FLOTA_BUNDLE_MAGIC ? FLOTA_FILE_BUNDLE : FLOTA_FILE_IMAGE;
    if (updater->kind == FLOTA_FILE_IMAGE)
        return (int)taken;
    updater->taken = updater->buffer_size = 0;
    flota_bundle_init(&updater->bundle);
    int error = take_bundle(updater, magic, sizeof magic);
    return error < 0 ? error : (int)taken;
}

static int take_known(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    if (updater->kind == FLOTA_FILE_UNKNOWN || size == 0)
        return 0;
    return updater->kind == FLOTA_FILE_BUNDLE ? take_bundle(updater, data, size)
                                              : take_image(updater, data, size);
}

int flota_updater_take(struct flota_updater *updater, const uint8_t *data, size_t size)
{
    size_t done = smaller(size, updater->repeated);
    updater->repeated -= (uint32_t)done;
    int taken = 0;
    if (updater->kind == FLOTA_FILE_UNKNOWN && size > done) {
        taken = sniff(updater, data + done, size - done);
        if (taken < 0)
            return taken;
        updater->status.received += (uint32_t)taken;
        done += (size_t)taken;
    }
    taken = take_known(updater, data + done, size - done);
    if (taken < 0)
        return taken;
    updater->status.received += (uint32_t)taken;
    return (int)done + taken;
}

int flota_updater_end_input(struct flota_updater *updater)
{
    struct flota_update_status *status = &updater->status;
    updater->input_ended = true;
    int error = updater->kind == FLOTA_FILE_BUNDLE ? flota_bundle_finish(&updater->bundle) : 0;
    if (error < 0)
        return flota_updater_fail(updater, error);
    if (status->received == 0)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_EMPTY);
    if (updater->taken < FLOTA_IMAGE_HEAD_SIZE)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_TOO_SHORT);
    if (status->total == 0)
        status->total = updater->taken;
    if (updater->taken < status->total)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_WRONG_SIZE);
    return 0;
}
