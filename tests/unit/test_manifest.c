/* test_manifest.c - manifest.json: what is taken, and each way in which it is refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/bundle.h"
#include "flota/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SHA          "\"cs_sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852B855\""
#define APP          "\"app\":{\"type\":\"app\",\"src\":\"app.bin\",\"size\":3000," SHA "}"
#define FS           "\"fs\":{\"type\":\"fs\",\"src\":\"fs.bin\",\"size\":1000," SHA ",\"fs_size\":1000}"
#define TITLE        "\"name\":\"myapp\",\"platform\":\"stm32\",\"version\":\"1.2.3\""
#define GOOD         "{" TITLE ",\"parts\":{" APP "}}"
#define PARTS(parts) "{" TITLE ",\"parts\":{" parts "}}"
#define PART(fields) PARTS("\"app\":{" fields "}")

/* Parse a copy without a zero behind it, so that reading too far is seen. */
static int parse_bytes(const char *text, size_t size, struct flota_manifest *manifest)
{
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    int result = flota_manifest_parse(copy, size, manifest);
    free(copy);
    return result;
}

static int parse(const char *text)
{
    struct flota_manifest manifest;
    return parse_bytes(text, strlen(text), &manifest);
}

static void check_result(const char *text, int expected)
{
    int result = parse(text);
    if (result != expected)
        fail_msg("%s\ngave %s, expected %s", text, flota_error_text(result)->name,
                 flota_error_text(expected)->name);
}

static void the_existing_tools_manifest_is_read(void **state)
{
    (void)state;
    struct flota_manifest manifest;
    const char text[] =
        "{\"name\":\"myapp\",\"platform\":\"stm32\",\"version\":\"1.2.3\","
        "\"build_id\":\"20240101-000000/abc\",\"build_timestamp\":\"2024-01-01T00:00:00Z\","
        "\"parts\":{" FS ",\"app\":{\"type\":\"app\",\"src\":\"app.bin\",\"addr\":32768,"
        "\"size\":3000,\"cs_sha1\":\"da39a3ee\"," SHA ",\"bl_size\":0}}}";
    assert_int_equal(parse_bytes(text, sizeof text - 1, &manifest), 0);
    assert_string_equal(manifest.name, "myapp");
    assert_string_equal(manifest.platform, "stm32");
    assert_string_equal(manifest.version, "1.2.3");
    assert_string_equal(manifest.build_id, "20240101-000000/abc");
    assert_false(manifest.has_epoch);
    assert_int_equal(manifest.security_epoch, 0);
    assert_int_equal(manifest.part_count, 2);
    assert_int_equal(manifest.image_part, 1);
    const struct flota_manifest_part *app = &manifest.parts[1], *fs = &manifest.parts[0];
    assert_int_equal(app->type, FLOTA_PART_IMAGE);
    assert_string_equal(app->src, "app.bin");
    assert_int_equal(app->size, 3000);
    assert_int_equal(app->sha256[0], 0xE3);
    assert_int_equal(app->sha256[31], 0x55);
    assert_false(app->seen);
    assert_int_equal(fs->type, FLOTA_PART_SKIPPED);
    assert_string_equal(fs->src, "fs.bin");
    assert_int_equal(fs->size, 1000);
}

static void an_epoch_and_white_space_and_unknown_keys_are_read(void **state)
{
    (void)state;
    struct flota_manifest manifest;
    const char text[] = " {\r\n\t\"security_epoch\" : 7 , \"notes\" : [ { \"a\" : [ ] } , null ] ,"
                        "\"description\":\"a\\nb\\u00e9\\\"\"," TITLE
                        ", \"parts\" : { \"m7\" : { \"x\" : { \"size\" : 1 } , \"type\" : \"cm7\" ,"
                        "\"src\" : \"cm7/a..b.bin\" , \"size\" : 0 , " SHA " } } } \n";
    assert_int_equal(parse_bytes(text, sizeof text - 1, &manifest), 0);
    assert_true(manifest.has_epoch);
    assert_int_equal(manifest.security_epoch, 7);
    assert_string_equal(manifest.parts[0].src, "cm7/a..b.bin");
    assert_int_equal(manifest.parts[0].size, 0);
    assert_string_equal(manifest.build_id, "");
}

