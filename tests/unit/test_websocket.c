/* test_websocket.c - the WebSocket: handshake, frames in any split, what is forbidden, time, the
 * end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/websocket.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "websocket_test.h"

#define MESSAGE_MAX 70000u

/* --- a user of the WebSocket that echoes --- */

struct fixture {
    struct flota_http_route routes[2];
    struct flota_http_server server;
    struct client client;
    struct flota_websocket websocket;
    struct flota_websocket_config config;
    bool is_busy, is_mute;
    int opened, closed, count, sent, refused, handled;
    uint32_t sum; /* of all messages, their kinds and lengths */
    size_t reply_size;
    char buffer[MESSAGE_MAX], reply[MESSAGE_MAX];
};

static bool is_ready(void *user)
{
    const struct fixture *f = user;
    return !f->is_busy;
}

static void message(void *user, bool is_text, const char *data, size_t size)
{
    struct fixture *f = user;
    f->count++;
    f->sum = f->sum * 31 + is_text;
    f->sum = f->sum * 31 + (uint32_t)size;
    for (size_t i = 0; i < size; i++)
        f->sum = f->sum * 31 + (uint8_t)data[i];
    if (f->is_mute)
        return;
    if (f->reply_size == 0)
        memcpy(f->reply, data, size);
    if (flota_websocket_send(&f->websocket, is_text, f->reply, size))
        f->reply_size = size;
    else
        f->refused++;
}

static void note_sent(void *user)
{
    struct fixture *f = user;
    f->sent++;
    f->reply_size = 0;
}

static void opened(void *user, const char *peer, uint32_t now_ms)
{
    struct fixture *f = user;
    (void)now_ms;
    assert_string_equal(peer, "192.168.0.5");
    f->opened++;
    f->reply_size = 0;
}

static void closed(void *user)
{
    struct fixture *f = user;
    f->closed++;
}

static void begin(void *context, struct flota_http_connection *connection)
{
    struct fixture *f = context;
    flota_websocket_upgrade(connection, "clubby.cesanta.com", &f->websocket, &f->config);
}

static void begin_other(void *context, struct flota_http_connection *connection)
{
    struct fixture *f = context;
    f->handled++;
    flota_http_respond_text(connection, 200, "text/plain", NULL, "other\n");
}

static const struct flota_http_handler websockets = {.begin = begin};
static const struct flota_http_handler other = {.begin = begin_other};

static void connect_client(struct fixture *f)
{
    client_open(&f->client, &f->server);
    client_send(&f->client, "GET /rpc HTTP/1.1\r\n" HANDSHAKE "\r\n");
    assert_int_equal(client_status(&f->client), 101);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->routes[0] = (struct flota_http_route){"/rpc", "GET", &websockets, f};
    f->routes[1] = (struct flota_http_route){"/rpc", "POST OPTIONS", &other, f};
    f->server = (struct flota_http_server){.routes = f->routes, .route_count = 2};
    f->config = (struct flota_websocket_config){.is_ready = is_ready,
                                                .message = message,
                                                .sent = note_sent,
                                                .opened = opened,
                                                .closed = closed,
                                                .user = f,
                                                .buffer = f->buffer,
                                                .size = MESSAGE_MAX};
    *state = f;
    return 0;
}

static int set_up_connected(void **state)
{
    set_up(state);
    connect_client(*state);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    flota_http_close(&f->client.connection);
    assert_int_equal(f->opened, f->closed);
    free(f);
    return 0;
}

/* --- handshake --- */

static void the_sample_of_the_rfc_is_answered(void **state)
{
    struct fixture *f = *state;
    connect_client(f);
    assert_true(client_got(&f->client, "HTTP/1.1 101 Switching Protocols\r\n"));
    assert_true(client_got(&f->client, "\r\nUpgrade: websocket\r\n"));
    assert_true(client_got(&f->client, "\r\nConnection: Upgrade\r\n"));
    assert_true(client_got(&f->client, "\r\nSec-WebSocket-Accept: " SAMPLE_ACCEPT "\r\n"));
    assert_false(client_got(&f->client, "Sec-WebSocket-Protocol"));
    assert_false(client_got(&f->client, "Content-Length"));
    assert_int_equal(f->opened, 1);
}

