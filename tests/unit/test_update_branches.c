/* test_update_branches.c - the updater at the edges: journals that are full or refuse a record,
 * flash that fails late, calls at a moment when nobody makes them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/config.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "key_maker.h"
#include "mbedtls/sha256.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORDS_MAX 64u
#define SECTOR      1024u /* of flash_model_small */

/* Room in the journals for a statement and a configuration. */
static const struct flash_model_geometry roomy = {8192, 7, 8, 32, 1, 1};

struct fixture {
    struct update_driver driver; /* first: helpers take it */
    struct flota_trust trust;
    struct test_key key;
    struct bundle_maker bundle;
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
    bundle_maker_free(&f->bundle);
    update_driver_free(&f->driver);
    free(f);
    return 0;
}

static void use_geometry(struct fixture *f, const struct flash_model_geometry *geometry)
{
    update_driver_free(&f->driver);
    update_driver_init(&f->driver, geometry);
}

static void set_policy(struct fixture *f, enum flota_signature_policy policy)
{
    const struct flota_trust_config config = {
        .policy = policy, .keys = {f->key.text}, .product = "test-product"};
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    f->driver.model.target.trust = &f->trust;
}

static const struct flota_update_status *status(const struct update_driver *d)
{
    return flota_updater_status(&d->updater);
}

static int activate(struct update_driver *d)
{
    return flota_updater_activate(&d->updater);
}

static uint32_t count_of(const struct update_driver *d, enum flota_slot slot,
                         enum flota_record_kind kind)
{
    struct flota_record records[4096];
    return update_driver_records_of(d, slot, kind, records, 4096);
}

/* A record of the image in that slot. */
static void append(struct update_driver *d, enum flota_slot slot, enum flota_record_kind kind,
                   uint32_t generation)
{
    struct flota_boot boot;
    flota_boot_read(&d->model.flash, &boot);
    struct flota_record record = flota_journal_record(
        kind, generation, slot == FLOTA_SLOT_ACTIVE ? boot.own.tag : boot.other.tag);
    assert_int_equal(flota_journal_append(&d->model.flash, slot, &record, 0), 0);
}

/* --- a flash that refuses one kind of record --- */

static int (*program)(void *port, enum flota_slot slot, uint32_t offset, const void *word);
static enum flota_record_kind refused_kind;
static uint32_t refused_count;

static int program_but_one_kind(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct flota_record record;
    memcpy(&record, word, sizeof record);
    if (record.magic == FLOTA_RECORD_MAGIC && record.kind == (uint8_t)refused_kind) {
        refused_count++;
        return FLOTA_ERR_FLASH_PROGRAM;
    }
    return program(port, slot, offset, word);
}

static void refuse_kind(struct update_driver *d, enum flota_record_kind kind)
{
    if (d->model.flash.program_start != program_but_one_kind)
        program = d->model.flash.program_start;
    d->model.flash.program_start = program_but_one_kind;
    refused_kind = kind;
    refused_count = 0;
}

/* --- an updater's life --- */

static void bytes_are_refused_while_idle_and_behind_the_end(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(flota_updater_process(&d->updater, "", 1), FLOTA_ERR_NOT_READY);
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
    assert_int_equal(flota_updater_finish(&d->updater), FLOTA_UPDATER_PENDING);
    assert_int_equal(flota_updater_process(&d->updater, "", 1), FLOTA_ERR_NOT_READY);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RESTARTING);
    assert_int_equal(flota_updater_process(&d->updater, "", 1), FLOTA_ERR_NOT_READY);
    assert_int_equal(activate(d), 0);
}

static void no_bytes_change_nothing(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(flota_updater_process(&d->updater, d->image, 0), 0);
    assert_int_equal(flota_updater_process(&d->updater, d->image, 3), 3);
    assert_int_equal(flota_updater_process(&d->updater, d->image, 0), 0);
    assert_int_equal(flota_updater_process(&d->updater, d->image + 3, 1), 1);
    assert_int_equal(flota_updater_process(&d->updater, d->image + 4, 0), 0);
    assert_int_equal(status(d)->received, 4);
    assert_int_equal(update_driver_deliver(d, d->image + 4, d->recipe.size - 4, 700), 0);
    assert_int_equal(update_driver_finish(d), 0);
}

