/* test_image.c - the information block, the checks before the first erase, sealing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "image_maker.h"
#include "mbedtls/sha256.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct flash_model model;
    struct image_recipe recipe;
    struct flota_image_consents consents;
    struct flota_image_info info;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    flash_model_init(&f->model, &flash_model_small);
    f->recipe = (struct image_recipe)IMAGE_RECIPE;
    *state = f;
    return f ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    flash_model_free(&f->model);
    free(f);
    return 0;
}

static int check_bytes(struct fixture *f, const uint8_t *image, uint32_t total_size)
{
    /* The head alone, in a block of its own, so that reading behind it is seen. */
    uint8_t *head = malloc(FLOTA_IMAGE_HEAD_SIZE);
    memcpy(head, image, FLOTA_IMAGE_HEAD_SIZE);
    int result = flota_image_check(&f->model.target, &f->consents, head, FLOTA_IMAGE_HEAD_SIZE,
                                   total_size, &f->info);
    free(head);
    return result;
}

/* Check an image made from the recipe, its total size unknown. */
static int check(struct fixture *f)
{
    uint8_t *image = image_make(&f->recipe);
    int result = check_bytes(f, image, 0);
    free(image);
    return result;
}

static void a_good_image_is_accepted_and_its_block_returned(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(check(f), 0);
    assert_string_equal(f->info.name, "project2");
    assert_string_equal(f->info.version, "2.0.0");
    assert_int_equal(f->info.image_size, f->recipe.size);
}

static void the_first_bytes_may_be_too_few(void **state)
{
    struct fixture *f = *state;
    uint8_t *image = image_make(&f->recipe);
    for (uint32_t size = 0; size < FLOTA_IMAGE_HEAD_SIZE; size++) {
        uint8_t *head = malloc(size + 1);
        memcpy(head, image, size);
        assert_int_equal(flota_image_find_info(head, size, &f->info), FLOTA_ERR_IMAGE_TOO_SHORT);
        assert_int_equal(flota_image_check(&f->model.target, &f->consents, head, size, 0, &f->info),
                         size == 0 ? FLOTA_ERR_IMAGE_EMPTY : FLOTA_ERR_IMAGE_TOO_SHORT);
        free(head);
    }
    assert_int_equal(flota_image_find_info(image, FLOTA_IMAGE_HEAD_SIZE, &f->info), 1);
    free(image);
}

static void text_and_pictures_have_no_vector_table(void **state)
{
    struct fixture *f = *state;
    uint8_t head[FLOTA_IMAGE_HEAD_SIZE];
    static const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    f->consents.foreign = true;
    memset(head, 'a', sizeof head);
    assert_int_equal(check_bytes(f, head, 0), FLOTA_ERR_IMAGE_BAD_VECTORS);
    memcpy(head, png, sizeof png);
    assert_int_equal(check_bytes(f, head, 0), FLOTA_ERR_IMAGE_BAD_VECTORS);
    memset(head, 0xFF, sizeof head);
    assert_int_equal(check_bytes(f, head, 0), FLOTA_ERR_IMAGE_BAD_VECTORS);
    memset(head, 0, sizeof head);
    assert_int_equal(check_bytes(f, head, 0), FLOTA_ERR_IMAGE_BAD_VECTORS);
}

static int check_stack_pointer(struct fixture *f, uint32_t stack_pointer)
{
    f->recipe.stack_pointer = stack_pointer;
    return check(f);
}

