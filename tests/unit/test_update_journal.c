/* test_update_journal.c - what an update writes into the journals, in which order, and what it
 * refuses for what it reads there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
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

#define AREA_SIZE   (7u * 1024u) /* of flash_model_small: what lies behind is the journal */
#define WORD        32u
#define RECORDS_MAX 64u /* of its journal */

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

static uint32_t records_of(const struct update_driver *d, enum flota_slot slot,
                           enum flota_record_kind kind, struct flota_record *records)
{
    return update_driver_records_of(d, slot, kind, records, RECORDS_MAX);
}

static uint32_t count_of(const struct update_driver *d, enum flota_slot slot,
                         enum flota_record_kind kind)
{
    struct flota_record records[RECORDS_MAX];
    return records_of(d, slot, kind, records);
}

static const uint8_t *tag_of(const uint8_t *image)
{
    return image + FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest);
}

/* The spare journal's first word was torn: unreadable for so many reads, a record of a later
 * generation from then on. */
static struct {
    int (*read)(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size);
    struct flota_record record;
    uint32_t unreadable; /* reads */
    uint32_t growth;     /* of the generation, at each read */
} torn_word;

static int read_torn_word(void *port, enum flota_slot slot, uint32_t offset, void *data,
                          uint32_t size)
{
    if (slot != FLOTA_SLOT_SPARE || offset != AREA_SIZE || size != sizeof torn_word.record)
        return torn_word.read(port, slot, offset, data, size);
    if (torn_word.unreadable > 0) {
        torn_word.unreadable--;
        return FLOTA_ERR_FLASH_READ;
    }
    struct flota_record *record = &torn_word.record;
    memcpy(data, record, size);
    record->generation += torn_word.growth;
    record->crc32 = bundle_crc32(record, offsetof(struct flota_record, crc32));
    return 0;
}

static void tear_first_word(struct update_driver *d, uint32_t generation, uint32_t unreadable)
{
    const uint8_t tag[8] = {1, 2, 3};
    struct flota_record *record = &torn_word.record;
    *record = flota_journal_record(FLOTA_RECORD_BEGIN, generation, tag);
    record->crc32 = bundle_crc32(record, offsetof(struct flota_record, crc32));
    torn_word.unreadable = unreadable;
    torn_word.growth = 0;
    torn_word.read = d->model.flash.read;
    d->model.flash.read = read_torn_word;
}

/* The crc of an image as records state it, padded to whole words. */
static uint32_t padded_crc(const uint8_t *image, uint32_t size)
{
    uint32_t padded = (size + WORD - 1) / WORD * WORD;
    uint8_t *bytes = malloc(padded);
    memset(bytes, 0xFF, padded);
    memcpy(bytes, image, size);
    uint32_t crc = bundle_crc32(bytes, padded);
    free(bytes);
    return crc;
}

static int run_and_activate(struct update_driver *d)
{
    int error = update_driver_run(d, 700);
    return error == 0 ? flota_updater_activate(&d->updater) : error;
}

/* An update to the next image, confirmed by it. */
static void update_and_confirm(struct update_driver *d, uint32_t seed)
{
    d->recipe.seed = seed;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
}

/* --- the order --- */

static bool is_at(const struct flash_model_event *event, enum flash_model_operation operation,
                  enum flota_slot slot)
{
    return event->operation == operation && event->slot == slot;
}

/* One of the journal's words, in the order of their programming. */
static bool is_record(const struct update_driver *d, const struct flash_model_event *event,
                      enum flota_slot slot, enum flota_record_kind kind)
{
    struct flota_record record;
    if (!is_at(event, FLASH_MODEL_PROGRAM, slot) || event->offset < AREA_SIZE)
        return false;
    memcpy(&record, flash_model_bytes(&d->model, slot) + event->offset, sizeof record);
    return record.kind == (uint8_t)kind;
}

