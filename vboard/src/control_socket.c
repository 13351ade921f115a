/* control_socket.c - the control socket: its name, who comes, and who has something to say.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool fail(const char *path, const char *what, const char *remedy)
{
    fprintf(stderr, "vboard: --control %s: %s. %s.\n", path, what, remedy);
    return false;
}

static bool is_answered(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answered = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return answered;
}

/* A socket that an ended program has left is taken over; a file is not, nor another board's. */
static bool clear_the_way(const struct sockaddr_un *address)
{
    struct stat status;

    if (lstat(address->sun_path, &status) != 0) {
        return true;
    }
    if (!S_ISSOCK(status.st_mode)) {
        return fail(address->sun_path, "this exists and is not a socket", "Give another name");
    }
    if (is_answered(address)) {
        return fail(address->sun_path, "another program listens there",
                    "End it, or give another name");
    }
    return unlink(address->sun_path) == 0 ||
           fail(address->sun_path, strerror(errno), "Remove it, or give another name");
}

bool control_listen(struct control *control, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path || path[0] == '\0') {
        return fail(path, "the name of a socket has 1 to 107 characters", "Give another name");
    }
    strcpy(address.sun_path, path);
    if (!clear_the_way(&address)) {
        return false;
    }
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (control->listener < 0 ||
        bind(control->listener, (const struct sockaddr *)&address, sizeof address) != 0 ||
        listen(control->listener, ASKER_MAX) != 0) {
        return fail(path, strerror(errno), "Give a name in a folder that you may write to");
    }
    control->path = strdup(path);
    return true;
}

static unsigned asker_count(const struct control *control)
{
    unsigned count = 0;

    for (const struct asker *asker = control->askers; asker != NULL; asker = asker->next) {
        count += !asker->gone;
    }
    return count;
}

static void accept_client(struct board *board)
{
    struct control *control = board->control;
    int fd = accept(control->listener, NULL, NULL);
    struct asker *asker;

    if (fd < 0) {
        return;
    }
    asker = set_nonblocking(fd) ? asker_add(control, fd) : NULL;
    if (asker == NULL) {
        close(fd);
        return;
    }
    if (asker_count(control) > ASKER_MAX) {
        cJSON *answer = control_new_answer(&(struct command){.passed_fd = -1});
        (void)refuse(answer, "close others", "%d clients are connected already", ASKER_MAX);
        asker->closing = true;
        asker_send(board, asker, answer);
        cJSON_Delete(answer);
    }
}

/* The descriptors come in the order: listener, askers, copies. */
size_t control_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                            uint32_t *timeout_ms)
{
    struct control *control = board->control;
    size_t count = 0;

    (void)timeout_ms;
    askers_free_gone(control);
    if (control->listener >= 0 && count < capacity) {
        fds[count++] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    }
    for (const struct asker *asker = control->askers; asker != NULL; asker = asker->next) {
        if (asker->fd < 0 || count == capacity) {
            continue;
        }
        bool more = asker->out.start < asker->out.size, room = asker->waiting < QUEUE_MAX / 2;
        fds[count++] = (struct pollfd){
            .fd = asker->fd,
            .events = (short)((more ? POLLOUT : 0) | (room && !asker->closing ? POLLIN : 0))};
    }
    return count + copies_poll_prepare(control, fds + count, capacity - count);
}

static void serve_asker(struct board *board, struct asker *asker, short revents)
{
    if (revents & POLLOUT) {
        asker_write(board, asker);
    }
    if (!asker->gone && (revents & (POLLIN | POLLHUP | POLLERR))) {
        asker_read(board, asker);
    }
}

void control_poll_done(struct board *board, const struct pollfd *fds, size_t count)
{
    struct control *control = board->control;
    struct asker *asker = control->askers;
    size_t at = 0;

    if (control->listener >= 0 && count > 0) {
        at = 1;
    }
    /* Nobody is freed in here, and new clients come last. */
    for (; asker != NULL && at < count; asker = asker->next) {
        if (asker->fd >= 0 && asker->fd == fds[at].fd) {
            serve_asker(board, asker, fds[at++].revents);
        }
    }
    copies_poll_done(board, fds + at, count - at);
    if (control->listener >= 0 && count > 0 && (fds[0].revents & POLLIN)) {
        accept_client(board);
    }
}
