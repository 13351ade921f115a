/* test_ota_notices.c - what the status tells people: now, and of the last update.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ota_fixture.h"

#define TEXT_MAX 4096u /* as an answer over HTTP */

static void nobody(void *context, int error)
{
    (void)context;
    (void)error;
}

static const struct flota_ota_owner owner = {.failed = nobody};

static int set_up(void **state)
{
    struct device *d = calloc(1, sizeof *d);
    device_init(d);
    *state = d;
    return 0;
}

static int tear_down(void **state)
{
    device_free(*state);
    free(*state);
    return 0;
}

static const char *status_of(struct device *d)
{
    static char text[TEXT_MAX];
    struct flota_json json;
    flota_json_begin(&json, text, sizeof text);
    flota_ota_status_json(&d->ota, &json);
    assert_false(json.full);
    return text;
}

/* --- an update's steps --- */

static void send_up_to(struct device *d, uint32_t end)
{
    const struct flota_ota_request request = {.from = "somewhere", .total_size = d->size};
    assert_int_equal(flota_ota_begin(&d->ota, &request, &owner), 0);
    for (uint32_t at = 0; at < end; device_poll(d, 1)) {
        int taken = flota_ota_write(&d->ota, d->image + at, end - at);
        assert_true(taken >= 0);
        at += (uint32_t)taken;
    }
    device_poll(d, 500);
}

static void install(struct device *d)
{
    send_up_to(d, d->size);
    while (flota_ota_finish(&d->ota) == FLOTA_UPDATER_PENDING)
        device_poll(d, 1);
    flota_ota_restart(&d->ota, 0);
    device_poll(d, 2);
    assert_int_equal(d->model.swap_count, 1);
}

static void install_and_restart(struct device *d)
{
    install(d);
    device_restart(d);
}

/* The trial image gives itself up; the guard goes back. */
static void roll_back(struct device *d)
{
    assert_int_equal(flota_trial_give_up(&d->trial, 7), 0);
    device_restart(d);
}

/* --- now --- */

static void a_device_without_a_story_tells_none(void **state)
{
    assert_contains(status_of(*state), ",\"notices\":[],\"outcome\":null}");
}

static void a_trial_asks_to_be_confirmed(void **state)
{
    struct device *d = *state;
    install_and_restart(d);
    device_wait(d, 1000);
    assert_contains(
        status_of(d),
        "\"notices\":[{\"kind\":\"wait\",\"title\":\"On trial, not final: project2 2.0.0\","
        "\"text\":\"Confirm it when it works as it should; else it is rolled back in\","
        "\"more\":\"update, boot 1\",\"act\":\"confirm\",\"button\":\"Confirm\","
        "\"remaining_ms\":299000}],\"outcome\":{\"result\":\"trial\",\"kind\":\"wait\",");
    d->trial.config.policy = FLOTA_CONFIRM_AUTOMATIC;
    assert_contains(status_of(d), "\"text\":\"It confirms itself when its self-test holds; else it "
                                  "is rolled back in\"");
}

static void a_trial_that_is_being_ended_asks_nothing(void **state)
{
    struct device *d = *state;
    const struct flota_ota_request request = {.from = "somewhere"};
    install_and_restart(d);
    assert_int_equal(flota_ota_revert(&d->ota, &request, &owner), FLOTA_OTA_ENDS_TRIAL);
    assert_contains(status_of(d), "\"notices\":[],");
}

static void after_its_confirmation_an_update_is_final(void **state)
{
    struct device *d = *state;
    char expected[256], build_id[FLOTA_BUILD_ID_TEXT];
    install_and_restart(d);
    flota_build_id_text(&d->model.running, build_id);
    assert_int_equal(flota_ota_confirm(&d->ota), 0);
    snprintf(expected, sizeof expected,
             "\"notices\":[],\"outcome\":{\"result\":\"confirmed\",\"kind\":\"good\",\"title\":"
             "\"Confirmed: project2 2.0.0\",\"text\":\"It is final, and runs from now on.\","
             "\"more\":\"build %s\",\"build_id\":\"%s\"}}",
             build_id, build_id);
    assert_contains(status_of(d), expected);
    device_restart(d);
    assert_contains(status_of(d), expected);
}

