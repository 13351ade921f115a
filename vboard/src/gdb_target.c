/* gdb_target.c - registers, memory and breakpoints for gdb. See gdb_target.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "gdb_target.h"
#include "bus.h"
#include "cpu.h"

#include <string.h>

/* --- registers, in the order of gdb_description --- */

enum { REGISTER_PC = 15, REGISTER_XPSR = 16, REGISTER_CONTROL = 22, REGISTER_D0 = 23 };

static const uint8_t register_sizes[] = {4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
                                         4, 4, 4, 4, 4, 4, 4, 4, 4, 8, 8, 8, 8, 8,
                                         8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 4, 0};

static const int register_ids[] = {
    UC_ARM_REG_R0,      UC_ARM_REG_R1,        UC_ARM_REG_R2,     UC_ARM_REG_R3,  UC_ARM_REG_R4,
    UC_ARM_REG_R5,      UC_ARM_REG_R6,        UC_ARM_REG_R7,     UC_ARM_REG_R8,  UC_ARM_REG_R9,
    UC_ARM_REG_R10,     UC_ARM_REG_R11,       UC_ARM_REG_R12,    UC_ARM_REG_SP,  UC_ARM_REG_LR,
    UC_ARM_REG_PC,      UC_ARM_REG_XPSR,      UC_ARM_REG_MSP,    UC_ARM_REG_PSP, UC_ARM_REG_PRIMASK,
    UC_ARM_REG_BASEPRI, UC_ARM_REG_FAULTMASK, UC_ARM_REG_CONTROL};

static struct cpu *cpu_of(void *context)
{
    return ((struct gdb *)context)->board->cpu;
}

static int register_id(unsigned number)
{
    if (number < REGISTER_D0) {
        return register_ids[number];
    }
    return number < REGISTER_D0 + 16 ? UC_ARM_REG_D0 + (int)(number - REGISTER_D0)
                                     : UC_ARM_REG_FPSCR;
}

static bool read_register(void *context, unsigned number, uint64_t *value)
{
    *value = 0;
    if (uc_reg_read(cpu_of(context)->uc, register_id(number), value) != UC_ERR_OK) {
        return false;
    }
    if (number == REGISTER_PC) {
        *value &= ~1ull;
    }
    return true;
}

/* The exception number and the execution state stay: only the flags can be written. */
static bool write_register(void *context, unsigned number, uint64_t value)
{
    struct cpu *cpu = cpu_of(context);

    if (number == REGISTER_XPSR) {
        cpu_set_register(cpu, UC_ARM_REG_XPSR_NZCVQG, (uint32_t)value);
    } else if (number == REGISTER_PC) {
        cpu_set_register(cpu, UC_ARM_REG_PC, (uint32_t)value | 1u);
        cpu->debug.credit = 0;
    } else if (uc_reg_write(cpu->uc, register_id(number), &value) != UC_ERR_OK) {
        return false;
    }
    cpu_refresh_flags(cpu);
    cpu->nvic.changed = true; /* PRIMASK and its like unmask */
    return true;
}

/* --- memory --- */

static bool is_register(uint32_t address)
{
    return address - 0x40000000u < 0x20000000u || address - 0xE0000000u < 0x100000u;
}

/* Registers are read as the core would, with all that a read does. Time does not jump where the
 * firmware's polling would make it. */
static bool access_register(struct board *board, uint32_t address, unsigned size, uint32_t *value,
                            bool write)
{
    struct cpu *cpu = board->cpu;
    bool skip = cpu->skip;

    cpu->debug.access_failed = false;
    if (write) {
        bus_write(board, address, size, *value);
    } else {
        *value = (uint32_t)bus_read(board, address, size);
    }
    cpu->skip = skip;
    return !cpu->debug.access_failed;
}

/* Bytes up to the next word boundary, as one access where that can be. */
static unsigned piece(uint32_t address, size_t size)
{
    if (address % 4 == 0 && size >= 4) {
        return 4;
    }
    return address % 2 == 0 && size >= 2 ? 2 : 1;
}

