/* project_dashboard.h - what a project's dashboard description adds to its build.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PROJECT_DASHBOARD_H
#define FLOTA_CLI_PROJECT_DASHBOARD_H

#include "generate.h"
#include "project.h"

#define PROJECT_DASHBOARD_TEXTS (2u * PROJECT_KEYS_MAX)

struct project_dashboard {
    const char *command;
    struct dashboard dashboard; /* all zero when the project has none */
    char *texts[PROJECT_DASHBOARD_TEXTS];
    size_t text_count;
};

/* Read the description of a project that has one, and add its configuration keys to the project,
 * which must not outlive it. Returns an exit code, after having said what is wrong. To be freed in
 * any case. */
int project_dashboard_read(const char *command, struct project *project,
                           struct project_dashboard *made);
void project_dashboard_free(struct project_dashboard *made);

/* Write glue and page into build/generated. Returns an exit code, after having said what is wrong.
 */
int project_dashboard_write(const struct project *project, const struct project_dashboard *made);

#endif
