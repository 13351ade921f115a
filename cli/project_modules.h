/* project_modules.h - the parts of a firmware that `libs:` names, and their configuration keys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PROJECT_MODULES_H
#define FLOTA_CLI_PROJECT_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#define PROJECT_MODULE_COUNT 9u

/* Their names, in the order in which a firmware has them, and NULL: the order of their routes
 * (flota/module.h). */
extern const char *const project_module_names[PROJECT_MODULE_COUNT + 1];

/* Returns the index, or -1. */
int project_module_find(const char *name);

/* A key that the library brings. */
struct project_known_key {
    const char *key;
    char type;          /* 'b', 'i' or 's' */
    bool is_secret;     /* never read back */
    const char *module; /* who has it: "rpc-http"; "rpc-": each of those; NULL: every firmware */
};

/* The row of a key, or NULL. */
const struct project_known_key *project_known_key(const char *key);

/* All rows; ends with a key that is NULL. */
extern const struct project_known_key project_known_keys[];

#endif
