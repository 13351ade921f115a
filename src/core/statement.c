/* statement.c - keys replaced and revoked by statements of the root key, kept in the journals.
 *
 * A statement is 18 records, written one after the other; it counts once all are there. What loads
 * it puts the pieces together again, lists what is whole and well-formed by sequence, and verifies
 * only what decides: the root's replacements in their order (each says who signs what follows), and
 * of each other slot the newest statement that its root signed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crc32.h"
#include "flota/error.h"
#include "flota/journal.h"
#include "trust.h"
#include <stddef.h>
#include <string.h>

#define ROOT        0u /* the key slot whose key signs statements */
#define FORMAT      1u
#define PIECE_SIZE  10u
#define PIECE_COUNT 18u
#define SPAN_MAX    (3u * PIECE_COUNT) /* words: an append passes over two at most */
#define SIGNED_SIZE offsetof(struct flota_statement, signature)
#define COPIES      2u

_Static_assert(PIECE_SIZE *PIECE_COUNT >= sizeof(struct flota_statement), "it fits");
_Static_assert(SIGNED_SIZE == 112, "wire format");

/* --- one statement --- */

static bool is_zero(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

static bool is_text(const char field[32])
{
    const char *end = memchr(field, 0, 32);
    return end && end != field && is_zero(end, (size_t)(field + 32 - end));
}

/* Revoking the root would lock out whoever signs the next statement. */
static bool is_well_formed(const struct flota_statement *statement)
{
    if (statement->magic != FLOTA_STATEMENT_MAGIC || statement->format != FORMAT ||
        statement->sequence == 0 || statement->zero != 0 || statement->slot >= FLOTA_KEY_SLOTS ||
        !is_text(statement->product))
        return false;
    if (statement->action == FLOTA_STATEMENT_REVOKE)
        return statement->slot != ROOT && is_zero(statement->point, sizeof statement->point);
    return statement->action == FLOTA_STATEMENT_REPLACE;
}

/* Well-formed, and by this root. */
static bool is_valid(const struct flota_statement *statement, const uint8_t root[FLOTA_KEY_SIZE],
                     void *memory)
{
    uint8_t digest[32];
    return flota_sha256(statement, SIGNED_SIZE, digest) &&
           flota_signature_verify_numbers(root, digest, statement->signature, memory) == 0;
}

/* False when its new key is no point of the curve: nothing has changed. */
static bool apply(struct flota_trust *trust, const struct flota_statement *statement)
{
    struct flota_key *key = &trust->keys[statement->slot];
    struct flota_key before = *key;
    if (statement->action == FLOTA_STATEMENT_REVOKE)
        key->state = FLOTA_KEY_REVOKED;
    else if (!flota_key_set(key, statement->point, trust->memory))
        return false;
    if (statement->action == FLOTA_STATEMENT_REPLACE && before.state != FLOTA_KEY_EMPTY) {
        trust->replaced[statement->slot] = before;
        trust->replaced[statement->slot].state = FLOTA_KEY_REVOKED;
    }
    if (statement->sequence > trust->sequence)
        trust->sequence = statement->sequence;
    return true;
}

/* --- the pieces in a journal --- */

/* Where reading stands, and the statement whose pieces come by. */
struct reader {
    const struct flota_flash *flash;
    enum flota_slot journal;
    uint32_t word; /* to read next */
    uint32_t end;
    uint32_t first; /* word of piece 0 */
    uint32_t sequence;
    uint32_t next; /* piece that is to come, 0: none has */
    union {
        struct flota_statement statement;
        uint8_t bytes[PIECE_SIZE * PIECE_COUNT];
    } whole;
};

static struct reader read_from(const struct flota_flash *flash, enum flota_slot journal,
                               uint32_t word, uint32_t end)
{
    return (struct reader){.flash = flash, .journal = journal, .word = word, .end = end};
}

static bool is_piece(const struct flota_record *record)
{
    return record->kind == FLOTA_RECORD_STATEMENT &&
           memcmp(record->tag, FLOTA_TAG_STATEMENT, FLOTA_TAG_SIZE) == 0 &&
           record->arguments.bytes[0] < PIECE_COUNT && record->arguments.bytes[1] == PIECE_COUNT;
}

/* A word that failed its read-back may be good later: the same piece again changes nothing. */
static bool is_repeated(const struct reader *reader, const struct flota_record *record)
{
    uint32_t index = record->arguments.bytes[0];
    return index + 1 == reader->next && record->generation == reader->sequence &&
           memcmp(reader->whole.bytes + index * PIECE_SIZE, record->arguments.bytes + 2,
                  PIECE_SIZE) == 0;
}

static void add_piece(struct reader *reader, const struct flota_record *record)
{
    uint32_t index = record->arguments.bytes[0];
    if (is_repeated(reader, record))
        return;
    if (index == 0) {
        reader->first = reader->word - 1;
        reader->sequence = record->generation;
    } else if (index != reader->next || record->generation != reader->sequence ||
               reader->word - reader->first > SPAN_MAX) {
        reader->next = 0;
        return;
    }
    memcpy(reader->whole.bytes + index * PIECE_SIZE, record->arguments.bytes + 2, PIECE_SIZE);
    reader->next = index + 1;
}

static bool is_whole(const struct reader *reader)
{
    size_t size = sizeof reader->whole.statement;
    return reader->next == PIECE_COUNT && reader->whole.statement.sequence == reader->sequence &&
           is_zero(reader->whole.bytes + size, sizeof reader->whole.bytes - size) &&
           is_well_formed(&reader->whole.statement);
}

/* Read on up to the next whole and well-formed statement; false: there is none. */
static bool read_statement(struct reader *reader)
{
    struct flota_record record;
    reader->next = 0;
    while (reader->word < reader->end) {
        enum flota_journal_word word =
            flota_journal_read(reader->flash, reader->journal, reader->word++, &record);
        if (word != FLOTA_WORD_GOOD || !is_piece(&record))
            continue;
        add_piece(reader, &record);
        if (is_whole(reader))
            return true;
    }
    return false;
}

/* --- the list --- */

struct entry {
    uint32_t sequence;
    uint32_t crc32; /* of the statement: two of the same sequence may differ */
    uint32_t first;
    uint8_t journal;
    uint8_t slot;
    bool applied;
};

/* In ascending order of sequence: the newest ones, should there be more. */
struct list {
    struct entry entries[FLOTA_STATEMENTS_MAX];
    uint32_t count;
};

static bool lists(const struct list *list, const struct entry *entry)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->entries[i].sequence == entry->sequence && list->entries[i].crc32 == entry->crc32)
            return true;
    return false;
}

