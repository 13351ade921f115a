/* test_stm32h7_options.c - the option byte change of the STM32H7 port, against registers in memory.
 *
 * The port is built for the board only, so its file is compiled right here, with a core whose data
 * barriers let the flash interface take note of what was written: keys, OPTSTART.
 * Source: RM0399 4.4 (option bytes).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define STM32H7_CORE_H /* the board's core.h is Arm's assembler */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REG32(address) (*register_at(address))

static volatile uint32_t *register_at(uint32_t address);
static void core_dsb(void);

#include "../../ports/stm32h7/option_bytes.c"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h> /* needs the three above */

#define PAGE_SIZE 0x200u
#define LOCK      FLASH_OPTCR_OPTLOCK
#define SWAP      FLASH_OPTSR_SWAP_BANK_OPT
#define BUSY      FLASH_OPTSR_OPT_BUSY
#define FAILURE   FLASH_OPTSR_OPTCHANGEERR

static struct {
    uint32_t registers[PAGE_SIZE / 4];
    uint32_t commits; /* OPTSTART seen */
    bool quiet;
    bool keeps_locked;
    bool refuses;     /* the change: OPTCHANGEERR */
    bool stays_busy;  /* the change takes for ever */
    uint32_t ignores; /* offset of a _PRG register that takes no writes, 0: none */
} chip;

static volatile uint32_t *register_at(uint32_t address)
{
    assert_in_range(address, FLASH_BASE, FLASH_BASE + PAGE_SIZE - 4);
    return &chip.registers[(address - FLASH_BASE) / 4];
}

bool stm32h7_flash_is_quiet(void)
{
    return chip.quiet;
}

/* OPTSTART makes all _CUR what _PRG says. */
static void commit_options(void)
{
    chip.commits++;
    FLASH_OPTCR &= ~FLASH_OPTCR_OPTSTART;
    if (chip.stays_busy)
        FLASH_OPTSR_CUR |= BUSY;
    if (chip.refuses)
        FLASH_OPTSR_CUR |= FAILURE;
    if (chip.stays_busy || chip.refuses)
        return;
    for (unsigned i = 0; i < STM32H7_OPTION_PAIRS; i++)
        REG32(FLASH_BASE + offsets[i]) = REG32(FLASH_BASE + offsets[i] + 4u);
}

static void core_dsb(void)
{
    if (FLASH_OPTKEYR == FLASH_OPTKEY2 && !chip.keeps_locked)
        FLASH_OPTCR &= ~LOCK;
    FLASH_OPTKEYR = 0;
    assert_int_equal(FLASH_OPTCCR & ~FLASH_OPTCCR_CLR_OPTCHANGEERR, 0); /* reserved: kept at 0 */
    if (FLASH_OPTCCR & FLASH_OPTCCR_CLR_OPTCHANGEERR)
        FLASH_OPTSR_CUR &= ~FAILURE;
    FLASH_OPTCCR = 0;
    if (chip.ignores != 0)
        REG32(FLASH_BASE + chip.ignores) = 0xDEADu;
    if ((FLASH_OPTCR & FLASH_OPTCR_OPTSTART) && !(FLASH_OPTCR & LOCK))
        commit_options();
}

static bool wait(const volatile uint32_t *reg, uint32_t mask, uint32_t value, uint32_t limit_ms)
{
    assert_in_range(limit_ms, 1, 5000);
    return (*reg & mask) == value;
}

static int setup(void **state)
{
    (void)state;
    memset(&chip, 0, sizeof chip);
    chip.quiet = true;
    FLASH_OPTCR = LOCK;
    for (unsigned i = 0; i < STM32H7_OPTION_PAIRS; i++)
        REG32(FLASH_BASE + offsets[i]) = REG32(FLASH_BASE + offsets[i] + 4u) = 0x1000u + i * 16u;
    return 0;
}

static uint32_t current(unsigned pair)
{
    return REG32(FLASH_BASE + offsets[pair]);
}

static void the_banks_are_swapped_and_swapped_back_and_nothing_else_changes(void **state)
{
    (void)state;
    assert_int_equal(stm32h7_options_boot(true, wait), 0);
    assert_int_equal(current(0), 0x1000u | SWAP);
    assert_int_equal(stm32h7_options_boot(false, wait), 0);
    assert_int_equal(current(0), 0x1000u);
    for (unsigned i = 1; i < STM32H7_OPTION_PAIRS; i++)
        assert_int_equal(current(i), 0x1000u + i * 16u);
    assert_int_equal(chip.commits, 2);
    assert_true(FLASH_OPTCR & LOCK);
}

static void what_is_so_already_is_not_written(void **state)
{
    (void)state;
    assert_int_equal(stm32h7_options_boot(false, wait), 0);
    assert_int_equal(chip.commits, 0);
    assert_true(FLASH_OPTCR & LOCK);
}

/* A protection that was prepared and not committed would come along with the swap, for ever. */
static void registers_left_dirty_are_cleaned_before_the_commit(void **state)
{
    for (unsigned i = 1; i < STM32H7_OPTION_PAIRS; i++) {
        setup(state);
        REG32(FLASH_BASE + offsets[i] + 4u) = 0xBADu;
        assert_int_equal(stm32h7_options_boot(true, wait), 0);
        assert_int_equal(chip.commits, 1);
        assert_int_equal(current(i), 0x1000u + i * 16u);
    }
}

