/* files.c - NAME/FILE: download, upload, delete; and the places of what arrives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dash_internal.h"
#include "flota/error.h"
#include <stdio.h>
#include <string.h>

const struct flota_files *dash_files(const struct flota_endpoint *endpoint)
{
    return endpoint->state->calls.files;
}

/* --- names --- */

static bool is_name_character(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '_' || c == '-';
}

/* 1 to 31 of them, no dot first: neither a path, nor a hidden file. */
static bool copy_name(struct flota_http_text text, char name[32])
{
    if (text.size == 0 || text.size > 31 || text.data[0] == '.')
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (!is_name_character(text.data[i]))
            return false;
    memcpy(name, text.data, text.size);
    name[text.size] = '\0';
    return true;
}

/* Its place does not matter: the list is short. Returns 0, or FLOTA_ERR_FILE_NOT_THERE, or the
 * list's error. */
static int find_file(const struct flota_files *files, const char *name, uint32_t *size)
{
    char found[32];
    for (size_t i = 0;; i++) {
        int result = files->list(files->context, i, found, size);
        if (result <= 0)
            return result < 0 ? result : FLOTA_ERR_FILE_NOT_THERE;
        if (strcmp(found, name) == 0)
            return 0;
    }
}

/* --- download and delete --- */

void dash_file_get(struct flota_dash *dash, struct flota_http_connection *connection,
                   const struct flota_endpoint *endpoint, struct flota_http_text text)
{
    const struct flota_files *files = dash_files(endpoint);
    char name[32];
    uint32_t size = 0;
    int error = FLOTA_ERR_FILE_NAME;
    if (copy_name(text, name))
        error = files ? find_file(files, name, &size) : FLOTA_ERR_FILE_NOT_THERE;
    if (error < 0)
        dash_refuse_error(connection, error, NULL);
    else
        dash_answer_file(dash, connection, files, name, size);
}

void dash_file_delete(struct flota_http_connection *connection,
                      const struct flota_endpoint *endpoint, struct flota_http_text text)
{
    const struct flota_files *files = dash_files(endpoint);
    char name[32], json[64];
    int error = FLOTA_ERR_FILE_NAME;
    if (copy_name(text, name))
        error = files->remove(files->context, name);
    if (error < 0) {
        dash_refuse_error(connection, error, NULL);
        return;
    }
    endpoint->state->change++;
    snprintf(json, sizeof json, "{\"name\":\"%s\"}", name);
    dash_respond_json(connection, json);
}

/* --- places of what arrives --- */

static struct flota_dash_writer *unused_writer(struct flota_dash *dash)
{
    for (size_t i = 0; i < FLOTA_DASH_WRITERS; i++)
        if (!dash->writers[i].endpoint)
            return &dash->writers[i];
    return NULL;
}

/* A body that takes so long may be sent to keep others out. */
static struct flota_dash_writer *stalled_writer(struct flota_dash *dash)
{
    for (size_t i = 0; i < FLOTA_DASH_WRITERS; i++) {
        struct flota_dash_writer *writer = &dash->writers[i];
        if (dash->now_ms - writer->moved_ms < FLOTA_DASH_SLOW_MS)
            continue;
        flota_http_close(writer->connection); /* calls done(), which releases it */
        return writer;
    }
    return NULL;
}

struct flota_dash_writer *dash_free_writer(struct flota_dash *dash,
                                           struct flota_http_connection *connection)
{
    struct flota_dash_writer *writer = unused_writer(dash);
    if (!writer)
        writer = stalled_writer(dash);
    if (!writer) {
        dash_refuse_words(connection, 503, FLOTA_ERR_NOT_READY,
                          "too many clients write at the same time", "send it again in a moment");
        return NULL;
    }
    writer->files = NULL;
    writer->row = 0;
    writer->size = 0;
    writer->connection = connection;
    writer->moved_ms = dash->now_ms;
    return writer;
}

void dash_release_writer(struct flota_http_connection *connection)
{
    struct flota_dash_writer *writer = connection->user;
    connection->user = NULL;
    if (!writer)
        return;
    if (writer->files)
        writer->files->end(writer->files->context, false);
    writer->files = NULL;
    writer->endpoint = NULL;
}

/* --- upload --- */

static bool is_uploading(const struct flota_dash *dash, const struct flota_files *files)
{
    for (size_t i = 0; i < FLOTA_DASH_WRITERS; i++)
        if (dash->writers[i].endpoint && dash->writers[i].files &&
            dash->writers[i].files->context == files->context)
            return true;
    return false;
}

/* Returns 0, or why not. */
static int check_upload(const struct flota_dash *dash, const struct flota_endpoint *endpoint,
                        struct flota_http_text text, uint64_t size, char name[32])
{
    if (!copy_name(text, name))
        return FLOTA_ERR_FILE_NAME;
    if (size != UINT64_MAX && size > endpoint->size_max)
        return FLOTA_ERR_FILE_TOO_LARGE;
    return is_uploading(dash, dash_files(endpoint)) ? FLOTA_ERR_NOT_READY : 0;
}

void dash_file_begin(struct flota_dash *dash, struct flota_http_connection *connection,
                     struct flota_endpoint *endpoint, struct flota_http_text text)
{
    static const struct flota_dash_fault busy = {"another file is being uploaded",
                                                 "send it again in a moment"};
    const struct flota_files *files = dash_files(endpoint);
    uint64_t size = flota_http_body_size(connection);
    char name[32];
    int error = check_upload(dash, endpoint, text, size, name);
    if (error < 0) {
        dash_refuse_error(connection, error, error == FLOTA_ERR_NOT_READY ? &busy : NULL);
        return;
    }
    struct flota_dash_writer *writer = dash_free_writer(dash, connection);
    if (!writer)
        return;
    error = files->begin(files->context, name, size == UINT64_MAX ? UINT32_MAX : (uint32_t)size);
    if (error < 0) {
        dash_refuse_error(connection, error, NULL);
        return;
    }
    writer->endpoint = endpoint;
    writer->files = files;
    memcpy(writer->name, name, sizeof name);
    connection->user = writer;
}

static size_t give_up(struct flota_http_connection *connection, int error, size_t size)
{
    dash_release_writer(connection);
    dash_refuse_error(connection, error, NULL);
    return size;
}

size_t dash_file_body(struct flota_http_connection *connection, const uint8_t *data, size_t size)
{
    struct flota_dash_writer *writer = connection->user;
    if (size > writer->endpoint->size_max - writer->size) /* a chunked body says it too late */
        return give_up(connection, FLOTA_ERR_FILE_TOO_LARGE, size);
    int taken = writer->files->write(writer->files->context, data, size);
    if (taken < 0)
        return give_up(connection, taken, size);
    writer->size += (size_t)taken;
    if (taken > 0)
        writer->moved_ms = flota_http_now_ms(connection);
    return (size_t)taken;
}

void dash_file_end(struct flota_http_connection *connection)
{
    struct flota_dash_writer *writer = connection->user;
    const struct flota_files *files = writer->files;
    char json[96];
    writer->files = NULL;
    int error = files->end(files->context, true);
    if (error < 0) {
        dash_refuse_error(connection, error, NULL);
        return;
    }
    writer->endpoint->state->change++;
    snprintf(json, sizeof json, "{\"name\":\"%s\",\"size\":%lu}", writer->name,
             (unsigned long)writer->size);
    dash_respond_json(connection, json);
}
