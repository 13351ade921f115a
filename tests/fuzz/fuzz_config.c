/* fuzz_config.c - any bytes in both journals: the configuration starts, saves, and is carried over;
 * any text as JSON: all of it is taken, or nothing.
 *
 * Input: a byte; odd: the rest is JSON. Even: words, to the journals in turn. A word: a byte that
 * says what it is, then its bytes (enum below).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config_internal.h"
#include "crc32.h"
#include "flota/error.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS     256u
#define WORD      32u
#define GAP_MAX   2u            /* blank words that an append may pass over */
#define READS_MAX (40u * WORDS) /* of one look at both journals: rows of saves, each read again */

/* As erased; unreadable; 32 bytes as they come; a piece of a save, with a good crc, of 13 bytes:
 * its number, control byte and contents; the same, of which every second read fails. */
enum { WORD_BLANK, WORD_DEAD, WORD_RAW, WORD_PIECE, WORD_MARGINAL, WORD_KINDS };

struct chip {
    uint8_t bytes[2][WORDS * WORD];
    uint8_t states[2][WORDS];
    uint32_t active;
    bool has_marginal;
    uint32_t read_count;
};

struct input {
    const uint8_t *data;
    size_t size;
};

static const struct flota_config_key keys[] = {
    {"a.b", FLOTA_CONFIG_INTEGER, "1", false},
    {"a.c.d", FLOTA_CONFIG_STRING, "text", false},
    {"a.c.e", FLOTA_CONFIG_STRING, "", true},
    {"f", FLOTA_CONFIG_BOOLEAN, "false", false},
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* --- the port --- */

static uint32_t bank_of(const struct chip *chip, enum flota_slot slot)
{
    return slot == FLOTA_SLOT_ACTIVE ? chip->active : 1 - chip->active;
}

static int chip_read(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    struct chip *chip = port;
    uint32_t bank = bank_of(chip, slot);
    if (offset < WORDS * WORD) { /* the image: nobody's */
        memset(data, 0, size);
        return 0;
    }
    offset -= WORDS * WORD;
    require(size == WORD && offset % WORD == 0 && offset + size <= WORDS * WORD);
    require(++chip->read_count <= READS_MAX);
    memcpy(data, chip->bytes[bank] + offset, size);
    uint8_t state = chip->states[bank][offset / WORD];
    bool fails = state == WORD_DEAD || (state == WORD_MARGINAL && chip->read_count % 2 == 0);
    return fails ? FLOTA_ERR_FLASH_READ : 0;
}

static int chip_erase_start(void *port, enum flota_slot slot, uint32_t sector)
{
    (void)port;
    (void)slot;
    (void)sector;
    abort(); /* nobody asks for it here */
}

static int chip_program_start(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct chip *chip = port;
    require(slot == FLOTA_SLOT_ACTIVE && offset >= WORDS * WORD && offset % WORD == 0);
    uint32_t index = (offset - WORDS * WORD) / WORD;
    require(index < WORDS && chip->states[chip->active][index] == WORD_BLANK);
    memcpy(chip->bytes[chip->active] + index * WORD, word, WORD);
    chip->states[chip->active][index] = WORD_RAW;
    chip->read_count = 0; /* it goes on */
    return 0;
}

static int chip_poll(void *port)
{
    (void)port;
    return FLOTA_FLASH_IDLE;
}

static struct flota_flash flash_of(struct chip *chip)
{
    return (struct flota_flash){.port = chip,
                                .sector_size = WORDS * WORD,
                                .image_sector_count = 1,
                                .sector_count = 2,
                                .word_size = WORD,
                                .read = chip_read,
                                .erase_start = chip_erase_start,
                                .program_start = chip_program_start,
                                .poll = chip_poll};
}

/* --- the input --- */

static uint8_t take(struct input *input)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->data++;
}

static void take_piece(struct input *input, uint8_t *word)
{
    struct flota_record record =
        flota_journal_record(FLOTA_RECORD_CONFIG, take(input), (const uint8_t *)FLOTA_TAG_CONFIG);
    for (uint32_t i = 0; i < sizeof record.arguments.bytes; i++)
        record.arguments.bytes[i] = take(input);
    record.crc32 = flota_crc32(0, &record, offsetof(struct flota_record, crc32));
    memcpy(word, &record, sizeof record);
}

