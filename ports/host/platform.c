/* platform.c - flota/platform.h on Linux: the option byte is in the flash file, a reset is the
 * launcher's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/platform.h"
#include "host_chip.h"
#include "host_port.h"
#include <unistd.h>

static int update_allowed(void *port)
{
    (void)port;
    return 0;
}

static int swap(void *port)
{
    (void)port;
    host_flash_select(&host_flash, true);
    return 0;
}

static int keep(void *port)
{
    (void)port;
    host_flash_select(&host_flash, false);
    return 0;
}

static void feed(void *port)
{
    (void)port;
    host_chip()->feeds++;
}

static int foreign_allowed(void *port)
{
    (void)port;
    return 0;
}

static void reset(void *port)
{
    (void)port;
    host_chip()->wants_reset = true;
    _exit(0);
}

static int active_bank(void *port)
{
    (void)port;
    return (int)host_flash.active + 1;
}

/* The stack pointer in an image's vector table is not used here. image.S puts the end of DTCM, as
 * an image for the STM32H745 may: so that such an image is refused for its board, and by name. */
static const struct flota_memory ram[] = {{0x20000000u, 0x20000u}, {0x24000000u, 0x80000u}};

const struct flota_platform host_platform = {
    .port = NULL,
    .board = HOST_BOARD,
    .ram = ram,
    .ram_count = sizeof ram / sizeof ram[0],
    .has_guard = true,
    .update_allowed = update_allowed,
    .set_options = NULL,
    .swap = swap,
    .keep = keep,
    .feed = feed,
    .foreign_allowed = foreign_allowed,
    .reset = reset,
    .active_bank = active_bank,
    .chip_name = NULL,
};
