/* config_read.c - what the two journals say about the configuration.
 *
 * A save is a row of pieces; it counts once its last one is there. It holds all values (a
 * snapshot), or what changed since its base, an earlier save of the same journal that it names by
 * its word. Of the saves in both journals the one with the highest number counts; of
 * two in one journal with the same number, the later one.
 *
 * A save whose last piece was cut may be read today and not tomorrow, or the other way round. The
 * copy of the last piece tells that it is whole. Where the copy is missing, or pieces stand there
 * with a higher number than the newest save's, the state is not settled: the next write is a
 * snapshot with a higher number than all that can be seen. A save that comes to be readable later
 * always has a piece that could be seen before: it is at least two pieces long, and the second one
 * is begun when the first one stands.
 *
 * Values are collected from the newest save back to its snapshot: what is found first holds. A save
 * of the row that cannot be read makes all that stand upon it unreadable, and the last whole one
 * before it counts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config_internal.h"
#include <string.h>

#define DEPTH_MAX   255u /* saves based upon each other */
#define ATTEMPT_MAX 8u   /* rows of which one save has decayed */

/* --- pieces --- */

struct reader {
    const struct flota_flash *flash;
    enum flota_slot journal;
    uint32_t word; /* to read next */
    uint32_t end;
    uint32_t head; /* word of the first piece of the save that comes by */
    uint32_t number;
    uint32_t next;                          /* piece that is to come, 0: none has */
    bool is_whole;                          /* its last piece was there */
    bool is_sure;                           /* the copy of that, too */
    bool is_dead;                           /* the word read last */
    uint8_t piece[FLOTA_CONFIG_PIECE_SIZE]; /* read last */
};

static struct reader read_from(const struct flota_flash *flash, enum flota_slot journal,
                               uint32_t word, uint32_t end)
{
    return (struct reader){.flash = flash, .journal = journal, .word = word, .end = end};
}

static bool is_piece(const struct flota_record *record)
{
    return record->kind == FLOTA_RECORD_CONFIG &&
           memcmp(record->tag, FLOTA_TAG_CONFIG, FLOTA_TAG_SIZE) == 0 && record->generation != 0 &&
           record->generation <= FLOTA_CONFIG_NUMBER_MAX;
}

/* A word that failed its read-back may be good later: the same piece again changes nothing. The
 * first piece again is a beginning: a later save names the word that was read back well. */
static bool is_repeated(const struct reader *reader, const struct flota_record *record)
{
    uint8_t control = record->arguments.bytes[0];
    return reader->next > 0 && (control & FLOTA_CONFIG_FIRST) == 0 &&
           (control & FLOTA_CONFIG_INDEX) == ((reader->next - 1) & FLOTA_CONFIG_INDEX) &&
           record->generation == reader->number &&
           memcmp(reader->piece, record->arguments.bytes + 1, sizeof reader->piece) == 0;
}

static void leave_save(struct reader *reader)
{
    reader->next = 0;
    reader->is_whole = reader->is_sure = false;
}

static bool begins(struct reader *reader, const struct flota_record *record)
{
    leave_save(reader);
    reader->head = reader->word - 1;
    reader->number = record->generation;
    return (record->arguments.bytes[0] & FLOTA_CONFIG_INDEX) == 0;
}

static bool continues(const struct reader *reader, const struct flota_record *record)
{
    return reader->next > 0 && !reader->is_whole && record->generation == reader->number &&
           (record->arguments.bytes[0] & FLOTA_CONFIG_INDEX) == (reader->next & FLOTA_CONFIG_INDEX);
}

static void note_end(struct reader *reader, uint8_t control)
{
    bool is_last = (control & FLOTA_CONFIG_LAST) != 0 && reader->next >= FLOTA_CONFIG_PIECES_MIN;
    reader->is_whole |= is_last;
    reader->is_sure |= is_last && (control & FLOTA_CONFIG_COPY) != 0;
}

/* Returns whether the piece is the next one of a save. */
static bool take_piece(struct reader *reader, const struct flota_record *record)
{
    uint8_t control = record->arguments.bytes[0];
    bool repeated = is_repeated(reader, record);
    bool fits = (control & FLOTA_CONFIG_FIRST) != 0 ? begins(reader, record)
                                                    : repeated || continues(reader, record);
    if (!fits) {
        leave_save(reader);
        return false;
    }
    memcpy(reader->piece, record->arguments.bytes + 1, sizeof reader->piece);
    reader->next += !repeated;
    note_end(reader, control);
    return !repeated;
}

/* One word. Returns the number of the save that it holds a piece of, or 0; is_new: the next piece
 * of the one that comes by. */
static uint32_t read_word(struct reader *reader, bool *is_new)
{
    struct flota_record record;
    enum flota_journal_word word =
        flota_journal_read(reader->flash, reader->journal, reader->word++, &record);
    *is_new = false;
    if (word != FLOTA_WORD_GOOD || !is_piece(&record))
        return 0;
    *is_new = take_piece(reader, &record);
    return record.generation;
}

/* --- the last save of a journal --- */

struct journal {
    enum flota_slot slot;
    uint32_t end;     /* saves are looked for before it */
    uint32_t highest; /* number of any piece */
    bool exists;      /* a save: */
    uint32_t head;
    uint32_t number;
    bool is_sure;
};

