/* test_bundle.c - ZIP bundles in any split, with and without data descriptors, and each way in
 * which one is refused: a good bundle, changed in one respect.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/bundle.h"
#include "flota/error.h"
#include "mbedtls/sha256.h"
#include "prng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIGNATURES "{\"sig0\":\"MEUCIQ==\"}"
#define GOOD_STORY "<1.2.3 " SIGNATURES ">[image bytes]END"
#define MANIFEST   0 /* places in the good bundle */
#define FS         1
#define APP        2

/* --- what the events said, as text --- */

struct story {
    char text[8192];
    size_t size;
    uint32_t *random;           /* how many DATA bytes are taken: NULL: all */
    struct flota_bundle bundle; /* last in its memory, so that writing behind it is seen */
};

static void tell(struct story *story, const void *text, size_t size)
{
    assert_true(story->size + size < sizeof story->text);
    memcpy(story->text + story->size, text, size);
    story->size += size;
    story->text[story->size] = '\0';
}

static void tell_text(struct story *story, const char *text)
{
    tell(story, text, strlen(text));
}

static void tell_event(struct story *story, int event)
{
    const struct flota_bundle *bundle = &story->bundle;
    if (event < 0)
        tell_text(story, flota_error_text(event)->name);
    else if (event == FLOTA_BUNDLE_MANIFEST) {
        tell_text(story, "<");
        tell_text(story, bundle->manifest.version);
        tell_text(story, " ");
        tell(story, bundle->signatures, bundle->signatures_size);
        tell_text(story, ">");
    } else if (event == FLOTA_BUNDLE_PART) {
        assert_ptr_equal(bundle->part, &bundle->manifest.parts[bundle->manifest.image_part]);
        tell_text(story, "[");
    } else if (event == FLOTA_BUNDLE_PART_END)
        tell_text(story, "]");
    else if (event == FLOTA_BUNDLE_END)
        tell_text(story, "END");
}

/* Take some of the offered bytes. Returns how many. */
static size_t take(struct story *story, const uint8_t *data, size_t left)
{
    struct flota_bundle *bundle = &story->bundle;
    size_t offered = bundle->data_size;
    assert_true(offered > 0 && offered <= left);
    size_t taken = story->random ? prng_below(story->random, (uint32_t)offered + 1) : offered;
    tell(story, data, taken);
    flota_bundle_taken(bundle, data, taken);
    return taken;
}

/* Feed one piece. Returns false after an error. */
static bool feed(struct story *story, const uint8_t *data, size_t size)
{
    uint32_t offset = story->bundle.offset;
    size_t at = 0, used;
    for (int limit = 0; limit < 100000; limit++) {
        int event = flota_bundle_next(&story->bundle, data + at, size - at, &used);
        assert_true(used <= size - at);
        at += used;
        tell_event(story, event);
        if (event < 0) {
            assert_int_equal(flota_bundle_next(&story->bundle, data, size, &used), event);
            assert_int_equal(used, 0);
            return false;
        }
        if (event == FLOTA_BUNDLE_DATA)
            at += take(story, data + at, size - at);
        assert_int_equal(story->bundle.offset, offset + at);
        if (event == FLOTA_BUNDLE_NEEDS_INPUT) {
            assert_int_equal(at, size);
            return true;
        }
    }
    fail_msg("the reader makes no progress");
    return false;
}

static void begin(struct story *story, uint32_t *random)
{
    flota_bundle_init(&story->bundle);
    story->size = 0;
    story->text[0] = '\0';
    story->random = random;
}

/* A piece in memory of its own, so that reading behind it is seen. */
static bool feed_copy(struct story *story, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    bool sound = feed(story, copy, size);
    free(copy);
    return sound;
}

static void run(struct story *story, const uint8_t *data, size_t size, size_t max_piece,
                uint32_t *random)
{
    bool sound = true;
    begin(story, max_piece == 1 ? NULL : random);
    for (size_t at = 0, piece; at < size && sound; at += piece) {
        piece = max_piece == 1 ? 1 : 1 + prng_below(random, (uint32_t)max_piece);
        if (piece > size - at)
            piece = size - at;
        sound = feed_copy(story, data + at, piece);
    }
}

/* --- the good bundle --- */

static const struct bundle_part good_parts[] = {
    {"fs", "fs", "fs.bin", "files", 5},
    {"app", "app", "app.bin", "image bytes", 11},
};

struct fixture {
    struct bundle_maker maker;
    uint8_t extra[1024];
    uint16_t extra_size;
    char manifest[BUNDLE_MAKER_MANIFEST_MAX];
    uint32_t manifest_size;
    struct story story; /* last */
};

static struct bundle_file manifest_file(const struct fixture *fixture)
{
    return (struct bundle_file){.name = "manifest.json",
                                .data = fixture->manifest,
                                .size = fixture->manifest_size,
                                .extra = fixture->extra,
                                .extra_size = fixture->extra_size};
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->extra_size = bundle_make_extra(fixture->extra, SIGNATURES);
    fixture->manifest_size =
        bundle_make_manifest(fixture->manifest, "stm32", "1.2.3", "", good_parts, 2);
    bundle_make(&fixture->maker, "stm32", "1.2.3", BUNDLE_SIZES_STATED, good_parts, 2,
                fixture->extra, fixture->extra_size);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    bundle_maker_free(&fixture->maker);
    free(fixture);
    return 0;
}

/* Make the bundle again. sizes: of its entries. prefix: in front of all names. */
static void make(struct fixture *fixture, enum bundle_sizes sizes, const char *prefix,
                 const char *comment)
{
    char names[3][200];
    struct bundle_maker *maker = &fixture->maker;
    struct bundle_file files[3] = {manifest_file(fixture),
                                   {.name = "fs.bin", .data = "files", .size = 5},
                                   {.name = "app.bin", .data = "image bytes", .size = 11}};
    bundle_maker_free(maker);
    bundle_maker_begin(maker);
    for (size_t i = 0; i < 3; i++) {
        snprintf(names[i], sizeof names[i], "%s%s", prefix, files[i].name);
        files[i].name = names[i];
        files[i].sizes = sizes;
        bundle_maker_add(maker, &files[i]);
    }
    bundle_maker_end(maker, comment);
}

