/* mqtt_link.c - see mqtt_link.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "mqtt_link.h"
#include <stdlib.h>
#include <string.h>

void mqtt_link_forget(struct mqtt_link *link)
{
    while (link->first) {
        struct mqtt_message *message = link->first;
        link->first = message->next;
        free(message);
    }
    link->last = &link->first;
}

/* --- callbacks: note only --- */

static void on_connect(struct mosquitto *client, void *context, int code)
{
    (void)client;
    ((struct mqtt_link *)context)->greeting = code;
}

static void on_disconnect(struct mosquitto *client, void *context, int code)
{
    (void)client;
    (void)code;
    ((struct mqtt_link *)context)->is_lost = true;
}

static void on_subscribe(struct mosquitto *client, void *context, int number, int count,
                         const int *granted)
{
    struct mqtt_link *link = context;
    (void)client;
    (void)number;
    for (int i = 0; i < count; i++) {
        if (granted[i] >= MQTT_LINK_REFUSED)
            link->subscription_refused = true;
        link->granted++;
    }
}

static void on_publish(struct mosquitto *client, void *context, int number)
{
    (void)client;
    (void)number;
    ((struct mqtt_link *)context)->unacknowledged--;
}

static void on_message(struct mosquitto *client, void *context,
                       const struct mosquitto_message *incoming)
{
    struct mqtt_link *link = context;
    if (incoming->retain)
        return;
    size_t size = (size_t)incoming->payloadlen;
    bool fits = size <= link->mqtt->payload_size && strlen(incoming->topic) < FLOTA_MQTT_TOPIC_MAX;
    struct mqtt_message *message = calloc(1, sizeof *message + (fits ? size : 0));
    (void)client;
    if (!message)
        return;
    message->size = size;
    message->is_dropped = !fits;
    message->is_casual = incoming->qos == 0;
    if (fits) {
        strcpy(message->topic, incoming->topic);
        if (size > 0) /* an empty one has no place */
            memcpy(message->payload, incoming->payload, size);
    }
    *link->last = message;
    link->last = &message->next;
}

bool mqtt_link_set_up(struct mqtt_link *link)
{
    const struct flota_mqtt *mqtt = link->mqtt;
    struct mosquitto *client = mosquitto_new(mqtt->client_id, true, link);
    link->client = client;
    if (!client)
        return false;
    mosquitto_connect_callback_set(client, on_connect);
    mosquitto_disconnect_callback_set(client, on_disconnect);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_publish_callback_set(client, on_publish);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    if (mqtt->user && mqtt->user[0] &&
        mosquitto_username_pw_set(client, mqtt->user, mqtt->password) != MOSQ_ERR_SUCCESS)
        return false;
    return !mqtt->will_topic ||
           mosquitto_will_set(client, mqtt->will_topic, (int)strlen(mqtt->will_text),
                              mqtt->will_text, 1, mqtt->will_retain) == MOSQ_ERR_SUCCESS;
}
