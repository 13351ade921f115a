/* test_http_update_check.c - POST ?check=1: it says what an upload would hear, and does nothing.
 *
 * The table's files are sent twice: looked at, and uploaded to devices that are in the same state,
 * with one consent more each time. Both must say the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bundle_maker.h"
#include "key_maker.h"
#include "mbedtls/sha256.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_update_fixture.h"

#define CHECK "/api/firmware_update?check=1"

/* --- what a device can hold against a file --- */

static void take_bytes(struct fixture *f, const void *bytes, size_t size)
{
    free(f->image);
    f->image = malloc(size ? size : 1);
    memcpy(f->image, bytes, size);
    f->size = size;
}

/* Where these bytes stand, behind the first byte. */
static uint8_t *find(struct fixture *f, const char *bytes)
{
    size_t size = strlen(bytes);
    for (size_t i = 1; i + size <= f->size; i++)
        if (memcmp(f->image + i, bytes, size) == 0)
            return f->image + i;
    fail_msg("the file has no \"%s\"", bytes);
    return NULL;
}

static void good(struct fixture *f)
{
    (void)f;
}

static void empty(struct fixture *f)
{
    f->size = 0;
}

static void too_short(struct fixture *f)
{
    f->size = FLOTA_IMAGE_HEAD_SIZE - 1;
}

static void a_text(struct fixture *f)
{
    memset(f->image, 'a', f->size);
}

static void too_large(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.size = 7u * 1024u + 32u;
    make_image(f, &recipe);
}

static void bad_stack(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.stack_pointer = 0x100;
    make_image(f, &recipe);
}

static void bad_reset(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.reset_vector = 0x08000500u;
    make_image(f, &recipe);
}

static void no_block(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.no_block = true;
    make_image(f, &recipe);
}

static void no_block_and_a_watchdog(struct fixture *f)
{
    no_block(f);
    f->model.foreign_allowed_result = FLOTA_ERR_WATCHDOG_ALWAYS;
}

static void bad_block(struct fixture *f)
{
    f->image[FLOTA_IMAGE_INFO_OFFSET + 130] ^= 1;
}

static void other_board(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.board = "other-board";
    make_image(f, &recipe);
}

static void other_address(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.link_address = 0x08020000u;
    recipe.reset_vector = 0x08020501u;
    make_image(f, &recipe);
}

static void cut(struct fixture *f)
{
    f->size -= 100;
}

static void other_product(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.product = "other-product";
    make_image(f, &recipe);
}

static void older(struct fixture *f)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "0.9.0";
    make_image(f, &recipe);
}

static void other_guard(struct fixture *f)
{
    memset(f->model.running.guard_id, 1, sizeof f->model.running.guard_id);
}

static void older_with_other_guard(struct fixture *f)
{
    older(f);
    other_guard(f);
}

static void other_product_with_other_guard(struct fixture *f)
{
    other_product(f);
    other_guard(f);
}

static void lower_epoch(struct fixture *f)
{
    f->model.running.security_epoch = 1;
}

static void older_of_lower_epoch(struct fixture *f)
{
    older(f);
    lower_epoch(f);
}

static void other_guard_on_other_board(struct fixture *f)
{
    other_board(f);
    other_guard(f);
}

static void rejected(struct fixture *f)
{
    const struct flota_image_info *info = (const void *)(f->image + FLOTA_IMAGE_INFO_OFFSET);
    assert_int_equal(flota_boot_reject(&f->model.flash, info->digest), 0);
}

static void rejected_and_older_with_other_guard(struct fixture *f)
{
    older_with_other_guard(f);
    rejected(f);
}

static void not_allowed(struct fixture *f)
{
    f->model.update_allowed_result = FLOTA_ERR_OPTION_PENDING;
}

static void second_core_boots(struct fixture *f)
{
    f->model.update_allowed_result = FLOTA_ERR_CM4_BOOTS;
}

static void second_core_boots_and_older(struct fixture *f)
{
    older(f);
    second_core_boots(f);
}

static void on_trial(struct fixture *f)
{
    f->trial.running = FLOTA_RUNNING_TRIAL;
    f->model.target.trial = &f->trial;
}

