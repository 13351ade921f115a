/* flota/websocket.h - a WebSocket server without I/O: whole messages in, whole messages out.
 *
 * The frames are wslay's; the handshake, the order of frames, messages over several frames, time
 * and closing are here. A struct flota_websocket is a stream session (stream.h) that takes over an
 * HTTP connection.
 *
 *     static void begin(void *context, struct flota_http_connection *connection)
 *     {
 *         flota_websocket_upgrade(connection, NULL, &chat->websocket, &chat->config);
 *     }
 *     static void message(void *user, bool is_text, const char *data, size_t size)
 *     {
 *         flota_websocket_send(&chat->websocket, true, "hello", 5);
 *     }
 *
 * Strict: what RFC 6455 forbids closes the connection with the code it asks for. Back-pressure: a
 * message is not read before its user is ready for it; it stays with the adapter.
 *
 * Thread safety: one caller.  Allocation: none.
 * Source: RFC 6455.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_WEBSOCKET_H
#define FLOTA_WEBSOCKET_H

#include "flota/http.h"
#include "flota/stream.h"
#include "wslay_frame.h"

#define FLOTA_WEBSOCKET_PING_MS     30000u /* after so long without a byte a ping goes out */
#define FLOTA_WEBSOCKET_PONG_MS     30000u /* for an answer to it, else the connection is lost */
#define FLOTA_WEBSOCKET_SEND_MS     30000u /* for a frame to be acknowledged */
#define FLOTA_WEBSOCKET_CLOSE_MS    5000u  /* for the peer's part of the closing handshake */
#define FLOTA_WEBSOCKET_CONTROL_MAX 125u   /* bytes of a control frame (5.5) */
#define FLOTA_WEBSOCKET_HEADER_MAX  14u

/* Close codes (7.4.1). */
enum flota_websocket_code {
    FLOTA_WEBSOCKET_NORMAL = 1000,
    FLOTA_WEBSOCKET_GOING_AWAY = 1001,
    FLOTA_WEBSOCKET_PROTOCOL_ERROR = 1002,
    FLOTA_WEBSOCKET_BAD_DATA = 1007, /* text that is no UTF-8 */
    FLOTA_WEBSOCKET_TOO_BIG = 1009,
    FLOTA_WEBSOCKET_FAILED = 1011
};

/* What a WebSocket serves. Functions get user. */
struct flota_websocket_config {
    /* May a message be written to buffer? While it is false, frames of messages are not read;
     * others, up to the first such one, are. NULL: always. */
    bool (*is_ready)(void *user);
    /* One whole message, in buffer; text is valid UTF-8 and not zero-terminated. */
    void (*message)(void *user, bool is_text, const char *data, size_t size);
    /* The message given to flota_websocket_send() is acknowledged. May be NULL. */
    void (*sent)(void *user);
    /* Once per turn, before output is asked for. May be NULL. */
    void (*poll)(void *user, uint32_t now_ms);
    /* The connection has opened (peer: its address), and is gone; closed() is called once after
     * opened(). May be NULL. */
    void (*opened)(void *user, const char *peer, uint32_t now_ms);
    void (*closed)(void *user);
    void *user;
    char *buffer; /* for a message that arrives */
    size_t size;  /* of it; a longer message closes the connection with 1009 */
};

enum flota_websocket_state {
    FLOTA_WEBSOCKET_OPEN,
    FLOTA_WEBSOCKET_CLOSING, /* a close frame is due or on its way; input is read for the peer's */
    FLOTA_WEBSOCKET_CLOSED   /* nothing more will come or go */
};

/* Treat all members as private: use the functions. */
struct flota_websocket {
    const struct flota_websocket_config *config;
    enum flota_websocket_state state;
    bool is_opened; /* closed() is due */
    uint32_t now_ms;
    uint32_t heard_ms; /* when the last byte came */
    uint32_t since_ms; /* when the state, or the frame on its way, began */
    /* receiving */
    struct wslay_frame_context frame;
    const uint8_t *input; /* of the receive() in progress */
    size_t input_size;
    bool in_frame;   /* its header has been judged */
    uint8_t message; /* opcode of the message that arrives over frames, else 0 */
    size_t message_size;
    uint8_t control_size;
    uint8_t control[FLOTA_WEBSOCKET_CONTROL_MAX];
    /* sending: what is due, and the one frame on its way */
    uint16_t close_code;
    bool close_due;      /* to be sent */
    bool close_sent;     /* on its way, or acknowledged: nothing follows it */
    bool close_acked;    /* by the peer's transport */
    bool close_received; /* or the peer's transport has ended */
    bool is_deaf;        /* frames can't be told apart any more: input is dropped */
    bool pong_due, ping_due;
    bool is_pinged; /* since the last byte came */
    uint8_t pong_size;
    uint8_t pong[FLOTA_WEBSOCKET_CONTROL_MAX];
    const char *reply; /* the user's message, until acknowledged; NULL: none */
    size_t reply_size;
    bool reply_is_text;
    bool reply_is_last; /* part of its message */
    bool in_parts;      /* the next part continues a message */
    bool reply_out;     /* it is the frame on its way */
    size_t head_size;
    size_t body_size;
    size_t offered, acked; /* bytes of the frame on its way */
    uint8_t head[FLOTA_WEBSOCKET_HEADER_MAX + FLOTA_WEBSOCKET_CONTROL_MAX];
};

/* Session: struct flota_websocket; context: struct flota_websocket_config, kept by reference. */
extern const struct flota_stream_protocol flota_websocket_protocol;

/* Is the request a good handshake? Returns 0, or FLOTA_ERR_BAD_REQUEST: 400 or 426 goes out. */
int flota_websocket_check(struct flota_http_connection *connection);

/* Answer the handshake in a handler's begin(). subprotocol: echoed when the client offers it, or
 * NULL.
 *
 * Returns 0: 101 goes out, and websocket takes over; or FLOTA_ERR_BAD_REQUEST: the request is no
 * good handshake, 400 or 426 goes out. */
int flota_websocket_upgrade(struct flota_http_connection *connection, const char *subprotocol,
                            struct flota_websocket *websocket,
                            const struct flota_websocket_config *config);

/* Send a message; data is borrowed until sent() or closed(). Returns false when one is on its way,
 * or the connection is not open: nothing happened. Text must be valid UTF-8. */
bool flota_websocket_send(struct flota_websocket *websocket, bool is_text, const char *data,
                          size_t size);

/* Send the next part of a message, which may be longer than any memory for it; is_last: no more
 * follow. Else as flota_websocket_send(); sent() comes after each. A part may end within a
 * character. Source: RFC 6455 5.4. */
bool flota_websocket_send_part(struct flota_websocket *websocket, bool is_text, bool is_last,
                               const char *data, size_t size);

/* Begin the closing handshake; a message on its way is sent first. */
void flota_websocket_close(struct flota_websocket *websocket, enum flota_websocket_code code);

#endif
