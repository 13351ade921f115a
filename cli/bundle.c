/* bundle.c - flota bundle: an image in a ZIP file, behind a manifest that may be signed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "flota/error.h"
#include "key_file.h"
#include "slots.h"
#include "verdict.h"
#include "zip_writer.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIGNATURE_FIELD 0x293Au
#define PART_NAME       "cm7.bin"
#define SHA1_TEXT       41
#define SHA256_TEXT     65

struct wishes {
    const char *command;
    const char *out;
    const char *image;
    const char *name;
    bool quiet;
};

struct signers {
    struct key_list keys;
    uint32_t slots[KEY_COUNT_MAX];
};

/* --- the manifest --- */

/* SOURCE_DATE_EPOCH makes builds reproducible: reproducible-builds.org, its specification. Returns
 * false when it is set to something else than seconds. */
static bool read_clock(time_t *now)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH");
    char *end;
    *now = time(NULL);
    if (!fixed)
        return true;
    errno = 0;
    long long seconds = strtoll(fixed, &end, 10);
    *now = (time_t)seconds;
    return end != fixed && *end == '\0' && errno == 0 && seconds >= 0;
}

static bool write_time(char text[32])
{
    time_t now;
    struct tm calendar;
    return read_clock(&now) && gmtime_r(&now, &calendar) &&
           strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &calendar) > 0;
}

static void add_part(cJSON *manifest, const struct file *image)
{
    uint8_t sha1[20], sha256[32];
    char sha1_text[SHA1_TEXT], sha256_text[SHA256_TEXT];
    crypto_sha1(image->bytes, image->size, sha1);
    crypto_sha256(image->bytes, image->size, sha256);
    hex_text(sha1, sizeof sha1, sha1_text);
    hex_text(sha256, sizeof sha256, sha256_text);
    cJSON *parts = cJSON_AddObjectToObject(manifest, "parts");
    cJSON *part = cJSON_AddObjectToObject(parts, "cm7");
    cJSON_AddStringToObject(part, "type", "cm7");
    cJSON_AddStringToObject(part, "src", PART_NAME);
    cJSON_AddNumberToObject(part, "size", image->size);
    cJSON_AddStringToObject(part, "cs_sha1", sha1_text);
    cJSON_AddStringToObject(part, "cs_sha256", sha256_text);
}

static char *make_manifest(const char *name, const char *timestamp, const struct file *image)
{
    struct flota_image_info info;
    char build_id[FLOTA_BUILD_ID_TEXT];
    verdict_raw_info(image, &info);
    flota_build_id_text(&info, build_id);
    cJSON *manifest = cJSON_CreateObject();
    cJSON_AddStringToObject(manifest, "name", name);
    cJSON_AddStringToObject(manifest, "platform", info.board);
    cJSON_AddStringToObject(manifest, "version", info.version);
    cJSON_AddStringToObject(manifest, "build_id", build_id);
    cJSON_AddStringToObject(manifest, "build_timestamp", timestamp);
    cJSON_AddStringToObject(manifest, "product", info.product);
    cJSON_AddNumberToObject(manifest, "security_epoch", info.security_epoch);
    add_part(manifest, image);
    char *text = cJSON_PrintUnformatted(manifest);
    cJSON_Delete(manifest);
    if (!text)
        abort();
    return text;
}

/* Returns the extra field's JSON, or NULL when a signature could not be made. */
static char *make_signatures(const struct signers *signers, const char *manifest)
{
    uint8_t digest[32], numbers[64], der[CRYPTO_DER_MAX];
    char name[8], text[CRYPTO_BASE64_SIZE(CRYPTO_DER_MAX)];
    cJSON *object = cJSON_CreateObject();
    bool good = true;
    crypto_sha256(manifest, strlen(manifest), digest);
    for (size_t i = 0; i < signers->keys.count && good; i++) {
        good = crypto_sign(&signers->keys.keys[i], digest, numbers);
        crypto_base64(der, crypto_signature_der(numbers, der), text);
        snprintf(name, sizeof name, "sig%u", (unsigned)signers->slots[i]);
        cJSON_AddStringToObject(object, name, text);
    }
    char *json = good ? cJSON_PrintUnformatted(object) : NULL;
    cJSON_Delete(object);
    return json;
}

/* --- the file --- */

