/* digest.h - SHA-256 of an image, in pieces of any size.
 *
 * An image that states its own digest is hashed with the digest and the crc32 of its information
 * block as zeros; what those 36 bytes hold is compared apart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CORE_DIGEST_H
#define FLOTA_CORE_DIGEST_H

#include "flota/image.h"
#include "mbedtls/sha256.h"

/* Each returns 0, or another value when the hash engine failed; then no digest may be trusted. */

int flota_digest_start(mbedtls_sha256_context *hash);

/* Hash the next bytes as they are. */
int flota_digest_add(mbedtls_sha256_context *hash, const uint8_t *data, uint32_t size);

/* Hash the next bytes of an image with an information block, which lie at offset. */
int flota_digest_add_sealed(mbedtls_sha256_context *hash, uint32_t offset, const uint8_t *data,
                            uint32_t size);

int flota_digest_finish(mbedtls_sha256_context *hash, uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE]);

#endif
