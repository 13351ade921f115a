/* tick.c - milliseconds from SysTick, and sleeping between interrupts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core.h"
#include "stm32h7.h"

#define SYSTICK_PRIORITY_SHIFT 24u /* in SHPR3 */
#define SYSTICK_PRIORITY       (4u << (8u - NVIC_PRIORITY_BITS))

static volatile uint32_t milliseconds;
static volatile bool awake;

void SysTick_Handler(void);

void SysTick_Handler(void)
{
    milliseconds++;
    awake = true;
}

void stm32h7_tick_init(uint32_t cpu_hz)
{
    SYST_CSR = 0;
    SCB_SHPR3 = (SCB_SHPR3 & ~(0xFFu << SYSTICK_PRIORITY_SHIFT)) | SYSTICK_PRIORITY
                                                                       << SYSTICK_PRIORITY_SHIFT;
    SYST_RVR = cpu_hz / 1000u - 1u;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE;
}

uint32_t stm32h7_tick_ms(void)
{
    return milliseconds;
}

bool stm32h7_wait(const volatile uint32_t *reg, uint32_t mask, uint32_t value, uint32_t limit_ms)
{
    uint32_t start = milliseconds;
    while ((*reg & mask) != value)
        if (milliseconds - start > limit_ms)
            return (*reg & mask) == value; /* a long interruption must not look like a failure */
    return true;
}

void stm32h7_wake(void)
{
    awake = true;
}

/* WFI ends by a pending interrupt even while PRIMASK holds it back (DDI 0403E B1.5.19). So an
 * interrupt between the question and WFI is not slept through. */
void stm32h7_sleep(void)
{
    uint32_t primask = core_interrupts_disable();
    if (!awake) {
        core_dsb();
        __asm volatile("wfi" ::: "memory");
    }
    core_interrupts_restore(primask);
    core_isb();
    awake = false;
}
