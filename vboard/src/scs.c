/* scs.c - the core's registers at 0xE0000000: system control block, SysTick, MPU, FPU, DWT, caches.
 *
 * Armv7-M ARM, B3.2 to B3.5 and C1.8; values of the identification registers as in the Cortex-M7
 * r1p1 technical reference manual and RM0399. The MPU is tracked, not enforced; there are no
 * caches: their maintenance is noted (cache.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cache.h"
#include "cpu.h"
#include "mpu.h"

#include <string.h>

enum {
    DWT_CTRL = 0x1000,
    DWT_CYCCNT = 0x1004,
    DWT_LAR = 0x1FB0,
    DWT_LSR = 0x1FB4,
    ICTR = 0xE004,
    ACTLR = 0xE008,
    SYST_CSR = 0xE010,
    SYST_RVR = 0xE014,
    SYST_CVR = 0xE018,
    SYST_CALIB = 0xE01C,
    NVIC_FIRST = 0xE100,
    NVIC_END = 0xE4F0,
    CPUID = 0xED00,
    ICSR = 0xED04,
    VTOR = 0xED08,
    AIRCR = 0xED0C,
    SCR = 0xED10,
    CCR = 0xED14,
    SHPR1 = 0xED18,
    SHPR3 = 0xED20,
    SHCSR = 0xED24,
    CFSR = 0xED28,
    HFSR = 0xED2C,
    DFSR = 0xED30,
    MMFAR = 0xED34,
    BFAR = 0xED38,
    CSSELR = 0xED84,
    CCSIDR = 0xED80,
    CPACR = 0xED88,
    MPU_TYPE = 0xED90,
    MPU_CTRL = 0xED94,
    MPU_RNR = 0xED98,
    MPU_RBAR = 0xED9C,
    MPU_RASR_A3 = 0xEDB8,
    DHCSR = 0xEDF0,
    DEMCR = 0xEDFC,
    STIR = 0xEF00,
    FPCCR = 0xEF34,
    FPCAR = 0xEF38,
    FPDSCR = 0xEF3C,
    CACHE_FIRST = 0xEF50, /* ICIALLU ... BPIALL */
    CACHE_LAST = 0xEF78,
    TCM_FIRST = 0xEF90, /* ITCMCR, DTCMCR, AHBPCR, CACR, AHBSCR, ABFSR */
    TCM_LAST = 0xEFA8
};

#define SYST_ENABLE    1u
#define SYST_TICKINT   2u
#define SYST_CLKSOURCE 4u
#define SYST_COUNTFLAG (1u << 16)
#define CYCCNT_ENABLE  1u
#define DEMCR_TRCENA   (1u << 24)
#define CCR_WRITABLE   0x0007031Bu

struct constant {
    uint32_t offset, value;
};

/* ICTR, SYST_CALIB, CPUID, ID_PFR0 ... ID_ISAR4, CLIDR, CTR, MPU_TYPE, MVFR0-2, lock status:
 * read-only. */
static const struct constant constants[] = {
    {ICTR, 4},           {ACTLR, 0},           {SYST_CALIB, 0xC0000000}, {CPUID, 0x411FC271},
    {0xED40, 0x30},      {0xED44, 0x200},      {0xED48, 0x100000},       {0xED4C, 0},
    {0xED50, 0x100030},  {0xED54, 0},          {0xED58, 0x01000000},     {0xED5C, 0},
    {0xED60, 0x1101110}, {0xED64, 0x2112000},  {0xED68, 0x20232231},     {0xED6C, 0x1111131},
    {0xED70, 0x1310132}, {0xED78, 0x09000003}, {0xED7C, 0x8303C003},     {MPU_TYPE, 0x1000},
    {DFSR, 0},           {DHCSR, 0},           {0xEF40, 0x10110221},     {0xEF44, 0x12000011},
    {0xEF48, 0x40},      {DWT_LSR, 0},
};

void scs_reset(struct cpu *cpu)
{
    struct scs *scs = &cpu->scs;

    memset(scs, 0, sizeof *scs);
    scs->vtor = 0x08000000;
    scs->ccr = 0x00040200; /* STKALIGN, branch prediction */
    scs->fpccr = 0xC0000000;
    scs->dwt_ctrl = 0x40000000; /* four comparators */
}

/* --- SysTick --- */

static uint64_t systick_divider(const struct scs *scs)
{
    return (scs->systick_ctrl & SYST_CLKSOURCE) != 0 ? 1 : 8;
}

static uint64_t cycles_to_ns(const struct cpu *cpu, uint64_t cycles)
{
    return (uint64_t)((unsigned __int128)cycles * NS_PER_S / soc_sysclk_hz(cpu->board));
}

