/* cc.h - lwIP on Linux, for the test of its HTTP adapter. A failed assertion ends the program.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LWIP_TEST_CC_H
#define LWIP_TEST_CC_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LWIP_PLATFORM_DIAG(text)                                                                   \
    do {                                                                                           \
        printf text;                                                                               \
    } while (0)
#define LWIP_PLATFORM_ASSERT(text)                                                                 \
    do {                                                                                           \
        fprintf(stderr, "lwIP: %s\n", text);                                                       \
        abort();                                                                                   \
    } while (0)
#define LWIP_RAND() ((uint32_t)rand())

#endif
