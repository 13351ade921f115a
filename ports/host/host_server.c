/* host_server.c - flota-host-server: the device's HTTP and update service as a program on Linux.
 *
 * The same code as on the board over sockets and a flash in memory or in a file, built with
 * sanitizers: what mutated requests, scripts and people try their hands on. Prints "listening on
 * ADDRESS:PORT", then the console's lines. A restart is a turn of its main loop with the other
 * bank.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/http_update.h"
#include "host_flash.h"
#include "host_guard.h"
#include "http_sockets.h"
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define FLASH_STEPS 1000 /* per turn: some 32 KB */

struct options {
    const char *address;
    uint16_t port;
    const char *flash_file;
    const char *token;
    const char *product;
    const char *board;
    uint32_t erase_ms;
    uint32_t deadline_ms;
    struct flota_trust_config trust;
};

struct program {
    struct options options;
    struct host_flash host;
    struct flota_image_info running;
    struct flota_image_target target;
    struct flota_trust trust;
    struct flota_trial trial;
    struct flota_http_update update;
    struct flota_http_server server;
    struct flota_http_route routes[5];
    struct http_sockets sockets;
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static uint32_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* --- options --- */

static const struct argp_option descriptions[] = {
    {"address", 'a', "ADDRESS", 0, "listen there (127.0.0.1)", 0},
    {"port", 'p', "PORT", 0, "listen there; 0 chooses a free one (8000)", 0},
    {"flash", 'f', "FILE", 0, "keep both banks in FILE (default: in memory)", 0},
    {"token", 't', "TOKEN", 0, "updates need Authorization: Bearer TOKEN", 0},
    {"product", 'P', "NAME", 0, "product of the firmware that runs at first (flota-demo)", 0},
    {"board", 'b', "NAME", 0, "board that images must be for (stm32h745i-disco)", 0},
    {"erase-ms", 'e', "MS", 0, "how long an erase takes (0)", 0},
    {"deadline-ms", 'd', "MS", 0, "a trial is confirmed by request within MS (300000)", 0},
    {"key", 'k', "BASE64", 0, "public key of slot 0, as flota keygen prints it", 0},
    {"require-signature", 's', NULL, 0, "take signed firmware only", 0},
    {0},
};

static uint32_t number(const char *text, uint32_t max, struct argp_state *state)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end || end == text || value > max)
        argp_error(state, "%s is not a number from 0 to %lu", text, (unsigned long)max);
    return (uint32_t)value;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'a':
        options->address = text;
        return 0;
    case 'p':
        options->port = (uint16_t)number(text, UINT16_MAX, state);
        return 0;
    case 'f':
        options->flash_file = text;
        return 0;
    case 't':
        options->token = text;
        return 0;
    case 'P':
        options->product = text;
        return 0;
    case 'b':
        options->board = text;
        return 0;
    case 'e':
        options->erase_ms = number(text, 60000, state);
        return 0;
    case 'd':
        options->deadline_ms = number(text, 86400000, state);
        return 0;
    case 'k':
        options->trust.keys[0] = text;
        return 0;
    case 's':
        options->trust.policy = FLOTA_SIGNATURES_REQUIRED;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- the device --- */

static void print_line(void *context, const char *line)
{
    (void)context;
    puts(line);
    fflush(stdout);
}

static void serve_page(void *context, struct flota_http_connection *connection)
{
    static const char page[] = "<!doctype html><title>flota-host-server</title>"
                               "<p>POST /update, GET /api/firmware_update\n";
    (void)context;
    flota_http_respond(connection, 200, "text/html; charset=utf-8", NULL, page, sizeof page - 1);
}

static const struct flota_http_handler page_handler = {.begin = serve_page};

/* What runs: the active bank's image, else a stand-in that any image of the product replaces. */
static void find_running(struct program *program)
{
    if (host_flash_running(&program->host, &program->running))
        return;
    memset(&program->running, 0, sizeof program->running);
    snprintf(program->running.product, sizeof program->running.product, "%s",
             program->options.product);
    snprintf(program->running.board, sizeof program->running.board, "%s", program->options.board);
    strcpy(program->running.name, "host-server");
    strcpy(program->running.version, "0.0.1");
}

