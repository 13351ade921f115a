/* bundle.c - the bundle reader's engine, and the content of entries.
 *
 * bundle_entry.c reads what stands before the content, bundle_directory.c what follows the last
 * entry.
 *
 * Source: PKWARE APPNOTE 6.3.9, 4.3.9 (data descriptor).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/bundle.h"
#include "bundle_internal.h"
#include "crc32.h"
#include "digest.h"
#include "flota/error.h"
#include <string.h>

#define DESCRIPTOR_MAGIC       0x08074B50u
#define DESCRIPTOR_SIZE        12u /* CRC and two sizes; a signature may stand before */
#define DESCRIPTOR_SIGNED_SIZE 16u

int flota_bundle_enter(struct flota_bundle *bundle, enum bundle_state state)
{
    bundle->state = (uint8_t)state;
    bundle->gathered = 0;
    return BUNDLE_GO_ON;
}

uint32_t flota_bundle_use(struct flota_bundle *bundle, struct bundle_input *input, uint32_t wanted)
{
    uint32_t used = input->size < wanted ? (uint32_t)input->size : wanted;
    input->data += used;
    input->size -= used;
    bundle->offset += used;
    return used;
}

bool flota_bundle_gather(struct flota_bundle *bundle, struct bundle_input *input, void *to,
                         uint32_t wanted)
{
    uint32_t used = flota_bundle_use(bundle, input, wanted - bundle->gathered);
    if (used > 0)
        memcpy((uint8_t *)to + bundle->gathered, input->data - used, used);
    bundle->gathered += used;
    return bundle->gathered == wanted;
}

bool flota_bundle_skip(struct flota_bundle *bundle, struct bundle_input *input)
{
    bundle->skip_left -= flota_bundle_use(bundle, input, bundle->skip_left);
    return bundle->skip_left == 0;
}

static int at_record(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_gather(bundle, input, bundle->header, BUNDLE_MAGIC_SIZE))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    bundle->entry_offset = bundle->offset - BUNDLE_MAGIC_SIZE;
    if (bundle_read32(bundle->header) != FLOTA_BUNDLE_MAGIC)
        return flota_bundle_begin_listing(bundle);
    bundle->state = BUNDLE_AT_LOCAL_HEADER; /* gathers on behind the signature */
    return BUNDLE_GO_ON;
}

/* --- the manifest --- */

static int at_manifest(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_gather(bundle, input, bundle->text, bundle->stated_size))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    bundle->size = bundle->stated_size;
    bundle->crc = flota_crc32(0, bundle->text, bundle->size);
    return flota_bundle_enter(bundle, BUNDLE_AT_ENTRY_END);
}

/* Do the gathered bytes end with a data descriptor of so many bytes, whose sizes fit those before
 * it? JSON has no such bytes. */
static bool ends_with_descriptor(const struct flota_bundle *bundle, uint32_t descriptor_size)
{
    if (bundle->gathered < descriptor_size)
        return false;
    const uint8_t *end = (const uint8_t *)bundle->text + bundle->gathered;
    uint32_t size = bundle->gathered - descriptor_size;
    if (bundle_read32(end - 4) != size || bundle_read32(end - 8) != size)
        return false;
    return descriptor_size == DESCRIPTOR_SIZE || bundle_read32(end - 16) == DESCRIPTOR_MAGIC;
}

static int end_unsized_manifest(struct flota_bundle *bundle, uint32_t descriptor_size)
{
    const uint8_t *end = (const uint8_t *)bundle->text + bundle->gathered;
    bundle->size = bundle->gathered - descriptor_size;
    bundle->crc = flota_crc32(0, bundle->text, bundle->size);
    if (bundle_read32(end - 12) != bundle->crc)
        return FLOTA_ERR_BUNDLE_BAD_CRC;
    return flota_bundle_enter(bundle, BUNDLE_AT_ENTRY_END);
}

static int at_manifest_unsized(struct flota_bundle *bundle, struct bundle_input *input)
{
    while (flota_bundle_gather(bundle, input, bundle->text, bundle->gathered + 1)) {
        if (ends_with_descriptor(bundle, DESCRIPTOR_SIZE))
            return end_unsized_manifest(bundle, DESCRIPTOR_SIZE);
        if (ends_with_descriptor(bundle, DESCRIPTOR_SIGNED_SIZE))
            return end_unsized_manifest(bundle, DESCRIPTOR_SIGNED_SIZE);
        if (bundle->gathered == sizeof bundle->text)
            return FLOTA_ERR_MANIFEST_TOO_LARGE;
    }
    return FLOTA_BUNDLE_NEEDS_INPUT;
}

