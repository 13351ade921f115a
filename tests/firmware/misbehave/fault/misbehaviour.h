/* misbehaviour.h - a read where nothing is. SPDX-License-Identifier: Apache-2.0 */
#include "flota/flota.h"
#include <stdint.h>

static inline void misbehave_at_start(void)
{
    flota_milestone(41);
}

static inline void misbehave_at(uint32_t now_ms)
{
    if (now_ms > 2000)
        (void)*(const volatile uint32_t *)0x24100000u; /* behind AXI SRAM: reserved */
}
