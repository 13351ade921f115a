/* app.c - flota_init() and flota_poll(): ties port, network, update service and modules together.
 *
 * Compiled once per project, with the project's flota_config.h. The one place that holds state of
 * its own: an application has one board.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_internal.h"
#include "flota/error.h"
#include "flota/network.h"
#include "flota_config.h"
#include <stdio.h>
#include <string.h>

#ifndef FLOTA_HTTP_PORT
#define FLOTA_HTTP_PORT 80
#endif

#ifndef FLOTA_CONFIRM_AFTER_MS
#define FLOTA_CONFIRM_AFTER_MS 0u
#endif

#ifndef FLOTA_MODULES
#define FLOTA_MODULES                                                                              \
    &flota_module_ota_http_server, &flota_module_rpc_http, &flota_module_rpc_uart,                 \
        &flota_module_dash
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

/* --- start --- */

static const struct flota_ota_notice *network_notice(void *context)
{
    (void)context;
    return flota_net_settings_notice(&app.shared.net);
}

static int see_network_notice(void *context)
{
    (void)context;
    return flota_net_settings_seen(&app.shared.net);
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
        .notice = network_notice,
        .seen = see_network_notice,
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
    flota_app_start_identity(shared);
    flota_app_start_config(shared, flota_modules);
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

/* Is there a server of ours that we have reached? */
static bool is_any_in_touch(void)
{
    bool in_touch = false;
    for (size_t i = 0; flota_modules[i] && !in_touch; i++)
        in_touch = flota_modules[i]->is_in_touch && flota_modules[i]->is_in_touch();
    return in_touch;
}

static bool is_in_touch(void)
{
    return app.shared.http.request_count + app.shared.rpc.served > 0 || is_any_in_touch();
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

/* New network settings are on trial until the network has served somebody. A firmware on trial has
 * its own deadline: it is not restarted for them. */
static void poll_net_settings(uint32_t now_ms)
{
    struct flota_app *shared = &app.shared;
    const struct flota_platform *platform = shared->port->platform;
    bool on_trial = flota_trial_running(&shared->trial) == FLOTA_RUNNING_TRIAL;
    if (flota_net_settings_state(&shared->net) != FLOTA_NET_TRIAL)
        return;
    bool is_served = shared->http.request_count + shared->rpc.served_away > 0 || is_any_in_touch();
    bool is_quiet = !on_trial && flota_ota_is_quiet(&shared->ota);
    if (flota_net_settings_poll(&shared->net, now_ms, is_served, is_quiet))
        platform->reset(platform->port);
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
    poll_net_settings(now_ms);
    if (app.shared.poll_access)
        goes_on |= app.shared.poll_access(&app.shared.access, now_ms);
    goes_on |= poll_modules(now_ms);
    if (!goes_on && flota_ota_poll(&app.shared.ota, now_ms) != FLOTA_UPDATER_GOES_ON)
        flota_port_idle();
}
