/* way_http_upload.c - the file goes out on one connection; on another one the device is asked how
 * much of it is in its flash. What this computer and the network hold in their buffers is not there
 * yet, and must not count.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device_words.h"
#include "way_http_internal.h"
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LOOK_EVERY_S 0.3
#define SLICE_MS     100
#define SEND_BUFFER  16384
#define AHEAD        (128u * 1024u) /* of the device's flash: what a broken off upload leaves behind */
#define STEP         (16u * 1024u) /* while it stands still: it may be erasing */
#define COUNT_S      3.0           /* so long the device may take to tell for the first time */

/* --- libcurl's side --- */

static size_t give_body(char *data, size_t unit, size_t count, void *context)
{
    struct http_request *request = context;
    const struct device_upload *upload = request->upload;
    size_t at = (size_t)upload->offset + request->given;
    size_t size = unit * count, left = upload->size - at;
    bool may_tell = request->device_tells || clock_s() < request->count_s;
    request->is_paused = may_tell && left > 0 && request->given >= request->limit;
    if (request->is_paused)
        return CURL_READFUNC_PAUSE;
    if (size > left)
        size = left;
    memcpy(data, upload->bytes + at, size);
    request->given += (uint32_t)size;
    return size;
}

/* libcurl sends again from the start when the connection it kept had gone. */
static int rewind_body(void *context, curl_off_t offset, int origin)
{
    struct http_request *request = context;
    (void)origin; /* SEEK_SET */
    request->given = (uint32_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* What waits in this computer would go on being sent after Ctrl-C. */
static int keep_buffer_small(void *context, curl_socket_t socket, curlsocktype purpose)
{
    int size = SEND_BUFFER;
    (void)context;
    (void)purpose;
    setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return CURL_SOCKOPT_OK;
}

/* An upload that is broken off ends at once, with a reset: then the device can be asked for more.
 */
static int end_connection(void *context, curl_socket_t socket)
{
    const struct http *http = context;
    const struct linger none = {.l_onoff = 1, .l_linger = 0};
    if (http->is_cut)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    return close(socket);
}

void http_upload_prepare(CURL *curl, struct http_request *request)
{
    const struct device_upload *upload = request->upload;
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)(upload->size - upload->offset));
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(curl, CURLOPT_READDATA, request);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, rewind_body);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, request);
    /* On a connection that has just gone, libcurl would send all of it again by itself. */
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, (long)SEND_BUFFER);
    curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, keep_buffer_small);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, end_connection);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, request->http);
}

/* --- looks at the device --- */

struct looks {
    struct device *device;
    struct http_request *upload;
    CURLM *multi;
    CURL *curl;
    struct curl_slist *headers;
    struct http_request request;
    char why[CURL_ERROR_SIZE];
    bool under_way;
    double next_s;
    double in_flash, verified;
};

static void begin_look(struct looks *looks)
{
    free(looks->request.text);
    looks->request = (struct http_request){
        .path = HTTP_STATUS_PATH, .timeout_s = looks->upload->timeout_s, .moved_s = clock_s()};
    http_prepare(looks->device, looks->curl, looks->why, &looks->request, looks->headers);
    looks->under_way = curl_multi_add_handle(looks->multi, looks->curl) == CURLM_OK;
    looks->next_s = clock_s() + LOOK_EVERY_S;
}

/* More than we have given is another client's: ours will be refused soon. */
static bool is_ours(const struct looks *looks, double in_flash)
{
    return in_flash <= (double)looks->upload->upload->offset + looks->upload->given;
}

/* Also a device that stands still gets some more: not everything that it takes is in_flash. */
static void move_limit(struct looks *looks, double in_flash)
{
    struct http_request *request = looks->upload;
    double limit = in_flash - request->upload->offset + AHEAD;
    request->limit = limit > request->limit ? (uint32_t)limit : request->limit + STEP;
}

static void judge_look(struct looks *looks, const cJSON *status)
{
    const struct device_upload *upload = looks->upload->upload;
    double in_flash = device_number(status, "in_flash");
    double verified = device_number(status, "verified");
    if (!cJSON_HasObjectItem(status, "in_flash") || !is_ours(looks, in_flash))
        return;
    if (in_flash != looks->in_flash || verified != looks->verified)
        looks->upload->moved_s = clock_s();
    looks->in_flash = in_flash;
    looks->verified = verified;
    looks->upload->device_tells = true;
    move_limit(looks, in_flash);
    upload->look(upload->context, status);
}

/* What is no status tells nothing: the next one may. */
static void end_look(struct looks *looks, CURLcode code)
{
    long code_of_reply = 0;
    curl_easy_getinfo(looks->curl, CURLINFO_RESPONSE_CODE, &code_of_reply);
    curl_multi_remove_handle(looks->multi, looks->curl);
    looks->under_way = false;
    if (code != CURLE_OK || code_of_reply != 200 || !looks->request.text)
        return;
    cJSON *status = cJSON_Parse(looks->request.text);
    device_clean(status);
    judge_look(looks, status);
    cJSON_Delete(status);
}

static bool open_looks(struct looks *looks)
{
    looks->multi = curl_multi_init();
    looks->curl = curl_easy_init();
    looks->headers = curl_slist_append(NULL, "Accept: application/json");
    return looks->multi && looks->curl &&
           curl_multi_add_handle(looks->multi, looks->upload->http->curl) == CURLM_OK;
}

static void close_looks(struct looks *looks)
{
    if (looks->under_way)
        curl_multi_remove_handle(looks->multi, looks->curl);
    if (looks->multi)
        curl_multi_remove_handle(looks->multi, looks->upload->http->curl);
    curl_easy_cleanup(looks->curl);
    curl_multi_cleanup(looks->multi);
    curl_slist_free_all(looks->headers);
    free(looks->request.text);
}

/* --- both --- */

/* Returns whether the upload has ended. */
static bool take_ends(struct looks *looks, CURLcode *code)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(looks->multi, &left)) != NULL) {
        *code = message->data.result;
        if (message->easy_handle != looks->curl)
            return true;
        end_look(looks, *code); /* message is gone now */
    }
    return false;
}

static void go_on(struct http_request *request)
{
    bool may_tell = request->device_tells || clock_s() < request->count_s;
    if (request->is_paused && (!may_tell || request->given < request->limit))
        curl_easy_pause(request->http->curl, CURLPAUSE_CONT);
}

static CURLcode run(struct looks *looks)
{
    CURLcode code = CURLE_OK;
    int running;
    while (curl_multi_perform(looks->multi, &running) == CURLM_OK) {
        if (take_ends(looks, &code))
            return code;
        if (!looks->under_way && clock_s() >= looks->next_s && looks->upload->given > 0)
            begin_look(looks);
        go_on(looks->upload);
        curl_multi_poll(looks->multi, NULL, 0, SLICE_MS, NULL);
    }
    return CURLE_FAILED_INIT;
}

CURLcode http_upload_perform(struct device *device, struct http_request *request)
{
    struct looks looks = {.device = device, .upload = request};
    request->count_s = clock_s() + COUNT_S;
    request->limit = AHEAD;
    CURLcode code = open_looks(&looks) ? run(&looks) : CURLE_OUT_OF_MEMORY;
    close_looks(&looks);
    return code;
}
