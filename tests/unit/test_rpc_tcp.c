/* test_rpc_tcp.c - RPC frames in a stream of bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flota/rpc_tcp.h"
#include "rpc_test.h"

static struct device device;
static struct flota_rpc_tcp_session session;
static const struct flota_stream_protocol *tcp = &flota_rpc_tcp_protocol;
static char output[16384];
static size_t output_size;
static size_t window; /* bytes that the transport takes at a time */

static int set_up(void **state)
{
    (void)state;
    device_init(&device, FLOTA_AUTH_NONE);
    memset(&session, 0xA5, sizeof session);
    tcp->open(&session, &device.rpc, "10.0.0.1:5", device.now_ms);
    output_size = 0;
    output[0] = '\0';
    window = sizeof output;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tcp->close(&session);
    tcp->close(&session);
    return 0;
}

static void collect(void)
{
    const uint8_t *data;
    size_t size;
    while ((size = tcp->output(&session, &data)) > 0) {
        if (size > window)
            size = window;
        assert_true(output_size + size < sizeof output);
        memcpy(output + output_size, data, size);
        output_size += size;
        output[output_size] = '\0';
        tcp->sent(&session, size);
        tcp->acked(&session, size, device.now_ms);
    }
}

static void turn(void)
{
    tcp->poll(&session, ++device.now_ms);
    collect();
}

/* Send all, as the session takes it; stops when it takes nothing for a while. Returns what was
 * taken. */
static size_t give(const char *data, size_t size)
{
    size_t taken = 0;
    for (int idle = 0; taken < size && idle < 50; idle++) {
        size_t part =
            tcp->receive(&session, (const uint8_t *)data + taken, size - taken, device.now_ms);
        taken += part;
        idle = part ? 0 : idle;
        turn();
    }
    return taken;
}

static size_t give_text(const char *text)
{
    return give(text, strlen(text));
}

static void a_line_of_json_gets_a_line_of_json(void **state)
{
    (void)state;
    assert_int_equal(tcp->use(&session), FLOTA_STREAM_USE_IDLE);
    give_text(GOOD_FRAME "\n");
    assert_string_equal(output, GOOD_REPLY "\n");
    assert_int_equal(tcp->use(&session), FLOTA_STREAM_USE_IDLE);
    give_text("{\"id\":1,\"method\":\"RPC.Ping\"}\n");
    assert_true(has(output, "\"channel_info\":\"tcp 10.0.0.1:5\""));
}

static void quotes_are_mirrored(void **state)
{
    (void)state;
    give_text("\n\"\"\"" GOOD_FRAME "\"\"\"\n");
    assert_string_equal(output, "\n\"\"\"" GOOD_REPLY "\"\"\"\n");
}

static void any_split_and_any_window_will_do(void **state)
{
    const char *text = GOOD_FRAME "\n" GOOD_FRAME "\n";
    (void)state;
    window = 1;
    for (size_t i = 0; text[i]; i++)
        assert_int_equal(give(text + i, 1), 1);
    assert_string_equal(output, GOOD_REPLY "\n" GOOD_REPLY "\n");
}

static void the_next_frame_waits_for_the_reply_to_be_acknowledged(void **state)
{
    const uint8_t *data;
    const char *two = GOOD_FRAME "\n" GOOD_FRAME "\n";
    (void)state;
    size_t taken = tcp->receive(&session, (const uint8_t *)two, strlen(two), 0);
    assert_int_equal(taken, strlen(GOOD_FRAME) + 1);
    assert_int_equal(tcp->use(&session), FLOTA_STREAM_USE_EXCHANGE);
    while (tcp->output(&session, &data) > 0)
        tcp->sent(&session, 1);
    assert_int_equal(tcp->receive(&session, (const uint8_t *)two, 1, 0), 0);
    assert_int_equal(device.sent, 0);
    tcp->acked(&session, strlen(GOOD_REPLY), 0);
    assert_int_equal(device.sent, 0);
    tcp->acked(&session, 1, 0);
    assert_int_equal(device.sent, 1);
    assert_int_equal(tcp->receive(&session, (const uint8_t *)two, strlen(two), 0), taken);
}

static void a_call_that_takes_time_is_answered_in_the_end(void **state)
{
    (void)state;
    device.wait_polls = 5;
    give_text("{\"id\":1,\"method\":\"Test.Wait\"}\n" GOOD_FRAME "\n");
    assert_string_equal(output, "{\"id\":1,\"src\":\"dev1\",\"result\":null}\n" GOOD_REPLY "\n");
}

static void a_frame_too_long_is_refused_and_the_next_one_served(void **state)
{
    static char text[FLOTA_RPC_FRAME_MAX + 200];
    (void)state;
    memset(text, ' ', sizeof text - 1);
    memcpy(text, "{\"id\":1", 7);
    strcpy(text + sizeof text - 3, "}\n");
    assert_int_equal(give_text(text), strlen(text));
    assert_true(has(output, "longer than 6144 bytes"));
    give_text(GOOD_FRAME "\n");
    assert_true(has(output, "\n" GOOD_REPLY "\n"));
}

