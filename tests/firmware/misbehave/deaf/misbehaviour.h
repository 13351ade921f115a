/* misbehaviour.h - the network goes away; everything else goes on, watchdog included.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "lwip/netif.h"
#include <stdint.h>

static inline void misbehave_at_start(void)
{
    netif_set_down(netif_default);
}

static inline void misbehave_at(uint32_t now_ms)
{
    (void)now_ms;
}
