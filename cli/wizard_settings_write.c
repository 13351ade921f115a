/* wizard_settings_write.c - settings into flota.yml: the lines of those that differ are edited, the
 * rest of the file stays as a person has written it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "project.h"
#include "wizard_patch.h"
#include "wizard_settings.h"
#include "wizard_settings_print.h"
#include "wizard_words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND "flota wizard"

/* --- one setting --- */

struct setting {
    const char *name, *key; /* in the page's settings, in flota.yml */
    char *(*print)(const cJSON *value);
    void (*write)(struct wizard_patch *patch, const struct setting *setting, const cJSON *value,
                  const char *text);
};

static const yaml_node_t *find(const struct wizard_patch *patch, const char *key)
{
    return yaml_find(&patch->tree, yaml_root(&patch->tree), key);
}

static void write_key(struct wizard_patch *patch, const struct setting *setting, const cJSON *value,
                      const char *text)
{
    bool is_title =
        strcmp(setting->key, "product") == 0 && !find(patch, "product") && find(patch, "title");
    (void)value;
    wizard_patch_set(patch, yaml_root(&patch->tree), is_title ? "title" : setting->key, text);
}

/* confirm and signatures: a word, or {policy: WORD, ...}, whose other keys stay. */
static void write_policy(struct wizard_patch *patch, const struct setting *setting,
                         const cJSON *value, const char *text)
{
    const yaml_node_t *node = find(patch, setting->key);
    if (yaml_is_map(node))
        wizard_patch_set(patch, node, "policy", text);
    else
        write_key(patch, setting, value, text);
}

static bool lists(const cJSON *array, const char *name)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, array) if (strcmp(item->valuestring, name) == 0) return true;
    return false;
}

static bool has_item(const struct wizard_patch *patch, const yaml_node_t *list, const char *name)
{
    for (size_t i = 0; i < yaml_count(list); i++) {
        const char *text = yaml_text(yaml_item(&patch->tree, list, i));
        if (text && strcmp(text, name) == 0)
            return true;
    }
    return false;
}

/* Lines with their comments stay for what stays. */
static void write_modules(struct wizard_patch *patch, const struct setting *setting,
                          const cJSON *value, const char *text)
{
    const yaml_node_t *list = find(patch, setting->key);
    const cJSON *item;
    size_t left = 0;
    for (size_t i = 0; i < yaml_count(list); i++) {
        const char *name = yaml_text(yaml_item(&patch->tree, list, i));
        left += name && lists(value, name);
    }
    if (!list || !wizard_patch_is_block(list) || left == 0) {
        write_key(patch, setting, value, text);
        return;
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        const char *name = yaml_text(yaml_item(&patch->tree, list, i));
        if (!name || !lists(value, name))
            wizard_patch_remove_item(patch, list, i);
    }
    cJSON_ArrayForEach(item, value) if (!has_item(patch, list, item->valuestring))
        wizard_patch_add_item(patch, list, item->valuestring);
}

/* A row of config_schema: [update.url, "http://..."]. */
static void write_row(struct wizard_patch *patch, const struct setting *setting, const cJSON *value,
                      const char *text)
{
    const yaml_node_t *schema = find(patch, "config_schema");
    char row[1200];
    (void)value;
    for (size_t i = 0; i < yaml_count(schema); i++) {
        const yaml_node_t *old = yaml_item(&patch->tree, schema, i);
        const char *key = yaml_text(yaml_item(&patch->tree, old, 0));
        if (key && strcmp(key, setting->key) == 0 && yaml_count(old) == 2) {
            wizard_patch_replace(patch, yaml_item(&patch->tree, old, 1), text);
            return;
        }
    }
    snprintf(row, sizeof row, "[%s, %.1000s]", setting->key, text);
    if (schema && yaml_is_list(schema) && yaml_count(schema) > 0) {
        wizard_patch_add_item(patch, schema, row);
        return;
    }
    char line[1300];
    snprintf(line, sizeof line, "config_schema:\n  - %s\n", row);
    wizard_patch_append(patch, line);
}