static void the_file_is_there_until_it_has_been_verified(void **state)
{
    struct update_driver *d = *state;
    uint32_t receiving = 0, verifying = 0;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
    assert_false(flota_updater_has_file(&d->updater));
    while (flota_updater_finish(&d->updater) == FLOTA_UPDATER_PENDING) {
        assert_true(flota_updater_has_file(&d->updater));
        receiving += status(d)->phase == FLOTA_UPDATE_RECEIVING;
        verifying += status(d)->phase == FLOTA_UPDATE_VERIFYING;
        flota_updater_poll(&d->updater);
    }
    assert_true(receiving > 0);
    assert_true(verifying > 0);
    assert_false(flota_updater_has_file(&d->updater));
}

/* The model ends the program when a bank is read while it is busy: so this reads, whenever told. */
static void read_if_allowed(struct update_driver *d, uint32_t *allowed, uint32_t *forbidden)
{
    uint8_t bytes[32];
    const struct flota_flash *flash = &d->model.flash;
    if (flota_updater_lets_read(&d->updater)) {
        ++*allowed;
        assert_int_equal(flash->read(flash->port, FLOTA_SLOT_SPARE, 0, bytes, sizeof bytes), 0);
    } else {
        ++*forbidden;
    }
}

static void banks_may_be_read_whenever_the_updater_says_so(void **state)
{
    struct update_driver *d = *state;
    uint32_t allowed = 0, forbidden = 0;
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0); /* so that it is erased, too */
    read_if_allowed(d, &allowed, &forbidden);
    assert_int_equal(allowed, 1); /* idle */
    assert_int_equal(update_driver_begin(d), 0);
    read_if_allowed(d, &allowed, &forbidden);
    assert_int_equal(forbidden, 1); /* an earlier update's operation may still run */
    for (uint32_t at = 0; at < d->recipe.size;) {
        int taken = flota_updater_process(&d->updater, d->image + at, d->recipe.size - at);
        assert_true(taken >= 0);
        at += (uint32_t)taken;
        assert_true(flota_updater_poll(&d->updater) >= 0);
        read_if_allowed(d, &allowed, &forbidden);
    }
    while (flota_updater_finish(&d->updater) == FLOTA_UPDATER_PENDING) {
        flota_updater_poll(&d->updater);
        read_if_allowed(d, &allowed, &forbidden);
    }
    assert_true(flota_updater_lets_read(&d->updater));
    assert_true(allowed > 10);
    assert_true(forbidden > 100);
    assert_int_equal(d->model.journal_erase_count, 2);
}

static void a_phase_that_is_none_has_a_word(void **state)
{
    (void)state;
    assert_string_equal(flota_update_phase_name((enum flota_update_phase)9), "unknown");
}

/* --- activation --- */

static void a_trial_that_cannot_be_recorded_is_not_swapped_to(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    refuse_kind(d, FLOTA_RECORD_STAGED);
    assert_int_equal(activate(d), FLOTA_ERR_FLASH_PROGRAM);
    assert_true(refused_count > 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(d->model.swap_count, 0);
}

static void a_journal_that_became_full_is_an_error_and_no_swap(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, FLOTA_JOURNAL_KEEP_ROLLBACK);
    assert_int_equal(activate(d), FLOTA_ERR_JOURNAL);
    assert_int_equal(status(d)->error, FLOTA_ERR_JOURNAL);
    assert_int_equal(d->model.swap_count, 0);
}

