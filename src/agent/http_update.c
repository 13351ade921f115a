/* http_update.c - the update service: from a request's head to the restart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/http_update.h"
#include "error_reply.h"
#include "flota/error.h"
#include "http_update_internal.h"
#include <string.h>

#define STATUS_PATH       "/api/firmware_update"
#define FORM_OVERHEAD_MAX 8192u /* bytes of a form around the file, generously */

/* --- answers --- */

static bool is_busy(const struct flota_http_update *service)
{
    return service->client || service->activate || service->swapped;
}

static bool wants_json(const struct flota_http_connection *connection)
{
    struct flota_http_text accept = flota_http_header(connection, "Accept");
    return flota_http_text_is(flota_http_path(connection), STATUS_PATH) ||
           flota_http_text_contains(accept, "application/json");
}

static void reply_error(const struct flota_http_update *service,
                        struct flota_http_connection *connection, int error, bool json)
{
    struct flota_error_reply reply = {.error = error,
                                      .json = json,
                                      .auth = &service->config.auth,
                                      .running = service->config.target->running};
    if (error == FLOTA_ERR_UPDATE_BUSY) {
        reply.by = service->from;
        reply.percent = flota_http_update_percent(service);
    }
    flota_http_reply_error(connection, &reply);
}

static void respond_status(const struct flota_http_update *service,
                           struct flota_http_connection *connection)
{
    char text[FLOTA_HTTP_TEXT_MAX];
    if (flota_http_update_status_json(service, text, sizeof text))
        flota_http_respond_text(connection, 200, "application/json", NULL, text);
    else
        reply_error(service, connection, FLOTA_ERR_BAD_VALUE, true);
}

static void respond_success(struct flota_http_update *service,
                            struct flota_http_connection *connection)
{
    char text[FLOTA_HTTP_TEXT_MAX] = "Update applied, finalizing\r\n";
    const char *type = "text/plain; charset=utf-8";
    if (service->want_json && flota_http_update_success_json(service, text, sizeof text))
        type = "application/json";
    flota_http_close_after(connection);
    flota_http_respond_text(connection, 200, type, NULL, text);
}

/* --- outcomes --- */

static void log_error_once(struct flota_http_update *service, int error)
{
    if (!service->logged_error)
        flota_http_update_log_error(service, error);
    service->logged_error = true;
}

/* The update of the client has failed: say so to it and to the console. */
static void fail(struct flota_http_update *service, struct flota_http_connection *connection,
                 int error)
{
    flota_updater_abort(&service->updater, error);
    service->answered = true;
    log_error_once(service, error);
    reply_error(service, connection, error, service->want_json);
}

static void succeed(struct flota_http_update *service, struct flota_http_connection *connection)
{
    flota_http_update_log_progress(service);
    service->answered = true;
    service->activate = true;
    service->activate_at_ms = service->now_ms + FLOTA_HTTP_ACTIVATE_MS;
    respond_success(service, connection);
}

/* Ask for the outcome, once flash has had its say. */
static void conclude(struct flota_http_update *service, struct flota_http_connection *connection)
{
    int result = flota_updater_finish(&service->updater);
    if (result == 0)
        succeed(service, connection);
    else if (result < 0)
        fail(service, connection, result);
}

/* --- the request's head --- */

