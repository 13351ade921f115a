/* flota/journal.h - the log of flash words behind each image, in which all boot state stands.
 *
 * One record is one flash word of 32 bytes. Records are only ever appended; no word is programmed
 * twice, none is changed. A power cut tears at most the record that is being written: it reads as
 * dead (unreadable or with a wrong crc), or as blank, and never as another record. So a reader
 * needs no repair and no state of its own. What the records mean: boot.h.
 *
 *     struct flota_record seen = flota_journal_record(FLOTA_RECORD_SEEN, generation, tag);
 *     flota_journal_append(flash, FLOTA_SLOT_ACTIVE, &seen, FLOTA_JOURNAL_KEEP_ADVISORY);
 *
 * Works before C start-up: constants and stack only, below 450 bytes on a Cortex-M7 besides the
 * port's read. The flash must be idle: words are written by starting and polling. Its word_size
 * must be sizeof(struct flota_record).
 *
 * Thread safety: none, one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_JOURNAL_H
#define FLOTA_JOURNAL_H

#include "flota/flash.h"
#include <stdbool.h>

#define FLOTA_RECORD_MAGIC  0x4C46u /* "FL" in memory order */
#define FLOTA_RECORD_FORMAT 1u
#define FLOTA_TAG_SIZE      8u /* of an image: its build id, the first bytes of its digest */

/* Result of an append that found too little room. */
#define FLOTA_JOURNAL_FULL 1

/* How many free words an append must leave behind it. */
#define FLOTA_JOURNAL_KEEP_NOTHING  0u  /* CONFIRMED, FAILED, the guard's SWAPTRY */
#define FLOTA_JOURNAL_KEEP_CONFIRM  6u  /* COMPACTION: room to confirm */
#define FLOTA_JOURNAL_KEEP_ORDER    12u /* an update's SWAPTRY: room to say COMPACTION */
#define FLOTA_JOURNAL_KEEP_ROLLBACK 12u /* ATTEMPT: room to roll back must remain */
#define FLOTA_JOURNAL_KEEP_TRIAL    24u /* BEGIN: room for the whole trial that follows */
#define FLOTA_JOURNAL_KEEP_ADVISORY 32u /* SESSION, PROGRESS, SEEN, REJECTED: stop in time */
#define FLOTA_JOURNAL_KEEP_CONFIG                                                                  \
    52u /* CONFIG: room for a key statement, of 18 words, besides the advisory ones */

/* Numbers never change their meaning; a reader skips those it does not know. */
enum flota_record_kind {
    FLOTA_RECORD_BEGIN = 1,       /* other journal: an update or revert of that bank begins */
    FLOTA_RECORD_STAGED = 2,      /* other journal: the image there is whole, and on trial */
    FLOTA_RECORD_ATTEMPT = 3,     /* own: the guard starts the trial image */
    FLOTA_RECORD_CONFIRMED = 4,   /* own: this image is good; written three times in one go */
    FLOTA_RECORD_FAILED = 5,      /* own: this image is to be left */
    FLOTA_RECORD_SWAPTRY = 6,     /* own: a bank swap follows */
    FLOTA_RECORD_SESSION = 7,     /* own, advisory: an upload began */
    FLOTA_RECORD_PROGRESS = 8,    /* own, advisory: a sector was finished */
    FLOTA_RECORD_SEEN = 9,        /* own, advisory: the reason of a rollback was read */
    FLOTA_RECORD_REJECTED = 10,   /* own, advisory: an image that is not wanted again */
    FLOTA_RECORD_STATEMENT = 11,  /* own: a piece of a signed key statement, see signature.h */
    FLOTA_RECORD_COMPACTION = 12, /* own: the other journal is about to be erased */
    FLOTA_RECORD_ACCEPTED = 13,   /* own, advisory: an image that was rejected is no longer */
    FLOTA_RECORD_CONFIG = 14      /* own: a piece of a configuration, see config.h */
};

