/* project_keys.c - config_schema: [key, type, default] makes a key, [key, value] another default.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/config.h"
#include "nearest.h"
#include "project.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SHAPE "write [key, type, default], type b, i or s; or [key, value] for another default"

static struct project_key *find_key(struct project *project, const char *key)
{
    for (size_t i = 0; i < project->key_count; i++)
        if (strcmp(project->keys[i].key, key) == 0)
            return &project->keys[i];
    return NULL;
}

/* As flota/config.h has it. */
static bool check_name(struct project *project, const yaml_node_t *node, const char *key)
{
    size_t sections = 1;
    const char *allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-.";
    for (const char *letter = key; *letter; letter++)
        sections += *letter == '.';
    bool dots = key[0] == '.' || strstr(key, "..") || key[strlen(key) - 1] == '.';
    if (key[strspn(key, allowed)] || dots)
        return yaml_fail(&project->tree, node,
                         "use a to z, 0 to 9, _ and -, dots between the sections",
                         "'%.40s' is no name for a key", key);
    if (strlen(key) < FLOTA_CONFIG_KEY_MAX && sections <= FLOTA_CONFIG_DEPTH_MAX)
        return true;
    return yaml_fail(&project->tree, node, "shorten it",
                     "'%.40s' has more than %u bytes or %u parts", key, FLOTA_CONFIG_KEY_MAX - 1,
                     FLOTA_CONFIG_DEPTH_MAX);
}

static bool is_integer(const char *value)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    return end != value && *end == '\0' && errno == 0 && number >= INT32_MIN && number <= INT32_MAX;
}

