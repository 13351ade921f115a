/* flota/bundle.h - a ZIP bundle, read as a stream: manifest.json first, then its parts.
 *
 * Bytes come in pieces of any size; the parser does no I/O and keeps no more than the manifest and
 * one header. What the manifest shows to be wrong is refused before a byte of a part is given out.
 * Entries are stored, not compressed; names lose a leading folder; ZIP data descriptors are coped
 * with. The central directory is read to its end and must list the very entries that came: bytes
 * behind it are an error. An entry's name has at most 127 bytes, its leading folder 64 of them.
 *
 *     while (size > 0 || event != FLOTA_BUNDLE_NEEDS_INPUT) {
 *         size_t used;
 *         event = flota_bundle_next(&bundle, data, size, &used);
 *         if (event < 0)
 *             return event;
 *         data += used, size -= used;
 *         if (event == FLOTA_BUNDLE_DATA) {            // bytes of the image lie at data
 *             size_t taken = take(data, bundle.data_size);
 *             flota_bundle_taken(&bundle, data, taken);
 *             data += taken, size -= taken;
 *         }
 *     }
 *
 * Source: PKWARE APPNOTE 6.3.9, sections 4.3.7 (local header), 4.3.9 (data descriptor), 4.3.12
 * (central directory), 4.3.16 (its end), 4.5 (extra fields).
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_BUNDLE_H
#define FLOTA_BUNDLE_H

#include "mbedtls/sha256.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_BUNDLE_MAGIC         0x04034B50u /* "PK\3\4": a file that begins so is a bundle */
#define FLOTA_MANIFEST_SIZE_MAX    4096u
#define FLOTA_MANIFEST_PARTS_MAX   8u
#define FLOTA_BUNDLE_NAME_MAX      64u  /* bytes of an entry's name with its zero */
#define FLOTA_BUNDLE_SIGNATURE_MAX 512u /* bytes of the signatures' JSON */

enum flota_part_type {
    FLOTA_PART_IMAGE,  /* "app" or "cm7": the Cortex-M7's image */
    FLOTA_PART_SKIPPED /* "fs": checked, not kept: this device has no file system */
};

struct flota_manifest_part {
    enum flota_part_type type;
    char src[FLOTA_BUNDLE_NAME_MAX]; /* name of its entry */
    uint32_t size;
    uint8_t sha256[32];
    bool seen;
};

/* The manifest as parsed. Texts that are longer are FLOTA_ERR_MANIFEST_BAD. */
struct flota_manifest {
    char name[32];
    char platform[32];
    char version[32];
    char build_id[64];       /* empty when not given */
    uint32_t security_epoch; /* key "security_epoch"; 0 when not given */
    bool has_epoch;
    struct flota_manifest_part parts[FLOTA_MANIFEST_PARTS_MAX];
    uint32_t part_count;
    uint32_t image_part; /* index of the one FLOTA_PART_IMAGE */
};

/* Parse a manifest. text, size: JSON, at most FLOTA_MANIFEST_SIZE_MAX bytes. Checks all but the
 * platform: required fields (name, platform, version, parts; of each part type, src, size,
 * cs_sha256), exactly one image part, no src twice, sane names. Unknown keys are passed over.
 *
 * Returns 0, FLOTA_ERR_MANIFEST_TOO_LARGE, _BAD, _INCOMPLETE, FLOTA_ERR_BUNDLE_DUPLICATE,
 * _UNKNOWN_PART (a type that is none of ours), _PART_MISSING (no image part), _BAD_NAME.
 * Needs 3 KB of stack for JSON tokens. */
int flota_manifest_parse(const char *text, size_t size, struct flota_manifest *manifest);

/* Is a manifest's platform this board? "stm32h745i-disco" (the board's name), or the families that
 * the existing tool writes: "stm32", "stm32h7". */
bool flota_manifest_fits(const struct flota_manifest *manifest, const char *board);

enum flota_bundle_event {
    FLOTA_BUNDLE_NEEDS_INPUT, /* all input was used */
    FLOTA_BUNDLE_MANIFEST,    /* manifest, manifest_digest, signatures are filled: judge them */
    FLOTA_BUNDLE_PART,        /* the image part begins: part points to it */
    FLOTA_BUNDLE_DATA,        /* data_size bytes of the image part lie at the input's new place,
                                 and will again until they are taken */
    FLOTA_BUNDLE_PART_END,    /* the image part was whole: size, SHA-256, CRC are as stated */
    FLOTA_BUNDLE_END          /* all parts were there; more input is an error */
};

/* Treat as private what is below "private". Do not move it while `part` is in use. */
struct flota_bundle {
    struct flota_manifest manifest;
    uint8_t manifest_digest[32]; /* SHA-256 of its exact bytes */
    char signatures[FLOTA_BUNDLE_SIGNATURE_MAX];
    size_t signatures_size; /* 0: not signed */
    bool has_manifest;      /* the MANIFEST event was given: the above is filled */
    const struct flota_manifest_part *part;
    size_t data_size;
    uint32_t offset; /* bytes of the file used so far */

    /* private */
    uint8_t state;         /* enum bundle_state */
    uint8_t entry_kind;    /* enum bundle_entry */
    uint8_t entry_part;    /* index of the part that is being read */
    bool has_descriptor;   /* CRC and size stand behind the entry */
    int failure;           /* the error that ended the reading, 0: none */
    uint32_t gathered;     /* bytes there of what the state waits for */
    uint32_t skip_left;    /* bytes to pass over */
    uint32_t extra_left;   /* bytes of the extra fields */
    uint32_t part_left;    /* bytes of the part */
    uint32_t entry_offset; /* of the entry's local header in the file */
    uint32_t stated_crc;   /* as its local header says */
    uint32_t stated_size;  /* likewise */
    uint32_t crc;          /* of the bytes read */
    uint32_t size;         /* of the entry */
    uint32_t prefix_size;  /* of the leading folder's name, with its slash */
    uint32_t name_size;    /* of the entry's name, leading folder included */
    uint32_t entry_count;  /* of local headers ... */
    uint32_t entry_sum;    /* ... and a sum over offset, CRC, size and name of each */
    uint32_t listed_sum;   /* the same sum of the central directory */
    uint32_t directory_offset;
    uint8_t header[48]; /* the fixed part of a record */
    char prefix[FLOTA_BUNDLE_NAME_MAX];
    char entry_name[2u * FLOTA_BUNDLE_NAME_MAX];
    char text[FLOTA_MANIFEST_SIZE_MAX + 16u]; /* the manifest, with room for a data descriptor */
    mbedtls_sha256_context hash;
};

void flota_bundle_init(struct flota_bundle *bundle);

/* Go on. used: input bytes consumed, 0 to size; those of DATA are not among them.
 *
 * Returns an event, or a negative FLOTA_ERR_BUNDLE_* or _MANIFEST_*: for good, also when called
 * again. */
int flota_bundle_next(struct flota_bundle *bundle, const uint8_t *data, size_t size, size_t *used);

/* Say how many of the DATA bytes were taken, 0 to data_size: the rest is offered again. */
void flota_bundle_taken(struct flota_bundle *bundle, const uint8_t *data, size_t taken);

/* The file has ended: was it whole? Returns 0, the error that flota_bundle_next() gave,
 * FLOTA_ERR_BUNDLE_PART_MISSING (it ends between two entries) or FLOTA_ERR_BUNDLE_MALFORMED (it
 * ends early). */
int flota_bundle_finish(const struct flota_bundle *bundle);

#endif
