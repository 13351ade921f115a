/* main.c - powercut: the power fails at any flash operation of an update, in any way, again and
 * again.
 *
 *     powercut --cases 50000     single cuts everywhere, then random schedules up to that number
 *     powercut --all             also all pairs of cuts on the small geometry
 *     powercut --only CASE       repeat one case, with a trace
 *     powercut --planted         each planted fault must be caught
 *     powercut --all --part 1/2  half of it; scripts/powercut runs both halves and adds them up
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_case.h"
#include "prng.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAILURES_SHOWN      10u
#define SMALL               0u /* geometries */
#define SMALL_WITH_SAVES    3u
#define SINGLES_FROM        50000u /* a run of so many cases begins with all single cuts ... */
#define SINGLE_SEEDS        4u     /* ... of so many seeds: each history twice */
#define AIMED_SEEDS         5u
#define PAIRS_EVERY         16u /* first cuts of pairs in stories that save values */
#define SAVES_SEEDS         2u  /* of stories that save values, which are long */
#define PLANTED_AIMED_SEEDS 60u
#define PLANTED_CASES       20000u /* a fault that these do not find is not caught */

struct session {
    enum planted_fault fault;
    uint32_t seed;
    uint32_t case_goal;
    uint32_t case_count;
    uint32_t failure_count;
    uint32_t repeated_count;
    uint32_t refused_count;
    uint32_t save_count;
    uint32_t full_count;
    uint32_t restart_count;
    uint32_t stray_count;
    uint32_t resent_count;
    uint32_t model_counts[CUT_MODEL_COUNT];
    bool stop_at_failure;
    struct power_case failure; /* the first one */
    uint32_t part;             /* this process does each part_count-th branch, from this one */
    uint32_t part_count;
    uint32_t turn;
};

/* Whose turn is it? Processes that share a run ask the same questions in the same order. */
static bool is_mine(struct session *session)
{
    return session->turn++ % session->part_count == session->part;
}

static void report(struct session *session, const struct power_case *power_case, const char *wrong)
{
    if (session->failure_count++ == 0)
        session->failure = *power_case;
    if (session->failure_count > FAILURES_SHOWN)
        return;
    printf("powercut: %s; repeat: powercut ", wrong);
    if (session->fault != PLANTED_NOTHING)
        printf("--fault %s ", planted_name(session->fault));
    printf("--only ");
    power_case_print(power_case);
    printf("\n");
    fflush(stdout);
}

static bool ends(const struct session *session)
{
    return session->stop_at_failure && session->failure_count > 0;
}

/* Run a case and count it. Returns whether cuts can be added to it. */
static bool try_case(struct session *session, const struct power_case *power_case,
                     struct power_verdict *verdict)
{
    power_case_run(power_case, false, verdict);
    if (verdict->wrong)
        report(session, power_case, verdict->wrong);
    if (!verdict->reached)
        return false;
    session->case_count++;
    session->repeated_count += verdict->repeated;
    session->refused_count += verdict->refused;
    session->save_count += verdict->saves;
    session->full_count += verdict->full;
    session->restart_count += verdict->restarts;
    session->stray_count += verdict->strays;
    session->resent_count += verdict->resent;
    for (uint32_t i = 0; i < power_case->cut_count; i++)
        session->model_counts[power_case->cuts[i].how]++;
    return !verdict->wrong;
}

/* Of pairs in stories that save values the first cut is at each PAIRS_EVERY-th operation, beginning
 * with another one for each seed: --all is to end in 20 minutes. */
static bool is_passed_over(const struct power_case *power_case, uint32_t depth, uint32_t operation)
{
    bool is_first_of_pair = depth > 1 && power_case->cut_count == 1;
    return is_first_of_pair && power_story_saves(power_case->story) &&
           (operation + power_case->seed) % PAIRS_EVERY != 0;
}

