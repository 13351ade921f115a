/* test_update_mutants.c - what small changes of the updater would leave unseen: what poll answers,
 * how much a call takes, sizes that are not known. See tests/mutants.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/error.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORDS_MAX 64u

struct fixture {
    struct update_driver driver; /* first: helpers take it */
    struct bundle_maker bundle;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    update_driver_init(&f->driver, &flash_model_small);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    bundle_maker_free(&f->bundle);
    update_driver_free(&f->driver);
    free(f);
    return 0;
}

/* head: further members of the manifest. */
static void make_bundle_with(struct fixture *f, const char *head)
{
    char text[BUNDLE_MAKER_MANIFEST_MAX];
    struct update_driver *d = &f->driver;
    free(d->image);
    d->image = image_make(&d->recipe);
    struct bundle_part part = {"fw", "app", "fw.bin", d->image, d->recipe.size};
    uint32_t size = bundle_make_manifest(text, "test-board", "2.0.0", head, &part, 1);
    bundle_maker_free(&f->bundle);
    bundle_maker_begin(&f->bundle);
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = "manifest.json", .data = text, .size = size});
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = part.src, .data = part.data, .size = part.size});
    bundle_maker_end(&f->bundle, "");
}

static void make_bundle(struct fixture *f)
{
    make_bundle_with(f, "");
}

/* --- what poll answers --- */

/* A caller that polls until there is nothing to wait for makes no turn too many, or too few. */
static void the_poll_that_has_verified_all_needs_nothing_more(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 500), 0);
    const struct flota_update_status *status = flota_updater_status(&d->updater);
    int result = FLOTA_UPDATER_PENDING;
    while (status->verified < d->recipe.size) {
        assert_int_equal(flota_updater_finish(&d->updater), FLOTA_UPDATER_PENDING);
        result = flota_updater_poll(&d->updater);
        assert_true(result >= 0);
    }
    assert_int_equal(result, FLOTA_UPDATER_NEEDS_INPUT);
    assert_int_equal(flota_updater_finish(&d->updater), 0);
}

/* A caller may sleep upon FLOTA_UPDATER_WAITS: something must be under way that it waits for. */
static void assert_answers(struct update_driver *d)
{
    int result;
    assert_int_equal(update_driver_begin(d), 0);
    assert_true(flota_updater_process(&d->updater, d->image, d->recipe.size) > 0);
    while ((result = flota_updater_poll(&d->updater)) != FLOTA_UPDATER_NEEDS_INPUT) {
        assert_true(result == FLOTA_UPDATER_GOES_ON || result == FLOTA_UPDATER_WAITS);
        assert_false(result == FLOTA_UPDATER_WAITS && flota_updater_lets_read(&d->updater));
    }
}

static void a_poll_waits_only_while_the_flash_works(void **state)
{
    struct fixture *f = *state;
    assert_answers(&f->driver); /* sectors that are found blank, slice by slice */
    update_driver_free(&f->driver);
    update_driver_init(&f->driver, &flash_model_h745);
    assert_answers(&f->driver);
    update_driver_free(&f->driver);
    update_driver_init(&f->driver, &flash_model_small);
    update_driver_fill_journal(&f->driver, FLOTA_SLOT_SPARE, 1); /* no room: it is erased first */
    assert_answers(&f->driver);
    assert_int_equal(f->driver.model.journal_erase_count, 2);
}

static int refuse_records(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)port;
    (void)slot;
    (void)offset;
    (void)word;
    return FLOTA_ERR_FLASH_PROGRAM;
}

static void the_poll_in_which_an_update_fails_says_so(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 1);
    assert_int_equal(update_driver_begin(d), 0);
    assert_true(flota_updater_process(&d->updater, d->image, 1500) > 0);
    d->model.flash.program_start = refuse_records; /* COMPACTION cannot be said */
    int result;
    do
        result = flota_updater_poll(&d->updater);
    while (flota_updater_status(&d->updater)->phase != FLOTA_UPDATE_FAILED);
    assert_int_equal(result, FLOTA_ERR_FLASH_PROGRAM);
    assert_int_equal(d->model.journal_erase_count, 0);
}

/* --- what BEGIN says --- */

