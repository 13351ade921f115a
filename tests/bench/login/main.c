/* main.c - how long one login takes on the board, and one slice of it: prints "login N us" and
 * "login_slice N us", then "done".
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../../../src/agent/access_internal.h"
#include "flota/port.h"
#include <stdio.h>
#include <string.h>

static struct flota_access_derivation derivation;

/* Returns turns, or an error. */
static int derive(void)
{
    const struct flota_access_password how = {.iterations = FLOTA_ACCESS_ITERATIONS};
    int turns = 1, result = flota_access_derive_start(&derivation, "correct horse", &how);
    if (result != 0)
        return result;
    while ((result = flota_access_derive(&derivation, FLOTA_ACCESS_SLICE)) == 0)
        turns++;
    return result < 0 ? result : turns;
}

int main(void)
{
    char line[96];
    flota_port_init();
    uint32_t start_ms = flota_port_now_ms();
    int turns = derive();
    uint32_t passed_us = (flota_port_now_ms() - start_ms) * 1000u;
    if (turns > 0)
        snprintf(line, sizeof line, "login %lu us\r\nlogin_slice %lu us\r\ndone\r\n",
                 (unsigned long)passed_us, (unsigned long)passed_us / (unsigned)turns);
    else
        snprintf(line, sizeof line, "login failed: %d\r\ndone\r\n", turns);
    flota_port_console(line, strlen(line));
    for (;;)
        flota_port_idle();
}
