/* flash.c - flota flash: a firmware by a programmer, or into the flash file of a virtual board.
 *
 * Sector 7 of the bank has the journal (DESIGN.md). A programmer leaves it blank, so that no record
 * of an earlier firmware counts for the new one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "home.h"
#include "project.h"
#include "project_sim.h"
#include "usage.h"
#include "verdict.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENT_MAX 16u

struct wishes {
    const char *command;
    const char *image;
    const char *flash; /* of a virtual board */
    const char *programmer;
    bool dry_run;
};

/* Programs one after another, until one fails. */
struct step {
    const char *values[ARGUMENT_MAX];
};

static void print_step(const struct step *step)
{
    for (size_t i = 0; step->values[i]; i++) {
        bool plain = !strpbrk(step->values[i], " ;\"$");
        printf(plain ? "%s%s" : "%s'%s'", i ? " " : "", step->values[i]);
    }
    putchar('\n');
}

static int run_step(const struct wishes *wishes, const struct step *step)
{
    char *arguments[ARGUMENT_MAX];
    for (size_t i = 0; i < ARGUMENT_MAX; i++)
        arguments[i] = (char *)(uintptr_t)step->values[i];
    print_step(step);
    if (wishes->dry_run)
        return EXIT_DONE;
    int code = process_run(arguments, NULL, NULL);
    if (code == 0)
        return EXIT_DONE;
    fprintf(stderr,
            "%s: %s failed, with code %d.\nTo do: see its words above; look at the USB cable, and "
            "whether another debugger holds the board.\n",
            wishes->command, step->values[0], code);
    return EXIT_OTHER;
}

/* --- a real board --- */

/* Configuration: target/stm32h7x_dual_bank.cfg of OpenOCD, whose bank 0 is what stands at
 * 0x08000000, whichever physical bank that is. Sectors of 128 KB: RM0399 chapter 4. */
static int run_openocd(const struct wishes *wishes)
{
    char script[PROCESS_PATH_SIZE + 256];
    snprintf(script, sizeof script,
             "init; reset halt; flash erase_sector 0 0 7; flash write_image {%s} 0x08000000; "
             "verify_image {%s} 0x08000000; reset run; shutdown",
             wishes->image, wishes->image);
    const struct step step = {{"openocd", "-f", "interface/stlink.cfg", "-f",
                               "target/stm32h7x_dual_bank.cfg", "-c", script, NULL}};
    return run_step(wishes, &step);
}

/* Not all versions of st-flash erase a sector of their own, so all is erased, the other bank, too.
 */
static int run_st_flash(const struct wishes *wishes)
{
    const struct step erase = {{"st-flash", "erase", NULL}};
    const struct step write = {{"st-flash", "--reset", "write", wishes->image, "0x08000000", NULL}};
    int result = run_step(wishes, &erase);
    return result == EXIT_DONE ? run_step(wishes, &write) : result;
}

static int run_programmer(const struct wishes *wishes)
{
    char path[PROCESS_PATH_SIZE];
    const char *name = wishes->programmer;
    if (!name)
        name = process_find("openocd", path)    ? "openocd"
               : process_find("st-flash", path) ? "st-flash"
               : wishes->dry_run                ? "openocd"
                                                : NULL;
    if (!name || (!wishes->dry_run && !process_find(name, path))) {
        fprintf(stderr,
                "%s: no programmer is installed: neither openocd nor st-flash%s%s.\nTo do: install "
                "one (Debian: apt-get install openocd, or stlink-tools); a virtual board takes "
                "--flash FILE.\n",
                wishes->command, name ? ", or not " : "", name ? name : "");
        return EXIT_OTHER;
    }
    fprintf(stderr, "note: this has not been tried on silicon yet; what is run is shown.\n");
    bool is_openocd = strcmp(name, "openocd") == 0;
    int result = is_openocd ? run_openocd(wishes) : run_st_flash(wishes);
    if (result == EXIT_DONE && !wishes->dry_run)
        fprintf(stderr, "flashed %s, and the journal %s erased.\n", wishes->image,
                is_openocd ? "of that bank is" : "and the other bank are");
    return result;
}

/* --- a virtual board --- */

/* A new chip with the image in bank 1: nothing of the file's earlier content stays. The program
 * that owns the format writes it; the firmware does not get to run. */
static int fill_board(const struct wishes *wishes, const char *program)
{
    const struct step step = {{program, "--flash", wishes->flash, "--load", wishes->image,
                               "--uart3", "none", "--fast", "--run-for", "0.000001", NULL}};
    char *arguments[ARGUMENT_MAX];
    for (size_t i = 0; i < ARGUMENT_MAX; i++)
        arguments[i] = (char *)(uintptr_t)step.values[i];
    return process_run(arguments, NULL, NULL) == 3 ? EXIT_DONE : EXIT_OTHER; /* 3: time is up */
}

