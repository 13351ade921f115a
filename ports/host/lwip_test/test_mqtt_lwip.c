/* test_mqtt_lwip.c - the MQTT client of the board on a real lwIP; the broker is the test's, on the
 * loop back interface.
 *
 * Time is the test's. After each test all of lwIP's buffers must be free again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/mqtt.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lwip_world.h"

#define PORT        1883
#define NOBODY_PORT 1884
#define PAYLOAD_MAX 6144u

/* --- the broker: what comes is kept, what goes out is the test's --- */

static struct {
    struct tcp_pcb *listener, *pcb;
    int accepted;
    bool ended;
    size_t size;
    uint8_t bytes[65536];
} broker;

static err_t broker_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    (void)argument;
    (void)error;
    if (!data) {
        broker.ended = true;
        return ERR_OK;
    }
    assert_true(broker.size + data->tot_len <= sizeof broker.bytes);
    broker.size += pbuf_copy_partial(data, broker.bytes + broker.size, data->tot_len, 0);
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

static void broker_lost(void *argument, err_t error)
{
    (void)argument;
    (void)error;
    broker.pcb = NULL;
    broker.ended = true;
}

static err_t broker_accepts(void *argument, struct tcp_pcb *pcb, err_t error)
{
    (void)argument;
    (void)error;
    broker.pcb = pcb;
    broker.accepted++;
    broker.size = 0;
    broker.ended = false;
    tcp_recv(pcb, broker_received);
    tcp_err(pcb, broker_lost);
    tcp_nagle_disable(pcb);
    return ERR_OK;
}

/* --- the device --- */

static const char *const topics[] = {"dev1/rpc/#"};
static uint8_t payload[PAYLOAD_MAX];
static struct flota_mqtt mqtt;

static struct {
    bool is_ready;
    int count, dropped;
    size_t size;
    uint32_t sum;
    char topic[FLOTA_MQTT_TOPIC_MAX];
    char text[PAYLOAD_MAX + 1]; /* of the last message */
} got;

static void received(void *context, const char *topic, const uint8_t *data, size_t size)
{
    (void)context;
    assert_true(got.is_ready);
    got.count++;
    got.size = size;
    snprintf(got.topic, sizeof got.topic, "%s", topic);
    memcpy(got.text, data, size);
    got.text[size] = '\0';
}

static void dropped(void *context, size_t size)
{
    (void)context;
    (void)size;
    got.dropped++;
}

static bool is_ready(void *context)
{
    (void)context;
    return got.is_ready;
}

static void go(int count, uint32_t ms)
{
    while (count-- > 0) {
        turn(ms);
        flota_mqtt_poll(&mqtt, clock_ms);
    }
}

static void broker_send(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    while (size > 0) {
        assert_non_null(broker.pcb);
        size_t piece = tcp_sndbuf(broker.pcb) < size ? tcp_sndbuf(broker.pcb) : size;
        if (piece > 0 &&
            tcp_write(broker.pcb, bytes, (u16_t)piece, TCP_WRITE_FLAG_COPY) == ERR_OK) {
            bytes += piece;
            size -= piece;
        }
        tcp_output(broker.pcb);
        go(2, 1);
    }
    go(5, 1);
}

static void broker_expect(const void *bytes, size_t size)
{
    for (int i = 0; i < 100 && broker.size < size; i++)
        go(1, 10);
    go(5, 1);
    assert_int_equal(broker.size, size);
    assert_memory_equal(broker.bytes, bytes, size);
    broker.size = 0;
}

#define SEND(bytes)   broker_send(bytes, sizeof(bytes) - 1)
#define EXPECT(bytes) broker_expect(bytes, sizeof(bytes) - 1)

static void broker_close(void)
{
    if (!broker.pcb)
        return;
    tcp_recv(broker.pcb, NULL);
    tcp_err(broker.pcb, NULL);
    assert_int_equal(tcp_close(broker.pcb), ERR_OK);
    broker.pcb = NULL;
}

