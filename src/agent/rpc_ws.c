/* rpc_ws.c - carry RPC frames in WebSocket messages.
 *
 * A message is gathered in the channel's own memory, and read only while the channel is ready for
 * it; the reply is sent from where the channel has made it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_ws.h"
#include "error_reply.h"
#include "flota/error.h"
#include "flota/http_update.h"
#include <string.h>

/* What existing clients offer. */
static const char subprotocol[] = "clubby.cesanta.com";

/* --- a session --- */

static bool is_ready(void *user)
{
    const struct flota_rpc_ws_session *session = user;
    return flota_rpc_is_ready(&session->channel);
}

/* Calls without credentials keep no place: strangers could hold them all. */
static void note_use(struct flota_rpc_ws_session *session, uint32_t now_ms)
{
    if (flota_rpc_is_authenticated(&session->channel))
        session->used_ms = now_ms;
}

/* Has the login ended that it was opened with? So does it, before anything else is called. */
static bool is_over(struct flota_rpc_ws_session *session)
{
    const struct flota_access *access = session->ws->access;
    if (!access || flota_access_lasts(access, session->number))
        return false;
    flota_websocket_close(&session->websocket, FLOTA_WEBSOCKET_GOING_AWAY);
    return true;
}

static void message(void *user, bool is_text, const char *data, size_t size)
{
    struct flota_rpc_ws_session *session = user;
    (void)is_text; /* a frame is JSON in either case, and judged as such */
    if (is_over(session))
        return;
    flota_rpc_take(&session->channel, data, size, session->websocket.now_ms);
    note_use(session, session->websocket.now_ms);
}

static void poll(void *user, uint32_t now_ms)
{
    struct flota_rpc_ws_session *session = user;
    const char *text;
    (void)is_over(session);
    flota_rpc_poll(&session->channel, now_ms);
    size_t size = flota_rpc_reply(&session->channel, &text);
    if (size > 0)
        flota_websocket_send(&session->websocket, true, text, size);
    if (!flota_rpc_is_ready(&session->channel))
        note_use(session, now_ms);
}

static void sent(void *user)
{
    struct flota_rpc_ws_session *session = user;
    flota_rpc_sent(&session->channel);
}

static void opened(void *user, const char *peer, uint32_t now_ms)
{
    struct flota_rpc_ws_session *session = user;
    struct flota_rpc_origin origin = {
        .transport = "ws", .is_trusted = session->is_trusted, .level = session->level};
    size_t size = strlen(peer);
    if (size < sizeof origin.peer)
        memcpy(origin.peer, peer, size);
    session->used_ms = now_ms;
    flota_rpc_open(&session->channel, session->ws->rpc, &origin, now_ms);
}

static void closed(void *user)
{
    struct flota_rpc_ws_session *session = user;
    flota_rpc_close(&session->channel);
    session->connection = NULL;
}

/* --- places --- */

static struct flota_rpc_ws_session *unused_session(struct flota_rpc_ws *ws)
{
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++) {
        if (!ws->sessions[i].connection)
            return &ws->sessions[i];
    }
    return NULL;
}

static struct flota_rpc_ws_session *quietest_session(struct flota_rpc_ws *ws, uint32_t now_ms)
{
    struct flota_rpc_ws_session *best = &ws->sessions[0];
    for (size_t i = 1; i < FLOTA_RPC_WS_SESSIONS; i++) {
        if (now_ms - ws->sessions[i].used_ms > now_ms - best->used_ms)
            best = &ws->sessions[i];
    }
    return now_ms - best->used_ms >= FLOTA_RPC_WS_QUIET_MS ? best : NULL;
}

/* A place for a new client, or NULL. */
static struct flota_rpc_ws_session *place(struct flota_rpc_ws *ws, uint32_t now_ms)
{
    struct flota_rpc_ws_session *session = unused_session(ws);
    if (session)
        return session;
    session = quietest_session(ws, now_ms);
    if (session)
        flota_http_close(session->connection); /* calls closed(), or done() before it has opened */
    return session;
}

/* --- the handshake --- */

/* Who asks to come in. */
struct sender {
    bool is_trusted;
    uint8_t level;
    uint32_t number;
};

/* May he? Without credentials one may; they are then asked for frame by frame. */
static int check(const struct flota_rpc_ws *ws, const struct flota_http_connection *connection,
                 struct sender *sender)
{
    const struct flota_auth *auth = &ws->rpc->auth;
    int error = flota_auth_check(auth, connection);
    *sender = (struct sender){.is_trusted = error == 0 && auth->kind != FLOTA_AUTH_KIND_NONE};
    if (ws->access)
        sender->level = flota_access_level(ws->access, connection, &sender->number);
    bool has_credentials = flota_http_header(connection, "Authorization").data != NULL;
    bool is_anonymous = error == FLOTA_ERR_UNAUTHORIZED && !has_credentials;
    return is_anonymous || (error == FLOTA_ERR_UNAUTHORIZED && sender->level > 0) ? 0 : error;
}

static void refuse(const struct flota_auth *auth, struct flota_http_connection *connection,
                   int error)
{
    const struct flota_error_reply reply = {.error = error, .auth = auth};
    flota_http_reply_error(connection, &reply);
}

static void adopt(struct flota_rpc_ws *ws, struct flota_http_connection *connection,
                  struct sender sender)
{
    uint32_t now_ms = flota_http_now_ms(connection);
    if (flota_websocket_check(connection) < 0)
        return; /* before anybody loses a place for it */
    struct flota_rpc_ws_session *session = place(ws, now_ms);
    if (!session) {
        flota_http_respond_text(connection, 503, "text/plain; charset=utf-8", NULL,
                                "503: all WebSocket sessions are in use; close one, or try again "
                                "in ten seconds.\r\n");
        return;
    }
    session->is_trusted = sender.is_trusted;
    session->level = sender.level;
    session->number = sender.number;
    session->used_ms = now_ms;
    if (flota_websocket_upgrade(connection, subprotocol, &session->websocket, &session->config) ==
        0)
        session->connection = connection;
}

static void begin(void *context, struct flota_http_connection *connection)
{
    struct flota_rpc_ws *ws = context;
    struct sender sender;
    int error = check(ws, connection, &sender);
    if (error < 0)
        refuse(&ws->rpc->auth, connection, error);
    else
        adopt(ws, connection, sender);
}

/* The client went away before it had its 101: the session will never open. */
static void done(void *context, struct flota_http_connection *connection, bool response_sent,
                 int reason)
{
    struct flota_rpc_ws *ws = context;
    (void)reason;
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS && !response_sent; i++) {
        if (ws->sessions[i].connection == connection)
            ws->sessions[i].connection = NULL;
    }
}

const struct flota_http_handler flota_rpc_ws_handler = {.begin = begin, .done = done};

void flota_rpc_ws_set_access(struct flota_rpc_ws *ws, struct flota_access *access)
{
    ws->access = access;
}

void flota_rpc_ws_init(struct flota_rpc_ws *ws, struct flota_rpc *rpc)
{
    memset(ws, 0, sizeof *ws);
    ws->rpc = rpc;
    for (size_t i = 0; i < FLOTA_RPC_WS_SESSIONS; i++) {
        struct flota_rpc_ws_session *session = &ws->sessions[i];
        session->ws = ws;
        session->config = (struct flota_websocket_config){
            .is_ready = is_ready,
            .message = message,
            .sent = sent,
            .poll = poll,
            .opened = opened,
            .closed = closed,
            .user = session,
            .buffer = flota_rpc_buffer(&session->channel),
            .size = FLOTA_RPC_FRAME_MAX,
        };
    }
}
