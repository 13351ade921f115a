/* device.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "device.h"
#include "crc32.h"
#include "flota/error.h"
#include "prng.h"
#include "saved_values.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define GUARD_TURNS_MAX  8u
#define RESET_CAUSE      7u
#define UNKNOWN_KIND     200u
#define CONFIG_LAST      0x80u /* SPEC.md, Configuration */
#define CONFIG_COPY      0x40u
#define RANDOM_POOL_SIZE 65536u
#define CHUNK_SIZE       700u
#define APPEND_TRIES     3u /* of a record, each in another word */

/* --- port --- */

static uint32_t bank_of(const struct device *device, enum flota_slot slot)
{
    return slot == FLOTA_SLOT_ACTIVE ? device->flash.active : 1 - device->flash.active;
}

static uint32_t image_area(const struct device *device)
{
    return device->flash.geometry.sector_size * device->flash.geometry.image_sector_count;
}

/* What planted.h's DEAD_NOT_COUNTED sees in a dead slot: a record of a kind that all skip. */
static int read_dead_as_unknown(void *data, uint32_t size)
{
    struct flota_record record = {
        FLOTA_RECORD_MAGIC, FLOTA_RECORD_FORMAT, UNKNOWN_KIND, 0, {0}, {{0}}, 0};
    record.crc32 = flota_crc32(0, &record, sizeof record - 4);
    memcpy(data, &record, size);
    return 0;
}

static bool is_journal_word(const struct device *device, uint32_t offset, uint32_t size)
{
    return offset >= image_area(device) && size == sizeof(struct flota_record);
}

/* --- words that a planted fault does not write, though the code believes it --- */

static bool is_withheld(const struct device *device, enum flota_slot slot,
                        const struct flota_record *record)
{
    bool own = slot == FLOTA_SLOT_ACTIVE;
    if (record->magic != FLOTA_RECORD_MAGIC || device->withheld_count == DEVICE_WITHHELD_MAX)
        return false;
    switch (device->fault) {
    case PLANTED_NO_COMPACTION:
        return own && record->kind == FLOTA_RECORD_COMPACTION;
    case PLANTED_NO_SETTLE_RECORD:
        return own && record->kind == FLOTA_RECORD_SWAPTRY && !device->leaving &&
               !device->has_staged;
    case PLANTED_UNCOUNTED_AGAIN:
        return own && record->kind == FLOTA_RECORD_SWAPTRY && device->starting;
    case PLANTED_NO_BEGIN:
    case PLANTED_LATE_BEGIN:
        return !own && record->kind == FLOTA_RECORD_BEGIN;
    case PLANTED_NO_CARRY:
    case PLANTED_LATE_CARRY:
        return own && record->kind == FLOTA_RECORD_CONFIG && device->updating;
    default:
        return false;
    }
}

static void withhold(struct device *device, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct device_withheld *withheld = &device->withheld[device->withheld_count++];
    withheld->bank = bank_of(device, slot);
    withheld->offset = offset;
    memcpy(withheld->word, word, sizeof withheld->word);
}

static void overlay(const struct device *device, uint32_t bank, uint32_t offset, uint8_t *data,
                    uint32_t size)
{
    for (uint32_t i = 0; i < device->withheld_count; i++) {
        const struct device_withheld *withheld = &device->withheld[i];
        bool inside = withheld->bank == bank && withheld->offset >= offset &&
                      withheld->offset + CUT_WORD_SIZE <= offset + size;
        if (inside)
            memcpy(data + withheld->offset - offset, withheld->word, CUT_WORD_SIZE);
    }
}

/* PLANTED_LATE_BEGIN, PLANTED_LATE_CARRY: the first erase has ended. */
static void program_withheld(struct device *device)
{
    while (device->withheld_count > 0) {
        const struct device_withheld *withheld = &device->withheld[--device->withheld_count];
        cut_flash_program_start(&device->flash, withheld->bank, withheld->offset, withheld->word);
        cut_flash_poll(&device->flash);
    }
}

/* --- records that a planted fault reads otherwise --- */

static void seal(struct flota_record *record)
{
    record->crc32 = flota_crc32(0, record, sizeof *record - 4);
}

