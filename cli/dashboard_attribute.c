/* dashboard_attribute.c - attributes of endpoints, and their values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include "expression_internal.h"
#include <float.h>
#include <math.h>
#include <string.h>

#define AT(member) offsetof(struct dashboard_attribute, member)

static const char *const type_words[] = {"bool", "int", "double", "string", NULL};

/* --- values --- */

static bool take_number(struct reader *reader, const struct json_node *node,
                        const struct dashboard_attribute *attribute, struct dashboard_value *value)
{
    double number = node->number;
    bool is_int = attribute->type == DASHBOARD_INT;
    if (node->type != JSON_NUMBER)
        return wrong(reader, node, "write a number, without quotes",
                     "'%s' is of type %s: a number is expected, not %s", attribute->name,
                     type_words[attribute->type], json_type_words(node));
    if (is_int && (number != floor(number) || number < INT32_MIN || number > INT32_MAX))
        return wrong(reader, node, "write one from -2147483648 to 2147483647",
                     "'%s' is of type int: a whole number of 32 bits is expected", attribute->name);
    if (number < attribute->min)
        return wrong(reader, node, "take another value, or change \"min\"",
                     "%.17g is below what '%s' takes, %.17g", number, attribute->name,
                     attribute->min);
    if (number > attribute->max)
        return wrong(reader, node, "take another value, or change \"max\"",
                     "%.17g is above what '%s' takes, %.17g", number, attribute->name,
                     attribute->max);
    value->number = number == 0 ? 0 : number; /* no -0 */
    value->code = is_int ? arena_print(reader->arena, "%.0f", value->number)
                         : number_code(reader->arena, value->number);
    return true;
}

static bool take_string(struct reader *reader, const struct json_node *node,
                        const struct dashboard_attribute *attribute, struct dashboard_value *value)
{
    if (node->type == JSON_STRING && node->size == 0) {
        value->text = "";
        value->code = "\"\"";
        return true;
    }
    if (!check_text(reader, node))
        return false;
    if (node->size >= attribute->size)
        return wrong(reader, node, "shorten the text, or give the attribute a larger \"size\"",
                     "the text has %zu bytes, '%s' has room for %u", node->size, attribute->name,
                     attribute->size - 1);
    value->text = node->text;
    value->code = expression_quote(reader->arena, node->text, node->size, true);
    return true;
}

static bool is_same(const struct dashboard_value *a, const struct dashboard_value *b)
{
    return strcmp(a->code, b->code) == 0;
}

static bool is_option(const struct dashboard_attribute *attribute,
                      const struct dashboard_value *value)
{
    for (size_t i = 0; i < attribute->option_count; i++)
        if (is_same(&attribute->options[i], value))
            return true;
    return attribute->option_count == 0;
}

bool take_value(struct reader *reader, const struct json_node *node,
                const struct dashboard_attribute *attribute, struct dashboard_value *value)
{
    struct rule rule = {0};
    bool good;
    value->type = attribute->type;
    if (attribute->type == DASHBOARD_STRING) {
        good = take_string(reader, node, attribute, value);
    } else if (attribute->type == DASHBOARD_BOOL) {
        good = take_bool(reader, node, &rule, &value->truth);
        value->code = value->truth ? "true" : "false";
    } else {
        good = take_number(reader, node, attribute, value);
    }
    return good && (is_option(attribute, value) ||
                    wrong(reader, node, "take one of its options, or add it there",
                          "%s is none of the options of '%s'", value->code, attribute->name));
}

/* --- keys --- */

static bool take_history(struct reader *reader, const struct json_node *node,
                         const struct rule *rule, void *into)
{
    static const struct rule rules[] = {
        {"points", false, take_unsigned, AT(history_points), 2, 600},
        {"seconds", false, take_unsigned, AT(history_seconds), 1, 86400},
        {0}};
    struct dashboard_attribute *attribute = into;
    (void)rule;
    attribute->history_points = 120;
    attribute->history_seconds = 1;
    return take_object(reader, node, "a history", rules, NULL, attribute);
}

#define COMMON                                                                                     \
    {"type", true, NULL, 0, 0, 0}, {"read_only", false, take_bool, AT(read_only), 0, 0},           \
    {                                                                                              \
        "initial", false, NULL, 0, 0, 0                                                            \
    }