static void escapes_of_printable_characters_are_decoded(void **state)
{
    (void)state;
    struct flota_manifest manifest;
    const char text[] = "{\"name\":\"R\\u0026D \\\"x\\\\\\/\\u003C\",\"platform\":\"stm32\","
                        "\"version\":\"\xC3\xA9\",\"parts\":{" APP "}}";
    assert_int_equal(parse_bytes(text, sizeof text - 1, &manifest), 0);
    assert_string_equal(manifest.name, "R&D \"x\\/<");
    assert_string_equal(manifest.version, "\xC3\xA9");
}

/* A text of the given size in a field is taken, one byte more is not. */
static void check_longest(const char *format, int size)
{
    char text[2048], filler[128];
    for (int more = 0; more < 2; more++) {
        memset(filler, 'a', sizeof filler);
        filler[size + more] = '\0';
        snprintf(text, sizeof text, format, filler);
        check_result(text, more ? FLOTA_ERR_MANIFEST_BAD : 0);
        memcpy(filler + size - 1 + more, "\\/", 3); /* the last one as an escape */
        snprintf(text, sizeof text, format, filler);
        check_result(text, more ? FLOTA_ERR_MANIFEST_BAD : 0);
    }
}

static void texts_are_as_long_as_their_fields(void **state)
{
    (void)state;
#define REST "\"parts\":{" APP "}}"
    check_longest("{\"name\":\"%s\",\"platform\":\"p\",\"version\":\"1\"," REST, 31);
    check_longest("{\"name\":\"n\",\"platform\":\"%s\",\"version\":\"1\"," REST, 31);
    check_longest("{\"name\":\"n\",\"platform\":\"p\",\"version\":\"%s\"," REST, 31);
    check_longest("{" TITLE ",\"build_id\":\"%s\"," REST, 63);
}

static void a_parts_name_is_as_long_as_its_field(void **state)
{
    (void)state;
    char text[1024], name[80];
    for (int size = 60; size < 66; size++) {
        memset(name, 'a', sizeof name);
        name[size] = '\0';
        snprintf(text, sizeof text, PART("\"type\":\"app\",\"src\":\"%s\",\"size\":1," SHA), name);
        check_result(text, size < 64 ? 0 : FLOTA_ERR_MANIFEST_BAD);
    }
}

static void what_is_no_json_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "1",
        "\"a\"",
        "null",
        "[]",
        "[" GOOD "]",
        "{",
        "}",
        "{{}}",
        GOOD "}",
        "x" GOOD,
        GOOD GOOD,
        "," GOOD,
        ":" GOOD,
        GOOD ",",
        GOOD "0",
        "\xEF\xBB\xBF" GOOD,
        "{" TITLE " \"parts\":{" APP "}}",           /* no comma */
        "{" TITLE ",,\"parts\":{" APP "}}",          /* two */
        "{," TITLE ",\"parts\":{" APP "}}",          /* one in front */
        "{" TITLE ",\"parts\":{" APP "},}",          /* one behind */
        "{" TITLE ",\"parts\":{" APP ",}}",          /* one behind a part */
        "{" TITLE ",\"parts\"{" APP "}}",            /* no colon */
        "{" TITLE ",\"parts\"::{" APP "}}",          /* two */
        "{" TITLE ",\"parts\",{" APP "}}",           /* a comma instead */
        "{" TITLE ",\"a\",:1,\"parts\":{" APP "}}",  /* a comma before it */
        "{" TITLE ",\"a\":,\"parts\":{" APP "}}",    /* no value */
        "{" TITLE ",\"a\":1 2,\"parts\":{" APP "}}", /* two values */
        "{" TITLE ",\"a\":{}:3,\"parts\":{" APP "}}",
        "{" TITLE ",\"parts\":{" APP "}]",
        "{" TITLE ",\"parts\":{" APP "]}",
        PARTS(APP " " FS), /* no comma behind an object */
        "{" TITLE ",\"a\":[] \"parts\":{" APP "}}",
        "{" TITLE ",1:2,\"parts\":{" APP "}}",
        "{" TITLE ",\"a\",\"parts\":{" APP "}}",
        "{name:\"myapp\",\"platform\":\"stm32\",\"version\":\"1\",\"parts\":{" APP "}}",
        "{'name':'myapp','platform':'stm32','version':'1','parts':{" APP "}}",
        "{\"n\\u0061me\":\"x\"," TITLE ",\"parts\":{" APP "}}", /* a key in disguise */
        "{\"a\":\"\\x\"," TITLE ",\"parts\":{" APP "}}",        /* no escape of JSON */
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_result(bad[i], FLOTA_ERR_MANIFEST_BAD);
    struct flota_manifest manifest;
    const char with_zero[] = GOOD "\0{";
    assert_int_equal(parse_bytes(with_zero, sizeof with_zero - 1, &manifest),
                     FLOTA_ERR_MANIFEST_BAD);
}

