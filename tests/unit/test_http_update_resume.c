/* test_http_update_resume.c - updates over HTTP in pieces, and after a lost connection or power.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_update_fixture.h"

/* Send a range of the image; header: the Content-Range's value. */
static void send_range(struct fixture *f, const char *method, const char *header, size_t from,
                       size_t to)
{
    char head[512];
    int size = snprintf(head, sizeof head,
                        "%s /update HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n"
                        "Content-Range: %s\r\n\r\n",
                        method, to - from, header);
    f->client.output_size = 0;
    f->client.output[0] = '\0';
    send_while_working(f, &f->client, head, (size_t)size, 2000);
    if (client_status(&f->client) == 0)
        send_while_working(f, &f->client, f->image + from, to - from, 300);
    work(f, &f->client, 1000);
}

static void send_piece(struct fixture *f, const char *method, size_t from, size_t to)
{
    char header[64];
    snprintf(header, sizeof header, "bytes %zu-%zu/%zu", from, to - 1, f->size);
    send_range(f, method, header, from, to);
}

static void assert_answer(struct fixture *f, int status, int error)
{
    assert_int_equal(client_status(&f->client), status);
    assert_contains(f->client.output, flota_error_text(error)->cause);
    assert_contains(f->client.output, flota_error_text(error)->remedy);
}

static void assert_resume_member(struct fixture *f, size_t offset)
{
    char member[64];
    snprintf(member, sizeof member, "\"resume\":{\"offset\":%zu,\"size\":%zu,\"digest\":\"", offset,
             f->size);
    assert_contains(get_status(f), member);
}

/* Break the connection after so many bytes. */
static void lose_connection(struct fixture *f, size_t size)
{
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, size, 300);
    work(f, &f->client, 1000);
    reconnect(f);
}

/* --- Content-Range --- */

static void a_put_is_as_good_as_a_post(void **state)
{
    struct fixture *f = *state;
    char head[128];
    int size = snprintf(head, sizeof head,
                        "PUT /update HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", f->size);
    send_while_working(f, &f->client, head, (size_t)size, 2000);
    send_while_working(f, &f->client, f->image, f->size, 700);
    work(f, &f->client, 2000);
    assert_updated(f);
}

static void a_range_that_is_the_whole_file_is_an_update(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "PUT", 0, f->size);
    assert_updated(f);
}

static void pieces_are_answered_with_202_and_the_last_one_applies(void **state)
{
    struct fixture *f = *state;
    for (size_t at = 0; at < f->size; at += 900) {
        size_t to = at + 900 < f->size ? at + 900 : f->size;
        send_piece(f, "PUT", at, to);
        if (to == f->size)
            break;
        assert_int_equal(client_status(&f->client), 202);
        assert_contains(f->client.output, "Content-Type: application/json\r\n");
        assert_contains(f->client.output, to < FLOTA_IMAGE_HEAD_SIZE ? "{\"phase\":\"checking\","
                                                                     : "{\"phase\":\"receiving\",");
        assert_resume_member(f, to);
        assert_int_equal(f->model.swap_count, 0);
    }
    assert_updated(f);
}

static void pieces_may_come_on_new_connections_and_overlap(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "POST", 0, 2000);
    assert_int_equal(client_status(&f->client), 202);
    reconnect(f);
    send_piece(f, "POST", 1500, 3000);
    assert_int_equal(client_status(&f->client), 202);
    reconnect(f);
    send_piece(f, "POST", 2999, f->size);
    assert_updated(f);
}

static void bad_ranges_are_refused_and_change_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {"bytes 1000-1999/*",
                                      "bytes */5000",
                                      "bytes 2000-1999/5000",
                                      "bytes 1000-1998/5000",
                                      "bytes 1000-2000/5000",
                                      "bytes 4001-5000/5000",
                                      "bytes -1999/5000",
                                      "bytes 1000-/5000",
                                      "bytes 1000-1999",
                                      "bytes 1000-1999/",
                                      "bytes 1000-1999/5000x",
                                      "bytes 1000 - 1999/5000",
                                      "bytes=1000-1999/5000",
                                      "lines 1000-1999/5000",
                                      "1000-1999/5000",
                                      "bytes",
                                      "",
                                      "bytes +1000-1999/5000",
                                      "bytes 4294968296-4294969295/4294972296",
                                      "bytes 1000-1999/99999999999999999999",
                                      "bytes 0x3e8-1999/5000",
                                      "bytes 1000-1999/1500"};
    send_piece(f, "POST", 0, 2000);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        reconnect(f);
        send_range(f, "POST", bad[i], 1000, 2000);
        if (client_status(&f->client) != 400)
            fail_msg("\"%s\" is answered: %s", bad[i], f->client.output);
        assert_contains(f->client.output, flota_error_text(FLOTA_ERR_BAD_REQUEST)->cause);
    }
    reconnect(f);
    send_piece(f, "POST", 2000, f->size);
    assert_updated(f);
}

