/* wizard_settings_print.h - settings as YAML, each in one line. All return memory to be freed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_SETTINGS_PRINT_H
#define FLOTA_CLI_WIZARD_SETTINGS_PRINT_H

#include <cjson/cJSON.h>

char *settings_print_text(const cJSON *value);
char *settings_print_address(const cJSON *value);
char *settings_print_auth(const cJSON *value);
char *settings_print_modules(const cJSON *value); /* of texts */
char *settings_print_interval(const cJSON *value);

#endif
