/* expression_call.c - the functions of expressions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "expression_internal.h"
#include "nearest.h"
#include <string.h>

#define ARGUMENTS_MAX 2u

/* Arguments: n a number, t a text, b a number or a text, d a number of digits as it is written. */
struct function {
    const char *name, *arguments;
    unsigned result;
    unsigned digits_min, digits_max;
    unsigned helper;
    /* JavaScript: # is the first argument alone, ~ the same where anything binds tighter, @ the
     * second. Where the code is not a call of one argument list, it binds as a member does. */
    const char *code;
};

static const struct function functions[] = {
    {"fixed", "nd", EXPRESSION_TEXT, 0, 20, 0, "#.toFixed(@)"},
    {"round", "n", EXPRESSION_NUMBER, 0, 0, 0, "Math.round(~)"},
    {"floor", "n", EXPRESSION_NUMBER, 0, 0, 0, "Math.floor(~)"},
    {"abs", "n", EXPRESSION_NUMBER, 0, 0, 0, "Math.abs(~)"},
    {"min", "nn", EXPRESSION_NUMBER, 0, 0, 0, "Math.min(~,@)"},
    {"max", "nn", EXPRESSION_NUMBER, 0, 0, 0, "Math.max(~,@)"},
    {"hex", "n", EXPRESSION_TEXT, 0, 0, 0, "(#>>>0).toString(16)"},
    {"pad", "bd", EXPRESSION_TEXT, 1, 32, EXPRESSION_PAD, "$pad(~,@)"},
    {"upper", "t", EXPRESSION_TEXT, 0, 0, 0, "#.toUpperCase()"},
    {"lower", "t", EXPRESSION_TEXT, 0, 0, 0, "#.toLowerCase()"},
    {"length", "t", EXPRESSION_NUMBER, 0, 0, 0, "[...~].length"},
    {"time", "n", EXPRESSION_TEXT, 0, 0, EXPRESSION_TIME, "$time(~)"},
    {"bytes", "n", EXPRESSION_TEXT, 0, 0, EXPRESSION_BYTES, "$bytes(~)"},
};

#define FUNCTION_COUNT (sizeof functions / sizeof functions[0])

const char *expression_helper_name(enum expression_helpers helper)
{
    return helper == EXPRESSION_PAD ? "$pad" : helper == EXPRESSION_TIME ? "$time" : "$bytes";
}

const char *expression_helper_code(enum expression_helpers helper)
{
    switch (helper) {
    case EXPRESSION_PAD: /* zeros go between sign and digits */
        return "const $pad=(x,w)=>x<0?\"-\"+$pad(-x,w-1):(\"\"+x).padStart(w,0);";
    case EXPRESSION_TIME:
        return "const $time=s=>{s=Math.round(s);if(s<0)return\"-\"+$time(-s);"
               "const h=Math.floor(s/3600),m=Math.floor(s/60)%60,z=x=>(x<10?\"0\":\"\")+x;"
               "return(h?h+\":\"+z(m):m)+\":\"+z(s%60)};";
    case EXPRESSION_BYTES:
        return "const $bytes=n=>{let i=0;for(;Math.abs(n)>=1024&&i<3;i++)n/=1024;"
               "return(i?n.toFixed(1):n)+\" \"+[\"B\",\"KB\",\"MB\",\"GB\"][i]};";
    }
    return "";
}

static const struct function *find(struct parser *parser, const char *name, size_t at)
{
    const char *names[FUNCTION_COUNT + 1] = {0};
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        names[i] = functions[i].name;
        if (strcmp(name, names[i]) == 0)
            return &functions[i];
    }
    const char *nearest = nearest_word(name, names);
    parser_fail(parser, at,
                "the functions are fixed, round, floor, abs, min, max, hex, pad, upper, lower, "
                "length, time and bytes",
                nearest ? "there is no function '%.40s'; did you mean '%s'?"
                        : "there is no function '%.40s'",
                name, nearest);
    return NULL;
}

static bool check_digits(struct parser *parser, const struct function *function,
                         const struct code *argument)
{
    double number = argument->number;
    if (argument->is_literal && number >= function->digits_min && number <= function->digits_max &&
        number == (double)(unsigned)number)
        return true;
    return parser_fail(parser, argument->at, "write such a number there",
                       "the second argument of %s() is a whole number from %u to %u",
                       function->name, function->digits_min, function->digits_max);
}

static bool check_argument(struct parser *parser, const struct function *function, char kind,
                           const struct code *argument)
{
    const char *wanted = arena_print(parser->arena, "an argument of %s()", function->name);
    if (kind == 'd')
        return check_digits(parser, function, argument);
    if (kind == 'n')
        return parser_want(parser, argument, EXPRESSION_NUMBER, wanted);
    if (kind == 't')
        return parser_want(parser, argument, EXPRESSION_TEXT, wanted);
    return parser_want(parser, argument, EXPRESSION_NUMBER | EXPRESSION_TEXT, wanted);
}

static bool read_arguments(struct parser *parser, const struct function *function,
                           struct code arguments[ARGUMENTS_MAX])
{
    size_t wanted = strlen(function->arguments);
    for (size_t i = 0; i < wanted; i++) {
        if (i && !parser_is(parser, ","))
            return parser_fail(parser, parser->token.at, "write both, with a comma between",
                               "%s() takes two arguments", function->name);
        if (!parser_step(parser) || !parser_expression(parser, &arguments[i]) ||
            !check_argument(parser, function, function->arguments[i], &arguments[i]))
            return false;
    }
    if (parser_is(parser, ","))
        return parser_fail(parser, parser->token.at, "remove what is too much", "%s() takes %s",
                           function->name, wanted == 1 ? "one argument" : "two arguments");
    return parser_take(parser, ")");
}

static const char *fill(struct parser *parser, const struct function *function,
                        const struct code arguments[ARGUMENTS_MAX])
{
    enum binding tight = strstr(function->code, ">>>") ? BINDING_SUM : BINDING_ALONE;
    const char *text = "";
    for (const char *letter = function->code; *letter; letter++) {
        char plain[2] = {*letter, '\0'};
        const char *piece = *letter == '#'   ? code_text(parser, &arguments[0], tight)
                            : *letter == '~' ? arguments[0].text
                            : *letter == '@' ? arguments[1].text
                                             : plain;
        text = arena_print(parser->arena, "%s%s", text, piece);
    }
    return text;
}

bool parser_call(struct parser *parser, const char *name, size_t at, struct code *code)
{
    struct code arguments[ARGUMENTS_MAX] = {0};
    const struct function *function = find(parser, name, at);
    if (!function || !read_arguments(parser, function, arguments))
        return false;
    parser->helpers |= function->helper;
    *code = (struct code){.text = fill(parser, function, arguments),
                          .binding = BINDING_ALONE,
                          .types = function->result,
                          .at = at};
    return true;
}
