/* expression_text.c - texts with ${...} in them, and texts as JavaScript.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "expression_internal.h"
#include <stdio.h>
#include <string.h>

/* Four bytes at most, but escapes of six. */
static size_t quote_byte(char *to, const char *from, size_t left, bool json)
{
    unsigned char byte = (unsigned char)*from;
    if (byte == '"' || byte == '\\')
        return (size_t)sprintf(to, "\\%c", byte);
    if (byte < ' ' || byte == 0x7F || byte == '<')
        return (size_t)sprintf(to, json ? "\\u%04x" : "\\x%02x", byte);
    if (left >= 3 && memcmp(from, "\xE2\x80", 2) == 0 && (from[2] == '\xA8' || from[2] == '\xA9'))
        return (size_t)sprintf(to, "\\u20%02x", from[2] == '\xA8' ? 0x28 : 0x29);
    *to = *from;
    return 1;
}

/* No </script, no <!--, no line ends (U+2028 and U+2029 are such in older JavaScript). */
const char *expression_quote(struct arena *arena, const char *text, size_t size, bool json)
{
    char *quoted = arena_take(arena, 6 * size + 3), *end = quoted;
    *end++ = '"';
    for (size_t i = 0; i < size; i++) {
        size_t count = quote_byte(end, text + i, size - i, json);
        i += count == 6 && end[2] == '2' && end[3] == '0' && end[4] == '2' ? 2 : 0;
        end += count;
    }
    *end = '"';
    return quoted;
}

static struct parser start(const struct expression *expression)
{
    return (struct parser){.arena = expression->arena,
                           .scope = expression->scope,
                           .source = expression->source,
                           .size = expression->size};
}

/* What stands between "${" at `at` and its "}". Returns the offset behind it; 0: a fault. */
static size_t read_expression(struct parser *parser, size_t at, struct code *code)
{
    if (!parser_start(parser, at + 2) || !parser_expression(parser, code))
        return 0;
    size_t end = parser->token.at;
    if (parser->token.type != TOKEN_END) {
        parser_fail(parser, end, "write an operator, or remove it", "%s does not belong here",
                    parser_next(parser));
        return 0;
    }
    if (end < parser->size)
        return end + 1;
    parser_fail(parser, at, "close it with }", "the ${ that begins here has no }");
    return 0;
}

static size_t find_start(const char *source, size_t size, size_t from)
{
    for (size_t i = from; i + 1 < size; i++)
        if (source[i] == '$' && source[i + 1] == '{')
            return i;
    return size;
}

static const char *as_text(struct parser *parser, const struct code *code)
{
    if (code->types & EXPRESSION_NULL)
        return arena_print(parser->arena, "(%s??\"\")", code_text(parser, code, BINDING_EQUAL));
    return code_text(parser, code, BINDING_PRODUCT);
}

/* The pieces, joined by +: the first one is a text, so all of it is. */
static bool join_pieces(struct parser *parser, const char **joined)
{
    const char *all = NULL;
    for (size_t at = 0; at < parser->size;) {
        size_t from = find_start(parser->source, parser->size, at);
        if (from > at) {
            const char *plain =
                expression_quote(parser->arena, parser->source + at, from - at, false);
            all = all ? arena_print(parser->arena, "%s+%s", all, plain) : plain;
        }
        at = from;
        if (from == parser->size)
            break;
        struct code code;
        at = read_expression(parser, from, &code);
        if (!at)
            return false;
        bool is_first = !all && code.types == EXPRESSION_TEXT;
        all = is_first
                  ? code_text(parser, &code, at < parser->size ? BINDING_SUM : BINDING_CHOICE)
                  : arena_print(parser->arena, "%s+%s", all ? all : "\"\"", as_text(parser, &code));
    }
    *joined = all ? all : "\"\"";
    return true;
}

static bool check_size(struct expression *expression)
{
    if (expression->size <= EXPRESSION_SIZE_MAX)
        return true;
    expression->fault = (struct expression_fault){
        0, arena_print(expression->arena, "the text has %zu bytes", expression->size),
        "a text has at most 1000 bytes, its expressions included"};
    return false;
}

bool expression_text(struct expression *expression, bool *is_plain)
{
    struct parser parser = start(expression);
    const char *code = "";
    if (!check_size(expression))
        return false;
    bool good = join_pieces(&parser, &code);
    *is_plain = find_start(expression->source, expression->size, 0) == expression->size;
    expression->code = *is_plain ? code : arena_print(parser.arena, "v=>%s", code);
    expression->types = EXPRESSION_TEXT;
    expression->helpers = parser.helpers;
    expression->fault = parser.fault;
    return good;
}

bool expression_value(struct expression *expression)
{
    struct parser parser = start(expression);
    struct code code = {0};
    if (!check_size(expression))
        return false;
    bool good = expression->size > 2 && find_start(expression->source, 3, 0) == 0;
    size_t end = good ? read_expression(&parser, 0, &code) : 0;
    if (!good || (end && end != expression->size)) {
        good = parser_fail(&parser, end, "write \"${...}\" and nothing around it",
                           "an expression is expected");
    }
    expression->code = arena_print(parser.arena, "v=>%s", code.text ? code.text : "0");
    expression->types = code.types;
    expression->helpers = parser.helpers;
    expression->fault = parser.fault;
    return good && end;
}
