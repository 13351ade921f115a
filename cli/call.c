/* call.c - flota call: any method of a device.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_arguments.h"
#include "key_values.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 33u

/* One JSON value, or key=value words. */
static bool read_params(const char *const *words, size_t count, cJSON **params)
{
    *params = NULL;
    if (count == 0)
        return true;
    if (count == 1 && (words[0][0] == '{' || words[0][0] == '[')) {
        *params = cJSON_ParseWithOpts(words[0], NULL, true);
        return *params != NULL;
    }
    *params = cJSON_CreateObject();
    for (size_t i = 0; i < count; i++)
        if (!key_value_add(*params, words[i], false)) {
            cJSON_Delete(*params);
            return false;
        }
    return true;
}

static int call(struct device *device, const char *command, const char *method, const cJSON *params)
{
    struct device_error error;
    cJSON *result = NULL;
    if (!device_call(device, method, params, &result, &error))
        return device_complain(command, &error);
    char *text = cJSON_Print(result);
    puts(text ? text : "null");
    free(text);
    cJSON_Delete(result);
    return EXIT_DONE;
}

int command_call(int argc, char **argv)
{
    struct device_arguments arguments = {0};
    struct device_options device_options;
    struct device device;
    const char *words[WORDS_MAX] = {NULL};
    cJSON *params;
    size_t count = 0;
    const struct usage_option options[] = {DEVICE_USAGE(&arguments), {0}};
    const struct usage usage = {
        "METHOD [JSON | KEY=VALUE...]",
        "Call a method of the device and print its result as JSON.\vA VALUE that is JSON is taken "
        "as such, anything else is text: delay_ms=500 name=lamp on=true. flota call RPC.List lists "
        "the methods. Over udp:// a call whose reply gets lost is sent again, with the same id.",
        options,
        words,
        1,
        WORDS_MAX};
    usage_read(&usage, argc, argv);
    while (count + 1 < WORDS_MAX && words[count + 1])
        count++;
    if (!read_params(words + 1, count, &params))
        return usage_complain(argv[0], "what follows METHOD is neither JSON nor KEY=VALUE");
    int result = device_arguments_open(argv[0], &arguments, &device_options, &device);
    if (result == EXIT_DONE) {
        result = call(&device, argv[0], words[0], params);
        device_close(&device);
    }
    cJSON_Delete(params);
    return result;
}
