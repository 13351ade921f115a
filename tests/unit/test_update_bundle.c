/* test_update_bundle.c - bundles and signatures through the updater: what is refused before the
 * first erase, what is found later, and what is activated.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "key_maker.h"
#include "mbedtls/sha256.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct update_driver driver;
    struct bundle_maker bundle;
    struct flota_trust trust;
    struct test_key key;
    struct test_key stranger;
    char extra_text[KEY_EXTRA_SIZE];
    uint8_t extra[KEY_EXTRA_SIZE + 4];
    uint8_t *image;
    uint32_t size; /* of the file: image and trailer */
};

static void make_image(struct fixture *f, const struct image_recipe *recipe)
{
    free(f->image);
    f->image = image_make(recipe);
    f->size = recipe->size;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct image_recipe recipe = IMAGE_RECIPE;
    if (!f)
        return -1;
    update_driver_init(&f->driver, &flash_model_small);
    flash_model_fill(&f->driver.model, FLOTA_SLOT_SPARE);
    make_image(f, &recipe);
    key_make(&f->key, 1);
    key_make(&f->stranger, 2);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    update_driver_free(&f->driver);
    bundle_maker_free(&f->bundle);
    free(f->image);
    free(f);
    return 0;
}

static const struct flota_update_status *status(const struct fixture *f)
{
    return flota_updater_status(&f->driver.updater);
}

static struct bundle_part image_part(const struct fixture *f)
{
    return (struct bundle_part){"fw", "app", "fw.bin", f->image, f->size};
}

/* A bundle with further members in its manifest. */
static void make_bundle(struct fixture *f, const char *platform, const char *head,
                        const struct bundle_part *parts, size_t count, enum bundle_sizes sizes,
                        const struct test_key *signer)
{
    char text[BUNDLE_MAKER_MANIFEST_MAX];
    uint8_t digest[32];
    uint32_t size = bundle_make_manifest(text, platform, "2.0.0", head, parts, count);
    uint16_t extra_size = 0;
    assert_int_equal(mbedtls_sha256_ret((const uint8_t *)text, size, digest, 0), 0);
    if (signer) {
        const struct test_key *const signers[FLOTA_KEY_SLOTS] = {signer};
        key_extra(signers, digest, f->extra_text);
        extra_size = bundle_make_extra(f->extra, f->extra_text);
    }
    bundle_maker_free(&f->bundle);
    bundle_maker_begin(&f->bundle);
    bundle_maker_add(&f->bundle, &(struct bundle_file){.name = "manifest.json",
                                                       .data = text,
                                                       .size = size,
                                                       .sizes = sizes,
                                                       .extra = extra_size ? f->extra : NULL,
                                                       .extra_size = extra_size});
    for (size_t i = 0; i < count; i++)
        bundle_maker_add(&f->bundle, &(struct bundle_file){.name = parts[i].src,
                                                           .data = parts[i].data,
                                                           .size = parts[i].size,
                                                           .sizes = sizes});
    bundle_maker_end(&f->bundle, "");
}

static void make_plain_bundle(struct fixture *f)
{
    struct bundle_part part = image_part(f);
    make_bundle(f, "test-board", "", &part, 1, BUNDLE_SIZES_STATED, NULL);
}

static int send(struct fixture *f, const uint8_t *bytes, uint32_t size, uint32_t chunk)
{
    struct update_driver *d = &f->driver;
    int error = flota_updater_create(&d->updater, &d->model.target, &d->request);
    if (error == 0)
        error = update_driver_deliver(d, bytes, size, chunk);
    return error == 0 ? update_driver_finish(d) : error;
}

static int send_bundle(struct fixture *f, uint32_t chunk)
{
    return send(f, f->bundle.bytes, f->bundle.size, chunk);
}

static void assert_in_spare_slot(const struct fixture *f)
{
    assert_int_equal(status(f)->phase, FLOTA_UPDATE_RESTARTING);
    assert_true(flash_model_holds(&f->driver.model, FLOTA_SLOT_SPARE, f->image, f->size));
}

