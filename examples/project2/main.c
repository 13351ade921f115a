/* main.c - project2: an LED and the display's backlight, switched from the page.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "glue.h"
#include "gpio.h"

/* UM2488: user LED LD7 on PJ2 lights when the pin is low; the backlight's enable is PK0, active
 * high. */
#define LED_PORT       'J'
#define LED_PIN        2
#define BACKLIGHT_PORT 'K'
#define BACKLIGHT_PIN  0

static void my_get_leds(struct leds *data)
{
    data->state = !flota_gpio_read(LED_PORT, LED_PIN);
}

static void my_set_leds(struct leds *data)
{
    flota_gpio_write(LED_PORT, LED_PIN, !data->state);
}

static void my_get_BCKLT(struct BCKLT *data)
{
    data->state = flota_gpio_read(BACKLIGHT_PORT, BACKLIGHT_PIN);
}

static void my_set_BCKLT(struct BCKLT *data)
{
    flota_gpio_write(BACKLIGHT_PORT, BACKLIGHT_PIN, data->state);
}

static void init_pins(void)
{
    flota_gpio_write(LED_PORT, LED_PIN, true); /* off before the pin drives */
    flota_gpio_output(LED_PORT, LED_PIN);
    flota_gpio_write(BACKLIGHT_PORT, BACKLIGHT_PIN, true); /* the display starts lit */
    flota_gpio_output(BACKLIGHT_PORT, BACKLIGHT_PIN);
}

int main(void)
{
    flota_init();
    init_pins();
    flota_set_http_handlers(leds, my_get_leds, my_set_leds);
    flota_set_http_handlers(BCKLT, my_get_BCKLT, my_set_BCKLT);
    for (;;)
        flota_poll();
}
