/* custom.c - an endpoint that the application answers itself; until then GET gives the last text
 * that was posted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <string.h>

static void respond_text(struct flota_http_connection *connection,
                         const struct flota_endpoint *endpoint)
{
    char text[FLOTA_DASH_BODY_MAX + 1];
    size_t size = endpoint->state->count;
    memcpy(text, endpoint->data, size);
    text[size] = '\0';
    flota_http_respond_text(connection, 200, "text/plain; charset=utf-8", NULL, text);
}

static void begin_post(struct flota_dash *dash, struct flota_http_connection *connection,
                       struct flota_endpoint *endpoint)
{
    struct flota_dash_writer *writer = dash_free_writer(dash, connection);
    if (!writer)
        return;
    writer->endpoint = endpoint;
    connection->user = writer;
}

void dash_custom_begin(struct flota_dash *dash, struct flota_http_connection *connection,
                       struct flota_endpoint *endpoint)
{
    const struct flota_endpoint_calls *calls = &endpoint->state->calls;
    if (calls->custom)
        calls->custom->begin(calls->custom_context, connection);
    else if (flota_http_is_method(connection, "GET"))
        respond_text(connection, endpoint);
    else if (flota_http_is_method(connection, "POST"))
        begin_post(dash, connection, endpoint);
    else
        dash_refuse_method(connection, "GET, HEAD, POST");
}

void dash_custom_end(struct flota_http_connection *connection)
{
    const struct flota_dash_writer *writer = connection->user;
    const struct flota_endpoint *endpoint = writer->endpoint;
    if (writer->size > endpoint->size || memchr(writer->body, '\0', writer->size)) {
        dash_refuse_words(connection, 413, FLOTA_ERR_BAD_VALUE,
                          "the text is longer than this endpoint keeps, or holds a zero",
                          "send a shorter text");
        return;
    }
    memcpy(endpoint->data, writer->body, writer->size);
    endpoint->state->count = (uint16_t)writer->size;
    respond_text(connection, endpoint);
}
