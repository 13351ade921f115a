/* flash.h - the flash of the virtual board, as its own files see it.
 *
 * flash.c       registers, flags, life cycle (RM0399 chapter 4)
 * flash_bank.c  operations
 * flash_write.c the write buffers
 * flash_read.c  what the core and the DMA read
 * flash_cells.c what programming, erasing and tearing do to words and their ECC
 * cuts.c        the log of operations, planned accidents
 * flash_file.c  where the cells live: a mapped file or memory; the factory programmer
 * option_bytes.c option registers and their change
 *
 * "bank" is a physical bank, 0 or 1; "half" and "set" are 0 for what is mapped at 0x08000000 and 1
 * for 0x08100000: with the banks swapped, half 0 is bank 1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_FLASH_H
#define VBOARD_FLASH_H

#include "board.h"
#include "cuts.h"

#define FLASH_BASE   0x08000000u
#define WORD_SIZE    32u
#define BANK_WORDS   (BANK_SIZE / WORD_SIZE)
#define SECTOR_WORDS (SECTOR_SIZE / WORD_SIZE)
#define SECTORS      8u
#define GUARD_PAGE   4096u
#define BANK_PAGES   (BANK_SIZE / GUARD_PAGE)
#define FLASH_IRQ    4

/* FLASH_SR; the enable bits of FLASH_CR and the clear bits of FLASH_CCR lie at the same places. */
enum {
    SR_BSY = 1 << 0,
    SR_WBNE = 1 << 1,
    SR_QW = 1 << 2,
    SR_EOP = 1 << 16,
    SR_WRPERR = 1 << 17,
    SR_PGSERR = 1 << 18,
    SR_STRBERR = 1 << 19,
    SR_INCERR = 1 << 21,
    SR_OPERR = 1 << 22,
    SR_RDPERR = 1 << 23,
    SR_SNECCERR = 1 << 25,
    SR_DBECCERR = 1 << 26,
    SR_FLAGS = 0x1FEF0000
};

/* FLASH_CR */
enum {
    CR_LOCK = 1 << 0,
    CR_PG = 1 << 1,
    CR_SER = 1 << 2,
    CR_BER = 1 << 3,
    CR_PSIZE_SHIFT = 4,
    CR_FW = 1 << 6,
    CR_START = 1 << 7,
    CR_SNB_SHIFT = 8,
    CR_STORED = 0x1FEF873E, /* what a write can set and a read shows */
    CR_RESET = 0x30
};

#define ECC_FLAGS ((uint32_t)SR_SNECCERR | (uint32_t)SR_DBECCERR)

enum {
    OPTSR_OPT_BUSY = 1 << 0,
    OPTSR_BCM4 = 1 << 22,
    OPTSR_BCM7 = 1 << 23,
    OPTSR_OPTCHANGEERR = 1 << 30,
    OPTSR_RDP_SHIFT = 8
};
#define OPTSR_SWAP_BANK 0x80000000u

/* A word's ECC: what a read of it does. Programming twice and tearing make words dead (double
 * error). A word that was programmed with ones only reads as blank and is not: as the manual has
 * it, a word may be programmed once after an erase (RM0399 4.3.9), whatever was programmed.
 *
 * A marginal word's cells are near the threshold: its reads differ. A weak one still reads as its
 * data say. The power-on after an accident makes fresh ones weak, the next makes these marginal. */
enum word_state {
    WORD_BLANK,
    WORD_PROGRAMMED,
    WORD_SINGLE_ERROR,
    WORD_DEAD,
    WORD_MARGINAL,
    WORD_WEAK_FRESH,
    WORD_WEAK,
    WORD_STATE_COUNT
};

/* Does a read of it go wrong, or set a flag? */
static inline bool word_errs(uint8_t state)
{
    return state >= WORD_SINGLE_ERROR && state <= WORD_MARGINAL;
}

enum operation { OPERATION_NONE, OPERATION_PROGRAM, OPERATION_ERASE, OPERATION_OPTIONS };

struct option_bytes {
    uint32_t status; /* FLASH_OPTSR without its flags */
    uint32_t boot7, boot4;
    uint32_t prar[2], scar[2], wpsn[2]; /* by physical bank */
};

/* What would be torn if the program ended now. */
struct stored_operation {
    uint32_t kind; /* enum operation, written last */
    uint32_t word; /* first word of it, and count */
    uint32_t word_count;
    uint8_t data[WORD_SIZE];
};

/* The non-volatile part, as it lies in the flash file. See flash_file.c for why it is safe. */
struct flash_cells {
    union {
        struct {
            uint64_t magic;
            uint32_t version;
            uint32_t size; /* of this struct */
            uint32_t option_slot;
            uint32_t reserved;
            struct option_bytes options[2]; /* the slot in force, and the other */
            uint64_t tear_count;
            struct stored_operation operation[2];
            /* since version 2 */
            struct option_bytes late_options; /* come into force after so many power-ons */
            uint32_t late_power_ons;          /* 0: there are none */
            uint32_t option_error;            /* the next power-on finds OPTCHANGEERR set */
            uint64_t marginal_seed;           /* what the next marginal read gives */
        } header;
        uint8_t page[GUARD_PAGE];
    };
    uint8_t state[2][BANK_WORDS]; /* enum word_state */
    uint8_t data[2][BANK_SIZE];
    uint8_t flip[2][BANK_WORDS]; /* bits of a marginal word that read wrong now: see cells_flip() */
};