static void a_rollback_is_told_until_it_was_seen(void **state)
{
    struct device *d = *state;
    char expected[512], build_id[FLOTA_BUILD_ID_TEXT];
    install_and_restart(d);
    flota_build_id_text(&d->model.running, build_id);
    roll_back(d);
    snprintf(expected, sizeof expected,
             "{\"kind\":\"bad\",\"title\":\"Rolled back because the image's own health check "
             "failed\",\"text\":\"project2 1.0.0 runs again.\",\"more\":\"Build %s was started 1 "
             "time; the last reset: application: 7.\",\"act\":\"seen\",\"button\":\"Got it\","
             "\"remaining_ms\":null}",
             build_id);
    assert_contains(status_of(d), expected);
    assert_contains(status_of(d), "\"outcome\":{\"result\":\"rolled-back\",\"kind\":\"bad\",");
    assert_int_equal(flota_ota_seen(&d->ota), 0);
    assert_contains(status_of(d), "\"notices\":[],\"outcome\":{\"result\":\"rolled-back\",\"kind\":"
                                  "\"bad\",\"title\":\"Rolled back because the image's own health "
                                  "check failed\",");
}

static void the_last_words_of_what_was_left_are_told(void **state)
{
    struct device *d = *state;
    struct flota_last_words words = {
        .valid = true, .what = "BusFault", .pc = 0x08001234, .lr = 0x08004321, .milestone = 3};
    install_and_restart(d);
    memcpy(words.tag, d->model.running.digest, sizeof words.tag);
    roll_back(d);
    d->ota.config.last_words = &words;
    assert_contains(status_of(d), "application: 7.\\u000aBusFault at 0x08001234, called from "
                                  "0x08004321, after milestone 3.\"");
    words.what[0] = '\0'; /* it hung, or was asked to leave */
    assert_contains(status_of(d),
                    "application: 7.\\u000aIt left no fault; its last milestone was 3.\"");
    words.tag[0] ^= 1; /* another image's */
    assert_contains(status_of(d), "application: 7.\",\"act\"");
}

static void a_reason_that_is_not_known_is_no_because(void **state)
{
    struct device *d = *state;
    d->trial.has_report = true;
    assert_contains(status_of(d), "\"title\":\"Rolled back, reason unknown\"");
    assert_contains(status_of(d), "was started 0 times;");
}

static void stranded_comes_first(void **state)
{
    struct device *d = *state;
    d->trial.running = FLOTA_RUNNING_STRANDED;
    d->trial.config.decision.obstacle = FLOTA_OBSTACLE_OTHER_OPEN;
    d->trial.has_report = true;
    const char *status = status_of(d);
    assert_contains(status, "\"notices\":[{\"kind\":\"loud\",\"title\":\"Stranded: the firmware "
                            "failed, and there is no way back\",\"text\":\"It runs on because the "
                            "image in the other bank is half-written. Upload firmware that works, "
                            "or confirm this one.\",\"more\":null,\"act\":\"confirm\",\"button\":"
                            "\"Confirm\",\"remaining_ms\":null},{\"kind\":\"bad\",");
    d->trial.config.decision.obstacle = FLOTA_OBSTACLE_NONE; /* under a debugger */
    assert_contains(status_of(d), "\"text\":\"It runs on. Upload firmware");
}

/* --- the last update --- */

static void assert_not_taken(struct device *d, const char *why)
{
    char expected[256];
    snprintf(
        expected, sizeof expected,
        "\"outcome\":{\"result\":\"not-taken\",\"kind\":\"bad\",\"title\":\"The update did not "
        "take effect\",\"text\":\"%s. project2 1.0.0 (build ",
        why);
    assert_contains(status_of(d), expected);
    assert_contains(status_of(d), ") still runs. Upload it again.\"");
}

static void an_upload_cut_by_power_was_not_taken(void **state)
{
    struct device *d = *state;
    const struct flota_image_info *coming = (const void *)(d->image + FLOTA_IMAGE_INFO_OFFSET);
    char expected[64], build_id[FLOTA_BUILD_ID_TEXT];
    flota_build_id_text(coming, build_id);
    send_up_to(d, 3000);
    assert_contains(status_of(d), "\"outcome\":null}"); /* still under way */
    device_restart(d);
    assert_not_taken(d, "Its image did not get whole into flash");
    snprintf(expected, sizeof expected, "\"build_id\":\"%s\"}}", build_id);
    assert_contains(status_of(d), expected);
}

