/* cut_flash.h - two flash banks and an option byte that lose their power in every way we know of.
 *
 * A word is blank, good, dead (unreadable until erased), marginal (each read differs) or one of the
 * blanks that only look so: faint (a program was cut at its first bits) and weak (an erase was cut
 * at its end). What is programmed over a faint word may be dead at once; what is programmed over a
 * weak one is good until the power is next switched on. Storage is sparse: whole chips are cheap.
 *
 * Operations are numbered from 1 since cut_flash_power_up(): erases, programs, option changes. The
 * power is cut at the operation `cut_at` in the way `cut`; the model then returns to the caller
 * through longjmp(flash->power_cut, 1), as if the processor had stopped there.
 *
 * What the code under test must never do (program a word twice, erase the bank that runs, ...) is
 * kept in `violation`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CUT_FLASH_H
#define CUT_FLASH_H

#include "flota/flash.h"
#include <setjmp.h>
#include <stdbool.h>

#define CUT_WORD_SIZE  32u
#define CUT_PAGE_WORDS 16u
#define CUT_PAGE_SIZE  (CUT_WORD_SIZE * CUT_PAGE_WORDS)

struct cut_geometry {
    const char *name;
    uint32_t sector_size; /* bytes, a multiple of CUT_PAGE_SIZE */
    uint32_t image_sector_count;
    uint32_t sector_count;
};

extern const struct cut_geometry cut_geometries[];
extern const uint32_t cut_geometry_count;

/* Ways to lose the power. X(name, in programs, in erases, in option changes, text) */
#define CUT_MODEL_MAP(X)                                                                           \
    X(BEFORE, 1, 1, 1, "before the operation")                                                     \
    X(AFTER, 1, 1, 1, "after it")                                                                  \
    X(PREFIX, 1, 0, 0, "program: the first bytes are written, readable")                           \
    X(SUBSET, 1, 0, 0, "program: any of the bits are written, readable")                           \
    X(DEAD, 1, 0, 0, "program: unreadable until erased")                                           \
    X(MARGINAL, 1, 0, 0, "program: each read differs")                                             \
    X(FAINT, 1, 0, 0, "program: reads blank, a second program may die")                            \
    X(HALF, 0, 1, 0, "erase: a part is blank, the rest old")                                       \
    X(WEAK, 0, 1, 0, "erase: all reads blank, what is programmed there fades")                     \
    X(MIXED, 0, 1, 0, "erase: old, blank, weak, dead and marginal words")                          \
    X(LATE, 0, 0, 1, "option byte: old for now, new at a later power-on")

enum cut_model {
#define X(name, program, erase, option, text) CUT_##name,
    CUT_MODEL_MAP(X)
#undef X
        CUT_MODEL_COUNT
};

enum cut_operation { CUT_NOTHING, CUT_PROGRAM, CUT_ERASE, CUT_OPTION };

/* The name, as --only takes it. */
const char *cut_model_name(enum cut_model model);
const char *cut_model_text(enum cut_model model);
bool cut_model_fits(enum cut_model model, enum cut_operation operation);

#define CUT_TRACE_MAX 512u

struct cut_page {
    uint8_t bytes[CUT_PAGE_SIZE];
    uint8_t states[CUT_PAGE_WORDS];
};

struct cut_flash {
    struct cut_geometry geometry;

    /* Set by a test before power-up. */
    uint32_t cut_at; /* operation number, 0: none */
    enum cut_model cut;
    jmp_buf power_cut;
    uint32_t random;           /* state */
    bool tracing;              /* print each operation */
    bool refuses_changes;      /* the option byte stays as it is, and nothing says so */
    uint32_t failing_programs; /* so many programs end in an error, the word still blank */
    bool never_cuts;           /* of planted faults: the power stays */
    bool tears_nothing;        /* of planted faults: a cut in an operation is one behind it */

    /* Seen by a test. */
    uint32_t active; /* bank that the chip booted from, 0 or 1 */
    uint32_t operation_count;
    uint8_t trace[CUT_TRACE_MAX]; /* kinds of the operations, enum cut_operation */
    uint32_t swap_count;          /* completed ones, since power-up or cleared by the test */
    const char *violation;        /* the first one, or NULL */

    /* Private. */
    uint32_t option;         /* the option byte as stored: the bank that boots next */
    uint32_t late_countdown; /* power-ons until a cut change takes effect, 0: none */
    struct cut_page *pages;  /* pool */
    uint32_t page_count;
    uint32_t page_capacity;
    uint16_t *table[2]; /* per bank: number of a page plus 1, 0: blank */
    enum cut_operation operation;
    uint32_t operation_bank;
    uint32_t operation_offset;
    uint8_t word[CUT_WORD_SIZE];
};

/* Both banks blank, bank 0 active. */
void cut_flash_init(struct cut_flash *flash, const struct cut_geometry *geometry, uint32_t seed);
void cut_flash_free(struct cut_flash *flash);

/* Make copy, which was initialised with the same geometry, equal to flash; power_cut aside. */
void cut_flash_copy(struct cut_flash *copy, const struct cut_flash *flash);

/* The chip's power comes back. */
void cut_flash_power_up(struct cut_flash *flash);

/* The chip restarts and keeps its power: the option byte is loaded, nothing fades. */
void cut_flash_reset(struct cut_flash *flash);

/* The contract's functions; banks are physical. */
int cut_flash_read(struct cut_flash *flash, uint32_t bank, uint32_t offset, void *data,
                   uint32_t size);
int cut_flash_erase_start(struct cut_flash *flash, uint32_t bank, uint32_t sector);
int cut_flash_program_start(struct cut_flash *flash, uint32_t bank, uint32_t offset,
                            const void *word);
int cut_flash_poll(struct cut_flash *flash);

/* Write the option byte: the bank that boots after the next reset. */
void cut_flash_select(struct cut_flash *flash, uint32_t bank);

/* Not part of the device: how a test looks and meddles. */
uint32_t cut_flash_slot_size(const struct cut_flash *flash);
void cut_flash_load(struct cut_flash *flash, uint32_t bank, const uint8_t *data, uint32_t size);

/* Make image sectors of a bank what years of updates leave: old, blank and dead words. */
void cut_flash_litter(struct cut_flash *flash, uint32_t bank, uint32_t size);

/* Make one word dead, as if it had decayed. */
void cut_flash_spoil(struct cut_flash *flash, uint32_t bank, uint32_t offset);

/* The word at offset was programmed to its end. */
bool cut_flash_is_whole(const struct cut_flash *flash, uint32_t bank, uint32_t offset);

/* Every word of these bytes is good and equal to them. */
bool cut_flash_holds(const struct cut_flash *flash, uint32_t bank, const uint8_t *data,
                     uint32_t size);

/* After a cut: is the word or sector left as the way of the cut says, where that leaves a trace? */
bool cut_flash_is_torn(const struct cut_flash *flash);

/* The worst that may become of what is there: marginal, faint and fading words die, and an option
 * change that may come late either comes at once (flip) or never. */
void cut_flash_decay(struct cut_flash *flash, bool flip);

#endif
