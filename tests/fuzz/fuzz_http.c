/* fuzz_http.c - any bytes to the HTTP server: once whole, once in pieces. Both must give the same
 * answers, each exchange must end exactly once, and what goes out must be HTTP.
 *
 * The first byte of the input chooses the pieces; the rest is what the client sends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/http.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUTPUT_MAX (1u << 18)

struct run {
    int begun, done;
    uint32_t sum;
    uint32_t taken;
    size_t output_size;
    char output[OUTPUT_MAX];
};

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void begin(void *context, struct flota_http_connection *connection)
{
    struct run *run = context;
    char value[16];
    run->begun++;
    run->sum = 0;
    if (flota_http_query(connection, "refuse", value, sizeof value) >= 0)
        flota_http_respond_text(connection, 403, "text/plain", "X: y\r\n", value);
    else if (flota_http_header(connection, "X-Close").data)
        flota_http_close_after(connection);
}

/* Not more than 7 bytes at once: back-pressure. */
static size_t take(void *context, struct flota_http_connection *connection, const uint8_t *data,
                   size_t size)
{
    struct run *run = context;
    (void)connection;
    REQUIRE(size > 0);
    if (size > 7)
        size = 7;
    for (size_t i = 0; i < size; i++)
        run->sum = run->sum * 31 + data[i];
    return size;
}

static void answer(void *context, struct flota_http_connection *connection)
{
    struct run *run = context;
    char text[32];
    snprintf(text, sizeof text, "%08x\n", run->sum);
    flota_http_respond_text(connection, 200, "text/plain", NULL, text);
}

static void done(void *context, struct flota_http_connection *connection, bool sent, int reason)
{
    struct run *run = context;
    (void)connection;
    REQUIRE(sent == (reason == 0));
    run->done++;
}

static const struct flota_http_handler handler = {begin, take, answer, NULL, done};

static void collect(struct run *run, struct flota_http_connection *connection)
{
    const uint8_t *data;
    size_t size;
    while ((size = flota_http_output(connection, &data)) > 0) {
        REQUIRE(run->output_size + size <= OUTPUT_MAX);
        memcpy(run->output + run->output_size, data, size);
        run->output_size += size;
        flota_http_sent(connection, size);
        flota_http_acked(connection, size, 0);
    }
}

/* Send all, in pieces when random is not NULL. */
static void talk(struct run *run, const uint8_t *data, size_t size, uint32_t *random)
{
    static struct flota_http_connection connection;
    struct flota_http_route routes[] = {{"/", "GET POST", &handler, run},
                                        {"/api/", "GET POST PUT", &handler, run}};
    struct flota_http_server server = {.routes = routes, .route_count = 2};
    memset(run, 0, sizeof *run);
    flota_http_open(&connection, &server, "192.168.0.5", 0);
    for (int idle = 0; size > 0 && idle < 3;) {
        size_t piece = random ? 1 + prng_below(random, 50) : size;
        if (piece > size)
            piece = size;
        uint8_t *copy = malloc(piece); /* so that reading behind it is seen */
        memcpy(copy, data, piece);
        size_t taken = flota_http_receive(&connection, copy, piece, 0);
        free(copy);
        REQUIRE(taken <= piece);
        collect(run, &connection);
        data += taken;
        size -= taken;
        REQUIRE(run->begun - run->done <= 1);
        idle = taken ? 0 : idle + 1;
    }
    flota_http_peer_ended(&connection, 0);
    collect(run, &connection);
    flota_http_close(&connection);
    REQUIRE(run->begun == run->done);
    REQUIRE(run->output_size == 0 || memcmp(run->output, "HTTP/1.1 ", 9) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run whole, pieces;
    if (size < 1 || size > 8192)
        return 0;
    uint32_t random = data[0];
    talk(&whole, data + 1, size - 1, NULL);
    talk(&pieces, data + 1, size - 1, &random);
    REQUIRE(whole.output_size == pieces.output_size);
    REQUIRE(memcmp(whole.output, pieces.output, whole.output_size) == 0);
    return 0;
}
