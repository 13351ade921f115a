/* generate_struct.c - the struct of an endpoint, with what its fields may hold.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate_internal.h"
#include <string.h>

bool generate_is_served(const struct dashboard_endpoint *endpoint)
{
    return endpoint->type != DASHBOARD_OTA && endpoint->type != DASHBOARD_LOCAL;
}

bool generate_has_struct(const struct dashboard_endpoint *endpoint)
{
    return endpoint->type == DASHBOARD_DATA || endpoint->type == DASHBOARD_ARRAY ||
           endpoint->type == DASHBOARD_ACTION || endpoint->type == DASHBOARD_EVENTS;
}

enum generate_registration generate_registration(const struct dashboard_endpoint *endpoint)
{
    switch (endpoint->type) {
    case DASHBOARD_DATA:
        return endpoint->config ? REGISTER_NONE : REGISTER_DATA;
    case DASHBOARD_ARRAY:
        return REGISTER_ARRAY;
    case DASHBOARD_ACTION:
        return endpoint->restarts ? REGISTER_NONE : REGISTER_ACTION;
    case DASHBOARD_EVENTS:
        return REGISTER_EVENTS;
    case DASHBOARD_FILE:
        return REGISTER_FILE;
    case DASHBOARD_CUSTOM:
        return REGISTER_CUSTOM;
    case DASHBOARD_OTA:
    case DASHBOARD_LOCAL:
        break;
    }
    return REGISTER_NONE;
}

/* --- units: the page knows them, C people want to --- */

static const char *unit_in(const struct dashboard_element *elements, size_t count,
                           const struct dashboard_attribute *attribute)
{
    for (size_t i = 0; i < count; i++) {
        const struct dashboard_element *element = &elements[i];
        if (element->value.attribute == attribute && element->unit.is_plain)
            return element->unit.source;
        const char *unit = unit_in(element->elements, element->element_count, attribute);
        if (unit)
            return unit;
    }
    return NULL;
}

static const char *unit_of(const struct dashboard *dashboard,
                           const struct dashboard_attribute *attribute)
{
    for (size_t i = 0; i < dashboard->page_count; i++)
        for (size_t k = 0; k < dashboard->pages[i].panel_count; k++) {
            const struct dashboard_panel *panel = &dashboard->pages[i].panels[k];
            const char *unit = unit_in(panel->elements, panel->element_count, attribute);
            if (unit)
                return unit;
        }
    return NULL;
}

/* --- what a field may hold --- */

static void print_number(FILE *out, const struct dashboard_attribute *attribute, double number)
{
    if (attribute->type == DASHBOARD_INT)
        fprintf(out, "%ld", (long)number);
    else
        c_print_double(out, number);
}

static void print_limits(FILE *out, const struct dashboard_attribute *attribute)
{
    if (attribute->has_min && attribute->has_max) {
        print_number(out, attribute, attribute->min);
        fputs(" to ", out);
        print_number(out, attribute, attribute->max);
    } else if (attribute->has_min) {
        fputs("at least ", out);
        print_number(out, attribute, attribute->min);
    } else {
        fputs("at most ", out);
        print_number(out, attribute, attribute->max);
    }
}

static void print_options(FILE *out, const struct dashboard_attribute *attribute)
{
    for (size_t i = 0; i < attribute->option_count; i++) {
        const struct dashboard_value *option = &attribute->options[i];
        fputs(i ? ", " : "one of ", out);
        if (attribute->type == DASHBOARD_STRING)
            fputc('"', out), c_print_comment(out, option->text), fputc('"', out);
        else
            print_number(out, attribute, option->number);
    }
}

/* The separator that the next word needs. */
static const char *next(const char **separator)
{
    const char *now = *separator;
    *separator = "; ";
    return now;
}

static void print_words(FILE *out, const struct dashboard_attribute *attribute, const char *unit)
{
    const char *separator = " /* ";
    if (unit) {
        fputs(next(&separator), out);
        c_print_comment(out, unit);
    }
    if (attribute->option_count > 0) {
        fputs(next(&separator), out);
        print_options(out, attribute);
    }
    if (attribute->has_min || attribute->has_max) {
        fputs(next(&separator), out);
        print_limits(out, attribute);
    }
    if (attribute->history_points)
        fprintf(out, "%sthe last %u are kept, one each %u s", next(&separator),
                attribute->history_points, attribute->history_seconds);
    if (attribute->secret)
        fprintf(out, "%ssecret", next(&separator));
    if (attribute->read_only)
        fprintf(out, "%sread only", next(&separator));
    fputs(separator[0] == ';' ? " */\n" : "\n", out);
}

/* --- the struct --- */

static void print_field(FILE *out, const struct dashboard_attribute *attribute, const char *unit)
{
    static const char *const types[] = {[DASHBOARD_BOOL] = "bool",
                                        [DASHBOARD_INT] = "int32_t",
                                        [DASHBOARD_DOUBLE] = "double",
                                        [DASHBOARD_STRING] = "char"};
    fprintf(out, "    %s %s", types[attribute->type], attribute->name);
    if (attribute->type == DASHBOARD_STRING)
        fprintf(out, "[%u]", attribute->size);
    fputc(';', out);
    print_words(out, attribute, unit);
}

void generate_print_struct(FILE *out, const struct dashboard *dashboard,
                           const struct dashboard_endpoint *endpoint)
{
    if (!generate_has_struct(endpoint))
        return;
    fprintf(out, "struct %s {\n", endpoint->name);
    if (endpoint->type == DASHBOARD_ACTION)
        fprintf(out, "    bool pressed;%s\n",
                endpoint->hold ? " /* true while the button is held, then false once */"
                               : " /* always true */");
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        print_field(out, &endpoint->attributes[i], unit_of(dashboard, &endpoint->attributes[i]));
    fputs("};\n", out);
}

struct generated generate_struct(const struct dashboard *dashboard,
                                 const struct dashboard_endpoint *endpoint)
{
    struct generated_writer writer;
    generated_begin(&writer);
    if (writer.out)
        generate_print_struct(writer.out, dashboard, endpoint);
    return generated_end(&writer);
}
