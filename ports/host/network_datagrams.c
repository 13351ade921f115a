/* network_datagrams.c - flota/network.h on Linux: datagrams.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/network.h"
#include "host_chip.h"
#include "host_wait.h"
#include "network_socket.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#define TURN_MAX 16 /* datagrams at a time: the loop has other work */

struct bound {
    struct host_source source;
    int fd;
};

static int bound_fd(const struct flota_network_datagrams *datagrams)
{
    return ((const struct bound *)datagrams->socket)->fd;
}

/* Returns false when there is none. A longer one than a frame carries would have come in fragments,
 * which a board does not take. */
static bool receive(struct flota_network_datagrams *datagrams)
{
    uint8_t data[FLOTA_DATAGRAM_MAX];
    struct sockaddr_in from;
    socklen_t from_size = sizeof from;
    ssize_t size = recvfrom(bound_fd(datagrams), data, sizeof data, MSG_TRUNC,
                            (struct sockaddr *)&from, &from_size);
    if (size < 0)
        return false;
    if (size > (ssize_t)sizeof data || host_chip()->link_is_down)
        return true;
    struct flota_datagram_peer peer = {.address = from.sin_addr.s_addr,
                                       .port = ntohs(from.sin_port)};
    inet_ntop(AF_INET, &from.sin_addr, peer.text, sizeof peer.text);
    datagrams->received(datagrams->context, &peer, data, (size_t)size);
    return true;
}

static void turn(void *context, uint32_t now_ms)
{
    (void)now_ms;
    for (int i = 0; i < TURN_MAX && receive(context); i++) {
    }
}

static void watch(void *context, struct host_wait *wait)
{
    host_wait_for(wait, bound_fd(context), POLLIN);
}

int flota_network_bind(struct flota_network_datagrams *datagrams)
{
    int fd = network_socket_bind(datagrams->port, true);
    if (fd < 0)
        return FLOTA_ERR_NOT_READY;
    struct bound *bound = calloc(1, sizeof *bound);
    if (!bound)
        abort();
    bound->fd = fd;
    bound->source = (struct host_source){.watch = watch, .turn = turn, .context = datagrams};
    datagrams->socket = bound;
    host_wait_add(&bound->source);
    return 0;
}

int flota_network_send(struct flota_network_datagrams *datagrams,
                       const struct flota_datagram_peer *peer, const uint8_t *data, size_t size)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(peer->port), .sin_addr.s_addr = peer->address};
    if (size > FLOTA_DATAGRAM_MAX || host_chip()->link_is_down)
        return FLOTA_ERR_NOT_READY;
    ssize_t sent = sendto(bound_fd(datagrams), data, size, MSG_NOSIGNAL,
                          (const struct sockaddr *)&to, sizeof to);
    return sent == (ssize_t)size ? 0 : FLOTA_ERR_NOT_READY;
}
