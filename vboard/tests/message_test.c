/* message_test.c - the peer's HTTP text: every answer is fed whole, byte by byte, and in two pieces
 * cut at every place.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../src/peer_message.h"
#include "../src/wire_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka needs those before it */
#include <cmocka.h>

struct expected {
    const char *bytes;
    enum http_progress progress; /* HTTP_MORE: until the connection is closed; then: closed */
    enum http_progress closed;
    int status;
    const char *body, *error; /* error: a part of it */
    bool head_request;
};

static const struct expected answers[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", HTTP_WHOLE, 0, 200, "hello", NULL, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, and more", HTTP_WHOLE, 0, 200, "hello",
     NULL, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_WHOLE, 0, 200, "", NULL, false},
    {"HTTP/1.0 404 Not Found\r\n\r\nno", HTTP_MORE, HTTP_WHOLE, 404, "no", NULL, false},
    {"HTTP/1.1 204 No Content\r\n\r\n", HTTP_WHOLE, 0, 204, "", NULL, false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", HTTP_WHOLE, 0, 200, "", NULL, true},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5;x=y\r\npedia\r\n0\r\nA: "
     "b\r\n\r\n",
     HTTP_WHOLE, 0, 200, "wikipedia", NULL, false},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 X\r\nA: b\r\n\r\nHTTP/1.1 201 Made\r\n"
     "Content-Length: 1\r\n\r\n1",
     HTTP_WHOLE, 0, 201, "1", NULL, false},
    {"HTTP/1.1 101 Switching Protocols\r\n\r\nraw", HTTP_MORE, HTTP_WHOLE, 101, "raw", NULL, false},
    {"", HTTP_MORE, HTTP_BAD, 0, "", "without an answer", false},
    {"HTTP/1.1 200 OK\r\nContent-", HTTP_MORE, HTTP_BAD, 0, "", "middle of the answer's headers",
     false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", HTTP_MORE, HTTP_BAD, 200, "hel",
     "after 3 of the 5 bytes", false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwi", HTTP_MORE, HTTP_BAD, 200, "wi",
     "before its last chunk", false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz", HTTP_BAD, 0, 200, "", "broken",
     false},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", HTTP_BAD, 0, 200, "", "\"gzip\"", false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", HTTP_BAD, 0, 200, "",
     "two that differ", false},
    {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", HTTP_BAD, 0, 200, "", "no number", false},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", HTTP_BAD, 0, 200, "",
     "no number", false},
    {"HTTP/1.1 099 Odd\r\n\r\n", HTTP_BAD, 0, 0, "", "does not exist", false},
    {"SSH-2.0-OpenSSH\r\n", HTTP_BAD, 0, 0, "", "no HTTP", false},
    {"\x01\x02\x03 and on and on", HTTP_BAD, 0, 0, "", "no HTTP", false},
};
enum { ANSWER_COUNT = sizeof answers / sizeof answers[0] };

/* Bytes on the heap, of exactly their size: a read beyond them is found. */
static enum http_progress take(struct http_answer *answer, const char *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    enum http_progress progress = http_answer_take(answer, copy, size);
    free(copy);
    return progress;
}

static void expect_end(struct http_answer *answer, enum http_progress progress,
                       const struct expected *expected)
{
    enum http_progress end = expected->progress;
    if (end == HTTP_MORE) {
        assert_int_equal(progress, HTTP_MORE);
        progress = http_answer_close(answer);
        end = expected->closed;
    }
    assert_int_equal(progress, end);
    assert_int_equal(answer->status, expected->status);
    assert_int_equal(answer->body_size, strlen(expected->body));
    if (answer->body_size > 0)
        assert_memory_equal(answer->body, expected->body, answer->body_size);
    if (expected->error)
        assert_non_null(strstr(answer->error, expected->error));
    http_answer_free(answer);
}

static void run(const struct expected *expected, size_t first, size_t step)
{
    struct http_answer answer = {.head_request = expected->head_request};
    enum http_progress progress = HTTP_MORE;
    size_t size = strlen(expected->bytes), at = 0;
    for (size_t piece = first; at < size && progress == HTTP_MORE; piece = step) {
        if (piece > size - at)
            piece = size - at;
        progress = take(&answer, expected->bytes + at, piece);
        at += piece;
    }
    expect_end(&answer, progress, expected);
}

static void an_answer_is_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANSWER_COUNT; i++) {
        size_t size = strlen(answers[i].bytes);
        run(&answers[i], size, size);
        run(&answers[i], 1, 1);
        for (size_t first = 1; first < size; first++)
            run(&answers[i], first, size);
    }
}

static void headers_and_reason_are_kept(void **state)
{
    (void)state;
    static const char bytes[] = "HTTP/1.1 418 I'm a teapot\r\nA: b\r\nC: d\r\n\r\n";
    struct http_answer answer = {0};
    assert_int_equal(take(&answer, bytes, strlen(bytes)), HTTP_MORE);
    assert_string_equal(answer.reason, "I'm a teapot");
    assert_string_equal(answer.headers, "A: b\r\nC: d\r\n\r\n");
    http_answer_free(&answer);
}

static void headers_without_end_are_refused(void **state)
{
    (void)state;
    struct http_answer answer = {0};
    enum http_progress progress = take(&answer, "HTTP/1.1 200 OK\r\n", 17);
    for (unsigned i = 0; i < HTTP_HEAD_MAX && progress == HTTP_MORE; i++)
        progress = take(&answer, i == 0 ? "A: " : "a", i == 0 ? 3 : 1);
    assert_int_equal(progress, HTTP_BAD);
    assert_non_null(strstr(answer.error, "do not end"));
    http_answer_free(&answer);
}

