/* test_update_engine.c - engines that fail: a hash accelerator that reports an error, big numbers
 * that find no memory. Each call of an update fails once, one after the other; none may let an
 * image through.
 *
 * mbedTLS's own software never fails at these calls; a port's accelerator (MBEDTLS_SHA256_ALT) may.
 * engine.cmake makes the linker put these functions in front of the real ones.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "key_maker.h"
#include "mbedtls/ecdsa.h"
#include "mbedtls/sha256.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the engines --- */

static uint32_t calls, fail_at; /* 0: none fails */

static bool fails(void)
{
    return fail_at != 0 && ++calls == fail_at;
}

static void arm(uint32_t call)
{
    calls = 0;
    fail_at = call;
}

/* Returns whether one has failed since arm(). */
static bool disarm(void)
{
    bool failed = fail_at != 0 && calls >= fail_at;
    fail_at = 0;
    return failed;
}

/* The real function, that says it has failed. Its result is right all the same: who does not look
 * at what it returned lets the image through. */
#define ENGINE(result, name, parameters, arguments)                                                \
    int __real_##name parameters;                                                                  \
    int __wrap_##name parameters;                                                                  \
    int __wrap_##name parameters                                                                   \
    {                                                                                              \
        int returned = __real_##name arguments;                                                    \
        return fails() ? (result) : returned;                                                      \
    }

#define HASH_FAILS   MBEDTLS_ERR_SHA256_HW_ACCEL_FAILED
#define MEMORY_FAILS MBEDTLS_ERR_MPI_ALLOC_FAILED

ENGINE(HASH_FAILS, mbedtls_sha256_starts_ret, (mbedtls_sha256_context * hash, int is224),
       (hash, is224))
ENGINE(HASH_FAILS, mbedtls_sha256_update_ret,
       (mbedtls_sha256_context * hash, const unsigned char *data, size_t size), (hash, data, size))
ENGINE(HASH_FAILS, mbedtls_sha256_finish_ret,
       (mbedtls_sha256_context * hash, unsigned char digest[32]), (hash, digest))
ENGINE(MEMORY_FAILS, mbedtls_ecp_group_load, (mbedtls_ecp_group * group, mbedtls_ecp_group_id id),
       (group, id))
ENGINE(MEMORY_FAILS, mbedtls_ecp_point_read_binary,
       (const mbedtls_ecp_group *group, mbedtls_ecp_point *point, const unsigned char *data,
        size_t size),
       (group, point, data, size))
ENGINE(MEMORY_FAILS, mbedtls_ecp_check_pubkey,
       (const mbedtls_ecp_group *group, const mbedtls_ecp_point *point), (group, point))
ENGINE(MEMORY_FAILS, mbedtls_mpi_read_binary,
       (mbedtls_mpi * number, const unsigned char *data, size_t size), (number, data, size))
ENGINE(MEMORY_FAILS, mbedtls_ecdsa_verify,
       (mbedtls_ecp_group * group, const unsigned char *data, size_t size,
        const mbedtls_ecp_point *point, const mbedtls_mpi *r, const mbedtls_mpi *s),
       (group, data, size, point, r, s))
ENGINE(FLOTA_ERR_BUNDLE_MALFORMED, flota_bundle_next,
       (struct flota_bundle * bundle, const uint8_t *data, size_t size, size_t *used),
       (bundle, data, size, used))

/* --- the device --- */

struct fixture {
    struct update_driver driver;
    struct flota_trust trust;
    struct test_key key;
    struct test_key second;
    struct bundle_maker bundle;
    uint8_t trailer[FLOTA_TRAILER_SIZE_MAX];
    uint32_t trailer_size;
};

static struct flota_trust_config trust_config(const struct fixture *f)
{
    return (struct flota_trust_config){.policy = FLOTA_SIGNATURES_REQUIRED,
                                       .keys = {f->key.text, f->second.text},
                                       .product = "test-product"};
}

