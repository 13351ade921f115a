/* cpu_debug.c - see cpu_debug.h.
 *
 * Unicorn asks for code hooks when it translates: a change of breakpoints drops all translated
 * code. uc_emu_stop() in a code hook leaves before that instruction, but not inside an IT block: it
 * leaves behind that (gdb moves breakpoints out of IT blocks). A step runs a block of one
 * instruction, which is exact everywhere.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cpu_debug.h"
#include "cpu.h"
#include "unicorn_access.h"

#include <string.h>

#define NO_ADDRESS UINT32_MAX
#define PAGE_MASK  0xFFFFF000u

/* --- the code hook --- */

static bool has_breakpoint(const struct cpu_debug *debug, uint32_t address)
{
    for (size_t i = 0; i < debug->breakpoint_count; i++) {
        if (debug->breakpoints[i] == address) {
            return true;
        }
    }
    return false;
}

static void stop_here(struct cpu *cpu, enum debug_hit hit, uint32_t address)
{
    cpu->debug.hit = hit;
    cpu->debug.hit_pc = address;
    cpu->debug.in_block = true;
    cpu->debug.stepping = false;
    cpu_leave(cpu, EXIT_STOPPED);
}

static void on_code(uc_engine *uc, uint64_t address64, uint32_t size, void *context)
{
    struct cpu *cpu = context;
    struct cpu_debug *debug = &cpu->debug;
    uint32_t address = (uint32_t)address64;
    bool passed = address == debug->pass;

    (void)uc;
    debug->pass = NO_ADDRESS;
    if (!passed && has_breakpoint(debug, address)) {
        stop_here(cpu, HIT_BREAKPOINT, address);
        return;
    }
    if (cpu_is_precise(cpu)) {
        cpu_precise_instruction(cpu, address, size);
    }
}

bool cpu_debug_step(struct cpu *cpu, uint32_t address)
{
    struct cpu_debug *debug = &cpu->debug;

    if (debug->executed) {
        stop_here(cpu, HIT_STEP, address);
        return true;
    }
    debug->executed = true;
    return false;
}

static void add_code_hook(struct cpu *cpu, uint64_t first, uint64_t last)
{
    uc_hook hook;

    cpu_require(
        uc_hook_add(cpu->uc, &hook, UC_HOOK_CODE, (void *)(uintptr_t)on_code, cpu, first, last),
        "add a breakpoint");
    cpu->debug.hooks[cpu->debug.hook_count++] = hook;
}

static void remove_hooks(struct cpu *cpu)
{
    for (size_t i = 0; i < cpu->debug.hook_count; i++) {
        cpu_require(uc_hook_del(cpu->uc, cpu->debug.hooks[i]), "remove a breakpoint");
    }
    cpu->debug.hook_count = 0;
}

void cpu_debug_open(struct cpu *cpu)
{
    cpu->debug.hook_count = 0;
    cpu->debug.changed = true;
    cpu->debug.credit = 0;
    cpu->debug.pass = NO_ADDRESS;
}

/* One hook over everything (first > last means that), or one for each breakpoint: never both, an
 * instruction would be seen twice. Steps need none: their blocks have one instruction. */
static void set_hooks(struct cpu *cpu)
{
    struct cpu_debug *debug = &cpu->debug;

    remove_hooks(cpu);
    debug->single = debug->stepping;
    if (cpu_is_precise(cpu)) {
        add_code_hook(cpu, 1, 0);
    } else if (!debug->single) {
        for (size_t i = 0; i < debug->breakpoint_count; i++) {
            add_code_hook(cpu, debug->breakpoints[i], debug->breakpoints[i]);
        }
    }
    access_single_instructions(debug->single);
    access_flush();
    debug->changed = false;
}

void cpu_debug_prepare(struct cpu *cpu)
{
    struct cpu_debug *debug = &cpu->debug;

    if (debug->changed) {
        set_hooks(cpu);
    }
    if (debug->stepping) {
        cpu_stop(cpu->board); /* each block asks cpu_debug_step() */
        cpu->stop = false;
    }
    debug->executed = false;
    debug->left = NO_ADDRESS;
    cpu->budget += debug->credit;
    debug->credit = 0;
}

/* --- after a run --- */

/* As soon as there is a code hook, Unicorn takes for granted that hooks keep the PC: it is not the
 * block's when the block hook leaves. */
void cpu_debug_restore_pc(struct cpu *cpu)
{
    if (cpu->debug.hook_count > 0 && cpu->debug.left != NO_ADDRESS) {
        cpu_set_register(cpu, UC_ARM_REG_PC, cpu->debug.left | 1u);
    }
}

/* A block's instructions are counted as it begins. Those behind the hit are not counted again when
 * the run goes on. */
static void keep_credit(struct cpu *cpu)
{
    uint32_t end = cpu->block + cpu->block_size;
    uint32_t pc = cpu_register(cpu, UC_ARM_REG_PC) & ~1u;

    if (cpu->debug.in_block && pc - cpu->block < cpu->block_size) {
        cpu->debug.credit = cpu_count_instructions(cpu, pc, end - pc);
    }
    cpu->debug.in_block = false;
}

void cpu_debug_entered(struct cpu *cpu)
{
    struct cpu_debug *debug = &cpu->debug;

    if (debug->stepping && debug->hit == HIT_NONE) {
        debug->hit = HIT_STEP;
        debug->hit_pc = cpu_register(cpu, UC_ARM_REG_PC) & ~1u;
        debug->stepping = false;
    }
}

void cpu_debug_finish(struct cpu *cpu)
{
    struct cpu_debug *debug = &cpu->debug;

    if (debug->hit != HIT_NONE) {
        keep_credit(cpu);
    } else if (debug->executed) {
        cpu_debug_entered(cpu);
    }
}

