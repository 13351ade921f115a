/* test_rpc_serial.c - RPC over a serial line that console text shares.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/rpc_serial.h"
#include "prng.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define Q "\"\"\""

/* --- a line --- */

static struct {
    const char *in;
    size_t in_size;
    size_t piece; /* read at once, at most */
    size_t room;  /* taken at once, at most */
    size_t out_size;
    char out[16384];
} line;

static size_t line_read(char *bytes, size_t size)
{
    if (size > line.piece)
        size = line.piece;
    if (size > line.in_size)
        size = line.in_size;
    memcpy(bytes, line.in, size);
    line.in += size;
    line.in_size -= size;
    return size;
}

static size_t line_write(const char *text, size_t size)
{
    if (size > line.room)
        size = line.room;
    if (size > sizeof line.out - 1 - line.out_size)
        size = sizeof line.out - 1 - line.out_size;
    memcpy(line.out + line.out_size, text, size);
    line.out_size += size;
    line.out[line.out_size] = '\0';
    return size;
}

/* --- a device --- */

static struct flota_rpc rpc;
static struct flota_rpc_serial serial;
static int waits, calls;

static int slow(void *context, struct flota_rpc_call *call)
{
    (void)context;
    calls++;
    if (waits-- > 0)
        return FLOTA_RPC_WAIT;
    flota_rpc_null(call);
    return 0;
}

static int big(void *context, struct flota_rpc_call *call)
{
    (void)context;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "\"");
    for (int i = 0; i < 3000; i++)
        flota_json_raw(json, "x");
    flota_json_raw(json, "\"");
    return 0;
}

static uint32_t random_word(void)
{
    return 4;
}

static int begin(void **state)
{
    (void)state;
    static const struct flota_rpc_method methods[] = {{.name = "Slow", .handle = slow},
                                                      {.name = "Big", .handle = big}};
    static struct flota_rpc_service service;
    static const struct flota_auth auth;
    static const struct flota_rpc_serial_line functions = {line_read, line_write};
    service = (struct flota_rpc_service){.methods = methods, .method_count = 2};
    flota_rpc_init(&rpc, &auth, "dev1", random_word);
    flota_rpc_add(&rpc, &service);
    memset(&line, 0, sizeof line);
    line.piece = line.room = 100000;
    waits = calls = 0;
    flota_rpc_serial_init(&serial, &rpc, &functions, 1000);
    return 0;
}

static void give_bytes(const char *bytes, size_t size)
{
    assert_int_equal(line.in_size, 0);
    line.in = bytes;
    line.in_size = size;
}

static void give(const char *text)
{
    give_bytes(text, strlen(text));
}

static void poll_times(int times)
{
    for (int i = 0; i < times; i++)
        flota_rpc_serial_poll(&serial, 2000);
}

static void expect(const char *expected)
{
    assert_string_equal(line.out, expected);
    line.out_size = 0;
    line.out[0] = '\0';
}

#define REPLY_1 "{\"id\":1,\"src\":\"dev1\",\"result\":null}"
#define REPLY_2 "{\"id\":2,\"src\":\"dev1\",\"result\":null}"
#define CALL_1  "{\"id\":1,\"method\":\"Slow\"}"
#define CALL_2  "{\"id\":2,\"method\":\"Slow\"}"

/* --- tests --- */

static void a_reply_has_the_form_of_its_request(void **state)
{
    (void)state;
    give(CALL_1 "\n");
    poll_times(2);
    expect("\n" REPLY_1 "\n");
    give("\n" Q CALL_2 Q "\n");
    poll_times(2);
    expect("\n" Q REPLY_2 Q "\n");
    give("\n" Q "{\"id\":1,\"method\":\"Slow\"}"
         "2b3c8a5e" Q "\n"); /* a wrong CRC */
    poll_times(2);
    expect("");
}

static void a_client_s_hello_is_answered_also_during_a_call(void **state)
{
    (void)state;
    give(Q "\x04" Q "\n\n");
    poll_times(2);
    expect(Q "\x04" Q "\n");
    waits = 3;
    give(Q CALL_1 Q "\n" Q "\x04" Q "\n\n");
    poll_times(2);
    expect(Q "\x04" Q "\n");
    poll_times(3);
    expect("\n" Q REPLY_1 Q "\n");
    give(Q Q);
    poll_times(1);
    expect("\n");
}

static void every_split_of_the_input_and_the_output_gives_the_same(void **state)
{
    static const char text[] = "boot\r\n\n" Q CALL_1 Q "\nnoise \xFF" CALL_2 "\r\n";
    for (size_t piece = 1; piece < sizeof text; piece++) {
        begin(state);
        line.piece = piece;
        line.room = 1 + piece % 7;
        give(text);
        poll_times(200);
        expect("\n" Q REPLY_1 Q "\n\n" Q REPLY_2 Q "\n");
    }
}

