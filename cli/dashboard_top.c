/* dashboard_top.c - the top level of a description.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include <ctype.h>
#include <string.h>

#define AT(member) offsetof(struct dashboard, member)

const char *const dashboard_icon_names[] = {
    "flota", "update", "board", "info",  "home",  "settings",    "graph", "gauge",   "network",
    "lock",  "user",   "power", "light", "fan",   "temperature", "water", "battery", "clock",
    "file",  "bell",   "play",  "stop",  "check", "cross",       "warn",  NULL};

const char *dashboard_type_word(enum dashboard_type type)
{
    static const char *const words[] = {"bool", "int", "double", "string"};
    return words[type];
}

/* --- theme --- */

static bool take_mode(struct reader *reader, const struct json_node *node, const struct rule *rule,
                      void *into)
{
    static const char *const words[] = {"auto", "light", "dark", NULL};
    int index = take_word(reader, node, "mode", words);
    (void)rule;
    if (index >= 0)
        *(enum dashboard_mode *)into = (enum dashboard_mode)index;
    return index >= 0;
}

static bool take_color(struct reader *reader, const struct json_node *node, const struct rule *rule,
                       void *into)
{
    if (!take_plain(reader, node, rule, into))
        return false;
    bool good = node->size == 7 && node->text[0] == '#';
    for (size_t i = 1; good && i < 7; i++)
        good = isxdigit((unsigned char)node->text[i]);
    return good ||
           wrong(reader, node, "write it like \"#0b6770\"", "'%.40s' is no colour", node->text);
}

static bool take_theme(struct reader *reader, const struct json_node *node, const struct rule *rule,
                       void *into)
{
    static const struct rule rules[] = {{"mode", false, take_mode, AT(mode), 0, 0},
                                        {"accent", false, take_color, AT(accent), 0, 0},
                                        {"accent_dark", false, take_color, AT(accent_dark), 0, 0},
                                        {0}};
    (void)rule;
    return take_object(reader, node, "a theme", rules, NULL, into);
}

/* --- all --- */

/* A page without elements, a device without endpoints are right: the wizard begins with them.
 *
 * access before endpoints, whose levels depend on it; endpoints before what names them. Where they
 * stand does not matter. */
bool take_top(struct reader *reader, const struct json_node *node)
{
    static const struct rule rules[] = {
        {"brand", true, take_plain_text, AT(brand), 0, 0},
        {"logo", false, take_icon, AT(logo), 0, 0},
        {"theme", false, take_theme, 0, 0, 0},
        {"access", false, take_access, 0, 0, 0},
        {"api", false, NULL, 0, 0, 0},
        {"toolbar", false, NULL, 0, 0, 0},
        {"pages", true, NULL, 0, 0, 0},
        {"$schema", false, NULL, 0, 0, 0}, /* what editors look for */
        {0}};
    struct dashboard *dashboard = reader->dashboard;
    dashboard->logo = "flota";
    dashboard->has_access = json_find(node, "access");
    take_object(reader, node, "the description", rules, NULL, dashboard);
    if (json_find(node, "api"))
        take_api(reader, json_find(node, "api"));
    if (json_find(node, "toolbar"))
        take_toolbar(reader, json_find(node, "toolbar"));
    if (json_find(node, "pages"))
        take_pages(reader, json_find(node, "pages"));
    return dashboard->mistake_count == 0;
}
