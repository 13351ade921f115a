/* ota.c - flota ota: update one device, or many side by side.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_arguments.h"
#include "interrupt.h"
#include "ota_many.h"
#include "ota_report.h"
#include "project_sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_DEFAULT 16u
#define JOBS_MAX     256u
#define COMMIT_MAX_S 86400u
#define COMMIT_MIN_S 10u /* less would fail by itself: FLOTA_TRIAL_DEADLINE_MIN_MS */
#define FILES_MAX    4u  /* boards in one run */

struct wishes {
    const char *command;
    const char *sources[FILES_MAX]; /* FILEs, or a URL */
    struct device_arguments device;
    const char *ports_path;
    struct usage_number jobs;
    struct usage_number commit_timeout;
    struct ota_plan plan;             /* what the options say, and the URL */
    struct ota_plan plans[FILES_MAX]; /* the same, each with its file */
    struct ota_file files[FILES_MAX];
    bool json, quiet;
};

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

/* The ports of the command line and of the file; one of the settings if there are none. */
static bool gather(const struct wishes *wishes, struct ota_many *many)
{
    for (size_t i = 0; i < wishes->device.ports.count; i++)
        ota_many_add(many, wishes->device.ports.values[i], NULL);
    if (wishes->ports_path && !ota_many_read(many, wishes->command, wishes->ports_path))
        return false;
    if (many->count == 0)
        ota_many_add(many, NULL, "auto");
    return true;
}

static int run(const struct wishes *wishes, const struct ota_plan *plan)
{
    struct ota_many many = {.plan = plan,
                            .parallel = wishes->jobs.given ? wishes->jobs.value : JOBS_DEFAULT,
                            .json = wishes->json,
                            .quiet = wishes->quiet};
    if (!gather(wishes, &many)) {
        ota_many_free(&many);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < many.count; i++)
        many.jobs[i].options = device_arguments_options(&wishes->device, many.jobs[i].options.port);
    int result = ota_many_run(&many);
    ota_many_free(&many);
    return result;
}

/* What is wrong with the file is said before any device is asked. */
static bool check_alone(const struct wishes *wishes, const struct ota_file *file, int *result)
{
    struct device_error error;
    if (wishes->plan.no_check || ota_file_check(file, &wishes->plan.consents, NULL, &error))
        return true;
    char who[300];
    snprintf(who, sizeof who, "%s: %.200s", wishes->command, file->path);
    *result = device_complain(who, &error);
    return false;
}

/* The plan for a file; the one before leads to it. */
static int plan_file(struct wishes *wishes, size_t index)
{
    struct ota_file *file = &wishes->files[index];
    struct ota_plan *plan = &wishes->plans[index];
    int result = EXIT_OTHER;
    if (!ota_file_read(wishes->command, wishes->sources[index], file))
        return result;
    *plan = wishes->plan;
    plan->file = file;
    if (index > 0)
        wishes->plans[index - 1].next = plan;
    return check_alone(wishes, file, &result) ? EXIT_DONE : result;
}

static int run_files(struct wishes *wishes)
{
    int result = EXIT_DONE;
    for (size_t i = 0; i < FILES_MAX && wishes->sources[i] && result == EXIT_DONE; i++)
        result = plan_file(wishes, i);
    if (result == EXIT_DONE)
        result = run(wishes, &wishes->plans[0]);
    for (size_t i = 0; i < FILES_MAX && wishes->sources[i]; i++)
        ota_file_free(&wishes->files[i]);
    return result;
}

static int check(struct wishes *wishes)
{
    const struct usage_number *wait = &wishes->commit_timeout;
    if (wait->given && (wait->value < COMMIT_MIN_S || wait->value > COMMIT_MAX_S))
        return usage_complain(wishes->command, "--commit-timeout takes 10 to 86400 seconds");
    if (wishes->jobs.given && (wishes->jobs.value == 0 || wishes->jobs.value > JOBS_MAX))
        return usage_complain(wishes->command, "--jobs takes 1 to 256");
    if (wishes->plan.confirm && wishes->plan.no_wait)
        return usage_complain(wishes->command, "--confirm has to wait: leave out --no-wait");
    wishes->plan.commit_timeout_s = wait->value;
    return device_arguments_check(wishes->command, &wishes->device);
}

int command_ota(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0], .plan = {.command = argv[0]}};
    struct ota_plan *plan = &wishes.plan;
    const struct usage_option options[] = {
        DEVICE_USAGE(&wishes.device),
        USAGE_TEXT("ports", 'P', "FILE", &wishes.ports_path,
                   "Devices, one per line: PORT, and a NAME if you like"),
        USAGE_NUMBER("jobs", 'J', "N", &wishes.jobs, "So many devices at a time (16)"),
        USAGE_FLAG("confirm", 0, &plan->confirm,
                   "Confirm the new firmware when it runs and waits for that"),
        USAGE_FLAG("no-wait", 'W', &plan->no_wait, "Do not wait for the verdict"),
        USAGE_FLAG("no-check", 0, &plan->no_check, "Send the file without checking it first"),
        USAGE_FLAG("dry-run", 'n', &plan->dry_run, "Check only, change nothing"),
        USAGE_FLAG("foreign", 0, &plan->consents.foreign,
                   "Consent to another product, or an image without Flota"),
        USAGE_FLAG("downgrade", 0, &plan->consents.downgrade, "Consent to an older version"),
        USAGE_FLAG("guard", 0, &plan->consents.guard, "Consent to another guard"),
        USAGE_FLAG("force", 'f', &plan->consents.again,
                   "Consent to an image that was rolled back there"),
        USAGE_FLAG("options", 0, &plan->consents.options,
                   "Let the device set BCM4 = 0, where that stands in the way, and restart"),
        USAGE_NUMBER("commit-timeout", 0, "SECONDS", &wishes.commit_timeout,
                     "How long the new firmware may take to be confirmed"),
        USAGE_FLAG("json", 'j', &wishes.json, "Write events, one JSON object per line"),
        USAGE_FLAG("quiet", 'q', &wishes.quiet, "Say errors only"),
        {0}};
    const struct usage usage = {
        "[FILE...|URL]",
        "Update a device: send it FILE, a .bin or a bundle, or let it fetch URL; wait until the "
        "new firmware is confirmed or rolled back.\vSeveral --port, or --ports: side by side; of "
        "several FILEs each device gets the one for its board. "
        "Ctrl-C leaves the device in peace; the same command goes on where it stopped. Exit code "
        "0: confirmed, 2: usage, 3: unreachable, 4: credentials, 5: refused, 6: transfer, 7: "
        "rolled back, 8: no verdict in time, 130: interrupted, 1: other; of several devices the "
        "highest.",
        options,
        wishes.sources,
        0,
        FILES_MAX};
    usage_read(&usage, argc, argv);
    if (!wishes.sources[0])
        wishes.sources[0] = project_default_image();
    if (!wishes.sources[0])
        return usage_complain(argv[0], "give FILE or URL; in a project that is built, build/fw.bin "
                                       "is taken");
    if (wishes.sources[1] && is_url(wishes.sources[0]))
        return usage_complain(argv[0], "give one URL, or FILEs");
    int result = check(&wishes);
    if (result != EXIT_DONE)
        return result;
    if (!is_url(wishes.sources[0]))
        return run_files(&wishes);
    plan->url = wishes.sources[0];
    return run(&wishes, plan);
}
