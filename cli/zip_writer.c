/* zip_writer.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "zip_writer.h"
#include <stdlib.h>
#include <string.h>

#define LOCAL_HEADER     0x04034B50u
#define DIRECTORY_HEADER 0x02014B50u
#define DIRECTORY_END    0x06054B50u
#define NEEDS_VERSION    10u               /* 1.0: stored entries */
#define MADE_BY          (3u << 8 | 10u)   /* on Unix, for the file mode below */
#define FILE_MODE        (0100644u << 16u) /* regular, readable by all */
#define FIXED_DATE       0x0021u           /* 1 January 1980, the format's first day */

/* zlib's CRC-32, bit by bit: files here are small. */
static uint32_t crc32_of(const uint8_t *data, uint32_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0u);
    }
    return ~crc;
}

static void put(struct zip_writer *zip, const void *data, uint32_t size)
{
    if (zip->capacity - zip->size < size) {
        zip->capacity = (zip->size + size) * 2;
        zip->bytes = realloc(zip->bytes, zip->capacity);
    }
    if (!zip->bytes)
        abort();
    if (size > 0)
        memcpy(zip->bytes + zip->size, data, size);
    zip->size += size;
}

static void put16(struct zip_writer *zip, uint32_t value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    put(zip, bytes, sizeof bytes);
}

static void put32(struct zip_writer *zip, uint32_t value)
{
    put16(zip, value & 0xFFFFu);
    put16(zip, value >> 16);
}

/* What both headers of an entry have, from the version it needs to the length of its name. */
static void put_common(struct zip_writer *zip, const struct zip_entry *entry, uint32_t crc)
{
    put16(zip, NEEDS_VERSION);
    put16(zip, 0); /* no flags: the sizes are here, not behind the data */
    put16(zip, 0); /* stored */
    put16(zip, 0); /* midnight */
    put16(zip, FIXED_DATE);
    put32(zip, crc);
    put32(zip, entry->size);
    put32(zip, entry->size);
    put16(zip, (uint32_t)strlen(entry->name));
}

static void put_text(struct zip_writer *zip, const char *text)
{
    put(zip, text, (uint32_t)strlen(text));
}

void zip_add(struct zip_writer *zip, const struct zip_entry *entry)
{
    uint32_t crc = crc32_of(entry->data, entry->size);
    if (zip->count == ZIP_ENTRIES_MAX)
        abort();
    zip->entries[zip->count].entry = *entry;
    zip->entries[zip->count].offset = zip->size;
    zip->entries[zip->count++].crc = crc;
    put32(zip, LOCAL_HEADER);
    put_common(zip, entry, crc);
    put16(zip, entry->extra_size ? entry->extra_size + 4u : 0);
    put_text(zip, entry->name);
    if (entry->extra_size) {
        put16(zip, entry->extra_id);
        put16(zip, entry->extra_size);
        put(zip, entry->extra, entry->extra_size);
    }
    put(zip, entry->data, entry->size);
}

static void list(struct zip_writer *zip, uint16_t index)
{
    const struct zip_entry *entry = &zip->entries[index].entry;
    put32(zip, DIRECTORY_HEADER);
    put16(zip, MADE_BY);
    put_common(zip, entry, zip->entries[index].crc);
    put16(zip, 0); /* no extra field here */
    put16(zip, 0); /* no comment */
    put16(zip, 0); /* this disk */
    put16(zip, 0); /* no internal attributes */
    put32(zip, FILE_MODE);
    put32(zip, zip->entries[index].offset);
    put_text(zip, entry->name);
}

void zip_finish(struct zip_writer *zip)
{
    uint32_t start = zip->size;
    for (uint16_t i = 0; i < zip->count; i++)
        list(zip, i);
    uint32_t size = zip->size - start;
    put32(zip, DIRECTORY_END);
    put16(zip, 0);
    put16(zip, 0);
    put16(zip, zip->count);
    put16(zip, zip->count);
    put32(zip, size);
    put32(zip, start);
    put16(zip, 0); /* no comment */
}
