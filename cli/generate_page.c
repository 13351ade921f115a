/* generate_page.c - the page of a description: pieces of the kit, what it is told, one file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "page_description.h"
#include <stdlib.h>
#include <string.h>

#define ACCENT_SIZE 16u

struct recipe {
    const struct dashboard *dashboard;
    struct page_uses uses;
    bool with_images;
};

/* --- script and style sheet --- */

/* "S({{description}})" with the description in its place. */
static void print_start(FILE *out, const struct generated *description)
{
    static const char mark[] = "{{description}}";
    const char *start = page_kit_start();
    const char *at = strstr(start, mark);
    if (!at)
        return;
    fwrite(start, 1, (size_t)(at - start), out);
    fwrite(description->text, 1, description->size, out);
    fputs(at + sizeof mark - 1, out);
}

static struct generated make_script(const struct recipe *recipe, char **wrong)
{
    struct generated_writer writer;
    struct generated description =
        page_description(recipe->dashboard, &recipe->uses, recipe->with_images, wrong);
    generated_begin(&writer);
    if (writer.out && description.text) {
        page_kit_print(PAGE_SCRIPTS, &recipe->uses.needs, writer.out);
        for (size_t i = 0; i < recipe->dashboard->helper_count; i++)
            fputs(recipe->dashboard->helpers[i].code, writer.out);
        print_start(writer.out, &description);
    }
    free(description.text);
    return generated_end(&writer);
}

/* The kit's own accents: "--sea:light-dark(#0b6770,#56c1b9)". Returns false when it has none. */
static bool find_accents(const char *style, char light[ACCENT_SIZE], char dark[ACCENT_SIZE])
{
    static const char start[] = "--sea:light-dark(";
    const char *at = strstr(style, start);
    return at && sscanf(at + sizeof start - 1, "%15[^,],%15[^)]", light, dark) == 2;
}

/* The description's theme: what stands later in the style sheet counts. */
static void print_theme(FILE *out, const struct dashboard *dashboard, const char *style)
{
    static const char *const schemes[] = {"light dark", "light", "dark"};
    char light[ACCENT_SIZE] = "", dark[ACCENT_SIZE] = "";
    bool has_accents = find_accents(style, light, dark);
    if (dashboard->mode != DASHBOARD_MODE_AUTO)
        fprintf(out, ":root{color-scheme:%s}", schemes[dashboard->mode]);
    if ((dashboard->accent || dashboard->accent_dark) && has_accents)
        fprintf(out, ":root{--sea:light-dark(%s,%s)}",
                dashboard->accent ? dashboard->accent : light,
                dashboard->accent_dark ? dashboard->accent_dark : dark);
}

static struct generated make_style(const struct recipe *recipe)
{
    struct generated_writer writer;
    generated_begin(&writer);
    if (!writer.out)
        return generated_end(&writer);
    page_kit_print(PAGE_STYLES, &recipe->uses.needs, writer.out);
    fflush(writer.out); /* its text is valid then */
    char *style = strdup(writer.made.text);
    if (style)
        print_theme(writer.out, recipe->dashboard, style);
    free(style);
    return generated_end(&writer);
}

/* --- the page --- */

/* A title has no expressions: what stands before the first one serves. */
static char *make_title(const struct dashboard *dashboard)
{
    const char *brand = dashboard->brand.source ? dashboard->brand.source : "";
    const char *expression = dashboard->brand.is_plain ? NULL : strstr(brand, "${");
    return strndup(brand, expression ? (size_t)(expression - brand) : strlen(brand));
}

static struct generated make_html(const struct recipe *recipe, char **wrong)
{
    struct generated html = {NULL, 0};
    struct generated script = make_script(recipe, wrong), style = make_style(recipe);
    char *title = make_title(recipe->dashboard);
    if (script.text && style.text && title)
        html = page_html(title, &script, &style);
    free(script.text);
    free(style.text);
    free(title);
    return html;
}

static struct recipe make_recipe(const struct dashboard *dashboard)
{
    struct recipe recipe = {.dashboard = dashboard, .with_images = true};
    page_find_uses(dashboard, &recipe.uses);
    return recipe;
}

