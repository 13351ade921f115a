/* test_statement.c - key statements: who may make them, how they are stored, through power cuts.
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

#define PIECES 18u

static const char product[] = "thermostat";
static const struct flash_model_geometry geometry = {4096, 2, 3, 32, 5, 2}; /* 128 words */
static const struct flash_model_geometry large = {32768, 2, 3, 32, 5, 2};   /* 1024 words */

static struct test_key keys[6];

static struct {
    struct flash_model model;
    struct flota_trust trust;
} device;

static void start_trust(const struct test_key *root)
{
    const struct flota_trust_config config = {
        FLOTA_SIGNATURES_REQUIRED, {root->text, keys[1].text, keys[2].text}, product};
    assert_int_equal(flota_trust_init(&device.trust, &config), 0);
}

static void begin_with(const struct flash_model_geometry *of)
{
    flash_model_init(&device.model, of);
    start_trust(&keys[0]);
}

static int begin(void **state)
{
    (void)state;
    begin_with(&geometry);
    return 0;
}

static int end(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    return 0;
}

static int make_keys(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 6; i++)
        key_make(&keys[i], 200 + i);
    return 0;
}

static int accept(const struct flota_statement *statement)
{
    return flota_trust_accept(&device.trust, &device.model.flash, statement, sizeof *statement);
}

static struct flota_statement make(const struct test_key *root, uint32_t sequence, uint32_t slot,
                                   const struct test_key *fresh)
{
    struct flota_statement statement;
    key_statement(root, sequence, slot, fresh, product, &statement);
    return statement;
}

static int revoke(const struct test_key *root, uint32_t sequence, uint32_t slot)
{
    struct flota_statement statement = make(root, sequence, slot, NULL);
    return accept(&statement);
}

static int replace(const struct test_key *root, uint32_t sequence, uint32_t slot,
                   const struct test_key *fresh)
{
    struct flota_statement statement = make(root, sequence, slot, fresh);
    return accept(&statement);
}

/* A new boot with this root built in. Returns how many statements were applied. */
static int reboot_with(const struct test_key *root)
{
    start_trust(root);
    return flota_trust_load(&device.trust, &device.model.flash);
}

static int reboot(void)
{
    return reboot_with(&keys[0]);
}

static void swap_banks(void)
{
    device.model.active = device.model.next_active = 1 - device.model.active;
}

static void erase_spare_journal(void)
{
    const struct flota_flash *flash = &device.model.flash;
    assert_int_equal(flash->erase_start(flash->port, FLOTA_SLOT_SPARE, 2), 0);
    while (flash->poll(flash->port) == FLOTA_FLASH_BUSY)
        ;
}

static uint32_t words_used(enum flota_slot slot)
{
    return flota_journal_end(&device.model.flash, slot);
}

static uint8_t *raw(uint32_t word)
{
    uint32_t offset = 2 * device.model.geometry.sector_size + word * 32;
    return (uint8_t *)(uintptr_t)flash_model_bytes(&device.model, FLOTA_SLOT_ACTIVE) + offset;
}

static bool is_active(uint32_t slot, const struct test_key *key)
{
    const struct flota_key *there = &device.trust.keys[slot];
    return there->state == FLOTA_KEY_ACTIVE && memcmp(there->point, key->point, 64) == 0 &&
           memcmp(there->hash, key->hash, 32) == 0;
}

static bool is_revoked(uint32_t slot)
{
    return device.trust.keys[slot].state == FLOTA_KEY_REVOKED;
}

/* --- what a statement does --- */

static void a_revoked_key_stays_revoked(void **state)
{
    (void)state;
    assert_int_equal(revoke(&keys[0], 5, 1), 0);
    assert_true(is_revoked(1) && is_active(0, &keys[0]) && is_active(2, &keys[2]));
    assert_int_equal(device.trust.sequence, 5);
    assert_int_equal(reboot(), 1);
    assert_true(is_revoked(1) && is_active(0, &keys[0]) && is_active(2, &keys[2]));
    assert_int_equal(device.trust.sequence, 5);
}

static void a_replaced_key_gives_way(void **state)
{
    (void)state;
    assert_int_equal(replace(&keys[0], 1, 2, &keys[3]), 0);
    for (int i = 0; i < 2; i++) {
        assert_true(is_active(2, &keys[3]));
        assert_int_equal(device.trust.replaced[2].state, FLOTA_KEY_REVOKED);
        assert_memory_equal(device.trust.replaced[2].hash, keys[2].hash, 32);
        assert_int_equal(reboot(), 1);
    }
}

