/* test_pull_poll.c - polling: when the server is asked, what it is asked, and for how long nothing
 * is asked twice. The clock is the test's and wraps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle_maker.h"
#include "pull_fixture.h"

#define URL    "http://server/fw/latest"
#define MINUTE 60000u
#define HOUR   3600000u

static void configure(struct fixture *f, const char *interval)
{
    set_key(f, "update.url", URL);
    set_key(f, "update.interval", interval);
}

static void serve_what_runs(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "1.0.0";
    make_image(f, &recipe);
}

static void serve_other_board(struct fixture *f, const char *etag)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.board = "other-board";
    make_image(f, &recipe);
    f->server.etag = etag;
}

static void serve_good(struct fixture *f, const char *etag)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    make_image(f, &recipe);
    f->server.etag = etag;
}

/* Requests within the next ms. */
static uint32_t requests_in(struct fixture *f, uint32_t ms)
{
    uint32_t before = f->server.request_count;
    let_time_pass(f, ms, 1000);
    return f->server.request_count - before;
}

static uint32_t dials_in(struct fixture *f, uint32_t ms)
{
    uint32_t before = f->server.dial_count;
    let_time_pass(f, ms, 1000);
    return f->server.dial_count - before;
}

static void nothing_is_asked_unless_configured(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(dials_in(f, 3 * HOUR), 0);
    set_key(f, "update.url", URL);
    assert_int_equal(dials_in(f, 3 * HOUR), 0);
    set_key(f, "update.url", "");
    set_key(f, "update.interval", "60");
    assert_int_equal(dials_in(f, 3 * HOUR), 0);
    set_key(f, "update.interval", "-60");
    set_key(f, "update.url", URL);
    assert_int_equal(dials_in(f, 3 * HOUR), 0);
}

static void new_firmware_is_found_and_installed(void **state)
{
    struct fixture *f = *state;
    configure(f, "3600");
    let_time_pass(f, FLOTA_PULL_SPREAD_MS + 2000, 1000);
    assert_installed(f);
    assert_int_equal(f->server.request_count, 1);
}

/* Also over the wrap of the clock, which comes after 20 s. */
static void the_interval_is_kept(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    configure(f, "60");
    uint32_t count = requests_in(f, 30 * MINUTE);
    assert_in_range(count, 28, 32);
    set_key(f, "update.interval", "0");
    assert_int_equal(requests_in(f, HOUR), 0);
    set_key(f, "update.interval", "600");
    assert_in_range(requests_in(f, 2 * HOUR), 11, 14);
}

static void a_long_interval_survives_the_clock(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    configure(f, "2000000000"); /* cut to two weeks */
    let_time_pass(f, FLOTA_PULL_SPREAD_MS + MINUTE, MINUTE);
    assert_int_equal(f->server.request_count, 1);
    let_time_pass(f, 13u * 24u * HOUR, HOUR);
    assert_int_equal(f->server.request_count, 1);
    for (int week = 0; week < 20; week++)
        let_time_pass(f, 7u * 24u * HOUR, HOUR);
    assert_in_range(f->server.request_count, 10, 12);
}

static void a_server_without_news_says_304(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    configure(f, "60");
    requests_in(f, 10 * MINUTE);
    assert_null(strstr(request_at(f, 0), "If-None-Match"));
    for (uint32_t i = 1; i < f->server.request_count; i++)
        assert_asked(f, i, "\r\nIf-None-Match: \"one\"\r\n");
    assert_true(f->server.body_sent < 2 * f->size);
    /* the console hears of it once */
    const char *first = strstr(f->log, "Version is the same");
    assert_non_null(first);
    assert_null(strstr(first + 1, "Version is the same"));
    serve_good(f, "\"two\"");
    let_time_pass(f, 2 * MINUTE, 1000);
    assert_installed(f);
}

