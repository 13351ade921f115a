/* templates.h - what projects begin with: folders of Flota's templates, for flota new and the
 * wizard.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_TEMPLATES_H
#define FLOTA_CLI_TEMPLATES_H

#include "process.h"
#include <stdbool.h>

struct template
{
    const char *id; /* its folder's name; NULL ends the list */
    const char *title;
    const char *text; /* what it shows, a sentence */
};

extern const struct template templates[];

/* The row of a template, or NULL. */
const struct template *template_find(const char *id);

/* Where a file that a project of this template gets ("dashboard.json", "src/main.c") comes from in
 * Flota's tree. Returns false when it has none, or Flota's tree is not there. */
bool template_path(const struct template *template, const char *file, char path[PROCESS_PATH_SIZE]);

/* A copy of a text with @NAME@ and @BOARD@ filled in, to be freed; NULL: there was no memory. */
char *template_fill_in(const char *text, const char *name, const char *board);

#endif
