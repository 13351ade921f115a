/* project_write.h - what a build is made from: flota_config.h, project.cmake for
 * cmake/project/CMakeLists.txt, glue and page.
 *
 * A file that would not change is not written, so that nothing is compiled again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PROJECT_WRITE_H
#define FLOTA_CLI_PROJECT_WRITE_H

#include "project.h"

#define PROJECT_CONFIG "build/generated/flota_config.h"
#define PROJECT_CMAKE  "build/generated/project.cmake"

/* Make build/generated with both, and with what the dashboard description gives. Returns EXIT_DONE,
 * or another exit code after having said what is wrong. */
int project_write(const char *command, struct project *project);

/* Write a file if its content differs. changed: may be NULL. Returns false after having said what
 * is wrong. */
bool project_write_file(const char *command, const char *path, const void *bytes, size_t size,
                        bool *changed);

/* The two halves, for themselves. */
int project_write_config(const char *command, const struct project *project);
int project_write_cmake(const char *command, const struct project *project);

#endif
