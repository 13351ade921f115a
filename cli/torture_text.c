/* torture_text.c - the report on the terminal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_report.h"
#include "torture_script.h"
#include <inttypes.h>
#include <stdio.h>

#define FLASH_START 0x08000000u
#define BANK_SIZE   0x00100000u
#define SHOWN_MAX   40u

void torture_place(const struct torture_operation *operation, char place[TORTURE_PLACE_SIZE])
{
    uint32_t address =
        FLASH_START + (operation->bank - 1) * BANK_SIZE + operation->word * TORTURE_WORD_SIZE;
    uint32_t sector = operation->word / TORTURE_SECTOR_WORDS;
    if (operation->kind == TORTURE_OPTIONS)
        snprintf(place, TORTURE_PLACE_SIZE, "change of the option bytes");
    else if (operation->kind == TORTURE_ERASE)
        snprintf(place, TORTURE_PLACE_SIZE, "erase of sector %u of bank %u (0x%08x)",
                 (unsigned)sector, (unsigned)operation->bank, (unsigned)address);
    else
        snprintf(place, TORTURE_PLACE_SIZE, "program of 0x%08x, sector %u of bank %u",
                 (unsigned)address, (unsigned)sector, (unsigned)operation->bank);
}

/* --- counts --- */

static void count_case(const struct torture_case *item, struct torture_counts *counts)
{
    bool is_brick = torture_is_brick(item->verdict);
    counts->by_verdict[item->verdict]++;
    if (item->verdict == TORTURE_NO_CUT || item->verdict == TORTURE_PENDING) {
        counts->missed++;
        return;
    }
    counts->cases++;
    counts->second_tries += item->tries_twice && !is_brick;
    counts->pairs += item->second.operation != 0;
    counts->repeats += item->repeats;
    counts->bricks += is_brick;
    counts->undecided += item->verdict == TORTURE_UNDECIDED;
    counts->cases_by_model[item->first.model]++;
    counts->bricks_by_model[item->first.model] += is_brick;
}

static void count_points(const struct torture_report *report, struct torture_counts *counts)
{
    uint64_t last = 0;
    for (size_t i = 0; i < report->singles->count; i++) {
        uint64_t number = report->singles->items[i].first.operation;
        const struct torture_operation *operation = torture_operation_find(report->update, number);
        if (number == last || !operation || report->singles->items[i].verdict == TORTURE_PENDING)
            continue;
        last = number;
        counts->points++;
        counts->points_by_kind[operation->kind]++;
    }
}

void torture_count_up(const struct torture_report *report, struct torture_counts *counts)
{
    *counts = (struct torture_counts){0};
    for (size_t i = 0; i < report->singles->count; i++)
        count_case(&report->singles->items[i], counts);
    for (size_t i = 0; i < report->pairs->count; i++)
        count_case(&report->pairs->items[i], counts);
    for (unsigned i = 0; i < TORTURE_MODEL_COUNT; i++)
        counts->models += counts->cases_by_model[i] > 0;
    count_points(report, counts);
}

/* --- bricks --- */

static void print_one(const struct torture_report *report, const struct torture_case *item)
{
    char name[TORTURE_NAME_SIZE], place[TORTURE_PLACE_SIZE] = "an operation of the second start";
    const struct torture_operation *operation =
        torture_operation_find(report->update, item->first.operation);
    torture_name(item, name);
    if (operation)
        torture_place(operation, place);
    printf("\n%s  %s  operation %" PRIu64 ": %s",
           torture_is_brick(item->verdict) ? "BRICK" : "?????",
           torture_model_names[item->first.model], item->first.operation, place);
    if (operation)
        printf(", %.3f s after the request",
               1e-9 * (double)(operation->start_ns - report->update->begin_ns));
    if (item->second.operation)
        printf(", and a second cut");
    printf("\n       %s: %s\n       %s --only %s\n", torture_verdict_names[item->verdict],
           item->what, report->replay, name);
}

static void print_list(const struct torture_report *report, const struct torture_cases *cases,
                       size_t *shown)
{
    for (size_t i = 0; i < cases->count; i++) {
        enum torture_verdict verdict = cases->items[i].verdict;
        bool is_loud = torture_is_brick(verdict) || verdict == TORTURE_UNDECIDED;
        if (is_loud && (*shown)++ < SHOWN_MAX)
            print_one(report, &cases->items[i]);
    }
}

static void print_models(const struct torture_counts *counts)
{
    printf("\n%-10s %8s %8s\n", "model", "cases", "bricks");
    for (unsigned i = 0; i < TORTURE_MODEL_COUNT; i++)
        if (counts->cases_by_model[i])
            printf("%-10s %8zu %8zu\n", torture_model_names[i], counts->cases_by_model[i],
                   counts->bricks_by_model[i]);
}

void torture_print(const struct torture_report *report)
{
    struct torture_counts counts;
    size_t shown = 0;
    torture_count_up(report, &counts);
    print_list(report, report->singles, &shown);
    print_list(report, report->pairs, &shown);
    if (shown > SHOWN_MAX)
        printf("\n... and %zu more: --json and --html have them all.\n", shown - SHOWN_MAX);
    print_models(&counts);
    printf("\n%zu points: %zu erases, %zu words, %zu changes of option bytes; %zu pairs of cuts; "
           "%zu times the update was made again\n",
           counts.points, counts.points_by_kind[TORTURE_ERASE],
           counts.points_by_kind[TORTURE_PROGRAM], counts.points_by_kind[TORTURE_OPTIONS],
           counts.pairs, counts.repeats);
    if (counts.by_verdict[TORTURE_STUCK])
        printf("%zu of the bricks still run, but take no update any more (stuck)\n",
               counts.by_verdict[TORTURE_STUCK]);
    if (counts.second_tries)
        printf("%zu cases refuse the update once, and take it at the second try\n",
               counts.second_tries);
    if (counts.by_verdict[TORTURE_PENDING])
        printf("%zu cases were not tried: it was interrupted\n",
               counts.by_verdict[TORTURE_PENDING]);
    if (counts.undecided)
        printf("%zu cases could not be judged\n", counts.undecided);
    printf("torture: %zu cases, %zu models, %zu bricks\n", counts.cases, counts.models,
           counts.bricks);
}
