/* verify.c - flota verify: would a device take this file?
 *
 * The checks are the device's own code, in the device's order (src/core/update_input.c and
 * update_flash.c): manifest, signature of the manifest, information block, content, signatures
 * behind the image.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "device_config.h"
#include "firmware.h"
#include "flota/error.h"
#include "key_file.h"
#include "slots.h"
#include "verdict.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wishes {
    const char *command;
    const char *path;
    const char *board;
    const char *product;
    const char *running; /* a file */
    const char *config;  /* a file */
    struct usage_list keys;
    struct usage_list slots;
    bool required;
    bool json;
};

/* The device that the file is held against. */
struct device {
    struct flota_image_info running;
    bool has_running;
    char keys[FLOTA_KEY_SLOTS][DEVICE_CONFIG_TEXT];
    struct flota_trust trust;
};

struct outcome {
    int error;
    bool manifest_signed;
    bool image_signed;
};

/* --- the device --- */

/* What is not said is taken from the file itself. */
static void set_running(struct device *device, const struct wishes *wishes,
                        const struct file *image)
{
    struct flota_image_info *running = &device->running;
    if (!device->has_running)
        verdict_raw_info(image, running);
    if (wishes->board)
        snprintf(running->board, sizeof running->board, "%s", wishes->board);
    if (wishes->product)
        snprintf(running->product, sizeof running->product, "%s", wishes->product);
    running->board[sizeof running->board - 1] = '\0';
    running->product[sizeof running->product - 1] = '\0';
    running->version[sizeof running->version - 1] = '\0';
}

static bool read_running(const struct wishes *wishes, struct device *device)
{
    struct firmware firmware;
    if (!wishes->running)
        return true;
    if (!firmware_read(wishes->command, wishes->running, &firmware))
        return false;
    int error = firmware.error != 0 ? firmware.error : verdict(&firmware.image);
    if (error == 0)
        device->has_running = verdict_raw_info(&firmware.image, &device->running);
    else
        verdict_complain(wishes->command, wishes->running, error, NULL);
    firmware_free(&firmware);
    return error == 0;
}

static bool read_config(struct wishes *wishes, struct device *device)
{
    static struct device_config config; /* its product is used as long as the program runs */
    if (!wishes->config)
        return true;
    if (!device_config_read(wishes->command, wishes->config, &config))
        return false;
    memcpy(device->keys, config.keys, sizeof device->keys);
    wishes->required = wishes->required || config.required;
    if (!wishes->product && config.product[0])
        wishes->product = config.product;
    return true;
}

static bool read_keys(const struct wishes *wishes, const uint32_t *slots, struct device *device)
{
    for (size_t i = 0; i < wishes->keys.count; i++) {
        struct crypto_key key;
        if (!key_file_read(wishes->command, wishes->keys.values[i], &key))
            return false;
        key_text(&key, device->keys[slots[i]]);
        crypto_forget(&key, sizeof key);
    }
    return true;
}

static bool start_trust(const struct wishes *wishes, struct device *device)
{
    struct flota_trust_config config = {.policy = wishes->required ? FLOTA_SIGNATURES_REQUIRED
                                                                   : FLOTA_SIGNATURES_OPTIONAL,
                                        .product = device->running.product};
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++)
        config.keys[i] = device->keys[i][0] ? device->keys[i] : NULL;
    if (flota_trust_init(&device->trust, &config) == 0)
        return true;
    fprintf(stderr,
            "%s: %s: a key is no public key of P-256 as base64.\nTo do: paste the line that "
            "flota keygen --public prints.\n",
            wishes->command, wishes->config ? wishes->config : "--key");
    return false;
}

/* --- the checks --- */

static int check_manifest(const struct firmware *firmware, struct device *device,
                          struct outcome *outcome)
{
    const struct flota_bundle *bundle = firmware->bundle;
    const struct flota_manifest *manifest = &bundle->manifest;
    if (!flota_manifest_fits(manifest, device->running.board))
        return FLOTA_ERR_MANIFEST_OTHER_PLATFORM;
    if (manifest->parts[manifest->image_part].size > IMAGE_AREA_SIZE)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    if (manifest->has_epoch && manifest->security_epoch < device->running.security_epoch)
        return FLOTA_ERR_IMAGE_EPOCH;
    int result = flota_trust_check_manifest(&device->trust, bundle->manifest_digest,
                                            bundle->signatures, bundle->signatures_size);
    outcome->manifest_signed = result == FLOTA_SIGNED;
    return result == FLOTA_ERR_SIGNATURE_MISSING || result > 0 ? 0 : result;
}

static int check_trailer(const struct file *image, struct device *device, struct outcome *outcome)
{
    struct flota_image_info info;
    verdict_raw_info(image, &info);
    int result = flota_trust_check_trailer(&device->trust, &info, image->bytes + info.image_size,
                                           info.trailer_size);
    outcome->image_signed = result == FLOTA_SIGNED;
    return result > 0 ? 0 : result;
}