static bool is_record(const struct flota_record *record, enum flota_record_kind kind)
{
    return record->magic == FLOTA_RECORD_MAGIC && record->kind == kind &&
           record->crc32 == flota_crc32(0, record, sizeof *record - 4);
}

/* PLANTED_TRUSTS_CONFIRMED: each CONFIRMED that reads well is taken for a third one. */
static void raise_number(void *data)
{
    struct flota_record record;
    memcpy(&record, data, sizeof record);
    if (!is_record(&record, FLOTA_RECORD_CONFIRMED))
        return;
    record.arguments.confirmed.number = 3;
    seal(&record);
    memcpy(data, &record, sizeof record);
}

/* PLANTED_BELIEVES_PROGRESS: whatever was uploaded before, it was this. */
static void claim_progress(const struct device *device, void *data)
{
    struct flota_record record;
    memcpy(&record, data, sizeof record);
    if (device->believed_generation == 0 ||
        (!is_record(&record, FLOTA_RECORD_SESSION) && !is_record(&record, FLOTA_RECORD_PROGRESS)))
        return;
    record.generation = device->believed_generation;
    if (record.kind == FLOTA_RECORD_SESSION)
        cut_flash_read((struct cut_flash *)(uintptr_t)&device->flash, 1 - device->flash.active,
                       FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest),
                       record.arguments.digest, sizeof record.arguments.digest);
    seal(&record);
    memcpy(data, &record, sizeof record);
}

/* PLANTED_INCOMPLETE: the row of pieces ends here, whether all are there or not. */
static bool is_last_in_row(struct device *device, uint32_t bank, uint32_t offset,
                           const struct flota_record *record)
{
    struct flota_record next;
    offset += CUT_WORD_SIZE;
    return offset == cut_flash_slot_size(&device->flash) ||
           cut_flash_read(&device->flash, bank, offset, &next, sizeof next) != 0 ||
           !is_record(&next, FLOTA_RECORD_CONFIG) || next.generation != record->generation;
}

/* PLANTED_ONE_COPY: the last piece is taken for its copy. Not when it is read back. */
static void end_save_early(struct device *device, uint32_t bank, uint32_t offset, void *data)
{
    struct flota_record record;
    memcpy(&record, data, sizeof record);
    if (!is_record(&record, FLOTA_RECORD_CONFIG))
        return;
    uint8_t *control = &record.arguments.bytes[0];
    bool ends = (*control & CONFIG_LAST) != 0 || (device->fault == PLANTED_INCOMPLETE &&
                                                  is_last_in_row(device, bank, offset, &record));
    if (offset == device->read_back || !ends)
        return;
    *control |= CONFIG_LAST | CONFIG_COPY;
    seal(&record);
    memcpy(data, &record, sizeof record);
}

/* PLANTED_OWN_ONLY */
static void hide_save(void *data)
{
    struct flota_record record;
    memcpy(&record, data, sizeof record);
    if (!is_record(&record, FLOTA_RECORD_CONFIG))
        return;
    record.kind = UNKNOWN_KIND;
    seal(&record);
    memcpy(data, &record, sizeof record);
}

/* PLANTED_ONE_CONFIRMED: one that reads well counts as all three. */
static void add_phantom(struct device *device, uint32_t bank, uint32_t offset, uint8_t *data)
{
    static const uint8_t blank[CUT_WORD_SIZE - 1] = {[0 ... CUT_WORD_SIZE - 2] = 0xFF};
    struct flota_record record;
    for (uint16_t back = 1; back <= 2; back++) {
        uint32_t at = offset - back * CUT_WORD_SIZE;
        if (data[0] != 0xFF || memcmp(data + 1, blank, sizeof blank) != 0 ||
            at < image_area(device) ||
            cut_flash_read(&device->flash, bank, at, &record, sizeof record) != 0 ||
            !is_record(&record, FLOTA_RECORD_CONFIRMED))
            continue;
        record.arguments.confirmed.number = 1 + back;
        seal(&record);
        memcpy(data, &record, sizeof record);
    }
}

