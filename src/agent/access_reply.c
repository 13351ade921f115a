/* access_reply.c - the answers of /api/session, /api/login, /api/logout, /api/password.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include "flota/error.h"
#include "flota/json.h"
#include "ota_internal.h"
#include <stdio.h>

#define TYPE_JSON "application/json"
#define CHALLENGE "WWW-Authenticate: Bearer realm=\"flota\"\r\n"

static int status_of(int error)
{
    switch (error) {
    case FLOTA_ERR_UNAUTHORIZED:
    case FLOTA_ERR_LOGIN_WRONG:
        return 401;
    case FLOTA_ERR_FORBIDDEN:
    case FLOTA_ERR_FIRST_START:
    case FLOTA_ERR_BAD_ORIGIN:
        return 403;
    case FLOTA_ERR_UPDATE_BUSY:
        return 409;
    case FLOTA_ERR_LOGIN_PAUSED:
        return 429;
    case FLOTA_ERR_JOURNAL:
    case FLOTA_ERR_CONFIG_FULL:
        return 500;
    case FLOTA_ERR_NOT_READY:
        return 503;
    default:
        return 400;
    }
}

void flota_access_reply_error(struct flota_http_connection *connection, int status,
                              const char *lines, int error)
{
    char text[512];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{");
    flota_json_key(&json, "error");
    flota_json_error(&json, error);
    flota_json_raw(&json, "}");
    flota_http_respond_text(connection, status, TYPE_JSON, lines, text);
}

void flota_access_reply_refusal(struct flota_http_connection *connection, int error)
{
    int status = status_of(error);
    flota_access_reply_error(connection, status, status == 401 ? CHALLENGE : NULL, error);
}

void flota_access_reply_paused(const struct flota_access *access,
                               struct flota_http_connection *connection, uint8_t user)
{
    char lines[40];
    uint32_t ms = flota_access_pause_ms(access, user, flota_http_peer(connection));
    snprintf(lines, sizeof lines, "Retry-After: %lu\r\n", (unsigned long)(ms + 999u) / 1000u);
    flota_access_reply_error(connection, 429, lines, FLOTA_ERR_LOGIN_PAUSED);
}

static const char *login_text(const struct flota_access *access)
{
    if (flota_access_has_users(access))
        return "users";
    switch (access->config.auth.kind) {
    case FLOTA_AUTH_KIND_TOKEN:
        return "token";
    case FLOTA_AUTH_KIND_BASIC:
        return "basic";
    default:
        return "none";
    }
}

static void write_users(const struct flota_access *access, struct flota_json *json)
{
    flota_json_key(json, "users");
    flota_json_raw(json, "[");
    for (uint8_t i = 0; i < flota_access_user_count(access); i++) {
        flota_json_raw(json, i > 0 ? "," : "");
        flota_json_string(json, access->config.rules->users[i].name, FLOTA_ACCESS_NAME_MAX);
    }
    flota_json_raw(json, "]");
}

void flota_access_reply_session(const struct flota_access *access,
                                struct flota_http_connection *connection,
                                const struct flota_access_who *who, const char *lines)
{
    const struct flota_access_config *config = &access->config;
    const char *network = config->network ? config->network(config->context) : NULL;
    bool has_name = who->user != FLOTA_ACCESS_NOBODY;
    char text[512];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{");
    flota_json_text(&json, "login", login_text(access));
    flota_json_key(&json, "first");
    flota_json_raw(&json, access->is_first ? "true" : "false");
    flota_json_text(&json, "user", has_name ? config->rules->users[who->user].name : NULL);
    flota_json_number(&json, "level", who->level);
    write_users(access, &json);
    if (network)
        flota_json_text(&json, "network", network);
    flota_json_raw(&json, "}");
    flota_http_respond_text(connection, 200, TYPE_JSON, lines, text);
}

void flota_access_reply_token(struct flota_http_connection *connection, const char *token,
                              int level)
{
    char text[96];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_json_raw(&json, "{");
    flota_json_text(&json, "token", token[0] ? token : NULL);
    flota_json_number(&json, "level", level);
    flota_json_raw(&json, "}");
    flota_http_respond_text(connection, 200, TYPE_JSON, NULL, text);
    flota_access_wipe(text, sizeof text);
}
