/* test_rpc_mqtt.c - RPC over MQTT with a broker that the test plays, and the waits between
 * connections.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "flota/network.h"
#include "flota/rpc_mqtt.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- an MQTT client without a network --- */

static struct {
    struct flota_mqtt *mqtt;
    int opened, closed;
    int open_result, publish_result;
    size_t out_size;
    char out[16384]; /* "TOPIC PAYLOAD\n" */
} broker;

int flota_mqtt_open(struct flota_mqtt *mqtt)
{
    broker.mqtt = mqtt;
    broker.opened++;
    if (broker.open_result < 0) {
        mqtt->error = broker.open_result;
        return broker.open_result;
    }
    mqtt->error = mqtt->reason = 0;
    mqtt->state = FLOTA_MQTT_OPENING;
    return 0;
}

void flota_mqtt_close(struct flota_mqtt *mqtt)
{
    broker.closed++;
    mqtt->error = 0;
    mqtt->state = FLOTA_MQTT_CLOSED;
}

void flota_mqtt_poll(struct flota_mqtt *mqtt, uint32_t now_ms)
{
    (void)mqtt;
    (void)now_ms;
}

int flota_mqtt_publish(struct flota_mqtt *mqtt, const char *topic, const void *payload, size_t size,
                       bool retain)
{
    assert_false(retain);
    assert_true(flota_mqtt_is_topic(topic));
    if (mqtt->state != FLOTA_MQTT_OPEN)
        return FLOTA_ERR_CONNECT_LOST;
    if (broker.publish_result < 0)
        return broker.publish_result;
    broker.out_size +=
        (size_t)snprintf(broker.out + broker.out_size, sizeof broker.out - broker.out_size,
                         "%s %.*s\n", topic, (int)size, (const char *)payload);
    return 0;
}

static void accept_it(void)
{
    assert_int_equal(broker.mqtt->state, FLOTA_MQTT_OPENING);
    broker.mqtt->state = FLOTA_MQTT_OPEN;
}

static void lose_it(int error)
{
    broker.mqtt->error = error;
    broker.mqtt->state = FLOTA_MQTT_CLOSED;
}

static void deliver(const char *topic, const char *payload)
{
    struct flota_mqtt *mqtt = broker.mqtt;
    assert_true(strlen(payload) <= mqtt->payload_size);
    memcpy(mqtt->payload, payload, strlen(payload));
    mqtt->received(mqtt->context, topic, mqtt->payload, strlen(payload));
}

static void expect(const char *expected)
{
    assert_string_equal(broker.out, expected);
    broker.out_size = 0;
    broker.out[0] = '\0';
}

/* --- a device --- */

static bool has_link, has_address;

void flota_network_status(struct flota_network_status *status)
{
    memset(status, 0, sizeof *status);
    status->is_link_up = has_link;
    strcpy(status->address, has_address ? "192.168.0.10" : "0.0.0.0");
}

static struct flash_model model;
static struct flota_config config;
static struct flota_config_table table;
static struct flota_rpc rpc;
static struct flota_rpc_mqtt mqtt;
static uint32_t now_ms;
static int waits;
static char log_text[4096];

static int slow(void *context, struct flota_rpc_call *call)
{
    (void)context;
    if (waits > 0)
        return FLOTA_RPC_WAIT;
    flota_rpc_null(call);
    return 0;
}

static uint32_t random_word(void)
{
    return 0x80000000u;
}

static void note_log(const char *line)
{
    strncat(log_text, line, sizeof log_text - strlen(log_text) - 2);
    strcat(log_text, "\n");
}

static void set(const char *key, const char *value)
{
    assert_int_equal(flota_config_set(&config, key, value), 0);
}

static void pass(uint32_t time_ms)
{
    now_ms += time_ms;
    flota_rpc_mqtt_poll(&mqtt, now_ms);
}

