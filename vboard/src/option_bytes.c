/* option_bytes.c - the option registers and the change of the option bytes.
 *
 * The _CUR registers show the stored bytes as soon as a change is complete; SWAP_BANK alone is
 * loaded at a reset (RM0399 4.4.3, 4.3.13). The option bytes lie in physical bank 1: while they
 * change, that bank is busy and stalls what reads or runs there.
 *
 * The time of a change is specified nowhere; 100 ms is an assumption (20 to 300 ms were reported).
 * Secure-only areas (FLASH_SCAR) exist on STM32H755 and H757 only: stored here, without effect.
 * A bank erase that removes protections (RM0399 4.3.10) is not modelled. RDP level 1 concerns
 * debuggers and boots from RAM, which do not exist here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "flash.h"

#define CHANGE_NS (100 * NS_PER_MS)

/* As read from boards as shipped: RDP level 0, both cores boot, software watchdogs (RM0399 table
 * 20; it gives other values for reserved bits). */
#define FACTORY_STATUS 0x1BC6AAF0u
/* Bits that a change can alter; SECURITY is fixed to 0 on an STM32H745, the rest is reserved. */
#define STATUS_MASK 0xA3DEFFFCu

enum {
    OPTCR_OPTLOCK = 1 << 0,
    OPTCR_OPTSTART = 1 << 1,
    OPTCR_MER = 1 << 4,
    OPTCR_OPTCHANGEERRIE = 1 << 30
};

enum {
    REG_OPTKEYR = 0x08,
    REG_OPTCR = 0x18,
    REG_OPTSR_CUR = 0x1C,
    REG_OPTSR_PRG = 0x20,
    REG_OPTCCR = 0x24,
    REG_PRAR_CUR = 0x28,
    REG_PRAR_PRG = 0x2C,
    REG_SCAR_CUR = 0x30,
    REG_SCAR_PRG = 0x34,
    REG_WPSN_CUR = 0x38,
    REG_WPSN_PRG = 0x3C,
    REG_BOOT7_CUR = 0x40,
    REG_BOOT7_PRG = 0x44,
    REG_BOOT4_CUR = 0x48,
    REG_BOOT4_PRG = 0x4C
};

#define PRAR_DMEP 0x80000000u

enum { RDP_LEVEL_0 = 0xAA, RDP_LEVEL_2 = 0xCC };

struct option_bytes option_defaults(bool factory)
{
    struct option_bytes options = {
        .status = factory && behaves(BEHAVIOUR_OPTION_FACTORY)
                      ? FACTORY_STATUS
                      : FACTORY_STATUS & ~(uint32_t)OPTSR_BCM4,
        .boot7 = 0x1FF00800u, /* user flash, else the system bootloader */
        .boot4 = 0x10000810u,
        .prar = {0xFF, 0xFF}, /* start above end: none */
        .scar = {0xFF, 0xFF},
        .wpsn = {0xFF, 0xFF}, /* a 0 protects */
    };
    return options;
}

struct option_bytes option_shipped(const struct board *board, bool factory)
{
    struct option_bytes options = option_defaults(factory);

    options.status &= ~option_bits_absent(board);
    return options;
}

/* STM32H743 and H753 have no second core: RM0433 4.9.8, FLASH_OPTSR_CUR, bits 22 and 23 reserved.
 */
uint32_t option_bits_absent(const struct board *board)
{
    return board->options.single_core ? (uint32_t)OPTSR_BCM4 | (uint32_t)OPTSR_BCM7 : 0;
}

const struct option_bytes *option_current(const struct flash *flash)
{
    return &flash->cells->header.options[flash->cells->header.option_slot];
}

static bool changing(const struct flash *flash)
{
    return flash->bank[0].operation == OPERATION_OPTIONS;
}

