/* generate_files.c - what is generated, into a folder: files that differ are written.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "command.h"
#include "file.h"
#include "generate_internal.h"
#include "process.h"
#include "project_write.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct job {
    const char *command;
    const char *folder;
    bool check;
    struct generate_result *result;
};

static int complain(const struct job *job, const char *path, const char *what, const char *remedy)
{
    fprintf(stderr, "%s: %s: %s.\nTo do: %s.\n", job->command, path, what, remedy);
    return EXIT_OTHER;
}

/* --- folders --- */

static int make_folders(const struct job *job)
{
    char path[PROCESS_PATH_SIZE];
    if (job->check)
        return EXIT_DONE;
    size_t size = strlen(job->folder);
    if (size >= sizeof path)
        return complain(job, job->folder, "its name is too long", "choose a shorter one");
    for (size_t i = 1; i <= size; i++) {
        if (i < size && job->folder[i] != '/')
            continue;
        memcpy(path, job->folder, i);
        path[i] = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return complain(job, path, strerror(errno), "give yourself write permission there");
    }
    return EXIT_DONE;
}

/* --- files --- */

static bool differs(const struct job *job, const char *path, const struct generated *content)
{
    struct file old = {0};
    bool same = access(path, F_OK) == 0 && file_read(job->command, path, &old) &&
                old.size == content->size && memcmp(old.bytes, content->text, content->size) == 0;
    free(old.bytes);
    return !same;
}

static int put(const struct job *job, const char *path, const struct generated *content)
{
    bool changed = false;
    if (!content->text)
        return complain(job, path, "there is not enough memory to make it", "end other programs");
    if (job->check) {
        changed = differs(job, path, content);
        job->result->out_of_date += changed;
        if (changed)
            fprintf(stderr, "%s: %s is not what the description says\n", job->command, path);
        return EXIT_DONE;
    }
    if (!project_write_file(job->command, path, content->text, content->size, &changed))
        return EXIT_OTHER;
    job->result->changed += changed;
    return EXIT_DONE;
}

/* Takes the content. */
static int put_into(const struct job *job, const char *name, struct generated content)
{
    char path[PROCESS_PATH_SIZE];
    int size = snprintf(path, sizeof path, "%s/%s", job->folder, name);
    int result = size < (int)sizeof path
                     ? put(job, path, &content)
                     : complain(job, job->folder, "its name is too long", "choose a shorter one");
    free(content.text);
    return result;
}

static int put_glue(const struct job *job, const struct dashboard *dashboard)
{
    int result = put_into(job, "glue.h", generate_glue_h(dashboard));
    return result == EXIT_DONE ? put_into(job, "glue.c", generate_glue_c(dashboard)) : result;
}

/* --- page --- */

static void warn_of_size(const struct job *job, const struct dashboard *dashboard,
                         const struct generated_page *page)
{
    size_t size = page->gzip.size - page->image_bytes;
    if (size <= GENERATE_PAGE_BUDGET)
        return;
    struct generated costs = generate_page_costs(dashboard);
    fprintf(stderr,
            "%s: warning: the page has %zu bytes%s, %zu more than the %u that it should have at "
            "most.\nTo do: leave out what it can do without. Bytes that would be saved:\n%s",
            job->command, size, page->image_bytes ? " without its images" : "",
            size - GENERATE_PAGE_BUDGET, GENERATE_PAGE_BUDGET, costs.text ? costs.text : "");
    free(costs.text);
}

static int put_page(const struct job *job, const struct dashboard *dashboard, const char *html)
{
    struct generated_page page;
    char *wrong = generate_page(dashboard, GENERATE_SMALL, false, &page);
    if (wrong) {
        complain(job, "the page", wrong, "see that the image is there, and is the same as before");
        free(wrong);
        return EXIT_OTHER;
    }
    warn_of_size(job, dashboard, &page);
    job->result->page_size = page.gzip.size;
    int result = html ? put(job, html, &page.html) : EXIT_DONE;
    if (result == EXIT_DONE)
        result = put_into(job, "page.c", generate_page_c(&page.gzip));
    if (result == EXIT_DONE) {
        result = put_into(job, "index.html.gz", page.gzip);
        page.gzip.text = NULL;
    }
    generate_page_free(&page);
    return result;
}

int generate_files(const char *command, const struct dashboard *dashboard,
                   const struct generate_paths *paths, bool check, struct generate_result *result)
{
    const struct job job = {command, paths->folder, check, result};
    *result = (struct generate_result){0};
    int code = make_folders(&job);
    if (code == EXIT_DONE)
        code = put_glue(&job, dashboard);
    return code == EXIT_DONE ? put_page(&job, dashboard, paths->html) : code;
}

int generate_read(const char *command, const char *path, struct dashboard *dashboard)
{
    if (dashboard_read_file(dashboard, path))
        return EXIT_DONE;
    dashboard_print_mistakes(dashboard, stderr, command, path);
    return EXIT_USAGE;
}