static int begin(void **state)
{
    (void)state;
    static const struct flota_rpc_method methods[] = {{.name = "Slow", .handle = slow}};
    static struct flota_rpc_service service;
    static const struct flota_auth auth;
    static const struct flota_rpc_mqtt_environment environment = {random_word, note_log};
    memset(&broker, 0, sizeof broker);
    memset(log_text, 0, sizeof log_text);
    waits = 0;
    has_link = has_address = true;
    now_ms = 5000;
    flash_model_init(&model, &flash_model_h745);
    flota_config_init(&config, &model.flash);
    flota_rpc_mqtt_add_keys(&config, &table);
    service = (struct flota_rpc_service){.methods = methods, .method_count = 1};
    flota_rpc_init(&rpc, &auth, "dev1", random_word);
    flota_rpc_add(&rpc, &service);
    flota_rpc_mqtt_init(&mqtt, &rpc, &config, &environment);
    return 0;
}

static int end(void **state)
{
    (void)state;
    flash_model_free(&model);
    return 0;
}

static int begin_connected(void **state)
{
    begin(state);
    set("mqtt.enable", "true");
    set("mqtt.server", "broker.example:1884");
    pass(0);
    accept_it();
    pass(1);
    return 0;
}

#define REPLY "{\"id\":1,\"src\":\"dev1\",\"dst\":\"me\",\"result\":null}"

/* --- tests --- */

static void without_its_keys_nothing_is_opened(void **state)
{
    (void)state;
    pass(0);
    pass(100000);
    assert_int_equal(broker.opened, 0);
    set("mqtt.server", "somewhere");
    pass(1000);
    pass(1000);
    assert_int_equal(broker.opened, 0);
}

static void the_keys_say_where_and_who(void **state)
{
    (void)state;
    set("mqtt.enable", "true");
    set("mqtt.server", "192.168.0.2");
    set("mqtt.user", "u");
    set("mqtt.pass", "p");
    set("mqtt.keep_alive", "90");
    pass(0);
    assert_string_equal(broker.mqtt->host, "192.168.0.2");
    assert_int_equal(broker.mqtt->port, 1883);
    assert_int_equal(broker.mqtt->keep_alive_s, 90);
    assert_string_equal(broker.mqtt->client_id, "dev1");
    assert_string_equal(broker.mqtt->user, "u");
    assert_string_equal(broker.mqtt->password, "p");
    assert_int_equal(broker.mqtt->topic_count, 1);
    assert_string_equal(broker.mqtt->topics[0], "dev1/rpc/#");
}

static void a_wrong_key_is_told_and_nothing_is_opened(void **state)
{
    static const char *const wrong[] = {":1883", "h:0", "h:65536", "h:x", "h:", "h:1x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        begin(state);
        set("mqtt.enable", "true");
        set("mqtt.server", wrong[i]);
        pass(0);
        pass(5000);
        assert_int_equal(broker.opened, 0);
        assert_string_equal(log_text, "mqtt.server: give HOST or HOST:PORT\n");
        end(state);
    }
    begin(state);
    set("mqtt.enable", "true");
    set("mqtt.server", "h");
    set("mqtt.client_id", "a/#");
    pass(0);
    assert_int_equal(broker.opened, 0);
    assert_non_null(strstr(log_text, "mqtt.client_id"));
}

static void a_change_of_keys_opens_it_anew(void **state)
{
    (void)state;
    set("mqtt.client_id", "other");
    pass(1000);
    assert_int_equal(broker.closed, 0); /* the reply leaves first */
    pass(1000);
    assert_int_equal(broker.closed, 1);
    assert_int_equal(broker.opened, 2);
    assert_string_equal(broker.mqtt->topics[0], "other/rpc/#");
    set("mqtt.enable", "false");
    pass(1000);
    pass(1000);
    pass(100000);
    assert_int_equal(broker.closed, 2);
    assert_int_equal(broker.opened, 2);
}

static void a_frame_is_answered_to_its_source(void **state)
{
    (void)state;
    assert_string_equal(log_text, "mqtt: connected to broker.example:1884 as dev1\n");
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    pass(1);
    expect("me/rpc " REPLY "\n");
    deliver("dev1/rpc/Slow", "{\"id\":1,\"src\":\"me\"}");
    pass(1);
    expect("me/rpc " REPLY "\n");
    deliver("dev1/rpc/None", "{\"id\":1,\"src\":\"me\"}");
    pass(1);
    assert_non_null(strstr(broker.out, "\"code\":404"));
}