static void take_word(struct chip *chip, struct input *input, uint32_t bank, uint32_t index)
{
    uint8_t *word = chip->bytes[bank] + index * WORD;
    uint8_t kind = take(input) % WORD_KINDS;
    for (uint32_t i = 0; i < WORD && kind == WORD_RAW; i++)
        word[i] = take(input);
    if (kind == WORD_PIECE || kind == WORD_MARGINAL)
        take_piece(input, word);
    /* Behind a gap was never a record of ours, and what is written into it ends there. */
    bool in_gap = index >= GAP_MAX;
    for (uint32_t i = 1; i <= GAP_MAX && in_gap; i++)
        in_gap = chip->states[bank][index - i] == WORD_BLANK;
    static const uint8_t blank[WORD] = {[0 ... WORD - 1] = 0xFF};
    if (kind == WORD_RAW && memcmp(word, blank, WORD) == 0)
        kind = WORD_BLANK;
    if (kind == WORD_BLANK && in_gap)
        kind = WORD_DEAD;
    chip->states[bank][index] = kind;
    chip->has_marginal |= kind == WORD_MARGINAL;
}

static void fill(struct chip *chip, struct input *input)
{
    memset(chip, 0, sizeof *chip);
    memset(chip->bytes, 0xFF, sizeof chip->bytes);
    for (uint32_t i = 0; i < 2 * WORDS && input->size > 0; i++)
        take_word(chip, input, i % 2, i / 2);
}

/* --- what must hold --- */

static void require_well_formed(const struct flota_config_text *text)
{
    uint32_t size = 0;
    require(text->size <= sizeof text->bytes);
    for (const char *entry = flota_config_first(text); entry;
         entry = flota_config_next(text, entry)) {
        size_t key_size = strcspn(entry, "=");
        require(flota_config_is_key(entry, key_size));
        require(flota_config_value(text, entry, key_size) == entry + key_size + 1);
        size += (uint32_t)strlen(entry) + 1;
    }
    require(size == text->size);
}

static void start(struct flota_config *config, struct chip *chip, const struct flota_flash *flash)
{
    static struct flota_config_table table = {.keys = keys, .count = 4};
    chip->read_count = 0;
    flota_config_init(config, flash);
    flota_config_add(config, &table);
    require_well_formed(&config->values);
}

static bool is_same(const struct flota_config *a, const struct flota_config *b)
{
    return a->values.size == b->values.size &&
           memcmp(a->values.bytes, b->values.bytes, a->values.size) == 0;
}

static bool says_the_same(const struct flota_config *a, const struct flota_config *b)
{
    bool same = a->values.size == b->values.size;
    for (const char *entry = flota_config_first(&a->values); entry && same;
         entry = flota_config_next(&a->values, entry))
        same = flota_config_agrees(&b->values, entry);
    return same;
}

static void fuzz_journals(struct input *input)
{
    static struct chip chip;
    static struct flota_config config, again;
    const struct flota_flash flash = flash_of(&chip);
    fill(&chip, input);
    start(&config, &chip, &flash);
    start(&again, &chip, &flash);
    require(chip.has_marginal || says_the_same(&config, &again));
    chip.read_count = 0;
    (void)flota_config_wants_compaction(&flash, false);
    int32_t value = flota_config_integer(&again, "a.b") == 7 ? 8 : 7;
    chip.read_count = 0;
    if (flota_config_set(&again, "a.b", value == 7 ? "7" : "8") == 0) {
        int error = flota_config_save(&again);
        require(error == 0 || error == FLOTA_ERR_CONFIG_FULL || error == FLOTA_ERR_JOURNAL);
        start(&config, &chip, &flash);
        require(error != 0 || chip.has_marginal || says_the_same(&config, &again));
    }
    start(&config, &chip, &flash);
    chip.active = 1 - chip.active;
    chip.read_count = 0;
    if (flota_config_carry(&flash) != 0)
        return;
    memset(chip.bytes[1 - chip.active], 0xFF, sizeof chip.bytes[0]);
    memset(chip.states[1 - chip.active], WORD_BLANK, sizeof chip.states[0]);
    start(&again, &chip, &flash);
    require(chip.has_marginal || says_the_same(&config, &again));
}

static void fuzz_json(struct input *input)
{
    static struct chip chip;
    static struct flota_config config, before;
    const struct flota_flash flash = flash_of(&chip);
    struct input nothing = {NULL, 0};
    char text[4096], bad[FLOTA_CONFIG_KEY_MAX];
    struct flota_json json;
    fill(&chip, &nothing);
    start(&config, &chip, &flash);
    before = config;
    int error = flota_config_set_json(&config, (const char *)input->data, input->size, bad);
    require(memchr(bad, '\0', sizeof bad) != NULL);
    require_well_formed(&config.values);
    require(error == 0 || is_same(&config, &before));
    flota_json_begin(&json, text, sizeof text);
    require(flota_config_json(&config, "", &json) == 0 && !json.full);
    before = config;
    require(flota_config_set_json(&config, text, json.size, NULL) == 0);
    require(says_the_same(&config, &before));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    if (take(&input) % 2 == 1)
        fuzz_json(&input);
    else
        fuzz_journals(&input);
    return 0;
}
