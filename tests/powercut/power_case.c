/* power_case.c - stories, what must hold, one case.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_case.h"
#include "device.h"
#include "flota/error.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GEOMETRIES       2u
#define HISTORIES        2u /* what happened before: one update; updates until the journal is full */
#define STEPS_MAX        2u
#define BOOTS_MAX        80u /* of a story without cuts: far more than any needs */
#define SETTLE_BOOTS_MAX 12u /* until an image that never confirms is left */
#define SWAPS_MAX        2u /* automatic ones between two actions of the user, when nothing is cut */
#define ORDERS_MAX       12u
#define STUBBORN_CUTS    3u /* so many cuts may spoil so many swaps that the guard gives up */

/* What the tester wants next, and how the image behaves. */
enum step {
    STEP_NONE,
    STEP_GOOD,  /* an update that confirms */
    STEP_HANG,  /* an update that hangs at each boot */
    STEP_FAIL,  /* an update that gives up at its deadline */
    STEP_DECAY, /* an update whose image rots before its first boot */
    STEP_ROT,   /* an update that hangs, and the old image rots meanwhile */
    STEP_REVERT /* back to the image before */
};

static const struct {
    const char *name;
    bool factory; /* begins with a programmer's image */
    enum step steps[STEPS_MAX];
} stories[STORY_COUNT] = {
    [STORY_FIRST] = {"first", true, {STEP_GOOD}},
    [STORY_USED] = {"used", false, {STEP_GOOD}},
    [STORY_SECOND] = {"second", false, {STEP_GOOD, STEP_GOOD}},
    [STORY_HANGS] = {"hangs", false, {STEP_HANG, STEP_GOOD}},
    [STORY_FAILS] = {"fails", false, {STEP_FAIL, STEP_GOOD}},
    [STORY_DECAYS] = {"decays", false, {STEP_DECAY, STEP_GOOD}},
    [STORY_REVERT] = {"revert", false, {STEP_GOOD, STEP_REVERT}},
    [STORY_ROT] = {"rot", false, {STEP_ROT, STEP_GOOD}},
};

enum truth { TRUTH_NO, TRUTH_MAYBE, TRUTH_YES };

/* The tester's memory: it survives what the device does not. */
struct run {
    struct device *device;
    struct device *clone;
    const struct power_case *power_case;
    enum truth confirmed[2]; /* per bank */
    uint32_t step;
    int from;          /* the image that ran when the step began */
    int wanted;        /* the image that is to run after it */
    bool ordered;      /* a swap to it was ordered */
    bool tried;        /* it was started, or refused by the guard */
    bool rotted;       /* the fallback has been spoilt on purpose */
    bool has_marginal; /* a cut left words that differ at each read */
    uint32_t repeated; /* updates that were refused for such words and asked for again */
    uint32_t cuts;
    const char *wrong;
};

static struct {
    struct images images[GEOMETRIES];
    struct device bases[GEOMETRIES][2][HISTORIES]; /* by factory or not */
    struct device devices[GEOMETRIES];
    struct device clones[GEOMETRIES];
} shared;

const char *power_story_name(enum power_story story)
{
    return stories[story].name;
}

static bool fail(struct run *run, const char *wrong)
{
    if (!run->wrong)
        run->wrong = wrong;
    return false;
}

static void trace(const struct run *run, const char *text)
{
    if (run->device->tracing)
        printf("%s\n", text);
}

/* --- what must hold --- */

/* The other bank would do, so an image that must be left has no excuse; unless so many swaps were
 * cut that the guard was right to give up. */
static bool may_be_stranded(const struct run *run, const struct device *device)
{
    uint32_t other = 1 - device->flash.active;
    return run->confirmed[other] != TRUTH_YES || device_image_in(device, other) < 0 ||
           run->cuts >= STUBBORN_CUTS;
}

