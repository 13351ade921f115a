/* exceptions.c - exception entry and return, faults and their escalation, lock-up.
 *
 * Armv7-M ARM, B1.5: frames of 8 words, or 26 with the FPU's registers, which are pushed at once
 * (no lazy preservation). Vectors and frames are read and written in host memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control.h"
#include "cpu.h"
#include "watch.h"

#include <stdio.h>
#include <string.h>

enum { FRAME_WORDS = 8, FP_FRAME_WORDS = 26, FP_REGISTERS = 16 };

#define CONTROL_NPRIV      1u
#define CONTROL_SPSEL      2u
#define CONTROL_FPCA       4u
#define XPSR_ALIGNED       (1u << 9)
#define IPSR_MASK          0x1FFu
#define CCR_NONBASETHRDENA 1u
#define CCR_STKALIGN       (1u << 9)
#define SCR_SLEEPONEXIT    2u

#define EXC_RETURN_NO_FP  (1u << 4)
#define EXC_RETURN_THREAD (1u << 3)
#define EXC_RETURN_PSP    (1u << 2)

static const int frame_registers[6] = {UC_ARM_REG_R0, UC_ARM_REG_R1,  UC_ARM_REG_R2,
                                       UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};

static int current_exception(const struct cpu *cpu)
{
    return (int)(cpu_register(cpu, UC_ARM_REG_IPSR) & IPSR_MASK);
}

static bool flash_is_blank(struct cpu *cpu)
{
    uint32_t vectors[2];

    memcpy(vectors, memory_at(cpu->board, FLASH_BASE, sizeof vectors), sizeof vectors);
    return vectors[0] == UINT32_MAX && vectors[1] == UINT32_MAX;
}

/* Armv7-M ARM B1.5.15: the core executes nothing more; only a reset ends that. This chip makes none
 * of it (RM0399 9.4: a lock-up is no source of a reset): a watchdog does, or a person. */
static void lock_up(struct cpu *cpu, const char *why)
{
    char text[160];

    if (flash_is_blank(cpu)) {
        why = "there is no firmware at 0x08000000";
    }
    (void)snprintf(text, sizeof text, "lock-up at PC 0x%08x (%s, CFSR 0x%08x, HFSR 0x%08x)%s",
                   cpu_register(cpu, UC_ARM_REG_PC), why, cpu->scs.cfsr, cpu->scs.hfsr,
                   iwdg_runs(cpu->board) ? "" : ": no watchdog runs, only a reset helps");
    board_warn(cpu->board, "%s", text);
    cpu->locked_up = true;
    cpu_debug_exception(cpu, EXC_HARD_FAULT);
    if (!behaves(BEHAVIOUR_LOCK_UP)) {
        board_request_reset(cpu->board, RESET_LOCKUP);
    } else if (!iwdg_runs(cpu->board)) {
        board_stop(cpu->board, STOP_LOCKUP, text);
    }
}

/* --- the frame --- */

static void write_fp_registers(struct cpu *cpu, uint32_t *frame)
{
    for (int i = 0; i < FP_REGISTERS; i++) {
        frame[FRAME_WORDS + i] = cpu_register(cpu, UC_ARM_REG_S0 + i);
    }
    frame[FRAME_WORDS + FP_REGISTERS] = cpu_register(cpu, UC_ARM_REG_FPSCR);
}

/* Push the frame. False when it does not lie in RAM. */
static bool push_frame(struct cpu *cpu, bool fp)
{
    uint32_t words[FP_FRAME_WORDS] = {0};
    uint32_t size = fp ? sizeof words : FRAME_WORDS * 4;
    uint32_t sp = cpu_register(cpu, UC_ARM_REG_SP);
    bool pad = (sp & 4u) != 0 && (cpu->scs.ccr & CCR_STKALIGN) != 0;
    uint32_t xpsr = (cpu_register(cpu, UC_ARM_REG_XPSR) & ~XPSR_ALIGNED) | XPSR_THUMB;
    uint8_t *memory;

    sp -= size;
    if (pad && behaves(BEHAVIOUR_STACK_ALIGNMENT)) {
        sp &= ~4u;
        xpsr |= XPSR_ALIGNED;
    }
    for (int i = 0; i < 6; i++) {
        words[i] = cpu_register(cpu, frame_registers[i]);
    }
    words[6] = cpu_register(cpu, UC_ARM_REG_PC) & ~1u;
    words[7] = xpsr;
    if (fp) {
        write_fp_registers(cpu, words);
    }
    if (!behaves(BEHAVIOUR_EXCEPTION_FRAME)) {
        words[4] = 0;
    }
    cpu_set_register(cpu, UC_ARM_REG_SP, sp);
    memory = memory_ram_at(sp, size);
    if (memory != NULL) {
        memcpy(memory, words, size);
    }
    return memory != NULL || !behaves(BEHAVIOUR_STACKING_FAULT);
}

