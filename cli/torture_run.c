/* torture_run.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_run.h"
#include "interrupt.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FORWARD_S 600.0

struct running {
    uint32_t id; /* 0: free */
    struct torture_case *item;
    struct torture_script script;
};

struct trying {
    const struct torture_session *session;
    struct torture_board *board;
    struct running running[TORTURE_JOBS_MAX];
    size_t count, done, bricks, busy;
    bool asks; /* the main board is past the point where the service is asked for */
};

/* --- forward --- */

static bool forward(struct torture_board *board, cJSON *until)
{
    cJSON *answer = torture_board_ask(board, torture_run(until, FORWARD_S));
    const char *stopped = torture_text(answer, "stopped");
    bool good = answer && strcmp(stopped, "time") != 0 && strcmp(stopped, "host-time") != 0;
    if (answer && !good)
        fprintf(
            stderr,
            "%s: the update does not run a second time as it did the first (%s).\nTo do: report "
            "this; a deterministic board must not do so.\n",
            board->command, torture_text(answer, "why"));
    cJSON_Delete(answer);
    return good;
}

static cJSON *until_operation(uint64_t number)
{
    return torture_until_number("operation", (double)number);
}

/* From here on the reference asked for the service. */
static bool begin_to_ask(struct trying *trying, uint64_t number)
{
    const struct torture_update *update = &trying->session->reference->update;
    if (trying->asks || number <= update->last_before_served)
        return true;
    trying->asks = true;
    return forward(trying->board, torture_until_number("time_ns", (double)update->served_ns));
}

static bool forward_asking(struct trying *trying, uint64_t number)
{
    cJSON *command = torture_await_service(trying->session->target, FORWARD_S);
    cJSON *until = cJSON_DetachItemFromObject(command, "until");
    cJSON_Delete(command);
    cJSON_AddNumberToObject(until, "operation", (double)number);
    return forward(trying->board, until) && forward(trying->board, until_operation(number));
}

/* To where operation `number` is the next one. */
static bool forward_to(struct trying *trying, uint64_t number)
{
    const struct torture_update *update = &trying->session->reference->update;
    uint64_t before = number - 1;
    if (before < update->operations[0].number)
        return true;
    if (before <= update->last_before_served && !forward(trying->board, until_operation(before)))
        return false;
    if (!begin_to_ask(trying, number))
        return false;
    return before <= update->last_before_served || forward_asking(trying, before);
}

static bool ask_for_update(const struct torture_session *session, struct torture_board *board)
{
    cJSON *answer =
        torture_board_ask(board, torture_request(session->target, session->target->update));
    cJSON_Delete(answer);
    return answer != NULL;
}

/* --- copies --- */

/* One that refuses an update is asked again later. */
static bool is_settled_brick(const struct torture_case *item)
{
    return torture_is_brick(item->verdict) && (item->verdict != TORTURE_STUCK || item->tries_twice);
}

static void take(void *context, uint32_t id, cJSON *answer)
{
    struct trying *trying = context;
    for (size_t i = 0; i < TORTURE_JOBS_MAX; i++) {
        struct running *running = &trying->running[i];
        if (running->id != id)
            continue;
        torture_judge(&running->script, cJSON_GetObjectItem(answer, "answers"), running->item);
        trying->bricks += is_settled_brick(running->item);
        trying->done++;
        trying->busy--;
        running->id = 0;
        if (trying->session->progress)
            trying->session->progress(trying->session->context, running->item, trying->done,
                                      trying->count, trying->bricks);
    }
    cJSON_Delete(answer);
}

static cJSON *as_fork(cJSON *list)
{
    cJSON *fork = torture_command("fork");
    cJSON_AddItemToObject(fork, "commands", list);
    return fork;
}

static bool start_copy(struct trying *trying, struct torture_case *item)
{
    struct running *running = trying->running;
    while (trying->busy == trying->session->jobs)
        if (!torture_board_wait(trying->board))
            return false;
    while (running->id != 0)
        running++;
    running->item = item;
    running->script.target = trying->session->target;
    running->script.reference = trying->session->reference;
    torture_script_make(&running->script, item, false);
    running->id = torture_board_send(trying->board, as_fork(running->script.list));
    running->script.list = NULL; /* went with it */
    trying->busy += running->id != 0;
    return running->id != 0;
}

