/* cpu_engine.c - Unicorn and its hooks: translated blocks, accesses that it does not do by itself,
 * and what makes it stop.
 *
 * uc_emu_stop() is safe in the block hook. In other callbacks it would make Unicorn execute the
 * block again, except together with access_abort().
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bus.h"
#include "cpu.h"
#include "unicorn_access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUARD_SHIFT 12

/* --- leaving the engine --- */

void cpu_leave(struct cpu *cpu, enum exit_reason reason)
{
    cpu->exit = reason;
    uc_emu_stop(cpu->uc);
}

static void leave_with_fault(struct cpu *cpu, int exception, uint32_t status)
{
    cpu->fault_exception = exception;
    cpu->fault_status = status;
    cpu_leave(cpu, EXIT_FAULT);
}

bool cpu_ignores_bus_faults(const struct board *board)
{
    const uint32_t bfhfnmign = 1u << 8;

    return (board->cpu->scs.ccr & bfhfnmign) != 0 && behaves(BEHAVIOUR_BFHFNMIGN) &&
           nvic_execution_priority(board->cpu, true) < 0;
}

void cpu_bus_error(struct board *board, uint32_t address, bool write)
{
    struct cpu *cpu = board->cpu;

    if (!cpu->running) {
        cpu->debug.access_failed = true;
        return;
    }
    if (cpu_ignores_bus_faults(board)) {
        return;
    }
    if (write && !cpu_is_precise(cpu)) {
        cpu->imprecise_fault = behaves(BEHAVIOUR_IMPRECISE_BUS_FAULT);
        cpu_stop(board);
        return;
    }
    if (!behaves(BEHAVIOUR_PRECISE_BUS_FAULT)) {
        return;
    }
    cpu->scs.bfar = address;
    leave_with_fault(cpu, EXC_BUS_FAULT, CFSR_PRECISERR | CFSR_BFARVALID);
    access_abort();
}

/* --- accesses that Unicorn does not do by itself --- */

bool cpu_is_guarded(const struct cpu *cpu, uint32_t address)
{
    uint32_t offset = address - FLASH_BASE;

    return offset < 2 * BANK_SIZE && cpu->guard[offset >> GUARD_SHIFT] != 0;
}

/* The system memory at 0x1FF00000 (unique id, flash size) lies in physical bank 1. */
static bool is_guarded_system(const struct cpu *cpu, uint32_t address)
{
    return cpu->system_guard && address - SYSTEM_MEMORY_BASE < SYSTEM_MEMORY_SIZE;
}

static bool on_is_watched(void *context, uint32_t address)
{
    return cpu_is_guarded(context, address) || is_guarded_system(context, address) ||
           cpu_debug_watches_page(context, address);
}

/* A debugger's watchpoint: leave before the access. */
static void look_at_access(struct cpu *cpu, uint32_t address, unsigned size, bool write)
{
    if (cpu->debug.watchpoint_count > 0 && cpu_debug_access(cpu, address, size, write)) {
        access_abort();
    }
}

static bool is_peripheral(uint32_t address)
{
    return address - 0x40000000u < 0x20000000u || address - 0xE0000000u < 0x100000u;
}

static enum access_verdict on_load(void *context, uint32_t address, unsigned size)
{
    struct cpu *cpu = context;

    look_at_access(cpu, address, size, false);
    if (cpu_is_guarded(cpu, address) || is_guarded_system(cpu, address)) {
        cpu_sync(cpu->board);
        if (!flash_bus_read(cpu->board, address, size, false)) {
            cpu_bus_error(cpu->board, address, false);
        }
        return ACCESS_DO;
    }
    if (is_peripheral(address) || memory_is_mapped(address)) {
        return ACCESS_DO;
    }
    cpu_bus_error(cpu->board, address, false);
    return ACCESS_DROP;
}

static enum access_verdict on_store(void *context, uint32_t address, unsigned size, uint64_t value)
{
    struct cpu *cpu = context;
    bool ok;

