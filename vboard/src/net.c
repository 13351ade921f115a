/* net.c - the network at the other end of the cable: libslirp, user-mode NAT with host forwarding.
 *
 * slirp's clock is the host's: its peers are host sockets. Without a --guest-ip the network is
 * slirp's usual 10.0.2.0/24 and DHCP gives the guest 10.0.2.15; with one, the /24 around that
 * address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
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

struct net {
    Slirp *slirp;
    struct in_addr guest;
    struct net_timer timers[NET_TIMERS];
    /* Frames that the guest could not take yet. */
    struct net_frame *backlog;
    size_t backlog_head, backlog_count;
    uint64_t lost;
    bool guest_seen;  /* it has sent something from its address since it last began to listen */
    uint64_t deaf_ns; /* virtual time when it last did not listen */
    /* During a poll. */
    struct pollfd *fds;
    const struct pollfd *results;
    size_t capacity, count;
};

/* --- frames to the guest --- */

static void drain_backlog(struct board *board)
{
    struct net *net = board->net;
    while (net->backlog_count > 0 && eth_can_receive(board)) {
        const struct net_frame *frame = &net->backlog[net->backlog_head];
        eth_receive(board, frame->data, frame->size);
        net->backlog_head = (net->backlog_head + 1) % NET_BACKLOG;
        net->backlog_count--;
    }
}

