/* mqtt_link.h - a connection to a broker by libmosquitto: what its callbacks note, for
 * mqtt_mosquitto.c.
 *
 * Thread safety: one caller; libmosquitto's threads are not used.  Allocation: heap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_MQTT_LINK_H
#define FLOTA_MQTT_LINK_H

#include "flota/mqtt.h"
#include "host_wait.h"
#include "network_lookup.h"
#include <mosquitto.h>

#define MQTT_LINK_REFUSED 0x80 /* SUBACK: failure. MQTT 3.1.1, 3.9.3 */

enum mqtt_link_step {
    MQTT_LINK_LOOKING_UP,
    MQTT_LINK_CONNECTING,
    MQTT_LINK_GREETING,
    MQTT_LINK_SUBSCRIBING,
    MQTT_LINK_STANDS
};

struct mqtt_message {
    struct mqtt_message *next;
    char topic[FLOTA_MQTT_TOPIC_MAX];
    size_t size; /* of the payload; too long ones have none */
    bool is_dropped;
    bool is_casual; /* of QoS 0 */
    uint8_t payload[];
};

/* mqtt->link. */
struct mqtt_link {
    struct host_source source;
    struct flota_mqtt *mqtt;
    struct network_lookup *lookup;
    struct mosquitto *client; /* NULL: closed, or looking up */
    enum mqtt_link_step step;
    bool is_timed;
    bool is_casual; /* the last message delivered came with QoS 0 */
    uint32_t since_ms;
    int unacknowledged;
    uint8_t granted; /* subscriptions */
    /* Noted by callbacks. */
    int greeting; /* CONNACK's code, -1: not yet */
    bool subscription_refused;
    bool is_lost;
    struct mqtt_message *first, **last;
};

/* Make link->client, with its callbacks, user and will. Returns false when that fails. */
bool mqtt_link_set_up(struct mqtt_link *link);

/* Drop the messages that wait. */
void mqtt_link_forget(struct mqtt_link *link);

#endif
