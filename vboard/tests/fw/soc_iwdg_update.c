/* PR and RLR take writes after the key 0x5555 only, and show in SR that the new value is on its
 * way. RM0399 49.3.3, 49.4.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

int main(void)
{
    uint32_t start;
    check_begin();
    start_cycle_counter();
    IWDG_KR = 0xCCCC;
    IWDG_RLR = 100;
    CHECK(IWDG_RLR == 0xFFF);
    IWDG_KR = 0x5555;
    IWDG_RLR = 100;
    IWDG_PR = 3;
    CHECK(IWDG_SR == 3);
    start = cycles();
    while (IWDG_SR) {
    }
    CHECK(cycles() - start > 64u * 100u); /* some LSI periods of 31 us */
    CHECK(IWDG_RLR == 100);
    CHECK(IWDG_PR == 3);
    IWDG_KR = 0xAAAA; /* any other key locks again */
    IWDG_PR = 1;
    CHECK(IWDG_PR == 3);
    check_pass();
}
