/* signature.c - one ECDSA P-256 signature verified by mbedTLS, in memory that the caller lends.
 *
 * mbedTLS's allocator is set up and torn down within each call, so that nothing survives it.
 * Only functions that mbedTLS 2.28 and 3.x share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/signature.h"
#include "flota/error.h"
#include "mbedtls/ecdsa.h"
#include "mbedtls/memory_buffer_alloc.h"
#include "trust.h"
#include <string.h>

#define NUMBER_SIZE 32u

/* --- DER (X.690 8.3 and 10.1; RFC 3279 2.2.3) --- */

struct der {
    const uint8_t *bytes;
    size_t size;
};

/* The content of the next element, which must have this tag; lengths below 128 only. */
static bool read_element(struct der *der, uint8_t tag, struct der *content)
{
    if (der->size < 2 || der->bytes[0] != tag || der->bytes[1] > der->size - 2)
        return false;
    *content = (struct der){der->bytes + 2, der->bytes[1]};
    der->bytes += 2 + content->size;
    der->size -= 2 + content->size;
    return true;
}

/* A positive INTEGER in as few bytes as can be. */
static bool read_integer(struct der *der, uint8_t number[NUMBER_SIZE])
{
    struct der content;
    if (!read_element(der, 0x02, &content) || content.size == 0 || content.bytes[0] >= 0x80)
        return false;
    if (content.bytes[0] == 0) {
        if (content.size < 2 || content.bytes[1] < 0x80)
            return false;
        content.bytes++;
        content.size--;
    }
    if (content.size > NUMBER_SIZE)
        return false;
    memset(number, 0, NUMBER_SIZE - content.size);
    memcpy(number + NUMBER_SIZE - content.size, content.bytes, content.size);
    return true;
}

static bool read_signature(const uint8_t *bytes, size_t size, uint8_t numbers[FLOTA_NUMBERS_SIZE])
{
    struct der der = {bytes, size}, sequence;
    return read_element(&der, 0x30, &sequence) && der.size == 0 &&
           read_integer(&sequence, numbers) && read_integer(&sequence, numbers + NUMBER_SIZE) &&
           sequence.size == 0;
}

/* --- mbedTLS --- */

struct verification {
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    mbedtls_mpi r;
    mbedtls_mpi s;
};

static void begin(struct verification *verification, void *memory)
{
    mbedtls_memory_buffer_alloc_init(memory, FLOTA_SIGNATURE_MEMORY);
    mbedtls_ecp_group_init(&verification->group);
    mbedtls_ecp_point_init(&verification->point);
    mbedtls_mpi_init(&verification->r);
    mbedtls_mpi_init(&verification->s);
}

static void end(struct verification *verification)
{
    mbedtls_mpi_free(&verification->s);
    mbedtls_mpi_free(&verification->r);
    mbedtls_ecp_point_free(&verification->point);
    mbedtls_ecp_group_free(&verification->group);
    mbedtls_memory_buffer_alloc_free();
}

/* Source of the leading 4: SEC 1 2.3.4, an uncompressed point. */
static int load_point(struct verification *verification, const uint8_t point[FLOTA_KEY_SIZE])
{
    uint8_t uncompressed[1 + FLOTA_KEY_SIZE] = {0x04};
    memcpy(uncompressed + 1, point, FLOTA_KEY_SIZE);
    int error = mbedtls_ecp_group_load(&verification->group, MBEDTLS_ECP_DP_SECP256R1);
    if (error == 0)
        error = mbedtls_ecp_point_read_binary(&verification->group, &verification->point,
                                              uncompressed, sizeof uncompressed);
    if (error == 0)
        error = mbedtls_ecp_check_pubkey(&verification->group, &verification->point);
    return error;
}

/* That r and s lie between 1 and the curve's order - 1 is mbedTLS's first check. */
static int check(struct verification *verification, const uint8_t digest[32],
                 const uint8_t numbers[FLOTA_NUMBERS_SIZE])
{
    int error = mbedtls_mpi_read_binary(&verification->r, numbers, NUMBER_SIZE);
    if (error == 0)
        error = mbedtls_mpi_read_binary(&verification->s, numbers + NUMBER_SIZE, NUMBER_SIZE);
    if (error == 0)
        error = mbedtls_ecdsa_verify(&verification->group, digest, 32, &verification->point,
                                     &verification->r, &verification->s);
    return error;
}

int flota_signature_verify_numbers(const uint8_t point[FLOTA_KEY_SIZE], const uint8_t digest[32],
                                   const uint8_t numbers[FLOTA_NUMBERS_SIZE], void *memory)
{
    struct verification verification;
    begin(&verification, memory);
    int error = load_point(&verification, point);
    if (error == 0)
        error = check(&verification, digest, numbers);
    end(&verification);
    return error == 0 ? 0 : FLOTA_ERR_SIGNATURE_WRONG;
}

int flota_signature_verify(const uint8_t point[FLOTA_KEY_SIZE], const uint8_t digest[32],
                           const uint8_t *der, size_t size, void *memory)
{
    uint8_t numbers[FLOTA_NUMBERS_SIZE];
    if (!read_signature(der, size, numbers))
        return FLOTA_ERR_SIGNATURE_WRONG;
    return flota_signature_verify_numbers(point, digest, numbers, memory);
}

bool flota_signature_is_point(const uint8_t point[FLOTA_KEY_SIZE], void *memory)
{
    struct verification verification;
    begin(&verification, memory);
    int error = load_point(&verification, point);
    end(&verification);
    return error == 0;
}