static void require_signatures(struct fixture *f)
{
    struct test_key key;
    key_make(&key, 1);
    struct flota_trust_config config = {
        .policy = FLOTA_SIGNATURES_REQUIRED, .keys = {key.text}, .product = "test-product"};
    assert_int_equal(flota_trust_init(&f->trust, &config), 0);
    f->model.target.trust = &f->trust;
}

/* --- bundles --- */

struct bundle_wish {
    const char *platform;
    const char *head;    /* of the manifest */
    uint32_t files_size; /* of a part behind the image, or before it */
    bool files_first;
    const struct test_key *signer;
};

static void make_bundle(struct fixture *f, const struct bundle_wish *wish)
{
    static uint8_t files[20001];
    const struct bundle_part image = {"fw", "app", "fw.bin", f->image, (uint32_t)f->size};
    const struct bundle_part rest = {"fs", "fs", "fs.bin", files, wish->files_size};
    const struct bundle_part parts[2] = {wish->files_first ? rest : image,
                                         wish->files_first ? image : rest};
    char text[BUNDLE_MAKER_MANIFEST_MAX], extra_text[KEY_EXTRA_SIZE];
    uint8_t digest[32], extra[KEY_EXTRA_SIZE + 4];
    uint16_t extra_size = 0;
    struct bundle_maker maker = {0};
    size_t count = wish->files_size ? 2 : 1;
    uint32_t size = bundle_make_manifest(text, wish->platform, "2.0.0", wish->head, parts, count);
    assert_int_equal(mbedtls_sha256_ret((const uint8_t *)text, size, digest, 0), 0);
    if (wish->signer) {
        const struct test_key *const signers[FLOTA_KEY_SLOTS] = {wish->signer};
        key_extra(signers, digest, extra_text);
        extra_size = bundle_make_extra(extra, extra_text);
    }
    bundle_maker_begin(&maker);
    bundle_maker_add(&maker, &(struct bundle_file){.name = "manifest.json",
                                                   .data = text,
                                                   .size = size,
                                                   .extra = extra_size ? extra : NULL,
                                                   .extra_size = extra_size});
    for (size_t i = 0; i < count; i++)
        bundle_maker_add(&maker, &(struct bundle_file){.name = parts[i].src,
                                                       .data = parts[i].data,
                                                       .size = parts[i].size});
    bundle_maker_end(&maker, "");
    take_bytes(f, maker.bytes, maker.size);
    bundle_maker_free(&maker);
}

static void bundle(struct fixture *f)
{
    make_bundle(f, &(struct bundle_wish){.platform = "test-board", .head = ""});
}

static void large_bundle(struct fixture *f)
{
    make_bundle(f, &(struct bundle_wish){"test-board", "", 20000, false, NULL});
}

static void bundle_of_older(struct fixture *f)
{
    older(f);
    large_bundle(f);
}

static void bundle_of_rejected(struct fixture *f)
{
    rejected(f);
    large_bundle(f);
}

static void bundle_of_other_product_with_other_guard(struct fixture *f)
{
    other_product_with_other_guard(f);
    bundle(f);
}

static void bundle_for_other_platform(struct fixture *f)
{
    make_bundle(f, &(struct bundle_wish){.platform = "esp32", .head = ""});
}

static void bundle_of_lower_epoch(struct fixture *f)
{
    lower_epoch(f);
    make_bundle(f,
                &(struct bundle_wish){.platform = "test-board", .head = "\"security_epoch\":0,"});
}

static void bundle_of_too_large(struct fixture *f)
{
    too_large(f);
    bundle(f);
}

static void unsigned_bundle(struct fixture *f)
{
    require_signatures(f);
    bundle(f);
}

static void signed_bundle(struct fixture *f)
{
    struct test_key key;
    require_signatures(f);
    key_make(&key, 1);
    make_bundle(f, &(struct bundle_wish){"test-board", "", 0, false, &key});
}

static void bundle_of_a_stranger(struct fixture *f)
{
    struct test_key key;
    require_signatures(f);
    key_make(&key, 2);
    make_bundle(f, &(struct bundle_wish){"test-board", "", 0, false, &key});
}

static void changed_manifest(struct fixture *f)
{
    signed_bundle(f);
    *find(f, "2.0.0") = '3';
}

static void no_manifest(struct fixture *f)
{
    bundle(f);
    memcpy(f->image + 30, "manifesto.jso", 13);
}

