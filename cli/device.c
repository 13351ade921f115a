/* device.c - find the way, call methods, answer challenges.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* memrchr */
#include "device_internal.h"
#include "interrupt.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define ID_BITS       40u /* ids start at random: a late reply of an earlier run is not ours */
#define TRACE_MAX     400
#define HTTP_PREFIX   "http://"
#define SERIAL_PREFIX "/"

static const struct device_way *const ways[] = {&way_http,   &way_ws,  &way_mqtt,
                                                &way_serial, &way_tcp, &way_udp};
#define WAY_COUNT (sizeof ways / sizeof ways[0])

/* --- which way --- */

static const struct device_way *find_way(const char *port, const char **address)
{
    for (size_t i = 0; i < WAY_COUNT; i++)
        for (const char *const *prefix = ways[i]->prefixes; *prefix; prefix++)
            if (strncmp(port, *prefix, strlen(*prefix)) == 0) {
                bool is_path = strcmp(*prefix, SERIAL_PREFIX) == 0;
                *address = is_path ? port : port + strlen(*prefix);
                return ways[i];
            }
    return NULL;
}

/* A bare name or address is one of a web server: the way that every device has.
 */
static bool write_port(struct device *device, struct device_error *error)
{
    const char *port = device->options->port;
    if (!port || port[0] == '\0' || strcmp(port, "auto") == 0)
        return device_find_port(device->port, sizeof device->port, error);
    bool bare = !strstr(port, "://") && port[0] != '/';
    int size = snprintf(device->port, sizeof device->port, "%s%s", bare ? HTTP_PREFIX : "", port);
    if (size < (int)sizeof device->port)
        return true;
    return device_fail(error, EXIT_USAGE, "the port's name is too long", "see --port",
                       "it has more than %zu characters", sizeof device->port - 1);
}

/* "mqtt://user:password@broker/device" without what stands before the @. */
static void write_name(struct device *device)
{
    const char *start = strstr(device->port, "://");
    start = start ? start + 3 : device->port;
    const char *at = memrchr(start, '@', strcspn(start, "/"));
    size_t scheme = (size_t)(start - device->port);
    memcpy(device->name, device->port, scheme);
    strcpy(device->name + scheme, at ? at + 1 : start); /* never longer than port */
}

static void write_source(struct device *device, uint64_t random)
{
    const char *given = device->options->source;
    if (given)
        snprintf(device->source, sizeof device->source, "%s", given);
    else
        snprintf(device->source, sizeof device->source, "flota-%08lx",
                 (unsigned long)(random & 0xFFFFFFFFu));
}

bool device_open(struct device *device, const struct device_options *options,
                 struct device_error *error)
{
    uint64_t random = 0;
    *device = (struct device){.options = options};
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        return device_fail(error, EXIT_OTHER, "no random numbers", "", "the system gave none");
    device->next_id = random >> (64u - ID_BITS);
    write_source(device, random);
    if (!write_port(device, error))
        return false;
    write_name(device);
    device->way = find_way(device->port, &device->address);
    if (!device->way || device->address[0] == '\0')
        return device_fail(error, EXIT_USAGE, "no device is named by --port",
                           "give http://HOST, ws://HOST/rpc, mqtt://BROKER/DEVICE, /dev/ttyACM0, "
                           "tcp://HOST:PORT, udp://HOST:PORT or auto",
                           "'%.200s' is no address of a device", device->name);
    return device->way->open(device, error);
}

void device_close(struct device *device)
{
    if (device->way && device->state)
        device->way->close(device);
    device->state = NULL;
}

double device_timeout(const struct device *device)
{
    return device->options->timeout_s > 0 ? device->options->timeout_s : DEVICE_TIMEOUT_S;
}

void device_trace(const struct device *device, const char *direction, const char *text, size_t size)
{
    char shown[TRACE_MAX + 1];
    if (!device->options->verbose)
        return;
    snprintf(shown, sizeof shown, "%.*s", size > TRACE_MAX ? TRACE_MAX : (int)size, text);
    device_clean_text(shown);
    fprintf(stderr, "%s %s %s%s\n", device->name, direction, shown, size > TRACE_MAX ? "..." : "");
}

/* --- replies --- */

bool device_is_reply(const char *text, size_t size, uint64_t id)
{
    cJSON *frame = cJSON_ParseWithLength(text, size);
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(frame, "id");
    bool is_call = cJSON_HasObjectItem(frame, "method"); /* our own, echoed by a terminal line */
    bool same = !is_call && cJSON_IsNumber(number) && number->valuedouble == (double)id;
    cJSON_Delete(frame);
    return same;
}

bool device_silent(struct device_error *error, double timeout_s, const char *seen)
{
    if (interrupt_pending())
        return device_interrupted(error);
    if (seen[0])
        return device_fail(error, EXIT_TIMEOUT, "the device did not answer",
                           "check that it is a Flota device, and that its firmware "
                           "has RPC on this "
                           "way (libs: in flota.yml)",
                           "in %g s what came was no reply: '%.100s'", timeout_s, seen);
    return device_fail(error, EXIT_TIMEOUT, "the device did not answer",
                       "try again, or with a longer --timeout",
                       "nothing came in %g s though the connection stands", timeout_s);
}

bool device_interrupted(struct device_error *error)
{
    return device_fail(error, EXIT_INTERRUPTED, "interrupted", "", "%s", "");
}

