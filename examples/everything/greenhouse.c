/* greenhouse.c - a greenhouse in numbers: the lamp is the board's LED, the rest is arithmetic.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "everything.h"
#include "gpio.h"
#include <stdio.h>
#include <string.h>

#define ZONE_COUNT 4u
#define STEP_MS    100u
#define DAY_STEPS  1200u /* a day takes two minutes */
#define HOT        30.0
#define MOVE_STEP  2 /* percent of the window in a step */

/* UM2488: user LED LD7 on PJ2 lights when the pin is low. */
#define LED_PORT 'J'
#define LED_PIN  2

static struct {
    struct control control;
    struct climate climate;
    struct zones zones[ZONE_COUNT];
    uint32_t now_ms, stepped_ms, steps;
    bool was_hot;
    int moving; /* -1, 0, 1 */
    bool is_watering;
    size_t watered;
    uint32_t watering_ms, watering_since_ms;
} house;

/* --- values --- */

void greenhouse_get_climate(struct climate *data)
{
    *data = house.climate;
}

void greenhouse_get_control(struct control *data)
{
    *data = house.control;
}

void greenhouse_set_control(struct control *data)
{
    house.control = *data;
    flota_gpio_write(LED_PORT, LED_PIN, !data->lamp);
}

size_t greenhouse_count_zones(void)
{
    return ZONE_COUNT;
}

void greenhouse_get_zone(size_t row, struct zones *data)
{
    *data = house.zones[row];
}

void greenhouse_set_zone(size_t row, struct zones *data)
{
    house.zones[row] = *data;
}

/* --- actions --- */

static void report(const char *text, bool severe, double reading)
{
    struct alarms alarm = {
        .when = (int32_t)(house.now_ms / 1000u), .severe = severe, .reading = reading};
    snprintf(alarm.text, sizeof alarm.text, "%s", text);
    flota_report(alarms, &alarm);
}

void greenhouse_water(struct water_now *data)
{
    house.is_watering = true;
    house.watered = (size_t)data->zone % ZONE_COUNT;
    house.watering_ms = (uint32_t)data->seconds * 1000u;
    house.watering_since_ms = house.now_ms;
    report(data->reason[0] ? data->reason : "watering", false, data->litres);
}

enum flota_action_state greenhouse_water_state(void)
{
    return house.is_watering ? FLOTA_ACTION_RUNNING : FLOTA_ACTION_DONE;
}

/* It stops where it is when the button is let go. */
void greenhouse_move_window(struct move_window *data)
{
    house.moving = data->pressed ? (data->up ? 1 : -1) : 0;
}

/* --- the course of things --- */

/* From 0 to 1 and back in a day. */
static double sun(void)
{
    uint32_t position = house.steps % DAY_STEPS;
    uint32_t half = DAY_STEPS / 2u;
    return (position < half ? position : DAY_STEPS - position) / (double)half;
}

static void move_window(void)
{
    int32_t window = house.control.window + house.moving * MOVE_STEP;
    house.control.window = window < 0 ? 0 : window > 100 ? 100 : window;
}

static void step_climate(void)
{
    struct climate *climate = &house.climate;
    double tenths = 150 + 200 * sun() - house.control.window * 0.5;
    climate->temperature = (double)(int32_t)tenths / 10.0;
    climate->humidity = 80 - (int32_t)(40 * sun());
    climate->light = (int32_t)(30000 * sun());
    climate->is_day = sun() > 0.25;
}

static void step_zones(void)
{
    for (size_t i = 0; i < ZONE_COUNT; i++) {
        struct zones *zone = &house.zones[i];
        bool wet = zone->valve || (house.is_watering && house.watered == i);
        zone->moisture += wet ? 0.5 : -0.01;
        zone->moisture = zone->moisture < 0 ? 0 : zone->moisture > 100 ? 100 : zone->moisture;
    }
}

static void watch(void)
{
    bool is_hot = house.climate.temperature > HOT;
    if (is_hot && !house.was_hot)
        report("it is hot", true, house.climate.temperature);
    house.was_hot = is_hot;
    if (house.is_watering && house.now_ms - house.watering_since_ms >= house.watering_ms)
        house.is_watering = false;
}

void greenhouse_init(void)
{
    house.control = (struct control){.automatic = true, .target = 22.5, .gain = 0.75};
    strcpy(house.control.mode, "growth");
    strcpy(house.control.note, "Tomatoes, row 1 to 4");
    strcpy(house.climate.sensor, "SHT45");
    for (size_t i = 0; i < ZONE_COUNT; i++) {
        house.zones[i] = (struct zones){.moisture = 40, .limit = 35, .plant = "tomato"};
        snprintf(house.zones[i].name, sizeof house.zones[i].name, "Bed %u", (unsigned)i + 1);
    }
    flota_gpio_write(LED_PORT, LED_PIN, true); /* off before the pin drives */
    flota_gpio_output(LED_PORT, LED_PIN);
    step_climate();
}

void greenhouse_poll(uint32_t now_ms)
{
    house.now_ms = now_ms;
    if (now_ms - house.stepped_ms < STEP_MS)
        return;
    house.stepped_ms = now_ms;
    house.steps++;
    move_window();
    step_climate();
    step_zones();
    watch();
}
