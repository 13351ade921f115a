/* test_mqtt_input.c - what a broker sends, in any split.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/mqtt_input.h"
#include "prng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CAPACITY 300u

/* What the events said: "P(20020000) ", "M(topic:payload;qos,id) ", "L(size;qos,id) ", "B ". */
struct story {
    size_t size;
    char text[4096];
    struct flota_mqtt_input input;
    uint8_t *payload;
};

static void tell(struct story *story, enum flota_mqtt_event event)
{
    const struct flota_mqtt_input *input = &story->input;
    char *text = story->text + story->size;
    size_t room = sizeof story->text - story->size;
    int size = 0;
    if (event == FLOTA_MQTT_PACKET) {
        size = snprintf(text, room, "P(");
        for (size_t i = 0; i < input->packet_size; i++)
            size += snprintf(text + size, room - (size_t)size, "%02x", input->packet[i]);
        size += snprintf(text + size, room - (size_t)size, ") ");
    } else if (event == FLOTA_MQTT_MESSAGE) {
        size = snprintf(text, room, "M(%s:%.*s;%d,%d) ", input->topic, (int)input->size,
                        (const char *)input->payload, input->qos, input->id);
    } else if (event == FLOTA_MQTT_TOO_LONG) {
        size = snprintf(text, room, "L(%d;%d,%d) ", (int)input->size, input->qos, input->id);
    } else if (event == FLOTA_MQTT_BAD) {
        size = snprintf(text, room, "B ");
    }
    story->size += (size_t)size;
    assert_true(story->size < sizeof story->text);
}

/* Nothing is fed behind a BAD. */
static bool feed(struct story *story, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        enum flota_mqtt_event event;
        size_t taken = flota_mqtt_input_receive(&story->input, bytes, size, &event);
        assert_true(taken > 0 && taken <= size);
        if (event != FLOTA_MQTT_NONE)
            tell(story, event);
        if (event == FLOTA_MQTT_BAD)
            return false;
        bytes += taken;
        size -= taken;
    }
    return true;
}

static void begin(struct story *story)
{
    free(story->payload);
    memset(story, 0, sizeof *story);
    story->payload = malloc(CAPACITY); /* so that writing behind it is seen */
    flota_mqtt_input_init(&story->input, story->payload, CAPACITY);
}

static void check(const void *data, size_t size, const char *expected)
{
    struct story story = {0};
    const uint8_t *bytes = data;
    for (size_t at = 0; at <= size; at++) {
        begin(&story);
        if (feed(&story, bytes, at))
            feed(&story, bytes + at, size - at);
        assert_string_equal(story.text, expected);
    }
    begin(&story);
    for (size_t at = 0; at < size && feed(&story, bytes + at, 1); at++)
        ;
    assert_string_equal(story.text, expected);
    free(story.payload);
}

#define CHECK(bytes, expected) check(bytes, sizeof(bytes) - 1, expected)

static void packets_come_whole(void **state)
{
    (void)state;
    CHECK("\x20\x02\x00\x00", "P(20020000) ");
    CHECK("\xD0\x00\x90\x03\x00\x01\x01\x40\x02\x12\x34", "P(d000) P(9003000101) P(40021234) ");
}

static void messages_come_whole(void **state)
{
    (void)state;
    CHECK("\x30\x06\x00\x03"
          "a/b"
          "x",
          "M(a/b:x;0,0) ");
    CHECK("\x32\x08\x00\x03"
          "a/b"
          "\x12\x34"
          "x",
          "M(a/b:x;1,4660) ");
    CHECK("\x3A\x07\x00\x03"
          "a/b"
          "\x00\x01",
          "M(a/b:;1,1) ");
    CHECK("\x30\x02\x00\x00"
          "\xD0\x00"
          "\x30\x03\x00\x00z",
          "M(:;0,0) P(d000) M(:z;0,0) ");
}