static void a_body_without_end_is_kept_up_to_its_limit(void **state)
{
    (void)state;
    static char block[65536];
    struct http_answer answer = {0};
    memset(block, 'x', sizeof block);
    assert_int_equal(take(&answer, "HTTP/1.1 200 OK\r\n\r\n", 19), HTTP_MORE);
    for (unsigned i = 0; i < 64; i++)
        assert_int_equal(take(&answer, block, sizeof block), HTTP_MORE);
    assert_int_equal(answer.body_size, HTTP_BODY_MAX);
    assert_int_equal(answer.body_total, 64 * sizeof block);
    http_answer_free(&answer);
}

/* --- requests --- */

static void expect_request(const struct http_request_line *line, const char *text)
{
    const char *error;
    size_t size;
    uint8_t *bytes = http_request_text(line, &size, &error);
    assert_non_null(bytes);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(bytes, text, size);
    free(bytes);
}

static void a_request_has_what_it_needs_once(void **state)
{
    (void)state;
    static const char *const own[] = {"host: x", "X-A: b", "CONTENT-LENGTH: 3",
                                      "Connection: keep-alive", NULL};
    expect_request(&(struct http_request_line){"GET", "/", "10.0.2.15", NULL, 0},
                   "GET / HTTP/1.1\r\nHost: 10.0.2.15\r\nConnection: close\r\n\r\n");
    expect_request(&(struct http_request_line){"POST", "/a?b", "h:81", NULL, 7},
                   "POST /a?b HTTP/1.1\r\nHost: h:81\r\nConnection: close\r\n"
                   "Content-Length: 7\r\n\r\n");
    expect_request(&(struct http_request_line){"PUT", "/", "h", NULL, 0},
                   "PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    expect_request(&(struct http_request_line){"POST", "/", "h", own, 3},
                   "POST / HTTP/1.1\r\nhost: x\r\nX-A: b\r\nCONTENT-LENGTH: 3\r\n"
                   "Connection: keep-alive\r\n\r\n");
}

static void a_request_that_cannot_be_sent_is_refused(void **state)
{
    (void)state;
    static const char *const split[] = {"A: b\r\nC: d", NULL}, *const nameless[] = {"b", NULL};
    static const struct http_request_line lines[] = {
        {"GE T", "/", "h", NULL, 0}, {"", "/", "h", NULL, 0},       {"GET", "", "h", NULL, 0},
        {"GET", "x", "h", NULL, 0},  {"GET", "/a b", "h", NULL, 0}, {"GET", "/\r\n", "h", NULL, 0},
        {"GET", "/", "h", split, 0}, {"GET", "/", "h", nameless, 0}};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const char *error = NULL;
        size_t size;
        assert_null(http_request_text(&lines[i], &size, &error));
        assert_non_null(error);
    }
}

/* --- the cable's text --- */

static void the_cable_is_set_by_name(void **state)
{
    (void)state;
    struct wire_change change = {.settings = {.rate = 5, .reorder = 0.5}};
    assert_null(wire_text_parse("rtt=20ms,loss=1%,dup=0.25,jitter=1.5us,rate=10M,down=2s-3s,"
                                "down=500ms-1s",
                                &change));
    assert_int_equal(change.settings.rtt_ns, 20000000);
    assert_int_equal(change.settings.jitter_ns, 1500);
    assert_int_equal(change.settings.rate, 10000000);
    assert_true(change.settings.loss == 0.01 && change.settings.duplicate == 0.25);
    assert_true(change.settings.reorder == 0.5); /* not named: stays */
    assert_int_equal(change.plug_count, 4);
    assert_int_equal(change.plugs[0].at_ns, 2000000000);
    assert_false(change.plugs[0].plugged);
    assert_true(change.plugs[3].plugged && change.is_link_quality);
    change = (struct wire_change){0};
    assert_null(wire_text_parse("up=now", &change));
    assert_true(change.plugs_forgotten && change.plugs[0].plugged && !change.is_link_quality);
}

static void a_wrong_text_for_the_cable_says_what_is_wrong(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"", "KEY=VALUE"},         {"rtt", "KEY=VALUE"},      {"=1", "KEY=VALUE"},
        {"rtt=1ms,", "KEY=VALUE"}, {"speed=1", "no such"},    {"rtt=5", "a time"},
        {"rtt=-1ms", "a time"},    {"rtt=inf", "a time"},     {"rtt=0x1s", "a time"},
        {"rtt=", "a time"},        {"rtt=1.2.3s", "a time"},  {"rtt=9999s", "a time"},
        {"loss=2", "a part"},      {"loss=101%", "a part"},   {"loss=nan", "a part"},
        {"rate=1G", "bits per"},   {"rate=200M", "bits per"}, {"rate=0", "bits per"},
        {"down=3s-2s", "from"},    {"down=2s", "from"},       {"down=2s-", "from"},
        {"up=2s", "only up=now"}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct wire_change change = {0};
        const char *error = wire_text_parse(texts[i][0], &change);
        assert_non_null(error);
        assert_non_null(strstr(error, texts[i][1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_the_same_in_any_pieces),
        cmocka_unit_test(headers_and_reason_are_kept),
        cmocka_unit_test(headers_without_end_are_refused),
        cmocka_unit_test(a_body_without_end_is_kept_up_to_its_limit),
        cmocka_unit_test(a_request_has_what_it_needs_once),
        cmocka_unit_test(a_request_that_cannot_be_sent_is_refused),
        cmocka_unit_test(the_cable_is_set_by_name),
        cmocka_unit_test(a_wrong_text_for_the_cable_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
