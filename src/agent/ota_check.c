/* ota_check.c - would this file be taken? A look at its first bytes, in words.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "ota_internal.h"
#include <stdio.h>

int flota_ota_check_begin(const struct flota_ota *ota, struct flota_ota_check *check,
                          const struct flota_ota_request *request)
{
    const struct flota_update_request wanted = flota_ota_wanted(request);
    if (flota_ota_is_busy(ota))
        return FLOTA_ERR_UPDATE_BUSY;
    int refused = flota_update_look_begin(&check->look, ota->config.target, &wanted);
    check->refused = flota_ota_first_error(request->error, refused);
    check->size = request->total_size;
    check->seen = 0;
    return 0;
}

void flota_ota_check_take(struct flota_ota_check *check, const void *data, size_t size)
{
    if (check->refused == 0)
        flota_update_look_take(&check->look, data, size);
    check->seen = size < UINT32_MAX - check->seen ? check->seen + (uint32_t)size : UINT32_MAX;
}

/* Did all of the file come? Without a size the end may be cut off only where it is not looked at.
 */
static bool is_whole(const struct flota_ota_check *check)
{
    return check->size != 0 ? check->seen >= check->size : check->seen < FLOTA_UPDATE_LOOK_SIZE;
}

int flota_ota_check_end(const struct flota_ota *ota, struct flota_ota_check *check, int *error)
{
    *error = check->refused;
    if (check->refused < 0)
        return 0;
    if (!is_whole(check) && check->seen < FLOTA_UPDATE_LOOK_SIZE)
        return FLOTA_ERR_BAD_REQUEST;
    if (flota_ota_is_busy(ota))
        return FLOTA_ERR_UPDATE_BUSY;
    if (!flota_updater_lets_read(&ota->updater))
        return FLOTA_UPDATER_PENDING;
    *error = flota_update_look_end(&check->look, is_whole(check));
    return 0;
}

/* --- in words --- */

/* The image, or, where the file begins with other parts, what the bundle says. */
static void add_info(struct flota_json *json, const struct flota_update_look *look)
{
    const struct flota_image_info *info = flota_update_look_info(look);
    const struct flota_manifest *manifest = flota_update_look_manifest(look);
    char build_id[FLOTA_BUILD_ID_TEXT];
    flota_json_key(json, "info");
    if (!info && !manifest) {
        flota_json_raw(json, "null");
        return;
    }
    if (info)
        flota_build_id_text(info, build_id);
    flota_json_raw(json, "{");
    flota_json_text(json, "name", info ? info->name : manifest->name);
    flota_json_text(json, "version", info ? info->version : manifest->version);
    flota_json_text(json, "board", info ? info->board : manifest->platform);
    flota_json_text(json, "build_id",
                    info                    ? build_id
                    : manifest->build_id[0] ? manifest->build_id
                                            : NULL);
    flota_json_raw(json, "}");
}

static void add_ask(struct flota_json *json, const struct flota_ota *ota,
                    const struct flota_update_look *look, int error)
{
    const struct flota_image_info *info = flota_update_look_info(look);
    char text[128];
    switch (error) {
    case FLOTA_ERR_IMAGE_NO_INFO:
        flota_json_text(json, "foreign",
                        "The image has no Flota information block. It may be unable to update "
                        "itself.");
        return;
    case FLOTA_ERR_IMAGE_OTHER_PRODUCT:
        snprintf(text, sizeof text, "The image belongs to another product, %s.", info->product);
        flota_json_text(json, "foreign", text);
        return;
    case FLOTA_ERR_IMAGE_OTHER_GUARD:
        flota_json_text(json, "guard",
                        "The image carries another guard than the firmware that runs. The guard is "
                        "what rolls back.");
        return;
    case FLOTA_ERR_IMAGE_DOWNGRADE:
        snprintf(text, sizeof text, "The image is older than %s, which runs now.",
                 ota->config.target->running->version);
        flota_json_text(json, "downgrade", text);
        return;
    case FLOTA_ERR_CM4_BOOTS:
        flota_json_text(json, "options",
                        "Option BCM4 = 1 lets the Cortex-M4 run what an update writes. The device "
                        "sets it to 0 first, and restarts; then the file is to be sent again.");
        return;
    default:
        flota_json_text(json, "force", "This very image was rolled back on this device.");
    }
}

static void add_asks(struct flota_json *json, const struct flota_ota *ota,
                     const struct flota_update_look *look)
{
    const int *errors;
    uint32_t count = flota_update_look_asks(look, &errors);
    flota_json_key(json, "asks");
    flota_json_raw(json, "{");
    for (uint32_t i = 0; i < count; i++)
        add_ask(json, ota, look, errors[i]);
    flota_json_raw(json, "}");
}

void flota_ota_check_json(const struct flota_ota *ota, const struct flota_ota_check *check,
                          int error, struct flota_json *json)
{
    const struct flota_update_look *look = &check->look;
    const uint8_t *digest = flota_update_look_digest(look);
    char text[2 * FLOTA_IMAGE_DIGEST_SIZE + 1];
    if (digest)
        flota_hex_text(digest, FLOTA_IMAGE_DIGEST_SIZE, text);
    flota_json_raw(json, "{");
    add_info(json, look);
    add_asks(json, ota, look);
    flota_ota_add_error(json, error);
    flota_json_text(json, "digest", digest ? text : NULL);
    flota_json_number(json, "offset",
                      error != 0 ? 0 : flota_update_look_offset(look, &ota->updater, check->size));
    flota_json_raw(json, "}");
}