/* Nothing of its block is in flash yet. */
static void an_upload_cut_at_its_start_is_known_by_its_session(void **state)
{
    struct device *d = *state;
    const struct flota_image_info *coming = (const void *)(d->image + FLOTA_IMAGE_INFO_OFFSET);
    const struct flota_ota_request request = {.from = "somewhere", .total_size = d->size};
    char expected[64], build_id[FLOTA_BUILD_ID_TEXT];
    flota_build_id_text(coming, build_id);
    assert_int_equal(flota_ota_begin(&d->ota, &request, &owner), 0);
    assert_int_equal(flota_ota_write(&d->ota, d->image, FLOTA_IMAGE_HEAD_SIZE),
                     FLOTA_IMAGE_HEAD_SIZE);
    for (int i = 0; i < 1000 && !d->ota.updater.status.has_begun; i++)
        device_poll(d, 1);
    device_restart(d);
    assert_not_taken(d, "Its image did not get whole into flash");
    snprintf(expected, sizeof expected, "\"build_id\":\"%s\"}}", build_id);
    assert_contains(status_of(d), expected);
}

static void an_image_whose_swap_was_refused_was_not_taken(void **state)
{
    struct device *d = *state;
    d->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    send_up_to(d, d->size);
    while (flota_ota_finish(&d->ota) == FLOTA_UPDATER_PENDING)
        device_poll(d, 1);
    flota_ota_restart(&d->ota, 0);
    device_poll(d, 2);
    device_restart(d);
    assert_not_taken(d, "Its image was never started");
}

static void the_later_update_counts(void **state)
{
    struct device *d = *state;
    install_and_restart(d);
    roll_back(d);
    assert_contains(status_of(d), "\"result\":\"rolled-back\"");
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "2.1.0";
    recipe.seed = 3;
    device_make_image(d, &recipe);
    install_and_restart(d);
    assert_int_equal(flota_ota_confirm(&d->ota), 0);
    assert_contains(status_of(d), "\"title\":\"Confirmed: project2 2.1.0\"");
    recipe.version = "2.2.0";
    device_make_image(d, &recipe);
    send_up_to(d, 3000);
    device_restart(d);
    assert_contains(status_of(d), "\"result\":\"not-taken\"");
}

static void a_revert_is_an_update_too(void **state)
{
    struct device *d = *state;
    const struct flota_ota_request request = {.from = "somewhere"};
    install_and_restart(d);
    assert_int_equal(flota_ota_confirm(&d->ota), 0);
    assert_int_equal(flota_ota_revert(&d->ota, &request, &owner), 0);
    while (flota_ota_finish(&d->ota) == FLOTA_UPDATER_PENDING)
        device_poll(d, 1);
    flota_ota_restart(&d->ota, 0);
    device_poll(d, 2);
    device_restart(d);
    assert_contains(status_of(d), "\"more\":\"revert, boot 1\"");
    assert_int_equal(flota_ota_confirm(&d->ota), 0);
    assert_contains(status_of(d), "\"title\":\"Confirmed: project2 1.0.0\"");
}

/* --- its length --- */

static void fill(char text[32])
{
    memset(text, '"', 31); /* twice as long in JSON */
    text[31] = '\0';
}

/* --- what others have to say --- */

static struct flota_ota_notice other = {"wait", "Something else", "It is going on.", false};
static const struct flota_ota_notice *others;
static int seen_count, seen_result;

static const struct flota_ota_notice *tell_other(void *context)
{
    assert_non_null(context);
    return others;
}

static int see_other(void *context)
{
    assert_non_null(context);
    seen_count++;
    return seen_result;
}

static void others_are_told_last(void **state)
{
    struct device *d = *state;
    d->ota.config.notice = tell_other;
    others = NULL;
    assert_contains(status_of(d), ",\"notices\":[],");
    others = &other;
    assert_contains(
        status_of(d),
        ",\"notices\":[{\"kind\":\"wait\",\"title\":\"Something else\",\"text\":\"It is "
        "going on.\",\"more\":null,\"act\":null,\"button\":null,\"remaining_ms\":null}],");
    install_and_restart(d);
    roll_back(d);
    d->ota.config.notice = tell_other;
    assert_contains(status_of(d), "},{\"kind\":\"wait\",\"title\":\"Something else\",");
}