static void bad_manifest(struct fixture *f)
{
    make_bundle(f, &(struct bundle_wish){.platform = "test-board", .head = "\"x\" "});
}

static void compressed(struct fixture *f)
{
    bundle(f);
    f->image[8] = 8;
}

static void cut_in_the_manifest(struct fixture *f)
{
    bundle(f);
    f->size = 150;
}

static void cut_in_the_image(struct fixture *f)
{
    bundle(f);
    f->size = 2000;
}

/* Behind the head, where a check does not look. */
static void damaged_behind_the_head(struct fixture *f)
{
    bundle(f);
    f->image[f->size / 2] ^= 1;
}

static void cut_behind_a_long_manifest(struct fixture *f)
{
    char head[2100];
    snprintf(head, sizeof head, "\"x\":\"%2000d\",", 1);
    make_bundle(f, &(struct bundle_wish){.platform = "test-board", .head = head});
    f->size = (size_t)(find(f, "PK\3\4") - f->image);
}

static void cut_before_the_image(struct fixture *f)
{
    bundle(f);
    f->size = (size_t)(find(f, "PK\3\4") - f->image);
}

/* --- the same file, looked at and uploaded --- */

typedef void (*preparation)(struct fixture *f);

static struct fixture *device_with(preparation prepare)
{
    void *state;
    set_up(&state);
    prepare(state);
    return state;
}

static void end_device(struct fixture *f)
{
    void *state = f;
    tear_down(&state);
}

/* Sends the file's first bytes, in pieces of up to max_piece. Returns the answer's body. */
static const char *check_file(struct fixture *f, const char *query, size_t max_piece)
{
    char path[128];
    size_t size = f->size < FLOTA_UPDATE_LOOK_SIZE ? f->size : FLOTA_UPDATE_LOOK_SIZE;
    snprintf(path, sizeof path, CHECK "&size=%zu%s", f->size, query);
    reconnect(f);
    send_head(f, &f->client, path, size, "");
    send_while_working(f, &f->client, f->image, size, max_piece);
    work(f, &f->client, 20);
    const char *body = strstr(f->client.output, "\r\n\r\n");
    if (client_status(&f->client) != 200 || !body)
        fail_msg("no answer to a check:\n%s", f->client.output);
    return body + 4;
}

struct verdict {
    char error[40]; /* its name, or empty */
    unsigned asks;  /* bits of consent_names */
};

static const char *const consent_names[] = {"foreign", "guard", "downgrade", "force", "options"};
#define CONSENTS 5u

/* The name of the answer's error; empty: none. */
static void read_error(const char *json, char name[40])
{
    const char *error = strstr(json, "\"error\":{");
    const char *found = error ? strstr(error, "\"name\":\"") : NULL;
    name[0] = '\0';
    if (found)
        snprintf(name, 40, "%.*s", (int)strcspn(found + 8, "\""), found + 8);
}

static struct verdict read_verdict(const char *json)
{
    struct verdict verdict = {.asks = 0};
    const char *asks = strstr(json, "\"asks\":{");
    assert_non_null(asks);
    size_t size = strcspn(asks, "}");
    for (unsigned i = 0; i < CONSENTS; i++) {
        char key[16];
        snprintf(key, sizeof key, "\"%s\":\"", consent_names[i]);
        const char *found = strstr(asks, key);
        if (found && found < asks + size)
            verdict.asks |= 1u << i;
    }
    read_error(json, verdict.error);
    return verdict;
}

/* Which consent helps? Returns its bit, or 0. The tests' own table. */
static unsigned consent_for(const char *error)
{
    static const struct {
        const char *error;
        unsigned consent;
    } table[] = {{"IMAGE_NO_INFO", 0},   {"IMAGE_OTHER_PRODUCT", 0}, {"IMAGE_OTHER_GUARD", 1},
                 {"IMAGE_DOWNGRADE", 2}, {"IMAGE_REJECTED", 3},      {"CM4_BOOTS", 4}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(error, table[i].error) == 0)
            return 1u << table[i].consent;
    return 0;
}

static void send_file(struct fixture *f, const char *path)
{
    send_head(f, &f->client, path, f->size, "");
    send_while_working(f, &f->client, f->image, f->size, 700);
    work(f, &f->client, 2000);
}

