/* wizard_tables.h - the tables of src/dash, made of a description at run time: what glue.c is on a
 * device.
 *
 * Thread safety: one caller.  Allocation: heap, given back at once by wizard_tables_free(). Names
 * and texts stay the dashboard's, which must last as long.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_TABLES_H
#define FLOTA_CLI_WIZARD_TABLES_H

#include "dashboard.h"
#include "flota/config.h"
#include "flota/dash.h"

struct wizard_memory; /* a list of what was allocated */

struct wizard_tables {
    const struct dashboard *dashboard;
    struct flota_endpoint endpoints[FLOTA_DASH_ENDPOINTS_MAX];
    const struct dashboard_endpoint *sources[FLOTA_DASH_ENDPOINTS_MAX]; /* of each endpoint */
    size_t count;
    struct flota_access_user users[FLOTA_ACCESS_USERS_MAX];
    struct flota_access_rules rules;
    struct flota_config_table keys; /* of endpoints that are bound to the configuration */
    struct wizard_memory *memory;
};

void wizard_tables_make(struct wizard_tables *tables, const struct dashboard *dashboard);
void wizard_tables_free(struct wizard_tables *tables);

/* Values, rows and samples of earlier tables, where names and types are the same. */
void wizard_tables_take_over(struct wizard_tables *tables, const struct wizard_tables *old);

/* May this field hold this value? */
bool wizard_field_allows(const struct flota_field *field, const void *value);

#endif
