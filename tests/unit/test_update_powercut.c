/* test_update_powercut.c - the power fails at every flash operation of an update, once, twice,
 * often.
 *
 * The updater's real code runs over the flash model. At each cut the processor stops; then the RAM
 * holds random bytes, torn words are unreadable or wrong, and the board boots what the option byte
 * says. Must hold at each boot: the active slot is the old image, bit by bit, or, when the cut hit
 * the activation, the whole new one. And a complete update succeeds after any sequence of cuts.
 *
 * A failure prints the command that repeats its case:
 *     test_update_powercut SEED OPERATION:before|torn|after...
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "prng.h"
#include "update_driver.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CUTS_MAX   8
#define IMAGE_SIZE 1400u /* 3 sectors: 3 erases, 42 programs, 1 swap */

static const struct flash_model_geometry geometry = {512, 7, 8, 32, 1, 1};

struct cut {
    uint32_t at; /* operation of its update, from 1 */
    enum flash_model_cut how;
};

struct power_case {
    uint32_t seed;
    uint32_t cut_count;
    struct cut cuts[CUTS_MAX];
};

/* What lives across a cut: not in registers, not in the device's RAM. */
struct run {
    struct update_driver driver;
    uint32_t random;
    uint32_t boots;
    uint8_t *active_image; /* what must boot: bytes of the whole slot */
    bool cuts_unused;      /* a cut's operation number was never reached */
};

static void forget_ram(struct run *run)
{
    uint8_t *ram = (uint8_t *)&run->driver.updater;
    for (size_t i = 0; i < sizeof run->driver.updater; i++)
        ram[i] = (uint8_t)prng_next(&run->random);
}

static void remember_active(struct run *run)
{
    memcpy(run->active_image, flash_model_bytes(&run->driver.model, FLOTA_SLOT_ACTIVE),
           flash_model_slot_size(&run->driver.model));
}

static bool active_is_unchanged(const struct run *run)
{
    const struct flash_model *model = &run->driver.model;
    uint32_t image_area = geometry.sector_size * geometry.image_sector_count;
    return flash_model_holds(model, FLOTA_SLOT_ACTIVE, run->active_image, IMAGE_SIZE) &&
           memcmp(flash_model_bytes(model, FLOTA_SLOT_ACTIVE), run->active_image, image_area) == 0;
}

/* One update from boot to reset. Returns its result. */
static int update(struct run *run)
{
    struct update_driver *driver = &run->driver;
    forget_ram(run);
    driver->recipe.seed = prng_next(&run->random);
    int error = update_driver_run(driver, run->boots % 3 == 0 ? 0 : 64 + 400 * (run->boots % 3));
    if (error == 0)
        error = flota_updater_activate(&driver->updater);
    return error;
}

/* The board boots: is what runs a whole image, the old or the new one? Returns what is wrong, or
 * NULL. */
static const char *boot(struct run *run)
{
    struct update_driver *driver = &run->driver;
    uint32_t active_before = driver->model.active;
    flash_model_power_up(&driver->model);
    run->boots++;
    if (driver->model.active == active_before)
        return active_is_unchanged(run) ? NULL : "the active slot has changed";
    if (!flash_model_holds(&driver->model, FLOTA_SLOT_ACTIVE, driver->image, IMAGE_SIZE))
        return "an incomplete image was activated";
    remember_active(run);
    return NULL;
}

static const char *cut_update(struct run *run, const struct cut *cut)
{
    struct flash_model *model = &run->driver.model;
    uint32_t operations = model->operation_count;
    model->cut = cut->how;
    model->cut_at = operations + cut->at;
    if (setjmp(model->power_cut) == 0) {
        if (update(run) != 0)
            return "an update failed without a fault";
        run->cuts_unused = true;
    }
    return boot(run);
}

static const char *complete_update(struct run *run)
{
    if (update(run) != 0)
        return "the update after the cuts failed";
    uint32_t active_before = run->driver.model.active;
    const char *wrong = boot(run);
    if (!wrong && run->driver.model.active == active_before)
        return "the update after the cuts was not activated";
    return wrong;
}

static void begin(struct run *run, uint32_t seed)
{
    memset(run, 0, sizeof *run);
    update_driver_init(&run->driver, &geometry);
    run->random = seed;
    run->driver.model.random = seed;
    run->driver.recipe.size = IMAGE_SIZE;
    run->active_image = malloc(flash_model_slot_size(&run->driver.model));
    if (!run->active_image)
        abort();
    remember_active(run);
    if (seed % 4 != 0)
        flash_model_fill(&run->driver.model, FLOTA_SLOT_SPARE);
}

