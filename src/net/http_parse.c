/* http_parse.c - the head of a request: picohttpparser with a strict layer around it.
 *
 * The library accepts bare LF, folded headers and any framing. Here the head is first collected and
 * its line ends and characters are checked byte by byte, so that the library sees each head once,
 * complete; afterwards the framing headers are judged.
 *
 * Source: RFC 9112 2.2, 3, 5.2, 6.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_internal.h"
#include <string.h>

static enum http_refusal too_long(const struct flota_http_connection *connection)
{
    return connection->line_count == 0 ? HTTP_REFUSE_TARGET_SIZE : HTTP_REFUSE_HEAD_SIZE;
}

/* A line is complete. An empty one before the request line is skipped (RFC 9112 2.2), a later one
 * ends the head. */
static enum http_refusal take_line_end(struct flota_http_connection *connection, bool *complete)
{
    connection->after_cr = false;
    if (connection->line_size == 0) {
        *complete = connection->line_count > 0;
        if (!*complete)
            connection->head_size = 0;
        return HTTP_ACCEPTED;
    }
    connection->line_size = 0;
    connection->line_count++;
    return connection->line_count > FLOTA_HTTP_HEADERS_MAX + 1 ? HTTP_REFUSE_HEAD_SIZE
                                                               : HTTP_ACCEPTED;
}

static enum http_refusal take_byte(struct flota_http_connection *connection, uint8_t byte,
                                   bool *complete)
{
    if (connection->head_size == FLOTA_HTTP_HEAD_MAX)
        return too_long(connection);
    connection->head[connection->head_size++] = (char)byte;
    if (connection->after_cr)
        return byte == '\n' ? take_line_end(connection, complete) : HTTP_REFUSE_LINE_END;
    if (byte == '\r') {
        connection->after_cr = true;
        return HTTP_ACCEPTED;
    }
    if (byte == '\n')
        return HTTP_REFUSE_LINE_END;
    if ((byte < ' ' && byte != '\t') || byte == 0x7f)
        return HTTP_REFUSE_CONTROL;
    connection->line_size++;
    return HTTP_ACCEPTED;
}

enum http_refusal flota_http_head_take(struct flota_http_connection *connection,
                                       const uint8_t *data, size_t size, size_t *taken,
                                       bool *complete)
{
    enum http_refusal refusal = HTTP_ACCEPTED;
    *complete = false;
    *taken = 0;
    while (*taken < size && !*complete && refusal == HTTP_ACCEPTED)
        refusal = take_byte(connection, data[(*taken)++], complete);
    return refusal;
}

/* --- headers --- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool flota_http_text_is(struct flota_http_text text, const char *other)
{
    if (!text.data || strlen(other) != text.size)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (lower(text.data[i]) != lower(other[i]))
            return false;
    }
    return true;
}

#define NUMBER_DIGITS_MAX 19u /* they always fit into 64 bits */

bool flota_http_text_number(struct flota_http_text *text, char behind, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    for (; i < text->size && text->data[i] >= '0' && text->data[i] <= '9'; i++) {
        if (i == NUMBER_DIGITS_MAX)
            return false;
        *value = *value * 10u + (uint64_t)(text->data[i] - '0');
    }
    bool ends = behind == '\0' ? i == text->size : i < text->size && text->data[i] == behind;
    if (i == 0 || !ends)
        return false;
    text->data += i + (behind != '\0');
    text->size -= i + (behind != '\0');
    return true;
}

