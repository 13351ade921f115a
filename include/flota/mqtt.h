/* flota/mqtt.h - contract: a client of an MQTT 3.1.1 broker; src/net/lwip/mqtt_lwip.c on a board,
 * ports/host/mqtt_mosquitto.c on Linux.
 *
 * Exactly one implementation is linked into a firmware. It opens a connection, subscribes, and then
 * carries messages both ways; sessions are clean. When a connection ends it stays closed:
 * flota_mqtt_keep_open(), the same code for all implementations, opens it again after a wait that
 * grows and varies, so that a thousand devices do not return to a restarted broker at once.
 *
 *     mqtt.host = "192.168.0.2"; mqtt.port = 1883; mqtt.client_id = "flota-8c1f64"; ...
 *     for (;;) { flota_mqtt_keep_open(&mqtt, random(), now_ms); flota_mqtt_poll(&mqtt, now_ms); }
 *
 * Thread safety: one caller.  Allocation: the implementation's; a board's is fixed (lwipopts.h).
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_MQTT_H
#define FLOTA_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOTA_MQTT_TOPIC_MAX 128u   /* bytes with the zero */
#define FLOTA_MQTT_OPEN_MS   30000u /* to resolve, connect and subscribe in */
#define FLOTA_MQTT_WAIT_MS   1000u  /* before the second attempt, doubled for each one after it */
#define FLOTA_MQTT_WAIT_MAX  60000u
#define FLOTA_MQTT_STEADY_MS 30000u /* a connection that stood so long: the wait begins anew */

enum flota_mqtt_state {
    FLOTA_MQTT_CLOSED, /* not begun, or ended: error says why */
    FLOTA_MQTT_OPENING,
    FLOTA_MQTT_OPEN /* connected, and every subscription acknowledged */
};

/* A client: the caller fills the first group, keeps all of it until CLOSED, and may change it only
 * then. Start from all zeros. */
struct flota_mqtt {
    const char *host; /* a name or an address */
    uint16_t port;
    uint16_t keep_alive_s; /* 0: none */
    const char *client_id;
    const char *user, *password; /* NULL or "": none */
    const char *will_topic;      /* NULL: no will */
    const char *will_text;
    bool will_retain;
    const char *const *topics; /* to subscribe with QoS 1 at each connect */
    uint8_t topic_count;

    /* A message has come, whole. topic: zero-terminated. What the broker had kept from before is
     * left out: a retained restart would come at each connect, for ever. Called in
     * flota_mqtt_poll() or while the network works, never from a function that the caller calls for
     * something else. */
    void (*received)(void *context, const char *topic, const uint8_t *payload, size_t size);

    /* A message was too long for payload or FLOTA_MQTT_TOPIC_MAX, and dropped. May be NULL. */
    void (*dropped)(void *context, size_t size);

    /* May a message come? Asked before each one. While false the rest waits, in the implementation
     * and with the broker, and is lost when the connection ends. Keep-alive may suffer when that
     * takes longer than keep_alive_s. May be NULL: always. */
    bool (*is_ready)(void *context);

    void *context;
    uint8_t *payload; /* memory for the message that is coming in */
    size_t payload_size;

    /* Result. */
    enum flota_mqtt_state state;
    int error;  /* why it is CLOSED: FLOTA_ERR_NAME_UNKNOWN, _CONNECT_REFUSED, _CONNECT_TIMEOUT,
                   _CONNECT_LOST, _UNAUTHORIZED (the broker's answer 4 or 5, or a subscription
                   refused), _NOT_READY (no memory, no network); 0: by the caller */
    int reason; /* the broker's refusal: CONNACK's return code 1 to 5, 0x80 for a subscription;
                   else 0. MQTT 3.1.1, 3.2.2.3 and 3.9.3 */

    /* Private to flota_mqtt_keep_open(). */
    struct {
        uint32_t since_ms; /* the state's */
        uint32_t wait_ms;
        enum flota_mqtt_state seen;
        uint8_t failures;
        bool has_begun;
    } retry;
    /* Private to the implementation. */
    void *link;
};

/* --- an implementation's: all of them --- */

/* Begin to connect. Returns 0, or an error, and is CLOSED then. Only when CLOSED. */
int flota_mqtt_open(struct flota_mqtt *mqtt);

/* Say goodbye (no will is sent) and close now. Harmless when it is CLOSED. */
void flota_mqtt_close(struct flota_mqtt *mqtt);

/* Let it go on; limits of time. Bounded work; call it at each turn. */
void flota_mqtt_poll(struct flota_mqtt *mqtt, uint32_t now_ms);

/* Publish, with QoS 1 where the implementation can; after a message that came with QoS 0, unless it
 * is to be retained, with QoS 0. The message is copied. Returns 0,
 * FLOTA_ERR_NOT_READY when there is no room at the moment (try again after a poll),
 * FLOTA_ERR_BAD_VALUE for a message that can never be sent, or FLOTA_ERR_CONNECT_LOST when it is
 * not OPEN. NOT_READY must end without is_ready() becoming true: the caller may not be ready until
 * this message has gone, and acknowledgements lie behind the messages that it does not take.
 *
 * What the broker has not acknowledged when the connection ends is lost. */
int flota_mqtt_publish(struct flota_mqtt *mqtt, const char *topic, const void *payload, size_t size,
                       bool retain);

/* --- src/net/mqtt_retry.c --- */

/* Open it when it is CLOSED and the time has come. random: any 32 bits, different between devices.
 * Call it at each turn. Returns true when it has just changed its state: mqtt->state, error. */
bool flota_mqtt_keep_open(struct flota_mqtt *mqtt, uint32_t random, uint32_t now_ms);

/* May a broker be asked for this topic? Not empty, shorter than FLOTA_MQTT_TOPIC_MAX, without
 * wildcards and control characters: a broker closes the connection over others. */
bool flota_mqtt_is_topic(const char *topic);

#endif
