/* dash_fixture.h - clients of a dashboard without a network, and a fake of who may do what.
 *
 * Included by one test program each, after cmocka.h. The fake takes a request's level from its
 * header X-Level (absent: 9), and its session's number from X-Session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DASH_FIXTURE_H
#define DASH_FIXTURE_H

#include "flota/dash.h"
#include "flota/error.h"
#include "http_test.h"
#include <stdio.h>

#define CLIENTS 20

static struct {
    uint32_t now_ms;
    struct flota_dash dash;
    struct flota_http_route routes[1];
    struct flota_http_server server;
    struct client clients[CLIENTS]; /* [0]: requests, one after the other */
    bool is_open[CLIENTS];
    uint32_t ended_session;
    bool is_first_start;
    size_t split; /* bytes delivered at a time */
} world;

/* --- the fake --- */

static struct flota_access fake_access;

static int header_number(const struct flota_http_connection *connection, const char *name,
                         int absent)
{
    struct flota_http_text text = flota_http_header(connection, name);
    return text.data ? atoi(text.data) : absent; /* a CR follows it */
}

int flota_access_check(struct flota_access *access, const struct flota_http_connection *connection,
                       uint8_t level)
{
    assert_ptr_equal(access, &fake_access);
    if (world.is_first_start)
        return FLOTA_ERR_FIRST_START;
    if (!flota_http_is_method(connection, "GET") && flota_http_header(connection, "Origin").data)
        return FLOTA_ERR_BAD_ORIGIN;
    int own = header_number(connection, "X-Level", 9);
    if (own >= level)
        return 0;
    return own == 0 ? FLOTA_ERR_UNAUTHORIZED : FLOTA_ERR_FORBIDDEN;
}

int flota_access_check_upgrade(struct flota_access *access,
                               const struct flota_http_connection *connection, uint8_t level)
{
    if (flota_http_header(connection, "Origin").data)
        return FLOTA_ERR_BAD_ORIGIN;
    return flota_access_check(access, connection, level);
}

uint8_t flota_access_level(struct flota_access *access,
                           const struct flota_http_connection *connection, uint32_t *session)
{
    (void)access;
    *session = (uint32_t)header_number(connection, "X-Session", 0);
    return (uint8_t)header_number(connection, "X-Level", 9);
}

bool flota_access_lasts(const struct flota_access *access, uint32_t session)
{
    (void)access;
    return session == 0 || session != world.ended_session;
}

void flota_access_refuse(const struct flota_access *access,
                         struct flota_http_connection *connection, int error, bool json)
{
    assert_ptr_equal(access, &fake_access);
    assert_true(json);
    flota_http_respond_text(connection, error == FLOTA_ERR_UNAUTHORIZED ? 401 : 403, "text/plain",
                            NULL, flota_error_text(error)->name);
}

/* --- clients --- */

static void set_up_world(const struct flota_dash_config *config)
{
    memset(&world, 0, sizeof world);
    world.now_ms = 1000;
    world.split = SIZE_MAX;
    flota_dash_init(&world.dash, config);
    world.routes[0] = (struct flota_http_route){"/api/", "*", &flota_dash_handler, &world.dash};
    world.server = (struct flota_http_server){.routes = world.routes, .route_count = 1};
}

static struct client *open_client(size_t index)
{
    struct client *client = &world.clients[index];
    if (world.is_open[index])
        flota_http_close(&client->connection);
    memset(client, 0, sizeof *client);
    client->now_ms = world.now_ms;
    flota_http_open(&client->connection, &world.server, "192.168.0.5", world.now_ms);
    world.is_open[index] = true;
    return client;
}

static inline void close_client(size_t index)
{
    flota_http_close(&world.clients[index].connection);
    world.is_open[index] = false;
}

static inline void send_bytes(struct client *client, const char *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t piece = size - at < world.split ? size - at : world.split;
        client->now_ms = world.now_ms;
        size_t taken = client_offer(client, data + at, piece);
        at += taken;
        if (taken < piece)
            return;
    }
}

static inline void send_text(struct client *client, const char *text)
{
    send_bytes(client, text, strlen(text));
}

/* One turn of the device: dashboard and connections. */
static inline void turn(void)
{
    flota_dash_poll(&world.dash, world.now_ms);
    for (size_t i = 0; i < CLIENTS; i++) {
        struct client *client = &world.clients[i];
        if (!world.is_open[i])
            continue;
        client->now_ms = world.now_ms;
        flota_http_poll(&client->connection, client->now_ms);
        client_collect(client);
        if (flota_http_wants_close(&client->connection))
            close_client(i);
    }
}

static inline void pass_ms(uint32_t ms)
{
    for (; ms > 0; ms--) {
        world.now_ms++;
        turn();
    }
}

/* Forget what has come so far. */
static inline void forget(struct client *client)
{
    client->output_size = 0;
    client->output[0] = '\0';
}

/* --- requests --- */

static const char *body_of(const struct client *client)
{
    const char *body = strstr(client->output, "\r\n\r\n");
    return body ? body + 4 : "";
}

static int status_of(const struct client *client)
{
    return strncmp(client->output, "HTTP/1.1 ", 9) == 0 ? atoi(client->output + 9) : 0;
}

/* head: further lines. body NULL: none. Returns the answer's status; client [0] has the rest. */
static inline int request(const char *method, const char *path, const char *head, const char *body)
{
    static char text[FLOTA_DASH_BODY_MAX + 2048];
    struct client *client = open_client(0);
    int size = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: a\r\n%s", method, path, head);
    if (body)
        size += snprintf(text + size, sizeof text - (size_t)size, "Content-Length: %zu\r\n",
                         strlen(body));
    size += snprintf(text + size, sizeof text - (size_t)size, "\r\n%s", body ? body : "");
    assert_true((size_t)size < sizeof text);
    send_bytes(client, text, (size_t)size);
    for (int i = 0; i < 200 && world.is_open[0] && client->connection.state != FLOTA_HTTP_HEAD; i++)
        turn();
    return status_of(client);
}

static inline const char *answer(void)
{
    return body_of(&world.clients[0]);
}

static inline void expect(const char *method, const char *path, const char *body, int status,
                          const char *wanted)
{
    int found = request(method, path, "", body);
    if (found != status || (wanted && strcmp(answer(), wanted) != 0))
        fail_msg("%s %s %s: %d %s, wanted %d %s", method, path, body ? body : "", found, answer(),
                 status, wanted ? wanted : "anything");
}

/* A refusal with words: cause and remedy hold these. */
static inline void expect_refusal(const char *method, const char *path, const char *body,
                                  int status, const char *words)
{
    expect(method, path, body, status, NULL);
    if (!strstr(answer(), "\"cause\":\"") || !strstr(answer(), "\"remedy\":\"") ||
        !strstr(answer(), words))
        fail_msg("%s %s %s: %s, wanted words %s", method, path, body ? body : "", answer(), words);
}

#endif
