/* cpu_lock_up.c - a fault inside HardFault locks the core up. The chip does not reset because of
 * that: the watchdog bites when its time has come. Armv7-M ARM B1.5.15; RM0399 9.4 (a lock-up is
 * none of the reset's sources).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

KEEP static volatile uint32_t mark, entered;

void HardFault_Handler(void)
{
    entered = 1;
    (void)REG32(0x70000000);
    entered = 2;
}

/* 4 * 64 / 32 kHz: 8 ms. */
static void start_watchdog(void)
{
    IWDG_KR = 0xCCCC;
    IWDG_KR = 0x5555;
    IWDG_RLR = 63;
    while (IWDG_SR) {
    }
    IWDG_KR = 0xAAAA;
}

int main(void)
{
    check_begin();
    if (mark != 0x600DF00D) {
        mark = 0x600DF00D;
        RCC_RSR |= FLAG_RMVF;
        start_watchdog();
        (void)REG32(0x70000000);
    }
    CHECK(entered == 1);
    CHECK(RCC_RSR & FLAG_IWDG);
    mark = 0;
    check_pass();
}
