/* flash_check.h - what the checks of the flash share: registers, sequences, time.
 *
 * Programs run from bank 1; what they erase and program lies in bank 2, unless they say otherwise.
 * Clock: 64 MHz from the HSI, as a reset leaves it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FLASH_CHECK_H
#define FLASH_CHECK_H

#include "core.h"

/* Register set 1 serves what is mapped at 0x08000000, set 2 what is at 0x08100000. */
#define FLASH(set, offset) REG32(0x52002000u + ((set)-1u) * 0x100u + (offset))
#define KEYR(set)          FLASH(set, 0x04u)
#define CR(set)            FLASH(set, 0x0Cu)
#define SR(set)            FLASH(set, 0x10u)
#define CCR(set)           FLASH(set, 0x14u)
#define ECC_FA(set)        FLASH(set, 0x60u)
#define PRAR_PRG(set)      FLASH(set, 0x2Cu)
#define WPSN_CUR(set)      FLASH(set, 0x38u)
#define WPSN_PRG(set)      FLASH(set, 0x3Cu)
#define OPTKEYR            FLASH(1, 0x08u)
#define OPTCR              FLASH(1, 0x18u)
#define OPTSR_CUR          FLASH(1, 0x1Cu)
#define OPTSR_PRG          FLASH(1, 0x20u)
#define OPTCCR             FLASH(1, 0x24u)
#define BOOT7_CUR          FLASH(1, 0x40u)
#define BOOT7_PRG          FLASH(1, 0x44u)

#define CR_LOCK     (1u << 0)
#define CR_PG       (1u << 1)
#define CR_SER      (1u << 2)
#define CR_BER      (1u << 3)
#define CR_PSIZE_64 (3u << 4)
#define CR_FW       (1u << 6)
#define CR_START    (1u << 7)
#define CR_SNB(n)   ((uint32_t)(n) << 8)

#define SR_BSY      (1u << 0)
#define SR_WBNE     (1u << 1)
#define SR_QW       (1u << 2)
#define SR_EOP      (1u << 16)
#define SR_WRPERR   (1u << 17)
#define SR_PGSERR   (1u << 18)
#define SR_STRBERR  (1u << 19)
#define SR_INCERR   (1u << 21)
#define SR_RDPERR   (1u << 23)
#define SR_SNECCERR (1u << 25)
#define SR_DBECCERR (1u << 26)
#define SR_ERRORS   0x07EE0000u
#define SR_ALL      0x1FEF0000u

#define OPTCR_OPTLOCK      (1u << 0)
#define OPTCR_OPTSTART     (1u << 1)
#define OPTSR_BUSY         (1u << 0)
#define OPTSR_OPTCHANGEERR (1u << 30)
#define SWAP_BANK          (1u << 31)

#define BANK2      0x08100000u
#define SECTOR(n)  ((uint32_t)(n)*0x20000u)
#define CYCLES_US  64u
#define FLASH_WORD 32u

static inline void unlock(unsigned set)
{
    KEYR(set) = 0x45670123u;
    KEYR(set) = 0xCDEF89ABu;
}

static inline void option_unlock(void)
{
    OPTKEYR = 0x08192A3Bu;
    OPTKEYR = 0x4C5D6E7Fu;
}

static inline void wait_idle(unsigned set)
{
    while (SR(set) & (SR_QW | SR_BSY)) {
    }
}

static inline void clear_flags(unsigned set)
{
    CCR(set) = SR_ALL;
}

/* Eight stores of 32 bits; the n-th is pattern + n. */
static inline void write_word(uint32_t address, uint32_t pattern)
{
    for (uint32_t i = 0; i < FLASH_WORD / 4; i++) {
        REG32(address + 4 * i) = pattern + i;
    }
    barrier();
}

static inline void program_word(unsigned set, uint32_t address, uint32_t pattern)
{
    CR(set) = CR_PG | CR_PSIZE_64;
    write_word(address, pattern);
    wait_idle(set);
    CR(set) = CR_PSIZE_64;
}

static inline void erase_sector(unsigned set, unsigned sector)
{
    CR(set) = CR_SER | CR_SNB(sector) | CR_PSIZE_64;
    CR(set) = CR_SER | CR_SNB(sector) | CR_PSIZE_64 | CR_START;
    wait_idle(set);
    CR(set) = CR_PSIZE_64;
}

static inline bool word_is(uint32_t address, uint32_t pattern)
{
    for (uint32_t i = 0; i < FLASH_WORD / 4; i++) {
        if (REG32(address + 4 * i) != pattern + i) {
            return false;
        }
    }
    return true;
}

static inline bool word_is_blank(uint32_t address)
{
    for (uint32_t i = 0; i < FLASH_WORD / 4; i++) {
        if (REG32(address + 4 * i) != 0xFFFFFFFFu) {
            return false;
        }
    }
    return true;
}

/* OPTSTART, and until it is over. */
static inline void option_start(void)
{
    OPTCR |= OPTCR_OPTSTART;
    while (OPTSR_CUR & OPTSR_BUSY) {
    }
}

static inline void clock_begin(void)
{
    REG32(DEMCR) |= 1u << 24;
    REG32(DWT_CYCCNT) = 0;
    REG32(DWT_CTRL) |= 1u;
}

static inline uint32_t clock_us(void)
{
    return REG32(DWT_CYCCNT) / CYCLES_US;
}

static inline _Noreturn void system_reset(void)
{
    barrier();
    REG32(SCB_AIRCR) = 0x05FA0004u;
    for (;;) {
    }
}

/* What a program keeps over its resets, in SRAM4. */
#define KEPT(n) REG32(0x38000000u + 4u * (n))

/* The boot's number, from 0: RAM is filled with a pattern at power-on, so its value is marked. */
static inline uint32_t boot_number(void)
{
    if (KEPT(0) != 0xB007B007u) {
        KEPT(0) = 0xB007B007u;
        KEPT(1) = 0;
        return 0;
    }
    return ++KEPT(1);
}

#endif
