/* http_response.c - compose responses and offer their bytes.
 *
 * What goes out is one sequence: an interim "100 Continue" if one was due, the head, the body.
 * out_offered and out_acked are positions in it.
 *
 * Source: RFC 9112 4, RFC 9110 8.6, 9.3.2, 15.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_internal.h"
#include <stdio.h>
#include <string.h>

static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";

struct status_text {
    int status;
    const char *text;
};

static const char *status_text(int status)
{
    static const struct status_text texts[] = {
        {101, "Switching Protocols"},
        {200, "OK"},
        {202, "Accepted"},
        {204, "No Content"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {417, "Expectation Failed"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].status == status)
            return texts[i].text;
    }
    return "Status";
}

/* --- composing --- */

/* Append to the head. The caller has bounded the sizes: a head that does not fit is a 500. */
static void add(struct flota_http_connection *connection, const char *text)
{
    size_t room = sizeof connection->out_head - connection->out_head_size;
    size_t size = strlen(text);
    if (size > room)
        size = room;
    memcpy(connection->out_head + connection->out_head_size, text, size);
    connection->out_head_size += size;
}

static void add_line(struct flota_http_connection *connection, const char *name, const char *value)
{
    add(connection, name);
    add(connection, value);
    add(connection, "\r\n");
}

/* Has a response of this status content, or at least could it have some (RFC 9110 6.4.1)? */
static bool has_content(int status)
{
    return status != 101 && status != 204 && status != 304;
}

static const char *connection_option(const struct flota_http_connection *connection, int status)
{
    if (status == 101)
        return "Upgrade";
    return connection->keep_alive ? "keep-alive" : "close";
}

static void compose_head(struct flota_http_connection *connection, int status, const char *type,
                         const char *extra, size_t size)
{
    char number[24];
    snprintf(number, sizeof number, "HTTP/1.1 %d ", status);
    connection->out_head_size = 0;
    add_line(connection, number, status_text(status));
    if (type)
        add_line(connection, "Content-Type: ", type);
    if (has_content(status) && size != FLOTA_HTTP_SIZE_UNKNOWN) {
        snprintf(number, sizeof number, "%lu", (unsigned long)size);
        add_line(connection, "Content-Length: ", number);
    }
    add_line(connection, "Connection: ", connection_option(connection, status));
    add(connection, "X-Content-Type-Options: nosniff\r\n");
    if (extra)
        add(connection, extra);
    add(connection, "\r\n");
}

void flota_http_send(struct flota_http_connection *connection, int status, const char *type,
                     const char *extra, const void *body, size_t size)
{
    bool has_body = body && !connection->head_request && has_content(status);
    if (!connection->body_done)
        connection->keep_alive = false;
    compose_head(connection, status, type, extra, size);
    connection->out_body = body;
    connection->out_body_size = has_body ? size : 0;
    connection->responded = true;
    connection->step = 0;
    flota_http_enter(connection, FLOTA_HTTP_RESPOND, FLOTA_HTTP_SEND_MS);
}

bool flota_http_may_respond(const struct flota_http_connection *connection)
{
    return !connection->responded && connection->state != FLOTA_HTTP_CLOSED;
}

bool flota_http_head_fits(const char *type, const char *extra)
{
    return (!type || strlen(type) <= 80) && (!extra || strlen(extra) <= FLOTA_HTTP_EXTRA_MAX);
}

void flota_http_respond(struct flota_http_connection *connection, int status, const char *type,
                        const char *extra, const void *body, size_t size)
{
    if (!flota_http_may_respond(connection))
        return;
    if (!flota_http_head_fits(type, extra)) {
        flota_http_refuse(connection, HTTP_REFUSE_INTERNAL);
        return;
    }
    flota_http_send(connection, status, type, extra, body, size);
}

bool flota_http_add_no_store(char *lines, size_t size, const char *extra)
{
    struct flota_http_text text = {extra, extra ? strlen(extra) : 0};
    bool has_own = flota_http_text_contains(text, "Cache-Control:");
    int length = snprintf(lines, size, "%s%s", has_own ? "" : "Cache-Control: no-store\r\n",
                          extra ? extra : "");
    return length >= 0 && (size_t)length < size;
}

