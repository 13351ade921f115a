/* torture_script.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_script.h"

#define OFF_S     1.0 /* long enough for RAM to forget */
#define CUT_S     600.0
#define CONSOLE_3 3

static void add(struct torture_script *script, enum torture_step step, cJSON *command)
{
    if (script->count == TORTURE_STEP_MAX) {
        cJSON_Delete(command);
        return;
    }
    script->steps[script->count++] = step;
    cJSON_AddItemToArray(script->list, command);
}

const struct torture_operation *torture_operation_find(const struct torture_update *update,
                                                       uint64_t number)
{
    if (update->count == 0 || number < update->operations[0].number)
        return NULL;
    uint64_t index = number - update->operations[0].number; /* numbered one by one */
    return index < update->count ? &update->operations[index] : NULL;
}

/* --- pieces --- */

static void add_plan(struct torture_script *script, const struct torture_cut *cut)
{
    cJSON *command = torture_command("cut");
    cJSON_AddNumberToObject(command, "operation", (double)cut->operation);
    cJSON_AddStringToObject(command, "model", torture_model_names[cut->model]);
    cJSON_AddNumberToObject(command, "seed", cut->seed);
    add(script, TORTURE_STEP_OTHER, command);
}

static cJSON *until_cut(void)
{
    cJSON *until = cJSON_CreateObject();
    cJSON_AddTrueToObject(until, "cut");
    return until;
}

static void add_power(struct torture_script *script, bool on)
{
    cJSON *command = torture_command("power");
    cJSON_AddBoolToObject(command, "on", on);
    add(script, TORTURE_STEP_OTHER, command);
}

static void add_power_on(struct torture_script *script)
{
    add(script, TORTURE_STEP_OTHER, torture_run(cJSON_CreateObject(), OFF_S));
    add_power(script, true);
}

/* A run until the cut that may also end by the service: it is asked for while it runs. */
static void add_asking_run(struct torture_script *script, double for_s)
{
    cJSON *command = torture_await_service(script->target, for_s);
    cJSON_DeleteItemFromObject(command, "expect");
    cJSON_AddTrueToObject(cJSON_GetObjectItem(command, "until"), "cut");
    add(script, TORTURE_STEP_OTHER, command);
}

/* Behind that point of the reference the service was asked for. */
static void add_first_cut(struct torture_script *script, const struct torture_case *item)
{
    add_plan(script, &item->first);
    if (item->first.operation > script->reference->update.last_before_served)
        add_asking_run(script, CUT_S);
    add(script, TORTURE_STEP_CUT, torture_expect(torture_run(until_cut(), CUT_S), "cut"));
    cJSON *log = torture_command("operations");
    cJSON_AddNumberToObject(log, "since", (double)item->first.operation);
    cJSON_AddNumberToObject(log, "limit", 1);
    add(script, TORTURE_STEP_SAME, log);
}

static double update_limit_s(const struct torture_script *script)
{
    const struct torture_update *update = &script->reference->update;
    return 3e-9 * (double)(update->end_ns - update->begin_ns) + script->target->within_s;
}

static void add_second_cut(struct torture_script *script, const struct torture_case *item)
{
    add_plan(script, &item->second);
    if (item->second_later) {
        add(script, TORTURE_STEP_SERVICE,
            torture_await_service(script->target, script->target->within_s));
        add(script, TORTURE_STEP_OTHER, torture_request(script->target, script->target->update));
    } else {
        add_asking_run(script, script->target->within_s);
    }
    add(script, TORTURE_STEP_SECOND_CUT,
        torture_expect(torture_run(until_cut(), item->second_later ? update_limit_s(script)
                                                                   : script->target->quiet_s),
                       "cut"));
}

static void add_service(struct torture_script *script)
{
    add(script, TORTURE_STEP_SERVICE,
        torture_await_service(script->target, script->target->within_s));
    add(script, TORTURE_STEP_WHICH, torture_read_mark(&script->reference->marks[0], false));
}

static void add_update(struct torture_script *script, unsigned request, bool twice)
{
    const struct torture_target *target = script->target;
    if (twice) {
        add(script, TORTURE_STEP_OTHER, torture_request(target, target->update));
        add(script, TORTURE_STEP_OTHER,
            torture_await_response(target, request++, update_limit_s(script)));
        add(script, TORTURE_STEP_RUN, torture_await_quiet(target, update_limit_s(script)));
    }
    add(script, TORTURE_STEP_OTHER, torture_request(target, target->update));
    add(script, TORTURE_STEP_RESPONSE,
        torture_await_response(target, request, update_limit_s(script)));
    add(script, TORTURE_STEP_RUN, torture_await_quiet(target, update_limit_s(script)));
    add(script, TORTURE_STEP_RUN, torture_await_service(target, target->within_s));
    for (int i = 0; i < 2; i++)
        add(script, TORTURE_STEP_NEW, torture_read_mark(&script->reference->marks[i], true));
}

static void drop_expectations(cJSON *list)
{
    cJSON *command;
    cJSON_ArrayForEach(command, list) cJSON_DeleteItemFromObject(command, "expect");
}

/* --- whole lists --- */

void torture_script_make_cuts(struct torture_script *script, const struct torture_case *item)
{
    script->list = cJSON_CreateArray();
    script->count = 0;
    add_first_cut(script, item);
    if (item->second.operation == 0)
        return;
    add_power_on(script);
    add_second_cut(script, item);
}

void torture_script_make(struct torture_script *script, const struct torture_case *item,
                         bool to_the_end)
{
    const struct torture_cut *last = item->second.operation ? &item->second : &item->first;
    torture_script_make_cuts(script, item);
    add_power_on(script);
    add_service(script);
    if (torture_model_comes_late(item->first.model) || torture_model_comes_late(last->model)) {
        add_power(script, false);
        add_power_on(script);
        add_service(script);
    }
    if (item->repeats)
        add_update(script, item->second_later ? 3 : 2, item->tries_twice);
    if (!to_the_end)
        return;
    drop_expectations(script->list);
    add(script, TORTURE_STEP_CONSOLE, torture_command("console"));
}
