/* flota/boot.h - trial, confirm, rollback: which image runs, decided from the two journals.
 *
 * Decode, decide, act. flota_boot_read() sums each journal up in a struct; flota_boot_decide() is a
 * pure function of the two; the guard (the reset handler) acts. The application takes its own steps
 * on the same journals: begin, stage, confirm, fail. RAM and backup registers may explain, they
 * never decide. DESIGN.md argues the protocol.
 *
 * The guard, whole:
 *
 *     flota_boot_read(flash, &boot);
 *     for (;;) {
 *         decision = flota_boot_decide(&boot, power_on);
 *         if (decision.check)                                   // reads the image: takes time
 *             flota_boot_check(flash, &boot, decision.check);
 *         else if (decision.action == FLOTA_BOOT_COUNT_AND_RUN) // the watchdog runs from here on
 *             flota_boot_count(flash, &boot, power_on, cause);  // then again: check it, run it
 *         else if (decision.action == FLOTA_BOOT_ROLL_BACK) {
 *             if (flota_boot_leave(flash, &boot, &decision, power_on, cause) == 0)
 *                 swap, reset;                                  // whether it worked or not
 *         } else
 *             break;                                            // run, or run stranded
 *     }
 *
 * Each turn of the loop changes boot, so there are at most six.
 *
 * Works before C start-up, as the journal does: stack only, on a Cortex-M7 below 400 bytes besides
 * struct flota_boot (the steps: below 500 with it), what the port's read takes not counted.
 *
 * Thread safety: none, one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_BOOT_H
#define FLOTA_BOOT_H

#include "flota/journal.h"

#define FLOTA_BOOT_RESETS_MAX 3u /* K: boots of a trial that followed no power-on; swaps tried */
#define FLOTA_BOOT_BOOTS_MAX  8u /* the same, of any kind */

/* What is on trial. */
enum flota_trial { FLOTA_TRIAL_UPDATE, FLOTA_TRIAL_REVERT };

/* What a journal says about the image in its bank. */
enum flota_bank_state {
    FLOTA_BANK_UNRECORDED, /* nothing: it came from the factory or from a programmer */
    FLOTA_BANK_OPEN,       /* BEGIN without STAGED: being written, or left half-written */
    FLOTA_BANK_TRIAL,      /* STAGED */
    FLOTA_BANK_CONFIRMED,  /* CONFIRMED, no later FAILED */
    FLOTA_BANK_FAILED      /* FAILED, no later CONFIRMED */
};

/* What a look at the image itself said. */
enum flota_verdict { FLOTA_VERDICT_NONE, FLOTA_VERDICT_SOUND, FLOTA_VERDICT_DAMAGED };

/* Tries of something that a power cut may spoil: valid records and dead words. */
struct flota_tries {
    uint32_t all;
    uint32_t resets; /* those that followed no power-on; of attempts also dead words */
};

/* A decoded journal. Records of an image with another tag do not show in it, except that a BEGIN or
 * STAGED of any tag ends what was before it. */
struct flota_bank {
    enum flota_bank_state state;
    enum flota_verdict verdict;
    uint8_t tag[FLOTA_TAG_SIZE]; /* of the image; zeros when it has no information block */
    bool any_tag;                /* the block cannot be read: all records count as the image's */
    uint32_t generation;         /* of the last BEGIN or STAGED; 0: none */
    uint32_t highest_generation; /* of any record */
    uint8_t trial;               /* enum flota_trial, by BEGIN */
    uint32_t deadline_ms;        /* by BEGIN; 0: default */
    uint16_t words;              /* by STAGED; 0: not known */
    uint32_t crc;                /* */
    uint16_t fallback_words;     /* the other bank's image, by BEGIN and STAGED; 0: not known */
    uint32_t fallback_crc;       /* */
    struct flota_tries attempts; /* since STAGED */
    struct flota_tries swaps;    /* since FAILED */
    uint32_t confirmed_count;    /* readable CONFIRMED records */
    uint8_t fail_reason;         /* enum flota_boot_reason, by FAILED */
    uint16_t fail_attempts;      /* by FAILED */
    uint32_t fail_cause;         /* by FAILED */
    bool was_tried;              /* a readable record after STAGED: the swap took place */
    uint32_t order_generation;   /* of the last SWAPTRY of an update into the other bank */
    uint32_t order_count;        /* SWAPTRY records of that generation */
    uint32_t seen_generation;    /* of the last SEEN */
    uint32_t free_words;         /* behind the last word that is not blank */
    bool counted;                /* by flota_boot_count(): ATTEMPT stands there */
    bool uncountable;            /* by flota_boot_count(): ATTEMPT could not be written */
    bool unwritable;             /* by flota_boot_leave(): FAILED or SWAPTRY could not be */
};