/* In pieces of 1 byte, whole, and in random ones the story is the same. */
static void check_story(struct fixture *fixture, const char *expected)
{
    struct story *story = &fixture->story;
    const struct bundle_maker *maker = &fixture->maker;
    uint32_t random = 5;
    for (int round = 0; round < 40; round++) {
        size_t max_piece = round == 0 ? 1 : round == 1 ? 1 << 20 : 1 + prng_below(&random, 60);
        run(story, maker->bytes, maker->size, max_piece, &random);
        if (strcmp(story->text, expected) != 0)
            fail_msg("pieces of up to %zu told: %s\nexpected: %s", max_piece, story->text,
                     expected);
    }
}

static void check_refused(struct fixture *fixture, int error)
{
    struct story *story = &fixture->story;
    const struct bundle_maker *maker = &fixture->maker;
    uint32_t random = 5;
    for (int round = 0; round < 40; round++) {
        size_t max_piece = round == 0 ? 1 : round == 1 ? 1 << 20 : 1 + prng_below(&random, 60);
        run(story, maker->bytes, maker->size, max_piece, &random);
        const char *name = flota_error_text(error)->name;
        size_t size = strlen(name);
        if (story->size < size || strcmp(story->text + story->size - size, name) != 0)
            fail_msg("pieces of up to %zu told: %s\nexpected at its end: %s", max_piece,
                     story->text, name);
        assert_int_equal(flota_bundle_finish(&story->bundle), error);
        assert_null(strstr(story->text, "END"));
    }
}

/* ... and no byte of the image was given out. */
static void check_refused_early(struct fixture *fixture, int error)
{
    check_refused(fixture, error);
    assert_null(strchr(fixture->story.text, '['));
}

/* --- good bundles --- */

static void a_good_bundle_tells_its_story(void **state)
{
    struct fixture *fixture = *state;
    check_story(fixture, GOOD_STORY);
    assert_int_equal(flota_bundle_finish(&fixture->story.bundle), 0);
    uint8_t digest[32];
    assert_int_equal(
        mbedtls_sha256_ret((uint8_t *)fixture->manifest, fixture->manifest_size, digest, 0), 0);
    assert_memory_equal(fixture->story.bundle.manifest_digest, digest, sizeof digest);
    assert_int_equal(fixture->story.bundle.offset, fixture->maker.size);
}

static void any_cut_and_any_short_middle_piece_tell_the_same(void **state)
{
    struct fixture *fixture = *state;
    struct story *story = &fixture->story;
    const struct bundle_maker *maker = &fixture->maker;
    make(fixture, BUNDLE_SIZES_BEHIND, "myapp-1.0/", "a comment");
    for (uint32_t first = 0; first <= maker->size; first++) {
        for (uint32_t second = first; second <= maker->size && second < first + 50; second++) {
            begin(story, NULL);
            feed(story, maker->bytes, first);
            feed(story, maker->bytes + first, second - first);
            feed(story, maker->bytes + second, maker->size - second);
            assert_string_equal(story->text, GOOD_STORY);
        }
    }
}

static void data_that_are_not_taken_are_offered_again(void **state)
{
    struct fixture *fixture = *state;
    struct flota_bundle *bundle = &fixture->story.bundle;
    const struct bundle_maker *maker = &fixture->maker;
    const uint8_t *image = maker->bytes + maker->places[APP].content;
    uint32_t size = maker->size - maker->places[APP].content;
    size_t used;
    run(&fixture->story, maker->bytes, maker->places[APP].content, 1, NULL);
    for (uint32_t taken = 0; taken < 11; taken++) {
        for (int again = 0; again < 3; again++) {
            assert_int_equal(flota_bundle_next(bundle, image + taken, size - taken, &used),
                             FLOTA_BUNDLE_DATA);
            assert_int_equal(used, 0);
            assert_int_equal(bundle->data_size, 11 - taken);
            assert_int_equal(bundle->offset, maker->places[APP].content + taken);
            if (again == 1)
                flota_bundle_taken(bundle, image + taken, 0);
        }
        assert_int_equal(flota_bundle_next(bundle, image, 0, &used), FLOTA_BUNDLE_NEEDS_INPUT);
        assert_int_equal(flota_bundle_next(bundle, image + taken, 1, &used), FLOTA_BUNDLE_DATA);
        flota_bundle_taken(bundle, image + taken, 1);
    }
    assert_int_equal(flota_bundle_next(bundle, image, 0, &used), FLOTA_BUNDLE_PART_END);
    assert_int_equal(flota_bundle_next(bundle, image, 0, &used), FLOTA_BUNDLE_NEEDS_INPUT);
}

static void sizes_may_stand_behind_the_content(void **state)
{
    struct fixture *fixture = *state;
    for (int sizes = BUNDLE_SIZES_STATED; sizes <= BUNDLE_SIZES_STATED_AND_BEHIND; sizes++) {
        make(fixture, (enum bundle_sizes)sizes, "", "");
        check_story(fixture, GOOD_STORY);
    }
}

/* As zip writes it to a pipe: the sizes in both places, the CRC behind only. */
static void sizes_may_be_stated_and_the_crc_stand_behind(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, BUNDLE_SIZES_STATED_AND_BEHIND, "", "");
    for (int entry = MANIFEST; entry <= APP; entry++)
        bundle_maker_put32(&fixture->maker, fixture->maker.places[entry].header + 14, 0);
    check_story(fixture, GOOD_STORY);
}

static void a_leading_folder_and_a_comment_are_passed_over(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, BUNDLE_SIZES_STATED, "myapp-1.0/", "any words");
    check_story(fixture, GOOD_STORY);
    make(fixture, BUNDLE_SIZES_BEHIND, "a/b/", "");
    check_story(fixture, GOOD_STORY);
}

