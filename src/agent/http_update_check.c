/* http_update_check.c - POST ?check=1: what would this file be refused for? Nothing is written.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"
#include <string.h>

#define SIZE_TEXT_MAX 32u

/* The file's, or, unless it is said, the body's: then all of it comes. Returns 0, or
 * FLOTA_ERR_BAD_REQUEST. */
static int read_size(const struct flota_http_connection *connection, uint64_t *size)
{
    char value[SIZE_TEXT_MAX];
    *size = flota_http_body_size(connection);
    if (flota_http_query(connection, "size", value, sizeof value) < 0)
        return 0;
    struct flota_http_text text = {value, strlen(value)};
    return flota_http_text_number(&text, '\0', size) ? 0 : FLOTA_ERR_BAD_REQUEST;
}

static int begin(struct flota_http_update *service, struct flota_http_connection *connection)
{
    struct flota_ota_request request = {.from = flota_http_peer(connection)};
    uint64_t size;
    bool is_form =
        flota_http_text_contains(flota_http_header(connection, "Content-Type"), "multipart/");
    if (is_form || flota_http_header(connection, "Content-Range").data ||
        read_size(connection, &size) < 0)
        return FLOTA_ERR_BAD_REQUEST;
    flota_http_update_read_consents(connection, &request.consents);
    flota_http_update_set_size(service, &request, size, false);
    return flota_ota_check_begin(service->config.ota, &service->check, &request);
}

void flota_http_update_check(struct flota_http_update *service,
                             struct flota_http_connection *connection)
{
    int error = begin(service, connection);
    if (error < 0) {
        flota_http_update_reply_error(service, connection, error);
        return;
    }
    struct flota_http_connection *before = service->check_client;
    service->check_client = connection;
    if (before) /* the bytes are of another file from here on; a slow client keeps nobody waiting */
        flota_http_update_reply_error(service, before, FLOTA_ERR_NOT_READY);
}

static void reply(const struct flota_http_update *service, struct flota_http_connection *connection,
                  int error)
{
    char text[FLOTA_HTTP_TEXT_MAX];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_ota_check_json(service->config.ota, &service->check, error, &json);
    flota_json_raw(&json, "\r\n");
    flota_http_respond_text(connection, 200, "application/json", NULL, text);
}

void flota_http_update_check_end(struct flota_http_update *service,
                                 struct flota_http_connection *connection)
{
    int error;
    int result = flota_ota_check_end(service->config.ota, &service->check, &error);
    if (result == FLOTA_UPDATER_PENDING)
        return;
    service->check_client = NULL;
    if (result < 0)
        flota_http_update_reply_error(service, connection, result);
    else
        reply(service, connection, error);
}
