/* boot_steps.c - act: the records that the application appends, and what it asks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include "flota/error.h"
#include <string.h>

#define CONFIRMED_NUMBER 3u /* the third says that two were written whole */
#define ORDER_COUNT_MAX  3u

static struct flota_record own_record(const struct flota_boot *boot, enum flota_record_kind kind)
{
    return flota_journal_record(kind, boot->own.generation, boot->own.tag);
}

static int append_own(const struct flota_flash *flash, struct flota_record *record, uint32_t keep)
{
    return flota_journal_append(flash, FLOTA_SLOT_ACTIVE, record, keep);
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
    return flota_boot_is_kept(boot) && update->fallback_words != 0 &&
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

int flota_boot_order(const struct flota_flash *flash, uint32_t generation)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    struct flota_record order = own_record(&boot, FLOTA_RECORD_SWAPTRY);
    order.generation = generation;
    int result = append_own(flash, &order, FLOTA_JOURNAL_KEEP_ORDER);
    return result == FLOTA_JOURNAL_FULL ? 0 : result;
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
    return flota_boot_order(flash, update->generation);
}

/* A later image than this one, which was left for this one, is not its fallback: its own records
 * say what it should be. */
static bool is_as_staged(const struct flota_flash *flash, const struct flota_bank *other)
{
    uint32_t crc;
    return other->state == FLOTA_BANK_CONFIRMED && other->words != 0 &&
           flota_boot_image_crc(flash, FLOTA_SLOT_SPARE, other->words, &crc) == 0 &&
           crc == other->crc;
}

/* A staged image is looked at by its own guard; one that is confirmed is not. */
static bool is_safe_to_select(const struct flota_flash *flash, struct flota_boot *boot)
{
    if (boot->other.state == FLOTA_BANK_TRIAL && !boot->other.was_tried)
        return true;
    flota_boot_check(flash, boot, FLOTA_CHECK_OTHER);
    return boot->other.verdict == FLOTA_VERDICT_SOUND || is_as_staged(flash, &boot->other);
}

int flota_boot_settle(const struct flota_flash *flash)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    if (!is_safe_to_select(flash, &boot))
        return FLOTA_BOOT_NOT_WHOLE;
    struct flota_record record = own_record(&boot, FLOTA_RECORD_SWAPTRY);
    record.generation = boot.other.generation;
    int result = append_own(flash, &record, FLOTA_JOURNAL_KEEP_ORDER);
    return result == FLOTA_JOURNAL_FULL ? 0 : result;
}

/* --- uploads --- */

int flota_boot_session(const struct flota_flash *flash, uint32_t generation, const uint8_t *digest)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    struct flota_record record = own_record(&boot, FLOTA_RECORD_SESSION);
    record.generation = generation;
    memcpy(record.arguments.digest, digest, sizeof record.arguments.digest);
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_ADVISORY);
}

int flota_boot_progress(const struct flota_flash *flash, uint32_t generation, uint32_t finished)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    struct flota_record record = own_record(&boot, FLOTA_RECORD_PROGRESS);
    record.generation = generation;
    record.arguments.progress.sector = finished - 1;
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_ADVISORY);
}

/* --- the running image --- */

static int append_confirmed(const struct flota_flash *flash, const struct flota_boot *boot)
{
    int result = 0;
    for (uint16_t number = 1; number <= CONFIRMED_NUMBER && result == 0; number++) {
        struct flota_record record = own_record(boot, FLOTA_RECORD_CONFIRMED);
        record.arguments.confirmed.number = number;
        result = append_own(flash, &record, FLOTA_JOURNAL_KEEP_NOTHING);
    }
    return result;
}

int flota_boot_confirm(const struct flota_flash *flash)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    if (flota_boot_is_kept(&boot))
        return 0;
    int result = append_confirmed(flash, &boot);
    flota_boot_read(flash, &boot);
    if (flota_boot_is_kept(&boot))
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
    struct flota_record record = own_record(&boot, FLOTA_RECORD_FAILED);
    record.arguments.failed.reason = (uint8_t)reason;
    record.arguments.failed.attempts = (uint16_t)boot.own.attempts.all;
    record.arguments.failed.cause = cause;
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_NOTHING);
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

