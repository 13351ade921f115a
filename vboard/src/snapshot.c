/* snapshot.c - copies of the whole program by fork().
 *
 * One thread, everything in memory, copy on write: a copy is the board to the last bit, Unicorn's
 * translated code included. A copy has one channel and nothing else of the first process: no
 * clients, no page, no debugger, no trace.
 *
 * Who is whose child: all copies are children of the process that keeps the clients, also those
 * that another copy makes (clone() with CLONE_PARENT). So each dies with that process, by
 * PR_SET_PDEATHSIG, whatever killed it; that process reaps each; and none dies with the copy that
 * it was made from, which may end long before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* clone, close_range, MSG_CMSG_CLOEXEC */
#include "control_parts.h"
#include "instruments.h"
#include "usart.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

/* --- channels --- */

bool copy_channel(int ends[2])
{
    const struct timeval limit = {.tv_sec = 10};

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    (void)setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    (void)setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return true;
}

static ssize_t send_part(int fd, const char *bytes, size_t size, int passed_fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } space = {.bytes = {0}};
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    struct cmsghdr *header;

    if (passed_fd >= 0) {
        message.msg_control = space.bytes;
        message.msg_controllen = sizeof space.bytes;
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &passed_fd, sizeof(int));
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

bool channel_send(int fd, const char *bytes, size_t size, int passed_fd)
{
    while (size > 0) {
        ssize_t count = send_part(fd, bytes, size, passed_fd);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        passed_fd = -1; /* it went with the first part */
        bytes += count;
        size -= (size_t)count;
    }
    return true;
}

bool channel_wait(int fd)
{
    char byte;
    ssize_t count;

    do {
        count = recv(fd, &byte, 1, MSG_PEEK);
    } while (count < 0 && errno == EINTR);
    return count > 0;
}

ssize_t channel_receive(int fd, char *bytes, size_t size, int *passed_fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } space;
    struct iovec part = {.iov_base = bytes, .iov_len = size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = space.bytes,
                             .msg_controllen = sizeof space.bytes};
    ssize_t count = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    struct cmsghdr *header = count > 0 ? CMSG_FIRSTHDR(&message) : NULL;

    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        memcpy(passed_fd, CMSG_DATA(header), sizeof(int));
    }
    return count;
}

/* --- in the copy --- */

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* All descriptors go but the standard ones, the channel, and what the USARTs write to. */
static void close_others(struct board *board, int channel)
{
    int kept[1 + 2 * USART_COUNT], count = 0, next = STDERR_FILENO + 1;

    kept[count++] = channel;
    for (int i = 0; i < USART_COUNT; i++) {
        kept[count++] = board->usart->units[i].in_fd;
        kept[count++] = board->usart->units[i].out_fd;
    }
    qsort(kept, (size_t)count, sizeof kept[0], by_number);
    for (int i = 0; i < count; i++) {
        if (kept[i] > next) {
            close_range((unsigned)next, (unsigned)kept[i] - 1, 0);
        }
        next = kept[i] >= next ? kept[i] + 1 : next;
    }
    close_range((unsigned)next, ~0u, 0);
}

static void free_asker(struct asker *asker)
{
    text_free(&asker->in);
    text_free(&asker->out);
    list_free(asker->list);
    free(asker);
}

/* The clients and what they wait for are the first process's. */
static void forget_clients(struct control *control)
{
    while (control->askers != NULL) {
        struct asker *asker = control->askers;
        control->askers = asker->next;
        free_asker(asker);
    }
    while (control->queue != NULL) {
        struct command *command = control->queue;
        control->queue = command->next;
        command->passed_fd = -1;
        control_free_command(control, command);
    }
    control->queue_end = &control->queue;
    control->queue_size = 0;
    control->copies = NULL;
    control->board = NULL;
    control->forwarded = NULL;
    control->forwarded_size = 0;
    control->listener = control->report_fd = -1;
    control->path = NULL;
}

static void become_copy(struct board *board, int channel, int hub_pid)
{
    char hello[32];
    int size;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != hub_pid) {
        _exit(EXIT_FAILURE); /* it ended in between */
    }
    signal(SIGINT, SIG_IGN); /* Ctrl-C goes to all: the first process ends the others */
    signal(SIGTERM, SIG_DFL);
    gdb_abandon(board);
    tracer_abandon(board);
    close_others(board, channel);
    forget_clients(board->control);
    board->control->hub_pid = hub_pid;
    board->options.run_for_ns = BOARD_NEVER;
    board->page = NULL;
    size = snprintf(hello, sizeof hello, "{\"pid\":%d}\n", (int)getpid());
    (void)channel_send(channel, hello, (size_t)size, -1);
}

/* --- making one --- */

/* A copy makes its sibling: fork() cannot. There is one thread, and no lock is held. */
static pid_t fork_sibling(void)
{
    return (pid_t)syscall(SYS_clone, (unsigned long)(CLONE_PARENT | SIGCHLD), NULL, NULL, NULL,
                          0UL);
}

bool copy_make(struct board *board, int channel, bool sibling, int *pid)
{
    int hub_pid = sibling ? board->control->hub_pid : getpid();

    fflush(NULL); /* else both would write what waits */
    *pid = sibling ? fork_sibling() : fork();
    if (*pid != 0) {
        return false;
    }
    become_copy(board, channel, hub_pid);
    return true;
}

int copy_keep(struct board *board, int channel)
{
    char bytes[16];
    int passed_fd, pid;
    ssize_t count;

    for (;;) {
        passed_fd = -1;
        count = channel_receive(channel, bytes, sizeof bytes, &passed_fd);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            _exit(EXIT_SUCCESS); /* dropped */
        }
        if (passed_fd >= 0 && copy_make(board, passed_fd, true, &pid)) {
            return passed_fd;
        }
        if (passed_fd >= 0) {
            close(passed_fd);
        }
    }
}

void copy_be_board(struct board *board, int channel)
{
    struct asker *asker;

    (void)set_nonblocking(channel);
    asker = asker_add(board->control, channel);
    if (asker == NULL) {
        _exit(EXIT_FAILURE);
    }
    asker->hub = true;
}
