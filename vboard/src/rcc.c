/* rcc.c - reset and clock control (RM0399 chapter 9): oscillators and PLLs become ready in virtual
 * time, the system clock switches when its source is ready, reset flags, peripheral resets and
 * clock enables.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
#include "soc.h"

#define RCC_BASE 0x58024400u
#define RCC_IRQ  5

enum { RCC_CIER = 0x060, RCC_CIFR = 0x064, RCC_CICR = 0x068, RCC_LPENR_GAP = 0x0F8 };

/* Start-up times: datasheet DS12923, typical values of the oscillator and PLL tables. */
static const struct {
    uint16_t reg;
    uint8_t on_bit, ready_bit, interrupt_bit;
    uint32_t start_ns;
} oscillators[OSC_COUNT] = {
    [OSC_HSI] = {RCC_CR, 0, 2, 2, 1500},         [OSC_CSI] = {RCC_CR, 7, 8, 4, 1500},
    [OSC_HSI48] = {RCC_CR, 12, 13, 5, 3200},     [OSC_HSE] = {RCC_CR, 16, 17, 3, 2000000},
    [OSC_LSE] = {RCC_BDCR, 0, 1, 1, 2000000000}, [OSC_LSI] = {RCC_CSR, 0, 1, 0, 120000},
    [OSC_PLL1] = {RCC_CR, 24, 25, 6, 50000},     [OSC_PLL2] = {RCC_CR, 26, 27, 7, 50000},
    [OSC_PLL3] = {RCC_CR, 28, 29, 8, 50000},
};

/* Plain registers: what can be written and what they hold after reset. Registers with a life of
 * their own (CR, CFGR, ...) have it in write_register(). */
static const struct {
    uint16_t offset;
    uint32_t writable, reset;
} registers[] = {
    {RCC_CR, 0x150D129Bu, 0x00000001u},
    {0x004, 0x7F000000u, 0x40000400u}, /* HSICFGR: HSITRIM; HSICAL from the factory */
    {0x008, 0, 0x00000200u},           /* CRRCR: HSI48CAL */
    {0x00C, 0x3F000000u, 0x20000080u}, /* CSICFGR */
    {RCC_CFGR, 0xFFFFFFC7u, 0},
    {RCC_D1CFGR, 0x00000F7Fu, 0},
    {RCC_D2CFGR, 0x00000770u, 0},
    {0x020, 0x00000070u, 0}, /* D3CFGR */
    {RCC_PLLCKSELR, 0x03F3F3F3u, 0x02020200u},
    {RCC_PLLCFGR, 0x01FF0FFFu, 0x01FF0000u},
    {0x030, 0x7F7FFFFFu, 0x01010280u}, /* PLL1DIVR */
    {0x034, 0x0000FFF8u, 0},           /* PLL1FRACR */
    {0x038, 0x7F7FFFFFu, 0x01010280u},
    {0x03C, 0x0000FFF8u, 0},
    {0x040, 0x7F7FFFFFu, 0x01010280u},
    {0x044, 0x0000FFF8u, 0},
    {0x04C, 0x30010133u, 0}, /* D1CCIPR */
    {0x050, 0xB13771C7u, 0}, /* D2CCIP1R */
    {RCC_D2CCIP2R, 0x70F0333Fu, 0},
    {0x058, 0x77E3FF07u, 0}, /* D3CCIPR */
    {RCC_CIER, 0x000003FFu, 0},
    {RCC_CIFR, 0, 0},
    {RCC_CICR, 0x000007FFu, 0},
    {RCC_BDCR, 0x0001833Du, 0},
    {RCC_CSR, 0x00000001u, 0},
    {0x07C, 0xFFFFFFFFu, 0}, /* AHB3RSTR to APB4RSTR */
    {0x080, 0xFFFFFFFFu, 0},
    {0x084, 0xFFFFFFFFu, 0},
    {0x088, 0xFFFFFFFFu, 0},
    {0x08C, 0xFFFFFFFFu, 0},
    {0x090, 0xFFFFFFFFu, 0},
    {0x094, 0xFFFFFFFFu, 0},
    {0x098, 0xFFFFFFFFu, 0},
    {0x09C, 0xFFFFFFFFu, 0},
    {RCC_GCR, 0x0000000Fu, 0},
    {0x0A8, 0xFFFFFFFFu, 0}, /* D3AMR */
};

