/* page_description.h - what a page uses of the kit, and what it is told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PAGE_DESCRIPTION_H
#define FLOTA_CLI_PAGE_DESCRIPTION_H

#include "page_html.h"
#include "page_kit.h"

#define PAGE_ICONS_MAX 64u

struct page_uses {
    struct page_needs needs;
    const char *icons[PAGE_ICONS_MAX]; /* names, each once */
    size_t icon_count;
    const struct dashboard_endpoint *events[DASHBOARD_ENDPOINTS_MAX]; /* that are repeated */
    size_t event_count;
    const struct dashboard_endpoint *histories[DASHBOARD_ENDPOINTS_MAX]; /* that graphs show */
    size_t history_count;
    unsigned level; /* the least read level of what the page shows; 0: it shows nothing */
    bool shows;
};

void page_find_uses(const struct dashboard *dashboard, struct page_uses *uses);

/* The description that the page is started with: a JavaScript object. with_images: false leaves
 * their bytes out. wrong: NULL, or what is wrong with an image, to be freed. */
struct generated page_description(const struct dashboard *dashboard, const struct page_uses *uses,
                                  bool with_images, char **wrong);

#endif
