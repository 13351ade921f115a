/* chip.c - the firmware's side of the block that it shares with the launcher.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "host_chip.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static struct host_chip *chip;
static int flash_fd = -1;

_Noreturn static void refuse(const char *why)
{
    fprintf(stderr, "this is a firmware for flota-host: %s\n", why);
    exit(2);
}

static void attach(void)
{
    const char *text = getenv(HOST_CHIP_VARIABLE);
    int chip_fd;
    if (!text || sscanf(text, "%d,%d", &chip_fd, &flash_fd) != 2)
        refuse("start it with flota-host --load IMAGE.bin");
    chip = mmap(NULL, sizeof *chip, PROT_READ | PROT_WRITE, MAP_SHARED, chip_fd, 0);
    if (chip == MAP_FAILED || chip->magic != HOST_CHIP_MAGIC)
        refuse("the launcher's block cannot be read");
    if (chip->layout != HOST_CHIP_LAYOUT)
        refuse("it was built with another Flota than this flota-host");
}

struct host_chip *host_chip(void)
{
    if (!chip)
        attach();
    return chip;
}

int host_chip_flash(void)
{
    (void)host_chip();
    return flash_fd;
}