static bool try_each(struct trying *trying, struct torture_cases *cases)
{
    uint64_t at = 0;
    for (size_t i = 0; i < cases->count; i++) {
        uint64_t number = cases->items[i].first.operation;
        if (number != at && !forward_to(trying, number))
            return false;
        at = number;
        if (!start_copy(trying, &cases->items[i]) || interrupt_pending())
            return false;
    }
    while (trying->busy > 0)
        if (!torture_board_wait(trying->board))
            return false;
    return true;
}

bool torture_try(const struct torture_session *session, struct torture_board *board,
                 struct torture_cases *cases)
{
    struct trying trying = {.session = session, .board = board, .count = cases->count};
    board->take = take;
    board->context = &trying;
    bool good = ask_for_update(session, board) && try_each(&trying, cases);
    board->take = NULL;
    return good;
}

/* --- one --- */

static void print_step(const struct torture_script *script, size_t index, const cJSON *answer)
{
    static const char *const names[] = {
        [TORTURE_STEP_CUT] = "first cut",          [TORTURE_STEP_SECOND_CUT] = "second cut",
        [TORTURE_STEP_SERVICE] = "after power-on", [TORTURE_STEP_RESPONSE] = "the update again",
        [TORTURE_STEP_RUN] = "after it",           [TORTURE_STEP_CONSOLE] = "console"};
    enum torture_step step = script->steps[index];
    if (step >= sizeof names / sizeof names[0] || !names[step])
        return;
    if (step == TORTURE_STEP_CONSOLE) {
        printf("the console's text:\n%s\n", torture_text(answer, "text"));
        return;
    }
    printf("%12.6f s  %-16s %s", 1e-9 * torture_number(answer, "now_ns"), names[step],
           torture_text(answer, "stopped"));
    const char *why = torture_text(answer, "why");
    printf("%s%s\n", why[0] ? ": " : "", why);
}

bool torture_replay(const struct torture_session *session, struct torture_board *board,
                    struct torture_case *item)
{
    struct trying trying = {.session = session, .board = board};
    struct torture_script script = {.target = session->target, .reference = session->reference};
    if (!ask_for_update(session, board) || !forward_to(&trying, item->first.operation))
        return false;
    torture_script_make(&script, item, true);
    cJSON *answer = torture_board_ask(board, as_fork(script.list));
    const cJSON *answers = cJSON_GetObjectItem(answer, "answers");
    int count = cJSON_GetArraySize(answers);
    bool lost = false;
    for (int i = 0; i < count && i < (int)script.count; i++) {
        const cJSON *step = cJSON_GetArrayItem(answers, i);
        if (!lost || script.steps[i] == TORTURE_STEP_CONSOLE)
            print_step(&script, (size_t)i, step);
        lost |= script.steps[i] == TORTURE_STEP_SERVICE &&
                strcmp(torture_text(step, "stopped"), "service") != 0;
    }
    if (answer)
        torture_judge(&script, answers, item);
    cJSON_Delete(answer);
    return answer != NULL;
}

/* --- what is left in flash --- */

static bool run_all(struct torture_board *board, cJSON *list)
{
    bool good = true;
    while (good && cJSON_GetArraySize(list) > 0) {
        cJSON *answer = torture_board_ask(board, cJSON_DetachItemFromArray(list, 0));
        good = answer != NULL;
        cJSON_Delete(answer);
    }
    cJSON_Delete(list);
    return good;
}

bool torture_keep(const struct torture_session *session, const struct torture_case *item,
                  const char *flash)
{
    struct torture_board board;
    struct trying trying = {.session = session, .board = &board};
    struct torture_script script = {.target = session->target, .reference = session->reference};
    if (!torture_board_start(&board, session->setup, flash))
        return false;
    bool good = torture_boot(&board, session->target) && ask_for_update(session, &board) &&
                forward_to(&trying, item->first.operation);
    if (good) {
        torture_script_make_cuts(&script, item);
        good = run_all(&board, script.list);
    }
    torture_board_end(&board);
    return good;
}
