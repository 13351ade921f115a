/* test_http_client.c - addresses; requests; replies in any split; what is refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flota/error.h"
#include "flota/http_client.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- one exchange --- */

#define BODY_MAX 8192u

struct exchange {
    struct flota_http_client client;
    struct flota_network_dial dial;
    struct flota_http_get get;
    struct flota_url url;
    int head_result;
    int body_error; /* given instead of taking */
    size_t at_once; /* most bytes that body() takes; 0: all */
    int stubborn;   /* body() takes nothing so many times */
    int head_count;
    size_t body_size;
    char body[BODY_MAX];
};

static int on_head(void *context, const struct flota_http_client *client)
{
    struct exchange *x = context;
    assert_ptr_equal(client, &x->client);
    x->head_count++;
    return x->head_result;
}

static int on_body(void *context, const uint8_t *data, size_t size)
{
    struct exchange *x = context;
    assert_true(size > 0);
    if (x->body_error != 0)
        return x->body_error;
    if (x->stubborn > 0)
        return x->stubborn--, 0;
    if (x->at_once != 0 && size > x->at_once)
        size = x->at_once;
    assert_true(x->body_size + size < BODY_MAX);
    memcpy(x->body + x->body_size, data, size);
    x->body_size += size;
    return (int)size;
}

static void begin(struct exchange *x, const char *url)
{
    memset(x, 0, sizeof *x);
    assert_int_equal(flota_url_parse(url, &x->url, NULL), 0);
    x->get =
        (struct flota_http_get){.url = &x->url, .head = on_head, .body = on_body, .context = x};
    x->dial.state = FLOTA_NETWORK_OPEN;
    flota_http_client_prepare(&x->client);
}

static void open_it(struct exchange *x)
{
    flota_http_client_protocol.open(&x->client, &x->get, "192.168.0.9:80", 0);
}

static int result(struct exchange *x)
{
    return flota_http_client_result(&x->client, &x->dial);
}

/* Offer a copy of exactly these bytes, so that reading behind them is seen. */
static size_t offer(struct exchange *x, const char *data, size_t size)
{
    uint8_t *copy = malloc(size);
    memcpy(copy, data, size);
    size_t taken = flota_http_client_protocol.receive(&x->client, copy, size, 0);
    free(copy);
    assert_true(taken <= size);
    return taken;
}

/* Deliver all in pieces of up to max bytes. */
static void deliver(struct exchange *x, const char *data, size_t size, size_t max)
{
    uint32_t random = (uint32_t)max;
    int idle = 0;
    while (size > 0 && idle < 100) {
        size_t piece = max == 1 ? 1 : 1 + prng_below(&random, (uint32_t)max);
        size_t taken = offer(x, data, piece < size ? piece : size);
        idle = taken == 0 ? idle + 1 : 0;
        data += taken;
        size -= taken;
    }
    assert_int_equal(size, 0);
}

static void end_of_peer(struct exchange *x)
{
    flota_http_client_protocol.peer_ended(&x->client, 0);
    flota_http_client_protocol.close(&x->client);
    x->dial.state = FLOTA_NETWORK_CLOSED;
}

static const size_t splits[] = {1, 2, 3, 7, 50, 4096};

#define EACH_SPLIT(i) (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++)

/* One reply, then the peer's end. */
static void run(struct exchange *x, const char *reply, size_t max)
{
    open_it(x);
    deliver(x, reply, strlen(reply), max);
    end_of_peer(x);
}

/* --- addresses --- */

struct url_case {
    const char *text, *host;
    uint16_t port;
    const char *target;
};