static int begin(void **state)
{
    (void)state;
    memset(&got, 0, sizeof got);
    got.is_ready = true;
    mqtt = (struct flota_mqtt){
        .host = "127.0.0.1",
        .port = PORT,
        .keep_alive_s = 60,
        .client_id = "dev1",
        .topics = topics,
        .topic_count = 1,
        .received = received,
        .dropped = dropped,
        .is_ready = is_ready,
        .payload = payload,
        .payload_size = sizeof payload,
    };
    broker.size = 0;
    return 0;
}

static void open_it(void)
{
    assert_int_equal(flota_mqtt_open(&mqtt), 0);
    go(10, 1);
    EXPECT("\x10\x10\x00\x04MQTT\x04\x02\x00\x3C\x00\x04"
           "dev1");
    SEND("\x20\x02\x00\x00");
    EXPECT("\x82\x0F\x00\x01\x00\x0A"
           "dev1/rpc/#\x01");
    assert_int_equal(mqtt.state, FLOTA_MQTT_OPENING);
    SEND("\x90\x03\x00\x01\x01");
    assert_int_equal(mqtt.state, FLOTA_MQTT_OPEN);
}

static int begin_open(void **state)
{
    begin(state);
    open_it();
    return 0;
}

static int end(void **state)
{
    (void)state;
    flota_mqtt_close(&mqtt);
    broker_close();
    nothing_is_left();
    return 0;
}

/* A PUBLISH with QoS 1. Returns its size. */
static size_t make_message(uint8_t *bytes, const char *topic, size_t size, uint16_t id)
{
    size_t topic_size = strlen(topic), length = 2 + topic_size + 2 + size, at = 0;
    bytes[at++] = 0x32;
    for (; length >= 128; length /= 128)
        bytes[at++] = (uint8_t)(length | 0x80);
    bytes[at++] = (uint8_t)length;
    bytes[at++] = (uint8_t)(topic_size >> 8);
    bytes[at++] = (uint8_t)topic_size;
    memcpy(bytes + at, topic, topic_size);
    at += topic_size;
    bytes[at++] = (uint8_t)(id >> 8);
    bytes[at++] = (uint8_t)id;
    for (size_t i = 0; i < size; i++)
        bytes[at + i] = (uint8_t)(i * 31 + i / 100);
    return at + size;
}

static void expect_payload(size_t size)
{
    static uint8_t expected[PAYLOAD_MAX + 64];
    size_t total = make_message(expected, "", size, 0);
    assert_int_equal(got.size, size);
    assert_memory_equal(got.text, expected + total - size, size);
}

/* --- tests --- */

static void a_message_comes_and_is_acknowledged(void **state)
{
    (void)state;
    SEND("\x32\x0F\x00\x08"
         "dev1/rpc\x12\x34"
         "abc");
    assert_int_equal(got.count, 1);
    assert_string_equal(got.topic, "dev1/rpc");
    assert_string_equal(got.text, "abc");
    EXPECT("\x40\x02\x12\x34");
    SEND("\x30\x0D\x00\x08"
         "dev1/rpc"
         "abc"); /* QoS 0 */
    assert_int_equal(got.count, 2);
    assert_int_equal(broker.size, 0);
}

/* A retained Sys.Reboot would come at each connect, and so after each of the restarts. */
static void what_the_broker_had_kept_is_left_out_and_acknowledged(void **state)
{
    (void)state;
    SEND("\x33\x0F\x00\x08"
         "dev1/rpc"
         "\x12\x34"
         "{!}");
    EXPECT("\x40\x02\x12\x34");
    assert_int_equal(got.count, 0);
    SEND("\x30\x0D\x00\x08"
         "dev1/rpc"
         "{1}");
    assert_int_equal(got.count, 1);
    assert_string_equal(got.text, "{1}");
}

/* lwIP's own client loses bytes here. */
static void a_message_of_many_segments_comes_whole_in_any_split(void **state)
{
    (void)state;
    static uint8_t bytes[PAYLOAD_MAX + 64];
    static const size_t sizes[] = {1, 100, 125, 126, 1300, 1460, 1500, 2900, 5000, PAYLOAD_MAX};
    int count = 0;
    for (size_t n = 0; n < sizeof sizes / sizeof sizes[0]; n++) {
        size_t total = make_message(bytes, "dev1/rpc/OTA.Write", sizes[n], 9);
        for (size_t at = 0; at < 40 && at <= total; at++) {
            broker_send(bytes, at);
            broker_send(bytes + at, total - at);
            for (int i = 0; i < 100 && got.count == count; i++)
                go(1, 10);
            assert_int_equal(got.count, ++count);
            assert_string_equal(got.topic, "dev1/rpc/OTA.Write");
            expect_payload(sizes[n]);
            EXPECT("\x40\x02\x00\x09");
        }
    }
}

