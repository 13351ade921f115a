/* access_http.c - /api/session, /api/login, /api/logout, /api/password.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "access_internal.h"
#include "flota/error.h"
#include "flota/http_update.h"
#include <string.h>

#define TOKEN "token" /* the user of a token: of FLOTA_AUTH's, and of the one in flash */

static const struct flota_auth anybody = {.kind = FLOTA_AUTH_KIND_NONE};

/* --- sessions --- */

static void respond_who(struct flota_access *access, struct flota_http_connection *connection)
{
    struct flota_access_who who = flota_access_who(access, connection);
    flota_access_reply_session(access, connection, &who, NULL);
}

/* Signed in: a session, and its cookie. The one that the browser had before ends. */
static void sign_in(struct flota_access *access, const struct flota_access_job *job, uint8_t user)
{
    char cookie[FLOTA_ACCESS_COOKIE_MAX];
    bool has_users = flota_access_has_users(access);
    struct flota_access_session *before = flota_access_session_by(access, job->session);
    if (before)
        flota_access_session_end(before);
    const struct flota_access_session *session = flota_access_session_start(access, user);
    const struct flota_access_who who = {
        .level = has_users ? access->config.rules->users[user].level : FLOTA_ACCESS_LEVEL_MAX,
        .user = has_users ? user : FLOTA_ACCESS_NOBODY,
    };
    flota_access_cookie(session, cookie);
    flota_access_reply_session(access, job->connection, &who, cookie);
}

static void logout(struct flota_access *access, struct flota_http_connection *connection)
{
    char cookie[FLOTA_ACCESS_COOKIE_MAX];
    struct flota_access_session *session = flota_access_session_of(access, connection);
    if (session)
        flota_access_session_end(session);
    flota_access_cookie(NULL, cookie);
    struct flota_access_who who = flota_access_who(access, connection);
    flota_access_reply_session(access, connection, &who, cookie);
}

/* --- bodies --- */

static bool is_path(const struct flota_http_connection *connection, const char *path)
{
    return flota_http_text_is(flota_http_path(connection), path);
}

/* A user's index, or FLOTA_ACCESS_NOBODY. Who is there is no secret: GET session tells. */
static uint8_t find_user(const struct flota_access *access, const char *name)
{
    for (uint8_t i = 0; i < flota_access_user_count(access); i++)
        if (strcmp(access->config.rules->users[i].name, name) == 0)
            return i;
    return FLOTA_ACCESS_NOBODY;
}

/* Without users: the credentials of FLOTA_AUTH. */
static void login_by_auth(struct flota_access *access, const struct flota_access_job *job,
                          const struct flota_access_body *body)
{
    struct flota_http_connection *connection = job->connection;
    const char *address = flota_http_peer(connection);
    if (flota_access_pause_ms(access, 0, address) > 0) {
        flota_access_reply_paused(access, connection, 0);
        return;
    }
    const char *user = body->user ? body->user : ""; /* a token has none */
    bool is_right = flota_auth_is_login(&access->config.auth, user, body->password);
    flota_access_note_login(access, 0, address, is_right);
    if (is_right)
        sign_in(access, job, 0);
    else
        flota_access_reply_refusal(connection, FLOTA_ERR_LOGIN_WRONG);
}

static void change_token(struct flota_access *access, const struct flota_access_job *job,
                         const struct flota_access_body *body)
{
    char token[FLOTA_ACCESS_TOKEN_SIZE];
    int error = 0;
    if (access->is_first)
        error = FLOTA_ERR_FIRST_START;
    else if (job->level < FLOTA_ACCESS_LEVEL_MAX)
        error = job->level > 0 ? FLOTA_ERR_FORBIDDEN : FLOTA_ERR_UNAUTHORIZED;
    else if (body->level < 0 || body->password || body->old)
        error = FLOTA_ERR_BAD_VALUE;
    if (error == 0)
        error = flota_access_store_token(access, (uint8_t)body->level, token);
    if (error != 0) {
        flota_access_reply_refusal(job->connection, error);
        return;
    }
    flota_access_reply_token(job->connection, token, body->level);
    flota_access_wipe(token, sizeof token);
}

