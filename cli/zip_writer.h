/* zip_writer.h - write a ZIP file of stored entries, reproducibly, in memory.
 *
 * Own code, because libarchive cannot write the extra field of a local header that carries a
 * bundle's signatures. No compression, no data descriptors; one fixed time for all entries, so that
 * the same content gives the same bytes. Source: PKWARE APPNOTE 6.3.9, 4.3.7, 4.3.12, 4.3.16.
 *
 *     struct zip_writer zip = {0};
 *     zip_add(&zip, &entry);
 *     zip_finish(&zip);             // zip.bytes, zip.size are the file; free(zip.bytes)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_ZIP_WRITER_H
#define FLOTA_CLI_ZIP_WRITER_H

#include <stddef.h>
#include <stdint.h>

#define ZIP_ENTRIES_MAX 2048u

struct zip_entry {
    const char *name;
    const void *data;
    uint32_t size;
    uint16_t extra_id; /* of the local header's extra field, when extra_size is not 0 */
    const void *extra;
    uint16_t extra_size;
};

/* Start with zeros. Memory that runs out ends the program. */
struct zip_writer {
    uint8_t *bytes;
    uint32_t size;
    uint32_t capacity;
    struct {
        struct zip_entry entry; /* its texts and data are borrowed until zip_finish() */
        uint32_t offset;
        uint32_t crc;
    } entries[ZIP_ENTRIES_MAX];
    uint16_t count;
};

void zip_add(struct zip_writer *zip, const struct zip_entry *entry);
void zip_finish(struct zip_writer *zip);

#endif