static void a_server_without_etag_is_asked_by_date(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    f->server.etag = NULL;
    f->server.modified = "Sun, 06 Nov 1994 08:49:37 GMT";
    configure(f, "60");
    requests_in(f, 5 * MINUTE);
    assert_asked(f, 1, "\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
    assert_true(f->server.body_sent < 2 * f->size);
}

/* Without any validator the file is fetched each time, and known by its first bytes. */
static void what_runs_already_touches_nothing(void **state)
{
    for (int i = 0; i < 2; i++) {
        struct fixture *f = *state;
        struct bundle_maker maker;
        serve_what_runs(f);
        f->server.etag = NULL;
        if (i == 1) {
            const struct bundle_part running = {"app", "app", "app.bin", f->image,
                                                (uint32_t)f->size};
            bundle_make(&maker, "test-board", "1.0.0", BUNDLE_SIZES_STATED, &running, 1, NULL, 0);
            f->server.file = maker.bytes;
            f->server.size = maker.size;
        }
        configure(f, "60");
        assert_in_range(requests_in(f, 10 * MINUTE), 8, 12);
        assert_int_equal(f->model.operation_count, 0);
        if (i == 1)
            bundle_maker_free(&maker);
        tear_down(state);
        set_up(state);
    }
}

static void a_refused_file_is_not_fetched_again_until_it_changes(void **state)
{
    struct fixture *f = *state;
    serve_other_board(f, "\"bad\"");
    configure(f, "60");
    requests_in(f, 20 * MINUTE);
    assert_logged(f, "built for another board");
    assert_asked(f, 1, "If-None-Match: \"bad\"");
    assert_true(f->server.body_sent < 2 * f->size);   /* once */
    assert_in_range(f->server.request_count, 18, 22); /* and no wait grows */
    serve_good(f, "\"good\"");
    let_time_pass(f, 2 * MINUTE, 1000);
    assert_installed(f);
}

/* A person's way back is not undone by the next poll, and a newer file is taken. */
static void what_somebody_went_back_from_is_not_polled_in_again(void **state)
{
    struct fixture *f = *state;
    serve_good(f, "\"left\"");
    assert_int_equal(flota_image_find_info(f->image, FLOTA_IMAGE_HEAD_SIZE, &f->ota.revert), 1);
    f->ota.can_revert = true;
    configure(f, "60");
    requests_in(f, 20 * MINUTE);
    assert_int_equal(f->model.operation_count, 0);
    assert_logged(f, "rolled back on this device");
    assert_int_equal(flota_pull_start(&f->pull, &(struct flota_pull_request){.url = URL}), 0);
    let_time_pass(f, 2 * MINUTE, 1000);
    assert_installed(f);
}

static void a_refused_file_without_validator_is_known_by_its_head(void **state)
{
    struct fixture *f = *state;
    serve_other_board(f, NULL);
    configure(f, "60");
    requests_in(f, 20 * MINUTE);
    const char *first = strstr(f->log, "update from");
    assert_non_null(first);
    assert_null(strstr(first + 1, "update from")); /* begun once only */
    serve_good(f, NULL);
    let_time_pass(f, 2 * MINUTE, 1000);
    assert_installed(f);
}

static void a_damaged_file_is_fetched_three_times(void **state)
{
    struct fixture *f = *state;
    f->image[3000] ^= 1;
    configure(f, "60");
    uint32_t requests = requests_in(f, 30 * MINUTE);
    assert_in_range(f->server.body_sent, 3 * f->size, 4 * f->size);
    assert_in_range(requests, 25, 35);
    assert_asked(f, f->server.request_count - 1, "If-None-Match");
    serve_good(f, "\"two\"");
    let_time_pass(f, 2 * MINUTE, 1000);
    assert_installed(f);
}

/* Its reply said no length, and seemed to end: that is no property of the file. */
static void a_file_that_seemed_short_is_fetched_again(void **state)
{
    struct fixture *f = *state;
    f->server.is_old = true;
    f->server.break_after = 800;
    f->server.breaks = 1;
    configure(f, "60");
    let_time_pass(f, 3 * MINUTE, 1000);
    assert_logged(f, flota_error_text(FLOTA_ERR_IMAGE_TOO_SHORT)->cause);
    assert_installed(f);
}

/* Two files were mixed under one name: the sound one comes at the second try. */
static void a_file_that_was_damaged_on_its_way_is_fetched_again(void **state)
{
    struct fixture *f = *state;
    f->image[3000] ^= 1;
    configure(f, "3600");
    while (!strstr(f->log, "SHA-256"))
        let_time_pass(f, 1000, 1000);
    f->image[3000] ^= 1;
    let_time_pass(f, 12000, 1000);
    assert_installed(f);
}

static void a_file_is_judged_anew_at_another_url(void **state)
{
    struct fixture *f = *state;
    serve_other_board(f, "\"one\"");
    configure(f, "60");
    requests_in(f, 5 * MINUTE);
    serve_good(f, "\"one\"");
    set_key(f, "update.url", "http://server/other");
    let_time_pass(f, 2 * MINUTE, 1000);
    assert_installed(f);
}

/* --- errors --- */

static void errors_make_the_waits_longer_up_to_a_limit(void **state)
{
    static const int kinds[] = {404, 500, FLOTA_ERR_NAME_UNKNOWN, FLOTA_ERR_CONNECT_REFUSED};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct fixture *f = *state;
        f->server.status = kinds[i] > 0 ? kinds[i] : 0;
        f->server.dial_error = kinds[i] < 0 ? kinds[i] : 0;
        configure(f, "86400");
        let_time_pass(f, FLOTA_PULL_SPREAD_MS, 1000);
        uint32_t first = f->server.dial_count;
        assert_in_range(first, 1, 7);
        uint32_t hour = dials_in(f, HOUR), day = dials_in(f, 24 * HOUR);
        assert_in_range(hour + first, 7, 11); /* 10, 20, 40, ... s, half of it by chance */
        assert_in_range(day, 24, 48);         /* one each half hour to hour */
        assert_logged(f, "asks again in");
        f->server.status = f->server.dial_error = 0;
        let_time_pass(f, HOUR + MINUTE, 1000);
        assert_installed(f);
        tear_down(state);
        set_up(state);
    }
}

