/* peer_message.h - the text of HTTP requests and answers (RFC 9112), without any network.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PEER_MESSAGE_H
#define VBOARD_PEER_MESSAGE_H

#include "picohttpparser.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_MAX (32u * 1024)
#define HTTP_BODY_MAX (1024u * 1024) /* of what is kept */

/* The request's lines up to the empty one, without NUL. Host,
 * Connection and Content-Length are left out where headers has its own. Returns NULL and why, when
 * something in it cannot be sent. */
struct http_request_line {
    const char *method, *path, *host; /* host: with port if not 80 */
    const char *const *headers;       /* ends with NULL; may be NULL */
    size_t body_size;
};
uint8_t *http_request_text(const struct http_request_line *request, size_t *size,
                           const char **error);

enum http_progress { HTTP_MORE, HTTP_WHOLE, HTTP_BAD };

enum http_body_kind { HTTP_NO_BODY, HTTP_SIZED, HTTP_CHUNKED, HTTP_UNTIL_CLOSE };

/* All zero is a good start. */
struct http_answer {
    bool head_request; /* set before: no body follows */
    int status;        /* 0: not yet known */
    char *reason;      /* owned, as headers; NULL while status is 0 */
    char *headers;     /* its lines as they came */
    uint8_t *body;
    size_t body_size;    /* kept */
    uint64_t body_total; /* came */
    char error[160];     /* of HTTP_BAD */

    char *head; /* while it comes */
    size_t head_size;
    enum http_body_kind kind;
    uint64_t body_expected;
    struct phr_chunked_decoder chunks;
};

/* Take the next bytes of the connection, any number. After HTTP_WHOLE or HTTP_BAD: no more. */
enum http_progress http_answer_take(struct http_answer *answer, const uint8_t *data, size_t size);
/* The connection was closed: HTTP_WHOLE, or HTTP_BAD with what is missing. */
enum http_progress http_answer_close(struct http_answer *answer);
void http_answer_free(struct http_answer *answer);

#endif
