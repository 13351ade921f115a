/* test_rpc_auth.c - who may call: the access list, digests in frames, nonces, wrong answers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rpc_test.h"

static struct device device;

static const char call[] = "{\"id\":9,\"method\":\"Test.Add\",\"params\":{\"a\":1}}";

static int set_up(void **state)
{
    (void)state;
    device_init(&device, FLOTA_AUTH_BASIC("admin", "secret"));
    return 0;
}

/* --- a client that answers --- */

/* The nonce of a challenge. Checks that the message is the JSON text that clients know. */
static long nonce_of(const char *reply)
{
    static const char before[] = "\"error\":{\"code\":401,\"message\":\"{\\\"auth_type\\\":"
                                 "\\\"digest\\\",\\\"nonce\\\":",
                      after[] = ",\\\"nc\\\":1,\\\"realm\\\":\\\"RPC\\\",\\\"algorithm\\\":"
                                "\\\"SHA-256\\\"}\"}";
    const char *at = strstr(reply, before);
    char *end;
    if (!at)
        fail_msg("no challenge: %s", reply);
    long nonce = strtol(at + sizeof before - 1, &end, 10);
    assert_true(strncmp(end, after, sizeof after - 1) == 0);
    assert_in_range(nonce, 1, 0x7FFFFFFF);
    return nonce;
}

static struct flota_rpc_text text(const char *from)
{
    return (struct flota_rpc_text){from, strlen(from)};
}

static void respond_to(long nonce, const char *user, const char *password, char *hex)
{
    char number[16];
    snprintf(number, sizeof number, "%ld", nonce);
    struct flota_rpc_digest digest = {.nonce_text = text(number),
                                      .user = text(user),
                                      .realm = text("RPC"),
                                      .count = text("1"),
                                      .cnonce = text("4242"),
                                      .method = text("dummy_method"),
                                      .uri = text("dummy_uri")};
    assert_true(flota_rpc_digest_response(&digest, password, hex));
}

/* The reply to the call with this answer. */
static const char *answer(long nonce, const char *user, const char *password, const char *algorithm)
{
    char frame[512], hex[FLOTA_RPC_HEX_SIZE];
    respond_to(nonce, user, password, hex);
    snprintf(frame, sizeof frame,
             "{\"id\":9,\"method\":\"Test.Add\",\"params\":{\"a\":1},\"auth\":{\"realm\":\"RPC\","
             "\"username\":\"%s\",\"nonce\":%ld,\"cnonce\":4242,\"algorithm\":\"%s\",\"response\":"
             "\"%s\"}}",
             user, nonce, algorithm, hex);
    return ask(&device, frame);
}

static const char *log_in(void)
{
    return answer(nonce_of(ask(&device, call)), "admin", "secret", "SHA-256");
}

static const char *log_in_wrong(void)
{
    return answer(nonce_of(ask(&device, call)), "admin", "Secret", "SHA-256");
}

/* --- the hash --- */

