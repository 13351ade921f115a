/* flash_model.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flash_model.h"
#include "flota/error.h"
#include "image_maker.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum word_state { WORD_BLANK, WORD_PROGRAMMED, WORD_UNREADABLE, WORD_UNSTABLE };

const struct flash_model_geometry flash_model_h745 = {128 * 1024, 7, 8, 32, 100, 2};
const struct flash_model_geometry flash_model_small = {1024, 7, 9, 32, 5, 2};

static const struct flota_memory ram[] = {{0x20000000u, 0x20000u}, {0x24000000u, 0x80000u}};

static void violate(struct flash_model *model, const char *text)
{
    model->violation_count++;
    if (model->record_violations)
        return;
    fprintf(stderr, "flash model: operation %u: %s\n", (unsigned)model->operation_count, text);
    abort();
}

static uint32_t bank_of(const struct flash_model *model, enum flota_slot slot)
{
    return slot == FLOTA_SLOT_ACTIVE ? model->active : 1 - model->active;
}

uint32_t flash_model_slot_size(const struct flash_model *model)
{
    return model->geometry.sector_size * model->geometry.sector_count;
}

static uint32_t word_count(const struct flash_model *model)
{
    return flash_model_slot_size(model) / model->geometry.word_size;
}

/* --- reading --- */

/* An unstable word reads otherwise each time, and as an error half of the times. */
static int read_in_word(struct flash_model *model, uint32_t bank, uint32_t offset, uint8_t *bytes,
                        uint32_t size)
{
    uint8_t state = model->states[bank][offset / model->geometry.word_size];
    memcpy(bytes, model->bytes[bank] + offset, size);
    if (state == WORD_UNREADABLE)
        return FLOTA_ERR_FLASH_READ;
    if (state != WORD_UNSTABLE)
        return 0;
    for (uint32_t i = 0; i < size; i++)
        bytes[i] ^= (uint8_t)prng_next(&model->random);
    return prng_below(&model->random, 2) == 0 ? FLOTA_ERR_FLASH_READ : 0;
}

static int model_read(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    struct flash_model *model = port;
    uint32_t bank = bank_of(model, slot), word_size = model->geometry.word_size;
    uint8_t *bytes = data;
    int result = 0;
    model->read_count++;
    model->read_size += size;
    if (offset > flash_model_slot_size(model) || size > flash_model_slot_size(model) - offset) {
        violate(model, "read outside of the slot");
        return FLOTA_ERR_FLASH_READ;
    }
    if (model->operation != FLASH_MODEL_NOTHING && model->operation_bank == bank)
        violate(model, "read of a busy bank");
    for (uint32_t done = 0, part; done < size; done += part) {
        part = word_size - (offset + done) % word_size;
        part = part < size - done ? part : size - done;
        int error = read_in_word(model, bank, offset + done, bytes + done, part);
        result = error != 0 ? error : result;
    }
    return result;
}

/* --- tearing --- */

static void erase_word(struct flash_model *model, uint32_t bank, uint32_t word)
{
    uint32_t size = model->geometry.word_size;
    memset(model->bytes[bank] + (size_t)word * size, 0xFF, size);
    model->states[bank][word] = WORD_BLANK;
}

static bool is_all_ones(const uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (bytes[i] != 0xFF)
            return false;
    return true;
}

/* A program that was cut: a prefix, or any of the bits; readable by chance, seldom. */
static void tear_program(struct flash_model *model)
{
    uint32_t size = model->geometry.word_size;
    uint8_t *bytes = model->bytes[model->operation_bank] + model->operation_offset;
    uint8_t *state = &model->states[model->operation_bank][model->operation_offset / size];
    bool as_prefix = prng_below(&model->random, 2) == 0;
    uint32_t prefix = prng_below(&model->random, size + 1);
    for (uint32_t i = 0; i < size; i++) {
        uint8_t kept = (uint8_t)(as_prefix ? (i < prefix ? 0 : 0xFF) : prng_next(&model->random));
        bytes[i] &= (uint8_t)(model->word[i] | kept);
    }
    static const uint8_t states[] = {WORD_UNREADABLE, WORD_UNREADABLE, WORD_UNSTABLE,
                                     WORD_PROGRAMMED};
    *state = states[prng_below(&model->random, 4)];
    if (*state == WORD_PROGRAMMED && is_all_ones(bytes, size))
        *state = WORD_BLANK;
}

