/* home.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "home.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *home_folder(void)
{
    const char *folder = getenv("FLOTA_HOME");
    return folder && folder[0] ? folder : FLOTA_SOURCE_DIR;
}

bool home_path(const char *name, char path[PROCESS_PATH_SIZE])
{
    int size = snprintf(path, PROCESS_PATH_SIZE, "%s/%s", home_folder(), name);
    return size < (int)PROCESS_PATH_SIZE && access(path, F_OK) == 0;
}

bool home_tool(char path[PROCESS_PATH_SIZE])
{
    ssize_t size = readlink("/proc/self/exe", path, PROCESS_PATH_SIZE - 1);
    path[size > 0 ? size : 0] = '\0';
    return size > 0;
}

static bool is_program(char path[PROCESS_PATH_SIZE], const char *base, const char *folder,
                       const char *name)
{
    int size = snprintf(path, PROCESS_PATH_SIZE, "%s/%s%s", base, folder, name);
    return size < (int)PROCESS_PATH_SIZE && access(path, X_OK) == 0;
}

bool home_program(const char *name, char path[PROCESS_PATH_SIZE])
{
    static const char *const near_tool[] = {"", "../vboard/", "../ports/host/"};
    static const char *const near_home[] = {"build/host/vboard/", "build/host/ports/host/"};
    char tool[PROCESS_PATH_SIZE];
    char *slash = home_tool(tool) ? strrchr(tool, '/') : NULL;
    if (slash)
        *slash = '\0';
    for (size_t i = 0; slash && i < sizeof near_tool / sizeof near_tool[0]; i++)
        if (is_program(path, tool, near_tool[i], name))
            return true;
    for (size_t i = 0; i < sizeof near_home / sizeof near_home[0]; i++)
        if (is_program(path, home_folder(), near_home[i], name))
            return true;
    return process_find(name, path);
}
