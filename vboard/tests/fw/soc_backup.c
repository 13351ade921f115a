/* The backup registers keep their contents over a system reset; PWR_CR1.DBP opens them for writing.
 * RM0399 7.4.4, 50.3.17, 50.6.20.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define DBP (1u << 8)

int main(void)
{
    check_begin();
    if (RCC_RSR & FLAG_SFT1) {
        CHECK(RTC_BKPR(0) == 0xF107A001u);
        CHECK(RTC_BKPR(31) == 0x5A5A5A5Au);
        CHECK(!(PWR_CR1 & DBP)); /* the protection is back */
        check_pass();
    }
    RTC_BKPR(0) = 1;
    CHECK(RTC_BKPR(0) == 0);
    PWR_CR1 |= DBP;
    RTC_BKPR(0) = 0xF107A001u;
    RTC_BKPR(31) = 0x5A5A5A5Au;
    CHECK(RTC_BKPR(0) == 0xF107A001u);
    system_reset();
}
