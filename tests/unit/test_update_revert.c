/* test_update_revert.c - going back to the image in the other bank.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/trial.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORDS_MAX 64u

/* 2.0.0 runs, confirmed; 1.0.0, which it has replaced, is in the other bank. */
static int set_up(void **state)
{
    struct update_driver *d = malloc(sizeof *d);
    if (!d)
        return -1;
    update_driver_init(d, &flash_model_small);
    bool ready = update_driver_run(d, 700) == 0 && flota_updater_activate(&d->updater) == 0 &&
                 update_driver_boot(d, true).reason == FLOTA_REASON_TRIAL &&
                 flota_boot_confirm(&d->model.flash) == 0;
    memset(&d->updater, 0, sizeof d->updater);
    d->model.swap_count = d->model.event_count = 0;
    d->model.erase_count = d->model.program_count = 0;
    *state = d;
    return ready ? 0 : -1;
}

static int tear_down(void **state)
{
    update_driver_free(*state);
    free(*state);
    return 0;
}

static const struct flota_update_status *status(const struct update_driver *d)
{
    return flota_updater_status(&d->updater);
}

static int start_revert(struct update_driver *d)
{
    return flota_updater_revert(&d->updater, &d->model.target, &d->request);
}

static int revert(struct update_driver *d)
{
    int error = start_revert(d);
    return error == 0 ? update_driver_finish(d) : error;
}

static int revert_and_boot(struct update_driver *d)
{
    int error = revert(d);
    if (error == 0)
        error = flota_updater_activate(&d->updater);
    if (error == 0)
        assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    return error;
}

/* Refused by what stands there: no word is written, and what the updater holds stays. */
static void assert_refused(struct update_driver *d, int error)
{
    uint32_t operations = d->model.operation_count;
    struct flota_update_status before = *status(d);
    assert_int_equal(start_revert(d), error);
    assert_memory_equal(status(d), &before, sizeof before);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(d->model.operation_count, operations);
}

static void the_image_before_runs_again_on_trial(void **state)
{
    struct update_driver *d = *state;
    struct flota_image_info info;
    assert_int_equal(flota_updater_revertible(&d->model.target, &info), 0);
    assert_string_equal(info.version, "1.0.0");
    assert_int_equal(start_revert(d), 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_VERIFYING);
    assert_int_equal(status(d)->total, 7 * 1024);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RESTARTING);
    assert_int_equal(status(d)->verified, 7 * 1024);
    assert_int_equal(d->model.erase_count + d->model.program_count, 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_string_equal(d->model.running.version, "1.0.0");
}

static void its_records_say_that_it_is_a_revert(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    d->request.deadline_ms = 77000;
    assert_int_equal(revert(d), 0);
    uint32_t count =
        update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, r, RECORDS_MAX);
    assert_int_equal(count, 1);
    assert_int_equal(r[0].arguments.begin.trial, FLOTA_TRIAL_REVERT);
    assert_int_equal(r[0].arguments.begin.deadline_ms, 77000);
    assert_int_equal(r[0].arguments.begin.fallback_words, (5000 + 31) / 32);
    count = update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED, r, RECORDS_MAX);
    assert_int_equal(count, 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    count = update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED, r, RECORDS_MAX);
    assert_int_equal(count, 1);
    assert_int_equal(r[0].arguments.staged.words, 7 * 1024 / 32);
}

static void a_revert_that_is_not_confirmed_is_rolled_back(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(revert_and_boot(d), 0);
    assert_int_equal(flota_boot_fail(&d->model.flash, FLOTA_REASON_DEADLINE, 1), 0);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "2.0.0");
    assert_refused(d, FLOTA_ERR_IMAGE_REJECTED); /* it has failed now */
}

static void one_can_go_back_and_forth(void **state)
{
    struct update_driver *d = *state;
    for (int turn = 0; turn < 12; turn++) {
        assert_int_equal(revert_and_boot(d), 0);
        assert_string_equal(d->model.running.version, turn % 2 ? "2.0.0" : "1.0.0");
        assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    }
    assert_int_equal(d->model.erase_count + d->model.program_count, 0);
}

