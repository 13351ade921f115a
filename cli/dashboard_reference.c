/* dashboard_reference.c - what an element is about: ENDPOINT.ATTRIBUTE, or an endpoint.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include <string.h>

static const struct dashboard_endpoint *split(struct reader *reader, const struct json_node *node,
                                              const char **attribute, bool *is_row, bool *is_broken)
{
    const char *dot = strchr(node->text, '.');
    *is_broken = false;
    if (!dot || strchr(dot + 1, '.') || !dot[1] || dot == node->text) {
        wrong(reader, node, "write ENDPOINT.ATTRIBUTE, without ${}", "'%.60s' names no attribute",
              node->text);
        return NULL;
    }
    *attribute = dot + 1;
    const char *name = arena_copy(reader->arena, node->text, (size_t)(dot - node->text));
    *is_row = strcmp(name, "row") == 0;
    if (!*is_row)
        return find_endpoint(reader, node, name, is_broken);
    *is_broken = reader->row_is_broken;
    if (!reader->row && !reader->row_is_broken)
        wrong(reader, node, "put it into a container with \"repeat\"",
              "row is known inside a repeated container only");
    return reader->row;
}

static bool has_values(struct reader *reader, const struct json_node *node,
                       const struct dashboard_endpoint *endpoint, bool is_row)
{
    if (is_row || endpoint->type == DASHBOARD_DATA || endpoint->type == DASHBOARD_LOCAL)
        return true;
    if (endpoint->type == DASHBOARD_ARRAY || endpoint->type == DASHBOARD_EVENTS)
        return wrong(
            reader, node,
            arena_print(reader->arena,
                        "put it into a container with \"repeat\": \"%s\", and write row.NAME",
                        endpoint->name),
            "'%s' has rows: which one is meant?", endpoint->name);
    return wrong(reader, node, "name an attribute of a data or local endpoint",
                 "'%s' is of type %s and has no values", endpoint->name,
                 dashboard_endpoint_word(endpoint->type));
}

/* Without a mistake reference->attribute may still be NULL: that of a broken endpoint. */
bool take_reference(struct reader *reader, const struct json_node *node, const struct rule *rule,
                    void *into)
{
    struct dashboard_reference *reference = into;
    const char *name;
    bool is_broken;
    (void)rule;
    if (!check_text(reader, node))
        return false;
    const struct dashboard_endpoint *endpoint =
        split(reader, node, &name, &reference->is_row, &is_broken);
    if (!endpoint || is_broken || !has_values(reader, node, endpoint, reference->is_row))
        return false;
    reference->endpoint = endpoint;
    reference->attribute = find_attribute(endpoint, name);
    if (reference->attribute)
        return true;
    const char *names[DASHBOARD_ATTRIBUTES_MAX + 1] = {0};
    for (size_t i = 0; i < endpoint->attribute_count; i++)
        names[i] = endpoint->attributes[i].name;
    return wrong_member(reader, node, endpoint->name, "attribute", name, names);
}

/* The endpoint that a key names, of a type; NULL: said, or broken. */
const struct dashboard_endpoint *named_endpoint(struct reader *reader, const struct json_node *node,
                                                enum dashboard_endpoint_type type)
{
    bool is_broken;
    if (!check_text(reader, node))
        return NULL;
    const struct dashboard_endpoint *endpoint = find_endpoint(reader, node, node->text, &is_broken);
    if (!endpoint || is_broken)
        return NULL;
    if (endpoint->type == type)
        return endpoint;
    wrong(reader, node,
          arena_print(reader->arena, "name an endpoint of type %s", dashboard_endpoint_word(type)),
          "'%s' is of type %s, not %s", endpoint->name, dashboard_endpoint_word(endpoint->type),
          dashboard_endpoint_word(type));
    return NULL;
}
