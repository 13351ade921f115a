/* flash_cells.c - what programming, erasing and tearing do to flash words and their ECC.
 *
 * The 10 ECC bits of a word are not computed: each word has a state that says what a read of it
 * does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "flash.h"

/* RM0399 4.3.9: a word is programmed once after an erase; again "may lead to an inconsistent ECC
 * code". Here it always does, but for identical data: then no cell and no ECC bit changes. */
void cells_program(struct flash_cells *cells, int bank, uint32_t word, const uint8_t *data)
{
    uint8_t *cell = &cells->data[bank][word * WORD_SIZE];
    uint8_t *state = &cells->state[bank][word];
    bool same = memcmp(cell, data, WORD_SIZE) == 0;

    for (unsigned i = 0; i < WORD_SIZE; i++) {
        cell[i] &= data[i];
    }
    if (*state == WORD_BLANK) {
        *state = WORD_PROGRAMMED;
    } else if (!same && behaves(BEHAVIOUR_FLASH_ECC_REPROGRAM)) {
        *state = WORD_DEAD;
    }
}

void cells_erase(struct flash_cells *cells, int bank, uint32_t word, uint32_t count)
{
    memset(&cells->data[bank][word * WORD_SIZE], 0xff, (size_t)count * WORD_SIZE);
    if (behaves(BEHAVIOUR_FLASH_ERASE)) {
        memset(&cells->state[bank][word], WORD_BLANK, count);
    }
}

/* splitmix64: the same file and the same operations tear the same way in each run. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Clear about done / 256 of the bits that data wants cleared. */
static void clear_some_bits(uint8_t *cell, const uint8_t *data, unsigned done, uint64_t *seed)
{
    for (unsigned bit = 0; bit < WORD_SIZE * 8; bit++) {
        uint8_t mask = (uint8_t)(1u << (bit % 8));

        if (!(data[bit / 8] & mask) && (next_random(seed) & 0xff) < done) {
            cell[bit / 8] &= (uint8_t)~mask;
        }
    }
}

/* Most torn words cannot be read. Some read as other data than was meant, or as blank without being
 * it; one torn near its end may read right, with a single error. None is whole without a sign of
 * it. */
static void tear_program(struct flash_cells *cells, int bank, const struct stored_operation *note,
                         unsigned done, uint64_t *seed)
{
    uint8_t *cell = &cells->data[bank][note->word * WORD_SIZE];
    uint8_t *state = &cells->state[bank][note->word];
    uint64_t outcome = next_random(seed) % 8;

    if (!behaves(BEHAVIOUR_FLASH_TORN_PROGRAM)) {
        cells_program(cells, bank, note->word, note->data);
        return;
    }
    if (*state == WORD_BLANK && outcome == 0 && done > 230) {
        memcpy(cell, note->data, WORD_SIZE);
        *state = WORD_SINGLE_ERROR;
        return;
    }
    clear_some_bits(cell, note->data, done, seed);
    bool other = *state == WORD_BLANK && memcmp(cell, note->data, WORD_SIZE) != 0;
    *state = other && outcome >= 6 ? WORD_PROGRAMMED : WORD_DEAD;
}

/* A word of a torn erase: as it was, blank, reading as blank but not safe to program, or dead. */
static void tear_erased_word(uint8_t *cell, uint8_t *state, uint64_t *seed)
{
    uint64_t outcome = next_random(seed) % 8;

    if (outcome < 3) {
        return;
    }
    if (outcome < 5) {
        memset(cell, 0xff, WORD_SIZE);
        *state = outcome == 3 ? WORD_BLANK : WORD_PROGRAMMED;
        return;
    }
    for (unsigned i = 0; i < WORD_SIZE; i++) {
        cell[i] |= (uint8_t)next_random(seed);
    }
    *state = WORD_DEAD;
}

static void tear_erase(struct flash_cells *cells, int bank, const struct stored_operation *note,
                       uint64_t *seed)
{
    if (!behaves(BEHAVIOUR_FLASH_TORN_ERASE)) {
        cells_erase(cells, bank, note->word, note->word_count);
        return;
    }
    for (uint32_t word = note->word; word < note->word + note->word_count; word++) {
        tear_erased_word(&cells->data[bank][word * WORD_SIZE], &cells->state[bank][word], seed);
    }
}

void cells_tear(struct flash_cells *cells, int bank, unsigned done)
{
    const struct stored_operation *note = &cells->header.operation[bank];
    uint64_t seed = ++cells->header.tear_count * 0xd1342543de82ef95u;

    if (note->kind == OPERATION_PROGRAM) {
        tear_program(cells, bank, note, done, &seed);
    } else if (note->kind == OPERATION_ERASE) {
        tear_erase(cells, bank, note, &seed);
    }
    flash_note_done(cells, bank);
}
