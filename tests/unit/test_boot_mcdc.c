/* test_boot_mcdc.c - each condition of the boot decision changes its outcome alone (MC/DC).
 *
 * gcc 12 and clang 14 do not measure modified condition/decision coverage, so it is shown here by
 * enumeration, for flota_boot_decide() and all that it calls (src/core/boot.c): for each condition
 * of each decision there are two inputs that differ in one field, in which that condition differs,
 * no other condition of the same decision does, and the outcome of that decision does. The walk
 * goes over all combinations of the values below, which are those on both sides of each limit, and
 * stops when all are shown; `test_boot_mcdc --print` prints the pairs.
 *
 * A condition that is added to boot.c is to be added here: test_boot_table.c judges what is
 * decided, this file only that everything in it has a say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])
#define KEEP            FLOTA_JOURNAL_KEEP_ROLLBACK

/* --- inputs: one value of each field --- */

/* X(name, the field, values...) */
#define FIELDS(X)                                                                                  \
    X(OWN_STATE, boot.own.state, 0, 1, 2, 3, 4)                                                    \
    X(OWN_VERDICT, boot.own.verdict, 0, 1, 2)                                                      \
    X(COUNTED, boot.own.counted, 0, 1)                                                             \
    X(UNCOUNTABLE, boot.own.uncountable, 0, 1)                                                     \
    X(ATTEMPTS, boot.own.attempts.all, 0, 7, 8)                                                    \
    X(ATTEMPT_RESETS, boot.own.attempts.resets, 2, 3, 4)                                           \
    X(SWAPS, boot.own.swaps.all, 7, 8)                                                             \
    X(SWAP_RESETS, boot.own.swaps.resets, 2, 3)                                                    \
    X(FREE, boot.own.free_words, 0, 1, 2, KEEP, KEEP + 1)                                          \
    X(FALLBACK, boot.own.fallback_words, 0, 1)                                                     \
    X(UNWRITABLE, boot.own.unwritable, 0, 1)                                                       \
    X(WHOLE, boot.own.failed_is_whole, 0, 1)                                                       \
    X(OTHER_STATE, boot.other.state, 0, 1, 2, 3, 4)                                                \
    X(OTHER_VERDICT, boot.other.verdict, 0, 1, 2)                                                  \
    X(OTHER_ATTEMPTS, boot.other.attempts.all, 7, 8)                                               \
    X(OTHER_RESETS, boot.other.attempts.resets, 2, 3)                                              \
    X(POWER_ON, power_on, 0, 1)

enum field {
#define X(name, place, ...) name,
    FIELDS(X)
#undef X
        FIELD_COUNT
};

#define VALUES_MAX 5u

