/* cpu_ignored_faults.c - CCR.BFHFNMIGN is for negative priorities: in HardFault and NMI a load from
 * where nothing answers goes on; with PRIMASK, which is priority 0, it does not. A fetch from there
 * is never ignored. Armv7-M ARM B3.2.8, B1.5.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define NOWHERE 0x70000000u

KEEP static volatile uint32_t stage;
static volatile uint32_t hard_faults, nmis, passed;

static void load_nowhere(void)
{
    (void)REG32(NOWHERE);
    barrier();
    passed++;
}

FRAME_HANDLER(HardFault_Handler, on_hard_fault)
{
    hard_faults++;
    load_nowhere();
    if (stage == 1) {
        ((void (*)(void))(NOWHERE | 1u))(); /* locks up */
    }
    frame[6] += instruction_size(frame[6]);
}

void NMI_Handler(void)
{
    nmis++;
    load_nowhere();
}

static void start_watchdog(void)
{
    IWDG_KR = 0xCCCC;
    IWDG_KR = 0x5555;
    IWDG_RLR = 63;
    while (IWDG_SR) {
    }
    IWDG_KR = 0xAAAA;
}

int main(void)
{
    check_begin();
    if (RCC_RSR & FLAG_IWDG) {
        CHECK(stage == 1);
        check_pass();
    }
    stage = 0;
    REG32(SCB_CCR) |= 1u << 8;
    REG32(SCB_SHCSR) |= 1u << 17;
    REG32(SCB_ICSR) = 1u << 31;
    barrier();
    CHECK(nmis == 1 && passed == 1);
    __asm volatile("cpsid i" ::: "memory");
    (void)REG32(NOWHERE);
    barrier();
    __asm volatile("cpsie i" ::: "memory");
    CHECK(hard_faults == 1 && passed == 2);
    stage = 1;
    start_watchdog();
    __asm volatile("cpsid i" ::: "memory");
    (void)REG32(NOWHERE);
    CHECK(!"the core is locked up");
}
