/* test_boot_branches.c - the boot core where the journals, the flash or the images are unusual.
 *
 * What the other tests of it do not come by: vector tables with one defect each, records that
 * contradict each other, a flash that reads differently the second time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/boot.h"
#include "flota/error.h"
#include "flota/image.h"
#include "journal_model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define IMAGE_SIZE      2048u
#define IMAGE_WORDS     (uint16_t)(IMAGE_SIZE / 32u)
#define JOURNAL         (7u * 8192u) /* offset */

static const struct flash_model_geometry geometry = {8192, 7, 8, 32, 1, 1};

struct fixture {
    struct journal_model journals; /* first: the port of its functions */
};

/* The image's tag is 8 times its number. */
static void load(struct fixture *f, enum flota_slot slot, uint8_t number)
{
    const uint32_t vectors[2] = {0x20020000u, 0x08000501u}, magic = FLOTA_IMAGE_INFO_MAGIC;
    uint8_t image[IMAGE_SIZE];
    memset(image, number, sizeof image);
    memcpy(image, vectors, sizeof vectors);
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET, &magic, sizeof magic);
    flash_model_load(&f->journals.model, slot, image, sizeof image);
}

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (!f)
        return -1;
    journal_model_init(&f->journals, &geometry);
    load(f, FLOTA_SLOT_ACTIVE, 1);
    load(f, FLOTA_SLOT_SPARE, 2);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    journal_model_free(&f->journals);
    free(f);
    return 0;
}

static const struct flota_flash *flash(const struct fixture *f)
{
    return &f->journals.model.flash;
}

static struct flota_boot read_boot(const struct fixture *f)
{
    struct flota_boot boot;
    flota_boot_read(flash(f), &boot);
    return boot;
}

/* number: of the image that the record is about. */
static struct flota_record make_record(enum flota_record_kind kind, uint32_t generation,
                                       uint8_t number)
{
    uint8_t tag[FLOTA_TAG_SIZE];
    memset(tag, number, sizeof tag);
    return flota_journal_record(kind, generation, tag);
}

static void append(struct fixture *f, enum flota_slot slot, struct flota_record record)
{
    assert_int_equal(flota_journal_append(flash(f), slot, &record, 0), 0);
}

/* A REJECTED or ACCEPTED of an image. */
static void append_opinion(struct fixture *f, enum flota_slot slot, enum flota_record_kind kind,
                           uint32_t generation, uint8_t number)
{
    struct flota_record record = make_record(kind, generation, slot == FLOTA_SLOT_ACTIVE ? 1 : 2);
    memset(record.arguments.digest, number, sizeof record.arguments.digest);
    append(f, slot, record);
}

/* Append records without meaning until so few words are free. */
static void fill(struct fixture *f, enum flota_slot slot, uint32_t free_words)
{
    struct flota_record record = make_record(FLOTA_RECORD_SEEN, 1, 9);
    while (flota_journal_append(flash(f), slot, &record, free_words) == 0)
        continue;
}

static bool is_rejected(const struct fixture *f, uint8_t number)
{
    uint8_t digest[32];
    memset(digest, number, sizeof digest);
    return flota_boot_is_rejected(flash(f), digest);
}

/* --- the decision --- */

/* A summary in RAM that is no longer one: the image that was started so far is started. */
static void a_state_that_is_none_is_run_and_is_no_obstacle(void **state)
{
    (void)state;
    struct flota_boot boot = {.own = {.state = (enum flota_bank_state)9}};
    assert_int_equal(flota_boot_decide(&boot, false).action, FLOTA_BOOT_RUN);
    boot = (struct flota_boot){
        .own = {.state = FLOTA_BANK_FAILED, .fallback_words = 1, .free_words = 100},
        .other = {.state = (enum flota_bank_state)9}};
    assert_int_equal(flota_boot_decide(&boot, false).action, FLOTA_BOOT_ROLL_BACK);
    assert_int_equal(flota_boot_decide(&boot, false).check, FLOTA_CHECK_OTHER);
}