static const struct {
    const char *name;
    uint32_t count;
    uint8_t values[VALUES_MAX];
} fields[] = {
#define X(name, place, ...)                                                                        \
    {#name, (uint32_t)COUNT_OF(((const uint8_t[]){__VA_ARGS__})), {__VA_ARGS__}},
    FIELDS(X)
#undef X
};

struct input {
    uint8_t values[FIELD_COUNT];
    struct flota_boot boot;
    bool power_on;
    struct flota_boot_decision decision;
};

static void set_field(struct input *input, enum field field, uint8_t value)
{
    input->values[field] = value;
    switch (field) {
#define X(name, place, ...)                                                                        \
    case name:                                                                                     \
        input->place = value;                                                                      \
        break;
        FIELDS(X)
#undef X
    case FIELD_COUNT:
        break;
    }
}

static void decide(struct input *input)
{
    input->boot.own.fail_reason = FLOTA_REASON_DEADLINE;
    input->decision = flota_boot_decide(&input->boot, input->power_on);
}

/* --- the conditions, as boot.c has them, and where their decision's outcome shows --- */

typedef bool predicate(const struct input *input);

#define PREDICATE(name, expression)                                                                \
    static bool name(const struct input *i)                                                        \
    {                                                                                              \
        return expression;                                                                         \
    }

/* may_try(), which is asked for three kinds of tries */
PREDICATE(few_attempts, i->boot.own.attempts.all < 8)
PREDICATE(few_attempt_resets, i->boot.own.attempts.resets + (i->power_on ? 0 : 1) <= 3)
PREDICATE(few_swaps, i->boot.own.swaps.all < 8)
PREDICATE(few_swap_resets, i->boot.own.swaps.resets + 1 <= 3)
PREDICATE(few_other_attempts, i->boot.other.attempts.all < 8)
PREDICATE(few_other_resets, i->boot.other.attempts.resets + 1 <= 3)
PREDICATE(after_power_on, i->power_on)

PREDICATE(is_attempts_reason, i->decision.reason == FLOTA_REASON_ATTEMPTS)
PREDICATE(is_swap_rejected, i->decision.obstacle == FLOTA_OBSTACLE_SWAP_REJECTED)
PREDICATE(is_other_tried, i->decision.obstacle == FLOTA_OBSTACLE_OTHER_TRIED)

/* obstacle_there() */
PREDICATE(other_used_up, !few_other_attempts(i) || !few_other_resets(i))
PREDICATE(other_damaged, i->boot.other.verdict == FLOTA_VERDICT_DAMAGED)
PREDICATE(is_other_damaged, i->decision.obstacle == FLOTA_OBSTACLE_OTHER_DAMAGED)

/* is_rejected() */
PREDICATE(own_failed, i->boot.own.state == FLOTA_BANK_FAILED)
PREDICATE(swaps_used_up, !few_swaps(i) || !few_swap_resets(i))

/* is_writable() */
PREDICATE(failed_is_whole, i->boot.own.failed_is_whole)
PREDICATE(unwritable, i->boot.own.unwritable)
PREDICATE(has_words, i->boot.own.free_words >= (i->boot.own.failed_is_whole ? 1u : 2u))
PREDICATE(is_journal, i->decision.obstacle == FLOTA_OBSTACLE_JOURNAL)

/* obstacle_to() */
static bool other_open_or_failed(const struct input *i)
{
    return i->boot.other.state == FLOTA_BANK_OPEN || i->boot.other.state == FLOTA_BANK_FAILED;
}

PREDICATE(no_fallback, i->boot.own.fallback_words == 0)
PREDICATE(obstacle_is_there, other_open_or_failed(i) || other_damaged(i) ||
                                 (i->boot.other.state == FLOTA_BANK_TRIAL && other_used_up(i)))
PREDICATE(rejected, own_failed(i) && !i->power_on && swaps_used_up(i))
PREDICATE(writable, !unwritable(i) && has_words(i))
PREDICATE(is_no_fallback, i->decision.obstacle == FLOTA_OBSTACLE_NO_FALLBACK)
PREDICATE(is_there, i->decision.obstacle >= FLOTA_OBSTACLE_OTHER_FAILED &&
                        i->decision.obstacle <= FLOTA_OBSTACLE_OTHER_DAMAGED)

/* leave() */
PREDICATE(has_obstacle, no_fallback(i) || obstacle_is_there(i) || rejected(i) || !writable(i))
PREDICATE(other_not_looked_at, i->boot.other.verdict == FLOTA_VERDICT_NONE)
PREDICATE(is_stranded, i->decision.action == FLOTA_BOOT_STRANDED)
PREDICATE(checks_other, i->decision.check == FLOTA_CHECK_OTHER)

/* start() */
PREDICATE(own_not_looked_at, i->boot.own.verdict == FLOTA_VERDICT_NONE)
PREDICATE(checks_own, i->decision.check == FLOTA_CHECK_OWN)

/* try_out() */
PREDICATE(own_damaged, i->boot.own.verdict == FLOTA_VERDICT_DAMAGED)
PREDICATE(counted, i->boot.own.counted)
PREDICATE(uncountable, i->boot.own.uncountable)
PREDICATE(used_up, !few_attempts(i) || !few_attempt_resets(i))
PREDICATE(no_room, i->boot.own.free_words <= KEEP)
PREDICATE(is_damaged_reason, i->decision.reason == FLOTA_REASON_DAMAGED)
PREDICATE(is_run, i->decision.action == FLOTA_BOOT_RUN)
PREDICATE(is_uncounted_reason, i->decision.reason == FLOTA_REASON_UNCOUNTED)
PREDICATE(is_full_reason, i->decision.reason == FLOTA_REASON_FULL)

/* The switches: each value of a state has its own outcome, or shares it with others by intent. */
#define STATE_IS(name, bank, value) PREDICATE(name, i->boot.bank.state == value)
STATE_IS(own_is_unrecorded, own, FLOTA_BANK_UNRECORDED)
STATE_IS(own_is_open, own, FLOTA_BANK_OPEN)
STATE_IS(own_is_trial, own, FLOTA_BANK_TRIAL)
STATE_IS(own_is_confirmed, own, FLOTA_BANK_CONFIRMED)
STATE_IS(other_is_open, other, FLOTA_BANK_OPEN)
STATE_IS(other_is_trial, other, FLOTA_BANK_TRIAL)
STATE_IS(other_is_failed, other, FLOTA_BANK_FAILED)
PREDICATE(is_unrecorded, i->decision.reason == FLOTA_REASON_UNRECORDED)
PREDICATE(is_interrupted, i->decision.reason == FLOTA_REASON_INTERRUPTED)
PREDICATE(is_confirmed, i->decision.reason == FLOTA_REASON_CONFIRMED)
PREDICATE(is_fail_reason, i->decision.reason == FLOTA_REASON_DEADLINE)
PREDICATE(is_trial_reason, i->decision.reason == FLOTA_REASON_TRIAL)
PREDICATE(is_other_open, i->decision.obstacle == FLOTA_OBSTACLE_OTHER_OPEN)
PREDICATE(is_other_failed, i->decision.obstacle == FLOTA_OBSTACLE_OTHER_FAILED)

/* Where a decision is come to. */
PREDICATE(always, i != NULL)
PREDICATE(trying, i->boot.own.state == FLOTA_BANK_TRIAL)
PREDICATE(trying_uncounted, trying(i) && !own_damaged(i) && !counted(i) && !uncountable(i))
PREDICATE(starting, trying(i) && !own_damaged(i) && counted(i))
PREDICATE(leaving, is_stranded(i) || i->decision.action == FLOTA_BOOT_ROLL_BACK)
PREDICATE(leaving_with_fallback, leaving(i) && !no_fallback(i))
PREDICATE(asking_other_tries, leaving_with_fallback(i) && other_is_trial(i))
PREDICATE(asking_swaps, leaving_with_fallback(i) && !obstacle_is_there(i))
PREDICATE(asking_journal, asking_swaps(i) && !rejected(i))

#define OTHERS_MAX 5u

/* A condition; the outcome of its decision; whether the decision is come to at all, in both inputs;
 * the other conditions, which stay as they are. */
struct condition {
    const char *text;
    predicate *holds;
    predicate *outcome;
    predicate *reached;
    predicate *others[OTHERS_MAX];
};

static const struct condition conditions[] = {
    {"may_try(own attempts): all",
     few_attempts,
     is_attempts_reason,
     trying_uncounted,
     {few_attempt_resets}},
    {"may_try(own attempts): resets",
     few_attempt_resets,
     is_attempts_reason,
     trying_uncounted,
     {few_attempts}},
    {"may_try(own attempts): power_on",
     after_power_on,
     is_attempts_reason,
     trying_uncounted,
     {few_attempts}},
    {"may_try(own swaps): all", few_swaps, is_swap_rejected, asking_swaps, {few_swap_resets}},
    {"may_try(own swaps): resets", few_swap_resets, is_swap_rejected, asking_swaps, {few_swaps}},
    {"may_try(other attempts): all",
     few_other_attempts,
     is_other_tried,
     asking_other_tries,
     {few_other_resets}},
    {"may_try(other attempts): resets",
     few_other_resets,
     is_other_tried,
     asking_other_tries,
     {few_other_attempts}},
    {"obstacle_there: FAILED", other_is_failed, is_other_failed, leaving_with_fallback, {NULL}},
    {"obstacle_there: OPEN", other_is_open, is_other_open, leaving_with_fallback, {NULL}},
    {"obstacle_there: TRIAL", other_is_trial, is_other_tried, leaving_with_fallback, {NULL}},
    {"obstacle_there: !may_try", other_used_up, is_other_tried, asking_other_tries, {NULL}},
    {"obstacle_there: DAMAGED", other_damaged, is_other_damaged, leaving_with_fallback, {NULL}},
    {"is_rejected: FAILED",
     own_failed,
     is_swap_rejected,
     asking_swaps,
     {after_power_on, swaps_used_up}},
    {"is_rejected: !power_on",
     after_power_on,
     is_swap_rejected,
     asking_swaps,
     {own_failed, swaps_used_up}},
    {"is_rejected: !may_try",
     swaps_used_up,
     is_swap_rejected,
     asking_swaps,
     {own_failed, after_power_on}},
    {"is_writable: failed_is_whole", failed_is_whole, is_journal, asking_journal, {unwritable}},
    {"is_writable: !unwritable", unwritable, is_journal, asking_journal, {has_words}},
    {"is_writable: free_words",
     has_words,
     is_journal,
     asking_journal,
     {unwritable, failed_is_whole}},
    {"obstacle_to: fallback_words", no_fallback, is_no_fallback, leaving, {NULL}},
    {"obstacle_to: there", obstacle_is_there, is_there, leaving_with_fallback, {no_fallback}},
    {"obstacle_to: is_rejected",
     rejected,
     is_swap_rejected,
     asking_swaps,
     {no_fallback, obstacle_is_there}},
    {"obstacle_to: is_writable",
     writable,
     is_journal,
     asking_journal,
     {no_fallback, obstacle_is_there, rejected}},
    {"leave: obstacle", has_obstacle, is_stranded, leaving, {other_not_looked_at}},
    {"leave: verdict", other_not_looked_at, checks_other, leaving, {has_obstacle}},
    {"start: verdict", own_not_looked_at, checks_own, starting, {counted, own_damaged}},
    {"try_out: DAMAGED",
     own_damaged,
     is_damaged_reason,
     trying,
     {counted, uncountable, used_up, no_room}},
    {"try_out: counted", counted, is_run, trying, {own_damaged, uncountable, used_up, no_room}},
    {"try_out: uncountable",
     uncountable,
     is_uncounted_reason,
     trying,
     {own_damaged, counted, used_up, no_room}},
    {"try_out: !may_try",
     used_up,
     is_attempts_reason,
     trying,
     {own_damaged, counted, uncountable, no_room}},
    {"try_out: free_words",
     no_room,
     is_full_reason,
     trying,
     {own_damaged, counted, uncountable, used_up}},
    {"decide: UNRECORDED", own_is_unrecorded, is_unrecorded, always, {NULL}},
    {"decide: OPEN", own_is_open, is_interrupted, always, {NULL}},
    {"decide: TRIAL", own_is_trial, is_trial_reason, always, {NULL}},
    {"decide: CONFIRMED", own_is_confirmed, is_confirmed, always, {NULL}},
    {"decide: FAILED", own_failed, is_fail_reason, always, {NULL}},
};

/* --- the walk --- */

struct pair {
    bool shown;
    enum field field;
    struct input from, to;
};

static struct pair pairs[COUNT_OF(conditions)];
static uint32_t shown_count, input_count;

static bool shows(const struct condition *condition, const struct input *a, const struct input *b)
{
    if (condition->holds(a) == condition->holds(b) ||
        condition->outcome(a) == condition->outcome(b) || !condition->reached(a) ||
        !condition->reached(b))
        return false;
    for (uint32_t i = 0; i < OTHERS_MAX && condition->others[i]; i++)
        if (condition->others[i](a) != condition->others[i](b))
            return false;
    return true;
}

static void compare(const struct input *from, const struct input *to, enum field field)
{
    for (size_t i = 0; i < COUNT_OF(conditions); i++) {
        if (pairs[i].shown || !shows(&conditions[i], from, to))
            continue;
        pairs[i] = (struct pair){true, field, *from, *to};
        shown_count++;
    }
}

static void look_around(const struct input *from)
{
    for (enum field field = 0; field < FIELD_COUNT; field++)
        for (uint32_t i = 0; i < fields[field].count; i++) {
            struct input to = *from;
            set_field(&to, field, fields[field].values[i]);
            decide(&to);
            compare(from, &to, field);
        }
}

static uint32_t combination_count(void)
{
    uint32_t count = 1;
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        count *= fields[i].count;
    return count;
}

static struct input make_input(uint32_t number)
{
    struct input input;
    memset(&input, 0, sizeof input);
    for (enum field field = 0; field < FIELD_COUNT; field++) {
        set_field(&input, field, fields[field].values[number % fields[field].count]);
        number /= fields[field].count;
    }
    decide(&input);
    return input;
}

/* All of them, in steps of a prime, so that neighbours in time are far apart. */
static void walk(void)
{
    const uint32_t step = 7368787, count = combination_count();
    for (uint32_t i = 0, number = 0; i < count && shown_count < COUNT_OF(conditions); i++) {
        const struct input input = make_input(number);
        look_around(&input);
        number = (uint32_t)(((uint64_t)number + step) % count);
        input_count++;
    }
}

static void each_condition_of_the_decision_changes_the_outcome_alone(void **state)
{
    (void)state;
    walk();
    for (size_t i = 0; i < COUNT_OF(conditions); i++)
        if (!pairs[i].shown)
            print_error("%s: nothing shows that it has a say\n", conditions[i].text);
    print_message("MC/DC of the boot decision: %u of %zu conditions, shown in %u of %u inputs\n",
                  shown_count, COUNT_OF(conditions), input_count, combination_count());
    assert_int_equal(shown_count, COUNT_OF(conditions));
}

/* What is shown is shown by decisions, not by this file's reading of them. */
static void the_pairs_hold_when_they_are_decided_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(conditions); i++) {
        struct input from = pairs[i].from, to = pairs[i].to;
        assert_true(pairs[i].shown);
        decide(&from);
        decide(&to);
        assert_memory_not_equal(&from.decision, &to.decision, sizeof to.decision);
        for (enum field field = 0; field < FIELD_COUNT; field++)
            assert_int_equal(from.values[field] != to.values[field], field == pairs[i].field);
    }
}

static void print_pairs(void)
{
    for (size_t i = 0; i < COUNT_OF(conditions); i++) {
        const struct input *from = &pairs[i].from, *to = &pairs[i].to;
        printf("%-34s %s %u -> %u:", conditions[i].text, fields[pairs[i].field].name,
               from->values[pairs[i].field], to->values[pairs[i].field]);
        printf(" action %d, reason %d, obstacle %d, check %d -> %d, %d, %d, %d\n",
               from->decision.action, from->decision.reason, from->decision.obstacle,
               from->decision.check, to->decision.action, to->decision.reason,
               to->decision.obstacle, to->decision.check);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_condition_of_the_decision_changes_the_outcome_alone),
        cmocka_unit_test(the_pairs_hold_when_they_are_decided_again),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (argc == 2 && strcmp(argv[1], "--print") == 0)
        print_pairs();
    return failed;
}
