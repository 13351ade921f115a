/* dashboard_inputs.c - elements that change a value: do their keys fit to its attribute?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include <string.h>

/* --- the attribute --- */

bool is_number_type(const struct dashboard_attribute *attribute)
{
    return attribute->type == DASHBOARD_INT || attribute->type == DASHBOARD_DOUBLE;
}

const char *type_phrase(const struct dashboard_attribute *attribute)
{
    static const char *const words[] = {"a bool", "an int", "a double", "a string"};
    return words[attribute->type];
}

bool want_type(struct reader *reader, const struct json_node *node, bool is_good,
               const struct dashboard_element *element, const char *wanted)
{
    if (is_good)
        return true;
    return wrong(reader, json_find(node, "value"), "take another attribute, or another element",
                 "a %s takes %s; '%s' is %s", dashboard_element_word(element->type), wanted,
                 element->value.attribute->name, type_phrase(element->value.attribute));
}

static bool want_writable(struct reader *reader, const struct json_node *node,
                          struct dashboard_element *element)
{
    const struct dashboard_reference *value = &element->value;
    element->endpoint = value->endpoint;
    if (value->endpoint->type == DASHBOARD_LOCAL && !json_find(node, "autosave"))
        element->autosave = true; /* there is nothing to save it to */
    if (value->endpoint->type == DASHBOARD_EVENTS)
        return wrong(reader, json_find(node, "value"), "show it by a text, gauge or progress",
                     "what has been reported can't be changed");
    return !value->attribute->read_only ||
           wrong(reader, json_find(node, "value"),
                 "remove \"read_only\" there, or show it by a text, gauge or progress",
                 "'%s.%s' is read_only", value->endpoint->name, value->attribute->name);
}

/* min and max of the element: by default the attribute's; never beyond them when it writes. */
bool take_limits(struct reader *reader, const struct json_node *node,
                 struct dashboard_element *element, bool writes)
{
    const struct dashboard_attribute *attribute = element->value.attribute;
    const struct json_node *min = json_find(node, "min"), *max = json_find(node, "max");
    element->has_min = min || attribute->has_min;
    element->has_max = max || attribute->has_max;
    if (!min)
        element->min = attribute->has_min ? attribute->min : 0;
    if (!max)
        element->max = attribute->has_max ? attribute->max : 0;
    if (element->has_min && element->has_max && element->min >= element->max)
        return wrong(reader,
                     max   ? max
                     : min ? min
                           : node,
                     "let min be less than max", "no value is between min %.17g and max %.17g",
                     element->min, element->max);
    if (writes && min && element->min < attribute->min)
        return wrong(reader, min, "raise it, or change the attribute's",
                     "min is below what '%s' takes, %.17g", attribute->name, attribute->min);
    return !writes || !max || element->max <= attribute->max ||
           wrong(reader, max, "lower it, or change the attribute's",
                 "max is above what '%s' takes, %.17g", attribute->name, attribute->max);
}

static bool take_step(struct reader *reader, const struct json_node *node,
                      struct dashboard_element *element)
{
    const struct json_node *step = json_find(node, "step");
    bool is_int = element->value.attribute->type == DASHBOARD_INT;
    element->has_step = step || is_int;
    if (!step)
        element->step = is_int ? 1 : 0;
    if (element->has_step && element->step <= 0)
        return wrong(reader, step, "write a number above 0", "the step is not above 0");
    return !step || !is_int || element->step == (double)(int64_t)element->step ||
           wrong(reader, step, "write a whole number", "'%s' is an int: it has no such step",
                 element->value.attribute->name);
}

/* --- elements with a value --- */

void check_toggle(struct reader *reader, const struct json_node *node,
                  struct dashboard_element *element)
{
    const struct dashboard_attribute *attribute = element->value.attribute;
    if (want_type(reader, node, attribute->type == DASHBOARD_BOOL, element, "a bool"))
        want_writable(reader, node, element);
}

