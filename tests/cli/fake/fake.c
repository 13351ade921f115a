/* fake.c - the fake device's update.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fake.h"
#include "flota/error.h"
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define DOWN_MS  200u  /* a restart */
#define TRIAL_MS 5000u /* or less: it ends soon after the tool has seen it */
#define SEEN_MS  100u
#define CHUNK    1024u /* max_chunk, unless something else is ordered */

uint32_t fake_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000) + 1u; /* 0 stands for never */
}

void fake_log(const struct fake *fake, const char *format, ...)
{
    va_list arguments;
    FILE *file = fake->log_path ? fopen(fake->log_path, "a") : NULL;
    if (!file)
        return;
    va_start(arguments, format);
    vfprintf(file, format, arguments);
    va_end(arguments);
    fclose(file);
}

/* --- the update --- */

static bool find_info(const struct fake *fake, struct flota_image_info *info)
{
    return fake->received >= FLOTA_IMAGE_HEAD_SIZE &&
           flota_image_find_info(fake->file, fake->received, info) == 1;
}

int fake_begin(struct fake *fake, uint32_t size, bool resume)
{
    if (strcmp(fake->running, "trial") == 0)
        return FLOTA_ERR_ON_TRIAL;
    if (size > FAKE_FILE_MAX)
        return FLOTA_ERR_IMAGE_TOO_LARGE;
    if (!resume || size != fake->size)
        fake->received = 0;
    fake->size = size;
    fake->is_receiving = true;
    fake->has_failed = false;
    fake_log(fake, "begin at %u\n", fake->received);
    return 0;
}

static bool passes(const struct fake *fake, uint32_t mark, size_t size)
{
    return mark > 0 && fake->received < mark && fake->received + size >= mark;
}

int fake_take(struct fake *fake, const uint8_t *data, size_t size)
{
    if (fake->faults.refuse != 0 && fake->received + size >= FLOTA_IMAGE_HEAD_SIZE) {
        fake->is_receiving = false;
        fake->has_failed = true;
        return fake->faults.refuse;
    }
    if (size > fake->size - fake->received)
        return FLOTA_ERR_IMAGE_WRONG_SIZE;
    fake->drops = fake->drops || passes(fake, fake->faults.drop_at, size);
    if (passes(fake, fake->faults.stop_at, size)) {
        fake->faults.stall = true;
        fake_log(fake, "stopped\n");
    }
    memcpy(fake->file + fake->received, data, size);
    fake->received += (uint32_t)size;
    if (size > fake->largest_write)
        fake_log(fake, "write of %zu\n", size);
    fake->largest_write = size > fake->largest_write ? (uint32_t)size : fake->largest_write;
    return 0;
}

int fake_end(struct fake *fake, uint32_t now_ms)
{
    uint8_t digest[FLOTA_IMAGE_DIGEST_SIZE];
    struct flota_image_info info;
    fake->is_receiving = false;
    fake->has_failed = true;
    if (fake->received != fake->size)
        return FLOTA_ERR_TRANSFER_LOST;
    if (!find_info(fake, &info))
        return FLOTA_ERR_IMAGE_NO_INFO;
    if (flota_image_digest(fake->file, info.image_size, digest) != 0 ||
        memcmp(digest, info.digest, sizeof digest) != 0)
        return FLOTA_ERR_IMAGE_CORRUPT;
    fake->has_failed = false;
    fake->restart_at_ms = now_ms + 50u;
    fake_log(fake, "applied %u bytes\n", fake->size);
    return 0;
}

int fake_commit(struct fake *fake)
{
    if (strcmp(fake->running, "trial") != 0)
        return FLOTA_ERR_ALREADY_CONFIRMED;
    fake->running = "confirmed";
    fake_log(fake, "committed\n");
    return 0;
}

static void run_image(struct fake *fake, const struct flota_image_info *info)
{
    snprintf(fake->name, sizeof fake->name, "%s", info->name);
    snprintf(fake->version, sizeof fake->version, "%s", info->version);
    flota_build_id_text(info, fake->build);
}

static void restart(struct fake *fake, uint32_t now_ms)
{
    struct flota_image_info info;
    find_info(fake, &info);
    memset(&fake->before, 0, sizeof fake->before);
    snprintf(fake->before.name, sizeof fake->before.name, "%s", fake->name);
    snprintf(fake->before.version, sizeof fake->before.version, "%s", fake->version);
    run_image(fake, &info);
    fake->running = "trial";
    fake->boot_id++;
    fake->restart_at_ms = 0;
    fake->up_at_ms = now_ms + DOWN_MS;
    fake->verdict_at_ms = fake->up_at_ms + TRIAL_MS;
    fake->received = fake->size = 0;
    fake->drops = true;
}

