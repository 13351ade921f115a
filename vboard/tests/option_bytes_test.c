/* option_bytes_test.c - protections that a change of option bytes sets and lifts: RDP, PCROP. What
 * a program in flash could not report, as it erases itself.
 *
 * The flash's own files with a stand-in for the rest of the board (flash_board.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flash_board.h"

#define OPTSR_CUR 0x1Cu
#define OPTSR_PRG 0x20u
#define OPTCR     0x18u
#define OPTCCR    0x24u
#define PRAR_PRG2 0x12Cu
#define PRAR_CUR2 0x128u
#define RDP_MASK  0xFF00u
#define RDP(x)    ((uint32_t)(x) << 8)

enum { WORD = 3 * SECTOR_WORDS };

static void begin(struct board *board)
{
    assert_true(start_board(board, NULL));
    power_on(board);
    unlock_all(board);
    put(board, 0x10C, CR_PG | 0x30);
    store_word(board, 1, WORD, 0x1234);
    store_word(board, 1, WORD + SECTOR_WORDS, 0x1234);
    flash_wait_idle(board, 1);
}

static void start(struct board *board)
{
    put(board, OPTCR, 2);
    flash_wait_idle(board, 0);
}

static void set_rdp(struct board *board, uint32_t level)
{
    put(board, OPTSR_PRG, (get(board, OPTSR_CUR) & ~RDP_MASK) | RDP(level));
    start(board);
}

static bool change_failed(struct board *board)
{
    bool failed = (get(board, OPTSR_CUR) & OPTSR_OPTCHANGEERR) != 0;

    put(board, OPTCCR, OPTSR_OPTCHANGEERR);
    return failed;
}

static void back_from_rdp_level_1_erases_the_user_flash(void **state)
{
    struct board board;

    (void)state;
    begin(&board);
    set_rdp(&board, 0xBB);
    assert_int_equal(get(&board, OPTSR_CUR) & RDP_MASK, RDP(0xBB));
    assert_int_equal(flash_word_letter(&board, 1, WORD), 'p');
    set_rdp(&board, 0xAA);
    assert_int_equal(get(&board, OPTSR_CUR) & RDP_MASK, RDP(0xAA));
    assert_int_equal(flash_word_letter(&board, 1, WORD), '.');
    flash_destroy(&board);
}

static void a_regression_that_is_torn_erases_nothing(void **state)
{
    struct board board;

    (void)state;
    begin(&board);
    set_rdp(&board, 0xBB);
    cut_plan(&board, operations_next(&board), CUT_TORN, 1);
    set_rdp(&board, 0xAA);
    power_off(&board);
    power_on(&board);
    assert_int_equal(get(&board, OPTSR_CUR) & RDP_MASK, RDP(0xBB));
    assert_int_equal(flash_word_letter(&board, 1, WORD), 'p');
    flash_destroy(&board);
}

static void from_rdp_level_2_there_is_no_way_back_but_banks_swap(void **state)
{
    struct board board;

    (void)state;
    begin(&board);
    set_rdp(&board, 0xCC);
    set_rdp(&board, 0xAA);
    assert_true(change_failed(&board));
    assert_int_equal(get(&board, OPTSR_CUR) & RDP_MASK, RDP(0xCC));
    put(&board, OPTSR_PRG, get(&board, OPTSR_CUR) | OPTSR_SWAP_BANK);
    start(&board);
    assert_false(change_failed(&board));
    assert_int_equal(flash_word_letter(&board, 1, WORD), 'p');
    flash_destroy(&board);
}

/* A PCROP area of sector 3 of bank 2, without DMEP. */
static void a_pcrop_area_grows_but_does_not_shrink_and_outlasts_a_regression(void **state)
{
    const uint32_t sector_3 = 3 * SECTOR_SIZE / 256 | (4 * SECTOR_SIZE / 256 - 1) << 16;
    struct board board;

    (void)state;
    begin(&board);
    put(&board, PRAR_PRG2, sector_3);
    start(&board);
    assert_int_equal(get(&board, PRAR_CUR2), sector_3);
    put(&board, PRAR_PRG2, 0xFF);
    start(&board);
    assert_true(change_failed(&board));
    assert_int_equal(get(&board, PRAR_CUR2), sector_3);
    assert_int_equal(get(&board, PRAR_PRG2), 0xFF); /* kept after the error */
    put(&board, PRAR_PRG2, sector_3);
    set_rdp(&board, 0xBB);
    set_rdp(&board, 0xAA);
    assert_false(change_failed(&board));
    assert_int_equal(flash_word_letter(&board, 1, WORD), 'p');
    assert_int_equal(flash_word_letter(&board, 1, WORD + SECTOR_WORDS), '.');
    flash_destroy(&board);
}

static void write_bcm4(struct board *board, bool value)
{
    put(board, OPTSR_PRG,
        (get(board, OPTSR_CUR) & ~(uint32_t)OPTSR_BCM4) | (value ? (uint32_t)OPTSR_BCM4 : 0));
    start(board);
}

/* RM0399: the option byte values are loaded, and the cores start by them, at a reset. */
static void a_second_core_that_was_booted_runs_until_the_next_reset(void **state)
{
    struct board board;

    (void)state;
    begin(&board);
    write_bcm4(&board, true);
    put(&board, 0x10C, CR_SER | 0x30 | CR_START);
    assert_int_equal(stop_reason, STOP_NONE); /* not yet */
    flash_wait_idle(&board, 1);
    power_off(&board);
    power_on(&board);
    unlock_all(&board);
    write_bcm4(&board, false);
    put(&board, 0x10C, CR_SER | 0x30 | CR_START);
    assert_int_equal(stop_reason, STOP_M4);
    stop_reason = STOP_NONE;
    flash_wait_idle(&board, 1);
    power_off(&board);
    power_on(&board);
    unlock_all(&board);
    put(&board, 0x10C, CR_SER | 0x30 | CR_START);
    assert_int_equal(stop_reason, STOP_NONE);
    flash_destroy(&board);
}

static void a_chip_with_one_core_has_no_bcm4(void **state)
{
    struct board board;

    (void)state;
    begin(&board);
    board.options.single_core = true;
    put(&board, OPTSR_PRG, get(&board, OPTSR_CUR) | OPTSR_BCM4);
    start(&board);
    assert_int_equal(get(&board, OPTSR_CUR) & OPTSR_BCM4, 0);
    cut_plan(&board, operations_next(&board), CUT_DEFAULTS, 1);
    set_rdp(&board, 0xBB);
    power_off(&board);
    power_on(&board);
    unlock_all(&board);
    assert_int_equal(get(&board, OPTSR_CUR) & (OPTSR_BCM4 | RDP_MASK), RDP(0xAA));
    put(&board, 0x10C, CR_SER | 0x30 | CR_START);
    assert_int_equal(stop_reason, STOP_NONE);
    flash_destroy(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(back_from_rdp_level_1_erases_the_user_flash),
        cmocka_unit_test(a_regression_that_is_torn_erases_nothing),
        cmocka_unit_test(from_rdp_level_2_there_is_no_way_back_but_banks_swap),
        cmocka_unit_test(a_second_core_that_was_booted_runs_until_the_next_reset),
        cmocka_unit_test(a_chip_with_one_core_has_no_bcm4),
        cmocka_unit_test(a_pcrop_area_grows_but_does_not_shrink_and_outlasts_a_regression),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
