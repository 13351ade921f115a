/* test_rpc_ota.c - OTA.Begin, Write, End by frames: pushes as existing tools make them, larger
 * ones, interrupted ones, and refused ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rpc_ota_fixture.h"

/* --- pushes that succeed --- */

static void a_push_as_existing_tools_make_it(void **state)
{
    struct world *w = *state;
    status(w);
    assert_reply(w, "\"result\":{\"state\":0,\"message\":\"idle\",\"is_committed\":true,"
                    "\"progress_percent\":0,\"commit_timeout\":0,\"partition\":0,");
    assert_int_equal(
        call(w, &w->one, "OTA.Begin", "{\"timeout\":600,\"commit_timeout\":77,\"size\":5000}"), 0);
    write_from(w, &w->one, 0, w->d.size, 512);
    assert_int_equal(call(w, &w->one, "OTA.End", "null"), 0);
    assert_reply(w, "\"result\":null");
    device_wait(&w->d, FLOTA_RPC_OTA_SENT_MS - 1);
    assert_int_equal(w->d.model.swap_count, 0);
    device_wait(&w->d, 1);
    assert_int_equal(w->d.model.swap_count, 1);
    assert_int_equal(w->d.model.reset_count, 1);
    assert_contains(w->d.log, "update from ws 192.168.0.7, 5000 B\n");
    restart(w);
    assert_string_equal(w->d.model.running.version, "2.0.0");
    status(w);
    assert_reply(w, "\"state\":0,\"message\":\"on trial: awaits a commit (OTA.Commit) within 77 s, "
                    "else it is rolled back\",\"is_committed\":false,");
    assert_reply(w, "\"commit_timeout\":77,\"partition\":1,");
}

static void the_restart_waits_for_the_reply_but_not_for_ever(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 512);
    send_call(w, &w->one, "OTA.End", "{}");
    while (!turn(w, &w->one))
        ;
    device_wait(&w->d, FLOTA_OTA_ANSWER_MS - 1);
    assert_int_equal(w->d.model.swap_count, 0);
    device_wait(&w->d, 1);
    assert_int_equal(w->d.model.swap_count, 1);
}

static void repeated_and_overlapping_offsets_are_harmless(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    for (uint32_t at = 0; at < 4500; at += 500) {
        assert_int_equal(write_at(w, &w->one, at, 500), 0);
        assert_int_equal(write_at(w, &w->one, at, 500), 0);       /* its reply was lost */
        assert_int_equal(write_at(w, &w->one, at / 2, 400), 0);   /* long since here */
        assert_int_equal(write_at(w, &w->one, at + 300, 350), 0); /* the last 150 are new */
    }
    assert_int_equal(write_at(w, &w->one, 4000, 1000), 0);
    assert_reply(w, "\"result\":{\"offset\":5000}");
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void a_chunk_of_the_size_that_begin_offers_fits_a_frame(void **state)
{
    struct world *w = *state;
    w->source = "dev1/rpc-resp/a-client-with-quite-a-long-address-1314587188";
    begin(w, &w->one);
    assert_reply(w, "\"result\":{\"offset\":0,\"max_chunk\":4096,\"digest\":null}");
    write_from(w, &w->one, 0, w->d.size, FLOTA_RPC_OTA_CHUNK_MAX);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void a_write_is_answered_once_its_bytes_are_taken(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    assert_int_equal(write_at(w, &w->one, 0, 4096), 0);
    assert_int_equal(write_at(w, &w->one, 4096, 904), 0);
    assert_true(w->waits > 1); /* the ring was full of what flash has not taken yet */
    assert_int_equal(flota_updater_status(&w->d.ota.updater)->received, 5000);
}

static void a_size_need_not_be_told(void **state)
{
    struct world *w = *state;
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{}"), 0);
    write_from(w, &w->one, 0, w->d.size, 512);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void consents_come_with_begin(void **state)
{
    struct world *w = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "0.9.0";
    device_make_image(&w->d, &recipe);
    begin(w, &w->one);
    assert_true(write_at(w, &w->one, 0, 4000) != 0);
    assert_error(w, FLOTA_ERR_IMAGE_DOWNGRADE);
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"size\":5000,\"downgrade\":true}"), 0);
    write_from(w, &w->one, 0, w->d.size, 1000);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

/* --- refusals --- */

static void a_gap_names_the_offset_that_is_wanted(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 1000, 500);
    assert_int_equal(write_at(w, &w->one, 1001, 500), 400);
    assert_reply(w, "go on at offset 1000");
    assert_int_equal(call(w, &w->one, "OTA.Write", "{\"offset\":-1,\"data\":\"\"}"), 400);
    write_from(w, &w->one, 1000, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void without_begin_there_is_nothing_to_write_or_end(void **state)
{
    struct world *w = *state;
    assert_int_equal(write_at(w, &w->one, 0, 100), 400);
    assert_reply(w, "call OTA.Begin first");
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 400);
    assert_reply(w, "call OTA.Begin first");
    assert_flash_untouched(&w->d);
}

static void a_refused_file_erases_nothing_and_each_retry_hears_why(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    memset(w->d.image, 'x', w->d.size);
    assert_int_equal(write_at(w, &w->one, 0, 512), 0);
    assert_int_equal(write_at(w, &w->one, 512, 2000), 400);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write_at(w, &w->one, 512, 2000), 400);
        assert_error(w, FLOTA_ERR_IMAGE_BAD_VECTORS);
    }
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 400);
    assert_error(w, FLOTA_ERR_IMAGE_BAD_VECTORS);
    status(w);
    assert_reply(w, "\"state\":2,\"message\":\"the file does not start with the vector table");
    assert_reply(w, "\"error\":{\"code\":-104,\"name\":\"IMAGE_BAD_VECTORS\"");
    assert_flash_untouched(&w->d);
    assert_next_update_works(w);
}

