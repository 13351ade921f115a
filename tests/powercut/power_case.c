/* power_case.c - stories, what must hold, one case.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_case.h"
#include "device.h"
#include "flota/error.h"
#include "prng.h"
#include "saved_values.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GEOMETRIES       4u
#define SAVES_GEOMETRY   3u /* whose devices save values */
#define HISTORIES        2u /* what happened before: one update; updates until the journal is full */
#define FILLER_KIND      201u
#define STEPS_MAX        3u
#define BOOTS_MAX        80u /* of a story without cuts: far more than any needs */
#define SETTLE_BOOTS_MAX 12u /* until an image that never confirms is left */
#define SWAPS_MAX        2u /* automatic ones between two actions of the user, when nothing is cut */
#define RESTARTS_MAX                                                                               \
    3u /* the same, of orders that are repeated: one may have been cut uncounted                   \
        */
#define REFUSED_SWAPS_MAX                                                                          \
    (FLOTA_BOOT_RESETS_MAX + 1) /* of the guard: one more when the first follows a power-on */
#define REFUSED_BOOTS 6u        /* so long the chip refuses: more than the device may try */
#define ORDERS_MAX    12u
#define DEADLINE_MS   FLOTA_TRIAL_DEADLINE_MS
#define RAM_MARK      0x4D524B21u
#define STUBBORN_CUTS 3u /* so many cuts may spoil so many swaps that the guard gives up */

/* What the tester wants next, and how the image behaves. */
enum step {
    STEP_NONE,
    STEP_GOOD,      /* an update that confirms */
    STEP_HANG,      /* an update that hangs at each boot */
    STEP_FAIL,      /* an update that gives up at its deadline */
    STEP_DECAY,     /* an update whose image rots before its first boot */
    STEP_ROT,       /* an update that hangs, and the old image rots meanwhile */
    STEP_REFUSED,   /* an update that confirms; the option byte refuses to change for long */
    STEP_STUCK,     /* an update that hangs; from then on the option byte refuses to change */
    STEP_UNCOUNTED, /* an update that hangs, and ATTEMPT cannot be written */
    STEP_REVERT     /* back to the image before */
};

static const struct {
    const char *name;
    bool factory; /* begins with a programmer's image */
    bool saves;   /* each image saves values */
    enum step steps[STEPS_MAX];
} stories[STORY_COUNT] = {
    [STORY_FIRST] = {"first", true, false, {STEP_GOOD}},
    [STORY_USED] = {"used", false, false, {STEP_GOOD}},
    [STORY_SECOND] = {"second", false, false, {STEP_GOOD, STEP_GOOD}},
    [STORY_HANGS] = {"hangs", false, false, {STEP_HANG, STEP_GOOD}},
    [STORY_FAILS] = {"fails", false, false, {STEP_FAIL, STEP_GOOD}},
    [STORY_DECAYS] = {"decays", false, false, {STEP_DECAY, STEP_GOOD}},
    [STORY_REVERT] = {"revert", false, false, {STEP_GOOD, STEP_REVERT}},
    [STORY_ROT] = {"rot", false, false, {STEP_ROT, STEP_GOOD}},
    [STORY_THIRD] = {"third", false, false, {STEP_GOOD, STEP_GOOD, STEP_GOOD}},
    [STORY_REFUSED] = {"refused", false, false, {STEP_REFUSED}},
    [STORY_STUCK] = {"stuck", false, false, {STEP_STUCK, STEP_GOOD}},
    [STORY_STUCK_FIRST] = {"stuckfirst", true, false, {STEP_STUCK, STEP_GOOD, STEP_GOOD}},
    [STORY_UNCOUNTED] = {"uncounted", false, false, {STEP_UNCOUNTED, STEP_GOOD}},
    [STORY_SAVES] = {"saves", false, true, {STEP_GOOD, STEP_GOOD}},
    [STORY_SAVES_HANGS] = {"saveshangs", false, true, {STEP_HANG, STEP_GOOD}},
    [STORY_SAVES_REVERT] = {"savesrevert", false, true, {STEP_GOOD, STEP_REVERT}},
};

