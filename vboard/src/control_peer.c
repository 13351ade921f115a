/* control_peer.c - commands for the other end of the cable: requests, probes, the cable itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BODY_SHOWN = 65536, FILE_MAX = 16 << 20, HEADERS_MAX = 32 };

#define BOUNDARY "vboard-7d1f2a9c3e5b48d6"

static bool needs_peer(const struct board *board, const char *what, cJSON *answer)
{
    if (control_has_peer(board)) {
        return true;
    }
    (void)refuse(answer, "start flota-vboard with --net script or --deterministic",
                 "%s: this board has no peer on its cable", what);
    return false;
}

/* --- responses --- */

static void add_response(cJSON *object, const struct peer_response *response)
{
    size_t shown = response->body_size < BODY_SHOWN ? response->body_size : BODY_SHOWN;

    json_add_number(object, "request", response->request);
    json_add_number(object, "status", (uint64_t)response->status);
    json_add_bytes(object, "reason", (const uint8_t *)response->reason,
                   response->reason != NULL ? strlen(response->reason) : 0);
    json_add_bytes(object, "headers", (const uint8_t *)response->headers,
                   response->headers != NULL ? strlen(response->headers) : 0);
    json_add_bytes(object, "body", response->body, shown);
    json_add_number(object, "body_size", response->body_size);
    json_add_number(object, "begin_ns", response->begin_ns);
    json_add_number(object, "end_ns", response->end_ns);
    json_add_number(object, "sent", response->sent);
    if (response->error != NULL) {
        cJSON_AddStringToObject(object, "error", response->error);
    }
}

void control_add_response(cJSON *object, const struct board *board, unsigned number)
{
    const struct peer_response *response = peer_response(board, number);

    if (response != NULL) {
        add_response(cJSON_AddObjectToObject(object, "response"), response);
    }
}

/* Tell of each response, in the order of the requests' numbers. */
void control_check_responses(struct board *board)
{
    struct control *control = board->control;

    while (control->last_response < control->last_request &&
           peer_response(board, control->last_response + 1) != NULL) {
        control->last_response++;
        if (control_wants(board, TELL_RESPONSE)) {
            cJSON *event = cJSON_CreateObject();
            cJSON_AddStringToObject(event, "event", "response");
            add_response(event, peer_response(board, control->last_response));
            control_tell(board, TELL_RESPONSE, event);
        }
        if (control->last_response > RESPONSES_KEPT) {
            peer_forget(board,
                        control->last_response - RESPONSES_KEPT); /* the last ones are kept */
        }
    }
}

/* --- a request's body --- */