static void good_ranges_are_read_whatever_their_form(void **state)
{
    struct fixture *f = *state;
    send_range(f, "POST", "bytes 0-1999/5000", 0, 2000);
    assert_int_equal(client_status(&f->client), 202);
    send_range(f, "POST", "BYTES 02000-2999/0005000", 2000, 3000);
    assert_int_equal(client_status(&f->client), 202);
    send_piece(f, "POST", 3000, f->size);
    assert_updated(f);
}

/* Nothing would bind it to its range: it might be longer. */
static void a_chunked_range_is_refused(void **state)
{
    struct fixture *f = *state;
    static const char head[] = "PUT /update HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                               "Content-Range: bytes 2000-4999/5000\r\n\r\nbb8\r\n";
    send_piece(f, "PUT", 0, 2000);
    reconnect(f);
    send_while_working(f, &f->client, head, sizeof head - 1, 2000);
    assert_answer(f, 400, FLOTA_ERR_BAD_REQUEST);
    assert_resume_member(f, 2000);
    reconnect(f);
    send_piece(f, "PUT", 2000, f->size);
    assert_updated(f);
}

static void a_foreign_image_does_not_come_in_pieces(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.no_block = true;
    make_image(f, &recipe);
    for (size_t first = 1000; first <= 3000; first += 2000) {
        send_head(f, &f->client, "/update?foreign=1", first,
                  first == 1000 ? "Content-Range: bytes 0-999/5000\r\n"
                                : "Content-Range: bytes 0-2999/5000\r\n");
        send_while_working(f, &f->client, f->image, first, 300);
        reconnect(f);
    }
    assert_contains(get_status(f), "\"name\":\"TRANSFER_OTHER\"");
    assert_contains(get_status(f), "\"resume\":null");
    assert_int_equal(f->model.operation_count, 0);
    send_head(f, &f->client, "/update?foreign=1", f->size, "Content-Range: bytes 0-4999/5000\r\n");
    send_while_working(f, &f->client, f->image, f->size, 300);
    work(f, &f->client, 2000);
    assert_updated(f);
}

static void a_piece_that_was_abandoned_is_given_up_and_can_go_on(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "POST", 0, 2000);
    reconnect(f);
    f->client.now_ms += FLOTA_OTA_PIECE_MS - 1;
    work(f, &f->client, 10);
    assert_contains(get_status(f), "{\"phase\":\"receiving\",");
    reconnect(f);
    send_head(f, &f->client, "/update/seen", 0, "");
    assert_int_equal(client_status(&f->client), 409);
    f->client.now_ms += 1;
    reconnect(f);
    work(f, &f->client, 10);
    assert_contains(get_status(f), "\"name\":\"TRANSFER_STALLED\"");
    assert_contains(f->log, flota_error_text(FLOTA_ERR_TRANSFER_STALLED)->cause);
    reconnect(f);
    send_head(f, &f->client, "/update/seen", 0, "");
    assert_int_equal(client_status(&f->client), 200);
    assert_resume_member(f, 2000);
    reconnect(f);
    send_piece(f, "POST", 2000, f->size);
    assert_updated(f);
}

static void a_gap_is_refused_and_changes_nothing(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "POST", 0, 2000);
    reconnect(f);
    send_piece(f, "POST", 2001, 3000);
    assert_answer(f, 416, FLOTA_ERR_TRANSFER_GAP);
    assert_resume_member(f, 2000);
    reconnect(f);
    send_piece(f, "POST", 2000, f->size);
    assert_updated(f);
}

static void a_range_of_no_transfer_or_another_file_is_refused(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "POST", 1000, 2000);
    assert_answer(f, 416, FLOTA_ERR_TRANSFER_OTHER);
    assert_contains(get_status(f), "{\"phase\":\"idle\",");
    reconnect(f);
    send_piece(f, "POST", 0, 2000);
    reconnect(f);
    send_range(f, "POST", "bytes 2000-2999/5001", 2000, 3000);
    assert_answer(f, 416, FLOTA_ERR_TRANSFER_OTHER);
    reconnect(f);
    send_piece(f, "POST", 2000, f->size);
    assert_updated(f);
}

static void a_form_cannot_be_a_range(void **state)
{
    struct fixture *f = *state;
    uint8_t *body;
    char headers[128];
    size_t size = make_form(f, "", &body);
    snprintf(headers, sizeof headers, FORM_TYPE "Content-Range: bytes 0-%zu/%zu\r\n", size - 1,
             size);
    send_head(f, &f->client, "/update", size, headers);
    assert_answer(f, 400, FLOTA_ERR_BAD_REQUEST);
    free(body);
    assert_next_update_works(f);
}

