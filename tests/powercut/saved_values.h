/* saved_values.h - the tester's view of a device's configuration: what was saved, what may stand.
 *
 * Each save has a number, and all values follow from it: values of two saves are told apart, and a
 * mixture shows. After a cut the values are those of the last save that was answered, or of one
 * that was cut since; once the device has started with them they stay.
 *
 * One key is known to every second image only: the others must keep its value.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SAVED_VALUES_H
#define SAVED_VALUES_H

#include "flota/config.h"

#define SAVED_VALUES_MAX 64u /* saves in one case */

struct saved_values {
    uint32_t durable;                  /* number of the save that must stand ... */
    bool torn[SAVED_VALUES_MAX];       /* ... or one of these, which were cut */
    uint32_t memory[SAVED_VALUES_MAX]; /* per save: what the key of some images says, 0: default */
    uint32_t last;                     /* number */
};

/* Start the configuration as the image with this number does. */
void saved_values_start(struct flota_config *config, const struct flota_flash *flash, int image);

/* Change all values, and save them. A cut leaves the save torn. Returns as flota_config_save(). */
int saved_values_save(struct saved_values *saved, struct flota_config *config, int image);

/* What stands is right: NULL, or what is wrong. settles: from now on nothing else may stand. */
const char *saved_values_check(struct saved_values *saved, const struct flota_config *config,
                               int image, bool settles);

#endif