/* --- entry --- */

/* Writing IPSR or CONTROL alone leaves Unicorn's banked stack pointers as they were: each step here
 * makes it switch one of them. */
static void enter_handler_mode(struct cpu *cpu, int exception, uint32_t control)
{
    cpu_set_register(cpu, UC_ARM_REG_IPSR, (uint32_t)exception);
    cpu_set_register(cpu, UC_ARM_REG_CONTROL, 0);
    cpu_set_register(cpu, UC_ARM_REG_IPSR, 0);
    cpu_set_register(cpu, UC_ARM_REG_CONTROL, control & CONTROL_NPRIV);
    cpu_set_register(cpu, UC_ARM_REG_IPSR, (uint32_t)exception);
    cpu_set_register(cpu, UC_ARM_REG_EPSR, XPSR_THUMB);
}

static uint32_t exc_return_value(bool thread, bool psp, bool fp)
{
    uint32_t value = 0xFFFFFFE1u;

    if (!fp) {
        value |= EXC_RETURN_NO_FP;
    }
    if (thread) {
        value |= EXC_RETURN_THREAD;
    }
    if (psp) {
        value |= EXC_RETURN_PSP;
    }
    return value;
}

static bool read_vector(struct cpu *cpu, int exception, uint32_t *vector)
{
    uint32_t base = behaves(BEHAVIOUR_VTOR) ? cpu->scs.vtor : 0x08000000u;
    const uint8_t *memory = memory_at(cpu->board, base + 4 * (uint32_t)exception, 4);

    if (memory != NULL) {
        memcpy(vector, memory, 4);
    }
    return memory != NULL;
}

/* The exception to take when pushing the frame failed (Armv7-M ARM B1.5.7, derived exceptions), or
 * 0. */
static int derived_exception(struct cpu *cpu, int exception)
{
    cpu->scs.cfsr |= CFSR_STKERR;
    if (exception == EXC_NMI || exception == EXC_HARD_FAULT) {
        return 0;
    }
    if ((cpu->scs.shcsr_enables & (1u << 17)) != 0 &&
        nvic_group_priority(cpu, EXC_BUS_FAULT) < nvic_group_priority(cpu, exception)) {
        return EXC_BUS_FAULT;
    }
    cpu->scs.hfsr |= HFSR_FORCED;
    return EXC_HARD_FAULT;
}

static void jump_to_vector(struct cpu *cpu, int exception)
{
    uint32_t vector;

    if (!read_vector(cpu, exception, &vector)) {
        cpu->scs.hfsr |= HFSR_VECTTBL;
        if (exception == EXC_HARD_FAULT || !read_vector(cpu, EXC_HARD_FAULT, &vector)) {
            lock_up(cpu, "vector table unreadable");
            return;
        }
    }
    cpu_set_register(cpu, UC_ARM_REG_PC, vector | 1u);
    cpu_refresh_flags(cpu);
    if ((vector & 1u) == 0) {
        exception_fault(cpu, EXC_USAGE_FAULT, CFSR_INVSTATE);
    }
}

