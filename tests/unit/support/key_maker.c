/* key_maker.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "key_maker.h"
#include "mbedtls/ecdsa.h"
#include "mbedtls/memory_buffer_alloc.h"
#include "mbedtls/sha256.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_SIZE 65536u

static void require(int error)
{
    if (error != 0) {
        fprintf(stderr, "key maker: mbedTLS says %d\n", error);
        abort();
    }
}

static void sha256(const void *data, size_t size, uint8_t digest[32])
{
    require(mbedtls_sha256_ret(data, size, digest, 0));
}

/* --- numbers --- */

/* Bytes that look random and depend on the seed only. */
struct stream {
    uint8_t seed[64];
    uint32_t counter;
};

static int next_bytes(void *context, unsigned char *bytes, size_t size)
{
    struct stream *stream = context;
    uint8_t input[sizeof stream->seed + 4], block[32];
    for (size_t used = 0; used < size; used += sizeof block) {
        memcpy(input, stream->seed, sizeof stream->seed);
        memcpy(input + sizeof stream->seed, &stream->counter, 4);
        stream->counter++;
        sha256(input, sizeof input, block);
        memcpy(bytes + used, block, size - used < sizeof block ? size - used : sizeof block);
    }
    return 0;
}

struct signer {
    mbedtls_ecp_group group;
    mbedtls_mpi number, r, s;
    mbedtls_ecp_point point;
    unsigned char *memory;
};

static void begin(struct signer *signer)
{
    signer->memory = malloc(MEMORY_SIZE);
    if (!signer->memory)
        abort();
    mbedtls_memory_buffer_alloc_init(signer->memory, MEMORY_SIZE);
    mbedtls_ecp_group_init(&signer->group);
    mbedtls_ecp_point_init(&signer->point);
    mbedtls_mpi_init(&signer->number);
    mbedtls_mpi_init(&signer->r);
    mbedtls_mpi_init(&signer->s);
    require(mbedtls_ecp_group_load(&signer->group, MBEDTLS_ECP_DP_SECP256R1));
}

/* All that was allocated goes with the memory. */
static void end(struct signer *signer)
{
    mbedtls_memory_buffer_alloc_free();
    free(signer->memory);
}

/* --- keys --- */

static void describe(struct test_key *key)
{
    uint8_t spki[FLOTA_KEY_SPKI_SIZE] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                         0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                                         0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
    memcpy(spki + 27, key->point, FLOTA_KEY_SIZE);
    sha256(spki, sizeof spki, key->hash);
    key_base64(spki, sizeof spki, key->text);
}

void key_make(struct test_key *key, uint32_t seed)
{
    struct stream stream = {.seed = "a key for tests"};
    struct signer signer;
    uint8_t point[1 + FLOTA_KEY_SIZE];
    size_t size;
    memcpy(stream.seed + 32, &seed, sizeof seed);
    begin(&signer);
    require(
        mbedtls_ecp_gen_keypair(&signer.group, &signer.number, &signer.point, next_bytes, &stream));
    require(mbedtls_mpi_write_binary(&signer.number, key->number, sizeof key->number));
    require(mbedtls_ecp_point_write_binary(
        &signer.group, &signer.point, MBEDTLS_ECP_PF_UNCOMPRESSED, &size, point, sizeof point));
    end(&signer);
    memcpy(key->point, point + 1, sizeof key->point);
    describe(key);
}

void key_sign(const struct test_key *key, const uint8_t digest[32], uint8_t numbers[64])
{
    struct stream stream = {.counter = 0};
    struct signer signer;
    memcpy(stream.seed, key->number, 32);
    memcpy(stream.seed + 32, digest, 32);
    begin(&signer);
    require(mbedtls_mpi_read_binary(&signer.number, key->number, sizeof key->number));
    require(mbedtls_ecdsa_sign(&signer.group, &signer.r, &signer.s, &signer.number, digest, 32,
                               next_bytes, &stream));
    require(mbedtls_mpi_write_binary(&signer.r, numbers, 32));
    require(mbedtls_mpi_write_binary(&signer.s, numbers + 32, 32));
    end(&signer);
}

/* --- encodings --- */

