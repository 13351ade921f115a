/* cuts_test.c - the log of flash operations and each model of a planned cut: what it leaves behind,
 * at once and after more power-ons. CONTROL.md has the models in words.
 *
 * Built with VBOARD_REMOVABLE: check-cuts-models removes one model after the other and sees this
 * fail. The flash's own files with a stand-in for the rest of the board (flash_board.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash_board.h"

/* The tests write to bank 2, sector 3; its first words hold OLD. */
enum { BANK = 1, SECTOR = 3, FIRST = SECTOR * SECTOR_WORDS, OLD_WORDS = 64 };

#define OLD_PATTERN 0x01D00000u
#define NEW_PATTERN 0x5A5A0000u
#define PROGRAM_NS  100000u
#define ERASE_NS    NS_PER_S
#define OPTION_NS   (100 * NS_PER_MS)
#define CR2         0x10Cu
#define SR2         0x110u
#define BOR_LEVEL   0x0000000Cu

static const uint8_t *cell(const struct board *board, uint32_t word)
{
    return &board->flash->cells->data[BANK][word * WORD_SIZE];
}

static bool holds(const struct board *board, uint32_t word, uint32_t pattern)
{
    for (uint32_t i = 0; i < WORD_SIZE / 4; i++) {
        uint32_t value;

        memcpy(&value, cell(board, word) + 4 * i, 4);
        if (value != pattern + i) {
            return false;
        }
    }
    return true;
}

static bool reads_blank(const struct board *board, uint32_t word)
{
    for (uint32_t i = 0; i < WORD_SIZE; i++) {
        if (cell(board, word)[i] != 0xff) {
            return false;
        }
    }
    return true;
}

static void settle(struct board *board)
{
    flash_wait_idle(board, 0);
    flash_wait_idle(board, 1);
}

static void program(struct board *board, uint32_t word, uint32_t pattern)
{
    put(board, CR2, CR_PG | 0x30);
    store_word(board, 1, word, pattern);
}

static void erase(struct board *board)
{
    put(board, CR2, CR_SER | 0x30 | SECTOR << CR_SNB_SHIFT | CR_START);
}

static void change_options(struct board *board)
{
    put(board, 0x20, get(board, 0x1C) ^ BOR_LEVEL);
    put(board, 0x18, 2);
}

/* A running board, with words in the sector; the next operation is `*next`. */
static void begin(struct board *board, uint64_t *next)
{
    assert_true(start_board(board, NULL));
    warning_count = 0;
    stop_reason = STOP_NONE;
    power_on(board);
    unlock_all(board);
    for (uint32_t n = 0; n < OLD_WORDS; n++) {
        program(board, FIRST + n, OLD_PATTERN);
        settle(board);
    }
    *next = operations_next(board);
}

static void cycle_power(struct board *board)
{
    power_off(board);
    power_on(board);
    unlock_all(board);
}

/* Start an operation, and let it come to its cut. */
static void cut_program(struct board *board, enum cut_model model, uint64_t seed)
{
    cut_plan(board, operations_next(board), model, seed);
    program(board, FIRST + OLD_WORDS, NEW_PATTERN);
    settle(board);
    assert_true(board->plug_pulled);
    assert_true(cut_happened(board));
    assert_null(cut_error(board));
    cycle_power(board);
}

static void cut_erase(struct board *board, enum cut_model model, uint64_t seed)
{
    cut_plan(board, operations_next(board), model, seed);
    erase(board);
    settle(board);
    assert_true(cut_happened(board));
    cycle_power(board);
}

static void cut_options(struct board *board, enum cut_model model)
{
    cut_plan(board, operations_next(board), model, 1);
    change_options(board);
    settle(board);
    assert_true(cut_happened(board));
    cycle_power(board);
}

/* Counts over the sector's words that held OLD. */
struct states {
    unsigned of[128];
};

static struct states count_states(const struct board *board)
{
    struct states states = {{0}};

    for (uint32_t n = 0; n < OLD_WORDS; n++) {
        states.of[(unsigned char)flash_word_letter(board, BANK, FIRST + n)]++;
    }
    return states;
}

/* --- the log --- */