static void the_fallback_is_as_large_as_the_running_image_in_whole_words(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    static const uint32_t sizes[] = {3040, 3041, 3071, 3072}, words[] = {95, 96, 96, 96};
    for (uint32_t i = 0; i < 4; i++) {
        struct flota_record record[RECORDS_MAX];
        update_driver_free(d);
        update_driver_init(d, &flash_model_small);
        d->model.running.image_size = sizes[i];
        assert_int_equal(update_driver_run(d, 700), 0);
        assert_int_equal(
            update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, record, RECORDS_MAX),
            1);
        assert_int_equal(record[0].arguments.begin.fallback_words, words[i]);
    }
}

/* --- how much a call takes --- */

static void a_call_takes_all_that_stands_before_the_image(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    make_bundle(f);
    uint32_t before = 40; /* of the image's own bytes come none before the manifest ends */
    while (memcmp(f->bundle.bytes + before, d->image, 64) != 0)
        before++;
    d->request.total_size = f->bundle.size;
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    uint32_t size = before + 64;
    int taken = flota_updater_process(&d->updater, f->bundle.bytes, size);
    assert_int_equal(taken, size);
    assert_int_equal(flota_updater_status(&d->updater)->received, size);
}

/* --- what is refused, and what is not --- */

static int deliver_bundle(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    d->request.total_size = f->bundle.size;
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    int error = update_driver_deliver(d, f->bundle.bytes, f->bundle.size, 300);
    return error == 0 ? update_driver_finish(d) : error;
}

/* The same epoch, stated by the manifest or not at all, is no step back. */
static void a_bundle_of_the_same_epoch_is_taken(void **state)
{
    struct fixture *f = *state;
    f->driver.model.running.security_epoch = f->driver.recipe.security_epoch = 4;
    make_bundle_with(f, "\"security_epoch\":4,");
    assert_int_equal(deliver_bundle(f), 0);
    make_bundle_with(f, "\"security_epoch\":5,");
    assert_int_equal(deliver_bundle(f), 0);
    make_bundle_with(f, "");
    assert_int_equal(deliver_bundle(f), 0);
}

/* At once: a server answers with what the first call says. */
static void a_file_that_ends_too_early_is_refused_by_the_call_that_ends_it(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(flota_updater_finish(&d->updater), FLOTA_ERR_IMAGE_EMPTY);
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, 100, 100), 0);
    assert_int_equal(flota_updater_finish(&d->updater), FLOTA_ERR_IMAGE_TOO_SHORT);
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size - 1, 700), 0);
    assert_int_equal(flota_updater_finish(&d->updater), FLOTA_ERR_IMAGE_WRONG_SIZE);
}

/* --- what is broken off --- */

/* The fallback was read before BEGIN: what goes on afterwards says the same of it. */
static void an_upload_that_is_broken_off_in_a_word_keeps_its_fallback(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    struct flota_record begin[RECORDS_MAX], staged[RECORDS_MAX];
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, 1500, 300), 0);
    while (d->model.operation != FLASH_MODEL_PROGRAM)
        assert_true(flota_updater_poll(&d->updater) > 0);
    uint32_t size = flota_updater_status(&d->updater)->received;
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    while (!flota_updater_is_quiet(&d->updater))
        flota_updater_poll(&d->updater);
    assert_int_equal(update_driver_resume(d, size, d->recipe.size), 0);
    assert_int_equal(update_driver_deliver(d, d->image + size, d->recipe.size - size, 300), 0);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    assert_int_equal(
        update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, begin, RECORDS_MAX), 1);
    assert_int_equal(
        update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED, staged, RECORDS_MAX), 1);
    assert_int_equal(staged[0].arguments.staged.fallback_crc,
                     begin[0].arguments.begin.fallback_crc);
    assert_int_equal(staged[0].arguments.staged.fallback_words,
                     begin[0].arguments.begin.fallback_words);
}

/* Both sectors of the journal are erased again: only one was, when the connection was lost. */
static void a_compaction_that_is_broken_off_begins_anew(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 1);
    assert_int_equal(update_driver_begin(d), 0);
    uint32_t size = (uint32_t)flota_updater_process(&d->updater, d->image, 1500);
    while (d->model.journal_erase_count == 0)
        assert_true(flota_updater_poll(&d->updater) > 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    while (!flota_updater_is_quiet(&d->updater))
        flota_updater_poll(&d->updater);
    assert_int_equal(d->model.journal_erase_count, 1);
    assert_int_equal(update_driver_resume(d, size, d->recipe.size), 0);
    assert_int_equal(update_driver_deliver(d, d->image + size, d->recipe.size - size, 300), 0);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(d->model.journal_erase_count, 3);
}

