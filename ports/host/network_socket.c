/* network_socket.c - see network_socket.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "network_socket.h"
#include "host_chip.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 64

/* The options' entry is for streams and datagrams. What gets a free port has an entry of its own,
 * so that it keeps the port over resets. NULL: the table is full. */
static struct host_port_map *find(uint16_t device_port, bool is_datagram)
{
    struct host_port_map *map = host_chip()->ports;
    for (size_t i = 0; i < HOST_PORTS_MAX; i++, map++) {
        if (map->device_port == 0) {
            *map = (struct host_port_map){device_port, 0, is_datagram, false};
            return map;
        }
        bool is_kind = map->is_datagram == is_datagram || map->is_given;
        if (map->device_port == device_port && is_kind)
            return map;
    }
    return NULL;
}

static int complain(int fd, uint16_t device_port, const char *what)
{
    fprintf(stderr, "port %u: %s\n", device_port, what);
    if (fd >= 0)
        close(fd);
    return -1;
}

static void say(const struct host_port_map *map, bool is_datagram)
{
    dprintf(STDOUT_FILENO, "listening on %s:%u%s (port %u)\n", host_chip()->address,
            map->machine_port, is_datagram ? "/udp" : "", map->device_port);
}

int network_socket_bind(uint16_t device_port, bool is_datagram)
{
    int on = 1, type = is_datagram ? SOCK_DGRAM : SOCK_STREAM;
    struct host_port_map *map = find(device_port, is_datagram);
    if (!map)
        return complain(-1, device_port, "too many ports");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(map->machine_port)};
    socklen_t size = sizeof address;
    inet_pton(AF_INET, host_chip()->address, &address.sin_addr);
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return complain(fd, device_port, strerror(errno));
    if (!is_datagram) /* connections of the run before may still be ending */
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        (!is_datagram && listen(fd, BACKLOG) != 0) ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return complain(fd, device_port, strerror(errno));
    map->machine_port = ntohs(address.sin_port);
    say(map, is_datagram);
    return fd;
}