static void records_and_operations_come_in_their_order(void **state)
{
    struct update_driver *d = *state;
    const struct flash_model_event *e = d->model.events;
    assert_int_equal(update_driver_run(d, 700), 0);
    uint32_t verified = d->model.event_count;
    for (uint32_t i = 0; i < 3; i++)
        assert_true(is_record(d, &e[i], FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED));
    assert_true(is_record(d, &e[3], FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN));
    assert_true(is_record(d, &e[4], FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SESSION));
    assert_true(is_at(&e[5], FLASH_MODEL_ERASE, FLOTA_SLOT_SPARE));
    assert_int_equal(e[5].offset, 0);
    for (uint32_t i = 5; i < verified; i++) {
        bool in_image = e[i].slot == FLOTA_SLOT_SPARE && e[i].offset < AREA_SIZE;
        assert_true(in_image || is_record(d, &e[i], FLOTA_SLOT_ACTIVE, FLOTA_RECORD_PROGRESS));
    }
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    assert_int_equal(d->model.event_count, verified + 3);
    assert_true(is_record(d, &e[verified], FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED));
    assert_true(is_record(d, &e[verified + 1], FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SWAPTRY));
    assert_int_equal(e[verified + 2].operation, FLASH_MODEL_SWAP);
    assert_int_equal(d->model.keep_count, 0);
}

/* PROGRESS says no sector that holds less than all of its bytes. */
static void progress_follows_the_words_of_its_sector(void **state)
{
    struct update_driver *d = *state;
    uint32_t programmed_to = 0, said = 0;
    assert_int_equal(update_driver_run(d, 700), 0);
    for (uint32_t i = 0; i < d->model.event_count; i++) {
        const struct flash_model_event *event = &d->model.events[i];
        if (event->slot == FLOTA_SLOT_SPARE && event->operation == FLASH_MODEL_PROGRAM &&
            event->offset < AREA_SIZE)
            programmed_to = event->offset + WORD;
        if (!is_record(d, event, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_PROGRESS))
            continue;
        struct flota_record record;
        memcpy(&record, flash_model_bytes(&d->model, FLOTA_SLOT_ACTIVE) + event->offset,
               sizeof record);
        assert_int_equal(record.arguments.progress.sector, said);
        assert_true(programmed_to >= (record.arguments.progress.sector + 1) * 1024u);
        said++;
    }
    assert_int_equal(said, d->recipe.size / 1024);
}

/* --- what stands in them --- */

static void the_records_say_what_is_in_the_slots(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    const uint8_t *active = flash_model_bytes(&d->model, FLOTA_SLOT_ACTIVE);
    d->request.deadline_ms = 123456;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(records_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED, r), 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_memory_equal(r[i].tag, tag_of(active), FLOTA_TAG_SIZE);
        assert_int_equal(r[i].arguments.confirmed.number, i + 1);
    }
    assert_int_equal(records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, r), 1);
    assert_memory_equal(r[0].tag, tag_of(d->image), FLOTA_TAG_SIZE);
    assert_int_equal(r[0].generation, 1);
    assert_int_equal(r[0].arguments.begin.trial, FLOTA_TRIAL_UPDATE);
    assert_int_equal(r[0].arguments.begin.deadline_ms, 123456);
    assert_int_equal(r[0].arguments.begin.fallback_words, AREA_SIZE / WORD);
    assert_true(r[0].arguments.begin.fallback_crc == bundle_crc32(active, AREA_SIZE));
    assert_int_equal(records_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SESSION, r), 1);
    assert_memory_equal(r[0].tag, tag_of(active), FLOTA_TAG_SIZE);
    assert_memory_equal(r[0].arguments.digest, tag_of(d->image), 12);
    assert_int_equal(r[0].generation, 1);
    assert_int_equal(records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED, r), 1);
    assert_memory_equal(r[0].tag, tag_of(d->image), FLOTA_TAG_SIZE);
    assert_int_equal(r[0].generation, 1);
    assert_int_equal(r[0].arguments.staged.words, (d->recipe.size + WORD - 1) / WORD);
    assert_true(r[0].arguments.staged.crc == padded_crc(d->image, d->recipe.size));
    assert_int_equal(r[0].arguments.staged.fallback_words, AREA_SIZE / WORD);
    assert_true(r[0].arguments.staged.fallback_crc == bundle_crc32(active, AREA_SIZE));
    assert_int_equal(records_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SWAPTRY, r), 1);
    assert_int_equal(r[0].generation, 1);
}

