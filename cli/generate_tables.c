/* generate_tables.c - the tables of glue.c: fields, copies, histories, endpoints.
 *
 * A name of the description stands behind a prefix, and no prefix begins another one, so that no
 * endpoint's name makes two things of one name. An option list has its attribute's number for the
 * same reason.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate_internal.h"
#include <string.h>

#define EVENTS_SPARE 4u   /* entries for streams that lag behind */
#define CUSTOM_SIZE  512u /* bytes that the copy of a custom endpoint keeps */

/* --- fields --- */

static void print_options(FILE *out, const struct dashboard_endpoint *endpoint, size_t index)
{
    const struct dashboard_attribute *attribute = &endpoint->attributes[index];
    if (attribute->option_count == 0)
        return;
    fprintf(out, "static const char *const options_%s_%zu[] = {", endpoint->name, index);
    for (size_t i = 0; i < attribute->option_count; i++) {
        char number[16];
        snprintf(number, sizeof number, "%ld", (long)attribute->options[i].number);
        c_print_text(out,
                     attribute->type == DASHBOARD_STRING ? attribute->options[i].text : number);
        fputs(", ", out);
    }
    fputs("NULL};\n", out);
}

static void print_limit(FILE *out, bool is_there, double limit, const char *none)
{
    if (is_there)
        c_print_double(out, limit);
    else
        fputs(none, out);
}

static void print_flags(FILE *out, const struct dashboard_endpoint *endpoint, size_t index)
{
    const struct dashboard_attribute *attribute = &endpoint->attributes[index];
    if (attribute->read_only)
        fputs(", .read_only = true", out);
    if (attribute->secret)
        fputs(", .is_secret = true", out);
    if (attribute->has_min || attribute->has_max) {
        fputs(",\n     .is_limited = true, .min = ", out);
        print_limit(out, attribute->has_min, attribute->min, "-INFINITY");
        fputs(", .max = ", out);
        print_limit(out, attribute->has_max, attribute->max, "INFINITY");
    }
    if (attribute->option_count > 0)
        fprintf(out, ",\n     .options = options_%s_%zu", endpoint->name, index);
}

static void print_field(FILE *out, const struct dashboard_endpoint *endpoint, size_t index)
{
    static const char *const types[] = {[DASHBOARD_BOOL] = "BOOL",
                                        [DASHBOARD_INT] = "INT",
                                        [DASHBOARD_DOUBLE] = "DOUBLE",
                                        [DASHBOARD_STRING] = "STRING"};
    const struct dashboard_attribute *attribute = &endpoint->attributes[index];
    fprintf(out,
            "    {.name = \"%s\", .type = FLOTA_FIELD_%s, .offset = offsetof(struct %s, %s),\n"
            "     .size = sizeof(((struct %s *)0)->%s)",
            attribute->name, types[attribute->type], endpoint->name, attribute->name,
            endpoint->name, attribute->name);
    print_flags(out, endpoint, index);
    fputs("},\n", out);
}

/* A button that is held says when it is let go. */
static size_t field_count(const struct dashboard_endpoint *endpoint)
{
    return endpoint->attribute_count + (endpoint->hold ? 1 : 0);
}

void generate_print_fields(FILE *out, const struct dashboard_endpoint *endpoint)
{
    if (field_count(endpoint) == 0)
        return;
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        print_options(out, endpoint, i);
    fprintf(out, "static const struct flota_field fields_%s[] = {\n", endpoint->name);
    if (endpoint->hold)
        fprintf(out,
                "    {.name = \"pressed\", .type = FLOTA_FIELD_BOOL,\n"
                "     .offset = offsetof(struct %s, pressed), .size = sizeof(bool)},\n",
                endpoint->name);
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        print_field(out, endpoint, i);
    fputs("};\n", out);
}

/* --- the copy: what answers as long as nothing is registered --- */

static bool is_zero(const struct dashboard_value *value)
{
    switch (value->type) {
    case DASHBOARD_BOOL:
        return !value->truth;
    case DASHBOARD_STRING:
        return !value->text[0];
    case DASHBOARD_INT:
    case DASHBOARD_DOUBLE:
        break;
    }
    return !(value->number < 0 || value->number > 0);
}

static void print_value(FILE *out, const struct dashboard_value *value)
{
    if (value->type == DASHBOARD_BOOL)
        fputs(value->truth ? "true" : "false", out);
    else if (value->type == DASHBOARD_STRING)
        c_print_text(out, value->text);
    else if (value->type == DASHBOARD_INT)
        c_print_int(out, value->number);
    else
        c_print_double(out, value->number);
}

/* {.state = true}. Returns false, and prints nothing, when all of it is zero. */
static bool print_initial(FILE *out, const struct dashboard_endpoint *endpoint)
{
    const char *separator = "{";
    for (size_t i = 0; i < endpoint->attribute_count; i++) {
        const struct dashboard_attribute *attribute = &endpoint->attributes[i];
        if (is_zero(&attribute->initial))
            continue;
        fprintf(out, "%s.%s = ", separator, attribute->name);
        print_value(out, &attribute->initial);
        separator = ", ";
    }
    if (separator[0] == ',')
        fputc('}', out);
    return separator[0] == ',';
}

static unsigned rows(const struct dashboard_endpoint *endpoint)
{
    return endpoint->type == DASHBOARD_EVENTS ? endpoint->rows + EVENTS_SPARE : endpoint->rows;
}