static void an_empty_slot_takes_a_key(void **state)
{
    (void)state;
    assert_int_equal(replace(&keys[0], 1, 3, &keys[3]), 0);
    assert_int_equal(reboot(), 1);
    assert_true(is_active(3, &keys[3]));
    assert_int_equal(device.trust.replaced[3].state, FLOTA_KEY_EMPTY);
}

static void the_newest_statement_about_a_slot_counts(void **state)
{
    (void)state;
    assert_int_equal(replace(&keys[0], 1, 1, &keys[3]), 0);
    assert_int_equal(revoke(&keys[0], 2, 1), 0);
    assert_int_equal(revoke(&keys[0], 3, 2), 0);
    assert_int_equal(replace(&keys[0], 9, 2, &keys[4]), 0);
    assert_int_equal(reboot(), 2);
    assert_true(is_revoked(1) && is_active(2, &keys[4]));
    assert_int_equal(device.trust.sequence, 9);
}

static void a_new_root_signs_what_follows(void **state)
{
    (void)state;
    assert_int_equal(revoke(&keys[0], 1, 1), 0);
    assert_int_equal(replace(&keys[0], 2, 0, &keys[3]), 0);
    assert_int_equal(revoke(&keys[0], 3, 2), FLOTA_ERR_STATEMENT_BAD);
    assert_int_equal(replace(&keys[3], 3, 0, &keys[4]), 0);
    assert_int_equal(revoke(&keys[3], 4, 2), FLOTA_ERR_STATEMENT_BAD);
    assert_int_equal(revoke(&keys[4], 4, 2), 0);
    assert_int_equal(reboot(), 4); /* the first one by its own root */
    assert_true(is_active(0, &keys[4]) && is_revoked(1) && is_revoked(2));
    assert_int_equal(device.trust.sequence, 4);
    assert_int_equal(revoke(&keys[0], 5, 3), FLOTA_ERR_STATEMENT_BAD);
}

/* What the first root said does not count for a firmware that no longer has it. */
static void a_firmware_with_the_new_root_built_in_goes_on(void **state)
{
    (void)state;
    assert_int_equal(revoke(&keys[0], 1, 1), 0);
    assert_int_equal(replace(&keys[0], 2, 0, &keys[3]), 0);
    assert_int_equal(revoke(&keys[3], 3, 2), 0);
    assert_int_equal(reboot_with(&keys[3]), 1);
    assert_true(is_active(0, &keys[3]) && is_active(1, &keys[1]) && is_revoked(2));
    assert_int_equal(replace(&keys[3], 4, 1, &keys[4]), 0);
    assert_int_equal(reboot_with(&keys[0]), 3);
    assert_true(is_active(0, &keys[3]) && is_active(1, &keys[4]) && is_revoked(2));
}

/* An older statement must not be hidden by a newer one that does not hold. */
static void what_does_not_hold_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(revoke(&keys[0], 1, 1), 0);
    start_trust(&keys[5]); /* another firmware ran for a while, and had another root */
    assert_int_equal(replace(&keys[5], 7, 1, &keys[3]), 0);
    assert_int_equal(reboot_with(&keys[5]), 1);
    assert_true(is_active(1, &keys[3]));
    assert_int_equal(reboot(), 1);
    assert_true(is_revoked(1));
    assert_int_equal(device.trust.sequence, 1);
}

/* --- what is refused --- */

static void assert_bad(const char *what, const struct flota_statement *statement, size_t size)
{
    uint32_t before = device.model.operation_count;
    uint8_t *exact = malloc(size + 1);
    if (!exact)
        abort();
    memcpy(exact + 1, statement, size < sizeof *statement ? size : sizeof *statement);
    int result = flota_trust_accept(&device.trust, &device.model.flash, exact + 1, size);
    free(exact);
    if (result != FLOTA_ERR_STATEMENT_BAD)
        fail_msg("%s: %d", what, result);
    assert_int_equal(device.model.operation_count, before);
    assert_true(is_active(0, &keys[0]) && is_active(1, &keys[1]) && is_active(2, &keys[2]));
    assert_int_equal(device.trust.sequence, 0);
}

