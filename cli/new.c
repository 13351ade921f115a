/* new.c - flota new: a project from a template.
 *
 * A template (templates.h) is a folder of Flota's templates: its files are copied, @NAME@ and
 * @BOARD@ replaced.
 * Files of an example are taken from there by a line of the template's `files.txt`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "file.h"
#include "home.h"
#include "templates.h"
#include "usage.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_SIZE_MAX 31u
#define PATH_SIZE     1024u

struct wishes {
    const char *command;
    const char *folder;
    const char *name; /* of the firmware: the folder's */
    const char *template;
    const char *board;
};

static bool complain(const struct wishes *wishes, const char *path, const char *remedy)
{
    fprintf(stderr, "%s: %s: %s.\nTo do: %s.\n", wishes->command, path, strerror(errno), remedy);
    return false;
}

/* --- one file --- */

/* The folders before the file. */
static bool make_folders(const struct wishes *wishes, const char *path)
{
    char folder[PATH_SIZE];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return complain(wishes, folder, "give yourself write permission there");
    }
    return true;
}

static bool copy_file(const struct wishes *wishes, const char *from, const char *to)
{
    struct file file;
    char source[PROCESS_PATH_SIZE], path[PATH_SIZE];
    home_path(from, source);
    snprintf(path, sizeof path, "%s/%s", wishes->folder, to);
    if (!file_read(wishes->command, source, &file))
        return false;
    file.bytes[file.size] = '\0';
    char *text = template_fill_in((const char *)file.bytes, wishes->name, wishes->board);
    free(file.bytes);
    FILE *out = text && make_folders(wishes, path) ? fopen(path, "wx") : NULL;
    bool good = out && fputs(text, out) >= 0;
    if (out && fclose(out) != 0)
        good = false;
    free(text);
    return good || complain(wishes, path, "look at its permissions and the room on the disk");
}

/* --- all of a template --- */

/* A line of files.txt: FROM TO, FROM in Flota's tree. */
static bool copy_line(const struct wishes *wishes, const char *line)
{
    char from[PATH_SIZE], to[PATH_SIZE];
    if (line[0] == '#' || sscanf(line, "%1023s %1023s", from, to) != 2)
        return true;
    return copy_file(wishes, from, to);
}

static bool copy_template(const struct wishes *wishes)
{
    char name[PROCESS_PATH_SIZE], path[PROCESS_PATH_SIZE], line[2 * PATH_SIZE];
    snprintf(name, sizeof name, "templates/%s/files.txt", wishes->template);
    FILE *list = home_path(name, path) ? fopen(path, "r") : NULL;
    bool good = list != NULL;
    while (good && fgets(line, sizeof line, list))
        good = copy_line(wishes, line);
    if (list)
        fclose(list);
    return good;
}

static void print_templates(FILE *out)
{
    for (const struct template *one = templates; one->id; one++)
        fprintf(out, "%s  %-10s %s", one == templates ? "" : "\n", one->id, one->text);
}

static bool check(const struct wishes *wishes)
{
    char path[PROCESS_PATH_SIZE];
    const struct template *template = template_find(wishes->template);
    if (!template) {
        fprintf(stderr, "%s: there is no template '%s'.\nTo do: give one of these:\n",
                wishes->command, wishes->template);
        print_templates(stderr);
        fputc('\n', stderr);
        return false;
    }
    if (template_path(template, "flota.yml", path))
        return true;
    fprintf(stderr,
            "%s: the template '%s' is not in %s/templates.\nTo do: export FLOTA_HOME=FOLDER, "
            "Flota's own.\n",
            wishes->command, wishes->template, home_folder());
    return false;
}

static int run(const struct wishes *wishes)
{
    if (!check(wishes))
        return EXIT_USAGE;
    if (mkdir(wishes->folder, 0777) != 0) {
        complain(wishes, wishes->folder,
                 errno == EEXIST ? "give another name: nothing is overwritten"
                                 : "give yourself write permission here");
        return EXIT_OTHER;
    }
    if (!copy_template(wishes))
        return EXIT_OTHER;
    fprintf(stderr,
            "made %s, for the board %s. Next:\n\n    cd %s\n    flota build\n    flota sim\n",
            wishes->folder, wishes->board, wishes->folder);
    return EXIT_DONE;
}

static bool is_name(const char *name)
{
    for (const char *letter = name; *letter; letter++)
        if (!isalnum((unsigned char)*letter) && !strchr("._-", *letter))
            return false;
    return isalnum((unsigned char)name[0]) && strlen(name) <= NAME_SIZE_MAX;
}

int command_new(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0], .template = "minimal", .board = "stm32h745i-disco"};
    const struct usage_option options[] = {
        USAGE_TEXT("template", 't', "NAME", &wishes.template,
                   "minimal (default), project2, sensor, settings or relay: what they show stands "
                   "below"),
        USAGE_TEXT("board", 'b', "NAME", &wishes.board,
                   "stm32h745i-disco (default), or host: a process on this computer"),
        {0}};
    char text[1024] =
        "Make a project: a new folder with flota.yml, sources and a README.\vTemplates:\n\n";
    FILE *more = fmemopen(text + strlen(text), sizeof text - strlen(text), "w");
    if (more) {
        print_templates(more);
        fclose(more);
    }
    const struct usage usage = {"NAME", text, options, &wishes.folder, 1, 1};
    usage_read(&usage, argc, argv);
    const char *slash = strrchr(wishes.folder, '/');
    wishes.name = slash ? slash + 1 : wishes.folder;
    if (!is_name(wishes.name))
        return usage_complain(argv[0], "a name has up to 31 letters, digits, '.', '_' and '-'");
    if (strcmp(wishes.board, "stm32h745i-disco") != 0 && strcmp(wishes.board, "host") != 0)
        return usage_complain(argv[0], "the boards are stm32h745i-disco and host");
    return run(&wishes);
}
