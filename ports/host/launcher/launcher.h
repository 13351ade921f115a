/* launcher.h - flota-host: the chip, as a process that starts firmware as other processes.
 *
 * main.c and options.c set it up, run.c is the chip's life: guard, run, reset. child.c starts a
 * bank's program, console.c gives it a serial line, control.c is the hand at the board.
 *
 * Thread safety: one thread.  Allocation: descriptors and mappings, kept until the end.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_LAUNCHER_H
#define FLOTA_LAUNCHER_H

#include "../host_chip.h"
#include "../host_flash.h"
#include <sys/types.h>

#define LAUNCHER_EXECS_MAX 16

/* Another build of a firmware: with sanitizers, or for a debugger. */
struct launcher_exec {
    const char *name; /* of the firmware, in its information block */
    const char *path;
};

struct launcher_options {
    const char *flash_file;
    const char *load;    /* program this image before power-on */
    const char *initial; /* the same, into a blank flash only */
    const char *control;
    const char *uart; /* "stdio", "none", "pty" */
    const char *uart_link;
    uint32_t watchdog_ms;
    struct launcher_exec execs[LAUNCHER_EXECS_MAX];
};

/* What ended a run. */
enum launcher_end {
    LAUNCHER_RUNS,
    LAUNCHER_RESET,       /* the firmware asked for it */
    LAUNCHER_FAULT,       /* it crashed, or ended by itself */
    LAUNCHER_WATCHDOG,    /* it did not feed */
    LAUNCHER_BUTTON,      /* SIGUSR1, control: reset */
    LAUNCHER_POWER_CYCLE, /* control: power-cycle */
    LAUNCHER_QUIT         /* SIGTERM, SIGINT, control: quit */
};

struct launcher {
    struct launcher_options options;
    struct host_flash flash;
    struct host_chip *chip;
    int flash_fd;
    int chip_fd;
    int signals;        /* signalfd */
    int control;        /* listening socket, -1: none */
    int control_client; /* -1: none */
    pid_t child;        /* -1: nothing runs */
    bool watchdog;      /* it was started */
    uint32_t feeds;
    uint64_t fed_ms;
    uint64_t started_ms;
    uint32_t run_count; /* since the launcher's start */
};

/* One line on standard output, "flota-host: ...". */
void launcher_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

uint64_t launcher_now_ms(void);

/* options.c: ends the program when they make no sense. The chip is mapped already. */
void launcher_options_parse(struct launcher *launcher, int argc, char **argv);

/* run.c: returns when somebody switches the chip off: 0, or 1 when it could not run. */
int launcher_run(struct launcher *launcher);

/* child.c: start the program of the active bank. Returns 0, or -1: said why, nothing runs. */
int launcher_child_start(struct launcher *launcher);

/* End the program at once, as a loss of power or a reset does, and wait for its end. */
void launcher_child_kill(struct launcher *launcher);

/* child.c: take the end of a program that has ended. Returns LAUNCHER_RUNS when it has not. */
enum launcher_end launcher_child_end(struct launcher *launcher);

/* console.c: sets the chip's console descriptors. Returns 0, or -1: said why. */
int launcher_console_open(struct launcher *launcher);
void launcher_console_close(const struct launcher *launcher);

/* control.c: Returns 0, or -1: said why. */
int launcher_control_open(struct launcher *launcher);
void launcher_control_close(struct launcher *launcher);

/* A client is there, or a command: carry it out. */
void launcher_control_accept(struct launcher *launcher);
enum launcher_end launcher_control_serve(struct launcher *launcher);

#endif
