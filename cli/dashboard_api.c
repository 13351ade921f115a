/* dashboard_api.c - endpoints.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include "nearest.h"
#include <string.h>

#define AT(member) offsetof(struct dashboard_endpoint, member)
#define VALUES_MAX 65536u /* bytes of all values and histories together */
#define NO_LEVEL   10u    /* not given */

static const char *const endpoint_words[] = {"data",   "array",  "action", "ota", "file",
                                             "events", "custom", "local",  NULL};

const char *dashboard_endpoint_word(enum dashboard_endpoint_type type)
{
    return endpoint_words[type];
}

/* --- keys --- */

static bool take_does(struct reader *reader, const struct json_node *node, const struct rule *rule,
                      void *into)
{
    static const char *const words[] = {"restart", NULL};
    (void)rule;
    *(bool *)into = true;
    return take_word(reader, node, "thing that the device does itself:", words) >= 0;
}

#define TYPE                                                                                       \
    {                                                                                              \
        "type", true, NULL, 0, 0, 0                                                                \
    }
#define LEVELS                                                                                     \
    {"read", false, take_unsigned, AT(read_level), 0, 9},                                          \
    {                                                                                              \
        "write", false, take_unsigned, AT(write_level), 0, 9                                       \
    }

static const struct rule data_rules[] = {TYPE,
                                         LEVELS,
                                         {"attributes", true, NULL, 0, 0, 0},
                                         {"config", false, take_plain, AT(config), 0, 0},
                                         {0}};
static const struct rule array_rules[] = {TYPE,
                                          LEVELS,
                                          {"attributes", true, NULL, 0, 0, 0},
                                          {"rows", true, take_unsigned, AT(rows), 1, 64},
                                          {0}};
static const struct rule action_rules[] = {TYPE,
                                           LEVELS,
                                           {"attributes", false, NULL, 0, 0, 0},
                                           {"hold", false, take_bool, AT(hold), 0, 0},
                                           {"does", false, take_does, AT(restarts), 0, 0},
                                           {0}};
static const struct rule ota_rules[] = {
    TYPE, {"write", false, take_unsigned, AT(write_level), 0, 9}, {0}};
static const struct rule file_rules[] = {
    TYPE,
    LEVELS,
    {"size_max", false, take_unsigned, AT(size_max), 1, 16777216},
    {"upload", false, take_bool, AT(can_upload), 0, 0},
    {"delete", false, take_bool, AT(can_delete), 0, 0},
    {0}};
static const struct rule events_rules[] = {TYPE,
                                           LEVELS,
                                           {"attributes", true, NULL, 0, 0, 0},
                                           {"keep", false, take_unsigned, AT(rows), 0, 32},
                                           {0}};
static const struct rule custom_rules[] = {TYPE, LEVELS, {0}};
static const struct rule local_rules[] = {TYPE, {"attributes", true, NULL, 0, 0, 0}, {0}};

struct endpoint_type {
    const char *what;
    const struct rule *rules;
};

static const struct endpoint_type types[] = {
    {"a data endpoint", data_rules},     {"an array", array_rules},
    {"an action", action_rules},         {"an ota endpoint", ota_rules},
    {"a file endpoint", file_rules},     {"an events endpoint", events_rules},
    {"a custom endpoint", custom_rules}, {"a local endpoint", local_rules}};

/* --- one endpoint --- */

static void set_defaults(struct dashboard_endpoint *endpoint)
{
    endpoint->read_level = endpoint->write_level = NO_LEVEL;
    endpoint->rows = endpoint->type == DASHBOARD_EVENTS ? 8 : 1;
    endpoint->size_max = endpoint->type == DASHBOARD_FILE ? 65536 : 0;
    endpoint->can_upload = endpoint->can_delete = endpoint->type == DASHBOARD_FILE;
}

/* Who may write, may read: the answer to a change has the values. */
static bool set_levels(struct reader *reader, const struct json_node *node,
                       struct dashboard_endpoint *endpoint)
{
    bool has_access = reader->dashboard->has_access, is_ota = endpoint->type == DASHBOARD_OTA;
    if (endpoint->read_level == NO_LEVEL)
        endpoint->read_level = has_access && !is_ota && endpoint->type != DASHBOARD_LOCAL;
    unsigned usual = !has_access || endpoint->type == DASHBOARD_LOCAL ? 0 : is_ota ? 7 : 5;
    if (endpoint->write_level == NO_LEVEL)
        endpoint->write_level = usual > endpoint->read_level ? usual : endpoint->read_level;
    if (endpoint->write_level >= endpoint->read_level)
        return true;
    return wrong(reader, json_find(node, json_find(node, "write") ? "write" : "read"),
                 "let write be at least read",
                 "the level to write, %u, is below the one to read, %u", endpoint->write_level,
                 endpoint->read_level);
}

static bool check_ota_name(struct reader *reader, const struct json_node *node,
                           const struct dashboard_endpoint *endpoint)
{
    bool is_ota = endpoint->type == DASHBOARD_OTA;
    bool is_named = strcmp(node->key, "firmware_update") == 0;
    if (is_ota == is_named)
        return true;
    if (is_ota)
        return wrong_key(reader, node, "name it firmware_update",
                         "an ota endpoint is named firmware_update, not '%s'", node->key);
    return wrong_key(reader, node, "take another name",
                     "firmware_update is the ota endpoint's name");
}

