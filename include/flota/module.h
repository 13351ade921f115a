/* flota/module.h - a part of the firmware that a project may leave out: `libs:` of flota.yml.
 *
 * A module that FLOTA_MODULES (flota_config.h) does not name is not linked.
 *
 * Thread safety: one thread, the superloop.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_MODULE_H
#define FLOTA_MODULE_H

#include "flota/access.h"
#include "flota/config.h"
#include "flota/flota.h"
#include "flota/http.h"
#include "flota/http_update.h"
#include "flota/net_settings.h"
#include "flota/ota.h"
#include "flota/port.h"
#include "flota/rpc.h"

#define FLOTA_ROUTES_MAX 16u

/* What modules share; src/app/app.c has the only one. */
struct flota_app {
    const struct flota_port *port;
    const struct flota_image_info *info; /* of this firmware */
    struct flota_auth auth;
    uint32_t boot_id; /* random at each start */
    uint16_t http_port;
    struct flota_image_target target;
    struct flota_trust trust;
    struct flota_trial trial;
    struct flota_config config;
    struct flota_ota ota;
    struct flota_puller puller; /* who fetches from URLs; start NULL: nobody */
    struct flota_net_settings net;
    struct flota_access access; /* set up by flota_app_access_routes(), as are the two below */
    bool (*poll_access)(struct flota_access *access, uint32_t now_ms); /* NULL: nobody asks who */
    int (*forget_logins)(struct flota_access *access);
    struct flota_rpc rpc;
    bool has_rpc;                  /* rpc is set up: flota_app_rpc() */
    struct flota_http_server http; /* its routes are the ones below */
    struct flota_http_route routes[FLOTA_ROUTES_MAX];
    char device_id[32];
};

/* A module's functions; each may be NULL. */
struct flota_module {
    const char *name; /* as flota.yml names it: "rpc-mqtt" */
    /* Add configuration keys, before anything starts. */
    void (*configure)(struct flota_app *app);
    /* Once, when network, update service and configuration are there: add routes and servers. */
    void (*start)(struct flota_app *app);
    /* One turn. Returns FLOTA_UPDATER_GOES_ON when there is work that needs no waiting. */
    int (*poll)(struct flota_app *app, uint32_t now_ms);
    /* Is its server reached? For modules that nobody needs to call: what can reach its server can
     * be replaced from there, which is what the default health check wants to know. */
    bool (*is_in_touch)(void);
};

/* --- for modules --- */

/* Add a route; the first one that fits serves. One too many is said on the console and left out. */
void flota_app_route(struct flota_app *app, const char *path, const char *methods,
                     const struct flota_http_handler *handler, void *context);

/* RPC with the methods that every device has: RPC.*, Sys.*, Config.*, OTA.*. Sets it up the first
 * time; before that only in start(). */
struct flota_rpc *flota_app_rpc(struct flota_app *app);

/* Its configuration keys; harmless when several modules call it. As struct flota_module's
 * configure(). */
void flota_app_rpc_configure(struct flota_app *app);

/* One turn of it; harmless when several modules call it. As struct flota_module's poll(). */
int flota_app_rpc_poll(struct flota_app *app, uint32_t now_ms);

/* Who may do what over HTTP: sets up app->access, and its routes /api/session, /api/login,
 * /api/logout and /api/password. Harmless when several modules call it; in start(), before routes
 * that would take those paths. */
void flota_app_access_routes(struct flota_app *app);

/* The HTTP server, for those that need it: listens since the first time. */
void flota_app_http(struct flota_app *app);

/* One line for the console, without line end. */
void flota_app_log(const char *line);

/* --- the modules there are; in FLOTA_MODULES their order is that of their routes --- */

extern const struct flota_module
    flota_module_ota_http_server; /* "ota-http-server": page, /update */
extern const struct flota_module flota_module_ota_http_client; /* "ota-http-client": from URLs */
extern const struct flota_module flota_module_rpc_http;        /* "rpc-http": POST /rpc */
extern const struct flota_module flota_module_rpc_ws;          /* "rpc-ws": WebSocket /rpc */
extern const struct flota_module flota_module_rpc_uart;        /* "rpc-uart": the console's line */
extern const struct flota_module flota_module_rpc_mqtt;        /* "rpc-mqtt" */
extern const struct flota_module flota_module_rpc_tcp;         /* "rpc-tcp": port 8910 */
extern const struct flota_module flota_module_rpc_udp;         /* "rpc-udp": port 8911 */
extern const struct flota_module flota_module_dash;            /* "dash": /api/NAME; comes last */

#endif
