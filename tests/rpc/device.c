/* device.c - the device of the transcripts: the real code on a flash model.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "flota/ota.h"
#include "flota/rpc_config.h"
#include "flota/rpc_http.h"
#include "flota/rpc_ota.h"
#include "flota/rpc_sys.h"
#include "image_maker.h"
#include "prng.h"
#include "transcript.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TURNS_MAX 100000

struct device {
    struct flash_model model;
    struct flota_trial trial;
    struct flota_boot_decision decision;
    struct flota_ota ota;
    struct flota_config config;
    struct flota_config_table table;
    struct flota_rpc rpc;
    struct flota_rpc_sys sys;
    struct flota_rpc_config rpc_config;
    struct flota_rpc_ota rpc_ota;
    struct flota_rpc_channel channel;
    struct flota_rpc_http rpc_http;
    struct flota_http_route routes[2];
    struct flota_http_server server;
    struct flota_http_connection connection;
    struct flota_auth auth;
    char user[32], secret[32], acl[512], version[16];
    struct flota_puller puller;
    struct flota_pull_request pull; /* the running one */
    int pull_result;
    bool has_pull;
    uint32_t now_ms, start_ms;
    uint8_t *image;
    uint32_t image_size;
};

/* --- what an application fills in --- */

static const struct flota_config_key keys[] = {
    {.key = "device.name", .type = FLOTA_CONFIG_STRING, .initial = "valve 7"},
    {.key = "update.url", .type = FLOTA_CONFIG_STRING, .initial = ""},
    {.key = "update.interval", .type = FLOTA_CONFIG_INTEGER, .initial = "0"},
    {.key = "update.enable", .type = FLOTA_CONFIG_BOOLEAN, .initial = "true"},
    {.key = "mqtt.password", .type = FLOTA_CONFIG_STRING, .initial = "", .is_secret = true},
};

static uint32_t random_number(void)
{
    static uint32_t state = 2026;
    return prng_next(&state);
}

static void get_mac(void *context, uint8_t mac[6])
{
    (void)context;
    memcpy(mac, "\x02\x00\x00\xAB\xCD\xEF", 6);
}

static uint32_t get_uptime(void *context)
{
    const struct device *device = context;
    return (device->now_ms - device->start_ms) / 1000u;
}

static void get_memory(void *context, struct flota_rpc_memory *memory)
{
    (void)context;
    *memory = (struct flota_rpc_memory){524288, 401232, 398112};
}

static void get_ethernet(void *context, struct flota_rpc_address *address)
{
    (void)context;
    *address = (struct flota_rpc_address){"192.168.0.10", "255.255.255.0", "192.168.0.1"};
}

static int restart_allowed(void *context)
{
    const struct device *device = context;
    return device->ota.activate || device->ota.swapped ? FLOTA_ERR_UPDATE_BUSY : 0;
}

static bool is_on_trial(void *context)
{
    const struct device *device = context;
    return flota_trial_running(&device->trial) == FLOTA_RUNNING_TRIAL;
}

static bool is_quiet(void *context)
{
    const struct device *device = context;
    return flota_ota_is_quiet(&device->ota);
}

static void restart_chip(void *context)
{
    struct device *device = context;
    device->model.platform.reset(device->model.platform.port);
}

/* A server that never answers: an order tells how the download ends. */
static int start_pull(void *context, const struct flota_pull_request *request)
{
    struct device *device = context;
    device->pull = *request;
    device->has_pull = true;
    return 0;
}

/* --- start --- */

static void start_update(struct device *device)
{
    const struct flota_trial_config trial = {.flash = &device->model.flash,
                                             .platform = &device->model.platform,
                                             .policy = FLOTA_CONFIRM_EXPLICIT,
                                             .decision = device->decision};
    const struct flota_ota_config ota = {.target = &device->model.target,
                                         .auth = device->auth,
                                         .trial = &device->trial,
                                         .boot_id = random_number()};
    flota_trial_init(&device->trial, &trial, device->now_ms);
    device->model.target.trial = &device->trial;
    flota_ota_init(&device->ota, &ota);
    flota_ota_poll(&device->ota, device->now_ms);
}

static void start_config(struct device *device)
{
    device->table =
        (struct flota_config_table){.keys = keys, .count = sizeof keys / sizeof keys[0]};
    flota_config_init(&device->config, &device->model.flash);
    flota_config_add(&device->config, &device->table);
}

static void start_http(struct device *device, const char *origins)
{
    const struct flota_http_handler *handler = &flota_rpc_http_handler;
    flota_rpc_http_init(&device->rpc_http, &device->rpc, origins);
    device->routes[0] =
        (struct flota_http_route){"/rpc", "POST OPTIONS", handler, &device->rpc_http};
    device->routes[1] =
        (struct flota_http_route){"/rpc/", "GET POST OPTIONS", handler, &device->rpc_http};
    device->server = (struct flota_http_server){.routes = device->routes, .route_count = 2};
}

