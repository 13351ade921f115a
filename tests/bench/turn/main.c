/* main.c - what a turn of the main loop costs when nothing happens: prints each second
 * "turn MEAN MOST", in cycles.
 *
 * All modules are in, as in tests/firmware/ways. A turn lasts from the end of one sleep to the
 * beginning of the next; the linker leads flota_port_idle() through here (--wrap).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flota.h"
#include "flota/port.h"
#include <stdio.h>
#include <string.h>

/* ARM DDI 0403E: C1.6.5 DEMCR, C1.8.7 DWT_CTRL, C1.8.8 DWT_CYCCNT. */
#define DEMCR      (*(volatile uint32_t *)0xE000EDFCu)
#define TRCENA     (1u << 24)
#define DWT_CTRL   (*(volatile uint32_t *)0xE0001000u)
#define CYCCNTENA  (1u << 0)
#define DWT_CYCCNT (*(volatile uint32_t *)0xE0001004u)

#define TELL_MS 1000u

static struct {
    uint32_t start, count, sum, most;
} turns;

void __real_flota_port_idle(void);
void __wrap_flota_port_idle(void);

void __wrap_flota_port_idle(void)
{
    uint32_t cycles = DWT_CYCCNT - turns.start;
    turns.count++;
    turns.sum += cycles;
    turns.most = cycles > turns.most ? cycles : turns.most;
    __real_flota_port_idle();
    turns.start = DWT_CYCCNT;
}

/* The turn that tells does not count. */
static void tell(void)
{
    char line[64];
    if (turns.count > 0)
        snprintf(line, sizeof line, "turn %lu %lu\r\n", (unsigned long)(turns.sum / turns.count),
                 (unsigned long)turns.most);
    else
        snprintf(line, sizeof line, "turn: no sleep\r\n");
    flota_port_console(line, strlen(line));
    turns.count = turns.sum = turns.most = 0;
    turns.start = DWT_CYCCNT;
}

int main(void)
{
    uint32_t told_ms = 0;
    DEMCR |= TRCENA;
    DWT_CTRL |= CYCCNTENA;
    flota_init();
    for (;;) {
        flota_poll();
        if (flota_port_now_ms() - told_ms < TELL_MS)
            continue;
        tell();
        told_ms = flota_port_now_ms();
    }
}