static void an_image_that_failed_is_refused_unless_it_is_forced(void **state)
{
    struct update_driver *d = *state;
    struct flota_image_info info;
    d->recipe.version = "3.0.0";
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    update_driver_boot(d, true);
    assert_int_equal(flota_boot_fail(&d->model.flash, FLOTA_REASON_APPLICATION, 5), 0);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "2.0.0");
    assert_int_equal(flota_updater_revertible(&d->model.target, &info), FLOTA_ERR_IMAGE_REJECTED);
    assert_refused(d, FLOTA_ERR_IMAGE_REJECTED);
    d->request.consents.again = true;
    assert_int_equal(revert_and_boot(d), 0);
    assert_string_equal(d->model.running.version, "3.0.0");
}

/* It was left for what flash did to it: as an upload it may come again, but not as it lies there.
 */
static void a_bank_that_failed_is_not_gone_back_to(void **state)
{
    struct update_driver *d = *state;
    d->recipe.version = "3.0.0";
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    flash_model_power_up(&d->model);
    update_driver_fill_journal(d, FLOTA_SLOT_ACTIVE, 10); /* no room to count: left untried */
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "2.0.0");
    assert_refused(d, FLOTA_ERR_IMAGE_REJECTED);
    assert_int_equal(update_driver_run(d, 700), 0);
}

static void an_empty_or_foreign_or_half_written_bank_is_not_gone_back_to(void **state)
{
    struct update_driver *d = *state;
    struct flota_image_info info;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, 4000, 700), 0);
    assert_int_equal(update_driver_settle(d), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_CANCELLED);
    assert_int_equal(flota_updater_revertible(&d->model.target, &info), FLOTA_ERR_IMAGE_NOT_THERE);
    assert_refused(d, FLOTA_ERR_IMAGE_NOT_THERE);
    update_driver_free(d);
    update_driver_init(d, &flash_model_small);
    assert_refused(d, FLOTA_ERR_IMAGE_NOT_THERE);
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_refused(d, FLOTA_ERR_IMAGE_NOT_THERE);
}

static void an_image_for_another_board_is_not_gone_back_to(void **state)
{
    struct update_driver *d = *state;
    d->model.platform.board = "another";
    assert_refused(d, FLOTA_ERR_IMAGE_OTHER_BOARD);
}

static void a_lower_epoch_is_not_gone_back_to(void **state)
{
    struct update_driver *d = *state;
    d->model.running.security_epoch = 1;
    d->request.consents.downgrade = true;
    assert_refused(d, FLOTA_ERR_IMAGE_EPOCH);
}

/* Found before the first record: the image that runs keeps its way back as it is. */
static void a_damaged_image_is_not_gone_back_to(void **state)
{
    struct update_driver *d = *state;
    static const uint32_t offsets[] = {0x500, 3000, 7 * 1024 - 1};
    for (int i = 0; i < 3; i++) {
        uint32_t operations = d->model.operation_count;
        d->model.bytes[1 - d->model.active][offsets[i]] ^= 4;
        assert_int_equal(revert(d), FLOTA_ERR_FLASH_VERIFY);
        d->model.bytes[1 - d->model.active][offsets[i]] ^= 4;
        assert_true(flota_updater_is_quiet(&d->updater));
        assert_int_equal(d->model.operation_count, operations);
    }
    flash_model_spoil(&d->model, FLOTA_SLOT_SPARE, 4096);
    assert_int_equal(revert(d), FLOTA_ERR_FLASH_READ);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_true(flota_updater_is_quiet(&d->updater));
}

static void on_trial_there_is_no_way_back_but_its_own(void **state)
{
    struct update_driver *d = *state;
    struct flota_trial trial;
    struct flota_trial_config config = {.flash = &d->model.flash, .platform = &d->model.platform};
    assert_int_equal(revert_and_boot(d), 0);
    flota_trial_init(&trial, &config, 0);
    d->model.target.trial = &trial;
    assert_refused(d, FLOTA_ERR_ON_TRIAL);
}

