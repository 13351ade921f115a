/* boot_reject.c - images that are not wanted again, and the compaction that must not forget them.
 *
 * A journal has an opinion about an image: what the last record in it says that names the image.
 * FAILED for a reason that is the image's own, and REJECTED, are against it; CONFIRMED and ACCEPTED
 * are for it. These records hold whatever has become of the bank since. Of two journals the one
 * whose record is of the later update is right.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include "flota/error.h"
#include <string.h>

#define SAVED_MAX 8u /* opinions that survive a compaction, the latest */
#define EXAMINED_MAX                                                                               \
    48u /* of the latest opinions: each look costs a walk through both journals                    \
         */

struct opinion {
    uint32_t generation;
    bool exists;
    bool rejected;
};

/* A flash word that was not written well says nothing about the image in it. */
static bool is_images_fault(uint8_t reason)
{
    return reason == FLOTA_REASON_ATTEMPTS || reason == FLOTA_REASON_DEADLINE ||
           reason == FLOTA_REASON_APPLICATION;
}

/* Does the record hold an opinion? Fills it, and points to the first bytes of the digest. */
static const uint8_t *decode(const struct flota_record *record, struct opinion *opinion)
{
    *opinion = (struct opinion){record->generation, true, false};
    switch (record->kind) {
    case FLOTA_RECORD_FAILED:
        opinion->rejected = true;
        return is_images_fault(record->arguments.failed.reason) ? record->tag : NULL;
    case FLOTA_RECORD_CONFIRMED:
        return record->tag;
    case FLOTA_RECORD_REJECTED:
        opinion->rejected = true;
        return record->arguments.digest;
    case FLOTA_RECORD_ACCEPTED:
        return record->arguments.digest;
    default:
        return NULL;
    }
}

/* Two records of one update: the later one in the journal. */
static struct opinion opinion_of(const struct flota_flash *flash, enum flota_slot slot,
                                 const uint8_t *tag)
{
    struct opinion last = {0}, next;
    struct flota_record record;
    uint32_t end = flota_journal_end(flash, slot);
    for (uint32_t i = 0; i < end; i++) {
        if (flota_journal_read(flash, slot, i, &record) != FLOTA_WORD_GOOD)
            continue;
        const uint8_t *named = decode(&record, &next);
        if (named && memcmp(named, tag, FLOTA_TAG_SIZE) == 0 && next.generation >= last.generation)
            last = next;
    }
    return last;
}

bool flota_boot_is_rejected(const struct flota_flash *flash, const uint8_t *digest)
{
    struct opinion own = opinion_of(flash, FLOTA_SLOT_ACTIVE, digest);
    struct opinion other = opinion_of(flash, FLOTA_SLOT_SPARE, digest);
    if (!own.exists || (other.exists && other.generation >= own.generation))
        return other.rejected;
    return own.rejected;
}

static int append_opinion(const struct flota_flash *flash, const struct flota_boot *boot,
                          const struct opinion *opinion, const uint8_t *digest, size_t size)
{
    struct flota_record record =
        flota_journal_record(opinion->rejected ? FLOTA_RECORD_REJECTED : FLOTA_RECORD_ACCEPTED,
                             opinion->generation, boot->own.tag);
    memcpy(record.arguments.digest, digest, size);
    return flota_journal_append(flash, FLOTA_SLOT_ACTIVE, &record, FLOTA_JOURNAL_KEEP_ADVISORY);
}

int flota_boot_reject(const struct flota_flash *flash, const uint8_t *digest)
{
    struct flota_boot boot;
    if (flota_boot_is_rejected(flash, digest))
        return 0;
    flota_boot_read(flash, &boot);
    struct opinion against = {flota_boot_next_generation(&boot), true, true};
    return append_opinion(flash, &boot, &against, digest, sizeof(struct flota_record){0}.arguments);
}

/* --- compaction --- */

/* What the own journal does not know. That nothing is held against an image goes without saying. */
static bool is_news(const struct opinion *own, const struct opinion *other)
{
    if (!own->exists)
        return other->rejected;
    return other->generation > own->generation && other->rejected != own->rejected;
}

/* Backwards, so that the latest are saved; each image once, as what is saved is no news again. */
static void save_opinions(const struct flota_flash *flash, const struct flota_boot *boot)
{
    uint32_t saved = 0, examined = 0;
    for (uint32_t i = flota_journal_end(flash, FLOTA_SLOT_SPARE);
         i-- > 0 && saved < SAVED_MAX && examined < EXAMINED_MAX;) {
        struct flota_record record;
        struct opinion opinion;
        if (flota_journal_read(flash, FLOTA_SLOT_SPARE, i, &record) != FLOTA_WORD_GOOD)
            continue;
        const uint8_t *tag = decode(&record, &opinion);
        if (!tag)
            continue;
        examined++;
        struct opinion own = opinion_of(flash, FLOTA_SLOT_ACTIVE, tag);
        opinion = opinion_of(flash, FLOTA_SLOT_SPARE, tag);
        if (!is_news(&own, &opinion))
            continue;
        if (append_opinion(flash, boot, &opinion, tag, FLOTA_TAG_SIZE) != 0)
            return; /* no room, or no flash: then it is forgotten */
        saved++;
    }
}

/* Also when one that was cut seems to be announced: that record's own writing may have been cut, so
 * that it reads well now and is gone when the erase that follows was cut, too. */
static int announce(const struct flota_flash *flash, const struct flota_boot *boot)
{
    struct flota_record record = flota_journal_record(
        FLOTA_RECORD_COMPACTION, flota_boot_next_generation(boot), boot->own.tag);
    int result =
        flota_journal_append(flash, FLOTA_SLOT_ACTIVE, &record, FLOTA_JOURNAL_KEEP_CONFIRM);
    return result == FLOTA_JOURNAL_FULL ? 0 : result;
}

int flota_boot_save(const struct flota_flash *flash)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    if (!flota_boot_is_kept(&boot))
        return FLOTA_ERR_NOT_READY;
    save_opinions(flash, &boot);
    return announce(flash, &boot);
}
