/* expression.c - the grammar: operators, their types and their JavaScript.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "expression_internal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- pieces --- */

const char *code_text(struct parser *parser, const struct code *code, enum binding binding)
{
    if (code->binding >= binding)
        return code->text;
    return arena_print(parser->arena, "(%s)", code->text);
}

/* The shortest that reads back as the same number. */
const char *number_code(struct arena *arena, double number)
{
    char text[40];
    if (number == floor(number) && fabs(number) < 1e15)
        return arena_print(arena, "%.0f", number);
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    return arena_print(arena, "%s", text);
}

const char *types_words(struct arena *arena, unsigned types)
{
    static const char *const words[] = {"a number", "a text", "a truth", "null"};
    const char *all = "";
    for (unsigned i = 0; i < 4; i++)
        if (types >> i & 1u)
            all = arena_print(arena, "%s%s%s", all, *all ? " or " : "", words[i]);
    return all;
}

bool parser_want(struct parser *parser, const struct code *code, unsigned types, const char *wanted)
{
    if (code->types == EXPRESSION_ANY || !(code->types & ~types))
        return true;
    return parser_fail(parser, code->at, "compare or convert it first, or take another value",
                       "%s must be %s, not %s", wanted, types_words(parser->arena, types),
                       types_words(parser->arena, code->types));
}

bool parser_take(struct parser *parser, const char *sign)
{
    if (parser_is(parser, sign))
        return parser_step(parser);
    return parser_fail(parser, parser->token.at, "write it there", "%s is expected, not %s", sign,
                       parser_next(parser));
}

/* --- values --- */

static bool read_member(struct parser *parser, const char *object, struct code *code)
{
    if (!parser_is(parser, "."))
        return parser_fail(parser, code->at, "write ENDPOINT.ATTRIBUTE; texts stand in quotes",
                           "'%.40s' alone is no value", object);
    if (!parser_step(parser))
        return false;
    if (parser->token.type != TOKEN_NAME)
        return parser_fail(parser, parser->token.at, "write ENDPOINT.ATTRIBUTE",
                           "a name is expected, not %s", parser_next(parser));
    const char *member = parser->token.text;
    struct expression_fault fault = {.at = code->at};
    code->types = parser->scope->types_of(parser->scope->context, object, member, &fault);
    if (!code->types) {
        parser->fault = fault;
        return false;
    }
    code->text = arena_print(parser->arena, "v.%s.%s", object, member);
    return parser_step(parser);
}

static bool read_name(struct parser *parser, struct code *code)
{
    const char *name = parser->token.text;
    if (!parser_step(parser))
        return false;
    if (strcmp(name, "true") == 0 || strcmp(name, "false") == 0 || strcmp(name, "null") == 0) {
        code->types = name[0] == 'n' ? EXPRESSION_NULL : EXPRESSION_TRUTH;
        code->text = name;
        return true;
    }
    if (parser_is(parser, "("))
        return parser_call(parser, name, code->at, code);
    return read_member(parser, name, code);
}

static bool read_literal(struct parser *parser, struct code *code)
{
    const struct token *token = &parser->token;
    if (token->type == TOKEN_TEXT) {
        code->types = EXPRESSION_TEXT;
        code->text = expression_quote(parser->arena, token->text, token->size, false);
    } else {
        code->types = EXPRESSION_NUMBER;
        code->text = number_code(parser->arena, token->number);
        code->binding = BINDING_UNARY;
        code->is_literal = true;
        code->number = token->number;
    }
    return parser_step(parser);
}

static bool read_primary(struct parser *parser, struct code *code)
{
    *code = (struct code){.binding = BINDING_ALONE, .at = parser->token.at};
    if (parser->token.type == TOKEN_NAME)
        return read_name(parser, code);
    if (parser->token.type == TOKEN_NUMBER || parser->token.type == TOKEN_TEXT)
        return read_literal(parser, code);
    if (parser_is(parser, "("))
        return parser_step(parser) && parser_expression(parser, code) && parser_take(parser, ")");
    return parser_fail(parser, parser->token.at, "write a value", "a value is expected, not %s",
                       parser_next(parser));
}

/* --- operators --- */

static bool read_unary(struct parser *parser, struct code *code)
{
    bool is_not = parser_is(parser, "!");
    size_t at = parser->token.at;
    if (!is_not && !parser_is(parser, "-"))
        return read_primary(parser, code);
    if (++parser->depth > EXPRESSION_DEPTH_MAX)
        return parser_fail(parser, at, "make it simpler", "the expression is nested too deep");
    if (!parser_step(parser) || !read_unary(parser, code))
        return false;
    parser->depth--;
    if (!is_not && !parser_want(parser, code, EXPRESSION_NUMBER, "what '-' stands before"))
        return false;
    /* never "--", which is another operator, and part of "-->" */
    enum binding tight = is_not || code->is_literal ? BINDING_UNARY : BINDING_ALONE;
    const char *operand = code_text(parser, code, tight);
    *code = (struct code){.text = arena_print(parser->arena, "%s%s", is_not ? "!" : "-", operand),
                          .binding = BINDING_UNARY,
                          .types = is_not ? EXPRESSION_TRUTH : EXPRESSION_NUMBER,
                          .at = at};
    return true;
}

