/* test_http_update_actions.c - requests without a file: confirm, go back, seen, keys; and what the
 * status says of the running firmware.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_update_fixture.h"
#include "key_maker.h"

static void post(struct fixture *f, const char *path)
{
    reconnect(f);
    send_head(f, &f->client, path, 0, "");
    work(f, &f->client, 200);
}

static void assert_text_error(struct fixture *f, int status, int error)
{
    assert_int_equal(client_status(&f->client), status);
    assert_contains(f->client.output, "Content-Type: text/plain");
    assert_contains(f->client.output, flota_error_text(error)->cause);
    assert_contains(f->client.output, flota_error_text(error)->remedy);
}

static void assert_json_error(struct fixture *f, int status, const char *name)
{
    char member[64];
    snprintf(member, sizeof member, "\"name\":\"%s\"", name);
    assert_int_equal(client_status(&f->client), status);
    assert_contains(f->client.output, "Content-Type: application/json");
    assert_contains(f->client.output, member);
}

/* The image is installed, and the device restarts into it. */
static void install(struct fixture *f, const char *version, const char *path)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = version;
    recipe.seed = (uint32_t)version[0];
    make_image(f, &recipe);
    reconnect(f);
    send_raw(f, path, "");
    assert_int_equal(client_status(&f->client), 200);
    let_restart(f);
    assert_int_equal(f->model.reset_count, 1);
    restart_device(f);
}

/* 2.0.0 runs on trial; 1.0.0's bank holds the image it came from. */
static void start_trial(struct fixture *f)
{
    install(f, "2.0.0", "/update");
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

static void start_confirmed(struct fixture *f)
{
    start_trial(f);
    assert_int_equal(flota_trial_confirm(&f->trial), 0);
    restart_device(f);
}

/* 2.0.0 is confirmed; 3.0.0 was tried, gave itself up, and was left. */
static void start_rolled_back(struct fixture *f)
{
    start_confirmed(f);
    install(f, "3.0.0", "/update");
    memcpy(f->last_words.tag, f->model.running.digest, sizeof f->last_words.tag);
    assert_int_equal(flota_trial_give_up(&f->trial, 77), 0);
    f->model.platform.swap(f->model.platform.port); /* the guard */
    restart_device(f);
    assert_string_equal(f->model.running.version, "2.0.0");
}

/* --- confirm --- */

static void a_firmware_on_trial_is_confirmed_by_request(void **state)
{
    static const char *const paths[] = {"/update/commit", "/update?confirm=1",
                                        "/api/firmware_update?confirm=1"};
    for (int i = 0; i < 3; i++) {
        struct fixture *f = *state;
        start_trial(f);
        assert_contains(get_status(f), "{\"phase\":\"trial\",");
        post(f, paths[i]);
        assert_int_equal(client_status(&f->client), 200);
        assert_contains(f->client.output, "{\"phase\":\"confirmed\",");
        assert_contains(f->client.output, "\"trial\":null");
        assert_contains(f->log, "confirmed by request");
        f->log[0] = '\0';
        post(f, paths[i]); /* again: it is confirmed already */
        assert_int_equal(client_status(&f->client), 200);
        assert_null(strstr(f->log, "confirmed by request"));
        restart_device(f);
        assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_CONFIRMED);
        tear_down(state);
        set_up(state);
    }
}

static void without_a_trial_there_is_nothing_to_confirm(void **state)
{
    struct fixture *f = *state;
    post(f, "/update/commit");
    assert_text_error(f, 409, FLOTA_ERR_NOT_ON_TRIAL);
    post(f, "/api/firmware_update?confirm=1");
    assert_json_error(f, 409, "NOT_ON_TRIAL");
    assert_int_equal(f->model.operation_count, 0);
}

