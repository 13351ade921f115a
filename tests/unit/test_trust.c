/* test_trust.c - keys from a configuration; signatures of a manifest and of an image's trailer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/signature.h"
#include "key_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEST cmocka_unit_test

static struct test_key keys[6];
static uint8_t digest[32];
static struct flota_trust trust;

static int set_up(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 6; i++)
        key_make(&keys[i], 100 + i);
    for (uint8_t i = 0; i < 32; i++)
        digest[i] = (uint8_t)(i * 7);
    return 0;
}

/* Keys 0 and 1 in slots 0 and 1. */
static void start(enum flota_signature_policy policy)
{
    const struct flota_trust_config config = {policy, {keys[0].text, keys[1].text}, "thermostat"};
    assert_int_equal(flota_trust_init(&trust, &config), 0);
}

static void revoke(uint32_t slot)
{
    trust.keys[slot].state = FLOTA_KEY_REVOKED;
}

/* As a statement does. */
static void replace(uint32_t slot, const struct test_key *key)
{
    trust.replaced[slot] = trust.keys[slot];
    trust.replaced[slot].state = FLOTA_KEY_REVOKED;
    memcpy(trust.keys[slot].point, key->point, sizeof key->point);
    memcpy(trust.keys[slot].hash, key->hash, sizeof key->hash);
    trust.keys[slot].state = FLOTA_KEY_ACTIVE;
}

/* --- keys --- */

static void keys_are_read_with_their_fingerprints(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_REQUIRED);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(trust.keys[i].state, FLOTA_KEY_ACTIVE);
        assert_memory_equal(trust.keys[i].point, keys[i].point, 64);
        assert_memory_equal(trust.keys[i].hash, keys[i].hash, 32);
    }
    assert_int_equal(trust.keys[2].state, FLOTA_KEY_EMPTY);
    assert_int_equal(trust.policy, FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(trust.sequence, 0);
}

/* From `openssl ec -pubout -outform DER`; the fingerprint from `sha256sum`. */
static void a_key_of_another_program_is_read(void **state)
{
    static const uint8_t hash[32] = {0xC3, 0x55, 0x1A, 0xC0, 0x07, 0x50, 0x5F, 0xC8,
                                     0xCD, 0xD0, 0x5F, 0x17, 0x40, 0x4F, 0x6D, 0xDF,
                                     0xC3, 0xC5, 0x28, 0xF1, 0x9B, 0xFA, 0x36, 0x4C,
                                     0x25, 0x79, 0x1F, 0x51, 0xF9, 0xF1, 0x88, 0xF0};
    const struct flota_trust_config config = {
        FLOTA_SIGNATURES_REQUIRED,
        {NULL, NULL, NULL,
         "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEe+hYdmMBBjYeN0ZJa+u2OGi0AzqJ"
         "lnNgemW0MRr7Ah0adQvAtDz6pyKJekseBUoVLGb/5cE1KH7/bEpr6zcY2w=="},
        "thermostat"};
    (void)state;
    assert_int_equal(flota_trust_init(&trust, &config), 0);
    assert_int_equal(trust.keys[3].state, FLOTA_KEY_ACTIVE);
    assert_memory_equal(trust.keys[3].hash, hash, 32);
}

static void assert_key_refused(const char *what, const char *text)
{
    const struct flota_trust_config config = {
        FLOTA_SIGNATURES_OPTIONAL, {keys[0].text, text}, "thermostat"};
    if (flota_trust_init(&trust, &config) != FLOTA_ERR_KEY_UNKNOWN)
        fail_msg("taken: %s", what);
    assert_int_equal(trust.policy, FLOTA_SIGNATURES_REQUIRED);
    for (int i = 0; i < 4; i++)
        assert_int_equal(trust.keys[i].state, FLOTA_KEY_EMPTY);
    assert_int_equal(flota_trust_check_manifest(&trust, digest, NULL, 0),
                     FLOTA_ERR_SIGNATURE_MISSING);
    char extra[KEY_EXTRA_SIZE];
    const struct test_key *const signers[4] = {&keys[0]};
    size_t size = key_extra(signers, digest, extra);
    assert_int_equal(flota_trust_check_manifest(&trust, digest, extra, size),
                     FLOTA_ERR_KEY_UNKNOWN);
}