bool flota_http_text_contains(struct flota_http_text text, const char *other)
{
    size_t size = strlen(other);
    for (size_t i = 0; text.data && i + size <= text.size; i++) {
        if (flota_http_text_is((struct flota_http_text){text.data + i, size}, other))
            return true;
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct flota_http_text trimmed(const char *data, size_t size)
{
    while (size > 0 && is_blank(data[0])) {
        data++;
        size--;
    }
    while (size > 0 && is_blank(data[size - 1]))
        size--;
    return (struct flota_http_text){data, size};
}

/* The next header of that name, from *index on; *index is moved behind it. */
static struct flota_http_text next_header(const struct flota_http_connection *connection,
                                          const char *name, size_t *index)
{
    while (*index < connection->header_count) {
        const struct phr_header *header = &connection->headers[(*index)++];
        if (flota_http_text_is((struct flota_http_text){header->name, header->name_len}, name))
            return trimmed(header->value, header->value_len);
    }
    return (struct flota_http_text){NULL, 0};
}

struct flota_http_text flota_http_header(const struct flota_http_connection *connection,
                                         const char *name)
{
    size_t index = 0;
    return next_header(connection, name, &index);
}

/* The next item of a list with commas; what follows it remains in *list, {NULL, 0} after the last.
 */
static struct flota_http_text next_item(struct flota_http_text *list)
{
    const char *comma = memchr(list->data, ',', list->size);
    size_t size = comma ? (size_t)(comma - list->data) : list->size;
    struct flota_http_text item = trimmed(list->data, size);
    list->data = comma ? comma + 1 : NULL;
    list->size = comma ? list->size - size - 1 : 0;
    return item;
}

bool flota_http_header_lists(const struct flota_http_connection *connection, const char *name,
                             const char *item)
{
    struct flota_http_text list;
    size_t index = 0;
    while ((list = next_header(connection, name, &index)).data) {
        while (list.data) {
            if (flota_http_text_is(next_item(&list), item))
                return true;
        }
    }
    return false;
}

/* --- request line --- */

/* "... HTTP/2.0", for a better answer than "malformed". */
static bool is_other_version(const struct flota_http_connection *connection)
{
    const char *end = memchr(connection->head, '\r', connection->head_size);
    size_t size = end ? (size_t)(end - connection->head) : 0;
    if (size < 9)
        return false;
    const char *version = connection->head + size - 9;
    return memcmp(version, " HTTP/", 6) == 0 && version[6] >= '0' && version[6] <= '9' &&
           version[6] != '1';
}

static bool is_token(struct flota_http_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = lower(text.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || memchr("!#$%&'*+-.^_`|~", c, 15)))
            return false;
    }
    return text.size > 0;
}

/* An address in the absolute form, http://HOST/path, is served as its path (RFC 9112 3.2.2). */
static void strip_authority(struct flota_http_text *target)
{
    static const char scheme[] = "http://";
    size_t size = sizeof scheme - 1;
    if (target->size < size ||
        !flota_http_text_is((struct flota_http_text){target->data, size}, scheme))
        return;
    const char *slash = memchr(target->data + size, '/', target->size - size);
    if (!slash)
        return;
    target->size -= (size_t)(slash - target->data);
    target->data = slash;
}

static enum http_refusal check_target(struct flota_http_connection *connection)
{
    struct flota_http_text *target = &connection->target;
    if (target->size > FLOTA_HTTP_TARGET_MAX)
        return HTTP_REFUSE_TARGET_SIZE;
    strip_authority(target);
    if (target->size == 0 || target->data[0] != '/')
        return HTTP_REFUSE_TARGET;
    for (size_t i = 0; i < target->size; i++) {
        if ((unsigned char)target->data[i] >= 0x80)
            return HTTP_REFUSE_TARGET;
    }
    return HTTP_ACCEPTED;
}

/* --- framing --- */

static enum http_refusal check_host(const struct flota_http_connection *connection, int minor)
{
    size_t index = 0;
    struct flota_http_text host = next_header(connection, "Host", &index);
    if (!host.data)
        return minor == 0 ? HTTP_ACCEPTED : HTTP_REFUSE_HOST;
    if (next_header(connection, "Host", &index).data)
        return HTTP_REFUSE_HOST;
    for (size_t i = 0; i < host.size; i++) {
        if (host.data[i] <= ' ' || strchr("/?#@\\,\"<>", host.data[i]))
            return HTTP_REFUSE_HOST;
    }
    return HTTP_ACCEPTED;
}

/* 1 to 19 digits: 19 always fit. */
static bool parse_length(struct flota_http_text text, uint64_t *length)
{
    if (text.size == 0 || text.size > 19)
        return false;
    *length = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *length = *length * 10 + (uint64_t)(text.data[i] - '0');
    }
    return true;
}

static enum http_refusal read_length(struct flota_http_connection *connection, bool *present)
{
    struct flota_http_text text;
    size_t index = 0;
    *present = false;
    while ((text = next_header(connection, "Content-Length", &index)).data) {
        uint64_t length;
        if (!parse_length(text, &length) || (*present && length != connection->body_size))
            return HTTP_REFUSE_LENGTH;
        connection->body_size = length;
        *present = true;
    }
    return HTTP_ACCEPTED;
}

