/* device_error.c - what went wrong with a device, in words, and the exit code it leads to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include "flota/error.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool device_fail(struct device_error *error, enum exit_code exit, const char *what,
                 const char *remedy, const char *why, ...)
{
    va_list arguments;
    memset(error, 0, sizeof *error);
    error->exit = exit;
    snprintf(error->what, sizeof error->what, "%s", what);
    snprintf(error->remedy, sizeof error->remedy, "%s", remedy);
    va_start(arguments, why);
    vsnprintf(error->why, sizeof error->why, why, arguments);
    va_end(arguments);
    device_clean_text(error->why); /* it may quote what came */
    return false;
}

int device_complain(const char *who, const struct device_error *error)
{
    fprintf(stderr, "%s: %s", who, error->what);
    if (error->why[0])
        fprintf(stderr, ": %s", error->why);
    fprintf(stderr, ".\n");
    if (error->remedy[0])
        fprintf(stderr, "To do: %s.\n", error->remedy);
    if (error->running[0])
        fprintf(stderr, "The device still runs %s.\n", error->running);
    return (int)error->exit;
}

/* --- what the device says --- */

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text ? text : "";
}

static int number_of(const cJSON *object, const char *key)
{
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(number) ? number->valueint : 0;
}

static int flota_code(const cJSON *object)
{
    int code = number_of(object, "code");
    return code < 0 ? code : number_of(cJSON_GetObjectItemCaseSensitive(object, "flota"), "code");
}

static enum exit_code exit_of(int code, int flota)
{
    bool paused = code == 429 && flota == 0; /* too many wrong answers */
    if (code == 401 || code == 403 || paused || flota == FLOTA_ERR_UNAUTHORIZED)
        return EXIT_UNAUTHORIZED;
    if ((flota <= -200 && flota > -300) || flota == FLOTA_ERR_OPTIONS_SET)
        return EXIT_TRANSFER; /* worth another try */
    return flota <= -400 && flota > -500 ? EXIT_OTHER : EXIT_REFUSED;
}

static const char *what_of(enum exit_code exit)
{
    if (exit == EXIT_UNAUTHORIZED)
        return "the device does not accept the credentials";
    if (exit == EXIT_TRANSFER)
        return "the transfer failed";
    return exit == EXIT_OTHER ? "the device failed" : "the device refused";
}

/* The table's remedies are for a browser; these are the options here. */
const char *device_remedy(int flota)
{
    switch (flota) {
    case FLOTA_ERR_IMAGE_DOWNGRADE:
        return "choose a newer image, or consent with --downgrade";
    case FLOTA_ERR_IMAGE_OTHER_PRODUCT:
        return "choose the image of this product, or consent with --foreign";
    case FLOTA_ERR_IMAGE_NO_INFO:
        return "build it with Flota, or consent with --foreign: a foreign image cannot roll back";
    case FLOTA_ERR_IMAGE_OTHER_GUARD:
        return "build it with the same Flota, or consent with --guard when the new guard is meant";
    case FLOTA_ERR_IMAGE_REJECTED:
        return "flota info shows why; repair and build it again, or try it again with --force";
    case FLOTA_ERR_CM4_BOOTS:
        return "--options lets the device set BCM4 = 0 and restart, then sends the file again; "
               "with a programmer: flota provision says how";
    case FLOTA_ERR_RUNNING_DAMAGED:
        return "--force updates all the same; should the new firmware fail, only a programmer "
               "helps";
    case FLOTA_ERR_ON_TRIAL:
        return "flota confirm keeps it, flota rollback ends it; or wait for its end";
    case FLOTA_ERR_UPDATE_BUSY:
        return "wait for its end; flota info shows how far it is";
    default:
        return flota_error_text(flota)->remedy;
    }
}

/* An error that this tool does not know has brought its words along. */
static void add_words(struct device_error *error, const cJSON *object)
{
    const char *cause = text_of(object, "cause"), *message = text_of(object, "message");
    snprintf(error->why, sizeof error->why, "%s", cause[0] ? cause : message);
    snprintf(error->remedy, sizeof error->remedy, "%s", text_of(object, "remedy"));
}

/* Who else updates, and how far that is, knows only the device. */
static void add_known_words(struct device_error *error, const cJSON *object, int flota)
{
    const struct flota_error_text *text = flota_error_text(flota);
    const char *message = text_of(object, "message");
    bool knows_more = flota == FLOTA_ERR_UPDATE_BUSY && message[0];
    snprintf(error->why, sizeof error->why, "%.250s (%s)", knows_more ? message : text->cause,
             text->name);
    snprintf(error->remedy, sizeof error->remedy, "%s", device_remedy(flota));
}

static void add_running(struct device_error *error, const cJSON *object)
{
    const char *name = text_of(object, "name"), *version = text_of(object, "version");
    if (name[0] && version[0])
        snprintf(error->running, sizeof error->running, "%.60s %.60s", name, version);
}

/* For errors that come without one. */
static const char *remedy_of(int code)
{
    if (code == 404)
        return "flota call RPC.List shows what this firmware can do";
    if (code == 418)
        return "the device restarts: try again in a moment";
    return "flota info shows how the device stands; its console may tell more";
}

bool device_refused(struct device_error *error, const cJSON *object)
{
    const cJSON *inner = cJSON_GetObjectItemCaseSensitive(object, "error");
    const cJSON *words = cJSON_IsObject(inner) ? inner : object;
    int code = number_of(words, "code"), flota = flota_code(words);
    enum exit_code exit = exit_of(code, flota);
    device_fail(error, exit, what_of(exit), "", "%s", "");
    error->code = code;
    error->flota = flota;
    if (flota != 0 && flota_error_text(flota)->number == flota)
        add_known_words(error, words, flota);
    else
        add_words(error, words);
    if (exit == EXIT_UNAUTHORIZED && code == 429)
        snprintf(error->remedy, sizeof error->remedy,
                 "wait so long, then give the right --creds; until then it looks at none");
    else if (exit == EXIT_UNAUTHORIZED)
        snprintf(error->remedy, sizeof error->remedy,
                 "give --creds USER:PASSWORD, or the token alone, as "
                 "flota_config.h sets it");
    if (error->remedy[0] == '\0')
        snprintf(error->remedy, sizeof error->remedy, "%s", remedy_of(code));
    if (inner)
        add_running(error, object);
    device_clean_text(error->what);
    device_clean_text(error->why);
    device_clean_text(error->remedy);
    device_clean_text(error->running);
    return false;
}
