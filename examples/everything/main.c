/* main.c - everything: each type of endpoint and each element, for tests and to look things up.
 *
 * greenhouse.c has the getters and setters, reports.c the files, raw.c the custom endpoint. `logs`
 * is left to the glue's own files in RAM, `site` to the configuration, `restart` to the device.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "everything.h"
#include "flota/port.h"

static struct raw raw;

int main(void)
{
    flota_init();
    greenhouse_init();
    flota_set_http_handlers(climate, greenhouse_get_climate, NULL);
    flota_set_http_handlers(control, greenhouse_get_control, greenhouse_set_control);
    flota_set_array_handlers(zones, greenhouse_count_zones, greenhouse_get_zone,
                             greenhouse_set_zone);
    flota_set_action_handlers(water_now, greenhouse_water, greenhouse_water_state);
    flota_set_action_handlers(move_window, greenhouse_move_window, NULL);
    flota_set_file_handlers(reports, &reports_files);
    flota_set_custom_handler(raw, &raw_handler, &raw);
    for (;;) {
        greenhouse_poll(flota_port_now_ms());
        flota_poll();
    }
}
