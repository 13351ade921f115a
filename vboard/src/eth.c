/* eth.c - Ethernet MAC registers, interrupts, MDIO and the model's timers (RM0399, Ethernet
 * chapter).
 *
 * Modelled: what a driver touches to send and receive with rings, filters and checksum offload. Not
 * modelled, and said so on first use: time stamps, VLAN insertion, ARP offload, TCP segmentation,
 * wake-up, low-power idle.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth.h"
#include "soc.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MDIO_BUSY = 1 << 0, MDIO_READ = 3, MDIO_WRITE = 1, MDIO_CLAUSE_45 = 1 << 1 };
enum { SWR = 1 << 0, FTQ = 1 << 0, MMC_RESET = 1 << 0, MMC_RESET_ON_READ = 1 << 2 };
enum { MMC_STOP_AT_TOP = 1 << 1, MMC_FREEZE = 1 << 3, ADDRESS_ENABLE = 1u << 31 };
enum { ETH1MACEN = 15, ETH1TXEN = 16, ETH1RXEN = 17 };

/* The reset crosses into the MII clock domains: some periods of 40 ns. */
#define SOFTWARE_RESET_NS 4000u

struct eth_register {
    uint16_t offset;
    const char *name;
    uint32_t reset;
    uint32_t writable;
    uint32_t unmodelled; /* writable bits whose effect is missing here */
};

