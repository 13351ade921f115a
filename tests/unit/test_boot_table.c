/* test_boot_table.c - the boot decision, enumerated.
 *
 * First flota_boot_decide() over all summaries that it can tell apart, then the guard's whole loop
 * over journals made of all short sequences of words, booted again and again until nothing changes.
 * Judged by the invariants of the protocol, restated here. `test_boot_table --print` prints the
 * decision as a Markdown table; `--deep` leaves no combination out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/boot.h"
#include "flota/error.h"
#include "flota/image.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- 1. the pure function ---- */

static bool used_up(const struct flota_tries *tries)
{
    return tries->all >= 8 || tries->resets >= 3;
}

static bool is_eligible(const struct flota_bank *other)
{
    bool exhausted = other->state == FLOTA_BANK_TRIAL && used_up(&other->attempts);
    return other->state != FLOTA_BANK_FAILED && other->state != FLOTA_BANK_OPEN && !exhausted &&
           other->verdict != FLOTA_VERDICT_DAMAGED;
}

static bool may_run(const struct flota_boot *boot)
{
    const struct flota_bank *own = &boot->own;
    bool known = own->state == FLOTA_BANK_UNRECORDED || own->state == FLOTA_BANK_CONFIRMED;
    return known || (own->state == FLOTA_BANK_TRIAL && own->counted &&
                     own->verdict != FLOTA_VERDICT_DAMAGED);
}

static bool may_count(const struct flota_boot *boot, bool power_on)
{
    const struct flota_bank *own = &boot->own;
    return own->state == FLOTA_BANK_TRIAL && own->verdict != FLOTA_VERDICT_DAMAGED &&
           !own->counted && !own->uncountable && own->attempts.all < 8 &&
           own->attempts.resets < (power_on ? 4u : 3u) &&
           own->free_words > FLOTA_JOURNAL_KEEP_ROLLBACK;
}

static bool may_leave(const struct flota_boot *boot, bool power_on)
{
    const struct flota_bank *own = &boot->own;
    bool failed = own->state == FLOTA_BANK_FAILED;
    return is_eligible(&boot->other) && own->fallback_words != 0 && !own->unwritable &&
           own->free_words >= (own->failed_is_whole ? 1u : 2u) &&
           !(failed && !power_on && used_up(&own->swaps));
}

/* The order of the four is the protocol's: run if it may; else count; else leave; else stranded. */
static enum flota_boot_action expected_action(const struct flota_boot *boot, bool power_on)
{
    if (may_run(boot))
        return FLOTA_BOOT_RUN;
    if (may_count(boot, power_on))
        return FLOTA_BOOT_COUNT_AND_RUN;
    return may_leave(boot, power_on) ? FLOTA_BOOT_ROLL_BACK : FLOTA_BOOT_STRANDED;
}

static enum flota_boot_check expected_check(const struct flota_boot *boot,
                                            enum flota_boot_action action)
{
    bool trial = boot->own.state == FLOTA_BANK_TRIAL;
    if (action == FLOTA_BOOT_RUN && trial && boot->own.verdict == FLOTA_VERDICT_NONE)
        return FLOTA_CHECK_OWN;
    if (action == FLOTA_BOOT_ROLL_BACK && boot->other.verdict == FLOTA_VERDICT_NONE)
        return FLOTA_CHECK_OTHER;
    return FLOTA_CHECK_NOTHING;
}

static uint32_t judged_count;

static void judge(const struct flota_boot *boot, bool power_on)
{
    struct flota_boot_decision decision = flota_boot_decide(boot, power_on);
    enum flota_boot_action action = expected_action(boot, power_on);
    bool right = decision.action == action && decision.check == expected_check(boot, action) &&
                 (decision.obstacle != FLOTA_OBSTACLE_NONE) == (action == FLOTA_BOOT_STRANDED);
    judged_count++;
    if (right)
        return;
    const struct flota_bank *own = &boot->own, *other = &boot->other;
    print_error("own: state %d, verdict %d, attempts %u/%u, swaps %u/%u, free %u, fallback %u, "
                "counted %d, uncountable %d, unwritable %d; other: state %d, verdict %d, attempts "
                "%u/%u; power-on %d: action %d, not %d\n",
                own->state, own->verdict, own->attempts.resets, own->attempts.all,
                own->swaps.resets, own->swaps.all, own->free_words, own->fallback_words,
                own->counted, own->uncountable, own->unwritable, other->state, other->verdict,
                other->attempts.resets, other->attempts.all, power_on, decision.action, action);
    fail();
}

