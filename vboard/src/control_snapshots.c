/* control_snapshots.c - fork, snapshot, restore, drop.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "usart.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct copy *find_snapshot(struct control *control, const char *name)
{
    struct copy *copy = control->copies;

    while (copy != NULL && (copy->fd < 0 || copy->name == NULL || strcmp(copy->name, name) != 0)) {
        copy = copy->next;
    }
    return copy;
}

static unsigned copy_count(const struct control *control)
{
    unsigned count = 0;

    for (const struct copy *copy = control->copies; copy != NULL; copy = copy->next) {
        count += copy->fd >= 0;
    }
    return count;
}

static bool may_copy(const struct board *board, const char *what, cJSON *answer)
{
    if (board->options.flash_file != NULL) {
        (void)refuse(answer, "start without --flash: --load FILE.bin programs a flash in memory",
                     "%s: with --flash the copies would all write to one file", what);
        return false;
    }
    if (copy_count(board->control) >= COPY_MAX) {
        (void)refuse(answer, "wait for forks to answer, or drop snapshots",
                     "%s: there are %d copies already", what, COPY_MAX);
        return false;
    }
    return true;
}

static enum outcome cannot_copy(const char *what, cJSON *answer)
{
    return refuse(answer, "end other programs, or fewer copies at a time",
                  "%s: this machine cannot make a copy of the program: %s", what, strerror(errno));
}

/* A fork's copy: nothing that it does is seen outside. */
static void be_fork(struct board *board, int channel, const cJSON *commands)
{
    struct asker *asker = asker_add(board->control, -1);

    if (asker == NULL) {
        _exit(EXIT_FAILURE);
    }
    for (int i = 0; i < USART_COUNT; i++) {
        board->usart->units[i].in_fd = board->usart->units[i].out_fd = -1;
    }
    board->control->report_fd = channel;
    asker->list = list_from_json(commands);
    if (freopen("/dev/null", "w", stderr) == NULL || asker->list == NULL) {
        _exit(EXIT_FAILURE);
    }
}

/* The command came from the process that keeps the clients, with the copy's end of a channel. */
static enum outcome fork_sibling_copy(struct board *board, struct command *command,
                                      const char *what, cJSON *answer)
{
    int pid, channel = command->passed_fd;
    bool keeps = strcmp(what, "snapshot") == 0;

    if (!copy_make(board, channel, true, &pid)) {
        return pid < 0 ? cannot_copy(what, answer) : ANSWERED;
    }
    command->passed_fd = -1;
    if (keeps) {
        copy_be_board(board, copy_keep(board, channel));
    } else {
        be_fork(board, channel, cJSON_GetObjectItemCaseSensitive(command->json, "commands"));
    }
    return REBORN;
}

static bool check_fork(const struct command *command, cJSON *answer)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(command->json, "commands");
    const cJSON *item;
    bool good = cJSON_IsArray(list) && list->child != NULL;

    cJSON_ArrayForEach(item, list)
    {
        good = good && cJSON_IsObject(item);
    }
    if (!good) {
        (void)refuse(answer, "e.g. {\"cmd\": \"fork\", \"commands\": [{\"cmd\": \"status\"}]}",
                     "commands: a list of one or more commands is needed");
    }
    return good;
}

enum outcome control_do_fork(struct board *board, struct command *command, cJSON *answer)
{
    struct control *control = board->control;
    struct copy *copy;
    int ends[2], pid = 0;

    if (command->passed_fd >= 0) {
        return fork_sibling_copy(board, command, "fork", answer);
    }
    if (!check_fork(command, answer) || !may_copy(board, "fork", answer)) {
        return ANSWERED;
    }
    if (!copy_channel(ends)) {
        return cannot_copy("fork", answer);
    }
    if (control->board != NULL) {
        pid = hub_pass(control, command->json, ends[1]) ? 0 : -1;
    } else if (copy_make(board, ends[1], false, &pid)) {
        be_fork(board, ends[1], cJSON_GetObjectItemCaseSensitive(command->json, "commands"));
        return REBORN;
    }
    close(ends[1]);
    copy = copy_add(control, ends[0], NULL);
    copy->pid = pid > 0 ? pid : 0;
    copy->command = pid >= 0 ? command : NULL;
    return pid >= 0 ? LATER : cannot_copy("fork", answer);
}

