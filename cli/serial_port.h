/* serial_port.h - a serial line or a pseudo-terminal, raw.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_SERIAL_PORT_H
#define FLOTA_CLI_SERIAL_PORT_H

#include "device.h"

/* Open "/dev/ttyACM0[?baud=115200]": raw, 8N1, XON/XOFF; it is locked against a second flota.
 * Returns a descriptor that does not block; or -1 with error filled. */
int serial_port_open(const char *address, struct device_error *error);
void serial_port_close(int descriptor);

#endif
