/* expression_token.c - an expression's words and signs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "expression_internal.h"
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool parser_fail(struct parser *parser, size_t at, const char *remedy, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    parser->fault =
        (struct expression_fault){at, arena_print_list(parser->arena, format, values), remedy};
    va_end(values);
    return false;
}

static char byte_at(const struct parser *parser, size_t at)
{
    return at < parser->size ? parser->source[at] : '\0';
}

static size_t digits_at(const struct parser *parser, size_t at)
{
    size_t start = at;
    while (isdigit((unsigned char)byte_at(parser, at)))
        at++;
    return at - start;
}

static bool read_number(struct parser *parser, struct token *token)
{
    size_t at = token->at, digits = digits_at(parser, at);
    bool is_octal = byte_at(parser, at) == '0' && digits > 1;
    at += digits;
    if (byte_at(parser, at) == '.' && digits_at(parser, at + 1))
        at += 1 + digits_at(parser, at + 1);
    char next = byte_at(parser, at);
    if (is_octal || isalnum((unsigned char)next) || next == '.' || next == '_')
        return parser_fail(parser, token->at, "write it like 12 or 0.5", "this is no number");
    token->type = TOKEN_NUMBER;
    token->text = arena_copy(parser->arena, parser->source + token->at, at - token->at);
    token->number = strtod(token->text, NULL);
    token->end = at;
    return isfinite(token->number) ||
           parser_fail(parser, token->at, "write a smaller one", "the number is too large");
}

/* '...' or "..."; \\, \' and \" stand for what follows. */
static bool read_text(struct parser *parser, struct token *token)
{
    char quote = parser->source[token->at];
    char *text = arena_take(parser->arena, parser->size - token->at + 1);
    size_t at = token->at + 1;
    for (; at < parser->size && parser->source[at] != quote; at++) {
        if (parser->source[at] == '\\') {
            char next = byte_at(parser, ++at);
            if (next == '\0' || !strchr("\\'\"", next))
                return parser_fail(parser, at - 1, "write \\\\ for a backslash",
                                   "a backslash stands before a quote or a backslash only");
        }
        text[token->size++] = parser->source[at];
    }
    token->type = TOKEN_TEXT;
    token->text = text;
    token->end = at + 1;
    return at < parser->size || parser_fail(parser, token->at, "close it with the same quote",
                                            "the text that begins here does not end");
}

static void read_name(struct parser *parser, struct token *token)
{
    size_t at = token->at;
    while (isalnum((unsigned char)byte_at(parser, at)) || byte_at(parser, at) == '_')
        at++;
    token->type = TOKEN_NAME;
    token->size = at - token->at;
    token->text = arena_copy(parser->arena, parser->source + token->at, token->size);
    token->end = at;
}

static bool read_sign(struct parser *parser, struct token *token)
{
    static const char *const signs[] = {"||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*",
                                        "/",  "%",  "!",  "?",  ":",  "(",  ")", ",", ".", NULL};
    for (size_t i = 0; signs[i]; i++) {
        size_t size = strlen(signs[i]);
        if (size > parser->size - token->at ||
            memcmp(parser->source + token->at, signs[i], size) != 0)
            continue;
        token->type = TOKEN_SIGN;
        token->text = signs[i];
        token->end = token->at + size;
        return true;
    }
    char byte = parser->source[token->at];
    if (byte == '=')
        return parser_fail(parser, token->at, "write == to compare; nothing is assigned here",
                           "a single '=' is no operator");
    if (isgraph((unsigned char)byte))
        return parser_fail(parser, token->at, "docs/dashboard.md, Expressions, has all there is",
                           "'%c' does not belong into an expression", byte);
    return parser_fail(parser, token->at, "put letters beyond ASCII into quotes",
                       "this does not belong into an expression");
}

bool parser_start(struct parser *parser, size_t at)
{
    while (byte_at(parser, at) == ' ')
        at++;
    struct token token = {.at = at, .end = at, .text = "", .type = TOKEN_END};
    char byte = byte_at(parser, at);
    bool good = true;
    if (at >= parser->size || byte == '}')
        good = true;
    else if (isdigit((unsigned char)byte))
        good = read_number(parser, &token);
    else if (byte == '\'' || byte == '"')
        good = read_text(parser, &token);
    else if (isalpha((unsigned char)byte) || byte == '_')
        read_name(parser, &token);
    else
        good = read_sign(parser, &token);
    parser->token = token;
    return good;
}

bool parser_step(struct parser *parser)
{
    /* '===' would read as '==' and '=': say what is meant */
    bool is_equality = parser->token.type == TOKEN_SIGN && parser->token.text[0] != '<' &&
                       parser->token.text[0] != '>' && parser->token.text[1] == '=';
    if (is_equality && byte_at(parser, parser->token.end) == '=')
        return parser_fail(parser, parser->token.at, "write == or !=, types are the same anyway",
                           "'%s=' is no operator here", parser->token.text);
    return parser_start(parser, parser->token.end);
}

bool parser_is(const struct parser *parser, const char *sign)
{
    return parser->token.type == TOKEN_SIGN && strcmp(parser->token.text, sign) == 0;
}

const char *parser_next(struct parser *parser)
{
    const struct token *token = &parser->token;
    if (token->type == TOKEN_END)
        return "the end";
    if (token->type == TOKEN_TEXT)
        return "a text";
    return arena_print(parser->arena, "'%.40s'", token->text);
}