/* Of every size around words: the guard, which reads the slot, finds the image sound. */
static void the_guard_finds_the_image_as_it_was_staged(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t size = 3000; size < 3000 + 2 * WORD; size++) {
        update_driver_free(d);
        update_driver_init(d, &flash_model_small);
        d->recipe.size = size;
        assert_int_equal(run_and_activate(d), 0);
        struct flota_boot_decision decision = update_driver_boot(d, true);
        assert_int_equal(decision.action, FLOTA_BOOT_RUN);
        assert_int_equal(decision.reason, FLOTA_REASON_TRIAL);
        assert_memory_equal(d->model.running.digest, tag_of(d->image), FLOTA_IMAGE_DIGEST_SIZE);
    }
}

/* The second update goes back into bank 1: its fallback is the first one's image, padded. */
static void the_fallback_is_the_running_image_padded_to_words(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    d->recipe.size = 3001;
    update_and_confirm(d, 5);
    uint8_t *first = malloc(3001);
    memcpy(first, d->image, 3001);
    d->recipe.seed = 6;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED, r), 1);
    assert_int_equal(r[0].arguments.staged.fallback_words, (3001 + WORD - 1) / WORD);
    assert_true(r[0].arguments.staged.fallback_crc == padded_crc(first, 3001));
    assert_true(r[0].generation > 1);
    free(first);
}

static void a_confirmed_image_is_not_confirmed_again(void **state)
{
    struct update_driver *d = *state;
    update_and_confirm(d, 5);
    uint32_t before = count_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED);
    assert_int_equal(before, 3);
    d->recipe.seed = 6;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(count_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_CONFIRMED), before);
}

static void many_updates_and_confirmations_follow_each_other(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t seed = 10; seed < 60; seed++) {
        update_and_confirm(d, seed);
        assert_true(flash_model_holds(&d->model, FLOTA_SLOT_ACTIVE, d->image, d->recipe.size));
    }
    assert_true(d->model.journal_erase_count > 2); /* they were compacted on the way */
}

static void an_image_that_is_never_confirmed_is_left_again(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(run_and_activate(d), 0);
    for (uint32_t boots = 1; boots <= FLOTA_BOOT_RESETS_MAX; boots++)
        assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_CONFIRMED);
    assert_string_equal(d->model.running.version, "1.0.0");
}

/* --- refusals --- */

static void refuse_before_the_first_erase(struct update_driver *d, int error)
{
    uint32_t erases = d->model.erase_count, programs = d->model.program_count;
    uint32_t journal_erases = d->model.journal_erase_count;
    assert_int_equal(update_driver_run(d, 700), error);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(d->model.erase_count, erases);
    assert_int_equal(d->model.program_count, programs);
    assert_int_equal(d->model.journal_erase_count, journal_erases);
    assert_int_equal(d->model.swap_count, 0);
}

static void a_rejected_image_is_refused_unless_it_is_forced(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(update_driver_begin(d), 0);
    assert_int_equal(flota_boot_reject(&d->model.flash, tag_of(d->image)), 0);
    refuse_before_the_first_erase(d, FLOTA_ERR_IMAGE_REJECTED);
    assert_int_equal(count_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN), 0);
    d->request.consents.again = true;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
}

static void an_image_that_was_rolled_back_is_refused_another_one_is_not(void **state)
{
    struct update_driver *d = *state;
    assert_int_equal(run_and_activate(d), 0);
    update_driver_boot(d, true);
    assert_int_equal(flota_boot_fail(&d->model.flash, FLOTA_REASON_APPLICATION, 1), 0);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_CONFIRMED);
    d->model.swap_count = 0;
    refuse_before_the_first_erase(d, FLOTA_ERR_IMAGE_REJECTED);
    d->recipe.seed++;
    assert_int_equal(update_driver_run(d, 700), 0);
}

