/* build_run.h - CMake and Ninja for a project: kept in build/cmake, said in the compiler's words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_BUILD_RUN_H
#define FLOTA_CLI_BUILD_RUN_H

#include "project.h"

#define BUILD_FOLDER "build/cmake"
#define BUILD_SEALED "build/cmake/fw.bin" /* unsigned */

enum build_words { BUILD_NORMAL, BUILD_QUIET, BUILD_VERBOSE };

struct build_result {
    unsigned compiled; /* files */
};

/* Compile, link and seal what project_write() has made. Returns the exit code, after having said
 * what failed. */
int build_run(const char *command, const struct project *project, enum build_words words,
              struct build_result *result);

/* Remove what builds leave. Returns false after having said what is wrong. */
bool build_clean(const char *command);

#endif