static void the_stack_pointer_must_point_into_ram_or_to_its_end(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(check_stack_pointer(f, 0x20000000u), FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(check_stack_pointer(f, 0x20000008u), 0);
    assert_int_equal(check_stack_pointer(f, 0x20000009u), FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(check_stack_pointer(f, 0x20020000u), 0);
    assert_int_equal(check_stack_pointer(f, 0x20020004u), FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(check_stack_pointer(f, 0x24080000u), 0);
    assert_int_equal(check_stack_pointer(f, 0x08000000u), FLOTA_ERR_IMAGE_BAD_VECTORS);
}

static int check_reset_vector(struct fixture *f, uint32_t reset_vector)
{
    f->recipe.reset_vector = reset_vector;
    return check(f);
}

static void the_reset_vector_must_be_thumb_code_in_the_image_sectors(void **state)
{
    struct fixture *f = *state;
    uint32_t area_size = flash_model_small.sector_size * flash_model_small.image_sector_count;
    assert_int_equal(check_reset_vector(f, 0x08000500u), FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(check_reset_vector(f, 0x08000501u), 0);
    assert_int_equal(check_reset_vector(f, 0x08000000u + area_size - 1), 0);
    assert_int_equal(check_reset_vector(f, 0x08000001u + area_size), FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(check_reset_vector(f, 0x07FFFFFFu), FLOTA_ERR_IMAGE_BAD_VECTORS);
    assert_int_equal(check_reset_vector(f, 0x00000501u), FLOTA_ERR_IMAGE_BAD_VECTORS);
}

/* Where images carry a guard the chip must start in it, and the image must be long enough. */
static void an_image_that_does_not_start_in_the_guard_needs_consent(void **state)
{
    struct fixture *f = *state;
    f->model.platform.has_guard = true;
    f->model.flash.sector_size = 128 * 1024;
    f->recipe.size = FLOTA_GUARD_OFFSET + FLOTA_GUARD_SIZE;
    assert_int_equal(check_reset_vector(f, 0x08000501u), 0);
    assert_int_equal(check_reset_vector(f, 0x08000503u), FLOTA_ERR_IMAGE_OTHER_GUARD);
    f->consents.guard = true;
    assert_int_equal(check(f), 0);
    f->consents.guard = false;
    f->recipe.size--;
    assert_int_equal(check_reset_vector(f, 0x08000501u), FLOTA_ERR_IMAGE_OTHER_GUARD);
}

static void an_image_without_a_block_needs_consent(void **state)
{
    struct fixture *f = *state;
    f->recipe.no_block = true;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_NO_INFO);
    f->consents.foreign = true;
    f->info.magic = 1;
    assert_int_equal(check(f), 0);
    assert_int_equal(f->info.magic, 0);
}

static void a_foreign_image_must_fit_too(void **state)
{
    struct fixture *f = *state;
    uint32_t area_size = flash_model_small.sector_size * flash_model_small.image_sector_count;
    f->recipe.no_block = true;
    f->consents.foreign = true;
    uint8_t *image = image_make(&f->recipe);
    assert_int_equal(check_bytes(f, image, area_size), 0);
    assert_int_equal(check_bytes(f, image, area_size + 1), FLOTA_ERR_IMAGE_TOO_LARGE);
    free(image);
}

static void one_wrong_bit_anywhere_in_the_block_is_seen(void **state)
{
    struct fixture *f = *state;
    uint8_t *image = image_make(&f->recipe);
    f->consents = (struct flota_image_consents){.foreign = true, .downgrade = true};
    for (uint32_t bit = 32; bit < FLOTA_IMAGE_INFO_SIZE * 8; bit++) {
        uint8_t *byte = image + FLOTA_IMAGE_INFO_OFFSET + bit / 8;
        *byte ^= (uint8_t)(1 << (bit % 8));
        assert_int_equal(flota_image_find_info(image, FLOTA_IMAGE_HEAD_SIZE, &f->info),
                         FLOTA_ERR_IMAGE_BAD_INFO);
        assert_int_equal(f->info.magic, 0);
        assert_int_equal(check_bytes(f, image, 0), FLOTA_ERR_IMAGE_BAD_INFO);
        *byte ^= (uint8_t)(1 << (bit % 8));
    }
    assert_int_equal(check_bytes(f, image, 0), 0);
    free(image);
}

/* Change the block's bytes at a field, make the crc32 right again, and check. */
static int check_with_field(struct fixture *f, size_t field, const void *value, size_t size)
{
    uint8_t *image = image_make(&f->recipe);
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET + field, value, size);
    image_fix_crc32(image);
    int result = check_bytes(f, image, 0);
    free(image);
    return result;
}

static void a_block_of_another_format_or_size_is_refused(void **state)
{
    struct fixture *f = *state;
    uint16_t format = 2, size = 252;
    assert_int_equal(check_with_field(f, offsetof(struct flota_image_info, format), &format, 2),
                     FLOTA_ERR_IMAGE_BAD_INFO);
    assert_int_equal(check_with_field(f, offsetof(struct flota_image_info, info_size), &size, 2),
                     FLOTA_ERR_IMAGE_BAD_INFO);
}

static int check_name(struct fixture *f, const char name[32])
{
    return check_with_field(f, offsetof(struct flota_image_info, name), name, 32);
}

static void names_must_be_zero_padded_utf8_without_control_characters(void **state)
{
    struct fixture *f = *state;
    static const char *const good[] = {"a", "1234567890123456789012345678901",
                                       "M\xC3\xBChle \xE2\x82\xAC \xF0\x9F\x98\x80"};
    static const char *const bad[] = {
        "",         "a\nb",     "\x7F",         "\x80",
        "\xC3",     "\xC0\x80", "\xE2\x82",     "\xF5\x80\x80\x80",
        "\xC3\x28", "tab\t",    "\xF0\x9F\x98", "12345678901234567890123456789\xC3\xBC\xC3",
    };
    char name[33];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(check_name(f, strncpy(name, good[i], sizeof name)), 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(check_name(f, strncpy(name, bad[i], sizeof name)),
                         FLOTA_ERR_IMAGE_BAD_INFO);
    memset(name, 'x', sizeof name);
    assert_int_equal(check_name(f, name), FLOTA_ERR_IMAGE_BAD_INFO); /* no zero at its end */
    memset(name, 0, sizeof name);
    name[0] = name[20] = 'x';
    assert_int_equal(check_name(f, name), FLOTA_ERR_IMAGE_BAD_INFO); /* bytes behind the zero */
}

static void each_of_the_four_texts_is_checked(void **state)
{
    struct fixture *f = *state;
    static const size_t fields[] = {
        offsetof(struct flota_image_info, product), offsetof(struct flota_image_info, board),
        offsetof(struct flota_image_info, name), offsetof(struct flota_image_info, version)};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(check_with_field(f, fields[i], "\x01", 1), FLOTA_ERR_IMAGE_BAD_INFO);
}

static void an_image_for_another_board_is_refused_without_appeal(void **state)
{
    struct fixture *f = *state;
    f->recipe.board = "other-board";
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_BOARD);
    f->consents = (struct flota_image_consents){.foreign = true, .downgrade = true};
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_BOARD);
}

static void an_image_linked_for_the_other_bank_is_named_as_such(void **state)
{
    struct fixture *f = *state;
    f->recipe.link_address = 0x08100000u;
    f->recipe.reset_vector = 0x08100501u;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_ADDRESS);
    f->recipe.reset_vector = 0x08000501u; /* block and vectors disagree */
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_BAD_VECTORS);
}