/* Nothing is read behind the last token that there is room for. */
static void a_key_without_value_as_the_last_token_is_refused(void **state)
{
    (void)state;
    char text[1024];
    for (int zeros = 150; zeros < 200; zeros++) {
        size_t size = (size_t)snprintf(text, sizeof text, "{\"x\":[0");
        for (int i = 1; i < zeros; i++)
            size += (size_t)snprintf(text + size, sizeof text - size, ",0");
        snprintf(text + size, sizeof text - size, "],\"a\"}");
        int result = parse(text);
        assert_true(result == FLOTA_ERR_MANIFEST_BAD || result == FLOTA_ERR_MANIFEST_TOO_LARGE);
    }
}

static void every_shorter_text_is_refused(void **state)
{
    (void)state;
    struct flota_manifest manifest;
    for (size_t size = 0; size < sizeof GOOD - 1; size++)
        assert_int_equal(parse_bytes(GOOD, size, &manifest), FLOTA_ERR_MANIFEST_BAD);
    assert_int_equal(parse_bytes(GOOD, sizeof GOOD - 1, &manifest), 0);
}

static void values_of_another_type_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"name\":1,\"platform\":\"stm32\",\"version\":\"1\",\"parts\":{" APP "}}",
        "{\"name\":null,\"platform\":\"stm32\",\"version\":\"1\",\"parts\":{" APP "}}",
        "{\"name\":\"a\",\"platform\":[],\"version\":\"1\",\"parts\":{" APP "}}",
        "{\"name\":\"a\",\"platform\":\"stm32\",\"version\":{},\"parts\":{" APP "}}",
        "{\"build_id\":7," TITLE ",\"parts\":{" APP "}}",
        "{\"security_epoch\":\"1\"," TITLE ",\"parts\":{" APP "}}",
        "{" TITLE ",\"parts\":[]}",
        "{" TITLE ",\"parts\":\"app\"}",
        PARTS("\"app\":[]"),
        PARTS("\"app\":1"),
        PART("\"type\":1,\"src\":\"a\",\"size\":1," SHA),
        PART("\"type\":\"app\",\"src\":1,\"size\":1," SHA),
        PART("\"type\":\"app\",\"src\":\"a\",\"size\":\"1\"," SHA),
        PART("\"type\":\"app\",\"src\":\"a\",\"size\":1,\"cs_sha256\":1"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_result(bad[i], FLOTA_ERR_MANIFEST_BAD);
}

static void sizes_are_whole_numbers_below_2_to_the_31(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        int result;
    } cases[] = {
        {"0", 0},
        {"1", 0},
        {"2147483647", 0},
        {"2147483648", FLOTA_ERR_MANIFEST_BAD},
        {"9999999999", FLOTA_ERR_MANIFEST_BAD},
        {"4294967297", FLOTA_ERR_MANIFEST_BAD},
        {"18446744073709551617", FLOTA_ERR_MANIFEST_BAD},
        {"-1", FLOTA_ERR_MANIFEST_BAD},
        {"-0", FLOTA_ERR_MANIFEST_BAD},
        {"01", FLOTA_ERR_MANIFEST_BAD},
        {"00", FLOTA_ERR_MANIFEST_BAD},
        {"1.0", FLOTA_ERR_MANIFEST_BAD},
        {"1e2", FLOTA_ERR_MANIFEST_BAD},
        {"0x10", FLOTA_ERR_MANIFEST_BAD},
        {"+1", FLOTA_ERR_MANIFEST_BAD},
        {"true", FLOTA_ERR_MANIFEST_BAD},
        {"null", FLOTA_ERR_MANIFEST_BAD},
    };
    char text[512];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(text, sizeof text, PART("\"type\":\"app\",\"src\":\"a\",\"size\":%s," SHA),
                 cases[i].number);
        check_result(text, cases[i].result);
        snprintf(text, sizeof text, "{\"security_epoch\":%s," TITLE ",\"parts\":{" APP "}}",
                 cases[i].number);
        check_result(text, cases[i].result);
    }
}