static void addresses_are_split(void **state)
{
    static const struct url_case cases[] = {
        {"http://a", "a", 80, "/"},
        {"HTTP://Server-1.local_x:8080/fw/a.zip?x=1#part", "Server-1.local_x", 8080,
         "/fw/a.zip?x=1"},
        {"http://192.168.0.5:/x", "192.168.0.5", 80, "/x"},
        {"http://a?x=/y", "a", 80, "/?x=/y"},
        {"http://a#b", "a", 80, "/"},
        {"http://a:65535/%20~a@b:[1]", "a", 65535, "/%20~a@b:[1]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct flota_url url;
        assert_int_equal(flota_url_parse(cases[i].text, &url, NULL), 0);
        assert_string_equal(url.host, cases[i].host);
        assert_int_equal(url.port, cases[i].port);
        assert_string_equal(url.text + url.target, cases[i].target);
    }
}

static void bad_addresses_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *text;
        int error;
        const char *why;
    } cases[] = {
        {"https://a/b", FLOTA_ERR_URL_SCHEME, "TLS"},
        {"ftp://a/b", FLOTA_ERR_URL_SCHEME, "http://"},
        {"httpx://a/b", FLOTA_ERR_URL_SCHEME, "http://"},
        {"", FLOTA_ERR_URL_BAD, "http://"},
        {"a/b.zip", FLOTA_ERR_URL_BAD, "http://"},
        {"http:", FLOTA_ERR_URL_BAD, "http://"},
        {"http:/a", FLOTA_ERR_URL_BAD, "http://"},
        {"http://", FLOTA_ERR_URL_BAD, "host"},
        {"http:///x", FLOTA_ERR_URL_BAD, "host"},
        {"http://:80/x", FLOTA_ERR_URL_BAD, "host"},
        {"http://a*b/x", FLOTA_ERR_URL_BAD, "host"},
        {"http://u:p@a/x", FLOTA_ERR_URL_BAD, "user"},
        {"http://a@/x", FLOTA_ERR_URL_BAD, "user"},
        {"http://[::1]/x", FLOTA_ERR_URL_BAD, "IPv6"},
        {"http://a:0/x", FLOTA_ERR_URL_BAD, "port"},
        {"http://a:65536/x", FLOTA_ERR_URL_BAD, "port"},
        {"http://a:8x/x", FLOTA_ERR_URL_BAD, "port"},
        {"http://a:000080/x", FLOTA_ERR_URL_BAD, "port"},
        {"http://a:80:80/x", FLOTA_ERR_URL_BAD, "port"},
        {"http://a/x y", FLOTA_ERR_URL_BAD, "percent"},
        {"http://a/x\r\nHost: b", FLOTA_ERR_URL_BAD, "percent"},
        {"http://a/\xc3\xa4", FLOTA_ERR_URL_BAD, "percent"},
        {"http://a/\x7f", FLOTA_ERR_URL_BAD, "percent"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct flota_url url;
        const char *why = NULL;
        assert_int_equal(flota_url_parse(cases[i].text, &url, &why), cases[i].error);
        if (!why || !strstr(why, cases[i].why))
            fail_msg("%s: %s", cases[i].text, why ? why : "no reason");
    }
}

static void long_addresses_are_refused_at_their_limits(void **state)
{
    static char text[2000];
    struct flota_url url;
    (void)state;
    memset(text, 'a', sizeof text - 1);
    memcpy(text, "http://h/", 9);
    text[FLOTA_URL_MAX - 1] = '\0';
    assert_int_equal(flota_url_parse(text, &url, NULL), 0);
    text[FLOTA_URL_MAX - 1] = 'a';
    text[FLOTA_URL_MAX] = '\0';
    assert_int_equal(flota_url_parse(text, &url, NULL), FLOTA_ERR_URL_BAD);
    memcpy(text, "http://h?", 9); /* its slash is one more byte */
    text[FLOTA_URL_MAX - 1] = '\0';
    assert_int_equal(flota_url_parse(text, &url, NULL), FLOTA_ERR_URL_BAD);
    memcpy(text, "http://hh", 9);
    text[7 + FLOTA_URL_HOST_MAX - 1] = '\0';
    assert_int_equal(flota_url_parse(text, &url, NULL), 0);
    text[7 + FLOTA_URL_HOST_MAX - 1] = 'a';
    text[7 + FLOTA_URL_HOST_MAX] = '\0';
    assert_int_equal(flota_url_parse(text, &url, NULL), FLOTA_ERR_URL_BAD);
}