static void every_reason_and_obstacle_is_told_apart_and_unknown_ones_are_said_to_be(void **state)
{
    (void)state;
    const char *unknown = flota_boot_reason_text(FLOTA_REASON_NONE);
    assert_string_equal(flota_boot_reason_text((enum flota_boot_reason)200), unknown);
    for (int i = FLOTA_REASON_UNRECORDED; i <= FLOTA_REASON_REQUEST; i++)
        assert_string_not_equal(flota_boot_reason_text((enum flota_boot_reason)i), unknown);
    assert_string_equal(flota_boot_obstacle_text((enum flota_boot_obstacle)200), "");
}

/* --- the look at an image --- */

static enum flota_verdict verdict_of(struct fixture *f, const uint32_t vectors[2])
{
    struct flota_boot boot = {.own = {.fallback_words = 1}};
    uint8_t image[IMAGE_SIZE] = {0};
    memcpy(image, vectors, 2 * sizeof vectors[0]);
    flash_model_load(&f->journals.model, FLOTA_SLOT_SPARE, image, sizeof image);
    assert_int_equal(flota_boot_image_crc(flash(f), FLOTA_SLOT_SPARE, 1, &boot.own.fallback_crc),
                     0);
    flota_boot_check(flash(f), &boot, FLOTA_CHECK_OTHER);
    return boot.other.verdict;
}

/* The crc is as recorded each time. */
static void each_defect_of_a_vector_table_makes_an_image_damaged(void **state)
{
    struct fixture *f = *state;
    const uint32_t base = 0x08000000u, area = JOURNAL;
    const uint32_t good[][2] = {{0x20020000u, base + 0x501u}, {4, base + area - 1}};
    const uint32_t bad[][2] = {{0x20020002u, base + 0x501u}, /* a stack that is not aligned */
                               {0, base + 0x501u},           /* none */
                               {0x20020000u, base + 0x500u}, /* no Thumb code */
                               {0x20020000u, base - 1},      /* in front of the bank */
                               {0x20020000u, base + area + 1}};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        assert_int_equal(verdict_of(f, good[i]), FLOTA_VERDICT_SOUND);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(verdict_of(f, bad[i]), FLOTA_VERDICT_DAMAGED);
}

/* --- what the journals say --- */

/* Nobody counts so far: the next number must not be one after it, which would start from 0. */
static void a_record_from_beyond_all_numbers_says_nothing(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_ACTIVE, make_record(FLOTA_RECORD_FAILED, 0xF0000001u, 1));
    struct flota_boot now = read_boot(f);
    assert_int_equal(now.own.state, FLOTA_BANK_UNRECORDED);
    assert_int_equal(flota_boot_next_generation(&now), 1);
    append(f, FLOTA_SLOT_ACTIVE, make_record(FLOTA_RECORD_FAILED, 0xF0000000u, 1));
    now = read_boot(f);
    assert_int_equal(now.own.state, FLOTA_BANK_FAILED);
    assert_int_equal(flota_boot_next_generation(&now), 0xF0000001u);
}

/* A later version's record, under a block that cannot be read, so that all records are its own. */
static void a_sound_record_of_another_format_is_skipped_and_not_dead(void **state)
{
    struct fixture *f = *state;
    struct flota_record record = make_record(FLOTA_RECORD_FAILED, 5, 0);
    record.magic = FLOTA_RECORD_MAGIC;
    record.format = FLOTA_RECORD_FORMAT + 1;
    record.crc32 = bundle_crc32(&record, offsetof(struct flota_record, crc32));
    append(f, FLOTA_SLOT_ACTIVE, make_record(FLOTA_RECORD_STAGED, 3, 1));
    assert_int_equal(
        flash(f)->program_start(flash(f)->port, FLOTA_SLOT_ACTIVE, JOURNAL + 32, &record), 0);
    while (flash(f)->poll(flash(f)->port) == FLOTA_FLASH_BUSY)
        continue;
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, FLOTA_IMAGE_INFO_OFFSET);
    struct flota_boot now = read_boot(f);
    assert_true(now.own.any_tag);
    assert_int_equal(now.own.state, FLOTA_BANK_TRIAL);
    assert_int_equal(now.own.tag[0], 1); /* by STAGED; the other one names no image */
    assert_int_equal(now.own.attempts.all, 0);
    assert_int_equal(now.own.highest_generation, 3);
}

/* --- opinions about images --- */

