/* test_access.c - users, sessions, levels, tokens, first start, over HTTP.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access_fixture.h"

#define HOUR_MS 3600000u

static struct browser one = {"10.0.0.1", ""}, two = {"10.0.0.2", ""};

static int set_up(void **state)
{
    (void)state;
    one.cookie[0] = two.cookie[0] = '\0';
    start_with_passwords();
    return 0;
}

static int set_up_first(void **state)
{
    (void)state;
    one.cookie[0] = two.cookie[0] = '\0';
    start(3, FLOTA_AUTH_NONE);
    return 0;
}

/* --- sessions --- */

static void a_right_password_gets_a_session(void **state)
{
    (void)state;
    const char *session = browse(&one, "POST", "/api/login", body_of("operator", PASSWORD, NULL));
    assert_string_equal(session, "{\"login\":\"users\",\"first\":false,\"user\":\"operator\","
                                 "\"level\":5,\"users\":[\"admin\",\"operator\",\"viewer\"]}");
    assert_true(said("; HttpOnly; SameSite=Strict; Path=/\r\n"));
    assert_int_equal(strspn(strstr(one.cookie, "flota=") + 6, "0123456789abcdef"), 32);
    assert_non_null(strstr(browse(&one, "GET", "/level", ""), "level 5"));
    assert_non_null(strstr(browse(&one, "GET", "/api/session", ""), "\"user\":\"operator\""));
}

static void a_wrong_password_gets_none(void **state)
{
    static const char *const wrong[] = {"correct hors", "correct horse ", "Correct horse", "", "x"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        set_up(state);
        assert_int_equal(login(&one, "admin", wrong[i]), 401);
        assert_true(said("\"name\":\"LOGIN_WRONG\""));
        assert_true(said("WWW-Authenticate: Bearer"));
        assert_false(said("Set-Cookie"));
        assert_int_equal(browse_status(&one, "GET", "/level", ""), 401);
    }
    assert_int_equal(login(&one, "nobody", PASSWORD), 401);
}

static void a_session_is_worth_nothing_after_logout(void **state)
{
    struct browser thief;
    (void)state;
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    thief = one;
    assert_int_equal(browse_status(&thief, "GET", "/level", ""), 200);
    assert_non_null(strstr(browse(&one, "POST", "/api/logout", ""), "\"user\":null,\"level\":0"));
    assert_true(said("Set-Cookie: flota=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0\r\n"));
    assert_int_equal(browse_status(&thief, "GET", "/level", ""), 401);
    assert_int_equal(browse_status(&one, "POST", "/api/logout", ""), 200);
}

static void signing_in_again_ends_the_session_before(void **state)
{
    struct browser before;
    (void)state;
    login(&one, "operator", PASSWORD);
    before = one;
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    assert_int_equal(browse_status(&before, "GET", "/level", ""), 401);
    assert_non_null(strstr(browse(&one, "GET", "/level", ""), "level 9"));
}

static void two_sessions_of_a_user_live_side_by_side(void **state)
{
    (void)state;
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    assert_int_equal(login(&two, "admin", PASSWORD), 200);
    assert_string_not_equal(one.cookie, two.cookie);
    assert_int_equal(browse_status(&one, "POST", "/api/logout", ""), 200);
    assert_int_equal(browse_status(&two, "GET", "/level", ""), 200);
}

static void a_session_ends_12_hours_after_its_last_use(void **state)
{
    uint32_t number;
    (void)state;
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    number = fixture.access.last_number;
    pass(11 * HOUR_MS);
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 200);
    pass(12 * HOUR_MS - 100);
    assert_true(flota_access_lasts(&fixture.access, number));
    pass(100);
    assert_false(flota_access_lasts(&fixture.access, number));
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 401);
}

static void the_session_longest_unused_gives_way(void **state)
{
    struct browser others[FLOTA_ACCESS_SESSIONS_MAX];
    (void)state;
    login(&one, "admin", PASSWORD);
    login(&two, "admin", PASSWORD);
    pass(1000);
    browse(&one, "GET", "/level", "");
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX - 1; i++) {
        others[i] = (struct browser){.address = "10.0.1.1"};
        assert_int_equal(login(&others[i], "viewer", PASSWORD), 200);
    }
    assert_int_equal(browse_status(&two, "GET", "/level", ""), 401);
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 200);
    assert_int_equal(browse_status(&others[0], "GET", "/level", ""), 200);
}

