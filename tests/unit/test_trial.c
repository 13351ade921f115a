/* test_trial.c - the running image's own part in its trial: deadline, confirmation, watchdog.
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

/* The new image boots. */
static void start_trial(struct fixture *f, uint32_t now_ms)
{
    assert_int_equal(update_driver_run(&f->driver, 700), 0);
    assert_int_equal(flota_updater_activate(&f->driver.updater), 0);
    f->config.decision = update_driver_boot(&f->driver, true);
    f->driver.model.reset_count = f->driver.model.feed_count = 0;
    flota_trial_init(&f->trial, &f->config, now_ms);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

static void restart(struct fixture *f, bool power_on)
{
    f->config.decision = update_driver_boot(&f->driver, power_on);
    flota_trial_init(&f->trial, &f->config, 0);
}

static uint32_t count_of(struct fixture *f, enum flota_slot slot, enum flota_record_kind kind,
                         struct flota_record *r)
{
    return update_driver_records_of(&f->driver, slot, kind, r, RECORDS_MAX);
}

/* The other bank's image, which was left, as the running one reads it. */
static void assert_rolled_back(struct fixture *f, enum flota_boot_reason reason, uint32_t cause)
{
    restart(f, false);
    assert_string_equal(f->driver.model.running.version, "1.0.0");
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
    const struct flota_boot_report *report = flota_trial_report(&f->trial);
    assert_non_null(report);
    assert_int_equal(report->reason, reason);
    assert_int_equal(report->cause, cause);
    assert_memory_equal(report->tag,
                        f->driver.image + FLOTA_IMAGE_INFO_OFFSET +
                            offsetof(struct flota_image_info, digest),
                        FLOTA_TAG_SIZE);
}

/* --- without a trial --- */

static void an_image_without_records_is_fed_and_left_alone(void **state)
{
    struct fixture *f = *state;
    flota_trial_init(&f->trial, &f->config, 0);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_UNRECORDED);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(flota_trial_poll(&f->trial, i * FLOTA_TRIAL_DEADLINE_MS, true), 0);
    assert_int_equal(f->driver.model.feed_count, 10);
    assert_int_equal(flota_trial_confirm(&f->trial), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(flota_trial_give_up(&f->trial, 1), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(flota_trial_remaining_ms(&f->trial, 0), 0);
    assert_null(flota_trial_report(&f->trial));
    assert_int_equal(f->driver.model.operation_count, 0);
    assert_int_equal(f->driver.model.reset_count, 0);
}

/* --- confirmation --- */

static void a_request_confirms(void **state)
{
    struct fixture *f = *state;
    struct flota_record r[RECORDS_MAX];
    start_trial(f, 0);
    assert_int_equal(flota_trial_poll(&f->trial, 1000, true), 0); /* explicit: health is not it */
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
    assert_int_equal(flota_trial_confirm(&f->trial), 0);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED, r), 3);
    uint32_t operations = f->driver.model.operation_count;
    assert_int_equal(flota_trial_confirm(&f->trial), 0);
    assert_int_equal(f->driver.model.operation_count, operations);
    assert_int_equal(flota_trial_give_up(&f->trial, 1), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(flota_trial_poll(&f->trial, 10 * FLOTA_TRIAL_DEADLINE_MS, false), 0);
    assert_int_equal(f->driver.model.reset_count, 0);
    for (int i = 0; i < 10; i++)
        restart(f, false);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
    assert_string_equal(f->driver.model.running.version, "2.0.0");
}

static void the_health_check_confirms_under_the_automatic_policy(void **state)
{
    struct fixture *f = *state;
    f->config.policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f, 0);
    for (uint32_t now = 0; now < 5000; now += 1000)
        assert_int_equal(flota_trial_poll(&f->trial, now, false), 0);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
    assert_int_equal(flota_trial_poll(&f->trial, 5000, true), 1);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
    assert_int_equal(flota_trial_poll(&f->trial, 6000, true), 0); /* said once */
    assert_int_equal(f->driver.model.feed_count, 7);
}