static void start_methods(struct device *device)
{
    const struct flota_rpc_sys_config sys = {.app = device->model.running.name,
                                             .fw_version = device->model.running.version,
                                             .fw_id = "20261121-093000/4c1ab2f0",
                                             .arch = "test-board",
                                             .context = device,
                                             .mac = get_mac,
                                             .uptime_s = get_uptime,
                                             .memory = get_memory,
                                             .ethernet = get_ethernet,
                                             .restart_allowed = restart_allowed,
                                             .is_on_trial = is_on_trial,
                                             .restart = restart_chip};
    const struct flota_rpc_ota_config ota = {.ota = &device->ota, .puller = &device->puller};
    flota_rpc_init(&device->rpc, &device->auth, "dev1", random_number);
    flota_rpc_sys_init(&device->sys, &sys, &device->rpc);
    flota_rpc_config_init(&device->rpc_config, &device->config, &device->rpc, &device->sys,
                          is_quiet, device);
    flota_rpc_ota_init(&device->rpc_ota, &device->rpc, &ota);
    start_http(device, NULL);
}

static void open_channel(struct device *device, const char *transport, const char *peer)
{
    struct flota_rpc_origin origin = {.transport = transport};
    snprintf(origin.peer, sizeof origin.peer, "%s", peer);
    flota_rpc_close(&device->channel);
    flota_rpc_open(&device->channel, &device->rpc, &origin, device->now_ms);
}

static void start(struct device *device)
{
    memcpy(&device->model.running,
           flash_model_bytes(&device->model, FLOTA_SLOT_ACTIVE) + FLOTA_IMAGE_INFO_OFFSET,
           sizeof device->model.running);
    device->start_ms = device->now_ms;
    device->model.reset_count = device->model.swap_count = 0;
    start_update(device);
    start_config(device);
    start_methods(device);
    open_channel(device, "ws", "192.168.0.7");
}

static void make_image(struct device *device, const char *version)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    free(device->image);
    snprintf(device->version, sizeof device->version, "%s", version);
    recipe.version = device->version;
    recipe.seed = (uint32_t)version[0];
    device->image = image_make(&recipe);
    device->image_size = recipe.size;
}

struct device *device_new(void)
{
    struct device *device = calloc(1, sizeof *device);
    if (!device)
        abort();
    device->now_ms = 5000;
    device->puller = (struct flota_puller){start_pull, device};
    device->auth = FLOTA_AUTH_NONE;
    flash_model_init(&device->model, &flash_model_h745);
    make_image(device, "1.0.0");
    flash_model_load(&device->model, FLOTA_SLOT_ACTIVE, device->image, device->image_size);
    make_image(device, "2.0.0");
    start(device);
    return device;
}

void device_free(struct device *device)
{
    flota_rpc_close(&device->channel);
    flash_model_free(&device->model);
    free(device->image);
    free(device);
}

/* --- turns --- */

static void turn(struct device *device)
{
    flota_ota_poll(&device->ota, device->now_ms);
    flota_trial_poll(&device->trial, device->now_ms, false);
    flota_rpc_sys_poll(&device->sys, device->now_ms);
    flota_rpc_poll(&device->channel, device->now_ms);
}

const char *device_ask(struct device *device, const char *frame)
{
    static char reply[FLOTA_RPC_REPLY_MAX];
    const char *text;
    turn(device);
    if (!flota_rpc_take(&device->channel, frame, strlen(frame), device->now_ms))
        return "the channel is not ready";
    for (int i = 0; i < TURNS_MAX; i++) {
        size_t size = flota_rpc_reply(&device->channel, &text);
        memcpy(reply, text, size + 1);
        if (size > 0 || flota_rpc_is_ready(&device->channel))
            break;
        if (device->has_pull && device->pull_result != INT32_MIN) {
            device->has_pull = false;
            device->pull.ended(device->pull.context, device->pull_result);
        }
        turn(device);
    }
    flota_rpc_sent(&device->channel);
    return reply;
}

/* What the server offers is acknowledged at once. */
static void collect(struct device *device, char *response, size_t size)
{
    const uint8_t *data;
    size_t part, used = strlen(response);
    while ((part = flota_http_output(&device->connection, &data)) > 0) {
        if (used + part >= size)
            abort();
        memcpy(response + used, data, part);
        used += part;
        response[used] = '\0';
        flota_http_sent(&device->connection, part);
        flota_http_acked(&device->connection, part, device->now_ms);
    }
}

const char *device_http(struct device *device, const char *request)
{
    static char response[TEXT_MAX];
    size_t at = 0, size = strlen(request);
    response[0] = '\0';
    flota_http_open(&device->connection, &device->server, "192.168.0.7", device->now_ms);
    for (int i = 0; i < TURNS_MAX && (at < size || !response[0]); i++) {
        at += flota_http_receive(&device->connection, (const uint8_t *)request + at, size - at,
                                 device->now_ms);
        turn(device);
        flota_http_poll(&device->connection, device->now_ms);
        collect(device, response, sizeof response);
    }
    flota_http_close(&device->connection);
    return response;
}

/* --- orders --- */