static void the_log_has_each_operation_in_the_order_of_their_beginnings(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    assert_int_equal(next, OLD_WORDS + 1);
    erase(&board);
    change_options(&board);
    const struct operation_record *record = operation_record(&board, next);
    assert_int_equal(record->kind, KIND_ERASE);
    assert_int_equal(record->bank, BANK);
    assert_int_equal(record->word, FIRST);
    assert_int_equal(record->count, SECTOR_WORDS);
    assert_int_equal(record->end, END_RUNNING);
    assert_int_equal(record->end_ns, 0);
    settle(&board);
    assert_int_equal(record->end, END_DONE);
    assert_int_equal(record->end_ns - record->start_ns, ERASE_NS);
    record = operation_record(&board, next + 1);
    assert_int_equal(record->kind, KIND_OPTIONS);
    assert_int_equal(record->end, END_DONE);
    assert_int_equal(record->end_ns - record->start_ns, OPTION_NS);
    assert_null(operation_record(&board, next + 2));
    assert_null(operation_record(&board, 0));
    flash_destroy(&board);
}

static void a_refused_operation_is_in_the_log(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    put(&board, 0x13C, 0xFF & ~(1u << SECTOR)); /* WPSN_PRG2 */
    put(&board, 0x18, 2);
    settle(&board);
    erase(&board);
    assert_int_equal(get(&board, SR2) & SR_WRPERR, SR_WRPERR);
    assert_int_equal(operation_record(&board, next + 1)->end, END_REFUSED);
    assert_true(holds(&board, FIRST, OLD_PATTERN));
    flash_destroy(&board);
}

static void the_log_keeps_the_last_of_many(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    for (uint64_t n = 0; n < OPERATIONS_KEPT; n++) {
        cuts_refused(&board, 0, KIND_PROGRAM, (uint32_t)(n % BANK_WORDS), 1);
    }
    assert_null(operation_record(&board, next - 1));
    assert_int_equal(operation_record(&board, next)->number, next);
    assert_int_equal(operations_next(&board), next + OPERATIONS_KEPT);
    flash_destroy(&board);
}

static void a_reset_of_each_kind_tears_what_runs(void **state)
{
    static const enum reset_cause causes[] = {RESET_POWER_ON, RESET_PIN,    RESET_SOFTWARE,
                                              RESET_IWDG,     RESET_LOCKUP, RESET_BROWNOUT};

    (void)state;
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        struct board board;
        uint64_t next;

        begin(&board, &next);
        erase(&board);
        change_options(&board);
        run_until(&board, board.now_ns + OPTION_NS / 2);
        flash_reset(&board, causes[i]);
        assert_int_equal(operation_record(&board, next)->end, END_TORN);
        assert_int_equal(operation_record(&board, next + 1)->end, END_TORN);
        assert_true(count_states(&board).of['d'] > 0);
        flash_destroy(&board);
    }
}

/* --- cuts of a program --- */

static void before_leaves_nothing_of_a_program(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    uint64_t now_ns = board.now_ns;
    cut_program(&board, CUT_BEFORE, 1);
    assert_int_equal(board.now_ns, now_ns);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), '.');
    assert_int_equal(operation_record(&board, next)->end, END_TORN);
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    settle(&board);
    assert_true(holds(&board, FIRST + OLD_WORDS, NEW_PATTERN));
    flash_destroy(&board);
}

static void nothing_reaches_the_flash_once_the_plug_is_pulled(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_plan(&board, next, CUT_BEFORE, 1);
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    program(&board, FIRST + OLD_WORDS + 1, NEW_PATTERN); /* the rest of the core's block */
    erase(&board);
    change_options(&board);
    settle(&board);
    assert_int_equal(operations_next(&board), next + 1);
    cycle_power(&board);
    assert_true(reads_blank(&board, FIRST + OLD_WORDS + 1));
    assert_true(holds(&board, FIRST, OLD_PATTERN));
    flash_destroy(&board);
}

static void what_waits_for_its_place_is_lost_with_the_power(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_plan(&board, next, CUT_TORN, 1);
    for (int n = 0; n < 4; n++) {
        erase(&board); /* the first runs, two wait in the queue, the core with the last */
    }
    assert_true(board.plug_pulled);
    assert_int_equal(operations_next(&board), next + 1);
    cycle_power(&board);
    cut_plan(&board, next + 1, CUT_TORN, 1);
    for (uint32_t n = 0; n < 4; n++) {
        program(&board, FIRST + SECTOR_WORDS + n, NEW_PATTERN);
    }
    assert_true(board.plug_pulled);
    assert_int_equal(operations_next(&board), next + 2);
    cycle_power(&board);
    assert_true(reads_blank(&board, FIRST + SECTOR_WORDS + 1));
    flash_destroy(&board);
}

