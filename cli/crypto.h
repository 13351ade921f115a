/* crypto.h - the tool's own cryptography: what makes keys and signatures.
 *
 * What checks them is the device's own code, linked into the tool. Both come from mbedTLS, with
 * different settings: CMakeLists.txt says how they live in one program.
 *
 * ECDSA P-256, deterministic (RFC 6979): the same key and bytes give the same signature, so that
 * builds are reproducible and no signature depends on the machine's random numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_CRYPTO_H
#define FLOTA_CLI_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_NUMBER_SIZE       32u
#define CRYPTO_SPKI_SIZE         91u /* SubjectPublicKeyInfo of a P-256 key, RFC 5480 */
#define CRYPTO_DER_MAX           72u /* ECDSA-Sig-Value, RFC 3279 2.2.3 */
#define CRYPTO_PEM_MAX           512u
#define CRYPTO_BASE64_SIZE(size) (((size) + 2u) / 3u * 4u + 1u) /* with its zero */

struct crypto_key {
    bool has_private;
    uint8_t number[CRYPTO_NUMBER_SIZE]; /* the private one */
    uint8_t point[2 * CRYPTO_NUMBER_SIZE];
};

/* Make a key. Returns false when the system gave no random numbers. */
bool crypto_generate(struct crypto_key *key);

/* Read a key: PEM or DER, private (SEC 1 or PKCS #8, without password) or public (SPKI). text must
 * end with a zero, which size counts. Returns false when it is none, or not on P-256. */
bool crypto_read_key(const uint8_t *text, size_t size, struct crypto_key *key);

/* Write a private key as PEM. Returns false when it does not fit. */
bool crypto_write_pem(const struct crypto_key *key, char text[CRYPTO_PEM_MAX]);

bool crypto_write_spki(const struct crypto_key *key, uint8_t spki[CRYPTO_SPKI_SIZE]);

/* Sign a digest. numbers: r and s, big-endian. Returns false when the key has no private half. */
bool crypto_sign(const struct crypto_key *key, const uint8_t digest[32], uint8_t numbers[64]);

/* r and s as DER. Returns its size. */
size_t crypto_signature_der(const uint8_t numbers[64], uint8_t der[CRYPTO_DER_MAX]);

void crypto_sha256(const void *data, size_t size, uint8_t digest[32]);
void crypto_sha1(const void *data, size_t size, uint8_t digest[20]);
void crypto_base64(const void *data, size_t size, char *text); /* CRYPTO_BASE64_SIZE(size) */

/* Overwrite what must not stay in memory. */
void crypto_forget(void *data, size_t size);

#endif
