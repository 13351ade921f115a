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

bool flota_http_update_is_busy(const struct flota_http_update *service)
{
    return service->client || service->unattended || service->activate || service->swapped;
}

bool flota_http_update_is_quiet(const struct flota_http_update *service)
{
    return !flota_http_update_is_busy(service) && flota_updater_is_quiet(&service->updater);
}

bool flota_http_update_is_between_pieces(const struct flota_http_update *service)
{
    enum flota_update_phase phase = flota_updater_status(&service->updater)->phase;
    return !flota_http_update_is_busy(service) &&
           (phase == FLOTA_UPDATE_CHECKING || phase == FLOTA_UPDATE_RECEIVING);
}

static bool wants_json(const struct flota_http_connection *connection)
{
    struct flota_http_text accept = flota_http_header(connection, "Accept");
    return flota_http_text_is(flota_http_path(connection), STATUS_PATH) ||
           flota_http_text_contains(accept, "application/json");
}

void flota_http_update_reply_error(const struct flota_http_update *service,
                                   struct flota_http_connection *connection, int error)
{
    struct flota_error_reply reply = {
        .error = error,
        .json = connection == service->client ? service->want_json : wants_json(connection),
        .auth = &service->config.auth,
        .running = service->config.target->running};
    if (error == FLOTA_ERR_UPDATE_BUSY) {
        reply.by = service->from;
        reply.percent = flota_http_update_percent(service);
    }
    flota_http_reply_error(connection, &reply);
}