static int end_manifest(struct flota_bundle *bundle)
{
    int failed = flota_digest_start(&bundle->hash);
    if (!failed)
        failed = flota_digest_add(&bundle->hash, (const uint8_t *)bundle->text, bundle->size);
    if (!failed)
        failed = flota_digest_finish(&bundle->hash, bundle->manifest_digest);
    if (failed)
        return FLOTA_ERR_MANIFEST_BAD;
    int error = flota_manifest_parse(bundle->text, bundle->size, &bundle->manifest);
    bundle->has_manifest = error == 0;
    return error ? error : FLOTA_BUNDLE_MANIFEST;
}

/* --- a part --- */

static int add_to_part(struct flota_bundle *bundle, const uint8_t *data, uint32_t size)
{
    bundle->part_left -= size;
    bundle->crc = flota_crc32(bundle->crc, data, size);
    return flota_digest_add(&bundle->hash, data, size) == 0 ? 0 : FLOTA_ERR_BUNDLE_PART_WRONG;
}

static int at_part(struct flota_bundle *bundle, struct bundle_input *input)
{
    uint32_t part_left = bundle->part_left;
    if (part_left == 0)
        return flota_bundle_enter(bundle, bundle->has_descriptor ? BUNDLE_AT_DESCRIPTOR
                                                                 : BUNDLE_AT_ENTRY_END);
    if (input->size == 0)
        return FLOTA_BUNDLE_NEEDS_INPUT;
    if (bundle->manifest.parts[bundle->entry_part].type == FLOTA_PART_IMAGE) {
        bundle->data_size = input->size < part_left ? input->size : part_left;
        return FLOTA_BUNDLE_DATA;
    }
    uint32_t used = flota_bundle_use(bundle, input, part_left);
    int error = add_to_part(bundle, input->data - used, used);
    return error ? error : BUNDLE_GO_ON;
}

void flota_bundle_taken(struct flota_bundle *bundle, const uint8_t *data, size_t taken)
{
    uint32_t used = (uint32_t)(taken < bundle->data_size ? taken : bundle->data_size);
    if (used == 0)
        return;
    bundle->data_size = 0;
    bundle->offset += used;
    bundle->failure = add_to_part(bundle, data, used);
}

static int end_part(struct flota_bundle *bundle)
{
    struct flota_manifest_part *part = &bundle->manifest.parts[bundle->entry_part];
    uint8_t digest[sizeof part->sha256];
    if (flota_digest_finish(&bundle->hash, digest) != 0 ||
        memcmp(digest, part->sha256, sizeof digest) != 0)
        return FLOTA_ERR_BUNDLE_PART_WRONG;
    part->seen = true;
    return part->type == FLOTA_PART_IMAGE ? FLOTA_BUNDLE_PART_END : BUNDLE_GO_ON;
}

/* --- an entry's end --- */

static int check_descriptor(const struct flota_bundle *bundle, const uint8_t *descriptor)
{
    if (bundle_read32(descriptor) != bundle->crc)
        return FLOTA_ERR_BUNDLE_BAD_CRC;
    bool fits = bundle_read32(descriptor + 4) == bundle->size &&
                bundle_read32(descriptor + 8) == bundle->size;
    return fits ? 0 : FLOTA_ERR_BUNDLE_MALFORMED;
}

/* With or without a signature: the first way is tried first, as the CRC could look like one. */
static int at_descriptor(struct flota_bundle *bundle, struct bundle_input *input)
{
    const uint8_t *header = bundle->header;
    if (bundle->gathered < DESCRIPTOR_SIZE &&
        !flota_bundle_gather(bundle, input, bundle->header, DESCRIPTOR_SIZE))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    int error = check_descriptor(bundle, header);
    if (error && bundle_read32(header) == DESCRIPTOR_MAGIC) {
        if (!flota_bundle_gather(bundle, input, bundle->header, DESCRIPTOR_SIGNED_SIZE))
            return FLOTA_BUNDLE_NEEDS_INPUT;
        error = check_descriptor(bundle, header + BUNDLE_MAGIC_SIZE);
    }
    return error ? error : flota_bundle_enter(bundle, BUNDLE_AT_ENTRY_END);
}