static void many_messages_in_one_segment_wait_for_the_caller(void **state)
{
    (void)state;
    static uint8_t bytes[20 * 64];
    size_t size = 0;
    for (int i = 0; i < 20; i++)
        size += make_message(bytes + size, "dev1/rpc", 30, (uint16_t)(i + 1));
    got.is_ready = false;
    broker_send(bytes, size);
    assert_int_equal(got.count, 0);
    for (int i = 1; i <= 20; i++) {
        for (int tries = 0; tries < 3 && got.count < i; tries++) {
            got.is_ready = true;
            int before = got.count;
            flota_mqtt_poll(&mqtt, clock_ms);
            assert_true(got.count > before);
        }
    }
    assert_int_equal(got.count, 20);
    go(10, 300); /* delayed acknowledgements hold them back */
    assert_int_equal(broker.size, 20 * 4);
}

static void a_flood_waits_with_the_broker(void **state)
{
    (void)state;
    static uint8_t bytes[PAYLOAD_MAX + 64];
    size_t size = make_message(bytes, "dev1/rpc", 6000, 1), sent = 0;
    got.is_ready = false;
    for (int i = 0; i < 200; i++) { /* until its window is closed */
        size_t room = tcp_sndbuf(broker.pcb);
        size_t piece = size - sent % size < room ? size - sent % size : room;
        if (piece > 0 &&
            tcp_write(broker.pcb, bytes + sent % size, (u16_t)piece, TCP_WRITE_FLAG_COPY) == ERR_OK)
            sent += piece;
        tcp_output(broker.pcb);
        go(1, 1);
    }
    assert_int_equal(got.count, 0);
    assert_true(sent <= TCP_WND + TCP_SND_BUF);
    got.is_ready = true;
    go(200, 50);
    assert_int_equal(got.count, sent / size);
    broker_send(bytes + sent % size, size - sent % size);
    go(100, 50);
    assert_int_equal(got.count, sent / size + 1);
    expect_payload(6000);
}

/* Longer than the window, too: it must be given back on the way. */
static void a_message_that_is_too_long_is_left_out(void **state)
{
    (void)state;
    static uint8_t bytes[3 * TCP_WND];
    size_t size = make_message(bytes, "dev1/rpc", sizeof bytes - 64, 5);
    broker_send(bytes, size);
    assert_int_equal(got.dropped, 1);
    EXPECT("\x40\x02\x00\x05");
    SEND("\x32\x0F\x00\x08"
         "dev1/rpc\x12\x34"
         "abc");
    assert_int_equal(got.count, 1);
    assert_string_equal(got.text, "abc");
}

static void what_is_not_mqtt_ends_the_connection(void **state)
{
    (void)state;
    uint8_t bytes[300];
    memset(bytes, 0x80, sizeof bytes); /* lwIP's own client writes behind its buffer */
    broker_send(bytes, sizeof bytes);
    assert_int_equal(mqtt.state, FLOTA_MQTT_CLOSED);
    assert_int_equal(mqtt.error, FLOTA_ERR_CONNECT_LOST);
}

static void a_reply_of_any_size_is_published(void **state)
{
    (void)state;
    static uint8_t text[8192];
    memset(text, 'r', sizeof text);
    for (size_t size = 0; size <= 5000; size += 500) {
        int tries = 0;
        while (flota_mqtt_publish(&mqtt, "me/rpc", text, size, false) == FLOTA_ERR_NOT_READY)
            go(1, 10), assert_true(tries++ < 100);
        size_t header = size + 10 < 128 ? 2 : 3;
        for (int i = 0; i < 100 && broker.size < header + 2 + 6 + 2 + size; i++)
            go(1, 10);
        assert_int_equal(broker.size, header + 2 + 6 + 2 + size);
        assert_int_equal(broker.bytes[0], 0x32);
        uint8_t ack[4] = {0x40, 2, broker.bytes[header + 8], broker.bytes[header + 9]};
        broker.size = 0;
        broker_send(ack, 4);
    }
    assert_int_equal(flota_mqtt_publish(&mqtt, "me/#", text, 1, false), FLOTA_ERR_BAD_VALUE);
    assert_int_equal(flota_mqtt_publish(&mqtt, "me", text, MQTT_OUTPUT_RINGBUF_SIZE, false),
                     FLOTA_ERR_BAD_VALUE);
}