static void the_stated_size_must_fit_the_slot_and_the_file(void **state)
{
    struct fixture *f = *state;
    uint32_t area_size = flash_model_small.sector_size * flash_model_small.image_sector_count;
    f->recipe.size = area_size;
    uint8_t *image = image_make(&f->recipe);
    assert_int_equal(check_bytes(f, image, area_size), 0);
    assert_int_equal(check_bytes(f, image, area_size - 1), FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_int_equal(check_bytes(f, image, area_size + 1), FLOTA_ERR_IMAGE_TOO_LARGE);
    free(image);
    f->recipe.size = area_size + 1;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_TOO_LARGE);
}

static void a_stated_size_below_the_head_is_a_damaged_block(void **state)
{
    struct fixture *f = *state;
    uint32_t size = FLOTA_IMAGE_HEAD_SIZE - 1;
    assert_int_equal(check_with_field(f, offsetof(struct flota_image_info, image_size), &size, 4),
                     FLOTA_ERR_IMAGE_BAD_INFO);
}

static int check_trailer_size(struct fixture *f, uint32_t size)
{
    return check_with_field(f, offsetof(struct flota_image_info, trailer_size), &size, 4);
}

static void a_trailer_counts_as_part_of_the_file(void **state)
{
    struct fixture *f = *state;
    uint32_t area_size = flash_model_small.sector_size * flash_model_small.image_sector_count;
    assert_int_equal(check_trailer_size(f, 160), 0);
    assert_int_equal(f->info.trailer_size, 160);
    f->recipe.size = area_size - 160;
    assert_int_equal(check_trailer_size(f, 160), 0);
    assert_int_equal(check_trailer_size(f, 192), FLOTA_ERR_IMAGE_TOO_LARGE);
    uint32_t trailer_size = 160;
    uint8_t *image = image_make(&f->recipe);
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, trailer_size),
           &trailer_size, 4);
    image_reseal(image, f->recipe.size);
    assert_int_equal(check_bytes(f, image, area_size), 0);
    assert_int_equal(check_bytes(f, image, area_size - 160), FLOTA_ERR_IMAGE_WRONG_SIZE);
    free(image);
}

static void an_odd_or_huge_trailer_is_a_damaged_block(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(check_trailer_size(f, FLOTA_TRAILER_SIZE_MAX), 0);
    assert_int_equal(check_trailer_size(f, FLOTA_TRAILER_SIZE_MAX + 32), FLOTA_ERR_IMAGE_BAD_INFO);
    assert_int_equal(check_trailer_size(f, 33), FLOTA_ERR_IMAGE_BAD_INFO);
    assert_int_equal(check_trailer_size(f, 0xFFFFFFE0u), FLOTA_ERR_IMAGE_BAD_INFO);
}