static void torn_leaves_words_by_the_seed(void **state)
{
    unsigned unreadable = 0, whole = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 64; seed++) {
        char letters[2];
        uint8_t data[2][WORD_SIZE];

        for (int again = 0; again < 2; again++) {
            struct board board;
            uint64_t next;

            begin(&board, &next);
            uint64_t now_ns = board.now_ns;
            cut_program(&board, CUT_TORN, seed);
            assert_true(board.now_ns > now_ns && board.now_ns < now_ns + PROGRAM_NS);
            letters[again] = flash_word_letter(&board, BANK, FIRST + OLD_WORDS);
            memcpy(data[again], cell(&board, FIRST + OLD_WORDS), WORD_SIZE);
            whole += letters[again] == 'p' && holds(&board, FIRST + OLD_WORDS, NEW_PATTERN);
            flash_destroy(&board);
        }
        assert_int_equal(letters[0], letters[1]);
        assert_memory_equal(data[0], data[1], WORD_SIZE);
        unreadable += letters[0] == 'd';
    }
    assert_int_equal(whole, 0);
    assert_true(unreadable > 32 && unreadable < 64);
}

static void after_completes_a_program_before_the_firmware_learns_of_it(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    put(&board, 0x114, SR_FLAGS); /* CCR2 */
    cut_plan(&board, next, CUT_AFTER, 1);
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    program(&board, FIRST + OLD_WORDS + 1, NEW_PATTERN); /* waits behind it */
    settle(&board);
    assert_int_equal(board.flash->bank[BANK].flags & SR_EOP, 0);
    cycle_power(&board);
    assert_true(holds(&board, FIRST + OLD_WORDS, NEW_PATTERN));
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), 'p');
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS + 1), '.');
    assert_int_equal(operation_record(&board, next)->end, END_DONE);
    assert_int_equal(operations_next(&board), next + 1);
    flash_destroy(&board);
}

static void dead_leaves_a_word_that_no_read_gives_until_it_is_erased(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_program(&board, CUT_DEAD, 1);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), 'd');
    for (int n = 0; n < 20; n++) {
        assert_false(flash_word_reads(&board, BANK, FIRST + OLD_WORDS, false));
    }
    assert_int_equal(get(&board, SR2) & SR_DBECCERR, SR_DBECCERR);
    erase(&board);
    settle(&board);
    assert_true(flash_word_reads(&board, BANK, FIRST + OLD_WORDS, false));
    flash_destroy(&board);
}

/* Reads of a word, each long after the one before. */
struct reads {
    unsigned right, wrong, faults, corrected;
};

static struct reads read_often(struct board *board, uint32_t word, uint32_t pattern)
{
    struct reads reads = {0, 0, 0, 0};

    for (int n = 0; n < 400; n++) {
        put(board, 0x114, SR_FLAGS);
        board->now_ns += NS_PER_MS;
        if (!flash_word_reads(board, BANK, word, false)) {
            reads.faults++;
        } else if (get(board, SR2) & SR_SNECCERR) {
            reads.corrected++;
            assert_true(holds(board, word, pattern));
        } else if (holds(board, word, pattern)) {
            reads.right++;
        } else {
            reads.wrong++;
        }
    }
    return reads;
}

static void assert_mixed(struct reads reads)
{
    assert_true(reads.right > 20 && reads.wrong > 20 && reads.faults > 20 && reads.corrected > 10);
}

static void marginal_reads_differ_from_one_another(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_program(&board, CUT_MARGINAL, 1);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), 'm');
    assert_mixed(read_often(&board, FIRST + OLD_WORDS, NEW_PATTERN));
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN ^ 0x1000); /* the firmware's offence */
    settle(&board);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), 'd');
    assert_int_equal(warning_count, 1);
    flash_destroy(&board);
}

static void loads_of_one_line_agree(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_program(&board, CUT_MARGINAL, 1);
    for (int n = 0; n < 50; n++) {
        board.now_ns += NS_PER_MS;
        bool readable = flash_word_reads(&board, BANK, FIRST + OLD_WORDS, false);
        for (int load = 0; load < 7; load++) {
            assert_int_equal(flash_word_reads(&board, BANK, FIRST + OLD_WORDS, false), readable);
        }
    }
    flash_destroy(&board);
}

