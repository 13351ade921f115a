/* http_route.c - which handler serves a path and a method.
 *
 * Source: RFC 9110 10.2.1 (Allow), 15.5.6 (405).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_internal.h"
#include <stdio.h>
#include <string.h>

static bool serves(const struct flota_http_route *route, struct flota_http_text path)
{
    size_t size = strlen(route->path);
    bool prefix = size == 0 || (size > 1 && route->path[size - 1] == '/');
    if (prefix ? path.size < size : path.size != size)
        return false;
    return memcmp(path.data, route->path, size) == 0;
}

static bool allows(const struct flota_http_route *route,
                   const struct flota_http_connection *connection)
{
    const char *methods = route->methods;
    if (strcmp(methods, "*") == 0)
        return true;
    while (*methods) {
        size_t size = strcspn(methods, " ");
        if (connection->method.size == size && memcmp(methods, connection->method.data, size) == 0)
            return true;
        if (connection->head_request && size == 3 && memcmp(methods, "GET", 3) == 0)
            return true;
        methods += size + (methods[size] ? 1 : 0);
    }
    return false;
}

const struct flota_http_route *flota_http_find_route(const struct flota_http_connection *connection,
                                                     bool *allowed)
{
    struct flota_http_text path = flota_http_path(connection);
    const struct flota_http_route *first = NULL;
    for (size_t i = 0; i < connection->server->route_count; i++) {
        const struct flota_http_route *route = &connection->server->routes[i];
        if (first ? strcmp(route->path, first->path) != 0 : !serves(route, path))
            continue;
        if (!first)
            first = route;
        *allowed = allows(route, connection);
        if (*allowed)
            return route;
    }
    return first;
}

/* Append ", METHOD" for each of "GET POST". */
static size_t add_methods(char *line, size_t used, size_t size, const char *from)
{
    while (*from && used + 24 < size) {
        size_t length = strcspn(from, " ");
        bool get = length == 3 && memcmp(from, "GET", 3) == 0;
        used += (size_t)snprintf(line + used, size - used, "%s%.*s%s",
                                 line[used - 1] == ' ' ? "" : ", ", (int)(length & 15), from,
                                 get ? ", HEAD" : "");
        from += length + (from[length] ? 1 : 0);
    }
    return used;
}

void flota_http_allow_line(const struct flota_http_connection *connection, char *line, size_t size)
{
    const struct flota_http_server *server = connection->server;
    size_t used = (size_t)snprintf(line, size, "Allow: ");
    for (size_t i = 0; connection->route && i < server->route_count; i++) {
        if (strcmp(server->routes[i].path, connection->route->path) == 0)
            used = add_methods(line, used, size - 2, server->routes[i].methods);
    }
    snprintf(line + used, size - used, "\r\n");
}
