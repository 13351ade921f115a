/* test_ota.c - the update service: whose update it is, how it ends, when the device restarts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ota_fixture.h"

struct teller {
    struct flota_ota_owner owner;
    unsigned count; /* calls of failed */
    int error;      /* of the last one */
};

struct world {
    struct device d;
    struct teller one;
    struct teller two;
};

static void failed(void *context, int error)
{
    struct teller *teller = context;
    teller->count++;
    teller->error = error;
}

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    device_init(&w->d);
    w->one.owner = (struct flota_ota_owner){failed, &w->one, true};
    w->two.owner = (struct flota_ota_owner){failed, &w->two, false};
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    device_free(&w->d);
    free(w);
    return 0;
}

static struct flota_ota_request request_of(const struct world *w)
{
    return (struct flota_ota_request){.from = "somewhere", .total_size = w->d.size};
}

static int begin(struct world *w, struct teller *teller)
{
    const struct flota_ota_request request = request_of(w);
    return flota_ota_begin(&w->d.ota, &request, &teller->owner);
}

static int resume_at(struct world *w, uint32_t offset, struct teller *teller)
{
    const struct flota_ota_request request = request_of(w);
    return flota_ota_resume(&w->d.ota, &request, offset, &teller->owner);
}

/* Returns 0 or the error. */
static int write_part(struct world *w, size_t from, size_t to)
{
    for (unsigned turns = 0; from < to && turns < 100000; turns++) {
        int taken = flota_ota_write(&w->d.ota, w->d.image + from, to - from);
        if (taken < 0)
            return taken;
        from += (size_t)taken;
        device_poll(&w->d, 1);
    }
    assert_int_equal(from, to);
    return 0;
}

static int finish(struct world *w)
{
    int result = FLOTA_UPDATER_PENDING;
    for (unsigned turns = 0; result == FLOTA_UPDATER_PENDING && turns < 100000; turns++) {
        result = flota_ota_finish(&w->d.ota);
        device_poll(&w->d, 1);
    }
    return result;
}

static const struct flota_update_status *status(const struct world *w)
{
    return flota_updater_status(&w->d.ota.updater);
}

/* --- the whole way --- */

static void an_update_goes_from_begin_to_the_restart(void **state)
{
    struct world *w = *state;
    assert_int_equal(flota_ota_outcome(&w->d.ota), FLOTA_OTA_NONE);
    assert_true(flota_ota_is_quiet(&w->d.ota));
    assert_int_equal(begin(w, &w->one), 0);
    assert_true(flota_ota_is_busy(&w->d.ota));
    assert_int_equal(write_part(w, 0, w->d.size), 0);
    assert_int_equal(flota_ota_outcome(&w->d.ota), FLOTA_OTA_RUNS);
    assert_int_equal(finish(w), 0);
    assert_int_equal(flota_ota_outcome(&w->d.ota), FLOTA_OTA_APPLIED);
    flota_ota_restart(&w->d.ota, FLOTA_OTA_ANSWER_MS);
    device_wait(&w->d, FLOTA_OTA_ANSWER_MS - 1);
    assert_int_equal(w->d.model.swap_count, 0);
    device_wait(&w->d, 1);
    assert_int_equal(w->d.model.swap_count, 1);
    assert_int_equal(w->d.model.reset_count, 1);
    assert_int_equal(w->one.count, 0);
    assert_contains(w->d.log, "update from somewhere, 5000 B\n");
    assert_contains(w->d.log, "verified 5000 B, sha256 ok\nswap to bank 2\nrestart\n");
}

static void an_acknowledged_answer_brings_the_restart_forward_never_back(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, w->d.size);
    finish(w);
    flota_ota_restart(&w->d.ota, FLOTA_OTA_ANSWER_MS);
    flota_ota_restart(&w->d.ota, FLOTA_OTA_ANSWERED_MS);
    flota_ota_restart(&w->d.ota, 10 * FLOTA_OTA_ANSWER_MS);
    device_wait(&w->d, FLOTA_OTA_ANSWERED_MS);
    assert_int_equal(w->d.model.swap_count, 1);
    flota_ota_restart(&w->d.ota, 0);
    device_wait(&w->d, 10);
    assert_int_equal(w->d.model.swap_count, 1);
    assert_contains(w->d.log, "restart\n");
    assert_string_equal(strstr(w->d.log, "restart\n"), "restart\n"); /* nothing follows it */
}

