/* host_port.h - what the files of the port share, in a firmware for the board "host".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_PORT_H
#define FLOTA_HOST_PORT_H

#include "flota/platform.h"
#include "host_flash.h"

extern struct host_flash host_flash;              /* port.c */
extern const struct flota_platform host_platform; /* platform.c */

/* Show crashes to the next run: place and signal. */
void host_fault_init(void);

/* A bug: say it, and end the run as a fault. */
_Noreturn void host_panic(const char *what);

#endif
