/* cpu_debug.h - what a debugger wants of the core: breakpoints, watchpoints, single steps.
 *
 * Nothing here costs anything while there is none of them: the engine calls our code hook only for
 * instructions that carry a breakpoint, and for all of them with --precise-faults. Hits are noted,
 * the core leaves the engine exactly there, and the debugger's stub looks at them between two runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CPU_DEBUG_H
#define VBOARD_CPU_DEBUG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct board;
struct cpu;

enum { BREAKPOINT_MAX = 64, WATCHPOINT_MAX = 16 };

enum debug_hit {
    HIT_NONE,
    HIT_STEP,
    HIT_BREAKPOINT,
    HIT_WATCHPOINT,
    HIT_INSTRUCTION, /* the firmware's own BKPT */
    HIT_FAULT        /* a fault's handler is entered */
};

enum watch_access { WATCH_WRITE = 1, WATCH_READ = 2, WATCH_BOTH = 3 };

struct watchpoint {
    uint32_t address, size;
    enum watch_access access;
};

struct cpu_debug {
    bool attached;      /* BKPT stops instead of being a fault */
    bool catch_faults;  /* entering a fault's handler stops */
    bool stepping;      /* stop after one instruction */
    bool executed;      /* its block has begun */
    bool single;        /* blocks have one instruction */
    bool changed;       /* the hooks are to be set anew before the next run */
    bool in_block;      /* the hit was in the middle of a block */
    bool access_failed; /* of the debugger: a bus error */
    bool pass_watches;  /* the block that begins a run has hit one already */
    uint32_t left;      /* the block that must not run: the block hook left there */
    uint32_t resumed_at;
    uint32_t pass; /* the breakpoint there is passed over: a run begins at it */
    uint32_t breakpoints[BREAKPOINT_MAX];
    size_t breakpoint_count;
    struct watchpoint watchpoints[WATCHPOINT_MAX];
    size_t watchpoint_count;
    size_t hooks[BREAKPOINT_MAX]; /* uc_hook */
    size_t hook_count;
    int64_t credit; /* instructions of the block that were counted and not yet executed */

    enum debug_hit hit;
    uint32_t hit_pc;
    struct watchpoint hit_watch; /* its address: that of the access */
};

/* --- for the stub; between two runs only --- */

void cpu_debug_attach(struct board *board, bool attached);
void cpu_debug_catch_faults(struct board *board, bool on);
/* False when there is no room for another. Setting one twice, or removing what is not there, does
 * nothing. */
bool cpu_debug_breakpoint(struct board *board, uint32_t address, bool set);
bool cpu_debug_watchpoint(struct board *board, const struct watchpoint *watchpoint, bool set);
/* Forget the last hit and let the core go on, for one instruction or on and on. */
void cpu_debug_resume(struct board *board, bool step);
/* The debugger stops the core by itself: a step that waits is over. */
void cpu_debug_halt(struct board *board);
enum debug_hit cpu_debug_hit(const struct board *board);

/* --- for the core's files --- */

void cpu_debug_open(struct cpu *cpu);    /* a new engine */
void cpu_debug_prepare(struct cpu *cpu); /* before a run */
/* After a run: the PC where the block hook left. */
void cpu_debug_restore_pc(struct cpu *cpu);
/* After a run, or instead of one when an exception was entered: is a step complete? */
void cpu_debug_finish(struct cpu *cpu);
void cpu_debug_entered(struct cpu *cpu);
/* While stepping, before each block: true when it must not run, the step is done. */
bool cpu_debug_step(struct cpu *cpu, uint32_t address);
/* A load or store: true when it must not be done, the run ends. */
bool cpu_debug_access(struct cpu *cpu, uint32_t address, uint32_t size, bool write);
bool cpu_debug_watches_page(const struct cpu *cpu, uint32_t address);
/* The core meets BKPT: true when a debugger takes it. */
bool cpu_debug_instruction(struct cpu *cpu);
void cpu_debug_exception(struct cpu *cpu, int exception);

#endif