static bool check_kind(struct reader *reader, const struct json_node *node,
                       struct dashboard_element *element)
{
    const struct dashboard_attribute *attribute = element->value.attribute;
    const struct json_node *kind = json_find(node, "kind");
    if (!kind)
        element->kind = is_number_type(attribute) ? DASHBOARD_KIND_NUMBER
                        : attribute->secret       ? DASHBOARD_KIND_PASSWORD
                                                  : DASHBOARD_KIND_TEXT;
    return (element->kind == DASHBOARD_KIND_NUMBER) == is_number_type(attribute) ||
           wrong(reader, kind, "remove \"kind\": it follows from the attribute",
                 "'%s' is %s and can't be asked for as %s", attribute->name, type_phrase(attribute),
                 dashboard_kind_word(element->kind));
}

void check_input(struct reader *reader, const struct json_node *node,
                 struct dashboard_element *element)
{
    static const char *const numbers[] = {"min", "max", "step"};
    const struct dashboard_attribute *attribute = element->value.attribute;
    bool is_bool = attribute->type == DASHBOARD_BOOL;
    if (!want_type(reader, node, !is_bool, element, "numbers and strings") ||
        !want_writable(reader, node, element) || !check_kind(reader, node, element))
        return;
    if (is_number_type(attribute)) {
        if (json_find(node, "pattern"))
            wrong_key(reader, json_find(node, "pattern"), "remove it, and write min and max",
                      "a pattern is for strings; '%s' is a number", attribute->name);
        if (take_limits(reader, node, element, true))
            take_step(reader, node, element);
        return;
    }
    for (size_t i = 0; i < 3; i++)
        if (json_find(node, numbers[i]))
            wrong_key(reader, json_find(node, numbers[i]), "remove it",
                      "'%s' is for numbers; '%s' is a string", numbers[i], attribute->name);
}

void check_slider(struct reader *reader, const struct json_node *node,
                  struct dashboard_element *element)
{
    if (!want_type(reader, node, is_number_type(element->value.attribute), element, "a number") ||
        !want_writable(reader, node, element))
        return;
    if (!take_limits(reader, node, element, true) || !take_step(reader, node, element))
        return;
    if (!element->has_min || !element->has_max) {
        wrong(reader, node, "add \"min\" and \"max\", here or to the attribute",
              "a slider needs its two ends");
        return;
    }
    if (!element->has_step)
        element->step = (element->max - element->min) / 100;
    element->has_step = true;
}

/* "on", or {"value": "on", "label": "Lights on"}. */
static bool take_option(struct reader *reader, const struct json_node *node,
                        const struct dashboard_attribute *attribute,
                        struct dashboard_option *option)
{
    static const struct rule rules[] = {
        {"value", true, NULL, 0, 0, 0},
        {"label", false, take_text, offsetof(struct dashboard_option, label), 0, 0},
        {0}};
    if (node->type != JSON_OBJECT)
        return take_value(reader, node, attribute, &option->value);
    return take_object(reader, node, "an option", rules, NULL, option) &&
           take_value(reader, json_find(node, "value"), attribute, &option->value);
}

static void take_options(struct reader *reader, const struct json_node *node,
                         struct dashboard_element *element)
{
    if (!check_list(reader, node, 1, 32))
        return;
    struct dashboard_option *options = arena_take_many(reader->arena, node->count, sizeof *options);
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        struct dashboard_option *option = &options[entry->index];
        if (!take_option(reader, entry, element->value.attribute, option))
            return;
        for (size_t i = 0; i < entry->index; i++)
            if (strcmp(options[i].value.code, option->value.code) == 0)
                wrong(reader, entry, "keep one of them", "%s stands here twice",
                      option->value.code);
    }
    element->options = options;
    element->option_count = node->count;
}

void check_dropdown(struct reader *reader, const struct json_node *node,
                    struct dashboard_element *element)
{
    const struct dashboard_attribute *attribute = element->value.attribute;
    const struct json_node *options = json_find(node, "options");
    if (!want_writable(reader, node, element))
        return;
    if (options) {
        take_options(reader, options, element);
        return;
    }
    if (!attribute->option_count) {
        wrong(reader, node, "add \"options\", here or to the attribute",
              "a dropdown needs something to choose from");
        return;
    }
    struct dashboard_option *own =
        arena_take_many(reader->arena, attribute->option_count, sizeof *own);
    for (size_t i = 0; i < attribute->option_count; i++)
        own[i].value = attribute->options[i];
    element->options = own;
    element->option_count = attribute->option_count;
}