static void assert_boots(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    assert_in_spare_slot(f);
    assert_int_equal(flota_updater_activate(&d->updater), 0);
    assert_int_equal(update_driver_boot(d, true).reason, FLOTA_REASON_TRIAL);
    assert_true(flash_model_holds(&d->model, FLOTA_SLOT_ACTIVE, f->image, f->size));
}

/* No flash operation at all. */
static void refuse(struct fixture *f, const uint8_t *bytes, uint32_t size, int error)
{
    uint32_t operations = f->driver.model.operation_count;
    assert_int_equal(send(f, bytes, size, 300), error);
    assert_int_equal(status(f)->phase, FLOTA_UPDATE_FAILED);
    assert_int_equal(status(f)->error, error);
    assert_int_equal(f->driver.model.operation_count, operations);
}

static void refuse_bundle(struct fixture *f, int error)
{
    refuse(f, f->bundle.bytes, f->bundle.size, error);
}

/* Found when the image is in flash: it is not activated, and nothing is left to resume. */
static void fail_late(struct fixture *f, int error)
{
    struct flota_updater_rest rest;
    assert_int_equal(send_bundle(f, 300), error);
    assert_int_equal(status(f)->error, error);
    assert_int_equal(flota_updater_activate(&f->driver.updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(f->driver.model.swap_count, 0);
    assert_false(flota_updater_rest(&f->driver.updater, &rest));
}

/* Change a byte of a file, and the CRC in both headers: only the manifest knows better. */
static void change_byte(struct fixture *f, uint32_t index, uint32_t offset)
{
    const struct bundle_place *place = &f->bundle.places[index];
    uint8_t *content = f->bundle.bytes + place->content;
    content[offset] ^= 1;
    uint32_t crc = bundle_crc32(content, f->bundle.files[index].size);
    bundle_maker_put32(&f->bundle, place->header + 14, crc);
    bundle_maker_put32(&f->bundle, place->listed + 16, crc);
}

/* --- bundles --- */

static void a_bundle_arrives_whatever_the_chunks(void **state)
{
    struct fixture *f = *state;
    static const uint32_t chunks[] = {1, 2, 3, 5, 7, 31, 100, 1280, 4096, 20000};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        struct image_recipe recipe = IMAGE_RECIPE;
        recipe.seed = chunks[i];
        make_image(f, &recipe);
        make_plain_bundle(f);
        assert_int_equal(send_bundle(f, chunks[i]), 0);
        assert_in_spare_slot(f);
        assert_int_equal(status(f)->received, f->bundle.size);
        assert_int_equal(status(f)->total, f->size);
        assert_int_equal(status(f)->verified, f->size);
    }
    assert_boots(f);
}

/* As much as the updater takes at once, then a poll: the ring is full at any point of the file. */
static void a_bundle_arrives_through_a_full_ring(void **state)
{
    struct fixture *f = *state;
    static const enum bundle_sizes sizes[] = {BUNDLE_SIZES_STATED, BUNDLE_SIZES_BEHIND,
                                              BUNDLE_SIZES_BEHIND_UNSIGNED,
                                              BUNDLE_SIZES_STATED_AND_BEHIND};
    for (uint32_t seed = 1; seed < 100; seed++) {
        struct image_recipe recipe = IMAGE_RECIPE;
        recipe.seed = seed;
        recipe.size = 2000 + seed * 50;
        make_image(f, &recipe);
        struct bundle_part parts[] = {{"fs", "fs", "fs.bin", f->image, seed * 3}, image_part(f)};
        make_bundle(f, "test-board", "", parts, 2, sizes[seed % 4], NULL);
        f->driver.model.random = seed;
        assert_int_equal(send_bundle(f, seed % 3 ? 0 : 1u << 20), 0);
        assert_in_spare_slot(f);
    }
}

/* A bundle that breaks off goes on in the middle of anything. */
static void a_bundle_goes_on_where_it_broke_off(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    make_plain_bundle(f);
    uint32_t resumed = 0;
    uint8_t digest[32];
    assert_int_equal(mbedtls_sha256_ret(f->image, f->size, digest, 0), 0);
    for (uint32_t cut = 100; cut < f->bundle.size; cut += 61) {
        struct flota_updater_rest rest;
        assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
        assert_int_equal(update_driver_deliver(d, f->bundle.bytes, cut, 50), 0);
        flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
        if (!flota_updater_rest(&d->updater, &rest)) {
            assert_int_equal(d->model.erase_count, 0); /* the image's head was not here yet */
            continue;
        }
        resumed++;
        assert_int_equal(rest.offset, cut);
        assert_memory_equal(rest.digest, digest, sizeof digest);
        assert_int_equal(update_driver_resume(d, cut - 33, f->bundle.size), 0);
        assert_int_equal(
            update_driver_deliver(d, f->bundle.bytes + cut - 33, f->bundle.size - cut + 33, 50), 0);
        assert_int_equal(update_driver_finish(d), 0);
        assert_in_spare_slot(f);
    }
    assert_true(resumed > 50);
}

/* Only the end of the chunked body is missing: no size was announced. */
static void a_bundle_that_is_all_here_goes_on_with_its_last_byte(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    struct flota_updater_rest rest;
    make_plain_bundle(f);
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    assert_int_equal(update_driver_deliver(d, f->bundle.bytes, f->bundle.size, 50), 0);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_true(flota_updater_rest(&d->updater, &rest));
    assert_int_equal(rest.offset, f->bundle.size - 1);
    assert_int_equal(update_driver_resume(d, rest.offset, f->bundle.size), 0);
    assert_int_equal(update_driver_deliver(d, f->bundle.bytes + rest.offset, 1, 1), 0);
    assert_int_equal(update_driver_finish(d), 0);
    assert_in_spare_slot(f);
}

/* The image is all in flash, the directory is not here yet: it is not over. */
static void a_bundle_waits_for_its_last_byte(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    make_plain_bundle(f);
    uint32_t most = f->bundle.size - 10;
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    assert_int_equal(update_driver_deliver(d, f->bundle.bytes, most, 300), 0);
    assert_int_equal(update_driver_settle(d), 0);
    assert_int_equal(status(f)->in_flash, f->size);
    assert_int_equal(status(f)->phase, FLOTA_UPDATE_RECEIVING);
    flota_updater_abort(&d->updater, FLOTA_ERR_TRANSFER_LOST);
    assert_int_equal(update_driver_resume(d, most, f->bundle.size), 0);
    assert_int_equal(update_driver_deliver(d, f->bundle.bytes + most, 10, 300), 0);
    assert_int_equal(update_driver_finish(d), 0);
    assert_boots(f);
}

static void a_bundle_for_another_board_is_refused_by_its_manifest(void **state)
{
    struct fixture *f = *state;
    struct bundle_part part = image_part(f);
    make_bundle(f, "esp32", "", &part, 1, BUNDLE_SIZES_STATED, NULL);
    refuse_bundle(f, FLOTA_ERR_MANIFEST_OTHER_PLATFORM);
}

static void a_manifest_with_a_lower_epoch_is_refused(void **state)
{
    struct fixture *f = *state;
    struct bundle_part part = image_part(f);
    f->driver.model.running.security_epoch = 4;
    f->driver.request.consents = (struct flota_image_consents){true, true, true, true, true};
    make_bundle(f, "test-board", "\"security_epoch\":3,", &part, 1, BUNDLE_SIZES_STATED, NULL);
    refuse_bundle(f, FLOTA_ERR_IMAGE_EPOCH);
    make_bundle(f, "test-board", "\"security_epoch\":4,", &part, 1, BUNDLE_SIZES_STATED, NULL);
    refuse_bundle(f, FLOTA_ERR_IMAGE_EPOCH); /* the image's own, 0, is lower */
}

static void an_image_too_large_for_the_slot_is_refused_by_its_manifest(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.size = 7 * 1024 + 1;
    make_image(f, &recipe);
    make_plain_bundle(f);
    refuse_bundle(f, FLOTA_ERR_IMAGE_TOO_LARGE);
}

static void a_bundle_without_an_image_or_manifest_is_refused(void **state)
{
    struct fixture *f = *state;
    struct bundle_part part = {"fs", "fs", "fs.bin", f->image, 2000};
    make_bundle(f, "test-board", "", &part, 1, BUNDLE_SIZES_STATED, NULL);
    refuse_bundle(f, FLOTA_ERR_BUNDLE_PART_MISSING);
    bundle_maker_free(&f->bundle);
    bundle_maker_begin(&f->bundle);
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = "fw.bin", .data = f->image, .size = f->size});
    bundle_maker_end(&f->bundle, "");
    refuse_bundle(f, FLOTA_ERR_BUNDLE_NO_MANIFEST);
}

