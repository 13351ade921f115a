/* http_test_handlers.h - the handlers that the tests of the HTTP server serve with, and what they
 * saw.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef HTTP_TEST_HANDLERS_H
#define HTTP_TEST_HANDLERS_H

#include "flota/error.h"
#include "http_test.h"
#include <stdio.h>

/* What the handlers have seen. */
struct seen {
    int begun, ended, waited, done;
    bool response_sent;
    int reason;
    size_t body_size;
    uint32_t body_sum;
    char first[64]; /* bytes of the body */
    size_t take;    /* at most so many bytes at once; 0: none */
    int waits;      /* before the answer */
    bool respond_in_done;
};

static void note_begin(void *context, struct flota_http_connection *connection)
{
    struct seen *seen = context;
    (void)connection;
    seen->begun++;
    seen->body_size = 0;
    seen->body_sum = 0;
}

static size_t take_body(void *context, struct flota_http_connection *connection,
                        const uint8_t *data, size_t size)
{
    struct seen *seen = context;
    (void)connection;
    assert_true(size > 0);
    if (size > seen->take)
        size = seen->take;
    for (size_t i = 0; i < size; i++) {
        if (seen->body_size < sizeof seen->first - 1)
            seen->first[seen->body_size] = (char)data[i];
        seen->body_sum = seen->body_sum * 31 + data[i];
        seen->body_size++;
    }
    return size;
}

static void answer(void *context, struct flota_http_connection *connection)
{
    struct seen *seen = context;
    struct flota_http_text path = flota_http_path(connection);
    char text[128];
    seen->ended++;
    snprintf(text, sizeof text, "%.*s %.*s %u %08x\n", (int)connection->method.size,
             connection->method.data, (int)path.size, path.data, (unsigned)seen->body_size,
             seen->body_sum);
    flota_http_respond_text(connection, 200, "text/plain", NULL, text);
}

static void begin_waiting(void *context, struct flota_http_connection *connection)
{
    struct seen *seen = context;
    (void)connection;
    seen->ended++;
}

static void wait_and_answer(void *context, struct flota_http_connection *connection)
{
    struct seen *seen = context;
    if (++seen->waited > seen->waits)
        flota_http_respond_text(connection, 200, "text/plain", NULL, "waited\n");
}

static void note_done(void *context, struct flota_http_connection *connection, bool response_sent,
                      int reason)
{
    struct seen *seen = context;
    seen->done++;
    seen->response_sent = response_sent;
    seen->reason = reason;
    if (seen->respond_in_done)
        flota_http_respond_text(connection, 408, "text/plain", NULL, "own words\n");
}

static void refuse(void *context, struct flota_http_connection *connection)
{
    note_begin(context, connection);
    flota_http_respond_text(connection, 403, "text/plain", NULL, "not you\n");
}

static const char page[] = "the page";

static void serve_page(void *context, struct flota_http_connection *connection)
{
    note_begin(context, connection);
    flota_http_respond(connection, 200, "text/html", "Cache-Control: no-cache\r\n", page,
                       sizeof page - 1);
}

static void serve_too_much(void *context, struct flota_http_connection *connection)
{
    static char text[FLOTA_HTTP_TEXT_MAX + 2];
    note_begin(context, connection);
    memset(text, 'x', sizeof text - 1);
    flota_http_respond_text(connection, 200, "text/plain", NULL, text);
}

static void serve_query(void *context, struct flota_http_connection *connection)
{
    char value[8] = "", text[64];
    note_begin(context, connection);
    int size = flota_http_query(connection, "a", value, sizeof value);
    snprintf(text, sizeof text, "%d [%s]\n", size, size < 0 ? "" : value);
    flota_http_respond_text(connection, 200, "text/plain", NULL, text);
}

static const struct flota_http_handler echo = {note_begin, take_body, answer, NULL, note_done};
static const struct flota_http_handler slow = {note_begin, take_body, begin_waiting,
                                               wait_and_answer, note_done};
static const struct flota_http_handler refusing = {refuse, take_body, answer, NULL, note_done};
static const struct flota_http_handler paging = {.begin = serve_page, .done = note_done};
static const struct flota_http_handler too_much = {.begin = serve_too_much, .done = note_done};
static const struct flota_http_handler querying = {.begin = serve_query, .done = note_done};

struct fixture {
    struct seen seen;
    struct flota_http_route routes[7];
    struct flota_http_server server;
    struct client client;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->seen.take = SIZE_MAX;
    f->routes[0] = (struct flota_http_route){"/", "GET", &paging, &f->seen};
    f->routes[1] = (struct flota_http_route){"/echo", "POST PUT GET", &echo, &f->seen};
    f->routes[2] = (struct flota_http_route){"/api/", "GET POST", &echo, &f->seen};
    f->routes[3] = (struct flota_http_route){"/refused", "POST", &refusing, &f->seen};
    f->routes[4] = (struct flota_http_route){"/slow", "POST", &slow, &f->seen};
    f->routes[5] = (struct flota_http_route){"/too-much", "GET", &too_much, &f->seen};
    f->routes[6] = (struct flota_http_route){"/query", "GET", &querying, &f->seen};
    f->server = (struct flota_http_server){.routes = f->routes, .route_count = 7};
    client_open(&f->client, &f->server);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

#define GET   "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST  "POST /echo HTTP/1.1\r\nHost: a\r\n"
#define CHUNK POST "Transfer-Encoding: chunked\r\n\r\n"

#endif