static uint64_t ns_to_cycles(const struct cpu *cpu, uint64_t ns)
{
    return (uint64_t)((unsigned __int128)ns * soc_sysclk_hz(cpu->board) / NS_PER_S);
}

static uint64_t systick_period_cycles(const struct scs *scs)
{
    return ((uint64_t)scs->systick_load + 1) * systick_divider(scs);
}

/* Ticks are counted from a start, so that a period that is no whole number of nanoseconds does not
 * drift. */
static uint64_t systick_at(const struct cpu *cpu, uint64_t tick)
{
    return cpu->scs.systick_start_ns + cycles_to_ns(cpu, tick * systick_period_cycles(&cpu->scs));
}

void scs_schedule_systick(struct cpu *cpu)
{
    bool runs = (cpu->scs.systick_ctrl & SYST_ENABLE) != 0 && cpu->scs.systick_load != 0;

    board_schedule(cpu->board, EVENT_SYSTICK,
                   runs ? systick_at(cpu, cpu->scs.systick_ticks + 1) : BOARD_NEVER);
}

static void restart_systick(struct cpu *cpu)
{
    cpu->scs.systick_start_ns = cpu->board->now_ns;
    cpu->scs.systick_ticks = 0;
    scs_schedule_systick(cpu);
}

void scs_clock_changed(struct cpu *cpu)
{
    restart_systick(cpu);
}

void scs_systick(struct cpu *cpu)
{
    cpu->scs.systick_ticks++;
    cpu->scs.systick_flag = true;
    if ((cpu->scs.systick_ctrl & SYST_TICKINT) != 0 && behaves(BEHAVIOUR_SYSTICK)) {
        nvic_set_pending(cpu, EXC_SYSTICK);
    }
    scs_schedule_systick(cpu);
}

static uint32_t systick_value(const struct cpu *cpu)
{
    const struct scs *scs = &cpu->scs;
    uint64_t start, elapsed;

    if ((scs->systick_ctrl & SYST_ENABLE) == 0 || scs->systick_load == 0) {
        return 0;
    }
    start = systick_at(cpu, scs->systick_ticks);
    elapsed = ns_to_cycles(cpu, cpu->board->now_ns - start) / systick_divider(scs);
    return elapsed > scs->systick_load ? 0 : scs->systick_load - (uint32_t)elapsed;
}

static uint32_t read_systick_control(struct cpu *cpu)
{
    uint32_t value = cpu->scs.systick_ctrl;

    if (cpu->scs.systick_flag) {
        value |= SYST_COUNTFLAG;
    }
    cpu->scs.systick_flag = false;
    return value;
}

static void write_systick(struct cpu *cpu, uint32_t offset, uint32_t value)
{
    uint32_t was = cpu->scs.systick_ctrl;

    switch (offset) {
    case SYST_CSR:
        cpu->scs.systick_ctrl = value & 7u;
        if ((was & SYST_ENABLE) == 0 || ((was ^ value) & SYST_CLKSOURCE) != 0) {
            restart_systick(cpu);
        } else {
            scs_schedule_systick(cpu);
        }
        break;
    case SYST_RVR:
        cpu->scs.systick_load = value & 0xFFFFFFu;
        restart_systick(cpu);
        break;
    default:
        cpu->scs.systick_flag = false;
        restart_systick(cpu);
        break;
    }
}

/* --- DWT --- */

static bool cyccnt_runs(const struct scs *scs)
{
    return (scs->dwt_ctrl & CYCCNT_ENABLE) != 0 && (scs->demcr & DEMCR_TRCENA) != 0 &&
           behaves(BEHAVIOUR_CYCCNT);
}

static uint32_t read_cyccnt(const struct cpu *cpu)
{
    const struct scs *scs = &cpu->scs;

    return cyccnt_runs(scs) ? (uint32_t)(cpu->cycles - scs->cyccnt_base) : scs->cyccnt_held;
}

static void set_cyccnt(struct cpu *cpu, uint32_t value)
{
    cpu->scs.cyccnt_held = value;
    cpu->scs.cyccnt_base = cpu->cycles - value;
}

/* A change of what makes CYCCNT run keeps its value. */
static void write_trace_control(struct cpu *cpu, uint32_t *reg, uint32_t value)
{
    uint32_t count = read_cyccnt(cpu);

    *reg = value;
    set_cyccnt(cpu, count);
}

/* --- system control block --- */

