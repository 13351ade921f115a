/* test_update_errors.c - updates that are refused, broken, or fail in flash: the active slot stays.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "prng.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AREA_SIZE            (7u * 1024u) /* of flash_model_small: behind it is the journal */
#define RECORDS_BEFORE_ERASE 5u           /* three CONFIRMED, BEGIN, SESSION */

struct fixture {
    struct update_driver driver;
    uint8_t *active; /* bytes of the active slot's image sectors before the test */
};

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (!f)
        return -1;
    update_driver_init(&f->driver, &flash_model_small);
    uint32_t size = AREA_SIZE;
    f->active = malloc(size);
    memcpy(f->active, flash_model_bytes(&f->driver.model, FLOTA_SLOT_ACTIVE), size);
    *state = f;
    return 0;
}

/* Whatever a test did: the active slot is bit-identical and nothing was swapped. */
static int tear_down(void **state)
{
    struct fixture *f = *state;
    struct flash_model *model = &f->driver.model;
    bool same = flash_model_holds(model, FLOTA_SLOT_ACTIVE, f->active, AREA_SIZE);
    bool swapped = model->swap_count != 0 || model->next_active != 0;
    update_driver_free(&f->driver);
    free(f->active);
    free(f);
    return same && !swapped ? 0 : -1;
}

static const struct flota_update_status *status(const struct update_driver *d)
{
    return flota_updater_status(&d->updater);
}

/* The update has failed with error; so say all calls, and nothing can make it go on. */
static void assert_failed(struct update_driver *d, int error)
{
    uint8_t byte = 0;
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(status(d)->error, error);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_CANCELLED);
    assert_int_equal(flota_updater_process(&d->updater, &byte, 1), error);
    assert_int_equal(flota_updater_poll(&d->updater), error);
    assert_int_equal(flota_updater_finish(&d->updater), error);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
}

static void assert_next_update_succeeds(struct update_driver *d)
{
    d->recipe = (struct image_recipe)IMAGE_RECIPE;
    d->request = (struct flota_update_request){0};
    d->model.fail_at = 0;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
}

/* --- refused before the first erase --- */

static void assert_refused_untouched(struct update_driver *d, int error)
{
    assert_int_equal(update_driver_run(d, 700), error);
    assert_int_equal(d->model.operation_count, 0);
    assert_int_equal(d->model.read_count, 0);
    assert_failed(d, error);
}

static void what_the_announced_size_shows_is_refused_at_creation(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    d->request.total_size = AREA_SIZE + FLOTA_UPDATE_BUNDLE_OVERHEAD + 1;
    assert_int_equal(update_driver_begin(d), FLOTA_ERR_IMAGE_TOO_LARGE);
    assert_failed(d, FLOTA_ERR_IMAGE_TOO_LARGE);
    d->request.total_size = FLOTA_IMAGE_HEAD_SIZE - 1;
    assert_int_equal(update_driver_begin(d), FLOTA_ERR_IMAGE_TOO_SHORT);
    assert_failed(d, FLOTA_ERR_IMAGE_TOO_SHORT);
    assert_int_equal(d->model.operation_count, 0);
}

/* A file that is a little larger might be a bundle: its first bytes tell. */
static void an_image_that_is_announced_too_large_is_refused_by_its_head(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    for (uint32_t more = 1; more < FLOTA_UPDATE_BUNDLE_OVERHEAD; more *= 7) {
        d->request.total_size = AREA_SIZE + more;
        assert_refused_untouched(d, FLOTA_ERR_IMAGE_TOO_LARGE);
    }
}

static void what_the_platform_refuses_is_refused_at_creation(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    static const int reasons[] = {FLOTA_ERR_CM4_BOOTS, FLOTA_ERR_OPTION_PENDING,
                                  FLOTA_ERR_CHIP_UNKNOWN};
    for (int i = 0; i < 3; i++) {
        d->model.update_allowed_result = reasons[i];
        assert_refused_untouched(d, reasons[i]);
    }
}

