/* dashboard_parameter.c - the parameters that a button gives to its action.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include <string.h>

static unsigned types_of(const struct dashboard_attribute *attribute)
{
    static const unsigned types[] = {EXPRESSION_TRUTH, EXPRESSION_NUMBER, EXPRESSION_NUMBER,
                                     EXPRESSION_TEXT};
    return types[attribute->type];
}

/* "${settings.seconds}" for a number; a text may be mixed. */
static bool take_computed(struct reader *reader, const struct json_node *node,
                          struct dashboard_parameter *parameter)
{
    struct dashboard_text text = {0};
    if (!check_text(reader, node))
        return false;
    if (parameter->attribute->type != DASHBOARD_STRING)
        return compile_value(reader, node, types_of(parameter->attribute), &parameter->code);
    if (!compile_text(reader, node, &text))
        return false;
    parameter->code = text.code;
    return true;
}

static bool take_parameter(struct reader *reader, const struct json_node *node,
                           struct dashboard_parameter *parameter)
{
    bool is_computed = node->type == JSON_STRING && strstr(node->text, "${");
    parameter->is_plain = !is_computed;
    if (is_computed)
        return take_computed(reader, node, parameter);
    if (!take_value(reader, node, parameter->attribute, &parameter->value))
        return false;
    parameter->code = parameter->value.code;
    return true;
}

static bool find(struct reader *reader, const struct json_node *node,
                 const struct dashboard_endpoint *endpoint, struct dashboard_parameter *parameter)
{
    const char *names[DASHBOARD_ATTRIBUTES_MAX + 1] = {0};
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        names[i] = endpoint->attributes[i].name;
    parameter->attribute = find_attribute(endpoint, node->key);
    return parameter->attribute ||
           wrong_member(reader, node, endpoint->name, "parameter", node->key, names);
}

bool take_parameters(struct reader *reader, const struct json_node *node,
                     struct dashboard_element *element)
{
    if (node->type != JSON_OBJECT)
        return wrong(reader, node, "write {\"seconds\": 5}", "values must be an object, not %s",
                     json_type_words(node));
    struct dashboard_parameter *parameters =
        arena_take_many(reader->arena, node->count, sizeof *parameters);
    bool good = true;
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        struct dashboard_parameter *parameter = &parameters[entry->index];
        good &= find(reader, entry, element->endpoint, parameter) &&
                take_parameter(reader, entry, parameter);
    }
    element->parameters = parameters;
    element->parameter_count = node->count;
    return good;
}
