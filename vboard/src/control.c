/* control.c - see control.h: the queue of commands, and a turn of the board.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "cpu.h"
#include "pace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- commands --- */

cJSON *control_new_answer(const struct command *command)
{
    cJSON *answer = cJSON_CreateObject();
    const cJSON *id =
        command->json != NULL ? cJSON_GetObjectItemCaseSensitive(command->json, "id") : NULL;

    if (answer == NULL) {
        fprintf(stderr, "vboard: not enough memory\n");
        exit(EXIT_FAILURE);
    }
    cJSON_AddItemToObject(answer, "id",
                          id != NULL ? cJSON_Duplicate(id, true) : cJSON_CreateNull());
    cJSON_AddTrueToObject(answer, "ok");
    return answer;
}

void control_free_command(struct control *control, struct command *command)
{
    (void)control;
    if (command->passed_fd >= 0) {
        close(command->passed_fd);
    }
    cJSON_Delete(command->json);
    free(command);
}

void control_answer(struct board *board, struct command *command, cJSON *answer)
{
    struct asker *asker = command->asker;

    if (asker != NULL && asker->list != NULL) {
        list_answered(board, asker, answer);
    } else if (asker != NULL) {
        asker_send(board, asker, answer);
    }
    cJSON_Delete(answer);
    control_free_command(board->control, command);
}

static bool reads(const struct command *command)
{
    return (command->kind->flags & READS) != 0;
}

static void enqueue(struct control *control, struct command *command)
{
    command->next = NULL;
    *control->queue_end = command;
    control->queue_end = &command->next;
    control->queue_size++;
    command->asker->waiting++;
}

/* What is wrong with the command as such: an unknown one, or parameters that it has not. */
static void check_command(struct board *board, struct command *command, struct complaint *complaint)
{
    const char *name = NULL;
    char remedy[512];

    (void)json_needed(command->json, "cmd", complaint);
    (void)json_text(command->json, "cmd", &name, complaint);
    if (name == NULL) {
        return;
    }
    command->kind = control_find(name);
    if (command->kind == NULL) {
        (void)snprintf(remedy, sizeof remedy, "vboard/CONTROL.md says what each does");
        complain_of(complaint, remedy, "%.40s: no such command: %s", name, control_names());
        return;
    }
    if ((command->kind->flags & DETERMINISTIC) && !board->options.deterministic) {
        complain_of(complaint, "start flota-vboard with --deterministic",
                    "%s: this board follows the wall clock", name);
    }
    json_check_keys(command->json, command->kind->keys, name, complaint);
}

/* From the process that keeps the clients the copy's end of a channel has come with it. */
static void take_channel(struct command *command)
{
    bool makes_copy =
        command->kind->act == control_do_fork || command->kind->act == control_do_snapshot;

    if (command->asker->hub && makes_copy) {
        command->passed_fd = command->asker->passed_fd;
        command->asker->passed_fd = -1;
    }
}

static void queue_or_refuse(struct board *board, struct command *command)
{
    struct control *control = board->control;
    struct complaint complaint = {.text = ""};
    cJSON *answer;

    if (!cJSON_IsObject(command->json)) {
        complain_of(&complaint,
                    "send one JSON object per line, e.g. {\"id\": 1, \"cmd\": \"status\"}",
                    "this is no JSON object");
    } else {
        check_command(board, command, &complaint);
    }
    if (control->queue_size >= QUEUE_MAX && command->kind != NULL && !reads(command)) {
        complain_of(&complaint, "wait for answers", "%d commands wait already", QUEUE_MAX);
    }
    if (!complained(&complaint)) {
        take_channel(command);
        enqueue(control, command);
        return;
    }
    answer = control_new_answer(command);
    (void)answer_complaint(answer, &complaint);
    control_answer(board, command, answer);
}

void control_take_line(struct board *board, struct asker *asker, const char *line, size_t size)
{
    struct command *command;
    const char *end = NULL;

    if (strspn(line, " \t\r") == size) {
        return; /* an empty line */
    }
    command = calloc(1, sizeof *command);
    if (command == NULL) {
        asker_drop(board, asker);
        return;
    }
    command->asker = asker;
    command->passed_fd = -1;
    command->json =
        strlen(line) == size ? cJSON_ParseWithLengthOpts(line, size + 1, &end, true) : NULL;
    queue_or_refuse(board, command);
}

/* In the middle of a run of a deterministic board only what alters nothing is carried out. The same
 * holds where the board is another process, which itself sees to this, but for `restore`. */
static bool may_act(const struct board *board, const struct command *command)
{
    const struct control *control = board->control;

    if (reads(command) || !board->options.deterministic) {
        return true;
    }
    if (control->forwarded_size >= FORWARDED_MAX) {
        return false; /* it would not read more of them */
    }
    return control->runs == NULL &&
           (control->forwarded == NULL || command->kind->act != control_do_restore);
}

/* The first that may be carried out; what alters something does not overtake what does. */
static struct command *take_command(struct board *board)
{
    struct control *control = board->control;
    struct command **link = &control->queue;
    bool blocked = false;

    while (*link != NULL && ((blocked && !reads(*link)) || !may_act(board, *link))) {
        blocked = true;
        link = &(*link)->next;
    }
    if (*link == NULL) {
        return NULL;
    }
    struct command *command = *link;
    *link = command->next;
    if (*link == NULL) {
        control->queue_end = link;
    }
    control->queue_size--;
    return command;
}