#define BIG(key, type)                                                                             \
    "\"" key "\":{\"type\":\"" type "\",\"src\":\"" key "\",\"size\":2147483647," SHA "}"

static void sizes_that_no_zip_can_hold_together_are_refused(void **state)
{
    (void)state;
    check_result(PARTS(BIG("a", "app") "," BIG("b", "fs")), 0);
    check_result(PARTS(BIG("a", "app") "," BIG("b", "fs") "," BIG("c", "fs")),
                 FLOTA_ERR_MANIFEST_BAD);
}

static void a_digest_is_64_hexadecimal_digits(void **state)
{
    (void)state;
    static const char good[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852B855";
    char text[512], digest[80];
    for (int i = 0; i < 64; i++) {
        static const char wrong[] = "gG/:@` \\\x7F-";
        for (const char *c = wrong; *c; c++) {
            memcpy(digest, good, sizeof good);
            digest[i] = *c;
            snprintf(text, sizeof text,
                     PART("\"type\":\"app\",\"src\":\"a\",\"size\":1,\"cs_sha256\":\"%s\""),
                     digest);
            check_result(text, FLOTA_ERR_MANIFEST_BAD);
        }
    }
    check_result(PART("\"type\":\"app\",\"src\":\"a\",\"size\":1,\"cs_sha256\":\"e3\""),
                 FLOTA_ERR_MANIFEST_BAD);
    snprintf(text, sizeof text,
             PART("\"type\":\"app\",\"src\":\"a\",\"size\":1,\"cs_sha256\":\"%s00\""), good);
    check_result(text, FLOTA_ERR_MANIFEST_BAD);
}

static void a_missing_field_is_incomplete(void **state)
{
    (void)state;
    static const char *const incomplete[] = {
        "{}",
        "{" TITLE "}",
        "{\"platform\":\"stm32\",\"version\":\"1\",\"parts\":{" APP "}}",
        "{\"name\":\"a\",\"version\":\"1\",\"parts\":{" APP "}}",
        "{\"name\":\"a\",\"platform\":\"stm32\",\"parts\":{" APP "}}",
        "{\"name\":\"\",\"platform\":\"stm32\",\"version\":\"1\",\"parts\":{" APP "}}",
        "{\"name\":\"a\",\"platform\":\"\",\"version\":\"1\",\"parts\":{" APP "}}",
        "{\"name\":\"a\",\"platform\":\"stm32\",\"version\":\"\",\"parts\":{" APP "}}",
        PART(""),
        PART("\"src\":\"a\",\"size\":1," SHA),
        PART("\"type\":\"app\",\"size\":1," SHA),
        PART("\"type\":\"app\",\"src\":\"a\"," SHA),
        PART("\"type\":\"app\",\"src\":\"a\",\"size\":1,\"cs_sha1\":\"a\""),
    };
    for (size_t i = 0; i < sizeof incomplete / sizeof incomplete[0]; i++)
        check_result(incomplete[i], FLOTA_ERR_MANIFEST_INCOMPLETE);
}

static void a_key_that_counts_comes_once(void **state)
{
    (void)state;
    static const char *const twice[] = {
        "{\"name\":\"a\"," TITLE ",\"parts\":{" APP "}}",
        "{\"platform\":\"a\"," TITLE ",\"parts\":{" APP "}}",
        "{\"version\":\"a\"," TITLE ",\"parts\":{" APP "}}",
        "{\"build_id\":\"a\",\"build_id\":\"a\"," TITLE ",\"parts\":{" APP "}}",
        "{\"security_epoch\":1,\"security_epoch\":1," TITLE ",\"parts\":{" APP "}}",
        "{" TITLE ",\"parts\":{" APP "},\"parts\":{}}",
        PARTS(APP "," FS "," APP),
        PARTS(FS "," APP "," FS),
        PART("\"type\":\"app\",\"type\":\"app\",\"src\":\"a\",\"size\":1," SHA),
        PART("\"type\":\"app\",\"src\":\"a\",\"src\":\"a\",\"size\":1," SHA),
        PART("\"type\":\"app\",\"src\":\"a\",\"size\":1,\"size\":1," SHA),
        PART("\"type\":\"app\",\"src\":\"a\",\"size\":1," SHA "," SHA),
    };
    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++)
        check_result(twice[i], FLOTA_ERR_MANIFEST_BAD);
    check_result("{\"x\":1,\"x\":2," TITLE ",\"parts\":{" APP "}}", 0); /* not ours */
}

