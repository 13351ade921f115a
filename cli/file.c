/* file.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain(const char *command, const char *path, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", command, path, what);
    return false;
}

/* What a regular file says it has; some of the kernel's say 0 and have more. */
static size_t expected_size(FILE *stream)
{
    struct stat status;
    bool says = fstat(fileno(stream), &status) == 0 && S_ISREG(status.st_mode) &&
                status.st_size > 0 && status.st_size <= (off_t)FILE_SIZE_MAX;
    return says ? (size_t)status.st_size : FILE_SIZE_MAX;
}

static bool read_stream(const char *command, const char *path, FILE *stream, struct file *file)
{
    size_t room = expected_size(stream), size = 0;
    file->bytes = malloc(room + 1);
    if (file->bytes)
        size = fread(file->bytes, 1, room + 1, stream);
    if (file->bytes && size > room && room < FILE_SIZE_MAX) { /* it has grown */
        uint8_t *more = realloc(file->bytes, FILE_SIZE_MAX + 1);
        if (!more)
            free(file->bytes);
        file->bytes = more;
        if (more)
            size += fread(more + size, 1, FILE_SIZE_MAX + 1 - size, stream);
    }
    if (!file->bytes)
        return complain(command, path, "not enough memory to read it");
    bool failed = ferror(stream);
    if (!failed && size <= FILE_SIZE_MAX) {
        uint8_t *fitting = realloc(file->bytes, size + 1);
        file->bytes = fitting ? fitting : file->bytes;
        file->size = (uint32_t)size;
        return true;
    }
    free(file->bytes);
    return complain(command, path,
                    failed ? strerror(errno) : "it is larger than 64 MB, no firmware image is");
}

bool file_read(const char *command, const char *path, struct file *file)
{
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return complain(command, path, strerror(errno));
    bool done = read_stream(command, path, stream, file);
    fclose(stream);
    return done;
}

static bool write_stream(FILE *stream, const struct file *file)
{
    bool done = fwrite(file->bytes, 1, file->size, stream) == file->size && fflush(stream) == 0;
    int error = errno;
    if (fclose(stream) != 0 && done)
        return false;
    errno = done ? 0 : error;
    return done;
}

/* Devices and pipes are written to; a regular file is replaced. */
static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static FILE *open_beside(char *path)
{
    int descriptor = mkstemp(path);
    if (descriptor < 0)
        return NULL;
    mode_t mask = umask(0);
    umask(mask);
    FILE *stream = fchmod(descriptor, 0666 & ~mask) == 0 ? fdopen(descriptor, "wb") : NULL;
    if (!stream) {
        close(descriptor);
        unlink(path);
    }
    return stream;
}

static bool replace(const char *path, const char *temporary, FILE *stream, const struct file *file)
{
    if (write_stream(stream, file) && rename(temporary, path) == 0)
        return true;
    int error = errno;
    unlink(temporary);
    errno = error;
    return false;
}

bool file_write(const char *command, const char *path, const struct file *file)
{
    char temporary[4096];
    bool done = false, special = is_special(path);
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return complain(command, path, "its name is too long");
    FILE *stream = special ? fopen(path, "wb") : open_beside(temporary);
    if (stream)
        done = special ? write_stream(stream, file) : replace(path, temporary, stream, file);
    return done || complain(command, path, strerror(errno));
}