/* FLASH_CR's and FLASH_OPTCR's lock. */
struct key_lock {
    bool locked;
    bool dead; /* until reset */
    bool first_key;
};

struct flash_bank {
    struct key_lock lock;
    uint32_t control; /* FLASH_CR without LOCK, FW, START */
    uint32_t flags;   /* of FLASH_SR */
    uint32_t ecc_fa;
    uint8_t buffer[WORD_SIZE];
    uint32_t buffer_mask; /* bytes written */
    uint32_t buffer_word;
    bool queued; /* a full word waits behind the running operation, and up to two erases */
    uint32_t queued_word;
    uint8_t queued_data[WORD_SIZE];
    uint32_t erase_sector[2], erase_count[2];
    unsigned erases_queued;
    enum operation operation;
    uint64_t start_ns, end_ns;
    uint16_t used_words[BANK_PAGES]; /* not blank */
    uint16_t bad_words[BANK_PAGES];  /* with an ECC error */
    bool guarded;                    /* the whole bank is */
    uint64_t last_poll;              /* instruction count at the last read of a busy FLASH_SR */
    unsigned poll_count;
};

/* cuts.c's. */
struct cuts {
    struct operation_record *log; /* the record of operation n lies at n % OPERATIONS_KEPT */
    uint64_t next;                /* number of the operation that begins next */
    uint64_t running[2];          /* by bank; 0: none */
    uint64_t number, seed;        /* the planned cut; 0: none */
    enum cut_model model;
    bool happened;
    char error[160];
    uint64_t fail_number; /* the operation that fails, 0: none */
    bool fail_silent;
    int stuck_bank, stuck_sector; /* bank -1: none */
};

/* A burst of reads of one marginal word counts as one read. */
struct marginal_read {
    int bank;
    uint32_t word;
    uint64_t until_ns;
    uint8_t state; /* what the word is like for so long */
};

struct flash {
    struct flash_cells *cells;
    int file; /* -1 without one */
    struct flash_bank bank[2];
    bool swapped;  /* SWAP_BANK in force */
    bool m4_boots; /* BCM4 as the last reset found it: the Cortex-M4 runs since */
    uint32_t access_control;
    struct key_lock option_lock;
    struct option_bytes option_request; /* the _PRG registers */
    bool option_error;                  /* OPTCHANGEERR */
    bool option_error_interrupt;
    uint64_t option_poll;
    unsigned option_poll_count;
    struct flash_view view; /* its counters */
    struct cuts cuts;
    struct marginal_read marginal;
    bool
        unpowered; /* the plug is pulled, the core has not stopped yet: nothing reaches the cells */
    bool offended; /* a word programmed twice was reported */
};

/* After a loss of power, however short, the option bytes are loaded anew and weak words age. */
static inline bool flash_lost_power(enum reset_cause cause)
{
    return cause == RESET_POWER_ON || cause == RESET_BROWNOUT;
}

/* --- flash.c --- */

