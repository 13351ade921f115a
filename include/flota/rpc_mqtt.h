/* flota/rpc_mqtt.h - RPC over an MQTT broker.
 *
 * Frames come to the topic ID/rpc, or to ID/rpc/METHOD; replies go to SRC/rpc of the frame's src.
 * ID is the MQTT client id: mqtt.client_id, or the device's own. The device subscribes ID/rpc/#
 * with QoS 1, which covers ID/rpc, too (MQTT 3.1.1, 4.7.1.2): for two subscriptions that overlap a
 * broker may deliver every call twice (3.3.5). A client that sends again can still make a call come
 * twice; methods are made for that (OTA.Write: a repeated offset changes nothing).
 *
 *     flota_rpc_mqtt_add_keys(&config, &table);
 *     flota_rpc_mqtt_init(&mqtt, &rpc, &config, &environment);
 *     for (;;) flota_rpc_mqtt_poll(&mqtt, now_ms);
 *
 * A change of the keys opens the connection anew, 1 to 2 s later: the reply to the call that made
 * it has left by then.
 *
 * Wire format: SPEC.md, "RPC". Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_MQTT_H
#define FLOTA_RPC_MQTT_H

#include "flota/config.h"
#include "flota/mqtt.h"
#include "flota/rpc.h"

#define FLOTA_RPC_MQTT_CHANNELS 2u
#define FLOTA_RPC_MQTT_BUSY_MS                                                                     \
    10000u /* all channels serve calls for so long: the next is dropped */
#define FLOTA_RPC_MQTT_SEND_MS  10000u /* a reply that finds no room for so long is dropped */
#define FLOTA_RPC_MQTT_LOOK_MS  1000u  /* the keys are compared so often */
#define FLOTA_RPC_MQTT_PORT     1883u
#define FLOTA_RPC_MQTT_HOST_MAX 128u
#define FLOTA_RPC_MQTT_USER_MAX 64u
#define FLOTA_RPC_MQTT_ID_MAX   64u

struct flota_rpc_mqtt_environment {
    uint32_t (*random)(void);
    void (*log)(const char *line); /* without line end; may be NULL */
};

/* Treat all members as private. */
struct flota_rpc_mqtt {
    const struct flota_config *config;
    struct flota_rpc *rpc;
    struct flota_rpc_mqtt_environment environment;
    struct flota_mqtt client;
    uint32_t now_ms;
    uint32_t free_ms;   /* when a channel was last free */
    uint32_t looked_ms; /* at the keys */
    uint32_t keys;      /* a digest of those in use */
    uint32_t dropped;   /* calls and replies */
    bool has_keys, has_changed, is_enabled;
    int told_error;
    const char *topics[1];
    char host[FLOTA_RPC_MQTT_HOST_MAX];
    char user[FLOTA_RPC_MQTT_USER_MAX], password[FLOTA_RPC_MQTT_USER_MAX];
    char id[FLOTA_RPC_MQTT_ID_MAX];
    char topic[FLOTA_RPC_MQTT_ID_MAX + 8];
    uint32_t reply_ms[FLOTA_RPC_MQTT_CHANNELS]; /* since when a reply waits */
    bool reply_waits[FLOTA_RPC_MQTT_CHANNELS];
    struct flota_rpc_channel channels[FLOTA_RPC_MQTT_CHANNELS];
    uint8_t payload[FLOTA_RPC_FRAME_MAX];
};

/* Keys: mqtt.enable (false), mqtt.server (HOST[:PORT]), mqtt.user, mqtt.pass, mqtt.client_id
 * (default: the device's id), mqtt.keep_alive (s). */
void flota_rpc_mqtt_add_keys(struct flota_config *config, struct flota_config_table *table);

void flota_rpc_mqtt_init(struct flota_rpc_mqtt *mqtt, struct flota_rpc *rpc,
                         const struct flota_config *config,
                         const struct flota_rpc_mqtt_environment *environment);

/* Connect, serve, answer. Bounded work. */
void flota_rpc_mqtt_poll(struct flota_rpc_mqtt *mqtt, uint32_t now_ms);

/* Does the broker's connection stand, and has it taken us? */
bool flota_rpc_mqtt_is_open(const struct flota_rpc_mqtt *mqtt);

#endif
