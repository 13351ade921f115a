/* test_http.c - heads, framing, responses and limits, in any split.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_test_handlers.h"

/* --- requests and their answers, whole, byte by byte, and in random pieces --- */

struct exchange {
    const char *request;
    const char *answer; /* what each answer must contain, in order, separated by '|' */
};

static const struct exchange exchanges[] = {
    {GET "\r\n", "HTTP/1.1 200 OK\r\n|Content-Type: text/html|Content-Length: 8\r\n|the page"},
    {"\r\n\r\n" GET "\r\n", "HTTP/1.1 200 |the page"},
    {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |Content-Length: 8\r\n"},
    {"GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 |Connection: close|the page"},
    {"GET / HTTP/1.9\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |the page"},
    {GET "Connection: close\r\n\r\n", "HTTP/1.1 200 |Connection: close"},
    {GET "Connection: x, Close\r\n\r\n", "HTTP/1.1 200 |Connection: close"},
    {GET "\r\n" GET "\r\n", "200 OK|keep-alive|the page|200 OK|keep-alive|the page"},
    {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |the page"},
    {"GET HTTP://a:80/api/x?y=/ HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |GET /api/x 0"},
    {"GET /api/ HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |GET /api/ 0"},
    {"GET /api HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 |Not Found: nothing is served"},
    {"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" GET "\r\n", "404 |keep-alive|HTTP/1.1 200 "},
    {"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 |Allow: GET, HEAD\r\n"},
    {"DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 |Allow: POST, PUT, GET, HEAD\r\n"},
    {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 "},
    {"POSTX /echo HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 "},
    /* bodies */
    {POST "Content-Length: 5\r\n\r\nhello", "HTTP/1.1 200 |POST /echo 5 05e918d2"},
    {POST "Content-Length: 0\r\n\r\n" GET "\r\n", "200 |POST /echo 0|HTTP/1.1 200 |the page"},
    {POST "\r\n", "HTTP/1.1 200 |POST /echo 0"},
    {POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "200 |POST /echo 5"},
    {POST "Content-Length:\t05 \r\n\r\nhello", "HTTP/1.1 200 |POST /echo 5"},
    {CHUNK "5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 200 |POST /echo 5 05e918d2"},
    {CHUNK "1\r\nh\r\n004;a=\"b\"\r\nello\r\n0;x\r\nTrailer: y\r\nZ: z\r\n\r\n" GET "\r\n",
     "200 |POST /echo 5 05e918d2|HTTP/1.1 200 |the page"},
    {CHUNK "a \r\n0123456789\r\nA\t\r\n0123456789\r\n00\r\n\r\n", "200 |POST /echo 20"},
    {CHUNK "0\r\n\r\n", "HTTP/1.1 200 |POST /echo 0"},
    {POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 "},
    /* framing that is refused */
    {POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
     "400 |close|has both a Content-L"},
    {POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
     "400 |close|has both a Content-L"},
    {POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
     "400 |close|Content-Length is no n"},
    {POST "Content-Length: 5, 5\r\n\r\nhello", "400 |close|Content-Length is no number"},
    {POST "Content-Length: \r\n\r\n", "HTTP/1.1 400 |Content-Length is no number"},
    {POST "Content-Length: +5\r\n\r\n", "HTTP/1.1 400 |Content-Length is no number"},
    {POST "Content-Length: -5\r\n\r\n", "HTTP/1.1 400 |Content-Length is no number"},
    {POST "Content-Length: 0x5\r\n\r\n", "HTTP/1.1 400 |Content-Length is no number"},
    {POST "Content-Length: 18446744073709551621\r\n\r\n", "400 |Content-Length is no number"},
    {POST "Transfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501 |close|Transfer-Encoding is unknown"},
    {POST "Transfer-Encoding: gzip, chunked\r\n\r\n", "HTTP/1.1 501 |close"},
    {POST "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 501 "},
    {POST "Transfer-Encoding: xchunked\r\n\r\n", "HTTP/1.1 501 "},
    {POST "Transfer-Encoding: chunked, gzip\r\n\r\n", "HTTP/1.1 400 |does not end in chunked"},
    {POST "Transfer-Encoding: chunked, chunked\r\n\r\n", "HTTP/1.1 400 |does not end in chunked"},
    {POST "Transfer-Encoding: ,chunked\r\n\r\n", "HTTP/1.1 400 |Transfer-Encoding is malformed"},
    {POST "Transfer-Encoding: \r\n\r\n", "HTTP/1.1 400 |Transfer-Encoding is malformed"},
    {"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400 |Transfer-Encoding is malf"},
    {CHUNK "\r\n", "HTTP/1.1 400 |close|a chunk of the body"},
    {CHUNK "x\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "-1\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "0x5\r\nhello\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "5\nhello\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "5\r\nhello0\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "5\r\nhello\n0\r\n\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "5\rhello\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "0000000000005\r\nhello\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "FFFFFFFFFFFFFFFFF\r\n", "HTTP/1.1 400 |a chunk of the body"},
    {CHUNK "0\r\nTrailer\n\r\n", "HTTP/1.1 400 |a chunk of the body"},
    /* heads that are refused */
    {"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 |close|no Host header"},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |no Host header, more than one"},
    {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "HTTP/1.1 400 |or a malformed one"},
    {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "HTTP/1.1 400 |folded over several lines"},
    {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET / HTTP/1.1\r\nHost\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET / HTTP/1.1\r\n: a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET / HTTP/1.1\nHost: a\n\n", "HTTP/1.1 400 |does not end in CR LF"},
    {GET "X: a\rb\r\n\r\n", "HTTP/1.1 400 |does not end in CR LF"},
    {GET "X: a\nb\r\n\r\n", "HTTP/1.1 400 |does not end in CR LF"},
    {GET "X: \x01\r\n\r\n", "HTTP/1.1 400 |control character"},
    {GET "X: \x7f\r\n\r\n", "HTTP/1.1 400 |control character"},
    {"\x16\x03\x01\x02", "HTTP/1.1 400 |https:// is not served"},
    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET / \r\nHost: a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET /\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {" / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", "HTTP/1.1 505 |not HTTP/1.0 or HTTP/1.1"},
    {"PRI * HTTP/2.0\r\n\r\n", "HTTP/1.1 505 "},
    {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "HTTP/1.1 400 |malformed"},
    {"GET echo HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |neither a path"},
    {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |neither a path"},
    {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |neither a path"},
    {"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |neither a path"},
    {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 |neither a path"},
    {GET "Expect: 200-ok\r\n\r\n", "HTTP/1.1 417 |Expect header"},
    /* answers of handlers */
    {"POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "403 |close|not you"},
    {"POST /refused HTTP/1.1\r\nHost: a\r\n\r\n" GET "\r\n",
     "403 |keep-alive|not you|200 |the page"},
    {"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" GET "\r\n",
     "200 |waited|HTTP/1.1 200 |the page"},
    {"GET /too-much HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 500 "},
    {"GET /query?a=b%20+c HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |4 [b  c]"},
    {"GET /query?ab=1&a=2&a=3 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |1 [2]"},
    {"GET /query?a HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |0 []"},
    {"GET /query?b=a=1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |-1 []"},
    {"GET /query?a=%2 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |-1 []"},
    {"GET /query?a=%00 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |-1 []"},
    {"GET /query?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |-1 []"},
    {"GET /query?a=12345678 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |-1 []"},
    {"GET /query?a=1234567 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 |7 [1234567]"},
};

/* Are the pieces of answer, separated by '|', in output in this order? */
static bool contains_in_order(const char *output, const char *answer_pieces)
{
    char pieces[256];
    snprintf(pieces, sizeof pieces, "%s", answer_pieces);
    for (char *piece = strtok(pieces, "|"); piece; piece = strtok(NULL, "|")) {
        output = strstr(output, piece);
        if (!output)
            return false;
        output += strlen(piece);
    }
    return true;
}

static void send_in_pieces(struct client *client, const char *request, uint32_t *random, size_t max)
{
    size_t size = strlen(request);
    for (size_t at = 0; at < size;) {
        size_t piece = 1 + (max > 1 ? prng_below(random, (uint32_t)max) : 0);
        if (piece > size - at)
            piece = size - at;
        if (client_offer(client, request + at, piece) < piece)
            return;
        at += piece;
    }
}

static void check_exchange(struct fixture *f, const struct exchange *exchange, uint32_t *random,
                           size_t max_piece)
{
    client_open(&f->client, &f->server);
    f->seen.waited = 0;
    f->seen.begun = f->seen.done = 0;
    send_in_pieces(&f->client, exchange->request, random, max_piece);
    if (!contains_in_order(f->client.output, exchange->answer))
        fail_msg("pieces of up to %zu bytes, seed state %u:\n%s\nanswered:\n%s\nexpected: %s",
                 max_piece, *random, exchange->request, f->client.output, exchange->answer);
    flota_http_close(&f->client.connection);
    assert_int_equal(f->seen.begun, f->seen.done);
}

static void each_request_gets_its_answer_in_any_split(void **state)
{
    struct fixture *f = *state;
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof exchanges / sizeof *exchanges; i++) {
        static char whole[CLIENT_OUTPUT_MAX + 1];
        check_exchange(f, &exchanges[i], &random, 1 << 20);
        check_exchange(f, &exchanges[i], &random, 1);
        memcpy(whole, f->client.output, sizeof whole);
        for (int repeat = 0; repeat < 30; repeat++) {
            check_exchange(f, &exchanges[i], &random, 1 + prng_below(&random, 40));
            assert_string_equal(f->client.output, whole);
        }
    }
}

static void a_body_is_the_same_whatever_the_handler_takes_at_once(void **state)
{
    struct fixture *f = *state;
    uint32_t random = 7;
    for (size_t take = 1; take < 9; take++) {
        f->seen.take = take;
        check_exchange(f,
                       &(struct exchange){CHUNK "5\r\nhello\r\n0\r\n\r\n", "POST /echo 5 05e918d2"},
                       &random, 9);
        check_exchange(
            f, &(struct exchange){POST "Content-Length: 5\r\n\r\nhello", "POST /echo 5 05e918d2"},
            &random, 9);
    }
}

static void a_nul_is_refused(void **state)
{
    struct fixture *f = *state;
    client_offer(&f->client, "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29);
    assert_int_equal(client_status(&f->client), 400);
    assert_true(client_got(&f->client, "control character"));
}

static void a_head_request_gets_no_body(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(client_got(&f->client, "Content-Length: 8\r\n"));
    assert_memory_equal(f->client.output + f->client.output_size - 4, "\r\n\r\n", 4);
    client_send(&f->client, "HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 404);
    assert_memory_equal(f->client.output + f->client.output_size - 4, "\r\n\r\n", 4);
}

/* --- limits --- */

/* GET / with a header that makes the head size bytes long. */
static void send_head_of(struct client *client, size_t size)
{
    static char request[8192];
    size_t used = (size_t)snprintf(request, sizeof request, GET "X: ");
    memset(request + used, 'x', size - used - 4);
    strcpy(request + size - 4, "\r\n\r\n");
    client_send(client, request);
}

static void a_head_of_exactly_the_limit_is_served(void **state)
{
    struct fixture *f = *state;
    send_head_of(&f->client, FLOTA_HTTP_HEAD_MAX);
    assert_int_equal(client_status(&f->client), 200);
}

static void a_longer_head_is_431(void **state)
{
    struct fixture *f = *state;
    send_head_of(&f->client, FLOTA_HTTP_HEAD_MAX + 1);
    assert_int_equal(client_status(&f->client), 431);
    assert_true(client_got(&f->client, "send fewer or shorter headers"));
}

static void send_headers(struct client *client, int count)
{
    client_send(client, GET);
    for (int i = 1; i < count; i++)
        client_send(client, "X: y\r\n");
    client_send(client, "\r\n");
}

static void forty_headers_are_served_and_more_are_431(void **state)
{
    struct fixture *f = *state;
    send_headers(&f->client, FLOTA_HTTP_HEADERS_MAX);
    assert_int_equal(client_status(&f->client), 200);
    send_headers(&f->client, FLOTA_HTTP_HEADERS_MAX + 1);
    assert_int_equal(client_status(&f->client), 431);
}

static void send_target_of(struct client *client, size_t size)
{
    static char request[8192];
    size_t used = (size_t)snprintf(request, sizeof request, "GET ");
    memset(request + used, '/', size);
    strcpy(request + used + size, " HTTP/1.1\r\nHost: a\r\n\r\n");
    client_send(client, request);
}

static void a_target_of_1024_bytes_is_looked_up_and_a_longer_one_is_414(void **state)
{
    struct fixture *f = *state;
    send_target_of(&f->client, FLOTA_HTTP_TARGET_MAX);
    assert_int_equal(client_status(&f->client), 404);
    send_target_of(&f->client, FLOTA_HTTP_TARGET_MAX + 1);
    assert_int_equal(client_status(&f->client), 414);
    client_open(&f->client, &f->server);
    send_target_of(&f->client, FLOTA_HTTP_HEAD_MAX + 100);
    assert_int_equal(client_status(&f->client), 414);
}

static void endless_extensions_and_trailers_of_chunks_are_refused(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, CHUNK "5;");
    for (int i = 0; i < 300; i++)
        client_send(&f->client, "x");
    assert_int_equal(client_status(&f->client), 400);
    client_open(&f->client, &f->server);
    client_send(&f->client, CHUNK "0\r\n");
    for (int i = 0; i < 120; i++)
        client_send(&f->client, "A: bcdefg\r\n");
    assert_int_equal(client_status(&f->client), 400);
    assert_int_equal(f->seen.reason, FLOTA_ERR_BAD_REQUEST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_request_gets_its_answer_in_any_split),
        TEST(a_body_is_the_same_whatever_the_handler_takes_at_once),
        TEST(a_nul_is_refused),
        TEST(a_head_request_gets_no_body),
        TEST(a_head_of_exactly_the_limit_is_served),
        TEST(a_longer_head_is_431),
        TEST(forty_headers_are_served_and_more_are_431),
        TEST(a_target_of_1024_bytes_is_looked_up_and_a_longer_one_is_414),
        TEST(endless_extensions_and_trailers_of_chunks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
