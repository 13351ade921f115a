/* glue_none.c - for a project without a page and without a glue.c of its own: nothing to serve.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flota.h"

/* A glue.c of the project's comes before it. */
__attribute__((weak)) const struct flota_glue flota_glue = {.page = NULL};