static void roll_back(struct fake *fake, uint32_t now_ms)
{
    run_image(fake, &fake->before);
    fake->running = "confirmed";
    fake->was_rolled_back = true;
    fake->boot_id++;
    fake->up_at_ms = now_ms + DOWN_MS;
    fake->drops = true;
}

void fake_poll(struct fake *fake, uint32_t now_ms)
{
    if (fake->restart_at_ms && now_ms >= fake->restart_at_ms)
        restart(fake, now_ms);
    if (strcmp(fake->running, "trial") != 0 || now_ms < fake->verdict_at_ms)
        return;
    if (fake->faults.rolls_back)
        roll_back(fake, now_ms);
    else if (!fake->faults.is_explicit)
        fake->running = "confirmed";
}

bool fake_is_up(const struct fake *fake, uint32_t now_ms)
{
    return now_ms >= fake->up_at_ms;
}

bool fake_loses(struct fake *fake)
{
    fake->replies++;
    return fake->faults.lose_every && fake->replies % fake->faults.lose_every == 0;
}

char *fake_twist(const struct fake *fake, const char *reply)
{
    static const char head[] = "{\"id\":1,\"result\":\"", tail[] = "\"}";
    const size_t size = 3u << 20;
    if (fake->faults.garbage)
        return strdup("<html>It works!</html>");
    if (!fake->faults.huge)
        return strdup(reply);
    char *text = malloc(size + sizeof head + sizeof tail);
    memcpy(text, head, sizeof head - 1);
    memset(text + sizeof head - 1, 'x', size);
    memcpy(text + sizeof head - 1 + size, tail, sizeof tail);
    return text;
}

/* --- the status --- */

static const char *phase_of(const struct fake *fake)
{
    if (fake->restart_at_ms)
        return "restarting";
    if (fake->is_receiving || fake->faults.busy)
        return "receiving";
    if (fake->has_failed)
        return "failed";
    if (fake->was_rolled_back)
        return "rolled-back";
    return fake->running;
}

static void add_story(const struct fake *fake, cJSON *status)
{
    if (strcmp(fake->running, "trial") == 0) {
        cJSON *trial = cJSON_AddObjectToObject(status, "trial");
        cJSON_AddNumberToObject(trial, "remaining_ms", 60000);
        cJSON_AddStringToObject(trial, "policy",
                                fake->faults.is_explicit ? "explicit" : "automatic");
    }
    if (fake->was_rolled_back) {
        cJSON *report = cJSON_AddObjectToObject(status, "rolled_back");
        cJSON_AddStringToObject(report, "reason", "it crashed three times");
        cJSON_AddStringToObject(report, "cause", "watchdog");
        cJSON_AddNumberToObject(report, "attempts", 3);
    }
    if (fake->has_failed && fake->faults.refuse) {
        cJSON *error = cJSON_AddObjectToObject(status, "error");
        cJSON_AddNumberToObject(error, "code", fake->faults.refuse);
    }
}

static void digest_of(const struct fake *fake, char text[2 * FLOTA_IMAGE_DIGEST_SIZE + 1])
{
    struct flota_image_info info;
    memset(text, '0', 2 * FLOTA_IMAGE_DIGEST_SIZE);
    text[2 * FLOTA_IMAGE_DIGEST_SIZE] = '\0';
    if (find_info(fake, &info))
        flota_hex_text(info.digest, sizeof info.digest, text);
}

static void add_rest(const struct fake *fake, cJSON *status)
{
    char digest[2 * FLOTA_IMAGE_DIGEST_SIZE + 1];
    if (fake->faults.vanished)
        cJSON_AddNullToObject(status, "resume");
    if (fake->received == 0 || fake->faults.vanished)
        return;
    cJSON *rest = cJSON_AddObjectToObject(status, "resume");
    digest_of(fake, digest);
    cJSON_AddNumberToObject(rest, "offset", fake->received);
    cJSON_AddNumberToObject(rest, "size", fake->size);
    cJSON_AddStringToObject(rest, "digest", digest);
}

