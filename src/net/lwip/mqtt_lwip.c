/* mqtt_lwip.c - flota/mqtt.h on lwIP's MQTT client (apps/mqtt/mqtt.c of lwIP 2.1).
 *
 * The client connects, subscribes, publishes, acknowledges and keeps alive. What it receives is
 * split here first (mqtt_input.h), because lwIP 2.1.3 has these faults:
 * - The bytes of a message that a TCP segment leaves in its buffer are overwritten by the next
 *   segment: mqtt_parse_incoming() copies to the buffer's beginning. Any message that spans two
 *   segments is damaged.
 * - The header's length is not limited, and a broker that sends 0x80 over and over writes behind
 *   the buffer.
 * - A topic longer than the buffer ends the connection.
 * - A message that fills the ring of output bytes exactly makes it look empty.
 * - Closing says no DISCONNECT, so the broker publishes the will.
 * - Its keep-alive counts TCP's acknowledgements as the broker's, so a broker that hangs is not
 *   noticed.
 *
 * The client's callbacks may come in the middle of tcp_input() and of each other: they record, and
 * flota_mqtt_poll() acts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/mqtt_input.h"
#include "lwip/apps/mqtt.h"
#include "lwip/apps/mqtt_priv.h"
#include "lwip/dns.h"
#include "lwip_internal.h"
#include <string.h>

#define RING_RESERVE    64u    /* of the output ring, for acknowledgements and keep-alive */
#define PACKETS_AT_ONCE 16     /* at a turn */
#define PING_MS         10000u /* mqtt.c counts in steps of MQTT_CYCLIC_TIMER_INTERVAL seconds */
#define REFUSED         0x80

/* Of lwIP's places for messages under way, those that wait for the broker's acknowledgement. */
#define ACKNOWLEDGED_MAX (MQTT_REQ_MAX_IN_FLIGHT - 4)

_Static_assert(MQTT_REQ_MAX_IN_FLIGHT >= 8, "lwipopts.h: subscriptions, replies");
_Static_assert(MQTT_OUTPUT_RINGBUF_SIZE >= 4096, "lwipopts.h: the ring holds a reply");

/* The one connection. */
static struct {
    mqtt_client_t client; /* first: lwIP's argument of the pcb is this */
    struct flota_mqtt *mqtt;
    struct flota_mqtt_input input;
    /* the client's own callbacks, which ours call */
    tcp_connected_fn connected;
    tcp_recv_fn recv;
    tcp_err_fn lost;
    struct pbuf *waiting; /* received, not yet looked at */
    uint32_t owed;        /* bytes looked at whose window is not given back yet */
    uint32_t number;      /* of the opening, for the resolver's answer */
    uint32_t since_ms;
    uint32_t heard_ms; /* when the broker last sent something */
    ip_addr_t address;
    uint8_t subscribed, acknowledged;
    uint8_t unacknowledged; /* messages of QoS 1 */
    bool is_casual;         /* the last message came with QoS 0 */
    bool is_timed;          /* since_ms is set */
    bool is_heard;          /* since the last turn */
    bool is_resolved, is_connecting, is_accepted, is_ended, is_over;
    int error, reason;
} session;

/* --- callbacks: record --- */

static void note_over(int error, int reason)
{
    if (session.is_over)
        return;
    session.is_over = true;
    session.error = error;
    session.reason = reason;
}

static void on_found(const char *name, const ip_addr_t *address, void *argument)
{
    (void)name;
    if (!session.mqtt || (uint32_t)(uintptr_t)argument != session.number)
        return; /* of an opening that was given up */
    session.is_resolved = true;
    if (address)
        session.address = *address;
    else
        note_over(FLOTA_ERR_NAME_UNKNOWN, 0);
}

/* CONNACK's codes: MQTT 3.1.1, 3.2.2.3. */
static void on_status(mqtt_client_t *client, void *argument, mqtt_connection_status_t status)
{
    (void)client;
    (void)argument;
    if (status == MQTT_CONNECT_ACCEPTED)
        session.is_accepted = true;
    else if (status == MQTT_CONNECT_TIMEOUT)
        note_over(FLOTA_ERR_CONNECT_TIMEOUT, 0);
    else if (status == MQTT_CONNECT_DISCONNECTED)
        note_over(FLOTA_ERR_CONNECT_LOST, 0);
    else if (status >= MQTT_CONNECT_REFUSED_USERNAME_PASS)
        note_over(FLOTA_ERR_UNAUTHORIZED, (int)status);
    else
        note_over(FLOTA_ERR_CONNECT_REFUSED, (int)status);
}

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    (void)argument;
    (void)pcb;
    (void)error; /* always ERR_OK */
    session.is_heard = true;
    if (!data)
        session.is_ended = true;
    else if (!flota_lwip_keep(&session.waiting, data))
        return ERR_MEM;
    return ERR_OK;
}