#define ASSERT_BAD(what, change)                                                                   \
    do {                                                                                           \
        struct flota_statement s = make(&keys[0], 5, 1, &keys[3]);                                 \
        change;                                                                                    \
        key_sign_statement(&keys[0], &s);                                                          \
        assert_bad(what, &s, sizeof s);                                                            \
    } while (0)

static void malformed_statements_are_refused_although_signed(void **state)
{
    (void)state;
    ASSERT_BAD("magic", s.magic ^= 1);
    ASSERT_BAD("format", s.format = 2);
    ASSERT_BAD("action 0", s.action = 0);
    ASSERT_BAD("action 3", s.action = 3);
    ASSERT_BAD("slot", s.slot = 4);
    ASSERT_BAD("sequence 0", s.sequence = 0);
    ASSERT_BAD("zero", s.zero = 1);
    ASSERT_BAD("another product", s.product[0] = 'T');
    ASSERT_BAD("a longer product", s.product[10] = 's');
    ASSERT_BAD("a product with a tail", s.product[31] = 'x');
    ASSERT_BAD("no product", memset(s.product, 0, 32));
    ASSERT_BAD("a product without end", memset(s.product, 'x', 32));
    ASSERT_BAD("revoking slot 0", (s.action = 1, s.slot = 0, memset(s.point, 0, 64)));
    ASSERT_BAD("revoking with a point", s.action = 1);
    ASSERT_BAD("a point off the curve", s.point[63] ^= 1);
    ASSERT_BAD("no point", memset(s.point, 0, 64));
    ASSERT_BAD("a root off the curve", (s.slot = 0, s.point[0] ^= 1));
}

static void a_statement_must_be_signed_by_the_root(void **state)
{
    struct flota_statement statement = make(&keys[1], 5, 1, &keys[3]);
    (void)state;
    assert_bad("another key of the device", &statement, sizeof statement);
    statement = make(&keys[3], 5, 0, &keys[3]);
    assert_bad("the new root itself", &statement, sizeof statement);
    statement = make(&keys[0], 5, 1, &keys[3]);
    memset(statement.signature, 0, sizeof statement.signature);
    assert_bad("no signature", &statement, sizeof statement);
    statement = make(&keys[0], 5, 1, &keys[3]);
    assert_bad("too short", &statement, sizeof statement - 1);
    assert_bad("too long", &statement, sizeof statement + 1);
    assert_bad("nothing", &statement, 0);
}

static void a_changed_bit_anywhere_is_refused(void **state)
{
    struct flota_statement statement = make(&keys[0], 5, 1, &keys[3]);
    uint8_t *bytes = (uint8_t *)&statement;
    (void)state;
    for (size_t i = 0; i < sizeof statement; i++) {
        bytes[i] ^= (uint8_t)(1u << i % 8);
        assert_bad("a changed bit", &statement, sizeof statement);
        bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    assert_int_equal(accept(&statement), 0);
}

static void an_older_statement_is_refused(void **state)
{
    (void)state;
    assert_int_equal(revoke(&keys[0], 5, 1), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(replace(&keys[0], 4, 1, &keys[1]), FLOTA_ERR_STATEMENT_OLD);
        assert_int_equal(replace(&keys[0], 5, 1, &keys[1]), FLOTA_ERR_STATEMENT_OLD);
        assert_true(is_revoked(1));
        assert_int_equal(reboot(), 1);
    }
}

/* No root, no statement. A product that does not fit is a mistake that must not match others. */
static void a_device_without_a_root_takes_none(void **state)
{
    struct flota_trust_config config = {FLOTA_SIGNATURES_OPTIONAL, {NULL, keys[1].text}, product};
    (void)state;
    assert_int_equal(revoke(&keys[0], 1, 1), 0);
    assert_int_equal(flota_trust_init(&device.trust, &config), 0);
    assert_int_equal(flota_trust_load(&device.trust, &device.model.flash), 0);
    assert_int_equal(revoke(&keys[0], 2, 1), FLOTA_ERR_STATEMENT_BAD);
    config.keys[0] = keys[0].text;
    config.product = "thermostat-with-a-name-that-does-not-fit";
    assert_int_equal(flota_trust_init(&device.trust, &config), 0);
    assert_int_equal(flota_trust_load(&device.trust, &device.model.flash), 0);
    assert_int_equal(revoke(&keys[0], 2, 1), FLOTA_ERR_STATEMENT_BAD);
}

static void the_same_statement_again_is_written_a_second_time_only(void **state)
{
    struct flota_statement statement = make(&keys[0], 5, 1, NULL);
    (void)state;
    assert_int_equal(accept(&statement), 0);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), PIECES);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(accept(&statement), 0);
        assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), 2 * PIECES);
        assert_int_equal(reboot(), 1);
    }
    flash_model_spoil(&device.model, FLOTA_SLOT_ACTIVE, 2 * 4096 + 3 * 32);
    assert_int_equal(reboot(), 1);
    assert_true(is_revoked(1));
}

