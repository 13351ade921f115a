/* socket.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "socket.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SLICE_MS 100 /* how soon Ctrl-C is seen */

bool socket_split(const char *address, const char *default_service, char host[SOCKET_HOST_MAX],
                  char service[SOCKET_SERVICE_MAX])
{
    bool bracketed = address[0] == '[';
    const char *start = address + bracketed;
    size_t length = strcspn(start, bracketed ? "]" : ":/?");
    const char *rest = start + length + (bracketed && start[length] == ']');
    if (length == 0 || length >= SOCKET_HOST_MAX)
        return false;
    snprintf(host, SOCKET_HOST_MAX, "%.*s", (int)length, start);
    if (*rest != ':') {
        snprintf(service, SOCKET_SERVICE_MAX, "%s", default_service);
        return true;
    }
    size_t digits = strspn(rest + 1, "0123456789");
    if (digits == 0 || digits >= SOCKET_SERVICE_MAX)
        return false;
    snprintf(service, SOCKET_SERVICE_MAX, "%.*s", (int)digits, rest + 1);
    return true;
}

/* Wait for a descriptor. Returns 1, SOCKET_LATE or SOCKET_LOST. */
static int wait_for(int descriptor, short events, double deadline_s)
{
    struct pollfd waiting = {.fd = descriptor, .events = events};
    do {
        int ready = poll(&waiting, 1, clock_left_ms(deadline_s, SLICE_MS));
        if (ready > 0)
            return 1;
        if (ready < 0 && errno != EINTR)
            return SOCKET_LOST;
    } while (!interrupt_pending() && clock_s() < deadline_s);
    return SOCKET_LATE;
}

static int finish_connect(int descriptor, double deadline_s, char why[SOCKET_WHY_MAX])
{
    int error = 0;
    socklen_t size = sizeof error;
    int ready = wait_for(descriptor, POLLOUT, deadline_s);
    if (ready == 1 && getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
        error == 0)
        return descriptor;
    snprintf(why, SOCKET_WHY_MAX, "%s", ready == 1 ? strerror(error) : "no answer in time");
    close(descriptor);
    return -1;
}

static int connect_one(const struct addrinfo *to, double deadline_s, char why[SOCKET_WHY_MAX])
{
    int on = 1;
    int descriptor = socket(to->ai_family, to->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        snprintf(why, SOCKET_WHY_MAX, "%s", strerror(errno));
        return -1;
    }
    if (to->ai_socktype == SOCK_STREAM)
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, to->ai_addr, to->ai_addrlen) == 0)
        return descriptor;
    if (errno == EINPROGRESS)
        return finish_connect(descriptor, deadline_s, why);
    snprintf(why, SOCKET_WHY_MAX, "%s", strerror(errno));
    close(descriptor);
    return -1;
}

int socket_connect(const char *address, const char *default_service, int type, double deadline_s,
                   char why[SOCKET_WHY_MAX])
{
    char host[SOCKET_HOST_MAX], service[SOCKET_SERVICE_MAX];
    const struct addrinfo hints = {.ai_socktype = type};
    struct addrinfo *list = NULL;
    int descriptor = -1;
    if (!socket_split(address, default_service, host, service)) {
        snprintf(why, SOCKET_WHY_MAX, "it is not HOST:PORT");
        return -1;
    }
    int error = getaddrinfo(host, service, &hints, &list);
    if (error != 0) {
        snprintf(why, SOCKET_WHY_MAX, "%s", gai_strerror(error));
        return -1;
    }
    for (const struct addrinfo *to = list; to && descriptor < 0; to = to->ai_next)
        descriptor = connect_one(to, deadline_s, why);
    freeaddrinfo(list);
    return descriptor;
}

ssize_t socket_receive(int descriptor, void *data, size_t size, double deadline_s)
{
    for (;;) {
        int ready = wait_for(descriptor, POLLIN, deadline_s);
        if (ready != 1)
            return ready;
        ssize_t got = read(descriptor, data, size);
        if (got >= 0)
            return got;
        if (errno != EAGAIN && errno != EINTR)
            return SOCKET_LOST;
    }
}

int socket_send(int descriptor, const void *data, size_t size, double deadline_s)
{
    const char *at = data;
    while (size > 0) {
        int ready = wait_for(descriptor, POLLOUT, deadline_s);
        if (ready != 1)
            return ready;
        ssize_t sent = write(descriptor, at, size);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return SOCKET_LOST;
        if (sent > 0) {
            at += sent;
            size -= (size_t)sent;
        }
    }
    return 1;
}
