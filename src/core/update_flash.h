/* update_flash.h - the updater's background half: what it does with the flash, one step a poll.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CORE_UPDATE_FLASH_H
#define FLOTA_CORE_UPDATE_FLASH_H

#include "flota/update.h"

enum flota_updater_step {
    FLOTA_STEP_SETTLE,      /* an operation of an earlier update may still run */
    FLOTA_STEP_CHOOSE,      /* flash is idle: what is next? */
    FLOTA_STEP_BLANK_CHECK, /* reading the sector at ready_size, at cursor */
    FLOTA_STEP_ERASE,       /* the sector at ready_size is being erased */
    FLOTA_STEP_PROGRAM,     /* the word before buffer_start is being programmed */
    FLOTA_STEP_READ_BACK,   /* hashing the slot, at cursor */
    FLOTA_STEP_VERIFIED,    /* the image stands in the slot */
    FLOTA_STEP_ACTIVATED    /* the swap is ordered */
};

/* Bytes of a slot that may hold an image. */
uint32_t flota_updater_area_size(const struct flota_image_target *target);

/* Enter the phase failed. Returns error. */
int flota_updater_fail(struct flota_updater *updater, int error);

/* Do one step. Returns as flota_updater_poll(). */
int flota_updater_step(struct flota_updater *updater);

/* Let an operation that runs in a failed update end; its result no longer matters. */
void flota_updater_let_flash_end(struct flota_updater *updater);

#endif