/* --- the journal --- */

/* SPEC's bytes. */
static void a_statement_is_18_records(void **state)
{
    struct flota_statement statement = make(&keys[0], 0x01020304, 1, &keys[3]);
    (void)state;
    assert_int_equal(accept(&statement), 0);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), PIECES);
    for (uint32_t i = 0; i < PIECES; i++) {
        uint8_t bytes[28] = {'F', 'L', 1, 11, 4, 3, 2, 1, 'f', 'l', 'o', 't', 'a', 'k', 'e', 'y'};
        uint32_t size = i < 17 ? 10 : 6;
        bytes[16] = (uint8_t)i;
        bytes[17] = 18;
        memcpy(bytes + 18, (const uint8_t *)&statement + 10 * i, size);
        assert_memory_equal(raw(i), bytes, sizeof bytes);
    }
}

static void a_full_journal_changes_nothing(void **state)
{
    (void)state;
    uint32_t sequence = 0;
    while (words_used(FLOTA_SLOT_ACTIVE) + PIECES + 32 <= 128)
        assert_int_equal(replace(&keys[0], ++sequence, 1, &keys[3]), 0);
    assert_int_equal(sequence, 5);
    uint32_t before = device.model.operation_count;
    assert_int_equal(revoke(&keys[0], 6, 1), FLOTA_ERR_JOURNAL);
    assert_int_equal(device.model.operation_count, before);
    assert_true(is_active(1, &keys[3]));
    assert_int_equal(device.trust.sequence, 5);
}

static void a_word_that_does_not_take_its_record_is_passed_over(void **state)
{
    static const enum flash_model_fault faults[] = {FLASH_MODEL_START_FAILS,
                                                    FLASH_MODEL_ENDS_FAILED, FLASH_MODEL_SILENT};
    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t n = 1; n <= PIECES; n++) {
            flash_model_free(&device.model);
            begin_with(&geometry);
            device.model.fault = faults[i];
            device.model.fail_at = device.model.operation_count + n;
            assert_int_equal(revoke(&keys[0], 1, 1), 0);
            assert_int_equal(reboot(), 1);
            assert_true(is_revoked(1));
        }
}

static void a_flash_that_hangs_changes_nothing(void **state)
{
    (void)state;
    device.model.fault = FLASH_MODEL_TIMES_OUT;
    device.model.fail_at = device.model.operation_count + 7;
    assert_int_equal(revoke(&keys[0], 1, 1), FLOTA_ERR_JOURNAL);
    assert_true(is_active(1, &keys[1]));
    assert_int_equal(device.trust.sequence, 0);
    assert_int_equal(reboot(), 0);
    assert_int_equal(revoke(&keys[0], 1, 1), 0);
    assert_int_equal(reboot(), 1);
}

static void a_lost_record_makes_the_statement_as_if_it_never_was(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < PIECES; i++) {
        flash_model_free(&device.model);
        begin_with(&geometry);
        assert_int_equal(revoke(&keys[0], 1, 1), 0);
        assert_int_equal(revoke(&keys[0], 2, 2), 0);
        flash_model_spoil(&device.model, FLOTA_SLOT_ACTIVE, 2 * 4096 + i * 32);
        assert_int_equal(reboot(), 1);
        assert_true(is_active(1, &keys[1]) && is_revoked(2));
    }
}

/* --- journals that flota_trust_accept() did not write --- */

