/* syscfg.c - system configuration controller (RM0399 chapter 13) and DBGMCU (chapter 63).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#include <string.h>

#define SYSCFG_BASE 0x58000400u
#define DBGMCU_BASE 0x5C001000u

enum {
    SYSCFG_PMCR = 0x004,
    SYSCFG_EXTICR1 = 0x008,
    SYSCFG_EXTICR4 = 0x014,
    SYSCFG_CFGR = 0x018,
    SYSCFG_CCCSR = 0x020,
    SYSCFG_CCVR = 0x024,
    SYSCFG_CCCR = 0x028,
    SYSCFG_PWRCR = 0x02C,
    SYSCFG_PKGR = 0x124,
    SYSCFG_UR0 = 0x300,
    SYSCFG_UR1 = 0x304
};

enum { DBGMCU_IDC = 0x00, DBGMCU_CR = 0x04, DBGMCU_FREEZE = 0x34, DBGMCU_FREEZE_END = 0x5C };

#define OPTSR_BCM7       (1u << 21)
#define OPTSR_BCM4       (1u << 22)
#define PACKAGE_TFBGA240 8u

static const struct register_name syscfg_names[] = {
    {SYSCFG_PMCR, "PMCR"},   {0x008, "EXTICR1"},    {0x00C, "EXTICR2"},
    {0x010, "EXTICR3"},      {0x014, "EXTICR4"},    {SYSCFG_CFGR, "CFGR"},
    {SYSCFG_CCCSR, "CCCSR"}, {SYSCFG_CCVR, "CCVR"}, {SYSCFG_CCCR, "CCCR"},
    {SYSCFG_PWRCR, "PWRCR"}, {SYSCFG_PKGR, "PKGR"}, {SYSCFG_UR0, "UR0"},
    {SYSCFG_UR1, "UR1"},     {0x308, "UR2"},        {0x30C, "UR3"},
    {0x310, "UR4"},          {0x314, "UR5"},        {0x318, "UR6"},
    {0x31C, "UR7"},          {0x320, "UR8"},        {0x324, "UR9"},
    {0x328, "UR10"},         {0x32C, "UR11"},       {0x330, "UR12"},
    {0x334, "UR13"},         {0x338, "UR14"},       {0x33C, "UR15"},
    {0x340, "UR16"},         {0x344, "UR17"},       {0, NULL}};

static const struct register_name dbgmcu_names[] = {
    {DBGMCU_IDC, "IDC"}, {DBGMCU_CR, "CR"}, {0x34, "APB3FZ1"}, {0x3C, "APB1LFZ1"},
    {0x4C, "APB2FZ1"},   {0x54, "APB4FZ1"}, {0, NULL}};

uint32_t syscfg_exti_port(const struct board *board, int line)
{
    return board->soc->syscfg.exticr[line / 4] >> (4 * (line % 4)) & 15u;
}

static uint32_t user_register(const struct board *board, uint32_t offset)
{
    uint32_t options = flash_option_status(board);
    if (offset == SYSCFG_UR0) /* BKS: banks swapped; RDP */
        return (uint32_t)flash_swapped(board) | (options >> 8 & 0xFFu) << 16;
    return (uint32_t)((options & OPTSR_BCM4) != 0) | (uint32_t)((options & OPTSR_BCM7) != 0) << 16;
}

static uint32_t *stored(struct syscfg *syscfg, uint32_t offset, uint32_t *writable)
{
    *writable = 0x0000FFFFu;
    if (offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4)
        return &syscfg->exticr[(offset - SYSCFG_EXTICR1) / 4];
    switch (offset) {
    case SYSCFG_PMCR:
        *writable = 0x0FE003FFu;
        return &syscfg->pmcr;
    case SYSCFG_CFGR:
        *writable = 0x0000FFFDu;
        return &syscfg->cfgr;
    case SYSCFG_CCCSR:
        *writable = 0x00010003u;
        return &syscfg->cccsr;
    case SYSCFG_CCCR:
        *writable = 0x000000FFu;
        return &syscfg->cccr;
    default:
        return NULL;
    }
}

static bool clocked(struct board *board)
{
    return soc_clocked(board, RCC_APB4ENR, 1, "SYSCFG");
}

static bool syscfg_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    uint32_t writable;
    const uint32_t *reg = stored(&board->soc->syscfg, offset, &writable);
    (void)size;
    if (reg)
        *value = *reg;
    else if (offset == SYSCFG_PWRCR)
        *value = board->soc->pwr.overdrive;
    else if (offset == SYSCFG_CCVR)
        *value = 0x00000088u;
    else if (offset == SYSCFG_PKGR)
        *value = PACKAGE_TFBGA240;
    else if (offset == SYSCFG_UR0 || offset == SYSCFG_UR1)
        *value = user_register(board, offset);
    else
        return false;
    if (offset == SYSCFG_CCCSR && (*value & 1u))
        *value |= 1u << 8; /* READY: the compensation cell needs CSI; it settles at once here */
    if (!clocked(board))
        *value = 0;
    return true;
}

static bool syscfg_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    uint32_t writable;
    uint32_t *reg = stored(&board->soc->syscfg, offset, &writable);
    if (!reg && offset != SYSCFG_PWRCR)
        return offset == SYSCFG_CCVR || offset == SYSCFG_PKGR;
    if (!clocked(board))
        return true;
    if (reg)
        *reg = soc_merge(*reg, lanes & writable, value);
    else if (lanes & 1u)
        pwr_set_overdrive(board, value & 1u);
    return true;
}

static bool dbgmcu_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    (void)size;
    if (offset == DBGMCU_IDC)
        *value = behaves(BEHAVIOUR_DBGMCU_IDCODE) ? board->options.idcode : 0;
    else if (offset == DBGMCU_CR)
        *value = board->soc->dbgmcu_cr;
    else if (offset >= DBGMCU_FREEZE && offset < DBGMCU_FREEZE_END)
        *value = board->soc->dbgmcu_freeze[(offset - DBGMCU_FREEZE) / 4];
    else
        return false;
    return true;
}

static bool dbgmcu_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    uint32_t *reg;
    if (offset == DBGMCU_CR)
        reg = &board->soc->dbgmcu_cr;
    else if (offset >= DBGMCU_FREEZE && offset < DBGMCU_FREEZE_END)
        reg = &board->soc->dbgmcu_freeze[(offset - DBGMCU_FREEZE) / 4];
    else
        return offset == DBGMCU_IDC;
    *reg = soc_merge(*reg, lanes, value);
    return true;
}

void syscfg_reset(struct board *board, enum reset_cause cause)
{
    struct soc *soc = board->soc;
    memset(&soc->syscfg, 0, sizeof soc->syscfg);
    if (cause == RESET_POWER_ON) { /* RM0399 63.5.8: DBGMCU is not reset by a system reset */
        soc->dbgmcu_cr = 0;
        memset(soc->dbgmcu_freeze, 0, sizeof soc->dbgmcu_freeze);
    }
}

void syscfg_create(struct board *board)
{
    static const struct device syscfg = {"SYSCFG",     SYSCFG_BASE, 0x400,
                                         syscfg_names, syscfg_read, syscfg_write};
    static const struct device dbgmcu = {"DBGMCU",     DBGMCU_BASE, 0x400,
                                         dbgmcu_names, dbgmcu_read, dbgmcu_write};
    bus_add(board, &syscfg);
    bus_add(board, &dbgmcu);
}
