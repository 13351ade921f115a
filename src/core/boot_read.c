/* boot_read.c - decode: what a journal, and a look at an image, say about a bank.
 *
 * The records are applied in their order, each by one small function; a later one wins. BEGIN and
 * STAGED count whatever their tag: they say what was done to the bank. All others say something
 * about one image, and are skipped unless it is the one that lies there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crc32.h"
#include "flota/boot.h"
#include "flota/error.h"
#include "flota/image.h"
#include <stddef.h>
#include <string.h>

#define READ_SIZE 256u /* at once, on the stack */

/* --- the image --- */

static int read_image(const struct flota_flash *flash, enum flota_slot slot, uint32_t offset,
                      void *data, uint32_t size)
{
    return flash->read(flash->port, slot, offset, data, size);
}

/* The tag tells whose records these are, no more: the block's own crc is not looked at. */
static void read_tag(const struct flota_flash *flash, enum flota_slot slot, struct flota_bank *bank)
{
    uint32_t magic;
    uint32_t digest_at = FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest);
    int error = read_image(flash, slot, FLOTA_IMAGE_INFO_OFFSET, &magic, sizeof magic);
    if (error == 0 && magic != FLOTA_IMAGE_INFO_MAGIC)
        return;
    if (error == 0)
        error = read_image(flash, slot, digest_at, bank->tag, sizeof bank->tag);
    bank->any_tag = error != 0;
    if (bank->any_tag)
        memset(bank->tag, 0, sizeof bank->tag);
}

int flota_boot_image_crc(const struct flota_flash *flash, enum flota_slot slot, uint16_t words,
                         uint32_t *crc)
{
    uint8_t bytes[READ_SIZE];
    uint32_t end = words * (uint32_t)sizeof(struct flota_record);
    *crc = 0;
    for (uint32_t offset = 0, size; offset < end; offset += size) {
        size = end - offset < READ_SIZE ? end - offset : READ_SIZE;
        int error = read_image(flash, slot, offset, bytes, size);
        if (error != 0)
            return error;
        *crc = flota_crc32(*crc, bytes, size);
    }
    return 0;
}

/* Source: Armv7-M ARM B1.5.3, the vector table: word 0 is the stack pointer, word 1 a Thumb
 * address. */
static bool has_vectors(const struct flota_flash *flash, enum flota_slot slot)
{
    uint32_t vectors[2], area_size = flash->image_sector_count * flash->sector_size;
    if (read_image(flash, slot, 0, vectors, sizeof vectors) != 0)
        return false;
    return vectors[0] % 4 == 0 && vectors[0] != 0 && vectors[1] % 2 == 1 &&
           vectors[1] - flash->link_address < area_size;
}

static bool is_sound(const struct flota_flash *flash, enum flota_slot slot, uint16_t words,
                     uint32_t stated_crc)
{
    uint32_t crc, area_size = flash->image_sector_count * flash->sector_size;
    if (words == 0 || words > area_size / sizeof(struct flota_record) || !has_vectors(flash, slot))
        return false;
    return flota_boot_image_crc(flash, slot, words, &crc) == 0 && crc == stated_crc;
}

void flota_boot_check(const struct flota_flash *flash, struct flota_boot *boot,
                      enum flota_boot_check which)
{
    const struct flota_bank *own = &boot->own;
    bool is_own = which == FLOTA_CHECK_OWN;
    bool sound = is_own ? is_sound(flash, FLOTA_SLOT_ACTIVE, own->words, own->crc)
                        : is_sound(flash, FLOTA_SLOT_SPARE, own->fallback_words, own->fallback_crc);
    (is_own ? &boot->own : &boot->other)->verdict =
        sound ? FLOTA_VERDICT_SOUND : FLOTA_VERDICT_DAMAGED;
}

/* --- records --- */

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
    bank->confirmed_count = 0;
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

static void apply_confirmed(struct flota_bank *bank)
{
    if (bank->state == FLOTA_BANK_FAILED)
        bank->confirmed_count = 0;
    bank->state = FLOTA_BANK_CONFIRMED;
    bank->confirmed_count++;
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

/* Of a failed image it is a rollback, else the order of an update into the other bank. */
static void apply_swaptry(struct flota_bank *bank, const struct flota_record *record)
{
    if (bank->state == FLOTA_BANK_FAILED) {
        count(&bank->swaps, record->arguments.attempt.power_on == 1);
        return;
    }
    if (bank->order_generation != record->generation)
        bank->order_count = 0;
    bank->order_generation = record->generation;
    bank->order_count++;
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
        apply_confirmed(bank);
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
    default: /* SESSION, PROGRESS, REJECTED, and what later versions add */
        break;
    }
}

static void apply(struct flota_bank *bank, const struct flota_record *record)
{
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
