/* websocket.c - the receiving side of a WebSocket, its times and its end.
 *
 * wslay reads no further than the frame that it is in: so its own buffer is empty between frames,
 * and what is not taken stays with the adapter.
 *
 * Source: RFC 6455 5, 7; wslay 1.1.1, wslay_frame.c.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/utf8.h"
#include "websocket_internal.h"
#include <string.h>

/* --- closing --- */

void flota_websocket_begin_close(struct flota_websocket *websocket, uint16_t code)
{
    if (websocket->state != FLOTA_WEBSOCKET_OPEN)
        return;
    websocket->state = FLOTA_WEBSOCKET_CLOSING;
    websocket->close_due = true;
    websocket->close_code = code;
    websocket->since_ms = websocket->now_ms;
}

void flota_websocket_check_closed(struct flota_websocket *websocket)
{
    if (websocket->close_acked && websocket->close_received)
        websocket->state = FLOTA_WEBSOCKET_CLOSED;
}

/* What came can't be understood, nor what follows it. */
static void fail(struct flota_websocket *websocket, uint16_t code)
{
    websocket->is_deaf = true;
    flota_websocket_begin_close(websocket, code);
}

void flota_websocket_close(struct flota_websocket *websocket, enum flota_websocket_code code)
{
    flota_websocket_begin_close(websocket, (uint16_t)code);
}

static void note_received_close(struct flota_websocket *websocket)
{
    websocket->close_received = true;
    flota_websocket_check_closed(websocket);
}

/* --- whole frames --- */

static bool is_utf8(const char *text, size_t size)
{
    while (size > 0) {
        size_t length = flota_utf8_length(text, size);
        if (length == 0)
            return false;
        text += length;
        size -= length;
    }
    return true;
}