static void weak_reads_right_in_the_next_boot_and_differs_in_the_one_after(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_program(&board, CUT_WEAK, 1);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), 'w');
    struct reads reads = read_often(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    assert_int_equal(reads.right, 400);
    flash_reset(&board, RESET_SOFTWARE); /* no power-on */
    reads = read_often(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    assert_int_equal(reads.right, 400);
    cycle_power(&board);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), 'm');
    assert_mixed(read_often(&board, FIRST + OLD_WORDS, NEW_PATTERN));
    flash_destroy(&board);
}

static void prefix_leaves_the_first_half_of_a_word(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_program(&board, CUT_PREFIX, 1);
    const uint8_t *data = cell(&board, FIRST + OLD_WORDS);
    for (uint32_t i = 0; i < WORD_SIZE / 8; i++) {
        uint32_t value, behind;

        memcpy(&value, data + 4 * i, 4);
        memcpy(&behind, data + WORD_SIZE / 2 + 4 * i, 4);
        assert_int_equal(value, NEW_PATTERN + i);
        assert_int_equal(behind, UINT32_MAX);
    }
    assert_true(flash_word_reads(&board, BANK, FIRST + OLD_WORDS, false));
    flash_destroy(&board);
}

/* --- cuts of an erase --- */

static void before_and_after_leave_a_sector_old_or_blank(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_erase(&board, CUT_BEFORE, 1);
    assert_int_equal(count_states(&board).of['p'], OLD_WORDS);
    assert_true(holds(&board, FIRST, OLD_PATTERN));
    cut_erase(&board, CUT_AFTER, 1);
    assert_int_equal(count_states(&board).of['.'], OLD_WORDS);
    assert_true(reads_blank(&board, FIRST));
    flash_destroy(&board);
}

static void torn_leaves_a_sector_mixed(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_erase(&board, CUT_TORN, 1);
    struct states states = count_states(&board);
    assert_true(states.of['p'] > 0 && states.of['.'] > 0 && states.of['w'] > 0 &&
                states.of['d'] > 0);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST - 1), '.');
    flash_destroy(&board);
}

static void dead_marginal_and_prefix_leave_a_sector_so(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_erase(&board, CUT_MARGINAL, 3);
    assert_int_equal(count_states(&board).of['m'], OLD_WORDS);
    cut_erase(&board, CUT_DEAD, 1);
    assert_int_equal(count_states(&board).of['d'], OLD_WORDS);
    cut_erase(&board, CUT_AFTER, 1);
    program(&board, FIRST, NEW_PATTERN);
    program(&board, FIRST + SECTOR_WORDS - 1, NEW_PATTERN);
    settle(&board);
    cut_erase(&board, CUT_PREFIX, 1);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST), '.');
    assert_true(holds(&board, FIRST + SECTOR_WORDS - 1, NEW_PATTERN));
    flash_destroy(&board);
}

static void old_words_of_an_erase_are_weak(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_erase(&board, CUT_OLD, 1);
    assert_int_equal(count_states(&board).of['w'], OLD_WORDS);
    assert_int_equal(read_often(&board, FIRST, OLD_PATTERN).right, 400);
    cycle_power(&board);
    assert_int_equal(count_states(&board).of['m'], OLD_WORDS);
    assert_mixed(read_often(&board, FIRST, OLD_PATTERN));
    flash_destroy(&board);
}

static void programming_a_weak_blank_word_kills_it_and_is_nobodys_offence(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_erase(&board, CUT_WEAK, 1);
    assert_int_equal(count_states(&board).of['w'], OLD_WORDS);
    assert_true(reads_blank(&board, FIRST));
    program(&board, FIRST, NEW_PATTERN);
    settle(&board);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST), 'd');
    assert_int_equal(warning_count, 0);
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN); /* where nothing was: weak as well */
    settle(&board);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST + OLD_WORDS), 'd');
    assert_int_equal(warning_count, 0);
    flash_destroy(&board);
}

static void programming_a_written_word_is_reported_once(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    program(&board, FIRST, OLD_PATTERN); /* the same again changes no cell */
    settle(&board);
    assert_int_equal(warning_count, 0);
    for (uint32_t n = 0; n < 3; n++) {
        program(&board, FIRST + n, NEW_PATTERN);
        settle(&board);
    }
    assert_int_equal(warning_count, 1);
    assert_non_null(strstr(last_warning, "0x08160000"));
    flash_destroy(&board);
}

/* --- cuts of an option byte change --- */

static uint32_t option_status(const struct board *board)
{
    return flash_option_status(board);
}