static void sessions_are_gone_after_a_restart_and_passwords_are_not(void **state)
{
    (void)state;
    login(&one, "admin", PASSWORD);
    flash_model_power_up(&fixture.model);
    boot();
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 401);
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
}

/* Requests and turns may know the time differently by some ms. */
static void a_clock_that_goes_back_ends_nothing(void **state)
{
    (void)state;
    login(&one, "admin", PASSWORD);
    flota_access_poll(&fixture.access, fixture.now_ms - 3);
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 200);
}

static void sessions_live_over_the_wrap_of_the_clock(void **state)
{
    (void)state;
    pass(UINT32_MAX / 2);
    pass(UINT32_MAX / 2 - 6000);
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    pass(20000);
    assert_true(fixture.now_ms < 20000);
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 200);
}

/* --- cookies --- */

static void the_cookie_is_found_among_others(void **state)
{
    char lines[1200], many[900];
    (void)state;
    login(&one, "admin", PASSWORD);
    const char *id = strstr(one.cookie, "flota=");
    static const char *const forms[] = {
        "Cookie: a=b; %.38s; c=d\r\n",    "Cookie: %.38s;\r\n",        "Cookie: a=b;%.38s\r\n",
        "cookie:   \t%.38s  \r\n",        "Cookie: ;;; %.38s;;\r\n",   "Cookie: flota=; %.38s\r\n",
        "Cookie: flota=00; %.38s; x\r\n", "Cookie: xflota=1;%.38s\r\n"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(lines, sizeof lines, forms[i], id);
        if (status_of("GET", "/level", lines, "") != 200)
            fail_msg("not found: %s", lines);
    }
    memset(many, 'a', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    snprintf(lines, sizeof lines, "Cookie: %s; %.38s\r\n", many, id);
    assert_int_equal(status_of("GET", "/level", lines, ""), 200);
}

static void a_malformed_cookie_is_none(void **state)
{
    char lines[256];
    (void)state;
    login(&one, "admin", PASSWORD);
    const char *id = strstr(one.cookie, "flota=") + 6;
    static const char *const forms[] = {
        "Cookie: flota=%.31s\r\n",   "Cookie: %.32s\r\n",
        "Cookie: flota=%.32s0\r\n",  "Cookie: flota=\"%.32s\"\r\n",
        "Cookie: flota =%.32s\r\n",  "Cookie: flota= %.32s\r\n",
        "Cookie: FLOTA=%.32s\r\n",   "Cookie: flota:%.32s\r\n",
        "Cookie: a=flota=%.32s\r\n", "Cookie: flota=%.32s,\r\n",
        "Cookie: flota=%.30szz\r\n", "Cookie: flota=%.31s;0\r\n",
        "X-Cookie: flota=%.32s\r\n", "Cookie: flota=%.32s x=1\r\n",
        "Cookie: flota\r\n",         "Cookie: \r\n",
        "Cookie: flota=\r\n",        "Cookie: a\r\nCookie: flota=%.32s\r\n"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        snprintf(lines, sizeof lines, forms[i], id);
        if (status_of("GET", "/level", lines, "") != 401)
            fail_msg("let in: %s", lines);
    }
    for (int c = 0; c < 32; c++) { /* one digit wrong, at each place */
        snprintf(lines, sizeof lines, "Cookie: flota=%.32s\r\n", id);
        char *digit = strstr(lines, "flota=") + 6 + c;
        *digit = *digit == '0' ? '1' : '0';
        assert_int_equal(status_of("GET", "/level", lines, ""), 401);
    }
    assert_int_equal(
        status_of("GET", "/level", "Cookie: flota=00000000000000000000000000000000\r\n", ""), 401);
}

static void a_request_may_come_in_any_pieces(void **state)
{
    char request[600];
    (void)state;
    login(&one, "admin", PASSWORD);
    const char *body = body_of("admin", OTHER, PASSWORD);
    int size = snprintf(request, sizeof request,
                        "POST /api/password HTTP/1.1\r\nHost: device\r\n%sContent-Length: "
                        "%zu\r\n\r\n%s",
                        one.cookie, strlen(body), body);
    connect_to(&fixture.client, "10.0.0.1");
    for (int i = 0; i < size; i++)
        assert_int_equal(client_offer(&fixture.client, request + i, 1), 1);
    wait_for(&fixture.client);
    assert_int_equal(client_status(&fixture.client), 200);
    assert_int_equal(login(&two, "admin", OTHER), 200);
}

/* --- levels --- */

static void a_level_is_reached_or_not(void **state)
{
    (void)state;
    login(&one, "operator", PASSWORD);
    for (uint8_t level = 0; level <= 9; level++) {
        fixture.level = level;
        assert_int_equal(browse_status(&one, "POST", "/level", ""), level <= 5 ? 200 : 403);
        assert_int_equal(status_of("POST", "/level", "", ""), level == 0 ? 200 : 401);
    }
}

static void a_page_of_another_site_writes_nothing(void **state)
{
    char lines[300];
    (void)state;
    login(&one, "admin", PASSWORD);
    static const char *const paths[] = {"/level", "/api/login", "/api/logout", "/api/password"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(lines, sizeof lines, "%sOrigin: http://evil.example\r\n", one.cookie);
        assert_int_equal(status_of("POST", paths[i], lines, body_of("admin", PASSWORD, NULL)), 403);
        assert_false(said("Set-Cookie"));
        snprintf(lines, sizeof lines, "%sOrigin: null\r\n", one.cookie);
        assert_int_equal(status_of("POST", paths[i], lines, ""), 403);
    }
    snprintf(lines, sizeof lines, "%sOrigin: http://evil.example\r\n", one.cookie);
    assert_int_equal(status_of("GET", "/level", lines, ""), 200); /* it cannot read the answer */
    snprintf(lines, sizeof lines, "%sOrigin: http://device\r\n", one.cookie);
    assert_int_equal(status_of("POST", "/level", lines, ""), 200);
}

/* --- first start --- */

static void the_first_start_serves_nothing_but_the_form(void **state)
{
    (void)state;
    fixture.level = 0;
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 403);
    assert_true(said("FIRST_START"));
    assert_int_equal(login(&one, "admin", ""), 403);
    assert_int_equal(login(&one, "operator", PASSWORD), 403);
    assert_non_null(strstr(browse(&one, "GET", "/api/session", ""),
                           "\"first\":true,\"user\":null,\"level\":0"));
    assert_int_equal(
        browse_status(&one, "POST", "/api/password", body_of("operator", PASSWORD, NULL)), 403);
}