/* An erase that was cut: a part of the words is blank, others are old, random or unreadable. */
static void tear_erase(struct flash_model *model)
{
    uint32_t size = model->geometry.word_size;
    uint32_t first = model->operation_offset / size;
    uint32_t count = model->geometry.sector_size / size;
    uint32_t blank_from = prng_below(&model->random, count);
    uint32_t bank = model->operation_bank;
    bool rest_unreadable = prng_below(&model->random, 2) == 0;
    for (uint32_t word = first; word < first + count; word++) {
        if (word - first >= blank_from) {
            erase_word(model, bank, word);
        } else if (rest_unreadable) {
            for (uint32_t i = 0; i < size; i++)
                model->bytes[bank][word * size + i] |= (uint8_t)prng_next(&model->random);
            model->states[bank][word] =
                prng_below(&model->random, 4) == 0 ? WORD_UNSTABLE : WORD_UNREADABLE;
        }
    }
}

/* --- operations --- */

static void cut_power(struct flash_model *model)
{
    longjmp(model->power_cut, 1);
}

static void note(struct flash_model *model, enum flash_model_operation operation,
                 enum flota_slot slot, uint32_t offset)
{
    if (model->event_count < FLASH_MODEL_EVENTS_MAX)
        model->events[model->event_count++] = (struct flash_model_event){operation, slot, offset};
}

static bool is_cut(const struct flash_model *model, enum flash_model_cut cut)
{
    return model->cut_at == model->operation_count && model->cut == cut;
}

static bool is_faulty(const struct flash_model *model, enum flash_model_fault fault)
{
    return model->fail_at == model->operation_count && model->fault == fault;
}

static bool may_start(struct flash_model *model, enum flash_model_operation operation,
                      enum flota_slot slot, uint32_t offset)
{
    uint32_t image_size = model->geometry.image_sector_count * model->geometry.sector_size;
    uint32_t before = model->violation_count;
    if (model->operation != FLASH_MODEL_NOTHING)
        violate(model, "a second operation was started");
    bool in_journal = offset >= image_size && offset < flash_model_slot_size(model);
    if (slot == FLOTA_SLOT_ACTIVE && !(in_journal && operation == FLASH_MODEL_PROGRAM))
        violate(model, "the active bank's image was to be changed, or its journal to be erased");
    if (offset >= flash_model_slot_size(model))
        violate(model, "what lies behind the slot was to be changed");
    return model->violation_count == before;
}

static int start(struct flash_model *model, enum flash_model_operation operation,
                 enum flota_slot slot, uint32_t offset, uint32_t polls)
{
    model->operation_count++;
    note(model, operation, slot, offset);
    if (!may_start(model, operation, slot, offset))
        return FLOTA_ERR_FLASH_PROGRAM;
    if (is_cut(model, FLASH_MODEL_CUT_BEFORE))
        cut_power(model);
    model->operation_bank = bank_of(model, slot);
    model->operation_offset = offset;
    if (model->fail_at == model->operation_count)
        model->fault_offset = offset;
    if (is_faulty(model, FLASH_MODEL_START_FAILS))
        return operation == FLASH_MODEL_ERASE ? FLOTA_ERR_FLASH_ERASE : FLOTA_ERR_FLASH_PROGRAM;
    model->operation = operation;
    model->polls_left = polls;
    return 0;
}

static int model_erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    struct flash_model *model = port;
    int error = start(model, FLASH_MODEL_ERASE, slot, sector * model->geometry.sector_size,
                      model->geometry.erase_polls);
    if (error == 0 && sector < model->geometry.image_sector_count)
        model->erase_count++;
    else if (error == 0)
        model->journal_erase_count++;
    return error;
}

static int model_program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct flash_model *model = port;
    uint32_t size = model->geometry.word_size;
    if (offset % size != 0)
        violate(model, "program at an offset that is no multiple of the word");
    int error = start(model, FLASH_MODEL_PROGRAM, slot, offset, model->geometry.program_polls);
    if (error != 0)
        return error;
    memcpy(model->word, word, size);
    if (offset < model->geometry.image_sector_count * model->geometry.sector_size)
        model->program_count++;
    else
        model->record_count++;
    if (model->states[model->operation_bank][offset / size] != WORD_BLANK)
        violate(model, "program of a word that is not blank");
    return 0;
}