static size_t add_integer(const uint8_t number[32], uint8_t *der)
{
    size_t skip = 0, used = 2;
    while (skip < 31 && number[skip] == 0)
        skip++;
    if (number[skip] >= 0x80)
        der[used++] = 0;
    memcpy(der + used, number + skip, 32 - skip);
    used += 32 - skip;
    der[0] = 0x02;
    der[1] = (uint8_t)(used - 2);
    return used;
}

size_t key_der(const uint8_t numbers[64], uint8_t der[FLOTA_SIGNATURE_SIZE_MAX])
{
    size_t size = 2;
    size += add_integer(numbers, der + size);
    size += add_integer(numbers + 32, der + size);
    der[0] = 0x30;
    der[1] = (uint8_t)(size - 2);
    return size;
}

size_t key_sign_der(const struct test_key *key, const uint8_t digest[32],
                    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX])
{
    uint8_t numbers[64];
    key_sign(key, digest, numbers);
    return key_der(numbers, der);
}

size_t key_base64(const void *data, size_t size, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *bytes = data;
    size_t used = 0;
    for (size_t i = 0; i < size; i += 3) {
        uint32_t left = size - i > 3 ? 3 : (uint32_t)(size - i), bits = 0;
        for (uint32_t j = 0; j < 3; j++)
            bits = bits << 8 | (j < left ? bytes[i + j] : 0);
        for (uint32_t j = 0; j < 4; j++)
            text[used++] = j <= left ? digits[bits >> (18 - 6 * j) & 63] : '=';
    }
    text[used] = '\0';
    return used;
}

size_t key_extra(const struct test_key *const keys[FLOTA_KEY_SLOTS], const uint8_t digest[32],
                 char extra[KEY_EXTRA_SIZE])
{
    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX];
    char text[FLOTA_SIGNATURE_SIZE_MAX * 2];
    size_t used = (size_t)snprintf(extra, KEY_EXTRA_SIZE, "{");
    for (unsigned i = 0; i < FLOTA_KEY_SLOTS; i++) {
        if (!keys[i])
            continue;
        key_base64(der, key_sign_der(keys[i], digest, der), text);
        used += (size_t)snprintf(extra + used, KEY_EXTRA_SIZE - used, "%s\"sig%u\":\"%s\"",
                                 used > 1 ? "," : "", i, text);
    }
    return used + (size_t)snprintf(extra + used, KEY_EXTRA_SIZE - used, "}");
}

static size_t add_half_words(uint8_t *bytes, size_t first, size_t second)
{
    bytes[0] = (uint8_t)first;
    bytes[1] = (uint8_t)(first >> 8);
    bytes[2] = (uint8_t)second;
    bytes[3] = (uint8_t)(second >> 8);
    return 4;
}

size_t key_trailer(const struct test_key *const *keys, size_t count, const uint8_t digest[32],
                   uint8_t trailer[FLOTA_TRAILER_SIZE_MAX])
{
    size_t used = 4;
    memset(trailer, 0xFF, FLOTA_TRAILER_SIZE_MAX);
    for (size_t i = 0; i < count; i++) {
        uint8_t der[FLOTA_SIGNATURE_SIZE_MAX];
        size_t size = key_sign_der(keys[i], digest, der);
        used += add_half_words(trailer + used, 0x0001, 32);
        memcpy(trailer + used, keys[i]->hash, 32);
        used += 32;
        used += add_half_words(trailer + used, 0x0022, size);
        memcpy(trailer + used, der, size);
        used += size;
    }
    add_half_words(trailer, 0x6907, used);
    return (used + 31) / 32 * 32;
}

/* --- statements --- */

void key_sign_statement(const struct test_key *root, struct flota_statement *statement)
{
    uint8_t digest[32];
    sha256(statement, 112, digest);
    key_sign(root, digest, statement->signature);
}

void key_statement(const struct test_key *root, uint32_t sequence, uint32_t slot,
                   const struct test_key *fresh, const char *product,
                   struct flota_statement *statement)
{
    memset(statement, 0, sizeof *statement);
    statement->magic = FLOTA_STATEMENT_MAGIC;
    statement->format = 1;
    statement->action = fresh ? FLOTA_STATEMENT_REPLACE : FLOTA_STATEMENT_REVOKE;
    statement->slot = (uint8_t)slot;
    statement->sequence = sequence;
    strncpy(statement->product, product, sizeof statement->product - 1);
    if (fresh)
        memcpy(statement->point, fresh->point, sizeof statement->point);
    key_sign_statement(root, statement);
}