static void while_on_trial_there_is_no_update(void **state)
{
    struct update_driver *d = *state;
    struct flota_trial trial;
    struct flota_trial_config config = {.flash = &d->model.flash, .platform = &d->model.platform};
    assert_int_equal(run_and_activate(d), 0);
    update_driver_boot(d, true);
    flota_trial_init(&trial, &config, 0);
    d->model.target.trial = &trial;
    d->model.swap_count = 0;
    d->recipe.seed++;
    refuse_before_the_first_erase(d, FLOTA_ERR_ON_TRIAL);
    assert_int_equal(flota_trial_confirm(&trial), 0);
    assert_int_equal(update_driver_run(d, 700), 0);
}

static void a_lower_epoch_is_refused_without_appeal(void **state)
{
    struct update_driver *d = *state;
    d->model.running.security_epoch = 3;
    d->recipe.security_epoch = 2;
    d->request.consents = (struct flota_image_consents){true, true, true, true, true};
    refuse_before_the_first_erase(d, FLOTA_ERR_IMAGE_EPOCH);
    assert_int_equal(d->model.operation_count, 0);
    d->recipe.security_epoch = 3;
    assert_int_equal(update_driver_run(d, 700), 0);
}

static void a_foreign_image_is_refused_where_the_watchdog_always_runs(void **state)
{
    struct update_driver *d = *state;
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    d->model.foreign_allowed_result = FLOTA_ERR_WATCHDOG_ALWAYS;
    refuse_before_the_first_erase(d, FLOTA_ERR_WATCHDOG_ALWAYS);
    assert_int_equal(d->model.operation_count, 0);
}

static void a_foreign_image_is_swapped_to_without_a_trial(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    static const uint8_t zeros[FLOTA_TAG_SIZE];
    d->recipe.no_block = true;
    d->request.consents.foreign = true;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(records_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, r), 1);
    assert_memory_equal(r[0].tag, zeros, sizeof zeros);
    assert_int_equal(count_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED), 0);
    assert_int_equal(d->model.swap_count, 1);
}

/* --- the guard's bytes --- */

static const struct flash_model_geometry roomy = {2048, 7, 8, 32, 5, 2};

static void start_with_guard(struct update_driver *d, uint32_t guard)
{
    update_driver_free(d);
    update_driver_init(d, &roomy);
    struct image_recipe active = IMAGE_RECIPE;
    active.version = "1.0.0";
    active.size = 9000;
    active.guard = guard;
    uint8_t *image = image_make(&active);
    flash_model_load(&d->model, FLOTA_SLOT_ACTIVE, image, active.size);
    memcpy(&d->model.running, image + FLOTA_IMAGE_INFO_OFFSET, sizeof d->model.running);
    free(image);
    d->recipe.size = 10000;
}

static void another_guard_is_refused_by_its_id(void **state)
{
    struct update_driver *d = *state;
    start_with_guard(d, 77);
    d->recipe.guard = 78;
    refuse_before_the_first_erase(d, FLOTA_ERR_IMAGE_OTHER_GUARD);
    assert_int_equal(d->model.operation_count, 0);
    d->request.consents.guard = true;
    assert_int_equal(run_and_activate(d), 0);
}

static void the_same_guard_is_taken(void **state)
{
    struct update_driver *d = *state;
    start_with_guard(d, 77);
    d->recipe.guard = 77;
    assert_int_equal(run_and_activate(d), 0);
}

/* The block claims the running guard's id; what lies there is something else. */
static void another_guard_under_the_same_id_is_found_in_flash(void **state)
{
    struct update_driver *d = *state;
    static const uint32_t offsets[] = {FLOTA_GUARD_OFFSET, 0x1000,
                                       FLOTA_GUARD_OFFSET + FLOTA_GUARD_SIZE - 1};
    for (int i = 0; i < 3; i++) {
        start_with_guard(d, 77);
        d->recipe.guard = 77;
        assert_int_equal(update_driver_begin(d), 0);
        d->image[offsets[i]] ^= 1;
        image_reseal(d->image, d->recipe.size);
        assert_int_equal(update_driver_deliver(d, d->image, d->recipe.size, 700), 0);
        assert_int_equal(update_driver_finish(d), FLOTA_ERR_IMAGE_OTHER_GUARD);
        assert_int_equal(flota_updater_activate(&d->updater), FLOTA_ERR_NOT_READY);
        assert_int_equal(d->model.swap_count, 0);
    }
}

