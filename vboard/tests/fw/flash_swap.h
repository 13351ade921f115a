/* flash_swap.h - a program that copies itself into bank 2 and swaps the banks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FLASH_SWAP_H
#define FLASH_SWAP_H

#include "flash_check.h"

#define BANK1 0x08000000u

extern uint32_t data_source[], data_start[], data_end[];

/* Set 2 is unlocked. */
static inline void copy_to_bank2(void)
{
    uint32_t size =
        (uint32_t)((uintptr_t)data_source - BANK1) + 4 * (uint32_t)(data_end - data_start);

    CR(2) = CR_PG | CR_PSIZE_64;
    for (uint32_t at = 0; at < size; at += FLASH_WORD) {
        for (uint32_t i = 0; i < FLASH_WORD; i += 4) {
            REG32(BANK2 + at + i) = REG32(BANK1 + at + i);
        }
        barrier();
        wait_idle(2);
    }
}

static inline void set_swap_option(void)
{
    option_unlock();
    OPTSR_PRG = OPTSR_CUR | SWAP_BANK;
    option_start();
}

#endif