struct flota_boot {
    struct flota_bank own;   /* FLOTA_SLOT_ACTIVE */
    struct flota_bank other; /* FLOTA_SLOT_SPARE */
};

enum flota_boot_action {
    FLOTA_BOOT_RUN,           /* writes nothing (more) */
    FLOTA_BOOT_COUNT_AND_RUN, /* start the watchdog, ATTEMPT, check the image, run */
    FLOTA_BOOT_ROLL_BACK,     /* FAILED, SWAPTRY, swap, reset */
    FLOTA_BOOT_STRANDED       /* run, say so everywhere, allow updates; writes nothing */
};

/* Numbers stand in FAILED records: they never change their meaning. */
enum flota_boot_reason {
    FLOTA_REASON_NONE = 0,        /* unknown, in reports */
    FLOTA_REASON_UNRECORDED = 1,  /* runs: nothing is recorded about it */
    FLOTA_REASON_CONFIRMED = 2,   /* runs: it is confirmed */
    FLOTA_REASON_TRIAL = 3,       /* runs: on trial, attempts left */
    FLOTA_REASON_INTERRUPTED = 4, /* leaves: half-written */
    FLOTA_REASON_ATTEMPTS = 5,    /* leaves: never confirmed in the boots that it had */
    FLOTA_REASON_DAMAGED = 6,     /* leaves: size or crc is not as staged */
    FLOTA_REASON_FULL = 7,        /* leaves: no room to count attempts */
    FLOTA_REASON_UNCOUNTED = 8,   /* leaves: an attempt could not be written */
    FLOTA_REASON_DEADLINE = 9,    /* the application: not confirmed in time */
    FLOTA_REASON_APPLICATION = 10 /* the application: its own health check said no */
};

/* Why an image that ought to be left is not. */
enum flota_boot_obstacle {
    FLOTA_OBSTACLE_NONE,
    FLOTA_OBSTACLE_NO_FALLBACK,   /* no record says what the other bank should hold */
    FLOTA_OBSTACLE_OTHER_FAILED,  /* the other image has failed, too */
    FLOTA_OBSTACLE_OTHER_OPEN,    /* the other bank is half-written */
    FLOTA_OBSTACLE_OTHER_TRIED,   /* the other image has used up its own trial */
    FLOTA_OBSTACLE_OTHER_DAMAGED, /* vector table, size or crc are not as recorded */
    FLOTA_OBSTACLE_SWAP_REJECTED, /* K swaps were tried, and this bank still runs */
    FLOTA_OBSTACLE_JOURNAL        /* FAILED or SWAPTRY cannot be written */
};

enum flota_boot_check { FLOTA_CHECK_NOTHING, FLOTA_CHECK_OWN, FLOTA_CHECK_OTHER };

struct flota_boot_decision {
    enum flota_boot_action action;
    enum flota_boot_reason reason;     /* why it runs, or why it is to be left */
    enum flota_boot_obstacle obstacle; /* of STRANDED */
    enum flota_boot_check check;       /* the action holds if this image is sound: check, redo */
};

/* ---- decode ---- */

/* Sum up both journals. Never fails: what cannot be read counts as the protocol says. */
void flota_boot_read(const struct flota_flash *flash, struct flota_boot *boot);

/* ---- decide: pure ---- */

/* power_on: the reset before this boot was a loss of power, or cannot be told from one. */
struct flota_boot_decision flota_boot_decide(const struct flota_boot *boot, bool power_on);

/* ---- act: the guard ---- */

/* Compare an image with what own's records say of it; sets that bank's verdict. Reads all of it. */
void flota_boot_check(const struct flota_flash *flash, struct flota_boot *boot,
                      enum flota_boot_check which);

/* Append ATTEMPT. Returns 0 and sets own.counted: the decision then asks to check the own image,
 * and to run it; else sets own.uncountable: the decision is to leave it. */