static void without_a_verified_image_no_restart_is_taken(void **state)
{
    struct world *w = *state;
    flota_ota_restart(&w->d.ota, 0);
    device_wait(&w->d, 10);
    begin(w, &w->one);
    write_part(w, 0, w->d.size);
    flota_ota_restart(&w->d.ota, 0);
    device_wait(&w->d, 10);
    assert_int_equal(w->d.model.swap_count, 0);
    assert_int_equal(w->d.model.reset_count, 0);
    assert_null(strstr(w->d.log, "swap"));
    assert_int_equal(finish(w), 0);
}

/* --- refusals --- */

static void what_the_way_in_has_found_refuses_and_is_told(void **state)
{
    struct world *w = *state;
    struct flota_ota_request request = request_of(w);
    request.error = FLOTA_ERR_IMAGE_TOO_LARGE;
    assert_int_equal(flota_ota_begin(&w->d.ota, &request, &w->one.owner),
                     FLOTA_ERR_IMAGE_TOO_LARGE);
    assert_int_equal(flota_ota_error(&w->d.ota), FLOTA_ERR_IMAGE_TOO_LARGE);
    assert_false(flota_ota_is_busy(&w->d.ota));
    assert_int_equal(w->one.count, 0);
    assert_flash_untouched(&w->d);
}

static void a_bad_head_is_told_to_the_one_who_writes_it_only(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    memset(w->d.image, 'x', w->d.size);
    assert_true(write_part(w, 0, w->d.size) < 0);
    device_poll(&w->d, 100);
    assert_int_equal(flota_ota_outcome(&w->d.ota), FLOTA_OTA_FAILED);
    assert_int_equal(w->one.count, 0);
    assert_flash_untouched(&w->d);
    assert_contains(w->d.log, "update failed: ");
}

static void a_flash_that_fails_is_told_to_the_owner_once(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, 2000);
    device_poll(&w->d, 1000); /* all of it is in flash */
    w->d.model.fail_at = w->d.model.operation_count + 1;
    w->d.model.fault = FLASH_MODEL_ENDS_FAILED;
    int taken = flota_ota_write(&w->d.ota, w->d.image + 2000, 1000);
    assert_true(taken > 0);
    device_poll(&w->d, 1000);
    assert_int_equal(w->one.count, 1);
    assert_int_equal(w->one.error, flota_ota_error(&w->d.ota));
    assert_false(flota_ota_is_busy(&w->d.ota));
    assert_int_equal(begin(w, &w->two), 0);
}

/* --- whose it is --- */

static void another_owner_is_busy_and_changes_nothing(void **state)
{
    struct world *w = *state;
    const struct flota_ota_request request = request_of(w);
    begin(w, &w->one);
    write_part(w, 0, 2000);
    assert_int_equal(begin(w, &w->two), FLOTA_ERR_UPDATE_BUSY);
    assert_int_equal(resume_at(w, 2000, &w->two), FLOTA_ERR_UPDATE_BUSY);
    assert_int_equal(flota_ota_revert(&w->d.ota, &request, &w->two.owner), FLOTA_ERR_UPDATE_BUSY);
    assert_int_equal(flota_ota_seen(&w->d.ota), FLOTA_ERR_UPDATE_BUSY);
    assert_int_equal(flota_ota_confirm(&w->d.ota), FLOTA_ERR_UPDATE_BUSY);
    assert_int_equal(w->one.count, 0);
    assert_int_equal(write_part(w, 2000, w->d.size), 0);
    assert_int_equal(finish(w), 0);
}

static void an_owner_that_has_vanished_loses_its_place(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, 2000);
    device_wait(&w->d, FLOTA_OTA_VANISHED_MS - 1);
    assert_int_equal(begin(w, &w->two), FLOTA_ERR_UPDATE_BUSY);
    device_wait(&w->d, 1);
    assert_false(flota_ota_is_busy(&w->d.ota));
    assert_false(flota_ota_is_quiet(&w->d.ota)); /* its flash operations still run */
    assert_int_equal(begin(w, &w->two), 0);
    assert_int_equal(w->one.count, 1);
    assert_int_equal(w->one.error, FLOTA_ERR_TRANSFER_STALLED);
    assert_int_equal(write_part(w, 0, w->d.size), 0);
    assert_int_equal(finish(w), 0);
}

