/* flota/rpc_ws.h - RPC over WebSocket: one frame in each text message.
 *
 *     flota_rpc_ws_init(&ws, &rpc);
 *     {"/rpc", "GET", &flota_rpc_ws_handler, &ws},    // a route; POST is another's
 *
 * A page of another origin is refused in the handshake (403), and so are wrong credentials in its
 * Authorization (401); right ones count for all frames. Without any the frames carry their own.
 * When all sessions are taken, a new client takes the place of one that has been quiet for long
 * enough, or else gets a 503. Where the device has credentials, frames without them are no sound.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_WS_H
#define FLOTA_RPC_WS_H

#include "flota/access.h"
#include "flota/rpc.h"
#include "flota/websocket.h"

#define FLOTA_RPC_WS_SESSIONS 2u
#define FLOTA_RPC_WS_QUIET_MS                                                                      \
    10000u /* without a frame for so long, it gives way to a new client                            \
            */

struct flota_rpc_ws;

/* Private. */
struct flota_rpc_ws_session {
    struct flota_http_connection *connection; /* NULL: unused */
    const struct flota_rpc_ws *ws;
    uint32_t used_ms; /* when the last frame came, or went */
    bool is_trusted;
    uint8_t level;   /* of the request that opened it */
    uint32_t number; /* of its session, which ends it */
    struct flota_websocket websocket;
    struct flota_websocket_config config;
    struct flota_rpc_channel channel;
};

/* Treat all members as private. */
struct flota_rpc_ws {
    struct flota_rpc *rpc;
    struct flota_access *access; /* NULL: no levels */
    struct flota_rpc_ws_session sessions[FLOTA_RPC_WS_SESSIONS];
};

void flota_rpc_ws_init(struct flota_rpc_ws *ws, struct flota_rpc *rpc);

/* Sessions and tokens of access count, with their levels; a session that ends closes what it has
 * opened. After init. */
void flota_rpc_ws_set_access(struct flota_rpc_ws *ws, struct flota_access *access);

/* Serves "GET" of a route; its context: struct flota_rpc_ws. */
extern const struct flota_http_handler flota_rpc_ws_handler;

#endif
