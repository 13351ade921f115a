/* app.c - flota_init() and flota_poll(): ties port, network, update and dashboard together.
 *
 * Compiled once per project, with the project's flota_config.h. The one place that holds state of
 * its own: an application has one board.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/flota.h"
#include "flota/http_lwip.h"
#include "flota/port.h"
#include "flota_config.h"
#include "lwip/dhcp.h"
#include "lwip/init.h"
#include "lwip/netif.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include <stdio.h>
#include <string.h>

#ifndef FLOTA_HTTP_PORT
#define FLOTA_HTTP_PORT 80
#endif

/* Deleting the three lines from flota_config.h selects DHCP. */
#ifdef FLOTA_TCPIP_IP
#define USE_DHCP false
#else
#define USE_DHCP         true
#define FLOTA_TCPIP_IP   0
#define FLOTA_TCPIP_GW   0
#define FLOTA_TCPIP_MASK 0
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

/* The block at 0x400 of this very image, placed by the linker script. */
extern const struct flota_image_info flota_image_info;

static struct {
    const struct flota_port *port;
    struct flota_image_target target;
    struct flota_trust trust;
    struct flota_trial trial;
    bool (*is_healthy)(void);
    struct flota_http_update update;
    struct flota_dash dash;
    struct flota_http_server server;
    struct flota_http_route routes[6];
    struct netif netif;
    ip4_addr_t printed_address;
    bool printed_link;
    int printed_error;
    uint32_t milestone;
} app;

static void print_line(void *context, const char *line)
{
    (void)context;
    flota_port_console(line, strlen(line));
    flota_port_console("\r\n", 2);
}

/* A milestone of ours never hides a later one, or one of the application's. */
static void reach(enum flota_milestone milestone)
{
    if (milestone > app.milestone)
        flota_milestone(milestone);
}

/* --- the page --- */

static void page_begin(void *context, struct flota_http_connection *connection)
{
    (void)context;
    flota_http_respond(connection, 200, "text/html; charset=utf-8",
                       "Content-Encoding: gzip\r\nCache-Control: no-cache\r\n"
                       "X-Frame-Options: DENY\r\n",
                       flota_glue.page, *flota_glue.page_size);
}

static const struct flota_http_handler page_handler = {.begin = page_begin};

/* --- start --- */

static void init_trust(void)
{
    static const struct flota_trust_config config = {
        .policy = FLOTA_SIGNATURE_POLICY,
        .keys = {FLOTA_KEY_0, FLOTA_KEY_1, FLOTA_KEY_2, FLOTA_KEY_3},
        .product = FLOTA_PRODUCT,
    };
    if (flota_trust_init(&app.trust, &config) < 0)
        print_line(NULL, "FLOTA_KEY_n: not a P-256 key as flota keygen prints it; "
                         "updates will be refused");
    flota_trust_load(&app.trust, app.port->flash);
}

static void init_trial(void)
{
    const struct flota_trial_config config = {
        .flash = app.port->flash,
        .platform = app.port->platform,
        .policy = FLOTA_CONFIRM_POLICY,
        .deadline_ms = FLOTA_COMMIT_TIMEOUT_MS,
        .decision = flota_port_start()->decision,
    };
    flota_trial_init(&app.trial, &config, flota_port_now_ms());
    app.target = (struct flota_image_target){
        .flash = app.port->flash,
        .platform = app.port->platform,
        .running = &flota_image_info,
        .trust = &app.trust,
        .trial = &app.trial,
    };
}

/* Power failed while the option bytes changed: the new firmware waits. */
static void activate_again(void)
{
    const struct flota_platform *platform = app.port->platform;
    int result = flota_updater_activate_again(&app.target);
    if (result == 0)
        return;
    if (result < 0) {
        print_line(NULL, "a staged firmware could not be activated again:");
        print_line(NULL, flota_error_text(result)->cause);
        return;
    }
    print_line(NULL, "the bank swap had been cut: ordered again, restart");
    platform->reset(platform->port);
}

static void init_services(void)
{
    struct flota_http_update_config config = {
        .target = &app.target,
        .auth = FLOTA_AUTH,
        .trial = &app.trial,
        .boot_id = flota_port_random(),
        .last_words = &flota_port_start()->last_words,
        .reset_text = flota_port_reset_text,
        .log = print_line,
    };
    flota_http_update_init(&app.update, &config);
    app.dash.endpoints = flota_glue.endpoints;
    app.dash.endpoint_count = flota_glue.endpoint_count;
    app.dash.auth = config.auth;

    const struct flota_http_handler *update = &flota_http_update_handler;
    const struct flota_http_route routes[] = {
        {"/", "GET", &page_handler, NULL},
        {"/update", "POST PUT", update, &app.update},
        {"/update/", "POST", update, &app.update},
        {"/api/firmware_update", "GET POST PUT", update, &app.update},
        {"/api/firmware_keys", "GET POST", &flota_http_keys_handler, &app.update},
        {"/api/", "GET POST", &flota_dash_handler, &app.dash},
    };
    _Static_assert(sizeof routes == sizeof app.routes, "one place for each");
    memcpy(app.routes, routes, sizeof routes);
    app.server = (struct flota_http_server){.routes = app.routes,
                                            .route_count = sizeof routes / sizeof routes[0]};
}

