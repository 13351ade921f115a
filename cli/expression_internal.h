/* expression_internal.h - what the files of the expression compiler share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_EXPRESSION_INTERNAL_H
#define FLOTA_CLI_EXPRESSION_INTERNAL_H

#include "expression.h"

/* How tight a piece of JavaScript holds together: ECMA-262, 13. */
enum binding {
    BINDING_CHOICE, /* ?: */
    BINDING_OR,
    BINDING_AND,
    BINDING_EQUAL,
    BINDING_ORDER,
    BINDING_SUM,
    BINDING_PRODUCT,
    BINDING_UNARY, /* and numbers: 5.toFixed() is none */
    BINDING_ALONE
};

struct code {
    const char *text;
    enum binding binding;
    unsigned types;
    size_t at;       /* where it begins in the source */
    bool is_literal; /* a number as it was written */
    double number;
};

enum token_type { TOKEN_END, TOKEN_NUMBER, TOKEN_TEXT, TOKEN_NAME, TOKEN_SIGN };

struct token {
    enum token_type type;
    size_t at, end;
    const char *text; /* a name, a sign; a text's contents */
    size_t size;      /* of text */
    double number;
};

struct parser {
    struct arena *arena;
    const struct expression_scope *scope;
    const char *source;
    size_t size;
    struct token token; /* the next one */
    unsigned depth;
    unsigned helpers;
    struct expression_fault fault;
};

/* Reads the token behind the present one. */
bool parser_step(struct parser *parser);
bool parser_start(struct parser *parser, size_t at);

/* One whole expression; the token behind it is next. */
bool parser_expression(struct parser *parser, struct code *code);

bool parser_fail(struct parser *parser, size_t at, const char *remedy, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool parser_take(struct parser *parser, const char *sign);
bool parser_is(const struct parser *parser, const char *sign);
const char *parser_next(struct parser *parser); /* in words */

/* A function's arguments and its code; name was taken, "(" is next. */
bool parser_call(struct parser *parser, const char *name, size_t at, struct code *code);

/* Is a value surely of these types? Else says that it must be `wanted`. */
bool parser_want(struct parser *parser, const struct code *code, unsigned types,
                 const char *wanted);

/* Its text, in parentheses where it holds less tight. */
const char *code_text(struct parser *parser, const struct code *code, enum binding binding);
const char *types_words(struct arena *arena, unsigned types);
const char *number_code(struct arena *arena, double number);

#endif
