/* bench_idle.c - how fast the virtual board runs a superloop that waits for the network.
 *
 * The loop does what such loops do: reads the tick, the Ethernet DMA's status and a descriptor,
 * calls a few functions, computes a time-out. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "check.h"
#include <stdint.h>

#define RCC_AHB1ENR REG32(0x580244D8u)
#define ETH_DMACSR  REG32(0x40029160u)
#define SYST_CSR    REG32(0xE000E010u)
#define SYST_RVR    REG32(0xE000E014u)
#define SYST_CVR    REG32(0xE000E018u)

enum { TURNS = 3000000 };

static volatile uint32_t ticks;
static volatile uint32_t descriptor[4];

struct timer {
    uint32_t due;
    uint32_t period;
    uint32_t fired;
};

static struct timer timers[4] = {{100, 100, 0}, {250, 250, 0}, {500, 500, 0}, {1000, 1000, 0}};

void SysTick_Handler(void)
{
    ticks++;
}

static __attribute__((noinline)) void run_timers(uint32_t now)
{
    for (unsigned i = 0; i < 4; i++) {
        if ((int32_t)(now - timers[i].due) >= 0) {
            timers[i].due += timers[i].period;
            timers[i].fired++;
        }
    }
}

static __attribute__((noinline)) uint32_t poll_network(uint32_t turn)
{
    uint32_t received = 0;
    if ((turn & 15) == 0)
        received = ETH_DMACSR & 0x40u;
    if (descriptor[3] & 0x80000000u)
        received++;
    return received;
}

int main(void)
{
    check_begin();
    RCC_AHB1ENR |= 7u << 15; /* Ethernet clocks */
    SYST_RVR = 64000 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    uint32_t received = 0;
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        received += poll_network(turn);
        run_timers(ticks);
    }
    CHECK(received == 0);
    CHECK(timers[0].fired > 0);
    check_pass();
}