static void a_lower_epoch_is_refused_whatever_is_consented_to(void **state)
{
    struct fixture *f = *state;
    f->model.running.security_epoch = 5;
    f->consents = (struct flota_image_consents){true, true, true, true, true};
    f->recipe.security_epoch = 4;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_EPOCH);
    f->recipe.security_epoch = 5;
    assert_int_equal(check(f), 0);
    f->recipe.security_epoch = 0xFFFFFFFFu;
    assert_int_equal(check(f), 0);
    f->recipe.product = "another"; /* whose epochs are its own */
    f->recipe.security_epoch = 0;
    assert_int_equal(check(f), 0);
}

static void another_guard_needs_consent(void **state)
{
    struct fixture *f = *state;
    memset(f->model.running.guard_id, 0x11, FLOTA_GUARD_ID_SIZE);
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_GUARD);
    f->consents.foreign = f->consents.downgrade = f->consents.again = true;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_GUARD);
    f->consents.guard = true;
    assert_int_equal(check(f), 0);
    f->consents.guard = false;
    assert_int_equal(check_with_field(f, offsetof(struct flota_image_info, guard_id),
                                      f->model.running.guard_id, FLOTA_GUARD_ID_SIZE),
                     0);
}

static void another_product_needs_consent(void **state)
{
    struct fixture *f = *state;
    f->recipe.product = "test-product-2";
    f->recipe.version = "0.1.0";
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_PRODUCT);
    f->consents.foreign = true;
    assert_int_equal(check(f), 0); /* and its version is not compared */
}

static void an_older_version_needs_consent_and_the_same_does_not(void **state)
{
    struct fixture *f = *state;
    f->recipe.version = "1.0.0-rc.1";
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_DOWNGRADE);
    assert_string_equal(f->info.version, "1.0.0-rc.1"); /* for the message */
    f->recipe.version = "1.0.0";
    assert_int_equal(check(f), 0);
    f->recipe.version = "not semantic";
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_DOWNGRADE);
    f->consents.downgrade = true;
    assert_int_equal(check(f), 0);
}

/* Repair the defects of an image one after the other, and see the checks pass on to the next. */
static void checks_come_in_the_documented_order(void **state)
{
    struct fixture *f = *state;
    const struct image_recipe good = IMAGE_RECIPE;
    f->recipe = (struct image_recipe){.product = "p",
                                      .board = "b",
                                      .name = "n",
                                      .version = "0.0.1",
                                      .link_address = 0x08100000u,
                                      .size = 9000,
                                      .seed = 1};
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_BAD_VECTORS);
    f->recipe.stack_pointer = good.stack_pointer;
    f->recipe.reset_vector = 0x08100501u;
    f->recipe.name = "\n";
    /* A damaged block is not believed, also not about the address: the vectors are judged first. */
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_BAD_VECTORS);
    f->recipe.reset_vector = good.reset_vector;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_BAD_INFO);
    f->recipe.reset_vector = 0x08100501u;
    f->recipe.name = good.name;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_BOARD);
    f->recipe.board = good.board;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_ADDRESS);
    f->recipe.link_address = good.link_address;
    f->recipe.reset_vector = good.reset_vector;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_TOO_LARGE);
    f->recipe.size = good.size;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_PRODUCT);
    f->recipe.product = good.product;
    f->model.running.security_epoch = 1;
    f->model.running.guard_id[0] = 1;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_EPOCH);
    f->recipe.security_epoch = 1;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_OTHER_GUARD);
    f->model.running.guard_id[0] = 0;
    assert_int_equal(check(f), FLOTA_ERR_IMAGE_DOWNGRADE);
    f->recipe.version = good.version;
    assert_int_equal(check(f), 0);
}

static void the_build_id_is_the_digests_first_eight_bytes(void **state)
{
    struct fixture *f = *state;
    char text[FLOTA_BUILD_ID_TEXT];
    static const uint8_t digest[] = {0x00, 0x1F, 0xA9, 0xFF, 0x10, 0x0A, 0xBC, 0xDE, 0x55};
    memcpy(f->info.digest, digest, sizeof digest);
    flota_build_id_text(&f->info, text);
    assert_string_equal(text, "001fa9ff100abcde");
}

