/* wizard_http.c - see wizard_http.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_http.h"
#include "wizard.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a request holds until its answer is out: connection->user. */
struct exchange {
    const struct wizard_request *request;
    char *body;
    size_t size, room;
    char *reply;
    void (*lost)(void *what);
    void *what;
};

void wizard_when_lost(struct flota_http_connection *connection, void (*lost)(void *what),
                      void *what)
{
    struct exchange *exchange = connection->user;
    exchange->lost = lost;
    exchange->what = what;
}

/* --- answers --- */

void wizard_respond(struct flota_http_connection *connection, int status, const char *type,
                    const char *extra, char *bytes, size_t size)
{
    struct exchange *exchange = connection->user;
    free(exchange->reply);
    exchange->reply = bytes;
    flota_http_respond(connection, status, type, extra, bytes, bytes ? size : 0);
}

void wizard_respond_json(struct flota_http_connection *connection, int status, cJSON *object)
{
    char *text = cJSON_PrintUnformatted(object);
    cJSON_Delete(object);
    wizard_respond(connection, status, "application/json", WIZARD_HEADERS, text,
                   text ? strlen(text) : 0);
}

static cJSON *error_object(const char *cause, const char *remedy)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *error = cJSON_AddObjectToObject(object, "error");
    cJSON_AddStringToObject(error, "cause", cause);
    cJSON_AddStringToObject(error, "remedy", remedy);
    return object;
}

static bool is_page_load(const struct flota_http_connection *connection)
{
    return flota_http_text_contains(flota_http_header(connection, "Accept"), "text/html");
}

static void refuse_in_words(struct flota_http_connection *connection, int status, const char *cause,
                            const char *remedy)
{
    char text[1024];
    snprintf(text, sizeof text, "flota wizard: %s.\nTo do: %s.\n", cause, remedy);
    flota_http_respond_text(connection, status, "text/plain; charset=utf-8",
                            "X-Content-Type-Options: nosniff\r\n", text);
}

void wizard_refuse(struct flota_http_connection *connection, int status, const char *cause,
                   const char *remedy)
{
    if (is_page_load(connection)) {
        refuse_in_words(connection, status, cause, remedy);
        return;
    }
    cJSON *object = error_object(cause, remedy);
    char *text = cJSON_PrintUnformatted(object);
    flota_http_respond_text(connection, status, "application/json",
                            "X-Content-Type-Options: nosniff\r\n", text ? text : "{}");
    free(text);
    cJSON_Delete(object);
}

/* Without the name of a command before it, and the dot after it. */
static char *trim(const char *from, size_t size)
{
    while (size > 0 && strchr(".\n ", from[size - 1]))
        size--;
    return strndup(from, size);
}

cJSON *wizard_error_of(const char *words)
{
    static const char prefix[] = "flota wizard: ", mark[] = "\nTo do: ";
    if (strncmp(words, prefix, sizeof prefix - 1) == 0)
        words += sizeof prefix - 1;
    const char *found = strstr(words, mark);
    char *cause = trim(words, found ? (size_t)(found - words) : strlen(words));
    const char *rest = found ? found + sizeof mark - 1 : "";
    char *remedy = trim(rest, strlen(rest));
    cJSON *object = error_object(cause && *cause ? cause : "it failed without a word",
                                 remedy && *remedy ? remedy : "look at the terminal");
    free(cause);
    free(remedy);
    return object;
}

void wizard_refuse_words(struct flota_http_connection *connection, int status, const char *words)
{
    wizard_respond_json(connection, status, wizard_error_of(words));
}

/* --- who asks --- */

static bool is_here(struct flota_http_text text, const char *scheme, uint16_t port)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost"};
    char expected[48];
    for (size_t i = 0; i < 2; i++) {
        snprintf(expected, sizeof expected, "%s%s:%u", scheme, hosts[i], (unsigned)port);
        if (flota_http_text_is(text, expected))
            return true;
    }
    return false;
}

bool wizard_guard_host(struct flota_http_connection *connection, uint16_t port)
{
    if (is_here(flota_http_header(connection, "Host"), "", port))
        return true;
    wizard_refuse(connection, 403, "the request names another host than this one",
                  "open the address that the terminal shows, with 127.0.0.1 or localhost");
    return false;
}

