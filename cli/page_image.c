/* page_image.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "page_image.h"
#include "crypto.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *complain(const struct dashboard_image *image, const char *why)
{
    size_t size = strlen(image->path) + strlen(why) + 3;
    char *words = malloc(size);
    if (words)
        snprintf(words, size, "%s: %s", image->path, why);
    return words;
}

/* The description's checker has seen the file; it may have changed since. */
static int read_file(const char *path, unsigned char *bytes, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return errno;
    *size = fread(bytes, 1, DASHBOARD_IMAGE_MAX + 1, file);
    int error = ferror(file) ? EIO : *size > DASHBOARD_IMAGE_MAX ? EFBIG : 0;
    fclose(file);
    return error;
}

char *page_image_print(FILE *out, const struct dashboard_image *image)
{
    unsigned char bytes[DASHBOARD_IMAGE_MAX + 1];
    char base64[CRYPTO_BASE64_SIZE(DASHBOARD_IMAGE_MAX)];
    size_t size = 0;
    int error = read_file(image->path, bytes, &size);
    if (error)
        return complain(image, strerror(error));
    crypto_base64(bytes, size, base64);
    fprintf(out, "data:%s;base64,%s", image->mime_type, base64);
    return NULL;
}
