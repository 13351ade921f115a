/* cut_flash.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cut_flash.h"
#include "flota/error.h"
#include "prng.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum word_state {
    WORD_BLANK,
    WORD_GOOD,
    WORD_DEAD,
    WORD_MARGINAL,
    WORD_FAINT, /* reads blank, but a program was cut there */
    WORD_WEAK,  /* reads blank, but an erase was cut there */
    WORD_FADING /* programmed over a weak word: good until the next power-on */
};

const struct cut_geometry cut_geometries[] = {
    {"small", 1024, 4, 7},
    {"h745", 128 * 1024, 7, 8},
    {"single", 3072, 2, 3}, /* the journal in one sector, as the chip's, but soon full */
    {"saves", 4096, 1, 3},  /* small, with room for values */
};
const uint32_t cut_geometry_count = sizeof cut_geometries / sizeof cut_geometries[0];

static const struct {
    const char *name;
    const char *text;
    bool fits[4]; /* by enum cut_operation */
} models[] = {
#define X(name, program, erase, option, text) {#name, text, {false, program, erase, option}},
    CUT_MODEL_MAP(X)
#undef X
};

const char *cut_model_name(enum cut_model model)
{
    return models[model].name;
}

const char *cut_model_text(enum cut_model model)
{
    return models[model].text;
}

bool cut_model_fits(enum cut_model model, enum cut_operation operation)
{
    return models[model].fits[operation];
}

static void violate(struct cut_flash *flash, const char *text)
{
    if (!flash->violation)
        flash->violation = text;
}

/* --- storage --- */

uint32_t cut_flash_slot_size(const struct cut_flash *flash)
{
    return flash->geometry.sector_size * flash->geometry.sector_count;
}

static uint32_t table_size(const struct cut_flash *flash)
{
    return cut_flash_slot_size(flash) / CUT_PAGE_SIZE;
}

static void *allocate(void *old, size_t size)
{
    void *memory = realloc(old, size);
    if (!memory)
        abort();
    return memory;
}

/* Returns the page to read, or NULL when all of it is blank. */
static struct cut_page *find_page(const struct cut_flash *flash, uint32_t bank, uint32_t offset)
{
    uint32_t number = flash->table[bank][offset / CUT_PAGE_SIZE];
    return number == 0 ? NULL : &flash->pages[number - 1];
}

/* Returns the page to write. */
static struct cut_page *need_page(struct cut_flash *flash, uint32_t bank, uint32_t offset)
{
    struct cut_page *page = find_page(flash, bank, offset);
    if (page)
        return page;
    if (flash->page_count == flash->page_capacity) {
        flash->page_capacity = flash->page_capacity * 2 + 16;
        flash->pages = allocate(flash->pages, flash->page_capacity * sizeof *flash->pages);
    }
    page = &flash->pages[flash->page_count++];
    flash->table[bank][offset / CUT_PAGE_SIZE] = (uint16_t)flash->page_count;
    memset(page->bytes, 0xFF, sizeof page->bytes);
    memset(page->states, WORD_BLANK, sizeof page->states);
    return page;
}

static uint32_t word_in_page(uint32_t offset)
{
    return offset % CUT_PAGE_SIZE / CUT_WORD_SIZE;
}

static void set_word(struct cut_flash *flash, uint32_t bank, uint32_t offset, uint8_t state,
                     const uint8_t *bytes)
{
    struct cut_page *page = need_page(flash, bank, offset);
    uint8_t *word = page->bytes + word_in_page(offset) * CUT_WORD_SIZE;
    page->states[word_in_page(offset)] = state;
    if (bytes)
        memcpy(word, bytes, CUT_WORD_SIZE);
    else
        memset(word, 0xFF, CUT_WORD_SIZE);
}

static uint8_t state_of(const struct cut_flash *flash, uint32_t bank, uint32_t offset)
{
    const struct cut_page *page = find_page(flash, bank, offset);
    return page ? page->states[word_in_page(offset)] : WORD_BLANK;
}

/* --- life --- */

void cut_flash_init(struct cut_flash *flash, const struct cut_geometry *geometry, uint32_t seed)
{
    memset(flash, 0, sizeof *flash);
    flash->geometry = *geometry;
    flash->random = seed;
    for (int bank = 0; bank < 2; bank++) {
        size_t size = table_size(flash) * sizeof *flash->table[bank];
        flash->table[bank] = memset(allocate(NULL, size), 0, size);
    }
}

void cut_flash_free(struct cut_flash *flash)
{
    free(flash->table[0]);
    free(flash->table[1]);
    free(flash->pages);
}

