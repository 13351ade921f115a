/* way_http_internal.h - between way_http.c and way_http_upload.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WAY_HTTP_INTERNAL_H
#define FLOTA_CLI_WAY_HTTP_INTERNAL_H

#include "device_internal.h"
#include "interrupt.h"
#include <curl/curl.h>

#define HTTP_STATUS_PATH "/api/firmware_update"

struct http {
    CURL *curl;
    char base[300];
    char why[CURL_ERROR_SIZE];
    bool is_cut; /* what is still on its way of an upload shall not arrive */
};

/* One request and what came of it. */
struct http_request {
    const char *path;
    const char *body;                   /* NULL: GET */
    const struct device_upload *upload; /* instead of body */
    double timeout_s;
    /* the reply */
    char *text;
    size_t size;
    long status;
    bool too_large, connected;
    /* a standstill ends it */
    bool stalled;
    double moved_s;
    curl_off_t sent, got;
    /* of an upload */
    struct http *http;
    uint32_t limit; /* of given, while the device lies behind */
    bool is_paused;
    uint32_t given; /* bytes, to libcurl */
    double count_s; /* from here on, what went out is counted when the device tells nothing */
    bool device_tells;
};

/* Make a handle ready for a request. why: libcurl's words, later. */
void http_prepare(const struct device *device, CURL *curl, char *why, struct http_request *request,
                  struct curl_slist *headers);

/* An upload's own settings: http_prepare() calls it. */
void http_upload_prepare(CURL *curl, struct http_request *request);

/* As curl_easy_perform(), for an upload: asks the device meanwhile how far it is. */
CURLcode http_upload_perform(struct device *device, struct http_request *request);

#endif
