/* http.c - the HTTP server that modules add their routes to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/module.h"
#include "flota/network.h"

#define CLIENTS 18 /* 8 with live events (FLOTA_DASH_STREAMS), and 10 others */

void flota_app_route(struct flota_app *app, const char *path, const char *methods,
                     const struct flota_http_handler *handler, void *context)
{
    if (app->http.route_count == FLOTA_ROUTES_MAX) {
        flota_app_log("too many routes: FLOTA_ROUTES_MAX of flota/module.h");
        return;
    }
    app->routes[app->http.route_count++] =
        (struct flota_http_route){path, methods, handler, context};
}

void flota_app_http(struct flota_app *app)
{
    static struct flota_http_connection sessions[CLIENTS];
    static struct flota_network_server server = {
        .protocol = &flota_http_protocol, .count = CLIENTS, .sessions = sessions};
    if (app->http.routes)
        return;
    app->http.routes = app->routes;
    server.context = &app->http;
    server.port = app->http_port;
    if (flota_network_listen(&server) < 0)
        flota_app_log("no web server: the network has no memory for it");
}