/* --- a swap that was ordered --- */

static void a_swap_that_may_still_come_is_taken_back_before_the_next_begin(void **state)
{
    struct update_driver *d = *state;
    d->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    assert_int_equal(run_and_activate(d), FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(status(d)->phase, FLOTA_UPDATE_FAILED);
    assert_true(flota_updater_is_quiet(&d->updater));
    assert_int_equal(count_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_STAGED), 1);
    assert_int_equal(count_of(d, FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SWAPTRY), 1);
    d->model.swap_result = 0;
    d->model.event_count = 0;
    d->recipe.seed++;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(d->model.keep_count, 1);
    assert_true(is_record(d, &d->model.events[0], FLOTA_SLOT_ACTIVE, FLOTA_RECORD_SWAPTRY));
    assert_int_equal(d->model.events[1].operation, FLASH_MODEL_KEEP);
    assert_true(is_record(d, &d->model.events[2], FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN));
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
}

static void a_swap_that_cannot_be_taken_back_stops_the_update(void **state)
{
    struct update_driver *d = *state;
    d->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    assert_int_equal(run_and_activate(d), FLOTA_ERR_OPTION_BYTES);
    refuse_before_the_first_erase(d, FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(count_of(d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN), 1);
}

/* --- full journals --- */

static void a_full_spare_journal_is_compacted_and_rejections_survive(void **state)
{
    struct update_driver *d = *state;
    struct flota_record r[RECORDS_MAX];
    assert_int_equal(run_and_activate(d), 0); /* fails: its FAILED stands in the spare journal */
    update_driver_boot(d, true);
    assert_int_equal(flota_boot_fail(&d->model.flash, FLOTA_REASON_APPLICATION, 1), 0);
    update_driver_boot(d, false);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0);
    uint32_t seed = d->recipe.seed++;
    d->model.event_count = 0;
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(d->model.journal_erase_count, 2);
    assert_int_equal(status(d)->erase_count, 7); /* nothing is known of the bank: all is erased */
    assert_true(is_record(d, &d->model.events[0], FLOTA_SLOT_ACTIVE, FLOTA_RECORD_REJECTED));
    assert_true(is_record(d, &d->model.events[1], FLOTA_SLOT_ACTIVE, FLOTA_RECORD_COMPACTION));
    assert_true(is_at(&d->model.events[2], FLASH_MODEL_ERASE, FLOTA_SLOT_SPARE));
    assert_int_equal(d->model.events[2].offset, AREA_SIZE);
    assert_int_equal(d->model.events[3].offset, AREA_SIZE + 1024);
    assert_true(is_record(d, &d->model.events[4], FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN));
    assert_int_equal(update_driver_records(d, FLOTA_SLOT_SPARE, r, RECORDS_MAX), 2);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    d->recipe.seed = seed;
    d->model.swap_count = 0;
    refuse_before_the_first_erase(d, FLOTA_ERR_IMAGE_REJECTED);
}

/* A device whose next update must compact: the spare journal is full, and rejects an image. */
static void make_compaction_due(struct update_driver *d, uint32_t random)
{
    update_driver_free(d);
    update_driver_init(d, &flash_model_small);
    flash_model_fill(&d->model, FLOTA_SLOT_SPARE);
    d->model.random = random;
    assert_int_equal(update_driver_begin(d), 0);
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_REJECTED, 1, (const uint8_t *)"somebody");
    memcpy(record.arguments.digest, tag_of(d->image), 12);
    assert_int_equal(flota_journal_append(&d->model.flash, FLOTA_SLOT_SPARE, &record, 0), 0);
    update_driver_fill_journal(d, FLOTA_SLOT_SPARE, 0);
    d->recipe.seed = 9;
}

/* Returns false when the update has ended before the cut. */
static bool cut_update(struct update_driver *d, uint32_t operation, enum flash_model_cut how)
{
    d->model.cut = how;
    d->model.cut_at = d->model.operation_count + operation;
    if (setjmp(d->model.power_cut) == 0) {
        assert_int_equal(update_driver_run(d, 700), 0);
        d->model.cut_at = 0;
        return false;
    }
    update_driver_boot(d, true);
    return true;
}