/* At each jump: the image is whole, and runs as what it is. */
static bool jump_is_right(struct run *run, const struct device *device, enum device_outcome outcome)
{
    enum truth confirmed = run->confirmed[device->flash.active];
    if (device_image_in(device, device->flash.active) < 0)
        return fail(run, "BRICK: a half-written image runs");
    if (outcome == DEVICE_RUNS && confirmed == TRUTH_NO)
        return fail(run, "an image that was never confirmed runs as if it were");
    if (outcome == DEVICE_TRIES && confirmed == TRUTH_YES)
        return fail(run, "a confirmed image is on trial again");
    if (outcome == DEVICE_STRANDED && !may_be_stranded(run, device))
        return fail(run, "stranded, although the other bank holds a confirmed image");
    if (device->attempts > FLOTA_BOOT_BOOTS_MAX || device->reset_attempts > FLOTA_BOOT_RESETS_MAX)
        return fail(run, "a trial got more boots than it may have");
    return true;
}

/* At each boot, before the jump. */
static bool guard_is_right(struct run *run, const struct device *device,
                           enum device_outcome outcome)
{
    if (device->flash.violation)
        return fail(run, device->flash.violation);
    if (outcome == DEVICE_HANGS)
        return fail(run, "BRICK: the guard comes to no end");
    if (outcome == DEVICE_RUNS && device->flash.operation_count != device->operations_before)
        return fail(run, "the boot of a confirmed image wrote to the flash");
    if (outcome == DEVICE_RESETS && !device->failed_is_durable)
        return fail(run, "rolled back without a readable FAILED");
    if (outcome == DEVICE_RESETS && device->guard_swaps > SWAPS_MAX)
        return fail(run, "the guard swaps to and fro");
    return true;
}

static enum device_outcome boot(struct run *run, struct device *device)
{
    device->operations_before = device->flash.operation_count;
    if (!device_guard_stands(device)) {
        fail(run, "BRICK: the bank that boots has no guard");
        return DEVICE_HANGS;
    }
    enum device_outcome outcome = device_guard(device);
    if (guard_is_right(run, device, outcome) && outcome != DEVICE_RESETS)
        jump_is_right(run, device, outcome);
    return outcome;
}

/* The worst that the cut may have left, and no image confirms any more: a confirmed one must come
 * to run by itself. */
static void judge_worst(struct run *run, bool flip)
{
    struct device *clone = run->clone;
    device_copy(clone, run->device);
    clone->tracing = clone->flash.tracing = false;
    cut_flash_decay(&clone->flash, flip);
    device_power_up(clone);
    for (uint32_t i = 0; i < SETTLE_BOOTS_MAX && !run->wrong; i++) {
        enum device_outcome outcome = boot(run, clone);
        if (outcome == DEVICE_RUNS || outcome == DEVICE_STRANDED)
            return;
        device_reset(clone);
    }
    fail(run, "BRICK: no confirmed image would run after this cut");
}

static void judge_cut(struct run *run)
{
    judge_worst(run, false);
    if (run->device->flash.late_countdown > 0)
        judge_worst(run, true);
    if (run->wrong)
        trace(run, "(found on a copy in which all that may decay has decayed)");
}

/* --- the tester and the application --- */

static uint32_t active(const struct run *run)
{
    return run->device->flash.active;
}

static enum step step_of(const struct run *run)
{
    return run->step < STEPS_MAX ? stories[run->power_case->story].steps[run->step] : STEP_NONE;
}

static void begin_step(struct run *run)
{
    run->from = device_image_in(run->device, active(run));
    run->wanted = (run->from + 1) % (int)IMAGE_COUNT;
    if (step_of(run) == STEP_REVERT)
        run->wanted = device_image_in(run->device, 1 - active(run));
    run->ordered = run->tried = false;
}

static void end_step(struct run *run)
{
    trace(run, "step done");
    run->step++;
    if (step_of(run) != STEP_NONE)
        begin_step(run);
}

static void confirm(struct run *run)
{
    enum truth *truth = &run->confirmed[active(run)];
    trace(run, "application: confirm");
    *truth = *truth == TRUTH_YES ? TRUTH_YES : TRUTH_MAYBE;
    if (device_confirm(run->device) != 0)
        fail(run, "a confirm failed");
    *truth = TRUTH_YES;
}

