/* flota/access.h - who may read, write and update over HTTP: sessions, users, levels.
 *
 * One struct flota_access per device. A request has a level from 0 to 9: of its session (cookie),
 * of its token (Authorization: Bearer), or 0. Without users in the dashboard description it is
 * FLOTA_AUTH that counts: who has its credentials has level 9, and with FLOTA_AUTH_NONE everybody
 * has. docs/dashboard.md, Access, has the rules; SPEC.md what stands in flash.
 *
 *     flota_access_init(&access, &config, now_ms);
 *     {"/api/session", "GET", &flota_access_handler, &access},
 *     {"/api/login", "POST", ...}, {"/api/logout", "POST", ...}, {"/api/password", "POST", ...}
 *     for (;;) flota_access_poll(&access, now_ms);
 *
 * A password is judged in slices, one login after the other, so that a turn of the superloop takes
 * no longer than FLOTA_ACCESS_SLICE needs. Wrong passwords cost pauses, and write nothing to flash.
 *
 * Thread safety: one caller.  Allocation: none.  Stack: below 4 KB in the handler and in poll, and
 * what flota_config_store() needs.
 * Source: RFC 6265 (cookies), RFC 8018 5.2 (PBKDF2), RFC 2104 (HMAC), RFC 6750 (Bearer).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_ACCESS_H
#define FLOTA_ACCESS_H

#include "flota/auth.h"
#include "flota/config.h"
#include "flota/http.h"
#include "mbedtls/sha256.h"

#define FLOTA_ACCESS_USERS_MAX    4u
#define FLOTA_ACCESS_SESSIONS_MAX 16u
#define FLOTA_ACCESS_LEVEL_MAX    9u
#define FLOTA_ACCESS_NAME_MAX     32u /* bytes of a user's name with the zero */

#define FLOTA_ACCESS_IDLE_MS      43200000u /* 12 h after its last use a session ends */
#define FLOTA_ACCESS_BODY_MAX     768u      /* bytes of a POST body; more: 413 */
#define FLOTA_ACCESS_JOBS         4u        /* logins in line; one more: 503 */
#define FLOTA_ACCESS_SLOW_MS      5000u  /* a body that takes so long gives way to another login */
#define FLOTA_ACCESS_ITERATIONS   32000u /* of PBKDF2 for new passwords: DESIGN.md, Logins */
#define FLOTA_ACCESS_SLICE        100u   /* of them in one turn: 1.5 ms on the board */
#define FLOTA_ACCESS_PASSWORD_MIN 8u     /* characters */
#define FLOTA_ACCESS_PASSWORD_MAX 64u
#define FLOTA_ACCESS_WRONG_MAX    3u     /* wrong passwords of a user without a pause */
#define FLOTA_ACCESS_PAUSE_MS     1000u  /* after the next one; each further one doubles it */
#define FLOTA_ACCESS_PAUSE_MAX_MS 60000u /* up to this */

struct flota_access_user {
    const char *name; /* at most 31 characters; not "token" */
    uint8_t level;    /* 1 to 9 */
};

/* From the glue. */
struct flota_access_rules {
    const struct flota_access_user *users; /* user_count of them; 0: FLOTA_AUTH counts */
    uint8_t user_count;
    bool open_at_first; /* until the first user has a password, everybody may do everything */
    uint8_t update_level;
};

struct flota_access_config {
    const struct flota_access_rules *rules; /* kept by reference; NULL: no users */
    struct flota_auth auth;                 /* FLOTA_AUTH */
    struct flota_config *config;     /* where passwords are; NULL: none can be set (the wizard) */
    uint32_t (*random)(void);        /* 32 bits that nobody can foresee */
    bool (*is_quiet)(void *context); /* does no update use the flash? NULL: always */
    void *context;
    const char *(*network)(void *context); /* "trial", "rolled-back" or NULL; may be NULL */
    void (*log)(const char *line);         /* the console; may be NULL */
    uint8_t everybody;   /* level of who shows nothing at all: 0; the wizard's live page: 9 */
    uint32_t iterations; /* 0: FLOTA_ACCESS_ITERATIONS */
};

/* --- the struct. Treat all members as private --- */

struct flota_access_session {
    uint8_t id[16];
    uint32_t number; /* 0: unused */
    uint32_t used_ms;
    uint8_t user; /* index; without users 0 */
};

/* What is kept of a password. */
struct flota_access_password {
    uint32_t iterations;
    uint8_t salt[16];
    uint8_t hash[32];
};

/* PBKDF2-HMAC-SHA-256 of one block, in slices. */
struct flota_access_derivation {
    mbedtls_sha256_context inner, outer; /* behind the padded key */
    uint8_t link[32];                    /* U of the last iteration */
    uint8_t sum[32];
    uint32_t left; /* iterations to go */
};

enum flota_access_job_state {
    FLOTA_ACCESS_JOB_FREE,
    FLOTA_ACCESS_JOB_BODY,
    FLOTA_ACCESS_JOB_LINE,   /* waits for its turn */
    FLOTA_ACCESS_JOB_VERIFY, /* a password is judged */
    FLOTA_ACCESS_JOB_DERIVE, /* a new one is hashed */
    FLOTA_ACCESS_JOB_DONE    /* its answer is due */
};