static void the_first_password_is_set_once(void **state)
{
    (void)state;
    assert_non_null(strstr(browse(&one, "POST", "/api/password", body_of("admin", PASSWORD, NULL)),
                           "\"first\":false,\"user\":\"admin\",\"level\":9"));
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 200);
    assert_int_equal(browse_status(&two, "POST", "/api/password", body_of("admin", OTHER, NULL)),
                     401);
    assert_int_equal(login(&two, "admin", PASSWORD), 200);
}

/* Both are told "first", and send a password: the second one must not win. */
static void of_two_first_passwords_at_a_time_one_counts(void **state)
{
    static struct client clients[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        connect_to(&clients[i], "10.0.0.1");
        send_request(&clients[i], "POST", "/api/password", "",
                     body_of("admin", i == 0 ? PASSWORD : OTHER, NULL));
    }
    wait_for(&clients[0]);
    wait_for(&clients[1]);
    assert_int_equal(client_status(&clients[0]), 200);
    assert_int_equal(client_status(&clients[1]), 401);
    flota_http_close(&clients[0].connection);
    flota_http_close(&clients[1].connection);
    assert_int_equal(login(&two, "admin", PASSWORD), 200);
}

static void an_open_first_start_lets_everybody_until_a_password_is_set(void **state)
{
    uint32_t stranger;
    (void)state;
    fixture.rules.open_at_first = true;
    boot();
    assert_non_null(strstr(fixture.line, "OPEN TO EVERYBODY"));
    fixture.level = 9;
    assert_int_equal(browse_status(&one, "POST", "/level", ""), 200);
    stranger = (uint32_t)strtoul(strstr(fixture.client.output, "session ") + 8, NULL, 10);
    assert_true(flota_access_lasts(&fixture.access, stranger));
    assert_int_equal(status_of("POST", "/level", "Origin: http://evil\r\n", ""), 403);
    browse(&two, "POST", "/api/password", body_of("admin", PASSWORD, NULL));
    assert_int_equal(browse_status(&one, "POST", "/level", ""), 401);
    assert_false(flota_access_lasts(&fixture.access, stranger));
}