static const struct eth_register registers[] = {
    {MACCR, "MACCR", 0x00008000, 0xFFFB7F7F, 0xF0000000},
    {MACECR, "MACECR", 0, 0x3F073FFF, 0},
    {MACPFR, "MACPFR", 0, 0x803107FF, 0x00310000},
    {MACWTR, "MACWTR", 0, 0x0000010F, 0},
    {MACHT0R, "MACHT0R", 0, 0xFFFFFFFF, 0},
    {MACHT1R, "MACHT1R", 0, 0xFFFFFFFF, 0},
    {MACQTXFCR, "MACQTXFCR", 0, 0xFFFF00F3, 0x00000001},
    {MACRXFCR, "MACRXFCR", 0, 0x00000003, 0},
    {MACISR, "MACISR", 0, 0, 0},
    {MACIER, "MACIER", 0, 0x00007038, 0x00007030},
    {MACRXTXSR, "MACRXTXSR", 0, 0, 0},
    {MAC1USTCR, "MAC1USTCR", 0, 0x00000FFF, 0},
    {MACVR, "MACVR", 0x00003041, 0, 0},
    {MACDR, "MACDR", 0, 0, 0},
    {MACHWF0R, "MACHWF0R", 0x0A0D73F7, 0, 0},
    {MACHWF1R, "MACHWF1R", 0x11041904, 0, 0},
    {MACHWF2R, "MACHWF2R", 0x41000000, 0, 0},
    {MACMDIOAR, "MACMDIOAR", 0, 0x0FFF7F1F, MDIO_CLAUSE_45},
    {MACMDIODR, "MACMDIODR", 0, 0xFFFFFFFF, 0},
    {MACA0HR, "MACA0HR", 0x8000FFFF, 0x0000FFFF, 0},
    {MACA0LR, "MACA0LR", 0xFFFFFFFF, 0xFFFFFFFF, 0},
    {MACA0HR + 8, "MACA1HR", 0x0000FFFF, 0xFF00FFFF, 0},
    {MACA0LR + 8, "MACA1LR", 0xFFFFFFFF, 0xFFFFFFFF, 0},
    {MACA0HR + 16, "MACA2HR", 0x0000FFFF, 0xFF00FFFF, 0},
    {MACA0LR + 16, "MACA2LR", 0xFFFFFFFF, 0xFFFFFFFF, 0},
    {MACA0HR + 24, "MACA3HR", 0x0000FFFF, 0xFF00FFFF, 0},
    {MACA3LR, "MACA3LR", 0xFFFFFFFF, 0xFFFFFFFF, 0},
    {MMC_CONTROL, "MMC_CONTROL", 0, 0x0000010E, 0x00000100},
    {MMC_RX_INTERRUPT, "MMC_RX_INTERRUPT", 0, 0, 0},
    {MMC_TX_INTERRUPT, "MMC_TX_INTERRUPT", 0, 0, 0},
    {MMC_RX_INTERRUPT_MASK, "MMC_RX_INTERRUPT_MASK", 0, 0x0C020060, 0},
    {MMC_TX_INTERRUPT_MASK, "MMC_TX_INTERRUPT_MASK", 0, 0x0C20C000, 0},
    {MMC_TX_SINGLE_COLLISION, "TX_SINGLE_COLLISION_GOOD_PACKETS", 0, 0, 0},
    {MMC_TX_MULTIPLE_COLLISION, "TX_MULTIPLE_COLLISION_GOOD_PACKETS", 0, 0, 0},
    {MMC_TX_GOOD, "TX_PACKET_COUNT_GOOD", 0, 0, 0},
    {MMC_RX_CRC_ERROR, "RX_CRC_ERROR_PACKETS", 0, 0, 0},
    {MMC_RX_ALIGNMENT_ERROR, "RX_ALIGNMENT_ERROR_PACKETS", 0, 0, 0},
    {MMC_RX_UNICAST_GOOD, "RX_UNICAST_PACKETS_GOOD", 0, 0, 0},
    {MTLOMR, "MTLOMR", 0, 0x00000302, 0x00000300},
    {MTLISR, "MTLISR", 0, 0, 0},
    {MTLTQOMR, "MTLTQOMR", 0x00070008, 0x01FF007E, 0},
    {MTLTQUR, "MTLTQUR", 0, 0, 0},
    {MTLTQDR, "MTLTQDR", 0, 0, 0},
    {MTLQICSR, "MTLQICSR", 0, 0x01000100, 0x01000100},
    {MTLRQOMR, "MTLRQOMR", 0x00700000, 0x0070C7FB, 0},
    {MTLRQMPOCR, "MTLRQMPOCR", 0, 0, 0},
    {MTLRQDR, "MTLRQDR", 0, 0, 0},
    {DMAMR, "DMAMR", 0, 0x00037802, 0x00030000},
    {DMASBMR, "DMASBMR", 0x01010000, 0x0000D001, 0},
    {DMAISR, "DMAISR", 0, 0, 0},
    {DMADSR, "DMADSR", 0, 0, 0},
    {DMACCR, "DMACCR", 0, 0x001D3FFF, 0},
    {DMACTCR, "DMACTCR", 0, 0x003F1011, 0x00001000},
    {DMACRCR, "DMACRCR", 0, 0x803F7FF9, 0},
    {DMACTDLAR, "DMACTDLAR", 0, 0xFFFFFFFC, 0},
    {DMACRDLAR, "DMACRDLAR", 0, 0xFFFFFFFC, 0},
    {DMACTDTPR, "DMACTDTPR", 0, 0xFFFFFFFC, 0},
    {DMACRDTPR, "DMACRDTPR", 0, 0xFFFFFFFC, 0},
    {DMACTDRLR, "DMACTDRLR", 0, 0x000003FF, 0},
    {DMACRDRLR, "DMACRDRLR", 0, 0x000003FF, 0},
    {DMACIER, "DMACIER", 0, 0x0000FFC7, 0},
    {DMACRIWTR, "DMACRIWTR", 0, 0x000300FF, 0},
    {DMACCATDR, "DMACCATDR", 0, 0, 0},
    {DMACCARDR, "DMACCARDR", 0, 0, 0},
    {DMACCATBR, "DMACCATBR", 0, 0, 0},
    {DMACCARBR, "DMACCARBR", 0, 0, 0},
    {DMACSR, "DMACSR", 0, 0, 0},
    {DMACMFCR, "DMACMFCR", 0, 0, 0},
};
enum { REGISTER_COUNT = sizeof registers / sizeof registers[0] };