static void begin(struct fixture *f, const struct flash_model_geometry *geometry)
{
    memset(f, 0, sizeof *f);
    update_driver_init(&f->driver, geometry);
    key_make(&f->key, 1);
    key_make(&f->second, 2);
    const struct flota_trust_config config = trust_config(f);
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    f->driver.model.target.trust = &f->trust;
}

static void end(struct fixture *f)
{
    bundle_maker_free(&f->bundle);
    update_driver_free(&f->driver);
}

/* The recipe's image, and its trailer by the device's key. */
static void make_signed_image(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    const struct test_key *const keys[] = {&f->key};
    uint8_t zeros[32] = {0};
    d->recipe.size = d->recipe.size / 32 * 32;
    free(d->image);
    d->image = image_make(&d->recipe);
    uint8_t *block = d->image + FLOTA_IMAGE_INFO_OFFSET;
    f->trailer_size = (uint32_t)key_trailer(keys, 1, zeros, f->trailer);
    memcpy(block + offsetof(struct flota_image_info, trailer_size), &f->trailer_size, 4);
    image_reseal(d->image, d->recipe.size);
    key_trailer(keys, 1, block + offsetof(struct flota_image_info, digest), f->trailer);
}

static int deliver_from(struct fixture *f, uint32_t offset)
{
    struct update_driver *d = &f->driver;
    int error = update_driver_deliver(d, d->image + offset, d->recipe.size - offset, 700);
    if (error == 0)
        error = update_driver_deliver(d, f->trailer, f->trailer_size, 700);
    return error == 0 ? update_driver_finish(d) : error;
}

/* --- each call fails once --- */

struct flow {
    void (*prepare)(struct fixture *f);
    int (*run)(struct fixture *f); /* returns 0: the image may be activated */
};

static void assert_nothing_gets_through(const struct flow *flow, uint32_t calls_min)
{
    struct fixture f;
    uint32_t call = 0;
    for (bool failed = true; failed;) {
        begin(&f, &flash_model_small);
        flow->prepare(&f);
        f.driver.model.swap_count = 0;
        arm(++call);
        int error = flow->run(&f);
        failed = disarm();
        assert_int_equal(error < 0, failed);
        assert_int_equal(flota_updater_activate(&f.driver.updater),
                         failed ? FLOTA_ERR_NOT_READY : 0);
        assert_int_equal(f.driver.model.swap_count, failed ? 0 : 1);
        end(&f);
    }
    assert_true(call > calls_min);
}

static int run_image(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    int error = flota_updater_create(&d->updater, &d->model.target, &d->request);
    return error == 0 ? deliver_from(f, 0) : error;
}

static void an_engine_that_fails_once_ends_an_update(void **state)
{
    (void)state;
    const struct flow flow = {make_signed_image, run_image};
    assert_nothing_gets_through(&flow, 20);
}

/* A foreign image is hashed as it is, without a block. */
static void prepare_foreign(struct fixture *f)
{
    f->driver.model.target.trust = NULL;
    f->driver.recipe.no_block = true;
    f->driver.request.consents.foreign = true;
    f->driver.image = image_make(&f->driver.recipe);
}

static void an_engine_that_fails_once_ends_a_foreign_images_update(void **state)
{
    (void)state;
    const struct flow flow = {prepare_foreign, run_image};
    assert_nothing_gets_through(&flow, 10);
}

static const char other_part[] = "a page, which this device does not keep";

static void make_signed_bundle(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    const struct test_key *const signers[FLOTA_KEY_SLOTS] = {&f->key};
    char text[BUNDLE_MAKER_MANIFEST_MAX], extra_text[KEY_EXTRA_SIZE];
    uint8_t digest[32], extra[KEY_EXTRA_SIZE + 4];
    d->image = image_make(&d->recipe);
    const struct bundle_part parts[] = {{"fw", "app", "fw.bin", d->image, d->recipe.size},
                                        {"fs", "fs", "fs.bin", other_part, sizeof other_part}};
    uint32_t size = bundle_make_manifest(text, "test-board", "2.0.0", "", parts, 2);
    assert_int_equal(mbedtls_sha256_ret((const uint8_t *)text, size, digest, 0), 0);
    key_extra(signers, digest, extra_text);
    bundle_maker_begin(&f->bundle);
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = "manifest.json",
                                           .data = text,
                                           .size = size,
                                           .extra = extra,
                                           .extra_size = bundle_make_extra(extra, extra_text)});
    for (int i = 0; i < 2; i++)
        bundle_maker_add(&f->bundle, &(struct bundle_file){.name = parts[i].src,
                                                           .data = parts[i].data,
                                                           .size = parts[i].size});
    bundle_maker_end(&f->bundle, "");
}

