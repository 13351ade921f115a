/* access_fixture.h - a device with users, on a flash model, and browsers, for the tests of access.
 *
 * Included by one test program each, after cmocka.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ACCESS_FIXTURE_H
#define ACCESS_FIXTURE_H

#include "flash_model.h"
#include "flota/access.h"
#include "flota/error.h"
#include "http_test.h"
#include <stdio.h>

#define PASSWORD "correct horse"
#define OTHER    "battery staple"
#define LINE_MAX 256u

/* A journal of 512 words: a password takes eleven. */
static const struct flash_model_geometry fixture_flash = {1024, 7, 23, 32, 2, 1};

struct fixture {
    struct flash_model model;
    struct flota_config config;
    struct flota_config_table table;
    struct flota_access_rules rules;
    struct flota_auth auth;
    struct flota_access access;
    struct flota_http_route routes[6];
    struct flota_http_server server;
    struct client client;
    uint32_t now_ms;
    uint8_t level; /* what /level and /write need */
    bool is_busy;
    const char *network;
    unsigned lines; /* of the log */
    char line[LINE_MAX];
};

/* A browser: what it remembers. */
struct browser {
    const char *address;
    char cookie[160]; /* header line, or "" */
};

static struct fixture fixture;

static const struct flota_access_user users[] = {{"admin", 9}, {"operator", 5}, {"viewer", 1}};

static const struct flota_config_key fixture_keys[] = {
    {"app.a", FLOTA_CONFIG_STRING, "", false},
    {"app.b", FLOTA_CONFIG_STRING, "", false},
};

static inline uint32_t fixture_random(void)
{
    static uint32_t state = 1;
    return prng_next(&state);
}

static inline bool fixture_is_quiet(void *context)
{
    return !((struct fixture *)context)->is_busy;
}

static inline const char *fixture_network(void *context)
{
    return ((struct fixture *)context)->network;
}

static inline void fixture_log(const char *line)
{
    fixture.lines++;
    snprintf(fixture.line, sizeof fixture.line, "%s", line);
}

/* /level and /write: an endpoint that needs fixture.level; says which level the request has. */
static inline void level_begin(void *context, struct flota_http_connection *connection)
{
    struct fixture *device = context;
    char text[64];
    uint32_t session;
    int error = flota_access_check(&device->access, connection, device->level);
    if (error < 0) {
        flota_access_refuse(&device->access, connection, error, true);
        return;
    }
    uint8_t level = flota_access_level(&device->access, connection, &session);
    snprintf(text, sizeof text, "level %u session %lu", level, (unsigned long)session);
    flota_http_respond_text(connection, 200, "text/plain", NULL, text);
}

static const struct flota_http_handler level_handler = {.begin = level_begin};

/* The firmware starts, on what flash holds. */
static inline void boot(void)
{
    const struct flota_access_config config = {
        .rules = &fixture.rules,
        .auth = fixture.auth,
        .config = &fixture.config,
        .random = fixture_random,
        .is_quiet = fixture_is_quiet,
        .context = &fixture,
        .network = fixture_network,
        .log = fixture_log,
        .iterations = 250, /* two slices and a half: tests are to be fast */
    };
    flota_config_init(&fixture.config, &fixture.model.flash);
    flota_access_add_keys(&fixture.access, &fixture.config);
    fixture.table.keys = fixture_keys;
    fixture.table.count = 2;
    flota_config_add(&fixture.config, &fixture.table);
    flota_access_init(&fixture.access, &config, fixture.now_ms);
}

static inline void start(uint8_t user_count, struct flota_auth auth)
{
    static const struct flota_http_handler *const access = &flota_access_handler;
    flash_model_free(&fixture.model);
    memset(&fixture, 0, sizeof fixture);
    flash_model_init(&fixture.model, &fixture_flash);
    fixture.rules =
        (struct flota_access_rules){.users = users, .user_count = user_count, .update_level = 7};
    fixture.auth = auth;
    fixture.now_ms = 5000;
    fixture.level = 1;
    fixture.routes[0] = (struct flota_http_route){"/api/session", "GET", access, &fixture.access};
    fixture.routes[1] = (struct flota_http_route){"/api/login", "POST", access, &fixture.access};
    fixture.routes[2] = (struct flota_http_route){"/api/logout", "POST", access, &fixture.access};
    fixture.routes[3] = (struct flota_http_route){"/api/password", "POST", access, &fixture.access};
    fixture.routes[4] = (struct flota_http_route){"/level", "GET POST", &level_handler, &fixture};
    fixture.server = (struct flota_http_server){.routes = fixture.routes, .route_count = 5};
    boot();
}