static void a_confirmation_needs_credentials_and_a_post(void **state)
{
    struct fixture *f = *state;
    start_trial(f);
    start_service(f, FLOTA_AUTH_TOKEN("secret"));
    post(f, "/update/commit");
    assert_text_error(f, 401, FLOTA_ERR_UNAUTHORIZED);
    post(f, "/update/revert");
    assert_text_error(f, 401, FLOTA_ERR_UNAUTHORIZED);
    reconnect(f);
    client_send(&f->client, "GET /api/firmware_update?confirm=1 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->client), 200); /* the status, no more */
    assert_int_equal(flota_trial_running(&f->trial), FLOTA_RUNNING_TRIAL);
}

static void during_an_update_the_journals_are_left_alone(void **state)
{
    static const char *const paths[] = {"/update/commit", "/update/revert",
                                        "/api/firmware_update?seen=1", "/api/firmware_keys"};
    struct fixture *f = *state;
    start_confirmed(f);
    struct image_recipe recipe = IMAGE_RECIPE;
    make_image(f, &recipe);
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, 3000, 300);
    for (int i = 0; i < 4; i++) {
        client_open(&f->other, &f->server);
        send_head(f, &f->other, paths[i], 0, "");
        assert_int_equal(client_status(&f->other), 409);
        assert_contains(f->other.output, "another update is in progress");
    }
    send_while_working(f, &f->client, f->image + 3000, f->size - 3000, 300);
    work(f, &f->client, 2000);
    assert_updated(f);
}

static void after_a_failed_update_they_can_be_written_again(void **state)
{
    struct fixture *f = *state;
    start_confirmed(f);
    f->image[4000] ^= 1;
    send_raw(f, "/update", "");
    assert_int_equal(client_status(&f->client), 400);
    post(f, "/update/commit");
    assert_int_equal(client_status(&f->client), 200);
    f->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    struct image_recipe recipe = IMAGE_RECIPE;
    make_image(f, &recipe);
    reconnect(f);
    send_raw(f, "/update", "");
    let_restart(f);
    assert_contains(get_status(f), "\"name\":\"OPTION_BYTES\"");
    post(f, "/update/commit");
    assert_int_equal(client_status(&f->client), 200);
}

static void on_trial_an_update_is_refused(void **state)
{
    struct fixture *f = *state;
    start_trial(f);
    uint32_t erases = f->model.erase_count;
    send_raw(f, "/update", "");
    assert_text_error(f, 409, FLOTA_ERR_ON_TRIAL);
    assert_int_equal(f->model.erase_count, erases);
    assert_int_equal(f->model.swap_count, 0);
}

/* --- go back --- */

/* Its way back is the guard's: the answer goes out first. */
static void a_firmware_on_trial_is_given_up_by_request(void **state)
{
    struct fixture *f = *state;
    start_trial(f);
    work(f, &f->client, 1); /* the service knows the time */
    send_head(f, &f->client, "/update/revert", 0, "");
    assert_int_equal(client_status(&f->client), 200);
    work(f, &f->client, 3);
    assert_int_equal(f->model.reset_count, 0);
    let_restart(f);
    assert_int_equal(f->model.reset_count, 1);
    assert_contains(f->log, "going back by request; restart");
    struct flota_boot boot;
    flota_boot_read(&f->model.flash, &boot);
    assert_int_equal(boot.own.state, FLOTA_BANK_FAILED);
    assert_int_equal(boot.own.fail_reason, FLOTA_REASON_REQUEST);
}

/* The request to go back is itself one that was served: it must not confirm. */
static void no_confirmation_overtakes_the_way_back(void **state)
{
    struct fixture *f = *state;
    f->policy = FLOTA_CONFIRM_AUTOMATIC;
    start_trial(f);
    work(f, &f->client, 1);
    send_head(f, &f->client, "/update/revert", 0, "");
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "{\"phase\":\"restarting\",");
    assert_int_equal(flota_trial_poll(&f->trial, f->client.now_ms, true), 0);
    assert_int_equal(flota_trial_confirm(&f->trial), FLOTA_ERR_NOT_ON_TRIAL);
    let_restart(f);
    work(f, &f->client, 3);
    assert_int_equal(f->model.reset_count, 1);
    assert_false(f->ota.go_back);
    assert_contains(get_status(f), "{\"phase\":\"restarting\",");
    restart_device(f);
    assert_int_equal(f->trial.boot.own.state, FLOTA_BANK_FAILED);
}