/* What drivers also know by name, for the reports of what is not modelled. */
static const struct register_name unmodelled_names[] = {
    {0x050, "MACVTR"},           {0x058, "MACVHTR"},          {0x060, "MACVIR"},
    {0x064, "MACIVIR"},          {0x0C0, "MACPCSR"},          {0x0C4, "MACRWKPFR"},
    {0x0D0, "MACLCSR"},          {0x0D4, "MACLTCR"},          {0x0D8, "MACLETR"},
    {0x7EC, "TX_LPI_USEC_CNTR"}, {0x7F0, "TX_LPI_TRAN_CNTR"}, {0x7F4, "RX_LPI_USEC_CNTR"},
    {0x7F8, "RX_LPI_TRAN_CNTR"}, {0x900, "MACL3L4C0R"},       {0xAE0, "MACARPAR"},
    {0xB00, "MACTSCR"},          {0xB04, "MACSSIR"},          {0xB08, "MACSTSR"},
    {0xB0C, "MACSTNR"},          {0xB10, "MACSTSUR"},         {0xB14, "MACSTNUR"},
    {0xB18, "MACTSAR"},          {0xB20, "MACTSSR"},          {0xB40, "MACACR"},
    {0xB70, "MACPPSCR"},
};
enum { UNMODELLED_COUNT = sizeof unmodelled_names / sizeof unmodelled_names[0] };

static struct register_name names[REGISTER_COUNT + UNMODELLED_COUNT + 1];

