/* project_cmake.c - build/generated/project.cmake: what the project's firmware is compiled from.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "file.h"
#include "home.h"
#include "project_dashboard.h"
#include "project_write.h"
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool project_write_file(const char *command, const char *path, const void *bytes, size_t size,
                        bool *changed)
{
    const struct file file = {(uint8_t *)(uintptr_t)bytes, (uint32_t)size};
    struct file old = {0};
    bool same = access(path, F_OK) == 0 && file_read(command, path, &old) && old.size == size &&
                memcmp(old.bytes, bytes, size) == 0;
    free(old.bytes);
    if (changed)
        *changed = !same;
    return same || file_write(command, path, &file);
}

/* --- sources --- */

struct found {
    const struct project *project;
    FILE *out;
    char folder[PROCESS_PATH_SIZE]; /* of the project */
    size_t count;
};

static bool has_suffix(const char *path, const char *suffix)
{
    size_t size = strlen(path), end = strlen(suffix);
    return size >= end && strcmp(path + size - end, suffix) == 0;
}

static void print_path(const struct found *found, const char *path)
{
    if (path[0] == '/')
        fprintf(found->out, " [==[%s]==]", path);
    else
        fprintf(found->out, " [==[%s/%s]==]", found->folder, path);
}

static void add_matches(struct found *found, const char *pattern)
{
    glob_t matches;
    if (glob(pattern, 0, NULL, &matches) == 0)
        for (size_t i = 0; i < matches.gl_pathc; i++) {
            const char *path = matches.gl_pathv[i];
            if (!has_suffix(path, ".c") && !has_suffix(path, ".S"))
                continue;
            print_path(found, path);
            found->count++;
        }
    globfree(&matches);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A folder stands for its C and assembler files. */
static bool add_sources(struct found *found, size_t index)
{
    const struct project_list *sources = &found->project->sources;
    const char *source = sources->values[index];
    char pattern[PROCESS_PATH_SIZE];
    size_t before = found->count;
    if (!is_folder(source)) {
        add_matches(found, source);
    } else {
        snprintf(pattern, sizeof pattern, "%s/*.c", source);
        add_matches(found, pattern);
        snprintf(pattern, sizeof pattern, "%s/*.S", source);
        add_matches(found, pattern);
    }
    if (found->count > before)
        return true;
    return yaml_fail_at(&found->project->tree, sources->lines[index],
                        "put C files there, or change sources:", "sources: '%s' has no C file",
                        source);
}

static void folder_of(const char *source, char folder[PROCESS_PATH_SIZE])
{
    const char *slash = strrchr(source, '/');
    if (is_folder(source))
        snprintf(folder, PROCESS_PATH_SIZE, "%s", source);
    else
        snprintf(folder, PROCESS_PATH_SIZE, "%.*s", slash ? (int)(slash - source) : 1,
                 slash ? source : ".");
}

/* The compiler looks beside a source first, and would not see the file that is made; a second
 * glue.c would be linked, too. */
static bool check_way(const struct project *project, size_t index, const char *name,
                      const char *remedy)
{
    char folder[PROCESS_PATH_SIZE], path[PROCESS_PATH_SIZE + 20];
    folder_of(project->sources.values[index], folder);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (access(path, F_OK) != 0)
        return true;
    return yaml_fail_at(&project->tree, project->sources.lines[index], remedy,
                        "%s stands in the way: the build makes %s", path, name);
}

static bool check_ways(const struct project *project, size_t index)
{
    static const char *const made[] = {"glue.h", "glue.c", "page.c"};
    if (!check_way(project, index, "flota_config.h",
                   "move what it says into the project file, and remove it"))
        return false;
    for (size_t i = 0; project_has_dashboard(project) && i < sizeof made / sizeof made[0]; i++)
        if (!check_way(project, index, made[i],
                       "remove it, or name a page that is no dashboard description"))
            return false;
    return true;
}

static bool print_sources(struct found *found)
{
    fputs("set(FIRMWARE_SOURCES", found->out);
    for (size_t i = 0; i < found->project->sources.count; i++)
        if (!check_ways(found->project, i) || !add_sources(found, i))
            return false;
    fputs(")\nset(FIRMWARE_INCLUDES", found->out);
    for (size_t i = 0; i < found->project->sources.count; i++) {
        char folder[PROCESS_PATH_SIZE];
        folder_of(found->project->sources.values[i], folder);
        print_path(found, folder);
    }
    fputs(")\n", found->out);
    return true;
}

/* --- the rest --- */

static void print_list(FILE *out, const char *name, const struct project_list *list)
{
    fprintf(out, "set(%s", name);
    for (size_t i = 0; i < list->count; i++)
        fprintf(out, " [==[%s]==]", list->values[i]);
    fputs(")\n", out);
}

static bool print_page(const struct found *found)
{
    const char *page = found->project->page;
    if (!page)
        return fputs("set(FIRMWARE_PAGE)\n", found->out) >= 0;
    if (access(page, R_OK) != 0) {
        const yaml_node_t *node =
            yaml_find(&found->project->tree, yaml_root(&found->project->tree), "page");
        return yaml_fail(&found->project->tree, node, "correct its name, or remove the line",
                         "page: '%s': %s", page, strerror(errno));
    }
    fputs("set(FIRMWARE_PAGE", found->out);
    print_path(found, page);
    fputs(")\n", found->out);
    return true;
}

static bool print_all(struct found *found)
{
    FILE *out = found->out;
    fprintf(out,
            "# Made from %s by flota build: change it there.\n"
            "set(FIRMWARE_BOARD [==[%s]==])\nset(FIRMWARE_FOLDER [==[%s]==])\n",
            found->project->tree.path, found->project->board, found->folder);
    print_list(out, "FIRMWARE_DEFINES", &found->project->defines);
    print_list(out, "FIRMWARE_CFLAGS", &found->project->cflags);
    return print_page(found) && print_sources(found);
}

int project_write_cmake(const char *command, const struct project *project)
{
    char *text = NULL;
    size_t size = 0;
    struct found found = {.project = project};
    if (!getcwd(found.folder, sizeof found.folder))
        return EXIT_OTHER;
    found.out = open_memstream(&text, &size);
    if (!found.out)
        return EXIT_OTHER;
    int result = print_all(&found) ? EXIT_DONE : EXIT_USAGE;
    if (fclose(found.out) != 0)
        result = EXIT_OTHER;
    if (result == EXIT_DONE && !project_write_file(command, PROJECT_CMAKE, text, size, NULL))
        result = EXIT_OTHER;
    free(text);
    return result;
}

int project_write(const char *command, struct project *project)
{
    if ((mkdir(PROJECT_BUILD, 0777) != 0 && errno != EEXIST) ||
        (mkdir(PROJECT_GENERATED, 0777) != 0 && errno != EEXIST)) {
        fprintf(stderr, "%s: %s: %s.\nTo do: give yourself write permission in this folder.\n",
                command, PROJECT_GENERATED, strerror(errno));
        return EXIT_OTHER;
    }
    size_t key_count = project->key_count;
    struct project_dashboard made;
    int result = project_write_cmake(command, project);
    if (result == EXIT_DONE)
        result = project_dashboard_read(command, project, &made);
    else
        made = (struct project_dashboard){.command = command};
    if (result == EXIT_DONE)
        result = project_write_config(command, project);
    if (result == EXIT_DONE)
        result = project_dashboard_write(project, &made);
    project->key_count = key_count; /* the others' texts go */
    project_dashboard_free(&made);
    return result;
}
