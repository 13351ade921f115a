/* project_mos.c - a simple mos.yml of Mongoose OS, as far as it means something here.
 *
 * What has no counterpart is said in a note; what would change the firmware is refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Libraries of Mongoose OS by the last part of their origin. */
static const struct {
    const char *library;
    const char *module; /* "": every firmware has it */
} libraries[] = {
    {"ota-http-server", "ota-http-server"},
    {"ota-http-client", "ota-http-client"},
    {"rpc-uart", "rpc-uart"},
    {"rpc-mqtt", "rpc-mqtt"},
    {"rpc-ws", "rpc-ws"},
    {"http-server", "rpc-http"}, /* it has /rpc there */
    {"mqtt", "rpc-mqtt"},
    {"core", ""},
    {"boards", ""},
    {"ethernet", ""},
    {"rpc-common", ""},
    {"ota-common", ""},
    {"rpc-service-config", ""},
    {"rpc-service-ota", ""},
    {"rpc-service-sys", ""},
    {"rpc-loopback", ""},
    {"mongoose", ""},
};

static void note(const struct project *project, const yaml_node_t *node, const char *what,
                 const char *why)
{
    fprintf(stderr, "%s: %s:%zu: note: %s: %s\n", project->tree.command, project->tree.path,
            yaml_line(node), what, why);
}

/* "https://github.com/mongoose-os-libs/rpc-uart.git" -> "rpc-uart" */
static void last_part(const char *origin, char *name, size_t size)
{
    size_t end = strlen(origin);
    while (end > 0 && origin[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && origin[start - 1] != '/' && origin[start - 1] != ':')
        start--;
    snprintf(name, size, "%.*s", (int)(end - start), origin + start);
    char *suffix = strstr(name, ".git");
    if (suffix && suffix[4] == '\0')
        *suffix = '\0';
}

static void take_library(struct project *project, const yaml_node_t *node)
{
    char name[64];
    const yaml_node_t *origin =
        yaml_is_map(node) ? yaml_find(&project->tree, node, "origin") : node;
    const yaml_node_t *given = yaml_find(&project->tree, node, "name");
    last_part(yaml_text(origin) ? yaml_text(origin) : "", name, sizeof name);
    if (yaml_text(given))
        snprintf(name, sizeof name, "%s", yaml_text(given));
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++)
        if (strcmp(libraries[i].library, name) == 0) {
            if (libraries[i].module[0])
                project->modules[project_module_find(libraries[i].module)] = true;
            return;
        }
    note(project, node, name[0] ? name : "a library without origin",
         "has no counterpart in Flota and is left out");
}

static bool take_libraries(struct project *project, const yaml_node_t *node)
{
    if (!yaml_is_list(node))
        return yaml_fail(&project->tree, node, "write  libs:  and lines of  - origin: ...",
                         "libs takes a list");
    memset(project->modules, 0, sizeof project->modules);
    for (size_t i = 0; i < yaml_count(node); i++)
        take_library(project, yaml_item(&project->tree, node, i));
    return true;
}

static bool take_platform(struct project *project, const yaml_node_t *node)
{
    const char *text = yaml_text(node);
    if (text && (strcmp(text, "stm32") == 0 || strcmp(text, "stm32h7") == 0))
        return true;
    if (text && (strcmp(text, "ubuntu") == 0 || strcmp(text, "host") == 0)) {
        project->board = "host";
        return true;
    }
    return yaml_fail(&project->tree, node, "Flota has stm32h745i-disco and host: make a flota.yml",
                     "there is no platform '%.40s'", text ? text : "a list");
}

/* Folders that every mos.yml lists, whether they are there or not. */
static bool take_folders(struct project *project, const yaml_node_t *node)
{
    if (!project_take_list(project, node, &project->sources))
        return false;
    for (size_t i = 0; i < project->sources.count; i++)
        if (strstr(project->sources.values[i], "${"))
            return yaml_fail(&project->tree, node, "name the folder itself",
                             "variables are not known here: %.40s", project->sources.values[i]);
    return true;
}

static bool take_cflags(struct project *project, const yaml_node_t *node)
{
    return project_take_list(project, node, &project->cflags);
}

static void take_defines(struct project *project, const yaml_node_t *map)
{
    for (size_t i = 0; yaml_is_map(map) && i < yaml_count(map); i++)
        note(project, yaml_key(&project->tree, map, i), "cdefs",
             "not taken over: put it into defines: of a flota.yml");
}

static bool is_ignored(const char *key)
{
    static const char *const silent[] = {"author",
                                         "description",
                                         "type",
                                         "tags",
                                         "libs_version",
                                         "modules_version",
                                         "mongoose_os_version",
                                         "manifest_version",
                                         "name",
                                         "version",
                                         "config_schema",
                                         NULL};
    for (size_t i = 0; silent[i]; i++)
        if (strcmp(silent[i], key) == 0)
            return true;
    return false;
}

static bool take_pair(struct project *project, const yaml_node_t *key, const yaml_node_t *value)
{
    const char *name = yaml_text(key) ? yaml_text(key) : "";
    if (strcmp(name, "libs") == 0)
        return take_libraries(project, value);
    if (strcmp(name, "platform") == 0)
        return take_platform(project, value);
    if (strcmp(name, "sources") == 0)
        return take_folders(project, value);
    if (strcmp(name, "cflags") == 0)
        return take_cflags(project, value);
    if (strcmp(name, "conds") == 0)
        return yaml_fail(&project->tree, key,
                         "write what applies to your board without conds, or "
                         "make a flota.yml",
                         "conditions are not known here");
    if (strcmp(name, "cdefs") == 0)
        take_defines(project, value);
    else if (strcmp(name, "filesystem") == 0)
        note(project, key, name, "the device has no file system; it is left out");
    else if (strcmp(name, "build_vars") == 0)
        note(project, key, name, "Flota's build has none; it is left out");
    else if (!is_ignored(name))
        note(project, key, name, "not known here; it is left out");
    return true;
}

static bool take_short(struct project *project, const char *key, const char **text)
{
    const yaml_node_t *node = yaml_find(&project->tree, yaml_root(&project->tree), key);
    if (!node)
        return true;
    if (!project_take_text(project, node, text))
        return false;
    return strlen(*text) < PROJECT_SIZE_TEXT ||
           yaml_fail(&project->tree, node, "shorten it", "%s has more than %u bytes", key,
                     PROJECT_SIZE_TEXT - 1);
}

bool project_read_mos(struct project *project)
{
    const yaml_node_t *root = yaml_root(&project->tree);
    const yaml_node_t *schema = yaml_find(&project->tree, root, "config_schema");
    for (size_t i = 0; i < yaml_count(root); i++)
        if (!take_pair(project, yaml_key(&project->tree, root, i),
                       yaml_value(&project->tree, root, i)))
            return false;
    return take_short(project, "name", &project->name) &&
           take_short(project, "version", &project->version) &&
           (!schema || project_take_keys(project, schema));
}