static const struct eth_register *find_register(uint32_t offset)
{
    size_t low = 0, high = REGISTER_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (registers[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < REGISTER_COUNT && registers[low].offset == offset ? &registers[low] : NULL;
}

void eth_trace(struct board *board, const char *format, ...)
{
    if (!(board->options.trace & TRACE_ETH))
        return;
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "eth: %" PRIu64 ".%06" PRIu64 " ms ", (uint64_t)(board->now_ns / NS_PER_MS),
            (uint64_t)(board->now_ns % NS_PER_MS));
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

uint32_t eth_hclk_hz(const struct board *board)
{
    return board->soc->rcc.hclk_hz;
}

/* --- interrupts --- */

static void update_interrupt(struct board *board)
{
    const uint32_t normal = CSR_TI | CSR_TBU | CSR_RI | CSR_ERI;
    const uint32_t abnormal = CSR_TPS | CSR_RBU | CSR_RPS | CSR_ETI | CSR_FBE | CSR_CDE;
    uint32_t *status = eth_reg(board, DMACSR);
    uint32_t enabled = *eth_reg(board, DMACIER);
    if (*status & enabled & normal)
        *status |= CSR_NIS;
    if (*status & enabled & abnormal)
        *status |= CSR_AIS;
    board_irq(board, ETH_IRQ, (*status & enabled & (CSR_NIS | CSR_AIS)) != 0);
}

void eth_status(struct board *board, uint32_t bits)
{
    uint32_t *status = eth_reg(board, DMACSR);
    *status |= bits;
    if (bits & CSR_RI)
        *status &= ~(uint32_t)CSR_ERI;
    update_interrupt(board);
}

void eth_clear_status(struct board *board, uint32_t bits)
{
    uint32_t *status = eth_reg(board, DMACSR);
    *status &= ~(bits & 0xFFC7u);
    if (bits & CSR_FBE)
        *status &= 0xFFFFu;
    update_interrupt(board);
}

void eth_count(struct board *board, uint32_t counter_register)
{
    uint32_t control = *eth_reg(board, MMC_CONTROL);
    uint32_t *counter = eth_reg(board, counter_register);
    if (control & MMC_FREEZE || (control & MMC_STOP_AT_TOP && *counter == UINT32_MAX))
        return;
    ++*counter;
}

/* --- timers: EVENT_ETH carries the earliest of the model's own, EVENT_MDIO those of MDIO and PHY
 * --- */

void eth_set_timer(struct board *board, enum eth_timer timer, uint64_t at_ns)
{
    struct eth *eth = board->eth;
    eth->timer[timer] = at_ns;
    uint64_t first = BOARD_NEVER;
    for (int i = 0; i < ETH_TIMER_COUNT; i++) {
        if (eth->timer[i] < first)
            first = eth->timer[i];
    }
    board_schedule(board, EVENT_ETH, first);
}

static void schedule_mdio(struct board *board)
{
    uint64_t phy_ns = phy_deadline(&board->eth->phy);
    uint64_t mdio_ns = board->eth->mdio_done_ns;
    board_schedule(board, EVENT_MDIO, phy_ns < mdio_ns ? phy_ns : mdio_ns);
}

static bool mii_clocks(struct board *board)
{
    if (!behaves(BEHAVIOUR_ETH_RESET_CLOCKS))
        return true;
    return phy_clocks(&board->eth->phy) && rcc_enabled(board, RCC_AHB1ENR, ETH1TXEN) &&
           rcc_enabled(board, RCC_AHB1ENR, ETH1RXEN);
}

static void reset_registers(struct board *board)
{
    memset(board->eth->reg, 0, sizeof board->eth->reg);
    for (size_t i = 0; i < REGISTER_COUNT; i++)
        *eth_reg(board, registers[i].offset) = registers[i].reset;
    board->eth->mdio_done_ns = BOARD_NEVER;
    eth_dma_reset(board);
    update_interrupt(board);
}

/* A software reset ends only when the MII clocks run: without them it hangs, as many a driver
 * found. */
static void try_software_reset(struct board *board)
{
    bool asked = (*eth_reg(board, DMAMR) & SWR) != 0;
    if (asked && board->eth->timer[ETH_TIMER_RESET] == BOARD_NEVER && mii_clocks(board))
        eth_set_timer(board, ETH_TIMER_RESET, board->now_ns + SOFTWARE_RESET_NS);
}

static void start_software_reset(struct board *board)
{
    reset_registers(board);
    *eth_reg(board, DMAMR) = SWR;
    eth_trace(board, "software reset");
    try_software_reset(board);
}

static void finish_software_reset(struct board *board)
{
    if (behaves(BEHAVIOUR_ETH_SOFTWARE_RESET))
        reset_registers(board);
    schedule_mdio(board);
}

static void phy_changed(struct board *board)
{
    schedule_mdio(board);
    try_software_reset(board);
}

void phy_set_link(struct board *board, bool plugged)
{
    eth_trace(board, "cable %s", plugged ? "plugged" : "pulled");
    if (!board->powered) { /* a board that is off: its PHY looks at the cable when it starts */
        board->eth->phy.cable = plugged;
        return;
    }
    phy_set_cable(&board->eth->phy, plugged, board->now_ns);
    phy_changed(board);
}

/* --- MDIO --- */

/* A frame is 64 bits of MDC, 33 without preamble (IEEE 802.3 22.2.4.5). */
static uint64_t mdio_frame_ns(struct board *board)
{
    static const uint8_t dividers[16] = {42, 62, 16, 26, 102, 124, 42, 42,
                                         4,  6,  8,  10, 12,  14,  16, 18};
    uint32_t control = *eth_reg(board, MACMDIOAR);
    uint64_t bits = (control >> 27 & 1 ? 33 : 64) + (control >> 12 & 7);
    return bits * dividers[control >> 8 & 15] * NS_PER_S / eth_hclk_hz(board);
}

static uint16_t mdio_read(struct board *board, unsigned address, unsigned reg)
{
    if (address != PHY_ADDRESS && behaves(BEHAVIOUR_MDIO_ABSENT))
        return 0xFFFF; /* nobody drives the line: its pull-up reads as ones */
    return phy_read(&board->eth->phy, reg, board->now_ns);
}

static void start_mdio(struct board *board)
{
    uint64_t duration_ns = behaves(BEHAVIOUR_MDIO_BUSY) ? mdio_frame_ns(board) : 0;
    board->eth->mdio_done_ns = board->now_ns + duration_ns;
    schedule_mdio(board);
}

static void finish_mdio(struct board *board)
{
    struct eth *eth = board->eth;
    uint32_t *control = eth_reg(board, MACMDIOAR);
    uint32_t *data = eth_reg(board, MACMDIODR);
    unsigned address = *control >> 21 & 31, reg = *control >> 16 & 31;
    eth->mdio_done_ns = BOARD_NEVER;
    *control &= ~(uint32_t)MDIO_BUSY;
    if ((*control >> 2 & 3) == MDIO_READ) {
        *data = (*data & 0xFFFF0000u) | mdio_read(board, address, reg);
        return;
    }
    if ((*control >> 2 & 3) == MDIO_WRITE && address == PHY_ADDRESS) {
        eth_trace(board, "phy register %u = %04x", reg, *data & 0xFFFFu);
        phy_write(&eth->phy, reg, (uint16_t)*data, board->now_ns);
    }
}

/* --- events --- */

static void mdio_event(struct board *board)
{
    struct eth *eth = board->eth;
    bool link = phy_link(&eth->phy);
    if (eth->mdio_done_ns <= board->now_ns)
        finish_mdio(board);
    phy_advance(&eth->phy, board->now_ns);
    if (phy_link(&eth->phy) != link)
        eth_trace(board, "link %s", link ? "down" : "up");
    phy_changed(board);
}

void eth_event(struct board *board, enum board_event event)
{
    static void (*const handlers[ETH_TIMER_COUNT])(struct board *) = {
        finish_software_reset, eth_tx_sent, eth_wire_event, eth_rx_watchdog};
    if (event == EVENT_MDIO) {
        mdio_event(board);
        return;
    }
    for (int i = 0; i < ETH_TIMER_COUNT; i++) {
        if (board->eth->timer[i] > board->now_ns)
            continue;
        eth_set_timer(board, (enum eth_timer)i, BOARD_NEVER);
        handlers[i](board);
    }
}

/* --- register accesses --- */

/* DMADSR: state of the channel's two processes. */
static uint32_t debug_status(struct board *board)
{
    const struct eth_tx *tx = &board->eth->tx;
    const struct eth_rx *rx = &board->eth->rx;
    uint32_t sending = tx->ring.suspended ? 6 : tx->on_wire ? 2 : 1;
    uint32_t receiving = rx->ring.suspended ? 4 : 3;
    return (tx->ring.running ? sending << 12 : 0) | (rx->ring.running ? receiving << 8 : 0);
}

static uint32_t dma_interrupt_status(struct board *board)
{
    uint32_t status = *eth_reg(board, DMACSR) & *eth_reg(board, DMACIER);
    return (status & (CSR_NIS | CSR_AIS)) ? 1 : 0;
}

static uint32_t receive_queue_debug(struct board *board)
{
    const struct eth_queue *fifo = &board->eth->rx.fifo;
    return fifo->count << 16 | (fifo->count ? 2u << 4 : 0);
}

static bool is_counter(uint32_t offset)
{
    return offset >= MMC_TX_SINGLE_COLLISION && offset <= MMC_RX_UNICAST_GOOD;
}

/* The guest waits for a flag that time clears. */
static void polled(struct board *board, uint32_t flag)
{
    if (flag)
        board_skip_to_next_event(board);
}

static uint32_t read_register(struct board *board, uint32_t offset)
{
    uint32_t *reg = eth_reg(board, offset), value = *reg;
    if (is_counter(offset)) {
        if (*eth_reg(board, MMC_CONTROL) & MMC_RESET_ON_READ)
            *reg = 0;
        return value;
    }
    switch (offset) {
    case MACMDIOAR:
        polled(board, value & MDIO_BUSY);
        break;
    case DMAMR:
        try_software_reset(board); /* the clocks may run by now */
        polled(board, value & SWR && board->eth->timer[ETH_TIMER_RESET] != BOARD_NEVER);
        break;
    case DMADSR:
        return debug_status(board);
    case DMAISR:
        return dma_interrupt_status(board);
    case MTLTQDR:
        return board->eth->tx.on_wire ? 1u << 4 | 1u << 1 : 0;
    case MTLRQDR:
        return receive_queue_debug(board);
    case DMACCATDR:
        return board->eth->tx.ring.current;
    case DMACCARDR:
        return board->eth->rx.ring.current;
    case MTLRQMPOCR:
    case DMACMFCR:
        *reg = 0; /* counters that reading clears */
        break;
    default:
        break;
    }
    return value;
}

static bool clocked(struct board *board)
{
    return soc_clocked(board, RCC_AHB1ENR, ETH1MACEN, "ETH");
}

static bool eth_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    (void)size;
    *value = 0;
    if (!find_register(offset))
        return false;
    if (clocked(board))
        *value = read_register(board, offset);
    return true;
}

static void write_mdio(struct board *board, uint32_t value)
{
    if (board->eth->mdio_done_ns != BOARD_NEVER)
        board_warn(board, "ETH: MACMDIOAR written while a management frame runs");
    else if (value & MDIO_BUSY)
        start_mdio(board);
    else
        *eth_reg(board, MACMDIOAR) &= ~(uint32_t)MDIO_BUSY;
}

static void reset_counters(struct board *board)
{
    for (uint32_t offset = MMC_TX_SINGLE_COLLISION; offset <= MMC_RX_UNICAST_GOOD; offset += 4)
        *eth_reg(board, offset) = 0;
}

/* What a write sets off, after the register has its new value. value has only the written lanes. */
static void act_on_write(struct board *board, uint32_t offset, uint32_t value)
{
    struct eth *eth = board->eth;
    switch (offset) {
    case MACCR:
        eth_tx_run(board);
        break;
    case MACMDIOAR:
        write_mdio(board, value);
        break;
    case MMC_CONTROL:
        if (value & MMC_RESET)
            reset_counters(board);
        break;
    case MTLTQOMR:
        if (value & FTQ)
            eth_tx_flush(board);
        break;
    case DMAMR:
        if (value & SWR)
            start_software_reset(board);
        break;
    case DMACTCR:
        eth_tx_control(board);
        break;
    case DMACRCR:
        eth_rx_control(board);
        break;
    case DMACTDLAR:
        eth_list_written(board, &eth->tx.ring, *eth_reg(board, DMACTDLAR));
        break;
    case DMACRDLAR:
        eth_list_written(board, &eth->rx.ring, *eth_reg(board, DMACRDLAR));
        break;
    case DMACTDTPR:
        eth_tx_doorbell(board);
        break;
    case DMACRDTPR:
        eth_rx_doorbell(board);
        break;
    case DMACIER:
        update_interrupt(board);
        break;
    case DMACSR:
        eth_clear_status(board, value);
        break;
    default:
        break;
    }
}

static bool eth_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    const struct eth_register *known = find_register(offset);
    if (!known)
        return false;
    if (!clocked(board) || *eth_reg(board, DMAMR) & SWR)
        return true;
    uint32_t written = value & lanes;
    uint32_t mask = known->writable & lanes;
    uint32_t *reg = eth_reg(board, offset);
    if (written & known->unmodelled)
        board_warn(board, "ETH: %s bits 0x%08x have no effect in this model", known->name,
                   (unsigned)(written & known->unmodelled));
    if (offset == MACMDIOAR && board->eth->mdio_done_ns == BOARD_NEVER)
        mask |= written & MDIO_BUSY;
    else if (offset == MACMDIOAR)
        mask = 0;
    *reg = (*reg & ~mask) | (value & mask);
    act_on_write(board, offset, written);
    return true;
}

