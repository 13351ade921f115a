/* The supply is configured once after power-on, then the voltage scale can change and takes its
 * time. RM0399 7.4.1, 7.8.2, 7.8.4, 7.8.7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define VOSRDY    (1u << 13)
#define ACTVOSRDY (1u << 13)
#define VOS(reg)  ((reg) >> 14 & 3u)

int main(void)
{
    uint32_t cr3;
    check_begin();
    CHECK((PWR_CR3 & 7u) == 6u); /* SMPS and LDO, as the chip starts */
    PWR_D3CR = 3u << 14;
    CHECK(VOS(PWR_D3CR) == 1); /* not before the supply is configured */
    PWR_CR3 = (PWR_CR3 & ~7u) | 4u;
    while (!(PWR_CSR1 & ACTVOSRDY)) {
    }
    cr3 = PWR_CR3;
    CHECK((cr3 & 7u) == 4u);
    PWR_CR3 = (cr3 & ~7u) | 2u;
    CHECK(PWR_CR3 == cr3); /* one write counts */
    PWR_D3CR = 3u << 14;
    CHECK(!(PWR_D3CR & VOSRDY));
    while (!(PWR_D3CR & VOSRDY)) {
    }
    CHECK(VOS(PWR_D3CR) == 3);
    CHECK(VOS(PWR_CSR1) == 3);
    check_pass();
}