static int check_image(const struct file *image, struct device *device, struct outcome *outcome)
{
    struct flota_image_info info;
    int error = verdict_head(image, &device->running);
    verdict_raw_info(image, &info);
    if (error == 0)
        error = flota_trust_check_block(&device->trust, &info, outcome->manifest_signed);
    if (error == 0)
        error = verdict_content(image);
    if (error == 0 && !outcome->manifest_signed)
        error = check_trailer(image, device, outcome);
    return error;
}

static int check(const struct firmware *firmware, struct device *device, struct outcome *outcome)
{
    int error = firmware->has_manifest ? check_manifest(firmware, device, outcome) : 0;
    if (error == 0)
        error = firmware->error;
    return error != 0 ? error : check_image(&firmware->image, device, outcome);
}

/* --- what is said --- */

static const char *signature_text(const struct outcome *outcome, const struct device *device)
{
    if (outcome->manifest_signed)
        return "the manifest is signed by a key of the device";
    if (outcome->image_signed)
        return "the image is signed by a key of the device";
    for (uint32_t i = 0; i < FLOTA_KEY_SLOTS; i++)
        if (device->keys[i][0])
            return "not signed, and this device takes unsigned firmware";
    return "not checked: no key was given";
}

static void print_json(const struct wishes *wishes, const struct outcome *outcome)
{
    const struct flota_error_text *text = flota_error_text(outcome->error);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "file", wishes->path);
    cJSON_AddBoolToObject(object, "ok", outcome->error == 0);
    cJSON_AddBoolToObject(object, "manifest_signed", outcome->manifest_signed);
    cJSON_AddBoolToObject(object, "image_signed", outcome->image_signed);
    if (outcome->error != 0) {
        cJSON *error = cJSON_AddObjectToObject(object, "error");
        cJSON_AddNumberToObject(error, "code", outcome->error);
        cJSON_AddStringToObject(error, "name", text->name);
        cJSON_AddStringToObject(error, "cause", text->cause);
        cJSON_AddStringToObject(error, "remedy", text->remedy);
    }
    char *line = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    puts(line ? line : "{}");
    free(line);
}

static int report(const struct wishes *wishes, const struct device *device,
                  const struct outcome *outcome)
{
    if (wishes->json)
        print_json(wishes, outcome);
    if (outcome->error != 0) {
        verdict_complain(wishes->command, wishes->path, outcome->error, NULL);
        return EXIT_REFUSED;
    }
    if (!wishes->json)
        printf("%s: good for %s, product %s; %s\n", wishes->path, device->running.board,
               device->running.product, signature_text(outcome, device));
    return EXIT_DONE;
}

static int run(struct wishes *wishes, const uint32_t *slots)
{
    static struct device device;
    struct firmware firmware;
    struct outcome outcome = {0};
    if (!read_config(wishes, &device) || !read_keys(wishes, slots, &device) ||
        !read_running(wishes, &device) || !firmware_read(wishes->command, wishes->path, &firmware))
        return EXIT_OTHER;
    set_running(&device, wishes, &firmware.image);
    int result = EXIT_OTHER;
    if (start_trust(wishes, &device)) {
        outcome.error = check(&firmware, &device, &outcome);
        result = report(wishes, &device, &outcome);
    }
    firmware_free(&firmware);
    return result;
}

int command_verify(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    uint32_t slots[KEY_COUNT_MAX];
    const struct usage_option options[] = {
        USAGE_LIST("key", 'k', "KEY", &wishes.keys,
                   "A key that the device knows: PEM, private or public, or base64"),
        USAGE_LIST(
            "slot", 's', "N", &wishes.slots,
            "The device's slot of that key, 0 to 3; one for each --key (default: 0, 1, ...)"),
        USAGE_TEXT("config", 'c', "flota_config.h", &wishes.config,
                   "Take keys, product and policy from the device's firmware"),
        USAGE_FLAG("require-signature", 'r', &wishes.required,
                   "As a device that takes signed firmware only"),
        USAGE_TEXT("board", 'b', "NAME", &wishes.board, "The device's board"),
        USAGE_TEXT("product", 'p', "NAME", &wishes.product, "The device's product"),
        USAGE_TEXT("running", 'R', "FILE", &wishes.running,
                   "As a device that runs this firmware: also version, epoch and guard count"),
        USAGE_FLAG("json", 'j', &wishes.json, "Write one JSON object"),
        {0}};
    const struct usage usage = {
        "FILE",
        "Check a .bin or a bundle as a device would before taking it.\vWhat is not said of the "
        "device is taken from the file. Exit code 0: it would be taken; 5: it would be refused.",
        options,
        &wishes.path,
        1,
        1};
    usage_read(&usage, argc, argv);
    if (!slots_read(argv[0], &wishes.slots, wishes.keys.count, slots))
        return EXIT_USAGE;
    return run(&wishes, slots);
}
