/* dashboard_text.c - texts of a description: what their expressions may name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include "nearest.h"
#include <string.h>

/* --- what the device and the browser know by themselves --- */

struct known {
    const char *member;
    unsigned types;
};

static const struct known device_members[] = {
    {"name", EXPRESSION_TEXT},     {"version", EXPRESSION_TEXT},
    {"build_id", EXPRESSION_TEXT}, {"board", EXPRESSION_TEXT},
    {"product", EXPRESSION_TEXT},  {"bank", EXPRESSION_NUMBER},
    {"online", EXPRESSION_TRUTH},  {NULL, 0}};
/* null: nobody has signed in */
static const struct known user_members[] = {
    {"name", EXPRESSION_TEXT | EXPRESSION_NULL}, {"level", EXPRESSION_NUMBER}, {NULL, 0}};

static unsigned fail(struct reader *reader, struct expression_fault *fault, const char *object,
                     const char *member, const char *remedy)
{
    fault->message = arena_print(reader->arena, "there is no '%.40s.%.40s'", object, member);
    fault->remedy = remedy;
    return 0;
}

static unsigned known_types(struct reader *reader, const struct known *members, const char *object,
                            const char *member, struct expression_fault *fault)
{
    const char *list = "";
    for (; members->member; members++) {
        if (strcmp(members->member, member) == 0)
            return members->types;
        list = arena_print(reader->arena, "%s%s%s", list, *list ? ", " : "", members->member);
    }
    return fail(reader, fault, object, member,
                arena_print(reader->arena, "write one of: %s", list));
}

/* --- endpoints --- */

static unsigned types_of_attribute(const struct dashboard_attribute *attribute)
{
    switch (attribute->type) {
    case DASHBOARD_BOOL:
        return EXPRESSION_TRUTH;
    case DASHBOARD_INT:
    case DASHBOARD_DOUBLE:
        return EXPRESSION_NUMBER;
    case DASHBOARD_STRING:
        return EXPRESSION_TEXT;
    }
    return EXPRESSION_ANY;
}

static unsigned member_types(struct reader *reader, const struct dashboard_endpoint *endpoint,
                             const char *object, const char *member, struct expression_fault *fault)
{
    const struct dashboard_attribute *attribute = find_attribute(endpoint, member);
    if (attribute)
        return types_of_attribute(attribute);
    const char *names[DASHBOARD_ATTRIBUTES_MAX + 1] = {0};
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        names[i] = endpoint->attributes[i].name;
    const char *nearest = nearest_word(member, names);
    fail(reader, fault, object, member,
         arena_print(reader->arena, "'%s' has: %s", endpoint->name,
                     list_words(reader->arena, names)));
    if (nearest)
        fault->message = arena_print(reader->arena, "%s; did you mean '%s.%s'?", fault->message,
                                     object, nearest);
    return 0;
}

static unsigned row_types(struct reader *reader, const char *member, struct expression_fault *fault)
{
    if (reader->row_is_broken)
        return EXPRESSION_ANY;
    if (reader->row && strcmp(member, "index") == 0)
        return EXPRESSION_NUMBER;
    if (reader->row)
        return member_types(reader, reader->row, "row", member, fault);
    return fail(reader, fault, "row", member,
                "row is known inside a container with \"repeat\" only");
}

static unsigned endpoint_types(struct reader *reader, const struct dashboard_endpoint *endpoint,
                               const char *member, struct expression_fault *fault)
{
    const char *name = endpoint->name;
    switch (endpoint->type) {
    case DASHBOARD_DATA:
    case DASHBOARD_LOCAL:
        return member_types(reader, endpoint, name, member, fault);
    case DASHBOARD_ACTION:
        if (strcmp(member, "state") == 0)
            return EXPRESSION_TEXT;
        return fail(reader, fault, name, member, "of an action there is \"state\" only");
    case DASHBOARD_ARRAY:
    case DASHBOARD_EVENTS:
        return fail(reader, fault, name, member,
                    arena_print(reader->arena,
                                "put it into a container with \"repeat\": \"%s\" and write row.%s",
                                name, member));
    default:
        return fail(reader, fault, name, member,
                    arena_print(reader->arena, "'%s' is of type %s and has no values", name,
                                dashboard_endpoint_word(endpoint->type)));
    }
}

static unsigned unknown_endpoint(struct reader *reader, const char *object,
                                 struct expression_fault *fault)
{
    const char *names[DASHBOARD_ENDPOINTS_MAX + 4] = {"device", "user", "row"};
    for (size_t i = 0; i < reader->endpoint_count; i++)
        names[i + 3] = reader->endpoints[i].name;
    const char *nearest = nearest_word(object, names);
    fault->message = arena_print(reader->arena,
                                 nearest ? "there is no endpoint '%.40s'; did you mean '%s'?"
                                         : "there is no endpoint '%.40s'",
                                 object, nearest);
    fault->remedy = "declare it in \"api\", or write the name of one that is there";
    return 0;
}

static unsigned types_of(void *context, const char *object, const char *member,
                         struct expression_fault *fault)
{
    struct reader *reader = context;
    if (strcmp(object, "row") == 0)
        return row_types(reader, member, fault);
    if (strcmp(object, "device") == 0)
        return known_types(reader, device_members, object, member, fault);
    if (strcmp(object, "user") == 0)
        return known_types(reader, user_members, object, member, fault);
    for (size_t i = 0; i < reader->endpoint_count; i++)
        if (strcmp(reader->endpoints[i].name, object) == 0)
            return reader->broken[i] ? EXPRESSION_ANY
                                     : endpoint_types(reader, &reader->endpoints[i], member, fault);
    return reader->api_is_broken ? EXPRESSION_ANY : unknown_endpoint(reader, object, fault);
}

/* --- texts --- */

static struct expression prepare(struct reader *reader, const struct json_node *node,
                                 const struct expression_scope *scope)
{
    return (struct expression){
        .arena = reader->arena, .scope = scope, .source = node->text, .size = node->size};
}

static bool finish(struct reader *reader, const struct json_node *node,
                   const struct expression *expression, bool is_good)
{
    reader->helpers |= expression->helpers;
    return is_good || wrong_in(reader, node, expression->fault.at, expression->fault.remedy,
                               expression->fault.message);
}

bool compile_text(struct reader *reader, const struct json_node *node, struct dashboard_text *text)
{
    const struct expression_scope scope = {types_of, reader};
    struct expression expression = prepare(reader, node, &scope);
    bool good = expression_text(&expression, &text->is_plain);
    text->source = node->text;
    text->code = expression.code;
    return finish(reader, node, &expression, good);
}

bool compile_value(struct reader *reader, const struct json_node *node, unsigned types,
                   const char **code)
{
    const struct expression_scope scope = {types_of, reader};
    struct expression expression = prepare(reader, node, &scope);
    bool good = expression_value(&expression);
    *code = expression.code;
    if (good && expression.types != EXPRESSION_ANY && (expression.types & ~types))
        return wrong(reader, node, "compare or convert it, or take another value",
                     "the expression gives a value of another type than is needed here");
    return finish(reader, node, &expression, good);
}
