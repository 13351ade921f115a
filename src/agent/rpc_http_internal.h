/* rpc_http_internal.h - what the files of RPC over HTTP share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_HTTP_INTERNAL_H
#define FLOTA_RPC_HTTP_INTERNAL_H

#include "flota/rpc_http.h"

enum rpc_http_verdict {
    RPC_HTTP_ANONYMOUS, /* no Authorization: a frame may carry its own */
    RPC_HTTP_TRUSTED,
    RPC_HTTP_WRONG,
    RPC_HTTP_STALE, /* right in form, but the nonce is not fresh */
    RPC_HTTP_PAUSED /* too many wrong answers */
};

/* Judge the request's Authorization header. */
enum rpc_http_verdict flota_rpc_http_authorize(struct flota_rpc *rpc,
                                               const struct flota_http_connection *connection,
                                               uint32_t now_ms);

/* WWW-Authenticate with a fresh nonce, as one header line. */
void flota_rpc_http_challenge(struct flota_rpc *rpc, bool is_stale, uint32_t now_ms, char *line,
                              size_t size);

/* The query's values as a JSON object, typed as the method's table says. Returns its bytes, 0 when
 * they don't fit. */
size_t flota_rpc_http_query(const struct flota_http_connection *connection,
                            const struct flota_rpc_method *method, char *text, size_t size);

/* --- rpc_http_reply.c --- */

/* May this page, or what else it is, send such a request? method: NULL for a frame. origin: the
 * listed origin it comes from, else "". */
bool flota_rpc_http_is_welcome(const struct flota_rpc_http *http,
                               const struct flota_http_connection *connection,
                               const struct flota_rpc_method *method, char *origin);

/* A browser asks whether a page of another site may send the request itself. */
void flota_rpc_http_preflight(const struct flota_rpc_http *http,
                              struct flota_http_connection *connection);

/* {"code":status,"message":..}. lines: further header lines, or NULL. */
void flota_rpc_http_refuse(struct flota_http_connection *connection, int status, const char *lines,
                           const char *message);

/* 401 with a fresh challenge; 429 until answers are looked at again. */
void flota_rpc_http_unauthorized(struct flota_rpc_http *http,
                                 struct flota_http_connection *connection, const char *origin,
                                 bool is_stale);
void flota_rpc_http_paused(struct flota_rpc_http *http, struct flota_http_connection *connection,
                           const char *origin);

/* The channel's reply, with the status that it has over HTTP. */
void flota_rpc_http_respond(struct flota_rpc_http *http, struct flota_rpc_http_exchange *exchange);

#endif
