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
 * Works before C start-up, as the journal does: stack only, on a Cortex-M7 below 500 bytes besides
 * struct flota_boot, what the port's read takes not counted. The guard needs boot.c, boot_read.c,
 * boot_guard.c, journal.c and crc32.c, and of libc memcpy, memset and memcmp.
 *
 * Thread safety: none, one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_BOOT_H
#define FLOTA_BOOT_H

#include "flota/journal.h"

#define FLOTA_BOOT_RESETS_MAX 3u /* K: boots of a trial that followed no power-on; swaps tried */
#define FLOTA_BOOT_BOOTS_MAX  8u /* the same, of any kind */

#define FLOTA_BOOT_CONFIRMED_COUNT 2u /* CONFIRMED that stand for sure, before any erase */

/* Result of flota_boot_settle(). */
#define FLOTA_BOOT_NOT_WHOLE 2

/* What is on trial. */
enum flota_trial_kind { FLOTA_TRIAL_UPDATE, FLOTA_TRIAL_REVERT };

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
    uint8_t tag[FLOTA_TAG_SIZE];    /* of the image; zeros when it has no information block */
    bool any_tag;                   /* the block cannot be read: all records count as the image's */
    uint32_t generation;            /* of the last BEGIN or STAGED; 0: none */
    uint32_t highest_generation;    /* of any record */
    uint8_t trial;                  /* enum flota_trial_kind, by BEGIN */
    uint32_t deadline_ms;           /* by BEGIN; 0: default */
    uint16_t words;                 /* by STAGED; 0: not known */
    uint32_t crc;                   /* */
    uint16_t fallback_words;        /* the other bank's image, by BEGIN and STAGED; 0: not known */
    uint32_t fallback_crc;          /* */
    struct flota_tries attempts;    /* since STAGED */
    struct flota_tries swaps;       /* since FAILED */
    uint32_t confirmed_count;       /* readable CONFIRMED records */
    uint16_t confirmed_number;      /* the highest number in them */
    uint8_t fail_reason;            /* enum flota_boot_reason, by FAILED */
    uint16_t fail_attempts;         /* by FAILED */
    uint32_t fail_cause;            /* by FAILED */
    bool failed_is_whole;           /* SWAPTRY follows FAILED: its writing was not cut */
    bool was_tried;                 /* a readable record after STAGED: the swap took place */
    uint32_t order_generation;      /* of the last SWAPTRY of an update into the other bank */
    uint32_t order_count;           /* SWAPTRY records of that generation */
    uint32_t seen_generation;       /* of the last SEEN */
    uint32_t session_generation;    /* of the last SESSION; 0: none */
    uint8_t session_digest[12];     /* of the image that it was about, the first bytes */
    uint32_t finished_sectors;      /* by the last PROGRESS of that generation, counted from 0 */
    uint32_t compaction_generation; /* of the last COMPACTION of the other journal; 0: none */
    uint32_t free_words;            /* behind the last word that is not blank */
    bool counted;                   /* by flota_boot_count(): ATTEMPT stands there */
    bool uncountable;               /* by flota_boot_count(): ATTEMPT could not be written */
    bool unwritable;                /* by flota_boot_leave(): FAILED or SWAPTRY could not be */
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
    FLOTA_REASON_NONE = 0,         /* unknown, in reports */
    FLOTA_REASON_UNRECORDED = 1,   /* runs: nothing is recorded about it */
    FLOTA_REASON_CONFIRMED = 2,    /* runs: it is confirmed */
    FLOTA_REASON_TRIAL = 3,        /* runs: on trial, attempts left */
    FLOTA_REASON_INTERRUPTED = 4,  /* leaves: half-written */
    FLOTA_REASON_ATTEMPTS = 5,     /* leaves: never confirmed in the boots that it had */
    FLOTA_REASON_DAMAGED = 6,      /* leaves: size or crc is not as staged */
    FLOTA_REASON_FULL = 7,         /* leaves: no room to count attempts */
    FLOTA_REASON_UNCOUNTED = 8,    /* leaves: an attempt could not be written */
    FLOTA_REASON_DEADLINE = 9,     /* the application: not confirmed in time */
    FLOTA_REASON_APPLICATION = 10, /* the application: its own health check said no */
    FLOTA_REASON_REQUEST = 11      /* the application: somebody went back while it was on trial */
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

/* Append FAILED unless one stands there that is whole for sure, then SWAPTRY. Returns 0: the swap
 * may be made; else sets own.unwritable, and the swap must not be made. */
int flota_boot_leave(const struct flota_flash *flash, struct flota_boot *boot,
                     const struct flota_boot_decision *decision, bool power_on, uint32_t cause);

/* ---- steps of the application ----
 *
 * Each reads the journals anew, so that it may follow a reset, and returns 0, FLOTA_JOURNAL_FULL,
 * FLOTA_ERR_NOT_READY when the journals do not allow it, or the flash's error. */