/* Later ones have higher numbers; but for what a cut erase may have left behind. */
static void note_save(struct journal *journal, const struct reader *reader)
{
    if (journal->exists && reader->number < journal->number)
        return;
    journal->exists = true;
    journal->head = reader->head;
    journal->number = reader->number;
    journal->is_sure = reader->is_sure;
}

static void find_last(const struct flota_flash *flash, struct journal *journal)
{
    struct reader reader = read_from(flash, journal->slot, 0, journal->end);
    bool is_new;
    journal->exists = false;
    while (reader.word < reader.end) {
        uint32_t number = read_word(&reader, &is_new);
        if (number > journal->highest)
            journal->highest = number;
        if (number != 0 && reader.is_whole)
            note_save(journal, &reader);
    }
}

/* --- values --- */

/* Entries of a save, as its bytes come by. */
struct collector {
    struct flota_config_text *text;
    uint32_t base;
    uint32_t count; /* bytes so far */
    uint32_t size;  /* of the entry that comes by */
    char entry[FLOTA_CONFIG_KEY_MAX + FLOTA_CONFIG_VALUE_MAX];
    bool is_bad;
};

static bool is_entry(const char *entry, size_t size)
{
    const char *mark = memchr(entry, '=', size);
    return mark && flota_config_is_key(entry, (size_t)(mark - entry)) &&
           (size_t)(entry + size - mark) <= FLOTA_CONFIG_VALUE_MAX;
}

/* What a newer save says of the key holds. */
static void collect_entry(struct collector *collector)
{
    struct flota_config_text *text = collector->text;
    uint32_t size = collector->size + 1;
    collector->entry[collector->size] = '\0';
    bool fits = text->size + size <= sizeof text->bytes;
    if (!is_entry(collector->entry, collector->size)) {
        collector->is_bad = true;
    } else if (!flota_config_value(text, collector->entry, strcspn(collector->entry, "="))) {
        collector->is_bad = !fits;
        memcpy(text->bytes + text->size, collector->entry, fits ? size : 0);
        text->size += fits ? size : 0;
    }
    collector->size = 0;
}

static void collect_byte(struct collector *collector, uint8_t byte)
{
    uint32_t at = collector->count++;
    if (at < FLOTA_CONFIG_HEAD_SIZE)
        collector->base |= (uint32_t)byte << 8 * at;
    else if (byte == 0 && collector->size > 0)
        collect_entry(collector);
    else if (byte != 0 && collector->size + 1 < sizeof collector->entry)
        collector->entry[collector->size++] = (char)byte;
    else
        collector->is_bad |= byte != 0;
}

/* Returns the base of the save at head, whose values are added; or a negative number. */
static int32_t collect_save(const struct flota_flash *flash, enum flota_slot slot, uint32_t head,
                            struct flota_config_text *text)
{
    struct reader reader = read_from(flash, slot, head, flota_journal_word_count(flash));
    struct collector collector = {.text = text};
    bool is_new;
    while (reader.word < reader.end && !reader.is_whole && !collector.is_bad) {
        read_word(&reader, &is_new);
        if (reader.next == 0 || reader.head != head)
            return -1;
        for (uint32_t i = 0; is_new && i < sizeof reader.piece && !collector.is_bad; i++)
            collect_byte(&collector, reader.piece[i]);
    }
    bool good = reader.is_whole && !collector.is_bad && collector.size == 0;
    return good ? (int32_t)collector.base : -1;
}

/* From the newest save to its snapshot. When one cannot be read nothing behind it counts. */
static bool collect(const struct flota_flash *flash, struct journal *journal,
                    struct flota_config_state *state)
{
    uint32_t head = journal->head;
    state->values.size = 0;
    for (state->depth = 0; state->depth < DEPTH_MAX; state->depth++) {
        int32_t base = collect_save(flash, journal->slot, head, &state->values);
        if (base == (int32_t)FLOTA_CONFIG_NO_BASE)
            return true;
        if (base < 0 || (uint32_t)base >= head)
            break;
        head = (uint32_t)base;
    }
    journal->end = head;
    return false;
}

/* --- both journals --- */

static struct journal open_journal(const struct flota_flash *flash, enum flota_slot slot)
{
    struct journal journal = {.slot = slot, .end = flota_journal_end(flash, slot)};
    find_last(flash, &journal);
    return journal;
}

static bool is_newer(const struct journal *other, const struct journal *own)
{
    return other->exists && (!own->exists || other->number > own->number);
}

static void describe(struct flota_config_state *state, const struct journal *newest)
{
    state->exists = true;
    state->is_own = newest->slot == FLOTA_SLOT_ACTIVE;
    state->is_settled = newest->is_sure && newest->number == state->highest;
    state->head = newest->head;
}

void flota_config_read(const struct flota_flash *flash, struct flota_config_state *state)
{
    struct journal own = open_journal(flash, FLOTA_SLOT_ACTIVE);
    struct journal other = open_journal(flash, FLOTA_SLOT_SPARE);
    memset(state, 0, sizeof *state);
    state->highest = own.highest > other.highest ? own.highest : other.highest;
    for (uint32_t i = 0; i < ATTEMPT_MAX && (own.exists || other.exists); i++) {
        struct journal *newest = is_newer(&other, &own) ? &other : &own;
        if (collect(flash, newest, state)) {
            describe(state, newest);
            return;
        }
        find_last(flash, newest);
    }
    state->values.size = 0;
    state->is_settled = state->highest == 0;
}