static const struct register_name names[] = {{0x000, "CR"},
                                             {0x004, "HSICFGR"},
                                             {0x008, "CRRCR"},
                                             {0x00C, "CSICFGR"},
                                             {0x010, "CFGR"},
                                             {0x018, "D1CFGR"},
                                             {0x01C, "D2CFGR"},
                                             {0x020, "D3CFGR"},
                                             {0x028, "PLLCKSELR"},
                                             {0x02C, "PLLCFGR"},
                                             {0x030, "PLL1DIVR"},
                                             {0x034, "PLL1FRACR"},
                                             {0x038, "PLL2DIVR"},
                                             {0x03C, "PLL2FRACR"},
                                             {0x040, "PLL3DIVR"},
                                             {0x044, "PLL3FRACR"},
                                             {0x04C, "D1CCIPR"},
                                             {0x050, "D2CCIP1R"},
                                             {0x054, "D2CCIP2R"},
                                             {0x058, "D3CCIPR"},
                                             {0x060, "CIER"},
                                             {0x064, "CIFR"},
                                             {0x068, "CICR"},
                                             {0x070, "BDCR"},
                                             {0x074, "CSR"},
                                             {0x07C, "AHB3RSTR"},
                                             {0x080, "AHB1RSTR"},
                                             {0x084, "AHB2RSTR"},
                                             {0x088, "AHB4RSTR"},
                                             {0x08C, "APB3RSTR"},
                                             {0x090, "APB1LRSTR"},
                                             {0x094, "APB1HRSTR"},
                                             {0x098, "APB2RSTR"},
                                             {0x09C, "APB4RSTR"},
                                             {0x0A0, "GCR"},
                                             {0x0A8, "D3AMR"},
                                             {0x0D0, "RSR"},
                                             {0x0D4, "AHB3ENR"},
                                             {0x0D8, "AHB1ENR"},
                                             {0x0DC, "AHB2ENR"},
                                             {0x0E0, "AHB4ENR"},
                                             {0x0E4, "APB3ENR"},
                                             {0x0E8, "APB1LENR"},
                                             {0x0EC, "APB1HENR"},
                                             {0x0F0, "APB2ENR"},
                                             {0x0F4, "APB4ENR"},
                                             {0x130, "C1_RSR"},
                                             {0x190, "C2_RSR"},
                                             {0, NULL}};

static uint32_t *reg(struct board *board, uint32_t offset)
{
    return &board->soc->rcc.reg[offset / 4];
}

static uint32_t get(const struct board *board, uint32_t offset)
{
    return board->soc->rcc.reg[offset / 4];
}

/* --- oscillators and PLLs --- */

static enum oscillator pll_source(const struct board *board)
{
    static const enum oscillator sources[4] = {OSC_HSI, OSC_CSI, OSC_HSE, OSC_COUNT};
    return sources[get(board, RCC_PLLCKSELR) & 3u];
}

static bool pll_has_input(const struct board *board, enum oscillator pll)
{
    enum oscillator source = pll_source(board);
    uint32_t divider_shift = 4 + 8 * (uint32_t)(pll - OSC_PLL1);
    if (!behaves(BEHAVIOUR_RCC_PLL_SOURCE))
        return true;
    return source != OSC_COUNT && board->soc->rcc.ready[source] &&
           (get(board, RCC_PLLCKSELR) >> divider_shift & 0x3Fu) != 0;
}

static bool wanted(const struct board *board, enum oscillator i)
{
    bool on = get(board, oscillators[i].reg) >> oscillators[i].on_bit & 1u;
    if (i == OSC_LSI)
        return on || board->soc->iwdg.running; /* RM0399 49.3.1: the watchdog forces LSI on */
    if (i >= OSC_PLL1)
        return on && pll_has_input(board, i);
    return on;
}

static uint32_t start_time(const struct board *board, enum oscillator i)
{
    if (!behaves(BEHAVIOUR_RCC_STARTUP))
        return 0;
    if (i == OSC_HSE &&
        get(board, RCC_CR) >> 18 & 1u) /* HSEBYP: an external clock is there at once */
        return 1000;
    return oscillators[i].start_ns;
}

