/* dashboard_page.c - pages, panels, toolbar.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard_internal.h"
#include <string.h>

#define PAGES_MAX   16u
#define PANELS_MAX  32u
#define TOOLBAR_MAX 8u

static bool take_panel_elements(struct reader *reader, const struct json_node *node,
                                const struct rule *rule, void *into)
{
    struct dashboard_panel *panel = into;
    (void)rule;
    take_elements(reader, node, &panel->elements, &panel->element_count);
    return true;
}

static void take_panel(struct reader *reader, const struct json_node *node,
                       struct dashboard_panel *panel)
{
    static const struct rule rules[] = {
        {"title", false, take_text, offsetof(struct dashboard_panel, title), 0, 0},
        {"elements", true, take_panel_elements, 0, 0, 0},
        {"style", false, take_style, offsetof(struct dashboard_panel, style), 0, 0},
        {0}};
    panel->line = node->place.line;
    panel->column = node->place.column;
    take_object(reader, node, "a panel", rules, NULL, panel);
}

static bool take_panels(struct reader *reader, const struct json_node *node,
                        const struct rule *rule, void *into)
{
    struct dashboard_page *page = into;
    (void)rule;
    if (!check_list(reader, node, 0, PANELS_MAX))
        return false;
    struct dashboard_panel *panels = arena_take_many(reader->arena, node->count, sizeof *panels);
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        take_panel(reader, entry, &panels[entry->index]);
    page->panels = panels;
    page->panel_count = node->count;
    return true;
}

static void take_page(struct reader *reader, const struct json_node *node,
                      struct dashboard_page *page)
{
    static const struct rule rules[] = {
        {"title", true, take_text, offsetof(struct dashboard_page, title), 0, 0},
        {"icon", true, take_icon, offsetof(struct dashboard_page, icon), 0, 0},
        {"level", false, take_unsigned, offsetof(struct dashboard_page, level), 0, 9},
        {"panels", true, take_panels, 0, 0, 0},
        {0}};
    page->line = node->place.line;
    page->column = node->place.column;
    take_object(reader, node, "a page", rules, NULL, page);
}

void take_pages(struct reader *reader, const struct json_node *node)
{
    if (!check_list(reader, node, 1, PAGES_MAX))
        return;
    struct dashboard_page *pages = arena_take_many(reader->arena, node->count, sizeof *pages);
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        take_page(reader, entry, &pages[entry->index]);
    reader->dashboard->pages = pages;
    reader->dashboard->page_count = node->count;
}

static bool fits_toolbar(enum dashboard_element_type type)
{
    return type == DASHBOARD_TEXT_ELEMENT || type == DASHBOARD_ICON || type == DASHBOARD_TOGGLE ||
           type == DASHBOARD_BUTTON || type == DASHBOARD_LOGIN || type == DASHBOARD_LOGOUT;
}

void take_toolbar(struct reader *reader, const struct json_node *node)
{
    struct dashboard *dashboard = reader->dashboard;
    size_t before = dashboard->mistake_count;
    if (!check_list(reader, node, 0, TOOLBAR_MAX))
        return;
    take_elements(reader, node, &dashboard->toolbar, &dashboard->toolbar_count);
    if (dashboard->mistake_count != before)
        return;
    for (const struct json_node *entry = node->first; entry; entry = entry->next)
        if (!fits_toolbar(dashboard->toolbar[entry->index].type))
            wrong(reader, json_find(entry, "type"),
                  "put it on a page; the toolbar takes text, icon, toggle, button, login, logout",
                  "the toolbar is too small for this element");
}
