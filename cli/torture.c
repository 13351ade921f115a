/* torture.c - flota torture: cuts the power of any firmware's update, on the virtual board, and
 * says where that bricks it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture.h"
#include "command.h"
#include "interrupt.h"
#include "torture_options.h"
#include "torture_report.h"
#include "torture_run.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NO_BRICKS = 0, BRICKS = 1, NOT_RUN = 2 };

/* --- progress --- */

#define TERMINAL_S 0.2 /* between two looks */
#define LOG_S      30.0

struct progress {
    const char *what;
    double shown_s, begin_s;
    bool is_terminal;
};

/* At once: a long run can be ended when it has found what one looks for. */
static void show_brick(const struct progress *progress, const struct torture_case *item)
{
    char name[TORTURE_NAME_SIZE];
    torture_name(item, name);
    fprintf(stderr, "%sbrick: %s: %s: %s\n", progress->is_terminal ? "\r\033[K" : "", name,
            torture_verdict_names[item->verdict], item->what);
}

static void show_progress(void *context, const struct torture_case *item, size_t done, size_t count,
                          size_t bricks)
{
    struct progress *progress = context;
    double now = clock_s();
    if (torture_is_brick(item->verdict) && item->verdict != TORTURE_STUCK)
        show_brick(progress, item);
    if (now - progress->shown_s < (progress->is_terminal ? TERMINAL_S : LOG_S) && done < count)
        return;
    progress->shown_s = now;
    double left = done ? (now - progress->begin_s) / (double)done * (double)(count - done) : 0;
    fprintf(stderr, "%s%s: %zu of %zu, %zu bricks, %.0f s left%s",
            progress->is_terminal ? "\r" : "", progress->what, done, count, bricks, left,
            !progress->is_terminal || done == count ? "\n" : "   ");
}

/* --- the parts in order --- */

struct torture {
    struct torture_options options;
    struct torture_session session;
    struct torture_reference reference;
    struct torture_cases singles, pairs;
    struct progress progress;
};

static void begin_part(struct torture *torture, const char *what)
{
    torture->progress = (struct progress){what, clock_s(), clock_s(), isatty(STDERR_FILENO)};
    torture->session.progress = show_progress;
    torture->session.context = &torture->progress;
}

static bool start(struct torture *torture, struct torture_board *board)
{
    if (!torture_board_start(board, &torture->options.setup, NULL))
        return false;
    if (torture_boot(board, &torture->options.target))
        return true;
    torture_board_end(board);
    return false;
}

static bool learn(struct torture *torture, struct torture_board *board)
{
    const struct torture_options *options = &torture->options;
    const struct usage_list *prepare = &options->prepare;
    const char *running =
        prepare->count ? options->prepare_paths[prepare->count - 1] : options->setup.firmware;
    struct file firmware = {0}, update = {0};
    bool good = file_read(options->setup.command, running, &firmware) &&
                file_read(options->setup.command, options->target.update, &update) &&
                torture_learn(board, &options->target, &firmware, &update, &torture->reference);
    free(firmware.bytes);
    free(update.bytes);
    if (good)
        torture_mark(&torture->reference.update);
    return good;
}

static bool no_memory(const struct torture *torture)
{
    fprintf(stderr, "%s: there is no memory for so many cases.\nTo do: ask for fewer --points.\n",
            torture->options.setup.command);
    return false;
}

static void say_reference(const struct torture *torture)
{
    const struct torture_update *update = &torture->reference.update;
    fprintf(stderr, "the update: %zu flash operations in %.3f s; cases: %zu\n", update->count,
            1e-9 * (double)(update->operations[update->count - 1].end_ns - update->begin_ns),
            torture->singles.count);
}

/* What refuses an update may take it when it is asked again: those cases are run once more so. */
static bool try_twice(struct torture *torture, struct torture_cases *cases)
{
    struct torture_board board;
    struct torture_cases again = {0};
    bool good = true;
    for (size_t i = 0; i < cases->count && good; i++) {
        struct torture_case item = cases->items[i];
        item.tries_twice = true;
        good =
            item.verdict != TORTURE_STUCK || torture_cases_add(&again, &item) || no_memory(torture);
    }
    if (good && again.count > 0) {
        begin_part(torture, "refusals, asked again");
        good = start(torture, &board) && torture_try(&torture->session, &board, &again);
        torture_board_end(&board);
    }
    for (size_t i = 0, k = 0; i < cases->count && good && k < again.count; i++)
        if (cases->items[i].verdict == TORTURE_STUCK)
            cases->items[i] = again.items[k++];
    free(again.items);
    return good;
}

static bool try_singles(struct torture *torture, struct torture_board *board)
{
    if (!torture_plan(&torture->reference.update, &torture->options.wishes, &torture->singles))
        return no_memory(torture);
    say_reference(torture);
    begin_part(torture, "cuts");
    return torture_try(&torture->session, board, &torture->singles) &&
           try_twice(torture, &torture->singles);
}

static bool try_pairs(struct torture *torture)
{
    struct torture_board board;
    if (torture->options.wishes.pairs == 0)
        return true;
    if (!torture_plan_pairs(&torture->reference.update, &torture->options.wishes, &torture->singles,
                            &torture->pairs))
        return no_memory(torture);
    if (torture->pairs.count == 0 || !start(torture, &board))
        return torture->pairs.count == 0;
    begin_part(torture, "pairs");
    bool good = torture_try(&torture->session, &board, &torture->pairs);
    torture_board_end(&board);
    return good && try_twice(torture, &torture->pairs);
}

