/* test_rpc_ota_boot.c - OTA.Update, Commit, Revert, GetBootState, SetBootState, Status by frames.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rpc_ota_fixture.h"

static void assert_boot_state(struct world *w, const char *state)
{
    assert_int_equal(call(w, &w->one, "OTA.GetBootState", "{}"), 0);
    assert_reply(w, state);
}

/* 2.0.0 runs, confirmed; 1.0.0 is in the other bank. */
static void start_confirmed(struct world *w)
{
    install(w, "2.0.0");
    assert_int_equal(call(w, &w->one, "OTA.Commit", "{}"), 0);
}

/* The restart that the call has ordered. */
static void let_restart(struct world *w)
{
    device_wait(&w->d, FLOTA_RPC_OTA_SENT_MS - 1);
    assert_int_equal(w->d.model.reset_count, 0);
    device_wait(&w->d, 1);
    assert_int_equal(w->d.model.reset_count, 1);
    restart(w);
}

/* --- commit, revert --- */

static void a_commit_ends_the_trial_and_the_second_is_an_error(void **state)
{
    struct world *w = *state;
    install(w, "2.0.0");
    assert_int_equal(call(w, &w->one, "OTA.Commit", "{}"), 0);
    assert_reply(w, "\"result\":null");
    assert_contains(w->d.log, "confirmed by request\n");
    assert_int_equal(flota_trial_running(&w->d.trial), FLOTA_RUNNING_CONFIRMED);
    assert_true(call(w, &w->one, "OTA.Commit", "{}") != 0);
    assert_error(w, FLOTA_ERR_ALREADY_CONFIRMED);
    status(w);
    assert_reply(w, "\"state\":0,\"message\":\"idle\",\"is_committed\":true,");
}

static void what_was_never_on_trial_has_nothing_to_commit(void **state)
{
    struct world *w = *state;
    assert_true(call(w, &w->one, "OTA.Commit", "{}") != 0);
    assert_error(w, FLOTA_ERR_NOT_ON_TRIAL);
}

static void on_trial_no_update_begins(void **state)
{
    struct world *w = *state;
    install(w, "2.0.0");
    assert_true(begin(w, &w->one) != 0);
    assert_error(w, FLOTA_ERR_ON_TRIAL);
}

static void a_revert_ends_the_trial(void **state)
{
    struct world *w = *state;
    install(w, "2.0.0");
    assert_int_equal(call(w, &w->one, "OTA.Revert", "{}"), 0);
    assert_reply(w, "\"result\":null");
    let_restart(w);
    status(w);
    assert_reply(w, "\"rolled_back\":{");
    assert_reply(w, "\"cause\":\"request\"");
}

static void a_revert_of_a_confirmed_image_is_a_trial_of_the_other(void **state)
{
    struct world *w = *state;
    start_confirmed(w);
    restart(w);
    assert_int_equal(call(w, &w->one, "OTA.Revert", "{}"), 0);
    assert_reply(w, "\"result\":null");
    let_restart(w);
    assert_string_equal(w->d.model.running.version, "1.0.0");
    assert_int_equal(flota_trial_running(&w->d.trial), FLOTA_RUNNING_TRIAL);
}

static void a_revert_goes_on_without_its_client(void **state)
{
    struct world *w = *state;
    start_confirmed(w);
    restart(w);
    send_call(w, &w->one, "OTA.Revert", "{}");
    flota_rpc_close(&w->one);
    device_poll(&w->d, 2000);
    assert_int_equal(w->d.model.swap_count, 1);
}

static void with_nothing_to_go_back_to_it_says_so(void **state)
{
    struct world *w = *state;
    assert_true(call(w, &w->one, "OTA.Revert", "{}") != 0);
    assert_error(w, FLOTA_ERR_IMAGE_NOT_THERE);
    assert_flash_untouched(&w->d);
}

/* --- the slots --- */

static void the_boot_state_tells_slots_and_time(void **state)
{
    struct world *w = *state;
    assert_boot_state(w, "\"result\":{\"active_slot\":0,\"is_committed\":true,\"revert_slot\":0,"
                         "\"commit_timeout\":0}");
    install(w, "2.0.0");
    device_wait(&w->d, 1001);
    assert_boot_state(w, "{\"active_slot\":1,\"is_committed\":false,\"revert_slot\":0,"
                         "\"commit_timeout\":299}");
    assert_int_equal(call(w, &w->one, "OTA.Commit", "{}"), 0);
    restart(w);
    assert_boot_state(w, "{\"active_slot\":1,\"is_committed\":true,\"revert_slot\":0,"
                         "\"commit_timeout\":0}");
}

