/* gpio.h - pins for applications: outputs and inputs by port letter and number.
 *
 *     flota_gpio_output('J', 2);        // the green LED of the STM32H745I-DISCO
 *     flota_gpio_write('J', 2, false);  // active low: lit
 *
 * port: 'A' to 'K'.  pin: 0 to 15.  Other values are a bug and restart the chip with a message.
 * Thread safety: writing is atomic; setting up the same port from an interrupt is not.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_STM32H7_GPIO_H
#define FLOTA_STM32H7_GPIO_H

#include <stdbool.h>

/* Make a pin a push-pull output. It keeps the level last written; low after reset. */
void flota_gpio_output(char port, int pin);

/* Make a pin an input; pull: 0 none, 1 up, -1 down. */
void flota_gpio_input(char port, int pin, int pull);

/* Drive an output pin high (true) or low. */
void flota_gpio_write(char port, int pin, bool level);

/* The level at the pin. */
bool flota_gpio_read(char port, int pin);

/* For the port's own drivers: give the pin to a peripheral (alternate function 0 to 15), very high
 * speed. */
void stm32h7_gpio_alternate(char port, int pin, unsigned function);

#endif