void exception_enter(struct cpu *cpu, int exception)
{
    uint32_t control = cpu_register(cpu, UC_ARM_REG_CONTROL);
    bool thread = current_exception(cpu) == 0;
    bool fp = (control & CONTROL_FPCA) != 0 && behaves(BEHAVIOUR_FP_FRAME);
    bool psp = thread && (control & CONTROL_SPSEL) != 0;
    uint32_t from = cpu_register(cpu, UC_ARM_REG_PC);

    if (!push_frame(cpu, fp)) {
        int derived = derived_exception(cpu, exception);
        if (derived == 0) {
            lock_up(cpu, "stack pointer outside RAM");
            return;
        }
        exception = derived;
    }
    enter_handler_mode(cpu, exception, control);
    cpu_set_register(cpu, UC_ARM_REG_LR, exc_return_value(thread, psp, fp));
    if (fp) {
        cpu_set_register(cpu, UC_ARM_REG_FPSCR, cpu->scs.fpdscr);
    }
    nvic_put(cpu->nvic.pending, exception, false);
    nvic_put(cpu->nvic.active, exception, true);
    cpu->nvic.changed = true;
    if ((cpu->board->options.trace & TRACE_EXC) != 0) {
        fprintf(stderr, "exc: %.9f enter %d from 0x%08x\n", (double)cpu->board->now_ns * 1e-9,
                exception, from);
    }
    watch_exception(cpu->board, exception, true);
    jump_to_vector(cpu, exception);
    cpu_debug_exception(cpu, exception);
}

/* --- return --- */

static bool is_valid_return(const struct cpu *cpu, uint32_t value)
{
    int active = 0;

    for (int word = 0; word < EXC_WORDS; word++) {
        active += __builtin_popcount(cpu->nvic.active[word]);
    }
    if ((value & 0x0FFFFFE0u) != 0x0FFFFFE0u ||
        !nvic_is(cpu->nvic.active, current_exception(cpu))) {
        return false;
    }
    switch (value & 0xFu) {
    case 0x1:
        return active > 1;
    case 0x9:
    case 0xD:
        return active == 1 || (cpu->scs.ccr & CCR_NONBASETHRDENA) != 0;
    default:
        return false;
    }
}

static void deactivate(struct cpu *cpu, int exception)
{
    nvic_put(cpu->nvic.active, exception, false);
    if (exception != EXC_NMI) {
        cpu_set_register(cpu, UC_ARM_REG_FAULTMASK, 0);
    }
    if (exception >= EXC_IRQ && nvic_is(cpu->nvic.line, exception) &&
        behaves(BEHAVIOUR_LEVEL_IRQ)) {
        nvic_put(cpu->nvic.pending, exception, true);
    }
    cpu->nvic.changed = true;
}

static void pop_registers(struct cpu *cpu, const uint32_t *frame, bool fp)
{
    for (int i = 0; i < 6; i++) {
        cpu_set_register(cpu, frame_registers[i], frame[i]);
    }
    if (fp) {
        for (int i = 0; i < FP_REGISTERS; i++) {
            cpu_set_register(cpu, UC_ARM_REG_S0 + i, frame[FRAME_WORDS + i]);
        }
        cpu_set_register(cpu, UC_ARM_REG_FPSCR, frame[FRAME_WORDS + FP_REGISTERS]);
    }
}

static void restore_mode(struct cpu *cpu, bool thread, bool psp, bool fp)
{
    uint32_t control = cpu_register(cpu, UC_ARM_REG_CONTROL) & CONTROL_NPRIV;

    control |= fp ? CONTROL_FPCA : 0;
    if (thread) {
        cpu_set_register(cpu, UC_ARM_REG_CONTROL, 0);
        cpu_set_register(cpu, UC_ARM_REG_IPSR, 0);
        control |= psp ? CONTROL_SPSEL : 0;
    }
    cpu_set_register(cpu, UC_ARM_REG_CONTROL, control);
}

