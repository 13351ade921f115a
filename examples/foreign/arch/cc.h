/* cc.h - lwIP's view of the compiler.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include <stdint.h>
#include <sys/types.h>

_Noreturn void Error_Handler(void);
uint32_t board_ms(void);

#define LWIP_PLATFORM_ASSERT(message) Error_Handler()
#define LWIP_PLATFORM_DIAG(message)   ((void)0)
#define LWIP_RAND()                   board_ms()

#endif
