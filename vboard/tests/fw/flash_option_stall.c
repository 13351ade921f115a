/* The option bytes lie in physical bank 1: code that runs there stands still while they change,
 * code in RAM goes on (reported for real boards; the manual says only that bank 1 is busy,
 * RM0399 4.4.3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static volatile uint32_t in_ram_us;

static RAM_CODE void start_change(void)
{
    OPTCR |= OPTCR_OPTSTART;
    in_ram_us = clock_us();
}

int main(void)
{
    check_begin();
    option_unlock();
    WPSN_PRG(2) = 0xFE;
    clock_begin();
    start_change();
    CHECK(clock_us() >= 20000);
    CHECK(in_ram_us < 100);
    CHECK(!(OPTSR_CUR & OPTSR_BUSY));
    CHECK(WPSN_CUR(2) == 0xFE);
    check_pass();
}