void cut_flash_copy(struct cut_flash *copy, const struct cut_flash *flash)
{
    struct cut_flash old = *copy;
    *copy = *flash;
    for (int bank = 0; bank < 2; bank++) {
        copy->table[bank] = old.table[bank];
        memcpy(copy->table[bank], flash->table[bank], table_size(flash) * sizeof(uint16_t));
    }
    copy->pages = old.pages;
    copy->page_capacity = old.page_capacity;
    if (copy->page_capacity < flash->page_count) {
        copy->page_capacity = flash->page_count + 16;
        copy->pages = allocate(old.pages, copy->page_capacity * sizeof *copy->pages);
    }
    if (flash->page_count > 0)
        memcpy(copy->pages, flash->pages, flash->page_count * sizeof *copy->pages);
}

static uint8_t faded(struct cut_flash *flash, uint8_t state)
{
    uint32_t chance = prng_below(&flash->random, 4);
    if (state == WORD_FADING)
        return chance < 2 ? WORD_DEAD : chance < 3 ? WORD_MARGINAL : WORD_GOOD;
    if (state == WORD_MARGINAL)
        return chance == 0 ? WORD_DEAD : WORD_MARGINAL;
    return state;
}

static void fade(struct cut_flash *flash)
{
    for (uint32_t i = 0; i < flash->page_count; i++)
        for (uint32_t word = 0; word < CUT_PAGE_WORDS; word++)
            flash->pages[i].states[word] = faded(flash, flash->pages[i].states[word]);
}

void cut_flash_reset(struct cut_flash *flash)
{
    flash->operation = CUT_NOTHING;
    flash->active = flash->option;
}

void cut_flash_power_up(struct cut_flash *flash)
{
    flash->cut_at = 0;
    flash->operation_count = 0;
    flash->swap_count = 0;
    fade(flash);
    if (flash->late_countdown > 0 && --flash->late_countdown == 0)
        flash->option = 1 - flash->option;
    cut_flash_reset(flash);
}

/* --- reading --- */

/* Each read of a marginal word is right, wrong, blank or an error. */
static int read_marginal(struct cut_flash *flash, uint8_t *bytes, uint32_t size)
{
    switch (prng_below(&flash->random, 4)) {
    case 0:
        return FLOTA_ERR_FLASH_READ;
    case 1:
        bytes[prng_below(&flash->random, size)] ^= (uint8_t)(1 + prng_below(&flash->random, 255));
        return 0;
    default:
        return 0;
    }
}

static int read_odd_word(struct cut_flash *flash, uint8_t state, uint8_t *bytes, uint32_t size)
{
    if (state == WORD_DEAD)
        return FLOTA_ERR_FLASH_READ;
    return state == WORD_MARGINAL ? read_marginal(flash, bytes, size) : 0;
}

static int read_in_page(struct cut_flash *flash, const struct cut_page *page, uint32_t offset,
                        uint8_t *bytes, uint32_t size)
{
    int result = 0;
    memcpy(bytes, page->bytes + offset % CUT_PAGE_SIZE, size);
    for (uint32_t done = 0, part; done < size; done += part) {
        part = CUT_WORD_SIZE - (offset + done) % CUT_WORD_SIZE;
        part = part < size - done ? part : size - done;
        int error =
            read_odd_word(flash, page->states[word_in_page(offset + done)], bytes + done, part);
        result = error != 0 ? error : result;
    }
    return result;
}

static int read_pages(struct cut_flash *flash, uint32_t bank, uint32_t offset, uint8_t *bytes,
                      uint32_t size)
{
    int result = 0;
    for (uint32_t done = 0, part; done < size; done += part) {
        const struct cut_page *page = find_page(flash, bank, offset + done);
        part = CUT_PAGE_SIZE - (offset + done) % CUT_PAGE_SIZE;
        part = part < size - done ? part : size - done;
        if (!page)
            memset(bytes + done, 0xFF, part);
        else if (read_in_page(flash, page, offset + done, bytes + done, part) != 0)
            result = FLOTA_ERR_FLASH_READ;
    }
    return result;
}

int cut_flash_read(struct cut_flash *flash, uint32_t bank, uint32_t offset, void *data,
                   uint32_t size)
{
    uint32_t slot_size = cut_flash_slot_size(flash);
    if (offset > slot_size || size > slot_size - offset) {
        violate(flash, "read outside of the slot");
        return FLOTA_ERR_FLASH_READ;
    }
    if (flash->operation != CUT_NOTHING && flash->operation_bank == bank)
        violate(flash, "read of a bank that is busy");
    bool is_word = size == CUT_WORD_SIZE && offset % CUT_WORD_SIZE == 0; /* journals: most reads */
    if (is_word && !find_page(flash, bank, offset)) {
        memset(data, 0xFF, CUT_WORD_SIZE);
        return 0;
    }
    return read_pages(flash, bank, offset, data, size);
}