/* This case, and with `depth` more cuts at each operation in each way. */
static void explore(struct session *session, struct power_case power_case, uint32_t depth)
{
    struct power_verdict verdict;
    if (!try_case(session, &power_case, &verdict) || depth == 0)
        return;
    uint32_t last = power_case.cut_count++;
    for (uint32_t i = 0; i < verdict.operation_count; i++)
        for (uint32_t how = 0; how < CUT_MODEL_COUNT && !ends(session); how++)
            if (!is_passed_over(&power_case, depth, i) &&
                cut_model_fits((enum cut_model)how, (enum cut_operation)verdict.operations[i])) {
                power_case.cuts[last] = (struct power_cut){i + 1, (enum cut_model)how};
                if (last > 0 || is_mine(session)) /* shared out by the first cut */
                    explore(session, power_case, depth - 1);
            }
}

/* Choose where and how to cut next, more often soon after the boot, where the guard works. */
static struct power_cut random_cut(uint32_t *random, const struct power_verdict *verdict)
{
    uint32_t limit = verdict->operation_count;
    if (prng_below(random, 2) == 0 && limit > 6)
        limit = 6;
    uint32_t at = prng_below(random, limit);
    enum cut_model how;
    do
        how = (enum cut_model)prng_below(random, CUT_MODEL_COUNT);
    while (!cut_model_fits(how, (enum cut_operation)verdict->operations[at]));
    return (struct power_cut){at + 1, how};
}

/* A random schedule; each of its beginnings is a case. */
static void wander(struct session *session, struct power_case power_case, uint32_t *random)
{
    struct power_verdict verdict;
    uint32_t depth = 1 + prng_below(random, POWER_CUTS_MAX);
    while (!ends(session) && try_case(session, &power_case, &verdict) &&
           power_case.cut_count < depth && verdict.operation_count > 0)
        power_case.cuts[power_case.cut_count++] = random_cut(random, &verdict);
}

/* A supply that fails at the same moment of each boot. */
static void brown_out(struct session *session, struct power_case power_case, uint32_t at,
                      enum cut_model how)
{
    struct power_verdict verdict;
    while (!ends(session) && try_case(session, &power_case, &verdict) &&
           power_case.cut_count < POWER_CUTS_MAX && at <= verdict.operation_count)
        power_case.cuts[power_case.cut_count++] = (struct power_cut){at, how};
}

/* A cut anywhere, and then the supply fails at the same moment of each boot: orders that are
 * repeated, confirmations that are completed. At last a cut anywhere again. */
static void stutter(struct session *session, struct power_case power_case, uint32_t *random)
{
    struct power_verdict verdict;
    uint32_t depth = 2 + prng_below(random, POWER_CUTS_MAX - 2), at = 1 + prng_below(random, 3);
    enum cut_model how = (enum cut_model)prng_below(random, CUT_MODEL_COUNT);
    while (!ends(session) && try_case(session, &power_case, &verdict) &&
           power_case.cut_count <= depth && power_case.cut_count < POWER_CUTS_MAX &&
           verdict.operation_count > 0) {
        struct power_cut cut = random_cut(random, &verdict);
        bool same = power_case.cut_count > 0 && power_case.cut_count < depth &&
                    at <= verdict.operation_count &&
                    cut_model_fits(how, (enum cut_operation)verdict.operations[at - 1]);
        power_case.cuts[power_case.cut_count++] = same ? (struct power_cut){at, how} : cut;
    }
}

static struct power_case story_case(const struct session *session, uint32_t geometry,
                                    uint32_t story, uint32_t seed)
{
    if (geometry == SMALL && power_story_saves((enum power_story)story))
        geometry = SMALL_WITH_SAVES;
    return (struct power_case){
        .geometry = geometry, .story = (enum power_story)story, .seed = session->seed + seed};
}

static void all_cuts(struct session *session, uint32_t geometry, uint32_t seeds, uint32_t depth)
{
    for (uint32_t seed = 0; seed < seeds; seed++)
        for (uint32_t story = 0; story < STORY_COUNT && !ends(session); story++)
            if (seed < SAVES_SEEDS || !power_story_saves((enum power_story)story))
                explore(session, story_case(session, geometry, story, seed), depth);
}

/* Each kind of record torn where it first comes, the next word at the next boot, too; then a cut
 * anywhere. */