#define OTHER(key, type, src)                                                                      \
    "\"" key "\":{\"type\":\"" type "\",\"src\":\"" src "\",\"size\":1," SHA "}"

static void there_is_exactly_one_image_and_no_file_twice(void **state)
{
    (void)state;
    check_result(PARTS(""), FLOTA_ERR_BUNDLE_PART_MISSING);
    check_result(PARTS(FS), FLOTA_ERR_BUNDLE_PART_MISSING);
    check_result(PARTS(APP "," OTHER("b", "app", "b.bin")), FLOTA_ERR_BUNDLE_DUPLICATE);
    check_result(PARTS(APP "," OTHER("b", "cm7", "b.bin")), FLOTA_ERR_BUNDLE_DUPLICATE);
    check_result(PARTS(APP "," OTHER("b", "fs", "app.bin")), FLOTA_ERR_BUNDLE_DUPLICATE);
    check_result(PARTS(APP "," OTHER("b", "fs", "APP.bin")), 0);
}

static void a_type_that_is_none_of_ours_is_unknown(void **state)
{
    (void)state;
    check_result(PARTS(APP "," OTHER("b", "cm4", "b")), FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    check_result(PARTS(OTHER("b", "", "b")), FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    check_result(PARTS(OTHER("b", "APP", "b")), FLOTA_ERR_BUNDLE_UNKNOWN_PART);
    check_result(PARTS(OTHER("b", "apps", "b")), FLOTA_ERR_BUNDLE_UNKNOWN_PART);
}

static void a_name_that_leads_out_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"",       "/a",  "..", "../a",       "a/../b",      "a/..",
                                        "a\\\\b", "C:a", "/",  "..\\u002fa", "a/\\u002e./b"};
    char text[512];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(text, sizeof text, PART("\"type\":\"app\",\"src\":\"%s\",\"size\":1," SHA),
                 names[i]);
        check_result(text, FLOTA_ERR_BUNDLE_BAD_NAME);
    }
}

static void characters_that_are_no_text_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"a\nb",    "a\x01",    "a\x7F",         "a\xFF",
                                        "\xC3",    "\xC0\x80", "a\\n",          "a\\u0000",
                                        "\\u001f", "\\u2641",  "\\u0141",       "\\nabc41",
                                        "\\u007f", "\\u00e9",  "\\ud83d\\ude00"};
    char text[512];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        snprintf(text, sizeof text,
                 "{\"name\":\"%s\",\"platform\":\"p\",\"version\":\"1\",\"parts\":{" APP "}}",
                 texts[i]);
        check_result(text, FLOTA_ERR_MANIFEST_BAD);
    }
}

static void a_manifest_beyond_a_limit_is_too_large(void **state)
{
    (void)state;
    struct flota_manifest manifest;
    char *text = malloc(FLOTA_MANIFEST_SIZE_MAX + 1);
    assert_non_null(text);
    memset(text, ' ', FLOTA_MANIFEST_SIZE_MAX + 1);
    memcpy(text, GOOD, sizeof GOOD - 1);
    assert_int_equal(parse_bytes(text, FLOTA_MANIFEST_SIZE_MAX, &manifest), 0);
    assert_int_equal(parse_bytes(text, FLOTA_MANIFEST_SIZE_MAX + 1, &manifest),
                     FLOTA_ERR_MANIFEST_TOO_LARGE);
    static const char bombs[] = "[{,\"";
    for (const char *bomb = bombs; *bomb; bomb++) {
        memset(text, *bomb, FLOTA_MANIFEST_SIZE_MAX);
        int result = parse_bytes(text, FLOTA_MANIFEST_SIZE_MAX, &manifest);
        assert_true(result == FLOTA_ERR_MANIFEST_TOO_LARGE || result == FLOTA_ERR_MANIFEST_BAD);
    }
    memset(text, '[', FLOTA_MANIFEST_SIZE_MAX);
    assert_int_equal(parse_bytes(text, FLOTA_MANIFEST_SIZE_MAX, &manifest),
                     FLOTA_ERR_MANIFEST_TOO_LARGE);
    free(text);
}

