/* bundle_entry.c - an entry's local header, name and extra fields: is it one that belongs here?
 *
 * Source: PKWARE APPNOTE 6.3.9, 4.3.7 (local header), 4.4.4 (flags), 4.5.1 (extra fields), 4.5.3
 * (zip64).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_internal.h"
#include "digest.h"
#include "flota/error.h"
#include <string.h>

#define LOCAL_HEADER_SIZE 30u
#define FLAG_DESCRIPTOR   0x0008u
#define FLAGS_REFUSED     0x2061u /* encrypted (0, 6, 13), patch data (5) */
#define METHOD_STORED     0u
#define SIZE_IN_ZIP64     0xFFFFFFFFu
#define EXTRA_ZIP64       0x0001u
#define EXTRA_SIGNATURES  0x293Au /* the signatures' JSON, in manifest.json only */

static const char manifest_name[] = "manifest.json";

int flota_bundle_local_header(struct flota_bundle *bundle, struct bundle_input *input)
{
    const uint8_t *header = bundle->header;
    if (!flota_bundle_gather(bundle, input, bundle->header, LOCAL_HEADER_SIZE))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    uint32_t flags = bundle_read16(header + 6);
    if (flags & FLAGS_REFUSED)
        return FLOTA_ERR_BUNDLE_MALFORMED;
    if (bundle_read16(header + 8) != METHOD_STORED)
        return FLOTA_ERR_BUNDLE_COMPRESSED;
    bundle->has_descriptor = (flags & FLAG_DESCRIPTOR) != 0;
    bundle->stated_crc = bundle_read32(header + 14);
    bundle->stated_size = bundle_read32(header + 22);
    if (bundle_read32(header + 18) != bundle->stated_size || bundle->stated_size == SIZE_IN_ZIP64)
        return FLOTA_ERR_BUNDLE_MALFORMED;
    bundle->name_size = bundle_read16(header + 26);
    bundle->extra_left = bundle_read16(header + 28);
    if (bundle->name_size >= sizeof bundle->entry_name)
        return FLOTA_ERR_BUNDLE_BAD_NAME;
    return flota_bundle_enter(bundle, BUNDLE_AT_NAME);
}

/* --- the name: what is this entry? --- */

static bool is_parent(const char *name, size_t size)
{
    return size >= 2 && name[0] == '.' && name[1] == '.' && (size == 2 || name[2] == '/');
}

bool flota_bundle_name_is_sane(const char *name, size_t size)
{
    if (size == 0 || name[0] == '/')
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)name[i];
        if (byte < 0x20 || byte == 0x7F || byte == '\\' || byte == ':')
            return false;
        if ((i == 0 || name[i - 1] == '/') && is_parent(name + i, size - i))
            return false;
    }
    return true;
}

/* The first file sets the leading folder for all. */
static int begin_manifest(struct flota_bundle *bundle)
{
    uint32_t own_size = sizeof manifest_name - 1u;
    if (bundle->name_size < own_size)
        return FLOTA_ERR_BUNDLE_NO_MANIFEST;
    uint32_t prefix_size = bundle->name_size - own_size;
    const char *own_name = bundle->entry_name + prefix_size;
    if (strcmp(own_name, manifest_name) != 0 || (prefix_size > 0 && own_name[-1] != '/'))
        return FLOTA_ERR_BUNDLE_NO_MANIFEST;
    if (prefix_size > sizeof bundle->prefix)
        return FLOTA_ERR_BUNDLE_BAD_NAME;
    if (bundle->stated_size > FLOTA_MANIFEST_SIZE_MAX)
        return FLOTA_ERR_MANIFEST_TOO_LARGE;
    memcpy(bundle->prefix, bundle->entry_name, prefix_size);
    bundle->prefix_size = prefix_size;
    bundle->entry_kind = BUNDLE_ENTRY_MANIFEST;
    return 0;
}

/* The part of this name: its index, or -1. */
static int find_part(const struct flota_manifest *manifest, const char *name)
{
    for (uint32_t i = 0; i < manifest->part_count; i++)
        if (strcmp(manifest->parts[i].src, name) == 0)
            return (int)i;
    return -1;
}

static int begin_part(struct flota_bundle *bundle)
{
    const char *name = bundle->entry_name + bundle->prefix_size;
    if (strncmp(bundle->entry_name, bundle->prefix, bundle->prefix_size) != 0)
        return FLOTA_ERR_BUNDLE_UNKNOWN_PART;
    if (strcmp(name, manifest_name) == 0)
        return FLOTA_ERR_BUNDLE_DUPLICATE;
    int index = find_part(&bundle->manifest, name);
    if (index < 0)
        return FLOTA_ERR_BUNDLE_UNKNOWN_PART;
    const struct flota_manifest_part *part = &bundle->manifest.parts[index];
    if (part->seen)
        return FLOTA_ERR_BUNDLE_DUPLICATE;
    bool stated_later = bundle->has_descriptor && bundle->stated_size == 0;
    if (bundle->stated_size != part->size && !stated_later)
        return FLOTA_ERR_BUNDLE_PART_WRONG;
    bundle->entry_kind = BUNDLE_ENTRY_PART;
    bundle->entry_part = (uint8_t)index;
    bundle->size = part->size;
    return 0;
}