/* What a compaction carried over stands behind what it is about, and is older. */
static void of_two_opinions_in_one_journal_the_later_updates_is_right(void **state)
{
    struct fixture *f = *state;
    append_opinion(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED, 5, 7);
    append_opinion(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_ACCEPTED, 3, 7);
    assert_true(is_rejected(f, 7));
    append_opinion(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_ACCEPTED, 5, 7);
    assert_false(is_rejected(f, 7));
}

static void of_two_journals_the_later_updates_opinion_is_right(void **state)
{
    struct fixture *f = *state;
    append_opinion(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED, 5, 7);
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_ACCEPTED, 4, 7);
    assert_true(is_rejected(f, 7));
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_ACCEPTED, 6, 7);
    assert_false(is_rejected(f, 7));
}

static uint32_t count_of(const struct fixture *f, enum flota_slot slot, enum flota_record_kind kind)
{
    uint32_t end = flota_journal_end(flash(f), slot), count = 0;
    struct flota_record record;
    for (uint32_t i = 0; i < end; i++)
        count += flota_journal_read(flash(f), slot, i, &record) == FLOTA_WORD_GOOD &&
                 record.kind == (uint8_t)kind;
    return count;
}

static void save(struct fixture *f)
{
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_save(flash(f)), 0);
}

static void what_both_journals_hold_against_an_image_is_not_saved_again(void **state)
{
    struct fixture *f = *state;
    append_opinion(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED, 5, 7);
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_REJECTED, 6, 7);
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_ACCEPTED, 4, 7);
    save(f);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED), 1);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_ACCEPTED), 0);
}

static void the_latest_eight_refusals_survive_a_compaction(void **state)
{
    struct fixture *f = *state;
    for (uint8_t i = 0; i < 10; i++)
        append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_REJECTED, 1u + i, (uint8_t)(100 + i));
    save(f);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED), 8);
    load(f, FLOTA_SLOT_SPARE, 2);
    assert_int_equal(flash(f)->erase_start(flash(f)->port, FLOTA_SLOT_SPARE, 7), 0);
    while (flash(f)->poll(flash(f)->port) == FLOTA_FLASH_BUSY)
        continue;
    for (uint8_t i = 0; i < 10; i++)
        assert_int_equal(is_rejected(f, (uint8_t)(100 + i)), i >= 2);
}

/* A look costs a walk through both journals: it must not take for ever. */
static void a_compaction_looks_at_no_more_than_the_latest_48_opinions(void **state)
{
    struct fixture *f = *state;
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_REJECTED, 1, 100);
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_REJECTED, 2, 101);
    for (uint32_t i = 0; i < 47; i++)
        append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_ACCEPTED, 3, 7);
    save(f);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED), 1);
    struct flota_record record;
    uint8_t digest[12];
    memset(digest, 101, sizeof digest);
    assert_int_equal(flota_journal_read(flash(f), FLOTA_SLOT_ACTIVE, 3, &record), FLOTA_WORD_GOOD);
    assert_memory_equal(record.arguments.digest, digest, FLOTA_TAG_SIZE);
}

static void a_compaction_without_room_for_refusals_goes_on(void **state)
{
    struct fixture *f = *state;
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_REJECTED, 1, 100);
    append_opinion(f, FLOTA_SLOT_SPARE, FLOTA_RECORD_REJECTED, 2, 101);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    fill(f, FLOTA_SLOT_ACTIVE, FLOTA_JOURNAL_KEEP_ADVISORY);
    assert_int_equal(flota_boot_save(flash(f)), 0);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED), 0);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_COMPACTION), 1);
}

/* --- steps --- */

static struct flota_boot_update make_update(const struct fixture *f)
{
    struct flota_boot boot = read_boot(f);
    struct flota_boot_update update = {.generation = flota_boot_next_generation(&boot),
                                       .fallback_words = IMAGE_WORDS,
                                       .words = IMAGE_WORDS};
    memset(update.tag, 2, sizeof update.tag);
    assert_int_equal(
        flota_boot_image_crc(flash(f), FLOTA_SLOT_ACTIVE, IMAGE_WORDS, &update.fallback_crc), 0);
    assert_int_equal(flota_boot_image_crc(flash(f), FLOTA_SLOT_SPARE, IMAGE_WORDS, &update.crc), 0);
    return update;
}

