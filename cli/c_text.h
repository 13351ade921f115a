/* c_text.h - values as C source has them, and JavaScript.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_C_TEXT_H
#define FLOTA_CLI_C_TEXT_H

#include <stdio.h>

/* A string literal of ASCII only, whatever the text holds. */
void c_print_text(FILE *out, const char *text);

/* A double that reads back as the same one. */
void c_print_double(FILE *out, double number);

/* An int32_t; the least one has no literal of its own. */
void c_print_int(FILE *out, double number);

/* The shortest decimal that reads back as the same double. */
#define C_NUMBER_SIZE 32u
const char *c_number(double number, char text[C_NUMBER_SIZE]);

/* A JavaScript string that may stand in a script of HTML. */
void js_print_text(FILE *out, const char *text);

/* A text inside a comment: it can't end it, and stays in its line. */
void c_print_comment(FILE *out, const char *text);

#endif
