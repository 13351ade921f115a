/* update_verify.c - what the slot holds, read back: digest, block, guard, signatures.
 *
 * What is hashed here is what will run: not the bytes that came, but those that the flash gives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crc32.h"
#include "digest.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "update_internal.h"
#include <string.h>

#define WORD_SIZE (uint32_t)sizeof(struct flota_record)
#define READ_SIZE 256u /* read at once, on the stack */

_Static_assert(FLOTA_UPDATER_BUFFER_SIZE >= FLOTA_UPDATER_SLICE_SIZE,
               "the buffer takes a slice read back");
_Static_assert(FLOTA_UPDATER_SLICE_SIZE >= FLOTA_IMAGE_HEAD_SIZE,
               "the first slice holds the whole block");

static const struct flota_flash *flash_of(const struct flota_updater *updater)
{
    return updater->target->flash;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

int flota_updater_add_to_hash(struct flota_updater *updater, uint32_t offset, const uint8_t *data,
                              uint32_t size)
{
    uint32_t image_size = updater->status.info.image_size;
    if (!flota_updater_has_block(updater))
        return flota_digest_add(&updater->hash, data, size);
    if (offset >= image_size) /* the trailer's signatures are checked apart */
        return 0;
    return flota_digest_add_sealed(&updater->hash, offset, data,
                                   smaller(size, image_size - offset));
}

int flota_updater_start_read_back(struct flota_updater *updater)
{
    if (flota_digest_start(&updater->hash) != 0)
        return flota_updater_fail(updater, FLOTA_ERR_FLASH_VERIFY);
    updater->status.phase = FLOTA_UPDATE_VERIFYING;
    updater->cursor = 0;
    updater->order.crc = 0;
    updater->step = FLOTA_STEP_READ_BACK;
    return FLOTA_UPDATER_GOES_ON;
}

/* All is in flash: were the bytes that came the image that the block describes? */
int flota_updater_begin_read_back(struct flota_updater *updater)
{
    if (flota_digest_finish(&updater->hash, updater->sent_digest) != 0)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_CORRUPT);
    if (flota_updater_has_block(updater) &&
        memcmp(updater->sent_digest, updater->status.info.digest, FLOTA_IMAGE_DIGEST_SIZE) != 0)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_CORRUPT);
    return flota_updater_start_read_back(updater);
}

/* The block may claim any guard: look at the bytes. */
static int check_guard(const struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    const struct flota_image_info *info = &updater->status.info;
    uint8_t ours[READ_SIZE], theirs[READ_SIZE];
    uint32_t end = FLOTA_GUARD_OFFSET + FLOTA_GUARD_SIZE;
    if (!flota_updater_has_block(updater) || updater->request.consents.guard ||
        info->image_size < end || updater->target->running->image_size < end)
        return 0;
    for (uint32_t at = FLOTA_GUARD_OFFSET; at < end; at += READ_SIZE) {
        int error = flash->read(flash->port, FLOTA_SLOT_ACTIVE, at, ours, READ_SIZE);
        if (error == 0)
            error = flash->read(flash->port, FLOTA_SLOT_SPARE, at, theirs, READ_SIZE);
        if (error != 0)
            return error;
        if (memcmp(ours, theirs, READ_SIZE) != 0)
            return FLOTA_ERR_IMAGE_OTHER_GUARD;
    }
    return 0;
}

/* The signatures behind the image, unless its manifest was signed. */
static int check_trailer(struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    const struct flota_image_info *info = &updater->status.info;
    struct flota_trust *trust = updater->target->trust;
    if (!trust || !flota_updater_has_block(updater))
        return trust && trust->policy == FLOTA_SIGNATURES_REQUIRED && !updater->manifest_signed
                   ? FLOTA_ERR_SIGNATURE_MISSING
                   : 0;
    bool judged_before = updater->manifest_signed ||
                         (updater->is_reverting && info->trailer_size == 0); /* when it came */
    if (judged_before)
        return 0;
    int error = flash->read(flash->port, FLOTA_SLOT_SPARE, info->image_size, updater->buffer,
                            info->trailer_size);
    int result = error != 0
                     ? error
                     : flota_trust_check_trailer(trust, info, updater->buffer, info->trailer_size);
    updater->status.is_signed = result == FLOTA_SIGNED;
    return result < 0 ? result : 0;
}