static void what_the_size_alone_shows_is_refused_by_begin(void **state)
{
    static const char *const bad[] = {"{\"size\":5000000}", "{\"size\":-1}", "{\"size\":100}",
                                      "{\"size\":4294972296}"};
    struct world *w = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(call(w, &w->one, "OTA.Begin", bad[i]), 400);
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"commit_timeout\":-1}"), 400);
    assert_reply(w, "commit_timeout is not 0, or 10 to 86400 seconds");
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"commit_timeout\":9}"), 400);
    assert_reply(w, "commit_timeout is not 0, or 10 to 86400 seconds");
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"timeout\":86401}"), 400);
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"size\":\"5000\"}"), 400);
    assert_flash_untouched(&w->d);
    assert_next_update_works(w);
}

static void an_incomplete_file_is_given_up_by_end(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 4500, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 400);
    assert_error(w, FLOTA_ERR_IMAGE_WRONG_SIZE);
    device_wait(&w->d, 60000);
    assert_int_equal(w->d.model.swap_count, 0);
    assert_next_update_works(w);
}

static void damaged_bytes_are_found_by_end(void **state)
{
    struct world *w = *state;
    w->d.image[4000] ^= 1;
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    assert_true(call(w, &w->one, "OTA.End", "{}") != 0);
    assert_error(w, FLOTA_ERR_IMAGE_CORRUPT);
    device_wait(&w->d, 60000);
    assert_int_equal(w->d.model.swap_count, 0);
    assert_next_update_works(w);
}

static void a_flash_that_fails_is_told_by_the_next_call(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 2000, 500);
    device_poll(&w->d, 1000);
    w->d.model.fail_at = w->d.model.operation_count + 1;
    w->d.model.fault = FLASH_MODEL_ENDS_FAILED;
    write_at(w, &w->one, 2000, 500);
    device_poll(&w->d, 100);
    assert_int_equal(write_at(w, &w->one, 2500, 500), 500);
    assert_error(w, FLOTA_ERR_FLASH_PROGRAM);
    assert_next_update_works(w);
}

/* --- two at once --- */

