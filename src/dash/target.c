/* target.c - what a path names, and which methods it serves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include <string.h>

#define PREFIX "/api/"

/* --- what a path names --- */

bool dash_is_text(struct flota_http_text text, const char *other)
{
    return strlen(other) == text.size && memcmp(other, text.data, text.size) == 0;
}

struct dash_target dash_find_target(const struct flota_dash *dash, struct flota_http_text path)
{
    struct dash_target target = {0};
    size_t prefix = sizeof PREFIX - 1;
    if (path.size < prefix || memcmp(path.data, PREFIX, prefix) != 0)
        return target;
    target.name = (struct flota_http_text){path.data + prefix, path.size - prefix};
    const char *slash = memchr(target.name.data, '/', target.name.size);
    if (slash) {
        size_t size = (size_t)(slash - target.name.data);
        target.has_rest = true;
        target.rest = (struct flota_http_text){slash + 1, target.name.size - size - 1};
        target.name.size = size;
    }
    for (size_t i = 0; i < dash->config.endpoint_count && !target.endpoint; i++)
        if (dash_is_text(target.name, dash->config.endpoints[i].name))
            target.endpoint = &dash->config.endpoints[i];
    return target;
}

/* The row that a path names, "0" to "63"; -1: none that is there now. */
int dash_find_row(const struct dash_target *target)
{
    int row = 0;
    if (target->rest.size == 0 || target->rest.size > 2)
        return -1;
    for (size_t i = 0; i < target->rest.size; i++) {
        char c = target->rest.data[i];
        if (c < '0' || c > '9')
            return -1;
        row = row * 10 + (c - '0');
    }
    return (size_t)row < dash_count(target->endpoint) ? row : -1;
}

/* Is there something at this path? */
bool dash_is_there(const struct dash_target *target)
{
    const struct flota_endpoint *endpoint = target->endpoint;
    if (!endpoint)
        return false;
    if (!target->has_rest)
        return true;
    switch (endpoint->type) {
    case FLOTA_ENDPOINT_DATA:
        return endpoint->history_count > 0 && dash_is_text(target->rest, "history");
    case FLOTA_ENDPOINT_ARRAY:
        return dash_find_row(target) >= 0;
    default:
        return endpoint->type == FLOTA_ENDPOINT_FILES || endpoint->type == FLOTA_ENDPOINT_CUSTOM;
    }
}

/* --- methods --- */

static const char *allowed_on_file(const struct flota_endpoint *endpoint)
{
    const struct flota_files *files = dash_files(endpoint);
    bool uploads = endpoint->may_upload && files && files->begin;
    bool deletes = endpoint->may_delete && files && files->remove;
    if (uploads)
        return deletes ? "GET, HEAD, PUT, POST, DELETE" : "GET, HEAD, PUT, POST";
    return deletes ? "GET, HEAD, DELETE" : "GET, HEAD";
}

/* NULL: any. */
const char *dash_allowed(const struct dash_target *target)
{
    const struct flota_endpoint *endpoint = target->endpoint;
    switch (endpoint->type) {
    case FLOTA_ENDPOINT_DATA:
        return target->has_rest ? "GET, HEAD" : "GET, HEAD, POST";
    case FLOTA_ENDPOINT_ARRAY:
        return target->has_rest ? "GET, HEAD, POST" : "GET, HEAD";
    case FLOTA_ENDPOINT_ACTION:
        return "GET, HEAD, POST";
    case FLOTA_ENDPOINT_FILES:
        return target->has_rest ? allowed_on_file(endpoint) : "GET, HEAD";
    case FLOTA_ENDPOINT_CUSTOM:
        return NULL;
    case FLOTA_ENDPOINT_EVENTS:
        break;
    }
    return "GET, HEAD";
}

/* Is the request's method one of the list? */
bool dash_is_allowed(const struct flota_http_connection *connection, const char *list)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (flota_http_is_method(connection, methods[i]))
            return !list || strstr(list, methods[i]);
    return !list;
}
