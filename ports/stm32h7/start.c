/* start.c - how this run began: the guard's word, and the last words of the run before.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "guard/handover.h"
#include "registers.h"
#include "stm32h7.h"

static struct flota_port_start start;

/* Without the guard (a debugger began at the ELF file's entry) the flags are still in the register.
 */
void stm32h7_start_keep(uint32_t magic, uint32_t reset_flags, uint32_t decision)
{
    if (magic == HANDOVER_MAGIC) {
        start.reset_cause = reset_flags;
        start.power_on = handover_unpack(decision, &start.decision);
    } else {
        start.reset_cause = RCC_RSR;
        start.power_on = stm32h7_reset_was_power_on(start.reset_cause);
    }
    stm32h7_last_words_take(&start.last_words);
}

const struct flota_port_start *flota_port_start(void)
{
    return &start;
}

const char *flota_port_reset_text(uint32_t reset_cause)
{
    return stm32h7_reset_text(reset_cause);
}