static bool has_initial(const struct dashboard_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        if (!is_zero(&endpoint->attributes[i].initial))
            return endpoint->type != DASHBOARD_EVENTS;
    return false;
}

void generate_print_copy(FILE *out, const struct dashboard_endpoint *endpoint)
{
    const char *name = endpoint->name;
    if (endpoint->type == DASHBOARD_FILE) {
        fprintf(out,
                "static struct flota_dash_ram ram_%s;\n"
                "static const struct flota_files files_%s = FLOTA_DASH_RAM_FILES(&ram_%s);\n",
                name, name, name);
    } else if (endpoint->type == DASHBOARD_CUSTOM) {
        fprintf(out, "static char copy_%s[%u];\n", name, CUSTOM_SIZE);
    } else {
        fprintf(out, "static struct %s scratch_%s, copy_%s[%u]", name, name, name, rows(endpoint));
        for (unsigned i = 0; has_initial(endpoint) && i < rows(endpoint); i++) {
            fputs(i ? ",\n    " : " = {\n    ", out);
            print_initial(out, endpoint);
        }
        fputs(has_initial(endpoint) ? "};\n" : ";\n", out);
    }
}

/* --- histories --- */

static size_t history_count(const struct dashboard_endpoint *endpoint)
{
    size_t count = 0;
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        count += endpoint->attributes[i].history_points > 0;
    return count;
}

void generate_print_histories(FILE *out, const struct dashboard_endpoint *endpoint)
{
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        if (endpoint->attributes[i].history_points)
            fprintf(out, "static float points_%s_%zu[%u];\n", endpoint->name, i,
                    endpoint->attributes[i].history_points);
    if (history_count(endpoint) == 0)
        return;
    fprintf(out, "static struct flota_history histories_%s[] = {\n", endpoint->name);
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        if (endpoint->attributes[i].history_points)
            fprintf(
                out,
                "    {.field = %zu, .points = %u, .interval_ms = %uu, .values = points_%s_%zu},\n",
                i, endpoint->attributes[i].history_points,
                endpoint->attributes[i].history_seconds * 1000u, endpoint->name, i);
    fputs("};\n", out);
}

/* --- the table --- */

static const char *type_word(const struct dashboard_endpoint *endpoint)
{
    switch (endpoint->type) {
    case DASHBOARD_ARRAY:
        return "ARRAY";
    case DASHBOARD_ACTION:
        return "ACTION";
    case DASHBOARD_EVENTS:
        return "EVENTS";
    case DASHBOARD_FILE:
        return "FILES";
    case DASHBOARD_CUSTOM:
        return "CUSTOM";
    case DASHBOARD_DATA:
    case DASHBOARD_OTA:
    case DASHBOARD_LOCAL:
        break;
    }
    return "DATA";
}

static void print_memory(FILE *out, const struct dashboard_endpoint *endpoint)
{
    const char *name = endpoint->name;
    if (endpoint->type == DASHBOARD_FILE) {
        fprintf(out, "     .size_max = %luu, .may_upload = %s, .may_delete = %s,\n",
                (unsigned long)endpoint->size_max, endpoint->can_upload ? "true" : "false",
                endpoint->can_delete ? "true" : "false");
        return;
    }
    fprintf(out, "     .data = copy_%s, .rows = %u, ", name,
            generate_has_struct(endpoint) ? rows(endpoint) : 1);
    if (generate_has_struct(endpoint))
        fprintf(out, ".size = sizeof(struct %s), .scratch = &scratch_%s,\n", name, name);
    else
        fprintf(out, ".size = sizeof copy_%s,\n", name);
}

void generate_print_row(FILE *out, const struct dashboard_endpoint *endpoint, size_t index)
{
    const char *name = endpoint->name;
    fprintf(
        out,
        "    {.name = \"%s\", .type = FLOTA_ENDPOINT_%s, .read_level = %u, .write_level = %u,\n",
        name, type_word(endpoint), endpoint->read_level, endpoint->write_level);
    if (field_count(endpoint) > 0)
        fprintf(out, "     .fields = fields_%s, .field_count = %zu,\n", name,
                field_count(endpoint));
    print_memory(out, endpoint);
    if (history_count(endpoint) > 0)
        fprintf(out, "     .histories = histories_%s, .history_count = %zu,\n", name,
                history_count(endpoint));
    if (endpoint->type == DASHBOARD_EVENTS)
        fprintf(out, "     .keep = %u,\n", endpoint->rows);
    if (endpoint->config) {
        fputs("     .config = ", out);
        c_print_text(out, endpoint->config);
        fputs(",\n", out);
    }
    if (endpoint->hold)
        fputs("     .hold = true,\n", out);
    if (endpoint->restarts)
        fputs("     .restarts = true,\n", out);
    fprintf(out, "     .state = &states[%zu]},\n", index);
}

/* What an endpoint's state begins with: an array's copy has all its rows. */
void generate_print_state(FILE *out, const struct dashboard_endpoint *endpoint, size_t index)
{
    (void)index;
    if (endpoint->type == DASHBOARD_FILE)
        fprintf(out, "    {.calls = {.files = &files_%s}},\n", endpoint->name);
    else
        fprintf(out, "    {.count = %u},\n",
                endpoint->type == DASHBOARD_ARRAY ? endpoint->rows : 0);
}