static bool check_action(struct reader *reader, const struct json_node *node,
                         const struct dashboard_endpoint *endpoint)
{
    const struct json_node *does = json_find(node, "does");
    if (!endpoint->restarts || (!endpoint->hold && !endpoint->attribute_count))
        return true;
    return wrong_key(reader, does, "remove \"hold\" and \"attributes\"",
                     "an action that the device does itself takes no parameters and is not held");
}

static void take_endpoint(struct reader *reader, const struct json_node *node,
                          struct dashboard_endpoint *endpoint)
{
    const struct json_node *type = json_find(node, "type");
    endpoint->name = node->key;
    endpoint->line = node->key_place.line;
    endpoint->column = node->key_place.column;
    check_name(reader, node, true);
    if (node->type != JSON_OBJECT) {
        wrong(reader, node, "write {\"type\": \"data\", \"attributes\": {...}}",
              "an endpoint must be an object, not %s", json_type_words(node));
        return;
    }
    if (!type) {
        wrong(reader, node, "add \"type\": data, array, action, ota, file, events, custom or local",
              "an endpoint needs the key 'type'");
        return;
    }
    int index = take_word(reader, type, "type of endpoint", endpoint_words);
    if (index < 0)
        return;
    endpoint->type = (enum dashboard_endpoint_type)index;
    set_defaults(endpoint);
    take_object(reader, node, types[index].what, types[index].rules, NULL, endpoint);
    if (endpoint->type == DASHBOARD_ACTION)
        endpoint->size = 1; /* pressed */
    const struct json_node *attributes = json_find(node, "attributes");
    if (attributes && endpoint->type != DASHBOARD_OTA && endpoint->type != DASHBOARD_FILE &&
        endpoint->type != DASHBOARD_CUSTOM)
        take_attributes(reader, attributes, endpoint);
    set_levels(reader, node, endpoint);
    check_ota_name(reader, node, endpoint);
    if (endpoint->type == DASHBOARD_ACTION)
        check_action(reader, node, endpoint);
    if (endpoint->config)
        check_config(reader, node, endpoint);
}

/* --- all of them --- */

static bool check_memory(struct reader *reader, const struct json_node *node)
{
    size_t bytes = 0;
    for (size_t i = 0; i < reader->endpoint_count; i++) {
        const struct dashboard_endpoint *endpoint = &reader->endpoints[i];
        bytes += (size_t)endpoint->size * (endpoint->rows + 1u); /* and a copy for changes */
        for (size_t k = 0; k < endpoint->attribute_count; k++)
            bytes += 4u * endpoint->attributes[k].history_points;
    }
    if (bytes <= VALUES_MAX)
        return true;
    return wrong_key(reader, node, "take fewer rows, fewer points of history, or shorter texts",
                     "values and histories have %zu bytes on the device, at most %u are taken",
                     bytes, VALUES_MAX);
}

static void publish(struct reader *reader, const struct json_node *node)
{
    struct dashboard *dashboard = reader->dashboard;
    dashboard->endpoints = reader->endpoints;
    dashboard->endpoint_count = reader->endpoint_count;
    dashboard->update_level = dashboard->has_access ? 7 : 0;
    for (size_t i = 0; i < reader->endpoint_count; i++)
        if (reader->endpoints[i].type == DASHBOARD_OTA && !reader->broken[i])
            dashboard->update_level = reader->endpoints[i].write_level;
    check_memory(reader, node);
}

void take_api(struct reader *reader, const struct json_node *node)
{
    reader->api_is_broken = true;
    if (node->type != JSON_OBJECT) {
        wrong(reader, node, "write {\"leds\": {\"type\": \"data\", \"attributes\": {...}}}",
              "api must be an object, not %s", json_type_words(node));
        return;
    }
    if (node->count > DASHBOARD_ENDPOINTS_MAX) {
        wrong(reader, node, "put attributes of some into one",
              "there are %zu endpoints, at most %u are taken", node->count,
              DASHBOARD_ENDPOINTS_MAX);
        return;
    }
    reader->api_is_broken = false;
    reader->endpoints = arena_take_many(reader->arena, node->count, sizeof *reader->endpoints);
    reader->broken = arena_take_many(reader->arena, node->count, sizeof *reader->broken);
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        if (json_find(node, entry->key) != entry)
            continue;
        struct dashboard *dashboard = reader->dashboard;
        size_t before = dashboard->mistake_count, i = reader->endpoint_count++;
        take_endpoint(reader, entry, &reader->endpoints[i]);
        reader->broken[i] = dashboard->mistake_count != before || dashboard->more_mistakes;
    }
    publish(reader, node);
}

/* --- questions --- */

const struct dashboard_attribute *find_attribute(const struct dashboard_endpoint *endpoint,
                                                 const char *name)
{
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        if (strcmp(endpoint->attributes[i].name, name) == 0)
            return &endpoint->attributes[i];
    return NULL;
}

const struct dashboard_endpoint *find_endpoint(struct reader *reader, const struct json_node *node,
                                               const char *name, bool *is_broken)
{
    const char *names[DASHBOARD_ENDPOINTS_MAX + 1] = {0};
    *is_broken = reader->api_is_broken;
    if (reader->api_is_broken)
        return NULL;
    for (size_t i = 0; i < reader->endpoint_count; i++) {
        names[i] = reader->endpoints[i].name;
        *is_broken = reader->broken[i];
        if (strcmp(names[i], name) == 0)
            return &reader->endpoints[i];
    }
    *is_broken = false;
    wrong_word(reader, node, "endpoint", name, names);
    return NULL;
}
