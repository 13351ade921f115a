/* update_look.c - what an update with this file would be refused with: a look at its first bytes.
 *
 * An updater takes them, and is left alone as soon as it has judged. What a person may consent to
 * is noted, taken as consented to, and judged once more: so that all of it is asked at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "update_internal.h"
#include <string.h>

/* --- consents --- */

/* Returns the consent that an error asks for, or NULL. */
static bool *consent_of(struct flota_image_consents *consents, int error)
{
    switch (error) {
    case FLOTA_ERR_IMAGE_NO_INFO:
    case FLOTA_ERR_IMAGE_OTHER_PRODUCT:
        return &consents->foreign;
    case FLOTA_ERR_IMAGE_OTHER_GUARD:
        return &consents->guard;
    case FLOTA_ERR_IMAGE_DOWNGRADE:
        return &consents->downgrade;
    case FLOTA_ERR_IMAGE_REJECTED:
        return &consents->again;
    case FLOTA_ERR_CM4_BOOTS:
        return &consents->options;
    default:
        return NULL;
    }
}

/* Note what is to be consented to, and go on as if it were. Returns false when nothing helps. */
static bool ask(struct flota_update_look *look, int error)
{
    bool *consent = consent_of(&look->updater.request.consents, error);
    if (!consent || *consent)
        return false;
    *consent = true;
    look->asks[look->ask_count++] = error;
    return true;
}

/* Of a file's beginning only the head asks: a manifest is refused for good. */
static void ask_for_head(struct flota_update_look *look)
{
    struct flota_updater *updater = &look->updater;
    while (updater->status.phase == FLOTA_UPDATE_FAILED && ask(look, updater->status.error)) {
        updater->status.error = 0;
        flota_updater_judge_head(updater);
    }
}

/* --- the file --- */

int flota_update_look_begin(struct flota_update_look *look, const struct flota_image_target *target,
                            const struct flota_update_request *request)
{
    look->ask_count = 0;
    int error = flota_updater_create(&look->updater, target, request);
    if (error != FLOTA_ERR_CM4_BOOTS)
        return error;
    if (!request->consents.options)
        ask(look, error);
    flota_updater_prepare(&look->updater, target, request); /* the last check of all: it goes on */
    return 0;
}

/* Byte by byte: what stands behind the head is not judged, in whatever pieces it comes. */
void flota_update_look_take(struct flota_update_look *look, const void *data, size_t size)
{
    struct flota_updater *updater = &look->updater;
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size && updater->status.phase == FLOTA_UPDATE_CHECKING; i++)
        if (flota_updater_process(updater, bytes + i, 1) < 0)
            ask_for_head(look);
}

int flota_update_look_end(struct flota_update_look *look, bool is_whole)
{
    struct flota_updater *updater = &look->updater;
    if (is_whole && updater->status.phase == FLOTA_UPDATE_CHECKING)
        flota_updater_finish(updater);
    if (updater->status.phase == FLOTA_UPDATE_FAILED)
        return updater->status.error;
    int error = flota_updater_check_rejected(updater);
    return error == 0 || ask(look, error) ? 0 : error;
}

/* --- what it showed --- */

uint32_t flota_update_look_asks(const struct flota_update_look *look, const int **errors)
{
    *errors = look->asks;
    return look->ask_count;
}

const struct flota_image_info *flota_update_look_info(const struct flota_update_look *look)
{
    return flota_updater_has_block(&look->updater) ? &look->updater.status.info : NULL;
}

const struct flota_manifest *flota_update_look_manifest(const struct flota_update_look *look)
{
    const struct flota_updater *updater = &look->updater;
    bool is_known = updater->kind == FLOTA_FILE_BUNDLE && updater->bundle.has_manifest;
    return is_known ? &updater->bundle.manifest : NULL;
}

const uint8_t *flota_update_look_digest(const struct flota_update_look *look)
{
    const struct flota_updater *updater = &look->updater;
    bool is_known = updater->kind == FLOTA_FILE_BUNDLE ? updater->bundle.has_manifest
                                                       : flota_updater_has_block(updater);
    return is_known ? flota_updater_file_digest(updater) : NULL;
}

uint32_t flota_update_look_offset(const struct flota_update_look *look,
                                  const struct flota_updater *updater, uint32_t size)
{
    const uint8_t *digest = flota_update_look_digest(look);
    struct flota_updater_rest rest;
    if (size == 0 || !digest || !flota_updater_rest(updater, &rest) || rest.size != size ||
        memcmp(digest, rest.digest, sizeof rest.digest) != 0)
        return 0;
    return rest.offset;
}