#define LIMITS                                                                                     \
    {"min", false, take_double, AT(min), 0, 0},                                                    \
    {                                                                                              \
        "max", false, take_double, AT(max), 0, 0                                                   \
    }
#define OPTIONS                                                                                    \
    {                                                                                              \
        "options", false, NULL, 0, 0, 0                                                            \
    }

static const struct rule bool_rules[] = {COMMON, {0}};
static const struct rule int_rules[] = {
    COMMON, LIMITS, OPTIONS, {"history", false, take_history, 0, 0, 0}, {0}};
static const struct rule double_rules[] = {
    COMMON, LIMITS, {"history", false, take_history, 0, 0, 0}, {0}};
static const struct rule string_rules[] = {COMMON,
                                           {"size", false, take_unsigned, AT(size), 2, 256},
                                           OPTIONS,
                                           {"secret", false, take_bool, AT(secret), 0, 0},
                                           {0}};

static void set_defaults(struct dashboard_attribute *attribute)
{
    static const unsigned sizes[] = {1, 4, 8, 32};
    attribute->size = sizes[attribute->type];
    attribute->min = attribute->type == DASHBOARD_INT ? INT32_MIN : -DBL_MAX;
    attribute->max = attribute->type == DASHBOARD_INT ? INT32_MAX : DBL_MAX;
}

static bool check_limits(struct reader *reader, const struct json_node *node,
                         struct dashboard_attribute *attribute)
{
    static const char *const keys[] = {"min", "max"};
    attribute->has_min = json_find(node, "min");
    attribute->has_max = json_find(node, "max");
    for (size_t i = 0; i < 2 && attribute->type == DASHBOARD_INT; i++) {
        double limit = i ? attribute->max : attribute->min;
        if (limit != floor(limit) || limit < INT32_MIN || limit > INT32_MAX)
            return wrong(reader, json_find(node, keys[i]),
                         "write one from -2147483648 to 2147483647",
                         "a limit of an int is a whole number of 32 bits");
    }
    if (attribute->min < attribute->max)
        return true;
    return wrong(reader, json_find(node, attribute->has_max ? "max" : "min"),
                 "let min be less than max", "no value is between min and max");
}

static bool take_options(struct reader *reader, const struct json_node *node,
                         struct dashboard_attribute *attribute)
{
    if (!node)
        return true;
    if (!check_list(reader, node, 1, 32))
        return false;
    struct dashboard_value *options = arena_take_many(reader->arena, node->count, sizeof *options);
    size_t count = 0;
    bool good = true;
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        if (!take_value(reader, entry, attribute, &options[count])) {
            good = false;
            continue;
        }
        for (size_t i = 0; i < count; i++)
            if (is_same(&options[i], &options[count]))
                good = wrong(reader, entry, "keep one of them", "%s stands here twice",
                             options[i].code);
        count++;
    }
    attribute->options = options; /* not before: they are no options of themselves */
    attribute->option_count = count;
    return good;
}

/* false, 0 and "" where that is allowed; else what is nearest. */
static void set_initial(struct reader *reader, struct dashboard_attribute *attribute)
{
    struct dashboard_value *initial = &attribute->initial;
    double number = attribute->min > 0 ? attribute->min : attribute->max < 0 ? attribute->max : 0;
    *initial = (struct dashboard_value){.type = attribute->type, .text = "", .code = "\"\""};
    if (attribute->type == DASHBOARD_BOOL)
        initial->code = "false";
    if (attribute->type == DASHBOARD_INT || attribute->type == DASHBOARD_DOUBLE) {
        initial->number = number;
        initial->code = number_code(reader->arena, number);
    }
    if (attribute->type == DASHBOARD_INT)
        initial->code = arena_print(reader->arena, "%.0f", number);
    if (!is_option(attribute, initial))
        *initial = attribute->options[0];
}

static bool check_attribute(struct reader *reader, const struct json_node *node,
                            struct dashboard_attribute *attribute)
{
    const struct json_node *initial = json_find(node, "initial");
    if (!check_limits(reader, node, attribute) ||
        !take_options(reader, json_find(node, "options"), attribute))
        return false;
    set_initial(reader, attribute);
    if (initial && attribute->secret)
        return wrong(reader, initial, "remove it: the firmware is no place for a password",
                     "a secret has no initial value");
    return !initial || take_value(reader, initial, attribute, &attribute->initial);
}

