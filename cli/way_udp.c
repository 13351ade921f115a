/* way_udp.c - udp://HOST[:PORT]: one frame per datagram.
 *
 * Datagrams get lost: a frame goes out again with the same id until its reply comes. All methods
 * that this tool calls by itself may be called twice; `flota call` may reach a method that may not,
 * and says so in its help.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_internal.h"
#include "socket.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DEFAULT_SERVICE "8911" /* of module rpc-udp */
#define DATAGRAM_MAX    65536u
#define FIRST_WAIT_S    0.5 /* doubled with each attempt: the device may be erasing flash */
#define WAIT_MAX_S      4.0

struct udp {
    int descriptor;
    char seen[101];
    char datagram[DATAGRAM_MAX];
};

static bool udp_open(struct device *device, struct device_error *error)
{
    char why[SOCKET_WHY_MAX];
    struct udp *udp = calloc(1, sizeof *udp);
    if (!udp)
        return device_fail(error, EXIT_OTHER, "not enough memory", "", "%s", "");
    udp->descriptor = socket_connect(device->address, DEFAULT_SERVICE, SOCK_DGRAM, clock_s(), why);
    if (udp->descriptor < 0) {
        free(udp);
        return device_unreachable(device, error, why);
    }
    device->state = udp;
    return true;
}

/* Late replies to earlier attempts. */
static void drain(struct udp *udp)
{
    while (recv(udp->descriptor, udp->datagram, sizeof udp->datagram, 0) >= 0)
        ;
}

/* Returns the size of the reply, SOCKET_LATE, or SOCKET_LOST: nobody listens there (ICMP). */
static ssize_t await_reply(struct udp *udp, uint64_t id, double deadline_s)
{
    for (;;) {
        ssize_t size =
            socket_receive(udp->descriptor, udp->datagram, sizeof udp->datagram, deadline_s);
        if (size < 0)
            return size;
        if (device_is_reply(udp->datagram, (size_t)size, id))
            return size;
        snprintf(udp->seen, sizeof udp->seen, "%.*s", (int)size, udp->datagram);
    }
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static ssize_t try_until(struct udp *udp, const char *frame, uint64_t id, double deadline_s)
{
    ssize_t result = SOCKET_LATE;
    for (double wait = FIRST_WAIT_S; clock_s() < deadline_s && !interrupt_pending();
         wait = smaller(2 * wait, WAIT_MAX_S)) {
        double until = smaller(clock_s() + wait, deadline_s);
        bool sent = send(udp->descriptor, frame, strlen(frame), 0) >= 0 || errno != EMSGSIZE;
        result = sent ? await_reply(udp, id, until) : SOCKET_LOST;
        if (result >= 0 || !sent)
            return result;
        if (result == SOCKET_LOST) /* it may be restarting just now */
            clock_wait(until - clock_s());
    }
    return result;
}

static bool udp_exchange(struct device *device, const char *frame, uint64_t id, double timeout_s,
                         char **text, struct device_error *error)
{
    struct udp *udp = device->state;
    udp->seen[0] = '\0';
    drain(udp);
    ssize_t size = try_until(udp, frame, id, clock_s() + timeout_s);
    if (size < 0 && udp->seen[0])
        return device_silent(error, timeout_s, udp->seen);
    if (size < 0)
        return device_unreachable(
            device, error, size == SOCKET_LOST ? "nobody listens on that port" : "no answer");
    *text = strndup(udp->datagram, (size_t)size);
    return *text != NULL;
}

static void udp_close(struct device *device)
{
    struct udp *udp = device->state;
    close(udp->descriptor);
    free(udp);
}

static const char *const prefixes[] = {"udp://", NULL};

/* A frame with 960 bytes in base64 fits an Ethernet packet whole: fragments would be lost together.
 */
const struct device_way way_udp = {.name = "udp",
                                   .prefixes = prefixes,
                                   .open = udp_open,
                                   .exchange = udp_exchange,
                                   .close = udp_close,
                                   .chunk_max = 960};