static void add_ours(const struct fake *fake, cJSON *status)
{
    cJSON_AddStringToObject(status, "phase", phase_of(fake));
    cJSON_AddNumberToObject(status, "boot_id", fake->boot_id);
    cJSON_AddStringToObject(status, "product", fake->product);
    cJSON_AddStringToObject(status, "board", fake->board);
    cJSON_AddStringToObject(status, "name", fake->name);
    cJSON_AddStringToObject(status, "version", fake->version);
    cJSON_AddStringToObject(status, "build_id", fake->build);
    cJSON_AddStringToObject(status, "running", fake->running);
    cJSON_AddNumberToObject(status, "received", fake->faults.busy ? fake_now_ms() : fake->received);
    cJSON_AddNumberToObject(status, "in_flash", fake->received);
    cJSON_AddNumberToObject(status, "size", fake->size);
    add_story(fake, status);
    add_rest(fake, status);
}

/* A trial that nobody has seen would tell nothing. */
static void note_look(struct fake *fake)
{
    uint32_t soon_ms = fake_now_ms() + SEEN_MS;
    if (strcmp(fake->running, "trial") == 0 && soon_ms < fake->verdict_at_ms)
        fake->verdict_at_ms = soon_ms;
}

char *fake_status(struct fake *fake)
{
    note_look(fake);
    cJSON *status = cJSON_CreateObject();
    cJSON_AddNumberToObject(status, "state", 0);
    cJSON_AddBoolToObject(status, "is_committed", strcmp(fake->running, "trial") != 0);
    if (!fake->faults.forgets)
        add_ours(fake, status);
    char *text = cJSON_PrintUnformatted(status);
    cJSON_Delete(status);
    return text;
}

/* --- methods --- */

static bool says_busy(const struct fake *fake, struct flota_rpc_call *call)
{
    if (!fake->faults.busy && !fake->faults.vanished)
        return false;
    flota_rpc_error_with(call, FLOTA_ERR_UPDATE_BUSY,
                         "Another update is in progress: bob is at 3 %");
    return true;
}

static int rpc_status(void *context, struct flota_rpc_call *call)
{
    struct fake *fake = context;
    char *text = fake_status(fake);
    if (fake->faults.vanished && fake->began_ms && fake_now_ms() > fake->began_ms + 2000u) {
        fake->faults.vanished = false; /* the other one is given up */
        fake_log(fake, "given up\n");
    }
    flota_json_raw(flota_rpc_result(call), text);
    free(text);
    return 0;
}

static int rpc_begin(void *context, struct flota_rpc_call *call)
{
    struct fake *fake = context;
    char digest[2 * FLOTA_IMAGE_DIGEST_SIZE + 1];
    int64_t size = 0, timeout = 0;
    bool resume = false;
    fake->began_ms = fake->began_ms ? fake->began_ms : fake_now_ms();
    if (says_busy(fake, call))
        return 0;
    flota_rpc_param_integer(call, "size", &size);
    flota_rpc_param_integer(call, "commit_timeout", &timeout);
    flota_rpc_param_boolean(call, "resume", &resume);
    if (timeout)
        fake_log(fake, "commit_timeout %d\n", (int)timeout);
    int error = fake_begin(fake, (uint32_t)size, resume && !fake->faults.forgets);
    if (error < 0)
        return error;
    if (fake->faults.forgets) {
        flota_rpc_null(call);
        return 0;
    }
    struct flota_json *json = flota_rpc_result(call);
    digest_of(fake, digest);
    flota_json_raw(json, "{");
    flota_json_number(json, "offset", fake->received);
    flota_json_number(json, "max_chunk", fake->faults.max_chunk);
    flota_json_text(json, "digest", digest);
    flota_json_raw(json, "}");
    return 0;
}

static int rpc_write(void *context, struct flota_rpc_call *call)
{
    struct fake *fake = context;
    const uint8_t *data;
    size_t size;
    int64_t offset = 0;
    flota_rpc_param_integer(call, "offset", &offset);
    if (!flota_rpc_param_bytes(call, "data", &data, &size))
        return 0;
    if (!fake->is_receiving || offset > fake->received) {
        flota_rpc_error(call, 400, "bytes are missing before this offset");
        return 0;
    }
    size_t known = fake->received - (size_t)offset;
    int error = known < size ? fake_take(fake, data + known, size - known) : 0;
    if (error < 0)
        return error;
    if (fake->faults.forgets) {
        flota_rpc_null(call);
        return 0;
    }
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    flota_json_number(json, "offset", fake->received);
    flota_json_raw(json, "}");
    return 0;
}

static int rpc_end(void *context, struct flota_rpc_call *call)
{
    int error = fake_end(context, flota_rpc_now_ms(call));
    if (error == 0)
        flota_rpc_null(call);
    return error;
}

