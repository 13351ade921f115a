/* control_hub.c - after a `restore` the board is another process: this one keeps the clients,
 * passes their commands on, and the answers and events back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A command under way; the board knows it by a number in place of the client's id. */
struct forwarded {
    struct forwarded *next;
    uint64_t number;
    struct command *command;
};

static const char *const event_names[] = {
#define X(id, name) name,
    EVENT_NAMES(X)
#undef X
};

/* --- there --- */

static bool send_with_number(struct control *control, const cJSON *json, uint64_t number, int fd)
{
    cJSON *passed = cJSON_Duplicate(json, true);
    bool sent = false;
    size_t size;
    char *line;

    cJSON_DeleteItemFromObjectCaseSensitive(passed, "id");
    json_add_number(passed, "id", number);
    line = cJSON_PrintUnformatted(passed);
    if (line != NULL && control->board != NULL && control->board->fd >= 0) {
        size = strlen(line);
        line[size] = '\n'; /* in place of the NUL: the descriptor goes with the whole line */
        sent = channel_send(control->board->fd, line, size + 1, fd);
    }
    cJSON_free(line);
    cJSON_Delete(passed);
    return sent;
}

bool hub_pass(struct control *control, const cJSON *json, int passed_fd)
{
    return send_with_number(control, json, 0, passed_fd);
}

static bool is_ours(const struct command *command)
{
    static const char *const names[] = {"snapshot", "restore", "drop", "fork", "events", "quit"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(command->kind->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum outcome refuse_lost(cJSON *answer)
{
    return refuse(answer, "restore a snapshot, or start flota-vboard again",
                  "the board's process has ended");
}

enum outcome hub_forward(struct board *board, struct command *command, cJSON *answer)
{
    struct control *control = board->control;
    struct forwarded *entry;

    if (is_ours(command)) {
        return command->kind->act(board, command, answer);
    }
    entry = calloc(1, sizeof *entry);
    if (entry == NULL ||
        !send_with_number(control, command->json, control->forwarded_count + 1, -1)) {
        free(entry);
        return refuse_lost(answer);
    }
    control->forwarded_size++;
    entry->number = ++control->forwarded_count;
    entry->command = command;
    entry->next = control->forwarded;
    control->forwarded = entry;
    return LATER;
}

/* --- and back --- */

static struct command *take_forwarded(struct control *control, uint64_t number)
{
    struct forwarded **link = &control->forwarded;
    struct forwarded *entry;
    struct command *command;

    while (*link != NULL && (*link)->number != number) {
        link = &(*link)->next;
    }
    entry = *link;
    if (entry == NULL) {
        return NULL;
    }
    command = entry->command;
    control->forwarded_size--;
    *link = entry->next;
    free(entry);
    return command;
}

static void tell_event(struct board *board, cJSON *event, const char *name)
{
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (strcmp(name, event_names[kind]) == 0) {
            control_tell(board, (enum event_kind)kind, event);
            return;
        }
    }
    cJSON_Delete(event);
}

void hub_take_line(struct board *board, const char *line)
{
    cJSON *said = cJSON_Parse(line);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(said, "id");
    const char *event = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(said, "event"));
    struct command *command = NULL;
    const cJSON *own;

    if (event != NULL) {
        tell_event(board, said, event);
        return;
    }
    if (cJSON_IsNumber(id)) {
        command = take_forwarded(board->control, (uint64_t)id->valuedouble);
    }
    if (command == NULL) {
        cJSON_Delete(said); /* its client has gone, or it was ours */
        return;
    }
    own = cJSON_GetObjectItemCaseSensitive(command->json, "id");
    cJSON_ReplaceItemInObjectCaseSensitive(
        said, "id", own != NULL ? cJSON_Duplicate(own, true) : cJSON_CreateNull());
    control_answer(board, command, said);
}

void hub_board_lost(struct board *board)
{
    struct control *control = board->control;

    copy_end(control->board);
    while (control->forwarded != NULL) {
        struct command *command = take_forwarded(control, control->forwarded->number);
        cJSON *answer = control_new_answer(command);
        (void)refuse_lost(answer);
        control_answer(board, command, answer);
    }
}

/* Nobody waits for its run any more. */
void hub_client_gone(struct board *board, const struct asker *asker)
{
    struct control *control = board->control;
    struct forwarded *next;
    bool runs = false;

    for (struct forwarded *entry = control->forwarded; entry != NULL; entry = next) {
        next = entry->next;
        if (entry->command->asker == asker) {
            runs |= strcmp(entry->command->kind->name, "run") == 0 ||
                    strcmp(entry->command->kind->name, "brownouts") == 0;
            control_free_command(control, take_forwarded(control, entry->number));
        }
    }
    if (runs) {
        cJSON *stop = cJSON_Parse("{\"cmd\": \"stop\"}");
        (void)hub_pass(control, stop, -1);
        cJSON_Delete(stop);
    }
}

/* The board tells what any client wants; who wants what is decided here. */
void hub_update_events(struct board *board)
{
    struct control *control = board->control;
    cJSON *command, *list;

    if (control->board == NULL) {
        return;
    }
    command = cJSON_CreateObject();
    cJSON_AddStringToObject(command, "cmd", "events");
    list = cJSON_AddArrayToObject(command, "on");
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (control_wants(board, (enum event_kind)kind)) {
            cJSON_AddItemToArray(list, cJSON_CreateString(event_names[kind]));
        }
    }
    (void)hub_pass(control, command, -1);
    cJSON_Delete(command);
}