static void a_first_piece_that_shows_a_wrong_image_is_refused(void **state)
{
    struct fixture *f = *state;
    memset(f->image, 'x', f->size);
    send_piece(f, "POST", 0, 2000);
    assert_refused(f, 400, FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_contains(get_status(f), "\"resume\":null");
    reconnect(f);
    send_piece(f, "POST", 2000, f->size);
    assert_answer(f, 416, FLOTA_ERR_TRANSFER_OTHER);
}

static void a_damaged_piece_is_not_booted(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "POST", 0, 2000);
    f->image[4000] ^= 1;
    send_piece(f, "POST", 2000, f->size);
    assert_refused(f, 400, FLOTA_ERR_IMAGE_CORRUPT);
    assert_next_update_works(f);
}

static void between_pieces_another_client_may_start_anew(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "POST", 0, 2000);
    reconnect(f);
    send_raw(f, "/update", "");
    assert_updated(f);
}

static void between_pieces_the_upload_can_be_cancelled(void **state)
{
    struct fixture *f = *state;
    send_piece(f, "POST", 0, 2000);
    reconnect(f);
    send_head(f, &f->client, "/api/firmware_update?cancel=1", 0, "");
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "{\"phase\":\"failed\",");
    assert_contains(f->client.output, "\"name\":\"TRANSFER_CANCELLED\"");
    assert_contains(f->log, "the upload was cancelled");
    reconnect(f);
    send_piece(f, "POST", 2000, f->size);
    assert_answer(f, 416, FLOTA_ERR_TRANSFER_OTHER);
    assert_next_update_works(f);
}

static void while_a_piece_comes_another_one_is_refused(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", 2000, "Content-Range: bytes 0-1999/5000\r\n");
    send_while_working(f, &f->client, f->image, 1500, 300);
    assert_contains(get_status(f), "\"resume\":null");
    send_head(f, &f->other, "/update", 500, "Content-Range: bytes 1500-1999/5000\r\n");
    assert_int_equal(client_status(&f->other), 409);
    send_while_working(f, &f->client, f->image + 1500, 500, 300);
    assert_int_equal(client_status(&f->client), 202);
    send_piece(f, "POST", 2000, f->size);
    assert_updated(f);
}

/* --- after a lost connection --- */

static void an_upload_goes_on_after_a_lost_connection(void **state)
{
    static const size_t sizes[] = {1280, 2000, 3333, 4999};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct fixture *f = *state;
        lose_connection(f, sizes[i]);
        assert_contains(get_status(f), "{\"phase\":\"failed\",");
        assert_resume_member(f, sizes[i]);
        send_piece(f, "POST", sizes[i], f->size);
        assert_updated(f);
        tear_down(state);
        set_up(state);
    }
}

static void a_stalled_upload_goes_on_too(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, 2000, 300);
    work(f, &f->client, 1000);
    client_wait(&f->client, FLOTA_HTTP_BODY_MS);
    assert_int_equal(client_status(&f->client), 408);
    assert_resume_member(f, 2000);
    reconnect(f);
    send_piece(f, "POST", 1800, f->size);
    assert_updated(f);
}

static void what_was_not_judged_yet_or_was_cancelled_does_not_go_on(void **state)
{
    struct fixture *f = *state;
    lose_connection(f, 1000);
    assert_contains(get_status(f), "\"resume\":null");
    send_piece(f, "POST", 1000, f->size);
    assert_answer(f, 416, FLOTA_ERR_TRANSFER_OTHER);
    assert_next_update_works(f);
}

/* Consents and the deadline belong to the upload, not to the request that goes on with it. */
static void a_resumed_upload_keeps_its_consents(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "0.9.0";
    make_image(f, &recipe);
    send_head(f, &f->client, "/update?downgrade=1", f->size, "");
    send_while_working(f, &f->client, f->image, 3000, 300);
    work(f, &f->client, 1000);
    reconnect(f);
    send_piece(f, "POST", 3000, f->size);
    assert_updated(f);
}

/* --- after a loss of power --- */

static void lose_power_at(struct fixture *f, size_t size)
{
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, size, 300);
    work(f, &f->client, 1000);
    restart_device(f);
}

static void an_upload_goes_on_after_a_restart(void **state)
{
    struct fixture *f = *state;
    lose_power_at(f, 3500);
    assert_contains(f->log, "an interrupted upload can go on");
    const char *status = get_status(f);
    assert_contains(status, "{\"phase\":\"confirmed\",");
    assert_contains(status, "\"error\":null");
    assert_resume_member(f, 3 * 1024);
    send_piece(f, "POST", 3 * 1024, f->size);
    assert_updated(f);
}

