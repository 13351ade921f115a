/* test_update_resume.c - uploads that break off and go on: in the same run, in pieces, after a loss
 * of power.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/trial.h"
#include "prng.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECTOR 1024u /* of flash_model_small */

static int set_up(void **state)
{
    struct update_driver *d = malloc(sizeof *d);
    if (!d)
        return -1;
    update_driver_init(d, &flash_model_small);
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    *state = d;
    return 0;
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

static struct flota_updater_rest rest_of(const struct update_driver *d)
{
    struct flota_updater_rest rest = {0};
    assert_true(flota_updater_rest(&d->updater, &rest));
    return rest;
}

static bool has_rest(const struct update_driver *d)
{
    struct flota_updater_rest rest;
    return flota_updater_rest(&d->updater, &rest);
}

static int resume(struct update_driver *d, uint32_t offset)
{
    return update_driver_resume(d, offset, d->recipe.size);
}

static int deliver(struct update_driver *d, uint32_t from, uint32_t to, uint32_t chunk)
{
    return update_driver_deliver(d, d->image + from, to - from, chunk);
}

/* The image is whole in the slot, and runs after the swap. */
static void assert_runs(struct update_driver *d)
{
    assert_int_equal(update_driver_finish(d), 0);
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    struct flota_boot_decision decision = update_driver_boot(d, true);
    assert_int_equal(decision.action, FLOTA_BOOT_RUN);
    assert_int_equal(decision.reason, FLOTA_REASON_TRIAL);
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_ACTIVE, d->image, d->recipe.size));
}

static void break_off_at(struct update_driver *d, uint32_t size)
{
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(deliver(d, 0, size, 100), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
}

/* --- in the same run --- */

static void an_upload_goes_on_where_it_broke_off(void **state)
{
    struct update_driver *d = *state;
    break_off_at(d, 3000);
    struct flota_updater_rest rest = rest_of(d);
    assert_int_equal(rest.offset, 3000);
    assert_int_equal(rest.size, d->recipe.size);
    assert_memory_equal(rest.digest, status(d)->info.digest, sizeof rest.digest);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(resume(d, 3000), 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RECEIVING);
    assert_int_equal(status(d)->error, 0);
    assert_int_equal(deliver(d, 3000, d->recipe.size, 100), 0);
    assert_int_equal(status(d)->received, d->recipe.size);
    assert_runs(d);
    assert_int_equal(d->model.erase_count, 5); /* none of them twice */
}

/* With the flash in any state: before it is opened, erasing, programming, idle. */
static void an_upload_goes_on_whatever_the_flash_was_doing(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t polls = 0; polls < 120; polls++)
        for (uint32_t more = 0; more < 8; more += 7) {
            tear_down(state);
            set_up(state);
            d = *state;
            assert_int_equal(update_driver_begin(d), 0);
            assert_int_equal(flota_updater_process(&d->updater, d->image, 2000), 2000);
            for (uint32_t i = 0; i < polls; i++)
                flota_updater_poll(&d->updater);
            flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_STALLED);
            for (uint32_t i = 0; i < more; i++)
                assert_int_equal(flota_updater_poll(&d->updater), FLOTA_ERR_TRANSFER_STALLED);
            assert_int_equal(resume(d, 2000), 0);
            assert_int_equal(deliver(d, 2000, d->recipe.size, 300), 0);
            assert_runs(d);
        }
}

/* Nothing that was aborted keeps the journals from being written for longer than an operation. */
static void an_aborted_upload_comes_to_rest_whatever_the_flash_was_doing(void **state)
{
    struct update_driver *d;
    for (uint32_t polls = 0; polls < 400; polls++) {
        tear_down(state);
        set_up(state);
        d = *state;
        assert_int_equal(update_driver_begin(d), 0);
        assert_int_equal(flota_updater_process(&d->updater, d->image, 4096), 4096);
        for (uint32_t i = 0; i < polls; i++) {
            flota_updater_poll(&d->updater);
            if (status(d)->received < d->recipe.size)
                flota_updater_process(&d->updater, d->image + status(d)->received,
                                      d->recipe.size - status(d)->received);
        }
        assert_false(flota_updater_is_quiet(&d->updater));
        flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
        bool runs = d->model.operation != FLASH_MODEL_NOTHING;
        assert_true(!runs || !flota_updater_is_quiet(&d->updater));
        for (uint32_t i = 0; i <= d->model.geometry.erase_polls; i++)
            flota_updater_poll(&d->updater);
        assert_true(flota_updater_is_quiet(&d->updater));
        assert_int_equal(d->model.operation, FLASH_MODEL_NOTHING);
    }
}

