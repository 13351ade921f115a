/* http_request.c - what a handler asks about the request.
 *
 * Source: RFC 9110 4.2, RFC 3986 2.1, 3.4.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_internal.h"
#include <string.h>

const char *flota_http_peer(const struct flota_http_connection *connection)
{
    return connection->peer;
}

uint32_t flota_http_now_ms(const struct flota_http_connection *connection)
{
    return connection->now_ms;
}

uint64_t flota_http_body_size(const struct flota_http_connection *connection)
{
    return connection->body_size;
}

bool flota_http_is_method(const struct flota_http_connection *connection, const char *method)
{
    size_t size = strlen(method);
    if (connection->head_request && strcmp(method, "GET") == 0)
        return true;
    return connection->method.size == size && memcmp(connection->method.data, method, size) == 0;
}

struct flota_http_text flota_http_path(const struct flota_http_connection *connection)
{
    struct flota_http_text path = connection->target;
    const char *mark = path.data ? memchr(path.data, '?', path.size) : NULL;
    if (mark)
        path.size = (size_t)(mark - path.data);
    return path;
}

/* --- query --- */

static struct flota_http_text query(const struct flota_http_connection *connection)
{
    size_t path_size = flota_http_path(connection).size;
    if (path_size == connection->target.size)
        return (struct flota_http_text){NULL, 0};
    return (struct flota_http_text){connection->target.data + path_size + 1,
                                    connection->target.size - path_size - 1};
}

/* The next "name=value" of a query; what follows it remains in *rest. */
static struct flota_http_text next_pair(struct flota_http_text *rest)
{
    struct flota_http_text pair = *rest;
    const char *end = memchr(rest->data, '&', rest->size);
    if (!end) {
        rest->size = 0;
        return pair;
    }
    pair.size = (size_t)(end - rest->data);
    rest->data += pair.size + 1;
    rest->size -= pair.size + 1;
    return pair;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One decoded character at *index, which is moved behind it; -1 for a malformed escape. */
static int decode_one(struct flota_http_text text, size_t *index)
{
    char c = text.data[(*index)++];
    if (c == '+')
        return ' ';
    if (c != '%')
        return (unsigned char)c;
    if (text.size - *index < 2)
        return -1;
    int high = hex_value(text.data[*index]), low = hex_value(text.data[*index + 1]);
    *index += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static int decode(struct flota_http_text text, char *value, size_t size)
{
    size_t used = 0, index = 0;
    while (index < text.size) {
        int c = decode_one(text, &index);
        if (c <= 0 || used + 1 >= size)
            return -1;
        value[used++] = (char)c;
    }
    value[used] = '\0';
    return (int)used;
}

int flota_http_query(const struct flota_http_connection *connection, const char *name, char *value,
                     size_t size)
{
    struct flota_http_text rest = query(connection);
    size_t name_size = strlen(name);
    if (size == 0)
        return -1;
    while (rest.size > 0) {
        struct flota_http_text pair = next_pair(&rest);
        if (pair.size < name_size || memcmp(pair.data, name, name_size) != 0)
            continue;
        if (pair.size == name_size)
            return decode((struct flota_http_text){pair.data, 0}, value, size);
        if (pair.data[name_size] == '=')
            return decode(
                (struct flota_http_text){pair.data + name_size + 1, pair.size - name_size - 1},
                value, size);
    }
    return -1;
}
