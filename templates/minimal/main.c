/* main.c - @NAME@: a firmware that replaces itself over the air.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flota.h"

int main(void)
{
    flota_init();
    for (;;)
        flota_poll();
}