static void while_nobody_takes_its_place_it_goes_on(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, 2000);
    device_wait(&w->d, 3 * FLOTA_OTA_VANISHED_MS);
    assert_int_equal(write_part(w, 2000, w->d.size), 0);
    assert_true(flota_ota_is_busy(&w->d.ota));
    assert_int_equal(finish(w), 0);
    assert_int_equal(w->one.count, 0);
}

static void an_owner_whose_end_would_be_seen_never_loses_its_place(void **state)
{
    struct world *w = *state;
    begin(w, &w->two);
    write_part(w, 0, 2000);
    device_wait(&w->d, 100 * FLOTA_OTA_VANISHED_MS);
    assert_int_equal(begin(w, &w->one), FLOTA_ERR_UPDATE_BUSY);
    assert_int_equal(flota_ota_cancel(&w->d.ota), 0);
    assert_int_equal(w->two.error, FLOTA_ERR_TRANSFER_CANCELLED);
    assert_int_equal(begin(w, &w->one), 0);
}

static void another_owner_goes_on_where_the_vanished_one_was(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, 3000);
    device_wait(&w->d, FLOTA_OTA_VANISHED_MS);
    assert_int_equal(resume_at(w, 3001, &w->two), FLOTA_ERR_TRANSFER_GAP);
    assert_int_equal(w->one.count, 0);
    assert_int_equal(resume_at(w, 2500, &w->two), 0);
    assert_int_equal(w->one.count, 1);
    assert_int_equal(write_part(w, 2500, w->d.size), 0);
    assert_int_equal(finish(w), 0);
}

static void the_same_owner_may_begin_anew(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, 3000);
    assert_int_equal(begin(w, &w->one), 0);
    assert_int_equal(status(w)->received, 0);
    assert_int_equal(write_part(w, 0, w->d.size), 0);
    assert_int_equal(finish(w), 0);
    assert_int_equal(w->one.count, 0);
}

static void after_its_idle_time_an_update_is_given_up_and_can_go_on(void **state)
{
    struct world *w = *state;
    struct flota_ota_request request = request_of(w);
    request.idle_ms = 60000;
    flota_ota_begin(&w->d.ota, &request, &w->one.owner);
    for (uint32_t at = 0; at < 3000; at += 500) { /* each progress sets it back */
        write_part(w, at, at + 500);
        device_wait(&w->d, 59999);
        assert_int_equal(w->one.count, 0);
    }
    device_wait(&w->d, 1);
    assert_int_equal(w->one.count, 1);
    assert_int_equal(w->one.error, FLOTA_ERR_TRANSFER_STALLED);
    device_poll(&w->d, 100);
    assert_true(flota_ota_is_quiet(&w->d.ota));
    assert_int_equal(resume_at(w, 3000, &w->two), 0);
    assert_int_equal(write_part(w, 3000, w->d.size), 0);
    assert_int_equal(finish(w), 0);
}

static void a_released_file_waits_for_its_next_piece_and_no_longer(void **state)
{
    struct world *w = *state;
    struct flota_ota_request request = request_of(w);
    request.in_pieces = true;
    flota_ota_begin(&w->d.ota, &request, &w->two.owner);
    write_part(w, 0, 2000);
    flota_ota_release(&w->d.ota);
    assert_int_equal(resume_at(w, 2000, &w->one), 0);
    write_part(w, 2000, 3000);
    flota_ota_release(&w->d.ota);
    device_wait(&w->d, FLOTA_OTA_PIECE_MS - 1);
    assert_int_equal(flota_ota_outcome(&w->d.ota), FLOTA_OTA_RUNS);
    device_wait(&w->d, 1);
    assert_int_equal(flota_ota_error(&w->d.ota), FLOTA_ERR_TRANSFER_STALLED);
}

/* --- leaving --- */

