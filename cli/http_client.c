/* http_client.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_client.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 10000L
#define BODY_MAX   (4u << 20) /* a device's replies are far smaller */

static size_t take_body(char *data, size_t unit, size_t count, void *context)
{
    struct http_reply *reply = context;
    size_t size = unit * count;
    char *grown =
        size < BODY_MAX - reply->size ? realloc(reply->body, reply->size + size + 1) : NULL;
    if (!grown)
        return 0; /* ends the transfer */
    memcpy(grown + reply->size, data, size);
    reply->size += size;
    grown[reply->size] = '\0';
    reply->body = grown;
    return size;
}

static void prepare(CURL *curl, const char *method, const char *url, struct http_reply *reply)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    if (strcmp(method, "POST") == 0)
        curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, "");
}

static CURLcode perform(const char *method, const char *url, struct http_reply *reply)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        return CURLE_FAILED_INIT;
    prepare(curl, method, url, reply);
    CURLcode result = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
    curl_easy_cleanup(curl);
    return result;
}

/* "http://host/" and "http://host" alike. */
static void join(const char *base, const char *path, char *url, size_t size)
{
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    snprintf(url, size, "%.*s%s", (int)length, base, path);
}

bool http_request(const char *command, const char *method, const char *base, const char *path,
                  struct http_reply *reply)
{
    char url[1024];
    join(base, path, url, sizeof url);
    *reply = (struct http_reply){.body = calloc(1, 1)};
    CURLcode result = reply->body ? perform(method, url, reply) : CURLE_OUT_OF_MEMORY;
    if (result == CURLE_OK)
        return true;
    fprintf(stderr, "%s: %s: %s.\nTo do: see that it runs and that the address is right.\n",
            command, base, curl_easy_strerror(result));
    free(reply->body);
    reply->body = NULL;
    return false;
}