/* The erase that it announces may have begun: what stands staged is no longer sure. */
static void a_staged_image_under_a_cut_compaction_is_not_activated_again(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    d->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    assert_int_equal(activate(d), FLOTA_ERR_OPTION_BYTES);
    d->model.swap_result = 0;
    d->model.swap_count = 0;
    append(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_COMPACTION, 50);
    assert_int_equal(flota_updater_activate_again(&d->model.target), 0);
    assert_int_equal(d->model.swap_count, 0);
    append(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_SEEN,
           51); /* the erase is over, and more was written */
    assert_int_equal(flota_updater_activate_again(&d->model.target), 1);
    assert_int_equal(d->model.swap_count, 1);
}

/* It has no trial that a deadline could end. */
static void a_deadline_for_a_foreign_image_is_not_recorded(void **state)
{
    struct update_driver *d = *state;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    d->request.total_size = d->recipe.size;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
    assert_int_equal(count_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN), 1);
    flota_updater_set_deadline(&d->updater, 55555);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(count_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN), 1);
}

/* --- before the first erase --- */

/* Its block is signed, but what a debugger has put there may say anything. */
static void a_running_image_that_states_too_large_a_size_counts_as_the_whole_slot(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    d->model.running.image_size = 8u * SECTOR;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(
        update_driver_records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, r, RECORDS_MAX), 1);
    assert_int_equal(r[0].arguments.begin.fallback_words, 7u * SECTOR / 32u);
}

static void an_image_that_cannot_be_kept_for_want_of_room_takes_no_update(void **state)
{
    struct update_driver *d = *state;
    append(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_FAILED, 1);
    update_driver_fill_journal(d, FLOTA_SLOT_ACTIVE, 0);
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_JOURNAL);
    assert_int_equal(d->model.erase_count + d->model.journal_erase_count, 0);
}

/* The erase says that it succeeded and did nothing: no second one, no loop. */
static void a_journal_that_is_still_full_after_its_erase_ends_the_update(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    use_geometry(f, &roomy);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0);
    uint32_t before = d->model.operation_count;
    d->model.fault = FLASH_MODEL_SILENT;
    d->model.fail_at = before + 5; /* CONFIRMED three times, COMPACTION, the erase */
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_JOURNAL);
    assert_int_equal(d->model.operation_count, before + 5);
}

/* --- what a compaction must not lose --- */

/* As the firmware in the other bank does while it runs. */
static void in_the_other_bank(struct update_driver *d)
{
    d->model.active = 1 - d->model.active;
}

static void save_setting_in_spare(struct update_driver *d)
{
    static const struct flota_config_key keys[] = {
        {.key = "interval", .type = FLOTA_CONFIG_INTEGER, .initial = "300"}};
    struct flota_config_table table = {.keys = keys, .count = 1};
    struct flota_config config;
    in_the_other_bank(d);
    flota_config_init(&config, &d->model.flash);
    flota_config_add(&config, &table);
    assert_int_equal(flota_config_set(&config, "interval", "60"), 0);
    assert_int_equal(flota_config_save(&config), 0);
    in_the_other_bank(d);
}

static int32_t setting(struct update_driver *d)
{
    static const struct flota_config_key keys[] = {
        {.key = "interval", .type = FLOTA_CONFIG_INTEGER, .initial = "300"}};
    struct flota_config_table table = {.keys = keys, .count = 1};
    struct flota_config config;
    flota_config_init(&config, &d->model.flash);
    flota_config_add(&config, &table);
    return flota_config_integer(&config, "interval");
}

/* Values need room for their own copy besides the trial: the journal is erased in time. */
static void a_journal_with_settings_is_erased_while_it_has_some_room_left(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    use_geometry(f, &roomy);
    save_setting_in_spare(d);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, FLOTA_JOURNAL_KEEP_TRIAL + 1);
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(d->model.journal_erase_count, 1);
    assert_int_equal(setting(d), 60);
}

static void settings_that_cannot_be_carried_over_stop_the_erase(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    use_geometry(f, &roomy);
    save_setting_in_spare(d);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0);
    refuse_kind(d, FLOTA_RECORD_CONFIG);
    assert_true(update_driver_run(d, 700) < 0);
    assert_true(refused_count > 0);
    assert_int_equal(d->model.journal_erase_count + d->model.erase_count, 0);
    assert_int_equal(setting(d), 60);
}

