/* test_http_life.c - the life of a connection: early answers, time-outs, lost and half-closed
 * clients.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_test_handlers.h"

/* --- Expect: 100-continue --- */

static void a_body_that_is_wanted_is_called_for(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, POST "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
    assert_string_equal(f->client.output, "HTTP/1.1 100 Continue\r\n\r\n");
    client_send(&f->client, "hello");
    assert_true(client_got(&f->client, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    assert_true(client_got(&f->client, "POST /echo 5"));
}

static void a_body_that_is_refused_is_not_called_for(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n"
                            "Expect: 100-continue\r\n\r\n");
    assert_false(client_got(&f->client, "100 Continue"));
    assert_int_equal(client_status(&f->client), 403);
    assert_true(flota_http_output_ended(&f->client.connection));
    flota_http_peer_ended(&f->client.connection, 0);
    assert_true(flota_http_wants_close(&f->client.connection));
}

/* --- early responses --- */

static void begin_refused(struct fixture *f, const char *length)
{
    client_send(&f->client, "POST /refused HTTP/1.1\r\nHost: a\r\n");
    client_send(&f->client, length);
    assert_int_equal(client_status(&f->client), 403);
    assert_true(client_got(&f->client, "Connection: close"));
    assert_int_equal(f->seen.done, 1);
    assert_true(f->seen.response_sent);
}

static void drop_bytes(struct client *client, size_t size)
{
    static uint8_t zeros[4096];
    while (size > 0) {
        size_t piece = size < sizeof zeros ? size : sizeof zeros;
        assert_int_equal(client_offer(client, zeros, piece), piece);
        size -= piece;
    }
}

static void a_refused_body_is_dropped_to_its_end_and_then_closed(void **state)
{
    struct fixture *f = *state;
    begin_refused(f, "Content-Length: 100000\r\n\r\n");
    drop_bytes(&f->client, 99999);
    assert_false(flota_http_wants_close(&f->client.connection));
    drop_bytes(&f->client, 1);
    assert_true(flota_http_wants_close(&f->client.connection));
    assert_int_equal(f->seen.body_size, 0);
}

static void a_refused_chunked_body_is_dropped_to_its_end_and_then_closed(void **state)
{
    struct fixture *f = *state;
    begin_refused(f, "Transfer-Encoding: chunked\r\n\r\n");
    client_send(&f->client, "1000\r\n");
    drop_bytes(&f->client, 0x1000);
    client_send(&f->client, "\r\n0\r\n\r");
    assert_false(flota_http_wants_close(&f->client.connection));
    client_send(&f->client, "\n");
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void only_so_much_of_a_refused_body_is_dropped(void **state)
{
    struct fixture *f = *state;
    begin_refused(f, "Content-Length: 999999999\r\n\r\n");
    drop_bytes(&f->client, FLOTA_HTTP_DRAIN_MAX);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_refused_body_is_dropped_only_for_so_long(void **state)
{
    struct fixture *f = *state;
    begin_refused(f, "Content-Length: 999999999\r\n\r\n");
    client_wait(&f->client, FLOTA_HTTP_DRAIN_MS - 1);
    assert_false(flota_http_wants_close(&f->client.connection));
    client_wait(&f->client, 1);
    assert_true(flota_http_wants_close(&f->client.connection));
    assert_int_equal(f->seen.done, 1);
}

static void a_refused_body_is_dropped_while_the_client_does_not_read(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    client_send(&f->client, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n");
    drop_bytes(&f->client, 5000);
    assert_int_equal(f->seen.done, 0);
    flota_http_acked(&f->client.connection, f->client.output_size, f->client.now_ms);
    assert_int_equal(f->seen.done, 1);
    assert_true(flota_http_wants_close(&f->client.connection));
}

/* --- time --- */

static void an_idle_connection_is_closed_without_words(void **state)
{
    struct fixture *f = *state;
    client_wait(&f->client, FLOTA_HTTP_KEEP_ALIVE_MS - 1);
    assert_int_equal(flota_http_use(&f->client.connection), FLOTA_STREAM_USE_IDLE);
    assert_false(flota_http_wants_close(&f->client.connection));
    client_wait(&f->client, 1);
    assert_true(flota_http_wants_close(&f->client.connection));
    assert_int_equal(f->client.output_size, 0);
}

static void empty_lines_keep_no_connection_open(void **state)
{
    struct fixture *f = *state;
    for (uint32_t ms = 0; ms < FLOTA_HTTP_KEEP_ALIVE_MS; ms += 1000) {
        client_send(&f->client, "\r\n");
        client_wait(&f->client, 1000);
    }
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_head_that_drips_in_is_408(void **state)
{
    struct fixture *f = *state;
    for (uint32_t ms = 0; ms < FLOTA_HTTP_HEAD_MS; ms += 1000) {
        assert_int_equal(client_send(&f->client, "G"), 1);
        assert_int_equal(flota_http_use(&f->client.connection), FLOTA_STREAM_USE_PARTIAL);
        client_wait(&f->client, 1000);
    }
    assert_int_equal(client_status(&f->client), 408);
}

static void a_body_that_stops_is_408_and_the_handler_knows(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, POST "Content-Length: 5\r\n\r\nhell");
    client_wait(&f->client, FLOTA_HTTP_BODY_MS - 1);
    assert_int_equal(f->seen.done, 0);
    client_wait(&f->client, 1);
    assert_int_equal(client_status(&f->client), 408);
    assert_int_equal(f->seen.done, 1);
    assert_int_equal(f->seen.reason, FLOTA_ERR_TRANSFER_STALLED);
    assert_false(f->seen.response_sent);
}

static void a_handler_has_the_first_word_about_a_body_that_stops(void **state)
{
    struct fixture *f = *state;
    f->seen.respond_in_done = true;
    client_send(&f->client, POST "Content-Length: 5\r\n\r\nhell");
    client_wait(&f->client, FLOTA_HTTP_BODY_MS);
    assert_true(client_got(&f->client, "own words"));
    assert_false(client_got(&f->client, "Nothing was changed"));
    assert_int_equal(f->seen.done, 1);
}

static void a_body_that_drips_in_is_408(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, POST "Content-Length: 5000\r\n\r\n");
    uint32_t ms = 0;
    for (; client_status(&f->client) == 0 && ms < 2 * FLOTA_HTTP_BODY_MS; ms += 1000) {
        client_send(&f->client, "x");
        client_wait(&f->client, 1000);
    }
    assert_int_equal(ms, FLOTA_HTTP_BODY_MS);
    assert_int_equal(client_status(&f->client), 408);
}

static void a_slow_but_steady_body_is_served(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, POST "Content-Length: 5120\r\n\r\n");
    for (int i = 0; i < 10; i++) {
        client_wait(&f->client, FLOTA_HTTP_BODY_MS - 1);
        drop_bytes(&f->client, FLOTA_HTTP_BODY_STEP);
    }
    assert_int_equal(client_status(&f->client), 200);
}

static void time_stands_still_while_the_handler_has_no_room(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, POST "Content-Length: 5\r\n\r\n");
    f->seen.take = 0;
    assert_int_equal(client_send(&f->client, "hell"), 0);
    client_wait(&f->client, 10 * FLOTA_HTTP_BODY_MS);
    assert_int_equal(client_status(&f->client), 0);
    f->seen.take = SIZE_MAX;
    assert_int_equal(client_send(&f->client, "hell"), 4);
    client_wait(&f->client, FLOTA_HTTP_BODY_MS - 1);
    assert_int_equal(client_status(&f->client), 0);
    client_wait(&f->client, 1);
    assert_int_equal(client_status(&f->client), 408);
}

static void a_client_that_never_reads_is_given_up(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    client_send(&f->client, GET "\r\n");
    client_wait(&f->client, FLOTA_HTTP_SEND_MS - 1);
    assert_int_equal(f->seen.done, 0);
    client_wait(&f->client, 1);
    assert_true(flota_http_wants_close(&f->client.connection));
    assert_int_equal(f->seen.done, 1);
    assert_false(f->seen.response_sent);
    assert_int_equal(f->seen.reason, FLOTA_ERR_TRANSFER_STALLED);
}

static void a_client_that_reads_byte_by_byte_gives_way_and_is_given_up(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    client_send(&f->client, GET "\r\n");
    assert_int_equal(flota_http_use(&f->client.connection), FLOTA_STREAM_USE_EXCHANGE);
    for (uint32_t ms = 0; ms < FLOTA_HTTP_SEND_MS; ms += FLOTA_HTTP_SLOW_MS) {
        assert_false(flota_http_wants_close(&f->client.connection));
        flota_http_acked(&f->client.connection, 1, f->client.now_ms);
        client_wait(&f->client, FLOTA_HTTP_SLOW_MS);
        bool closed = flota_http_wants_close(&f->client.connection);
        assert_int_equal(flota_http_use(&f->client.connection),
                         closed ? FLOTA_STREAM_USE_IDLE : FLOTA_STREAM_USE_PARTIAL);
    }
    assert_true(flota_http_wants_close(&f->client.connection));
    assert_int_equal(f->seen.reason, FLOTA_ERR_TRANSFER_STALLED);
}

static void an_answer_may_take_its_time(void **state)
{
    struct fixture *f = *state;
    f->seen.waits = 110;
    client_send(&f->client, "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    for (int i = 0; i < 98; i++)
        client_wait(&f->client, 10000);
    assert_int_equal(client_status(&f->client), 0);
    assert_int_equal(client_send(&f->client, GET "\r\n"), 0);
    for (int i = 0; i < 12; i++)
        client_wait(&f->client, 10000);
    assert_true(client_got(&f->client, "waited"));
    assert_int_equal(f->seen.ended, 1);
}

static void time_may_wrap(void **state)
{
    struct fixture *f = *state;
    f->client.now_ms = UINT32_MAX - 10;
    flota_http_open(&f->client.connection, &f->server, "a", f->client.now_ms);
    client_send(&f->client, POST "Content-Length: 5\r\n\r\n");
    client_wait(&f->client, 1000);
    client_send(&f->client, "hello");
    assert_int_equal(client_status(&f->client), 200);
}

/* --- ends --- */

static void a_lost_connection_ends_the_exchange_once(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, POST "Content-Length: 5\r\n\r\nhell");
    f->seen.respond_in_done = true;
    flota_http_close(&f->client.connection);
    flota_http_close(&f->client.connection);
    assert_int_equal(f->seen.done, 1);
    assert_int_equal(f->seen.reason, FLOTA_ERR_TRANSFER_LOST);
    client_collect(&f->client);
    assert_int_equal(f->client.output_size, 0);
}

static void a_half_closed_client_hears_that_its_body_is_incomplete(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, POST "Content-Length: 5\r\n\r\nhell");
    flota_http_peer_ended(&f->client.connection, 0);
    client_collect(&f->client);
    assert_int_equal(client_status(&f->client), 400);
    assert_true(client_got(&f->client, "before the whole body had arrived"));
    assert_int_equal(f->seen.reason, FLOTA_ERR_TRANSFER_LOST);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_client_that_left_is_not_waited_for_when_its_body_is_incomplete(void **state)
{
    struct fixture *f = *state;
    f->seen.take = 0;
    client_send(&f->client, POST "Content-Length: 5\r\n\r\nhell");
    flota_http_peer_ended(&f->client.connection, 4);
    assert_int_equal(f->seen.done, 1);
    assert_int_equal(f->seen.reason, FLOTA_ERR_TRANSFER_LOST);
}

static void a_client_that_left_is_served_when_its_body_is_complete(void **state)
{
    struct fixture *f = *state;
    f->seen.take = 0;
    client_send(&f->client, POST "Content-Length: 5\r\n\r\n");
    client_send(&f->client, "hello");
    flota_http_peer_ended(&f->client.connection, 5);
    assert_int_equal(f->seen.done, 0);
    f->seen.take = 3;
    assert_int_equal(client_send(&f->client, "hello"), 5);
    assert_true(client_got(&f->client, "POST /echo 5 05e918d2"));
    flota_http_peer_ended(&f->client.connection, 0);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_half_closed_client_gets_its_answer(void **state)
{
    struct fixture *f = *state;
    f->seen.waits = 5;
    client_send(&f->client, "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
    flota_http_peer_ended(&f->client.connection, 0);
    for (int i = 0; i < 10; i++)
        client_wait(&f->client, 1);
    assert_true(client_got(&f->client, "waited"));
    assert_true(f->seen.response_sent);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void a_half_closed_idle_connection_is_closed(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, GET "\r\n");
    flota_http_peer_ended(&f->client.connection, 0);
    assert_true(flota_http_wants_close(&f->client.connection));
}

static void the_response_is_done_when_its_last_byte_is_acknowledged(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    client_send(&f->client, GET "\r\n");
    for (size_t i = 1; i < f->client.output_size; i++) {
        flota_http_acked(&f->client.connection, 1, f->client.now_ms);
        assert_int_equal(f->seen.done, 0);
        assert_int_equal(flota_http_use(&f->client.connection), FLOTA_STREAM_USE_EXCHANGE);
    }
    flota_http_acked(&f->client.connection, 1, f->client.now_ms);
    assert_int_equal(f->seen.done, 1);
    assert_true(f->seen.response_sent);
    assert_int_equal(f->server.request_count, 1);
}

static void only_the_page_itself_is_constant_memory(void **state)
{
    struct fixture *f = *state;
    const uint8_t *data;
    flota_http_receive(&f->client.connection, (const uint8_t *)GET "\r\n", strlen(GET "\r\n"),
                       1000);
    size_t head = flota_http_output(&f->client.connection, &data);
    assert_false(flota_http_output_is_constant(&f->client.connection));
    flota_http_sent(&f->client.connection, head);
    assert_int_equal(flota_http_output(&f->client.connection, &data), sizeof page - 1);
    assert_ptr_equal(data, page);
    assert_true(flota_http_output_is_constant(&f->client.connection));
}

/* --- anything at all --- */

/* Parts of requests, joined at random: the server must neither crash nor lose an exchange. */
static void any_mixture_of_pieces_keeps_the_server_sound(void **state)
{
    static const char *const pieces[] = {GET,
                                         POST,
                                         CHUNK,
                                         "\r\n",
                                         "5\r\nhello\r\n",
                                         "0\r\n\r\n",
                                         "Content-Length: 3\r\n\r\n",
                                         "abc",
                                         "\r\n\r\n",
                                         "x",
                                         "Expect: 100-continue\r\n",
                                         "POST /slow HTTP/1.1\r\nHost: a\r\n",
                                         "POST /refused HTTP/1.1\r\nHost: a\r\n",
                                         "Transfer-Encoding: chunked\r\n\r\n"};
    struct fixture *f = *state;
    for (uint32_t seed = 1; seed <= 20000; seed++) {
        uint32_t random = seed;
        client_open(&f->client, &f->server);
        f->seen.begun = f->seen.done = f->seen.waited = 0;
        for (uint32_t left = prng_below(&random, 12); left > 0; left--) {
            const char *piece =
                pieces[prng_below(&random, (uint32_t)(sizeof pieces / sizeof *pieces))];
            f->seen.take = 1 + prng_below(&random, 4);
            f->client.deaf = prng_below(&random, 8) == 0;
            client_send(&f->client, piece);
            if (prng_below(&random, 6) == 0)
                client_wait(&f->client, prng_below(&random, 40000));
            if (prng_below(&random, 20) == 0)
                flota_http_peer_ended(&f->client.connection, 0);
            assert_in_range(f->seen.begun - f->seen.done, 0, 1);
        }
        flota_http_close(&f->client.connection);
        if (f->seen.begun != f->seen.done)
            fail_msg("seed %u: %d begun, %d done", seed, f->seen.begun, f->seen.done);
    }
}

/* What a health check may count on: somebody asked, and has the answer. */
static void only_requests_that_were_served_are_counted(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 404);
    client_send(&f->client, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 405);
    client_send(&f->client, "\x16\x03\x01\r\n\r\n");
    assert_int_equal(client_status(&f->client), 400);
    client_open(&f->client, &f->server);
    client_send(&f->client, "POST /refused HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 403);
    client_open(&f->client, &f->server);
    f->client.deaf = true;
    client_send(&f->client, GET "\r\n");
    assert_int_equal(client_status(&f->client), 200);
    assert_int_equal(f->server.request_count, 0);
    flota_http_close(&f->client.connection);
    assert_int_equal(f->server.request_count, 0);
    client_open(&f->client, &f->server);
    client_send(&f->client, GET "\r\n");
    assert_int_equal(f->server.request_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_body_that_is_wanted_is_called_for),
        TEST(a_body_that_is_refused_is_not_called_for),
        TEST(a_refused_body_is_dropped_to_its_end_and_then_closed),
        TEST(a_refused_chunked_body_is_dropped_to_its_end_and_then_closed),
        TEST(only_so_much_of_a_refused_body_is_dropped),
        TEST(a_refused_body_is_dropped_only_for_so_long),
        TEST(a_refused_body_is_dropped_while_the_client_does_not_read),
        TEST(an_idle_connection_is_closed_without_words),
        TEST(empty_lines_keep_no_connection_open),
        TEST(a_head_that_drips_in_is_408),
        TEST(a_body_that_stops_is_408_and_the_handler_knows),
        TEST(a_handler_has_the_first_word_about_a_body_that_stops),
        TEST(a_body_that_drips_in_is_408),
        TEST(a_slow_but_steady_body_is_served),
        TEST(time_stands_still_while_the_handler_has_no_room),
        TEST(a_client_that_never_reads_is_given_up),
        TEST(a_client_that_reads_byte_by_byte_gives_way_and_is_given_up),
        TEST(an_answer_may_take_its_time),
        TEST(time_may_wrap),
        TEST(a_lost_connection_ends_the_exchange_once),
        TEST(a_half_closed_client_hears_that_its_body_is_incomplete),
        TEST(a_client_that_left_is_not_waited_for_when_its_body_is_incomplete),
        TEST(a_client_that_left_is_served_when_its_body_is_complete),
        TEST(a_half_closed_client_gets_its_answer),
        TEST(a_half_closed_idle_connection_is_closed),
        TEST(the_response_is_done_when_its_last_byte_is_acknowledged),
        TEST(only_the_page_itself_is_constant_memory),
        TEST(any_mixture_of_pieces_keeps_the_server_sound),
        TEST(only_requests_that_were_served_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
