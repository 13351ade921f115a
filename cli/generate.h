/* generate.h - from a description to C and page: `flota generate`, `flota build` and the wizard.
 *
 *     struct generated glue = generate_glue_h(dashboard);
 *     ... glue.text, glue.size ...
 *     free(glue.text);
 *
 * The description must be one that dashboard.h took without an error. The same description gives
 * the same bytes: no dates, no paths, no order of a hash table.
 *
 * Thread safety: none of its own; it writes no variable that it was not given.  Allocation: heap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_GENERATE_H
#define FLOTA_CLI_GENERATE_H

#include "dashboard.h"
#include <stdbool.h>
#include <stddef.h>

/* Ends with a zero that size does not count. text NULL: there was no memory. */
struct generated {
    char *text;
    size_t size;
};

/* --- C --- */

struct generated generate_glue_h(const struct dashboard *dashboard);
struct generated generate_glue_c(const struct dashboard *dashboard);

/* Of one endpoint, for the wizard: its struct ("" when it has none), the line that registers
 * functions for it ("" when there is none), and these functions as a start. */
struct generated generate_struct(const struct dashboard *dashboard,
                                 const struct dashboard_endpoint *endpoint);
struct generated generate_register(const struct dashboard_endpoint *endpoint);
struct generated generate_functions(const struct dashboard_endpoint *endpoint);

/* --- the page --- */

#define GENERATE_PAGE_BUDGET 10240u /* bytes of the gzipped page without its images */

enum generate_effort {
    GENERATE_FAST, /* milliseconds: for previews */
    GENERATE_SMALL /* Zopfli, a second: for the device */
};

struct generated_page {
    struct generated html; /* one file: script, style and images in it */
    struct generated gzip;
    size_t image_bytes; /* of gzip: what it would be smaller without images */
};

/* for_wizard: with what lets the wizard select elements in it. Returns NULL, or what is wrong (an
 * image that can't be read any more), which the caller frees; page is then all zero. */
char *generate_page(const struct dashboard *dashboard, enum generate_effort effort, bool for_wizard,
                    struct generated_page *page);
void generate_page_free(struct generated_page *page);

/* The gzipped page as C: flota_page[] and flota_page_size. */
struct generated generate_page_c(const struct generated *gzip);

/* What in the page costs how many of its gzipped bytes, a line each, the largest first: for a page
 * over its budget. text NULL: there was no memory. Takes seconds. */
struct generated generate_page_costs(const struct dashboard *dashboard);

/* The path (d) of an icon, 24 by 24; NULL: there is none of this name. And their names, in order,
 * ended by NULL. */
const char *generate_icon(const char *name);
const char *const *generate_icon_names(void);

/* --- files --- */

struct generate_paths {
    const char *folder; /* for glue.h, glue.c, page.c, index.html.gz; made when it is not there */
    const char *html;   /* the page, uncompressed; NULL: not wanted */
};

struct generate_result {
    unsigned changed;     /* files that were written */
    unsigned out_of_date; /* files that differ, when check is set: nothing is written then */
    size_t page_size;     /* gzipped */
};

/* Write those that differ from what is there. Returns an exit code, after having said what is
 * wrong; a page over its budget is a warning. */
int generate_files(const char *command, const struct dashboard *dashboard,
                   const struct generate_paths *paths, bool check, struct generate_result *result);

/* Read a description and say its mistakes. Returns an exit code. dashboard_free() either way. */
int generate_read(const char *command, const char *path, struct dashboard *dashboard);

#endif
