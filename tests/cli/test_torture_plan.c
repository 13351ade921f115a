/* test_torture_plan.c - which cuts flota torture tries: no board, no files.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST 3u
#define WORDS 100u

static struct torture_operation operations[WORDS + 5];

/* Erase, an image of 100 words, a record in another sector, the option bytes, a record in bank 2.
 */
static struct torture_update make_update(void)
{
    struct torture_update update = {.operations = operations, .count = WORDS + 4};
    memset(operations, 0, sizeof operations);
    operations[0] = (struct torture_operation){.kind = TORTURE_ERASE, .bank = 2};
    for (uint32_t i = 0; i < WORDS; i++)
        operations[1 + i] =
            (struct torture_operation){.kind = TORTURE_PROGRAM, .bank = 2, .word = i};
    operations[WORDS + 1] = (struct torture_operation){
        .kind = TORTURE_PROGRAM, .bank = 2, .word = 7 * TORTURE_SECTOR_WORDS};
    operations[WORDS + 2] = (struct torture_operation){.kind = TORTURE_OPTIONS, .bank = 1};
    operations[WORDS + 3] = (struct torture_operation){
        .kind = TORTURE_PROGRAM, .bank = 1, .word = 7 * TORTURE_SECTOR_WORDS + 1};
    for (size_t i = 0; i < update.count; i++)
        operations[i].number = FIRST + i;
    return update;
}

static struct torture_wishes make_wishes(uint32_t points)
{
    struct torture_wishes wishes = {.points = points, .seeds = 2, .seed = 1, .repeat_every = 10};
    memset(wishes.models, true, sizeof wishes.models);
    return wishes;
}

static size_t count_at(const struct torture_cases *cases, uint64_t number)
{
    size_t count = 0;
    for (size_t i = 0; i < cases->count; i++)
        count += cases->items[i].first.operation == number;
    return count;
}

static size_t count_points(const struct torture_cases *cases)
{
    size_t count = 0;
    for (size_t i = 0; i < cases->count; i++)
        count += i == 0 || cases->items[i].first.operation != cases->items[i - 1].first.operation;
    return count;
}

static void an_images_words_are_not_special_but_its_ends_are(void **state)
{
    struct torture_update update = make_update();
    (void)state;
    assert_int_equal(torture_mark(&update), WORDS - 2);
    assert_true(operations[0].special);
    assert_true(operations[1].special);
    assert_false(operations[2].special);
    assert_true(operations[WORDS].special);
    assert_true(operations[WORDS + 1].special);
    assert_true(operations[WORDS + 2].special);
    assert_true(operations[WORDS + 3].special);
}

static void words_at_a_sectors_border_are_special(void **state)
{
    struct torture_update update = make_update();
    (void)state;
    for (uint32_t i = 0; i < WORDS; i++)
        operations[1 + i].word = TORTURE_SECTOR_WORDS - 50 + i;
    torture_mark(&update);
    assert_true(operations[50].special);
    assert_true(operations[51].special);
    assert_false(operations[49].special);
    assert_false(operations[52].special);
}

static void every_special_operation_is_cut_with_every_model_that_fits(void **state)
{
    struct torture_update update = make_update();
    struct torture_wishes wishes = make_wishes(0);
    struct torture_cases cases = {0};
    (void)state;
    torture_mark(&update);
    assert_true(torture_plan(&update, &wishes, &cases));
    assert_int_equal(count_points(&cases), 6);
    /* torn, marginal, weak (and an erase's old) twice: two seeds */
    assert_int_equal(count_at(&cases, FIRST), 8 + 4);
    assert_int_equal(count_at(&cases, FIRST + 1), 7 + 3);
    assert_int_equal(count_at(&cases, FIRST + WORDS + 2), 6 + 1);
    for (size_t i = 0; i < cases.count; i++)
        assert_true(cases.items[i].repeats);
    free(cases.items);
}

static void points_are_spread_evenly_over_the_image(void **state)
{
    struct torture_update update = make_update();
    struct torture_wishes wishes = make_wishes(7);
    struct torture_cases cases = {0};
    uint64_t before = FIRST + 1, longest = 0, last = 0;
    (void)state;
    torture_mark(&update);
    assert_true(torture_plan(&update, &wishes, &cases));
    assert_int_equal(count_points(&cases), 6 + 7);
    for (size_t i = 0; i < cases.count; i++) {
        uint64_t number = cases.items[i].first.operation;
        assert_true(number >= last); /* one board moves forward */
        last = number;
        if (number <= FIRST + WORDS && number > before) {
            longest = number - before > longest ? number - before : longest;
            before = number;
        }
    }
    assert_in_range(longest, 10, 16);
    free(cases.items);
}

static void all_means_all(void **state)
{
    struct torture_update update = make_update();
    struct torture_wishes wishes = make_wishes(TORTURE_EVERY);
    struct torture_cases cases = {0};
    (void)state;
    torture_mark(&update);
    assert_true(torture_plan(&update, &wishes, &cases));
    assert_int_equal(count_points(&cases), update.count);
    free(cases.items);
}

static void the_same_seed_gives_the_same_cases_and_another_gives_others(void **state)
{
    struct torture_update update = make_update();
    struct torture_wishes wishes = make_wishes(5);
    struct torture_cases first = {0}, second = {0}, third = {0};
    (void)state;
    torture_mark(&update);
    assert_true(torture_plan(&update, &wishes, &first));
    assert_true(torture_plan(&update, &wishes, &second));
    wishes.seed = 2;
    assert_true(torture_plan(&update, &wishes, &third));
    assert_int_equal(first.count, second.count);
    assert_memory_equal(first.items, second.items, first.count * sizeof *first.items);
    assert_memory_not_equal(first.items, third.items, first.count * sizeof *first.items);
    free(first.items);
    free(second.items);
    free(third.items);
}

