/* net_slirp.c - this machine's network at the other end of the cable: libslirp, user-mode NAT with
 * host forwarding.
 *
 * slirp's clock is the host's: its peers are host sockets. Never deterministic.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
#include "net.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <slirp/libslirp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NET_FRAME_MAX 2048u
#define NET_BACKLOG   1024u
#define NET_TIMERS    8u
#define SILENT_NS     (3 * NS_PER_S) /* virtual: a guest that listens and says nothing */

struct net_frame {
    size_t size;
    uint8_t data[NET_FRAME_MAX];
};

struct net_timer {
    SlirpTimerCb callback; /* NULL: free */
    void *opaque;
    int64_t expires_ms; /* slirp's clock; -1: idle */
};

struct net_slirp {
    Slirp *stack;
    struct net_timer timers[NET_TIMERS];
    /* Frames that the guest could not take yet. */
    struct net_frame *backlog;
    size_t backlog_head, backlog_count;
    uint64_t lost;
    uint64_t deaf_ns; /* virtual time when the guest last did not listen */
    /* During a poll. */
    struct pollfd *fds;
    const struct pollfd *results;
    size_t capacity, count;
};

/* --- frames to the guest --- */

static void drain_backlog(struct board *board)
{
    struct net_slirp *slirp = board->net->slirp;
    while (slirp->backlog_count > 0 && eth_can_receive(board)) {
        const struct net_frame *frame = &slirp->backlog[slirp->backlog_head];
        net_deliver(board, frame->data, frame->size);
        slirp->backlog_head = (slirp->backlog_head + 1) % NET_BACKLOG;
        slirp->backlog_count--;
    }
}

static void keep_frame(struct board *board, const void *data, size_t size)
{
    struct net_slirp *slirp = board->net->slirp;
    if (slirp->backlog_count == NET_BACKLOG) {
        if (slirp->lost++ == 0)
            board_warn(board, "network: frames for the guest are lost, it has not taken %u of them",
                       NET_BACKLOG);
        return;
    }
    struct net_frame *frame =
        &slirp->backlog[(slirp->backlog_head + slirp->backlog_count++) % NET_BACKLOG];
    memcpy(frame->data, data, size);
    frame->size = size;
}

static ssize_t send_packet(const void *data, size_t size, void *opaque)
{
    struct board *board = opaque;
    if (size > NET_FRAME_MAX) {
        board_warn(board, "network: a frame of %zu bytes is lost", size);
        return (ssize_t)size;
    }
    drain_backlog(board);
    if (board->net->slirp->backlog_count == 0 && eth_can_receive(board))
        net_deliver(board, data, size);
    else
        keep_frame(board, data, size);
    return (ssize_t)size;
}

/* --- slirp's clock and timers --- */

static int64_t clock_ns(void *opaque)
{
    (void)opaque;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * (int64_t)NS_PER_S + now.tv_nsec;
}

static void *timer_new(SlirpTimerCb callback, void *callback_opaque, void *opaque)
{
    struct board *board = opaque;
    for (size_t i = 0; i < NET_TIMERS; i++) {
        struct net_timer *timer = &board->net->slirp->timers[i];
        if (timer->callback)
            continue;
        *timer = (struct net_timer){callback, callback_opaque, -1};
        return timer;
    }
    fprintf(stderr, "vboard: network: slirp wants more than %u timers\n", NET_TIMERS);
    abort();
}

static void timer_free(void *handle, void *opaque)
{
    (void)opaque;
    struct net_timer *timer = handle;
    timer->callback = NULL;
}

static void timer_mod(void *handle, int64_t expires_ms, void *opaque)
{
    (void)opaque;
    struct net_timer *timer = handle;
    timer->expires_ms = expires_ms;
}

static void run_timers(struct net_slirp *slirp)
{
    int64_t now_ms = clock_ns(NULL) / (int64_t)NS_PER_MS;
    for (size_t i = 0; i < NET_TIMERS; i++) {
        struct net_timer *timer = &slirp->timers[i];
        if (!timer->callback || timer->expires_ms < 0 || timer->expires_ms > now_ms)
            continue;
        timer->expires_ms = -1;
        timer->callback(timer->opaque);
    }
}