static void insert(struct list *list, const struct entry *entry)
{
    struct entry *entries = list->entries;
    uint32_t at = list->count;
    while (at > 0 && entries[at - 1].sequence > entry->sequence)
        at--;
    if (list->count < FLOTA_STATEMENTS_MAX) {
        memmove(entries + at + 1, entries + at, (list->count - at) * sizeof *entries);
        list->count++;
    } else if (at > 0) {
        memmove(entries, entries + 1, --at * sizeof *entries);
    } else {
        return;
    }
    entries[at] = *entry;
}

/* product: NULL for any. */
static void add_journal(const struct flota_flash *flash, enum flota_slot journal,
                        const char *product, struct list *list)
{
    struct reader reader = read_from(flash, journal, 0, flota_journal_end(flash, journal));
    const struct flota_statement *statement = &reader.whole.statement;
    while (read_statement(&reader)) {
        const struct entry entry = {.sequence = statement->sequence,
                                    .crc32 = flota_crc32(0, statement, sizeof *statement),
                                    .first = reader.first,
                                    .journal = (uint8_t)journal,
                                    .slot = statement->slot};
        bool ours = !product || memcmp(statement->product, product, 32) == 0;
        if (ours && !lists(list, &entry))
            insert(list, &entry);
    }
}

/* The own journal first: what both have is listed as in the own. */
static void make_list(const struct flota_flash *flash, const char *product, struct list *list)
{
    memset(list, 0, sizeof *list);
    add_journal(flash, FLOTA_SLOT_ACTIVE, product, list);
    add_journal(flash, FLOTA_SLOT_SPARE, product, list);
}