/* RFC 7616 3.9.1, and one of our frames computed by another program. */
static void responses_are_those_of_the_rfc(void **state)
{
    char hex[FLOTA_RPC_HEX_SIZE];
    struct flota_rpc_digest digest = {
        .nonce_text = text("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
        .user = text("Mufasa"),
        .realm = text("http-auth@example.org"),
        .count = text("00000001"),
        .cnonce = text("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
        .method = text("GET"),
        .uri = text("/dir/index.html")};
    (void)state;
    assert_true(flota_rpc_digest_response(&digest, "Circle of Life", hex));
    assert_string_equal(hex, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
    digest = (struct flota_rpc_digest){.nonce_text = text("1795206567"),
                                       .user = text("admin"),
                                       .realm = text("RPC"),
                                       .count = text("1"),
                                       .cnonce = text("123456"),
                                       .method = text("dummy_method"),
                                       .uri = text("dummy_uri")};
    assert_true(flota_rpc_digest_response(&digest, "secret", hex));
    assert_string_equal(hex, "07c552dadb6de3c9664c6bf2393ea64735f31f9bcb6c674dd95260d7c6ae315c");
}

/* --- in a frame --- */

static void without_credentials_a_call_gets_a_challenge(void **state)
{
    (void)state;
    nonce_of(ask(&device, call));
    assert_int_equal(device.called, 0);
}

static void the_right_answer_is_let_in_and_gets_the_next_nonce(void **state)
{
    (void)state;
    const char *reply = log_in();
    assert_true(has(reply, "{\"id\":9,\"src\":\"dev1\",\"result\":101,\"auth\":{\"nextnonce\":"));
    long next = strtol(strstr(reply, "nextnonce") + 11, NULL, 10);
    assert_true(has(answer(next, "admin", "secret", "SHA-256"), "\"result\":101"));
    assert_int_equal(device.called, 2);
}

static void a_token_is_the_secret_of_the_user_token(void **state)
{
    (void)state;
    device_init(&device, FLOTA_AUTH_TOKEN("t0ken"));
    assert_true(
        has(answer(nonce_of(ask(&device, call)), "token", "t0ken", "SHA-256"), "\"result\""));
    nonce_of(answer(nonce_of(ask(&device, call)), "admin", "t0ken", "SHA-256"));
}

static void wrong_answers_are_refused(void **state)
{
    (void)state;
    nonce_of(log_in_wrong());
    nonce_of(answer(nonce_of(ask(&device, call)), "root", "secret", "SHA-256"));
    nonce_of(answer(nonce_of(ask(&device, call)), "", "", "SHA-256"));
    assert_int_equal(device.called, 0);
}

static void md5_is_refused_and_costs_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        nonce_of(answer(nonce_of(ask(&device, call)), "admin", "secret", "MD5"));
    assert_true(has(log_in(), "\"result\":101"));
}

static void an_answer_that_was_overheard_is_worth_nothing(void **state)
{
    (void)state;
    long nonce = nonce_of(ask(&device, call));
    assert_true(has(answer(nonce, "admin", "secret", "SHA-256"), "\"result\":101"));
    long other = nonce_of(answer(nonce, "admin", "secret", "SHA-256"));
    assert_true(other != nonce);
    assert_int_equal(device.called, 1);
}

/* Also a wrong one: a nonce takes one guess. */
static void a_nonce_takes_one_answer(void **state)
{
    (void)state;
    long nonce = nonce_of(ask(&device, call));
    nonce_of(answer(nonce, "admin", "Secret", "SHA-256"));
    nonce_of(answer(nonce, "admin", "secret", "SHA-256"));
    assert_int_equal(device.called, 0);
}

static void nonces_that_were_never_given_are_refused(void **state)
{
    static const long nonces[] = {0, 1, -1, 0x7FFFFFFF, 0x80000000, 4294967297};
    (void)state;
    for (size_t i = 0; i < sizeof nonces / sizeof nonces[0]; i++)
        nonce_of(answer(nonces[i], "admin", "secret", "SHA-256"));
    assert_int_equal(device.called, 0);
}

static void a_nonce_lives_for_a_minute(void **state)
{
    (void)state;
    long nonce = nonce_of(ask(&device, call));
    device.now_ms += FLOTA_RPC_NONCE_MS - 1;
    assert_true(has(answer(nonce, "admin", "secret", "SHA-256"), "\"result\":101"));
    nonce = nonce_of(ask(&device, call));
    device.now_ms += FLOTA_RPC_NONCE_MS;
    nonce_of(answer(nonce, "admin", "secret", "SHA-256"));
    assert_int_equal(device.called, 1);
}

static void eight_clients_may_answer_at_a_time(void **state)
{
    long nonces[FLOTA_RPC_NONCES + 1];
    (void)state;
    for (size_t i = 0; i <= FLOTA_RPC_NONCES; i++)
        nonces[i] = nonce_of(ask(&device, call));
    nonce_of(answer(nonces[0], "admin", "secret", "SHA-256"));
    assert_int_equal(device.called, 0);
    /* The challenge to that one has taken the place of nonces[1]. */
    for (size_t i = 3; i <= FLOTA_RPC_NONCES; i += 3)
        assert_true(has(answer(nonces[i], "admin", "secret", "SHA-256"), "\"result\":101"));
}

static void nonces_differ(void **state)
{
    uint32_t last = 0;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        uint32_t nonce = flota_rpc_nonce(&device.rpc, 0);
        assert_true(nonce != last && nonce != 0 && nonce <= INT32_MAX);
        last = nonce;
    }
}

static void damaged_answers_are_refused(void **state)
{
    static const char *const auths[] = {
        "5",
        "\"x\"",
        "[]",
        "{}",
        "{\"realm\":\"RPC\"}",
        "{\"realm\":\"RPC\",\"username\":\"admin\",\"nonce\":\"5\",\"cnonce\":1,\"algorithm\":"
        "\"SHA-256\",\"response\":\"\"}",
        "{\"realm\":5,\"username\":[],\"nonce\":{},\"cnonce\":null,\"algorithm\":1,\"response\":"
        "2}"};
    (void)state;
    for (size_t i = 0; i < sizeof auths / sizeof auths[0]; i++) {
        char frame[512];
        snprintf(frame, sizeof frame,
                 "{\"id\":1,\"method\":\"Test.Add\",\"params\":{\"a\":1},\"auth\":%s}", auths[i]);
        nonce_of(ask(&device, frame));
    }
    assert_int_equal(device.called, 0);
}

static void a_user_name_may_be_escaped(void **state)
{
    char frame[512], hex[FLOTA_RPC_HEX_SIZE];
    (void)state;
    device_init(&device, FLOTA_AUTH_BASIC("m\xc3\xbcller", "secret"));
    long nonce = nonce_of(ask(&device, call));
    respond_to(nonce, "m\xc3\xbcller", "secret", hex);
    snprintf(frame, sizeof frame,
             "{\"id\":9,\"method\":\"Test.Add\",\"params\":{\"a\":1},\"auth\":{\"realm\":\"RPC\","
             "\"username\":\"m\\u00fcller\",\"nonce\":%ld,\"cnonce\":\"4242\",\"algorithm\":"
             "\"SHA-256\",\"response\":\"%s\"}}",
             nonce, hex);
    assert_true(has(ask(&device, frame), "\"result\":101"));
}

/* --- guessing --- */

static void after_five_wrong_answers_the_device_pauses_ever_longer(void **state)
{
    uint32_t pause = FLOTA_RPC_PAUSE_MS;
    (void)state;
    for (int i = 0; i < 4; i++)
        nonce_of(log_in_wrong());
    for (int i = 0; i < 10; i++) {
        long nonce = nonce_of(ask(&device, call));
        assert_int_equal(code_of(answer(nonce, "admin", "wrong", "SHA-256")), 429);
        assert_int_equal(code_of(ask(&device, call)), 429);
        device.now_ms += pause - 1;
        nonce = (long)flota_rpc_nonce(&device.rpc, device.now_ms);
        assert_int_equal(code_of(answer(nonce, "admin", "secret", "SHA-256")), 429);
        device.now_ms += 1;
        pause = pause < 64000 ? 2 * pause : pause;
    }
    assert_int_equal(device.called, 0);
    assert_true(has(log_in(), "\"result\":101"));
    nonce_of(log_in_wrong()); /* counted from the start again */
}

static void a_pause_holds_up_only_who_must_answer(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        log_in_wrong();
    assert_int_equal(code_of(ask(&device, call)), 429);
    assert_int_equal(code_of(ask(&device, "{\"id\":1,\"method\":\"RPC.Ping\"}")), 0);
    device_trust(&device);
    assert_int_equal(code_of(ask(&device, call)), 0);
}

/* --- who needs none --- */

static void public_methods_and_trusted_channels_need_no_answer(void **state)
{
    (void)state;
    assert_int_equal(code_of(ask(&device, "{\"id\":1,\"method\":\"RPC.List\"}")), 0);
    device_trust(&device);
    assert_string_equal(ask(&device, call), "{\"id\":9,\"src\":\"dev1\",\"result\":101}");
}

static void an_empty_secret_opens_nothing(void **state)
{
    static const struct flota_auth auths[] = {{FLOTA_AUTH_KIND_BASIC, "admin", ""},
                                              {FLOTA_AUTH_KIND_BASIC, "", "secret"},
                                              {FLOTA_AUTH_KIND_BASIC, NULL, "secret"},
                                              {FLOTA_AUTH_KIND_TOKEN, NULL, NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof auths / sizeof auths[0]; i++) {
        const char *user = auths[i].kind == FLOTA_AUTH_KIND_TOKEN ? "token"
                           : auths[i].user                        ? auths[i].user
                                                                  : "";
        device_init(&device, auths[i]);
        nonce_of(answer(nonce_of(ask(&device, call)), user, auths[i].secret ? auths[i].secret : "",
                        "SHA-256"));
    }
}

static void a_bare_call_gets_a_plain_401(void **state)
{
    const char *reply;
    (void)state;
    flota_rpc_take_call(&device.channel, "Test.Add", "{\"a\":1}", 7, 0);
    flota_rpc_reply(&device.channel, &reply);
    assert_string_equal(reply, "{\"code\":401,\"message\":\"credentials are needed\"}");
}

/* --- the access list --- */

static int code_with(const char *acl, const char *method)
{
    char frame[128];
    assert_int_equal(flota_rpc_set_acl(&device.rpc, acl), 0);
    snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"%s\",\"params\":{\"a\":1}}", method);
    return code_of(ask(&device, frame));
}

static void the_first_entry_that_fits_counts(void **state)
{
    static const char acl[] = "[{\"method\":\"Test.Add\",\"acl\":\"*\"},{\"method\":\"Test.*\","
                              "\"acl\":\"admin\"},{\"method\":\"RPC.L*t\",\"acl\":\"\"}]";
    (void)state;
    assert_int_equal(code_with(acl, "Test.Add"), 0);
    assert_int_equal(code_with(acl, "Test.Wait"), 401);
    assert_int_equal(code_with(acl, "RPC.List"), 403);
    assert_int_equal(code_with(acl, "RPC.Ping"), 0);
    device_trust(&device);
    assert_int_equal(code_with(acl, "Test.Wait"), 0);
    assert_int_equal(code_with(acl, "RPC.List"), 403);
}

static void a_list_is_copied_and_a_longer_one_is_none(void **state)
{
    char acl[FLOTA_RPC_ACL_MAX + 1] = "[{\"method\":\"Test.Add\",\"acl\":\"*\"}]";
    (void)state;
    memset(acl + strlen(acl), ' ', sizeof acl - 1 - strlen(acl));
    acl[FLOTA_RPC_ACL_MAX - 1] = '\0';
    assert_int_equal(flota_rpc_set_acl(&device.rpc, acl), 0);
    memset(acl, 'x', 20);
    assert_int_equal(code_of(ask(&device, call)), 0);
    memset(acl, ' ', sizeof acl - 1);
    memcpy(acl, "[{\"method\":\"Test.Add\",\"acl\":\"*\"}]", 33);
    assert_int_equal(flota_rpc_set_acl(&device.rpc, acl), FLOTA_ERR_BAD_VALUE);
    assert_int_equal(code_of(ask(&device, call)), 401);
}

static void stars_stand_for_any_text(void **state)
{
    static const struct {
        const char *pattern;
        bool fits;
    } cases[] = {{"*", true},     {"Test.Wait", true},   {"Test.*", true},  {"*Wait", true},
                 {"*.*", true},   {"T*t.W*t", true},     {"**", true},      {"Test.Wait*", true},
                 {"Test", false}, {"Test.Wai", false},   {"test.*", false}, {"", false},
                 {"*x", false},   {"Test.Waits", false}, {"T*x*t", false},  {"*Tes", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char acl[96];
        snprintf(acl, sizeof acl, "[{\"method\":\"%s\",\"acl\":\"\"}]", cases[i].pattern);
        assert_int_equal(code_with(acl, "Test.Wait"), cases[i].fits ? 403 : 401);
    }
}

static void another_users_name_is_nobody(void **state)
{
    (void)state;
    device_trust(&device);
    assert_int_equal(code_with("[{\"method\":\"*\",\"acl\":\"root\"}]", "Test.Wait"), 403);
    assert_int_equal(code_with("[{\"method\":\"*\",\"acl\":\"admin\"}]", "Test.Wait"), 0);
    device_init(&device, FLOTA_AUTH_NONE);
    assert_int_equal(code_with("[{\"method\":\"*\",\"acl\":\"admin\"}]", "Test.Wait"), 403);
    assert_int_equal(code_with("[{\"method\":\"X\",\"acl\":\"admin\"}]", "Test.Wait"), 0);
    assert_int_equal(code_with(NULL, "Test.Wait"), 0);
    assert_int_equal(code_with("", "Test.Wait"), 0);
}

static void a_list_that_is_none_lets_only_those_with_credentials_in(void **state)
{
    static const char *const lists[] = {"x",
                                        "{}",
                                        "[1]",
                                        "[[]]",
                                        "[{\"method\":\"*\"}]",
                                        "[{\"acl\":\"*\"}]",
                                        "[{\"method\":\"*\",\"acl\":1}]",
                                        "[{\"method\":\"*\",\"acl\":\"*\"},5]",
                                        "[{\"method\":\"\\u002a\",\"acl\":\"*\"}]"};
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        device_init(&device, FLOTA_AUTH_NONE);
        assert_int_equal(flota_rpc_set_acl(&device.rpc, lists[i]), FLOTA_ERR_BAD_VALUE);
        assert_int_equal(code_of(ask(&device, call)), 403);
        assert_int_equal(code_of(ask(&device, "{\"id\":1,\"method\":\"RPC.Ping\"}")), 0);
        device_init(&device, FLOTA_AUTH_BASIC("admin", "secret"));
        flota_rpc_set_acl(&device.rpc, lists[i]);
        assert_int_equal(code_of(ask(&device, call)), 401);
        device_trust(&device);
        assert_int_equal(code_of(ask(&device, call)), 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(responses_are_those_of_the_rfc),
        TEST(without_credentials_a_call_gets_a_challenge),
        TEST(the_right_answer_is_let_in_and_gets_the_next_nonce),
        TEST(a_token_is_the_secret_of_the_user_token),
        TEST(wrong_answers_are_refused),
        TEST(md5_is_refused_and_costs_nothing),
        TEST(an_answer_that_was_overheard_is_worth_nothing),
        TEST(a_nonce_takes_one_answer),
        TEST(nonces_that_were_never_given_are_refused),
        TEST(a_nonce_lives_for_a_minute),
        TEST(eight_clients_may_answer_at_a_time),
        TEST(nonces_differ),
        TEST(damaged_answers_are_refused),
        TEST(a_user_name_may_be_escaped),
        TEST(after_five_wrong_answers_the_device_pauses_ever_longer),
        TEST(a_pause_holds_up_only_who_must_answer),
        TEST(public_methods_and_trusted_channels_need_no_answer),
        TEST(an_empty_secret_opens_nothing),
        TEST(a_bare_call_gets_a_plain_401),
        TEST(the_first_entry_that_fits_counts),
        TEST(a_list_is_copied_and_a_longer_one_is_none),
        TEST(stars_stand_for_any_text),
        TEST(another_users_name_is_nobody),
        TEST(a_list_that_is_none_lets_only_those_with_credentials_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