static void the_image_in_a_bundle_is_judged_as_any_other(void **state)
{
    struct fixture *f = *state;
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "0.9.0";
    make_image(f, &recipe);
    make_plain_bundle(f);
    refuse_bundle(f, FLOTA_ERR_IMAGE_DOWNGRADE);
    recipe = (struct image_recipe)IMAGE_RECIPE;
    recipe.product = "another";
    make_image(f, &recipe);
    make_plain_bundle(f);
    refuse_bundle(f, FLOTA_ERR_IMAGE_OTHER_PRODUCT);
    f->driver.request.consents.foreign = true;
    assert_int_equal(send_bundle(f, 300), 0);
    assert_boots(f);
}

/* The image's block says another size than the manifest. */
static void an_image_of_another_size_than_the_manifest_says_is_refused(void **state)
{
    struct fixture *f = *state;
    f->size -= 32;
    make_plain_bundle(f);
    refuse_bundle(f, FLOTA_ERR_IMAGE_WRONG_SIZE);
}

static void a_damaged_image_in_a_bundle_is_not_activated(void **state)
{
    struct fixture *f = *state;
    make_plain_bundle(f);
    f->bundle.bytes[f->bundle.places[1].content + 4000] ^= 1;
    fail_late(f, FLOTA_ERR_BUNDLE_BAD_CRC);
    f->bundle.bytes[f->bundle.places[1].content + 4000] ^= 1;
    change_byte(f, 1, 4000);
    fail_late(f, FLOTA_ERR_BUNDLE_PART_WRONG);
}