static void find_out_what_runs(struct program *program)
{
    struct flota_trial_config config = {.flash = &program->host.flash,
                                        .platform = &program->host.platform,
                                        .policy = FLOTA_CONFIRM_EXPLICIT,
                                        .deadline_ms = program->options.deadline_ms};
    config.decision = host_guard(&program->host, false);
    find_running(program);
    flota_trial_init(&program->trial, &config, now_ms());
    program->options.trust.product = program->running.product;
    if (flota_trust_init(&program->trust, &program->options.trust) < 0)
        puts("--key: not a P-256 key as flota keygen prints it");
    flota_trust_load(&program->trust, &program->host.flash);
    program->target = (struct flota_image_target){.flash = &program->host.flash,
                                                  .platform = &program->host.platform,
                                                  .running = &program->running,
                                                  .trust = &program->trust,
                                                  .trial = &program->trial};
}

static void route(struct program *program)
{
    const struct flota_http_handler *update = &flota_http_update_handler;
    const struct flota_http_route routes[] = {
        {"/", "GET", &page_handler, NULL},
        {"/update", "POST PUT", update, &program->update},
        {"/update/", "POST", update, &program->update},
        {"/api/firmware_update", "GET POST PUT", update, &program->update},
        {"/api/firmware_keys", "GET POST", &flota_http_keys_handler, &program->update},
    };
    _Static_assert(sizeof routes == sizeof program->routes, "one place for each");
    memcpy(program->routes, routes, sizeof routes);
    program->server = (struct flota_http_server){.routes = program->routes,
                                                 .route_count = sizeof routes / sizeof routes[0]};
}

static void boot(struct program *program)
{
    struct flota_http_update_config config = {
        .target = &program->target, .trial = &program->trial, .log = print_line};
    if (program->options.token)
        config.auth = FLOTA_AUTH_TOKEN(program->options.token);
    if (getrandom(&config.boot_id, sizeof config.boot_id, 0) != sizeof config.boot_id)
        abort();
    find_out_what_runs(program);
    printf("%s: %s %s, bank %d\n", program->running.product, program->running.name,
           program->running.version, program->host.platform.active_bank(&program->host));
    flota_http_update_init(&program->update, &config);
    route(program);
    fflush(stdout);
}

static int serve(struct program *program)
{
    struct options *options = &program->options;
    int result =
        http_sockets_init(&program->sockets, &program->server, options->address, options->port);
    if (result < 0) {
        fprintf(stderr, "%s:%u: %s\n", options->address, options->port, strerror(-result));
        return result;
    }
    options->port = (uint16_t)result; /* kept over restarts */
    printf("listening on %s:%u\n", options->address, options->port);
    fflush(stdout);
    return 0;
}

static int start(struct program *program)
{
    const struct options *options = &program->options;
    int result = host_flash_open(&program->host, options->flash_file, options->board);
    if (result < 0) {
        fprintf(stderr, "%s: %s\n", options->flash_file, strerror(-result));
        return result;
    }
    program->host.erase_ms = options->erase_ms;
    boot(program);
    return serve(program);
}

/* A restart cuts all connections, as a chip's does. */
static int restart(struct program *program)
{
    program->host.reset_count = 0;
    http_sockets_end(&program->sockets);
    boot(program);
    return serve(program);
}

/* Give flash a share of a turn: on the host its words take no time. */
static bool work(struct program *program)
{
    bool busy = true;
    program->host.now_ms = now_ms();
    for (int i = 0; i < FLASH_STEPS && busy && program->host.reset_count == 0; i++)
        busy = flota_http_update_poll(&program->update, program->host.now_ms);
    flota_trial_poll(&program->trial, program->host.now_ms, false);
    return busy;
}

static int run(struct program *program)
{
    int result = 0;
    while (!stopped && result >= 0) {
        bool busy = work(program);
        if (program->host.reset_count > 0)
            result = restart(program);
        else
            result = http_sockets_poll(&program->sockets, program->host.now_ms, busy ? 1 : 20);
    }
    return result;
}

int main(int argc, char **argv)
{
    static const struct argp parser = {
        descriptions, parse_option,
        NULL,         "Serve Flota's update service on Linux, with a flash in memory or in a file.",
        NULL,         NULL,
        NULL};
    static struct program program;
    program.options = (struct options){
        .address = "127.0.0.1", .port = 8000, .product = "flota-demo", .board = "stm32h745i-disco"};
    argp_parse(&parser, argc, argv, 0, NULL, &program.options);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    if (start(&program) < 0)
        return 1;
    int result = run(&program);
    http_sockets_end(&program.sockets);
    host_flash_close(&program.host);
    return result < 0 ? 1 : 0;
}
