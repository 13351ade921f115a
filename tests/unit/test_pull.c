/* test_pull.c - firmware from a URL: what servers and networks do to it, and what comes of it.
 *
 * Polling and its clock: test_pull_poll.c.
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

#define URL "http://server/fw/new.bin"

static void make_bundle(struct fixture *f, struct bundle_maker *maker)
{
    const struct bundle_part part = {"app", "app", "app.bin", f->image, (uint32_t)f->size};
    bundle_make(maker, "test-board", "2.0.0", BUNDLE_SIZES_STATED, &part, 1, NULL, 0);
    f->server.file = maker->bytes;
    f->server.size = maker->size;
}

/* --- whole files --- */

static void an_image_is_fetched_and_installed(void **state)
{
    static const size_t most[] = {1, 2, 33, 1400, 8000};
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        tear_down(state);
        set_up(state);
        struct fixture *f = *state;
        f->most = most[i];
        f->server.is_chunked = i % 2 == 1;
        fetch(f, URL);
        assert_installed(f);
        assert_int_equal(f->server.request_count, 1);
    }
}

static void a_bundle_is_fetched_and_installed(void **state)
{
    static const size_t most[] = {1, 33, 8000};
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        struct bundle_maker maker;
        tear_down(state);
        set_up(state);
        struct fixture *f = *state;
        make_bundle(f, &maker);
        f->most = most[i];
        f->server.is_chunked = i == 1;
        fetch(f, "http://server/new.zip");
        assert_installed(f);
        bundle_maker_free(&maker);
    }
}

static void the_server_is_told_who_asks(void **state)
{
    struct fixture *f = *state;
    char version[128], build_id[FLOTA_BUILD_ID_TEXT];
    set_key(f, "update.extra_http_headers", "Authorization: Bearer x\r\n\r\nX-Two: 2\nX-Three:");
    fetch(f, "http://server:8080/fw/new.bin?a=b#c");
    flota_build_id_text(&f->model.running, build_id);
    snprintf(version, sizeof version, "\r\nX-MGOS-FW-Version: test-board 1.0.0 %s\r\n", build_id);
    assert_string_equal(f->server.host, "server");
    assert_int_equal(f->server.port, 8080);
    assert_asked(f, 0, "GET /fw/new.bin?a=b HTTP/1.1\r\nHost: server:8080\r\n");
    assert_asked(f, 0, "\r\nX-MGOS-Device-ID: dev1 02AB000012FE\r\n");
    assert_asked(f, 0, "\r\nUser-Agent: project2/1.0.0 (Flota; test-board)\r\n");
    assert_asked(f, 0, version);
    assert_asked(f, 0, "\r\nAuthorization: Bearer x\r\nX-Two: 2\r\nX-Three:\r\n\r\n");
    assert_installed(f);
}

static void the_wish_to_be_confirmed_in_reaches_the_update(void **state)
{
    struct fixture *f = *state;
    struct flota_boot boot;
    set_key(f, "update.commit_timeout", "77");
    fetch(f, URL);
    assert_installed(f);
    flota_boot_read(&f->model.flash, &boot);
    assert_int_equal(boot.own.deadline_ms, 77000);
}

/* --- errors before anything has come --- */

