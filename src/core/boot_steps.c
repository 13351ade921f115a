/* boot_steps.c - act: the records that the guard and the application append, and what they ask.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include "flota/error.h"
#include <string.h>

#define CONFIRMED_COUNT 2u
#define CONFIRM_TRIES   3u
#define ORDER_COUNT_MAX 3u

/* --- the guard --- */

static struct flota_record own_record(const struct flota_boot *boot, enum flota_record_kind kind)
{
    return flota_journal_record(kind, boot->own.generation, boot->own.tag);
}

static int append_own(const struct flota_flash *flash, struct flota_record *record, uint32_t keep)
{
    return flota_journal_append(flash, FLOTA_SLOT_ACTIVE, record, keep);
}

int flota_boot_count(const struct flota_flash *flash, struct flota_boot *boot, bool power_on,
                     uint32_t cause)
{
    struct flota_record record = own_record(boot, FLOTA_RECORD_ATTEMPT);
    record.arguments.attempt.number = (uint16_t)(boot->own.attempts.all + 1);
    record.arguments.attempt.power_on = power_on;
    record.arguments.attempt.cause = cause;
    int result = append_own(flash, &record, FLOTA_JOURNAL_KEEP_ROLLBACK);
    boot->own.counted = result == 0;
    boot->own.uncountable = result != 0;
    return result;
}

static int append_failed(const struct flota_flash *flash, struct flota_boot *boot,
                         enum flota_boot_reason reason, uint32_t cause)
{
    struct flota_record record = own_record(boot, FLOTA_RECORD_FAILED);
    record.arguments.failed.reason = (uint8_t)reason;
    record.arguments.failed.attempts = (uint16_t)(boot->own.attempts.all + boot->own.counted);
    record.arguments.failed.cause = cause;
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_NOTHING);
}

static int append_swaptry(const struct flota_flash *flash, struct flota_boot *boot, bool power_on,
                          uint32_t cause)
{
    struct flota_record record = own_record(boot, FLOTA_RECORD_SWAPTRY);
    record.arguments.attempt.number = (uint16_t)(boot->own.swaps.all + 1);
    record.arguments.attempt.power_on = power_on;
    record.arguments.attempt.cause = cause;
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_NOTHING);
}

int flota_boot_leave(const struct flota_flash *flash, struct flota_boot *boot,
                     const struct flota_boot_decision *decision, bool power_on, uint32_t cause)
{
    int result = 0;
    if (boot->own.state != FLOTA_BANK_FAILED)
        result = append_failed(flash, boot, decision->reason, cause);
    if (result == 0)
        result = append_swaptry(flash, boot, power_on, cause);
    boot->own.unwritable = result != 0;
    return result;
}

/* --- update and revert --- */

/* A SESSION of the same generation may stand in the own journal. */
static bool is_fresh(const struct flota_boot *boot, uint32_t generation)
{
    return generation > boot->other.highest_generation && generation > boot->own.generation &&
           generation >= boot->own.highest_generation;
}

static bool may_begin(const struct flota_boot *boot, const struct flota_boot_update *update)
{
    return flota_boot_confirmed_count(boot) >= CONFIRMED_COUNT && update->fallback_words != 0 &&
           is_fresh(boot, update->generation);
}

int flota_boot_begin(const struct flota_flash *flash, const struct flota_boot_update *update)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    if (!may_begin(&boot, update))
        return FLOTA_ERR_NOT_READY;
    if (flota_boot_swap_may_come(&boot) && !update->swap_settled)
        return FLOTA_ERR_OPTION_PENDING;
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_BEGIN, update->generation, update->tag);
    record.arguments.begin.trial = (uint8_t)update->trial;
    record.arguments.begin.deadline_ms = update->deadline_ms;
    record.arguments.begin.fallback_words = update->fallback_words;
    record.arguments.begin.fallback_crc = update->fallback_crc;
    return flota_journal_append(flash, FLOTA_SLOT_SPARE, &record, FLOTA_JOURNAL_KEEP_TRIAL);
}

/* Its image must carry the tag, else the guard would take the trial for another image's. */
static int may_stage(const struct flota_boot *boot, const struct flota_boot_update *update)
{
    const struct flota_bank *other = &boot->other;
    bool begun = other->state == FLOTA_BANK_OPEN || other->state == FLOTA_BANK_TRIAL;
    bool same_tag = !other->any_tag && memcmp(other->tag, update->tag, sizeof other->tag) == 0;
    if (!begun || !same_tag || other->was_tried || other->generation != update->generation ||
        update->words == 0 || update->fallback_words == 0)
        return FLOTA_ERR_NOT_READY;
    bool tried = boot->own.order_generation == update->generation &&
                 boot->own.order_count >= ORDER_COUNT_MAX;
    return tried ? FLOTA_ERR_OPTION_BYTES : 0;
}

