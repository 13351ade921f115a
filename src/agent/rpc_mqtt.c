/* rpc_mqtt.c - RPC over an MQTT broker. See flota/rpc_mqtt.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_mqtt.h"
#include "flota/error.h"
#include "flota/network.h"
#include "rpc_mqtt_internal.h"
#include <stdio.h>
#include <string.h>

void flota_rpc_mqtt_log(const struct flota_rpc_mqtt *mqtt, const char *line)
{
    if (mqtt->environment.log)
        mqtt->environment.log(line);
}

/* --- calls --- */

static struct flota_rpc_channel *free_channel(struct flota_rpc_mqtt *mqtt)
{
    for (size_t i = 0; i < FLOTA_RPC_MQTT_CHANNELS; i++) {
        if (flota_rpc_is_ready(&mqtt->channels[i]))
            return &mqtt->channels[i];
    }
    return NULL;
}

/* Calls that take minutes (OTA.Update) must not stop the connection for good: keep-alive comes on
 * the same line. */
static bool is_ready(void *context)
{
    struct flota_rpc_mqtt *mqtt = context;
    return free_channel(mqtt) || mqtt->now_ms - mqtt->free_ms >= FLOTA_RPC_MQTT_BUSY_MS;
}

static void drop(struct flota_rpc_mqtt *mqtt, const char *why)
{
    mqtt->dropped++;
    flota_rpc_mqtt_log(mqtt, why);
}

/* Behind the device's own part of the topic: "" or "/METHOD". */
static void received(void *context, const char *topic, const uint8_t *payload, size_t size)
{
    struct flota_rpc_mqtt *mqtt = context;
    size_t own = strlen(mqtt->topic) - strlen("/#");
    struct flota_rpc_channel *channel = free_channel(mqtt);
    if (strncmp(topic, mqtt->topic, own) != 0 || (topic[own] && topic[own] != '/'))
        return; /* not what was asked for */
    if (!channel)
        drop(mqtt, "mqtt: a call was dropped, the device is busy with others");
    else if (topic[own])
        flota_rpc_take_named(channel, topic + own + 1, (const char *)payload, size, mqtt->now_ms);
    else
        flota_rpc_take(channel, (const char *)payload, size, mqtt->now_ms);
}

static void dropped(void *context, size_t size)
{
    struct flota_rpc_mqtt *mqtt = context;
    char line[80];
    snprintf(line, sizeof line, "mqtt: a call of %lu bytes was dropped, at most %u are taken",
             (unsigned long)size, FLOTA_RPC_FRAME_MAX);
    drop(mqtt, line);
}

/* --- replies --- */

/* Returns 0, or an error as flota_mqtt_publish(). A client without src wants no reply, and one with
 * ours would call us. */
static int publish(struct flota_rpc_mqtt *mqtt, const struct flota_rpc_channel *channel,
                   const char *text, size_t size)
{
    char topic[FLOTA_MQTT_TOPIC_MAX];
    const char *to = flota_rpc_reply_to(channel);
    if (to[0] == '\0' || strcmp(to, mqtt->id) == 0)
        return 0;
    int length = snprintf(topic, sizeof topic, "%s/rpc", to);
    if (length >= (int)sizeof topic || !flota_mqtt_is_topic(topic))
        return FLOTA_ERR_BAD_VALUE;
    return flota_mqtt_publish(&mqtt->client, topic, text, size, false);
}

static void answer(struct flota_rpc_mqtt *mqtt, size_t index)
{
    struct flota_rpc_channel *channel = &mqtt->channels[index];
    const char *text;
    size_t size = flota_rpc_reply(channel, &text);
    if (size == 0)
        return;
    if (!mqtt->reply_waits[index])
        mqtt->reply_ms[index] = mqtt->now_ms;
    mqtt->reply_waits[index] = true;
    int result = publish(mqtt, channel, text, size);
    bool is_late = mqtt->now_ms - mqtt->reply_ms[index] >= FLOTA_RPC_MQTT_SEND_MS;
    if (result < 0 && result != FLOTA_ERR_BAD_VALUE && !is_late)
        return; /* no room, or no connection: a little later there may be */
    if (result < 0)
        drop(mqtt, is_late ? "mqtt: a reply was dropped, the broker did not take it"
                           : "mqtt: a reply was dropped, src is no topic");
    mqtt->reply_waits[index] = false;
    flota_rpc_sent(channel);
}

