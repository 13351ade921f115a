/* seal.c - flota seal: the last step of a build.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "flota/error.h"
#include "verdict.h"
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

struct arguments {
    const char *in;
    const char *out;
    bool force;
    bool quiet;
};

static const struct argp_option options[] = {
    {"force", 'f', NULL, 0, "Seal anew an image that was changed after it was sealed", 0},
    {"quiet", 'q', NULL, 0, "Say nothing when all is well", 0},
    {0}};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'f':
        arguments->force = true;
        return 0;
    case 'q':
        arguments->quiet = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_usage(state);
        *(state->arg_num == 0 ? &arguments->in : &arguments->out) = value;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2)
            argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = options,
    .parser = parse,
    .args_doc = "IN.bin OUT.bin",
    .doc =
        "Finish a firmware image that the linker made: fill image_size, digest and crc32 of its "
        "information block at 0x400.\vThe image is checked as the device would check it; what it "
        "would refuse is not sealed. IN.bin and OUT.bin may be the same file. Sealing twice "
        "changes "
        "nothing."};

static const char *remedy_of(int error)
{
    switch (error) {
    case FLOTA_ERR_IMAGE_NO_INFO:
        return "keep the block in the link: a struct flota_image_info in section .flota_info at "
               "0x400";
    case FLOTA_ERR_IMAGE_BAD_INFO:
        return "look at its fields: format 1, info_size 256, and product, board, name and version "
               "as "
               "UTF-8 texts of 1 to 31 bytes, padded with zeros";
    case FLOTA_ERR_IMAGE_WRONG_SIZE:
    case FLOTA_ERR_IMAGE_CORRUPT:
        return "it was changed after it was sealed: build it again, or seal it anew with --force";
    default:
        return NULL;
    }
}

/* An image that says it is sealed must be as it was sealed: a damaged one is not blessed unasked.
 */
static int check_earlier_seal(const struct file *file)
{
    struct flota_image_info info;
    if (!verdict_raw_info(file, &info) || verdict_is_unsealed(&info))
        return 0;
    int error = verdict(file);
    bool changed = error == FLOTA_ERR_IMAGE_WRONG_SIZE || error == FLOTA_ERR_IMAGE_CORRUPT;
    return changed ? error : 0;
}

static int seal(struct file *file, bool force)
{
    int error = force ? 0 : check_earlier_seal(file);
    if (error == 0)
        error = flota_image_seal(file->bytes, file->size);
    return error == 0 ? verdict(file) : error;
}

static void say_done(const struct arguments *arguments, const struct file *file)
{
    struct flota_image_info info;
    char build_id[FLOTA_BUILD_ID_TEXT];
    verdict_raw_info(file, &info);
    flota_build_id_text(&info, build_id);
    fprintf(stderr, "sealed %s: %s %s, build id %s, %u B of %u\n", arguments->out, info.name,
            info.version, build_id, (unsigned)info.image_size, IMAGE_AREA_SIZE);
}

int command_seal(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct file file;
    argp_parse(&parser, argc, argv, 0, NULL, &arguments);
    if (!file_read(argv[0], arguments.in, &file))
        return EXIT_OTHER;
    int result = EXIT_OTHER;
    int error = seal(&file, arguments.force);
    if (error != 0)
        verdict_complain(argv[0], arguments.in, error, remedy_of(error));
    else if (file_write(argv[0], arguments.out, &file))
        result = EXIT_DONE;
    if (result == EXIT_DONE && !arguments.quiet)
        say_done(&arguments, &file);
    free(file.bytes);
    return result;
}
