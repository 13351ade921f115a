/* flota/http_update.h - layer 3: the update service over HTTP.
 *
 *   POST, PUT /update          raw body, or multipart with any part that has a filename; with a
 *                              Content-Range the rest of a file, or a piece of it
 *   POST /update/commit        confirm the running firmware
 *   POST /update/revert        go back to the image in the other bank; on trial: end the trial
 *   GET  /api/firmware_update  the status as JSON, at any moment, for anybody
 *   POST /api/firmware_update  as POST /update, answers always in JSON: what the page uses
 *     ?confirm=1  ?revert=1    as above
 *     ?seen=1                  a person has read why the last update was rolled back
 *     ?cancel=1                end the update in progress
 *   GET, POST /api/firmware_keys   the key slots; a signed key statement
 *
 * Query, or multipart fields before the file: foreign=1, downgrade=1, guard=1, force=1,
 * commit_timeout=SECONDS. One update at a time; others get 409 with who updates and how far it is.
 * The answer goes out before the restart: "Update applied, finalizing\r\n", or JSON when Accept
 * asks for it; 202 for a piece that is not the last. Every refusal says what happened, why, what to
 * do, and that the present firmware still runs.
 *
 * Source: RFC 9110 14.4 (Content-Range), 14.5 (partial PUT).
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_UPDATE_H
#define FLOTA_HTTP_UPDATE_H

#include "flota/http.h"
#include "flota/multipart.h"
#include "flota/signature.h"
#include "flota/trial.h"
#include "flota/update.h"

/* Who may update (and write to the dashboard): one line in flota_config.h. */
enum flota_auth_kind { FLOTA_AUTH_KIND_NONE, FLOTA_AUTH_KIND_TOKEN, FLOTA_AUTH_KIND_BASIC };
struct flota_auth {
    enum flota_auth_kind kind;
    const char *user;   /* basic */
    const char *secret; /* token, or password */
};
#define FLOTA_AUTH_NONE         ((struct flota_auth){FLOTA_AUTH_KIND_NONE, 0, 0})
#define FLOTA_AUTH_TOKEN(token) ((struct flota_auth){FLOTA_AUTH_KIND_TOKEN, 0, (token)})
#define FLOTA_AUTH_BASIC(user, password)                                                           \
    ((struct flota_auth){FLOTA_AUTH_KIND_BASIC, (user), (password)})

/* Check the current request's credentials, in constant time over the secret, and its Origin.
 *
 * Returns 0, FLOTA_ERR_UNAUTHORIZED (no or wrong credentials; also when a token or password is
 * configured but empty) or FLOTA_ERR_BAD_ORIGIN (an Origin header whose host and port are not the
 * request's Host). Valid in a handler's begin only.
 * Source: RFC 6750 2.1 (Bearer), RFC 7617 (Basic), RFC 6454 7 (Origin). */
int flota_auth_check(const struct flota_auth *auth, const struct flota_http_connection *connection);

/* Respond with an error in words, as text or as JSON {"error":{"code","name","cause","remedy"}}.
 * Chooses the status: 401 with WWW-Authenticate, 403, 409, 413, 408, 400, 500.
 * auth: for the 401; NULL when that can't be. */
void flota_http_respond_error(struct flota_http_connection *connection,
                              const struct flota_auth *auth, int error, bool json);

#define FLOTA_HTTP_ACTIVATE_MS 2000u /* wait for the answer to be acknowledged, at most */
#define FLOTA_HTTP_RESTART_MS  20u   /* from there on: lets the end of the connection go out */

#define FLOTA_HTTP_PIECE_MS 300000u /* wait for a file's next piece, at most */

struct flota_http_update_config {
    const struct flota_image_target *target;
    struct flota_auth auth;
    struct flota_trial *trial; /* of the running image; never NULL */
    uint32_t boot_id; /* random at each start: tells the page that the device has restarted */
    const struct flota_last_words *last_words; /* of the run before this one; may be NULL */
    const char *(*reset_text)(uint32_t cause); /* words of a record's reset cause; may be NULL */
    /* One line for the console, without line end. May be NULL. */
    void (*log)(void *context, const char *line);
    void *context;
};

/* Treat all members as private. */
struct flota_http_update {
    struct flota_http_update_config config;
    struct flota_updater updater;
    struct flota_multipart multipart;
    struct flota_http_connection *client; /* whose update runs, else NULL */
    char from[FLOTA_HTTP_PEER_MAX];       /* address of the last one who updated */
    struct flota_image_consents consents;
    uint32_t deadline_ms; /* asked for by the client, 0: default */
    uint32_t now_ms;
    bool answered; /* the client has its answer, good or bad */
    bool want_json;
    bool can_revert; /* revert is the image in the other bank that one can go back to */
    struct flota_image_info revert;
    bool recovered;  /* the updater holds what an earlier run left, until somebody continues */
    bool is_piece;   /* the present body does not end the file */
    bool activate;   /* verified: swap and reset once the answer is out */
    bool go_back;    /* leave the running image, which is on trial, once the answer is out */
    bool unattended; /* the client has left after its last byte: the update goes on */
    bool swapped;    /* the restart was ordered: nothing can be started any more */
    uint32_t activate_at_ms;
    uint32_t left_ms; /* when the last client's exchange ended */
    /* multipart */
    bool is_multipart;
    bool in_file;
    bool file_seen;
    bool file_ended;
    bool body_ended;
    bool *field; /* the consent that the present part gives, or NULL */
    bool field_is_deadline;
    char field_value[8];
    size_t field_size;
    const uint8_t *held; /* bytes of the file inside the multipart parser */
    size_t held_size;
    /* a key statement */
    const struct flota_http_connection *statement_client; /* whose the bytes are */
    uint8_t statement[sizeof(struct flota_statement)];
    size_t statement_size;
    bool statement_refused;
    /* console */
    bool logged_start;
    bool logged_error;
    uint8_t logged_percent;
    enum flota_update_phase logged_phase;
};

/* Routes "/update" and "/update/" (POST PUT), "/api/firmware_update" (GET POST PUT); context: the
 * service. */
extern const struct flota_http_handler flota_http_update_handler;

/* Route "/api/firmware_keys" (GET POST); context: the service. */
extern const struct flota_http_handler flota_http_keys_handler;

void flota_http_update_init(struct flota_http_update *service,
                            const struct flota_http_update_config *config);

/* Does no update use the flash? Then the journals may be read and written. */
bool flota_http_update_is_quiet(const struct flota_http_update *service);

/* Let the flash work and restart when the time has come: when the client has acknowledged the
 * answer, or 2 s later. A file whose next piece does not come is given up after
 * FLOTA_HTTP_PIECE_MS; one that came whole is installed also when its client has left. Returns
 * FLOTA_UPDATER_GOES_ON when there is work that needs no waiting, FLOTA_UPDATER_WAITS while an
 * update is in progress otherwise, FLOTA_UPDATER_NEEDS_INPUT without one. */
int flota_http_update_poll(struct flota_http_update *service, uint32_t now_ms);

#endif
