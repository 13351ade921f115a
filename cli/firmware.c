/* firmware.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "firmware.h"
#include <stdlib.h>
#include <string.h>

static bool is_bundle(const struct file *file)
{
    static const uint8_t magic[] = {'P', 'K', 3, 4};
    return file->size >= sizeof magic && memcmp(file->bytes, magic, sizeof magic) == 0;
}

/* The image's next bytes. It is never larger than the bundle. */
static void take(struct firmware *firmware, const uint8_t *data)
{
    size_t size = firmware->bundle->data_size;
    memcpy(firmware->image.bytes + firmware->image.size, data, size);
    firmware->image.size += (uint32_t)size;
    flota_bundle_taken(firmware->bundle, data, size);
}

static int unpack(struct firmware *firmware)
{
    struct flota_bundle *bundle = firmware->bundle;
    const struct file *file = &firmware->file;
    size_t at = 0, used;
    for (;;) {
        int event = flota_bundle_next(bundle, file->bytes + at, file->size - at, &used);
        at += used;
        if (event < 0)
            return event;
        firmware->has_manifest = firmware->has_manifest || event == FLOTA_BUNDLE_MANIFEST;
        if (event == FLOTA_BUNDLE_DATA) {
            size_t size = bundle->data_size;
            take(firmware, file->bytes + at);
            at += size;
        }
        bool idle = event == FLOTA_BUNDLE_NEEDS_INPUT || event == FLOTA_BUNDLE_END;
        if (idle && at == file->size)
            return flota_bundle_finish(bundle);
    }
}

bool firmware_read(const char *command, const char *path, struct firmware *firmware)
{
    memset(firmware, 0, sizeof *firmware);
    if (!file_read(command, path, &firmware->file))
        return false;
    bool bundled = is_bundle(&firmware->file);
    firmware->image.bytes = malloc(firmware->file.size + 1u);
    firmware->bundle = bundled ? malloc(sizeof *firmware->bundle) : NULL;
    if (!firmware->image.bytes || (bundled && !firmware->bundle))
        abort();
    if (bundled) {
        flota_bundle_init(firmware->bundle);
        firmware->error = unpack(firmware);
        return true;
    }
    memcpy(firmware->image.bytes, firmware->file.bytes, firmware->file.size);
    firmware->image.size = firmware->file.size;
    return true;
}

void firmware_free(struct firmware *firmware)
{
    free(firmware->file.bytes);
    free(firmware->image.bytes);
    free(firmware->bundle);
}
