/* cpu_vtor.c - VTOR moves the vector table, here to DTCM. Armv7-M ARM B3.2.5.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static const uint32_t table = 0x20000400;
static volatile uint32_t moved, original;

void SVC_Handler(void)
{
    original++;
}

static void moved_svc(void)
{
    moved++;
}

int main(void)
{
    check_begin();
    for (uint32_t i = 0; i < 166; i++) {
        REG32(table + 4 * i) = REG32(0x08000000 + 4 * i);
    }
    REG32(table + 4 * 11) = (uint32_t)moved_svc;
    REG32(SCB_VTOR) = table;
    barrier();
    CHECK(REG32(SCB_VTOR) == table);
    __asm volatile("svc 0" ::: "memory");
    CHECK(moved == 1 && original == 0);
    REG32(SCB_VTOR) = 0x08000000;
    barrier();
    __asm volatile("svc 0" ::: "memory");
    CHECK(moved == 1 && original == 1);
    check_pass();
}