    look_at_access(cpu, address, size, true);
    if (is_peripheral(address)) {
        return ACCESS_DO;
    }
    if (memory_ram_at(address, 1) != NULL) {
        return cpu_debug_watches_page(cpu, address) ? ACCESS_DO : ACCESS_RAM;
    }
    if (address - FLASH_BASE < 2 * BANK_SIZE) {
        cpu_sync(cpu->board);
        ok = flash_bus_write(cpu->board, address, size, value);
    } else {
        ok = memory_is_mapped(address);
    }
    if (!ok) {
        cpu_bus_error(cpu->board, address, true);
    }
    return ACCESS_DROP;
}

void cpu_guard(struct board *board, uint32_t address, uint32_t size, bool guarded)
{
    struct cpu *cpu = board->cpu;
    uint32_t first = (address - FLASH_BASE) >> GUARD_SHIFT;
    uint32_t last = (address - FLASH_BASE + size - 1) >> GUARD_SHIFT;

    if (address == SYSTEM_MEMORY_BASE) {
        cpu->system_guard = guarded;
    } else {
        memset(&cpu->guard[first], guarded, last - first + 1);
    }
    if (guarded) {
        access_flush();
    }
}

/* --- blocks --- */

/* Coprocessors 10 and 11: VFP arithmetic, loads, stores and transfers. */
static bool is_fp(uint16_t first, uint16_t second)
{
    return (first & 0xEC00u) == 0xEC00u && ((second >> 9) & 7u) == 5;
}

/* Walk a block's instructions: count them, and find the first that needs the FPU (0: none). */
static uint32_t scan_block(struct cpu *cpu, uint32_t address, uint32_t size, uint32_t *fp)
{
    const uint8_t *code = memory_at(cpu->board, address, size);
    uint32_t count = 0;

    *fp = 0;
    if (code == NULL) {
        return size / 2;
    }
    for (uint32_t at = 0; at + 2 <= size; count++) {
        uint16_t half[2] = {0, 0};
        memcpy(half, code + at, at + 4 <= size ? 4 : 2);
        if (is_wide(half[0])) {
            if (*fp == 0 && is_fp(half[0], half[1])) {
                *fp = address + at;
            }
            at += 4;
        } else {
            at += 2;
        }
    }
    return count;
}

uint32_t cpu_count_instructions(struct cpu *cpu, uint32_t address, uint32_t size)
{
    uint32_t fp;

    return scan_block(cpu, address, size, &fp);
}

/* "b .", where fault handlers end: nothing changes until the next event. */
static bool is_self_branch(struct cpu *cpu, uint32_t address, uint32_t size)
{
    static const uint8_t self_branch[2] = {0xFE, 0xE7};
    const uint8_t *code = size == 2 ? memory_at(cpu->board, address, size) : NULL;

    return code != NULL && memcmp(code, self_branch, sizeof self_branch) == 0;
}

static struct block_info *find_block(struct cpu *cpu, uint32_t address, uint32_t size)
{
    struct block_info *info = &cpu->blocks[(address >> 1) % BLOCK_SLOTS];
    uint32_t fp, offset = address - FLASH_BASE;

    if (__builtin_expect(info->address == address && info->size == size, 1)) {
        return info;
    }
    info->address = address;
    info->size = (uint16_t)size;
    info->instructions = (uint16_t)scan_block(cpu, address, size, &fp);
    info->needs_fpu = fp != 0;
    info->spins = is_self_branch(cpu, address, size);
    if (offset < 2 * BANK_SIZE) {
        cpu->executed[offset >> GUARD_SHIFT] = 1;
        cpu->executed[(offset + size - 1) >> GUARD_SHIFT] = 1;
    }
    return info;
}

