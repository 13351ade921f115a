/* main.c - @NAME@: users, and settings that the device keeps by itself.
 *
 * Network, name and update policy need no code: their endpoints are bound to the configuration.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "glue.h"
#include "gpio.h"

/* UM2488: user LED LD7 on PJ2 lights when the pin is low. */
#define LED_PORT 'J'
#define LED_PIN  2

static void my_get_light(struct light *data)
{
    data->on = !flota_gpio_read(LED_PORT, LED_PIN);
}

static void my_set_light(struct light *data)
{
    flota_gpio_write(LED_PORT, LED_PIN, !data->on);
}

int main(void)
{
    flota_init();
    flota_gpio_write(LED_PORT, LED_PIN, true); /* off before the pin drives */
    flota_gpio_output(LED_PORT, LED_PIN);
    flota_set_http_handlers(light, my_get_light, my_set_light);
    for (;;)
        flota_poll();
}
