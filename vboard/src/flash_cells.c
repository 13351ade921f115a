/* flash_cells.c - what programming, erasing and accidents do to flash words and their ECC.
 *
 * The 10 ECC bits of a word are not computed: each word has a state that says what a read of it
 * does. CONTROL.md has the accidents' models in words.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "flash.h"

static bool is_blank(const uint8_t *cell)
{
    for (unsigned i = 0; i < WORD_SIZE; i++) {
        if (cell[i] != 0xff) {
            return false;
        }
    }
    return true;
}

/* RM0399 4.3.9: a word is programmed once after an erase; again "may lead to an inconsistent ECC
 * code". Here it always does, but for identical data: then no cell and no ECC bit changes. A word
 * that an accident left reading as blank is dead then too, and its program could not know. */
bool cells_program(struct flash_cells *cells, int bank, uint32_t word, const uint8_t *data)
{
    uint8_t *cell = &cells->data[bank][word * WORD_SIZE];
    uint8_t *state = &cells->state[bank][word];

    cells_flip(cells, bank, word, 0);
    bool same = memcmp(cell, data, WORD_SIZE) == 0;
    bool could_not_know = *state >= WORD_SINGLE_ERROR && is_blank(cell);

    for (unsigned i = 0; i < WORD_SIZE; i++) {
        cell[i] &= data[i];
    }
    if (*state == WORD_BLANK) {
        *state = WORD_PROGRAMMED;
        return true;
    }
    if (!same && behaves(BEHAVIOUR_FLASH_ECC_REPROGRAM)) {
        *state = WORD_DEAD;
    }
    return same || could_not_know;
}

void cells_erase(struct flash_cells *cells, int bank, uint32_t word, uint32_t count)
{
    memset(&cells->data[bank][word * WORD_SIZE], 0xff, (size_t)count * WORD_SIZE);
    memset(&cells->flip[bank][word], 0, count);
    if (behaves(BEHAVIOUR_FLASH_ERASE)) {
        memset(&cells->state[bank][word], WORD_BLANK, count);
    }
}

uint64_t cells_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t cells_next_seed(struct flash_cells *cells, uint64_t seed)
{
    return ++cells->header.tear_count * 0xd1342543de82ef95u + seed;
}

/* --- torn by chance --- */

/* Clear about done / 256 of the bits that data wants cleared. */
static void clear_some_bits(uint8_t *cell, const uint8_t *data, unsigned done, uint64_t *seed)
{
    for (unsigned bit = 0; bit < WORD_SIZE * 8; bit++) {
        uint8_t mask = (uint8_t)(1u << (bit % 8));

        if (!(data[bit / 8] & mask) && (cells_random(seed) & 0xff) < done) {
            cell[bit / 8] &= (uint8_t)~mask;
        }
    }
}

/* Most torn words cannot be read. Some read as other data than was meant, or as blank without being
 * it; one torn near its end may read right, with a single error. None is whole without a sign of
 * it. */
static void tear_program(uint8_t *cell, uint8_t *state, const uint8_t *data, unsigned done,
                         uint64_t *seed)
{
    uint64_t outcome = cells_random(seed) % 8;

    if (*state == WORD_BLANK && outcome == 0 && done > 230) {
        memcpy(cell, data, WORD_SIZE);
        *state = WORD_SINGLE_ERROR;
        return;
    }
    clear_some_bits(cell, data, done, seed);
    bool other = *state == WORD_BLANK && memcmp(cell, data, WORD_SIZE) != 0;
    *state = !other || outcome < 6 ? WORD_DEAD : is_blank(cell) ? WORD_WEAK_FRESH : WORD_PROGRAMMED;
}

/* A word of a torn erase: as it was, blank, reading as blank but weak, or dead. */
static void tear_erased_word(uint8_t *cell, uint8_t *state, uint64_t *seed)
{
    uint64_t outcome = cells_random(seed) % 8;

    if (outcome < 3) {
        return;
    }
    if (outcome < 5) {
        memset(cell, 0xff, WORD_SIZE);
        *state = outcome == 3 ? WORD_BLANK : WORD_WEAK_FRESH;
        return;
    }
    for (unsigned i = 0; i < WORD_SIZE; i++) {
        cell[i] |= (uint8_t)cells_random(seed);
    }
    *state = WORD_DEAD;
}

/* --- accidents by model --- */

/* What one programmed word is left as. */
static void end_program(struct flash_cells *cells, int bank, enum cut_model model, uint64_t *seed,
                        unsigned done)
{
    const struct stored_operation *note = &cells->header.operation[bank];
    uint8_t *cell = &cells->data[bank][note->word * WORD_SIZE];
    uint8_t *state = &cells->state[bank][note->word];
    uint8_t data[WORD_SIZE];

    if (model == CUT_TORN && behaves(BEHAVIOUR_FLASH_TORN_PROGRAM)) {
        cells_flip(cells, bank, note->word, 0);
        tear_program(cell, state, note->data, done, seed);
        return;
    }
    memcpy(data, note->data, WORD_SIZE);
    if (model == CUT_PREFIX) {
        memset(data + WORD_SIZE / 2, 0xff, WORD_SIZE / 2);
    }
    (void)cells_program(cells, bank, note->word, data);
    if (model == CUT_DEAD || model == CUT_MARGINAL) {
        *state = model == CUT_DEAD ? WORD_DEAD : WORD_MARGINAL;
    } else if (model == CUT_WEAK && *state != WORD_DEAD) {
        *state = WORD_WEAK_FRESH;
    }
}

