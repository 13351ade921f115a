/* pwr.c - power control (RM0399 chapter 7): supply configuration, voltage scaling, backup domain
 * access.
 *
 * The low-power modes are not modelled: the registers that prepare them are only stored.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define PWR_BASE 0x58024800u

enum {
    PWR_CR1 = 0x00,
    PWR_CSR1 = 0x04,
    PWR_CR2 = 0x08,
    PWR_CR3 = 0x0C,
    PWR_CPUCR = 0x10,
    PWR_CPU2CR = 0x14,
    PWR_D3CR = 0x18,
    PWR_WKUPCR = 0x20,
    PWR_WKUPFR = 0x24,
    PWR_WKUPEPR = 0x28
};

#define CR1_DBP      (1u << 8)
#define CR2_BREN     (1u << 0)
#define CR3_BYPASS   (1u << 0)
#define CR3_LDOEN    (1u << 1)
#define CR3_SMPSEN   (1u << 2)
#define CR3_SUPPLY   0x0000003Fu /* BYPASS, LDOEN, SMPSEN, SMPSEXTHP, SMPSLEVEL */
#define CR3_OTHERS   0x03000300u /* VBE, VBRS, USB33DEN, USBREGEN */
#define CR3_RESET    (CR3_LDOEN | CR3_SMPSEN)
#define CR3_USB33RDY (1u << 26)
#define VOS_SCALE3   1u
#define VOS_SCALE1   3u

/* Not in the datasheet as limits; of the order that boards show. */
#define VOS_CHANGE_NS    60000u
#define SUPPLY_CHANGE_NS 20000u
#define BACKUP_READY_NS  100000u

static const struct register_name names[] = {
    {PWR_CR1, "CR1"},       {PWR_CSR1, "CSR1"},       {PWR_CR2, "CR2"},   {PWR_CR3, "CR3"},
    {PWR_CPUCR, "CPUCR"},   {PWR_CPU2CR, "CPU2CR"},   {PWR_D3CR, "D3CR"}, {PWR_WKUPCR, "WKUPCR"},
    {PWR_WKUPFR, "WKUPFR"}, {PWR_WKUPEPR, "WKUPEPR"}, {0, NULL}};

bool pwr_backup_writable(const struct board *board)
{
    return !behaves(BEHAVIOUR_PWR_BACKUP_PROTECTION) || (board->soc->pwr.cr1 & CR1_DBP);
}

uint64_t pwr_update(struct board *board)
{
    struct pwr *pwr = &board->soc->pwr;
    const uint64_t times[3] = {pwr->vos_ready_at, pwr->supply_ready_at, pwr->backup_ready_at};
    uint64_t next = BOARD_NEVER;
    if (board->now_ns >= pwr->vos_ready_at)
        pwr->active_vos = pwr->d3cr_vos;
    for (int i = 0; i < 3; i++)
        if (times[i] > board->now_ns && times[i] < next)
            next = times[i];
    return next;
}

static bool vos_ready(const struct board *board)
{
    const struct pwr *pwr = &board->soc->pwr;
    return !behaves(BEHAVIOUR_PWR_VOSRDY) || board->now_ns >= pwr->vos_ready_at;
}

static uint32_t read_csr1(struct board *board)
{
    struct pwr *pwr = &board->soc->pwr;
    bool ready = vos_ready(board) && board->now_ns >= pwr->supply_ready_at;
    soc_polled(board, &pwr->poll, !ready);
    return (uint32_t)ready << 13 | pwr->active_vos << 14;
}

static uint32_t read_d3cr(struct board *board)
{
    struct pwr *pwr = &board->soc->pwr;
    soc_polled(board, &pwr->poll, !vos_ready(board));
    return (uint32_t)vos_ready(board) << 13 | pwr->d3cr_vos << 14;
}

static uint32_t read_cr2(struct board *board)
{
    struct pwr *pwr = &board->soc->pwr;
    bool ready = (pwr->cr2 & CR2_BREN) && board->now_ns >= pwr->backup_ready_at;
    soc_polled(board, &pwr->poll, (pwr->cr2 & CR2_BREN) && !ready);
    return pwr->cr2 | (uint32_t)ready << 16;
}

static bool pwr_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct pwr *pwr = &board->soc->pwr;
    (void)size;
    switch (offset) {
    case PWR_CR1:
        *value = pwr->cr1;
        return true;
    case PWR_CSR1:
        *value = read_csr1(board);
        return true;
    case PWR_CR2:
        *value = read_cr2(board);
        return true;
    case PWR_CR3:
        *value = pwr->cr3 | (pwr->cr3 & 1u << 24 ? CR3_USB33RDY : 0);
        return true;
    case PWR_CPUCR:
        *value = pwr->cpucr;
        return true;
    case PWR_CPU2CR:
        *value = pwr->cpu2cr;
        return true;
    case PWR_D3CR:
        *value = read_d3cr(board);
        return true;
    case PWR_WKUPCR:
    case PWR_WKUPFR:
        *value = 0;
        return true;
    case PWR_WKUPEPR:
        *value = pwr->wkupepr;
        return true;
    default:
        return false;
    }
}

