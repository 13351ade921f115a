/* port.c - brings the board up in order. See flota/port.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "registers.h"
#include "stm32h7.h"

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

void flota_port_idle(void)
{
    stm32h7_sleep();
}