/* The image is whole and in flash; what comes behind it is not as it should be. */
static void a_bundle_whose_later_part_is_wrong_is_not_activated(void **state)
{
    struct fixture *f = *state;
    struct bundle_part parts[] = {image_part(f), {"fs", "fs", "fs.bin", f->image, 1500}};
    make_bundle(f, "test-board", "", parts, 2, BUNDLE_SIZES_STATED, NULL);
    change_byte(f, 2, 700);
    fail_late(f, FLOTA_ERR_BUNDLE_PART_WRONG);
    change_byte(f, 2, 700);
    f->bundle.bytes[f->bundle.directory + 1] ^= 1;
    fail_late(f, FLOTA_ERR_BUNDLE_MALFORMED);
    f->bundle.bytes[f->bundle.directory + 1] ^= 1;
    bundle_maker_append(&f->bundle, "x", 1);
    fail_late(f, FLOTA_ERR_BUNDLE_EXTRA_BYTES);
}

static void a_bundle_that_ends_anywhere_is_not_activated(void **state)
{
    struct fixture *f = *state;
    make_plain_bundle(f);
    for (uint32_t size = 4; size < f->bundle.size; size += 43) {
        assert_true(send(f, f->bundle.bytes, size, 300) < 0);
        assert_int_equal(flota_updater_activate(&f->driver.updater), FLOTA_ERR_NOT_READY);
    }
    assert_int_equal(send(f, f->bundle.bytes, f->bundle.size - 1, 300), FLOTA_ERR_BUNDLE_MALFORMED);
    assert_int_equal(send_bundle(f, 300), 0);
    assert_boots(f);
}

/* Its journal records name the image, which can be resumed in the same run only. */
static void a_bundle_is_not_recovered_after_a_loss_of_power(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    make_plain_bundle(f);
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    assert_int_equal(update_driver_deliver(d, f->bundle.bytes, 5000, 300), 0);
    assert_int_equal(update_driver_settle(d), 0);
    assert_true(status(f)->in_flash > 3 * 1024);
    update_driver_boot(d, true);
    assert_false(flota_updater_recover(&d->updater, &d->model.target));
    assert_int_equal(send_bundle(f, 300), 0);
    assert_boots(f);
}