static void assert_not_ready(struct fixture *f, int result)
{
    uint32_t count = flota_journal_end(flash(f), FLOTA_SLOT_SPARE);
    assert_int_equal(result, FLOTA_ERR_NOT_READY);
    assert_int_equal(flota_journal_end(flash(f), FLOTA_SLOT_SPARE), count);
}

static void an_update_states_its_image_and_its_fallback(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot_update update = make_update(f), without = update;
    without.fallback_words = 0;
    assert_not_ready(f, flota_boot_begin(flash(f), &without));
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    assert_not_ready(f, flota_boot_stage(flash(f), &without));
    without = update;
    without.words = 0;
    assert_not_ready(f, flota_boot_stage(flash(f), &without));
    assert_int_equal(flota_boot_stage(flash(f), &update), 0);
}

/* Its tag cannot be read, so the guard would take the trial for any image's. */
static void an_image_whose_block_cannot_be_read_is_not_staged(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot_update update = make_update(f);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    assert_int_equal(flota_boot_stage(flash(f), &update), 0);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_SPARE, FLOTA_IMAGE_INFO_OFFSET);
    assert_not_ready(f, flota_boot_stage(flash(f), &update));
}

/* The other image ran, was confirmed, and went back to this one, of which it says nothing. */
static struct flota_boot_update confirm_other(struct fixture *f)
{
    struct flota_boot_update update = make_update(f);
    struct flota_record staged = make_record(FLOTA_RECORD_STAGED, 1, 2);
    staged.arguments.staged.words = update.words;
    staged.arguments.staged.crc = update.crc;
    append(f, FLOTA_SLOT_SPARE, staged);
    append(f, FLOTA_SLOT_SPARE, make_record(FLOTA_RECORD_CONFIRMED, 1, 2));
    return update;
}

static void a_confirmed_image_is_selected_when_it_is_as_its_own_records_say(void **state)
{
    struct fixture *f = *state;
    confirm_other(f);
    assert_int_equal(flota_boot_settle(flash(f)), 0);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SWAPTRY), 1);
}

static void an_image_that_is_not_as_staged_is_not_selected_for_a_moment(void **state)
{
    struct fixture *f = *state;
    confirm_other(f);
    uint8_t image[IMAGE_SIZE];
    memcpy(image, flash_model_bytes(&f->journals.model, FLOTA_SLOT_SPARE), sizeof image);
    image[IMAGE_SIZE - 1] ^= 1;
    flash_model_load(&f->journals.model, FLOTA_SLOT_SPARE, image, sizeof image);
    assert_int_equal(flota_boot_settle(flash(f)), FLOTA_BOOT_NOT_WHOLE);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_SPARE, 0);
    assert_int_equal(flota_boot_settle(flash(f)), FLOTA_BOOT_NOT_WHOLE);
    assert_int_equal(count_of(f, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SWAPTRY), 0);
}

/* Programmed, not updated: it is confirmed, and no record says what it should be. */
static void a_confirmed_image_of_unknown_size_is_not_selected(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_SPARE, make_record(FLOTA_RECORD_CONFIRMED, 1, 2));
    assert_int_equal(flota_boot_settle(flash(f)), FLOTA_BOOT_NOT_WHOLE);
}

/* One that was left after an attempt is looked at: its own guard has given it up already. */
static void a_trial_that_has_started_is_selected_only_as_a_fallback(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_SPARE, make_record(FLOTA_RECORD_STAGED, 1, 2));
    assert_int_equal(flota_boot_settle(flash(f)), 0);
    append(f, FLOTA_SLOT_SPARE, make_record(FLOTA_RECORD_ATTEMPT, 1, 2));
    assert_int_equal(flota_boot_settle(flash(f)), FLOTA_BOOT_NOT_WHOLE);
}

