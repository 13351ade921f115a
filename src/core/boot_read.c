/* boot_read.c - decode: what a journal, and a look at an image, say about a bank.
 *
 * The records are applied in their order, each by one small function; a later one wins. BEGIN and
 * STAGED count whatever their tag: they say what was done to the bank. All others say something
 * about one image, and are skipped unless it is the one that lies there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include "flota/error.h"
#include "flota/image.h"
#include <stddef.h>
#include <string.h>

/* The tag tells whose records these are, no more: the block's own crc is not looked at. */
static void read_tag(const struct flota_flash *flash, enum flota_slot slot, struct flota_bank *bank)
{
    uint32_t magic;
    uint32_t digest_at = FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest);
    int error = flash->read(flash->port, slot, FLOTA_IMAGE_INFO_OFFSET, &magic, sizeof magic);
    if (error == 0 && magic != FLOTA_IMAGE_INFO_MAGIC)
        return;
    if (error == 0)
        error = flash->read(flash->port, slot, digest_at, bank->tag, sizeof bank->tag);
    bank->any_tag = error != 0;
    if (bank->any_tag)
        memset(bank->tag, 0, sizeof bank->tag);
}

static void count(struct flota_tries *tries, bool power_on)
{
    tries->all++;
    if (!power_on)
        tries->resets++;
}

/* What the records before said about the image no longer holds. */
static void start_over(struct flota_bank *bank, enum flota_bank_state state)
{
    bank->state = state;
    bank->words = 0;
    bank->attempts = bank->swaps = (struct flota_tries){0, 0};
    bank->confirmed_count = bank->confirmed_number = 0;
    bank->failed_is_whole = false;
    bank->was_tried = false;
}

static void apply_begin(struct flota_bank *bank, const struct flota_record *record)
{
    start_over(bank, FLOTA_BANK_OPEN);
    bank->generation = record->generation;
    bank->trial = record->arguments.begin.trial;
    bank->deadline_ms = record->arguments.begin.deadline_ms;
    bank->fallback_words = record->arguments.begin.fallback_words;
    bank->fallback_crc = record->arguments.begin.fallback_crc;
}

static bool is_of_image(struct flota_bank *bank, const struct flota_record *record)
{
    if (bank->any_tag)
        memcpy(bank->tag, record->tag, sizeof bank->tag);
    return memcmp(bank->tag, record->tag, sizeof bank->tag) == 0;
}

static void apply_staged(struct flota_bank *bank, const struct flota_record *record)
{
    start_over(bank, is_of_image(bank, record) ? FLOTA_BANK_TRIAL : FLOTA_BANK_UNRECORDED);
    bank->generation = record->generation;
    bank->words = record->arguments.staged.words;
    bank->crc = record->arguments.staged.crc;
    bank->fallback_words = record->arguments.staged.fallback_words;
    bank->fallback_crc = record->arguments.staged.fallback_crc;
}

/* A third CONFIRMED, however it reads later, says that the two before it were written whole. */
static void apply_confirmed(struct flota_bank *bank, const struct flota_record *record)
{
    if (bank->state == FLOTA_BANK_FAILED)
        bank->confirmed_count = bank->confirmed_number = 0;
    bank->state = FLOTA_BANK_CONFIRMED;
    bank->failed_is_whole = false;
    bank->confirmed_count++;
    if (record->arguments.confirmed.number > bank->confirmed_number)
        bank->confirmed_number = record->arguments.confirmed.number;
}

static void apply_failed(struct flota_bank *bank, const struct flota_record *record)
{
    if (bank->state != FLOTA_BANK_FAILED)
        bank->swaps = (struct flota_tries){0, 0};
    bank->state = FLOTA_BANK_FAILED;
    bank->fail_reason = record->arguments.failed.reason;
    bank->fail_attempts = record->arguments.failed.attempts;
    bank->fail_cause = record->arguments.failed.cause;
}

/* Of a failed image it is a rollback, which only follows a FAILED that was written whole; else the
 * order of an update into the other bank. */
