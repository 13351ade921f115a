/* project.c - reading a project: which file, what both kinds share, defaults.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project.h"
#include "command.h"
#include "project_sim.h"
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool project_exists(void)
{
    return access(PROJECT_FILE, F_OK) == 0 || access(PROJECT_MOS_FILE, F_OK) == 0;
}

const char *project_default_image(void)
{
    return project_exists() && access(PROJECT_IMAGE, R_OK) == 0 ? PROJECT_IMAGE : NULL;
}

bool project_is_host(const struct project *project)
{
    return strcmp(project->board, "host") == 0;
}

/* --- parts that both kinds have --- */

bool project_take_text(struct project *project, const yaml_node_t *node, const char **text)
{
    *text = yaml_text(node);
    if (*text && **text)
        return true;
    return yaml_fail(&project->tree, node, "write one text behind the colon",
                     *text ? "there is no value" : "one text is expected here");
}

static bool add_to_list(struct project *project, const yaml_node_t *node, struct project_list *list)
{
    if (list->count == PROJECT_LIST_MAX)
        return yaml_fail(&project->tree, node, "name folders instead of files",
                         "the list has more than %u items", PROJECT_LIST_MAX);
    if (!project_take_text(project, node, &list->values[list->count]))
        return false;
    list->lines[list->count++] = yaml_line(node);
    return true;
}

/* One text is a list of one. */
bool project_take_list(struct project *project, const yaml_node_t *node, struct project_list *list)
{
    if (!yaml_is_list(node))
        return add_to_list(project, node, list);
    for (size_t i = 0; i < yaml_count(node); i++)
        if (!add_to_list(project, yaml_item(&project->tree, node, i), list))
            return false;
    return true;
}

/* --- defaults --- */

static void set_folder_name(struct project *project)
{
    char path[4096];
    const char *name = getcwd(path, sizeof path) ? basename(path) : "";
    snprintf(project->folder_name, sizeof project->folder_name, "%.31s",
             name[0] && name[0] != '/' ? name : "firmware");
}

static void set_defaults(struct project *project)
{
    static const char *const standard[] = {"ota-http-server", "rpc-http", "rpc-uart", "dash"};
    set_folder_name(project);
    project->name = project->folder_name;
    project->board = "stm32h745i-disco";
    project->version = "0.1.0";
    for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++)
        project->modules[project_module_find(standard[i])] = true;
}

static bool finish(struct project *project)
{
    struct project_list *sources = &project->sources;
    if (!project->product)
        project->product = project->name;
    if (sources->count > 0)
        return true;
    sources->values[0] = access("src", F_OK) == 0 ? "src" : "*.c";
    sources->lines[0] = 1;
    sources->count = 1;
    return true;
}

int project_read(const char *command, struct project *project)
{
    *project = (struct project){.is_mos = access(PROJECT_FILE, F_OK) != 0};
    set_defaults(project);
    if (!project_exists()) {
        fprintf(stderr,
                "%s: there is no project in this folder: no %s.\nTo do: change to the project's "
                "folder, or make one: flota new NAME.\n",
                command, PROJECT_FILE);
        return EXIT_USAGE;
    }
    const char *path = project->is_mos ? PROJECT_MOS_FILE : PROJECT_FILE;
    bool good = yaml_tree_read(&project->tree, command, path);
    if (good && !yaml_is_map(yaml_root(&project->tree)))
        good = yaml_fail_at(&project->tree, 1, "begin with a line like  name: blinky",
                            "the file is not a list of KEY: VALUE");
    good = good && (project->is_mos ? project_read_mos(project) : project_read_flota(project)) &&
           finish(project);
    return good ? EXIT_DONE : EXIT_USAGE;
}

void project_free(struct project *project)
{
    yaml_tree_free(&project->tree);
}