/* Read a listed statement again, or another copy of it behind it: the first one may have been cut
 * at its last record, and read well once only. False when there is none that reads as it did. */
static bool read_entry(const struct flota_flash *flash, const struct entry *entry,
                       struct flota_statement *statement)
{
    struct reader reader = read_from(flash, (enum flota_slot)entry->journal, entry->first,
                                     flota_journal_word_count(flash));
    while (read_statement(&reader)) {
        *statement = reader.whole.statement;
        if (flota_crc32(0, statement, sizeof *statement) == entry->crc32)
            return true;
    }
    return false;
}

/* --- loading --- */

struct loading {
    struct flota_trust *trust;
    const struct flota_flash *flash;
    uint8_t built_in_root[FLOTA_KEY_SIZE];
    struct list list;
};

/* The root in force when a statement was made: the one that the last replacement before it put
 * there. False when that cannot be read any more. */
static bool root_before(const struct loading *loading, uint32_t sequence,
                        uint8_t root[FLOTA_KEY_SIZE])
{
    const struct entry *last = NULL;
    struct flota_statement statement;
    for (uint32_t i = 0; i < loading->list.count; i++) {
        const struct entry *entry = &loading->list.entries[i];
        if (entry->slot == ROOT && entry->applied && entry->sequence < sequence)
            last = entry;
    }
    if (last && !read_entry(loading->flash, last, &statement))
        return false;
    memcpy(root, last ? statement.point : loading->built_in_root, FLOTA_KEY_SIZE);
    return true;
}

static bool load_entry(struct loading *loading, struct entry *entry)
{
    struct flota_statement statement;
    uint8_t root[FLOTA_KEY_SIZE];
    entry->applied = root_before(loading, entry->sequence, root) &&
                     read_entry(loading->flash, entry, &statement) &&
                     is_valid(&statement, root, loading->trust->memory) &&
                     apply(loading->trust, &statement);
    return entry->applied;
}

/* All of them, in their order. */
static uint32_t load_roots(struct loading *loading)
{
    uint32_t applied = 0;
    for (uint32_t i = 0; i < loading->list.count; i++)
        if (loading->list.entries[i].slot == ROOT)
            applied += load_entry(loading, &loading->list.entries[i]);
    return applied;
}

/* The newest that holds. */
static uint32_t load_slot(struct loading *loading, uint32_t slot)
{
    for (uint32_t i = loading->list.count; i > 0; i--) {
        struct entry *entry = &loading->list.entries[i - 1];
        if (entry->slot == slot && load_entry(loading, entry))
            return 1;
    }
    return 0;
}

int flota_trust_load(struct flota_trust *trust, const struct flota_flash *flash)
{
    struct loading loading = {.trust = trust, .flash = flash};
    if (trust->keys[ROOT].state != FLOTA_KEY_ACTIVE)
        return 0;
    memcpy(loading.built_in_root, trust->keys[ROOT].point, FLOTA_KEY_SIZE);
    make_list(flash, trust->product, &loading.list);
    uint32_t applied = load_roots(&loading);
    for (uint32_t slot = ROOT + 1; slot < FLOTA_KEY_SLOTS; slot++)
        applied += load_slot(&loading, slot);
    return (int)applied;
}

/* --- storing --- */

static bool has_room(const struct flota_flash *flash, uint32_t keep)
{
    uint32_t free = flota_journal_word_count(flash) - flota_journal_end(flash, FLOTA_SLOT_ACTIVE);
    return free >= PIECE_COUNT + keep;
}

/* keep: how many free words must remain. */
static int store(const struct flota_flash *flash, const struct flota_statement *statement,
                 uint32_t keep)
{
    uint8_t bytes[PIECE_SIZE * PIECE_COUNT] = {0};
    memcpy(bytes, statement, sizeof *statement);
    if (!has_room(flash, keep))
        return FLOTA_ERR_JOURNAL;
    for (uint32_t i = 0; i < PIECE_COUNT; i++) {
        struct flota_record record = flota_journal_record(
            FLOTA_RECORD_STATEMENT, statement->sequence, (const uint8_t *)FLOTA_TAG_STATEMENT);
        record.arguments.bytes[0] = (uint8_t)i;
        record.arguments.bytes[1] = PIECE_COUNT;
        memcpy(record.arguments.bytes + 2, bytes + i * PIECE_SIZE, PIECE_SIZE);
        if (flota_journal_append(flash, FLOTA_SLOT_ACTIVE, &record, keep) != 0)
            return FLOTA_ERR_JOURNAL;
    }
    return 0;
}