static void serve(struct flota_rpc_mqtt *mqtt)
{
    for (size_t i = 0; i < FLOTA_RPC_MQTT_CHANNELS; i++) {
        flota_rpc_poll(&mqtt->channels[i], mqtt->now_ms);
        answer(mqtt, i);
    }
    if (free_channel(mqtt))
        mqtt->free_ms = mqtt->now_ms;
}

/* --- connection --- */

static void tell(struct flota_rpc_mqtt *mqtt)
{
    const struct flota_mqtt *client = &mqtt->client;
    char line[224];
    if (client->state == FLOTA_MQTT_OPEN) {
        snprintf(line, sizeof line, "mqtt: connected to %s:%u as %s", client->host, client->port,
                 mqtt->id);
        flota_rpc_mqtt_log(mqtt, line);
        mqtt->told_error = 0;
    }
    if (client->state != FLOTA_MQTT_CLOSED || client->error == mqtt->told_error)
        return; /* it is tried again and again: said once */
    mqtt->told_error = client->error;
    const struct flota_error_text *text = flota_error_text(client->error);
    int size = snprintf(line, sizeof line, "mqtt: %s:%u: %s", client->host, client->port,
                        client->error == FLOTA_ERR_UNAUTHORIZED
                            ? "the broker refused the credentials or the topic"
                            : text->cause);
    if (client->reason && size < (int)sizeof line)
        snprintf(line + size, sizeof line - (size_t)size, " (code %d)", client->reason);
    flota_rpc_mqtt_log(mqtt, line);
}

void flota_rpc_mqtt_init(struct flota_rpc_mqtt *mqtt, struct flota_rpc *rpc,
                         const struct flota_config *config,
                         const struct flota_rpc_mqtt_environment *environment)
{
    static const struct flota_rpc_origin origin = {.transport = "mqtt", .peer = "broker"};
    memset(mqtt, 0, sizeof *mqtt);
    mqtt->config = config;
    mqtt->rpc = rpc;
    mqtt->environment = *environment;
    mqtt->topics[0] = mqtt->topic;
    mqtt->client.topics = mqtt->topics;
    mqtt->client.topic_count = 1;
    mqtt->client.received = received;
    mqtt->client.dropped = dropped;
    mqtt->client.is_ready = is_ready;
    mqtt->client.context = mqtt;
    mqtt->client.payload = mqtt->payload;
    mqtt->client.payload_size = sizeof mqtt->payload;
    for (size_t i = 0; i < FLOTA_RPC_MQTT_CHANNELS; i++)
        flota_rpc_open(&mqtt->channels[i], rpc, &origin, 0);
}

/* A device that has just started has no link, or no address, for some seconds: the first attempt
 * waits for them, else the broker would be blamed on the console. */
static bool may_open(const struct flota_rpc_mqtt *mqtt)
{
    struct flota_network_status network;
    if (!mqtt->is_enabled || mqtt->client.retry.has_begun)
        return mqtt->is_enabled;
    flota_network_status(&network);
    return network.is_link_up && network.address[0] && strcmp(network.address, "0.0.0.0") != 0;
}

void flota_rpc_mqtt_poll(struct flota_rpc_mqtt *mqtt, uint32_t now_ms)
{
    mqtt->now_ms = now_ms;
    flota_rpc_mqtt_look(mqtt);
    if (may_open(mqtt)) {
        if (flota_mqtt_keep_open(&mqtt->client, mqtt->environment.random(), now_ms))
            tell(mqtt);
        flota_mqtt_poll(&mqtt->client, now_ms);
    }
    serve(mqtt);
}

bool flota_rpc_mqtt_is_open(const struct flota_rpc_mqtt *mqtt)
{
    return mqtt->client.state == FLOTA_MQTT_OPEN;
}