/* Uploads to a fresh device, once more when it has set its options. Fills the name of what it was
 * refused with before the first erase. */
static void upload(preparation prepare, unsigned consents, char error[40])
{
    struct fixture *f = device_with(prepare);
    char path[128] = "/api/firmware_update?";
    for (unsigned i = 0; i < CONSENTS; i++)
        if (consents & 1u << i)
            snprintf(path + strlen(path), sizeof path - strlen(path), "%s=1&", consent_names[i]);
    send_file(f, path);
    read_error(f->client.output, error);
    if (strcmp(error, "OPTIONS_SET") == 0) {
        assert_int_equal(client_status(&f->client), 503);
        let_restart(f);
        assert_int_equal(f->model.reset_count, 1);
        restart_device(f);
        send_file(f, path);
        read_error(f->client.output, error);
    }
    if (f->model.erase_count != 0 || f->ota.updater.status.has_begun)
        error[0] = '\0'; /* the first bytes could not tell */
    end_device(f);
}

/* What uploads hear, with one consent more each time, until none helps. */
static struct verdict upload_until_taken(preparation prepare)
{
    struct verdict verdict = {.asks = 0};
    for (;;) {
        upload(prepare, verdict.asks, verdict.error);
        unsigned consent = consent_for(verdict.error);
        if (consent == 0)
            return verdict;
        assert_int_equal(verdict.asks & consent, 0);
        verdict.asks |= consent;
    }
}

struct row {
    const char *name;
    preparation prepare;
    const char *error; /* as expected, so that the two are not wrong alike */
    unsigned asks;
};

#define FOREIGN   1u
#define GUARD     2u
#define DOWNGRADE 4u
#define FORCE     8u
#define OPTIONS   16u
#define ROW(prepare, error, asks)                                                                  \
    {                                                                                              \
#prepare, prepare, error, asks                                                             \
    }

static const struct row rows[] = {
    ROW(good, "", 0),
    ROW(empty, "IMAGE_EMPTY", 0),
    ROW(too_short, "IMAGE_TOO_SHORT", 0),
    ROW(a_text, "IMAGE_BAD_VECTORS", 0),
    ROW(too_large, "IMAGE_TOO_LARGE", 0),
    ROW(bad_stack, "IMAGE_BAD_VECTORS", 0),
    ROW(bad_reset, "IMAGE_BAD_VECTORS", 0),
    ROW(no_block, "", FOREIGN),
    ROW(no_block_and_a_watchdog, "WATCHDOG_ALWAYS", FOREIGN),
    ROW(bad_block, "IMAGE_BAD_INFO", 0),
    ROW(other_board, "IMAGE_OTHER_BOARD", 0),
    ROW(other_address, "IMAGE_OTHER_ADDRESS", 0),
    ROW(cut, "IMAGE_WRONG_SIZE", 0),
    ROW(other_product, "", FOREIGN),
    ROW(older, "", DOWNGRADE),
    ROW(other_guard, "", GUARD),
    ROW(older_with_other_guard, "", GUARD | DOWNGRADE),
    ROW(other_product_with_other_guard, "", FOREIGN | GUARD),
    ROW(lower_epoch, "IMAGE_EPOCH", 0),
    ROW(older_of_lower_epoch, "IMAGE_EPOCH", 0),
    ROW(other_guard_on_other_board, "IMAGE_OTHER_BOARD", 0),
    ROW(rejected, "", FORCE),
    ROW(rejected_and_older_with_other_guard, "", FORCE | GUARD | DOWNGRADE),
    ROW(not_allowed, "OPTION_PENDING", 0),
    ROW(second_core_boots, "", OPTIONS),
    ROW(second_core_boots_and_older, "", OPTIONS | DOWNGRADE),
    ROW(on_trial, "ON_TRIAL", 0),
    ROW(require_signatures, "SIGNATURE_MISSING", 0),
    ROW(bundle, "", 0),
    ROW(large_bundle, "", 0),
    ROW(bundle_of_older, "", DOWNGRADE),
    ROW(bundle_of_rejected, "", FORCE),
    ROW(bundle_of_other_product_with_other_guard, "", FOREIGN | GUARD),
    ROW(bundle_for_other_platform, "MANIFEST_OTHER_PLATFORM", 0),
    ROW(bundle_of_lower_epoch, "IMAGE_EPOCH", 0),
    ROW(bundle_of_too_large, "IMAGE_TOO_LARGE", 0),
    ROW(unsigned_bundle, "SIGNATURE_MISSING", 0),
    ROW(signed_bundle, "", 0),
    ROW(bundle_of_a_stranger, "SIGNATURE_WRONG", 0),
    ROW(changed_manifest, "BUNDLE_BAD_CRC", 0),
    ROW(no_manifest, "BUNDLE_NO_MANIFEST", 0),
    ROW(bad_manifest, "MANIFEST_BAD", 0),
    ROW(compressed, "BUNDLE_COMPRESSED", 0),
    ROW(cut_in_the_manifest, "IMAGE_TOO_SHORT", 0),
    ROW(cut_in_the_image, "BUNDLE_PART_MISSING", 0),
    ROW(cut_before_the_image, "IMAGE_TOO_SHORT", 0),
    ROW(cut_behind_a_long_manifest, "BUNDLE_PART_MISSING", 0),
    ROW(damaged_behind_the_head, "", 0),
};