/* What a list of transfer codings has said so far. */
struct codings {
    bool chunked; /* the last one so far */
    bool unknown;
    bool malformed; /* something after chunked, or an empty item */
};

static void add_coding(struct codings *codings, struct flota_http_text coding)
{
    if (codings->chunked || coding.size == 0)
        codings->malformed = true;
    if (flota_http_text_is(coding, "chunked"))
        codings->chunked = true;
    else
        codings->unknown = true;
}

static void add_coding_list(struct codings *codings, struct flota_http_text list)
{
    while (list.data)
        add_coding(codings, next_item(&list));
}

static enum http_refusal read_coding(struct flota_http_connection *connection, int minor,
                                     bool *present)
{
    struct codings codings = {0};
    struct flota_http_text text;
    size_t index = 0;
    *present = false;
    while ((text = next_header(connection, "Transfer-Encoding", &index)).data) {
        add_coding_list(&codings, text);
        *present = true;
    }
    if (!*present)
        return HTTP_ACCEPTED;
    if (codings.malformed || minor == 0)
        return HTTP_REFUSE_TRANSFER_ENCODING;
    return codings.unknown ? HTTP_REFUSE_CODING : HTTP_ACCEPTED;
}

static enum http_refusal read_framing(struct flota_http_connection *connection, int minor)
{
    bool has_length, has_coding;
    connection->body_size = 0;
    enum http_refusal refusal = read_length(connection, &has_length);
    if (refusal == HTTP_ACCEPTED)
        refusal = read_coding(connection, minor, &has_coding);
    if (refusal != HTTP_ACCEPTED)
        return refusal;
    if (has_length && has_coding)
        return HTTP_REFUSE_BOTH_FRAMINGS;
    connection->chunked = has_coding;
    connection->body_left = connection->body_size;
    if (has_coding) {
        connection->body_size = UINT64_MAX;
        memset(&connection->chunks, 0, sizeof connection->chunks);
    }
    return HTTP_ACCEPTED;
}

/* --- the whole head --- */

static enum http_refusal split(struct flota_http_connection *connection, int *minor)
{
    struct flota_http_text *method = &connection->method, *target = &connection->target;
    connection->header_count = FLOTA_HTTP_HEADERS_MAX;
    int result = phr_parse_request(connection->head, connection->head_size, &method->data,
                                   &method->size, &target->data, &target->size, minor,
                                   connection->headers, &connection->header_count, 0);
    if (result != (int)connection->head_size) {
        connection->header_count = 0;
        return is_other_version(connection) ? HTTP_REFUSE_VERSION : HTTP_REFUSE_SYNTAX;
    }
    for (size_t i = 0; i < connection->header_count; i++) {
        if (!connection->headers[i].name)
            return HTTP_REFUSE_FOLDING;
    }
    return is_token(*method) ? HTTP_ACCEPTED : HTTP_REFUSE_SYNTAX;
}

bool flota_http_expects_continue(const struct flota_http_connection *connection)
{
    return flota_http_header(connection, "Expect").data != NULL;
}

static enum http_refusal check_expectation(const struct flota_http_connection *connection)
{
    struct flota_http_text expect = flota_http_header(connection, "Expect");
    return !expect.data || flota_http_text_is(expect, "100-continue") ? HTTP_ACCEPTED
                                                                      : HTTP_REFUSE_EXPECTATION;
}

enum http_refusal flota_http_head_parse(struct flota_http_connection *connection)
{
    int minor = 0;
    enum http_refusal refusal = split(connection, &minor);
    if (refusal != HTTP_ACCEPTED)
        return refusal;
    connection->head_request = flota_http_is_method(connection, "HEAD");
    refusal = check_target(connection);
    if (refusal == HTTP_ACCEPTED)
        refusal = check_host(connection, minor);
    if (refusal == HTTP_ACCEPTED)
        refusal = read_framing(connection, minor);
    if (refusal == HTTP_ACCEPTED)
        refusal = check_expectation(connection);
    connection->keep_alive =
        minor > 0 && !flota_http_header_lists(connection, "Connection", "close");
    return refusal;
}