static void set_ready(struct board *board, enum oscillator i, bool ready)
{
    struct rcc *rcc = &board->soc->rcc;
    uint32_t flag = 1u << oscillators[i].interrupt_bit;
    if (ready && !rcc->ready[i] && (get(board, RCC_CIER) & flag))
        *reg(board, RCC_CIFR) |= flag;
    rcc->ready[i] = ready;
}

static void update_oscillator(struct board *board, enum oscillator i)
{
    struct rcc *rcc = &board->soc->rcc;
    if (!wanted(board, i)) {
        rcc->ready_at[i] = BOARD_NEVER;
        set_ready(board, i, false);
        return;
    }
    if (rcc->ready_at[i] == BOARD_NEVER)
        rcc->ready_at[i] = board->now_ns + start_time(board, i);
    if (board->now_ns >= rcc->ready_at[i])
        set_ready(board, i, true);
}

static enum oscillator switch_source(uint32_t sw)
{
    static const enum oscillator sources[4] = {OSC_HSI, OSC_CSI, OSC_HSE, OSC_PLL1};
    return sources[sw & 3u];
}

void rcc_update(struct board *board)
{
    struct rcc *rcc = &board->soc->rcc;
    uint32_t sw = get(board, RCC_CFGR) & 7u;
    uint64_t next = pwr_update(board);
    for (int i = 0; i < OSC_COUNT; i++)
        update_oscillator(board, (enum oscillator)i);
    if (sw <= 3 && rcc->ready[switch_source(sw)])
        rcc->system_source = sw;
    for (int i = 0; i < OSC_COUNT; i++)
        if (!rcc->ready[i] && rcc->ready_at[i] < next)
            next = rcc->ready_at[i];
    clock_compute(board);
    board_irq(board, RCC_IRQ, (get(board, RCC_CIFR) & get(board, RCC_CIER)) != 0);
    board_schedule(board, EVENT_RCC, next);
}

/* --- reset --- */

/* RM0399 table "Reset source identification": system resets pull the NRST pin, so PINRSTF goes
 * along, and each system reset resets both cores. */
static uint32_t reset_flags(enum reset_cause cause)
{
    const uint32_t pin_and_cores = 1u << 22 | 1u << 17 | 1u << 18;
    switch (cause) {
    case RESET_POWER_ON: /* POR, BOR, both domains */
        return pin_and_cores | 1u << 23 | 1u << 21 | 1u << 20 | 1u << 19;
    case RESET_SOFTWARE:
        return pin_and_cores | 1u << 24; /* SFT1RSTF */
    case RESET_IWDG:
        return pin_and_cores | 1u << 26; /* IWDG1RSTF */
    case RESET_BROWNOUT:
        return pin_and_cores | 1u << 21; /* BORRSTF */
    case RESET_PIN:
    case RESET_LOCKUP: /* the chip does not reset by itself at a lock-up; somebody pulls NRST */
        break;
    }
    return pin_and_cores;
}

static void reset_flag_registers(struct board *board, enum reset_cause cause, uint32_t c1,
                                 uint32_t c2)
{
    uint32_t flags = reset_flags(cause);
    bool sticky = cause != RESET_POWER_ON && behaves(BEHAVIOUR_RCC_RESET_FLAGS_STICKY);
    *reg(board, RCC_C1_RSR) = sticky ? c1 | flags : flags;
    *reg(board, RCC_C2_RSR) = sticky ? c2 | flags : flags;
}

void rcc_reset(struct board *board, enum reset_cause cause)
{
    struct rcc *rcc = &board->soc->rcc;
    uint32_t backup = get(board, RCC_BDCR);
    uint32_t c1_flags = get(board, RCC_C1_RSR), c2_flags = get(board, RCC_C2_RSR);
    for (size_t i = 0; i < RCC_END / 4; i++)
        rcc->reg[i] = 0;
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        *reg(board, registers[i].offset) = registers[i].reset;
    *reg(board, RCC_BDCR) = backup;
    *reg(board, RCC_APB4ENR) = 0x00010000u; /* RTCAPBEN */
    reset_flag_registers(board, cause, c1_flags, c2_flags);
    for (int i = 0; i < OSC_COUNT; i++)
        if (i != OSC_LSE || cause == RESET_POWER_ON) {
            rcc->ready_at[i] = BOARD_NEVER;
            rcc->ready[i] = false;
        }
    rcc->ready_at[OSC_HSI] = board->now_ns; /* the reset ends when HSI is stable */
    rcc->system_source = 0;
    rcc_update(board);
}