/* Programming a word twice leaves the wanted bits with a wrong ECC. */
static void complete_program(struct flash_model *model)
{
    uint32_t size = model->geometry.word_size;
    uint8_t *bytes = model->bytes[model->operation_bank] + model->operation_offset;
    uint8_t *state = &model->states[model->operation_bank][model->operation_offset / size];
    *state = *state == WORD_BLANK ? WORD_PROGRAMMED : WORD_UNREADABLE;
    for (uint32_t i = 0; i < size; i++)
        bytes[i] &= model->word[i];
}

static void complete_erase(struct flash_model *model)
{
    uint32_t first = model->operation_offset / model->geometry.word_size;
    uint32_t count = model->geometry.sector_size / model->geometry.word_size;
    for (uint32_t word = first; word < first + count; word++)
        erase_word(model, model->operation_bank, word);
}

static int failure_of(const struct flash_model *model, enum flash_model_operation operation)
{
    if (is_faulty(model, FLASH_MODEL_TIMES_OUT))
        return FLOTA_ERR_FLASH_TIMEOUT;
    if (is_faulty(model, FLASH_MODEL_ENDS_FAILED))
        return operation == FLASH_MODEL_ERASE ? FLOTA_ERR_FLASH_ERASE : FLOTA_ERR_FLASH_PROGRAM;
    return FLOTA_FLASH_IDLE;
}

static void tear(struct flash_model *model, enum flash_model_operation operation)
{
    if (operation == FLASH_MODEL_ERASE)
        tear_erase(model);
    else
        tear_program(model);
}

static int model_poll(void *port)
{
    struct flash_model *model = port;
    enum flash_model_operation operation = model->operation;
    model->poll_count++;
    if (operation == FLASH_MODEL_NOTHING)
        return FLOTA_FLASH_IDLE;
    if (is_cut(model, FLASH_MODEL_CUT_TORN)) {
        tear(model, operation);
        cut_power(model);
    }
    if (model->polls_left > 0) {
        model->polls_left--;
        model->busy_count++;
        return FLOTA_FLASH_BUSY;
    }
    model->operation = FLASH_MODEL_NOTHING;
    int result = failure_of(model, operation);
    if (result == FLOTA_FLASH_IDLE && !is_faulty(model, FLASH_MODEL_SILENT)) {
        if (operation == FLASH_MODEL_ERASE)
            complete_erase(model);
        else
            complete_program(model);
    }
    if (is_cut(model, FLASH_MODEL_CUT_AFTER))
        cut_power(model);
    return result;
}

/* --- platform --- */

static int model_update_allowed(void *port)
{
    return ((struct flash_model *)port)->update_allowed_result;
}

static int model_set_options(void *port)
{
    struct flash_model *model = port;
    model->set_options_count++;
    if (model->set_options_result == 0)
        model->update_allowed_result = 0;
    return model->set_options_result;
}

/* A change that is cut keeps the old value, or was just made. Source: RM0399 chapter 4, option
 * bytes. */
static int model_swap(void *port)
{
    struct flash_model *model = port;
    model->operation_count++;
    note(model, FLASH_MODEL_SWAP, FLOTA_SLOT_SPARE, 0);
    if (model->operation != FLASH_MODEL_NOTHING)
        violate(model, "swap while the flash is busy");
    if (is_cut(model, FLASH_MODEL_CUT_BEFORE))
        cut_power(model);
    if (model->swap_result != 0)
        return model->swap_result;
    bool torn = is_cut(model, FLASH_MODEL_CUT_TORN);
    if (!torn || prng_below(&model->random, 2) == 0)
        model->next_active = 1 - model->active;
    if (torn || is_cut(model, FLASH_MODEL_CUT_AFTER))
        cut_power(model);
    model->swap_count++;
    return 0;
}

static int model_keep(void *port)
{
    struct flash_model *model = port;
    model->keep_count++;
    note(model, FLASH_MODEL_KEEP, FLOTA_SLOT_ACTIVE, 0);
    if (model->operation != FLASH_MODEL_NOTHING)
        violate(model, "keep while the flash is busy");
    model->next_active = model->active;
    return model->swap_result;
}

static void model_feed(void *port)
{
    ((struct flash_model *)port)->feed_count++;
}

static int model_foreign_allowed(void *port)
{
    return ((struct flash_model *)port)->foreign_allowed_result;
}

