/* test_journal.c - records: their bytes, their three states, appending through faults and cuts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/journal.h"
#include "journal_model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WORDS  64u /* in the journal sectors of flash_model_small */
#define OFFSET (7u * 1024u)

static const uint8_t tag[FLOTA_TAG_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};

struct fixture {
    struct journal_model journals; /* first: the port of its functions */
    int (*read)(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size);
    uint32_t torn_reads;
};

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (!f)
        return -1;
    journal_model_init(&f->journals, &flash_model_small);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    journal_model_free(&f->journals);
    free(f);
    return 0;
}

static void start_again(struct fixture *f)
{
    journal_model_free(&f->journals);
    journal_model_init(&f->journals, &flash_model_small);
}

static int append(struct fixture *f, enum flota_slot slot, uint32_t generation)
{
    struct flota_record record = flota_journal_record(FLOTA_RECORD_SEEN, generation, tag);
    return flota_journal_append(&f->journals.model.flash, slot, &record,
                                FLOTA_JOURNAL_KEEP_NOTHING);
}

static enum flota_journal_word word_at(struct fixture *f, enum flota_slot slot, uint32_t index)
{
    struct flota_record record;
    return flota_journal_read(&f->journals.model.flash, slot, index, &record);
}

static void assert_generation(struct fixture *f, enum flota_slot slot, uint32_t index,
                              uint32_t generation)
{
    struct flota_record record;
    assert_int_equal(flota_journal_read(&f->journals.model.flash, slot, index, &record),
                     FLOTA_WORD_GOOD);
    assert_int_equal(record.generation, generation);
}

static uint8_t *raw(struct fixture *f, enum flota_slot slot, uint32_t index)
{
    return (uint8_t *)(uintptr_t)flash_model_bytes(&f->journals.model, slot) + OFFSET + index * 32;
}

static void records_are_appended_to_either_journal_in_order(void **state)
{
    struct fixture *f = *state;
    static const enum flota_slot slots[] = {FLOTA_SLOT_ACTIVE, FLOTA_SLOT_SPARE};
    assert_int_equal(flota_journal_word_count(&f->journals.model.flash), WORDS);
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < WORDS; i++) {
            assert_int_equal(flota_journal_end(&f->journals.model.flash, slots[s]), i);
            assert_int_equal(word_at(f, slots[s], i), FLOTA_WORD_BLANK);
            assert_int_equal(append(f, slots[s], 100 + i), 0);
            assert_generation(f, slots[s], i, 100 + i);
        }
    assert_int_equal(f->journals.model.erase_count, 0);
}

/* SPEC's bytes: a change of them makes old journals unreadable. The crc is zlib's. */
static void a_record_has_the_bytes_that_are_specified(void **state)
{
    struct fixture *f = *state;
    struct flota_record record = flota_journal_record(FLOTA_RECORD_STAGED, 0x01020304, tag);
    record.arguments.staged.words = 0x1112;
    record.arguments.staged.fallback_words = 0x2122;
    record.arguments.staged.crc = 0x31323334;
    record.arguments.staged.fallback_crc = 0x41424344;
    assert_int_equal(flota_journal_append(&f->journals.model.flash, FLOTA_SLOT_SPARE, &record, 0),
                     0);
    static const uint8_t bytes[32] = {'F',  'L',  1,    2,    4,    3,    2,    1,
                                      1,    2,    3,    4,    5,    6,    7,    8,
                                      0x12, 0x11, 0x22, 0x21, 0x34, 0x33, 0x32, 0x31,
                                      0x44, 0x43, 0x42, 0x41, 0x17, 0xAA, 0x49, 0x66};
    assert_memory_equal(raw(f, FLOTA_SLOT_SPARE, 0), bytes, sizeof bytes);
}

static void a_full_journal_says_so_and_writes_nothing(void **state)
{
    struct fixture *f = *state;
    for (uint32_t i = 0; i < WORDS; i++)
        assert_int_equal(append(f, FLOTA_SLOT_SPARE, i), 0);
    assert_int_equal(append(f, FLOTA_SLOT_SPARE, 99), FLOTA_JOURNAL_FULL);
    assert_int_equal(f->journals.model.program_count, WORDS);
}