/* --- signatures --- */

static void require_signatures(struct fixture *f, enum flota_signature_policy policy)
{
    struct flota_trust_config config = {
        .policy = policy, .keys = {f->key.text}, .product = "test-product"};
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    f->driver.model.target.trust = &f->trust;
}

/* Image, then its trailer: the block says its size, and the digest covers that. */
static void sign_image(struct fixture *f, const struct test_key *key)
{
    const struct test_key *const keys[] = {key};
    uint8_t trailer[FLOTA_TRAILER_SIZE_MAX], zeros[32] = {0};
    uint8_t *block = f->image + FLOTA_IMAGE_INFO_OFFSET;
    uint32_t trailer_size = (uint32_t)key_trailer(keys, 1, zeros, trailer);
    memcpy(block + offsetof(struct flota_image_info, trailer_size), &trailer_size, 4);
    image_reseal(f->image, f->size);
    size_t same = key_trailer(keys, 1, block + offsetof(struct flota_image_info, digest), trailer);
    assert_int_equal(same, trailer_size);
    f->image = realloc(f->image, f->size + trailer_size);
    assert_non_null(f->image);
    memcpy(f->image + f->size, trailer, trailer_size);
    f->size += trailer_size;
}

static void what_is_not_signed_is_refused_where_signatures_are_required(void **state)
{
    struct fixture *f = *state;
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    refuse(f, f->image, f->size, FLOTA_ERR_SIGNATURE_MISSING);
    make_plain_bundle(f);
    refuse_bundle(f, FLOTA_ERR_SIGNATURE_MISSING);
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.no_block = true;
    make_image(f, &recipe);
    f->driver.request.consents.foreign = true;
    refuse(f, f->image, f->size, FLOTA_ERR_SIGNATURE_MISSING);
}

static void what_is_not_signed_is_taken_where_signatures_are_optional(void **state)
{
    struct fixture *f = *state;
    require_signatures(f, FLOTA_SIGNATURES_OPTIONAL);
    assert_int_equal(send(f, f->image, f->size, 700), 0);
    assert_false(status(f)->is_signed);
    assert_boots(f);
}

static void a_signed_manifest_is_enough(void **state)
{
    struct fixture *f = *state;
    struct bundle_part part = image_part(f);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    make_bundle(f, "test-board", "", &part, 1, BUNDLE_SIZES_STATED, &f->key);
    assert_int_equal(send_bundle(f, 300), 0);
    assert_true(status(f)->is_signed);
    assert_boots(f);
}

static void a_signed_image_is_enough(void **state)
{
    struct fixture *f = *state;
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    sign_image(f, &f->key);
    assert_int_equal(send(f, f->image, f->size, 700), 0);
    assert_true(status(f)->is_signed);
    assert_int_equal(status(f)->total, f->size);
    assert_boots(f);
}

static void a_signed_image_in_an_unsigned_bundle_is_enough(void **state)
{
    struct fixture *f = *state;
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    sign_image(f, &f->key);
    make_plain_bundle(f);
    assert_int_equal(send_bundle(f, 300), 0);
    assert_true(status(f)->is_signed);
    assert_boots(f);
}

static void a_manifest_that_was_changed_after_signing_is_refused(void **state)
{
    struct fixture *f = *state;
    struct bundle_part part = image_part(f);
    for (int policy = FLOTA_SIGNATURES_OPTIONAL; policy <= FLOTA_SIGNATURES_REQUIRED; policy++) {
        require_signatures(f, (enum flota_signature_policy)policy);
        make_bundle(f, "test-board", "", &part, 1, BUNDLE_SIZES_STATED, &f->key);
        bundle_maker_free(&f->bundle);
        bundle_make(&f->bundle, "test-board", "2.0.1", BUNDLE_SIZES_STATED, &part, 1, f->extra,
                    (uint16_t)(strlen(f->extra_text) + 4));
        refuse_bundle(f, FLOTA_ERR_SIGNATURE_WRONG);
    }
}