static void a_short_interval_is_not_left_for_an_hour(void **state)
{
    struct fixture *f = *state;
    f->server.status = 500;
    configure(f, "60");
    let_time_pass(f, 3 * HOUR, 1000);
    f->server.status = 0;
    let_time_pass(f, 4 * MINUTE + 2000, 1000);
    assert_installed(f);
}

static void a_server_that_says_when_is_obeyed(void **state)
{
    struct fixture *f = *state;
    f->server.status = 503;
    f->server.headers = "Retry-After: 1800\r\n";
    configure(f, "60");
    assert_int_equal(dials_in(f, 25 * MINUTE), 1);
    assert_int_equal(dials_in(f, 10 * MINUTE), 1);
}

/* Parts of a transfer that breaks off again and again add up; the waits stay short meanwhile. */
static void a_bad_line_gets_there(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.size = 7000;
    make_image(f, &recipe);
    f->server.break_after = 1290; /* the file's head must come in one piece */
    f->server.breaks = 50;
    configure(f, "86400");
    while (f->server.request_count == 0)
        let_time_pass(f, 1000, 1000);
    f->server.break_after = 500;
    let_time_pass(f, 12 * 10500, 1000); /* a dozen short waits */
    assert_installed(f);
    assert_int_equal(f->server.request_count, 13);
}

static void an_hour_without_link_is_survived(void **state)
{
    for (int in_the_middle = 0; in_the_middle < 2; in_the_middle++) {
        struct fixture *f = *state;
        configure(f, "3600");
        if (in_the_middle) {
            f->most = 50;
            while (f->server.body_sent < 3000) {
                f->now_ms += f->dial ? 1 : 1000;
                turn(f);
            }
        }
        f->link_is_down = true;
        let_time_pass(f, HOUR, 1000);
        assert_int_equal(f->model.reset_count, 0);
        assert_false(flota_ota_is_busy(&f->ota)); /* others could update meanwhile */
        f->link_is_down = false;
        let_time_pass(f, FLOTA_PULL_LINK_MS + 2000, 1000);
        if (in_the_middle)
            assert_asked(f, f->server.request_count - 1, "\r\nRange: bytes=");
        assert_logged(f, "the network is back");
        assert_installed(f);
        tear_down(state);
        set_up(state);
    }
}

/* --- others --- */

static void go_on_trial(struct fixture *f)
{
    f->trial.running = FLOTA_RUNNING_TRIAL;
    f->trial.started_ms = f->now_ms;
    f->trial.deadline_ms = FLOTA_TRIAL_DEADLINE_MS;
}

/* With no one to call it, nothing else would confirm a firmware that a poll has installed. */
static void on_trial_the_server_is_looked_at_soon(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    configure(f, "86400");
    go_on_trial(f);
    assert_false(flota_pull_was_answered(&f->pull));
    let_time_pass(f, FLOTA_TRIAL_DEADLINE_MS / 10u, 1000);
    assert_true(flota_pull_was_answered(&f->pull));
    assert_int_equal(f->server.request_count, 1);
}