/* Tag of records that belong to no image: a reader of images skips them. */
#define FLOTA_TAG_STATEMENT "flotakey"
#define FLOTA_TAG_CONFIG    "flotacfg"

/* One flash word, little-endian. Sizes of images count words of 32 bytes, the last one padded with
 * erased bytes; a crc of an image covers these words. */
struct flota_record {
    uint16_t magic;              /* FLOTA_RECORD_MAGIC */
    uint8_t format;              /* FLOTA_RECORD_FORMAT */
    uint8_t kind;                /* enum flota_record_kind */
    uint32_t generation;         /* of the update that the record belongs to */
    uint8_t tag[FLOTA_TAG_SIZE]; /* of the image in the journal's bank; BEGIN: the one to come */
    union {
        uint8_t bytes[12]; /* unused ones are 0 */
        struct {
            uint16_t fallback_words; /* the image that runs now; 0: none */
            uint8_t trial;           /* enum flota_trial_kind */
            uint8_t zero;
            uint32_t fallback_crc;
            uint32_t deadline_ms; /* to confirm in, counted by the application; 0: its default */
        } begin;
        struct {
            uint16_t words;
            uint16_t fallback_words;
            uint32_t crc;
            uint32_t fallback_crc;
        } staged;
        struct {
            uint16_t number;  /* from 1 */
            uint8_t power_on; /* 1: the reset before it was a power-on */
            uint8_t zero;
            uint32_t cause; /* the port's reset cause, for people */
        } attempt;          /* and SWAPTRY */
        struct {
            uint16_t number; /* 1, 2, 3: so many were begun in one go, all before it are whole */
        } confirmed;
        struct {
            uint8_t reason; /* enum flota_boot_reason */
            uint8_t zero;
            uint16_t attempts;
            uint32_t cause; /* the port's or the application's word for it */
        } failed;
        struct {
            uint32_t sector; /* the last one that is finished */
        } progress;
        uint8_t digest[12]; /* SESSION, REJECTED, ACCEPTED: the first bytes of the image's digest */
    } arguments;
    uint32_t crc32; /* of the 28 bytes before it */
};

_Static_assert(sizeof(struct flota_record) == 32, "one flash word");

enum flota_journal_word {
    FLOTA_WORD_BLANK, /* as erased */
    FLOTA_WORD_GOOD,  /* a record */
    FLOTA_WORD_DEAD   /* unreadable, torn or foreign: not a record, and not programmable */
};

/* Make a record with all arguments 0; append() adds the crc. tag may be NULL: all zeros. */
struct flota_record flota_journal_record(enum flota_record_kind kind, uint32_t generation,
                                         const uint8_t *tag);

/* Words of one journal, all that lies behind the image sectors. */
uint32_t flota_journal_word_count(const struct flota_flash *flash);

/* Read word index of a slot's journal; record is filled when it is good, else zeros. */
enum flota_journal_word flota_journal_read(const struct flota_flash *flash, enum flota_slot slot,
                                           uint32_t index, struct flota_record *record);

/* Find the first word behind the last one that is not blank: where the next record goes. Reads the
 * journal from its start, up to 16 blank words in a row. Returns flota_journal_word_count()
 * when it is full. */
uint32_t flota_journal_end(const struct flota_flash *flash, enum flota_slot slot);

/* Append one record and read it back. A word that does not take it is left as it is, and the next
 * one is tried, three in all. record's magic, format and crc32 are filled in.
 *
 * keep: how many free words must remain, FLOTA_JOURNAL_KEEP_*.
 *
 * Returns 0 when the record stands in flash; FLOTA_JOURNAL_FULL, nothing written; else the port's
 * error, or FLOTA_ERR_FLASH_VERIFY / _TIMEOUT. Blocks for some 100 us a word. */
int flota_journal_append(const struct flota_flash *flash, enum flota_slot slot,
                         struct flota_record *record, uint32_t keep);

#endif
