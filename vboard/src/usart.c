/* usart.c - USART1-3 (RM0399 chapter 52): asynchronous mode, with and without FIFO.
 *
 * Each character takes its time on the wire, from BRR and the kernel clock. Framing, noise and
 * parity errors do not occur. Smartcard, LIN, IrDA, hardware flow control and DMA are not modelled.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usart.h"
#include "watch.h"

#include <stdlib.h>
#include <string.h>

enum {
    USART_CR1 = 0x00,
    USART_CR2 = 0x04,
    USART_CR3 = 0x08,
    USART_BRR = 0x0C,
    USART_GTPR = 0x10,
    USART_RTOR = 0x14,
    USART_RQR = 0x18,
    USART_ISR = 0x1C,
    USART_ICR = 0x20,
    USART_RDR = 0x24,
    USART_TDR = 0x28,
    USART_PRESC = 0x2C
};

#define CR1_UE         (1u << 0)
#define CR1_RE         (1u << 2)
#define CR1_TE         (1u << 3)
#define CR1_IDLEIE     (1u << 4)
#define CR1_RXNEIE     (1u << 5)
#define CR1_TCIE       (1u << 6)
#define CR1_TXEIE      (1u << 7)
#define CR1_M0         (1u << 12)
#define CR1_OVER8      (1u << 15)
#define CR1_M1         (1u << 28)
#define CR1_FIFOEN     (1u << 29)
#define CR1_TXFEIE     (1u << 30)
#define CR1_RXFFIE     (1u << 31)
#define CR2_UNMODELLED 0x00F04000u /* LINEN, ABREN, ABRMOD, RTOEN */
#define CR3_EIE        (1u << 0)
#define CR3_OVRDIS     (1u << 12)
#define CR3_TXFTIE     (1u << 23)
#define CR3_RXFTIE     (1u << 28)
#define CR3_UNMODELLED 0x000043EEu /* IREN, HDSEL, SCEN, DMAR, DMAT, RTSE, CTSE, DEM */
#define ISR_ORE        (1u << 3)
#define ISR_IDLE       (1u << 4)
#define ISR_RXNE       (1u << 5)
#define ISR_TC         (1u << 6)
#define ISR_TXE        (1u << 7)
#define ISR_BUSY       (1u << 16)
#define ISR_TEACK      (1u << 21)
#define ISR_REACK      (1u << 22)
#define ISR_TXFE       (1u << 23)
#define ISR_RXFF       (1u << 24)
#define ISR_RXFT       (1u << 26)
#define ISR_TXFT       (1u << 27)

/* The host is asked every millisecond of virtual time, a little later when much is going on. */
#define AHEAD_NS  (4 * NS_PER_MS)
#define AHEAD_MIN 16u

static const struct {
    uint32_t base, enable, bit;
    int irq;
    enum board_event event;
} units[USART_COUNT] = {
    {0x40011000u, RCC_APB2ENR, 4, 37, EVENT_UART1},
    {0x40004400u, RCC_APB1LENR, 17, 38, EVENT_UART2},
    {0x40004800u, RCC_APB1LENR, 18, 39, EVENT_UART3},
};

static const struct register_name names[] = {
    {USART_CR1, "CR1"}, {USART_CR2, "CR2"},   {USART_CR3, "CR3"},
    {USART_BRR, "BRR"}, {USART_GTPR, "GTPR"}, {USART_RTOR, "RTOR"},
    {USART_RQR, "RQR"}, {USART_ISR, "ISR"},   {USART_ICR, "ICR"},
    {USART_RDR, "RDR"}, {USART_TDR, "TDR"},   {USART_PRESC, "PRESC"},
    {0, NULL}};

static struct unit *unit_of(const struct board *board, int number)
{
    return &board->usart->units[number - 1];
}

/* --- FIFOs --- */

static unsigned depth(const struct unit *unit)
{
    return (unit->cr1 & CR1_FIFOEN) && behaves(BEHAVIOUR_USART_FIFO) ? FIFO_SIZE : 1;
}

static void push(struct fifo *fifo, uint8_t byte)
{
    fifo->bytes[fifo->count++] = byte;
}

static uint8_t pop(struct fifo *fifo)
{
    uint8_t byte = fifo->bytes[0];
    memmove(fifo->bytes, fifo->bytes + 1, --fifo->count);
    return byte;
}

