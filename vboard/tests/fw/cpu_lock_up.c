/* cpu_lock_up.c - a fault inside HardFault locks the core up; the board then restarts the chip.
 * Armv7-M ARM B1.5.15.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

KEEP static volatile uint32_t mark, entered;

void HardFault_Handler(void)
{
    entered = 1;
    (void)REG32(0x70000000);
    entered = 2;
}

int main(void)
{
    check_begin();
    if (mark != 0x600DF00D) {
        mark = 0x600DF00D;
        (void)REG32(0x70000000);
    }
    CHECK(entered == 1);
    mark = 0;
    check_pass();
}