static int run_bundle(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    int error = flota_updater_create(&d->updater, &d->model.target, &d->request);
    if (error == 0)
        error = update_driver_deliver(d, f->bundle.bytes, f->bundle.size, 700);
    return error == 0 ? update_driver_finish(d) : error;
}

/* Also the parser's first call, with the four bytes by which a bundle is known. */
static void an_engine_that_fails_once_ends_a_bundles_update(void **state)
{
    (void)state;
    const struct flow flow = {make_signed_bundle, run_bundle};
    assert_nothing_gets_through(&flow, 30);
}

static void a_parser_that_refuses_the_first_bytes_is_heard_at_once(void **state)
{
    struct fixture f;
    (void)state;
    begin(&f, &flash_model_small);
    make_signed_bundle(&f);
    struct update_driver *d = &f.driver;
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    arm(1);
    assert_int_equal(flota_updater_process(&d->updater, f.bundle.bytes, 4),
                     FLOTA_ERR_BUNDLE_MALFORMED);
    assert_true(disarm());
    end(&f);
}

static void break_off_by_a_cut(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    make_signed_image(f);
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    d->model.cut = FLASH_MODEL_CUT_TORN;
    d->model.cut_at = d->model.operation_count + 150;
    if (setjmp(d->model.power_cut) == 0) {
        deliver_from(f, 0);
        fail_msg("the power was not cut");
    }
    update_driver_boot(d, true);
    memset(&d->updater, 0, sizeof d->updater);
}

static int run_recovered(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    struct flota_updater_rest rest;
    if (!flota_updater_recover(&d->updater, &d->model.target))
        return FLOTA_ERR_TRANSFER_OTHER; /* begins anew */
    assert_true(flota_updater_rest(&d->updater, &rest));
    int error = update_driver_resume(d, rest.offset, d->recipe.size + f->trailer_size);
    return error == 0 ? deliver_from(f, rest.offset) : error;
}

static void an_engine_that_fails_once_ends_a_recovered_upload(void **state)
{
    (void)state;
    const struct flow flow = {break_off_by_a_cut, run_recovered};
    assert_nothing_gets_through(&flow, 20);
}

/* 2.0.0 runs and is confirmed, 1.0.0 is in the other bank; no signatures. */
static void prepare_revert(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    d->model.target.trust = NULL;
    assert_int_equal(update_driver_run(d, 700), 0);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_int_equal(flota_boot_confirm(&d->model.flash), 0);
    memset(&d->updater, 0, sizeof d->updater);
}

static int run_revert(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    int error = flota_updater_revert(&d->updater, &d->model.target, &d->request);
    return error == 0 ? update_driver_finish(d) : error;
}

static void an_engine_that_fails_once_ends_a_revert(void **state)
{
    (void)state;
    const struct flow flow = {prepare_revert, run_revert};
    assert_nothing_gets_through(&flow, 5);
}

/* --- keys --- */

static void keys_that_cannot_be_read_in_take_nothing(void **state)
{
    struct fixture f;
    uint32_t call = 0;
    (void)state;
    begin(&f, &flash_model_small);
    const struct flota_trust_config config = trust_config(&f);
    for (bool failed = true; failed;) {
        arm(++call);
        int error = flota_trust_init(&f.trust, &config);
        failed = disarm();
        assert_int_equal(error, failed ? FLOTA_ERR_KEY_UNKNOWN : 0);
        assert_int_equal(f.trust.keys[0].state, failed ? FLOTA_KEY_EMPTY : FLOTA_KEY_ACTIVE);
        assert_int_equal(f.trust.policy, FLOTA_SIGNATURES_REQUIRED);
    }
    assert_true(call > 10);
    end(&f);
}