/* Returns what is wrong, or NULL; reached: every cut's operation was reached. */
static const char *run_case(const struct power_case *power_case, bool *reached)
{
    static struct run run; /* survives longjmp() */
    begin(&run, power_case->seed);
    const char *wrong = NULL;
    for (uint32_t i = 0; i < power_case->cut_count && !wrong; i++)
        wrong = cut_update(&run, &power_case->cuts[i]);
    if (!wrong)
        wrong = complete_update(&run);
    *reached = !run.cuts_unused;
    update_driver_free(&run.driver);
    free(run.active_image);
    return wrong;
}

static const char *const cut_names[] = {"before", "torn", "after"};
#define CUT_KINDS 3u

static bool case_holds(const struct power_case *power_case)
{
    bool reached;
    const char *wrong = run_case(power_case, &reached);
    if (wrong) {
        print_error("%s; repeat: test_update_powercut %u", wrong, (unsigned)power_case->seed);
        for (uint32_t i = 0; i < power_case->cut_count; i++)
            print_error(" %u:%s", (unsigned)power_case->cuts[i].at,
                        cut_names[power_case->cuts[i].how]);
        print_error("\n");
    }
    assert_null(wrong);
    return reached;
}

/* The highest operation that an update on a dirty bank has, found by cutting until none is hit. */
static uint32_t operation_count(void)
{
    struct power_case power_case = {.seed = 1, .cut_count = 1, .cuts = {{1, 0}}};
    while (case_holds(&power_case))
        power_case.cuts[0].at++;
    return power_case.cuts[0].at - 1;
}

static void an_update_of_this_test_has_erases_programs_and_a_swap(void **state)
{
    (void)state;
    assert_int_equal(operation_count(), 3 + 42 + 1);
}

static void a_cut_at_any_operation_leaves_old_or_new_firmware(void **state)
{
    (void)state;
    uint32_t cases = 0;
    for (uint32_t seed = 1; seed <= 16; seed++)
        for (uint32_t how = 0; how < CUT_KINDS; how++) {
            struct power_case power_case = {seed, 1, {{1, (enum flash_model_cut)how}}};
            for (; case_holds(&power_case); power_case.cuts[0].at++)
                cases++;
        }
    print_message("%u single cuts\n", (unsigned)cases);
    assert_true(cases > 16 * CUT_KINDS * 40);
}

static void two_cuts_at_any_two_operations_leave_old_or_new_firmware(void **state)
{
    (void)state;
    uint32_t count = operation_count(), cases = 0;
    for (uint32_t first = 0; first < count * CUT_KINDS; first++)
        for (uint32_t second = 0; second < count * CUT_KINDS; second++) {
            struct power_case power_case = {first * 1000 + second,
                                            2,
                                            {{first / CUT_KINDS + 1, first % CUT_KINDS},
                                             {second / CUT_KINDS + 1, second % CUT_KINDS}}};
            case_holds(&power_case);
            cases++;
        }
    print_message("%u pairs of cuts\n", (unsigned)cases);
}

static void many_random_cuts_leave_old_or_new_firmware(void **state)
{
    (void)state;
    uint32_t random = 20;
    for (uint32_t i = 0; i < 2000; i++) {
        struct power_case power_case = {.seed = prng_next(&random), .cut_count = CUTS_MAX};
        for (uint32_t cut = 0; cut < CUTS_MAX; cut++)
            power_case.cuts[cut] = (struct cut){1 + prng_below(&random, 46),
                                                (enum flash_model_cut)prng_below(&random, 3)};
        case_holds(&power_case);
    }
}

static int usage(const char *program)
{
    fprintf(stderr, "usage: %s [SEED OPERATION:before|torn|after...]\n", program);
    return 2;
}

static int parse_cut(const char *text, struct cut *cut)
{
    char *end;
    cut->at = (uint32_t)strtoul(text, &end, 10);
    for (uint32_t how = 0; *end == ':' && how < CUT_KINDS; how++)
        if (strcmp(end + 1, cut_names[how]) == 0) {
            cut->how = (enum flash_model_cut)how;
            return 0;
        }
    return -1;
}

static int repeat_case(int argc, char **argv)
{
    struct power_case power_case = {.seed = (uint32_t)strtoul(argv[1], NULL, 10)};
    if (argc < 3 || argc > 2 + CUTS_MAX)
        return usage(argv[0]);
    for (int i = 2; i < argc; i++)
        if (parse_cut(argv[i], &power_case.cuts[power_case.cut_count++]) != 0)
            return usage(argv[0]);
    bool reached;
    const char *wrong = run_case(&power_case, &reached);
    printf("%s\n", wrong ? wrong : reached ? "ok" : "ok, but not every cut was reached");
    return wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_of_this_test_has_erases_programs_and_a_swap),
        cmocka_unit_test(a_cut_at_any_operation_leaves_old_or_new_firmware),
        cmocka_unit_test(two_cuts_at_any_two_operations_leave_old_or_new_firmware),
        cmocka_unit_test(many_random_cuts_leave_old_or_new_firmware),
    };
    return argc > 1 ? repeat_case(argc, argv) : cmocka_run_group_tests(tests, NULL, NULL);
}