static void every_refusal_of_the_head_costs_no_flash_operation(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    const struct image_recipe good = IMAGE_RECIPE;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    d->recipe.stack_pointer = 0;
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_BAD_VECTORS);
    d->recipe = good;
    d->recipe.no_block = true;
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_NO_INFO);
    d->recipe = good;
    d->recipe.name = "\n";
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_BAD_INFO);
    d->recipe = good;
    d->recipe.board = "another";
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_OTHER_BOARD);
    d->recipe = good;
    d->recipe.product = "another";
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_OTHER_PRODUCT);
    d->recipe = good;
    d->recipe.link_address = 0x08100000u;
    d->recipe.reset_vector = 0x08100501u;
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_OTHER_ADDRESS);
    d->recipe = good;
    d->recipe.version = "0.9.0";
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_DOWNGRADE);
    d->recipe = good;
    d->recipe.size = 7 * 1024 + 1;
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_TOO_LARGE);
    d->recipe = good;
    d->request.total_size = good.size + 1;
    assert_refused_untouched(d, FLOTA_ERR_IMAGE_WRONG_SIZE);
}

static void a_file_that_ends_in_the_head_is_empty_or_too_short(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    for (uint32_t size = 0; size < FLOTA_IMAGE_HEAD_SIZE; size += 71) {
        assert_int_equal(update_driver_begin(d), 0);
        assert_int_equal(update_driver_deliver(d, d->image, size, 100), 0);
        int error = size == 0 ? FLOTA_ERR_IMAGE_EMPTY : FLOTA_ERR_IMAGE_TOO_SHORT;
        assert_int_equal(update_driver_finish(d), error);
        assert_failed(d, error);
    }
    assert_int_equal(d->model.operation_count, 0);
}

/* --- broken on the way --- */

static void a_file_that_ends_early_has_the_wrong_size(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    for (uint32_t size = FLOTA_IMAGE_HEAD_SIZE; size < d->recipe.size; size += 93) {
        assert_int_equal(update_driver_begin(d), 0);
        assert_int_equal(update_driver_deliver(d, d->image, size, 100), 0);
        assert_int_equal(update_driver_finish(d), FLOTA_ERR_IMAGE_WRONG_SIZE);
        assert_failed(d, FLOTA_ERR_IMAGE_WRONG_SIZE);
    }
    assert_next_update_succeeds(d);
}

static int deliver_with_a_byte_more(struct update_driver *d, bool settle)
{
    uint8_t byte = 0;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 100), 0);
    if (settle)
        assert_int_equal(update_driver_settle(d), 0);
    return update_driver_deliver(d, &byte, 1, 1);
}

static void a_byte_too_many_has_the_wrong_size_at_any_time(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    assert_int_equal(deliver_with_a_byte_more(d, false), FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_failed(d, FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_int_equal(deliver_with_a_byte_more(d, true), FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_failed(d, FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_next_update_succeeds(d);
}

static void a_foreign_image_ends_at_the_announced_size_or_the_slots(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    d->request.total_size = d->recipe.size;
    assert_int_equal(deliver_with_a_byte_more(d, true), FLOTA_ERR_IMAGE_WRONG_SIZE);
    d->request.total_size = 0;
    d->recipe.size = 7 * 1024;
    assert_int_equal(deliver_with_a_byte_more(d, true), FLOTA_ERR_IMAGE_TOO_LARGE);
    assert_failed(d, FLOTA_ERR_IMAGE_TOO_LARGE);
    d->request.total_size = d->recipe.size;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size - 1, 100), 0);
    assert_int_equal(update_driver_finish(d), FLOTA_ERR_IMAGE_WRONG_SIZE);
}

static void bytes_after_the_end_are_not_taken(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    uint8_t byte = 0;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 100), 0);
    assert_int_equal(flota_updater_finish(&d->updater), FLOTA_UPDATER_PENDING);
    assert_int_equal(flota_updater_process(&d->updater, &byte, 1), FLOTA_ERR_NOT_READY);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(flota_updater_process(&d->updater, &byte, 1), FLOTA_ERR_NOT_READY);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RESTARTING);
}

