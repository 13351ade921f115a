/* wizard_export_paths.c - folders of this machine and their names in the export.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "build_run.h"
#include "home.h"
#include "wizard_export.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add_root(struct export_paths *paths, const char *path, const char *name)
{
    struct export_root *root = &paths->roots[paths->root_count];
    size_t size = strlen(path);
    if (paths->root_count == EXPORT_ROOTS_MAX || size == 0 || size >= sizeof root->path)
        return;
    snprintf(root->path, sizeof root->path, "%s", path);
    snprintf(root->name, sizeof root->name, "%s", name);
    paths->root_count++;
}

/* Libraries that are kept elsewhere: FLOTA_MBEDTLS_DIR:PATH=/... of CMake's cache. */
static void add_libraries(struct export_paths *paths)
{
    char line[2 * PROCESS_PATH_SIZE], name[32];
    FILE *cache = fopen(BUILD_FOLDER "/CMakeCache.txt", "r");
    while (cache && fgets(line, sizeof line, cache)) {
        char *end = strstr(line, "_DIR:"), *value = strchr(line, '=');
        if (strncmp(line, "FLOTA_", 6) != 0 || !end || !value || value[1] != '/')
            continue;
        value[1 + strcspn(value + 1, "\n")] = '\0';
        snprintf(name, sizeof name, "libraries/%.*s", (int)(end - line - 6), line + 6);
        if (strncmp(value + 1, home_folder(), strlen(home_folder())) != 0)
            add_root(paths, value + 1, name);
    }
    if (cache)
        fclose(cache);
}

void export_roots(struct export_paths *paths, const char *folder)
{
    char build[PROCESS_PATH_SIZE];
    int size = snprintf(build, sizeof build, "%s/" BUILD_FOLDER, folder);
    if (size < (int)sizeof build)
        add_root(paths, build, "out");
    add_root(paths, folder, "project");
    add_libraries(paths);
    add_root(paths, home_folder(), "flota");
}

static const struct export_root *root_of(const struct export_paths *paths, const char *path)
{
    for (size_t i = 0; i < paths->root_count; i++) {
        size_t size = strlen(paths->roots[i].path);
        if (strncmp(path, paths->roots[i].path, size) == 0 && path[size] == '/')
            return &paths->roots[i];
    }
    return NULL;
}

bool export_name(const struct export_paths *paths, const char *path, char name[PROCESS_PATH_SIZE])
{
    const struct export_root *root = root_of(paths, path);
    int size =
        root ? snprintf(name, PROCESS_PATH_SIZE, "%s%s", root->name, path + strlen(root->path))
             : -1;
    return size > 0 && size < (int)PROCESS_PATH_SIZE;
}

static bool is_known(const struct export_paths *paths, const char *path)
{
    for (size_t i = 0; i < paths->file_count; i++)
        if (strcmp(paths->files[i], path) == 0)
            return true;
    return false;
}

void export_add(struct export_paths *paths, const char *path)
{
    char whole[PROCESS_PATH_SIZE], resolved[4096];
    struct stat status;
    const char *before = path[0] == '/' ? "" : paths->roots[0].path;
    int size = snprintf(whole, sizeof whole, "%s%s%s", before, before[0] ? "/" : "", path);
    if (size >= (int)sizeof whole || !root_of(paths, whole) || is_known(paths, whole))
        return; /* most are: thousands of lines name some hundred headers */
    if (!realpath(whole, resolved) || !root_of(paths, resolved))
        return;
    bool full = paths->file_count == EXPORT_PATHS_MAX;
    if (!full && stat(resolved, &status) == 0 && S_ISREG(status.st_mode) &&
        !is_known(paths, resolved))
        paths->files[paths->file_count++] = strdup(resolved);
}

void export_free(struct export_paths *paths)
{
    for (size_t i = 0; i < paths->file_count; i++)
        free(paths->files[i]);
}
