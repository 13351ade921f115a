/* peer_message.c - HTTP answers: see peer_message.h. Parsing is picohttpparser's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_message.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEADERS_MAX = 100 };

/* --- answers: head --- */

static enum http_progress bad(struct http_answer *answer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static enum http_progress bad(struct http_answer *answer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(answer->error, sizeof answer->error, format, arguments);
    va_end(arguments);
    return HTTP_BAD;
}

struct head {
    int minor, status;
    const char *reason;
    size_t reason_size, count;
    struct phr_header headers[HEADERS_MAX];
};

static bool is_named(const struct phr_header *header, const char *name)
{
    return header->name && header->name_len == strlen(name) &&
           strncasecmp(header->name, name, header->name_len) == 0;
}

/* RFC 9110 8.6: digits, and the same in each. */
static bool parse_length(const struct phr_header *header, uint64_t *length)
{
    uint64_t value = 0;
    if (header->value_len == 0 || header->value_len > 18)
        return false;
    for (size_t i = 0; i < header->value_len; i++) {
        if (header->value[i] < '0' || header->value[i] > '9')
            return false;
        value = value * 10 + (uint64_t)(header->value[i] - '0');
    }
    bool agrees = *length == UINT64_MAX || *length == value;
    *length = value;
    return agrees;
}

/* RFC 9112 6.3: how the body ends. */
static enum http_progress find_body(struct http_answer *answer, const struct head *head)
{
    uint64_t length = UINT64_MAX;
    bool chunked = false;
    for (size_t i = 0; i < head->count; i++) {
        const struct phr_header *header = &head->headers[i];
        if (is_named(header, "Content-Length") && !parse_length(header, &length))
            return bad(answer, "the answer's Content-Length is no number, or two that differ");
        if (is_named(header, "Transfer-Encoding")) {
            chunked = header->value_len == 7 && strncasecmp(header->value, "chunked", 7) == 0;
            if (!chunked)
                return bad(answer,
                           "the answer has the transfer coding \"%.*s\", only chunked is "
                           "known",
                           (int)(header->value_len < 40 ? header->value_len : 40), header->value);
        }
    }
    answer->kind = chunked ? HTTP_CHUNKED : length != UINT64_MAX ? HTTP_SIZED : HTTP_UNTIL_CLOSE;
    answer->body_expected = length;
    if (answer->head_request || head->status == 204 || head->status == 304)
        answer->kind = HTTP_NO_BODY;
    return HTTP_MORE;
}

static char *copy_text(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        abort();
    if (size > 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

/* The header lines: between the status line and the empty one. */
static char *copy_headers(const char *head, size_t size)
{
    const char *end = memchr(head, '\n', size);
    size_t start = end ? (size_t)(end - head) + 1 : size;
    return copy_text(head + start, size - start);
}

static enum http_progress take_body(struct http_answer *answer, const uint8_t *data, size_t size);

/* size: bytes of the head; what came after it in answer->head is body. */
static enum http_progress head_is_there(struct http_answer *answer, const struct head *head,
                                        size_t size)
{
    char *text = answer->head;
    size_t rest = answer->head_size - size;
    enum http_progress progress;
    answer->head = NULL;
    answer->head_size = 0;
    if (head->status < 200 && head->status != 101) { /* RFC 9110 15.2: the answer proper follows */
        progress = http_answer_take(answer, (uint8_t *)text + size, rest);
    } else {
        answer->status = head->status;
        answer->reason = copy_text(head->reason, head->reason_size);
        answer->headers = copy_headers(text, size);
        progress = find_body(answer, head);
        if (progress == HTTP_MORE)
            progress = take_body(answer, (uint8_t *)text + size, rest);
    }
    free(text);
    return progress;
}

static void show_start(const struct http_answer *answer, char *out, size_t out_size)
{
    size_t count = answer->head_size < out_size - 1 ? answer->head_size : out_size - 1;
    for (size_t i = 0; i < count; i++) {
        char c = answer->head[i];
        out[i] = c >= ' ' && c < 0x7F ? c : '.';
    }
    out[count] = '\0';
}

static enum http_progress take_head(struct http_answer *answer, const uint8_t *data, size_t size)
{
    struct head head = {.count = HEADERS_MAX};
    size_t before = answer->head_size;
    char start[33];
    char *grown = realloc(answer->head, before + size + 1);
    if (!grown)
        abort();
    if (size > 0)
        memcpy(grown + before, data, size);
    answer->head = grown;
    answer->head_size = before + size;
    /* Always from its begin: told where the last try ended, the parser finds what is no HTTP late.
     */
    int used = phr_parse_response(answer->head, answer->head_size, &head.minor, &head.status,
                                  &head.reason, &head.reason_size, head.headers, &head.count, 0);
    if (used > 0)
        return head.status >= 100
                   ? head_is_there(answer, &head, (size_t)used)
                   : bad(answer, "the answer has the status %d, which does not exist", head.status);
    if (used == -1) {
        show_start(answer, start, sizeof start);
        return bad(answer, "the answer is no HTTP, it begins with \"%s\"", start);
    }
    if (answer->head_size > HTTP_HEAD_MAX)
        return bad(answer, "the answer's headers do not end within %u bytes", HTTP_HEAD_MAX);
    return HTTP_MORE;
}

/* --- answers: body --- */

static void keep(struct http_answer *answer, const uint8_t *data, size_t size)
{
    size_t room = HTTP_BODY_MAX - answer->body_size;
    size_t kept = size < room ? size : room;
    answer->body_total += size;
    if (kept == 0)
        return;
    uint8_t *grown = realloc(answer->body, answer->body_size + kept);
    if (!grown)
        abort();
    memcpy(grown + answer->body_size, data, kept);
    answer->body = grown;
    answer->body_size += kept;
}

static enum http_progress take_sized(struct http_answer *answer, const uint8_t *data, size_t size)
{
    uint64_t left = answer->body_expected - answer->body_total;
    keep(answer, data, size < left ? size : (size_t)left);
    return answer->body_total == answer->body_expected ? HTTP_WHOLE : HTTP_MORE;
}

/* The decoder works in place. */
static enum http_progress take_chunked(struct http_answer *answer, const uint8_t *data, size_t size)
{
    char *copy = copy_text((const char *)data, size);
    size_t decoded = size;
    answer->chunks.consume_trailer = 1;
    ssize_t result = phr_decode_chunked(&answer->chunks, copy, &decoded);
    if (result != -1)
        keep(answer, (uint8_t *)copy, decoded);
    free(copy);
    if (result == -1)
        return bad(answer, "the answer's chunks are broken after %" PRIu64 " bytes of its body",
                   answer->body_total);
    return result >= 0 ? HTTP_WHOLE : HTTP_MORE;
}

static enum http_progress take_body(struct http_answer *answer, const uint8_t *data, size_t size)
{
    switch (answer->kind) {
    case HTTP_SIZED:
        return take_sized(answer, data, size);
    case HTTP_CHUNKED:
        return take_chunked(answer, data, size);
    case HTTP_UNTIL_CLOSE:
        keep(answer, data, size);
        return HTTP_MORE;
    case HTTP_NO_BODY:
        break;
    }
    return HTTP_WHOLE;
}

enum http_progress http_answer_take(struct http_answer *answer, const uint8_t *data, size_t size)
{
    return answer->status == 0 ? take_head(answer, data, size) : take_body(answer, data, size);
}

enum http_progress http_answer_close(struct http_answer *answer)
{
    if (answer->status == 0 && answer->head_size == 0)
        return bad(answer, "the guest closed the connection without an answer");
    if (answer->status == 0)
        return bad(answer, "the guest closed the connection in the middle of the answer's headers");
    if (answer->kind == HTTP_UNTIL_CLOSE || answer->kind == HTTP_NO_BODY)
        return HTTP_WHOLE;
    if (answer->kind == HTTP_CHUNKED)
        return bad(answer,
                   "the guest closed the connection after %" PRIu64 " bytes of the "
                   "answer's body, before its last chunk",
                   answer->body_total);
    return bad(answer,
               "the guest closed the connection after %" PRIu64 " of the %" PRIu64
               " bytes of the answer's body",
               answer->body_total, answer->body_expected);
}

void http_answer_free(struct http_answer *answer)
{
    free(answer->reason);
    free(answer->headers);
    free(answer->body);
    free(answer->head);
    *answer = (struct http_answer){0};
}