static void forgetting_is_the_first_start_again(void **state)
{
    (void)state;
    login(&one, "admin", PASSWORD);
    assert_int_equal(flota_access_forget(&fixture.access), 0);
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 403);
    boot();
    assert_true(flota_access_is_first(&fixture.access));
}

/* --- passwords --- */

static void a_new_password_needs_the_old_one(void **state)
{
    (void)state;
    login(&one, "operator", PASSWORD);
    login(&two, "operator", PASSWORD);
    struct browser third = {.address = "10.0.0.3"};
    login(&third, "viewer", PASSWORD);
    static const char path[] = "/api/password";
    assert_int_equal(browse_status(&one, "POST", path, body_of("operator", OTHER, NULL)), 401);
    assert_int_equal(browse_status(&one, "POST", path, body_of("operator", OTHER, "wrong")), 401);
    assert_int_equal(browse_status(&one, "POST", path, body_of("admin", OTHER, PASSWORD)), 403);
    assert_int_equal(browse_status(&one, "POST", path, body_of("operator", OTHER, PASSWORD)), 200);
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 200); /* with a new cookie */
    assert_int_equal(browse_status(&two, "GET", "/level", ""), 401);
    assert_int_equal(browse_status(&third, "GET", "/level", ""), 200);
    assert_int_equal(login(&two, "operator", PASSWORD), 401);
    assert_int_equal(login(&two, "operator", OTHER), 200);
}

static void the_first_user_sets_those_of_others(void **state)
{
    (void)state;
    login(&one, "admin", PASSWORD);
    login(&two, "operator", PASSWORD);
    assert_int_equal(browse_status(&one, "POST", "/api/password", body_of("operator", OTHER, NULL)),
                     200);
    assert_int_equal(browse_status(&one, "GET", "/level", ""), 200);
    assert_int_equal(browse_status(&two, "GET", "/level", ""), 401);
    assert_int_equal(login(&two, "operator", OTHER), 200);
}

static void a_user_without_a_password_cannot_sign_in(void **state)
{
    (void)state;
    browse(&one, "POST", "/api/password", body_of("admin", PASSWORD, NULL));
    assert_int_equal(login(&two, "operator", ""), 401);
    assert_int_equal(login(&two, "operator", PASSWORD), 401);
}

static void weak_passwords_are_refused(void **state)
{
    char text[200];
    (void)state;
    static const char path[] = "/api/password";
    assert_int_equal(browse_status(&one, "POST", path, body_of("admin", "1234567", NULL)), 400);
    assert_true(said("PASSWORD_WEAK"));
    /* seven characters, eleven bytes */
    assert_int_equal(browse_status(&one, "POST", path,
                                   body_of("admin",
                                           "\xC3\xA4\xC3\xB6\xC3\xBC\xE2\x82\xAC"
                                           "123",
                                           NULL)),
                     400);
    memset(text, 'a', 65);
    text[65] = '\0';
    assert_int_equal(browse_status(&one, "POST", path, body_of("admin", text, NULL)), 400);
    text[64] = '\0';
    assert_int_equal(browse_status(&one, "POST", path, body_of("admin", text, NULL)), 200);
    assert_int_equal(login(&two, "admin", text), 200);
}

static void bodies_that_are_none_are_refused(void **state)
{
    static const char *const bodies[] = {
        "",
        "{",
        "[]",
        "null",
        "\"admin\"",
        "{}",
        "{\"user\":\"admin\"}",
        "{\"password\":\"" PASSWORD "\"}",
        "{\"user\":1,\"password\":\"" PASSWORD "\"}",
        "{\"user\":\"admin\",\"password\":[]}",
        "{\"user\":\"admin\",\"password\":null}",
        "{\"user\":\"admin\",\"user\":\"admin\",\"password\":\"" PASSWORD "\"}",
        "{\"user\":\"admin\",\"password\":\"" PASSWORD "\"}x",
        "{\"user\":\"admin\",\"password\":\"" PASSWORD "\\u0000\"}",
        "{\"user\":\"admin\",\"password\":\"\xFF\"}",
        "user=admin&password=" PASSWORD};
    char huge[FLOTA_ACCESS_BODY_MAX + 100];
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        if (status_of("POST", "/api/login", "", bodies[i]) != 400)
            fail_msg("%d to %s", client_status(&fixture.client), bodies[i]);
        assert_int_equal(status_of("POST", "/api/password", "", bodies[i]), 400);
    }
    memset(huge, ' ', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    assert_int_equal(status_of("POST", "/api/login", "", huge), 413);
    connect_to(&fixture.client, "10.0.0.1");
    client_send(&fixture.client, "POST /api/login HTTP/1.1\r\nHost: device\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n380\r\n");
    client_send(&fixture.client, huge);
    assert_int_equal(client_status(&fixture.client), 413);
    flota_http_close(&fixture.client.connection);
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
}

