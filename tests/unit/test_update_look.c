/* test_update_look.c - a look at a file's beginning: what an update with it would be refused with.
 *
 * test_http_update_check.c compares looks with uploads, through a server; this is the look alone.
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

struct fixture {
    struct update_driver driver;
    struct flota_update_look look;
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

/* Look at so many bytes. Returns what flota_update_look_end() does. */
static int look_at(struct fixture *f, const uint8_t *bytes, uint32_t size, bool is_whole)
{
    struct update_driver *d = &f->driver;
    assert_int_equal(flota_update_look_begin(&f->look, &d->model.target, &d->request), 0);
    flota_update_look_take(&f->look, bytes, size);
    return flota_update_look_end(&f->look, is_whole);
}

static int look(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    free(d->image);
    d->image = image_make(&d->recipe);
    return look_at(f, d->image, d->recipe.size, true);
}

/* The consents that were asked for, in their order; 0: none more. */
static void assert_asks(const struct fixture *f, int first, int second, int third)
{
    const int wanted[] = {first, second, third}, *asks;
    uint32_t count = flota_update_look_asks(&f->look, &asks);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(i < count ? asks[i] : 0, wanted[i]);
}

static void make_bundle(struct fixture *f)
{
    char text[BUNDLE_MAKER_MANIFEST_MAX];
    struct update_driver *d = &f->driver;
    d->image = image_make(&d->recipe);
    struct bundle_part part = {"fw", "app", "fw.bin", d->image, d->recipe.size};
    uint32_t size = bundle_make_manifest(text, "test-board", "2.0.0", "", &part, 1);
    bundle_maker_begin(&f->bundle);
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = "manifest.json", .data = text, .size = size});
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = part.src, .data = part.data, .size = part.size});
    bundle_maker_end(&f->bundle, "");
}

/* --- what is asked --- */

static void a_good_image_asks_for_nothing_and_touches_no_flash(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(look(f), 0);
    assert_asks(f, 0, 0, 0);
    assert_string_equal(flota_update_look_info(&f->look)->version, "2.0.0");
    assert_memory_equal(flota_update_look_digest(&f->look),
                        flota_update_look_info(&f->look)->digest, FLOTA_IMAGE_DIGEST_SIZE);
    assert_null(flota_update_look_manifest(&f->look));
    assert_int_equal(f->driver.model.operation_count, 0);
}

static void all_consents_are_asked_for_at_once(void **state)
{
    struct fixture *f = *state;
    uint8_t digest[12];
    f->driver.recipe.version = "0.9.0";
    assert_int_equal(look(f), 0);
    assert_asks(f, FLOTA_ERR_IMAGE_DOWNGRADE, 0, 0);
    memcpy(digest, flota_update_look_digest(&f->look), sizeof digest);
    assert_int_equal(flota_boot_reject(&f->driver.model.flash, digest), 0);
    assert_int_equal(look(f), 0);
    assert_asks(f, FLOTA_ERR_IMAGE_DOWNGRADE, FLOTA_ERR_IMAGE_REJECTED, 0);
}

static void another_product_and_another_guard_are_asked_for(void **state)
{
    struct fixture *f = *state;
    memset(f->driver.model.running.guard_id, 7, sizeof f->driver.model.running.guard_id);
    f->driver.recipe.product = "something-else";
    assert_int_equal(look(f), 0);
    assert_asks(f, FLOTA_ERR_IMAGE_OTHER_PRODUCT, FLOTA_ERR_IMAGE_OTHER_GUARD, 0);
}

static void what_was_consented_to_is_not_asked_for(void **state)
{
    struct fixture *f = *state;
    f->driver.recipe.version = "0.9.0";
    f->driver.request.consents.downgrade = true;
    assert_int_equal(look(f), 0);
    assert_asks(f, 0, 0, 0);
}

/* Of the device's own options, before the file is looked at; the rest is asked for all the same. */
static void option_bytes_in_the_way_are_asked_for_with_the_rest(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    d->model.update_allowed_result = FLOTA_ERR_CM4_BOOTS;
    d->recipe.version = "0.9.0";
    assert_int_equal(look(f), 0);
    assert_asks(f, FLOTA_ERR_CM4_BOOTS, FLOTA_ERR_IMAGE_DOWNGRADE, 0);
    d->request.consents.options = true;
    assert_int_equal(look(f), 0);
    assert_asks(f, FLOTA_ERR_IMAGE_DOWNGRADE, 0, 0);
    assert_int_equal(d->model.set_options_count, 0);
    assert_int_equal(d->model.operation_count, 0);
    d->model.update_allowed_result = FLOTA_ERR_OPTION_PENDING;
    assert_int_equal(flota_update_look_begin(&f->look, &d->model.target, &d->request),
                     FLOTA_ERR_OPTION_PENDING);
}

/* A foreign image by consent, whose vectors lead nowhere: the first does not help. */
static void what_nobody_may_consent_to_is_the_answer(void **state)
{
    struct fixture *f = *state;
    f->driver.recipe.board = "other-board";
    assert_int_equal(look(f), FLOTA_ERR_IMAGE_OTHER_BOARD);
    assert_asks(f, 0, 0, 0);
    f->driver.recipe.board = "test-board";
    f->driver.recipe.no_block = true;
    f->driver.model.foreign_allowed_result = FLOTA_ERR_WATCHDOG_ALWAYS;
    assert_int_equal(look(f), FLOTA_ERR_WATCHDOG_ALWAYS);
    assert_asks(f, FLOTA_ERR_IMAGE_NO_INFO, 0, 0);
}

