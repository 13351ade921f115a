/* cpu_system_reset.c - AIRCR.SYSRESETREQ restarts the chip with the core's registers at their reset
 * values; RAM keeps its contents. Armv7-M ARM B3.2.6, RM0399 9.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

KEEP static volatile uint32_t mark;

int main(void)
{
    check_begin();
    if (mark != 0x600DF00D) {
        mark = 0x600DF00D;
        REG32(SCB_VTOR) = 0x20000000;
        REG32(NVIC_ISER) = 1u << 6;
        REG32(SCB_AIRCR) = 0x05FA0000u | 4u;
        for (;;) {
        }
    }
    mark = 0;
    CHECK(REG32(SCB_VTOR) == 0x08000000);
    CHECK(REG32(NVIC_ISER) == 0);
    check_pass();
}
