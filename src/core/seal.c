/* seal.c - finish an image after the linker: its size, its guard's id, its digest, the block's
 * crc32.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crc32.h"
#include "digest.h"
#include "flota/error.h"
#include <stddef.h>
#include <string.h>

int flota_image_digest(const uint8_t *image, uint32_t size, uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE])
{
    mbedtls_sha256_context hash;
    if (flota_digest_start(&hash) != 0 || flota_digest_add_sealed(&hash, 0, image, size) != 0 ||
        flota_digest_finish(&hash, digest) != 0)
        return FLOTA_ERR_IMAGE_CORRUPT;
    return 0;
}

int flota_image_guard_id(const uint8_t *image, uint32_t size, uint8_t id[FLOTA_GUARD_ID_SIZE])
{
    mbedtls_sha256_context hash;
    uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE];
    memset(id, 0, FLOTA_GUARD_ID_SIZE);
    if (size < FLOTA_GUARD_OFFSET + FLOTA_GUARD_SIZE)
        return 0;
    if (flota_digest_start(&hash) != 0 ||
        flota_digest_add(&hash, image + FLOTA_GUARD_OFFSET, FLOTA_GUARD_SIZE) != 0 ||
        flota_digest_finish(&hash, digest) != 0)
        return FLOTA_ERR_IMAGE_CORRUPT;
    memcpy(id, digest, FLOTA_GUARD_ID_SIZE);
    return 0;
}

int flota_image_seal(uint8_t *image, uint32_t size)
{
    struct flota_image_info info;
    if (size < FLOTA_IMAGE_HEAD_SIZE)
        return size == 0 ? FLOTA_ERR_IMAGE_EMPTY : FLOTA_ERR_IMAGE_TOO_SHORT;
    memcpy(&info, image + FLOTA_IMAGE_INFO_OFFSET, sizeof info);
    if (info.magic != FLOTA_IMAGE_INFO_MAGIC)
        return FLOTA_ERR_IMAGE_NO_INFO;

    info.image_size = size;
    int error = flota_image_guard_id(image, size, info.guard_id);
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET, &info, sizeof info);
    if (error == 0)
        error = flota_image_digest(image, size, info.digest);
    if (error != 0)
        return error;
    info.crc32 = flota_crc32(0, &info, offsetof(struct flota_image_info, crc32));
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET, &info, sizeof info);
    return 0;
}
