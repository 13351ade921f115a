/* torture_json.c - the report for programs. Nothing of this machine is in it: the same firmware,
 * the same options and the same seed give the same bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "file.h"
#include "torture_report.h"
#include "torture_script.h"
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static void add_operation(cJSON *object, const struct torture_report *report, uint64_t number)
{
    char place[TORTURE_PLACE_SIZE];
    const struct torture_operation *operation = torture_operation_find(report->update, number);
    if (!operation)
        return;
    torture_place(operation, place);
    cJSON_AddStringToObject(object, "kind", torture_kind_names[operation->kind]);
    cJSON_AddNumberToObject(object, "bank", operation->bank);
    cJSON_AddNumberToObject(object, "sector", operation->word / TORTURE_SECTOR_WORDS);
    cJSON_AddNumberToObject(object, "word", operation->word);
    cJSON_AddNumberToObject(object, "after_ns",
                            (double)(operation->start_ns - report->update->begin_ns));
    cJSON_AddStringToObject(object, "place", place);
}

static cJSON *one(const struct torture_report *report, const struct torture_case *item)
{
    char name[TORTURE_NAME_SIZE];
    cJSON *object = cJSON_CreateObject();
    torture_name(item, name);
    cJSON_AddStringToObject(object, "case", name);
    cJSON_AddStringToObject(object, "verdict", torture_verdict_names[item->verdict]);
    cJSON_AddStringToObject(object, "model", torture_model_names[item->first.model]);
    cJSON_AddNumberToObject(object, "operation", (double)item->first.operation);
    add_operation(object, report, item->first.operation);
    cJSON_AddStringToObject(object, "what", item->what);
    cJSON_AddNumberToObject(object, "resets", item->resets);
    return object;
}

static void add_loud(cJSON *list, const struct torture_report *report,
                     const struct torture_cases *cases, bool bricks)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct torture_case *item = &cases->items[i];
        if (bricks ? torture_is_brick(item->verdict) : item->verdict == TORTURE_UNDECIDED)
            cJSON_AddItemToArray(list, one(report, item));
    }
}

/* Every case in short: its name and its verdict. */
static void add_all(cJSON *list, const struct torture_cases *cases)
{
    char name[TORTURE_NAME_SIZE];
    for (size_t i = 0; i < cases->count; i++) {
        cJSON *row = cJSON_CreateArray();
        torture_name(&cases->items[i], name);
        cJSON_AddItemToArray(row, cJSON_CreateString(name));
        cJSON_AddItemToArray(row,
                             cJSON_CreateString(torture_verdict_names[cases->items[i].verdict]));
        cJSON_AddItemToArray(list, row);
    }
}

static void add_second_tries(cJSON *list, const struct torture_cases *cases)
{
    char name[TORTURE_NAME_SIZE];
    for (size_t i = 0; i < cases->count; i++) {
        torture_name(&cases->items[i], name);
        if (cases->items[i].tries_twice)
            cJSON_AddItemToArray(list, cJSON_CreateString(name));
    }
}

static cJSON *whole(const struct torture_report *report)
{
    struct torture_counts counts;
    cJSON *root = cJSON_CreateObject();
    torture_count_up(report, &counts);
    cJSON_AddStringToObject(root, "request", report->request);
    cJSON_AddStringToObject(root, "service", report->service);
    cJSON_AddNumberToObject(root, "seed", report->seed);
    cJSON_AddNumberToObject(root, "operations", (double)report->update->count);
    cJSON_AddNumberToObject(root, "cases", (double)counts.cases);
    cJSON_AddNumberToObject(root, "bricks", (double)counts.bricks);
    cJSON_AddNumberToObject(root, "stuck", (double)counts.by_verdict[TORTURE_STUCK]);
    cJSON_AddNumberToObject(root, "undecided", (double)counts.undecided);
    cJSON_AddNumberToObject(root, "points", (double)counts.points);
    cJSON_AddNumberToObject(root, "pairs", (double)counts.pairs);
    cJSON *models = cJSON_AddObjectToObject(root, "models");
    for (unsigned i = 0; i < TORTURE_MODEL_COUNT; i++) {
        if (!counts.cases_by_model[i])
            continue;
        cJSON *model = cJSON_AddObjectToObject(models, torture_model_names[i]);
        cJSON_AddNumberToObject(model, "cases", (double)counts.cases_by_model[i]);
        cJSON_AddNumberToObject(model, "bricks", (double)counts.bricks_by_model[i]);
    }
    cJSON *bricks = cJSON_AddArrayToObject(root, "found");
    add_loud(bricks, report, report->singles, true);
    add_loud(bricks, report, report->pairs, true);
    cJSON *undecided = cJSON_AddArrayToObject(root, "not_judged");
    add_loud(undecided, report, report->singles, false);
    add_loud(undecided, report, report->pairs, false);
    cJSON *second = cJSON_AddArrayToObject(root, "asked_again"); /* a first update was refused */
    add_second_tries(second, report->singles);
    add_second_tries(second, report->pairs);
    cJSON *all = cJSON_AddArrayToObject(root, "all");
    add_all(all, report->singles);
    add_all(all, report->pairs);
    return root;
}

bool torture_write_json(const char *command, const char *path, const struct torture_report *report)
{
    cJSON *root = whole(report);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    const struct file file = {(uint8_t *)text, text ? (uint32_t)strlen(text) : 0};
    bool written = text && file_write(command, path, &file);
    free(text);
    return written;
}