static uint8_t *read_file(const char *path, size_t *size, struct complaint *complaint)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    uint8_t *bytes = NULL;

    if (file == NULL || fstat(fileno(file), &status) != 0) {
        complain_of(complaint, "paths are relative to flota-vboard's folder", "file: %.120s: %s",
                    path, strerror(errno));
    } else if (!S_ISREG(status.st_mode) || status.st_size > FILE_MAX) {
        complain_of(complaint, "take another", "file: %.120s: no plain file of 16 MiB or less",
                    path);
    } else {
        *size = (size_t)status.st_size;
        bytes = malloc(*size + 1);
        if (bytes == NULL || fread(bytes, 1, *size, file) != *size) {
            complain_of(complaint, "try again", "file: %.120s: it cannot be read", path);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

/* RFC 7578: one part, with the file's name. */
static uint8_t *wrap_multipart(uint8_t *body, size_t *size, const char *field, const char *path)
{
    const char *slash = strrchr(path, '/');
    char head[512];
    int head_size =
        snprintf(head, sizeof head,
                 "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%.80s\"; "
                 "filename=\"%.120s\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                 field, slash != NULL ? slash + 1 : path);
    static const char end[] = "\r\n--" BOUNDARY "--\r\n";
    size_t total = (size_t)head_size + *size + sizeof end - 1;
    uint8_t *wrapped = malloc(total);

    if (wrapped != NULL) {
        memcpy(wrapped, head, (size_t)head_size);
        memcpy(wrapped + head_size, body, *size);
        memcpy(wrapped + (size_t)head_size + *size, end, sizeof end - 1);
        *size = total;
    }
    free(body);
    return wrapped;
}

static uint8_t *take_body(const cJSON *json, size_t *size, bool *multipart,
                          struct complaint *complaint)
{
    const char *file = NULL, *text = NULL, *field = NULL;
    uint8_t *body = NULL;

    (void)json_text(json, "file", &file, complaint);
    (void)json_text(json, "body", &text, complaint);
    *multipart = json_text(json, "field", &field, complaint);
    if ((file != NULL && text != NULL) || (field != NULL && file == NULL)) {
        complain_of(complaint, "give one of them",
                    "request: file and body together, or field without file");
    }
    *size = 0;
    if (complained(complaint)) {
        return NULL;
    }
    if (file != NULL) {
        body = read_file(file, size, complaint);
    } else if (text != NULL) {
        *size = strlen(text);
        body = (uint8_t *)strdup(text);
    }
    if (body != NULL && field != NULL && !complained(complaint)) {
        body = wrap_multipart(body, size, field, file);
    }
    return body;
}

/* --- headers --- */

/* A line end in a header would end it, and begin what the client did not ask for. */
static bool is_header(const cJSON *item)
{
    return cJSON_IsString(item) && strchr(item->valuestring, ':') != NULL &&
           strpbrk(item->valuestring, "\r\n") == NULL;
}

static void take_headers(const cJSON *json, bool multipart, const char **headers,
                         struct complaint *complaint)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "headers");
    const cJSON *item;
    size_t count = 0;

    if (list != NULL && !cJSON_IsArray(list)) {
        complain_of(complaint, "e.g. [\"X-A: b\"]", "headers: a list of texts is needed");
    }
    cJSON_ArrayForEach(item, list)
    {
        if (!is_header(item) || count == HEADERS_MAX) {
            complain_of(complaint, "e.g. [\"X-A: b\"], 32 at most",
                        "headers: each is a text as \"Name: value\" on one line");
            return;
        }
        headers[count++] = item->valuestring;
    }
    if (multipart) {
        headers[count] = "Content-Type: multipart/form-data; boundary=" BOUNDARY;
    }
}

/* --- the commands --- */

static void take_request(const cJSON *json, struct peer_request *request,
                         struct complaint *complaint)
{
    uint64_t port = 80, timeout_ns = 60 * NS_PER_S;

    request->method = "GET";
    request->path = "/";
    (void)json_text(json, "method", &request->method, complaint);
    (void)json_text(json, "path", &request->path, complaint);
    (void)json_text(json, "address", &request->address, complaint);
    (void)json_number(json, "port", UINT16_MAX, &port, complaint);
    (void)json_number(json, "timeout_ns", 1000000 * NS_PER_S, &timeout_ns, complaint);
    if (strpbrk(request->method, " \r\n\t") != NULL || request->method[0] == '\0' ||
        strpbrk(request->path, " \r\n") != NULL || request->path[0] != '/') {
        complain_of(complaint, "e.g. \"method\": \"POST\", \"path\": \"/update?x=1\"",
                    "request: the method is a word, the path begins with / and has no blanks");
    }
    request->port = (uint16_t)port;
    request->timeout_ns = timeout_ns;
}

enum outcome control_do_request(struct board *board, struct command *command, cJSON *answer)
{
    const char *headers[HEADERS_MAX + 2] = {NULL};
    struct complaint complaint = {.text = ""};
    struct peer_request request = {.headers = headers};
    const char *error = NULL;
    bool multipart = false;
    uint8_t *body;
    unsigned number;

    if (!needs_peer(board, "request", answer)) {
        return ANSWERED;
    }
    take_request(command->json, &request, &complaint);
    body = take_body(command->json, &request.body_size, &multipart, &complaint);
    take_headers(command->json, multipart, headers, &complaint);
    if (!answer_complaint(answer, &complaint)) {
        request.body = body;
        number = peer_request(board, &request, &error);
        if (number == 0) {
            (void)refuse(answer, "let the others end first, or look at the address", "request: %s",
                         error != NULL ? error : "it cannot begin");
        } else {
            json_add_number(answer, "request", number);
            board->control->last_request = number;
        }
    }
    free(body);
    return ANSWERED;
}

static void add_probe(cJSON *answer, const char *name, const struct peer_probe *probe)
{
    cJSON *object = cJSON_AddObjectToObject(answer, name);

    json_add_number(object, "sent", probe->sent);
    json_add_number(object, "answered", probe->answered);
    json_add_number(object, "longest_silence_ns", probe->longest_silence_ns);
}

enum outcome control_do_probe(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    struct peer_probe ping = {0}, get = {0};
    const char *path = "/";
    uint64_t every_ns = 0;
    bool starts;

    if (!needs_peer(board, "probe", answer)) {
        return ANSWERED;
    }
    starts = json_number(command->json, "every_ns", 1000 * NS_PER_S, &every_ns, &complaint);
    (void)json_text(command->json, "path", &path, &complaint);
    if (starts && every_ns < NS_PER_MS / 10) {
        complain_of(&complaint, "e.g. 5000000", "every_ns: 0.1 ms or more is needed");
    }
    if (answer_complaint(answer, &complaint)) {
        return ANSWERED;
    }
    if (starts) {
        peer_probe_start(board, every_ns, path);
        return ANSWERED;
    }
    peer_probe_end(board, &ping, &get);
    add_probe(answer, "ping", &ping);
    add_probe(answer, "get", &get);
    return ANSWERED;
}

enum outcome control_do_link(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    const char *text = NULL, *error;

    (void)json_needed(command->json, "link", &complaint);
    (void)json_text(command->json, "link", &text, &complaint);
    if (answer_complaint(answer, &complaint)) {
        return ANSWERED;
    }
    error = wire_configure(board, text);
    if (error != NULL) {
        (void)refuse(answer, "e.g. \"rtt=5ms,loss=0.01\" or \"down=now\"", "link: %s", error);
    }
    return ANSWERED;
}