static bool has_flag(const struct flota_http_connection *connection, const char *name)
{
    char value[8];
    return flota_http_query(connection, name, value, sizeof value) >= 0 &&
           (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

static uint32_t area_size(const struct flota_http_update *service)
{
    const struct flota_flash *flash = service->config.target->flash;
    return flash->image_sector_count * flash->sector_size;
}

/* What Content-Length alone tells, before a byte of the body. A form is larger than its file; how
 * small the file is only its parts tell. */
static int check_size(const struct flota_http_update *service, uint64_t size)
{
    uint64_t overhead = service->is_multipart ? FORM_OVERHEAD_MAX : 0;
    if (size == UINT64_MAX)
        return 0;
    if (size == 0)
        return FLOTA_ERR_IMAGE_EMPTY;
    if (size > area_size(service) + overhead)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    bool too_short = !service->is_multipart && size < FLOTA_IMAGE_HEAD_SIZE;
    return too_short ? FLOTA_ERR_IMAGE_TOO_SHORT : 0;
}

/* Start afresh for this client. The earlier update has ended. */
static void adopt(struct flota_http_update *service, struct flota_http_connection *connection)
{
    service->client = connection;
    memcpy(service->from, flota_http_peer(connection), sizeof service->from);
    service->want_json = wants_json(connection);
    service->consents.foreign = has_flag(connection, "foreign");
    service->consents.downgrade = has_flag(connection, "downgrade");
    service->answered = false;
    service->logged_start = false;
    service->logged_error = false;
    service->logged_percent = 0;
    service->logged_phase = FLOTA_UPDATE_IDLE;
}

static int first_error(int a, int b)
{
    return a < 0 ? a : b;
}

/* The updater is created in any case, so that the status tells about this attempt. */
static void begin_update(struct flota_http_update *service,
                         struct flota_http_connection *connection)
{
    struct flota_http_text type = flota_http_header(connection, "Content-Type");
    uint64_t size = flota_http_body_size(connection);
    adopt(service, connection);
    int error = flota_http_update_body_init(service, type);
    error = first_error(error, check_size(service, size));
    bool known = !service->is_multipart && size <= area_size(service);
    error = first_error(error, flota_http_update_create(service, known ? (uint32_t)size : 0));
    if (error < 0)
        fail(service, connection, error);
    else
        flota_http_update_log_progress(service);
}

/* The client's own connection can't say it: what its computer has buffered still arrives, and a
 * file that arrived whole is installed. */
static void cancel_update(struct flota_http_update *service,
                          struct flota_http_connection *connection)
{
    if (!service->client || service->answered) {
        reply_error(service, connection, FLOTA_ERR_NOT_READY, wants_json(connection));
        return;
    }
    fail(service, service->client, FLOTA_ERR_TRANSFER_CANCELLED);
    respond_status(service, connection);
}

static void update_begin(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    if (flota_http_is_method(connection, "GET")) {
        respond_status(service, connection);
        return;
    }
    int error = flota_auth_check(&service->config.auth, connection);
    if (error == 0 && has_flag(connection, "cancel")) {
        cancel_update(service, connection);
        return;
    }
    if (error == 0 && is_busy(service))
        error = FLOTA_ERR_UPDATE_BUSY;
    if (error < 0)
        reply_error(service, connection, error, wants_json(connection));
    else
        begin_update(service, connection);
}

/* --- the request's body and end --- */

static size_t update_body(void *context, struct flota_http_connection *connection,
                          const uint8_t *data, size_t size)
{
    struct flota_http_update *service = context;
    int taken = flota_http_update_take(service, data, size);
    if (taken < 0) {
        fail(service, connection, taken);
        return 0;
    }
    flota_http_update_log_progress(service);
    return (size_t)taken;
}

static void update_end(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    int error = flota_http_update_body_end(service);
    if (error < 0)
        fail(service, connection, error);
    else
        conclude(service, connection);
}

static void update_wait(void *context, struct flota_http_connection *connection)
{
    conclude(context, connection);
}

static void update_done(void *context, struct flota_http_connection *connection, bool response_sent,
                        int reason)
{
    struct flota_http_update *service = context;
    (void)response_sent;
    if (service->client != connection)
        return;
    service->client = NULL;
    if (service->activate)
        service->activate_at_ms = service->now_ms + FLOTA_HTTP_RESTART_MS;
    else if (!service->answered)
        fail(service, connection, reason);
}

const struct flota_http_handler flota_http_update_handler = {
    .begin = update_begin,
    .body = update_body,
    .end = update_end,
    .wait = update_wait,
    .done = update_done,
};

/* --- the service --- */

void flota_http_update_init(struct flota_http_update *service,
                            const struct flota_http_update_config *config)
{
    memset(service, 0, sizeof *service);
    service->config = *config;
}

/* The image stands verified in the spare slot and the client has its answer: swap and restart. */
static void restart(struct flota_http_update *service)
{
    const struct flota_platform *platform = service->config.target->platform;
    bool first = platform->active_bank(platform->port) == 1;
    service->activate = false;
    flota_http_update_log(service, first ? "swap to bank 2" : "swap to bank 1");
    int error = flota_updater_activate(&service->updater);
    if (error < 0) {
        log_error_once(service, error);
        return;
    }
    service->swapped = true;
    flota_http_update_log(service, "restart");
    platform->reset(platform->port);
}

int flota_http_update_poll(struct flota_http_update *service, uint32_t now_ms)
{
    service->now_ms = now_ms;
    int result = flota_updater_poll(&service->updater);
    if (result < 0 && service->client && !service->answered)
        fail(service, service->client, result);
    flota_http_update_log_progress(service);
    if (service->activate && (int32_t)(now_ms - service->activate_at_ms) >= 0)
        restart(service);
    if (!is_busy(service))
        return FLOTA_UPDATER_NEEDS_INPUT;
    return result == FLOTA_UPDATER_GOES_ON ? FLOTA_UPDATER_GOES_ON : FLOTA_UPDATER_WAITS;
}
