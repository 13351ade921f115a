/* test_http_update_pull.c - GET /update?url=, and fields behind the file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_update_fixture.h"

/* A puller that notes what it is asked for, and leaves the rest to the test. */
struct fetcher {
    struct flota_puller puller;
    int result; /* of start */
    unsigned count;
    char url[512];
    struct flota_pull_request request;
};

static struct fetcher fetcher;

static int fetch(void *context, const struct flota_pull_request *request)
{
    struct fetcher *f = context;
    f->count++;
    f->request = *request;
    snprintf(f->url, sizeof f->url, "%s", request->url ? request->url : "(configured)");
    return f->result;
}

static int set_up_fetcher(void **state)
{
    int result = set_up(state);
    struct fixture *f = *state;
    memset(&fetcher, 0, sizeof fetcher);
    fetcher.puller = (struct flota_puller){fetch, &fetcher};
    f->puller = &fetcher.puller;
    start_service(f, FLOTA_AUTH_NONE);
    return result;
}

static void get(struct fixture *f, const char *target, const char *headers)
{
    char head[1024];
    int size =
        snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: 10.0.0.1\r\n%s\r\n", target, headers);
    reconnect(f);
    send_while_working(f, &f->client, head, (size_t)size, 2000);
}

/* 2.0.0 runs on trial. */
static void start_trial(struct fixture *f)
{
    send_raw(f, "/update", "");
    let_restart(f);
    restart_device(f);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

static void nobody(void *context, int error)
{
    (void)context;
    (void)error;
}

static const struct flota_ota_owner pull_owner = {.failed = nobody};

/* The file comes from the server. Returns flota_ota_finish()'s result. */
static int deliver(struct fixture *f)
{
    const struct flota_ota_request request = {.from = "10.0.0.9",
                                              .total_size = (uint32_t)f->size,
                                              .deadline_ms = fetcher.request.deadline_ms};
    int result = flota_ota_begin(&f->ota, &request, &pull_owner);
    for (size_t at = 0; result >= 0 && at < f->size; at += (size_t)result) {
        result = flota_ota_write(&f->ota, f->image + at, f->size - at);
        turn(f, &f->client);
    }
    while (result >= 0 && (result = flota_ota_finish(&f->ota)) == FLOTA_UPDATER_PENDING)
        turn(f, &f->client);
    return result;
}

static void the_answer_comes_when_the_update_ends_and_the_restart_after_it(void **state)
{
    struct fixture *f = *state;
    get(f, "/update?url=http%3A%2F%2F10.0.0.9%2Ffw.bin&commit_timeout=77&ignore_same_version=0",
        "");
    assert_int_equal(fetcher.count, 1);
    assert_string_equal(fetcher.url, "http://10.0.0.9/fw.bin");
    assert_int_equal(fetcher.request.deadline_ms, 77000);
    assert_false(fetcher.request.ignore_same_version);
    assert_int_equal(deliver(f), 0);
    assert_int_equal(client_status(&f->client), 0);
    flota_ota_restart(&f->ota, FLOTA_OTA_ANSWER_MS);
    fetcher.request.ended(fetcher.request.context, 0);
    turn(f, &f->client);
    assert_contains(f->client.output, "\r\n\r\nUpdate applied, finalizing\r\n");
    assert_updated(f);
}

static void the_same_version_is_ignored_unless_the_query_says_no(void **state)
{
    struct fixture *f = *state;
    get(f, "/update?url=http://10.0.0.9/fw.bin", "");
    assert_true(fetcher.request.ignore_same_version);
    assert_int_equal(fetcher.request.deadline_ms, 0);
    fetcher.request.ended(fetcher.request.context, FLOTA_ERR_SAME_VERSION);
    turn(f, &f->client);
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, "Content-Type: text/plain");
    assert_contains(f->client.output, "Version is the same as current");
    assert_untouched(f);
}

