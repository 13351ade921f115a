/* core.h - the core's own registers, for the checks of the core (Armv7-M ARM, B3.2).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CORE_H
#define CORE_H

#include "check.h"

#define SCB_ICSR   0xE000ED04u
#define SCB_VTOR   0xE000ED08u
#define SCB_AIRCR  0xE000ED0Cu
#define SCB_CCR    0xE000ED14u
#define SCB_SHPR   0xE000ED18u /* byte exception - 4 */
#define SCB_SHCSR  0xE000ED24u
#define SCB_CFSR   0xE000ED28u
#define SCB_HFSR   0xE000ED2Cu
#define SCB_MMFAR  0xE000ED34u
#define SCB_BFAR   0xE000ED38u
#define SCB_CPACR  0xE000ED88u
#define SYST_CSR   0xE000E010u
#define SYST_RVR   0xE000E014u
#define SYST_CVR   0xE000E018u
#define NVIC_ISER  0xE000E100u
#define NVIC_ICER  0xE000E180u
#define NVIC_ISPR  0xE000E200u
#define NVIC_ICPR  0xE000E280u
#define NVIC_IABR  0xE000E300u
#define NVIC_IPR   0xE000E400u
#define DEMCR      0xE000EDFCu
#define DWT_CTRL   0xE0001000u
#define DWT_CYCCNT 0xE0001004u

static inline void barrier(void)
{
    __asm volatile("dsb\n isb" ::: "memory");
}

/* Calls handler(frame) with the stack pointer that the exception used. */
#define FRAME_HANDLER(name, handler)                                                               \
    __attribute__((naked)) void name(void)                                                         \
    {                                                                                              \
        __asm volatile("tst lr, #4\n ite eq\n mrseq r0, msp\n mrsne r0, psp\n b " #handler);       \
    }                                                                                              \
    void handler(uint32_t *frame);                                                                 \
    void handler(uint32_t *frame)

/* Bytes of the instruction at an address: 2 or 4. */
static inline uint32_t instruction_size(uint32_t address)
{
    return REG16(address & ~1u) >> 11 >= 0x1D ? 4 : 2;
}

#endif