/* TXFTCFG, RXFTCFG: 1/8, 1/4, 1/2, 3/4, 7/8 of the FIFO, all of it. */
static unsigned threshold(uint32_t config)
{
    static const uint8_t counts[8] = {2, 4, 8, 12, 14, 16, 16, 16};
    return counts[config & 7u];
}

/* --- time --- */

static bool enabled(const struct unit *unit, uint32_t bit)
{
    return (unit->cr1 & CR1_UE) && (unit->cr1 & bit);
}

/* Twice the bits of a character with start and stop bits (RM0399 52.5.5 and 52.8.3: M, STOP). */
static uint32_t half_bits(const struct unit *unit)
{
    static const uint8_t stop_half_bits[4] = {2, 1, 4, 3};
    uint32_t data = unit->cr1 & CR1_M1 ? 7 : unit->cr1 & CR1_M0 ? 9 : 8;
    return 2 + 2 * data + stop_half_bits[unit->cr2 >> 12 & 3u];
}

/* The time of one character; 0 when the unit has no clock or no usable BRR (RM0399 52.5.7). */
static uint64_t character_ns(const struct board *board, const struct unit *unit)
{
    static const uint16_t prescalers[16] = {1,  2,  4,   6,   8,   10,  12,  16,
                                            32, 64, 128, 256, 256, 256, 256, 256};
    uint32_t hz = soc_kernel_hz(board, unit->number) / prescalers[unit->presc & 15u];
    uint32_t divider = unit->brr;
    if (unit->cr1 & CR1_OVER8)
        divider = (unit->brr & 0xFFF0u) | (unit->brr & 7u) << 1;
    if (hz == 0 || divider < 16)
        return 0;
    if (unit->cr1 & CR1_OVER8)
        hz *= 2;
    if (!behaves(BEHAVIOUR_USART_BAUD_TIME))
        return 1;
    return half_bits(unit) * NS_PER_S / 2 * divider / hz;
}

static void schedule(struct board *board, const struct unit *unit)
{
    uint64_t at = unit->tx_done_at;
    if (unit->rx_done_at < at)
        at = unit->rx_done_at;
    if (unit->idle_at < at)
        at = unit->idle_at;
    board_schedule(board, units[unit->number - 1].event, at);
}

/* --- flags and interrupt --- */

static uint32_t flags(const struct unit *unit)
{
    uint32_t isr =
        (unit->overrun ? ISR_ORE : 0) | (unit->idle ? ISR_IDLE : 0) | (unit->tc ? ISR_TC : 0);
    if (unit->rx.count > 0)
        isr |= ISR_RXNE;
    if (unit->tx.count < depth(unit))
        isr |= ISR_TXE;
    if (unit->rx_done_at != BOARD_NEVER)
        isr |= ISR_BUSY;
    if (enabled(unit, CR1_TE))
        isr |= ISR_TEACK;
    if (enabled(unit, CR1_RE))
        isr |= ISR_REACK;
    if (depth(unit) == 1)
        return isr;
    if (unit->tx.count == 0)
        isr |= ISR_TXFE;
    if (unit->rx.count == FIFO_SIZE)
        isr |= ISR_RXFF;
    if (unit->rx.count >= threshold(unit->cr3 >> 25))
        isr |= ISR_RXFT;
    if (FIFO_SIZE - unit->tx.count >= threshold(unit->cr3 >> 29))
        isr |= ISR_TXFT;
    return isr;
}

/* RM0399 table "USART interrupt requests". */
static bool interrupt_raised(const struct unit *unit)
{
    static const struct {
        uint32_t enable, flag;
    } cr1[] = {{CR1_IDLEIE, ISR_IDLE}, {CR1_RXNEIE, ISR_RXNE | ISR_ORE}, {CR1_TCIE, ISR_TC},
               {CR1_TXEIE, ISR_TXE},   {CR1_TXFEIE, ISR_TXFE},           {CR1_RXFFIE, ISR_RXFF}},
      cr3[] = {{CR3_EIE, ISR_ORE}, {CR3_TXFTIE, ISR_TXFT}, {CR3_RXFTIE, ISR_RXFT}};
    uint32_t isr = flags(unit);
    bool raised = false;
    for (size_t i = 0; i < sizeof cr1 / sizeof *cr1; i++)
        raised |= (unit->cr1 & cr1[i].enable) && (isr & cr1[i].flag);
    for (size_t i = 0; i < sizeof cr3 / sizeof *cr3; i++)
        raised |= (unit->cr3 & cr3[i].enable) && (isr & cr3[i].flag);
    return raised && behaves(BEHAVIOUR_USART_INTERRUPT);
}