enum truth { TRUTH_NO, TRUTH_MAYBE, TRUTH_YES };

/* The tester's memory: it survives what the device does not. */
struct run {
    struct device *device;
    struct device *clone;
    const struct power_case *power_case;
    enum truth confirmed[2][IMAGE_COUNT]; /* what the user was told of an image in a bank */
    enum truth failed[IMAGE_COUNT];       /* by its own fault: it is to be refused */
    bool forgot;                          /* a journal had no room to remember those */
    uint32_t step;
    int from;               /* the image that ran when the step began */
    int wanted;             /* the image that is to run after it */
    bool ordered;           /* a swap to it was ordered */
    bool tried;             /* it was started, or refused by the guard */
    bool changed_mind;      /* another image is sent than at first ... */
    bool replaced;          /* BEGIN stands for that other one */
    int wanted_before;      /* ... which was this one */
    bool order_was_cut;     /* an update was, since the step began */
    uint32_t refused_boots; /* starts since the option byte began to refuse */
    bool has_refused;       /* the option byte, to the guard */
    bool may_stray;         /* a cut left the option byte, now or soon, at the other bank */
    bool rotted;            /* the fallback has been spoilt on purpose */
    bool has_marginal;      /* a cut left words that differ at each read */
    uint32_t repeated;      /* updates that were refused for such words and asked for again */
    uint32_t refused;       /* updates to an image that had failed, and was then forced */
    uint32_t restarts;
    uint32_t strays;
    uint32_t resent; /* reverts that became updates */
    uint32_t cuts;
    struct saved_values saved;
    uint32_t saves;
    uint32_t full; /* saves refused for want of room */
    const char *wrong;
};

static struct {
    struct images images[GEOMETRIES];
    struct device bases[GEOMETRIES][2][HISTORIES]; /* by factory or not */
    struct device devices[GEOMETRIES];
    struct device clones[GEOMETRIES];
    struct saved_values saved[HISTORIES]; /* in the bases of SAVES_GEOMETRY */
} shared;

const char *power_story_name(enum power_story story)
{
    return stories[story].name;
}