static void tear_twice(struct session *session, struct power_case power_case, enum cut_model how)
{
    struct power_verdict first, verdict;
    uint32_t random = power_case.seed;
    if (!try_case(session, &power_case, &first))
        return;
    for (uint32_t kind = 1; kind < POWER_KINDS && !ends(session); kind++) {
        struct power_case torn = power_case;
        torn.cuts[torn.cut_count++] = (struct power_cut){first.first_of[kind], how};
        if (first.first_of[kind] == 0 || !try_case(session, &torn, &verdict) ||
            verdict.operation_count == 0 || verdict.operations[0] != CUT_PROGRAM)
            continue;
        torn.cuts[torn.cut_count++] = (struct power_cut){1, how};
        if (!try_case(session, &torn, &verdict) || verdict.operation_count == 0 || ends(session))
            continue;
        torn.cuts[torn.cut_count++] = random_cut(&random, &verdict);
        try_case(session, &torn, &verdict);
    }
}

/* Each operation of one kind cut in one way, then a cut anywhere: late option bytes, weak sectors.
 */
static void cut_each(struct session *session, struct power_case power_case,
                     enum cut_operation operation, enum cut_model how)
{
    struct power_verdict first, verdict;
    uint32_t random = power_case.seed;
    if (!try_case(session, &power_case, &first))
        return;
    for (uint32_t i = 0; i < first.operation_count && !ends(session); i++) {
        struct power_case cut = power_case;
        cut.cuts[cut.cut_count++] = (struct power_cut){i + 1, how};
        if (first.operations[i] != operation || !try_case(session, &cut, &verdict) ||
            verdict.operation_count == 0 || ends(session))
            continue;
        cut.cuts[cut.cut_count++] = random_cut(&random, &verdict);
        try_case(session, &cut, &verdict);
    }
}

/* The first swap is cut, and then the supply fails at the first operation of each boot: ATTEMPT is
 * torn when it was cut behind the swap; the order to swap is repeated when it was before. */
static void brown_out_at_swap(struct session *session, struct power_case power_case)
{
    struct power_verdict verdict;
    uint32_t at = 0;
    power_case_run(&power_case, false, &verdict);
    while (at < verdict.operation_count && verdict.operations[at] != CUT_OPTION)
        at++;
    if (at == verdict.operation_count)
        return;
    power_case.cuts[power_case.cut_count++] = (struct power_cut){at + 1, CUT_AFTER};
    brown_out(session, power_case, 1, CUT_DEAD);
    power_case.cuts[0].how = CUT_BEFORE;
    if (!ends(session))
        brown_out(session, power_case, 1, CUT_AFTER);
}

static void aim(struct session *session, struct power_case power_case)
{
    brown_out_at_swap(session, power_case);
    if (ends(session))
        return;
    tear_twice(session, power_case, CUT_MARGINAL);
    if (!ends(session))
        cut_each(session, power_case, CUT_OPTION, CUT_LATE);
    if (!ends(session))
        cut_each(session, power_case, CUT_ERASE, CUT_WEAK);
    if (!ends(session) && power_story_saves(power_case.story)) /* the last piece of a save */
        cut_each(session, power_case, CUT_PROGRAM, CUT_MARGINAL);
}

/* Where experience says that it hurts. */
static void all_aimed(struct session *session, uint32_t seeds)
{
    for (uint32_t seed = 0; seed < seeds; seed++)
        for (uint32_t story = 0; story < STORY_COUNT && !ends(session); story++)
            if (is_mine(session))
                aim(session, story_case(session, 0, story, seed));
}

static void all_brown_outs(struct session *session)
{
    uint32_t last = session->case_goal * session->part_count >= SINGLES_FROM ? 4 : 1;
    for (uint32_t story = 0; story < STORY_COUNT; story++)
        for (uint32_t at = 1; at <= last; at++)
            for (uint32_t how = 0; how < CUT_MODEL_COUNT && !ends(session); how++)
                if (is_mine(session))
                    brown_out(session, story_case(session, 0, story, at), at, (enum cut_model)how);
}

