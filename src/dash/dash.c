/* dash.c - /api/NAME: which endpoint, which method, who may.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <string.h>

static void refuse_unknown(struct flota_http_connection *connection)
{
    dash_refuse_words(connection, 404, FLOTA_ERR_BAD_REQUEST,
                      "the device has no endpoint or row of this name",
                      "use a name from the api section of the dashboard description");
}

static bool is_reading(const struct flota_http_connection *connection)
{
    return flota_http_is_method(connection, "GET"); /* HEAD, too */
}

/* --- GET --- */

static void serve_get(struct flota_dash *dash, struct flota_http_connection *connection,
                      const struct dash_target *target)
{
    struct flota_endpoint *endpoint = target->endpoint;
    struct flota_dash_part part;
    dash_part_begin(&part, endpoint);
    if (target->has_rest && endpoint->type == FLOTA_ENDPOINT_DATA)
        dash_part_begin_history(&part, endpoint);
    if (target->has_rest && endpoint->type == FLOTA_ENDPOINT_FILES)
        dash_file_get(dash, connection, endpoint, target->rest);
    else if (target->has_rest && endpoint->type == FLOTA_ENDPOINT_ARRAY)
        dash_respond_row(dash, connection, endpoint, (size_t)dash_find_row(target));
    else
        dash_respond_part(dash, connection, &part);
}

static void serve_status(struct flota_dash *dash, struct flota_http_connection *connection)
{
    struct flota_dash_part part;
    dash_part_begin(&part, NULL);
    if (is_reading(connection))
        dash_respond_part(dash, connection, &part);
    else
        dash_refuse_method(connection, "GET, HEAD");
}

static void serve_events(struct flota_dash *dash, struct flota_http_connection *connection)
{
    if (is_reading(connection))
        dash_stream_begin(dash, connection);
    else
        dash_refuse_method(connection, "GET, HEAD");
}

/* --- POST --- */

static void refuse_too_long(struct flota_http_connection *connection)
{
    dash_refuse_words(connection, 413, FLOTA_ERR_BAD_VALUE, "the body is longer than 1024 bytes",
                      "send only the fields that change");
}

static void begin_post(struct flota_dash *dash, struct flota_http_connection *connection,
                       const struct dash_target *target)
{
    uint64_t size = flota_http_body_size(connection);
    if (size != UINT64_MAX && size > FLOTA_DASH_BODY_MAX) {
        refuse_too_long(connection);
        return;
    }
    struct flota_dash_writer *writer = dash_free_writer(dash, connection);
    if (!writer)
        return;
    writer->endpoint = target->endpoint;
    writer->row = target->has_rest ? (uint16_t)dash_find_row(target) : 0;
    connection->user = writer;
}

static void serve_write(struct flota_dash *dash, struct flota_http_connection *connection,
                        const struct dash_target *target)
{
    if (target->endpoint->type != FLOTA_ENDPOINT_FILES)
        begin_post(dash, connection, target);
    else if (flota_http_is_method(connection, "DELETE"))
        dash_file_delete(connection, target->endpoint, target->rest);
    else
        dash_file_begin(dash, connection, target->endpoint, target->rest);
}

static void end_action(struct flota_dash *dash, struct flota_http_connection *connection,
                       const struct flota_dash_writer *writer)
{
    struct flota_dash_fault fault = {0};
    struct flota_dash_part part;
    int error = dash_action_post(dash, writer->endpoint, writer->body, writer->size, &fault);
    if (error < 0) {
        dash_refuse_error(connection, error, &fault);
        return;
    }
    dash_note_now(dash, writer->endpoint);
    dash_part_begin(&part, writer->endpoint);
    dash_respond_part(dash, connection, &part);
}

static void end_values(struct flota_dash *dash, struct flota_http_connection *connection,
                       const struct flota_dash_writer *writer)
{
    struct flota_dash_fault fault = {0};
    struct flota_endpoint *endpoint = writer->endpoint;
    if (writer->row >= dash_count(endpoint)) { /* it went while the body came */
        refuse_unknown(connection);
        return;
    }
    int error =
        flota_dash_from_json(dash, endpoint, writer->row, writer->body, writer->size, &fault);
    if (error < 0) {
        dash_refuse_error(connection, error, &fault);
        return;
    }
    dash_note_now(dash, endpoint);
    dash_respond_row(dash, connection, endpoint, writer->row);
}

/* --- the handler --- */

static const struct flota_http_handler *own_handler(const struct dash_target *target)
{
    bool is_custom = target->endpoint && target->endpoint->type == FLOTA_ENDPOINT_CUSTOM;
    return is_custom ? target->endpoint->state->calls.custom : NULL;
}