/* The port says no with an error that a consent was given for: it is not asked for again. */
static void a_consent_that_does_not_help_is_asked_for_once(void **state)
{
    struct fixture *f = *state;
    f->driver.recipe.no_block = true;
    f->driver.model.foreign_allowed_result = FLOTA_ERR_IMAGE_NO_INFO;
    assert_int_equal(look(f), FLOTA_ERR_IMAGE_NO_INFO);
    assert_asks(f, FLOTA_ERR_IMAGE_NO_INFO, 0, 0);
}

static void a_foreign_image_shows_nothing_of_itself(void **state)
{
    struct fixture *f = *state;
    f->driver.recipe.no_block = true;
    assert_int_equal(look(f), 0);
    assert_asks(f, FLOTA_ERR_IMAGE_NO_INFO, 0, 0);
    assert_null(flota_update_look_info(&f->look));
    assert_null(flota_update_look_digest(&f->look));
}

static void a_file_that_is_all_there_is_judged_as_such_and_a_beginning_is_not(void **state)
{
    struct fixture *f = *state;
    uint8_t few[100] = {0};
    assert_int_equal(look_at(f, few, sizeof few, false), 0);
    assert_null(flota_update_look_info(&f->look));
    assert_int_equal(look_at(f, few, sizeof few, true), FLOTA_ERR_IMAGE_TOO_SHORT);
    assert_int_equal(look_at(f, few, 0, true), FLOTA_ERR_IMAGE_EMPTY);
}

/* Behind the head no byte is taken: what comes there, and how much of it, changes nothing. */
static void what_stands_behind_the_head_is_not_looked_at(void **state)
{
    struct fixture *f = *state;
    uint8_t more[10000];
    assert_int_equal(look(f), 0);
    uint32_t received = f->look.updater.status.received;
    assert_int_equal(received, FLOTA_IMAGE_HEAD_SIZE);
    memset(more, 0xAB, sizeof more);
    flota_update_look_take(&f->look, more, sizeof more);
    assert_int_equal(f->look.updater.status.received, received);
    assert_int_equal(flota_update_look_end(&f->look, true), 0);
}

/* --- bundles --- */

static void a_bundle_shows_its_manifest_and_the_digest_of_its_image(void **state)
{
    struct fixture *f = *state;
    make_bundle(f);
    assert_int_equal(look_at(f, f->bundle.bytes, 40, false), 0); /* the manifest is not here yet */
    assert_null(flota_update_look_manifest(&f->look));
    assert_null(flota_update_look_digest(&f->look));
    assert_int_equal(look_at(f, f->bundle.bytes, f->bundle.size, true), 0);
    const struct flota_manifest *manifest = flota_update_look_manifest(&f->look);
    assert_non_null(manifest);
    assert_memory_equal(flota_update_look_digest(&f->look),
                        manifest->parts[manifest->image_part].sha256, FLOTA_IMAGE_DIGEST_SIZE);
}

static void a_bundle_for_another_board_is_refused_for_good(void **state)
{
    struct fixture *f = *state;
    make_bundle(f);
    f->driver.model.platform.board = "other-board";
    assert_int_equal(look_at(f, f->bundle.bytes, f->bundle.size, true),
                     FLOTA_ERR_MANIFEST_OTHER_PLATFORM);
    assert_asks(f, 0, 0, 0);
}

/* --- where an upload of it would go on --- */

static uint32_t offset_for(struct fixture *f, uint32_t size)
{
    return flota_update_look_offset(&f->look, &f->driver.updater, size);
}

static void break_off(struct fixture *f, uint32_t size)
{
    struct update_driver *d = &f->driver;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, size, 300), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    while (!flota_updater_is_quiet(&d->updater))
        flota_updater_poll(&d->updater);
}

static void an_upload_that_broke_off_goes_on_with_the_same_file_only(void **state)
{
    struct fixture *f = *state;
    break_off(f, 3000);
    assert_int_equal(look(f), 0);
    uint32_t size = f->driver.recipe.size;
    assert_int_equal(offset_for(f, size), 3000);
    assert_int_equal(offset_for(f, 0), 0);
    assert_int_equal(offset_for(f, size + 32), 0);
    f->driver.recipe.seed++; /* another one of the same size */
    assert_int_equal(look(f), 0);
    assert_int_equal(offset_for(f, size), 0);
}

static void without_a_digest_or_a_rest_nothing_goes_on(void **state)
{
    struct fixture *f = *state;
    uint8_t few[100] = {0};
    break_off(f, 3000);
    assert_int_equal(look_at(f, few, sizeof few, false), 0);
    assert_int_equal(offset_for(f, f->driver.recipe.size), 0);
    memset(&f->driver.updater, 0, sizeof f->driver.updater);
    assert_int_equal(look(f), 0);
    assert_int_equal(offset_for(f, f->driver.recipe.size), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_image_asks_for_nothing_and_touches_no_flash),
        TEST(all_consents_are_asked_for_at_once),
        TEST(another_product_and_another_guard_are_asked_for),
        TEST(what_was_consented_to_is_not_asked_for),
        TEST(option_bytes_in_the_way_are_asked_for_with_the_rest),
        TEST(what_nobody_may_consent_to_is_the_answer),
        TEST(a_consent_that_does_not_help_is_asked_for_once),
        TEST(a_foreign_image_shows_nothing_of_itself),
        TEST(a_file_that_is_all_there_is_judged_as_such_and_a_beginning_is_not),
        TEST(what_stands_behind_the_head_is_not_looked_at),
        TEST(a_bundle_shows_its_manifest_and_the_digest_of_its_image),
        TEST(a_bundle_for_another_board_is_refused_for_good),
        TEST(an_upload_that_broke_off_goes_on_with_the_same_file_only),
        TEST(without_a_digest_or_a_rest_nothing_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
