/* rpc_mqtt_keys.c - the configuration of RPC over MQTT.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../core/crc32.h"
#include "rpc_mqtt_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535

static const struct flota_config_key keys[] = {
    {"mqtt.enable", FLOTA_CONFIG_BOOLEAN, "false", false},
    {"mqtt.server", FLOTA_CONFIG_STRING, "", false},
    {"mqtt.user", FLOTA_CONFIG_STRING, "", false},
    {"mqtt.pass", FLOTA_CONFIG_STRING, "", true},
    {"mqtt.client_id", FLOTA_CONFIG_STRING, "", false},
    {"mqtt.keep_alive", FLOTA_CONFIG_INTEGER, "60", false},
};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

void flota_rpc_mqtt_add_keys(struct flota_config *config, struct flota_config_table *table)
{
    *table = (struct flota_config_table){.keys = keys, .count = KEY_COUNT};
    flota_config_add(config, table);
}

static uint32_t digest(const struct flota_config *config)
{
    uint32_t crc = 0;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const char *value = flota_config_text(config, keys[i].key);
        crc = flota_crc32(crc, value, (uint32_t)strlen(value) + 1u);
    }
    return crc;
}

/* HOST or HOST:PORT. */
static bool read_server(struct flota_rpc_mqtt *mqtt, const char *text)
{
    const char *colon = strchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : strlen(text);
    long port = FLOTA_RPC_MQTT_PORT;
    char *end = NULL;
    if (colon)
        port = strtol(colon + 1, &end, 10);
    bool is_port = !colon || (end != colon + 1 && *end == '\0' && port > 0 && port <= PORT_MAX);
    if (size == 0 || size >= sizeof mqtt->host || !is_port)
        return false;
    memcpy(mqtt->host, text, size);
    mqtt->host[size] = '\0';
    mqtt->client.host = mqtt->host;
    mqtt->client.port = (uint16_t)port;
    return true;
}

static bool copy(char *to, size_t size, const char *from)
{
    return snprintf(to, size, "%s", from) < (int)size;
}

/* The id is the first part of our topic. */
static bool read_id(struct flota_rpc_mqtt *mqtt, const char *text)
{
    if (!copy(mqtt->id, sizeof mqtt->id, text[0] ? text : mqtt->rpc->device_id))
        return false;
    snprintf(mqtt->topic, sizeof mqtt->topic, "%s/rpc/#", mqtt->id);
    mqtt->client.client_id = mqtt->id;
    return flota_mqtt_is_topic(mqtt->id);
}

static bool read_user(struct flota_rpc_mqtt *mqtt)
{
    const struct flota_config *config = mqtt->config;
    mqtt->client.user = mqtt->user;
    mqtt->client.password = mqtt->password;
    return copy(mqtt->user, sizeof mqtt->user, flota_config_text(config, "mqtt.user")) &&
           copy(mqtt->password, sizeof mqtt->password, flota_config_text(config, "mqtt.pass"));
}

static bool read_keep_alive(struct flota_rpc_mqtt *mqtt)
{
    int32_t seconds = flota_config_integer(mqtt->config, "mqtt.keep_alive");
    mqtt->client.keep_alive_s = (uint16_t)seconds;
    return seconds >= 0 && seconds <= UINT16_MAX;
}

/* Returns NULL, or what is wrong. */
static const char *read_keys(struct flota_rpc_mqtt *mqtt)
{
    const struct flota_config *config = mqtt->config;
    if (!read_server(mqtt, flota_config_text(config, "mqtt.server")))
        return "mqtt.server: give HOST or HOST:PORT";
    if (!read_id(mqtt, flota_config_text(config, "mqtt.client_id")))
        return "mqtt.client_id: at most 63 bytes, without + and #";
    if (!read_user(mqtt))
        return "mqtt.user, mqtt.pass: at most 63 bytes each";
    if (!read_keep_alive(mqtt))
        return "mqtt.keep_alive: 0 to 65535 seconds";
    return NULL;
}

static void apply(struct flota_rpc_mqtt *mqtt)
{
    mqtt->keys = digest(mqtt->config);
    mqtt->has_keys = true;
    mqtt->told_error = 0;
    mqtt->is_enabled = flota_config_boolean(mqtt->config, "mqtt.enable");
    const char *problem = mqtt->is_enabled ? read_keys(mqtt) : NULL;
    if (!problem)
        return;
    flota_rpc_mqtt_log(mqtt, problem);
    mqtt->is_enabled = false;
}

/* A change is taken at the second look that sees it. */
void flota_rpc_mqtt_look(struct flota_rpc_mqtt *mqtt)
{
    if (!mqtt->has_keys)
        apply(mqtt);
    if (mqtt->now_ms - mqtt->looked_ms < FLOTA_RPC_MQTT_LOOK_MS)
        return;
    mqtt->looked_ms = mqtt->now_ms;
    bool had_changed = mqtt->has_changed;
    mqtt->has_changed = digest(mqtt->config) != mqtt->keys;
    if (!had_changed || !mqtt->has_changed)
        return;
    flota_mqtt_close(&mqtt->client);
    memset(&mqtt->client.retry, 0, sizeof mqtt->client.retry);
    mqtt->has_changed = false;
    apply(mqtt);
}