/* Once, and again at the same place of the next update: then it succeeds, and nothing is forgotten.
 */
static void a_compaction_may_be_cut_anywhere_and_again(void **state)
{
    struct update_driver *d = *state;
    uint32_t cases = 0;
    for (uint32_t how = FLASH_MODEL_CUT_BEFORE; how <= FLASH_MODEL_CUT_AFTER; how++)
        for (uint32_t operation = 1; operation < 40; operation++)
            for (uint32_t times = 1; times <= 3; times++) {
                make_compaction_due(d, operation * 100 + how * 10 + times);
                for (uint32_t i = 0; i < times; i++)
                    cases += cut_update(d, operation, (enum flash_model_cut)how);
                assert_string_equal(d->model.running.version, "1.0.0");
                assert_int_equal(update_driver_run(d, 700), 0);
                assert_true(
                    flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
                assert_true(d->model.journal_erase_count >= 2);
                flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
                d->recipe.seed = 1;
                d->model.swap_count = 0;
                refuse_before_the_first_erase(d, FLOTA_ERR_IMAGE_REJECTED);
            }
    assert_true(cases > 600);
}

/* Words of an erase that was cut may not be what they seem: both sectors are erased anew. */
static void a_cut_compaction_is_made_anew(void **state)
{
    struct update_driver *d = *state;
    for (uint32_t operation = 6; operation <= 7; operation++) {
        make_compaction_due(d, 3);
        /* three CONFIRMED, REJECTED, COMPACTION, and the journal's two sectors */
        assert_true(cut_update(d, operation, FLASH_MODEL_CUT_AFTER));
        uint32_t before = d->model.journal_erase_count;
        assert_int_equal(before, operation - 5);
        assert_int_equal(update_driver_run(d, 700), 0);
        assert_int_equal(d->model.journal_erase_count - before, 2);
        assert_int_equal(status(d)->erase_count, 7);
    }
}

static void a_failed_erase_of_the_journal_fails_the_update_and_the_next_one_succeeds(void **state)
{
    struct update_driver *d = *state;
    static const enum flash_model_fault faults[] = {FLASH_MODEL_START_FAILS,
                                                    FLASH_MODEL_ENDS_FAILED};
    for (uint32_t sector = 0; sector < 2; sector++)
        for (int i = 0; i < 2; i++) {
            make_compaction_due(d, 1);
            d->model.fault = faults[i];
            /* three CONFIRMED, REJECTED, COMPACTION */
            d->model.fail_at = d->model.operation_count + 6 + sector;
            assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_FLASH_ERASE);
            assert_int_equal(d->model.fault_offset, AREA_SIZE + sector * 1024);
            assert_int_equal(flota_updater_poll(&d->updater), FLOTA_ERR_FLASH_ERASE);
            assert_true(flota_updater_is_quiet(&d->updater));
            assert_int_equal(run_and_activate(d), 0);
            assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
        }
}

/* All advisory records are left out; one CONFIRMED must do. */
static void a_full_own_journal_does_not_block_updates(void **state)
{
    struct update_driver *d = *state;
    update_and_confirm(d, 5);
    for (uint32_t free = 0; free < 40; free++) {
        update_driver_fill_journal(d, FLOTA_SLOT_ACTIVE, 39 - free);
        d->recipe.seed = 10 + free;
        assert_int_equal(update_driver_run(d, 700), 0);
        assert_true(flash_model_holds(&d->model, FLOTA_SLOT_SPARE, d->image, d->recipe.size));
    }
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    struct flota_boot_decision decision = update_driver_boot(d, true);
    assert_int_equal(decision.reason, FLOTA_REASON_TRIAL);
}

