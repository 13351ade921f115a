/* While one bank erases, code runs from the other, and reads there do not wait (RM0399 4.3.11).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static const uint32_t table[4] = {3, 1, 4, 1};

int main(void)
{
    volatile uint32_t sum = 0;

    check_begin();
    unlock(2);
    clock_begin();
    CR(2) = CR_SER | CR_SNB(0) | CR_PSIZE_64 | CR_START;
    for (uint32_t i = 0; i < 1000; i++) {
        sum += REG32((uintptr_t)&table[i % 4]);
    }
    CHECK(sum == 2250);
    CHECK(clock_us() < 5000);
    CHECK(SR(2) & SR_QW);
    wait_idle(2);
    CHECK(clock_us() >= 999000);
    check_pass();
}