static inline void pass(uint32_t ms)
{
    fixture.now_ms += ms;
    flota_access_poll(&fixture.access, fixture.now_ms);
}

/* --- requests --- */

static inline void connect_to(struct client *client, const char *address)
{
    client_open(client, &fixture.server);
    client->now_ms = fixture.now_ms;
    flota_http_open(&client->connection, &fixture.server, address, fixture.now_ms);
}

/* Turns until it is answered. */
static inline void wait_for(struct client *client)
{
    for (int i = 0; i < 2000 && client_status(client) == 0; i++) {
        pass(1);
        client->now_ms = fixture.now_ms;
        client_wait(client, 0);
    }
}

static inline void send_request(struct client *client, const char *method, const char *path,
                                const char *lines, const char *body)
{
    char head[2048];
    snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: device\r\nContent-Length: %zu\r\n%s\r\n",
             method, path, strlen(body), lines);
    client_send(client, head);
    client_send(client, body);
}

/* The answer's body; header lines as they are given, and no cookie kept. */
static inline const char *ask(const char *address, const char *method, const char *path,
                              const char *lines, const char *body)
{
    connect_to(&fixture.client, address);
    send_request(&fixture.client, method, path, lines, body);
    wait_for(&fixture.client);
    flota_http_close(&fixture.client.connection);
    const char *end = strstr(fixture.client.output, "\r\n\r\n");
    return end ? end + 4 : "";
}

static inline int status_of(const char *method, const char *path, const char *lines,
                            const char *body)
{
    ask("10.0.0.1", method, path, lines, body);
    return client_status(&fixture.client);
}

/* As a browser does it: with its cookie, and the new one kept. */
static inline const char *browse(struct browser *browser, const char *method, const char *path,
                                 const char *body)
{
    const char *answer = ask(browser->address, method, path, browser->cookie, body);
    const char *cookie = strstr(fixture.client.output, "Set-Cookie: ");
    if (cookie) {
        const char *value = cookie + strlen("Set-Cookie: ");
        snprintf(browser->cookie, sizeof browser->cookie, "Cookie: %.*s\r\n",
                 (int)strcspn(value, ";\r"), value);
    }
    return answer;
}

static inline int browse_status(struct browser *browser, const char *method, const char *path,
                                const char *body)
{
    browse(browser, method, path, body);
    return client_status(&fixture.client);
}

static inline const char *body_of(const char *user, const char *password, const char *old)
{
    static char text[512];
    snprintf(text, sizeof text, "{\"user\":\"%s\",\"password\":\"%s\"%s%s%s}", user, password,
             old ? ",\"old\":\"" : "", old ? old : "", old ? "\"" : "");
    return text;
}

static inline int login(struct browser *browser, const char *user, const char *password)
{
    return browse_status(browser, "POST", "/api/login", body_of(user, password, NULL));
}

/* All users have PASSWORD. */
static inline void set_passwords(void)
{
    struct browser admin = {.address = "10.0.0.9"};
    assert_int_equal(
        browse_status(&admin, "POST", "/api/password", body_of("admin", PASSWORD, NULL)), 200);
    for (uint8_t i = 1; i < fixture.rules.user_count; i++)
        assert_int_equal(
            browse_status(&admin, "POST", "/api/password", body_of(users[i].name, PASSWORD, NULL)),
            200);
    assert_int_equal(browse_status(&admin, "POST", "/api/logout", ""), 200);
}

static inline void start_with_passwords(void)
{
    start(3, FLOTA_AUTH_NONE);
    set_passwords();
}

static inline bool said(const char *text)
{
    return client_got(&fixture.client, text);
}

#endif