static bool read_piece(struct board *board, uint32_t address, uint8_t *data, unsigned size)
{
    const uint8_t *memory = memory_at(board, address, size);
    uint32_t value;

    if (memory != NULL) {
        memcpy(data, memory, size);
        return true;
    }
    if (!is_register(address) || !access_register(board, address, size, &value, false)) {
        return false;
    }
    memcpy(data, &value, size);
    return true;
}

static size_t read_memory(void *context, uint32_t address, uint8_t *data, size_t size)
{
    struct board *board = ((struct gdb *)context)->board;
    size_t done = 0;

    while (done < size) {
        unsigned part = piece(address + (uint32_t)done, size - done);
        if (!read_piece(board, address + (uint32_t)done, data + done, part)) {
            break;
        }
        done += part;
    }
    return done;
}

static bool write_piece(struct board *board, uint32_t address, const uint8_t *data, unsigned size)
{
    uint8_t *memory = memory_ram_at(address, size);
    uint32_t value = 0;

    if (memory != NULL) {
        memcpy(memory, data, size);
        return true;
    }
    memcpy(&value, data, size);
    return is_register(address) && access_register(board, address, size, &value, true);
}

/* Flash is refused: `load` programs it. */
static bool write_memory(void *context, uint32_t address, const uint8_t *data, size_t size)
{
    struct board *board = ((struct gdb *)context)->board;

    for (size_t done = 0; done < size;) {
        unsigned part = piece(address + (uint32_t)done, size - done);
        if (!write_piece(board, address + (uint32_t)done, data + done, part)) {
            return false;
        }
        done += part;
    }
    board->cpu->debug.changed = true; /* there may be code: it is translated anew */
    return true;
}

/* --- breakpoints and watchpoints --- */

static bool set_point(void *context, enum gdb_point kind, uint32_t address, uint32_t size, bool set)
{
    static const enum watch_access accesses[] = {[GDB_WATCH_WRITE] = WATCH_WRITE,
                                                 [GDB_WATCH_READ] = WATCH_READ,
                                                 [GDB_WATCH_ACCESS] = WATCH_BOTH};
    struct board *board = ((struct gdb *)context)->board;

    if (kind <= GDB_BREAK_HARD) {
        return cpu_debug_breakpoint(board, address & ~1u, set);
    }
    return cpu_debug_watchpoint(board, &(struct watchpoint){address, size, accesses[kind]}, set);
}

/* --- running --- */

static void resume(void *context, bool step)
{
    struct gdb *gdb = context;

    gdb->held = gdb->waits = false;
    if (gdb->board->powered) {
        cpu_debug_resume(gdb->board, step);
    }
}

static void halt(void *context)
{
    struct gdb *gdb = context;

    cpu_debug_halt(gdb->board);
    gdb->held = true;
    gdb_session_stopped(&gdb->session, &(struct gdb_stop){GDB_STOP_INTERRUPT, 0, 0});
}

static void restart(void *context)
{
    struct gdb *gdb = context;

    gdb->held = true;
    board_power(gdb->board, true);
    board_request_reset(gdb->board, RESET_PIN);
}

static void detach(void *context, bool kill)
{
    struct gdb *gdb = context;

    cpu_debug_attach(gdb->board, false);
    gdb->held = gdb->waits = false;
    if (kill && gdb->board->powered) {
        board_request_reset(gdb->board, RESET_PIN);
    }
}

/* --- flash --- */

static bool erase_flash(void *context, uint32_t address, uint32_t size)
{
    return flash_erase_host(((struct gdb *)context)->board, address, size);
}

static bool write_flash(void *context, uint32_t address, const uint8_t *data, size_t size)
{
    return flash_program_host(((struct gdb *)context)->board, address, data, size);
}

static bool finish_flash(void *context)
{
    (void)context;
    return true;
}

const struct gdb_target gdb_board_target = {.description = gdb_description,
                                            .memory_map = gdb_memory_map,
                                            .registers = register_sizes,
                                            .read_register = read_register,
                                            .write_register = write_register,
                                            .read_memory = read_memory,
                                            .write_memory = write_memory,
                                            .set_point = set_point,
                                            .resume = resume,
                                            .halt = halt,
                                            .erase_flash = erase_flash,
                                            .write_flash = write_flash,
                                            .finish_flash = finish_flash,
                                            .monitor = gdb_monitor,
                                            .restart = restart,
                                            .detach = detach};