static void a_wrong_key_takes_nothing(void **state)
{
    char text[KEY_TEXT_SIZE + 8];
    uint8_t spki[FLOTA_KEY_SPKI_SIZE + 1] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                             0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                                             0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
    (void)state;
    memcpy(spki + 27, keys[1].point, 64);
    key_base64(spki, 91, text);
    assert_string_equal(text, keys[1].text);
    assert_key_refused("an empty text", "");
    assert_key_refused("no base64", "-----BEGIN PUBLIC KEY-----");
    key_base64(spki, 90, text);
    assert_key_refused("a byte too few", text);
    key_base64(spki, 92, text);
    assert_key_refused("a byte too many", text);
    for (size_t i = 0; i < 27; i++) {
        spki[i] ^= 0x40;
        key_base64(spki, 91, text);
        assert_key_refused("another algorithm or form", text);
        spki[i] ^= 0x40;
    }
    spki[90] ^= 1;
    key_base64(spki, 91, text);
    assert_key_refused("a point off the curve", text);
    snprintf(text, sizeof text, "%s\n", keys[1].text);
    assert_key_refused("a line feed", text);
}

/* --- manifests --- */

/* The keys that sign for slots 0 to 3. */
static int check(const struct test_key *a, const struct test_key *b, const struct test_key *c,
                 const struct test_key *d)
{
    char extra[KEY_EXTRA_SIZE];
    const struct test_key *const signers[4] = {a, b, c, d};
    size_t size = key_extra(signers, digest, extra);
    return flota_trust_check_manifest(&trust, digest, extra, size);
}

static int check_text(const char *text)
{
    size_t size = strlen(text);
    char *exact = malloc(size + 1); /* so that reading behind it is seen */
    if (!exact)
        abort();
    memcpy(exact + 1, text, size);
    int result = flota_trust_check_manifest(&trust, digest, exact + 1, size);
    free(exact);
    return result;
}

static void a_manifest_signed_by_active_keys_is_taken(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(check(&keys[0], NULL, NULL, NULL), FLOTA_SIGNED);
    assert_int_equal(check(NULL, &keys[1], NULL, NULL), FLOTA_SIGNED);
    assert_int_equal(check(&keys[0], &keys[1], NULL, NULL), FLOTA_SIGNED);
    assert_int_equal(check(&keys[0], NULL, &keys[2], NULL), FLOTA_SIGNED);
}

static void every_signature_by_an_active_key_must_hold(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(check(&keys[2], NULL, NULL, NULL), FLOTA_ERR_SIGNATURE_WRONG);
    assert_int_equal(check(&keys[0], &keys[2], NULL, NULL), FLOTA_ERR_SIGNATURE_WRONG);
    assert_int_equal(check(&keys[2], &keys[1], NULL, NULL), FLOTA_ERR_SIGNATURE_WRONG);
    assert_int_equal(check(&keys[1], &keys[0], NULL, NULL), FLOTA_ERR_SIGNATURE_WRONG);
}

static void a_signature_of_another_manifest_is_wrong(void **state)
{
    char extra[KEY_EXTRA_SIZE];
    const struct test_key *const signers[4] = {&keys[0]};
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    size_t size = key_extra(signers, digest, extra);
    digest[5] ^= 1;
    assert_int_equal(flota_trust_check_manifest(&trust, digest, extra, size),
                     FLOTA_ERR_SIGNATURE_WRONG);
    digest[5] ^= 1;
    assert_int_equal(flota_trust_check_manifest(&trust, digest, extra, size), FLOTA_SIGNED);
}

static void the_policy_decides_about_unsigned_manifests(void **state)
{
    static const char *const unsigned_texts[] = {
        "", "{}", " {\r\n\t} ", "{\"comment\":\"none\"}", "{\"sig\":\"AA==\"}", "{\"sigx\":\"?\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof unsigned_texts / sizeof unsigned_texts[0]; i++) {
        start(FLOTA_SIGNATURES_OPTIONAL);
        assert_int_equal(check_text(unsigned_texts[i]), FLOTA_UNSIGNED);
        start(FLOTA_SIGNATURES_REQUIRED);
        assert_int_equal(check_text(unsigned_texts[i]), FLOTA_ERR_SIGNATURE_MISSING);
    }
}

static void only_unknown_keys_are_not_enough(void **state)
{
    (void)state;
    for (int policy = 0; policy < 2; policy++) {
        start((enum flota_signature_policy)policy);
        assert_int_equal(check(NULL, NULL, &keys[2], NULL), FLOTA_ERR_KEY_UNKNOWN);
        assert_int_equal(check(NULL, NULL, &keys[0], &keys[1]), FLOTA_ERR_KEY_UNKNOWN);
        assert_int_equal(check_text("{\"sig4\":\"AA==\"}"), FLOTA_ERR_KEY_UNKNOWN);
        assert_int_equal(check_text("{\"sig00\":\"AA==\"}"), FLOTA_ERR_KEY_UNKNOWN);
        assert_int_equal(check_text("{\"sig4294967296\":\"\"}"), FLOTA_ERR_KEY_UNKNOWN);
    }
}