bool wizard_guard(struct flota_http_connection *connection, uint16_t port)
{
    struct flota_http_text origin = flota_http_header(connection, "Origin");
    if (!wizard_guard_host(connection, port))
        return false;
    if (!origin.data || is_here(origin, "http://", port))
        return true;
    wizard_refuse(connection, 403, "the request comes from a page of another site",
                  "open the address that the terminal shows");
    return false;
}

/* In constant time: what a wrong token has in common with the right one is nobody's business. */
static bool has_token(const struct wizard *wizard, struct flota_http_text path)
{
    unsigned char differs = 0;
    size_t size = WIZARD_TOKEN_SIZE - 1;
    if (path.size < size + 2 || path.data[0] != '/' || path.data[size + 1] != '/')
        return false;
    for (size_t i = 0; i < size; i++)
        differs |= (unsigned char)(path.data[i + 1] ^ wizard->token[i]);
    return differs == 0;
}

/* --- a request --- */

static const struct wizard_request *find(const struct flota_http_connection *connection,
                                         struct flota_http_text path, bool *known)
{
    *known = false;
    for (const struct wizard_request *request = wizard_requests; request->path; request++) {
        if (!flota_http_text_is(path, request->path))
            continue;
        *known = true;
        if (flota_http_is_method(connection, request->method))
            return request;
    }
    return NULL;
}

/* NULL: it is answered. */
static const struct wizard_request *admit(const struct wizard *wizard,
                                          struct flota_http_connection *connection)
{
    struct flota_http_text path = flota_http_path(connection);
    bool known;
    if (!wizard_guard(connection, wizard->pages.port))
        return NULL;
    if (!has_token(wizard, path)) {
        wizard_refuse(connection, 403, "the address does not hold this wizard's token",
                      "open the address that the terminal shows; it is another one at each start");
        return NULL;
    }
    path.data += WIZARD_TOKEN_SIZE + 1;
    path.size -= WIZARD_TOKEN_SIZE + 1;
    const struct wizard_request *request = find(connection, path, &known);
    if (!request && known)
        wizard_refuse(connection, 405, "this method does not go with this path",
                      "see web/wizard/API.md");
    else if (!request)
        wizard_refuse(connection, 404, "the wizard has no such path", "see web/wizard/API.md");
    return request;
}

static void begin(void *context, struct flota_http_connection *connection)
{
    struct wizard *wizard = context;
    uint64_t size = flota_http_body_size(connection);
    connection->user = NULL;
    const struct wizard_request *request = admit(wizard, connection);
    if (!request)
        return;
    if (size != UINT64_MAX && size > WIZARD_BODY_MAX) {
        wizard_refuse(connection, 413, "the request is larger than 1 MB",
                      "a description has at most 1 MB; put large images into files of the device");
        return;
    }
    struct exchange *exchange = calloc(1, sizeof *exchange);
    connection->user = exchange;
    if (exchange)
        exchange->request = request;
    else
        wizard_refuse(connection, 500, "there is no memory for the request", "end other programs");
}

static bool make_room(struct exchange *exchange, size_t size)
{
    size_t needed = exchange->size + size + 1;
    if (needed <= exchange->room)
        return true;
    size_t room = needed * 2;
    char *body = realloc(exchange->body, room);
    if (!body)
        return false;
    exchange->body = body;
    exchange->room = room;
    return true;
}

static size_t take(void *context, struct flota_http_connection *connection, const uint8_t *data,
                   size_t size)
{
    struct exchange *exchange = connection->user;
    (void)context;
    if (exchange->size + size > WIZARD_BODY_MAX || !make_room(exchange, size)) {
        wizard_refuse(connection, 413, "the request is larger than 1 MB",
                      "a description has at most 1 MB; put large images into files of the device");
        return size;
    }
    memcpy(exchange->body + exchange->size, data, size);
    exchange->size += size;
    exchange->body[exchange->size] = '\0';
    return size;
}

static void finish(void *context, struct flota_http_connection *connection)
{
    struct exchange *exchange = connection->user;
    exchange->request->run(context, connection, exchange->body ? exchange->body : "",
                           exchange->size);
}

static void done(void *context, struct flota_http_connection *connection, bool sent, int reason)
{
    struct exchange *exchange = connection->user;
    (void)context;
    (void)reason;
    connection->user = NULL;
    if (!exchange)
        return;
    if (!sent && exchange->lost)
        exchange->lost(exchange->what);
    free(exchange->body);
    free(exchange->reply);
    free(exchange);
}

const struct flota_http_handler wizard_handler = {
    .begin = begin, .body = take, .end = finish, .done = done};
