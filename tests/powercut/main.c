/* main.c - powercut: the power fails at any flash operation of an update, in any way, again and
 * again.
 *
 *     powercut --cases 50000     single cuts everywhere, then random schedules up to that number
 *     powercut --all             also all pairs of cuts on the small geometry
 *     powercut --only CASE       repeat one case, with a trace
 *     powercut --planted         each planted fault must be caught
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_case.h"
#include "prng.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAILURES_SHOWN 10u
#define SINGLES_FROM   50000u /* a run of so many cases begins with all single cuts ... */
#define SINGLE_SEEDS   4u     /* ... of so many seeds: each history twice */
#define PLANTED_CASES  20000u /* a fault that these do not find is not caught */

struct session {
    enum planted_fault fault;
    uint32_t seed;
    uint32_t case_goal;
    uint32_t case_count;
    uint32_t failure_count;
    uint32_t repeated_count;
    uint32_t model_counts[CUT_MODEL_COUNT];
    bool stop_at_failure;
};

static void report(struct session *session, const struct power_case *power_case, const char *wrong)
{
    session->failure_count++;
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
    for (uint32_t i = 0; i < power_case->cut_count; i++)
        session->model_counts[power_case->cuts[i].how]++;
    return !verdict->wrong;
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
            if (cut_model_fits((enum cut_model)how, (enum cut_operation)verdict.operations[i])) {
                power_case.cuts[last] = (struct power_cut){i + 1, (enum cut_model)how};
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

static struct power_case story_case(const struct session *session, uint32_t geometry,
                                    uint32_t story, uint32_t seed)
{
    return (struct power_case){
        .geometry = geometry, .story = (enum power_story)story, .seed = session->seed + seed};
}

static void all_cuts(struct session *session, uint32_t geometry, uint32_t seeds, uint32_t depth)
{
    for (uint32_t seed = 0; seed < seeds; seed++)
        for (uint32_t story = 0; story < STORY_COUNT && !ends(session); story++)
            explore(session, story_case(session, geometry, story, seed), depth);
}

static void all_brown_outs(struct session *session)
{
    for (uint32_t story = 0; story < STORY_COUNT; story++)
        for (uint32_t at = 1; at <= 4; at++)
            for (uint32_t how = 0; how < CUT_MODEL_COUNT && !ends(session); how++)
                brown_out(session, story_case(session, 0, story, at), at, (enum cut_model)how);
}

/* One in 200 on the whole chip: its sectors take their time. */
static void wander_to_goal(struct session *session)
{
    uint32_t random = session->seed;
    while (session->case_count < session->case_goal && !ends(session)) {
        uint32_t geometry = prng_below(&random, 200) == 0 ? 1 : 0;
        uint32_t story = prng_below(&random, STORY_COUNT);
        wander(session, story_case(session, geometry, story, prng_below(&random, 1u << 24)),
               &random);
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
    printf("powercut: %u cases, %u models, %u bricks\n", (unsigned)session->case_count,
           (unsigned)models, (unsigned)session->failure_count);
    return session->failure_count == 0 && session->case_count >= session->case_goal &&
                   models == CUT_MODEL_COUNT
               ? 0
               : 1;
}

static int run_all(struct session *session, bool pairs)
{
    power_case_setup(PLANTED_NOTHING);
    all_cuts(session, 0, session->case_goal >= SINGLES_FROM ? SINGLE_SEEDS : 0, 1);
    all_brown_outs(session);
    if (pairs) {
        all_cuts(session, 1, 1, 1);
        all_cuts(session, 0, 2, 2);
    }
    wander_to_goal(session);
    power_case_teardown();
    return summary(session);
}

/* Does the suite find this fault? */
static bool catches(const struct session *session, enum planted_fault fault)
{
    struct session trial = {
        .fault = fault, .seed = session->seed, .case_goal = PLANTED_CASES, .stop_at_failure = true};
    power_case_setup(fault);
    printf("planted: %s: %s\n", planted_name(fault), planted_text(fault));
    all_cuts(&trial, 0, 1, 0);
    if (!ends(&trial))
        wander_to_goal(&trial);
    power_case_teardown();
    if (trial.failure_count == 0)
        printf("planted: %s was NOT caught in %u cases\n", planted_name(fault),
               (unsigned)trial.case_count);
    return trial.failure_count > 0;
}

static int check_planted(const struct session *session)
{
    uint32_t caught = 0, count = 0;
    for (uint32_t fault = PLANTED_NOTHING + 1; fault < PLANTED_COUNT; fault++, count++)
        caught += catches(session, (enum planted_fault)fault);
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
        "usage: %s [--cases N] [--all] [--seed N] [--planted] [--fault NAME] [--only CASE]\n"
        "  --cases N     brown-outs and random schedules up to N cases (50000); from 50000 on\n"
        "                also each single cut on the small geometry\n"
        "  --all         also every pair of cuts on the small geometry, single ones on the chip's\n"
        "  --seed N      another set of random numbers (1)\n"
        "  --planted     expect that each fault planted in the harness is caught\n"
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
        {"cases", required_argument, NULL, 'c'},
        {"all", no_argument, NULL, 'a'},
        {"seed", required_argument, NULL, 's'},
        {"planted", no_argument, NULL, 'p'},
        {"fault", required_argument, NULL, 'f'},
        {"only", required_argument, NULL, 'o'},
        {NULL, 0, NULL, 0},
    };
    struct command command = {.session = {.seed = 1, .case_goal = SINGLES_FROM}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (take_option(&command, option) != 0)
            return usage(argv[0]);
    if (optind < argc)
        return usage(argv[0]);
    if (command.only)
        return run_only(command.only, command.fault);
    return command.planted ? check_planted(&command.session)
                           : run_all(&command.session, command.pairs);
}