static void a_leading_folder_has_at_most_64_bytes(void **state)
{
    struct fixture *fixture = *state;
    char prefix[200];
    for (size_t size = 62; size < 130; size++) {
        memset(prefix, 'a', size);
        memcpy(prefix + size - 1, "/", 2);
        make(fixture, BUNDLE_SIZES_STATED, prefix, "");
        if (size <= 64)
            check_story(fixture, GOOD_STORY);
        else
            check_refused_early(fixture, FLOTA_ERR_BUNDLE_BAD_NAME);
    }
}

/* 64 bytes of the folder and 63 of the part. */
static void the_longest_name_is_taken(void **state)
{
    struct fixture *fixture = *state;
    char manifest[80], name[128], src[64];
    memset(name, 'a', 127);
    name[63] = '/';
    name[127] = '\0';
    memcpy(src, name + 64, sizeof src);
    snprintf(manifest, sizeof manifest, "%.64smanifest.json", name);
    const struct bundle_part part = {"app", "app", src, "image", 5};
    uint32_t size = bundle_make_manifest(fixture->manifest, "stm32", "1", "", &part, 1);
    bundle_maker_free(&fixture->maker);
    bundle_maker_begin(&fixture->maker);
    bundle_maker_add(
        &fixture->maker,
        &(struct bundle_file){.name = manifest, .data = fixture->manifest, .size = size});
    bundle_maker_add(&fixture->maker,
                     &(struct bundle_file){.name = name, .data = "image", .size = 5});
    bundle_maker_end(&fixture->maker, "");
    check_story(fixture, "<1 >[image]END");
}

static void folders_are_passed_over(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    const struct bundle_file files[] = {
        {.name = "x/", .data = ""},
        {.name = "x/manifest.json", .data = fixture->manifest, .size = fixture->manifest_size},
        {.name = "x/y/", .data = "", .sizes = BUNDLE_SIZES_BEHIND},
        {.name = "x/app.bin", .data = "image bytes", .size = 11},
        {.name = "x/fs.bin", .data = "files", .size = 5},
        {.name = "z/", .data = ""}};
    bundle_maker_free(maker);
    bundle_maker_begin(maker);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        bundle_maker_add(maker, &files[i]);
    bundle_maker_end(maker, "");
    check_story(fixture, "<1.2.3 >[image bytes]END");
}

static void a_part_may_be_empty(void **state)
{
    struct fixture *fixture = *state;
    const struct bundle_part parts[] = {{"fs", "fs", "fs.bin", "", 0},
                                        {"app", "app", "app.bin", "", 0}};
    for (int sizes = BUNDLE_SIZES_STATED; sizes <= BUNDLE_SIZES_STATED_AND_BEHIND; sizes++) {
        bundle_maker_free(&fixture->maker);
        bundle_make(&fixture->maker, "stm32", "1", (enum bundle_sizes)sizes, parts, 2, NULL, 0);
        check_story(fixture, "<1 >[]END");
    }
}

static void the_directory_may_list_in_another_order(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    uint32_t first = maker->places[MANIFEST].listed, size = maker->places[FS].listed - first;
    uint8_t record[128];
    assert_true(size <= sizeof record);
    memcpy(record, maker->bytes + first, size);
    bundle_maker_insert(maker, maker->end_record, record, size);
    bundle_maker_cut(maker, first, size);
    check_story(fixture, GOOD_STORY);
}

/* A CRC that looks like a descriptor's signature: found by search, 4 bytes behind "image". */
static void a_crc_may_look_like_a_signature(void **state)
{
    struct fixture *fixture = *state;
    uint8_t content[9] = "image";
    uint32_t wanted = ~0x08074B50u, crc = ~bundle_crc32(content, 5);
    for (int bit = 0; bit < 32; bit++) /* run the polynomial backwards */
        wanted = wanted & 0x80000000u ? ((wanted ^ 0xEDB88320u) << 1) | 1 : wanted << 1;
    for (int i = 0; i < 4; i++)
        content[5 + i] = (uint8_t)((wanted ^ crc) >> (8 * i));
    assert_int_equal(bundle_crc32(content, sizeof content), 0x08074B50u);
    const struct bundle_part part = {"app", "app", "app.bin", content, sizeof content};
    for (int sizes = BUNDLE_SIZES_STATED; sizes <= BUNDLE_SIZES_STATED_AND_BEHIND; sizes++) {
        char expected[64];
        bundle_maker_free(&fixture->maker);
        bundle_make(&fixture->maker, "stm32", "1", (enum bundle_sizes)sizes, &part, 1, NULL, 0);
        snprintf(expected, sizeof expected, "<1 >[%.9s]END", (const char *)content);
        check_story(fixture, expected);
    }
}

/* --- bundles that other programs made --- */

/* python3: zipfile.ZipFile on a stream that cannot seek, so with data descriptors. */
static const char made_by_python[] =
    "504b03041400080000000000215800000000000000000000000013000000772d312e302f6d616e6966657374"
    "2e6a736f6e7b226e616d65223a2277222c22706c6174666f726d223a2273746d3332222c2276657273696f6e"
    "223a22312e302e30222c227061727473223a7b22617070223a7b2274797065223a22617070222c2273726322"
    "3a226170702e62696e222c2273697a65223a31312c2263735f736861323536223a2263646336373135306636"
    "3633643938323530646533336331643438313633393463653032313461663238306562333866656235323337"
    "32333531346261383035227d7d7d504b0708fc3a16aeb9000000b9000000504b030414000800000000002158"
    "0000000000000000000000000d000000772d312e302f6170702e62696e68656c6c6f20626f617264504b0708"
    "812b6b6f0b0000000b000000504b0102140314000800000000002158fc3a16aeb9000000b900000013000000"
    "0000000000000000800100000000772d312e302f6d616e69666573742e6a736f6e504b010214031400080000"
    "0000002158812b6b6f0b0000000b0000000d00000000000000000000008001fa000000772d312e302f617070"
    "2e62696e504b050600000000020002007c000000400100000000";

