/* torture_plan.c - which cuts to try.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture.h"
#include <stdlib.h>
#include <string.h>

#define ROW_MIN 16u /* fewer words in a row are records, not an image */

/* --- what is special --- */

static bool continues(const struct torture_operation *before, const struct torture_operation *it)
{
    return it->kind == TORTURE_PROGRAM && before->kind == TORTURE_PROGRAM &&
           it->bank == before->bank && it->word == before->word + 1u;
}

static bool is_at_border(const struct torture_operation *it)
{
    uint32_t in_sector = it->word % TORTURE_SECTOR_WORDS;
    return in_sector == 0 || in_sector == TORTURE_SECTOR_WORDS - 1u;
}

/* One row of words, first to last; or what is none, by itself. */
static size_t mark_row(struct torture_operation *operations, size_t count)
{
    bool is_image = count > ROW_MIN;
    size_t bulk = 0;
    for (size_t i = 0; i < count; i++) {
        struct torture_operation *it = &operations[i];
        it->special = !is_image || i == 0 || i == count - 1 || is_at_border(it);
        bulk += !it->special;
    }
    return bulk;
}

size_t torture_mark(struct torture_update *update)
{
    size_t bulk = 0;
    for (size_t i = 0, end; i < update->count; i = end) {
        for (end = i + 1; end < update->count; end++)
            if (!continues(&update->operations[end - 1], &update->operations[end]))
                break;
        bulk += mark_row(&update->operations[i], end - i);
    }
    return bulk;
}

/* --- cases --- */

bool torture_cases_add(struct torture_cases *cases, const struct torture_case *item)
{
    if (cases->count == cases->capacity) {
        size_t capacity = cases->capacity ? cases->capacity * 2 : 256;
        struct torture_case *items = realloc(cases->items, capacity * sizeof *items);
        if (!items)
            return false;
        cases->items = items;
        cases->capacity = capacity;
    }
    cases->items[cases->count++] = *item;
    return true;
}

/* Small numbers that look alike for the same case in every plan: splitmix64's last steps. */
static uint32_t seed_of(uint32_t seed, uint64_t operation, unsigned model, unsigned turn)
{
    uint64_t x = seed + operation * 0x9E3779B97F4A7C15u + model * 0xBF58476D1CE4E5B9u +
                 turn * 0x94D049BB133111EBu;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)((x ^ x >> 31) % 1000000u);
}

struct planning {
    const struct torture_wishes *wishes;
    struct torture_cases *cases;
    uint32_t quiet; /* cases so far that are not special */
};

static bool plan_model(struct planning *planning, const struct torture_operation *operation,
                       enum torture_model model)
{
    const struct torture_wishes *wishes = planning->wishes;
    bool many = operation->special && torture_model_is_random(model);
    for (unsigned turn = 0; turn < (many ? wishes->seeds : 1u); turn++) {
        uint32_t seed = torture_model_is_random(model)
                            ? seed_of(wishes->seed, operation->number, model, turn)
                            : 0;
        struct torture_case item = {.first = {operation->number, model, seed}};
        if (operation->special)
            item.repeats = wishes->repeat_every > 0;
        else if (wishes->repeat_every > 0)
            item.repeats = planning->quiet++ % wishes->repeat_every == 0;
        if (!torture_cases_add(planning->cases, &item))
            return false;
    }
    return true;
}

static bool plan_point(struct planning *planning, const struct torture_operation *operation)
{
    for (unsigned model = 0; model < TORTURE_MODEL_COUNT; model++)
        if (planning->wishes->models[model] && torture_model_fits(model, operation->kind) &&
            !plan_model(planning, operation, model))
            return false;
    return true;
}

