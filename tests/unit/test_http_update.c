/* test_http_update.c - updates over HTTP that succeed, consents, status, two at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_update_fixture.h"

/* --- updates that succeed --- */

static void a_raw_body_is_written_verified_answered_and_then_booted(void **state)
{
    static const char *const words[] = {"update from 192.168.0.5, 5000 B\n",
                                        "in flash 10 % (",
                                        " of 5000 B)\n",
                                        "in flash 20 % (",
                                        "in flash 30 % (",
                                        "in flash 40 % (",
                                        "in flash 50 % (",
                                        "in flash 60 % (",
                                        "in flash 70 % (",
                                        "in flash 80 % (",
                                        "in flash 90 % (",
                                        "in flash 100 % (5000 of 5000 B)\n",
                                        "verify 5000 B\n",
                                        "verified 5000 B, sha256 ok\n",
                                        "swap to bank 2\n",
                                        "restart\n"};
    struct fixture *f = *state;
    send_raw(f, "/update", "");
    assert_contains(f->client.output, "Connection: close\r\n");
    assert_contains(f->client.output, "\r\n\r\nUpdate applied, finalizing\r\n");
    assert_null(strstr(f->log, "swap"));
    assert_updated(f);
    assert_log_order(f, words, sizeof words / sizeof *words);
    assert_null(strstr(strstr(f->log, "in flash 10 %") + 1, "in flash 10 %"));
}

static void curl_s_form_type_for_raw_data_is_no_obstacle(void **state)
{
    struct fixture *f = *state;
    send_raw(f, "/update", "Content-Type: application/x-www-form-urlencoded\r\n");
    assert_updated(f);
}

static void a_form_is_taken_in_any_split(void **state)
{
    for (size_t max_piece = 1; max_piece < 6000; max_piece = max_piece * 3 + 1) {
        struct fixture *f = *state;
        send_form(f, FIELD("commit_timeout") "300\r\n", max_piece);
        assert_updated(f);
        assert_contains(f->log, "update from 192.168.0.5, 5000 B\n");
        tear_down(state);
        set_up(state);
    }
}

/* Beginnings of the boundary all over the image, and a flash that has no room at any point of them.
 */
static void a_form_s_near_boundaries_survive_a_slow_flash(void **state)
{
    static const char near[] = "\r\n--X\r\n--\r\n-";
    for (size_t max_piece = 1; max_piece < 12; max_piece++) {
        struct fixture *f = *state;
        uint8_t *body;
        for (size_t i = FLOTA_IMAGE_HEAD_SIZE; i < f->size; i++)
            f->image[i] = (uint8_t)near[i % (sizeof near - 1)];
        image_reseal(f->image, (uint32_t)f->size);
        size_t size = make_form(f, "", &body), at = 0;
        uint32_t random = (uint32_t)max_piece;
        send_head(f, &f->client, "/update", size, FORM_TYPE);
        for (int turns = 0; at < size && turns < 100000; turns++) {
            size_t piece = 1 + prng_below(&random, (uint32_t)max_piece);
            piece = piece < size - at ? piece : size - at;
            size_t taken = client_offer(&f->client, body + at, piece);
            at += taken;
            if (taken < piece) /* only then has the flash its turn */
                turn(f, &f->client);
        }
        work(f, &f->client, 2000);
        free(body);
        assert_updated(f);
        tear_down(state);
        set_up(state);
    }
}

static void a_chunked_body_is_taken(void **state)
{
    struct fixture *f = *state;
    static const char head[] =
        "POST /update HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1388\r\n";
    send_while_working(f, &f->client, head, sizeof head - 1, 2000);
    send_while_working(f, &f->client, f->image, f->size, 300);
    send_while_working(f, &f->client, "\r\n0\r\n\r\n", 7, 3);
    work(f, &f->client, 2000);
    assert_updated(f);
}

static void who_asks_for_json_gets_json(void **state)
{
    struct fixture *f = *state;
    send_raw(f, "/update", "Accept: text/html, application/json;q=0.9\r\n");
    assert_contains(f->client.output, "Content-Type: application/json\r\n");
    assert_contains(f->client.output, "{\"ok\":true,\"message\":\"Update applied, finalizing\"");
    assert_contains(f->client.output, "\"boot_id\":4711");
    assert_contains(f->client.output, "\"new\":{\"name\":\"project2\",\"version\":\"2.0.0\"");
    assert_updated(f);
}

static void the_page_s_path_always_gets_json(void **state)
{
    struct fixture *f = *state;
    send_raw(f, "/api/firmware_update", "");
    assert_contains(f->client.output, "{\"ok\":true,");
    assert_updated(f);
}

