/* rtc.c - the RTC's backup registers (RM0399 chapter 50). The clock and calendar are not modelled.
 *
 * The backup domain keeps its contents over a system reset. This board has no battery on VBAT: it
 * loses them with the power.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#include <string.h>

#define RTC_BASE 0x58004000u

enum { RTC_WPR = 0x24, RTC_BKP0R = 0x50, RTC_BKP_END = 0xD0 };

static const struct register_name names[] = {
    {0x00, "TR"},     {0x04, "DR"},       {0x08, "CR"},       {0x0C, "ISR"},   {0x10, "PRER"},
    {0x14, "WUTR"},   {0x1C, "ALRMAR"},   {0x20, "ALRMBR"},   {0x24, "WPR"},   {0x28, "SSR"},
    {0x2C, "SHIFTR"}, {0x30, "TSTR"},     {0x34, "TSDR"},     {0x38, "TSSSR"}, {0x3C, "CALR"},
    {0x40, "TAMPCR"}, {0x44, "ALRMASSR"}, {0x48, "ALRMBSSR"}, {0x4C, "OR"},    {0, NULL}};

static bool rtc_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    (void)size;
    *value = 0;
    if (offset >= RTC_BKP0R && offset < RTC_BKP_END)
        *value = board->soc->rtc.backup[(offset - RTC_BKP0R) / 4];
    else if (offset != RTC_WPR)
        return false;
    if (!soc_clocked(board, RCC_APB4ENR, 16, "RTC"))
        *value = 0;
    return true;
}

static bool rtc_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    bool backup = offset >= RTC_BKP0R && offset < RTC_BKP_END;
    if (!backup && offset != RTC_WPR)
        return false;
    if (backup && soc_clocked(board, RCC_APB4ENR, 16, "RTC") && pwr_backup_writable(board)) {
        uint32_t *reg = &board->soc->rtc.backup[(offset - RTC_BKP0R) / 4];
        *reg = soc_merge(*reg, lanes, value);
    }
    return true; /* WPR guards the calendar's registers, which are not modelled; not the backup ones
                  */
}

void rtc_backup_reset(struct board *board)
{
    memset(board->soc->rtc.backup, 0, sizeof board->soc->rtc.backup);
}

void rtc_create(struct board *board)
{
    static const struct device device = {"RTC", RTC_BASE, 0x400, names, rtc_read, rtc_write};
    bus_add(board, &device);
}