/* Run an update whose byte at offset is damaged. */
static int run_damaged(struct update_driver *d, uint32_t offset, uint8_t bits)
{
    int error = update_driver_begin(d);
    d->image[offset] ^= bits;
    if (error == 0)
        error = update_driver_deliver(d, d->image, d->recipe.size, 200);
    return error == 0 ? update_driver_finish(d) : error;
}

static void a_damaged_byte_outside_of_the_block_is_a_corrupt_image(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    static const uint32_t offsets[] = {8, 0x3FF, 0x500, 1300, 3000, 4999};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        assert_int_equal(run_damaged(d, offsets[i], 0x10), FLOTA_ERR_IMAGE_CORRUPT);
        assert_int_equal(status(d)->verified, 0); /* said before the read back */
        assert_failed(d, FLOTA_ERR_IMAGE_CORRUPT);
    }
    assert_next_update_succeeds(d);
}

static void no_damaged_bit_ever_gets_through(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    uint32_t random = 7;
    for (int i = 0; i < 300; i++) {
        uint32_t offset = prng_below(&random, d->recipe.size);
        uint8_t bits = (uint8_t)(1 << prng_below(&random, 8));
        assert_true(run_damaged(d, offset, bits) < 0);
        assert_int_equal(status(d)->phase, FLOTA_UPDATE_FAILED);
    }
}

static void an_aborted_update_reports_the_reason_and_the_next_one_succeeds(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    for (uint32_t size = 0; size <= d->recipe.size; size += 250) {
        assert_int_equal(update_driver_begin(d), 0);
        assert_int_equal(update_driver_deliver(d, d->image, size, 100), 0);
        flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_STALLED);
        assert_failed(d, FLOTA_ERR_TRANSFER_STALLED);
    }
    assert_next_update_succeeds(d);
}

static void begin_an_erase(struct update_driver *d)
{
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, FLOTA_IMAGE_HEAD_SIZE, 4096), 0);
    while (d->model.operation != FLASH_MODEL_ERASE)
        assert_true(flota_updater_poll(&d->updater) > 0);
}