/* The examples of RFC 3986 5.4, as far as they stay within http. */
static void relative_addresses_are_resolved_as_rfc_3986_says(void **state)
{
    static const char *const cases[][2] = {
        {"g", "http://a/b/c/g"},
        {"./g", "http://a/b/c/g"},
        {"g/", "http://a/b/c/g/"},
        {"/g", "http://a/g"},
        {"//g", "http://g/"},
        {"?y", "http://a/b/c/d;p?y"},
        {"g?y", "http://a/b/c/g?y"},
        {"#s", "http://a/b/c/d;p?q"},
        {"g#s", "http://a/b/c/g"},
        {"g?y#s", "http://a/b/c/g?y"},
        {";x", "http://a/b/c/;x"},
        {"", "http://a/b/c/d;p?q"},
        {".", "http://a/b/c/"},
        {"./", "http://a/b/c/"},
        {"..", "http://a/b/"},
        {"../", "http://a/b/"},
        {"../g", "http://a/b/g"},
        {"../..", "http://a/"},
        {"../../", "http://a/"},
        {"../../g", "http://a/g"},
        {"../../../g", "http://a/g"},
        {"../../../../g", "http://a/g"},
        {"/./g", "http://a/g"},
        {"/../g", "http://a/g"},
        {"g.", "http://a/b/c/g."},
        {".g", "http://a/b/c/.g"},
        {"g..", "http://a/b/c/g.."},
        {"..g", "http://a/b/c/..g"},
        {"./../g", "http://a/b/g"},
        {"./g/.", "http://a/b/c/g/"},
        {"g/./h", "http://a/b/c/g/h"},
        {"g/../h", "http://a/b/c/h"},
        {"g;x=1/../y", "http://a/b/c/y"},
        {"g?y/../x", "http://a/b/c/g?y/../x"},
        {"http://b:81/x", "http://b:81/x"},
    };
    struct flota_url base, url;
    (void)state;
    assert_int_equal(flota_url_parse("http://a/b/c/d;p?q", &base, NULL), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct flota_http_text text = {cases[i][0], strlen(cases[i][0])};
        assert_int_equal(flota_url_resolve(&base, text, &url, NULL), 0);
        assert_string_equal(url.text, cases[i][1]);
    }
    assert_int_equal(flota_url_parse("http://a:8080/b", &base, NULL), 0);
    assert_int_equal(flota_url_resolve(&base, (struct flota_http_text){"c", 1}, &base, NULL), 0);
    assert_string_equal(base.text, "http://a:8080/c");
    assert_int_equal(base.port, 8080);
}

static void redirects_to_nowhere_are_refused(void **state)
{
    static char large[FLOTA_URL_MAX];
    struct flota_url base, url;
    (void)state;
    assert_int_equal(flota_url_parse("http://a/b/c", &base, NULL), 0);
    assert_int_equal(
        flota_url_resolve(&base, (struct flota_http_text){"https://b/", 10}, &url, NULL),
        FLOTA_ERR_URL_SCHEME);
    assert_int_equal(flota_url_resolve(&base, (struct flota_http_text){"a b", 3}, &url, NULL),
                     FLOTA_ERR_URL_BAD);
    memset(large, 'x', sizeof large);
    assert_int_equal(
        flota_url_resolve(&base, (struct flota_http_text){large, sizeof large}, &url, NULL),
        FLOTA_ERR_URL_BAD);
}

/* --- requests --- */

static void a_request_says_what_was_asked_for(void **state)
{
    struct exchange x;
    const uint8_t *out;
    (void)state;
    begin(&x, "http://server:8080/a.zip?b=c");
    x.get.user_agent = "app/1.0.0";
    x.get.lines = "X-One: 1\r\n";
    x.get.has_range = true;
    x.get.range_first = 1000;
    x.get.if_range = "\"tag\"";
    open_it(&x);
    size_t size = flota_http_client_protocol.output(&x.client, &out);
    static const char expected[] =
        "GET /a.zip?b=c HTTP/1.1\r\nHost: server:8080\r\nUser-Agent: app/1.0.0\r\n"
        "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
        "Range: bytes=1000-\r\nIf-Range: \"tag\"\r\nX-One: 1\r\n\r\n";
    assert_int_equal(size, sizeof expected - 1);
    assert_memory_equal(out, expected, size);
    flota_http_client_protocol.sent(&x.client, 4);
    assert_int_equal(flota_http_client_protocol.output(&x.client, &out), size - 4);
    assert_memory_equal(out, "/a.zip", 6);
    flota_http_client_protocol.sent(&x.client, size - 4);
    assert_int_equal(flota_http_client_protocol.output(&x.client, &out), 0);
    assert_false(flota_http_client_protocol.output_ended(&x.client));
}

