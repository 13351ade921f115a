/* page_uses.c - which features of the kit a description uses.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "page_description.h"
#include <string.h>

static void use_icon(struct page_uses *uses, const char *name)
{
    for (size_t i = 0; i < uses->icon_count; i++)
        if (strcmp(uses->icons[i], name) == 0)
            return;
    if (uses->icon_count < PAGE_ICONS_MAX)
        uses->icons[uses->icon_count++] = name;
}

static void use_endpoint(const struct dashboard_endpoint **list, size_t *count,
                         const struct dashboard_endpoint *endpoint)
{
    for (size_t i = 0; i < *count; i++)
        if (list[i] == endpoint)
            return;
    if (*count < DASHBOARD_ENDPOINTS_MAX)
        list[(*count)++] = endpoint;
}

static void need_if(struct page_uses *uses, bool used, const char *feature)
{
    if (used)
        page_need(&uses->needs, feature);
}

/* --- endpoints --- */

static void show(struct page_uses *uses, const struct dashboard_endpoint *endpoint)
{
    if (!endpoint || endpoint->type == DASHBOARD_LOCAL || endpoint->type == DASHBOARD_OTA)
        return;
    if (!uses->shows || endpoint->read_level < uses->level)
        uses->level = endpoint->read_level;
    uses->shows = true;
}

static void use_values(struct page_uses *uses, const struct dashboard_element *element)
{
    show(uses, element->endpoint);
    show(uses, element->value.endpoint);
    for (size_t i = 0; i < element->value_count; i++) {
        const struct dashboard_reference *value = &element->values[i];
        show(uses, value->endpoint);
        if (!value->attribute->history_points)
            continue;
        use_endpoint(uses->histories, &uses->history_count, value->endpoint);
        page_need(&uses->needs, "history");
    }
}

/* --- elements --- */

static bool is_input(enum dashboard_element_type type)
{
    return type == DASHBOARD_TOGGLE || type == DASHBOARD_INPUT || type == DASHBOARD_SLIDER ||
           type == DASHBOARD_DROPDOWN;
}

static bool is_collected(const struct dashboard_element *element)
{
    return is_input(element->type) && !element->autosave &&
           !(element->value.attribute && element->value.attribute->read_only);
}

static void use_elements(struct page_uses *uses, const struct dashboard_element *elements,
                         size_t count);

static void use_element(struct page_uses *uses, const struct dashboard_element *element)
{
    page_need(&uses->needs, dashboard_element_word(element->type));
    need_if(uses, element->tooltip.code, "tooltip");
    need_if(uses, element->disabled, "disabled");
    need_if(uses, element->style.code, "style");
    need_if(uses, element->level > 0, "level");
    need_if(uses, element->confirm.code, "confirm");
    need_if(uses, element->ticks > 0, "ticks");
    need_if(uses, element->zone_count > 0, "zones");
    need_if(uses, is_collected(element), "save");
    need_if(uses, element->type == DASHBOARD_BUTTON && element->endpoint->hold, "hold");
    if (element->type == DASHBOARD_CONTAINER && element->endpoint) {
        page_need(&uses->needs, "repeat");
        if (element->endpoint->type == DASHBOARD_EVENTS) {
            page_need(&uses->needs, "events");
            use_endpoint(uses->events, &uses->event_count, element->endpoint);
        }
    }
    if (element->icon)
        use_icon(uses, element->icon);
    use_values(uses, element);
    use_elements(uses, element->elements, element->element_count);
}

static void use_elements(struct page_uses *uses, const struct dashboard_element *elements,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        use_element(uses, &elements[i]);
}

/* --- all --- */

static void use_page(struct page_uses *uses, const struct dashboard_page *page, bool with_icon)
{
    need_if(uses, page->level > 0, "level");
    if (with_icon && page->icon)
        use_icon(uses, page->icon);
    for (size_t i = 0; i < page->panel_count; i++) {
        need_if(uses, page->panels[i].style.code, "style");
        use_elements(uses, page->panels[i].elements, page->panels[i].element_count);
    }
}

static bool has_values(const struct dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->endpoint_count; i++)
        if (dashboard->endpoints[i].type != DASHBOARD_OTA &&
            dashboard->endpoints[i].type != DASHBOARD_CUSTOM)
            return true;
    return false;
}

void page_find_uses(const struct dashboard *dashboard, struct page_uses *uses)
{
    *uses = (struct page_uses){.level = 0};
    if (dashboard->logo)
        use_icon(uses, dashboard->logo);
    need_if(uses, dashboard->page_count > 1, "nav");
    need_if(uses, dashboard->toolbar_count > 0, "toolbar");
    need_if(uses, dashboard->user_count > 0, "access");
    need_if(uses, dashboard->mode != DASHBOARD_MODE_AUTO, "theme");
    need_if(uses, has_values(dashboard), "data");
    use_elements(uses, dashboard->toolbar, dashboard->toolbar_count);
    for (size_t i = 0; i < dashboard->page_count; i++)
        use_page(uses, &dashboard->pages[i], dashboard->page_count > 1);
}
