/* Feeding the watchdog while its counter is above the window resets the chip. RM0399 49.3.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

KEEP static volatile uint32_t step;

int main(void)
{
    check_begin();
    start_cycle_counter();
    if (RCC_RSR & FLAG_IWDG) {
        CHECK(step == 2);
        check_pass();
    }
    IWDG_KR = 0xCCCC;
    IWDG_KR = 0x5555;
    IWDG_PR = 0;
    IWDG_RLR = 319; /* 40 ms */
    IWDG_WINR = 160;
    while (IWDG_SR) {
    }
    IWDG_WINR = 160; /* reloads the counter with the new value */
    while (IWDG_SR) {
    }
    step = 1;
    wait_cycles(64000u * 25u);
    IWDG_KR = 0xAAAA; /* inside the window */
    step = 2;
    wait_cycles(64000u * 10u);
    IWDG_KR = 0xAAAA; /* too early */
    wait_cycles(64000u);
    step = 3;
    CHECK(!"feeding too early resets");
}