static void a_server_that_has_no_file_is_no_answer(void **state)
{
    struct fixture *f = *state;
    f->server.status = 404;
    configure(f, "60");
    go_on_trial(f);
    assert_true(requests_in(f, FLOTA_TRIAL_DEADLINE_MS) > 3);
    assert_false(flota_pull_was_answered(&f->pull));
}

static void nothing_is_begun_on_trial(void **state)
{
    struct fixture *f = *state;
    configure(f, "60");
    go_on_trial(f);
    assert_true(requests_in(f, FLOTA_TRIAL_DEADLINE_MS) > 3);
    assert_true(flota_pull_was_answered(&f->pull));
    assert_int_equal(flota_ota_outcome(&f->ota), FLOTA_OTA_NONE);
    assert_null(strstr(f->log, "update failed"));
    f->trial.running = FLOTA_RUNNING_CONFIRMED;
    let_time_pass(f, 5 * MINUTE, 1000);
    assert_installed(f);
}

static void nothing_is_polled_while_another_update_runs(void **state)
{
    struct fixture *f = *state;
    const struct flota_ota_request request = {
        .from = "192.168.0.5", .total_size = 5000, .in_pieces = true};
    const struct flota_ota_owner owner = {.failed = note_end, .context = f};
    serve_good(f, "\"two\"");
    assert_int_equal(flota_ota_begin(&f->ota, &request, &owner), 0);
    configure(f, "60");
    for (int i = 0; i < 60; i++) {
        f->now_ms += 10000;
        work(f, 10);
    }
    assert_int_equal(f->server.dial_count, 0);
    flota_ota_release(&f->ota); /* between two pieces, too */
    for (int i = 0; i < 20; i++) {
        f->now_ms += 10000;
        work(f, 10);
    }
    assert_int_equal(f->server.dial_count, 0);
    let_time_pass(f, 4 * MINUTE, 1000);
    assert_installed(f);
}

/* Its pieces began to come after the server was asked. */
static void a_poll_does_not_take_the_place_of_an_upload_in_pieces(void **state)
{
    struct fixture *f = *state;
    const struct flota_ota_request request = {
        .from = "192.168.0.5", .total_size = 5000, .in_pieces = true};
    const struct flota_ota_owner owner = {.failed = note_end, .context = f};
    f->most = 100;
    configure(f, "60");
    while (f->server.body_sent < 300) {
        f->now_ms += f->dial ? 1 : 1000;
        turn(f);
    }
    assert_int_equal(flota_ota_begin(&f->ota, &request, &owner), 0);
    assert_int_equal(flota_ota_write(&f->ota, f->image, 2000), 2000);
    flota_ota_release(&f->ota);
    work(f, 1000);
    assert_logged(f, flota_error_text(FLOTA_ERR_UPDATE_BUSY)->cause);
    assert_int_equal(flota_updater_status(&f->ota.updater)->received, 2000);
    assert_null(f->dial);
}

/* What a poll knows does not count for a person. */
static void who_asks_gets_the_file_whatever_polls_know(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    configure(f, "60");
    requests_in(f, 3 * MINUTE);
    assert_logged(f, "Version is the same");
    assert_int_equal(ask_for(f, NULL, false), 0);
    work(f, 5000);
    assert_null(strstr(request_at(f, f->server.request_count - 1), "If-None-Match"));
    assert_installed(f);
}

static void who_asks_comes_before_a_poll(void **state)
{
    struct fixture *f = *state;
    f->most = 20;
    configure(f, "60");
    while (!f->dial || f->server.request_count == 0) {
        f->now_ms += f->dial ? 1 : 1000;
        turn(f);
    }
    assert_int_equal(ask_for(f, "http://server/wanted", true), 0);
    for (int i = 0; i < 10000 && f->ended_count == 0; i++)
        turn(f);
    assert_asked(f, f->server.request_count - 1, "GET /wanted ");
    assert_installed(f);
}

static void a_poll_that_installs_is_not_disturbed(void **state)
{
    struct fixture *f = *state;
    f->most = 20;
    configure(f, "60");
    while (f->server.body_sent < 3000) {
        f->now_ms += f->dial ? 1 : 1000;
        turn(f);
    }
    assert_int_equal(ask_for(f, "http://server/wanted", true), FLOTA_ERR_UPDATE_BUSY);
    work(f, 5000);
    assert_installed(f);
}