static void assert_verdict(const struct row *row, const char *who, const struct verdict *verdict,
                           const char *json)
{
    if (strcmp(verdict->error, row->error) == 0 && verdict->asks == row->asks)
        return;
    fail_msg("%s, %s: error \"%s\", asks %x; expected \"%s\", %x\n%s", row->name, who,
             verdict->error, verdict->asks, row->error, row->asks, json);
}

static void a_check_says_what_an_upload_hears(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture *f = device_with(rows[i].prepare);
        const char *json = check_file(f, "", 900);
        struct verdict said = read_verdict(json);
        assert_verdict(&rows[i], "check", &said, json);
        end_device(f);
        struct verdict heard = upload_until_taken(rows[i].prepare);
        assert_verdict(&rows[i], "upload", &heard, "");
    }
}

static void any_split_of_the_body_gives_the_same_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture *f = device_with(rows[i].prepare);
        char whole[FLOTA_HTTP_TEXT_MAX];
        snprintf(whole, sizeof whole, "%s", check_file(f, "", 20000));
        assert_string_equal(check_file(f, "", 1), whole);
        end_device(f);
    }
}

/* Up to the trial's remaining time. */
static void copy_status(struct fixture *f, char text[FLOTA_HTTP_TEXT_MAX])
{
    const char *json = strstr(get_status(f), "\r\n\r\n");
    const char *end = strstr(json, "\"trial\":{");
    snprintf(text, FLOTA_HTTP_TEXT_MAX, "%.*s", end ? (int)(end - json) : 4000, json);
}

/* No flash operation of any kind, the same status as before, nothing on the console. */
static void a_check_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture *f = device_with(rows[i].prepare);
        char before[FLOTA_HTTP_TEXT_MAX], after[FLOTA_HTTP_TEXT_MAX];
        uint32_t operations = f->model.operation_count;
        copy_status(f, before);
        f->log_size = 0;
        f->log[0] = '\0';
        check_file(f, "", 900);
        work(f, &f->client, 1000);
        assert_int_equal(f->model.operation_count, operations);
        assert_int_equal(f->model.erase_count + f->model.program_count, 0);
        assert_int_equal(f->model.journal_erase_count, 0);
        assert_int_equal(f->model.swap_count + f->model.keep_count + f->model.reset_count, 0);
        copy_status(f, after);
        assert_string_equal(after, before);
        assert_string_equal(f->log, "");
        assert_null(f->service.check_client);
        end_device(f);
    }
}

static void consents_that_are_given_are_not_asked_for(void **state)
{
    (void)state;
    struct fixture *f = device_with(rejected_and_older_with_other_guard);
    assert_contains(check_file(f, "&downgrade=1&force=true", 900),
                    "\"asks\":{\"guard\":\"The image carries another guard than the firmware that "
                    "runs. The guard is what rolls back.\"},\"error\":null,");
    end_device(f);
    f = device_with(second_core_boots);
    assert_contains(check_file(f, "&options=1", 900), "\"asks\":{},\"error\":null,");
    assert_int_equal(f->model.set_options_count, 0);
    end_device(f);
}

