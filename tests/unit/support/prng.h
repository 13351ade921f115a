/* prng.h - repeatable pseudo-random numbers for tests.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PRNG_H
#define PRNG_H

#include <stdint.h>

/* The next number; any seed will do. The state steps by an odd constant and is mixed (splitmix32).
 */
static inline uint32_t prng_next(uint32_t *state)
{
    uint32_t value = *state += 0x9E3779B9u;
    value = (value ^ (value >> 16)) * 0x85EBCA6Bu;
    value = (value ^ (value >> 13)) * 0xC2B2AE35u;
    return value ^ (value >> 16);
}

/* A number from 0 to limit - 1. */
static inline uint32_t prng_below(uint32_t *state, uint32_t limit)
{
    return prng_next(state) % limit;
}

#endif
