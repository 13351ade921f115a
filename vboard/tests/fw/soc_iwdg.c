/* The watchdog resets the chip when it is not fed, not while it is; RSR tells.
 * RM0399 49.3.1, 9.4.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

/* 4 * (319 + 1) / 32 kHz = 40 ms */
static void start_watchdog(void)
{
    IWDG_KR = 0xCCCC;
    IWDG_KR = 0x5555;
    IWDG_PR = 0;
    IWDG_RLR = 319;
    while (IWDG_SR) {
    }
    IWDG_KR = 0xAAAA;
}

KEEP static volatile uint32_t fed, survived_ms;

int main(void)
{
    check_begin();
    start_cycle_counter();
    if (RCC_RSR & FLAG_IWDG) {
        CHECK(fed == 5);
        CHECK(survived_ms == 38);
        CHECK(RCC_RSR & FLAG_PIN);
        CHECK(!(RCC_RSR & FLAG_SFT1));
        check_pass();
    }
    fed = survived_ms = 0;
    start_watchdog();
    for (int i = 0; i < 5; i++) {
        wait_cycles(64000u * 30u); /* 30 ms */
        IWDG_KR = 0xAAAA;
        fed++;
    }
    while (survived_ms < 38) {
        wait_cycles(64000u);
        survived_ms++;
    }
    wait_cycles(64000u * 4u);
    CHECK(!"the watchdog has bitten by now");
}
