/* flash_fault.h - a BusFault handler that counts, remembers and goes on. For one file per program.
 *
 * After a precise fault it skips the load, which is 4 bytes long (see faulting_load); after a fetch
 * that failed it returns to the caller; an imprecise fault has nothing to skip.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FLASH_FAULT_H
#define FLASH_FAULT_H

#include "core.h"

#define CFSR_IBUSERR     (1u << 8)
#define CFSR_PRECISERR   (1u << 9)
#define CFSR_IMPRECISERR (1u << 10)
#define CFSR_BFARVALID   (1u << 15)

static volatile uint32_t fault_count, fault_status, fault_address;

__attribute__((used)) void bus_fault(uint32_t *frame);
__attribute__((used)) void bus_fault(uint32_t *frame)
{
    fault_count++;
    fault_status = REG32(SCB_CFSR);
    fault_address = REG32(SCB_BFAR);
    REG32(SCB_CFSR) = fault_status;
    if (fault_status & CFSR_PRECISERR) {
        frame[6] += 4;
    }
    if (fault_status & CFSR_IBUSERR) {
        frame[6] = frame[5] & ~1u;
    }
}

__attribute__((naked)) void BusFault_Handler(void)
{
    __asm volatile("mov r0, sp\n b bus_fault");
}

static inline void bus_faults_on(void)
{
    REG32(SCB_SHCSR) |= 1u << 17;
    barrier();
}

static inline uint32_t faulting_load(uint32_t address)
{
    uint32_t value;

    __asm volatile("mov %0, #0\n ldr.w %0, [%1]\n dsb" : "=&r"(value) : "r"(address) : "memory");
    return value;
}

#endif