static void a_full_journal_is_no_obstacle_to_settle_and_a_broken_one_is(void **state)
{
    struct fixture *f = *state;
    append(f, FLOTA_SLOT_SPARE, make_record(FLOTA_RECORD_STAGED, 1, 2));
    f->journals.model.fail_at = f->journals.model.operation_count + 1;
    f->journals.model.fault = FLASH_MODEL_TIMES_OUT;
    assert_int_equal(flota_boot_settle(flash(f)), FLOTA_ERR_FLASH_TIMEOUT);
    fill(f, FLOTA_SLOT_ACTIVE, FLOTA_JOURNAL_KEEP_ORDER);
    assert_int_equal(flota_boot_settle(flash(f)), 0);
}

/* --- a flash that forgets --- */

static int (*real_read)(void *port, enum flota_slot slot, uint32_t offset, void *data,
                        uint32_t size);

/* CONFIRMED reads well once, behind its append, and never again. */
static int read_once(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    static uint32_t seen_offset;
    struct flota_record record;
    int error = real_read(port, slot, offset, data, size);
    if (error != 0 || size != sizeof record || offset < JOURNAL)
        return error;
    memcpy(&record, data, sizeof record);
    if (record.kind != FLOTA_RECORD_CONFIRMED)
        return 0;
    if (offset <= seen_offset)
        return FLOTA_ERR_FLASH_READ;
    seen_offset = offset;
    return 0;
}

static void records_that_fade_after_their_append_confirm_nothing(void **state)
{
    struct fixture *f = *state;
    real_read = f->journals.model.flash.read;
    f->journals.model.flash.read = read_once;
    assert_int_equal(flota_boot_confirm(flash(f)), FLOTA_ERR_FLASH_VERIFY);
    f->journals.model.flash.read = real_read;
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
}

/* --- queries --- */

static void a_bank_whose_journal_is_being_erased_is_not_called_half_written(void **state)
{
    (void)state;
    struct flota_boot boot = {.other = {.state = FLOTA_BANK_OPEN, .highest_generation = 4}};
    assert_true(flota_boot_is_half_written(&boot));
    boot.own.compaction_generation = 5;
    assert_false(flota_boot_is_half_written(&boot));
}

static void sectors_are_finished_in_an_open_update_only(void **state)
{
    (void)state;
    struct flota_boot boot = {
        .own = {.session_generation = 4, .finished_sectors = 3},
        .other = {.state = FLOTA_BANK_OPEN, .generation = 4},
    };
    assert_int_equal(flota_boot_finished_sectors(&boot), 3);
    boot.other.state = FLOTA_BANK_TRIAL;
    assert_int_equal(flota_boot_finished_sectors(&boot), 0);
    boot.other.state = FLOTA_BANK_OPEN;
    boot.other.generation = 5;
    assert_int_equal(flota_boot_finished_sectors(&boot), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_state_that_is_none_is_run_and_is_no_obstacle),
        TEST(every_reason_and_obstacle_is_told_apart_and_unknown_ones_are_said_to_be),
        TEST(each_defect_of_a_vector_table_makes_an_image_damaged),
        TEST(a_record_from_beyond_all_numbers_says_nothing),
        TEST(a_sound_record_of_another_format_is_skipped_and_not_dead),
        TEST(of_two_opinions_in_one_journal_the_later_updates_is_right),
        TEST(of_two_journals_the_later_updates_opinion_is_right),
        TEST(what_both_journals_hold_against_an_image_is_not_saved_again),
        TEST(the_latest_eight_refusals_survive_a_compaction),
        TEST(a_compaction_looks_at_no_more_than_the_latest_48_opinions),
        TEST(a_compaction_without_room_for_refusals_goes_on),
        TEST(an_update_states_its_image_and_its_fallback),
        TEST(an_image_whose_block_cannot_be_read_is_not_staged),
        TEST(a_confirmed_image_is_selected_when_it_is_as_its_own_records_say),
        TEST(an_image_that_is_not_as_staged_is_not_selected_for_a_moment),
        TEST(a_confirmed_image_of_unknown_size_is_not_selected),
        TEST(a_trial_that_has_started_is_selected_only_as_a_fallback),
        TEST(a_full_journal_is_no_obstacle_to_settle_and_a_broken_one_is),
        TEST(records_that_fade_after_their_append_confirm_nothing),
        TEST(a_bank_whose_journal_is_being_erased_is_not_called_half_written),
        TEST(sectors_are_finished_in_an_open_update_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
