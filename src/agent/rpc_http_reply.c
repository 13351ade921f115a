/* rpc_http_reply.c - responses: results, refusals, and what pages of other sites may read.
 *
 * Source: RFC 9110 15, Fetch Standard 3.2 (CORS).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/http_update.h" /* flota_auth_check() */
#include "flota/rpc_auth.h"
#include "rpc_http_internal.h"
#include <stdio.h>
#include <string.h>

/* Header lines are gathered in text of this size. */
#define LINES_MAX (FLOTA_HTTP_EXTRA_MAX + 1u)

/* --- other sites' pages --- */

/* Is the request's Origin listed? Then origin is its text, else "". */
static bool is_listed(const struct flota_rpc_http *http,
                      const struct flota_http_connection *connection, char *origin)
{
    struct flota_http_text header = flota_http_header(connection, "Origin");
    origin[0] = '\0';
    if (!header.data || header.size == 0 || header.size >= FLOTA_RPC_HTTP_ORIGIN_MAX)
        return false;
    for (const char *at = http->origins; *at;) {
        at += strspn(at, " ");
        size_t size = strcspn(at, " ");
        if (size == header.size && memcmp(at, header.data, size) == 0) {
            memcpy(origin, at, size);
            origin[size] = '\0';
            return true;
        }
        at += size;
    }
    return false;
}

static void add(char *lines, const char *format, const char *value)
{
    size_t used = strlen(lines);
    snprintf(lines + used, LINES_MAX - used, format, value);
}

/* So that the listed site's page may read the answer. */
static void add_origin(char *lines, const char *origin)
{
    if (origin[0])
        add(lines, "Access-Control-Allow-Origin: %s\r\nVary: Origin\r\n", origin);
}

void flota_rpc_http_refuse(struct flota_http_connection *connection, int status, const char *lines,
                           const char *message)
{
    char text[192];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{");
    flota_json_number(&json, "code", status);
    flota_json_text(&json, "message", message);
    flota_json_raw(&json, "}");
    flota_http_respond_text(connection, status, "application/json", lines, text);
}

/* A browser asks whether a page of another site may send the request itself. */
void flota_rpc_http_preflight(const struct flota_rpc_http *http,
                              struct flota_http_connection *connection)
{
    char lines[LINES_MAX] = "", origin[FLOTA_RPC_HTTP_ORIGIN_MAX];
    if (!is_listed(http, connection, origin)) {
        flota_rpc_http_refuse(connection, 403, NULL, "pages of this origin may not call methods");
        return;
    }
    add_origin(lines, origin);
    add(lines, "Access-Control-Allow-Methods: GET, POST\r\n%s", "");
    add(lines, "Access-Control-Allow-Headers: Authorization, Content-Type\r\n%s", "");
    flota_http_respond(connection, 204, NULL, lines, "", 0);
}

/* May this page, or what else it is, send such a request? */
bool flota_rpc_http_is_welcome(const struct flota_rpc_http *http,
                               const struct flota_http_connection *connection,
                               const struct flota_rpc_method *method, char *origin)
{
    const struct flota_auth anybody = FLOTA_AUTH_NONE; /* credentials are another question */
    bool is_listed_page = is_listed(http, connection, origin);
    if (method && !method->is_query && flota_http_is_method(connection, "HEAD"))
        return false; /* as everywhere else: HEAD changes nothing */
    if (is_listed_page)
        return true;
    bool is_get = flota_http_is_method(connection, "GET");
    if (is_get && method && !method->is_query)
        return flota_auth_check_get(&anybody, connection) == 0;
    return flota_auth_check(&anybody, connection) == 0;
}

/* --- responding --- */

void flota_rpc_http_unauthorized(struct flota_rpc_http *http,
                                 struct flota_http_connection *connection, const char *origin,
                                 bool is_stale)
{
    char lines[LINES_MAX] = "", challenge[128];
    flota_rpc_http_challenge(http->rpc, is_stale, connection->now_ms, challenge, sizeof challenge);
    add_origin(lines, origin);
    add(lines, "%s", challenge);
    flota_rpc_http_refuse(connection, 401, lines,
                          is_stale ? "the nonce is not fresh" : "missing or wrong credentials");
}

void flota_rpc_http_paused(struct flota_rpc_http *http, struct flota_http_connection *connection,
                           const char *origin)
{
    char lines[LINES_MAX] = "", seconds[12];
    uint32_t ms = flota_rpc_pause_ms(http->rpc, connection->now_ms);
    snprintf(seconds, sizeof seconds, "%lu", (unsigned long)((ms + 999u) / 1000u));
    add_origin(lines, origin);
    add(lines, "Retry-After: %s\r\n", seconds);
    flota_rpc_http_refuse(connection, 429, lines, "too many wrong answers; try again later");
}

static int status_of(int code)
{
    switch (code) {
    case 0:
        return 200;
    case FLOTA_RPC_BAD_REQUEST:
    case FLOTA_RPC_UNAUTHORIZED:
    case FLOTA_RPC_FORBIDDEN:
    case FLOTA_RPC_NOT_FOUND:
    case FLOTA_RPC_TOO_MANY:
        return code;
    case FLOTA_RPC_RESTARTING:
        return 503;
    default:
        return 500;
    }
}

void flota_rpc_http_respond(struct flota_rpc_http *http, struct flota_rpc_http_exchange *exchange)
{
    char lines[LINES_MAX] = "", challenge[128];
    const char *text;
    flota_rpc_reply(&exchange->channel, &text); /* "" when the frame wanted none */
    int status = exchange->is_frame ? 200 : status_of(flota_rpc_reply_code(&exchange->channel));
    add_origin(lines, exchange->origin);
    if (status == 401) {
        flota_rpc_http_challenge(http->rpc, false, exchange->connection->now_ms, challenge,
                                 sizeof challenge);
        add(lines, "%s", challenge);
    }
    if (status == 429 || status == 503)
        add(lines, "Retry-After: %s\r\n", status == 429 ? "1" : "5");
    flota_http_respond_text(exchange->connection, status, "application/json", lines, text);
}