static void keep_frame(struct board *board, const void *data, size_t size)
{
    struct net *net = board->net;
    if (net->backlog_count == NET_BACKLOG) {
        if (net->lost++ == 0)
            board_warn(board, "network: frames for the guest are lost, it has not taken %u of them",
                       NET_BACKLOG);
        return;
    }
    struct net_frame *frame =
        &net->backlog[(net->backlog_head + net->backlog_count++) % NET_BACKLOG];
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
    if (board->net->backlog_count == 0 && eth_can_receive(board))
        eth_receive(board, data, size);
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
        struct net_timer *timer = &board->net->timers[i];
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

static void run_timers(struct net *net)
{
    int64_t now_ms = clock_ns(NULL) / (int64_t)NS_PER_MS;
    for (size_t i = 0; i < NET_TIMERS; i++) {
        struct net_timer *timer = &net->timers[i];
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
    struct net *net = board->net;
    if (eth_listening(board))
        return;
    net->guest_seen = false;
    net->deaf_ns = board->now_ns;
}

/* ARP or IPv4 from the guest's address. */
static void note_sender(struct net *net, const uint8_t *frame, size_t size)
{
    bool arp = size >= 42 && frame[12] == 0x08 && frame[13] == 0x06;
    bool ipv4 = size >= 34 && frame[12] == 0x08 && frame[13] == 0x00;
    if ((arp && memcmp(frame + 28, &net->guest, 4) == 0) ||
        (ipv4 && memcmp(frame + 26, &net->guest, 4) == 0))
        net->guest_seen = true;
}

/* slirp would take a connection, send its SYN into the void and repeat it only six seconds later.
 * So connections wait in the host's queue until the guest has its address. */
static bool must_wait(struct board *board, int fd)
{
    const struct net *net = board->net;
    int listening = 0;
    socklen_t size = sizeof listening;
    if (net->guest_seen || board->now_ns - net->deaf_ns > SILENT_NS)
        return false;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening;
}

/* --- polling --- */

static int add_poll(int fd, int events, void *opaque)
{
    struct board *board = opaque;
    struct net *net = board->net;
    if (net->count == net->capacity)
        return -1;
    if (must_wait(board, fd))
        events = 0;
    struct pollfd *entry = &net->fds[net->count];
    entry->fd = fd;
    entry->events = (short)(((events & SLIRP_POLL_IN) ? POLLIN : 0) |
                            ((events & SLIRP_POLL_OUT) ? POLLOUT : 0) |
                            ((events & SLIRP_POLL_PRI) ? POLLPRI : 0));
    entry->revents = 0;
    return (int)net->count++;
}

static int get_revents(int index, void *opaque)
{
    const struct net *net = opaque;
    if (index < 0 || (size_t)index >= net->count)
        return 0;
    short events = net->results[index].revents;
    return ((events & POLLIN) ? SLIRP_POLL_IN : 0) | ((events & POLLOUT) ? SLIRP_POLL_OUT : 0) |
           ((events & POLLPRI) ? SLIRP_POLL_PRI : 0) | ((events & POLLERR) ? SLIRP_POLL_ERR : 0) |
           ((events & POLLHUP) ? SLIRP_POLL_HUP : 0);
}

size_t net_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                        uint32_t *timeout_ms)
{
    struct net *net = board->net;
    net->fds = fds;
    net->capacity = capacity;
    net->count = 0;
    watch_guest(board);
    slirp_pollfds_fill(net->slirp, timeout_ms, add_poll, board);
    return net->count;
}

void net_poll_done(struct board *board, const struct pollfd *fds, size_t count, bool error)
{
    struct net *net = board->net;
    net->results = fds;
    net->count = count < net->count ? count : net->count;
    slirp_pollfds_poll(net->slirp, error, get_revents, net);
    run_timers(net);
    drain_backlog(board);
}

void net_transmit(struct board *board, const uint8_t *frame, size_t size)
{
    note_sender(board->net, frame, size);
    slirp_input(board->net->slirp, frame, (int)size);
}

/* --- configuration --- */

static bool configure(struct board *board, SlirpConfig *config)
{
    const char *text = board->options.guest_ip;
    struct in_addr guest;
    if (inet_pton(AF_INET, text ? text : "10.0.2.15", &guest) != 1) {
        fprintf(stderr, "vboard: --guest-ip %s is not an IPv4 address\n", text);
        return false;
    }
    uint32_t address = ntohl(guest.s_addr), network = address & 0xFFFFFF00u;
    uint32_t host = address & 0xFF, name_server = host == 3 ? 4 : 3;
    if (host == 0 || host == 255) {
        fprintf(stderr, "vboard: --guest-ip %s is no host's address: its last part is 1 to 254\n",
                text);
        return false;
    }
    /* The gateway of 10.0.2.0/24 is .2, as slirp's users know it. */
    uint32_t gateway = text && host != 1 ? 1 : 2;
    *config = (SlirpConfig){.version = 1, .in_enabled = true, .vhostname = "vboard"};
    config->vnetwork.s_addr = htonl(network);
    config->vnetmask.s_addr = htonl(0xFFFFFF00u);
    config->vhost.s_addr = htonl(network | gateway);
    config->vnameserver.s_addr = htonl(network | name_server);
    config->vdhcp_start = guest;
    board->net->guest = guest;
    return true;
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
    struct forward forward;
    if (!parse_forward(text, &forward)) {
        fprintf(stderr, "vboard: --hostfwd %s: write it as tcp:127.0.0.1:8000:80 or udp:...\n",
                text);
        return false;
    }
    if (slirp_add_hostfwd(net->slirp, forward.udp, forward.host_address, forward.host_port,
                          net->guest, forward.guest_port) == 0)
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

static bool start(struct board *board)
{
    struct net *net = board->net;
    SlirpConfig config;
    if (!configure(board, &config))
        return false;
    net->slirp = slirp_new(&config, &callbacks, board);
    if (!net->slirp) {
        fprintf(stderr, "vboard: libslirp does not start\n");
        return false;
    }
    for (size_t i = 0; i < board->options.hostfwd_count; i++) {
        if (!add_forward(net, board->options.hostfwd[i]))
            return false;
    }
    return true;
}

struct net *net_create(struct board *board)
{
    struct net *net = calloc(1, sizeof *net);
    if (net)
        net->backlog = calloc(NET_BACKLOG, sizeof *net->backlog);
    if (!net || !net->backlog)
        abort();
    board->net = net; /* slirp's callbacks look for it while it starts */
    if (start(board))
        return net;
    net_destroy(board);
    return NULL;
}

void net_destroy(struct board *board)
{
    struct net *net = board->net;
    if (!net)
        return;
    if (net->slirp)
        slirp_cleanup(net->slirp);
    free(net->backlog);
    free(net);
    board->net = NULL;
}
