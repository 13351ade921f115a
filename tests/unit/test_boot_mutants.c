/* test_boot_mutants.c - what small changes of the boot core would leave unseen: reasons, error
 * codes, what a failed read leaves behind. See tests/mutants.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
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
#define AREA_WORDS      (7u * 2048u / 32u)
#define DIGEST_AT       (FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest))

static const struct flash_model_geometry geometry = {2048, 7, 8, 32, 5, 2};

struct fixture {
    struct journal_model journals; /* first: the port of its functions */
    struct flota_flash flash;      /* the model's, with a read of our own */
};

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
    f->flash = f->journals.model.flash;
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

/* --- decisions --- */

struct expectation {
    struct flota_bank own;
    bool power_on;
    enum flota_boot_reason reason;
};

static void each_decision_says_why(void **state)
{
    (void)state;
    const struct expectation expectations[] = {
        {{.state = FLOTA_BANK_UNRECORDED}, false, FLOTA_REASON_UNRECORDED},
        {{.state = FLOTA_BANK_CONFIRMED}, false, FLOTA_REASON_CONFIRMED},
        {{.state = FLOTA_BANK_OPEN}, false, FLOTA_REASON_INTERRUPTED},
        {{.state = FLOTA_BANK_TRIAL}, false, FLOTA_REASON_TRIAL},
        {{.state = FLOTA_BANK_TRIAL, .counted = true}, false, FLOTA_REASON_TRIAL},
        {{.state = FLOTA_BANK_TRIAL, .verdict = FLOTA_VERDICT_DAMAGED},
         false,
         FLOTA_REASON_DAMAGED},
        {{.state = FLOTA_BANK_TRIAL, .uncountable = true}, false, FLOTA_REASON_UNCOUNTED},
        {{.state = FLOTA_BANK_TRIAL, .attempts = {3, 3}}, false, FLOTA_REASON_ATTEMPTS},
        {{.state = FLOTA_BANK_TRIAL, .attempts = {3, 3}}, true, FLOTA_REASON_TRIAL},
        {{.state = FLOTA_BANK_TRIAL, .attempts = {8, 0}}, true, FLOTA_REASON_ATTEMPTS},
        {{.state = FLOTA_BANK_FAILED, .fail_reason = FLOTA_REASON_DEADLINE},
         false,
         FLOTA_REASON_DEADLINE},
    };
    for (size_t i = 0; i < COUNT_OF(expectations); i++) {
        struct flota_boot boot = {.own = expectations[i].own};
        boot.own.free_words = 100;
        boot.own.fallback_words = 1;
        boot.other.state = FLOTA_BANK_CONFIRMED;
        assert_int_equal(flota_boot_decide(&boot, expectations[i].power_on).reason,
                         expectations[i].reason);
    }
    struct flota_boot full = {
        .own = {.state = FLOTA_BANK_TRIAL, .free_words = FLOTA_JOURNAL_KEEP_ROLLBACK}};
    assert_int_equal(flota_boot_decide(&full, false).reason, FLOTA_REASON_FULL);
    full.own.free_words++;
    assert_int_equal(flota_boot_decide(&full, false).reason, FLOTA_REASON_TRIAL);
}

struct obstacle {
    struct flota_bank other;
    enum flota_boot_obstacle obstacle;
};

static void each_obstacle_is_named(void **state)
{
    (void)state;
    const struct obstacle obstacles[] = {
        {{.state = FLOTA_BANK_CONFIRMED}, FLOTA_OBSTACLE_NONE},
        {{.state = FLOTA_BANK_UNRECORDED}, FLOTA_OBSTACLE_NONE},
        {{.state = FLOTA_BANK_FAILED}, FLOTA_OBSTACLE_OTHER_FAILED},
        {{.state = FLOTA_BANK_OPEN}, FLOTA_OBSTACLE_OTHER_OPEN},
        {{.state = FLOTA_BANK_TRIAL}, FLOTA_OBSTACLE_NONE},
        {{.state = FLOTA_BANK_TRIAL, .attempts = {3, 3}}, FLOTA_OBSTACLE_OTHER_TRIED},
        {{.state = FLOTA_BANK_CONFIRMED, .verdict = FLOTA_VERDICT_DAMAGED},
         FLOTA_OBSTACLE_OTHER_DAMAGED},
    };
    for (size_t i = 0; i < COUNT_OF(obstacles); i++) {
        struct flota_boot boot = {.own = {.state = FLOTA_BANK_OPEN, .free_words = 2}};
        boot.other = obstacles[i].other;
        assert_int_equal(flota_boot_decide(&boot, false).obstacle, FLOTA_OBSTACLE_NO_FALLBACK);
        boot.own.fallback_words = 1;
        assert_int_equal(flota_boot_decide(&boot, false).obstacle, obstacles[i].obstacle);
        boot.own.free_words = 1;
        enum flota_boot_obstacle full = obstacles[i].obstacle == FLOTA_OBSTACLE_NONE
                                            ? FLOTA_OBSTACLE_JOURNAL
                                            : obstacles[i].obstacle;
        assert_int_equal(flota_boot_decide(&boot, false).obstacle, full);
    }
}

/* --- the guard's hands --- */

static void an_image_as_large_as_the_bank_is_read_and_a_larger_one_is_not(void **state)
{
    struct fixture *f = *state;
    uint32_t crc = 5;
    assert_int_equal(flota_boot_image_crc(&f->flash, FLOTA_SLOT_ACTIVE, AREA_WORDS, &crc), 0);
    assert_int_not_equal(crc, 0);
    assert_int_equal(flota_boot_image_crc(&f->flash, FLOTA_SLOT_ACTIVE, AREA_WORDS + 1, &crc),
                     FLOTA_ERR_IMAGE_TOO_LARGE);
    assert_int_equal(crc, 0);
}

