/* firmware.h - a firmware file of either kind: a plain image, or a bundle with one inside.
 *
 * A bundle is read by the device's own parser.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_FIRMWARE_H
#define FLOTA_CLI_FIRMWARE_H

#include "file.h"
#include "flota/bundle.h"

struct firmware {
    struct file file;
    struct flota_bundle *bundle; /* NULL: a plain image */
    bool has_manifest;           /* it was read, and can be judged, whatever follows it */
    int error;                   /* of the bundle, as the device's parser puts it; or 0 */
    struct file image;           /* as far as it was read */
};

/* Read a file and, when it is a bundle, unpack it. Returns false after having said on stderr why
 * it cannot be read; what is wrong with a bundle is for the caller to say. */
bool firmware_read(const char *command, const char *path, struct firmware *firmware);

void firmware_free(struct firmware *firmware);

#endif