static void escapes_in_a_password_are_read(void **state)
{
    (void)state;
    assert_int_equal(status_of("POST", "/api/login", "",
                               "{\"user\":\"\\u0061dmin\",\"password\":\"correct\\u0020horse\"}"),
                     200);
}

/* What stands in flash: not the password, and not twice the same. */
static void the_password_is_not_in_flash(void **state)
{
    char first[FLOTA_CONFIG_VALUE_MAX];
    (void)state;
    snprintf(first, sizeof first, "%s", flota_config_text(&fixture.config, "login.1"));
    assert_memory_equal(first, "1:250:", 6);
    assert_string_not_equal(first, flota_config_text(&fixture.config, "login.2"));
    assert_null(strstr(first, PASSWORD));
    const uint8_t *bytes = flash_model_bytes(&fixture.model, FLOTA_SLOT_ACTIVE);
    for (uint32_t i = 0; i + 8 < flash_model_slot_size(&fixture.model); i++)
        assert_memory_not_equal(bytes + i, PASSWORD, 8);
}

/* Flash that decays must not open the device. */
static void a_password_that_cannot_be_read_opens_nothing(void **state)
{
    static const char *const texts[] = {"x", "1:", "1:0:", "2:250:00:00", "1:99999999999:0:0"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(flota_config_set(&fixture.config, "login.1", texts[i]), 0);
        flota_config_save(&fixture.config);
        boot();
        assert_false(flota_access_is_first(&fixture.access));
        assert_int_equal(login(&one, "admin", PASSWORD), 401);
    }
}

/* --- RPC's view of the configuration --- */

static void rpc_neither_reads_nor_writes_passwords(void **state)
{
    char text[1024], bad[FLOTA_CONFIG_KEY_MAX];
    struct flota_json json;
    (void)state;
    static const char *const sections[] = {"login", "login.1", "login.token"};
    for (size_t i = 0; i < 3; i++) {
        flota_json_begin(&json, text, sizeof text);
        assert_int_equal(flota_config_json(&fixture.config, sections[i], &json),
                         FLOTA_ERR_CONFIG_KEY);
    }
    flota_json_begin(&json, text, sizeof text);
    assert_int_equal(flota_config_json(&fixture.config, "", &json), 0);
    assert_string_equal(text, "{\"app\":{\"a\":\"\",\"b\":\"\"}}");
    static const char *const changes[] = {
        "{\"login\":{\"1\":\"\"}}", "{\"login\":{\"1\":null}}", "{\"login.1\":null}",
        "{\"app\":{\"a\":\"x\"},\"login\":{\"token\":\"1:9:00\"}}", "{\"login.2\":\"***\"}"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        assert_int_equal(
            flota_config_set_json(&fixture.config, changes[i], strlen(changes[i]), bad),
            FLOTA_ERR_CONFIG_KEY);
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
}

/* A reset of all that RPC knows, saved, leaves the passwords. */
static void a_reset_by_rpc_leaves_passwords(void **state)
{
    static const char all[] = "{\"app\":{\"a\":null,\"b\":null}}";
    (void)state;
    assert_int_equal(flota_config_set_json(&fixture.config, all, strlen(all), NULL), 0);
    assert_int_equal(flota_config_save(&fixture.config), 0);
    boot();
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
}

static void setting_a_password_saves_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(flota_config_set(&fixture.config, "app.a", "in RAM"), 0);
    login(&one, "admin", PASSWORD);
    assert_int_equal(
        browse_status(&one, "POST", "/api/password", body_of("admin", OTHER, PASSWORD)), 200);
    assert_string_equal(flota_config_text(&fixture.config, "app.a"), "in RAM");
    boot();
    assert_string_equal(flota_config_text(&fixture.config, "app.a"), "");
    assert_int_equal(login(&one, "admin", OTHER), 200);
}