static const struct flota_tries few_tries[] = {{0, 0}, {1, 1}, {2, 2}, {3, 3},
                                               {7, 2}, {8, 0}, {9, 4}};

static void for_each_other(struct flota_boot *boot)
{
    for (int state = FLOTA_BANK_UNRECORDED; state <= FLOTA_BANK_FAILED; state++)
        for (int verdict = FLOTA_VERDICT_NONE; verdict <= FLOTA_VERDICT_DAMAGED; verdict++)
            for (size_t i = 0; i < COUNT_OF(few_tries); i++) {
                boot->other.state = (enum flota_bank_state)state;
                boot->other.verdict = (enum flota_verdict)verdict;
                boot->other.attempts = few_tries[i];
                judge(boot, false);
                judge(boot, true);
            }
}

static void for_each_journal(struct flota_boot *boot)
{
    static const uint32_t free_words[] = {
        0, 1, 2, FLOTA_JOURNAL_KEEP_ROLLBACK, FLOTA_JOURNAL_KEEP_ROLLBACK + 1, 4096};
    for (size_t i = 0; i < COUNT_OF(free_words); i++)
        for (uint16_t fallback = 0; fallback < 2; fallback++)
            for (int unwritable = 0; unwritable < 2; unwritable++) {
                boot->own.free_words = free_words[i];
                boot->own.fallback_words = fallback;
                boot->own.unwritable = unwritable;
                boot->own.failed_is_whole =
                    boot->own.state == FLOTA_BANK_FAILED && boot->own.swaps.all > 0;
                for_each_other(boot);
            }
}

static void for_each_tries(struct flota_boot *boot)
{
    for (uint32_t resets = 0; resets <= 4; resets++)
        for (uint32_t all = resets; all <= 9; all++)
            for (size_t i = 0; i < COUNT_OF(few_tries); i++) {
                boot->own.attempts = (struct flota_tries){all, resets};
                boot->own.swaps = few_tries[i];
                if (i == 0 || boot->own.state == FLOTA_BANK_FAILED)
                    for_each_journal(boot);
            }
}

static void every_decision_is_the_protocols(void **state)
{
    (void)state;
    for (int own = FLOTA_BANK_UNRECORDED; own <= FLOTA_BANK_FAILED; own++)
        for (int verdict = FLOTA_VERDICT_NONE; verdict <= FLOTA_VERDICT_DAMAGED; verdict++)
            for (int counting = 0; counting < 3; counting++) {
                struct flota_boot boot;
                memset(&boot, 0, sizeof boot);
                boot.own.state = (enum flota_bank_state)own;
                boot.own.verdict = (enum flota_verdict)verdict;
                boot.own.counted = counting == 1;
                boot.own.uncountable = counting == 2;
                for_each_tries(&boot);
            }
    print_message("%u decisions\n", judged_count);
    assert_true(judged_count > 1000000);
}

/* ---- 2. journals, booted until nothing changes ---- */

#define SECTOR      1280u
#define WORDS       (SECTOR / 32u)
#define IMAGE_WORDS 2u

enum { BLANK, GOOD, DEAD, MARGINAL };

struct chip {
    uint8_t image[2][SECTOR];
    bool image_unreadable[2];
    uint8_t words[2][WORDS][32];
    uint8_t states[2][WORDS];
    bool marginal_is_good; /* at this boot */
    uint32_t active;
    bool swap_works;
    uint32_t write_count;
    uint32_t swap_count;
    bool second_write; /* of a word that is not blank */
};

static bool is_good(const struct chip *chip, uint32_t bank, uint32_t word)
{
    uint8_t state = chip->states[bank][word];
    return state == GOOD || (state == MARGINAL && chip->marginal_is_good);
}