/* It runs until it says a word on its console: the image was taken. */
static int fill_host(const struct wishes *wishes, const char *program)
{
    const char *values[] = {program,       "--flash",      wishes->flash, "--load",
                            wishes->image, "--uart=stdio", NULL};
    char byte;
    int ends[2], nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || pipe(ends) != 0)
        return EXIT_OTHER;
    pid_t pid = process_start((char **)(uintptr_t)values, nothing, ends[1]);
    close(nothing);
    close(ends[1]);
    bool runs = read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    kill(pid, SIGTERM);
    process_wait(pid);
    return runs ? EXIT_DONE : EXIT_OTHER;
}

/* The file is replaced when the new one is whole. */
static int fill(const struct wishes *wishes, bool is_host, const char *program)
{
    char path[PROCESS_PATH_SIZE];
    struct wishes beside = *wishes;
    snprintf(path, sizeof path, "%.1000s.new", wishes->flash);
    beside.flash = path;
    unlink(path);
    int result = is_host ? fill_host(&beside, program) : fill_board(&beside, program);
    if (result == EXIT_DONE && rename(path, wishes->flash) != 0)
        result = EXIT_OTHER;
    if (result != EXIT_DONE)
        unlink(path);
    return result;
}

static int run_virtual(const struct wishes *wishes, bool is_host)
{
    const char *name = is_host ? "flota-host" : "flota-vboard";
    char program[PROCESS_PATH_SIZE];
    if (strcmp(wishes->flash, SIM_FLASH) == 0 && sim_is_running()) {
        fprintf(
            stderr,
            "%s: the sim of this project runs, and would not see it.\nTo do: end it with Ctrl-C "
            "first, or use flota ota.\n",
            wishes->command);
        return EXIT_OTHER;
    }
    if (!home_program(name, program)) {
        fprintf(stderr,
                "%s: %s is not there.\nTo do: build it, with make host in Flota's folder.\n",
                wishes->command, name);
        return EXIT_OTHER;
    }
    if (wishes->dry_run) {
        printf("%s --flash %s --load %s\n", program, wishes->flash, wishes->image);
        return EXIT_DONE;
    }
    int result = fill(wishes, is_host, program);
    if (result == EXIT_DONE)
        fprintf(stderr, "%s: a new chip with %s in bank 1, the journals blank.\n", wishes->flash,
                wishes->image);
    else
        fprintf(stderr, "%s: %s did not take it.\nTo do: see its words above.\n", wishes->command,
                name);
    return result;
}

static int run(const struct wishes *wishes)
{
    struct file image;
    struct flota_image_info info = {0};
    if (!file_read(wishes->command, wishes->image, &image))
        return EXIT_OTHER;
    int error = verdict(&image);
    verdict_raw_info(&image, &info);
    free(image.bytes);
    if (error != 0)
        return verdict_complain(wishes->command, wishes->image, error, NULL);
    bool is_host = strcmp(info.board, "host") == 0;
    if (wishes->flash)
        return run_virtual(wishes, is_host);
    if (!is_host)
        return run_programmer(wishes);
    fprintf(stderr,
            "%s: %s is for the board host, which has no programmer.\nTo do: flota flash "
            "--flash " SIM_FLASH ", or flota sim --fresh.\n",
            wishes->command, wishes->image);
    return EXIT_USAGE;
}

int command_flash(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0]};
    const struct usage_option options[] = {
        USAGE_TEXT("flash", 'f', "FILE", &wishes.flash,
                   "Of a virtual board that is not running: build/sim.flash"),
        USAGE_TEXT("programmer", 'P', "NAME", &wishes.programmer,
                   "openocd or st-flash (default: the one that is installed)"),
        USAGE_FLAG("dry-run", 'n', &wishes.dry_run, "Show the commands, run none"),
        {0}};
    const struct usage usage = {
        "[IMAGE.bin]",
        "Write an image by a programmer, the first time or when nothing else helps.\vDefault: the "
        "project's build/fw.bin. The journal of the bank is erased, too: what earlier updates left "
        "there would be about another firmware. It has not been tried on silicon.",
        options,
        &wishes.image,
        0,
        1};
    usage_read(&usage, argc, argv);
    if (!wishes.image)
        wishes.image = project_default_image();
    if (!wishes.image)
        return usage_complain(argv[0],
                              "there is no build/fw.bin here: flota build, or name an image");
    if (wishes.programmer && strcmp(wishes.programmer, "openocd") != 0 &&
        strcmp(wishes.programmer, "st-flash") != 0)
        return usage_complain(argv[0], "--programmer takes openocd or st-flash");
    return run(&wishes);
}
