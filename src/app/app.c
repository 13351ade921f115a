/* app.c - flota_init() and flota_poll(): ties port, network, update service and modules together.
 *
 * Compiled once per project, with the project's flota_config.h. The one place that holds state of
 * its own: an application has one board.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/module.h"
#include "flota/network.h"
#include "flota_config.h"
#include <stdio.h>
#include <string.h>

#ifndef FLOTA_HTTP_PORT
#define FLOTA_HTTP_PORT 80
#endif

/* Deleting the three lines from flota_config.h selects DHCP. */
#ifndef FLOTA_TCPIP_IP
#define FLOTA_TCPIP_IP   0
#define FLOTA_TCPIP_GW   0
#define FLOTA_TCPIP_MASK 0
#endif
#ifndef FLOTA_TCPIP_DNS
#define FLOTA_TCPIP_DNS 0 /* what DHCP says */
#endif

#ifndef FLOTA_CONFIRM_POLICY
#define FLOTA_CONFIRM_POLICY FLOTA_CONFIRM_AUTOMATIC
#endif
#ifndef FLOTA_COMMIT_TIMEOUT_MS
#define FLOTA_COMMIT_TIMEOUT_MS FLOTA_TRIAL_DEADLINE_MS
#endif
#ifndef FLOTA_CONFIRM_AFTER_MS
#define FLOTA_CONFIRM_AFTER_MS 0u
#endif
#ifndef FLOTA_SIGNATURE_POLICY
#define FLOTA_SIGNATURE_POLICY FLOTA_SIGNATURES_OPTIONAL
#endif
#ifndef FLOTA_KEY_0
#define FLOTA_KEY_0 NULL
#endif
#ifndef FLOTA_KEY_1
#define FLOTA_KEY_1 NULL
#endif
#ifndef FLOTA_KEY_2
#define FLOTA_KEY_2 NULL
#endif
#ifndef FLOTA_KEY_3
#define FLOTA_KEY_3 NULL
#endif

#ifndef FLOTA_MODULES
#define FLOTA_MODULES                                                                              \
    &flota_module_ota_http_server, &flota_module_rpc_http, &flota_module_rpc_uart,                 \
        &flota_module_dash
#endif
#ifndef FLOTA_CONFIG_KEYS
#define FLOTA_CONFIG_KEYS
#endif

/* The block at 0x400 of this very image, placed by the linker script. */
extern const struct flota_image_info flota_image_info;

const struct flota_module *const flota_modules[] = {FLOTA_MODULES, NULL};

static struct {
    struct flota_app shared;
    bool (*is_healthy)(void);
    char printed_address[16];
    bool printed_link;
    int printed_error;
    uint32_t milestone;
} app;

void flota_app_log(const char *line)
{
    flota_port_console(line, strlen(line));
    flota_port_console("\r\n", 2);
}

static void print_line(void *context, const char *line)
{
    (void)context;
    flota_app_log(line);
}

/* A milestone of ours never hides a later one, or one of the application's. */
static void reach(enum flota_milestone milestone)
{
    if (milestone > app.milestone)
        flota_milestone(milestone);
}

/* --- start: who runs --- */

static void init_trust(void)
{
    static const struct flota_trust_config config = {
        .policy = FLOTA_SIGNATURE_POLICY,
        .keys = {FLOTA_KEY_0, FLOTA_KEY_1, FLOTA_KEY_2, FLOTA_KEY_3},
        .product = FLOTA_PRODUCT,
    };
    struct flota_app *shared = &app.shared;
    if (flota_trust_init(&shared->trust, &config) < 0)
        flota_app_log("FLOTA_KEY_n: not a P-256 key as flota keygen prints it; "
                      "updates will be refused");
    flota_trust_load(&shared->trust, shared->port->flash);
}

static void init_trial(void)
{
    struct flota_app *shared = &app.shared;
    const struct flota_trial_config config = {
        .flash = shared->port->flash,
        .platform = shared->port->platform,
        .policy = FLOTA_CONFIRM_POLICY,
        .deadline_ms = FLOTA_COMMIT_TIMEOUT_MS,
        .decision = flota_port_start()->decision,
    };
    flota_trial_init(&shared->trial, &config, flota_port_now_ms());
    shared->target = (struct flota_image_target){
        .flash = shared->port->flash,
        .platform = shared->port->platform,
        .running = shared->info,
        .trust = &shared->trust,
        .trial = &shared->trial,
    };
}

