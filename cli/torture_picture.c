/* torture_picture.c - the update as a picture: time to the right, or each operation with the same
 * width; down go the sectors of bank 1, and of bank 2.
 *
 * The SVG is stretched to the place that there is; marks and labels are HTML over and beside it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_page.h"
#include "torture_script.h"
#include <inttypes.h>

#define WIDTH       1000.0
#define BANK_HEIGHT 480.0
#define BANK_GAP    20.0
#define SECTOR      (BANK_HEIGHT / 8.0)
#define HEIGHT      (2.0 * BANK_HEIGHT + BANK_GAP)
#define TICKS       4
#define LONG_SHARE  16.0 /* an erase is as wide as so many parts of all words */

/* One of the two scales. */
struct scale {
    const struct torture_update *update;
    double from_ns, length_ns;
    bool counts;
    double unit, wide; /* of a word; of an erase or option change */
};

static struct scale make_scale(const struct torture_update *update, bool counts)
{
    struct scale scale = {.update = update, .counts = counts};
    size_t words = 0;
    for (size_t i = 0; i < update->count; i++)
        words += update->operations[i].kind == TORTURE_PROGRAM;
    size_t others = update->count - words;
    scale.wide = (double)words / LONG_SHARE + 1;
    scale.unit = WIDTH / ((double)words + scale.wide * (double)others);
    scale.from_ns = (double)update->begin_ns;
    const struct torture_operation *last = &update->operations[update->count - 1];
    double end = (double)(last->end_ns > last->start_ns ? last->end_ns : last->start_ns);
    scale.length_ns = (end - scale.from_ns) * 1.02 + 1;
    return scale;
}

/* Where each operation begins and ends, left to right. Called in their order. */
struct span {
    double from, to;
};

static struct span next_span(const struct scale *scale, size_t index, double *at)
{
    const struct torture_operation *it = &scale->update->operations[index];
    if (!scale->counts) {
        double end = (double)(it->end_ns > it->start_ns ? it->end_ns : it->start_ns);
        return (struct span){((double)it->start_ns - scale->from_ns) / scale->length_ns * WIDTH,
                             (end - scale->from_ns) / scale->length_ns * WIDTH};
    }
    struct span span = {*at, *at + scale->unit * (it->kind == TORTURE_PROGRAM ? 1.0 : scale->wide)};
    *at = span.to;
    return span;
}

static double height_of(const struct torture_operation *it)
{
    double sector = it->word / TORTURE_SECTOR_WORDS, in = it->word % TORTURE_SECTOR_WORDS;
    if (it->kind == TORTURE_OPTIONS)
        return BANK_HEIGHT + BANK_GAP / 2;
    return (it->bank - 1) * (BANK_HEIGHT + BANK_GAP) + sector * SECTOR +
           (it->kind == TORTURE_ERASE ? 0.5 : 0.08 + 0.84 * in / TORTURE_SECTOR_WORDS) * SECTOR;
}

static void print_rows(FILE *out)
{
    for (int bank = 0; bank < 2; bank++)
        for (int sector = 0; sector < 8; sector++)
            fprintf(out, "<rect class=row x=0 y=%g width=%g height=%g />",
                    bank * (BANK_HEIGHT + BANK_GAP) + sector * SECTOR + 1, WIDTH, SECTOR - 2);
}

static void print_operation(FILE *out, const struct torture_operation *it, struct span span)
{
    double y = height_of(it);
    if (it->kind == TORTURE_ERASE)
        fprintf(out, "<rect class=erase x=%.2f y=%.1f width=%.2f height=%.1f />", span.from,
                y - SECTOR / 2 + 1, span.to - span.from, SECTOR - 2);
    else
        fprintf(out, "<path class=option vector-effect=non-scaling-stroke d='M%.2f 0V%g' />",
                (span.from + span.to) / 2, HEIGHT);
}

/* Words in a row are one line. */
static void print_words(FILE *out, const struct scale *scale)
{
    const struct torture_operation *operations = scale->update->operations;
    double at = 0;
    fputs("<path class=write vector-effect=non-scaling-stroke d='", out);
    for (size_t i = 0; i < scale->update->count; i++) {
        const struct torture_operation *it = &operations[i], *before = i ? it - 1 : NULL;
        struct span span = next_span(scale, i, &at);
        if (it->kind != TORTURE_PROGRAM)
            continue;
        bool goes_on = before && before->kind == TORTURE_PROGRAM && before->bank == it->bank &&
                       before->word + 1 == it->word && it->word % TORTURE_SECTOR_WORDS != 0;
        bool ends = i + 1 == scale->update->count || it[1].kind != TORTURE_PROGRAM ||
                    it[1].word != it->word + 1 || it[1].word % TORTURE_SECTOR_WORDS == 0;
        if (!goes_on)
            fprintf(out, "M%.2f %.2f", span.from, height_of(it));
        if (ends)
            fprintf(out, "L%.2f %.2f", span.to, height_of(it));
    }
    fputs("' />", out);
}

/* --- what was tried --- */

/* The worst of an operation's cases, and how many are bricks. */
static size_t count_bricks(const struct torture_cases *cases, uint64_t number, bool *tried)
{
    size_t low = 0, high = cases->count, bricks = 0;
    while (low < high) { /* they stand in the order of operations */
        size_t middle = (low + high) / 2;
        if (cases->items[middle].first.operation < number)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < cases->count && cases->items[low].first.operation == number; low++) {
        *tried = true;
        bricks += torture_is_brick(cases->items[low].verdict);
    }
    return bricks;
}