static uint32_t read_icsr(const struct cpu *cpu)
{
    uint32_t value = cpu_register(cpu, UC_ARM_REG_IPSR) & 0x1FFu;
    uint32_t best = (uint32_t)nvic_best(cpu);
    const uint32_t *pending = cpu->nvic.pending;
    int active = 0;

    if (!behaves(BEHAVIOUR_ICSR)) {
        return 0;
    }
    for (int word = 0; word < EXC_WORDS; word++) {
        active += __builtin_popcount(cpu->nvic.active[word]);
    }
    value |= best << 12;
    value |= active <= 1 ? 1u << 11 : 0;
    value |= best >= EXC_IRQ ? 1u << 22 : 0;
    value |= nvic_is(pending, EXC_SYSTICK) ? 1u << 26 : 0;
    value |= nvic_is(pending, EXC_PENDSV) ? 1u << 28 : 0;
    value |= nvic_is(pending, EXC_NMI) ? 1u << 31 : 0;
    return value;
}

static void write_icsr(struct cpu *cpu, uint32_t value)
{
    if ((value & (1u << 31)) != 0 && behaves(BEHAVIOUR_NMI)) {
        nvic_set_pending(cpu, EXC_NMI);
    }
    if ((value & (1u << 28)) != 0 && behaves(BEHAVIOUR_PENDSV)) {
        nvic_set_pending(cpu, EXC_PENDSV);
    } else if ((value & (1u << 27)) != 0) {
        nvic_clear_pending(cpu, EXC_PENDSV);
    }
    if ((value & (1u << 26)) != 0) {
        nvic_set_pending(cpu, EXC_SYSTICK);
    } else if ((value & (1u << 25)) != 0) {
        nvic_clear_pending(cpu, EXC_SYSTICK);
    }
}

static void write_aircr(struct cpu *cpu, uint32_t value)
{
    const uint32_t key = 0x5FA, system_reset = 1u << 2;

    if (value >> 16 != key) {
        return;
    }
    cpu->scs.prigroup = (value >> 8) & 7u;
    cpu->nvic.changed = true;
    cpu_stop(cpu->board);
    if ((value & system_reset) != 0) {
        board_request_reset(cpu->board, RESET_SOFTWARE);
    }
}

static uint32_t read_shcsr(const struct cpu *cpu)
{
    static const struct {
        uint8_t bit, exception;
    } shown[] = {{0, EXC_MEM_MANAGE}, {1, EXC_BUS_FAULT}, {3, EXC_USAGE_FAULT}, {7, EXC_SVC},
                 {8, EXC_DEBUG},      {10, EXC_PENDSV},   {11, EXC_SYSTICK}};
    uint32_t value = cpu->scs.shcsr_enables;

    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (nvic_is(cpu->nvic.active, shown[i].exception)) {
            value |= 1u << shown[i].bit;
        }
    }
    return value;
}

static uint32_t read_system_priorities(const struct cpu *cpu, uint32_t offset)
{
    uint32_t value;

    memcpy(&value, &cpu->nvic.priority[offset - SHPR1 + 4], 4);
    return value;
}

static void write_system_priorities(struct cpu *cpu, uint32_t offset, uint32_t lanes,
                                    uint32_t value)
{
    for (uint32_t i = 0; i < 4; i++) {
        if (((lanes >> (8 * i)) & 1u) != 0) {
            cpu->nvic.priority[offset - SHPR1 + 4 + i] = (uint8_t)((value >> (8 * i)) & 0xF0u);
        }
    }
    cpu->nvic.changed = true;
    cpu_stop(cpu->board);
}

/* --- the window --- */

/* Registers that only keep what is written. */
static uint32_t *plain_register(struct scs *scs, uint32_t offset)
{
    switch (offset) {
    case SCR:
        return &scs->scr;
    case CSSELR:
        return &scs->csselr;
    case MMFAR:
        return &scs->mmfar;
    case BFAR:
        return &scs->bfar;
    case CPACR:
        return &scs->cpacr;
    case MPU_CTRL:
        return &scs->mpu_ctrl;
    case FPCCR:
        return &scs->fpccr;
    case FPCAR:
        return &scs->fpcar;
    case FPDSCR:
        return &scs->fpdscr;
    default:
        return offset >= TCM_FIRST && offset <= TCM_LAST ? &scs->tcm[(offset - TCM_FIRST) / 4]
                                                         : NULL;
    }
}

static bool is_cache_maintenance(uint32_t offset)
{
    return offset >= CACHE_FIRST && offset <= CACHE_LAST;
}

static bool read_constant(uint32_t offset, uint32_t *value)
{
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        if (constants[i].offset == offset) {
            *value = constants[i].value;
            return true;
        }
    }
    *value = 0;
    return is_cache_maintenance(offset) || offset == STIR || offset == DWT_LAR;
}

