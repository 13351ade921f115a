/* torture_options.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "torture_options.h"
#include "command.h"
#include "torture_run.h"
#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(TORTURE_PATH_SIZE * 4 >= PATH_MAX, "realpath() fills a whole PATH_MAX");

#define LONG_DEFAULT(number, usual) ((number).given ? (number).value : (usual))

/* --- checks --- */

static int complain(const struct torture_options *options, const char *option, const char *value,
                    const char *needed)
{
    fprintf(stderr, "%s: --%s %s: %s.\nTo do: see %s --help.\n", options->setup.command, option,
            value, needed, options->setup.command);
    return EXIT_USAGE;
}

/* The board's program reads the file in a folder of its own. */
static int find_file(const struct torture_options *options, const char *option, const char *name,
                     char *path)
{
    struct stat status;
    if (!name)
        return usage_complain(options->setup.command,
                              "--firmware and --update are needed: the image that runs, and the "
                              "one that replaces it");
    if (!realpath(name, path) || stat(path, &status) != 0)
        return complain(options, option, name, "there is no such file");
    if (!S_ISREG(status.st_mode) || access(path, R_OK) != 0)
        return complain(options, option, name, "it cannot be read as a file");
    return 0;
}

static int check_files(struct torture_options *options, const struct torture_texts *texts)
{
    int result = find_file(options, "firmware", texts->firmware, options->firmware_path);
    if (result == 0)
        result = find_file(options, "update", texts->update, options->update_path);
    for (size_t i = 0; result == 0 && i < options->prepare.count; i++) {
        char path[PATH_MAX];
        result = find_file(options, "prepare", options->prepare.values[i], path);
        if (result == 0)
            options->prepare_paths[i] = strdup(path);
    }
    options->setup.firmware = options->firmware_path;
    options->target.update = options->update_path;
    return result;
}

static int check_target(struct torture_options *options, const struct torture_texts *texts)
{
    struct torture_target *target = &options->target;
    char method[8];
    struct in_addr address;
    options->request = texts->request ? texts->request : "POST /update";
    options->service = texts->service ? texts->service : "GET /";
    if (!torture_parse_request(options->request, target->method, sizeof target->method,
                               &target->path))
        return complain(options, "request", options->request,
                        "a method and a path are needed, as "
                        "in 'POST /update'");
    if (!torture_parse_request(options->service, method, sizeof method, &target->service) ||
        strcmp(method, "GET") != 0)
        return complain(options, "service", options->service, "a GET is needed, as in 'GET /'");
    if (texts->raw && texts->field)
        return complain(options, "field", texts->field, "there is no form with --raw");
    if (texts->address && inet_pton(AF_INET, texts->address, &address) != 1)
        return complain(options, "address", texts->address, "an IPv4 address is needed");
    target->field = texts->raw ? NULL : texts->field ? texts->field : "file";
    target->status = texts->status.value;
    target->service_status = LONG_DEFAULT(texts->service_status, 200);
    target->within_s = LONG_DEFAULT(texts->within, 60);
    target->quiet_s = LONG_DEFAULT(texts->quiet, 3);
    target->prepare = (const char *const *)options->prepare_paths;
    target->prepare_count = options->prepare.count;
    target->headers = options->headers.values;
    target->header_count = options->headers.count;
    options->setup.address = texts->address;
    options->setup.options = options->board_options.values;
    options->setup.option_count = options->board_options.count;
    return 0;
}

static int check_points(struct torture_options *options, const char *points)
{
    char *end;
    unsigned long count = strtoul(points, &end, 10);
    options->wishes.points = strcmp(points, "all") == 0 ? TORTURE_EVERY : (uint32_t)count;
    if (options->wishes.points == TORTURE_EVERY ||
        (points[0] >= '0' && points[0] <= '9' && *end == '\0' && count < TORTURE_EVERY))
        return 0;
    return complain(options, "points", points, "a number or 'all' is needed");
}

static int check_models(struct torture_options *options, const char *models)
{
    const char *bad = NULL;
    if (models)
        bad = torture_parse_models(models, options->wishes.models);
    else
        memset(options->wishes.models, true, sizeof options->wishes.models);
    return bad ? complain(options, "models", bad,
                          "it is none of before, torn, after, dead, marginal, weak, prefix, old, "
                          "late, defaults")
               : 0;
}

static int check_wishes(struct torture_options *options, const struct torture_texts *texts)
{
    struct torture_wishes *wishes = &options->wishes;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    wishes->pairs = texts->pairs.value;
    wishes->repeat_every = LONG_DEFAULT(texts->repeat, 20);
    wishes->seeds = LONG_DEFAULT(texts->seeds, 4);
    wishes->seed = LONG_DEFAULT(texts->seed, 1);
    options->setup.seed = wishes->seed;
    options->jobs = LONG_DEFAULT(texts->jobs, cores > 1 ? (uint32_t)cores : 1);
    if (options->jobs > TORTURE_JOBS_MAX)
        options->jobs = TORTURE_JOBS_MAX;
    if (options->jobs == 0 || wishes->seeds == 0)
        return usage_complain(options->setup.command, "--jobs and --seeds are at least 1");
    if (options->target.within_s < 1 || options->target.quiet_s < 1)
        return usage_complain(options->setup.command, "--within and --quiet are at least 1 second");
    int result = check_models(options, texts->models);
    return result ? result : check_points(options, texts->points ? texts->points : "200");
}

