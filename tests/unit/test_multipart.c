/* test_multipart.c - multipart/form-data in any split, contents near a boundary, malformed bodies.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/multipart.h"
#include "prng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TYPE "multipart/form-data; boundary="

/* What the events said, as text: "[name file:CONTENT]...END" or "...ERROR". */
struct story {
    size_t size;
    char text[16384];
};

static void tell(struct story *story, const void *data, size_t size)
{
    assert_true(story->size + size < sizeof story->text);
    memcpy(story->text + story->size, data, size);
    story->size += size;
    story->text[story->size] = '\0';
}

static void tell_event(struct story *story, const struct flota_multipart *parser,
                       enum flota_multipart_event event)
{
    char line[64];
    if (event == FLOTA_MULTIPART_PART) {
        snprintf(line, sizeof line, "[%s%s:", parser->name, parser->has_filename ? " file" : "");
        tell(story, line, strlen(line));
    } else if (event == FLOTA_MULTIPART_DATA) {
        assert_true(parser->data_size > 0);
        tell(story, parser->data, parser->data_size);
    } else if (event == FLOTA_MULTIPART_PART_END) {
        tell(story, "]", 1);
    } else if (event == FLOTA_MULTIPART_END) {
        tell(story, "END", 3);
    } else if (event == FLOTA_MULTIPART_ERROR) {
        tell(story, "ERROR", 5);
    }
}

/* Feed one piece. give_back: now and then offer the last bytes of a DATA event again, as a caller
 * without room does. Returns false after an error. */
static bool feed(struct flota_multipart *parser, struct story *story, const uint8_t *data,
                 size_t size, uint32_t *give_back)
{
    size_t at = 0;
    for (int limit = 0; limit < 100000; limit++) {
        size_t taken;
        enum flota_multipart_event event =
            flota_multipart_next(parser, data + at, size - at, &taken);
        assert_true(taken <= size - at);
        if (event == FLOTA_MULTIPART_DATA && taken > 0) {
            assert_ptr_equal(parser->data, data + at);
            assert_int_equal(parser->data_size, taken);
            if (give_back && prng_below(give_back, 2))
                parser->data_size = taken = 1 + prng_below(give_back, (uint32_t)taken);
        }
        tell_event(story, parser, event);
        at += taken;
        if (event == FLOTA_MULTIPART_ERROR)
            return false;
        if (event == FLOTA_MULTIPART_NEED_MORE) {
            assert_int_equal(at, size);
            return true;
        }
    }
    fail_msg("the parser makes no progress");
    return false;
}

static void run(struct story *story, const char *type, const uint8_t *body, size_t size,
                size_t max_piece, uint32_t *random)
{
    struct flota_multipart parser;
    bool sound = true;
    story->size = 0;
    story->text[0] = '\0';
    assert_int_equal(flota_multipart_init(&parser, type, strlen(type)), 0);
    for (size_t at = 0; at < size && sound;) {
        size_t piece = max_piece == 1 ? 1 : 1 + prng_below(random, (uint32_t)max_piece);
        if (piece > size - at)
            piece = size - at;
        uint8_t *copy = malloc(piece); /* so that reading behind it is seen */
        memcpy(copy, body + at, piece);
        sound = feed(&parser, story, copy, piece, max_piece > 1 ? random : NULL);
        free(copy);
        at += piece;
    }
}

static void check(const char *type, const char *body, size_t size, const char *expected)
{
    static struct story story;
    uint32_t random = 11;
    for (int repeat = 0; repeat < 60; repeat++) {
        size_t max_piece = repeat == 0 ? 1 : repeat == 1 ? 1 << 20 : 1 + prng_below(&random, 30);
        run(&story, type, (const uint8_t *)body, size, max_piece, &random);
        if (strcmp(story.text, expected) != 0)
            fail_msg("pieces of up to %zu:\n%s\ntold: %s\nexpected: %s", max_piece, body,
                     story.text, expected);
    }
}

