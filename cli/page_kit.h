/* page_kit.h - the pieces of the device page, compiled once for all projects: web/KIT.md.
 *
 * The kit is JSON, part of this program (cmake/embed.cmake). It is parsed at its first use and
 * kept.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PAGE_KIT_H
#define FLOTA_CLI_PAGE_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PAGE_NEEDS_MAX 64u

/* The features that a page uses: names of the kit's own, each once. */
struct page_needs {
    const char *names[PAGE_NEEDS_MAX];
    size_t count;
};

void page_need(struct page_needs *needs, const char *feature);
bool page_needs_it(const struct page_needs *needs, const char *feature);

enum page_pieces { PAGE_SCRIPTS, PAGE_STYLES };

/* The pieces that these needs take, one behind the other. */
void page_kit_print(enum page_pieces kind, const struct page_needs *needs, FILE *out);

/* The whole page, and the call that starts the script, each with {{marks}}. */
const char *page_kit_html(void);
const char *page_kit_start(void);

/* The path (d) of an icon, 24 by 24; NULL: there is none of this name. */
const char *page_kit_icon(const char *name);

#endif
