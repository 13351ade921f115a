/* dash.c - GET and POST /api/NAME.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/dash.h"
#include "flota/error.h"
#include "json.h"
#include <string.h>

#define PREFIX     "/api/"
#define TYPE_JSON  "application/json"
#define FRESH_ONLY "Cache-Control: no-store\r\n"

static struct flota_endpoint *find_endpoint(const struct flota_dash *dash,
                                            struct flota_http_text path)
{
    size_t prefix = sizeof PREFIX - 1;
    if (path.size < prefix || memcmp(path.data, PREFIX, prefix) != 0)
        return NULL;
    for (size_t i = 0; i < dash->endpoint_count; i++) {
        const char *name = dash->endpoints[i].name;
        if (strlen(name) == path.size - prefix &&
            memcmp(name, path.data + prefix, path.size - prefix) == 0)
            return &dash->endpoints[i];
    }
    return NULL;
}

/* --- answers --- */

/* Respond with words for this case; name and number come from the table of errors. */
static void refuse(struct flota_http_connection *connection, int status, int error,
                   const char *cause, const char *remedy)
{
    const struct flota_error_text *text = flota_error_text(error);
    char json[FLOTA_HTTP_TEXT_MAX];
    struct flota_json writer;
    flota_json_begin(&writer, json, sizeof json);
    flota_json_raw(&writer, "{\"error\":{");
    flota_json_number(&writer, "code", error);
    flota_json_text(&writer, "name", text->name);
    flota_json_text(&writer, "cause", cause ? cause : text->cause);
    flota_json_text(&writer, "remedy", remedy ? remedy : text->remedy);
    flota_json_raw(&writer, "}}");
    flota_http_respond_text(connection, status, TYPE_JSON,
                            status == 405 ? FRESH_ONLY "Allow: GET, POST\r\n" : FRESH_ONLY, json);
}

static void refuse_too_long(struct flota_http_connection *connection)
{
    refuse(connection, 413, FLOTA_ERR_BAD_VALUE, "the body is longer than 512 bytes",
           "send only the fields that change");
}

static void respond_values(struct flota_http_connection *connection,
                           const struct flota_endpoint *endpoint)
{
    char json[FLOTA_HTTP_TEXT_MAX];
    if (flota_dash_to_json(endpoint, json, sizeof json) < 0)
        refuse(connection, 500, FLOTA_ERR_BAD_VALUE, "the values do not fit into an answer",
               "make the strings of this endpoint shorter");
    else
        flota_http_respond_text(connection, 200, TYPE_JSON, FRESH_ONLY, json);
}

/* --- the handler --- */

static struct flota_dash_writer *free_writer(struct flota_dash *dash)
{
    for (size_t i = 0; i < FLOTA_DASH_WRITERS; i++)
        if (!dash->writers[i].endpoint)
            return &dash->writers[i];
    return NULL;
}

static void begin_post(struct flota_dash *dash, struct flota_http_connection *connection,
                       struct flota_endpoint *endpoint)
{
    uint64_t size = flota_http_body_size(connection);
    int refused = flota_auth_check(&dash->auth, connection);
    if (refused < 0) {
        flota_http_respond_error(connection, &dash->auth, refused, true);
        return;
    }
    if (size != UINT64_MAX && size > FLOTA_DASH_BODY_MAX) {
        refuse_too_long(connection);
        return;
    }
    struct flota_dash_writer *writer = free_writer(dash);
    if (!writer) {
        refuse(connection, 503, FLOTA_ERR_NOT_READY, "too many clients write at the same time",
               "send it again in a moment");
        return;
    }
    writer->endpoint = endpoint;
    writer->body_size = 0;
    connection->user = writer;
}

static void dash_begin(void *context, struct flota_http_connection *connection)
{
    struct flota_dash *dash = context;
    struct flota_endpoint *endpoint = find_endpoint(dash, flota_http_path(connection));
    bool is_get =
        flota_http_is_method(connection, "GET") || flota_http_is_method(connection, "HEAD");
    connection->user = NULL;
    if (!endpoint)
        refuse(connection, 404, FLOTA_ERR_BAD_REQUEST, "the device has no endpoint of this name",
               "use a name from the api section of the dashboard description");
    else if (is_get)
        respond_values(connection, endpoint);
    else if (flota_http_is_method(connection, "POST"))
        begin_post(dash, connection, endpoint);
    else
        refuse(connection, 405, FLOTA_ERR_BAD_REQUEST, "an endpoint takes GET and POST only",
               "GET its values, or POST a JSON object");
}

static size_t dash_body(void *context, struct flota_http_connection *connection,
                        const uint8_t *data, size_t size)
{
    struct flota_dash_writer *writer = connection->user;
    (void)context;
    if (!writer)
        return size;
    if (size >
        sizeof writer->body - writer->body_size) { /* a chunked body says its size too late */
        writer->endpoint = NULL;
        connection->user = NULL;
        refuse_too_long(connection);
        return size;
    }
    memcpy(writer->body + writer->body_size, data, size);
    writer->body_size += size;
    return size;
}

static void dash_end(void *context, struct flota_http_connection *connection)
{
    struct flota_dash_writer *writer = connection->user;
    (void)context;
    if (!writer)
        return;
    int error = flota_dash_from_json(writer->endpoint, writer->body, writer->body_size);
    if (error < 0)
        refuse(connection, 400, error, NULL, NULL);
    else
        respond_values(connection, writer->endpoint);
}

static void dash_done(void *context, struct flota_http_connection *connection, bool response_sent,
                      int reason)
{
    struct flota_dash_writer *writer = connection->user;
    (void)context;
    (void)response_sent;
    (void)reason;
    if (writer)
        writer->endpoint = NULL;
    connection->user = NULL;
}

const struct flota_http_handler flota_dash_handler = {
    .begin = dash_begin,
    .body = dash_body,
    .end = dash_end,
    .done = dash_done,
};
