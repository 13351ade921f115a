/* bundle_maker.h - ZIP bundles for tests, made without the code under test.
 *
 * A good bundle is made file by file; a test then changes it in one respect, by the offsets that
 * were kept.
 *
 *     bundle_maker_begin(&maker);
 *     bundle_maker_add(&maker, &(struct bundle_file){.name = "manifest.json", ...});
 *     bundle_maker_end(&maker, "");
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef BUNDLE_MAKER_H
#define BUNDLE_MAKER_H

#include <stddef.h>
#include <stdint.h>

#define BUNDLE_MAKER_FILES_MAX    12
#define BUNDLE_MAKER_MANIFEST_MAX 8192

enum bundle_sizes {
    BUNDLE_SIZES_STATED,           /* CRC and sizes stand in the local header */
    BUNDLE_SIZES_BEHIND,           /* in a data descriptor with its signature, as Go writes it */
    BUNDLE_SIZES_BEHIND_UNSIGNED,  /* in one without */
    BUNDLE_SIZES_STATED_AND_BEHIND /* in both */
};

struct bundle_file {
    const char *name;
    size_t name_size; /* 0: as long as the string */
    const void *data;
    uint32_t size;
    enum bundle_sizes sizes;
    const void *extra; /* extra fields of the local header, id and size included */
    uint16_t extra_size;
};

/* Where things are in bytes, for changes. */
struct bundle_place {
    uint32_t header; /* local header */
    uint32_t name;
    uint32_t extra;
    uint32_t content;
    uint32_t descriptor; /* end of the content */
    uint32_t listed;     /* its record in the central directory */
};

struct bundle_maker {
    uint8_t *bytes;
    uint32_t size;
    struct bundle_place places[BUNDLE_MAKER_FILES_MAX];
    struct bundle_file files[BUNDLE_MAKER_FILES_MAX];
    uint32_t count;
    uint32_t directory;  /* offset of the central directory */
    uint32_t end_record; /* offset */
};

/* One part, as the manifest describes it. */
struct bundle_part {
    const char *key;
    const char *type;
    const char *src;
    const void *data;
    uint32_t size;
};

void bundle_maker_begin(struct bundle_maker *maker);
void bundle_maker_free(struct bundle_maker *maker);

/* Append a file. Its data and name must live until bundle_maker_end(). */
void bundle_maker_add(struct bundle_maker *maker, const struct bundle_file *file);

/* Append the central directory and the end record. */
void bundle_maker_end(struct bundle_maker *maker, const char *comment);

/* Append, cut out, or put in bytes; the offsets that were kept are not adjusted. */
void bundle_maker_append(struct bundle_maker *maker, const void *bytes, uint32_t size);
void bundle_maker_cut(struct bundle_maker *maker, uint32_t offset, uint32_t size);
void bundle_maker_insert(struct bundle_maker *maker, uint32_t offset, const void *bytes,
                         uint32_t size);

void bundle_maker_put16(struct bundle_maker *maker, uint32_t offset, uint32_t value);
void bundle_maker_put32(struct bundle_maker *maker, uint32_t offset, uint32_t value);

/* Write a manifest in the form of the existing tool. Returns its bytes. platform: for example
 * "stm32h7"; head: further members in front, for example "\"security_epoch\":2,". */
uint32_t bundle_make_manifest(char text[BUNDLE_MAKER_MANIFEST_MAX], const char *platform,
                              const char *version, const char *head,
                              const struct bundle_part *parts, size_t count);

/* Manifest and parts in one go: a whole bundle. extra: of manifest.json's local header. */
void bundle_make(struct bundle_maker *maker, const char *platform, const char *version,
                 enum bundle_sizes sizes, const struct bundle_part *parts, size_t count,
                 const void *extra, uint16_t extra_size);

/* An extra field 0x293a with the signatures' JSON. Returns its bytes. */
uint16_t bundle_make_extra(uint8_t *extra, const char *json);

uint32_t bundle_crc32(const void *data, size_t size);

#endif
