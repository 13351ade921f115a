/* arch/cc.h - lwIP's view of compiler and platform.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LWIP_ARCH_CC_H
#define LWIP_ARCH_CC_H

#include <stdint.h>
#include <sys/types.h> /* BYTE_ORDER */

/* Prints and restarts the chip: lwIP's assertions are about bugs, not about the network. */
_Noreturn void flota_lwip_assertion_failed(const char *message);

/* From flota/port.h. */
uint32_t flota_port_random(void);

#define LWIP_PLATFORM_ASSERT(message) flota_lwip_assertion_failed("lwip: " message)
#define LWIP_PLATFORM_DIAG(message)   ((void)0)
#define LWIP_RAND()                   flota_port_random()
#define lwip_htons(x)                 __builtin_bswap16(x)
#define lwip_htonl(x)                 __builtin_bswap32(x)

#endif
