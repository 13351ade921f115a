/* ota_internal.h - what the files of the update service share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_AGENT_OTA_INTERNAL_H
#define FLOTA_AGENT_OTA_INTERNAL_H

#include "flota/ota.h"

/* --- ota.c --- */

/* An owner that may vanish has not called for too long. */
bool flota_ota_owner_has_vanished(const struct flota_ota *ota);

/* Between two pieces of a file nobody is connected. */
bool flota_ota_is_between_pieces(const struct flota_ota *ota);

/* May this owner begin? Its place is free then, and the note of an earlier one. Returns 0 or
 * FLOTA_ERR_UPDATE_BUSY. */
int flota_ota_take_place(struct flota_ota *ota, const struct flota_ota_owner *owner);

/* Start afresh for this owner. */
void flota_ota_adopt(struct flota_ota *ota, const struct flota_ota_request *request,
                     const struct flota_ota_owner *owner);

/* Set the option bytes that updates need, when the request consents to it and they are wrong.
 * Returns 0; or FLOTA_ERR_OPTIONS_SET, then a restart is ordered; or FLOTA_ERR_OPTION_*. */
int flota_ota_set_options(struct flota_ota *ota, const struct flota_ota_request *request);

/* What the updater is asked for. */
struct flota_update_request flota_ota_wanted(const struct flota_ota_request *request);

/* What refuses a request before its first byte: what its way in has found counts first. */
int flota_ota_first_error(int by_way_in, int by_updater);

/* The update has failed without a call of its owner: tell it. */
void flota_ota_fail_owner(struct flota_ota *ota, int error);

/* --- ota_status.c, ota_report.c --- */

/* Of the status what a datagram has room for: who runs, progress, trial, why it was rolled back; of
 * an error its number and name. */
void flota_ota_short_members(const struct flota_ota *ota, struct flota_json *json);

/* Write {"code":..,"name":..,"cause":..,"remedy":..}. */
void flota_json_error(struct flota_json *json, int error);

/* Add the member "error": the object, or null for 0. */
void flota_ota_add_error(struct flota_json *json, int error);

/* Add the members "notices" and "outcome" (SPEC.md, Status). */
void flota_ota_add_notices(const struct flota_ota *ota, struct flota_json *json);
void flota_ota_add_outcome(const struct flota_ota *ota, struct flota_json *json);

/* The words of the reset that a report's record names. */
const char *flota_ota_cause(const struct flota_ota *ota, const struct flota_boot_report *report,
                            char *text, size_t size);

/* What the image of a report left in RAM, or NULL. */
const struct flota_last_words *flota_ota_last_words(const struct flota_ota *ota,
                                                    const struct flota_boot_report *report);

/* --- ota_log.c --- */

/* At start: on trial, rolled back, stranded, unsigned firmware accepted. */
void flota_ota_log_running(const struct flota_ota *ota);

/* Write the lines that the update's progress has made due. */
void flota_ota_log_progress(struct flota_ota *ota);

/* Why the update failed, once for each. */
void flota_ota_log_error(struct flota_ota *ota, int error);

#endif
