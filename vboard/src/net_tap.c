/* net_tap.c - a TAP interface of this machine at the other end of the cable (--net tap:NAME).
 *
 * The interface is made when it does not exist, which takes CAP_NET_ADMIN, as does one that belongs
 * to someone else. Addresses and routes are this machine's business: ip address add 192.168.0.1/24
 * dev NAME; ip link set NAME up.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct net_tap {
    int fd;
};

static bool say_why(const char *name, int error)
{
    if (error == ENOENT)
        fprintf(stderr,
                "vboard: --net tap:%s: this machine has no /dev/net/tun: load the kernel's "
                "module tun, or give the container that device\n",
                name);
    else if (error == EPERM || error == EACCES)
        fprintf(stderr,
                "vboard: --net tap:%s: no right to use that interface; make it yours with: sudo ip "
                "tuntap add dev %s mode tap user $USER\n",
                name, name);
    else if (error == EBUSY)
        fprintf(stderr, "vboard: --net tap:%s: another program uses that interface\n", name);
    else if (error == EINVAL)
        fprintf(stderr, "vboard: --net tap:%s: an interface of that name exists and is no TAP\n",
                name);
    else
        fprintf(stderr, "vboard: --net tap:%s: %s\n", name, strerror(error));
    return false;
}

static bool open_tap(const char *name, int *fd)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    memcpy(request.ifr_name, name, strlen(name));
    *fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0)
        return say_why(name, errno);
    if (ioctl(*fd, TUNSETIFF, &request) == 0)
        return true;
    int error = errno;
    close(*fd);
    return say_why(name, error);
}

static bool tap_start(struct board *board, const char *name)
{
    int fd;
    if (!name || *name == '\0' || strlen(name) >= IFNAMSIZ || strpbrk(name, "/% ")) {
        fprintf(stderr,
                "vboard: --net tap:NAME: the name of an interface is needed, up to %d "
                "letters, e.g. tap:tap0\n",
                IFNAMSIZ - 1);
        return false;
    }
    if (!open_tap(name, &fd))
        return false;
    board->net->tap = malloc(sizeof *board->net->tap);
    if (!board->net->tap)
        abort();
    board->net->tap->fd = fd;
    return true;
}

static void tap_stop(struct board *board)
{
    if (!board->net->tap)
        return;
    close(board->net->tap->fd);
    free(board->net->tap);
    board->net->tap = NULL;
}

/* An interface that is down, or a full queue, loses frames as a cable does. */
static void tap_transmit(struct board *board, const uint8_t *frame, size_t size)
{
    ssize_t written = write(board->net->tap->fd, frame, size);
    if (written < 0 && errno == EIO)
        board_warn(board, "network: the TAP interface is down: ip link set %s up",
                   strchr(board->options.net, ':') + 1);
}

static size_t tap_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                               uint32_t *timeout_ms)
{
    (void)timeout_ms;
    if (capacity == 0)
        return 0;
    fds[0] = (struct pollfd){.fd = board->net->tap->fd, .events = POLLIN};
    return 1;
}

static void tap_poll_done(struct board *board, const struct pollfd *fds, size_t count, bool error)
{
    uint8_t frame[ETH_FRAME_MAX];
    ssize_t size;
    if (error || count == 0 || !(fds[0].revents & POLLIN))
        return;
    while ((size = read(board->net->tap->fd, frame, sizeof frame)) > 0)
        wire_to_guest(board, frame, (size_t)size);
}

const struct net_backend net_tap_backend = {.name = "tap",
                                            .on_wire = true,
                                            .start = tap_start,
                                            .stop = tap_stop,
                                            .transmit = tap_transmit,
                                            .poll_prepare = tap_poll_prepare,
                                            .poll_done = tap_poll_done};
