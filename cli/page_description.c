/* page_description.c - what the page is told: a JavaScript object, as web/KIT.md has it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "page_description.h"
#include "page_writer.h"

/* --- pages --- */

static void print_panel(struct page_writer *writer, const struct dashboard_panel *panel)
{
    page_open_list(writer, "{");
    page_put_code(writer, "title", panel->title.code);
    page_put_code(writer, "style", panel->style.code);
    page_key(writer, "elements");
    page_put_elements(writer, panel->elements, panel->element_count);
    page_close_list(writer, "}");
}

static void print_page(struct page_writer *writer, const struct dashboard_page *page)
{
    page_open_list(writer, "{");
    page_put_code(writer, "title", page->title.code);
    page_put_text(writer, "icon", page->icon);
    page_put_count(writer, "level", page->level);
    page_key(writer, "panels");
    page_open_list(writer, "[");
    for (size_t i = 0; i < page->panel_count; i++) {
        page_item(writer);
        print_panel(writer, &page->panels[i]);
    }
    page_close_list(writer, "]");
    page_close_list(writer, "}");
}

static void put_pages(struct page_writer *writer)
{
    const struct dashboard *dashboard = writer->dashboard;
    if (dashboard->toolbar_count > 0) {
        page_key(writer, "toolbar");
        page_put_elements(writer, dashboard->toolbar, dashboard->toolbar_count);
    }
    page_key(writer, "pages");
    page_open_list(writer, "[");
    for (size_t i = 0; i < dashboard->page_count; i++) {
        page_item(writer);
        print_page(writer, &dashboard->pages[i]);
    }
    page_close_list(writer, "]");
}

/* --- what the page knows of endpoints --- */

static void put_locals(struct page_writer *writer)
{
    bool begun = false;
    for (size_t i = 0; i < writer->dashboard->endpoint_count; i++) {
        const struct dashboard_endpoint *endpoint = &writer->dashboard->endpoints[i];
        if (endpoint->type != DASHBOARD_LOCAL)
            continue;
        if (!begun) {
            page_key(writer, "local");
            page_open_list(writer, "{");
        }
        begun = true;
        page_key(writer, endpoint->name);
        page_open_list(writer, "{");
        for (size_t k = 0; k < endpoint->attribute_count; k++)
            page_put_code(writer, endpoint->attributes[k].name,
                          endpoint->attributes[k].initial.code);
        page_close_list(writer, "}");
    }
    if (begun)
        page_close_list(writer, "}");
}

static void put_used(struct page_writer *writer, const struct page_uses *uses)
{
    if (uses->event_count > 0) {
        page_key(writer, "events");
        page_open_list(writer, "{");
        for (size_t i = 0; i < uses->event_count; i++)
            page_put_number(writer, uses->events[i]->name,
                            uses->events[i]->rows ? uses->events[i]->rows : 32);
        page_close_list(writer, "}");
    }
    if (uses->history_count > 0) {
        page_key(writer, "histories");
        page_open_list(writer, "[");
        for (size_t i = 0; i < uses->history_count; i++) {
            page_item(writer);
            fprintf(writer->out, "\"%s\"", uses->histories[i]->name);
        }
        page_close_list(writer, "]");
    }
    page_key(writer, "icons");
    page_open_list(writer, "{");
    for (size_t i = 0; i < uses->icon_count; i++)
        page_put_text(writer, uses->icons[i], page_kit_icon(uses->icons[i]));
    page_close_list(writer, "}");
}

struct generated page_description(const struct dashboard *dashboard, const struct page_uses *uses,
                                  bool with_images, char **wrong)
{
    struct generated_writer generated;
    generated_begin(&generated);
    struct page_writer writer = {dashboard, generated.out, with_images, "", NULL};
    if (writer.out) {
        page_open_list(&writer, "{");
        page_put_code(&writer, "brand", dashboard->brand.code);
        page_put_text(&writer, "logo", dashboard->logo);
        if (dashboard->user_count > 0)
            page_put_number(&writer, "access", uses->level);
        put_pages(&writer);
        put_locals(&writer);
        put_used(&writer, uses);
        page_close_list(&writer, "}");
    }
    *wrong = writer.wrong;
    return generated_end(&generated);
}