static void an_append_leaves_the_words_that_it_is_to_keep(void **state)
{
    struct fixture *f = *state;
    struct flota_record record = flota_journal_record(FLOTA_RECORD_SEEN, 1, tag);
    for (uint32_t i = 0; i < WORDS - 10; i++)
        assert_int_equal(
            flota_journal_append(&f->journals.model.flash, FLOTA_SLOT_SPARE, &record, 10), 0);
    assert_int_equal(flota_journal_append(&f->journals.model.flash, FLOTA_SLOT_SPARE, &record, 10),
                     FLOTA_JOURNAL_FULL);
    assert_int_equal(flota_journal_append(&f->journals.model.flash, FLOTA_SLOT_SPARE, &record, 9),
                     0);
}

static void an_unreadable_word_is_dead_and_stays_unused(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_ACTIVE, 1);
    append(f, FLOTA_SLOT_ACTIVE, 2);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, OFFSET + 32);
    assert_int_equal(word_at(f, FLOTA_SLOT_ACTIVE, 1), FLOTA_WORD_DEAD);
    assert_int_equal(append(f, FLOTA_SLOT_ACTIVE, 3), 0);
    assert_generation(f, FLOTA_SLOT_ACTIVE, 2, 3);
}

static void any_flipped_bit_makes_a_word_dead(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_SPARE, 1);
    uint8_t *bytes = raw(f, FLOTA_SLOT_SPARE, 0);
    for (uint32_t bit = 0; bit < 256; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(word_at(f, FLOTA_SLOT_SPARE, 0), FLOTA_WORD_DEAD);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(word_at(f, FLOTA_SLOT_SPARE, 0), FLOTA_WORD_GOOD);
}

static void a_word_of_zeros_is_no_record(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_SPARE, 1);
    memset(raw(f, FLOTA_SLOT_SPARE, 0), 0, 32);
    assert_int_equal(word_at(f, FLOTA_SLOT_SPARE, 0), FLOTA_WORD_DEAD);
}

static void a_sound_word_of_something_else_is_no_record(void **state)
{
    struct fixture *f = *state;
    static const uint8_t bytes[32] = {'L', 'F', 1, 1, [28] = 0x7E, 0xEC, 0x1B, 0xBA};
    append(f, FLOTA_SLOT_SPARE, 1);
    memcpy(raw(f, FLOTA_SLOT_SPARE, 0), bytes, sizeof bytes);
    assert_int_equal(word_at(f, FLOTA_SLOT_SPARE, 0), FLOTA_WORD_DEAD);
}

/* The crc below was made apart, with zlib, over the same record of format 2. */
static void a_record_of_another_format_is_of_an_unknown_kind(void **state)
{
    struct fixture *f = *state;
    static const uint8_t bytes[32] = {'F', 'L', 2, 1, 9, 0, 0,    0,    1,    2,   3,
                                      4,   5,   6, 7, 8, 0, 0,    0,    0,    0,   0,
                                      0,   0,   0, 0, 0, 0, 0x96, 0x1D, 0x0A, 0xE5};
    struct flota_record record;
    append(f, FLOTA_SLOT_SPARE, 1);
    memcpy(raw(f, FLOTA_SLOT_SPARE, 0), bytes, sizeof bytes);
    assert_int_equal(flota_journal_read(&f->journals.model.flash, FLOTA_SLOT_SPARE, 0, &record),
                     FLOTA_WORD_GOOD);
    assert_int_equal(record.kind, 0);
    assert_int_equal(record.generation, 0);
}

static void a_word_that_does_not_take_its_record_is_passed_over(void **state)
{
    struct fixture *f = *state;
    static const enum flash_model_fault faults[] = {FLASH_MODEL_START_FAILS,
                                                    FLASH_MODEL_ENDS_FAILED, FLASH_MODEL_SILENT};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        start_again(f);
        append(f, FLOTA_SLOT_SPARE, 1);
        f->journals.model.fault = faults[i];
        f->journals.model.fail_at = 2;
        assert_int_equal(append(f, FLOTA_SLOT_SPARE, 2), 0);
        assert_int_equal(word_at(f, FLOTA_SLOT_SPARE, 1), FLOTA_WORD_BLANK);
        assert_generation(f, FLOTA_SLOT_SPARE, 2, 2);
        assert_int_equal(append(f, FLOTA_SLOT_SPARE, 3), 0);
        assert_generation(f, FLOTA_SLOT_SPARE, 3, 3);
    }
}

static int refuse(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)slot, (void)offset, (void)word;
    ((struct fixture *)port)->journals.model.program_count++;
    return FLOTA_ERR_FLASH_PROGRAM;
}

