/* soc.h - the state of the chip's small system peripherals, shared by the files that model them.
 *
 * Source of every number: RM0399 (STM32H745/755 and STM32H747/757), the chapter of the peripheral.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_SOC_H
#define VBOARD_SOC_H

#include "board.h"

#define HSI_HZ   64000000u
#define CSI_HZ   4000000u
#define HSI48_HZ 48000000u
#define HSE_HZ   25000000u /* crystal of the STM32H745I-DISCO */
#define LSE_HZ   32768u
#define LSI_HZ   32000u

/* What can be started and becomes ready some time later. The PLLs come after their sources. */
enum oscillator {
    OSC_HSI,
    OSC_CSI,
    OSC_HSI48,
    OSC_HSE,
    OSC_LSE,
    OSC_LSI,
    OSC_PLL1,
    OSC_PLL2,
    OSC_PLL3,
    OSC_COUNT
};

/* Offsets of the RCC registers that other files look at. */
enum {
    RCC_CR = 0x000,
    RCC_CFGR = 0x010,
    RCC_D1CFGR = 0x018,
    RCC_D2CFGR = 0x01C,
    RCC_PLLCKSELR = 0x028,
    RCC_PLLCFGR = 0x02C,
    RCC_PLL1DIVR = 0x030,
    RCC_D2CCIP2R = 0x054,
    RCC_BDCR = 0x070,
    RCC_CSR = 0x074,
    RCC_AHB3RSTR = 0x07C,
    RCC_APB4RSTR = 0x09C,
    RCC_GCR = 0x0A0,
    RCC_RSR = 0x0D0,
    RCC_AHB3ENR = 0x0D4,
    RCC_AHB1ENR = 0x0D8,
    RCC_AHB2ENR = 0x0DC,
    RCC_AHB4ENR = 0x0E0,
    RCC_APB1LENR = 0x0E8,
    RCC_APB2ENR = 0x0F0,
    RCC_APB4ENR = 0x0F4,
    RCC_APB4LPENR = 0x11C,
    RCC_C1_RSR = 0x130,
    RCC_C2_RSR = 0x190,
    RCC_END = 0x1F0
};

/* Reads in a row of a flag that only time will set. */
struct poll {
    unsigned count;
    uint64_t last_ns;
};

struct rcc {
    uint32_t reg[RCC_END / 4];
    uint64_t ready_at[OSC_COUNT]; /* BOARD_NEVER: off, or without its source */
    bool ready[OSC_COUNT];
    uint32_t system_source; /* SWS: 0 HSI, 1 CSI, 2 HSE, 3 PLL1 */
    uint32_t cpu_hz, hclk_hz;
    struct poll poll;
};

struct pwr {
    uint32_t cr1, cr2, cr3, cpucr, cpu2cr, d3cr_vos, wkupepr;
    bool supply_written; /* CR3's supply bits take one write after power-on */
    bool overdrive;      /* SYSCFG_PWRCR.ODEN: scale 0 */
    uint64_t vos_ready_at, supply_ready_at, backup_ready_at;
    uint32_t active_vos;
    struct poll poll;
};

struct exti {
    uint32_t rtsr[3], ftsr[3], imr[3], emr[3], pr[3];
};

struct syscfg {
    uint32_t pmcr, exticr[4], cfgr, cccsr, cccr;
};

struct rng {
    uint32_t cr;
    bool clock_error, clock_error_interrupt;
    uint32_t words[4];
    unsigned available;
    uint64_t next_at;
    uint64_t state; /* of the generator: kept over resets, so that each start differs */
    struct poll poll;
};

struct iwdg {
    bool running, unlocked;
    uint32_t prescaler, reload, window; /* in force */
    uint32_t written[3];                /* as last written: PR, RLR, WINR */
    uint64_t update_at[3];              /* BOARD_NEVER: no update under way */
    uint32_t count;                     /* down-counter at counted_at */
    uint64_t counted_at;
    struct poll poll;
};

struct rtc {
    uint32_t backup[32];
    uint32_t wpr_key;
    bool writable; /* key sequence 0xCA, 0x53 given */
};

struct soc {
    struct rcc rcc;
    struct pwr pwr;
    struct exti exti;
    struct syscfg syscfg;
    struct rng rng;
    struct iwdg iwdg;
    struct rtc rtc;
    uint32_t dbgmcu_cr, dbgmcu_freeze[10];
    uint8_t system_memory[SECTOR_SIZE];
};

/* The guest reads a flag that only time will set. After a few such reads in a tight loop, let time
 * jump to the next event. */
void soc_polled(struct board *board, struct poll *poll, bool waiting);
/* The lanes of a register that a write changes. */
static inline uint32_t soc_merge(uint32_t old, uint32_t lanes, uint32_t value)
{
    return (old & ~lanes) | (value & lanes);
}

void rcc_create(struct board *board);
void rcc_reset(struct board *board, enum reset_cause cause);
void rcc_update(struct board *board); /* start, stop, make ready, switch; schedules EVENT_RCC */
bool rcc_enabled(const struct board *board, uint32_t enable, uint32_t bit);
void rcc_backup_domain_reset(struct board *board);

/* Frequencies in Hz, 0 for a clock that does not run. clock.c, RM0399 9.5 (clock tree). */
void clock_compute(struct board *board);
uint32_t clock_oscillator_hz(const struct board *board, enum oscillator oscillator);
uint32_t clock_pll_hz(const struct board *board, int pll, char output); /* 1-3, 'p' 'q' 'r' */
uint32_t clock_pclk_hz(const struct board *board, int bus);             /* APB1, APB2 */
uint32_t clock_rng_hz(const struct board *board);

void pwr_create(struct board *board);
void pwr_reset(struct board *board, enum reset_cause cause);
uint64_t pwr_update(struct board *board); /* settles what is due; returns the next time, or never */
bool pwr_backup_writable(const struct board *board);
void pwr_set_overdrive(struct board *board, bool on);

void syscfg_create(struct board *board); /* SYSCFG and DBGMCU */
void syscfg_reset(struct board *board, enum reset_cause cause);
uint32_t syscfg_exti_port(const struct board *board, int line);

void exti_create(struct board *board);
void exti_reset(struct board *board);
void exti_pin(struct board *board, char port, int pin,
              bool level); /* the pin changed to this level */

void rng_create(struct board *board);
void rng_reset(struct board *board);
void rng_event(struct board *board);

void iwdg_create(struct board *board);
void iwdg_reset(struct board *board);
void iwdg_event(struct board *board);

void gpio_port_reset(struct board *board, uint32_t ports);  /* bit 0: GPIOA; bits as in AHB4RSTR */
void usart_unit_reset(struct board *board, uint32_t units); /* bit 0: USART1 */

void rtc_create(struct board *board);
void rtc_backup_reset(struct board *board);

#endif
