/* test_update.c - an update that goes well: what reaches flash, when, and what the status says.
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

#define SECTOR 1024u /* of flash_model_small */
#define WORD   32u

static int set_up(void **state)
{
    struct update_driver *d = malloc(sizeof *d);
    if (!d)
        return -1;
    update_driver_init(d, &flash_model_small);
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

static void assert_in_spare_slot(const struct update_driver *d)
{
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
    assert_int_equal(d->model.swap_count, 0);
}

static void an_image_arrives_whatever_the_chunks(void **state)
{
    struct update_driver *d = *state;
    static const uint32_t chunks[] = {1, 7, 31, 32, 33, 100, 1279, 1280, 1281, 4095, 4096, 10000};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        d->recipe.seed = chunks[i];
        assert_int_equal(update_driver_run(d, chunks[i]), 0);
        assert_in_spare_slot(d);
    }
}

static void an_image_arrives_with_random_chunks_and_pauses(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        d->model.random = seed;
        d->recipe.seed = seed;
        d->recipe.size = FLOTA_IMAGE_HEAD_SIZE + seed * 18;
        d->request.total_size = seed % 2 ? d->recipe.size : 0;
        int result = update_driver_run(d, 0);
        if (result != 0)
            print_error("seed %u\n", (unsigned)seed);
        assert_int_equal(result, 0);
        assert_in_spare_slot(d);
    }
}

static void images_of_every_size_around_words_and_sectors_arrive(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t sectors = 2; sectors <= 7; sectors++)
        for (uint32_t size = sectors * SECTOR - 34; size <= sectors * SECTOR; size++) {
            update_driver_free(d); /* an update that was left unfinished would have all erased */
            update_driver_init(d, &flash_model_small);
            d->recipe.size = size;
            assert_int_equal(update_driver_run(d, 500), 0);
            assert_in_spare_slot(d);
            assert_int_equal(status(d)->erase_count + status(d)->skipped_erase_count, sectors);
        }
}

static void a_full_bank_of_the_real_geometry_arrives(void **state)
{
    struct update_driver *d = *state;
    update_driver_free(d);
    update_driver_init(d, &flash_model_h745);
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    d->recipe.size = 7 * 128 * 1024;
    assert_int_equal(update_driver_run(d, 1460), 0);
    assert_in_spare_slot(d);
    assert_int_equal(status(d)->erase_count, 7);
}

/* Bytes behind the image in its last word keep the erased value: no word is programmed twice, and
 * the rest stays programmable. */
static void the_last_word_is_padded_with_the_erased_value(void **state)
{
    struct update_driver *d = *state;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    d->recipe.size = 4 * SECTOR + 5;
    assert_int_equal(update_driver_run(d, 700), 0);
    const uint8_t *bytes = flash_model_bytes(&d->model, FLOTA_SLOT_SPARE);
    for (uint32_t i = d->recipe.size; i < 5 * SECTOR; i++)
        assert_int_equal(bytes[i], 0xFF);
}

static void only_the_sectors_that_the_image_needs_are_erased(void **state)
{
    struct update_driver *d = *state;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    uint32_t size = 7 * SECTOR;
    uint8_t *before = malloc(size);
    memcpy(before, flash_model_bytes(&d->model, FLOTA_SLOT_SPARE), size);
    d->recipe.size = 3 * SECTOR + 1;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(d->model.erase_count, 4);
    assert_int_equal(status(d)->erase_count, 4);
    assert_memory_equal(flash_model_bytes(&d->model, FLOTA_SLOT_SPARE) + 4 * SECTOR,
                        before + 4 * SECTOR, size - 4 * SECTOR);
    free(before);
}

/* Words that a cut program or erase left may read blank and fade. */
static void after_an_unfinished_update_all_sectors_are_erased(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, FLOTA_IMAGE_HEAD_SIZE, 4096), 0);
    assert_int_equal(update_driver_settle(d), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_CANCELLED);
    assert_int_equal(status(d)->erase_count, 0);
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(status(d)->erase_count, 7);
    assert_int_equal(status(d)->skipped_erase_count, 0);
    assert_in_spare_slot(d);
}

static void blank_sectors_are_not_erased(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(d->model.erase_count, 0);
    assert_int_equal(status(d)->skipped_erase_count, 5);
}

static void a_sector_with_one_bit_or_one_unreadable_word_is_erased(void **state)
{
    struct update_driver *d = *state;
    uint8_t zero_bit = 0xFE;
    flash_model_load(&d->model, FLOTA_SLOT_SPARE, &zero_bit, 1);
    flash_model_spoil(&d->model, FLOTA_SLOT_SPARE, 2 * SECTOR - 1);
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(status(d)->erase_count, 2);
    assert_int_equal(status(d)->skipped_erase_count, 3);
    assert_in_spare_slot(d);
}

