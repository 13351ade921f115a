/* fuzz_websocket.c - any bytes to a WebSocket after its handshake: once whole, once in pieces, with
 * a user who is not always ready. Both must give the same messages and the same close code; what
 * goes out must be frames; the session must end once.
 *
 * The first byte of the input chooses the pieces; the rest is what the client sends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/utf8.h"
#include "flota/websocket.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MESSAGE_MAX 1000u
#define OUTPUT_MAX  (1u << 16)

static const char handshake[] = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct run {
    struct flota_websocket websocket;
    struct flota_websocket_config config;
    int opened, closed, count, code;
    bool echoes, is_busy;
    uint32_t sum;
    size_t output_size;
    uint8_t output[OUTPUT_MAX];
    char buffer[MESSAGE_MAX], reply[MESSAGE_MAX];
};

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static bool is_ready(void *user)
{
    struct run *run = user;
    run->is_busy = !run->is_busy; /* every other time */
    return run->is_busy;
}

static void message(void *user, bool is_text, const char *data, size_t size)
{
    struct run *run = user;
    REQUIRE(size <= MESSAGE_MAX);
    for (size_t at = 0, length; is_text && at < size; at += length)
        REQUIRE((length = flota_utf8_length(data + at, size - at)) > 0);
    run->count++;
    run->sum = run->sum * 31 + is_text;
    for (size_t i = 0; i < size; i++)
        run->sum = run->sum * 31 + (uint8_t)data[i];
    if (run->echoes && flota_websocket_send(&run->websocket, is_text, run->reply, size))
        memcpy(run->reply, data, size);
}

static void opened(void *user, const char *peer, uint32_t now_ms)
{
    struct run *run = user;
    (void)peer;
    (void)now_ms;
    run->opened++;
}

static void closed(void *user)
{
    struct run *run = user;
    run->closed++;
}

static void begin(void *context, struct flota_http_connection *connection)
{
    struct run *run = context;
    REQUIRE(flota_websocket_upgrade(connection, NULL, &run->websocket, &run->config) == 0);
}

static const struct flota_http_handler handler = {.begin = begin};

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

/* What went out is whole frames without mask; nothing follows a close frame, whose code is kept. */
static void check_output(struct run *run)
{
    for (size_t at = 0; at < run->output_size;) {
        const uint8_t *frame = run->output + at;
        REQUIRE(run->code == 0 && run->output_size - at >= 2 && frame[1] <= 126);
        size_t size = frame[1], head = 2;
        if (size == 126) {
            REQUIRE(run->output_size - at >= 4);
            size = (size_t)frame[2] << 8 | frame[3];
            head = 4;
        }
        REQUIRE((frame[0] & 0xf0) == 0x80 && run->output_size - at >= head + size);
        if (frame[0] == 0x88)
            run->code = frame[2] << 8 | frame[3];
        at += head + size;
    }
}

static void open_websocket(struct run *run, struct flota_http_connection *connection,
                           struct flota_http_server *server, bool echoes)
{
    memset(run, 0, sizeof *run);
    run->echoes = echoes;
    run->config = (struct flota_websocket_config){.is_ready = is_ready,
                                                  .message = message,
                                                  .opened = opened,
                                                  .closed = closed,
                                                  .user = run,
                                                  .buffer = run->buffer,
                                                  .size = MESSAGE_MAX};
    flota_http_open(connection, server, "192.168.0.5", 0);
    flota_http_receive(connection, (const uint8_t *)handshake, sizeof handshake - 1, 0);
    collect(run, connection);
    REQUIRE(run->opened == 1);
    run->output_size = 0;
}

/* Send all, in pieces when random is not NULL. */
static void talk(struct run *run, const uint8_t *data, size_t size, uint32_t *random)
{
    static struct flota_http_connection connection;
    struct flota_http_route route = {"/", "GET", &handler, run};
    struct flota_http_server server = {.routes = &route, .route_count = 1};
    open_websocket(run, &connection, &server, random != NULL);
    for (int idle = 0; size > 0 && idle < 3;) {
        size_t piece = random ? 1 + prng_below(random, 50) : size;
        if (piece > size)
            piece = size;
        uint8_t *copy = malloc(piece); /* so that reading behind it is seen */
        memcpy(copy, data, piece);
        size_t taken = flota_http_receive(&connection, copy, piece, 0);
        free(copy);
        REQUIRE(taken <= piece);
        if (random)
            collect(run, &connection);
        data += taken;
        size -= taken;
        idle = taken ? 0 : idle + 1;
    }
    REQUIRE(size == 0);
    collect(run, &connection);
    flota_http_peer_ended(&connection, 0);
    collect(run, &connection);
    REQUIRE(flota_http_wants_close(&connection));
    flota_http_close(&connection);
    REQUIRE(run->closed == 1);
    check_output(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run whole, pieces;
    if (size < 1 || size > 8192)
        return 0;
    uint32_t random = data[0];
    talk(&whole, data + 1, size - 1, NULL);
    talk(&pieces, data + 1, size - 1, &random);
    REQUIRE(whole.count == pieces.count && whole.sum == pieces.sum);
    REQUIRE(whole.code == pieces.code);
    return 0;
}
