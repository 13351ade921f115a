/* fuzz_http_update.c - any requests to the update service on a flash model.
 *
 * The model ends the program when the active bank is written or the flash contract is broken.
 * Beyond that: a swap happens only after an image with a right digest, or with consent to a foreign
 * one; and after anything a status is answered.
 *
 * The first byte of the input chooses the pieces, and whether there is an image to go back to.
 * 0xFF 0x00 in the stream lets time pass, 0xFF 0x01 is a lost connection and a new one, 0xFF 0x02,
 * when the flash has worked for a while, a loss of power.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/http_update.h"
#include "image_maker.h"
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
    struct flota_trust trust;
    struct flota_trial trial;
    struct flota_ota ota;
    struct flota_http_update service;
    struct flota_http_route routes[4];
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
    flota_ota_poll(&world->ota, world->now_ms);
}

/* The firmware starts, on whatever the flash holds. */
static void boot(struct world *world)
{
    struct flota_trust_config trust = {.policy = FLOTA_SIGNATURES_OPTIONAL, .product = "p"};
    struct flota_trial_config trial = {.flash = &world->model.flash,
                                       .platform = &world->model.platform,
                                       .policy = FLOTA_CONFIRM_EXPLICIT};
    struct flota_ota_config ota = {
        .target = &world->model.target, .trial = &world->trial, .boot_id = 1};
    struct flota_http_update_config config = {.ota = &world->ota};
    flash_model_power_up(&world->model);
    flota_trust_init(&world->trust, &trust);
    flota_trial_init(&world->trial, &trial, world->now_ms);
    world->model.target.trust = &world->trust;
    world->model.target.trial = &world->trial;
    flota_ota_init(&world->ota, &ota);
    flota_http_update_init(&world->service, &config);
}

static void connect(struct world *world)
{
    flota_http_open(&world->connection, &world->server, "192.168.0.5", world->now_ms);
}

static void load_older_image(struct world *world)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = "1.0.0";
    recipe.size = 1400;
    uint8_t *image = image_make(&recipe);
    flash_model_load(&world->model, FLOTA_SLOT_SPARE, image, recipe.size);
    free(image);
}

static void start(struct world *world, bool revertible)
{
    static const struct flota_http_handler *const update = &flota_http_update_handler;
    memset(world, 0, sizeof *world);
    flash_model_init(&world->model, &flash_model_small);
    if (revertible)
        load_older_image(world);
    boot(world);
    world->routes[0] =
        (struct flota_http_route){"/update", "GET POST PUT", update, &world->service};
    world->routes[1] =
        (struct flota_http_route){"/update/", "GET POST PUT", update, &world->service};
    world->routes[2] =
        (struct flota_http_route){"/api/firmware_update", "GET POST PUT", update, &world->service};
    world->routes[3] = (struct flota_http_route){"/api/firmware_keys", "GET POST",
                                                 &flota_http_keys_handler, &world->service};
    world->server = (struct flota_http_server){.routes = world->routes, .route_count = 4};
    connect(world);
}

/* Does something happen to the device here? Returns how many bytes of the input say so. */
static size_t happen(struct world *world, const uint8_t *data, size_t size)
{
    if (size < 2 || data[0] != 0xFF || data[1] < 1 || data[1] > 2)
        return 0;
    for (int i = 0; i < 200 && data[1] == 2; i++)
        turn(world, 1);
    flota_http_close(&world->connection);
    if (data[1] == 2 && world->model.reset_count == 0)
        boot(world);
    connect(world);
    return 2;
}

static void send(struct world *world, const uint8_t *data, size_t size, uint32_t *random)
{
    int idle = 0;
    while (size > 0 && idle < 200) {
        size_t skipped = happen(world, data, size);
        data += skipped;
        size -= skipped;
        if (size == 0)
            break;
        size_t piece = 1 + prng_below(random, 300);
        if (piece > size)
            piece = size;
        const uint8_t *mark = memchr(data + 1, 0xFF, piece - 1);
        if (mark)
            piece = (size_t)(mark - data);
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
        REQUIRE(memcmp(&info, &world->ota.updater.status.info, sizeof info) == 0);
    else
        REQUIRE(world->ota.updater.request.consents.foreign); /* kept over a resume */
    REQUIRE(world->ota.updater.status.verified == world->ota.updater.status.total);
}

static void check_get(struct world *world, const char *path, const char *part, const char *end)
{
    char request[128];
    int size = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    connect(world);
    world->output_size = 0;
    flota_http_receive(&world->connection, (const uint8_t *)request, (size_t)size, world->now_ms);
    collect(world);
    world->output[world->output_size] = '\0';
    REQUIRE(strncmp(world->output, "HTTP/1.1 200 OK\r\n", 17) == 0);
    REQUIRE(strstr(world->output, part));
    REQUIRE(strcmp(world->output + world->output_size - strlen(end), end) == 0);
    flota_http_close(&world->connection);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    if (size < 1 || size > 16384)
        return 0;
    uint32_t random = data[0];
    start(&world, data[0] & 1);
    send(&world, data + 1, size - 1, &random);
    for (int i = 0; i < 2000; i++)
        turn(&world, 1);
    flota_http_close(&world.connection);
    for (int i = 0; i < 100; i++)
        turn(&world, 100);
    check_swap(&world);
    if (world.model.reset_count == 0)
        REQUIRE(!world.service.client && !world.ota.owner && !world.service.check_client);
    check_get(&world, "/api/firmware_update", "\"auth\":\"none\",\"running\":", "}\r\n");
    check_get(&world, "/api/firmware_keys", "\"slots\":[", "]}\r\n");
    flash_model_free(&world.model);
    return 0;
}