static void set_boot_state_commits(void **state)
{
    struct world *w = *state;
    install(w, "2.0.0");
    assert_int_equal(call(w, &w->one, "OTA.SetBootState",
                          "{\"active_slot\":1,\"is_committed\":true,\"revert_slot\":0,"
                          "\"commit_timeout\":0}"),
                     0);
    assert_reply(w, "\"result\":null");
    assert_int_equal(flota_trial_running(&w->d.trial), FLOTA_RUNNING_CONFIRMED);
    assert_int_equal(call(w, &w->one, "OTA.SetBootState", "{\"is_committed\":true}"), 0);
}

static void set_boot_state_goes_back(void **state)
{
    struct world *w = *state;
    start_confirmed(w);
    restart(w);
    assert_int_equal(
        call(w, &w->one, "OTA.SetBootState", "{\"active_slot\":0,\"commit_timeout\":44}"), 0);
    let_restart(w);
    assert_string_equal(w->d.model.running.version, "1.0.0");
    assert_int_equal(w->d.trial.deadline_ms, 44000);
}

static void set_boot_state_refuses_what_the_protocol_does_not_have(void **state)
{
    static const struct {
        const char *params;
        const char *words;
    } bad[] = {
        {"{\"active_slot\":2}", "active_slot is 0 or 1"},
        {"{\"active_slot\":-1}", "active_slot is 0 or 1"},
        {"{\"revert_slot\":1}", "revert_slot follows from what the slots hold"},
        {"{\"is_committed\":false}", "a commit cannot be taken back"},
        {"{\"active_slot\":0,\"is_committed\":true}", "going back is a trial"},
        {"{\"active_slot\":0,\"commit_timeout\":-5}", "commit_timeout is not 0, or 10 to"},
        {"{\"active_slot\":\"0\"}", "active_slot"},
    };
    struct world *w = *state;
    start_confirmed(w);
    restart(w);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(call(w, &w->one, "OTA.SetBootState", bad[i].params), 400);
        assert_reply(w, bad[i].words);
    }
    device_wait(&w->d, 60000);
    assert_int_equal(w->d.model.reset_count, 0);
    assert_int_equal(flota_trial_running(&w->d.trial), FLOTA_RUNNING_CONFIRMED);
}

static void the_time_of_a_trial_cannot_be_changed_under_way(void **state)
{
    struct world *w = *state;
    install(w, "2.0.0");
    assert_int_equal(call(w, &w->one, "OTA.SetBootState", "{\"commit_timeout\":9}"), 400);
    assert_reply(w, "the time to commit in was set by the update");
    assert_int_equal(w->d.trial.deadline_ms, FLOTA_TRIAL_DEADLINE_MS);
}

static void there_is_no_room_for_a_snapshot(void **state)
{
    struct world *w = *state;
    assert_int_equal(call(w, &w->one, "OTA.CreateSnapshot", "{\"set_as_revert\":false}"), 400);
    assert_reply(w, "no room for a snapshot");
    assert_flash_untouched(&w->d);
}

/* --- fetching --- */

static void push_by_fetcher(struct world *w)
{
    static const struct flota_ota_owner owner = {0};
    const struct flota_ota_request request = {.from = "10.0.0.9", .total_size = w->d.size};
    int result = flota_ota_begin(&w->d.ota, &request, &owner);
    for (size_t at = 0; result >= 0 && at < w->d.size; at += (size_t)result) {
        result = flota_ota_write(&w->d.ota, w->d.image + at, w->d.size - at);
        turn(w, &w->one);
    }
    while (result >= 0 && (result = flota_ota_finish(&w->d.ota)) == FLOTA_UPDATER_PENDING)
        turn(w, &w->one);
    assert_int_equal(result, 0);
    flota_ota_restart(&w->d.ota, FLOTA_OTA_ANSWER_MS);
}

