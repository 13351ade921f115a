/* With FAULTMASK and CCR.BFHFNMIGN a read of a dead word does not fault and DBECCERR tells (Armv7-M
 * ARM B1.5.8, B3.2.8; RM0399 4.7.7).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static bool readable(uint32_t address)
{
    bool good;

    clear_flags(2);
    REG32(SCB_CCR) |= 1u << 8;
    __asm volatile("cpsid f" ::: "memory");
    barrier();
    (void)REG32(address);
    barrier();
    good = !(SR(2) & SR_DBECCERR);
    __asm volatile("cpsie f" ::: "memory");
    REG32(SCB_CCR) &= ~(1u << 8);
    barrier();
    return good;
}

int main(void)
{
    check_begin();
    unlock(2);
    program_word(2, BANK2, 0x100);
    program_word(2, BANK2 + FLASH_WORD, 0x100);
    CHECK(readable(BANK2));
    program_word(2, BANK2, 0x200);
    CHECK(!readable(BANK2));
    CHECK(readable(BANK2 + FLASH_WORD));
    CHECK(!readable(BANK2));
    check_pass();
}