static void a_conditional_request_carries_its_validators(void **state)
{
    struct exchange x;
    (void)state;
    begin(&x, "http://server/a");
    x.get.if_none_match = "W/\"1\"";
    x.get.if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT";
    x.get.has_range = true;
    x.get.range_last = 1279;
    open_it(&x);
    x.client.out[x.client.out_size] = '\0';
    assert_non_null(strstr(x.client.out,
                           "\r\nIf-None-Match: W/\"1\"\r\nIf-Modified-Since: Sun, 06 Nov "
                           "1994 08:49:37 GMT\r\n"));
    assert_non_null(strstr(x.client.out, "\r\nRange: bytes=0-1279\r\n"));
    assert_non_null(strstr(x.client.out, "\r\nHost: server\r\n"));
}

static void a_request_that_is_too_long_is_not_sent(void **state)
{
    static char lines[FLOTA_HTTP_CLIENT_REQUEST_MAX];
    struct exchange x;
    const uint8_t *out;
    (void)state;
    begin(&x, "http://server/a");
    memset(lines, 'x', sizeof lines - 1);
    x.get.lines = lines;
    open_it(&x);
    assert_int_equal(result(&x), FLOTA_ERR_URL_BAD);
    assert_int_equal(flota_http_client_protocol.output(&x.client, &out), 0);
    assert_true(flota_http_client_protocol.wants_close(&x.client));
}

/* --- replies --- */

static void assert_body(struct exchange *x, const char *expected)
{
    assert_int_equal(result(x), 0);
    assert_int_equal(x->body_size, strlen(expected));
    assert_memory_equal(x->body, expected, x->body_size);
}

static void good_replies_give_their_body_in_any_split(void **state)
{
    static const char *const cases[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\ncontent-length:\t11 \r\nContent-Length: 11\r\n\r\nhello worldjunk",
        "HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n006;a=b\r\n "
        "world\r\n0\r\nX: y\r\n\r\n",
        "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nhello world",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
        "OK\r\nContent-Length: 11\r\nContent-Encoding: identity\r\n\r\nhello world",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for
            EACH_SPLIT(s)
            {
                struct exchange x;
                begin(&x, "http://a/b");
                x.at_once = splits[s] / 2;
                x.stubborn = (int)s;
                run(&x, cases[i], splits[s]);
                assert_body(&x, "hello world");
                assert_int_equal(x.head_count, 1);
                assert_int_equal(x.client.reply.status, 200);
            }
    }
}

static void replies_without_a_body_end_with_their_head(void **state)
{
    static const char *const cases[] = {
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"x\"\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange x;
        begin(&x, "http://a/b");
        open_it(&x);
        deliver(&x, cases[i], strlen(cases[i]), 9);
        assert_body(&x, ""); /* before the peer's end */
        assert_true(flota_http_client_protocol.wants_close(&x.client));
    }
}

static void a_part_is_the_one_that_was_asked_for(void **state)
{
    static const char *const cases[] = {
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-10/11\r\nContent-Length: 5\r\n\r\nworld",
        "HTTP/1.1 206 Partial\r\nContent-Range: Bytes  6-10/11\r\n\r\nworldmore",
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-10/11\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nwor\r\n2\r\nld\r\n0\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for
            EACH_SPLIT(s)
            {
                struct exchange x;
                begin(&x, "http://a/b");
                x.get.has_range = true;
                x.get.range_first = 6;
                run(&x, cases[i], splits[s]);
                assert_body(&x, "world");
                assert_int_equal(x.client.reply.first, 6);
                assert_int_equal(x.client.reply.last, 10);
                assert_int_equal(x.client.reply.total, 11);
            }
    }
}

static void headers_are_found_whatever_their_case(void **state)
{
    struct exchange x;
    (void)state;
    begin(&x, "http://a/b");
    run(&x, "HTTP/1.1 302 Found\r\nLOCATION: \t/c \r\nContent-Length: 0\r\n\r\n", 3);
    struct flota_http_text location = flota_http_client_header(&x.client, "Location");
    assert_int_equal(location.size, 2);
    assert_memory_equal(location.data, "/c", 2);
    assert_null(flota_http_client_header(&x.client, "ETag").data);
}

struct bad_reply {
    const char *reply, *why;
};