/* Does the local header tell the truth? With a descriptor it may leave both fields at 0. */
static int check_stated(const struct flota_bundle *bundle)
{
    bool later = bundle->has_descriptor;
    if (bundle->stated_crc != bundle->crc && !(later && bundle->stated_crc == 0))
        return FLOTA_ERR_BUNDLE_BAD_CRC;
    if (bundle->stated_size != bundle->size && !(later && bundle->stated_size == 0))
        return FLOTA_ERR_BUNDLE_MALFORMED;
    return 0;
}

static int at_entry_end(struct flota_bundle *bundle, struct bundle_input *input)
{
    (void)input;
    int error = check_stated(bundle);
    if (error)
        return error;
    uint32_t term = flota_bundle_term(bundle->entry_offset, bundle->crc, bundle->size);
    bundle->entry_sum += flota_crc32(term, bundle->entry_name, bundle->name_size);
    bundle->entry_count++;
    flota_bundle_enter(bundle, BUNDLE_AT_RECORD);
    if (bundle->entry_kind == BUNDLE_ENTRY_MANIFEST)
        return end_manifest(bundle);
    return bundle->entry_kind == BUNDLE_ENTRY_PART ? end_part(bundle) : BUNDLE_GO_ON;
}

/* --- the engine --- */

typedef int step(struct flota_bundle *bundle, struct bundle_input *input);

static step *const steps[BUNDLE_STATES] = {
    [BUNDLE_AT_RECORD] = at_record,
    [BUNDLE_AT_LOCAL_HEADER] = flota_bundle_local_header,
    [BUNDLE_AT_NAME] = flota_bundle_name,
    [BUNDLE_AT_EXTRA] = flota_bundle_extra,
    [BUNDLE_AT_SIGNATURES] = flota_bundle_signatures,
    [BUNDLE_AT_OTHER_EXTRA] = flota_bundle_other_extra,
    [BUNDLE_AT_MANIFEST] = at_manifest,
    [BUNDLE_AT_MANIFEST_UNSIZED] = at_manifest_unsized,
    [BUNDLE_AT_PART] = at_part,
    [BUNDLE_AT_DESCRIPTOR] = at_descriptor,
    [BUNDLE_AT_ENTRY_END] = at_entry_end,
    [BUNDLE_AT_LISTING] = flota_bundle_listing,
    [BUNDLE_AT_LISTED] = flota_bundle_listed,
    [BUNDLE_AT_LISTED_NAME] = flota_bundle_listed_name,
    [BUNDLE_AT_LISTED_REST] = flota_bundle_listed_rest,
    [BUNDLE_AT_END_RECORD] = flota_bundle_end_record,
    [BUNDLE_AT_COMMENT] = flota_bundle_comment,
    [BUNDLE_AT_END] = flota_bundle_end,
};

void flota_bundle_init(struct flota_bundle *bundle)
{
    memset(bundle, 0, sizeof *bundle);
}

int flota_bundle_next(struct flota_bundle *bundle, const uint8_t *data, size_t size, size_t *used)
{
    struct bundle_input input = {data, size};
    int result = bundle->failure;
    if (result == 0 && size > UINT32_MAX - bundle->offset)
        result = FLOTA_ERR_BUNDLE_MALFORMED; /* only zip64 has such offsets */
    bundle->data_size = 0;
    if (result == 0)
        do
            result = steps[bundle->state](bundle, &input);
        while (result == BUNDLE_GO_ON);
    if (result < 0)
        bundle->failure = result;
    *used = size - input.size;
    return result;
}

int flota_bundle_finish(const struct flota_bundle *bundle)
{
    if (bundle->failure)
        return bundle->failure;
    if (bundle->state == BUNDLE_AT_END)
        return 0;
    bool between_entries = bundle->state == BUNDLE_AT_RECORD && bundle->gathered == 0;
    bool parts_left = false;
    for (uint32_t i = 0; i < bundle->manifest.part_count; i++)
        parts_left |= !bundle->manifest.parts[i].seen;
    return between_entries && parts_left ? FLOTA_ERR_BUNDLE_PART_MISSING
                                         : FLOTA_ERR_BUNDLE_MALFORMED;
}
