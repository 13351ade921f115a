/* access_password.c - PBKDF2-HMAC-SHA-256, so many iterations at a time.
 *
 * The result has the length of one hash: one block. The states of SHA-256 behind the two padded
 * keys are kept, so that an iteration costs two compressions of 64 bytes.
 *
 * Source: RFC 8018 5.2 (PBKDF2), RFC 2104 (HMAC).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include "flota/error.h"
#include "mbedtls/version.h"
#include <string.h>

/* mbedTLS 2.28 calls them ..._ret; 3.x dropped the suffix and maps the old names in this header. */
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include "mbedtls/compat-2.x.h"
#endif

#define BLOCK_SIZE 64u /* of SHA-256 */
#define HASH_SIZE  32u

static const uint8_t first_block[] = {0, 0, 0, 1};

/* --- HMAC --- */

static int start_padded(mbedtls_sha256_context *hash, const uint8_t key[BLOCK_SIZE], uint8_t pad)
{
    uint8_t padded[BLOCK_SIZE];
    for (size_t i = 0; i < BLOCK_SIZE; i++)
        padded[i] = key[i] ^ pad;
    mbedtls_sha256_init(hash);
    int failed =
        mbedtls_sha256_starts_ret(hash, 0) | mbedtls_sha256_update_ret(hash, padded, sizeof padded);
    flota_access_wipe(padded, sizeof padded);
    return failed;
}

static int start_key(struct flota_access_derivation *derivation, const char *password)
{
    uint8_t key[BLOCK_SIZE] = {0};
    size_t size = strlen(password);
    int failed = 0;
    if (size > sizeof key)
        failed = mbedtls_sha256_ret((const uint8_t *)password, size, key, 0);
    else
        memcpy(key, password, size);
    failed |= start_padded(&derivation->inner, key, 0x36);
    failed |= start_padded(&derivation->outer, key, 0x5C);
    flota_access_wipe(key, sizeof key);
    return failed;
}

/* What inner was given so far, as an HMAC. */
static int finish(const struct flota_access_derivation *derivation, mbedtls_sha256_context *inner,
                  uint8_t result[HASH_SIZE])
{
    mbedtls_sha256_context outer;
    uint8_t hash[HASH_SIZE];
    int failed = mbedtls_sha256_finish_ret(inner, hash);
    mbedtls_sha256_clone(&outer, &derivation->outer);
    failed |= mbedtls_sha256_update_ret(&outer, hash, sizeof hash);
    return failed | mbedtls_sha256_finish_ret(&outer, result);
}

/* --- PBKDF2 --- */

int flota_access_derive_start(struct flota_access_derivation *derivation, const char *password,
                              const struct flota_access_password *how)
{
    mbedtls_sha256_context inner;
    int failed = start_key(derivation, password);
    mbedtls_sha256_clone(&inner, &derivation->inner);
    failed |= mbedtls_sha256_update_ret(&inner, how->salt, sizeof how->salt);
    failed |= mbedtls_sha256_update_ret(&inner, first_block, sizeof first_block);
    failed |= finish(derivation, &inner, derivation->link);
    memcpy(derivation->sum, derivation->link, sizeof derivation->sum);
    derivation->left = how->iterations - 1;
    mbedtls_sha256_free(&inner);
    return failed ? FLOTA_ERR_NOT_READY : 0;
}

static int iterate(struct flota_access_derivation *derivation)
{
    mbedtls_sha256_context inner;
    mbedtls_sha256_clone(&inner, &derivation->inner);
    int failed = mbedtls_sha256_update_ret(&inner, derivation->link, sizeof derivation->link);
    failed |= finish(derivation, &inner, derivation->link);
    for (size_t i = 0; i < HASH_SIZE; i++)
        derivation->sum[i] ^= derivation->link[i];
    return failed;
}

int flota_access_derive(struct flota_access_derivation *derivation, uint32_t iterations)
{
    int failed = 0;
    for (; iterations > 0 && derivation->left > 0 && !failed; iterations--) {
        failed = iterate(derivation);
        derivation->left--;
    }
    if (failed)
        return FLOTA_ERR_NOT_READY;
    return derivation->left == 0;
}