static void refuse(const struct bad_reply *bad, bool has_range)
{
    for
        EACH_SPLIT(s)
        {
            struct exchange x;
            begin(&x, "http://a/b");
            x.get.has_range = has_range;
            x.get.range_first = 6;
            run(&x, bad->reply, splits[s]);
            assert_int_equal(result(&x), FLOTA_ERR_HTTP_REPLY);
            if (!x.client.why || !strstr(x.client.why, bad->why))
                fail_msg("%s: %s", bad->reply, x.client.why ? x.client.why : "no reason");
        }
}

static void replies_in_doubt_are_refused_with_the_reason(void **state)
{
    static const struct bad_reply cases[] = {
        {"\r\nHTTP/1.1 200 OK\r\n\r\n", "begin with HTTP/1."},
        {"SSH-2.0-OpenSSH\r\n", "begin with HTTP/1."}, /* it waits for our line now */
        {"220 mail.example.org ESMTP\r\n", "begin with HTTP/1."},
        {"HTTP/2.0 200 OK\r\n\r\n", "begin with HTTP/1."},
        {"HTTP/1.1 20 OK\r\n\r\n", "malformed"},
        {"HTTP/1.1 099 OK\r\n\r\n", "malformed"},
        {"HTTP/1.1 600 OK\r\n\r\n", "malformed"},
        {"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n", "malformed"},
        {"HTTP/1.1 200 OK\r\nBad name: x\r\n\r\n", "malformed"},
        {"HTTP/1.1 200 OK\n\n", "CR LF"},
        {"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "CR LF"},
        {"HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n", "control"},
        {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "folded"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n", "Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "Transfer-Encoding"},
        {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding"},
        {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", "compressed"},
        {"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nETag: \"b\"\r\n\r\n", "twice"},
        {"HTTP/1.1 302 OK\r\nLocation: a\r\nLocation: b\r\n\r\n", "twice"},
        {"HTTP/1.1 101 Switching\r\n\r\n", "protocol"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-10/11\r\n\r\n", "whole"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello", "chunk"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n", "chunk"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!", "chunk"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse(&cases[i], false);
}

static void parts_in_doubt_are_refused_with_the_reason(void **state)
{
    static const struct bad_reply cases[] = {
        {"HTTP/1.1 206 Partial\r\n\r\n", "Content-Range is missing"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-10/*\r\n\r\n", "missing or malformed"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-5/11\r\n\r\n", "missing or malformed"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-11/11\r\n\r\n", "missing or malformed"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: items 6-10/11\r\n\r\n", "missing or malformed"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-10/11 \t x\r\n\r\n", "malformed"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 5-10/11\r\n\r\n", "not the range"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 7-10/11\r\n\r\n", "not the range"},
        {"HTTP/1.1 206 Partial\r\nContent-Range: bytes 6-10/11\r\nContent-Length: 6\r\n\r\n",
         "does not fit"},
        {"HTTP/1.1 206 P\r\nContent-Range: bytes 6-10/11\r\nTransfer-Encoding: "
         "chunked\r\n\r\n6\r\nworld!\r\n0\r\n\r\n",
         "longer"},
        {"HTTP/1.1 206 P\r\nContent-Range: bytes 6-10/11\r\nTransfer-Encoding: "
         "chunked\r\n\r\n4\r\nworl\r\n0\r\n\r\n",
         "shorter"},
        {"HTTP/1.1 206 P\r\nContent-Type: multipart/byteranges; boundary=x\r\n\r\n", "missing"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse(&cases[i], true);
}

/* text, then fill of it, then end. */
static int result_of_large(const char *text, const char *fill, size_t count, const char *end)
{
    struct exchange x;
    begin(&x, "http://a/b");
    open_it(&x);
    deliver(&x, text, strlen(text), 50);
    for (size_t i = 0; i < count; i++)
        deliver(&x, fill, strlen(fill), 50);
    deliver(&x, end, strlen(end), 50);
    end_of_peer(&x);
    return result(&x);
}

static void heads_have_limits(void **state)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\n", end[] = "Content-Length: 0\r\n\r\n";
    (void)state;
    assert_int_equal(result_of_large(ok, "A: b\r\n", 47, end), 0);
    assert_int_equal(result_of_large(ok, "A: b\r\n", 48, end), FLOTA_ERR_HTTP_REPLY);
    assert_int_equal(result_of_large("HTTP/1.1 200 OK\r\nA: ", "bb", 2000,
                                     "\r\nContent-Length: "
                                     "0\r\n\r\n"),
                     0);
    assert_int_equal(result_of_large("HTTP/1.1 200 OK\r\nA: ", "bb", 2100,
                                     "\r\nContent-Length: "
                                     "0\r\n\r\n"),
                     FLOTA_ERR_HTTP_REPLY);
    assert_int_equal(result_of_large("", "HTTP/1.1 102 P\r\n\r\n", 8, "HTTP/1.1 204 N\r\n\r\n"), 0);
    assert_int_equal(result_of_large("", "HTTP/1.1 102 P\r\n\r\n", 9, "HTTP/1.1 204 N\r\n\r\n"),
                     FLOTA_ERR_HTTP_REPLY);
}

static void a_connection_that_ends_early_says_where(void **state)
{
    static const struct {
        const char *reply;
        int error;
    } cases[] = {
        {"", FLOTA_ERR_CONNECT_LOST},
        {"HTTP/1.1 200 OK\r\nContent-Le", FLOTA_ERR_CONNECT_LOST},
        {"HTTP/1.1 100 Continue\r\n\r\n", FLOTA_ERR_CONNECT_LOST},
        {"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", FLOTA_ERR_TRANSFER_LOST},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
         FLOTA_ERR_TRANSFER_LOST},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
         FLOTA_ERR_TRANSFER_LOST},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct exchange x;
        begin(&x, "http://a/b");
        run(&x, cases[i].reply, 6);
        assert_int_equal(result(&x), cases[i].error);
    }
}

/* Without a length only an orderly end is the body's end. */
static void a_reset_is_not_the_end_of_a_body_without_length(void **state)
{
    struct exchange x;
    static const char reply[] = "HTTP/1.1 200 OK\r\n\r\nhello";
    (void)state;
    begin(&x, "http://a/b");
    open_it(&x);
    deliver(&x, reply, sizeof reply - 1, 50);
    flota_http_client_protocol.peer_ended(&x.client, 3); /* bytes are still with the adapter */
    assert_int_equal(result(&x), FLOTA_HTTP_CLIENT_PENDING);
    flota_http_client_protocol.close(&x.client);
    assert_int_equal(result(&x), FLOTA_ERR_TRANSFER_LOST);
}

static void the_dials_error_is_the_exchanges(void **state)
{
    struct exchange x;
    (void)state;
    begin(&x, "http://a/b");
    x.dial.state = FLOTA_NETWORK_RESOLVING;
    assert_int_equal(result(&x), FLOTA_HTTP_CLIENT_PENDING);
    x.dial.state = FLOTA_NETWORK_CLOSED;
    x.dial.error = FLOTA_ERR_NAME_UNKNOWN;
    assert_int_equal(result(&x), FLOTA_ERR_NAME_UNKNOWN);
    flota_http_client_protocol.close(&x.client); /* never opened */
    assert_int_equal(result(&x), FLOTA_ERR_NAME_UNKNOWN);
}

static void the_receivers_verdict_ends_the_exchange(void **state)
{
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    struct exchange x;
    (void)state;
    begin(&x, "http://a/b");
    x.head_result = FLOTA_ERR_HTTP_STATUS;
    run(&x, reply, 9);
    assert_int_equal(result(&x), FLOTA_ERR_HTTP_STATUS);
    assert_int_equal(x.body_size, 0);
    begin(&x, "http://a/b");
    x.head_result = 1;
    run(&x, reply, 9);
    assert_body(&x, "");
    begin(&x, "http://a/b");
    x.body_error = FLOTA_ERR_IMAGE_OTHER_BOARD;
    run(&x, reply, 9);
    assert_int_equal(result(&x), FLOTA_ERR_IMAGE_OTHER_BOARD);
}

/* --- time --- */

#define STALL FLOTA_HTTP_CLIENT_STALL_MS

static void poll_at(struct exchange *x, uint32_t now_ms)
{
    flota_http_client_protocol.poll(&x->client, now_ms);
}

static void silence_is_a_stall(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n";
    struct exchange x;
    (void)state;
    begin(&x, "http://a/b");
    uint32_t start = UINT32_MAX - 5; /* the clock wraps */
    flota_http_client_protocol.open(&x.client, &x.get, "a", start);
    poll_at(&x, start + STALL - 1);
    assert_int_equal(result(&x), FLOTA_HTTP_CLIENT_PENDING);
    poll_at(&x, start + STALL);
    assert_int_equal(result(&x), FLOTA_ERR_CONNECT_TIMEOUT);

    begin(&x, "http://a/b");
    flota_http_client_protocol.open(&x.client, &x.get, "a", start);
    deliver(&x, head, sizeof head - 1, 1000);
    x.client.since_ms = start + 10;
    poll_at(&x, start + 9 + STALL);
    assert_int_equal(result(&x), FLOTA_HTTP_CLIENT_PENDING);
    poll_at(&x, start + 10 + STALL);
    assert_int_equal(result(&x), FLOTA_ERR_TRANSFER_STALLED);
}

static void single_bytes_now_and_then_are_a_stall(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n";
    struct exchange x;
    uint32_t now_ms = 0;
    (void)state;
    begin(&x, "http://a/b");
    open_it(&x);
    deliver(&x, head, sizeof head - 1, 1000);
    for (; now_ms < 10 * STALL && result(&x) == FLOTA_HTTP_CLIENT_PENDING; now_ms += 1000) {
        flota_http_client_protocol.receive(&x.client, (const uint8_t *)"x", 1, now_ms);
        poll_at(&x, now_ms);
    }
    assert_int_equal(result(&x), FLOTA_ERR_TRANSFER_STALLED);
    assert_true(now_ms <= 2 * STALL);
}

static void a_slow_but_steady_server_is_no_stall(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 7000\r\n\r\n";
    static uint8_t data[600];
    struct exchange x;
    (void)state;
    begin(&x, "http://a/b");
    open_it(&x);
    deliver(&x, head, sizeof head - 1, 1000);
    for (uint32_t i = 1; i <= 10; i++) {
        poll_at(&x, i * (STALL - 1));
        flota_http_client_protocol.receive(&x.client, data, sizeof data, i * (STALL - 1));
    }
    assert_int_equal(result(&x), FLOTA_HTTP_CLIENT_PENDING);
    assert_int_equal(x.body_size, 6000);
}

/* Flash may be erased for seconds: the server is not to blame. */
static void no_time_runs_while_the_receiver_waits(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    struct exchange x;
    (void)state;
    begin(&x, "http://a/b");
    open_it(&x);
    deliver(&x, head, sizeof head - 1, 1000);
    x.stubborn = 1000;
    assert_int_equal(offer(&x, "hello", 5), 0);
    for (uint32_t now_ms = 0; now_ms < 5 * STALL; now_ms += 1000)
        poll_at(&x, now_ms);
    assert_int_equal(result(&x), FLOTA_HTTP_CLIENT_PENDING);
    x.stubborn = 0;
    assert_int_equal(
        flota_http_client_protocol.receive(&x.client, (const uint8_t *)"hello", 5, 5 * STALL), 5);
    assert_body(&x, "hello");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_split),
        cmocka_unit_test(bad_addresses_are_refused_with_the_reason),
        cmocka_unit_test(long_addresses_are_refused_at_their_limits),
        cmocka_unit_test(relative_addresses_are_resolved_as_rfc_3986_says),
        cmocka_unit_test(redirects_to_nowhere_are_refused),
        cmocka_unit_test(a_request_says_what_was_asked_for),
        cmocka_unit_test(a_conditional_request_carries_its_validators),
        cmocka_unit_test(a_request_that_is_too_long_is_not_sent),
        cmocka_unit_test(good_replies_give_their_body_in_any_split),
        cmocka_unit_test(replies_without_a_body_end_with_their_head),
        cmocka_unit_test(a_part_is_the_one_that_was_asked_for),
        cmocka_unit_test(headers_are_found_whatever_their_case),
        cmocka_unit_test(replies_in_doubt_are_refused_with_the_reason),
        cmocka_unit_test(parts_in_doubt_are_refused_with_the_reason),
        cmocka_unit_test(heads_have_limits),
        cmocka_unit_test(a_connection_that_ends_early_says_where),
        cmocka_unit_test(a_reset_is_not_the_end_of_a_body_without_length),
        cmocka_unit_test(the_dials_error_is_the_exchanges),
        cmocka_unit_test(the_receivers_verdict_ends_the_exchange),
        cmocka_unit_test(silence_is_a_stall),
        cmocka_unit_test(single_bytes_now_and_then_are_a_stall),
        cmocka_unit_test(a_slow_but_steady_server_is_no_stall),
        cmocka_unit_test(no_time_runs_while_the_receiver_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