static void polls_go_on_after_somebody_asked_in_vain(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    configure(f, "60");
    requests_in(f, 2 * MINUTE);
    f->server.status = 404;
    fetch(f, "http://server/wanted");
    assert_failed(f, FLOTA_ERR_HTTP_STATUS);
    f->server.status = 0;
    assert_in_range(requests_in(f, 10 * MINUTE), 8, 12);
}

/* A part that a power cut has left must not make each poll ask for heads. */
static void an_old_rest_does_not_disturb_polls(void **state)
{
    struct fixture *f = *state;
    f->server.break_after = 4500;
    f->server.breaks = 1;
    f->server.stalls = true;
    assert_int_equal(ask_for(f, "http://server/x", true), 0);
    for (int i = 0; i < 100000 && f->server.body_sent < 4400; i++)
        turn(f);
    work(f, 300);
    restart_device(f);
    f->server.request_count = 0;
    serve_what_runs(f);
    configure(f, "60");
    assert_in_range(requests_in(f, 10 * MINUTE), 8, 13);
    assert_asked(f, 0, "Range: bytes=0-1279");
    assert_asked(f, 3, "If-None-Match");
    serve_good(f, "\"one of before\"");
    let_time_pass(f, 2 * MINUTE, 1000);
    assert_logged(f, "goes on at byte"); /* it was that one's */
    assert_installed(f);
}

/* When fifty devices start at once, and when the server fails for all of them at once. */
static void fifty_devices_do_not_come_at_once(void **state)
{
    uint32_t first[50], retry[50], most_first = 0, most_retry = 0;
    for (uint32_t i = 0; i < 50; i++) {
        struct fixture *f = *state;
        f->random = 1000 + i;
        f->server.dial_error = FLOTA_ERR_CONNECT_REFUSED;
        configure(f, "600");
        uint32_t start_ms = f->now_ms;
        while (f->server.dial_count < 1) {
            f->now_ms += 100;
            turn(f);
        }
        first[i] = (f->now_ms - start_ms) / 1000;
        while (f->server.dial_count < 6) {
            f->now_ms += 100;
            turn(f);
        }
        retry[i] = (f->now_ms - start_ms) / 1000 - first[i];
        tear_down(state);
        set_up(state);
    }
    for (uint32_t i = 0; i < 50; i++) {
        uint32_t same_first = 0, same_retry = 0;
        for (uint32_t j = 0; j < 50; j++) {
            same_first += first[j] / 10 == first[i] / 10; /* within ten seconds */
            same_retry += retry[j] / 10 == retry[i] / 10;
        }
        most_first = same_first > most_first ? same_first : most_first;
        most_retry = same_retry > most_retry ? same_retry : most_retry;
    }
    assert_in_range(most_first, 1, 8);
    assert_in_range(most_retry, 1, 16);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_asked_unless_configured),
        TEST(new_firmware_is_found_and_installed),
        TEST(the_interval_is_kept),
        TEST(a_long_interval_survives_the_clock),
        TEST(a_server_without_news_says_304),
        TEST(a_server_without_etag_is_asked_by_date),
        TEST(what_runs_already_touches_nothing),
        TEST(a_refused_file_is_not_fetched_again_until_it_changes),
        TEST(what_somebody_went_back_from_is_not_polled_in_again),
        TEST(a_refused_file_without_validator_is_known_by_its_head),
        TEST(a_damaged_file_is_fetched_three_times),
        TEST(a_file_that_seemed_short_is_fetched_again),
        TEST(a_file_that_was_damaged_on_its_way_is_fetched_again),
        TEST(a_file_is_judged_anew_at_another_url),
        TEST(errors_make_the_waits_longer_up_to_a_limit),
        TEST(a_short_interval_is_not_left_for_an_hour),
        TEST(a_server_that_says_when_is_obeyed),
        TEST(a_bad_line_gets_there),
        TEST(an_hour_without_link_is_survived),
        TEST(on_trial_the_server_is_looked_at_soon),
        TEST(a_server_that_has_no_file_is_no_answer),
        TEST(nothing_is_begun_on_trial),
        TEST(nothing_is_polled_while_another_update_runs),
        TEST(a_poll_does_not_take_the_place_of_an_upload_in_pieces),
        TEST(who_asks_gets_the_file_whatever_polls_know),
        TEST(who_asks_comes_before_a_poll),
        TEST(a_poll_that_installs_is_not_disturbed),
        TEST(polls_go_on_after_somebody_asked_in_vain),
        TEST(an_old_rest_does_not_disturb_polls),
        TEST(fifty_devices_do_not_come_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
