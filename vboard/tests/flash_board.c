/* flash_board.c - see flash_board.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_board.h"
#include "../src/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned warning_count;
char last_warning[256];
enum board_stop stop_reason;

static struct device flash_device;

#ifdef VBOARD_REMOVABLE
static bool removed[BEHAVIOUR_COUNT];

bool behaves(enum behaviour behaviour)
{
    return !removed[behaviour];
}

bool remove_behaviour(const char *name)
{
    static const char *const names[] = {
#define X(id, name) name,
        BEHAVIOURS(X)
#undef X
    };

    for (int i = 0; i < BEHAVIOUR_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            removed[i] = true;
            return true;
        }
    }
    return false;
}
#endif

void bus_add(struct board *board, const struct device *device)
{
    (void)board;
    flash_device = *device;
}

void bus_error(struct board *board)
{
    (void)board;
    abort(); /* no key is wrong here */
}

void board_irq(struct board *board, int irq, bool level)
{
    (void)board;
    (void)irq;
    (void)level;
}

void board_schedule(struct board *board, enum board_event event, uint64_t at_ns)
{
    board->events[event] = at_ns;
}

void board_skip_to_next_event(struct board *board)
{
    (void)board;
}

void board_pull_plug(struct board *board)
{
    board->plug_pulled = true;
}

void board_stop(struct board *board, enum board_stop why, const char *text)
{
    (void)board;
    (void)text;
    stop_reason = why;
}

void board_warn(struct board *board, const char *format, ...)
{
    va_list arguments;

    (void)board;
    va_start(arguments, format);
    (void)vsnprintf(last_warning, sizeof last_warning, format, arguments);
    va_end(arguments);
    warning_count++;
}

void cpu_stop(struct board *board)
{
    (void)board;
}

void cpu_flash_changed(struct board *board, uint32_t address, uint32_t size)
{
    (void)board;
    (void)address;
    (void)size;
}

void cpu_guard(struct board *board, uint32_t address, uint32_t size, bool guarded)
{
    (void)board;
    (void)address;
    (void)size;
    (void)guarded;
}

void watch_operation(struct board *board, const struct operation_record *record, bool starts)
{
    (void)board;
    (void)record;
    (void)starts;
}

/* --- time --- */

static enum board_event next_event(const struct board *board)
{
    enum board_event next = (enum board_event)0;

    for (int event = 0; event < EVENT_COUNT; event++) {
        if (board->events[event] < board->events[next]) {
            next = (enum board_event)event;
        }
    }
    return next;
}

void run_until(struct board *board, uint64_t at_ns)
{
    for (enum board_event event = next_event(board);
         board->events[event] <= at_ns && !board->plug_pulled; event = next_event(board)) {
        board->now_ns = board->events[event];
        board->events[event] = BOARD_NEVER;
        flash_event(board, event);
    }
    if (!board->plug_pulled) {
        board->now_ns = at_ns;
    }
}

void board_stall_until(struct board *board, uint64_t at_ns)
{
    run_until(board, at_ns);
}

/* --- what a test does --- */

bool start_board(struct board *board, const char *path)
{
    memset(board, 0, sizeof *board);
    for (int event = 0; event < EVENT_COUNT; event++) {
        board->events[event] = BOARD_NEVER;
    }
    board->options.flash_file = path;
    return flash_create(board) != NULL;
}

void put(struct board *board, uint32_t offset, uint32_t value)
{
    (void)flash_device.write(board, offset, UINT32_MAX, value);
}

uint32_t get(struct board *board, uint32_t offset)
{
    uint32_t value = 0;

    (void)flash_device.read(board, offset, 4, &value);
    return value;
}

void unlock_all(struct board *board)
{
    for (uint32_t set = 0; set < 2; set++) {
        put(board, set * 0x100 + 0x04, 0x45670123);
        put(board, set * 0x100 + 0x04, 0xCDEF89AB);
    }
    put(board, 0x08, 0x08192A3B);
    put(board, 0x08, 0x4C5D6E7F);
}

void store_word(struct board *board, int half, uint32_t word, uint32_t pattern)
{
    uint32_t address = FLASH_BASE + (uint32_t)half * BANK_SIZE + word * WORD_SIZE;

    for (uint32_t i = 0; i < WORD_SIZE / 4; i++) {
        (void)flash_bus_write(board, address + 4 * i, 4, pattern + i);
    }
}

void power_off(struct board *board)
{
    flash_power_off(board);
    board->powered = false;
    board->plug_pulled = false;
}

void power_on(struct board *board)
{
    board->powered = true;
    flash_reset(board, RESET_POWER_ON);
}