static void read_otherwise(struct device *device, uint32_t bank, uint32_t offset, uint8_t *data,
                           uint32_t size)
{
    overlay(device, bank, offset, data, size);
    for (uint32_t i = 0; i < size && offset >= image_area(device); i += CUT_WORD_SIZE) {
        if (device->fault == PLANTED_TRUSTS_CONFIRMED)
            raise_number(data + i);
        else if (device->fault == PLANTED_BELIEVES_PROGRESS && bank == device->flash.active)
            claim_progress(device, data + i);
        else if (device->fault == PLANTED_ONE_COPY || device->fault == PLANTED_INCOMPLETE)
            end_save_early(device, bank, offset + i, data + i);
        else if (device->fault == PLANTED_OWN_ONLY && bank != device->flash.active)
            hide_save(data + i);
        else if (device->fault == PLANTED_ONE_CONFIRMED)
            add_phantom(device, bank, offset + i, data + i);
    }
}

/* --- the port's functions --- */

static int port_read(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    struct device *device = port;
    int error = cut_flash_read(&device->flash, bank_of(device, slot), offset, data, size);
    if (device->fault == PLANTED_NOTHING)
        return error;
    bool is_word = is_journal_word(device, offset, size);
    if (error != 0 && device->fault == PLANTED_DEAD_NOT_COUNTED && is_word)
        return read_dead_as_unknown(data, size);
    if (error == 0)
        read_otherwise(device, bank_of(device, slot), offset, data, size);
    if (offset == device->read_back)
        device->read_back = 0;
    return error;
}

/* PLANTED_REST_NOT_ERASED */
static bool is_rest(const struct device *device, uint32_t sector)
{
    const struct flota_updater *updater = &device->ram.updater;
    return device->fault == PLANTED_REST_NOT_ERASED &&
           sector < device->flash.geometry.image_sector_count &&
           sector * device->flash.geometry.sector_size >= updater->status.total;
}

static int port_erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    struct device *device = port;
    if (is_rest(device, sector))
        return 0;
    return cut_flash_erase_start(&device->flash, bank_of(device, slot), sector);
}

static void note(struct device *device, uint32_t offset, const struct flota_record *record)
{
    bool is_kind = offset >= image_area(device) && record->magic == FLOTA_RECORD_MAGIC;
    device->programmed_kind = is_kind ? record->kind : 0;
    if (device->programmed_kind >= DEVICE_KINDS || device->first_of[device->programmed_kind] != 0)
        return;
    device->first_of[device->programmed_kind] = device->flash.operation_count + 1;
}

static int port_program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct device *device = port;
    struct flota_record record;
    memcpy(&record, word, sizeof record);
    if (offset >= image_area(device) && is_withheld(device, slot, &record)) {
        withhold(device, slot, offset, word);
        return 0;
    }
    note(device, offset, &record);
    device->read_back = offset;
    if (device->fault == PLANTED_NO_SETTLE && device->starting &&
        device->programmed_kind == FLOTA_RECORD_CONFIG)
        return FLOTA_ERR_FLASH_PROGRAM;
    if (device->fault == PLANTED_ONE_CONFIRMED &&
        device->programmed_kind == FLOTA_RECORD_CONFIRMED && record.arguments.confirmed.number > 1)
        return 0;
    if (device->fault == PLANTED_STAGE_AFTER_SWAP && device->programmed_kind == FLOTA_RECORD_STAGED)
        cut_flash_select(&device->flash, 1 - device->flash.active);
    return cut_flash_program_start(&device->flash, bank_of(device, slot), offset, word);
}

static int port_poll(void *port)
{
    struct device *device = port;
    bool erases = device->flash.operation == CUT_ERASE;
    int result = cut_flash_poll(&device->flash);
    device->has_begun |=
        result == FLOTA_FLASH_IDLE && device->programmed_kind == FLOTA_RECORD_BEGIN;
    device->has_staged |=
        result == FLOTA_FLASH_IDLE && device->programmed_kind == FLOTA_RECORD_STAGED;
    device->programmed_kind = 0;
    bool is_late = device->fault == PLANTED_LATE_BEGIN || device->fault == PLANTED_LATE_CARRY;
    if (erases && result == FLOTA_FLASH_IDLE && is_late)
        program_withheld(device);
    return result;
}

static int port_update_allowed(void *port)
{
    const struct device *device = port;
    return device->flash.option == device->flash.active ? 0 : FLOTA_ERR_OPTION_PENDING;
}

static int select_bank(struct device *device, uint32_t bank)
{
    cut_flash_select(&device->flash, bank);
    bool refused = device->flash.option != bank && device->says_refused;
    return refused ? FLOTA_ERR_OPTION_BYTES : 0;
}