static void on_lost(void *argument, err_t error)
{
    if (!session.recv) /* not connected yet */
        note_over(error == ERR_RST ? FLOTA_ERR_CONNECT_REFUSED : FLOTA_ERR_CONNECT_TIMEOUT, 0);
    session.lost(argument, error);
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    err_t result = session.connected(argument, pcb, error);
    session.recv = pcb->recv;
    tcp_recv(pcb, on_received);
    tcp_nagle_disable(pcb); /* a reply follows the acknowledgement of its call */
    return result;
}

static void on_subscribed(void *argument, err_t error)
{
    (void)argument;
    if (error == ERR_OK)
        session.acknowledged++;
    else if (error == ERR_ABRT)
        note_over(FLOTA_ERR_UNAUTHORIZED, REFUSED);
    else
        note_over(FLOTA_ERR_CONNECT_TIMEOUT, 0);
}

static void on_published(void *argument, err_t error)
{
    if (argument)
        session.unacknowledged--;
    if (error != ERR_OK)
        note_over(FLOTA_ERR_CONNECT_LOST, 0); /* not acknowledged for MQTT_REQ_TIMEOUT seconds */
}

/* --- open --- */

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL; /* lwIP refuses empty ones */
}

static int begin_connecting(void)
{
    const struct flota_mqtt *mqtt = session.mqtt;
    const struct mqtt_connect_client_info_t info = {
        .client_id = mqtt->client_id,
        .client_user = or_null(mqtt->user),
        .client_pass = or_null(mqtt->password),
        .keep_alive = mqtt->keep_alive_s,
        .will_topic = or_null(mqtt->will_topic),
        .will_msg = mqtt->will_text,
        .will_qos = 1,
        .will_retain = mqtt->will_retain,
    };
    if (!mqtt->client_id)
        return FLOTA_ERR_BAD_VALUE;
    session.is_connecting = true;
    err_t error =
        mqtt_client_connect(&session.client, &session.address, mqtt->port, on_status, NULL, &info);
    if (error == ERR_VAL)
        return FLOTA_ERR_BAD_VALUE;
    if (error != ERR_OK) /* no memory; no route: no link, no address yet */
        return error == ERR_RTE ? FLOTA_ERR_CONNECT_TIMEOUT : FLOTA_ERR_NOT_READY;
    struct tcp_pcb *pcb = session.client.conn;
    session.connected = pcb->connected;
    session.lost = pcb->errf;
    pcb->connected = on_connected;
    tcp_err(pcb, on_lost);
    return 0;
}

static int begin_resolving(void)
{
    void *number = (void *)(uintptr_t)session.number;
    err_t error = dns_gethostbyname(session.mqtt->host, &session.address, on_found, number);
    if (error == ERR_OK)
        return begin_connecting();
    return error == ERR_INPROGRESS ? 0 : FLOTA_ERR_NAME_UNKNOWN;
}

static void forget(int error, int reason)
{
    struct flota_mqtt *mqtt = session.mqtt;
    if (session.waiting)
        flota_lwip_free(&session.waiting, session.waiting->tot_len);
    session.mqtt = NULL;
    mqtt->link = NULL;
    mqtt->state = FLOTA_MQTT_CLOSED;
    mqtt->error = error;
    mqtt->reason = reason;
}

int flota_mqtt_open(struct flota_mqtt *mqtt)
{
    uint32_t number = session.number + 1;
    if (session.mqtt || mqtt->state != FLOTA_MQTT_CLOSED)
        return mqtt->error = FLOTA_ERR_NOT_READY;
    memset(&session, 0, sizeof session);
    session.number = number;
    session.mqtt = mqtt;
    flota_mqtt_input_init(&session.input, mqtt->payload, mqtt->payload_size);
    mqtt->link = &session;
    mqtt->error = mqtt->reason = 0;
    mqtt->state = FLOTA_MQTT_OPENING;
    int result = begin_resolving();
    if (result < 0)
        forget(result, 0);
    return result;
}

