/* http_sockets.h - the HTTP server on BSD sockets and poll(): the host's adapter.
 *
 * Bytes given to the kernel count as acknowledged; a connection that ends is read on for a while,
 * so that the kernel does not throw away the response with a reset.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HTTP_SOCKETS_H
#define FLOTA_HTTP_SOCKETS_H

#include "flota/http.h"

#define HTTP_SOCKETS_CLIENTS   8
#define HTTP_SOCKETS_INPUT     8192
#define HTTP_SOCKETS_LINGER_MS 2000u

struct http_socket {
    int fd;       /* -1: unused */
    bool hung_up; /* the peer has closed its sending half */
    bool ended;   /* and all it sent before is read */
    bool shut;    /* our sending half is closed */
    bool closing; /* the server is done with it: only reading on */
    uint32_t close_at_ms;
    size_t input_size;
    uint8_t input[HTTP_SOCKETS_INPUT];
    struct flota_http_connection connection;
};

struct http_sockets {
    struct flota_http_server *server;
    int listener;
    uint32_t now_ms;
    struct http_socket clients[HTTP_SOCKETS_CLIENTS];
};

/* Listen on address ("127.0.0.1") and port (0: any free one). Returns the port, or -errno. */
int http_sockets_init(struct http_sockets *sockets, struct flota_http_server *server,
                      const char *address, uint16_t port);

/* Wait for bytes for at most timeout_ms, then serve all clients once. Returns 0, or -errno. */
int http_sockets_poll(struct http_sockets *sockets, uint32_t now_ms, int timeout_ms);

/* Close everything. */
void http_sockets_end(struct http_sockets *sockets);

#endif
