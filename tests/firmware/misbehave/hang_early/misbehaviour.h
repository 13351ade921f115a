/* misbehaviour.h - start-up copies .data with memcpy: this one never ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    (void)to, (void)from, (void)size;
    for (;;)
        __asm volatile("wfi"); /* cheaper than spinning, and as dead */
}

static inline void misbehave_at_start(void)
{
}

static inline void misbehave_at(uint32_t now_ms)
{
    (void)now_ms;
}