static bool take_attribute(struct reader *reader, const struct json_node *node,
                           const struct dashboard_endpoint *endpoint,
                           struct dashboard_attribute *attribute)
{
    static const struct rule *const rules[] = {bool_rules, int_rules, double_rules, string_rules};
    static const char *const whats[] = {"a bool", "an int", "a double", "a string"};
    const struct json_node *type = json_find(node, "type");
    bool good = check_name(reader, node, false);
    if (node->type != JSON_OBJECT)
        return wrong(reader, node, "write {\"type\": \"bool\"}",
                     "an attribute must be an object, not %s", json_type_words(node));
    if (!type)
        return wrong(reader, node, "add \"type\": bool, int, double or string",
                     "an attribute needs the key 'type'");
    int index = take_word(reader, type, "type", type_words);
    if (index < 0)
        return false;
    attribute->name = node->key;
    attribute->type = (enum dashboard_type)index;
    attribute->line = node->key_place.line;
    attribute->column = node->key_place.column;
    set_defaults(attribute);
    if (!take_object(reader, node, whats[index], rules[index], NULL, attribute) ||
        !check_attribute(reader, node, attribute))
        return false;
    if (attribute->history_points && endpoint->type != DASHBOARD_DATA)
        return wrong_key(reader, json_find(node, "history"), "remove it",
                         "only attributes of data endpoints have a history");
    return good;
}

/* --- the struct --- */

/* As the C compilers lay it out: AAPCS 5.3 and the x86-64 psABI agree on these types. */
static unsigned lay_out(struct dashboard_attribute *attributes, size_t count, unsigned size)
{
    unsigned widest = 1;
    for (size_t i = 0; i < count; i++) {
        struct dashboard_attribute *attribute = &attributes[i];
        unsigned alignment = attribute->type == DASHBOARD_INT      ? 4
                             : attribute->type == DASHBOARD_DOUBLE ? 8
                                                                   : 1;
        size = (size + alignment - 1) / alignment * alignment;
        attribute->offset = size;
        size += attribute->size;
        widest = alignment > widest ? alignment : widest;
    }
    return (size + widest - 1) / widest * widest;
}

static bool check_clash(struct reader *reader, const struct json_node *node,
                        const struct dashboard_endpoint *endpoint)
{
    bool has_rows = endpoint->type == DASHBOARD_ARRAY || endpoint->type == DASHBOARD_EVENTS;
    if (endpoint->type == DASHBOARD_ACTION && strcmp(node->key, "pressed") == 0)
        return wrong_key(reader, node, "take another name",
                         "every action has 'pressed': whether its button is");
    if (has_rows && strcmp(node->key, "index") == 0)
        return wrong_key(reader, node, "take another name",
                         "row.index is the row's number on the page");
    return true;
}

void take_attributes(struct reader *reader, const struct json_node *node,
                     struct dashboard_endpoint *endpoint)
{
    size_t count = 0;
    if (node->type != JSON_OBJECT) {
        wrong(reader, node, "write {\"state\": {\"type\": \"bool\"}}",
              "attributes must be an object, not %s", json_type_words(node));
        return;
    }
    if (node->count == 0 && endpoint->type != DASHBOARD_ACTION)
        wrong(reader, node, "add one", "an endpoint of this type needs at least one attribute");
    if (node->count > DASHBOARD_ATTRIBUTES_MAX) {
        wrong(reader, node, "put some into another endpoint",
              "the endpoint has %zu attributes, at most %u are taken", node->count,
              DASHBOARD_ATTRIBUTES_MAX);
        return;
    }
    struct dashboard_attribute *attributes =
        arena_take_many(reader->arena, node->count, sizeof *attributes);
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        attributes[count] = (struct dashboard_attribute){0}; /* of one that was wrong */
        if (check_clash(reader, entry, endpoint) &&
            take_attribute(reader, entry, endpoint, &attributes[count]))
            count++;
    }
    endpoint->attributes = attributes;
    endpoint->attribute_count = count;
    endpoint->size = lay_out(attributes, count, endpoint->type == DASHBOARD_ACTION ? 1 : 0);
    if (endpoint->size > DASHBOARD_STRUCT_MAX)
        wrong(reader, node, "shorten texts, or put some into another endpoint",
              "the values have %u bytes in C, at most %u are taken", endpoint->size,
              DASHBOARD_STRUCT_MAX);
}