static void another_client_is_told_who_updates_and_how_far(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 2500, 500);
    device_poll(&w->d, 1000);
    assert_int_equal(begin(w, &w->two), 429);
    assert_reply(w, "\"message\":\"Another update is in progress: ws 192.168.0.7 is at 49 %\","
                    "\"flota\":{\"code\":-301,\"name\":\"UPDATE_BUSY\"}");
    assert_int_equal(write_at(w, &w->two, 2500, 500), 429);
    assert_int_equal(call(w, &w->two, "OTA.End", "{}"), 429);
    assert_int_equal(call(w, &w->two, "OTA.Revert", "{}"), 429);
    assert_int_equal(call(w, &w->two, "OTA.Update", "{\"url\":\"http://a/\"}"), 429);
    status(w);
    assert_reply(w, "\"state\":1,\"message\":\"receiving 49 %, from ws 192.168.0.7\"");
    write_from(w, &w->one, 2500, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void a_client_that_vanishes_does_not_keep_the_next_one_out(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 2500, 500);
    flota_rpc_close(&w->one);
    device_wait(&w->d, FLOTA_OTA_VANISHED_MS - 1);
    assert_int_equal(begin(w, &w->two), 429);
    device_wait(&w->d, 1);
    status(w);
    assert_reply(w, "\"state\":2,\"message\":\"interrupted at 2500 bytes from ws 192.168.0.7: ");
    assert_int_equal(begin(w, &w->two), 0);
    assert_reply(w, "\"offset\":0,");
    open_channel(w, &w->one, "ws", "192.168.0.7:5001");
    assert_int_equal(write_at(w, &w->one, 2500, 500), 429); /* it is the other one's now */
    write_from(w, &w->two, 0, w->d.size, 500);
    assert_int_equal(call(w, &w->two, "OTA.End", "{}"), 0);
}

static void a_bad_begin_takes_no_place(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 2500, 500);
    device_wait(&w->d, FLOTA_OTA_VANISHED_MS);
    assert_int_equal(call(w, &w->two, "OTA.Begin", "{\"timeout\":-1}"), 400);
    write_from(w, &w->one, 2500, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void the_same_client_takes_over_at_once_from_another_port(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 2500, 500);
    flota_rpc_close(&w->one);
    open_channel(w, &w->one, "ws", "192.168.0.7:5001");
    assert_int_equal(write_at(w, &w->one, 2500, 500), 0); /* it may just go on */
    assert_next_update_works(w);
}

static void a_broker_s_clients_are_told_apart_by_their_addresses(void **state)
{
    struct world *w = *state;
    open_channel(w, &w->one, "mqtt", "10.0.0.1:1883");
    w->source = "dev1/rpc-resp/one";
    assert_int_equal(begin(w, &w->one), 0);
    w->source = "dev1/rpc-resp/two";
    assert_int_equal(begin(w, &w->one), 429);
    assert_reply(w, "mqtt dev1/rpc-resp/one is at 0 %");
    w->source = "dev1/rpc-resp/one";
    assert_next_update_works(w);
}

static void clients_are_named_for_people(void **state)
{
    static const char *const names[][3] = {
        {"serial", "serial line", "update from serial line, 5000 B\n"},
        {"udp", "10.0.0.7:65535", "update from udp 10.0.0.7, 5000 B\n"},
        {"http", "10.0.0.7", "update from http 10.0.0.7, 5000 B\n"},
        {"tcp", "[fe80::7]:80", "update from tcp [fe80::7], 5000 B\n"},
        {"tcp", "fe80::7:80", "update from tcp fe80::7:80, 5000 B\n"},
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        flota_rpc_close(&w->one);
        open_channel(w, &w->one, names[i][0], names[i][1]);
        device_wait(&w->d, FLOTA_OTA_VANISHED_MS);
        begin(w, &w->one);
        assert_contains(w->d.log, names[i][2]);
    }
}

static void an_update_by_another_way_in_is_busy_too(void **state)
{
    struct world *w = *state;
    const struct flota_ota_request request = {.from = "192.168.0.5", .total_size = w->d.size};
    const struct flota_ota_owner owner = {0};
    assert_int_equal(flota_ota_begin(&w->d.ota, &request, &owner), 0);
    assert_int_equal(begin(w, &w->one), 429);
    assert_reply(w, "192.168.0.5 is at 0 %");
    assert_int_equal(call(w, &w->one, "OTA.Update", "{\"url\":\"http://a/\"}"), 429);
    assert_int_equal(w->fetcher.count, 0);
}

static void a_waiting_end_whose_update_was_begun_anew_is_told(void **state)
{
    struct world *w = *state;
    open_channel(w, &w->two, "ws", "192.168.0.7:5001"); /* the same client */
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    send_call(w, &w->one, "OTA.End", "{}");
    turn(w, &w->one);
    assert_int_equal(begin(w, &w->two), 0);
    assert_int_equal(wait_for_reply(w, &w->one), 429);
    write_from(w, &w->two, 0, w->d.size, 500);
    assert_int_equal(call(w, &w->two, "OTA.End", "{}"), 0);
}

