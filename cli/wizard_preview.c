/* wizard_preview.c - see wizard_preview.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_preview.h"
#include "wizard_flash.h"
#include "wizard_http.h"
#include "wizard_life.h"
#include "wizard_net.h"
#include "wizard_tables.h"
#include "wizard_update.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define ROUTES 8u

/* What belongs to one description. */
struct shown {
    struct dashboard dashboard;
    struct generated_page page;
    struct wizard_tables tables;
    struct flota_config config;
    struct flota_access access;
    struct flota_dash dash;
};

/* A handler of the device's, behind a check of the host. */
struct gate {
    const struct flota_http_handler *handler;
    void *context;
    const uint16_t *port;
};

struct wizard_preview {
    struct wizard_net net;
    struct flota_http_server server;
    struct flota_http_route routes[ROUTES];
    struct gate gates[ROUTES];
    struct wizard_flash flash;
    struct wizard_life life;
    struct wizard_update update;
    struct shown *shown; /* NULL: nothing yet */
    uint8_t level;
    uint32_t now_ms;
};

static uint32_t random_number(void)
{
    uint32_t number;
    if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
        abort();
    return number;
}

/* --- the page --- */

static void serve_page(void *context, struct flota_http_connection *connection)
{
    const struct wizard_preview *preview = context;
    const struct generated *gzip = preview->shown ? &preview->shown->page.gzip : NULL;
    if (!gzip)
        flota_http_respond_text(connection, 503, "text/plain", NULL,
                                "The description has mistakes: see the wizard.\n");
    else /* it is not freed before its connections are closed */
        flota_http_respond(connection, 200, "text/html; charset=utf-8",
                           "Content-Encoding: gzip\r\nCache-Control: no-store\r\n", gzip->text,
                           gzip->size);
}

static const struct flota_http_handler page_handler = {.begin = serve_page};

static void refuse_path(void *context, struct flota_http_connection *connection)
{
    (void)context;
    wizard_refuse(connection, 404, "the live page has no such path",
                  "the device's are / and those below /api/");
}

static const struct flota_http_handler other_handler = {.begin = refuse_path};

/* --- the gate: the device's handlers know no name of their host --- */

static char refused; /* connection->user of a request that did not get through */

/* A name that another site gives this machine (DNS rebinding) opens nothing. Origins of writes are
 * the device's own business. */
static void gate_begin(void *context, struct flota_http_connection *connection)
{
    const struct gate *gate = context;
    if (wizard_guard_host(connection, *gate->port)) {
        gate->handler->begin(gate->context, connection);
        return;
    }
    connection->user = &refused;
}

static size_t gate_body(void *context, struct flota_http_connection *connection,
                        const uint8_t *data, size_t size)
{
    const struct gate *gate = context;
    if (!gate->handler->body)
        return size;
    return gate->handler->body(gate->context, connection, data, size);
}

static void gate_end(void *context, struct flota_http_connection *connection)
{
    const struct gate *gate = context;
    if (gate->handler->end)
        gate->handler->end(gate->context, connection);
}

static void gate_wait(void *context, struct flota_http_connection *connection)
{
    const struct gate *gate = context;
    if (gate->handler->wait)
        gate->handler->wait(gate->context, connection);
}

static void gate_done(void *context, struct flota_http_connection *connection, bool sent,
                      int reason)
{
    const struct gate *gate = context;
    if (gate->handler->done && connection->user != &refused)
        gate->handler->done(gate->context, connection, sent, reason);
}

static const struct flota_http_handler gate_handler = {
    .begin = gate_begin, .body = gate_body, .end = gate_end, .wait = gate_wait, .done = gate_done};

static void add_route(struct wizard_preview *preview, const char *path, const char *methods,
                      const struct flota_http_handler *handler, void *context)
{
    size_t index = preview->server.route_count++;
    preview->gates[index] = (struct gate){handler, context, &preview->net.port};
    preview->routes[index] =
        (struct flota_http_route){path, methods, &gate_handler, &preview->gates[index]};
}

/* --- one description --- */

static void set_routes(struct wizard_preview *preview, struct shown *shown)
{
    static const char *const sessions[] = {"/api/session", "/api/login", "/api/logout",
                                           "/api/password"};
    preview->server.route_count = 0;
    add_route(preview, "/", "GET", &page_handler, preview);
    for (size_t i = 0; i < 4; i++)
        add_route(preview, sessions[i], i == 0 ? "GET" : "POST", &flota_access_handler,
                  &shown->access);
    add_route(preview, "/api/firmware_update", "GET POST PUT", &wizard_update_handler,
              &preview->update);
    add_route(preview, "/api/", "*", &flota_dash_handler, &shown->dash);
    add_route(preview, "", "*", &other_handler, preview);
}