static void a_strangers_signature_does_not_count(void **state)
{
    struct fixture *f = *state;
    struct bundle_part part = image_part(f);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    make_bundle(f, "test-board", "", &part, 1, BUNDLE_SIZES_STATED, &f->stranger);
    refuse_bundle(f, FLOTA_ERR_SIGNATURE_WRONG);
    sign_image(f, &f->stranger);
    assert_int_equal(send(f, f->image, f->size, 700), FLOTA_ERR_KEY_UNKNOWN);
    assert_int_equal(flota_updater_activate(&f->driver.updater), FLOTA_ERR_NOT_READY);
    assert_int_equal(f->driver.model.swap_count, 0);
}

/* A signed manifest does not vouch for another image. */
static void another_image_under_a_signed_manifest_is_not_activated(void **state)
{
    struct fixture *f = *state;
    struct bundle_part part = image_part(f);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    make_bundle(f, "test-board", "", &part, 1, BUNDLE_SIZES_STATED, &f->key);
    f->image[4000] ^= 1;
    image_reseal(f->image, f->size);
    memcpy(f->bundle.bytes + f->bundle.places[1].content, f->image, f->size);
    f->bundle.bytes[f->bundle.places[1].content] ^= 1;
    change_byte(f, 1, 0); /* sets it right again, with its CRC */
    fail_late(f, FLOTA_ERR_BUNDLE_PART_WRONG);
}

static void a_damaged_trailer_is_found(void **state)
{
    struct fixture *f = *state;
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    sign_image(f, &f->key);
    uint32_t image_size = 5000;
    for (uint32_t offset = image_size; offset < image_size + 100; offset += 13) {
        f->image[offset] ^= 1;
        int result = send(f, f->image, f->size, 700);
        assert_true(result == FLOTA_ERR_SIGNATURE_WRONG || result == FLOTA_ERR_KEY_UNKNOWN ||
                    result == FLOTA_ERR_SIGNATURE_MISSING);
        assert_int_equal(flota_updater_activate(&f->driver.updater), FLOTA_ERR_NOT_READY);
        f->image[offset] ^= 1;
    }
    f->image[4000] ^= 1; /* of the image itself */
    assert_int_equal(send(f, f->image, f->size, 700), FLOTA_ERR_IMAGE_CORRUPT);
    f->image[4000] ^= 1;
    assert_int_equal(send(f, f->image, f->size, 700), 0);
    assert_boots(f);
}

/* Also where the running image has no signature policy: the trailer is part of what runs. */
static void a_trailer_belongs_to_the_file_without_any_keys(void **state)
{
    struct fixture *f = *state;
    sign_image(f, &f->key);
    assert_int_equal(send(f, f->image, f->size - 32, 700), FLOTA_ERR_IMAGE_WRONG_SIZE);
    assert_int_equal(send(f, f->image, f->size, 700), 0);
    assert_false(status(f)->is_signed);
    assert_boots(f);
}

static void install(struct fixture *f)
{
    assert_int_equal(send(f, f->image, f->size, 700), 0);
    assert_boots(f);
    assert_int_equal(flota_boot_confirm(&f->driver.model.flash), 0);
}

static int revert(struct fixture *f)
{
    struct update_driver *d = &f->driver;
    int error = flota_updater_revert(&d->updater, &d->model.target, &d->request);
    return error == 0 ? update_driver_finish(d) : error;
}

/* Two images, the second one of which runs, confirmed; the first one's trailer is by signer. */
static void install_two(struct fixture *f, const struct test_key *signer)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    if (signer)
        sign_image(f, signer);
    install(f);
    recipe.seed = 2;
    make_image(f, &recipe);
    install(f);
}

/* Its manifest may have vouched for it, whoever has signed the image besides. */
static void a_revert_does_not_judge_again_what_the_records_show(void **state)
{
    struct fixture *f = *state;
    install_two(f, &f->stranger);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(revert(f), 0);
    assert_false(status(f)->is_signed);
}

static void a_revert_tells_that_the_image_is_signed(void **state)
{
    struct fixture *f = *state;
    install_two(f, &f->key);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(revert(f), 0);
    assert_true(status(f)->is_signed);
}