/* --- the words --- */

static void an_image_is_told_by_its_block(void **state)
{
    struct fixture *f = *state;
    char expected[256], digest[65];
    const struct flota_image_info *info = (const void *)(f->image + FLOTA_IMAGE_INFO_OFFSET);
    flota_hex_text(info->digest, 32, digest);
    snprintf(expected, sizeof expected,
             "{\"info\":{\"name\":\"project2\",\"version\":\"2.0.0\",\"board\":\"test-board\","
             "\"build_id\":\"%.16s\"},\"asks\":{},\"error\":null,\"digest\":\"%s\",\"offset\":0}"
             "\r\n",
             digest, digest);
    assert_string_equal(check_file(f, "", 900), expected);
}

static void a_refusal_has_the_error_s_words(void **state)
{
    struct fixture *f = *state;
    other_board(f);
    const char *json = check_file(f, "", 900);
    assert_contains(json, "{\"info\":{\"name\":\"project2\",\"version\":\"2.0.0\","
                          "\"board\":\"other-board\",");
    assert_contains(json, "\"error\":{\"code\":-107,\"name\":\"IMAGE_OTHER_BOARD\",\"cause\":\"the "
                          "image was built for another board\",\"remedy\":\"");
}

static void each_question_is_a_sentence(void **state)
{
    struct fixture *f = *state;
    older(f);
    assert_contains(check_file(f, "", 900),
                    "\"downgrade\":\"The image is older than 1.0.0, which runs now.\"");
    other_product(f);
    assert_contains(check_file(f, "", 900),
                    "\"foreign\":\"The image belongs to another product, other-product.\"");
    no_block(f);
    assert_contains(check_file(f, "", 900), "{\"info\":null,\"asks\":{\"foreign\":\"The image has "
                                            "no Flota information block. It may be unable to "
                                            "update itself.\"},\"error\":null,\"digest\":null,");
}

static void a_bundle_whose_image_comes_late_is_told_by_its_manifest(void **state)
{
    struct fixture *f = *state;
    char digest[65];
    uint8_t hash[32];
    older(f);
    assert_int_equal(mbedtls_sha256_ret(f->image, f->size, hash, 0), 0);
    flota_hex_text(hash, 32, digest);
    make_bundle(f, &(struct bundle_wish){"test-board", "", 20000, true, NULL});
    const char *json = check_file(f, "", 900);
    assert_contains(json, "{\"info\":{\"name\":\"");
    assert_contains(json, "\"version\":\"2.0.0\",\"board\":\"test-board\",");
    assert_contains(json, "},\"asks\":{},\"error\":null,\"digest\":\"");
    assert_contains(json, digest);
}

/* --- where an upload goes on --- */

static uint32_t offset_in(const char *json)
{
    const char *at = strstr(json, "\"offset\":");
    assert_non_null(at);
    return (uint32_t)strtoul(at + 9, NULL, 10);
}

static void lose_at(struct fixture *f, size_t size)
{
    reconnect(f);
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, size, 300);
    work(f, &f->client, 2000);
    flota_http_close(&f->client.connection);
    work(f, &f->client, 2000);
}

static void a_file_that_broke_off_goes_on_and_any_other_does_not(void **state)
{
    struct fixture *f = *state;
    lose_at(f, 3000);
    assert_int_equal(offset_in(check_file(f, "", 900)), 3000);
    assert_contains(get_status(f), "\"resume\":{\"offset\":3000,");
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.seed = 2;
    make_image(f, &recipe);
    assert_int_equal(offset_in(check_file(f, "", 900)), 0);
}

static void a_bundle_that_broke_off_goes_on(void **state)
{
    struct fixture *f = *state;
    large_bundle(f);
    lose_at(f, 9000);
    assert_int_equal(offset_in(check_file(f, "", 900)), 9000);
    struct image_recipe recipe = IMAGE_RECIPE;
    make_image(f, &recipe);
    make_bundle(f, &(struct bundle_wish){"test-board", "", 20001, false, NULL});
    assert_int_equal(offset_in(check_file(f, "", 900)), 0); /* the same image in another bundle */
}

