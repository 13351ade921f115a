/* iwdg.c - independent watchdog of the Cortex-M7 (RM0399 chapter 49).
 *
 * It counts LSI periods, also while the bus stalls the core, and stops at nothing but a reset; the
 * option byte IWDG1_SW = 0 starts it with the chip. New values of PR, RLR and WINR take five LSI
 * periods to arrive.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define IWDG_BASE 0x58004800u

enum { IWDG_KR = 0x00, IWDG_PR = 0x04, IWDG_RLR = 0x08, IWDG_SR = 0x0C, IWDG_WINR = 0x10 };
enum { UPDATE_PR, UPDATE_RLR, UPDATE_WINR, UPDATE_COUNT };

#define KEY_RELOAD     0xAAAAu
#define KEY_UNLOCK     0x5555u
#define KEY_START      0xCCCCu
#define OPTSR_IWDG1_SW (1u << 4)

static const struct register_name names[] = {{IWDG_KR, "KR"},     {IWDG_PR, "PR"},
                                             {IWDG_RLR, "RLR"},   {IWDG_SR, "SR"},
                                             {IWDG_WINR, "WINR"}, {0, NULL}};

/* The datasheet gives LSI as 32 kHz, with limits of some percent over temperature and supply. */
static uint64_t lsi_hz(const struct board *board)
{
    int percent = behaves(BEHAVIOUR_IWDG_LSI_ERROR) ? board->options.lsi_percent : 0;

    return LSI_HZ / 100u * (uint64_t)(100 + percent);
}

static uint64_t tick_ns(const struct board *board)
{
    uint32_t prescaler = board->soc->iwdg.prescaler;
    uint32_t divider = prescaler >= 6 ? 256u : 4u << prescaler;

    return divider * NS_PER_S / lsi_hz(board);
}

/* Bring the counter to now. */
static void count_down(struct board *board)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    uint64_t ticks = (board->now_ns - iwdg->counted_at) / tick_ns(board);
    iwdg->count = ticks < iwdg->count ? iwdg->count - (uint32_t)ticks : 0;
    iwdg->counted_at += ticks * tick_ns(board);
}

static uint64_t next_update(const struct iwdg *iwdg)
{
    uint64_t next = BOARD_NEVER;
    for (int i = 0; i < UPDATE_COUNT; i++)
        if (iwdg->update_at[i] < next)
            next = iwdg->update_at[i];
    return next;
}

/* The reset comes when the counter, having reached 0, would count once more. */
static uint64_t expiry(const struct board *board)
{
    const struct iwdg *iwdg = &board->soc->iwdg;
    if (!iwdg->running)
        return BOARD_NEVER;
    return iwdg->counted_at + (iwdg->count + 1) * tick_ns(board);
}

static void schedule(struct board *board)
{
    uint64_t update = next_update(&board->soc->iwdg), end = expiry(board);
    board_schedule(board, EVENT_IWDG, update < end ? update : end);
}

static void apply_update(struct iwdg *iwdg, int which)
{
    uint32_t *const in_force[UPDATE_COUNT] = {&iwdg->prescaler, &iwdg->reload, &iwdg->window};
    *in_force[which] = iwdg->written[which];
    iwdg->update_at[which] = BOARD_NEVER;
}

static void bite(struct board *board)
{
    if (behaves(BEHAVIOUR_IWDG_RESET))
        board_request_reset(board, RESET_IWDG);
    board->soc->iwdg.running = false;
}

bool iwdg_runs(const struct board *board)
{
    return board->soc->iwdg.running;
}

void iwdg_event(struct board *board)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    if (board->now_ns >= expiry(board))
        bite(board);
    if (iwdg->running)
        count_down(board);
    for (int i = 0; i < UPDATE_COUNT; i++)
        if (board->now_ns >= iwdg->update_at[i])
            apply_update(iwdg, i);
    schedule(board);
}

