/* access.c - who sends a request, and may he do what he wants?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include "error_reply.h"
#include "flota/error.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_OPEN 0xFFFFFFFFu /* stands for sessions of anybody while all is open */
#define TOKEN_BIT   0x80000000u

/* --- secrets --- */

bool flota_access_equals(const void *a, const void *b, size_t size)
{
    const volatile uint8_t *left = a, *right = b;
    volatile unsigned difference = 0;
    for (size_t i = 0; i < size; i++)
        difference |= (unsigned)(left[i] ^ right[i]);
    return difference == 0;
}

/* A compiler that sees nobody read it later would leave out a memset. */
void flota_access_wipe(void *memory, size_t size)
{
    volatile uint8_t *bytes = memory;
    while (size-- > 0)
        *bytes++ = 0;
}

/* --- life --- */

void flota_access_log(const struct flota_access *access, const char *format, ...)
{
    char line[128];
    va_list arguments;
    if (!access->config.log)
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    access->config.log(line);
}

void flota_access_init(struct flota_access *access, const struct flota_access_config *config,
                       uint32_t now_ms)
{
    const struct flota_config_table keys = access->keys; /* it hangs in the list of tables */
    memset(access, 0, sizeof *access);
    access->keys = keys;
    access->config = *config;
    access->now_ms = now_ms;
    if (access->config.iterations == 0)
        access->config.iterations = FLOTA_ACCESS_ITERATIONS;
    flota_access_load(access);
    if (flota_access_is_open(access))
        flota_access_log(access, "OPEN TO EVERYBODY: no password is set yet; open the page and set "
                                 "one");
    else if (access->is_first)
        flota_access_log(access, "no password is set yet: open the page and set one");
}

void flota_access_advance(struct flota_access *access, uint32_t now_ms)
{
    if ((int32_t)(now_ms - access->now_ms) > 0)
        access->now_ms = now_ms;
}

bool flota_access_poll(struct flota_access *access, uint32_t now_ms)
{
    flota_access_advance(access, now_ms);
    flota_access_sessions_poll(access);
    return flota_access_line_poll(access);
}

/* --- who is it --- */

uint8_t flota_access_user_count(const struct flota_access *access)
{
    const struct flota_access_rules *rules = access->config.rules;
    if (!rules)
        return 0;
    return rules->user_count < FLOTA_ACCESS_USERS_MAX ? rules->user_count : FLOTA_ACCESS_USERS_MAX;
}

static bool has_auth_credentials(const struct flota_access *access,
                                 const struct flota_http_connection *connection)
{
    const struct flota_auth *auth = &access->config.auth;
    return auth->kind != FLOTA_AUTH_KIND_NONE &&
           flota_auth_check_credentials(auth, connection) == 0;
}

static struct flota_access_who by_session(const struct flota_access *access,
                                          const struct flota_access_session *session)
{
    bool has_users = flota_access_has_users(access);
    return (struct flota_access_who){
        .level =
            has_users ? access->config.rules->users[session->user].level : FLOTA_ACCESS_LEVEL_MAX,
        .user = has_users ? session->user : FLOTA_ACCESS_NOBODY,
        .number = session->number,
        .is_known = true,
    };
}

/* Everybody's level: without users and credentials, or while all is open. */
static uint8_t open_level(const struct flota_access *access)
{
    bool is_free =
        !flota_access_has_users(access) && access->config.auth.kind == FLOTA_AUTH_KIND_NONE;
    if (is_free || flota_access_is_open(access))
        return FLOTA_ACCESS_LEVEL_MAX;
    return access->config.everybody;
}

struct flota_access_who flota_access_who(struct flota_access *access,
                                         const struct flota_http_connection *connection)
{
    const struct flota_access_session *session = flota_access_session_of(access, connection);
    struct flota_access_who who = {.level = open_level(access), .user = FLOTA_ACCESS_NOBODY};
    if (flota_access_is_open(access))
        who.number = NUMBER_OPEN;
    if (has_auth_credentials(access, connection)) {
        who = (struct flota_access_who){FLOTA_ACCESS_LEVEL_MAX, FLOTA_ACCESS_NOBODY, 0, true};
    } else if (flota_access_is_token(access, flota_auth_bearer(connection))) {
        who = (struct flota_access_who){access->token_level, FLOTA_ACCESS_NOBODY,
                                        access->token_number, true};
    } else if (session) {
        who = by_session(access, session);
    }
    return who;
}

