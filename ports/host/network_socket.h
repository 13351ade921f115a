/* network_socket.h - sockets at the place that the launcher's options give a port of the device.
 *
 * Thread safety: one caller.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_NETWORK_SOCKET_H
#define FLOTA_NETWORK_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* A non-blocking socket, bound to the device's address and the machine's port for device_port; says
 * which one on standard output: "listening on 127.0.0.1:8000 (port 80)". A stream's socket listens.
 * Returns the descriptor, or -1: said why. */
int network_socket_bind(uint16_t device_port, bool is_datagram);

#endif
