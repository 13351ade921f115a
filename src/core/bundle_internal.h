/* bundle_internal.h - what the files of the bundle reader share: states, steps, the input.
 *
 * One state is one thing that is waited for, and has one step function. A step takes what it needs
 * from the input and returns BUNDLE_GO_ON, an event, or an error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CORE_BUNDLE_INTERNAL_H
#define FLOTA_CORE_BUNDLE_INTERNAL_H

#include "flota/bundle.h"

#define BUNDLE_GO_ON      16 /* a step's result besides events and errors */
#define BUNDLE_MAGIC_SIZE 4u /* every record begins with four bytes that name its kind */

enum bundle_state {
    BUNDLE_AT_RECORD,       /* signature of a local header, or of what follows the entries */
    BUNDLE_AT_LOCAL_HEADER, /* its fixed part */
    BUNDLE_AT_NAME,
    BUNDLE_AT_EXTRA, /* id and size of an extra field */
    BUNDLE_AT_SIGNATURES,
    BUNDLE_AT_OTHER_EXTRA,
    BUNDLE_AT_MANIFEST,         /* of stated size */
    BUNDLE_AT_MANIFEST_UNSIZED, /* up to its data descriptor */
    BUNDLE_AT_PART,
    BUNDLE_AT_DESCRIPTOR,
    BUNDLE_AT_ENTRY_END,
    BUNDLE_AT_LISTING, /* signature of a central directory record, or of the end record */
    BUNDLE_AT_LISTED,  /* its fixed part */
    BUNDLE_AT_LISTED_NAME,
    BUNDLE_AT_LISTED_REST, /* extra fields and comment */
    BUNDLE_AT_END_RECORD,
    BUNDLE_AT_COMMENT,
    BUNDLE_AT_END,
    BUNDLE_STATES
};

enum bundle_entry { BUNDLE_ENTRY_FOLDER, BUNDLE_ENTRY_MANIFEST, BUNDLE_ENTRY_PART };

/* What is left of the caller's piece. */
struct bundle_input {
    const uint8_t *data;
    size_t size;
};

static inline uint32_t bundle_read16(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8;
}

static inline uint32_t bundle_read32(const uint8_t *bytes)
{
    return bundle_read16(bytes) | bundle_read16(bytes + 2) << 16;
}

/* Go to another state. Returns BUNDLE_GO_ON. */
int flota_bundle_enter(struct flota_bundle *bundle, enum bundle_state state);

/* Use up to `wanted` bytes of the input. Returns how many; they lie before input->data. */
uint32_t flota_bundle_use(struct flota_bundle *bundle, struct bundle_input *input, uint32_t wanted);

/* Move input to `to` until `wanted` bytes are there, those gathered earlier in this state included.
 */
bool flota_bundle_gather(struct flota_bundle *bundle, struct bundle_input *input, void *to,
                         uint32_t wanted);

/* Pass over skip_left bytes. */
bool flota_bundle_skip(struct flota_bundle *bundle, struct bundle_input *input);

/* One term of the sum that compares the local headers with the central directory, begun; the name
 * is added to it with flota_crc32(). */
uint32_t flota_bundle_term(uint32_t offset, uint32_t crc, uint32_t size);

/* A name that stays in its folder: relative, with '/' only, no "..", no control characters. */
bool flota_bundle_name_is_sane(const char *name, size_t size);

/* The steps from a local header to the entry's content: bundle_entry.c. */
int flota_bundle_local_header(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_name(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_extra(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_signatures(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_other_extra(struct flota_bundle *bundle, struct bundle_input *input);

/* The steps of the central directory: bundle_directory.c. */
int flota_bundle_begin_listing(struct flota_bundle *bundle); /* the first 4 bytes are gathered */
int flota_bundle_listing(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_listed(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_listed_name(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_listed_rest(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_end_record(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_comment(struct flota_bundle *bundle, struct bundle_input *input);
int flota_bundle_end(struct flota_bundle *bundle, struct bundle_input *input);

#endif
