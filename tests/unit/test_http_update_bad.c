/* test_http_update_bad.c - updates over HTTP that are refused or fail; the firmware runs on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_update_fixture.h"

#define AREA_SIZE (7u * 1024u) /* of flash_model_small */

/* --- refusals before the first erase --- */

static void refuse_length(struct fixture *f, size_t length, const char *headers, int status,
                          int error)
{
    send_head(f, &f->client, "/update", length, headers);
    assert_refused(f, status, error);
    assert_int_equal(f->model.erase_count, 0);
    assert_contains(f->log, "update failed: ");
    assert_contains(f->log, flota_error_text(error)->cause);
    assert_contains(f->log, flota_error_text(error)->remedy);
    assert_next_update_works(f);
}

static void an_empty_body_is_refused_by_its_length(void **state)
{
    refuse_length(*state, 0, "", 400, FLOTA_ERR_IMAGE_EMPTY);
}

static void a_body_shorter_than_a_head_is_refused_by_its_length(void **state)
{
    refuse_length(*state, FLOTA_IMAGE_HEAD_SIZE - 1, "", 400, FLOTA_ERR_IMAGE_TOO_SHORT);
}

/* A bundle has more in it than its image. */
static void a_body_larger_than_any_bundle_is_refused_by_its_length(void **state)
{
    refuse_length(*state, AREA_SIZE + FLOTA_UPDATE_BUNDLE_OVERHEAD + 1, "", 413,
                  FLOTA_ERR_IMAGE_TOO_LARGE);
}

static void an_image_larger_than_the_slot_is_refused_by_its_head(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", AREA_SIZE + 1, "");
    send_while_working(f, &f->client, f->image, f->size, 700);
    assert_refused(f, 413, FLOTA_ERR_IMAGE_TOO_LARGE);
    assert_int_equal(f->model.operation_count, 0);
    assert_next_update_works(f);
}

static void a_body_larger_than_any_number_of_32_bits_is_refused_by_its_length(void **state)
{
    refuse_length(*state, 0x100001388u, "", 413, FLOTA_ERR_IMAGE_TOO_LARGE);
}

static void a_form_much_larger_than_the_slot_is_refused_by_its_length(void **state)
{
    refuse_length(*state, AREA_SIZE + FLOTA_UPDATE_BUNDLE_OVERHEAD + 8193, FORM_TYPE, 413,
                  FLOTA_ERR_IMAGE_TOO_LARGE);
}

static void a_form_without_boundary_is_refused_by_its_type(void **state)
{
    refuse_length(*state, 5000, "Content-Type: multipart/form-data\r\n", 400,
                  FLOTA_ERR_BAD_MULTIPART);
}

static void a_chip_that_must_not_be_updated_refuses(void **state)
{
    struct fixture *f = *state;
    f->model.update_allowed_result = FLOTA_ERR_CM4_BOOTS;
    send_head(f, &f->client, "/update", 5000, "");
    assert_refused(f, 500, FLOTA_ERR_CM4_BOOTS);
    f->model.update_allowed_result = 0;
    assert_next_update_works(f);
}

static void a_refused_body_is_not_called_for(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", 999999, "Expect: 100-continue\r\n");
    assert_null(strstr(f->client.output, "100 Continue"));
    assert_refused(f, 413, FLOTA_ERR_IMAGE_TOO_LARGE);
}