/* A health check that comes right in the last moment wins. */
static void health_at_the_deadline_confirms(void **state)
{
    struct fixture *f = *state;
    f->config.policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f, 0);
    assert_int_equal(flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS, true), 1);
    assert_int_equal(f->driver.model.reset_count, 0);
}

/* A cut may have left one CONFIRMED that reads well: the other two are written at the next start.
 */
static void a_single_confirmed_is_completed_at_the_next_start(void **state)
{
    struct fixture *f = *state;
    struct flota_record r[RECORDS_MAX];
    start_trial(f, 0);
    f->driver.model.cut = FLASH_MODEL_CUT_BEFORE;
    f->driver.model.cut_at = f->driver.model.operation_count + 2;
    if (setjmp(f->driver.model.power_cut) == 0) {
        flota_trial_confirm(&f->trial);
        fail_msg("the power did not fail");
    }
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED, r), 1);
    restart(f, true);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED, r), 4);
    assert_true(flota_boot_is_kept(&f->trial.boot));
    uint32_t operations = f->driver.model.operation_count;
    restart(f, true);
    assert_int_equal(f->driver.model.operation_count, operations);
}

static void a_confirmation_that_cannot_be_written_is_tried_again(void **state)
{
    struct fixture *f = *state;
    f->config.policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f, 0);
    f->driver.model.fault = FLASH_MODEL_TIMES_OUT;
    f->driver.model.fail_at = f->driver.model.operation_count + 1;
    assert_int_equal(flota_trial_poll(&f->trial, 1000, true), FLOTA_ERR_FLASH_TIMEOUT);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
    assert_int_equal(flota_trial_poll(&f->trial, 2000, true), 1);
}

/* An image that cannot record that it is good does not run on trial for ever. */
static void the_deadline_holds_also_when_confirmed_cannot_be_written(void **state)
{
    struct fixture *f = *state;
    f->config.policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f, 0);
    update_driver_fill_journal(&f->driver, FLOTA_SLOT_ACTIVE, 0);
    assert_int_equal(flota_trial_poll(&f->trial, 1000, true), FLOTA_ERR_JOURNAL);
    assert_int_equal(f->driver.model.reset_count, 0);
    flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS, true);
    assert_int_equal(f->driver.model.reset_count, 1);
}

/* --- the deadline --- */

static void assert_ends_at(struct fixture *f, uint32_t started_ms, uint32_t deadline_ms)
{
    struct flota_record r[RECORDS_MAX];
    assert_int_equal(flota_trial_remaining_ms(&f->trial, started_ms), deadline_ms);
    assert_int_equal(flota_trial_poll(&f->trial, started_ms + deadline_ms - 1, true), 0);
    assert_int_equal(flota_trial_remaining_ms(&f->trial, started_ms + deadline_ms - 1), 1);
    assert_int_equal(f->driver.model.reset_count, 0);
    assert_int_equal(flota_trial_poll(&f->trial, started_ms + deadline_ms, true), 0);
    assert_int_equal(f->driver.model.reset_count, 1);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_FAILED, r), 1);
    assert_int_equal(r[0].arguments.failed.reason, FLOTA_REASON_DEADLINE);
    assert_int_equal(r[0].arguments.failed.attempts, 1);
    assert_int_equal(r[0].arguments.failed.cause, deadline_ms);
}

static void at_the_deadline_the_image_gives_up(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    assert_ends_at(f, 0, FLOTA_TRIAL_DEADLINE_MS);
    assert_rolled_back(f, FLOTA_REASON_DEADLINE, FLOTA_TRIAL_DEADLINE_MS);
}

static void the_configurations_deadline_counts(void **state)
{
    struct fixture *f = *state;
    f->config.deadline_ms = 60000;
    start_trial(f, 500);
    assert_ends_at(f, 500, 60000);
}

/* Once it is read from flash. */
static void the_stored_configuration_counts_instead(void **state)
{
    struct fixture *f = *state;
    f->config.policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f, 500);
    flota_trial_configure(&f->trial, FLOTA_CONFIRM_EXPLICIT, 60000);
    assert_int_equal(flota_trial_poll(&f->trial, 600, true), 0);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
    assert_ends_at(f, 500, 60000);
}

