/* confirm.c - flota confirm, flota rollback: keep the running firmware, or go back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_arguments.h"
#include "device_words.h"
#include <stdio.h>
#include <string.h>

/* What the device runs, for the message; "" when it does not say. */
static void running_words(struct device *device, char *text, size_t size)
{
    struct device_error error;
    cJSON *status = NULL;
    text[0] = '\0';
    if (device_status(device, &status, &error) && device_text(status, "name")[0])
        snprintf(text, size, " %.60s %.60s", device_text(status, "name"),
                 device_text(status, "version"));
    cJSON_Delete(status);
}

static int act(int argc, char **argv, const char *text, const char *method, const char *before,
               const char *behind)
{
    struct device_arguments arguments = {0};
    struct device_options device_options;
    struct device device;
    struct device_error error;
    char running[140];
    const struct usage_option options[] = {DEVICE_USAGE(&arguments), {0}};
    const struct usage usage = {"", text, options, NULL, 0, 0};
    usage_read(&usage, argc, argv);
    int result = device_arguments_open(argv[0], &arguments, &device_options, &device);
    if (result != EXIT_DONE)
        return result;
    running_words(&device, running, sizeof running);
    bool done = device_act(&device, method, &error);
    device_close(&device);
    if (!done)
        return device_complain(argv[0], &error);
    fprintf(stderr, "%s: %s%s%s.\n", argv[0], before, running, behind);
    return EXIT_DONE;
}

int command_confirm(int argc, char **argv)
{
    return act(argc, argv, "Confirm the firmware that is on trial: the device keeps it.",
               "OTA.Commit", "the firmware", " is confirmed; the device keeps it");
}

int command_rollback(int argc, char **argv)
{
    return act(argc, argv,
               "End the trial of the running firmware, or go back from a confirmed one to the "
               "image in the other bank.\vGoing back is a trial, too: should the older image "
               "fail, the device returns to the present one.",
               "OTA.Revert", "the device leaves", " and restarts with the image before it");
}
