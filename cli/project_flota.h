/* project_flota.h - what the files that read flota.yml share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PROJECT_FLOTA_H
#define FLOTA_CLI_PROJECT_FLOTA_H

#include "project.h"

/* Take a key's value. Returns false after having said what is wrong. */
typedef bool (*project_take)(struct project *project, const yaml_node_t *node);

struct project_field {
    const char *name; /* NULL ends a list */
    project_take take;
};

/* The keys of a mapping, each at most once. */
bool project_take_fields(struct project *project, const yaml_node_t *map,
                         const struct project_field *fields);

bool project_take_number(struct project *project, const yaml_node_t *node, uint32_t least,
                         uint32_t most, uint32_t *number);

/* project_device.c: how the device is reached, who may, and when a firmware is good. */
bool project_take_network(struct project *project, const yaml_node_t *node);
bool project_take_auth(struct project *project, const yaml_node_t *node);
bool project_take_confirm(struct project *project, const yaml_node_t *node);
bool project_take_signatures(struct project *project, const yaml_node_t *node);

#endif