/* --- interruptions --- */

static void resume_goes_on_where_the_flash_stands(void **state)
{
    struct world *w = *state;
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"size\":5000,\"timeout\":30}"), 0);
    write_from(w, &w->one, 0, 3000, 500);
    device_wait(&w->d, 30000);
    device_poll(&w->d, 100);
    assert_int_equal(write_at(w, &w->one, 3000, 500), 400);
    assert_error(w, FLOTA_ERR_TRANSFER_STALLED);
    status(w);
    assert_reply(w, "\"resume\":{\"offset\":3000,\"size\":5000,\"digest\":\"");
    assert_int_equal(call(w, &w->two, "OTA.Begin", "{\"size\":5000,\"resume\":true}"), 0);
    assert_reply(w, "\"result\":{\"offset\":3000,\"max_chunk\":4096,\"digest\":\"");
    write_from(w, &w->two, 3000, w->d.size, 500);
    assert_int_equal(call(w, &w->two, "OTA.End", "{}"), 0);
}

static void without_a_timeout_it_is_ten_minutes(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 3000, 500);
    device_wait(&w->d, FLOTA_RPC_OTA_TIMEOUT_MS - 1);
    assert_int_equal(flota_ota_outcome(&w->d.ota), FLOTA_OTA_RUNS);
    device_wait(&w->d, 1);
    assert_int_equal(flota_ota_error(&w->d.ota), FLOTA_ERR_TRANSFER_STALLED);
}

static void progress_sets_the_timeout_back(void **state)
{
    struct world *w = *state;
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"size\":5000,\"timeout\":30}"), 0);
    for (uint32_t at = 0; at < w->d.size; at += 500) {
        device_wait(&w->d, 29999);
        assert_int_equal(write_at(w, &w->one, at, 500), 0);
    }
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void resume_after_a_loss_of_power_begins_at_a_sector(void **state)
{
    struct world *w = *state;
    char digest[80], hex[2 * FLOTA_IMAGE_DIGEST_SIZE + 1];
    const struct flota_image_info *info =
        (const struct flota_image_info *)(const void *)(w->d.image + FLOTA_IMAGE_INFO_OFFSET);
    begin(w, &w->one);
    write_from(w, &w->one, 0, 3500, 500);
    device_poll(&w->d, 1000);
    restart(w);
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"size\":5000,\"resume\":true}"), 0);
    flota_hex_text(info->digest, sizeof info->digest, hex);
    snprintf(digest, sizeof digest, "\"digest\":\"%s\"", hex);
    assert_reply(w, "\"offset\":3072,");
    assert_reply(w, digest);
    write_from(w, &w->one, 3072, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void resume_when_all_is_here_needs_the_end_only(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"resume\":true}"), 0);
    assert_reply(w, "\"offset\":5000,");
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

static void with_nothing_to_resume_or_another_size_it_is_a_new_file(void **state)
{
    struct world *w = *state;
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"size\":5000,\"resume\":true}"), 0);
    assert_reply(w, "\"result\":{\"offset\":0,\"max_chunk\":4096,\"digest\":null}");
    write_from(w, &w->one, 0, 3000, 500);
    assert_int_equal(call(w, &w->one, "OTA.Begin", "{\"size\":5001,\"resume\":true}"), 0);
    assert_reply(w, "\"result\":{\"offset\":0,");
}

static void resume_may_change_the_time_to_commit_in(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, 3000, 500);
    device_poll(&w->d, 1000);
    assert_int_equal(
        call(w, &w->one, "OTA.Begin", "{\"size\":5000,\"resume\":true,\"commit_timeout\":66}"), 0);
    write_from(w, &w->one, 3000, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
    device_wait(&w->d, FLOTA_RPC_OTA_SENT_MS);
    restart(w);
    assert_int_equal(w->d.trial.deadline_ms, 66000);
}

static void a_client_that_leaves_during_end_is_not_needed_any_more(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    send_call(w, &w->one, "OTA.End", "{}");
    turn(w, &w->one);
    flota_rpc_close(&w->one);
    assert_int_equal(begin(w, &w->two), 429);
    device_poll(&w->d, 2000);
    assert_int_equal(w->d.model.swap_count, 1);
}

