/* test_statement_branches.c - statements among records that look like their pieces, and read from a
 * flash that fails once, anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "flota/journal.h"
#include "flota/signature.h"
#include "key_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PIECES     18u
#define PIECE_SIZE 10u

static const char product[] = "thermostat";
static const struct flash_model_geometry geometry = {32768, 2, 3, 32, 1, 1}; /* 1024 words */
static const struct flash_model_geometry narrow = {2048, 2, 3, 32, 1, 1};    /* 64 words */

static struct test_key keys[4];

static struct {
    struct flash_model model;
    struct flota_trust trust;
} device;

static const struct flota_flash *flash(void)
{
    return &device.model.flash;
}

static void start_trust(void)
{
    const struct flota_trust_config config = {
        FLOTA_SIGNATURES_REQUIRED, {keys[0].text, keys[1].text}, product};
    assert_int_equal(flota_trust_init(&device.trust, &config), 0);
}

static void begin_with(const struct flash_model_geometry *of)
{
    flash_model_init(&device.model, of);
    start_trust();
}

static int begin(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        key_make(&keys[i], 200 + i);
    begin_with(&geometry);
    return 0;
}

static int end(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    return 0;
}

static void begin_again(const struct flash_model_geometry *of)
{
    flash_model_free(&device.model);
    begin_with(of);
}

static void swap_banks(void)
{
    device.model.active = device.model.next_active = 1 - device.model.active;
}

/* As a compaction does. */
static void erase_spare_journal(void)
{
    assert_int_equal(flash()->erase_start(flash()->port, FLOTA_SLOT_SPARE, 2), 0);
    while (flash()->poll(flash()->port) == FLOTA_FLASH_BUSY)
        continue;
}

static int reboot(void)
{
    start_trust();
    return flota_trust_load(&device.trust, flash());
}

static bool is_revoked(uint32_t slot)
{
    return device.trust.keys[slot].state == FLOTA_KEY_REVOKED;
}

static struct flota_statement make(const struct test_key *root, uint32_t sequence, uint32_t slot,
                                   const struct test_key *fresh)
{
    struct flota_statement statement;
    key_statement(root, sequence, slot, fresh, product, &statement);
    return statement;
}

static int accept(const struct flota_statement *statement)
{
    return flota_trust_accept(&device.trust, flash(), statement, sizeof *statement);
}

/* --- pieces, written one by one --- */

static struct flota_record piece_of(const struct flota_statement *statement, uint8_t index)
{
    uint8_t bytes[PIECES * PIECE_SIZE] = {0};
    memcpy(bytes, statement, sizeof *statement);
    struct flota_record record = flota_journal_record(FLOTA_RECORD_STATEMENT, statement->sequence,
                                                      (const uint8_t *)FLOTA_TAG_STATEMENT);
    record.arguments.bytes[0] = index;
    record.arguments.bytes[1] = PIECES;
    memcpy(record.arguments.bytes + 2, bytes + index * PIECE_SIZE, PIECE_SIZE);
    return record;
}

static void append(struct flota_record record)
{
    assert_int_equal(flota_journal_append(flash(), FLOTA_SLOT_ACTIVE, &record, 0), 0);
}

/* All pieces, with another record behind piece 4; then a start. Returns what was applied. */
static int load_with(struct flota_record between)
{
    const struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    begin_again(&geometry);
    for (uint8_t i = 0; i < PIECES; i++) {
        append(piece_of(&statement, i));
        if (i == 4)
            append(between);
    }
    return reboot();
}

static void records_that_are_no_pieces_are_passed_over(void **state)
{
    (void)state;
    const struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    struct flota_record alien = piece_of(&statement, 7);
    alien.kind = FLOTA_RECORD_SEEN;
    assert_int_equal(load_with(alien), 1);
    alien = piece_of(&statement, 7);
    alien.tag[0] ^= 1;
    assert_int_equal(load_with(alien), 1);
    alien = piece_of(&statement, 7);
    alien.arguments.bytes[0] = PIECES;
    assert_int_equal(load_with(alien), 1);
    alien = piece_of(&statement, 7);
    alien.arguments.bytes[1] = PIECES + 1;
    assert_int_equal(load_with(alien), 1);
    assert_true(is_revoked(1));
}

/* A word that did not read back well was written again behind it, and is good after all. */
static void the_same_piece_again_changes_nothing_and_another_one_ends_it(void **state)
{
    (void)state;
    const struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    const struct flota_record same = piece_of(&statement, 4);
    assert_int_equal(load_with(same), 1);
    struct flota_record other = same;
    other.generation++;
    assert_int_equal(load_with(other), 0);
    other = same;
    other.arguments.bytes[2 + PIECE_SIZE - 1] ^= 1;
    assert_int_equal(load_with(other), 0);
    assert_int_equal(load_with(piece_of(&statement, 6)), 0); /* 5 is missing */
    assert_false(is_revoked(1));
}

