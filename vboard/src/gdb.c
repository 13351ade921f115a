/* gdb.c - the debugger's connection: one client at a time over TCP. See instruments.h.
 *
 * It is served in the host's turn, outside the core. While the debugger holds the core virtual time
 * stands still; the host's side (board page, consoles, network) goes on.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE /* accept4 */
#include "cpu.h"
#include "gdb_target.h"
#include "instruments.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- listening --- */

/* "[HOST:]PORT"; an IPv6 address in brackets. */
static bool split(const char *text, char host[256], const char **port)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - text);

    *port = colon == NULL ? text : colon + 1;
    if (length > 1 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    if (length >= 256 || **port == '\0' || (*port)[strspn(*port, "0123456789")] != '\0') {
        return false;
    }
    memcpy(host, length == 0 ? "127.0.0.1" : text, length == 0 ? sizeof "127.0.0.1" : length);
    host[length == 0 ? sizeof "127.0.0.1" - 1 : length] = '\0';
    return true;
}

static int listen_at(const struct addrinfo *address)
{
    int yes = 1;
    int listener = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (listener < 0) {
        return -1;
    }
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, address->ai_addr, address->ai_addrlen) != 0 || listen(listener, 1) != 0) {
        int error = errno;
        close(listener);
        errno = error;
        return -1;
    }
    return listener;
}

/* Port 0 lets the system choose: say which. */
static void say_where(int listener)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[NI_MAXHOST], port[NI_MAXSERV];

    if (getsockname(listener, (struct sockaddr *)&address, &size) == 0 &&
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        fprintf(stderr, "vboard: gdb-multiarch FILE.elf -ex 'target remote %s:%s'\n", host, port);
    }
}

static int open_listener(const char *where)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses = NULL;
    char host[256];
    const char *port;
    int listener, error;

    if (!split(where, host, &port)) {
        fprintf(stderr, "vboard: --gdb %s: PORT or HOST:PORT is needed, e.g. 3333\n", where);
        return -1;
    }
    error = getaddrinfo(host, port, &hints, &addresses);
    if (error != 0) {
        fprintf(stderr, "vboard: --gdb %s: %s\n", where, gai_strerror(error));
        return -1;
    }
    listener = listen_at(addresses);
    if (listener < 0) {
        fprintf(stderr, "vboard: --gdb %s: %s: name another port\n", where, strerror(errno));
    } else {
        say_where(listener);
    }
    freeaddrinfo(addresses);
    return listener;
}

struct gdb *gdb_create(struct board *board)
{
    struct gdb *gdb;

    if (board->options.gdb == NULL) {
        if (board->options.gdb_wait) {
            fprintf(stderr, "vboard: --gdb-wait needs --gdb PORT as well\n");
        }
        return NULL;
    }
    gdb = calloc(1, sizeof *gdb);
    if (gdb == NULL) {
        return NULL;
    }
    gdb->board = board;
    gdb->client = -1;
    gdb->waits = board->options.gdb_wait;
    gdb->listener = open_listener(board->options.gdb);
    if (gdb->listener < 0) {
        free(gdb);
        return NULL;
    }
    return gdb;
}

/* --- the client --- */

/* Gone without a word: the core runs on, as after `detach`. */
static void drop_client(struct gdb *gdb)
{
    close(gdb->client);
    gdb->client = -1;
    gdb->held = false;
    cpu_debug_attach(gdb->board, false);
}

