/* generate_internal.h - what the files of the generator share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_GENERATE_INTERNAL_H
#define FLOTA_CLI_GENERATE_INTERNAL_H

#include "c_text.h"
#include "generate.h"
#include "page_html.h"

/* How an endpoint's functions are registered. */
enum generate_registration {
    REGISTER_NONE,
    REGISTER_DATA,
    REGISTER_ARRAY,
    REGISTER_ACTION,
    REGISTER_EVENTS, /* reported, not registered */
    REGISTER_FILE,
    REGISTER_CUSTOM
};

/* Configuration is read and written by the device itself, and so is its restart done. */
enum generate_registration generate_registration(const struct dashboard_endpoint *endpoint);

/* Is it one that the device serves by the glue's table? Not: local, ota. */
bool generate_is_served(const struct dashboard_endpoint *endpoint);
bool generate_has_struct(const struct dashboard_endpoint *endpoint);

void generate_print_struct(FILE *out, const struct dashboard *dashboard,
                           const struct dashboard_endpoint *endpoint);

/* --- glue.c --- */

/* Of one endpoint: the table of its fields, its copy, its histories. */
void generate_print_fields(FILE *out, const struct dashboard_endpoint *endpoint);
void generate_print_copy(FILE *out, const struct dashboard_endpoint *endpoint);
void generate_print_histories(FILE *out, const struct dashboard_endpoint *endpoint);

/* Its rows in the tables of all; index: there. */
void generate_print_state(FILE *out, const struct dashboard_endpoint *endpoint, size_t index);
void generate_print_row(FILE *out, const struct dashboard_endpoint *endpoint, size_t index);

/* The functions that call and register its functions; index: in the tables, as text. */
void generate_print_calls(FILE *out, const struct dashboard_endpoint *endpoint, const char *index);

#endif