static void update_interrupt(struct board *board, const struct unit *unit)
{
    board_irq(board, units[unit->number - 1].irq, interrupt_raised(unit));
}

/* --- transmitter and receiver --- */

static void start_transmitter(struct board *board, struct unit *unit)
{
    uint64_t time;
    if (unit->shifting || unit->tx.count == 0 || !enabled(unit, CR1_TE))
        return;
    time = character_ns(board, unit);
    if (time == 0)
        return;
    unit->shift = pop(&unit->tx);
    unit->shifting = true;
    unit->tx_done_at = board->now_ns + time;
}

static void start_receiver(struct board *board, struct unit *unit)
{
    uint64_t time;
    if (unit->rx_done_at != BOARD_NEVER || unit->wire_count == 0 || !enabled(unit, CR1_RE))
        return;
    time = character_ns(board, unit);
    if (time == 0)
        return;
    unit->rx_done_at = board->now_ns + time;
    unit->idle_at = BOARD_NEVER;
}

/* Keep the time of each line's first byte: tests measure by what the firmware says when. */
static void note_line(const struct board *board, struct unit *unit)
{
    bool starts = unit->total == 0 || unit->tail[(unit->total - 1) % TAIL_SIZE] == '\n';
    if (starts)
        unit->lines[unit->line_total++ % LINE_COUNT] =
            (struct usart_line){.start = unit->total, .at_ns = board->now_ns};
}

static void character_sent(struct board *board, struct unit *unit)
{
    unit->shifting = false;
    unit->tx_done_at = BOARD_NEVER;
    note_line(board, unit);
    watch_console(board, unit->number, unit->shift);
    usart_host_output(unit, unit->shift);
    start_transmitter(board, unit);
    if (!unit->shifting)
        unit->tc = true;
}

static void character_received(struct board *board, struct unit *unit)
{
    uint8_t byte = usart_wire_pop(unit);
    unit->rx_done_at = BOARD_NEVER;
    if (!behaves(BEHAVIOUR_USART_RECEIVE))
        return;
    if (unit->rx.count < depth(unit))
        push(&unit->rx, byte);
    else if (unit->cr3 & CR3_OVRDIS)
        unit->rx.bytes[unit->rx.count - 1] = byte;
    else if (behaves(BEHAVIOUR_USART_OVERRUN))
        unit->overrun = true; /* the character is lost, RM0399 52.5.6 */
    unit->idle_at = board->now_ns + character_ns(board, unit);
    start_receiver(board, unit);
}

void usart_event(struct board *board, enum board_event event)
{
    struct unit *unit = unit_of(board, 1 + (int)event - EVENT_UART1);
    if (board->now_ns >= unit->tx_done_at)
        character_sent(board, unit);
    if (board->now_ns >= unit->rx_done_at)
        character_received(board, unit);
    if (board->now_ns >= unit->idle_at) {
        unit->idle_at = BOARD_NEVER;
        unit->idle = true;
    }
    start_receiver(board, unit); /* a looped wire may have brought a character */
    schedule(board, unit);
    update_interrupt(board, unit);
}

/* --- register access --- */

static uint32_t *stored(struct unit *unit, uint32_t offset)
{
    switch (offset) {
    case USART_CR1:
        return &unit->cr1;
    case USART_CR2:
        return &unit->cr2;
    case USART_CR3:
        return &unit->cr3;
    case USART_BRR:
        return &unit->brr;
    case USART_GTPR:
        return &unit->gtpr;
    case USART_RTOR:
        return &unit->rtor;
    case USART_PRESC:
        return &unit->presc;
    default:
        return NULL;
    }
}

