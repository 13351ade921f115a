/* test_access_login.c - PBKDF2 in slices, the line of logins, pauses, a thousand wrong passwords.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../src/agent/access_internal.h"
#include "access_fixture.h"

static struct browser one = {"10.0.0.1", ""}, two = {"10.0.0.2", ""};
static struct client clients[FLOTA_ACCESS_JOBS + 1];

static int set_up(void **state)
{
    (void)state;
    one.cookie[0] = two.cookie[0] = '\0';
    start_with_passwords();
    return 0;
}

/* --- PBKDF2 --- */

static const struct {
    const char *password;
    uint32_t iterations;
    const char *hash; /* Python: hashlib.pbkdf2_hmac('sha256', password, bytes(range(16)), n) */
} vectors[] = {
    {"passwd", 1, "ea9590c466521904aacbdab71a1144c401211c8698556d40a1847a4037192c41"},
    {"correct horse", 1000, "c914cc4f06cc6e8f46d157e3a1b5aa7abceebb17bb0444cd4c4ac16ca2ae9864"},
    {"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 7,
     "85246c2af171b8faa2f32591b4cc10faebfa076aacd7dc4479a919898faf3a5e"},
    {"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", 7,
     "b85a90e15f0637b337d746b052e90e86fb5e50745f0648b5f01ff3a685b8af1a"},
    {"Schl\xC3\xBCssel \xE2\x82\xAC", 4096,
     "3b37acde63f986c6198ea5633f0472ce5ab17c7303f328c68827f5793655487f"},
};

static void the_hash_is_that_of_others_for_slices_of_any_size(void **state)
{
    static const uint32_t slices[] = {1, 3, 100, 5000};
    struct flota_access_derivation derivation;
    struct flota_access_password how;
    char hex[65];
    (void)state;
    for (uint8_t i = 0; i < sizeof how.salt; i++)
        how.salt[i] = i;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        for (size_t s = 0; s < sizeof slices / sizeof *slices; s++) {
            how.iterations = vectors[i].iterations;
            assert_int_equal(flota_access_derive_start(&derivation, vectors[i].password, &how), 0);
            uint32_t turns = 1;
            while (flota_access_derive(&derivation, slices[s]) == 0)
                turns++;
            assert_true((turns - 1) * slices[s] < vectors[i].iterations);
            flota_access_hex(derivation.sum, 32, hex);
            assert_string_equal(hex, vectors[i].hash);
        }
    }
}

/* --- the line --- */

static void send_login(struct client *client, const char *address, const char *user,
                       const char *password)
{
    connect_to(client, address);
    send_request(client, "POST", "/api/login", "", body_of(user, password, NULL));
}

static bool collect(struct client *client)
{
    client->now_ms = fixture.now_ms;
    client_wait(client, 0);
    return client_status(client) != 0;
}

/* One turn is a slice: others have their turns meanwhile. */
static void a_login_takes_many_turns(void **state)
{
    int turns = 0;
    (void)state;
    send_login(&clients[0], "10.0.0.1", "admin", PASSWORD);
    while (!collect(&clients[0])) {
        assert_true(flota_access_poll(&fixture.access, ++fixture.now_ms));
        turns++;
        assert_int_equal(status_of("GET", "/api/session", "", ""), 200);
    }
    assert_int_equal(turns, 1 + 3); /* its start, then 249 iterations at 100 a turn */
    assert_false(flota_access_poll(&fixture.access, fixture.now_ms));
    flota_http_close(&clients[0].connection);
}

static void logins_are_served_in_their_order(void **state)
{
    int order[3] = {0}, answered = 0;
    (void)state;
    send_login(&clients[0], "10.0.0.1", "admin", PASSWORD);
    send_login(&clients[1], "10.0.0.2", "operator", "wrong password");
    send_login(&clients[2], "10.0.0.3", "viewer", PASSWORD);
    for (int turn = 0; turn < 100 && answered < 3; turn++) {
        pass(1);
        for (int i = 0; i < 3; i++)
            if (order[i] == 0 && collect(&clients[i]))
                order[i] = ++answered;
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(order[i], i + 1);
        assert_int_equal(client_status(&clients[i]), i == 1 ? 401 : 200);
        flota_http_close(&clients[i].connection);
    }
}

