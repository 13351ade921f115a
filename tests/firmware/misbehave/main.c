/* main.c - Project 1 as it must not be: an update that turns out bad, in one way each.
 *
 * misbehaviour.h, one per firmware, says in which. The guard, the watchdog or the deadline must
 * bring the device back to what it ran before.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/flota.h"
#include "flota/port.h"
#include "misbehaviour.h"

int main(void)
{
    flota_init();
    misbehave_at_start();
    for (;;) {
        flota_poll();
        misbehave_at(flota_port_now_ms());
    }
}