/* Has the image been staged by an update that lacks only the swap? */
static bool is_staged(struct run *run)
{
    const struct flota_bank *other = &device_look(run->device)->other;
    const uint8_t *tag =
        images_info(&shared.images[run->power_case->geometry], (uint32_t)run->wanted)->digest;
    return other->state == FLOTA_BANK_TRIAL && !other->was_tried &&
           memcmp(other->tag, tag, FLOTA_TAG_SIZE) == 0;
}

static int order(struct run *run)
{
    struct device *device = run->device;
    uint32_t wanted = (uint32_t)run->wanted;
    device->spoil_staged = step_of(run) == STEP_DECAY;
    if (is_staged(run) && run->power_case->seed % 4 < 2) {
        trace(run, "application: activate again");
        int error = device_activate_again(device, wanted);
        if (error == 0)
            return 0; /* else too many tries, or the image has rotted: send it again */
    }
    confirm(run); /* what a step of the update does first; here so that the tester knows it */
    run->confirmed[1 - active(run)] = TRUTH_NO;
    trace(run, step_of(run) == STEP_REVERT ? "application: revert" : "application: update");
    return step_of(run) == STEP_REVERT ? device_revert(device, wanted)
                                       : device_update(device, wanted);
}

/* A word that reads otherwise each time may have the device refuse; a person then asks again. */
static void order_swap(struct run *run)
{
    int error = -1;
    run->device->guard_swaps = 0;
    for (uint32_t i = 0; i < ORDERS_MAX && error != 0 && !run->wrong; i++) {
        error = order(run);
        if (run->device->tracing && error != 0)
            printf("error %d: %s\n", error, flota_error_text(error)->cause);
        if (run->device->flash.violation)
            fail(run, run->device->flash.violation);
        else if (error != 0 && !run->has_marginal)
            fail(run, "an update failed without a fault");
        run->repeated += error != 0;
    }
    if (error != 0)
        fail(run, "an update failed again and again");
    run->ordered = true;
}

static void rot_fallback(struct run *run)
{
    if (run->rotted)
        return;
    trace(run, "a word of the old image rots");
    cut_flash_spoil(&run->device->flash, 1 - active(run), IMAGE_GUARD_SIZE + 0x40);
    run->rotted = true;
}

/* The new image runs. */
static void run_wanted(struct run *run, enum device_outcome outcome)
{
    enum step step = step_of(run);
    run->tried = true;
    if (step == STEP_GOOD || step == STEP_REVERT || outcome != DEVICE_TRIES) {
        confirm(run); /* stranded: what cannot be left is the one to keep */
        end_step(run);
    } else if (step == STEP_FAIL) {
        trace(run, "application: fails at its deadline");
        device_fail(run->device);
    } else {
        if (step == STEP_ROT)
            rot_fallback(run);
        trace(run, "application: hangs");
    }
}

/* The old image runs: there is something to order, or the new one was left. */
static void run_old(struct run *run)
{
    bool good = step_of(run) == STEP_GOOD || step_of(run) == STEP_REVERT;
    bool left = run->ordered && (run->tried || run->device->guard_swaps > 0);
    if (left && !good)
        end_step(run);
    else
        order_swap(run);
}

static void application(struct run *run, enum device_outcome outcome)
{
    int running = device_image_in(run->device, active(run));
    if (running == run->wanted)
        run_wanted(run, outcome);
    else if (running == run->from)
        run_old(run);
    else
        fail(run, "an image runs that nobody asked for");
}

/* From boot to boot until the story has ended well. */
static void live(struct run *run)
{
    struct device *device = run->device;
    for (uint32_t boots = 0; step_of(run) != STEP_NONE; boots++) {
        enum device_outcome outcome = boot(run, device);
        if (!run->wrong && outcome != DEVICE_RESETS)
            application(run, outcome);
        if (!run->wrong && device->flash.violation)
            fail(run, device->flash.violation);
        if (!run->wrong && boots == BOOTS_MAX)
            fail(run, "boots without end");
        if (run->wrong)
            return;
        device_reset(device);
    }
}