static int rpc_update(void *context, struct flota_rpc_call *call)
{
    struct fake *fake = context;
    char url[256] = "";
    flota_rpc_param_string(call, "url", url, sizeof url);
    FILE *file = strncmp(url, "http://files/", 13) == 0 ? fopen(url + 13, "rb") : NULL;
    if (!file)
        return FLOTA_ERR_NAME_UNKNOWN;
    fake->size = fake->received = (uint32_t)fread(fake->file, 1, FAKE_FILE_MAX, file);
    fclose(file);
    int error = fake_end(fake, flota_rpc_now_ms(call));
    if (error == 0)
        flota_rpc_error(call, 0, "Update applied, finalizing");
    return error;
}

static int rpc_commit(void *context, struct flota_rpc_call *call)
{
    (void)call;
    return fake_commit(context);
}

static int rpc_info(void *context, struct flota_rpc_call *call)
{
    const struct fake *fake = context;
    struct flota_json *json = flota_rpc_result(call);
    flota_json_raw(json, "{");
    flota_json_text(json, "id", "fake-1");
    flota_json_text(json, "app", fake->name);
    flota_json_text(json, "fw_version", fake->version);
    flota_json_text(json, "fw_id", fake->build);
    flota_json_number(json, "uptime", 42);
    flota_json_raw(json, "}");
    return 0;
}

/* The parameters, back. */
static int rpc_echo(void *context, struct flota_rpc_call *call)
{
    const struct fake *fake = context;
    struct flota_rpc_text text = {"null", 4};
    char copy[2048];
    flota_rpc_param_json(call, NULL, &text);
    snprintf(copy, sizeof copy, "%.*s", (int)text.size, text.data);
    fake_log(fake, "echo\n");
    flota_json_raw(flota_rpc_result(call), copy);
    return 0;
}

static const struct flota_rpc_param begin_params[] = {{"size", FLOTA_RPC_INTEGER, false},
                                                      {"commit_timeout", FLOTA_RPC_INTEGER, false},
                                                      {"resume", FLOTA_RPC_BOOLEAN, false}};
static const struct flota_rpc_param write_params[] = {{"offset", FLOTA_RPC_INTEGER, true},
                                                      {"data", FLOTA_RPC_BASE64, true}};
static const struct flota_rpc_param update_params[] = {{"url", FLOTA_RPC_STRING, true}};

static const struct flota_rpc_method methods[] = {
    {.name = "OTA.Status", .handle = rpc_status},
    {.name = "OTA.Begin", .params = begin_params, .param_count = 3, .handle = rpc_begin},
    {.name = "OTA.Write", .params = write_params, .param_count = 2, .handle = rpc_write},
    {.name = "OTA.End", .handle = rpc_end},
    {.name = "OTA.Update", .params = update_params, .param_count = 1, .handle = rpc_update},
    {.name = "OTA.Commit", .handle = rpc_commit},
    {.name = "Sys.GetInfo", .handle = rpc_info},
    {.name = "Config.Get", .handle = rpc_echo},
    {.name = "Config.Set", .handle = rpc_echo},
    {.name = "Echo", .handle = rpc_echo},
};

static uint32_t random_number(void)
{
    uint32_t value = 0;
    if (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value)
        abort();
    return value;
}

void fake_init(struct fake *fake, const char *user, const char *secret)
{
    enum flota_auth_kind kind = !secret ? FLOTA_AUTH_KIND_NONE
                                : user  ? FLOTA_AUTH_KIND_BASIC
                                        : FLOTA_AUTH_KIND_TOKEN;
    const struct flota_auth auth = {kind, user, secret};
    fake->file = malloc(FAKE_FILE_MAX);
    fake->faults.max_chunk = fake->faults.max_chunk ? fake->faults.max_chunk : CHUNK;
    fake->boot_id = 1000;
    fake->running = "confirmed";
    snprintf(fake->name, sizeof fake->name, "blinky");
    snprintf(fake->version, sizeof fake->version, "1.4.2");
    snprintf(fake->board, sizeof fake->board, "stm32h745i-disco");
    snprintf(fake->product, sizeof fake->product, "lamp");
    snprintf(fake->build, sizeof fake->build, "0011223344556677");
    flota_rpc_init(&fake->rpc, &auth, "fake-1", random_number);
    fake->service =
        (struct flota_rpc_service){methods, sizeof methods / sizeof methods[0], fake, NULL};
    flota_rpc_add(&fake->rpc, &fake->service);
}
