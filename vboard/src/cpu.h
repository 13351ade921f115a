/* cpu.h - the core's state, shared by cpu.c (Unicorn, time), exceptions.c, nvic.c and scs.c.
 *
 * Unicorn executes instructions; exceptions, the NVIC, SysTick and the system registers are ours.
 * Numbers of exceptions are the architecture's: 2 NMI, 3 HardFault, ... 15 SysTick, 16 + n
 * interrupt n.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_CPU_H
#define VBOARD_CPU_H

#include "board.h"
#include "cpu_debug.h"

#include <unicorn/unicorn.h>

enum {
    EXC_NMI = 2,
    EXC_HARD_FAULT = 3,
    EXC_MEM_MANAGE = 4,
    EXC_BUS_FAULT = 5,
    EXC_USAGE_FAULT = 6,
    EXC_SVC = 11,
    EXC_DEBUG = 12,
    EXC_PENDSV = 14,
    EXC_SYSTICK = 15,
    EXC_IRQ = 16,
    EXC_COUNT = 16 + 150
};

enum { EXC_WORDS = (EXC_COUNT + 31) / 32 };

/* Configurable Fault Status Register bits (Armv7-M ARM B3.2.15). */
#define CFSR_IACCVIOL    (1u << 0)
#define CFSR_IBUSERR     (1u << 8)
#define CFSR_PRECISERR   (1u << 9)
#define CFSR_IMPRECISERR (1u << 10)
#define CFSR_UNSTKERR    (1u << 11)
#define CFSR_STKERR      (1u << 12)
#define CFSR_BFARVALID   (1u << 15)
#define CFSR_UNDEFINSTR  (1u << 16)
#define CFSR_INVSTATE    (1u << 17)
#define CFSR_INVPC       (1u << 18)
#define CFSR_NOCP        (1u << 19)
#define CFSR_UNALIGNED   (1u << 24)

#define HFSR_VECTTBL  (1u << 1)
#define HFSR_FORCED   (1u << 30)
#define HFSR_DEBUGEVT (1u << 31)

#define XPSR_THUMB (1u << 24)

#define FLASH_BASE 0x08000000u

/* Is it the first halfword of an instruction of 32 bits? */
static inline bool is_wide(uint16_t halfword)
{
    return halfword >> 11 >= 0x1D;
}

/* Why Unicorn stopped. */
enum exit_reason {
    EXIT_ASLEEP,  /* it returned by itself: WFI */
    EXIT_STOPPED, /* the block hook stopped it */
    EXIT_TRAP,    /* SVC, BKPT, exception return, ... */
    EXIT_INVALID, /* undefined instruction, or WFE, YIELD */
    EXIT_FAULT    /* a bus fault of a load, store or fetch */
};

/* What board_run() does next. */
enum cpu_result { CPU_CONTINUE, CPU_SLEEP, CPU_ENDED };

/* A translated block as counted once. */
struct block_info {
    uint32_t address;
    uint16_t size;
    uint16_t instructions;
    bool needs_fpu;
    bool spins; /* a branch to itself: only an event ends it */
};

#define BLOCK_SLOTS (1u << 14)
#define CACHE_LINES 27648u /* of 32 bytes, in the memories that the DMA reaches: cache.c */

struct nvic {
    uint32_t pending[EXC_WORDS];
    uint32_t active[EXC_WORDS];
    uint32_t enabled[EXC_WORDS]; /* the system exceptions' bits are always set */
    uint32_t line[EXC_WORDS];    /* level of the interrupt lines */
    uint8_t priority[EXC_COUNT];
    bool changed; /* something may have become takeable */
};

struct scs {
    uint32_t vtor, prigroup, scr, ccr, shcsr_enables, cfsr, hfsr, mmfar, bfar, cpacr;
    uint32_t fpccr, fpcar, fpdscr, csselr, demcr, dwt_ctrl;
    uint32_t mpu_ctrl, mpu_rnr, mpu_rbar[16], mpu_rasr[16];
    uint32_t systick_ctrl, systick_load;
    uint64_t systick_start_ns, systick_ticks; /* periods since the start */
    uint32_t tcm[7];                          /* TCM, cache and bus control, as written */
    bool systick_flag;
    uint64_t cyccnt_base; /* cycle count that CYCCNT shows as 0 */
    uint32_t cyccnt_held; /* value while stopped */
};

struct cpu {
    struct board *board;
    uc_engine *uc;

    /* Virtual time: cycles left until the next event. The bias makes every block take the slow path
     * of the block hook. */
    int64_t budget, span, bias;
    uint32_t clock_hz;
    uint64_t fraction; /* of a nanosecond, in cycles x 1e9 modulo the clock */
    uint64_t cycles;   /* since power-on */
    bool running;      /* inside uc_emu_start() */

    enum exit_reason exit;
    uint32_t trap;
    int fault_exception;
    uint32_t fault_status;
    bool imprecise_fault; /* waits for the end of the block */
    bool asleep;          /* WFI, until an interrupt is pending */
    bool locked_up;       /* until the reset */
    bool stop, skip, ended;
    int exit_status;
    uint32_t block, block_size; /* the last one that ran */
    uint32_t fp_trap;           /* address of the FPU instruction to stop at, or 0 */
    bool fp_trap_new;
    bool stale; /* flash code changed: translated code must go */