/* The deadline came first: it has gone back by itself, and says so once. */
static void a_deadline_overtakes_the_way_back(void **state)
{
    struct fixture *f = *state;
    struct flota_boot boot;
    start_trial(f);
    work(f, &f->client, 1);
    send_head(f, &f->client, "/update/revert", 0, "");
    flota_trial_poll(&f->trial, FLOTA_TRIAL_DEADLINE_MS, false);
    let_restart(f);
    work(f, &f->client, 3);
    assert_int_equal(f->model.reset_count, 1);
    assert_false(f->ota.go_back);
    flota_boot_read(&f->model.flash, &boot);
    assert_int_equal(boot.own.fail_reason, FLOTA_REASON_DEADLINE);
}

static void a_confirmed_firmware_goes_back_by_request(void **state)
{
    struct fixture *f = *state;
    start_confirmed(f);
    install(f, "3.0.0", "/update");
    assert_int_equal(flota_trial_confirm(&f->trial), 0);
    restart_device(f);
    assert_contains(get_status(f), "\"revert\":{\"name\":\"project2\",\"version\":\"2.0.0\",");
    reconnect(f);
    send_head(f, &f->client, "/update/revert?commit_timeout=60", 0, "");
    work(f, &f->client, 2000);
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "\r\n\r\nUpdate applied, finalizing\r\n");
    assert_contains(f->log, "going back to the image in the other bank");
    let_restart(f);
    assert_int_equal(f->model.reset_count, 1);
    restart_device(f);
    assert_string_equal(f->model.running.version, "2.0.0");
    const char *status = get_status(f);
    assert_contains(status, "{\"phase\":\"trial\",");
    assert_contains(status, "\"kind\":\"revert\"");
    assert_contains(status, "\"remaining_ms\":");
    assert_int_equal(f->trial.deadline_ms, 60000);
}

static void the_page_goes_back_in_json(void **state)
{
    struct fixture *f = *state;
    start_confirmed(f);
    post(f, "/api/firmware_update?revert=1");
    work(f, &f->client, 2000);
    assert_contains(f->client.output, "{\"ok\":true,\"message\":\"Update applied, finalizing\"");
    let_restart(f);
    assert_int_equal(f->model.reset_count, 1);
}

static void where_nothing_is_there_is_no_way_back(void **state)
{
    struct fixture *f = *state; /* the spare slot holds random words */
    post(f, "/update/revert");
    assert_text_error(f, 409, FLOTA_ERR_IMAGE_NOT_THERE);
    post(f, "/api/firmware_update?revert=1");
    assert_json_error(f, 409, "IMAGE_NOT_THERE");
    assert_int_equal(f->model.operation_count, 0);
    assert_next_update_works(f);
}

static void an_image_that_was_rolled_back_needs_force(void **state)
{
    struct fixture *f = *state;
    start_rolled_back(f);
    assert_contains(get_status(f), "\"revert\":null");
    post(f, "/update/revert");
    assert_text_error(f, 400, FLOTA_ERR_IMAGE_REJECTED);
    post(f, "/update/revert?force=1");
    work(f, &f->client, 2000);
    assert_int_equal(client_status(&f->client), 200);
    let_restart(f);
    restart_device(f);
    assert_string_equal(f->model.running.version, "3.0.0");
}

static void an_upload_of_a_rolled_back_image_needs_force_too(void **state)
{
    struct fixture *f = *state;
    start_rolled_back(f);
    send_raw(f, "/update", "");
    assert_text_error(f, 400, FLOTA_ERR_IMAGE_REJECTED);
    reconnect(f);
    send_raw(f, "/update?force=1", "");
    assert_int_equal(client_status(&f->client), 200);
}

static void a_damaged_image_is_not_gone_back_to(void **state)
{
    struct fixture *f = *state;
    start_confirmed(f);
    f->model.bytes[1 - f->model.active][0x600] ^= 1;
    post(f, "/update/revert");
    work(f, &f->client, 2000);
    assert_text_error(f, 500, FLOTA_ERR_FLASH_VERIFY);
    assert_int_equal(f->model.swap_count, 0);
}

/* --- seen --- */