/* The records' number is the statement's. */
static void a_statement_under_another_number_is_none(void **state)
{
    (void)state;
    const struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    for (uint8_t i = 0; i < PIECES; i++) {
        struct flota_record record = piece_of(&statement, i);
        record.generation = 6;
        append(record);
    }
    assert_int_equal(reboot(), 0);
}

/* The last piece has four bytes to spare: zeros. */
static void a_statement_with_something_behind_it_is_none(void **state)
{
    (void)state;
    const struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    for (uint8_t i = 0; i < PIECES; i++) {
        struct flota_record record = piece_of(&statement, i);
        if (i == PIECES - 1)
            record.arguments.bytes[2 + PIECE_SIZE - 1] = 1;
        append(record);
    }
    assert_int_equal(reboot(), 0);
}

static void a_statement_that_says_nothing_we_know_is_none(void **state)
{
    (void)state;
    struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    statement.action = 7;
    key_sign_statement(&keys[0], &statement);
    for (uint8_t i = 0; i < PIECES; i++)
        append(piece_of(&statement, i));
    assert_int_equal(reboot(), 0);
}

/* A stranger's comes first: that of the root counts all the same. */
static void of_two_statements_with_one_number_the_valid_one_counts(void **state)
{
    (void)state;
    const struct flota_statement by_root = make(&keys[0], 5, 1, NULL);
    const struct flota_statement by_stranger = make(&keys[3], 5, 1, NULL);
    for (uint8_t i = 0; i < PIECES; i++)
        append(piece_of(&by_stranger, i));
    for (uint8_t i = 0; i < PIECES; i++)
        append(piece_of(&by_root, i));
    assert_int_equal(reboot(), 1);
    assert_true(is_revoked(1));
}

/* --- a flash that fails once --- */

static int (*real_read)(void *port, enum flota_slot slot, uint32_t offset, void *data,
                        uint32_t size);
static uint32_t read_count, failing_read;

static int read_but_once(void *port, enum flota_slot slot, uint32_t offset, void *data,
                         uint32_t size)
{
    return ++read_count == failing_read ? FLOTA_ERR_FLASH_READ
                                        : real_read(port, slot, offset, data, size);
}

static void fail_read(uint32_t number)
{
    if (device.model.flash.read != read_but_once)
        real_read = device.model.flash.read;
    device.model.flash.read = read_but_once;
    failing_read = number;
    read_count = 0;
}

/* Returns whether the read that was to fail has come. */
static bool reads_again(void)
{
    device.model.flash.read = real_read;
    return read_count >= failing_read;
}

/* Root 2, by root 0; and it revokes key 1. */
static void store_two(void)
{
    const struct flota_statement root = make(&keys[0], 1, 0, &keys[2]);
    const struct flota_statement revoked = make(&keys[2], 2, 1, NULL);
    assert_int_equal(accept(&root), 0);
    assert_int_equal(accept(&revoked), 0);
}

static bool is_root(const struct test_key *key)
{
    return device.trust.keys[0].state == FLOTA_KEY_ACTIVE &&
           memcmp(device.trust.keys[0].point, key->point, sizeof key->point) == 0;
}

#define STEP 7u /* a verification under sanitizers takes its time: each seventh read */

/* What cannot be read counts as not there, at this start; nothing counts that its root did not
 * sign. */
static void
a_read_that_fails_anywhere_while_loading_lets_no_statement_through_unsigned(void **state)
{
    uint32_t number = 1, lost_root = 0, lost_revocation = 0;
    (void)state;
    store_two();
    for (bool failed = true; failed; number += STEP) {
        start_trust();
        fail_read(number);
        int applied = flota_trust_load(&device.trust, flash());
        failed = reads_again();
        assert_true(is_root(&keys[0]) || is_root(&keys[2]));
        assert_int_equal(applied, is_root(&keys[2]) + is_revoked(1));
        if (is_root(&keys[0])) /* the revocation is by the new one */
            assert_false(is_revoked(1));
        lost_root += is_root(&keys[0]);
        lost_revocation += !is_revoked(1);
        if (!failed)
            assert_int_equal(applied, 2);
    }
    assert_true(number > 100);
    assert_true(lost_root > 2);
    assert_true(lost_revocation > lost_root);
    assert_int_equal(reboot(), 2); /* nothing was lost for good */
}

static void a_read_that_fails_anywhere_while_saving_keeps_what_was_saved(void **state)
{
    uint32_t number = 0, missed = 0;
    (void)state;
    const struct flota_statement first = make(&keys[0], 1, 0, &keys[2]);
    const struct flota_statement second = make(&keys[2], 2, 1, NULL);
    for (bool failed = true; failed;) {
        begin_again(&geometry);
        for (uint8_t i = 0; i < 2 * PIECES; i++)
            append(i < PIECES ? piece_of(&first, i) : piece_of(&second, (uint8_t)(i - PIECES)));
        swap_banks();
        fail_read(++number);
        int error = flota_trust_save(flash());
        failed = reads_again();
        assert_true(error == 0 || error == FLOTA_ERR_JOURNAL);
        uint32_t saved = flota_journal_end(flash(), FLOTA_SLOT_ACTIVE) / PIECES;
        missed += saved < 4;
        if (!failed)
            assert_int_equal(saved, 4);                 /* two copies of each */
        assert_int_equal(flota_trust_save(flash()), 0); /* once more: now they are there */
        if (saved < 4 && missed % 16 == 1) {
            erase_spare_journal();
            assert_int_equal(reboot(), 2);
        }
    }
    assert_true(number > 100);
    assert_true(missed > 10);
}