/* --- slirp's other callbacks --- */

static void guest_error(const char *message, void *opaque)
{
    board_warn(opaque, "network: %s", message);
}

/* net_poll_prepare() asks slirp for all of them each time: only their buffer is of interest here.
 */
static void poll_fd_added(int fd, void *opaque)
{
    const struct board *board = opaque;
    int size = board->options.client_buffer;
    if (size > 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

static void poll_fd_removed(int fd, void *opaque)
{
    (void)fd;
    (void)opaque;
}

/* slirp can take more from a host socket: the next poll finds out. */
static void notify(void *opaque)
{
    (void)opaque;
}

static const SlirpCb callbacks = {
    .send_packet = send_packet,
    .guest_error = guest_error,
    .clock_get_ns = clock_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_mod,
    .register_poll_fd = poll_fd_added,
    .unregister_poll_fd = poll_fd_removed,
    .notify = notify,
};

/* --- is the guest there? --- */

static void watch_guest(struct board *board)
{
    struct net_slirp *slirp = board->net->slirp;
    if (eth_listening(board))
        return;
    slirp->deaf_ns = board->now_ns;
}

/* slirp would take a connection, send its SYN into the void and repeat it only six seconds later.
 * So connections wait in the host's queue until the guest has its address. */
static bool must_wait(struct board *board, int fd)
{
    const struct net_slirp *slirp = board->net->slirp;
    int listening = 0;
    socklen_t size = sizeof listening;
    if (board->net->guest_seen || board->now_ns - slirp->deaf_ns > SILENT_NS)
        return false;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening;
}

/* --- polling --- */

static int add_poll(int fd, int events, void *opaque)
{
    struct board *board = opaque;
    struct net_slirp *slirp = board->net->slirp;
    if (slirp->count == slirp->capacity)
        return -1;
    if (must_wait(board, fd))
        events = 0;
    struct pollfd *entry = &slirp->fds[slirp->count];
    entry->fd = fd;
    entry->events = (short)(((events & SLIRP_POLL_IN) ? POLLIN : 0) |
                            ((events & SLIRP_POLL_OUT) ? POLLOUT : 0) |
                            ((events & SLIRP_POLL_PRI) ? POLLPRI : 0));
    entry->revents = 0;
    return (int)slirp->count++;
}

static int get_revents(int index, void *opaque)
{
    const struct net_slirp *slirp = opaque;
    if (index < 0 || (size_t)index >= slirp->count)
        return 0;
    short events = slirp->results[index].revents;
    return ((events & POLLIN) ? SLIRP_POLL_IN : 0) | ((events & POLLOUT) ? SLIRP_POLL_OUT : 0) |
           ((events & POLLPRI) ? SLIRP_POLL_PRI : 0) | ((events & POLLERR) ? SLIRP_POLL_ERR : 0) |
           ((events & POLLHUP) ? SLIRP_POLL_HUP : 0);
}

static size_t slirp_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                                 uint32_t *timeout_ms)
{
    struct net_slirp *slirp = board->net->slirp;
    slirp->fds = fds;
    slirp->capacity = capacity;
    slirp->count = 0;
    watch_guest(board);
    slirp_pollfds_fill(slirp->stack, timeout_ms, add_poll, board);
    return slirp->count;
}

static void slirp_poll_done(struct board *board, const struct pollfd *fds, size_t count, bool error)
{
    struct net_slirp *slirp = board->net->slirp;
    slirp->results = fds;
    slirp->count = count < slirp->count ? count : slirp->count;
    slirp_pollfds_poll(slirp->stack, error, get_revents, slirp);
    run_timers(slirp);
    drain_backlog(board);
}

static void slirp_transmit(struct board *board, const uint8_t *frame, size_t size)
{
    slirp_input(board->net->slirp->stack, frame, (int)size);
}

/* --- configuration --- */

static SlirpConfig configuration(const struct net_address *address)
{
    SlirpConfig config = {.version = 1, .in_enabled = true, .vhostname = "vboard"};
    config.vnetwork.s_addr = htonl(address->network);
    config.vnetmask.s_addr = htonl(0xFFFFFF00u);
    config.vhost.s_addr = htonl(address->gateway);
    config.vnameserver.s_addr = htonl(address->name_server);
    config.vdhcp_start.s_addr = htonl(address->guest);
    return config;
}

struct forward {
    bool udp;
    char host[32];
    struct in_addr host_address;
    int host_port, guest_port;
};

/* "tcp:127.0.0.1:8000:80"; an empty host address is 127.0.0.1. */
static bool parse_forward(const char *text, struct forward *forward)
{
    char protocol[4], end;
    forward->host[0] = '\0';
    int items = sscanf(text, "%3[a-z]:%31[0-9.]:%d:%d%c", protocol, forward->host,
                       &forward->host_port, &forward->guest_port, &end);
    if (items != 4) {
        snprintf(forward->host, sizeof forward->host, "127.0.0.1");
        items = 1 + sscanf(text, "%3[a-z]::%d:%d%c", protocol, &forward->host_port,
                           &forward->guest_port, &end);
    }
    forward->udp = items == 4 && strcmp(protocol, "udp") == 0;
    return items == 4 && (forward->udp || strcmp(protocol, "tcp") == 0) &&
           inet_pton(AF_INET, forward->host, &forward->host_address) == 1 &&
           forward->host_port > 0 && forward->host_port < 65536 && forward->guest_port > 0 &&
           forward->guest_port < 65536;
}

static bool add_forward(struct net *net, const char *text)
{
    struct in_addr guest = {.s_addr = htonl(net->address.guest)};
    struct forward forward;
    if (!parse_forward(text, &forward)) {
        fprintf(stderr, "vboard: --hostfwd %s: write it as tcp:127.0.0.1:8000:80 or udp:...\n",
                text);
        return false;
    }
    if (slirp_add_hostfwd(net->slirp->stack, forward.udp, forward.host_address, forward.host_port,
                          guest, forward.guest_port) == 0)
        return true;
    fprintf(stderr, "vboard: --hostfwd %s: cannot listen on %s port %d: %s\n", text, forward.host,
            forward.host_port, strerror(errno));
    if (errno == EADDRINUSE)
        fprintf(stderr,
                "vboard: another program, maybe another flota-vboard, uses that port: stop it, or "
                "choose a free one, such as --hostfwd %s:%s:%d:%d\n",
                forward.udp ? "udp" : "tcp", forward.host, forward.host_port + 1,
                forward.guest_port);
    else if (errno == EACCES)
        fprintf(stderr,
                "vboard: ports below 1024 belong to the administrator: choose a higher one\n");
    return false;
}

static bool slirp_start(struct board *board, const char *argument)
{
    (void)argument;
    struct net_slirp *slirp = calloc(1, sizeof *slirp);
    if (slirp)
        slirp->backlog = calloc(NET_BACKLOG, sizeof *slirp->backlog);
    if (!slirp || !slirp->backlog)
        abort();
    board->net->slirp = slirp; /* slirp's callbacks look for it while it starts */
    SlirpConfig config = configuration(&board->net->address);
    slirp->stack = slirp_new(&config, &callbacks, board);
    if (!slirp->stack) {
        fprintf(stderr, "vboard: libslirp does not start\n");
        return false;
    }
    for (size_t i = 0; i < board->options.hostfwd_count; i++) {
        if (!add_forward(board->net, board->options.hostfwd[i]))
            return false;
    }
    return true;
}

static void slirp_stop(struct board *board)
{
    struct net_slirp *slirp = board->net->slirp;
    if (!slirp)
        return;
    if (slirp->stack)
        slirp_cleanup(slirp->stack);
    free(slirp->backlog);
    free(slirp);
    board->net->slirp = NULL;
}

const struct net_backend net_slirp_backend = {.name = "slirp",
                                              .start = slirp_start,
                                              .stop = slirp_stop,
                                              .transmit = slirp_transmit,
                                              .poll_prepare = slirp_poll_prepare,
                                              .poll_done = slirp_poll_done};
