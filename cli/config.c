/* config.c - flota config: the device's configuration.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_arguments.h"
#include "key_values.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 33u

struct wishes {
    const char *command;
    const char *words[WORDS_MAX];
    bool no_save;
    bool reboot;
};

static void print_value(const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    char *json = text ? NULL : cJSON_Print(value);
    puts(text ? text : json ? json : "null");
    free(json);
}

static int get(struct device *device, const struct wishes *wishes)
{
    struct device_error error;
    cJSON *result = NULL, *params = NULL;
    if (wishes->words[1]) {
        params = cJSON_CreateObject();
        cJSON_AddStringToObject(params, "key", wishes->words[1]);
    }
    bool done = device_call(device, "Config.Get", params, &result, &error);
    cJSON_Delete(params);
    if (!done)
        return device_complain(wishes->command, &error);
    print_value(result);
    cJSON_Delete(result);
    return EXIT_DONE;
}

static bool set_and_save(struct device *device, const struct wishes *wishes, cJSON *config,
                         struct device_error *error)
{
    cJSON *params = cJSON_CreateObject(), *result = NULL;
    cJSON_AddItemReferenceToObject(params, "config", config);
    cJSON_AddBoolToObject(params, "save", !wishes->no_save);
    cJSON_AddBoolToObject(params, "reboot", wishes->reboot);
    bool done = device_call(device, "Config.Set", params, &result, error);
    cJSON_Delete(params);
    cJSON_Delete(result);
    return done;
}

static void say_done(const struct wishes *wishes)
{
    fprintf(stderr, "%s: set%s%s.\n", wishes->command,
            wishes->no_save ? ", until the next restart" : " and saved",
            wishes->reboot ? "; the device restarts" : "");
}

static int set(struct device *device, const struct wishes *wishes, cJSON *config)
{
    struct device_error error;
    if (!set_and_save(device, wishes, config, &error))
        return device_complain(wishes->command, &error);
    say_done(wishes);
    return EXIT_DONE;
}

static int act(struct wishes *wishes, struct device_arguments *arguments, cJSON *config)
{
    struct device_options options;
    struct device device;
    int result = device_arguments_open(wishes->command, arguments, &options, &device);
    if (result != EXIT_DONE)
        return result;
    result = config ? set(&device, wishes, config) : get(&device, wishes);
    device_close(&device);
    return result;
}

static cJSON *read_config(const struct wishes *wishes)
{
    cJSON *config = cJSON_CreateObject();
    for (size_t i = 1; i < WORDS_MAX && wishes->words[i]; i++)
        if (!key_value_add(config, wishes->words[i], true)) {
            cJSON_Delete(config);
            return NULL;
        }
    return config;
}

int command_config(int argc, char **argv)
{
    struct device_arguments arguments = {0};
    struct wishes wishes = {.command = argv[0]};
    const struct usage_option options[] = {
        DEVICE_USAGE(&arguments),
        USAGE_FLAG("no-save", 0, &wishes.no_save, "Only until the next restart"),
        USAGE_FLAG("reboot", 'r', &wishes.reboot, "Restart the device with the new values"),
        {0}};
    const struct usage usage = {"get [KEY]\nset KEY=VALUE...",
                                "Show the device's configuration, or change and save it.\vKEY has "
                                "dots: mqtt.server. A VALUE that is JSON is taken as such, "
                                "anything else is text.",
                                options,
                                wishes.words,
                                1,
                                WORDS_MAX};
    usage_read(&usage, argc, argv);
    bool sets = strcmp(wishes.words[0], "set") == 0;
    if (!sets && strcmp(wishes.words[0], "get") != 0)
        return usage_complain(argv[0], "it takes get or set");
    if (sets ? !wishes.words[1] : wishes.words[1] && wishes.words[2])
        return usage_complain(argv[0], sets ? "set takes KEY=VALUE" : "get takes one KEY at most");
    cJSON *config = sets ? read_config(&wishes) : NULL;
    if (sets && !config)
        return usage_complain(argv[0], "set takes KEY=VALUE, dots between the parts of KEY");
    int result = act(&wishes, &arguments, config);
    cJSON_Delete(config);
    return result;
}