static void after_a_restart_a_bad_range_does_not_end_what_is_there(void **state)
{
    struct fixture *f = *state;
    lose_power_at(f, 3500);
    send_piece(f, "POST", 3 * 1024 + 1, f->size);
    assert_answer(f, 416, FLOTA_ERR_TRANSFER_GAP);
    assert_resume_member(f, 3 * 1024);
    reconnect(f);
    send_piece(f, "POST", 2000, f->size);
    assert_updated(f);
}

static void after_a_restart_another_image_starts_anew(void **state)
{
    struct fixture *f = *state;
    lose_power_at(f, 3500);
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.seed = 99;
    make_image(f, &recipe);
    send_raw(f, "/update", "");
    assert_updated(f);
}

/* --- a client that leaves after its last byte --- */

/* All of the file, while sectors are still being erased; then a reset. */
static void leave_after_the_last_byte(struct fixture *f)
{
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, f->size, 4096);
    assert_int_equal(client_status(&f->client), 0);
    assert_int_equal(flota_updater_status(&f->ota.updater)->received, f->size);
    reconnect(f);
    assert_contains(f->log, "goes on without it");
    assert_contains(get_status(f), "\"resume\":null");
    assert_contains(get_status(f), "\"error\":null");
}

static void a_file_that_arrived_whole_is_installed_without_its_client(void **state)
{
    struct fixture *f = *state;
    leave_after_the_last_byte(f);
    send_head(f, &f->client, "/update", f->size, "");
    assert_int_equal(client_status(&f->client), 409);
    assert_int_equal(f->model.reset_count, 0);
    reconnect(f);
    work(f, &f->client, 2000);
    assert_int_equal(f->model.swap_count, 1);
    assert_int_equal(f->model.reset_count, 1);
    flash_model_power_up(&f->model);
    assert_true(flash_model_holds(&f->model, FLOTA_SLOT_ACTIVE, f->image, (uint32_t)f->size));
}

static void without_its_client_an_update_can_be_cancelled(void **state)
{
    struct fixture *f = *state;
    leave_after_the_last_byte(f);
    send_head(f, &f->client, "/update/cancel", 0, "");
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "\"name\":\"TRANSFER_CANCELLED\"");
    assert_untouched(f);
    assert_next_update_works(f);
}

static void without_its_client_a_wrong_image_is_not_installed(void **state)
{
    struct fixture *f = *state;
    f->image[4000] ^= 1;
    leave_after_the_last_byte(f);
    work(f, &f->client, 2000);
    assert_contains(f->log, flota_error_text(FLOTA_ERR_IMAGE_CORRUPT)->cause);
    assert_contains(get_status(f), "\"name\":\"IMAGE_CORRUPT\"");
    assert_untouched(f);
    assert_next_update_works(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_put_is_as_good_as_a_post),
        TEST(a_range_that_is_the_whole_file_is_an_update),
        TEST(pieces_are_answered_with_202_and_the_last_one_applies),
        TEST(pieces_may_come_on_new_connections_and_overlap),
        TEST(bad_ranges_are_refused_and_change_nothing),
        TEST(good_ranges_are_read_whatever_their_form),
        TEST(a_chunked_range_is_refused),
        TEST(a_foreign_image_does_not_come_in_pieces),
        TEST(a_piece_that_was_abandoned_is_given_up_and_can_go_on),
        TEST(a_gap_is_refused_and_changes_nothing),
        TEST(a_range_of_no_transfer_or_another_file_is_refused),
        TEST(a_form_cannot_be_a_range),
        TEST(a_first_piece_that_shows_a_wrong_image_is_refused),
        TEST(a_damaged_piece_is_not_booted),
        TEST(between_pieces_another_client_may_start_anew),
        TEST(between_pieces_the_upload_can_be_cancelled),
        TEST(while_a_piece_comes_another_one_is_refused),
        TEST(an_upload_goes_on_after_a_lost_connection),
        TEST(a_stalled_upload_goes_on_too),
        TEST(what_was_not_judged_yet_or_was_cancelled_does_not_go_on),
        TEST(a_resumed_upload_keeps_its_consents),
        TEST(an_upload_goes_on_after_a_restart),
        TEST(after_a_restart_a_bad_range_does_not_end_what_is_there),
        TEST(after_a_restart_another_image_starts_anew),
        TEST(a_file_that_arrived_whole_is_installed_without_its_client),
        TEST(without_its_client_an_update_can_be_cancelled),
        TEST(without_its_client_a_wrong_image_is_not_installed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