static void receive_until_cut(struct update_driver *d)
{
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_int_equal(update_driver_begin(d), 0);
    d->model.cut = FLASH_MODEL_CUT_TORN;
    d->model.cut_at = d->model.operation_count + 150;
    if (setjmp(d->model.power_cut) == 0) {
        update_driver_deliver(d, d->image, d->recipe.size, 200);
        update_driver_finish(d);
        fail_msg("the power was to fail");
    }
    update_driver_boot(d, true);
}

/* A restart forgets what was consented to: the upload is known all the same, and it is asked for
 * again. */
static void assert_recovered_with_consent(struct update_driver *d, int refusal)
{
    struct flota_updater_rest rest;
    receive_until_cut(d);
    assert_true(flota_updater_recover(&d->updater, &d->model.target));
    assert_true(flota_updater_rest(&d->updater, &rest));
    const struct flota_image_consents consents = d->request.consents;
    d->request.consents = (struct flota_image_consents){0};
    assert_int_equal(update_driver_resume(d, rest.offset, d->recipe.size), refusal);
    assert_true(d->updater.request.consents.again); /* as it was: it may be asked for once more */
    d->request.consents = consents;
    assert_int_equal(update_driver_resume(d, rest.offset, d->recipe.size), 0);
    assert_false(d->updater.request.consents.again); /* nobody consented to that */
}

static void an_upload_of_another_product_is_recovered(void **state)
{
    struct fixture *f = *state;
    f->driver.recipe.product = "other-product";
    f->driver.request.consents.foreign = true;
    assert_recovered_with_consent(&f->driver, FLOTA_ERR_IMAGE_OTHER_PRODUCT);
}

static void an_upload_of_an_older_version_is_recovered(void **state)
{
    struct fixture *f = *state;
    f->driver.recipe.version = "0.5.0";
    f->driver.request.consents.downgrade = true;
    assert_recovered_with_consent(&f->driver, FLOTA_ERR_IMAGE_DOWNGRADE);
}

/* --- sizes that are not known --- */

static void a_bundle_of_unknown_size_does_not_go_on_as_one_of_unknown_size(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    struct flota_update_look look;
    make_bundle(f);
    d->request.total_size = 0;
    assert_int_equal(flota_update_look_begin(&look, &d->model.target, &d->request), 0);
    flota_update_look_take(&look, f->bundle.bytes, f->bundle.size);
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    assert_int_equal(update_driver_deliver(d, f->bundle.bytes, f->bundle.size / 2, 300), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(flota_update_look_offset(&look, &d->updater, 0), 0);
}

/* --- going back --- */

/* 2.0.0 runs, confirmed, and goes back to 1.0.0; the power fails at the swap, which is the third
 * operation behind STAGED and SWAPTRY. */
static void a_revert_whose_swap_was_cut_is_ordered_again(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    struct flota_boot boot;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    assert_int_equal(flota_updater_revert(&d->updater, &d->model.target, &d->request), 0);
    assert_int_equal(update_driver_finish(d), 0);
    d->model.cut = FLASH_MODEL_CUT_BEFORE;
    d->model.cut_at = d->model.operation_count + 3;
    if (setjmp(d->model.power_cut) == 0) {
        flota_updater_activate(&d->updater);
        fail_msg("the power was to fail");
    }
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "2.0.0");
    assert_int_equal(flota_updater_activate_again(&d->model.target), 1);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_string_equal(d->model.running.version, "1.0.0");
    flota_boot_read(&d->model.flash, &boot);
    assert_int_equal(boot.own.trial, FLOTA_TRIAL_REVERT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_poll_that_has_verified_all_needs_nothing_more),
        TEST(a_poll_waits_only_while_the_flash_works),
        TEST(the_poll_in_which_an_update_fails_says_so),
        TEST(the_fallback_is_as_large_as_the_running_image_in_whole_words),
        TEST(a_call_takes_all_that_stands_before_the_image),
        TEST(a_bundle_of_the_same_epoch_is_taken),
        TEST(a_file_that_ends_too_early_is_refused_by_the_call_that_ends_it),
        TEST(an_upload_that_is_broken_off_in_a_word_keeps_its_fallback),
        TEST(a_compaction_that_is_broken_off_begins_anew),
        TEST(an_upload_of_another_product_is_recovered),
        TEST(an_upload_of_an_older_version_is_recovered),
        TEST(a_bundle_of_unknown_size_does_not_go_on_as_one_of_unknown_size),
        TEST(a_revert_whose_swap_was_cut_is_ordered_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
