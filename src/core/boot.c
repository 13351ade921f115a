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

/* Swaps that were rejected are tried once more at each power-on: a supply or a chip may have got
 * well, and an image that hangs has no other way out. At other resets stranded changes nothing. */
static bool is_rejected(const struct flota_bank *own, bool power_on)
{
    return own->state == FLOTA_BANK_FAILED && !power_on && !may_try(&own->swaps, false);
}

static bool is_writable(const struct flota_bank *own)
{
    uint32_t needed = own->failed_is_whole ? 1 : 2; /* FAILED, SWAPTRY */
    return !own->unwritable && own->free_words >= needed;
}

static enum flota_boot_obstacle obstacle_to(const struct flota_boot *boot, bool power_on)
{
    enum flota_boot_obstacle there = obstacle_there(&boot->other);
    if (boot->own.fallback_words == 0)
        return FLOTA_OBSTACLE_NO_FALLBACK;
    if (there != FLOTA_OBSTACLE_NONE)
        return there;
    if (is_rejected(&boot->own, power_on))
        return FLOTA_OBSTACLE_SWAP_REJECTED;
    return is_writable(&boot->own) ? FLOTA_OBSTACLE_NONE : FLOTA_OBSTACLE_JOURNAL;
}

/* --- decisions --- */

static struct flota_boot_decision run(enum flota_boot_reason reason)
{
    return (struct flota_boot_decision){.action = FLOTA_BOOT_RUN, .reason = reason};
}

static struct flota_boot_decision leave(const struct flota_boot *boot, bool power_on,
                                        enum flota_boot_reason reason)
{
    struct flota_boot_decision decision = {.action = FLOTA_BOOT_ROLL_BACK, .reason = reason};
    decision.obstacle = obstacle_to(boot, power_on);
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
        return leave(boot, power_on, FLOTA_REASON_DAMAGED);
    if (own->counted)
        return start(boot);
    if (own->uncountable)
        return leave(boot, power_on, FLOTA_REASON_UNCOUNTED);
    if (!may_try(&own->attempts, power_on))
        return leave(boot, power_on, FLOTA_REASON_ATTEMPTS);
    if (own->free_words <= FLOTA_JOURNAL_KEEP_ROLLBACK)
        return leave(boot, power_on, FLOTA_REASON_FULL);
    return (struct flota_boot_decision){.action = FLOTA_BOOT_COUNT_AND_RUN,
                                        .reason = FLOTA_REASON_TRIAL};
}

struct flota_boot_decision flota_boot_decide(const struct flota_boot *boot, bool power_on)
{
    switch (boot->own.state) {
    case FLOTA_BANK_OPEN:
        return leave(boot, power_on, FLOTA_REASON_INTERRUPTED);
    case FLOTA_BANK_TRIAL:
        return try_out(boot, power_on);
    case FLOTA_BANK_FAILED:
        return leave(boot, power_on, (enum flota_boot_reason)boot->own.fail_reason);
    case FLOTA_BANK_CONFIRMED:
        return run(FLOTA_REASON_CONFIRMED);
    case FLOTA_BANK_UNRECORDED:
        break;
    }
    return run(FLOTA_REASON_UNRECORDED);
}