static void model_reset(void *port)
{
    struct flash_model *model = port;
    model->reset_count++;
    flash_model_power_up(model);
}

static int model_active_bank(void *port)
{
    return (int)((struct flash_model *)port)->active + 1;
}

/* --- life --- */

static void *allocate(size_t size, int value)
{
    void *memory = malloc(size);
    if (!memory)
        abort();
    return memset(memory, value, size);
}

static void fill_contracts(struct flash_model *model)
{
    const struct flash_model_geometry *geometry = &model->geometry;
    const struct image_recipe running = {.product = "test-product",
                                         .board = "test-board",
                                         .name = "project1",
                                         .version = "1.0.0",
                                         .link_address = 0x08000000u};
    model->flash = (struct flota_flash){
        .port = model,
        .link_address = 0x08000000u,
        .sector_size = geometry->sector_size,
        .image_sector_count = geometry->image_sector_count,
        .sector_count = geometry->sector_count,
        .word_size = geometry->word_size,
        .read = model_read,
        .erase_start = model_erase_start,
        .program_start = model_program_start,
        .poll = model_poll,
    };
    model->platform = (struct flota_platform){
        .port = model,
        .board = "test-board",
        .ram = ram,
        .ram_count = sizeof ram / sizeof ram[0],
        .update_allowed = model_update_allowed,
        .set_options = model_set_options,
        .swap = model_swap,
        .keep = model_keep,
        .feed = model_feed,
        .foreign_allowed = model_foreign_allowed,
        .reset = model_reset,
        .active_bank = model_active_bank,
    };
    image_fill_info(&running, &model->running);
    model->target = (struct flota_image_target){
        .flash = &model->flash, .platform = &model->platform, .running = &model->running};
}

void flash_model_init(struct flash_model *model, const struct flash_model_geometry *geometry)
{
    memset(model, 0, sizeof *model);
    model->geometry = *geometry;
    model->random = 1;
    for (int bank = 0; bank < 2; bank++) {
        model->bytes[bank] = allocate(flash_model_slot_size(model), 0xFF);
        model->states[bank] = allocate(word_count(model), WORD_BLANK);
    }
    fill_contracts(model);
}

void flash_model_free(struct flash_model *model)
{
    for (int bank = 0; bank < 2; bank++) {
        free(model->bytes[bank]);
        free(model->states[bank]);
    }
}

void flash_model_load(struct flash_model *model, enum flota_slot slot, const uint8_t *data,
                      uint32_t size)
{
    uint32_t bank = bank_of(model, slot);
    uint32_t word_size = model->geometry.word_size;
    memcpy(model->bytes[bank], data, size);
    memset(model->states[bank], WORD_PROGRAMMED, (size + word_size - 1) / word_size);
}

void flash_model_fill(struct flash_model *model, enum flota_slot slot)
{
    uint32_t bank = bank_of(model, slot);
    uint32_t size = model->geometry.image_sector_count * model->geometry.sector_size;
    for (uint32_t i = 0; i < size; i++)
        model->bytes[bank][i] = (uint8_t)prng_next(&model->random);
    for (uint32_t word = 0; word < size / model->geometry.word_size; word++)
        model->states[bank][word] =
            prng_below(&model->random, 8) == 0 ? WORD_UNREADABLE : WORD_PROGRAMMED;
}

void flash_model_spoil(struct flash_model *model, enum flota_slot slot, uint32_t offset)
{
    model->states[bank_of(model, slot)][offset / model->geometry.word_size] = WORD_UNREADABLE;
}

void flash_model_power_up(struct flash_model *model)
{
    model->operation = FLASH_MODEL_NOTHING;
    model->cut_at = 0;
    model->active = model->next_active;
}

const uint8_t *flash_model_bytes(const struct flash_model *model, enum flota_slot slot)
{
    return model->bytes[bank_of(model, slot)];
}

bool flash_model_holds(const struct flash_model *model, enum flota_slot slot, const uint8_t *data,
                       uint32_t size)
{
    uint32_t bank = bank_of(model, slot);
    for (uint32_t i = 0; i < size; i++) {
        uint8_t state = model->states[bank][i / model->geometry.word_size];
        if (state == WORD_UNREADABLE || state == WORD_UNSTABLE || model->bytes[bank][i] != data[i])
            return false;
    }
    return true;
}
