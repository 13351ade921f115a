/* rng.c - random number generator (RM0399 chapter 34).
 *
 * The numbers come from a seeded generator, so that a run can be repeated; the times, the FIFO of
 * four words, the clock check and the interrupt are the chip's. Seed errors do not occur.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define RNG_BASE 0x48021800u
#define RNG_IRQ  80

enum { RNG_CR = 0x0, RNG_SR = 0x4, RNG_DR = 0x8 };

#define CR_RNGEN (1u << 2)
#define CR_IE    (1u << 3)
#define CR_CED   (1u << 5)
#define SR_CEIS  (1u << 5)

static const struct register_name names[] = {
    {RNG_CR, "CR"}, {RNG_SR, "SR"}, {RNG_DR, "DR"}, {0, NULL}};

static void update_interrupt(struct board *board)
{
    const struct rng *rng = &board->soc->rng;
    bool raised = rng->available > 0 || rng->clock_error_interrupt;
    board_irq(board, RNG_IRQ, (rng->cr & CR_IE) && (rng->cr & CR_RNGEN) && raised);
}

/* splitmix64, a public-domain generator by Sebastiano Vigna: good spread from any seed. */
static uint32_t next_number(struct rng *rng)
{
    uint64_t z = rng->state += 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return (uint32_t)((z ^ z >> 31) >> 16);
}

static uint64_t cycles_ns(uint64_t cycles, uint32_t hz)
{
    return cycles * NS_PER_S / hz;
}

/* RM0399 34.3.6: with CED = 0 the RNG clock must be faster than AHB / 32. */
static bool clock_too_slow(const struct board *board)
{
    return !(board->soc->rng.cr & CR_CED) && clock_rng_hz(board) <= board->soc->rcc.hclk_hz / 32u;
}

/* RM0399 34.5: the first four words take 128 RNG cycles and 426 AHB cycles, the others the longer
 * of 213 AHB cycles and 16 RNG cycles. */
static void start_round(struct board *board, bool first)
{
    struct rng *rng = &board->soc->rng;
    uint32_t rng_hz = clock_rng_hz(board), ahb_hz = board->soc->rcc.hclk_hz;
    bool clocked = (rng->cr & CR_RNGEN) && rng_hz != 0;
    rng->next_at = BOARD_NEVER;
    if (clocked || !behaves(BEHAVIOUR_RNG_CLOCK)) {
        uint64_t ahb = cycles_ns(213, ahb_hz), sample = cycles_ns(16, rng_hz ? rng_hz : HSI48_HZ);
        rng->next_at = board->now_ns + (ahb > sample ? ahb : sample);
        if (first)
            rng->next_at = board->now_ns + 2 * ahb + 8 * sample;
    }
    board_schedule(board, EVENT_RNG, rng->next_at);
}

void rng_event(struct board *board)
{
    struct rng *rng = &board->soc->rng;
    rng->next_at = BOARD_NEVER;
    board_schedule(board, EVENT_RNG, BOARD_NEVER);
    if (clock_too_slow(board) && behaves(BEHAVIOUR_RNG_CLOCK)) {
        rng->clock_error = true;
        rng->clock_error_interrupt = true;
    } else {
        for (int i = 0; i < 4; i++)
            rng->words[i] = next_number(rng);
        rng->available = 4;
    }
    update_interrupt(board);
}

static uint32_t read_status(struct board *board)
{
    struct rng *rng = &board->soc->rng;
    rng->clock_error =
        (rng->cr & CR_RNGEN) && clock_too_slow(board) && behaves(BEHAVIOUR_RNG_CLOCK);
    rng->clock_error_interrupt |= rng->clock_error;
    if (!rng->available && rng->next_at == BOARD_NEVER && !rng->clock_error)
        start_round(board, true); /* the RNG clock may have come up since */
    soc_polled(board, &rng->poll, !rng->available && rng->next_at != BOARD_NEVER);
    return (uint32_t)(rng->available > 0) | (uint32_t)rng->clock_error << 1 |
           (rng->clock_error_interrupt ? SR_CEIS : 0);
}

static uint32_t read_data(struct board *board)
{
    struct rng *rng = &board->soc->rng;
    uint32_t value = 0;
    if (rng->available > 0) {
        value = rng->words[--rng->available];
        if (rng->available == 0)
            start_round(board, false);
        update_interrupt(board);
    }
    return value;
}

static bool rng_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    (void)size;
    *value = 0;
    if (offset > RNG_DR)
        return false;
    if (!soc_clocked(board, RCC_AHB2ENR, 6, "RNG"))
        return true;
    if (offset == RNG_CR)
        *value = board->soc->rng.cr;
    else if (offset == RNG_SR)
        *value = read_status(board);
    else
        *value = read_data(board);
    return true;
}

static void write_control(struct board *board, uint32_t value)
{
    struct rng *rng = &board->soc->rng;
    bool started = (value & ~rng->cr & CR_RNGEN) != 0;
    rng->cr = value;
    if (!(value & CR_RNGEN)) {
        rng->available = 0;
        rng->next_at = BOARD_NEVER;
        board_schedule(board, EVENT_RNG, BOARD_NEVER);
    } else if (started) {
        start_round(board, true);
    }
}

static bool rng_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    struct rng *rng = &board->soc->rng;
    if (offset > RNG_DR)
        return false;
    if (!soc_clocked(board, RCC_AHB2ENR, 6, "RNG"))
        return true;
    if (offset == RNG_CR)
        write_control(board, soc_merge(rng->cr, lanes & (CR_RNGEN | CR_IE | CR_CED), value));
    else if (offset == RNG_SR && (lanes & SR_CEIS) && !(value & SR_CEIS))
        rng->clock_error_interrupt = false;
    update_interrupt(board);
    return true;
}

void rng_reset(struct board *board)
{
    struct rng *rng = &board->soc->rng;
    *rng = (struct rng){.state = rng->state, .next_at = BOARD_NEVER};
    board_schedule(board, EVENT_RNG, BOARD_NEVER);
    update_interrupt(board);
}

void rng_create(struct board *board)
{
    static const struct device device = {"RNG", RNG_BASE, 0x400, names, rng_read, rng_write};
    bus_add(board, &device);
}
