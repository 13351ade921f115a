/* app_start.c - the first steps of flota_init(): who runs, configuration, network.
 *
 * Compiled once per project, with the project's flota_config.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_internal.h"
#include "flota/error.h"
#include "flota/network.h"
#include "flota_config.h"
#include <stdio.h>
#include <string.h>

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

#define COMMIT_MIN_S ((int32_t)(FLOTA_TRIAL_DEADLINE_MIN_MS / 1000u))
#define COMMIT_MAX_S 86400

#ifndef FLOTA_CONFIG_KEYS
#define FLOTA_CONFIG_KEYS
#endif

/* --- who runs --- */

static void init_trust(struct flota_app *app)
{
    static const struct flota_trust_config config = {
        .policy = FLOTA_SIGNATURE_POLICY,
        .keys = {FLOTA_KEY_0, FLOTA_KEY_1, FLOTA_KEY_2, FLOTA_KEY_3},
        .product = FLOTA_PRODUCT,
    };
    if (flota_trust_init(&app->trust, &config) < 0)
        flota_app_log("FLOTA_KEY_n: not a P-256 key as flota keygen prints it; "
                      "updates will be refused");
    flota_trust_load(&app->trust, app->port->flash);
}

static void init_trial(struct flota_app *app)
{
    const struct flota_trial_config config = {
        .flash = app->port->flash,
        .platform = app->port->platform,
        .policy = FLOTA_CONFIRM_POLICY,
        .deadline_ms = FLOTA_COMMIT_TIMEOUT_MS,
        .decision = flota_port_start()->decision,
    };
    flota_trial_init(&app->trial, &config, flota_port_now_ms());
    app->target = (struct flota_image_target){
        .flash = app->port->flash,
        .platform = app->port->platform,
        .running = app->info,
        .trust = &app->trust,
        .trial = &app->trial,
    };
}

/* Power failed while the option bytes changed: the new firmware waits. */
static void activate_again(struct flota_app *app)
{
    const struct flota_platform *platform = app->port->platform;
    int result = flota_updater_activate_again(&app->target);
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
static void print_refusal(const struct flota_app *app, int error)
{
    const struct flota_platform *platform = app->port->platform;
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

static void print_start(const struct flota_app *app)
{
    const struct flota_platform *platform = app->port->platform;
    const struct flota_port_start *start = flota_port_start();
    const struct flota_image_info *info = app->info;
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
        print_refusal(app, refused);
}

void flota_app_start_identity(struct flota_app *app)
{
    print_start(app);
    init_trust(app);
    init_trial(app);
    activate_again(app);
}

/* --- configuration and network --- */

static const struct flota_config_key keys[] = {
    {"device.id", FLOTA_CONFIG_STRING, "", false}, /* "": the name and the end of the MAC address */
    FLOTA_CONFIG_KEYS};

/* Behind the project's own, which may have other defaults. */
static const struct flota_config_key update_keys[] = {
    {"update.confirm", FLOTA_CONFIG_STRING, "", false}, /* "": FLOTA_CONFIRM_POLICY */
    {"update.commit_timeout", FLOTA_CONFIG_INTEGER, "0", false},
};

static void init_config(struct flota_app *app, const struct flota_module *const *modules)
{
    static const struct flota_net_values address = {
        .is_dhcp = (FLOTA_TCPIP_IP) == 0,
        .address = FLOTA_TCPIP_IP,
        .mask = FLOTA_TCPIP_MASK,
        .gateway = FLOTA_TCPIP_GW,
        .dns = FLOTA_TCPIP_DNS,
    };
    static struct flota_config_table table = {.keys = keys, .count = sizeof keys / sizeof keys[0]};
    static struct flota_config_table update_table = {.keys = update_keys, .count = 2};
    flota_config_init(&app->config, app->port->flash);
    flota_net_settings_add_keys(&app->net, &app->config, &address, flota_app_log);
    flota_config_add(&app->config, &table);
    flota_config_add(&app->config, &update_table);
    for (size_t i = 0; modules[i]; i++)
        if (modules[i]->configure)
            modules[i]->configure(app);
}

/* How an update is confirmed, as the configuration has it. A time too short for any firmware to
 * come up in would refuse them all. */
static void init_confirm(struct flota_app *app)
{
    const char *confirm = flota_config_text(&app->config, "update.confirm");
    int32_t timeout_s = flota_config_integer(&app->config, "update.commit_timeout");
    enum flota_confirm_policy policy = FLOTA_CONFIRM_POLICY;
    if (strcmp(confirm, "explicit") == 0)
        policy = FLOTA_CONFIRM_EXPLICIT;
    else if (strcmp(confirm, "automatic") == 0)
        policy = FLOTA_CONFIRM_AUTOMATIC;
    if (timeout_s > 0 && timeout_s < COMMIT_MIN_S)
        timeout_s = COMMIT_MIN_S;
    if (timeout_s < 0 || timeout_s > COMMIT_MAX_S)
        timeout_s = 0;
    flota_trial_configure(&app->trial, policy, (uint32_t)timeout_s * 1000u);
}

static void init_network(struct flota_app *app)
{
    const struct flota_net_values *values =
        flota_net_settings_start(&app->net, flota_port_now_ms());
    const struct flota_network_config config = {
        .name = FLOTA_NAME,
        .address = values->address,
        .mask = values->mask,
        .gateway = values->gateway,
        .dns = values->dns,
    };
    flota_network_init(&config);
}

static void init_device_id(struct flota_app *app)
{
    const char *id = flota_config_text(&app->config, "device.id");
    struct flota_network_status network;
    flota_network_status(&network);
    if (id[0])
        snprintf(app->device_id, sizeof app->device_id, "%s", id);
    else
        snprintf(app->device_id, sizeof app->device_id, "%.24s_%02X%02X%02X", FLOTA_NAME,
                 network.mac[3], network.mac[4], network.mac[5]);
}

void flota_app_start_config(struct flota_app *app, const struct flota_module *const *modules)
{
    init_config(app, modules);
    init_confirm(app);
    init_network(app);
    init_device_id(app);
}