static void an_append_gives_up_after_three_words(void **state)
{
    struct fixture *f = *state;
    f->journals.model.flash.program_start = refuse;
    assert_int_equal(append(f, FLOTA_SLOT_SPARE, 1), FLOTA_ERR_FLASH_PROGRAM);
    assert_int_equal(f->journals.model.program_count, 3);
}

static void a_program_that_never_ends_is_not_waited_for_for_ever(void **state)
{
    struct fixture *f = *state;
    f->journals.model.geometry.program_polls = UINT32_MAX;
    assert_int_equal(append(f, FLOTA_SLOT_SPARE, 1), FLOTA_ERR_FLASH_TIMEOUT);
    assert_int_equal(f->journals.model.program_count, 1);
}

/* Stores the record before in place of the one that is given. */
static int program_stale(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct fixture *f = port;
    (void)word;
    return journal_model_program(port, slot, offset, raw(f, slot, 0));
}

static void a_record_that_reads_back_as_another_was_not_written(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_SPARE, 1);
    f->journals.model.flash.program_start = program_stale;
    assert_int_equal(append(f, FLOTA_SLOT_SPARE, 2), FLOTA_ERR_FLASH_VERIFY);
}

/* The second word reads blank once, and from then on as torn. */
static int read_torn(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    struct fixture *f = port;
    int result = f->read(port, slot, offset, data, size);
    if (offset == OFFSET + 32 && size == 32 && f->torn_reads++ > 0)
        return FLOTA_ERR_FLASH_READ;
    return result;
}

static void a_word_that_reads_blank_only_once_is_not_programmed(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_SPARE, 1);
    f->read = f->journals.model.flash.read;
    f->torn_reads = 0;
    f->journals.model.flash.read = read_torn;
    assert_int_equal(append(f, FLOTA_SLOT_SPARE, 2), 0);
    assert_generation(f, FLOTA_SLOT_SPARE, 2, 2);
    assert_int_equal(f->journals.model.program_count, 2);
}

/* Appends with the power cut at the third record. Returns whether it was cut. */
static bool append_three(struct fixture *f, enum flash_model_cut cut)
{
    f->journals.model.cut = cut;
    f->journals.model.cut_at = 3;
    if (setjmp(f->journals.model.power_cut) != 0)
        return true;
    for (uint32_t i = 0; i < 3; i++)
        append(f, FLOTA_SLOT_ACTIVE, 10 + i);
    return false;
}

/* The model ends the program if a word that is not blank is programmed. A word that reads
 * otherwise each time must not be seen as a record either, nor programmed again. */
static void a_cut_leaves_the_record_or_none_and_the_journal_goes_on(void **state)
{
    struct fixture *f = *state;
    for (uint32_t seed = 1; seed <= 3000; seed++) {
        struct flota_record record;
        start_again(f);
        f->journals.model.random = seed;
        assert_true(append_three(f, (enum flash_model_cut)(seed % 3)));
        flash_model_power_up(&f->journals.model);
        if (flota_journal_read(&f->journals.model.flash, FLOTA_SLOT_ACTIVE, 2, &record) ==
            FLOTA_WORD_GOOD)
            assert_int_equal(record.generation, 12);
        assert_int_equal(append(f, FLOTA_SLOT_ACTIVE, 20), 0);
        uint32_t last = flota_journal_end(&f->journals.model.flash, FLOTA_SLOT_ACTIVE) - 1;
        assert_generation(f, FLOTA_SLOT_ACTIVE, last, 20);
        assert_generation(f, FLOTA_SLOT_ACTIVE, 0, 10);
        assert_generation(f, FLOTA_SLOT_ACTIVE, 1, 11);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_are_appended_to_either_journal_in_order),
        TEST(a_record_has_the_bytes_that_are_specified),
        TEST(a_full_journal_says_so_and_writes_nothing),
        TEST(an_append_leaves_the_words_that_it_is_to_keep),
        TEST(an_unreadable_word_is_dead_and_stays_unused),
        TEST(any_flipped_bit_makes_a_word_dead),
        TEST(a_word_of_zeros_is_no_record),
        TEST(a_sound_word_of_something_else_is_no_record),
        TEST(a_record_of_another_format_is_of_an_unknown_kind),
        TEST(a_word_that_does_not_take_its_record_is_passed_over),
        TEST(an_append_gives_up_after_three_words),
        TEST(a_program_that_never_ends_is_not_waited_for_for_ever),
        TEST(a_record_that_reads_back_as_another_was_not_written),
        TEST(a_word_that_reads_blank_only_once_is_not_programmed),
        TEST(a_cut_leaves_the_record_or_none_and_the_journal_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