static void a_sector_with_one_wrong_bit_at_its_very_end_is_erased(void **state)
{
    struct update_driver *d = *state;
    const uint32_t sector_size = flash_model_h745.sector_size;
    update_driver_free(d);
    update_driver_init(d, &flash_model_h745);
    uint8_t *almost_blank = malloc(sector_size);
    memset(almost_blank, 0xFF, sector_size);
    almost_blank[sector_size - 1] = 0x7F;
    flash_model_load(&d->model, FLOTA_SLOT_SPARE, almost_blank, sector_size);
    free(almost_blank);
    assert_int_equal(update_driver_run(d, 1460), 0);
    assert_int_equal(status(d)->erase_count, 1);
}

static bool is_blank(const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (bytes[i] != 0xFF)
            return false;
    return true;
}

/* A word programmed with ones would read blank without being so. */
static void words_of_erased_bytes_are_not_programmed(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    uint32_t programmed = 0, blank = 0;
    for (uint32_t i = 0; i + WORD <= d->recipe.size; i += WORD)
        is_blank(d->image + i, WORD) ? blank++ : programmed++;
    programmed += d->recipe.size % WORD != 0;
    assert_true(blank > 5);
    assert_int_equal(d->model.program_count, programmed);
}

static void sectors_are_erased_ahead_while_the_sender_pauses(void **state)
{
    struct update_driver *d = *state;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, FLOTA_IMAGE_HEAD_SIZE, 4096), 0);
    assert_int_equal(update_driver_settle(d), 0);
    assert_int_equal(status(d)->erase_count, 5);
    assert_int_equal(status(d)->in_flash, FLOTA_IMAGE_HEAD_SIZE);
}

/* Bytes that are here are programmed before a sector is erased that they do not need. */
static void waiting_words_go_before_the_erase_of_a_later_sector(void **state)
{
    struct update_driver *d = *state;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    assert_int_equal(update_driver_begin(d), 0);
    assert_true(flota_updater_process(&d->updater, d->image, 4096) == 4096);
    while (status(d)->in_flash < 3 * SECTOR) {
        assert_true(status(d)->erase_count <= status(d)->in_flash / SECTOR + 1);
        assert_true(flota_updater_poll(&d->updater) > 0);
    }
}

static void a_foreign_image_of_unknown_size_costs_only_the_sectors_it_reaches(void **state)
{
    struct update_driver *d = *state;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(update_driver_deliver(d, d->image, 2 * SECTOR, 4096), 0);
    assert_int_equal(update_driver_settle(d), 0);
    assert_int_equal(status(d)->erase_count, 2);
    assert_int_equal(status(d)->total, 0);
    assert_int_equal(update_driver_deliver(d, d->image + 2 * SECTOR, 1, 1), 0);
    assert_int_equal(update_driver_settle(d), 0);
    assert_int_equal(status(d)->erase_count, 3);
}

static void a_foreign_image_is_written_and_read_back(void **state)
{
    struct update_driver *d = *state;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    for (uint32_t announced = 0; announced < 2; announced++) {
        d->request.total_size = announced ? d->recipe.size : 0;
        assert_int_equal(update_driver_run(d, 700), 0);
        assert_in_spare_slot(d);
        assert_int_equal(status(d)->info.magic, 0);
        assert_int_equal(status(d)->verified, d->recipe.size);
    }
}

/* The bank is the bottleneck: a poll that neither waits for it nor gives it work is a blank check
 * of 4 KB or a blank word, once at the start and once before the read back. */
static void a_fast_sender_never_leaves_the_bank_idle(void **state)
{
    struct update_driver *d = *state;
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    d->recipe.size = 7 * SECTOR;
    assert_int_equal(update_driver_run(d, 4096), 0);
    uint32_t blank_words = 0;
    for (uint32_t i = 0; i < d->recipe.size; i += WORD)
        blank_words += is_blank(d->image + i, WORD);
    assert_true(d->wasted_poll_count <= blank_words + 2);
    uint32_t words = d->model.program_count + d->model.record_count;
    uint32_t least = d->model.erase_count * d->model.geometry.erase_polls +
                     words * d->model.geometry.program_polls;
    assert_int_equal(d->model.busy_count, least);
}

/* Except those that write records: they look at the journals, which are all read backwards. */
static void a_poll_reads_at_most_4_kb_unless_it_writes_records(void **state)
{
    struct update_driver *d = *state;
    update_driver_free(d);
    update_driver_init(d, &flash_model_h745);
    d->recipe.size = 150 * 1024;
    assert_int_equal(update_driver_begin(d), 0);
    uint32_t writing = 0;
    for (uint32_t offset = 0; offset < d->recipe.size || flota_updater_poll(&d->updater);) {
        uint32_t rest = d->recipe.size - offset, before = d->model.read_size;
        uint32_t records = d->model.record_count;
        offset += (uint32_t)flota_updater_process(&d->updater, d->image + offset, rest);
        assert_true(flota_updater_poll(&d->updater) >= 0);
        writing += d->model.record_count != records;
        assert_true(d->model.read_size - before <= 4096 || d->model.record_count != records);
    }
    assert_int_equal(writing, 2); /* when it is opened, and when a sector is full */
    assert_int_equal(flota_updater_finish(&d->updater), 0);
}

