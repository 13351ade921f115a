/* glue.c - what dashboard.json says, for C: the page.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "glue.h"

/* Made from dashboard.json by web/build.mjs and cmake/embed.cmake. */
extern const unsigned char flota_page[];
extern const unsigned long flota_page_size;

const struct flota_glue flota_glue = {
    .page = flota_page,
    .page_size = &flota_page_size,
};
