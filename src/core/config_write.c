/* config_write.c - saves: what changed, or all of it; and what is carried over before an erase.
 *
 * A save that changes a few values is based upon the one before it in the same journal. A snapshot
 * is written instead when there is none, when a value goes back to its default, when the row has
 * become long, and whenever a cut may have left a word that can turn into a save: it names no base,
 * so nothing that stands before it in its journal counts any more.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config_internal.h"
#include "flota/boot.h"
#include "flota/error.h"
#include <string.h>

#define DEPTH_MAX     64u  /* saves upon one snapshot: a start reads them all */
#define SPARE_WORDS   2u   /* that do not take their record */
#define RESERVE_MAX   192u /* words for one snapshot of the largest size */
#define RESERVE_SHARE 8u   /* of a small journal */
#define SAVES_SHARE   4u   /* of a journal, for the saves of the image that becomes active */
#define OWN_MAX       224u /* words for private keys: one snapshot, and two passwords */
#define OWN_SHARE     16u  /* of a small journal */

_Static_assert((FLOTA_CONFIG_HEAD_SIZE + FLOTA_CONFIG_TEXT_MAX + FLOTA_CONFIG_PIECE_SIZE - 1) /
                           FLOTA_CONFIG_PIECE_SIZE +
                       1 + SPARE_WORDS <=
                   RESERVE_MAX,
               "a journal of the chip's size holds all that a configuration may");

/* --- room --- */

uint32_t flota_config_room(uint32_t size)
{
    uint32_t bytes = FLOTA_CONFIG_HEAD_SIZE + size;
    uint32_t pieces = (bytes + FLOTA_CONFIG_PIECE_SIZE - 1) / FLOTA_CONFIG_PIECE_SIZE;
    if (pieces < FLOTA_CONFIG_PIECES_MIN)
        pieces = FLOTA_CONFIG_PIECES_MIN;
    return pieces + 1 + SPARE_WORDS;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What saves leave free, so that the newest one, when it stands in the other journal, can be
 * carried to this one. */
static uint32_t reserve(const struct flota_flash *flash)
{
    return smaller(RESERVE_MAX, flota_journal_word_count(flash) / RESERVE_SHARE);
}

/* What all saves but those of private keys leave free: somebody who saves again and again, and be
 * it a slider, must not keep others from setting a password, nor the device from its notes. */
static uint32_t own_share(const struct flota_flash *flash)
{
    return smaller(OWN_MAX, flota_journal_word_count(flash) / OWN_SHARE);
}

bool flota_config_fits(const struct flota_flash *flash, uint32_t size)
{
    return flota_config_room(size) <= reserve(flash);
}

static uint32_t free_words(const struct flota_flash *flash, enum flota_slot slot)
{
    return flota_journal_word_count(flash) - flota_journal_end(flash, slot);
}

/* --- one save --- */

struct writer {
    const struct flota_flash *flash;
    uint32_t keep;
    uint32_t number;
    uint32_t index; /* of the piece that is being filled */
    uint32_t size;  /* bytes in it */
    uint8_t piece[FLOTA_CONFIG_PIECE_SIZE];
    int result;
};

static void put_piece(struct writer *writer, uint8_t control)
{
    struct flota_record record = flota_journal_record(FLOTA_RECORD_CONFIG, writer->number,
                                                      (const uint8_t *)FLOTA_TAG_CONFIG);
    control |= (uint8_t)(writer->index & FLOTA_CONFIG_INDEX);
    record.arguments.bytes[0] = control | (writer->index == 0 ? FLOTA_CONFIG_FIRST : 0);
    memcpy(record.arguments.bytes + 1, writer->piece, sizeof writer->piece);
    if (writer->result == 0 &&
        flota_journal_append(writer->flash, FLOTA_SLOT_ACTIVE, &record, writer->keep) != 0)
        writer->result = FLOTA_ERR_JOURNAL;
}

static void next_piece(struct writer *writer)
{
    put_piece(writer, 0);
    writer->index++;
    writer->size = 0;
    memset(writer->piece, 0, sizeof writer->piece);
}

/* A full piece waits for the next byte: it may be the last one. */
static void put_byte(struct writer *writer, uint8_t byte)
{
    if (writer->size == sizeof writer->piece)
        next_piece(writer);
    writer->piece[writer->size++] = byte;
}

static void put_entry(struct writer *writer, const char *entry)
{
    for (size_t i = 0; i <= strlen(entry); i++)
        put_byte(writer, (uint8_t)entry[i]);
}

static int end_save(struct writer *writer)
{
    if (writer->index + 1 < FLOTA_CONFIG_PIECES_MIN)
        next_piece(writer);
    put_piece(writer, FLOTA_CONFIG_LAST);
    put_piece(writer, FLOTA_CONFIG_LAST | FLOTA_CONFIG_COPY);
    return writer->result;
}

/* Write all values, or those that differ from what the base and those before it say. */
static int write(const struct flota_flash *flash, const struct flota_config_text *values,
                 const struct flota_config_state *state, bool is_delta, uint32_t keep)
{
    struct writer writer = {.flash = flash, .keep = keep, .number = state->highest + 1};
    uint32_t base = is_delta ? state->head : FLOTA_CONFIG_NO_BASE;
    put_byte(&writer, (uint8_t)base);
    put_byte(&writer, (uint8_t)(base >> 8));
    for (const char *entry = flota_config_first(values); entry;
         entry = flota_config_next(values, entry))
        if (!is_delta || !flota_config_agrees(&state->values, entry))
            put_entry(&writer, entry);
    return end_save(&writer);
}

static int write_snapshot(const struct flota_flash *flash, const struct flota_config_text *values,
                          const struct flota_config_state *state, uint32_t keep)
{
    if (free_words(flash, FLOTA_SLOT_ACTIVE) < flota_config_room(values->size) + keep)
        return FLOTA_ERR_CONFIG_FULL;
    return write(flash, values, state, false, keep);
}

/* --- save --- */

/* Bytes of the entries in which values differs from before. */
static uint32_t changed_size(const struct flota_config_text *values,
                             const struct flota_config_text *before)
{
    uint32_t size = 0;
    for (const char *entry = flota_config_first(values); entry;
         entry = flota_config_next(values, entry))
        if (!flota_config_agrees(before, entry))
            size += (uint32_t)strlen(entry) + 1;
    return size;
}

/* A key that stood there stands there no more. */
static bool has_dropped(const struct flota_config_text *values,
                        const struct flota_config_text *before)
{
    for (const char *entry = flota_config_first(before); entry;
         entry = flota_config_next(before, entry))
        if (!flota_config_value(values, entry, strcspn(entry, "=")))
            return true;
    return false;
}

static bool is_same(const struct flota_config_text *values, const struct flota_config_text *before)
{
    return changed_size(values, before) == 0 && !has_dropped(values, before);
}

static bool may_be_base(const struct flota_config_state *state)
{
    return state->exists && state->is_own && state->is_settled && state->depth < DEPTH_MAX &&
           state->head < FLOTA_CONFIG_NO_BASE;
}

static int write_change(const struct flota_flash *flash, const struct flota_config_text *values,
                        const struct flota_config_state *state, bool is_own)
{
    uint32_t keep = FLOTA_JOURNAL_KEEP_CONFIG + reserve(flash) + (is_own ? 0 : own_share(flash));
    uint32_t room = flota_config_room(changed_size(values, &state->values));
    bool is_delta = may_be_base(state) && !has_dropped(values, &state->values) &&
                    room < flota_config_room(values->size);
    if (!is_delta)
        return write_snapshot(flash, values, state, keep);
    if (free_words(flash, FLOTA_SLOT_ACTIVE) < room + keep)
        return FLOTA_ERR_CONFIG_FULL;
    return write(flash, values, state, true, keep);
}

/* The image before this one, should the guard go back to it, has room to take the values over. */
static bool fallback_has_room(const struct flota_flash *flash, uint32_t size)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    bool stays = flota_boot_is_kept(&boot) || boot.own.state == FLOTA_BANK_UNRECORDED;
    return stays || free_words(flash, FLOTA_SLOT_SPARE) >=
                        flota_config_room(size) + FLOTA_JOURNAL_KEEP_CONFIG;
}

