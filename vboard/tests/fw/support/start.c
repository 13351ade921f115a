/* start.c - reset handler and vector table of the check programs.
 *
 * Handlers are weak: a program defines the ones it needs, named as in CMSIS. An exception without a
 * handler fails the check and names itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "check.h"

extern uint32_t data_source[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

int main(void);
void Reset_Handler(void);
void unexpected_exception(void);

void unexpected_exception(void)
{
    uint32_t number;

    __asm volatile("mrs %0, ipsr" : "=r"(number));
    check_begin();
    print("FAIL unexpected exception ");
    print_hex(number);
    print(" CFSR ");
    print_hex(REG32(0xE000ED28));
    print("\r\n");
    check_exit(false);
}

#define WEAK(name) void name(void) __attribute__((weak, alias("unexpected_exception")))
WEAK(NMI_Handler);
WEAK(HardFault_Handler);
WEAK(MemManage_Handler);
WEAK(BusFault_Handler);
WEAK(UsageFault_Handler);
WEAK(SVC_Handler);
WEAK(DebugMon_Handler);
WEAK(PendSV_Handler);
WEAK(SysTick_Handler);
WEAK(WWDG1_IRQHandler);
WEAK(PVD_PVM_IRQHandler);
WEAK(RTC_TAMP_STAMP_CSS_LSE_IRQHandler);
WEAK(RTC_WKUP_IRQHandler);
WEAK(FLASH_IRQHandler);
WEAK(RCC_IRQHandler);
WEAK(EXTI0_IRQHandler);
WEAK(EXTI1_IRQHandler);
WEAK(EXTI2_IRQHandler);
WEAK(EXTI3_IRQHandler);
WEAK(EXTI4_IRQHandler);
WEAK(ADC1_2_IRQHandler);
WEAK(EXTI9_5_IRQHandler);
WEAK(TIM1_UP_TIM10_IRQHandler);
WEAK(TIM2_IRQHandler);
WEAK(TIM3_IRQHandler);
WEAK(TIM4_IRQHandler);
WEAK(USART1_IRQHandler);
WEAK(USART2_IRQHandler);
WEAK(USART3_IRQHandler);
WEAK(EXTI15_10_IRQHandler);
WEAK(RTC_Alarm_IRQHandler);
WEAK(TIM5_IRQHandler);
WEAK(TIM6_DAC_IRQHandler);
WEAK(TIM7_IRQHandler);
WEAK(ETH_IRQHandler);
WEAK(ETH_WKUP_IRQHandler);
WEAK(CM7_SEV_IRQHandler);
WEAK(CM4_SEV_IRQHandler);
WEAK(RNG_IRQHandler);
WEAK(FPU_IRQHandler);

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[16 + 150] = {
    [0] = (vector)stack_top,
    [1] = Reset_Handler,
    [2 ... 165] = unexpected_exception,
    [2] = NMI_Handler,
    [3] = HardFault_Handler,
    [4] = MemManage_Handler,
    [5] = BusFault_Handler,
    [6] = UsageFault_Handler,
    [11] = SVC_Handler,
    [12] = DebugMon_Handler,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16 + 0] = WWDG1_IRQHandler,
    [16 + 1] = PVD_PVM_IRQHandler,
    [16 + 2] = RTC_TAMP_STAMP_CSS_LSE_IRQHandler,
    [16 + 3] = RTC_WKUP_IRQHandler,
    [16 + 4] = FLASH_IRQHandler,
    [16 + 5] = RCC_IRQHandler,
    [16 + 6] = EXTI0_IRQHandler,
    [16 + 7] = EXTI1_IRQHandler,
    [16 + 8] = EXTI2_IRQHandler,
    [16 + 9] = EXTI3_IRQHandler,
    [16 + 10] = EXTI4_IRQHandler,
    [16 + 18] = ADC1_2_IRQHandler,
    [16 + 23] = EXTI9_5_IRQHandler,
    [16 + 25] = TIM1_UP_TIM10_IRQHandler,
    [16 + 28] = TIM2_IRQHandler,
    [16 + 29] = TIM3_IRQHandler,
    [16 + 30] = TIM4_IRQHandler,
    [16 + 37] = USART1_IRQHandler,
    [16 + 38] = USART2_IRQHandler,
    [16 + 39] = USART3_IRQHandler,
    [16 + 40] = EXTI15_10_IRQHandler,
    [16 + 41] = RTC_Alarm_IRQHandler,
    [16 + 50] = TIM5_IRQHandler,
    [16 + 54] = TIM6_DAC_IRQHandler,
    [16 + 55] = TIM7_IRQHandler,
    [16 + 61] = ETH_IRQHandler,
    [16 + 62] = ETH_WKUP_IRQHandler,
    [16 + 64] = CM7_SEV_IRQHandler,
    [16 + 65] = CM4_SEV_IRQHandler,
    [16 + 80] = RNG_IRQHandler,
    [16 + 81] = FPU_IRQHandler,
};

void Reset_Handler(void)
{
    const uint32_t *from = data_source;

    REG32(0xE000ED88) |= 0xFu << 20; /* CPACR: FPU on, as most start-up code does */
    __asm volatile("dsb\n isb");
    for (uint32_t *to = data_start; to < data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    main();
    check_pass();
}
