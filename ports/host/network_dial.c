/* network_dial.c - flota/network.h on Linux: outgoing connections.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/network.h"
#include "host_chip.h"
#include "network_connection.h"
#include "network_lookup.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A place for an outgoing connection. */
struct place {
    struct host_source source;
    struct flota_network_dial *dial; /* NULL: free */
    struct network_lookup *lookup;
    struct sockaddr_in address;
    int fd; /* connecting; -1: not yet, or no link */
    bool is_timed;
    struct flota_network_connection connection;
};

static struct place places[FLOTA_NETWORK_DIALS_MAX];

/* --- life --- */

static void finish(struct place *place, int error)
{
    struct flota_network_dial *dial = place->dial;
    network_connection_close(&place->connection);
    if (place->fd >= 0)
        close(place->fd);
    network_lookup_end(place->lookup);
    place->lookup = NULL;
    place->fd = -1;
    place->dial = NULL;
    dial->connection = NULL;
    dial->state = FLOTA_NETWORK_CLOSED;
    dial->error = error;
}

/* Source: connect(2) and the errors of tcp(7). */
static int error_of(int number)
{
    bool is_silence = number == ETIMEDOUT || number == ENETUNREACH || number == EHOSTUNREACH;
    return is_silence ? FLOTA_ERR_CONNECT_TIMEOUT : FLOTA_ERR_CONNECT_REFUSED;
}

static void begin_to_connect(struct place *place)
{
    place->address.sin_port = htons(place->dial->port);
    place->dial->state = FLOTA_NETWORK_CONNECTING;
    if (host_chip()->link_is_down)
        return;
    place->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (place->fd < 0)
        finish(place, FLOTA_ERR_NOT_READY);
    else if (connect(place->fd, (const struct sockaddr *)&place->address, sizeof place->address) !=
                 0 &&
             errno != EINPROGRESS)
        finish(place, error_of(errno));
}

static void resolve(struct place *place)
{
    int result = network_lookup_result(place->lookup, &place->address.sin_addr);
    if (result == NETWORK_LOOKUP_GOES_ON)
        return;
    network_lookup_end(place->lookup);
    place->lookup = NULL;
    if (result < 0)
        finish(place, result);
    else
        begin_to_connect(place);
}

static void open_session(struct place *place, uint32_t now_ms)
{
    char peer[FLOTA_STREAM_PEER_MAX] = "";
    int fd = place->fd;
    place->fd = -1;
    inet_ntop(AF_INET, &place->address.sin_addr, peer, sizeof peer);
    place->connection.protocol = place->dial->protocol;
    place->connection.session = place->dial->session;
    place->dial->connection = &place->connection;
    place->dial->state = FLOTA_NETWORK_OPEN;
    network_connection_open(&place->connection, fd, place->dial->context, peer, now_ms);
}

static void connect_on(struct place *place, uint32_t now_ms)
{
    struct pollfd fds = {.fd = place->fd, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (host_chip()->link_is_down)
        return; /* no answer comes */
    if (place->fd < 0) {
        begin_to_connect(place);
        return;
    }
    if (poll(&fds, 1, 0) <= 0)
        return;
    if (getsockopt(place->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    if (error != 0)
        finish(place, error_of(error));
    else
        open_session(place, now_ms);
}

static void turn(void *context, uint32_t now_ms)
{
    struct place *place = context;
    struct flota_network_dial *dial = place->dial;
    if (!dial)
        return;
    if (!place->is_timed) { /* dial() does not know the time */
        place->is_timed = true;
        dial->since_ms = now_ms;
    }
    if (dial->state == FLOTA_NETWORK_OPEN) {
        if (!network_connection_turn(&place->connection, now_ms))
            finish(place, place->connection.lost ? FLOTA_ERR_CONNECT_LOST : 0);
    } else if (now_ms - dial->since_ms >= FLOTA_NETWORK_CONNECT_MS) {
        finish(place, FLOTA_ERR_CONNECT_TIMEOUT);
    } else if (dial->state == FLOTA_NETWORK_RESOLVING) {
        resolve(place);
    } else {
        connect_on(place, now_ms);
    }
}

static void watch(void *context, struct host_wait *wait)
{
    struct place *place = context;
    if (!place->dial)
        return;
    if (place->dial->state == FLOTA_NETWORK_OPEN)
        network_connection_watch(&place->connection, wait);
    else
        host_wait_for(wait, place->fd, POLLOUT);
}

/* --- the contract --- */

static struct place *find_place(void)
{
    for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++) {
        if (!places[i].dial)
            return &places[i];
    }
    return NULL;
}

static void take_place(struct place *place, struct flota_network_dial *dial)
{
    place->source = (struct host_source){
        .watch = watch, .turn = turn, .context = place, .next = place->source.next};
    place->dial = dial;
    place->fd = -1;
    place->is_timed = false;
    place->connection.fd = -1;
    place->address = (struct sockaddr_in){.sin_family = AF_INET};
    host_wait_add(&place->source);
}

int flota_network_dial(struct flota_network_dial *dial, const char *host, uint16_t port)
{
    size_t size = strlen(host);
    struct place *place = dial->state == FLOTA_NETWORK_CLOSED ? find_place() : NULL;
    if (!place)
        return FLOTA_ERR_NOT_READY;
    if (size == 0 || size >= sizeof dial->host)
        return FLOTA_ERR_NAME_UNKNOWN;
    memcpy(dial->host, host, size + 1);
    dial->port = port;
    dial->error = 0;
    take_place(place, dial);
    dial->state = FLOTA_NETWORK_RESOLVING;
    place->lookup = network_lookup_begin(host);
    if (!place->lookup)
        finish(place, FLOTA_ERR_NAME_UNKNOWN);
    return 0;
}

void flota_network_hang_up(struct flota_network_dial *dial)
{
    for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++) {
        if (places[i].dial == dial)
            finish(&places[i], 0);
    }
}