static void the_updates_own_deadline_comes_first(void **state)
{
    struct fixture *f = *state;
    f->config.deadline_ms = 60000;
    f->driver.request.deadline_ms = 15000;
    start_trial(f, 0);
    assert_ends_at(f, 0, 15000);
}

static void a_deadline_that_fails_by_itself_counts_as_the_least(void **state)
{
    struct fixture *f = *state;
    f->driver.request.deadline_ms = 9999;
    start_trial(f, 0);
    assert_ends_at(f, 0, FLOTA_TRIAL_DEADLINE_MIN_MS);
}

static void a_configuration_that_fails_by_itself_counts_as_the_least(void **state)
{
    struct fixture *f = *state;
    f->config.deadline_ms = 1;
    start_trial(f, 0);
    assert_ends_at(f, 0, FLOTA_TRIAL_DEADLINE_MIN_MS);
}

static void the_clock_may_wrap_around(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0xFFFFFFFFu - 1000);
    assert_ends_at(f, 0xFFFFFFFFu - 1000, FLOTA_TRIAL_DEADLINE_MS);
}

static void after_giving_up_the_watchdog_is_not_fed(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS, false);
    uint32_t fed = f->driver.model.feed_count, operations = f->driver.model.operation_count;
    for (int i = 0; i < 10; i++) /* a reset that does not come */
        assert_int_equal(flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS + 1, true), 0);
    assert_int_equal(f->driver.model.feed_count, fed);
    assert_int_equal(f->driver.model.operation_count, operations);
    assert_int_equal(flota_trial_confirm(&f->trial), FLOTA_ERR_NOT_ON_TRIAL);
}

/* FAILED that cannot be written: the reset comes all the same, and the guard counts. */
static void a_failure_that_cannot_be_recorded_resets_all_the_same(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    update_driver_fill_journal(&f->driver, FLOTA_SLOT_ACTIVE, 0);
    assert_int_equal(flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS, false),
                     FLOTA_ERR_JOURNAL);
    assert_int_equal(f->driver.model.reset_count, 1);
    uint32_t fed = f->driver.model.feed_count;
    flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS + 1, false);
    assert_int_equal(f->driver.model.feed_count, fed);
}

static void the_application_may_give_up_by_itself(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    assert_int_equal(flota_trial_give_up(&f->trial, 4242), 0);
    assert_int_equal(f->driver.model.reset_count, 1);
    assert_rolled_back(f, FLOTA_REASON_APPLICATION, 4242);
}

static void an_image_that_hangs_is_left_after_its_boots(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    for (uint32_t boots = 0; boots < FLOTA_BOOT_RESETS_MAX; boots++) {
        restart(f, false);
        assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
        assert_int_equal(f->trial.boot.own.attempts.all, boots + 2);
    }
    assert_rolled_back(f, FLOTA_REASON_ATTEMPTS, 0);
}

/* --- what came of it --- */

static void a_report_is_there_until_it_was_seen(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    flota_trial_give_up(&f->trial, 1);
    assert_rolled_back(f, FLOTA_REASON_APPLICATION, 1);
    restart(f, true);
    assert_non_null(flota_trial_report(&f->trial));
    assert_int_equal(flota_trial_seen(&f->trial), 0);
    assert_null(flota_trial_report(&f->trial));
    restart(f, true);
    assert_null(flota_trial_report(&f->trial));
    uint32_t operations = f->driver.model.operation_count;
    assert_int_equal(flota_trial_seen(&f->trial), 0);
    assert_int_equal(f->driver.model.operation_count, operations);
}

static void a_full_journal_forgets_that_a_report_was_seen(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    flota_trial_give_up(&f->trial, 1);
    assert_rolled_back(f, FLOTA_REASON_APPLICATION, 1);
    update_driver_fill_journal(&f->driver, FLOTA_SLOT_ACTIVE, 0);
    assert_int_equal(flota_trial_seen(&f->trial), 0);
    assert_null(flota_trial_report(&f->trial));
    restart(f, true);
    assert_non_null(flota_trial_report(&f->trial));
}