static void no_image_at_all_is_refused_by_its_first_bytes(void **state)
{
    struct fixture *f = *state;
    memset(f->image, 'x', f->size);
    send_raw(f, "/update", "");
    assert_refused(f, 400, FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(f->model.erase_count, 0);
    assert_next_update_works(f);
}

static void an_empty_file_in_a_form_is_refused(void **state)
{
    struct fixture *f = *state;
    f->size = 0;
    send_form(f, "", 100);
    assert_refused(f, 400, FLOTA_ERR_IMAGE_EMPTY);
    assert_int_equal(f->model.erase_count, 0);
}

static void an_empty_file_in_a_large_form_is_refused(void **state)
{
    static char fields[2000] = FIELD("comment");
    struct fixture *f = *state;
    size_t used = strlen(FIELD("comment"));
    memset(fields + used, 'c', 1500);
    strcpy(fields + used + 1500, "\r\n");
    f->size = 0;
    send_form(f, fields, 100);
    assert_refused(f, 400, FLOTA_ERR_IMAGE_EMPTY);
    assert_int_equal(f->model.erase_count, 0);
}

static void a_form_without_file_is_refused(void **state)
{
    static char body[1600] = FIELD("firmware");
    struct fixture *f = *state;
    size_t used = strlen(body);
    memset(body + used, 'x', 1400);
    strcpy(body + used + 1400, "\r\n--XX--\r\n");
    send_head(f, &f->client, "/update", strlen(body), FORM_TYPE);
    send_while_working(f, &f->client, body, strlen(body), 100);
    assert_refused(f, 400, FLOTA_ERR_BAD_MULTIPART);
    assert_next_update_works(f);
}

static void wrong_credentials_are_refused_before_anything_else(void **state)
{
    struct fixture *f = *state;
    start_service(f, FLOTA_AUTH_TOKEN("secret"));
    send_head(f, &f->client, "/update", 0, "Authorization: Bearer wrong\r\n");
    assert_refused(f, 401, FLOTA_ERR_UNAUTHORIZED);
    assert_contains(f->client.output, "WWW-Authenticate: Bearer");
    assert_null(strstr(f->client.output, "secret"));
    client_open(&f->client, &f->server);
    send_raw(f, "/update", "Authorization: Bearer secret\r\n");
    assert_updated(f);
}

static void a_page_of_another_site_is_refused(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", 5000, "Origin: http://evil\r\n");
    assert_refused(f, 403, FLOTA_ERR_BAD_ORIGIN);
}

/* --- failures during the transfer --- */

static void a_damaged_image_is_not_booted(void **state)
{
    struct fixture *f = *state;
    f->image[4000] ^= 1;
    send_raw(f, "/update", "");
    assert_refused(f, 400, FLOTA_ERR_IMAGE_CORRUPT);
    assert_next_update_works(f);
}

static void a_file_that_is_too_long_or_too_short_is_not_booted(void **state)
{
    struct fixture *f = *state;
    f->size -= 100;
    send_form(f, "", 500);
    assert_refused(f, 400, FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_next_update_works(f);
}

static void a_form_without_its_last_boundary_is_not_booted(void **state)
{
    struct fixture *f = *state;
    uint8_t *body;
    size_t size = make_form(f, "", &body);
    send_head(f, &f->client, "/update", size - 4, FORM_TYPE);
    send_while_working(f, &f->client, body, size - 4, 500);
    work(f, &f->client, 2000);
    free(body);
    assert_refused(f, 400, FLOTA_ERR_BAD_MULTIPART);
    assert_next_update_works(f);
}

static void two_files_in_a_form_are_refused(void **state)
{
    struct fixture *f = *state;
    uint8_t *body;
    size_t size = make_form(f, "", &body);
    uint8_t *twice = malloc(2 * size);
    memcpy(twice, body, size - 4); /* without "--\r\n" */
    memcpy(twice + size - 4, body + 4, size - 4);
    size_t total = size - 4 + size - 4;
    send_head(f, &f->client, "/update", total, FORM_TYPE);
    send_while_working(f, &f->client, twice, total, 500);
    work(f, &f->client, 2000);
    free(twice);
    free(body);
    assert_refused(f, 400, FLOTA_ERR_BAD_MULTIPART);
    assert_next_update_works(f);
}

static void a_lost_connection_ends_the_update_at_any_point(void **state)
{
    static const size_t percents[] = {0, 1, 20, 50, 99};
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        struct fixture *f = *state;
        send_head(f, &f->client, "/update", f->size, "");
        send_while_working(f, &f->client, f->image, f->size * percents[i] / 100, 300);
        flota_http_close(&f->client.connection);
        assert_untouched(f);
        assert_contains(f->log, flota_error_text(FLOTA_ERR_TRANSFER_LOST)->cause);
        assert_next_update_works(f);
        tear_down(state);
        set_up(state);
    }
}

static void a_half_closed_client_hears_why_its_update_failed(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, 2000, 300);
    flota_http_peer_ended(&f->client.connection, 0);
    client_collect(&f->client);
    assert_refused(f, 400, FLOTA_ERR_TRANSFER_LOST);
    assert_next_update_works(f);
}

