/* startup.c - vector table, and the application's start.
 *
 * The chip's reset leads to the guard (guard/guard.c), which lies at a fixed place and jumps here,
 * by a reserved vector, with what it found out in r0 to r2. A debugger may begin here, too: the ELF
 * file's entry.
 *
 * Reset_Handler uses nothing but registers until the FPU is on, the memory of the stacks and of
 * received frames is written and .data and .bss are ready: what RAM holds after power-on is random,
 * and its ECC may be wrong (RM0399, RAM ECC monitoring). The image is the active bank's, so the
 * vector table stays at 0x08000000.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fault.h"
#include "guard/handover.h"
#include "registers.h"
#include "stm32h7.h"
#include <string.h>

/* From the linker script. */
extern uint32_t flota_stack_top[];
extern uint32_t flota_data_start[], flota_data_end[], flota_data_load[];
extern uint32_t flota_bss_start[], flota_bss_end[];
void flota_guard_entry(void); /* 0x08000501 in every image */

int main(void);
void Reset_Handler(void);
void SysTick_Handler(void);
void FLASH_IRQHandler(void);
void USART3_IRQHandler(void);
void ETH_IRQHandler(void);
_Noreturn void startup_in_c(uint32_t magic, uint32_t reset_flags, uint32_t decision);

typedef void (*vector)(void);

/* Every vector is filled: what nobody handles is reported and restarts the chip. */
__attribute__((section(".vectors"), used)) static const vector vectors[16 + IRQ_COUNT] = {
    [0] = (vector)(uintptr_t)flota_stack_top,
    [1] = flota_guard_entry,
    [2 ... HANDOVER_VECTOR - 1] = stm32h7_fault_entry,
    [HANDOVER_VECTOR] = Reset_Handler,
    [HANDOVER_VECTOR + 1 ... 14] = stm32h7_fault_entry,
    [15] = SysTick_Handler,
    [16 ... 16 + IRQ_FLASH - 1] = stm32h7_fault_entry,
    [16 + IRQ_FLASH] = FLASH_IRQHandler,
    [16 + IRQ_FLASH + 1 ... 16 + IRQ_USART3 - 1] = stm32h7_fault_entry,
    [16 + IRQ_USART3] = USART3_IRQHandler,
    [16 + IRQ_USART3 + 1 ... 16 + IRQ_ETH - 1] = stm32h7_fault_entry,
    [16 + IRQ_ETH] = ETH_IRQHandler,
    [16 + IRQ_ETH + 1 ... 16 + IRQ_COUNT - 1] = stm32h7_fault_entry,
};

_Noreturn void startup_in_c(uint32_t magic, uint32_t reset_flags, uint32_t decision)
{
    memcpy(flota_data_start, flota_data_load,
           (size_t)((uintptr_t)flota_data_end - (uintptr_t)flota_data_start));
    memset(flota_bss_start, 0, (size_t)((uintptr_t)flota_bss_end - (uintptr_t)flota_bss_start));
    stm32h7_start_keep(magic, reset_flags, decision);
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
 * here), write all that is used of DTCM once, hand the guard's words on. */
__attribute__((naked)) void Reset_Handler(void)
{
    __asm volatile("cpsid i\n\t"
                   "mov   r4, r0\n\t"
                   "mov   r5, r1\n\t"
                   "mov   r6, r2\n\t"
                   "ldr   r0, =0xE000ED88\n\t"
                   "ldr   r1, [r0]\n\t"
                   "orr   r1, r1, #0x00F00000\n\t"
                   "str   r1, [r0]\n\t"
                   "dsb\n\t"
                   "isb\n\t"
                   "ldr   r0, =flota_stack_bottom\n\t"
                   "ldr   r1, =flota_stack_top\n\t"
                   "mov   sp, r1\n\t"
                   "ldr   r1, =flota_frames_end\n\t"
                   "mov   r2, #0\n\t"
                   "mov   r3, #0\n"
                   "1:\n\t"
                   "strd  r2, r3, [r0], #8\n\t"
                   "cmp   r0, r1\n\t"
                   "blo   1b\n\t"
                   "mov   r0, r4\n\t"
                   "mov   r1, r5\n\t"
                   "mov   r2, r6\n\t"
                   "b     startup_in_c\n\t"
                   ".ltorg\n");
}
