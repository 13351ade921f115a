/* main.c - flota-host: run a firmware for the board "host" as a process on Linux.
 *
 * The shared block, the flash file, the first image; then run.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "launcher.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES   20
#define LOCK_WAIT_NS 100000000

void launcher_say(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    dprintf(STDOUT_FILENO, "flota-host: %s\n", line);
}

/* --- the chip's parts --- */

static int make_chip(struct launcher *launcher)
{
    launcher->chip_fd = memfd_create("flota-chip", MFD_CLOEXEC);
    if (launcher->chip_fd < 0 || ftruncate(launcher->chip_fd, sizeof *launcher->chip) != 0)
        return -1;
    launcher->chip = mmap(NULL, sizeof *launcher->chip, PROT_READ | PROT_WRITE, MAP_SHARED,
                          launcher->chip_fd, 0);
    if (launcher->chip == MAP_FAILED)
        return -1;
    launcher->chip->magic = HOST_CHIP_MAGIC;
    launcher->chip->layout = HOST_CHIP_LAYOUT;
    launcher->chip->time_scale = 1;
    strcpy(launcher->chip->address, "127.0.0.1");
    return 0;
}

/* The lock is the descriptor's, which the firmware inherits: it ends with the last of both. After
 * a kill, the processes of the run before may still be ending. */
static int lock_flash(const struct launcher *launcher)
{
    const struct timespec wait = {.tv_nsec = LOCK_WAIT_NS};
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(launcher->flash_fd, LOCK_EX | LOCK_NB) == 0)
            return 0;
        nanosleep(&wait, NULL);
    }
    return -1;
}

static int open_flash(struct launcher *launcher)
{
    const char *path = launcher->options.flash_file;
    launcher->flash_fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644)
                              : memfd_create("flota-flash", MFD_CLOEXEC);
    if (launcher->flash_fd < 0) {
        launcher_say("%s: %s", path ? path : "flash", strerror(errno));
        return -1;
    }
    if (path && lock_flash(launcher) != 0) {
        launcher_say("%s: in use by another flota-host", path);
        return -1;
    }
    int result = host_flash_open(&launcher->flash, launcher->flash_fd);
    if (result == -EINVAL)
        launcher_say("%s: not a flash file, it has another size", path);
    else if (result < 0)
        launcher_say("%s: %s", path ? path : "flash", strerror(-result));
    return result;
}

/* FNV-1a, so that each flash file is a device of its own and stays it. 02: locally administered. */
static void choose_mac(struct launcher *launcher)
{
    char *path = launcher->options.flash_file ? realpath(launcher->options.flash_file, NULL) : NULL;
    uint64_t hash = 0xCBF29CE484222325u;
    uint8_t *mac = launcher->chip->mac;
    for (const char *text = path ? path : launcher->chip->address; *text; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001B3u;
    mac[0] = 0x02;
    for (size_t i = 1; i < 6; i++)
        mac[i] = (uint8_t)(hash >> (8u * i));
    free(path);
}

/* --- the first image --- */

static int program_file(struct launcher *launcher, const char *path)
{
    static uint8_t image[(HOST_FLASH_SECTORS - 1) * HOST_FLASH_SECTOR];
    struct flota_image_info info;
    FILE *file = fopen(path, "rb");
    if (!file) {
        launcher_say("%s: %s", path, strerror(errno));
        return -1;
    }
    size_t size = fread(image, 1, sizeof image, file);
    bool is_whole = fgetc(file) == EOF && !ferror(file);
    fclose(file);
    int found = flota_image_find_info(image, (uint32_t)size, &info);
    if (!is_whole || found != 1 || strcmp(info.board, HOST_BOARD) != 0) {
        launcher_say("%s: not a firmware for the board " HOST_BOARD, path);
        return -1;
    }
    host_flash_program(&launcher->flash, image, (uint32_t)size);
    return 0;
}

static bool is_blank(const struct launcher *launcher)
{
    const uint8_t *bank = host_flash_active(&launcher->flash);
    for (size_t i = 0; i < FLOTA_IMAGE_HEAD_SIZE; i++) {
        if (bank[i] != 0xFF)
            return false;
    }
    return true;
}

static int load(struct launcher *launcher)
{
    const struct launcher_options *options = &launcher->options;
    if (options->load)
        return program_file(launcher, options->load);
    if (options->initial && is_blank(launcher))
        return program_file(launcher, options->initial);
    return 0;
}

int main(int argc, char **argv)
{
    static struct launcher launcher = {.child = -1};
    signal(SIGPIPE, SIG_IGN); /* here and in the firmware: nobody reads the console any more */
    if (make_chip(&launcher) != 0) {
        launcher_say("no memory: %s", strerror(errno));
        return 1;
    }
    launcher_options_parse(&launcher, argc, argv);
    if (open_flash(&launcher) != 0 || load(&launcher) != 0)
        return 1;
    if (launcher.chip->mac[0] == 0)
        choose_mac(&launcher);
    if (launcher_console_open(&launcher) != 0 || launcher_control_open(&launcher) != 0)
        return 1;
    int result = launcher_run(&launcher);
    launcher_console_close(&launcher);
    launcher_control_close(&launcher);
    return result;
}