static void a_whole_file_is_installed_when_its_owner_leaves(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, w->d.size);
    assert_int_equal(flota_ota_finish(&w->d.ota), FLOTA_UPDATER_PENDING);
    assert_true(flota_ota_leave(&w->d.ota, FLOTA_ERR_TRANSFER_LOST));
    assert_true(flota_ota_is_busy(&w->d.ota));
    device_poll(&w->d, 2000);
    assert_int_equal(w->d.model.swap_count, 1);
    assert_contains(w->d.log, "the client has left: the update goes on without it\n");
}

static void a_file_in_its_middle_fails_when_its_owner_leaves(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, w->d.size);
    assert_false(flota_ota_leave(&w->d.ota, FLOTA_ERR_TRANSFER_LOST)); /* it did not say the end */
    device_poll(&w->d, 2000);
    assert_int_equal(w->d.model.swap_count, 0);
    assert_int_equal(flota_ota_error(&w->d.ota), FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(resume_at(w, w->d.size - 1, &w->two), 0);
    assert_int_equal(write_part(w, w->d.size - 1, w->d.size), 0);
    assert_int_equal(finish(w), 0);
}

/* An erase that nobody waited for would keep the port from every later operation. */
static void the_same_version_behind_a_broken_update_waits_for_its_erase(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, w->d.size / 2);
    for (int i = 0; i < 2000 && w->d.model.operation != FLASH_MODEL_ERASE; i++)
        device_poll(&w->d, 1);
    assert_int_equal(w->d.model.operation, FLASH_MODEL_ERASE);
    flota_ota_leave(&w->d.ota, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(begin(w, &w->two), 0);
    flota_ota_fail(&w->d.ota, FLOTA_ERR_SAME_VERSION);
    assert_false(flota_ota_is_quiet(&w->d.ota)); /* no journal is written now */
    device_poll(&w->d, 2000);
    assert_int_equal(w->d.model.operation, FLASH_MODEL_NOTHING);
    assert_true(flota_ota_is_quiet(&w->d.ota));
}

/* --- without a file --- */

static void a_trial_refuses_updates_is_confirmed_or_ended(void **state)
{
    struct world *w = *state;
    const struct flota_ota_request request = request_of(w);
    begin(w, &w->one);
    write_part(w, 0, w->d.size);
    finish(w);
    flota_ota_restart(&w->d.ota, 0);
    device_wait(&w->d, 1);
    device_restart(&w->d);
    assert_contains(w->d.log, "trial: boot 1, to be confirmed within 300 s, by request");
    assert_int_equal(begin(w, &w->one), FLOTA_ERR_ON_TRIAL);
    device_poll(&w->d, 1);
    assert_int_equal(flota_ota_revert(&w->d.ota, &request, &w->one.owner), FLOTA_OTA_ENDS_TRIAL);
    assert_int_equal(flota_ota_confirm(&w->d.ota), FLOTA_ERR_UPDATE_BUSY);
    flota_ota_restart(&w->d.ota, FLOTA_OTA_ANSWERED_MS);
    device_wait(&w->d, FLOTA_OTA_ANSWERED_MS);
    assert_int_equal(w->d.model.reset_count, 1);
    assert_contains(w->d.log, "going back by request; restart\n");
}

/* --- option bytes in the way --- */

static int begin_with_options(struct world *w, bool consented)
{
    struct flota_ota_request request = request_of(w);
    request.consents.options = consented;
    return flota_ota_begin(&w->d.ota, &request, &w->one.owner);
}

static void options_in_the_way_are_set_by_consent_and_the_device_restarts(void **state)
{
    struct world *w = *state;
    w->d.model.update_allowed_result = FLOTA_ERR_CM4_BOOTS;
    assert_int_equal(begin_with_options(w, false), FLOTA_ERR_CM4_BOOTS);
    assert_int_equal(w->d.model.set_options_count, 0);
    assert_int_equal(begin_with_options(w, true), FLOTA_ERR_OPTIONS_SET);
    assert_int_equal(w->d.model.set_options_count, 1);
    assert_int_equal(flota_ota_error(&w->d.ota), FLOTA_ERR_OPTIONS_SET);
    assert_int_equal(w->one.count, 0);
    assert_int_equal(begin_with_options(w, true), FLOTA_ERR_UPDATE_BUSY); /* not before the reset */
    device_wait(&w->d, FLOTA_OTA_ANSWER_MS - 1);
    assert_int_equal(w->d.model.reset_count, 0);
    device_wait(&w->d, 1);
    assert_int_equal(w->d.model.reset_count, 1);
    assert_flash_untouched(&w->d);
    assert_contains(w->d.log, "option bytes set: BCM4 = 0\n");
    device_restart(&w->d);
    assert_int_equal(begin_with_options(w, true), 0);
    assert_int_equal(w->d.model.set_options_count, 1);
}