static void eight_parts_are_taken_and_nine_are_too_many(void **state)
{
    (void)state;
    char keys[9][4], text[BUNDLE_MAKER_MANIFEST_MAX];
    struct bundle_part parts[9];
    struct flota_manifest manifest;
    for (size_t i = 0; i < 9; i++) {
        snprintf(keys[i], sizeof keys[i], "p%u", (unsigned)i);
        parts[i] = (struct bundle_part){keys[i], i == 7 ? "app" : "fs", keys[i], "x", 1};
    }
    uint32_t size = bundle_make_manifest(text, "stm32", "1.0.0", "", parts, 8);
    assert_int_equal(parse_bytes(text, size, &manifest), 0);
    assert_int_equal(manifest.part_count, 8);
    assert_int_equal(manifest.image_part, 7);
    size = bundle_make_manifest(text, "stm32", "1.0.0", "", parts, 9);
    assert_int_equal(parse_bytes(text, size, &manifest), FLOTA_ERR_MANIFEST_TOO_LARGE);
    assert_int_equal(manifest.part_count, 0);
}

static void a_platform_is_the_board_or_its_family(void **state)
{
    (void)state;
    static const struct {
        const char *platform, *board;
        bool fits;
    } cases[] = {
        {"stm32h745i-disco", "stm32h745i-disco", true},
        {"stm32", "stm32h745i-disco", true},
        {"stm32h7", "stm32h745i-disco", true},
        {"stm32h7", "stm32f746g-disco", false},
        {"stm32", "esp32", false},
        {"esp32", "stm32h745i-disco", false},
        {"stm32h", "stm32h745i-disco", false},
        {"STM32", "stm32h745i-disco", false},
        {"stm32h745i-disco2", "stm32h745i-disco", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct flota_manifest manifest = {.part_count = 1};
        snprintf(manifest.platform, sizeof manifest.platform, "%s", cases[i].platform);
        assert_int_equal(flota_manifest_fits(&manifest, cases[i].board), cases[i].fits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_existing_tools_manifest_is_read),
        cmocka_unit_test(an_epoch_and_white_space_and_unknown_keys_are_read),
        cmocka_unit_test(escapes_of_printable_characters_are_decoded),
        cmocka_unit_test(texts_are_as_long_as_their_fields),
        cmocka_unit_test(a_parts_name_is_as_long_as_its_field),
        cmocka_unit_test(what_is_no_json_is_refused),
        cmocka_unit_test(a_key_without_value_as_the_last_token_is_refused),
        cmocka_unit_test(every_shorter_text_is_refused),
        cmocka_unit_test(values_of_another_type_are_refused),
        cmocka_unit_test(sizes_are_whole_numbers_below_2_to_the_31),
        cmocka_unit_test(sizes_that_no_zip_can_hold_together_are_refused),
        cmocka_unit_test(a_digest_is_64_hexadecimal_digits),
        cmocka_unit_test(a_missing_field_is_incomplete),
        cmocka_unit_test(a_key_that_counts_comes_once),
        cmocka_unit_test(there_is_exactly_one_image_and_no_file_twice),
        cmocka_unit_test(a_type_that_is_none_of_ours_is_unknown),
        cmocka_unit_test(a_name_that_leads_out_is_refused),
        cmocka_unit_test(characters_that_are_no_text_are_refused),
        cmocka_unit_test(a_manifest_beyond_a_limit_is_too_large),
        cmocka_unit_test(eight_parts_are_taken_and_nine_are_too_many),
        cmocka_unit_test(a_platform_is_the_board_or_its_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