static void a_rollback_is_told_until_it_was_seen(void **state)
{
    struct fixture *f = *state;
    start_rolled_back(f);
    assert_contains(f->log, "rolled back: ");
    const char *status = get_status(f);
    assert_contains(status, "{\"phase\":\"rolled-back\",");
    assert_contains(status, "\"running\":\"confirmed\",");
    assert_contains(status, "\"rolled_back\":{\"build_id\":\"");
    assert_contains(status, "\"attempts\":1,\"cause\":\"application: 77\",\"fault\":null}");
    post(f, "/api/firmware_update?seen=1");
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "{\"phase\":\"confirmed\",");
    assert_contains(f->client.output, "\"rolled_back\":null");
    restart_device(f);
    assert_contains(get_status(f), "\"rolled_back\":null");
}

static void the_last_words_of_the_image_that_was_left_are_told(void **state)
{
    struct fixture *f = *state;
    f->last_words = (struct flota_last_words){
        .valid = true, .what = "BusFault", .pc = 0x08001234, .lr = 0x08005678, .milestone = 3};
    start_rolled_back(f);
    assert_contains(get_status(f),
                    "\"fault\":{\"what\":\"BusFault\",\"pc\":\"0x08001234\",\"lr\":\"0x08005678\","
                    "\"milestone\":3}");
    assert_contains(f->log, "it left BusFault, pc 0x08001234, lr 0x08005678, milestone 3");
    f->last_words.tag[0] ^= 1; /* of another image */
    assert_contains(get_status(f), "\"fault\":null");
}

/* --- the running firmware in the status --- */

static void the_status_of_a_trial_says_how_long_and_how(void **state)
{
    struct fixture *f = *state;
    start_trial(f);
    f->client.now_ms = 100000;
    turn(f, &f->client);
    const char *status = get_status(f);
    assert_contains(status, "\"running\":\"trial\",\"trial\":{\"remaining_ms\":200000,"
                            "\"attempt\":1,\"kind\":\"update\",\"policy\":\"explicit\"}");
    assert_contains(f->log, "trial: boot 1, to be confirmed within 300 s, by request");
    f->policy = FLOTA_CONFIRM_AUTOMATIC;
    restart_device(f);
    assert_contains(get_status(f), "\"policy\":\"automatic\"");
    assert_contains(f->log, "trial: boot 2, to be confirmed within 300 s, by its health check");
}

static void start_stranded(struct fixture *f)
{
    start_trial(f);
    assert_int_equal(flota_boot_fail(&f->model.flash, FLOTA_REASON_APPLICATION, 1), 0);
    f->model.bytes[1 - f->model.active][0x600] ^= 1;
    flash_model_power_up(&f->model);
    struct flota_boot boot;
    flota_boot_read(&f->model.flash, &boot);
    flota_boot_check(&f->model.flash, &boot, FLOTA_CHECK_OTHER);
    f->decision = flota_boot_decide(&boot, true);
    assert_int_equal(f->decision.action, FLOTA_BOOT_STRANDED);
    start_service(f, FLOTA_AUTH_NONE);
    f->model.target.trial = &f->trial;
    reconnect(f);
}

static void a_stranded_firmware_says_why(void **state)
{
    struct fixture *f = *state;
    start_stranded(f);
    const char *status = get_status(f);
    assert_contains(status, "{\"phase\":\"stranded\",");
    assert_contains(status, "\"running\":\"stranded\",");
    assert_contains(status, flota_boot_obstacle_text(FLOTA_OBSTACLE_OTHER_DAMAGED));
    assert_contains(f->log, "stranded: ");
    post(f, "/update/commit");
    assert_contains(f->client.output, "{\"phase\":\"confirmed\",");
}

static void the_upload_s_phase_comes_before_the_running_one_s(void **state)
{
    struct fixture *f = *state;
    start_confirmed(f);
    assert_contains(get_status(f), "{\"phase\":\"confirmed\",");
    send_head(f, &f->client, "/update", f->size, "");
    assert_contains(get_status(f), "{\"phase\":\"checking\",");
    flota_http_close(&f->client.connection);
    assert_contains(get_status(f), "{\"phase\":\"failed\",");
    assert_contains(get_status(f), "\"running\":\"confirmed\",");
}

