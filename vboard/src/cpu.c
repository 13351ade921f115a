/* cpu.c - the Cortex-M7 on Unicorn: its life, virtual time, and one run of the engine after the
 * other.
 *
 * An instruction takes one cycle of the core's clock. Unicorn runs blocks; a hook before each one
 * takes its instructions from the budget that is left until the next event, and stops the engine
 * when that is used up: the only safe place (cpu_engine.c). What else there is to do, exceptions,
 * faults, sleeping, happens between two runs (cpu_exits.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cpu.h"
#include "bus.h"
#include "cache.h"
#include "stall.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Larger than any budget: makes it negative, so that the block hook takes its slow path. */
#define BIAS ((int64_t)1 << 60)

/* --- registers --- */

uint32_t cpu_register(const struct cpu *cpu, int reg)
{
    uint32_t value = 0;

    uc_reg_read(cpu->uc, reg, &value);
    return value;
}

void cpu_set_register(struct cpu *cpu, int reg, uint32_t value)
{
    uc_reg_write(cpu->uc, reg, &value);
}

void cpu_refresh_flags(struct cpu *cpu)
{
    cpu_set_register(cpu, UC_ARM_REG_APSR_NZCV, cpu_register(cpu, UC_ARM_REG_APSR_NZCV));
}

uint32_t cpu_pc(const struct board *board)
{
    return cpu_register(board->cpu, UC_ARM_REG_PC);
}

/* --- time --- */

void cpu_sync(struct board *board)
{
    struct cpu *cpu = board->cpu;
    int64_t executed = cpu->span - cpu->budget; /* negative: counted before a debugger's stop */
    uint64_t hz = cpu->clock_hz;
    uint64_t total;

    if (executed <= 0) {
        return;
    }
    cpu->span = cpu->budget;
    total = (uint64_t)executed * NS_PER_S + cpu->fraction;
    board->now_ns += total / hz;
    cpu->fraction = total % hz;
    board->instruction_count += (uint64_t)executed;
    cpu->cycles += (uint64_t)executed;
}

/* Cycles until the next event, rounded up, a second at most. */
static int64_t cycles_to_next_event(const struct board *board)
{
    uint64_t left = 0;

    if (board->next_event_ns > board->now_ns) {
        left = board->next_event_ns - board->now_ns;
    }
    if (left > NS_PER_S) {
        left = NS_PER_S;
    }
    return (int64_t)((left * board->cpu->clock_hz + NS_PER_S - 1) / NS_PER_S);
}

void cpu_replan(struct board *board)
{
    struct cpu *cpu = board->cpu;
    uint32_t hz = soc_sysclk_hz(board);

    cpu_sync(board);
    if (hz != cpu->clock_hz) {
        cpu->clock_hz = hz;
        cpu->fraction = 0;
        scs_clock_changed(cpu);
    }
    cpu->budget = cycles_to_next_event(board) - cpu->bias;
    cpu->span = cpu->budget;
}

void cpu_wait_until(struct board *board, uint64_t at_ns)
{
    struct cpu *cpu = board->cpu;

    cpu_sync(board);
    if (at_ns > board->now_ns) {
        cpu->cycles += (at_ns - board->now_ns) * cpu->clock_hz / NS_PER_S;
        board->now_ns = at_ns;
    }
}

static void take_slow_path(struct cpu *cpu)
{
    if (cpu->bias == 0) {
        cpu->bias = BIAS;
        cpu->budget -= BIAS;
        cpu->span -= BIAS;
    }
}

void cpu_stop(struct board *board)
{
    board->cpu->stop = true;
    take_slow_path(board->cpu);
}

void board_skip_to_next_event(struct board *board)
{
    board->cpu->skip = true;
    cpu_stop(board);
}

void cpu_event(struct board *board, enum board_event event)
{
    if (event == EVENT_SYSTICK) {
        scs_systick(board->cpu);
    }
}

/* --- life cycle --- */

struct cpu *cpu_create(struct board *board)
{
    static const struct device ppb = {
        .name = "PPB", .base = 0xE0000000, .size = 0x100000, .read = scs_read, .write = scs_write};
    struct cpu *cpu = calloc(1, sizeof *cpu);

    if (cpu == NULL || !memory_create()) {
        fprintf(stderr, "vboard: not enough memory\n");
        exit(EXIT_FAILURE);
    }
    cpu->board = board;
    cpu->clock_hz = 64000000;
    bus_add(board, &ppb);
    return cpu;
}

/* A vector table that no firmware for this chip has. The board runs it nevertheless, as the chip
 * would. */
