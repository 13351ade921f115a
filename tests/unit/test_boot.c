/* test_boot.c - the protocol step by step: update, trial, confirm, rollback, revert, stranded.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include "flota/error.h"
#include "journal_model.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IMAGE_SIZE  2048u
#define IMAGE_WORDS (IMAGE_SIZE / 32u)
#define JOURNAL     (7u * 2048u) /* offset */

static const struct flash_model_geometry geometry = {2048, 7, 8, 32, 5, 2};

struct fixture {
    struct journal_model journals; /* first: the port of its functions */
};

/* An image as far as the boot code looks at one. Its tag is 8 times its number. */
static void make_image(uint8_t image[IMAGE_SIZE], uint8_t number)
{
    const uint32_t vectors[2] = {0x20020000u, 0x08000501u}, magic = FLOTA_IMAGE_INFO_MAGIC;
    memset(image, number, IMAGE_SIZE);
    memcpy(image, vectors, sizeof vectors);
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET, &magic, sizeof magic);
}

static void load(struct fixture *f, enum flota_slot slot, uint8_t number)
{
    uint8_t image[IMAGE_SIZE];
    make_image(image, number);
    flash_model_load(&f->journals.model, slot, image, sizeof image);
}

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (!f)
        return -1;
    journal_model_init(&f->journals, &geometry);
    load(f, FLOTA_SLOT_ACTIVE, 1);
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

static uint32_t crc_of(const struct fixture *f, enum flota_slot slot)
{
    uint32_t crc;
    assert_int_equal(flota_boot_image_crc(flash(f), slot, IMAGE_WORDS, &crc), 0);
    return crc;
}

static struct flota_boot_update make_update(const struct fixture *f, uint8_t number)
{
    struct flota_boot boot = read_boot(f);
    struct flota_boot_update update = {.generation = flota_boot_next_generation(&boot),
                                       .deadline_ms = 60000,
                                       .fallback_words = IMAGE_WORDS,
                                       .fallback_crc = crc_of(f, FLOTA_SLOT_ACTIVE),
                                       .words = IMAGE_WORDS};
    memset(update.tag, number, sizeof update.tag);
    return update;
}

/* All of an update up to the swap; returns what stage() does. */
static int stage(struct fixture *f, struct flota_boot_update *update)
{
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_begin(flash(f), update), 0);
    load(f, FLOTA_SLOT_SPARE, update->tag[0]);
    update->crc = crc_of(f, FLOTA_SLOT_SPARE);
    return flota_boot_stage(flash(f), update);
}

static void swap(struct fixture *f)
{
    f->journals.model.next_active = 1 - f->journals.model.active;
    flash_model_power_up(&f->journals.model);
}

static void update_to(struct fixture *f, uint8_t number)
{
    struct flota_boot_update update = make_update(f, number);
    assert_int_equal(stage(f, &update), 0);
    swap(f);
}

struct outcome {
    struct flota_boot_decision decision;
    uint32_t writes;
};

/* One boot, as boot.h shows it; a rollback swaps the banks and ends it. */
static struct outcome boot(struct fixture *f, bool power_on)
{
    struct outcome outcome = {.writes = f->journals.model.program_count};
    struct flota_boot now = read_boot(f);
    for (int turn = 0; turn < 6; turn++) {
        outcome.decision = flota_boot_decide(&now, power_on);
        if (outcome.decision.check != FLOTA_CHECK_NOTHING) {
            flota_boot_check(flash(f), &now, outcome.decision.check);
        } else if (outcome.decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            flota_boot_count(flash(f), &now, power_on, 77);
        } else if (outcome.decision.action != FLOTA_BOOT_ROLL_BACK) {
            break;
        } else if (flota_boot_leave(flash(f), &now, &outcome.decision, power_on, 88) == 0) {
            swap(f);
            break;
        }
    }
    outcome.writes = f->journals.model.program_count - outcome.writes;
    return outcome;
}

static void assert_boot(struct fixture *f, bool power_on, enum flota_boot_action action,
                        enum flota_boot_reason reason)
{
    struct outcome outcome = boot(f, power_on);
    assert_int_equal(outcome.decision.action, action);
    assert_int_equal(outcome.decision.reason, reason);
}

static void assert_stranded(struct fixture *f, enum flota_boot_obstacle obstacle)
{
    struct outcome outcome = boot(f, false);
    assert_int_equal(outcome.decision.action, FLOTA_BOOT_STRANDED);
    assert_int_equal(outcome.decision.obstacle, obstacle);
}

