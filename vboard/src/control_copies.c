/* control_copies.c - the copies that this process has, what they say, and their ends. See
 * snapshot.c for what a copy is.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- the list --- */

struct copy *copy_add(struct control *control, int fd, const char *name)
{
    struct copy *copy = calloc(1, sizeof *copy);

    if (copy == NULL) {
        fprintf(stderr, "vboard: not enough memory\n");
        exit(EXIT_FAILURE);
    }
    copy->fd = fd;
    copy->name = name != NULL ? strdup(name) : NULL;
    copy->next = control->copies;
    control->copies = copy;
    return copy;
}

/* A kept copy, or one that is the board, ends when its channel does; one at work is killed. */
void copy_end(struct copy *copy)
{
    if (copy->fd >= 0) {
        close(copy->fd);
    }
    copy->fd = -1;
    if (copy->pid != 0) {
        kill(copy->pid, SIGKILL);
    }
}

static void free_copy(struct control *control, struct copy *copy)
{
    struct copy **link = &control->copies;

    while (*link != NULL && *link != copy) {
        link = &(*link)->next;
    }
    if (*link == copy) {
        *link = copy->next;
    }
    text_free(&copy->in);
    free(copy->name);
    free(copy);
}

static void reap(struct control *control)
{
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        for (struct copy *copy = control->copies; copy != NULL; copy = copy->next) {
            copy->pid = copy->pid == pid ? 0 : copy->pid;
        }
        if (control->board != NULL && control->board->pid == pid) {
            control->board->pid = 0;
        }
    }
}

static void free_ended(struct control *control)
{
    struct copy *next;

    for (struct copy *copy = control->copies; copy != NULL; copy = next) {
        next = copy->next;
        if (copy->fd < 0 && copy->pid == 0) {
            free_copy(control, copy);
        }
    }
}

/* --- what they say --- */

static void answer_lost(struct board *board, struct copy *copy)
{
    cJSON *answer = control_new_answer(copy->command);

    (void)refuse(answer, "send it again; if it happens again this machine may lack memory",
                 "fork: the copy has ended without an answer");
    control_answer(board, copy->command, answer);
    copy->command = NULL;
}

/* The copy's answer, with the id of the client's command. */
static void answer_fork(struct board *board, struct copy *copy, cJSON *said)
{
    cJSON *answer = control_new_answer(copy->command);
    struct command *command = copy->command;

    cJSON_DeleteItemFromObjectCaseSensitive(answer, "ok");
    while (said->child != NULL) {
        cJSON *item = cJSON_DetachItemViaPointer(said, said->child);
        cJSON_AddItemToObject(answer, item->string, item);
    }
    copy->command = NULL;
    control_answer(board, command, answer);
}

static void take_copy_line(struct board *board, struct copy *copy, const char *line)
{
    cJSON *said, *pid;

    if (copy == board->control->board) {
        hub_take_line(board, line);
    }
    said = cJSON_Parse(line);
    pid = cJSON_GetObjectItemCaseSensitive(said, "pid");
    if (cJSON_IsNumber(pid)) {
        copy->pid = pid->valueint;
    } else if (said != NULL && copy->command != NULL) {
        answer_fork(board, copy, said);
    }
    cJSON_Delete(said);
}

static void copy_lost(struct board *board, struct copy *copy)
{
    if (copy == board->control->board) {
        hub_board_lost(board);
        return;
    }
    copy_end(copy);
    if (copy->command != NULL) {
        answer_lost(board, copy);
    }
}

static void read_copy(struct board *board, struct copy *copy)
{
    static char bytes[65536];
    ssize_t count = recv(copy->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    char *line;
    size_t size;

    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (count <= 0) {
        copy_lost(board, copy);
        return;
    }
    text_append(&copy->in, bytes, (size_t)count);
    while (copy->fd >= 0 && (line = text_line(&copy->in, &size)) != NULL) {
        take_copy_line(board, copy, line);
    }
}

/* --- poll --- */

size_t copies_poll_prepare(struct control *control, struct pollfd *fds, size_t capacity)
{
    size_t count = 0;

    reap(control);
    free_ended(control);
    if (control->board != NULL && control->board->fd >= 0 && capacity > 0) {
        fds[count++] = (struct pollfd){.fd = control->board->fd, .events = POLLIN};
    }
    for (const struct copy *copy = control->copies; copy != NULL && count < capacity;
         copy = copy->next) {
        if (copy->fd >= 0) {
            fds[count++] = (struct pollfd){.fd = copy->fd, .events = POLLIN};
        }
    }
    return count;
}

void copies_poll_done(struct board *board, const struct pollfd *fds, size_t count)
{
    struct control *control = board->control;

    for (size_t i = 0; i < count; i++) {
        struct copy *copy = control->board;
        if (fds[i].revents == 0) {
            continue;
        }
        if (copy == NULL || copy->fd != fds[i].fd) {
            copy = control->copies;
        }
        while (copy != NULL && copy->fd != fds[i].fd) {
            copy = copy->next;
        }
        if (copy != NULL) {
            read_copy(board, copy);
        }
    }
}

void copies_client_gone(struct board *board, const struct asker *asker)
{
    for (struct copy *copy = board->control->copies; copy != NULL; copy = copy->next) {
        if (copy->command != NULL && copy->command->asker == asker) {
            control_free_command(board->control, copy->command);
            copy->command = NULL;
            copy_end(copy);
        }
    }
}

void copies_destroy(struct control *control)
{
    const struct timespec moment = {.tv_nsec = 1000000};

    for (struct copy *copy = control->copies; copy != NULL; copy = copy->next) {
        copy_end(copy);
    }
    if (control->board != NULL) {
        copy_end(control->board);
    }
    /* Two seconds for the machine to do it; who is late dies with this process. */
    for (int i = 0; i < 2000 && waitpid(-1, NULL, WNOHANG) >= 0; i++) {
        nanosleep(&moment, NULL);
    }
    while (control->copies != NULL) {
        struct copy *copy = control->copies;
        if (copy->command != NULL) {
            control_free_command(control, copy->command);
        }
        free_copy(control, copy);
    }
    if (control->board != NULL) {
        free_copy(control, control->board);
    }
    control->board = NULL;
}
