/* startup_stm32h745xx.S - vector table and start, in the shape of the file that CubeMX gives.
 *
 * What Flota needs is marked "Flota": vectors 1 and 7, the faults, and seven lines of Reset_Handler.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
    .syntax unified
    .cpu cortex-m7
    .thumb

    .section .text.Reset_Handler
    .global Reset_Handler
    .type Reset_Handler, %function
Reset_Handler:
    mov   r5, r0               /* Flota: what the guard says comes in r0 to r2. Below, r5 to r7 stay */
    mov   r6, r1
    mov   r7, r2
    ldr   sp, =_estack
    bl    SystemInit
    ldr   r0, =_sdata
    ldr   r1, =_edata
    ldr   r2, =_sidata
    b     2f
1:  ldr   r3, [r2], #4
    str   r3, [r0], #4
2:  cmp   r0, r1
    blo   1b
    ldr   r0, =_sbss
    ldr   r1, =_ebss
    movs  r3, #0
    b     4f
3:  str   r3, [r0], #4
4:  cmp   r0, r1
    blo   3b
    mov   r0, r5               /* Flota: behind .bss, before constructors and main */
    mov   r1, r6
    mov   r2, r7
    bl    stm32h7_start_keep
    cpsie i                    /* Flota: the guard runs with interrupts off */
    bl    __libc_init_array
    bl    main
5:  b     5b
    .size Reset_Handler, . - Reset_Handler

    .section .text.Default_Handler, "ax", %progbits
Default_Handler:
    b     stm32h7_fault_entry  /* Flota: a report on the console and for the next run, then a reset */

    .section .isr_vector, "a", %progbits
    .global g_pfnVectors
    .type g_pfnVectors, %object
g_pfnVectors:
    .word _estack
    .word flota_guard_entry    /* Flota: 1, was Reset_Handler */
    .word stm32h7_fault_entry  /* 2, NMI */
    .word stm32h7_fault_entry  /* 3, HardFault */
    .word stm32h7_fault_entry  /* 4, MemManage */
    .word stm32h7_fault_entry  /* 5, BusFault */
    .word stm32h7_fault_entry  /* 6, UsageFault */
    .word Reset_Handler        /* Flota: 7, was 0: the guard jumps here */
    .word 0, 0, 0              /* 8 to 10 */
    .word Default_Handler      /* 11, SVC */
    .word Default_Handler      /* 12, DebugMonitor */
    .word 0                    /* 13 */
    .word Default_Handler      /* 14, PendSV */
    .word SysTick_Handler      /* 15 */
    .rept 4
    .word Default_Handler
    .endr
    .word FLASH_IRQHandler     /* interrupt 4 */
    .rept 34
    .word Default_Handler
    .endr
    .word USART3_IRQHandler    /* 39 */
    .rept 21
    .word Default_Handler
    .endr
    .word ETH_IRQHandler       /* 61 */
    .rept 88
    .word Default_Handler
    .endr
    .size g_pfnVectors, . - g_pfnVectors
