/* bus.c - address map of the peripherals; accesses that nothing models are reported once.
 *
 * Windows are found by 1 KB pages. Accesses reach a device as aligned 32-bit registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bus.h"
#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT       10
#define PERIPHERAL_BASE  0x40000000u
#define PERIPHERAL_PAGES (0x20000000u >> PAGE_SHIFT)
#define PPB_BASE         0xE0000000u
#define PPB_SIZE         0x100000u

enum { DEVICE_MAX = 120 };

struct bus {
    const struct device *devices[DEVICE_MAX + 1]; /* [0]: none */
    size_t count;
    uint8_t pages[PERIPHERAL_PAGES]; /* index into devices */
    const struct device *ppb;
    bool error; /* the device answers with a bus error */
};

struct bus *bus_create(void)
{
    return calloc(1, sizeof(struct bus));
}

void bus_destroy(struct bus *bus)
{
    free(bus);
}

void bus_add(struct board *board, const struct device *device)
{
    struct bus *bus = board->bus;
    uint32_t first, last;

    if (device->base >= PPB_BASE) {
        bus->ppb = device;
        return;
    }
    first = (device->base - PERIPHERAL_BASE) >> PAGE_SHIFT;
    last = (device->base - PERIPHERAL_BASE + device->size - 1) >> PAGE_SHIFT;
    if (bus->count == DEVICE_MAX || device->base < PERIPHERAL_BASE || last >= PERIPHERAL_PAGES) {
        fprintf(stderr, "vboard: no place for the device %s at 0x%08x\n", device->name,
                device->base);
        exit(EXIT_FAILURE);
    }
    bus->devices[++bus->count] = device;
    memset(&bus->pages[first], (int)bus->count, last - first + 1);
}

void bus_error(struct board *board)
{
    board->bus->error = true;
}

static const struct device *find(const struct bus *bus, uint32_t address)
{
    const struct device *device;

    if (address >= PPB_BASE) {
        return bus->ppb;
    }
    device = bus->devices[bus->pages[(address - PERIPHERAL_BASE) >> PAGE_SHIFT]];
    return device != NULL && address - device->base < device->size ? device : NULL;
}

static const char *register_name(const struct device *device, uint32_t offset)
{
    for (const struct register_name *name = device->names; name != NULL && name->name != NULL;
         name++) {
        if (name->offset == offset) {
            return name->name;
        }
    }
    return NULL;
}

/* "RCC.D2CCIP1R", "RCC+0x0fc", "TIM2+0x000" or "0x40000000". */
static void describe(const struct device *device, uint32_t address, char *text, size_t size)
{
    uint32_t base = device != NULL ? device->base : 0;
    const char *owner = device != NULL ? device->name : soc_peripheral_name(address, &base);
    const char *name = device != NULL ? register_name(device, address - base) : NULL;

    if (name != NULL) {
        snprintf(text, size, "%s.%s", owner, name);
    } else if (owner != NULL) {
        snprintf(text, size, "%s+0x%03x", owner, address - base);
    } else {
        snprintf(text, size, "0x%08x", address);
    }
}

static void report(struct board *board, const struct device *device, uint32_t address,
                   const char *verb)
{
    char text[64];

    describe(device, address, text, sizeof text);
    board_warn(board, "%s %s, not modelled", verb, text);
    if (!behaves(BEHAVIOUR_UNMODELLED_NO_FAULT)) {
        bus_error(board);
    }
}

static void trace(struct board *board, const struct device *device, uint32_t address,
                  const char *verb, uint32_t value)
{
    char text[64];

    describe(device, address, text, sizeof text);
    fprintf(stderr, "bus: %.9f %s %s 0x%08x\n", (double)board->now_ns * 1e-9, verb, text, value);
}

/* Unprivileged code must not touch the system space (Armv7-M ARM B3.1.1). */
static bool is_allowed(struct board *board, uint32_t address)
{
    const uint32_t npriv = 1;

    return address < PPB_BASE || !behaves(BEHAVIOUR_UNPRIVILEGED_PPB) ||
           (cpu_register(board->cpu, UC_ARM_REG_CONTROL) & npriv) == 0 ||
           cpu_register(board->cpu, UC_ARM_REG_IPSR) != 0;
}

static uint32_t lane_mask(uint32_t address, unsigned size)
{
    uint32_t mask = size >= 4 ? UINT32_MAX : (1u << (8 * size)) - 1;

    return mask << (8 * (address & 3u));
}

static uint32_t read_word(struct board *board, uint32_t address, unsigned size)
{
    const struct device *device = find(board->bus, address);
    uint32_t aligned = address & ~3u;
    uint32_t value = 0;

    cpu_sync(board);
    board->bus->error = !is_allowed(board, address);
    if (!board->bus->error &&
        (device == NULL || !device->read(board, aligned - device->base, size, &value))) {
        value = 0;
        if (!board->bus->error) {
            report(board, device, aligned, "read of");
        }
    }
    if (board->bus->error) {
        board->bus->error = false;
        cpu_bus_error(board, address, false);
    }
    if ((board->options.trace & TRACE_BUS) != 0) {
        trace(board, device, aligned, "read", value);
    }
    return value;
}

static void write_word(struct board *board, uint32_t address, uint32_t lanes, uint32_t value)
{
    const struct device *device = find(board->bus, address);

    cpu_sync(board);
    board->bus->error = !is_allowed(board, address);
    if ((board->options.trace & TRACE_BUS) != 0) {
        trace(board, device, address, "write", value);
    }
    if (!board->bus->error &&
        (device == NULL || !device->write(board, address - device->base, lanes, value)) &&
        !board->bus->error) {
        report(board, device, address, "write to");
    }
    if (board->bus->error) {
        board->bus->error = false;
        cpu_bus_error(board, address, true);
    }
}

uint64_t bus_read(struct board *board, uint32_t address, unsigned size)
{
    uint64_t value;

    if (size == 8) {
        value = read_word(board, address, 4);
        return value | (uint64_t)read_word(board, address + 4, 4) << 32;
    }
    value = read_word(board, address, size) >> (8 * (address & 3u));
    return size == 4 ? value : value & lane_mask(0, size);
}

void bus_write(struct board *board, uint32_t address, unsigned size, uint64_t value)
{
    uint32_t lanes = lane_mask(address, size);

    write_word(board, address & ~3u, lanes, ((uint32_t)value << (8 * (address & 3u))) & lanes);
    if (size == 8) {
        write_word(board, address + 4, UINT32_MAX, (uint32_t)(value >> 32));
    }
}
