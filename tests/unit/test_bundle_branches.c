/* test_bundle_branches.c - bundles and manifests at the edge of what is one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/bundle.h"
#include "flota/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char image[] = "image bytes";

/* Read all of it in one go, taking each byte. Returns the last event. */
static int read_all(const struct bundle_maker *maker)
{
    struct flota_bundle *bundle = malloc(sizeof *bundle);
    size_t at = 0, used;
    int event;
    assert_non_null(bundle);
    flota_bundle_init(bundle);
    do {
        event = flota_bundle_next(bundle, maker->bytes + at, maker->size - at, &used);
        at += used;
        if (event == FLOTA_BUNDLE_DATA) {
            size_t offered = bundle->data_size;
            flota_bundle_taken(bundle, maker->bytes + at, offered);
            at += offered;
        }
    } while (event > 0 && event != FLOTA_BUNDLE_NEEDS_INPUT && event != FLOTA_BUNDLE_END);
    free(bundle);
    return event;
}

static int read_with_part_named(const char *name)
{
    const struct bundle_part parts[] = {{"fw", "app", "fw.bin", image, sizeof image},
                                        {"fs", "fs", name, image, sizeof image}};
    struct bundle_maker maker;
    bundle_make(&maker, "stm32h7", "1.2.3", BUNDLE_SIZES_STATED, parts, 2, NULL, 0);
    int result = read_all(&maker);
    bundle_maker_free(&maker);
    return result;
}

static void two_points_are_a_parent_folder_only_when_nothing_else_is_in_the_name(void **state)
{
    (void)state;
    assert_int_equal(read_with_part_named("..notes"), FLOTA_BUNDLE_END);
    assert_int_equal(read_with_part_named("a/..notes/b"), FLOTA_BUNDLE_END);
    assert_int_equal(read_with_part_named(".notes"), FLOTA_BUNDLE_END);
    assert_int_equal(read_with_part_named(".."), FLOTA_ERR_BUNDLE_BAD_NAME);
    assert_int_equal(read_with_part_named("../notes"), FLOTA_ERR_BUNDLE_BAD_NAME);
    assert_int_equal(read_with_part_named("a/../b"), FLOTA_ERR_BUNDLE_BAD_NAME);
    assert_int_equal(read_with_part_named("a/.."), FLOTA_ERR_BUNDLE_BAD_NAME);
}

/* Only zip64 has such files; nothing of it is looked at. */
static void a_bundle_beyond_four_gigabytes_is_malformed(void **state)
{
    struct flota_bundle *bundle = malloc(sizeof *bundle);
    size_t used = 1;
    (void)state;
    assert_non_null(bundle);
    flota_bundle_init(bundle);
#if SIZE_MAX > UINT32_MAX
    assert_int_equal(flota_bundle_next(bundle, NULL, (size_t)UINT32_MAX + 1, &used),
                     FLOTA_ERR_BUNDLE_MALFORMED);
    assert_int_equal(used, 0);
#endif
    flota_bundle_init(bundle);
    assert_int_equal(flota_bundle_next(bundle, (const uint8_t *)"PK", 2, &used),
                     FLOTA_BUNDLE_NEEDS_INPUT);
    assert_int_equal(flota_bundle_next(bundle, NULL, UINT32_MAX - 1u, &used),
                     FLOTA_ERR_BUNDLE_MALFORMED);
    assert_int_equal(used, 0);
    free(bundle);
}

/* --- manifests --- */

#define SHA   "\"cs_sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852B855\""
#define TITLE "\"name\":\"myapp\",\"platform\":\"stm32\",\"version\":\"1.2.3\""
#define APP   "\"type\":\"app\",\"src\":\"app.bin\",\"size\":3000," SHA

static int parse_part(const char *fields)
{
    struct flota_manifest manifest;
    char text[1024];
    int size = snprintf(text, sizeof text, "{" TITLE ",\"parts\":{\"app\":{%s}}}", fields);
    assert_true(size > 0 && (size_t)size < sizeof text);
    return flota_manifest_parse(text, (size_t)size, &manifest);
}

static void a_part_whose_members_are_not_separated_is_bad_and_not_incomplete(void **state)
{
    (void)state;
    assert_int_equal(parse_part(APP), 0);
    assert_int_equal(parse_part(APP ",\"more\":1"), 0);
    assert_int_equal(parse_part(APP " \"more\":1"), FLOTA_ERR_MANIFEST_BAD);
    assert_int_equal(parse_part(APP ","), FLOTA_ERR_MANIFEST_BAD);
    assert_int_equal(parse_part("\"type\":\"app\""), FLOTA_ERR_MANIFEST_INCOMPLETE);
    assert_int_equal(parse_part("\"type\":\"app\" \"size\":1"), FLOTA_ERR_MANIFEST_BAD);
}

static void a_key_is_a_string(void **state)
{
    (void)state;
    static const char *const wrong[] = {",1:2",  ",true:2", ",{}:2", ",[]:2",
                                        ",null", ",{}",     ",[1]"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char fields[512];
        snprintf(fields, sizeof fields, "%s%s", APP, wrong[i]);
        assert_int_equal(parse_part(fields), FLOTA_ERR_MANIFEST_BAD);
        snprintf(fields, sizeof fields, "%s,%s", wrong[i] + 1, APP);
        assert_int_equal(parse_part(fields), FLOTA_ERR_MANIFEST_BAD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_points_are_a_parent_folder_only_when_nothing_else_is_in_the_name),
        cmocka_unit_test(a_bundle_beyond_four_gigabytes_is_malformed),
        cmocka_unit_test(a_part_whose_members_are_not_separated_is_bad_and_not_incomplete),
        cmocka_unit_test(a_key_is_a_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