static void append_piece(const struct flota_statement *statement, uint32_t i, uint32_t generation)
{
    uint8_t bytes[180] = {0};
    struct flota_record piece = flota_journal_record(FLOTA_RECORD_STATEMENT, generation,
                                                     (const uint8_t *)FLOTA_TAG_STATEMENT);
    memcpy(bytes, statement, sizeof *statement);
    piece.arguments.bytes[0] = (uint8_t)i;
    piece.arguments.bytes[1] = PIECES;
    memcpy(piece.arguments.bytes + 2, bytes + 10 * i, 10);
    assert_int_equal(flota_journal_append(&device.model.flash, FLOTA_SLOT_ACTIVE, &piece, 0), 0);
}

static void append_others(uint32_t count)
{
    struct flota_record other = flota_journal_record(FLOTA_RECORD_SEEN, 3, NULL);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(flota_journal_append(&device.model.flash, FLOTA_SLOT_ACTIVE, &other, 0),
                         0);
}

static void append_statement(const struct test_key *root, uint32_t sequence, uint32_t slot,
                             const struct test_key *fresh)
{
    struct flota_statement statement = make(root, sequence, slot, fresh);
    for (uint32_t i = 0; i < PIECES; i++)
        append_piece(&statement, i, sequence);
}

static void repeated_pieces_and_records_between_them_do_not_matter(void **state)
{
    struct flota_statement statement = make(&keys[0], 3, 1, NULL);
    (void)state;
    for (uint32_t i = 0; i < PIECES; i++) {
        append_piece(&statement, i, 3);
        append_others(1);
        append_piece(&statement, i, 3);
    }
    assert_int_equal(reboot(), 1);
    assert_true(is_revoked(1));
}

static void pieces_far_apart_are_no_statement(void **state)
{
    struct flota_statement statement = make(&keys[0], 3, 1, NULL);
    (void)state;
    for (uint32_t i = 0; i < PIECES; i++) {
        append_piece(&statement, i, 3);
        append_others(i == 8 ? 40 : 0);
    }
    assert_int_equal(reboot(), 0);
}

static void pieces_of_other_generations_are_no_statement(void **state)
{
    struct flota_statement statement = make(&keys[0], 3, 1, NULL);
    (void)state;
    for (uint32_t i = 0; i < PIECES; i++)
        append_piece(&statement, i, i == 9 ? 4 : 3);
    assert_int_equal(reboot(), 0);
    for (uint32_t i = 0; i < PIECES; i++)
        append_piece(&statement, i, 4);
    assert_int_equal(reboot(), 0);
}

/* A root that nobody made root signs nothing, though its statements stand in the journal. */
static void a_forged_root_in_the_journal_signs_nothing(void **state)
{
    (void)state;
    append_statement(&keys[4], 3, 0, &keys[4]);
    append_statement(&keys[4], 4, 1, NULL);
    append_statement(&keys[4], 5, 0, &keys[5]);
    assert_int_equal(reboot(), 0);
    assert_true(is_active(0, &keys[0]) && is_active(1, &keys[1]));
    assert_int_equal(device.trust.sequence, 0);
}

static void a_device_keeps_16_statements(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    begin_with(&large);
    for (uint32_t i = 1; i <= FLOTA_STATEMENTS_MAX; i++)
        assert_int_equal(replace(&keys[0], i, 1 + i % 3, &keys[3 + i % 3]), 0);
    assert_int_equal(revoke(&keys[0], FLOTA_STATEMENTS_MAX + 1, 1), FLOTA_ERR_JOURNAL);
    assert_int_equal(reboot(), 3);
    assert_true(is_active(1, &keys[3]) && is_active(2, &keys[4]) && is_active(3, &keys[5]));
    assert_int_equal(device.trust.sequence, FLOTA_STATEMENTS_MAX);
}

/* Should there be more, the newest count. A device that forgot its trust keeps on writing. */
static void of_too_many_statements_the_newest_count(void **state)
{
    (void)state;
    flash_model_free(&device.model);
    begin_with(&large);
    assert_int_equal(revoke(&keys[0], 1, 2), 0);
    for (uint32_t i = 2; i <= FLOTA_STATEMENTS_MAX; i++)
        assert_int_equal(replace(&keys[0], i, 1, &keys[3]), 0);
    assert_int_equal(reboot(), 2);
    assert_true(is_active(1, &keys[3]) && is_revoked(2));
    append_statement(&keys[0], FLOTA_STATEMENTS_MAX + 1, 1, &keys[4]);
    assert_int_equal(reboot(), 1);
    assert_true(is_active(1, &keys[4]) && is_active(2, &keys[2]));
    append_statement(&keys[0], 1, 3, &keys[5]); /* lower than all: not listed */
    assert_int_equal(reboot(), 1);
    assert_int_equal(device.trust.keys[3].state, FLOTA_KEY_EMPTY);
}