static int append_staged(const struct flota_flash *flash, const struct flota_boot_update *update)
{
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_STAGED, update->generation, update->tag);
    record.arguments.staged.words = update->words;
    record.arguments.staged.crc = update->crc;
    record.arguments.staged.fallback_words = update->fallback_words;
    record.arguments.staged.fallback_crc = update->fallback_crc;
    return flota_journal_append(flash, FLOTA_SLOT_SPARE, &record, FLOTA_JOURNAL_KEEP_ROLLBACK);
}

int flota_boot_stage(const struct flota_flash *flash, const struct flota_boot_update *update)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    int result = may_stage(&boot, update);
    if (result == 0)
        result = append_staged(flash, update);
    if (result != 0)
        return result;
    struct flota_record order = own_record(&boot, FLOTA_RECORD_SWAPTRY);
    order.generation = update->generation;
    result = append_own(flash, &order, FLOTA_JOURNAL_KEEP_NOTHING);
    return result == FLOTA_JOURNAL_FULL ? 0 : result;
}

/* --- the running image --- */

int flota_boot_confirm(const struct flota_flash *flash)
{
    struct flota_boot boot;
    int result = 0;
    flota_boot_read(flash, &boot);
    for (uint32_t i = 0; i < CONFIRM_TRIES; i++) {
        if (flota_boot_confirmed_count(&boot) >= CONFIRMED_COUNT)
            return 0;
        struct flota_record record = own_record(&boot, FLOTA_RECORD_CONFIRMED);
        result = append_own(flash, &record, FLOTA_JOURNAL_KEEP_NOTHING);
        flota_boot_read(flash, &boot);
    }
    if (flota_boot_confirmed_count(&boot) >= CONFIRMED_COUNT)
        return 0;
    return result != 0 ? result : FLOTA_ERR_FLASH_VERIFY;
}

int flota_boot_fail(const struct flota_flash *flash, enum flota_boot_reason reason, uint32_t cause)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    if (boot.own.state == FLOTA_BANK_FAILED)
        return 0;
    if (boot.own.state != FLOTA_BANK_TRIAL)
        return FLOTA_ERR_NOT_READY;
    return append_failed(flash, &boot, reason, cause);
}

int flota_boot_see(const struct flota_flash *flash)
{
    struct flota_boot boot;
    struct flota_boot_report report;
    flota_boot_read(flash, &boot);
    if (!flota_boot_rolled_back(&boot, &report))
        return 0;
    struct flota_record record = own_record(&boot, FLOTA_RECORD_SEEN);
    record.generation = report.generation;
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_ADVISORY);
}

/* --- queries --- */

uint32_t flota_boot_next_generation(const struct flota_boot *boot)
{
    uint32_t own = boot->own.highest_generation, other = boot->other.highest_generation;
    return (own > other ? own : other) + 1;
}

uint32_t flota_boot_confirmed_count(const struct flota_boot *boot)
{
    return boot->own.state == FLOTA_BANK_CONFIRMED ? boot->own.confirmed_count : 0;
}

/* Without room for a SWAPTRY nobody knows: yes. */
bool flota_boot_swap_may_come(const struct flota_boot *boot)
{
    const struct flota_bank *own = &boot->own, *other = &boot->other;
    bool ordered = own->order_generation != 0 && own->order_generation == other->generation;
    bool unknown = own->free_words == 0 && other->state == FLOTA_BANK_TRIAL;
    return !other->was_tried && (ordered || unknown);
}

bool flota_boot_rolled_back(const struct flota_boot *boot, struct flota_boot_report *report)
{
    const struct flota_bank *other = &boot->other;
    bool failed = other->state == FLOTA_BANK_FAILED;
    bool tried = other->state == FLOTA_BANK_TRIAL && other->attempts.all > 0;
    if ((!failed && !tried) || other->generation == boot->own.seen_generation)
        return false;
    memset(report, 0, sizeof *report);
    report->generation = other->generation;
    memcpy(report->tag, other->tag, sizeof report->tag);
    report->reason = failed ? (enum flota_boot_reason)other->fail_reason : FLOTA_REASON_NONE;
    report->attempts = failed ? other->fail_attempts : (uint16_t)other->attempts.all;
    report->cause = failed ? other->fail_cause : 0;
    return true;
}