static void print_points(FILE *out, const struct scale *scale, const struct torture_report *report)
{
    double at = 0;
    fputs("<path class=points vector-effect=non-scaling-stroke d='", out);
    for (size_t i = 0; i < scale->update->count; i++) {
        const struct torture_operation *it = &scale->update->operations[i];
        struct span span = next_span(scale, i, &at);
        bool tried = false;
        size_t bricks = count_bricks(report->singles, it->number, &tried) +
                        count_bricks(report->pairs, it->number, &tried);
        if (tried && !bricks && it->kind != TORTURE_OPTIONS)
            fprintf(out, "M%.2f %.2fh.01", (span.from + span.to) / 2, height_of(it));
    }
    fputs("' />", out);
}

static void print_svg(FILE *out, const struct torture_report *report, bool counts)
{
    const struct scale scale = make_scale(report->update, counts);
    double at = 0;
    fprintf(out, "<g class=%s>", counts ? "count" : "time");
    for (size_t i = 0; i < report->update->count; i++) {
        const struct torture_operation *it = &report->update->operations[i];
        struct span span = next_span(&scale, i, &at);
        if (it->kind != TORTURE_PROGRAM)
            print_operation(out, it, span);
    }
    print_words(out, &scale);
    print_points(out, &scale, report);
    fputs("</g>", out);
}

/* --- marks --- */

#define SHOWN_MAX 3u /* under the picture; the list has them all */

static size_t print_cases(FILE *out, const struct torture_report *report,
                          const struct torture_cases *cases, uint64_t number, size_t shown)
{
    for (size_t i = 0; i < cases->count; i++) {
        const struct torture_case *item = &cases->items[i];
        if (item->first.operation != number || !torture_is_brick(item->verdict) ||
            shown++ >= SHOWN_MAX)
            continue;
        fprintf(out, "<p><span class=tag>%s</span>%s%s: ", torture_model_names[item->first.model],
                item->second.operation ? "and a second cut, " : "",
                torture_verdict_names[item->verdict]);
        torture_print_html(out, item->what);
        fputs("</p>", out);
        torture_print_replay(out, report, item);
    }
    return shown;
}

static void print_mark(FILE *out, const struct torture_report *report, size_t index,
                       struct span time, struct span count, size_t bricks)
{
    const struct torture_operation *it = &report->update->operations[index];
    char place[TORTURE_PLACE_SIZE];
    torture_place(it, place);
    fprintf(out,
            "<a class=mark href='#o%" PRIu64 "' style='--t:%.3f;--n:%.3f;top:%.3f%%' "
            "aria-label='%zu bricks at operation %" PRIu64 ", %s'><i>%zu</i><template>"
            "<b>Operation %" PRIu64 "</b>, %.3f s after the request: %s",
            it->number, (time.from + time.to) / 2 / WIDTH * 100,
            (count.from + count.to) / 2 / WIDTH * 100, height_of(it) / HEIGHT * 100, bricks,
            it->number, place, bricks, it->number,
            1e-9 * (double)(it->start_ns - report->update->begin_ns), place);
    size_t shown = print_cases(out, report, report->singles, it->number, 0);
    print_cases(out, report, report->pairs, it->number, shown);
    if (bricks > SHOWN_MAX)
        fprintf(out, "<p><a href='#o%" PRIu64 "'>All %zu of this operation</a></p>", it->number,
                bricks);
    fputs("</template></a>", out);
}

static void print_marks(FILE *out, const struct torture_report *report)
{
    const struct scale times = make_scale(report->update, false);
    const struct scale counts = make_scale(report->update, true);
    double at = 0, unused = 0;
    for (size_t i = 0; i < report->update->count; i++) {
        uint64_t number = report->update->operations[i].number;
        struct span time = next_span(&times, i, &unused), count = next_span(&counts, i, &at);
        bool tried = false;
        size_t bricks = count_bricks(report->singles, number, &tried) +
                        count_bricks(report->pairs, number, &tried);
        if (bricks)
            print_mark(out, report, i, time, count, bricks);
    }
}

static void print_axis(FILE *out, const struct torture_report *report)
{
    const struct scale scale = make_scale(report->update, false);
    fputs("<span></span><div class='axis time'>", out);
    for (int i = 0; i <= TICKS; i++)
        fprintf(out, "<span style='left:%d%%'>%.2f s</span>", i * 100 / TICKS,
                scale.length_ns * i / TICKS * 1e-9);
    fputs("</div><div class='axis count' style='grid-column:2'><span style='left:0'>first "
          "operation</span><span style='left:100%'>last</span></div>",
          out);
}

void torture_print_picture(FILE *out, const struct torture_report *report)
{
    fputs("<div class='grid pic'><div class=banks>", out);
    for (int bank = 1; bank <= 2; bank++) {
        fprintf(out, "<div><b>bank %d</b><ol>", bank);
        for (int sector = 0; sector < 8; sector++)
            fprintf(out, "<li>%d</li>", sector);
        fputs("</ol></div>", out);
    }
    fprintf(out,
            "</div><div class=plot><svg viewBox='0 0 %g %g' preserveAspectRatio=none role=img "
            "aria-label='The flash operations of the update'>",
            WIDTH, HEIGHT);
    print_rows(out);
    print_svg(out, report, false);
    print_svg(out, report, true);
    fputs("</svg>", out);
    print_marks(out, report);
    fputs("</div>", out);
    print_axis(out, report);
    fputs("</div>", out);
}
