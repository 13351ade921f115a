/* http_update_reply.c - the answers to those who update.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "error_reply.h"
#include "flota/access.h"
#include "flota/error.h"
#include "http_update_internal.h"

/* The head is not there any more when the update of a client ends. */
static bool wants_json(const struct flota_http_update *service,
                       const struct flota_http_connection *connection)
{
    if (connection == service->client)
        return service->want_json;
    if (connection == service->pull_client)
        return service->pull_wants_json;
    return flota_http_update_wants_json(connection);
}

static bool is_about_who(int error)
{
    return error == FLOTA_ERR_UNAUTHORIZED || error == FLOTA_ERR_FORBIDDEN ||
           error == FLOTA_ERR_FIRST_START;
}

void flota_http_update_reply_error(const struct flota_http_update *service,
                                   struct flota_http_connection *connection, int error)
{
    if (service->config.access && is_about_who(error)) {
        flota_access_refuse(service->config.access, connection, error,
                            wants_json(service, connection));
        return;
    }
    const struct flota_ota *ota = service->config.ota;
    struct flota_error_reply reply = {.error = error,
                                      .json = wants_json(service, connection),
                                      .auth = &service->config.auth,
                                      .running = ota->config.target->running};
    if (error == FLOTA_ERR_UPDATE_BUSY) {
        reply.by = ota->from;
        reply.percent = flota_ota_percent(ota);
    }
    flota_http_reply_error(connection, &reply);
}

void flota_http_update_reply_status(const struct flota_http_update *service,
                                    struct flota_http_connection *connection, int code)
{
    char text[FLOTA_HTTP_TEXT_MAX];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_ota_status_json(service->config.ota, &json);
    flota_json_raw(&json, "\r\n");
    if (json.full)
        flota_http_update_reply_error(service, connection, FLOTA_ERR_BAD_VALUE);
    else
        flota_http_respond_text(connection, code, "application/json", NULL, text);
}

void flota_http_update_reply_success(struct flota_http_update *service,
                                     struct flota_http_connection *connection)
{
    char text[FLOTA_HTTP_TEXT_MAX];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_ota_success_json(service->config.ota, &json);
    flota_json_raw(&json, "\r\n");
    service->answered = service->restarts = true;
    flota_http_close_after(connection);
    if (wants_json(service, connection) && !json.full)
        flota_http_respond_text(connection, 200, "application/json", NULL, text);
    else
        flota_http_respond_text(connection, 200, "text/plain; charset=utf-8", NULL,
                                "Update applied, finalizing\r\n");
}
