/* flota/http.h - an HTTP/1.1 server without I/O: bytes in, bytes out, handlers in between.
 *
 * One struct flota_http_connection per client. An adapter (lwIP raw API, BSD sockets, a test) gives
 * it the bytes it received, in any split, and sends the bytes it offers. Back-pressure: a handler
 * that can take no more body leaves the rest with the adapter, whose window then closes. Strict
 * framing: Content-Length together with Transfer-Encoding, differing Content-Lengths, obsolete
 * folding, bare CR or LF, heads over their limits are refused with 4xx and the connection is
 * closed.
 *
 *     flota_http_open(&connection, &server, "192.168.0.5", now_ms);
 *     taken = flota_http_receive(&connection, data, size, now_ms);   // offer the rest again later
 *     while ((size = flota_http_output(&connection, &bytes)) > 0)
 *         flota_http_sent(&connection, transport_send(bytes, size)); // acked: when the peer has
 * them flota_http_poll(&connection, now_ms); if (flota_http_wants_close(&connection))
 *         flota_http_close(&connection);
 *
 * Thread safety: one caller per server.  Allocation: none.
 * Source: RFC 9110, RFC 9112.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_H
#define FLOTA_HTTP_H

#include "flota/stream.h"
#include "picohttpparser.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_HTTP_HEAD_MAX      2048u    /* request line and headers, bytes; more: 431 */
#define FLOTA_HTTP_TARGET_MAX    1024u    /* request target, bytes; more: 414 */
#define FLOTA_HTTP_HEADERS_MAX   40u      /* more: 431 */
#define FLOTA_HTTP_TEXT_MAX      4096u    /* a handler's own reply text, bytes */
#define FLOTA_HTTP_EXTRA_MAX     256u     /* a handler's own header lines, bytes */
#define FLOTA_HTTP_SIZE_UNKNOWN  SIZE_MAX /* the body ends with the connection */
#define FLOTA_HTTP_STREAM_MEMORY (FLOTA_HTTP_TEXT_MAX + 64u) /* text, and what frames it */
#define FLOTA_HTTP_PEER_MAX      FLOTA_STREAM_PEER_MAX
#define FLOTA_HTTP_HEAD_MS       10000u /* for a whole head, else 408 */
#define FLOTA_HTTP_BODY_MS       30000u /* for each FLOTA_HTTP_BODY_STEP of a body, else 408 */
#define FLOTA_HTTP_BODY_STEP     512u /* bytes; a client that drips single bytes is stalled, too */
#define FLOTA_HTTP_KEEP_ALIVE_MS 15000u /* idle between requests, else closed */
#define FLOTA_HTTP_SEND_MS       30000u /* for each FLOTA_HTTP_BODY_STEP of a response, else closed */
#define FLOTA_HTTP_SLOW_MS       5000u /* without such a step, a new client may take the place */
#define FLOTA_HTTP_DRAIN_MS      5000u /* reading on after an early response */
#define FLOTA_HTTP_DRAIN_MAX     (4u << 20) /* bytes dropped after an early response */

struct flota_http_connection;

/* A piece of the request's head; not zero-terminated. */
struct flota_http_text {
    const char *data;
    size_t size;
};

/* What serves a path. Each function may be NULL except begin. context: the route's. */
struct flota_http_handler {
    /* The head is complete. May respond at once (an early response to a request with a body closes
     * the connection after it, the body is read and dropped for a while so that the client sees
     * it). */
    void (*begin)(void *context, struct flota_http_connection *connection);
    /* Body bytes, chunked coding removed. Returns bytes taken, 0 to size. While it takes fewer than
     * offered, the body's time-out stands still. NULL: the body is dropped. */
    size_t (*body)(void *context, struct flota_http_connection *connection, const uint8_t *data,
                   size_t size);
    /* The body is complete (also when there is none), and nothing was responded yet. */
    void (*end)(void *context, struct flota_http_connection *connection);
    /* Called by flota_http_poll() between end and the response: for answers that take time. */
    void (*wait)(void *context, struct flota_http_connection *connection);
    /* The exchange is over: response_sent tells whether the whole response was acknowledged by the
     * peer's transport; false also when the client went away or a time-out hit. Called once after
     * each begin. reason: 0, or FLOTA_ERR_TRANSFER_LOST / _STALLED / FLOTA_ERR_BAD_REQUEST. When
     * nothing was responded yet it may respond now, for a client that still listens. */
    void (*done)(void *context, struct flota_http_connection *connection, bool response_sent,
                 int reason);
};

struct flota_http_route {
    const char
        *path; /* exact path, or a prefix when it ends in '/' (but "/" alone is exact); "" any */
    const char *methods; /* "GET POST"; GET allows HEAD. Others get 405 with Allow. "*": any */
    const struct flota_http_handler *handler;
    void *context;
};

