/* main.c - project1: a page with one element, the firmware update.
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