static void the_buffer_takes_4096_bytes_while_flash_is_busy(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(flota_updater_process(&d->updater, d->image, 5000), 4096);
    assert_int_equal(flota_updater_process(&d->updater, d->image + 4096, 904), 0);
    assert_int_equal(status(d)->received, 4096);
    assert_int_equal(status(d)->in_flash, 0);
}

static void the_status_follows_the_update_through_its_phases(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_CHECKING);
    assert_int_equal(flota_updater_poll(&d->updater), 0);
    assert_int_equal(flota_updater_process(&d->updater, d->image, 1279), 1279);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_CHECKING);
    assert_int_equal(status(d)->total, 0);
    assert_int_equal(flota_updater_process(&d->updater, d->image + 1279, 1), 1);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RECEIVING);
    assert_int_equal(status(d)->total, 5000);
    assert_string_equal(status(d)->info.version, "2.0.0");
    assert_int_equal(update_driver_deliver(d, d->image + 1280, 5000 - 1280, 700), 0);
    assert_int_equal(update_driver_settle(d), 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_VERIFYING);
    assert_int_equal(status(d)->in_flash, 5000);
    assert_int_equal(status(d)->verified, 5000);
    assert_int_equal(flota_updater_finish(&d->updater), 0);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RESTARTING);
    assert_int_equal(flota_updater_finish(&d->updater), 0);
    assert_int_equal(flota_updater_poll(&d->updater), 0);
    assert_int_equal(status(d)->error, 0);
}

static void the_counts_of_the_status_only_grow_and_keep_their_order(void **state)
{
    struct update_driver *d = *state;
    struct flota_update_status last = {0};
    assert_int_equal(update_driver_begin(d), 0);
    for (uint32_t offset = 0; flota_updater_poll(&d->updater) || offset < d->recipe.size;) {
        uint32_t rest = d->recipe.size - offset;
        int taken = flota_updater_process(&d->updater, d->image + offset, rest < 90 ? rest : 90);
        assert_true(taken >= 0);
        offset += (uint32_t)taken;
        const struct flota_update_status *now = status(d);
        assert_true(now->phase >= last.phase);
        assert_true(now->received == offset && now->in_flash >= last.in_flash);
        assert_true(now->in_flash <= now->received && now->verified <= now->in_flash);
        last = *now;
    }
    assert_int_equal(last.in_flash, d->recipe.size);
}

static void activation_swaps_once_and_the_new_image_runs(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(d->model.swap_count, 1);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RESTARTING);
    d->model.platform.reset(d->model.platform.port);
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_ACTIVE, d->image, d->recipe.size));
}

static void an_answered_update_survives_the_clients_departure(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_run(d, 700), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_RESTARTING);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
}

static void phases_have_the_documented_names(void **state)
{
    (void)state;
    static const char *const names[] = {"idle",      "checking",   "receiving",
                                        "verifying", "restarting", "failed"};
    for (int phase = FLOTA_UPDATE_IDLE; phase <= FLOTA_UPDATE_FAILED; phase++)
        assert_string_equal(flota_update_phase_name((enum flota_update_phase)phase), names[phase]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_image_arrives_whatever_the_chunks),
        TEST(an_image_arrives_with_random_chunks_and_pauses),
        TEST(images_of_every_size_around_words_and_sectors_arrive),
        TEST(a_full_bank_of_the_real_geometry_arrives),
        TEST(the_last_word_is_padded_with_the_erased_value),
        TEST(only_the_sectors_that_the_image_needs_are_erased),
        TEST(blank_sectors_are_not_erased),
        TEST(after_an_unfinished_update_all_sectors_are_erased),
        TEST(a_sector_with_one_bit_or_one_unreadable_word_is_erased),
        TEST(a_sector_with_one_wrong_bit_at_its_very_end_is_erased),
        TEST(words_of_erased_bytes_are_not_programmed),
        TEST(sectors_are_erased_ahead_while_the_sender_pauses),
        TEST(waiting_words_go_before_the_erase_of_a_later_sector),
        TEST(a_foreign_image_of_unknown_size_costs_only_the_sectors_it_reaches),
        TEST(a_foreign_image_is_written_and_read_back),
        TEST(a_fast_sender_never_leaves_the_bank_idle),
        TEST(a_poll_reads_at_most_4_kb_unless_it_writes_records),
        TEST(the_buffer_takes_4096_bytes_while_flash_is_busy),
        TEST(the_status_follows_the_update_through_its_phases),
        TEST(the_counts_of_the_status_only_grow_and_keep_their_order),
        TEST(activation_swaps_once_and_the_new_image_runs),
        TEST(an_answered_update_survives_the_clients_departure),
        TEST(phases_have_the_documented_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