static const struct setting settings_list[] = {
    {"name", "name", settings_print_text, write_key},
    {"product", "product", settings_print_text, write_key},
    {"version", "version", settings_print_text, write_key},
    {"board", "board", settings_print_text, write_key},
    {"modules", "libs", settings_print_modules, write_modules},
    {"address", "network", settings_print_address, write_key},
    {"auth", "auth", settings_print_auth, write_key},
    {"confirm", "confirm", settings_print_text, write_policy},
    {"signatures", "signatures", settings_print_text, write_policy},
    {"update_url", "update.url", settings_print_text, write_row},
    {"update_interval", "update.interval", settings_print_interval, write_row},
};

/* --- all of them --- */

/* A key whose library is not in the firmware would stop the build: its row goes with it. */
static void drop_row(struct wizard_patch *patch, const char *name)
{
    const yaml_node_t *schema = find(patch, "config_schema");
    for (size_t i = 0; schema && wizard_patch_is_block(schema) && i < yaml_count(schema); i++) {
        const yaml_node_t *row = yaml_item(&patch->tree, schema, i);
        const char *key = yaml_text(yaml_item(&patch->tree, row, 0));
        if (key && strcmp(key, name) == 0)
            wizard_patch_remove_item(patch, schema, i);
    }
}

static bool is_left_out(const struct setting *setting, const cJSON *after)
{
    const cJSON *modules = cJSON_GetObjectItem(after, "modules");
    return setting->write == write_row && modules && !lists(modules, "ota-http-client");
}

static void write_setting(struct wizard_patch *patch, const struct setting *setting,
                          const cJSON *before, const cJSON *after)
{
    const cJSON *old = cJSON_GetObjectItem(before, setting->name);
    const cJSON *value = cJSON_GetObjectItem(after, setting->name);
    if (is_left_out(setting, after)) {
        drop_row(patch, setting->key);
        return;
    }
    if (!value)
        return;
    char *old_text = setting->print(old), *text = setting->print(value);
    if (strcmp(old_text, text) != 0)
        setting->write(patch, setting, value, text);
    free(old_text);
    free(text);
}

static char *edit(const cJSON *settings, char **words)
{
    static struct wizard_patch patch; /* large, and used by one thread */
    struct wizard_words said;
    cJSON *before = wizard_settings_read(words);
    bool good = !*words;
    if (good) {
        wizard_words_begin(&said);
        good = wizard_patch_begin(&patch, COMMAND, PROJECT_FILE);
        char *text = wizard_words_end(&said);
        if (good)
            free(text);
        else
            *words = text;
    }
    for (size_t i = 0; good && i < sizeof settings_list / sizeof *settings_list; i++)
        write_setting(&patch, &settings_list[i], before, settings);
    if (good && !find(&patch, "page"))
        wizard_patch_append(&patch, "page: dashboard.json\n");
    cJSON_Delete(before);
    return good ? wizard_patch_end(&patch) : NULL;
}

char *wizard_settings_text(const cJSON *settings, char **words)
{
    *words = NULL;
    return edit(settings, words);
}

/* --- what the page may say --- */

static bool is_shape(const char *name, const cJSON *value)
{
    const cJSON *item;
    if (strcmp(name, "modules") == 0) {
        cJSON_ArrayForEach(item, value) if (!cJSON_IsString(item)) return false;
        return cJSON_IsArray(value);
    }
    if (strcmp(name, "address") == 0)
        return cJSON_IsString(value) || cJSON_IsObject(value);
    if (strcmp(name, "auth") == 0)
        return cJSON_IsObject(value);
    return strcmp(name, "update_interval") == 0 ? cJSON_IsNumber(value) : cJSON_IsString(value);
}

static bool is_known(const char *name)
{
    for (size_t i = 0; i < sizeof settings_list / sizeof *settings_list; i++)
        if (strcmp(settings_list[i].name, name) == 0)
            return true;
    return false;
}

char *wizard_settings_check(const cJSON *settings)
{
    const cJSON *item;
    char text[200];
    if (!cJSON_IsObject(settings))
        return strdup("settings is no object.\nTo do: see web/wizard/API.md");
    cJSON_ArrayForEach(item, settings)
    {
        if (is_known(item->string) && is_shape(item->string, item))
            continue;
        snprintf(text, sizeof text, "settings: '%.40s' %s.\nTo do: see web/wizard/API.md",
                 item->string, is_known(item->string) ? "has the wrong type" : "is not known");
        return strdup(text);
    }
    return NULL;
}