static int port_swap(void *port)
{
    struct device *device = port;
    return select_bank(device, 1 - device->flash.active);
}

/* The option byte is set and taken back: what was ordered before and cut cannot come any more. */
static int port_keep(void *port)
{
    struct device *device = port;
    if (device->fault == PLANTED_NO_REASSERT)
        return 0;
    device->keeping = true;
    int error = select_bank(device, 1 - device->flash.active);
    if (error == 0)
        error = select_bank(device, device->flash.active);
    device->keeping = false;
    return error;
}

static int port_foreign_allowed(void *port)
{
    (void)port;
    return 0;
}

static void port_feed(void *port)
{
    (void)port;
}

/* The code runs on to its end, which the tester follows by a reset. */
static void port_reset(void *port)
{
    ((struct device *)port)->has_asked_to_reset = true;
}

static int port_active_bank(void *port)
{
    return (int)((struct device *)port)->flash.active + 1;
}

static void fill_port(struct device *device)
{
    static const struct flota_memory ram[] = {{0x20000000u, 0x20000u}};
    const struct cut_geometry *geometry = &device->flash.geometry;
    device->port = (struct flota_flash){
        .port = device,
        .link_address = 0x08000000u,
        .sector_size = geometry->sector_size,
        .image_sector_count = geometry->image_sector_count,
        .sector_count = geometry->sector_count,
        .word_size = CUT_WORD_SIZE,
        .read = port_read,
        .erase_start = port_erase_start,
        .program_start = port_program_start,
        .poll = port_poll,
    };
    device->platform = (struct flota_platform){
        .port = device,
        .board = "test-board",
        .ram = ram,
        .ram_count = 1,
        .update_allowed = port_update_allowed,
        .swap = port_swap,
        .keep = port_keep,
        .feed = port_feed,
        .foreign_allowed = port_foreign_allowed,
        .reset = port_reset,
        .active_bank = port_active_bank,
    };
    device->target = (struct flota_image_target){.flash = &device->port,
                                                 .platform = &device->platform,
                                                 .running = &device->running,
                                                 .trial = &device->ram.trial};
}

/* --- life --- */

void device_init(struct device *device, const struct cut_geometry *geometry,
                 const struct images *images, enum planted_fault fault)
{
    memset(device, 0, sizeof *device);
    cut_flash_init(&device->flash, geometry, 1);
    device->images = images;
    device_plant(device, fault);
    fill_port(device);
}

void device_plant(struct device *device, enum planted_fault fault)
{
    device->fault = fault;
    device->flash.never_cuts = fault == PLANTED_NEVER_CUTS;
    device->flash.tears_nothing = fault == PLANTED_TEARS_NOTHING;
}

void device_free(struct device *device)
{
    cut_flash_free(&device->flash);
}

void device_copy(struct device *copy, const struct device *device)
{
    struct cut_flash flash = copy->flash;
    cut_flash_copy(&flash, &device->flash);
    *copy = *device;
    copy->flash = flash;
    fill_port(copy);
}

/* Random bytes from a pool that is filled once: a boot is to be quick. */
static void lose_ram(struct device *device)
{
    static uint8_t pool[RANDOM_POOL_SIZE + sizeof(struct device_ram)];
    static bool filled;
    uint32_t random = 1;
    for (size_t i = 0; !filled && i < sizeof pool; i++)
        pool[i] = (uint8_t)(prng_next(&random) >> 8);
    filled = true;
    if (device->fault != PLANTED_RAM_SURVIVES)
        memcpy(&device->ram, pool + prng_below(&device->flash.random, RANDOM_POOL_SIZE),
               sizeof device->ram);
    device->withheld_count = 0;
    device->believed_generation = 0;
    device->programmed_kind = 0;
    device->counting = device->leaving = device->keeping = device->starting = false;
    device->updating = false;
    device->has_begun = device->has_staged = device->has_asked_to_reset = false;
}

void device_power_up(struct device *device)
{
    cut_flash_power_up(&device->flash);
    device->power_on = true;
    lose_ram(device);
}

void device_reset(struct device *device)
{
    cut_flash_reset(&device->flash);
    device->power_on = false;
    lose_ram(device);
}

