/* settings.h - what the pump remembers, in the last sector of the bank that runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include <stdint.h>

struct settings {
    uint32_t magic;
    uint32_t update_pending; /* a new firmware has not yet run */
    uint32_t update_count;
    uint32_t litres_per_hour;
    uint32_t unused[4];
};

extern struct settings settings;

void settings_load(void);
void settings_save(void);                  /* where this firmware finds them */
void settings_save_for_new_firmware(void); /* in the other bank */

#endif