/* Info-ZIP 3.0: zip -0 -z, with an entry for the folder and its own extra fields. */
static const char made_by_zip[] =
    "504b03040a0000000000f36d755d00000000000000000000000006001c00772d312e302f5554090003faa001"
    "6bfaa0016b75780b000104000000000400000000504b03040a0000000000f36d755dfc3a16aeb9000000b900"
    "000013001c00772d312e302f6d616e69666573742e6a736f6e5554090003faa0016bfaa0016b75780b000104"
    "0000000004000000007b226e616d65223a2277222c22706c6174666f726d223a2273746d3332222c22766572"
    "73696f6e223a22312e302e30222c227061727473223a7b22617070223a7b2274797065223a22617070222c22"
    "737263223a226170702e62696e222c2273697a65223a31312c2263735f736861323536223a22636463363731"
    "3530663636336439383235306465333363316434383136333934636530323134616632383065623338666562"
    "3532333732333531346261383035227d7d7d504b03040a0000000000f36d755d812b6b6f0b0000000b000000"
    "0d001c00772d312e302f6170702e62696e5554090003faa0016bfaa0016b75780b0001040000000004000000"
    "0068656c6c6f20626f617264504b01021e030a0000000000f36d755d00000000000000000000000006001800"
    "0000000000001000ed4100000000772d312e302f5554050003faa0016b75780b000104000000000400000000"
    "504b01021e030a0000000000f36d755dfc3a16aeb9000000b9000000130018000000000000000000a4814000"
    "0000772d312e302f6d616e69666573742e6a736f6e5554050003faa0016b75780b0001040000000004000000"
    "00504b01021e030a0000000000f36d755d812b6b6f0b0000000b0000000d0018000000000000000000a48146"
    "010000772d312e302f6170702e62696e5554050003faa0016b75780b000104000000000400000000504b0506"
    "0000000003000300f80000009801000010006d61646520627920496e666f2d5a4950";

static void use_hex(struct fixture *fixture, const char *hex)
{
    bundle_maker_free(&fixture->maker);
    bundle_maker_begin(&fixture->maker);
    for (; *hex; hex += 2) {
        const char digits[] = {hex[0], hex[1], '\0'};
        uint8_t byte = (uint8_t)strtoul(digits, NULL, 16);
        bundle_maker_append(&fixture->maker, &byte, 1);
    }
}

static void bundles_of_other_programs_are_read(void **state)
{
    struct fixture *fixture = *state;
    use_hex(fixture, made_by_python);
    assert_int_equal(fixture->maker.bytes[6], 8); /* data descriptors, indeed */
    check_story(fixture, "<1.0.0 >[hello board]END");
    use_hex(fixture, made_by_zip);
    check_story(fixture, "<1.0.0 >[hello board]END");
}

/* --- the file's end --- */

static void a_file_that_ends_early_is_told_at_the_end(void **state)
{
    struct fixture *fixture = *state;
    const struct bundle_maker *maker = &fixture->maker;
    for (uint32_t size = 0; size < maker->size; size++) {
        run(&fixture->story, maker->bytes, size, 1, NULL);
        bool between = size == maker->places[FS].header || size == maker->places[APP].header;
        assert_int_equal(flota_bundle_finish(&fixture->story.bundle),
                         between ? FLOTA_ERR_BUNDLE_PART_MISSING : FLOTA_ERR_BUNDLE_MALFORMED);
        assert_null(strstr(fixture->story.text, "END"));
    }
}

static void bytes_behind_the_end_are_refused(void **state)
{
    struct fixture *fixture = *state;
    bundle_maker_append(&fixture->maker, "", 1);
    check_story(fixture, GOOD_STORY "BUNDLE_EXTRA_BYTES");
    assert_int_equal(flota_bundle_finish(&fixture->story.bundle), FLOTA_ERR_BUNDLE_EXTRA_BYTES);
}

/* --- local headers: each field that counts --- */

/* Change 16 bits of an entry's local header. */
static void change(struct fixture *fixture, int entry, uint32_t field, uint32_t value)
{
    bundle_maker_put16(&fixture->maker, fixture->maker.places[entry].header + field, value);
}

static void a_file_that_is_no_zip_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t i = 0; i < 4; i++) {
        fixture->maker.bytes[i] ^= 0x20;
        check_story(fixture, "BUNDLE_MALFORMED");
        fixture->maker.bytes[i] ^= 0x20;
    }
}

static void a_compressed_entry_is_refused(void **state)
{
    struct fixture *fixture = *state;
    change(fixture, FS, 8, 8);
    check_refused_early(fixture, FLOTA_ERR_BUNDLE_COMPRESSED);
    change(fixture, MANIFEST, 8, 8);
    check_story(fixture, "BUNDLE_COMPRESSED");
}

static void an_encrypted_entry_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t flags[] = {0x0001, 0x0020, 0x0040, 0x2000};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        change(fixture, APP, 6, flags[i]);
        check_refused_early(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
    }
    change(fixture, APP, 6, 0x0800); /* the name is UTF-8 */
    check_story(fixture, GOOD_STORY);
}

static void zip64_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    bundle_maker_put32(&fixture->maker, fixture->maker.places[APP].header + 18, 0xFFFFFFFF);
    bundle_maker_put32(&fixture->maker, fixture->maker.places[APP].header + 22, 0xFFFFFFFF);
    check_refused_early(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
}

static void a_zip64_field_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t zip64[20] = {1, 0, 16, 0};
    memcpy(fixture->extra + fixture->extra_size, zip64, sizeof zip64);
    fixture->extra_size = (uint16_t)(fixture->extra_size + sizeof zip64);
    make(fixture, BUNDLE_SIZES_STATED, "", "");
    check_story(fixture, "BUNDLE_MALFORMED");
}