bool power_story_saves(enum power_story story)
{
    return stories[story].saves;
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

static enum truth truth_of(const struct run *run, const struct device *device, uint32_t bank)
{
    int image = device_image_in(device, bank);
    return image < 0 ? TRUTH_NO : run->confirmed[bank][image];
}

/* The other bank would do, so an image that must be left has no excuse; unless so many swaps were
 * cut or refused that the guard was right to give up. */
static bool may_be_stranded(const struct run *run, const struct device *device)
{
    return truth_of(run, device, 1 - device->flash.active) != TRUTH_YES ||
           run->cuts >= STUBBORN_CUTS || run->has_refused;
}

/* At each jump: the image is whole, and runs as what it is. */
static bool jump_is_right(struct run *run, const struct device *device, enum device_outcome outcome)
{
    enum truth confirmed = truth_of(run, device, device->flash.active);
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
    return true;
}

/* Since the last cut or the user's last action. */
static bool restarts_are_few(struct run *run, const struct device *device)
{
    if (!device->flash.refuses_changes && device->guard_swaps + device->restarts > SWAPS_MAX)
        return fail(run, "the banks are swapped to and fro");
    if (device->guard_swaps > REFUSED_SWAPS_MAX || device->restarts > RESTARTS_MAX)
        return fail(run, "a refused swap is tried without end");
    return true;
}

static void clear_counts(struct device *device)
{
    device->guard_swaps = device->restarts = 0;
}

static bool is_own_fault(enum flota_boot_reason reason)
{
    return reason == FLOTA_REASON_ATTEMPTS || reason == FLOTA_REASON_DEADLINE ||
           reason == FLOTA_REASON_APPLICATION;
}

/* What the user and the tester know when the guard has left an image, or was about to. */
static void note_left(struct run *run, const struct device *device, enum truth truth)
{
    int image = device_image_in(device, device->flash.active);
    if (image < 0) /* spoilt on purpose */
        image = run->wanted;
    bool is_fault = is_own_fault(device->decision.reason);
    if (device == run->device && is_fault && run->failed[image] < truth)
        run->failed[image] = truth;
}

/* The suite's own promise: a boot finds nothing in RAM that an earlier one left there. */
static bool ram_is_lost(struct run *run, struct device *device)
{
    bool lost = device->ram.mark != RAM_MARK;
    device->ram.mark = RAM_MARK;
    return lost || fail(run, "HARNESS: RAM survived a reset");
}

static enum device_outcome boot(struct run *run, struct device *device)
{
    if (!ram_is_lost(run, device))
        return DEVICE_HANGS;
    device->operations_before = device->flash.operation_count;
    if (!device_guard_stands(device)) {
        fail(run, "BRICK: the bank that boots has no guard");
        return DEVICE_HANGS;
    }
    enum device_outcome outcome = device_guard(device);
    if (outcome == DEVICE_RESETS)
        note_left(run, device, TRUTH_YES);
    if (guard_is_right(run, device, outcome) && restarts_are_few(run, device) &&
        outcome != DEVICE_RESETS)
        jump_is_right(run, device, outcome);
    return outcome;
}

/* What the device starts with holds from then on; what a copy of it would, need not. */
static void values_are_right(struct run *run, const struct device *device)
{
    int image = device_image_in(device, device->flash.active);
    if (!device->has_config || run->wrong)
        return;
    const char *wrong =
        saved_values_check(&run->saved, &device->ram.config, image, device == run->device);
    if (wrong)
        fail(run, wrong);
}

/* The application starts, up to where it serves. Returns whether it resets instead. */
static bool start(struct run *run, struct device *device)
{
    int result = device_start(device);
    if (device->flash.violation)
        fail(run, device->flash.violation);
    values_are_right(run, device);
    restarts_are_few(run, device);
    return result == 1;
}

/* The worst that the cut may have left, and no image confirms any more: a confirmed one must come
 * to run by itself. */
static void judge_worst(struct run *run, bool flip)
{
    struct device *clone = run->clone;
    device_copy(clone, run->device);
    clear_counts(clone);
    clone->tracing = clone->flash.tracing = false;
    cut_flash_decay(&clone->flash, flip);
    device_power_up(clone);
    for (uint32_t i = 0; i < SETTLE_BOOTS_MAX && !run->wrong; i++) {
        enum device_outcome outcome = boot(run, clone);
        bool resets = run->wrong || outcome == DEVICE_RESETS || start(run, clone);
        if (!resets && (outcome == DEVICE_RUNS || outcome == DEVICE_STRANDED))
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
    run->ordered = run->tried = run->changed_mind = run->order_was_cut = false;
    run->refused_boots = 0;
    run->device->fail_attempts = step_of(run) == STEP_UNCOUNTED;
    run->device->spoil_staged = step_of(run) == STEP_DECAY;
    run->device->says_refused = run->power_case->seed / 2 % 2 == 0;
    run->device->flash.refuses_changes = step_of(run) == STEP_REFUSED;
}

static void end_step(struct run *run)
{
    trace(run, "step done");
    run->step++;
    if (step_of(run) != STEP_NONE)
        begin_step(run);
}

/* The image that runs is being confirmed: from now on it may be, or, done, it is. */
static void note_confirmed(struct run *run, enum truth truth)
{
    int image = device_image_in(run->device, active(run));
    if (image < 0)
        return;
    if (run->confirmed[active(run)][image] < truth)
        run->confirmed[active(run)][image] = truth;
    if (truth == TRUTH_YES)
        run->failed[image] = TRUTH_NO;
    else if (run->failed[image] == TRUTH_YES)
        run->failed[image] = TRUTH_MAYBE;
}

/* By a person, or by its own health check. */
static void confirm(struct run *run)
{
    struct device *device = run->device;
    bool on_trial = flota_trial_running(&device->ram.trial) == FLOTA_RUNNING_TRIAL;
    trace(run, "application: confirm");
    note_confirmed(run, TRUTH_MAYBE);
    if (on_trial && run->power_case->seed / 2 % 2 == 0) {
        if (device_poll(device, 1, true) != 1)
            fail(run, "a confirm failed");
    } else if (device_confirm(device) != 0) {
        fail(run, "a confirm failed");
    }
    note_confirmed(run, TRUTH_YES);
}

/* A journal without room forgets which images are refused; so does one whose REJECTED was cut. */
static void note_memory(struct run *run)
{
    const struct flota_boot *boot = device_look(run->device);
    if (boot->own.free_words <= 2 * FLOTA_JOURNAL_KEEP_ADVISORY)
        run->forgot = true;
}

/* What stands in the other bank is on its way out: by an image that no one has confirmed, or, where
 * that very image stands there already, by an order that ends what was said about it. */
static void note_order(struct run *run)
{
    uint32_t other = 1 - active(run);
    enum truth *truth = &run->confirmed[other][run->wanted];
    *truth = *truth == TRUTH_NO || device_image_in(run->device, other) != run->wanted ? TRUTH_NO
                                                                                      : TRUTH_MAYBE;
}

/* A compaction that was cut may have lost the records of an upload that broke off: the device then
 * vouches no more for what is in the other bank, and wants it sent; to the end. */
static bool is_unknown(struct run *run, int error)
{
    return error == FLOTA_ERR_IMAGE_NOT_THERE &&
           (run->resent > 0 || flota_boot_compaction_was_cut(device_look(run->device)));
}

static int revert(struct run *run)
{
    trace(run, "application: revert");
    int error = device_revert(run->device);
    if (!is_unknown(run, error))
        return error;
    trace(run, "application: the image is no longer vouched for; send it");
    run->resent++;
    return device_update(run->device, (uint32_t)run->wanted, true);
}

static int send(struct run *run)
{
    struct device *device = run->device;
    note_memory(run);
    if (step_of(run) == STEP_REVERT)
        return revert(run);
    trace(run, "application: update");
    int error = device_update(device, (uint32_t)run->wanted, false);
    if (error != FLOTA_ERR_IMAGE_REJECTED) {
        bool must_know = !run->forgot && !run->has_marginal;
        if (error == 0 && run->failed[run->wanted] == TRUTH_YES && must_know)
            fail(run, "an image that failed here was taken unforced");
        return error;
    }
    if (run->failed[run->wanted] == TRUTH_NO)
        fail(run, "an image was refused that never failed here");
    run->refused++;
    trace(run, "application: refused; force it");
    return device_update(device, (uint32_t)run->wanted, true);
}

/* An update begins with the confirmation of what runs, where that is not said already. */
static int order(struct run *run)
{
    note_order(run);
    note_confirmed(run, TRUTH_MAYBE);
    run->order_was_cut = true; /* until it has ended */
    int error = send(run);
    if (error != 0)
        return error;
    note_confirmed(run, TRUTH_YES);
    run->confirmed[1 - active(run)][run->wanted] = TRUTH_NO;
    run->order_was_cut = run->may_stray = false;
    run->replaced = true;
    return 0;
}

static bool is_refused_by_chip(const struct run *run, int error)
{
    return error == FLOTA_ERR_OPTION_BYTES && run->device->flash.refuses_changes;
}

/* A word that reads otherwise each time may have the device refuse; a person then asks again. */
static void order_swap(struct run *run)
{
    int error = -1;
    for (uint32_t i = 0; i < ORDERS_MAX && error != 0 && !run->wrong; i++) {
        clear_counts(run->device);
        error = order(run);
        if (run->device->tracing && error != 0)
            printf("error %d: %s\n", error, flota_error_text(error)->cause);
        if (is_refused_by_chip(run, error))
            error = 0;
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

/* Sometimes a person who finds an update broken off sends another image instead. */
static void change_mind(struct run *run)
{
    bool broken_off = run->order_was_cut || run->refused_boots == REFUSED_BOOTS;
    bool changes = broken_off && !run->changed_mind && run->power_case->seed / 16 % 2 == 0;
    if (!changes || (step_of(run) != STEP_GOOD && step_of(run) != STEP_REFUSED))
        return;
    run->changed_mind = true;
    run->wanted_before = run->wanted;
    run->replaced = false;
    run->wanted = (run->wanted + 1) % (int)IMAGE_COUNT;
    if (run->wanted == run->from)
        run->wanted = (run->wanted + 1) % (int)IMAGE_COUNT;
    trace(run, "the tester wants another image now");
}

/* Not while a swap to it may come late: the option byte, not the guard, would then choose an image
 * that has decayed after it was confirmed, which no record can prevent (boot-protocol, what
 * remains). It rots at a later boot of the same trial instead, if there is one. */
static void rot_fallback(struct run *run)
{
    const struct images *images = run->device->images;
    uint32_t size = images->sizes[run->from] - IMAGE_GUARD_SIZE;
    if (run->rotted || run->device->flash.late_countdown > 0)
        return;
    trace(run, "a word of the old image rots");
    cut_flash_spoil(&run->device->flash, 1 - active(run),
                    IMAGE_GUARD_SIZE + prng_below(&run->device->flash.random, size));
    run->rotted = true;
}

/* Now and then a person changes values. */
static void save(struct run *run)
{
    struct device *device = run->device;
    if (!device->has_config || run->saved.last + 1 == SAVED_VALUES_MAX ||
        prng_below(&device->flash.random, 2) == 0)
        return;
    trace(run, "application: save");
    int error =
        saved_values_save(&run->saved, &device->ram.config, device_image_in(device, active(run)));
    if (error == FLOTA_ERR_CONFIG_FULL)
        run->full++;
    else if (error == 0)
        run->saves++;
    else if (!run->has_marginal)
        fail(run, "a save failed without a fault");
}

/* At its deadline, by its own check or by a person's wish; by the case's seed. */
static void give_up(struct run *run)
{
    struct device *device = run->device;
    int image = device_image_in(device, active(run)), error;
    uint32_t way = run->power_case->seed / 4 % 3;
    bool on_trial = flota_trial_running(&device->ram.trial) == FLOTA_RUNNING_TRIAL;
    if (run->has_marginal && !on_trial) /* a FAILED that reads well now and then: next time */
        return;
    trace(run, "application: gives up");
    if (way < 2 && run->failed[image] == TRUTH_NO)
        run->failed[image] = TRUTH_MAYBE;
    if (way == 0)
        error = device_poll(device, DEADLINE_MS, false);
    else if (way == 1)
        error = flota_trial_give_up(&device->ram.trial, 1);
    else
        error = flota_trial_go_back(&device->ram.trial);
    if (error != 0 || !device->has_asked_to_reset)
        fail(run, "an image could not be given up");
    if (way < 2)
        run->failed[image] = TRUTH_YES;
}

/* The new image runs. */
static void run_wanted(struct run *run, enum device_outcome outcome)
{
    enum step step = step_of(run);
    bool good = step == STEP_GOOD || step == STEP_REVERT || step == STEP_REFUSED;
    run->tried = true;
    save(run);
    if (good || outcome != DEVICE_TRIES) {
        run->device->flash.refuses_changes = false;
        clear_counts(run->device); /* a person's action */
        confirm(run);              /* stranded: what cannot be left is the one to keep */
        save(run);
        end_step(run);
    } else if (step == STEP_FAIL) {
        give_up(run);
    } else {
        if (step == STEP_ROT)
            rot_fallback(run);
        if (step == STEP_STUCK)
            run->device->flash.refuses_changes = run->has_refused = true;
        trace(run, "application: hangs");
    }
}

/* The chip refuses to swap: the device tries a few times and then serves, until it is asked anew.
 * Returns whether the tester still waits. */
static bool waits_for_chip(struct run *run)
{
    struct cut_flash *flash = &run->device->flash;
    if (!flash->refuses_changes || !run->ordered)
        return false;
    if (++run->refused_boots < REFUSED_BOOTS)
        return true;
    bool is_sure = !run->has_marginal; /* a SWAPTRY that reads well now and then counts so */
    if (is_sure && flash->operation_count != run->device->operations_before)
        fail(run, "a start still writes to the flash, long after the chip has refused");
    trace(run, "the chip swaps again");
    flash->refuses_changes = false;
    return false;
}

/* The old image runs: there is something to order, or the new one was left. */
static void run_old(struct run *run)
{
    enum step step = step_of(run);
    bool good = step == STEP_GOOD || step == STEP_REVERT || step == STEP_REFUSED;
    bool left = run->ordered && (run->tried || run->device->guard_swaps > 0);
    if (left && !good) {
        end_step(run);
    } else if (!waits_for_chip(run)) {
        save(run);
        change_mind(run);
        order_swap(run);
    }
}

/* To take an order back the option byte selects the other bank for a moment. A cut there leaves it
 * so, for now or for later; the image there, which the last update left behind, is confirmed and
 * whole as long as no BEGIN says otherwise, and runs. That it is not the one that was confirmed
 * last is the price of that step. The tester goes on from it. */
static bool strays(struct run *run, int running)
{
    if (!run->may_stray || running < 0 || run->confirmed[active(run)][running] == TRUTH_NO)
        return false;
    trace(run, "the option byte was left at the other bank: go on from there");
    run->may_stray = run->device->flash.late_countdown > 0;
    run->strays++;
    run->from = running;
    return true;
}

/* The image that was ordered before another one: as long as BEGIN does not stand for that other one
 * its order holds, and it may be started by an option byte that was left at it, or because its swap
 * is ordered again; on trial, as it was told. */
static bool runs_earlier_order(struct run *run, int running, enum device_outcome outcome)
{
    if (outcome != DEVICE_TRIES || !run->changed_mind || run->replaced ||
        running != run->wanted_before)
        return false;
    trace(run, "the image that was ordered before runs");
    run->may_stray = run->device->flash.late_countdown > 0;
    run->wanted = running;
    return true;
}

static void application(struct run *run, enum device_outcome outcome)
{
    int running = device_image_in(run->device, active(run));
    if (start(run, run->device)) {
        run->restarts++;
        return;
    }
    if (run->wrong)
        return;
    const struct flota_trial *trial = &run->device->ram.trial;
    if (flota_trial_running(trial) == FLOTA_RUNNING_CONFIRMED && flota_boot_is_kept(&trial->boot))
        note_confirmed(run, TRUTH_YES); /* its start has completed what may have been cut */
    if (running == run->wanted || runs_earlier_order(run, running, outcome))
        run_wanted(run, outcome);
    else if (running == run->from || strays(run, running))
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
    memset(run->device->first_of, 0, sizeof run->device->first_of);
    run->device->starts_anew = power_case->seed / 4 % 3 == 0;
    run->device->has_config = geometry == SAVES_GEOMETRY;
    run->device->tracing = run->device->flash.tracing = tracing;
    run->device->flash.random = power_case->seed * STORY_COUNT + (uint32_t)power_case->story;
    for (uint32_t bank = 0; bank < 2; bank++) {
        int image = device_image_in(run->device, bank);
        if (image >= 0)
            run->confirmed[bank][image] = TRUTH_YES;
    }
    device_power_up(run->device);
    if (run->device->has_config)
        run->saved = shared.saved[history_of(power_case)];
    begin_step(run);
}

/* An ATTEMPT that was cut while it was written counts, too, if any of it can be seen. */
static void count_torn_attempt(struct device *device)
{
    enum cut_model how = device->flash.cut;
    device->attempts += device->counting && how != CUT_BEFORE && how != CUT_FAINT;
}

/* What the tester can tell of the moment of the cut. */
static void note_cut(struct run *run)
{
    const struct device *device = run->device;
    const struct cut_flash *flash = &device->flash;
    run->cuts++;
    run->has_marginal |=
        flash->cut == CUT_MARGINAL || flash->cut == CUT_MIXED || flash->cut == CUT_WEAK;
    run->may_stray |= (device->keeping && flash->option != flash->active) ||
                      (flash->cut == CUT_LATE && flash->late_countdown > 0);
    run->forgot |= device->programmed_kind == FLOTA_RECORD_REJECTED;
    if (device->leaving)
        note_left(run, device, TRUTH_MAYBE);
    if (run->order_was_cut && device->has_begun) {
        run->confirmed[1 - active(run)][run->wanted] = TRUTH_NO;
        run->replaced = true;
    }
}

/* The suite's own promise: where the power is to fail it fails, in the way that was ordered. */
static void cut_is_right(struct run *run, bool came)
{
    const struct cut_flash *flash = &run->device->flash;
    bool met = flash->cut_at > 0 && flash->cut_at <= flash->operation_count &&
               flash->cut_at <= CUT_TRACE_MAX;
    if (!met || !cut_model_fits(flash->cut, (enum cut_operation)flash->trace[flash->cut_at - 1]))
        return;
    if (!came)
        fail(run, "HARNESS: the power was to fail here, and did not");
    else if (!cut_flash_is_torn(flash))
        fail(run, "HARNESS: the power failed, and tore nothing");
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
        cut_is_right(run, false);
        if (!run->wrong)
            judge_cut(run); /* the plug is pulled when all is done */
        return false;
    }
    cut_is_right(run, true);
    count_torn_attempt(run->device);
    note_cut(run);
    clear_counts(run->device);
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
    verdict->refused = run.refused;
    verdict->saves = run.saves;
    verdict->full = run.full;
    verdict->restarts = run.restarts;
    verdict->strays = run.strays;
    verdict->resent = run.resent;
    _Static_assert(POWER_KINDS == DEVICE_KINDS, "one place for each");
    memcpy(verdict->first_of, run.device->first_of, sizeof verdict->first_of);
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
    must(device_guard(device) != DEVICE_RUNS, "run");
    must(device_start(device), "start");
    must(device_update(device, (uint32_t)next, true), "update");
    device_reset(device);
    must(device_guard(device) != DEVICE_TRIES, "trial");
    must(device_start(device), "start of the trial");
    must(device_confirm(device), "confirm");
    device_power_up(device);
}

/* No room for another trial in the other journal: the next update compacts it. */
static bool journal_is_full(struct device *device)
{
    return device_look(device)->other.free_words <= FLOTA_JOURNAL_KEEP_TRIAL;
}

/* Values are saved; then, by history, the journal in which they stand is filled: it is compacted
 * when the other image, which may have saved none, is updated. */
static void save_in_base(struct device *base, uint32_t history)
{
    struct saved_values *saved = &shared.saved[history];
    int image = device_image_in(base, base->flash.active);
    memset(saved, 0, sizeof *saved);
    saved_values_start(&base->ram.config, &base->port, image);
    for (uint32_t i = 0; i < 3; i++)
        must(saved_values_save(saved, &base->ram.config, image), "save");
    struct flota_record filler = flota_journal_record(FILLER_KIND, 0, NULL);
    while (history == 1 && flota_journal_append(&base->port, FLOTA_SLOT_ACTIVE, &filler,
                                                FLOTA_JOURNAL_KEEP_ADVISORY) == 0)
        ;
    device_power_up(base);
}

static void make_base(struct device *base, uint32_t geometry, bool factory, uint32_t history)
{
    const struct images *images = &shared.images[geometry];
    device_init(base, &cut_geometries[geometry], images, PLANTED_NOTHING);
    cut_flash_load(&base->flash, 0, images->bytes[0], images->sizes[0]);
    device_power_up(base);
    if (factory)
        return;
    cut_flash_litter(&base->flash, 1, 3 * cut_geometries[0].sector_size);
    update_once(base);
    if (geometry == SAVES_GEOMETRY) {
        save_in_base(base, history);
        return;
    }
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
            device_plant(base, fault);
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
