/* flota/rpc_sys.h - Sys.GetInfo and Sys.Reboot.
 *
 *     flota_rpc_sys_init(&sys, &config, &rpc);
 *     flota_rpc_sys_poll(&sys, now_ms);          // at each turn
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_RPC_SYS_H
#define FLOTA_RPC_SYS_H

#include "flota/rpc.h"

#define FLOTA_RPC_REBOOT_MS     100u   /* delay_ms without a wish: the reply leaves the chip */
#define FLOTA_RPC_REBOOT_MS_MAX 60000u /* delay_ms above it: 400 */

struct flota_rpc_memory {
    uint32_t size; /* bytes of RAM that the firmware may use */
    uint32_t free; /* of them, now: not statically used, not below the stack's present end */
    uint32_t min_free;
};

struct flota_rpc_address {
    char address[16], mask[16], gateway[16]; /* "" for none */
};

/* What the device says of itself: the application fills it. context is given to each function; a
 * function that is NULL: null, or 0, in the answer. */
struct flota_rpc_sys_config {
    const char *app;        /* name of the firmware */
    const char *fw_version; /* "1.2.3" */
    const char *fw_id;      /* build id */
    const char *arch;       /* "stm32h745i-disco", "host" */
    void *context;
    void (*mac)(void *context, uint8_t mac[6]);
    uint32_t (*uptime_s)(void *context);
    void (*memory)(void *context, struct flota_rpc_memory *memory);
    void (*ethernet)(void *context, struct flota_rpc_address *address);

    /* 0, or why the device must not be restarted now: FLOTA_ERR_UPDATE_BUSY while an update
     * restarts it by itself. May be NULL: always. */
    int (*restart_allowed)(void *context);
    /* Is the running firmware on trial? May be NULL: no. */
    bool (*is_on_trial)(void *context);
    /* Restart the chip. Does not return on a board. */
    void (*restart)(void *context);
};

/* Treat all members as private. */
struct flota_rpc_sys {
    struct flota_rpc_sys_config config;
    struct flota_rpc *rpc;
    struct flota_rpc_service service;
    bool is_ordered;  /* a restart; its reply may still be on its way */
    bool is_answered; /* the reply is out: the delay runs */
    uint32_t delay_ms;
    uint32_t since_ms;
};

/* Adds the methods to rpc. config is copied, its texts are kept by reference. */
void flota_rpc_sys_init(struct flota_rpc_sys *sys, const struct flota_rpc_sys_config *config,
                        struct flota_rpc *rpc);

/* Restart when it was ordered, the reply is out and the delay is over. */
void flota_rpc_sys_poll(struct flota_rpc_sys *sys, uint32_t now_ms);

/* --- for other methods that restart the device (Config.Save) --- */

/* May it be? Returns 0 or config.restart_allowed()'s error. */
int flota_rpc_sys_may_restart(const struct flota_rpc_sys *sys);

/* Order it, from a method's handle(); and call _sent() from its sent(). */
void flota_rpc_sys_order_restart(struct flota_rpc_sys *sys, uint32_t delay_ms);
void flota_rpc_sys_sent(struct flota_rpc_sys *sys, uint32_t now_ms);

#endif