#define PART(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define FILE_PART                                                                                  \
    "Content-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\n"                           \
    "Content-Type: application/octet-stream\r\n\r\n"

struct example {
    const char *body;
    const char *story;
};

static const struct example examples[] = {
    {"--XX\r\n" FILE_PART "hello\r\n--XX--\r\n", "[f file:hello]END"},
    {"--XX\r\n" PART("a") "1\r\n--XX\r\n" FILE_PART "\r\n--XX--", "[a:1][f file:]END"},
    {"preamble\r\n--XX \t\r\n" PART("a") "1\r\n--XX--\r\nepilogue\r\n--XX\r\n", "[a:1]END"},
    {"\r\n--XX\r\n" PART("a") "\r\n\r\n--XX--", "[a:\r\n]END"},
    {"--XX\r\n\r\nno headers\r\n--XX--", "[:no headers]END"},
    {"--XX\r\nX: y\r\ncontent-disposition:form-data;NAME=a\r\n\r\n1\r\n--XX--", "[a:1]END"},
    {"--XX\r\nContent-Disposition: form-data; filename=x; name=a\r\n\r\n1\r\n--XX--",
     "[a file:1]END"},
    {"--XX\r\nContent-Disposition: form-data; name=\"a;filename=b\"\r\n\r\n1\r\n--XX--",
     "[a;filename=b:1]END"},
    {"--XX\r\nContent-Disposition: form-data; name=a; filename*=UTF-8''x\r\n\r\n1\r\n--XX--",
     "[a file:1]END"},
    {"--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\n\r\n--XX--",
     "[a file:]END"},
    {"--XX\r\nContent-Disposition: form-data; name=\"this name is longer than 31 bytes\"\r\n\r\n1"
     "\r\n--XX--",
     "[:1]END"},
    /* what looks like a boundary */
    {"--XX\r\n" FILE_PART "\r\n--X\r\n--\r\n-\r\n\r\r\n\r\n--XY\r\n--XX--",
     "[f file:\r\n--X\r\n--\r\n-\r\n\r\r\n\r\n--XY]END"},
    {"--XX\r\n" FILE_PART "a--XX--\r\n--XX--", "[f file:a--XX--]END"},
    {"--XX\r\n" FILE_PART "--XX\r\n\r\n--XX--", "[f file:--XX\r\n]END"},
    {"---XX\r\n--X\r\n-\r\n--XX\r\n" FILE_PART "a\r\n--XX--", "[f file:a]END"},
    /* truncated: no END */
    {"--XX\r\n" FILE_PART "hello\r\n--XX", "[f file:hello]"},
    {"--XX\r\n" FILE_PART "hello\r\n--XX-", "[f file:hello]"},
    {"--XX\r\n" FILE_PART "hello\r\n--X", "[f file:hello"},
    {"--XX\r\nContent-Disposition: form-data; name=a", ""},
    {"no boundary at all", ""},
    /* malformed */
    {"--XXY\r\n", "ERROR"},
    {"--XX\n", "ERROR"},
    {"--XX\rx", "ERROR"},
    {"--XX -", "ERROR"},
    {"--XX-x", "ERROR"},
    {"--XX\r\nA: b\n", "ERROR"},
    {"--XX\r\nA: b\rc", "ERROR"},
    {"--XX\r\n" FILE_PART "a\r\n--XXa", "[f file:a]ERROR"},
};

static void each_body_tells_its_story_in_any_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        check(TYPE "XX", examples[i].body, strlen(examples[i].body), examples[i].story);
}

static void a_nul_in_a_header_is_malformed(void **state)
{
    (void)state;
    check(TYPE "XX", "--XX\r\nA: \0\r\n", 13, "ERROR");
}