static void what_the_check_says_the_upload_does(void **state)
{
    struct fixture *f = *state;
    char range[80];
    lose_at(f, 3000);
    uint32_t offset = offset_in(check_file(f, "", 900));
    snprintf(range, sizeof range, "Content-Range: bytes %u-%zu/%zu\r\n", offset, f->size - 1,
             f->size);
    reconnect(f);
    send_head(f, &f->client, "/update", f->size - offset, range);
    send_while_working(f, &f->client, f->image + offset, f->size - offset, 300);
    work(f, &f->client, 2000);
    assert_updated(f);
}

static void after_a_loss_of_power_it_goes_on_too(void **state)
{
    struct fixture *f = *state;
    lose_at(f, 3000);
    restart_device(f);
    assert_int_equal(offset_in(check_file(f, "", 900)), 2048);
}

/* --- whose turn it is --- */

static void while_somebody_updates_a_check_is_refused(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    send_while_working(f, &f->client, f->image, 3000, 300);
    client_open(&f->other, &f->server);
    client_send(&f->other, "POST " CHECK " HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
    assert_int_equal(client_status(&f->other), 409);
    assert_contains(f->other.output, "\"name\":\"UPDATE_BUSY\"");
    assert_contains(f->other.output, "\"from\":\"192.168.0.5\"");
    send_while_working(f, &f->client, f->image + 3000, f->size - 3000, 300);
    work(f, &f->client, 2000);
    assert_updated(f);
}

static void an_update_that_begins_meanwhile_comes_first(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, CHECK, f->size, "");
    send_while_working(f, &f->client, f->image, 3000, 300);
    client_open(&f->other, &f->server);
    send_head(f, &f->other, "/update", f->size, "");
    send_while_working(f, &f->client, f->image + 3000, f->size - 3000, 300);
    assert_int_equal(client_status(&f->client), 409);
    assert_contains(f->client.output, "\"name\":\"UPDATE_BUSY\"");
    send_while_working(f, &f->other, f->image, f->size, 300);
    work(f, &f->other, 2000);
    assert_int_equal(client_status(&f->other), 200);
}

static void of_two_checks_the_later_one_is_answered(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, CHECK, f->size, "");
    send_while_working(f, &f->client, f->image, 1000, 300);
    client_open(&f->other, &f->server);
    send_head(f, &f->other, CHECK, f->size, "");
    send_while_working(f, &f->client, f->image + 1000, f->size - 1000, 300);
    send_while_working(f, &f->other, f->image, f->size, 300);
    client_collect(&f->client);
    assert_int_equal(client_status(&f->client), 409);
    assert_contains(f->client.output, "\"name\":\"NOT_READY\"");
    assert_int_equal(client_status(&f->other), 200);
    assert_contains(f->other.output, "\"asks\":{},\"error\":null,");
}

static void a_client_that_leaves_its_check_is_forgotten(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, CHECK, f->size, "");
    send_while_working(f, &f->client, f->image, 1000, 300);
    assert_ptr_equal(f->service.check_client, &f->client.connection);
    flota_http_close(&f->client.connection);
    assert_null(f->service.check_client);
    assert_next_update_works(f);
}

/* The journals can't be read while flash works: the answer waits for it, the contract holds. */
static void a_check_waits_for_the_flash(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update", f->size, "");
    for (size_t at = 0; at < f->size && f->model.operation == FLASH_MODEL_NOTHING;) {
        at += client_offer(&f->client, f->image + at, 1);
        turn(f, &f->client);
    }
    assert_int_not_equal(f->model.operation, FLASH_MODEL_NOTHING);
    flota_http_close(&f->client.connection);
    client_open(&f->client, &f->server);
    char head[200];
    snprintf(head, sizeof head, "POST " CHECK " HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n",
             f->size);
    client_send(&f->client, head);
    client_offer(&f->client, f->image, f->size);
    assert_int_equal(client_status(&f->client), 0);
    work(f, &f->client, 200);
    assert_int_equal(client_status(&f->client), 200);
}

/* --- requests --- */

static void post_check(struct fixture *f, const char *query, size_t size, const char *headers)
{
    char path[128];
    snprintf(path, sizeof path, CHECK "%s", query);
    reconnect(f);
    send_head(f, &f->client, path, size, headers);
    send_while_working(f, &f->client, f->image, size, 700);
    work(f, &f->client, 20);
}

