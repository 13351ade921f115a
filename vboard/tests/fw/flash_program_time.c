/* A flash word takes 100 us at x64, 290 us at x8, typically (DS12923, flash programming times); BSY
 * and QW are set meanwhile.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static uint32_t time_program(uint32_t address, uint32_t psize)
{
    CR(2) = CR_PG | psize;
    clock_begin();
    write_word(address, 0x100);
    CHECK((SR(2) & (SR_BSY | SR_QW)) == (SR_BSY | SR_QW));
    wait_idle(2);
    return clock_us();
}

int main(void)
{
    uint32_t fast, slow;

    check_begin();
    unlock(2);
    fast = time_program(BANK2, CR_PSIZE_64);
    slow = time_program(BANK2 + FLASH_WORD, 0);
    CHECK(fast >= 98 && fast < 130);
    CHECK(slow >= 288 && slow < 320);
    check_pass();
}