static uint8_t running(const struct fixture *f)
{
    return read_boot(f).own.tag[0];
}

static void spoil_last_word(struct fixture *f, enum flota_slot slot)
{
    uint32_t end = flota_journal_end(flash(f), slot);
    flash_model_spoil(&f->journals.model, slot, JOURNAL + (end - 1) * 32);
}

/* --- the good way --- */

static void a_factory_image_runs_and_nothing_is_written(void **state)
{
    struct outcome outcome = boot(*state, true);
    assert_int_equal(outcome.decision.action, FLOTA_BOOT_RUN);
    assert_int_equal(outcome.decision.reason, FLOTA_REASON_UNRECORDED);
    assert_int_equal(outcome.writes, 0);
}

static void an_update_is_tried_and_confirmed(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_TRIAL);
    struct flota_boot now = read_boot(f);
    assert_int_equal(now.own.state, FLOTA_BANK_TRIAL);
    assert_int_equal(now.own.attempts.all, 1);
    assert_int_equal(now.own.deadline_ms, 60000);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct outcome outcome = boot(f, false);
    assert_int_equal(outcome.decision.reason, FLOTA_REASON_CONFIRMED);
    assert_int_equal(outcome.writes, 0);
    now = read_boot(f);
    assert_int_equal(flota_boot_confirmed_count(&now), 3);
    assert_true(flota_boot_is_kept(&now));
}

static void confirming_again_writes_nothing_unless_two_records_were_lost(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(f->journals.model.program_count, 3);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(f->journals.model.program_count, 3);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, JOURNAL);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(f->journals.model.program_count, 3);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, JOURNAL + 32);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(f->journals.model.program_count, 6);
}

/* The writing of the last one may have been cut: it reads well now, and never again. */
static void confirmed_records_count_when_another_was_begun_behind_them(void **state)
{
    struct fixture *f = *state;
    struct flota_boot now = read_boot(f);
    for (uint16_t number = 1; number <= 3; number++) {
        struct flota_record record = flota_journal_record(FLOTA_RECORD_CONFIRMED, 0, now.own.tag);
        record.arguments.confirmed.number = number;
        assert_int_equal(flota_journal_append(flash(f), FLOTA_SLOT_ACTIVE, &record, 0), 0);
        now = read_boot(f);
        assert_int_equal(flota_boot_confirmed_count(&now), number < 3 ? 1 : 3);
        assert_int_equal(flota_boot_is_kept(&now), number == 3);
    }
}

static void updates_go_to_and_fro(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    boot(f, false);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot_update update = make_update(f, 3);
    assert_int_equal(update.generation, 2);
    assert_int_equal(stage(f, &update), 0);
    swap(f);
    assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_TRIAL);
    assert_int_equal(running(f), 3);
}

/* --- trials that fail --- */

static void an_image_that_never_confirms_has_three_boots(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    for (int i = 0; i < 3; i++)
        assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_TRIAL);
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_ATTEMPTS);
    assert_int_equal(running(f), 1);
    assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_CONFIRMED);
}

static void power_ons_do_not_use_up_the_three_but_the_eight(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    for (int i = 0; i < 8; i++)
        assert_boot(f, true, FLOTA_BOOT_RUN, FLOTA_REASON_TRIAL);
    assert_boot(f, true, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_ATTEMPTS);
    assert_int_equal(running(f), 1);
}

static void torn_attempts_count(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    for (int i = 0; i < 3; i++) {
        boot(f, true);
        spoil_last_word(f, FLOTA_SLOT_ACTIVE);
    }
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_ATTEMPTS);
}

static void a_damaged_image_is_left_at_its_first_boot(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, IMAGE_SIZE - 32);
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DAMAGED);
    assert_int_equal(running(f), 1);
}

static void a_failure_is_reported_until_it_is_seen(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_report report;
    update_to(f, 2);
    boot(f, false);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 1234), 0);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 1234), 0);
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DEADLINE);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_rolled_back(&now, &report));
    assert_int_equal(report.reason, FLOTA_REASON_DEADLINE);
    assert_int_equal(report.cause, 1234);
    assert_int_equal(report.attempts, 1);
    assert_int_equal(report.tag[0], 2);
    assert_int_equal(flota_boot_see(flash(f)), 0);
    assert_int_equal(flota_boot_see(flash(f)), 0);
    now = read_boot(f);
    assert_int_equal(now.own.seen_generation, report.generation);
    assert_false(flota_boot_rolled_back(&now, &report));
}

