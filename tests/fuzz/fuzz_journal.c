/* fuzz_journal.c - any bytes in both journals and both heads: each boot ends in a decision.
 *
 * Input: a byte of switches, 64 bytes of both heads, then the words of the two journals in turn.
 * Switches: 1 and 2 make a head sound, 4 makes it unreadable (bank 1), 8 the swap is not made, 16
 * power-on. A word: a byte that says what it is, then its bytes (enum below).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include "flota/error.h"
#include "flota/image.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECTOR     2048u /* one of image, one of journal in each bank */
#define WORDS      (SECTOR / 32u)
#define HEAD       32u
#define BOOTS_MAX  80u
#define SWAPS_MAX  2u
#define READS_MAX  600u /* of one boot: two journals, two images, six turns */
#define TURNS_MAX  6
#define ALL_WRITES (2 * WORDS)

enum { HEAD_1_SOUND = 1, HEAD_2_SOUND = 2, UNREADABLE = 4, SWAP_FAILS = 8, POWER_ON = 16 };

/* What a word is: as erased; unreadable; 32 bytes as they come; a record with a good crc; the same,
 * of which every second read fails. */
enum { WORD_BLANK, WORD_DEAD, WORD_RAW, WORD_RECORD, WORD_MARGINAL, WORD_KINDS };

struct chip {
    uint8_t bytes[2][2 * SECTOR];
    uint8_t states[2][WORDS];
    uint8_t switches;
    uint32_t active;
    bool has_marginal;
    uint32_t read_count;
    uint32_t write_count;
    uint32_t swap_count;
};

struct input {
    const uint8_t *data;
    size_t size;
};

static void require(bool condition)
{
    if (!condition)
        abort();
}

static uint8_t *word_at(struct chip *chip, uint32_t bank, uint32_t index)
{
    return chip->bytes[bank] + SECTOR + index * 32;
}

/* --- the port --- */

static uint32_t bank_of(const struct chip *chip, enum flota_slot slot)
{
    return slot == FLOTA_SLOT_ACTIVE ? chip->active : 1 - chip->active;
}

static int read_words(const struct chip *chip, uint32_t bank, uint32_t offset, uint32_t size)
{
    for (uint32_t at = offset; at < offset + size; at += 32) {
        uint8_t state = chip->states[bank][(at - SECTOR) / 32];
        if (state == WORD_DEAD || (state == WORD_MARGINAL && chip->read_count % 2 == 0))
            return FLOTA_ERR_FLASH_READ;
    }
    return 0;
}

static int chip_read(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    struct chip *chip = port;
    uint32_t bank = bank_of(chip, slot);
    require(size <= 2 * SECTOR && offset <= 2 * SECTOR - size);
    chip->read_count++;
    memcpy(data, chip->bytes[bank] + offset, size);
    if (offset >= SECTOR)
        return read_words(chip, bank, offset, size);
    return bank == 0 && (chip->switches & UNREADABLE) ? FLOTA_ERR_FLASH_READ : 0;
}

static int chip_program(void *port, enum flota_slot slot, uint32_t offset, const void *word)
{
    struct chip *chip = port;
    uint32_t bank = bank_of(chip, slot), index = (offset - SECTOR) / 32;
    require(offset >= SECTOR && offset % 32 == 0 && index < WORDS);
    for (uint32_t i = 0; i < 32; i++)
        require(word_at(chip, bank, index)[i] == 0xFF);
    memcpy(word_at(chip, bank, index), word, 32);
    chip->write_count++;
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
                                .link_address = 0x08000000u,
                                .sector_size = SECTOR,
                                .image_sector_count = 1,
                                .sector_count = 2,
                                .word_size = 32,
                                .read = chip_read,
                                .program_start = chip_program,
                                .poll = chip_poll};
}

/* --- the input --- */

/* CRC-32 as zlib's. */
static uint32_t crc_of(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static uint8_t next(struct input *input)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->data++;
}

static void take(struct input *input, uint8_t *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = next(input);
}

static void make_sound(uint8_t *image)
{
    static const uint32_t vectors[2] = {0x20020000u, 0x08000401u}, magic = FLOTA_IMAGE_INFO_MAGIC;
    memcpy(image, vectors, sizeof vectors);
    memcpy(image + FLOTA_IMAGE_INFO_OFFSET, &magic, sizeof magic);
}

static void put_head(struct chip *chip, uint32_t bank, struct input *input)
{
    uint8_t *image = chip->bytes[bank];
    take(input, image, HEAD / 2);
    take(input, image + FLOTA_IMAGE_INFO_OFFSET, HEAD / 2);
    if (chip->switches & (HEAD_1_SOUND << bank))
        make_sound(image);
}

