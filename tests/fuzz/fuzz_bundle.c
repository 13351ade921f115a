/* fuzz_bundle.c - any file to the bundle reader: whole, in random pieces and byte by byte it must
 * tell the same, and never more than the manifest promises.
 *
 * Input: a byte that chooses the pieces; a byte of switches; then either the file itself, or
 * (switch 1) patches to a good bundle: {u16 offset, operation, value} each. Switches 2 to 64 choose
 * that bundle's form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/bundle.h"
#include "flota/error.h"
#include "mbedtls/sha256.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATCHED = 1, BEHIND = 2, BEHIND_UNSIGNED = 4, PREFIX = 8, EXTRA = 16, FOLDER = 32 };
enum { PATCH_SIZE = 4, FILE_MAX = 8192 };

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A digest of the events, the image's contents byte by byte, and what was seen so far. */
struct story {
    uint32_t sum;
    uint8_t image[FILE_MAX];
    size_t image_size;
    bool has_manifest, in_image, image_ended, ended;
    int error;
    struct flota_bundle bundle; /* last, so that writing behind it is seen */
};

static void tell(struct story *story, uint32_t value)
{
    story->sum = (story->sum ^ value) * 16777619u;
}

static bool is_terminated(const char *text, size_t size)
{
    return memchr(text, 0, size) != NULL;
}

/* What the updater relies on. */
static void require_sound_manifest(const struct flota_bundle *bundle)
{
    const struct flota_manifest *manifest = &bundle->manifest;
    uint32_t images = 0;
    REQUIRE(manifest->part_count >= 1 && manifest->part_count <= FLOTA_MANIFEST_PARTS_MAX);
    REQUIRE(manifest->image_part < manifest->part_count);
    REQUIRE(is_terminated(manifest->name, sizeof manifest->name) && manifest->name[0]);
    REQUIRE(is_terminated(manifest->version, sizeof manifest->version) && manifest->version[0]);
    REQUIRE(is_terminated(manifest->build_id, sizeof manifest->build_id));
    REQUIRE(bundle->signatures_size <= FLOTA_BUNDLE_SIGNATURE_MAX);
    for (uint32_t i = 0; i < manifest->part_count; i++) {
        REQUIRE(is_terminated(manifest->parts[i].src, FLOTA_BUNDLE_NAME_MAX));
        REQUIRE(manifest->parts[i].size <= INT32_MAX);
        images += manifest->parts[i].type == FLOTA_PART_IMAGE;
    }
    REQUIRE(images == 1);
    REQUIRE(manifest->parts[manifest->image_part].type == FLOTA_PART_IMAGE);
}

static void end_image(struct story *story)
{
    uint8_t digest[32];
    const struct flota_manifest_part *part = story->bundle.part;
    REQUIRE(story->in_image && story->image_size == part->size);
    REQUIRE(mbedtls_sha256_ret(story->image, story->image_size, digest, 0) == 0);
    REQUIRE(memcmp(digest, part->sha256, sizeof digest) == 0);
    story->in_image = false;
    story->image_ended = true;
}

static void end_bundle(struct story *story)
{
    const struct flota_manifest *manifest = &story->bundle.manifest;
    REQUIRE(story->image_ended && !story->ended);
    for (uint32_t i = 0; i < manifest->part_count; i++)
        REQUIRE(manifest->parts[i].seen);
    story->ended = true;
}

static void tell_event(struct story *story, int event)
{
    const struct flota_bundle *bundle = &story->bundle;
    switch (event) {
    case FLOTA_BUNDLE_MANIFEST:
        REQUIRE(!story->has_manifest);
        story->has_manifest = true;
        require_sound_manifest(bundle);
        for (size_t i = 0; i < bundle->signatures_size; i++)
            tell(story, (uint8_t)bundle->signatures[i]);
        break;
    case FLOTA_BUNDLE_PART:
        REQUIRE(story->has_manifest && !story->in_image && !story->image_ended);
        REQUIRE(bundle->part == &bundle->manifest.parts[bundle->manifest.image_part]);
        story->in_image = true;
        break;
    case FLOTA_BUNDLE_PART_END:
        end_image(story);
        break;
    case FLOTA_BUNDLE_END:
        end_bundle(story);
        break;
    default:
        REQUIRE(event < 0);
        story->error = event;
    }
    tell(story, 256u + (uint32_t)event);
}

/* Take some of the DATA bytes. Returns how many. */
static size_t take(struct story *story, const uint8_t *data, size_t left, uint32_t *random)
{
    size_t offered = story->bundle.data_size;
    REQUIRE(story->in_image && offered > 0 && offered <= left);
    REQUIRE(story->image_size + offered <= story->bundle.part->size);
    size_t taken = random ? prng_below(random, (uint32_t)offered + 1) : offered;
    memcpy(story->image + story->image_size, data, taken);
    story->image_size += taken;
    for (size_t i = 0; i < taken; i++)
        tell(story, data[i]);
    flota_bundle_taken(&story->bundle, data, taken);
    return taken;
}

