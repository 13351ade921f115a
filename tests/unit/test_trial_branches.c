/* test_trial_branches.c - the trial where there was no guard, and requests that come at a wrong
 * time.
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

struct fixture {
    struct update_driver driver;
    struct flota_trial trial;
    struct flota_trial_config config;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    update_driver_init(&f->driver, &flash_model_small);
    f->config = (struct flota_trial_config){.flash = &f->driver.model.flash,
                                            .platform = &f->driver.model.platform,
                                            .policy = FLOTA_CONFIRM_EXPLICIT};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    update_driver_free(&f->driver);
    free(f);
    return 0;
}

/* The application's start without a guard before it, as under a debugger: no decision. */
static void start(struct fixture *f)
{
    flota_trial_init(&f->trial, &f->config, 0);
}

static void start_trial(struct fixture *f)
{
    assert_int_equal(update_driver_run(&f->driver, 700), 0);
    assert_int_equal(flota_updater_activate(&f->driver.updater), 0);
    f->config.decision = update_driver_boot(&f->driver, true);
    f->driver.model.reset_count = 0;
    start(f);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

/* The running image's own journal says so. */
static void append_own(struct fixture *f, enum flota_record_kind kind)
{
    struct flota_boot boot;
    flota_boot_read(&f->driver.model.flash, &boot);
    struct flota_record record = flota_journal_record(kind, 1, boot.own.tag);
    assert_int_equal(flota_journal_append(&f->driver.model.flash, FLOTA_SLOT_ACTIVE, &record, 0),
                     0);
}

static void
an_image_that_runs_without_a_guard_is_stranded_when_its_journal_is_against_it(void **state)
{
    struct fixture *f = *state;
    append_own(f, FLOTA_RECORD_BEGIN);
    start(f);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_STRANDED);
    append_own(f, FLOTA_RECORD_FAILED);
    start(f);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_STRANDED);
    assert_int_equal(flota_trial_confirm(&f->trial), 0); /* the way out of it */
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
}

/* Something else than this module confirms it, such as an update that begins. */
static void a_stranded_image_notices_that_it_was_confirmed(void **state)
{
    struct fixture *f = *state;
    append_own(f, FLOTA_RECORD_FAILED);
    start(f);
    flota_trial_look_again(&f->trial);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_STRANDED);
    assert_int_equal(flota_boot_confirm(&f->driver.model.flash), 0);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_STRANDED);
    flota_trial_look_again(&f->trial);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
}

/* The journals are read when there is something to learn only. */
static void an_image_that_is_not_stranded_does_not_look_again(void **state)
{
    struct fixture *f = *state;
    start_trial(f);
    uint32_t reads = f->driver.model.read_count;
    flota_trial_look_again(&f->trial);
    assert_int_equal(f->driver.model.read_count, reads);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

static void an_image_goes_back_once_and_only_from_a_trial(void **state)
{
    struct fixture *f = *state;
    start(f);
    assert_int_equal(flota_trial_go_back(&f->trial), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(f->driver.model.reset_count, 0);
    start_trial(f);
    assert_int_equal(flota_trial_go_back(&f->trial), 0);
    assert_int_equal(flota_trial_go_back(&f->trial), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(f->driver.model.reset_count, 1);
}

static void no_deadline_means_the_default_and_a_short_one_is_raised(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(flota_trial_sound_deadline(0), 0);
    assert_int_equal(flota_trial_sound_deadline(1), FLOTA_TRIAL_DEADLINE_MIN_MS);
    assert_int_equal(flota_trial_sound_deadline(FLOTA_TRIAL_DEADLINE_MIN_MS + 1),
                     FLOTA_TRIAL_DEADLINE_MIN_MS + 1);
    start_trial(f);
    flota_trial_configure(&f->trial, FLOTA_CONFIRM_EXPLICIT, 123456);
    assert_int_equal(flota_trial_remaining_ms(&f->trial, 0), 123456);
    flota_trial_configure(&f->trial, FLOTA_CONFIRM_AUTOMATIC, 0); /* the policy alone */
    assert_int_equal(flota_trial_remaining_ms(&f->trial, 0), 123456);
    assert_int_equal(flota_trial_poll(&f->trial, 1000, true), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_image_that_runs_without_a_guard_is_stranded_when_its_journal_is_against_it),
        TEST(a_stranded_image_notices_that_it_was_confirmed),
        TEST(an_image_that_is_not_stranded_does_not_look_again),
        TEST(an_image_goes_back_once_and_only_from_a_trial),
        TEST(no_deadline_means_the_default_and_a_short_one_is_raised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
