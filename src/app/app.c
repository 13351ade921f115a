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

/* The block at 0x400 of this very image, placed by the linker script. */
extern const struct flota_image_info flota_image_info;

static struct {
    const struct flota_port *port;
    struct flota_image_target target;
    struct flota_http_update update;
    struct flota_dash dash;
    struct flota_http_server server;
    struct flota_http_route routes[4];
    struct netif netif;
    ip4_addr_t printed_address;
    bool printed_link;
} app;

static void print_line(void *context, const char *line)
{
    (void)context;
    flota_port_console(line, strlen(line));
    flota_port_console("\r\n", 2);
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

static void init_services(void)
{
    app.target =
        (struct flota_image_target){app.port->flash, app.port->platform, &flota_image_info};
    struct flota_http_update_config config = {
        .target = &app.target,
        .auth = FLOTA_AUTH,
        .boot_id = flota_port_random(),
        .log = print_line,
    };
    flota_http_update_init(&app.update, &config);
    app.dash.endpoints = flota_glue.endpoints;
    app.dash.endpoint_count = flota_glue.endpoint_count;
    app.dash.auth = config.auth;

    app.routes[0] = (struct flota_http_route){"/", "GET", &page_handler, NULL};
    app.routes[1] =
        (struct flota_http_route){"/update", "POST", &flota_http_update_handler, &app.update};
    app.routes[2] = (struct flota_http_route){"/api/firmware_update", "GET POST",
                                              &flota_http_update_handler, &app.update};
    app.routes[3] = (struct flota_http_route){"/api/", "GET POST", &flota_dash_handler, &app.dash};
    app.server = (struct flota_http_server){.routes = app.routes, .route_count = 4};
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
    char build_id[FLOTA_BUILD_ID_TEXT];
    char line[160];
    flota_build_id_text(&flota_image_info, build_id);
    snprintf(line, sizeof line, "%s: %s %s, bank %d, build id %s", flota_image_info.product,
             flota_image_info.name, flota_image_info.version, platform->active_bank(platform->port),
             build_id);
    print_line(NULL, line);
    int refused = platform->update_allowed(platform->port);
    if (refused < 0)
        print_refusal(refused);
}

void flota_init(void)
{
    app.port = flota_port_init();
    print_start();
    init_services();
    init_network();
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
    snprintf(line, sizeof line, "ip %s (%s)", ip4addr_ntoa(&address), USE_DHCP ? "dhcp" : "static");
    print_line(NULL, line);
}

void flota_poll(void)
{
    uint32_t now_ms = flota_port_now_ms();
    flota_port_netif_poll(&app.netif);
    sys_check_timeouts();
    print_address();
    flota_http_lwip_poll(now_ms);
    if (flota_http_update_poll(&app.update, now_ms) != FLOTA_UPDATER_GOES_ON)
        flota_port_idle();
}
