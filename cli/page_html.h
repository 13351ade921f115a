/* page_html.h - script and style sheet to one file of HTML, and that compressed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PAGE_HTML_H
#define FLOTA_CLI_PAGE_HTML_H

#include "generate.h"

/* Fill in the kit's HTML. Its policy lets this script and this style sheet run, and no other. text
 * NULL: there was no memory. */
struct generated page_html(const char *title, const struct generated *script,
                           const struct generated *style);

/* Gzip, the same bytes for the same text everywhere: no time, no name in its header (RFC 1952). */
struct generated page_gzip(const struct generated *text, enum generate_effort effort);

/* --- for those that write a text --- */

struct generated_writer {
    FILE *out; /* NULL: there was no memory */
    struct generated made;
};

/* To be ended by generated_end(), which gives the text, and a NULL text when there was no memory.
 */
void generated_begin(struct generated_writer *writer);
struct generated generated_end(struct generated_writer *writer);

#endif