/* --- receive --- */

/* Give the window back, but what lwIP's client will give back itself for a packet that it gets. */
static void settle(uint32_t kept)
{
    for (; session.client.conn && session.owed > kept;) {
        uint32_t size = session.owed - kept < 0xFFFFu ? session.owed - kept : 0xFFFFu;
        tcp_recved(session.client.conn, (uint16_t)size);
        session.owed -= size;
    }
}

/* Let lwIP's client see a packet. It may end the connection. */
static void pass(const uint8_t *packet, size_t size)
{
    struct pbuf *copy = pbuf_alloc(PBUF_RAW, (uint16_t)size, PBUF_RAM);
    if (!copy) {
        note_over(FLOTA_ERR_NOT_READY, 0);
        return;
    }
    memcpy(copy->payload, packet, size);
    session.owed -= (uint32_t)size;
    session.recv(&session.client, session.client.conn, copy, ERR_OK);
}

static void act(enum flota_mqtt_event event)
{
    struct flota_mqtt *mqtt = session.mqtt;
    uint8_t stand_in[FLOTA_MQTT_PACKET_MAX];
    if (event == FLOTA_MQTT_PACKET) {
        pass(session.input.packet, session.input.packet_size);
    } else if (event == FLOTA_MQTT_BAD) {
        note_over(FLOTA_ERR_CONNECT_LOST, 0);
    } else if (event == FLOTA_MQTT_MESSAGE || event == FLOTA_MQTT_TOO_LONG) {
        session.is_casual = session.input.qos == 0;
        pass(stand_in, flota_mqtt_input_stand_in(&session.input, stand_in)); /* acknowledges it */
        if (session.input.is_retained)
            return;
        if (event == FLOTA_MQTT_MESSAGE)
            mqtt->received(mqtt->context, session.input.topic, mqtt->payload, session.input.size);
        else if (mqtt->dropped)
            mqtt->dropped(mqtt->context, session.input.size);
    }
}

/* Take bytes out of the first pbuf. */
static enum flota_mqtt_event look(void)
{
    enum flota_mqtt_event event;
    size_t taken = flota_mqtt_input_receive(&session.input, session.waiting->payload,
                                            session.waiting->len, &event);
    session.owed += (uint32_t)taken;
    flota_lwip_free(&session.waiting, (u16_t)taken);
    return event;
}

static bool may_look(void)
{
    struct flota_mqtt *mqtt = session.mqtt;
    if (!session.waiting || session.is_over || !mqtt || !session.recv)
        return false;
    if (!flota_mqtt_input_is_between(&session.input) || !mqtt->is_ready)
        return true;
    uint8_t next = *(const uint8_t *)session.waiting->payload;
    return !flota_mqtt_begins_message(next) || mqtt->is_ready(mqtt->context);
}

static void receive(void)
{
    for (int packets = 0; packets < PACKETS_AT_ONCE && may_look();) {
        enum flota_mqtt_event event = look();
        act(event);
        if (event != FLOTA_MQTT_NONE)
            packets++;
    }
    if (session.is_over || !session.mqtt)
        return;
    settle(flota_mqtt_input_is_between(&session.input) ? 0 : FLOTA_MQTT_PACKET_MAX);
    if (session.is_ended && !session.waiting)
        session.recv(&session.client, session.client.conn, NULL, ERR_OK);
}

/* --- one turn --- */

static void subscribe(void)
{
    struct flota_mqtt *mqtt = session.mqtt;
    while (session.subscribed < mqtt->topic_count) {
        if (mqtt_subscribe(&session.client, mqtt->topics[session.subscribed], 1, on_subscribed,
                           NULL) != ERR_OK)
            return; /* no room: at the next turn */
        session.subscribed++;
    }
    if (session.acknowledged < mqtt->topic_count)
        return;
    session.is_heard = true;
    mqtt->state = FLOTA_MQTT_OPEN;
}

static void go_on_opening(uint32_t now_ms)
{
    if (!session.is_timed)
        session.since_ms = now_ms;
    session.is_timed = true;
    if (session.is_resolved && !session.is_connecting && !session.is_over) {
        int result = begin_connecting();
        if (result < 0)
            note_over(result, 0);
    }
    if (session.is_accepted && !session.is_over)
        subscribe();
    if (session.mqtt->state == FLOTA_MQTT_OPENING &&
        now_ms - session.since_ms >= FLOTA_MQTT_OPEN_MS)
        note_over(session.is_connecting ? FLOTA_ERR_CONNECT_TIMEOUT : FLOTA_ERR_NAME_UNKNOWN, 0);
}