static void errors_are_told_at_once_to_who_asks(void **state)
{
    static const struct {
        int status, dial_error;
        const char *raw;
        int error;
        const char *detail;
    } cases[] = {
        {404, 0, NULL, FLOTA_ERR_HTTP_STATUS, "(status 404)"},
        {500, 0, NULL, FLOTA_ERR_HTTP_STATUS, "(status 500)"},
        {304, 0, NULL, FLOTA_ERR_HTTP_STATUS, "(status 304)"},
        {204, 0, NULL, FLOTA_ERR_HTTP_STATUS, "(status 204)"},
        {416, 0, NULL, FLOTA_ERR_HTTP_STATUS, "(status 416)"},
        {0, FLOTA_ERR_NAME_UNKNOWN, NULL, FLOTA_ERR_NAME_UNKNOWN, "name"},
        {0, FLOTA_ERR_CONNECT_REFUSED, NULL, FLOTA_ERR_CONNECT_REFUSED, "refused"},
        {0, FLOTA_ERR_CONNECT_TIMEOUT, NULL, FLOTA_ERR_CONNECT_TIMEOUT, "answer"},
        {0, 0, "SSH-2.0-OpenSSH_9.2\r\n", FLOTA_ERR_HTTP_REPLY, "does not begin with HTTP"},
        {0, 0, "HTTP/1.1 200 OK\r\nA: \x02\r\n", FLOTA_ERR_HTTP_REPLY, "control character"},
        {0, 0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", FLOTA_ERR_IMAGE_EMPTY, "empty"},
        {0, 0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnope", FLOTA_ERR_IMAGE_TOO_SHORT, ""},
        {0, 0, "HTTP/1.1 200 OK\r\n\r\nnope", FLOTA_ERR_IMAGE_TOO_SHORT, ""},
        {0, 0, "HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n", FLOTA_ERR_CONNECT_LOST, ""},
        {0, 0, "HTTP/1.1 200 OK\r\nContent-Length: 9900000000\r\n\r\n", FLOTA_ERR_IMAGE_TOO_LARGE,
         ""},
        {0, 0, "HTTP/1.1 206 P\r\nContent-Range: bytes 0-1/2\r\n\r\n", FLOTA_ERR_HTTP_REPLY, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture *f = *state;
        f->server.status = cases[i].status;
        f->server.dial_error = cases[i].dial_error;
        f->server.raw = cases[i].raw;
        fetch(f, URL);
        if (cases[i].error == FLOTA_ERR_CONNECT_LOST && cases[i].detail[0] == '\0')
            assert_failed(f, FLOTA_ERR_TRANSFER_LOST);
        else
            assert_failed(f, cases[i].error);
        assert_logged(f, cases[i].detail);
        assert_int_equal(f->server.dial_count, 1);
        assert_int_equal(f->model.erase_count, 0);
        assert_null(f->dial);
        tear_down(state);
        set_up(state);
    }
}

static void bad_urls_are_refused_before_anything_is_asked(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(ask_for(f, "https://server/x", true), FLOTA_ERR_URL_SCHEME);
    assert_logged(f, "https:// needs a firmware that is built with TLS");
    assert_int_equal(ask_for(f, "server/x", true), FLOTA_ERR_URL_BAD);
    assert_int_equal(ask_for(f, "http://[::1]/x", true), FLOTA_ERR_URL_BAD);
    assert_logged(f, "IPv6");
    assert_int_equal(ask_for(f, NULL, true), FLOTA_ERR_URL_BAD); /* none configured */
    work(f, 50);
    assert_int_equal(f->server.dial_count, 0);
    assert_int_equal(f->ended_count, 0);
    set_key(f, "update.url", URL);
    fetch(f, NULL);
    assert_installed(f);
}

static void configuration_that_cannot_be_sent_is_refused_with_its_line(void **state)
{
    static const char *const cases[][2] = {
        {"X-One: 1\r\nfoo", "line 2 is not"},
        {"X One: 1", "line 1 is not"},
        {": 1", "line 1 is not"},
        {"A: b\rc", "line 1 holds a control"},
        {"A: \x01", "line 1 holds a control"},
        {"A: b\r\nhost: c", "line 2 sets a header"},
        {"Range: bytes=5-", "line 1 sets a header"},
        {"Transfer-Encoding: chunked", "line 1 sets a header"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_key(f, "update.extra_http_headers", cases[i][0]);
        fetch(f, URL);
        assert_failed(f, FLOTA_ERR_CONFIG_VALUE);
        assert_logged(f, cases[i][1]);
    }
    set_key(f, "update.extra_http_headers", "");
    set_key(f, "update.ssl_ca_file", "ca.pem");
    fetch(f, URL);
    assert_failed(f, FLOTA_ERR_URL_SCHEME);
    assert_logged(f, "no TLS");
    assert_int_equal(f->server.dial_count, 0);
}

/* --- redirects --- */

static void redirects_are_followed(void **state)
{
    static const char *const cases[][3] = {
        {"/fw/new.bin", "GET /fw/new.bin ", "server"},
        {"../new.bin?x#y", "GET /new.bin?x ", "server"},
        {"//other:81/n", "GET /n ", "other"},
        {"http://other/n", "GET /n ", "other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture *f = *state;
        f->server.location = cases[i][0];
        set_key(f, "update.extra_http_headers", "Authorization: secret");
        fetch(f, "http://server/old/fw.bin");
        assert_int_equal(f->server.request_count, 2);
        assert_asked(f, 0, "Authorization: secret");
        assert_asked(f, 1, cases[i][1]);
        assert_string_equal(f->server.host, cases[i][2]);
        /* credentials stay at home */
        bool is_home = strcmp(cases[i][2], "server") == 0;
        assert_int_equal(strstr(request_at(f, 1), "secret") != NULL, is_home);
        assert_installed(f);
        tear_down(state);
        set_up(state);
    }
}

static void redirects_end(void **state)
{
    static const struct {
        const char *location;
        int error;
        uint32_t requests;
    } cases[] = {
        {"/old", FLOTA_ERR_HTTP_REDIRECTS, 1},          /* to itself */
        {"/old2/../old1", FLOTA_ERR_HTTP_REDIRECTS, 2}, /* then to itself */
        {"https://server/new", FLOTA_ERR_URL_SCHEME, 1},
        {"http://a b/", FLOTA_ERR_URL_BAD, 1},
        {NULL, FLOTA_ERR_HTTP_REDIRECTS, 1},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        f->server.request_count = 0;
        f->server.location = cases[i].location;
        f->server.status = cases[i].location ? 0 : 301;
        fetch(f, "http://server/old");
        assert_failed(f, cases[i].error);
        assert_int_equal(f->server.request_count, cases[i].requests);
    }
    f->server.status = 0;
    f->server.request_count = 0;
    f->server.location = "x/old"; /* one level more, each time */
    fetch(f, "http://server/old/");
    assert_failed(f, FLOTA_ERR_HTTP_REDIRECTS);
    assert_int_equal(f->server.request_count, FLOTA_PULL_REDIRECTS_MAX + 1);
}

/* --- lost connections --- */

static void fetch_and_wait(struct fixture *f, const char *url)
{
    assert_int_equal(ask_for(f, url, true), 0);
    for (int i = 0; i < 700 && f->ended_count == 0; i++)
        let_time_pass(f, 1000, 1000);
}

static void a_lost_connection_goes_on_where_it_broke_off(void **state)
{
    for (int kind = 0; kind < 6; kind++) {
        struct fixture *f = *state;
        struct bundle_maker maker;
        bool is_bundle = kind % 2 == 1;
        if (is_bundle)
            make_bundle(f, &maker);
        if (kind / 2 == 1) { /* a date, which is old enough */
            f->server.etag = NULL;
            f->server.modified = "Sun, 06 Nov 1994 08:49:37 GMT";
            f->server.date = "Sun, 06 Nov 1994 08:49:38 GMT";
        }
        f->server.is_chunked = kind / 2 == 2;
        f->server.break_after = 2000;
        f->server.breaks = 2;
        fetch_and_wait(f, URL);
        assert_int_equal(f->server.request_count, 3);
        assert_null(strstr(request_at(f, 0), "Range"));
        assert_asked(f, 1, "\r\nRange: bytes=2000-\r\nIf-Range: ");
        assert_asked(f, 2,
                     f->server.is_chunked ? "\r\nRange: bytes=3989-\r\nIf-Range: "
                                          : "\r\nRange: bytes=4000-\r\nIf-Range: ");
        assert_asked(f, 2, kind / 2 == 1 ? "1994" : "\"one\"");
        assert_int_equal(f->server.range_count, 2);
        assert_installed(f);
        if (is_bundle)
            bundle_maker_free(&maker);
        tear_down(state);
        set_up(state);
    }
}

/* A weak or missing validator proves nothing: the image's head does. */
static void without_a_strong_validator_the_head_tells(void **state)
{
    static const char *const tags[] = {NULL, "W/\"one\""};
    for (int i = 0; i < 3; i++) {
        struct fixture *f = *state;
        f->server.etag = i < 2 ? tags[i] : NULL;
        if (i == 2) /* sent in the second in which it was written */
            f->server.modified = f->server.date = "Sun, 06 Nov 1994 08:49:37 GMT";
        f->server.break_after = 3000;
        f->server.breaks = 1;
        fetch_and_wait(f, URL);
        assert_int_equal(f->server.request_count, 3);
        assert_asked(f, 1, "\r\nRange: bytes=0-1279\r\n");
        assert_null(strstr(request_at(f, 1), "If-Range"));
        assert_asked(f, 2, "\r\nRange: bytes=3000-\r\n");
        assert_installed(f);
        tear_down(state);
        set_up(state);
    }
}

/* Without a validator nothing ties the parts of a bundle together. */
static void a_bundle_without_validator_starts_anew(void **state)
{
    struct fixture *f = *state;
    struct bundle_maker maker;
    make_bundle(f, &maker);
    f->server.etag = NULL;
    f->server.break_after = 3000;
    f->server.breaks = 1;
    fetch_and_wait(f, URL);
    assert_int_equal(f->server.request_count, 3);
    assert_null(strstr(request_at(f, 2), "Range"));
    assert_installed(f);
    bundle_maker_free(&maker);
}

static void a_server_that_ignores_range_sends_all_and_it_is_passed_over(void **state)
{
    for (int kind = 0; kind < 4; kind++) {
        struct fixture *f = *state;
        struct bundle_maker maker;
        bool is_bundle = kind == 2;
        if (is_bundle)
            make_bundle(f, &maker);
        if (kind == 1)
            f->server.etag = NULL; /* the answer to the request for the head is the file */
        f->server.is_chunked = kind == 3;
        f->server.ignores_range = true;
        f->server.break_after = 3000;
        f->server.breaks = 1;
        fetch_and_wait(f, URL);
        assert_int_equal(f->server.request_count, 2);
        assert_logged(f, kind == 3 ? "goes on at byte 2989" : "goes on at byte 3000");
        assert_installed(f);
        if (is_bundle)
            bundle_maker_free(&maker);
        tear_down(state);
        set_up(state);
    }
}

/* Its connections end in order also when it dies in the middle. */
static void a_server_without_lengths_is_not_believed(void **state)
{
    for (int kind = 0; kind < 3; kind++) {
        struct fixture *f = *state;
        struct bundle_maker maker;
        if (kind == 1)
            make_bundle(f, &maker);
        f->server.is_old = f->server.ignores_range = true;
        f->server.break_after = kind == 2 ? 4999 : 3000;
        f->server.breaks = 1;
        fetch_and_wait(f, URL);
        assert_int_equal(f->server.request_count, 2);
        assert_logged(f, flota_error_text(FLOTA_ERR_TRANSFER_LOST)->cause);
        assert_installed(f);
        if (kind == 1)
            bundle_maker_free(&maker);
        tear_down(state);
        set_up(state);
    }
}

static void a_part_of_what_was_asked_for_is_no_end(void **state)
{
    struct fixture *f = *state;
    f->server.break_after = 2000;
    f->server.breaks = 1;
    f->server.piece_max = 700;
    fetch_and_wait(f, URL);
    assert_asked(f, 2, "Range: bytes=2700-");
    assert_int_equal(f->server.request_count, 6); /* 2000 + 4 * 700 + 200 */
    assert_installed(f);
}

/* --- the file changes in the middle --- */

static void break_and_change(struct fixture *f, uint32_t size)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    f->server.break_after = 3000;
    f->server.breaks = 1;
    assert_int_equal(ask_for(f, URL, true), 0);
    work(f, 1000);
    assert_true(f->pull.state == FLOTA_PULL_WAITING);
    recipe.seed = 99;
    recipe.version = "3.0.0";
    recipe.size = size;
    make_image(f, &recipe);
}

static void go_on(struct fixture *f)
{
    for (int i = 0; i < 100 && f->ended_count == 0; i++)
        let_time_pass(f, 1000, 1000);
}

static void a_file_that_changed_in_the_middle_is_fetched_anew(void **state)
{
    static const uint32_t sizes[] = {5000, 6000, 4000, 2500};
    for (int kind = 0; kind < 4 * 4; kind++) {
        struct fixture *f = *state;
        const char *before = kind % 4 < 2 ? "\"one\"" : NULL;
        f->server.etag = before;
        f->server.ignores_range = kind % 4 == 3;
        break_and_change(f, sizes[kind / 4]);
        f->server.etag = kind % 4 == 0 ? "\"two\"" : NULL; /* 1: it has lost its validator */
        go_on(f);
        assert_installed(f);
        tear_down(state);
        set_up(state);
    }
}

/* A server without If-Range, whose ETag tells all the same. */
static void a_part_with_another_etag_is_not_appended(void **state)
{
    struct fixture *f = *state;
    static char reply[6000];
    break_and_change(f, 5000);
    int head = snprintf(reply, sizeof reply,
                        "HTTP/1.1 206 P\r\nETag: \"two\"\r\nContent-Range: bytes "
                        "3000-4999/5000\r\nContent-Length: 2000\r\n\r\n");
    memset(reply + head, 'x', 2000);
    f->server.raw = reply;
    for (int i = 0; i < 100 && f->server.request_count < 2; i++)
        let_time_pass(f, 1000, 1000);
    f->server.raw = NULL;
    f->server.etag = "\"two\"";
    go_on(f);
    assert_logged(f, "has changed");
    assert_installed(f);
}

/* The validator is the same, and the file shorter than what is here. */
static void a_file_that_is_too_short_for_the_range_is_fetched_anew(void **state)
{
    struct fixture *f = *state;
    break_and_change(f, 2500);
    f->server.ignores_if_range = true;
    go_on(f);
    assert_asked(f, 1, "Range: bytes=3000-");
    assert_null(strstr(request_at(f, 2), "Range"));
    assert_installed(f);
}

/* The same ETag at another address is another file's. */
static void a_part_is_continued_at_its_own_address_only(void **state)
{
    struct fixture *f = *state;
    set_key(f, "update.timeout", "1");
    break_and_change(f, 5000);
    let_time_pass(f, 2000, 1000);
    assert_failed(f, FLOTA_ERR_TRANSFER_LOST);
    fetch(f, "http://server/fw/other.bin");
    assert_asked(f, 1, "Range: bytes=0-1279");
    assert_installed(f);
}

/* Between two tries somebody else has sent another file, and not finished it. */
static void a_part_of_another_file_is_not_continued(void **state)
{
    struct fixture *f = *state;
    const struct flota_ota_request request = {.from = "192.168.0.5", .total_size = 5000};
    const struct flota_ota_owner owner = {.failed = note_end, .context = f};
    struct image_recipe recipe = IMAGE_RECIPE;
    break_and_change(f, 5000);
    assert_int_equal(flota_ota_begin(&f->ota, &request, &owner), 0);
    assert_int_equal(flota_ota_write(&f->ota, f->image, 3000), 3000);
    flota_ota_leave(&f->ota, FLOTA_ERR_TRANSFER_LOST);
    make_image(f, &recipe); /* the server has what it had */
    go_on(f);
    assert_asked(f, 1, "Range: bytes=0-1279");
    assert_installed(f);
}

/* --- loss of power --- */

/* Fetch until so many bytes were sent, then cut. */
static void cut_after(struct fixture *f, size_t bytes)
{
    assert_int_equal(ask_for(f, URL, true), 0);
    for (int i = 0; i < 100000 && f->server.body_sent < bytes; i++)
        turn(f);
    work(f, 300);
    restart_device(f);
    f->server.body_sent = 0;
    f->server.request_count = 0;
}

static void after_a_loss_of_power_the_rest_is_fetched(void **state)
{
    for (int kind = 0; kind < 3; kind++) {
        struct fixture *f = *state;
        f->server.etag = kind == 1 ? NULL : "\"one\"";
        f->server.ignores_range = kind == 2;
        f->server.break_after = 4500;
        f->server.breaks = 1;
        f->server.stalls = true;
        cut_after(f, 4400);
        fetch(f, URL);
        assert_asked(f, 0, "Range: bytes=0-1279");
        if (kind < 2) {
            assert_int_equal(f->server.request_count, 2);
            assert_asked(f, 1, "Range: bytes=3072-");
            assert_true(f->server.body_sent < 4700);
        } else {
            assert_int_equal(f->server.request_count, 1);
        }
        assert_logged(f, "goes on at byte 3072 of 5000");
        assert_installed(f);
        tear_down(state);
        set_up(state);
    }
}

static void after_a_loss_of_power_another_file_starts_anew(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    f->server.break_after = 4500;
    f->server.breaks = 1;
    f->server.stalls = true;
    cut_after(f, 4400);
    recipe.seed = 7;
    make_image(f, &recipe);
    fetch(f, URL);
    assert_int_equal(f->server.request_count, 2);
    assert_null(strstr(request_at(f, 1), "Range"));
    assert_installed(f);
}

/* Wherever the connection and the power go, the update comes to its end. */
static void any_loss_is_survived(void **state)
{
    for (uint32_t seed = 1; seed < 40; seed++) {
        struct fixture *f = *state;
        f->random = seed;
        f->server.ignores_range = seed % 5 == 0;
        f->server.etag = seed % 3 == 0 ? NULL : "\"x\"";
        f->server.is_chunked = seed % 7 == 0;
        f->server.break_after = 1 + prng_below(&f->random, 4990);
        f->server.breaks = 3;
        assert_int_equal(ask_for(f, URL, true), 0);
        uint32_t cut = prng_below(&f->random, 400);
        for (int i = 0; i < 3000 && f->model.reset_count == 0; i++) {
            let_time_pass(f, 1000, 1000);
            if ((uint32_t)i == cut / 40 && f->model.reset_count == 0)
                restart_device(f);
            if (!f->pull.is_asked && f->model.reset_count == 0 && !f->ota.activate)
                assert_int_equal(ask_for(f, URL, true), 0);
        }
        if (f->model.reset_count != 1)
            fail_msg("seed %u:\n%s", seed, f->log);
        flash_model_power_up(&f->model);
        assert_true(flash_model_holds(&f->model, FLOTA_SLOT_ACTIVE, f->image, (uint32_t)f->size));
        tear_down(state);
        set_up(state);
    }
}

/* --- servers that lie or fall asleep --- */

static void a_stalled_server_is_left_and_asked_again(void **state)
{
    struct fixture *f = *state;
    f->server.break_after = 3000;
    f->server.breaks = 1;
    f->server.stalls = true;
    fetch_and_wait(f, URL);
    assert_logged(f, flota_error_text(FLOTA_ERR_TRANSFER_STALLED)->cause);
    assert_asked(f, 1, "Range: bytes=3000-");
    assert_installed(f);
}

static void who_asks_is_told_after_the_time_without_progress(void **state)
{
    struct fixture *f = *state;
    set_key(f, "update.timeout", "300");
    f->server.break_after = 3000;
    f->server.breaks = 1;
    assert_int_equal(ask_for(f, URL, true), 0);
    work(f, 1000);
    uint32_t start_ms = f->now_ms;
    f->server.status = 500;
    f->server.headers = "Retry-After: 30\r\n";
    go_on(f);
    assert_int_equal(f->ended_count, 0);
    for (int i = 0; i < 300 && f->ended_count == 0; i++)
        let_time_pass(f, 1000, 1000);
    assert_failed(f, FLOTA_ERR_HTTP_STATUS);
    assert_int_equal((f->now_ms - start_ms) / 1000, 300);
    assert_in_range(f->server.request_count, 4, 10);
    /* nothing is lost */
    f->server.status = 0;
    f->server.request_count = 0;
    fetch(f, URL);
    assert_asked(f, 0, "Range: bytes=3000-");
    assert_installed(f);
}

static void a_length_that_is_too_large_ends_as_a_loss(void **state)
{
    struct fixture *f = *state;
    set_key(f, "update.timeout", "60");
    f->server.length_too_large = 10;
    fetch_and_wait(f, URL);
    assert_failed(f, FLOTA_ERR_IMAGE_WRONG_SIZE); /* the announced size is not the image's */
    assert_int_equal(f->model.erase_count, 0);
}

static void a_length_that_is_too_small_is_refused_before_the_first_erase(void **state)
{
    struct fixture *f = *state;
    f->server.length_too_large = -10;
    fetch_and_wait(f, URL);
    assert_failed(f, FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_int_equal(f->model.erase_count, 0);
}

static void a_short_bundle_is_refused(void **state)
{
    struct fixture *f = *state;
    struct bundle_maker maker;
    make_bundle(f, &maker);
    f->server.size -= 30;
    fetch_and_wait(f, URL);
    assert_failed(f, FLOTA_ERR_BUNDLE_MALFORMED);
    bundle_maker_free(&maker);
}

static void a_page_instead_of_a_file_is_refused(void **state)
{
    struct fixture *f = *state;
    static uint8_t page[3000];
    memset(page, '<', sizeof page);
    f->server.file = page;
    f->server.size = sizeof page;
    fetch(f, URL);
    assert_failed(f, FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(f->model.erase_count, 0);
}

/* --- versions --- */

static void serve_what_runs(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "1.0.0";
    make_image(f, &recipe);
}

static void what_runs_already_is_not_installed(void **state)
{
    struct fixture *f = *state;
    struct bundle_maker maker;
    serve_what_runs(f);
    fetch(f, URL);
    assert_failed(f, FLOTA_ERR_SAME_VERSION);
    assert_int_equal(flota_ota_outcome(&f->ota), FLOTA_OTA_NONE);
    assert_int_equal(f->model.operation_count, 0);
    make_bundle(f, &maker);
    fetch(f, URL);
    assert_failed(f, FLOTA_ERR_SAME_VERSION);
    assert_int_equal(f->model.operation_count, 0);
    bundle_maker_free(&maker);
}

static void what_runs_already_is_installed_when_wanted(void **state)
{
    struct fixture *f = *state;
    serve_what_runs(f);
    assert_int_equal(ask_for(f, URL, false), 0);
    work(f, 5000);
    assert_installed(f);
}

static void another_build_of_the_same_version_is_installed(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "1.0.0";
    recipe.seed = 5;
    make_image(f, &recipe);
    fetch(f, URL);
    assert_installed(f);
}

/* --- others --- */

static void ask_again(void *context, int result)
{
    struct fixture *f = context;
    assert_int_equal(result, FLOTA_ERR_HTTP_STATUS);
    f->server.status = 0;
    assert_int_equal(ask_for(f, URL, true), 0);
}

static void who_is_told_may_ask_again_at_once(void **state)
{
    struct fixture *f = *state;
    const struct flota_pull_request request = {.url = URL, .ended = ask_again, .context = f};
    set_key(f, "update.url", URL);
    set_key(f, "update.interval", "86400");
    f->server.status = 404;
    assert_int_equal(flota_pull_start(&f->pull, &request), 0);
    work(f, 5000);
    assert_installed(f);
}

static void one_update_at_a_time(void **state)
{
    struct fixture *f = *state;
    static void (*const ignore)(void *, int) = note_end;
    const struct flota_ota_request request = {.from = "192.168.0.5", .total_size = 5000};
    const struct flota_ota_owner owner = {.failed = ignore, .context = f};
    assert_int_equal(flota_ota_begin(&f->ota, &request, &owner), 0);
    assert_int_equal(ask_for(f, URL, true), FLOTA_ERR_UPDATE_BUSY);
    flota_ota_fail(&f->ota, FLOTA_ERR_TRANSFER_CANCELLED);
    assert_int_equal(ask_for(f, URL, true), 0);
    assert_int_equal(ask_for(f, URL, true), FLOTA_ERR_UPDATE_BUSY);
    f->most = 100;
    work(f, 50);
    assert_true(flota_ota_is_busy(&f->ota));
    assert_int_equal(flota_ota_begin(&f->ota, &request, &owner), FLOTA_ERR_UPDATE_BUSY);
    work(f, 5000);
    assert_installed(f);
}

/* The file was asked for, and somebody began an update before it came. */
static void an_update_that_came_in_between_goes_first(void **state)
{
    struct fixture *f = *state;
    const struct flota_ota_request request = {.from = "192.168.0.5", .total_size = 5000};
    const struct flota_ota_owner owner = {.failed = note_end, .context = f};
    f->most = 10;
    assert_int_equal(ask_for(f, URL, true), 0);
    work(f, 20);
    assert_int_equal(flota_ota_begin(&f->ota, &request, &owner), 0);
    work(f, 5000);
    assert_failed(f, FLOTA_ERR_UPDATE_BUSY);
    assert_ptr_equal(f->ota.owner, &owner);
}

static void a_cancelled_update_ends(void **state)
{
    struct fixture *f = *state;
    f->most = 50;
    assert_int_equal(ask_for(f, URL, true), 0);
    while (f->server.body_sent < 3000)
        turn(f);
    assert_int_equal(flota_ota_cancel(&f->ota), 0);
    work(f, 50);
    assert_failed(f, FLOTA_ERR_TRANSFER_CANCELLED);
    assert_null(f->dial);
    fetch(f, URL);
    assert_installed(f);
}

static void failing_flash_is_told(void **state)
{
    struct fixture *f = *state;
    f->model.fail_at = f->model.operation_count + 20;
    f->model.fault = FLASH_MODEL_ENDS_FAILED;
    fetch(f, URL);
    assert_int_equal(f->ended_count, 1);
    assert_true(f->result <= -400 && f->result > -500);
    assert_null(f->dial);
    f->model.fail_at = 0;
    fetch(f, URL);
    assert_installed(f);
}

static void nothing_is_fetched_on_trial(void **state)
{
    struct fixture *f = *state;
    f->trial.running = FLOTA_RUNNING_TRIAL;
    assert_int_equal(ask_for(f, URL, true), FLOTA_ERR_ON_TRIAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_image_is_fetched_and_installed),
        TEST(a_bundle_is_fetched_and_installed),
        TEST(the_server_is_told_who_asks),
        TEST(the_wish_to_be_confirmed_in_reaches_the_update),
        TEST(errors_are_told_at_once_to_who_asks),
        TEST(bad_urls_are_refused_before_anything_is_asked),
        TEST(configuration_that_cannot_be_sent_is_refused_with_its_line),
        TEST(redirects_are_followed),
        TEST(redirects_end),
        TEST(a_lost_connection_goes_on_where_it_broke_off),
        TEST(without_a_strong_validator_the_head_tells),
        TEST(a_bundle_without_validator_starts_anew),
        TEST(a_server_that_ignores_range_sends_all_and_it_is_passed_over),
        TEST(a_server_without_lengths_is_not_believed),
        TEST(a_part_of_what_was_asked_for_is_no_end),
        TEST(a_file_that_changed_in_the_middle_is_fetched_anew),
        TEST(a_part_with_another_etag_is_not_appended),
        TEST(a_file_that_is_too_short_for_the_range_is_fetched_anew),
        TEST(a_part_is_continued_at_its_own_address_only),
        TEST(a_part_of_another_file_is_not_continued),
        TEST(after_a_loss_of_power_the_rest_is_fetched),
        TEST(after_a_loss_of_power_another_file_starts_anew),
        TEST(any_loss_is_survived),
        TEST(a_stalled_server_is_left_and_asked_again),
        TEST(who_asks_is_told_after_the_time_without_progress),
        TEST(a_length_that_is_too_large_ends_as_a_loss),
        TEST(a_length_that_is_too_small_is_refused_before_the_first_erase),
        TEST(a_short_bundle_is_refused),
        TEST(a_page_instead_of_a_file_is_refused),
        TEST(what_runs_already_is_not_installed),
        TEST(what_runs_already_is_installed_when_wanted),
        TEST(another_build_of_the_same_version_is_installed),
        TEST(who_is_told_may_ask_again_at_once),
        TEST(one_update_at_a_time),
        TEST(an_update_that_came_in_between_goes_first),
        TEST(a_cancelled_update_ends),
        TEST(failing_flash_is_told),
        TEST(nothing_is_fetched_on_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
