/* dashboard_check.c - reads descriptions and says what is wrong with them, for the tests.
 *
 *     dashboard_check FILE ...          mistakes as the tool says them; 1 when there are any
 *     dashboard_check --summary FILE    what a right one holds, one line per thing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard.h"
#include <stdlib.h>
#include <string.h>

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool check(const char *path)
{
    struct dashboard dashboard;
    bool good = dashboard_read_file(&dashboard, path);
    dashboard_print_mistakes(&dashboard, stdout, "flota generate", name_of(path));
    for (size_t i = 0; i < dashboard.mistake_count; i++)
        printf("Place: \"%s\"\n", dashboard.mistakes[i].path);
    dashboard_free(&dashboard);
    return good;
}

/* --- summary --- */

static void show_endpoint(const struct dashboard_endpoint *endpoint)
{
    printf("%s %s read %u write %u size %u rows %u\n", dashboard_endpoint_word(endpoint->type),
           endpoint->name, endpoint->read_level, endpoint->write_level, endpoint->size,
           endpoint->rows);
    for (size_t i = 0; i < endpoint->attribute_count; i++) {
        const struct dashboard_attribute *attribute = &endpoint->attributes[i];
        printf("  %s %s at %u size %u initial %s\n", dashboard_type_word(attribute->type),
               attribute->name, attribute->offset, attribute->size, attribute->initial.code);
    }
}

static void show_elements(const struct dashboard_element *elements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct dashboard_element *element = &elements[i];
        printf("%s %s autosave %d min %g max %g step %g kind %s options %zu\n", element->path,
               dashboard_element_word(element->type), element->autosave, element->min, element->max,
               element->step, dashboard_kind_word(element->kind), element->option_count);
        const struct dashboard_text *texts[] = {&element->title, &element->text, &element->tooltip,
                                                &element->style};
        for (size_t k = 0; k < 4; k++)
            if (texts[k]->source)
                printf("  %s\n", texts[k]->code);
        if (element->disabled)
            printf("  disabled %s\n", element->disabled);
        show_elements(element->elements, element->element_count);
    }
}

static bool show(const char *path)
{
    struct dashboard dashboard;
    bool good = dashboard_read_file(&dashboard, path);
    for (size_t i = 0; good && i < dashboard.endpoint_count; i++)
        show_endpoint(&dashboard.endpoints[i]);
    for (size_t i = 0; good && i < dashboard.page_count; i++)
        for (size_t k = 0; k < dashboard.pages[i].panel_count; k++)
            show_elements(dashboard.pages[i].panels[k].elements,
                          dashboard.pages[i].panels[k].element_count);
    dashboard_free(&dashboard);
    return good;
}

int main(int argc, char **argv)
{
    bool good = argc > 1;
    bool summary = argc > 1 && strcmp(argv[1], "--summary") == 0;
    for (int i = summary ? 2 : 1; i < argc; i++)
        good &= summary ? show(argv[i]) : check(argv[i]);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
