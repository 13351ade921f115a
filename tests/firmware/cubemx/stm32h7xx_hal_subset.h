/* stm32h7xx_hal_subset.h - STAND-IN for stm32h7xx_hal.h, which is not part of this repository.
 *
 * Only the names that this example calls, with the meaning that ST's documentation (UM2217) gives
 * them; the numbers behind the names are ours. A real project includes ST's header instead, and
 * links ST's HAL: nothing of this file and its .c goes into it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7XX_HAL_SUBSET_H
#define STM32H7XX_HAL_SUBSET_H

#include <stdint.h>

typedef enum { HAL_OK, HAL_ERROR, HAL_BUSY, HAL_TIMEOUT } HAL_StatusTypeDef;

/* --- core --- */

void SystemInit(void); /* of CMSIS: before .data and .bss are ready */

HAL_StatusTypeDef HAL_Init(void); /* the tick runs from here on */
void HAL_IncTick(void);
uint32_t HAL_GetTick(void);
void HAL_Delay(uint32_t milliseconds);

/* --- power, clocks --- */

#define PWR_DIRECT_SMPS_SUPPLY 1u
HAL_StatusTypeDef HAL_PWREx_ConfigSupply(uint32_t supply);

typedef struct {
    uint32_t PLLM, PLLN, PLLP, PLLQ, PLLR; /* source: the 25 MHz crystal */
} RCC_PLLInitTypeDef;
typedef struct {
    RCC_PLLInitTypeDef PLL;
} RCC_OscInitTypeDef;

#define FLASH_LATENCY_2 2u
typedef struct {
    uint32_t SYSCLKDivider, AHBCLKDivider, APB1CLKDivider; /* 1, 2, 4; the other APBs like APB1 */
} RCC_ClkInitTypeDef;

HAL_StatusTypeDef HAL_RCC_OscConfig(const RCC_OscInitTypeDef *oscillators);
HAL_StatusTypeDef HAL_RCC_ClockConfig(const RCC_ClkInitTypeDef *clocks, uint32_t latency);
uint32_t HAL_RCC_GetSysClockFreq(void);
uint32_t HAL_RCC_GetHCLKFreq(void);
uint32_t HAL_RCC_GetPCLK1Freq(void);

/* --- pins --- */

typedef struct {
    char letter;
} GPIO_TypeDef;
typedef enum { GPIO_PIN_RESET, GPIO_PIN_SET } GPIO_PinState;
typedef struct {
    uint32_t Pin;
} GPIO_InitTypeDef; /* push-pull outputs only */

extern GPIO_TypeDef hal_subset_port_j, hal_subset_port_k;
#define GPIOJ      (&hal_subset_port_j)
#define GPIOK      (&hal_subset_port_k)
#define GPIO_PIN_0 (1u << 0)
#define GPIO_PIN_2 (1u << 2)

void HAL_GPIO_Init(GPIO_TypeDef *port, const GPIO_InitTypeDef *pins);
void HAL_GPIO_WritePin(GPIO_TypeDef *port, uint16_t pin, GPIO_PinState level);
GPIO_PinState HAL_GPIO_ReadPin(GPIO_TypeDef *port, uint16_t pin);

#endif