/* --- both journals --- */

static void statements_of_either_journal_count(void **state)
{
    (void)state;
    assert_int_equal(replace(&keys[0], 1, 0, &keys[3]), 0);
    swap_banks();
    assert_int_equal(reboot(), 1);
    assert_int_equal(revoke(&keys[3], 2, 1), 0);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), PIECES);
    assert_int_equal(words_used(FLOTA_SLOT_SPARE), PIECES);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(reboot(), 2);
        assert_true(is_active(0, &keys[3]) && is_revoked(1));
        swap_banks();
    }
}

static void saving_keeps_what_only_the_spare_journal_has(void **state)
{
    const struct flota_flash *flash = &device.model.flash;
    (void)state;
    assert_int_equal(replace(&keys[0], 1, 0, &keys[3]), 0);
    assert_int_equal(revoke(&keys[3], 2, 1), 0);
    swap_banks();
    assert_int_equal(flota_trust_save(flash), 0);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), 4 * PIECES);
    assert_int_equal(flota_trust_save(flash), 0);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), 4 * PIECES);
    erase_spare_journal();
    assert_int_equal(reboot(), 2);
    assert_true(is_active(0, &keys[3]) && is_revoked(1));
    assert_int_equal(flota_trust_save(flash), 0);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), 4 * PIECES);
}

/* A cut while it was saved may have left its last record like that. */
static void a_saved_statement_outlasts_the_record_that_fades(void **state)
{
    const struct flota_flash *flash = &device.model.flash;
    const uint32_t last = 2 * device.model.geometry.sector_size + (PIECES - 1) * 32;
    (void)state;
    assert_int_equal(revoke(&keys[0], 1, 1), 0);
    swap_banks();
    assert_int_equal(revoke(&keys[0], 1, 1), 0); /* one copy in each journal */
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), PIECES);
    assert_int_equal(flota_trust_save(flash), 0);
    erase_spare_journal();
    flash_model_spoil(&device.model, FLOTA_SLOT_ACTIVE, last);
    assert_int_equal(reboot(), 1);
    assert_true(is_revoked(1));
}

static void without_room_for_it_there_is_no_second_copy(void **state)
{
    const struct flota_flash *flash = &device.model.flash;
    struct flota_record record = flota_journal_record(FLOTA_RECORD_SEEN, 1, NULL);
    (void)state;
    assert_int_equal(revoke(&keys[0], 1, 1), 0);
    swap_banks();
    while (flota_journal_append(flash, FLOTA_SLOT_ACTIVE, &record, PIECES + 32) == 0)
        ;
    assert_int_equal(flota_trust_save(flash), 0);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), 128 - 32);
    erase_spare_journal();
    assert_int_equal(reboot(), 1);
}

static void saving_into_a_full_journal_says_so(void **state)
{
    const struct flota_flash *flash = &device.model.flash;
    struct flota_record record = flota_journal_record(FLOTA_RECORD_SEEN, 1, NULL);
    (void)state;
    assert_int_equal(revoke(&keys[0], 2, 1), 0);
    swap_banks();
    while (flota_journal_append(flash, FLOTA_SLOT_ACTIVE, &record, 23) == 0)
        ;
    assert_int_equal(flota_trust_save(flash), FLOTA_ERR_JOURNAL);
    assert_int_equal(words_used(FLOTA_SLOT_ACTIVE), 128 - 23);
    assert_int_equal(reboot(), 1);
}

/* --- power cuts --- */

static const enum flash_model_cut cuts[] = {FLASH_MODEL_CUT_BEFORE, FLASH_MODEL_CUT_TORN,
                                            FLASH_MODEL_CUT_AFTER};

/* Returns whether the power was cut. */
static bool cut_at(uint32_t operation, enum flash_model_cut cut, uint32_t seed, int (*act)(void))
{
    device.model.random = seed;
    device.model.cut = cut;
    device.model.cut_at = device.model.operation_count + operation;
    bool was_cut = setjmp(device.model.power_cut) != 0;
    if (!was_cut)
        assert_int_equal(act(), 0);
    device.model.cut_at = 0;
    flash_model_power_up(&device.model);
    return was_cut;
}

