/* rpc.c - RPC with the methods that every device has, for the modules that carry it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/module.h"
#include "flota/network.h"
#include "flota/rpc_config.h"
#include "flota/rpc_ota.h"
#include "flota/rpc_sys.h"
#include <stdio.h>

static struct flota_rpc_sys sys;
static struct flota_rpc_config config;
static struct flota_rpc_ota ota;

/* --- what Sys.GetInfo tells --- */

static void mac(void *context, uint8_t bytes[6])
{
    struct flota_network_status network;
    (void)context;
    flota_network_status(&network);
    for (int i = 0; i < 6; i++)
        bytes[i] = network.mac[i];
}

static void ethernet(void *context, struct flota_rpc_address *address)
{
    struct flota_network_status network;
    (void)context;
    flota_network_status(&network);
    snprintf(address->address, sizeof address->address, "%s", network.address);
    snprintf(address->mask, sizeof address->mask, "%s", network.mask);
    snprintf(address->gateway, sizeof address->gateway, "%s", network.gateway);
}

static uint32_t uptime_s(void *context)
{
    (void)context;
    return flota_port_now_ms() / 1000u;
}

static void memory(void *context, struct flota_rpc_memory *memory)
{
    (void)context;
    flota_port_memory(&memory->size, &memory->free);
    memory->min_free = memory->free; /* nothing is allocated while it runs */
}

/* --- restarts --- */

static int restart_allowed(void *context)
{
    struct flota_app *app = context;
    return flota_ota_is_busy(&app->ota) ? FLOTA_ERR_UPDATE_BUSY : 0;
}

static bool is_on_trial(void *context)
{
    struct flota_app *app = context;
    return flota_trial_running(&app->trial) == FLOTA_RUNNING_TRIAL;
}

static void restart(void *context)
{
    const struct flota_platform *platform = ((struct flota_app *)context)->port->platform;
    flota_app_log("restart by request");
    platform->reset(platform->port);
}

static bool is_quiet(void *context)
{
    struct flota_app *app = context;
    return flota_ota_is_quiet(&app->ota);
}

/* --- the way back for who has lost the password: at the device itself --- */

static int reset_logins(void *context, struct flota_rpc_call *call)
{
    struct flota_app *app = context;
    int error = app->forget_logins ? app->forget_logins(&app->access) : FLOTA_ERR_NOT_READY;
    if (error == 0)
        flota_rpc_null(call);
    return error;
}

static const struct flota_rpc_method login_methods[] = {
    {.name = "Login.Reset", .is_local = true, .handle = reset_logins},
};

static struct flota_rpc_service login = {.methods = login_methods, .method_count = 1};

static bool has_users(void)
{
    return flota_glue.access && flota_glue.access->user_count > 0;
}

static void init_levels(struct flota_app *app)
{
    if (!has_users())
        return;
    flota_rpc_set_levels(&app->rpc, flota_glue.access->update_level);
    login.context = app;
    flota_rpc_add(&app->rpc, &login);
}

/* --- set up --- */

static const struct flota_config_key keys[] = {
    {"rpc.acl", FLOTA_CONFIG_STRING, "", false}, /* who may call what: SPEC.md */
};

void flota_app_rpc_configure(struct flota_app *app)
{
    static struct flota_config_table table = {.keys = keys, .count = sizeof keys / sizeof keys[0]};
    flota_config_add(&app->config, &table);
}

static void init_access(struct flota_app *app)
{
    if (flota_rpc_set_acl(&app->rpc, flota_config_text(&app->config, "rpc.acl")) < 0)
        flota_app_log("rpc.acl is malformed: all methods but the public ones need credentials");
}

static void init_sys(struct flota_app *app)
{
    static char build_id[FLOTA_BUILD_ID_TEXT];
    const struct flota_rpc_sys_config sys_config = {
        .app = app->info->name,
        .fw_version = app->info->version,
        .fw_id = build_id,
        .arch = app->port->platform->board,
        .context = app,
        .mac = mac,
        .uptime_s = uptime_s,
        .memory = memory,
        .ethernet = ethernet,
        .restart_allowed = restart_allowed,
        .is_on_trial = is_on_trial,
        .restart = restart,
    };
    flota_build_id_text(app->info, build_id);
    flota_rpc_sys_init(&sys, &sys_config, &app->rpc);
}

struct flota_rpc *flota_app_rpc(struct flota_app *app)
{
    const struct flota_rpc_ota_config ota_config = {.ota = &app->ota, .puller = &app->puller};
    if (app->has_rpc)
        return &app->rpc;
    app->has_rpc = true;
    flota_rpc_init(&app->rpc, &app->auth, app->device_id, flota_port_random);
    init_levels(app);
    init_access(app);
    init_sys(app);
    flota_rpc_config_init(&config, &app->config, &app->rpc, &sys, is_quiet, app);
    flota_rpc_ota_init(&ota, &app->rpc, &ota_config);
    return &app->rpc;
}

int flota_app_rpc_poll(struct flota_app *app, uint32_t now_ms)
{
    (void)app;
    flota_rpc_sys_poll(&sys, now_ms);
    return 0;
}