static void an_empty_url_means_the_configured_one_and_none_is_an_error(void **state)
{
    struct fixture *f = *state;
    get(f, "/update?url=", "");
    assert_string_equal(fetcher.url, "(configured)");
    fetcher.request.ended(fetcher.request.context, FLOTA_ERR_URL_BAD);
    turn(f, &f->client);
    assert_int_equal(client_status(&f->client), 400);
    get(f, "/update", "");
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, flota_error_text(FLOTA_ERR_URL_BAD)->remedy);
    assert_int_equal(fetcher.count, 1);
}

static void what_start_refuses_is_answered_at_once(void **state)
{
    struct fixture *f = *state;
    fetcher.result = FLOTA_ERR_URL_SCHEME;
    get(f, "/update?url=ftp://10.0.0.9/", "Accept: application/json\r\n");
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, "\"name\":\"URL_SCHEME\"");
}

static void busy_is_409_in_the_words_that_tools_know(void **state)
{
    struct fixture *f = *state;
    get(f, "/update?url=http://10.0.0.9/a", "");
    client_open(&f->other, &f->server);
    client_send(&f->other, "GET /update?url=http://10.0.0.9/b HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->other), 409);
    assert_contains(f->other.output, "Content-Type: text/plain");
    assert_contains(f->other.output, "\r\n\r\nAnother update is in progress.");
    assert_int_equal(fetcher.count, 1);
    fetcher.request.ended(fetcher.request.context, FLOTA_ERR_CONNECT_REFUSED);
    turn(f, &f->client);
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, flota_error_text(FLOTA_ERR_CONNECT_REFUSED)->cause);
    reconnect(f);
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, f->size / 2, 300);
    client_open(&f->other, &f->server);
    client_send(&f->other, "GET /update?url=http://10.0.0.9/b HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->other), 409);
    assert_int_equal(fetcher.count, 1);
}

static void without_the_module_it_says_which_one_is_missing(void **state)
{
    struct fixture *f = *state;
    fetcher.puller.start = NULL;
    get(f, "/update?url=http://10.0.0.9/a", "");
    assert_int_equal(client_status(&f->client), 404);
    assert_contains(f->client.output, "ota-http-client");
    f->puller = NULL;
    start_service(f, FLOTA_AUTH_NONE);
    get(f, "/update?url=http://10.0.0.9/a", "");
    assert_int_equal(client_status(&f->client), 404);
}

static void a_client_that_leaves_meanwhile_changes_nothing(void **state)
{
    struct fixture *f = *state;
    get(f, "/update?url=http://10.0.0.9/a", "");
    reconnect(f);
    assert_int_equal(deliver(f), 0);
    flota_ota_restart(&f->ota, FLOTA_OTA_ANSWER_MS);
    fetcher.request.ended(fetcher.request.context, 0);
    turn(f, &f->client);
    assert_int_equal(client_status(&f->client), 0);
    f->client.now_ms += FLOTA_OTA_ANSWER_MS;
    turn(f, &f->client);
    assert_int_equal(f->model.swap_count, 1);
}

/* The puller reported its failure late: somebody else updates already. */
static void a_failed_pull_does_not_touch_the_update_of_another(void **state)
{
    struct fixture *f = *state;
    get(f, "/update?url=http://10.0.0.9/a", "");
    client_open(&f->other, &f->server);
    f->other.now_ms = f->client.now_ms;
    send_head(f, &f->other, "/update", f->size, "");
    send_while_working(f, &f->other, f->image, f->size / 2, 300);
    fetcher.request.ended(fetcher.request.context, FLOTA_ERR_UPDATE_BUSY);
    turn(f, &f->client);
    assert_int_equal(client_status(&f->client), 409);
    flota_http_close(&f->client.connection);
    send_while_working(f, &f->other, f->image + f->size / 2, f->size - f->size / 2, 300);
    work(f, &f->other, 2000);
    assert_int_equal(client_status(&f->other), 200);
}

