/* way_http.c - http://HOST[:PORT]: POST /rpc, GET /api/firmware_update, POST /update by libcurl.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "way_http_internal.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX 512u

/* --- libcurl's side --- */

static size_t take_body(char *data, size_t unit, size_t count, void *context)
{
    struct http_request *request = context;
    size_t size = unit * count;
    request->too_large = size >= DEVICE_REPLY_MAX - request->size;
    char *grown = request->too_large ? NULL : realloc(request->text, request->size + size + 1);
    if (!grown)
        return 0; /* ends the transfer */
    memcpy(grown + request->size, data, size);
    request->size += size;
    grown[request->size] = '\0';
    request->text = grown;
    return size;
}

/* Only where the device does not tell what has arrived. */
static void count_sent(const struct http_request *request)
{
    const struct device_upload *upload = request->upload;
    if (!request->device_tells && clock_s() >= request->count_s)
        upload->progress(upload->context, upload->offset + (uint32_t)request->sent);
}

/* Called about every second and at each movement. Returning 1 ends the transfer. */
static int watch(void *context, curl_off_t total_in, curl_off_t in, curl_off_t total_out,
                 curl_off_t out)
{
    struct http_request *request = context;
    (void)total_in;
    (void)total_out;
    if (in != request->got || out != request->sent)
        request->moved_s = clock_s();
    request->got = in;
    request->sent = out;
    request->stalled = clock_s() > request->moved_s + request->timeout_s;
    if (request->upload)
        count_sent(request);
    bool ends = interrupt_pending() || request->stalled;
    if (ends && request->http)
        request->http->is_cut = true;
    return ends;
}

/* --- requests --- */

static void set_tls(CURL *curl, const struct device_options *options)
{
    if (options->ca_cert)
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_cert);
    if (options->cert)
        curl_easy_setopt(curl, CURLOPT_SSLCERT, options->cert);
    if (options->key)
        curl_easy_setopt(curl, CURLOPT_SSLKEY, options->key);
}

static void set_credentials(CURL *curl, const struct device_options *options)
{
    if (!options->secret)
        return;
    if (!options->user) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, options->secret);
        return;
    }
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options->secret);
}

static void set_body(CURL *curl, struct http_request *request)
{
    if (request->upload)
        http_upload_prepare(curl, request);
    else if (request->body)
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, request->body);
}

void http_prepare(const struct device *device, CURL *curl, char *why, struct http_request *request,
                  struct curl_slist *headers)
{
    const struct http *http = device->state;
    char url[URL_MAX];
    snprintf(url, sizeof url, "%s%s", http->base, request->path);
    curl_easy_reset(curl);                    /* keeps the connection */
    curl_easy_setopt(curl, CURLOPT_URL, url); /* copied */
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(request->timeout_s * 1000));
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* a device is near: no proxy stands between */
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, request);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, request);
    set_tls(curl, device->options);
    set_credentials(curl, device->options);
    set_body(curl, request);
}

/* libcurl's names for it are for its users; ours see a device that is off. */
static bool explain(const struct device *device, const struct http *http,
                    const struct http_request *request, CURLcode code, struct device_error *error)
{
    const char *why = http->why[0] ? http->why : curl_easy_strerror(code);
    if (interrupt_pending())
        return device_interrupted(error);
    if (request->too_large)
        return device_fail(error, EXIT_OTHER, "the reply is not one of a Flota device",
                           "check the address: something else seems to live there",
                           "it is larger than %u bytes", DEVICE_REPLY_MAX);
    if (request->stalled && code == CURLE_ABORTED_BY_CALLBACK && request->connected)
        return device_silent(error, request->timeout_s, "");
    switch (code) {
    case CURLE_URL_MALFORMAT:
        return device_fail(error, EXIT_USAGE, "the address is no URL", "give http://HOST[:PORT]",
                           "'%.200s'", device->name);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_ABORTED_BY_CALLBACK:
        return device_unreachable(device, error, why);
    default:
        return device_fail(error, EXIT_TRANSFER, "the connection was lost",
                           "check the device and the network, then try again", "%.200s", why);
    }
}

static bool send_request(struct device *device, struct http_request *request,
                         struct curl_slist *headers, struct device_error *error)
{
    struct http *http = device->state;
    long connects = 0;
    request->http = request->upload ? http : NULL;
    http_prepare(device, http->curl, http->why, request, headers);
    http->why[0] = '\0';
    request->moved_s = clock_s();
    CURLcode code =
        request->upload ? http_upload_perform(device, request) : curl_easy_perform(http->curl);
    curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &request->status);
    curl_easy_getinfo(http->curl, CURLINFO_NUM_CONNECTS, &connects);
    double connect_s = 0;
    curl_easy_getinfo(http->curl, CURLINFO_CONNECT_TIME, &connect_s);
    request->connected = connect_s > 0 || connects == 0;
    if (code == CURLE_OK || (request->status >= 400 && request->text && !request->too_large))
        return true; /* a refusal may come before all of the body has gone out */
    explain(device, http, request, code, error);
    free(request->text);
    request->text = NULL;
    return false;
}

static struct curl_slist *headers_with(const char *first, const char *second)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* devices have no use for it */
    list = curl_slist_append(list, "Accept: application/json");
    list = curl_slist_append(list, first);
    return second ? curl_slist_append(list, second) : list;
}

