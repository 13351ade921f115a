/* key_maker.h - keys, signatures and statements for tests: what `flota keygen` and `flota sign` do.
 *
 *     struct test_key key;
 *     key_make(&key, 1);                       // any seed; the same seed is the same key
 *     config.keys[0] = key.text;
 *     size = key_sign_der(&key, digest, der);
 *
 * Signs with mbedTLS's ecdsa_sign, which the device never links, with a nonce made from key and
 * digest, so that a test repeats byte for byte. Not for real keys: they must not come from a seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KEY_MAKER_H
#define KEY_MAKER_H

#include "flota/signature.h"

#define KEY_TEXT_SIZE  125u /* base64 of the SPKI, and a zero */
#define KEY_EXTRA_SIZE 512u /* an extra field with four signatures, and a zero */

struct test_key {
    uint8_t number[32]; /* the private key */
    uint8_t point[FLOTA_KEY_SIZE];
    uint8_t hash[32]; /* SHA-256 of the SPKI */
    char text[KEY_TEXT_SIZE];
};

void key_make(struct test_key *key, uint32_t seed);

/* r and s of a signature over a digest. */
void key_sign(const struct test_key *key, const uint8_t digest[32], uint8_t numbers[64]);

/* r and s as DER. Returns its size. */
size_t key_der(const uint8_t numbers[64], uint8_t der[FLOTA_SIGNATURE_SIZE_MAX]);
size_t key_sign_der(const struct test_key *key, const uint8_t digest[32],
                    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX]);

/* Base64 with padding and a zero; text has room. Returns its length. */
size_t key_base64(const void *data, size_t size, char *text);

/* The manifest's extra field: {"sig0":"...","sig2":"..."}, a slot for each key that is not NULL.
 * Returns its length without the final zero. */
size_t key_extra(const struct test_key *const keys[FLOTA_KEY_SLOTS], const uint8_t digest[32],
                 char extra[KEY_EXTRA_SIZE]);

/* The trailer of an image with this digest: a KEYHASH and an ECDSA_SIG for each key, padded with
 * 0xFF to a multiple of 32. Returns its size. */
size_t key_trailer(const struct test_key *const *keys, size_t count, const uint8_t digest[32],
                   uint8_t trailer[FLOTA_TRAILER_SIZE_MAX]);

/* A statement about a slot, signed by root. fresh: the new key, or NULL to revoke. */
void key_statement(const struct test_key *root, uint32_t sequence, uint32_t slot,
                   const struct test_key *fresh, const char *product,
                   struct flota_statement *statement);

/* Sign a statement again after a test has changed it. */
void key_sign_statement(const struct test_key *root, struct flota_statement *statement);

#endif
