/* last_words.c - a few words for the next run, in RAM that survives a system reset.
 *
 * The block lies at the end of DTCM, in the same place in every firmware, so that the image that
 * runs after a rollback can say how the other one ended. It explains, it decides nothing. After a
 * loss of power it is random, and its check value shows that. It is read and written by whole
 * words: DTCM has its ECC per word.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/image.h"
#include "flota/port.h"
#include "registers.h"
#include "stm32h7.h"
#include <stddef.h>
#include <string.h>

#define MAGIC  0x5453414Cu /* "LAST" in memory order; another one for another layout */
#define TAG_AT (FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest))

struct block {
    uint32_t magic;
    uint8_t tag[FLOTA_TAG_SIZE];
    char what[24];
    uint32_t pc;
    uint32_t lr;
    uint32_t fault_status;
    uint32_t milestone;
    uint32_t check; /* of all before it */
};

#define WORDS (sizeof(struct block) / 4u)

_Static_assert(sizeof(struct block) <= LAST_WORDS_SIZE && sizeof(struct block) % 4u == 0,
               "whole words in their place");

static volatile uint32_t *place(void)
{
    return (volatile uint32_t *)LAST_WORDS_ADDRESS;
}

/* FNV-1a over words: it must only tell a block from what RAM holds by chance. */
static uint32_t check_of(const struct block *block)
{
    uint32_t words[WORDS];
    uint32_t hash = 0x811C9DC5u;
    memcpy(words, block, sizeof words);
    for (size_t i = 0; i < WORDS - 1u; i++)
        hash = (hash ^ words[i]) * 0x01000193u;
    return hash;
}

static bool read_block(struct block *block)
{
    uint32_t words[WORDS];
    for (size_t i = 0; i < WORDS; i++)
        words[i] = place()[i];
    memcpy(block, words, sizeof words);
    return block->magic == MAGIC && block->check == check_of(block);
}

static void write_block(struct block *block)
{
    uint32_t words[WORDS];
    block->magic = MAGIC;
    block->check = check_of(block);
    memcpy(words, block, sizeof words);
    for (size_t i = 0; i < WORDS; i++)
        place()[i] = words[i];
    core_dsb();
}

/* The running image's build id. Read from flash: the sealed bytes, not what the linker knew. */
static void copy_tag(uint8_t tag[FLOTA_TAG_SIZE])
{
    const volatile uint8_t *digest = (const volatile uint8_t *)(FLASH_ACTIVE_ADDRESS + TAG_AT);
    for (size_t i = 0; i < FLOTA_TAG_SIZE; i++)
        tag[i] = digest[i];
}

void stm32h7_last_words_take(struct flota_last_words *words)
{
    struct block block;
    memset(words, 0, sizeof *words);
    words->valid = read_block(&block);
    place()[0] = 0;
    core_dsb();
    if (!words->valid)
        return;
    _Static_assert(sizeof words->what == sizeof block.what, "the contract's text");
    memcpy(words->tag, block.tag, sizeof words->tag);
    memcpy(words->what, block.what, sizeof words->what);
    words->what[sizeof words->what - 1u] = 0;
    words->pc = block.pc;
    words->lr = block.lr;
    words->fault_status = block.fault_status;
    words->milestone = block.milestone;
}

/* The milestone that stands there is this run's: what the run before left was taken away. */
void stm32h7_last_words_leave(const char *what, uint32_t pc, uint32_t lr, uint32_t fault_status)
{
    struct block block;
    uint32_t milestone = read_block(&block) ? block.milestone : 0;
    memset(&block, 0, sizeof block);
    copy_tag(block.tag);
    for (size_t i = 0; i < sizeof block.what - 1u && what[i]; i++)
        block.what[i] = what[i];
    block.pc = pc;
    block.lr = lr;
    block.fault_status = fault_status;
    block.milestone = milestone;
    write_block(&block);
}

void flota_port_milestone(uint32_t milestone)
{
    struct block block;
    memset(&block, 0, sizeof block);
    copy_tag(block.tag);
    block.milestone = milestone;
    write_block(&block);
}
