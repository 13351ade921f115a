/* fake_http.c - the fake device's web server: POST /rpc, /api/firmware_update.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crypto.h"
#include "fake.h"
#include "flota/error.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    struct MHD_Daemon *daemon;
    struct flota_rpc_channel channel;
    char authorization[512]; /* what is right; "": none is needed */
} http;

/* One request's body. */
struct body {
    char *text;
    size_t size;
    bool is_upload, began;
    int error;
};

static enum MHD_Result reply_with(const struct fake *fake, struct MHD_Connection *connection,
                                  unsigned status, const char *text)
{
    char *twisted = fake_twist(fake, text);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(twisted), twisted, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result reply_error(const struct fake *fake, struct MHD_Connection *connection,
                                   int error)
{
    char text[1024];
    const struct flota_error_text *words = flota_error_text(error);
    snprintf(text, sizeof text,
             "{\"error\":{\"code\":%d,\"name\":\"%s\",\"cause\":\"%s\",\"remedy\":\"%s\"},"
             "\"name\":\"%s\",\"version\":\"%s\"}",
             error, words->name, words->cause, words->remedy, fake->name, fake->version);
    return reply_with(fake, connection, error == FLOTA_ERR_UNAUTHORIZED ? 401 : 400, text);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value ? value : "";
}

static bool flag(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name) != NULL;
}

/* --- uploads --- */

static void begin_upload(struct fake *fake, struct MHD_Connection *connection, struct body *body)
{
    unsigned start = 0, last,
             total = (unsigned)strtoul(header(connection, "Content-Length"), NULL, 10);
    const char *range = header(connection, "Content-Range");
    const char *timeout =
        MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "commit_timeout");
    body->began = true;
    if (range[0] && sscanf(range, "bytes %u-%u/%u", &start, &last, &total) != 3)
        body->error = FLOTA_ERR_BAD_REQUEST;
    else if (start > 0 && (start != fake->received || total != fake->size))
        body->error = FLOTA_ERR_TRANSFER_OTHER;
    else
        body->error =
            fake->faults.busy ? FLOTA_ERR_UPDATE_BUSY : fake_begin(fake, total, start > 0);
    if (timeout)
        fake_log(fake, "commit_timeout %s\n", timeout);
    if (flag(connection, "downgrade"))
        fake_log(fake, "downgrade\n");
}

static void keep(struct body *body, const char *data, size_t size)
{
    body->text = realloc(body->text, body->size + size + 1);
    memcpy(body->text + body->size, data, size);
    body->size += size;
    body->text[body->size] = '\0';
}

static bool is_held(const struct fake *fake)
{
    return fake->faults.hold_at > 0 && fake->received >= fake->faults.hold_at;
}

/* Returns how much was taken: less when the device stops, or the connection is to break. */
static size_t take(struct fake *fake, struct body *body, const char *data, size_t size)
{
    size_t at = 0;
    while (at < size && !fake->drops && !fake->faults.stall && !is_held(fake)) {
        size_t piece = size - at < 512 ? size - at : 512;
        if (body->error == 0)
            body->error = fake_take(fake, (const uint8_t *)data + at, piece);
        at += piece;
    }
    return at;
}

static enum MHD_Result end_upload(struct fake *fake, struct MHD_Connection *connection,
                                  struct body *body)
{
    int error = body->error == 0 ? fake_end(fake, fake_now_ms()) : body->error;
    if (error < 0)
        return reply_error(fake, connection, error);
    return reply_with(fake, connection, 200,
                      "{\"ok\":true,\"message\":\"Update applied, finalizing\"}");
}

/* --- requests --- */

static enum MHD_Result serve_rpc(struct fake *fake, struct MHD_Connection *connection,
                                 const struct body *body)
{
    const char *reply;
    struct flota_rpc_origin origin = {.transport = "http", .peer = "test"};
    origin.is_trusted = http.authorization[0] &&
                        strcmp(header(connection, "Authorization"), http.authorization) == 0;
    flota_rpc_open(&http.channel, &fake->rpc, &origin, fake_now_ms());
    flota_rpc_take(&http.channel, body->text ? body->text : "", body->size, fake_now_ms());
    flota_rpc_poll(&http.channel, fake_now_ms());
    if (flota_rpc_reply(&http.channel, &reply) == 0)
        reply = "null";
    enum MHD_Result result = reply_with(fake, connection, 200, reply);
    flota_rpc_sent(&http.channel);
    return result;
}