/* To refuse the update for want of room would be worse: only an update ever makes room. */
static void settings_for_which_there_is_no_room_do_not_stop_the_update(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    use_geometry(f, &roomy);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    save_setting_in_spare(d);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0);
    update_driver_fill_journal(d, FLOTA_SLOT_ACTIVE, FLOTA_JOURNAL_KEEP_CONFIRM + 1);
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(d->model.journal_erase_count, 1);
}

static void revoke_key_in_spare(struct fixture *f)
{
    struct flota_statement statement;
    struct test_key second;
    struct update_driver *d = &f->driver;
    key_make(&second, 2);
    const struct flota_trust_config config = {.policy = FLOTA_SIGNATURES_OPTIONAL,
                                              .keys = {f->key.text, second.text},
                                              .product = "test-product"};
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    d->model.target.trust = &f->trust;
    key_statement(&f->key, 1, 1, NULL, "test-product", &statement);
    in_the_other_bank(d);
    assert_int_equal(flota_trust_accept(&f->trust, &d->model.flash, &statement, sizeof statement),
                     0);
    in_the_other_bank(d);
}

static void a_revoked_key_outlives_the_journal_that_says_so(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    use_geometry(f, &roomy);
    revoke_key_in_spare(f);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0);
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(d->model.journal_erase_count, 1);
    assert_true(count_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_STATEMENT) > 0);
    assert_int_equal(count_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STATEMENT), 0);
}

static void a_revocation_that_cannot_be_carried_over_stops_the_erase(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    use_geometry(f, &roomy);
    revoke_key_in_spare(f);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0);
    refuse_kind(d, FLOTA_RECORD_STATEMENT);
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_JOURNAL);
    assert_true(refused_count > 0);
    assert_int_equal(d->model.journal_erase_count + d->model.erase_count, 0);
}

/* --- recovered uploads --- */

static void receive_until_cut(struct update_driver *d, uint32_t operation)
{
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_int_equal(update_driver_begin(d), 0);
    d->model.cut = FLASH_MODEL_CUT_TORN;
    d->model.cut_at = d->model.operation_count + operation;
    if (setjmp(d->model.power_cut) == 0) {
        update_driver_deliver(d, d->image, d->recipe.size, 200);
        update_driver_finish(d);
        fail_msg("the power was not cut");
    }
    update_driver_boot(d, true);
}

static void a_recovered_upload_whose_head_faded_is_not_resumed(void **state)
{
    struct update_driver *d = *state;
    receive_until_cut(d, 150);
    assert_true(flota_updater_recover(&d->updater, &d->model.target));
    flash_model_spoil(&d->model, FLOTA_SLOT_SPARE, 64);
    assert_int_equal(update_driver_resume(d, 0, d->recipe.size), FLOTA_ERR_FLASH_READ);
}

/* More than one slice to hash before the next byte is written. */
static void a_recovered_upload_of_several_slices_becomes_the_image(void **state)
{
    struct update_driver *d = *state;
    struct flota_updater_rest rest;
    d->recipe.size = 7000;
    receive_until_cut(d, 220);
    assert_true(flota_updater_recover(&d->updater, &d->model.target));
    assert_true(flota_updater_rest(&d->updater, &rest));
    assert_true(rest.offset > 4096);
    assert_int_equal(update_driver_resume(d, rest.offset, d->recipe.size), 0);
    assert_int_equal(
        update_driver_deliver(d, d->image + rest.offset, d->recipe.size - rest.offset, 300), 0);
    assert_int_equal(update_driver_finish(d), 0);
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
}

