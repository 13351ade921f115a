/* boot_guard.c - act: what the guard does upon its decision, a look at an image and three records.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crc32.h"
#include "flota/boot.h"
#include "flota/error.h"
#include "flota/image.h"

#define READ_SIZE 256u /* at once, on the stack */

/* --- the image --- */

int flota_boot_image_crc(const struct flota_flash *flash, enum flota_slot slot, uint16_t words,
                         uint32_t *crc)
{
    uint8_t bytes[READ_SIZE];
    uint32_t end = words * (uint32_t)sizeof(struct flota_record);
    *crc = 0;
    if (words > flash->image_sector_count * flash->sector_size / sizeof(struct flota_record))
        return FLOTA_ERR_IMAGE_TOO_LARGE; /* beyond the bank a read is a bus fault */
    for (uint32_t offset = 0, size; offset < end; offset += size) {
        size = end - offset < READ_SIZE ? end - offset : READ_SIZE;
        int error = flash->read(flash->port, slot, offset, bytes, size);
        if (error != 0)
            return error;
        *crc = flota_crc32(*crc, bytes, size);
    }
    return 0;
}

/* Source: Armv7-M ARM B1.5.3, the vector table: word 0 is the stack pointer, word 1 a Thumb
 * address. */
static bool has_vectors(const struct flota_flash *flash, enum flota_slot slot)
{
    uint32_t vectors[2], area_size = flash->image_sector_count * flash->sector_size;
    if (flash->read(flash->port, slot, 0, vectors, sizeof vectors) != 0)
        return false;
    return vectors[0] % 4 == 0 && vectors[0] != 0 && vectors[1] % 2 == 1 &&
           vectors[1] - flash->link_address < area_size;
}

static bool is_sound(const struct flota_flash *flash, enum flota_slot slot, uint16_t words,
                     uint32_t stated_crc)
{
    uint32_t crc;
    if (words == 0 || !has_vectors(flash, slot))
        return false;
    return flota_boot_image_crc(flash, slot, words, &crc) == 0 && crc == stated_crc;
}

void flota_boot_check(const struct flota_flash *flash, struct flota_boot *boot,
                      enum flota_boot_check which)
{
    const struct flota_bank *own = &boot->own;
    bool is_own = which == FLOTA_CHECK_OWN;
    bool sound = is_own ? is_sound(flash, FLOTA_SLOT_ACTIVE, own->words, own->crc)
                        : is_sound(flash, FLOTA_SLOT_SPARE, own->fallback_words, own->fallback_crc);
    (is_own ? &boot->own : &boot->other)->verdict =
        sound ? FLOTA_VERDICT_SOUND : FLOTA_VERDICT_DAMAGED;
}

/* --- records --- */

static struct flota_record own_record(const struct flota_bank *own, enum flota_record_kind kind)
{
    return flota_journal_record(kind, own->generation, own->tag);
}

static int append_own(const struct flota_flash *flash, struct flota_record *record, uint32_t keep)
{
    return flota_journal_append(flash, FLOTA_SLOT_ACTIVE, record, keep);
}

int flota_boot_count(const struct flota_flash *flash, struct flota_boot *boot, bool power_on,
                     uint32_t cause)
{
    struct flota_record record = own_record(&boot->own, FLOTA_RECORD_ATTEMPT);
    record.arguments.attempt.number = (uint16_t)(boot->own.attempts.all + 1);
    record.arguments.attempt.power_on = power_on;
    record.arguments.attempt.cause = cause;
    int result = append_own(flash, &record, FLOTA_JOURNAL_KEEP_ROLLBACK);
    boot->own.counted = result == 0;
    boot->own.uncountable = result != 0;
    return result;
}

/* One that stands there already is copied. */
static int append_failed(const struct flota_flash *flash, const struct flota_bank *own,
                         enum flota_boot_reason reason, uint32_t cause)
{
    bool again = own->state == FLOTA_BANK_FAILED;
    uint32_t attempts = again ? own->fail_attempts : own->attempts.all + own->counted;
    struct flota_record record = own_record(own, FLOTA_RECORD_FAILED);
    record.arguments.failed.reason = (uint8_t)reason;
    record.arguments.failed.attempts = (uint16_t)attempts;
    record.arguments.failed.cause = again ? own->fail_cause : cause;
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_NOTHING);
}

static int append_swaptry(const struct flota_flash *flash, const struct flota_bank *own,
                          bool power_on, uint32_t cause)
{
    struct flota_record record = own_record(own, FLOTA_RECORD_SWAPTRY);
    record.arguments.attempt.number = (uint16_t)(own->swaps.all + 1);
    record.arguments.attempt.power_on = power_on;
    record.arguments.attempt.cause = cause;
    return append_own(flash, &record, FLOTA_JOURNAL_KEEP_NOTHING);
}

/* A FAILED without a SWAPTRY behind it may be one whose writing was cut, and which is gone the next
 * time it is read: the swap waits for another. */
int flota_boot_leave(const struct flota_flash *flash, struct flota_boot *boot,
                     const struct flota_boot_decision *decision, bool power_on, uint32_t cause)
{
    int result = 0;
    if (!boot->own.failed_is_whole)
        result = append_failed(flash, &boot->own, decision->reason, cause);
    if (result == 0)
        result = append_swaptry(flash, &boot->own, power_on, cause);
    boot->own.unwritable = result != 0;
    return result;
}