/* --- the deadline --- */

static void the_query_says_the_deadline(void **state)
{
    static const struct {
        const char *path;
        uint32_t deadline_ms;
    } cases[] = {{"/update?commit_timeout=45", 45000},
                 {"/update?commit_timeout=86400", 86400000},
                 {"/update?commit_timeout=10", 10000},
                 {"/update?commit_timeout=9", 10000},
                 {"/update?commit_timeout=1", 10000},
                 {"/update?commit_timeout=86401", FLOTA_TRIAL_DEADLINE_MS},
                 {"/update?commit_timeout=-5", FLOTA_TRIAL_DEADLINE_MS},
                 {"/update?commit_timeout=5s", FLOTA_TRIAL_DEADLINE_MS},
                 {"/update?commit_timeout=99999999999", FLOTA_TRIAL_DEADLINE_MS},
                 {"/update?commit_timeout=", FLOTA_TRIAL_DEADLINE_MS},
                 {"/update?commit_timeout=0", FLOTA_TRIAL_DEADLINE_MS}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture *f = *state;
        install(f, "2.0.0", cases[i].path);
        assert_int_equal(f->trial.deadline_ms, cases[i].deadline_ms);
        tear_down(state);
        set_up(state);
    }
}

/* The record in flash, too, for a firmware that does not know better; and a person hears of it. */
static void a_deadline_too_short_to_start_in_is_lengthened(void **state)
{
    static const char *const fields[] = {FIELD("commit_timeout") "3\r\n", ""};
    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = *state;
        struct flota_boot boot;
        if (fields[i][0])
            send_form(f, fields[i], 100);
        else
            send_raw(f, "/update?commit_timeout=3", "");
        assert_contains(f->log, "commit_timeout below 10 s: 10 s count\n");
        flota_boot_read(&f->model.flash, &boot);
        assert_int_equal(boot.other.deadline_ms, 10000);
        tear_down(state);
        set_up(state);
    }
}

static void a_field_of_a_form_says_the_deadline(void **state)
{
    struct fixture *f = *state;
    send_form(f, FIELD("commit_timeout") "77\r\n", 100);
    let_restart(f);
    restart_device(f);
    assert_int_equal(f->trial.deadline_ms, 77000);
}

/* --- keys --- */

static void set_keys(struct fixture *f, struct test_key keys[3])
{
    for (uint32_t i = 0; i < 3; i++)
        key_make(&keys[i], i + 1);
    struct flota_trust_config config = {.policy = FLOTA_SIGNATURES_REQUIRED,
                                        .keys = {keys[0].text, keys[1].text},
                                        .product = "test-product"};
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    f->model.target.trust = &f->trust;
}

static const char *get_keys(struct fixture *f)
{
    client_open(&f->other, &f->server);
    client_send(&f->other, "GET /api/firmware_keys HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->other), 200);
    return f->other.output;
}

static void post_statement(struct fixture *f, const void *statement, size_t size)
{
    reconnect(f);
    send_head(f, &f->client, "/api/firmware_keys", size, "");
    if (client_status(&f->client) == 0)
        send_while_working(f, &f->client, statement, size, 50);
    work(f, &f->client, 20);
}

static void the_keys_are_listed_with_their_fingerprints(void **state)
{
    struct fixture *f = *state;
    struct test_key keys[3];
    char hash[65];
    assert_contains(get_keys(f), "{\"policy\":\"optional\",\"sequence\":0,\"slots\":[]}\r\n");
    set_keys(f, keys);
    flota_hex_text(keys[1].hash, 32, hash);
    const char *text = get_keys(f);
    assert_contains(text, "{\"policy\":\"required\",\"sequence\":0,\"slots\":[{\"slot\":0,"
                          "\"state\":\"active\",\"fingerprint\":\"");
    assert_contains(text, hash);
    assert_contains(text, "{\"slot\":3,\"state\":\"empty\",\"fingerprint\":null}]}\r\n");
    assert_contains(get_status(f), "\"signatures\":{\"policy\":\"required\",\"keys\":2}");
}

static void a_signed_statement_replaces_a_key_for_good(void **state)
{
    struct fixture *f = *state;
    struct test_key keys[3];
    struct flota_statement statement;
    char hash[65];
    set_keys(f, keys);
    key_statement(&keys[0], 1, 1, &keys[2], "test-product", &statement);
    post_statement(f, &statement, sizeof statement);
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "\"sequence\":1,");
    assert_contains(f->log, "keys changed by a signed statement");
    flota_hex_text(keys[2].hash, 32, hash);
    assert_contains(f->client.output, hash);
    set_keys(f, keys); /* a restart */
    assert_int_equal(flota_trust_load(&f->trust, &f->model.flash), 1);
    assert_contains(get_keys(f), hash);
}

