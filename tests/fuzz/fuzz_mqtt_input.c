/* fuzz_mqtt_input.c - any bytes as a broker's: once whole, once in pieces; both must tell the same.
 *
 * Input: one byte that chooses the pieces, the bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/mqtt_input.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define CAPACITY 100u

/* A digest of the events. */
struct story {
    uint32_t sum;
    bool is_over;
};

static void add(struct story *story, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        story->sum = (story->sum ^ ((const uint8_t *)data)[i]) * 16777619u;
}

static void tell(struct story *story, const struct flota_mqtt_input *input,
                 enum flota_mqtt_event event)
{
    uint8_t stand_in[FLOTA_MQTT_PACKET_MAX];
    story->sum = (story->sum ^ event) * 16777619u;
    story->is_over = event == FLOTA_MQTT_BAD;
    if (event == FLOTA_MQTT_PACKET)
        add(story, input->packet, input->packet_size);
    if (event != FLOTA_MQTT_MESSAGE)
        return;
    REQUIRE(input->size <= CAPACITY && strlen(input->topic) < FLOTA_MQTT_TOPIC_MAX);
    REQUIRE(flota_mqtt_input_stand_in(input, stand_in) <= FLOTA_MQTT_PACKET_MAX);
    add(story, input->topic, strlen(input->topic));
    add(story, input->payload, input->size);
    add(story, &input->id, sizeof input->id);
}

static uint32_t run(const uint8_t *data, size_t size, uint32_t *random)
{
    struct story story = {0};
    struct flota_mqtt_input input;
    uint8_t *payload = malloc(CAPACITY); /* so that writing behind it is seen */
    REQUIRE(payload != NULL);
    flota_mqtt_input_init(&input, payload, CAPACITY);
    while (size > 0 && !story.is_over) {
        enum flota_mqtt_event event;
        size_t piece = random ? 1 + prng_below(random, 9) : size;
        size_t taken = flota_mqtt_input_receive(&input, data, piece < size ? piece : size, &event);
        REQUIRE(taken > 0 && taken <= size);
        if (event != FLOTA_MQTT_NONE)
            tell(&story, &input, event);
        data += taken;
        size -= taken;
    }
    free(payload);
    return story.sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    uint32_t random = data[0];
    REQUIRE(run(data + 1, size - 1, NULL) == run(data + 1, size - 1, &random));
    return 0;
}
