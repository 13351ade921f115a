/* trust.h - inside the core: what signature.c, trust.c and statement.c share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CORE_TRUST_H
#define FLOTA_CORE_TRUST_H

#include "flota/signature.h"

#define FLOTA_NUMBERS_SIZE 64u /* an ECDSA signature as r and s, 32 bytes each, big-endian */

/* Verify a signature that is given as r and s. As flota_signature_verify(). */
int flota_signature_verify_numbers(const uint8_t point[FLOTA_KEY_SIZE], const uint8_t digest[32],
                                   const uint8_t numbers[FLOTA_NUMBERS_SIZE], void *memory);

/* Is it a point of the curve, and not the one at infinity? Some 100 us. */
bool flota_signature_is_point(const uint8_t point[FLOTA_KEY_SIZE], void *memory);

/* Make a point a key, with its fingerprint. False when it is no point of the curve. */
bool flota_key_set(struct flota_key *key, const uint8_t point[FLOTA_KEY_SIZE], void *memory);

/* SHA-256 of bytes. False when the hash engine failed. */
bool flota_sha256(const void *data, uint32_t size, uint8_t digest[32]);

#endif