int device_image_in(const struct device *device, uint32_t bank)
{
    for (uint32_t i = 0; i < IMAGE_COUNT; i++)
        if (cut_flash_holds(&device->flash, bank, device->images->bytes[i],
                            device->images->sizes[i]))
            return (int)i;
    return -1;
}

bool device_guard_stands(const struct device *device)
{
    for (uint32_t i = 0; i < IMAGE_COUNT; i++)
        if (cut_flash_holds(&device->flash, device->flash.active, device->images->bytes[i],
                            IMAGE_GUARD_SIZE))
            return true;
    return false;
}

const struct flota_boot *device_look(struct device *device)
{
    flota_boot_read(&device->port, &device->ram.boot);
    return &device->ram.boot;
}

/* --- guard --- */

static void check(struct device *device, struct flota_boot *boot, enum flota_boot_check which)
{
    if (which == FLOTA_CHECK_OTHER && device->fault == PLANTED_NO_ELIGIBILITY)
        boot->other.verdict = FLOTA_VERDICT_SOUND;
    else if (which == FLOTA_CHECK_OWN && device->fault == PLANTED_NO_CHECK)
        boot->own.verdict = FLOTA_VERDICT_SOUND;
    else
        flota_boot_check(&device->port, boot, which);
}

/* Since the last BEGIN or STAGED a FAILED was written to its end. */
static bool failed_stands(struct device *device)
{
    struct flota_record record;
    for (uint32_t i = flota_journal_end(&device->port, FLOTA_SLOT_ACTIVE); i-- > 0;) {
        uint32_t offset = image_area(device) + i * CUT_WORD_SIZE;
        if (flota_journal_read(&device->port, FLOTA_SLOT_ACTIVE, i, &record) != FLOTA_WORD_GOOD)
            continue;
        if (record.kind == FLOTA_RECORD_FAILED &&
            cut_flash_is_whole(&device->flash, device->flash.active, offset))
            return true;
        if (record.kind == FLOTA_RECORD_BEGIN || record.kind == FLOTA_RECORD_STAGED)
            return false;
    }
    return false;
}

/* Returns whether the guard resets now. */
static bool leave(struct device *device, struct flota_boot *boot,
                  const struct flota_boot_decision *decision)
{
    if (device->fault == PLANTED_TRUSTS_FAILED && boot->own.state == FLOTA_BANK_FAILED)
        boot->own.failed_is_whole = true;
    device->leaving = true;
    if (device->fault != PLANTED_NO_FAILED &&
        flota_boot_leave(&device->port, boot, decision, device->power_on, RESET_CAUSE) != 0)
        return false;
    device->failed_is_durable = failed_stands(device);
    device->guard_swaps++;
    port_swap(device);
    device->leaving = false;
    return true;
}

static enum device_outcome outcome_of(const struct flota_boot_decision *decision)
{
    if (decision->action == FLOTA_BOOT_STRANDED)
        return DEVICE_STRANDED;
    return decision->reason == FLOTA_REASON_TRIAL ? DEVICE_TRIES : DEVICE_RUNS;
}

static void trace_decision(const struct device *device, const struct flota_boot *boot,
                           const struct flota_boot_decision *decision)
{
    static const char *const actions[] = {"run", "count and run", "roll back", "stranded"};
    static const char *const checks[] = {"", ", check own", ", check other"};
    if (device->tracing)
        printf("  guard in bank %u: %s%s (reason %d, obstacle %d; own state %d, other %d)\n",
               (unsigned)device->flash.active + 1, actions[decision->action],
               checks[decision->check], (int)decision->reason, (int)decision->obstacle,
               (int)boot->own.state, (int)boot->other.state);
}

/* Returns whether the image is started without an ATTEMPT, by a planted fault. */
static bool count_attempt(struct device *device, struct flota_boot *boot)
{
    bool late = device->fault == PLANTED_LATE_ATTEMPT;
    int error = 0;
    device->counting = true;
    device->flash.failing_programs = device->fail_attempts ? APPEND_TRIES : 0;
    if (!late)
        error = flota_boot_count(&device->port, boot, device->power_on, RESET_CAUSE);
    device->flash.failing_programs = 0;
    device->counting = false;
    bool uncounted = error != 0 && device->fault == PLANTED_STARTS_UNCOUNTED;
    device->attempts += error == 0 || uncounted;
    device->reset_attempts += (error == 0 || uncounted) && !device->power_on;
    return late || uncounted;
}

