/* build.c - flota build: the project's firmware, as an image, a bundle and a program to debug.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "build_run.h"
#include "command.h"
#include "interrupt.h"
#include "project_write.h"
#include "usage.h"
#include "verdict.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ARGUMENTS_MAX 32u

struct wishes {
    const char *command;
    struct usage_list keys, slots;
    bool clean, verbose, quiet, json;
};

/* --- image and bundle, by the commands that make them --- */

struct arguments {
    char *values[ARGUMENTS_MAX];
    int count;
};

static void add(struct arguments *arguments, const char *value)
{
    arguments->values[arguments->count++] = (char *)(uintptr_t)value;
    arguments->values[arguments->count] = NULL;
}

/* usage_read() may sort argv: each text is used once. */
static void add_list(struct arguments *arguments, const char *option, const struct usage_list *list)
{
    for (size_t i = 0; i < list->count && arguments->count < (int)ARGUMENTS_MAX - 3; i++) {
        add(arguments, option);
        add(arguments, list->values[i]);
    }
}

static int sign(const struct wishes *wishes)
{
    struct arguments arguments = {.count = 0};
    add(&arguments, wishes->command);
    add(&arguments, "--quiet");
    add_list(&arguments, "--key", &wishes->keys);
    add(&arguments, BUILD_SEALED);
    add(&arguments, PROJECT_IMAGE);
    return command_sign(arguments.count, arguments.values);
}

static int bundle(const struct wishes *wishes)
{
    struct arguments arguments = {.count = 0};
    add(&arguments, wishes->command);
    add(&arguments, "--quiet");
    add(&arguments, "--image");
    add(&arguments, PROJECT_IMAGE);
    add_list(&arguments, "--key", &wishes->keys);
    add_list(&arguments, "--slot", &wishes->slots);
    add(&arguments, PROJECT_BUNDLE);
    return command_bundle(arguments.count, arguments.values);
}

static bool is_older(const char *path, const char *than)
{
    struct stat a, b;
    if (stat(path, &a) != 0 || stat(than, &b) != 0)
        return true;
    return a.st_mtim.tv_sec < b.st_mtim.tv_sec ||
           (a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec < b.st_mtim.tv_nsec);
}

static int copy_sealed(const struct wishes *wishes)
{
    struct file image;
    if (!file_read(wishes->command, BUILD_SEALED, &image))
        return EXIT_OTHER;
    bool good = project_write_file(wishes->command, PROJECT_IMAGE, image.bytes, image.size, NULL);
    free(image.bytes);
    return good ? EXIT_DONE : EXIT_OTHER;
}

static int publish(const struct wishes *wishes)
{
    bool signs = wishes->keys.count > 0;
    int result = signs ? sign(wishes) : copy_sealed(wishes);
    if (result != EXIT_DONE)
        return result;
    return signs || is_older(PROJECT_BUNDLE, PROJECT_IMAGE) ? bundle(wishes) : EXIT_DONE;
}

/* --- the report --- */

static void print_json(const struct flota_image_info *info, const struct file *image,
                       const struct build_result *built, double seconds)
{
    char build_id[FLOTA_BUILD_ID_TEXT];
    flota_build_id_text(info, build_id);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "event", "built");
    cJSON_AddStringToObject(object, "image", PROJECT_IMAGE);
    cJSON_AddStringToObject(object, "bundle", PROJECT_BUNDLE);
    cJSON_AddStringToObject(object, "program", PROJECT_PROGRAM);
    cJSON_AddStringToObject(object, "name", info->name);
    cJSON_AddStringToObject(object, "product", info->product);
    cJSON_AddStringToObject(object, "version", info->version);
    cJSON_AddStringToObject(object, "board", info->board);
    cJSON_AddStringToObject(object, "build_id", build_id);
    cJSON_AddNumberToObject(object, "size", image->size);
    cJSON_AddNumberToObject(object, "size_max", IMAGE_AREA_SIZE);
    cJSON_AddBoolToObject(object, "signed", info->trailer_size > 0);
    cJSON_AddNumberToObject(object, "compiled", built->compiled);
    cJSON_AddNumberToObject(object, "seconds", (double)(long)(seconds * 1000.0) / 1000.0);
    char *text = cJSON_PrintUnformatted(object);
    puts(text ? text : "{}");
    free(text);
    cJSON_Delete(object);
}

static int report(const struct wishes *wishes, const struct build_result *built, double seconds)
{
    struct file image;
    struct flota_image_info info;
    if (!file_read(wishes->command, PROJECT_IMAGE, &image))
        return EXIT_OTHER;
    int error = verdict(&image);
    if (error != 0) {
        free(image.bytes);
        return verdict_complain(wishes->command, PROJECT_IMAGE, error, NULL);
    }
    verdict_raw_info(&image, &info);
    if (wishes->json)
        print_json(&info, &image, built, seconds);
    else if (!wishes->quiet)
        fprintf(stderr, "built %s: %s %s for %s, %u KB of %u KB, %s, %.1f s\n", PROJECT_IMAGE,
                info.name, info.version, info.board, (unsigned)(image.size + 1023) / 1024,
                IMAGE_AREA_SIZE / 1024, info.trailer_size ? "signed" : "not signed", seconds);
    free(image.bytes);
    return EXIT_DONE;
}

static int run(const struct wishes *wishes)
{
    struct project project;
    struct build_result built;
    double start = clock_s();
    enum build_words words = wishes->verbose ? BUILD_VERBOSE
                             : wishes->quiet ? BUILD_QUIET
                                             : BUILD_NORMAL;
    int result = project_read(wishes->command, &project);
    if (result == EXIT_DONE && wishes->clean && !build_clean(wishes->command))
        result = EXIT_OTHER;
    if (result == EXIT_DONE)
        result = project_write(wishes->command, &project);
    if (result == EXIT_DONE)
        result = build_run(wishes->command, &project, words, &built);
    if (result == EXIT_DONE)
        result = publish(wishes);
    if (result == EXIT_DONE)
        result = report(wishes, &built, clock_s() - start);
    project_free(&project);
    return result;
}

int command_build(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    const struct usage_option options[] = {
        USAGE_LIST("key", 'k', "KEY.pem", &wishes.keys,
                   "Sign image and bundle with this private key; up to four times"),
        USAGE_LIST(
            "slot", 's', "N", &wishes.slots,
            "The device's slot of that key, 0 to 3; one for each --key (default: 0, 1, ...)"),
        USAGE_FLAG("clean", 0, &wishes.clean, "Remove what earlier builds left first"),
        USAGE_FLAG("json", 'j', &wishes.json, "Write one JSON object"),
        USAGE_FLAG("verbose", 'v', &wishes.verbose, "Show every command"),
        USAGE_FLAG("quiet", 'q', &wishes.quiet, "Say nothing when all is well"),
        {0}};
    const struct usage usage = {
        "",
        "Build the firmware of the project in this folder: flota.yml, or a simple mos.yml.\vLeaves "
        "build/fw.bin (the image), build/fw.zip (the bundle) and build/fw.elf (for a debugger). "
        "Only what has changed is compiled. FLOTA_HOME: another tree of Flota's sources.",
        options,
        NULL,
        0,
        0};
    usage_read(&usage, argc, argv);
    if (wishes.keys.count > 4)
        return usage_complain(argv[0], "a device has four slots for keys");
    return run(&wishes);
}
