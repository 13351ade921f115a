/* journal.c - flash words read as records, and appended.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/journal.h"
#include "crc32.h"
#include "flota/error.h"
#include <stddef.h>
#include <string.h>

#define ERASED_WORD    0xFFFFFFFFu
#define GAP_MAX        16u /* blank words in a row that end a journal */
#define APPEND_TRIES   3u
#define BLANK_READS    3u       /* a torn word may read blank once, and otherwise the next time */
#define POLL_COUNT_MAX 1000000u /* of a program that never ends: far beyond a word's 100 us */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "records are copied as they lie in flash");

static uint32_t crc_of(const struct flota_record *record)
{
    return flota_crc32(0, record, offsetof(struct flota_record, crc32));
}

struct flota_record flota_journal_record(enum flota_record_kind kind, uint32_t generation,
                                         const uint8_t *tag)
{
    struct flota_record record;
    memset(&record, 0, sizeof record);
    record.magic = FLOTA_RECORD_MAGIC;
    record.format = FLOTA_RECORD_FORMAT;
    record.kind = (uint8_t)kind;
    record.generation = generation;
    if (tag)
        memcpy(record.tag, tag, sizeof record.tag);
    return record;
}

uint32_t flota_journal_word_count(const struct flota_flash *flash)
{
    uint32_t sectors = flash->sector_count - flash->image_sector_count;
    return sectors * flash->sector_size / (uint32_t)sizeof(struct flota_record);
}

static uint32_t offset_of(const struct flota_flash *flash, uint32_t index)
{
    return flash->image_sector_count * flash->sector_size +
           index * (uint32_t)sizeof(struct flota_record);
}

static bool is_blank(const struct flota_record *record)
{
    const uint8_t *bytes = (const uint8_t *)record;
    uint32_t all = ERASED_WORD, word;
    for (uint32_t i = 0; i < sizeof *record; i += sizeof word) { /* whole journals are looked at */
        memcpy(&word, bytes + i, sizeof word);
        all &= word;
    }
    return all == ERASED_WORD;
}

/* A sound word of another format is a record of an unknown kind. */
static enum flota_journal_word classify(struct flota_record *record)
{
    if (is_blank(record))
        return FLOTA_WORD_BLANK;
    if (record->magic != FLOTA_RECORD_MAGIC || record->crc32 != crc_of(record))
        return FLOTA_WORD_DEAD;
    if (record->format != FLOTA_RECORD_FORMAT)
        memset(record, 0, sizeof *record);
    return FLOTA_WORD_GOOD;
}

enum flota_journal_word flota_journal_read(const struct flota_flash *flash, enum flota_slot slot,
                                           uint32_t index, struct flota_record *record)
{
    int error = flash->read(flash->port, slot, offset_of(flash, index), record, sizeof *record);
    enum flota_journal_word word = error == 0 ? classify(record) : FLOTA_WORD_DEAD;
    if (word != FLOTA_WORD_GOOD)
        memset(record, 0, sizeof *record);
    return word;
}

/* A word that cannot be read is not blank. */
static bool is_blank_at(const struct flota_flash *flash, enum flota_slot slot, uint32_t index)
{
    struct flota_record record;
    return flota_journal_read(flash, slot, index, &record) == FLOTA_WORD_BLANK;
}

/* Forwards, to so many blank words in a row: an append passes over two at most that did not take
 * its record and still read blank. What lies behind them was never a record of ours, and one bad
 * word at the journal's end must not make it full. */
uint32_t flota_journal_end(const struct flota_flash *flash, enum flota_slot slot)
{
    uint32_t count = flota_journal_word_count(flash), end = 0;
    for (uint32_t i = 0; i < count && i < end + GAP_MAX; i++)
        if (!is_blank_at(flash, slot, i))
            end = i + 1;
    return end;
}

static bool is_programmable(const struct flota_flash *flash, enum flota_slot slot, uint32_t index)
{
    struct flota_record record;
    for (uint32_t i = 0; i < BLANK_READS; i++)
        if (flota_journal_read(flash, slot, index, &record) != FLOTA_WORD_BLANK)
            return false;
    return true;
}

static int program(const struct flota_flash *flash, enum flota_slot slot, uint32_t index,
                   const struct flota_record *record)
{
    int result = flash->program_start(flash->port, slot, offset_of(flash, index), record);
    if (result != 0)
        return result;
    for (uint32_t i = 0; i < POLL_COUNT_MAX; i++) {
        result = flash->poll(flash->port);
        if (result != FLOTA_FLASH_BUSY)
            return result;
    }
    return FLOTA_ERR_FLASH_TIMEOUT;
}

static int write(const struct flota_flash *flash, enum flota_slot slot, uint32_t index,
                 const struct flota_record *record)
{
    struct flota_record read_back;
    if (!is_programmable(flash, slot, index))
        return FLOTA_ERR_FLASH_VERIFY;
    int error = program(flash, slot, index, record);
    if (error != 0)
        return error;
    bool same = flota_journal_read(flash, slot, index, &read_back) == FLOTA_WORD_GOOD &&
                memcmp(&read_back, record, sizeof read_back) == 0;
    return same ? 0 : FLOTA_ERR_FLASH_VERIFY;
}

int flota_journal_append(const struct flota_flash *flash, enum flota_slot slot,
                         struct flota_record *record, uint32_t keep)
{
    uint32_t count = flota_journal_word_count(flash);
    uint32_t end = flota_journal_end(flash, slot);
    int result = FLOTA_JOURNAL_FULL;
    record->magic = FLOTA_RECORD_MAGIC;
    record->format = FLOTA_RECORD_FORMAT;
    record->crc32 = crc_of(record);
    for (uint32_t i = 0; i < APPEND_TRIES && count - end > keep; i++, end++) {
        result = write(flash, slot, end, record);
        if (result == 0 || result == FLOTA_ERR_FLASH_TIMEOUT) /* may still run: no second one */
            break;
    }
    return result;
}