static enum device_outcome guard_loop(struct device *device, struct flota_boot *boot)
{
    for (uint32_t turn = 0; turn < GUARD_TURNS_MAX; turn++) {
        struct flota_boot_decision decision = flota_boot_decide(boot, device->power_on);
        device->decision = decision;
        trace_decision(device, boot, &decision);
        if (decision.check != FLOTA_CHECK_NOTHING) {
            check(device, boot, decision.check);
        } else if (decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            if (count_attempt(device, boot))
                return DEVICE_TRIES;
        } else if (decision.action == FLOTA_BOOT_ROLL_BACK) {
            if (leave(device, boot, &decision))
                return DEVICE_RESETS;
        } else {
            return outcome_of(&decision);
        }
    }
    return DEVICE_HANGS;
}

enum device_outcome device_guard(struct device *device)
{
    struct flota_boot boot;
    memset(&boot, 0xA5, sizeof boot);
    flota_boot_read(&device->port, &boot);
    return guard_loop(device, &boot);
}

/* --- the application --- */

static void spoil(struct device *device)
{
    uint32_t size = device->images->sizes[device->spare_image] - IMAGE_GUARD_SIZE;
    uint32_t offset = IMAGE_GUARD_SIZE + prng_below(&device->flash.random, size);
    cut_flash_spoil(&device->flash, 1 - device->flash.active, offset);
}

static int append_attempt_late(struct device *device)
{
    const struct flota_bank *own = &device_look(device)->own;
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_ATTEMPT, own->generation, own->tag);
    return flota_journal_append(&device->port, FLOTA_SLOT_ACTIVE, &record,
                                FLOTA_JOURNAL_KEEP_ROLLBACK);
}

static int read_running(struct device *device)
{
    return port_read(device, FLOTA_SLOT_ACTIVE, FLOTA_IMAGE_INFO_OFFSET, &device->running,
                     FLOTA_IMAGE_INFO_SIZE);
}

static int activate_again(struct device *device)
{
    device->starting = true;
    int result = flota_updater_activate_again(&device->target);
    device->starting = false;
    device->restarts += result == 1;
    if (device->tracing && result != 0)
        printf("  activate again: %d\n", result);
    if (device->has_staged)
        device->attempts = device->reset_attempts = 0;
    if (result == 1 && device->spoil_staged)
        spoil(device);
    return result;
}

/* PLANTED_FORGETS_UNKNOWN */
static void forget_unknown(struct flota_config *config)
{
    uint32_t kept = 0;
    for (uint32_t at = 0, size; at < config->values.size; at += size) {
        char key[FLOTA_CONFIG_KEY_MAX];
        const char *entry = config->values.bytes + at;
        size = (uint32_t)strlen(entry) + 1;
        snprintf(key, sizeof key, "%.*s", (int)strcspn(entry, "="), entry);
        if (!flota_config_find(config, key))
            continue;
        memmove(config->values.bytes + kept, entry, size);
        kept += size;
    }
    config->values.size = kept;
}

static void start_config(struct device *device)
{
    int image = device_image_in(device, device->flash.active);
    device->starting = true;
    saved_values_start(&device->ram.config, &device->port, image);
    device->starting = false;
    if (device->fault == PLANTED_FORGETS_UNKNOWN)
        forget_unknown(&device->ram.config);
}

int device_start(struct device *device)
{
    const struct flota_trial_config config = {
        .flash = &device->port,
        .platform = &device->platform,
        .policy = FLOTA_CONFIRM_AUTOMATIC,
        .decision = device->decision,
    };
    read_running(device);
    flota_trial_init(&device->ram.trial, &config, 0);
    if (device->has_config)
        start_config(device);
    return activate_again(device);
}

int device_poll(struct device *device, uint32_t now_ms, bool healthy)
{
    if (healthy && device->fault == PLANTED_LATE_ATTEMPT)
        append_attempt_late(device);
    return flota_trial_poll(&device->ram.trial, now_ms, healthy);
}

int device_confirm(struct device *device)
{
    if (device->fault == PLANTED_LATE_ATTEMPT)
        append_attempt_late(device);
    return flota_trial_confirm(&device->ram.trial);
}

