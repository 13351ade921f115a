/* main.c - @NAME@: a temperature with its history, and a limit that warns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "glue.h"

static double limit = 30.0;
static bool was_warm;

/* In place of your sensor's driver: from 18 to 34 degrees and back in two minutes, in tenths. */
static double read_temperature(void)
{
    uint32_t position = flota_port_now_ms() / 1000u % 120u;
    uint32_t tenths = 180u + (position < 60u ? position : 120u - position) * 160u / 60u;
    return tenths / 10.0;
}

static void my_get_climate(struct climate *data)
{
    data->temperature = read_temperature();
    data->limit = limit;
    data->is_warm = data->temperature > limit;
}

static void my_set_climate(struct climate *data)
{
    limit = data->limit;
}

/* Tell the page when the limit is passed: once each time. */
static void watch(void)
{
    struct alarms alarm = {.seconds = (int32_t)(flota_port_now_ms() / 1000u),
                           .temperature = read_temperature()};
    bool is_warm = alarm.temperature > limit;
    if (is_warm && !was_warm)
        flota_report(alarms, &alarm);
    was_warm = is_warm;
}

int main(void)
{
    flota_init();
    flota_set_http_handlers(climate, my_get_climate, my_set_climate);
    for (;;) {
        watch();
        flota_poll();
    }
}