static void apply_swaptry(struct flota_bank *bank, const struct flota_record *record)
{
    if (bank->state == FLOTA_BANK_FAILED) {
        bank->failed_is_whole = true;
        count(&bank->swaps, record->arguments.attempt.power_on == 1);
        return;
    }
    if (bank->order_generation != record->generation)
        bank->order_count = 0;
    bank->order_generation = record->generation;
    bank->order_count++;
}

static void apply_session(struct flota_bank *bank, const struct flota_record *record)
{
    bank->session_generation = record->generation;
    memcpy(bank->session_digest, record->arguments.digest, sizeof bank->session_digest);
    bank->finished_sectors = 0;
}

static void apply_progress(struct flota_bank *bank, const struct flota_record *record)
{
    if (record->generation == bank->session_generation)
        bank->finished_sectors = record->arguments.progress.sector + 1;
}

static void apply_to_image(struct flota_bank *bank, const struct flota_record *record)
{
    switch (record->kind) {
    case FLOTA_RECORD_ATTEMPT:
        bank->was_tried = true;
        if (bank->state == FLOTA_BANK_TRIAL)
            count(&bank->attempts, record->arguments.attempt.power_on == 1);
        break;
    case FLOTA_RECORD_CONFIRMED:
        bank->was_tried = true;
        apply_confirmed(bank, record);
        break;
    case FLOTA_RECORD_FAILED:
        bank->was_tried = true;
        apply_failed(bank, record);
        break;
    case FLOTA_RECORD_SWAPTRY:
        apply_swaptry(bank, record);
        break;
    case FLOTA_RECORD_SEEN:
        bank->seen_generation = record->generation;
        break;
    case FLOTA_RECORD_SESSION:
        apply_session(bank, record);
        break;
    case FLOTA_RECORD_PROGRESS:
        apply_progress(bank, record);
        break;
    case FLOTA_RECORD_COMPACTION:
        bank->compaction_generation = record->generation;
        break;
    default: /* REJECTED, ACCEPTED, and what later versions add */
        break;
    }
}

/* Who counts one up a second gets here after a century: beyond it stands what no update wrote. */
#define GENERATION_MAX 0xF0000000u

/* Statements and configuration number themselves, and belong to no image: not even to one whose
 * block cannot be read, so that all records count as its own. */
static bool is_of_bank(const struct flota_record *record)
{
    return record->kind != FLOTA_RECORD_STATEMENT && record->kind != FLOTA_RECORD_CONFIG &&
           record->generation <= GENERATION_MAX;
}

static void apply(struct flota_bank *bank, const struct flota_record *record)
{
    if (!is_of_bank(record))
        return;
    if (record->generation > bank->highest_generation)
        bank->highest_generation = record->generation;
    if (record->kind == FLOTA_RECORD_BEGIN)
        apply_begin(bank, record);
    else if (record->kind == FLOTA_RECORD_STAGED)
        apply_staged(bank, record);
    else if (record->kind != 0 && is_of_image(bank, record))
        apply_to_image(bank, record);
}

/* A dead word may have been an ATTEMPT: it counts as one that a reset tore. Behind FAILED it may
 * have been a SWAPTRY: no swap followed it, so none was rejected; but there is an end to those,
 * too. */
static void apply_dead(struct flota_bank *bank)
{
    if (bank->state == FLOTA_BANK_TRIAL)
        count(&bank->attempts, false);
    else if (bank->state == FLOTA_BANK_FAILED)
        count(&bank->swaps, true);
}

static void read_bank(const struct flota_flash *flash, enum flota_slot slot,
                      struct flota_bank *bank)
{
    struct flota_record record;
    memset(bank, 0, sizeof *bank);
    read_tag(flash, slot, bank);
    uint32_t end = flota_journal_end(flash, slot);
    for (uint32_t i = 0; i < end; i++) {
        enum flota_journal_word word = flota_journal_read(flash, slot, i, &record);
        if (word == FLOTA_WORD_GOOD)
            apply(bank, &record);
        else if (word == FLOTA_WORD_DEAD)
            apply_dead(bank);
    }
    bank->free_words = flota_journal_word_count(flash) - end;
}

void flota_boot_read(const struct flota_flash *flash, struct flota_boot *boot)
{
    read_bank(flash, FLOTA_SLOT_ACTIVE, &boot->own);
    read_bank(flash, FLOTA_SLOT_SPARE, &boot->other);
}