static uint32_t count_copies(const struct flota_flash *flash, enum flota_slot journal,
                             const struct flota_statement *statement)
{
    struct reader reader = read_from(flash, journal, 0, flota_journal_end(flash, journal));
    uint32_t count = 0;
    while (read_statement(&reader))
        count += memcmp(&reader.whole.statement, statement, sizeof *statement) == 0;
    return count;
}

/* The last one came again. It may have been cut at its last record, which then reads well today
 * and not tomorrow: only a second copy makes it sure. */
static int accept_again(const struct flota_flash *flash, const struct flota_statement *statement)
{
    uint32_t copies = count_copies(flash, FLOTA_SLOT_ACTIVE, statement) +
                      count_copies(flash, FLOTA_SLOT_SPARE, statement);
    if (copies == 0)
        return FLOTA_ERR_STATEMENT_OLD;
    return copies < COPIES ? store(flash, statement, FLOTA_JOURNAL_KEEP_ADVISORY) : 0;
}

static int accept_new(struct flota_trust *trust, const struct flota_flash *flash,
                      const struct flota_statement *statement)
{
    struct list list;
    if (statement->action == FLOTA_STATEMENT_REPLACE &&
        !flota_signature_is_point(statement->point, trust->memory))
        return FLOTA_ERR_STATEMENT_BAD;
    make_list(flash, trust->product, &list);
    if (list.count >= FLOTA_STATEMENTS_MAX ||
        store(flash, statement, FLOTA_JOURNAL_KEEP_ADVISORY) != 0)
        return FLOTA_ERR_JOURNAL;
    return apply(trust, statement) ? 0 : FLOTA_ERR_STATEMENT_BAD;
}

int flota_trust_accept(struct flota_trust *trust, const struct flota_flash *flash,
                       const void *statement, size_t size)
{
    struct flota_statement copy;
    if (size != sizeof copy)
        return FLOTA_ERR_STATEMENT_BAD;
    memcpy(&copy, statement, sizeof copy);
    if (!is_well_formed(&copy) || memcmp(copy.product, trust->product, sizeof copy.product) != 0)
        return FLOTA_ERR_STATEMENT_BAD;
    if (copy.sequence == trust->sequence)
        return accept_again(flash, &copy);
    if (copy.sequence < trust->sequence)
        return FLOTA_ERR_STATEMENT_OLD;
    if (trust->keys[ROOT].state != FLOTA_KEY_ACTIVE ||
        !is_valid(&copy, trust->keys[ROOT].point, trust->memory))
        return FLOTA_ERR_STATEMENT_BAD;
    return accept_new(trust, flash, &copy);
}

/* The first copy goes into what is reserved for others, if need be: a key that was revoked must not
 * come back. The second, where there is room: the last record of the first may read well today and
 * not tomorrow, when a cut made it, and the other journal is erased after this. */
static int save(const struct flota_flash *flash, const struct flota_statement *statement)
{
    uint32_t copies = count_copies(flash, FLOTA_SLOT_ACTIVE, statement);
    if (copies == 0 && store(flash, statement, FLOTA_JOURNAL_KEEP_CONFIRM) != 0)
        return FLOTA_ERR_JOURNAL;
    if (copies < COPIES)
        (void)store(flash, statement, FLOTA_JOURNAL_KEEP_ADVISORY);
    return 0;
}

int flota_trust_save(const struct flota_flash *flash)
{
    struct list list;
    struct flota_statement statement;
    int result = 0;
    make_list(flash, NULL, &list);
    for (uint32_t i = 0; i < list.count && result == 0; i++)
        if (read_entry(flash, &list.entries[i], &statement))
            result = save(flash, &statement);
    return result;
}
