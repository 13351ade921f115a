/* A write to another flash word before the write buffer is full: INCERR, both are lost
 * (RM0399 4.7.5).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    unlock(2);
    CR(2) = CR_PG | CR_PSIZE_64;
    REG32(BANK2) = 0x11111111;
    barrier();
    CHECK(SR(2) == SR_WBNE);
    REG32(BANK2 + FLASH_WORD) = 0x22222222;
    barrier();
    CHECK(SR(2) == SR_INCERR);
    clear_flags(2);
    CR(2) = CR_PG | CR_PSIZE_64 | CR_FW;
    wait_idle(2);
    CHECK(word_is_blank(BANK2));
    CHECK(word_is_blank(BANK2 + FLASH_WORD));
    check_pass();
}
