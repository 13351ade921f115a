/* ota_http_server.c - the page, and updates over HTTP: "ota-http-server".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/module.h"

static void page_begin(void *context, struct flota_http_connection *connection)
{
    (void)context;
    flota_http_respond(connection, 200, "text/html; charset=utf-8",
                       "Content-Encoding: gzip\r\nCache-Control: no-cache\r\n"
                       "X-Frame-Options: DENY\r\n",
                       flota_glue.page, *flota_glue.page_size);
}

static const struct flota_http_handler page_handler = {.begin = page_begin};

static struct flota_http_update service;

static void start(struct flota_app *app)
{
    const struct flota_http_handler *update = &flota_http_update_handler;
    const struct flota_http_update_config config = {
        .ota = &app->ota, .access = &app->access, .auth = app->auth, .puller = &app->puller};
    flota_http_update_init(&service, &config);
    flota_app_http(app);
    flota_app_access_routes(app);
    if (flota_glue.page)
        flota_app_route(app, "/", "GET", &page_handler, NULL);
    flota_app_route(app, "/update", "GET POST PUT", update, &service);
    flota_app_route(app, "/update/", "GET POST", update, &service);
    flota_app_route(app, "/api/firmware_update", "GET POST PUT", update, &service);
    flota_app_route(app, "/api/firmware_keys", "GET POST", &flota_http_keys_handler, &service);
}

const struct flota_module flota_module_ota_http_server = {.name = "ota-http-server",
                                                          .start = start};
