/* test_rpc_udp.c - one RPC frame in each datagram, over a network that keeps what is sent.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flota/rpc_udp.h"
#include "rpc_test.h"

static struct device device;
static struct flota_rpc_udp udp;
static struct flota_network_datagrams *bound;
static int bind_result, send_result;
static int sent_count, bob_count;
static struct flota_datagram_peer sent_to;
static char sent_text[FLOTA_DATAGRAM_MAX + 1];

/* --- the network --- */

int flota_network_bind(struct flota_network_datagrams *datagrams)
{
    bound = datagrams;
    return bind_result;
}

int flota_network_send(struct flota_network_datagrams *datagrams,
                       const struct flota_datagram_peer *peer, const uint8_t *data, size_t size)
{
    assert_ptr_equal(datagrams, bound);
    assert_true(size <= FLOTA_DATAGRAM_MAX);
    sent_count++;
    bob_count += peer->address == 0x0200000A;
    sent_to = *peer;
    memcpy(sent_text, data, size);
    sent_text[size] = '\0';
    return send_result;
}

static const struct flota_datagram_peer alice = {0x0100000A, 1000, "10.0.0.1:1000"};
static const struct flota_datagram_peer bob = {0x0200000A, 1000, "10.0.0.2:1000"};
static const struct flota_datagram_peer carol = {0x0100000A, 1001, "10.0.0.1:1001"};

static void give_bytes(const struct flota_datagram_peer *peer, const char *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, data, size);
    bound->received(bound->context, peer, copy, size);
    free(copy);
}

static void give(const struct flota_datagram_peer *peer, const char *text)
{
    give_bytes(peer, text, strlen(text));
}

static int set_up(void **state)
{
    (void)state;
    bind_result = send_result = sent_count = bob_count = 0;
    device_init(&device, FLOTA_AUTH_NONE);
    assert_int_equal(flota_rpc_udp_init(&udp, &device.rpc, 8911), 0);
    assert_int_equal(bound->port, 8911);
    return 0;
}

static void a_datagram_gets_a_datagram(void **state)
{
    (void)state;
    give(&alice, GOOD_FRAME);
    assert_int_equal(sent_count, 1);
    assert_string_equal(sent_text, GOOD_REPLY);
    assert_int_equal(sent_to.port, 1000);
    give(&bob, "{\"id\":1,\"method\":\"RPC.Ping\"}");
    assert_int_equal(sent_to.address, bob.address);
    assert_true(has(sent_text, "\"channel_info\":\"udp 10.0.0.2:1000\""));
}

static void without_an_id_nothing_is_sent(void **state)
{
    (void)state;
    give(&alice, "{\"method\":\"Test.Wait\"}");
    assert_int_equal(sent_count, 0);
    assert_int_equal(device.called, 1);
}

static void a_reply_longer_than_a_datagram_is_an_error(void **state)
{
    (void)state;
    give(&alice, "{\"id\":1,\"method\":\"Test.Long\",\"params\":{\"size\":1500}}");
    assert_true(has(sent_text, "\"error\":{\"code\":500,\"message\":\"the answer is longer than "
                               "1472 bytes"));
    give(&alice, "{\"id\":1,\"method\":\"Test.Long\"}");
    assert_int_equal(code_of(sent_text), 0);
}

static void two_calls_may_wait_and_what_they_repeat_is_dropped(void **state)
{
    (void)state;
    device.wait_polls = 4;
    give(&alice, "{\"id\":1,\"method\":\"Test.Wait\"}");
    give(&alice, "{\"id\":1,\"method\":\"Test.Wait\"}");
    give(&bob, "{\"id\":2,\"method\":\"Test.Wait\"}");
    give(&carol, GOOD_FRAME);
    assert_int_equal(sent_count, 0);
    for (uint32_t i = 0; i < 10; i++)
        flota_rpc_udp_poll(&udp, i);
    assert_int_equal(sent_count, 2);
    assert_int_equal(bob_count, 1);
    assert_int_equal(device.called, 2);
    assert_int_equal(device.sent, 2);
    give(&carol, GOOD_FRAME);
    assert_string_equal(sent_text, GOOD_REPLY);
}

static void a_reply_that_the_network_loses_frees_its_place(void **state)
{
    (void)state;
    send_result = FLOTA_ERR_NOT_READY;
    for (int i = 0; i < 10; i++)
        give(&alice, GOOD_FRAME);
    assert_int_equal(sent_count, 10);
}

static void a_port_that_cannot_be_had_is_reported(void **state)
{
    (void)state;
    bind_result = FLOTA_ERR_NOT_READY;
    assert_int_equal(flota_rpc_udp_init(&udp, &device.rpc, 1), FLOTA_ERR_NOT_READY);
}

static void after_10000_mutated_frames_a_good_one_is_answered(void **state)
{
    uint32_t random = 4444;
    char frame[1100];
    (void)state;
    for (int i = 0; i < 10000; i++) {
        size_t size = mutate(&random, frame, sizeof frame);
        give_bytes(i % 2 ? &alice : &bob, frame, size);
        flota_rpc_udp_poll(&udp, (uint32_t)i);
    }
    give(&alice, GOOD_FRAME);
    assert_string_equal(sent_text, GOOD_REPLY);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(a_datagram_gets_a_datagram),
        TEST(without_an_id_nothing_is_sent),
        TEST(a_reply_longer_than_a_datagram_is_an_error),
        TEST(two_calls_may_wait_and_what_they_repeat_is_dropped),
        TEST(a_reply_that_the_network_loses_frees_its_place),
        TEST(a_port_that_cannot_be_had_is_reported),
        TEST(after_10000_mutated_frames_a_good_one_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
