/* bundle_maker.c - written from PKWARE APPNOTE 6.3.9, sharing no code with the reader.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "mbedtls/sha256.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_TEXT_MAX BUNDLE_MAKER_MANIFEST_MAX

uint32_t bundle_crc32(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

void bundle_maker_begin(struct bundle_maker *maker)
{
    memset(maker, 0, sizeof *maker);
}

void bundle_maker_free(struct bundle_maker *maker)
{
    free(maker->bytes);
    maker->bytes = NULL;
}

void bundle_maker_append(struct bundle_maker *maker, const void *bytes, uint32_t size)
{
    bundle_maker_insert(maker, maker->size, bytes, size);
}

void bundle_maker_cut(struct bundle_maker *maker, uint32_t offset, uint32_t size)
{
    memmove(maker->bytes + offset, maker->bytes + offset + size, maker->size - offset - size);
    maker->size -= size;
}

void bundle_maker_insert(struct bundle_maker *maker, uint32_t offset, const void *bytes,
                         uint32_t size)
{
    if (size == 0)
        return;
    maker->bytes = realloc(maker->bytes, (size_t)maker->size + size);
    if (!maker->bytes)
        abort();
    memmove(maker->bytes + offset + size, maker->bytes + offset, maker->size - offset);
    memcpy(maker->bytes + offset, bytes, size);
    maker->size += size;
}

void bundle_maker_put16(struct bundle_maker *maker, uint32_t offset, uint32_t value)
{
    maker->bytes[offset] = (uint8_t)value;
    maker->bytes[offset + 1] = (uint8_t)(value >> 8);
}

void bundle_maker_put32(struct bundle_maker *maker, uint32_t offset, uint32_t value)
{
    bundle_maker_put16(maker, offset, value);
    bundle_maker_put16(maker, offset + 2, value >> 16);
}

static void append16(struct bundle_maker *maker, uint32_t value)
{
    const uint8_t bytes[] = {(uint8_t)value, (uint8_t)(value >> 8)};
    bundle_maker_append(maker, bytes, sizeof bytes);
}

static void append32(struct bundle_maker *maker, uint32_t value)
{
    append16(maker, value);
    append16(maker, value >> 16);
}

static size_t name_size(const struct bundle_file *file)
{
    return file->name_size ? file->name_size : strlen(file->name);
}

/* The fields from "version needed" to "extra field length", which both kinds of header have. */
static void append_common(struct bundle_maker *maker, const struct bundle_file *file, bool stated,
                          uint32_t extra_size)
{
    append16(maker, 20);
    append16(maker, file->sizes == BUNDLE_SIZES_STATED ? 0 : 8);
    append16(maker, 0);          /* stored */
    append32(maker, 0x58210000); /* 2024-01-01, 00:00 */
    append32(maker, stated ? bundle_crc32(file->data, file->size) : 0);
    append32(maker, stated ? file->size : 0);
    append32(maker, stated ? file->size : 0);
    append16(maker, (uint32_t)name_size(file));
    append16(maker, extra_size);
}

static void append_descriptor(struct bundle_maker *maker, const struct bundle_file *file)
{
    if (file->sizes == BUNDLE_SIZES_STATED)
        return;
    if (file->sizes != BUNDLE_SIZES_BEHIND_UNSIGNED)
        append32(maker, 0x08074B50);
    append32(maker, bundle_crc32(file->data, file->size));
    append32(maker, file->size);
    append32(maker, file->size);
}

void bundle_maker_add(struct bundle_maker *maker, const struct bundle_file *file)
{
    if (maker->count == BUNDLE_MAKER_FILES_MAX)
        abort();
    struct bundle_place *place = &maker->places[maker->count];
    bool stated =
        file->sizes == BUNDLE_SIZES_STATED || file->sizes == BUNDLE_SIZES_STATED_AND_BEHIND;
    maker->files[maker->count++] = *file;
    place->header = maker->size;
    append32(maker, 0x04034B50);
    append_common(maker, file, stated, file->extra_size);
    place->name = maker->size;
    bundle_maker_append(maker, file->name, (uint32_t)name_size(file));
    place->extra = maker->size;
    bundle_maker_append(maker, file->extra, file->extra_size);
    place->content = maker->size;
    bundle_maker_append(maker, file->data, file->size);
    place->descriptor = maker->size;
    append_descriptor(maker, file);
}