static void what_was_written_is_known_for_the_next_turn(void **state)
{
    struct fixture *f = *state;
    const struct flota_boot_decision decision = {.action = FLOTA_BOOT_ROLL_BACK,
                                                 .reason = FLOTA_REASON_ATTEMPTS};
    struct flota_boot boot;
    flota_boot_read(&f->flash, &boot);
    assert_int_equal(flota_boot_count(&f->flash, &boot, false, 5), 0);
    assert_true(boot.own.counted);
    assert_false(boot.own.uncountable);
    assert_int_equal(flota_boot_leave(&f->flash, &boot, &decision, false, 5), 0);
    assert_false(boot.own.unwritable);
    flota_boot_read(&f->flash, &boot);
    assert_int_equal(boot.own.fail_attempts, 1); /* the one that was counted just before, too */
}

/* --- tags --- */

static int read_fails_behind_the_magic(void *port, enum flota_slot slot, uint32_t offset,
                                       void *data, uint32_t size)
{
    if (offset != DIGEST_AT)
        return ((struct fixture *)port)->journals.model.flash.read(port, slot, offset, data, size);
    memset(data, 0x5A, size);
    return FLOTA_ERR_FLASH_READ;
}

static void a_tag_that_cannot_be_read_is_none(void **state)
{
    struct fixture *f = *state;
    const uint8_t none[FLOTA_TAG_SIZE] = {0};
    struct flota_boot boot;
    f->flash.read = read_fails_behind_the_magic;
    flota_boot_read(&f->flash, &boot);
    assert_true(boot.own.any_tag);
    assert_memory_equal(boot.own.tag, none, sizeof none);
}

/* --- records --- */

static void append(struct fixture *f, enum flota_record_kind kind, uint32_t generation,
                   uint32_t sector)
{
    uint8_t tag[FLOTA_TAG_SIZE];
    memset(tag, 1, sizeof tag);
    struct flota_record record = flota_journal_record(kind, generation, tag);
    if (kind == FLOTA_RECORD_PROGRESS)
        record.arguments.progress.sector = sector;
    assert_int_equal(flota_journal_append(&f->flash, FLOTA_SLOT_ACTIVE, &record, 0), 0);
}

/* A report that was seen, or a compaction, in the midst of an upload changes nothing of it. */
static void a_record_changes_what_it_is_about_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct flota_boot boot;
    append(f, FLOTA_RECORD_SESSION, 5, 0);
    append(f, FLOTA_RECORD_PROGRESS, 5, 3);
    append(f, FLOTA_RECORD_SEEN, 4, 0);
    append(f, FLOTA_RECORD_COMPACTION, 6, 0);
    flota_boot_read(&f->flash, &boot);
    assert_int_equal(boot.own.session_generation, 5);
    assert_int_equal(boot.own.finished_sectors, 4);
    assert_int_equal(boot.own.seen_generation, 4);
    assert_int_equal(boot.own.compaction_generation, 6);
    append(f, FLOTA_RECORD_SESSION, 7, 0);
    flota_boot_read(&f->flash, &boot);
    assert_int_equal(boot.own.session_generation, 7);
    assert_int_equal(boot.own.finished_sectors, 0);
    assert_int_equal(boot.own.compaction_generation, 6);
}

/* A guard that finds an image damaged leaves it without an ATTEMPT: it was started all the same. */
static void an_image_that_failed_was_tried(void **state)
{
    struct fixture *f = *state;
    struct flota_boot boot;
    append(f, FLOTA_RECORD_FAILED, 1, 0);
    flota_boot_read(&f->flash, &boot);
    assert_true(boot.own.was_tried);
}

static int refuse(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    (void)port;
    (void)slot;
    (void)offset;
    (void)word;
    return FLOTA_ERR_FLASH_PROGRAM;
}

/* Only a full journal is no obstacle. */
static void an_order_that_cannot_be_written_is_an_error(void **state)
{
    struct fixture *f = *state;
    f->flash.program_start = refuse;
    assert_int_equal(flota_boot_order(&f->flash, 5), FLOTA_ERR_FLASH_PROGRAM);
}

/* Its own journal says nothing of a cause: it was left by a swap that nobody recorded. */
static void a_trial_that_ended_without_failed_has_no_cause(void **state)
{
    (void)state;
    struct flota_boot boot = {
        .other = {.state = FLOTA_BANK_TRIAL, .generation = 3, .attempts = {2, 1}, .fail_cause = 9}};
    struct flota_boot_report report;
    assert_true(flota_boot_rolled_back(&boot, &report));
    assert_int_equal(report.generation, 3);
    assert_int_equal(report.reason, FLOTA_REASON_NONE);
    assert_int_equal(report.attempts, 2);
    assert_int_equal(report.cause, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_decision_says_why),
        cmocka_unit_test(each_obstacle_is_named),
        cmocka_unit_test_setup_teardown(
            an_image_as_large_as_the_bank_is_read_and_a_larger_one_is_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_written_is_known_for_the_next_turn, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_tag_that_cannot_be_read_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_image_that_failed_was_tried, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_order_that_cannot_be_written_is_an_error, set_up,
                                        tear_down),
        cmocka_unit_test(a_trial_that_ended_without_failed_has_no_cause),
        cmocka_unit_test_setup_teardown(a_record_changes_what_it_is_about_and_nothing_else, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