/* --- watchpoints --- */

bool cpu_debug_watches_page(const struct cpu *cpu, uint32_t address)
{
    for (size_t i = 0; i < cpu->debug.watchpoint_count; i++) {
        const struct watchpoint *watch = &cpu->debug.watchpoints[i];
        uint32_t first = watch->address & PAGE_MASK;
        uint32_t last = (watch->address + watch->size - 1) & PAGE_MASK;
        if ((address & PAGE_MASK) - first <= last - first) {
            return true;
        }
    }
    return false;
}

static bool overlaps(const struct watchpoint *watch, uint32_t address, uint32_t size)
{
    return address - watch->address < watch->size || watch->address - address < size;
}

bool cpu_debug_access(struct cpu *cpu, uint32_t address, uint32_t size, bool write)
{
    struct cpu_debug *debug = &cpu->debug;
    enum watch_access access = write ? WATCH_WRITE : WATCH_READ;

    if (debug->pass_watches && cpu->block == debug->resumed_at) {
        return false;
    }
    debug->pass_watches = false;
    for (size_t i = 0; i < debug->watchpoint_count; i++) {
        if ((debug->watchpoints[i].access & access) != 0 &&
            overlaps(&debug->watchpoints[i], address, size)) {
            debug->hit_watch = debug->watchpoints[i];
            debug->hit_watch.address = address;
            stop_here(cpu, HIT_WATCHPOINT, NO_ADDRESS);
            return true;
        }
    }
    return false;
}

/* --- BKPT and faults --- */

bool cpu_debug_instruction(struct cpu *cpu)
{
    struct cpu_debug *debug = &cpu->debug;

    if (!debug->attached) {
        return false;
    }
    debug->hit = HIT_INSTRUCTION;
    debug->hit_pc = cpu_register(cpu, UC_ARM_REG_PC) & ~1u;
    debug->stepping = false;
    return true;
}

void cpu_debug_exception(struct cpu *cpu, int exception)
{
    if (cpu->debug.catch_faults && exception >= EXC_HARD_FAULT && exception <= EXC_USAGE_FAULT) {
        cpu->debug.hit = HIT_FAULT;
        cpu->debug.stepping = false;
    }
}

/* --- for the stub --- */

void cpu_debug_attach(struct board *board, bool attached)
{
    struct cpu_debug *debug = &board->cpu->debug;

    debug->attached = attached;
    debug->hit = HIT_NONE;
    debug->changed = debug->changed || debug->breakpoint_count > 0 || debug->stepping ||
                     debug->watchpoint_count > 0;
    debug->breakpoint_count = debug->watchpoint_count = 0;
    debug->stepping = debug->catch_faults = false;
}

void cpu_debug_catch_faults(struct board *board, bool on)
{
    board->cpu->debug.catch_faults = on;
}

bool cpu_debug_breakpoint(struct board *board, uint32_t address, bool set)
{
    struct cpu_debug *debug = &board->cpu->debug;
    size_t count = debug->breakpoint_count;

    if (set == has_breakpoint(debug, address)) {
        return true;
    }
    if (set && count == BREAKPOINT_MAX) {
        return false;
    }
    debug->changed = true;
    if (set) {
        debug->breakpoints[debug->breakpoint_count++] = address;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (debug->breakpoints[i] == address) {
            debug->breakpoints[i] = debug->breakpoints[--debug->breakpoint_count];
            return true;
        }
    }
    return true;
}

static size_t find_watchpoint(const struct cpu_debug *debug, const struct watchpoint *watchpoint)
{
    size_t i = 0;

    while (i < debug->watchpoint_count && (debug->watchpoints[i].address != watchpoint->address ||
                                           debug->watchpoints[i].size != watchpoint->size ||
                                           debug->watchpoints[i].access != watchpoint->access)) {
        i++;
    }
    return i;
}

bool cpu_debug_watchpoint(struct board *board, const struct watchpoint *watchpoint, bool set)
{
    struct cpu_debug *debug = &board->cpu->debug;
    size_t at = find_watchpoint(debug, watchpoint);

    if (set == (at < debug->watchpoint_count)) {
        return true;
    }
    if (set && (at == WATCHPOINT_MAX || watchpoint->size == 0 || watchpoint->size > 0x1000)) {
        return false;
    }
    if (set) {
        debug->watchpoints[debug->watchpoint_count++] = *watchpoint;
    } else {
        debug->watchpoints[at] = debug->watchpoints[--debug->watchpoint_count];
    }
    access_flush(); /* its page is asked for from now on */
    return true;
}

/* The core has stopped at its BKPT: go on behind it, as a debug probe's software does. */
static void pass_instruction(struct cpu *cpu)
{
    uint32_t pc = cpu_register(cpu, UC_ARM_REG_PC) & ~1u;

    if (cpu->debug.hit == HIT_INSTRUCTION && pc == cpu->debug.hit_pc) {
        cpu_set_register(cpu, UC_ARM_REG_PC, (pc + 2) | 1u);
    }
}

void cpu_debug_resume(struct board *board, bool step)
{
    struct cpu *cpu = board->cpu;
    struct cpu_debug *debug = &cpu->debug;

    pass_instruction(cpu);
    debug->pass = cpu_register(cpu, UC_ARM_REG_PC) & ~1u;
    debug->resumed_at = debug->pass;
    debug->pass_watches = debug->hit == HIT_WATCHPOINT;
    debug->changed = debug->changed || step != debug->single;
    debug->stepping = step;
    debug->hit = HIT_NONE;
}

void cpu_debug_halt(struct board *board)
{
    board->cpu->debug.stepping = false;
}

enum debug_hit cpu_debug_hit(const struct board *board)
{
    return board->cpu->debug.hit;
}
