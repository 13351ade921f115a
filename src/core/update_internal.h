/* update_internal.h - what the updater's files give each other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CORE_UPDATE_INTERNAL_H
#define FLOTA_CORE_UPDATE_INTERNAL_H

#include "flota/update.h"

enum flota_updater_step {
    FLOTA_STEP_SETTLE,      /* an operation of an earlier update may still run */
    FLOTA_STEP_CHOOSE,      /* flash is idle: what is next? */
    FLOTA_STEP_FALLBACK,    /* crc of the running image, at cursor */
    FLOTA_STEP_COMPACT,     /* erasing the spare slot's journal, at cursor (a sector) */
    FLOTA_STEP_REHASH,      /* hashing what a recovered upload left, at cursor */
    FLOTA_STEP_BLANK_CHECK, /* reading the sector at ready_size, at cursor */
    FLOTA_STEP_ERASE,       /* the sector at ready_size is being erased */
    FLOTA_STEP_PROGRAM,     /* the word before buffer_start is being programmed */
    FLOTA_STEP_READ_BACK,   /* hashing the slot, at cursor */
    FLOTA_STEP_VERIFIED,    /* the image stands in the slot */
    FLOTA_STEP_ACTIVATED    /* the swap is ordered */
};

enum flota_update_file {
    FLOTA_FILE_UNKNOWN, /* fewer than four bytes are here */
    FLOTA_FILE_IMAGE,
    FLOTA_FILE_BUNDLE
};

#define FLOTA_UPDATER_SLICE_SIZE 4096u /* read per poll: some 0.1 ms of a Cortex-M7's time */

/* --- update.c --- */

/* Bytes of a slot that may hold an image. */
uint32_t flota_updater_area_size(const struct flota_image_target *target);

/* May an update begin at all? total_size: of the file, 0 when unknown. Returns 0 or why not. */
int flota_updater_check_request(const struct flota_image_target *target, uint32_t total_size);

/* All anew, in phase checking. */
void flota_updater_prepare(struct flota_updater *updater, const struct flota_image_target *target,
                           const struct flota_update_request *request);

/* Enter the phase failed. Returns error. */
int flota_updater_fail(struct flota_updater *updater, int error);

bool flota_updater_has_block(const struct flota_updater *updater);

/* --- update_input.c: the file's bytes, on their way into the ring --- */

/* Returns bytes taken, or the error that ends the update. */
int flota_updater_take(struct flota_updater *updater, const uint8_t *data, size_t size);

/* Judge an image by its first bytes, FLOTA_IMAGE_HEAD_SIZE or all there are; fills status.info. */
int flota_updater_check_head(struct flota_updater *updater, const uint8_t *head, uint32_t size);

/* The head stands in the ring: accept it, and be receiving; or enter failed. Judged once more when
 * the consents have changed meanwhile. Returns 0, or why it is refused. */
int flota_updater_judge_head(struct flota_updater *updater);

/* The file has ended: is it whole? Returns 0, or enters failed. */
int flota_updater_end_input(struct flota_updater *updater);

/* --- update_open.c: what the journals are told before the first erase, and after the last word ---
 */

/* Read on at cursor the running image, whose size and crc are the fallback's. Returns as
 * flota_updater_poll(). */
int flota_updater_read_fallback(struct flota_updater *updater);

/* The head cannot tell, only the journals: flash must be idle, so that they can be read. Returns 0
 * or FLOTA_ERR_IMAGE_REJECTED. */
int flota_updater_check_rejected(const struct flota_updater *updater);

/* Not rejected, two CONFIRMED, no late swap, room, BEGIN, SESSION. Returns as flota_updater_poll();
 * opened is set when erasing may begin. */
int flota_updater_open(struct flota_updater *updater);

/* Go on erasing the spare slot's journal. Returns as flota_updater_poll(). */
int flota_updater_compact(struct flota_updater *updater);

/* Sectors have been finished: say so, for a resume after a loss of power. */
void flota_updater_note_progress(struct flota_updater *updater);

/* --- update_flash.c --- */

/* Do one step. Returns as flota_updater_poll(). */
int flota_updater_step(struct flota_updater *updater);

/* Let an operation that runs in a failed update end. */
void flota_updater_let_flash_end(struct flota_updater *updater);

/* --- update_verify.c: each returns as flota_updater_poll(), but the last --- */

/* Begin to read the slot back, expecting sent_digest. */
int flota_updater_start_read_back(struct flota_updater *updater);

/* All that came is in flash: were its bytes what the block states? Then the same. */
int flota_updater_begin_read_back(struct flota_updater *updater);
int flota_updater_read_back(struct flota_updater *updater);

/* Hash on what a recovered upload left. */
int flota_updater_rehash(struct flota_updater *updater);

/* Hash the next bytes of the image. Returns 0 unless the hash engine failed. */
int flota_updater_add_to_hash(struct flota_updater *updater, uint32_t offset, const uint8_t *data,
                              uint32_t size);

/* --- update_resume.c --- */

/* FLOTA_IMAGE_DIGEST_SIZE bytes by which a file's upload is known: struct flota_updater_rest. Zeros
 * while unknown. */
const uint8_t *flota_updater_file_digest(const struct flota_updater *updater);

/* --- update_deadline.c --- */

/* Say the time to confirm in anew, when it was changed behind BEGIN. Flash must be idle, the image
 * not staged. Returns 0, or enters failed. */
int flota_updater_settle_deadline(struct flota_updater *updater);

/* --- update_revert.c --- */

/* Read FLOTA_IMAGE_HEAD_SIZE bytes. Returns 0 or the flash's error. */
int flota_updater_read_spare_head(const struct flota_image_target *target, uint8_t *head);

#endif