/* --- one case --- */

static uint32_t history_of(const struct power_case *power_case)
{
    return power_case->seed % HISTORIES;
}

static void begin_run(struct run *run, const struct power_case *power_case, bool tracing)
{
    uint32_t geometry = power_case->geometry;
    bool factory = stories[power_case->story].factory;
    memset(run, 0, sizeof *run);
    run->power_case = power_case;
    run->device = &shared.devices[geometry];
    run->clone = &shared.clones[geometry];
    device_copy(run->device, &shared.bases[geometry][factory][history_of(power_case)]);
    run->device->tracing = run->device->flash.tracing = tracing;
    run->device->flash.random = power_case->seed * STORY_COUNT + (uint32_t)power_case->story;
    for (uint32_t bank = 0; bank < 2; bank++)
        run->confirmed[bank] = device_image_in(run->device, bank) >= 0 ? TRUTH_YES : TRUTH_NO;
    device_power_up(run->device);
    begin_step(run);
}

/* An ATTEMPT that was cut while it was written counts, too, if any of it can be seen. */
static void count_torn_attempt(struct device *device)
{
    enum cut_model how = device->flash.cut;
    device->attempts += device->counting && how != CUT_BEFORE && how != CUT_FAINT;
    device->counting = false;
}

/* Live until the next cut. Returns whether it came. */
static bool live_until_cut(struct run *run)
{
    struct cut_flash *flash = &run->device->flash;
    bool last = run->cuts == run->power_case->cut_count;
    device_power_up(run->device);
    if (!last) {
        flash->cut_at = run->power_case->cuts[run->cuts].at;
        flash->cut = run->power_case->cuts[run->cuts].how;
    }
    if (setjmp(flash->power_cut) == 0) {
        live(run);
        if (!run->wrong)
            judge_cut(run); /* the plug is pulled when all is done */
        return false;
    }
    count_torn_attempt(run->device);
    run->has_marginal |=
        flash->cut == CUT_MARGINAL || flash->cut == CUT_MIXED || flash->cut == CUT_WEAK;
    run->cuts++;
    run->device->guard_swaps = 0;
    judge_cut(run);
    return true;
}

void power_case_run(const struct power_case *power_case, bool tracing,
                    struct power_verdict *verdict)
{
    static struct run run; /* survives longjmp() */
    begin_run(&run, power_case, tracing);
    while (live_until_cut(&run) && !run.wrong)
        ;
    const struct cut_flash *flash = &run.device->flash;
    verdict->wrong = run.wrong;
    verdict->repeated = run.repeated;
    verdict->reached = run.cuts == power_case->cut_count;
    verdict->operation_count =
        flash->operation_count < CUT_TRACE_MAX ? flash->operation_count : CUT_TRACE_MAX;
    memcpy(verdict->operations, flash->trace, verdict->operation_count);
}

/* --- what all cases share --- */

static void must(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, "powercut: cannot prepare: %s: error %d\n", what, error);
    exit(2);
}

static void update_once(struct device *device)
{
    int next = (device_image_in(device, device->flash.active) + 1) % (int)IMAGE_COUNT;
    must(device_update(device, (uint32_t)next), "update");
    device_reset(device);
    must(device_guard(device) != DEVICE_TRIES, "trial");
    must(device_confirm(device), "confirm");
    device_power_up(device);
}

/* No room for another trial in the other journal: the next update compacts it. */
static bool journal_is_full(struct device *device)
{
    return device_look(device)->other.free_words <= FLOTA_JOURNAL_KEEP_TRIAL;
}