static void bytes_that_are_here_may_come_again(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t offset = 0; offset <= 3000; offset += 250) {
        break_off_at(d, 3000);
        assert_int_equal(resume(d, offset), 0);
        assert_int_equal(deliver(d, offset, d->recipe.size, 77), 0);
        assert_int_equal(status(d)->received, d->recipe.size);
        assert_int_equal(update_driver_finish(d), 0);
        assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
    }
}

/* The bytes that come again are passed over, whatever they are: the image was judged by its own. */
static void repeated_bytes_are_not_looked_at(void **state)
{
    struct update_driver *d = *state;
    static const uint8_t zeros[1000];
    break_off_at(d, 3000);
    assert_int_equal(resume(d, 2000), 0);
    assert_int_equal(update_driver_deliver(d, zeros, 1000, 100), 0);
    assert_int_equal(status(d)->received, 3000);
    assert_int_equal(deliver(d, 3000, d->recipe.size, 100), 0);
    assert_runs(d);
}

static void a_gap_or_another_size_changes_nothing(void **state)
{
    struct update_driver *d = *state;
    break_off_at(d, 3000);
    assert_int_equal(resume(d, 3001), FLOTA_ERR_TRANSFER_GAP);
    assert_int_equal(resume(d, 5000), FLOTA_ERR_TRANSFER_GAP);
    assert_int_equal(update_driver_resume(d, 3000, 5001), FLOTA_ERR_TRANSFER_OTHER);
    assert_int_equal(update_driver_resume(d, 3000, 0), FLOTA_ERR_TRANSFER_OTHER);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(status(d)->error, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(resume(d, 3000), 0);
    assert_int_equal(deliver(d, 3000, d->recipe.size, 100), 0);
    assert_runs(d);
}

static void what_is_over_is_not_resumed(void **state)
{
    struct update_driver *d = *state;
    static const int reasons[] = {FLOTA_ERR_TRANSFER_CANCELLED, FLOTA_ERR_BAD_REQUEST,
                                  FLOTA_ERR_IMAGE_CORRUPT};
    memset(&d->updater, 0, sizeof d->updater);
    assert_false(has_rest(d));
    assert_int_equal(resume(d, 0), FLOTA_ERR_TRANSFER_OTHER);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(update_driver_begin(d), 0);
        assert_int_equal(deliver(d, 0, 3000, 100), 0);
        flota_updater_abort(&d->updater, reasons[i]);
        assert_false(has_rest(d));
        assert_int_equal(resume(d, 3000), FLOTA_ERR_TRANSFER_OTHER);
        assert_int_equal(status(d)->error, reasons[i]);
    }
    break_off_at(d, FLOTA_IMAGE_HEAD_SIZE - 1); /* nothing was judged, nothing is written */
    assert_false(has_rest(d));
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_false(has_rest(d));
    assert_int_equal(resume(d, 4000), FLOTA_ERR_TRANSFER_OTHER);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RESTARTING);
}

static void an_upload_that_failed_by_itself_is_not_resumed(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    d->model.fault = FLASH_MODEL_ENDS_FAILED;
    d->model.fail_at = 9;
    assert_int_equal(deliver(d, 0, 3000, 100), 0);
    assert_int_equal(update_driver_settle(d), FLOTA_ERR_FLASH_PROGRAM);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_false(has_rest(d));
    assert_int_equal(resume(d, status(d)->received), FLOTA_ERR_TRANSFER_OTHER);
}

/* The erase or word that ran when the client went away fails: what there is cannot be relied on. */
static void a_flash_error_after_the_abort_ends_it_for_good(void **state)
{
    struct update_driver *d;
    for (uint32_t n = 6; n < 30; n++) {
        tear_down(state);
        set_up(state);
        d = *state;
        assert_int_equal(update_driver_begin(d), 0);
        d->model.fault = FLASH_MODEL_ENDS_FAILED;
        d->model.fail_at = n;
        assert_int_equal(flota_updater_process(&d->updater, d->image, 4096), 4096);
        while (d->model.operation_count < n)
            assert_true(flota_updater_poll(&d->updater) > 0);
        flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
        assert_true(has_rest(d));
        for (uint32_t i = 0; i <= d->model.geometry.erase_polls; i++)
            assert_int_equal(flota_updater_poll(&d->updater), FLOTA_ERR_TRANSFER_LOST);
        assert_int_equal(d->model.operation, FLASH_MODEL_NOTHING);
        assert_false(has_rest(d));
        assert_int_equal(resume(d, 4096), FLOTA_ERR_TRANSFER_OTHER);
        assert_int_equal(update_driver_run(d, 700), 0);
    }
}