static void put_word(struct chip *chip, uint32_t bank, uint32_t index, struct input *input)
{
    uint8_t *word = word_at(chip, bank, index);
    uint8_t kind = next(input) % WORD_KINDS;
    struct flota_record record;
    chip->states[bank][index] = kind;
    if (kind == WORD_BLANK)
        return;
    if (kind == WORD_MARGINAL)
        chip->has_marginal = true;
    take(input, word, kind == WORD_DEAD ? 1 : 32);
    if (kind != WORD_RECORD && kind != WORD_MARGINAL)
        return;
    memcpy(&record, word, sizeof record);
    record.magic = FLOTA_RECORD_MAGIC;
    record.format = FLOTA_RECORD_FORMAT;
    record.kind %= 16;
    record.crc32 = crc_of(&record, offsetof(struct flota_record, crc32));
    memcpy(word, &record, sizeof record);
}

static void fill(struct chip *chip, struct input *input)
{
    memset(chip, 0, sizeof *chip);
    memset(chip->bytes, 0xFF, sizeof chip->bytes);
    chip->switches = next(input);
    put_head(chip, 0, input);
    put_head(chip, 1, input);
    for (uint32_t i = 0; i < WORDS && input->size > 0; i++) {
        put_word(chip, 0, i, input);
        put_word(chip, 1, i, input);
    }
}

/* --- the guard, as boot.h shows it --- */

static void swap(struct chip *chip)
{
    chip->swap_count++;
    if (!(chip->switches & SWAP_FAILS))
        chip->active = 1 - chip->active;
}

static void run_guard(struct chip *chip, bool power_on)
{
    struct flota_flash flash = flash_of(chip);
    struct flota_boot boot;
    flota_boot_read(&flash, &boot);
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        struct flota_boot_decision decision = flota_boot_decide(&boot, power_on);
        if (decision.check != FLOTA_CHECK_NOTHING) {
            flota_boot_check(&flash, &boot, decision.check);
        } else if (decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            flota_boot_count(&flash, &boot, power_on, 0);
        } else if (decision.action == FLOTA_BOOT_ROLL_BACK) {
            if (flota_boot_leave(&flash, &boot, &decision, power_on, 0) != 0)
                continue;
            swap(chip);
            return;
        } else {
            return;
        }
    }
    require(false); /* no decision */
}

/* Resets until nothing changes. A word that reads otherwise each time may have a confirmed image
 * and a trial take turns, but not for ever: each change takes a word of the journals. */
static void boot_until_nothing_changes(struct chip *chip)
{
    uint32_t writes, boots = 0;
    bool power_on = chip->switches & POWER_ON;
    do {
        writes = chip->write_count;
        chip->read_count = 0;
        run_guard(chip, power_on);
        require(chip->read_count < READS_MAX);
        power_on = false;
        require(++boots < BOOTS_MAX);
    } while (chip->write_count != writes);
    require(chip->has_marginal || (chip->switches & SWAP_FAILS) || chip->swap_count <= SWAPS_MAX);
    require(chip->write_count <= ALL_WRITES);
}

/* --- the application --- */

/* A journal ends at its first blank words. What these bytes have behind them, and no device writes,
 * can be seen when there is a word less between. */
static bool hidden_words_came_up(const struct flota_flash *flash, const struct flota_boot *before)
{
    struct flota_boot boot;
    flota_boot_read(flash, &boot);
    return boot.other.free_words + 1u < before->other.free_words;
}

static void take_steps(struct chip *chip)
{
    struct flota_flash flash = flash_of(chip);
    struct flota_boot boot;
    struct flota_boot_report report;
    int confirmed = flota_boot_confirm(&flash);
    flota_boot_read(&flash, &boot);
    require(chip->has_marginal || confirmed != 0 || flota_boot_is_kept(&boot));
    flota_boot_rolled_back(&boot, &report);
    flota_boot_finished_sectors(&boot);
    flota_boot_is_rejected(&flash, chip->bytes[0]);
    flota_boot_reject(&flash, chip->bytes[0]);
    flota_boot_settle(&flash);
    flota_boot_save(&flash);
    flota_boot_read(&flash, &boot);
    struct flota_boot_update update = {.generation = flota_boot_next_generation(&boot),
                                       .words = 1,
                                       .fallback_words = 1,
                                       .swap_settled = true};
    memcpy(update.tag, boot.other.tag, sizeof update.tag);
    int begun = flota_boot_begin(&flash, &update);
    require(begun != 0 || confirmed == 0 || chip->has_marginal);
    if (begun == 0 && !chip->has_marginal && !boot.other.any_tag)
        require(flota_boot_stage(&flash, &update) == 0 || hidden_words_came_up(&flash, &boot));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    static struct chip chip;
    fill(&chip, &input);
    boot_until_nothing_changes(&chip);
    take_steps(&chip);
    boot_until_nothing_changes(&chip);
    return 0;
}