/* The first route whose path fits serves a request; of several routes with the very same path, the
 * first that serves the method ("/rpc": GET for WebSocket, "POST OPTIONS" for frames). */
struct flota_http_server {
    const struct flota_http_route *routes;
    size_t route_count;
    uint64_t request_count; /* answered below status 400, and acknowledged, since start */
};

enum flota_http_state {
    FLOTA_HTTP_HEAD,
    FLOTA_HTTP_BODY,
    FLOTA_HTTP_WAIT,     /* the handler has not responded yet */
    FLOTA_HTTP_RESPOND,  /* bytes are going out */
    FLOTA_HTTP_DRAIN,    /* responded early: dropping the rest of the body */
    FLOTA_HTTP_UPGRADED, /* another protocol has the connection: flota_http_upgrade(), _stream() */
    FLOTA_HTTP_CLOSED
};

/* The decoder of the chunked coding. Private. */
struct flota_http_chunks {
    uint64_t left; /* bytes of the present chunk still to come */
    uint16_t line_size;
    uint16_t trailer_size;
    uint8_t digits;
    uint8_t state;
};

/* Treat all members as private: use the functions. */
struct flota_http_connection {
    struct flota_http_server *server;
    const struct flota_http_route *route; /* of the exchange in progress, else NULL */
    char peer[FLOTA_HTTP_PEER_MAX];
    enum flota_http_state state;
    uint32_t now_ms;
    uint32_t since_ms; /* start of the present state */
    uint32_t deadline_ms;
    bool keep_alive;
    bool peer_ended;
    /* head */
    bool after_cr;
    bool head_request;
    size_t line_size;
    size_t line_count;
    size_t head_size;
    size_t header_count;
    struct flota_http_text method, target;
    struct phr_header headers[FLOTA_HTTP_HEADERS_MAX];
    char head[FLOTA_HTTP_HEAD_MAX];
    /* body */
    bool chunked;
    bool body_done; /* all of it has arrived */
    bool blocked;   /* the handler took less than offered */
    uint32_t step;  /* bytes since the deadline was moved */
    uint32_t dropped;
    uint64_t body_size; /* declared, or UINT64_MAX for chunked */
    uint64_t body_left;
    struct flota_http_chunks chunks;
    /* response: interim, head, body, one after the other */
    bool responded;
    size_t out_interim_size;
    size_t out_head_size;
    size_t out_body_size;
    const uint8_t *out_body;
    size_t out_offered; /* position of the next byte to offer */
    size_t out_acked;
    char out_head[FLOTA_HTTP_EXTRA_MAX + 256];
    char out_text[FLOTA_HTTP_STREAM_MEMORY]; /* or the stream's */
    void *user;                              /* free for the handler during one exchange */
    /* what takes over after the head of the response, else NULL */
    const struct flota_stream_protocol *upgrade;
    void *upgrade_session;
    void *upgrade_context;
};

/* --- adapter's side --- */

/* The server as a stream protocol: for flota_network_listen(). Session: struct
 * flota_http_connection; context: struct flota_http_server. */
extern const struct flota_stream_protocol flota_http_protocol;

/* Start a connection. peer: the client's address for logs, "192.168.0.5". */
void flota_http_open(struct flota_http_connection *connection, struct flota_http_server *server,
                     const char *peer, uint32_t now_ms);

/* Deliver received bytes. Returns how many were taken: fewer when a handler has no room or a
 * response must go out first; deliver the rest again after flota_http_poll() or flota_http_acked().
 */
size_t flota_http_receive(struct flota_http_connection *connection, const uint8_t *data,
                          size_t size, uint32_t now_ms);

/* The next bytes to send, at most one contiguous piece. Returns their number, 0 for none; data
 * stays valid until they are acknowledged. */
size_t flota_http_output(struct flota_http_connection *connection, const uint8_t **data);

/* Are the bytes of flota_http_output() constant memory, that no transport needs to copy? */
bool flota_http_output_is_constant(const struct flota_http_connection *connection);

/* size bytes of flota_http_output() were handed to the transport. */
void flota_http_sent(struct flota_http_connection *connection, size_t size);

/* size bytes were acknowledged by the peer (an adapter without this knowledge calls it with sent).
 */
void flota_http_acked(struct flota_http_connection *connection, size_t size, uint32_t now_ms);

/* Time-outs and waiting handlers. Call often. */
void flota_http_poll(struct flota_http_connection *connection, uint32_t now_ms);

/* Will nothing more be sent? The adapter then shuts its sending half and reads on until
 * flota_http_wants_close(). */
bool flota_http_output_ended(const struct flota_http_connection *connection);

/* May the adapter close now? True once the last response is out and nothing more will be read. */
bool flota_http_wants_close(const struct flota_http_connection *connection);