/* What an accident to a change left for this power-on: values that come late, an error flag. */
static void load_at_power_on(struct flash *flash)
{
    struct flash_cells *cells = flash->cells;

    if (cells->header.late_power_ons == 1) {
        flash_store_options(cells, &cells->header.late_options);
    }
    if (cells->header.late_power_ons > 0) {
        cells->header.late_power_ons--;
    }
    flash->option_error = cells->header.option_error != 0;
    cells->header.option_error = 0;
}

/* RM0399 4.3.13: SWAP_BANK is loaded at any reset, and only then. 4.3.14: the option byte
 * registers, _PRG among them, are reset at power-on only (4.9.9 can be read otherwise: a program
 * that relies on either reading has an error). */
void option_reset(struct board *board, enum reset_cause cause)
{
    struct flash *flash = board->flash;

    flash->option_lock = (struct key_lock){.locked = true};
    flash->option_error_interrupt = false;
    if (flash_lost_power(cause)) {
        load_at_power_on(flash);
    }
    if (flash_lost_power(cause) || !behaves(BEHAVIOUR_OPTION_PRG_KEPT)) {
        flash->option_request = *option_current(flash);
    }
    flash->m4_boots = (option_current(flash)->status & OPTSR_BCM4) != 0;
    if (behaves(BEHAVIOUR_FLASH_SWAP_LOADS)) {
        flash->swapped = (option_current(flash)->status & OPTSR_SWAP_BANK) != 0;
    }
}

/* --- protections --- */

struct area {
    uint32_t start, end; /* words; end is past the last */
};

/* RM0399 FLASH_PRAR: units of 256 bytes; start = end is the whole bank, start above end is none. */
static struct area pcrop_area(uint32_t prar)
{
    uint32_t start = prar & 0xfff;
    uint32_t end = prar >> 16 & 0xfff;
    uint32_t unit = 256 / WORD_SIZE;

    if (start == end) {
        return (struct area){0, BANK_WORDS};
    }
    return start > end ? (struct area){0, 0} : (struct area){start * unit, (end + 1) * unit};
}

static bool overlaps(struct area area, uint32_t word, uint32_t count)
{
    return word < area.end && word + count > area.start;
}

bool option_write_protected(const struct flash *flash, int bank, uint32_t sector, uint32_t count)
{
    const struct option_bytes *options = option_current(flash);

    for (uint32_t i = sector; i < sector + count; i++) {
        if (!(options->wpsn[bank] & 1u << i) && behaves(BEHAVIOUR_FLASH_WRP)) {
            return true;
        }
    }
    return overlaps(pcrop_area(options->prar[bank]), sector * SECTOR_WORDS, count * SECTOR_WORDS) &&
           behaves(BEHAVIOUR_FLASH_PCROP);
}

bool option_read_protected(const struct flash *flash, int bank, uint32_t word, uint32_t count)
{
    return overlaps(pcrop_area(option_current(flash)->prar[bank]), word, count) &&
           behaves(BEHAVIOUR_FLASH_PCROP);
}

void option_warn_m4(struct board *board, int bank, uint32_t word, uint32_t count)
{
    const struct option_bytes *options = option_current(board->flash);
    uint32_t offset = (options->boot4 << 16) - FLASH_BASE;
    uint32_t sector = offset % BANK_SIZE / SECTOR_SIZE;
    struct area boot = {sector * SECTOR_WORDS, (sector + 1) * SECTOR_WORDS};

    if (board->flash->m4_boots && offset < 2 * BANK_SIZE &&
        flash_bank_of(board->flash, (int)(offset / BANK_SIZE)) == bank &&
        overlaps(boot, word, count)) {
        char text[160];

        (void)snprintf(text, sizeof text,
                       "flash at 0x%08x is erased or programmed while option BCM4 = 1 lets the "
                       "Cortex-M4 boot from there, since the last reset: it would execute what is "
                       "written",
                       (unsigned)(FLASH_BASE + offset));
        board_warn(board, "%s", text);
        board_stop(board, STOP_M4, text);
    }
}

/* --- the change --- */

