/* info.c - flota info: what the device is, and how its firmware stands.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_arguments.h"
#include "device_words.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static void print_text(const char *label, const cJSON *object, const char *key)
{
    const char *text = text_of(object, key);
    if (text && text[0])
        printf("%-12s %s\n", label, text);
}

static void print_number(const char *label, const cJSON *object, const char *key, const char *unit)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, key);
    if (cJSON_IsNumber(number))
        printf("%-12s %.0f%s\n", label, number->valuedouble, unit);
}

static void print_firmware(const cJSON *info, const cJSON *status)
{
    const char *name = text_of(status, "name"), *version = text_of(status, "version");
    if (!name) {
        print_text("app", info, "app");
        print_text("version", info, "fw_version");
        print_text("build", info, "fw_id");
        return;
    }
    printf("%-12s %s %s\n", "firmware", name, version ? version : "");
    print_text("build", status, "build_id");
    print_text("product", status, "product");
    print_text("board", status, "board");
    print_number("bank", status, "bank", "");
}

static void print_words(const cJSON *info, const cJSON *status)
{
    char state[DEVICE_WORDS_MAX];
    print_text("device", info, "id");
    print_firmware(info, status);
    if (status && device_state_words(status, state, sizeof state))
        printf("%-12s %s\n", "state", state);
    print_text("mac", info, "mac");
    print_number("uptime", info, "uptime", " s");
    print_number("free RAM", info, "ram_free", " bytes");
}

static void print_json(cJSON *info, cJSON *status)
{
    cJSON *object = cJSON_CreateObject();
    if (info)
        cJSON_AddItemReferenceToObject(object, "info", info);
    if (status)
        cJSON_AddItemReferenceToObject(object, "status", status);
    char *text = cJSON_PrintUnformatted(object);
    puts(text ? text : "{}");
    free(text);
    cJSON_Delete(object);
}

/* One of the two is enough: a device may have no RPC over HTTP, or no update service. */
static int show(struct device *device, bool json, struct device_error *error)
{
    cJSON *info = NULL, *status = NULL;
    struct device_error first;
    bool informed = device_call(device, "Sys.GetInfo", NULL, &info, &first);
    device_clean(info);
    bool goes_on = informed || first.exit == EXIT_REFUSED;
    bool stands = goes_on && device_status(device, &status, error);
    bool shown = informed || stands;
    if (!shown && !goes_on)
        *error = first;
    if (shown && json)
        print_json(info, status);
    else if (shown)
        print_words(info, status);
    cJSON_Delete(info);
    cJSON_Delete(status);
    return shown ? EXIT_DONE : (int)error->exit;
}

int command_info(int argc, char **argv)
{
    struct device_arguments arguments = {0};
    struct device_options device_options;
    struct device device;
    struct device_error error;
    bool json = false;
    const struct usage_option options[] = {
        DEVICE_USAGE(&arguments), USAGE_FLAG("json", 'j', &json, "Write one JSON object"), {0}};
    const struct usage usage = {
        "", "Say what the device is, and how its firmware stands.", options, NULL, 0, 0};
    usage_read(&usage, argc, argv);
    int result = device_arguments_open(argv[0], &arguments, &device_options, &device);
    if (result != EXIT_DONE)
        return result;
    result = show(&device, json, &error);
    device_close(&device);
    return result == EXIT_DONE ? result : device_complain(argv[0], &error);
}