bool torture_plan(const struct torture_update *update, const struct torture_wishes *wishes,
                  struct torture_cases *cases)
{
    struct planning planning = {wishes, cases, 0};
    size_t bulk = 0, seen = 0, taken = 0;
    for (size_t i = 0; i < update->count; i++)
        bulk += !update->operations[i].special;
    size_t points = wishes->points < bulk ? wishes->points : bulk;
    for (size_t i = 0; i < update->count; i++) {
        const struct torture_operation *operation = &update->operations[i];
        /* The next of the evenly spread ones: the middle of its share. */
        bool is_next = !operation->special && taken < points &&
                       seen++ >= (2 * taken + 1) * bulk / (2 * points);
        taken += is_next;
        if ((operation->special || is_next) && !plan_point(&planning, operation))
            return false;
    }
    return true;
}

/* --- pairs --- */

static uint64_t draw(uint64_t *state)
{
    uint64_t x = *state += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/* Fit every kind of operation: what comes after a cut is not known beforehand. */
static const enum torture_model pair_models[] = {TORTURE_TORN, TORTURE_DEAD, TORTURE_BEFORE,
                                                 TORTURE_AFTER};

static struct torture_case make_pair(const struct torture_case *first, uint64_t offset, bool later,
                                     uint64_t *state)
{
    struct torture_case pair = {.first = first->first, .second_later = later};
    pair.second.operation = first->first.operation + offset;
    pair.second.model = pair_models[draw(state) % 4];
    if (torture_model_is_random(pair.second.model))
        pair.second.seed = (uint32_t)(draw(state) % 1000000u);
    return pair;
}

/* An operation of the repeated update, mostly a special one, as its place from the update's begin.
 */
static uint64_t draw_operation(const struct torture_update *update, uint64_t *state)
{
    size_t begin = draw(state) % update->count;
    if (draw(state) % 4 == 0)
        return begin + 1;
    for (size_t i = 0; i < update->count; i++)
        if (update->operations[(begin + i) % update->count].special)
            return (begin + i) % update->count + 1;
    return begin + 1;
}

static int by_operation(const void *left, const void *right)
{
    const struct torture_case *a = left, *b = right;
    if (a->first.operation != b->first.operation)
        return a->first.operation < b->first.operation ? -1 : 1;
    return memcmp(a, b, sizeof *a);
}

/* First every cut in what follows a cut by itself, evenly, as far as the half of the number goes;
 * then cuts in repeated updates. */
static bool plan_recoveries(const struct torture_wishes *wishes, const struct torture_cases *tried,
                            uint64_t *state, struct torture_cases *pairs)
{
    size_t total = 0, seen = 0;
    for (size_t i = 0; i < tried->count; i++)
        total += tried->items[i].verdict == TORTURE_FINE ? tried->items[i].following : 0;
    size_t count = wishes->pairs / 2 < total ? wishes->pairs / 2 : total;
    for (size_t i = 0; i < tried->count && count; i++) {
        const struct torture_case *first = &tried->items[i];
        if (first->verdict != TORTURE_FINE)
            continue;
        for (uint32_t k = 1; k <= first->following; k++, seen++) {
            struct torture_case pair = make_pair(first, k, false, state);
            bool is_next = seen >= pairs->count * total / count && pairs->count < count;
            if (is_next && !torture_cases_add(pairs, &pair))
                return false;
        }
    }
    return true;
}

bool torture_plan_pairs(const struct torture_update *update, const struct torture_wishes *wishes,
                        const struct torture_cases *tried, struct torture_cases *pairs)
{
    uint64_t state = wishes->seed;
    if (!plan_recoveries(wishes, tried, &state, pairs))
        return false;
    size_t misses = 0;
    while (tried->count && pairs->count < wishes->pairs && misses < tried->count * 4) {
        const struct torture_case *first = &tried->items[draw(&state) % tried->count];
        if (first->verdict != TORTURE_FINE || first->runs_new) {
            misses++; /* the new firmware may take no update to itself */
            continue;
        }
        struct torture_case pair =
            make_pair(first, first->following + draw_operation(update, &state), true, &state);
        if (!torture_cases_add(pairs, &pair))
            return false;
    }
    if (pairs->count)
        qsort(pairs->items, pairs->count, sizeof *pairs->items, by_operation);
    return true;
}