static void append_listed(struct bundle_maker *maker, uint32_t index)
{
    const struct bundle_file *file = &maker->files[index];
    maker->places[index].listed = maker->size;
    append32(maker, 0x02014B50);
    append16(maker, 0x0314); /* made by: Unix, 2.0 */
    append_common(maker, file, true, 0);
    append16(maker, 0); /* comment */
    append16(maker, 0); /* disk */
    append16(maker, 0); /* internal attributes */
    append32(maker, 0); /* external attributes */
    append32(maker, maker->places[index].header);
    bundle_maker_append(maker, file->name, (uint32_t)name_size(file));
}

void bundle_maker_end(struct bundle_maker *maker, const char *comment)
{
    maker->directory = maker->size;
    for (uint32_t i = 0; i < maker->count; i++)
        append_listed(maker, i);
    maker->end_record = maker->size;
    append32(maker, 0x06054B50);
    append32(maker, 0); /* disk numbers */
    append16(maker, maker->count);
    append16(maker, maker->count);
    append32(maker, maker->end_record - maker->directory);
    append32(maker, maker->directory);
    append16(maker, (uint32_t)strlen(comment));
    bundle_maker_append(maker, comment, (uint32_t)strlen(comment));
}

/* --- the manifest --- */

struct text {
    char *bytes;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void print(struct text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = MANIFEST_TEXT_MAX - text->used;
    int size = vsnprintf(text->bytes + text->used, room, format, arguments);
    va_end(arguments);
    if (size < 0 || (size_t)size >= room)
        abort();
    text->used += (size_t)size;
}

static void print_part(struct text *text, const struct bundle_part *part)
{
    uint8_t digest[32];
    if (mbedtls_sha256_ret(part->data, part->size, digest, 0) != 0)
        abort();
    print(text, "\"%s\":{\"type\":\"%s\",\"src\":\"%s\",\"addr\":32768,\"size\":%u,", part->key,
          part->type, part->src, (unsigned)part->size);
    print(text, "\"cs_sha1\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\",\"cs_sha256\":\"");
    for (size_t i = 0; i < sizeof digest; i++)
        print(text, "%02x", digest[i]);
    print(text, "\",\"bl_size\":0}");
}

uint32_t bundle_make_manifest(char bytes[BUNDLE_MAKER_MANIFEST_MAX], const char *platform,
                              const char *version, const char *head,
                              const struct bundle_part *parts, size_t count)
{
    struct text text = {bytes, 0};
    print(&text, "{%s\"name\":\"myapp\",\"platform\":\"%s\",\"version\":\"%s\",", head, platform,
          version);
    print(&text, "\n \"build_id\":\"20240101-000000/abc\",");
    print(&text, "\n \"build_timestamp\":\"2024-01-01T00:00:00Z\",\"parts\":{");
    for (size_t i = 0; i < count; i++) {
        print(&text, i ? ",\n  " : "\n  ");
        print_part(&text, &parts[i]);
    }
    print(&text, "}}\n");
    return (uint32_t)text.used;
}

uint16_t bundle_make_extra(uint8_t *extra, const char *json)
{
    size_t size = strlen(json);
    extra[0] = 0x3A;
    extra[1] = 0x29;
    extra[2] = (uint8_t)size;
    extra[3] = (uint8_t)(size >> 8);
    memcpy(extra + 4, json, size);
    return (uint16_t)(size + 4);
}

void bundle_make(struct bundle_maker *maker, const char *platform, const char *version,
                 enum bundle_sizes sizes, const struct bundle_part *parts, size_t count,
                 const void *extra, uint16_t extra_size)
{
    char text[BUNDLE_MAKER_MANIFEST_MAX];
    uint32_t size = bundle_make_manifest(text, platform, version, "", parts, count);
    bundle_maker_begin(maker);
    bundle_maker_add(maker, &(struct bundle_file){.name = "manifest.json",
                                                  .data = text,
                                                  .size = size,
                                                  .sizes = sizes,
                                                  .extra = extra,
                                                  .extra_size = extra_size});
    for (size_t i = 0; i < count; i++)
        bundle_maker_add(maker, &(struct bundle_file){.name = parts[i].src,
                                                      .data = parts[i].data,
                                                      .size = parts[i].size,
                                                      .sizes = sizes});
    bundle_maker_end(maker, "");
}
