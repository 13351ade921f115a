/* everything.h - what the files of this example share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef EVERYTHING_H
#define EVERYTHING_H

#include "glue.h"

/* reports.c: files that are made when they are read. */
extern const struct flota_files reports_files;

/* raw.c: HTTP answered by the application itself. */
struct raw {
    unsigned requests;
    size_t size;
    char note[64]; /* the last body, as much as fits */
};
extern const struct flota_http_handler raw_handler;

/* greenhouse.c: what stands in for a greenhouse. */
void greenhouse_get_climate(struct climate *data);
void greenhouse_get_control(struct control *data);
void greenhouse_set_control(struct control *data);
size_t greenhouse_count_zones(void);
void greenhouse_get_zone(size_t row, struct zones *data);
void greenhouse_set_zone(size_t row, struct zones *data);
void greenhouse_water(struct water_now *data);
enum flota_action_state greenhouse_water_state(void);
void greenhouse_move_window(struct move_window *data);
void greenhouse_init(void);
void greenhouse_poll(uint32_t now_ms);

#endif
