/* fuzz_http_update.c - any requests to the update service on a flash model.
 *
 * The model ends the program when the active bank is written or the flash contract is broken.
 * Beyond that: a swap happens only after an image with a right digest, or with consent to a foreign
 * one; and after anything a status is answered.
 *
 * The first byte of the input chooses the pieces; 0xFF 0x00 in the stream lets time pass.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/http_update.h"
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

struct world {
    struct flash_model model;
    struct flota_http_update service;
    struct flota_http_route routes[2];
    struct flota_http_server server;
    struct flota_http_connection connection;
    uint32_t now_ms;
    size_t output_size;
    char output[4096]; /* the first bytes of it */
};

static void collect(struct world *world)
{
    const uint8_t *data;
    size_t size;
    while ((size = flota_http_output(&world->connection, &data)) > 0) {
        size_t room = sizeof world->output - 1 - world->output_size;
        size_t kept = size < room ? size : room;
        memcpy(world->output + world->output_size, data, kept);
        world->output_size += kept;
        flota_http_sent(&world->connection, size);
        flota_http_acked(&world->connection, size, world->now_ms);
    }
}

static void turn(struct world *world, uint32_t ms)
{
    world->now_ms += ms;
    flota_http_poll(&world->connection, world->now_ms);
    collect(world);
    flota_http_update_poll(&world->service, world->now_ms);
}

static void start(struct world *world)
{
    memset(world, 0, sizeof *world);
    flash_model_init(&world->model, &flash_model_small);
    struct flota_http_update_config config = {.target = &world->model.target, .boot_id = 1};
    flota_http_update_init(&world->service, &config);
    world->routes[0] =
        (struct flota_http_route){"/update", "POST", &flota_http_update_handler, &world->service};
    world->routes[1] = (struct flota_http_route){"/api/firmware_update", "GET POST",
                                                 &flota_http_update_handler, &world->service};
    world->server = (struct flota_http_server){.routes = world->routes, .route_count = 2};
    flota_http_open(&world->connection, &world->server, "192.168.0.5", 0);
}

static void send(struct world *world, const uint8_t *data, size_t size, uint32_t *random)
{
    int idle = 0;
    while (size > 0 && idle < 200) {
        size_t piece = 1 + prng_below(random, 300);
        if (piece > size)
            piece = size;
        bool pause = size >= 2 && data[0] == 0xFF && data[1] == 0x00;
        size_t taken = flota_http_receive(&world->connection, data, piece, world->now_ms);
        data += taken;
        size -= taken;
        idle = taken ? 0 : idle + 1;
        collect(world);
        turn(world, pause ? 20000 : 1);
    }
}

static void check_swap(struct world *world)
{
    const uint8_t *active = flash_model_bytes(&world->model, FLOTA_SLOT_ACTIVE);
    struct flota_image_info info;
    if (world->model.reset_count == 0)
        return;
    REQUIRE(world->model.swap_count == 1 && world->model.reset_count == 1);
    if (flota_image_find_info(active, FLOTA_IMAGE_HEAD_SIZE, &info) == 1)
        REQUIRE(memcmp(&info, &world->service.updater.status.info, sizeof info) == 0);
    else
        REQUIRE(world->service.consents.foreign);
    REQUIRE(world->service.updater.status.verified == world->service.updater.status.total);
}

static void check_status(struct world *world)
{
    static const char request[] = "GET /api/firmware_update HTTP/1.1\r\nHost: a\r\n\r\n";
    flota_http_open(&world->connection, &world->server, "192.168.0.6", world->now_ms);
    world->output_size = 0;
    flota_http_receive(&world->connection, (const uint8_t *)request, sizeof request - 1,
                       world->now_ms);
    collect(world);
    world->output[world->output_size] = '\0';
    REQUIRE(strncmp(world->output, "HTTP/1.1 200 OK\r\n", 17) == 0);
    REQUIRE(strstr(world->output, "\"auth\":\"none\"}\r\n"));
    flota_http_close(&world->connection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    if (size < 1 || size > 16384)
        return 0;
    uint32_t random = data[0];
    start(&world);
    send(&world, data + 1, size - 1, &random);
    for (int i = 0; i < 2000; i++)
        turn(&world, 1);
    flota_http_close(&world.connection);
    for (int i = 0; i < 100; i++)
        turn(&world, 100);
    check_swap(&world);
    if (world.model.reset_count == 0)
        REQUIRE(!world.service.client);
    check_status(&world);
    flash_model_free(&world.model);
    return 0;
}
