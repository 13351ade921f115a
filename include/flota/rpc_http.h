/* flota/rpc_http.h - RPC over HTTP: frames at /rpc, methods at /rpc/METHOD.
 *
 *     flota_rpc_http_init(&rpc_http, &rpc, NULL);
 *     {"/rpc", "POST OPTIONS", &flota_rpc_http_handler, &rpc_http},
 *     {"/rpc/", "GET POST OPTIONS", &flota_rpc_http_handler, &rpc_http},
 *
 * POST /rpc takes a frame and answers 200 with a frame, also for errors. POST /rpc/METHOD takes the
 * params as body, GET /rpc/METHOD?a=1 takes them as query; both answer with the bare result, or
 * with {"code","message"} and status 400, 401, 403, 404, 429, 500 or 503.
 *
 * Credentials: Authorization with Bearer, Basic or Digest (SHA-256), or those of the frame. A page
 * of another site is refused unless it is listed, and a browser's plain GET may only ask.
 *
 * Thread safety: one caller.  Allocation: none.
 * Source: RFC 9110 (HTTP), RFC 7616 (Digest), Fetch Standard 3.2 (CORS).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_HTTP_H
#define FLOTA_RPC_HTTP_H

#include "flota/access.h"
#include "flota/http.h"
#include "flota/rpc.h"

#define FLOTA_RPC_HTTP_CHANNELS    3u    /* calls at a time; more: 503 with Retry-After */
#define FLOTA_RPC_HTTP_SLOW_MS     5000u /* to send a body, or to read an answer: then it gives way */
#define FLOTA_RPC_HTTP_ORIGINS_MAX 256u /* bytes of the list of origins with the zero */
#define FLOTA_RPC_HTTP_ORIGIN_MAX  65u  /* bytes of a listed origin with the zero */

/* One request. Private. */
struct flota_rpc_http_exchange {
    struct flota_http_connection *connection; /* NULL: unused */
    bool is_frame;                            /* /rpc */
    bool is_get;
    bool is_taken;     /* by the channel */
    size_t size;       /* of the body so far, in the channel's buffer */
    uint32_t since_ms; /* when the body, or the answer, began */
    char method[FLOTA_RPC_METHOD_MAX];
    char origin[FLOTA_RPC_HTTP_ORIGIN_MAX]; /* a listed one, else "" */
    struct flota_rpc_channel channel;
};

/* Treat all members as private. */
struct flota_rpc_http {
    struct flota_rpc *rpc;
    struct flota_access *access; /* NULL: no levels */
    char origins[FLOTA_RPC_HTTP_ORIGINS_MAX];
    struct flota_rpc_http_exchange exchanges[FLOTA_RPC_HTTP_CHANNELS];
};

/* origins: other sites whose pages may call methods, with blanks between them
 * ("https://fleet.example.com http://192.168.0.2:8080"), copied; NULL or "": none. One that
 * does not fit the list's place is left out. */
void flota_rpc_http_init(struct flota_rpc_http *http, struct flota_rpc *rpc, const char *origins);

/* Sessions and tokens of access count, with their levels. After init. */
void flota_rpc_http_set_access(struct flota_rpc_http *http, struct flota_access *access);

/* Serves "POST OPTIONS" of /rpc and "GET POST OPTIONS" of /rpc/; its context: struct
 * flota_rpc_http. */
extern const struct flota_http_handler flota_rpc_http_handler;

#endif
