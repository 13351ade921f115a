/* A sector erase takes 1.0 s at x64, 2.0 s at x8, typically (DS12923, flash programming times).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

static uint32_t time_erase(uint32_t psize)
{
    clock_begin();
    CR(2) = CR_SER | CR_SNB(1) | psize | CR_START;
    wait_idle(2);
    return clock_us();
}

int main(void)
{
    uint32_t fast, slow;

    check_begin();
    unlock(2);
    fast = time_erase(CR_PSIZE_64);
    slow = time_erase(0);
    CHECK(fast >= 999000 && fast < 1010000);
    CHECK(slow >= 1999000 && slow < 2010000);
    check_pass();
}