/* --- update --- */

static int poll_updater(struct device *device)
{
    int result;
    do {
        if (device->fault == PLANTED_SKIPS_TOUCHED)
            device->ram.updater.always_erase = false;
        result = flota_updater_poll(&device->ram.updater);
    } while (result > FLOTA_UPDATER_NEEDS_INPUT);
    return result;
}

static int deliver(struct device *device, const uint8_t *image, uint32_t offset, uint32_t size)
{
    struct flota_updater *updater = &device->ram.updater;
    uint32_t chunk = 1 + prng_below(&device->flash.random, CHUNK_SIZE + size / 8);
    while (offset < size) {
        int taken = flota_updater_process(updater, image + offset,
                                          chunk < size - offset ? chunk : size - offset);
        if (taken < 0)
            return taken;
        offset += (uint32_t)taken;
        int error = poll_updater(device);
        if (error < 0)
            return error;
    }
    return 0;
}

static int finish(struct device *device)
{
    int result;
    while ((result = flota_updater_finish(&device->ram.updater)) == FLOTA_UPDATER_PENDING)
        poll_updater(device);
    return result;
}

/* The answer goes out, and the swap is ordered. */
static int activate(struct device *device)
{
    device->attempts = device->reset_attempts = 0;
    int error = flota_updater_activate(&device->ram.updater);
    if (device->spoil_staged)
        spoil(device);
    return error;
}

static struct flota_update_request request_of(uint32_t size, bool force)
{
    return (struct flota_update_request){
        .total_size = size,
        .consents = {.downgrade = true, .guard = true, .again = force},
    };
}

static bool recovers(struct device *device, struct flota_updater_rest *rest)
{
    struct flota_updater *updater = &device->ram.updater;
    if (device->fault == PLANTED_BELIEVES_PROGRESS)
        device->believed_generation = device_look(device)->other.generation;
    bool known = flota_updater_recover(updater, &device->target);
    device->believed_generation = 0;
    return known && flota_updater_rest(updater, rest);
}

/* Did an upload of this image break off, and can it go on? Fills offset, from where. */
static bool goes_on(struct device *device, uint32_t index, uint32_t *offset)
{
    const struct flota_image_info *info = images_info(device->images, index);
    struct flota_updater_rest rest;
    if (!recovers(device, &rest) || memcmp(rest.digest, info->digest, sizeof rest.digest) != 0)
        return false;
    if (device->tracing)
        printf("  upload goes on at 0x%x\n", (unsigned)rest.offset);
    const struct flota_update_request request = request_of(device->images->sizes[index], false);
    if (flota_updater_resume(&device->ram.updater, &request, rest.offset) != 0)
        return false;
    *offset = rest.offset;
    return true;
}

/* Of every other image the time to confirm in is said behind the file: a second BEGIN. Not into a
 * journal that has no room for one, which is refused in words. */
static void say_deadline(struct device *device, uint32_t index)
{
    if (index % 2 == 1 && device_look(device)->other.free_words > FLOTA_JOURNAL_KEEP_TRIAL + 4u)
        flota_updater_set_deadline(&device->ram.updater, FLOTA_TRIAL_DEADLINE_MS);
}

int device_update(struct device *device, uint32_t index, bool force)
{
    uint32_t size = device->images->sizes[index], offset = 0;
    const struct flota_update_request request = request_of(size, force);
    int error = 0;
    device->spare_image = (int)index;
    device->updating = true;
    if (device->starts_anew || !goes_on(device, index, &offset))
        error = flota_updater_create(&device->ram.updater, &device->target, &request);
    if (error == 0)
        error = deliver(device, device->images->bytes[index], offset, size);
    if (error == 0)
        say_deadline(device, index);
    if (error == 0)
        error = finish(device);
    if (error == 0)
        error = activate(device);
    device->updating = false;
    return error;
}

int device_revert(struct device *device)
{
    const struct flota_update_request request = request_of(0, true);
    device->spare_image = device_image_in(device, 1 - device->flash.active);
    device->updating = true;
    int error = flota_updater_revert(&device->ram.updater, &device->target, &request);
    if (error == 0)
        error = finish(device);
    if (error == 0)
        error = activate(device);
    device->updating = false;
    return error;
}
