/* wizard_tables.c - see wizard_tables.h. As cli/generate_glue_c.c prints them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_tables.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_SPARE 8u   /* entries for streams that lag behind */
#define CUSTOM_SIZE  256u /* bytes that the copy of a custom endpoint keeps */

/* --- memory --- */

struct wizard_memory {
    struct wizard_memory *next;
    max_align_t bytes[];
};

static void *allocate(struct wizard_tables *tables, size_t count, size_t size)
{
    struct wizard_memory *memory = calloc(1, sizeof *memory + count * size);
    if (!memory)
        abort();
    memory->next = tables->memory;
    tables->memory = memory;
    return memory->bytes;
}

void wizard_tables_free(struct wizard_tables *tables)
{
    while (tables->memory) {
        struct wizard_memory *next = tables->memory->next;
        free(tables->memory);
        tables->memory = next;
    }
}

/* --- fields --- */

static const char *const *make_options(struct wizard_tables *tables,
                                       const struct dashboard_attribute *attribute)
{
    size_t count = attribute->option_count;
    if (count == 0)
        return NULL;
    const char **options = allocate(tables, count + 1, sizeof *options);
    for (size_t i = 0; i < count; i++) {
        char *number = allocate(tables, 16, 1);
        snprintf(number, 16, "%ld", (long)attribute->options[i].number);
        options[i] = attribute->type == DASHBOARD_STRING ? attribute->options[i].text : number;
    }
    return options;
}

static enum flota_field_type field_type(enum dashboard_type type)
{
    static const enum flota_field_type types[] = {[DASHBOARD_BOOL] = FLOTA_FIELD_BOOL,
                                                  [DASHBOARD_INT] = FLOTA_FIELD_INT,
                                                  [DASHBOARD_DOUBLE] = FLOTA_FIELD_DOUBLE,
                                                  [DASHBOARD_STRING] = FLOTA_FIELD_STRING};
    return types[type];
}

static struct flota_field make_field(struct wizard_tables *tables,
                                     const struct dashboard_attribute *attribute)
{
    return (struct flota_field){.name = attribute->name,
                                .type = field_type(attribute->type),
                                .offset = (uint16_t)attribute->offset,
                                .size = (uint16_t)attribute->size,
                                .read_only = attribute->read_only,
                                .is_secret = attribute->secret,
                                .is_limited = attribute->has_min || attribute->has_max,
                                .min = attribute->min,
                                .max = attribute->max,
                                .options = make_options(tables, attribute)};
}

static void make_fields(struct wizard_tables *tables, struct flota_endpoint *endpoint,
                        const struct dashboard_endpoint *source)
{
    size_t held = source->hold ? 1 : 0, count = source->attribute_count + held;
    struct flota_field *fields = allocate(tables, count, sizeof *fields);
    if (held)
        fields[0] =
            (struct flota_field){.name = "pressed", .type = FLOTA_FIELD_BOOL, .size = sizeof(bool)};
    for (size_t i = 0; i < source->attribute_count; i++)
        fields[held + i] = make_field(tables, &source->attributes[i]);
    endpoint->fields = count > 0 ? fields : NULL;
    endpoint->field_count = (uint8_t)count;
}

/* --- the copy --- */

static void put_initial(char *row, const struct dashboard_attribute *attribute)
{
    const struct dashboard_value *value = &attribute->initial;
    int32_t number = value->type == DASHBOARD_INT ? (int32_t)value->number : 0;
    char *place = row + attribute->offset;
    switch (value->type) {
    case DASHBOARD_BOOL:
        memcpy(place, &value->truth, sizeof value->truth);
        break;
    case DASHBOARD_INT:
        memcpy(place, &number, sizeof number);
        break;
    case DASHBOARD_DOUBLE:
        memcpy(place, &value->number, sizeof value->number);
        break;
    case DASHBOARD_STRING:
        snprintf(place, attribute->size, "%s", value->text);
        break;
    }
}

static void make_copy(struct wizard_tables *tables, struct flota_endpoint *endpoint,
                      const struct dashboard_endpoint *source)
{
    bool is_events = source->type == DASHBOARD_EVENTS, is_custom = source->type == DASHBOARD_CUSTOM;
    endpoint->size = (uint16_t)(is_custom ? CUSTOM_SIZE : source->size);
    endpoint->rows = (uint16_t)(source->rows + (is_events ? EVENTS_SPARE : 0));
    endpoint->keep = (uint16_t)(is_events ? source->rows : 0);
    if (is_custom || endpoint->rows == 0)
        endpoint->rows = 1;
    endpoint->data = allocate(tables, endpoint->rows, endpoint->size);
    endpoint->scratch = allocate(tables, 1, endpoint->size);
    for (size_t row = 0; row < endpoint->rows && !is_events && !is_custom; row++)
        for (size_t i = 0; i < source->attribute_count; i++)
            put_initial((char *)endpoint->data + row * endpoint->size, &source->attributes[i]);
}

static void make_histories(struct wizard_tables *tables, struct flota_endpoint *endpoint,
                           const struct dashboard_endpoint *source)
{
    struct flota_history *histories = allocate(tables, source->attribute_count, sizeof *histories);
    for (size_t i = 0; i < source->attribute_count; i++) {
        const struct dashboard_attribute *attribute = &source->attributes[i];
        if (attribute->history_points == 0)
            continue;
        histories[endpoint->history_count++] = (struct flota_history){
            .field = (uint8_t)i,
            .points = (uint16_t)attribute->history_points,
            .interval_ms = attribute->history_seconds * 1000u,
            .values = allocate(tables, attribute->history_points, sizeof(float))};
    }
    endpoint->histories = histories;
}