void rcc_backup_domain_reset(struct board *board)
{
    *reg(board, RCC_BDCR) = 0;
    rtc_backup_reset(board);
}

/* The PHY keeps its state: its reset pin hangs on NRST, not on the RCC. */
static void reset_ethernet(struct board *board)
{
    struct phy phy = board->eth->phy;
    eth_reset(board);
    board->eth->phy = phy;
}

/* The reset bits of peripherals that have a reset of their own here. */
static void peripheral_reset(struct board *board, uint32_t offset, uint32_t set)
{
    if (!behaves(BEHAVIOUR_RCC_PERIPHERAL_RESET))
        return;
    if (offset == 0x080 && (set & 1u << 15))
        reset_ethernet(board);
    else if (offset == 0x084 && (set & 1u << 6))
        rng_reset(board);
    else if (offset == 0x088 && (set & 0x7FFu))
        gpio_port_reset(board, set & 0x7FFu);
    else if (offset == 0x090 && (set & 3u << 17))
        usart_unit_reset(board, (set & 1u << 17 ? 2u : 0) | (set & 1u << 18 ? 4u : 0));
    else if (offset == 0x098 && (set & 1u << 4))
        usart_unit_reset(board, 1);
}

/* --- register access --- */

/* Enable and low-power enable registers exist three times: as seen by the accessing core, and by
 * the name of either core. Only the Cortex-M7 accesses here, so the unnamed ones are core 1's.
 * Returns the place in reg[] that holds them (unnamed), or core 2's own; 0 when the offset is none
 * of these. */
static uint32_t enable_place(uint32_t offset)
{
    uint32_t core2 = offset >= RCC_C2_RSR ? RCC_C2_RSR - RCC_RSR : 0;
    uint32_t plain = offset - core2;
    if (!core2 && offset >= RCC_C1_RSR)
        plain = offset - (RCC_C1_RSR - RCC_RSR);
    if (plain < RCC_AHB3ENR || plain > RCC_APB4LPENR || plain == RCC_LPENR_GAP)
        return 0;
    return plain + core2;
}

bool rcc_enabled(const struct board *board, uint32_t enable, uint32_t bit)
{
    uint32_t both = get(board, enable) | get(board, enable + (RCC_C2_RSR - RCC_RSR));
    return both >> bit & 1u;
}

static bool d2_in_use(const struct board *board)
{
    return get(board, RCC_AHB1ENR) || get(board, RCC_AHB2ENR) || get(board, RCC_APB1LENR) ||
           get(board, RCC_APB2ENR) || (get(board, RCC_GCR) & 8u);
}

static uint32_t read_cr(struct board *board)
{
    struct rcc *rcc = &board->soc->rcc;
    uint32_t value = get(board, RCC_CR) | 1u << 14; /* D1CKRDY */
    bool waiting = false;
    for (int i = 0; i < OSC_COUNT; i++) {
        if (oscillators[i].reg != RCC_CR)
            continue;
        value |= (uint32_t)rcc->ready[i] << oscillators[i].ready_bit;
        waiting |= !rcc->ready[i] && rcc->ready_at[i] != BOARD_NEVER;
    }
    if (rcc->ready[OSC_HSI])
        value |= 1u << 5; /* HSIDIVF */
    if (d2_in_use(board))
        value |= 1u << 15; /* D2CKRDY */
    soc_polled(board, &rcc->poll, waiting);
    return value;
}

static uint32_t read_ready(struct board *board, enum oscillator i)
{
    struct rcc *rcc = &board->soc->rcc;
    soc_polled(board, &rcc->poll, !rcc->ready[i] && rcc->ready_at[i] != BOARD_NEVER);
    return (uint32_t)rcc->ready[i] << oscillators[i].ready_bit;
}

static bool is_plain(uint32_t offset, uint32_t *writable)
{
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        if (registers[i].offset == offset) {
            *writable = registers[i].writable;
            return true;
        }
    }
    return false;
}

