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

/* Take body bytes. Returns how many, or the error that ends the update. */
int flota_http_update_take(struct flota_http_update *service, const uint8_t *data, size_t size);

/* The body is complete. Returns 0, or FLOTA_ERR_BAD_MULTIPART when it held no complete file. */
int flota_http_update_body_end(const struct flota_http_update *service);

/* --- update_log.c --- */

void flota_http_update_log(const struct flota_http_update *service, const char *line);

/* Write the lines that the update's progress has made due. */
void flota_http_update_log_progress(struct flota_http_update *service);

void flota_http_update_log_error(const struct flota_http_update *service, int error);

#endif
