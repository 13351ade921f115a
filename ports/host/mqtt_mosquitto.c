/* mqtt_mosquitto.c - flota/mqtt.h on libmosquitto, without its threads.
 *
 * libmosquitto resolves names by a call that waits, so it gets an address. Its callbacks only note
 * what has come; flota_mqtt_poll() acts on it. Messages wait in a list here while the caller is not
 * ready; then nothing more is read, and the rest waits with the broker.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/mqtt.h"
#include "host_chip.h"
#include "mqtt_link.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define UNACKNOWLEDGED_MAX 16 /* messages given to the broker with QoS 1 */
#define PAYLOAD_MAX        65536
#define KEEP_ALIVE_MIN_S   5 /* libmosquitto takes no shorter one */

static int finish(struct mqtt_link *link, int error, int reason)
{
    network_lookup_end(link->lookup);
    link->lookup = NULL;
    if (link->client)
        mosquitto_destroy(link->client);
    link->client = NULL;
    mqtt_link_forget(link);
    link->mqtt->state = FLOTA_MQTT_CLOSED;
    link->mqtt->error = error;
    link->mqtt->reason = reason;
    return error;
}

/* --- opening, step by step --- */

static void begin_to_connect(struct mqtt_link *link, struct in_addr address)
{
    const struct flota_mqtt *mqtt = link->mqtt;
    char text[INET_ADDRSTRLEN];
    int keep_alive_s = mqtt->keep_alive_s;
    if (keep_alive_s > 0 && keep_alive_s < KEEP_ALIVE_MIN_S)
        keep_alive_s = KEEP_ALIVE_MIN_S;
    inet_ntop(AF_INET, &address, text, sizeof text);
    link->step = MQTT_LINK_CONNECTING;
    if (!mqtt_link_set_up(link))
        finish(link, FLOTA_ERR_NOT_READY, 0);
    else if (mosquitto_connect_async(link->client, text, mqtt->port, keep_alive_s) !=
             MOSQ_ERR_SUCCESS)
        finish(link, errno == ECONNREFUSED ? FLOTA_ERR_CONNECT_REFUSED : FLOTA_ERR_CONNECT_TIMEOUT,
               0);
}

static void look_up(struct mqtt_link *link)
{
    struct in_addr address;
    int result = network_lookup_result(link->lookup, &address);
    if (result == NETWORK_LOOKUP_GOES_ON || host_chip()->link_is_down)
        return;
    network_lookup_end(link->lookup);
    link->lookup = NULL;
    if (result < 0)
        finish(link, result, 0);
    else
        begin_to_connect(link, address);
}

