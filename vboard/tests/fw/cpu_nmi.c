/* cpu_nmi.c - ICSR.NMIPENDSET takes the NMI although interrupts are masked. Armv7-M ARM B3.2.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static volatile uint32_t count;

void NMI_Handler(void)
{
    count++;
}

int main(void)
{
    check_begin();
    __asm volatile("cpsid i" ::: "memory");
    REG32(SCB_ICSR) = 1u << 31;
    barrier();
    CHECK(count == 1);
    check_pass();
}