/* --- tearing --- */

static void cut_power(struct cut_flash *flash)
{
    if (flash->tracing)
        printf("  %u: power cut, %s\n", (unsigned)flash->operation_count,
               cut_model_text(flash->cut));
    longjmp(flash->power_cut, 1);
}

/* What a cut program leaves: bits of the word that it wanted to write. */
static void tear_program(struct cut_flash *flash)
{
    static const uint8_t states[CUT_MODEL_COUNT] = {[CUT_PREFIX] = WORD_GOOD,
                                                    [CUT_SUBSET] = WORD_GOOD,
                                                    [CUT_DEAD] = WORD_DEAD,
                                                    [CUT_MARGINAL] = WORD_MARGINAL,
                                                    [CUT_FAINT] = WORD_FAINT};
    uint8_t bytes[CUT_WORD_SIZE];
    uint32_t prefix = 1 + prng_below(&flash->random, CUT_WORD_SIZE - 1);
    for (uint32_t i = 0; i < CUT_WORD_SIZE; i++) {
        uint8_t missing = 0;
        if (flash->cut == CUT_PREFIX)
            missing = i < prefix ? 0 : 0xFF;
        else if (flash->cut == CUT_SUBSET)
            missing = (uint8_t)prng_next(&flash->random);
        bytes[i] = flash->word[i] | missing;
    }
    set_word(flash, flash->operation_bank, flash->operation_offset, states[flash->cut],
             flash->cut == CUT_FAINT ? NULL : bytes);
}

static void tear_word(struct cut_flash *flash, uint32_t offset, uint8_t state)
{
    uint32_t bank = flash->operation_bank;
    const struct cut_page *page = find_page(flash, bank, offset);
    uint8_t bytes[CUT_WORD_SIZE];
    memset(bytes, 0xFF, sizeof bytes);
    if (page && (state == WORD_MARGINAL || state == WORD_DEAD))
        for (uint32_t i = 0; i < CUT_WORD_SIZE; i++)
            bytes[i] = (uint8_t)(page->bytes[offset % CUT_PAGE_SIZE + i] |
                                 (prng_next(&flash->random) & prng_next(&flash->random)));
    set_word(flash, bank, offset, state, bytes);
}

static void tear_mixed(struct cut_flash *flash, uint32_t offset)
{
    static const uint8_t states[] = {WORD_BLANK, WORD_WEAK, WORD_DEAD, WORD_MARGINAL};
    uint32_t chance = prng_below(&flash->random, 8);
    if (chance < sizeof states)
        tear_word(flash, offset, states[chance]);
}

/* What a cut erase leaves, in the way of the cut. On a large sector most of it goes one way. */
static void tear_erase(struct cut_flash *flash)
{
    uint32_t first = flash->operation_offset, size = flash->geometry.sector_size;
    uint32_t half = CUT_WORD_SIZE * prng_below(&flash->random, size / CUT_WORD_SIZE);
    bool front = prng_below(&flash->random, 2) == 0;
    for (uint32_t offset = 0; offset < size; offset += CUT_WORD_SIZE) {
        if (flash->cut == CUT_WEAK)
            tear_word(flash, first + offset, WORD_WEAK);
        else if (flash->cut == CUT_MIXED)
            tear_mixed(flash, first + offset);
        else if ((offset < half) == front &&
                 find_page(flash, flash->operation_bank, first + offset))
            tear_word(flash, first + offset, WORD_BLANK);
    }
}

/* --- operations --- */

static bool is_cut(const struct cut_flash *flash, enum cut_model model)
{
    return flash->cut_at == flash->operation_count && flash->cut == model && !flash->never_cuts;
}

static bool is_torn(const struct cut_flash *flash)
{
    return flash->cut_at == flash->operation_count && flash->cut != CUT_BEFORE &&
           flash->cut != CUT_AFTER && !flash->never_cuts;
}

static void count(struct cut_flash *flash, enum cut_operation operation, uint32_t bank,
                  uint32_t offset)
{
    static const char *const names[] = {"nothing", "program", "erase", "option byte"};
    if (flash->operation_count < CUT_TRACE_MAX)
        flash->trace[flash->operation_count] = (uint8_t)operation;
    flash->operation_count++;
    if (flash->tracing)
        printf("  %u: %s bank %u offset 0x%x%s\n", (unsigned)flash->operation_count,
               names[operation], (unsigned)bank + 1, (unsigned)offset,
               bank == flash->active ? " (active)" : "");
}