static void a_revoked_key_signs_nothing(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    revoke(1);
    assert_int_equal(check(NULL, &keys[1], NULL, NULL), FLOTA_ERR_KEY_REVOKED);
    assert_int_equal(check(NULL, &keys[1], &keys[2], NULL), FLOTA_ERR_KEY_REVOKED);
    assert_int_equal(check(&keys[0], &keys[1], NULL, NULL), FLOTA_SIGNED);
    assert_int_equal(check(&keys[0], &keys[3], NULL, NULL), FLOTA_SIGNED);
}

static void a_replaced_key_is_told_from_a_wrong_signature(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_REQUIRED);
    replace(1, &keys[2]);
    assert_int_equal(check(NULL, &keys[2], NULL, NULL), FLOTA_SIGNED);
    assert_int_equal(check(NULL, &keys[1], NULL, NULL), FLOTA_ERR_KEY_REVOKED);
    assert_int_equal(check(NULL, &keys[3], NULL, NULL), FLOTA_ERR_SIGNATURE_WRONG);
    assert_int_equal(check(&keys[0], &keys[1], NULL, NULL), FLOTA_SIGNED);
}

static void without_keys_and_duty_signatures_are_not_looked_at(void **state)
{
    struct flota_trust_config config = {FLOTA_SIGNATURES_OPTIONAL, {NULL}, "thermostat"};
    (void)state;
    assert_int_equal(flota_trust_init(&trust, &config), 0);
    assert_int_equal(check(&keys[0], NULL, NULL, NULL), FLOTA_UNSIGNED);
    assert_int_equal(check_text("no JSON"), FLOTA_UNSIGNED);
    assert_int_equal(flota_trust_check_manifest(NULL, digest, "no JSON", 7), FLOTA_UNSIGNED);
    config.policy = FLOTA_SIGNATURES_REQUIRED;
    assert_int_equal(flota_trust_init(&trust, &config), 0);
    assert_int_equal(check(&keys[0], NULL, NULL, NULL), FLOTA_ERR_KEY_UNKNOWN);
    assert_int_equal(check_text(""), FLOTA_ERR_SIGNATURE_MISSING);
}

/* text with %s where the good signature of slot 0 goes. */
static int check_pattern(const char *pattern)
{
    uint8_t der[FLOTA_SIGNATURE_SIZE_MAX];
    char signature[128], text[1024];
    key_base64(der, key_sign_der(&keys[0], digest, der), signature);
    const char *hole = strstr(pattern, "%s");
    int before = hole ? (int)(hole - pattern) : (int)strlen(pattern);
    snprintf(text, sizeof text, "%.*s%s%s", before, pattern, hole ? signature : "",
             hole ? hole + 2 : "");
    return check_text(text);
}