uint8_t flota_access_level(struct flota_access *access,
                           const struct flota_http_connection *connection, uint32_t *session)
{
    struct flota_access_who who = flota_access_who(access, connection);
    if (session)
        *session = who.number;
    return who.level;
}

/* --- may he --- */

static const struct flota_auth anybody = {.kind = FLOTA_AUTH_KIND_NONE};

static int judge(struct flota_access *access, const struct flota_http_connection *connection,
                 uint8_t level)
{
    struct flota_access_who who = flota_access_who(access, connection);
    if (access->is_first && !who.is_known && !flota_access_is_open(access))
        return FLOTA_ERR_FIRST_START;
    if (who.level >= level)
        return 0;
    return who.is_known || who.level > 0 ? FLOTA_ERR_FORBIDDEN : FLOTA_ERR_UNAUTHORIZED;
}

/* With FLOTA_AUTH all that is written needs its credentials. */
static uint8_t write_level(const struct flota_access *access, uint8_t level)
{
    return level == 0 && !flota_access_has_users(access) ? 1 : level;
}

int flota_access_check(struct flota_access *access, const struct flota_http_connection *connection,
                       uint8_t level)
{
    if (flota_http_is_method(connection, "GET"))
        return judge(access, connection, level);
    return flota_access_check_upgrade(access, connection, write_level(access, level));
}

int flota_access_check_get(struct flota_access *access,
                           const struct flota_http_connection *connection, uint8_t level)
{
    int error = flota_auth_check_get(&anybody, connection);
    return error < 0 ? error : judge(access, connection, write_level(access, level));
}

int flota_access_check_upgrade(struct flota_access *access,
                               const struct flota_http_connection *connection, uint8_t level)
{
    int error = flota_auth_check(&anybody, connection);
    return error < 0 ? error : judge(access, connection, level);
}

int flota_access_check_origin(const struct flota_access *access,
                              const struct flota_http_connection *connection)
{
    (void)access;
    return flota_auth_check(&anybody, connection);
}

static bool is_of_page(const struct flota_http_connection *connection)
{
    static const char prefix[] = "/api/";
    struct flota_http_text path = flota_http_path(connection);
    return path.size >= sizeof prefix - 1 && memcmp(path.data, prefix, sizeof prefix - 1) == 0;
}

/* Users sign in with the page: a challenge that a browser would answer with a window of its own
 * (Basic) would come before the page's form. */
void flota_access_refuse(const struct flota_access *access,
                         struct flota_http_connection *connection, int error, bool json)
{
    static const struct flota_auth token = {.kind = FLOTA_AUTH_KIND_TOKEN};
    bool has_form = flota_access_has_users(access) || is_of_page(connection);
    flota_http_respond_error(connection, has_form ? &token : &access->config.auth, error, json);
}

/* --- queries --- */

bool flota_access_lasts(const struct flota_access *access, uint32_t session)
{
    if (session == 0)
        return true;
    if (session == NUMBER_OPEN)
        return flota_access_is_open(access);
    if (session & TOKEN_BIT)
        return session == access->token_number && access->token_level > 0;
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX; i++)
        if (access->sessions[i].number == session)
            return true;
    return false;
}

bool flota_access_has_users(const struct flota_access *access)
{
    return flota_access_user_count(access) > 0;
}

bool flota_access_is_open(const struct flota_access *access)
{
    return access->is_first && access->config.rules->open_at_first;
}

bool flota_access_is_first(const struct flota_access *access)
{
    return access->is_first && !access->config.rules->open_at_first;
}

uint8_t flota_access_update_level(const struct flota_access *access)
{
    return flota_access_has_users(access) ? access->config.rules->update_level : 1;
}
