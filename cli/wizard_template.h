/* wizard_template.h - the templates of `flota new`, for the wizard.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_TEMPLATE_H
#define FLOTA_CLI_WIZARD_TEMPLATE_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* [{"id","title","text"},...]: those that are there. */
cJSON *wizard_template_list(void);

bool wizard_template_exists(const char *id);

/* A file of a template by its name in the project, "flota.yml"; name and board filled in. To be
 * freed; NULL: it has none. */
char *wizard_template_file(const char *id, const char *name, const char *project,
                           const char *board);

/* The settings of its flota.yml. */
cJSON *wizard_template_settings(const char *id, const char *project, const char *board);

#endif
