/* flota/http_update.h - layer 3: the update service over HTTP.
 *
 *   POST /update                 raw body, or multipart with any part that has a filename
 *   GET  /api/firmware_update    the status as JSON, at any moment, for anybody
 *   POST /api/firmware_update    as POST /update, answers always in JSON: what the page uses
 *
 *   POST /api/firmware_update?cancel=1   end the update in progress; the status, or an error when
 *                              there is none or the image stands verified already
 *
 * Query, or multipart fields before the file: foreign=1, downgrade=1. One update at a time; others
 * get 409 with who updates and how far it is. The answer goes out before the restart: "Update
 * applied, finalizing\r\n", or JSON when Accept asks for it. Every refusal says what happened, why,
 * what to do, and that the present firmware still runs.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_UPDATE_H
#define FLOTA_HTTP_UPDATE_H

#include "flota/http.h"
#include "flota/multipart.h"
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

struct flota_http_update_config {
    const struct flota_image_target *target;
    struct flota_auth auth;
    uint32_t boot_id; /* random at each start: tells the page that the device has restarted */
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
    uint32_t now_ms;
    bool answered; /* the client has its answer, good or bad */
    bool want_json;
    bool activate; /* verified: swap and reset once the answer is out */
    bool swapped;  /* the restart was ordered: nothing can be started any more */
    uint32_t activate_at_ms;
    /* multipart */
    bool is_multipart;
    bool in_file;
    bool file_seen;
    bool file_ended;
    bool body_ended;
    bool *field; /* the consent that the present part gives, or NULL */
    char field_value[8];
    size_t field_size;
    const uint8_t *held; /* bytes of the file inside the multipart parser */
    size_t held_size;
    /* console */
    bool logged_start;
    bool logged_error;
    uint8_t logged_percent;
    enum flota_update_phase logged_phase;
};

/* Routes "/update" (POST) and "/api/firmware_update" (GET POST); context: the service. */
extern const struct flota_http_handler flota_http_update_handler;

void flota_http_update_init(struct flota_http_update *service,
                            const struct flota_http_update_config *config);

/* Let the flash work and restart when the time has come: when the client has acknowledged the
 * answer, or 2 s later. Returns FLOTA_UPDATER_GOES_ON when there is work that needs no waiting,
 * FLOTA_UPDATER_WAITS while an update is in progress otherwise, FLOTA_UPDATER_NEEDS_INPUT without
 * one. */
int flota_http_update_poll(struct flota_http_update *service, uint32_t now_ms);

#endif