static void an_abort_lets_a_running_erase_end(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    begin_an_erase(d);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    for (uint32_t i = 0; i <= d->model.geometry.erase_polls; i++)
        assert_int_equal(flota_updater_poll(&d->updater), FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(d->model.operation, FLASH_MODEL_NOTHING);
    uint32_t operations = d->model.operation_count, polls = d->model.poll_count;
    for (int i = 0; i < 10; i++)
        assert_int_equal(flota_updater_poll(&d->updater), FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(d->model.operation_count, operations);
    assert_int_equal(d->model.poll_count, polls);
}

static void an_abort_lets_an_earlier_updates_erase_end_too(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    begin_an_erase(d);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(update_driver_begin(d), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    for (uint32_t i = 0; i <= d->model.geometry.erase_polls; i++)
        assert_int_equal(flota_updater_poll(&d->updater), FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(d->model.operation, FLASH_MODEL_NOTHING);
}

static void an_update_may_begin_while_the_aborted_ones_erase_runs(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    begin_an_erase(d);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_next_update_succeeds(d);
}

static void an_old_operations_failure_is_not_the_new_updates(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    d->model.fail_at = RECORDS_BEFORE_ERASE + 1;
    d->model.fault = FLASH_MODEL_ENDS_FAILED;
    begin_an_erase(d);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(update_driver_run(d, 700), 0);
}

/* --- flash that fails --- */

static int error_of(const struct flash_model *model, bool is_erase)
{
    if (model->fault == FLASH_MODEL_TIMES_OUT)
        return FLOTA_ERR_FLASH_TIMEOUT;
    return is_erase ? FLOTA_ERR_FLASH_ERASE : FLOTA_ERR_FLASH_PROGRAM;
}

/* A blank bank, or one with something in it, whose operation n of the next update fails. */
static void start_anew(struct update_driver *d, bool dirty, enum flash_model_fault fault,
                       uint32_t n)
{
    struct image_recipe recipe = d->recipe;
    struct flota_update_request request = d->request;
    update_driver_free(d);
    update_driver_init(d, &flash_model_small);
    d->recipe = recipe;
    d->request = request;
    if (dirty)
        flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    d->model.fault = fault;
    d->model.fail_at = n;
}

/* A record that is not taken goes into the next word; but a program that may still run is followed
 * by no other, which only the advisory records can do without. */
static void check_record_failure(struct update_driver *d, int result)
{
    const struct flash_model *model = &d->model;
    if (result == 0) {
        assert_true(flash_model_holds(model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
        return;
    }
    assert_int_equal(model->fault, FLASH_MODEL_TIMES_OUT);
    assert_int_equal(result, FLOTA_ERR_FLASH_TIMEOUT);
    assert_failed(d, result);
}

/* Let operation n fail. Returns false when the update has fewer operations. */
static bool fail_operation(struct update_driver *d, enum flash_model_fault fault, uint32_t n)
{
    const struct flash_model *model = &d->model;
    start_anew(d, true, fault, n);
    int result = update_driver_run(d, 700);
    if (model->operation_count < n) {
        assert_int_equal(result, 0);
        return false;
    }
    if (model->fault_offset >= AREA_SIZE) {
        check_record_failure(d, result);
        return true;
    }
    bool refused = fault == FLASH_MODEL_START_FAILS;
    uint32_t started = model->erase_count + model->program_count + model->record_count;
    assert_int_equal(started, refused ? n - 1 : n); /* nothing was started after the failure */
    bool is_erase = result == FLOTA_ERR_FLASH_ERASE;
    assert_int_equal(result, error_of(model, is_erase));
    assert_failed(d, result);
    return true;
}

static void a_failure_of_any_operation_fails_the_update(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    static const enum flash_model_fault faults[] = {FLASH_MODEL_START_FAILS,
                                                    FLASH_MODEL_ENDS_FAILED, FLASH_MODEL_TIMES_OUT};
    for (size_t i = 0; i < 3; i++) {
        uint32_t n = 1;
        while (fail_operation(d, faults[i], n))
            n++;
        assert_true(n > 100); /* 5 erases and the words of 5000 bytes */
    }
    assert_next_update_succeeds(d);
}

static void an_error_says_whether_erase_or_program_failed(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    start_anew(d, true, FLASH_MODEL_ENDS_FAILED, RECORDS_BEFORE_ERASE + 1);
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_FLASH_ERASE);
    start_anew(d, true, FLASH_MODEL_ENDS_FAILED, RECORDS_BEFORE_ERASE + 2);
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_FLASH_PROGRAM);
}

/* Also the words of the block that hold digest and crc32, which no digest covers. */
static void a_word_that_silently_stayed_blank_is_found_by_reading_back(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    const struct flash_model *model = &d->model;
    uint32_t words = 0;
    for (uint32_t n = 1;; n++) {
        start_anew(d, false, FLASH_MODEL_SILENT, n);
        int result = update_driver_run(d, 700);
        if (model->operation_count < n)
            break;
        bool is_record = model->fault_offset >= AREA_SIZE; /* then the next word takes it */
        assert_int_equal(result, is_record ? 0 : FLOTA_ERR_FLASH_VERIFY);
        if (!is_record)
            assert_failed(d, FLOTA_ERR_FLASH_VERIFY);
        words += !is_record;
    }
    assert_true(words > 100);
}

static void a_silent_failure_in_a_foreign_image_is_found_too(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    d->model.fault = FLASH_MODEL_SILENT;
    /* Where a block's digest would be; 5 words before it are blank. */
    d->model.fail_at = RECORDS_BEFORE_ERASE + 0x4E0 / 32 + 1 - 5;
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_FLASH_VERIFY);
    assert_failed(d, FLOTA_ERR_FLASH_VERIFY);
}

static void an_erase_that_silently_did_nothing_is_found(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    d->model.record_violations = true; /* words that are not blank get programmed: unavoidable */
    d->model.fault = FLASH_MODEL_SILENT;
    d->model.fail_at = RECORDS_BEFORE_ERASE + 1;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_FLASH_READ);
    assert_failed(d, FLOTA_ERR_FLASH_READ);
    d->model.record_violations = false;
    assert_next_update_succeeds(d);
}

static void a_word_that_decays_before_the_read_back_fails_the_update(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    for (uint32_t offset = 0; offset < d->recipe.size; offset += 32) {
        assert_int_equal(update_driver_begin(d), 0);
        assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 4096), 0);
        while (status(d)->phase == FLOTA_UPDATE_RECEIVING)
            assert_true(flota_updater_poll(&d->updater) > 0);
        flash_model_spoil(&d->model, FLOTA_SLOT_SPARE, offset);
        assert_int_equal(update_driver_finish(d), FLOTA_ERR_FLASH_READ);
        assert_failed(d, FLOTA_ERR_FLASH_READ);
    }
    assert_next_update_succeeds(d);
}

