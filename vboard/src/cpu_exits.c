/* cpu_exits.c - what to do when Unicorn has stopped: traps, faults, WFI, semihosting.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cpu.h"

#include <string.h>

/* Numbers of UC_HOOK_INTR. */
enum {
    TRAP_UNDEFINED = 1,
    TRAP_SVC = 2,
    TRAP_PREFETCH_ABORT = 3, /* execute-never by the default memory map */
    TRAP_DATA_ABORT = 4,
    TRAP_BKPT = 7,
    TRAP_EXCEPTION_RETURN = 8
};

/* --- after a run --- */

static uint16_t code_halfword(struct cpu *cpu, uint32_t address)
{
    const uint8_t *code = memory_at(cpu->board, address, 2);
    uint16_t value = 0;

    if (code != NULL) {
        memcpy(&value, code, 2);
    }
    return value;
}

/* SYS_EXIT (0x18) and SYS_EXIT_EXTENDED (0x20) of the semihosting interface; false for other calls.
 */
static bool semihosting(struct cpu *cpu)
{
    const uint32_t application_exit = 0x20026;
    uint32_t operation = cpu_register(cpu, UC_ARM_REG_R0);
    uint32_t words[2] = {cpu_register(cpu, UC_ARM_REG_R1), 0};

    if (operation == 0x20) {
        const uint8_t *block = memory_at(cpu->board, words[0], sizeof words);
        if (block == NULL) {
            return false;
        }
        memcpy(words, block, sizeof words);
    } else if (operation != 0x18) {
        return false;
    }
    cpu->ended = true;
    cpu->exit_status = words[0] == application_exit && words[1] == 0 ? 0 : 1;
    return true;
}

static void breakpoint(struct cpu *cpu)
{
    const uint16_t bkpt_ab = 0xBEAB;

    if (code_halfword(cpu, cpu_register(cpu, UC_ARM_REG_PC) & ~1u) != bkpt_ab ||
        !semihosting(cpu)) {
        if (!cpu_debug_instruction(cpu)) {
            exception_debug_event(cpu);
        }
    }
}

static void handle_fault(struct cpu *cpu)
{
    bool skipped = (cpu->fault_status == CFSR_IBUSERR && !behaves(BEHAVIOUR_FETCH_FAULT)) ||
                   (cpu->fault_status == CFSR_IACCVIOL && !behaves(BEHAVIOUR_EXECUTE_NEVER));

    if (skipped) {
        cpu_set_register(cpu, UC_ARM_REG_PC, cpu_register(cpu, UC_ARM_REG_LR));
        return;
    }
    exception_fault(cpu, cpu->fault_exception, cpu->fault_status);
}

static void handle_trap(struct cpu *cpu)
{
    switch (cpu->trap) {
    case TRAP_SVC:
        if (behaves(BEHAVIOUR_SVC)) {
            exception_call(cpu, EXC_SVC);
        }
        break;
    case TRAP_BKPT:
        breakpoint(cpu);
        break;
    case TRAP_EXCEPTION_RETURN:
        exception_return(cpu, cpu_register(cpu, UC_ARM_REG_PC) | 1u);
        break;
    case TRAP_PREFETCH_ABORT:
        cpu->fault_exception = EXC_MEM_MANAGE;
        cpu->fault_status = CFSR_IACCVIOL;
        handle_fault(cpu);
        break;
    case TRAP_DATA_ABORT:
        exception_fault(cpu, EXC_USAGE_FAULT, CFSR_UNALIGNED);
        break;
    default:
        exception_fault(cpu, EXC_USAGE_FAULT, CFSR_UNDEFINSTR);
        break;
    }
}

bool cpu_in_thumb_state(const struct cpu *cpu)
{
    return (cpu_register(cpu, UC_ARM_REG_XPSR) & XPSR_THUMB) != 0;
}

/* WFE and YIELD come as invalid instructions, with the PC behind them, where their block ends. So
 * does any instruction after a branch to an even address. */
static void handle_invalid(struct cpu *cpu)
{
    const uint16_t wfe = 0xBF20, yield = 0xBF10;
    uint32_t pc = cpu_register(cpu, UC_ARM_REG_PC) & ~1u;
    uint16_t before = code_halfword(cpu, pc - 2);

    if (!cpu_in_thumb_state(cpu) && behaves(BEHAVIOUR_INVALID_STATE)) {
        exception_fault(cpu, EXC_USAGE_FAULT, CFSR_INVSTATE);
    } else if ((before == wfe || before == yield) && cpu->block + cpu->block_size == pc) {
        cpu->skip = before == wfe && behaves(BEHAVIOUR_WFE);
    } else if (behaves(BEHAVIOUR_UNDEFINED_INSTRUCTION)) {
        if (code_halfword(cpu, pc) == 0xFFFF && pc - FLASH_BASE < 2 * BANK_SIZE) {
            board_warn(cpu->board,
                       "erased flash is executed at 0x%08x: a jump to where no code was programmed",
                       pc);
        }
        exception_fault(cpu, EXC_USAGE_FAULT, CFSR_UNDEFINSTR);
    } else {
        cpu_set_register(cpu, UC_ARM_REG_PC, (pc + (is_wide(code_halfword(cpu, pc)) ? 4 : 2)) | 1u);
    }
}

/* --- the FPU while it is off --- */

void cpu_set_fp_exit(struct cpu *cpu, size_t count)
{
    uint64_t exits[1] = {cpu->fp_trap};

    cpu_require(uc_ctl_set_exits(cpu->uc, exits, count), "set exits");
    cpu_require(uc_ctl_remove_cache(cpu->uc, (uint64_t)cpu->fp_trap & ~0xFFFull,
                                    ((uint64_t)cpu->fp_trap & ~0xFFFull) + 0x1000),
                "drop translated code");
}

static bool reached_fp_trap(struct cpu *cpu)
{
    if (cpu->fp_trap == 0 || (cpu_register(cpu, UC_ARM_REG_PC) & ~1u) != cpu->fp_trap) {
        return false;
    }
    cpu_set_fp_exit(cpu, 0);
    cpu->fp_trap = 0;
    exception_fault(cpu, EXC_USAGE_FAULT, CFSR_NOCP);
    return true;
}

void cpu_handle_exit(struct cpu *cpu, uc_err error)
{
    switch (cpu->exit) {
    case EXIT_TRAP:
        handle_trap(cpu);
        break;
    case EXIT_INVALID:
        handle_invalid(cpu);
        break;
    case EXIT_FAULT:
        handle_fault(cpu);
        break;
    case EXIT_STOPPED:
        break;
    case EXIT_ASLEEP:
        cpu_require(error, "go on");
        cpu->asleep = !reached_fp_trap(cpu) && behaves(BEHAVIOUR_WFI);
        break;
    }
    if (cpu->imprecise_fault) {
        cpu->imprecise_fault = false;
        exception_fault(cpu, EXC_BUS_FAULT, CFSR_IMPRECISERR);
    }
}
