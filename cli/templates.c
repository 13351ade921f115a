/* templates.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "templates.h"
#include "home.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 2048u

const struct template templates[] = {
    {"minimal", "Minimal", "A page with the firmware update, nothing else (Project 1)."},
    {"project2", "LED and backlight", "Two switches of the board, and the update (Project 2)."},
    {"sensor", "Sensor", "A temperature with gauge, graph and history, and a limit that warns."},
    {"settings", "Settings and login",
     "Users with levels, and a page for network, update policy and passwords."},
    {"relay", "Relay board",
     "Eight relays as an array, actions for all of them, a log of changes."},
    {0}};

const struct template *template_find(const char *id)
{
    for (const struct template *one = templates; one->id; one++)
        if (strcmp(one->id, id) == 0)
            return one;
    return NULL;
}

/* A line of files.txt: FROM TO, FROM in Flota's tree. */
bool template_path(const struct template *template, const char *file, char path[PROCESS_PATH_SIZE])
{
    char name[PROCESS_PATH_SIZE], line[LINE_SIZE], from[LINE_SIZE], to[LINE_SIZE];
    snprintf(name, sizeof name, "templates/%s/files.txt", template->id);
    FILE *list = home_path(name, path) ? fopen(path, "r") : NULL;
    bool found = false;
    while (list && !found && fgets(line, sizeof line, list))
        found =
            line[0] != '#' && sscanf(line, "%1023s %1023s", from, to) == 2 && strcmp(to, file) == 0;
    if (list)
        fclose(list);
    return found && home_path(from, path);
}

static void print_filled(FILE *out, const char *text, const char *name, const char *board)
{
    const char *const marks[][2] = {{"@NAME@", name}, {"@BOARD@", board}};
    while (*text) {
        size_t i = 0;
        while (i < 2 && strncmp(text, marks[i][0], strlen(marks[i][0])) != 0)
            i++;
        if (i < 2) {
            fputs(marks[i][1], out);
            text += strlen(marks[i][0]);
        } else {
            fputc(*text++, out);
        }
    }
}

char *template_fill_in(const char *text, const char *name, const char *board)
{
    char *filled = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&filled, &size);
    if (!out)
        return NULL;
    print_filled(out, text, name, board);
    if (fclose(out) == 0)
        return filled;
    free(filled);
    return NULL;
}