/* Its way back is damaged: it runs on, says so, and a confirmation makes it the one to keep. */
static void a_stranded_image_can_be_confirmed(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    f->driver.model.bytes[1 - f->driver.model.active][0x600] ^= 1;
    flota_trial_give_up(&f->trial, 1);
    restart(f, false);
    assert_string_equal(f->driver.model.running.version, "2.0.0");
    assert_int_equal(f->config.decision.action, FLOTA_BOOT_STRANDED);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_STRANDED);
    uint32_t resets = f->driver.model.reset_count, fed = f->driver.model.feed_count;
    assert_int_equal(flota_trial_poll(&f->trial, 10 * FLOTA_TRIAL_DEADLINE_MS, true), 0);
    assert_int_equal(f->driver.model.reset_count, resets);
    assert_int_equal(f->driver.model.feed_count, fed + 1);
    assert_int_equal(flota_trial_give_up(&f->trial, 1), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(flota_trial_confirm(&f->trial), 0);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
    restart(f, false);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
}

static void a_stranded_image_takes_an_update(void **state)
{
    struct fixture *f = *state;
    start_trial(f, 0);
    f->driver.model.bytes[1 - f->driver.model.active][0x600] ^= 1;
    flota_trial_give_up(&f->trial, 1);
    restart(f, false);
    f->driver.model.target.trial = &f->trial;
    f->driver.recipe.version = "3.0.0";
    assert_int_equal(update_driver_run(&f->driver, 700), 0);
    assert_int_equal(flota_updater_activate(&f->driver.updater), 0);
    restart(f, true);
    assert_string_equal(f->driver.model.running.version, "3.0.0");
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

/* --- being left, and retries --- */

/* Between the request to go back and the reset the health check may well hold. */
static void an_image_that_is_being_left_is_not_confirmed(void **state)
{
    struct fixture *f = *state;
    struct flota_record r[RECORDS_MAX];
    f->config.policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f, 0);
    flota_trial_leave_later(&f->trial);
    uint32_t operations = f->driver.model.operation_count;
    for (uint32_t now = 0; now < 5000; now += 1000)
        assert_int_equal(flota_trial_poll(&f->trial, now, true), 0);
    assert_int_equal(flota_trial_confirm(&f->trial), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(f->driver.model.operation_count, operations);
    assert_int_equal(f->driver.model.feed_count, 5);
    assert_int_equal(flota_trial_go_back(&f->trial), 0);
    assert_int_equal(f->driver.model.reset_count, 1);
    assert_int_equal(flota_trial_go_back(&f->trial), FLOTA_ERR_NOT_ON_TRIAL); /* said once */
    assert_int_equal(flota_trial_give_up(&f->trial, 1), FLOTA_ERR_NOT_ON_TRIAL);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_FAILED, r), 1);
    assert_int_equal(r[0].arguments.failed.reason, FLOTA_REASON_REQUEST);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED, r), 0);
}

static uint32_t free_words(const struct fixture *f)
{
    struct flota_boot boot;
    flota_boot_read(&f->driver.model.flash, &boot);
    return boot.own.free_words;
}

/* Words of the own journal do not take what is written. */
static int (*real_program_start)(void *, enum flota_slot, uint32_t, const void *);

static int program_wrongly(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    uint8_t changed[32];
    memcpy(changed, word, sizeof changed);
    changed[20] ^= slot == FLOTA_SLOT_ACTIVE;
    return real_program_start(port, slot, offset, changed);
}

static void start_trial_on_bad_words(struct fixture *f)
{
    f->config.policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f, 0);
    real_program_start = f->driver.model.flash.program_start;
    f->driver.model.flash.program_start = program_wrongly;
}

/* A turn each millisecond, for a minute; then the words take again, and the deadline passes. */
static void assert_deadline_decides(struct fixture *f)
{
    for (uint32_t now = 0; now < 60000; now++)
        assert_int_equal(flota_trial_poll(&f->trial, now, true), FLOTA_ERR_FLASH_VERIFY);
    f->driver.model.flash.program_start = real_program_start;
    assert_int_equal(flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS, false), 0);
    assert_rolled_back(f, FLOTA_REASON_DEADLINE, FLOTA_TRIAL_DEADLINE_MS);
}