static void take_client(struct gdb *gdb)
{
    int yes = 1;
    int client = accept4(gdb->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (client < 0) {
        return;
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    gdb->client = client;
    gdb->held = true;
    gdb_session_init(&gdb->session, &gdb_board_target, gdb);
    cpu_debug_attach(gdb->board, true);
}

static void send_output(struct gdb *gdb)
{
    size_t size;
    const uint8_t *data = gdb_session_output(&gdb->session, &size);
    ssize_t sent = size == 0 ? 0 : send(gdb->client, data, size, MSG_NOSIGNAL);

    if (sent > 0) {
        gdb_session_sent(&gdb->session, (size_t)sent);
    }
    if ((sent < 0 && errno != EAGAIN && errno != EINTR) ||
        (gdb->session.ended && gdb->session.output_size == 0)) {
        drop_client(gdb);
    }
}

/* A reset that gdb asked for is done in the board's turn: its next command waits for that. So does
 * input while much output waits. */
static bool may_read(const struct gdb *gdb)
{
    return !gdb->board->reset_requested && !gdb->board->plug_pulled && !gdb->session.ended &&
           gdb->session.output_size < GDB_OUTPUT_MAX / 4;
}

static void read_input(struct gdb *gdb)
{
    uint8_t data[4096];

    while (gdb->client >= 0 && may_read(gdb)) {
        ssize_t size = recv(gdb->client, data, sizeof data, 0);
        if (size > 0) {
            gdb_session_receive(&gdb->session, data, (size_t)size);
            send_output(gdb);
        } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
            drop_client(gdb);
        } else {
            return;
        }
    }
}

size_t gdb_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                        uint32_t *timeout_ms)
{
    struct gdb *gdb = board->gdb;
    int fd;

    (void)timeout_ms;
    if (gdb == NULL || capacity == 0) {
        return 0;
    }
    fd = gdb->client >= 0 ? gdb->client : gdb->listener;
    fds[0] = (struct pollfd){.fd = fd};
    if (gdb->client < 0 || may_read(gdb)) {
        fds[0].events |= POLLIN;
    }
    if (gdb->client >= 0 && gdb->session.output_size > 0) {
        fds[0].events |= POLLOUT;
    }
    return 1;
}

void gdb_poll_done(struct board *board, const struct pollfd *fds, size_t count)
{
    struct gdb *gdb = board->gdb;

    if (gdb == NULL || count == 0 || fds[0].revents == 0) {
        return;
    }
    if (gdb->client < 0) {
        take_client(gdb);
        return;
    }
    if ((fds[0].revents & POLLOUT) != 0) {
        send_output(gdb);
    }
    if ((fds[0].revents & ~POLLOUT) != 0) {
        read_input(gdb);
    }
}

/* --- stops --- */

static struct gdb_stop stop_of(const struct board *board, enum debug_hit hit)
{
    static const enum gdb_stop_reason watches[] = {[WATCH_WRITE] = GDB_STOP_WATCH_WRITE,
                                                   [WATCH_READ] = GDB_STOP_WATCH_READ,
                                                   [WATCH_BOTH] = GDB_STOP_WATCH_ACCESS};
    const struct watchpoint *watch = &board->cpu->debug.hit_watch;

    switch (hit) {
    case HIT_BREAKPOINT:
        return (struct gdb_stop){GDB_STOP_BREAKPOINT, 0, 0};
    case HIT_WATCHPOINT:
        return (struct gdb_stop){watches[watch->access], watch->address, 0};
    case HIT_FAULT:
        return (struct gdb_stop){GDB_STOP_FAULT, 0, 0};
    default:
        return (struct gdb_stop){GDB_STOP_TRAP, 0, 0};
    }
}

bool gdb_holds(struct board *board)
{
    struct gdb *gdb = board->gdb;
    enum debug_hit hit;

    hit = cpu_debug_hit(board);
    if (gdb == NULL) {
        if (hit != HIT_NONE) {
            cpu_debug_attach(board, false); /* a copy of a board under gdb: it has none */
        }
        return false;
    }
    if (hit != HIT_NONE && !gdb->held && gdb->client >= 0) {
        struct gdb_stop stop = stop_of(board, hit);
        gdb->held = true;
        gdb_session_stopped(&gdb->session, &stop);
        send_output(gdb);
    }
    return gdb->held || gdb->waits;
}

/* --- the end --- */

static void say_the_end(struct gdb *gdb)
{
    struct board *board = gdb->board;
    struct gdb_stop stop = {GDB_STOP_EXITED, 0, board->cpu->ended ? cpu_exit_status(board) : 0};

    gdb_session_stopped(&gdb->session, &stop);
    send_output(gdb);
}

void gdb_abandon(struct board *board)
{
    if (board->gdb == NULL) {
        return;
    }
    if (board->gdb->client >= 0) {
        close(board->gdb->client);
    }
    close(board->gdb->listener);
    cpu_debug_attach(board, false);
    free(board->gdb);
    board->gdb = NULL;
}

void gdb_destroy(struct board *board)
{
    if (board->gdb != NULL && board->gdb->client >= 0) {
        say_the_end(board->gdb);
    }
    gdb_abandon(board);
}
