/* Code that runs in a bank which erases stands still until it is done; code in RAM goes on (RM0399
 * 4.3.11).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static volatile uint32_t in_ram_us, in_flash_us;

/* In flash, and without a literal: only its instructions are read from there. */
__attribute__((noinline)) static uint32_t read_in_flash(const volatile uint32_t *counter)
{
    return *counter;
}

static uint32_t (*volatile in_flash)(const volatile uint32_t *) = read_in_flash;

static RAM_CODE void erase_and_call(void)
{
    CR(1) = CR_SER | CR_SNB(7) | CR_PSIZE_64 | CR_START;
    in_ram_us = clock_us();
    in_flash_us = in_flash(&REG32(DWT_CYCCNT)) / CYCLES_US;
}

int main(void)
{
    check_begin();
    unlock(1);
    program_word(1, 0x08000000u + SECTOR(7), 0x700);
    clock_begin();
    erase_and_call();
    CHECK(in_ram_us < 50);
    CHECK(in_flash_us >= 999000 && in_flash_us < 1010000);
    CHECK(!(SR(1) & SR_QW));
    CHECK(word_is_blank(0x08000000u + SECTOR(7)));
    check_pass();
}
