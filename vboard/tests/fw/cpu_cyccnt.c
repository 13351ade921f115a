/* cpu_cyccnt.c - DWT.CYCCNT counts cycles of the core while TRCENA and CYCCNTENA are set, and can
 * be written. Armv7-M ARM C1.8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

int main(void)
{
    check_begin();
    uint32_t start, cycles, stopped;

    CHECK(REG32(DWT_CYCCNT) == REG32(DWT_CYCCNT)); /* stopped after reset */
    REG32(DEMCR) |= 1u << 24;
    REG32(DWT_CYCCNT) = 0;
    REG32(DWT_CTRL) |= 1;
    start = REG32(DWT_CYCCNT);
    __asm volatile("movw r0, #10000\n 1: subs r0, #1\n bne 1b" ::: "r0", "cc");
    cycles = REG32(DWT_CYCCNT) - start;
    CHECK(cycles >= 10000 && cycles < 31000);
    REG32(DWT_CTRL) &= ~1u;
    stopped = REG32(DWT_CYCCNT);
    CHECK(REG32(DWT_CYCCNT) == stopped);
    REG32(DWT_CYCCNT) = 0xFFFFFFF0;
    CHECK(REG32(DWT_CYCCNT) == 0xFFFFFFF0);
    REG32(DWT_CTRL) |= 1;
    for (volatile uint32_t i = 0; i < 20; i++) {
    }
    CHECK(REG32(DWT_CYCCNT) < 10000); /* wrapped */
    check_pass();
}
