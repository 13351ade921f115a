/* ota_file.h - the file of an update, and what the device's own code says about it here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_OTA_FILE_H
#define FLOTA_CLI_OTA_FILE_H

#include "device.h"
#include "firmware.h"
#include "flota/image.h"

struct ota_file {
    const char *path;
    struct firmware firmware;
    bool has_info; /* info is the image's block; else it is a foreign image */
    struct flota_image_info info;
    char build_id[FLOTA_BUILD_ID_TEXT];
    char digest[2 * FLOTA_IMAGE_DIGEST_SIZE + 1]; /* by which an upload is known again */
};

/* Read it. Returns false after having said on stderr why not. */
bool ota_file_read(const char *command, const char *path, struct ota_file *file);
void ota_file_free(struct ota_file *file);

/* Would a device take it? status: the device's; NULL: any device. What only the device knows (its
 * keys, its guard, its epoch, what it has rolled back) is left to it. Returns false with error. */
bool ota_file_check(const struct ota_file *file, const struct flota_image_consents *consents,
                    const cJSON *status, struct device_error *error);

/* Where the device wants it continued, as its status says; 0: from the start. */
uint32_t ota_file_rest(const struct ota_file *file, const cJSON *status);

#endif