static void sizes_that_differ_are_malformed(void **state)
{
    struct fixture *fixture = *state;
    change(fixture, APP, 18, 12);
    check_refused_early(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
}

static void a_size_that_is_not_the_manifests_is_refused_early(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t size = 0; size < 14; size++) {
        if (size == 11)
            continue;
        change(fixture, APP, 18, size);
        change(fixture, APP, 22, size);
        check_refused_early(fixture, FLOTA_ERR_BUNDLE_PART_WRONG);
    }
    make(fixture, BUNDLE_SIZES_STATED_AND_BEHIND, "", "");
    change(fixture, APP, 18, 12);
    change(fixture, APP, 22, 12);
    check_refused_early(fixture, FLOTA_ERR_BUNDLE_PART_WRONG);
}

static void a_folder_with_content_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    fixture->maker.bytes[fixture->maker.places[APP].name + 6] = '/';
    check_refused_early(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
}

/* --- names and which entry it is --- */

static void a_first_entry_that_is_not_the_manifest_is_told(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"app.bin", "Manifest.json", "manifest.jsonx",
                                        "xmanifest.json", "a/xmanifest.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct bundle_file file = manifest_file(fixture);
        file.name = names[i];
        bundle_maker_free(&fixture->maker);
        bundle_maker_begin(&fixture->maker);
        bundle_maker_add(&fixture->maker, &file);
        bundle_maker_end(&fixture->maker, "");
        check_story(fixture, "BUNDLE_NO_MANIFEST");
    }
}

static void an_empty_archive_has_no_manifest(void **state)
{
    struct fixture *fixture = *state;
    bundle_maker_free(&fixture->maker);
    bundle_maker_begin(&fixture->maker);
    bundle_maker_end(&fixture->maker, "");
    check_story(fixture, "BUNDLE_NO_MANIFEST");
}

static void check_name(struct fixture *fixture, const char *name, size_t size, int error)
{
    struct bundle_file file = manifest_file(fixture);
    bundle_maker_free(&fixture->maker);
    bundle_maker_begin(&fixture->maker);
    bundle_maker_add(&fixture->maker, &file);
    bundle_maker_add(
        &fixture->maker,
        &(struct bundle_file){.name = name, .name_size = size, .data = "image bytes", .size = 11});
    bundle_maker_end(&fixture->maker, "");
    check_refused_early(fixture, error);
}

