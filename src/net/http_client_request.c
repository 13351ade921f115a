/* http_client_request.c - the text of a GET.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "http_client_internal.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Text that did not fit leaves out_size at the capacity. */
static void append(struct flota_http_client *client, const char *text)
{
    size_t size = strlen(text), room = sizeof client->out - client->out_size;
    if (size > room)
        size = room;
    memcpy(client->out + client->out_size, text, size);
    client->out_size += size;
}

static void append_line(struct flota_http_client *client, const char *name, const char *value)
{
    if (!value)
        return;
    append(client, name);
    append(client, value);
    append(client, "\r\n");
}

static void append_host(struct flota_http_client *client, const struct flota_url *url)
{
    char host[FLOTA_URL_HOST_MAX + 8];
    snprintf(host, sizeof host, url->port == 80 ? "%s" : "%s:%u", url->host, (unsigned)url->port);
    append_line(client, "Host: ", host);
}

static void append_range(struct flota_http_client *client, const struct flota_http_get *get)
{
    char range[40];
    if (!get->has_range)
        return;
    snprintf(range, sizeof range,
             get->range_last ? "bytes=%" PRIu32 "-%" PRIu32 : "bytes=%" PRIu32 "-",
             get->range_first, get->range_last);
    append_line(client, "Range: ", range);
    append_line(client, "If-Range: ", get->if_range);
}

bool flota_http_client_write_request(struct flota_http_client *client)
{
    const struct flota_http_get *get = client->get;
    client->out_size = 0;
    append(client, "GET ");
    append(client, get->url->text + get->url->target);
    append(client, " HTTP/1.1\r\n");
    append_host(client, get->url);
    append_line(client, "User-Agent: ", get->user_agent);
    append(client, "Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n");
    append_range(client, get);
    append_line(client, "If-None-Match: ", get->if_none_match);
    append_line(client, "If-Modified-Since: ", get->if_modified_since);
    append(client, get->lines ? get->lines : "");
    append(client, "\r\n");
    return client->out_size < sizeof client->out;
}