/* The body as an object. What is none: words about it. */
static bool read_object(const struct device *device, struct http_request *request, cJSON **object,
                        struct device_error *error)
{
    const char *text = request->text ? request->text : "";
    device_trace(device, "<-", text, request->size);
    *object = cJSON_Parse(text);
    if (cJSON_IsObject(*object) && request->status < 400)
        return true;
    if (cJSON_IsObject(*object))
        device_refused(error, *object);
    else if (request->status == 401)
        device_fail(error, EXIT_UNAUTHORIZED, "the device does not accept the credentials",
                    "give --creds USER:PASSWORD, or the token alone", "%.100s", text);
    else if (request->status >= 400)
        device_fail(error, EXIT_REFUSED, "the device refused",
                    "check the address; something else may live there", "HTTP status %ld%s%.*s",
                    request->status, text[0] ? ": " : "", (int)strcspn(text, "\r\n"), text);
    else
        device_fail(error, EXIT_OTHER, "the reply is not one of a Flota device",
                    "check the address: something else seems to live there", "it begins '%.80s'",
                    text);
    error->code = error->code ? error->code : (int)request->status;
    cJSON_Delete(*object);
    *object = NULL;
    return false;
}

static bool fetch(struct device *device, struct http_request *request, const char *header,
                  cJSON **object, struct device_error *error)
{
    struct curl_slist *headers =
        headers_with(request->upload ? "Content-Type: application/octet-stream"
                                     : "Content-Type: application/json",
                     header);
    if (request->timeout_s <= 0)
        request->timeout_s = device_timeout(device);
    bool done = send_request(device, request, headers, error) &&
                read_object(device, request, object, error);
    free(request->text);
    curl_slist_free_all(headers);
    return done;
}

/* --- the way --- */

static void init_library(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    atexit(curl_global_cleanup);
}

static bool http_open(struct device *device, struct device_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_library);
    struct http *http = calloc(1, sizeof *http);
    if (http)
        http->curl = curl_easy_init();
    if (!http || !http->curl) {
        free(http);
        return device_fail(error, EXIT_OTHER, "not enough memory", "", "%s", "");
    }
    size_t size = strlen(device->port);
    while (size > 0 && device->port[size - 1] == '/')
        size--;
    snprintf(http->base, sizeof http->base, "%.*s", (int)size, device->port);
    device->state = http;
    return true;
}

static bool http_exchange(struct device *device, const char *frame, uint64_t id, double timeout_s,
                          char **text, struct device_error *error)
{
    struct http_request request = {.path = "/rpc", .body = frame, .timeout_s = timeout_s};
    cJSON *object = NULL;
    (void)id; /* a request has its own reply */
    bool done = fetch(device, &request, NULL, &object, error);
    if (!done && error->code == 404)
        return device_fail(error, EXIT_REFUSED, "the device has no RPC over HTTP",
                           "add module rpc-http to libs: in flota.yml, or use another --port",
                           "it does not know /rpc");
    *text = done ? cJSON_PrintUnformatted(object) : NULL;
    cJSON_Delete(object);
    return done && *text;
}

static bool http_status(struct device *device, cJSON **status, struct device_error *error)
{
    struct http_request request = {.path = HTTP_STATUS_PATH};
    return fetch(device, &request, NULL, status, error);
}

static bool http_upload(struct device *device, const struct device_upload *upload, cJSON **reply,
                        struct device_error *error)
{
    char path[256], range[96];
    struct http_request request = {.path = path, .upload = upload};
    snprintf(path, sizeof path, HTTP_STATUS_PATH "%s%s", upload->query[0] ? "?" : "",
             upload->query);
    snprintf(range, sizeof range, "Content-Range: bytes %u-%u/%u", upload->offset, upload->size - 1,
             upload->size);
    return fetch(device, &request, upload->offset > 0 ? range : NULL, reply, error);
}

static bool post(struct device *device, const char *path, struct device_error *error)
{
    struct http_request request = {.path = path, .body = ""};
    cJSON *reply = NULL;
    bool done = fetch(device, &request, NULL, &reply, error);
    cJSON_Delete(reply);
    return done;
}

/* Whatever a success says. */
static bool post_for_text(struct device *device, const char *path, struct device_error *error)
{
    struct http_request request = {.path = path, .body = "", .timeout_s = device_timeout(device)};
    struct curl_slist *headers = headers_with("Content-Type: text/plain", NULL);
    cJSON *object = NULL;
    bool done = send_request(device, &request, headers, error) &&
                (request.status < 300 || read_object(device, &request, &object, error));
    cJSON_Delete(object);
    free(request.text);
    curl_slist_free_all(headers);
    return done;
}

/* Older firmware, and other makers', know only the second address, and answer it with a line of
 * text. */
static bool http_act(struct device *device, const char *method, struct device_error *error)
{
    bool commit = strcmp(method, "OTA.Commit") == 0;
    if (post(device, commit ? HTTP_STATUS_PATH "?confirm=1" : HTTP_STATUS_PATH "?revert=1", error))
        return true;
    if (error->code != 404 && error->code != 405)
        return false;
    return post_for_text(device, commit ? "/update/commit" : "/update/revert", error);
}

static void http_close(struct device *device)
{
    struct http *http = device->state;
    curl_easy_cleanup(http->curl);
    free(http);
}

static const char *const prefixes[] = {"http://", "https://", NULL};

const struct device_way way_http = {.name = "http",
                                    .prefixes = prefixes,
                                    .open = http_open,
                                    .exchange = http_exchange,
                                    .close = http_close,
                                    .chunk_max = 4096,
                                    .status = http_status,
                                    .upload = http_upload,
                                    .act = http_act};
