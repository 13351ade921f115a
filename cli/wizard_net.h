/* wizard_net.h - a listener on 127.0.0.1 and its connections, for one poll() loop: Flota's HTTP
 * server over sockets.
 *
 *     wizard_net_listen(&net, &server, 0);              // any free port: net.port
 *     count = wizard_net_watch(&net, fds, 0);
 *     poll(fds, count, 20);
 *     wizard_net_turn(&net, now_ms);
 *
 * Thread safety: one caller.  Allocation: heap, in listen.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_NET_H
#define FLOTA_CLI_WIZARD_NET_H

#include "flota/http.h"
#include <poll.h>

#define WIZARD_NET_CONNECTIONS 64u
#define WIZARD_NET_WATCHED     (WIZARD_NET_CONNECTIONS + 1)

struct wizard_net_connection;

struct wizard_net {
    int fd; /* -1: does not listen */
    uint16_t port;
    struct flota_http_server *server;
    struct wizard_net_connection *connections;
};

/* port 0: any. Returns 0, or -1 with errno. */
int wizard_net_listen(struct wizard_net *net, struct flota_http_server *server, uint16_t port);

/* Add what is to be watched, at most WIZARD_NET_WATCHED. Returns the new number. */
size_t wizard_net_watch(const struct wizard_net *net, struct pollfd *fds, size_t count);

void wizard_net_turn(struct wizard_net *net, uint32_t now_ms);

/* Close the connections; go on listening. */
void wizard_net_drop(struct wizard_net *net);

/* Close all. Harmless when repeated. */
void wizard_net_close(struct wizard_net *net);

#endif