static struct flota_statement cut_statement; /* made once: signing takes its time */

static int act_accept(void)
{
    return accept(&cut_statement);
}

/* Old or new; sent again it is new, and remains so although the first copy's words may fade. */
static void judge_accept(uint32_t operation, enum flash_model_cut cut)
{
    bool may_be_new = operation == PIECES && cut != FLASH_MODEL_CUT_BEFORE;
    bool must_be_new = operation == PIECES && cut == FLASH_MODEL_CUT_AFTER;
    reboot();
    assert_true(is_revoked(2));
    assert_true(is_active(1, &keys[1]) ? !must_be_new : is_active(1, &keys[3]) && may_be_new);
    assert_int_equal(act_accept(), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(reboot(), 2);
        assert_true(is_active(1, &keys[3]) && is_revoked(2));
    }
}

static void a_cut_leaves_the_old_keys_or_the_new_ones(void **state)
{
    struct flota_statement before = make(&keys[0], 1, 2, NULL);
    (void)state;
    cut_statement = make(&keys[0], 2, 1, &keys[3]);
    for (uint32_t operation = 1; operation <= PIECES; operation++)
        for (uint32_t i = 0; i < 3; i++)
            for (uint32_t seed = 1; seed <= (operation == PIECES ? 30u : 2u); seed++) {
                flash_model_free(&device.model);
                begin_with(&geometry);
                assert_int_equal(accept(&before), 0);
                assert_true(cut_at(operation, cuts[i], seed, act_accept));
                judge_accept(operation, cuts[i]);
            }
}

static int act_save(void)
{
    return flota_trust_save(&device.model.flash);
}

static void a_cut_while_saving_loses_nothing(void **state)
{
    struct flota_statement first = make(&keys[0], 1, 1, NULL), second = make(&keys[0], 2, 2, NULL);
    (void)state;
    for (uint32_t operation = 1; operation <= 4 * PIECES; operation++)
        for (uint32_t i = 0; i < 3; i++) {
            flash_model_free(&device.model);
            begin_with(&geometry);
            assert_int_equal(accept(&first), 0);
            assert_int_equal(accept(&second), 0);
            swap_banks();
            assert_true(cut_at(operation, cuts[i], operation, act_save));
            assert_int_equal(reboot(), 2);
            assert_int_equal(act_save(), 0);
            assert_int_equal(reboot(), 2);
            assert_true(is_revoked(1) && is_revoked(2));
        }
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(a_revoked_key_stays_revoked),
        CASE(a_replaced_key_gives_way),
        CASE(an_empty_slot_takes_a_key),
        CASE(the_newest_statement_about_a_slot_counts),
        CASE(a_new_root_signs_what_follows),
        CASE(a_firmware_with_the_new_root_built_in_goes_on),
        CASE(what_does_not_hold_is_passed_over),
        CASE(malformed_statements_are_refused_although_signed),
        CASE(a_statement_must_be_signed_by_the_root),
        CASE(a_changed_bit_anywhere_is_refused),
        CASE(an_older_statement_is_refused),
        CASE(a_device_without_a_root_takes_none),
        CASE(the_same_statement_again_is_written_a_second_time_only),
        CASE(a_statement_is_18_records),
        CASE(a_full_journal_changes_nothing),
        CASE(a_word_that_does_not_take_its_record_is_passed_over),
        CASE(a_flash_that_hangs_changes_nothing),
        CASE(a_lost_record_makes_the_statement_as_if_it_never_was),
        CASE(repeated_pieces_and_records_between_them_do_not_matter),
        CASE(pieces_far_apart_are_no_statement),
        CASE(pieces_of_other_generations_are_no_statement),
        CASE(a_forged_root_in_the_journal_signs_nothing),
        CASE(a_device_keeps_16_statements),
        CASE(of_too_many_statements_the_newest_count),
        CASE(statements_of_either_journal_count),
        CASE(saving_keeps_what_only_the_spare_journal_has),
        CASE(a_saved_statement_outlasts_the_record_that_fades),
        CASE(without_room_for_it_there_is_no_second_copy),
        CASE(saving_into_a_full_journal_says_so),
        CASE(a_cut_leaves_the_old_keys_or_the_new_ones),
        CASE(a_cut_while_saving_loses_nothing),
    };
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
