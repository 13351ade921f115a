/* app_internal.h - what the files of the application's frame share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_APP_INTERNAL_H
#define FLOTA_APP_INTERNAL_H

#include "flota/module.h"

/* Say who runs, and set up keys and trial; a bank swap that was cut is ordered again. */
void flota_app_start_identity(struct flota_app *app);

/* The configuration with the modules' keys (a list ended by NULL), and the network that it asks
 * for. */
void flota_app_start_config(struct flota_app *app, const struct flota_module *const *modules);

#endif
