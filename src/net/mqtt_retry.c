/* mqtt_retry.c - opens an MQTT connection again after a wait that grows. See flota/mqtt.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/mqtt.h"
#include "flota/utf8.h"
#include <string.h>

#define DOUBLINGS_MAX 6u /* 1, 2, 4, ... 64 s, limited to FLOTA_MQTT_WAIT_MAX */

/* Between half the wait and all of it. */
static uint32_t vary(uint32_t wait_ms, uint32_t random)
{
    return wait_ms / 2u + random % (wait_ms / 2u + 1u);
}

static uint32_t next_wait(struct flota_mqtt *mqtt, uint32_t random)
{
    uint32_t wait_ms = FLOTA_MQTT_WAIT_MS << mqtt->retry.failures;
    if (mqtt->retry.failures < DOUBLINGS_MAX)
        mqtt->retry.failures++;
    return vary(wait_ms < FLOTA_MQTT_WAIT_MAX ? wait_ms : FLOTA_MQTT_WAIT_MAX, random);
}

static void note_end(struct flota_mqtt *mqtt, uint32_t random, uint32_t now_ms)
{
    bool was_steady = mqtt->retry.seen == FLOTA_MQTT_OPEN &&
                      now_ms - mqtt->retry.since_ms >= FLOTA_MQTT_STEADY_MS;
    if (was_steady)
        mqtt->retry.failures = 0;
    mqtt->retry.wait_ms = next_wait(mqtt, random);
}

static bool is_due(const struct flota_mqtt *mqtt, uint32_t now_ms)
{
    if (mqtt->state != FLOTA_MQTT_CLOSED)
        return false;
    return !mqtt->retry.has_begun || now_ms - mqtt->retry.since_ms >= mqtt->retry.wait_ms;
}

static void note_state(struct flota_mqtt *mqtt, uint32_t random, uint32_t now_ms)
{
    if (mqtt->state == FLOTA_MQTT_CLOSED)
        note_end(mqtt, random, now_ms);
    mqtt->retry.seen = mqtt->state;
    mqtt->retry.since_ms = now_ms;
}

/* An end is noted first: its wait begins then. */
bool flota_mqtt_keep_open(struct flota_mqtt *mqtt, uint32_t random, uint32_t now_ms)
{
    bool has_changed = mqtt->state != mqtt->retry.seen;
    if (has_changed)
        note_state(mqtt, random, now_ms);
    if (!is_due(mqtt, now_ms))
        return has_changed;
    mqtt->retry.has_begun = true;
    (void)flota_mqtt_open(mqtt); /* state and error tell */
    note_state(mqtt, random, now_ms);
    return true;
}

bool flota_mqtt_is_topic(const char *topic)
{
    size_t size = strlen(topic);
    if (size == 0 || size >= FLOTA_MQTT_TOPIC_MAX)
        return false;
    for (size_t i = 0; i < size;) {
        size_t length = flota_utf8_length(topic + i, size - i);
        if (length == 0 || (unsigned char)topic[i] < 0x20 || topic[i] == '+' || topic[i] == '#')
            return false;
        i += length;
    }
    return true;
}
