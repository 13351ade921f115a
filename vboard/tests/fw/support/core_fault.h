/* core_fault.h - what the last fault of a check was.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "core.h"

/* Of the last fault; counted since the start. */
static volatile uint32_t faults, cfsr, bfar, pc, hfsr;

/* Keep the fault's registers and clear the sticky ones. frame: the stacked registers. */
static void note_fault(uint32_t *frame)
{
    faults++;
    cfsr = REG32(SCB_CFSR);
    hfsr = REG32(SCB_HFSR);
    bfar = REG32(SCB_BFAR);
    pc = frame[6];
    REG32(SCB_CFSR) = cfsr;
    REG32(SCB_HFSR) = hfsr;
}

#endif