/* --- files, in RAM --- */

static void make_files(struct wizard_tables *tables, struct flota_endpoint *endpoint)
{
    struct flota_dash_ram *ram = allocate(tables, 1, sizeof *ram);
    struct flota_files *files = allocate(tables, 1, sizeof *files);
    *files = (struct flota_files)FLOTA_DASH_RAM_FILES(ram);
    endpoint->state->calls.files = files;
}

/* --- one endpoint --- */

static enum flota_endpoint_type endpoint_type(enum dashboard_endpoint_type type)
{
    switch (type) {
    case DASHBOARD_ARRAY:
        return FLOTA_ENDPOINT_ARRAY;
    case DASHBOARD_ACTION:
        return FLOTA_ENDPOINT_ACTION;
    case DASHBOARD_EVENTS:
        return FLOTA_ENDPOINT_EVENTS;
    case DASHBOARD_FILE:
        return FLOTA_ENDPOINT_FILES;
    case DASHBOARD_CUSTOM:
        return FLOTA_ENDPOINT_CUSTOM;
    case DASHBOARD_DATA:
    case DASHBOARD_OTA:
    case DASHBOARD_LOCAL:
        break;
    }
    return FLOTA_ENDPOINT_DATA;
}

static void make_endpoint(struct wizard_tables *tables, const struct dashboard_endpoint *source)
{
    struct flota_endpoint *endpoint = &tables->endpoints[tables->count];
    tables->sources[tables->count++] = source;
    *endpoint = (struct flota_endpoint){.name = source->name,
                                        .type = endpoint_type(source->type),
                                        .read_level = (uint8_t)source->read_level,
                                        .write_level = (uint8_t)source->write_level,
                                        .config = source->config,
                                        .hold = source->hold,
                                        .restarts = source->restarts,
                                        .size_max = source->size_max,
                                        .may_upload = source->can_upload,
                                        .may_delete = source->can_delete};
    endpoint->state = allocate(tables, 1, sizeof *endpoint->state);
    if (source->type == DASHBOARD_FILE) {
        make_files(tables, endpoint);
        return;
    }
    make_fields(tables, endpoint, source);
    make_copy(tables, endpoint, source);
    make_histories(tables, endpoint, source);
    endpoint->state->count = source->type == DASHBOARD_ARRAY ? endpoint->rows : 0;
}

/* --- users, and keys of the configuration --- */

static void make_rules(struct wizard_tables *tables)
{
    const struct dashboard *dashboard = tables->dashboard;
    for (size_t i = 0; i < dashboard->user_count && i < FLOTA_ACCESS_USERS_MAX; i++)
        tables->users[i] = (struct flota_access_user){dashboard->users[i].name,
                                                      (uint8_t)dashboard->users[i].level};
    tables->rules = (struct flota_access_rules){.users = tables->users,
                                                .user_count = (uint8_t)dashboard->user_count,
                                                .open_at_first = dashboard->open_at_first,
                                                .update_level = (uint8_t)dashboard->update_level};
}

static const char *initial_text(struct wizard_tables *tables, const struct dashboard_value *value)
{
    char *text = allocate(tables, 16, 1);
    if (value->type == DASHBOARD_STRING)
        return value->text;
    if (value->type == DASHBOARD_BOOL)
        snprintf(text, 16, "%s", value->truth ? "true" : "false");
    else
        snprintf(text, 16, "%ld", (long)value->number);
    return text;
}

static struct flota_config_key make_key(struct wizard_tables *tables, const char *section,
                                        const struct dashboard_attribute *attribute)
{
    static const enum flota_config_type types[] = {[DASHBOARD_BOOL] = FLOTA_CONFIG_BOOLEAN,
                                                   [DASHBOARD_INT] = FLOTA_CONFIG_INTEGER,
                                                   [DASHBOARD_DOUBLE] = FLOTA_CONFIG_STRING,
                                                   [DASHBOARD_STRING] = FLOTA_CONFIG_STRING};
    char *key = allocate(tables, FLOTA_CONFIG_KEY_MAX, 1);
    snprintf(key, FLOTA_CONFIG_KEY_MAX, "%s.%s", section, attribute->name);
    return (struct flota_config_key){key, types[attribute->type],
                                     initial_text(tables, &attribute->initial), attribute->secret};
}

static void make_keys(struct wizard_tables *tables)
{
    struct flota_config_key *keys = allocate(tables, UINT8_MAX, sizeof *keys);
    size_t count = 0;
    for (size_t i = 0; i < tables->count; i++) {
        const struct dashboard_endpoint *source = tables->sources[i];
        for (size_t j = 0; source->config && j < source->attribute_count && count < UINT8_MAX; j++)
            keys[count++] = make_key(tables, source->config, &source->attributes[j]);
    }
    tables->keys = (struct flota_config_table){.keys = keys, .count = (uint8_t)count};
}

void wizard_tables_make(struct wizard_tables *tables, const struct dashboard *dashboard)
{
    *tables = (struct wizard_tables){.dashboard = dashboard};
    for (size_t i = 0; i < dashboard->endpoint_count; i++) {
        enum dashboard_endpoint_type type = dashboard->endpoints[i].type;
        if (type != DASHBOARD_OTA && type != DASHBOARD_LOCAL &&
            tables->count < FLOTA_DASH_ENDPOINTS_MAX)
            make_endpoint(tables, &dashboard->endpoints[i]);
    }
    make_rules(tables);
    make_keys(tables);
}
