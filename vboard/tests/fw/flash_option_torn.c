/* A reset during an option byte change keeps the old values (RM0399 4.4.3). What was written to the
 * _PRG registers stays there over a system reset, which does not reset them (4.3.14).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static RAM_CODE void change_and_reset(void)
{
    OPTCR |= OPTCR_OPTSTART;
    clock_begin();
    while (clock_us() < 10000) {
    }
    KEPT(3) = OPTSR_CUR & OPTSR_BUSY;
    REG32(SCB_AIRCR) = 0x05FA0004u;
    for (;;) {
    }
}

int main(void)
{
    check_begin();
    if (boot_number() == 0) {
        KEPT(2) = OPTSR_CUR;
        option_unlock();
        OPTSR_PRG = OPTSR_CUR | (2u << 2);
        WPSN_PRG(2) = 0xFE;
        change_and_reset();
    }
    CHECK(KEPT(3) != 0);
    CHECK(OPTSR_CUR == KEPT(2));
    CHECK(OPTSR_PRG == (KEPT(2) | (2u << 2)));
    CHECK(WPSN_PRG(2) == 0xFE);
    CHECK(WPSN_CUR(2) == 0xFF);
    check_pass();
}
