/* http_update_internal.h - what the files of the update service share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_AGENT_HTTP_UPDATE_INTERNAL_H
#define FLOTA_AGENT_HTTP_UPDATE_INTERNAL_H

#include "flota/http_update.h"

/* --- update_json.c --- */

/* How much of the image is in flash, 0 to 100; 0 while its size is unknown. */
unsigned flota_http_update_percent(const struct flota_http_update *service);

/* Write the status, as GET /api/firmware_update answers it. Zero-terminated; false when it does not
 * fit. */
bool flota_http_update_status_json(const struct flota_http_update *service, char *text,
                                   size_t size);

/* Write the answer to an update that was applied. */
bool flota_http_update_success_json(const struct flota_http_update *service, char *text,
                                    size_t size);

/* --- update_body.c --- */

/* Prepare for a body with this Content-Type. Returns 0, or FLOTA_ERR_BAD_MULTIPART. */
int flota_http_update_body_init(struct flota_http_update *service, struct flota_http_text type);

/* Begin the update with the consents known so far. Returns 0, or why it may not begin. */
int flota_http_update_create(struct flota_http_update *service, uint32_t total_size);

/* A number of seconds, at most a day, in milliseconds; 0 for anything else. */
uint32_t flota_http_update_deadline_ms(struct flota_http_text seconds);

/* Take body bytes. Returns how many, or the error that ends the update. */
int flota_http_update_take(struct flota_http_update *service, const uint8_t *data, size_t size);

/* The body is complete. Returns 0, or FLOTA_ERR_BAD_MULTIPART when it held no complete file. */
int flota_http_update_body_end(const struct flota_http_update *service);

/* --- update_range.c --- */

struct flota_http_range {
    uint32_t start;
    uint32_t end;   /* of the last byte, plus 1 */
    uint32_t total; /* of the file */
};

/* Read the Content-Range header. Returns 1 and fills range, 0 without one, FLOTA_ERR_BAD_REQUEST
 * for a malformed one or one that is not the body's size, which must be declared. */
int flota_http_update_range(const struct flota_http_connection *connection,
                            struct flota_http_range *range);

/* --- update_actions.c --- */

/* Is it a request without a file: confirm, revert, seen, cancel? Answers it, or begins to. */
bool flota_http_update_act(struct flota_http_update *service,
                           struct flota_http_connection *connection);

/* --- http_update.c --- */

bool flota_http_update_is_busy(const struct flota_http_update *service);

/* Between two pieces of a file nobody is connected. */
bool flota_http_update_is_between_pieces(const struct flota_http_update *service);

/* The update without a client has failed: say so to the console. */
void flota_http_update_give_up(struct flota_http_update *service, int error);

/* A query parameter that is 1 or true. */
bool flota_http_update_flag(const struct flota_http_connection *connection, const char *name);

/* Start afresh for this client. The earlier update has ended. */
void flota_http_update_adopt(struct flota_http_update *service,
                             struct flota_http_connection *connection);

/* The update of the client has failed: say so to it and to the console. */
void flota_http_update_fail(struct flota_http_update *service,
                            struct flota_http_connection *connection, int error);

void flota_http_update_reply_error(const struct flota_http_update *service,
                                   struct flota_http_connection *connection, int error);
void flota_http_update_reply_status(const struct flota_http_update *service,
                                    struct flota_http_connection *connection, int code);

/* --- update_report.c: the words of a rollback --- */

/* The words of the reset that a report's record names. */
const char *flota_http_update_cause(const struct flota_http_update *service,
                                    const struct flota_boot_report *report, char *text,
                                    size_t size);

/* What the image of a report left in RAM, or NULL. */
const struct flota_last_words *flota_http_update_last_words(const struct flota_http_update *service,
                                                            const struct flota_boot_report *report);

/* --- update_log.c --- */

/* At start: on trial, rolled back, stranded, unsigned firmware accepted. */
void flota_http_update_log_running(const struct flota_http_update *service);

void flota_http_update_log(const struct flota_http_update *service, const char *line);

/* Write the lines that the update's progress has made due. */
void flota_http_update_log_progress(struct flota_http_update *service);

void flota_http_update_log_error(const struct flota_http_update *service, int error);

#endif