/* Room is refused in time: nothing is lost, and acknowledgements still find a place. */
static void more_replies_than_fit_are_refused_not_lost(void **state)
{
    (void)state;
    static uint8_t text[1000];
    int count = 0;
    memset(text, 'r', sizeof text);
    while (flota_mqtt_publish(&mqtt, "me/rpc", text, sizeof text, false) == 0)
        assert_true(++count < 100);
    assert_true(count >= 3);
    go(50, 10);
    size_t size = (size_t)count * (3 + 2 + 6 + sizeof text); /* and 2 more of QoS 1 */
    assert_in_range(broker.size, size, size + 2 * (size_t)count);
    broker.size = 0;
    SEND("\x32\x0F\x00\x08"
         "dev1/rpc\x12\x34"
         "abc");
    EXPECT("\x40\x02\x12\x34");
}

/* Its acknowledgements may lie behind messages that are read only after this one has gone. */
static void replies_go_out_though_none_is_acknowledged(void **state)
{
    (void)state;
    int with_qos_1 = 0, count = 0;
    for (int i = 0; i < 100; i++) {
        broker.size = 0;
        assert_int_equal(flota_mqtt_publish(&mqtt, "me/rpc", "x", 1, false), 0);
        for (int tries = 0; tries < 100 && broker.size == 0; tries++)
            go(1, 10);
        count += broker.size > 0;
        with_qos_1 += broker.bytes[0] == 0x32;
    }
    assert_int_equal(count, 100);
    assert_true(with_qos_1 >= 4 && with_qos_1 < 100);
}

/* An upload's calls: no acknowledgement on the way back may hold up the next one. */
static void a_call_of_qos_0_is_answered_with_qos_0(void **state)
{
    (void)state;
    SEND("\x30\x0D\x00\x08"
         "dev1/rpc"
         "abc");
    assert_string_equal(got.text, "abc");
    assert_int_equal(flota_mqtt_publish(&mqtt, "me/rpc", "x", 1, false), 0);
    EXPECT("\x30\x09\x00\x06"
           "me/rpcx");
    assert_int_equal(flota_mqtt_publish(&mqtt, "me/is", "x", 1, true), 0);
    go(1, 10);
    assert_int_equal(broker.bytes[0], 0x33); /* what is kept for others is acknowledged */
}

static void a_refused_client_is_told_the_code(void **state)
{
    (void)state;
    flota_mqtt_open(&mqtt);
    go(10, 1);
    SEND("\x20\x02\x00\x05");
    assert_int_equal(mqtt.state, FLOTA_MQTT_CLOSED);
    assert_int_equal(mqtt.error, FLOTA_ERR_UNAUTHORIZED);
    assert_int_equal(mqtt.reason, 5);
    broker_close();
    go(10, 1);
    flota_mqtt_open(&mqtt);
    go(10, 1);
    SEND("\x20\x02\x00\x00");
    SEND("\x90\x03\x00\x01\x80"); /* the subscription is refused */
    assert_int_equal(mqtt.state, FLOTA_MQTT_CLOSED);
    assert_int_equal(mqtt.error, FLOTA_ERR_UNAUTHORIZED);
    assert_int_equal(mqtt.reason, 0x80);
}