/* One word reads well while statements are listed, and never again. */
#define LISTING_READS 2u /* the journal's end, the statement */

static enum flota_slot fading_slot;
static uint32_t fading_offset, fading_reads;

static int read_fading(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    if (slot == fading_slot && offset == fading_offset && ++fading_reads > LISTING_READS)
        return FLOTA_ERR_FLASH_READ;
    return real_read(port, slot, offset, data, size);
}

static void begin_fading(enum flota_slot slot, uint32_t word)
{
    fading_slot = slot;
    real_read = device.model.flash.read;
    device.model.flash.read = read_fading;
    fading_offset = geometry.sector_size * geometry.image_sector_count + word * 32u;
    fading_reads = 0;
}

/* The first copy was cut at its last word, which fades; the second one is whole. Whatever else was
 * written between the two, the statement counts. */
static void a_second_copy_counts_when_the_first_one_fades(void **state)
{
    static const uint32_t gaps[] = {0, PIECES, 3 * PIECES};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct flota_statement statement = make(&keys[0], 5, 1, NULL);
        begin_again(&geometry);
        assert_int_equal(accept(&statement), 0);
        for (uint32_t word = 0; word < gaps[i]; word++)
            append(flota_journal_record(FLOTA_RECORD_SEEN, 1, NULL));
        assert_int_equal(accept(&statement), 0);
        start_trust();
        begin_fading(FLOTA_SLOT_ACTIVE, PIECES - 1);
        assert_int_equal(flota_trust_load(&device.trust, flash()), 1);
        assert_true(fading_reads > LISTING_READS);
        device.model.flash.read = real_read;
        swap_banks();
        begin_fading(FLOTA_SLOT_SPARE, PIECES - 1);
        assert_int_equal(flota_trust_save(flash()), 0);
        device.model.flash.read = real_read;
        assert_int_equal(flota_journal_end(flash(), FLOTA_SLOT_ACTIVE), 2 * PIECES);
    }
}

static void append_all(const struct flota_statement *statement)
{
    for (uint8_t i = 0; i < PIECES; i++)
        append(piece_of(statement, i));
}

static void a_second_copy_counts_behind_another_statement(void **state)
{
    (void)state;
    const struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    const struct flota_statement by_stranger = make(&keys[3], 9, 1, NULL);
    append_all(&statement);
    append_all(&by_stranger);
    append_all(&statement);
    begin_fading(FLOTA_SLOT_ACTIVE, PIECES - 1);
    assert_int_equal(flota_trust_load(&device.trust, flash()), 1);
    assert_true(fading_reads > LISTING_READS);
    device.model.flash.read = real_read;
    assert_true(is_revoked(1));
}

/* --- room --- */

static void a_journal_without_room_is_said_and_the_rest_is_not_tried(void **state)
{
    (void)state;
    begin_again(&narrow); /* 64 words: with one statement and 32 to keep there is no second one */
    const struct flota_statement first = make(&keys[0], 1, 1, NULL);
    const struct flota_statement second = make(&keys[0], 2, 2, &keys[3]);
    for (uint8_t i = 0; i < PIECES; i++)
        append(piece_of(&first, i));
    for (uint8_t i = 0; i < PIECES; i++)
        append(piece_of(&second, i));
    swap_banks();
    struct flota_record other = flota_journal_record(FLOTA_RECORD_SEEN, 1, NULL);
    while (flota_journal_append(flash(), FLOTA_SLOT_ACTIVE, &other, PIECES) == 0)
        continue;
    uint32_t used = flota_journal_end(flash(), FLOTA_SLOT_ACTIVE);
    assert_int_equal(flota_trust_save(flash()), FLOTA_ERR_JOURNAL);
    assert_int_equal(flota_journal_end(flash(), FLOTA_SLOT_ACTIVE), used);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_that_are_no_pieces_are_passed_over),
        TEST(the_same_piece_again_changes_nothing_and_another_one_ends_it),
        TEST(a_statement_under_another_number_is_none),
        TEST(a_statement_with_something_behind_it_is_none),
        TEST(a_statement_that_says_nothing_we_know_is_none),
        TEST(of_two_statements_with_one_number_the_valid_one_counts),
        TEST(a_read_that_fails_anywhere_while_loading_lets_no_statement_through_unsigned),
        TEST(a_read_that_fails_anywhere_while_saving_keeps_what_was_saved),
        TEST(a_second_copy_counts_when_the_first_one_fades),
        TEST(a_second_copy_counts_behind_another_statement),
        TEST(a_journal_without_room_is_said_and_the_rest_is_not_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
