/* fuzz_image.c - the first bytes of an image, and two versions, from anybody.
 *
 * Input: a byte of switches, then the file's head. Switches: 1 consents to a foreign image, 2 to a
 * downgrade, 4 makes the crc32 right (so that mutations reach what lies behind it), 8 announces the
 * size, 16 gives the updater the bytes one by one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "image_maker.h"
#include "update_driver.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FOREIGN = 1, DOWNGRADE = 2, FIX_CRC = 4, ANNOUNCE = 8, BYTE_BY_BYTE = 16 };

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool is_terminated(const char text[32])
{
    return memchr(text, 0, 32) != NULL && text[0] != '\0';
}

/* What a device relies on once an image was accepted. */
static void require_sound(const struct flash_model *model, const struct flota_image_info *info,
                          uint8_t switches)
{
    if (info->magic == 0) {
        require(switches & FOREIGN);
        return;
    }
    require(is_terminated(info->product) && is_terminated(info->board));
    require(is_terminated(info->name) && is_terminated(info->version));
    require(strcmp(info->board, model->platform.board) == 0);
    require(info->link_address == model->flash.link_address);
    require(info->image_size >= FLOTA_IMAGE_HEAD_SIZE && info->image_size <= 7 * 1024);
    require(info->trailer_size <= FLOTA_TRAILER_SIZE_MAX && info->trailer_size % 32 == 0);
    require(info->image_size + info->trailer_size <= 7 * 1024);
    require(memcmp(info->guard_id, model->running.guard_id, FLOTA_GUARD_ID_SIZE) == 0);
    if (!(switches & FOREIGN))
        require(strcmp(info->product, model->running.product) == 0);
    if (!(switches & (FOREIGN | DOWNGRADE)))
        require(flota_version_compare(info->version, model->running.version) >= 0);
}

static void check_head(const struct flash_model *model, const uint8_t *head, uint32_t size,
                       uint8_t switches)
{
    struct flota_image_info info;
    const struct flota_image_consents consents = {.foreign = switches & FOREIGN,
                                                  .downgrade = switches & DOWNGRADE};
    uint32_t total_size = switches & ANNOUNCE ? size : 0;
    int result = flota_image_check(&model->target, &consents, head, size, total_size, &info);
    require(result <= 0);
    if (result == 0)
        require_sound(model, &info, switches);
}

/* The version fields as any two texts: their order is the reverse of the reverse. */
static void compare_versions(const uint8_t *data, size_t size)
{
    char a[64] = {0}, b[64] = {0};
    size_t half = size / 2 < 63 ? size / 2 : 63;
    memcpy(a, data, half);
    memcpy(b, data + half, half);
    int forward = flota_version_compare(a, b), backward = flota_version_compare(b, a);
    require((forward > 0) == (backward < 0) && (forward == 0) == (backward == 0));
    require(flota_version_compare(a, a) == 0);
}

/* The whole updater: the active bank and the option byte stay unless the file proved to be whole.
 */
static void update(struct update_driver *driver, const uint8_t *data, uint32_t size,
                   uint8_t switches)
{
    driver->request.total_size = switches & ANNOUNCE ? size : 0;
    driver->request.consents = (struct flota_image_consents){.foreign = switches & FOREIGN,
                                                             .downgrade = switches & DOWNGRADE};
    int error = flota_updater_create(&driver->updater, &driver->model.target, &driver->request);
    if (error == 0)
        error = update_driver_deliver(driver, data, size, switches & BYTE_BY_BYTE ? 1 : 1460);
    if (error == 0)
        error = update_driver_finish(driver);
    require(driver->model.swap_count == 0);
    if (error == 0 && memcmp(data, "PK\3\4", 4) != 0) /* bundles: fuzz_bundle.c */
        require(flash_model_holds(&driver->model, FLOTA_SLOT_SPARE, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 8 * 1024)
        return 0;
    uint8_t switches = data[0];
    uint32_t file_size = (uint32_t)size - 1;
    uint8_t *file = malloc(size); /* exactly as large as it is, so that reading behind it is seen */
    if (!file)
        abort();
    memcpy(file, data + 1, file_size);
    if ((switches & FIX_CRC) && file_size >= FLOTA_IMAGE_HEAD_SIZE)
        image_fix_crc32(file);

    struct update_driver driver;
    update_driver_init(&driver, &flash_model_small);
    check_head(&driver.model, file, file_size, switches);
    compare_versions(file, file_size);
    update(&driver, file, file_size, switches);
    update_driver_free(&driver);
    free(file);
    return 0;
}