void flota_http_update_reply_status(const struct flota_http_update *service,
                                    struct flota_http_connection *connection, int code)
{
    char text[FLOTA_HTTP_TEXT_MAX];
    if (flota_http_update_status_json(service, text, sizeof text))
        flota_http_respond_text(connection, code, "application/json", NULL, text);
    else
        flota_http_update_reply_error(service, connection, FLOTA_ERR_BAD_VALUE);
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

void flota_http_update_fail(struct flota_http_update *service,
                            struct flota_http_connection *connection, int error)
{
    flota_updater_abort(&service->updater, error);
    service->answered = true;
    log_error_once(service, error);
    flota_http_update_reply_error(service, connection, error);
}

void flota_http_update_give_up(struct flota_http_update *service, int error)
{
    flota_updater_abort(&service->updater, error);
    service->unattended = false;
    log_error_once(service, error);
}

static void order_restart(struct flota_http_update *service, uint32_t wait_ms)
{
    flota_http_update_log_progress(service);
    service->activate = true;
    service->activate_at_ms = service->now_ms + wait_ms;
}

static void succeed(struct flota_http_update *service, struct flota_http_connection *connection)
{
    service->answered = true;
    order_restart(service, FLOTA_HTTP_ACTIVATE_MS);
    respond_success(service, connection);
}

/* Ask for the outcome, once flash has had its say. */
static void conclude(struct flota_http_update *service, struct flota_http_connection *connection)
{
    int result = flota_updater_finish(&service->updater);
    if (result == 0)
        succeed(service, connection);
    else if (result < 0)
        flota_http_update_fail(service, connection, result);
}

/* The same, when nobody waits for it any more. */
static void conclude_unattended(struct flota_http_update *service)
{
    int result = flota_updater_finish(&service->updater);
    if (result < 0)
        flota_http_update_give_up(service, result);
    if (result != 0)
        return;
    service->unattended = false;
    order_restart(service, 0);
}

/* --- the request's head --- */

bool flota_http_update_flag(const struct flota_http_connection *connection, const char *name)
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

/* What Content-Length alone tells, before a byte of the body. A form is larger than its file, and a
 * bundle larger than its image; how small a form's file is only its parts tell. */
static int check_size(const struct flota_http_update *service, uint64_t size)
{
    uint64_t overhead =
        FLOTA_UPDATE_BUNDLE_OVERHEAD + (service->is_multipart ? FORM_OVERHEAD_MAX : 0);
    if (size == UINT64_MAX)
        return 0;
    if (size == 0)
        return FLOTA_ERR_IMAGE_EMPTY;
    if (size > area_size(service) + overhead)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    bool too_short = !service->is_multipart && size < FLOTA_IMAGE_HEAD_SIZE;
    return too_short ? FLOTA_ERR_IMAGE_TOO_SHORT : 0;
}

/* Seconds, as the existing tool says it. Nonsense is no wish. */
static uint32_t wanted_deadline_ms(const struct flota_http_connection *connection)
{
    char value[8];
    if (flota_http_query(connection, "commit_timeout", value, sizeof value) <= 0)
        return 0;
    return flota_http_update_deadline_ms((struct flota_http_text){value, strlen(value)});
}

void flota_http_update_adopt(struct flota_http_update *service,
                             struct flota_http_connection *connection)
{
    service->client = connection;
    memcpy(service->from, flota_http_peer(connection), sizeof service->from);
    service->want_json = wants_json(connection);
    service->consents.foreign = flota_http_update_flag(connection, "foreign");
    service->consents.downgrade = flota_http_update_flag(connection, "downgrade");
    service->consents.guard = flota_http_update_flag(connection, "guard");
    service->consents.again = flota_http_update_flag(connection, "force");
    service->deadline_ms = wanted_deadline_ms(connection);
    service->answered = false;
    service->is_piece = false;
    service->go_back = false;
    service->unattended = false;
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
static int begin_file(struct flota_http_update *service, uint64_t size)
{
    int error = check_size(service, size);
    bool known = !service->is_multipart && size <= area_size(service) * 2u;
    return first_error(error, flota_http_update_create(service, known ? (uint32_t)size : 0));
}

/* A range from 0 on begins a file; any other goes on with the one that is here. */
static int begin_range(struct flota_http_update *service, const struct flota_http_range *range)
{
    service->is_piece = range->end < range->total;
    if (service->is_multipart)
        return FLOTA_ERR_BAD_REQUEST;
    if (range->start == 0)
        return begin_file(service, range->total);
    const struct flota_update_request request = {.total_size = range->total,
                                                 .consents = service->consents};
    int error = flota_updater_resume(&service->updater, &request, range->start);
    service->recovered = service->recovered && error != 0;
    service->logged_percent = (uint8_t)(flota_http_update_percent(service) / 10u * 10u);
    return error;
}

static bool is_refused_range(int error)
{
    return error == FLOTA_ERR_TRANSFER_GAP || error == FLOTA_ERR_TRANSFER_OTHER ||
           error == FLOTA_ERR_BAD_REQUEST;
}

/* What there is of a file stays when a range does not fit it. */
static void refuse_range(struct flota_http_update *service,
                         struct flota_http_connection *connection, int error)
{
    service->answered = true;
    flota_http_update_reply_error(service, connection, error);
}

static void begin_update(struct flota_http_update *service,
                         struct flota_http_connection *connection)
{
    struct flota_http_text type = flota_http_header(connection, "Content-Type");
    struct flota_http_range range;
    flota_http_update_adopt(service, connection);
    int error = flota_http_update_body_init(service, type);
    int ranged = flota_http_update_range(connection, &range);
    if (ranged != 0)
        error =
            first_error(first_error(error, ranged), ranged > 0 ? begin_range(service, &range) : 0);
    else
        error = first_error(error, begin_file(service, flota_http_body_size(connection)));
    if (ranged != 0 && is_refused_range(error))
        refuse_range(service, connection, error);
    else if (error < 0)
        flota_http_update_fail(service, connection, error);
    else
        flota_http_update_log_progress(service);
}

/* Below /update/ there are actions only. */
static bool takes_files(const struct flota_http_connection *connection)
{
    struct flota_http_text path = flota_http_path(connection);
    return flota_http_text_is(path, "/update") || flota_http_text_is(path, STATUS_PATH);
}

static void update_begin(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    if (flota_http_is_method(connection, "GET")) {
        flota_http_update_reply_status(service, connection, 200);
        return;
    }
    int error = flota_auth_check(&service->config.auth, connection);
    if (error == 0 && flota_http_update_act(service, connection))
        return;
    if (error == 0 && !takes_files(connection)) {
        flota_http_respond_text(
            connection, 404, "text/plain; charset=utf-8", NULL,
            "Not found: /update, /update/commit and /update/revert are here.\r\n");
        return;
    }
    if (error == 0 && flota_http_update_is_busy(service))
        error = FLOTA_ERR_UPDATE_BUSY;
    if (error < 0)
        flota_http_update_reply_error(service, connection, error);
    else
        begin_update(service, connection);
}

/* --- the request's body and end --- */

static size_t update_body(void *context, struct flota_http_connection *connection,
                          const uint8_t *data, size_t size)
{
    struct flota_http_update *service = context;
    if (service->updater.is_reverting || service->go_back) /* going back needs none */
        return size;
    int taken = flota_http_update_take(service, data, size);
    if (taken < 0) {
        flota_http_update_fail(service, connection, taken);
        return 0;
    }
    flota_http_update_log_progress(service);
    return (size_t)taken;
}

/* More of the file is to come in other requests. */
static void accept_piece(struct flota_http_update *service,
                         struct flota_http_connection *connection)
{
    service->answered = true;
    flota_http_update_reply_status(service, connection, 202);
}

static void update_end(void *context, struct flota_http_connection *connection)
{
    struct flota_http_update *service = context;
    int error = flota_http_update_body_end(service);
    if (service->answered)
        return;
    if (error < 0)
        flota_http_update_fail(service, connection, error);
    else if (service->is_piece)
        accept_piece(service, connection);
    else
        conclude(service, connection);
}

static void update_wait(void *context, struct flota_http_connection *connection)
{
    conclude(context, connection);
}

/* A file that arrived whole is installed: its client may have gone while sectors were erased. */
static bool goes_on_alone(const struct flota_http_update *service)
{
    return flota_updater_has_file(&service->updater) && flota_http_update_body_end(service) == 0;
}

static void update_done(void *context, struct flota_http_connection *connection, bool response_sent,
                        int reason)
{
    struct flota_http_update *service = context;
    (void)response_sent;
    if (service->client != connection)
        return;
    service->client = NULL;
    service->left_ms = service->now_ms;
    service->unattended = !service->answered && goes_on_alone(service);
    if (service->activate)
        service->activate_at_ms = service->now_ms + FLOTA_HTTP_RESTART_MS;
    else if (service->unattended)
        flota_http_update_log(service, "the client has left: the update goes on without it");
    else if (!service->answered)
        flota_http_update_fail(service, connection, reason);
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
    service->recovered = flota_updater_recover(&service->updater, config->target);
    service->can_revert = flota_updater_revertible(config->target, &service->revert) == 0;
    flota_http_update_log_running(service);
}

/* Also without a FAILED the image is left: it resets all the same, and the guard counts. When it is
 * not on trial any more, its deadline came first. */
static void go_back(struct flota_http_update *service)
{
    service->go_back = false;
    service->swapped = true;
    flota_http_update_log(service, "going back by request; restart");
    int error = flota_trial_go_back(service->config.trial);
    if (error < 0 && error != FLOTA_ERR_NOT_ON_TRIAL)
        log_error_once(service, error);
}

/* The image stands verified in the spare slot and the client has its answer: swap and restart. */
static void restart(struct flota_http_update *service)
{
    const struct flota_platform *platform = service->config.target->platform;
    bool first = platform->active_bank(platform->port) == 1;
    service->activate = false;
    if (service->go_back) {
        go_back(service);
        return;
    }
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

/* Before BEGIN the running image was confirmed. Here flash is idle: no erase was started yet. */
static int poll_updater(struct flota_http_update *service)
{
    const struct flota_update_status *status = flota_updater_status(&service->updater);
    bool had_begun = status->has_begun;
    int result = flota_updater_poll(&service->updater);
    if (status->has_begun && !had_begun)
        flota_trial_look_again(service->config.trial);
    return result;
}

/* BEGIN ends what one could go back to. */
static void look_at_other_bank(struct flota_http_update *service)
{
    if (flota_updater_status(&service->updater)->has_begun)
        service->can_revert = false;
}

/* An abandoned piece must not keep the journals from everything else. */
static void end_abandoned(struct flota_http_update *service)
{
    if (flota_http_update_is_between_pieces(service) &&
        service->now_ms - service->left_ms >= FLOTA_HTTP_PIECE_MS)
        flota_http_update_give_up(service, FLOTA_ERR_TRANSFER_STALLED);
}

int flota_http_update_poll(struct flota_http_update *service, uint32_t now_ms)
{
    service->now_ms = now_ms;
    int result = poll_updater(service);
    if (result < 0 && service->client && !service->answered)
        flota_http_update_fail(service, service->client, result);
    if (service->unattended)
        conclude_unattended(service);
    end_abandoned(service);
    look_at_other_bank(service);
    flota_http_update_log_progress(service);
    if (service->activate && (int32_t)(now_ms - service->activate_at_ms) >= 0)
        restart(service);
    if (result == FLOTA_UPDATER_GOES_ON) /* also between two pieces of a file */
        return FLOTA_UPDATER_GOES_ON;
    return flota_http_update_is_busy(service) ? FLOTA_UPDATER_WAITS : FLOTA_UPDATER_NEEDS_INPUT;
}