/* MQTT 3.1.1, 3.3.1.3: so marked only when it comes for a new subscription. */
static void what_the_broker_had_kept_is_marked(void **state)
{
    struct story story = {0};
    (void)state;
    begin(&story);
    feed(&story, (const uint8_t *)"\x31\x03\x00\x00z", 5);
    assert_true(story.input.is_retained);
    feed(&story, (const uint8_t *)"\x30\x03\x00\x00z", 5);
    assert_false(story.input.is_retained);
    free(story.payload);
}

static void long_messages_are_told_and_left_out(void **state)
{
    (void)state;
    static uint8_t bytes[2000];
    char expected[400];
    /* 300 bytes fit: the remaining length is 2 + 1 + 2 + 300 = 305 = 0x31 + 2 * 128 */
    memcpy(bytes, "\x32\xB1\x02\x00\x01t\x00\x07", 8);
    memset(bytes + 8, 'x', 300);
    snprintf(expected, sizeof expected, "M(t:%.300s;1,7) ", (const char *)bytes + 8);
    check(bytes, 308, expected);
    bytes[1] = 0xB2; /* one more does not */
    bytes[308] = 'x';
    memcpy(bytes + 309, "\x30\x04\x00\x01t!", 6);
    check(bytes, 315, "L(301;1,7) M(t:!;0,0) ");
    /* a topic of 200 bytes: 2 + 200 + 2 + 1 = 205 = 0x4D + 128 */
    memcpy(bytes, "\x32\xCD\x01\x00\xC8", 5);
    memset(bytes + 5, 't', 200);
    memcpy(bytes + 205, "\x00\x09!", 3);
    check(bytes, 208, "L(1;1,9) ");
    CHECK("\x30\x05\x00\x03"
          "a\0b",
          "L(0;0,0) ");
}

static void what_is_not_mqtt_is_refused(void **state)
{
    (void)state;
    CHECK("\x80\x80\x80\x80\x80\x80", "B "); /* a length without end */
    CHECK("\x30\xFF\xFF\xFF\xFF\x7F", "B "); /* of five bytes */
    CHECK("\x20\x07"
          "1234567",
          "B "); /* longer than any packet for us */
    CHECK("\x30\x04\x00\x03"
          "ab",
          "B "); /* a topic behind the end */
    CHECK("\x32\x05\x00\x02"
          "ab"
          "\x00",
          "B "); /* an id behind the end */
    CHECK("\x30\x01\x00", "B ");
    CHECK("\x36\x05\x00\x00\x00\x01x", "B "); /* QoS 3 */
}

static void a_stand_in_acknowledges_the_message(void **state)
{
    (void)state;
    struct story story = {0};
    uint8_t packet[FLOTA_MQTT_PACKET_MAX];
    begin(&story);
    feed(&story,
         (const uint8_t *)"\x32\x08\x00\x03"
                          "a/b"
                          "\x12\x34"
                          "x",
         10);
    assert_int_equal(flota_mqtt_input_stand_in(&story.input, packet), 6);
    assert_memory_equal(packet, "\x32\x04\x00\x00\x12\x34", 6);
    feed(&story, (const uint8_t *)"\x30\x03\x00\x00z", 5);
    assert_int_equal(flota_mqtt_input_stand_in(&story.input, packet), 4);
    assert_memory_equal(packet, "\x30\x02\x00\x00", 4);
    free(story.payload);
}

static void any_bytes_are_survived(void **state)
{
    (void)state;
    uint32_t random = 5;
    struct story story = {0};
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[64];
        begin(&story);
        for (size_t n = 0; n < sizeof bytes; n++)
            bytes[n] = (uint8_t)prng_next(&random);
        bytes[0] = prng_below(&random, 2) ? 0x32 : bytes[0];
        bytes[1] &= 0x3F;
        feed(&story, bytes, sizeof bytes);
    }
    free(story.payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_come_whole),
        cmocka_unit_test(messages_come_whole),
        cmocka_unit_test(what_the_broker_had_kept_is_marked),
        cmocka_unit_test(long_messages_are_told_and_left_out),
        cmocka_unit_test(what_is_not_mqtt_is_refused),
        cmocka_unit_test(a_stand_in_acknowledges_the_message),
        cmocka_unit_test(any_bytes_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