/* A programmer left old data there: nothing can be recorded of the running image, and it runs. */
static void a_full_own_journal_without_records_takes_an_update(void **state)
{
    struct update_driver *d = *state;
    update_driver_fill_journal(d, FLOTA_SLOT_ACTIVE, 0);
    assert_int_equal(run_and_activate(d), 0);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_fail(&d->model.flash, FLOTA_REASON_DEADLINE, 0), 0);
    assert_int_equal(update_driver_boot(d, false).reason, FLOTA_REASON_UNRECORDED);
    assert_string_equal(d->model.running.version, "1.0.0");
}

/* An update is the cure, but it burns the way back: a person must want it. */
static void a_running_image_with_an_unreadable_word_is_updated_by_consent(void **state)
{
    struct update_driver *d = *state;
    flash_model_spoil(&d->model, FLOTA_SLOT_ACTIVE, 3200);
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_RUNNING_DAMAGED);
    assert_int_equal(d->model.erase_count + d->model.program_count, 0);
    d->request.consents.again = true;
    assert_int_equal(update_driver_run(d, 700), 0);
}

static void a_torn_word_that_becomes_a_record_does_not_stop_the_update(void **state)
{
    const uint32_t LATER = 1000;
    (void)state;
    for (uint32_t unreadable = 0; unreadable < 40; unreadable++) {
        struct update_driver d;
        update_driver_init(&d, &flash_model_small);
        tear_first_word(&d, LATER, unreadable);
        assert_int_equal(update_driver_run(&d, 700), 0);
        struct flota_record begins[RECORDS_MAX];
        uint32_t count = records_of(&d, FLOTA_SLOT_SPARE, FLOTA_RECORD_BEGIN, begins);
        assert_true(count > 0);
        if (torn_word.unreadable == 0 && unreadable < 4)
            assert_int_equal(begins[count - 1].generation, LATER + 1);
        update_driver_free(&d);
    }
}

/* No generation is above it: the update ends in bounded time, and the old firmware runs on. */
static void a_torn_word_that_grows_with_each_read_is_an_error(void **state)
{
    struct update_driver *d = *state;
    tear_first_word(d, 1000, 0);
    torn_word.growth = 1;
    assert_int_equal(update_driver_run(d, 700), FLOTA_ERR_JOURNAL);
    assert_int_equal(d->updater.status.phase, FLOTA_UPDATE_FAILED);
    d->model.flash.read = torn_word.read;
    assert_int_equal(update_driver_run(d, 700), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_and_operations_come_in_their_order),
        TEST(progress_follows_the_words_of_its_sector),
        TEST(the_records_say_what_is_in_the_slots),
        TEST(the_guard_finds_the_image_as_it_was_staged),
        TEST(the_fallback_is_the_running_image_padded_to_words),
        TEST(a_confirmed_image_is_not_confirmed_again),
        TEST(many_updates_and_confirmations_follow_each_other),
        TEST(an_image_that_is_never_confirmed_is_left_again),
        TEST(a_rejected_image_is_refused_unless_it_is_forced),
        TEST(an_image_that_was_rolled_back_is_refused_another_one_is_not),
        TEST(while_on_trial_there_is_no_update),
        TEST(a_lower_epoch_is_refused_without_appeal),
        TEST(a_foreign_image_is_refused_where_the_watchdog_always_runs),
        TEST(a_foreign_image_is_swapped_to_without_a_trial),
        TEST(another_guard_is_refused_by_its_id),
        TEST(the_same_guard_is_taken),
        TEST(another_guard_under_the_same_id_is_found_in_flash),
        TEST(a_swap_that_may_still_come_is_taken_back_before_the_next_begin),
        TEST(a_swap_that_cannot_be_taken_back_stops_the_update),
        TEST(a_full_spare_journal_is_compacted_and_rejections_survive),
        TEST(a_compaction_may_be_cut_anywhere_and_again),
        TEST(a_cut_compaction_is_made_anew),
        TEST(a_failed_erase_of_the_journal_fails_the_update_and_the_next_one_succeeds),
        TEST(a_full_own_journal_does_not_block_updates),
        TEST(a_full_own_journal_without_records_takes_an_update),
        TEST(a_running_image_with_an_unreadable_word_is_updated_by_consent),
        TEST(a_torn_word_that_becomes_a_record_does_not_stop_the_update),
        TEST(a_torn_word_that_grows_with_each_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