static void feed(struct story *story, const uint8_t *data, size_t size, uint32_t *random)
{
    int event;
    size_t at = 0, calls = 0, used;
    do {
        event = flota_bundle_next(&story->bundle, data + at, size - at, &used);
        REQUIRE(used <= size - at);
        REQUIRE(++calls < 100 * size + 100);
        at += used;
        if (event == FLOTA_BUNDLE_DATA)
            at += take(story, data + at, size - at, random);
        else if (event != FLOTA_BUNDLE_NEEDS_INPUT)
            tell_event(story, event);
    } while (event != FLOTA_BUNDLE_NEEDS_INPUT && event >= 0);
    REQUIRE(at == size || event < 0);
}

static void finish(struct story *story)
{
    int result = flota_bundle_finish(&story->bundle);
    REQUIRE((result == 0) == (story->ended && story->error == 0));
    if (story->error)
        REQUIRE(result == story->error);
    tell(story, (uint32_t)result);
    tell(story, story->bundle.offset);
}

/* max_piece: pieces of 1 to so many bytes. */
static uint32_t run(struct story *story, const uint8_t *data, size_t size, size_t max_piece,
                    uint32_t *random)
{
    memset(story, 0, sizeof *story);
    memset(&story->bundle, 0xA5, sizeof story->bundle);
    flota_bundle_init(&story->bundle);
    while (size > 0 && !story->error) {
        size_t piece = random ? 1 + prng_below(random, (uint32_t)max_piece) : max_piece;
        if (piece > size)
            piece = size;
        uint8_t *copy = malloc(piece); /* so that reading behind it is seen */
        if (!copy)
            abort();
        memcpy(copy, data, piece);
        feed(story, copy, piece, random);
        free(copy);
        data += piece;
        size -= piece;
    }
    finish(story);
    return story->sum;
}

static void run_all(const uint8_t *data, size_t size, uint32_t random)
{
    static struct story story;
    uint32_t whole = run(&story, data, size, size ? size : 1, NULL);
    REQUIRE(run(&story, data, size, 1, NULL) == whole);
    REQUIRE(run(&story, data, size, 40, &random) == whole);
}

/* --- a good bundle, patched --- */

static void add(struct bundle_maker *maker, uint8_t switches, const char *name, const void *data,
                uint32_t size)
{
    static const uint8_t extra[] = "\x3A\x29\x02\0{}\x55\x54\x01\0a";
    static char names[BUNDLE_MAKER_FILES_MAX][64];
    char *full = names[maker->count];
    snprintf(full, sizeof names[0], "%s%s", switches & PREFIX ? "my/" : "", name);
    struct bundle_file file = {.name = full, .data = data, .size = size};
    file.sizes = switches & BEHIND            ? BUNDLE_SIZES_BEHIND
                 : switches & BEHIND_UNSIGNED ? BUNDLE_SIZES_BEHIND_UNSIGNED
                                              : BUNDLE_SIZES_STATED;
    file.extra = extra;
    file.extra_size = switches & EXTRA ? sizeof extra - 1 : 0;
    bundle_maker_add(maker, &file);
}

static void make_good(struct bundle_maker *maker, uint8_t switches)
{
    static char manifest[BUNDLE_MAKER_MANIFEST_MAX];
    static const struct bundle_part parts[] = {{"app", "app", "app.bin", "the image", 9},
                                               {"fs", "fs", "fs.bin", "fs", 2}};
    uint32_t size = bundle_make_manifest(manifest, "stm32", "1", "", parts, 2);
    bundle_maker_begin(maker);
    if (switches & FOLDER)
        add(maker, switches, "folder/", "", 0);
    add(maker, switches, "manifest.json", manifest, size);
    add(maker, switches, "app.bin", "the image", 9);
    add(maker, switches, "fs.bin", "fs", 2);
    bundle_maker_end(maker, switches & FOLDER ? "comment" : "");
}

static void patch(struct bundle_maker *maker, const uint8_t *operation)
{
    uint32_t offset = (operation[0] | (uint32_t)operation[1] << 8) % maker->size;
    uint8_t value = operation[3];
    switch (operation[2] % 4) {
    case 0:
        bundle_maker_insert(maker, offset, &value, 1);
        break;
    case 1:
        bundle_maker_cut(maker, offset, value % (maker->size - offset));
        break;
    case 2:
        maker->bytes[offset] = value;
        break;
    default:
        maker->bytes[offset] ^= value;
    }
}

static void run_patched(const uint8_t *data, size_t size, uint8_t switches, uint32_t random)
{
    struct bundle_maker maker;
    make_good(&maker, switches);
    for (; size >= PATCH_SIZE; data += PATCH_SIZE, size -= PATCH_SIZE)
        patch(&maker, data);
    run_all(maker.bytes, maker.size, random);
    bundle_maker_free(&maker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > FILE_MAX)
        return 0;
    if (data[1] & PATCHED)
        run_patched(data + 2, size - 2, data[1], data[0]);
    else
        run_all(data + 2, size - 2, data[0]);
    return 0;
}
