/* flota/http_client.h - an HTTP/1.1 client without I/O: one GET for each connection.
 *
 * A stream protocol (stream.h) that flota_network_dial() carries. The head of the reply is checked
 * strictly before anybody sees it: a reply whose length is in doubt is an error, never a file. Body
 * bytes go to a function as they come, chunked coding removed; what it does not take stays with the
 * transport, whose window then closes.
 *
 *     struct flota_http_get get = {.url = &url, .user_agent = "a/1", .head = head, .body = body};
 *     struct flota_network_dial dial = {&flota_http_client_protocol, &get, &client};
 *     flota_network_dial(&dial, url.host, url.port);
 *     while ((result = flota_http_client_result(&client, &dial)) == FLOTA_HTTP_CLIENT_PENDING)
 *         flota_network_poll(now_ms);
 *     flota_network_hang_up(&dial);
 *
 * Thread safety: one caller.  Allocation: none.
 * Source: RFC 9110, RFC 9112, RFC 3986.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_CLIENT_H
#define FLOTA_HTTP_CLIENT_H

#include "flota/http.h"
#include "flota/network.h"

/* --- addresses --- */

#define FLOTA_URL_MAX      1024u /* bytes with the zero */
#define FLOTA_URL_HOST_MAX FLOTA_NETWORK_HOST_MAX

/* "http://HOST[:PORT]/PATH[?QUERY]": no user, no fragment, plain ASCII. */
struct flota_url {
    char text[FLOTA_URL_MAX]; /* the whole, as it would be written */
    char host[FLOTA_URL_HOST_MAX];
    uint16_t port;
    uint16_t target; /* where path and query begin in text */
};

/* Read an address. A fragment is dropped, an empty path becomes "/". why: filled on an error, may
 * be NULL: what is wrong, a clause.
 *
 * Returns 0, FLOTA_ERR_URL_SCHEME (https and others), or FLOTA_ERR_URL_BAD. */
int flota_url_parse(const char *text, struct flota_url *url, const char **why);

/* Resolve what a Location header says, as RFC 3986 5.2 does. url may be base itself. */
int flota_url_resolve(const struct flota_url *base, struct flota_http_text reference,
                      struct flota_url *url, const char **why);

/* --- requests --- */

#define FLOTA_HTTP_CLIENT_REQUEST_MAX 2560u
#define FLOTA_HTTP_CLIENT_HEAD_MAX    4096u /* status line and headers of a reply */
#define FLOTA_HTTP_CLIENT_HEADERS_MAX 48u
#define FLOTA_HTTP_CLIENT_INTERIM_MAX 8u     /* 1xx replies passed over */
#define FLOTA_HTTP_CLIENT_STALL_MS    30000u /* for a head, and for each STEP of a body */
#define FLOTA_HTTP_CLIENT_STEP        512u   /* bytes: single bytes now and then are a stall */

#define FLOTA_HTTP_CLIENT_PENDING 1

struct flota_http_client;

/* A request and who takes its reply. Filled by the caller, kept by reference until the connection
 * has ended. Texts may be NULL. */
struct flota_http_get {
    const struct flota_url *url;
    const char *user_agent;
    const char *lines; /* further header lines, each ended by CR LF */
    /* Ask for a part of the file: from range_first to range_last, or to the end. */
    bool has_range;
    uint32_t range_first;
    uint32_t range_last; /* 0: the end */
    const char *if_range;
    const char *if_none_match;
    const char *if_modified_since;
    uint32_t stall_ms; /* 0: FLOTA_HTTP_CLIENT_STALL_MS */

    /* The head has come and is sound. Returns 0: give me the body; positive: enough, the exchange
     * is complete; or an error, which becomes the exchange's. */
    int (*head)(void *context, const struct flota_http_client *client);
    /* Bytes of the body. Returns how many were taken, 0 to size: the rest is offered again later,
     * and no time runs meanwhile. Or an error, which becomes the exchange's. */
    int (*body)(void *context, const uint8_t *data, size_t size);
    void *context;
};

enum flota_http_client_state {
    FLOTA_HTTP_CLIENT_HEAD,
    FLOTA_HTTP_CLIENT_BODY,
    FLOTA_HTTP_CLIENT_COMPLETE,
    FLOTA_HTTP_CLIENT_FAILED
};

/* What a reply's head says. */
struct flota_http_reply {
    int status;
    uint64_t body_size; /* UINT64_MAX: not told */
    uint64_t first;     /* 206: the part's place in the file */
    uint64_t last;
    uint64_t total; /* 206: size of the file */
};

/* One connection: the session of the dial. Zeroed before the first use. Private but reply, error
 * and why. */
struct flota_http_client {
    struct flota_http_reply reply;
    int error;       /* why it FAILED */
    const char *why; /* a clause that says more than the error's own words; may be NULL */

    const struct flota_http_get *get;
    enum flota_http_client_state state;
    uint32_t now_ms;
    uint32_t since_ms; /* of the last STEP */
    uint32_t step;
    bool opened;
    bool blocked; /* the body's function took less than offered */
    uint8_t interim_count;
    /* head */
    bool after_cr;
    int minor; /* of HTTP/1.x */
    size_t line_size;
    size_t line_count;
    size_t head_size;
    size_t header_count;
    struct phr_header headers[FLOTA_HTTP_CLIENT_HEADERS_MAX];
    char head[FLOTA_HTTP_CLIENT_HEAD_MAX];
    /* body */
    bool chunked;
    bool until_close;
    uint64_t body_left;
    struct flota_http_chunks chunks;
    /* request */
    size_t out_size;
    size_t out_offered;
    char out[FLOTA_HTTP_CLIENT_REQUEST_MAX];
};

extern const struct flota_stream_protocol flota_http_client_protocol;

/* Before each flota_network_dial(): forget the exchange before. */
void flota_http_client_prepare(struct flota_http_client *client);

/* How is it? FLOTA_HTTP_CLIENT_PENDING, 0 when the body is complete, or the error:
 * FLOTA_ERR_HTTP_REPLY, _CONNECT_TIMEOUT and _CONNECT_LOST (no head came), _TRANSFER_STALLED,
 * _TRANSFER_LOST, those of the dial, those of head() and body(). */
int flota_http_client_result(const struct flota_http_client *client,
                             const struct flota_network_dial *dial);

/* A header of the reply (name compared without case), or {NULL, 0}. */
struct flota_http_text flota_http_client_header(const struct flota_http_client *client,
                                                const char *name);

#endif