/* May the adapter give this connection up for a new client? PARTIAL: a head is arriving, or a
 * refused body is being dropped. */
enum flota_stream_use flota_http_use(const struct flota_http_connection *connection);

/* The transport is gone (reset, closed, error). Ends the running exchange; harmless when repeated.
 */
void flota_http_close(struct flota_http_connection *connection);

/* The peer closed its sending half. undelivered: bytes it sent before that are still with the
 * adapter; call again when they have become fewer, until they are 0. A body that can't be completed
 * any more ends at once, without waiting for a slow handler; a client that still listens gets its
 * response. */
void flota_http_peer_ended(struct flota_http_connection *connection, size_t undelivered);

/* --- handler's side --- */

/* The client's address, for logs. */
const char *flota_http_peer(const struct flota_http_connection *connection);

/* The time of the present turn. */
uint32_t flota_http_now_ms(const struct flota_http_connection *connection);

/* The value of a header of the current request (name compared without case), or {NULL, 0}. Valid
 * from begin to end, as are method, path and query. */
struct flota_http_text flota_http_header(const struct flota_http_connection *connection,
                                         const char *name);
/* Does a header that is a list, over all of its lines, hold this item ("Connection", "close")?
 * Letters are compared without case. */
bool flota_http_header_lists(const struct flota_http_connection *connection, const char *name,
                             const char *item);
struct flota_http_text flota_http_path(const struct flota_http_connection *connection);

/* Is it this method? HEAD also counts as GET: the server sends the head of the answer only. */
bool flota_http_is_method(const struct flota_http_connection *connection, const char *method);

/* A query parameter, percent-decoded into value (zero-terminated). Returns its length, or -1 when
 * it is absent, malformed or does not fit. */
int flota_http_query(const struct flota_http_connection *connection, const char *name, char *value,
                     size_t size);

/* Declared body size, UINT64_MAX when chunked, 0 when there is none. */
uint64_t flota_http_body_size(const struct flota_http_connection *connection);

/* Respond, once per exchange; what follows is ignored. body: constant memory that outlives the
 * response (the page in flash). extra: further header lines, each ending in \r\n, or NULL; at most
 * FLOTA_HTTP_EXTRA_MAX bytes, else the response is a plain 500. type: NULL for none. */
void flota_http_respond(struct flota_http_connection *connection, int status, const char *type,
                        const char *extra, const void *body, size_t size);

/* Respond with text that is copied, at most FLOTA_HTTP_TEXT_MAX bytes, else a plain 500. Adds
 * Cache-Control: no-store. */
void flota_http_respond_text(struct flota_http_connection *connection, int status, const char *type,
                             const char *extra, const char *text);

/* Respond 101 and hand the connection over, for a request without a body. When the response is
 * acknowledged, done() of the handler is called with response_sent true, then open() of protocol;
 * from then on the connection's bytes, polls and its end are the session's. When that never
 * happens, done() is called with response_sent false, and the session was not opened.
 *
 * extra: header lines as of flota_http_respond(), with "Upgrade: NAME\r\n"; Connection is added. */
void flota_http_upgrade(struct flota_http_connection *connection, const char *extra,
                        const struct flota_stream_protocol *protocol, void *session, void *context);

/* Respond 200 with a body that a protocol makes as it goes: a long text, a file, live events. For a
 * request whose body, if any, is complete. As with flota_http_upgrade() done() of the handler comes
 * first, then open() of protocol, whose output() is the body; when its output has ended the
 * connection is closed. What the client sends meanwhile is the session's, to be dropped.
 *
 * size: the body's, which the session must then keep to; or FLOTA_HTTP_SIZE_UNKNOWN.
 * Returns whether the session will be opened: false for HEAD, which gets the same head, and when
 * the response is an error. */
bool flota_http_stream(struct flota_http_connection *connection, const char *type,
                       const char *extra, size_t size, const struct flota_stream_protocol *protocol,
                       void *session, void *context);

/* Memory that a stream of this connection may use from its open() to its close(), so that it needs
 * no buffer of its own: FLOTA_HTTP_STREAM_MEMORY bytes. */
char *flota_http_stream_memory(struct flota_http_connection *connection, size_t *size);

/* Close the connection after this exchange's response. Call before responding. */
void flota_http_close_after(struct flota_http_connection *connection);

/* --- texts --- */

/* Compare with a zero-terminated text, letters without case. */
bool flota_http_text_is(struct flota_http_text text, const char *other);

/* Does the text contain other, letters compared without case? */
bool flota_http_text_contains(struct flota_http_text text, const char *other);

/* Read a decimal number of up to 19 digits, and what must stand behind it; '\0': the end. Returns
 * whether both are there; then text is what follows. No sign, no space. */
bool flota_http_text_number(struct flota_http_text *text, char behind, uint64_t *value);

#endif