static void an_option_change_leaves_old_or_new_values(void **state)
{
    static const enum cut_model old_ones[] = {CUT_BEFORE, CUT_TORN, CUT_DEAD};
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    uint32_t before = option_status(&board);
    for (size_t i = 0; i < sizeof old_ones / sizeof old_ones[0]; i++) {
        cut_options(&board, old_ones[i]);
        assert_int_equal(option_status(&board), before);
        assert_int_equal(get(&board, 0x20), before); /* _PRG is loaded anew */
        assert_int_equal(get(&board, 0x1C) & OPTSR_OPTCHANGEERR,
                         old_ones[i] == CUT_DEAD ? OPTSR_OPTCHANGEERR : 0);
    }
    cycle_power(&board);
    assert_int_equal(get(&board, 0x1C) & OPTSR_OPTCHANGEERR, 0);
    cut_options(&board, CUT_AFTER);
    assert_int_equal(option_status(&board), before ^ BOR_LEVEL);
    flash_destroy(&board);
}

static void late_options_come_with_the_power_on_after_the_next(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    uint32_t before = option_status(&board);
    cut_options(&board, CUT_LATE);
    assert_int_equal(get(&board, 0x1C), before);
    flash_reset(&board, RESET_SOFTWARE);
    assert_int_equal(get(&board, 0x1C), before);
    cycle_power(&board);
    assert_int_equal(get(&board, 0x1C), before ^ BOR_LEVEL);
    cycle_power(&board);
    assert_int_equal(get(&board, 0x1C), before ^ BOR_LEVEL);
    flash_destroy(&board);
}

static void defaults_are_the_factorys(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_options(&board, CUT_DEFAULTS);
    struct option_bytes factory = option_defaults(true);
    assert_memory_equal(option_current(board.flash), &factory, sizeof factory);
    assert_int_equal(option_status(&board) & OPTSR_BCM4, OPTSR_BCM4);
    flash_destroy(&board);
}

/* --- plans that cannot be --- */

static void a_model_that_does_not_fit_is_refused_when_its_operation_comes(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_plan(&board, next, CUT_LATE, 1);
    assert_null(cut_error(&board));
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    settle(&board);
    assert_non_null(strstr(cut_error(&board), "late"));
    assert_false(cut_happened(&board));
    assert_false(board.plug_pulled);
    cut_plan(&board, next, CUT_TORN, 1);
    assert_non_null(strstr(cut_error(&board), "begun already"));
    cut_plan(&board, 0, CUT_TORN, 1);
    assert_null(cut_error(&board));
    flash_destroy(&board);
}

static void a_cut_that_is_taken_back_does_not_happen(void **state)
{
    struct board board;
    enum cut_model model;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    cut_plan(&board, next, CUT_TORN, 1);
    assert_int_equal(cut_planned(&board, &model), next);
    assert_int_equal(model, CUT_TORN);
    cut_plan(&board, 0, CUT_TORN, 1);
    assert_int_equal(cut_planned(&board, &model), 0);
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    settle(&board);
    assert_true(holds(&board, FIRST + OLD_WORDS, NEW_PATTERN));
    assert_false(board.plug_pulled);
    flash_destroy(&board);
}

/* --- failures, rot --- */

static void an_operation_fails_as_planned(void **state)
{
    (void)state;
    for (int silent = 0; silent < 2; silent++) {
        struct board board;
        uint64_t next;

        begin(&board, &next);
        put(&board, 0x114, SR_FLAGS);
        failure_plan(&board, next, silent != 0);
        program(&board, FIRST + OLD_WORDS, NEW_PATTERN);
        settle(&board);
        assert_int_equal(get(&board, SR2) & (SR_OPERR | SR_EOP), silent ? SR_EOP : SR_OPERR);
        assert_true(reads_blank(&board, FIRST + OLD_WORDS));
        assert_int_equal(operation_record(&board, next)->end, END_REFUSED);
        program(&board, FIRST + OLD_WORDS, NEW_PATTERN); /* the next is as ever */
        settle(&board);
        assert_true(holds(&board, FIRST + OLD_WORDS, NEW_PATTERN));
        failure_plan(&board, next + 2, silent != 0);
        uint32_t options = option_status(&board);
        change_options(&board);
        settle(&board);
        assert_int_equal(option_status(&board), options);
        assert_int_equal(get(&board, 0x1C) & OPTSR_OPTCHANGEERR, silent ? 0 : OPTSR_OPTCHANGEERR);
        flash_destroy(&board);
    }
}