/* The same, but the client is back before the operation has ended. */
static void a_flash_error_after_the_resume_fails_the_upload(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    d->model.fault = FLASH_MODEL_ENDS_FAILED;
    d->model.fail_at = 6;
    assert_int_equal(flota_updater_process(&d->updater, d->image, 4096), 4096);
    while (d->model.operation_count < 6)
        assert_true(flota_updater_poll(&d->updater) > 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(resume(d, 4096), 0);
    assert_int_equal(update_driver_settle(d), FLOTA_ERR_FLASH_ERASE);
    assert_false(has_rest(d));
}

/* Nothing in it tells that the rest is of the same file: two files would be mixed. */
static void a_foreign_image_is_not_resumed(void **state)
{
    struct update_driver *d = *state;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    for (uint32_t size = 0; size <= 5000; size += 5000) { /* not known, known */
        d->request.total_size = size;
        break_off_at(d, 3000);
        assert_false(has_rest(d));
        assert_int_equal(resume(d, 3000), FLOTA_ERR_TRANSFER_OTHER);
        assert_int_equal(update_driver_settle(d), FLOTA_ERR_TRANSFER_LOST);
    }
    assert_int_equal(update_driver_run(d, 700), 0);
}

static void a_foreign_image_does_not_come_in_pieces(void **state)
{
    struct update_driver *d = *state;
    d->recipe.no_block = true;
    d->request.consents.foreign = d->request.in_pieces = true;
    assert_int_equal(update_driver_run(d, 100), FLOTA_ERR_TRANSFER_OTHER);
    assert_int_equal(d->model.operation_count, 0);
    assert_false(has_rest(d));
    d->recipe.no_block = false;
    assert_int_equal(update_driver_run(d, 100), 0);
}

/* Only flash is at work: there is nothing that a client could send. */
static void an_upload_that_has_ended_is_not_resumed(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(deliver(d, 0, d->recipe.size, 100), 0);
    assert_false(flota_updater_has_file(&d->updater));
    assert_true(has_rest(d));
    assert_int_equal(flota_updater_finish(&d->updater), FLOTA_UPDATER_PENDING);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RECEIVING);
    assert_true(flota_updater_has_file(&d->updater));
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_false(has_rest(d));
    assert_int_equal(resume(d, 4999), FLOTA_ERR_TRANSFER_OTHER);
    assert_false(flota_updater_has_file(&d->updater));
}

/* All bytes are here, but not the end of the chunked body: the last one may come again. */
static void an_upload_that_lost_only_its_end_goes_on_with_its_last_byte(void **state)
{
    struct update_driver *d = *state;
    uint32_t last = d->recipe.size - 1;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(deliver(d, 0, d->recipe.size, 100), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(rest_of(d).offset, last);
    assert_int_equal(resume(d, last), 0);
    assert_int_equal(deliver(d, last, d->recipe.size, 100), 0);
    assert_runs(d);
}

/* --- in pieces --- */

/* Pieces of any size, with overlaps, some of them broken off, idle times between them. */
static void pieces_of_any_size_make_the_image(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        uint32_t random = seed, total = 1500 + prng_below(&random, 5500);
        d->recipe.size = total;
        d->recipe.seed = seed;
        d->model.random = seed;
        d->request.total_size = seed % 2 ? total : 0;
        assert_int_equal(update_driver_begin(d), 0);
        for (uint32_t at = 0; at < total;) {
            uint32_t back = prng_below(&random, 3) == 0 ? prng_below(&random, at + 1) : 0;
            uint32_t from = at - back, to = at + 1 + prng_below(&random, 1500);
            to = to < total ? to : total;
            if (at > 0)
                assert_int_equal(resume(d, from), 0);
            assert_int_equal(deliver(d, from, to, 0), 0);
            at = to;
            bool judged = at >= FLOTA_IMAGE_HEAD_SIZE;
            if (judged && at < total && prng_below(&random, 3) == 0)
                flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
            for (uint32_t idle = prng_below(&random, 60); idle > 0; idle--)
                flota_updater_poll(&d->updater);
            assert_true(at == total || rest_of(d).offset == at);
        }
        assert_int_equal(update_driver_finish(d), 0);
        assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, total));
    }
}

