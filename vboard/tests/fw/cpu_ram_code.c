/* cpu_ram_code.c - code in RAM that the program changes runs as changed, after DSB and ISB, also
 * when it stands beside data on the same page. Armv7-M ARM A3.8 (ordering of changes to
 * instructions).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core.h"

static uint16_t code[2] __attribute__((aligned(4)));
static volatile uint32_t beside;

typedef uint32_t function(void);

int main(void)
{
    function *call = (function *)((uintptr_t)code | 1u);

    check_begin();
    for (uint32_t i = 0; i < 200; i++) {
        for (uint32_t j = 0; j < 20; j++) {
            beside = i + j;
        }
        code[0] = (uint16_t)(0x2000u | i); /* movs r0, #i */
        code[1] = 0x4770;                  /* bx lr */
        barrier();
        CHECK(call() == i);
        CHECK(beside == i + 19);
    }
    check_pass();
}