static void options_that_cannot_be_set_are_an_error_and_the_device_runs_on(void **state)
{
    struct world *w = *state;
    w->d.model.update_allowed_result = FLOTA_ERR_CM4_BOOTS;
    w->d.model.set_options_result = FLOTA_ERR_OPTION_BYTES;
    assert_int_equal(begin_with_options(w, true), FLOTA_ERR_OPTION_BYTES);
    device_wait(&w->d, 2 * FLOTA_OTA_ANSWER_MS);
    assert_int_equal(w->d.model.reset_count, 0);
    w->d.model.platform.set_options = NULL;
    assert_int_equal(begin_with_options(w, true), FLOTA_ERR_CM4_BOOTS);
    w->d.model.update_allowed_result = FLOTA_ERR_OPTION_PENDING; /* a reset helps, no option */
    assert_int_equal(begin_with_options(w, true), FLOTA_ERR_OPTION_PENDING);
    assert_flash_untouched(&w->d);
}

/* A restart would count as one of its attempts. */
static void on_trial_no_option_is_set(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_part(w, 0, w->d.size);
    finish(w);
    flota_ota_restart(&w->d.ota, 0);
    device_wait(&w->d, 1);
    device_restart(&w->d);
    w->d.model.update_allowed_result = FLOTA_ERR_CM4_BOOTS;
    assert_int_equal(begin_with_options(w, true), FLOTA_ERR_ON_TRIAL);
    assert_int_equal(w->d.model.set_options_count, 0);
}

static void without_an_image_to_go_back_to_it_is_an_error(void **state)
{
    struct world *w = *state;
    const struct flota_ota_request request = request_of(w);
    assert_int_equal(flota_ota_revert(&w->d.ota, &request, &w->one.owner),
                     FLOTA_ERR_IMAGE_NOT_THERE);
    assert_false(flota_ota_is_busy(&w->d.ota));
    assert_int_equal(flota_ota_cancel(&w->d.ota), FLOTA_ERR_NOT_READY);
    assert_flash_untouched(&w->d);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_update_goes_from_begin_to_the_restart),
        TEST(an_acknowledged_answer_brings_the_restart_forward_never_back),
        TEST(without_a_verified_image_no_restart_is_taken),
        TEST(what_the_way_in_has_found_refuses_and_is_told),
        TEST(a_bad_head_is_told_to_the_one_who_writes_it_only),
        TEST(a_flash_that_fails_is_told_to_the_owner_once),
        TEST(another_owner_is_busy_and_changes_nothing),
        TEST(an_owner_that_has_vanished_loses_its_place),
        TEST(while_nobody_takes_its_place_it_goes_on),
        TEST(an_owner_whose_end_would_be_seen_never_loses_its_place),
        TEST(another_owner_goes_on_where_the_vanished_one_was),
        TEST(the_same_owner_may_begin_anew),
        TEST(after_its_idle_time_an_update_is_given_up_and_can_go_on),
        TEST(a_released_file_waits_for_its_next_piece_and_no_longer),
        TEST(a_whole_file_is_installed_when_its_owner_leaves),
        TEST(a_file_in_its_middle_fails_when_its_owner_leaves),
        TEST(the_same_version_behind_a_broken_update_waits_for_its_erase),
        TEST(a_trial_refuses_updates_is_confirmed_or_ended),
        TEST(options_in_the_way_are_set_by_consent_and_the_device_restarts),
        TEST(options_that_cannot_be_set_are_an_error_and_the_device_runs_on),
        TEST(on_trial_no_option_is_set),
        TEST(without_an_image_to_go_back_to_it_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
