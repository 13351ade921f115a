/* test_http_update_access.c - updates, and all that changes something, need the update level.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flota/access.h"
#include "http_update_fixture.h"

#define UPDATE_LEVEL 7u

static const struct flota_access_user users[] = {{"admin", 9}, {"engineer", 7}, {"operator", 6}};
static const struct flota_access_rules rules = {
    .users = users, .user_count = 3, .update_level = UPDATE_LEVEL};

static struct flota_access access;

static uint32_t no_chance(void)
{
    return 4;
}

/* Users have passwords, and a session each: number i has an id of bytes i. */
static int set_up_access(void **state)
{
    const struct flota_access_config config = {.rules = &rules, .random = no_chance};
    set_up(state);
    struct fixture *f = *state;
    memset(&access, 0, sizeof access);
    flota_access_init(&access, &config, f->client.now_ms);
    access.is_first = false;
    for (uint8_t i = 0; i < 3; i++) {
        struct flota_access_session *session = &access.sessions[i];
        *session =
            (struct flota_access_session){.number = i + 1u, .used_ms = f->client.now_ms, .user = i};
        memset(session->id, i + 1, sizeof session->id);
    }
    f->service.config.access = &access;
    return 0;
}

#define ADMIN    "Cookie: flota=01010101010101010101010101010101\r\n"
#define ENGINEER "Cookie: flota=02020202020202020202020202020202\r\n"
#define OPERATOR "Cookie: flota=03030303030303030303030303030303\r\n"
#define NOBODY   ""
#define STRANGER "Cookie: flota=04040404040404040404040404040404\r\n"

static const char *const requests[] = {
    "POST /update",
    "PUT /update",
    "POST /api/firmware_update",
    "POST /api/firmware_update?check=1",
    "POST /update?check=1",
    "POST /api/firmware_update?confirm=1",
    "POST /api/firmware_update?revert=1",
    "POST /api/firmware_update?seen=1",
    "POST /api/firmware_update?cancel=1",
    "POST /update/commit",
    "POST /update/revert",
    "GET /update/commit",
    "GET /update/revert",
    "GET /update/seen",
    "GET /update/cancel",
    "GET /update?url=http://a/b",
    "POST /api/firmware_keys",
};

static int status_for(struct fixture *f, const char *request, const char *headers)
{
    char text[512];
    bool has_body = strncmp(request, "GET", 3) != 0;
    snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: a\r\n%s%s\r\n", request, headers,
             has_body ? "Content-Length: 5000\r\n" : "");
    reconnect(f);
    client_send(&f->client, text);
    return client_status(&f->client);
}

/* Each is refused with this error. */
static void assert_all(struct fixture *f, const char *headers, int status, int error)
{
    uint32_t operations = f->model.operation_count;
    size_t logged = f->log_size;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        int got = status_for(f, requests[i], headers);
        if (got != status || !strstr(f->client.output, flota_error_text(error)->cause))
            fail_msg("%s: %d instead of %d\n%s", requests[i], got, status, f->client.output);
        work(f, &f->client, 20);
    }
    assert_int_equal(f->model.operation_count, operations);
    assert_int_equal(f->model.reset_count, 0);
    assert_int_equal(f->log_size, logged);
}

static void without_a_session_nothing_is_changed(void **state)
{
    assert_all(*state, NOBODY, 401, FLOTA_ERR_UNAUTHORIZED);
    assert_all(*state, STRANGER, 401, FLOTA_ERR_UNAUTHORIZED);
}

static void below_the_update_level_nothing_is_changed(void **state)
{
    assert_all(*state, OPERATOR, 403, FLOTA_ERR_FORBIDDEN);
}

static void before_the_first_password_nothing_is_changed(void **state)
{
    access.is_first = true;
    assert_all(*state, NOBODY, 403, FLOTA_ERR_FIRST_START);
}

static void at_the_update_level_all_is_served(void **state)
{
    struct fixture *f = *state;
    static const char *const sessions[] = {ENGINEER, ADMIN};
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
            int status = status_for(f, requests[i], sessions[s]);
            if (status == 401 || status == 403)
                fail_msg("%s: %d\n%s", requests[i], status, f->client.output);
            flota_http_close(&f->client.connection);
        }
    reconnect(f);
    send_raw(f, "/update", ENGINEER);
    assert_updated(f);
}

static void a_check_is_answered_at_the_update_level(void **state)
{
    struct fixture *f = *state;
    send_raw(f, "/api/firmware_update?check=1", ENGINEER);
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "\"asks\":{},\"error\":null,");
}

static void the_status_is_for_anybody(void **state)
{
    struct fixture *f = *state;
    static const char *const sessions[] = {NOBODY, STRANGER, OPERATOR, ADMIN};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(status_for(f, "GET /api/firmware_update", sessions[i]), 200);
    assert_int_equal(status_for(f, "GET /api/firmware_keys", NOBODY), 200);
    access.is_first = true;
    assert_int_equal(status_for(f, "GET /api/firmware_update", NOBODY), 200);
}

/* A session does not help a page of another site. */
static void another_site_changes_nothing(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++)
        assert_int_equal(status_for(f, requests[i], ADMIN "Origin: http://evil\r\n"), 403);
    assert_contains(f->client.output, "page of another site");
    assert_int_equal(status_for(f, "GET /update/commit",
                                ADMIN "User-Agent: Mozilla/5.0\r\nReferer: http://evil/x\r\n"),
                     403);
    assert_int_equal(status_for(f, "GET /update/commit", ADMIN "User-Agent: Mozilla/5.0\r\n"), 403);
    assert_int_equal(f->model.operation_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_access, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_session_nothing_is_changed),
        TEST(below_the_update_level_nothing_is_changed),
        TEST(before_the_first_password_nothing_is_changed),
        TEST(at_the_update_level_all_is_served),
        TEST(a_check_is_answered_at_the_update_level),
        TEST(the_status_is_for_anybody),
        TEST(another_site_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