static bool has_key(const struct fixture *f, uint32_t slot, const struct test_key *key)
{
    return f->trust.keys[slot].state == FLOTA_KEY_ACTIVE &&
           memcmp(f->trust.keys[slot].point, key->point, sizeof key->point) == 0;
}

/* A key is replaced as a whole or not at all. */
static void a_statement_that_cannot_be_verified_changes_no_key(void **state)
{
    static const struct flash_model_geometry large = {32768, 7, 8, 32, 1, 1};
    struct fixture f;
    struct test_key fresh;
    struct flota_statement statement;
    uint32_t call = 0;
    (void)state;
    key_make(&fresh, 3);
    for (bool failed = true; failed;) {
        begin(&f, &large);
        key_statement(&f.key, 1, 1, &fresh, "test-product", &statement);
        arm(++call);
        int error =
            flota_trust_accept(&f.trust, &f.driver.model.flash, &statement, sizeof statement);
        failed = disarm();
        assert_int_equal(error < 0, failed);
        assert_true(has_key(&f, 1, failed ? &f.second : &fresh));
        assert_int_equal(f.trust.sequence, failed ? 0 : 1);
        end(&f);
    }
    assert_true(call > 10);
}

static void a_stored_statement_that_cannot_be_verified_is_passed_over(void **state)
{
    static const struct flash_model_geometry large = {32768, 7, 8, 32, 1, 1};
    struct fixture f;
    struct test_key fresh;
    struct flota_statement statement;
    uint32_t call = 0;
    (void)state;
    begin(&f, &large);
    key_make(&fresh, 3);
    key_statement(&f.key, 1, 1, &fresh, "test-product", &statement);
    assert_int_equal(
        flota_trust_accept(&f.trust, &f.driver.model.flash, &statement, sizeof statement), 0);
    const struct flota_trust_config config = trust_config(&f);
    for (bool failed = true; failed;) {
        assert_int_equal(flota_trust_init(&f.trust, &config), 0);
        arm(++call);
        int applied = flota_trust_load(&f.trust, &f.driver.model.flash);
        failed = disarm();
        assert_int_equal(applied, failed ? 0 : 1);
        assert_true(has_key(&f, 1, failed ? &f.second : &fresh));
    }
    assert_true(call > 10);
    end(&f);
}

/* --- sealing, which the tool does --- */

static void an_image_that_cannot_be_hashed_is_not_sealed(void **state)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    uint32_t call = 0;
    (void)state;
    recipe.size = 9000; /* a guard, and more */
    for (bool failed = true; failed;) {
        uint8_t *image = image_make(&recipe);
        image[recipe.size - 1] ^= 1; /* so that it is to be sealed anew */
        arm(++call);
        int error = flota_image_seal(image, recipe.size);
        failed = disarm();
        assert_int_equal(error, failed ? FLOTA_ERR_IMAGE_CORRUPT : 0);
        free(image);
    }
    assert_true(call > 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_that_fails_once_ends_an_update),
        cmocka_unit_test(an_engine_that_fails_once_ends_a_foreign_images_update),
        cmocka_unit_test(an_engine_that_fails_once_ends_a_bundles_update),
        cmocka_unit_test(a_parser_that_refuses_the_first_bytes_is_heard_at_once),
        cmocka_unit_test(an_engine_that_fails_once_ends_a_recovered_upload),
        cmocka_unit_test(an_engine_that_fails_once_ends_a_revert),
        cmocka_unit_test(keys_that_cannot_be_read_in_take_nothing),
        cmocka_unit_test(a_statement_that_cannot_be_verified_changes_no_key),
        cmocka_unit_test(a_stored_statement_that_cannot_be_verified_is_passed_over),
        cmocka_unit_test(an_image_that_cannot_be_hashed_is_not_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