static int begin_folder(struct flota_bundle *bundle)
{
    bundle->entry_kind = BUNDLE_ENTRY_FOLDER;
    bundle->size = 0;
    return bundle->stated_size == 0 ? 0 : FLOTA_ERR_BUNDLE_MALFORMED;
}

static int begin_entry(struct flota_bundle *bundle)
{
    if (!flota_bundle_name_is_sane(bundle->entry_name, bundle->name_size))
        return FLOTA_ERR_BUNDLE_BAD_NAME;
    if (bundle->entry_name[bundle->name_size - 1u] == '/')
        return begin_folder(bundle);
    return bundle->manifest.part_count == 0 ? begin_manifest(bundle) : begin_part(bundle);
}

int flota_bundle_name(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_gather(bundle, input, bundle->entry_name, bundle->name_size))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    bundle->entry_name[bundle->name_size] = '\0';
    int error = begin_entry(bundle);
    return error ? error : flota_bundle_enter(bundle, BUNDLE_AT_EXTRA);
}

/* --- the extra fields --- */

static int begin_part_content(struct flota_bundle *bundle)
{
    const struct flota_manifest_part *part = &bundle->manifest.parts[bundle->entry_part];
    if (flota_digest_start(&bundle->hash) != 0)
        return FLOTA_ERR_BUNDLE_PART_WRONG;
    bundle->part_left = part->size;
    flota_bundle_enter(bundle, BUNDLE_AT_PART);
    if (part->type != FLOTA_PART_IMAGE)
        return BUNDLE_GO_ON;
    bundle->part = part;
    return FLOTA_BUNDLE_PART;
}

static int begin_content(struct flota_bundle *bundle)
{
    bool unsized = bundle->has_descriptor;
    bundle->crc = 0;
    if (bundle->entry_kind == BUNDLE_ENTRY_PART)
        return begin_part_content(bundle);
    if (bundle->entry_kind == BUNDLE_ENTRY_MANIFEST)
        return flota_bundle_enter(bundle,
                                  unsized ? BUNDLE_AT_MANIFEST_UNSIZED : BUNDLE_AT_MANIFEST);
    return flota_bundle_enter(bundle, unsized ? BUNDLE_AT_DESCRIPTOR : BUNDLE_AT_ENTRY_END);
}

static int begin_signatures(struct flota_bundle *bundle, uint32_t size)
{
    bool is_second = bundle->signatures_size > 0;
    if (is_second || size == 0 || size > sizeof bundle->signatures)
        return FLOTA_ERR_BUNDLE_MALFORMED;
    bundle->signatures_size = size;
    return flota_bundle_enter(bundle, BUNDLE_AT_SIGNATURES);
}

int flota_bundle_extra(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (bundle->extra_left == 0)
        return begin_content(bundle);
    if (bundle->extra_left < 4)
        return FLOTA_ERR_BUNDLE_MALFORMED;
    if (!flota_bundle_gather(bundle, input, bundle->header, 4))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    uint32_t id = bundle_read16(bundle->header);
    uint32_t size = bundle_read16(bundle->header + 2);
    if (id == EXTRA_ZIP64 || size > bundle->extra_left - 4)
        return FLOTA_ERR_BUNDLE_MALFORMED;
    bundle->extra_left -= 4 + size;
    if (id == EXTRA_SIGNATURES && bundle->entry_kind == BUNDLE_ENTRY_MANIFEST)
        return begin_signatures(bundle, size);
    bundle->skip_left = size;
    return flota_bundle_enter(bundle, BUNDLE_AT_OTHER_EXTRA);
}

int flota_bundle_signatures(struct flota_bundle *bundle, struct bundle_input *input)
{
    uint32_t size = (uint32_t)bundle->signatures_size;
    if (!flota_bundle_gather(bundle, input, bundle->signatures, size))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    return flota_bundle_enter(bundle, BUNDLE_AT_EXTRA);
}

int flota_bundle_other_extra(struct flota_bundle *bundle, struct bundle_input *input)
{
    if (!flota_bundle_skip(bundle, input))
        return FLOTA_BUNDLE_NEEDS_INPUT;
    return flota_bundle_enter(bundle, BUNDLE_AT_EXTRA);
}
