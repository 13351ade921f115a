/* http_update.c - the update service over HTTP: from a request's head to its answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"
#include <string.h>

#define FORM_OVERHEAD_MAX 8192u /* bytes of a form around the file, generously */

/* --- outcomes --- */

void flota_http_update_fail(struct flota_http_update *service,
                            struct flota_http_connection *connection, int error)
{
    flota_ota_fail(service->config.ota, error);
    service->answered = true;
    flota_http_update_reply_error(service, connection, error);
}

/* The update has ended without this client's doing. */
static void update_failed(void *context, int error)
{
    struct flota_http_update *service = context;
    service->answered = true;
    if (service->client)
        flota_http_update_reply_error(service, service->client, error);
}

/* Ask for the outcome, once flash has had its say. */
static void conclude(struct flota_http_update *service, struct flota_http_connection *connection)
{
    struct flota_ota *ota = service->config.ota;
    int result = flota_ota_finish(ota);
    if (result < 0) {
        service->answered = true;
        flota_http_update_reply_error(service, connection, result);
    } else if (result == 0) {
        flota_ota_restart(ota, FLOTA_OTA_ANSWER_MS);
        flota_http_update_reply_success(service, connection);
    }
}

/* --- the request's head --- */

static uint32_t area_size(const struct flota_http_update *service)
{
    const struct flota_flash *flash = service->config.ota->config.target->flash;
    return flash->image_sector_count * flash->sector_size;
}

/* What Content-Length alone tells, before a byte of the body. A form is larger than its file, and a
 * bundle larger than its image; how small a form's file is only its parts tell. */
static int check_size(const struct flota_http_update *service, uint64_t size, bool is_form)
{
    uint64_t overhead = FLOTA_UPDATE_BUNDLE_OVERHEAD + (is_form ? FORM_OVERHEAD_MAX : 0);
    if (size == UINT64_MAX)
        return 0;
    if (size == 0)
        return FLOTA_ERR_IMAGE_EMPTY;
    if (size > area_size(service) + overhead)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    bool too_short = !is_form && size < FLOTA_IMAGE_HEAD_SIZE;
    return too_short ? FLOTA_ERR_IMAGE_TOO_SHORT : 0;
}

void flota_http_update_set_size(const struct flota_http_update *service,
                                struct flota_ota_request *request, uint64_t size, bool is_form)
{
    bool known = !is_form && size <= area_size(service) + FLOTA_UPDATE_BUNDLE_OVERHEAD;
    if (request->error == 0)
        request->error = check_size(service, size, is_form);
    request->total_size = known ? (uint32_t)size : 0;
}

void flota_http_update_adopt(struct flota_http_update *service,
                             struct flota_http_connection *connection)
{
    service->client = connection;
    service->want_json = flota_http_update_wants_json(connection);
    service->answered = false;
    service->restarts = false;
    service->no_file = false;
    service->request =
        (struct flota_ota_request){.from = flota_http_peer(connection),
                                   .deadline_ms = flota_http_update_wanted_deadline_ms(connection)};
    flota_http_update_read_consents(connection, &service->request.consents);
}

static int first_error(int a, int b)
{
    return a < 0 ? a : b;
}

/* A form's fields may change the request: it begins once more with its file. */
static int begin_file(struct flota_http_update *service, uint64_t size)
{
    struct flota_ota_request *request = &service->request;
    flota_http_update_set_size(service, request, size, service->is_multipart);
    return flota_ota_begin(service->config.ota, request, &service->owner);
}

/* A range from 0 on begins a file; any other goes on with the one that is here. */
static int begin_range(struct flota_http_update *service, const struct flota_http_range *range)
{
    struct flota_ota_request *request = &service->request;
    request->in_pieces = range->end < range->total;
    if (service->is_multipart)
        return FLOTA_ERR_BAD_REQUEST;
    if (range->start == 0)
        return begin_file(service, range->total);
    request->total_size = range->total;
    return flota_ota_resume(service->config.ota, request, range->start, &service->owner);
}

static void begin_update(struct flota_http_update *service,
                         struct flota_http_connection *connection)
{
    struct flota_http_range range;
    flota_http_update_adopt(service, connection);
    int bad = flota_http_update_body_init(service, flota_http_header(connection, "Content-Type"));
    int ranged = flota_http_update_range(connection, &range);
    int error = first_error(bad, ranged);
    service->request.error = bad;
    if (ranged == 0)
        error = begin_file(service, flota_http_body_size(connection));
    else if (error >= 0)
        error = begin_range(service, &range);
    if (error >= 0)
        return;
    service->answered = true; /* what there is of a file stays when a range does not fit it */
    service->restarts = error == FLOTA_ERR_OPTIONS_SET;
    flota_http_update_reply_error(service, connection, error);
}