static int save(const struct flota_config *config, bool is_own)
{
    const struct flota_flash *flash = config->flash;
    const struct flota_config_text *values = &config->values;
    struct flota_config_state state;
    flota_config_read(flash, &state);
    if (state.is_settled && is_same(values, &state.values))
        return 0;
    if (!flota_config_fits(flash, values->size) || !fallback_has_room(flash, values->size))
        return FLOTA_ERR_CONFIG_FULL;
    int error = write_change(flash, values, &state, is_own);
    if (error != 0)
        return error;
    flota_config_read(flash, &state);
    return state.is_settled && is_same(values, &state.values) ? 0 : FLOTA_ERR_JOURNAL;
}

int flota_config_save(struct flota_config *config)
{
    return save(config, false);
}

int flota_config_save_own(struct flota_config *config)
{
    return save(config, true);
}

/* --- without being asked --- */

/* Into what saves leave free. Should it fail the next start tries again. */
void flota_config_settle(const struct flota_flash *flash, const struct flota_config_state *state)
{
    if (!state->is_settled)
        (void)write_snapshot(flash, &state->values, state, FLOTA_JOURNAL_KEEP_CONFIG);
}

/* Into what is reserved for others, if need be, as key statements do. */
int flota_config_carry(const struct flota_flash *flash)
{
    struct flota_config_state state;
    flota_config_read(flash, &state);
    if (!state.exists || (state.is_own && state.is_settled))
        return 0;
    int error = write_snapshot(flash, &state.values, &state, FLOTA_JOURNAL_KEEP_CONFIRM);
    if (error != 0)
        return error;
    flota_config_read(flash, &state);
    return state.is_own && state.is_settled ? 0 : FLOTA_ERR_JOURNAL;
}

bool flota_config_wants_compaction(const struct flota_flash *flash, bool only_if_needed)
{
    struct flota_config_state state;
    flota_config_read(flash, &state);
    uint32_t free = free_words(flash, FLOTA_SLOT_SPARE);
    bool lacks_room = free < FLOTA_JOURNAL_KEEP_TRIAL + flota_config_room(state.values.size);
    bool has_little = free < flota_journal_word_count(flash) / SAVES_SHARE;
    return state.exists && (lacks_room || (has_little && !only_if_needed));
}
