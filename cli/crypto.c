/* crypto.c - the only file of the tool that names mbedTLS functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crypto.h"
#include "mbedtls/base64.h"
#include "mbedtls/ecdsa.h"
#include "mbedtls/entropy.h"
#include "mbedtls/hmac_drbg.h"
#include "mbedtls/pk.h"
#include "mbedtls/platform_util.h"
#include "mbedtls/sha1.h"
#include "mbedtls/sha256.h"
#include <stdlib.h>
#include <string.h>

_Static_assert(CRYPTO_NUMBER_SIZE == 32, "P-256");

/* --- random numbers --- */

struct random_source {
    mbedtls_entropy_context entropy;
    mbedtls_hmac_drbg_context generator;
};

static bool open_random(struct random_source *source)
{
    mbedtls_entropy_init(&source->entropy);
    mbedtls_hmac_drbg_init(&source->generator);
    return mbedtls_hmac_drbg_seed(&source->generator, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                                  mbedtls_entropy_func, &source->entropy, NULL, 0) == 0;
}

static void close_random(struct random_source *source)
{
    mbedtls_hmac_drbg_free(&source->generator);
    mbedtls_entropy_free(&source->entropy);
}

/* --- keys: mbedTLS's form and ours --- */

static bool export_key(mbedtls_ecp_keypair *pair, bool has_private, struct crypto_key *key)
{
    uint8_t point[1 + sizeof key->point];
    size_t size = 0;
    memset(key, 0, sizeof *key);
    key->has_private = has_private;
    if (mbedtls_ecp_point_write_binary(&pair->grp, &pair->Q, MBEDTLS_ECP_PF_UNCOMPRESSED, &size,
                                       point, sizeof point) != 0 ||
        size != sizeof point)
        return false;
    memcpy(key->point, point + 1, sizeof key->point);
    return !has_private || mbedtls_mpi_write_binary(&pair->d, key->number, sizeof key->number) == 0;
}

static bool import_key(const struct crypto_key *key, mbedtls_ecp_keypair *pair)
{
    uint8_t point[1 + sizeof key->point] = {0x04}; /* SEC 1 2.3.4: uncompressed */
    memcpy(point + 1, key->point, sizeof key->point);
    return mbedtls_ecp_group_load(&pair->grp, MBEDTLS_ECP_DP_SECP256R1) == 0 &&
           mbedtls_ecp_point_read_binary(&pair->grp, &pair->Q, point, sizeof point) == 0 &&
           mbedtls_mpi_read_binary(&pair->d, key->number, sizeof key->number) == 0;
}

bool crypto_generate(struct crypto_key *key)
{
    struct random_source random;
    mbedtls_ecp_keypair pair;
    mbedtls_ecp_keypair_init(&pair);
    bool made = open_random(&random) &&
                mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, &pair, mbedtls_hmac_drbg_random,
                                    &random.generator) == 0 &&
                export_key(&pair, true, key);
    mbedtls_ecp_keypair_free(&pair);
    close_random(&random);
    return made;
}

/* A private key's file may state a public one that is not its own. */
static bool is_sound(mbedtls_ecp_keypair *pair, bool has_private)
{
    return pair->grp.id == MBEDTLS_ECP_DP_SECP256R1 &&
           mbedtls_ecp_check_pubkey(&pair->grp, &pair->Q) == 0 &&
           (!has_private || mbedtls_ecp_check_pub_priv(pair, pair) == 0);
}

static bool take_key(mbedtls_pk_context *parsed, bool has_private, struct crypto_key *key)
{
    if (mbedtls_pk_get_type(parsed) != MBEDTLS_PK_ECKEY)
        return false;
    mbedtls_ecp_keypair *pair = mbedtls_pk_ec(*parsed);
    return is_sound(pair, has_private) && export_key(pair, has_private, key);
}

typedef int (*key_parser)(mbedtls_pk_context *parsed, const uint8_t *text, size_t size);

static int parse_private(mbedtls_pk_context *parsed, const uint8_t *text, size_t size)
{
    return mbedtls_pk_parse_key(parsed, text, size, NULL, 0);
}

static bool parse(key_parser parser, bool is_private, const uint8_t *text, size_t size,
                  struct crypto_key *key)
{
    mbedtls_pk_context parsed;
    mbedtls_pk_init(&parsed);
    bool good = parser(&parsed, text, size) == 0 && take_key(&parsed, is_private, key);
    mbedtls_pk_free(&parsed);
    return good;
}

bool crypto_read_key(const uint8_t *text, size_t size, struct crypto_key *key)
{
    /* DER: the zero behind it is none of its bytes. */
    size_t used = size > 0 && text[0] == '0' ? size - 1 : size;
    return parse(parse_private, true, text, used, key) ||
           parse(mbedtls_pk_parse_public_key, false, text, used, key);
}

