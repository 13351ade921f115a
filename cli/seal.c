/* seal.c - flota seal: the last step of a build.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "flota/error.h"
#include "usage.h"
#include "verdict.h"
#include <stdio.h>
#include <stdlib.h>

static bool is_signed(const struct file *file)
{
    struct flota_image_info info;
    return verdict_raw_info(file, &info) && info.trailer_size != 0;
}

static const char *remedy_of(const struct file *file, int error)
{
    if (is_signed(file))
        return "it is signed, and sealing would break that: seal the image as it was before flota "
               "sign, or sign this one anew";
    switch (error) {
    case FLOTA_ERR_IMAGE_NO_INFO:
        return "keep the block in the link: a struct flota_image_info in section .flota_info at "
               "0x400";
    case FLOTA_ERR_IMAGE_BAD_INFO:
        return "look at its fields: format 1, info_size 256, and product, board, name and version "
               "as UTF-8 texts of 1 to 31 bytes, padded with zeros";
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
    if (is_signed(file))
        return FLOTA_ERR_NOT_READY;
    int error = force ? 0 : check_earlier_seal(file);
    if (error == 0)
        error = flota_image_seal(file->bytes, file->size);
    return error == 0 ? verdict(file) : error;
}

static void say_done(const char *out, const struct file *file)
{
    struct flota_image_info info;
    char build_id[FLOTA_BUILD_ID_TEXT];
    verdict_raw_info(file, &info);
    flota_build_id_text(&info, build_id);
    fprintf(stderr, "sealed %s: %s %s, build id %s, %u B of %u\n", out, info.name, info.version,
            build_id, (unsigned)info.image_size, IMAGE_AREA_SIZE);
}

struct wishes {
    bool force;
    bool quiet;
};

static int run(const char *command, const char *in, const char *out, const struct wishes *wishes)
{
    struct file file;
    if (!file_read(command, in, &file))
        return EXIT_OTHER;
    int result = EXIT_OTHER;
    int error = seal(&file, wishes->force);
    if (error != 0)
        verdict_complain(command, in, error, remedy_of(&file, error));
    else if (file_write(command, out, &file))
        result = EXIT_DONE;
    if (result == EXIT_DONE && !wishes->quiet)
        say_done(out, &file);
    free(file.bytes);
    return result;
}

int command_seal(int argc, char **argv)
{
    struct wishes wishes = {false, false};
    const char *paths[2];
    const struct usage_option options[] = {
        USAGE_FLAG("force", 'f', &wishes.force,
                   "Seal anew an image that was changed after it was sealed"),
        USAGE_FLAG("quiet", 'q', &wishes.quiet, "Say nothing when all is well"),
        {0}};
    const struct usage usage = {
        "IN.bin OUT.bin",
        "Finish a firmware image that the linker made: fill image_size, guard_id, digest and crc32 "
        "of its information block at 0x400.\vThe image is checked as the device would check it; "
        "what it would refuse is not sealed. IN.bin and OUT.bin may be the same file. Sealing "
        "twice changes nothing. A signed image is not sealed: its signatures would no longer fit.",
        options,
        paths,
        2,
        2};
    usage_read(&usage, argc, argv);
    return run(argv[0], paths[0], paths[1], &wishes);
}
