/* flota/image.h - the information block inside every image, and the checks made on it.
 *
 * The build writes the block at offset 0x400 of each .bin, behind the vector table. It says what
 * the image is, so that a wrong file is refused before the first erase, by the device, by the page
 * and by the host tool alike. All integers are little-endian; strings are UTF-8, zero-padded and
 * end with at least one zero.
 *
 * Thread safety: pure functions.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_IMAGE_H
#define FLOTA_IMAGE_H

#include "flota/flash.h"
#include "flota/platform.h"
#include <stdbool.h>
#include <stdint.h>

#define FLOTA_IMAGE_INFO_OFFSET 0x400u
#define FLOTA_IMAGE_INFO_SIZE   256u
#define FLOTA_IMAGE_HEAD_SIZE   (FLOTA_IMAGE_INFO_OFFSET + FLOTA_IMAGE_INFO_SIZE)
#define FLOTA_IMAGE_INFO_MAGIC  0x41544F4Cu /* "LOTA" in memory order */
#define FLOTA_IMAGE_INFO_FORMAT 1u
#define FLOTA_IMAGE_DIGEST_SIZE 32u
#define FLOTA_BUILD_ID_TEXT     17      /* 16 hexadecimal digits and a zero */
#define FLOTA_GUARD_OFFSET      0x500u  /* the guard's place in each image ... */
#define FLOTA_GUARD_SIZE        0x1B00u /* ... up to 0x2000, padded with erased bytes */
#define FLOTA_GUARD_ID_SIZE     8u
#define FLOTA_TRAILER_SIZE_MAX  1024u /* of the signatures behind an image, see signature.h */

/* 256 bytes at offset 0x400. The linker places it; `flota seal` fills image_size, guard_id, digest
 * and crc32; `flota sign` also trailer_size. */
struct flota_image_info {
    uint32_t magic;                          /* FLOTA_IMAGE_INFO_MAGIC */
    uint16_t format;                         /* FLOTA_IMAGE_INFO_FORMAT */
    uint16_t info_size;                      /* FLOTA_IMAGE_INFO_SIZE */
    uint32_t link_address;                   /* of the vector table */
    uint32_t image_size;                     /* bytes of the image without its trailer */
    uint32_t security_epoch;                 /* downgrade protection apart from the version */
    uint32_t flags;                          /* 0 */
    char product[32];                        /* images of one product replace each other */
    char board[32];                          /* "stm32h745i-disco" */
    char name[32];                           /* this firmware: "project1" */
    char version[32];                        /* "1.0.0", semantic versioning */
    uint32_t trailer_size;                   /* bytes of signatures behind image_size, 0: unsigned;
                                                a multiple of 32. The file has both */
    uint8_t guard_id[FLOTA_GUARD_ID_SIZE];   /* first bytes of the SHA-256 of the guard's place;
                                                zeros: the image ends before it */
    uint8_t reserved[56];                    /* 0 */
    uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE]; /* SHA-256 of the image with digest and crc32 as zeros;
                                                its first 8 bytes are the build id */
    uint32_t crc32;                          /* of the 252 bytes before it, zlib's polynomial */
};

_Static_assert(sizeof(struct flota_image_info) == FLOTA_IMAGE_INFO_SIZE, "wire format");

struct flota_trial; /* trial.h */
struct flota_trust; /* signature.h */

/* What a device compares an image with. */
struct flota_image_target {
    const struct flota_flash *flash;
    const struct flota_platform *platform;
    const struct flota_image_info *running; /* the firmware that runs; never NULL */
    struct flota_trust *trust;              /* keys and policy; NULL: no keys, unsigned allowed */
    const struct flota_trial *trial;        /* of the running firmware; NULL: it is not on trial */
};

/* What a person has consented to. */
struct flota_image_consents {
    bool foreign;   /* another product, or no information block at all */
    bool downgrade; /* an older version */
    bool guard;     /* another guard than the running firmware's */
    bool again;     /* an image that was rolled back here (?force=1) */
    bool options;   /* setting the option bytes that updates need, with a restart (ota.h) */
};

/* Find the information block in the first bytes of an image.
 *
 * head, size: the image's first bytes.
 *
 * Returns 1 and fills info, 0 when there is none (no magic), FLOTA_ERR_IMAGE_TOO_SHORT when size is
 * less than FLOTA_IMAGE_HEAD_SIZE, FLOTA_ERR_IMAGE_BAD_INFO when the magic is there but format,
 * size, strings or crc32 are not right. */
int flota_image_find_info(const uint8_t *head, uint32_t size, struct flota_image_info *info);

/* Decide from an image's first FLOTA_IMAGE_HEAD_SIZE bytes whether it may be written to the spare
 * slot.
 *
 * total_size: bytes of the whole file, or 0 while unknown.
 * info:       filled; info->magic is 0 when there is no sound block (a consented foreign image).
 *
 * Checks in this order: vector table (stack pointer in RAM, reset vector a Thumb address inside the
 * image sectors, which lie at the address that the block states), block, board, link address, size,
 * product, security epoch, guard, version. The version counts within one product only; nobody can
 * consent to a lower epoch.
 * Returns 0, or the FLOTA_ERR_IMAGE_* that says why not. */
int flota_image_check(const struct flota_image_target *target,
                      const struct flota_image_consents *consents, const uint8_t *head,
                      uint32_t head_size, uint32_t total_size, struct flota_image_info *info);

/* Compute the digest of a whole image with an information block, as its block states it.
 *
 * Returns 0, or FLOTA_ERR_IMAGE_CORRUPT when the hash engine failed. */
int flota_image_digest(const uint8_t *image, uint32_t size,
                       uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE]);

/* Compute the guard's id of an image that lies whole in memory: the first 8 bytes of the SHA-256 of
 * its bytes 0x500 to 0x2000, or zeros when it ends before 0x2000.
 *
 * Returns 0, or FLOTA_ERR_IMAGE_CORRUPT when the hash engine failed. */
int flota_image_guard_id(const uint8_t *image, uint32_t size, uint8_t id[FLOTA_GUARD_ID_SIZE]);

/* Fill image_size, guard_id, digest and crc32 of an image that lies whole in memory; what a build
 * does last, and what signing does after it has set trailer_size.
 *
 * size: bytes of the image without its trailer.
 *
 * Returns 0, or FLOTA_ERR_IMAGE_EMPTY, _TOO_SHORT, _NO_INFO (no magic at FLOTA_IMAGE_INFO_OFFSET).
 * The other fields are not judged: flota_image_check() on the result does that. */
int flota_image_seal(uint8_t *image, uint32_t size);

/* Order two versions by semantic versioning 2.0.0 clause 11 (build metadata ignored; a text that is
 * no version sorts before every version). Returns < 0, 0, > 0. */
int flota_version_compare(const char *a, const char *b);

/* Write bytes as hexadecimal digits and a zero: 2 * size + 1 characters. */
void flota_hex_text(const uint8_t *bytes, uint32_t size, char *text);

/* Write the build id, the digest's first 8 bytes, as 16 hexadecimal digits. */
void flota_build_id_text(const struct flota_image_info *info, char text[FLOTA_BUILD_ID_TEXT]);

#endif
