/* build_run.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "build_run.h"
#include "command.h"
#include "file.h"
#include "home.h"
#include "project_write.h"
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAMP_FILE BUILD_FOLDER "/flota-stamp"
#define STAMP_SIZE (2 * PROCESS_PATH_SIZE)
#define ABOUT_FULL 60u /* steps: the libraries are compiled, too */

/* --- what a build needs --- */

static bool need(const char *command, const char *program, const char *package)
{
    char path[PROCESS_PATH_SIZE];
    if (process_find(program, path))
        return true;
    fprintf(
        stderr,
        "%s: %s is not installed.\nTo do: install it (Debian: apt-get install %s); flota doctor "
        "looks for the rest.\n",
        command, program, package);
    return false;
}

static bool needs(const char *command, const struct project *project)
{
    char path[PROCESS_PATH_SIZE];
    if (!home_path("cmake/project/CMakeLists.txt", path)) {
        fprintf(stderr,
                "%s: Flota's sources are not in %s.\nTo do: export FLOTA_HOME=FOLDER, the one with "
                "Flota's src and cmake.\n",
                command, home_folder());
        return false;
    }
    bool good = project_is_host(project) ? need(command, "cc", "gcc")
                                         : need(command, "arm-none-eabi-gcc",
                                                "gcc-arm-none-eabi libnewlib-arm-none-eabi");
    return good && need(command, "cmake", "cmake") && need(command, "ninja", "ninja-build");
}

/* --- what they write --- */

struct output {
    const char *folder; /* of the project, with its slash; taken off the paths in messages */
    enum build_words words;
    bool announced;
    unsigned skip; /* lines */
    unsigned compiled;
    char *kept; /* cmake's words, in case it fails */
    size_t kept_size;
    FILE *keep;
};

/* The project's folder is taken off where a path begins, not out of the middle of one. */
static void print_short(const struct output *output, const char *line)
{
    size_t size = strlen(output->folder);
    const char *at = line;
    for (const char *next; (next = strstr(at, output->folder)); at = next + size) {
        bool begins =
            next == line || !(isalnum((unsigned char)next[-1]) || strchr("./_-", next[-1]));
        fprintf(stderr, "%.*s", (int)(next - at + (begins ? 0 : (ptrdiff_t)size)), at);
    }
    fprintf(stderr, "%s\n", at);
}

static void take_step(struct output *output, const char *line)
{
    unsigned done, all;
    if (sscanf(line, "[%u/%u]", &done, &all) != 2)
        return;
    output->compiled += strstr(line, "Building C object") || strstr(line, "Building ASM object");
    if (all < ABOUT_FULL || output->words == BUILD_QUIET)
        return;
    if (!output->announced)
        fprintf(stderr, "compiling Flota's libraries for this project, once: %u files\n", all);
    output->announced = true;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, done < all ? "\r%u of %u\033[K" : "\r\033[K", done, all);
}

static bool begins(const char *line, const char *start)
{
    return strncmp(line, start, strlen(start)) == 0;
}

/* Ninja's own lines are left out; what compiler, linker and page builder say stays as it is. */
static void take_line(void *context, const char *line)
{
    struct output *output = context;
    if (output->words == BUILD_VERBOSE) {
        take_step(output, line);
        print_short(output, line);
        return;
    }
    if (output->skip > 0) {
        output->skip--;
    } else if (line[0] == '[' && strchr(line, '/')) {
        take_step(output, line);
    } else if (begins(line, "FAILED: ")) {
        output->skip = 1; /* the whole command */
    } else if (begins(line, "   text\t")) {
        output->skip = 1;
    } else if (begins(line, "ninja: error")) {
        print_short(output, line);
    } else if (!begins(line, "ninja: ") && !begins(line, "-- ") && !begins(line, "sealed ") &&
               line[0]) {
        print_short(output, line);
    }
}

static void keep_line(void *context, const char *line)
{
    struct output *output = context;
    if (output->words == BUILD_VERBOSE)
        print_short(output, line);
    else
        fprintf(output->keep, "%s\n", line);
}

/* --- the two steps --- */

#define ARGUMENT_SIZE (PROCESS_PATH_SIZE + 32u)

