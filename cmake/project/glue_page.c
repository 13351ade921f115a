/* glue_page.c - for a project with a page and without a glue.c of its own: the page alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flota.h"

/* Made from the project's page by cmake/embed.cmake. */
extern const unsigned char flota_page[];
extern const unsigned long flota_page_size;

/* A glue.c of the project's comes before it. */
__attribute__((weak))
const struct flota_glue flota_glue = {.page = flota_page, .page_size = &flota_page_size};
