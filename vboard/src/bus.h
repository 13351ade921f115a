/* bus.h - the core's accesses to peripherals.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_BUS_H
#define VBOARD_BUS_H

#include "board.h"

struct bus *bus_create(void);
void bus_destroy(struct bus *bus);

/* An access of 1, 2, 4 or 8 bytes. May not return: a bus error leaves the emulation. */
uint64_t bus_read(struct board *board, uint32_t address, unsigned size);
void bus_write(struct board *board, uint32_t address, unsigned size, uint64_t value);

#endif
