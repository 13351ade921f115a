/* main.c - @NAME@: eight relays, a pulse, and a log of what was switched.
 *
 * The relays are bits in memory: write your pins where drive() says so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "glue.h"
#include "gpio.h"
#include <string.h>

#define RELAY_COUNT 8u

/* UM2488: user LED LD7 on PJ2 lights when the pin is low. */
#define LED_PORT 'J'
#define LED_PIN  2

static struct relays all[RELAY_COUNT];

static struct {
    bool is_running;
    size_t relay;
    uint32_t since_ms, duration_ms;
} running;

/* --- relays --- */

static void drive(size_t row, bool on)
{
    struct changes change = {
        .seconds = (int32_t)(flota_port_now_ms() / 1000u), .relay = (int32_t)row + 1, .on = on};
    if (all[row].on == on)
        return;
    all[row].on = on; /* here: flota_gpio_write(port, pin of row, on) */
    flota_report(changes, &change);
}

static size_t my_count_relays(void)
{
    return RELAY_COUNT;
}

static void my_get_relays(size_t row, struct relays *data)
{
    *data = all[row];
}

static void my_set_relays(size_t row, struct relays *data)
{
    memcpy(all[row].label, data->label, sizeof all[row].label);
    drive(row, data->on);
}

/* --- actions --- */

static void my_start_all_off(struct all_off *data)
{
    (void)data;
    for (size_t row = 0; row < RELAY_COUNT; row++)
        drive(row, false);
}

static void my_start_pulse(struct pulse *data)
{
    running.is_running = true;
    running.relay = (size_t)data->relay - 1;
    running.since_ms = flota_port_now_ms();
    running.duration_ms = (uint32_t)data->seconds * 1000u;
    drive(running.relay, true);
}

static enum flota_action_state my_state_pulse(void)
{
    return running.is_running ? FLOTA_ACTION_RUNNING : FLOTA_ACTION_DONE;
}

static void end_pulse(void)
{
    if (!running.is_running || flota_port_now_ms() - running.since_ms < running.duration_ms)
        return;
    running.is_running = false;
    drive(running.relay, false);
}

/* The button is held, then let go. */
static void my_start_identify(struct identify *data)
{
    flota_gpio_write(LED_PORT, LED_PIN, !data->pressed);
}

int main(void)
{
    flota_init();
    flota_gpio_write(LED_PORT, LED_PIN, true); /* off before the pin drives */
    flota_gpio_output(LED_PORT, LED_PIN);
    flota_set_array_handlers(relays, my_count_relays, my_get_relays, my_set_relays);
    flota_set_action_handlers(all_off, my_start_all_off, NULL);
    flota_set_action_handlers(pulse, my_start_pulse, my_state_pulse);
    flota_set_action_handlers(identify, my_start_identify, NULL);
    for (;;) {
        end_pulse();
        flota_poll();
    }
}