/* One in 200 on the whole chip: its sectors take their time. */
static void wander_to_goal(struct session *session)
{
    uint32_t random = session->seed + session->part * 0x10000u;
    while (session->case_count < session->case_goal && !ends(session)) {
        uint32_t chance = prng_below(&random, 200);
        uint32_t geometry = chance == 0 ? 1 : chance < 50 ? 2 : 0;
        uint32_t story = prng_below(&random, STORY_COUNT);
        struct power_case power_case =
            story_case(session, geometry, story, prng_below(&random, 1u << 24));
        if (prng_below(&random, 8) == 0)
            stutter(session, power_case, &random);
        else
            wander(session, power_case, &random);
    }
}

static int summary(const struct session *session)
{
    uint32_t models = 0;
    for (uint32_t how = 0; how < CUT_MODEL_COUNT; how++) {
        models += session->model_counts[how] > 0;
        printf("powercut: %9u cuts %-8s %s\n", (unsigned)session->model_counts[how],
               cut_model_name((enum cut_model)how), cut_model_text((enum cut_model)how));
    }
    printf("powercut: %9u updates were refused for a marginal word and asked for again\n",
           (unsigned)session->repeated_count);
    printf("powercut: %9u updates to an image that had failed were refused, then forced\n",
           (unsigned)session->refused_count);
    printf("powercut: %9u swaps that were cut or refused were ordered again at the start\n",
           (unsigned)session->restart_count);
    printf("powercut: %9u reverts needed the image sent: a compaction was cut\n",
           (unsigned)session->resent_count);
    printf("powercut: %9u boots in the other bank: an order was taken back, and that was cut\n",
           (unsigned)session->stray_count);
    printf("powercut: %9u saves of values\n", (unsigned)session->save_count);
    printf("powercut: %9u saves of values were refused for want of room\n",
           (unsigned)session->full_count);
    printf("powercut: %u cases, %u models, %u bricks\n", (unsigned)session->case_count,
           (unsigned)models, (unsigned)session->failure_count);
    bool is_large = session->case_goal * session->part_count >= SINGLES_FROM;
    bool saw_all = session->refused_count > 0 && session->restart_count > 0 &&
                   session->stray_count > 0 && session->save_count > 0 &&
                   session->full_count > 0; /* a small run may miss the rare ones */
    return session->failure_count == 0 && session->case_count >= session->case_goal &&
                   models == CUT_MODEL_COUNT && (saw_all || !is_large)
               ? 0
               : 1;
}

static int run_all(struct session *session, bool pairs)
{
    power_case_setup(PLANTED_NOTHING);
    all_cuts(session, 0,
             session->case_goal * session->part_count >= SINGLES_FROM ? SINGLE_SEEDS : 0, 1);
    all_brown_outs(session);
    all_aimed(session, session->case_goal * session->part_count >= SINGLES_FROM ? AIMED_SEEDS : 0);
    if (pairs) {
        all_cuts(session, 1, 1, 1);
        all_cuts(session, 2, SINGLE_SEEDS / 2u, 1);
        all_cuts(session, 0, 1, 2); /* all pairs: over a million by themselves */
    }
    wander_to_goal(session);
    power_case_teardown();
    return summary(session);
}

/* The same cuts without the fault: all must hold, or they prove nothing about it. */
static bool holds_without_fault(const struct power_case *power_case)
{
    struct power_verdict verdict;
    power_case_setup(PLANTED_NOTHING);
    power_case_run(power_case, false, &verdict);
    power_case_teardown();
    if (verdict.wrong)
        printf("planted: but the same without the fault: %s\n", verdict.wrong);
    return !verdict.wrong;
}

/* Does the suite find this fault? */
static bool catches(const struct session *session, enum planted_fault fault)
{
    struct session trial = {.fault = fault,
                            .seed = session->seed,
                            .case_goal = PLANTED_CASES,
                            .stop_at_failure = true,
                            .part_count = 1};
    power_case_setup(fault);
    printf("planted: %s: %s\n", planted_name(fault), planted_text(fault));
    all_cuts(&trial, 0, 1, 0);
    all_aimed(&trial, PLANTED_AIMED_SEEDS);
    if (!ends(&trial))
        wander_to_goal(&trial);
    power_case_teardown();
    if (trial.failure_count == 0) {
        printf("planted: %s was NOT caught in %u cases\n", planted_name(fault),
               (unsigned)trial.case_count);
        return false;
    }
    return holds_without_fault(&trial.failure);
}