/* Any of them may be one whose writing was cut, but for those before the third. */
uint32_t flota_boot_confirmed_count(const struct flota_boot *boot)
{
    const struct flota_bank *own = &boot->own;
    if (own->state != FLOTA_BANK_CONFIRMED)
        return 0;
    return own->confirmed_number >= CONFIRMED_NUMBER ? own->confirmed_count : 1;
}

/* A full journal has no room for another CONFIRMED: one must do; or none, for an image of which
 * nothing is recorded: nothing can be any more. */
bool flota_boot_is_kept(const struct flota_boot *boot)
{
    const struct flota_bank *own = &boot->own;
    bool full = own->free_words == 0 &&
                (own->state == FLOTA_BANK_CONFIRMED || own->state == FLOTA_BANK_UNRECORDED);
    return full || flota_boot_confirmed_count(boot) >= FLOTA_BOOT_CONFIRMED_COUNT;
}

static bool has_no_room(const struct flota_bank *bank, uint32_t keep)
{
    return bank->free_words <= keep;
}

/* A compaction was announced, and its journal holds nothing that was written since. */
static bool is_compacting(const struct flota_boot *boot)
{
    return boot->own.compaction_generation > boot->other.highest_generation;
}

/* The change to the other bank that this image ordered. Without room for a SWAPTRY nobody knows:
 * yes. */
static bool order_may_come(const struct flota_bank *own, const struct flota_bank *other)
{
    bool ordered = own->order_generation != 0 && own->order_generation == other->generation;
    bool unknown = has_no_room(own, FLOTA_JOURNAL_KEEP_ORDER) && other->state == FLOTA_BANK_TRIAL;
    return !other->was_tried && (ordered || unknown);
}

/* The change back to the other bank: tried by the guard when this image was to be left, or made by
 * the other image when it took back its order of this one, which came all the same. An update that
 * was begun since has settled it. A later image never orders this one: its SWAPTRY of this one's
 * generation can only be one that it took back. Without room for a SWAPTRY nobody knows: yes. */
static bool return_may_come(const struct flota_bank *own, const struct flota_bank *other)
{
    bool ordered_here = other->order_count > 0 && other->order_generation == own->generation;
    bool unknown = has_no_room(other, FLOTA_JOURNAL_KEEP_ORDER);
    if (other->generation > own->generation)
        return other->was_tried && (ordered_here || unknown);
    bool twice = own->generation != 0 && ordered_here && other->order_count > 1;
    return own->swaps.all > 0 || unknown || twice;
}

/* A compaction began after all was settled, and what it left of the records misleads. */
bool flota_boot_swap_may_come(const struct flota_boot *boot)
{
    const struct flota_bank *own = &boot->own, *other = &boot->other;
    return !is_compacting(boot) && (order_may_come(own, other) || return_may_come(own, other));
}

/* Without room for a COMPACTION nobody knows: yes. */
bool flota_boot_compaction_was_cut(const struct flota_boot *boot)
{
    return is_compacting(boot) || has_no_room(&boot->own, FLOTA_JOURNAL_KEEP_CONFIRM);
}

bool flota_boot_spare_is_touched(const struct flota_boot *boot)
{
    bool unfinished = boot->other.generation != 0 && boot->other.words == 0;
    return unfinished || flota_boot_compaction_was_cut(boot);
}

/* A revert writes nothing but records. */
bool flota_boot_is_half_written(const struct flota_boot *boot)
{
    const struct flota_bank *other = &boot->other;
    return other->state == FLOTA_BANK_OPEN && other->trial != FLOTA_TRIAL_REVERT &&
           !is_compacting(boot);
}

uint32_t flota_boot_finished_sectors(const struct flota_boot *boot)
{
    const struct flota_bank *own = &boot->own, *other = &boot->other;
    bool is_open = other->state == FLOTA_BANK_OPEN && other->generation == own->session_generation;
    return is_open ? own->finished_sectors : 0;
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
