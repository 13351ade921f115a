/* gdb_monitor.c - gdb's `monitor` commands: what a debug probe's software offers, and the plug.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cpu.h"
#include "gdb_target.h"

#include <string.h>

static const char help[] =
    "reset           restart the chip; it stands at its first instruction until `continue`\n"
    "halt            stop (it stands already)\n"
    "power off|on    pull the plug, put it back\n"
    "status          time, clock, power, resets, flash, why a fault came\n"
    "catch faults on|off   stop where a fault's handler begins (SIGSEGV)\n"
    "help            this\n"
    "After reset and power: `maintenance flush register-cache` shows gdb the new registers.\n";

static void print_faults(const struct cpu *cpu, struct gdb_text *output)
{
    const struct scs *scs = &cpu->scs;

    gdb_addf(output, "faults: CFSR 0x%08x, HFSR 0x%08x, BFAR 0x%08x, MMFAR 0x%08x%s\n", scs->cfsr,
             scs->hfsr, scs->bfar, scs->mmfar, cpu->locked_up ? ", locked up" : "");
}

static void print_status(struct board *board, struct gdb_text *output)
{
    struct flash_view view;

    gdb_addf(output, "time: %.9f s virtual, %llu instructions, clock %.1f MHz\n",
             (double)board->now_ns * 1e-9, (unsigned long long)board->instruction_count,
             (double)soc_sysclk_hz(board) * 1e-6);
    gdb_addf(output, "power: %s; %llu resets, the last by %s\n", board->powered ? "on" : "off",
             (unsigned long long)board->reset_count, reset_cause_name(board->last_reset));
    flash_view(board, &view);
    gdb_addf(output, "flash: %llu erases, %llu words programmed, banks %sswapped\n",
             (unsigned long long)view.erase_count, (unsigned long long)view.program_count,
             view.swapped ? "" : "not ");
    print_faults(board->cpu, output);
}

static void switch_power(struct gdb *gdb, bool on, struct gdb_text *output)
{
    board_power(gdb->board, on);
    gdb_add(output, on ? "The board is on; the core stands at its first instruction.\n"
                       : "The board is off: RAM and registers are gone. `monitor power on` puts "
                         "the plug back.\n");
}

static void reset(struct gdb *gdb, struct gdb_text *output)
{
    if (!gdb->board->powered) {
        gdb_add(output, "The board is off: `monitor power on` first.\n");
        return;
    }
    board_request_reset(gdb->board, RESET_PIN);
    gdb_add(output, "The chip restarts; it stands at its first instruction.\n");
}

bool gdb_monitor(void *context, const char *command, struct gdb_text *output)
{
    struct gdb *gdb = context;

    if (strncmp(command, "reset", 5) == 0 && (command[5] == '\0' || command[5] == ' ')) {
        reset(gdb, output);
    } else if (strcmp(command, "halt") == 0) {
        gdb_add(output, "The core stands.\n");
    } else if (strcmp(command, "power off") == 0 || strcmp(command, "power on") == 0) {
        switch_power(gdb, command[7] == 'n', output);
    } else if (strcmp(command, "status") == 0) {
        print_status(gdb->board, output);
    } else if (strcmp(command, "catch faults on") == 0 ||
               strcmp(command, "catch faults off") == 0) {
        cpu_debug_catch_faults(gdb->board, command[14] == 'n');
        gdb_addf(output, "Faults: %s\n", command + 13);
    } else if (strcmp(command, "help") == 0) {
        gdb_add(output, help);
    } else {
        return false;
    }
    return true;
}
