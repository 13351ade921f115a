/* test_update_again.c - an image that stands staged, and whose swap was cut, is activated again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORDS_MAX 64u
#define JOURNAL     (7u * 1024u) /* offset in a slot of flash_model_small */
#define RECORD_SIZE ((uint32_t)sizeof(struct flota_record))
#define DEADLINE_MS 77000u

static int again(struct update_driver *d)
{
    return flota_updater_activate_again(&d->model.target);
}

/* Cut the power at the swap, which is the third operation behind STAGED and SWAPTRY; 1.0.0 boots.
 */
static bool activate_until_cut(struct update_driver *d, int (*activate)(struct update_driver *d))
{
    d->model.cut = FLASH_MODEL_CUT_BEFORE;
    d->model.cut_at = d->model.operation_count + 3;
    if (setjmp(d->model.power_cut) == 0) {
        activate(d);
        return false;
    }
    return update_driver_boot(d, true).reason == FLOTA_REASON_CONFIRMED;
}

static int activate(struct update_driver *d)
{
    return flota_updater_activate(&d->updater);
}

/* 1.0.0 runs, confirmed; 2.0.0 stands staged in the other bank and never started. */
static int set_up(void **state)
{
    struct update_driver *d = malloc(sizeof *d);
    if (!d)
        return -1;
    update_driver_init(d, &flash_model_small);
    d->request.deadline_ms = DEADLINE_MS;
    bool ready = update_driver_run(d, 700) == 0 && activate_until_cut(d, activate);
    *state = d;
    return ready ? 0 : -1;
}

static int tear_down(void **state)
{
    update_driver_free(*state);
    free(*state);
    return 0;
}

/* There is nothing to activate: no word is written, no option byte touched. */
static void assert_nothing_done(struct update_driver *d)
{
    uint32_t operations = d->model.operation_count;
    assert_int_equal(again(d), 0);
    assert_int_equal(d->model.operation_count, operations);
}

static void assert_refused(struct update_driver *d, int error)
{
    uint32_t swaps = d->model.swap_count;
    assert_int_equal(again(d), error);
    assert_int_equal(d->model.swap_count, swaps);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "1.0.0");
}

static uint32_t staged(const struct update_driver *d, struct flota_record *records)
{
    return update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED, records, RECORDS_MAX);
}

static void a_staged_image_whose_swap_was_cut_is_activated_again(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    struct flota_boot boot;
    assert_int_equal(staged(d, r), 1);
    assert_int_equal(again(d), 1);
    assert_int_equal(d->model.swap_count, 1);
    assert_int_equal(staged(d, r), 2);
    assert_memory_equal(&r[0], &r[1], RECORD_SIZE); /* the same order */
    assert_int_equal(
        update_driver_records_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SWAPTRY, r, RECORDS_MAX), 2);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_string_equal(d->model.running.version, "2.0.0");
    flota_boot_read(&d->model.flash, &boot);
    assert_int_equal(boot.own.deadline_ms, DEADLINE_MS);
}

static void it_is_tried_three_times_in_all(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    assert_true(activate_until_cut(d, again));
    assert_true(activate_until_cut(d, again));
    uint32_t operations = d->model.operation_count;
    assert_refused(d, FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(d->model.operation_count, operations);
    assert_int_equal(staged(d, r), 3);
}

static void a_damaged_image_is_not_activated_again(void **state)
{
    struct update_driver *d = *state;
    static const uint32_t offsets[] = {0, 0x600, 4999};
    for (int i = 0; i < 3; i++) {
        d->model.bytes[1 - d->model.active][offsets[i]] ^= 4;
        assert_nothing_done(d);
        d->model.bytes[1 - d->model.active][offsets[i]] ^= 4;
    }
    flash_model_spoil(&d->model, FLOTA_SLOT_SPARE, 4096);
    assert_nothing_done(d);
}

static void a_board_that_allows_no_update_activates_nothing(void **state)
{
    struct update_driver *d = *state;
    d->model.update_allowed_result = FLOTA_ERR_OPTION_BYTES;
    assert_nothing_done(d);
    d->model.update_allowed_result = 0;
    assert_int_equal(again(d), 1);
}

/* --- what the journals cannot take --- */

static int program_fails(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)port, (void)slot, (void)offset, (void)word;
    return FLOTA_ERR_FLASH_PROGRAM;
}

static void without_its_records_nothing_is_swapped(void **state)
{
    struct update_driver *d = *state;
    d->model.flash.program_start = program_fails;
    assert_refused(d, FLOTA_ERR_FLASH_PROGRAM);
}

/* A positive result would have the application restart, and come here again, for ever. */
static void a_full_journal_is_an_error_and_no_restart(void **state)
{
    struct update_driver *d = *state;
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, FLOTA_JOURNAL_KEEP_ROLLBACK);
    assert_refused(d, FLOTA_ERR_JOURNAL);
}

