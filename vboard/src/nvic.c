/* nvic.c - priorities and the registers of the NVIC (Armv7-M ARM, B1.5.4 and B3.4).
 *
 * STM32H745: 150 interrupts, 4 priority bits. A line's level is remembered: an interrupt whose line
 * is still high when its handler returns becomes pending again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cpu.h"

#include <string.h>

#define PRIORITY_MASK 0xF0u
#define PRIORITY_IDLE 256

enum {
    ISER = 0x000,
    ICER = 0x080,
    ISPR = 0x100,
    ICPR = 0x180,
    IABR = 0x200,
    IPR = 0x300,
    IPR_END = 0x3F0
};

bool nvic_is(const uint32_t *bits, int exception)
{
    return ((bits[exception / 32] >> (exception % 32)) & 1u) != 0;
}

void nvic_put(uint32_t *bits, int exception, bool value)
{
    uint32_t mask = 1u << (exception % 32);

    if (value) {
        bits[exception / 32] |= mask;
    } else {
        bits[exception / 32] &= ~mask;
    }
}

void nvic_reset(struct cpu *cpu)
{
    memset(&cpu->nvic, 0, sizeof cpu->nvic);
    cpu->nvic.enabled[0] = 0xFFFFu;
}

void nvic_set_pending(struct cpu *cpu, int exception)
{
    nvic_put(cpu->nvic.pending, exception, true);
    cpu->nvic.changed = true;
    cpu_stop(cpu->board);
}

/* A pending state that a high line holds cannot be cleared. */
void nvic_clear_pending(struct cpu *cpu, int exception)
{
    if (!nvic_is(cpu->nvic.line, exception) || nvic_is(cpu->nvic.active, exception)) {
        nvic_put(cpu->nvic.pending, exception, false);
    }
}

void board_irq(struct board *board, int irq, bool level)
{
    struct nvic *nvic = &board->cpu->nvic;
    int exception = EXC_IRQ + irq;
    bool was = nvic_is(nvic->line, exception);

    nvic_put(nvic->line, exception, level);
    if (level && !was) {
        nvic_set_pending(board->cpu, exception);
    }
}

static int group_part(const struct cpu *cpu, int priority)
{
    uint32_t shift = cpu->scs.prigroup + 1;

    if (!behaves(BEHAVIOUR_PRIORITY_GROUPING)) {
        shift = 0;
    }
    return (int)(((uint32_t)priority >> shift) << shift);
}

static int full_priority(const struct cpu *cpu, int exception)
{
    switch (exception) {
    case EXC_NMI:
        return -2;
    case EXC_HARD_FAULT:
        return -1;
    default:
        return cpu->nvic.priority[exception];
    }
}

int nvic_group_priority(const struct cpu *cpu, int exception)
{
    int priority = full_priority(cpu, exception);

    return priority < 0 ? priority : group_part(cpu, priority);
}

int nvic_best(const struct cpu *cpu)
{
    int best = 0;
    int best_priority = PRIORITY_IDLE;

    for (int word = 0; word < EXC_WORDS; word++) {
        uint32_t bits = cpu->nvic.pending[word] & cpu->nvic.enabled[word];
        while (bits != 0) {
            int exception = word * 32 + __builtin_ctz(bits);
            int priority = full_priority(cpu, exception);
            bits &= bits - 1;
            if (priority < best_priority) {
                best = exception;
                best_priority = priority;
            }
        }
    }
    return best;
}

int nvic_active_priority(const struct cpu *cpu)
{
    int best = PRIORITY_IDLE;

    for (int word = 0; word < EXC_WORDS; word++) {
        uint32_t bits = cpu->nvic.active[word];
        while (bits != 0) {
            int priority = nvic_group_priority(cpu, word * 32 + __builtin_ctz(bits));
            bits &= bits - 1;
            if (priority < best) {
                best = priority;
            }
        }
    }
    return best;
}