static void no_password_is_written_while_an_update_uses_the_flash(void **state)
{
    (void)state;
    login(&one, "admin", PASSWORD);
    fixture.is_busy = true;
    uint32_t before = fixture.model.operation_count;
    assert_int_equal(
        browse_status(&one, "POST", "/api/password", body_of("admin", OTHER, PASSWORD)), 409);
    assert_int_equal(fixture.model.operation_count, before);
    fixture.is_busy = false;
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
}

/* --- tokens --- */

static void a_token_has_its_level(void **state)
{
    char lines[100];
    (void)state;
    login(&one, "operator", PASSWORD);
    static const char wish[] = "{\"user\":\"token\",\"level\":5}", path[] = "/api/password";
    assert_int_equal(status_of("POST", path, "", wish), 401);
    assert_int_equal(browse_status(&one, "POST", path, wish), 403);
    login(&one, "admin", PASSWORD);
    const char *answer = browse(&one, "POST", path, wish);
    assert_non_null(strstr(answer, "\"level\":5}"));
    assert_memory_equal(answer, "{\"token\":\"", 10);
    snprintf(lines, sizeof lines, "Authorization: Bearer %.32s\r\n", answer + 10);
    boot();
    fixture.level = 5;
    assert_int_equal(status_of("POST", "/level", lines, ""), 200);
    fixture.level = 6;
    assert_int_equal(status_of("POST", "/level", lines, ""), 403);
    lines[strlen(lines) - 3] ^= 1;
    assert_int_equal(status_of("POST", "/level", lines, ""), 401);
    login(&one, "admin", PASSWORD);
    assert_non_null(strstr(flota_config_text(&fixture.config, "login.token"), "1:5:"));
    lines[strlen(lines) - 3] ^= 1;
    assert_int_equal(browse_status(&one, "POST", path, "{\"user\":\"token\",\"level\":0}"), 200);
    assert_int_equal(status_of("GET", "/level", lines, ""), 401);
}

/* --- FLOTA_AUTH --- */

static void with_flota_auth_its_credentials_have_level_9(void **state)
{
    static const char bearer[] = "Authorization: Bearer secret\r\n";
    (void)state;
    start(0, FLOTA_AUTH_TOKEN("secret"));
    fixture.level = 9;
    assert_int_equal(status_of("GET", "/level", bearer, ""), 200);
    assert_int_equal(status_of("GET", "/level", "", ""), 401);
    fixture.level = 0;
    assert_int_equal(status_of("GET", "/level", "", ""), 200);
    assert_int_equal(status_of("POST", "/level", "", ""), 401); /* as before there were levels */
    assert_int_equal(status_of("POST", "/level", bearer, ""), 200);
    assert_non_null(strstr(browse(&one, "GET", "/api/session", ""),
                           "{\"login\":\"token\",\"first\":false,\"user\":null,\"level\":0"));
    assert_int_equal(login(&one, "token", "wrong"), 401);
    assert_int_equal(login(&one, "admin", "secret"), 401);
    assert_int_equal(login(&one, "token", "secret"), 200);
    assert_int_equal(browse_status(&two, "POST", "/api/login", "{\"password\":\"secret\"}"), 200);
    assert_int_equal(browse_status(&two, "POST", "/api/login", "{\"user\":\"\"}"), 400);
    fixture.level = 9;
    assert_int_equal(browse_status(&one, "POST", "/level", ""), 200);
    for (int i = 0; i < 4; i++)
        assert_int_equal(login(&two, "token", "wrong"), 401);
    assert_int_equal(login(&two, "token", "secret"), 429);
}

static void with_basic_the_page_signs_in_as_its_user(void **state)
{
    (void)state;
    start(0, FLOTA_AUTH_BASIC("me", "secret"));
    assert_int_equal(login(&one, "me", "wrong"), 401);
    assert_int_equal(login(&one, "you", "secret"), 401);
    assert_int_equal(browse_status(&one, "POST", "/api/login", "{\"password\":\"secret\"}"), 401);
    assert_int_equal(login(&one, "me", "secret"), 200);
    assert_int_equal(browse_status(&one, "POST", "/level", ""), 200);
    assert_int_equal(status_of("POST", "/level", "Authorization: Basic bWU6c2VjcmV0\r\n", ""), 200);
    start(0, FLOTA_AUTH_BASIC("me", ""));
    assert_int_equal(login(&one, "me", ""), 401);
}