/* Run one of mbedTLS's writers on a key. */
static bool write_key(const struct crypto_key *key,
                      int (*writer)(mbedtls_pk_context *, uint8_t *, size_t), uint8_t *out,
                      size_t capacity, size_t *size)
{
    mbedtls_pk_context made;
    mbedtls_pk_init(&made);
    int written = -1;
    if (mbedtls_pk_setup(&made, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0 &&
        import_key(key, mbedtls_pk_ec(made)))
        written = writer(&made, out, capacity);
    mbedtls_pk_free(&made);
    *size = written < 0 ? 0 : (size_t)written;
    return written >= 0;
}

bool crypto_write_pem(const struct crypto_key *key, char text[CRYPTO_PEM_MAX])
{
    size_t size;
    return key->has_private &&
           write_key(key, mbedtls_pk_write_key_pem, (uint8_t *)text, CRYPTO_PEM_MAX, &size);
}

bool crypto_write_spki(const struct crypto_key *key, uint8_t spki[CRYPTO_SPKI_SIZE])
{
    size_t size; /* it is written at the buffer's end, which it fills */
    return write_key(key, mbedtls_pk_write_pubkey_der, spki, CRYPTO_SPKI_SIZE, &size) &&
           size == CRYPTO_SPKI_SIZE;
}

/* --- signatures --- */

static bool sign(mbedtls_ecp_keypair *pair, struct random_source *random, const uint8_t digest[32],
                 uint8_t numbers[64])
{
    mbedtls_mpi r, s;
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    bool done =
        mbedtls_ecdsa_sign_det_ext(&pair->grp, &r, &s, &pair->d, digest, 32, MBEDTLS_MD_SHA256,
                                   mbedtls_hmac_drbg_random, &random->generator) == 0 &&
        mbedtls_mpi_write_binary(&r, numbers, CRYPTO_NUMBER_SIZE) == 0 &&
        mbedtls_mpi_write_binary(&s, numbers + CRYPTO_NUMBER_SIZE, CRYPTO_NUMBER_SIZE) == 0;
    mbedtls_mpi_free(&s);
    mbedtls_mpi_free(&r);
    return done;
}

/* The random numbers blind the private one while it is worked with; the result has none of them. */
bool crypto_sign(const struct crypto_key *key, const uint8_t digest[32], uint8_t numbers[64])
{
    struct random_source random;
    mbedtls_ecp_keypair pair;
    mbedtls_ecp_keypair_init(&pair);
    bool done = open_random(&random) && key->has_private && import_key(key, &pair) &&
                sign(&pair, &random, digest, numbers);
    mbedtls_ecp_keypair_free(&pair);
    close_random(&random);
    return done;
}

/* X.690 8.3: an INTEGER in as few bytes as can be, with a zero before a first bit that is set. */
static size_t write_integer(const uint8_t number[CRYPTO_NUMBER_SIZE], uint8_t *der)
{
    size_t skipped = 0;
    while (skipped < CRYPTO_NUMBER_SIZE - 1 && number[skipped] == 0)
        skipped++;
    size_t padding = number[skipped] >= 0x80 ? 1 : 0;
    size_t size = CRYPTO_NUMBER_SIZE - skipped;
    der[0] = 0x02;
    der[1] = (uint8_t)(padding + size);
    der[2] = 0;
    memcpy(der + 2 + padding, number + skipped, size);
    return 2 + padding + size;
}

size_t crypto_signature_der(const uint8_t numbers[64], uint8_t der[CRYPTO_DER_MAX])
{
    size_t size = write_integer(numbers, der + 2);
    size += write_integer(numbers + CRYPTO_NUMBER_SIZE, der + 2 + size);
    der[0] = 0x30;
    der[1] = (uint8_t)size;
    return 2 + size;
}

/* --- hashes and text: they fail only when mbedTLS is built wrongly --- */

void crypto_sha256(const void *data, size_t size, uint8_t digest[32])
{
    if (mbedtls_sha256_ret(data, size, digest, 0) != 0)
        abort();
}

void crypto_sha1(const void *data, size_t size, uint8_t digest[20])
{
    if (mbedtls_sha1_ret(data, size, digest) != 0)
        abort();
}

void crypto_base64(const void *data, size_t size, char *text)
{
    size_t written;
    if (mbedtls_base64_encode((uint8_t *)text, CRYPTO_BASE64_SIZE(size), &written, data, size) != 0)
        abort();
}

void crypto_forget(void *data, size_t size)
{
    mbedtls_platform_zeroize(data, size);
}