/* Armv7-M ARM, ExecutionPriority(): the active exceptions, boosted by the mask registers. */
int nvic_execution_priority(const struct cpu *cpu, bool ignore_primask)
{
    int priority = nvic_active_priority(cpu);
    uint32_t basepri = cpu_register(cpu, UC_ARM_REG_BASEPRI) & PRIORITY_MASK;

    if (basepri != 0 && behaves(BEHAVIOUR_BASEPRI) && group_part(cpu, (int)basepri) < priority) {
        priority = group_part(cpu, (int)basepri);
    }
    if (!ignore_primask && behaves(BEHAVIOUR_PRIMASK) && priority > 0 &&
        (cpu_register(cpu, UC_ARM_REG_PRIMASK) & 1u) != 0) {
        priority = 0;
    }
    if (behaves(BEHAVIOUR_FAULTMASK) && priority > -1 &&
        (cpu_register(cpu, UC_ARM_REG_FAULTMASK) & 1u) != 0) {
        priority = -1;
    }
    return priority;
}

bool nvic_can_take(const struct cpu *cpu)
{
    int best = nvic_best(cpu);

    return best != 0 && nvic_group_priority(cpu, best) < nvic_execution_priority(cpu, false) &&
           (behaves(BEHAVIOUR_PREEMPTION) || nvic_active_priority(cpu) == PRIORITY_IDLE);
}

/* What is pending but only masked by a register must be looked at after every block: the
 * instruction that unmasks it calls nobody. */
bool nvic_take(struct cpu *cpu)
{
    int best;

    if (!cpu->nvic.changed) {
        return false;
    }
    best = nvic_best(cpu);
    if (nvic_can_take(cpu)) {
        exception_enter(cpu, best);
        return true;
    }
    cpu->nvic.changed = best != 0 && nvic_group_priority(cpu, best) < nvic_active_priority(cpu);
    return false;
}

/* --- registers: offset from 0xE000E100 --- */

/* The 32 interrupts of a bit register as one word. */
static uint32_t interrupt_word(const uint32_t *bits, uint32_t index)
{
    uint32_t value = 0;

    for (int i = 0; i < 32; i++) {
        int exception = EXC_IRQ + (int)index * 32 + i;
        if (exception < EXC_COUNT && nvic_is(bits, exception)) {
            value |= 1u << i;
        }
    }
    return value;
}

static uint32_t priority_word(const struct cpu *cpu, uint32_t offset)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < 4; i++) {
        uint32_t exception = EXC_IRQ + offset + i;
        if (exception < EXC_COUNT) {
            value |= (uint32_t)cpu->nvic.priority[exception] << (8 * i);
        }
    }
    return value;
}

bool nvic_read(struct cpu *cpu, uint32_t offset, uint32_t *value)
{
    uint32_t index = (offset & 0x7Fu) / 4;
    const uint32_t *bits;

    if (offset >= IPR) {
        *value = priority_word(cpu, offset - IPR);
        return offset < IPR_END;
    }
    if (offset < ISPR) {
        bits = cpu->nvic.enabled;
    } else if (offset < IABR) {
        bits = cpu->nvic.pending;
    } else {
        bits = cpu->nvic.active;
    }
    *value = index < EXC_WORDS ? interrupt_word(bits, index) : 0;
    return true;
}

static void write_interrupt(struct cpu *cpu, uint32_t group, int exception)
{
    switch (group) {
    case ISER:
        nvic_put(cpu->nvic.enabled, exception, true);
        break;
    case ICER:
        nvic_put(cpu->nvic.enabled, exception, false);
        break;
    case ISPR:
        nvic_set_pending(cpu, exception);
        break;
    case ICPR:
        nvic_clear_pending(cpu, exception);
        break;
    default: /* IABR is read-only */
        break;
    }
}

bool nvic_write(struct cpu *cpu, uint32_t offset, uint32_t lanes, uint32_t value)
{
    if (offset >= IPR) {
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t exception = EXC_IRQ + offset - IPR + i;
            if (((lanes >> (8 * i)) & 1u) != 0 && exception < EXC_COUNT) {
                cpu->nvic.priority[exception] = (uint8_t)((value >> (8 * i)) & PRIORITY_MASK);
            }
        }
    } else {
        for (uint32_t bits = value & lanes; bits != 0; bits &= bits - 1) {
            int exception = EXC_IRQ + (int)((offset & 0x7Fu) * 8) + __builtin_ctz(bits);
            if (exception < EXC_COUNT && behaves(BEHAVIOUR_NVIC_REGISTERS)) {
                write_interrupt(cpu, offset & 0x380u, exception);
            }
        }
    }
    cpu->nvic.changed = true;
    cpu_stop(cpu->board);
    return offset < IPR_END;
}
