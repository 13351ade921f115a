/* test_trust_branches.c - signatures in forms that no tool writes, and devices without a product.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/base64.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "key_maker.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct test_key key;
static struct flota_trust trust;
static struct flota_image_info info;

static int set_up(void **state)
{
    (void)state;
    key_make(&key, 100);
    memset(&info, 0, sizeof info);
    for (uint8_t i = 0; i < sizeof info.digest; i++)
        info.digest[i] = (uint8_t)(i * 7);
    const struct flota_trust_config config = {FLOTA_SIGNATURES_REQUIRED, {key.text}, "thermostat"};
    return flota_trust_init(&trust, &config);
}

/* --- manifests --- */

static int check_manifest(const char *name)
{
    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX];
    char text[FLOTA_SIGNATURE_SIZE_MAX * 2], extra[KEY_EXTRA_SIZE];
    key_base64(der, key_sign_der(&key, info.digest, der), text);
    int size = snprintf(extra, sizeof extra, "{\"%s\":\"%s\"}", name, text);
    assert_true(size > 0 && (size_t)size < sizeof extra);
    return flota_trust_check_manifest(&trust, info.digest, extra, (size_t)size);
}

/* '/' and ':' stand before and behind the digits. */
static void a_slot_is_a_number_and_other_members_are_none(void **state)
{
    (void)state;
    assert_int_equal(check_manifest("sig0"), FLOTA_SIGNED);
    assert_int_equal(check_manifest("sig/"), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(check_manifest("sig:"), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(check_manifest("sig0/"), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(check_manifest("sig"), FLOTA_ERR_SIGNATURE_MISSING);
}

/* --- trailers --- */

struct trailer {
    uint8_t bytes[512];
    size_t size;
};

static void put16(struct trailer *trailer, size_t value)
{
    trailer->bytes[trailer->size++] = (uint8_t)value;
    trailer->bytes[trailer->size++] = (uint8_t)(value >> 8);
}

static void put_tlv(struct trailer *trailer, uint16_t type, const uint8_t *value, size_t size)
{
    put16(trailer, type);
    put16(trailer, size);
    memcpy(trailer->bytes + trailer->size, value, size);
    trailer->size += size;
}

/* A pair by the device's key, whose signature has so many bytes: cut off, or with zeros behind. */
static struct trailer make_trailer(size_t size)
{
    struct trailer trailer = {.size = 0};
    uint8_t der[256] = {0};
    size_t der_size = key_sign_der(&key, info.digest, der);
    put16(&trailer, 0x6907);
    put16(&trailer, 0);
    put_tlv(&trailer, 0x0001, key.hash, 32);
    put_tlv(&trailer, 0x0022, der, size == SIZE_MAX ? der_size : size);
    trailer.bytes[2] = (uint8_t)trailer.size;
    return trailer;
}

static int check_trailer(const struct trailer *trailer)
{
    info.trailer_size = (uint32_t)trailer->size;
    return flota_trust_check_trailer(&trust, &info, trailer->bytes, trailer->size);
}

static void a_signature_has_bytes_and_not_more_than_one_can_have(void **state)
{
    (void)state;
    struct trailer trailer = make_trailer(SIZE_MAX);
    assert_int_equal(check_trailer(&trailer), FLOTA_SIGNED);
    trailer = make_trailer(0);
    assert_int_equal(check_trailer(&trailer), FLOTA_ERR_SIGNATURE_WRONG);
    trailer = make_trailer(FLOTA_SIGNATURE_SIZE_MAX + 1);
    assert_int_equal(check_trailer(&trailer), FLOTA_ERR_SIGNATURE_WRONG);
}

static void a_trailer_that_states_less_than_its_head_is_wrong(void **state)
{
    (void)state;
    struct trailer trailer = make_trailer(SIZE_MAX);
    for (uint8_t total = 0; total < 4; total++) {
        trailer.bytes[2] = total;
        assert_int_equal(check_trailer(&trailer), FLOTA_ERR_SIGNATURE_WRONG);
    }
}

/* What was read is not what the block states. */
static void a_trailer_of_another_size_is_wrong(void **state)
{
    (void)state;
    struct trailer trailer = make_trailer(SIZE_MAX);
    info.trailer_size = (uint32_t)trailer.size + 32;
    assert_int_equal(flota_trust_check_trailer(&trust, &info, trailer.bytes, trailer.size),
                     FLOTA_ERR_SIGNATURE_WRONG);
}

/* --- the configuration --- */

/* Statements are for one product: a device without a name, or one too long, takes none. */
static void without_a_product_no_statement_is_taken(void **state)
{
    static const char *const products[] = {NULL, "", "a product's name of thirty-two ch"};
    struct flota_statement statement;
    const struct flota_flash none = {.port = NULL};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct flota_trust_config config = {
            FLOTA_SIGNATURES_REQUIRED, {key.text}, products[i]};
        assert_int_equal(flota_trust_init(&trust, &config), 0);
        assert_string_equal(trust.product, "");
        key_statement(&key, 1, 1, NULL, "thermostat", &statement);
        assert_int_equal(flota_trust_accept(&trust, &none, &statement, sizeof statement),
                         FLOTA_ERR_STATEMENT_BAD);
        key_statement(&key, 1, 1, NULL, "", &statement);
        assert_int_equal(flota_trust_accept(&trust, &none, &statement, sizeof statement),
                         FLOTA_ERR_STATEMENT_BAD);
    }
}

/* --- base64 --- */

static bool is_digit(int c)
{
    return c != 0 &&
           strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c) != NULL;
}

static void no_other_byte_is_a_base64_digit(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        const char text[4] = {'A', (char)c, 'A', 'A'};
        uint8_t bytes[3];
        assert_int_equal(flota_base64_decode(text, 4, bytes, 3), is_digit(c) ? 3 : -1);
    }
}

static void a_text_too_long_to_count_is_refused_unread(void **state)
{
    (void)state;
#if SIZE_MAX > INT_MAX
    uint8_t bytes[3];
    assert_int_equal(flota_base64_decode("AAAA", (size_t)INT_MAX + 1, bytes, SIZE_MAX), -1);
#endif
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_slot_is_a_number_and_other_members_are_none),
        TEST(a_signature_has_bytes_and_not_more_than_one_can_have),
        TEST(a_trailer_that_states_less_than_its_head_is_wrong),
        TEST(a_trailer_of_another_size_is_wrong),
        TEST(without_a_product_no_statement_is_taken),
        TEST(no_other_byte_is_a_base64_digit),
        TEST(a_text_too_long_to_count_is_refused_unread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
