/* torture_page.c - the report as one page that needs nothing else.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_page.h"
#include "file.h"
#include "torture_script.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void torture_print_html(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
        }
}

void torture_print_replay(FILE *out, const struct torture_report *report,
                          const struct torture_case *item)
{
    char name[TORTURE_NAME_SIZE];
    torture_name(item, name);
    fputs("<div class=cmd><code>", out);
    torture_print_html(out, report->replay);
    fprintf(out, " --only %s</code><button class=copy type=button>Copy</button></div>", name);
}

/* --- above the picture --- */

static void print_number(FILE *out, const char *class, size_t number, const char *words)
{
    fprintf(out, "<div class='%s'><b>%zu</b><span>%s</span></div>", class, number, words);
}

static void print_fact(FILE *out, const char *name, const char *value)
{
    fprintf(out, "<dt>%s</dt><dd>", name);
    torture_print_html(out, value);
    fputs("</dd>", out);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void print_head(FILE *out, const struct torture_report *report,
                       const struct torture_counts *counts)
{
    fprintf(out,
            "<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport "
            "content='width=device-width,initial-scale=1'><title>%zu bricks in %zu power "
            "cuts</title><style>%s</style></head><body><main><h1>%s</h1><p class=dim>The power was "
            "cut at flash operations of the update below, on the virtual board, and put back.</p>",
            counts->bricks, counts->cases, torture_page_style,
            counts->bricks ? "This update can brick the device"
                           : "No power cut that was tried bricks the device");
    fputs("<div class=head><div class=sum>", out);
    print_number(out, counts->bricks ? "bad" : "ok", counts->bricks,
                 counts->bricks == 1 ? "brick" : "bricks");
    print_number(out, "", counts->cases, "cases");
    print_number(out, "", counts->models, "models");
    print_number(out, "", counts->points, "points");
    print_number(out, "", counts->pairs, "pairs of cuts");
    if (counts->undecided)
        print_number(out, "bad", counts->undecided, "not judged");
    fputs("</div><dl>", out);
    print_fact(out, "Firmware", file_name(report->firmware));
    print_fact(out, "Update", file_name(report->update_file));
    print_fact(out, "Request", report->request);
    print_fact(out, "Service", report->service);
    fprintf(out,
            "<dt>Its length</dt><dd>%zu flash operations</dd><dt>Seed</dt><dd>%u</dd></dl></div>",
            report->update->count, (unsigned)report->seed);
}

static void print_card(FILE *out, const struct torture_report *report,
                       const struct torture_counts *counts)
{
    fputs("<h2>The update, and where it was cut</h2><div class=card><div class=bar><div "
          "class=legend><span><i style='background:var(--erase)'></i>erase</span><span><i "
          "style='background:var(--write);height:3px;vertical-align:middle'></i>programming</span>"
          "<span><i style='background:var(--option);width:3px;height:14px'></i>option bytes</span>"
          "<span><i style='background:var(--point);width:6px;height:6px;border-radius:50%;"
          "vertical-align:middle'></i>cut, and it came back</span><span><i "
          "style='background:var(--brick);width:12px;height:12px;border-radius:50%;"
          "vertical-align:-1px'></i>brick</span></div><div class=scale role=group "
          "aria-label='What runs to the right'><button type=button value=time "
          "aria-pressed=true>by time</button><button type=button value=count "
          "aria-pressed=false>by operation</button></div></div>",
          out);
    torture_print_picture(out, report);
    fprintf(out, "<div id=detail aria-live=polite>%s</div></div>",
            counts->bricks ? "Choose a red mark: which cut it was, what became of the device, and "
                             "the command that repeats it."
                           : "Each dot is an operation at which the power was cut, in every way "
                             "that fits. The device came back each time.");
}

/* --- below --- */

static void print_models(FILE *out, const struct torture_counts *counts)
{
    fputs("<h2>By what the cut leaves</h2><table><tr><th>model</th><th>cases</th><th>bricks</th>"
          "</tr>",
          out);
    for (unsigned i = 0; i < TORTURE_MODEL_COUNT; i++)
        if (counts->cases_by_model[i])
            fprintf(out, "<tr><td>%s</td><td>%zu</td><td%s>%zu</td></tr>", torture_model_names[i],
                    counts->cases_by_model[i], counts->bricks_by_model[i] ? " class=bad" : "",
                    counts->bricks_by_model[i]);
    fputs("</table>", out);
}

static void print_one(FILE *out, const struct torture_report *report,
                      const struct torture_case *item, uint64_t *last)
{
    char place[TORTURE_PLACE_SIZE] = "";
    const struct torture_operation *operation =
        torture_operation_find(report->update, item->first.operation);
    fputs("<li", out);
    if (item->first.operation != *last)
        fprintf(out, " id=o%" PRIu64, item->first.operation);
    *last = item->first.operation;
    if (operation)
        torture_place(operation, place);
    fprintf(out,
            "><span class=tag>%s</span><b>%s</b> <span class=dim>operation %" PRIu64
            "</span><p>%s%s: ",
            torture_model_names[item->first.model], place, item->first.operation,
            item->second.operation ? "A second cut followed. " : "",
            torture_verdict_names[item->verdict]);
    torture_print_html(out, item->what);
    fputs("</p>", out);
    torture_print_replay(out, report, item);
    fputs("</li>", out);
}

static void print_found(FILE *out, const struct torture_report *report)
{
    uint64_t last = 0;
    fputs("<h2>Bricks</h2><ul class=found>", out);
    for (size_t i = 0; i < report->singles->count; i++)
        if (torture_is_brick(report->singles->items[i].verdict))
            print_one(out, report, &report->singles->items[i], &last);
    for (size_t i = 0; i < report->pairs->count; i++)
        if (torture_is_brick(report->pairs->items[i].verdict))
            print_one(out, report, &report->pairs->items[i], &last);
    fputs("</ul>", out);
}

bool torture_write_page(const char *command, const char *path, const struct torture_report *report)
{
    struct torture_counts counts;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return false;
    torture_count_up(report, &counts);
    print_head(out, report, &counts);
    print_card(out, report, &counts);
    print_models(out, &counts);
    if (counts.bricks)
        print_found(out, report);
    fprintf(out, "</main><script>%s</script></body></html>\n", torture_page_script);
    bool complete = fclose(out) == 0;
    const struct file file = {(uint8_t *)text, (uint32_t)size};
    bool written = complete && file_write(command, path, &file);
    free(text);
    return written;
}
