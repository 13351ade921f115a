/* cpu_precise.c - --precise-faults: what only a look at each instruction can tell.
 *
 * Without it a fetch from flash that holds a dead word faults at the start of its block, a refused
 * store faults behind its block without an address (as the Cortex-M7's own imprecise bus faults
 * do).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cpu.h"

bool cpu_is_precise(const struct cpu *cpu)
{
    return cpu->board->options.precise_faults && behaves(BEHAVIOUR_PRECISE_FAULTS);
}

void cpu_precise_instruction(struct cpu *cpu, uint32_t address, uint32_t size)
{
    if (cpu_is_guarded(cpu, address) || cpu_is_guarded(cpu, address + size - 1)) {
        cpu_fetch_guarded(cpu, address, size);
    }
}