static void update_is_answered_at_its_end_by_error_code_0(void **state)
{
    struct world *w = *state;
    send_call(w, &w->one, "OTA.Update",
              "{\"url\":\"http://10.0.0.9/fw.zip\",\"timeout\":60,\"commit_timeout\":77,"
              "\"ignore_same_version\":false,\"force\":true}");
    assert_int_equal(w->fetcher.count, 1);
    assert_string_equal(w->fetcher.url, "http://10.0.0.9/fw.zip");
    assert_int_equal(w->fetcher.request.timeout_ms, 60000);
    assert_int_equal(w->fetcher.request.deadline_ms, 77000);
    assert_false(w->fetcher.request.ignore_same_version);
    assert_true(w->fetcher.request.consents.again);
    assert_false(w->fetcher.request.consents.foreign);
    push_by_fetcher(w);
    assert_false(turn(w, &w->one));
    w->fetcher.request.ended(w->fetcher.request.context, 0);
    assert_int_equal(wait_for_reply(w, &w->one), 0);
    assert_reply(w, "\"error\":{\"code\":0,\"message\":\"Update applied, finalizing\"}");
    let_restart(w);
    assert_string_equal(w->d.model.running.version, "2.0.0");
}

static void without_a_url_it_is_the_configured_one(void **state)
{
    struct world *w = *state;
    send_call(w, &w->one, "OTA.Update", "{}");
    assert_string_equal(w->fetcher.url, "configured");
    assert_true(w->fetcher.request.ignore_same_version);
    w->fetcher.request.ended(w->fetcher.request.context, FLOTA_ERR_SAME_VERSION);
    assert_true(wait_for_reply(w, &w->one) != 0);
    assert_reply(w, "Version is the same as current");
}

static void what_the_fetcher_refuses_is_the_answer(void **state)
{
    struct world *w = *state;
    w->fetcher.result = FLOTA_ERR_URL_SCHEME;
    assert_int_equal(call(w, &w->one, "OTA.Update", "{\"url\":\"ftp://a/\"}"), 400);
    assert_error(w, FLOTA_ERR_URL_SCHEME);
    w->fetcher.result = FLOTA_ERR_UPDATE_BUSY;
    assert_int_equal(call(w, &w->one, "OTA.Update", "{\"url\":\"http://a/\"}"), 429);
    assert_int_equal(call(w, &w->one, "OTA.Update", "{\"url\":7}"), 400);
    assert_int_equal(w->fetcher.count, 2);
}

static void a_second_fetch_is_busy_also_before_the_first_has_begun(void **state)
{
    struct world *w = *state;
    send_call(w, &w->one, "OTA.Update", "{\"url\":\"http://a/\"}");
    assert_int_equal(call(w, &w->two, "OTA.Update", "{\"url\":\"http://b/\"}"), 429);
    assert_int_equal(w->fetcher.count, 1);
    w->fetcher.request.ended(w->fetcher.request.context, FLOTA_ERR_CONNECT_REFUSED);
    assert_true(wait_for_reply(w, &w->one) != 0);
    assert_error(w, FLOTA_ERR_CONNECT_REFUSED);
    send_call(w, &w->two, "OTA.Update", "{\"url\":\"http://b/\"}");
    assert_int_equal(w->fetcher.count, 2);
}

static void a_fetch_goes_on_without_the_one_who_asked(void **state)
{
    struct world *w = *state;
    send_call(w, &w->one, "OTA.Update", "{\"url\":\"http://a/\"}");
    flota_rpc_close(&w->one);
    open_channel(w, &w->one, "ws", "192.168.0.7:5001");
    push_by_fetcher(w);
    w->fetcher.request.ended(w->fetcher.request.context, 0);
    device_wait(&w->d, FLOTA_OTA_ANSWER_MS);
    assert_int_equal(w->d.model.swap_count, 1);
}

static void after_a_fetch_without_its_client_the_next_may_ask(void **state)
{
    struct world *w = *state;
    send_call(w, &w->one, "OTA.Update", "{\"url\":\"http://a/\"}");
    flota_rpc_close(&w->one);
    w->fetcher.request.ended(w->fetcher.request.context, FLOTA_ERR_CONNECT_REFUSED);
    send_call(w, &w->two, "OTA.Update", "{\"url\":\"http://b/\"}");
    assert_int_equal(w->fetcher.count, 2);
    assert_false(turn(w, &w->two)); /* the first one's end is not its own */
}

static void without_the_module_it_says_which_one_is_missing(void **state)
{
    struct world *w = *state;
    w->fetcher.puller.start = NULL;
    assert_int_equal(call(w, &w->one, "OTA.Update", "{\"url\":\"http://a/\"}"), 404);
    assert_reply(w, "ota-http-client");
}

/* --- the status --- */

static void the_status_after_a_rollback_lets_existing_tools_begin(void **state)
{
    struct world *w = *state;
    start_confirmed(w);
    install(w, "3.0.0");
    assert_int_equal(flota_trial_give_up(&w->d.trial, 77), 0);
    restart(w);
    status(w);
    assert_reply(w, "\"state\":2,\"message\":\"rolled back: ");
    assert_reply(w, "\"is_committed\":true,");
    assert_next_update_works(w);
}

