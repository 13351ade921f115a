/* home.h - where Flota's sources are, and the programs that stand beside the tool.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_HOME_H
#define FLOTA_CLI_HOME_H

#include "process.h"

/* FLOTA_HOME of the environment, else the tree that the tool was built in. */
const char *home_folder(void);

/* A file of it: "cmake/project". Returns false when the path is too long, or there is none. */
bool home_path(const char *name, char path[PROCESS_PATH_SIZE]);

/* This tool. */
bool home_tool(char path[PROCESS_PATH_SIZE]);

/* "flota-vboard" or "flota-host": beside the tool, in its build folder, in that of home_folder(),
 * or in PATH. */
bool home_program(const char *name, char path[PROCESS_PATH_SIZE]);

#endif
