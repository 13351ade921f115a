/* peer_message_out.c - HTTP requests: see peer_message.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peer_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* RFC 9110 5.6.2: token. */
static bool is_token(const char *text, size_t size)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!alphanumeric && (c == '\0' || !strchr(others, c)))
            return false;
    }
    return size > 0;
}

static bool is_target(const char *path)
{
    for (const char *c = path; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7F)
            return false;
    }
    return *path == '/' || strcmp(path, "*") == 0;
}

static bool is_header(const char *line)
{
    const char *colon = strchr(line, ':');
    return colon && is_token(line, (size_t)(colon - line)) && !strpbrk(line, "\r\n");
}

static const char *request_error(const struct http_request_line *request)
{
    if (!is_token(request->method, strlen(request->method)))
        return "the method is no HTTP method: GET, POST, ...";
    if (!is_target(request->path))
        return "the path begins with / and has no spaces: write them as %20";
    for (const char *const *header = request->headers; header && *header; header++) {
        if (!is_header(*header))
            return "a header is no \"Name: value\" in one line";
    }
    return NULL;
}

static bool has_header(const struct http_request_line *request, const char *name)
{
    size_t length = strlen(name);
    for (const char *const *header = request->headers; header && *header; header++) {
        if (strncasecmp(*header, name, length) == 0 && (*header)[length] == ':')
            return true;
    }
    return false;
}

static bool needs_length(const struct http_request_line *request)
{
    if (has_header(request, "Content-Length") || has_header(request, "Transfer-Encoding"))
        return false;
    return request->body_size > 0 || strcmp(request->method, "POST") == 0 ||
           strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;
}

uint8_t *http_request_text(const struct http_request_line *request, size_t *size,
                           const char **error)
{
    char *text = NULL;
    *error = request_error(request);
    if (*error)
        return NULL;
    FILE *out = open_memstream(&text, size);
    if (!out)
        abort();
    fprintf(out, "%s %s HTTP/1.1\r\n", request->method, request->path);
    if (!has_header(request, "Host"))
        fprintf(out, "Host: %s\r\n", request->host);
    if (!has_header(request, "Connection"))
        fprintf(out, "Connection: close\r\n");
    for (const char *const *header = request->headers; header && *header; header++)
        fprintf(out, "%s\r\n", *header);
    if (needs_length(request))
        fprintf(out, "Content-Length: %zu\r\n", request->body_size);
    fprintf(out, "\r\n");
    if (fclose(out) != 0)
        abort();
    return (uint8_t *)text;
}