static void a_lost_failure_is_reported_as_unknown(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_report report;
    update_to(f, 2);
    boot(f, false);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_APPLICATION, 0), 0);
    spoil_last_word(f, FLOTA_SLOT_ACTIVE);
    swap(f);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_rolled_back(&now, &report));
    assert_int_equal(report.reason, FLOTA_REASON_NONE);
    assert_int_equal(report.attempts, 2);
}

static void only_a_trial_can_be_failed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), FLOTA_ERR_NOT_READY);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), FLOTA_ERR_NOT_READY);
}

/* Only a SWAPTRY behind it says that a FAILED is whole: without one, another is written. */
static void a_swap_waits_for_a_failed_that_is_whole(void **state)
{
    struct fixture *f = *state;
    struct flota_record record;
    update_to(f, 2);
    boot(f, false);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 1234), 0);
    assert_int_equal(boot(f, false).writes, 2);
    uint32_t end = flota_journal_end(flash(f), FLOTA_SLOT_SPARE);
    assert_int_equal(flota_journal_read(flash(f), FLOTA_SLOT_SPARE, end - 2, &record),
                     FLOTA_WORD_GOOD);
    assert_int_equal(record.kind, FLOTA_RECORD_FAILED);
    assert_int_equal(record.arguments.failed.cause, 1234);
    assert_int_equal(record.arguments.failed.attempts, 1);
    swap(f); /* it did not come */
    assert_int_equal(boot(f, false).writes, 1);
}

/* --- stranded --- */

static void without_an_eligible_target_the_image_runs_stranded(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), 0);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_SPARE, 64);
    assert_stranded(f, FLOTA_OBSTACLE_OTHER_DAMAGED);
    assert_stranded(f, FLOTA_OBSTACLE_OTHER_DAMAGED);
    assert_int_equal(running(f), 2);
}

static void a_stranded_image_is_kept_by_confirming_it_and_takes_updates(void **state)
{
    struct fixture *f = *state;
    without_an_eligible_target_the_image_runs_stranded(state);
    struct flota_boot_update update = make_update(f, 3);
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_NOT_READY);
    assert_int_equal(stage(f, &update), 0);
    swap(f);
    assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), 0);
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DEADLINE);
    assert_int_equal(running(f), 2);
}

static void rejected_swaps_are_tried_three_times(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), 0);
    for (int i = 0; i < 3; i++) {
        assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DEADLINE);
        swap(f); /* back: it was not made */
    }
    assert_stranded(f, FLOTA_OBSTACLE_SWAP_REJECTED);
    assert_int_equal(boot(f, false).writes, 0);
}

/* An image that hangs has no other way out: once at each power-on, and no more. */
static void rejected_swaps_are_tried_again_at_each_power_on(void **state)
{
    struct fixture *f = *state;
    rejected_swaps_are_tried_three_times(state);
    for (int i = 0; i < 20; i++) {
        assert_boot(f, true, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DEADLINE);
        swap(f); /* back: it was not made */
        assert_stranded(f, FLOTA_OBSTACLE_SWAP_REJECTED);
    }
    assert_boot(f, true, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DEADLINE);
    assert_int_equal(running(f), 1);
}

static int refuse(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)port, (void)slot, (void)offset, (void)word;
    return FLOTA_ERR_FLASH_PROGRAM;
}

static void a_journal_that_takes_nothing_strands_the_trial(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    f->journals.model.flash.program_start = refuse;
    assert_stranded(f, FLOTA_OBSTACLE_JOURNAL);
}

/* --- begin and stage refuse --- */

static void an_update_is_refused_on_trial_and_before_two_confirmed(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_NOT_READY);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, JOURNAL);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, JOURNAL + 32);
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_NOT_READY);
    update_to(f, 2);
    boot(f, false);
    update = make_update(f, 3);
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_NOT_READY);
}

static void a_staged_image_must_be_the_one_that_was_begun(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(flota_boot_stage(flash(f), &update), FLOTA_ERR_NOT_READY);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    load(f, FLOTA_SLOT_SPARE, 3);
    assert_int_equal(flota_boot_stage(flash(f), &update), FLOTA_ERR_NOT_READY);
    load(f, FLOTA_SLOT_SPARE, 2);
    update.generation++;
    assert_int_equal(flota_boot_stage(flash(f), &update), FLOTA_ERR_NOT_READY);
    update.generation--;
    assert_int_equal(flota_boot_stage(flash(f), &update), 0);
}