/* --- activation --- */

static void activation_waits_for_the_verified_image(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 4096), 0);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(update_driver_settle(d), 0);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(update_driver_finish(d), 0);
}

static void a_refused_swap_fails_the_update_and_changes_nothing(void **state)
{
    struct update_driver *d = &((struct fixture *)*state)->driver;
    d->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_OPTION_BYTES);
    assert_failed(d, FLOTA_ERR_OPTION_BYTES);
    d->model.swap_result = 0;
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_next_update_succeeds(d);
}

static void an_updater_of_zeros_is_idle_and_refuses_all(void **state)
{
    (void)state;
    struct flota_updater updater;
    uint8_t byte = 0;
    memset(&updater, 0, sizeof updater);
    flota_updater_abort(&updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(flota_updater_status(&updater)->phase, FLOTA_UPDATE_IDLE);
    assert_int_equal(flota_updater_poll(&updater), 0);
    assert_int_equal(flota_updater_process(&updater, &byte, 1), FLOTA_ERR_NOT_READY);
    assert_int_equal(flota_updater_finish(&updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(flota_updater_activate(&updater), FLOTA_ERR_NOT_READY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_announced_size_shows_is_refused_at_creation),
        TEST(an_image_that_is_announced_too_large_is_refused_by_its_head),
        TEST(what_the_platform_refuses_is_refused_at_creation),
        TEST(every_refusal_of_the_head_costs_no_flash_operation),
        TEST(a_file_that_ends_in_the_head_is_empty_or_too_short),
        TEST(a_file_that_ends_early_has_the_wrong_size),
        TEST(a_byte_too_many_has_the_wrong_size_at_any_time),
        TEST(a_foreign_image_ends_at_the_announced_size_or_the_slots),
        TEST(bytes_after_the_end_are_not_taken),
        TEST(a_damaged_byte_outside_of_the_block_is_a_corrupt_image),
        TEST(no_damaged_bit_ever_gets_through),
        TEST(an_aborted_update_reports_the_reason_and_the_next_one_succeeds),
        TEST(an_abort_lets_a_running_erase_end),
        TEST(an_abort_lets_an_earlier_updates_erase_end_too),
        TEST(an_update_may_begin_while_the_aborted_ones_erase_runs),
        TEST(an_old_operations_failure_is_not_the_new_updates),
        TEST(a_failure_of_any_operation_fails_the_update),
        TEST(an_error_says_whether_erase_or_program_failed),
        TEST(a_word_that_silently_stayed_blank_is_found_by_reading_back),
        TEST(a_silent_failure_in_a_foreign_image_is_found_too),
        TEST(an_erase_that_silently_did_nothing_is_found),
        TEST(a_word_that_decays_before_the_read_back_fails_the_update),
        TEST(activation_waits_for_the_verified_image),
        TEST(a_refused_swap_fails_the_update_and_changes_nothing),
        TEST(an_updater_of_zeros_is_idle_and_refuses_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
