/* digest.c - SHA-256 in pieces, by mbedTLS.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "digest.h"
#include "mbedtls/version.h"
#include <stddef.h>

/* mbedTLS 2.28 calls them ..._ret; 3.x dropped the suffix and maps the old names in this header. */
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include "mbedtls/compat-2.x.h"
#endif

/* The bytes hashed as zeros: the digest and the crc32 end the block. */
#define BLANKED_SIZE  (FLOTA_IMAGE_DIGEST_SIZE + 4u)
#define BLANKED_END   FLOTA_IMAGE_HEAD_SIZE
#define BLANKED_START (BLANKED_END - BLANKED_SIZE)

_Static_assert(BLANKED_START == FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest),
               "the digest and the crc32 end the block");

static const uint8_t zeros[BLANKED_SIZE];

int flota_digest_start(mbedtls_sha256_context *hash)
{
    mbedtls_sha256_init(hash);
    return mbedtls_sha256_starts_ret(hash, 0);
}

int flota_digest_add(mbedtls_sha256_context *hash, const uint8_t *data, uint32_t size)
{
    return mbedtls_sha256_update_ret(hash, data, size);
}

static uint32_t limit(uint32_t value, uint32_t low, uint32_t high)
{
    return value < low ? low : value > high ? high : value;
}

int flota_digest_add_sealed(mbedtls_sha256_context *hash, uint32_t offset, const uint8_t *data,
                            uint32_t size)
{
    uint32_t end = offset + size;
    uint32_t blank_from = limit(BLANKED_START, offset, end);
    uint32_t blank_to = limit(BLANKED_END, offset, end);
    if (blank_from >= blank_to)
        return flota_digest_add(hash, data, size);

    int result = flota_digest_add(hash, data, blank_from - offset);
    if (result == 0)
        result = flota_digest_add(hash, zeros, blank_to - blank_from);
    if (result == 0)
        result = flota_digest_add(hash, data + (blank_to - offset), end - blank_to);
    return result;
}

int flota_digest_finish(mbedtls_sha256_context *hash, uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE])
{
    int result = mbedtls_sha256_finish_ret(hash, digest);
    mbedtls_sha256_free(hash);
    return result;
}
