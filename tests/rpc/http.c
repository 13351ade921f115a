/* http.c - requests and responses of HTTP in transcripts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "transcript.h"
#include <stdio.h>
#include <string.h>

/* Behind the empty line of a block. */
static const char *body_of(const char *block)
{
    const char *gap = strstr(block, "\n\n");
    return gap ? gap + 2 : "";
}

static void add(char *text, size_t size, const char *from, size_t from_size, const char *end)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%.*s%s", (int)from_size, from, end);
}

void http_request(const char *block, char *request, size_t size)
{
    const char *body = body_of(block);
    size_t body_size = strlen(body);
    char line[64];
    while (body_size > 0 && body[body_size - 1] == '\n')
        body_size--;
    request[0] = '\0';
    size_t length = strcspn(block, "\n");
    add(request, size, block, length, " HTTP/1.1\r\nHost: dev1.local\r\n");
    for (block += length + 1; block[0] && block[0] != '\n'; block += length + 1) {
        length = strcspn(block, "\n");
        add(request, size, block, length, "\r\n");
    }
    snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", body_size);
    add(request, size, line, strlen(line), "");
    add(request, size, body, body_size, "");
}

/* Does a line of the response's head fit? */
static bool has_line(const char *head, const char *pattern, char nonce[16])
{
    char line[512];
    for (size_t size; *head; head += size + 2) {
        size = strcspn(head, "\r");
        snprintf(line, sizeof line, "%.*s", (int)size, head);
        if (match(pattern, line, nonce))
            return true;
        if (!head[size])
            return false;
    }
    return false;
}

static bool match_body(const char *block, const char *body, char nonce[16])
{
    static char pattern[TEXT_MAX];
    squeeze(body_of(block), pattern, sizeof pattern);
    return match(pattern, body, nonce);
}

bool http_match(char *block, char *response, char nonce[16])
{
    char *body = strstr(response, "\r\n\r\n"), *gap = strstr(block, "\n\n");
    if (!body || strncmp(response, "HTTP/1.1 ", 9) != 0 || !match_body(block, body + 4, nonce))
        return false;
    body[2] = '\0';
    if (gap)
        gap[0] = '\0';
    bool good = true;
    for (char *line = strtok(block, "\n"); line && good; line = strtok(NULL, "\n"))
        good = has_line(response + 9, line, nonce);
    return good;
}