static void a_stalled_client_is_told_408_and_the_next_one_may(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, 2000, 300);
    work(f, &f->client, 3000);
    client_wait(&f->client, FLOTA_HTTP_BODY_MS);
    assert_refused(f, 408, FLOTA_ERR_TRANSFER_STALLED);
    assert_next_update_works(f);
}

static void a_long_erase_is_not_taken_for_a_stalled_client(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    assert_true(client_offer(&f->client, f->image, f->size) < f->size);
    client_wait(&f->client, 10 * FLOTA_HTTP_BODY_MS); /* no turn for the flash meanwhile */
    assert_int_equal(client_status(&f->client), 0);
}

static void a_flash_error_is_answered_even_while_the_client_waits(void **state)
{
    struct fixture *f = *state;
    f->model.fail_at = 5 + 2; /* behind three CONFIRMED, BEGIN, SESSION and the first erase */
    f->model.fault = FLASH_MODEL_ENDS_FAILED;
    send_head(f, &f->client, "/update", f->size, "");
    client_offer(&f->client, f->image, 3000);
    work(f, &f->client, 3000);
    assert_int_equal(client_status(&f->client), 500);
    assert_contains(f->client.output, "Failed: a flash ");
    assert_contains(f->client.output, " 1.0.0, runs on.\r\n");
    assert_untouched(f);
    f->model.fail_at = 0;
    assert_next_update_works(f);
}

static void a_refused_swap_shows_in_the_status(void **state)
{
    struct fixture *f = *state;
    f->model.swap_result = FLOTA_ERR_OPTION_BYTES;
    send_raw(f, "/update", "");
    let_restart(f);
    assert_int_equal(f->model.reset_count, 0);
    assert_contains(f->log, flota_error_text(FLOTA_ERR_OPTION_BYTES)->cause);
    client_send(&f->other, "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_contains(f->other.output, "\"phase\":\"failed\"");
    assert_contains(f->other.output, "\"name\":\"OPTION_BYTES\"");
    f->model.swap_result = 0;
    assert_next_update_works(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_body_is_refused_by_its_length),
        TEST(a_body_shorter_than_a_head_is_refused_by_its_length),
        TEST(a_body_larger_than_any_bundle_is_refused_by_its_length),
        TEST(an_image_larger_than_the_slot_is_refused_by_its_head),
        TEST(a_body_larger_than_any_number_of_32_bits_is_refused_by_its_length),
        TEST(a_form_much_larger_than_the_slot_is_refused_by_its_length),
        TEST(a_form_without_boundary_is_refused_by_its_type),
        TEST(a_chip_that_must_not_be_updated_refuses),
        TEST(a_refused_body_is_not_called_for),
        TEST(no_image_at_all_is_refused_by_its_first_bytes),
        TEST(an_empty_file_in_a_form_is_refused),
        TEST(an_empty_file_in_a_large_form_is_refused),
        TEST(a_form_without_file_is_refused),
        TEST(wrong_credentials_are_refused_before_anything_else),
        TEST(a_page_of_another_site_is_refused),
        TEST(a_damaged_image_is_not_booted),
        TEST(a_file_that_is_too_long_or_too_short_is_not_booted),
        TEST(a_form_without_its_last_boundary_is_not_booted),
        TEST(two_files_in_a_form_are_refused),
        TEST(a_lost_connection_ends_the_update_at_any_point),
        TEST(a_half_closed_client_hears_why_its_update_failed),
        TEST(a_stalled_client_is_told_408_and_the_next_one_may),
        TEST(a_long_erase_is_not_taken_for_a_stalled_client),
        TEST(a_flash_error_is_answered_even_while_the_client_waits),
        TEST(a_refused_swap_shows_in_the_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
