/* wizard_export.h - a project with all it is compiled from, as a ZIP: built without flota and
 * CMake.
 *
 * What to compile and how comes from the build that was made: ninja knows every command and every
 * header that a compiler has read. So the export is what the build is, and no second description.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_EXPORT_H
#define FLOTA_CLI_WIZARD_EXPORT_H

#include "process.h"
#include <stdio.h>

#define EXPORT_ROOTS_MAX 12u
#define EXPORT_PATHS_MAX 4096u

/* A folder of this machine, and what it is called in the ZIP. */
struct export_root {
    char path[PROCESS_PATH_SIZE];
    char name[32]; /* "flota" */
};

struct export_paths {
    struct export_root roots[EXPORT_ROOTS_MAX]; /* one inside another stands before it */
    size_t root_count;
    char *files[EXPORT_PATHS_MAX]; /* of this machine, each once */
    size_t file_count;
};

/* The folders of a build of the project in folder, which is the present one. */
void export_roots(struct export_paths *paths, const char *folder);

/* Add a file that lies in one of the folders, unless it is there; others (the compiler's own) are
 * left out. Relative: to the build's folder. */
void export_add(struct export_paths *paths, const char *path);

/* Its name in the ZIP. Returns false when it lies in none of the folders. */
bool export_name(const struct export_paths *paths, const char *path, char name[PROCESS_PATH_SIZE]);

void export_free(struct export_paths *paths);

/* Write the shell script that compiles and links, and add what it names. Returns the number of
 * commands; 0: ninja has none. */
unsigned export_script(struct export_paths *paths, FILE *out);

/* Add what the compiler has read for the project. */
void export_add_read(struct export_paths *paths);

#endif
