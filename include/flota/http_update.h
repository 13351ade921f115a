/* flota/http_update.h - layer 3: the update service over HTTP.
 *
 *   POST, PUT /update          raw body, or multipart with any part that has a filename; with a
 *                              Content-Range the rest of a file, or a piece of it
 *   POST /update/commit        confirm the running firmware
 *   POST /update/revert        go back to the image in the other bank; on trial: end the trial;
 *                              both also by GET, as existing scripts do
 *   GET  /update?url=URL       fetch it from there (module ota-http-client); &commit_timeout=S,
 *                              &ignore_same_version=0; answered when the update ends
 *   GET  /api/firmware_update  the status as JSON, at any moment, for anybody; all else needs the
 *                              update level (access.h)
 *   POST /api/firmware_update  as POST /update, answers always in JSON: what the page uses
 *     ?confirm=1  ?revert=1    as above
 *     ?seen=1                  a person has read why the last update was rolled back
 *     ?cancel=1                end the update in progress
 *     ?check=1&size=N          would this file be taken? The body is its first bytes, 8192 or all
 *   GET, POST /api/firmware_keys   the key slots; a signed key statement
 *
 * Query, or multipart fields before the file: foreign=1, downgrade=1, guard=1, force=1,
 * commit_timeout=SECONDS (also behind the file). One update at a time; others get 409 with who
 * updates and how far it is. The answer goes out before the restart: "Update applied,
 * finalizing\r\n", or JSON when Accept asks for it; 202 for a piece that is not the last. Every
 * refusal says what happened, why, what to do, and that the present firmware still runs.
 *
 * Source: RFC 9110 14.4 (Content-Range), 14.5 (partial PUT).
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_UPDATE_H
#define FLOTA_HTTP_UPDATE_H

#include "flota/auth.h"
#include "flota/http.h"
#include "flota/multipart.h"
#include "flota/ota.h"
#include "flota/signature.h"

/* Check the current request's credentials, in constant time over the secret, and its Origin.
 *
 * Returns 0, FLOTA_ERR_UNAUTHORIZED (no or wrong credentials; also when a token or password is
 * configured but empty) or FLOTA_ERR_BAD_ORIGIN (an Origin header whose host and port are not the
 * request's Host). Valid in a handler's begin only.
 * Source: RFC 6750 2.1 (Bearer), RFC 7617 (Basic), RFC 6454 7 (Origin). */
int flota_auth_check(const struct flota_auth *auth, const struct flota_http_connection *connection);

/* The credentials alone, where the origin was judged by other rules (a list of welcome ones). */
int flota_auth_check_credentials(const struct flota_auth *auth,
                                 const struct flota_http_connection *connection);

/* flota_auth_check() for a GET that changes something. A page of another site can make a browser
 * send one without an Origin: so a browser must show, by Origin or Referer, that it comes from the
 * device's own page. Other clients need not. Source: Fetch Standard 3.1 (no Origin with a plain
 * GET); RFC 9110 10.1.3 (Referer). */
int flota_auth_check_get(const struct flota_auth *auth,
                         const struct flota_http_connection *connection);

/* Respond with an error in words, as text or as JSON {"error":{"code","name","cause","remedy"}}.
 * Chooses the status: 401 with WWW-Authenticate, 403, 409, 413, 408, 400, 500.
 * auth: for the 401; NULL when that can't be. */
void flota_http_respond_error(struct flota_http_connection *connection,
                              const struct flota_auth *auth, int error, bool json);

struct flota_access; /* access.h */

struct flota_http_update_config {
    struct flota_ota *ota;
    struct flota_access *access; /* who may do all but read the status needs its update level */
    struct flota_auth auth;      /* counts when access is NULL */
    const struct flota_puller *puller; /* NULL, or start NULL: GET ?url= is not served */
};

/* Treat all members as private. */
struct flota_http_update {
    struct flota_http_update_config config;
    struct flota_ota_owner owner;
    struct flota_multipart multipart;
    struct flota_http_connection *client;      /* whose update runs, else NULL */
    struct flota_http_connection *pull_client; /* who waits for a GET ?url=, else NULL */
    bool pull_wants_json;
    struct flota_ota_request request; /* as far as its head and fields have said it */
    bool answered;                    /* the client has its answer, good or bad */
    bool restarts;                    /* and the restart waits for its acknowledgement */
    bool want_json;
    bool no_file; /* going back: the body is dropped */
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
    struct flota_ota_check check;               /* a look at a file */
    struct flota_http_connection *check_client; /* whose, else NULL */
    /* a key statement */
    const struct flota_http_connection *statement_client; /* whose the bytes are */
    uint8_t statement[sizeof(struct flota_statement)];
    size_t statement_size;
    bool statement_refused;
};

/* Routes "/update" (GET POST PUT), "/update/" (GET POST PUT), "/api/firmware_update" (GET POST
 * PUT); context: the service. */
extern const struct flota_http_handler flota_http_update_handler;

/* Route "/api/firmware_keys" (GET POST); context: the service. */
extern const struct flota_http_handler flota_http_keys_handler;

/* The service has no poll of its own: flota_ota_poll() and the connections' polls do the work. */
void flota_http_update_init(struct flota_http_update *service,
                            const struct flota_http_update_config *config);

#endif