static void a_swap_that_does_not_come_is_ordered_three_times(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(stage(f, &update), 0);
    assert_int_equal(flota_boot_stage(flash(f), &update), 0);
    assert_int_equal(flota_boot_stage(flash(f), &update), 0);
    assert_int_equal(flota_boot_stage(flash(f), &update), FLOTA_ERR_OPTION_BYTES);
}

static void an_update_waits_until_an_earlier_swap_is_settled(void **state)
{
    struct fixture *f = *state;
    load(f, FLOTA_SLOT_SPARE, 2);
    struct flota_boot_update update = make_update(f, 2);
    update.trial = FLOTA_TRIAL_REVERT;
    assert_int_equal(stage(f, &update), 0);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_swap_may_come(&now));
    update = make_update(f, 2);
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_OPTION_PENDING);
    update.swap_settled = true;
    update.generation++;
    int result = flota_boot_begin(flash(f), &update);
    assert_int_equal(result, 0);
    now = read_boot(f);
    assert_false(flota_boot_swap_may_come(&now));
}

static void an_update_needs_room_for_its_trial(void **state)
{
    struct fixture *f = *state;
    struct flota_record record = flota_journal_record(FLOTA_RECORD_PROGRESS, 0, NULL);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    for (int i = 0; i < 40; i++)
        assert_int_equal(flota_journal_append(flash(f), FLOTA_SLOT_SPARE, &record, 0), 0);
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_JOURNAL_FULL);
}

/* The way back is not taken to what cannot start, though the records say that it is whole. */
static void a_fallback_without_vectors_or_of_an_absurd_size_is_damaged(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    update.fallback_words = 60000;
    assert_int_equal(stage(f, &update), 0);
    swap(f);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), 0);
    assert_stranded(f, FLOTA_OBSTACLE_OTHER_DAMAGED);

    uint8_t image[IMAGE_SIZE];
    make_image(image, 2);
    image[4] = 0; /* not a Thumb address */
    flash_model_load(&f->journals.model, FLOTA_SLOT_ACTIVE, image, sizeof image);
    update_to(f, 3);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), 0);
    assert_stranded(f, FLOTA_OBSTACLE_OTHER_DAMAGED);
}

static void an_image_that_has_started_is_not_staged_again(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(stage(f, &update), 0);
    swap(f);
    boot(f, false);
    swap(f);
    assert_int_equal(flota_boot_stage(flash(f), &update), FLOTA_ERR_NOT_READY);
    struct flota_boot now = read_boot(f);
    assert_false(flota_boot_swap_may_come(&now));
    assert_int_equal(flota_boot_next_generation(&now), update.generation + 1);
}

/* The generation of a session that never came to a BEGIN is used again, an update's is not. */
static void a_generation_is_used_for_one_update(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    struct flota_record record = flota_journal_record(FLOTA_RECORD_SESSION, 1, NULL);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_journal_append(flash(f), FLOTA_SLOT_ACTIVE, &record, 0), 0);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    assert_int_equal(make_update(f, 2).generation, update.generation + 1);
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_NOT_READY);
    load(f, FLOTA_SLOT_SPARE, 2);
    update.crc = crc_of(f, FLOTA_SLOT_SPARE);
    assert_int_equal(flota_boot_stage(flash(f), &update), 0);
    swap(f);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot_update next = make_update(f, 3);
    next.generation = 1;
    assert_int_equal(flota_boot_begin(flash(f), &next), FLOTA_ERR_NOT_READY);
}

/* An update whose SESSION stands has its generation, though its BEGIN was never written. */
static void a_generation_below_the_own_journal_s_is_refused(void **state)
{
    struct fixture *f = *state;
    struct flota_record record = flota_journal_record(FLOTA_RECORD_SESSION, 5, NULL);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_journal_append(flash(f), FLOTA_SLOT_ACTIVE, &record, 0), 0);
    struct flota_boot_update update = make_update(f, 2);
    update.generation = 4;
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_NOT_READY);
    update.generation = 5;
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
}

static void a_full_own_journal_does_not_block_an_update(void **state)
{
    struct fixture *f = *state;
    struct flota_record record = flota_journal_record(FLOTA_RECORD_PROGRESS, 0, NULL);
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    while (flota_journal_append(flash(f), FLOTA_SLOT_ACTIVE, &record, 0) == 0)
        continue;
    assert_int_equal(stage(f, &update), 0);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_swap_may_come(&now));
}

/* --- what a journal adds up to --- */