static void a_name_that_leads_out_is_refused(void **state)
{
    static const char *const names[] = {"/app.bin",    "../app.bin", "a/../app.bin", "..",
                                        "a\\app.bin",  "C:app.bin",  "a\napp.bin",   "\x7F",
                                        "a/b/c/../..", "../"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_name(*state, names[i], 0, FLOTA_ERR_BUNDLE_BAD_NAME);
    check_name(*state, "app.bin\0x", 9, FLOTA_ERR_BUNDLE_BAD_NAME);
    check_name(*state, "app.bin\0", 8, FLOTA_ERR_BUNDLE_BAD_NAME);
}

static void a_name_of_no_bytes_is_refused(void **state)
{
    struct fixture *fixture = *state;
    change(fixture, APP, 26, 0);
    check_refused_early(fixture, FLOTA_ERR_BUNDLE_BAD_NAME);
}

static void an_entry_that_the_manifest_does_not_list_is_unknown(void **state)
{
    check_name(*state, "other.bin", 0, FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    check_name(*state, "app.bin2", 0, FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    check_name(*state, "app.bi", 0, FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    check_name(*state, "x/app.bin", 0, FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    check_name(*state, "a../b..", 0, FLOTA_ERR_BUNDLE_UNKNOWN_PART); /* stays in its folder */
    check_name(*state, "./app.bin", 0, FLOTA_ERR_BUNDLE_UNKNOWN_PART);
}

static void all_entries_have_the_same_leading_folder(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, BUNDLE_SIZES_STATED, "m/", "");
    fixture->maker.bytes[fixture->maker.places[APP].name] = 'n';
    check_refused_early(fixture, FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    make(fixture, BUNDLE_SIZES_STATED, "", "");
    const struct bundle_file file = {
        .name = "a/manifest.json", .data = fixture->manifest, .size = fixture->manifest_size};
    bundle_maker_free(&fixture->maker);
    bundle_maker_begin(&fixture->maker);
    bundle_maker_add(&fixture->maker, &file);
    bundle_maker_add(&fixture->maker, &(struct bundle_file){.name = "a", .data = ""});
    bundle_maker_end(&fixture->maker, "");
    check_story(fixture, "<1.2.3 >BUNDLE_UNKNOWN_PART"); /* shorter than the folder's name */
}

static void an_entry_that_comes_twice_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    struct bundle_file file = manifest_file(fixture);
    for (int which = 0; which < 2; which++) {
        struct bundle_file second =
            which ? file
                  : (struct bundle_file){.name = "app.bin", .data = "image bytes", .size = 11};
        bundle_maker_free(maker);
        bundle_maker_begin(maker);
        bundle_maker_add(maker, &file);
        bundle_maker_add(
            maker, &(struct bundle_file){.name = "app.bin", .data = "image bytes", .size = 11});
        bundle_maker_add(maker, &second);
        bundle_maker_end(maker, "");
        check_story(fixture, "<1.2.3 " SIGNATURES ">[image bytes]BUNDLE_DUPLICATE");
    }
}

static void a_part_that_does_not_come_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    struct bundle_file file = manifest_file(fixture);
    bundle_maker_free(maker);
    bundle_maker_begin(maker);
    bundle_maker_add(maker, &file);
    bundle_maker_add(maker,
                     &(struct bundle_file){.name = "app.bin", .data = "image bytes", .size = 11});
    bundle_maker_end(maker, "");
    check_story(fixture, "<1.2.3 " SIGNATURES ">[image bytes]BUNDLE_PART_MISSING");
}

/* --- extra fields --- */

static void check_extra(struct fixture *fixture, const void *extra, size_t size, const char *story)
{
    assert_true(size <= sizeof fixture->extra);
    memcpy(fixture->extra, extra, size);
    fixture->extra_size = (uint16_t)size;
    make(fixture, BUNDLE_SIZES_STATED, "", "");
    check_story(fixture, story);
}

#define FIELD(low, high, size)    low high size "\0"
#define SIG(size)                 FIELD("\x3A", "\x29", size)
#define OTHER(size)               FIELD("\x55", "\x54", size)
#define CHECK_EXTRA(bytes, story) check_extra(*state, bytes, sizeof bytes - 1, story)

static void extra_fields_that_are_not_ours_are_passed_over(void **state)
{
    CHECK_EXTRA("", "<1.2.3 >[image bytes]END");
    CHECK_EXTRA(OTHER("\0"), "<1.2.3 >[image bytes]END");
    CHECK_EXTRA(OTHER("\3") "abc" SIG("\2") "{}" OTHER("\1") "d", "<1.2.3 {}>[image bytes]END");
}

static void extra_fields_that_do_not_fit_are_malformed(void **state)
{
    CHECK_EXTRA(OTHER("\3") "ab", "BUNDLE_MALFORMED");
    CHECK_EXTRA(SIG("\3") "{}", "BUNDLE_MALFORMED");
    CHECK_EXTRA(OTHER("\1") "a"
                            "b",
                "BUNDLE_MALFORMED");
    CHECK_EXTRA("abc", "BUNDLE_MALFORMED");
}

static void signatures_come_once(void **state)
{
    CHECK_EXTRA(SIG("\2") "{}" SIG("\2") "{}", "BUNDLE_MALFORMED");
    CHECK_EXTRA(SIG("\2") "{}" OTHER("\0") SIG("\0"), "BUNDLE_MALFORMED");
    CHECK_EXTRA(SIG("\0"), "BUNDLE_MALFORMED");
}

static void signatures_have_at_most_512_bytes(void **state)
{
    struct fixture *fixture = *state;
    char json[514], expected[600];
    for (size_t size = 511; size < 514; size++) {
        memset(json, 'a', size);
        json[size] = '\0';
        fixture->extra_size = bundle_make_extra(fixture->extra, json);
        snprintf(expected, sizeof expected, "<1.2.3 %s>[image bytes]END", json);
        make(fixture, BUNDLE_SIZES_BEHIND, "", "");
        check_story(fixture, size <= 512 ? expected : "BUNDLE_MALFORMED");
    }
}

static void a_signature_field_of_a_part_means_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    struct bundle_file file = manifest_file(fixture);
    const struct bundle_part part = {"app", "app", "app.bin", "image", 5};
    fixture->manifest_size = bundle_make_manifest(fixture->manifest, "stm32", "1", "", &part, 1);
    file = manifest_file(fixture);
    file.extra_size = 0;
    bundle_maker_free(maker);
    bundle_maker_begin(maker);
    bundle_maker_add(maker, &file);
    bundle_maker_add(maker, &(struct bundle_file){.name = "app.bin",
                                                  .data = "image",
                                                  .size = 5,
                                                  .extra = fixture->extra,
                                                  .extra_size = fixture->extra_size});
    bundle_maker_end(maker, "");
    check_story(fixture, "<1 >[image]END");
    assert_int_equal(fixture->story.bundle.signatures_size, 0);
}

/* --- contents --- */

static void a_manifest_that_was_damaged_has_a_bad_crc(void **state)
{
    struct fixture *fixture = *state;
    for (int sizes = BUNDLE_SIZES_STATED; sizes <= BUNDLE_SIZES_STATED_AND_BEHIND; sizes++) {
        make(fixture, (enum bundle_sizes)sizes, "", "");
        fixture->maker.bytes[fixture->maker.places[MANIFEST].content + 20] ^= 1;
        check_story(fixture, "BUNDLE_BAD_CRC");
    }
}

/* Without a descriptor that fits there is no end of the manifest. */
static void a_manifests_descriptor_has_two_right_sizes(void **state)
{
    struct fixture *fixture = *state;
    for (int sizes = BUNDLE_SIZES_BEHIND; sizes <= BUNDLE_SIZES_BEHIND_UNSIGNED; sizes++) {
        for (uint32_t field = 4; field < 12; field += 4) {
            make(fixture, (enum bundle_sizes)sizes, "", "");
            const struct bundle_place *place = &fixture->maker.places[MANIFEST];
            uint32_t descriptor = place->descriptor + (sizes == BUNDLE_SIZES_BEHIND ? 4 : 0);
            fixture->maker.bytes[descriptor + field] ^= 1;
            check_story(fixture, "");
            assert_int_equal(flota_bundle_finish(&fixture->story.bundle),
                             FLOTA_ERR_BUNDLE_MALFORMED);
        }
    }
}

static void a_manifests_descriptor_has_the_right_signature_or_none(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, BUNDLE_SIZES_BEHIND, "", "");
    fixture->maker.bytes[fixture->maker.places[MANIFEST].descriptor] ^= 1;
    check_story(fixture, "");
}

static void a_manifest_that_is_wrong_is_told(void **state)
{
    struct fixture *fixture = *state;
    fixture->manifest_size -= 3; /* "}}\n" */
    make(fixture, BUNDLE_SIZES_STATED, "", "");
    check_story(fixture, "MANIFEST_BAD");
    make(fixture, BUNDLE_SIZES_BEHIND, "", "");
    check_story(fixture, "MANIFEST_BAD");
}

static void an_empty_manifest_is_refused(void **state)
{
    struct fixture *fixture = *state;
    fixture->manifest_size = 0;
    make(fixture, BUNDLE_SIZES_STATED, "", "");
    check_story(fixture, "MANIFEST_BAD");
    make(fixture, BUNDLE_SIZES_BEHIND_UNSIGNED, "", "");
    check_story(fixture, "MANIFEST_BAD");
    make(fixture, BUNDLE_SIZES_BEHIND, "", ""); /* its signature could be the CRC of no bytes */
    check_story(fixture, "BUNDLE_BAD_CRC");
}

static void a_manifest_has_at_most_4096_bytes(void **state)
{
    struct fixture *fixture = *state;
    memset(fixture->manifest + fixture->manifest_size, ' ',
           sizeof fixture->manifest - fixture->manifest_size);
    for (int sizes = BUNDLE_SIZES_STATED; sizes <= BUNDLE_SIZES_STATED_AND_BEHIND; sizes++) {
        fixture->manifest_size = 4096;
        make(fixture, (enum bundle_sizes)sizes, "", "");
        check_story(fixture, GOOD_STORY);
        static const uint32_t beyond[] = {4097, 4100, 4112, 4113, 5000, 8000};
        for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
            fixture->manifest_size = beyond[i];
            make(fixture, (enum bundle_sizes)sizes, "", "");
            check_story(fixture, "MANIFEST_TOO_LARGE");
        }
    }
}

