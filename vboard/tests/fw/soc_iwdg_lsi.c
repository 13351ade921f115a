/* The watchdog counts LSI, which is 10 % slow here (--lsi -10): it bites that much later, and its
 * registers take five of these periods to change. RM0399 49.3; datasheet, LSI characteristics.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define MS 64000u /* cycles of the HSI */

KEEP static volatile uint32_t last;

int main(void)
{
    check_begin();
    if (RCC_RSR & FLAG_IWDG) {
        CHECK(about(last, 4u * 1001u * MS / 288u * 10u, 1)); /* 4 * (1000 + 1) / 28.8 kHz */
        check_pass();
    }
    start_cycle_counter();
    IWDG_KR = 0xCCCC;
    IWDG_KR = 0x5555;
    IWDG_RLR = 1000;
    while (IWDG_SR) {
    }
    IWDG_KR = 0xAAAA;
    REG32(DWT_CYCCNT) = 0;
    for (;;) {
        last = cycles();
    }
}