static uint32_t read_flags(struct board *board, struct unit *unit)
{
    if (!unit->shifting && unit->tx.count > 0) { /* its kernel clock may have come up since */
        start_transmitter(board, unit);
        schedule(board, unit);
    }
    uint32_t isr = flags(unit);
    bool sending = unit->shifting && (isr & (ISR_TXE | ISR_TC)) != (ISR_TXE | ISR_TC);
    bool receiving = unit->rx_done_at != BOARD_NEVER && !(isr & ISR_RXNE);
    soc_polled(board, &unit->poll, sending || receiving);
    return isr;
}

static uint32_t read_data(struct unit *unit)
{
    return unit->rx.count > 0 ? pop(&unit->rx) : 0;
}

static bool unit_read(struct board *board, int number, uint32_t offset, uint32_t *value)
{
    struct unit *unit = unit_of(board, number);
    const uint32_t *reg = stored(unit, offset);
    static const char *const unit_names[] = {"USART1", "USART2", "USART3"};
    *value = 0;
    if (offset > USART_PRESC)
        return false;
    if (!soc_clocked(board, units[number - 1].enable, units[number - 1].bit,
                     unit_names[number - 1]))
        return true;
    if (reg)
        *value = *reg;
    else if (offset == USART_ISR)
        *value = read_flags(board, unit);
    else if (offset == USART_RDR)
        *value = read_data(unit);
    update_interrupt(board, unit);
    return true;
}

static void write_data(struct unit *unit, uint8_t byte)
{
    unit->tc = false;
    unit->poll.count = 0; /* who sends between two looks does not wait */
    if (unit->tx.count < depth(unit))
        push(&unit->tx, byte);
    else if (depth(unit) == 1)
        unit->tx.bytes[0] = byte; /* overwrites what the shift register has not taken yet */
}

static void write_request(struct unit *unit, uint32_t value)
{
    if (value & 1u << 3) /* RXFRQ */
        unit->rx.count = 0;
    if (value & 1u << 4) /* TXFRQ */
        unit->tx.count = 0;
}

static void clear_flags(struct unit *unit, uint32_t value)
{
    if (value & ISR_ORE)
        unit->overrun = false;
    if (value & ISR_IDLE)
        unit->idle = false;
    if (value & ISR_TC)
        unit->tc = false;
}

/* Clearing UE drops what is under way and brings the flags to their reset state (RM0399 52.8.1). */
static void stop(struct unit *unit)
{
    unit->tx.count = 0;
    unit->rx.count = 0;
    unit->shifting = false;
    unit->tx_done_at = unit->rx_done_at = unit->idle_at = BOARD_NEVER;
    unit->tc = true;
    unit->overrun = unit->idle = false;
}

static void write_stored(struct board *board, struct unit *unit, uint32_t *reg, uint32_t value)
{
    if ((reg == &unit->brr || reg == &unit->presc) && (unit->cr1 & CR1_UE))
        board_warn(board, "USART%d: BRR or PRESC is written while UE = 1, which RM0399 forbids",
                   unit->number);
    *reg = value;
    if (reg == &unit->cr1 && !(value & CR1_UE))
        stop(unit);
    if (reg == &unit->cr1 && !(value & CR1_RE))
        unit->rx_done_at = unit->idle_at = BOARD_NEVER;
    if ((unit->cr2 & CR2_UNMODELLED) || (unit->cr3 & CR3_UNMODELLED))
        board_warn(board,
                   "USART%d: a mode other than plain asynchronous is set (CR2 %08x, CR3 %08x): "
                   "not modelled",
                   unit->number, unit->cr2, unit->cr3);
}

static bool unit_write(struct board *board, int number, uint32_t offset, uint32_t lanes,
                       uint32_t value)
{
    struct unit *unit = unit_of(board, number);
    uint32_t *reg = stored(unit, offset);
    static const char *const unit_names[] = {"USART1", "USART2", "USART3"};
    if (offset > USART_PRESC)
        return false;
    if (!soc_clocked(board, units[number - 1].enable, units[number - 1].bit,
                     unit_names[number - 1]))
        return true;
    value &= lanes;
    if (reg)
        write_stored(board, unit, reg, soc_merge(*reg, lanes, value));
    else if (offset == USART_TDR && (lanes & 0xFFu))
        write_data(unit, (uint8_t)value);
    else if (offset == USART_RQR)
        write_request(unit, value);
    else if (offset == USART_ICR)
        clear_flags(unit, value);
    start_transmitter(board, unit);
    start_receiver(board, unit);
    schedule(board, unit);
    update_interrupt(board, unit);
    return true;
}