/* Bytes of the gzipped page. */
static size_t measure(const struct recipe *recipe, enum generate_effort effort)
{
    char *wrong = NULL;
    struct generated html = make_html(recipe, &wrong);
    struct generated gzip = {NULL, 0};
    if (html.text)
        gzip = page_gzip(&html, effort);
    free(html.text);
    free(gzip.text);
    free(wrong);
    return gzip.size;
}

static bool has_image(const struct dashboard_element *elements, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (elements[i].image.path || has_image(elements[i].elements, elements[i].element_count))
            return true;
    return false;
}

static bool has_images(const struct dashboard *dashboard)
{
    for (size_t i = 0; i < dashboard->page_count; i++)
        for (size_t k = 0; k < dashboard->pages[i].panel_count; k++)
            if (has_image(dashboard->pages[i].panels[k].elements,
                          dashboard->pages[i].panels[k].element_count))
                return true;
    return false;
}

/* Both sizes in the fast way: what differs is the images all the same. */
static size_t measure_images(struct recipe *recipe)
{
    if (!has_images(recipe->dashboard))
        return 0;
    size_t whole = measure(recipe, GENERATE_FAST);
    recipe->with_images = false;
    size_t without = measure(recipe, GENERATE_FAST);
    return whole > without ? whole - without : 0;
}

char *generate_page(const struct dashboard *dashboard, enum generate_effort effort, bool for_wizard,
                    struct generated_page *page)
{
    char *wrong = NULL;
    struct recipe recipe = make_recipe(dashboard);
    if (for_wizard)
        page_need(&recipe.uses.needs, "wizard");
    *page = (struct generated_page){.image_bytes = 0};
    page->html = make_html(&recipe, &wrong);
    if (page->html.text && !wrong)
        page->gzip = page_gzip(&page->html, effort);
    if (page->gzip.text) {
        page->image_bytes = measure_images(&recipe);
        return NULL;
    }
    generate_page_free(page);
    return wrong ? wrong : strdup("there is not enough memory");
}

void generate_page_free(struct generated_page *page)
{
    free(page->html.text);
    free(page->gzip.text);
    *page = (struct generated_page){.image_bytes = 0};
}

struct generated generate_page_c(const struct generated *gzip)
{
    struct generated_writer writer;
    generated_begin(&writer);
    FILE *out = writer.out;
    if (!out)
        return generated_end(&writer);
    fputs("/* page.c - the page, made from the dashboard description by flota generate. */\n"
          "extern const unsigned char flota_page[];\nextern const unsigned long flota_page_size;\n"
          "const unsigned char flota_page[] = {",
          out);
    for (size_t i = 0; i < gzip->size; i++)
        fprintf(out, "%s%u,", i % 24 ? "" : "\n", (unsigned)(unsigned char)gzip->text[i]);
    fprintf(out, "\n};\nconst unsigned long flota_page_size = %zu;\n", gzip->size);
    return generated_end(&writer);
}

/* --- costs --- */

struct cost {
    const char *feature;
    size_t bytes;
};

static int compare_costs(const void *a, const void *b)
{
    const struct cost *first = a, *second = b;
    if (first->bytes != second->bytes)
        return first->bytes < second->bytes ? 1 : -1;
    return strcmp(first->feature, second->feature);
}

/* What the page would save without a feature. Pieces that others need, too, stay. */
static size_t cost_of(const struct recipe *recipe, size_t index, size_t whole)
{
    struct recipe less = *recipe;
    struct page_needs *needs = &less.uses.needs;
    needs->names[index] = needs->names[--needs->count];
    size_t size = measure(&less, GENERATE_FAST);
    return size < whole ? whole - size : 0;
}

struct generated generate_page_costs(const struct dashboard *dashboard)
{
    struct generated_writer writer;
    struct recipe recipe = make_recipe(dashboard);
    struct cost costs[PAGE_NEEDS_MAX];
    recipe.with_images = false;
    size_t whole = measure(&recipe, GENERATE_FAST), count = recipe.uses.needs.count;
    for (size_t i = 0; i < count; i++)
        costs[i] = (struct cost){recipe.uses.needs.names[i], cost_of(&recipe, i, whole)};
    qsort(costs, count, sizeof *costs, compare_costs);
    generated_begin(&writer);
    for (size_t i = 0; writer.out && i < count; i++)
        if (costs[i].bytes > 0)
            fprintf(writer.out, "%6zu  %s\n", costs[i].bytes, costs[i].feature);
    return generated_end(&writer);
}