/* Answer, or put it into the line. */
static int act(struct flota_access *access, struct flota_access_job *job,
               const struct flota_access_body *body)
{
    bool has_users = flota_access_has_users(access);
    if (job->sets && body->user && strcmp(body->user, TOKEN) == 0) {
        change_token(access, job, body);
        return 0;
    }
    if (!job->sets && !has_users && access->config.auth.kind == FLOTA_AUTH_KIND_NONE) {
        respond_who(access, job->connection);
        return 0;
    }
    if (!has_users && !job->sets && body->password) {
        login_by_auth(access, job, body);
        return 0;
    }
    if (!body->user || !body->password)
        return FLOTA_ERR_BAD_VALUE;
    job->user = find_user(access, body->user);
    if (job->user == FLOTA_ACCESS_NOBODY)
        return job->sets ? FLOTA_ERR_BAD_VALUE : FLOTA_ERR_LOGIN_WRONG;
    job->password = body->password;
    job->old = body->old;
    flota_access_job_queue(access, job);
    return 0;
}

static void answer_job(struct flota_access *access, struct flota_access_job *job)
{
    struct flota_http_connection *connection = job->connection;
    if (job->error == FLOTA_ERR_LOGIN_PAUSED)
        flota_access_reply_paused(access, connection, job->user);
    else if (job->error != 0)
        flota_access_reply_refusal(connection, job->error);
    else if (!job->sets || job->renews)
        sign_in(access, job, job->user);
    else
        respond_who(access, connection);
}

/* --- the handler --- */

static void begin_post(struct flota_access *access, struct flota_http_connection *connection)
{
    uint64_t size = flota_http_body_size(connection);
    if (size != UINT64_MAX && size > FLOTA_ACCESS_BODY_MAX) {
        flota_access_reply_error(connection, 413, NULL, FLOTA_ERR_BAD_VALUE);
        return;
    }
    struct flota_access_who who = flota_access_who(access, connection);
    struct flota_access_job *job = flota_access_job_start(access, connection);
    if (!job) {
        flota_access_reply_error(connection, 503, "Retry-After: 1\r\n", FLOTA_ERR_NOT_READY);
        return;
    }
    job->sets = is_path(connection, "/api/password");
    job->session = who.number;
    job->level = who.level;
}

static void access_begin(void *context, struct flota_http_connection *connection)
{
    struct flota_access *access = context;
    if (flota_http_is_method(connection, "GET")) {
        respond_who(access, connection);
        return;
    }
    int error = flota_auth_check(&anybody, connection); /* its Origin */
    if (error < 0)
        flota_access_reply_refusal(connection, error);
    else if (is_path(connection, "/api/logout"))
        logout(access, connection);
    else
        begin_post(access, connection);
}

static size_t access_body(void *context, struct flota_http_connection *connection,
                          const uint8_t *data, size_t size)
{
    struct flota_access_job *job = flota_access_job_of(context, connection);
    if (!job || job->state != FLOTA_ACCESS_JOB_BODY)
        return size;
    if (size > FLOTA_ACCESS_BODY_MAX - job->size) { /* a chunked body says its size too late */
        flota_access_job_free(context, job);
        flota_access_reply_error(connection, 413, NULL, FLOTA_ERR_BAD_VALUE);
        return size;
    }
    memcpy(job->body + job->size, data, size);
    job->size += size;
    return size;
}

/* A client that is slow to read its answer keeps no place in the line. */
static void access_wait(void *context, struct flota_http_connection *connection)
{
    struct flota_access_job *job = flota_access_job_of(context, connection);
    if (!job || job->state != FLOTA_ACCESS_JOB_DONE)
        return;
    answer_job(context, job);
    flota_access_job_free(context, job);
}

static void access_end(void *context, struct flota_http_connection *connection)
{
    struct flota_access *access = context;
    struct flota_access_body body;
    struct flota_access_job *job = flota_access_job_of(access, connection);
    if (!job)
        return;
    flota_access_advance(access, flota_http_now_ms(connection));
    int error = flota_access_read_body(job->body, job->size, &body);
    if (error == 0)
        error = act(access, job, &body);
    if (error != 0)
        flota_access_reply_refusal(connection, error);
    if (error != 0 || job->state == FLOTA_ACCESS_JOB_BODY) /* answered */
        flota_access_job_free(access, job);
    else
        access_wait(access, connection);
}

static void access_done(void *context, struct flota_http_connection *connection, bool response_sent,
                        int reason)
{
    struct flota_access_job *job = flota_access_job_of(context, connection);
    (void)response_sent;
    (void)reason;
    if (job)
        flota_access_job_free(context, job);
}

const struct flota_http_handler flota_access_handler = {
    .begin = access_begin,
    .body = access_body,
    .end = access_end,
    .wait = access_wait,
    .done = access_done,
};