static void an_offered_subprotocol_is_chosen(void **state)
{
    struct fixture *f = *state;
    client_open(&f->client, &f->server);
    client_send(&f->client, "GET /rpc HTTP/1.1\r\n" HANDSHAKE
                            "Sec-WebSocket-Protocol: chat, clubby.cesanta.com\r\n\r\n");
    assert_true(client_got(&f->client, "\r\nSec-WebSocket-Protocol: clubby.cesanta.com\r\n"));
}

struct bad_handshake {
    const char *request;
    int status;
};

static void a_bad_handshake_is_refused(void **state)
{
#define HOST    "Host: a\r\n"
#define UPGRADE "Upgrade: websocket\r\n"
#define CONNECT "Connection: Upgrade\r\n"
#define KEY     "Sec-WebSocket-Key: " SAMPLE_KEY "\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
    static const struct bad_handshake cases[] = {
        {"GET /rpc HTTP/1.1\r\n" HOST "\r\n", 426},
        {"GET /rpc HTTP/1.1\r\n" HOST "Upgrade: h2c\r\n" CONNECT KEY VERSION "\r\n", 426},
        {"GET /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT KEY "\r\n", 426},
        {"GET /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT KEY "Sec-WebSocket-Version: 8\r\n\r\n", 426},
        {"GET /rpc HTTP/1.1\r\n" HOST UPGRADE KEY VERSION "\r\n", 400},
        {"GET /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT VERSION "\r\n", 400},
        {"GET /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT VERSION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==\r\n\r\n",
         400},
        {"GET /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT VERSION
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j\r\n\r\n",
         400},
        {"GET /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT KEY VERSION "Content-Length: 1\r\n\r\nx",
         400},
        {"GET /rpc HTTP/1.0\r\n" HOST UPGRADE CONNECT KEY VERSION "\r\n", 400},
        {"HEAD /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT KEY VERSION "\r\n", 400},
        {"POST /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT KEY VERSION "\r\n", 200},
        {"PUT /rpc HTTP/1.1\r\n" HOST UPGRADE CONNECT KEY VERSION "\r\n", 405},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        client_open(&f->client, &f->server);
        client_send(&f->client, cases[i].request);
        assert_int_equal(client_status(&f->client), cases[i].status);
        flota_http_close(&f->client.connection);
    }
    assert_int_equal(f->opened, 0);
}

static void routes_of_one_path_differ_by_method(void **state)
{
    struct fixture *f = *state;
    client_open(&f->client, &f->server);
    client_send(&f->client, "OPTIONS /rpc HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 200);
    assert_int_equal(f->handled, 1);
    client_send(&f->client, "DELETE /rpc HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 405);
    assert_true(client_got(&f->client, "\r\nAllow: GET, HEAD, POST, OPTIONS\r\n"));
}

static void frames_right_behind_the_handshake_wait_for_it(void **state)
{
    struct fixture *f = *state;
    struct stream stream = {.size = 0};
    stream_add(&stream, "GET /rpc HTTP/1.1\r\n" HANDSHAKE "\r\n",
               strlen("GET /rpc HTTP/1.1\r\n" HANDSHAKE "\r\n"));
    add_text(&stream, "early");
    client_open(&f->client, &f->server);
    assert_int_equal(client_offer(&f->client, stream.bytes, stream.size), stream.size);
    assert_last(&f->client, FIN | OP_TEXT, "early");
}

static void a_client_that_leaves_before_the_answer_opens_nothing(void **state)
{
    struct fixture *f = *state;
    client_open(&f->client, &f->server);
    f->client.deaf = true;
    client_send(&f->client, "GET /rpc HTTP/1.1\r\n" HANDSHAKE "\r\n");
    flota_http_close(&f->client.connection);
    assert_int_equal(f->opened, 0);
}

/* --- messages --- */

static char long_text[66000];

static void make_conversation(struct stream *stream)
{
    add_text(stream, "hello");
    add_text(stream, "");
    add_frame(stream, FIN | OP_BINARY, "\x00\xff\x80", 3);
    add_frame(stream, OP_TEXT, "Gr\xc3", 3); /* a character over two frames */
    add_frame(stream, FIN | OP_PING, "are you there", 13);
    add_frame(stream, OP_CONTINUE, "\xbc\xc3", 2);
    add_frame(stream, OP_CONTINUE, "", 0);
    add_frame(stream, FIN | OP_PONG, "nobody asked", 12);
    add_frame(stream, FIN | OP_CONTINUE, "\x9f", 1);
    add_frame(stream, FIN | OP_TEXT, long_text, 125);
    add_frame(stream, FIN | OP_TEXT, long_text, 126);
    add_frame(stream, FIN | OP_TEXT, long_text, 5000); /* more than wslay's buffer */
    add_frame(stream, FIN | OP_BINARY, long_text, sizeof long_text);
    add_frame(stream, FIN | OP_PING, long_text, 125);
    add_frame(stream, FIN | OP_CLOSE,
              "\x03\xe8"
              "bye",
              5);
}

static uint32_t output_sum(const struct client *client)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < client->output_size; i++)
        sum = sum * 31 + (uint8_t)client->output[i];
    return sum;
}

/* max: largest piece. Returns a sum over all that was heard and said. */
static uint32_t converse(struct fixture *f, const struct stream *stream, uint32_t *random,
                         size_t max)
{
    f->count = 0;
    f->sum = 0;
    connect_client(f);
    for (size_t at = 0; at < stream->size;) {
        size_t piece = max == 1 ? 1 : 1 + prng_below(random, (uint32_t)max);
        if (piece > stream->size - at)
            piece = stream->size - at;
        at += client_offer(&f->client, stream->bytes + at, piece);
    }
    assert_int_equal(f->count, 8);
    assert_true(flota_http_wants_close(&f->client.connection));
    flota_http_close(&f->client.connection);
    assert_int_equal(close_code(&f->client), 1000);
    return f->sum ^ output_sum(&f->client);
}

static void a_conversation_is_the_same_in_any_split(void **state)
{
    struct fixture *f = *state;
    static struct stream stream;
    uint32_t random = 7;
    stream.size = 0;
    memset(long_text, 'x', sizeof long_text);
    make_conversation(&stream);
    f->is_mute = true; /* a reply of 66,000 bytes is not this test's */
    uint32_t expected = converse(f, &stream, &random, 1);
    for (int i = 0; i < 60; i++)
        assert_int_equal(converse(f, &stream, &random, i % 2 ? 20 : 9000), expected);
}

static void a_message_over_several_frames_is_one(void **state)
{
    struct fixture *f = *state;
    send_frame(&f->client, OP_TEXT, "one, ", 5);
    send_frame(&f->client, FIN | OP_PING, "p", 1);
    assert_last(&f->client, FIN | OP_PONG, "p");
    send_frame(&f->client, OP_CONTINUE, "two, ", 5);
    send_frame(&f->client, FIN | OP_CONTINUE, "three", 5);
    assert_last(&f->client, FIN | OP_TEXT, "one, two, three");
    assert_int_equal(f->count, 1);
}

static void a_message_as_large_as_the_buffer_is_taken(void **state)
{
    struct fixture *f = *state;
    f->config.size = 300;
    send_frame(&f->client, OP_TEXT, long_text, 299);
    send_frame(&f->client, FIN | OP_CONTINUE, "x", 1);
    assert_int_equal(f->count, 1);
    assert_int_equal(last_frame(&f->client).size, 300);
    send_frame(&f->client, FIN | OP_TEXT, long_text, 301);
    assert_int_equal(close_code(&f->client), 1009);
    assert_int_equal(f->count, 1);
}

static void fragments_that_are_too_large_together_close(void **state)
{
    struct fixture *f = *state;
    f->config.size = 300;
    send_frame(&f->client, OP_TEXT, long_text, 200);
    send_frame(&f->client, FIN | OP_CONTINUE, long_text, 101);
    assert_int_equal(close_code(&f->client), 1009);
    assert_int_equal(f->count, 0);
}

static void a_second_message_waits_for_the_first_one_s_acknowledgement(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    send_text(&f->client, "first");
    send_text(&f->client, "second");
    assert_int_equal(f->refused, 1);
    assert_int_equal(f->sent, 0);
    f->client.deaf = false;
    flota_http_acked(&f->client.connection, 7, f->client.now_ms);
    assert_int_equal(f->sent, 1);
    send_text(&f->client, "third");
    assert_last(&f->client, FIN | OP_TEXT, "third");
}

static void what_its_user_is_not_ready_for_stays_outside(void **state)
{
    struct fixture *f = *state;
    struct stream stream = {.size = 0};
    f->is_busy = true;
    add_frame(&stream, FIN | OP_PING, "p", 1);
    size_t readable = stream.size;
    add_text(&stream, "late");
    add_text(&stream, "");
    assert_int_equal(client_offer(&f->client, stream.bytes, stream.size), readable);
    assert_last(&f->client, FIN | OP_PONG, "p");
    f->is_busy = false;
    f->is_mute = true;
    client_offer(&f->client, stream.bytes + readable, stream.size - readable);
    assert_int_equal(f->count, 2);
}

/* --- wslay's client at the other end --- */

struct wslay_client {
    struct wslay_frame_context context; /* as wslay_frame_context_init() makes it on the heap */
    struct stream out;
    const struct client *client;
    size_t at; /* in the server's output */
};

static ssize_t wslay_send(const uint8_t *data, size_t size, int flags, void *user)
{
    struct wslay_client *peer = user;
    (void)flags;
    stream_add(&peer->out, data, size);
    return (ssize_t)size;
}

static ssize_t wslay_receive(uint8_t *buffer, size_t size, int flags, void *user)
{
    struct wslay_client *peer = user;
    size_t left = peer->client->output_size - peer->at;
    (void)flags;
    if (size > left)
        size = left;
    memcpy(buffer, peer->client->output + peer->at, size);
    peer->at += size;
    return (ssize_t)size;
}

static int wslay_mask(uint8_t *buffer, size_t size, void *user)
{
    static uint32_t random = 1;
    (void)user;
    for (size_t i = 0; i < size; i++)
        buffer[i] = (uint8_t)prng_below(&random, 256);
    return 0;
}

static void exchange_by_wslay(struct wslay_client *peer, struct client *client, size_t size)
{
    struct wslay_frame_iocb frame = {.fin = 1,
                                     .opcode = WSLAY_BINARY_FRAME,
                                     .payload_length = size,
                                     .mask = 1,
                                     .data = (const uint8_t *)long_text,
                                     .data_length = size};
    size_t received = 0;
    peer->out.size = 0;
    assert_int_equal(wslay_frame_send(&peer->context, &frame), size);
    client_offer(client, peer->out.bytes, peer->out.size);
    do {
        ssize_t part = wslay_frame_recv(&peer->context, &frame);
        assert_true(part >= 0);
        assert_memory_equal(frame.data, long_text + received, (size_t)part);
        received += (size_t)part;
    } while (received < size);
    assert_int_equal(frame.payload_length, size);
    assert_int_equal(frame.opcode, WSLAY_BINARY_FRAME);
    assert_int_equal(frame.mask, 0);
}

static void a_client_made_of_wslay_is_understood_and_understands(void **state)
{
    static const size_t sizes[] = {0, 1, 125, 126, 127, 4096, 5000, 60000};
    static struct wslay_client peer;
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof long_text; i++)
        long_text[i] = (char)(i * 7 + i / 251);
    peer.client = &f->client;
    peer.context = (struct wslay_frame_context){
        .ibufmark = peer.context.ibuf,
        .ibuflimit = peer.context.ibuf,
        .istate = RECV_HEADER1,
        .ireqread = 2,
        .ostate = PREP_HEADER,
        .callbacks = {wslay_send, wslay_receive, wslay_mask},
        .user_data = &peer,
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        f->client.output_size = frames_at(&f->client); /* only the handshake's answer stays */
        peer.at = f->client.output_size;
        exchange_by_wslay(&peer, &f->client, sizes[i]);
    }
}

/* --- what is forbidden --- */

struct violation {
    const char *name;
    int code;
    size_t size;
    const char *bytes; /* mask 0000 */
};

#define M0 "\0\0\0\0"

static const struct violation violations[] = {
    {"a frame without mask", 1002, 3, "\x81\x01x"},
    {"a reserved bit", 1002, 7, "\xc1\x81" M0 "x"},
    {"reserved bit 3 of a ping", 1002, 6, "\x99\x80" M0},
    {"opcode 3", 1002, 7, "\x83\x81" M0 "x"},
    {"opcode 11", 1002, 7, "\x8b\x81" M0 "x"},
    {"a continuation of nothing", 1002, 7, "\x80\x81" M0 "x"},
    {"a message inside a message", 1002, 14, "\x01\x81" M0 "x\x81\x81" M0 "x"},
    {"a continuation behind the end", 1002, 14, "\x81\x81" M0 "x\x80\x81" M0 "x"},
    {"a ping over two frames", 1002, 7, "\x09\x81" M0 "x"},
    {"a ping of 126 bytes", 1002, 8, "\x89\xfe\x00\x7e" M0},
    {"a length of 5 in 16 bits", 1002, 8, "\x81\xfe\x00\x05" M0},
    {"a length of 5 in 64 bits", 1002, 14, "\x81\xff\0\0\0\0\0\0\0\x05" M0},
    {"a length over 2^63", 1002, 14, "\x81\xff\x80\0\0\0\0\0\0\0" M0},
    {"a length of 2^62", 1009, 15, "\x81\xff\x40\0\0\0\0\0\0\0" M0 "x"},
    {"text that is no UTF-8", 1007, 8, "\x81\x82" M0 "\xc3("},
    {"text that ends in a character", 1007, 7, "\x81\x81" M0 "\xc3"},
    {"a surrogate", 1007, 9, "\x81\x83" M0 "\xed\xa0\x80"},
    {"a close frame of one byte", 1002, 7, "\x88\x81" M0 "\x03"},
    {"close code 999", 1002, 8, "\x88\x82" M0 "\x03\xe7"},
    {"close code 1005", 1002, 8, "\x88\x82" M0 "\x03\xed"},
    {"close code 1006", 1002, 8, "\x88\x82" M0 "\x03\xee"},
    {"close code 2000", 1002, 8, "\x88\x82" M0 "\x07\xd0"},
    {"close code 65535", 1002, 8, "\x88\x82" M0 "\xff\xff"},
    {"a reason that is no UTF-8", 1007, 9, "\x88\x83" M0 "\x03\xe8\xff"},
    {"close code 1000", 1000, 8, "\x88\x82" M0 "\x03\xe8"},
    {"close code 4999", 4999, 8, "\x88\x82" M0 "\x13\x87"},
    {"an empty close frame", 1000, 6, "\x88\x80" M0},
};

static void what_is_forbidden_closes_with_its_code(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof violations / sizeof *violations; i++) {
        const struct violation *violation = &violations[i];
        for (int split = 0; split < 2; split++) {
            connect_client(f);
            size_t piece = split ? 1 : violation->size;
            for (size_t at = 0; at < violation->size; at += piece)
                client_offer(&f->client, violation->bytes + at, piece);
            if (close_code(&f->client) != violation->code)
                fail_msg("%s: closed with %d", violation->name, close_code(&f->client));
            flota_http_close(&f->client.connection);
        }
    }
}

static void after_a_violation_input_is_dropped_until_the_end(void **state)
{
    struct fixture *f = *state;
    client_offer(&f->client, "\x83\x81" M0 "x", 7);
    assert_int_equal(close_code(&f->client), 1002);
    assert_true(flota_http_output_ended(&f->client.connection));
    assert_false(flota_http_wants_close(&f->client.connection));
    send_text(&f->client, "still here");
    assert_int_equal(f->count, 0);
    send_frame(&f->client, FIN | OP_CLOSE, "\x03\xe8", 2); /* nobody knows whether it is one */
    assert_false(flota_http_wants_close(&f->client.connection));
    flota_http_peer_ended(&f->client.connection, 0);
    assert_true(flota_http_wants_close(&f->client.connection));
}

/* --- the end --- */

static void a_client_s_close_is_echoed_and_then_the_server_closes(void **state)
{
    struct fixture *f = *state;
    send_frame(&f->client, FIN | OP_CLOSE, "\x03\xe9going", 7);
    assert_int_equal(close_code(&f->client), 1001);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_server_s_close_waits_for_the_client_s(void **state)
{
    struct fixture *f = *state;
    flota_websocket_close(&f->websocket, FLOTA_WEBSOCKET_FAILED);
    client_collect(&f->client);
    assert_int_equal(close_code(&f->client), 1011);
    send_text(&f->client, "I had not seen it"); /* read, and dropped */
    assert_int_equal(f->count, 0);
    assert_false(flota_http_wants_close(&f->client.connection));
    send_frame(&f->client, FIN | OP_CLOSE, "\x03\xf3", 2);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_server_s_close_waits_five_seconds(void **state)
{
    struct fixture *f = *state;
    flota_websocket_close(&f->websocket, FLOTA_WEBSOCKET_NORMAL);
    client_collect(&f->client);
    client_wait(&f->client, FLOTA_WEBSOCKET_CLOSE_MS - 1);
    assert_false(flota_http_wants_close(&f->client.connection));
    client_wait(&f->client, 1);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_message_on_its_way_goes_before_the_close(void **state)
{
    struct fixture *f = *state;
    struct frame frame;
    f->client.deaf = true;
    send_text(&f->client, "answer me");
    flota_websocket_close(&f->websocket, FLOTA_WEBSOCKET_NORMAL);
    f->client.deaf = false;
    flota_http_acked(&f->client.connection, 11, f->client.now_ms);
    client_collect(&f->client);
    size_t at = frames_at(&f->client);
    assert_true(read_frame(&f->client, &at, &frame));
    assert_int_equal(frame.first, FIN | OP_TEXT);
    assert_int_equal(close_code(&f->client), 1000);
}

static void a_client_that_ends_without_a_word_is_lost(void **state)
{
    struct fixture *f = *state;
    send_frame(&f->client, OP_TEXT, "half", 4);
    flota_http_peer_ended(&f->client.connection, 3);
    assert_false(flota_http_wants_close(&f->client.connection));
    flota_http_peer_ended(&f->client.connection, 0);
    assert_true(flota_http_wants_close(&f->client.connection));
    flota_http_close(&f->client.connection);
    flota_websocket_protocol.close(&f->websocket); /* harmless */
    assert_int_equal(f->closed, 1);
}

/* --- time --- */

static void a_silent_client_is_asked_and_then_given_up(void **state)
{
    struct fixture *f = *state;
    client_wait(&f->client, FLOTA_WEBSOCKET_PING_MS - 1);
    assert_int_equal(last_frame(&f->client).first, 0);
    client_wait(&f->client, 1);
    assert_last(&f->client, FIN | OP_PING, "");
    client_wait(&f->client, FLOTA_WEBSOCKET_PONG_MS - 1);
    assert_false(flota_http_wants_close(&f->client.connection));
    client_wait(&f->client, 1);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_client_that_answers_pings_stays(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++) {
        client_wait(&f->client, FLOTA_WEBSOCKET_PING_MS);
        assert_last(&f->client, FIN | OP_PING, "");
        assert_int_equal(f->client.output_size - frames_at(&f->client), 2 * (i + 1));
        client_wait(&f->client, FLOTA_WEBSOCKET_PONG_MS / 2);
        send_frame(&f->client, FIN | OP_PONG, "", 0);
    }
    send_text(&f->client, "here");
    assert_last(&f->client, FIN | OP_TEXT, "here");
}

static void a_client_that_acknowledges_nothing_is_given_up_though_it_talks(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    for (uint32_t ms = 0; ms < FLOTA_WEBSOCKET_SEND_MS; ms += 1000) {
        send_text(&f->client, "talk");
        assert_false(flota_http_wants_close(&f->client.connection));
        client_wait(&f->client, 1000);
    }
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_client_that_acknowledges_byte_by_byte_is_given_up(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    send_text(&f->client, "a long talk, acknowledged in bits");
    for (uint32_t ms = 0; ms < FLOTA_WEBSOCKET_SEND_MS; ms += 5000) {
        assert_false(flota_http_wants_close(&f->client.connection));
        flota_http_acked(&f->client.connection, 1, f->client.now_ms);
        client_wait(&f->client, 5000);
    }
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void of_many_pings_the_last_is_answered(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    send_frame(&f->client, FIN | OP_PING, "1", 1);
    send_frame(&f->client, FIN | OP_PING, "2", 1);
    send_frame(&f->client, FIN | OP_PING, "3", 1);
    f->client.deaf = false;
    flota_http_acked(&f->client.connection, 3, f->client.now_ms);
    client_collect(&f->client);
    assert_last(&f->client, FIN | OP_PONG, "3");
    assert_int_equal(f->client.output_size - frames_at(&f->client), 6);
}

/* --- noise --- */

static void mutate(struct stream *stream, uint32_t *random)
{
    uint32_t changes = 1 + prng_below(random, 4);
    for (uint32_t i = 0; i < changes; i++)
        stream->bytes[prng_below(random, (uint32_t)stream->size)] =
            (uint8_t)prng_below(random, 256);
    if (prng_below(random, 4) == 0)
        stream->size = 1 + prng_below(random, (uint32_t)stream->size);
}

static void send_noise(struct fixture *f, uint32_t *random)
{
    struct stream stream = {.size = 0};
    add_text(&stream, "{\"id\":1,\"method\":\"RPC.List\"}");
    add_frame(&stream, OP_TEXT, "Gr\xc3\xbc", 4);
    add_frame(&stream, FIN | OP_PING, "ping", 4);
    add_frame(&stream, FIN | OP_CONTINUE, "\xc3\x9f", 2);
    add_frame(&stream, FIN | OP_BINARY, long_text, 200);
    add_frame(&stream, FIN | OP_CLOSE, "\x03\xe8", 2);
    mutate(&stream, random);
    connect_client(f);
    for (size_t at = 0; at < stream.size;) {
        size_t piece = 1 + prng_below(random, 60);
        if (piece > stream.size - at)
            piece = stream.size - at;
        assert_int_equal(client_offer(&f->client, stream.bytes + at, piece), piece);
        at += piece;
    }
    last_frame(&f->client); /* whole frames */
    client_wait(&f->client, FLOTA_WEBSOCKET_PING_MS);
    client_wait(&f->client, FLOTA_WEBSOCKET_PONG_MS);
    assert_true(flota_http_wants_close(&f->client.connection));
    flota_http_close(&f->client.connection);
}

static void after_10000_mutated_streams_a_good_client_is_served(void **state)
{
    struct fixture *f = *state;
    uint32_t random = 2024;
    for (int i = 0; i < 10000; i++)
        send_noise(f, &random);
    connect_client(f);
    send_text(&f->client, "good");
    assert_last(&f->client, FIN | OP_TEXT, "good");
}

#define TEST(name)      cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define CONNECTED(name) cmocka_unit_test_setup_teardown(name, set_up_connected, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_sample_of_the_rfc_is_answered),
        TEST(an_offered_subprotocol_is_chosen),
        TEST(a_bad_handshake_is_refused),
        TEST(routes_of_one_path_differ_by_method),
        TEST(frames_right_behind_the_handshake_wait_for_it),
        TEST(a_client_that_leaves_before_the_answer_opens_nothing),
        TEST(a_conversation_is_the_same_in_any_split),
        CONNECTED(a_message_over_several_frames_is_one),
        CONNECTED(a_message_as_large_as_the_buffer_is_taken),
        CONNECTED(fragments_that_are_too_large_together_close),
        CONNECTED(a_second_message_waits_for_the_first_one_s_acknowledgement),
        CONNECTED(what_its_user_is_not_ready_for_stays_outside),
        CONNECTED(a_client_made_of_wslay_is_understood_and_understands),
        TEST(what_is_forbidden_closes_with_its_code),
        CONNECTED(after_a_violation_input_is_dropped_until_the_end),
        CONNECTED(a_client_s_close_is_echoed_and_then_the_server_closes),
        CONNECTED(a_server_s_close_waits_for_the_client_s),
        CONNECTED(a_server_s_close_waits_five_seconds),
        CONNECTED(a_message_on_its_way_goes_before_the_close),
        CONNECTED(a_client_that_ends_without_a_word_is_lost),
        CONNECTED(a_silent_client_is_asked_and_then_given_up),
        CONNECTED(a_client_that_answers_pings_stays),
        CONNECTED(a_client_that_acknowledges_nothing_is_given_up_though_it_talks),
        CONNECTED(a_client_that_acknowledges_byte_by_byte_is_given_up),
        CONNECTED(of_many_pings_the_last_is_answered),
        TEST(after_10000_mutated_streams_a_good_client_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
