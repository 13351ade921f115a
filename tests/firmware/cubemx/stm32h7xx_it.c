/* stm32h7xx_it.c - interrupt handlers, as CubeMX leaves them when Flota is there.
 *
 * Gone: the fault handlers (Flota's report stands in their vectors), ETH_IRQHandler and
 * USART3_IRQHandler (ports/stm32h7 has them).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stm32h7xx_hal_subset.h"
/* Flota: */
#include "stm32h7.h"
/* Flota. */

void SysTick_Handler(void);

void SysTick_Handler(void)
{
    HAL_IncTick();
    stm32h7_wake(); /* Flota: flota_poll() sleeps until something happens */
}
