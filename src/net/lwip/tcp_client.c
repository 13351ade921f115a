/* tcp_client.c - outgoing connections on lwIP's raw TCP API: resolve, connect, carry.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "lwip/dns.h"
#include "lwip_internal.h"
#include <string.h>

_Static_assert(DNS_MAX_NAME_LENGTH >= FLOTA_NETWORK_HOST_MAX, "the resolver takes every name");

struct place {
    struct flota_network_connection connection; /* first: a dial refers to it */
    struct flota_network_dial *dial;            /* NULL: free */
    uint32_t number;                            /* of the dial, for the resolver's answer */
    bool is_resolved;
    ip_addr_t address; /* any: there is none */
};

static struct {
    struct place places[FLOTA_NETWORK_DIALS_MAX];
    uint32_t number;
} clients;

/* --- callbacks: record --- */

/* lwIP can't be told to forget a question. It refers to a dial by number, so that an answer that
 * comes after its dial has been given up finds nobody. */
static void on_found(const char *name, const ip_addr_t *address, void *argument)
{
    (void)name;
    for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++) {
        struct place *place = &clients.places[i];
        if (!place->dial || place->number != (uint32_t)(uintptr_t)argument)
            continue;
        place->is_resolved = true;
        if (address)
            place->address = *address;
    }
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct flota_network_connection *connection = argument;
    (void)pcb;
    (void)error; /* always ERR_OK: failures come to on_error() */
    connection->connected = true;
    return ERR_OK;
}

/* --- the steps of a dial --- */

static void finish(struct place *place, int error)
{
    struct flota_network_dial *dial = place->dial;
    flota_tcp_abandon(&place->connection);
    place->dial = NULL;
    dial->connection = NULL;
    dial->error = error;
    dial->state = FLOTA_NETWORK_CLOSED;
}

static void begin_connecting(struct place *place)
{
    struct flota_network_dial *dial = place->dial;
    if (ip_addr_isany(&place->address)) {
        finish(place, FLOTA_ERR_NAME_UNKNOWN);
        return;
    }
    struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
    if (!pcb) {
        finish(place, FLOTA_ERR_NOT_READY);
        return;
    }
    flota_tcp_attach(&place->connection, pcb);
    dial->state = FLOTA_NETWORK_CONNECTING;
    if (tcp_connect(pcb, &place->address, dial->port, on_connected) != ERR_OK)
        finish(place, FLOTA_ERR_CONNECT_TIMEOUT); /* no route: no link, no address yet */
}

static void begin_resolving(struct place *place)
{
    void *number = (void *)(uintptr_t)place->number;
    err_t result = dns_gethostbyname(place->dial->host, &place->address, on_found, number);
    if (result == ERR_OK)
        begin_connecting(place);
    else if (result != ERR_INPROGRESS) /* no server, or not the form of a name */
        finish(place, FLOTA_ERR_NAME_UNKNOWN);
}

static bool is_late(const struct flota_network_dial *dial)
{
    return flota_lwip_now_ms() - dial->since_ms >= FLOTA_NETWORK_CONNECT_MS;
}

static void go_on_resolving(struct place *place)
{
    if (place->is_resolved)
        begin_connecting(place);
    else if (is_late(place->dial))
        finish(place, FLOTA_ERR_NAME_UNKNOWN);
}

static void go_on_connecting(struct place *place)
{
    struct flota_network_connection *connection = &place->connection;
    if (connection->lost) {
        bool refused = connection->error == ERR_RST;
        finish(place, refused ? FLOTA_ERR_CONNECT_REFUSED : FLOTA_ERR_CONNECT_TIMEOUT);
    } else if (connection->connected) {
        place->dial->state = FLOTA_NETWORK_OPEN;
        flota_tcp_open(connection, place->dial->context);
    } else if (is_late(place->dial)) {
        finish(place, FLOTA_ERR_CONNECT_TIMEOUT);
    }
}

static void go_on(struct place *place)
{
    switch (place->dial->state) {
    case FLOTA_NETWORK_RESOLVING:
        go_on_resolving(place);
        break;
    case FLOTA_NETWORK_CONNECTING:
        go_on_connecting(place);
        break;
    case FLOTA_NETWORK_OPEN:
        if (!flota_tcp_serve(&place->connection))
            finish(place, place->connection.lost ? FLOTA_ERR_CONNECT_LOST : 0);
        break;
    case FLOTA_NETWORK_CLOSED:
        break;
    }
}

static void poll(uint32_t now_ms)
{
    (void)now_ms;
    for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++) {
        if (clients.places[i].dial)
            go_on(&clients.places[i]);
    }
}

/* --- the contract --- */

static struct place *free_place(void)
{
    for (size_t i = 0; i < FLOTA_NETWORK_DIALS_MAX; i++) {
        if (!clients.places[i].dial)
            return &clients.places[i];
    }
    return NULL;
}

int flota_network_dial(struct flota_network_dial *dial, const char *host, uint16_t port)
{
    static struct lwip_poller poller = {.poll = poll};
    size_t size = strlen(host);
    struct place *place = free_place();
    if (size == 0 || size >= sizeof dial->host)
        return FLOTA_ERR_NAME_UNKNOWN;
    if (dial->state != FLOTA_NETWORK_CLOSED || !place)
        return FLOTA_ERR_NOT_READY;
    memset(place, 0, sizeof *place);
    place->dial = dial;
    place->number = ++clients.number;
    place->connection.protocol = dial->protocol;
    place->connection.session = dial->session;
    memcpy(dial->host, host, size + 1);
    dial->port = port;
    dial->connection = &place->connection;
    dial->error = 0;
    dial->since_ms = flota_lwip_now_ms();
    dial->state = FLOTA_NETWORK_RESOLVING;
    flota_lwip_add(&poller);
    begin_resolving(place);
    return 0;
}

void flota_network_hang_up(struct flota_network_dial *dial)
{
    if (dial->state != FLOTA_NETWORK_CLOSED)
        finish((struct place *)dial->connection, 0);
}
