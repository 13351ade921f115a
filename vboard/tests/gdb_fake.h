/* gdb_fake.h - a target without a board, for the protocol's tests: 256 bytes of RAM at 0x1000, 256
 * of flash at 0x2000, three registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef GDB_FAKE_H
#define GDB_FAKE_H

#include "gdb_packet.h"

#include <stdio.h>
#include <string.h>

struct fake {
    uint8_t ram[256], flash[256];
    uint64_t registers[3];
    unsigned resumes, steps, halts, restarts, detaches, kills, points;
};

static const uint8_t fake_sizes[] = {4, 4, 8, 0};

static bool fake_read_register(void *context, unsigned number, uint64_t *value)
{
    *value = ((struct fake *)context)->registers[number];
    return true;
}

static bool fake_write_register(void *context, unsigned number, uint64_t value)
{
    if (number < 3) {
        ((struct fake *)context)->registers[number] = value;
    }
    return number < 3;
}

static size_t fake_read(void *context, uint32_t address, uint8_t *data, size_t size)
{
    size_t at = address - 0x1000u, room = at < 256 ? 256 - at : 0;

    size = size < room ? size : room;
    if (size > 0) {
        memcpy(data, ((struct fake *)context)->ram + at, size);
    }
    return size;
}

static bool fake_write(void *context, uint32_t address, const uint8_t *data, size_t size)
{
    size_t at = address - 0x1000u;

    if (at >= 256 || size > 256 - at) {
        return false;
    }
    memcpy(((struct fake *)context)->ram + at, data, size);
    return true;
}

static bool fake_point(void *context, enum gdb_point kind, uint32_t address, uint32_t size,
                       bool set)
{
    (void)address;
    (void)size;
    ((struct fake *)context)->points += set ? 1u : 0;
    return kind <= GDB_WATCH_ACCESS;
}

static void fake_resume(void *context, bool step)
{
    struct fake *fake = context;

    fake->steps += step;
    fake->resumes += !step;
}

static void fake_halt(void *context)
{
    ((struct fake *)context)->halts++;
}

static bool fake_erase(void *context, uint32_t address, uint32_t size)
{
    size_t at = address - 0x2000u;

    if (at >= 256 || size > 256 - at) {
        return false;
    }
    memset(((struct fake *)context)->flash + at, 0xFF, size);
    return true;
}

static bool fake_program(void *context, uint32_t address, const uint8_t *data, size_t size)
{
    size_t at = address - 0x2000u;

    if (at >= 256 || size > 256 - at) {
        return false;
    }
    memcpy(((struct fake *)context)->flash + at, data, size);
    return true;
}

static bool fake_finish(void *context)
{
    (void)context;
    return true;
}

static bool fake_monitor(void *context, const char *command, struct gdb_text *output)
{
    (void)context;
    if (strcmp(command, "long") == 0) {
        for (int i = 0; i < 2000; i++) {
            gdb_add(output, "0123456789");
        }
        return true;
    }
    gdb_addf(output, "said %s\n", command);
    return strcmp(command, "hello") == 0;
}

static void fake_restart(void *context)
{
    ((struct fake *)context)->restarts++;
}

static void fake_detach(void *context, bool kill)
{
    struct fake *fake = context;

    fake->kills += kill;
    fake->detaches += !kill;
}

static const struct gdb_target fake_target = {.description = "<target>}#$*</target>",
                                              .memory_map = "<memory-map/>",
                                              .registers = fake_sizes,
                                              .read_register = fake_read_register,
                                              .write_register = fake_write_register,
                                              .read_memory = fake_read,
                                              .write_memory = fake_write,
                                              .set_point = fake_point,
                                              .resume = fake_resume,
                                              .halt = fake_halt,
                                              .erase_flash = fake_erase,
                                              .write_flash = fake_program,
                                              .finish_flash = fake_finish,
                                              .monitor = fake_monitor,
                                              .restart = fake_restart,
                                              .detach = fake_detach};

#endif