static bool rcc_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    uint32_t writable;
    (void)size;
    if (enable_place(offset))
        *value = get(board, enable_place(offset));
    else if (offset == RCC_RSR || offset == RCC_C1_RSR)
        *value = get(board, RCC_C1_RSR);
    else if (offset == RCC_C2_RSR)
        *value = get(board, RCC_C2_RSR);
    else if (!is_plain(offset, &writable))
        return false;
    else if (offset == RCC_CR)
        *value = read_cr(board);
    else if (offset == RCC_CFGR)
        *value = get(board, RCC_CFGR) | board->soc->rcc.system_source << 3;
    else if (offset == RCC_BDCR)
        *value = get(board, RCC_BDCR) | read_ready(board, OSC_LSE);
    else if (offset == RCC_CSR)
        *value = get(board, RCC_CSR) | read_ready(board, OSC_LSI);
    else
        *value = get(board, offset);
    return true;
}

/* What the system clock runs from cannot be switched off (RM0399 9.7.2, HSION, HSEON, PLL1ON). */
static uint32_t keep_clock_alive(const struct board *board, uint32_t cr)
{
    enum oscillator source = switch_source(board->soc->rcc.system_source);
    cr |= 1u << oscillators[source].on_bit;
    if (source == OSC_PLL1 && pll_source(board) != OSC_COUNT)
        cr |= 1u << oscillators[pll_source(board)].on_bit;
    return cr;
}

/* The fields of the PLL registers that a running PLL locks. */
static uint32_t locked_by_plls(const struct board *board, uint32_t offset)
{
    uint32_t cr = get(board, RCC_CR), locked = 0;
    for (uint32_t i = 0; i < 3; i++) {
        if (!(cr >> (24 + 2 * i) & 1u))
            continue;
        if (offset == RCC_PLLCKSELR)
            locked |= 3u | 0x3F0u << (8 * i);
        else if (offset == RCC_PLLCFGR)
            locked |= 0xEu << (4 * i) | 7u << (16 + 3 * i);
        else if (offset == RCC_PLL1DIVR + 8 * i)
            locked = 0xFFFFFFFFu;
    }
    return locked;
}

static void write_backup_control(struct board *board, uint32_t value)
{
    if (!pwr_backup_writable(board))
        return;
    if (value & 1u << 16) { /* BDRST */
        rcc_backup_domain_reset(board);
        value = 1u << 16;
    }
    *reg(board, RCC_BDCR) = value;
}

static void write_register(struct board *board, uint32_t offset, uint32_t value)
{
    uint32_t old = get(board, offset);
    uint32_t locked = locked_by_plls(board, offset);
    value = (value & ~locked) | (old & locked);
    if (offset == RCC_CICR) {
        *reg(board, RCC_CIFR) &= ~value;
        return;
    }
    if (offset == RCC_BDCR) {
        write_backup_control(board, value);
        return;
    }
    if (offset == RCC_CR)
        value = keep_clock_alive(board, value);
    if (offset == RCC_GCR && (value & ~old & 8u))
        board_warn(board,
                   "the Cortex-M4 is released (RCC_GCR.BOOT_C2): only the Cortex-M7 runs here");
    *reg(board, offset) = value;
    if (offset >= RCC_AHB3RSTR && offset <= RCC_APB4RSTR)
        peripheral_reset(board, offset, value & ~old);
}

static bool rcc_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    uint32_t writable, place = enable_place(offset);
    if (place) {
        *reg(board, place) = soc_merge(get(board, place), lanes, value);
        return true;
    }
    if (offset == RCC_RSR || offset == RCC_C1_RSR || offset == RCC_C2_RSR) {
        if (value & lanes & 1u << 16) /* RMVF */
            *reg(board, offset == RCC_C2_RSR ? RCC_C2_RSR : RCC_C1_RSR) = 0;
        return true;
    }
    if (!is_plain(offset, &writable))
        return false;
    write_register(board, offset, soc_merge(get(board, offset), lanes & writable, value));
    rcc_update(board);
    return true;
}

void rcc_create(struct board *board)
{
    static const struct device device = {"RCC", RCC_BASE, 0x400, names, rcc_read, rcc_write};
    bus_add(board, &device);
}