struct flota_access_job {
    enum flota_access_job_state state;
    struct flota_http_connection *connection;
    uint32_t since_ms;
    uint32_t place;   /* in the line: the lowest is next */
    uint32_t session; /* who asks: a number, 0: nobody */
    uint8_t level;
    uint8_t user;   /* index */
    bool sets;      /* a password: /api/password */
    bool renews;    /* it was his own: he goes on with a new session */
    int error;      /* how it ended */
    char *password; /* in body; the new one when it sets */
    char *old;      /* in body, or NULL */
    size_t size;    /* of the body so far */
    char body[FLOTA_ACCESS_BODY_MAX + 1u];
};

struct flota_access_throttle {
    uint8_t wrong; /* in a row */
    uint32_t since_ms;
};

struct flota_access {
    struct flota_access_config config;
    struct flota_config_table keys;
    uint32_t now_ms;
    uint32_t last_number; /* of a session */
    uint32_t last_place;
    uint32_t token_number; /* stands for sessions of the token in flash; changes with it */
    uint8_t token_level;   /* 0: there is none */
    uint8_t token_hash[32];
    bool is_first; /* the first user has no password yet */
    struct flota_access_session sessions[FLOTA_ACCESS_SESSIONS_MAX];
    struct flota_access_throttle throttles[FLOTA_ACCESS_USERS_MAX][2]; /* [1]: from its address */
    char addresses[FLOTA_ACCESS_USERS_MAX][FLOTA_HTTP_PEER_MAX];       /* of the last right login */
    struct flota_access_derivation derivation;
    struct flota_access_password password; /* that is judged, or made */
    struct flota_access_job jobs[FLOTA_ACCESS_JOBS];
};

/* --- life --- */

/* Add the keys of passwords, login.1 to login.4 and login.token, which RPC neither reads nor
 * writes. With the other modules' keys, before flota_access_init(); access need not be set up. */
void flota_access_add_keys(struct flota_access *access, struct flota_config *config);

/* Set up. After flota_config_init() and flota_access_add_keys(). */
void flota_access_init(struct flota_access *access, const struct flota_access_config *config,
                       uint32_t now_ms);

/* One turn: sessions end, passwords are judged. Returns true when there is more to do that needs no
 * waiting. */
bool flota_access_poll(struct flota_access *access, uint32_t now_ms);

/* Routes "/api/session" (GET), "/api/login", "/api/logout", "/api/password" (POST); context: the
 * struct flota_access. */
extern const struct flota_http_handler flota_access_handler;

/* Forget all passwords and the token, end all sessions: back to the first start. For somebody at
 * the device itself (serial line, a button). Returns 0 or as flota_config_store(). */
int flota_access_forget(struct flota_access *access);

/* --- in a handler's begin only --- */

/* May this request do what needs `level`? Origin is checked for all but GET and HEAD, which without
 * users (FLOTA_AUTH) also are what needs no credentials at level 0: other methods always do.
 * Returns 0, FLOTA_ERR_UNAUTHORIZED (no session, or not a good one: 401), FLOTA_ERR_FORBIDDEN (its
 * level is too low: 403), FLOTA_ERR_BAD_ORIGIN, FLOTA_ERR_FIRST_START (403: set the first password;
 * also for level 0). */
int flota_access_check(struct flota_access *access, const struct flota_http_connection *connection,
                       uint8_t level);

/* The same for a GET that changes something (flota_auth_check_get(): a browser must come from the
 * device's own page), and never without credentials. */
int flota_access_check_get(struct flota_access *access,
                           const struct flota_http_connection *connection, uint8_t level);

/* The same for a GET whose Origin counts all the same: a WebSocket's. */
int flota_access_check_upgrade(struct flota_access *access,
                               const struct flota_http_connection *connection, uint8_t level);

/* Is its Origin the device's own, or absent? For a WebSocket whose level is looked at later.
 * Returns 0 or FLOTA_ERR_BAD_ORIGIN. */
int flota_access_check_origin(const struct flota_access *access,
                              const struct flota_http_connection *connection);

/* The level of this request, 0 to 9, and a number for its session that lasts as long as the session
 * (0: none); session may be NULL. At a first start that is not open: 0. */
uint8_t flota_access_level(struct flota_access *access,
                           const struct flota_http_connection *connection, uint32_t *session);

/* Respond to what a check has refused: status, challenge, and words as text or JSON. */
void flota_access_refuse(const struct flota_access *access,
                         struct flota_http_connection *connection, int error, bool json);

/* --- at any time --- */

/* Is the session with this number still there? For streams, which end with it. 0: true. */
bool flota_access_lasts(const struct flota_access *access, uint32_t session);

/* Has the description users? Then RPC and updates follow levels. */
bool flota_access_has_users(const struct flota_access *access);

/* Is everything open because the first password is not set yet? For a loud notice. */
bool flota_access_is_open(const struct flota_access *access);

/* Does the device serve only the form that sets the first password? */
bool flota_access_is_first(const struct flota_access *access);

/* What an update needs: rules' update_level, without users 1. */
uint8_t flota_access_update_level(const struct flota_access *access);

#endif