static void a_register_that_stays_dirty_stops_the_change(void **state)
{
    for (unsigned i = 1; i < STM32H7_OPTION_PAIRS; i++) {
        setup(state);
        chip.ignores = offsets[i] + 4u;
        assert_int_equal(stm32h7_options_boot(true, wait), FLOTA_ERR_OPTION_BYTES);
        assert_int_equal(chip.commits, 0);
        assert_int_equal(FLASH_OPTSR_PRG, 0x1000u); /* no surprise later */
        assert_true(FLASH_OPTCR & LOCK);
    }
}

static void a_change_that_the_chip_refuses_is_taken_back(void **state)
{
    (void)state;
    chip.refuses = true;
    assert_int_equal(stm32h7_options_boot(true, wait), FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(FLASH_OPTSR_PRG, 0x1000u);
    assert_true(FLASH_OPTCCR & FLASH_OPTCCR_CLR_OPTCHANGEERR || !(FLASH_OPTSR_CUR & FAILURE));
    assert_true(FLASH_OPTCR & LOCK);
}

static void a_change_that_never_ends_is_given_up(void **state)
{
    (void)state;
    chip.stays_busy = true;
    assert_int_equal(stm32h7_options_boot(true, wait), FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(stm32h7_options_boot(true, wait), FLOTA_ERR_OPTION_BYTES); /* still busy */
    assert_int_equal(chip.commits, 1);
}

/* The bank stays the one that boots, also when another one waits for the reset. */
static void the_second_core_is_held_and_nothing_else_changes(void **state)
{
    (void)state;
    FLASH_OPTSR_CUR |= FLASH_OPTSR_BCM4 | SWAP;
    FLASH_OPTSR_PRG = FLASH_OPTSR_CUR;
    assert_int_equal(stm32h7_options_hold_m4(wait), 0);
    assert_int_equal(current(0), 0x1000u | SWAP);
    for (unsigned i = 1; i < STM32H7_OPTION_PAIRS; i++)
        assert_int_equal(current(i), 0x1000u + i * 16u);
    assert_int_equal(chip.commits, 1);
    assert_int_equal(stm32h7_options_hold_m4(wait), 0);
    assert_int_equal(chip.commits, 1); /* it is so already */
    assert_true(FLASH_OPTCR & LOCK);
}

static void a_second_core_that_the_chip_does_not_hold_is_an_error(void **state)
{
    (void)state;
    chip.refuses = true;
    FLASH_OPTSR_CUR |= FLASH_OPTSR_BCM4;
    FLASH_OPTSR_PRG = FLASH_OPTSR_CUR;
    assert_int_equal(stm32h7_options_hold_m4(wait), FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(FLASH_OPTSR_PRG, 0x1000u | FLASH_OPTSR_BCM4);
}

static void options_that_stay_locked_are_left_alone(void **state)
{
    (void)state;
    chip.keeps_locked = true;
    assert_int_equal(stm32h7_options_boot(true, wait), FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(chip.commits, 0);
    assert_int_equal(FLASH_OPTSR_PRG, 0x1000u);
}

static void nothing_is_changed_while_the_flash_works(void **state)
{
    (void)state;
    chip.quiet = false;
    assert_int_equal(stm32h7_options_boot(true, wait), FLOTA_ERR_OPTION_BYTES);
    assert_int_equal(chip.commits, 0);
}

static void the_registers_are_read_as_they_are(void **state)
{
    (void)state;
    struct stm32h7_options options;
    FLASH_OPTCR |= FLASH_OPTCR_SWAP_BANK;
    REG32(FLASH_BASE + FLASH_WPSN_CUR2 + 4u) = 7;
    stm32h7_options_read(&options);
    assert_true(options.swapped);
    for (unsigned i = 0; i < STM32H7_OPTION_PAIRS; i++)
        assert_int_equal(options.current[i], 0x1000u + i * 16u);
    assert_int_equal(options.programmed[STM32H7_OPTION_PAIRS - 1], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_banks_are_swapped_and_swapped_back_and_nothing_else_changes,
                               setup),
        cmocka_unit_test_setup(what_is_so_already_is_not_written, setup),
        cmocka_unit_test_setup(registers_left_dirty_are_cleaned_before_the_commit, setup),
        cmocka_unit_test_setup(a_register_that_stays_dirty_stops_the_change, setup),
        cmocka_unit_test_setup(a_change_that_the_chip_refuses_is_taken_back, setup),
        cmocka_unit_test_setup(a_change_that_never_ends_is_given_up, setup),
        cmocka_unit_test_setup(the_second_core_is_held_and_nothing_else_changes, setup),
        cmocka_unit_test_setup(a_second_core_that_the_chip_does_not_hold_is_an_error, setup),
        cmocka_unit_test_setup(options_that_stay_locked_are_left_alone, setup),
        cmocka_unit_test_setup(nothing_is_changed_while_the_flash_works, setup),
        cmocka_unit_test_setup(the_registers_are_read_as_they_are, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