static int configure(const char *command, const struct project *project, struct output *output)
{
    char source[PROCESS_PATH_SIZE], tool[PROCESS_PATH_SIZE];
    char toolchain[ARGUMENT_SIZE], description[ARGUMENT_SIZE], tool_option[ARGUMENT_SIZE];
    if (!home_path("cmake/project", source) || !home_tool(tool))
        return EXIT_OTHER;
    snprintf(toolchain, sizeof toolchain, "-DCMAKE_TOOLCHAIN_FILE=%.900s/cmake/arm-none-eabi.cmake",
             home_folder());
    snprintf(description, sizeof description, "-DFLOTA_PROJECT=%s" PROJECT_CMAKE, output->folder);
    snprintf(tool_option, sizeof tool_option, "-DFLOTA_TOOL=%s", tool);
    char build_folder[] = BUILD_FOLDER, ninja[] = "Ninja", g[] = "-G", s[] = "-S", b[] = "-B";
    char cmake[] = "cmake", small[] = "-DCMAKE_BUILD_TYPE=MinSizeRel", quiet[] = "-Wno-dev";
    char *arguments[] = {cmake,
                         g,
                         ninja,
                         s,
                         source,
                         b,
                         build_folder,
                         quiet,
                         description,
                         tool_option,
                         project_is_host(project) ? NULL : small,
                         toolchain,
                         NULL};
    output->keep = open_memstream(&output->kept, &output->kept_size);
    if (!output->keep)
        return EXIT_OTHER;
    int code = process_run(arguments, keep_line, output);
    fclose(output->keep);
    if (code != 0)
        fprintf(stderr, "%s%s: cmake could not prepare the build.\nTo do: see its words above.\n",
                output->kept, command);
    free(output->kept);
    return code == 0 ? EXIT_DONE : EXIT_OTHER;
}

static int compile(const char *command, struct output *output)
{
    char ninja[] = "ninja", folder_option[] = "-C", folder[] = BUILD_FOLDER, verbose[] = "-v";
    char target[] = "fw_bin";
    char *arguments[] = {
        ninja, folder_option, folder, target, output->words == BUILD_VERBOSE ? verbose : NULL,
        NULL};
    /* The folder of a build is in the libraries' debug information only, and none of their sources
     * lies there: let ccache find them for the next project (cmake/project/ccache.cmake). */
    setenv("CCACHE_NOHASHDIR", "1", 0);
    int code = process_run(arguments, take_line, output);
    if (code == 128 + 2)
        return EXIT_INTERRUPTED;
    if (code != 0)
        fprintf(stderr, "%s: the firmware could not be built.\nTo do: see the words above%s.\n",
                command, output->words == BUILD_VERBOSE ? "" : "; -v shows the commands, too");
    return code == 0 ? EXIT_DONE : EXIT_OTHER;
}

/* A build folder serves as long as board, sources of Flota and tool are the same. */
static bool stamp_is(const char *stamp)
{
    struct file file = {0};
    bool same = access(STAMP_FILE, F_OK) == 0 && file_read("flota build", STAMP_FILE, &file) &&
                file.size == strlen(stamp) && memcmp(file.bytes, stamp, file.size) == 0;
    free(file.bytes);
    return same;
}

static bool remove_folder(const char *path)
{
    char rm[] = "rm", option[] = "-rf", end[] = "--", folder[PROCESS_PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", path);
    char *arguments[] = {rm, option, end, folder, NULL};
    return process_run(arguments, NULL, NULL) == 0;
}

static int prepare(const char *command, const struct project *project, struct output *output)
{
    char stamp[STAMP_SIZE + 64], tool[PROCESS_PATH_SIZE];
    if (!home_tool(tool))
        return EXIT_OTHER;
    snprintf(stamp, sizeof stamp, "%s\n%s\n%s\n%s%s\n", FLOTA_VERSION, project->board, tool,
             output->folder, home_folder());
    if (stamp_is(stamp))
        return EXIT_DONE;
    if (!remove_folder(BUILD_FOLDER))
        return EXIT_OTHER;
    int code = configure(command, project, output);
    const struct file file = {(uint8_t *)stamp, (uint32_t)strlen(stamp)};
    if (code == EXIT_DONE && !file_write(command, STAMP_FILE, &file))
        code = EXIT_OTHER;
    return code;
}

int build_run(const char *command, const struct project *project, enum build_words words,
              struct build_result *result)
{
    char folder[PROCESS_PATH_SIZE + 1];
    if (!needs(command, project) || !getcwd(folder, PROCESS_PATH_SIZE))
        return EXIT_OTHER;
    strcat(folder, "/");
    struct output output = {.folder = folder, .words = words};
    *result = (struct build_result){0};
    int code = prepare(command, project, &output);
    if (code == EXIT_DONE)
        code = compile(command, &output);
    result->compiled = output.compiled;
    return code;
}

bool build_clean(const char *command)
{
    static const char *const files[] = {PROJECT_IMAGE, PROJECT_PROGRAM, PROJECT_BUNDLE,
                                        "build/fw.map"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        remove(files[i]);
    if (remove_folder(BUILD_FOLDER) && remove_folder(PROJECT_GENERATED))
        return true;
    fprintf(stderr, "%s: build cannot be removed.\nTo do: look at its permissions.\n", command);
    return false;
}
