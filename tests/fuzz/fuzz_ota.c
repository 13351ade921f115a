/* fuzz_ota.c - any calls of OTA.* by two clients, with lost clients, time, losses of power, and an
 * update by another way in between them.
 *
 * The model ends the program when the active bank is written or the flash contract is broken.
 * Beyond that: a swap happens only after an image that was read back whole and whose digest is
 * right; every call is answered; and whatever has happened, after a while the next update goes
 * through.
 *
 * The input's first byte says whether there is an image to go back to; then each byte is an
 * operation, the one behind it its argument.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "flota/rpc_ota.h"
#include "image_maker.h"
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

#define TURNS_MAX  20000
#define IMAGE_SIZE 4992u /* a multiple of 3: base64 without an end */
#define PIECE_SIZE 624u

struct world {
    struct flash_model model;
    struct flota_trial trial;
    struct flota_ota ota;
    struct flota_ota_owner other; /* by another way in */
    struct flota_rpc rpc;
    struct flota_rpc_ota service;
    struct flota_rpc_channel channels[2];
    uint32_t now_ms;
    uint8_t *image;
    uint32_t size;
};

static uint32_t no_random(void)
{
    return 4;
}

static void failed(void *context, int error)
{
    (void)context;
    REQUIRE(error < 0);
}

static void connect(struct world *world, int client)
{
    static const char *const peers[] = {"192.168.0.7:1", "192.168.0.8:1"};
    struct flota_rpc_origin origin = {.transport = "ws"};
    snprintf(origin.peer, sizeof origin.peer, "%s", peers[client]);
    flota_rpc_open(&world->channels[client], &world->rpc, &origin, world->now_ms);
}

/* The firmware starts, on whatever the flash holds. */
static void boot(struct world *world)
{
    const struct flota_trial_config trial = {.flash = &world->model.flash,
                                             .platform = &world->model.platform,
                                             .policy = FLOTA_CONFIRM_EXPLICIT};
    const struct flota_ota_config ota = {
        .target = &world->model.target, .trial = &world->trial, .boot_id = 1};
    const struct flota_rpc_ota_config config = {.ota = &world->ota};
    const struct flota_auth auth = FLOTA_AUTH_NONE;
    flash_model_power_up(&world->model);
    flota_trial_init(&world->trial, &trial, world->now_ms);
    world->model.target.trial = &world->trial;
    flota_ota_init(&world->ota, &ota);
    flota_rpc_init(&world->rpc, &auth, "dev1", no_random);
    flota_rpc_ota_init(&world->service, &world->rpc, &config);
    world->other = (struct flota_ota_owner){.failed = failed};
    connect(world, 0);
    connect(world, 1);
}

static uint8_t *make(const char *version, uint32_t size)
{
    struct image_recipe recipe = IMAGE_RECIPE;
    recipe.version = version;
    recipe.size = size;
    return image_make(&recipe);
}

static void start(struct world *world, bool revertible)
{
    memset(world, 0, sizeof *world);
    flash_model_init(&world->model, &flash_model_small);
    if (revertible) {
        uint8_t *image = make("1.0.0", 1400);
        flash_model_load(&world->model, FLOTA_SLOT_SPARE, image, 1400);
        free(image);
    }
    world->size = IMAGE_SIZE;
    world->image = make("2.0.0", world->size);
    boot(world);
}

/* One turn of the main loop; answers are sent at once. */
static void turn(struct world *world)
{
    const char *text;
    world->now_ms++;
    flota_ota_poll(&world->ota, world->now_ms);
    for (int i = 0; i < 2; i++) {
        flota_rpc_poll(&world->channels[i], world->now_ms);
        if (flota_rpc_reply(&world->channels[i], &text) > 0)
            flota_rpc_sent(&world->channels[i]);
    }
}

static bool give(struct world *world, int client, const char *method, const char *params)
{
    static char frame[FLOTA_RPC_FRAME_MAX + 64];
    struct flota_rpc_channel *channel = &world->channels[client];
    int size = snprintf(frame, sizeof frame, "{\"id\":1,\"method\":\"OTA.%s\",\"params\":%s}",
                        method, params);
    return flota_rpc_take(channel, frame, (size_t)size, world->now_ms);
}

/* Returns the answer's code. */
static int call(struct world *world, int client, const char *method, const char *params)
{
    const char *text;
    struct flota_rpc_channel *channel = &world->channels[client];
    for (int turns = 0; !flota_rpc_is_ready(channel); turns++) {
        REQUIRE(turns < TURNS_MAX);
        turn(world);
    }
    REQUIRE(give(world, client, method, params));
    for (int turns = 0; flota_rpc_reply(channel, &text) == 0; turns++) {
        REQUIRE(turns < TURNS_MAX);
        flota_ota_poll(&world->ota, ++world->now_ms);
        flota_rpc_poll(channel, world->now_ms);
    }
    int code = flota_rpc_reply_code(channel);
    flota_rpc_sent(channel);
    return code;
}

/* Bytes of the image in base64, those behind its end are zeros. */
static const char *write_params(const struct world *world, uint32_t offset, uint32_t size,
                                uint8_t flip)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static char params[FLOTA_RPC_FRAME_MAX];
    int at = snprintf(params, sizeof params, "{\"offset\":%u,\"data\":\"", (unsigned)offset);
    for (uint32_t i = 0; i < size / 3; i++) {
        uint32_t bits = 0;
        for (uint32_t j = offset + 3 * i; j < offset + 3 * i + 3; j++)
            bits = bits << 8 | (j < world->size ? (world->image[j] ^ flip) : 0);
        for (int shift = 18; shift >= 0; shift -= 6)
            params[at++] = digits[bits >> shift & 63];
    }
    strcpy(params + at, "\"}");
    return params;
}