/* --- life cycle --- */

void eth_reset(struct board *board)
{
    for (int i = 0; i < ETH_TIMER_COUNT; i++)
        eth_set_timer(board, (enum eth_timer)i, BOARD_NEVER);
    reset_registers(board);
    eth_mac_reset(board);
    phy_reset(&board->eth->phy, board->now_ns); /* its reset pin hangs on NRST */
    schedule_mdio(board);
    net_reset(board);
}

struct eth *eth_create(struct board *board)
{
    static const struct device device = {.name = "ETH",
                                         .base = ETH_BASE,
                                         .size = ETH_SPAN,
                                         .names = names,
                                         .read = eth_read,
                                         .write = eth_write};
    for (size_t i = 0; i < REGISTER_COUNT; i++)
        names[i] = (struct register_name){registers[i].offset, registers[i].name};
    memcpy(names + REGISTER_COUNT, unmodelled_names, sizeof unmodelled_names);
    struct eth *eth = calloc(1, sizeof *eth);
    if (!eth)
        abort();
    eth_queue_create(&eth->rx.wire, ETH_WIRE_QUEUE);
    eth_queue_create(&eth->rx.fifo, ETH_FIFO_SLOTS);
    eth->phy.cable = true;
    eth->phy.reset_done_ns = BOARD_NEVER;
    eth->phy.link_up_ns = BOARD_NEVER;
    eth->mdio_done_ns = BOARD_NEVER;
    for (int i = 0; i < ETH_TIMER_COUNT; i++)
        eth->timer[i] = BOARD_NEVER;
    bus_add(board, &device);
    return eth;
}