static bool may(struct flota_dash *dash, struct flota_http_connection *connection,
                const struct flota_endpoint *endpoint)
{
    uint8_t level = is_reading(connection) ? endpoint->read_level : endpoint->write_level;
    struct flota_access *access = dash->config.access;
    int error = access ? flota_access_check(access, connection, level) : 0;
    if (error >= 0)
        return true;
    flota_access_refuse(access, connection, error, true);
    connection->user = dash; /* for done(): a custom handler has not begun */
    return false;
}

/* How many rows there are is for those who may read them. */
static void serve(struct flota_dash *dash, struct flota_http_connection *connection,
                  const struct dash_target *target)
{
    if (target->endpoint && !may(dash, connection, target->endpoint))
        return; /* it has been told */
    if (!dash_is_there(target))
        refuse_unknown(connection);
    else if (!dash_is_allowed(connection, dash_allowed(target)))
        dash_refuse_method(connection, dash_allowed(target));
    else if (target->endpoint->type == FLOTA_ENDPOINT_CUSTOM)
        dash_custom_begin(dash, connection, target->endpoint);
    else if (is_reading(connection))
        serve_get(dash, connection, target);
    else
        serve_write(dash, connection, target);
}

static void begin(void *context, struct flota_http_connection *connection)
{
    struct flota_dash *dash = context;
    struct dash_target target = dash_find_target(dash, flota_http_path(connection));
    connection->user = NULL;
    dash->now_ms = flota_http_now_ms(connection);
    if (!target.endpoint && !target.has_rest && dash_is_text(target.name, "events"))
        serve_events(dash, connection);
    else if (!target.endpoint && !target.has_rest && dash->config.status &&
             dash_is_text(target.name, "firmware_update"))
        serve_status(dash, connection);
    else
        serve(dash, connection, &target);
}

static size_t keep_body(struct flota_http_connection *connection, const uint8_t *data, size_t size)
{
    struct flota_dash_writer *writer = connection->user;
    if (size > sizeof writer->body - writer->size) { /* a chunked body says its size too late */
        dash_release_writer(connection);
        refuse_too_long(connection);
        return size;
    }
    memcpy(writer->body + writer->size, data, size);
    writer->size += size;
    return size;
}

static size_t body(void *context, struct flota_http_connection *connection, const uint8_t *data,
                   size_t size)
{
    const struct dash_target target = dash_find_target(context, flota_http_path(connection));
    const struct flota_http_handler *own = own_handler(&target);
    const struct flota_dash_writer *writer = connection->user;
    if (own)
        return own->body
                   ? own->body(target.endpoint->state->calls.custom_context, connection, data, size)
                   : size;
    if (!writer)
        return size;
    return writer->files ? dash_file_body(connection, data, size)
                         : keep_body(connection, data, size);
}

static void end_own(struct flota_dash *dash, struct flota_http_connection *connection)
{
    const struct flota_dash_writer *writer = connection->user;
    dash->now_ms = flota_http_now_ms(connection);
    if (!writer)
        return;
    if (writer->files)
        dash_file_end(connection);
    else if (writer->endpoint->type == FLOTA_ENDPOINT_ACTION)
        end_action(dash, connection, writer);
    else if (writer->endpoint->type == FLOTA_ENDPOINT_CUSTOM)
        dash_custom_end(connection);
    else
        end_values(dash, connection, writer);
    dash_release_writer(connection);
}

static void end(void *context, struct flota_http_connection *connection)
{
    const struct dash_target target = dash_find_target(context, flota_http_path(connection));
    const struct flota_http_handler *own = own_handler(&target);
    if (!own)
        end_own(context, connection);
    else if (own->end)
        own->end(target.endpoint->state->calls.custom_context, connection);
}

static void wait(void *context, struct flota_http_connection *connection)
{
    const struct dash_target target = dash_find_target(context, flota_http_path(connection));
    const struct flota_http_handler *own = own_handler(&target);
    if (own && own->wait)
        own->wait(target.endpoint->state->calls.custom_context, connection);
}

static void done(void *context, struct flota_http_connection *connection, bool response_sent,
                 int reason)
{
    const struct dash_target target = dash_find_target(context, flota_http_path(connection));
    const struct flota_http_handler *own = own_handler(&target);
    if (connection->user == context) {
        connection->user = NULL;
        return;
    }
    if (own) {
        if (own->done)
            own->done(target.endpoint->state->calls.custom_context, connection, response_sent,
                      reason);
        return;
    }
    dash_release_writer(connection);
    if (response_sent)
        return;
    dash_stream_lost(context, connection);
    dash_answer_lost(context, connection);
}

const struct flota_http_handler flota_dash_handler = {
    .begin = begin,
    .body = body,
    .end = end,
    .wait = wait,
    .done = done,
};

void flota_dash_init(struct flota_dash *dash, const struct flota_dash_config *config)
{
    memset(dash, 0, sizeof *dash);
    dash->config = *config;
    if (dash->config.endpoint_count > FLOTA_DASH_ENDPOINTS_MAX)
        dash->config.endpoint_count = FLOTA_DASH_ENDPOINTS_MAX;
}