static const char *take_name(const cJSON *json, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    const char *name = NULL;

    (void)json_needed(json, "name", &complaint);
    (void)json_text(json, "name", &name, &complaint);
    return answer_complaint(answer, &complaint) ? NULL : name;
}

enum outcome control_do_snapshot(struct board *board, struct command *command, cJSON *answer)
{
    struct control *control = board->control;
    const char *name = take_name(command->json, answer);
    struct copy *old;
    int ends[2], pid = 0;

    if (command->passed_fd >= 0) {
        return fork_sibling_copy(board, command, "snapshot", answer);
    }
    if (name == NULL || !may_copy(board, "snapshot", answer)) {
        return ANSWERED;
    }
    if (!copy_channel(ends)) {
        return cannot_copy("snapshot", answer);
    }
    if (control->board != NULL) {
        pid = hub_pass(control, command->json, ends[1]) ? 0 : -1;
    } else if (copy_make(board, ends[1], false, &pid)) {
        copy_be_board(board, copy_keep(board, ends[1]));
        return REBORN;
    }
    close(ends[1]);
    old = find_snapshot(control, name);
    if (pid < 0) {
        close(ends[0]);
        return cannot_copy("snapshot", answer);
    }
    copy_add(control, ends[0], name)->pid = pid;
    if (old != NULL) {
        copy_end(old); /* the name is the new one's */
    }
    return ANSWERED;
}

static enum outcome no_snapshot(const char *what, const char *name, cJSON *answer)
{
    return refuse(answer, "make it with {\"cmd\": \"snapshot\", \"name\": ...}",
                  "%s: there is no snapshot \"%.80s\"", what, name);
}

static bool may_restore(const struct board *board, cJSON *answer)
{
    const struct board_options *options = &board->options;

    if (options->http == NULL && options->gdb == NULL && options->trace_file == NULL) {
        return true;
    }
    (void)refuse(answer, "start without --http, --gdb and --trace-file, or use fork",
                 "restore: the page, the debugger and the trace cannot follow to another process");
    return false;
}

/* The board is the process at the channel's other end from now on; the one before ends. */
static void take_over(struct board *board, int channel)
{
    struct control *control = board->control;

    if (control->board != NULL) {
        copy_end(control->board);
        control->board->next = control->copies; /* until it is reaped */
        control->copies = control->board;
    }
    control->board = copy_add(control, channel, NULL);
    control->copies = control->board->next;
    control->board->next = NULL;
    hub_update_events(board);
}

enum outcome control_do_restore(struct board *board, struct command *command, cJSON *answer)
{
    struct control *control = board->control;
    const char *name = take_name(command->json, answer);
    struct copy *copy;
    int ends[2];
    bool good;

    if (name == NULL || !may_restore(board, answer)) {
        return ANSWERED;
    }
    copy = find_snapshot(control, name);
    if (copy == NULL) {
        return no_snapshot("restore", name, answer);
    }
    if (!copy_channel(ends)) {
        return cannot_copy("restore", answer);
    }
    good = channel_send(copy->fd, "!", 1, ends[1]);
    close(ends[1]);
    if (!good || !channel_wait(ends[0])) {
        close(ends[0]);
        return refuse(
            answer, "make another snapshot",
            "restore: the process that kept \"%.80s\" has ended; the board stays as it is", name);
    }
    take_over(board, ends[0]);
    return ANSWERED;
}

enum outcome control_do_drop(struct board *board, struct command *command, cJSON *answer)
{
    const char *name = take_name(command->json, answer);
    struct copy *copy = name != NULL ? find_snapshot(board->control, name) : NULL;

    if (name != NULL && copy == NULL) {
        return no_snapshot("drop", name, answer);
    }
    if (copy != NULL) {
        copy_end(copy);
    }
    return ANSWERED;
}
