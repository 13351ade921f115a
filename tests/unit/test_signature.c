/* test_signature.c - one ECDSA P-256 signature: published vectors, ranges, DER, memory; base64.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/base64.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "key_maker.h"
#include "mbedtls/sha256.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEST cmocka_unit_test

static uint64_t memory[FLOTA_SIGNATURE_MEMORY / 8];

static void from_hex(const char *hex, uint8_t *bytes, size_t size)
{
    char digits[3] = {0};
    assert_int_equal(strlen(hex), 2 * size);
    for (size_t i = 0; i < size; i++) {
        memcpy(digits, hex + 2 * i, 2);
        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
}

static int verify(const uint8_t *point, const uint8_t *digest, const uint8_t *der, size_t size)
{
    uint8_t *exact = malloc(size + 1); /* so that reading behind it is seen */
    if (!exact)
        abort();
    memcpy(exact + 1, der, size);
    int result = flota_signature_verify(point, digest, exact + 1, size, memory);
    free(exact);
    return result;
}

static int verify_numbers(const uint8_t *point, const uint8_t *digest, const uint8_t numbers[64])
{
    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX];
    return verify(point, digest, der, key_der(numbers, der));
}

/* --- published vectors --- */

struct vector {
    const char *x, *y, *message, *r, *s;
};

