/* fuzz_access.c - any requests to a device with logins: cookies, JSON bodies, in any pieces.
 *
 * Whoever does not know the password never gets a session, and never a level. The first byte of the
 * input chooses the kind of device and the size of pieces. In the stream 0xFF 0x00 lets time pass,
 * 0xFF 0x01 is a new connection, 0xFF 0x02 stands for the id of the session that is there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/access.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* "fuzzing is fun", 2 iterations, salt 00..0f: nothing that an input will guess in 4 digits. */
#define STORED                                                                                     \
    "1:2:000102030405060708090a0b0c0d0e0f:"                                                        \
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

enum kind { KIND_USERS, KIND_FIRST, KIND_OPEN, KIND_TOKEN, KIND_NONE, KINDS };

struct world {
    enum kind kind;
    struct flash_model model;
    struct flota_config config;
    struct flota_access_rules rules;
    struct flota_access access;
    struct flota_http_route routes[3];
    struct flota_http_server server;
    struct flota_http_connection connection;
    uint32_t now_ms;
    bool was_given; /* the id of a session */
    char id[33];
};

static const struct flota_access_user users[] = {{"admin", 9}, {"operator", 5}};
static const struct flash_model_geometry geometry = {1024, 7, 23, 32, 2, 1};

static uint32_t fuzz_random(void)
{
    static uint32_t state;
    return prng_next(&state);
}

/* What needs level 1. */
static void secret_begin(void *context, struct flota_http_connection *connection)
{
    struct world *world = context;
    int error = flota_access_check(&world->access, connection, 1);
    if (error < 0) {
        flota_access_refuse(&world->access, connection, error, true);
        return;
    }
    REQUIRE(world->was_given || world->kind != KIND_USERS);
    REQUIRE(flota_access_level(&world->access, connection, NULL) >= 1);
    flota_http_respond_text(connection, 200, "text/plain", NULL, "secret");
}

static const struct flota_http_handler secret_handler = {.begin = secret_begin};

/* --- a device --- */

static void note_session(struct world *world)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < FLOTA_ACCESS_SESSIONS_MAX; i++) {
        const struct flota_access_session *session = &world->access.sessions[i];
        REQUIRE(session->number == 0 || world->kind != KIND_USERS);
        for (size_t j = 0; session->number != 0 && j < 16; j++) {
            world->id[2 * j] = digits[session->id[j] >> 4];
            world->id[2 * j + 1] = digits[session->id[j] & 15];
        }
    }
}

static void turn(struct world *world, uint32_t ms)
{
    const uint8_t *data;
    size_t size;
    world->now_ms += ms;
    flota_access_poll(&world->access, world->now_ms);
    flota_http_poll(&world->connection, world->now_ms);
    while ((size = flota_http_output(&world->connection, &data)) > 0) {
        flota_http_sent(&world->connection, size);
        flota_http_acked(&world->connection, size, world->now_ms);
    }
    note_session(world);
}

static void start(struct world *world, enum kind kind)
{
    static const struct flota_http_handler *const access = &flota_access_handler;
    struct flota_access_config config = {
        .rules = &world->rules, .config = &world->config, .random = fuzz_random, .iterations = 2};
    memset(world, 0, sizeof *world);
    world->kind = kind;
    strcpy(world->id, "0123456789abcdef0123456789abcdef");
    flash_model_init(&world->model, &geometry);
    flota_config_init(&world->config, &world->model.flash);
    flota_access_add_keys(&world->access, &world->config);
    if (kind == KIND_USERS)
        REQUIRE(flota_config_set(&world->config, "login.1", STORED) == 0 &&
                flota_config_save(&world->config) == 0);
    if (kind == KIND_TOKEN)
        config.auth = FLOTA_AUTH_TOKEN("t0ken");
    world->rules = (struct flota_access_rules){.users = users,
                                               .user_count = kind < KIND_TOKEN ? 2 : 0,
                                               .open_at_first = kind == KIND_OPEN,
                                               .update_level = 7};
    flota_access_init(&world->access, &config, 0);
    world->routes[0] = (struct flota_http_route){"/secret", "GET POST", &secret_handler, world};
    world->routes[1] = (struct flota_http_route){"/api/session", "GET", access, &world->access};
    world->routes[2] = (struct flota_http_route){"/api/", "POST", access, &world->access};
    world->server = (struct flota_http_server){.routes = world->routes, .route_count = 3};
    flota_http_open(&world->connection, &world->server, "192.168.0.5", 0);
}

static void stop(struct world *world)
{
    flota_http_close(&world->connection);
    for (size_t i = 0; i < FLOTA_ACCESS_JOBS; i++)
        REQUIRE(world->access.jobs[i].state == FLOTA_ACCESS_JOB_FREE);
    flash_model_free(&world->model);
}

/* --- the stream --- */

static void offer(struct world *world, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (int idle = 0; size > 0 && idle < 8;) {
        uint8_t *copy = malloc(size); /* reading behind it is seen */
        memcpy(copy, bytes, size);
        size_t taken = flota_http_receive(&world->connection, copy, size, world->now_ms);
        free(copy);
        bytes += taken;
        size -= taken;
        idle = taken ? 0 : idle + 1;
        turn(world, 1);
    }
}

static void act(struct world *world, uint8_t action)
{
    if (action == 0) {
        for (int i = 0; i < 8; i++)
            turn(world, 700);
    } else if (action == 1) {
        flota_http_close(&world->connection);
        flota_http_open(&world->connection, &world->server, "192.168.0.6", world->now_ms);
    } else if (action == 2) {
        world->was_given = true;
        offer(world, world->id, 32);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    if (size == 0 || size > 16384)
        return 0;
    size_t step = 1u + data[0] / KINDS % 16u * 8u, at = 1;
    start(&world, data[0] % KINDS);
    while (at < size) {
        if (data[at] == 0xFF && at + 1 < size) {
            act(&world, data[at + 1]);
            at += 2;
            continue;
        }
        size_t end = at + 1;
        while (end < size && end - at < step && data[end] != 0xFF)
            end++;
        offer(&world, data + at, end - at);
        at = end;
    }
    act(&world, 0);
    stop(&world);
    return 0;
}
