/* http_internal.h - what the files of the HTTP server share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_INTERNAL_H
#define FLOTA_HTTP_INTERNAL_H

#include "flota/http.h"

/* X(name, status, cause, remedy): what the server itself refuses, before or beside any handler. */
#define HTTP_REFUSAL_MAP(X)                                                                        \
    X(CONTROL, 400, "the request's head holds a control character",                                \
      "speak plain HTTP/1.1; https:// is not served on this port")                                 \
    X(LINE_END, 400, "a line of the request's head does not end in CR LF",                         \
      "end each line in CR LF, and use neither CR nor LF elsewhere")                               \
    X(SYNTAX, 400, "the request line or a header is malformed", "send METHOD /path HTTP/1.1")      \
    X(FOLDING, 400, "a header is folded over several lines", "send each header in one line")       \
    X(TARGET, 400, "the request target is neither a path nor an http address",                     \
      "send METHOD /path HTTP/1.1")                                                                \
    X(HOST, 400, "the request has no Host header, more than one, or a malformed one",              \
      "send exactly one, as HTTP/1.1 demands")                                                     \
    X(LENGTH, 400, "the Content-Length is no number, or there are several that differ",            \
      "send one Content-Length, in decimal digits")                                                \
    X(BOTH_FRAMINGS, 400, "the request has both a Content-Length and a Transfer-Encoding",         \
      "send only one of them: together they could hide a second request")                          \
    X(TRANSFER_ENCODING, 400, "the Transfer-Encoding is malformed, or does not end in chunked",    \
      "send Transfer-Encoding: chunked, in HTTP/1.1")                                              \
    X(CHUNK, 400, "a chunk of the body is malformed, or its size is out of range",                 \
      "send the size in hexadecimal digits, CR LF, the bytes, CR LF")                              \
    X(BODY_LOST, 400, "the connection ended before the whole body had arrived",                    \
      "send the request again, with as many bytes as it announces")                                \
    X(NO_ROUTE, 404, "nothing is served at this path", "open / for the device's page")             \
    X(METHOD, 405, "this path does not serve this method", "see the Allow header of this reply")   \
    X(TIMEOUT, 408, "the request did not arrive in time", "check the network, then send it again") \
    X(TARGET_SIZE, 414, "the request target is longer than 1024 bytes", "send a shorter one")      \
    X(EXPECTATION, 417, "the Expect header asks for something unknown",                            \
      "send Expect: 100-continue, or none")                                                        \
    X(HEAD_SIZE, 431, "the request's head is longer than 2048 bytes or has over 40 headers",       \
      "send fewer or shorter headers")                                                             \
    X(INTERNAL, 500, "the device could not make the reply", "report this")                         \
    X(CODING, 501, "the Transfer-Encoding is unknown to this device",                              \
      "send the body plain or chunked, not compressed")                                            \
    X(VERSION, 505, "the request is not HTTP/1.0 or HTTP/1.1", "send HTTP/1.1")

enum http_refusal {
    HTTP_ACCEPTED,
#define X(name, status, cause, remedy) HTTP_REFUSE_##name,
    HTTP_REFUSAL_MAP(X)
#undef X
};

/* Take bytes of a head. Sets *taken. *complete is set with the byte that ends the head. */
enum http_refusal flota_http_head_take(struct flota_http_connection *connection,
                                       const uint8_t *data, size_t size, size_t *taken,
                                       bool *complete);

/* Split a complete head into method, target and headers, and find the body's framing. */
enum http_refusal flota_http_head_parse(struct flota_http_connection *connection);

/* Does the request ask to be told 100 Continue? */
bool flota_http_expects_continue(const struct flota_http_connection *connection);

/* The route of the request's path and method; with *allowed false: of the path only, or NULL. */
const struct flota_http_route *flota_http_find_route(const struct flota_http_connection *connection,
                                                     bool *allowed);

/* "Allow: GET, HEAD, POST\r\n" from all routes of the path, "GET" and "POST". */
void flota_http_allow_line(const struct flota_http_connection *connection, char *line, size_t size);

enum http_chunk_event {
    HTTP_CHUNK_MORE, /* all input taken */
    HTTP_CHUNK_DATA, /* chunks->left bytes of data come next; the caller counts them off */
    HTTP_CHUNK_END,  /* the body and its trailers are complete */
    HTTP_CHUNK_BAD
};

/* Read the framing of the chunked coding up to the next event. */
enum http_chunk_event flota_http_chunks_next(struct flota_http_chunks *chunks, const uint8_t *data,
                                             size_t size, size_t *taken);

/* Compose a response; body NULL: the head only. Content-Length is size, unless that is unknown. */
void flota_http_send(struct flota_http_connection *connection, int status, const char *type,
                     const char *extra, const void *body, size_t size);

/* Was nothing responded yet, and can it be? */
bool flota_http_may_respond(const struct flota_http_connection *connection);

/* Do a handler's type and lines have room in the head? */
bool flota_http_head_fits(const char *type, const char *extra);

/* extra with "Cache-Control: no-store" in front, unless it has a Cache-Control of its own. Returns
 * false when that does not fit into lines. */
bool flota_http_add_no_store(char *lines, size_t size, const char *extra);

/* Respond with a refusal's words, and close afterwards. */
void flota_http_refuse(struct flota_http_connection *connection, enum http_refusal refusal);

/* Offer "100 Continue". */
void flota_http_continue(struct flota_http_connection *connection);

/* Forget the response of the exchange that is over. */
void flota_http_output_reset(struct flota_http_connection *connection);

/* Is every byte of the response acknowledged? */
bool flota_http_output_complete(const struct flota_http_connection *connection);

/* Tell the request's handler that it is over, once. */
void flota_http_report(struct flota_http_connection *connection, bool response_sent, int reason);

/* The body can't be completed: tell the handler, and refuse. */
void flota_http_fail_body(struct flota_http_connection *connection, enum http_refusal refusal,
                          int reason);

/* A request that no handler sees: refused in words. */
void flota_http_refuse_request(struct flota_http_connection *connection, enum http_refusal refusal);

/* Enter a state with its time-out. */
void flota_http_enter(struct flota_http_connection *connection, enum flota_http_state state,
                      uint32_t timeout_ms);

#endif
