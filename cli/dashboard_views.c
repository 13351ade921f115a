/* dashboard_views.c - elements that show or start something: do their keys fit together?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"

void check_progress(struct reader *reader, const struct json_node *node,
                    struct dashboard_element *element)
{
    element->endpoint = element->value.endpoint;
    element->has_max = true;
    if (!want_type(reader, node, is_number_type(element->value.attribute), element, "a number"))
        return;
    if (!json_find(node, "max"))
        element->max = 100;
    if (element->max <= 0)
        wrong(reader, json_find(node, "max"), "write a number above 0", "max is not above 0");
}

/* --- gauge --- */

static const char *const zone_styles[] = {"good", "warn", "bad", "accent", "quiet", NULL};

static bool take_zone_style(struct reader *reader, const struct json_node *node,
                            const struct rule *rule, void *into)
{
    (void)rule;
    *(const char **)into = node->text;
    return take_word(reader, node, "style of a zone", zone_styles) >= 0;
}

static void take_zones(struct reader *reader, const struct json_node *node,
                       struct dashboard_element *element)
{
    static const struct rule rules[] = {
        {"to", true, take_double, offsetof(struct dashboard_zone, to), 0, 0},
        {"style", true, take_zone_style, offsetof(struct dashboard_zone, style), 0, 0},
        {0}};
    double from = element->min;
    if (!check_list(reader, node, 1, 8))
        return;
    struct dashboard_zone *zones = arena_take_many(reader->arena, node->count, sizeof *zones);
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        struct dashboard_zone *zone = &zones[entry->index];
        if (!take_object(reader, entry, "a zone", rules, NULL, zone))
            return;
        if (zone->to <= from || zone->to > element->max) {
            wrong(reader, json_find(entry, "to"), "let the zones rise from min to max",
                  "the zone ends at %.17g, which is not above %.17g and up to %.17g", zone->to,
                  from, element->max);
            return;
        }
        from = zone->to;
    }
    element->zones = zones;
    element->zone_count = node->count;
}

void check_gauge(struct reader *reader, const struct json_node *node,
                 struct dashboard_element *element)
{
    const struct json_node *zones = json_find(node, "zones");
    element->endpoint = element->value.endpoint;
    if (!want_type(reader, node, is_number_type(element->value.attribute), element, "a number") ||
        !take_limits(reader, node, element, false))
        return;
    if (!element->has_min || !element->has_max)
        wrong(reader, node, "add \"min\" and \"max\", here or to the attribute",
              "a gauge needs its two ends");
    else if (zones)
        take_zones(reader, zones, element);
}

/* --- the others --- */

static bool take_lines(struct reader *reader, const struct json_node *node,
                       struct dashboard_element *element)
{
    if (!check_list(reader, node, 1, 4))
        return false;
    struct dashboard_reference *values =
        arena_take_many(reader->arena, node->count, sizeof *values);
    for (const struct json_node *entry = node->first; entry; entry = entry->next) {
        struct dashboard_reference *value = &values[entry->index];
        if (!take_reference(reader, entry, NULL, value))
            return false;
        if (value->is_row)
            return wrong(reader, entry, "name an attribute of a data endpoint",
                         "a graph shows no rows");
        if (!is_number_type(value->attribute))
            return wrong(reader, entry, "name an int or a double",
                         "a graph shows numbers; '%s' is %s", value->attribute->name,
                         type_phrase(value->attribute));
    }
    element->values = values;
    element->value_count = node->count;
    return true;
}

static bool take_labels(struct reader *reader, const struct json_node *node,
                        struct dashboard_element *element)
{
    if (!check_list(reader, node, 1, 4))
        return false;
    if (node->count != element->value_count)
        return wrong(reader, node, "write one for each of \"values\"",
                     "there are %zu labels for %zu values", node->count, element->value_count);
    struct dashboard_text *labels = arena_take_many(reader->arena, node->count, sizeof *labels);
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        if (!take_text(reader, entry, NULL, &labels[entry->index]))
            return false;
    element->labels = labels;
    return true;
}

void check_graph(struct reader *reader, const struct json_node *node,
                 struct dashboard_element *element)
{
    const struct json_node *labels = json_find(node, "labels");
    element->has_min = json_find(node, "min");
    element->has_max = json_find(node, "max");
    if (element->has_min && element->has_max && element->min >= element->max)
        wrong(reader, json_find(node, "max"), "let min be less than max",
              "no value is between min %.17g and max %.17g", element->min, element->max);
    if (take_lines(reader, json_find(node, "values"), element) && labels)
        take_labels(reader, labels, element);
}

void check_button(struct reader *reader, const struct json_node *node,
                  struct dashboard_element *element)
{
    const struct json_node *values = json_find(node, "values");
    element->endpoint = named_endpoint(reader, json_find(node, "action"), DASHBOARD_ACTION);
    if (!element->endpoint)
        return;
    if (element->confirm.source && element->endpoint->hold)
        wrong_key(reader, json_find(node, "confirm"), "remove it",
                  "an action that runs while the button is pressed can't ask before");
    if (values)
        take_parameters(reader, values, element);
}

void check_ota(struct reader *reader, const struct json_node *node,
               struct dashboard_element *element)
{
    element->endpoint = named_endpoint(reader, json_find(node, "endpoint"), DASHBOARD_OTA);
}

void check_file(struct reader *reader, const struct json_node *node,
                struct dashboard_element *element)
{
    element->endpoint = named_endpoint(reader, json_find(node, "endpoint"), DASHBOARD_FILE);
}

void check_password(struct reader *reader, const struct json_node *node,
                    struct dashboard_element *element)
{
    (void)element;
    if (!reader->dashboard->has_access)
        wrong(reader, node, "add \"access\" with users, or remove it",
              "without \"access\" nobody has a password to change");
}