static enum MHD_Result serve_status(struct fake *fake, struct MHD_Connection *connection)
{
    char *text = fake_status(fake);
    if (is_held(fake))
        fake_log(fake, "asked while held\n");
    enum MHD_Result result = reply_with(fake, connection, 200, text);
    free(text);
    return result;
}

static bool is_allowed(struct MHD_Connection *connection)
{
    return !http.authorization[0] ||
           strcmp(header(connection, "Authorization"), http.authorization) == 0;
}

static enum MHD_Result serve_old_commit(struct fake *fake, struct MHD_Connection *connection)
{
    int error = fake_commit(fake);
    return error < 0 ? reply_error(fake, connection, error)
                     : reply_with(fake, connection, 200, "Ok\r\n");
}

static enum MHD_Result serve(struct fake *fake, struct MHD_Connection *connection, const char *url,
                             const char *method, struct body *body)
{
    bool is_status = strcmp(url, "/api/firmware_update") == 0;
    if (fake->faults.old && (strcmp(url, "/rpc") == 0 || flag(connection, "confirm")))
        return reply_with(fake, connection, 405, "not this method\r\n");
    if (fake->faults.old && strcmp(url, "/update/commit") == 0)
        return serve_old_commit(fake, connection);
    if (strcmp(url, "/rpc") == 0)
        return serve_rpc(fake, connection, body);
    if (!is_status)
        return reply_with(fake, connection, 404, "no such page\r\n");
    if (strcmp(method, "GET") == 0)
        return serve_status(fake, connection);
    if (!is_allowed(connection))
        return reply_error(fake, connection, FLOTA_ERR_UNAUTHORIZED);
    if (!flag(connection, "confirm"))
        return end_upload(fake, connection, body);
    int error = fake_commit(fake);
    return error < 0 ? reply_error(fake, connection, error) : serve_status(fake, connection);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **state)
{
    struct fake *fake = context;
    struct body *body = *state;
    (void)version;
    if (!fake_is_up(fake, fake_now_ms()))
        return MHD_NO;
    if (!body) {
        *state = body = calloc(1, sizeof *body);
        body->is_upload = strcmp(url, "/api/firmware_update") == 0 && strcmp(method, "POST") == 0 &&
                          !flag(connection, "confirm");
        return MHD_YES;
    }
    if (body->is_upload && !body->began && is_allowed(connection))
        begin_upload(fake, connection, body);
    if (*size > 0 && body->is_upload && is_allowed(connection)) {
        *size -= take(fake, body, data, *size);
        if (is_held(fake)) {
            MHD_suspend_connection(connection);
            return MHD_YES;
        }
    } else if (*size > 0) {
        keep(body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (fake->drops)
        return MHD_NO;
    if (body->is_upload && body->began && *size == 0 && data)
        return MHD_YES;
    if (fake->faults.stall) {
        MHD_suspend_connection(connection);
        return MHD_YES;
    }
    return serve(fake, connection, url, method, body);
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    struct body *body = *state;
    (void)context;
    (void)connection;
    (void)code;
    if (body)
        free(body->text);
    free(body);
    *state = NULL;
}

void fake_http_open(struct fake *fake, const char *user, const char *secret)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    char pair[200], encoded[400];
    if (secret && user) {
        snprintf(pair, sizeof pair, "%s:%s", user, secret);
        crypto_base64(pair, strlen(pair), encoded);
        snprintf(http.authorization, sizeof http.authorization, "Basic %s", encoded);
    } else if (secret) {
        snprintf(http.authorization, sizeof http.authorization, "Bearer %s", secret);
    }
    http.daemon = MHD_start_daemon(MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, fake,
                                   MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED,
                                   completed, NULL, MHD_OPTION_END);
    if (!http.daemon)
        abort();
    printf("http://127.0.0.1:%u\n",
           (unsigned)MHD_get_daemon_info(http.daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
}

void fake_http_poll(struct fake *fake)
{
    fake->drops = false;
    MHD_run(http.daemon);
}