static const char *order_credentials(struct device *device, const char *rest)
{
    device->auth = FLOTA_AUTH_NONE;
    if (sscanf(rest, "token %31s", device->secret) == 1)
        device->auth = FLOTA_AUTH_TOKEN(device->secret);
    else if (sscanf(rest, "user %31s %31s", device->user, device->secret) == 2)
        device->auth = FLOTA_AUTH_BASIC(device->user, device->secret);
    else if (strcmp(rest, "none") != 0)
        return "credentials token SECRET | user NAME PASSWORD | none";
    device->rpc.auth = device->auth;
    return NULL;
}

static const char *order_acl(struct device *device, const char *rest)
{
    snprintf(device->acl, sizeof device->acl, "%s", rest);
    return flota_rpc_set_acl(&device->rpc, device->acl) == 0 ? NULL : "no access list";
}

static const char *order_time(struct device *device, const char *rest)
{
    device->now_ms += (uint32_t)(strtod(rest, NULL) * 1000.0);
    turn(device);
    return NULL;
}

static const char *order_client(struct device *device, const char *rest)
{
    static const char *const transports[] = {"http", "ws", "serial", "mqtt", "tcp", "udp"};
    char name[16] = "", peer[FLOTA_RPC_ORIGIN_MAX] = "";
    sscanf(rest, "%15s %47s", name, peer);
    for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++) {
        if (strcmp(name, transports[i]) != 0)
            continue;
        open_channel(device, transports[i], peer);
        if (strcmp(name, "udp") == 0)
            flota_rpc_limit_reply(&device->channel, 1472);
        return NULL;
    }
    return "client TRANSPORT PEER";
}

/* The guard's loop (boot.h). Returns whether it left the image: the other one boots. */
static bool guard_leaves(struct device *device)
{
    const struct flota_flash *flash = &device->model.flash;
    struct flota_boot boot;
    flash_model_power_up(&device->model);
    flota_boot_read(flash, &boot);
    for (int turns = 0; turns < 8; turns++) {
        device->decision = flota_boot_decide(&boot, true);
        if (device->decision.check) {
            flota_boot_check(flash, &boot, device->decision.check);
        } else if (device->decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            flota_boot_count(flash, &boot, true, 0);
        } else if (device->decision.action != FLOTA_BOOT_ROLL_BACK) {
            return false;
        } else if (flota_boot_leave(flash, &boot, &device->decision, true, 0) == 0) {
            device->model.platform.swap(device->model.platform.port);
            return true;
        }
    }
    abort();
}

/* The guard's turn, and the firmware's start. */
static void boot(struct device *device)
{
    while (guard_leaves(device))
        ;
    start(device);
}

/* The restart that was ordered, and none other. */
static const char *order_restarts(struct device *device, const char *rest)
{
    (void)rest;
    for (int i = 0; i < 5000 && device->model.reset_count == 0; i++) {
        device->now_ms++;
        turn(device);
    }
    if (device->model.reset_count == 0)
        return "it does not restart within 5 s";
    boot(device);
    return NULL;
}

static const char *order_runs_on(struct device *device, const char *rest)
{
    (void)rest;
    order_time(device, "5");
    return device->model.reset_count == 0 ? NULL : "it restarts";
}

static const char *order_power_cycle(struct device *device, const char *rest)
{
    (void)rest;
    boot(device);
    return NULL;
}

static const char *order_origins(struct device *device, const char *rest)
{
    start_http(device, rest);
    return NULL;
}

static const char *order_image(struct device *device, const char *rest)
{
    make_image(device, rest);
    return NULL;
}

static const char *order_download(struct device *device, const char *rest)
{
    device->pull_result = atoi(rest);
    return NULL;
}

static const struct {
    const char *name;
    const char *(*carry_out)(struct device *device, const char *rest);
} orders[] = {
    {"credentials", order_credentials}, {"acl", order_acl},
    {"seconds pass:", order_time},      {"client", order_client},
    {"it restarts", order_restarts},    {"it runs on", order_runs_on},
    {"power cycle", order_power_cycle}, {"listed origins:", order_origins},
    {"new image", order_image},         {"the download ends with", order_download},
};

const char *device_order(struct device *device, const char *order)
{
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        size_t size = strlen(orders[i].name);
        if (strncmp(order, orders[i].name, size) == 0)
            return orders[i].carry_out(device, order + size + strspn(order + size, " "));
    }
    return "an unknown order";
}

/* --- questions --- */

const char *device_user(const struct device *device)
{
    if (device->auth.kind == FLOTA_AUTH_KIND_NONE)
        return NULL;
    return device->auth.kind == FLOTA_AUTH_KIND_TOKEN ? "token" : device->user;
}

const char *device_secret(const struct device *device)
{
    return device->secret;
}

const uint8_t *device_image(const struct device *device, uint32_t *size)
{
    *size = device->image_size;
    return device->image;
}

void device_list(const struct device *device, void (*tell)(const char *name))
{
    for (const struct flota_rpc_service *service = device->rpc.services; service;
         service = service->next)
        for (uint8_t i = 0; i < service->method_count; i++)
            tell(service->methods[i].name);
}
