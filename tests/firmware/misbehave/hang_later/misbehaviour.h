/* misbehaviour.h - all is well for 30 s. SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

static inline void misbehave_at_start(void)
{
}

static inline void misbehave_at(uint32_t now_ms)
{
    while (now_ms > 30000)
        __asm volatile("");
}
