/* torture_page.h - the report page's parts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TORTURE_PAGE_H
#define FLOTA_CLI_TORTURE_PAGE_H

#include "torture_report.h"
#include <stdio.h>

extern const char torture_page_style[], torture_page_script[];

/* Text between tags or in an attribute. */
void torture_print_html(FILE *out, const char *text);

/* The command that repeats a case, with a button that copies it. */
void torture_print_replay(FILE *out, const struct torture_report *report,
                          const struct torture_case *item);

/* The update's operations over time, by bank and address, and what was found. */
void torture_print_picture(FILE *out, const struct torture_report *report);

#endif