static struct torture_report make_report(const struct torture *torture)
{
    const struct torture_options *options = &torture->options;
    return (struct torture_report){.firmware = options->setup.firmware,
                                   .update_file = options->target.update,
                                   .request = options->request,
                                   .service = options->service,
                                   .replay = options->replay,
                                   .seed = options->setup.seed,
                                   .update = &torture->reference.update,
                                   .singles = &torture->singles,
                                   .pairs = &torture->pairs};
}

static int report(const struct torture *torture)
{
    const struct torture_options *options = &torture->options;
    const struct torture_report report = make_report(torture);
    struct torture_counts counts;
    torture_count_up(&report, &counts);
    bool written =
        (!options->json || torture_write_json(options->setup.command, options->json, &report)) &&
        (!options->html || torture_write_page(options->setup.command, options->html, &report));
    torture_print(&report);
    if (counts.bricks)
        return BRICKS;
    return written && counts.undecided == 0 ? NO_BRICKS : NOT_RUN;
}

static int run_all(struct torture *torture)
{
    struct torture_board board;
    if (!start(torture, &board))
        return NOT_RUN;
    bool good = learn(torture, &board) && try_singles(torture, &board);
    torture_board_end(&board);
    good = good && try_pairs(torture);
    bool is_cut_short = interrupt_pending() && torture->singles.count > 0;
    return good || is_cut_short ? report(torture) : NOT_RUN;
}

/* --- one case again --- */

/* Is the second cut in what follows the first power-on, or in the update that is made after it? */
static bool place_second(struct torture *torture, struct torture_case *item)
{
    struct torture_board board;
    struct torture_case probe = {.first = item->first};
    struct torture_cases cases = {&probe, 1, 1};
    if (!start(torture, &board))
        return false;
    bool good = torture_try(&torture->session, &board, &cases);
    torture_board_end(&board);
    item->second_later = item->second.operation > item->first.operation + probe.following;
    return good;
}

static bool is_in_update(const struct torture *torture, const struct torture_case *item)
{
    const struct torture_operation *operation =
        torture_operation_find(&torture->reference.update, item->first.operation);
    if (operation && torture_model_fits(item->first.model, operation->kind))
        return true;
    const struct torture_update *update = &torture->reference.update;
    if (operation)
        fprintf(stderr, "%s: operation %llu is of the kind '%s': '%s' does not fit.\n",
                torture->options.setup.command, (unsigned long long)operation->number,
                torture_kind_names[operation->kind], torture_model_names[item->first.model]);
    else
        fprintf(stderr, "%s: the update's operations have the numbers %llu to %llu.\n",
                torture->options.setup.command, (unsigned long long)update->operations[0].number,
                (unsigned long long)update->operations[update->count - 1].number);
    fputs("To do: take --only from a report of the same firmware, update and seed.\n", stderr);
    return false;
}

static int say_verdict(const struct torture *torture, const struct torture_case *item)
{
    char name[TORTURE_NAME_SIZE];
    torture_name(item, name);
    printf("%s: %s: %s\n", name, torture_verdict_names[item->verdict], item->what);
    if (torture->options.keep)
        fprintf(stderr,
                "What the cut leaves is in %s. Look at it: flota-vboard --flash %s%s%s --http "
                "127.0.0.1:8100\n",
                torture->options.keep, torture->options.keep,
                torture->options.setup.address ? " --guest-ip " : "",
                torture->options.setup.address ? torture->options.setup.address : "");
    if (torture_is_brick(item->verdict))
        return BRICKS;
    return item->verdict == TORTURE_FINE ? NO_BRICKS : NOT_RUN;
}

static int run_only(struct torture *torture)
{
    struct torture_board board;
    struct torture_case item = torture->options.only_case;
    item.repeats = torture->options.wishes.repeat_every > 0;
    if (!start(torture, &board))
        return NOT_RUN;
    bool good = learn(torture, &board) && is_in_update(torture, &item) &&
                (item.second.operation == 0 || place_second(torture, &item)) &&
                torture_replay(&torture->session, &board, &item);
    torture_board_end(&board);
    if (good && item.verdict == TORTURE_STUCK) {
        struct torture_cases one = {&item, 1, 1};
        good = try_twice(torture, &one);
    }
    if (good && torture->options.keep)
        good = torture_keep(&torture->session, &item, torture->options.keep);
    return good ? say_verdict(torture, &item) : NOT_RUN;
}

int command_torture(int argc, char **argv)
{
    struct torture torture = {0};
    struct torture_options *options = &torture.options;
    int result = torture_options_read(options, argc, argv);
    if (result != 0) {
        torture_options_free(options);
        return result;
    }
    torture.session = (struct torture_session){.setup = &options->setup,
                                               .target = &options->target,
                                               .reference = &torture.reference,
                                               .jobs = options->jobs};
    interrupt_watch();
    result = options->only ? run_only(&torture) : run_all(&torture);
    torture_reference_free(&torture.reference);
    free(torture.singles.items);
    free(torture.pairs.items);
    torture_options_free(options);
    return interrupt_pending() ? EXIT_INTERRUPTED : result;
}