static void json_of_any_layout_is_read(void **state)
{
    static const char *const patterns[] = {"{\"sig0\":\"%s\"}", " {\r\n \"sig0\" :\t\"%s\" } \n",
                                           "{\"by\":\"{\\u007b\",\"sig0\":\"%s\"}",
                                           "{\"sig9\":\"x\",\"sig0\":\"%s\",\"note\":\"\"}"};
    (void)state;
    start(FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(check_pattern(patterns[0]), FLOTA_SIGNED);
    assert_int_equal(check_pattern(patterns[1]), FLOTA_SIGNED);
    assert_int_equal(check_pattern(patterns[2]), FLOTA_ERR_SIGNATURE_WRONG); /* an escape */
    assert_int_equal(check_pattern(patterns[3]), FLOTA_SIGNED);
}

static void malformed_json_is_a_wrong_signature(void **state)
{
    static const char *const patterns[] = {
        " ",
        "{",
        "}",
        "\"sig0\"",
        "[\"%s\"]",
        "{\"sig0\":\"%s\"",
        "{\"sig0\":\"%s\"}}",
        "{\"sig0\":\"%s\"}x",
        "{\"sig0\":\"%s\",}",
        "{,\"sig0\":\"%s\"}",
        "{\"sig0\" \"%s\"}",
        "{\"sig0\":\"%s\" \"a\":\"b\"}",
        "{\"sig0\":\"%s}",
        "{sig0:\"%s\"}",
        "{'sig0':'%s'}",
        "{\"sig0\":\"%s\",\"a\":1}",
        "{\"sig0\":\"%s\",\"a\":null}",
        "{\"sig0\":{\"a\":\"%s\"}}",
        "{\"sig0\":\"%s\",\"sig0\":\"AAAA\"}",
        "{\"sig0\":\"AAAA\",\"sig0\":\"%s\"}",
        "{\"sig0\":\"\"}",
        "{\"sig0\":\"%s=\"}",
        "{\"sig0\":\"%s\",\"sig1\":\"*\"}",
        "{\"sig0\":\" %s\"}",
        "{\"sig0\":\"%s\n\"}",
        "{\"sig0\":\"\\/%s\"}",
        "{\"sig0\":\"%sAAAA%s\"}",
        "\xEF\xBB\xBF{\"sig0\":\"%s\"}",
    };
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (check_pattern(patterns[i]) != FLOTA_ERR_SIGNATURE_WRONG)
            fail_msg("taken: %s", patterns[i]);
}

/* --- trailers --- */

struct trailer {
    uint8_t bytes[FLOTA_TRAILER_SIZE_MAX];
    size_t size;
};

static int check_trailer(const struct trailer *trailer)
{
    struct flota_image_info info = {.trailer_size = (uint32_t)trailer->size};
    memcpy(info.digest, digest, sizeof digest);
    uint8_t *exact = malloc(trailer->size + 1);
    if (!exact)
        abort();
    memcpy(exact + 1, trailer->bytes, trailer->size);
    int result = flota_trust_check_trailer(&trust, &info, exact + 1, trailer->size);
    free(exact);
    return result;
}

static struct trailer sign(const struct test_key *a, const struct test_key *b)
{
    const struct test_key *signers[2] = {a, b};
    struct trailer trailer;
    trailer.size = key_trailer(signers, b ? 2 : 1, digest, trailer.bytes);
    return trailer;
}

static int check_signed_by(const struct test_key *a, const struct test_key *b)
{
    struct trailer trailer = sign(a, b);
    return check_trailer(&trailer);
}

static void an_image_signed_by_active_keys_is_taken(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(check_signed_by(&keys[0], NULL), FLOTA_SIGNED);
    assert_int_equal(check_signed_by(&keys[1], &keys[0]), FLOTA_SIGNED);
    assert_int_equal(check_signed_by(&keys[4], &keys[1]), FLOTA_SIGNED);
}

static void an_image_signed_by_other_keys_is_refused(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    replace(0, &keys[2]);
    revoke(1);
    assert_int_equal(check_signed_by(&keys[4], NULL), FLOTA_ERR_KEY_UNKNOWN);
    assert_int_equal(check_signed_by(&keys[1], NULL), FLOTA_ERR_KEY_REVOKED);
    assert_int_equal(check_signed_by(&keys[0], NULL), FLOTA_ERR_KEY_REVOKED);
    assert_int_equal(check_signed_by(&keys[4], &keys[1]), FLOTA_ERR_KEY_REVOKED);
    assert_int_equal(check_signed_by(&keys[1], &keys[2]), FLOTA_SIGNED);
}

static void an_unsigned_image_is_up_to_the_policy(void **state)
{
    struct trailer none = {.size = 0};
    struct flota_image_info info = {0};
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(check_trailer(&none), FLOTA_UNSIGNED);
    assert_int_equal(flota_trust_check_block(&trust, &info, false), 0);
    start(FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(check_trailer(&none), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(flota_trust_check_block(&trust, &info, false), FLOTA_ERR_SIGNATURE_MISSING);
    assert_int_equal(flota_trust_check_block(&trust, &info, true), 0);
    info.trailer_size = 32;
    assert_int_equal(flota_trust_check_block(&trust, &info, false), 0);
    info.trailer_size = 0;
    assert_int_equal(flota_trust_check_block(NULL, &info, false), 0);
    assert_int_equal(flota_trust_check_trailer(NULL, &info, NULL, 0), FLOTA_UNSIGNED);
}

static void a_changed_trailer_is_not_taken(void **state)
{
    struct trailer trailer;
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    trailer = sign(&keys[0], NULL);
    for (size_t i = 0; i < trailer.size; i++) {
        trailer.bytes[i] ^= 1;
        int result = check_trailer(&trailer);
        bool in_hash = i >= 8 && i < 40; /* then it names an unknown key */
        bool in_type = i == 4 || i == 5; /* then a signature stands alone */
        assert_int_equal(result,
                         in_hash && !in_type ? FLOTA_ERR_KEY_UNKNOWN : FLOTA_ERR_SIGNATURE_WRONG);
        trailer.bytes[i] ^= 1;
    }
    trailer.size -= 32;
    assert_int_equal(check_trailer(&trailer), FLOTA_ERR_SIGNATURE_WRONG);
    trailer.size = 3;
    assert_int_equal(check_trailer(&trailer), FLOTA_ERR_SIGNATURE_WRONG);
}

static void a_signature_of_another_image_is_wrong(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    struct trailer trailer = sign(&keys[0], &keys[1]);
    digest[0] ^= 1;
    assert_int_equal(check_trailer(&trailer), FLOTA_ERR_SIGNATURE_WRONG);
    digest[0] ^= 1;
    assert_int_equal(check_trailer(&trailer), FLOTA_SIGNED);
}

static void a_key_signs_an_image_once(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(check_signed_by(&keys[0], &keys[0]), FLOTA_ERR_SIGNATURE_WRONG);
}

/* The right hash and a byte behind it. */
static void a_fingerprint_has_32_bytes(void **state)
{
    struct trailer trailer = sign(&keys[0], NULL);
    (void)state;
    start(FLOTA_SIGNATURES_OPTIONAL);
    memmove(trailer.bytes + 41, trailer.bytes + 40, trailer.size - 40);
    trailer.bytes[2]++;
    trailer.bytes[6] = 33;
    trailer.size += 32;
    memset(trailer.bytes + trailer.size - 31, 0xFF, 31);
    assert_int_equal(check_trailer(&trailer), FLOTA_ERR_SIGNATURE_WRONG);
}

/* Append a TLV of size zeros to a good trailer, before its padding. */
static int check_with_tlv(uint32_t type, uint32_t size, uint32_t there)
{
    struct trailer trailer = sign(&keys[0], NULL);
    size_t total = trailer.bytes[2] | (size_t)trailer.bytes[3] << 8;
    uint8_t *at = trailer.bytes + total;
    memset(at, 0, there + 4);
    at[0] = (uint8_t)type;
    at[1] = (uint8_t)(type >> 8);
    at[2] = (uint8_t)size;
    at[3] = (uint8_t)(size >> 8);
    total += there + 4;
    trailer.bytes[2] = (uint8_t)total;
    trailer.bytes[3] = (uint8_t)(total >> 8);
    trailer.size = (total + 31) / 32 * 32;
    memset(trailer.bytes + total, 0xFF, trailer.size - total);
    return check_trailer(&trailer);
}

static void unknown_tlvs_are_skipped_and_bad_ones_are_not(void **state)
{
    (void)state;
    start(FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(check_with_tlv(0x00A0, 12, 12), FLOTA_SIGNED);
    assert_int_equal(check_with_tlv(0x00A0, 0, 0), FLOTA_SIGNED);
    assert_int_equal(check_with_tlv(0x00A0, 13, 12), FLOTA_ERR_SIGNATURE_WRONG); /* leaves it */
    assert_int_equal(check_with_tlv(0x00A0, 65535, 12), FLOTA_ERR_SIGNATURE_WRONG);
    assert_int_equal(check_with_tlv(0x0022, 12, 12), FLOTA_ERR_SIGNATURE_WRONG); /* no KEYHASH */
    assert_int_equal(check_with_tlv(0x0001, 32, 32), FLOTA_ERR_SIGNATURE_WRONG); /* no signature */
    assert_int_equal(check_with_tlv(0x0001, 31, 31), FLOTA_ERR_SIGNATURE_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_are_read_with_their_fingerprints),
        TEST(a_key_of_another_program_is_read),
        TEST(a_wrong_key_takes_nothing),
        TEST(a_manifest_signed_by_active_keys_is_taken),
        TEST(every_signature_by_an_active_key_must_hold),
        TEST(a_signature_of_another_manifest_is_wrong),
        TEST(the_policy_decides_about_unsigned_manifests),
        TEST(only_unknown_keys_are_not_enough),
        TEST(a_revoked_key_signs_nothing),
        TEST(a_replaced_key_is_told_from_a_wrong_signature),
        TEST(without_keys_and_duty_signatures_are_not_looked_at),
        TEST(json_of_any_layout_is_read),
        TEST(malformed_json_is_a_wrong_signature),
        TEST(an_image_signed_by_active_keys_is_taken),
        TEST(an_image_signed_by_other_keys_is_refused),
        TEST(an_unsigned_image_is_up_to_the_policy),
        TEST(a_changed_trailer_is_not_taken),
        TEST(a_signature_of_another_image_is_wrong),
        TEST(a_key_signs_an_image_once),
        TEST(a_fingerprint_has_32_bytes),
        TEST(unknown_tlvs_are_skipped_and_bad_ones_are_not),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
