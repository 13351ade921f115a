/* torture_judge.c - what the answers to a case mean. The first step that failed decides.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_script.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static bool is_ok(const cJSON *answer)
{
    return cJSON_IsTrue(cJSON_GetObjectItem(answer, "ok"));
}

__attribute__((format(printf, 3, 4))) static bool
decide(struct torture_case *item, enum torture_verdict verdict, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(item->what, sizeof item->what, format, values);
    va_end(values);
    item->verdict = verdict;
    return true;
}

/* A run that ended otherwise than it should. */
static bool decide_stopped(struct torture_case *item, const cJSON *answer, const char *waited)
{
    static const struct {
        const char *stopped;
        enum torture_verdict verdict;
    } known[] = {{"lock-up", TORTURE_LOCK_UP},
                 {"reset-loop", TORTURE_RESET_LOOP},
                 {"m4", TORTURE_M4},
                 {"host-time", TORTURE_UNDECIDED}};
    const char *stopped = torture_text(answer, "stopped"), *why = torture_text(answer, "why");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(stopped, known[i].stopped) == 0)
            return decide(item, known[i].verdict, "%s", why[0] ? why : stopped);
    return decide(item, TORTURE_SILENCE, "%s, PC 0x%08x", waited,
                  (unsigned)torture_count(answer, "pc"));
}

/* --- the steps: each returns true when it decides --- */

static bool judge_cut(struct torture_case *item, const cJSON *answer)
{
    const char *error = torture_text(answer, "error");
    if (!is_ok(answer) || error[0])
        return decide(item, TORTURE_UNDECIDED, "the cut failed: %s", error);
    if (strcmp(torture_text(answer, "stopped"), "cut") != 0)
        return decide(item, TORTURE_UNDECIDED, "the operation did not come a second time (%s)",
                      torture_text(answer, "stopped"));
    return false;
}

/* Is the run the same as the reference was? */
static bool judge_same(const struct torture_script *script, struct torture_case *item,
                       const cJSON *answer)
{
    const struct torture_operation *expected =
        torture_operation_find(&script->reference->update, item->first.operation);
    const cJSON *found = cJSON_GetArrayItem(cJSON_GetObjectItem(answer, "operations"), 0);
    if (expected && strcmp(torture_text(found, "kind"), torture_kind_names[expected->kind]) == 0 &&
        torture_count(found, "word") == expected->word &&
        torture_count(found, "bank") == expected->bank &&
        torture_count(found, "start_ns") == expected->start_ns)
        return false;
    return decide(item, TORTURE_UNDECIDED, "the operation is another one than in the first run");
}

static bool judge_second_cut(struct torture_case *item, const cJSON *answer)
{
    const char *stopped = torture_text(answer, "stopped");
    const char *error = torture_text(answer, "error");
    if (strcmp(stopped, "cut") == 0)
        return error[0] ? decide(item, TORTURE_UNDECIDED, "the second cut failed: %s", error)
                        : false;
    if (!is_ok(answer) || strcmp(stopped, "time") == 0 || strcmp(stopped, "service") == 0)
        return decide(item, TORTURE_NO_CUT, "there was no such operation");
    return decide_stopped(item, answer, "it does not come back");
}

static bool judge_service(struct torture_case *item, const cJSON *answer, uint64_t on_ns)
{
    item->resets = (uint32_t)torture_count(answer, "resets");
    if (strcmp(torture_text(answer, "stopped"), "service") != 0)
        return decide_stopped(item, answer, "it does not serve");
    if (item->served_ns == 0 && item->second.operation == 0) {
        uint64_t operations = torture_count(answer, "operations");
        item->following =
            operations > item->first.operation ? (uint32_t)(operations - item->first.operation) : 0;
    }
    item->served_ns = torture_count(answer, "now_ns") - on_ns;
    return false;
}

static bool judge_response(const struct torture_script *script, struct torture_case *item,
                           const cJSON *answer)
{
    const cJSON *response = cJSON_GetObjectItem(answer, "response");
    int status = (int)torture_number(response, "status");
    const char *stopped = torture_text(answer, "stopped");
    if (torture_is_taken(script->target, answer))
        return false;
    if (status && item->runs_new && !script->reference->takes_again)
        return false; /* as it does without any cut */
    if (status)
        return decide(item, TORTURE_STUCK, "it refuses the update: %d %.120s", status,
                      torture_text(response, "body"));
    if (strcmp(stopped, "response") == 0 || strcmp(stopped, "time") == 0)
        return decide(item, TORTURE_STUCK, "it does not answer the update: %.120s",
                      torture_text(response, "error"));
    return decide_stopped(item, answer, "it does not take the update");
}

static bool judge_run(struct torture_case *item, const cJSON *answer)
{
    const char *stopped = torture_text(answer, "stopped");
    if (strcmp(stopped, "service") == 0 || strcmp(stopped, "quiet") == 0)
        return false;
    return decide_stopped(item, answer, "it does not serve after a second update");
}

static bool judge_step(const struct torture_script *script, size_t index, struct torture_case *item,
                       const cJSON *answer, uint64_t on_ns)
{
    const struct torture_reference *reference = script->reference;
    switch (script->steps[index]) {
    case TORTURE_STEP_CUT:
        return judge_cut(item, answer);
    case TORTURE_STEP_SAME:
        return judge_same(script, item, answer);
    case TORTURE_STEP_SECOND_CUT:
        return judge_second_cut(item, answer);
    case TORTURE_STEP_SERVICE:
        return judge_service(item, answer, on_ns);
    case TORTURE_STEP_WHICH:
        item->runs_new = torture_has_mark(&reference->marks[0], answer);
        return false;
    case TORTURE_STEP_RESPONSE:
        return judge_response(script, item, answer);
    case TORTURE_STEP_RUN:
        return judge_run(item, answer);
    case TORTURE_STEP_NEW:
        if (torture_has_mark(&reference->marks[0], answer) ||
            torture_has_mark(&reference->marks[1], answer))
            return false;
        return decide(item, TORTURE_STUCK, "it takes the update again, but the old firmware runs");
    default:
        return !is_ok(answer) &&
               decide(item, TORTURE_UNDECIDED, "%.180s", torture_text(answer, "error"));
    }
}

void torture_judge(const struct torture_script *script, const cJSON *answers,
                   struct torture_case *item)
{
    uint64_t on_ns = 0;
    int count = cJSON_GetArraySize(answers);
    item->what[0] = '\0';
    item->served_ns = 0;
    for (int i = 0; i < count && i < (int)script->count; i++) {
        const cJSON *answer = cJSON_GetArrayItem(answers, i);
        if (judge_step(script, (size_t)i, item, answer, on_ns))
            return;
        if (script->steps[i] == TORTURE_STEP_OTHER && torture_count(answer, "now_ns"))
            on_ns = torture_count(answer, "now_ns");
    }
    if (count < (int)script->count)
        decide(item, TORTURE_UNDECIDED, "the copy of the board ended early");
    else
        decide(item, TORTURE_FINE, "%s firmware serves after %.3f s%s",
               item->runs_new ? "new" : "old", 1e-9 * (double)item->served_ns,
               item->tries_twice ? ", and takes an update at the second try" : "");
}
