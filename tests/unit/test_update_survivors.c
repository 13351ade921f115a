/* test_update_survivors.c - refusals of the updater that nothing else would miss: what it finds in
 * flash is not what this device judged when it came.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "key_maker.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECTOR           1024u /* of flash_model_small */
#define JOURNAL          (7u * SECTOR)
#define RECORD_SIZE      ((uint32_t)sizeof(struct flota_record))
#define LATE_OPERATION   150u /* of an upload: four sectors are finished */
#define FINISHED_SECTORS 4u

struct fixture {
    struct update_driver driver; /* first: helpers take it */
    struct flota_trust trust;
    struct test_key key;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    update_driver_init(&f->driver, &flash_model_small);
    key_make(&f->key, 1);
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

static void set_policy(struct fixture *f, enum flota_signature_policy policy)
{
    const struct flota_trust_config config = {
        .policy = policy, .keys = {f->key.text}, .product = "test-product"};
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    f->driver.model.target.trust = &f->trust;
}

/* --- signatures --- */

/* A programmer, or a firmware without keys, has put an image there: no record says that this device
 * judged it. */
static void an_unsigned_image_without_records_is_not_gone_back_to(void **state)
{
    struct fixture *f = *state;
    struct flash_model *model = &f->driver.model;
    struct flota_image_info info;
    uint8_t *image = image_make(&f->driver.recipe);
    flash_model_load(model, FLOTA_SLOT_SPARE, image, f->driver.recipe.size);
    free(image);
    set_policy(f, FLOTA_SIGNATURES_REQUIRED);
    uint32_t operations = model->operation_count;
    assert_int_equal(flota_updater_revertible(&model->target, &info), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(flota_updater_revert(&f->driver.updater, &model->target, &f->driver.request),
                     FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(model->operation_count, operations);
    set_policy(f, FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(flota_updater_revertible(&model->target, &info), 0);
    assert_string_equal(info.version, "2.0.0");
}

/* It has no block to state a trailer, so that only a bundle can sign it. */
static void a_foreign_image_needs_a_signature_too(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    set_policy(f, FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(d->model.operation_count, 0);
    set_policy(f, FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(update_driver_run(d, 700), 0);
}

/* The head is judged by the policy of then, the whole image by that of the end. */
static void a_policy_that_changes_while_a_foreign_image_comes_holds_for_it(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    set_policy(f, FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
    f->trust.policy = FLOTA_SIGNATURES_REQUIRED;
    assert_int_equal(update_driver_finish(d), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
}

/* --- after a loss of power --- */

static void receive_until_cut(struct update_driver *d)
{
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_int_equal(update_driver_begin(d), 0);
    d->model.cut = FLASH_MODEL_CUT_TORN;
    d->model.cut_at = d->model.operation_count + LATE_OPERATION;
    if (setjmp(d->model.power_cut) == 0) {
        update_driver_deliver(d, d->image, d->recipe.size, 200);
        update_driver_finish(d);
        fail_msg("the power was not cut");
    }
    update_driver_boot(d, true);
    assert_string_equal(d->model.running.version, "1.0.0");
}

static bool recover(struct update_driver *d)
{
    struct flota_updater_rest rest;
    bool found = flota_updater_recover(&d->updater, &d->model.target);
    assert_int_equal(flota_updater_rest(&d->updater, &rest), found);
    return found;
}

/* Of three CONFIRMED two fade. */
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

/* To go on erases what may be the only way back. */
static void an_upload_is_recovered_only_while_the_running_image_is_kept(void **state)
{
    struct update_driver *d = *state;
    receive_until_cut(d);
    assert_true(recover(d));
    spoil_confirmed(d);
    assert_false(recover(d));
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    assert_true(recover(d));
}

/* SESSION and PROGRESS are of the image whose head lies there, or they say nothing about it. */
static void an_upload_is_recovered_only_with_its_own_session(void **state)
{
    struct update_driver *d = *state;
    struct flota_boot boot;
    receive_until_cut(d);
    flota_boot_read(&d->model.flash, &boot);
    const struct flota_flash *flash = &d->model.flash;
    uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE];
    assert_true(recover(d));
    memcpy(digest, flota_updater_status(&d->updater)->info.digest, sizeof digest);
    for (int other = 1; other >= 0; other--) {
        digest[11] ^= 1; /* the last of those that SESSION has; and back */
        assert_int_equal(flota_boot_session(flash, boot.other.generation, digest), 0);
        assert_int_equal(flota_boot_progress(flash, boot.other.generation, FINISHED_SECTORS), 0);
        assert_int_equal(recover(d), !other);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_unsigned_image_without_records_is_not_gone_back_to),
        TEST(a_foreign_image_needs_a_signature_too),
        TEST(a_policy_that_changes_while_a_foreign_image_comes_holds_for_it),
        TEST(an_upload_is_recovered_only_while_the_running_image_is_kept),
        TEST(an_upload_is_recovered_only_with_its_own_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