/* The bus's functions do not say which unit: one pair for each. */
#define UNIT_ACCESS(number)                                                                        \
    static bool read##number(struct board *board, uint32_t offset, unsigned size, uint32_t *value) \
    {                                                                                              \
        (void)size;                                                                                \
        return unit_read(board, number, offset, value);                                            \
    }                                                                                              \
    static bool write##number(struct board *board, uint32_t offset, uint32_t lanes,                \
                              uint32_t value)                                                      \
    {                                                                                              \
        return unit_write(board, number, offset, lanes, value);                                    \
    }
UNIT_ACCESS(1)
UNIT_ACCESS(2)
UNIT_ACCESS(3)

/* --- for the rest of the board --- */

/* Bytes for the time until the next poll, as an adapter holds them. */
static size_t bytes_ahead(const struct board *board, const struct unit *unit)
{
    uint64_t time = character_ns(board, unit);
    size_t count = time ? (size_t)(AHEAD_NS / time) : 0;
    return count < AHEAD_MIN ? AHEAD_MIN : count < WIRE_SIZE ? count : WIRE_SIZE;
}

void usart_poll(struct board *board)
{
    for (int i = 0; i < USART_COUNT; i++) {
        struct unit *unit = &board->usart->units[i];
        if (!enabled(unit, CR1_RE))
            continue;
        usart_host_poll(unit, bytes_ahead(board, unit));
        start_receiver(board, unit);
        schedule(board, unit);
    }
}

void usart_input(struct board *board, int usart, const uint8_t *data, size_t size)
{
    struct unit *unit = unit_of(board, usart);
    for (size_t i = 0; i < size; i++)
        usart_wire_push(unit, data[i]);
    start_receiver(board, unit);
    schedule(board, unit);
}

bool usart_line(const struct board *board, int usart, uint64_t index, struct usart_line *line)
{
    const struct unit *unit = &board->usart->units[usart - 1];
    uint64_t first = unit->line_total > LINE_COUNT ? unit->line_total - LINE_COUNT : 0;
    if (index >= unit->line_total - first)
        return false;
    *line = unit->lines[(first + index) % LINE_COUNT];
    return true;
}

size_t usart_tail(const struct board *board, int usart, char *text, size_t size, uint64_t *total)
{
    const struct unit *unit = unit_of(board, usart);
    size_t count = unit->total < TAIL_SIZE ? (size_t)unit->total : TAIL_SIZE;
    if (count > size)
        count = size;
    for (size_t i = 0; i < count; i++)
        text[i] = (char)unit->tail[(unit->total - count + i) % TAIL_SIZE];
    *total = unit->total;
    return count;
}

void usart_unit_reset(struct board *board, uint32_t which)
{
    for (int i = 0; i < USART_COUNT; i++) {
        struct unit *unit = &board->usart->units[i];
        if (!(which >> i & 1u))
            continue;
        unit->cr1 = unit->cr2 = unit->cr3 = unit->brr = unit->gtpr = unit->rtor = unit->presc = 0;
        stop(unit);
        schedule(board, unit);
        update_interrupt(board, unit);
    }
}

void usart_reset(struct board *board)
{
    usart_unit_reset(board, 7);
}

void usart_destroy(struct board *board)
{
    for (int i = 0; board->usart && i < USART_COUNT; i++)
        usart_host_close(&board->usart->units[i]);
}

struct usart *usart_create(struct board *board)
{
    static const struct device devices[USART_COUNT] = {
        {"USART1", 0x40011000u, 0x400, names, read1, write1},
        {"USART2", 0x40004400u, 0x400, names, read2, write2},
        {"USART3", 0x40004800u, 0x400, names, read3, write3},
    };
    board->usart = calloc(1, sizeof *board->usart);
    if (!board->usart)
        return NULL;
    for (int i = 0; i < USART_COUNT; i++) {
        struct unit *unit = &board->usart->units[i];
        const char *where = board->options.uart[i];
        unit->number = i + 1;
        unit->tc = true;
        unit->tx_done_at = unit->rx_done_at = unit->idle_at = BOARD_NEVER;
        usart_host_open(board, unit, where ? where : i == 2 ? "stdio" : "none");
        bus_add(board, &devices[i]);
    }
    return board->usart;
}