static void the_restart_waits_for_the_answer_but_not_for_ever(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    send_raw(f, "/update", "");
    assert_contains(f->client.output, "Update applied");
    f->client.now_ms += FLOTA_OTA_ANSWER_MS - 1;
    work(f, &f->client, 10);
    assert_int_equal(f->model.swap_count, 0);
    f->client.now_ms += 1;
    turn(f, &f->client);
    assert_int_equal(f->model.swap_count, 1);
    assert_int_equal(f->model.reset_count, 1);
}

static void a_client_that_left_after_the_last_byte_changes_nothing(void **state)
{
    struct fixture *f = *state;
    f->client.deaf = true;
    send_raw(f, "/update", "");
    flota_http_close(&f->client.connection);
    let_restart(f);
    assert_int_equal(f->model.reset_count, 1);
}

static void after_the_restart_was_ordered_nothing_begins(void **state)
{
    struct fixture *f = *state;
    send_raw(f, "/update", "");
    let_restart(f);
    send_head(f, &f->other, "/update", f->size, "");
    assert_int_equal(client_status(&f->other), 409);
}

/* --- consents --- */

static void make_foreign(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.product = "another";
    make_image(f, &recipe);
}

static void make_old(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "0.9.0";
    make_image(f, &recipe);
}

static void a_foreign_image_needs_consent(void **state)
{
    struct fixture *f = *state;
    make_foreign(f);
    send_raw(f, "/update", "");
    assert_refused(f, 400, FLOTA_ERR_IMAGE_OTHER_PRODUCT);
    assert_int_equal(f->model.erase_count, 0);
}

static void a_foreign_image_with_consent_in_the_query_is_taken(void **state)
{
    struct fixture *f = *state;
    make_foreign(f);
    send_raw(f, "/update?foreign=1", "");
    assert_updated(f);
}

static void a_downgrade_with_consent_in_a_field_is_taken(void **state)
{
    struct fixture *f = *state;
    make_old(f);
    send_form(f, FIELD("downgrade") "on\r\n", 100);
    assert_updated(f);
}

static void a_consent_of_another_kind_does_not_help(void **state)
{
    struct fixture *f = *state;
    make_old(f);
    send_form(f, FIELD("foreign") "1\r\n" FIELD("downgrade") "0\r\n" FIELD("downgrades") "1\r\n",
              100);
    assert_refused(f, 400, FLOTA_ERR_IMAGE_DOWNGRADE);
    assert_int_equal(f->model.erase_count, 0);
}

static void consent_is_not_kept_for_the_next_update(void **state)
{
    struct fixture *f = *state;
    make_old(f);
    send_head(f, &f->client, "/update?downgrade=1", f->size, "");
    flota_http_close(&f->client.connection);
    client_open(&f->client, &f->server);
    send_raw(f, "/update", "");
    assert_refused(f, 400, FLOTA_ERR_IMAGE_DOWNGRADE);
}

static void a_foreign_image_without_block_and_size_is_taken_with_consent(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.no_block = true;
    make_image(f, &recipe);
    send_form(f, FIELD("foreign") "true\r\n", 500);
    assert_updated(f);
    assert_contains(f->log, "update from 192.168.0.5, size unknown\n");
    assert_contains(f->log, "in flash 100 % (5000 of 5000 B)\nverify 5000 B\n");
}

/* --- two at once, status --- */

static void a_second_update_hears_who_is_updating_and_how_far(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, f->size / 2, 300);
    work(f, &f->client, 3000);
    send_head(f, &f->other, "/update", f->size, "");
    assert_int_equal(client_status(&f->other), 409);
    assert_contains(f->other.output, "another update is in progress");
    assert_contains(f->other.output, "192.168.0.5 is at 49 %.");
    client_open(&f->other, &f->server);
    send_head(f, &f->other, "/api/firmware_update", f->size, "");
    assert_contains(f->other.output, "\"name\":\"UPDATE_BUSY\"");
    assert_contains(f->other.output, "\"from\":\"192.168.0.5\",\"percent\":49");
    send_while_working(f, &f->client, f->image + f->size / 2, f->size - f->size / 2, 300);
    work(f, &f->client, 2000);
    assert_updated(f);
}