static void a_body_on_the_get_is_no_firmware(void **state)
{
    struct fixture *f = *state;
    get(f, "/update?url=http://10.0.0.9/a", "Content-Length: 5\r\n");
    client_send(&f->client, "abcde");
    work(f, &f->client, 50);
    assert_int_equal(client_status(&f->client), 0);
    fetcher.request.ended(fetcher.request.context, FLOTA_ERR_HTTP_STATUS);
    turn(f, &f->client);
    assert_int_equal(client_status(&f->client), 400);
    assert_untouched(f);
}

/* --- who may --- */

static void it_needs_the_credentials_that_a_post_needs(void **state)
{
    struct fixture *f = *state;
    start_service(f, FLOTA_AUTH_TOKEN("secret"));
    get(f, "/update?url=http://10.0.0.9/a", "");
    assert_int_equal(client_status(&f->client), 401);
    assert_contains(f->client.output, "WWW-Authenticate: Bearer");
    assert_int_equal(fetcher.count, 0);
    get(f, "/update?url=http://10.0.0.9/a", "Authorization: Bearer secret\r\n");
    assert_int_equal(fetcher.count, 1);
}

static void a_page_of_another_site_cannot_ask_for_it(void **state)
{
    static const char *const bad[] = {
        "Origin: http://evil.example\r\n",
        "Origin: null\r\n",
        "User-Agent: Mozilla/5.0 (X11)\r\n", /* a picture's src, without a Referer */
        "User-Agent: Mozilla/5.0\r\nReferer: http://evil.example/\r\n",
        "User-Agent: Mozilla/5.0\r\nReferer: http://10.0.0.1.evil.example/\r\n",
        "User-Agent: Mozilla/5.0\r\nReferer: http://evil.example/http://10.0.0.1/\r\n",
        "User-Agent: Mozilla/5.0\r\nReferer: http://10.0.0.1/\r\nOrigin: http://evil.example\r\n",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        get(f, "/update?url=http://evil.example/fw.bin", bad[i]);
        if (client_status(&f->client) != 403)
            fail_msg("%s is answered: %s", bad[i], f->client.output);
    }
    assert_int_equal(fetcher.count, 0);
}

static void the_own_page_and_plain_tools_can(void **state)
{
    static const char *const good[] = {
        "",
        "User-Agent: curl/7.88.1\r\n",
        "User-Agent: Mozilla/5.0\r\nReferer: http://10.0.0.1/index.html\r\n",
        "User-Agent: Mozilla/5.0\r\nReferer: http://10.0.0.1:80/\r\n",
        "User-Agent: Mozilla/5.0\r\nOrigin: http://10.0.0.1\r\n",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        get(f, "/update?url=http://10.0.0.9/a", good[i]);
        assert_int_equal(fetcher.count, i + 1);
        fetcher.request.ended(fetcher.request.context, FLOTA_ERR_HTTP_STATUS);
    }
}

