/* c_text.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "c_text.h"
#include <ctype.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define WHOLE_MAX 1e15 /* whole numbers below are written with all their digits */

/* Octal with three digits, so that no digit behind them counts; ? could be a part of a trigraph. */
void c_print_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++)
        if (strchr("\"\\?", *text))
            fprintf(out, "\\%c", *text);
        else if (isascii((unsigned char)*text) && isprint((unsigned char)*text))
            fputc(*text, out);
        else
            fprintf(out, "\\%03o", (unsigned)(unsigned char)*text);
    fputc('"', out);
}

/* 17 digits tell any two doubles apart (IEEE 754, C11 5.2.4.2.2: DBL_DECIMAL_DIG). Fewer where they
 * do, so that 0.1 stays 0.1. */
const char *c_number(double number, char text[C_NUMBER_SIZE])
{
    double back = 0;
    if (fabs(number) < WHOLE_MAX && fabs(number - trunc(number)) <= 0) {
        snprintf(text, C_NUMBER_SIZE, "%ld", (long)number); /* not 6e+01 */
        return text;
    }
    for (int digits = 1; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(text, C_NUMBER_SIZE, "%.*g", digits, number);
        if (sscanf(text, "%lf", &back) == 1 && back >= number && back <= number)
            break;
    }
    return text;
}

void c_print_double(FILE *out, double number)
{
    char text[C_NUMBER_SIZE];
    c_number(number, text);
    fprintf(out, strpbrk(text, ".e") ? "%s" : "%s.0", text);
}

/* < could begin the end of the script. UTF-8 stays as it is. */
void js_print_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++)
        if (strchr("\"\\", *text))
            fprintf(out, "\\%c", *text);
        else if (*text == '<' || iscntrl((unsigned char)*text))
            fprintf(out, "\\x%02x", (unsigned)(unsigned char)*text);
        else
            fputc(*text, out);
    fputc('"', out);
}

void c_print_int(FILE *out, double number)
{
    if (number <= INT32_MIN)
        fputs("INT32_MIN", out);
    else
        fprintf(out, "%ld", (long)number);
}

void c_print_comment(FILE *out, const char *text)
{
    char before = ' ';
    for (; *text; text++) {
        char letter = iscntrl((unsigned char)*text) || *text == '\\' ? ' ' : *text;
        if ((before == '*' && letter == '/') || (before == '/' && letter == '*'))
            fputc(' ', out);
        fputc(letter, out);
        before = letter;
    }
}