static void one_too_many_is_told_to_come_again(void **state)
{
    (void)state;
    for (size_t i = 0; i <= FLOTA_ACCESS_JOBS; i++)
        send_login(&clients[i], "10.0.0.1", "viewer", PASSWORD);
    assert_int_equal(client_status(&clients[FLOTA_ACCESS_JOBS]), 503);
    assert_true(client_got(&clients[FLOTA_ACCESS_JOBS], "Retry-After: 1\r\n"));
    for (size_t i = 0; i <= FLOTA_ACCESS_JOBS; i++) {
        wait_for(&clients[i]);
        assert_int_equal(client_status(&clients[i]), i < FLOTA_ACCESS_JOBS ? 200 : 503);
        flota_http_close(&clients[i].connection);
    }
}

static void who_goes_away_leaves_the_line(void **state)
{
    (void)state;
    for (int after = 0; after < 5; after++) {
        send_login(&clients[0], "10.0.0.1", "admin", PASSWORD);
        send_login(&clients[1], "10.0.0.2", "viewer", PASSWORD);
        pass(1);
        for (int i = 0; i < after; i++)
            pass(1);
        flota_http_close(&clients[0].connection);
        wait_for(&clients[1]);
        assert_int_equal(client_status(&clients[1]), 200);
        flota_http_close(&clients[1].connection);
    }
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++)
        assert_int_equal(fixture.access.jobs[i].state, FLOTA_ACCESS_JOB_FREE);
}

static void slow_bodies_keep_nobody_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++) {
        connect_to(&clients[i], "10.6.6.6");
        client_send(&clients[i], "POST /api/login HTTP/1.1\r\nHost: device\r\n"
                                 "Content-Length: 100\r\n\r\n{");
    }
    assert_int_equal(login(&one, "admin", PASSWORD), 503);
    pass(FLOTA_ACCESS_SLOW_MS);
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++)
        flota_http_close(&clients[i].connection);
}

/* They have their answer, and do not take it. */
static void slow_readers_of_answers_keep_nobody_out(void **state)
{
    (void)state;
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++) {
            connect_to(&clients[i], "10.0.0.2");
            clients[i].deaf = true;
            send_request(&clients[i], "POST", "/api/login", "",
                         round == 0 ? "no JSON" : body_of("viewer", "wrong password", NULL));
            for (int turn = 0; turn < 10; turn++) {
                pass(1);
                clients[i].now_ms = fixture.now_ms;
                client_wait(&clients[i], 0);
            }
            assert_int_equal(clients[i].connection.state, FLOTA_HTTP_RESPOND);
        }
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++)
        flota_http_close(&clients[i].connection);
}

static void nothing_secret_is_left_in_memory(void **state)
{
    const uint8_t *bytes = (const uint8_t *)&fixture.access;
    (void)state;
    login(&one, "admin", PASSWORD);
    browse(&one, "POST", "/api/password", body_of("admin", OTHER, PASSWORD));
    for (size_t i = 0; i + sizeof PASSWORD <= sizeof fixture.access; i++) {
        assert_memory_not_equal(bytes + i, PASSWORD, 8);
        assert_memory_not_equal(bytes + i, OTHER, 8);
    }
}

static void nothing_is_left_of_a_login_that_was_broken_off(void **state)
{
    static const struct flota_access_derivation none;
    (void)state;
    send_login(&clients[0], "10.0.0.1", "admin", PASSWORD);
    pass(1);
    pass(1);
    assert_memory_not_equal(&fixture.access.derivation, &none, sizeof none);
    flota_http_close(&clients[0].connection);
    assert_memory_equal(&fixture.access.derivation, &none, sizeof none);
}

/* --- pauses --- */

static unsigned retry_after(void)
{
    const char *line = strstr(fixture.client.output, "Retry-After: ");
    return line ? (unsigned)atoi(line + strlen("Retry-After: ")) : 0;
}

static void the_fourth_wrong_password_costs_a_pause_that_grows(void **state)
{
    static const unsigned pauses[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(login(&one, "admin", "wrong"), 401);
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
        assert_int_equal(login(&one, "admin", "wrong"), 401);
        assert_int_equal(login(&one, "admin", PASSWORD), 429); /* not looked at, and not counted */
        assert_true(said("LOGIN_PAUSED"));
        assert_int_equal(retry_after(), pauses[i]);
        assert_int_equal(login(&two, "admin", PASSWORD), 429);    /* wherever it comes from */
        assert_int_equal(login(&two, "operator", PASSWORD), 200); /* others are not held up */
        pass(pauses[i] * 1000 - 40);
        assert_int_equal(login(&one, "admin", PASSWORD), 429);
        pass(40);
    }
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    for (int i = 0; i < 3; i++) /* a right one ends the count */
        assert_int_equal(login(&one, "admin", "wrong"), 401);
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
}