/* An image byte, too: all of it was given out, but its end was not told. */
static void a_part_that_was_damaged_has_a_bad_crc(void **state)
{
    struct fixture *fixture = *state;
    for (int sizes = BUNDLE_SIZES_STATED; sizes <= BUNDLE_SIZES_STATED_AND_BEHIND; sizes++) {
        for (int entry = FS; entry <= APP; entry++) {
            make(fixture, (enum bundle_sizes)sizes, "", "");
            fixture->maker.bytes[fixture->maker.places[entry].content] ^= 4;
            check_story(fixture, entry == FS ? "<1.2.3 " SIGNATURES ">BUNDLE_BAD_CRC"
                                             : "<1.2.3 " SIGNATURES ">[mmage bytesBUNDLE_BAD_CRC");
        }
    }
}

static void a_part_that_was_exchanged_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    for (int entry = FS; entry <= APP; entry++) {
        make(fixture, BUNDLE_SIZES_STATED, "", "");
        const struct bundle_place *place = &maker->places[entry];
        maker->bytes[place->content] ^= 4;
        bundle_maker_put32(maker, place->header + 14,
                           bundle_crc32(maker->bytes + place->content, entry == FS ? 5 : 11));
        check_story(fixture, entry == FS ? "<1.2.3 " SIGNATURES ">BUNDLE_PART_WRONG"
                                         : "<1.2.3 " SIGNATURES ">[mmage bytesBUNDLE_PART_WRONG");
    }
}

static void a_stated_crc_that_is_wrong_is_told(void **state)
{
    struct fixture *fixture = *state;
    for (int entry = MANIFEST; entry <= APP; entry++) {
        make(fixture, BUNDLE_SIZES_STATED_AND_BEHIND, "", "");
        change(fixture, entry, 14, 0x1234);
        check_refused(fixture, FLOTA_ERR_BUNDLE_BAD_CRC);
        make(fixture, BUNDLE_SIZES_STATED, "", "");
        change(fixture, entry, 14, 0);
        change(fixture, entry, 16, 0);
        check_refused(fixture,
                      FLOTA_ERR_BUNDLE_BAD_CRC); /* 0 means "later" with descriptors only */
    }
}

static void a_stated_size_of_the_manifest_that_is_wrong_is_told(void **state)
{
    struct fixture *fixture = *state;
    make(fixture, BUNDLE_SIZES_STATED_AND_BEHIND, "", "");
    change(fixture, MANIFEST, 18, 300);
    change(fixture, MANIFEST, 22, 300);
    check_story(fixture, "BUNDLE_MALFORMED");
}

static void a_descriptor_that_does_not_fit_is_refused(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        enum bundle_sizes sizes;
        uint32_t field;
        int error;
    } cases[] = {
        {BUNDLE_SIZES_BEHIND, 0, FLOTA_ERR_BUNDLE_BAD_CRC}, /* its signature */
        {BUNDLE_SIZES_BEHIND, 4, FLOTA_ERR_BUNDLE_BAD_CRC},
        {BUNDLE_SIZES_BEHIND, 8, FLOTA_ERR_BUNDLE_MALFORMED},
        {BUNDLE_SIZES_BEHIND, 12, FLOTA_ERR_BUNDLE_MALFORMED},
        {BUNDLE_SIZES_BEHIND_UNSIGNED, 0, FLOTA_ERR_BUNDLE_BAD_CRC},
        {BUNDLE_SIZES_BEHIND_UNSIGNED, 4, FLOTA_ERR_BUNDLE_MALFORMED},
        {BUNDLE_SIZES_BEHIND_UNSIGNED, 8, FLOTA_ERR_BUNDLE_MALFORMED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(fixture, cases[i].sizes, "", "");
        fixture->maker.bytes[fixture->maker.places[APP].descriptor + cases[i].field] ^= 0x80;
        check_refused(fixture, cases[i].error);
    }
}

/* --- the central directory --- */

static void every_change_of_what_counts_in_the_directory_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    /* signature, method, CRC, sizes, name's size, extra's, comment's, disk, offset, name */
    static const uint8_t fields[] = {0,  1,  2,  3,  10, 11, 16, 17, 18, 19, 20, 23, 24, 27,
                                     28, 29, 30, 31, 32, 33, 34, 35, 42, 43, 44, 45, 46, 52};
    for (int entry = MANIFEST; entry <= APP; entry++) {
        for (size_t i = 0; i < sizeof fields; i++) {
            uint8_t *byte = maker->bytes + maker->places[entry].listed + fields[i];
            *byte ^= 1;
            run(&fixture->story, maker->bytes, maker->size, 1, NULL);
            int result = flota_bundle_finish(&fixture->story.bundle);
            assert_int_equal(result, FLOTA_ERR_BUNDLE_MALFORMED);
            *byte ^= 1;
        }
    }
    check_story(fixture, GOOD_STORY);
}

static void a_directory_that_states_another_size_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    bundle_maker_put32(&fixture->maker, fixture->maker.places[APP].listed + 20, 12);
    bundle_maker_put32(&fixture->maker, fixture->maker.places[APP].listed + 24, 12);
    check_refused(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
}