static void a_revert_takes_no_bytes_and_cannot_be_resumed(void **state)
{
    struct update_driver *d = *state;
    struct flota_updater_rest rest;
    uint8_t byte = 0;
    assert_int_equal(start_revert(d), 0);
    assert_int_equal(flota_updater_process(&d->updater, &byte, 1), FLOTA_ERR_NOT_READY);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_false(flota_updater_rest(&d->updater, &rest));
    assert_int_equal(flota_updater_poll(&d->updater), FLOTA_ERR_TRANSFER_LOST);
    assert_true(flota_updater_is_quiet(&d->updater));
    assert_int_equal(revert_and_boot(d), 0);
}

/* An erase that an aborted update left: the bank cannot be read. */
static void a_revert_waits_for_no_running_operation(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(flota_updater_process(&d->updater, d->image, 4096), 4096);
    while (d->model.operation != FLASH_MODEL_ERASE)
        assert_true(flota_updater_poll(&d->updater) > 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_CANCELLED);
    assert_false(flota_updater_is_quiet(&d->updater));
    assert_int_equal(start_revert(d), FLOTA_ERR_UPDATE_BUSY);
    for (uint32_t i = 0; i <= d->model.geometry.erase_polls; i++)
        flota_updater_poll(&d->updater);
    assert_true(flota_updater_is_quiet(&d->updater));
    assert_int_equal(start_revert(d), FLOTA_ERR_IMAGE_NOT_THERE);
}

/* Before the swap the running image stays; after it the other one is on trial. */
static void a_revert_may_be_cut_anywhere(void **state)
{
    uint32_t cases = 0;
    for (uint32_t how = FLASH_MODEL_CUT_BEFORE; how <= FLASH_MODEL_CUT_AFTER; how++)
        for (uint32_t operation = 1; operation <= 5; operation++) {
            tear_down(state);
            assert_int_equal(set_up(state), 0);
            struct update_driver *d = *state;
            d->model.random = operation * 3 + how;
            d->model.cut = (enum flash_model_cut)how;
            d->model.cut_at = d->model.operation_count + operation;
            if (setjmp(d->model.power_cut) == 0) {
                assert_int_equal(revert(d), 0);
                assert_int_equal(flota_updater_activate(&d->updater), 0);
                d->model.cut_at = 0;
                continue;
            }
            struct flota_boot_decision decision = update_driver_boot(d, true);
            bool went_back = strcmp(d->model.running.version, "1.0.0") == 0;
            assert_int_equal(decision.action, FLOTA_BOOT_RUN);
            assert_int_equal(decision.reason,
                             went_back ? FLOTA_REASON_TRIAL : FLOTA_REASON_CONFIRMED);
            cases++;
        }
    assert_int_equal(cases, 5 * 3); /* BEGIN, SESSION, STAGED, SWAPTRY, the swap */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_image_before_runs_again_on_trial),
        TEST(its_records_say_that_it_is_a_revert),
        TEST(a_revert_that_is_not_confirmed_is_rolled_back),
        TEST(one_can_go_back_and_forth),
        TEST(an_image_that_failed_is_refused_unless_it_is_forced),
        TEST(a_bank_that_failed_is_not_gone_back_to),
        TEST(an_empty_or_foreign_or_half_written_bank_is_not_gone_back_to),
        TEST(an_image_for_another_board_is_not_gone_back_to),
        TEST(a_lower_epoch_is_not_gone_back_to),
        TEST(a_damaged_image_is_not_gone_back_to),
        TEST(on_trial_there_is_no_way_back_but_its_own),
        TEST(a_revert_takes_no_bytes_and_cannot_be_resumed),
        TEST(a_revert_waits_for_no_running_operation),
        TEST(a_revert_may_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