static void a_piece_smaller_than_the_head_can_be_continued(void **state)
{
    struct update_driver *d = *state;
    d->request.total_size = d->recipe.size;
    assert_int_equal(update_driver_begin(d), 0);
    for (uint32_t at = 0; at < 1400; at += 7) {
        assert_int_equal(deliver(d, at, at + 7, 7), 0);
        struct flota_updater_rest rest = rest_of(d);
        assert_int_equal(rest.offset, at + 7);
        assert_int_equal(rest.size, d->recipe.size);
        assert_int_equal(resume(d, at + 7), 0);
    }
    assert_int_equal(deliver(d, 1400, d->recipe.size, 100), 0);
    assert_runs(d);
}

/* --- after a loss of power --- */

/* Receive until the power fails at this operation. Returns false when it does not. */
static bool receive_until_cut(struct update_driver *d, uint32_t operation, enum flash_model_cut how)
{
    assert_int_equal(update_driver_begin(d), 0);
    d->model.cut = how;
    d->model.cut_at = d->model.operation_count + operation;
    if (setjmp(d->model.power_cut) == 0) {
        assert_int_equal(deliver(d, 0, d->recipe.size, 200), 0);
        assert_int_equal(update_driver_finish(d), 0);
        d->model.cut_at = 0;
        return false;
    }
    update_driver_boot(d, true);
    assert_string_equal(d->model.running.version, "1.0.0");
    return true;
}

static bool recover(struct update_driver *d)
{
    bool found = flota_updater_recover(&d->updater, &d->model.target);
    assert_true(flota_updater_is_quiet(&d->updater));
    assert_int_equal(has_rest(d), found);
    assert_int_equal(status(d)->phase, found ? FLOTA_UPDATE_FAILED : FLOTA_UPDATE_IDLE);
    return found;
}

/* Send what the device asks for, as its status says it. */
static void continue_recovered(struct update_driver *d, uint32_t chunk)
{
    struct flota_updater_rest rest = rest_of(d);
    assert_int_equal(rest.offset % SECTOR, 0);
    assert_int_equal(rest.size, d->recipe.size);
    assert_memory_equal(rest.digest, status(d)->info.digest, sizeof rest.digest);
    assert_int_equal(resume(d, rest.offset), 0);
    assert_int_equal(deliver(d, rest.offset, d->recipe.size, chunk), 0);
}

static void start_over(void **state, uint32_t random)
{
    tear_down(state);
    set_up(state);
    ((struct update_driver *)*state)->model.random = random;
}

static void a_cut_upload_goes_on_from_the_interrupted_sector(void **state)
{
    uint32_t recovered = 0, anew = 0;
    for (uint32_t how = FLASH_MODEL_CUT_BEFORE; how <= FLASH_MODEL_CUT_AFTER; how++)
        for (uint32_t operation = 1;; operation++) {
            start_over(state, operation * 3 + how);
            struct update_driver *d = *state;
            if (!receive_until_cut(d, operation, (enum flash_model_cut)how))
                break;
            if (recover(d)) {
                recovered++;
                continue_recovered(d, operation % 3 ? 300 : 4096);
            } else {
                anew++;
                assert_int_equal(update_driver_begin(d), 0);
                assert_int_equal(deliver(d, 0, d->recipe.size, 300), 0);
            }
            assert_runs(d);
        }
    assert_true(recovered > 250);
    assert_true(anew > 60); /* before the first sector was full */
}

/* How far it was is not forgotten: all of the sectors that PROGRESS says. */
static void a_late_cut_asks_for_the_last_sectors_only(void **state)
{
    struct update_driver *d = *state;
    assert_true(receive_until_cut(d, 150, FLASH_MODEL_CUT_TORN));
    assert_true(recover(d));
    struct flota_updater_rest rest = rest_of(d);
    assert_int_equal(rest.offset, 4 * SECTOR);
    assert_int_equal(status(d)->received, 4 * SECTOR);
    assert_int_equal(status(d)->in_flash, 4 * SECTOR);
    assert_int_equal(status(d)->error, FLOTA_ERR_TRANSFER_LOST);
    continue_recovered(d, 300);
    assert_int_equal(update_driver_finish(d), 0);
    assert_int_equal(status(d)->erase_count, 3); /* also those that read blank */
    assert_int_equal(status(d)->skipped_erase_count, 0);
}