bool device_garbage(struct device_error *error, const char *text)
{
    return device_fail(error, EXIT_OTHER, "the reply is not one of a Flota device",
                       "check the address: something else seems to live there", "it begins '%.80s'",
                       text);
}

/* --- calls --- */

struct call {
    const char *method;
    const cJSON *params;
    uint64_t id;
    double timeout_s;
};

static char *write_frame(const struct device *device, const struct call *call, cJSON *auth)
{
    cJSON *frame = cJSON_CreateObject();
    cJSON_AddStringToObject(frame, "src", device->source);
    cJSON_AddNumberToObject(frame, "id", (double)call->id);
    cJSON_AddStringToObject(frame, "method", call->method);
    if (auth)
        cJSON_AddItemToObject(frame, "auth", auth);
    if (call->params)
        cJSON_AddItemReferenceToObject(frame, "params", (cJSON *)(uintptr_t)call->params);
    char *text = cJSON_PrintUnformatted(frame);
    cJSON_Delete(frame);
    return text;
}

/* One frame out, one in. auth: becomes the frame's. reply: cJSON_Delete() it.
 */
static bool exchange(struct device *device, const struct call *call, cJSON *auth, cJSON **reply,
                     struct device_error *error)
{
    char *text = NULL, *frame = write_frame(device, call, auth);
    if (!frame)
        return device_fail(error, EXIT_OTHER, "not enough memory", "", "%s", "");
    device_trace(device, "->", frame, strlen(frame));
    bool done = device->way->exchange(device, frame, call->id, call->timeout_s, &text, error);
    free(frame);
    if (!done)
        return false;
    device_trace(device, "<-", text, strlen(text));
    *reply = cJSON_Parse(text);
    if (!cJSON_IsObject(*reply)) {
        device_garbage(error, text);
        cJSON_Delete(*reply);
        *reply = NULL;
    }
    free(text);
    return *reply != NULL;
}

/* The message of a 401, or NULL. */
static const char *challenge_of(const cJSON *reply)
{
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(reply, "error");
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(error, "code");
    bool asks = cJSON_IsNumber(code) && code->valueint == 401;
    const cJSON *message = cJSON_GetObjectItemCaseSensitive(error, "message");
    return asks ? cJSON_GetStringValue(message) : NULL;
}

/* The reply to an authenticated call brings the next nonce, which saves the next call a refusal. */
static void keep_nonce(struct device *device, const cJSON *reply)
{
    const cJSON *auth = cJSON_GetObjectItemCaseSensitive(reply, "auth");
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(auth, "nextnonce");
    device->challenge.nonce = cJSON_IsNumber(next) ? next->valuedouble : 0;
}

/* One frame out, one in, with credentials when the device has given a nonce. */
static bool exchange_once(struct device *device, const struct call *call, cJSON **reply,
                          struct device_error *error)
{
    bool asked = device->challenge.nonce > 0 && device->options->secret;
    cJSON *auth = asked ? device_digest(device->options, &device->challenge) : NULL;
    device->challenge.nonce = 0; /* each counts once */
    if (!exchange(device, call, auth, reply, error))
        return false;
    keep_nonce(device, *reply);
    return true;
}

static bool answer_challenge(struct device *device, const struct call *call, cJSON **reply,
                             struct device_error *error)
{
    bool good = device_challenge_read(challenge_of(*reply), &device->challenge, error);
    cJSON_Delete(*reply);
    *reply = NULL;
    if (!good)
        return false;
    if (!device->options->secret)
        return device_fail(error, EXIT_UNAUTHORIZED, "the device asks for credentials",
                           "give --creds USER:PASSWORD, or the token alone, as flota_config.h "
                           "sets it",
                           "none were given");
    return exchange_once(device, call, reply, error);
}

/* OTA.Update of existing devices says so with an error of code 0. */
static bool is_success(const cJSON *refusal)
{
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(refusal, "code");
    return cJSON_IsNumber(code) && code->valueint == 0;
}

/* Take the result out of a reply, or the error. */
static bool take_result(cJSON *reply, cJSON **result, struct device_error *error)
{
    const cJSON *refusal = cJSON_GetObjectItemCaseSensitive(reply, "error");
    if (cJSON_IsObject(refusal) && !is_success(refusal)) {
        device_refused(error, refusal);
        if (challenge_of(reply))
            snprintf(error->why, sizeof error->why, "user name, password or token are wrong");
        cJSON_Delete(reply);
        return false;
    }
    cJSON *found = cJSON_DetachItemFromObjectCaseSensitive(reply, "result");
    *result = found ? found : cJSON_CreateNull();
    cJSON_Delete(reply);
    return true;
}

bool device_call_within(struct device *device, double timeout_s, const char *method,
                        const cJSON *params, cJSON **result, struct device_error *error)
{
    const struct call call = {method, params, device->next_id++, timeout_s};
    cJSON *reply = NULL;
    *result = NULL;
    if (!exchange_once(device, &call, &reply, error))
        return false;
    if (challenge_of(reply) && !answer_challenge(device, &call, &reply, error))
        return false;
    return take_result(reply, result, error);
}

bool device_call(struct device *device, const char *method, const cJSON *params, cJSON **result,
                 struct device_error *error)
{
    return device_call_within(device, device_timeout(device), method, params, result, error);
}