void exception_return(struct cpu *cpu, uint32_t value)
{
    int exception = current_exception(cpu);
    bool psp = (value & EXC_RETURN_PSP) != 0 && behaves(BEHAVIOUR_RETURN_TO_PSP);
    bool fp = (value & EXC_RETURN_NO_FP) == 0;
    bool thread = (value & EXC_RETURN_THREAD) != 0;
    uint32_t size = (fp ? FP_FRAME_WORDS : FRAME_WORDS) * 4;
    uint32_t frame[FP_FRAME_WORDS];
    int stack = psp ? UC_ARM_REG_PSP : UC_ARM_REG_MSP;
    uint32_t sp = cpu_register(cpu, stack);
    const uint8_t *memory = memory_ram_at(sp, size);

    if (!is_valid_return(cpu, value) && behaves(BEHAVIOUR_INVALID_RETURN)) {
        nvic_put(cpu->nvic.active, exception, false);
        exception_fault(cpu, EXC_USAGE_FAULT, CFSR_INVPC);
        return;
    }
    deactivate(cpu, exception);
    watch_exception(cpu->board, exception, false);
    if (memory == NULL) {
        exception_fault(cpu, EXC_BUS_FAULT, CFSR_UNSTKERR);
        return;
    }
    memcpy(frame, memory, size);
    pop_registers(cpu, frame, fp);
    sp += size;
    if ((frame[7] & XPSR_ALIGNED) != 0 && (cpu->scs.ccr & CCR_STKALIGN) != 0) {
        sp |= 4u;
    }
    cpu_set_register(cpu, stack, sp);
    restore_mode(cpu, thread, psp, fp);
    cpu_set_register(cpu, UC_ARM_REG_XPSR_NZCVQG, frame[7] & ~XPSR_ALIGNED);
    cpu_set_register(cpu, UC_ARM_REG_PC, frame[6] | 1u);
    cpu_refresh_flags(cpu);
    cpu->asleep =
        thread && (cpu->scs.scr & SCR_SLEEPONEXIT) != 0 && behaves(BEHAVIOUR_SLEEP_ON_EXIT);
    if ((cpu->board->options.trace & TRACE_EXC) != 0) {
        fprintf(stderr, "exc: %.9f return from %d to 0x%08x\n", (double)cpu->board->now_ns * 1e-9,
                exception, frame[6]);
    }
}

/* --- synchronous exceptions --- */

static bool is_enabled(const struct cpu *cpu, int exception)
{
    switch (exception) {
    case EXC_MEM_MANAGE:
    case EXC_BUS_FAULT:
    case EXC_USAGE_FAULT:
        return (cpu->scs.shcsr_enables & (1u << (16 + exception - EXC_MEM_MANAGE))) != 0;
    default:
        return true;
    }
}

/* Escalates to HardFault what is disabled or of too low priority; in HardFault or NMI the core
 * locks up (Armv7-M ARM B1.5.14 and B1.5.15). */
void exception_call(struct cpu *cpu, int exception)
{
    int now = nvic_execution_priority(cpu, false);

    if (exception != EXC_HARD_FAULT &&
        (!is_enabled(cpu, exception) || nvic_group_priority(cpu, exception) >= now)) {
        if (!behaves(BEHAVIOUR_FAULT_ESCALATION)) {
            cpu->locked_up = true;
            return;
        }
        cpu->scs.hfsr |= HFSR_FORCED;
        exception = EXC_HARD_FAULT;
    }
    if (exception == EXC_HARD_FAULT && now <= -1) {
        lock_up(cpu, "fault inside HardFault, NMI or with FAULTMASK");
        return;
    }
    exception_enter(cpu, exception);
}

void exception_fault(struct cpu *cpu, int exception, uint32_t status)
{
    cpu->scs.cfsr |= status;
    if ((cpu->board->options.trace & TRACE_EXC) != 0) {
        fprintf(stderr, "exc: %.9f fault %d at 0x%08x, CFSR 0x%08x BFAR 0x%08x\n",
                (double)cpu->board->now_ns * 1e-9, exception, cpu_register(cpu, UC_ARM_REG_PC),
                cpu->scs.cfsr, cpu->scs.bfar);
    }
    exception_call(cpu, exception);
}

void exception_debug_event(struct cpu *cpu)
{
    const uint32_t monitor_enable = 1u << 16;

    if ((cpu->scs.demcr & monitor_enable) != 0 &&
        nvic_group_priority(cpu, EXC_DEBUG) < nvic_execution_priority(cpu, false)) {
        exception_enter(cpu, EXC_DEBUG);
        return;
    }
    if (behaves(BEHAVIOUR_DEBUG_EVENT)) {
        cpu->scs.hfsr |= HFSR_DEBUGEVT;
        exception_call(cpu, EXC_HARD_FAULT);
    } else {
        cpu_set_register(cpu, UC_ARM_REG_PC, (cpu_register(cpu, UC_ARM_REG_PC) + 2) | 1u);
    }
}