/* Power failed while the option bytes changed: the new firmware waits. */
static void activate_again(void)
{
    const struct flota_platform *platform = app.shared.port->platform;
    int result = flota_updater_activate_again(&app.shared.target);
    if (result == 0)
        return;
    if (result < 0) {
        flota_app_log("a staged firmware could not be activated again:");
        flota_app_log(flota_error_text(result)->cause);
        return;
    }
    flota_app_log("the bank swap had been cut: ordered again, restart");
    platform->reset(platform->port);
}

/* Updates are refused: why, what to do, and on which chip. */
static void print_refusal(int error)
{
    const struct flota_platform *platform = app.shared.port->platform;
    const struct flota_error_text *text = flota_error_text(error);
    char line[160];
    snprintf(line, sizeof line, "updates are off: %s", text->cause);
    flota_app_log(line);
    flota_app_log(text->remedy);
    if (!platform->chip_name)
        return;
    platform->chip_name(platform->port, line, sizeof line);
    flota_app_log(line);
}

static void print_start(void)
{
    const struct flota_platform *platform = app.shared.port->platform;
    const struct flota_port_start *start = flota_port_start();
    const struct flota_image_info *info = app.shared.info;
    char build_id[FLOTA_BUILD_ID_TEXT];
    char line[160];
    flota_build_id_text(info, build_id);
    snprintf(line, sizeof line, "%s: %s %s, bank %d, build id %s", info->product, info->name,
             info->version, platform->active_bank(platform->port), build_id);
    flota_app_log(line);
    snprintf(line, sizeof line, "reset: %s", flota_port_reset_text(start->reset_cause));
    flota_app_log(line);
    int refused = platform->update_allowed(platform->port);
    if (refused < 0)
        print_refusal(refused);
}

/* --- start: configuration, network, modules --- */

static const struct flota_config_key keys[] = {
    {"device.id", FLOTA_CONFIG_STRING, "", false}, /* "": the name and the end of the MAC address */
    FLOTA_CONFIG_KEYS};

static void init_config(void)
{
    static struct flota_config_table table = {.keys = keys, .count = sizeof keys / sizeof keys[0]};
    struct flota_app *shared = &app.shared;
    flota_config_init(&shared->config, shared->port->flash);
    flota_config_add(&shared->config, &table);
    for (size_t i = 0; flota_modules[i]; i++)
        if (flota_modules[i]->configure)
            flota_modules[i]->configure(shared);
}

static void init_network(void)
{
    const struct flota_network_config config = {
        .name = FLOTA_NAME,
        .address = FLOTA_TCPIP_IP,
        .mask = FLOTA_TCPIP_MASK,
        .gateway = FLOTA_TCPIP_GW,
        .dns = FLOTA_TCPIP_DNS,
    };
    flota_network_init(&config);
}

static void init_device_id(void)
{
    struct flota_app *shared = &app.shared;
    const char *id = flota_config_text(&shared->config, "device.id");
    struct flota_network_status network;
    flota_network_status(&network);
    if (id[0])
        snprintf(shared->device_id, sizeof shared->device_id, "%s", id);
    else
        snprintf(shared->device_id, sizeof shared->device_id, "%.24s_%02X%02X%02X", FLOTA_NAME,
                 network.mac[3], network.mac[4], network.mac[5]);
}

static void init_update(void)
{
    struct flota_app *shared = &app.shared;
    const struct flota_ota_config config = {
        .target = &shared->target,
        .auth = shared->auth,
        .trial = &shared->trial,
        .boot_id = shared->boot_id,
        .last_words = &flota_port_start()->last_words,
        .reset_text = flota_port_reset_text,
        .log = print_line,
    };
    flota_ota_init(&shared->ota, &config);
}

static void start_modules(void)
{
    for (size_t i = 0; flota_modules[i]; i++)
        if (flota_modules[i]->start)
            flota_modules[i]->start(&app.shared);
}