static void make_base(struct device *base, uint32_t geometry, bool factory, uint32_t history)
{
    const struct images *images = &shared.images[geometry];
    device_init(base, &cut_geometries[geometry], images, PLANTED_NOTHING);
    cut_flash_load(&base->flash, 0, images->bytes[0], images->size);
    device_power_up(base);
    if (factory)
        return;
    cut_flash_litter(&base->flash, 1, 3 * cut_geometries[0].sector_size);
    update_once(base);
    for (uint32_t i = 0; history == 1 && i < 60 && !journal_is_full(base); i++)
        update_once(base);
}

void power_case_setup(enum planted_fault fault)
{
    for (uint32_t geometry = 0; geometry < GEOMETRIES; geometry++) {
        const struct cut_geometry *shape = &cut_geometries[geometry];
        const struct images *images = &shared.images[geometry];
        images_make(&shared.images[geometry], shape);
        device_init(&shared.devices[geometry], shape, images, fault);
        device_init(&shared.clones[geometry], shape, images, fault);
        for (uint32_t i = 0; i < 2 * HISTORIES; i++) {
            struct device *base = &shared.bases[geometry][i / HISTORIES][i % HISTORIES];
            make_base(base, geometry, i / HISTORIES == 1, i % HISTORIES);
            base->fault = fault;
        }
    }
}

void power_case_teardown(void)
{
    for (uint32_t geometry = 0; geometry < GEOMETRIES; geometry++) {
        for (uint32_t i = 0; i < 2 * HISTORIES; i++)
            device_free(&shared.bases[geometry][i / HISTORIES][i % HISTORIES]);
        device_free(&shared.devices[geometry]);
        device_free(&shared.clones[geometry]);
        images_free(&shared.images[geometry]);
    }
}

/* --- a case as text --- */

void power_case_print(const struct power_case *power_case)
{
    printf("%s/%s/%u/", cut_geometries[power_case->geometry].name, stories[power_case->story].name,
           (unsigned)power_case->seed);
    for (uint32_t i = 0; i < power_case->cut_count; i++)
        printf("%s%u:%s", i == 0 ? "" : ",", (unsigned)power_case->cuts[i].at,
               cut_model_name(power_case->cuts[i].how));
}

/* Read "12:DEAD". Returns the text behind it, or NULL. */
static const char *parse_cut(const char *text, struct power_cut *cut)
{
    char *end;
    cut->at = (uint32_t)strtoul(text, &end, 10);
    size_t length = strcspn(end, ",");
    for (uint32_t how = 0; *end == ':' && how < CUT_MODEL_COUNT; how++) {
        const char *name = cut_model_name((enum cut_model)how);
        if (strlen(name) == length - 1 && strncmp(end + 1, name, length - 1) == 0) {
            cut->how = (enum cut_model)how;
            return end + length;
        }
    }
    return NULL;
}

static int parse_cuts(const char *text, struct power_case *power_case)
{
    while (text && *text != 0 && power_case->cut_count < POWER_CUTS_MAX) {
        text = parse_cut(text, &power_case->cuts[power_case->cut_count++]);
        if (text && *text == ',')
            text++;
    }
    return text && *text == 0 ? 0 : -1;
}

/* Each returns the number of the name, or how many there are. */
static uint32_t parse_geometry(const char *name)
{
    uint32_t i = 0;
    while (i < GEOMETRIES && strcmp(cut_geometries[i].name, name) != 0)
        i++;
    return i;
}

static uint32_t parse_story(const char *name)
{
    uint32_t i = 0;
    while (i < STORY_COUNT && strcmp(stories[i].name, name) != 0)
        i++;
    return i;
}

int power_case_parse(const char *text, struct power_case *power_case)
{
    char geometry[16], story[16];
    unsigned seed;
    int used = 0;
    memset(power_case, 0, sizeof *power_case);
    if (sscanf(text, "%15[^/]/%15[^/]/%u/%n", geometry, story, &seed, &used) != 3 || used == 0)
        return -1;
    power_case->geometry = parse_geometry(geometry);
    power_case->story = (enum power_story)parse_story(story);
    power_case->seed = seed;
    if (power_case->geometry == GEOMETRIES || power_case->story == STORY_COUNT)
        return -1;
    return parse_cuts(text + used, power_case);
}