static bool check_value(struct project *project, const yaml_node_t *node, char type,
                        const char *value)
{
    const struct yaml_tree *tree = &project->tree;
    if (!value)
        return yaml_fail(tree, node, SHAPE, "the value is a list");
    if (type == 'b' && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return yaml_fail(tree, node, "write true or false", "'%.40s' is no boolean", value);
    if (type == 'i' && !is_integer(value))
        return yaml_fail(tree, node, "write a number from -2147483648 to 2147483647",
                         "'%.40s' is no integer", value);
    if (strlen(value) >= FLOTA_CONFIG_VALUE_MAX)
        return yaml_fail(tree, node, "shorten it", "the value has more than %u bytes",
                         FLOTA_CONFIG_VALUE_MAX - 1);
    return true;
}

static bool add_key(struct project *project, const yaml_node_t *node, const struct project_key *key)
{
    if (project->key_count == PROJECT_KEYS_MAX)
        return yaml_fail(&project->tree, node, "put some into one text",
                         "there are more than %u keys", PROJECT_KEYS_MAX);
    project->keys[project->key_count++] = *key;
    return true;
}

/* What belongs in the fourth place: {title: ..., secret: true}. */
static bool is_secret(struct project *project, const yaml_node_t *row)
{
    const yaml_node_t *extra = yaml_count(row) > 3 ? yaml_item(&project->tree, row, 3) : NULL;
    const char *text = yaml_text(yaml_find(&project->tree, extra, "secret"));
    return text && strcmp(text, "true") == 0;
}

static bool refuse_type(struct project *project, const yaml_node_t *node, const char *type)
{
    if (strcmp(type, "d") == 0)
        return yaml_fail(&project->tree, node,
                         "use i in a smaller unit (1250 for 1.25), or s and strtod() in your code",
                         "type d, a decimal number, does not exist on the device");
    if (strcmp(type, "o") == 0)
        return yaml_fail(&project->tree, node,
                         "remove the row: the dots of its keys make a section",
                         "type o, a section, is not declared");
    return yaml_fail(&project->tree, node, SHAPE, "there is no type '%.40s'", type);
}

static bool take_new(struct project *project, const yaml_node_t *row, const char *key)
{
    const yaml_node_t *second = yaml_item(&project->tree, row, 1);
    const yaml_node_t *third = yaml_count(row) > 2 ? yaml_item(&project->tree, row, 2) : NULL;
    const char *type = yaml_text(second) ? yaml_text(second) : "";
    const struct project_known_key *known = project_known_key(key);
    if (project->is_mos && strcmp(type, "o") == 0)
        return true; /* a section needs no declaration here */
    if (strlen(type) != 1 || !strchr("bis", type[0]))
        return refuse_type(project, second, type);
    if (find_key(project, key))
        return yaml_fail(&project->tree, row, "keep one of them", "the key '%s' is declared twice",
                         key);
    if (known)
        return yaml_fail(&project->tree, row, "write [key, value] to change its default",
                         "the key '%s' is one of the library's", key);
    return check_value(project, third, type[0], yaml_text(third)) &&
           add_key(project, row,
                   &(struct project_key){key, type[0], yaml_text(third), is_secret(project, row)});
}

static bool refuse_key(struct project *project, const yaml_node_t *row, const char *key)
{
    const char *names[PROJECT_KEYS_MAX + 32] = {0};
    size_t count = 0;
    for (size_t i = 0; project_known_keys[i].key; i++)
        names[count++] = project_known_keys[i].key;
    for (size_t i = 0; i < project->key_count; i++)
        names[count++] = project->keys[i].key;
    const char *nearest = nearest_word(key, names);
    return yaml_fail(&project->tree, row, "to make a new key write [key, type, default]",
                     nearest ? "there is no key '%s' whose default could change; did you mean '%s'"
                             : "there is no key '%s' whose default could change",
                     key, nearest);
}

/* Is a library that has the key in the firmware? */
static bool has_module(const struct project *project, const char *module)
{
    size_t size = strlen(module);
    bool is_family = module[size - 1] == '-';
    for (size_t i = 0; i < PROJECT_MODULE_COUNT; i++)
        if (project->modules[i] && (is_family ? strncmp(project_module_names[i], module, size) == 0
                                              : strcmp(project_module_names[i], module) == 0))
            return true;
    return false;
}

/* The first declaration of a key counts on the device, and the project's come first. */
static bool take_default(struct project *project, const yaml_node_t *row, const char *key)
{
    const yaml_node_t *value = yaml_item(&project->tree, row, 1);
    const struct project_known_key *known = project_known_key(key);
    struct project_key *own = find_key(project, key);
    if (!own && !known)
        return refuse_key(project, row, key);
    if (!own && known->module && !has_module(project, known->module))
        return yaml_fail(&project->tree, row, "add that library to libs, or remove the row",
                         "the key '%s' is that of %s, which libs does not list", key,
                         known->module);
    if (!check_value(project, value, own ? own->type : known->type, yaml_text(value)))
        return false;
    if (!own)
        return add_key(project, row,
                       &(struct project_key){key, known->type, yaml_text(value), known->is_secret});
    own->value = yaml_text(value);
    return true;
}

static bool take_row(struct project *project, const yaml_node_t *row)
{
    if (!yaml_is_list(row) || yaml_count(row) < 2 || yaml_count(row) > 4)
        return yaml_fail(&project->tree, row, SHAPE, "this is no row of config_schema");
    const char *key = yaml_text(yaml_item(&project->tree, row, 0));
    if (!key || !*key)
        return yaml_fail(&project->tree, row, SHAPE, "the row does not begin with a key");
    if (!check_name(project, row, key))
        return false;
    const yaml_node_t *second = yaml_item(&project->tree, row, 1);
    bool is_section = project->is_mos && yaml_text(second) && strcmp(yaml_text(second), "o") == 0;
    return yaml_count(row) == 2 && !is_section ? take_default(project, row, key)
                                               : take_new(project, row, key);
}

bool project_take_keys(struct project *project, const yaml_node_t *schema)
{
    if (!yaml_is_list(schema))
        return yaml_fail(&project->tree, schema, SHAPE, "config_schema takes a list of rows");
    for (size_t i = 0; i < yaml_count(schema); i++)
        if (!take_row(project, yaml_item(&project->tree, schema, i)))
            return false;
    return true;
}