static void while_it_restarts_the_status_is_success(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
    status(w);
    assert_reply(w, "\"state\":3,\"message\":\"Update applied, finalizing\"");
    assert_reply(w, "\"phase\":\"restarting\"");
}

static void the_status_has_all_that_http_has(void **state)
{
    static const char *const keys[] = {"phase",    "bank",     "boot_id", "version",     "received",
                                       "in_flash", "verified", "size",    "from",        "new",
                                       "error",    "running",  "trial",   "rolled_back", "stranded",
                                       "revert",   "resume",   "offset",  "max_chunk"};
    struct world *w = *state;
    char key[32];
    status(w);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        snprintf(key, sizeof key, ",\"%s\":", keys[i]);
        assert_reply(w, key);
    }
}

static void a_datagram_s_status_is_short(void **state)
{
    struct world *w = *state;
    flota_rpc_limit_reply(&w->two, 1400);
    begin(w, &w->one);
    memset(w->d.image, 'x', w->d.size);
    write_at(w, &w->one, 0, 4000);
    memset(w->d.ota.from, '"', sizeof w->d.ota.from - 1);
    status(w);
    assert_reply(w, "\"state\":2,");
    assert_reply(w, "\"phase\":\"failed\"");
    assert_reply(w, "\"name\":\"IMAGE_BAD_VECTORS\"");
    assert_true(strlen(w->reply) < 1400);
    assert_null(strstr(w->reply, "\"signatures\""));
}

/* Texts that each need their longest form, and numbers that do. */
static void the_longest_status_fits_a_reply(void **state)
{
    struct world *w = *state;
    install(w, "2.0.0");
    struct flota_update_status *updater = &w->d.ota.updater.status;
    struct flota_image_info *infos[] = {&w->d.model.running, &w->d.ota.revert, &updater->info};
    for (size_t i = 0; i < sizeof infos / sizeof infos[0]; i++) {
        memset(infos[i]->name, 1, sizeof infos[i]->name - 1);
        memset(infos[i]->version, 1, sizeof infos[i]->version - 1);
        memset(infos[i]->product, 1, sizeof infos[i]->product - 1);
    }
    updater->info.magic = 1;
    updater->received = updater->in_flash = updater->verified = updater->total = 0xFFFFFFFF;
    updater->erase_count = 0xFFFFFFFF;
    updater->phase = FLOTA_UPDATE_FAILED;
    updater->error = FLOTA_ERR_RUNNING_DAMAGED;
    w->d.ota.recovered = false;
    w->d.ota.can_revert = w->d.ota.updater.can_resume = true;
    w->d.trial.has_report = true;
    memset(w->d.ota.from, 1, sizeof w->d.ota.from - 1);
    status(w);
    assert_reply(w, "\"name\":\"RUNNING_DAMAGED\"");
    assert_reply(w, "\"signatures\":{");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_commit_ends_the_trial_and_the_second_is_an_error),
        TEST(what_was_never_on_trial_has_nothing_to_commit),
        TEST(on_trial_no_update_begins),
        TEST(a_revert_ends_the_trial),
        TEST(a_revert_of_a_confirmed_image_is_a_trial_of_the_other),
        TEST(a_revert_goes_on_without_its_client),
        TEST(with_nothing_to_go_back_to_it_says_so),
        TEST(the_boot_state_tells_slots_and_time),
        TEST(set_boot_state_commits),
        TEST(set_boot_state_goes_back),
        TEST(set_boot_state_refuses_what_the_protocol_does_not_have),
        TEST(the_time_of_a_trial_cannot_be_changed_under_way),
        TEST(there_is_no_room_for_a_snapshot),
        TEST(update_is_answered_at_its_end_by_error_code_0),
        TEST(without_a_url_it_is_the_configured_one),
        TEST(what_the_fetcher_refuses_is_the_answer),
        TEST(a_second_fetch_is_busy_also_before_the_first_has_begun),
        TEST(a_fetch_goes_on_without_the_one_who_asked),
        TEST(after_a_fetch_without_its_client_the_next_may_ask),
        TEST(without_the_module_it_says_which_one_is_missing),
        TEST(the_status_after_a_rollback_lets_existing_tools_begin),
        TEST(while_it_restarts_the_status_is_success),
        TEST(the_status_has_all_that_http_has),
        TEST(a_datagram_s_status_is_short),
        TEST(the_longest_status_fits_a_reply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