static void the_status_tells_everything_at_any_moment(void **state)
{
    struct fixture *f = *state;
    client_send(&f->other, "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_contains(f->other.output, "{\"phase\":\"idle\",\"bank\":1,\"boot_id\":4711,"
                                     "\"product\":\"test-product\",");
    assert_contains(f->other.output, "\"version\":\"1.0.0\",");
    assert_contains(f->other.output, "\"board\":\"test-board\",\"slot_size\":7168,\"received\":0,"
                                     "\"in_flash\":0,\"verified\":0,\"size\":0,\"percent\":0,"
                                     "\"erases\":0,\"from\":null,\"new\":null,\"error\":null,"
                                     "\"auth\":\"none\",\"running\":\"unrecorded\","
                                     "\"trial\":null,\"rolled_back\":null,\"stranded\":null,"
                                     "\"revert\":null,\"resume\":null,\"signatures\":{"
                                     "\"policy\":\"optional\",\"keys\":0},\"notices\":[],"
                                     "\"outcome\":null}\r\n");
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, f->size / 2, 300);
    work(f, &f->client, 3000);
    client_open(&f->other, &f->server);
    client_send(&f->other, "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_contains(f->other.output, "{\"phase\":\"receiving\",");
    assert_contains(f->other.output,
                    "\"received\":2500,\"in_flash\":2496,\"verified\":0,\"size\":5000,"
                    "\"percent\":49,\"erases\":");
    assert_contains(f->other.output, "\"from\":\"192.168.0.5\",\"new\":{\"name\":\"project2\","
                                     "\"version\":\"2.0.0\",\"build_id\":\"");
}

static void a_cancelled_update_ends_although_its_bytes_go_on(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, f->size / 2, 300);
    send_head(f, &f->other, "/api/firmware_update?cancel=1", 0, "");
    assert_int_equal(client_status(&f->other), 200);
    assert_contains(f->other.output, "{\"phase\":\"failed\",");
    assert_contains(f->other.output, "\"name\":\"TRANSFER_CANCELLED\"");
    send_while_working(f, &f->client, f->image + f->size / 2, f->size - f->size / 2, 300);
    work(f, &f->client, 5000);
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, "the upload was cancelled");
    assert_int_equal(f->model.swap_count, 0);
    client_open(&f->client, &f->server);
    send_raw(f, "/update", "");
    assert_updated(f);
}

static void without_an_update_there_is_nothing_to_cancel(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/api/firmware_update?cancel=1", 0, "");
    assert_true(client_status(&f->client) >= 400);
    assert_contains(f->client.output, "\"name\":\"NOT_READY\"");
}

static void the_status_after_a_failure_tells_why(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", 0, "");
    client_send(&f->other, "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_contains(f->other.output, "{\"phase\":\"failed\",");
    assert_contains(f->other.output,
                    "\"error\":{\"code\":-101,\"name\":\"IMAGE_EMPTY\",\"cause\":\"the "
                    "file is empty\",\"remedy\":\"choose the .bin");
}

static void names_with_odd_characters_make_sound_json(void **state)
{
    struct fixture *f = *state;
    strcpy(f->model.running.name, "a\"b\\c\x01\xc3\xa4\xff\xc3");
    client_send(&f->other, "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_contains(f->other.output, "\"name\":\"a\\\"b\\\\c\\u0001\xc3\xa4\\ufffd\\ufffd\",");
}

static void the_longest_status_still_fits(void **state)
{
    struct fixture *f = *state;
    memset(f->model.running.name, '"', 31);
    memset(f->model.running.version, '"', 31);
    memset(f->model.running.product, '"', 31);
    send_raw(f, "/update", "");
    let_restart(f);
    client_send(&f->other, "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(client_status(&f->other), 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_raw_body_is_written_verified_answered_and_then_booted),
        TEST(curl_s_form_type_for_raw_data_is_no_obstacle),
        TEST(a_form_is_taken_in_any_split),
        TEST(a_form_s_near_boundaries_survive_a_slow_flash),
        TEST(a_chunked_body_is_taken),
        TEST(who_asks_for_json_gets_json),
        TEST(the_page_s_path_always_gets_json),
        TEST(the_restart_waits_for_the_answer_but_not_for_ever),
        TEST(a_client_that_left_after_the_last_byte_changes_nothing),
        TEST(after_the_restart_was_ordered_nothing_begins),
        TEST(a_foreign_image_needs_consent),
        TEST(a_foreign_image_with_consent_in_the_query_is_taken),
        TEST(a_downgrade_with_consent_in_a_field_is_taken),
        TEST(a_consent_of_another_kind_does_not_help),
        TEST(consent_is_not_kept_for_the_next_update),
        TEST(a_foreign_image_without_block_and_size_is_taken_with_consent),
        TEST(a_second_update_hears_who_is_updating_and_how_far),
        TEST(the_status_tells_everything_at_any_moment),
        TEST(a_cancelled_update_ends_although_its_bytes_go_on),
        TEST(without_an_update_there_is_nothing_to_cancel),
        TEST(the_status_after_a_failure_tells_why),
        TEST(names_with_odd_characters_make_sound_json),
        TEST(the_longest_status_still_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