static void a_long_file_name_is_no_error(void **state)
{
    static char body[4000];
    (void)state;
    size_t used = (size_t)snprintf(
        body, sizeof body, "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"");
    memset(body + used, 'n', 1000);
    strcpy(body + used + 1000, "\"\r\n\r\nhello\r\n--XX--");
    check(TYPE "XX", body, strlen(body), "[f file:hello]END");
}

static void endless_headers_are_malformed(void **state)
{
    static char body[8000];
    (void)state;
    strcpy(body, "--XX\r\nA: ");
    memset(body + 9, 'n', 5000);
    check(TYPE "XX", body, 5009, "ERROR");
}

/* Contents of boundary bytes only: as many near misses as can be. */
static void any_content_comes_out_as_it_went_in(void **state)
{
    static const char head[] = "--aa\r\n" FILE_PART, tail[] = "\r\n--aa--\r\n";
    static struct story story;
    (void)state;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        char body[512], expected[512] = "[f file:";
        uint32_t random = seed;
        size_t size = prng_below(&random, 200), used = strlen(head);
        memcpy(body, head, used);
        for (size_t i = 0; i < size; i++)
            body[used + i] = "\r\n-a"[prng_below(&random, 4)];
        body[used + size] = '\0';
        strcpy(body + used + size, tail);
        char *first = strstr(body + used - 2, "\r\n--aa") + 0;
        if (first != body + used + size)
            continue; /* it holds the boundary itself */
        memcpy(expected + 8, body + used, size);
        strcpy(expected + 8 + size, "]END");
        run(&story, TYPE "aa", (const uint8_t *)body, strlen(body), 1 + prng_below(&random, 20),
            &random);
        if (strcmp(story.text, expected) != 0)
            fail_msg("seed %u:\n%s\ntold: %s", seed, body, story.text);
    }
}

/* --- Content-Type --- */

static int init(const char *type)
{
    struct flota_multipart parser;
    return flota_multipart_init(&parser, type, strlen(type));
}

static void boundaries_may_be_quoted_and_up_to_70_long(void **state)
{
    char type[128] = TYPE;
    (void)state;
    check("Multipart/Form-Data; charset=\"a;b\"; Boundary=\"X X\" ; x=y",
          "--X X\r\n" PART("a") "1\r\n--X X--", strlen("--X X\r\n" PART("a") "1\r\n--X X--"),
          "[a:1]END");
    memset(type + strlen(TYPE), 'b', 70);
    assert_int_equal(init(type), 0);
    memset(type + strlen(TYPE), 'b', 71);
    assert_int_equal(init(type), FLOTA_ERR_BAD_MULTIPART);
}

static void other_types_and_boundaries_are_refused(void **state)
{
    static const char *const types[] = {"",
                                        "multipart/form-data",
                                        "multipart/form-data;",
                                        "multipart/form-data; boundary",
                                        TYPE,
                                        TYPE "\"\"",
                                        TYPE "\"a ",
                                        TYPE "\"a \"",
                                        TYPE "a\"b",
                                        TYPE "{",
                                        "multipart/form-datax; boundary=a",
                                        "multipart/mixed; boundary=a",
                                        "text/plain; boundary=a"};
    struct flota_multipart parser;
    size_t taken;
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (init(types[i]) != FLOTA_ERR_BAD_MULTIPART)
            fail_msg("accepted: %s", types[i]);
    }
    flota_multipart_init(&parser, "x", 1);
    assert_int_equal(flota_multipart_next(&parser, NULL, 0, &taken), FLOTA_MULTIPART_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_body_tells_its_story_in_any_split),
        cmocka_unit_test(a_nul_in_a_header_is_malformed),
        cmocka_unit_test(a_long_file_name_is_no_error),
        cmocka_unit_test(endless_headers_are_malformed),
        cmocka_unit_test(any_content_comes_out_as_it_went_in),
        cmocka_unit_test(boundaries_may_be_quoted_and_up_to_70_long),
        cmocka_unit_test(other_types_and_boundaries_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