static enum outcome act(struct board *board, struct command *command, cJSON *answer)
{
    if (board->control->board != NULL) {
        return hub_forward(board, command, answer);
    }
    return command->kind->act(board, command, answer);
}

/* False: this is another process now. */
static bool carry_out(struct board *board, struct command *command)
{
    cJSON *answer = control_new_answer(command);
    enum outcome outcome;

    if (command->asker == NULL && !reads(command)) {
        cJSON_Delete(answer);
        control_free_command(board->control, command);
        return true;
    }
    outcome = act(board, command, answer);
    if (outcome == ANSWERED) {
        control_answer(board, command, answer);
        return true;
    }
    cJSON_Delete(answer);
    if (outcome == REBORN) {
        control_free_command(board->control, command);
    }
    return outcome == LATER;
}

/* --- a turn of the board --- */

static void go_on_with_lists(struct board *board)
{
    for (struct asker *asker = board->control->askers; asker != NULL; asker = asker->next) {
        if (asker->list != NULL && !asker->gone) {
            list_go_on(board, asker);
        }
    }
}

/* Carry out what waits. False: this is another process now. */
static bool carry_out_all(struct board *board)
{
    struct control *control = board->control;
    struct command *command;

    go_on_with_lists(board);
    while (!control->quits && (command = take_command(board)) != NULL) {
        if (command->asker != NULL) {
            command->asker->waiting--;
        }
        if (!carry_out(board, command)) {
            return false;
        }
        if (board->reset_requested || board->plug_pulled) {
            return true; /* the board does these first */
        }
        go_on_with_lists(board);
    }
    return true;
}

static bool is_idle(const struct board *board)
{
    const struct control *control = board->control;
    bool asked = control->listener >= 0 || control->askers != NULL;

    if (control->board != NULL || board->cpu->ended) {
        return true;
    }
    return board->options.deterministic && asked && control->runs == NULL;
}

enum control_verdict control_turn(struct board *board, int *status)
{
    struct control *control = board->control;

    control_check_responses(board);
    control_check_runs(board);
    if (!carry_out_all(board)) {
        return CONTROL_STAND;
    }
    if (control->quits) {
        *status = control->exit_status;
        return CONTROL_END;
    }
    if (board->reset_requested || board->plug_pulled) {
        return CONTROL_STAND;
    }
    control_check_runs(board); /* a condition may hold from the beginning */
    if (!is_idle(board)) {
        return CONTROL_RUN;
    }
    control_flush_console(board);
    pace_stand(board);
    return CONTROL_STAND;
}

uint64_t control_deadline(const struct board *board)
{
    return board->control != NULL ? board->control->deadline_ns : BOARD_NEVER;
}

bool control_firmware_ended(struct board *board)
{
    const struct control *control = board->control;
    int status = cpu_exit_status(board);

    if (control->listener < 0 && control->askers == NULL) {
        return false;
    }
    if (control->runs == NULL && !board->options.deterministic && control->askers == NULL) {
        return false;
    }
    control_end_runs(board, "ended",
                     status == 0 ? "the firmware ended the run through semihosting: success"
                                 : "the firmware ended the run through semihosting: failure");
    return true;
}

bool control_has_peer(const struct board *board)
{
    const char *net = board->options.net;

    return board->options.deterministic || (net != NULL && strncmp(net, "script", 6) == 0);
}

/* --- life cycle --- */

static bool open_script(struct board *board)
{
    const char *net = board->options.net;
    struct asker *asker;
    char error[512];

    if (net == NULL || strncmp(net, "script:", 7) != 0) {
        return true;
    }
    asker = asker_add(board->control, -1);
    if (asker == NULL) {
        return false;
    }
    asker->list = list_from_file(net + 7, error, sizeof error);
    if (asker->list == NULL) {
        fprintf(stderr, "vboard: --net script:%s: %s\n", net + 7, error);
        return false;
    }
    return true;
}

bool control_create(struct board *board)
{
    struct control *control = calloc(1, sizeof *control);

    if (control == NULL) {
        fprintf(stderr, "vboard: not enough memory\n");
        return false;
    }
    control->listener = control->report_fd = -1;
    control->deadline_ns = BOARD_NEVER;
    control->queue_end = &control->queue;
    board->control = control;
    if (!open_script(board)) {
        return false;
    }
    return board->options.control == NULL || control_listen(control, board->options.control);
}

static void free_queue(struct control *control)
{
    while (control->queue != NULL) {
        struct command *command = control->queue;
        control->queue = command->next;
        control_free_command(control, command);
    }
    control->queue_end = &control->queue;
    control->queue_size = 0;
}

void control_destroy(struct board *board)
{
    struct control *control = board->control;

    if (control == NULL) {
        return;
    }
    copies_destroy(control);
    control_end_runs(board, "stop", "the program ends");
    for (struct asker *asker = control->askers; asker != NULL; asker = asker->next) {
        asker->hub = false;
        asker_drop(board, asker);
    }
    free_queue(control);
    askers_free_gone(control);
    if (control->listener >= 0) {
        close(control->listener);
    }
    if (control->path != NULL) {
        unlink(control->path);
    }
    free(control->path);
    free(control);
    board->control = NULL;
}
