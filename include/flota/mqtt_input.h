/* flota/mqtt_input.h - splits what a broker sends into MQTT 3.1.1 packets, in any split of bytes.
 *
 * lwIP 2.1's client loses bytes of a message that spans two TCP segments, and trusts the length of
 * a packet's header (mqtt_lwip.c). This stands between the two: messages are taken out of the
 * stream here, the other packets are short and go to the client whole.
 *
 * Source: MQTT 3.1.1, 2.2 and 3.3. Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_MQTT_INPUT_H
#define FLOTA_MQTT_INPUT_H

#include "flota/mqtt.h"

#define FLOTA_MQTT_PACKET_MAX 8u /* header included: SUBACK has 5; others are refused */

enum flota_mqtt_event {
    FLOTA_MQTT_NONE,     /* all bytes were taken, more are needed */
    FLOTA_MQTT_PACKET,   /* packet, packet_size: anything but a message */
    FLOTA_MQTT_MESSAGE,  /* topic, size of payload; qos, id */
    FLOTA_MQTT_TOO_LONG, /* a message that was dropped; its size, qos, id */
    FLOTA_MQTT_BAD       /* not MQTT: close the connection; all further bytes are dropped */
};

/* Treat as private, but for the first group. */
struct flota_mqtt_input {
    uint8_t packet[FLOTA_MQTT_PACKET_MAX];
    size_t packet_size;
    char topic[FLOTA_MQTT_TOPIC_MAX]; /* zero-terminated */
    uint8_t *payload;
    size_t size;
    uint16_t id; /* of QoS 1 and 2 */
    uint8_t qos;
    bool is_retained; /* the broker had kept it for those who subscribe later */
    /* private */
    size_t capacity;
    uint8_t state;
    uint8_t shift;
    uint32_t length; /* of the packet behind its header */
    uint32_t at;     /* of it that came */
    uint16_t topic_size;
};

/* payload: capacity bytes, kept by reference. */
void flota_mqtt_input_init(struct flota_mqtt_input *input, uint8_t *payload, size_t capacity);

/* Take bytes up to the first event. Returns how many were taken, at least 1 of size > 0. */
size_t flota_mqtt_input_receive(struct flota_mqtt_input *input, const uint8_t *bytes, size_t size,
                                enum flota_mqtt_event *event);

/* Does the next byte begin a packet? */
bool flota_mqtt_input_is_between(const struct flota_mqtt_input *input);

/* Is it a message's first byte? */
bool flota_mqtt_begins_message(uint8_t byte);

/* The shortest message with the same id, for a client that is to acknowledge the one that came.
 * Returns its size, at most FLOTA_MQTT_PACKET_MAX, and never more than the message had. */
size_t flota_mqtt_input_stand_in(const struct flota_mqtt_input *input, uint8_t *packet);

#endif
