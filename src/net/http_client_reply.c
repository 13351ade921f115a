/* http_client_reply.c - the head of a reply: picohttpparser with a strict layer around it.
 *
 * As with requests (http_parse.c), line ends and characters are checked byte by byte while the head
 * is collected; the library sees it once, complete. Then the headers that say where the body ends
 * are judged: a firmware file whose length is in doubt is refused.
 *
 * Source: RFC 9112 2.2, 4, 6; RFC 9110 14.4 (Content-Range), 15.3.7 (206).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_client_internal.h"
#include <string.h>

/* --- collecting --- */

/* Another protocol shows at its first byte: a mail or SSH server greets, and then waits for us. */
static bool is_foreign(const struct flota_http_client *client)
{
    static const char start[] = "HTTP/1.";
    size_t last = client->head_size - 1;
    return last < sizeof start - 1 && client->head[last] != start[last];
}

static const char *take_byte(struct flota_http_client *client, uint8_t byte, bool *complete)
{
    if (client->head_size == sizeof client->head)
        return "its head is longer than 4096 bytes";
    client->head[client->head_size++] = (char)byte;
    if (is_foreign(client))
        return "it does not begin with HTTP/1.";
    if (client->after_cr) {
        client->after_cr = false;
        *complete = client->line_size == 0;
        client->line_count += client->line_size > 0;
        client->line_size = 0;
        if (client->line_count > FLOTA_HTTP_CLIENT_HEADERS_MAX + 1)
            return "its head has more than 48 headers";
        return byte == '\n' ? NULL : "a line of its head does not end in CR LF";
    }
    if (byte == '\r') {
        client->after_cr = true;
        return NULL;
    }
    if (byte == '\n')
        return "a line of its head does not end in CR LF";
    client->line_size++;
    return (byte < ' ' && byte != '\t') || byte == 0x7f ? "its head holds a control character"
                                                        : NULL;
}

const char *flota_http_client_take_head(struct flota_http_client *client, const uint8_t *data,
                                        size_t size, size_t *taken, bool *complete)
{
    const char *fault = NULL;
    *complete = false;
    *taken = 0;
    while (*taken < size && !*complete && !fault)
        fault = take_byte(client, data[(*taken)++], complete);
    return fault;
}

/* --- headers --- */

static struct flota_http_text trimmed(const char *data, size_t size)
{
    while (size > 0 && (data[0] == ' ' || data[0] == '\t')) {
        data++;
        size--;
    }
    while (size > 0 && (data[size - 1] == ' ' || data[size - 1] == '\t'))
        size--;
    return (struct flota_http_text){data, size};
}

static struct flota_http_text next_header(const struct flota_http_client *client, const char *name,
                                          size_t *index)
{
    while (*index < client->header_count) {
        const struct phr_header *header = &client->headers[(*index)++];
        if (flota_http_text_is((struct flota_http_text){header->name, header->name_len}, name))
            return trimmed(header->value, header->value_len);
    }
    return (struct flota_http_text){NULL, 0};
}

struct flota_http_text flota_http_client_header(const struct flota_http_client *client,
                                                const char *name)
{
    size_t index = 0;
    return next_header(client, name, &index);
}