static void a_confirmation_is_tried_again_so_often_and_no_more(void **state)
{
    struct fixture *f = *state;
    update_driver_free(&f->driver);
    update_driver_init(&f->driver, &flash_model_h745);
    start_trial_on_bad_words(f);
    uint32_t before = free_words(f), after_one;
    assert_int_equal(flota_trial_poll(&f->trial, 0, true), FLOTA_ERR_FLASH_VERIFY);
    after_one = free_words(f);
    assert_true(after_one < before);
    assert_int_equal(flota_trial_poll(&f->trial, FLOTA_CONFIRM_RETRY_MS - 1, true),
                     FLOTA_ERR_FLASH_VERIFY);
    assert_int_equal(free_words(f), after_one);
    assert_int_equal(flota_trial_poll(&f->trial, FLOTA_CONFIRM_RETRY_MS, true),
                     FLOTA_ERR_FLASH_VERIFY);
    assert_true(free_words(f) < after_one);
    for (uint32_t now = FLOTA_CONFIRM_RETRY_MS; now < 60000; now++)
        flota_trial_poll(&f->trial, now, true);
    assert_int_equal(before - free_words(f), FLOTA_CONFIRM_TRIES_MAX * (before - after_one));
    assert_deadline_decides(f);
}

static void the_time_between_two_tries_is_counted_from_the_first_one(void **state)
{
    struct fixture *f = *state;
    update_driver_free(&f->driver);
    update_driver_init(&f->driver, &flash_model_h745);
    start_trial_on_bad_words(f);
    assert_int_equal(flota_trial_poll(&f->trial, 5000, true), FLOTA_ERR_FLASH_VERIFY);
    uint32_t after_one = free_words(f);
    flota_trial_poll(&f->trial, 5000 + FLOTA_CONFIRM_RETRY_MS - 1, true);
    assert_int_equal(free_words(f), after_one);
    flota_trial_poll(&f->trial, 5000 + FLOTA_CONFIRM_RETRY_MS, true);
    assert_true(free_words(f) < after_one);
}

static void retries_leave_room_to_say_that_it_failed(void **state)
{
    struct fixture *f = *state;
    start_trial_on_bad_words(f);
    f->driver.model.flash.program_start = real_program_start;
    update_driver_fill_journal(&f->driver, FLOTA_SLOT_ACTIVE, 20);
    f->driver.model.flash.program_start = program_wrongly;
    assert_deadline_decides(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_image_without_records_is_fed_and_left_alone),
        TEST(a_request_confirms),
        TEST(the_health_check_confirms_under_the_automatic_policy),
        TEST(health_at_the_deadline_confirms),
        TEST(a_single_confirmed_is_completed_at_the_next_start),
        TEST(a_confirmation_that_cannot_be_written_is_tried_again),
        TEST(the_deadline_holds_also_when_confirmed_cannot_be_written),
        TEST(at_the_deadline_the_image_gives_up),
        TEST(the_configurations_deadline_counts),
        TEST(the_stored_configuration_counts_instead),
        TEST(the_updates_own_deadline_comes_first),
        TEST(a_deadline_that_fails_by_itself_counts_as_the_least),
        TEST(a_configuration_that_fails_by_itself_counts_as_the_least),
        TEST(the_clock_may_wrap_around),
        TEST(after_giving_up_the_watchdog_is_not_fed),
        TEST(a_failure_that_cannot_be_recorded_resets_all_the_same),
        TEST(the_application_may_give_up_by_itself),
        TEST(an_image_that_hangs_is_left_after_its_boots),
        TEST(a_report_is_there_until_it_was_seen),
        TEST(a_full_journal_forgets_that_a_report_was_seen),
        TEST(a_stranded_image_can_be_confirmed),
        TEST(a_stranded_image_takes_an_update),
        TEST(an_image_that_is_being_left_is_not_confirmed),
        TEST(a_confirmation_is_tried_again_so_often_and_no_more),
        TEST(the_time_between_two_tries_is_counted_from_the_first_one),
        TEST(retries_leave_room_to_say_that_it_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