static void a_head_starts_nothing(void **state)
{
    struct fixture *f = *state;
    client_send(&f->client, "HEAD /update?url=http://10.0.0.9/a HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 400);
    assert_int_equal(fetcher.count, 0);
    start_trial(f);
    client_send(&f->client, "HEAD /update/commit HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 400);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

/* --- commit and revert by GET --- */

static void scripts_commit_and_revert_by_get(void **state)
{
    struct fixture *f = *state;
    start_trial(f);
    get(f, "/update/commit", "");
    assert_int_equal(client_status(&f->client), 200);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
    get(f, "/update/revert", "");
    work(f, &f->client, 2000);
    assert_int_equal(client_status(&f->client), 200);
    let_restart(f);
    assert_int_equal(f->model.swap_count, 1);
}

static void a_get_of_another_site_s_page_or_without_credentials_does_not(void **state)
{
    struct fixture *f = *state;
    start_trial(f);
    get(f, "/update/revert", "User-Agent: Mozilla/5.0\r\n");
    assert_int_equal(client_status(&f->client), 403);
    get(f, "/api/firmware_update?confirm=1", "");
    assert_int_equal(client_status(&f->client), 200);
    get(f, "/update/other", "");
    assert_int_equal(client_status(&f->client), 404);
    start_service(f, FLOTA_AUTH_TOKEN("secret"));
    get(f, "/update/commit", "");
    assert_int_equal(client_status(&f->client), 401);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

/* --- fields behind the file --- */

static void send_form_with_field_behind(struct fixture *f, const char *field)
{
    static const char end[] = "\r\n--XX--\r\n";
    uint8_t *body;
    size_t size = make_form(f, FIELD("commit_timeout") "60\r\n", &body);
    size_t field_size = strlen(field);
    body = realloc(body, size + field_size);
    size -= sizeof end - 1; /* the field comes before the closing boundary */
    memcpy(body + size, field, field_size);
    memcpy(body + size + field_size, end, sizeof end - 1);
    size += field_size + sizeof end - 1;
    send_head(f, &f->client, "/update", size, FORM_TYPE);
    send_while_working(f, &f->client, body, size, 500);
    work(f, &f->client, 2000);
    free(body);
}

static uint32_t deadline_ms_after_restart(struct fixture *f)
{
    assert_int_equal(client_status(&f->client), 200);
    let_restart(f);
    restart_device(f);
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
    return f->trial.deadline_ms;
}

static void commit_timeout_behind_the_file_is_the_trial_s(void **state)
{
    struct fixture *f = *state;
    send_form_with_field_behind(f, "\r\n" FIELD("commit_timeout") "77");
    assert_int_equal(deadline_ms_after_restart(f), 77000);
}

static void nonsense_behind_the_file_is_no_wish(void **state)
{
    struct fixture *f = *state;
    send_form_with_field_behind(f, "\r\n" FIELD("commit_timeout") "soon");
    assert_int_equal(deadline_ms_after_restart(f), 60000);
}

/* The form's end is lost: nothing tells whether its fields were all. */
static void a_form_that_ends_behind_its_file_fails_and_leaves_the_device_free(void **state)
{
    struct fixture *f = *state;
    uint8_t *body;
    size_t size = make_form(f, "", &body);
    send_head(f, &f->client, "/update", size + 100, FORM_TYPE);
    send_while_working(f, &f->client, body, size - 4, 500);
    work(f, &f->client, 2000);
    free(body);
    reconnect(f);
    work(f, &f->client, 100);
    assert_true(flota_ota_is_quiet(&f->ota));
    assert_untouched(f);
    assert_next_update_works(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_fetcher, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_answer_comes_when_the_update_ends_and_the_restart_after_it),
        TEST(the_same_version_is_ignored_unless_the_query_says_no),
        TEST(an_empty_url_means_the_configured_one_and_none_is_an_error),
        TEST(what_start_refuses_is_answered_at_once),
        TEST(busy_is_409_in_the_words_that_tools_know),
        TEST(without_the_module_it_says_which_one_is_missing),
        TEST(a_client_that_leaves_meanwhile_changes_nothing),
        TEST(a_failed_pull_does_not_touch_the_update_of_another),
        TEST(a_body_on_the_get_is_no_firmware),
        TEST(it_needs_the_credentials_that_a_post_needs),
        TEST(a_page_of_another_site_cannot_ask_for_it),
        TEST(the_own_page_and_plain_tools_can),
        TEST(a_head_starts_nothing),
        TEST(scripts_commit_and_revert_by_get),
        TEST(a_get_of_another_site_s_page_or_without_credentials_does_not),
        TEST(commit_timeout_behind_the_file_is_the_trial_s),
        TEST(nonsense_behind_the_file_is_no_wish),
        TEST(a_form_that_ends_behind_its_file_fails_and_leaves_the_device_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