static void look_at_vectors(struct board *board, uint32_t base, const uint32_t vectors[2])
{
    bool blank = vectors[0] == UINT32_MAX && vectors[1] == UINT32_MAX;
    bool stack = memory_ram_at(vectors[0] - 4, 4) != NULL && vectors[0] % 4 == 0;
    bool start = memory_is_mapped(vectors[1]) && (vectors[1] & 1u) != 0;

    if (!blank && (!stack || !start)) {
        board_warn(board,
                   "the vector table at 0x%08x begins with 0x%08x, which is %s stack pointer, and "
                   "0x%08x, which is %s reset vector%s",
                   base, vectors[0], stack ? "a" : "no", vectors[1], start ? "a" : "no",
                   stack && start ? "" : ": is this a .bin for this chip and this address?");
    }
}

/* A new engine: the flash banks may have been swapped. */
void cpu_reset(struct board *board)
{
    struct cpu *cpu = board->cpu;
    uint32_t vectors[2];

    if (cpu->uc != NULL) {
        uc_close(cpu->uc);
    }
    cpu_open_engine(cpu);
    nvic_reset(cpu);
    scs_reset(cpu);
    cache_reset(cpu);
    cpu->bias = 0;
    cpu->stop = cpu->skip = cpu->asleep = cpu->locked_up = cpu->imprecise_fault = cpu->stale =
        false;
    cpu->fp_trap = 0;
    cpu->fp_trap_new = false;
    memset(cpu->blocks, 0, sizeof cpu->blocks);
    memset(cpu->executed, 0, sizeof cpu->executed);
    memcpy(vectors, memory_at(board, cpu->scs.vtor, sizeof vectors), sizeof vectors);
    look_at_vectors(board, cpu->scs.vtor, vectors);
    cpu_set_register(cpu, UC_ARM_REG_SP, vectors[0] & ~3u);
    cpu_set_register(cpu, UC_ARM_REG_LR, 0xFFFFFFFF);
    cpu_set_register(cpu, UC_ARM_REG_PC, vectors[1] | 1u);
    cpu_refresh_flags(cpu);
    if ((vectors[1] & 1u) == 0) {
        exception_fault(cpu, EXC_USAGE_FAULT, CFSR_INVSTATE);
    }
}

void cpu_destroy(struct board *board)
{
    if (board->cpu->uc != NULL) {
        uc_close(board->cpu->uc);
    }
    free(board->cpu);
    board->cpu = NULL;
}

/* --- a run --- */

static bool wakes(const struct cpu *cpu)
{
    int best = nvic_best(cpu);

    return best != 0 && nvic_group_priority(cpu, best) <
                            nvic_execution_priority(cpu, behaves(BEHAVIOUR_WFI_WAKES_MASKED));
}

static void prepare_run(struct cpu *cpu)
{
    cpu->exit = EXIT_ASLEEP;
    cpu->stop = false;
    cpu->bias = 0;
    if (cpu->stale) {
        cpu_require(uc_ctl_remove_cache(cpu->uc, (uint64_t)FLASH_BASE,
                                        (uint64_t)FLASH_BASE + 2 * BANK_SIZE),
                    "drop translated code");
        cpu->stale = false;
    }
    if (cpu->fp_trap_new) {
        cpu_set_fp_exit(cpu, 1);
        cpu->fp_trap_new = false;
    }
    if (cpu->nvic.changed || cpu_fpu_is_off(cpu)) {
        cpu->bias = BIAS;
    }
    cpu_replan(cpu->board);
    cpu_debug_prepare(cpu);
}

enum cpu_result cpu_run(struct board *board)
{
    struct cpu *cpu = board->cpu;
    uc_err error;

    if (cpu->locked_up || (cpu->asleep && !wakes(cpu))) {
        return CPU_SLEEP;
    }
    cpu->asleep = false;
    if (stall_holds_core(board)) {
        cpu_wait_until(board, board->next_wake_ns);
        return CPU_CONTINUE;
    }
    if (nvic_take(cpu)) {
        cpu_debug_entered(cpu);
    }
    if (cpu->locked_up || cpu->debug.hit != HIT_NONE) {
        return CPU_CONTINUE;
    }
    prepare_run(cpu);
    cpu->running = true;
    error = uc_emu_start(
        cpu->uc, cpu_register(cpu, UC_ARM_REG_PC) | (cpu_in_thumb_state(cpu) ? 1u : 0), 0, 0, 0);
    cpu->running = false;
    cpu_debug_restore_pc(cpu);
    cpu_sync(board);
    cpu_handle_exit(cpu, error);
    cpu_debug_finish(cpu);
    if (cpu->skip) {
        cpu->skip = false;
        cpu_wait_until(board, board->next_wake_ns);
    }
    return cpu->ended ? CPU_ENDED : CPU_CONTINUE;
}

int cpu_exit_status(const struct board *board)
{
    return board->cpu->exit_status;
}