/* Write records of image 1 to its own journal, a letter each, as test_boot_table.c names them. */
static void write_own(struct fixture *f, const char *letters)
{
    uint8_t tag[FLOTA_TAG_SIZE];
    memset(tag, 1, sizeof tag);
    for (; *letters; letters++) {
        enum flota_record_kind kind = *letters == 'B'   ? FLOTA_RECORD_BEGIN
                                      : *letters == 'S' ? FLOTA_RECORD_STAGED
                                      : *letters == 'A' ? FLOTA_RECORD_ATTEMPT
                                      : *letters == 'C' ? FLOTA_RECORD_CONFIRMED
                                      : *letters == 'F' ? FLOTA_RECORD_FAILED
                                                        : FLOTA_RECORD_SWAPTRY;
        struct flota_record record = flota_journal_record(kind, 1, tag);
        if (kind == FLOTA_RECORD_CONFIRMED)
            record.arguments.confirmed.number = 3;
        assert_int_equal(flota_journal_append(flash(f), FLOTA_SLOT_ACTIVE, &record, 0), 0);
        if (*letters == 'x')
            spoil_last_word(f, FLOTA_SLOT_ACTIVE);
    }
}

static void tries_are_counted_from_the_record_that_they_belong_to(void **state)
{
    struct fixture *f = *state;
    write_own(f, "BSAxA");
    assert_int_equal(read_boot(f).own.attempts.all, 3);
    write_own(f, "SA");
    assert_int_equal(read_boot(f).own.attempts.all, 1);
    write_own(f, "FWxFW"); /* a second FAILED does not start over */
    assert_int_equal(read_boot(f).own.swaps.all, 3);
    assert_int_equal(read_boot(f).own.swaps.resets, 2); /* no swap followed the torn one */
    write_own(f, "CF");
    assert_int_equal(read_boot(f).own.swaps.all, 0);
}

static void confirmations_count_for_one_installation(void **state)
{
    struct fixture *f = *state;
    write_own(f, "CC");
    assert_int_equal(read_boot(f).own.confirmed_count, 2);
    write_own(f, "BSC"); /* the same image again */
    assert_int_equal(read_boot(f).own.confirmed_count, 1);
    write_own(f, "FC");
    assert_int_equal(read_boot(f).own.confirmed_count, 1);
}

static void the_running_images_generation_is_not_used_again(void **state)
{
    struct fixture *f = *state;
    write_own(f, "BSCC"); /* of generation 1 */
    struct flota_boot_update update = make_update(f, 2);
    update.generation = 1;
    assert_int_equal(flota_boot_begin(flash(f), &update), FLOTA_ERR_NOT_READY);
    update.generation = 2;
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
}

static void each_update_may_be_ordered_three_times(void **state)
{
    struct fixture *f = *state;
    for (uint8_t number = 2; number <= 4; number++) {
        struct flota_boot_update update = make_update(f, number);
        update.swap_settled = true;
        assert_int_equal(stage(f, &update), 0);
        assert_int_equal(flota_boot_stage(flash(f), &update), 0);
    }
    assert_int_equal(read_boot(f).own.order_count, 2);
}

/* --- compaction, resume, refusal --- */

static void digest_of(uint8_t number, uint8_t digest[32])
{
    memset(digest, number, 32);
}

/* As the updater does, in one go. */
static void erase_other_journal(struct fixture *f)
{
    uint32_t size = flash_model_slot_size(&f->journals.model) - JOURNAL;
    assert_int_equal(
        flash(f)->erase_start(flash(f)->port, FLOTA_SLOT_SPARE, JOURNAL / geometry.sector_size), 0);
    while (flash(f)->poll(flash(f)->port) == FLOTA_FLASH_BUSY)
        continue;
    assert_int_equal(size, geometry.sector_size);
}

static bool is_rejected(struct fixture *f, uint8_t number)
{
    uint8_t digest[32];
    digest_of(number, digest);
    return flota_boot_is_rejected(flash(f), digest);
}

static void a_compaction_is_pending_from_its_record_to_the_next_begin(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(flota_boot_save(flash(f)), FLOTA_ERR_NOT_READY);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot now = read_boot(f);
    assert_false(flota_boot_compaction_was_cut(&now));
    assert_int_equal(flota_boot_save(flash(f)), 0);
    uint32_t writes = f->journals.model.program_count;
    assert_int_equal(flota_boot_save(flash(f)), 0); /* after a cut: what says so may fade */
    assert_int_equal(f->journals.model.program_count, writes + 1);
    now = read_boot(f);
    assert_true(flota_boot_compaction_was_cut(&now));
    assert_true(flota_boot_spare_is_touched(&now));
    erase_other_journal(f);
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    now = read_boot(f);
    assert_false(flota_boot_compaction_was_cut(&now));
}

