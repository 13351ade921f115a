/* test_crypto.c - the tool's signatures against a published example, and against the device's code.
 *
 * Two mbedTLS live in this program, as in the tool: the device's and the tool's own. Each must get
 * its own functions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crypto.h"
#include "flota/error.h"
#include "flota/signature.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static uint64_t memory[FLOTA_SIGNATURE_MEMORY / 8];

/* RFC 6979 A.2.5: P-256, SHA-256, message "sample". */
static const char rfc_key[] = "-----BEGIN EC PRIVATE KEY-----\n"
                              "MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
                              "AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
                              "maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
                              "-----END EC PRIVATE KEY-----\n";
static const uint8_t rfc_signature[64] = {
    0xEF, 0xD4, 0x8B, 0x2A, 0xAC, 0xB6, 0xA8, 0xFD, 0x11, 0x40, 0xDD, 0x9C, 0xD4, 0x5E, 0x81, 0xD6,
    0x9D, 0x2C, 0x87, 0x7B, 0x56, 0xAA, 0xF9, 0x91, 0xC3, 0x4D, 0x0E, 0xA8, 0x4E, 0xAF, 0x37, 0x16,
    0xF7, 0xCB, 0x1C, 0x94, 0x2D, 0x65, 0x7C, 0x41, 0xD4, 0x36, 0xC7, 0xA1, 0xB6, 0xE2, 0x9F, 0x65,
    0xF3, 0xE9, 0x00, 0xDB, 0xB9, 0xAF, 0xF4, 0x06, 0x4D, 0xC4, 0xAB, 0x2F, 0x84, 0x3A, 0xCD, 0xA8};

static void the_example_of_rfc_6979_is_signed_as_published(void **state)
{
    struct crypto_key key;
    uint8_t digest[32], numbers[64];
    (void)state;
    assert_true(crypto_read_key((const uint8_t *)rfc_key, sizeof rfc_key, &key));
    crypto_sha256("sample", 6, digest);
    assert_true(crypto_sign(&key, digest, numbers));
    assert_memory_equal(numbers, rfc_signature, sizeof numbers);
}

static int verify(const struct crypto_key *key, const uint8_t digest[32], const uint8_t numbers[64])
{
    uint8_t der[CRYPTO_DER_MAX];
    size_t size = crypto_signature_der(numbers, der);
    return flota_signature_verify(key->point, digest, der, size, memory);
}

static void the_device_takes_what_the_tool_signs(void **state)
{
    struct crypto_key key;
    uint8_t digest[32], numbers[64];
    (void)state;
    for (uint32_t i = 0; i < 40; i++) {
        if (i % 20 == 0)
            assert_true(crypto_generate(&key));
        crypto_sha256(&i, sizeof i, digest);
        assert_true(crypto_sign(&key, digest, numbers));
        assert_int_equal(verify(&key, digest, numbers), 0);
        numbers[i * 13 % 64] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(verify(&key, digest, numbers), FLOTA_ERR_SIGNATURE_WRONG);
    }
}

static void der_of_small_numbers_is_as_short_as_can_be(void **state)
{
    static const uint8_t expected[] = {0x30, 0x07, 0x02, 0x01, 0x01, 0x02, 0x02, 0x00, 0x80};
    uint8_t numbers[64] = {0}, der[CRYPTO_DER_MAX];
    (void)state;
    numbers[31] = 1;
    numbers[63] = 0x80;
    assert_int_equal(crypto_signature_der(numbers, der), sizeof expected);
    assert_memory_equal(der, expected, sizeof expected);
}

static void der_of_the_largest_numbers_fits(void **state)
{
    uint8_t numbers[64], der[CRYPTO_DER_MAX];
    (void)state;
    memset(numbers, 0xFF, sizeof numbers);
    assert_int_equal(crypto_signature_der(numbers, der), CRYPTO_DER_MAX);
}

/* Written as PEM, read again, shown as SPKI: it stays the same key, which the device reads, too. */
static void a_key_survives_its_file(void **state)
{
    struct crypto_key key, copy;
    char pem[CRYPTO_PEM_MAX], text[CRYPTO_BASE64_SIZE(CRYPTO_SPKI_SIZE)];
    uint8_t spki[CRYPTO_SPKI_SIZE];
    static struct flota_trust trust;
    (void)state;
    assert_true(crypto_generate(&key));
    assert_true(crypto_write_pem(&key, pem));
    assert_true(crypto_read_key((const uint8_t *)pem, strlen(pem) + 1, &copy));
    assert_memory_equal(&copy, &key, sizeof key);
    assert_true(crypto_write_spki(&key, spki));
    crypto_base64(spki, sizeof spki, text);
    const struct flota_trust_config config = {
        .policy = FLOTA_SIGNATURES_REQUIRED, .keys = {text}, .product = "product"};
    assert_int_equal(flota_trust_init(&trust, &config), 0);
    assert_memory_equal(trust.keys[0].point, key.point, sizeof key.point);
}

static void a_public_key_signs_nothing(void **state)
{
    struct crypto_key key;
    uint8_t digest[32] = {0}, numbers[64];
    (void)state;
    assert_true(crypto_generate(&key));
    key.has_private = false;
    assert_false(crypto_sign(&key, digest, numbers));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_6979_is_signed_as_published),
        cmocka_unit_test(the_device_takes_what_the_tool_signs),
        cmocka_unit_test(der_of_small_numbers_is_as_short_as_can_be),
        cmocka_unit_test(der_of_the_largest_numbers_fits),
        cmocka_unit_test(a_key_survives_its_file),
        cmocka_unit_test(a_public_key_signs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
