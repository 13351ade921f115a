/* torture_words.c - models, verdicts and cases by name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const torture_model_names[TORTURE_MODEL_COUNT] = {
#define X(id, name) [TORTURE_##id] = name,
    TORTURE_MODELS(X)
#undef X
};

const char *const torture_kind_names[] = {
    [TORTURE_PROGRAM] = "program", [TORTURE_ERASE] = "erase", [TORTURE_OPTIONS] = "options"};

const char *const torture_verdict_names[TORTURE_VERDICT_COUNT] = {
    [TORTURE_PENDING] = "not tried",    [TORTURE_FINE] = "fine",
    [TORTURE_LOCK_UP] = "lock-up",      [TORTURE_RESET_LOOP] = "reset loop",
    [TORTURE_SILENCE] = "silence",      [TORTURE_M4] = "m4",
    [TORTURE_STUCK] = "stuck",          [TORTURE_UNDECIDED] = "undecided",
    [TORTURE_NO_CUT] = "no second cut",
};

bool torture_is_brick(enum torture_verdict verdict)
{
    return verdict >= TORTURE_LOCK_UP && verdict <= TORTURE_STUCK;
}

/* The table of vboard/CONTROL.md, Flash operations. */
bool torture_model_fits(enum torture_model model, enum torture_kind kind)
{
    switch (model) {
    case TORTURE_MARGINAL:
    case TORTURE_WEAK:
    case TORTURE_PREFIX:
        return kind != TORTURE_OPTIONS;
    case TORTURE_OLD:
        return kind == TORTURE_ERASE;
    case TORTURE_LATE:
    case TORTURE_DEFAULTS:
        return kind == TORTURE_OPTIONS;
    default:
        return true;
    }
}

bool torture_model_is_random(enum torture_model model)
{
    return model == TORTURE_TORN || model == TORTURE_MARGINAL || model == TORTURE_WEAK ||
           model == TORTURE_OLD;
}

bool torture_model_comes_late(enum torture_model model)
{
    return model == TORTURE_WEAK || model == TORTURE_OLD || model == TORTURE_LATE;
}

static bool model_by_name(const char *name, size_t size, enum torture_model *model)
{
    for (unsigned i = 0; i < TORTURE_MODEL_COUNT; i++)
        if (strlen(torture_model_names[i]) == size &&
            memcmp(torture_model_names[i], name, size) == 0) {
            *model = i;
            return true;
        }
    return false;
}

const char *torture_parse_models(const char *list, bool models[TORTURE_MODEL_COUNT])
{
    for (size_t size; *list; list += size + (list[size] == ',')) {
        enum torture_model model;
        size = strcspn(list, ",");
        if (!model_by_name(list, size, &model))
            return list;
        models[model] = true;
    }
    return NULL;
}

/* --- a case's name --- */

static int print_cut(char *text, size_t size, const struct torture_cut *cut)
{
    return snprintf(text, size, "%" PRIu64 ":%s:%" PRIu32, cut->operation,
                    torture_model_names[cut->model], cut->seed);
}

void torture_name(const struct torture_case *item, char name[TORTURE_NAME_SIZE])
{
    int used = print_cut(name, TORTURE_NAME_SIZE, &item->first);
    if (item->second.operation == 0)
        return;
    name[used] = ',';
    print_cut(name + used + 1, TORTURE_NAME_SIZE - (size_t)used - 1, &item->second);
}

/* Returns what stands behind it, or NULL. */
static const char *parse_cut(const char *text, struct torture_cut *cut)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return NULL;
    cut->operation = strtoull(text, &end, 10);
    size_t size = *end == ':' ? strcspn(end + 1, ":,") : 0;
    if (cut->operation == 0 || !model_by_name(end + 1, size, &cut->model))
        return NULL;
    text = end + 1 + size;
    if (*text != ':')
        return text; /* without a seed: 0 */
    if (!isdigit((unsigned char)text[1]))
        return NULL;
    cut->seed = (uint32_t)strtoul(text + 1, &end, 10);
    return end;
}

bool torture_parse(const char *name, struct torture_case *item)
{
    *item = (struct torture_case){0};
    name = parse_cut(name, &item->first);
    if (name && *name == ',')
        name = parse_cut(name + 1, &item->second);
    return name && *name == '\0' &&
           (!item->second.operation || item->second.operation > item->first.operation);
}

/* --- the request --- */

bool torture_parse_request(const char *text, char *method, size_t method_size, const char **path)
{
    size_t size = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (size == 0 || size >= method_size || text[size] != ' ' || text[size + 1] != '/' ||
        strpbrk(text + size + 1, " \r\n\t"))
        return false;
    memcpy(method, text, size);
    method[size] = '\0';
    *path = text + size + 1;
    return true;
}