static void a_spare_bank_is_touched_from_begin_to_staged(void **state)
{
    struct fixture *f = *state;
    struct flota_boot now = read_boot(f);
    struct flota_boot_update update = make_update(f, 2);
    assert_false(flota_boot_spare_is_touched(&now));
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    now = read_boot(f);
    assert_true(flota_boot_spare_is_touched(&now));
    assert_true(flota_boot_is_half_written(&now));
    load(f, FLOTA_SLOT_SPARE, 2);
    update.crc = crc_of(f, FLOTA_SLOT_SPARE);
    assert_int_equal(flota_boot_stage(flash(f), &update), 0);
    now = read_boot(f);
    assert_false(flota_boot_spare_is_touched(&now));
    assert_false(flota_boot_is_half_written(&now));
}

static void a_revert_that_was_cut_leaves_no_half_written_image(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    update.trial = FLOTA_TRIAL_REVERT;
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    struct flota_boot now = read_boot(f);
    assert_int_equal(now.other.state, FLOTA_BANK_OPEN);
    assert_false(flota_boot_is_half_written(&now));
}

static void finished_sectors_are_those_of_the_open_update(void **state)
{
    struct fixture *f = *state;
    uint8_t digest[32];
    struct flota_boot_update update = make_update(f, 2);
    digest_of(2, digest);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    assert_int_equal(flota_boot_session(flash(f), update.generation, digest), 0);
    struct flota_boot now = read_boot(f);
    assert_int_equal(flota_boot_finished_sectors(&now), 0);
    assert_int_equal(flota_boot_progress(flash(f), update.generation, 1), 0);
    assert_int_equal(flota_boot_progress(flash(f), update.generation, 2), 0);
    now = read_boot(f);
    assert_int_equal(flota_boot_finished_sectors(&now), 2);
    assert_memory_equal(now.own.session_digest, digest, sizeof now.own.session_digest);
    assert_int_equal(flota_boot_progress(flash(f), update.generation + 1, 5), 0); /* another's */
    now = read_boot(f);
    assert_int_equal(flota_boot_finished_sectors(&now), 2);
    update.generation += 1;
    assert_int_equal(flota_boot_begin(flash(f), &update), 0); /* anew */
    now = read_boot(f);
    assert_int_equal(flota_boot_finished_sectors(&now), 0);
}

static void an_image_that_failed_is_refused_until_it_is_confirmed(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    boot(f, false);
    assert_false(is_rejected(f, 2));
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), 0);
    boot(f, false);
    assert_int_equal(running(f), 1);
    assert_true(is_rejected(f, 2));
    assert_false(is_rejected(f, 3));
    update_to(f, 2); /* forced */
    assert_true(is_rejected(f, 2));
    boot(f, false);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_false(is_rejected(f, 2));
}

static void damage_in_flash_is_not_held_against_an_image(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, IMAGE_SIZE - 32);
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DAMAGED);
    assert_false(is_rejected(f, 2));
}

static void a_refusal_survives_a_compaction(void **state)
{
    struct fixture *f = *state;
    uint8_t digest[32];
    update_to(f, 2);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_APPLICATION, 0), 0);
    boot(f, false);
    assert_int_equal(flota_boot_save(flash(f)), 0);
    erase_other_journal(f);
    assert_true(is_rejected(f, 2));
    digest_of(5, digest);
    assert_int_equal(flota_boot_reject(flash(f), digest), 0);
    uint32_t writes = f->journals.model.program_count;
    assert_int_equal(flota_boot_reject(flash(f), digest), 0);
    assert_int_equal(f->journals.model.program_count, writes);
    assert_true(is_rejected(f, 5));
}

/* Forced, confirmed, and then the journal that says so is erased: nothing is held against it. */
static void a_lifted_refusal_survives_a_compaction(void **state)
{
    struct fixture *f = *state;
    an_image_that_failed_is_refused_until_it_is_confirmed(state);
    swap(f); /* a person goes back; image 1 compacts the journal of image 2 */
    uint8_t digest[32];
    digest_of(2, digest);
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_REJECTED, 1, read_boot(f).own.tag);
    memcpy(record.arguments.digest, digest, sizeof record.arguments.digest);
    assert_int_equal(flota_journal_append(flash(f), FLOTA_SLOT_ACTIVE, &record, 0), 0);
    assert_false(is_rejected(f, 2));
    assert_int_equal(flota_boot_save(flash(f)), 0);
    erase_other_journal(f);
    assert_false(is_rejected(f, 2));
}

