/* gpio.h - pins for applications, as ports/stm32h7/gpio.h gives them; in memory here.
 *
 * flota-host --control shows them and drives inputs: "pin J2", "pin C13=1".
 *
 * port: 'A' to 'K'.  pin: 0 to 15.  Other values are a bug and end the run with a message.
 * Thread safety: one caller.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_GPIO_H
#define FLOTA_HOST_GPIO_H

#include <stdbool.h>

/* Make a pin an output. It keeps the level last written; low after reset. */
void flota_gpio_output(char port, int pin);

/* Make a pin an input; pull: 0 none, 1 up, -1 down. Without a pull an undriven pin reads low. */
void flota_gpio_input(char port, int pin, int pull);

/* Drive an output pin high (true) or low. */
void flota_gpio_write(char port, int pin, bool level);

/* The level at the pin. */
bool flota_gpio_read(char port, int pin);

#endif