static int start(struct cut_flash *flash, enum cut_operation operation, uint32_t bank,
                 uint32_t offset)
{
    count(flash, operation, bank, offset);
    if (flash->operation != CUT_NOTHING)
        violate(flash, "an operation was started while another ran");
    if (flash->option != flash->active)
        violate(flash, "a flash operation while a swap is pending");
    if (offset >= cut_flash_slot_size(flash) || offset % CUT_WORD_SIZE != 0)
        violate(flash, "an operation outside of the slot");
    if (flash->violation)
        return operation == CUT_ERASE ? FLOTA_ERR_FLASH_ERASE : FLOTA_ERR_FLASH_PROGRAM;
    if (is_cut(flash, CUT_BEFORE))
        cut_power(flash);
    flash->operation = operation;
    flash->operation_bank = bank;
    flash->operation_offset = offset;
    return 0;
}

int cut_flash_erase_start(struct cut_flash *flash, uint32_t bank, uint32_t sector)
{
    if (bank == flash->active)
        violate(flash, "an erase in the bank that runs");
    return start(flash, CUT_ERASE, bank, sector * flash->geometry.sector_size);
}

int cut_flash_program_start(struct cut_flash *flash, uint32_t bank, uint32_t offset,
                            const void *word)
{
    uint32_t image_size = flash->geometry.image_sector_count * flash->geometry.sector_size;
    uint8_t state = state_of(flash, bank, offset);
    if (bank == flash->active && offset < image_size)
        violate(flash, "a program over the image that runs");
    if (state == WORD_GOOD || state == WORD_DEAD || state == WORD_FADING)
        violate(flash, "a word was programmed twice");
    memcpy(flash->word, word, CUT_WORD_SIZE);
    int error = start(flash, CUT_PROGRAM, bank, offset);
    if (error != 0 || flash->failing_programs == 0)
        return error;
    flash->failing_programs--;
    flash->operation = CUT_NOTHING;
    if (flash->cut_at == flash->operation_count) {
        flash->cut = CUT_BEFORE; /* whatever it was to be: nothing is written */
        cut_power(flash);
    }
    return FLOTA_ERR_FLASH_PROGRAM;
}

static void complete_program(struct cut_flash *flash)
{
    uint32_t bank = flash->operation_bank, offset = flash->operation_offset;
    uint8_t state = WORD_GOOD;
    switch (state_of(flash, bank, offset)) {
    case WORD_BLANK:
        break;
    case WORD_WEAK:
        state = WORD_FADING;
        break;
    case WORD_FAINT:
        state = prng_below(&flash->random, 2) == 0 ? WORD_DEAD : WORD_GOOD;
        break;
    default:
        state = WORD_DEAD; /* a marginal word that happened to read blank */
        break;
    }
    set_word(flash, bank, offset, state, flash->word);
}

static void complete_erase(struct cut_flash *flash)
{
    uint32_t end = flash->operation_offset + flash->geometry.sector_size;
    for (uint32_t offset = flash->operation_offset; offset < end; offset += CUT_PAGE_SIZE) {
        struct cut_page *page = find_page(flash, flash->operation_bank, offset);
        if (!page)
            continue;
        memset(page->bytes, 0xFF, sizeof page->bytes);
        memset(page->states, WORD_BLANK, sizeof page->states);
    }
}

static void tear(struct cut_flash *flash)
{
    bool erases = flash->operation == CUT_ERASE;
    if (flash->tears_nothing && erases)
        complete_erase(flash);
    else if (flash->tears_nothing)
        complete_program(flash);
    else if (erases)
        tear_erase(flash);
    else
        tear_program(flash);
}

int cut_flash_poll(struct cut_flash *flash)
{
    enum cut_operation operation = flash->operation;
    if (operation == CUT_NOTHING)
        return FLOTA_FLASH_IDLE;
    if (is_torn(flash)) {
        tear(flash);
        cut_power(flash);
    }
    flash->operation = CUT_NOTHING;
    if (operation == CUT_ERASE)
        complete_erase(flash);
    else
        complete_program(flash);
    if (is_cut(flash, CUT_AFTER))
        cut_power(flash);
    return FLOTA_FLASH_IDLE;
}

/* A change that is cut leaves the old byte; a late one appears at one of the next power-ons, unless
 * the byte is changed again before. Writing the value that is there changes nothing, as on the
 * chip.
 */
