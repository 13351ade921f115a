/* control_script.c - lists of commands that are carried out one after the other: --net script:FILE,
 * and what `fork` takes.
 *
 * A script prints its answers and ends the program. A fork's list is answered as a whole, to the
 * process that keeps the clients, and ends at the first command that is refused or unexpected.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct command_list {
    cJSON *commands; /* an array */
    const cJSON *next, *running;
    cJSON *answers; /* a fork's; NULL: a script, which prints them */
    bool waits;     /* for the answer to the last one */
    bool failed;
};

/* --- making --- */

static struct command_list *list_of(cJSON *commands, bool keeps_answers)
{
    struct command_list *list = calloc(1, sizeof *list);

    if (list == NULL) {
        cJSON_Delete(commands);
        return NULL;
    }
    list->commands = commands;
    list->next = commands->child;
    list->answers = keeps_answers ? cJSON_CreateArray() : NULL;
    return list;
}

struct command_list *list_from_json(const cJSON *commands)
{
    return list_of(cJSON_Duplicate(commands, true), true);
}

static bool add_line(cJSON *commands, const char *line, unsigned number, char *error, size_t size)
{
    cJSON *command;

    if (line[strspn(line, " \t\r\n")] == '\0' || line[strspn(line, " \t")] == '#') {
        return true;
    }
    command = cJSON_Parse(line);
    if (!cJSON_IsObject(command)) {
        (void)snprintf(error, size,
                       "line %u is no JSON object. Write one command per line, as in "
                       "vboard/CONTROL.md",
                       number);
        cJSON_Delete(command);
        return false;
    }
    cJSON_AddItemToArray(commands, command);
    return true;
}

struct command_list *list_from_file(const char *path, char *error, size_t error_size)
{
    FILE *file = fopen(path, "r");
    cJSON *commands = cJSON_CreateArray();
    char *line = NULL;
    size_t capacity = 0;
    unsigned number = 0;
    bool good = file != NULL;

    if (file == NULL) {
        (void)snprintf(error, error_size, "%s", strerror(errno));
    }
    while (good && getline(&line, &capacity, file) >= 0) {
        good = add_line(commands, line, ++number, error, error_size);
    }
    if (good && cJSON_GetArraySize(commands) == 0) {
        (void)snprintf(error, error_size, "there is no command in it");
        good = false;
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    if (!good) {
        cJSON_Delete(commands);
        return NULL;
    }
    return list_of(commands, false);
}

void list_free(struct command_list *list)
{
    if (list == NULL) {
        return;
    }
    cJSON_Delete(list->commands);
    cJSON_Delete(list->answers);
    free(list);
}

/* --- going on --- */

/* The end of a copy: its answers go to the process that keeps the clients, as one line. */
_Noreturn static void end_copy(struct board *board, struct command_list *list)
{
    cJSON *answer = cJSON_CreateObject();
    char *line;

    cJSON_AddBoolToObject(answer, "ok", true);
    cJSON_AddBoolToObject(answer, "complete", !list->failed && list->next == NULL);
    cJSON_AddItemToObject(answer, "answers", list->answers);
    line = cJSON_PrintUnformatted(answer);
    if (line != NULL) {
        (void)channel_send(board->control->report_fd, line, strlen(line), -1);
        (void)channel_send(board->control->report_fd, "\n", 1, -1);
    }
    _exit(EXIT_SUCCESS);
}

static void end_list(struct board *board, struct command_list *list)
{
    if (list->answers != NULL) {
        end_copy(board, list);
    }
    fflush(stdout);
    board->control->quits = true;
    board->control->exit_status = list->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

void list_go_on(struct board *board, struct asker *asker)
{
    struct command_list *list = asker->list;
    char *line;

    if (list->waits) {
        return;
    }
    if (list->next == NULL || (list->failed && list->answers != NULL)) {
        end_list(board, list);
        return;
    }
    list->running = list->next;
    list->next = list->next->next;
    list->waits = true;
    line = cJSON_PrintUnformatted(list->running);
    if (line != NULL) {
        control_take_line(board, asker, line, strlen(line));
    }
    cJSON_free(line);
}

/* A run that is to end by a condition has failed when it ended otherwise. */
static bool ended_otherwise(const cJSON *command, const cJSON *answer)
{
    const cJSON *until = cJSON_GetObjectItemCaseSensitive(command, "until");
    const char *stopped = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer, "stopped"));

    if (stopped == NULL || until == NULL || until->child == NULL ||
        cJSON_HasObjectItem(command, "expect")) {
        return false;
    }
    return strcmp(stopped, "quiet") != 0 && !cJSON_HasObjectItem(until, stopped);
}

static void judge(struct command_list *list, cJSON *answer)
{
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(list->running, "expect");
    char difference[512] = "";

    if (!cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok")) && expected == NULL) {
        list->failed = true;
    }
    if (expected != NULL && !json_holds(answer, expected, difference, sizeof difference)) {
        cJSON_AddStringToObject(answer, "unexpected", difference);
        list->failed = true;
    }
    /* torture judges a run's end by itself */
    list->failed |= list->answers == NULL && ended_otherwise(list->running, answer);
}

void list_answered(struct board *board, struct asker *asker, const cJSON *answer)
{
    struct command_list *list = asker->list;
    cJSON *kept = cJSON_Duplicate(answer, true);
    char *line;

    (void)board;
    list->waits = false;
    if (!cJSON_HasObjectItem(list->running, "id")) {
        cJSON_DeleteItemFromObjectCaseSensitive(kept, "id");
    }
    judge(list, kept);
    if (list->answers != NULL) {
        cJSON_AddItemToArray(list->answers, kept);
        return;
    }
    line = cJSON_PrintUnformatted(kept);
    printf("%s\n", line != NULL ? line : "");
    fflush(stdout);
    cJSON_free(line);
    cJSON_Delete(kept);
}
