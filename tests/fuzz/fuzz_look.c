/* fuzz_look.c - a look at any file says what an update with it hears, and touches nothing.
 *
 * The first byte of the input chooses the device: another guard, a higher epoch, signatures
 * required, whether the file's size is known; the second one the pieces. The rest is the file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "flota/signature.h"
#include "flota/update.h"
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

struct verdict {
    int error;
    uint32_t count;
    int asks[FLOTA_UPDATE_ASKS_MAX];
};

static struct flash_model model;
static struct flota_trust trust;

static void start(uint8_t choice)
{
    struct flota_trust_config config = {.policy = choice & 4 ? FLOTA_SIGNATURES_REQUIRED
                                                             : FLOTA_SIGNATURES_OPTIONAL,
                                        .product = "test-product"};
    flash_model_init(&model, &flash_model_small);
    flota_trust_init(&trust, &config);
    model.target.trust = &trust;
    if (choice & 1)
        memset(model.running.guard_id, 7, sizeof model.running.guard_id);
    model.running.security_epoch = choice & 2 ? 1 : 0;
}

/* Returns whether the beginning was enough for a verdict on the image. */
static bool look_at(const uint8_t *file, uint32_t size, const struct flota_update_request *request,
                    uint32_t random, struct verdict *verdict)
{
    static struct flota_update_look look;
    uint32_t seen = size < FLOTA_UPDATE_LOOK_SIZE ? size : FLOTA_UPDATE_LOOK_SIZE;
    const int *asks;
    verdict->error = flota_update_look_begin(&look, &model.target, request);
    for (uint32_t at = 0, piece; verdict->error == 0 && at < seen; at += piece) {
        piece = 1 + prng_below(&random, 300);
        if (piece > seen - at)
            piece = seen - at;
        flota_update_look_take(&look, file + at, piece);
    }
    bool undecided = look.updater.status.phase == FLOTA_UPDATE_CHECKING && seen < size;
    if (verdict->error == 0)
        verdict->error = flota_update_look_end(&look, seen == size);
    verdict->count = flota_update_look_asks(&look, &asks);
    memcpy(verdict->asks, asks, verdict->count * sizeof *asks);
    REQUIRE(model.operation_count == 0);
    return !undecided;
}

static bool give(struct flota_image_consents *consents, int error)
{
    bool *consent = error == FLOTA_ERR_IMAGE_NO_INFO || error == FLOTA_ERR_IMAGE_OTHER_PRODUCT
                        ? &consents->foreign
                    : error == FLOTA_ERR_IMAGE_OTHER_GUARD ? &consents->guard
                    : error == FLOTA_ERR_IMAGE_DOWNGRADE   ? &consents->downgrade
                                                           : NULL;
    if (!consent)
        return false;
    REQUIRE(!*consent);
    *consent = true;
    return true;
}

/* Up to the first byte behind the head: from there on flash would be at work. */
static int update_with(const uint8_t *file, uint32_t size,
                       const struct flota_update_request *request)
{
    static struct flota_updater updater;
    int error = flota_updater_create(&updater, &model.target, request);
    for (uint32_t at = 0; error == 0 && at < size;) {
        int taken = flota_updater_process(&updater, file + at, 1);
        bool judged = updater.status.phase == FLOTA_UPDATE_RECEIVING;
        if (judged || taken < 0)
            return judged ? 0 : taken;
        at += (uint32_t)taken;
    }
    if (error == 0)
        error = flota_updater_finish(&updater);
    return error > 0 ? 0 : error;
}

static void update_until_taken(const uint8_t *file, uint32_t size,
                               struct flota_update_request request, struct verdict *verdict)
{
    for (verdict->count = 0;;) {
        verdict->error = update_with(file, size, &request);
        if (!give(&request.consents, verdict->error))
            return;
        verdict->asks[verdict->count++] = verdict->error;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verdict said, heard;
    if (size < 2 || size > 16384)
        return 0;
    uint32_t file_size = (uint32_t)size - 2;
    struct flota_update_request request = {.total_size = data[0] & 8 ? file_size : 0};
    uint8_t *file = malloc(file_size ? file_size : 1); /* so that reading behind it is seen */
    memcpy(file, data + 2, file_size);
    start(data[0]);
    bool decided = look_at(file, file_size, &request, data[1], &said);
    update_until_taken(file, file_size, request, &heard);
    if (decided) {
        REQUIRE(said.count == heard.count);
        REQUIRE(memcmp(said.asks, heard.asks, said.count * sizeof *said.asks) == 0);
        REQUIRE(said.error == heard.error);
    }
    flash_model_free(&model);
    free(file);
    return 0;
}
