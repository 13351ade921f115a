/* flota/signature.h - whose firmware a device takes: keys, signatures, rotation and revocation.
 *
 * ECDSA P-256 over SHA-256. A bundle's manifest is signed in the extra field of its ZIP entry; an
 * image carries its signatures behind itself, in a trailer of TLVs. A device has four key slots,
 * set by its firmware. A statement signed with the key of slot 0 (the root key, kept offline)
 * replaces or revokes a key; statements stand in the journals, and the one with the highest
 * sequence number wins. SPEC.md has the bytes.
 *
 *     flota_trust_init(&trust, &config);
 *     flota_trust_load(&trust, flash);              // statements that arrived earlier
 *     result = flota_trust_check_manifest(&trust, digest, extra, extra_size);
 *
 * Thread safety: one caller in the program (mbedTLS's allocator has one state).  Allocation: none;
 * big numbers live in the caller's struct.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_SIGNATURE_H
#define FLOTA_SIGNATURE_H

#include "flota/flash.h"
#include "flota/image.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_KEY_SLOTS          4u
#define FLOTA_KEY_SIZE           64u   /* a point of P-256: X and Y, 32 bytes each, big-endian */
#define FLOTA_KEY_SPKI_SIZE      91u   /* the same key as SubjectPublicKeyInfo in DER (RFC 5480) */
#define FLOTA_SIGNATURE_SIZE_MAX 72u   /* DER: SEQUENCE of two INTEGERs */
#define FLOTA_SIGNATURE_MEMORY   6144u /* bytes; one verification uses 3288, on 64 bits 4968 */
#define FLOTA_STATEMENTS_MAX     16u   /* key statements that a device keeps: 1 s of a start */

enum flota_signature_policy {
    FLOTA_SIGNATURES_OPTIONAL, /* unsigned firmware is taken; a signature that is there must hold */
    FLOTA_SIGNATURES_REQUIRED  /* by a key of a slot; without any key nothing is taken */
};

enum flota_key_state { FLOTA_KEY_EMPTY, FLOTA_KEY_ACTIVE, FLOTA_KEY_REVOKED };

/* Set by the firmware (flota_config.h). */
struct flota_trust_config {
    enum flota_signature_policy policy;
    const char *keys[FLOTA_KEY_SLOTS]; /* base64 of the SPKI, as flota keygen prints it; or NULL */
    const char *product;               /* statements are for one product; at most 31 bytes */
};

struct flota_key {
    uint8_t point[FLOTA_KEY_SIZE];
    uint8_t hash[32]; /* SHA-256 of the SPKI in DER: the fingerprint, MCUboot's KEYHASH */
    enum flota_key_state state;
};

/* Caller-owned, as long as updates are taken. Treat all members as private but policy and keys. */
struct flota_trust {
    enum flota_signature_policy policy;
    struct flota_key keys[FLOTA_KEY_SLOTS];
    struct flota_key replaced[FLOTA_KEY_SLOTS]; /* state REVOKED: the key that stood here before */
    char product[32];
    uint32_t sequence; /* of the last statement, 0: none */
    uint64_t memory[FLOTA_SIGNATURE_MEMORY / 8u];
};

/* Results besides errors. */
#define FLOTA_UNSIGNED 0
#define FLOTA_SIGNED   1

/* Set up. Returns 0, or FLOTA_ERR_KEY_UNKNOWN when a key is no valid base64 SPKI of a point of
 * P-256: the policy then is REQUIRED with no key, so that nothing is taken by mistake. */
int flota_trust_init(struct flota_trust *trust, const struct flota_trust_config *config);

/* Verify one signature. digest: 32 bytes, SHA-256 of what was signed. der: ECDSA-Sig-Value
 * (RFC 3279 2.2.3), strictly: any other encoding of the same numbers is refused. Returns 0 or
 * FLOTA_ERR_SIGNATURE_WRONG. Blocks for 26 million instructions of a Cortex-M7 and 1.3 KB of stack.
 * memory: FLOTA_SIGNATURE_MEMORY bytes, used during the call. */
int flota_signature_verify(const uint8_t point[FLOTA_KEY_SIZE], const uint8_t digest[32],
                           const uint8_t *der, size_t size, void *memory);

/* ---- a bundle's manifest ---- */