static struct zip_writer zip_up(const char *manifest, const char *signatures,
                                const struct file *image)
{
    struct zip_writer zip = {0};
    const struct zip_entry first = {.name = "manifest.json",
                                    .data = manifest,
                                    .size = (uint32_t)strlen(manifest),
                                    .extra_id = SIGNATURE_FIELD,
                                    .extra = signatures,
                                    .extra_size = signatures ? (uint16_t)strlen(signatures) : 0};
    const struct zip_entry part = {.name = PART_NAME, .data = image->bytes, .size = image->size};
    zip_add(&zip, &first);
    zip_add(&zip, &part);
    zip_finish(&zip);
    return zip;
}

static void say_done(const struct wishes *wishes, const struct file *image, uint32_t size,
                     size_t signature_count)
{
    struct flota_image_info info;
    verdict_raw_info(image, &info);
    fprintf(stderr, "bundled %s: %s %s for %s, %u B, ", wishes->out, info.name, info.version,
            info.board, (unsigned)size);
    fprintf(stderr, signature_count ? "manifest signed by %u\n" : "manifest not signed\n",
            (unsigned)signature_count);
}

static int bundle(const struct wishes *wishes, const struct signers *signers,
                  const struct file *image, const char *timestamp)
{
    struct flota_image_info info;
    verdict_raw_info(image, &info);
    const char *name = wishes->name ? wishes->name : info.name;
    char *manifest = make_manifest(name, timestamp, image);
    char *signatures = signers->keys.count ? make_signatures(signers, manifest) : NULL;
    int result = EXIT_OTHER;
    if (signers->keys.count && !signatures)
        verdict_complain(wishes->command, wishes->image, FLOTA_ERR_SIGNATURE_WRONG,
                         "try again: the system gave no random numbers");
    else {
        struct zip_writer zip = zip_up(manifest, signatures, image);
        const struct file out = {.bytes = zip.bytes, .size = zip.size};
        result = file_write(wishes->command, wishes->out, &out) ? EXIT_DONE : EXIT_OTHER;
        if (result == EXIT_DONE && !wishes->quiet)
            say_done(wishes, image, zip.size, signers->keys.count);
        free(zip.bytes);
    }
    free(signatures);
    free(manifest);
    return result;
}

static int run(const struct wishes *wishes, const struct signers *signers)
{
    struct file image;
    char timestamp[32];
    if (!write_time(timestamp)) {
        fprintf(stderr,
                "%s: SOURCE_DATE_EPOCH is not a number of seconds.\nTo do: unset it, or "
                "export SOURCE_DATE_EPOCH=$(git log -1 --format=%%ct).\n",
                wishes->command);
        return EXIT_OTHER;
    }
    if (!file_read(wishes->command, wishes->image, &image))
        return EXIT_OTHER;
    int error = verdict(&image);
    int result = error != 0 ? verdict_complain(wishes->command, wishes->image, error, NULL)
                            : bundle(wishes, signers, &image, timestamp);
    free(image.bytes);
    return result;
}

int command_bundle(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    struct usage_list paths = {.count = 0}, slots = {.count = 0};
    struct signers signers = {.keys.count = 0};
    const struct usage_option options[] = {
        USAGE_TEXT("image", 'i', "IMAGE.bin", &wishes.image, "The sealed image for the Cortex-M7"),
        USAGE_LIST("key", 'k', "KEY.pem", &paths, "Sign the manifest with this private key"),
        USAGE_LIST(
            "slot", 's', "N", &slots,
            "The device's slot of that key, 0 to 3; one for each --key (default: 0, 1, ...)"),
        USAGE_TEXT("name", 'n', "NAME", &wishes.name, "Instead of the firmware's own name"),
        USAGE_FLAG("quiet", 'q', &wishes.quiet, "Say nothing when all is well"),
        {0}};
    const struct usage usage = {
        "OUT.zip",
        "Make a bundle: manifest.json and the image, stored in a ZIP file.\vWith the same "
        "SOURCE_DATE_EPOCH the same image and keys give the same bytes.",
        options,
        &wishes.out,
        1,
        1};
    usage_read(&usage, argc, argv);
    if (!wishes.image)
        return usage_complain(argv[0], "give the image: --image IMAGE.bin");
    if (wishes.name && (wishes.name[0] == '\0' || strlen(wishes.name) > 31))
        return usage_complain(argv[0], "a name has 1 to 31 bytes");
    if (!slots_read(argv[0], &slots, paths.count, signers.slots))
        return EXIT_USAGE;
    int result = EXIT_OTHER;
    if (key_file_read_all(argv[0], &paths, &signers.keys))
        result = run(&wishes, &signers);
    crypto_forget(&signers, sizeof signers);
    return result;
}