static void sealing_agrees_with_the_test_images_own_sealing(void **state)
{
    struct fixture *f = *state;
    for (uint32_t size = FLOTA_IMAGE_HEAD_SIZE; size < FLOTA_IMAGE_HEAD_SIZE + 70; size++) {
        f->recipe.size = size;
        uint8_t *expected = image_make(&f->recipe), *image = image_make(&f->recipe);
        size_t sealed = FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, image_size);
        memset(image + sealed, 0xA5, 4);
        memset(image + FLOTA_IMAGE_HEAD_SIZE - 36, 0xA5, 36);
        assert_int_equal(flota_image_seal(image, size), 0);
        assert_memory_equal(image, expected, size);
        free(expected);
        free(image);
    }
}

static void sealing_fills_in_the_guards_id_where_the_image_has_a_guard(void **state)
{
    struct fixture *f = *state;
    static const uint8_t none[FLOTA_GUARD_ID_SIZE];
    for (uint32_t size = 0x1FFF; size < 0x2002; size++) {
        uint8_t sum[32];
        struct flota_image_info info;
        f->recipe.size = size;
        uint8_t *image = image_make(&f->recipe);
        memset(image + FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, guard_id), 0xA5,
               FLOTA_GUARD_ID_SIZE);
        assert_int_equal(flota_image_seal(image, size), 0);
        assert_int_equal(flota_image_find_info(image, size, &info), 1);
        assert_int_equal(mbedtls_sha256_ret(image + 0x500, 0x1B00 - (size < 0x2000), sum, 0), 0);
        assert_memory_equal(info.guard_id, size < 0x2000 ? none : sum, FLOTA_GUARD_ID_SIZE);
        free(image);
    }
}

static void a_seal_covers_the_guards_id(void **state)
{
    struct fixture *f = *state;
    uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE];
    struct flota_image_info info;
    f->recipe.size = 0x2000;
    uint8_t *image = image_make(&f->recipe);
    assert_int_equal(flota_image_seal(image, 0x2000), 0);
    assert_int_equal(flota_image_find_info(image, 0x2000, &info), 1);
    assert_int_equal(flota_image_digest(image, 0x2000, digest), 0);
    assert_memory_equal(digest, info.digest, sizeof digest);
    free(image);
}

static void sealing_refuses_what_has_no_block(void **state)
{
    struct fixture *f = *state;
    f->recipe.no_block = true;
    uint8_t *image = image_make(&f->recipe);
    assert_int_equal(flota_image_seal(image, 0), FLOTA_ERR_IMAGE_EMPTY);
    assert_int_equal(flota_image_seal(image, FLOTA_IMAGE_HEAD_SIZE - 1), FLOTA_ERR_IMAGE_TOO_SHORT);
    assert_int_equal(flota_image_seal(image, f->recipe.size), FLOTA_ERR_IMAGE_NO_INFO);
    free(image);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_image_is_accepted_and_its_block_returned),
        TEST(the_first_bytes_may_be_too_few),
        TEST(text_and_pictures_have_no_vector_table),
        TEST(the_stack_pointer_must_point_into_ram_or_to_its_end),
        TEST(the_reset_vector_must_be_thumb_code_in_the_image_sectors),
        TEST(an_image_that_does_not_start_in_the_guard_needs_consent),
        TEST(an_image_without_a_block_needs_consent),
        TEST(a_foreign_image_must_fit_too),
        TEST(one_wrong_bit_anywhere_in_the_block_is_seen),
        TEST(a_block_of_another_format_or_size_is_refused),
        TEST(names_must_be_zero_padded_utf8_without_control_characters),
        TEST(each_of_the_four_texts_is_checked),
        TEST(an_image_for_another_board_is_refused_without_appeal),
        TEST(an_image_linked_for_the_other_bank_is_named_as_such),
        TEST(the_stated_size_must_fit_the_slot_and_the_file),
        TEST(a_stated_size_below_the_head_is_a_damaged_block),
        TEST(a_trailer_counts_as_part_of_the_file),
        TEST(an_odd_or_huge_trailer_is_a_damaged_block),
        TEST(a_lower_epoch_is_refused_whatever_is_consented_to),
        TEST(another_guard_needs_consent),
        TEST(another_product_needs_consent),
        TEST(an_older_version_needs_consent_and_the_same_does_not),
        TEST(checks_come_in_the_documented_order),
        TEST(the_build_id_is_the_digests_first_eight_bytes),
        TEST(sealing_agrees_with_the_test_images_own_sealing),
        TEST(sealing_fills_in_the_guards_id_where_the_image_has_a_guard),
        TEST(a_seal_covers_the_guards_id),
        TEST(sealing_refuses_what_has_no_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