/* RFC 6979 A.2.5 (P-256 with SHA-256), RFC 4754 8.1. */
static const struct vector vectors[] = {
    {"60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
     "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299", "sample",
     "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
     "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
    {"60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
     "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299", "test",
     "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
     "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
    {"2442A5CC0ECD015FA3CA31DC8E2BBC70BF42D60CBCA20085E0822CB04235E970",
     "6FC98BD7E50211A4A27102FA3549DF79EBCB4BF246B80945CDDFE7D509BBFD7D", "abc",
     "CB28E0999B9C7715FD0A80D8E47A77079716CBBF917DD72E97566EA1C066957C",
     "86FA3BB4E26CAD5BF90B7F81899256CE7594BB1EA0C89212748BFF3B3D5B0315"},
};

#define VECTOR_COUNT (sizeof vectors / sizeof vectors[0])

static void read_vector(const struct vector *vector, uint8_t point[64], uint8_t digest[32],
                        uint8_t numbers[64])
{
    from_hex(vector->x, point, 32);
    from_hex(vector->y, point + 32, 32);
    from_hex(vector->r, numbers, 32);
    from_hex(vector->s, numbers + 32, 32);
    mbedtls_sha256_ret((const uint8_t *)vector->message, strlen(vector->message), digest, 0);
}

static void published_signatures_hold(void **state)
{
    uint8_t point[64], digest[32], numbers[64];
    (void)state;
    for (size_t i = 0; i < VECTOR_COUNT; i++) {
        read_vector(&vectors[i], point, digest, numbers);
        assert_int_equal(verify_numbers(point, digest, numbers), 0);
    }
}

/* Not each of 1280 bits, for the time's sake: the first and the last of each byte in turn. */
static void a_changed_bit_anywhere_is_refused(void **state)
{
    uint8_t all[160];
    (void)state;
    read_vector(&vectors[0], all, all + 64, all + 96);
    for (size_t i = 0; i < sizeof all; i++) {
        uint8_t bit = i % 2 ? 0x80 : 0x01;
        all[i] ^= bit;
        assert_int_equal(verify_numbers(all, all + 64, all + 96), FLOTA_ERR_SIGNATURE_WRONG);
        all[i] ^= bit;
    }
    assert_int_equal(verify_numbers(all, all + 64, all + 96), 0);
}

static void a_signature_of_another_message_or_key_is_refused(void **state)
{
    uint8_t point[64], other_point[64], digest[32], other_digest[32], numbers[64], other[64];
    (void)state;
    read_vector(&vectors[0], point, digest, numbers);
    read_vector(&vectors[1], other_point, other_digest, other);
    assert_int_equal(verify_numbers(point, other_digest, numbers), FLOTA_ERR_SIGNATURE_WRONG);
    read_vector(&vectors[2], other_point, other_digest, other);
    assert_int_equal(verify_numbers(other_point, digest, numbers), FLOTA_ERR_SIGNATURE_WRONG);
}

/* --- ranges --- */

/* The curve's order, FIPS 186-4 D.1.2.3. */
static const char order[] = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

/* (r, n - s) signs the same: ECDSA's signatures are not unique, and this is no fault. */
static void the_other_s_of_the_same_signature_holds(void **state)
{
    uint8_t point[64], digest[32], numbers[64], n[32];
    int borrow = 0;
    (void)state;
    read_vector(&vectors[0], point, digest, numbers);
    from_hex(order, n, 32);
    for (int i = 31; i >= 0; i--) {
        int value = n[i] - numbers[32 + i] - borrow;
        borrow = value < 0;
        numbers[32 + i] = (uint8_t)value;
    }
    assert_int_equal(verify_numbers(point, digest, numbers), 0);
}

static void r_and_s_must_lie_between_1_and_the_order(void **state)
{
    static const char zero[] = "0000000000000000000000000000000000000000000000000000000000000000";
    static const char above[] = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632552";
    static const char most[] = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
    static const char *const bad[] = {zero, order, above, most};
    uint8_t point[64], digest[32], numbers[64];
    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t half = 0; half < 3; half++) {
            read_vector(&vectors[0], point, digest, numbers);
            if (half != 1)
                from_hex(bad[i], numbers, 32);
            if (half != 0)
                from_hex(bad[i], numbers + 32, 32);
            assert_int_equal(verify_numbers(point, digest, numbers), FLOTA_ERR_SIGNATURE_WRONG);
        }
}

static void a_point_off_the_curve_is_refused(void **state)
{
    uint8_t point[64], digest[32], numbers[64];
    (void)state;
    read_vector(&vectors[0], point, digest, numbers);
    point[63] ^= 1;
    assert_int_equal(verify_numbers(point, digest, numbers), FLOTA_ERR_SIGNATURE_WRONG);
    memset(point, 0, sizeof point);
    assert_int_equal(verify_numbers(point, digest, numbers), FLOTA_ERR_SIGNATURE_WRONG);
    memset(point, 0xFF, sizeof point);
    assert_int_equal(verify_numbers(point, digest, numbers), FLOTA_ERR_SIGNATURE_WRONG);
}

/* --- DER --- */

/* A signature in hexadecimal; R and S stand for the vector's numbers. */
struct edit {
    const char *what;
    const char *hex;
};

static size_t assemble(const struct vector *vector, const char *pattern, uint8_t *der)
{
    size_t size = 0;
    for (const char *p = pattern; *p;) {
        if (*p == 'R' || *p == 'S') {
            from_hex(*p == 'R' ? vector->r : vector->s, der + size, 32);
            size += 32;
            p++;
        } else if (*p == ' ') {
            p++;
        } else {
            char byte[3] = {p[0], p[1], 0};
            der[size++] = (uint8_t)strtoul(byte, NULL, 16);
            p += 2;
        }
    }
    return size;
}

static void der_must_be_strict(void **state)
{
    static const struct edit edits[] = {
        {"a byte behind the sequence", "30 45 02 21 00 R 02 20 S 00"},
        {"a byte behind the integers", "30 46 02 21 00 R 02 20 S 00"},
        {"a third integer", "30 48 02 21 00 R 02 20 S 02 01 01"},
        {"a sequence that is longer than it is", "30 46 02 21 00 R 02 20 S"},
        {"a sequence that is shorter than it is", "30 44 02 21 00 R 02 20 S"},
        {"a long form of the length", "30 81 45 02 21 00 R 02 20 S"},
        {"an indefinite length", "30 80 02 21 00 R 02 20 S 00 00"},
        {"another tag than SEQUENCE", "31 45 02 21 00 R 02 20 S"},
        {"another tag than INTEGER", "30 45 03 21 00 R 02 20 S"},
        {"a negative r", "30 44 02 20 R 02 20 S"},
        {"a needless zero before s", "30 46 02 21 00 R 02 21 00 S"},
        {"two zeros before r", "30 46 02 22 00 00 R 02 20 S"},
        {"an empty integer", "30 25 02 21 00 R 02 00"},
        {"an r of 33 bytes", "30 46 02 22 00 80 R 02 20 S"},
        {"an r of zero", "30 25 02 01 00 02 20 S"},
        {"a long length of an integer", "30 46 02 81 21 00 R 02 20 S"},
        {"an r that leaves the sequence", "30 45 02 7F 00 R 02 20 S"},
        {"no s", "30 23 02 21 00 R"},
        {"an s that is not there", "30 05 02 01 01 02 20"},
        {"no integers", "30 00"},
        {"a tag alone", "30"},
    };
    uint8_t point[64], digest[32], numbers[64], der[128];
    (void)state;
    read_vector(&vectors[1], point, digest, numbers);
    size_t size = assemble(&vectors[1], "30 45 02 21 00 R 02 20 S", der);
    assert_int_equal(verify(point, digest, der, size), 0);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(verify(point, digest, der, i), FLOTA_ERR_SIGNATURE_WRONG);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        size = assemble(&vectors[1], edits[i].hex, der);
        if (verify(point, digest, der, size) != FLOTA_ERR_SIGNATURE_WRONG)
            fail_msg("taken: %s", edits[i].what);
    }
}

