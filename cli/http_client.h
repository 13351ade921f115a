/* http_client.h - one HTTP request to a device or a virtual board.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_HTTP_CLIENT_H
#define FLOTA_CLI_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct http_reply {
    long status;
    char *body; /* ends with a zero; free() it */
    size_t size;
};

/* Send a request without a body, GET or POST, to base + path. Returns true when a reply came; or
 * false after having said on stderr, in command's name, why none did. */
bool http_request(const char *command, const char *method, const char *base, const char *path,
                  struct http_reply *reply);

#endif