struct flota_boot_update {
    uint32_t generation;         /* flota_boot_next_generation(), the same for begin and stage */
    uint8_t tag[FLOTA_TAG_SIZE]; /* of the image that is to run */
    enum flota_trial_kind trial;
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
 * NOT_READY unless flota_boot_is_kept(): flota_boot_confirm() first. So a trial takes no update,
 * and a stranded image is kept before its way back is erased. FLOTA_ERR_OPTION_PENDING when an
 * earlier swap may still come and is not settled. FLOTA_JOURNAL_FULL when the other journal lacks
 * room for a trial: compact it first. */
int flota_boot_begin(const struct flota_flash *flash, const struct flota_boot_update *update);

/* Before platform->keep(), which takes back a swap that may still come: append SWAPTRY. A cut while
 * the option byte is taken back may leave a change back to this bank, of which the other image,
 * should it boot meanwhile, must know. A full journal is no obstacle. Returns 0: keep() next;
 * FLOTA_BOOT_NOT_WHOLE: the other image is damaged and must not be selected even for a moment: go
 * on as if it were settled (BEGIN protects better); or the flash's error. */
int flota_boot_settle(const struct flota_flash *flash);

/* Before the other bank's journal is erased, which the caller does (compaction): save what still
 * matters in it to the own one, that is, which images are refused, the latest 8 (key statements:
 * flota_trust_save()); then append COMPACTION. From then on flota_boot_compaction_was_cut() is
 * true, until BEGIN stands there. A full own journal is no obstacle. A swap that may still come
 * must be settled before. NOT_READY unless flota_boot_is_kept(). Takes a generation: ask anew for
 * the next one. */
int flota_boot_save(const struct flota_flash *flash);

/* Advisory: of which image (12 bytes of its digest) the upload with this generation is. Next to its
 * BEGIN. FLOTA_JOURNAL_FULL: there will be no resume after a reset, nothing else. */
int flota_boot_session(const struct flota_flash *flash, uint32_t generation, const uint8_t *digest);

/* Advisory: so many sectors, from the first, hold the upload's bytes; at least one. */
int flota_boot_progress(const struct flota_flash *flash, uint32_t generation, uint32_t finished);

/* Put the other bank on trial: STAGED there, then SWAPTRY here; the swap may follow. May be called
 * again for a fresh STAGED while its image has not started, three times in all; then
 * FLOTA_ERR_OPTION_BYTES. Only after a BEGIN of the same generation. A full own journal is no
 * obstacle: flota_boot_swap_may_come() then says yes. */
int flota_boot_stage(const struct flota_flash *flash, const struct flota_boot_update *update);

/* SWAPTRY alone, before a swap to an image that has no trial, as it has no guard: so that a late
 * one is expected. generation: of its BEGIN. A full own journal is no obstacle. */
int flota_boot_order(const struct flota_flash *flash, uint32_t generation);

/* Confirm the running image: append CONFIRMED, three in one go, unless two stand there for sure.
 * Safe to repeat; then writes nothing. To be called, too, at each start of an image that the guard
 * ran as confirmed: a single CONFIRMED may be one whose writing was cut, and is gone the next time.
 * Also ends stranded: the image is then the one to keep. */
int flota_boot_confirm(const struct flota_flash *flash);

/* Give the running trial image up: append FAILED; reset next. NOT_READY unless it is on trial. */
int flota_boot_fail(const struct flota_flash *flash, enum flota_boot_reason reason, uint32_t cause);

/* Remember that a person has read the report. */
int flota_boot_see(const struct flota_flash *flash);

/* Advisory: refuse this image from now on; nothing is written when it is refused already. */
int flota_boot_reject(const struct flota_flash *flash, const uint8_t *digest);

/* ---- queries ---- */

/* Highest generation in both journals + 1. */
uint32_t flota_boot_next_generation(const struct flota_boot *boot);

/* CONFIRMED records of the running image that stand for sure; at most 1 until a third one says that
 * the writing of two was not cut. */
uint32_t flota_boot_confirmed_count(const struct flota_boot *boot);

/* Two CONFIRMED stand for sure (in a full journal one must do): the other bank may be erased. */
bool flota_boot_is_kept(const struct flota_boot *boot);

/* May an option byte change that was made earlier, and cut, still take effect? Then
 * flota_boot_settle() and platform->keep() while the other bank is whole, before flota_boot_save()
 * and flota_boot_begin(). */
bool flota_boot_swap_may_come(const struct flota_boot *boot);

/* The erase of the other journal may have been cut, so words there may be no longer what they seem:
 * flota_boot_save() and erase it again, once, before flota_boot_begin(). Also true while the own
 * journal has no room to tell. */
bool flota_boot_compaction_was_cut(const struct flota_boot *boot);

/* The records say that an update left the image in the other bank half-written. False does not say
 * that it is whole. */
bool flota_boot_is_half_written(const struct flota_boot *boot);

/* An unfinished update, or a compaction that lost its records, may have left words in the other
 * bank that read blank and fade. Then no sector of it may be skipped as blank, and all its image
 * sectors are to be erased before STAGED, also those that the image does not need: STAGED says that
 * the bank is sound. Ask before flota_boot_save() and flota_boot_begin(). */
bool flota_boot_spare_is_touched(const struct flota_boot *boot);

/* Sectors that an interrupted upload has finished, counted from the first; of the image with
 * own.session_digest, under the generation and BEGIN that stand in other. 0: none. Its next sector
 * is to be erased, whatever it holds. No other BEGIN is needed: PROGRESS says that it was whole. */
uint32_t flota_boot_finished_sectors(const struct flota_boot *boot);

/* Is this image refused? It failed on this device by its own fault (it did not confirm, or gave
 * itself up), or was rejected, in the memory of either journal, and was not confirmed since (an
 * update that was forced). Only the first 8 bytes of the digest count. */
bool flota_boot_is_rejected(const struct flota_flash *flash, const uint8_t *digest);

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
