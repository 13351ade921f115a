/* access_internal.h - what the files of the access control share.
 *
 * access.c: who is it, may he. access_session.c: sessions and cookies. access_password.c: PBKDF2.
 * access_store.c: what stands in flash. access_line.c: logins, one after the other. access_http.c:
 * requests. access_body.c: what a request's body says. access_reply.c: answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_ACCESS_INTERNAL_H
#define FLOTA_ACCESS_INTERNAL_H

#include "flota/access.h"

#define FLOTA_ACCESS_COOKIE_MAX 128u /* bytes of the Set-Cookie line with the zero */
#define FLOTA_ACCESS_TOKEN_SIZE 33u  /* 128 bits in hexadecimal, and the zero */
#define FLOTA_ACCESS_NOBODY     UINT8_MAX

/* --- access.c --- */

/* Who sends a request. */
struct flota_access_who {
    uint8_t level;
    uint8_t user;    /* index, or FLOTA_ACCESS_NOBODY: a token, or nobody */
    uint32_t number; /* of the session or token, as flota_access_lasts() takes it */
    bool is_known;   /* has shown something that is right */
};

struct flota_access_who flota_access_who(struct flota_access *access,
                                         const struct flota_http_connection *connection);
uint8_t flota_access_user_count(const struct flota_access *access);

/* The clock, which never goes back: requests and turns may know it by some ms differently. */
void flota_access_advance(struct flota_access *access, uint32_t now_ms);
void flota_access_log(const struct flota_access *access, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Compare secrets: the time does not depend on how much is equal. */
bool flota_access_equals(const void *a, const void *b, size_t size);
void flota_access_wipe(void *memory, size_t size);

/* --- auth.c --- */

/* What follows "Bearer " in Authorization, or {NULL, 0}. */
struct flota_http_text flota_auth_bearer(const struct flota_http_connection *connection);

/* Are these the credentials of FLOTA_AUTH? The user of a token is "token". */
bool flota_auth_is_login(const struct flota_auth *auth, const char *user, const char *password);

/* --- access_session.c --- */

struct flota_access_session *
flota_access_session_of(struct flota_access *access,
                        const struct flota_http_connection *connection);

/* Begin a session; the one that was unused for longest gives way. */
struct flota_access_session *flota_access_session_start(struct flota_access *access, uint8_t user);
void flota_access_session_end(struct flota_access_session *session);

/* The session of this number, or NULL. */
struct flota_access_session *flota_access_session_by(struct flota_access *access, uint32_t number);
void flota_access_sessions_end(struct flota_access *access, uint8_t user);
void flota_access_sessions_poll(struct flota_access *access);

/* Set-Cookie as a header line; session NULL: the browser forgets it. */
void flota_access_cookie(const struct flota_access_session *session,
                         char line[FLOTA_ACCESS_COOKIE_MAX]);

/* --- access_password.c --- */

int flota_access_derive_start(struct flota_access_derivation *derivation, const char *password,
                              const struct flota_access_password *how);
/* Go on by so many iterations at most. Returns 1 when sum is the result, 0, or an error. */
int flota_access_derive(struct flota_access_derivation *derivation, uint32_t iterations);

/* --- access_store.c --- */

void flota_access_load(struct flota_access *access);
bool flota_access_has_password(const struct flota_access *access, uint8_t user);
bool flota_access_read_password(const struct flota_access *access, uint8_t user,
                                struct flota_access_password *password);
int flota_access_store_password(struct flota_access *access, uint8_t user,
                                const struct flota_access_password *password);

/* A new token of this level, 0: none from now on. text is its only copy. */
int flota_access_store_token(struct flota_access *access, uint8_t level,
                             char text[FLOTA_ACCESS_TOKEN_SIZE]);
bool flota_access_is_token(const struct flota_access *access, struct flota_http_text given);
void flota_access_random(const struct flota_access *access, uint8_t *bytes, size_t size);
void flota_access_hex(const uint8_t *bytes, size_t size, char *text);

/* --- access_line.c --- */

/* How long this user's logins from this address are not looked at; 0: they are. */
uint32_t flota_access_pause_ms(const struct flota_access *access, uint8_t user,
                               const char *address);

/* A login was judged. */
void flota_access_note_login(struct flota_access *access, uint8_t user, const char *address,
                             bool is_right);

/* A place for this request's body, or NULL. */
struct flota_access_job *flota_access_job_start(struct flota_access *access,
                                                struct flota_http_connection *connection);
struct flota_access_job *flota_access_job_of(struct flota_access *access,
                                             const struct flota_http_connection *connection);
void flota_access_job_free(struct flota_access *access, struct flota_access_job *job);

/* The body is read: judge what can be judged at once, the rest waits in line. */
void flota_access_job_queue(struct flota_access *access, struct flota_access_job *job);

/* Go on with the one whose turn it is. Returns whether there is one. */
bool flota_access_line_poll(struct flota_access *access);

/* --- access_reply.c --- */

/* {"error":..} with this status, or the error's own; lines: further header lines, or NULL. */
void flota_access_reply_error(struct flota_http_connection *connection, int status,
                              const char *lines, int error);
void flota_access_reply_refusal(struct flota_http_connection *connection, int error);
void flota_access_reply_paused(const struct flota_access *access,
                               struct flota_http_connection *connection, uint8_t user);
void flota_access_reply_session(const struct flota_access *access,
                                struct flota_http_connection *connection,
                                const struct flota_access_who *who, const char *lines);
void flota_access_reply_token(struct flota_http_connection *connection, const char *token,
                              int level);

/* --- access_body.c --- */

/* Texts lie in the body, zero-terminated; what is not there is NULL. */
struct flota_access_body {
    char *user, *password, *old;
    int level; /* -1: not there */
};

/* Returns 0, or FLOTA_ERR_BAD_VALUE. body is changed. */
int flota_access_read_body(char *body, size_t size, struct flota_access_body *fields);

/* Returns 0, or FLOTA_ERR_PASSWORD_WEAK. */
int flota_access_check_password(const char *password);

#endif