/* PROGRESS says more than the image has: it is not of this one. */
static void an_upload_with_more_finished_than_there_is_begins_anew(void **state)
{
    struct update_driver *d = *state;
    struct flota_boot boot;
    receive_until_cut(d, 150);
    flota_boot_read(&d->model.flash, &boot);
    assert_true(flota_updater_recover(&d->updater, &d->model.target));
    assert_int_equal(flota_boot_progress(&d->model.flash, boot.other.generation, 5), 0);
    assert_false(flota_updater_recover(&d->updater, &d->model.target)); /* 5 * 1024 > 5000 */
}

/* --- going back --- */

static void load_spare(struct fixture *f)
{
    uint8_t *image = image_make(&f->driver.recipe);
    flash_model_load(&f->driver.model, FLOTA_SLOT_SPARE, image, f->driver.recipe.size);
    free(image);
}

static int revert(struct update_driver *d)
{
    int error = flota_updater_revert(&d->updater, &d->model.target, &d->request);
    return error == 0 ? update_driver_finish(d) : error;
}

static void an_image_without_records_is_gone_back_to_where_no_keys_are(void **state)
{
    struct fixture *f = *state;
    load_spare(f);
    assert_int_equal(revert(&f->driver), 0);
    assert_int_equal(activate(&f->driver), 0);
    assert_int_equal(update_driver_boot(&f->driver, true).reason, FLOTA_REASON_TRIAL);
    assert_string_equal(f->driver.model.running.version, "2.0.0");
}