static void init_network(void)
{
    ip4_addr_t address = {lwip_htonl(FLOTA_TCPIP_IP)};
    ip4_addr_t mask = {lwip_htonl(FLOTA_TCPIP_MASK)};
    ip4_addr_t gateway = {lwip_htonl(FLOTA_TCPIP_GW)};
    lwip_init();
    netif_add(&app.netif, &address, &mask, &gateway, NULL, flota_port_netif_init, ethernet_input);
    netif_set_default(&app.netif);
    netif_set_hostname(&app.netif, FLOTA_NAME);
    netif_set_up(&app.netif);
    if (USE_DHCP)
        dhcp_start(&app.netif);
    if (flota_http_lwip_init(&app.server, FLOTA_HTTP_PORT) < 0)
        print_line(NULL, "no web server: lwIP has no memory for it (lwipopts.h)");
}

/* Updates are refused: why, what to do, and on which chip. */
static void print_refusal(int error)
{
    const struct flota_platform *platform = app.port->platform;
    const struct flota_error_text *text = flota_error_text(error);
    char line[160];
    snprintf(line, sizeof line, "updates are off: %s", text->cause);
    print_line(NULL, line);
    print_line(NULL, text->remedy);
    if (!platform->chip_name)
        return;
    platform->chip_name(platform->port, line, sizeof line);
    print_line(NULL, line);
}

static void print_start(void)
{
    const struct flota_platform *platform = app.port->platform;
    const struct flota_port_start *start = flota_port_start();
    char build_id[FLOTA_BUILD_ID_TEXT];
    char line[160];
    flota_build_id_text(&flota_image_info, build_id);
    snprintf(line, sizeof line, "%s: %s %s, bank %d, build id %s", flota_image_info.product,
             flota_image_info.name, flota_image_info.version, platform->active_bank(platform->port),
             build_id);
    print_line(NULL, line);
    snprintf(line, sizeof line, "reset: %s", flota_port_reset_text(start->reset_cause));
    print_line(NULL, line);
    int refused = platform->update_allowed(platform->port);
    if (refused < 0)
        print_refusal(refused);
}

void flota_init(void)
{
    app.port = flota_port_init();
    reach(FLOTA_MILESTONE_STARTED);
    print_start();
    init_trust();
    init_trial();
    activate_again();
    init_services();
    init_network();
    reach(FLOTA_MILESTONE_RUNNING);
}

void flota_milestone(uint32_t milestone)
{
    app.milestone = milestone;
    flota_port_milestone(milestone);
}

/* --- one turn --- */

/* Say the address when it changes, and when the cable is unplugged. */
static void print_address(void)
{
    bool link = netif_is_link_up(&app.netif);
    ip4_addr_t address = *netif_ip4_addr(&app.netif);
    char line[48];
    if (link != app.printed_link) {
        app.printed_link = link;
        app.printed_address.addr = 0; /* said again when the link is back */
        if (!link)
            print_line(NULL, "network: no link, check the cable");
    }
    if (!link || address.addr == app.printed_address.addr)
        return;
    app.printed_address = address;
    reach(FLOTA_MILESTONE_ADDRESS);
    snprintf(line, sizeof line, "ip %s (%s)", ip4addr_ntoa(&address), USE_DHCP ? "dhcp" : "static");
    print_line(NULL, line);
}

/* Without a check of the application's own: the network is up, and somebody was served. */
static bool is_healthy(void)
{
    if (app.is_healthy)
        return app.is_healthy();
    return netif_is_link_up(&app.netif) && !ip4_addr_isany(netif_ip4_addr(&app.netif)) &&
           app.server.request_count > 0;
}

static void poll_trial(uint32_t now_ms)
{
    bool on_trial = flota_trial_running(&app.trial) == FLOTA_RUNNING_TRIAL;
    bool may_confirm = on_trial && now_ms + 1u > FLOTA_CONFIRM_AFTER_MS;
    int result = flota_trial_poll(&app.trial, now_ms, may_confirm && is_healthy());
    if (result == 1)
        print_line(NULL, "confirmed by its health check");
    else if (result < 0 && result != app.printed_error)
        print_line(NULL, flota_error_text(result)->cause); /* tried again at each turn: said once */
    app.printed_error = result;
}

void flota_set_health_check(bool (*check)(void))
{
    app.is_healthy = check;
}

/* The journals are not read while an update's flash operation runs. */
int flota_confirm(void)
{
    bool confirmed = flota_trial_running(&app.trial) == FLOTA_RUNNING_CONFIRMED;
    if (!confirmed && !flota_http_update_is_quiet(&app.update))
        return FLOTA_ERR_UPDATE_BUSY;
    return flota_trial_confirm(&app.trial);
}

int flota_give_up(uint32_t cause)
{
    return flota_trial_give_up(&app.trial, cause);
}

void flota_poll(void)
{
    uint32_t now_ms = flota_port_now_ms();
    flota_port_netif_poll(&app.netif);
    sys_check_timeouts();
    print_address();
    flota_http_lwip_poll(now_ms);
    poll_trial(now_ms);
    if (flota_http_update_poll(&app.update, now_ms) != FLOTA_UPDATER_GOES_ON)
        flota_port_idle();
}
