/* fuzz_expression.c - any text as one with ${...}: JavaScript that stays in its place, or a fault.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "expression.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of each type one: n.x, t.x, b.x; u.x may be null. */
static unsigned types_of(void *context, const char *object, const char *member,
                         struct expression_fault *fault)
{
    static const char objects[] = "ntbua";
    static const unsigned types[] = {EXPRESSION_NUMBER, EXPRESSION_TEXT, EXPRESSION_TRUTH,
                                     EXPRESSION_TEXT | EXPRESSION_NULL, EXPRESSION_ANY};
    (void)context;
    const char *found = strchr(objects, object[0]);
    if (found && *found && !object[1] && strcmp(member, "x") == 0)
        return types[found - objects];
    fault->message = "there is no such name";
    fault->remedy = "take another";
    return 0;
}

/* Outside of strings there are the letters of this language only; inside none that ends one. */
static void check(const char *code)
{
    bool quoted = false;
    for (; *code; code++) {
        if (quoted && *code == '\\')
            code++;
        else if (*code == '"')
            quoted = !quoted;
        else if (*code == '\n' || *code == '\r' || (quoted && *code == '<'))
            abort();
        else if (!quoted && (strchr("`';{}@#\\~^", *code) || strncmp(code, "--", 2) == 0 ||
                             strncmp(code, "//", 2) == 0 || strncmp(code, "</", 2) == 0))
            abort();
    }
    if (quoted)
        abort();
}

static void check_result(const struct expression *expression, bool good)
{
    if (good)
        check(expression->code);
    else if (!expression->fault.message || !expression->fault.remedy ||
             expression->fault.at > expression->size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct expression_scope scope = {types_of, NULL};
    struct arena *arena = arena_new();
    char *text = malloc(size ? size : 1);
    bool is_plain;
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    struct expression expression = {.arena = arena, .scope = &scope, .source = text, .size = size};
    struct expression value = expression;
    bool good = expression_text(&expression, &is_plain);
    check_result(&expression, good);
    good = expression_value(&value);
    check_result(&value, good);
    arena_free(arena);
    free(text);
    return 0;
}