static void a_frame_that_does_not_end_closes(void **state)
{
    (void)state;
    give_text("{\"id\":1");
    assert_int_equal(tcp->use(&session), FLOTA_STREAM_USE_PARTIAL);
    device.now_ms += FLOTA_RPC_TCP_FRAME_MS - 10;
    give_text(" ");
    assert_false(tcp->wants_close(&session));
    device.now_ms += 20;
    turn();
    assert_true(tcp->wants_close(&session));
    assert_int_equal(give_text(GOOD_FRAME "\n"), strlen(GOOD_FRAME) + 1); /* dropped */
    assert_string_equal(output, "");
}

static void an_idle_client_may_stay(void **state)
{
    (void)state;
    give_text("junk\n" GOOD_FRAME "\n");
    device.now_ms += 10 * FLOTA_RPC_TCP_FRAME_MS;
    turn();
    assert_false(tcp->wants_close(&session));
    give_text(GOOD_FRAME "\n");
    assert_string_equal(output, GOOD_REPLY "\n" GOOD_REPLY "\n");
}

static void a_client_that_does_not_read_is_closed(void **state)
{
    (void)state;
    tcp->receive(&session, (const uint8_t *)GOOD_FRAME "\n", strlen(GOOD_FRAME) + 1, device.now_ms);
    const uint8_t *data;
    assert_true(tcp->output(&session, &data) > 0);
    tcp->poll(&session, device.now_ms + FLOTA_RPC_TCP_SEND_MS - 1);
    assert_false(tcp->wants_close(&session));
    tcp->poll(&session, device.now_ms + FLOTA_RPC_TCP_SEND_MS);
    assert_true(tcp->wants_close(&session));
    assert_int_equal(tcp->output(&session, &data), 0);
}

static void a_client_that_reads_byte_by_byte_is_closed_too(void **state)
{
    const uint8_t *data;
    (void)state;
    tcp->receive(&session, (const uint8_t *)GOOD_FRAME "\n", strlen(GOOD_FRAME) + 1, device.now_ms);
    tcp->poll(&session, device.now_ms);
    for (uint32_t ms = 0; ms < FLOTA_RPC_TCP_SEND_MS; ms += 5000, device.now_ms += 5000) {
        assert_true(tcp->output(&session, &data) > 0);
        tcp->sent(&session, 1);
        tcp->acked(&session, 1, device.now_ms);
        tcp->poll(&session, device.now_ms);
        assert_false(tcp->wants_close(&session));
    }
    tcp->poll(&session, device.now_ms);
    assert_true(tcp->wants_close(&session));
}

static void a_client_that_ends_gets_its_reply_first(void **state)
{
    (void)state;
    tcp->peer_ended(&session, 5);
    assert_false(tcp->wants_close(&session)); /* the call is still to come */
    device.wait_polls = 2;
    tcp->receive(&session, (const uint8_t *)"{\"id\":1,\"method\":\"Test.Wait\"}\n", 30,
                 device.now_ms);
    tcp->peer_ended(&session, 5);
    assert_false(tcp->output_ended(&session));
    tcp->peer_ended(&session, 0);
    assert_false(tcp->output_ended(&session));
    turn();
    turn();
    turn();
    assert_true(output_size > 0);
    assert_true(tcp->output_ended(&session));
    assert_true(tcp->wants_close(&session));
}

static void a_client_that_is_lost_is_told_to_its_call(void **state)
{
    (void)state;
    device.wait_polls = 10;
    give_text("{\"id\":1,\"method\":\"Test.Wait\"}\n");
    tcp->close(&session);
    assert_int_equal(device.gone, 1);
}

static void after_10000_mutated_frames_a_good_one_is_answered(void **state)
{
    uint32_t random = 444;
    char frame[1100];
    (void)state;
    for (int i = 0; i < 10000; i++) {
        size_t size = mutate(&random, frame, sizeof frame - 2);
        if (i % 7 != 0) /* and some without an end */
            frame[size++] = '\n';
        output_size = 0;
        assert_int_equal(give(frame, size), size);
    }
    give_text("\n\n");
    output_size = 0;
    give_text(GOOD_FRAME "\n");
    assert_true(has(output, GOOD_REPLY));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_line_of_json_gets_a_line_of_json),
        TEST(quotes_are_mirrored),
        TEST(any_split_and_any_window_will_do),
        TEST(the_next_frame_waits_for_the_reply_to_be_acknowledged),
        TEST(a_call_that_takes_time_is_answered_in_the_end),
        TEST(a_frame_too_long_is_refused_and_the_next_one_served),
        TEST(a_frame_that_does_not_end_closes),
        TEST(an_idle_client_may_stay),
        TEST(a_client_that_does_not_read_is_closed),
        TEST(a_client_that_reads_byte_by_byte_is_closed_too),
        TEST(a_client_that_ends_gets_its_reply_first),
        TEST(a_client_that_is_lost_is_told_to_its_call),
        TEST(after_10000_mutated_frames_a_good_one_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
