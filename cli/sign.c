/* sign.c - flota sign: append signatures to a sealed image.
 *
 * The block says how long the trailer is, and the digest covers the block: so an image that is
 * signed gets a new digest, and with it a new build id.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "flota/error.h"
#include "trailer.h"
#include "verdict.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wishes {
    const char *command;
    const char *in;
    const char *out;
    bool quiet;
};

/* What is signed is vouched for: only an image that is good as it stands is. */
static int check_input(const struct file *file)
{
    struct flota_image_info info;
    if (verdict_raw_info(file, &info) && verdict_is_unsealed(&info))
        return FLOTA_ERR_IMAGE_BAD_INFO;
    return verdict(file);
}

/* The image without the trailer that it may have, with room for the new one. */
static struct file make_room(const struct file *in, uint32_t trailer)
{
    struct flota_image_info info;
    verdict_raw_info(in, &info);
    struct file out = {.bytes = calloc(1, info.image_size + trailer + 1),
                       .size = info.image_size + trailer};
    if (!out.bytes)
        abort();
    memcpy(out.bytes, in->bytes, info.image_size);
    info.trailer_size = trailer;
    memcpy(out.bytes + FLOTA_IMAGE_INFO_OFFSET, &info, sizeof info);
    return out;
}

static int sign(const struct file *in, const struct key_list *keys, struct file *out)
{
    struct flota_image_info info;
    *out = make_room(in, trailer_size(keys->count));
    uint32_t image_size = out->size - trailer_size(keys->count);
    int error = flota_image_seal(out->bytes, image_size);
    if (error != 0)
        return error;
    verdict_raw_info(out, &info);
    if (!trailer_write(keys, info.digest, out->bytes + image_size))
        return FLOTA_ERR_SIGNATURE_WRONG;
    return verdict(out);
}

static void say_done(const struct wishes *wishes, const struct file *out,
                     const struct key_list *keys)
{
    struct flota_image_info info;
    char build_id[FLOTA_BUILD_ID_TEXT];
    verdict_raw_info(out, &info);
    flota_build_id_text(&info, build_id);
    fprintf(stderr, "signed %s: %s %s, build id %s, %u B and %u B of signatures\n", wishes->out,
            info.name, info.version, build_id, (unsigned)info.image_size,
            (unsigned)info.trailer_size);
    for (size_t i = 0; i < keys->count; i++) {
        char fingerprint[KEY_FINGERPRINT_SIZE];
        key_fingerprint(&keys->keys[i], fingerprint);
        fprintf(stderr, "  by the key %s\n", fingerprint);
    }
}

static int sign_and_write(const struct wishes *wishes, const struct file *in,
                          const struct key_list *keys)
{
    struct file out;
    int error = sign(in, keys, &out);
    int result = EXIT_OTHER;
    if (error != 0)
        verdict_complain(wishes->command, wishes->in, error, NULL);
    else if (file_write(wishes->command, wishes->out, &out))
        result = EXIT_DONE;
    if (result == EXIT_DONE && !wishes->quiet)
        say_done(wishes, &out, keys);
    free(out.bytes);
    return result;
}

static int run(const struct wishes *wishes, const struct key_list *keys)
{
    struct file in;
    if (!file_read(wishes->command, wishes->in, &in))
        return EXIT_OTHER;
    int error = check_input(&in), result = EXIT_OTHER;
    if (error != 0)
        verdict_complain(wishes->command, wishes->in, error,
                         error == FLOTA_ERR_IMAGE_BAD_INFO ? "run flota seal on it first" : NULL);
    else
        result = sign_and_write(wishes, &in, keys);
    free(in.bytes);
    return result;
}

int command_sign(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    struct usage_list paths = {.count = 0};
    struct key_list keys;
    const char *operands[2];
    const struct usage_option options[] = {
        USAGE_LIST("key", 'k', "KEY.pem", &paths, "Sign with this private key; up to four times"),
        USAGE_FLAG("quiet", 'q', &wishes.quiet, "Say nothing when all is well"),
        {0}};
    const struct usage usage = {
        "IMAGE.bin OUT.bin",
        "Append signatures to a sealed image.\vSignatures that it has already are replaced. The "
        "digest includes the size of the signatures, so the build id changes. The same image and "
        "keys give the same bytes. IMAGE.bin and OUT.bin may be the same file.",
        options,
        operands,
        2,
        2};
    usage_read(&usage, argc, argv);
    wishes.in = operands[0];
    wishes.out = operands[1];
    if (paths.count == 0)
        return usage_complain(argv[0], "give the key to sign with: --key KEY.pem");
    int result = EXIT_OTHER;
    if (key_file_read_all(argv[0], &paths, &keys))
        result = run(&wishes, &keys);
    crypto_forget(&keys, sizeof keys);
    return result;
}