static void a_stuck_sector_fails_each_time(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    failure_stuck(&board, BANK, SECTOR);
    erase(&board);
    settle(&board);
    assert_int_equal(get(&board, SR2) & SR_OPERR, SR_OPERR);
    program(&board, FIRST + OLD_WORDS, NEW_PATTERN);
    settle(&board);
    assert_true(reads_blank(&board, FIRST + OLD_WORDS));
    assert_true(holds(&board, FIRST, OLD_PATTERN));
    program(&board, FIRST + SECTOR_WORDS, NEW_PATTERN);
    settle(&board);
    assert_true(holds(&board, FIRST + SECTOR_WORDS, NEW_PATTERN));
    failure_stuck(&board, -1, 0);
    erase(&board);
    settle(&board);
    assert_true(reads_blank(&board, FIRST));
    flash_destroy(&board);
}

static void rot_of_one_bit_is_corrected_and_of_two_is_not(void **state)
{
    struct board board;
    uint64_t next;

    (void)state;
    begin(&board, &next);
    flash_rot(&board, BANK, FIRST, 1);
    assert_int_equal(flash_word_letter(&board, BANK, FIRST), 's');
    assert_true(flash_word_reads(&board, BANK, FIRST, false));
    assert_true(holds(&board, FIRST, OLD_PATTERN));
    assert_int_equal(get(&board, SR2) & ECC_FLAGS, SR_SNECCERR);
    flash_rot(&board, BANK, FIRST, 1); /* a second one */
    assert_int_equal(flash_word_letter(&board, BANK, FIRST), 'd');
    flash_rot(&board, BANK, FIRST + 1, 2);
    assert_false(flash_word_reads(&board, BANK, FIRST + 1, false));
    flash_destroy(&board);
}

/* vboard-cuts-test [--without BEHAVIOUR]: see check-cuts-models. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_has_each_operation_in_the_order_of_their_beginnings),
        cmocka_unit_test(a_refused_operation_is_in_the_log),
        cmocka_unit_test(the_log_keeps_the_last_of_many),
        cmocka_unit_test(a_reset_of_each_kind_tears_what_runs),
        cmocka_unit_test(before_leaves_nothing_of_a_program),
        cmocka_unit_test(nothing_reaches_the_flash_once_the_plug_is_pulled),
        cmocka_unit_test(what_waits_for_its_place_is_lost_with_the_power),
        cmocka_unit_test(torn_leaves_words_by_the_seed),
        cmocka_unit_test(after_completes_a_program_before_the_firmware_learns_of_it),
        cmocka_unit_test(dead_leaves_a_word_that_no_read_gives_until_it_is_erased),
        cmocka_unit_test(marginal_reads_differ_from_one_another),
        cmocka_unit_test(loads_of_one_line_agree),
        cmocka_unit_test(weak_reads_right_in_the_next_boot_and_differs_in_the_one_after),
        cmocka_unit_test(prefix_leaves_the_first_half_of_a_word),
        cmocka_unit_test(before_and_after_leave_a_sector_old_or_blank),
        cmocka_unit_test(torn_leaves_a_sector_mixed),
        cmocka_unit_test(dead_marginal_and_prefix_leave_a_sector_so),
        cmocka_unit_test(old_words_of_an_erase_are_weak),
        cmocka_unit_test(programming_a_weak_blank_word_kills_it_and_is_nobodys_offence),
        cmocka_unit_test(programming_a_written_word_is_reported_once),
        cmocka_unit_test(an_option_change_leaves_old_or_new_values),
        cmocka_unit_test(late_options_come_with_the_power_on_after_the_next),
        cmocka_unit_test(defaults_are_the_factorys),
        cmocka_unit_test(a_model_that_does_not_fit_is_refused_when_its_operation_comes),
        cmocka_unit_test(a_cut_that_is_taken_back_does_not_happen),
        cmocka_unit_test(an_operation_fails_as_planned),
        cmocka_unit_test(a_stuck_sector_fails_each_time),
        cmocka_unit_test(rot_of_one_bit_is_corrected_and_of_two_is_not),
    };

    if (argc == 3 && strcmp(argv[1], "--without") == 0 && !remove_behaviour(argv[2])) {
        (void)fprintf(stderr, "there is no behaviour %s\n", argv[2]);
        return 2;
    }
    if (argc == 3) {
        cmocka_set_skip_filter("the_log_keeps*"); /* a million records, nothing to remove */
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
