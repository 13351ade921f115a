/* misbehaviour.h - the first turn never comes. SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

static inline void misbehave_at_start(void)
{
    for (;;)
        __asm volatile("wfi"); /* cheaper than spinning, and as dead */
}

static inline void misbehave_at(uint32_t now_ms)
{
    (void)now_ms;
}