/* From where the head is in finished sectors: a chip's first sector holds all of it. */
static void a_recovered_upload_may_be_cut_again(void **state)
{
    for (uint32_t operation = 90; operation < 150; operation++)
        for (uint32_t second = 1; second < 40; second += 3) {
            start_over(state, operation * 100 + second);
            struct update_driver *d = *state;
            assert_true(receive_until_cut(d, operation, FLASH_MODEL_CUT_TORN));
            assert_true(recover(d));
            assert_true(rest_of(d).offset >= FLOTA_IMAGE_HEAD_SIZE);
            d->model.cut = FLASH_MODEL_CUT_TORN;
            d->model.cut_at = d->model.operation_count + second;
            if (setjmp(d->model.power_cut) == 0) {
                continue_recovered(d, 300);
                assert_int_equal(update_driver_finish(d), 0);
                d->model.cut_at = 0;
                continue;
            }
            update_driver_boot(d, true);
            assert_true(recover(d));
            continue_recovered(d, 300);
            assert_runs(d);
        }
}

static void a_recovered_upload_may_break_off_again(void **state)
{
    struct update_driver *d = *state;
    assert_true(receive_until_cut(d, 90, FLASH_MODEL_CUT_TORN));
    assert_true(recover(d));
    uint32_t from = rest_of(d).offset;
    for (uint32_t to = from + 100; to < d->recipe.size; from = to, to += 100) {
        assert_int_equal(resume(d, from), 0);
        assert_int_equal(deliver(d, from, to, 50), 0);
        flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
        assert_int_equal(rest_of(d).offset, to);
    }
    assert_int_equal(resume(d, from), 0);
    assert_int_equal(deliver(d, from, d->recipe.size, 100), 0);
    assert_runs(d);
}

static void another_image_starts_anew(void **state)
{
    struct update_driver *d = *state;
    assert_true(receive_until_cut(d, 100, FLASH_MODEL_CUT_TORN));
    assert_true(recover(d));
    d->recipe.seed++;
    d->recipe.version = "3.0.0";
    assert_int_equal(update_driver_begin(d), 0);
    assert_false(has_rest(d) && status(d)->received != 0);
    assert_int_equal(deliver(d, 0, d->recipe.size, 300), 0);
    assert_int_equal(status(d)->skipped_erase_count, 0);
    assert_runs(d);
    assert_string_equal(d->model.running.version, "3.0.0");
}

/* A third run that sends the tail of another image of the same size does not get it activated. */
static void the_tail_of_another_image_does_not_get_through(void **state)
{
    struct update_driver *d = *state;
    assert_true(receive_until_cut(d, 100, FLASH_MODEL_CUT_TORN));
    assert_true(recover(d));
    uint32_t offset = rest_of(d).offset;
    assert_int_equal(resume(d, offset), 0);
    d->image[d->recipe.size - 1] ^= 1;
    assert_int_equal(deliver(d, offset, d->recipe.size, 300), 0);
    assert_int_equal(update_driver_finish(d), FLOTA_ERR_IMAGE_CORRUPT);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
}

/* A word of the finished sectors that decayed meanwhile. */
static void a_damaged_finished_sector_is_found(void **state)
{
    for (uint32_t offset = 0; offset < 3 * SECTOR; offset += 256) {
        start_over(state, offset + 1);
        struct update_driver *d = *state;
        assert_true(receive_until_cut(d, 150, FLASH_MODEL_CUT_BEFORE));
        flash_model_spoil(&d->model, FLOTA_SLOT_SPARE, offset);
        if (!recover(d)) /* the head cannot be read: nothing is known */
            continue;
        assert_true(offset >= SECTOR);
        assert_int_equal(resume(d, rest_of(d).offset), 0);
        int result = deliver(d, status(d)->received, d->recipe.size, 300);
        assert_int_equal(result != 0 ? result : update_driver_finish(d), FLOTA_ERR_FLASH_READ);
    }
}

