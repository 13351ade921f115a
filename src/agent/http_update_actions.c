/* http_update_actions.c - requests without a file: confirm, revert, seen, cancel.
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

static void confirm(struct flota_http_update *service, struct flota_http_connection *connection)
{
    reply(service, connection, flota_ota_confirm(service->config.ota));
}

static void see(struct flota_http_update *service, struct flota_http_connection *connection)
{
    reply(service, connection, flota_ota_seen(service->config.ota));
}

/* Ends a trial, or goes on as an update does, without a file. */
static void revert(struct flota_http_update *service, struct flota_http_connection *connection)
{
    if (!flota_ota_is_quiet(service->config.ota)) {
        flota_http_update_reply_error(service, connection, FLOTA_ERR_UPDATE_BUSY);
        return;
    }
    flota_http_update_adopt(service, connection);
    service->is_multipart = false;
    service->no_file = true;
    int result = flota_ota_revert(service->config.ota, &service->request, &service->owner);
    if (result == 0)
        return;
    service->answered = true;
    service->restarts = result == FLOTA_OTA_ENDS_TRIAL;
    if (service->restarts)
        flota_http_close_after(connection);
    reply(service, connection, result);
}

/* The client's own connection can't say it: what its computer has buffered still arrives. */
static void cancel(struct flota_http_update *service, struct flota_http_connection *connection)
{
    reply(service, connection, flota_ota_cancel(service->config.ota));
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
    bool by_get = flota_http_is_method(connection, "GET");
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        bool is_meant = flota_http_text_is(path, actions[i].path) ||
                        (!by_get && flota_http_update_flag(connection, actions[i].flag));
        if (!is_meant)
            continue;
        actions[i].act(service, connection);
        return true;
    }
    return false;
}