/* --- our own signatures, memory --- */

static void made_signatures_hold_whatever_their_bytes(void **state)
{
    struct test_key key;
    uint8_t digest[32] = {0}, der[FLOTA_SIGNATURE_SIZE_MAX];
    size_t sizes = 0;
    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        key_make(&key, i);
        digest[0] = (uint8_t)i;
        size_t size = key_sign_der(&key, digest, der);
        sizes |= (size_t)1 << (size - 60);
        assert_int_equal(verify(key.point, digest, der, size), 0);
        digest[31] ^= 1;
        assert_int_equal(verify(key.point, digest, der, size), FLOTA_ERR_SIGNATURE_WRONG);
    }
    assert_true((sizes & 1u << 10) && (sizes & 1u << 11) && (sizes & 1u << 12)); /* 70, 71, 72 */
}

static void the_extreme_digests_are_numbers_too(void **state)
{
    struct test_key key;
    uint8_t digest[32], numbers[64];
    (void)state;
    key_make(&key, 3);
    for (int i = 0; i < 2; i++) {
        memset(digest, i ? 0xFF : 0, sizeof digest);
        key_sign(&key, digest, numbers);
        assert_int_equal(verify_numbers(key.point, digest, numbers), 0);
    }
}

/* What the memory holds before decides nothing, and it need not be aligned. */
static void any_memory_will_do(void **state)
{
    static uint8_t shifted[FLOTA_SIGNATURE_MEMORY + 8];
    uint8_t point[64], digest[32], numbers[64], der[FLOTA_SIGNATURE_SIZE_MAX];
    (void)state;
    read_vector(&vectors[0], point, digest, numbers);
    size_t size = key_der(numbers, der);
    for (int shift = 0; shift < 8; shift++) {
        memset(shifted, shift * 37, sizeof shifted);
        assert_int_equal(flota_signature_verify(point, digest, der, size, shifted + shift), 0);
    }
}

/* --- base64 --- */

/* RFC 4648 10. */
static void published_base64_is_read(void **state)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"Zg==", "f"},
                                           {"Zm8=", "fo"},
                                           {"Zm9v", "foo"},
                                           {"Zm9vYg==", "foob"},
                                           {"Zm9vYmE=", "fooba"},
                                           {"Zm9vYmFy", "foobar"},
                                           {"+/+/", "\xfb\xff\xbf"}};
    char data[8];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t size = strlen(pairs[i][1]);
        assert_int_equal(flota_base64_decode(pairs[i][0], strlen(pairs[i][0]), data, size), size);
        assert_memory_equal(data, pairs[i][1], size);
        if (size > 0)
            assert_int_equal(flota_base64_decode(pairs[i][0], strlen(pairs[i][0]), data, size - 1),
                             -1);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    static const char *const texts[] = {
        "Z",    "Zg",   "Zg=",      "=",        "==",         "====",      "Z===",
        "=Zg=", "Zg=g", "Zm9v=",    "Zm9v====", "Zm9\n",      " Zm8",      "Zm-_",
        "Zh==", "Zm9=", "Zg==Zg==", "Zm9vZg=v", "Zm9vYmFy\n", "\xC3\xA9mm"};
    char data[16];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (flota_base64_decode(texts[i], strlen(texts[i]), data, sizeof data) != -1)
            fail_msg("taken: %s", texts[i]);
    assert_int_equal(flota_base64_decode("Zm\0v", 4, data, sizeof data), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(published_signatures_hold),
        TEST(a_changed_bit_anywhere_is_refused),
        TEST(a_signature_of_another_message_or_key_is_refused),
        TEST(the_other_s_of_the_same_signature_holds),
        TEST(r_and_s_must_lie_between_1_and_the_order),
        TEST(a_point_off_the_curve_is_refused),
        TEST(der_must_be_strict),
        TEST(made_signatures_hold_whatever_their_bytes),
        TEST(the_extreme_digests_are_numbers_too),
        TEST(any_memory_will_do),
        TEST(published_base64_is_read),
        TEST(what_is_no_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