static int check_only(struct torture_options *options)
{
    if (options->keep && !options->only)
        return usage_complain(options->setup.command, "--keep needs --only: which cut");
    if (options->keep && access(options->keep, F_OK) == 0)
        return complain(options, "keep", options->keep, "this file exists already");
    if (options->only && !torture_parse(options->only, &options->only_case))
        return complain(options, "only", options->only,
                        "OPERATION:MODEL:SEED is needed, as in a report, or two of them with a "
                        "comma, the later one behind");
    return 0;
}

/* --- all of it --- */

static void read_all(struct torture_options *options, struct torture_texts *texts, int argc,
                     char **argv)
{
    const struct usage_option list[] = {
        USAGE_TEXT("firmware", 'f', "FILE", &texts->firmware, "The image that runs: A.bin"),
        USAGE_TEXT("update", 'u', "FILE", &texts->update, "The image that replaces it: B.bin"),
        USAGE_LIST("prepare", 0, "FILE", &options->prepare,
                   "Update the device with this before, without cuts; may be repeated"),
        USAGE_TEXT("request", 'r', "REQUEST", &texts->request,
                   "The HTTP request that updates ('POST /update')"),
        USAGE_TEXT("field", 0, "NAME", &texts->field,
                   "The update is this field of a form, multipart/form-data (file)"),
        USAGE_FLAG("raw", 0, &texts->raw, "The update is the request's body, as it is"),
        USAGE_LIST("header", 'H', "HEADER", &options->headers,
                   "A header of the request, 'Name: value'; may be repeated"),
        USAGE_NUMBER("status", 0, "CODE", &texts->status,
                     "The answer's status when the firmware takes the update (any 2xx)"),
        USAGE_TEXT("service", 0, "REQUEST", &texts->service,
                   "By answering this the firmware is alive ('GET /')"),
        USAGE_NUMBER("service-status", 0, "CODE", &texts->service_status,
                     "With this status (200; 0: any)"),
        USAGE_TEXT("address", 'a', "A.B.C.D", &texts->address,
                   "The firmware's static address (it asks by DHCP)"),
        USAGE_LIST("board", 'b', "OPTION", &options->board_options,
                   "A further option of flota-vboard, as --board=--lsi=-10; may be repeated"),
        USAGE_TEXT("points", 'p', "N|all", &texts->points,
                   "Words of the image to cut at, evenly spread (200); erases, option changes, "
                   "records and borders are all taken"),
        USAGE_NUMBER("pairs", 0, "N", &texts->pairs, "Pairs of cuts to try (none)"),
        USAGE_TEXT("models", 'm', "LIST", &texts->models,
                   "What a cut leaves, with commas (all that fit): before, torn, after, dead, "
                   "marginal, weak, prefix, old, late, defaults"),
        USAGE_NUMBER("repeat", 0, "N", &texts->repeat,
                     "Make the update again after each N-th of the image's cases, and after all "
                     "others (20; 0: never)"),
        USAGE_NUMBER("seeds", 0, "N", &texts->seeds,
                     "Draws of a random model at a point that is none of the image's words (4)"),
        USAGE_NUMBER("within", 0, "SECONDS", &texts->within,
                     "It must serve so long after the power-on (60)"),
        USAGE_NUMBER("quiet", 0, "SECONDS", &texts->quiet,
                     "The update is over when flash is left alone for so long (3)"),
        USAGE_NUMBER("seed", 's', "N", &texts->seed, "Of all that is random (1)"),
        USAGE_NUMBER("jobs", 'j', "N", &texts->jobs, "Cases at a time (this machine's cores)"),
        USAGE_TEXT("json", 0, "FILE", &options->json, "Write the report as JSON"),
        USAGE_TEXT("html", 0, "FILE", &options->html, "Write the report as a page with a picture"),
        USAGE_TEXT("only", 'o', "CASE", &options->only,
                   "Repeat one case of a report, OPERATION:MODEL:SEED, step by step"),
        USAGE_TEXT(
            "keep", 'k', "FILE", &options->keep,
            "With --only: write what the cut leaves in flash, for flota-vboard --flash FILE"),
        {0}};
    const struct usage usage = {
        "",
        "Run a firmware's own update on the virtual board, cut its power at flash operations, and "
        "tell at which of them the device is lost.\vAny firmware for STM32H743, H745 or H747 that "
        "is updated by an HTTP request; docs/torture.md. Times are the board's. Exit status: 0 no "
        "bricks, 1 bricks, 2 it could not run.",
        list,
        NULL,
        0,
        0};
    usage_read(&usage, argc, argv);
}

int torture_options_read(struct torture_options *options, int argc, char **argv)
{
    struct torture_texts texts = {0};
    options->setup.command = argv[0];
    read_all(options, &texts, argc, argv);
    int result = check_files(options, &texts);
    if (result == 0)
        result = check_target(options, &texts);
    if (result == 0)
        result = check_wishes(options, &texts);
    if (result == 0)
        result = check_only(options);
    if (result == 0 && !(options->replay = torture_make_replay(options, &texts)))
        result = EXIT_USAGE;
    return result;
}

void torture_options_free(struct torture_options *options)
{
    for (size_t i = 0; i < options->prepare.count; i++)
        free(options->prepare_paths[i]);
    free(options->replay);
}
