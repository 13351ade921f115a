/* update_flash.c - blank check, erase, program: the schedule of the spare bank.
 *
 * A bank does one operation at a time, so an update takes at least the sum of its erases and
 * programs; it takes just that when the bank never idles while one of them can be started. Hence
 * the schedule: whenever the bank is idle, program a word if one has arrived and its sector is
 * ready; else erase the next sector that the image needs, even when no byte of it is here yet.
 * Words come first: an erase takes a second, and a sector that is not reached yet can wait until
 * the sender pauses or until its first word is here. The received bytes are hashed while the bank
 * programs them, so that hashing costs no flash time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "update_internal.h"
#include <string.h>

#define ERASED_BYTE   0xFFu
#define ERASED_WORD   0xFFFFFFFFu
#define WORD_SIZE_MAX 32u
#define READ_SIZE     256u /* read at once, on the stack */

_Static_assert(FLOTA_UPDATER_BUFFER_SIZE >= FLOTA_IMAGE_HEAD_SIZE,
               "the head is checked in the buffer");

static const struct flota_flash *flash_of(const struct flota_updater *updater)
{
    return updater->target->flash;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* size: of flash words, which are records' (flota/journal.h), or of what is left of a sector. */
static bool is_blank(const uint8_t *bytes, uint32_t size)
{
    uint32_t word;
    for (uint32_t i = 0; i < size; i += sizeof word) { /* whole sectors are looked at: be quick */
        memcpy(&word, bytes + i, sizeof word);
        if (word != ERASED_WORD)
            return false;
    }
    return true;
}

/* --- sectors --- */

static int start_erase(struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    uint32_t sector = updater->ready_size / flash->sector_size;
    updater->step = FLOTA_STEP_CHOOSE;
    int error = flash->erase_start(flash->port, FLOTA_SLOT_SPARE, sector);
    if (error != 0)
        return flota_updater_fail(updater, error);
    updater->step = FLOTA_STEP_ERASE;
    return FLOTA_UPDATER_WAITS;
}

/* A word that cannot be read counts as not blank: an erase makes it good again. */
static bool reads_blank(const struct flota_updater *updater, uint32_t size)
{
    const struct flota_flash *flash = flash_of(updater);
    uint8_t bytes[READ_SIZE];
    return flash->read(flash->port, FLOTA_SLOT_SPARE, updater->cursor, bytes, size) == 0 &&
           is_blank(bytes, size);
}

static int check_blank(struct flota_updater *updater)
{
    uint32_t sector_end = updater->ready_size + flash_of(updater)->sector_size;
    uint32_t slice_end = smaller(updater->cursor + FLOTA_UPDATER_SLICE_SIZE, sector_end);
    while (updater->cursor < slice_end) {
        uint32_t size = smaller(READ_SIZE, slice_end - updater->cursor);
        if (!reads_blank(updater, size))
            return start_erase(updater);
        updater->cursor += size;
    }
    if (updater->cursor == sector_end) {
        updater->ready_size = sector_end;
        updater->status.skipped_erase_count++;
        updater->step = FLOTA_STEP_CHOOSE;
    }
    return FLOTA_UPDATER_GOES_ON;
}

static int begin_sector(struct flota_updater *updater)
{
    if (updater->always_erase)
        return start_erase(updater);
    updater->cursor = updater->ready_size;
    updater->step = FLOTA_STEP_BLANK_CHECK;
    return check_blank(updater);
}

/* --- words --- */

/* Order the next word. Words of erased bytes stay unprogrammed: programming ones would leave a word
 * that reads blank and is not, and a later update would not erase it. */
static int order_word(struct flota_updater *updater, const uint8_t *bytes, uint32_t size)
{
    const struct flota_flash *flash = flash_of(updater);
    uint8_t word[WORD_SIZE_MAX];
    memset(word, ERASED_BYTE, sizeof word);
    memcpy(word, bytes, size);
    if (is_blank(word, flash->word_size)) {
        updater->status.in_flash = updater->buffer_start + size;
        return 0;
    }
    int error = flash->program_start(flash->port, FLOTA_SLOT_SPARE, updater->buffer_start, word);
    if (error == 0)
        updater->step = FLOTA_STEP_PROGRAM;
    return error;
}

static int start_word(struct flota_updater *updater)
{
    uint32_t size = smaller(flash_of(updater)->word_size, updater->buffer_size);
    const uint8_t *bytes = updater->buffer + updater->buffer_start % FLOTA_UPDATER_BUFFER_SIZE;
    updater->step = FLOTA_STEP_CHOOSE;
    int error = order_word(updater, bytes, size);
    if (error != 0)
        return flota_updater_fail(updater, error);
    if (flota_updater_add_to_hash(updater, updater->buffer_start, bytes, size) != 0)
        return flota_updater_fail(updater, FLOTA_ERR_IMAGE_CORRUPT);
    updater->buffer_start += size;
    updater->buffer_size -= size;
    return updater->step == FLOTA_STEP_PROGRAM ? FLOTA_UPDATER_WAITS : FLOTA_UPDATER_GOES_ON;
}

/* --- the schedule --- */

static bool has_word(const struct flota_updater *updater)
{
    bool all_received = updater->taken == updater->status.total;
    return updater->buffer_size >= flash_of(updater)->word_size ||
           (updater->buffer_size > 0 && all_received);
}

/* While the size is unknown, only sectors whose bytes have arrived are known to be needed. Where an
 * unfinished update was, all of them are: STAGED says that the bank is sound. */
static uint32_t needed_size(const struct flota_updater *updater)
{
    if (updater->always_erase)
        return flota_updater_area_size(updater->target);
    return updater->status.total != 0 ? updater->status.total : updater->taken;
}

static bool all_in_flash(const struct flota_updater *updater)
{
    return updater->status.total != 0 && updater->status.in_flash == updater->status.total;
}

/* The read-back needs the whole file: a bundle's later parts are to be judged, too. */
static bool may_read_back(const struct flota_updater *updater)
{
    return all_in_flash(updater) && (updater->kind == FLOTA_FILE_IMAGE || updater->input_ended);
}

static int choose_to_revert(struct flota_updater *updater)
{
    if (updater->order.words == 0)
        return flota_updater_start_read_back(updater);
    int result = flota_updater_open(updater);
    if (updater->status.has_begun)
        updater->step = FLOTA_STEP_VERIFIED;
    return result;
}

static int choose(struct flota_updater *updater)
{
    updater->step = FLOTA_STEP_CHOOSE;
    if (updater->status.phase == FLOTA_UPDATE_CHECKING)
        return FLOTA_UPDATER_NEEDS_INPUT;
    if (updater->order.fallback_words == 0) {
        updater->step = FLOTA_STEP_FALLBACK;
        return flota_updater_read_fallback(updater);
    }
    if (updater->is_reverting)
        return choose_to_revert(updater);
    if (!updater->status.has_begun)
        return flota_updater_open(updater);
    flota_updater_note_progress(updater);
    if (has_word(updater) && updater->buffer_start < updater->ready_size)
        return start_word(updater);
    bool ready = updater->ready_size >= needed_size(updater);
    if (ready && may_read_back(updater))
        return flota_updater_begin_read_back(updater);
    return ready ? FLOTA_UPDATER_NEEDS_INPUT : begin_sector(updater);
}

static int settle(struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    if (flash->poll(flash->port) == FLOTA_FLASH_BUSY)
        return FLOTA_UPDATER_WAITS;
    return choose(updater); /* how the earlier update's operation ended does not matter here */
}

/* Take note of an operation's end. Returns FLOTA_FLASH_BUSY, _IDLE or its error. */
static int end_operation(struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    int result = flash->poll(flash->port);
    if (result == FLOTA_FLASH_BUSY)
        return result;
    bool erased = updater->step == FLOTA_STEP_ERASE;
    updater->step = FLOTA_STEP_CHOOSE;
    if (result == FLOTA_FLASH_IDLE && erased) {
        updater->ready_size += flash->sector_size;
        updater->status.erase_count++;
    } else if (result == FLOTA_FLASH_IDLE) {
        updater->status.in_flash = updater->buffer_start;
    }
    return result;
}

static int wait_for_flash(struct flota_updater *updater)
{
    int result = end_operation(updater);
    if (result == FLOTA_FLASH_BUSY)
        return FLOTA_UPDATER_WAITS;
    return result == FLOTA_FLASH_IDLE ? choose(updater) : flota_updater_fail(updater, result);
}

int flota_updater_step(struct flota_updater *updater)
{
    switch ((enum flota_updater_step)updater->step) {
    case FLOTA_STEP_SETTLE:
        return settle(updater);
    case FLOTA_STEP_CHOOSE:
        return choose(updater);
    case FLOTA_STEP_FALLBACK:
        return flota_updater_read_fallback(updater);
    case FLOTA_STEP_COMPACT:
        return flota_updater_compact(updater);
    case FLOTA_STEP_REHASH:
        return flota_updater_rehash(updater);
    case FLOTA_STEP_BLANK_CHECK:
        return check_blank(updater);
    case FLOTA_STEP_ERASE:
    case FLOTA_STEP_PROGRAM:
        return wait_for_flash(updater);
    case FLOTA_STEP_READ_BACK:
        return flota_updater_read_back(updater);
    case FLOTA_STEP_VERIFIED:
    case FLOTA_STEP_ACTIVATED:
        break;
    }
    return 0;
}

void flota_updater_let_flash_end(struct flota_updater *updater)
{
    const struct flota_flash *flash = flash_of(updater);
    int result = FLOTA_FLASH_IDLE;
    if (updater->step == FLOTA_STEP_ERASE || updater->step == FLOTA_STEP_PROGRAM) {
        result = end_operation(updater);
    } else if (updater->step == FLOTA_STEP_SETTLE || updater->step == FLOTA_STEP_COMPACT) {
        updater->compacted = false; /* all of it anew */
        if (flash->poll(flash->port) != FLOTA_FLASH_BUSY)
            updater->step = FLOTA_STEP_CHOOSE;
    }
    if (result < 0)
        updater->can_resume = false;
}
