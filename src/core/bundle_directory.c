/* bundle_directory.c - the central directory and its end record: do they tell what was read?
 *
 * The directory must list the very entries that came, in any order: compared by a sum of one CRC
 * per entry, so that nothing has to be remembered of each. This finds accidents; what protects from
 * malice is the manifest's digests.
 *
 * Source: PKWARE APPNOTE 6.3.9, 4.3.12 (central directory), 4.3.16 (its end).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_internal.h"
#include "crc32.h"
#include "flota/error.h"

#define LISTED_MAGIC    0x02014B50u
#define END_MAGIC       0x06054B50u
#define LISTED_SIZE     46u
#define END_RECORD_SIZE 22u

uint32_t flota_bundle_term(uint32_t offset, uint32_t crc, uint32_t size)
{
    const uint32_t numbers[] = {offset, crc, size};
    return flota_crc32(0, numbers, sizeof numbers);
}

/* What has to be there when no more entries come. */
static int check_complete(const struct flota_bundle *bundle)
{
    const struct flota_manifest *manifest = &bundle->manifest;
    if (manifest->part_count == 0)
        return FLOTA_ERR_BUNDLE_NO_MANIFEST;
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (!manifest->parts[i].seen)
            return FLOTA_ERR_BUNDLE_PART_MISSING;
    return 0;
}

int flota_bundle_begin_listing(struct flota_bundle *bundle)
{
    uint32_t magic = bundle_read32(bundle->header);
    if (magic != LISTED_MAGIC && magic != END_MAGIC)
        return FLOTA_ERR_BUNDLE_MALFORMED;
    bundle->directory_offset = bundle->entry_offset;
    bundle->state = BUNDLE_AT_LISTING; /* its signature is gathered already */
    int error = check_complete(bundle);
    return error ? error : BUNDLE_GO_ON;
}

int flota_bundle_listing(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_gather(bundle, input, bundle->header, BUNDLE_MAGIC_SIZE))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    uint32_t magic = bundle_read32(bundle->header);
    if (magic != LISTED_MAGIC && magic != END_MAGIC)
        return FLOTA_ERR_BUNDLE_MALFORMED;
    bundle->state = magic == LISTED_MAGIC ? BUNDLE_AT_LISTED : BUNDLE_AT_END_RECORD;
    return BUNDLE_GO_ON;
}

/* Stored, its two sizes alike, on the first disk. */
static bool is_plain(const uint8_t *record)
{
    return bundle_read16(record + 10) == 0 &&
           bundle_read32(record + 20) == bundle_read32(record + 24) &&
           bundle_read16(record + 34) == 0;
}

int flota_bundle_listed(struct flota_bundle *bundle, struct bundle_input *input)
{
    const uint8_t *record = bundle->header;
    if (!flota_bundle_gather(bundle, input, bundle->header, LISTED_SIZE))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    if (!is_plain(record))
        return FLOTA_ERR_BUNDLE_MALFORMED;
    bundle->crc = flota_bundle_term(bundle_read32(record + 42), bundle_read32(record + 16),
                                    bundle_read32(record + 24));
    bundle->name_size = bundle_read16(record + 28);
    bundle->skip_left = bundle_read16(record + 30) + bundle_read16(record + 32);
    return flota_bundle_enter(bundle, BUNDLE_AT_LISTED_NAME);
}

int flota_bundle_listed_name(struct flota_bundle *bundle, struct bundle_input *input)
{
    uint32_t used = flota_bundle_use(bundle, input, bundle->name_size);
    bundle->crc = flota_crc32(bundle->crc, input->data - used, used);
    bundle->name_size -= used;
    if (bundle->name_size > 0)
        return FLOTA_BUNDLE_NEEDS_INPUT;
    bundle->listed_sum += bundle->crc;
    return flota_bundle_enter(bundle, BUNDLE_AT_LISTED_REST);
}

int flota_bundle_listed_rest(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_skip(bundle, input))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    return flota_bundle_enter(bundle, BUNDLE_AT_LISTING);
}

static bool end_record_fits(const struct flota_bundle *bundle)
{
    const uint8_t *record = bundle->header;
    uint32_t record_offset = bundle->offset - END_RECORD_SIZE;
    uint32_t disk_numbers = bundle_read32(record + 4);
    return disk_numbers == 0 && bundle_read16(record + 8) == bundle->entry_count &&
           bundle_read16(record + 10) == bundle->entry_count &&
           bundle_read32(record + 12) == record_offset - bundle->directory_offset &&
           bundle_read32(record + 16) == bundle->directory_offset;
}

int flota_bundle_end_record(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_gather(bundle, input, bundle->header, END_RECORD_SIZE))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    if (bundle->listed_sum != bundle->entry_sum || !end_record_fits(bundle))
        return FLOTA_ERR_BUNDLE_MALFORMED;
    bundle->skip_left = bundle_read16(bundle->header + 20);
    return flota_bundle_enter(bundle, BUNDLE_AT_COMMENT);
}

int flota_bundle_comment(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_skip(bundle, input))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    flota_bundle_enter(bundle, BUNDLE_AT_END);
    return FLOTA_BUNDLE_END;
}

int flota_bundle_end(struct flota_bundle *bundle, struct bundle_input *input)
{
    (void)bundle;
    return input->size == 0 ? FLOTA_BUNDLE_NEEDS_INPUT : FLOTA_ERR_BUNDLE_EXTRA_BYTES;
}
