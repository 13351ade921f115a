/* main.c - firmware for the tests of flota-host: good, or bad in the way that flota_config.h says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flota.h"
#include "flota/port.h"
#include "flota_config.h"
#include "gpio.h"

#define BAD_MS 200u /* when a bad one shows what it is */

const struct flota_glue flota_glue = {.page = NULL};

static void misbehave(void)
{
    static int *volatile nowhere;
    switch (TEST_WAY) {
    case TEST_CRASH:
        *nowhere = 1;
        break;
    case TEST_HANG:
        for (;;)
            flota_port_idle();
    case TEST_RUNAWAY:
        for (;;)
            ;
    default:
        break;
    }
}

static void echo(void)
{
    char bytes[64];
    size_t size = flota_port_console_read(bytes, sizeof bytes);
    flota_port_console(bytes, size);
}

int main(void)
{
    flota_init();
    flota_milestone(FLOTA_MILESTONE_APPLICATION + 1);
    flota_gpio_output('J', 2);
    flota_gpio_write('J', 2, true);
    flota_gpio_input('C', 13, 0);
    for (;;) {
        flota_poll();
        echo();
        if (flota_port_now_ms() >= BAD_MS)
            misbehave();
    }
}
