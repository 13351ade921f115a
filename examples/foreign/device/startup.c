/* startup.c - vectors, RAM, then main().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "stm32h743.h"

extern uint32_t _estack, _sidata, _sdata, _edata, _sbss, _ebss;

void Reset_Handler(void);
void Default_Handler(void);
void SysTick_Handler(void);
void ETH_IRQHandler(void);
int main(void);

#define VECTOR_COUNT (16u + 150u)

__attribute__((section(".isr_vector"), used)) static const void *const vectors[VECTOR_COUNT] = {
    [0] = &_estack,
    [1] = (const void *)Reset_Handler,
    [2 ... 14] = (const void *)Default_Handler,
    [15] = (const void *)SysTick_Handler,
    [16 ... 15 + ETH_IRQ_NUMBER] = (const void *)Default_Handler,
    [16 + ETH_IRQ_NUMBER] = (const void *)ETH_IRQHandler,
    [17 + ETH_IRQ_NUMBER... VECTOR_COUNT - 1] = (const void *)Default_Handler,
};

/* Stays here, so that a debugger finds it. */
void Default_Handler(void)
{
    for (;;)
        ;
}

void Reset_Handler(void)
{
    const uint32_t *from = &_sidata;
    SCB_CPACR |= SCB_CPACR_FPU;
    __DSB();
    __ISB();
    for (uint32_t *to = &_sdata; to < &_edata; to++)
        *to = *from++;
    for (uint32_t *to = &_sbss; to < &_ebss; to++)
        *to = 0;
    main();
    Error_Handler();
}
