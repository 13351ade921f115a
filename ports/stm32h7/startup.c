/* startup.c - vector table and reset handler.
 *
 * The reset handler uses nothing but registers until the FPU is on, the stack's memory is written
 * and .data and .bss are ready: what RAM holds after power-on is random, and its ECC may be wrong
 * (RM0399, RAM ECC monitoring). The image is the active bank's, so the vector table stays at
 * 0x08000000.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fault.h"
#include "registers.h"
#include <string.h>

/* From the linker script. */
extern uint32_t flota_stack_top[];
extern uint32_t flota_data_start[], flota_data_end[], flota_data_load[];
extern uint32_t flota_bss_start[], flota_bss_end[];

int main(void);
void Reset_Handler(void);
void SysTick_Handler(void);
void FLASH_IRQHandler(void);
void USART3_IRQHandler(void);
void ETH_IRQHandler(void);
_Noreturn void startup_in_c(void);

typedef void (*vector)(void);

/* Every vector is filled: what nobody handles is reported and restarts the chip. */
__attribute__((section(".vectors"), used)) static const vector vectors[16 + IRQ_COUNT] = {
    [0] = (vector)(uintptr_t)flota_stack_top,
    [1] = Reset_Handler,
    [2 ... 14] = stm32h7_fault_entry,
    [15] = SysTick_Handler,
    [16 ... 16 + IRQ_FLASH - 1] = stm32h7_fault_entry,
    [16 + IRQ_FLASH] = FLASH_IRQHandler,
    [16 + IRQ_FLASH + 1 ... 16 + IRQ_USART3 - 1] = stm32h7_fault_entry,
    [16 + IRQ_USART3] = USART3_IRQHandler,
    [16 + IRQ_USART3 + 1 ... 16 + IRQ_ETH - 1] = stm32h7_fault_entry,
    [16 + IRQ_ETH] = ETH_IRQHandler,
    [16 + IRQ_ETH + 1 ... 16 + IRQ_COUNT - 1] = stm32h7_fault_entry,
};

_Noreturn void startup_in_c(void)
{
    memcpy(flota_data_start, flota_data_load,
           (size_t)((uintptr_t)flota_data_end - (uintptr_t)flota_data_start));
    memset(flota_bss_start, 0, (size_t)((uintptr_t)flota_bss_end - (uintptr_t)flota_bss_start));
    SCB_VTOR = FLASH_ACTIVE_ADDRESS;
    SCB_CCR |= SCB_CCR_DIV_0_TRP;
    SCB_SHCSR |= SCB_SHCSR_FAULTS;
    core_dsb();
    core_isb();
    __asm volatile("cpsie i" ::: "memory");
    main();
    stm32h7_fault_main_returned();
}

/* Enable the FPU (DDI 0403E B3.2.20: CP10 and CP11), load the stack pointer (a debugger may start
 * here), write the whole stack region once. */
__attribute__((naked)) void Reset_Handler(void)
{
    __asm volatile("cpsid i\n\t"
                   "ldr   r0, =0xE000ED88\n\t"
                   "ldr   r1, [r0]\n\t"
                   "orr   r1, r1, #0x00F00000\n\t"
                   "str   r1, [r0]\n\t"
                   "dsb\n\t"
                   "isb\n\t"
                   "ldr   r0, =flota_stack_bottom\n\t"
                   "ldr   r1, =flota_stack_top\n\t"
                   "mov   sp, r1\n\t"
                   "ldr   r1, =flota_fault_stack_top\n\t"
                   "mov   r2, #0\n\t"
                   "mov   r3, #0\n"
                   "1:\n\t"
                   "strd  r2, r3, [r0], #8\n\t"
                   "cmp   r0, r1\n\t"
                   "blo   1b\n\t"
                   "b     startup_in_c\n\t"
                   ".ltorg\n");
}
