/* page_image.h - an image inside the page.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_PAGE_IMAGE_H
#define FLOTA_CLI_PAGE_IMAGE_H

#include "dashboard.h"

/* Write it as a data URI (RFC 2397). Returns NULL, or what is wrong, to be freed. */
char *page_image_print(FILE *out, const struct dashboard_image *image);

#endif
