/* boot.c - the decision: a pure function of what the two journals say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"

/* A boot after a power-on is no sign of a bad image, but there is an end to those, too. */
static bool may_try(const struct flota_tries *tries, bool power_on)
{
    uint32_t resets = tries->resets + (power_on ? 0 : 1);
    return tries->all < FLOTA_BOOT_BOOTS_MAX && resets <= FLOTA_BOOT_RESETS_MAX;
}

/* --- is the other image eligible, and the way there open? --- */

static enum flota_boot_obstacle obstacle_there(const struct flota_bank *other)
{
    switch (other->state) {
    case FLOTA_BANK_FAILED:
        return FLOTA_OBSTACLE_OTHER_FAILED;
    case FLOTA_BANK_OPEN:
        return FLOTA_OBSTACLE_OTHER_OPEN;
    case FLOTA_BANK_TRIAL:
        if (!may_try(&other->attempts, false))
            return FLOTA_OBSTACLE_OTHER_TRIED;
        break;
    case FLOTA_BANK_UNRECORDED:
    case FLOTA_BANK_CONFIRMED:
        break;
    }
    return other->verdict == FLOTA_VERDICT_DAMAGED ? FLOTA_OBSTACLE_OTHER_DAMAGED
                                                   : FLOTA_OBSTACLE_NONE;
}

/* Rejected swaps are not tried again at the next power-on: stranded changes nothing any more. */
static bool is_rejected(const struct flota_bank *own)
{
    return own->state == FLOTA_BANK_FAILED && !may_try(&own->swaps, false);
}

static bool is_writable(const struct flota_bank *own)
{
    uint32_t needed = own->state == FLOTA_BANK_FAILED ? 1 : 2; /* FAILED, SWAPTRY */
    return !own->unwritable && own->free_words >= needed;
}

static enum flota_boot_obstacle obstacle_to(const struct flota_boot *boot)
{
    enum flota_boot_obstacle there = obstacle_there(&boot->other);
    if (boot->own.fallback_words == 0)
        return FLOTA_OBSTACLE_NO_FALLBACK;
    if (there != FLOTA_OBSTACLE_NONE)
        return there;
    if (is_rejected(&boot->own))
        return FLOTA_OBSTACLE_SWAP_REJECTED;
    return is_writable(&boot->own) ? FLOTA_OBSTACLE_NONE : FLOTA_OBSTACLE_JOURNAL;
}

/* --- decisions --- */

static struct flota_boot_decision run(enum flota_boot_reason reason)
{
    return (struct flota_boot_decision){.action = FLOTA_BOOT_RUN, .reason = reason};
}

static struct flota_boot_decision leave(const struct flota_boot *boot,
                                        enum flota_boot_reason reason)
{
    struct flota_boot_decision decision = {.action = FLOTA_BOOT_ROLL_BACK, .reason = reason};
    decision.obstacle = obstacle_to(boot);
    if (decision.obstacle != FLOTA_OBSTACLE_NONE)
        decision.action = FLOTA_BOOT_STRANDED;
    else if (boot->other.verdict == FLOTA_VERDICT_NONE)
        decision.check = FLOTA_CHECK_OTHER;
    return decision;
}

/* A trial whose ATTEMPT stands there: it runs if it is whole. */
static struct flota_boot_decision start(const struct flota_boot *boot)
{
    struct flota_boot_decision decision = run(FLOTA_REASON_TRIAL);
    if (boot->own.verdict == FLOTA_VERDICT_NONE)
        decision.check = FLOTA_CHECK_OWN;
    return decision;
}

static struct flota_boot_decision try_out(const struct flota_boot *boot, bool power_on)
{
    const struct flota_bank *own = &boot->own;
    if (own->verdict == FLOTA_VERDICT_DAMAGED)
        return leave(boot, FLOTA_REASON_DAMAGED);
    if (own->counted)
        return start(boot);
    if (own->uncountable)
        return leave(boot, FLOTA_REASON_UNCOUNTED);
    if (!may_try(&own->attempts, power_on))
        return leave(boot, FLOTA_REASON_ATTEMPTS);
    if (own->free_words <= FLOTA_JOURNAL_KEEP_ROLLBACK)
        return leave(boot, FLOTA_REASON_FULL);
    return (struct flota_boot_decision){.action = FLOTA_BOOT_COUNT_AND_RUN,
                                        .reason = FLOTA_REASON_TRIAL};
}

struct flota_boot_decision flota_boot_decide(const struct flota_boot *boot, bool power_on)
{
    switch (boot->own.state) {
    case FLOTA_BANK_OPEN:
        return leave(boot, FLOTA_REASON_INTERRUPTED);
    case FLOTA_BANK_TRIAL:
        return try_out(boot, power_on);
    case FLOTA_BANK_FAILED:
        return leave(boot, (enum flota_boot_reason)boot->own.fail_reason);
    case FLOTA_BANK_CONFIRMED:
        return run(FLOTA_REASON_CONFIRMED);
    case FLOTA_BANK_UNRECORDED:
        break;
    }
    return run(FLOTA_REASON_UNRECORDED);
}

/* --- words --- */

const char *flota_boot_reason_text(enum flota_boot_reason reason)
{
    switch (reason) {
    case FLOTA_REASON_UNRECORDED:
        return "nothing is recorded about this image: it came from the factory or a programmer";
    case FLOTA_REASON_CONFIRMED:
        return "this image is confirmed";
    case FLOTA_REASON_TRIAL:
        return "this image is on trial";
    case FLOTA_REASON_INTERRUPTED:
        return "the image was only half-written";
    case FLOTA_REASON_ATTEMPTS:
        return "the image did not confirm in the boots that it had";
    case FLOTA_REASON_DAMAGED:
        return "the image in flash is not the one that was staged";
    case FLOTA_REASON_FULL:
        return "the journal had no room to count the image's boots";
    case FLOTA_REASON_UNCOUNTED:
        return "the image's boot could not be recorded";
    case FLOTA_REASON_DEADLINE:
        return "the image did not confirm before its deadline";
    case FLOTA_REASON_APPLICATION:
        return "the image's own health check failed";
    case FLOTA_REASON_NONE:
        break;
    }
    return "reason unknown";
}

const char *flota_boot_obstacle_text(enum flota_boot_obstacle obstacle)
{
    switch (obstacle) {
    case FLOTA_OBSTACLE_NO_FALLBACK:
        return "no record says what the other bank should hold";
    case FLOTA_OBSTACLE_OTHER_FAILED:
        return "the image in the other bank has failed, too";
    case FLOTA_OBSTACLE_OTHER_OPEN:
        return "the image in the other bank is half-written";
    case FLOTA_OBSTACLE_OTHER_TRIED:
        return "the image in the other bank has used up its own trial";
    case FLOTA_OBSTACLE_OTHER_DAMAGED:
        return "the image in the other bank is damaged";
    case FLOTA_OBSTACLE_SWAP_REJECTED:
        return "the chip did not swap the banks";
    case FLOTA_OBSTACLE_JOURNAL:
        return "the journal cannot be written";
    case FLOTA_OBSTACLE_NONE:
        break;
    }
    return "";
}
