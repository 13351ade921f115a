/* main.c - the guard's probe: says on the console how it began, then behaves as its flota_config.h
 * says. The port alone, no network: tests/e2e/check-guard starts it many times.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "flota_config.h"
#include <stdio.h>
#include <string.h>

#define FEED_MS 1000u

int main(void);

static void say(const char *line)
{
    flota_port_console(line, strlen(line));
}

static void say_start(int bank)
{
    const struct flota_port_start *start = flota_port_start();
    char line[160];
    snprintf(line, sizeof line,
             "probe %s bank=%d action=%d reason=%d obstacle=%d power_on=%d cause=%s\r\n",
             FLOTA_NAME, bank, start->decision.action, start->decision.reason,
             start->decision.obstacle, start->power_on, flota_port_reset_text(start->reset_cause));
    say(line);
}

static void say_last_words(void)
{
    const struct flota_last_words *words = &flota_port_start()->last_words;
    char line[160];
    if (!words->valid)
        return;
    snprintf(line, sizeof line,
             "last words what=%s tag=%02x%02x milestone=%lu pc=%08lx lr=%08lx cfsr=%08lx\r\n",
             words->what, words->tag[0], words->tag[1], (unsigned long)words->milestone,
             (unsigned long)words->pc, (unsigned long)words->lr,
             (unsigned long)words->fault_status);
    say(line);
}

/* PROBE_RUNS_MS after the start: a fault if PROBE_FAULTS, or it hangs. 0: it is a good one. */
static void misbehave(void)
{
    flota_port_milestone(8);
    if (PROBE_FAULTS)
        (void)*(const volatile uint32_t *)0x24100000u; /* behind AXI SRAM: reserved */
    for (;;) /* asleep or not is the same to the watchdog, and cheaper for the virtual board */
        __asm volatile("wfi");
}

int main(void)
{
    const struct flota_platform *platform = flota_port_init()->platform;
    const uint32_t runs_ms = PROBE_RUNS_MS;
    uint32_t fed_ms = 0;
    say_start(platform->active_bank(platform->port));
    say_last_words();
    flota_port_milestone(7);
    for (;;) {
        uint32_t now_ms = flota_port_now_ms();
        if (now_ms - fed_ms >= FEED_MS) {
            platform->feed(platform->port);
            fed_ms = now_ms;
        }
        if (runs_ms && now_ms >= runs_ms)
            misbehave();
        flota_port_idle();
    }
}
