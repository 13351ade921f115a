/* test_flash_model.c - the model that the updater's tests stand on: it must notice and tear.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    struct flash_model *m = malloc(sizeof *m);
    if (!m)
        return -1;
    flash_model_init(m, &flash_model_small);
    m->record_violations = true;
    *state = m;
    return 0;
}

static int tear_down(void **state)
{
    flash_model_free(*state);
    free(*state);
    return 0;
}

static int wait(struct flash_model *m)
{
    int result = m->flash.poll(m);
    while (result == FLOTA_FLASH_BUSY)
        result = m->flash.poll(m);
    return result;
}

static int program(struct flash_model *m, uint32_t offset, uint8_t value)
{
    uint8_t word[32];
    memset(word, value, sizeof word);
    int error = m->flash.program_start(m, FLOTA_SLOT_SPARE, offset, word);
    return error != 0 ? error : wait(m);
}

static int erase(struct flash_model *m, uint32_t sector)
{
    int error = m->flash.erase_start(m, FLOTA_SLOT_SPARE, sector);
    return error != 0 ? error : wait(m);
}

static int read_word(struct flash_model *m, uint32_t offset, uint8_t word[32])
{
    return m->flash.read(m, FLOTA_SLOT_SPARE, offset, word, 32);
}

static void a_word_programs_once_and_is_blank_again_after_an_erase(void **state)
{
    struct flash_model *m = *state;
    uint8_t word[32];
    assert_int_equal(program(m, 1024, 0x5A), 0);
    assert_int_equal(read_word(m, 1024, word), 0);
    assert_int_equal(word[31], 0x5A);
    assert_int_equal(erase(m, 1), 0);
    assert_int_equal(read_word(m, 1024, word), 0);
    assert_int_equal(word[31], 0xFF);
    assert_int_equal(m->violation_count, 0);
}

static void a_second_program_is_noticed_and_spoils_the_word(void **state)
{
    struct flash_model *m = *state;
    uint8_t word[32];
    assert_int_equal(program(m, 0, 0x5A), 0);
    assert_int_equal(program(m, 0, 0x5A), 0);
    assert_int_equal(m->violation_count, 1);
    assert_int_equal(read_word(m, 0, word), FLOTA_ERR_FLASH_READ);
}

static void what_the_contract_forbids_is_noticed(void **state)
{
    struct flash_model *m = *state;
    uint8_t word[32] = {0};
    m->flash.erase_start(m, FLOTA_SLOT_ACTIVE, 0);
    assert_int_equal(m->violation_count, 1);
    m->flash.program_start(m, FLOTA_SLOT_ACTIVE, 0, word);
    assert_int_equal(m->violation_count, 2);
    m->flash.erase_start(m, FLOTA_SLOT_ACTIVE, 7); /* its journal */
    assert_int_equal(m->violation_count, 3);
    m->flash.read(m, FLOTA_SLOT_SPARE, 9 * 1024 - 1, word, 2);
    assert_int_equal(m->violation_count, 4);
    assert_int_equal(m->flash.erase_start(m, FLOTA_SLOT_SPARE, 0), 0);
    m->flash.erase_start(m, FLOTA_SLOT_SPARE, 1);
    assert_int_equal(m->violation_count, 5);
    read_word(m, 4096, word);
    assert_int_equal(m->violation_count, 6);
    m->platform.swap(m);
    assert_int_equal(m->violation_count, 7);
    m->operation = FLASH_MODEL_NOTHING;
    m->flash.erase_start(m, FLOTA_SLOT_SPARE, 9);
    assert_int_equal(m->violation_count, 8);
}

/* Records may be appended behind either image, and the spare one's be erased. */
static void journals_are_programmed_in_both_banks_and_erased_in_the_spare_one(void **state)
{
    struct flash_model *m = *state;
    uint8_t word[32] = {0};
    static const enum flota_slot slots[] = {FLOTA_SLOT_ACTIVE, FLOTA_SLOT_SPARE};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(m->flash.program_start(m, slots[i], 7 * 1024, word), 0);
        while (m->flash.poll(m) == FLOTA_FLASH_BUSY)
            continue;
        assert_true(flash_model_bytes(m, slots[i])[7 * 1024] == 0);
    }
    assert_int_equal(m->flash.erase_start(m, FLOTA_SLOT_SPARE, 7), 0);
    while (m->flash.poll(m) == FLOTA_FLASH_BUSY)
        continue;
    assert_true(flash_model_bytes(m, FLOTA_SLOT_SPARE)[7 * 1024] == 0xFF);
    assert_int_equal(m->record_count, 2);
    assert_int_equal(m->journal_erase_count, 1);
    assert_int_equal(m->program_count + m->erase_count + m->violation_count, 0);
}

