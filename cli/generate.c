/* generate.c - flota generate: C and page from a dashboard description.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate.h"
#include "command.h"
#include "project.h"
#include "usage.h"
#include <stdio.h>

struct wishes {
    const char *command;
    const char *description, *folder, *html;
    bool check, quiet;
};

static int report(const struct wishes *wishes, const struct generate_result *result)
{
    if (wishes->check && result->out_of_date > 0) {
        fprintf(stderr, "To do: run flota generate without --check.\n");
        return EXIT_OTHER;
    }
    if (!wishes->quiet)
        fprintf(stderr, "%s: %s, the page has %zu bytes of %u\n", wishes->folder,
                wishes->check || result->changed == 0 ? "nothing to change"
                                                      : "made from the description",
                result->page_size, GENERATE_PAGE_BUDGET);
    return EXIT_DONE;
}

static int run(const struct wishes *wishes)
{
    struct dashboard dashboard;
    struct generate_result result;
    const struct generate_paths paths = {wishes->folder, wishes->html};
    int code = generate_read(wishes->command, wishes->description, &dashboard);
    if (code == EXIT_DONE)
        code = generate_files(wishes->command, &dashboard, &paths, wishes->check, &result);
    dashboard_free(&dashboard);
    return code == EXIT_DONE ? report(wishes, &result) : code;
}

int command_generate(int argc, char **argv)
{
    struct wishes wishes = {.command = argv[0], .description = "dashboard.json"};
    const struct usage_option options[] = {
        USAGE_TEXT("out", 'o', "FOLDER", &wishes.folder,
                   "Where the files go (default: " PROJECT_GENERATED
                   " in a project, else the present folder)"),
        USAGE_TEXT("page", 'p', "FILE", &wishes.html,
                   "Write the page as HTML, too, to be looked at"),
        USAGE_FLAG("check", 'c', &wishes.check,
                   "Write nothing; exit code 1 when a file is not what the description says"),
        USAGE_FLAG("quiet", 'q', &wishes.quiet, "Say nothing when all is well"),
        {0}};
    const struct usage usage = {
        "[DESCRIPTION]",
        "Make C and page from a dashboard description (default: dashboard.json): glue.h and glue.c "
        "(a struct and a table per endpoint), page.c and index.html.gz (the page).\vflota build "
        "does this by itself for a project whose flota.yml says  page: dashboard.json. The same "
        "description gives the same bytes; a file that would not change is not written, and no "
        "file but these is touched. docs/dashboard.md says what a description may hold.",
        options,
        &wishes.description,
        0,
        1};
    usage_read(&usage, argc, argv);
    if (!wishes.folder)
        wishes.folder = project_exists() ? PROJECT_GENERATED : ".";
    return run(&wishes);
}
