/* flota_board.c - Flota on a board that HAL has brought up: clock and tick are HAL's.
 *
 * Takes the place of tick.c, clock.c and port.c of ports/stm32h7: the linker takes those from the
 * archive only when nobody else defines their functions. All of them must be here, or it takes the
 * file and says "multiple definition".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "core.h"
#include "flota/port.h"
#include "registers.h"
#include "stm32h7.h"
#include "stm32h7xx_hal_subset.h"

/* --- tick.c --- */

static volatile bool awake;

void stm32h7_wake(void)
{
    awake = true;
}

uint32_t stm32h7_tick_ms(void)
{
    return HAL_GetTick();
}

bool stm32h7_wait(const volatile uint32_t *reg, uint32_t mask, uint32_t value, uint32_t limit_ms)
{
    uint32_t start = HAL_GetTick();
    while ((*reg & mask) != value)
        if (HAL_GetTick() - start > limit_ms)
            return (*reg & mask) == value;
    return true;
}

/* WFI ends by a pending interrupt even while PRIMASK holds it back (DDI 0403E B1.5.19). */
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

/* --- clock.c --- */

const struct stm32h7_clock *stm32h7_clock_now(void)
{
    static struct stm32h7_clock clock;
    clock = (struct stm32h7_clock){HAL_RCC_GetSysClockFreq(), HAL_RCC_GetHCLKFreq(),
                                   HAL_RCC_GetPCLK1Freq(), NULL};
    return &clock;
}

/* --- port.c --- */

/* Behind SystemClock_Config(): the tick runs, the clock is what it will be. */
const struct flota_port *flota_port_init(void)
{
    static const struct flota_port port = {&stm32h7_flash, &stm32h7_platform};
    stm32h7_identity_read();
    stm32h7_memory_init();
    stm32h7_uart_init(HAL_RCC_GetPCLK1Freq());
    stm32h7_random_init();
    return &port;
}

uint32_t flota_port_now_ms(void)
{
    return HAL_GetTick();
}

void flota_port_console(const char *text, size_t size)
{
    stm32h7_uart_write(text, size);
}

size_t flota_port_console_write(const char *text, size_t size)
{
    return stm32h7_uart_write_some(text, size);
}

size_t flota_port_console_read(char *bytes, size_t size)
{
    return stm32h7_uart_read(bytes, size);
}

/* From the linker script, as CubeMX names it: .bss is the last thing in AXI SRAM. */
extern const uint8_t _ebss[];

void flota_port_memory(uint32_t *size, uint32_t *unused)
{
    *size = AXI_SRAM_SIZE;
    *unused = AXI_SRAM_ADDRESS + AXI_SRAM_SIZE - (uint32_t)(uintptr_t)_ebss;
}

void flota_port_idle(void)
{
    stm32h7_sleep();
}
