/* gpio.c - pins in the block that the launcher shares. See gpio.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gpio.h"
#include "host_chip.h"
#include "host_port.h"

static struct host_gpio *find(char port, int pin)
{
    if (port < 'A' || port >= (char)('A' + HOST_GPIO_PORTS) || pin < 0 || pin > 15)
        host_panic("there is no such GPIO pin");
    return &host_chip()->gpio[port - 'A'];
}

static void set_bit(_Atomic uint16_t *bits, int pin, bool value)
{
    if (value)
        *bits |= (uint16_t)(1u << pin);
    else
        *bits &= (uint16_t) ~(1u << pin);
}

void flota_gpio_output(char port, int pin)
{
    set_bit(&find(port, pin)->output, pin, true);
}

void flota_gpio_input(char port, int pin, int pull)
{
    struct host_gpio *gpio = find(port, pin);
    set_bit(&gpio->output, pin, false);
    set_bit(&gpio->pull_up, pin, pull > 0);
}

void flota_gpio_write(char port, int pin, bool level)
{
    set_bit(&find(port, pin)->level, pin, level);
}

bool flota_gpio_read(char port, int pin)
{
    return host_gpio_level(find(port, pin), (unsigned)pin);
}
