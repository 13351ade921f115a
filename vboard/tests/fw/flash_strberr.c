/* Writing a byte of the write buffer again: STRBERR, the new byte counts, the write goes on (RM0399
 * 4.7.4).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

int main(void)
{
    check_begin();
    unlock(2);
    CR(2) = CR_PG | CR_PSIZE_64;
    REG32(BANK2) = 0x55555555;
    REG8(BANK2 + 1) = 0xAA;
    barrier();
    CHECK(SR(2) == (SR_STRBERR | SR_WBNE));
    for (uint32_t i = 1; i < 8; i++) {
        REG32(BANK2 + 4 * i) = i;
    }
    wait_idle(2);
    CHECK(REG32(BANK2) == 0x5555AA55u);
    CHECK(REG32(BANK2 + 28) == 7);
    check_pass();
}
