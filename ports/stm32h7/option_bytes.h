/* option_bytes.h - reading the option bytes, and choosing the bank that boots.
 *
 * No state, no clock: the guard shares it with the application.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_OPTION_BYTES_H
#define STM32H7_OPTION_BYTES_H

#include "rules.h"
#include <stdbool.h>
#include <stdint.h>

/* Wait until (*reg & mask) == value, at most about limit_ms milliseconds. */
typedef bool (*stm32h7_waiter)(const volatile uint32_t *reg, uint32_t mask, uint32_t value,
                               uint32_t limit_ms);

void stm32h7_options_read(struct stm32h7_options *options);

/* Are the banks swapped at present? */
bool stm32h7_options_swapped(void);

/* Let the banks be swapped, or not, from the next reset on. Nothing is written when the option says
 * so already. Returns 0, or FLOTA_ERR_OPTION_BYTES, then nothing has changed. Blocks for the option
 * byte change, at most 2 s. Source: RM0399 4.4 (option bytes), 4.3.13 (bank swap). */
int stm32h7_options_boot(bool swapped, stm32h7_waiter wait);

/* Let the Cortex-M4 not boot (BCM4 = 0) from the next reset on; all else stays. Returns and blocks
 * as stm32h7_options_boot(). Source: RM0399, FLASH_OPTSR_CUR, BCM4. */
int stm32h7_options_hold_m4(stm32h7_waiter wait);

#endif