/* The connection's result, before libmosquitto sees it: it makes one error of all. */
static void see_connection(struct mqtt_link *link)
{
    struct pollfd fds = {.fd = mosquitto_socket(link->client), .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (poll(&fds, 1, 0) <= 0)
        return;
    if (getsockopt(fds.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    link->step = MQTT_LINK_GREETING;
    if (error != 0)
        finish(link, error == ECONNREFUSED ? FLOTA_ERR_CONNECT_REFUSED : FLOTA_ERR_CONNECT_TIMEOUT,
               0);
}

/* MQTT 3.1.1, 3.2.2.3: 4 bad user name or password, 5 not authorized. */
static void take_greeting(struct mqtt_link *link)
{
    const struct flota_mqtt *mqtt = link->mqtt;
    int code = link->greeting;
    if (code < 0)
        return;
    if (code > 0) {
        finish(link, code == 4 || code == 5 ? FLOTA_ERR_UNAUTHORIZED : FLOTA_ERR_CONNECT_REFUSED,
               code);
        return;
    }
    link->step = MQTT_LINK_SUBSCRIBING;
    for (size_t i = 0; i < mqtt->topic_count && link->client; i++) {
        if (mosquitto_subscribe(link->client, NULL, mqtt->topics[i], 1) != MOSQ_ERR_SUCCESS)
            finish(link, FLOTA_ERR_CONNECT_LOST, 0);
    }
}

static void take_subscriptions(struct mqtt_link *link)
{
    if (link->subscription_refused) {
        finish(link, FLOTA_ERR_UNAUTHORIZED, MQTT_LINK_REFUSED);
    } else if (link->granted >= link->mqtt->topic_count) {
        link->step = MQTT_LINK_STANDS;
        link->mqtt->state = FLOTA_MQTT_OPEN;
    }
}

/* --- turns --- */

static bool is_ready(const struct mqtt_link *link)
{
    return !link->mqtt->is_ready || link->mqtt->is_ready(link->mqtt->context);
}

/* Each call may end the connection, and what is received may close it. */
static void exchange(struct mqtt_link *link)
{
    int result = MOSQ_ERR_SUCCESS;
    struct pollfd fds = {.fd = mosquitto_socket(link->client), .events = POLLIN};
    if (!host_chip()->link_is_down) {
        if (mosquitto_want_write(link->client))
            result = mosquitto_loop_write(link->client, 1);
        if (result == MOSQ_ERR_SUCCESS && !link->first && is_ready(link) && poll(&fds, 1, 0) > 0)
            result = mosquitto_loop_read(link->client, 1);
    }
    if (result == MOSQ_ERR_SUCCESS)
        result = mosquitto_loop_misc(link->client);
    if (result != MOSQ_ERR_SUCCESS)
        link->is_lost = true;
}

static void deliver(struct mqtt_link *link)
{
    struct flota_mqtt *mqtt = link->mqtt;
    while (link->first && mqtt->state == FLOTA_MQTT_OPEN && is_ready(link)) {
        struct mqtt_message *message = link->first;
        link->first = message->next;
        if (!link->first)
            link->last = &link->first;
        if (message->is_dropped) {
            if (mqtt->dropped)
                mqtt->dropped(mqtt->context, message->size);
        } else {
            link->is_casual = message->is_casual;
            memcpy(mqtt->payload, message->payload, message->size);
            mqtt->received(mqtt->context, message->topic, mqtt->payload, message->size);
        }
        free(message);
    }
}

/* What had come before the end is delivered first, as far as it is wanted. */
static void go_on(struct mqtt_link *link)
{
    if (link->step == MQTT_LINK_CONNECTING)
        see_connection(link);
    if (!link->client || link->step == MQTT_LINK_CONNECTING)
        return;
    exchange(link);
    if (link->step == MQTT_LINK_GREETING)
        take_greeting(link);
    if (link->client && link->step == MQTT_LINK_SUBSCRIBING)
        take_subscriptions(link);
    deliver(link);
    if (link->client && link->is_lost)
        finish(link, FLOTA_ERR_CONNECT_LOST, 0);
}

void flota_mqtt_poll(struct flota_mqtt *mqtt, uint32_t now_ms)
{
    struct mqtt_link *link = mqtt->link;
    if (mqtt->state == FLOTA_MQTT_CLOSED)
        return;
    if (!link->is_timed) {
        link->is_timed = true;
        link->since_ms = now_ms;
    }
    if (link->step == MQTT_LINK_LOOKING_UP)
        look_up(link);
    if (link->client)
        go_on(link);
    if (mqtt->state == FLOTA_MQTT_OPENING && now_ms - link->since_ms >= FLOTA_MQTT_OPEN_MS)
        finish(link, FLOTA_ERR_CONNECT_TIMEOUT, 0);
}

static void watch(void *context, struct host_wait *wait)
{
    struct mqtt_link *link = context;
    if (!link->client || host_chip()->link_is_down)
        return;
    bool writes = link->step == MQTT_LINK_CONNECTING || mosquitto_want_write(link->client);
    bool ready = is_ready(link), reads = ready && !link->first;
    wait->soon = wait->soon || (ready && link->first);
    host_wait_for(wait, mosquitto_socket(link->client),
                  (reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

/* --- the contract --- */

/* Kept for good: the list of sources has it. */
static struct mqtt_link *link_of(struct flota_mqtt *mqtt)
{
    static bool has_begun;
    struct mqtt_link *link = mqtt->link;
    if (link)
        return link;
    link = calloc(1, sizeof *link);
    if (!link || (!has_begun && mosquitto_lib_init() != MOSQ_ERR_SUCCESS))
        abort();
    has_begun = true;
    link->source = (struct host_source){.watch = watch, .context = link};
    link->mqtt = mqtt;
    mqtt->link = link;
    host_wait_add(&link->source);
    return link;
}

int flota_mqtt_open(struct flota_mqtt *mqtt)
{
    if (mqtt->state != FLOTA_MQTT_CLOSED)
        return FLOTA_ERR_NOT_READY;
    struct mqtt_link *link = link_of(mqtt);
    mqtt_link_forget(link);
    link->step = MQTT_LINK_LOOKING_UP;
    link->is_timed = link->is_lost = link->is_casual = link->subscription_refused = false;
    link->unacknowledged = 0;
    link->granted = 0;
    link->greeting = -1;
    mqtt->error = mqtt->reason = 0;
    mqtt->state = FLOTA_MQTT_OPENING;
    link->lookup = network_lookup_begin(mqtt->host);
    return link->lookup ? 0 : finish(link, FLOTA_ERR_NAME_UNKNOWN, 0);
}

void flota_mqtt_close(struct flota_mqtt *mqtt)
{
    struct mqtt_link *link = mqtt->link;
    if (mqtt->state == FLOTA_MQTT_CLOSED)
        return;
    if (mqtt->state == FLOTA_MQTT_OPEN)
        mosquitto_disconnect(link->client);
    finish(link, 0, 0);
}

int flota_mqtt_publish(struct flota_mqtt *mqtt, const char *topic, const void *payload, size_t size,
                       bool retain)
{
    struct mqtt_link *link = mqtt->link;
    if (mqtt->state != FLOTA_MQTT_OPEN || link->is_lost)
        return FLOTA_ERR_CONNECT_LOST;
    if (size > PAYLOAD_MAX || !flota_mqtt_is_topic(topic))
        return FLOTA_ERR_BAD_VALUE;
    /* Many that wait for their acknowledgement: it may lie behind messages that the caller takes
     * only when this one has gone. With QoS 0 it needs none. Who calls with QoS 0 is answered so:
     * behind an acknowledgement Nagle's algorithm holds the broker's next message back for 40 ms.
     */
    bool is_casual = link->is_casual && !retain;
    int quality = !is_casual && link->unacknowledged < UNACKNOWLEDGED_MAX ? 1 : 0;
    int result = mosquitto_publish(link->client, NULL, topic, (int)size, payload, quality, retain);
    if (result == MOSQ_ERR_NOMEM)
        return FLOTA_ERR_NOT_READY;
    if (result != MOSQ_ERR_SUCCESS)
        return FLOTA_ERR_CONNECT_LOST;
    link->unacknowledged++;
    return 0;
}