static void reload(struct board *board)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    if (iwdg->running)
        count_down(board);
    if (iwdg->running && iwdg->count > iwdg->window && behaves(BEHAVIOUR_IWDG_WINDOW))
        bite(board); /* RM0399 49.3.2: reloading while the counter is above the window resets */
    iwdg->count = iwdg->reload;
    iwdg->counted_at = board->now_ns;
}

static void start(struct board *board)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    if (iwdg->running)
        return;
    iwdg->running = true;
    iwdg->counted_at = board->now_ns;
    rcc_update(board); /* LSI is forced on */
}

static void write_key(struct board *board, uint32_t key)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    iwdg->unlocked = key == KEY_UNLOCK;
    if (key == KEY_START)
        start(board);
    else if (key == KEY_RELOAD)
        reload(board);
}

static void write_value(struct board *board, int which, uint32_t value)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    if (!iwdg->unlocked && behaves(BEHAVIOUR_IWDG_WRITE_PROTECTION))
        return;
    iwdg->written[which] = value;
    iwdg->update_at[which] =
        board->now_ns + (behaves(BEHAVIOUR_IWDG_UPDATE_FLAGS) ? 5 * NS_PER_S / lsi_hz(board) : 0);
    if (which == UPDATE_WINR) { /* writing the window reloads the counter, RM0399 49.3.2 */
        if (iwdg->running)
            count_down(board);
        iwdg->count = iwdg->reload;
    }
    if (!behaves(BEHAVIOUR_IWDG_UPDATE_FLAGS))
        apply_update(iwdg, which);
}

static bool iwdg_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    value &= lanes;
    if (offset == IWDG_KR)
        write_key(board, value & 0xFFFFu);
    else if (offset == IWDG_PR)
        write_value(board, UPDATE_PR, value & 7u);
    else if (offset == IWDG_RLR)
        write_value(board, UPDATE_RLR, value & 0xFFFu);
    else if (offset == IWDG_WINR)
        write_value(board, UPDATE_WINR, value & 0xFFFu);
    else if (offset != IWDG_SR)
        return false;
    schedule(board);
    return true;
}

static uint32_t read_status(struct board *board)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    uint32_t status = 0;
    for (int i = 0; i < UPDATE_COUNT; i++)
        if (iwdg->update_at[i] != BOARD_NEVER)
            status |= 1u << i;
    soc_polled(board, &iwdg->poll, status != 0);
    return status;
}

static bool iwdg_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct iwdg *iwdg = &board->soc->iwdg;
    (void)size;
    if (offset == IWDG_KR)
        *value = 0;
    else if (offset == IWDG_PR)
        *value = iwdg->written[UPDATE_PR];
    else if (offset == IWDG_RLR)
        *value = iwdg->written[UPDATE_RLR];
    else if (offset == IWDG_WINR)
        *value = iwdg->written[UPDATE_WINR];
    else if (offset == IWDG_SR)
        *value = read_status(board);
    else
        return false;
    return true;
}

void iwdg_reset(struct board *board)
{
    struct iwdg *iwdg = &board->soc->iwdg;
    *iwdg = (struct iwdg){.reload = 0xFFF, .window = 0xFFF, .count = 0xFFF};
    iwdg->written[UPDATE_RLR] = 0xFFF;
    iwdg->written[UPDATE_WINR] = 0xFFF;
    for (int i = 0; i < UPDATE_COUNT; i++)
        iwdg->update_at[i] = BOARD_NEVER;
    iwdg->counted_at = board->now_ns;
    iwdg->running =
        !(flash_option_status(board) & OPTSR_IWDG1_SW) && behaves(BEHAVIOUR_IWDG_OPTION);
    schedule(board);
}

void iwdg_create(struct board *board)
{
    static const struct device device = {"IWDG1", IWDG_BASE, 0x400, names, iwdg_read, iwdg_write};
    bus_add(board, &device);
}