static void the_next_frame_waits_for_the_call_before_it(void **state)
{
    (void)state;
    waits = 5;
    give(CALL_1 "\n" CALL_2 "\n" CALL_1 "\n");
    poll_times(4);
    expect("");
    assert_true(line.in_size > 0 || serial.has_frame);
    poll_times(10);
    expect("\n" REPLY_1 "\n\n" REPLY_2 "\n\n" REPLY_1 "\n");
}

static void a_line_that_takes_nothing_loses_nothing(void **state)
{
    (void)state;
    line.room = 0;
    give(CALL_1 "\n" CALL_2 "\n");
    poll_times(10);
    expect("");
    line.room = 1000;
    poll_times(4);
    expect("\n" REPLY_1 "\n\n" REPLY_2 "\n");
}

static void a_frame_that_is_too_long_gets_an_error_and_the_next_is_served(void **state)
{
    (void)state;
    static char text[3 * FLOTA_RPC_FRAME_MAX];
    snprintf(text, sizeof text, Q "{\"data\":\"%0*d\"}" Q "\n" Q CALL_1 Q "\n",
             (int)(2 * FLOTA_RPC_FRAME_MAX), 0);
    give(text);
    poll_times(40);
    assert_non_null(strstr(line.out, "\"code\":400"));
    assert_non_null(strstr(line.out, "6144"));
    assert_non_null(strstr(line.out, Q REPLY_1 Q));
}

static void a_reply_goes_out_in_one_piece(void **state)
{
    (void)state;
    give("\n" Q "{\"id\":1,\"method\":\"Big\"}" Q "\n");
    poll_times(2);
    assert_int_equal(serial.out_size, 0);
    assert_true(line.out_size > 3000);
    assert_memory_equal(line.out + line.out_size - 5, "}" Q "\n", 5);
}

static void a_client_that_has_gone_in_a_frame_is_forgotten(void **state)
{
    (void)state;
    give("{\"id\":7,\"me");
    flota_rpc_serial_poll(&serial, 5000);
    assert_true(flota_serial_frame_is_partial(&serial.frame));
    flota_rpc_serial_poll(&serial, 5000 + FLOTA_RPC_SERIAL_SILENCE_MS - 1);
    assert_true(flota_serial_frame_is_partial(&serial.frame));
    flota_rpc_serial_poll(&serial, 5000 + FLOTA_RPC_SERIAL_SILENCE_MS);
    assert_false(flota_serial_frame_is_partial(&serial.frame));
    give(CALL_1 "\n");
    poll_times(2);
    expect("\n" REPLY_1 "\n");
}

/* A flood takes a bounded time of each turn, and what comes behind it is served. */
static void a_flood_of_noise_is_read_a_little_at_each_turn(void **state)
{
    (void)state;
    static char noise[200000];
    uint32_t random = 99;
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)prng_next(&random);
    give_bytes(noise, sizeof noise);
    int turns = 0;
    for (size_t left; (left = line.in_size) > 0; turns++) {
        flota_rpc_serial_poll(&serial, 2000);
        assert_true(left - line.in_size <= FLOTA_RPC_SERIAL_TURN);
    }
    assert_true(turns >= (int)(sizeof noise / FLOTA_RPC_SERIAL_TURN));
    poll_times(5);
    expect("");
    give("\n" CALL_1 "\n");
    assert_false(flota_rpc_serial_poll(&serial, 2000));
    poll_times(2);
    assert_non_null(strstr(line.out, REPLY_1));
}

static void after_10000_damaged_frames_the_next_one_is_served(void **state)
{
    (void)state;
    static const char call[] = "\n" Q CALL_1 Q "\n";
    uint32_t random = 1;
    for (int i = 0; i < 10000; i++) {
        char text[sizeof call];
        memcpy(text, call, sizeof call);
        for (uint32_t n = 1 + prng_below(&random, 3); n > 0; n--)
            text[prng_below(&random, sizeof call - 1)] = (char)prng_next(&random);
        give_bytes(text, prng_below(&random, sizeof text));
        poll_times(2);
        line.out_size = 0;
    }
    give(call);
    poll_times(3);
    assert_non_null(strstr(line.out, REPLY_1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
    const struct CMUnitTest tests[] = {
        TEST(a_reply_has_the_form_of_its_request),
        TEST(a_client_s_hello_is_answered_also_during_a_call),
        TEST(every_split_of_the_input_and_the_output_gives_the_same),
        TEST(the_next_frame_waits_for_the_call_before_it),
        TEST(a_line_that_takes_nothing_loses_nothing),
        TEST(a_frame_that_is_too_long_gets_an_error_and_the_next_is_served),
        TEST(a_reply_goes_out_in_one_piece),
        TEST(a_client_that_has_gone_in_a_frame_is_forgotten),
        TEST(a_flood_of_noise_is_read_a_little_at_each_turn),
        TEST(after_10000_damaged_frames_the_next_one_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