static void guesses_from_elsewhere_do_not_hold_up_the_users_own_machine(void **state)
{
    (void)state;
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    for (int i = 0; i < 8; i++) {
        login(&two, "admin", "wrong");
        assert_int_equal(login(&one, "admin", PASSWORD), 200);
    }
    assert_int_equal(login(&two, "admin", PASSWORD), 429);
    for (int i = 0; i < 4; i++) /* but it is held up by its own */
        assert_int_equal(login(&one, "admin", "wrong"), 401);
    assert_int_equal(login(&one, "admin", PASSWORD), 429);
}

static void many_wrong_ones_at_a_time_count_each(void **state)
{
    int wrong = 0, paused = 0;
    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++)
            send_login(&clients[i], "10.0.0.1", "admin", "wrong");
        for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++) {
            wait_for(&clients[i]);
            wrong += client_status(&clients[i]) == 401;
            paused += client_status(&clients[i]) == 429;
            flota_http_close(&clients[i].connection);
        }
    }
    assert_int_equal(wrong, 4);
    assert_int_equal(paused, 8);
}

static void the_old_password_is_throttled_too(void **state)
{
    (void)state;
    login(&one, "operator", PASSWORD);
    for (int i = 0; i < 4; i++)
        assert_int_equal(
            browse_status(&one, "POST", "/api/password", body_of("operator", OTHER, "wrong")), 401);
    assert_int_equal(
        browse_status(&one, "POST", "/api/password", body_of("operator", OTHER, PASSWORD)), 429);
}

/* Without a word written to flash, and the right one gets in when it has waited. */
static void a_thousand_wrong_passwords_change_nothing(void **state)
{
    uint32_t operations = fixture.model.operation_count;
    int wrong = 0;
    (void)state;
    for (int i = 0; i < 1000; i++) {
        int status = login(&two, "admin", "wrong password");
        wrong += status == 401;
        assert_true(status == 401 || status == 429);
        pass(100);
    }
    assert_in_range(wrong, 5, 12);
    assert_true(fixture.lines < 20); /* the console is not flooded either */
    assert_int_equal(login(&one, "operator", PASSWORD), 200);
    pass(FLOTA_ACCESS_PAUSE_MAX_MS);
    assert_int_equal(login(&one, "admin", PASSWORD), 200);
    assert_int_equal(fixture.model.operation_count, operations);
}

/* --- power cuts --- */

/* A cut while a password is written leaves the old one or the new one, and never none. */
static void a_cut_while_a_password_is_written_leaves_one(void **state)
{
    static const enum flash_model_cut ways[] = {FLASH_MODEL_CUT_BEFORE, FLASH_MODEL_CUT_TORN,
                                                FLASH_MODEL_CUT_AFTER};
    volatile uint32_t cuts = 0;
    for (volatile size_t way = 0; way < 3; way++) {
        bool was_cut = true;
        for (volatile uint32_t n = 1; was_cut; n++) {
            set_up(state);
            login(&one, "admin", PASSWORD);
            fixture.model.random = n;
            fixture.model.cut_at = fixture.model.operation_count + n;
            fixture.model.cut = ways[way];
            was_cut = setjmp(fixture.model.power_cut) != 0;
            if (!was_cut)
                browse(&one, "POST", "/api/password", body_of("admin", OTHER, PASSWORD));
            cuts += was_cut;
            flash_model_power_up(&fixture.model);
            boot();
            assert_false(fixture.access.is_first);
            bool is_old = login(&two, "admin", PASSWORD) == 200;
            bool is_new = login(&two, "admin", OTHER) == 200;
            assert_int_equal(is_old + is_new, 1);
        }
    }
    assert_true(cuts > 3 * 8);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_that_of_others_for_slices_of_any_size),
        TEST(a_login_takes_many_turns),
        TEST(logins_are_served_in_their_order),
        TEST(one_too_many_is_told_to_come_again),
        TEST(who_goes_away_leaves_the_line),
        TEST(slow_bodies_keep_nobody_out),
        TEST(slow_readers_of_answers_keep_nobody_out),
        TEST(nothing_secret_is_left_in_memory),
        TEST(nothing_is_left_of_a_login_that_was_broken_off),
        TEST(the_fourth_wrong_password_costs_a_pause_that_grows),
        TEST(guesses_from_elsewhere_do_not_hold_up_the_users_own_machine),
        TEST(many_wrong_ones_at_a_time_count_each),
        TEST(the_old_password_is_throttled_too),
        TEST(a_thousand_wrong_passwords_change_nothing),
        TEST(a_cut_while_a_password_is_written_leaves_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
