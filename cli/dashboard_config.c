/* dashboard_config.c - data endpoints whose attributes are configuration keys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include "flota/config.h"
#include "project_modules.h"
#include <string.h>

#define KEY_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_-"

static bool check_section(struct reader *reader, const struct json_node *node, const char *section)
{
    size_t sections = 2; /* and the attribute's */
    for (const char *letter = section; *letter; letter++)
        sections += *letter == '.';
    if (section[strspn(section, KEY_LETTERS ".")] || section[0] == '.' || strstr(section, "..") ||
        section[strlen(section) - 1] == '.')
        return wrong(reader, node, "use a to z, 0 to 9, _ and -, dots between sections",
                     "'%.40s' is no section of the configuration", section);
    if (strcmp(section, "login") == 0 || strncmp(section, "login.", 6) == 0)
        return wrong(reader, node, "take another section",
                     "in the section 'login' the device keeps passwords");
    if (sections > FLOTA_CONFIG_DEPTH_MAX)
        return wrong(reader, node, "take away a dot",
                     "a key has at most %u parts, the attribute's name included",
                     FLOTA_CONFIG_DEPTH_MAX);
    return true;
}

/* Does the device have a key that begins with this section? Then others there are slips. */
static bool is_own_section(const char *section)
{
    size_t size = strlen(section);
    for (size_t i = 0; project_known_keys[i].key; i++)
        if (strncmp(project_known_keys[i].key, section, size) == 0 &&
            project_known_keys[i].key[size] == '.')
            return true;
    return false;
}

static char type_letter(enum dashboard_type type)
{
    return type == DASHBOARD_BOOL ? 'b' : type == DASHBOARD_INT ? 'i' : 's';
}

static bool wrong_key_name(struct reader *reader, const struct json_node *node, const char *section,
                           const char *key)
{
    const char *known = "";
    size_t size = strlen(section);
    for (size_t i = 0; project_known_keys[i].key; i++)
        if (strncmp(project_known_keys[i].key, section, size) == 0 &&
            project_known_keys[i].key[size] == '.')
            known = arena_print(reader->arena, "%s%s%s", known, *known ? ", " : "",
                                project_known_keys[i].key + size + 1);
    return wrong_key(reader, node,
                     arena_print(reader->arena, "'%s' has: %s; take another section for your own",
                                 section, known),
                     "the device has no configuration key '%.40s'", key);
}

static bool check_known(struct reader *reader, const struct json_node *node,
                        const struct dashboard_attribute *attribute,
                        const struct project_known_key *known)
{
    static const char *const words[] = {"bool", "int", "string"};
    const char *word = words[known->type == 'b' ? 0 : known->type == 'i' ? 1 : 2];
    if (known->type != type_letter(attribute->type))
        return wrong(reader, node, arena_print(reader->arena, "write \"type\": \"%s\"", word),
                     "the configuration key '%s' is of type %s", known->key, word);
    if (known->is_secret && !attribute->secret)
        return wrong(reader, node, "add \"secret\": true", "the configuration key '%s' is a secret",
                     known->key);
    return true;
}

static bool check_key(struct reader *reader, const struct json_node *node,
                      const struct dashboard_endpoint *endpoint,
                      const struct dashboard_attribute *attribute)
{
    const char *key = arena_print(reader->arena, "%s.%s", endpoint->config, attribute->name);
    if (attribute->type == DASHBOARD_DOUBLE)
        return wrong(reader, node, "use an int in a smaller unit",
                     "configuration keys are bool, int or string");
    if (attribute->name[strspn(attribute->name, KEY_LETTERS)])
        return wrong_key(reader, node, "use a to z, 0 to 9 and _",
                         "'%s' is no name of a configuration key", attribute->name);
    if (strlen(key) >= FLOTA_CONFIG_KEY_MAX)
        return wrong_key(reader, node, "shorten it", "the key '%s' has more than %u bytes", key,
                         FLOTA_CONFIG_KEY_MAX - 1);
    const struct project_known_key *known = project_known_key(key);
    if (known)
        return check_known(reader, node, attribute, known);
    return !is_own_section(endpoint->config) || wrong_key_name(reader, node, endpoint->config, key);
}

void check_config(struct reader *reader, const struct json_node *node,
                  const struct dashboard_endpoint *endpoint)
{
    const struct json_node *attributes = json_find(node, "attributes");
    if (!check_section(reader, json_find(node, "config"), endpoint->config))
        return;
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        if (endpoint->attributes[i].name)
            check_key(reader, json_find(attributes, endpoint->attributes[i].name), endpoint,
                      &endpoint->attributes[i]);
}
