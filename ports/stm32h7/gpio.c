/* gpio.c - pins. See gpio.h. Source: RM0399 chapter 12.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gpio.h"
#include "registers.h"
#include "stm32h7.h"

enum { MODE_INPUT = 0, MODE_OUTPUT = 1, MODE_ALTERNATE = 2 };
enum { SPEED_LOW = 0, SPEED_VERY_HIGH = 3 };

/* The port's number, with its clock on. */
static unsigned enable(char port, int pin)
{
    if (port < 'A' || port > 'K' || pin < 0 || pin > 15)
        stm32h7_panic("there is no such GPIO pin");
    unsigned number = (unsigned)(port - 'A');
    RCC_AHB4ENR |= 1u << number;
    (void)RCC_AHB4ENR; /* the clock is on two cycles later */
    return number;
}

static void set_field(volatile uint32_t *reg, unsigned index, unsigned bits, uint32_t value)
{
    unsigned shift = index * bits;
    *reg = (*reg & ~(((1u << bits) - 1u) << shift)) | value << shift;
}

static void configure(unsigned port, unsigned pin, uint32_t mode, uint32_t speed, uint32_t pull)
{
    set_field(&GPIO_OSPEEDR(port), pin, 2, speed);
    set_field(&GPIO_OTYPER(port), pin, 1, 0);
    set_field(&GPIO_PUPDR(port), pin, 2, pull);
    set_field(&GPIO_MODER(port), pin, 2, mode);
}

void flota_gpio_output(char port, int pin)
{
    configure(enable(port, pin), (unsigned)pin, MODE_OUTPUT, SPEED_LOW, 0);
}

void flota_gpio_input(char port, int pin, int pull)
{
    uint32_t code = pull > 0 ? 1u : pull < 0 ? 2u : 0u;
    configure(enable(port, pin), (unsigned)pin, MODE_INPUT, SPEED_LOW, code);
}

void flota_gpio_write(char port, int pin, bool level)
{
    GPIO_BSRR(enable(port, pin)) = 1u << (level ? pin : pin + 16);
}

bool flota_gpio_read(char port, int pin)
{
    return GPIO_IDR(enable(port, pin)) >> pin & 1u;
}

void stm32h7_gpio_alternate(char port, int pin, unsigned function)
{
    unsigned number = enable(port, pin);
    set_field(&GPIO_AFR(number, (unsigned)pin / 8u), (unsigned)pin % 8u, 4, function);
    configure(number, (unsigned)pin, MODE_ALTERNATE, SPEED_VERY_HIGH, 0);
}
