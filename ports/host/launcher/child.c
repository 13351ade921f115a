/* child.c - start the program that lies in the active bank, and see how it ends.
 *
 * The program is copied out of the flash file into memory that execve() takes: what runs is what
 * was flashed. It dies with the launcher, also when that is killed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "launcher.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The other build of this firmware that --exec names; -1: none. */
static int open_exec(const struct launcher *launcher, const struct flota_image_info *info)
{
    for (int i = 0; i < LAUNCHER_EXECS_MAX && launcher->options.execs[i].name; i++) {
        const struct launcher_exec *exec = &launcher->options.execs[i];
        if (strcmp(exec->name, info->name) != 0)
            continue;
        int fd = open(exec->path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            launcher_say("%s: %s", exec->path, strerror(errno));
        return fd;
    }
    return -1;
}

static int copy_program(const uint8_t *program, uint32_t size)
{
    int fd = memfd_create("flota-firmware", MFD_CLOEXEC);
    if (fd < 0 || write(fd, program, size) != (ssize_t)size) {
        launcher_say("no memory for the program: %s", strerror(errno));
        return -1;
    }
    return fd;
}

/* Returns a descriptor of the program, or -1: said why. */
static int open_program(const struct launcher *launcher)
{
    const uint8_t *bank = host_flash_active(&launcher->flash);
    uint32_t size = launcher->flash.flash.image_sector_count * HOST_FLASH_SECTOR;
    struct flota_image_info info;
    if (flota_image_find_info(bank, FLOTA_IMAGE_HEAD_SIZE, &info) == 1) {
        int fd = open_exec(launcher, &info);
        if (fd >= 0)
            return fd;
        if (info.image_size > HOST_PROGRAM_OFFSET && info.image_size <= size)
            size = info.image_size;
    }
    if (memcmp(bank + HOST_PROGRAM_OFFSET, ELFMAG, SELFMAG) == 0)
        return copy_program(bank + HOST_PROGRAM_OFFSET, size - HOST_PROGRAM_OFFSET);
    launcher_say("bank %u holds no program for this machine: nothing runs. Give one with --load",
                 launcher->flash.active + 1u);
    return -1;
}

/* In the child. SIGINT and SIGTTIN: Ctrl-C is the launcher's, which then switches off; in the
 * background the terminal's input is not for us, and must not stop us. */
_Noreturn static void become(const struct launcher *launcher, int program, pid_t parent)
{
    static char name[] = "flota-firmware";
    char *arguments[] = {name, NULL};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    fcntl(launcher->chip_fd, F_SETFD, 0);
    fcntl(launcher->flash_fd, F_SETFD, 0);
    if (launcher->chip->console_in > STDERR_FILENO)
        fcntl(launcher->chip->console_in, F_SETFD, 0);
    fexecve(program, arguments, environ);
    _exit(127);
}

int launcher_child_start(struct launcher *launcher)
{
    char value[32];
    pid_t parent = getpid();
    int program = open_program(launcher);
    launcher->child = -1;
    if (program < 0)
        return -1;
    snprintf(value, sizeof value, "%d,%d", launcher->chip_fd, launcher->flash_fd);
    setenv(HOST_CHIP_VARIABLE, value, 1);
    launcher->child = fork();
    if (launcher->child == 0)
        become(launcher, program, parent);
    if (launcher->child < 0)
        launcher_say("fork: %s", strerror(errno));
    close(program);
    return launcher->child < 0 ? -1 : 0;
}

void launcher_child_kill(struct launcher *launcher)
{
    if (launcher->child < 0)
        return;
    kill(launcher->child, SIGKILL);
    waitpid(launcher->child, NULL, 0);
    launcher->child = -1;
}

/* How it crashed, for the next run: where and since which milestone it has said itself. */
static void keep_words(struct launcher *launcher, int status)
{
    struct flota_last_words *words = &launcher->chip->words;
    if (WIFSIGNALED(status))
        snprintf(words->what, sizeof words->what, "SIG%s", sigabbrev_np(WTERMSIG(status)));
    else if (words->what[0] == 0) /* a panic has said its own word */
        snprintf(words->what, sizeof words->what, "exit %d", WEXITSTATUS(status));
    words->valid = true;
    launcher_say("fault: the firmware ended: %s", words->what);
}

enum launcher_end launcher_child_end(struct launcher *launcher)
{
    int status;
    if (launcher->child < 0 || waitpid(launcher->child, &status, WNOHANG) != launcher->child)
        return LAUNCHER_RUNS;
    launcher->child = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && launcher->chip->wants_reset)
        return LAUNCHER_RESET;
    keep_words(launcher, status);
    return LAUNCHER_FAULT;
}