/* Below /update/ there are actions only. */
static bool takes_files(const struct flota_http_connection *connection)
{
    struct flota_http_text path = flota_http_path(connection);
    return flota_http_text_is(path, "/update") || flota_http_text_is(path, FLOTA_HTTP_STATUS_PATH);
}

static void reply_not_found(struct flota_http_connection *connection)
{
    flota_http_respond_text(connection, 404, "text/plain; charset=utf-8", NULL,
                            "Not found: /update, /update/commit and /update/revert are here.\r\n");
}

/* Existing scripts commit and revert by GET, too. HEAD changes nothing, ever. */
static void update_get(struct flota_http_update *service, struct flota_http_connection *connection)
{
    if (flota_http_text_is(flota_http_path(connection), FLOTA_HTTP_STATUS_PATH)) {
        flota_http_update_reply_status(service, connection, 200);
        return;
    }
    int error = flota_http_is_method(connection, "HEAD")
                    ? FLOTA_ERR_BAD_REQUEST
                    : flota_http_update_authorize(service, connection);
    if (error < 0)
        flota_http_update_reply_error(service, connection, error);
    else if (takes_files(connection))
        flota_http_update_pull(service, connection);
    else if (!flota_http_update_act(service, connection))
        reply_not_found(connection);
}

static void update_begin(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    if (flota_http_is_method(connection, "GET")) {
        update_get(service, connection);
        return;
    }
    int error = flota_http_update_authorize(service, connection);
    if (error == 0 && flota_http_update_act(service, connection))
        return;
    if (error == 0 && !takes_files(connection)) {
        reply_not_found(connection);
        return;
    }
    if (error == 0 && flota_ota_is_busy(service->config.ota))
        error = FLOTA_ERR_UPDATE_BUSY;
    if (error < 0)
        flota_http_update_reply_error(service, connection, error);
    else if (flota_http_update_flag(connection, "check"))
        flota_http_update_check(service, connection);
    else
        begin_update(service, connection);
}

/* --- the request's body and end --- */

static size_t update_body(void *context, struct flota_http_connection *connection,
                          const uint8_t *data, size_t size)
{
    struct flota_http_update *service = context;
    if (service->check_client == connection)
        flota_ota_check_take(&service->check, data, size);
    if (service->client != connection || service->no_file)
        return size;
    int taken = flota_http_update_take(service, data, size);
    if (taken >= 0)
        return (size_t)taken;
    flota_http_update_fail(service, connection, taken);
    return 0;
}

/* More of the file is to come in other requests. */
static void accept_piece(struct flota_http_update *service,
                         struct flota_http_connection *connection)
{
    service->answered = true;
    flota_ota_release(service->config.ota);
    flota_http_update_reply_status(service, connection, 202);
}

static void update_end(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    if (service->check_client == connection)
        flota_http_update_check_end(service, connection);
    if (service->client != connection || service->answered)
        return;
    int error = flota_http_update_body_end(service);
    if (error < 0)
        flota_http_update_fail(service, connection, error);
    else if (service->request.in_pieces)
        accept_piece(service, connection);
    else
        conclude(service, connection);
}

static void update_wait(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    if (service->check_client == connection)
        flota_http_update_check_end(service, connection);
    if (service->client == connection && !service->answered)
        conclude(service, connection);
}

static void update_done(void *context, struct flota_http_connection *connection, bool response_sent,
                        int reason)
{
    struct flota_http_update *service = context;
    (void)response_sent;
    if (service->pull_client == connection)
        service->pull_client = NULL;
    if (service->check_client == connection)
        service->check_client = NULL;
    if (service->client != connection)
        return;
    if (service->restarts)
        flota_ota_restart(service->config.ota, FLOTA_OTA_ANSWERED_MS);
    else if (!service->answered && !flota_ota_leave(service->config.ota, reason))
        flota_http_update_reply_error(service, connection, reason);
    service->client = NULL;
}

const struct flota_http_handler flota_http_update_handler = {
    .begin = update_begin,
    .body = update_body,
    .end = update_end,
    .wait = update_wait,
    .done = update_done,
};

void flota_http_update_init(struct flota_http_update *service,
                            const struct flota_http_update_config *config)
{
    memset(service, 0, sizeof *service);
    service->config = *config;
    service->owner = (struct flota_ota_owner){.failed = update_failed, .context = service};
}
