/* http_update_pull.c - GET /update?url=: the device fetches the file, its client waits for the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "http_update_internal.h"
#include <string.h>

#define URL_MAX 512u /* bytes */

/* In the words that existing tools know. */
static void reply_busy(const struct flota_http_update *service,
                       struct flota_http_connection *connection)
{
    if (flota_http_update_wants_json(connection))
        flota_http_update_reply_error(service, connection, FLOTA_ERR_UPDATE_BUSY);
    else
        flota_http_respond_text(connection, 409, "text/plain; charset=utf-8", NULL,
                                "Another update is in progress.\r\n");
}

static void reply_no_module(struct flota_http_connection *connection)
{
    flota_http_respond_text(connection, 404, "text/plain; charset=utf-8", NULL,
                            "Not found: this firmware fetches no updates; name the module "
                            "ota-http-client in its libs:, or POST the file to /update.\r\n");
}

/* An update that was applied makes it the client whose answer the restart waits for. */
static void pull_ended(void *context, int result)
{
    struct flota_http_update *service = context;
    struct flota_http_connection *connection = service->pull_client;
    if (!connection) /* it has left */
        return;
    if (result < 0)
        flota_http_update_reply_error(service, connection, result);
    service->pull_client = NULL;
    if (result < 0)
        return;
    service->client = connection;
    service->want_json = service->pull_wants_json;
    flota_http_update_reply_success(service, connection);
}

/* Unless the query says no. */
static bool ignores_same_version(const struct flota_http_connection *connection)
{
    char value[8];
    if (flota_http_query(connection, "ignore_same_version", value, sizeof value) <= 0)
        return true;
    return strcmp(value, "0") != 0 && strcmp(value, "false") != 0;
}

static int start(struct flota_http_update *service, struct flota_http_connection *connection,
                 const char *url)
{
    const struct flota_puller *puller = service->config.puller;
    struct flota_pull_request request = {.url = url[0] ? url : NULL,
                                         .deadline_ms =
                                             flota_http_update_wanted_deadline_ms(connection),
                                         .ignore_same_version = ignores_same_version(connection),
                                         .ended = pull_ended,
                                         .context = service};
    flota_http_update_read_consents(connection, &request.consents);
    service->pull_wants_json = flota_http_update_wants_json(connection);
    return puller->start(puller->context, &request);
}

void flota_http_update_pull(struct flota_http_update *service,
                            struct flota_http_connection *connection)
{
    const struct flota_puller *puller = service->config.puller;
    char url[URL_MAX];
    int error = 0;
    if (!puller || !puller->start) {
        reply_no_module(connection);
        return;
    }
    if (flota_http_query(connection, "url", url, sizeof url) < 0)
        error = FLOTA_ERR_URL_BAD;
    if (error == 0 && (service->pull_client || flota_ota_is_busy(service->config.ota)))
        error = FLOTA_ERR_UPDATE_BUSY;
    if (error == 0)
        error = start(service, connection, url);
    if (error == FLOTA_ERR_UPDATE_BUSY)
        reply_busy(service, connection);
    else if (error < 0)
        flota_http_update_reply_error(service, connection, error);
    else
        service->pull_client = connection;
}
