/* fuzz_dashboard.c - any bytes as dashboard.json: right, or mistakes with a place, never a crash.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dashboard.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_mistakes(const struct dashboard *dashboard, size_t size)
{
    size_t offset = 0;
    for (size_t i = 0; i < dashboard->mistake_count; i++) {
        const struct dashboard_mistake *mistake = &dashboard->mistakes[i];
        if (mistake->offset < offset || mistake->offset > size || !mistake->line ||
            !mistake->column || !mistake->path || !*mistake->message || !*mistake->remedy)
            abort();
        offset = mistake->offset;
    }
}

/* Nothing that could end the script element it will stand in, nor a line in it. */
static void check_code(const char *code)
{
    if (code && (strchr(code, '<') ? strstr(code, "</") || strstr(code, "<!") : false))
        abort();
    if (code && (strchr(code, '\n') || strstr(code, "--") || strstr(code, "\xE2\x80\xA8")))
        abort();
}

static void check_elements(const struct dashboard_element *elements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_code(elements[i].disabled);
        if (elements[i].text.code && !elements[i].text.is_plain &&
            !strstr(elements[i].text.source, "--"))
            check_code(elements[i].text.code);
        check_elements(elements[i].elements, elements[i].element_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dashboard dashboard;
    char *text = malloc(size + 1); /* sanitizers see a step beyond its end */
    if (!text)
        abort();
    if (size)
        memcpy(text, data, size);
    char *exact = realloc(text, size ? size : 1);
    bool good = dashboard_read(&dashboard, exact, size, NULL);
    if (good != (dashboard.mistake_count == 0))
        abort();
    check_mistakes(&dashboard, size);
    for (size_t i = 0; good && i < dashboard.page_count; i++)
        for (size_t k = 0; k < dashboard.pages[i].panel_count; k++)
            check_elements(dashboard.pages[i].panels[k].elements,
                           dashboard.pages[i].panels[k].element_count);
    dashboard_free(&dashboard);
    free(exact);
    return 0;
}