static bool same(struct flota_http_text a, struct flota_http_text b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* Does a header come twice and differ? Which of them counts would be a guess. */
static bool is_ambiguous(const struct flota_http_client *client, const char *name)
{
    size_t index = 0;
    struct flota_http_text first = next_header(client, name, &index), other;
    while (first.data && (other = next_header(client, name, &index)).data) {
        if (!same(first, other))
            return true;
    }
    return false;
}

static const char *check_single(const struct flota_http_client *client)
{
    static const char *const names[] = {"Content-Range", "Content-Encoding", "Location",
                                        "ETag",          "Last-Modified",    "Transfer-Encoding"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (is_ambiguous(client, names[i]))
            return "it has a header twice, with different values";
    }
    return NULL;
}

/* --- framing --- */

static const char *read_length(struct flota_http_client *client, bool *present)
{
    size_t index = 0;
    struct flota_http_text text;
    *present = false;
    while ((text = next_header(client, "Content-Length", &index)).data) {
        uint64_t length;
        if (!flota_http_text_number(&text, '\0', &length) ||
            (*present && length != client->reply.body_size))
            return "its Content-Length is no number, or there are several that differ";
        client->reply.body_size = length;
        *present = true;
    }
    return NULL;
}

/* Only "chunked": nothing else was asked for. */
static const char *read_coding(struct flota_http_client *client)
{
    struct flota_http_text coding = flota_http_client_header(client, "Transfer-Encoding");
    client->chunked = coding.data != NULL;
    if (coding.data && (client->minor == 0 || !flota_http_text_is(coding, "chunked")))
        return "its Transfer-Encoding is not chunked";
    return NULL;
}

/* 1xx, 204 and 304 end with their head, whatever it says (RFC 9112 6.3). */
static bool has_no_body(int status)
{
    return status < 200 || status == 204 || status == 304;
}

static const char *read_framing(struct flota_http_client *client)
{
    bool has_length;
    client->reply.body_size = UINT64_MAX;
    const char *fault = read_length(client, &has_length);
    if (!fault)
        fault = read_coding(client);
    if (fault)
        return fault;
    if (has_length && client->chunked)
        return "it has both a Content-Length and a Transfer-Encoding";
    if (has_no_body(client->reply.status)) {
        client->chunked = false;
        client->reply.body_size = 0;
    }
    client->until_close = !client->chunked && client->reply.body_size == UINT64_MAX;
    client->body_left = client->reply.body_size;
    memset(&client->chunks, 0, sizeof client->chunks);
    return NULL;
}

/* --- 206 --- */

/* "bytes 1000-1999/5000". A total of "*" says too little to join parts by. */
static bool read_content_range(struct flota_http_client *client)
{
    struct flota_http_reply *reply = &client->reply;
    struct flota_http_text text = flota_http_client_header(client, "Content-Range");
    if (text.size < 6 || !flota_http_text_is((struct flota_http_text){text.data, 6}, "bytes "))
        return false;
    text = trimmed(text.data + 6, text.size - 6);
    return flota_http_text_number(&text, '-', &reply->first) &&
           flota_http_text_number(&text, '/', &reply->last) &&
           flota_http_text_number(&text, '\0', &reply->total) && reply->first <= reply->last &&
           reply->last < reply->total;
}

static const char *check_part(struct flota_http_client *client)
{
    const struct flota_http_get *get = client->get;
    struct flota_http_reply *reply = &client->reply;
    if (!get->has_range)
        return "it is a part of the file, and the whole was asked for";
    if (!read_content_range(client))
        return "its Content-Range is missing or malformed";
    if (reply->first != get->range_first || (get->range_last && reply->last > get->range_last))
        return "its Content-Range is not the range that was asked for";
    uint64_t size = reply->last - reply->first + 1;
    if (reply->body_size != UINT64_MAX && reply->body_size != size)
        return "its Content-Length does not fit its Content-Range";
    client->body_left = size;
    client->until_close = false;
    return NULL;
}

static const char *check_coding(const struct flota_http_client *client)
{
    struct flota_http_text coding = flota_http_client_header(client, "Content-Encoding");
    bool plain = coding.size == 0 || flota_http_text_is(coding, "identity");
    return plain ? NULL : "it is compressed, which was not asked for";
}

/* --- the whole head --- */

static const char *split(struct flota_http_client *client)
{
    const char *message;
    size_t message_size;
    client->header_count = FLOTA_HTTP_CLIENT_HEADERS_MAX;
    int result =
        phr_parse_response(client->head, client->head_size, &client->minor, &client->reply.status,
                           &message, &message_size, client->headers, &client->header_count, 0);
    if (result != (int)client->head_size || client->reply.status < 100 ||
        client->reply.status > 599) {
        client->header_count = 0;
        return "its status line or a header is malformed";
    }
    for (size_t i = 0; i < client->header_count; i++) {
        if (!client->headers[i].name)
            return "a header is folded over several lines";
    }
    return NULL;
}

const char *flota_http_client_read_head(struct flota_http_client *client)
{
    memset(&client->reply, 0, sizeof client->reply);
    const char *fault = split(client);
    if (!fault)
        fault = check_single(client);
    if (!fault)
        fault = read_framing(client);
    if (!fault && client->reply.status == 206)
        fault = check_part(client);
    if (!fault && (client->reply.status == 200 || client->reply.status == 206))
        fault = check_coding(client);
    return fault;
}