static void pairs_begin_with_cuts_that_were_survived(void **state)
{
    struct torture_update update = make_update();
    struct torture_wishes wishes = make_wishes(5);
    struct torture_cases singles = {0}, pairs = {0};
    size_t recoveries = 0;
    (void)state;
    wishes.pairs = 40;
    torture_mark(&update);
    assert_true(torture_plan(&update, &wishes, &singles));
    for (size_t i = 0; i < singles.count; i++) {
        singles.items[i].verdict = i % 3 ? TORTURE_FINE : TORTURE_SILENCE;
        singles.items[i].following = i % 5 == 1 ? 3 : 0;
    }
    assert_true(torture_plan_pairs(&update, &wishes, &singles, &pairs));
    assert_int_equal(pairs.count, 40);
    for (size_t i = 0; i < pairs.count; i++) {
        const struct torture_case *pair = &pairs.items[i];
        assert_true(pair->second.operation > pair->first.operation);
        assert_true(i == 0 || pair->first.operation >= pairs.items[i - 1].first.operation);
        for (unsigned kind = TORTURE_PROGRAM; kind <= TORTURE_OPTIONS; kind++)
            assert_true(torture_model_fits(pair->second.model, kind));
        recoveries += !pair->second_later;
    }
    assert_int_equal(recoveries, 20);
    free(singles.items);
    free(pairs.items);
}

static void nothing_survived_gives_no_pairs(void **state)
{
    struct torture_update update = make_update();
    struct torture_wishes wishes = make_wishes(5);
    struct torture_cases singles = {0}, pairs = {0};
    (void)state;
    wishes.pairs = 40;
    torture_mark(&update);
    assert_true(torture_plan(&update, &wishes, &singles));
    assert_true(torture_plan_pairs(&update, &wishes, &singles, &pairs)); /* nothing was tried */
    assert_int_equal(pairs.count, 0);
    free(singles.items);
    free(pairs.items);
}

static void a_case_has_a_name_that_can_be_read_back(void **state)
{
    const char *const names[] = {"120:torn:77", "1:before:0", "907:old:1,908:dead:999999"};
    const char *const wrong[] = {"",
                                 "torn:1",
                                 "0:torn:1",
                                 "12:torm:1",
                                 "12:torn:",
                                 "12:torn:1,",
                                 "12:torn:1,12:torn:1",
                                 "12:torn:-1",
                                 "12:torn:1x",
                                 "12:torn:1,3:dead:0"};
    struct torture_case item;
    char name[TORTURE_NAME_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(torture_parse(names[i], &item));
        torture_name(&item, name);
        assert_string_equal(name, names[i]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(torture_parse(wrong[i], &item));
    assert_true(torture_parse("12:late", &item)); /* a seed that does not matter may be left out */
    assert_int_equal(item.first.model, TORTURE_LATE);
}

static void a_request_is_a_method_and_a_path(void **state)
{
    char method[8];
    const char *path;
    (void)state;
    assert_true(torture_parse_request("POST /update?x=1", method, sizeof method, &path));
    assert_string_equal(method, "POST");
    assert_string_equal(path, "/update?x=1");
    assert_false(torture_parse_request("POST", method, sizeof method, &path));
    assert_false(torture_parse_request("/update", method, sizeof method, &path));
    assert_false(torture_parse_request("post /update", method, sizeof method, &path));
    assert_false(torture_parse_request("POST  /update", method, sizeof method, &path));
    assert_false(torture_parse_request("POST /a b", method, sizeof method, &path));
    assert_false(torture_parse_request("POSTPOSTPOST /a", method, sizeof method, &path));
}

static void a_list_of_models_names_the_one_that_is_none(void **state)
{
    bool models[TORTURE_MODEL_COUNT] = {false};
    (void)state;
    assert_null(torture_parse_models("before,late", models));
    assert_true(models[TORTURE_BEFORE] && models[TORTURE_LATE] && !models[TORTURE_TORN]);
    assert_string_equal(torture_parse_models("torn,tor,dead", models), "tor,dead");
}

static void only_fine_ones_are_no_bricks(void **state)
{
    (void)state;
    assert_false(torture_is_brick(TORTURE_FINE));
    assert_false(torture_is_brick(TORTURE_UNDECIDED));
    assert_false(torture_is_brick(TORTURE_NO_CUT));
    assert_true(torture_is_brick(TORTURE_LOCK_UP));
    assert_true(torture_is_brick(TORTURE_STUCK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_images_words_are_not_special_but_its_ends_are),
        cmocka_unit_test(words_at_a_sectors_border_are_special),
        cmocka_unit_test(every_special_operation_is_cut_with_every_model_that_fits),
        cmocka_unit_test(points_are_spread_evenly_over_the_image),
        cmocka_unit_test(all_means_all),
        cmocka_unit_test(the_same_seed_gives_the_same_cases_and_another_gives_others),
        cmocka_unit_test(pairs_begin_with_cuts_that_were_survived),
        cmocka_unit_test(nothing_survived_gives_no_pairs),
        cmocka_unit_test(a_case_has_a_name_that_can_be_read_back),
        cmocka_unit_test(a_request_is_a_method_and_a_path),
        cmocka_unit_test(a_list_of_models_names_the_one_that_is_none),
        cmocka_unit_test(only_fine_ones_are_no_bricks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
