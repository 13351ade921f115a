/* project_flota.c - the keys of flota.yml.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project_flota.h"
#include "nearest.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- values --- */

/* A text of the information block. */
static bool take_name(struct project *project, const yaml_node_t *node, const char **text)
{
    if (!project_take_text(project, node, text))
        return false;
    if (strlen(*text) >= PROJECT_SIZE_TEXT)
        return yaml_fail(&project->tree, node, "shorten it", "'%.40s...' has more than %u bytes",
                         *text, PROJECT_SIZE_TEXT - 1);
    for (const char *letter = *text; *letter; letter++)
        if (iscntrl((unsigned char)*letter))
            return yaml_fail(&project->tree, node, "write it in one line",
                             "the text has control characters");
    return true;
}

bool project_take_number(struct project *project, const yaml_node_t *node, uint32_t least,
                         uint32_t most, uint32_t *number)
{
    const char *text = yaml_text(node);
    char *end;
    errno = 0;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;
    if (!text || !isdigit((unsigned char)text[0]) || *end || errno || value < least || value > most)
        return yaml_fail(&project->tree, node, "write such a number",
                         "a number from %u to %u is expected, not '%.40s'", (unsigned)least,
                         (unsigned)most, text ? text : "a list");
    *number = (uint32_t)value;
    return true;
}

/* The keys of a mapping, each at most once. */
bool project_take_fields(struct project *project, const yaml_node_t *map,
                         const struct project_field *fields)
{
    const char *names[32] = {0};
    for (size_t i = 0; fields[i].name && i < 31; i++)
        names[i] = fields[i].name;
    for (size_t i = 0; i < yaml_count(map); i++) {
        const yaml_node_t *key = yaml_key(&project->tree, map, i);
        const char *name = yaml_text(key) ? yaml_text(key) : "";
        const struct project_field *field = fields;
        while (field->name && strcmp(field->name, name) != 0)
            field++;
        const char *nearest = nearest_word(name, names);
        if (!field->name)
            return yaml_fail(&project->tree, key, "write a key that flota.yml has, or remove it",
                             nearest ? "there is no key '%s' here; did you mean '%s'"
                                     : "there is no key '%s' here",
                             name, nearest);
        if (yaml_find(&project->tree, map, name) != yaml_value(&project->tree, map, i))
            return yaml_fail(&project->tree, key, "keep one of them", "'%s' stands here twice",
                             name);
        if (!field->take(project, yaml_value(&project->tree, map, i)))
            return false;
    }
    return true;
}

/* --- who it is --- */

static bool take_project_name(struct project *project, const yaml_node_t *node)
{
    return take_name(project, node, &project->name);
}

static bool take_product(struct project *project, const yaml_node_t *node)
{
    return take_name(project, node, &project->product);
}

static bool take_version(struct project *project, const yaml_node_t *node)
{
    if (!take_name(project, node, &project->version))
        return false;
    if (isdigit((unsigned char)project->version[0]))
        return true;
    return yaml_fail(&project->tree, node, "write one like 1.4.2: it tells a downgrade",
                     "'%s' is no version", project->version);
}

static bool take_board(struct project *project, const yaml_node_t *node)
{
    static const char *const boards[] = {"stm32h745i-disco", "host", NULL};
    if (!project_take_text(project, node, &project->board))
        return false;
    if (strcmp(project->board, boards[0]) == 0 || strcmp(project->board, boards[1]) == 0)
        return true;
    return yaml_fail(&project->tree, node, "write stm32h745i-disco, or host for this computer",
                     "there is no board '%s'", project->board);
}

static bool take_epoch(struct project *project, const yaml_node_t *node)
{
    return project_take_number(project, node, 0, UINT32_MAX, &project->security_epoch);
}

/* --- what it is made of --- */

static bool take_module(struct project *project, const yaml_node_t *node)
{
    const char *name;
    if (!project_take_text(project, node, &name))
        return false;
    int index = project_module_find(name);
    const char *nearest = nearest_word(name, project_module_names);
    if (index < 0)
        return yaml_fail(&project->tree, node,
                         "the libraries are ota-http-server, ota-http-client, rpc-ws, rpc-http, "
                         "rpc-uart, rpc-mqtt, rpc-tcp, rpc-udp and dash",
                         nearest ? "there is no library '%s'; did you mean '%s'"
                                 : "there is no library '%s'",
                         name, nearest);
    if (project->modules[index])
        return yaml_fail(&project->tree, node, "keep one of them", "'%s' is listed twice", name);
    project->modules[index] = true;
    return true;
}

static bool take_modules(struct project *project, const yaml_node_t *node)
{
    if (!yaml_is_list(node))
        return yaml_fail(&project->tree, node, "write  libs: [ota-http-server, rpc-http]",
                         "libs takes a list");
    memset(project->modules, 0, sizeof project->modules);
    for (size_t i = 0; i < yaml_count(node); i++)
        if (!take_module(project, yaml_item(&project->tree, node, i)))
            return false;
    return true;
}

static bool take_sources(struct project *project, const yaml_node_t *node)
{
    return project_take_list(project, node, &project->sources);
}

static bool take_defines(struct project *project, const yaml_node_t *node)
{
    return project_take_list(project, node, &project->defines);
}

static bool take_cflags(struct project *project, const yaml_node_t *node)
{
    return project_take_list(project, node, &project->cflags);
}

static bool take_page(struct project *project, const yaml_node_t *node)
{
    if (!project_take_text(project, node, &project->page))
        return false;
    const char *dot = strrchr(project->page, '.');
    if (dot && (strcmp(dot, ".json") == 0 || strcmp(dot, ".html") == 0))
        return true;
    return yaml_fail(&project->tree, node, "name a dashboard.json, or an index.html of your own",
                     "'%s' is no page", project->page);
}

/* Read after libs: a key belongs to a library. */
static bool skip(struct project *project, const yaml_node_t *node)
{
    (void)project;
    (void)node;
    return true;
}

/* settings.c reads it, for commands that need no project. */
static bool take_port(struct project *project, const yaml_node_t *node)
{
    const char *port;
    return project_take_text(project, node, &port);
}

/* --- all of it --- */

bool project_read_flota(struct project *project)
{
    static const struct project_field fields[] = {{"name", take_project_name},
                                                  {"title", take_product},
                                                  {"product", take_product},
                                                  {"board", take_board},
                                                  {"version", take_version},
                                                  {"libs", take_modules},
                                                  {"config_schema", skip},
                                                  {"sources", take_sources},
                                                  {"page", take_page},
                                                  {"network", project_take_network},
                                                  {"auth", project_take_auth},
                                                  {"confirm", project_take_confirm},
                                                  {"signatures", project_take_signatures},
                                                  {"security_epoch", take_epoch},
                                                  {"port", take_port},
                                                  {"defines", take_defines},
                                                  {"cflags", take_cflags},
                                                  {NULL, NULL}};
    const yaml_node_t *root = yaml_root(&project->tree);
    const yaml_node_t *schema = yaml_find(&project->tree, root, "config_schema");
    return project_take_fields(project, root, fields) &&
           (!schema || project_take_keys(project, schema));
}