/* May a peer send this code (7.4.1, 7.4.2, and the registry that 11.7 makes)? */
static bool is_code(uint16_t code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static void take_close(struct flota_websocket *websocket)
{
    const uint8_t *payload = websocket->control;
    uint16_t code = FLOTA_WEBSOCKET_NORMAL;
    if (websocket->control_size >= 2)
        code = (uint16_t)(payload[0] << 8 | payload[1]);
    if (websocket->control_size == 1 || !is_code(code))
        code = FLOTA_WEBSOCKET_PROTOCOL_ERROR;
    else if (websocket->control_size > 2 &&
             !is_utf8((const char *)payload + 2, websocket->control_size - 2u))
        code = FLOTA_WEBSOCKET_BAD_DATA;
    flota_websocket_begin_close(websocket, code);
    note_received_close(websocket);
}

/* Of several pings the last one is answered (5.5.3). */
static void take_ping(struct flota_websocket *websocket)
{
    websocket->pong_due = true;
    websocket->pong_size = websocket->control_size;
    memcpy(websocket->pong, websocket->control, websocket->control_size);
}

static void take_control(struct flota_websocket *websocket, uint8_t opcode)
{
    if (opcode == WSLAY_CONNECTION_CLOSE)
        take_close(websocket);
    else if (opcode == WSLAY_PING)
        take_ping(websocket);
}

static void take_message(struct flota_websocket *websocket)
{
    const struct flota_websocket_config *config = websocket->config;
    bool is_text = websocket->message == WSLAY_TEXT_FRAME;
    websocket->message = 0;
    if (websocket->state != FLOTA_WEBSOCKET_OPEN)
        return;
    if (is_text && !is_utf8(config->buffer, websocket->message_size))
        fail(websocket, FLOTA_WEBSOCKET_BAD_DATA);
    else
        config->message(config->user, is_text, config->buffer, websocket->message_size);
}

/* --- parts of frames --- */

/* What of the frame's header is wrong: the code to close with, or 0. wslay has checked lengths. */
static uint16_t judge(const struct flota_websocket *websocket, const struct wslay_frame_iocb *part)
{
    bool continues = part->opcode == WSLAY_CONTINUATION_FRAME;
    if (part->rsv != 0 || !part->mask)
        return FLOTA_WEBSOCKET_PROTOCOL_ERROR;
    if (wslay_is_ctrl_frame(part->opcode))
        return part->opcode > WSLAY_PONG ? FLOTA_WEBSOCKET_PROTOCOL_ERROR : 0;
    if (part->opcode > WSLAY_BINARY_FRAME || continues != (websocket->message != 0))
        return FLOTA_WEBSOCKET_PROTOCOL_ERROR;
    size_t used = continues ? websocket->message_size : 0;
    if (websocket->state == FLOTA_WEBSOCKET_OPEN &&
        part->payload_length > websocket->config->size - used)
        return FLOTA_WEBSOCKET_TOO_BIG;
    return 0;
}

static void begin_frame(struct flota_websocket *websocket, const struct wslay_frame_iocb *part)
{
    websocket->in_frame = true;
    if (wslay_is_ctrl_frame(part->opcode)) {
        websocket->control_size = 0;
    } else if (part->opcode != WSLAY_CONTINUATION_FRAME) {
        websocket->message = part->opcode;
        websocket->message_size = 0;
    }
}

static void take_payload(struct flota_websocket *websocket, const struct wslay_frame_iocb *part)
{
    if (part->data_length == 0)
        return;
    if (wslay_is_ctrl_frame(part->opcode)) {
        memcpy(websocket->control + websocket->control_size, part->data, part->data_length);
        websocket->control_size = (uint8_t)(websocket->control_size + part->data_length);
    } else if (websocket->state == FLOTA_WEBSOCKET_OPEN) { /* later ones are read, not kept */
        memcpy(websocket->config->buffer + websocket->message_size, part->data, part->data_length);
        websocket->message_size += part->data_length;
    }
}

static void end_frame(struct flota_websocket *websocket, const struct wslay_frame_iocb *part)
{
    websocket->in_frame = false;
    if (wslay_is_ctrl_frame(part->opcode))
        take_control(websocket, part->opcode);
    else if (part->fin)
        take_message(websocket);
}

/* Read on in the input. Returns false when it is used up. */
static bool take_part(struct flota_websocket *websocket)
{
    struct wslay_frame_iocb part;
    ssize_t result = wslay_frame_recv(&websocket->frame, &part);
    if (result == WSLAY_ERR_WANT_READ)
        return false;
    uint16_t code = FLOTA_WEBSOCKET_PROTOCOL_ERROR;
    if (result >= 0)
        code = websocket->in_frame ? 0 : judge(websocket, &part);
    if (code != 0) {
        fail(websocket, code);
        return false;
    }
    if (!websocket->in_frame)
        begin_frame(websocket, &part);
    take_payload(websocket, &part);
    if (websocket->frame.istate == RECV_HEADER1)
        end_frame(websocket, &part);
    return true;
}

/* What wslay still needs of the part of a frame that it reads. */
static uint64_t missing(const struct wslay_frame_context *frame)
{
    if (frame->istate == RECV_PAYLOAD)
        return frame->ipayloadlen - frame->ipayloadoff;
    return frame->ireqread - (size_t)(frame->ibuflimit - frame->ibufmark);
}

/* Does the next byte begin a frame of a message that its user is not ready for? */
static bool must_wait(const struct flota_websocket *websocket)
{
    const struct flota_websocket_config *config = websocket->config;
    bool begins = websocket->frame.istate == RECV_HEADER1 && missing(&websocket->frame) == 2;
    return begins && !wslay_is_ctrl_frame(websocket->input[0]) &&
           websocket->state == FLOTA_WEBSOCKET_OPEN && config->is_ready &&
           !config->is_ready(config->user);
}

static ssize_t feed(uint8_t *buffer, size_t size, int flags, void *user)
{
    struct flota_websocket *websocket = user;
    uint64_t wanted = missing(&websocket->frame);
    (void)flags;
    if (size > wanted)
        size = (size_t)wanted;
    if (size > websocket->input_size)
        size = websocket->input_size;
    if (size == 0 || must_wait(websocket))
        return 0;
    memcpy(buffer, websocket->input, size);
    websocket->input += size;
    websocket->input_size -= size;
    return (ssize_t)size;
}

/* --- the session --- */

/* wslay's own function asks the heap for the memory. */
static void init_frame(struct flota_websocket *websocket)
{
    struct wslay_frame_context *frame = &websocket->frame;
    frame->istate = RECV_HEADER1;
    frame->ireqread = 2;
    frame->ostate = PREP_HEADER;
    frame->ibufmark = frame->ibuflimit = frame->ibuf;
    frame->callbacks.recv_callback = feed;
    frame->user_data = websocket;
}

static void open_session(void *session, void *context, const char *peer, uint32_t now_ms)
{
    struct flota_websocket *websocket = session;
    memset(websocket, 0, sizeof *websocket);
    websocket->config = context;
    websocket->now_ms = websocket->heard_ms = websocket->since_ms = now_ms;
    websocket->is_opened = true;
    init_frame(websocket);
    if (websocket->config->opened)
        websocket->config->opened(websocket->config->user, peer, now_ms);
}

static bool is_dropping(const struct flota_websocket *websocket)
{
    return websocket->state == FLOTA_WEBSOCKET_CLOSED || websocket->is_deaf ||
           websocket->close_received;
}

static size_t receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    struct flota_websocket *websocket = session;
    websocket->now_ms = websocket->heard_ms = now_ms;
    websocket->is_pinged = false;
    websocket->input = data;
    websocket->input_size = size;
    while (!is_dropping(websocket) && take_part(websocket))
        continue;
    if (is_dropping(websocket))
        websocket->input_size = 0;
    size_t taken = size - websocket->input_size;
    websocket->input = NULL;
    websocket->input_size = 0;
    return taken;
}