void cpu_flash_changed(struct board *board, uint32_t address, uint32_t size)
{
    struct cpu *cpu = board->cpu;
    uint32_t first = (address - FLASH_BASE) >> GUARD_SHIFT;
    uint32_t last = (address - FLASH_BASE + size - 1) >> GUARD_SHIFT;

    if (memchr(&cpu->executed[first], 1, last - first + 1) == NULL ||
        !behaves(BEHAVIOUR_FLASH_CODE_CHANGES)) {
        return;
    }
    memset(&cpu->executed[first], 0, last - first + 1);
    memset(cpu->blocks, 0, sizeof cpu->blocks);
    cpu->stale = true;
    cpu_stop(board);
}

bool cpu_fpu_is_off(const struct cpu *cpu)
{
    uint32_t access = (cpu->scs.cpacr >> 20) & 3u;

    return access == 0 && behaves(BEHAVIOUR_CPACR);
}

/* The FPU is off and the block needs it: stop before that instruction. Unicorn would execute it, so
 * the block is translated anew with an exit there. */
static void stop_at_fpu(struct cpu *cpu, uint32_t address, uint32_t size)
{
    scan_block(cpu, address, size, &cpu->fp_trap);
    if (cpu->fp_trap == address) {
        cpu->fp_trap = 0;
        leave_with_fault(cpu, EXC_USAGE_FAULT, CFSR_NOCP);
        return;
    }
    cpu->fp_trap_new = true;
    cpu_leave(cpu, EXIT_STOPPED);
}

/* The core fetches from flash that is busy or holds dead words. Time may pass and the code change,
 * so the block is looked up again then. */
void cpu_fetch_guarded(struct cpu *cpu, uint32_t address, uint32_t size)
{
    uint64_t before;

    cpu_sync(cpu->board);
    before = cpu->board->now_ns;
    if (!flash_bus_read(cpu->board, address, size, true)) {
        leave_with_fault(cpu, EXC_BUS_FAULT, CFSR_IBUSERR);
    } else if (cpu->board->now_ns != before || cpu->stale) {
        cpu_leave(cpu, EXIT_STOPPED);
    }
}

/* True when the block must not run now. */
static bool slow_path(struct cpu *cpu, uint32_t address, struct block_info *info)
{
    if (cpu->stop || cpu->budget + cpu->bias <= 0 || (cpu->nvic.changed && nvic_can_take(cpu))) {
        cpu_leave(cpu, EXIT_STOPPED);
        return true;
    }
    if (info->needs_fpu && cpu_fpu_is_off(cpu) && cpu->fp_trap == 0) {
        stop_at_fpu(cpu, address, info->size);
        return true;
    }
    return cpu->debug.stepping && cpu_debug_step(cpu, address);
}

static void on_block(uc_engine *uc, uint64_t address64, uint32_t size, void *context)
{
    struct cpu *cpu = context;
    uint32_t address = (uint32_t)address64;
    struct block_info *info = find_block(cpu, address, size);

    (void)uc;
    if (__builtin_expect(cpu->budget <= 0, 0) && slow_path(cpu, address, info)) {
        cpu->debug.left = address;
        return;
    }
    if (__builtin_expect(info->spins, 0)) {
        board_skip_to_next_event(cpu->board);
    }
    if (__builtin_expect(cpu_is_guarded(cpu, address), 0) && !cpu_is_precise(cpu)) {
        cpu->exit = EXIT_ASLEEP;
        cpu_fetch_guarded(cpu, address, size);
        if (cpu->exit != EXIT_ASLEEP) {
            cpu->debug.left = address;
            return;
        }
    }
    cpu->block = address;
    cpu->block_size = size;
    cpu->budget -= info->instructions;
}

/* --- hooks for what ends a run --- */

static void on_interrupt(uc_engine *uc, uint32_t number, void *context)
{
    struct cpu *cpu = context;

    (void)uc;
    cpu->trap = number;
    cpu_leave(cpu, EXIT_TRAP);
}

static bool on_invalid(uc_engine *uc, void *context)
{
    (void)uc;
    cpu_leave(context, EXIT_INVALID);
    return true;
}

static bool on_fetch(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
                     void *context)
{
    (void)uc;
    (void)type;
    (void)size;
    (void)value;
    (void)address;
    leave_with_fault(context, EXC_BUS_FAULT, CFSR_IBUSERR);
    return false;
}

