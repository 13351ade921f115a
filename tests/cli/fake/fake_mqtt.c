/* fake_mqtt.c - the fake device behind a broker.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fake.h"
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    struct mosquitto *client;
    struct flota_rpc_channel channel;
    bool subscribed;
} mqtt;

static void answer(struct fake *fake)
{
    const char *reply;
    char topic[160];
    flota_rpc_poll(&mqtt.channel, fake_now_ms());
    if (flota_rpc_reply(&mqtt.channel, &reply) == 0)
        return;
    snprintf(topic, sizeof topic, "%s/rpc", flota_rpc_reply_to(&mqtt.channel));
    char *text = fake_twist(fake, reply);
    if (!fake->faults.stall && !fake_loses(fake))
        mosquitto_publish(mqtt.client, NULL, topic, (int)strlen(text), text, 0, false);
    free(text);
    flota_rpc_sent(&mqtt.channel);
}

static void received(struct mosquitto *client, void *context,
                     const struct mosquitto_message *message)
{
    struct fake *fake = context;
    (void)client;
    if (fake_is_up(fake, fake_now_ms()) &&
        flota_rpc_take(&mqtt.channel, message->payload, (size_t)message->payloadlen, fake_now_ms()))
        answer(fake);
}

static void subscribed(struct mosquitto *client, void *context, int message, int count,
                       const int *granted)
{
    (void)client;
    (void)context;
    (void)message;
    (void)count;
    (void)granted;
    mqtt.subscribed = true;
}

/* Also once more, when the broker was restarted. */
static void connected(struct mosquitto *client, void *context, int code)
{
    (void)context;
    if (code == 0)
        mosquitto_subscribe(client, NULL, "fake-1/rpc", 1);
}

void fake_mqtt_open(struct fake *fake, int broker_port)
{
    struct flota_rpc_origin origin = {.transport = "mqtt", .peer = "broker"};
    flota_rpc_open(&mqtt.channel, &fake->rpc, &origin, fake_now_ms());
    mosquitto_lib_init();
    mqtt.client = mosquitto_new(NULL, true, fake);
    mosquitto_int_option(mqtt.client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_message_callback_set(mqtt.client, received);
    mosquitto_subscribe_callback_set(mqtt.client, subscribed);
    mosquitto_connect_callback_set(mqtt.client, connected);
    if (mosquitto_connect(mqtt.client, "127.0.0.1", broker_port, 60) != MOSQ_ERR_SUCCESS)
        abort();
    while (!mqtt.subscribed)
        mosquitto_loop(mqtt.client, 20, 1);
    printf("mqtt://127.0.0.1:%d/fake-1\n", broker_port);
}

void fake_mqtt_poll(struct fake *fake)
{
    if (mosquitto_loop(mqtt.client, 5, 1) != MOSQ_ERR_SUCCESS)
        mosquitto_reconnect(mqtt.client);
    fake->drops = false;
}