static bool read_control_block(struct cpu *cpu, uint32_t offset, uint32_t *value)
{
    struct scs *scs = &cpu->scs;

    switch (offset) {
    case ICSR:
        *value = read_icsr(cpu);
        break;
    case VTOR:
        *value = scs->vtor;
        break;
    case AIRCR:
        *value = 0xFA050000u | (scs->prigroup << 8);
        break;
    case CCR:
        *value = scs->ccr;
        break;
    case SHCSR:
        *value = read_shcsr(cpu);
        break;
    case CFSR:
        *value = scs->cfsr;
        break;
    case HFSR:
        *value = scs->hfsr;
        break;
    case CCSIDR: /* 16 KB each: instruction 2 ways, data 4 ways, lines of 32 bytes */
        *value = (scs->csselr & 1u) != 0 ? 0xF01FE009u : 0xF00FE019u;
        break;
    case MPU_RNR:
        *value = scs->mpu_rnr;
        break;
    case DEMCR:
        *value = scs->demcr;
        break;
    default:
        return read_constant(offset, value);
    }
    return true;
}

bool scs_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    struct cpu *cpu = board->cpu;
    const uint32_t *plain = plain_register(&cpu->scs, offset);

    (void)size;
    if (plain != NULL) {
        *value = *plain;
    } else if (offset >= NVIC_FIRST && offset < NVIC_END) {
        return nvic_read(cpu, offset - NVIC_FIRST, value);
    } else if (offset >= SHPR1 && offset <= SHPR3) {
        *value = read_system_priorities(cpu, offset);
    } else if (offset >= MPU_RBAR && offset <= MPU_RASR_A3) {
        *value = mpu_read(&cpu->scs, offset);
    } else if (offset == SYST_CSR) {
        *value = read_systick_control(cpu);
    } else if (offset == SYST_RVR) {
        *value = cpu->scs.systick_load;
    } else if (offset == SYST_CVR) {
        *value = systick_value(cpu);
    } else if (offset == DWT_CTRL) {
        *value = cpu->scs.dwt_ctrl;
    } else if (offset == DWT_CYCCNT) {
        *value = read_cyccnt(cpu);
    } else {
        return read_control_block(cpu, offset, value);
    }
    return true;
}

static bool write_control_block(struct cpu *cpu, uint32_t offset, uint32_t value)
{
    struct scs *scs = &cpu->scs;
    uint32_t constant;

    switch (offset) {
    case ICSR:
        write_icsr(cpu, value);
        break;
    case VTOR:
        scs->vtor = value & ~0x7Fu;
        break;
    case AIRCR:
        write_aircr(cpu, value);
        break;
    case CCR:
        scs->ccr = (value & CCR_WRITABLE) | (scs->ccr & ~CCR_WRITABLE);
        break;
    case SHCSR:
        scs->shcsr_enables = value & (7u << 16);
        break;
    case CFSR:
        scs->cfsr &= ~value;
        break;
    case HFSR:
        scs->hfsr &= ~value;
        break;
    case MPU_RNR:
        scs->mpu_rnr = value & 0xFu;
        break;
    case DEMCR:
        write_trace_control(cpu, &scs->demcr, value);
        break;
    case STIR:
        if ((value & 0x1FFu) < EXC_COUNT - EXC_IRQ) {
            nvic_set_pending(cpu, EXC_IRQ + (int)(value & 0x1FFu));
        }
        break;
    default:
        return read_constant(offset, &constant);
    }
    return true;
}

bool scs_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    struct cpu *cpu = board->cpu;
    uint32_t *plain = plain_register(&cpu->scs, offset);

    if (plain != NULL) {
        *plain = (*plain & ~lanes) | (value & lanes);
        cpu_stop(board); /* CPACR decides how blocks run, MPU_CTRL what is read ahead */
    } else if (offset >= NVIC_FIRST && offset < NVIC_END) {
        return nvic_write(cpu, offset - NVIC_FIRST, lanes, value);
    } else if (offset >= SHPR1 && offset <= SHPR3) {
        write_system_priorities(cpu, offset, lanes, value);
    } else if (offset >= MPU_RBAR && offset <= MPU_RASR_A3) {
        mpu_write(&cpu->scs, offset, lanes, value);
        cpu_stop(board); /* the MPU decides what is read ahead: stall.c */
    } else if (offset >= SYST_CSR && offset <= SYST_CVR) {
        write_systick(cpu, offset, value);
    } else if (offset == DWT_CTRL) {
        write_trace_control(cpu, &cpu->scs.dwt_ctrl, value);
    } else if (offset == DWT_CYCCNT) {
        set_cyccnt(cpu, value);
    } else if (is_cache_maintenance(offset)) {
        cache_maintained(cpu, offset, value);
    } else {
        return write_control_block(cpu, offset, value);
    }
    return true;
}