static void begin(struct world *world, int client, uint8_t flags)
{
    static const char *const sizes[] = {"4992", "0", "4991", "6000"};
    char params[160];
    snprintf(params, sizeof params,
             "{\"size\":%s,\"resume\":%s,\"foreign\":%s,\"force\":%s,\"timeout\":%u}",
             sizes[flags & 3], flags & 4 ? "true" : "false", flags & 8 ? "true" : "false",
             flags & 16 ? "true" : "false", flags & 32 ? 30u : 0u);
    give(world, client, "Begin", params);
}

static void write_some(struct world *world, int client, uint32_t offset, uint8_t argument,
                       uint8_t flip)
{
    give(world, client, "Write", write_params(world, offset, 12u * argument, flip));
}

static void meddle(struct world *world, uint8_t argument)
{
    struct flota_ota_request request = {.from = "192.168.0.5", .total_size = world->size};
    request.in_pieces = argument & 1;
    if (world->ota.owner != &world->other) {
        if (!(argument & 8) || flota_ota_resume(&world->ota, &request, 0, &world->other) < 0)
            flota_ota_begin(&world->ota, &request, &world->other);
        return;
    }
    uint32_t at = flota_updater_status(&world->ota.updater)->received;
    if (argument & 2)
        flota_ota_write(&world->ota, world->image + at, at < world->size ? world->size - at : 0);
    else if (argument & 1)
        flota_ota_release(&world->ota);
    else
        flota_ota_leave(&world->ota, FLOTA_ERR_TRANSFER_LOST);
}

static void lose_power(struct world *world)
{
    if (world->model.reset_count == 0)
        boot(world);
}

static void operate(struct world *world, uint8_t operation, uint8_t argument)
{
    uint32_t received = flota_updater_status(&world->ota.updater)->received;
    int client = operation >> 4 & 1;
    switch (operation & 15) {
    case 0:
        begin(world, client, argument);
        break;
    case 1:
    case 2:
        write_some(world, client, received, argument, 0);
        break;
    case 3:
        write_some(world, client, argument * 20u, argument, 0);
        break;
    case 4:
        write_some(world, client, received, argument, 1);
        break;
    case 5:
        give(world, client, "End", "{}");
        break;
    case 6:
        give(world, client, "Status", "{}");
        break;
    case 7:
        world->now_ms += argument * 250u;
        break;
    case 8:
        flota_rpc_close(&world->channels[client]);
        connect(world, client);
        break;
    case 9:
        give(world, client, argument & 1 ? "Revert" : "Commit", "{}");
        break;
    case 10:
        give(world, client, "SetBootState", argument & 1 ? "{\"active_slot\":1}" : "{}");
        break;
    case 11:
        meddle(world, argument);
        break;
    case 12:
        flota_ota_cancel(&world->ota);
        break;
    case 13:
        lose_power(world);
        break;
    default:
        for (int i = 0; i < argument; i++)
            turn(world);
        break;
    }
    turn(world);
}

static void check_swap(const struct world *world)
{
    const struct flota_update_status *status = flota_updater_status(&world->ota.updater);
    const uint8_t *active = flash_model_bytes(&world->model, FLOTA_SLOT_ACTIVE);
    struct flota_image_info info;
    REQUIRE(world->model.swap_count == 1 && world->model.reset_count == 1);
    REQUIRE(status->verified == status->total);
    if (flota_image_find_info(active, FLOTA_IMAGE_HEAD_SIZE, &info) == 1)
        REQUIRE(memcmp(&info, &status->info, sizeof info) == 0);
    else
        REQUIRE(world->ota.updater.request.consents.foreign);
}

/* Whoever kept the place has lost it by now. */
static void check_next_update(struct world *world)
{
    for (int i = 0; i < 2; i++) {
        flota_rpc_close(&world->channels[i]);
        connect(world, i);
    }
    if (world->ota.owner == &world->other)
        flota_ota_fail(&world->ota, FLOTA_ERR_TRANSFER_LOST);
    for (int i = 0; i < 2000; i++)
        turn(world);
    world->now_ms += FLOTA_OTA_VANISHED_MS;
    for (int i = 0; i < 100; i++)
        turn(world);
    if (world->model.reset_count > 0)
        return;
    REQUIRE(call(world, 1, "Begin", "{\"size\":4992,\"force\":true}") == 0);
    for (uint32_t at = 0; at < IMAGE_SIZE; at += PIECE_SIZE)
        REQUIRE(call(world, 1, "Write", write_params(world, at, PIECE_SIZE, 0)) == 0);
    REQUIRE(call(world, 1, "End", "{}") == 0);
    for (uint32_t i = 0; i <= FLOTA_OTA_ANSWER_MS; i++)
        turn(world);
    REQUIRE(world->model.reset_count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    if (size < 1 || size > 4096)
        return 0;
    start(&world, data[0] & 1);
    for (size_t i = 1; i + 1 < size && world.model.reset_count == 0; i += 2)
        operate(&world, data[i], data[i + 1]);
    check_next_update(&world);
    if (world.model.reset_count > 0)
        check_swap(&world);
    flash_model_free(&world.model);
    free(world.image);
    return 0;
}