int flota_boot_count(const struct flota_flash *flash, struct flota_boot *boot, bool power_on,
                     uint32_t cause);

/* Append FAILED unless it stands there, then SWAPTRY. Returns 0: the swap may be made; else sets
 * own.unwritable, and the swap must not be made. */
int flota_boot_leave(const struct flota_flash *flash, struct flota_boot *boot,
                     const struct flota_boot_decision *decision, bool power_on, uint32_t cause);

/* ---- steps of the application ----
 *
 * Each reads the journals anew, so that it may follow a reset, and returns 0, FLOTA_JOURNAL_FULL,
 * FLOTA_ERR_NOT_READY when the journals do not allow it, or the flash's error. */

struct flota_boot_update {
    uint32_t generation;         /* flota_boot_next_generation(), the same for begin and stage */
    uint8_t tag[FLOTA_TAG_SIZE]; /* of the image that is to run */
    enum flota_trial trial;
    uint32_t deadline_ms;    /* 0: default */
    uint16_t words;          /* stage only: size of that image, padded, in words of 32 bytes */
    uint32_t crc;            /* stage only: of these words as read back */
    uint16_t fallback_words; /* of the running image */
    uint32_t fallback_crc;
    bool swap_settled; /* the option byte was re-asserted, see flota_boot_swap_may_come() */
};

/* The crc of an image as records state it. Returns 0 or the flash's error. */
int flota_boot_image_crc(const struct flota_flash *flash, enum flota_slot slot, uint16_t words,
                         uint32_t *crc);

/* Begin an update or a revert of the other bank; nothing there may be erased before it returns 0.
 * NOT_READY unless two readable CONFIRMED of the running image stand there: flota_boot_confirm()
 * first. So a trial takes no update, and a stranded image is kept before its way back is erased.
 * FLOTA_ERR_OPTION_PENDING when an earlier swap may still come and is not settled.
 * FLOTA_JOURNAL_FULL when the other journal lacks room for a trial: compact it first. */
int flota_boot_begin(const struct flota_flash *flash, const struct flota_boot_update *update);

/* Put the other bank on trial: STAGED there, then SWAPTRY here; the swap may follow. May be called
 * again for a fresh STAGED while its image has not started, three times in all; then
 * FLOTA_ERR_OPTION_BYTES. Only after a BEGIN of the same generation. A full own journal is no
 * obstacle: flota_boot_swap_may_come() then says yes. */
int flota_boot_stage(const struct flota_flash *flash, const struct flota_boot_update *update);

/* Confirm the running image: append CONFIRMED until two are readable. Safe to repeat; writes
 * nothing when they stand there. Also ends stranded: the image is then the one to keep. */
int flota_boot_confirm(const struct flota_flash *flash);

/* Give the running trial image up: append FAILED; reset next. NOT_READY unless it is on trial. */
int flota_boot_fail(const struct flota_flash *flash, enum flota_boot_reason reason, uint32_t cause);

/* Remember that a person has read the report. */
int flota_boot_see(const struct flota_flash *flash);

/* ---- queries ---- */

/* Highest generation in both journals + 1. */
uint32_t flota_boot_next_generation(const struct flota_boot *boot);

/* Readable CONFIRMED records of the running image. Two are needed before any erase. */
uint32_t flota_boot_confirmed_count(const struct flota_boot *boot);

/* May an option byte change that was ordered earlier still take effect? Then it must be set and
 * cleared again while the other bank is whole, before flota_boot_begin(). */
bool flota_boot_swap_may_come(const struct flota_boot *boot);

/* The image in the other bank was left: why. */
struct flota_boot_report {
    uint32_t generation;
    uint8_t tag[FLOTA_TAG_SIZE];
    enum flota_boot_reason reason; /* FLOTA_REASON_NONE: unknown */
    uint16_t attempts;
    uint32_t cause;
};

/* Is there a rollback that nobody has seen? Fills report if so. */
bool flota_boot_rolled_back(const struct flota_boot *boot, struct flota_boot_report *report);

/* The words of a reason or an obstacle, as page, console and documents use them. */
const char *flota_boot_reason_text(enum flota_boot_reason reason);
const char *flota_boot_obstacle_text(enum flota_boot_obstacle obstacle);

#endif
