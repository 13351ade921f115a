/* control_lines.c - clients: bytes in, lines out of them, answers back.
 *
 * A client that does not read is dropped when its answers and events have grown to OUT_MAX: nothing
 * of the board waits for a client.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_SIZE = 65536, OUT_MAX = 64 << 20 };

/* --- askers --- */

bool set_nonblocking(int fd)
{
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

struct asker *asker_add(struct control *control, int fd)
{
    struct asker **end = &control->askers;
    struct asker *asker = calloc(1, sizeof *asker);

    if (asker == NULL) {
        return NULL;
    }
    asker->fd = fd;
    asker->passed_fd = -1;
    while (*end != NULL) { /* in the order of their coming */
        end = &(*end)->next;
    }
    *end = asker;
    return asker;
}

/* Nobody wants its answers any more. Its structure is freed between two turns. */
void asker_drop(struct board *board, struct asker *asker)
{
    if (asker->gone) {
        return;
    }
    if (asker->hub) {
        _exit(EXIT_SUCCESS); /* this process is a copy, and lives for nobody else */
    }
    asker->gone = true;
    if (asker->fd >= 0) {
        close(asker->fd);
    }
    asker->fd = -1;
    for (struct command *command = board->control->queue; command != NULL;
         command = command->next) {
        command->asker = command->asker == asker ? NULL : command->asker;
    }
    control_drop_runs(board, asker);
    copies_client_gone(board, asker);
    hub_client_gone(board, asker);
}

void askers_free_gone(struct control *control)
{
    struct asker **link = &control->askers;

    while (*link != NULL) {
        struct asker *asker = *link;
        if (!asker->gone) {
            link = &asker->next;
            continue;
        }
        *link = asker->next;
        text_free(&asker->in);
        text_free(&asker->out);
        list_free(asker->list);
        free(asker);
    }
}

/* --- in --- */

static void take_lines(struct board *board, struct asker *asker)
{
    char *line;
    size_t size;

    while (!asker->gone && (line = text_line(&asker->in, &size)) != NULL) {
        if (asker->skips_line) {
            asker->skips_line = false;
            continue;
        }
        control_take_line(board, asker, line, size);
    }
}

/* A line without an end: it is refused once, and dropped as it comes. */
static void refuse_long_line(struct board *board, struct asker *asker)
{
    struct command nobody = {.asker = asker, .passed_fd = -1};
    cJSON *answer;

    if (asker->in.size - asker->in.start <= LINE_MAX_SIZE) {
        return;
    }
    asker->in.start = asker->in.size = 0;
    if (asker->skips_line) {
        return;
    }
    asker->skips_line = true;
    answer = control_new_answer(&nobody);
    (void)refuse(answer, "give large data as a file", "the line is longer than 1 MiB");
    asker_send(board, asker, answer);
    cJSON_Delete(answer);
}

void asker_read(struct board *board, struct asker *asker)
{
    static char bytes[READ_SIZE];
    ssize_t count = asker->hub ? channel_receive(asker->fd, bytes, sizeof bytes, &asker->passed_fd)
                               : recv(asker->fd, bytes, sizeof bytes, 0);

    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (count <= 0) {
        asker_drop(board, asker);
        return;
    }
    text_append(&asker->in, bytes, (size_t)count);
    take_lines(board, asker);
    refuse_long_line(board, asker);
}

/* --- out --- */

void asker_write(struct board *board, struct asker *asker)
{
    while (!asker->gone && asker->out.start < asker->out.size) {
        ssize_t count = send(asker->fd, asker->out.bytes + asker->out.start,
                             asker->out.size - asker->out.start, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            if (errno != EAGAIN) {
                asker_drop(board, asker);
            }
            return;
        }
        asker->out.start += (size_t)count;
    }
    if (asker->closing) {
        asker_drop(board, asker);
    }
}

void asker_send(struct board *board, struct asker *asker, const cJSON *message)
{
    char *line;

    if (asker->gone || asker->fd < 0) {
        return;
    }
    line = cJSON_PrintUnformatted(message);
    if (line == NULL) {
        asker_drop(board, asker);
        return;
    }
    text_append(&asker->out, line, strlen(line));
    text_append(&asker->out, "\n", 1);
    cJSON_free(line);
    asker_write(board, asker);
    if (!asker->gone && asker->out.size - asker->out.start > OUT_MAX) {
        fprintf(stderr, "vboard: a client of the control socket does not read: dropped\n");
        asker_drop(board, asker);
    }
}