/* Where signatures are optional it needs none; and where none is, nothing is read of a trailer. */
static void
an_unsigned_image_without_records_is_gone_back_to_where_signatures_are_optional(void **state)
{
    struct fixture *f = *state;
    load_spare(f);
    set_policy(f, FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(revert(&f->driver), 0);
    assert_false(status(&f->driver)->is_signed);
}

static void a_staged_image_that_never_started_is_gone_to(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    d->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    assert_int_equal(activate(d), FLOTA_ERR_OPTION_BYTES);
    d->model.swap_result = 0;
    assert_int_equal(revert(d), 0);
}

static void under_a_cut_compaction_there_is_no_way_back(void **state)
{
    struct fixture *f = *state;
    struct flota_image_info info;
    load_spare(f);
    append(&f->driver, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_COMPACTION, 50);
    assert_int_equal(flota_updater_revertible(&f->driver.model.target, &info),
                     FLOTA_ERR_IMAGE_NOT_THERE);
}

/* Somebody left it while it was on trial, and changes his mind: nothing is wrong with it. */
static void an_image_that_was_left_on_request_needs_no_consent(void **state)
{
    struct update_driver *d = *state;
    struct flota_image_info info;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(activate(d), 0);
    update_driver_boot(d, true);
    assert_int_equal(flota_boot_fail(&d->model.flash, FLOTA_REASON_REQUEST, 0), 0);
    update_driver_boot(d, false);
    assert_string_equal(d->model.running.version, "1.0.0");
    assert_int_equal(flota_updater_revertible(&d->model.target, &info), 0);
}

static void a_refused_image_is_gone_back_to_by_consent_only(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    struct flota_image_info info;
    load_spare(f);
    assert_int_equal(flota_updater_revertible(&d->model.target, &info), 0);
    assert_int_equal(flota_boot_reject(&d->model.flash, info.digest), 0);
    assert_int_equal(flota_updater_revertible(&d->model.target, &info), FLOTA_ERR_IMAGE_REJECTED);
    assert_int_equal(revert(d), FLOTA_ERR_IMAGE_REJECTED);
    d->request.consents.again = true;
    assert_int_equal(revert(d), 0);
}

/* Image and trailer, signed by the device's key, installed; then 3.0.0 above it, which runs. */
static void install_signed_and_another(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    const struct test_key *const keys[] = {&f->key};
    uint8_t trailer[FLOTA_TRAILER_SIZE_MAX], zeros[32] = {0};
    uint32_t size = d->recipe.size / 32 * 32;
    d->recipe.size = size;
    assert_int_equal(update_driver_begin(d), 0);
    uint8_t *block = d->image + FLOTA_IMAGE_INFO_OFFSET;
    uint32_t trailer_size = (uint32_t)key_trailer(keys, 1, zeros, trailer);
    memcpy(block + offsetof(struct flota_image_info, trailer_size), &trailer_size, 4);
    image_reseal(d->image, size);
    key_trailer(keys, 1, block + offsetof(struct flota_image_info, digest), trailer);
    assert_int_equal(update_driver_deliver(d, d->image, size, 700), 0);
    assert_int_equal(update_driver_deliver(d, trailer, trailer_size, 700), 0);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(activate(d), 0);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    d->recipe.version = "3.0.0";
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(activate(d), 0);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    memset(&d->updater, 0, sizeof d->updater);
}

/* Whether a key of it was revoked since cannot be told. */
static void an_image_whose_signatures_cannot_be_read_is_not_gone_back_to(void **state)
{
    struct fixture *f = *state;
    install_signed_and_another(f);
    set_policy(f, FLOTA_SIGNATURES_REQUIRED);
    flash_model_spoil(&f->driver.model, FLOTA_SLOT_SPARE, f->driver.recipe.size);
    uint32_t operations = f->driver.model.operation_count;
    assert_int_equal(revert(&f->driver), FLOTA_ERR_FLASH_READ);
    assert_int_equal(f->driver.model.operation_count, operations);
}

/* --- the read-back --- */

static int (*real_read)(void *port, enum flota_slot slot, uint32_t offset, void *data,
                        uint32_t size);
static enum flota_slot bad_slot;
static uint32_t bad_offset, bad_size;

/* So many bytes at once are read there by one caller only. */
static int read_but_there(void *port, enum flota_slot slot, uint32_t offset, void *data,
                          uint32_t size)
{
    if (slot == bad_slot && offset == bad_offset && size == bad_size)
        return FLOTA_ERR_FLASH_READ;
    return real_read(port, slot, offset, data, size);
}

static void fail_reads(struct update_driver *d, enum flota_slot slot, uint32_t offset,
                       uint32_t size)
{
    if (d->model.flash.read != read_but_there)
        real_read = d->model.flash.read;
    d->model.flash.read = read_but_there;
    bad_slot = slot;
    bad_offset = offset;
    bad_size = size;
}

static void start_with_guard(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    struct image_recipe active = IMAGE_RECIPE;
    use_geometry(f, &roomy);
    active.version = "1.0.0";
    active.size = 9000;
    active.guard = d->recipe.guard = 77;
    uint8_t *image = image_make(&active);
    flash_model_load(&d->model, FLOTA_SLOT_ACTIVE, image, active.size);
    memcpy(&d->model.running, image + FLOTA_IMAGE_INFO_OFFSET, sizeof d->model.running);
    free(image);
    d->recipe.size = 10000;
}

/* Words fade between two reads: of the running guard, or of the one that came. */
static void guards_that_cannot_be_compared_end_the_update(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    for (int slot = FLOTA_SLOT_ACTIVE; slot <= FLOTA_SLOT_SPARE; slot++) {
        start_with_guard(f);
        assert_int_equal(update_driver_begin(d), 0);
        assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
        while (status(d)->phase != FLOTA_UPDATE_VERIFYING) {
            assert_true(flota_updater_finish(&d->updater) >= 0);
            flota_updater_poll(&d->updater);
        }
        fail_reads(d, (enum flota_slot)slot, FLOTA_GUARD_OFFSET + 256, 256);
        assert_int_equal(update_driver_finish(d), FLOTA_ERR_FLASH_READ);
        assert_int_equal(activate(d), FLOTA_ERR_NOT_READY);
        assert_int_equal(d->model.swap_count, 0);
    }
}

static void a_trailer_that_cannot_be_read_ends_the_update(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    install_signed_and_another(f);
    set_policy(f, FLOTA_SIGNATURES_OPTIONAL);
    d->recipe.version = "4.0.0";
    fail_reads(d, FLOTA_SLOT_SPARE, d->recipe.size, 0); /* it has none: nothing to read */
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_FLASH_READ);
    assert_int_equal(activate(d), FLOTA_ERR_NOT_READY);
}