static void every_change_of_the_end_record_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    for (uint32_t field = 0; field < 22; field++) {
        maker->bytes[maker->end_record + field] ^= 1;
        run(&fixture->story, maker->bytes, maker->size, 1, NULL);
        assert_int_equal(flota_bundle_finish(&fixture->story.bundle), FLOTA_ERR_BUNDLE_MALFORMED);
        maker->bytes[maker->end_record + field] ^= 1;
    }
}

static void a_directory_that_lists_too_little_or_too_much_is_malformed(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    uint8_t record[64];
    uint32_t size = maker->end_record - maker->places[APP].listed;
    assert_true(size <= sizeof record);
    memcpy(record, maker->bytes + maker->places[APP].listed, size);
    bundle_maker_cut(maker, maker->places[APP].listed, size);
    bundle_maker_put32(maker, maker->end_record - size + 12,
                       maker->places[APP].listed - maker->directory);
    check_refused(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
    make(fixture, BUNDLE_SIZES_STATED, "", "");
    bundle_maker_insert(maker, maker->end_record, record, size);
    bundle_maker_put32(maker, maker->end_record + size + 12,
                       maker->end_record + size - maker->directory);
    check_refused(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
}

static void extras_and_comments_of_the_directory_are_passed_over(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    uint32_t listed = maker->places[APP].listed;
    bundle_maker_put16(maker, listed + 30, 5);
    bundle_maker_put16(maker, listed + 32, 3);
    bundle_maker_insert(maker, maker->end_record, "\x55\x54\x01\0xabc", 8);
    bundle_maker_put32(maker, maker->end_record + 8 + 12, maker->end_record + 8 - maker->directory);
    check_story(fixture, GOOD_STORY);
}

static void other_records_of_zip_are_malformed(void **state)
{
    struct fixture *fixture = *state;
    struct bundle_maker *maker = &fixture->maker;
    /* zip64's end and locator, digital signature, archive extra data, split marker */
    static const uint32_t magics[] = {0x06064B50, 0x07064B50, 0x05054B50, 0x08064B50, 0x08074B50};
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        make(fixture, BUNDLE_SIZES_STATED, "", "");
        bundle_maker_put32(maker, maker->end_record, magics[i]);
        check_refused(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
        make(fixture, BUNDLE_SIZES_STATED, "", "");
        bundle_maker_put32(maker, maker->places[FS].header, magics[i]);
        check_refused_early(fixture, FLOTA_ERR_BUNDLE_MALFORMED);
    }
}

static void the_reader_is_below_7_kilobytes(void **state)
{
    (void)state;
    assert_true(sizeof(struct flota_bundle) < 7 * 1024);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_bundle_tells_its_story),
        TEST(any_cut_and_any_short_middle_piece_tell_the_same),
        TEST(data_that_are_not_taken_are_offered_again),
        TEST(sizes_may_stand_behind_the_content),
        TEST(sizes_may_be_stated_and_the_crc_stand_behind),
        TEST(a_leading_folder_and_a_comment_are_passed_over),
        TEST(a_leading_folder_has_at_most_64_bytes),
        TEST(the_longest_name_is_taken),
        TEST(folders_are_passed_over),
        TEST(a_part_may_be_empty),
        TEST(the_directory_may_list_in_another_order),
        TEST(a_crc_may_look_like_a_signature),
        TEST(bundles_of_other_programs_are_read),
        TEST(a_file_that_ends_early_is_told_at_the_end),
        TEST(bytes_behind_the_end_are_refused),
        TEST(a_file_that_is_no_zip_is_malformed),
        TEST(a_compressed_entry_is_refused),
        TEST(an_encrypted_entry_is_malformed),
        TEST(zip64_is_malformed),
        TEST(a_zip64_field_is_malformed),
        TEST(sizes_that_differ_are_malformed),
        TEST(a_size_that_is_not_the_manifests_is_refused_early),
        TEST(a_folder_with_content_is_malformed),
        TEST(a_first_entry_that_is_not_the_manifest_is_told),
        TEST(an_empty_archive_has_no_manifest),
        TEST(a_name_that_leads_out_is_refused),
        TEST(a_name_of_no_bytes_is_refused),
        TEST(an_entry_that_the_manifest_does_not_list_is_unknown),
        TEST(all_entries_have_the_same_leading_folder),
        TEST(an_entry_that_comes_twice_is_told),
        TEST(a_part_that_does_not_come_is_told),
        TEST(extra_fields_that_are_not_ours_are_passed_over),
        TEST(extra_fields_that_do_not_fit_are_malformed),
        TEST(signatures_come_once),
        TEST(signatures_have_at_most_512_bytes),
        TEST(a_signature_field_of_a_part_means_nothing),
        TEST(a_manifest_that_was_damaged_has_a_bad_crc),
        TEST(a_manifests_descriptor_has_two_right_sizes),
        TEST(a_manifests_descriptor_has_the_right_signature_or_none),
        TEST(a_manifest_that_is_wrong_is_told),
        TEST(an_empty_manifest_is_refused),
        TEST(a_manifest_has_at_most_4096_bytes),
        TEST(a_part_that_was_damaged_has_a_bad_crc),
        TEST(a_part_that_was_exchanged_is_wrong),
        TEST(a_stated_crc_that_is_wrong_is_told),
        TEST(a_stated_size_of_the_manifest_that_is_wrong_is_told),
        TEST(a_descriptor_that_does_not_fit_is_refused),
        TEST(every_change_of_what_counts_in_the_directory_is_malformed),
        TEST(a_directory_that_states_another_size_is_malformed),
        TEST(every_change_of_the_end_record_is_malformed),
        TEST(a_directory_that_lists_too_little_or_too_much_is_malformed),
        TEST(extras_and_comments_of_the_directory_are_passed_over),
        TEST(other_records_of_zip_are_malformed),
        TEST(the_reader_is_below_7_kilobytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
