/* wizard_export_script.c - the commands of a build, with paths of the export.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE /* memrchr, stpcpy */
#include "build_run.h"
#include "wizard_export.h"
#include <stdlib.h>
#include <string.h>

static char ninja[] = "ninja", folder_option[] = "-C", folder[] = BUILD_FOLDER, tool[] = "-t";

struct script {
    struct export_paths *paths;
    FILE *out;
    unsigned count;
};

/* --- one command --- */

static const struct export_root *root_at(const struct export_paths *paths, const char *at)
{
    for (size_t i = 0; i < paths->root_count; i++) {
        size_t size = strlen(paths->roots[i].path);
        if (strncmp(at, paths->roots[i].path, size) == 0 && strchr("/ \"=", at[size]))
            return &paths->roots[i];
    }
    return NULL;
}

/* CMake names an object by its source's whole path: CMakeFiles/fw.dir/home/me/main.c.o. */
static bool is_inside(const char *line, const char *at)
{
    return at - line >= 4 && strncmp(at - 4, ".dir", 4) == 0;
}

/* What a command names and has not made itself: a linker script. */
static void note_file(struct export_paths *paths, const char *at)
{
    static const char *const made[] = {".elf", ".map", ".bin"};
    char path[PROCESS_PATH_SIZE];
    size_t size = strcspn(at, " \"'");
    if (size >= sizeof path || size < 4)
        return;
    snprintf(path, sizeof path, "%.*s", (int)size, at);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (strcmp(path + size - 4, made[i]) == 0)
            return;
    export_add(paths, path);
}

static void print_mapped(struct script *script, const char *line)
{
    for (const char *at = line; *at; at++) {
        const struct export_root *root = *at == '/' ? root_at(script->paths, at) : NULL;
        if (!root) {
            fputc(*at, script->out);
            continue;
        }
        if (is_inside(line, at)) {
            fprintf(script->out, "/%s", root->name);
        } else {
            note_file(script->paths, at);
            fprintf(script->out, "../%s", root->name);
        }
        at += strlen(root->path) - 1;
    }
    fputc('\n', script->out);
}

/* A program is found in PATH on the other machine; cmake and ccache are not needed there. */
static char *plain_words(const char *line)
{
    static const char remover[] = "cmake -E rm -f", launcher[] = "ccache ";
    char *text = malloc(strlen(line) + 1), *to = text;
    bool begins = true;
    if (!text)
        abort();
    for (const char *from = line; *from;) {
        size_t size = strcspn(from, " ");
        const char *slash = begins && *from == '/' ? memrchr(from, '/', size) : NULL;
        if (slash) {
            size -= (size_t)(slash + 1 - from);
            from = slash + 1;
        }
        if (begins && strncmp(from, launcher, sizeof launcher - 1) == 0) {
            from += sizeof launcher - 1;
            continue;
        }
        if (begins && strncmp(from, remover, sizeof remover - 1) == 0) {
            from += sizeof remover - 1;
            to = stpcpy(to, "rm -f");
            begins = false;
            continue;
        }
        begins = size == 2 && strncmp(from, "&&", 2) == 0;
        memcpy(to, from, size);
        to += size;
        from += size;
        while (*from == ' ')
            *to++ = *from++;
    }
    *to = '\0';
    return text;
}

/* The folder of what it writes: -o FILE. */
static void print_folder(struct script *script, const char *line)
{
    const char *output = strstr(line, " -o ");
    if (!output)
        return;
    output += 4;
    const char *end = output + strcspn(output, " "),
               *slash = memrchr(output, '/', (size_t)(end - output));
    if (!slash)
        return;
    char *path = strndup(line, (size_t)(slash - line)); /* the place tells what is before it */
    if (!path)
        abort();
    memmove(path, path + (output - line), strlen(path + (output - line)) + 1);
    fputs("mkdir -p ", script->out);
    print_mapped(script, path);
    free(path);
}

/* What changes to a folder first is CMake's own, but for the guard's bytes, whose paths are whole.
 */
static const char *step_of(const char *line)
{
    const char *next = strncmp(line, "cd ", 3) == 0 ? strstr(line, " && ") : NULL;
    if (next && strstr(next, "objcopy -O binary /"))
        return next + 4;
    bool is_step = line[0] == '/' || strncmp(line, ": && /", 6) == 0;
    return is_step && !strstr(line, "cmake -D") ? line : NULL;
}

static void take_command(void *context, const char *line)
{
    struct script *script = context;
    const char *step = step_of(line);
    if (!step)
        return; /* ninja's own words, and files that are in the export already made */
    char *text = plain_words(step);
    print_folder(script, text);
    print_mapped(script, text);
    free(text);
    script->count++;
}

unsigned export_script(struct export_paths *paths, FILE *out)
{
    char commands[] = "commands", target[] = "fw";
    char *arguments[] = {ninja, folder_option, folder, tool, commands, target, NULL};
    struct script script = {paths, out, 0};
    fputs("#!/bin/sh\n# What flota build ran, with paths of this folder. See README.txt.\n"
          "set -e\ncd \"$(dirname \"$0\")\"\nmkdir -p out project/build\ncd out\n",
          out);
    int code = process_run(arguments, take_command, &script);
    return code == 0 ? script.count : 0;
}

/* --- headers --- */

/* "    /home/me/flota/include/flota/http.h" */
static void take_read(void *context, const char *line)
{
    if (strncmp(line, "    ", 4) == 0)
        export_add(context, line + 4);
}

void export_add_read(struct export_paths *paths)
{
    char deps[] = "deps";
    char *arguments[] = {ninja, folder_option, folder, tool, deps, NULL};
    process_run(arguments, take_read, paths);
}