static void others_are_told_what_was_seen(void **state)
{
    struct device *d = *state;
    d->ota.config.notice = tell_other;
    d->ota.config.seen = see_other;
    others = &other;
    other.until_seen = true;
    seen_count = seen_result = 0;
    assert_contains(status_of(d), "\"act\":\"seen\",\"button\":\"Got it\",");
    assert_int_equal(flota_ota_seen(&d->ota), 0);
    assert_int_equal(seen_count, 1);
    seen_result = FLOTA_ERR_CONFIG_FULL;
    assert_int_equal(flota_ota_seen(&d->ota), FLOTA_ERR_CONFIG_FULL);
}

/* All that can stand there at once, and more. */
static void tell_all(struct device *d, struct flota_last_words *words)
{
    struct flota_updater *updater = &d->ota.updater;
    struct flota_image_info *info = &updater->status.info;
    struct flota_image_info *running = &d->model.running;
    send_up_to(d, 3000);
    flota_ota_leave(&d->ota, FLOTA_ERR_TRANSFER_LOST);
    fill(running->product), fill(running->name), fill(running->version);
    fill(info->name), fill(info->version);
    d->ota.can_revert = true;
    d->ota.revert = *info;
    memset(d->ota.from, '9', sizeof d->ota.from - 1);
    updater->status.received = updater->status.in_flash = updater->status.verified = UINT32_MAX;
    updater->status.total = updater->status.erase_count = UINT32_MAX;
    d->ota.config.boot_id = UINT32_MAX;
    memset(words->what, 'w', sizeof words->what - 1);
    words->valid = true;
    words->milestone = UINT32_MAX;
    d->ota.config.last_words = words;
    d->trial.has_report = true;
    d->trial.report.attempts = UINT16_MAX;
    d->trial.boot.own.attempts.all = UINT32_MAX;
    d->trial.boot.other = (struct flota_bank){.state = FLOTA_BANK_FAILED,
                                              .generation = UINT32_MAX,
                                              .fail_attempts = UINT16_MAX,
                                              .fail_cause = UINT32_MAX};
}

static void the_longest_status_fits_into_an_answer(void **state)
{
    static const int errors[] = {
#define X(name, number, cause, remedy) number,
        FLOTA_ERROR_MAP(X)
#undef X
    };
    struct device *d = *state;
    struct flota_last_words words = {0};
    size_t longest = 0;
    char text[257];
    struct flota_ota_notice long_one = {"loud", text, text, true};
    memset(text, 'n', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    tell_all(d, &words);
    d->ota.config.notice = tell_other;
    others = &long_one;
    for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++)
        for (int reason = FLOTA_REASON_NONE; reason <= FLOTA_REASON_REQUEST; reason++)
            for (int obstacle = FLOTA_OBSTACLE_NONE; obstacle <= FLOTA_OBSTACLE_JOURNAL; obstacle++)
                for (int running = FLOTA_RUNNING_UNRECORDED; running <= FLOTA_RUNNING_STRANDED;
                     running++) {
                    d->ota.updater.status.error = errors[e];
                    d->trial.report.reason = (enum flota_boot_reason)reason;
                    d->trial.boot.other.fail_reason = (uint8_t)reason;
                    d->trial.config.decision.obstacle = (enum flota_boot_obstacle)obstacle;
                    d->trial.running = (enum flota_running)running;
                    size_t size = strlen(status_of(d));
                    longest = size > longest ? size : longest;
                }
    print_message("the longest status has %zu bytes\n", longest);
    assert_contains(status_of(d), "\"resume\":{\"offset\":");
    assert_true(longest > 2500);
    assert_true(longest < FLOTA_OTA_STATUS_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_device_without_a_story_tells_none),
        TEST(a_trial_asks_to_be_confirmed),
        TEST(a_trial_that_is_being_ended_asks_nothing),
        TEST(after_its_confirmation_an_update_is_final),
        TEST(a_rollback_is_told_until_it_was_seen),
        TEST(the_last_words_of_what_was_left_are_told),
        TEST(a_reason_that_is_not_known_is_no_because),
        TEST(stranded_comes_first),
        TEST(an_upload_cut_by_power_was_not_taken),
        TEST(an_upload_cut_at_its_start_is_known_by_its_session),
        TEST(an_image_whose_swap_was_refused_was_not_taken),
        TEST(the_later_update_counts),
        TEST(a_revert_is_an_update_too),
        TEST(others_are_told_last),
        TEST(others_are_told_what_was_seen),
        TEST(the_longest_status_fits_into_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
