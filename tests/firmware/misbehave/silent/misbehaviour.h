/* misbehaviour.h - nothing: it works, and waits for a confirmation that never comes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdint.h>

static inline void misbehave_at_start(void)
{
}

static inline void misbehave_at(uint32_t now_ms)
{
    (void)now_ms;
}