static void other_statements_are_refused_and_change_nothing(void **state)
{
    struct fixture *f = *state;
    struct test_key keys[3];
    struct flota_statement statement;
    uint8_t large[300] = {0};
    post_statement(f, large, sizeof statement);
    assert_int_equal(client_status(&f->client), 400); /* a device without keys */
    set_keys(f, keys);
    key_statement(&keys[1], 1, 1, &keys[2], "test-product", &statement);
    post_statement(f, &statement, sizeof statement);
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, flota_error_text(FLOTA_ERR_STATEMENT_BAD)->cause);
    key_statement(&keys[0], 1, 1, &keys[2], "test-product", &statement);
    post_statement(f, &statement, sizeof statement - 1);
    assert_int_equal(client_status(&f->client), 400);
    memcpy(large, &statement, sizeof statement);
    post_statement(f, large, sizeof large);
    assert_int_equal(client_status(&f->client), 400);
    post_statement(f, large, 0);
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(get_keys(f), "\"sequence\":0,");
    post_statement(f, &statement, sizeof statement);
    assert_int_equal(client_status(&f->client), 200);
    key_statement(&keys[0], 1, 1, NULL, "test-product", &statement);
    post_statement(f, &statement, sizeof statement);
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, flota_error_text(FLOTA_ERR_STATEMENT_OLD)->cause);
}

static void an_unsigned_image_is_refused_where_signatures_are_required(void **state)
{
    struct fixture *f = *state;
    struct test_key keys[3];
    set_keys(f, keys);
    send_raw(f, "/update", "");
    assert_refused(f, 400, FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(f->model.operation_count, 0);
}

/* --- the longest answers --- */

static const char *longest_cause(uint32_t cause)
{
    (void)cause;
    return "independent watchdog, window watchdog, and more";
}

static void fill_texts(struct flota_image_info *info)
{
    memset(info->name, '"', 31);
    memset(info->version, '"', 31);
    memset(info->product, '"', 31);
}

/* As much as can be there at once: a rollback with last words, an image to go back to, a failed
 * upload of another one with the longest error, a rest. */
static void the_longest_status_fits(void **state)
{
    struct fixture *f = *state;
    f->last_words =
        (struct flota_last_words){.valid = true,
                                  .what = "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"",
                                  .pc = 0xFFFFFFFF,
                                  .lr = 0xFFFFFFFF,
                                  .milestone = 0xFFFFFFFF};
    start_rolled_back(f);
    f->trial.report.reason = FLOTA_REASON_ATTEMPTS;
    f->ota.config.reset_text = longest_cause;
    f->ota.config.boot_id = 0xFFFFFFFF;
    f->ota.can_revert = true;
    fill_texts(&f->model.running);
    fill_texts(&f->ota.revert);
    fill_texts(&f->ota.updater.status.info);
    memset(f->ota.from, '9', sizeof f->ota.from - 1);
    struct flota_update_status *status = &f->ota.updater.status;
    status->info.magic = FLOTA_IMAGE_INFO_MAGIC;
    status->phase = FLOTA_UPDATE_FAILED;
    status->received = status->in_flash = status->verified = status->total = 0xFFFFFFFF;
    f->ota.updater.can_resume = true;
    f->ota.updater.request.total_size = 0xFFFFFFFF;
    size_t longest = 0;
    for (int error = -500; error < 0; error++) {
        status->error = error;
        const char *text = get_status(f);
        assert_contains(text, "\"rolled_back\":{");
        assert_contains(text, "\"resume\":{");
        size_t size = strlen(strstr(text, "\r\n\r\n") + 4);
        longest = size > longest ? size : longest;
    }
    assert_true(longest > 1500 && longest < FLOTA_HTTP_TEXT_MAX);
    print_message("the longest status has %zu of %u bytes\n", longest,
                  (unsigned)FLOTA_HTTP_TEXT_MAX);
}

/* An update confirms what runs before its BEGIN; the journals are not read while it erases. */
static void a_stranded_firmware_is_confirmed_by_an_update(void **state)
{
    struct fixture *f = *state;
    start_stranded(f);
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "3.0.0";
    make_image(f, &recipe);
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, 2500, 300);
    assert_true(flota_updater_status(&f->ota.updater)->has_begun);
    assert_false(flota_ota_is_quiet(&f->ota));
    const char *status = get_status(f);
    assert_contains(status, "\"running\":\"confirmed\",");
    assert_contains(status, "\"stranded\":null");
    uint32_t reads = f->model.read_count;
    assert_int_equal(flota_trial_confirm(&f->trial), 0);
    assert_int_equal(f->model.read_count, reads);
    send_while_working(f, &f->client, f->image + 2500, f->size - 2500, 300);
    work(f, &f->client, 2000);
    assert_updated(f);
}