/* Only accesses that bypass the load and store functions come here: LDREX, STREX. */
static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
                        void *context)
{
    struct cpu *cpu = context;

    (void)uc;
    (void)type;
    (void)size;
    (void)value;
    cpu->scs.bfar = (uint32_t)address;
    leave_with_fault(cpu, EXC_BUS_FAULT, CFSR_PRECISERR | CFSR_BFARVALID);
    return false;
}

static uint64_t on_mmio_read(uc_engine *uc, uint64_t offset, unsigned size, void *context)
{
    (void)uc;
    return bus_read(context, 0x40000000u + (uint32_t)offset, size);
}

static void on_mmio_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
                          void *context)
{
    (void)uc;
    bus_write(context, 0x40000000u + (uint32_t)offset, size, value);
}

static uint64_t on_ppb_read(uc_engine *uc, uint64_t offset, unsigned size, void *context)
{
    (void)uc;
    return bus_read(context, 0xE0000000u + (uint32_t)offset, size);
}

static void on_ppb_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value,
                         void *context)
{
    (void)uc;
    bus_write(context, 0xE0000000u + (uint32_t)offset, size, value);
}

/* --- starting it --- */

void cpu_require(uc_err error, const char *what)
{
    if (error != UC_ERR_OK) {
        fprintf(stderr, "vboard: Unicorn cannot %s: %s. Unicorn 2.0.1 is needed.\n", what,
                uc_strerror(error));
        exit(EXIT_FAILURE);
    }
}

static void add_hook(struct cpu *cpu, int type, void *function)
{
    uc_hook hook;

    cpu_require(uc_hook_add(cpu->uc, &hook, type, function, cpu, 1, 0), "add a hook");
}

/* The interposed functions are internal ones: other versions have others. */
static void require_version(void)
{
    unsigned major, minor;

    uc_version(&major, &minor);
    if (major != 2 || minor != 0) {
        fprintf(stderr, "vboard: Unicorn %u.%u is installed, 2.0 is needed\n", major, minor);
        exit(EXIT_FAILURE);
    }
}

/* UC_MODE_MCLASS would give a Cortex-M33 without double precision. */
void cpu_open_engine(struct cpu *cpu)
{
    const struct access_hooks hooks = {
        .load = on_load, .store = on_store, .is_watched = on_is_watched, .context = cpu};

    access_start(&hooks);
    require_version();
    cpu_require(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &cpu->uc), "start");
    cpu_require(uc_ctl_set_cpu_model(cpu->uc, UC_CPU_ARM_CORTEX_M7), "be a Cortex-M7");
    cpu_require(uc_ctl_exits_enable(cpu->uc), "use exits");
    if (!memory_map(cpu->board, cpu->uc)) {
        cpu_require(UC_ERR_MAP, "map the memories");
    }
    cpu_require(uc_mmio_map(cpu->uc, 0x40000000, 0x20000000, on_mmio_read, cpu->board,
                            on_mmio_write, cpu->board),
                "map the peripherals");
    cpu_require(uc_mmio_map(cpu->uc, 0xE0000000, 0x100000, on_ppb_read, cpu->board, on_ppb_write,
                            cpu->board),
                "map the system space");
    add_hook(cpu, UC_HOOK_BLOCK, (void *)(uintptr_t)on_block);
    add_hook(cpu, UC_HOOK_INTR, (void *)(uintptr_t)on_interrupt);
    add_hook(cpu, UC_HOOK_INSN_INVALID, (void *)(uintptr_t)on_invalid);
    add_hook(cpu, UC_HOOK_MEM_FETCH_UNMAPPED | UC_HOOK_MEM_FETCH_PROT, (void *)(uintptr_t)on_fetch);
    add_hook(cpu, UC_HOOK_MEM_READ_UNMAPPED | UC_HOOK_MEM_WRITE_UNMAPPED,
             (void *)(uintptr_t)on_unmapped);
    cpu_debug_open(cpu);
}