/* What one word of an erase is left as; behind: the erase had not come so far (prefix). */
static void end_erased_word(struct flash_cells *cells, int bank, uint32_t word,
                            enum cut_model model, uint64_t *seed, bool behind)
{
    uint8_t *state = &cells->state[bank][word];

    switch (model) {
    case CUT_TORN:
        cells_flip(cells, bank, word, 0);
        tear_erased_word(&cells->data[bank][word * WORD_SIZE], state, seed);
        break;
    case CUT_PREFIX:
        if (!behind) {
            cells_erase(cells, bank, word, 1);
        }
        break;
    case CUT_OLD:
        *state = word_errs(*state) ? *state : WORD_WEAK_FRESH;
        break;
    case CUT_WEAK:
        cells_erase(cells, bank, word, 1);
        *state = WORD_WEAK_FRESH;
        break;
    case CUT_MARGINAL: /* of its old data and of blank, what it is nearer to */
        if (cells_random(seed) & 1) {
            cells_erase(cells, bank, word, 1);
        }
        *state = WORD_MARGINAL;
        break;
    case CUT_DEAD:
        *state = WORD_DEAD;
        break;
    default: /* after */
        cells_erase(cells, bank, word, 1);
        break;
    }
}

static void end_erase(struct flash_cells *cells, int bank, enum cut_model model, uint64_t *seed)
{
    const struct stored_operation *note = &cells->header.operation[bank];

    if (model == CUT_TORN && !behaves(BEHAVIOUR_FLASH_TORN_ERASE)) {
        model = CUT_AFTER;
    }
    for (uint32_t i = 0; i < note->word_count; i++) {
        end_erased_word(cells, bank, note->word + i, model, seed, i >= note->word_count / 2);
    }
}

void cells_end_by(struct flash_cells *cells, int bank, enum cut_model model, uint64_t seed,
                  unsigned done)
{
    uint32_t kind = cells->header.operation[bank].kind;

    cells->header.marginal_seed ^= seed;
    if (kind == OPERATION_PROGRAM) {
        end_program(cells, bank, model, &seed, done);
    } else if (kind == OPERATION_ERASE) {
        end_erase(cells, bank, model, &seed);
    }
    flash_note_done(cells, bank);
}

/* --- words that change by themselves --- */

void cells_age(struct flash_cells *cells, void (*changed)(void *context, int bank, uint32_t word),
               void *context)
{
    for (uint32_t i = 0; i < 2 * BANK_WORDS; i++) {
        int bank = (int)(i / BANK_WORDS);
        uint8_t *state = &cells->state[bank][i % BANK_WORDS];

        if (*state == WORD_WEAK && behaves(BEHAVIOUR_FLASH_WEAK)) {
            *state = WORD_MARGINAL;
            changed(context, bank, i % BANK_WORDS);
        } else if (*state == WORD_WEAK_FRESH) {
            *state = WORD_WEAK;
        }
    }
}

void cells_rot(struct flash_cells *cells, int bank, uint32_t word, unsigned bits, uint64_t seed)
{
    uint8_t *state = &cells->state[bank][word];

    if (bits == 0 || *state == WORD_DEAD) {
        return;
    }
    if (bits == 1 && *state != WORD_SINGLE_ERROR) {
        *state = WORD_SINGLE_ERROR; /* what a read gives is corrected */
        return;
    }
    seed += word;
    for (unsigned i = 0; i < bits; i++) {
        uint64_t bit = cells_random(&seed) % (WORD_SIZE * 8);

        cells->data[bank][word * WORD_SIZE + bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    *state = WORD_DEAD;
}

/* Three bits: so many can look like a word without an error (the code detects two). */
static void flip_bits(uint8_t *cell, uint8_t flip)
{
    const unsigned bits[] = {flip, (flip * 7u + 13u) & 0xff, (flip * 31u + 101u) & 0xff};

    for (unsigned i = 0; flip != 0 && i < sizeof bits / sizeof bits[0]; i++) {
        cell[bits[i] / 8] ^= (uint8_t)(1u << (bits[i] % 8));
    }
}

void cells_flip(struct flash_cells *cells, int bank, uint32_t word, uint8_t flip)
{
    uint8_t *cell = &cells->data[bank][word * WORD_SIZE];

    flip_bits(cell, cells->flip[bank][word]);
    flip_bits(cell, flip);
    cells->flip[bank][word] = flip;
}