static int end_read_back(struct flota_updater *updater)
{
    uint8_t flash_digest[FLOTA_IMAGE_DIGEST_SIZE];
    if (flota_digest_finish(&updater->hash, flash_digest) != 0 ||
        memcmp(flash_digest, updater->sent_digest, sizeof flash_digest) != 0)
        return flota_updater_fail(updater, FLOTA_ERR_FLASH_VERIFY);
    int error = check_guard(updater);
    if (error == 0)
        error = check_trailer(updater);
    if (error != 0)
        return flota_updater_fail(updater, error);
    uint32_t words = (updater->status.total + WORD_SIZE - 1) / WORD_SIZE;
    updater->order.words = (uint16_t)words;
    updater->step = updater->status.has_begun ? FLOTA_STEP_VERIFIED : FLOTA_STEP_CHOOSE;
    return updater->status.has_begun ? FLOTA_UPDATER_NEEDS_INPUT : FLOTA_UPDATER_GOES_ON;
}

/* The hash leaves out digest and crc32: compare the block itself, which is in the first slice. */
static bool block_is_wrong(const struct flota_updater *updater)
{
    return flota_updater_has_block(updater) && updater->cursor == 0 &&
           memcmp(updater->buffer + FLOTA_IMAGE_INFO_OFFSET, &updater->status.info,
                  FLOTA_IMAGE_INFO_SIZE) != 0;
}

/* Whole words are read: the records' crc covers them. */
int flota_updater_read_back(struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    uint32_t size = smaller(FLOTA_UPDATER_SLICE_SIZE, updater->status.total - updater->cursor);
    uint32_t padded = (size + WORD_SIZE - 1) / WORD_SIZE * WORD_SIZE;
    int error =
        flash->read(flash->port, FLOTA_SLOT_SPARE, updater->cursor, updater->buffer, padded);
    if (error != 0)
        return flota_updater_fail(updater, error);
    if (block_is_wrong(updater) ||
        flota_updater_add_to_hash(updater, updater->cursor, updater->buffer, size) != 0)
        return flota_updater_fail(updater, FLOTA_ERR_FLASH_VERIFY);
    updater->order.crc = flota_crc32(updater->order.crc, updater->buffer, padded);
    updater->cursor += size;
    updater->status.verified = updater->cursor;
    return updater->cursor < updater->status.total ? FLOTA_UPDATER_GOES_ON : end_read_back(updater);
}

/* What a recovered upload left is hashed as if it had just come. The ring takes new bytes
 * meanwhile. */
int flota_updater_rehash(struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    uint8_t bytes[READ_SIZE];
    uint32_t end = smaller(updater->cursor + FLOTA_UPDATER_SLICE_SIZE, updater->status.in_flash);
    while (updater->cursor < end) {
        uint32_t size = smaller(READ_SIZE, end - updater->cursor);
        int error = flash->read(flash->port, FLOTA_SLOT_SPARE, updater->cursor, bytes, size);
        if (error != 0)
            return flota_updater_fail(updater, error);
        if (flota_updater_add_to_hash(updater, updater->cursor, bytes, size) != 0)
            return flota_updater_fail(updater, FLOTA_ERR_IMAGE_CORRUPT);
        updater->cursor += size;
    }
    if (updater->cursor == updater->status.in_flash)
        updater->step = FLOTA_STEP_CHOOSE;
    return FLOTA_UPDATER_GOES_ON;
}
