/* socket.h - sockets with deadlines, which Ctrl-C ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_SOCKET_H
#define FLOTA_CLI_SOCKET_H

#include "interrupt.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SOCKET_HOST_MAX    128u
#define SOCKET_SERVICE_MAX 8u
#define SOCKET_WHY_MAX     128u

/* Take "HOST", "HOST:PORT", "[::1]:PORT", with "/path" behind or not, apart. */
bool socket_split(const char *address, const char *default_service, char host[SOCKET_HOST_MAX],
                  char service[SOCKET_SERVICE_MAX]);

/* Connect to "HOST:PORT". type: SOCK_STREAM, SOCK_DGRAM. Returns a descriptor that does not block,
 * or -1 with the words in why. */
int socket_connect(const char *address, const char *default_service, int type, double deadline_s,
                   char why[SOCKET_WHY_MAX]);

enum { SOCKET_ENDED = 0, SOCKET_LOST = -1, SOCKET_LATE = -2 };

/* Receive what there is, waiting until the deadline. Also for terminals. Returns the bytes, or
 * SOCKET_ENDED (the peer has closed), SOCKET_LOST, SOCKET_LATE (or interrupted). */
ssize_t socket_receive(int descriptor, void *data, size_t size, double deadline_s);

/* Send all of it. Returns 1, SOCKET_LOST or SOCKET_LATE. */
int socket_send(int descriptor, const void *data, size_t size, double deadline_s);

#endif