/* Who may not send a statement does not take the place of who may. */
static void a_refused_statement_leaves_another_one_alone(void **state)
{
    static const char bearer[] = "Authorization: Bearer secret\r\n";
    struct fixture *f = *state;
    struct test_key keys[3];
    struct flota_statement statement;
    set_keys(f, keys);
    start_service(f, FLOTA_AUTH_TOKEN("secret"));
    key_statement(&keys[0], 1, 1, &keys[2], "test-product", &statement);
    reconnect(f);
    send_head(f, &f->client, "/api/firmware_keys", sizeof statement, bearer);
    send_while_working(f, &f->client, &statement, 40, 20);
    send_head(f, &f->other, "/api/firmware_keys", sizeof statement, "");
    assert_int_equal(client_status(&f->other), 401);
    send_while_working(f, &f->client, (const uint8_t *)&statement + 40, sizeof statement - 40, 20);
    work(f, &f->client, 20);
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "\"sequence\":1,");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_firmware_on_trial_is_confirmed_by_request),
        TEST(without_a_trial_there_is_nothing_to_confirm),
        TEST(a_confirmation_needs_credentials_and_a_post),
        TEST(during_an_update_the_journals_are_left_alone),
        TEST(after_a_failed_update_they_can_be_written_again),
        TEST(on_trial_an_update_is_refused),
        TEST(a_firmware_on_trial_is_given_up_by_request),
        TEST(no_confirmation_overtakes_the_way_back),
        TEST(a_deadline_overtakes_the_way_back),
        TEST(a_confirmed_firmware_goes_back_by_request),
        TEST(the_page_goes_back_in_json),
        TEST(where_nothing_is_there_is_no_way_back),
        TEST(an_image_that_was_rolled_back_needs_force),
        TEST(an_upload_of_a_rolled_back_image_needs_force_too),
        TEST(a_damaged_image_is_not_gone_back_to),
        TEST(a_rollback_is_told_until_it_was_seen),
        TEST(the_last_words_of_the_image_that_was_left_are_told),
        TEST(the_status_of_a_trial_says_how_long_and_how),
        TEST(a_stranded_firmware_says_why),
        TEST(the_upload_s_phase_comes_before_the_running_one_s),
        TEST(the_query_says_the_deadline),
        TEST(a_deadline_too_short_to_start_in_is_lengthened),
        TEST(a_field_of_a_form_says_the_deadline),
        TEST(the_keys_are_listed_with_their_fingerprints),
        TEST(a_signed_statement_replaces_a_key_for_good),
        TEST(other_statements_are_refused_and_change_nothing),
        TEST(an_unsigned_image_is_refused_where_signatures_are_required),
        TEST(the_longest_status_fits),
        TEST(a_stranded_firmware_is_confirmed_by_an_update),
        TEST(a_refused_statement_leaves_another_one_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