void flota_init(void)
{
    struct flota_app *shared = &app.shared;
    shared->port = flota_port_init();
    shared->info = &flota_image_info;
    shared->auth = FLOTA_AUTH;
    shared->http_port = FLOTA_HTTP_PORT;
    shared->boot_id = flota_port_random();
    reach(FLOTA_MILESTONE_STARTED);
    print_start();
    init_trust();
    init_trial();
    activate_again();
    init_config();
    init_network();
    init_device_id();
    init_update();
    start_modules();
    reach(FLOTA_MILESTONE_RUNNING);
}

void flota_milestone(uint32_t milestone)
{
    app.milestone = milestone;
    flota_port_milestone(milestone);
}

/* --- one turn --- */

/* Say the address when it changes, and when the cable is unplugged. */
static void print_address(const struct flota_network_status *network)
{
    char line[48];
    if (network->is_link_up != app.printed_link) {
        app.printed_link = network->is_link_up;
        app.printed_address[0] = '\0'; /* said again when the link is back */
        if (!network->is_link_up)
            flota_app_log("network: no link, check the cable");
    }
    if (!network->is_link_up || strcmp(network->address, app.printed_address) == 0)
        return;
    strcpy(app.printed_address, network->address);
    reach(FLOTA_MILESTONE_ADDRESS);
    snprintf(line, sizeof line, "ip %s (%s)", network->address,
             network->is_dhcp ? "dhcp" : "static");
    flota_app_log(line);
}

static bool is_in_touch(void)
{
    bool in_touch = app.shared.http.request_count + app.shared.rpc.served > 0;
    for (size_t i = 0; flota_modules[i] && !in_touch; i++)
        in_touch = flota_modules[i]->is_in_touch && flota_modules[i]->is_in_touch();
    return in_touch;
}

/* Without a check of the application's own: the network is up, and somebody was served, or a server
 * that updates come from was reached. */
static bool is_healthy(const struct flota_network_status *network)
{
    if (app.is_healthy)
        return app.is_healthy();
    return network->is_link_up && network->address[0] && is_in_touch();
}

static void poll_trial(const struct flota_network_status *network, uint32_t now_ms)
{
    struct flota_trial *trial = &app.shared.trial;
    bool on_trial = flota_trial_running(trial) == FLOTA_RUNNING_TRIAL;
    bool may_confirm = on_trial && now_ms + 1u > FLOTA_CONFIRM_AFTER_MS;
    int result = flota_trial_poll(trial, now_ms, may_confirm && is_healthy(network));
    if (result == 1)
        flota_app_log("confirmed by its health check");
    else if (result < 0 && result != app.printed_error)
        flota_app_log(flota_error_text(result)->cause); /* tried again at each turn: said once */
    app.printed_error = result;
}

/* Returns whether there is work that needs no waiting. */
static bool poll_modules(uint32_t now_ms)
{
    bool goes_on = false;
    for (size_t i = 0; flota_modules[i]; i++)
        if (flota_modules[i]->poll)
            goes_on |= flota_modules[i]->poll(&app.shared, now_ms) == FLOTA_UPDATER_GOES_ON;
    return goes_on;
}

void flota_set_health_check(bool (*check)(void))
{
    app.is_healthy = check;
}

/* The journals are not read while an update's flash operation runs. */
int flota_confirm(void)
{
    return flota_ota_confirm(&app.shared.ota);
}

int flota_give_up(uint32_t cause)
{
    return flota_trial_give_up(&app.shared.trial, cause);
}

/* The updater has its turn first and last: the bank must not stand idle while frames are read, and
 * what they brought goes to it at once. */
void flota_poll(void)
{
    struct flota_network_status network;
    uint32_t now_ms = flota_port_now_ms();
    bool goes_on = flota_ota_poll(&app.shared.ota, now_ms) == FLOTA_UPDATER_GOES_ON;
    flota_network_poll(now_ms);
    flota_network_status(&network);
    print_address(&network);
    poll_trial(&network, now_ms);
    goes_on |= poll_modules(now_ms);
    if (!goes_on && flota_ota_poll(&app.shared.ota, now_ms) != FLOTA_UPDATER_GOES_ON)
        flota_port_idle();
}
