/* fault.c - the last words: in RAM for the next run, registers on the console, then a reset.
 *
 * A fault may have been caused by a broken stack, so the handler changes to a stack of its own
 * before any C code runs, and reads the stacked registers only when they lie in RAM.
 *
 * Source: DDI 0403E B1.5 (exception entry, stack frame), B3.2.15 (fault status).
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fault.h"
#include "registers.h"
#include "stm32h7.h"

#define FRAME_WORDS 8u /* r0-r3, r12, lr, pc, xpsr */

_Noreturn void fault_report(const uint32_t *frame, uint32_t exception_return);
void __assert_func(const char *file, int line, const char *function, const char *expression)
    __attribute__((noreturn));

static void print_hex(const char *name, uint32_t value)
{
    char text[12] = " ";
    for (unsigned i = 0; i < 8; i++)
        text[1 + i] = "0123456789abcdef"[value >> (28u - 4u * i) & 0xFu];
    stm32h7_uart_print(" ");
    stm32h7_uart_print(name);
    stm32h7_uart_print(text);
}

static void print_number(uint32_t value)
{
    char text[11];
    size_t start = sizeof text - 1;
    text[start] = 0;
    do
        text[--start] = (char)('0' + value % 10u);
    while ((value /= 10u) != 0);
    stm32h7_uart_print(&text[start]);
}

static const char *exception_name(uint32_t number)
{
    static const char *const names[] = {
        "thread", NULL, "NMI", "HardFault", "MemManage", "BusFault", "UsageFault", NULL,
        NULL,     NULL, NULL,  "SVCall",    "DebugMon",  NULL,       "PendSV"};
    if (number < sizeof names / sizeof names[0] && names[number])
        return names[number];
    return "exception";
}

static bool is_in_ram(uint32_t address, uint32_t base, uint32_t size)
{
    return address >= base && address - base <= size - FRAME_WORDS * 4u && address % 4u == 0;
}

_Noreturn static void restart(void)
{
    stm32h7_uart_print("\r\nrestarting\r\n");
    stm32h7_uart_flush();
    core_reset();
}

/* For the next run, before the console: that takes long, and may be what has broken. */
static void leave_last_words(const uint32_t *frame, uint32_t number, bool has_frame)
{
    uint32_t pc = has_frame ? frame[6] : 0, lr = has_frame ? frame[5] : 0;
    stm32h7_last_words_leave(exception_name(number), pc, lr, SCB_CFSR);
}

_Noreturn void fault_report(const uint32_t *frame, uint32_t exception_return)
{
    uint32_t address = (uint32_t)(uintptr_t)frame;
    uint32_t number = SCB_ICSR & 0x1FFu;
    bool has_frame = is_in_ram(address, DTCM_ADDRESS, DTCM_SIZE) ||
                     is_in_ram(address, AXI_SRAM_ADDRESS, AXI_SRAM_SIZE);
    leave_last_words(frame, number, has_frame);
    stm32h7_uart_print("\r\nfault: ");
    stm32h7_uart_print(exception_name(number));
    stm32h7_uart_print(" ");
    print_number(number);
    print_hex("cfsr", SCB_CFSR);
    print_hex("hfsr", SCB_HFSR);
    print_hex("mmfar", SCB_MMFAR);
    print_hex("bfar", SCB_BFAR);
    print_hex("exc_return", exception_return);
    print_hex("sp", address);
    if (has_frame) {
        print_hex("pc", frame[6]);
        print_hex("lr", frame[5]);
        print_hex("r0", frame[0]);
        print_hex("r1", frame[1]);
        print_hex("r2", frame[2]);
        print_hex("r3", frame[3]);
    }
    restart();
}

__attribute__((naked)) void stm32h7_fault_entry(void)
{
    __asm volatile("cpsid i\n\t"
                   "tst   lr, #4\n\t"
                   "ite   eq\n\t"
                   "mrseq r0, msp\n\t"
                   "mrsne r0, psp\n\t"
                   "mov   r1, lr\n\t"
                   "ldr   r2, =flota_fault_stack_top\n\t"
                   "mov   sp, r2\n\t"
                   "b     fault_report\n\t"
                   ".ltorg\n");
}

_Noreturn void stm32h7_panic(const char *reason)
{
    (void)core_interrupts_disable();
    stm32h7_last_words_leave(reason, 0, (uint32_t)(uintptr_t)__builtin_return_address(0), 0);
    stm32h7_uart_print("\r\nfault: ");
    stm32h7_uart_print(reason);
    restart();
}

_Noreturn void stm32h7_fault_main_returned(void)
{
    stm32h7_panic("main returned");
}

/* newlib's assert(): the expression is known, the printf of the library's own version is not
 * needed. */
void __assert_func(const char *file, int line, const char *function, const char *expression)
{
    (void)function;
    stm32h7_uart_print("\r\nassertion failed: ");
    stm32h7_uart_print(expression);
    stm32h7_uart_print(" at ");
    stm32h7_uart_print(file);
    stm32h7_uart_print(":");
    print_number((uint32_t)line);
    stm32h7_panic("assertion");
}
