/* websocket_test.h - a WebSocket client without a network, on http_test.h's client: frames are made
 * and read here by hand, not with the code under test.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WEBSOCKET_TEST_H
#define WEBSOCKET_TEST_H

#include "http_test.h"
#include <stdio.h>

#define OP_CONTINUE 0x0
#define OP_TEXT     0x1
#define OP_BINARY   0x2
#define OP_CLOSE    0x8
#define OP_PING     0x9
#define OP_PONG     0xa
#define FIN         0x80

/* The key of RFC 6455 1.3, and its answer. */
#define SAMPLE_KEY    "dGhlIHNhbXBsZSBub25jZQ=="
#define SAMPLE_ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

#define HANDSHAKE                                                                                  \
    "Host: 192.168.0.10\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"              \
    "Sec-WebSocket-Key: " SAMPLE_KEY "\r\nSec-WebSocket-Version: 13\r\n"

/* Bytes of frames. */
struct stream {
    uint8_t bytes[80000];
    size_t size;
};

static inline void stream_add(struct stream *stream, const void *data, size_t size)
{
    assert_true(size <= sizeof stream->bytes - stream->size);
    if (size > 0)
        memcpy(stream->bytes + stream->size, data, size);
    stream->size += size;
}

/* A masked frame. first: FIN | opcode, and reserved bits where a test wants them. */
static inline void add_frame(struct stream *stream, uint8_t first, const void *data, size_t size)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t head[14] = {first};
    size_t used = 2;
    if (size < 126) {
        head[1] = (uint8_t)(0x80 | size);
    } else if (size < 65536) {
        head[1] = 0x80 | 126;
        head[2] = (uint8_t)(size >> 8);
        head[3] = (uint8_t)size;
        used = 4;
    } else {
        head[1] = 0x80 | 127;
        for (size_t i = 0; i < 8; i++)
            head[2 + i] = (uint8_t)((uint64_t)size >> (56 - 8 * i));
        used = 10;
    }
    memcpy(head + used, mask, 4);
    stream_add(stream, head, used + 4);
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(((const uint8_t *)data)[i] ^ mask[i % 4]);
        stream_add(stream, &byte, 1);
    }
}

static inline void add_text(struct stream *stream, const char *text)
{
    add_frame(stream, FIN | OP_TEXT, text, strlen(text));
}

static inline void send_frame(struct client *client, uint8_t first, const void *data, size_t size)
{
    struct stream stream = {.size = 0};
    add_frame(&stream, first, data, size);
    client_offer(client, stream.bytes, stream.size);
}

static inline void send_text(struct client *client, const char *text)
{
    send_frame(client, FIN | OP_TEXT, text, strlen(text));
}

/* --- what the server has sent --- */

struct frame {
    uint8_t first;
    const char *data;
    size_t size;
};

/* The frame at *at of the output, which is moved behind it. Returns false when there is no whole
 * one. A server's frames have no mask. */
static inline bool read_frame(const struct client *client, size_t *at, struct frame *frame)
{
    const uint8_t *bytes = (const uint8_t *)client->output + *at;
    size_t left = client->output_size - *at, head = 2;
    if (left < 2)
        return false;
    frame->first = bytes[0];
    frame->size = bytes[1];
    assert_in_range(frame->size, 0, 126);
    if (frame->size == 126) {
        frame->size = (size_t)bytes[2] << 8 | bytes[3];
        assert_true(frame->size >= 126);
        head = 4;
    }
    frame->data = (const char *)bytes + head;
    if (left < head + frame->size)
        return false;
    *at += head + frame->size;
    return true;
}

/* Where the frames begin: behind the handshake's answer. */
static inline size_t frames_at(const struct client *client)
{
    const char *answer = strstr(client->output, "HTTP/1.1 101 ");
    const char *end = answer ? strstr(answer, "\r\n\r\n") : NULL;
    assert_non_null(end);
    return (size_t)(end - client->output) + 4;
}

/* The last frame; first is 0 when there is none. Output must hold whole frames only. */
static inline struct frame last_frame(const struct client *client)
{
    struct frame frame = {0};
    size_t at = frames_at(client);
    while (read_frame(client, &at, &frame))
        continue;
    assert_int_equal(at, client->output_size);
    return frame;
}

/* The close code that the server has sent as its last frame, or 0. */
static inline int close_code(const struct client *client)
{
    struct frame frame = last_frame(client);
    if (frame.first != (FIN | OP_CLOSE) || frame.size < 2)
        return 0;
    return (uint8_t)frame.data[0] << 8 | (uint8_t)frame.data[1];
}

static inline void assert_last(const struct client *client, uint8_t first, const char *text)
{
    struct frame frame = last_frame(client);
    assert_int_equal(frame.first, first);
    assert_int_equal(frame.size, strlen(text));
    assert_memory_equal(frame.data, text, frame.size);
}

#endif
