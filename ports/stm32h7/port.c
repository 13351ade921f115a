/* port.c - brings the board up in order. See flota/port.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "registers.h"
#include "stm32h7.h"

#define LOST_EVERY_MS 1000u

static const struct flota_port port = {&stm32h7_flash, &stm32h7_platform};

/* The tick runs from the first moment, on the slow clock: every wait below is bounded by it.
 * Identity comes before the caches and before any flash operation (it lies in bank 1). */
const struct flota_port *flota_port_init(void)
{
    stm32h7_tick_init(STM32H7_HSI_HZ);
    stm32h7_identity_read();
    const struct stm32h7_clock *clock = stm32h7_clock_init();
    stm32h7_tick_init(clock->cpu_hz);
    stm32h7_memory_init();
    stm32h7_uart_init(clock->pclk1_hz);
    if (clock->problem) {
        stm32h7_uart_print("clock: ");
        stm32h7_uart_print(clock->problem);
        stm32h7_uart_print("; running at 64 MHz\r\n");
    }
    stm32h7_random_init();
    return &port;
}

uint32_t flota_port_now_ms(void)
{
    return stm32h7_tick_ms();
}

void flota_port_console(const char *text, size_t size)
{
    stm32h7_uart_write(text, size);
}

size_t flota_port_console_write(const char *text, size_t size)
{
    return stm32h7_uart_write_some(text, size);
}

/* Whoever reads the console should know why a frame was not answered. Said now and then: this is
 * called at each turn, and a flood must not keep the console busy. */
static void tell_lost(void)
{
    static uint32_t told, told_ms;
    uint32_t lost = stm32h7_uart_lost(), now_ms = stm32h7_tick_ms();
    if (lost == told || now_ms - told_ms < LOST_EVERY_MS)
        return;
    stm32h7_uart_print("console: received bytes were lost\r\n");
    told = lost;
    told_ms = now_ms;
}

size_t flota_port_console_read(char *bytes, size_t size)
{
    tell_lost();
    return stm32h7_uart_read(bytes, size);
}

/* Placed by the linker script. */
extern const uint8_t flota_bss_end[];

/* Variables, pools and buffers lie in the AXI SRAM (RM0399, memory map). */
void flota_port_memory(uint32_t *size, uint32_t *unused)
{
    *size = AXI_SRAM_SIZE;
    *unused = AXI_SRAM_ADDRESS + AXI_SRAM_SIZE - (uint32_t)(uintptr_t)flota_bss_end;
}

void flota_port_idle(void)
{
    stm32h7_sleep();
}
