/* main.c - an application in the shape in which CubeMX makes one, with Flota in it.
 *
 * What is Flota's stands between "Flota:" comments, at the places that CubeMX leaves to the user.
 * docs/cubemx.md goes through it. HAL: a stand-in, see its header.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "stm32h7xx_hal_subset.h"
/* Flota: */
#include "glue.h" /* made from dashboard.json: struct leds, struct BCKLT */
/* Flota. */

static void SystemClock_Config(void);
static void MX_GPIO_Init(void);
void Error_Handler(void);
int main(void);

/* Flota: the page's switches, by HAL */
static void my_get_leds(struct leds *data)
{
    data->state = HAL_GPIO_ReadPin(GPIOJ, GPIO_PIN_2) == GPIO_PIN_RESET; /* active low */
}

static void my_set_leds(struct leds *data)
{
    HAL_GPIO_WritePin(GPIOJ, GPIO_PIN_2, data->state ? GPIO_PIN_RESET : GPIO_PIN_SET);
}

static void my_get_BCKLT(struct BCKLT *data)
{
    data->state = HAL_GPIO_ReadPin(GPIOK, GPIO_PIN_0) == GPIO_PIN_SET;
}

static void my_set_BCKLT(struct BCKLT *data)
{
    HAL_GPIO_WritePin(GPIOK, GPIO_PIN_0, data->state ? GPIO_PIN_SET : GPIO_PIN_RESET);
}
/* Flota. */

int main(void)
{
    /* Flota: no MPU_Config(), no SCB_EnableICache(), no SCB_EnableDCache(): flota_init() */
    if (HAL_Init() != HAL_OK)
        Error_Handler();
    SystemClock_Config();
    MX_GPIO_Init();
    /* Flota: instead of MX_USART3_UART_Init() and MX_IWDG1_Init(); calls MX_LWIP_Init() */
    flota_init();
    flota_set_http_handlers(leds, my_get_leds, my_set_leds);
    flota_set_http_handlers(BCKLT, my_get_BCKLT, my_set_BCKLT);
    /* Flota. */
    while (1) {
        /* Flota: calls MX_LWIP_Process() */
        flota_poll();
    }
}

/* 25 MHz / 5 x 160 / 2 = 400 MHz; AXI and AHB 200 MHz, APB 100 MHz. */
static void SystemClock_Config(void)
{
    const RCC_OscInitTypeDef oscillators = {
        .PLL = {.PLLM = 5, .PLLN = 160, .PLLP = 2, .PLLQ = 2, .PLLR = 2}};
    const RCC_ClkInitTypeDef clocks = {.SYSCLKDivider = 1, .AHBCLKDivider = 2, .APB1CLKDivider = 2};
    if (HAL_PWREx_ConfigSupply(PWR_DIRECT_SMPS_SUPPLY) != HAL_OK ||
        HAL_RCC_OscConfig(&oscillators) != HAL_OK ||
        HAL_RCC_ClockConfig(&clocks, FLASH_LATENCY_2) != HAL_OK)
        Error_Handler();
}

static void MX_GPIO_Init(void)
{
    const GPIO_InitTypeDef led = {.Pin = GPIO_PIN_2}, backlight = {.Pin = GPIO_PIN_0};
    HAL_GPIO_WritePin(GPIOJ, GPIO_PIN_2, GPIO_PIN_SET); /* off */
    HAL_GPIO_Init(GPIOJ, &led);
    HAL_GPIO_WritePin(GPIOK, GPIO_PIN_0, GPIO_PIN_SET); /* the display starts lit */
    HAL_GPIO_Init(GPIOK, &backlight);
}

/* Flota: what hangs on trial is reset by the watchdog and rolled back: so an endless loop will do.
 */
void Error_Handler(void)
{
    while (1)
        ;
}