/* Nothing would count the tries. */
static void without_room_to_count_the_tries_there_are_none(void **state)
{
    struct update_driver *d = *state;
    update_driver_fill_journal(d, FLOTA_SLOT_ACTIVE, FLOTA_JOURNAL_KEEP_ADVISORY);
    assert_nothing_done(d);
}

static void the_port_s_error_is_the_result(void **state)
{
    struct update_driver *d = *state;
    d->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    assert_refused(d, FLOTA_ERR_OPTION_BYTES);
}

/* --- what does not wait --- */

/* Of three CONFIRMED two fade: what is there may be gone at the next start. */
static void spoil_confirmed(struct update_driver *d)
{
    const uint8_t *bytes = flash_model_bytes(&d->model, FLOTA_SLOT_ACTIVE);
    int spoiled = 0;
    for (uint32_t at = JOURNAL; at < flash_model_slot_size(&d->model) && spoiled < 2;
         at += RECORD_SIZE)
        if (bytes[at + offsetof(struct flota_record, kind)] == FLOTA_RECORD_CONFIRMED) {
            flash_model_spoil(&d->model, FLOTA_SLOT_ACTIVE, at);
            spoiled++;
        }
    assert_int_equal(spoiled, 2);
}

static void the_running_image_is_kept_first(void **state)
{
    struct update_driver *d = *state;
    spoil_confirmed(d);
    assert_nothing_done(d);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    assert_int_equal(again(d), 1);
}

static void an_image_that_has_started_does_not_wait(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(again(d), 1);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_nothing_done(d);                          /* it runs */
    d->model.next_active = 1 - d->model.next_active; /* by a programmer's hand */
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "1.0.0");
    assert_nothing_done(d);
}

/* A dead word behind STAGED may have been its ATTEMPT. */
static void an_image_that_may_have_started_does_not_wait(void **state)
{
    struct update_driver *d = *state;
    uint32_t end = flota_journal_end(&d->model.flash, FLOTA_SLOT_SPARE);
    flash_model_spoil(&d->model, FLOTA_SLOT_SPARE, JOURNAL + end * RECORD_SIZE);
    assert_nothing_done(d);
}

static void an_image_that_was_rolled_back_or_confirmed_does_not_wait(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(again(d), 1);
    update_driver_boot(d, true);
    assert_int_equal(flota_boot_fail(&d->model.flash, FLOTA_REASON_DEADLINE, 1), 0);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "1.0.0");
    assert_nothing_done(d);
    d->request.consents.again = true;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(activate(d), 0);
    update_driver_boot(d, true);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    assert_nothing_done(d); /* 1.0.0, confirmed, in the other bank */
}

static void an_empty_or_unfinished_bank_does_not_wait(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, 4000, 700), 0);
    assert_int_equal(update_driver_settle(d), 0);
    update_driver_boot(d, true);
    assert_nothing_done(d);
    update_driver_free(d);
    update_driver_init(d, &flash_model_small);
    assert_nothing_done(d);
}

/* A STAGED that this code did not write. */
static void append_staged(struct update_driver *d, const struct flota_record *like)
{
    struct flota_record record = *like;
    assert_int_equal(flota_journal_append(&d->model.flash, FLOTA_SLOT_SPARE, &record, 0), 0);
}

static void an_order_that_says_not_enough_is_none(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    assert_int_equal(staged(d, r), 1);
    r[1] = r[2] = r[3] = r[0];
    r[1].arguments.staged.words = 0;
    r[1].arguments.staged.crc = 0; /* that of no words */
    r[2].arguments.staged.fallback_words = 0;
    r[3].tag[0] ^= 1; /* of another image than the one that lies there */
    for (int i = 1; i < 4; i++) {
        append_staged(d, &r[i]);
        assert_nothing_done(d);
    }
    append_staged(d, &r[0]);
    assert_int_equal(again(d), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_staged_image_whose_swap_was_cut_is_activated_again),
        TEST(it_is_tried_three_times_in_all),
        TEST(a_damaged_image_is_not_activated_again),
        TEST(a_board_that_allows_no_update_activates_nothing),
        TEST(without_its_records_nothing_is_swapped),
        TEST(a_full_journal_is_an_error_and_no_restart),
        TEST(without_room_to_count_the_tries_there_are_none),
        TEST(the_port_s_error_is_the_result),
        TEST(the_running_image_is_kept_first),
        TEST(an_image_that_has_started_does_not_wait),
        TEST(an_image_that_may_have_started_does_not_wait),
        TEST(an_image_that_was_rolled_back_or_confirmed_does_not_wait),
        TEST(an_empty_or_unfinished_bank_does_not_wait),
        TEST(an_order_that_says_not_enough_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