/* It has no block, so no trailer; its bundle vouches for it. */
static void a_foreign_image_in_a_signed_bundle_is_taken_where_signatures_are_required(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    const struct test_key *const signers[FLOTA_KEY_SLOTS] = {&f->key};
    char text[BUNDLE_MAKER_MANIFEST_MAX], extra_text[KEY_EXTRA_SIZE];
    uint8_t digest[32], extra[KEY_EXTRA_SIZE + 4];
    set_policy(f, FLOTA_SIGNATURES_REQUIRED);
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    assert_int_equal(update_driver_begin(d), 0);
    struct bundle_part part = {"fw", "app", "fw.bin", d->image, d->recipe.size};
    uint32_t size = bundle_make_manifest(text, "test-board", "2.0.0", "", &part, 1);
    assert_int_equal(mbedtls_sha256_ret((const uint8_t *)text, size, digest, 0), 0);
    key_extra(signers, digest, extra_text);
    bundle_maker_begin(&f->bundle);
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = "manifest.json",
                                           .data = text,
                                           .size = size,
                                           .extra = extra,
                                           .extra_size = bundle_make_extra(extra, extra_text)});
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = part.src, .data = part.data, .size = part.size});
    bundle_maker_end(&f->bundle, "");
    assert_int_equal(update_driver_deliver(d, f->bundle.bytes, f->bundle.size, 700), 0);
    assert_int_equal(update_driver_finish(d), 0);
    assert_true(status(d)->is_signed);
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bytes_are_refused_while_idle_and_behind_the_end),
        TEST(no_bytes_change_nothing),
        TEST(the_file_is_there_until_it_has_been_verified),
        TEST(banks_may_be_read_whenever_the_updater_says_so),
        TEST(a_phase_that_is_none_has_a_word),
        TEST(a_trial_that_cannot_be_recorded_is_not_swapped_to),
        TEST(a_journal_that_became_full_is_an_error_and_no_swap),
        TEST(a_staged_image_under_a_cut_compaction_is_not_activated_again),
        TEST(a_deadline_for_a_foreign_image_is_not_recorded),
        TEST(a_running_image_that_states_too_large_a_size_counts_as_the_whole_slot),
        TEST(an_image_that_cannot_be_kept_for_want_of_room_takes_no_update),
        TEST(a_journal_that_is_still_full_after_its_erase_ends_the_update),
        TEST(a_journal_with_settings_is_erased_while_it_has_some_room_left),
        TEST(settings_that_cannot_be_carried_over_stop_the_erase),
        TEST(settings_for_which_there_is_no_room_do_not_stop_the_update),
        TEST(a_revoked_key_outlives_the_journal_that_says_so),
        TEST(a_revocation_that_cannot_be_carried_over_stops_the_erase),
        TEST(a_recovered_upload_whose_head_faded_is_not_resumed),
        TEST(a_recovered_upload_of_several_slices_becomes_the_image),
        TEST(an_upload_with_more_finished_than_there_is_begins_anew),
        TEST(an_image_without_records_is_gone_back_to_where_no_keys_are),
        TEST(an_unsigned_image_without_records_is_gone_back_to_where_signatures_are_optional),
        TEST(a_staged_image_that_never_started_is_gone_to),
        TEST(under_a_cut_compaction_there_is_no_way_back),
        TEST(an_image_that_was_left_on_request_needs_no_consent),
        TEST(a_refused_image_is_gone_back_to_by_consent_only),
        TEST(an_image_whose_signatures_cannot_be_read_is_not_gone_back_to),
        TEST(guards_that_cannot_be_compared_end_the_update),
        TEST(a_trailer_that_cannot_be_read_ends_the_update),
        TEST(a_foreign_image_in_a_signed_bundle_is_taken_where_signatures_are_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
