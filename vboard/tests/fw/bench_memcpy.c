/* bench_memcpy.c - how fast the virtual board copies memory: 64 KB with memcpy, 600 times.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "check.h"
#include <string.h>

enum { SIZE = 64 * 1024, ROUNDS = 600 };

static unsigned char source[SIZE], target[SIZE];

int main(void)
{
    check_begin();
    for (int i = 0; i < SIZE; i++)
        source[i] = (unsigned char)(i * 7);
    for (int round = 0; round < ROUNDS; round++) {
        source[0] = (unsigned char)round;
        memcpy(target, source, SIZE);
        __asm volatile("" ::: "memory");
    }
    CHECK(memcmp(target, source, SIZE) == 0);
    check_pass();
}
