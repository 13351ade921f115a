/* expression.h - what stands in ${...}, to JavaScript: docs/dashboard.md, Expressions.
 *
 * A small language of its own, with types: number, text, truth, null. Only what this parser took
 * and wrote anew reaches the page; no piece of the source does, but inside quoted strings. So a
 * text can't smuggle in a program, whatever it holds.
 *
 *     leds.state ? 'ON' : 'OFF'      v.leds.state?"ON":"OFF"
 *     fixed(air.temperature, 1)      v.air.temperature.toFixed(1)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_EXPRESSION_H
#define FLOTA_CLI_EXPRESSION_H

#include "arena.h"
#include <stdbool.h>
#include <stddef.h>

#define EXPRESSION_DEPTH_MAX 64u
#define EXPRESSION_SIZE_MAX  1000u /* bytes of a text with its expressions */

/* What a value can be: any of these bits. ANY also stands for what is not known. */
enum expression_types {
    EXPRESSION_NUMBER = 1,
    EXPRESSION_TEXT = 2,
    EXPRESSION_TRUTH = 4,
    EXPRESSION_NULL = 8,
    EXPRESSION_ANY = 15
};

/* Functions that the code calls. */
enum expression_helpers { EXPRESSION_PAD = 1, EXPRESSION_TIME = 2, EXPRESSION_BYTES = 4 };

struct expression_fault {
    size_t at; /* byte of the source */
    const char *message, *remedy;
};

/* The names that an expression may use. */
struct expression_scope {
    /* What OBJECT.MEMBER is, as bits; 0: there is none, and fault says why (member: at is the
     * member's fault). */
    unsigned (*types_of)(void *context, const char *object, const char *member,
                         struct expression_fault *fault);
    void *context;
};

struct expression {
    struct arena *arena;
    const struct expression_scope *scope;
    const char *source; /* size bytes */
    size_t size;

    /* What came of it: */
    const char *code; /* JavaScript over v */
    unsigned types;   /* of the value */
    unsigned helpers;
    struct expression_fault fault;
};

/* A text with any number of ${...}. code: "..." or v=>..., which gives a text.
 * is_plain: it has none. Returns true, or false with the fault. */
bool expression_text(struct expression *expression, bool *is_plain);

/* A text that is nothing but one ${...}: code is v=>..., which gives the value itself. */
bool expression_value(struct expression *expression);

/* "const $pad=...;" of one helper. */
const char *expression_helper_name(enum expression_helpers helper);
const char *expression_helper_code(enum expression_helpers helper);

/* A text as JavaScript string in double quotes, which can stand in a script of an HTML page. json:
 * as JSON too, a byte or two longer. */
const char *expression_quote(struct arena *arena, const char *text, size_t size, bool json);

#endif