static void assert_bad_request(struct fixture *f)
{
    assert_int_equal(client_status(&f->client), 400);
    assert_contains(f->client.output, "\"name\":\"BAD_REQUEST\"");
    assert_int_equal(f->model.operation_count, 0);
}

static void too_few_bytes_are_no_file_s_beginning(void **state)
{
    struct fixture *f = *state;
    post_check(f, "&size=5000", 4999, "");
    assert_bad_request(f);
    post_check(f, "&size=5000", 0, "");
    assert_bad_request(f);
}

static void a_size_that_is_no_number_is_refused(void **state)
{
    static const char *const sizes[] = {"&size=", "&size=-1", "&size=5000x", "&size=0x10",
                                        "&size=99999999999999999999"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        post_check(f, sizes[i], f->size, "");
        assert_bad_request(f);
    }
}

static void a_form_or_a_range_is_refused(void **state)
{
    struct fixture *f = *state;
    post_check(f, "", f->size, FORM_TYPE);
    assert_bad_request(f);
    post_check(f, "&size=5000", f->size, "Content-Range: bytes 0-4999/5000\r\n");
    assert_bad_request(f);
}

static void without_a_size_the_body_is_the_file(void **state)
{
    struct fixture *f = *state;
    post_check(f, "", f->size, "");
    assert_contains(f->client.output, "\"error\":null,");
    post_check(f, "", f->size - 1, "");
    assert_contains(f->client.output, "\"name\":\"IMAGE_WRONG_SIZE\"");
    large_bundle(f);
    post_check(f, "", f->size, ""); /* more than is looked at */
    assert_contains(f->client.output, "\"asks\":{},\"error\":null,");
}

static void a_chunked_body_is_looked_at_too(void **state)
{
    struct fixture *f = *state;
    char line[16];
    snprintf(line, sizeof line, "%zx\r\n", f->size);
    client_send(&f->client,
                "POST " CHECK " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    client_send(&f->client, line);
    client_offer(&f->client, f->image, f->size);
    client_send(&f->client, "\r\n0\r\n\r\n");
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "\"asks\":{},\"error\":null,");
}

static void the_older_path_serves_it_as_well(void **state)
{
    struct fixture *f = *state;
    send_head(f, &f->client, "/update?check=1", f->size, "");
    send_while_working(f, &f->client, f->image, f->size, 700);
    assert_int_equal(client_status(&f->client), 200);
    assert_contains(f->client.output, "Content-Type: application/json\r\n");
    assert_contains(f->client.output, "\"asks\":{},\"error\":null,");
    assert_int_equal(f->model.operation_count, 0);
}

static void an_update_follows_its_check_on_the_same_connection(void **state)
{
    struct fixture *f = *state;
    check_file(f, "", 900);
    send_raw(f, "/update", "");
    assert_updated(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_check_says_what_an_upload_hears),
        cmocka_unit_test(any_split_of_the_body_gives_the_same_answer),
        cmocka_unit_test(a_check_changes_nothing),
        cmocka_unit_test(consents_that_are_given_are_not_asked_for),
        TEST(an_image_is_told_by_its_block),
        TEST(a_refusal_has_the_error_s_words),
        TEST(each_question_is_a_sentence),
        TEST(a_bundle_whose_image_comes_late_is_told_by_its_manifest),
        TEST(a_file_that_broke_off_goes_on_and_any_other_does_not),
        TEST(a_bundle_that_broke_off_goes_on),
        TEST(what_the_check_says_the_upload_does),
        TEST(after_a_loss_of_power_it_goes_on_too),
        TEST(while_somebody_updates_a_check_is_refused),
        TEST(an_update_that_begins_meanwhile_comes_first),
        TEST(of_two_checks_the_later_one_is_answered),
        TEST(a_client_that_leaves_its_check_is_forgotten),
        TEST(a_check_waits_for_the_flash),
        TEST(too_few_bytes_are_no_file_s_beginning),
        TEST(a_size_that_is_no_number_is_refused),
        TEST(a_form_or_a_range_is_refused),
        TEST(without_a_size_the_body_is_the_file),
        TEST(a_chunked_body_is_looked_at_too),
        TEST(the_older_path_serves_it_as_well),
        TEST(an_update_follows_its_check_on_the_same_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