static void writes_behind_the_end_do_not_disturb_it(void **state)
{
    struct world *w = *state;
    open_channel(w, &w->two, "ws", "192.168.0.7:5001"); /* the same client */
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    send_call(w, &w->one, "OTA.End", "{}");
    turn(w, &w->one);
    assert_int_equal(write_at(w, &w->two, 4500, 500), 0);
    assert_int_equal(call(w, &w->two, "OTA.Write", "{\"offset\":5000,\"data\":\"AAAA\"}"), 400);
    assert_error(w, FLOTA_ERR_NOT_READY);
    assert_int_equal(wait_for_reply(w, &w->one), 0);
}

static void a_client_that_left_during_end_may_ask_for_it_again(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    send_call(w, &w->one, "OTA.End", "{}");
    turn(w, &w->one);
    flota_rpc_close(&w->one);
    open_channel(w, &w->one, "ws", "192.168.0.7:5001");
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
    assert_reply(w, "\"result\":null");
    assert_true(w->waits > 1);
}

/* Its reply was lost: the tool asks once more. */
static void end_may_be_asked_again(void **state)
{
    struct world *w = *state;
    begin(w, &w->one);
    write_from(w, &w->one, 0, w->d.size, 500);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
    assert_int_equal(write_at(w, &w->one, 4500, 500), 429);
    device_wait(&w->d, FLOTA_RPC_OTA_SENT_MS);
    assert_int_equal(w->d.model.swap_count, 1);
}

static void a_datagram_s_client_is_told_smaller_chunks(void **state)
{
    struct world *w = *state;
    unsigned chunk = 0;
    flota_rpc_close(&w->one);
    open_channel(w, &w->one, "udp", "192.168.0.9:3000");
    flota_rpc_limit_reply(&w->one, 1400);
    begin(w, &w->one);
    assert_int_equal(sscanf(strstr(w->reply, "\"max_chunk\":"), "\"max_chunk\":%u", &chunk), 1);
    assert_true(chunk >= 512 && chunk % 32 == 0 && chunk * 4 / 3 + 200 < 1400);
    write_from(w, &w->one, 0, w->d.size, chunk);
    assert_int_equal(call(w, &w->one, "OTA.End", "{}"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_push_as_existing_tools_make_it),
        TEST(the_restart_waits_for_the_reply_but_not_for_ever),
        TEST(repeated_and_overlapping_offsets_are_harmless),
        TEST(a_chunk_of_the_size_that_begin_offers_fits_a_frame),
        TEST(a_write_is_answered_once_its_bytes_are_taken),
        TEST(a_size_need_not_be_told),
        TEST(consents_come_with_begin),
        TEST(a_gap_names_the_offset_that_is_wanted),
        TEST(without_begin_there_is_nothing_to_write_or_end),
        TEST(a_refused_file_erases_nothing_and_each_retry_hears_why),
        TEST(what_the_size_alone_shows_is_refused_by_begin),
        TEST(an_incomplete_file_is_given_up_by_end),
        TEST(damaged_bytes_are_found_by_end),
        TEST(a_flash_that_fails_is_told_by_the_next_call),
        TEST(another_client_is_told_who_updates_and_how_far),
        TEST(a_client_that_vanishes_does_not_keep_the_next_one_out),
        TEST(a_bad_begin_takes_no_place),
        TEST(the_same_client_takes_over_at_once_from_another_port),
        TEST(a_broker_s_clients_are_told_apart_by_their_addresses),
        TEST(clients_are_named_for_people),
        TEST(an_update_by_another_way_in_is_busy_too),
        TEST(a_waiting_end_whose_update_was_begun_anew_is_told),
        TEST(resume_goes_on_where_the_flash_stands),
        TEST(without_a_timeout_it_is_ten_minutes),
        TEST(progress_sets_the_timeout_back),
        TEST(resume_after_a_loss_of_power_begins_at_a_sector),
        TEST(resume_when_all_is_here_needs_the_end_only),
        TEST(with_nothing_to_resume_or_another_size_it_is_a_new_file),
        TEST(resume_may_change_the_time_to_commit_in),
        TEST(a_client_that_leaves_during_end_is_not_needed_any_more),
        TEST(writes_behind_the_end_do_not_disturb_it),
        TEST(a_client_that_left_during_end_may_ask_for_it_again),
        TEST(end_may_be_asked_again),
        TEST(a_datagram_s_client_is_told_smaller_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