void cut_flash_select(struct cut_flash *flash, uint32_t bank)
{
    if (bank == flash->option)
        return;
    count(flash, CUT_OPTION, bank, 0);
    if (flash->operation != CUT_NOTHING)
        violate(flash, "the option byte was changed while the flash was busy");
    if (is_cut(flash, CUT_BEFORE) ||
        (flash->refuses_changes && flash->cut_at == flash->operation_count))
        cut_power(flash);
    if (flash->refuses_changes)
        return;
    if (is_cut(flash, CUT_LATE)) {
        flash->late_countdown = 1 + prng_below(&flash->random, 3);
        cut_power(flash);
    }
    flash->swap_count++;
    flash->option = bank;
    flash->late_countdown = 0;
    if (is_cut(flash, CUT_AFTER))
        cut_power(flash);
}

/* --- how a test looks and meddles --- */

void cut_flash_load(struct cut_flash *flash, uint32_t bank, const uint8_t *data, uint32_t size)
{
    for (uint32_t offset = 0; offset < size; offset += CUT_WORD_SIZE) {
        uint8_t word[CUT_WORD_SIZE];
        uint32_t part = size - offset < CUT_WORD_SIZE ? size - offset : CUT_WORD_SIZE;
        memset(word, 0xFF, sizeof word);
        memcpy(word, data + offset, part);
        bool blank = true;
        for (uint32_t i = 0; i < part; i++)
            blank = blank && word[i] == 0xFF;
        if (!blank)
            set_word(flash, bank, offset, WORD_GOOD, word);
    }
}

void cut_flash_litter(struct cut_flash *flash, uint32_t bank, uint32_t size)
{
    for (uint32_t offset = 0; offset < size; offset += CUT_WORD_SIZE) {
        uint8_t word[CUT_WORD_SIZE];
        for (uint32_t i = 0; i < CUT_WORD_SIZE; i++)
            word[i] = (uint8_t)prng_next(&flash->random);
        uint32_t chance = prng_below(&flash->random, 16);
        set_word(flash, bank, offset,
                 chance == 0   ? WORD_DEAD
                 : chance == 1 ? WORD_MARGINAL
                               : WORD_GOOD,
                 word);
    }
}

void cut_flash_spoil(struct cut_flash *flash, uint32_t bank, uint32_t offset)
{
    set_word(flash, bank, offset - offset % CUT_WORD_SIZE, WORD_DEAD, NULL);
}

bool cut_flash_is_whole(const struct cut_flash *flash, uint32_t bank, uint32_t offset)
{
    uint8_t state = state_of(flash, bank, offset);
    return state == WORD_GOOD || state == WORD_FADING;
}

bool cut_flash_holds(const struct cut_flash *flash, uint32_t bank, const uint8_t *data,
                     uint32_t size)
{
    for (uint32_t offset = 0; offset < size; offset += CUT_WORD_SIZE) {
        uint32_t part = size - offset < CUT_WORD_SIZE ? size - offset : CUT_WORD_SIZE;
        const struct cut_page *page = find_page(flash, bank, offset);
        uint8_t state = page ? page->states[word_in_page(offset)] : (uint8_t)WORD_BLANK;
        static const uint8_t blank[CUT_WORD_SIZE] = {
            0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
        const uint8_t *bytes = page ? page->bytes + offset % CUT_PAGE_SIZE : blank;
        if (state == WORD_DEAD || state == WORD_MARGINAL || memcmp(bytes, data + offset, part) != 0)
            return false;
    }
    return true;
}

/* Half an erase, a prefix, a mixture and any of the bits may look like nothing, or like all of it.
 */
bool cut_flash_is_torn(const struct cut_flash *flash)
{
    static const uint8_t states[CUT_MODEL_COUNT] = {[CUT_DEAD] = WORD_DEAD,
                                                    [CUT_MARGINAL] = WORD_MARGINAL,
                                                    [CUT_FAINT] = WORD_FAINT,
                                                    [CUT_WEAK] = WORD_WEAK};
    uint8_t state = state_of(flash, flash->operation_bank, flash->operation_offset);
    return states[flash->cut] == 0 || state == states[flash->cut];
}

void cut_flash_decay(struct cut_flash *flash, bool flip)
{
    for (uint32_t i = 0; i < flash->page_count; i++)
        for (uint32_t word = 0; word < CUT_PAGE_WORDS; word++) {
            uint8_t *state = &flash->pages[i].states[word];
            if (*state == WORD_MARGINAL || *state == WORD_FADING)
                *state = WORD_DEAD;
        }
    if (flash->late_countdown > 0 && flip)
        flash->option = 1 - flash->option;
    flash->late_countdown = 0;
}
