/* board.c - runs from HSI at 64 MHz, as after reset: fast enough for a pump.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "board.h"
#include "stm32h743.h"

#define CORE_HZ 64000000u
#define BAUD    115200u

static volatile uint32_t ticks;

void SysTick_Handler(void);

void SysTick_Handler(void)
{
    ticks++;
}

uint32_t board_ms(void)
{
    return ticks;
}

void board_pin_alternate(char port, unsigned pin, unsigned function)
{
    GPIO_TypeDef *gpio = GPIO(port);
    gpio->AFR[pin / 8] = (gpio->AFR[pin / 8] & ~(0xFu << pin % 8 * 4)) | function << pin % 8 * 4;
    gpio->OSPEEDR |= 3u << pin * 2;
    gpio->MODER = (gpio->MODER & ~(3u << pin * 2)) | 2u << pin * 2;
}

void board_init(void)
{
    RCC_AHB4ENR |= 0x7FFu; /* GPIOA to GPIOK */
    RCC_APB1LENR |= RCC_APB1LENR_USART3;
    (void)RCC_APB1LENR;
    board_pin_alternate('B', 10, 7);
    board_pin_alternate('B', 11, 7);
    USART3->BRR = CORE_HZ / BAUD;
    USART3->CR1 = USART_CR1_UE | USART_CR1_TE;
    SysTick->LOAD = CORE_HZ / 1000u - 1u;
    SysTick->VAL = 0;
    SysTick->CTRL = SysTick_CTRL_ENABLE_Msk | SysTick_CTRL_TICKINT | SysTick_CTRL_CLKSOURCE;
}

void board_print(const char *text)
{
    for (; *text; text++) {
        while (!(USART3->ISR & USART_ISR_TXE))
            ;
        USART3->TDR = (uint8_t)*text;
    }
}

void Error_Handler(void)
{
    board_print("error: stopped\r\n");
    __disable_irq();
    for (;;)
        ;
}