void flota_http_respond_text(struct flota_http_connection *connection, int status, const char *type,
                             const char *extra, const char *text)
{
    char lines[FLOTA_HTTP_EXTRA_MAX + 1];
    size_t size = strlen(text);
    if (!flota_http_may_respond(connection))
        return;
    if (size > FLOTA_HTTP_TEXT_MAX || !flota_http_add_no_store(lines, sizeof lines, extra) ||
        !flota_http_head_fits(type, lines)) {
        flota_http_refuse(connection, HTTP_REFUSE_INTERNAL);
        return;
    }
    memcpy(connection->out_text, text, size);
    flota_http_send(connection, status, type, lines, connection->out_text, size);
}

void flota_http_close_after(struct flota_http_connection *connection)
{
    connection->keep_alive = false;
}

/* --- refusals --- */

struct refusal_text {
    int status;
    const char *cause;
    const char *remedy;
};

static const struct refusal_text *refusal_text(enum http_refusal refusal)
{
    static const struct refusal_text texts[] = {
        {500, "the device could not make the reply", "report this"},
#define X(name, status, cause, remedy) {status, cause, remedy},
        HTTP_REFUSAL_MAP(X)
#undef X
    };
    return &texts[refusal];
}

void flota_http_refuse(struct flota_http_connection *connection, enum http_refusal refusal)
{
    char text[256], allow[96] = "";
    const struct refusal_text *words = refusal_text(refusal);
    if (!flota_http_may_respond(connection))
        return;
    if (refusal != HTTP_REFUSE_NO_ROUTE && refusal != HTTP_REFUSE_METHOD)
        connection->keep_alive = false;
    if (refusal == HTTP_REFUSE_METHOD)
        flota_http_allow_line(connection, allow, sizeof allow);
    snprintf(text, sizeof text, "%s: %s; %s. Nothing was changed.\r\n", status_text(words->status),
             words->cause, words->remedy);
    flota_http_respond_text(connection, words->status, "text/plain; charset=utf-8", allow, text);
}

void flota_http_continue(struct flota_http_connection *connection)
{
    connection->out_interim_size = sizeof interim - 1;
}

/* --- offering --- */

void flota_http_output_reset(struct flota_http_connection *connection)
{
    connection->responded = false;
    connection->out_interim_size = 0;
    connection->out_head_size = 0;
    connection->out_body_size = 0;
    connection->out_body = NULL;
    connection->out_offered = 0;
    connection->out_acked = 0;
}

static size_t output_total(const struct flota_http_connection *connection)
{
    return connection->out_interim_size + connection->out_head_size + connection->out_body_size;
}

bool flota_http_output_complete(const struct flota_http_connection *connection)
{
    return connection->responded && connection->out_acked == output_total(connection);
}

/* What is left of a piece that begins at *position; moves *position to the piece's end. */
static size_t rest_of(const struct flota_http_connection *connection, size_t *position, size_t size)
{
    size_t start = *position;
    *position += size;
    return connection->out_offered >= start && connection->out_offered < *position
               ? *position - connection->out_offered
               : 0;
}

size_t flota_http_output(struct flota_http_connection *connection, const uint8_t **data)
{
    size_t position = 0, rest;
    *data = NULL;
    if (connection->state == FLOTA_HTTP_UPGRADED)
        return connection->upgrade->output(connection->upgrade_session, data);
    if (connection->state == FLOTA_HTTP_CLOSED)
        return 0;
    if ((rest = rest_of(connection, &position, connection->out_interim_size)) > 0) {
        *data = (const uint8_t *)interim + connection->out_interim_size - rest;
    } else if ((rest = rest_of(connection, &position, connection->out_head_size)) > 0) {
        *data = (const uint8_t *)connection->out_head + connection->out_head_size - rest;
    } else if ((rest = rest_of(connection, &position, connection->out_body_size)) > 0) {
        *data = connection->out_body + connection->out_body_size - rest;
    }
    return rest;
}

bool flota_http_output_is_constant(const struct flota_http_connection *connection)
{
    size_t body = connection->out_interim_size + connection->out_head_size;
    if (connection->state == FLOTA_HTTP_UPGRADED)
        return connection->upgrade->output_is_constant &&
               connection->upgrade->output_is_constant(connection->upgrade_session);
    return connection->out_offered >= body &&
           connection->out_body != (const uint8_t *)connection->out_text;
}

void flota_http_sent(struct flota_http_connection *connection, size_t size)
{
    size_t left = output_total(connection) - connection->out_offered;
    if (connection->state == FLOTA_HTTP_UPGRADED)
        connection->upgrade->sent(connection->upgrade_session, size);
    else
        connection->out_offered += size < left ? size : left;
}
