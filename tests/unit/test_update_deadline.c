/* test_update_deadline.c - the time to confirm in, said behind the file, and cuts around it.
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

#define FIRST_MS    60000u
#define LATE_MS     77000u
#define RECORDS_MAX 64u

static int set_up(void **state)
{
    struct update_driver *d = malloc(sizeof *d);
    if (!d)
        return -1;
    update_driver_init(d, &flash_model_small);
    d->request.deadline_ms = FIRST_MS;
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    update_driver_free(*state);
    free(*state);
    return 0;
}

/* All of the file, then the wish, then what flash still needs. */
static int update_with_late_wish(struct update_driver *d)
{
    int error = update_driver_begin(d);
    if (error == 0)
        error = update_driver_deliver(d, d->image, d->recipe.size, 700);
    if (error != 0)
        return error;
    flota_updater_set_deadline(&d->updater, LATE_MS);
    return update_driver_finish(d);
}

static uint32_t begins(struct update_driver *d, struct flota_record *records)
{
    return update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, records, RECORDS_MAX);
}

/* Of the image that runs, as its journal says it. */
static uint32_t running_deadline_ms(struct update_driver *d)
{
    struct flota_boot boot;
    flota_boot_read(&d->model.flash, &boot);
    return boot.own.deadline_ms;
}

static void what_is_said_behind_the_file_is_the_trial_s(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_with_late_wish(d), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    update_driver_boot(d, false);
    assert_string_equal(d->model.running.version, "2.0.0");
    assert_int_equal(running_deadline_ms(d), LATE_MS);
}

static void it_costs_one_begin_of_a_later_generation(void **state)
{
    struct update_driver *d = *state;
    struct flota_record records[RECORDS_MAX];
    assert_int_equal(update_with_late_wish(d), 0);
    assert_int_equal(begins(d, records), 2);
    assert_int_equal(records[0].arguments.begin.deadline_ms, FIRST_MS);
    assert_int_equal(records[1].arguments.begin.deadline_ms, LATE_MS);
    assert_true(records[1].generation > records[0].generation);
    assert_memory_equal(records[0].tag, records[1].tag, sizeof records[0].tag);
    assert_int_equal(flota_updater_finish(&d->updater), 0); /* asked again: no third */
    assert_int_equal(begins(d, records), 2);
}

static void the_same_wish_and_one_before_begin_cost_nothing(void **state)
{
    struct update_driver *d = *state;
    struct flota_record records[RECORDS_MAX];
    assert_int_equal(update_driver_begin(d), 0);
    flota_updater_set_deadline(&d->updater, LATE_MS);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
    flota_updater_set_deadline(&d->updater, LATE_MS);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(begins(d, records), 1);
    assert_int_equal(records[0].arguments.begin.deadline_ms, LATE_MS);
}

/* The first BEGIN takes the last word that it may. */
static void without_room_it_is_an_error_and_the_next_update_makes_room(void **state)
{
    struct update_driver *d = *state;
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, FLOTA_JOURNAL_KEEP_TRIAL + 1);
    assert_int_equal(update_with_late_wish(d), FLOTA_ERR_JOURNAL);
    assert_int_equal(d->updater.status.phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(update_with_late_wish(d), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    update_driver_boot(d, false);
    assert_int_equal(running_deadline_ms(d), LATE_MS);
}

static int refuse(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)port, (void)slot, (void)offset, (void)word;
    return FLOTA_ERR_FLASH_PROGRAM;
}

/* Nothing is staged: the firmware that runs goes on. */
static void without_flash_that_takes_it_it_is_that_error(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
    assert_int_equal(update_driver_finish(d), 0);
    flota_updater_set_deadline(&d->updater, LATE_MS);
    d->model.flash.program_start = refuse;
    assert_int_equal(flota_updater_finish(&d->updater), FLOTA_ERR_FLASH_PROGRAM);
    assert_int_equal(d->updater.status.phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    update_driver_boot(d, false);
    assert_string_equal(d->model.running.version, "1.0.0");
}

/* Returns the operations of an update that is not cut. */
static uint32_t run_with_cut(struct update_driver *d, uint32_t cut_at, enum flash_model_cut cut)
{
    d->model.cut = cut;
    d->model.cut_at = cut_at;
    if (setjmp(d->model.power_cut) == 0) {
        assert_int_equal(update_with_late_wish(d), 0);
        assert_int_equal(flota_updater_activate(&d->updater), 0);
    }
    d->model.cut_at = 0;
    return d->model.operation_count;
}

/* Old firmware, or the new one with the time that was asked for; never the new one with another. */
static void a_cut_at_any_operation_leaves_old_firmware_or_new_with_its_time(void **state)
{
    bool done = false;
    uint32_t new_count = 0, old_count = 0;
    for (uint32_t at = 1; !done; at++)
        for (int cut = FLASH_MODEL_CUT_BEFORE; cut <= FLASH_MODEL_CUT_AFTER; cut++) {
            struct update_driver *d = *state;
            d->model.random = at * 3 + (uint32_t)cut;
            done = run_with_cut(d, at, (enum flash_model_cut)cut) < at;
            update_driver_boot(d, true);
            if (strcmp(d->model.running.version, "2.0.0") == 0) {
                assert_int_equal(running_deadline_ms(d), LATE_MS);
                new_count++;
            } else {
                assert_string_equal(d->model.running.version, "1.0.0");
                d->request.deadline_ms = FIRST_MS; /* and it takes the next one */
                assert_int_equal(update_with_late_wish(d), 0);
                old_count++;
            }
            tear_down(state);
            set_up(state);
        }
    assert_true(new_count > 0 && old_count > 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_said_behind_the_file_is_the_trial_s),
        TEST(it_costs_one_begin_of_a_later_generation),
        TEST(the_same_wish_and_one_before_begin_cost_nothing),
        TEST(without_room_it_is_an_error_and_the_next_update_makes_room),
        TEST(without_flash_that_takes_it_it_is_that_error),
        TEST(a_cut_at_any_operation_leaves_old_firmware_or_new_with_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
