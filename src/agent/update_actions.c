/* update_actions.c - requests without a file: confirm, revert, seen, cancel.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"

typedef void (*action)(struct flota_http_update *service, struct flota_http_connection *connection);

static void reply(const struct flota_http_update *service, struct flota_http_connection *connection,
                  int result)
{
    if (result < 0)
        flota_http_update_reply_error(service, connection, result);
    else
        flota_http_update_reply_status(service, connection, 200);
}

/* The journals can be written when no update uses the flash. */
static int check_quiet(const struct flota_http_update *service)
{
    return flota_http_update_is_quiet(service) ? 0 : FLOTA_ERR_UPDATE_BUSY;
}

static void confirm(struct flota_http_update *service, struct flota_http_connection *connection)
{
    bool was_confirmed = flota_trial_running(service->config.trial) == FLOTA_RUNNING_CONFIRMED;
    int result = check_quiet(service);
    if (result == 0)
        result = flota_trial_confirm(service->config.trial);
    if (result == 0 && !was_confirmed)
        flota_http_update_log(service, "confirmed by request");
    reply(service, connection, result);
}

static void see(struct flota_http_update *service, struct flota_http_connection *connection)
{
    int result = check_quiet(service);
    if (result == 0)
        result = flota_trial_seen(service->config.trial);
    reply(service, connection, result);
}

/* The guard goes back to the image before. */
static void end_trial(struct flota_http_update *service, struct flota_http_connection *connection)
{
    flota_http_update_adopt(service, connection);
    service->answered = true;
    service->activate = service->go_back = true;
    service->activate_at_ms = service->now_ms + FLOTA_HTTP_ACTIVATE_MS;
    flota_trial_leave_later(service->config.trial);
    flota_http_close_after(connection);
    flota_http_update_reply_status(service, connection, 200);
}

/* A trial of the image in the other bank: goes on as an update does, without a file. */
static void revert(struct flota_http_update *service, struct flota_http_connection *connection)
{
    struct flota_update_request request = {0};
    if (check_quiet(service) != 0) {
        flota_http_update_reply_error(service, connection, FLOTA_ERR_UPDATE_BUSY);
        return;
    }
    if (flota_trial_running(service->config.trial) == FLOTA_RUNNING_TRIAL) {
        end_trial(service, connection);
        return;
    }
    flota_http_update_adopt(service, connection);
    service->is_multipart = false;
    request.consents = service->consents;
    request.deadline_ms = service->deadline_ms;
    int error = flota_updater_revert(&service->updater, service->config.target, &request);
    service->recovered = service->recovered && error != 0;
    if (error < 0)
        flota_http_update_fail(service, connection, error);
    else
        flota_http_update_log(service, "going back to the image in the other bank");
}

static bool is_cancellable(const struct flota_http_update *service)
{
    if (service->client)
        return !service->answered;
    return service->unattended || flota_http_update_is_between_pieces(service);
}

/* The client's own connection can't say it: what its computer has buffered still arrives, and a
 * file that arrived whole is installed. */
static void cancel(struct flota_http_update *service, struct flota_http_connection *connection)
{
    if (!is_cancellable(service)) {
        flota_http_update_reply_error(service, connection, FLOTA_ERR_NOT_READY);
        return;
    }
    if (service->client) {
        flota_http_update_fail(service, service->client, FLOTA_ERR_TRANSFER_CANCELLED);
    } else {
        flota_http_update_give_up(service, FLOTA_ERR_TRANSFER_CANCELLED);
    }
    flota_http_update_reply_status(service, connection, 200);
}

bool flota_http_update_act(struct flota_http_update *service,
                           struct flota_http_connection *connection)
{
    static const struct {
        const char *flag;
        const char *path;
        action act;
    } actions[] = {
        {"confirm", "/update/commit", confirm},
        {"revert", "/update/revert", revert},
        {"seen", "/update/seen", see},
        {"cancel", "/update/cancel", cancel},
    };
    struct flota_http_text path = flota_http_path(connection);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (!flota_http_update_flag(connection, actions[i].flag) &&
            !flota_http_text_is(path, actions[i].path))
            continue;
        actions[i].act(service, connection);
        return true;
    }
    return false;
}