static void the_active_bank_can_be_read_while_the_spare_one_is_busy(void **state)
{
    struct flash_model *m = *state;
    uint8_t word[32];
    assert_int_equal(m->flash.erase_start(m, FLOTA_SLOT_SPARE, 0), 0);
    assert_int_equal(m->flash.read(m, FLOTA_SLOT_ACTIVE, 0, word, 32), 0);
    assert_int_equal(m->violation_count, 0);
}

static void the_result_of_an_operation_is_given_once(void **state)
{
    struct flash_model *m = *state;
    m->fail_at = 1;
    m->fault = FLASH_MODEL_ENDS_FAILED;
    assert_int_equal(erase(m, 0), FLOTA_ERR_FLASH_ERASE);
    assert_int_equal(m->flash.poll(m), FLOTA_FLASH_IDLE);
}

/* Cut the program of one word of zeros. */
static void cut_program(struct flash_model *m, uint32_t seed, enum flash_model_cut cut)
{
    m->random = seed;
    m->cut = cut;
    m->cut_at = m->operation_count + 1;
    if (setjmp(m->power_cut) == 0) {
        program(m, 0, 0x00);
        fail_msg("the power was not cut");
    }
    flash_model_power_up(m);
}

static void a_cut_before_or_after_a_program_is_clean(void **state)
{
    struct flash_model *m = *state;
    uint8_t word[32];
    cut_program(m, 1, FLASH_MODEL_CUT_BEFORE);
    assert_int_equal(read_word(m, 0, word), 0);
    assert_int_equal(word[0], 0xFF);
    cut_program(m, 1, FLASH_MODEL_CUT_AFTER);
    assert_int_equal(read_word(m, 0, word), 0);
    assert_int_equal(word[0], 0x00);
}

static void torn_words_are_unreadable_more_often_than_not(void **state)
{
    struct flash_model *m = *state;
    uint32_t unreadable = 0, wrong = 0;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        uint8_t word[32];
        cut_program(m, seed, FLASH_MODEL_CUT_TORN);
        if (read_word(m, 0, word) != 0)
            unreadable++;
        else if (word[0] != 0xFF || word[31] != 0x00)
            wrong++;
        assert_int_equal(erase(m, 0), 0);
    }
    assert_true(unreadable > 100);
    assert_true(wrong > 10);
}

static void a_torn_erase_leaves_words_that_only_an_erase_repairs(void **state)
{
    struct flash_model *m = *state;
    uint32_t unreadable = 0;
    uint8_t word[32];
    for (uint32_t seed = 1; seed <= 50; seed++) {
        m->random = seed;
        m->cut = FLASH_MODEL_CUT_TORN;
        assert_int_equal(program(m, 0, 0x00), 0);
        m->cut_at = m->operation_count + 1;
        if (setjmp(m->power_cut) == 0) {
            erase(m, 0);
            fail_msg("the power was not cut");
        }
        flash_model_power_up(m);
        unreadable += read_word(m, 0, word) != 0;
        assert_int_equal(erase(m, 0), 0);
        assert_int_equal(read_word(m, 0, word), 0);
    }
    assert_true(unreadable > 10);
}

static void a_swap_counts_from_the_next_reset_on(void **state)
{
    struct flash_model *m = *state;
    uint8_t word[32];
    assert_int_equal(program(m, 0, 0x77), 0);
    assert_int_equal(m->platform.swap(m), 0);
    assert_int_equal(m->platform.active_bank(m), 1);
    m->platform.reset(m);
    assert_int_equal(m->platform.active_bank(m), 2);
    assert_int_equal(m->flash.read(m, FLOTA_SLOT_ACTIVE, 0, word, 32), 0);
    assert_int_equal(word[0], 0x77);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_word_programs_once_and_is_blank_again_after_an_erase),
        TEST(a_second_program_is_noticed_and_spoils_the_word),
        TEST(what_the_contract_forbids_is_noticed),
        TEST(journals_are_programmed_in_both_banks_and_erased_in_the_spare_one),
        TEST(the_active_bank_can_be_read_while_the_spare_one_is_busy),
        TEST(the_result_of_an_operation_is_given_once),
        TEST(a_cut_before_or_after_a_program_is_clean),
        TEST(torn_words_are_unreadable_more_often_than_not),
        TEST(a_torn_erase_leaves_words_that_only_an_erase_repairs),
        TEST(a_swap_counts_from_the_next_reset_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