int flash_bank_of(const struct flash *flash, int half);
/* Where the core sees a word. */
uint32_t flash_address(const struct flash *flash, int bank, uint32_t word);
void flash_trace(const struct board *board, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void flash_update_irq(struct board *board);
void flash_raise(struct board *board, int bank, uint32_t flag); /* a flag of FLASH_SR */
/* Write a key; a wrong one, a narrow write, or any key while unlocked, locks until reset with a bus
 * error (RM0399 4.5.1). */
void flash_key_write(struct board *board, struct key_lock *lock, const uint32_t keys[2],
                     uint32_t lanes, uint32_t value, bool locks_out);
/* A busy flag was read: when the core does nothing else, let time jump. */
void flash_polled(struct board *board, uint64_t *last, unsigned *count);

/* --- flash_bank.c --- */

/* Start an operation of a bank that is idle: guards it, schedules its end. */
void flash_start(struct board *board, int bank, enum operation operation, uint64_t duration_ns);
/* A word of an idle bank, unless it is protected. */
void flash_start_program(struct board *board, int bank, uint32_t word, const uint8_t *data);
/* Start an erase, or queue it behind what runs. */
void flash_request_erase(struct board *board, int bank, uint32_t sector, uint32_t count);
/* Stall the core until the bank is idle; returns early when a reset interrupts the stall. */
void flash_wait_idle(struct board *board, int bank);
/* A reset or loss of power: what runs is torn (RM0399 4.3.9, 4.3.10, 4.4.3). */
void flash_tear(struct board *board, int bank);
/* What runs ends now with what the model leaves behind; done: how much of it had run, 0 to 256. */
void flash_end_by(struct board *board, int bank, enum cut_model model, uint64_t seed,
                  unsigned done);
/* Words changed: count anew, guard, tell the core. */
void flash_words_changed(struct board *board, int bank, uint32_t word, uint32_t count);
void flash_count_page(struct flash *flash, int bank, uint32_t page);
/* Pages with ECC errors or a PCROP area stay guarded; the others follow. */
void flash_guard_pages(struct board *board, int bank, uint32_t word, uint32_t count);
void flash_unguard_bank(struct board *board, int bank);

/* --- flash_write.c --- */

/* RM0399 FLASH_CR.FW: nothing without data in the buffer; else bytes not written become ones. */
void flash_force_write(struct board *board, int bank);
void flash_drop_buffer(struct flash_bank *b);

/* --- flash_cells.c --- */

/* Returns false where the word did not read as blank: a program that does so has an error. */
bool cells_program(struct flash_cells *cells, int bank, uint32_t word, const uint8_t *data);
void cells_erase(struct flash_cells *cells, int bank, uint32_t word, uint32_t count);
/* End what header.operation[bank] says as an interrupted operation, and clear it. done: how much of
 * it had run, 0 to 256. */
void cells_end_by(struct flash_cells *cells, int bank, enum cut_model model, uint64_t seed,
                  unsigned done);
/* The seed of the next accident that nobody planned. */
uint64_t cells_next_seed(struct flash_cells *cells, uint64_t seed);
/* A power-on: weak words age. Calls changed for each that does. */
void cells_age(struct flash_cells *cells, void (*changed)(void *context, int bank, uint32_t word),
               void *context);
/* Bit rot: flips so many bits. */
void cells_rot(struct flash_cells *cells, int bank, uint32_t word, unsigned bits, uint64_t seed);
/* Make a marginal word read with other bits wrong; flip 0: with none. */
void cells_flip(struct flash_cells *cells, int bank, uint32_t word, uint8_t flip);
/* splitmix64: the same operations and seeds give the same accidents in each run. */
uint64_t cells_random(uint64_t *state);

/* --- cuts.c --- */

bool cuts_create(struct flash *flash);
void cuts_destroy(struct flash *flash);
/* An operation is about to begin. Returns false when a planned cut comes before it. */
bool cuts_begin(struct board *board, int bank, enum operation_kind kind, uint32_t word,
                uint32_t count);
/* When the running operation's event is due: at its end, or at the planned cut. */
uint64_t cuts_due_ns(const struct board *board, int bank);
/* It is due: returns true when it was the cut. */
bool cuts_strike(struct board *board, int bank);
/* It ended so. */
void cuts_end(struct board *board, int bank, enum operation_end end);
/* One that did not begin at all. */
void cuts_refused(struct board *board, int bank, enum operation_kind kind, uint32_t word,
                  uint32_t count);
/* Does the running operation fail? */
bool cuts_fails(const struct board *board, int bank, bool *silent);

/* --- flash_read.c --- */

bool flash_word_reads(struct board *board, int bank, uint32_t word, bool fetch);

/* --- flash_file.c --- */

/* Map path, made anew with these option bytes if it does not exist, or memory when path is NULL.
 * Returns NULL after a message on stderr. */
struct flash_cells *flash_file_open(const char *path, const struct option_bytes *defaults,
                                    int *file);
void flash_file_sync(struct flash_cells *cells, int file);
void flash_file_close(struct flash_cells *cells, int file);
void flash_note_operation(struct flash_cells *cells, int bank, const struct stored_operation *note);
void flash_note_done(struct flash_cells *cells, int bank);
void flash_store_options(struct flash_cells *cells, const struct option_bytes *options);

/* --- option_bytes.c --- */

struct option_bytes option_defaults(bool factory);
/* The same on this board's chip, and bits of FLASH_OPTSR that this chip lacks. */
struct option_bytes option_shipped(const struct board *board, bool factory);
uint32_t option_bits_absent(const struct board *board);
const struct option_bytes *option_current(const struct flash *flash);
void option_reset(struct board *board, enum reset_cause cause);
void option_finish(struct board *board); /* EVENT_OPTION_BYTES */
/* The change ends as the model says. */
void option_end_by(struct board *board, enum cut_model model);
bool option_read(struct board *board, int set, uint32_t offset, uint32_t *value);
bool option_write(struct board *board, int set, uint32_t offset, uint32_t lanes, uint32_t value);
/* While the option bytes change, no register of the flash can be written (RM0399 4.9.8). */
bool option_blocks_writes(const struct flash *flash);
/* True when one of these sectors may not be erased or programmed (WRP, PCROP; RM0399 4.7.2). */
bool option_write_protected(const struct flash *flash, int bank, uint32_t sector, uint32_t count);
/* Say so when these words hold what the Cortex-M4 boots: with BCM4 = 1 it runs, though not
 * modelled. */
void option_warn_m4(struct board *board, int bank, uint32_t word, uint32_t count);
/* True when data may not be read (PCROP, RM0399 4.5.4). */
bool option_read_protected(const struct flash *flash, int bank, uint32_t word, uint32_t count);

#endif