static int chip_read(void *port, enum flota_slot slot, uint32_t offset, void *data, uint32_t size)
{
    struct chip *chip = port;
    uint32_t bank = slot == FLOTA_SLOT_ACTIVE ? chip->active : 1 - chip->active;
    if (offset < SECTOR) {
        memcpy(data, chip->image[bank] + offset, size);
        return chip->image_unreadable[bank] ? FLOTA_ERR_FLASH_READ : 0;
    }
    uint32_t word = (offset - SECTOR) / 32;
    memcpy(data, chip->words[bank][word], size);
    return is_good(chip, bank, word) || chip->states[bank][word] == BLANK ? 0
                                                                          : FLOTA_ERR_FLASH_READ;
}

static int chip_program(void *port, enum flota_slot slot, uint32_t offset, const void *data)
{
    struct chip *chip = port;
    uint32_t bank = slot == FLOTA_SLOT_ACTIVE ? chip->active : 1 - chip->active;
    uint32_t word = (offset - SECTOR) / 32;
    chip->second_write |= chip->states[bank][word] != BLANK;
    memcpy(chip->words[bank][word], data, 32);
    chip->states[bank][word] = GOOD;
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

static const uint8_t tags[3][FLOTA_TAG_SIZE] = {"image A", "image B", "gone"};

static void put_image(struct chip *chip, uint32_t bank)
{
    static const uint32_t vectors[2] = {0x20020000u, 0x08000401u};
    static const uint32_t magic = FLOTA_IMAGE_INFO_MAGIC;
    uint32_t digest_at = FLOTA_IMAGE_INFO_OFFSET + offsetof(struct flota_image_info, digest);
    memset(chip->image[bank], (int)(0x40 + bank), SECTOR);
    memcpy(chip->image[bank], vectors, sizeof vectors);
    memcpy(chip->image[bank] + FLOTA_IMAGE_INFO_OFFSET, &magic, sizeof magic);
    memcpy(chip->image[bank] + digest_at, tags[bank], FLOTA_TAG_SIZE);
}

/* What a word of a journal may be; the letters name it when a case fails. */
static const char alphabet[] = "BSsAPCcFWx-";

static uint32_t crc_of_image(struct chip *chip, uint32_t bank)
{
    struct flota_flash flash = flash_of(chip);
    bool was_unreadable = chip->image_unreadable[bank];
    uint32_t crc = 0;
    chip->image_unreadable[bank] = false;
    enum flota_slot slot = bank == chip->active ? FLOTA_SLOT_ACTIVE : FLOTA_SLOT_SPARE;
    flota_boot_image_crc(&flash, slot, IMAGE_WORDS, &crc);
    chip->image_unreadable[bank] = was_unreadable;
    return crc;
}

static enum flota_record_kind kind_of(char letter)
{
    switch (letter) {
    case 'B': /* BEGIN */
        return FLOTA_RECORD_BEGIN;
    case 'S': /* STAGED */
    case 's': /* ... of an image that is gone */
        return FLOTA_RECORD_STAGED;
    case 'A': /* ATTEMPT */
    case 'P': /* ... after a power-on */
        return FLOTA_RECORD_ATTEMPT;
    case 'C': /* CONFIRMED */
    case 'c': /* ... of an image that is gone */
        return FLOTA_RECORD_CONFIRMED;
    case 'F': /* FAILED */
        return FLOTA_RECORD_FAILED;
    case 'W': /* SWAPTRY */
        return FLOTA_RECORD_SWAPTRY;
    default:
        return 0;
    }
}

static struct flota_record make_record(struct chip *chip, uint32_t bank, char letter)
{
    bool gone = letter == 's' || letter == 'c';
    struct flota_record record = flota_journal_record(kind_of(letter), 1, tags[gone ? 2 : bank]);
    if (letter == 'B') {
        record.arguments.begin.fallback_words = IMAGE_WORDS;
        record.arguments.begin.fallback_crc = crc_of_image(chip, 1 - bank);
    } else if (letter == 'S' || letter == 's') {
        record.arguments.staged.words = record.arguments.staged.fallback_words = IMAGE_WORDS;
        record.arguments.staged.crc = crc_of_image(chip, bank);
        record.arguments.staged.fallback_crc = crc_of_image(chip, 1 - bank);
    } else if (letter == 'P') {
        record.arguments.attempt.power_on = 1;
    }
    return record;
}

/* Each letter's word, for each bank. */
struct words {
    uint8_t bytes[2][sizeof alphabet][32];
};

static void make_words(struct words *words)
{
    struct chip *chip = calloc(1, sizeof *chip);
    struct flota_flash flash = flash_of(chip);
    assert_non_null(chip);
    memset(chip->words, 0xFF, sizeof chip->words);
    put_image(chip, 0);
    put_image(chip, 1);
    for (uint32_t bank = 0; bank < 2; bank++)
        for (uint32_t i = 0; alphabet[i]; i++) {
            struct flota_record record = make_record(chip, bank, alphabet[i]);
            enum flota_slot slot = bank == 0 ? FLOTA_SLOT_ACTIVE : FLOTA_SLOT_SPARE;
            assert_int_equal(flota_journal_append(&flash, slot, &record, 0), 0);
            memcpy(words->bytes[bank][i], chip->words[bank][i], 32);
        }
    free(chip);
}

static void put_journal(struct chip *chip, const struct words *words, uint32_t bank,
                        const char *letters)
{
    memset(chip->words[bank], 0xFF, sizeof chip->words[bank]);
    memset(chip->states[bank], BLANK, sizeof chip->states[bank]);
    for (uint32_t i = 0; letters[i]; i++) {
        uint32_t letter = (uint32_t)(strchr(alphabet, letters[i]) - alphabet);
        if (letters[i] == '-')
            continue;
        memcpy(chip->words[bank][i], words->bytes[bank][letter], 32);
        chip->states[bank][i] = letters[i] == 'x' ? DEAD : GOOD;
    }
}

enum image { SOUND, DAMAGED, NO_BLOCK, UNREADABLE };

static void spoil_image(struct chip *chip, uint32_t bank, enum image image)
{
    put_image(chip, bank);
    chip->image_unreadable[bank] = image == UNREADABLE;
    if (image == DAMAGED)
        chip->image[bank][63] ^= 1; /* of the two words that the crc covers */
    if (image == NO_BLOCK)
        memset(chip->image[bank] + FLOTA_IMAGE_INFO_OFFSET, 0, 4);
}

/* What was last said about the image in a bank: BEGIN, STAGED, CONFIRMED, FAILED or nothing (0).
 * Another reading of the journal than the one under test: backwards. */
static int last_word(const struct chip *chip, uint32_t bank, enum image image)
{
    static const uint8_t none[FLOTA_TAG_SIZE];
    const uint8_t *tag = image == NO_BLOCK ? none : tags[bank];
    for (uint32_t i = WORDS; i-- > 0;) {
        struct flota_record record;
        memcpy(&record, chip->words[bank][i], sizeof record);
        bool same = image == UNREADABLE || memcmp(record.tag, tag, sizeof record.tag) == 0;
        if (!is_good(chip, bank, i))
            continue;
        if (record.kind == FLOTA_RECORD_STAGED)
            return same ? FLOTA_RECORD_STAGED : 0;
        if (record.kind == FLOTA_RECORD_BEGIN)
            return FLOTA_RECORD_BEGIN;
        if (same && (record.kind == FLOTA_RECORD_CONFIRMED || record.kind == FLOTA_RECORD_FAILED))
            return record.kind;
    }
    return 0;
}

struct scenario {
    struct chip chip;
    const char *journals[2];
    enum image images[2];
    bool power_on;
    uint32_t boot_count;
};

static void check(const struct scenario *s, bool good, const char *text)
{
    if (good)
        return;
    print_error("%s: journals \"%s\" \"%s\", images %d %d, swap works %d, power-on %d, boot %u\n",
                text, s->journals[0], s->journals[1], s->images[0], s->images[1],
                s->chip.swap_works, s->power_on, (unsigned)s->boot_count);
    fail();
}

static void judge_run(const struct scenario *s, const struct flota_boot_decision *decision)
{
    uint32_t bank = s->chip.active;
    int last = last_word(&s->chip, bank, s->images[bank]);
    if (decision->action == FLOTA_BOOT_STRANDED)
        return;
    check(s, last != FLOTA_RECORD_BEGIN, "runs a half-written image");
    check(s, last != FLOTA_RECORD_FAILED, "runs a failed image");
    check(s, last != FLOTA_RECORD_STAGED || s->images[bank] == SOUND, "tries a damaged image");
}

/* A FAILED that is gone at the next boot is none. */
static int last_lasting_word(struct scenario *s, uint32_t bank)
{
    bool is_good_now = s->chip.marginal_is_good;
    s->chip.marginal_is_good = false;
    int last = last_word(&s->chip, bank, s->images[bank]);
    s->chip.marginal_is_good = is_good_now;
    return last;
}

static void judge_swap(struct scenario *s)
{
    uint32_t bank = s->chip.active;
    int last = last_word(&s->chip, 1 - bank, s->images[1 - bank]);
    check(s, last != FLOTA_RECORD_BEGIN, "swaps to a half-written image");
    check(s, last != FLOTA_RECORD_FAILED, "swaps to a failed image");
    check(s, s->images[1 - bank] == SOUND || s->images[1 - bank] == NO_BLOCK,
          "swaps to a damaged image");
    check(s, last_lasting_word(s, bank) == FLOTA_RECORD_FAILED, "swaps without a FAILED");
}

static void swap(struct scenario *s)
{
    judge_swap(s);
    s->chip.swap_count++;
    if (s->chip.swap_works)
        s->chip.active = 1 - s->chip.active;
}

/* The guard, as boot.h shows it. */
static void run_guard(struct scenario *s)
{
    struct flota_flash flash = flash_of(&s->chip);
    struct flota_boot boot;
    flota_boot_read(&flash, &boot);
    for (int turn = 0; turn < 6; turn++) {
        struct flota_boot_decision decision = flota_boot_decide(&boot, s->power_on);
        if (decision.check != FLOTA_CHECK_NOTHING) {
            flota_boot_check(&flash, &boot, decision.check);
        } else if (decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            flota_boot_count(&flash, &boot, s->power_on, 0);
        } else if (decision.action == FLOTA_BOOT_ROLL_BACK) {
            if (flota_boot_leave(&flash, &boot, &decision, s->power_on, 0) == 0) {
                swap(s);
                return;
            }
        } else {
            judge_run(s, &decision);
            return;
        }
    }
    check(s, false, "the guard does not come to an end");
}

/* Returns whether the boot changed anything. */
static bool boot_once(struct scenario *s)
{
    uint32_t bank = s->chip.active, writes = s->chip.write_count, swaps = s->chip.swap_count;
    bool confirmed = last_word(&s->chip, bank, s->images[bank]) == FLOTA_RECORD_CONFIRMED;
    s->boot_count++;
    run_guard(s);
    bool changed = s->chip.write_count != writes || s->chip.swap_count != swaps;
    check(s, !(confirmed && changed), "a confirmed image's boot changes something");
    check(s, !s->chip.second_write, "a word is programmed twice");
    return changed;
}

static uint32_t scenario_count, boot_count, swapped_count, marginal_count;

/* No image confirms, and each boot ends in a reset. */
static void boot_until_nothing_changes(struct scenario *s)
{
    uint32_t before = s->chip.active, changes = 0;
    while (boot_once(s))
        check(s, s->boot_count < 40, "boot after boot changes something");
    for (int i = 0; i < 2; i++)
        check(s, !boot_once(s), "a boot changes something after one that did not");
    if (s->chip.swap_works)
        check(s, s->chip.swap_count <= 2, "more than two swaps");
    changes += s->chip.active != before;
    scenario_count++;
    boot_count += s->boot_count;
    swapped_count += changes;
}

#define VARIANTS 64u

/* variant: of the images, the swap and the reset; each combination, or, in steps of 16, of the last
 * two with sound images only. */
static void run_scenarios(const struct words *words, const char *own, const char *other,
                          uint32_t step)
{
    static struct scenario s;
    for (uint32_t variant = 0; variant < VARIANTS; variant += step) {
        memset(&s, 0, sizeof s);
        s.journals[0] = own;
        s.journals[1] = other;
        s.images[0] = (enum image)(variant % 4);
        s.images[1] = (enum image)(variant / 4 % 4);
        s.chip.swap_works = variant / 16 % 2 == 0;
        s.power_on = variant / 32 == 1;
        for (uint32_t bank = 0; bank < 2; bank++) {
            put_journal(&s.chip, words, bank, s.journals[bank]);
            spoil_image(&s.chip, bank, s.images[bank]);
        }
        boot_until_nothing_changes(&s);
    }
}

/* The last word of a journal was written when power failed: it reads well at one boot, and is dead
 * from the next one on, or the other way round. */
static void run_marginal(const struct words *words, const char *own, const char *other,
                         uint32_t marginal_bank)
{
    static struct scenario s;
    for (uint32_t variant = 0; variant < 16; variant++) {
        memset(&s, 0, sizeof s);
        s.journals[0] = own;
        s.journals[1] = other;
        s.images[0] = (enum image)(variant % 2);
        s.images[1] = (enum image)(variant / 2 % 2);
        s.power_on = variant / 4 % 2 == 1;
        s.chip.swap_works = true;
        for (uint32_t bank = 0; bank < 2; bank++) {
            put_journal(&s.chip, words, bank, s.journals[bank]);
            spoil_image(&s.chip, bank, s.images[bank]);
        }
        uint32_t length = (uint32_t)strlen(s.journals[marginal_bank]);
        s.chip.states[marginal_bank][length - 1] = MARGINAL;
        s.chip.marginal_is_good = variant / 8 == 0;
        boot_once(&s);
        s.chip.marginal_is_good = !s.chip.marginal_is_good;
        boot_until_nothing_changes(&s);
        marginal_count++;
    }
}

static const char *const other_journals[] = {"",    "CC", "B",   "BS",    "BSAAA", "BSPPPPPPPP",
                                             "BsC", "F",  "BSF", "BSxAx", "BSACC", "x"};

/* The index-th sequence of letters: all of one letter first, then of two, ... */
static bool make_sequence(uint32_t index, uint32_t length_max, char *letters)
{
    uint32_t letter_count = (uint32_t)strlen(alphabet), length = 0, count = 1;
    for (; index >= count; count *= letter_count, length++)
        index -= count;
    for (uint32_t i = 0; i < length && length <= length_max; i++, index /= letter_count)
        letters[i] = alphabet[index % letter_count];
    letters[length <= length_max ? length : 0] = '\0';
    return length <= length_max;
}

static bool deep; /* all variants for the longest sequences, too: some minutes */

static void booting_any_journals_settles_without_breaking_an_invariant(void **state)
{
    (void)state;
    struct words words;
    char own[8];
    make_words(&words);
    for (uint32_t index = 0; make_sequence(index, 3, own); index++)
        for (size_t other = 0; other < COUNT_OF(other_journals); other++)
            run_scenarios(&words, own, other_journals[other], deep || strlen(own) < 3 ? 1 : 16);
    print_message("%u scenarios, %u boots, %u ended in the other bank\n", scenario_count,
                  boot_count, swapped_count);
    assert_true(scenario_count > 100000);
    assert_true(swapped_count > 1000);
}

static void a_word_that_reads_well_and_then_does_not_breaks_no_invariant(void **state)
{
    (void)state;
    struct words words;
    char own[8];
    make_words(&words);
    for (uint32_t index = 1; make_sequence(index, 3, own); index++)
        for (size_t other = 0; other < COUNT_OF(other_journals); other++)
            for (uint32_t bank = 0; bank < 2; bank++) {
                const char *last = bank == 0 ? own : other_journals[other];
                size_t length = strlen(last);
                if (length > 0 && last[length - 1] != '-' && last[length - 1] != 'x')
                    run_marginal(&words, own, other_journals[other], bank);
            }
    print_message("%u scenarios with a marginal word\n", marginal_count);
    assert_true(marginal_count > 100000);
}

/* ---- 3. the table, for DESIGN.md ---- */

struct column {
    const char *title;
    struct flota_bank bank;
};

static const struct column own_columns[] = {
    {"nothing recorded", {.state = FLOTA_BANK_UNRECORDED, .free_words = 100}},
    {"CONFIRMED, no later FAILED", {.state = FLOTA_BANK_CONFIRMED, .free_words = 100}},
    {"BEGIN without STAGED", {.state = FLOTA_BANK_OPEN, .free_words = 100}},
    {"STAGED, attempts left", {.state = FLOTA_BANK_TRIAL, .free_words = 100}},
    {"STAGED, 3 resets, then a power-on",
     {.state = FLOTA_BANK_TRIAL, .free_words = 100, .attempts = {3, 3}}},
    {"STAGED, 3 resets, then a reset",
     {.state = FLOTA_BANK_TRIAL, .free_words = 100, .attempts = {3, 3}}},
    {"STAGED, 8 boots", {.state = FLOTA_BANK_TRIAL, .free_words = 100, .attempts = {8, 0}}},
    {"STAGED, no room to count",
     {.state = FLOTA_BANK_TRIAL, .free_words = FLOTA_JOURNAL_KEEP_ROLLBACK}},
    {"STAGED, ATTEMPT could not be written",
     {.state = FLOTA_BANK_TRIAL, .free_words = 100, .uncountable = true}},
    {"STAGED, ATTEMPT written, image sound",
     {.state = FLOTA_BANK_TRIAL,
      .free_words = 100,
      .counted = true,
      .verdict = FLOTA_VERDICT_SOUND}},
    {"STAGED, ATTEMPT written, image damaged",
     {.state = FLOTA_BANK_TRIAL,
      .free_words = 100,
      .counted = true,
      .verdict = FLOTA_VERDICT_DAMAGED}},
    {"FAILED", {.state = FLOTA_BANK_FAILED, .free_words = 100}},
    {"FAILED, room for one record, which is FAILED again",
     {.state = FLOTA_BANK_FAILED, .free_words = 1}},
    {"FAILED with SWAPTRY behind it, room for one record",
     {.state = FLOTA_BANK_FAILED, .free_words = 1, .failed_is_whole = true, .swaps = {1, 1}}},
    {"FAILED, 3 swaps rejected, then a power-on",
     {.state = FLOTA_BANK_FAILED, .free_words = 100, .swaps = {3, 3}}},
    {"FAILED, 3 swaps rejected, then a reset",
     {.state = FLOTA_BANK_FAILED, .free_words = 100, .swaps = {3, 3}}},
    {"FAILED, journal full", {.state = FLOTA_BANK_FAILED}},
};

static const struct column other_columns[] = {
    {"eligible", {.state = FLOTA_BANK_CONFIRMED, .verdict = FLOTA_VERDICT_SOUND}},
    {"damaged", {.state = FLOTA_BANK_CONFIRMED, .verdict = FLOTA_VERDICT_DAMAGED}},
    {"BEGIN open", {.state = FLOTA_BANK_OPEN, .verdict = FLOTA_VERDICT_SOUND}},
    {"trial used up",
     {.state = FLOTA_BANK_TRIAL, .verdict = FLOTA_VERDICT_SOUND, .attempts = {3, 3}}},
    {"FAILED", {.state = FLOTA_BANK_FAILED, .verdict = FLOTA_VERDICT_SOUND}},
};

static const char *const action_words[] = {"run", "count and run", "roll back", "stranded"};

static void print_row(size_t row)
{
    printf("| %s |", own_columns[row].title);
    for (size_t column = 0; column < COUNT_OF(other_columns); column++) {
        struct flota_boot boot = {own_columns[row].bank, other_columns[column].bank};
        boot.own.fallback_words = 1;
        bool power_on = strstr(own_columns[row].title, "power-on") != NULL;
        printf(" %s |", action_words[flota_boot_decide(&boot, power_on).action]);
    }
    printf("\n");
}

static void print_table(void)
{
    printf("| own journal, other bank: |");
    for (size_t column = 0; column < COUNT_OF(other_columns); column++)
        printf(" %s |", other_columns[column].title);
    printf("\n|---|");
    for (size_t column = 0; column < COUNT_OF(other_columns); column++)
        printf("---|");
    printf("\n");
    for (size_t row = 0; row < COUNT_OF(own_columns); row++)
        print_row(row);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_decision_is_the_protocols),
        cmocka_unit_test(booting_any_journals_settles_without_breaking_an_invariant),
        cmocka_unit_test(a_word_that_reads_well_and_then_does_not_breaks_no_invariant),
    };
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        print_table();
        return 0;
    }
    deep = argc == 2 && strcmp(argv[1], "--deep") == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
