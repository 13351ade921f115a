/* exti.c - extended interrupt controller (RM0399 chapter 21): pins on lines 0-15, software
 * triggers.
 *
 * The other lines keep their mask bits; no peripheral here raises them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#include <string.h>

#define EXTI_BASE 0x58000000u

static const struct register_name names[] = {
    {0x00, "RTSR1"},  {0x04, "FTSR1"},  {0x08, "SWIER1"}, {0x20, "RTSR2"},  {0x24, "FTSR2"},
    {0x28, "SWIER2"}, {0x40, "RTSR3"},  {0x44, "FTSR3"},  {0x48, "SWIER3"}, {0x80, "C1IMR1"},
    {0x84, "C1EMR1"}, {0x88, "C1PR1"},  {0x90, "C1IMR2"}, {0x94, "C1EMR2"}, {0x98, "C1PR2"},
    {0xA0, "C1IMR3"}, {0xA4, "C1EMR3"}, {0xA8, "C1PR3"},  {0, NULL}};

static void update_interrupts(struct board *board)
{
    uint32_t active = board->soc->exti.pr[0] & board->soc->exti.imr[0];
    for (int line = 0; line < 5; line++)
        board_irq(board, 6 + line, active >> line & 1u);
    board_irq(board, 23, (active & 0x03E0u) != 0); /* EXTI9_5 */
    board_irq(board, 40, (active & 0xFC00u) != 0); /* EXTI15_10 */
}

void exti_pin(struct board *board, char port, int pin, bool level)
{
    struct exti *exti = &board->soc->exti;
    uint32_t edges = level ? exti->rtsr[0] : exti->ftsr[0];
    if (syscfg_exti_port(board, pin) != (uint32_t)(port - 'A') || !(edges >> pin & 1u))
        return;
    if (behaves(BEHAVIOUR_EXTI_EDGE))
        exti->pr[0] |= 1u << pin;
    update_interrupts(board);
}

/* The register at an offset; NULL for SWIER (it reads 0 here: the request is taken at once) and
 * unknown. */
static uint32_t *place(struct exti *exti, uint32_t offset)
{
    if (offset < 0x60) {
        uint32_t group = offset / 0x20;
        switch (offset % 0x20) {
        case 0x00:
            return &exti->rtsr[group];
        case 0x04:
            return &exti->ftsr[group];
        }
    } else if (offset >= 0x80 && offset < 0xB0) {
        uint32_t group = (offset - 0x80) / 0x10;
        switch (offset % 0x10) {
        case 0x0:
            return &exti->imr[group];
        case 0x4:
            return &exti->emr[group];
        case 0x8:
            return &exti->pr[group];
        }
    }
    return NULL;
}

static bool is_software_trigger(uint32_t offset)
{
    return offset < 0x60 && offset % 0x20 == 0x08;
}

static bool exti_read(struct board *board, uint32_t offset, unsigned size, uint32_t *value)
{
    const uint32_t *reg = place(&board->soc->exti, offset);
    (void)size;
    *value = reg ? *reg : 0;
    return reg || is_software_trigger(offset);
}

static bool exti_write(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value)
{
    struct exti *exti = &board->soc->exti;
    uint32_t *reg = place(exti, offset);
    if (is_software_trigger(offset))
        exti->pr[offset / 0x20] |= value & lanes;
    else if (!reg)
        return false;
    else if (offset >= 0x80 && offset % 0x10 == 0x8)
        *reg &= ~(value & lanes); /* pending bits are cleared by writing 1 */
    else
        *reg = soc_merge(*reg, lanes, value);
    update_interrupts(board);
    return true;
}

void exti_reset(struct board *board)
{
    struct exti *exti = &board->soc->exti;
    memset(exti, 0, sizeof *exti);
    exti->imr[0] = 0xFFC00000u; /* direct lines are unmasked after reset */
    update_interrupts(board);
}

void exti_create(struct board *board)
{
    static const struct device device = {"EXTI", EXTI_BASE, 0x400, names, exti_read, exti_write};
    bus_add(board, &device);
}
