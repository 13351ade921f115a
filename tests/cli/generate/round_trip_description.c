/* round_trip_description.c - is all of the description in the glue?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "round_trip.h"

static const char *text_of(const cJSON *object, const char *name, const char *otherwise)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text ? text : otherwise;
}

static bool is_served(const cJSON *entry)
{
    const char *type = text_of(entry, "type", "");
    return strcmp(type, "ota") != 0 && strcmp(type, "local") != 0;
}

static const char *type_word(enum flota_endpoint_type type)
{
    static const char *const words[] = {
        [FLOTA_ENDPOINT_DATA] = "data",     [FLOTA_ENDPOINT_ARRAY] = "array",
        [FLOTA_ENDPOINT_ACTION] = "action", [FLOTA_ENDPOINT_EVENTS] = "events",
        [FLOTA_ENDPOINT_FILES] = "file",    [FLOTA_ENDPOINT_CUSTOM] = "custom"};
    return words[type];
}

static void check_attribute(const struct flota_field *field, const cJSON *attribute)
{
    static const char *const words[] = {[FLOTA_FIELD_BOOL] = "bool",
                                        [FLOTA_FIELD_INT] = "int",
                                        [FLOTA_FIELD_DOUBLE] = "double",
                                        [FLOTA_FIELD_STRING] = "string"};
    const cJSON *min = cJSON_GetObjectItemCaseSensitive(attribute, "min");
    const cJSON *max = cJSON_GetObjectItemCaseSensitive(attribute, "max");
    const cJSON *size = cJSON_GetObjectItemCaseSensitive(attribute, "size");
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(attribute, "options");
    int count = 0;
    while (field->options && field->options[count])
        count++;
    expect(strcmp(field->name, attribute->string) == 0, "fields in their order", field->name);
    expect(strcmp(words[field->type], text_of(attribute, "type", "")) == 0, "its type",
           field->name);
    expect(field->read_only ==
               cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(attribute, "read_only")),
           "read only", field->name);
    expect(field->is_secret == cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(attribute, "secret")),
           "secret", field->name);
    expect(!min || (field->is_limited && memcmp(&field->min, &min->valuedouble, 8) == 0),
           "min, to the last bit", field->name);
    expect(!max || (field->is_limited && memcmp(&field->max, &max->valuedouble, 8) == 0),
           "max, to the last bit", field->name);
    expect(!size || field->size == size->valueint, "size", field->name);
    expect(count == cJSON_GetArraySize(options), "options", field->name);
}

/* Compared as they are: both were written as whole numbers, or are the very same double. */
static void check_number(const cJSON *object, const char *name, double is, double otherwise)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, name);
    double should = number ? number->valuedouble : otherwise;
    expect(memcmp(&is, &should, sizeof is) == 0, name, object->string);
}

static void check_history(const struct flota_endpoint *endpoint, const cJSON *attributes)
{
    size_t count = 0;
    const cJSON *attribute;
    cJSON_ArrayForEach(attribute, attributes)
    {
        const cJSON *history = cJSON_GetObjectItemCaseSensitive(attribute, "history");
        if (!history)
            continue;
        if (count < endpoint->history_count) {
            const struct flota_history *made = &endpoint->histories[count];
            check_number(history, "points", made->points, 120);
            check_number(history, "seconds", made->interval_ms / 1000.0, 1);
            expect(strcmp(endpoint->fields[made->field].name, attribute->string) == 0,
                   "whose history", attribute->string);
        }
        count++;
    }
    expect(count == endpoint->history_count, "as many histories", endpoint->name);
}

static void check_type(const struct flota_endpoint *endpoint, const cJSON *entry)
{
    bool is_refused = cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(entry, "upload"));
    check_number(entry, "read", endpoint->read_level, endpoint->read_level);
    check_number(entry, "write", endpoint->write_level, endpoint->write_level);
    if (endpoint->type == FLOTA_ENDPOINT_ARRAY)
        check_number(entry, "rows", endpoint->rows, 0);
    if (endpoint->type == FLOTA_ENDPOINT_EVENTS)
        check_number(entry, "keep", endpoint->keep, 8);
    if (endpoint->type == FLOTA_ENDPOINT_FILES)
        check_number(entry, "size_max", endpoint->size_max, 65536);
    if (endpoint->type == FLOTA_ENDPOINT_FILES)
        expect(endpoint->may_upload == !is_refused, "upload", endpoint->name);
    expect(endpoint->hold == cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "hold")), "hold",
           endpoint->name);
}

/* What the copy begins with. */
static void check_first(const struct flota_endpoint *endpoint, const cJSON *attributes)
{
    cJSON *values = get(endpoint->name);
    const cJSON *row =
        endpoint->type == FLOTA_ENDPOINT_ARRAY ? cJSON_GetArrayItem(values, 0) : values;
    const cJSON *attribute;
    cJSON_ArrayForEach(attribute, attributes)
    {
        const cJSON *initial = cJSON_GetObjectItemCaseSensitive(attribute, "initial");
        bool secret = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(attribute, "secret"));
        if (initial && !secret)
            expect(same(cJSON_GetObjectItemCaseSensitive(row, attribute->string), initial),
                   "its first value", attribute->string);
    }
    cJSON_Delete(values);
}

static void check_entry(const struct flota_endpoint *endpoint, const cJSON *entry)
{
    const cJSON *attributes = cJSON_GetObjectItemCaseSensitive(entry, "attributes"), *attribute;
    size_t index = endpoint->hold ? 1 : 0;
    run.endpoint = entry->string;
    expect(strcmp(endpoint->name, entry->string) == 0, "endpoints in their order", endpoint->name);
    expect(strcmp(type_word(endpoint->type), text_of(entry, "type", "")) == 0, "its type",
           endpoint->name);
    expect(strcmp(endpoint->config ? endpoint->config : "", text_of(entry, "config", "")) == 0,
           "its section", endpoint->name);
    expect(endpoint->field_count == index + (size_t)cJSON_GetArraySize(attributes), "its fields",
           endpoint->name);
    check_type(endpoint, entry);
    check_history(endpoint, attributes);
    cJSON_ArrayForEach(attribute, attributes)
    {
        if (index < endpoint->field_count)
            check_attribute(&endpoint->fields[index++], attribute);
    }
    if (endpoint->type == FLOTA_ENDPOINT_DATA || endpoint->type == FLOTA_ENDPOINT_ARRAY)
        check_first(endpoint, attributes);
}

void check_description(const struct flota_glue *glue, const cJSON *description)
{
    size_t count = 0;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(description, "api"))
    {
        if (!is_served(entry))
            continue;
        if (count < glue->endpoint_count)
            check_entry(&glue->endpoints[count], entry);
        count++;
    }
    run.endpoint = "";
    expect(count == glue->endpoint_count, "as many endpoints", run.path);
}