/* With a level for everybody there are no passwords to ask for; with none it is as on a device: the
 * first start, then the login. */
static void start_access(struct wizard_preview *preview, struct shown *shown)
{
    const struct flota_access_config config = {
        .rules = &shown->tables.rules,
        .config = preview->level == 0 ? &shown->config : NULL,
        .random = random_number,
        .everybody = preview->level,
    };
    flota_access_init(&shown->access, &config, preview->now_ms);
}

static void start_config(struct wizard_preview *preview, struct shown *shown)
{
    flota_config_init(&shown->config, &preview->flash.flash);
    if (shown->tables.keys.count > 0)
        flota_config_add(&shown->config, &shown->tables.keys);
    flota_access_add_keys(&shown->access, &shown->config);
    preview->update.access = &shown->access;
    preview->update.level = shown->tables.rules.update_level;
}

static void start_dash(struct wizard_preview *preview, struct shown *shown)
{
    const struct flota_dash_config config = {
        .endpoints = shown->tables.endpoints,
        .endpoint_count = shown->tables.count,
        .access = &shown->access,
        .config = &shown->config,
        .status = wizard_update_status,
        .context = &preview->update,
    };
    flota_dash_init(&shown->dash, &config);
}

static void forget(struct shown *shown)
{
    if (!shown)
        return;
    wizard_tables_free(&shown->tables);
    generate_page_free(&shown->page);
    dashboard_free(&shown->dashboard);
    free(shown);
}

void wizard_preview_show(struct wizard_preview *preview, struct dashboard *dashboard,
                         struct generated_page *page)
{
    struct shown *old = preview->shown, *shown = calloc(1, sizeof *shown);
    if (!shown)
        abort();
    shown->dashboard = *dashboard;
    shown->page = *page;
    wizard_tables_make(&shown->tables, &shown->dashboard);
    if (old)
        wizard_tables_take_over(&shown->tables, &old->tables);
    wizard_net_drop(&preview->net);
    start_config(preview, shown);
    start_access(preview, shown);
    start_dash(preview, shown);
    set_routes(preview, shown);
    preview->shown = shown;
    forget(old);
}

const struct dashboard *wizard_preview_dashboard(const struct wizard_preview *preview)
{
    return preview->shown ? &preview->shown->dashboard : NULL;
}

bool wizard_preview_set_level(struct wizard_preview *preview, unsigned level)
{
    if (level > FLOTA_ACCESS_LEVEL_MAX)
        return false;
    wizard_net_drop(&preview->net); /* its streams have another level now */
    preview->level = (uint8_t)level;
    if (preview->shown)
        start_access(preview, preview->shown);
    return true;
}

/* --- life --- */

struct wizard_preview *wizard_preview_new(uint32_t now_ms)
{
    struct wizard_preview *preview = calloc(1, sizeof *preview);
    if (!preview)
        return NULL;
    preview->server = (struct flota_http_server){.routes = preview->routes};
    add_route(preview, "", "GET", &page_handler, preview);
    preview->now_ms = now_ms;
    preview->level = FLOTA_ACCESS_LEVEL_MAX;
    preview->update = (struct wizard_update){.boot_id = random_number(),
                                             .now_ms = now_ms,
                                             .running_version = "1.0.0",
                                             .running_build = "0000000000000000"};
    wizard_flash_init(&preview->flash);
    if (wizard_net_listen(&preview->net, &preview->server, 0) == 0)
        return preview;
    free(preview);
    return NULL;
}

void wizard_preview_free(struct wizard_preview *preview)
{
    if (!preview)
        return;
    wizard_net_close(&preview->net);
    forget(preview->shown);
    free(preview);
}

uint16_t wizard_preview_port(const struct wizard_preview *preview)
{
    return preview->net.port;
}

size_t wizard_preview_watch(const struct wizard_preview *preview, struct pollfd *fds, size_t count)
{
    return wizard_net_watch(&preview->net, fds, count);
}

void wizard_preview_turn(struct wizard_preview *preview, uint32_t now_ms)
{
    preview->now_ms = now_ms;
    wizard_update_turn(&preview->update, now_ms);
    if (preview->shown) {
        wizard_life_turn(&preview->life, &preview->shown->tables, now_ms);
        flota_access_poll(&preview->shown->access, now_ms);
        flota_dash_poll(&preview->shown->dash, now_ms);
    }
    wizard_net_turn(&preview->net, now_ms);
}