    uint8_t
        guard[(2 * BANK_SIZE) >> 12]; /* page of flash: loads and fetches ask flash_bus_read() */
    bool system_guard;                /* the same of loads from the system memory */
    uint8_t executed[(2 * BANK_SIZE) >> 12]; /* page of flash: code of it was translated */
    struct block_info blocks[BLOCK_SLOTS];

    struct nvic nvic;
    struct scs scs;
    uint8_t cache_lines[CACHE_LINES];
    uint8_t cache_swept; /* what holds of all of them: CLEANED, DMA_WROTE not (cache.c) */
    struct cpu_debug debug;
};

/* --- cpu.c --- */

uint32_t cpu_register(const struct cpu *cpu, int reg);
void cpu_set_register(struct cpu *cpu, int reg, uint32_t value);
/* Make Unicorn look again at the state that it has cached in its flags. */
void cpu_refresh_flags(struct cpu *cpu);
/* Bring board->now_ns and the cycle count up to the running block. */
void cpu_sync(struct board *board);
/* Plan anew when to leave emulation: after a change of the clock or of the next event. */
void cpu_replan(struct board *board);
enum cpu_result cpu_run(struct board *board);
/* A bus error of the load or store that the core is executing; does not return while it is precise.
 */
void cpu_bus_error(struct board *board, uint32_t address, bool write);
/* The core waits on the bus or in a loop until a time: cycles pass, nothing is executed. */
void cpu_wait_until(struct board *board, uint64_t at_ns);
/* Status of the semihosting exit after CPU_ENDED: 0 is success. */
int cpu_exit_status(const struct board *board);
void cpu_destroy(struct board *board);

/* --- cpu_engine.c --- */

/* Open an engine with all memory mapped and our hooks. */
void cpu_open_engine(struct cpu *cpu);
/* End the program when Unicorn cannot do what it is asked. */
void cpu_require(uc_err error, const char *what);
bool cpu_fpu_is_off(const struct cpu *cpu);
/* Stop Unicorn. Only in a block or code hook, or with access_abort(). */
void cpu_leave(struct cpu *cpu, enum exit_reason reason);
uint32_t cpu_count_instructions(struct cpu *cpu, uint32_t address, uint32_t size);
/* Does this page of flash ask flash_bus_read() first? The fetch that does: may leave. */
bool cpu_is_guarded(const struct cpu *cpu, uint32_t address);
void cpu_fetch_guarded(struct cpu *cpu, uint32_t address, uint32_t size);

/* --- cpu_precise.c --- */

/* --precise-faults */
bool cpu_is_precise(const struct cpu *cpu);
/* It looks at each instruction before it is executed. */
void cpu_precise_instruction(struct cpu *cpu, uint32_t address, uint32_t size);

/* --- cpu_exits.c --- */

void cpu_handle_exit(struct cpu *cpu, uc_err error);
bool cpu_in_thumb_state(const struct cpu *cpu);
/* Make the engine stop at cpu->fp_trap (count 1), or no longer (0). */
void cpu_set_fp_exit(struct cpu *cpu, size_t count);

/* --- exceptions.c --- */

void exception_enter(struct cpu *cpu, int exception);
void exception_return(struct cpu *cpu, uint32_t value);
/* Take a synchronous fault, escalated where it cannot be taken; status: CFSR bits. */
void exception_fault(struct cpu *cpu, int exception, uint32_t status);
/* SVC and BKPT: synchronous exceptions that escalate like faults. */
void exception_call(struct cpu *cpu, int exception);
void exception_debug_event(struct cpu *cpu);

/* --- nvic.c --- */

void nvic_reset(struct cpu *cpu);
void nvic_set_pending(struct cpu *cpu, int exception);
void nvic_clear_pending(struct cpu *cpu, int exception);
bool nvic_is(const uint32_t *bits, int exception);
void nvic_put(uint32_t *bits, int exception, bool value);
/* The pending and enabled exception of highest priority, or 0. */
int nvic_best(const struct cpu *cpu);
/* Its priority's group part; fixed ones are negative. */
int nvic_group_priority(const struct cpu *cpu, int exception);
int nvic_execution_priority(const struct cpu *cpu, bool ignore_primask);
int nvic_active_priority(const struct cpu *cpu);
/* Enter the best pending exception if it may be taken now. */
bool nvic_take(struct cpu *cpu);
bool nvic_can_take(const struct cpu *cpu);
bool nvic_read(struct cpu *cpu, uint32_t offset, uint32_t *value);
bool nvic_write(struct cpu *cpu, uint32_t offset, uint32_t lanes, uint32_t value);

/* --- scs.c: the registers at 0xE0000000 --- */

void scs_reset(struct cpu *cpu);
bool scs_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value);
bool scs_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value);
void scs_systick(struct cpu *cpu);
void scs_clock_changed(struct cpu *cpu);
void scs_schedule_systick(struct cpu *cpu);

/* --- memory.c --- */

/* Host memory behind an address as the core sees it (RAM, flash, system memory), or NULL. */
uint8_t *memory_at(struct board *board, uint32_t address, uint32_t size);
/* Map all memory into a new engine. */
/* The same for RAM alone. */
uint8_t *memory_ram_at(uint32_t address, uint32_t size);
/* Does memory answer there? (Peripherals are not asked for.) */
bool memory_is_mapped(uint32_t address);
bool memory_create(void);
bool memory_map(struct board *board, uc_engine *uc);
void memory_power_on(struct board *board);
void memory_brownout(struct board *board);

#endif
