/* config_json.c - configuration as JSON: objects by sections, in the order of the keys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/config.h"
#include "flota/error.h"
#include <string.h>

struct output {
    const struct flota_config *config;
    struct flota_json *json;
};

/* A walk through all keys, in the order in which they were added. */
struct walk {
    const struct flota_config_table *table;
    uint32_t index;
};

static struct walk begin(const struct flota_config *config)
{
    return (struct walk){config->tables, 0};
}

static const struct flota_config_key *next(struct walk *walk)
{
    while (walk->table && walk->index == walk->table->count)
        *walk = (struct walk){walk->table->next, 0};
    return walk->table ? &walk->table->keys[walk->index++] : NULL;
}

/* A key that was added twice is the first one; one that is none, or private, is left out. */
static bool counts(const struct flota_config *config, const struct flota_config_key *key)
{
    return flota_config_find(config, key->key) == key && !flota_config_is_private(config, key->key);
}

/* Does the key stand in the section? Of so many bytes; 0: the top. */
static bool is_in(const char *key, const char *section, size_t size)
{
    return size == 0 || (strncmp(key, section, size) == 0 && key[size] == '.');
}

static void write_value(const struct output *output, const struct flota_config_key *key)
{
    const char *value = flota_config_text(output->config, key->key);
    if (key->is_secret && value[0] != '\0')
        value = FLOTA_CONFIG_SECRET;
    if (key->type == FLOTA_CONFIG_STRING || key->is_secret)
        flota_json_string(output->json, value, FLOTA_CONFIG_VALUE_MAX);
    else if (key->type == FLOTA_CONFIG_INTEGER)
        flota_json_integer(output->json, flota_config_integer(output->config, key->key));
    else
        flota_json_raw(output->json,
                       flota_config_boolean(output->config, key->key) ? "true" : "false");
}

/* Is it the first of the keys in its section that is so long? */
static bool opens(const struct output *output, const struct flota_config_key *key, size_t size)
{
    struct walk walk = begin(output->config);
    const struct flota_config_key *other;
    while ((other = next(&walk)) != key)
        if (is_in(other->key, key->key, size) && counts(output->config, other))
            return false;
    return true;
}

/* The section of the key that is so long, 0: the top. A key has FLOTA_CONFIG_DEPTH_MAX names, so
 * this calls itself no deeper. */
static void write_section(const struct output *output, const char *section, size_t size)
{
    struct walk walk = begin(output->config);
    char name[FLOTA_CONFIG_KEY_MAX];
    flota_json_raw(output->json, "{");
    for (const struct flota_config_key *key; (key = next(&walk));) {
        if (!is_in(key->key, section, size) || !counts(output->config, key))
            continue;
        size_t from = size > 0 ? size + 1 : 0, length = strcspn(key->key + from, ".");
        memcpy(name, key->key + from, length);
        name[length] = '\0';
        bool is_leaf = key->key[from + length] == '\0';
        if (!is_leaf && !opens(output, key, from + length))
            continue;
        flota_json_key(output->json, name);
        if (is_leaf)
            write_value(output, key);
        else
            write_section(output, key->key, from + length);
    }
    flota_json_raw(output->json, "}");
}

static bool is_section(const struct flota_config *config, const char *section, size_t size)
{
    struct walk walk = begin(config);
    for (const struct flota_config_key *key; (key = next(&walk));)
        if (is_in(key->key, section, size) && counts(config, key))
            return true;
    return size == 0;
}

int flota_config_json(const struct flota_config *config, const char *section,
                      struct flota_json *json)
{
    const struct output output = {config, json};
    const struct flota_config_key *key = flota_config_find(config, section);
    if (key && counts(config, key))
        write_value(&output, key);
    else if (!key && is_section(config, section, strlen(section)))
        write_section(&output, section, strlen(section));
    else
        return FLOTA_ERR_CONFIG_KEY;
    return 0;
}