static void a_revert_to_an_image_by_a_revoked_key_is_refused(void **state)
{
    struct fixture *f = *state;
    struct flota_statement statement;
    struct update_driver *d = &f->driver;
    update_driver_free(d);
    update_driver_init(d, &flash_model_h745); /* room for a statement */
    install_two(f, &f->stranger);
    d->model.target.trust = &f->trust;
    struct flota_trust_config config = {.policy = FLOTA_SIGNATURES_REQUIRED,
                                        .keys = {f->key.text, f->stranger.text},
                                        .product = "test-product"};
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    key_statement(&f->key, 1, 1, NULL, "test-product", &statement);
    assert_int_equal(flota_trust_accept(&f->trust, &d->model.flash, &statement, sizeof statement),
                     0);
    uint32_t operations = d->model.operation_count;
    assert_int_equal(revert(f), FLOTA_ERR_KEY_REVOKED);
    assert_int_equal(d->model.operation_count, operations);
}

/* As a programmer puts it there: only its signatures tell. */
static void a_revert_judges_an_image_without_records(void **state)
{
    struct fixture *f = *state;
    struct flash_model *model = &f->driver.model;
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    sign_image(f, &f->stranger);
    flash_model_free(model);
    update_driver_init(&f->driver, &flash_model_small);
    f->driver.model.target.trust = &f->trust;
    flash_model_load(model, FLOTA_SLOT_SPARE, f->image, f->size);
    assert_int_equal(revert(f), FLOTA_ERR_KEY_UNKNOWN);
    assert_int_equal(model->operation_count, 0);
}

/* Between BEGIN and STAGED: the image is as it was, and so is what was found of it. */
static void a_revert_that_was_cut_can_be_had_again(void **state)
{
    struct fixture *f = *state;
    install_two(f, NULL);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(revert(f), 0);
    update_driver_boot(&f->driver, true);
    memset(&f->driver.updater, 0, sizeof f->driver.updater);
    assert_int_equal(revert(f), 0);
    assert_int_equal(flota_updater_activate(&f->driver.updater), 0);
    assert_int_equal(update_driver_boot(&f->driver, true).reason, FLOTA_REASON_TRIAL);
}

/* The first sectors of an unsigned update are not an image that was judged. */
static void an_update_that_was_cut_is_nothing_to_revert_to(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    install_two(f, NULL);
    assert_int_equal(flota_updater_create(&d->updater, &d->model.target, &d->request), 0);
    assert_int_equal(update_driver_deliver(d, f->image, f->size, 700), 0);
    assert_int_equal(update_driver_finish(d), 0);
    update_driver_boot(d, true);
    memset(&d->updater, 0, sizeof d->updater);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    assert_true(revert(f) < 0);
}

/* --- what the manifest says of sizes --- */

/* The manifest with another size of its last part, and the image alone behind it. */
static void make_bundle_that_states(struct fixture *f, uint32_t part_size)
{
    char text[BUNDLE_MAKER_MANIFEST_MAX], rest[512];
    struct bundle_part parts[] = {image_part(f), {"fs", "fs", "fs.bin", "xxxxxxx", 7}};
    bundle_make_manifest(text, "test-board", "2.0.0", "", parts, 2);
    char *at = strstr(text, "\"size\":7");
    assert_non_null(at);
    assert_true(strlen(at) < sizeof rest);
    strcpy(rest, at + strlen("\"size\":7"));
    snprintf(at, sizeof rest + 32, "\"size\":%u%s", part_size, rest);
    struct bundle_file manifest = {
        .name = "manifest.json", .data = text, .size = (uint32_t)strlen(text)};
    bundle_maker_free(&f->bundle);
    bundle_maker_begin(&f->bundle);
    bundle_maker_add(&f->bundle, &manifest);
    bundle_maker_add(&f->bundle,
                     &(struct bundle_file){.name = "fw.bin", .data = f->image, .size = f->size});
    bundle_maker_end(&f->bundle, "");
}