static void a_broker_that_is_not_there_or_silent_is_given_up(void **state)
{
    (void)state;
    mqtt.port = NOBODY_PORT;
    flota_mqtt_open(&mqtt);
    go(100, 10);
    assert_int_equal(mqtt.error, FLOTA_ERR_CONNECT_REFUSED);
    mqtt.port = PORT;
    flota_mqtt_open(&mqtt);
    go(10, 1);
    assert_int_equal(mqtt.state, FLOTA_MQTT_OPENING);
    go((int)(FLOTA_MQTT_OPEN_MS / 100), 100);
    assert_int_equal(mqtt.state, FLOTA_MQTT_CLOSED);
    assert_int_equal(mqtt.error, FLOTA_ERR_CONNECT_TIMEOUT);
    broker_close();
    mqtt.host = "broker.example"; /* no DNS server is known */
    assert_int_equal(flota_mqtt_open(&mqtt), FLOTA_ERR_NAME_UNKNOWN);
    assert_int_equal(mqtt.error, FLOTA_ERR_NAME_UNKNOWN);
}

static void it_comes_back_after_the_broker_has_gone(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        if (i % 2) {
            broker_close();
        } else { /* in the middle of a message */
            SEND("\x32\x0F\x00\x08"
                 "dev1");
            tcp_abort(broker.pcb);
        }
        go(20, 10);
        assert_int_equal(mqtt.state, FLOTA_MQTT_CLOSED);
        assert_int_equal(mqtt.error, FLOTA_ERR_CONNECT_LOST);
        assert_int_equal(flota_mqtt_publish(&mqtt, "me", "x", 1, false), FLOTA_ERR_CONNECT_LOST);
        broker.size = 0;
        open_it();
    }
    SEND("\x32\x0F\x00\x08"
         "dev1/rpc\x12\x34"
         "abc");
    assert_int_equal(got.count, 1);
}

static void a_dead_line_is_noticed_by_keep_alive(void **state)
{
    (void)state;
    go(70, 1000);
    assert_true(broker.size >= 2);
    assert_memory_equal(broker.bytes, "\xC0\x00", 2);
    SEND("\xD0\x00");
    go(80, 1000);
    assert_int_equal(mqtt.state, FLOTA_MQTT_OPEN);
    go(120, 1000);
    assert_int_equal(mqtt.state, FLOTA_MQTT_CLOSED);
    assert_int_equal(mqtt.error, FLOTA_ERR_CONNECT_TIMEOUT);
}

/* With words, so that no will is published, and in order, also with unread bytes. */
static void closing_says_goodbye(void **state)
{
    (void)state;
    got.is_ready = false;
    SEND("\x32\x0F\x00\x08"
         "dev1/rpc\x12\x34"
         "abc");
    flota_mqtt_close(&mqtt);
    assert_int_equal(mqtt.state, FLOTA_MQTT_CLOSED);
    assert_int_equal(mqtt.error, 0);
    go(10, 1);
    assert_true(broker.ended);
    assert_non_null(broker.pcb);
    EXPECT("\xE0\x00");
    flota_mqtt_close(&mqtt);
    assert_int_equal(got.count, 0);
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, end)
    const struct CMUnitTest tests[] = {
        TEST(a_message_comes_and_is_acknowledged, begin_open),
        TEST(what_the_broker_had_kept_is_left_out_and_acknowledged, begin_open),
        TEST(a_message_of_many_segments_comes_whole_in_any_split, begin_open),
        TEST(many_messages_in_one_segment_wait_for_the_caller, begin_open),
        TEST(a_flood_waits_with_the_broker, begin_open),
        TEST(a_message_that_is_too_long_is_left_out, begin_open),
        TEST(what_is_not_mqtt_ends_the_connection, begin_open),
        TEST(a_reply_of_any_size_is_published, begin_open),
        TEST(more_replies_than_fit_are_refused_not_lost, begin_open),
        TEST(replies_go_out_though_none_is_acknowledged, begin_open),
        TEST(a_call_of_qos_0_is_answered_with_qos_0, begin_open),
        TEST(a_refused_client_is_told_the_code, begin),
        TEST(a_broker_that_is_not_there_or_silent_is_given_up, begin),
        TEST(it_comes_back_after_the_broker_has_gone, begin_open),
        TEST(a_dead_line_is_noticed_by_keep_alive, begin_open),
        TEST(closing_says_goodbye, begin_open),
    };
    start_network();
    broker.listener = tcp_new();
    assert_int_equal(tcp_bind(broker.listener, IP_ADDR_ANY, PORT), ERR_OK);
    broker.listener = tcp_listen(broker.listener);
    tcp_accept(broker.listener, broker_accepts);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
