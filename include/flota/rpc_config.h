/* flota/rpc_config.h - Config.Get, Config.Set and Config.Save.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_CONFIG_H
#define FLOTA_RPC_CONFIG_H

#include "flota/config.h"
#include "flota/rpc_sys.h"

/* Treat all members as private. */
struct flota_rpc_config {
    struct flota_config *config;
    struct flota_rpc_sys *sys;
    bool (*is_quiet)(void *context);
    void *context;
    struct flota_rpc_service service;
};

/* Adds the methods to rpc. All arguments are kept by reference.
 *
 * sys: restarts the device for "reboot":true. is_quiet: does no update use the flash? While one
 * does, nothing is saved, and the caller is told so. */
void flota_rpc_config_init(struct flota_rpc_config *service, struct flota_config *config,
                           struct flota_rpc *rpc, struct flota_rpc_sys *sys,
                           bool (*is_quiet)(void *context), void *context);

#endif