static void start_voltage_change(struct board *board)
{
    board->soc->pwr.vos_ready_at = board->now_ns + VOS_CHANGE_NS;
}

/* RM0399 7.4.1 and 7.8.4: the supply configuration is taken once after a power-on. */
static void write_cr3(struct board *board, uint32_t value)
{
    struct pwr *pwr = &board->soc->pwr;
    uint32_t writable = CR3_OTHERS;
    if (!pwr->supply_written || !behaves(BEHAVIOUR_PWR_SUPPLY_ONCE)) {
        writable |= CR3_SUPPLY;
        pwr->supply_written = true;
        pwr->supply_ready_at = board->now_ns + SUPPLY_CHANGE_NS;
        if ((value & (CR3_BYPASS | CR3_LDOEN | CR3_SMPSEN)) != CR3_SMPSEN)
            board_warn(board, "PWR_CR3 does not select the SMPS alone as supply, as the "
                              "STM32H745I-DISCO is wired: a real one would stop here");
    }
    pwr->cr3 = soc_merge(pwr->cr3, writable, value);
}

static void write_d3cr(struct board *board, uint32_t value)
{
    struct pwr *pwr = &board->soc->pwr;
    uint32_t vos = value >> 14 & 3u;
    if (vos == 0 || vos == pwr->d3cr_vos)
        return;
    if (!pwr->supply_written && behaves(BEHAVIOUR_PWR_VOS_NEEDS_SUPPLY)) {
        board_warn(board,
                   "PWR_D3CR.VOS is written before the supply is configured in PWR_CR3: ignored");
        return;
    }
    pwr->d3cr_vos = vos;
    start_voltage_change(board);
}

void pwr_set_overdrive(struct board *board, bool on)
{
    struct pwr *pwr = &board->soc->pwr;
    if (on == pwr->overdrive || (on && pwr->active_vos != VOS_SCALE1))
        return;
    pwr->overdrive = on;
    start_voltage_change(board);
    rcc_update(board);
}

static bool pwr_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    struct pwr *pwr = &board->soc->pwr;
    switch (offset) {
    case PWR_CR1:
        pwr->cr1 = soc_merge(pwr->cr1, lanes & 0x0007C3F1u, value);
        break;
    case PWR_CSR1:
    case PWR_WKUPCR:
    case PWR_WKUPFR:
        break;
    case PWR_CR2:
        if (!pwr_backup_writable(board))
            break;
        if (value & lanes & ~pwr->cr2 & CR2_BREN)
            pwr->backup_ready_at = board->now_ns + BACKUP_READY_NS;
        pwr->cr2 = soc_merge(pwr->cr2, lanes & 0x00000011u, value);
        break;
    case PWR_CR3:
        write_cr3(board, soc_merge(pwr->cr3, lanes, value));
        break;
    case PWR_CPUCR:
        pwr->cpucr = soc_merge(pwr->cpucr, lanes & 0x00000C0Fu, value);
        break;
    case PWR_CPU2CR:
        pwr->cpu2cr = soc_merge(pwr->cpu2cr, lanes & 0x00000C0Fu, value);
        break;
    case PWR_D3CR:
        write_d3cr(board, soc_merge(pwr->d3cr_vos << 14, lanes, value));
        break;
    case PWR_WKUPEPR:
        pwr->wkupepr = soc_merge(pwr->wkupepr, lanes & 0x0FFF3F3Fu, value);
        break;
    default:
        return false;
    }
    rcc_update(board);
    return true;
}

void pwr_reset(struct board *board, enum reset_cause cause)
{
    struct pwr *pwr = &board->soc->pwr;
    struct pwr after = {.cr1 = 0xF000C000u,
                        .cr3 = pwr->cr3,
                        .supply_written = pwr->supply_written,
                        .d3cr_vos = VOS_SCALE3,
                        .active_vos = VOS_SCALE3};
    if (cause == RESET_POWER_ON) {
        after.cr3 = CR3_RESET;
        after.supply_written = false;
    }
    *pwr = after;
}

void pwr_create(struct board *board)
{
    static const struct device device = {"PWR", PWR_BASE, 0x400, names, pwr_read, pwr_write};
    bus_add(board, &device);
}