/* Check the signatures of a manifest.
 *
 * digest: SHA-256 of its exact bytes.
 * trust: NULL as in struct flota_image_target; the same below.
 * extra, size: the value of extra field 0x293a, JSON {"sig0":"base64 DER",...}; size 0: none. The
 *   number behind "sig" is the key slot; members of other names are skipped. A flat object of
 *   strings without escapes, each slot once.
 *
 * Returns FLOTA_SIGNED when at least one signature by an active key is there and every one by an
 * active key holds; FLOTA_UNSIGNED when there is none and the policy is OPTIONAL (with no keys at
 * all signatures are not looked at); FLOTA_ERR_SIGNATURE_MISSING, _SIGNATURE_WRONG, _KEY_UNKNOWN
 * (only slots without a key), _KEY_REVOKED (only revoked slots, or by the key that was replaced:
 * told by trying it). Malformed JSON or base64: _SIGNATURE_WRONG. At most 8 verifications. */
int flota_trust_check_manifest(struct flota_trust *trust, const uint8_t digest[32],
                               const char *extra, size_t size);

/* ---- an image's trailer ----
 *
 * {u16 0x6907, u16 total bytes} then TLVs {u16 type, u16 size, value}: 0x0001 KEYHASH (32 bytes,
 * SHA-256 of the SPKI), each followed by its 0x0022 ECDSA_SIG (DER) over the digest of the
 * information block; unknown types are skipped; then 0xFF up to trailer_size. As MCUboot's, but
 * the digest is the block's. */

/* Before the first erase: what the block tells. manifest_signed: the manifest that binds this image
 * was. Returns 0, or FLOTA_ERR_SIGNATURE_MISSING (REQUIRED, manifest not signed, no trailer). */
int flota_trust_check_block(const struct flota_trust *trust, const struct flota_image_info *info,
                            bool manifest_signed);

/* After the read-back. trailer: info->trailer_size bytes as read from flash.
 * Returns as flota_trust_check_manifest(). Every pair whose key is active must hold; size 0:
 * unsigned. Malformed TLVs, or a key that signs twice: FLOTA_ERR_SIGNATURE_WRONG. At most 4
 * verifications. */
int flota_trust_check_trailer(struct flota_trust *trust, const struct flota_image_info *info,
                              const uint8_t *trailer, size_t size);

/* ---- key statements ---- */

enum flota_statement_action { FLOTA_STATEMENT_REVOKE = 1, FLOTA_STATEMENT_REPLACE = 2 };

#define FLOTA_STATEMENT_MAGIC 0x53594B46u /* "FKYS" in memory order */

/* 176 bytes, little-endian. */
struct flota_statement {
    uint32_t magic;    /* FLOTA_STATEMENT_MAGIC */
    uint16_t format;   /* 1 */
    uint8_t action;    /* enum flota_statement_action */
    uint8_t slot;      /* that it is about */
    uint32_t sequence; /* from 1, higher than all before */
    uint32_t zero;
    char product[32];
    uint8_t point[FLOTA_KEY_SIZE]; /* REPLACE: the new key; REVOKE: zeros */
    uint8_t signature[64];         /* r and s, 32 bytes each, big-endian, by the key of slot 0 */
};

_Static_assert(sizeof(struct flota_statement) == 176, "wire format");

/* Apply the statements in both journals, once after flota_trust_init(): of slot 0 all that are
 * complete and valid, in the order of their sequence, for each says who signed what follows; of
 * each other slot the newest such one. An incomplete or invalid one is passed over. Returns how
 * many were applied.
 *
 * Verifies at most FLOTA_STATEMENTS_MAX, usually one per slot: should a journal hold more, which
 * flota_trust_accept() does not bring about, then those with the highest sequences count. */
int flota_trust_load(struct flota_trust *trust, const struct flota_flash *flash);

/* Verify a statement, append it to the active slot's journal (read back), apply it.
 *
 * Returns 0 (also for the last one, sent again: it is written a second time, for a power cut may
 * have left its last record readable today only), FLOTA_ERR_STATEMENT_BAD (size, magic, product,
 * slot, point, signature; revoking slot 0, which would lock out), FLOTA_ERR_STATEMENT_OLD,
 * FLOTA_ERR_JOURNAL when it cannot be stored or FLOTA_STATEMENTS_MAX are there: nothing is in force
 * that was not before. Flash must be idle. */
int flota_trust_accept(struct flota_trust *trust, const struct flota_flash *flash,
                       const void *statement, size_t size);

/* At each update, and before the spare slot's journal is erased: append the statements that only it
 * has to the active slot's journal, and, while there is room, a second copy of each that has one
 * there (a power cut may have left the last record of the first readable today only). Needs no
 * keys: whole and well-formed ones are copied, loading judges them. Returns 0 or FLOTA_ERR_JOURNAL.
 * Flash must be idle. */
int flota_trust_save(const struct flota_flash *flash);

#endif
