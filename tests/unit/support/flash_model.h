/* flash_model.h - host model of the flash and platform contracts, strict and faulty on demand.
 *
 * Two banks of words. A word is blank, programmed, unreadable (ECC error) or unstable (reads
 * differ). Operations are numbered from 1 since flash_model_init(): erases, programs, swaps. A test
 * makes operation n fail, or cuts the power before, during or after it; a cut returns through
 * longjmp(model->power_cut), as if the processor had stopped there.
 *
 * The model ends the program with a message when the code under test breaks the contract: erases
 * in the active bank or programs its image, programs a word that is not blank, starts a second
 * operation, reads a busy bank.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLASH_MODEL_H
#define FLASH_MODEL_H

#include "flota/image.h"
#include <setjmp.h>

struct flash_model_geometry {
    uint32_t sector_size;
    uint32_t image_sector_count;
    uint32_t sector_count;
    uint32_t word_size;
    uint32_t erase_polls;   /* polls that answer busy before an erase has ended */
    uint32_t program_polls; /* the same for a program */
};

extern const struct flash_model_geometry flash_model_h745;  /* 7 + 1 sectors of 128 KB, word 32 */
extern const struct flash_model_geometry flash_model_small; /* 7 + 2 sectors of 1 KB, word 32 */

enum flash_model_fault {
    FLASH_MODEL_START_FAILS, /* refused at once */
    FLASH_MODEL_ENDS_FAILED, /* nothing changes, the result is an error */
    FLASH_MODEL_TIMES_OUT,   /* the same, FLOTA_ERR_FLASH_TIMEOUT */
    FLASH_MODEL_SILENT       /* nothing changes, the result says success */
};

enum flash_model_cut { FLASH_MODEL_CUT_BEFORE, FLASH_MODEL_CUT_TORN, FLASH_MODEL_CUT_AFTER };

enum flash_model_operation {
    FLASH_MODEL_NOTHING,
    FLASH_MODEL_ERASE,
    FLASH_MODEL_PROGRAM,
    FLASH_MODEL_SWAP, /* of the platform, as is keep */
    FLASH_MODEL_KEEP
};

#define FLASH_MODEL_EVENTS_MAX 1024u

/* An operation that was ordered, in its order. */
struct flash_model_event {
    enum flash_model_operation operation;
    enum flota_slot slot;
    uint32_t offset;
};

struct flash_model {
    /* For the code under test. */
    struct flota_flash flash;
    struct flota_platform platform;
    struct flota_image_info running; /* test-product 1.0.0 for test-board */
    struct flota_image_target target;

    /* Set by a test. */
    uint32_t fail_at; /* operation number, 0: none */
    enum flash_model_fault fault;
    uint32_t cut_at; /* operation number, 0: none */
    enum flash_model_cut cut;
    jmp_buf power_cut;
    uint32_t random; /* state: how words tear */
    int update_allowed_result;
    int set_options_result; /* 0: they are set, and update_allowed_result with them */
    int swap_result;        /* of swap and keep */
    int foreign_allowed_result;
    bool record_violations; /* do not end the program, count in violation_count */

    /* Seen by a test. */
    uint32_t operation_count;
    uint32_t erase_count;   /* of image sectors */
    uint32_t program_count; /* in image sectors */
    uint32_t journal_erase_count;
    uint32_t record_count; /* words programmed in the journals */
    uint32_t keep_count;
    uint32_t set_options_count;
    uint32_t feed_count;
    uint32_t swap_count;
    uint32_t reset_count;
    uint32_t read_count; /* calls */
    uint32_t read_size;  /* bytes */
    uint32_t poll_count;
    uint32_t busy_count; /* polls that answered busy */
    uint32_t violation_count;
    uint32_t event_count; /* of those kept: the first ones since a test set it to 0 */
    struct flash_model_event events[FLASH_MODEL_EVENTS_MAX];
    uint32_t fault_offset; /* in its slot, of the operation that was made to fail */

    /* Private. */
    struct flash_model_geometry geometry;
    uint8_t *bytes[2]; /* by physical bank, 0 and 1 */
    uint8_t *states[2];
    uint32_t active;      /* bank */
    uint32_t next_active; /* the option byte: loaded at reset */
    enum flash_model_operation operation;
    uint32_t operation_bank;
    uint32_t operation_offset;
    uint32_t polls_left;
    uint8_t word[32];
};

/* Make both banks blank, put nothing in them. */
void flash_model_init(struct flash_model *model, const struct flash_model_geometry *geometry);
void flash_model_free(struct flash_model *model);

/* Write bytes into a slot as a programmer would, on a blank bank. */
void flash_model_load(struct flash_model *model, enum flota_slot slot, const uint8_t *data,
                      uint32_t size);

/* Fill the image sectors of a slot with random words, some of them unreadable. */
void flash_model_fill(struct flash_model *model, enum flota_slot slot);

/* Make one word of a slot unreadable until it is erased. */
void flash_model_spoil(struct flash_model *model, enum flota_slot slot, uint32_t offset);

/* Power comes (back): operations are forgotten, the option byte is loaded, no more cuts. */
void flash_model_power_up(struct flash_model *model);

/* The bytes of a slot as they are, unreadable words included; flash_model_slot_size() of them. */
const uint8_t *flash_model_bytes(const struct flash_model *model, enum flota_slot slot);
uint32_t flash_model_slot_size(const struct flash_model *model);

/* Does the slot start with these bytes, all of them readable? */
bool flash_model_holds(const struct flash_model *model, enum flota_slot slot, const uint8_t *data,
                       uint32_t size);

#endif
