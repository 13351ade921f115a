/* http_update_request.c - what a request's path, query and headers ask for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/access.h"
#include "http_update_internal.h"
#include <string.h>

bool flota_http_update_flag(const struct flota_http_connection *connection, const char *name)
{
    char value[8];
    return flota_http_query(connection, name, value, sizeof value) >= 0 &&
           (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

uint32_t flota_http_update_wanted_deadline_ms(const struct flota_http_connection *connection)
{
    char value[8];
    if (flota_http_query(connection, "commit_timeout", value, sizeof value) <= 0)
        return 0;
    return flota_http_update_deadline_ms((struct flota_http_text){value, strlen(value)});
}

void flota_http_update_read_consents(const struct flota_http_connection *connection,
                                     struct flota_image_consents *consents)
{
    consents->foreign = flota_http_update_flag(connection, "foreign");
    consents->downgrade = flota_http_update_flag(connection, "downgrade");
    consents->guard = flota_http_update_flag(connection, "guard");
    consents->again = flota_http_update_flag(connection, "force");
    consents->options = flota_http_update_flag(connection, "options");
}

bool flota_http_update_wants_json(const struct flota_http_connection *connection)
{
    struct flota_http_text accept = flota_http_header(connection, "Accept");
    return flota_http_text_is(flota_http_path(connection), FLOTA_HTTP_STATUS_PATH) ||
           flota_http_text_contains(accept, "application/json");
}

int flota_http_update_authorize(const struct flota_http_update *service,
                                const struct flota_http_connection *connection)
{
    struct flota_access *access = service->config.access;
    const struct flota_auth *auth = &service->config.auth;
    bool by_get = flota_http_is_method(connection, "GET");
    if (!access)
        return by_get ? flota_auth_check_get(auth, connection) : flota_auth_check(auth, connection);
    uint8_t level = flota_access_update_level(access);
    return by_get ? flota_access_check_get(access, connection, level)
                  : flota_access_check(access, connection, level);
}