/* --- an option byte that comes late --- */

static void a_swap_that_was_taken_back_may_come_back(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(stage(f, &update), 0);
    assert_int_equal(flota_boot_settle(flash(f)), 0);
    swap(f); /* taking it back was cut */
    boot(f, false);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_swap_may_come(&now));
    struct flota_boot_update next = make_update(f, 3);
    assert_int_equal(flota_boot_begin(flash(f), &next), FLOTA_ERR_OPTION_PENDING);
    next.swap_settled = true;
    assert_int_equal(flota_boot_begin(flash(f), &next), 0);
    now = read_boot(f);
    assert_false(flota_boot_swap_may_come(&now));
}

static void a_rollback_that_did_not_come_may_come_late(void **state)
{
    struct fixture *f = *state;
    rejected_swaps_are_tried_three_times(state);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_swap_may_come(&now));
    assert_int_equal(flota_boot_settle(flash(f)), 0);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_SPARE, 64);
    assert_int_equal(flota_boot_settle(flash(f)), FLOTA_BOOT_NOT_WHOLE);
}

/* The later image could not be left, was confirmed, and took its rollback back: that was cut. */
static void an_older_image_knows_that_its_return_was_taken_back(void **state)
{
    struct fixture *f = *state;
    rejected_swaps_are_tried_three_times(state);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_settle(flash(f)), 0);
    swap(f);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_swap_may_come(&now));
    struct flota_boot_update next = make_update(f, 3);
    assert_int_equal(flota_boot_begin(flash(f), &next), FLOTA_ERR_OPTION_PENDING);
    assert_int_equal(flota_boot_settle(flash(f)), 0); /* it is whole, as its own records say */
    next.swap_settled = true;
    assert_int_equal(flota_boot_begin(flash(f), &next), 0);
    now = read_boot(f);
    assert_false(flota_boot_swap_may_come(&now));
}

/* A compaction was cut: the records that are left say nothing about swaps. */
static void a_compaction_comes_after_all_swaps(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(stage(f, &update), 0);
    struct flota_boot now = read_boot(f);
    assert_true(flota_boot_swap_may_come(&now));
    assert_int_equal(flota_boot_save(flash(f)), 0);
    now = read_boot(f);
    assert_false(flota_boot_swap_may_come(&now));
}

/* --- other people's images --- */

static void an_image_from_a_programmer_runs_whatever_stands_about_the_last_one(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    assert_int_equal(flota_boot_fail(flash(f), FLOTA_REASON_DEADLINE, 0), 0);
    load(f, FLOTA_SLOT_ACTIVE, 9);
    assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_UNRECORDED);
}

static void an_unreadable_block_does_not_hide_the_records(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    boot(f, false);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, FLOTA_IMAGE_INFO_OFFSET);
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_DAMAGED);
    assert_int_equal(running(f), 1);
}

static void a_half_written_bank_is_left(void **state)
{
    struct fixture *f = *state;
    struct flota_boot_update update = make_update(f, 2);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_boot_begin(flash(f), &update), 0);
    assert_int_equal(make_update(f, 2).generation, update.generation + 1);
    load(f, FLOTA_SLOT_SPARE, 2);
    swap(f); /* the option byte came late */
    assert_boot(f, true, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_INTERRUPTED);
    assert_int_equal(running(f), 1);
}

/* STAGED rots: BEGIN still says where the way back is. */
static void a_rotten_staged_record_leads_back(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    spoil_last_word(f, FLOTA_SLOT_ACTIVE);
    assert_boot(f, false, FLOTA_BOOT_ROLL_BACK, FLOTA_REASON_INTERRUPTED);
    assert_int_equal(running(f), 1);
}

static void a_confirmed_image_with_a_rotten_word_stays(void **state)
{
    struct fixture *f = *state;
    update_to(f, 2);
    boot(f, false);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, JOURNAL + 32); /* STAGED */
    flash_model_spoil(&f->journals.model, FLOTA_SLOT_ACTIVE, 64);
    assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_CONFIRMED);
}

