/* OPTSTART commits every _PRG that differs from its _CUR, and takes its time with OPT_BUSY set;
 * without a difference it does nothing. No register can be written meanwhile (RM0399 4.4.3, 4.9.8).
 * The time is not specified: here about 100 ms.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

#define BOR_LEVEL_2 (2u << 2)

static volatile uint32_t busy_seen;

static RAM_CODE uint32_t change_us(void)
{
    clock_begin();
    OPTCR |= OPTCR_OPTSTART;
    busy_seen = OPTSR_CUR & OPTSR_BUSY;
    if (busy_seen) {
        WPSN_PRG(1) = 0; /* no register can be written now */
    }
    while (OPTSR_CUR & OPTSR_BUSY) {
    }
    return clock_us();
}

int main(void)
{
    uint32_t status, us;

    check_begin();
    status = OPTSR_CUR;
    if (boot_number() == 0) {
        option_unlock();
        us = change_us();
        CHECK(busy_seen == 0);
        CHECK(us < 100);
        OPTSR_PRG = status | BOR_LEVEL_2;
        WPSN_PRG(1) = 0x7F;
        BOOT7_PRG = 0x1FF00810u;
        us = change_us();
        CHECK(busy_seen != 0);
        CHECK(us >= 20000 && us <= 300000);
        CHECK(OPTSR_CUR == (status | BOR_LEVEL_2));
        CHECK(WPSN_CUR(1) == 0x7F);
        CHECK(WPSN_PRG(1) == 0x7F);
        CHECK(BOOT7_CUR == 0x1FF00810u);
        system_reset();
    }
    CHECK(OPTSR_CUR & BOR_LEVEL_2);
    CHECK(OPTSR_PRG == OPTSR_CUR);
    CHECK(WPSN_CUR(1) == 0x7F);
    check_pass();
}
