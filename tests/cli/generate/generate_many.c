/* generate_many.c - generate_many FOLDER FILE.json...: glue and page of many descriptions at once.
 *
 * FOLDER/FILE/ gets glue.h, glue.c and page.html; a description that is refused must say why and
 * what to do. Twice the same must come out. For the tests: the tool itself takes half a second per
 * description.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "generate.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SIZE 4096u

struct counts {
    unsigned generated, refused, failed;
};

static bool fail(struct counts *counts, const char *path, const char *what)
{
    counts->failed++;
    fprintf(stderr, "%s: %s\n", path, what);
    return false;
}

/* FOLDER/NAME/FILE of a description .../NAME.json. */
static void make_path(char path[PATH_SIZE], const char *folder, const char *description,
                      const char *file)
{
    const char *slash = strrchr(description, '/');
    const char *name = slash ? slash + 1 : description;
    size_t size = strcspn(name, ".");
    snprintf(path, PATH_SIZE, "%s/%.*s%s%s", folder, (int)size, name, file ? "/" : "",
             file ? file : "");
}

static bool write_file(const char *path, const struct generated *content)
{
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(content->text, 1, content->size, file) == content->size;
    return file && fclose(file) == 0 && good;
}

static bool same(const struct generated *a, const struct generated *b)
{
    return a->text && b->text && a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* Takes both. */
static void put(struct counts *counts, const char *path, struct generated one,
                struct generated again)
{
    if (!same(&one, &again))
        fail(counts, path, "twice the same gave something else");
    else if (!write_file(path, &one))
        fail(counts, path, "it could not be written");
    free(one.text);
    free(again.text);
}

static void put_page(struct counts *counts, const char *path, const struct dashboard *dashboard)
{
    struct generated_page page;
    char *wrong = generate_page(dashboard, GENERATE_FAST, counts->generated % 2, &page);
    if (wrong)
        fail(counts, path, wrong);
    else if (!write_file(path, &page.html))
        fail(counts, path, "it could not be written");
    free(wrong);
    generate_page_free(&page);
}

/* What the wizard shows of each endpoint: there must be words for all of them. */
static void check_wizard_texts(struct counts *counts, const char *path,
                               const struct dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->endpoint_count; i++) {
        const struct dashboard_endpoint *endpoint = &dashboard->endpoints[i];
        struct generated texts[] = {generate_struct(dashboard, endpoint),
                                    generate_register(endpoint), generate_functions(endpoint)};
        if (!texts[0].text || !texts[1].text || !texts[2].text ||
            (endpoint->type == DASHBOARD_DATA && !strstr(texts[0].text, endpoint->name)))
            fail(counts, path, endpoint->name);
        for (size_t k = 0; k < 3; k++)
            free(texts[k].text);
    }
}

static void generate_one(struct counts *counts, const char *folder, const char *description,
                         const struct dashboard *dashboard)
{
    char path[PATH_SIZE];
    make_path(path, folder, description, NULL);
    mkdir(path, 0777);
    check_wizard_texts(counts, path, dashboard);
    make_path(path, folder, description, "glue.h");
    put(counts, path, generate_glue_h(dashboard), generate_glue_h(dashboard));
    make_path(path, folder, description, "glue.c");
    put(counts, path, generate_glue_c(dashboard), generate_glue_c(dashboard));
    make_path(path, folder, description, "page.html");
    put_page(counts, path, dashboard);
    counts->generated++;
}

static void check_refusal(struct counts *counts, const char *path,
                          const struct dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->mistake_count; i++) {
        const struct dashboard_mistake *mistake = &dashboard->mistakes[i];
        if (mistake->line == 0 || strlen(mistake->message) < 10 || strlen(mistake->remedy) < 5)
            fail(counts, path, "a mistake without place, words or remedy");
    }
    if (dashboard->mistake_count == 0)
        fail(counts, path, "it is refused, and nobody says why");
    counts->refused++;
}

int main(int argc, char **argv)
{
    struct counts counts = {0};
    for (int i = 2; i < argc; i++) {
        struct dashboard dashboard;
        if (dashboard_read_file(&dashboard, argv[i]))
            generate_one(&counts, argv[1], argv[i], &dashboard);
        else
            check_refusal(&counts, argv[i], &dashboard);
        dashboard_free(&dashboard);
    }
    printf("%u generated, %u refused, %u failed\n", counts.generated, counts.refused,
           counts.failed);
    return counts.failed ? 1 : 0;
}