static void unknown_records_are_skipped(void **state)
{
    struct fixture *f = *state;
    uint8_t tag[FLOTA_TAG_SIZE];
    memset(tag, 1, sizeof tag);
    struct flota_record record = flota_journal_record((enum flota_record_kind)200, 5, tag);
    assert_int_equal(flota_boot_confirm(flash(f)), 0);
    assert_int_equal(flota_journal_append(flash(f), FLOTA_SLOT_ACTIVE, &record, 0), 0);
    assert_boot(f, false, FLOTA_BOOT_RUN, FLOTA_REASON_CONFIRMED);
    struct flota_boot now = read_boot(f);
    assert_int_equal(flota_boot_next_generation(&now), 6);
}

static void every_reason_and_obstacle_has_its_own_words(void **state)
{
    (void)state;
    for (int i = FLOTA_REASON_NONE; i <= FLOTA_REASON_APPLICATION; i++)
        for (int j = FLOTA_REASON_NONE; j < i; j++)
            assert_string_not_equal(flota_boot_reason_text((enum flota_boot_reason)i),
                                    flota_boot_reason_text((enum flota_boot_reason)j));
    for (int i = FLOTA_OBSTACLE_NONE; i <= FLOTA_OBSTACLE_JOURNAL; i++)
        for (int j = FLOTA_OBSTACLE_NONE; j < i; j++)
            assert_string_not_equal(flota_boot_obstacle_text((enum flota_boot_obstacle)i),
                                    flota_boot_obstacle_text((enum flota_boot_obstacle)j));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_factory_image_runs_and_nothing_is_written),
        TEST(an_update_is_tried_and_confirmed),
        TEST(confirming_again_writes_nothing_unless_two_records_were_lost),
        TEST(confirmed_records_count_when_another_was_begun_behind_them),
        TEST(a_swap_waits_for_a_failed_that_is_whole),
        TEST(a_compaction_is_pending_from_its_record_to_the_next_begin),
        TEST(a_spare_bank_is_touched_from_begin_to_staged),
        TEST(a_revert_that_was_cut_leaves_no_half_written_image),
        TEST(finished_sectors_are_those_of_the_open_update),
        TEST(an_image_that_failed_is_refused_until_it_is_confirmed),
        TEST(damage_in_flash_is_not_held_against_an_image),
        TEST(a_refusal_survives_a_compaction),
        TEST(a_lifted_refusal_survives_a_compaction),
        TEST(a_swap_that_was_taken_back_may_come_back),
        TEST(a_rollback_that_did_not_come_may_come_late),
        TEST(an_older_image_knows_that_its_return_was_taken_back),
        TEST(a_compaction_comes_after_all_swaps),
        TEST(updates_go_to_and_fro),
        TEST(an_image_that_never_confirms_has_three_boots),
        TEST(power_ons_do_not_use_up_the_three_but_the_eight),
        TEST(torn_attempts_count),
        TEST(a_damaged_image_is_left_at_its_first_boot),
        TEST(a_failure_is_reported_until_it_is_seen),
        TEST(a_lost_failure_is_reported_as_unknown),
        TEST(only_a_trial_can_be_failed),
        TEST(without_an_eligible_target_the_image_runs_stranded),
        TEST(a_stranded_image_is_kept_by_confirming_it_and_takes_updates),
        TEST(rejected_swaps_are_tried_three_times),
        TEST(rejected_swaps_are_tried_again_at_each_power_on),
        TEST(a_journal_that_takes_nothing_strands_the_trial),
        TEST(an_update_is_refused_on_trial_and_before_two_confirmed),
        TEST(a_staged_image_must_be_the_one_that_was_begun),
        TEST(a_swap_that_does_not_come_is_ordered_three_times),
        TEST(an_update_waits_until_an_earlier_swap_is_settled),
        TEST(an_update_needs_room_for_its_trial),
        TEST(a_fallback_without_vectors_or_of_an_absurd_size_is_damaged),
        TEST(an_image_that_has_started_is_not_staged_again),
        TEST(a_generation_is_used_for_one_update),
        TEST(a_generation_below_the_own_journal_s_is_refused),
        TEST(a_full_own_journal_does_not_block_an_update),
        TEST(tries_are_counted_from_the_record_that_they_belong_to),
        TEST(confirmations_count_for_one_installation),
        TEST(the_running_images_generation_is_not_used_again),
        TEST(each_update_may_be_ordered_three_times),
        TEST(an_image_from_a_programmer_runs_whatever_stands_about_the_last_one),
        TEST(an_unreadable_block_does_not_hide_the_records),
        TEST(a_half_written_bank_is_left),
        TEST(a_rotten_staged_record_leads_back),
        TEST(a_confirmed_image_with_a_rotten_word_stays),
        TEST(unknown_records_are_skipped),
        TEST(every_reason_and_obstacle_has_its_own_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