static bool equal(const struct option_bytes *a, const struct option_bytes *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static uint32_t rdp(const struct option_bytes *options)
{
    return options->status >> OPTSR_RDP_SHIFT & 0xff;
}

static bool regression(const struct option_bytes *old, const struct option_bytes *new)
{
    return rdp(old) != RDP_LEVEL_0 && rdp(old) != RDP_LEVEL_2 && rdp(new) == RDP_LEVEL_0;
}

/* RM0399 4.4.3: a PCROP area can grow; it shrinks with a regression of RDP and DMEP only, and DMEP
 * is reset with a regression only. */
static bool pcrop_permitted(uint32_t old, uint32_t new, bool regresses)
{
    struct area before = pcrop_area(old), after = pcrop_area(new);
    bool holds =
        before.end <= before.start || (after.start <= before.start && after.end >= before.end);

    if (old & PRAR_DMEP && !(new &PRAR_DMEP) && !regresses) {
        return false;
    }
    return holds || (regresses && ((old | new) & PRAR_DMEP) != 0);
}

/* At RDP level 2 only the bank swap can be changed (RM0399 4.5.3). */
static bool permitted(const struct option_bytes *old, const struct option_bytes *new)
{
    struct option_bytes rest = *new;

    rest.status = (new->status & ~OPTSR_SWAP_BANK) | (old->status & OPTSR_SWAP_BANK);
    if (rdp(old) == RDP_LEVEL_2 && !equal(&rest, old) && behaves(BEHAVIOUR_OPTION_RDP2)) {
        return false;
    }
    return pcrop_permitted(old->prar[0], new->prar[0], regression(old, new)) &&
           pcrop_permitted(old->prar[1], new->prar[1], regression(old, new));
}

/* RM0399 4.5.3: back from RDP level 1 to 0 erases the user flash, but for the sectors of a PCROP
 * area whose DMEP is clear. */
static void erase_at_regression(struct board *board, const struct option_bytes *old,
                                const struct option_bytes *new)
{
    struct flash_cells *cells = board->flash->cells;

    for (uint32_t i = 0; i < 2 * SECTORS; i++) {
        int bank = (int)(i / SECTORS);
        struct stored_operation note = {
            OPERATION_ERASE, i % SECTORS * SECTOR_WORDS, SECTOR_WORDS, {0}};
        bool erases = ((old->prar[bank] | new->prar[bank]) & PRAR_DMEP) != 0;

        if (erases || !overlaps(pcrop_area(old->prar[bank]), note.word, note.word_count)) {
            flash_note_operation(cells, bank, &note);
            cells_erase(cells, bank, note.word, note.word_count);
            flash_note_done(cells, bank);
            flash_words_changed(board, bank, note.word, note.word_count);
        }
    }
}

static void commit(struct board *board)
{
    struct flash *flash = board->flash;
    struct option_bytes old = *option_current(flash), new = flash->option_request;

    if (!permitted(&old, &new)) {
        flash->option_error = true; /* the _PRG registers keep what was asked for */
        if (!behaves(BEHAVIOUR_OPTION_ERROR_KEEPS_REQUEST)) {
            flash->option_request = old;
        }
        flash_trace(board, "option byte change refused");
        return;
    }
    if (!behaves(BEHAVIOUR_OPTION_COMMITS_ALL)) {
        new = old;
        new.status = flash->option_request.status;
    }
    if (regression(&old, &new)) {
        erase_at_regression(board, &old, &new);
    }
    flash->cells->header.late_power_ons = 0;
    flash_store_options(flash->cells, &new);
    for (int bank = 0; bank < 2; bank++) {
        flash_guard_pages(board, bank, 0, BANK_WORDS);
    }
    if (!behaves(BEHAVIOUR_FLASH_SWAP_WAITS)) {
        flash->swapped = (new.status &OPTSR_SWAP_BANK) != 0;
    }
    flash_trace(board, "option bytes changed, OPTSR %08x", (unsigned)new.status);
}

void option_finish(struct board *board)
{
    commit(board);
    flash_update_irq(board);
}

/* RM0399 4.4.3: a reset or loss of power during the change keeps the original values. The others
 * are accidents seen or feared in the field: see CONTROL.md. */
void option_end_by(struct board *board, enum cut_model model)
{
    struct flash_cells *cells = board->flash->cells;
    struct option_bytes defaults = option_shipped(board, true);

    flash_trace(board, "option byte change ends as %s", cut_model_name(model));
    if (model == CUT_AFTER || (model == CUT_TORN && !behaves(BEHAVIOUR_OPTION_TORN))) {
        commit(board);
    } else if (model == CUT_DEAD) {
        cells->header.option_error = 1;
    } else if (model == CUT_LATE) {
        cells->header.late_options = board->flash->option_request;
        cells->header.late_power_ons = 2;
    } else if (model == CUT_DEFAULTS) {
        flash_store_options(cells, &defaults);
    }
}

static void start_change(struct board *board)
{
    struct flash *flash = board->flash;

    if (equal(&flash->option_request, option_current(flash)) && behaves(BEHAVIOUR_OPTION_EQUAL)) {
        return;
    }
    flash_wait_idle(board, 0);
    if (flash->unpowered || !cuts_begin(board, 0, KIND_OPTIONS, 0, 0)) {
        return;
    }
    flash->view.option_change_count++;
    flash->view.last_option_start_ns = board->now_ns;
    flash_start(board, 0, OPERATION_OPTIONS, behaves(BEHAVIOUR_OPTION_TIME) ? CHANGE_NS : 1);
}

/* A debugger writes the same registers as the core, so what the core has left in the other _PRG
 * registers is committed with it (RM0399 4.4.3). At RDP level 2 there is no debug port (4.5.3). */
const char *flash_change_options(struct board *board, uint32_t mask, uint32_t value)
{
    struct flash *flash = board->flash;

    if (!board->powered) {
        return "the board has no power\n";
    }
    if (rdp(option_current(flash)) == RDP_LEVEL_2) {
        return "RDP level 2: the debug port is closed\n";
    }
    if (flash->bank[0].operation != OPERATION_NONE) {
        return "bank 1, where the option bytes lie, is busy: try again\n";
    }
    mask &= STATUS_MASK & ~option_bits_absent(board);
    flash->option_request.status = (option_current(flash)->status & ~mask) | (value & mask);
    start_change(board);
    return NULL;
}

/* --- registers --- */

static uint32_t status_read(struct board *board)
{
    struct flash *flash = board->flash;
    uint32_t value = option_current(flash)->status;

    if (changing(flash)) {
        value |= OPTSR_OPT_BUSY;
        flash_polled(board, &flash->option_poll, &flash->option_poll_count);
    }
    return flash->option_error ? value | OPTSR_OPTCHANGEERR : value;
}

static uint32_t control_read(const struct flash *flash)
{
    return (flash->option_lock.locked ? OPTCR_OPTLOCK : 0u) |
           (changing(flash) ? OPTCR_OPTSTART : 0u) |
           (flash->option_error_interrupt ? OPTCR_OPTCHANGEERRIE : 0u) |
           (flash->swapped ? OPTSR_SWAP_BANK : 0u);
}

/* A _PRG register's place in a set of option bytes, and the bits that a write can set. Its _CUR
 * register is the one before it. */
static uint32_t *value_of(struct option_bytes *options, int bank, uint32_t prg_offset,
                          uint32_t *mask)
{
    *mask = 0x8FFF0FFFu;
    switch (prg_offset) {
    case REG_OPTSR_PRG:
        *mask = STATUS_MASK;
        return &options->status;
    case REG_PRAR_PRG:
        return &options->prar[bank];
    case REG_SCAR_PRG:
        return &options->scar[bank];
    case REG_WPSN_PRG:
        *mask = 0xFF;
        return &options->wpsn[bank];
    case REG_BOOT7_PRG:
        *mask = UINT32_MAX;
        return &options->boot7;
    case REG_BOOT4_PRG:
        *mask = UINT32_MAX;
        return &options->boot4;
    default:
        return NULL;
    }
}

static bool value_read(struct flash *flash, int bank, uint32_t offset, uint32_t *value)
{
    struct option_bytes now = *option_current(flash);
    uint32_t mask;
    const uint32_t *stored = value_of(&flash->option_request, bank, offset, &mask);

    if (stored == NULL) {
        stored = value_of(&now, bank, offset + 4, &mask);
    }
    if (stored != NULL) {
        *value = *stored;
    }
    return stored != NULL;
}

bool option_read(struct board *board, int set, uint32_t offset, uint32_t *value)
{
    struct flash *flash = board->flash;

    switch (offset) {
    case REG_OPTKEYR:
    case REG_OPTCCR:
        *value = 0;
        return true;
    case REG_OPTCR:
        *value = control_read(flash);
        return true;
    case REG_OPTSR_CUR:
        *value = status_read(board);
        return true;
    default:
        return value_read(flash, flash_bank_of(flash, set), offset, value);
    }
}

static void mass_erase(struct board *board)
{
    for (int bank = 0; bank < 2; bank++) {
        if (board->flash->bank[bank].lock.locked) {
            return;
        }
    }
    for (int bank = 0; bank < 2; bank++) {
        board->flash->bank[bank].control |= CR_BER;
        flash_request_erase(board, bank, 0, SECTORS);
    }
}

static void control_write(struct board *board, uint32_t value)
{
    struct flash *flash = board->flash;

    if (flash->option_lock.locked && behaves(BEHAVIOUR_OPTION_LOCK)) {
        return;
    }
    flash->option_error_interrupt = (value & OPTCR_OPTCHANGEERRIE) != 0;
    flash_update_irq(board);
    if (value & OPTCR_OPTSTART) {
        start_change(board);
    }
    if (value & OPTCR_MER) {
        mass_erase(board);
    }
    if (value & OPTCR_OPTLOCK) {
        flash->option_lock.locked = true;
    }
}

static bool request_write(struct board *board, int bank, uint32_t offset, uint32_t lanes,
                          uint32_t value)
{
    struct flash *flash = board->flash;
    uint32_t mask;
    uint32_t *request = value_of(&flash->option_request, bank, offset, &mask);

    if (request == NULL) {
        return false;
    }
    if (offset == REG_OPTSR_PRG) {
        mask &= ~option_bits_absent(board);
    }
    if (!flash->option_lock.locked || !behaves(BEHAVIOUR_OPTION_LOCK)) {
        *request = (*request & ~(mask & lanes)) | (value & mask & lanes);
    }
    return true;
}

bool option_blocks_writes(const struct flash *flash)
{
    return changing(flash) && behaves(BEHAVIOUR_OPTION_BLOCKS_WRITES);
}

bool option_write(struct board *board, int set, uint32_t offset, uint32_t lanes, uint32_t value)
{
    static const uint32_t keys[2] = {0x08192A3B, 0x4C5D6E7F};
    struct flash *flash = board->flash;

    switch (offset) {
    case REG_OPTKEYR:
        flash_key_write(board, &flash->option_lock, keys, lanes, value,
                        behaves(BEHAVIOUR_OPTION_KEY_LOCKOUT));
        return true;
    case REG_OPTCR:
        control_write(board, (control_read(flash) & ~(lanes | OPTCR_OPTSTART)) | (value & lanes));
        return true;
    case REG_OPTCCR:
        if (value & lanes & OPTSR_OPTCHANGEERR) {
            flash->option_error = false;
            flash_update_irq(board);
        }
        return true;
    case REG_OPTSR_CUR:
    case REG_PRAR_CUR:
    case REG_SCAR_CUR:
    case REG_WPSN_CUR:
    case REG_BOOT7_CUR:
    case REG_BOOT4_CUR:
        return true; /* read only */
    default:
        return request_write(board, flash_bank_of(flash, set), offset, lanes, value);
    }
}
