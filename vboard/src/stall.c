/* stall.c - see stall.h.
 *
 * Where it comes from: people who update by bank swap report that erasing physical bank 1, while
 * the program runs from bank 2, stops the Cortex-M7 for the whole erase, seconds long, though the
 * program reads nothing there; the other way round it does not happen (ST community, "STM32H755
 * stalling CPU when erasing bank 1 flash from code running in bank 2"; rev. U). No errata sheet has
 * it. What explains it: the flash is Normal memory by default, the Cortex-M7 may read Normal memory
 * ahead, by instruction prefetch too (DDI 0489, 5.2 and 5.3; Armv7-M ARM A3.5.3), and a read of a
 * busy bank waits until the bank is done (RM0399 4.3.8). Device and Strongly-ordered memory is
 * never read ahead, nor is what the MPU denies.
 *
 * What the core really reads ahead depends on its pipeline. So this mode takes the worst case:
 * while physical bank 1 is erased, the core stops unless no byte of that bank, where it is mapped,
 * is Normal memory that it may read. In this mode the silence of a firmware that leaves the spare
 * bank Normal is as long as the erase; it hears nothing, its watchdog counts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stall.h"

#include "flash.h"
#include "mpu.h"

bool stall_holds_core(const struct board *board)
{
    const struct cpu *cpu = board->cpu;
    const uint32_t npriv = 1;

    if (!board->options.speculative_stall || !behaves(BEHAVIOUR_SPECULATIVE_STALL) ||
        board->flash->bank[0].operation != OPERATION_ERASE) {
        return false;
    }
    bool handler = (cpu_register(cpu, UC_ARM_REG_IPSR) & 0x1FFu) != 0;
    bool privileged = handler || (cpu_register(cpu, UC_ARM_REG_CONTROL) & npriv) == 0;
    bool negative = nvic_execution_priority(cpu, true) < 0;

    return !behaves(BEHAVIOUR_MPU_REGIONS) ||
           !mpu_keeps_out(&cpu->scs, privileged, negative, flash_address(board->flash, 0, 0),
                          BANK_SIZE);
}