/* Also where the size of the file is not known. */
static void parts_that_fit_no_bundle_are_refused_by_the_manifest(void **state)
{
    struct fixture *f = *state;
    uint32_t room = 7 * 1024 + FLOTA_UPDATE_BUNDLE_OVERHEAD - f->size;
    const uint32_t sizes[] = {room + 1, 2000000000u, 0x7FFFFFFFu};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        make_bundle_that_states(f, sizes[i]);
        refuse_bundle(f, FLOTA_ERR_IMAGE_TOO_LARGE);
    }
    make_bundle_that_states(f, room);
    assert_true(send_bundle(f, 300) < 0); /* the part is not there */
    assert_int_not_equal(status(f)->error, FLOTA_ERR_IMAGE_TOO_LARGE);
}

/* A file whose size is known cannot hold more than that. */
static void parts_larger_than_the_file_are_refused_before_the_image(void **state)
{
    struct fixture *f = *state;
    make_plain_bundle(f);
    f->driver.request.total_size = f->size - 1;
    refuse_bundle(f, FLOTA_ERR_BUNDLE_PART_MISSING);
    f->driver.request.total_size = f->bundle.size;
    assert_int_equal(send_bundle(f, 300), 0);
}

static void a_revert_to_an_image_that_its_bundle_vouched_for_succeeds(void **state)
{
    struct fixture *f = *state;
    struct update_driver *d = &f->driver;
    struct image_recipe recipe = IMAGE_RECIPE;
    install(f);
    recipe.seed = 2;
    make_image(f, &recipe);
    install(f);
    require_signatures(f, FLOTA_SIGNATURES_REQUIRED);
    assert_int_equal(flota_updater_revert(&d->updater, &d->model.target, &d->request), 0);
    assert_int_equal(update_driver_finish(d), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bundle_arrives_whatever_the_chunks),
        TEST(a_bundle_arrives_through_a_full_ring),
        TEST(a_bundle_goes_on_where_it_broke_off),
        TEST(a_bundle_that_is_all_here_goes_on_with_its_last_byte),
        TEST(a_bundle_waits_for_its_last_byte),
        TEST(a_bundle_for_another_board_is_refused_by_its_manifest),
        TEST(a_manifest_with_a_lower_epoch_is_refused),
        TEST(an_image_too_large_for_the_slot_is_refused_by_its_manifest),
        TEST(a_bundle_without_an_image_or_manifest_is_refused),
        TEST(the_image_in_a_bundle_is_judged_as_any_other),
        TEST(an_image_of_another_size_than_the_manifest_says_is_refused),
        TEST(a_damaged_image_in_a_bundle_is_not_activated),
        TEST(a_bundle_whose_later_part_is_wrong_is_not_activated),
        TEST(a_bundle_that_ends_anywhere_is_not_activated),
        TEST(a_bundle_is_not_recovered_after_a_loss_of_power),
        TEST(what_is_not_signed_is_refused_where_signatures_are_required),
        TEST(what_is_not_signed_is_taken_where_signatures_are_optional),
        TEST(a_signed_manifest_is_enough),
        TEST(a_signed_image_is_enough),
        TEST(a_signed_image_in_an_unsigned_bundle_is_enough),
        TEST(a_manifest_that_was_changed_after_signing_is_refused),
        TEST(a_strangers_signature_does_not_count),
        TEST(another_image_under_a_signed_manifest_is_not_activated),
        TEST(a_damaged_trailer_is_found),
        TEST(a_trailer_belongs_to_the_file_without_any_keys),
        TEST(a_revert_does_not_judge_again_what_the_records_show),
        TEST(a_revert_tells_that_the_image_is_signed),
        TEST(a_revert_to_an_image_by_a_revoked_key_is_refused),
        TEST(a_revert_judges_an_image_without_records),
        TEST(a_revert_that_was_cut_can_be_had_again),
        TEST(an_update_that_was_cut_is_nothing_to_revert_to),
        TEST(parts_that_fit_no_bundle_are_refused_by_the_manifest),
        TEST(parts_larger_than_the_file_are_refused_before_the_image),
        TEST(a_revert_to_an_image_that_its_bundle_vouched_for_succeeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
