/* mqtt_input.c - splits what a broker sends into packets. See flota/mqtt_input.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/mqtt_input.h"
#include <string.h>

#define TYPE_PUBLISH 3u
#define LENGTH_SHIFT 7u
#define SHIFT_MAX    21u /* four bytes of length: MQTT 3.1.1, 2.2.3 */

enum state { STATE_TYPE, STATE_LENGTH, STATE_PACKET, STATE_MESSAGE, STATE_BAD };

void flota_mqtt_input_init(struct flota_mqtt_input *input, uint8_t *payload, size_t capacity)
{
    *input = (struct flota_mqtt_input){.payload = payload, .capacity = capacity};
}

bool flota_mqtt_input_is_between(const struct flota_mqtt_input *input)
{
    return input->state == STATE_TYPE;
}

bool flota_mqtt_begins_message(uint8_t byte)
{
    return byte >> 4 == TYPE_PUBLISH;
}

static enum flota_mqtt_event fail(struct flota_mqtt_input *input)
{
    input->state = STATE_BAD;
    return FLOTA_MQTT_BAD;
}

static enum flota_mqtt_event end_packet(struct flota_mqtt_input *input)
{
    input->state = STATE_TYPE;
    return FLOTA_MQTT_PACKET;
}

/* --- header --- */

static enum flota_mqtt_event take_type(struct flota_mqtt_input *input, uint8_t byte)
{
    input->packet[0] = byte;
    input->packet_size = 1;
    input->qos = byte >> 1 & 3u;
    input->is_retained = byte & 1u;
    input->length = input->at = 0;
    input->topic_size = 0;
    input->shift = 0;
    input->id = 0;
    input->state = STATE_LENGTH;
    return FLOTA_MQTT_NONE;
}

/* Bytes of a message besides topic and payload. */
static uint32_t overhead(const struct flota_mqtt_input *input)
{
    return input->qos > 0 ? 4 : 2;
}

static enum flota_mqtt_event begin_body(struct flota_mqtt_input *input)
{
    if (flota_mqtt_begins_message(input->packet[0])) {
        input->state = STATE_MESSAGE;
        return input->length >= overhead(input) && input->qos < 3 ? FLOTA_MQTT_NONE : fail(input);
    }
    input->state = STATE_PACKET;
    if (input->packet_size + input->length > sizeof input->packet)
        return fail(input);
    return input->length == 0 ? end_packet(input) : FLOTA_MQTT_NONE;
}

static enum flota_mqtt_event take_length(struct flota_mqtt_input *input, uint8_t byte)
{
    bool goes_on = byte & 0x80u;
    input->packet[input->packet_size++] = byte;
    input->length |= (uint32_t)(byte & 0x7Fu) << input->shift;
    if (!goes_on)
        return begin_body(input);
    if (input->shift == SHIFT_MAX)
        return fail(input);
    input->shift = (uint8_t)(input->shift + LENGTH_SHIFT);
    return FLOTA_MQTT_NONE;
}

/* --- body --- */

static enum flota_mqtt_event take_packet(struct flota_mqtt_input *input, uint8_t byte)
{
    input->packet[input->packet_size++] = byte;
    return ++input->at == input->length ? end_packet(input) : FLOTA_MQTT_NONE;
}

static bool fits(const struct flota_mqtt_input *input)
{
    return input->topic_size < sizeof input->topic && input->size <= input->capacity &&
           !memchr(input->topic, '\0', input->topic_size);
}

static enum flota_mqtt_event end_message(struct flota_mqtt_input *input)
{
    input->state = STATE_TYPE;
    if (!fits(input))
        return FLOTA_MQTT_TOO_LONG;
    input->topic[input->topic_size] = '\0';
    return FLOTA_MQTT_MESSAGE;
}

static void store(struct flota_mqtt_input *input, uint32_t at, uint8_t byte)
{
    if (at < input->topic_size) {
        if (at < sizeof input->topic)
            input->topic[at] = (char)byte;
        return;
    }
    at -= input->topic_size;
    if (input->qos > 0 && at < 2) {
        input->id = (uint16_t)(input->id << 8 | byte);
        return;
    }
    at -= overhead(input) - 2;
    if (at < input->capacity)
        input->payload[at] = byte;
}

static enum flota_mqtt_event take_message(struct flota_mqtt_input *input, uint8_t byte)
{
    if (input->at < 2)
        input->topic_size = (uint16_t)(input->topic_size << 8 | byte);
    else
        store(input, input->at - 2, byte);
    input->at++;
    if (input->at == 2) {
        if (overhead(input) + input->topic_size > input->length)
            return fail(input);
        input->size = input->length - overhead(input) - input->topic_size;
    }
    return input->at == input->length ? end_message(input) : FLOTA_MQTT_NONE;
}

static enum flota_mqtt_event take(struct flota_mqtt_input *input, uint8_t byte)
{
    switch ((enum state)input->state) {
    case STATE_TYPE:
        return take_type(input, byte);
    case STATE_LENGTH:
        return take_length(input, byte);
    case STATE_PACKET:
        return take_packet(input, byte);
    case STATE_MESSAGE:
        return take_message(input, byte);
    default:
        return FLOTA_MQTT_BAD;
    }
}

size_t flota_mqtt_input_receive(struct flota_mqtt_input *input, const uint8_t *bytes, size_t size,
                                enum flota_mqtt_event *event)
{
    size_t taken = 0;
    *event = FLOTA_MQTT_NONE;
    while (taken < size && *event == FLOTA_MQTT_NONE)
        *event = take(input, bytes[taken++]);
    return taken;
}

size_t flota_mqtt_input_stand_in(const struct flota_mqtt_input *input, uint8_t *packet)
{
    uint8_t message[] = {(uint8_t)(TYPE_PUBLISH << 4 | input->qos << 1),
                         (uint8_t)overhead(input),
                         0, /* no topic */
                         0,
                         (uint8_t)(input->id >> 8),
                         (uint8_t)input->id};
    size_t size = 2 + overhead(input);
    memcpy(packet, message, size);
    return size;
}
