/* device_config.h - what a firmware's flota_config.h says about trust, read as text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_DEVICE_CONFIG_H
#define FLOTA_CLI_DEVICE_CONFIG_H

#include "flota/signature.h"

#define DEVICE_CONFIG_TEXT 256u

struct device_config {
    char keys[FLOTA_KEY_SLOTS][DEVICE_CONFIG_TEXT]; /* "": none in this slot */
    char product[DEVICE_CONFIG_TEXT];               /* "": not said */
    bool required;                                  /* FLOTA_SIGNATURES_REQUIRED stands there */
};

/* Read the lines #define FLOTA_KEY_0 "..." to _3, FLOTA_PRODUCT, FLOTA_SIGNATURE_POLICY, also those
 * of files that it includes by a path relative to it. Comments are passed over; #if is not
 * understood. Returns false after having said on stderr what is wrong. */
bool device_config_read(const char *command, const char *path, struct device_config *config);

#endif