/* only: this one, or PLANTED_NOTHING for all. */
static int check_planted(const struct session *session, enum planted_fault only)
{
    uint32_t caught = 0, count = 0;
    for (uint32_t fault = PLANTED_NOTHING + 1; fault < PLANTED_COUNT; fault++) {
        if (only != PLANTED_NOTHING && fault != only)
            continue;
        caught += catches(session, (enum planted_fault)fault);
        count++;
    }
    printf("planted: %u of %u faults caught\n", (unsigned)caught, (unsigned)count);
    return caught == count ? 0 : 1;
}

static int run_only(const char *text, enum planted_fault fault)
{
    struct power_case power_case;
    struct power_verdict verdict;
    if (power_case_parse(text, &power_case) != 0) {
        fprintf(stderr, "powercut: no case: %s\n", text);
        return 2;
    }
    power_case_setup(fault);
    power_case_run(&power_case, true, &verdict);
    power_case_teardown();
    printf("%s%s\n", verdict.wrong ? verdict.wrong : "ok",
           verdict.reached ? "" : " (not every cut was reached)");
    return verdict.wrong ? 1 : 0;
}

static int usage(const char *program)
{
    fprintf(
        stderr,
        "usage: %s [--cases N] [--all] [--seed N] [--planted] [--fault NAME] [--only CASE] [--part "
        "I/N]\n"
        "  --cases N     brown-outs and random schedules up to N cases (50000); from 50000 on\n"
        "                also each single cut on the small geometry\n"
        "  --all         also every pair of cuts on the small geometry, single ones on the chip's\n"
        "  --seed N      another set of random numbers (1)\n"
        "  --planted     expect that each fault planted in the harness is caught; with --fault "
        "NAME\n"
        "                that one\n"
        "  --part I/N    this process is the I-th of N that share the cases\n"
        "  --only CASE   repeat one case with a trace; with --fault NAME planted\n",
        program);
    return 2;
}

struct command {
    struct session session;
    enum planted_fault fault;
    const char *only;
    bool pairs;
    bool planted;
};

/* "1/2": the first of two processes; each comes to its share of the cases. */
static int take_part(struct session *session, const char *text)
{
    unsigned part, count;
    if (sscanf(text, "%u/%u", &part, &count) != 2 || part < 1 || part > count)
        return -1;
    session->part = part - 1;
    session->part_count = count;
    return 0;
}

static int take_option(struct command *command, int option)
{
    switch (option) {
    case 'c':
        command->session.case_goal = (uint32_t)strtoul(optarg, NULL, 10);
        return 0;
    case 'a':
        command->pairs = true;
        return 0;
    case 's':
        command->session.seed = (uint32_t)strtoul(optarg, NULL, 10);
        return 0;
    case 'p':
        command->planted = true;
        return 0;
    case 'f':
        command->fault = planted_by_name(optarg);
        return command->fault == PLANTED_COUNT ? -1 : 0;
    case 'n':
        return take_part(&command->session, optarg);
    case 'o':
        command->only = optarg;
        return 0;
    default:
        return -1;
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"cases", required_argument, NULL, 'c'}, {"all", no_argument, NULL, 'a'},
        {"seed", required_argument, NULL, 's'},  {"planted", no_argument, NULL, 'p'},
        {"fault", required_argument, NULL, 'f'}, {"only", required_argument, NULL, 'o'},
        {"part", required_argument, NULL, 'n'},  {NULL, 0, NULL, 0},
    };
    struct command command = {.session = {.seed = 1, .case_goal = SINGLES_FROM, .part_count = 1}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (take_option(&command, option) != 0)
            return usage(argv[0]);
    if (optind < argc)
        return usage(argv[0]);
    if (command.only)
        return run_only(command.only, command.fault);
    uint32_t parts = command.session.part_count;
    command.session.case_goal = (command.session.case_goal + parts - 1) / parts;
    return command.planted ? check_planted(&command.session, command.fault)
                           : run_all(&command.session, command.pairs);
}