static bool is_text(const struct code *code)
{
    return code->types == EXPRESSION_TEXT;
}

static bool want_same(struct parser *parser, const struct code *left, const struct code *right,
                      const char *sign)
{
    if ((left->types | EXPRESSION_NULL) & right->types || right->types & EXPRESSION_NULL)
        return true;
    if (left->types & EXPRESSION_NULL)
        return true;
    return parser_fail(
        parser, left->at, "compare values of one type", "%s and %s can't be compared with '%s'",
        types_words(parser->arena, left->types), types_words(parser->arena, right->types), sign);
}

/* The types of what comes out; 0 after a fault. */
static unsigned join_types(struct parser *parser, const struct code *left, const struct code *right,
                           const char *sign, enum binding binding)
{
    const unsigned number = EXPRESSION_NUMBER;
    const unsigned sum = EXPRESSION_NUMBER | EXPRESSION_TEXT | EXPRESSION_TRUTH;
    const char *wanted = arena_print(parser->arena, "each side of '%s'", sign);
    switch (binding) {
    case BINDING_OR: /* null and false on the left are not what comes out */
        return (left->types & ~(unsigned)EXPRESSION_NULL) | right->types;
    case BINDING_AND:
        return left->types | right->types;
    case BINDING_EQUAL:
        return want_same(parser, left, right, sign) ? EXPRESSION_TRUTH : 0;
    case BINDING_ORDER:
        if (is_text(left) && (is_text(right) || right->types == EXPRESSION_ANY))
            return EXPRESSION_TRUTH;
        break;
    case BINDING_SUM:
        if (sign[0] == '+' && (is_text(left) || is_text(right)))
            return parser_want(parser, left, sum, wanted) && parser_want(parser, right, sum, wanted)
                       ? EXPRESSION_TEXT
                       : 0;
        if (sign[0] == '+' && (left->types == EXPRESSION_ANY || right->types == EXPRESSION_ANY))
            return EXPRESSION_ANY;
        break;
    default:
        break;
    }
    if (!parser_want(parser, left, number, wanted) || !parser_want(parser, right, number, wanted))
        return 0;
    return binding == BINDING_ORDER ? EXPRESSION_TRUTH : number;
}

static bool join(struct parser *parser, struct code *left, const struct code *right,
                 const char *sign, enum binding binding)
{
    unsigned types = join_types(parser, left, right, sign, binding);
    if (!types)
        return false;
    const char *operator= sign;
    /* null also is what a device has no value for; all other values are compared as they are */
    bool with_null = left->types == EXPRESSION_NULL || right->types == EXPRESSION_NULL;
    if (binding == BINDING_EQUAL && !with_null)
        operator= sign[0] == '=' ? "===" : "!==";
    const char *second = code_text(parser, right, binding + 1);
    if (second[0] == '-')
        second = arena_print(parser->arena, "(%s)", second);
    *left = (struct code){.text = arena_print(parser->arena, "%s%s%s",
                                              code_text(parser, left, binding), operator, second),
                          .binding = binding,
                          .types = types,
                          .at = left->at};
    return true;
}

/* The operator of this binding that comes next, or NULL. */
static const char *next_operator(const struct parser *parser, enum binding binding)
{
    static const char *const operators[][5] = {
        [BINDING_OR] = {"||"},          [BINDING_AND] = {"&&"},
        [BINDING_EQUAL] = {"==", "!="}, [BINDING_ORDER] = {"<=", ">=", "<", ">"},
        [BINDING_SUM] = {"+", "-"},     [BINDING_PRODUCT] = {"*", "/", "%"}};
    for (size_t i = 0; i < 5 && operators[binding][i]; i++)
        if (parser_is(parser, operators[binding][i]))
            return operators[binding][i];
    return NULL;
}

static bool read_binary(struct parser *parser, enum binding binding, struct code *code)
{
    if (binding == BINDING_UNARY)
        return read_unary(parser, code);
    if (!read_binary(parser, binding + 1, code))
        return false;
    for (const char *sign; (sign = next_operator(parser, binding));) {
        struct code right;
        if (!parser_step(parser) || !read_binary(parser, binding + 1, &right) ||
            !join(parser, code, &right, sign, binding))
            return false;
    }
    return true;
}

static bool read_choice(struct parser *parser, struct code *code)
{
    struct code yes, no;
    if (!parser_step(parser) || !parser_expression(parser, &yes) || !parser_take(parser, ":") ||
        !parser_expression(parser, &no))
        return false;
    const char *text = arena_print(parser->arena, "%s?%s:%s", code_text(parser, code, BINDING_OR),
                                   yes.text, no.text);
    *code = (struct code){
        .text = text, .binding = BINDING_CHOICE, .types = yes.types | no.types, .at = code->at};
    return true;
}

bool parser_expression(struct parser *parser, struct code *code)
{
    if (++parser->depth > EXPRESSION_DEPTH_MAX)
        return parser_fail(parser, parser->token.at, "make it simpler",
                           "the expression is nested too deep");
    if (!read_binary(parser, BINDING_OR, code) ||
        (parser_is(parser, "?") && !read_choice(parser, code)))
        return false;
    parser->depth--;
    return true;
}
