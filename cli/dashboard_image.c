/* dashboard_image.c - images: a file beside the description, or a path of the device.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* memmem() */
#include "dashboard_internal.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

struct image_type {
    const char *ending, *mime_type;
};

static const struct image_type image_types[] = {{".png", "image/png"},   {".jpg", "image/jpeg"},
                                                {".jpeg", "image/jpeg"}, {".svg", "image/svg+xml"},
                                                {".webp", "image/webp"}, {NULL, NULL}};

/* --- /api/FILES/NAME --- */

static bool check_device_path(struct reader *reader, const struct json_node *node)
{
    const char *name = node->text + strlen("/api/"), *slash = strchr(name, '/');
    const char *file = slash ? slash + 1 : "";
    bool is_broken;
    if (strncmp(node->text, "/api/", 5) != 0 || !slash || !*file || file[0] == '.' ||
        file[strspn(file, LETTERS "._-")] || strlen(file) > 31)
        return wrong(reader, node, "write /api/FILES/NAME, or a file beside the description",
                     "'%.60s' is no file of the device", node->text);
    const struct dashboard_endpoint *endpoint = find_endpoint(
        reader, node, arena_copy(reader->arena, name, (size_t)(slash - name)), &is_broken);
    if (!endpoint)
        return false;
    return is_broken || endpoint->type == DASHBOARD_FILE ||
           wrong(reader, node, "name an endpoint of type file", "'%s' is of type %s, not file",
                 endpoint->name, dashboard_endpoint_word(endpoint->type));
}

/* --- a file beside the description --- */

/* Names of plain characters only, none that begins with a dot: nothing leads outside. */
static bool check_path(struct reader *reader, const struct json_node *node)
{
    const char *path = node->text;
    bool is_good = true;
    while (is_good) {
        size_t size = strspn(path, LETTERS "._-");
        is_good = size && path[0] != '.';
        path += size;
        if (!*path)
            break;
        is_good = is_good && *path++ == '/';
    }
    return is_good ||
           wrong(reader, node,
                 "put it into the description's folder, or below; a name has letters, digits, '.', "
                 "'_' and '-', no dot first",
                 "'%.60s' is no path of an image", node->text);
}

static const char *mime_type_of(const char *path)
{
    size_t size = strlen(path);
    for (const struct image_type *type = image_types; type->ending; type++) {
        size_t ending = strlen(type->ending);
        if (size > ending && strcasecmp(path + size - ending, type->ending) == 0)
            return type->mime_type;
    }
    return NULL;
}

/* What the file begins with: an ending alone is easily wrong. */
static const char *mime_type_in(const char *bytes, size_t size)
{
    if (size >= 8 && memcmp(bytes, "\x89PNG\r\n\x1A\n", 8) == 0)
        return "image/png";
    if (size >= 3 && memcmp(bytes, "\xFF\xD8\xFF", 3) == 0)
        return "image/jpeg";
    if (size >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0)
        return "image/webp";
    return memmem(bytes, size, "<svg", 4) ? "image/svg+xml" : NULL;
}

/* A link may lead outside of the folder. */
static bool is_inside(const char *folder, const char *path)
{
    char *whole = realpath(folder, NULL), *file = realpath(path, NULL);
    size_t size = whole ? strlen(whole) : 0;
    bool inside = whole && file && strncmp(whole, file, size) == 0 &&
                  (file[size] == '/' || strcmp(whole, "/") == 0);
    free(whole);
    free(file);
    return inside;
}

static bool check_contents(struct reader *reader, const struct json_node *node,
                           const struct dashboard_image *image, FILE *file)
{
    char *bytes = arena_take(reader->arena, DASHBOARD_IMAGE_MAX);
    const char *found = mime_type_in(bytes, fread(bytes, 1, DASHBOARD_IMAGE_MAX, file));
    if (found && strcmp(found, image->mime_type) == 0)
        return true;
    return wrong(reader, node, "save the image as what its name says",
                 found ? "'%.60s' is in truth of type %s" : "'%.60s' is no image of this type",
                 image->src, found);
}

static bool check_file_of(struct reader *reader, const struct json_node *node,
                          struct dashboard_image *image)
{
    struct stat status;
    if (stat(image->path, &status) != 0)
        return wrong(reader, node, "put the file there, beside the description",
                     "the image '%.60s' can't be read: %s", image->src, strerror(errno));
    if (!S_ISREG(status.st_mode) || !is_inside(reader->folder, image->path))
        return wrong(reader, node, "copy the file itself into the description's folder",
                     "the image '%.60s' is no file in the description's folder", image->src);
    if (status.st_size > (off_t)DASHBOARD_IMAGE_MAX || status.st_size == 0)
        return wrong(reader, node, "make it smaller: the page is to be small",
                     "the image '%.60s' has %lld bytes, 1 to %u are taken", image->src,
                     (long long)status.st_size, DASHBOARD_IMAGE_MAX);
    image->size = (size_t)status.st_size;
    FILE *file = fopen(image->path, "rb");
    if (!file)
        return wrong(reader, node, "look at its permissions", "the image '%.60s' can't be read: %s",
                     image->src, strerror(errno));
    bool good = check_contents(reader, node, image, file);
    fclose(file);
    return good;
}

bool take_image(struct reader *reader, const struct json_node *node, const struct rule *rule,
                void *into)
{
    struct dashboard_image *image = into;
    (void)rule;
    if (!check_text(reader, node))
        return false;
    image->src = node->text;
    if (node->text[0] == '/')
        return check_device_path(reader, node);
    if (!check_path(reader, node))
        return false;
    image->mime_type = mime_type_of(node->text);
    if (!image->mime_type)
        return wrong(reader, node, "take a .png, .jpg, .svg or .webp",
                     "'%.60s' is no image that browsers show", node->text);
    image->path =
        arena_print(reader->arena, "%s/%s", reader->folder ? reader->folder : ".", node->text);
    return !reader->folder || check_file_of(reader, node, image);
}