static void replies_that_cannot_go_anywhere_are_dropped(void **state)
{
    (void)state;
    deliver("dev1/rpc", "{\"id\":1,\"method\":\"Slow\"}");
    pass(1);
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"dev1\",\"method\":\"Slow\"}"); /* we would call us */
    pass(1);
    assert_int_equal(mqtt.dropped, 0);
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"a/#\",\"method\":\"Slow\"}");
    pass(1);
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"a\\n\",\"method\":\"Slow\"}");
    pass(1);
    expect("");
    assert_int_equal(mqtt.dropped, 2);
    deliver("dev10/rpc", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    deliver("dev1/rpcs", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    pass(1);
    expect("");
    assert_true(flota_rpc_mqtt_is_open(&mqtt));
    lose_it(FLOTA_ERR_CONNECT_LOST);
    assert_false(flota_rpc_mqtt_is_open(&mqtt));
}

static void two_calls_are_served_and_the_next_one_waits(void **state)
{
    (void)state;
    waits = 1;
    assert_true(broker.mqtt->is_ready(broker.mqtt->context));
    for (int i = 0; i < (int)FLOTA_RPC_MQTT_CHANNELS; i++)
        deliver("dev1/rpc", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    pass(1);
    assert_false(broker.mqtt->is_ready(broker.mqtt->context));
    pass(FLOTA_RPC_MQTT_BUSY_MS - 2);
    assert_false(broker.mqtt->is_ready(broker.mqtt->context));
    pass(2);
    assert_true(broker.mqtt->is_ready(broker.mqtt->context)); /* to be dropped */
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    assert_int_equal(mqtt.dropped, 1);
    waits = 0;
    pass(1);
    expect("me/rpc " REPLY "\nme/rpc " REPLY "\n");
    assert_true(broker.mqtt->is_ready(broker.mqtt->context));
}

static void a_reply_waits_for_room_and_for_the_broker_to_return(void **state)
{
    (void)state;
    broker.publish_result = FLOTA_ERR_NOT_READY;
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    pass(1);
    expect("");
    broker.publish_result = 0;
    pass(1);
    expect("me/rpc " REPLY "\n");
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    lose_it(FLOTA_ERR_CONNECT_LOST);
    pass(1);
    pass(FLOTA_MQTT_WAIT_MS);
    accept_it();
    pass(1);
    expect("me/rpc " REPLY "\n");
    deliver("dev1/rpc", "{\"id\":1,\"src\":\"me\",\"method\":\"Slow\"}");
    broker.publish_result = FLOTA_ERR_NOT_READY;
    pass(1);
    pass(FLOTA_RPC_MQTT_SEND_MS);
    assert_int_equal(mqtt.dropped, 1);
    broker.publish_result = 0;
    pass(1);
    expect("");
}

static void a_refusal_is_told_once(void **state)
{
    (void)state;
    log_text[0] = '\0';
    for (int i = 0; i < 5; i++) {
        broker.mqtt->reason = 5;
        lose_it(FLOTA_ERR_UNAUTHORIZED);
        pass(1);
        pass(FLOTA_MQTT_WAIT_MAX);
        assert_int_equal(broker.opened, 2 + i);
    }
    assert_string_equal(log_text, "mqtt: broker.example:1884: the broker refused the credentials "
                                  "or the topic (code 5)\n");
}

/* --- the waits --- */

static struct flota_mqtt client;

static uint32_t wait_for_open(uint32_t random)
{
    int before = broker.opened;
    for (uint32_t waited = 0;; waited += 10, now_ms += 10) {
        flota_mqtt_keep_open(&client, random, now_ms);
        if (broker.opened > before)
            return waited;
        assert_true(waited <= FLOTA_MQTT_WAIT_MAX);
    }
}

static void the_wait_grows_varies_and_begins_anew(void **state)
{
    (void)state;
    static const uint32_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000};
    memset(&client, 0, sizeof client);
    assert_int_equal(wait_for_open(7), 0);
    for (size_t i = 0; i < sizeof waits_ms / sizeof waits_ms[0]; i++) {
        lose_it(FLOTA_ERR_CONNECT_TIMEOUT);
        uint32_t random = waits_ms[i] / 2; /* the longest */
        uint32_t waited = wait_for_open(random);
        assert_in_range(waited, waits_ms[i] - 20, waits_ms[i] + 20);
    }
    lose_it(FLOTA_ERR_CONNECT_TIMEOUT);
    broker.open_result = FLOTA_ERR_NOT_READY;
    for (int i = 0; i < 3; i++)
        assert_in_range(wait_for_open(0), 30000 - 20, 30000 + 20);
    broker.open_result = 0;
    wait_for_open(0);
    accept_it();
    flota_mqtt_keep_open(&client, 0, now_ms);
    now_ms += FLOTA_MQTT_STEADY_MS - 10; /* not steady yet */
    flota_mqtt_keep_open(&client, 0, now_ms);
    lose_it(FLOTA_ERR_CONNECT_LOST);
    assert_in_range(wait_for_open(0), 30000 - 20, 30000 + 20); /* the shortest */
    accept_it();
    flota_mqtt_keep_open(&client, 0, now_ms);
    now_ms += FLOTA_MQTT_STEADY_MS;
    lose_it(FLOTA_ERR_CONNECT_LOST);
    assert_in_range(wait_for_open(0), 500 - 20, 500 + 20);
}

static void the_first_attempt_waits_for_link_and_address(void **state)
{
    (void)state;
    has_link = has_address = false;
    set("mqtt.enable", "true");
    set("mqtt.server", "broker.example:1884");
    pass(0);
    has_link = true;
    pass(60000);
    assert_int_equal(broker.opened, 0);
    assert_string_equal(log_text, "");
    has_address = true;
    pass(1);
    assert_int_equal(broker.opened, 1);
}

static void topics_that_brokers_punish_are_known(void **state)
{
    (void)state;
    assert_true(flota_mqtt_is_topic("dev1/rpc-resp/mos-1314587188/rpc"));
    assert_true(flota_mqtt_is_topic("\xC3\xA9"));
    assert_false(flota_mqtt_is_topic(""));
    assert_false(flota_mqtt_is_topic("a/+/b"));
    assert_false(flota_mqtt_is_topic("a/#"));
    assert_false(flota_mqtt_is_topic("a\n"));
    assert_false(flota_mqtt_is_topic("a\xFF"));
    char topic[FLOTA_MQTT_TOPIC_MAX + 1];
    memset(topic, 'a', sizeof topic);
    topic[FLOTA_MQTT_TOPIC_MAX - 1] = '\0';
    assert_true(flota_mqtt_is_topic(topic));
    topic[FLOTA_MQTT_TOPIC_MAX - 1] = 'a';
    topic[FLOTA_MQTT_TOPIC_MAX] = '\0';
    assert_false(flota_mqtt_is_topic(topic));
}

int main(void)
{
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, end)
    const struct CMUnitTest tests[] = {
        TEST(without_its_keys_nothing_is_opened, begin),
        TEST(the_keys_say_where_and_who, begin),
        cmocka_unit_test_teardown(a_wrong_key_is_told_and_nothing_is_opened, end),
        TEST(a_change_of_keys_opens_it_anew, begin_connected),
        TEST(a_frame_is_answered_to_its_source, begin_connected),
        TEST(replies_that_cannot_go_anywhere_are_dropped, begin_connected),
        TEST(two_calls_are_served_and_the_next_one_waits, begin_connected),
        TEST(a_reply_waits_for_room_and_for_the_broker_to_return, begin_connected),
        TEST(a_refusal_is_told_once, begin_connected),
        TEST(the_wait_grows_varies_and_begins_anew, begin),
        TEST(the_first_attempt_waits_for_link_and_address, begin),
        cmocka_unit_test(topics_that_brokers_punish_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