/* Is something that was due by now missing? */
static bool is_late(const struct flota_websocket *websocket)
{
    uint32_t stalled_ms = websocket->now_ms - websocket->since_ms;
    uint32_t silent_ms = websocket->now_ms - websocket->heard_ms;
    if (websocket->state == FLOTA_WEBSOCKET_CLOSING)
        return stalled_ms >= FLOTA_WEBSOCKET_CLOSE_MS;
    if (flota_websocket_is_sending(websocket) && stalled_ms >= FLOTA_WEBSOCKET_SEND_MS)
        return true;
    return websocket->is_pinged && silent_ms >= FLOTA_WEBSOCKET_PING_MS + FLOTA_WEBSOCKET_PONG_MS;
}

static void poll(void *session, uint32_t now_ms)
{
    struct flota_websocket *websocket = session;
    websocket->now_ms = now_ms;
    if (websocket->is_opened && websocket->config->poll)
        websocket->config->poll(websocket->config->user, now_ms);
    if (is_late(websocket))
        websocket->state = FLOTA_WEBSOCKET_CLOSED;
    if (websocket->is_pinged || now_ms - websocket->heard_ms < FLOTA_WEBSOCKET_PING_MS)
        return;
    websocket->is_pinged = true;
    websocket->ping_due = true;
}

static bool output_ended(const void *session)
{
    const struct flota_websocket *websocket = session;
    return websocket->close_acked || websocket->state == FLOTA_WEBSOCKET_CLOSED;
}

static bool wants_close(const void *session)
{
    const struct flota_websocket *websocket = session;
    return websocket->state == FLOTA_WEBSOCKET_CLOSED;
}

/* Its user limits how many there are, and finds those that are silent. */
static enum flota_stream_use use(const void *session)
{
    return wants_close(session) ? FLOTA_STREAM_USE_IDLE : FLOTA_STREAM_USE_EXCHANGE;
}

/* Without a close frame the connection is lost; else ours may still go out. */
static void peer_ended(void *session, size_t undelivered)
{
    struct flota_websocket *websocket = session;
    if (undelivered > 0)
        return;
    if (websocket->state == FLOTA_WEBSOCKET_OPEN)
        websocket->state = FLOTA_WEBSOCKET_CLOSED;
    note_received_close(websocket);
}

static void close_session(void *session)
{
    struct flota_websocket *websocket = session;
    bool was_opened = websocket->is_opened;
    websocket->state = FLOTA_WEBSOCKET_CLOSED;
    websocket->is_opened = false;
    if (was_opened && websocket->config->closed)
        websocket->config->closed(websocket->config->user);
}

const struct flota_stream_protocol flota_websocket_protocol = {
    .session_size = sizeof(struct flota_websocket),
    .open = open_session,
    .receive = receive,
    .output = flota_websocket_output,
    .sent = flota_websocket_sent,
    .acked = flota_websocket_acked,
    .poll = poll,
    .output_ended = output_ended,
    .wants_close = wants_close,
    .use = use,
    .peer_ended = peer_ended,
    .close = close_session,
};
