/* http_update_internal.h - what the files of the HTTP side share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_AGENT_HTTP_UPDATE_INTERNAL_H
#define FLOTA_AGENT_HTTP_UPDATE_INTERNAL_H

#include "flota/http_update.h"

/* --- http_update_body.c --- */

/* Prepare for a body with this Content-Type. Returns 0, or FLOTA_ERR_BAD_MULTIPART. */
int flota_http_update_body_init(struct flota_http_update *service, struct flota_http_text type);

/* A number of seconds, at most a day, in milliseconds; 0 for anything else. */
uint32_t flota_http_update_deadline_ms(struct flota_http_text seconds);

/* Take body bytes. Returns how many, or the error that ends the update. */
int flota_http_update_take(struct flota_http_update *service, const uint8_t *data, size_t size);

/* The body is complete. Returns 0, or FLOTA_ERR_BAD_MULTIPART when it held no complete file. */
int flota_http_update_body_end(const struct flota_http_update *service);

/* --- http_update_range.c --- */

struct flota_http_range {
    uint32_t start;
    uint32_t end;   /* of the last byte, plus 1 */
    uint32_t total; /* of the file */
};

/* Read the Content-Range header. Returns 1 and fills range, 0 without one, FLOTA_ERR_BAD_REQUEST
 * for a malformed one or one that is not the body's size, which must be declared. */
int flota_http_update_range(const struct flota_http_connection *connection,
                            struct flota_http_range *range);

/* --- http_update_actions.c --- */

/* Is it a request without a file: confirm, revert, seen, cancel? By its path, or, but for a GET,
 * its query. Answers it, or begins to. */
bool flota_http_update_act(struct flota_http_update *service,
                           struct flota_http_connection *connection);

/* --- http_update_check.c --- */

/* A look at the file that comes, from somebody who may update, while nobody does. */
void flota_http_update_check(struct flota_http_update *service,
                             struct flota_http_connection *connection);

/* Its body is complete: answers, once the journals can be read. */
void flota_http_update_check_end(struct flota_http_update *service,
                                 struct flota_http_connection *connection);

/* --- http_update_pull.c --- */

/* GET /update, from somebody who may: fetch a file. Answers, or lets the connection wait for the
 * end. */
void flota_http_update_pull(struct flota_http_update *service,
                            struct flota_http_connection *connection);

/* --- http_update_request.c --- */

#define FLOTA_HTTP_STATUS_PATH "/api/firmware_update"

/* A query parameter that is 1 or true. */
bool flota_http_update_flag(const struct flota_http_connection *connection, const char *name);

/* The query's commit_timeout; nonsense is no wish: 0. */
uint32_t flota_http_update_wanted_deadline_ms(const struct flota_http_connection *connection);

void flota_http_update_read_consents(const struct flota_http_connection *connection,
                                     struct flota_image_consents *consents);

bool flota_http_update_wants_json(const struct flota_http_connection *connection);

/* May this request change something? A GET must show where it comes from, too. Returns 0 or why
 * not. */
int flota_http_update_authorize(const struct flota_http_update *service,
                                const struct flota_http_connection *connection);

/* --- http_update.c --- */

/* Start afresh for this client. The earlier update has ended. */
void flota_http_update_adopt(struct flota_http_update *service,
                             struct flota_http_connection *connection);

/* The size of a file's request, UINT64_MAX when unknown, and what it alone shows to be wrong. */
void flota_http_update_set_size(const struct flota_http_update *service,
                                struct flota_ota_request *request, uint64_t size, bool is_form);

/* The update of the client has failed: say so to it and to the console. */
void flota_http_update_fail(struct flota_http_update *service,
                            struct flota_http_connection *connection, int error);

/* --- http_update_reply.c --- */

void flota_http_update_reply_error(const struct flota_http_update *service,
                                   struct flota_http_connection *connection, int error);
void flota_http_update_reply_status(const struct flota_http_update *service,
                                    struct flota_http_connection *connection, int code);

/* Its update was applied; the restart waits for the answer's acknowledgement. */
void flota_http_update_reply_success(struct flota_http_update *service,
                                     struct flota_http_connection *connection);

#endif