static void with_none_everybody_has_level_9(void **state)
{
    (void)state;
    start(0, FLOTA_AUTH_NONE);
    fixture.level = 9;
    assert_int_equal(status_of("POST", "/level", "", ""), 200);
    assert_string_equal(
        browse(&one, "GET", "/api/session", ""),
        "{\"login\":\"none\",\"first\":false,\"user\":null,\"level\":9,\"users\":[]}");
    assert_int_equal(login(&one, "a", "b"), 200);
    assert_int_equal(status_of("POST", "/level", "Origin: http://evil\r\n", ""), 403);
}

static void flota_auth_stays_good_beside_users(void **state)
{
    static const char bearer[] = "Authorization: Bearer secret\r\n";
    (void)state;
    start(3, FLOTA_AUTH_TOKEN("secret"));
    fixture.level = 9;
    assert_int_equal(status_of("POST", "/level", bearer, ""), 200); /* also at the first start */
    assert_int_equal(status_of("POST", "/level", "", ""), 403);
    set_passwords();
    assert_int_equal(status_of("POST", "/level", bearer, ""), 200);
    assert_int_equal(status_of("POST", "/level", "", ""), 401);
    /* who has lost the password: its way back */
    assert_int_equal(status_of("POST", "/api/password", bearer, body_of("admin", OTHER, NULL)),
                     200);
    assert_int_equal(login(&one, "admin", OTHER), 200);
}

static void the_network_is_said(void **state)
{
    (void)state;
    fixture.network = "rolled-back";
    assert_non_null(
        strstr(browse(&one, "GET", "/api/session", ""), "\"network\":\"rolled-back\"}"));
}

#define TEST(name)  cmocka_unit_test_setup(name, set_up)
#define FIRST(name) cmocka_unit_test_setup(name, set_up_first)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_right_password_gets_a_session),
        TEST(a_wrong_password_gets_none),
        TEST(a_session_is_worth_nothing_after_logout),
        TEST(signing_in_again_ends_the_session_before),
        TEST(two_sessions_of_a_user_live_side_by_side),
        TEST(a_session_ends_12_hours_after_its_last_use),
        TEST(the_session_longest_unused_gives_way),
        TEST(sessions_are_gone_after_a_restart_and_passwords_are_not),
        TEST(a_clock_that_goes_back_ends_nothing),
        TEST(sessions_live_over_the_wrap_of_the_clock),
        TEST(the_cookie_is_found_among_others),
        TEST(a_malformed_cookie_is_none),
        TEST(a_request_may_come_in_any_pieces),
        TEST(a_level_is_reached_or_not),
        TEST(a_page_of_another_site_writes_nothing),
        FIRST(the_first_start_serves_nothing_but_the_form),
        FIRST(the_first_password_is_set_once),
        FIRST(of_two_first_passwords_at_a_time_one_counts),
        FIRST(an_open_first_start_lets_everybody_until_a_password_is_set),
        TEST(forgetting_is_the_first_start_again),
        TEST(a_new_password_needs_the_old_one),
        TEST(the_first_user_sets_those_of_others),
        FIRST(a_user_without_a_password_cannot_sign_in),
        FIRST(weak_passwords_are_refused),
        TEST(bodies_that_are_none_are_refused),
        TEST(escapes_in_a_password_are_read),
        TEST(the_password_is_not_in_flash),
        TEST(a_password_that_cannot_be_read_opens_nothing),
        TEST(rpc_neither_reads_nor_writes_passwords),
        TEST(a_reset_by_rpc_leaves_passwords),
        TEST(setting_a_password_saves_nothing_else),
        TEST(no_password_is_written_while_an_update_uses_the_flash),
        TEST(a_token_has_its_level),
        TEST(with_flota_auth_its_credentials_have_level_9),
        TEST(with_basic_the_page_signs_in_as_its_user),
        TEST(with_none_everybody_has_level_9),
        TEST(flota_auth_stays_good_beside_users),
        TEST(the_network_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
