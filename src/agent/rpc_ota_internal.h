/* rpc_ota_internal.h - what the files of OTA.* share. Not part of the API.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_AGENT_RPC_OTA_INTERNAL_H
#define FLOTA_AGENT_RPC_OTA_INTERNAL_H

#include "flota/rpc_ota.h"

/* --- rpc_ota_session.c: Begin, Write, End --- */

int flota_rpc_ota_begin(void *context, struct flota_rpc_call *call);
int flota_rpc_ota_write(void *context, struct flota_rpc_call *call);
int flota_rpc_ota_end(void *context, struct flota_rpc_call *call);
int flota_rpc_ota_revert(void *context, struct flota_rpc_call *call);

/* The client of End or Revert is gone: the update goes on without it. */
void flota_rpc_ota_gone(void *context, struct flota_rpc_call *call);

/* Whose update it is, and how far: as an error. Returns 0. */
int flota_rpc_ota_say_busy(const struct flota_rpc_ota *service, struct flota_rpc_call *call);

/* Go back to the image in the other bank. As a method's handle. */
int flota_rpc_ota_start_revert(struct flota_rpc_ota *service, struct flota_rpc_call *call,
                               uint32_t deadline_ms);
bool flota_rpc_ota_waits(const struct flota_rpc_ota *service, const struct flota_rpc_call *call);

/* Is a flota_ota_finish() of this call at its end? As a method's handle. */
int flota_rpc_ota_conclude(struct flota_rpc_ota *service, struct flota_rpc_call *call);

/* Bytes of the file that one frame on this transport takes. */
uint32_t flota_rpc_ota_max_chunk(const struct flota_rpc_call *call);

/* --- rpc_ota_status.c --- */

int flota_rpc_ota_status(void *context, struct flota_rpc_call *call);

/* --- rpc_ota_boot.c: what is there, and what shall be --- */

int flota_rpc_ota_commit(void *context, struct flota_rpc_call *call);
int flota_rpc_ota_get_boot_state(void *context, struct flota_rpc_call *call);
int flota_rpc_ota_set_boot_state(void *context, struct flota_rpc_call *call);
int flota_rpc_ota_create_snapshot(void *context, struct flota_rpc_call *call);

/* Seconds left to confirm in, rounded up; 0 unless on trial. */
uint32_t flota_rpc_ota_commit_timeout(const struct flota_ota *ota);
bool flota_rpc_ota_is_committed(const struct flota_ota *ota);
int flota_rpc_ota_slot(const struct flota_ota *ota); /* the running one, from 0 */

/* --- rpc_ota_update.c --- */

int flota_rpc_ota_update(void *context, struct flota_rpc_call *call);
void flota_rpc_ota_update_gone(void *context, struct flota_rpc_call *call);

/* --- rpc_ota.c --- */

/* A parameter in seconds, in milliseconds; 0 when absent. Returns 0, or FLOTA_ERR_BAD_VALUE when it
 * is not 0 and not from least to a day: answered. */
int flota_rpc_ota_seconds(struct flota_rpc_call *call, const char *name, uint32_t least,
                          uint32_t *ms);

#define FLOTA_RPC_OTA_COMMIT_MIN_S (FLOTA_TRIAL_DEADLINE_MIN_MS / 1000u)

void flota_rpc_ota_consents(const struct flota_rpc_call *call,
                            struct flota_image_consents *consents);

#endif