/* A ping is answered within a round trip. While the caller is not ready, answers wait unread. */
static void watch(uint32_t now_ms)
{
    uint32_t limit_ms = session.mqtt->keep_alive_s * 1500u + PING_MS;
    if (session.is_heard || session.waiting)
        session.heard_ms = now_ms;
    session.is_heard = false;
    if (session.mqtt->keep_alive_s > 0 && now_ms - session.heard_ms >= limit_ms)
        note_over(FLOTA_ERR_CONNECT_TIMEOUT, 0);
}

static void end(void)
{
    session.number++; /* an answer of the resolver finds nobody */
    if (session.waiting)
        session.owed += session.waiting->tot_len;
    settle(0); /* lwIP resets a connection that is closed with unread bytes */
    mqtt_disconnect(&session.client);
    forget(session.error, session.reason);
}

void flota_mqtt_poll(struct flota_mqtt *mqtt, uint32_t now_ms)
{
    if (session.mqtt != mqtt)
        return;
    receive();
    if (session.mqtt == mqtt && mqtt->state == FLOTA_MQTT_OPENING)
        go_on_opening(now_ms);
    else if (session.mqtt == mqtt)
        watch(now_ms);
    if (session.mqtt == mqtt && session.is_over)
        end();
}

/* lwIP's client has no words for it. Behind bytes that still wait they would break a packet. */
static void say_goodbye(void)
{
    static const uint8_t disconnect[] = {0xE0, 0};
    struct tcp_pcb *pcb = session.client.conn;
    bool is_first = session.client.output.put == session.client.output.get;
    if (pcb && session.is_accepted && is_first)
        tcp_write(pcb, disconnect, sizeof disconnect, 0);
}

void flota_mqtt_close(struct flota_mqtt *mqtt)
{
    if (session.mqtt != mqtt)
        return;
    if (!session.is_over)
        say_goodbye();
    session.is_over = true;
    session.error = session.reason = 0;
    end();
}

/* --- publish --- */

static uint32_t room(void)
{
    const struct mqtt_ringbuf_t *ring = &session.client.output;
    uint32_t put = ring->put, get = ring->get;
    uint32_t used = (put + MQTT_OUTPUT_RINGBUF_SIZE - get) % MQTT_OUTPUT_RINGBUF_SIZE;
    return MQTT_OUTPUT_RINGBUF_SIZE - used;
}

/* QoS 1 as long as few wait for their acknowledgement. It may lie behind messages that the caller
 * takes only after this one has gone: then QoS 0, which needs none. lwIP never sends again anyway;
 * TCP does.
 *
 * Who calls with QoS 0 is answered so: an acknowledgement from the broker would hold back its next
 * message, by Nagle's algorithm, until this end's TCP acknowledges it, which takes up to 40 ms. */
static err_t publish(const char *topic, const void *payload, uint16_t size, bool retain)
{
    bool is_acknowledged =
        (retain || !session.is_casual) && session.unacknowledged < ACKNOWLEDGED_MAX;
    err_t error = mqtt_publish(&session.client, topic, payload, size, is_acknowledged, retain,
                               on_published, is_acknowledged ? &session : NULL);
    if (error == ERR_OK && is_acknowledged)
        session.unacknowledged++;
    return error;
}

int flota_mqtt_publish(struct flota_mqtt *mqtt, const char *topic, const void *payload, size_t size,
                       bool retain)
{
    if (session.mqtt != mqtt || mqtt->state != FLOTA_MQTT_OPEN || session.is_over)
        return FLOTA_ERR_CONNECT_LOST;
    size_t needed = 1 + 4 + 2 + strlen(topic) + 2 + size + RING_RESERVE;
    if (!flota_mqtt_is_topic(topic) || needed > MQTT_OUTPUT_RINGBUF_SIZE)
        return FLOTA_ERR_BAD_VALUE;
    if (needed > room())
        return FLOTA_ERR_NOT_READY;
    err_t error = publish(topic, payload, (uint16_t)size, retain);
    return error == ERR_OK ? 0 : error == ERR_MEM ? FLOTA_ERR_NOT_READY : FLOTA_ERR_CONNECT_LOST;
}