/* A restart has forgotten what was consented to. */
static void an_upload_that_needed_consent_needs_it_again(void **state)
{
    struct update_driver *d = *state;
    d->recipe.version = "0.5.0";
    d->request.consents.downgrade = true;
    assert_true(receive_until_cut(d, 100, FLASH_MODEL_CUT_TORN));
    assert_true(recover(d));
    uint32_t offset = rest_of(d).offset;
    d->request.consents.downgrade = false;
    assert_int_equal(resume(d, offset), FLOTA_ERR_IMAGE_DOWNGRADE);
    assert_int_equal(status(d)->error, FLOTA_ERR_TRANSFER_LOST);
    d->request.consents.downgrade = true;
    assert_int_equal(resume(d, offset), 0);
    assert_int_equal(deliver(d, offset, d->recipe.size, 300), 0);
    assert_runs(d);
}

static void an_upload_of_a_rejected_image_is_resumed_only_when_forced(void **state)
{
    struct update_driver *d = *state;
    assert_true(receive_until_cut(d, 100, FLASH_MODEL_CUT_TORN));
    assert_true(recover(d));
    uint32_t offset = rest_of(d).offset;
    assert_int_equal(flota_boot_reject(&d->model.flash, status(d)->info.digest), 0);
    assert_int_equal(resume(d, offset), FLOTA_ERR_IMAGE_REJECTED);
    d->request.consents.again = true;
    assert_int_equal(resume(d, offset), 0);
    assert_int_equal(deliver(d, offset, d->recipe.size, 300), 0);
    assert_runs(d);
}

static void an_upload_that_is_complete_or_never_was_is_not_recovered(void **state)
{
    struct update_driver *d = *state;
    assert_false(recover(d));
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    update_driver_boot(d, true);
    assert_false(recover(d));
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    assert_false(recover(d));
}

/* What a new update would be refused for, for this chip's state, holds for an old one, too. */
static void an_upload_is_not_recovered_when_none_may_begin(void **state)
{
    struct update_driver *d = *state;
    assert_true(receive_until_cut(d, 100, FLASH_MODEL_CUT_TORN));
    d->model.update_allowed_result = FLOTA_ERR_CM4_BOOTS;
    assert_false(recover(d));
    d->model.update_allowed_result = 0;
    assert_true(recover(d));
}

/* Another image was flashed by a programmer: the records are of the one before. */
static void an_upload_to_another_running_image_is_not_recovered(void **state)
{
    struct update_driver *d = *state;
    assert_true(receive_until_cut(d, 100, FLASH_MODEL_CUT_TORN));
    struct image_recipe other = IMAGE_RECIPE;
    other.version = "1.0.0";
    other.seed = 99;
    uint8_t *image = image_make(&other);
    flash_model_load(&d->model, FLOTA_SLOT_ACTIVE, image, other.size);
    free(image);
    assert_false(recover(d));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_upload_goes_on_where_it_broke_off),
        TEST(an_upload_goes_on_whatever_the_flash_was_doing),
        TEST(an_aborted_upload_comes_to_rest_whatever_the_flash_was_doing),
        TEST(bytes_that_are_here_may_come_again),
        TEST(repeated_bytes_are_not_looked_at),
        TEST(a_gap_or_another_size_changes_nothing),
        TEST(what_is_over_is_not_resumed),
        TEST(an_upload_that_failed_by_itself_is_not_resumed),
        TEST(a_flash_error_after_the_abort_ends_it_for_good),
        TEST(a_flash_error_after_the_resume_fails_the_upload),
        TEST(a_foreign_image_is_not_resumed),
        TEST(a_foreign_image_does_not_come_in_pieces),
        TEST(an_upload_that_has_ended_is_not_resumed),
        TEST(an_upload_that_lost_only_its_end_goes_on_with_its_last_byte),
        TEST(pieces_of_any_size_make_the_image),
        TEST(a_piece_smaller_than_the_head_can_be_continued),
        TEST(a_cut_upload_goes_on_from_the_interrupted_sector),
        TEST(a_late_cut_asks_for_the_last_sectors_only),
        TEST(a_recovered_upload_may_be_cut_again),
        TEST(a_recovered_upload_may_break_off_again),
        TEST(another_image_starts_anew),
        TEST(the_tail_of_another_image_does_not_get_through),
        TEST(a_damaged_finished_sector_is_found),
        TEST(an_upload_that_needed_consent_needs_it_again),
        TEST(an_upload_of_a_rejected_image_is_resumed_only_when_forced),
        TEST(an_upload_that_is_complete_or_never_was_is_not_recovered),
        TEST(an_upload_is_not_recovered_when_none_may_begin),
        TEST(an_upload_to_another_running_image_is_not_recovered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
