/* wizard_settings.h - flota.yml as the wizard's page has it, and back: web/wizard/API.md.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_SETTINGS_H
#define FLOTA_CLI_WIZARD_SETTINGS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* What the flota.yml of the present folder says; the defaults without one. problem: NULL, or the
 * words of what is wrong with it, to be freed: then the settings are the defaults. */
cJSON *wizard_settings_read(char **problem);

/* The text of a flota.yml with these settings: the present one, changed where they differ, or a new
 * one. words: NULL, or what is wrong with the settings, or with the present file. Returns NULL
 * then. Both to be freed. */
char *wizard_settings_text(const cJSON *settings, char **words);

/* Is it of the right shape? Returns NULL, or what is wrong, to be freed. */
char *wizard_settings_check(const cJSON *settings);

#endif
