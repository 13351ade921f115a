/* cc.h - lwIP inside flota-vboard: a failed assertion ends the program; random numbers come from
 * --seed (src/peer.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_LWIP_CC_H
#define VBOARD_LWIP_CC_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t peer_random(void);

#define LWIP_PLATFORM_DIAG(text)                                                                   \
    do {                                                                                           \
        printf text;                                                                               \
    } while (0)
#define LWIP_PLATFORM_ASSERT(text)                                                                 \
    do {                                                                                           \
        fprintf(stderr, "vboard: lwIP: %s\n", text);                                               \
        abort();                                                                                   \
    } while (0)
#define LWIP_RAND() peer_random()

#endif
