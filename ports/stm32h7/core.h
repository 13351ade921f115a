/* core.h - the Cortex-M7: system registers, barriers, interrupt control.
 *
 * Facts from the Armv7-M Architecture Reference Manual (DDI 0403E, chapter B3) and the Cortex-M7
 * Technical Reference Manual (DDI 0489).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_CORE_H
#define STM32H7_CORE_H

#include <stdbool.h>
#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))

/* SysTick, DDI 0403E B3.3 */
#define SYST_CSR           REG32(0xE000E010u)
#define SYST_CSR_ENABLE    (1u << 0)
#define SYST_CSR_TICKINT   (1u << 1)
#define SYST_CSR_CLKSOURCE (1u << 2) /* the processor clock */
#define SYST_RVR           REG32(0xE000E014u)
#define SYST_CVR           REG32(0xE000E018u)

/* NVIC, B3.4: one bit per interrupt, 32 per register; priorities one byte each */
#define NVIC_ISER(word)    REG32(0xE000E100u + 4u * (word))
#define NVIC_ICER(word)    REG32(0xE000E180u + 4u * (word))
#define NVIC_ICPR(word)    REG32(0xE000E280u + 4u * (word))
#define NVIC_IPR(irq)      (*(volatile uint8_t *)(0xE000E400u + (irq)))
#define NVIC_PRIORITY_BITS 4u /* implemented: the upper ones, RM0399 NVIC features */

/* System control block, B3.2 */
#define SCB_ICSR              REG32(0xE000ED04u)
#define SCB_VTOR              REG32(0xE000ED08u)
#define SCB_AIRCR             REG32(0xE000ED0Cu)
#define SCB_AIRCR_KEY         (0x05FAu << 16)
#define SCB_AIRCR_PRIGROUP    (7u << 8)
#define SCB_AIRCR_SYSRESETREQ (1u << 2)
#define SCB_CCR               REG32(0xE000ED14u)
#define SCB_CCR_DIV_0_TRP     (1u << 4)
#define SCB_CCR_BFHFNMIGN     (1u << 8)
#define SCB_CCR_DC            (1u << 16)
#define SCB_CCR_IC            (1u << 17)
#define SCB_SHPR3             REG32(0xE000ED20u)
#define SCB_SHCSR             REG32(0xE000ED24u)
#define SCB_SHCSR_FAULTS      (7u << 16) /* MemManage, BusFault, UsageFault enable */
#define SCB_CFSR              REG32(0xE000ED28u)
#define SCB_CFSR_BUS          (0xFFu << 8)
#define SCB_HFSR              REG32(0xE000ED2Cu)
#define SCB_MMFAR             REG32(0xE000ED34u)
#define SCB_BFAR              REG32(0xE000ED38u)
#define SCB_CCSIDR            REG32(0xE000ED80u)
#define SCB_CSSELR            REG32(0xE000ED84u)
#define SCB_CPACR             REG32(0xE000ED88u)
#define SCB_ICIALLU           REG32(0xE000EF50u)
#define SCB_DCISW             REG32(0xE000EF60u)

/* MPU, B3.5 */
#define MPU_CTRL            REG32(0xE000ED94u)
#define MPU_CTRL_ENABLE     (1u << 0)
#define MPU_CTRL_HFNMIENA   (1u << 1) /* else the MPU is off while FAULTMASK is set */
#define MPU_CTRL_PRIVDEFENA (1u << 2)
#define MPU_RNR             REG32(0xE000ED98u)
#define MPU_RBAR            REG32(0xE000ED9Cu)
#define MPU_RASR            REG32(0xE000EDA0u)

static inline void core_dsb(void)
{
    __asm volatile("dsb" ::: "memory");
}

static inline void core_dmb(void)
{
    __asm volatile("dmb" ::: "memory");
}

static inline void core_isb(void)
{
    __asm volatile("isb" ::: "memory");
}

/* Disable interrupts. Returns the former PRIMASK, for core_interrupts_restore(). */
static inline uint32_t core_interrupts_disable(void)
{
    uint32_t primask;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask)::"memory");
    return primask;
}

static inline void core_interrupts_restore(uint32_t primask)
{
    __asm volatile("msr primask, %0" ::"r"(primask) : "memory");
}

static inline void core_irq_enable(unsigned irq, unsigned priority)
{
    NVIC_IPR(irq) = (uint8_t)(priority << (8u - NVIC_PRIORITY_BITS));
    NVIC_ICPR(irq / 32u) = 1u << (irq % 32u);
    NVIC_ISER(irq / 32u) = 1u << (irq % 32u);
}

/* After it returns the handler does not run any more: the barriers let a pending entry happen
 * first. */
static inline void core_irq_disable(unsigned irq)
{
    NVIC_ICER(irq / 32u) = 1u << (irq % 32u);
    core_dsb();
    core_isb();
}

_Noreturn static inline void core_reset(void)
{
    core_dsb();
    SCB_AIRCR = SCB_AIRCR_KEY | (SCB_AIRCR & SCB_AIRCR_PRIGROUP) | SCB_AIRCR_SYSRESETREQ;
    core_dsb();
    for (;;)
        core_isb();
}

#endif
