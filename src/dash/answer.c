/* answer.c - long answers and downloads: made piece by piece in the connection's own memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <stdio.h>
#include <string.h>

/* --- making the body --- */

/* Returns bytes, 0: none at the moment, or no more. */
static size_t write_json(struct flota_dash_answer *answer)
{
    struct flota_json json;
    if (!dash_out_begin(&answer->out, &json, 0))
        return 0;
    answer->is_complete = dash_part_write(&answer->part, answer->dash, &json);
    answer->is_ended |= !answer->is_complete && json.size == 0; /* does not even fit alone */
    return json.size;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A file that ends before its size, or can't be read, ends the connection: the client sees it. */
static size_t read_file(struct flota_dash_answer *answer)
{
    const struct flota_files *files = answer->files;
    size_t size = smaller(answer->out.room, answer->size - answer->offset);
    int result =
        size ? files->read(files->context, answer->name, answer->offset, answer->out.text, size)
             : 0;
    answer->is_complete = result <= 0;
    if (result <= 0)
        return 0;
    answer->offset += (uint32_t)result;
    answer->is_complete = answer->offset == answer->size;
    return (size_t)result;
}

static void fill(struct flota_dash_answer *answer, uint32_t now_ms)
{
    if (answer->is_complete || answer->is_ended || !dash_out_is_empty(&answer->out))
        return;
    size_t size = answer->files ? read_file(answer) : write_json(answer);
    dash_out_add(&answer->out, size, now_ms);
}

/* --- the session --- */

static void open_session(void *session, void *context, const char *peer, uint32_t now_ms)
{
    struct flota_dash_answer *answer = session;
    (void)context;
    (void)peer;
    dash_out_open(&answer->out, answer->connection);
    fill(answer, now_ms);
}

/* The next request: the connection closes behind this answer. */
static size_t receive(void *session, const uint8_t *data, size_t size, uint32_t now_ms)
{
    (void)session;
    (void)data;
    (void)now_ms;
    return size;
}

static size_t output(void *session, const uint8_t **data)
{
    const struct flota_dash_answer *answer = session;
    return dash_out_output(&answer->out, data);
}

static void sent(void *session, size_t size)
{
    struct flota_dash_answer *answer = session;
    dash_out_sent(&answer->out, size);
}

static void acked(void *session, size_t size, uint32_t now_ms)
{
    struct flota_dash_answer *answer = session;
    dash_out_acked(&answer->out, size);
    fill(answer, now_ms);
}

static void poll(void *session, uint32_t now_ms)
{
    struct flota_dash_answer *answer = session;
    fill(answer, now_ms);
    if (dash_out_stalled_ms(&answer->out, now_ms) >= FLOTA_HTTP_SEND_MS)
        answer->is_ended = true;
}

static bool wants_close(const void *session)
{
    const struct flota_dash_answer *answer = session;
    return answer->is_ended || (answer->is_complete && dash_out_is_empty(&answer->out));
}

static enum flota_stream_use use(const void *session)
{
    const struct flota_dash_answer *answer = session;
    bool is_slow =
        dash_out_stalled_ms(&answer->out, answer->connection->now_ms) >= FLOTA_HTTP_SLOW_MS;
    return is_slow ? FLOTA_STREAM_USE_PARTIAL : FLOTA_STREAM_USE_EXCHANGE;
}

/* A client may close its sending half and still read. */
static void peer_ended(void *session, size_t undelivered)
{
    (void)session;
    (void)undelivered;
}

static void close_session(void *session)
{
    struct flota_dash_answer *answer = session;
    dash_out_close(&answer->out);
    answer->connection = NULL;
}

static const struct flota_stream_protocol protocol = {
    .session_size = sizeof(struct flota_dash_answer),
    .open = open_session,
    .receive = receive,
    .output = output,
    .sent = sent,
    .acked = acked,
    .poll = poll,
    .output_ended = wants_close,
    .wants_close = wants_close,
    .use = use,
    .peer_ended = peer_ended,
    .close = close_session,
};

/* --- places --- */

static struct flota_dash_answer *place(struct flota_dash *dash,
                                       struct flota_http_connection *connection)
{
    for (size_t i = 0; i < FLOTA_DASH_ANSWERS; i++) {
        struct flota_dash_answer *answer = &dash->answers[i];
        if (answer->connection)
            continue;
        *answer = (struct flota_dash_answer){.dash = dash, .connection = connection};
        return answer;
    }
    dash_refuse_words(connection, 503, FLOTA_ERR_NOT_READY,
                      "too many clients read long answers at the same time",
                      "ask again in a moment");
    return NULL;
}

static void respond(struct flota_dash_answer *answer, const char *type, const char *extra,
                    size_t size)
{
    if (!flota_http_stream(answer->connection, type, extra, size, &protocol, answer, NULL))
        answer->connection = NULL;
}

void dash_answer_part(struct flota_dash *dash, struct flota_http_connection *connection,
                      const struct flota_dash_part *part)
{
    struct flota_dash_answer *answer = place(dash, connection);
    if (!answer)
        return;
    answer->part = *part;
    respond(answer, "application/json", NULL, FLOTA_HTTP_SIZE_UNKNOWN);
}

/* --- files --- */

/* What a page can show; others are bytes to save. */
static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        {".txt", "text/plain; charset=utf-8"},
        {".log", "text/plain; charset=utf-8"},
        {".csv", "text/csv; charset=utf-8"},
        {".json", "application/json"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".jpeg", "image/jpeg"},
        {".webp", "image/webp"},
        {".svg", "image/svg+xml"},
    };
    const char *end = strrchr(name, '.');
    for (size_t i = 0; end && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i][0], end) == 0)
            return types[i][1];
    return "application/octet-stream";
}

/* What people have uploaded must not act as the device's own page. */
#define SANDBOX "Content-Security-Policy: sandbox\r\n"

void dash_answer_file(struct flota_dash *dash, struct flota_http_connection *connection,
                      const struct flota_files *files, const char *name, uint32_t size)
{
    struct flota_dash_answer *answer = place(dash, connection);
    if (!answer)
        return;
    answer->files = files;
    answer->size = size;
    snprintf(answer->name, sizeof answer->name, "%s", name);
    respond(answer, type_of(name), SANDBOX, size);
}

void dash_answer_lost(struct flota_dash *dash, const struct flota_http_connection *connection)
{
    for (size_t i = 0; i < FLOTA_DASH_ANSWERS; i++)
        if (dash->answers[i].connection == connection)
            dash->answers[i].connection = NULL;
}
