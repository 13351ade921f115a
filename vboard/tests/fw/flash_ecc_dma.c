/* A DMA that reads a dead word sets DBECCERR and ECC_FA; the core does not fault (RM0399 4.7.7: the
 * bus error goes to the master that reads).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eth_support.h"
#include "flash_check.h"

#define DEAD (BANK2 + SECTOR(3) + 4 * FLASH_WORD)

static void send_from_flash(uint32_t address)
{
    struct descriptor *sent = &tx_ring[tx_next];

    tx_next = (tx_next + 1) % RING;
    sent->word[0] = address;
    sent->word[2] = 64;
    sent->word[3] = DES3_OWN | DES3_FD | DES3_LD | 64;
    barrier();
    DMACTDTPR = address_of(&tx_ring[tx_next]);
    spend_us(100);
}

int main(void)
{
    check_begin();
    unlock(2);
    program_word(2, DEAD, 0x100);
    program_word(2, DEAD, 0x200);
    clear_flags(2);
    eth_begin();
    send_from_flash(DEAD + 2 * FLASH_WORD);
    CHECK(SR(2) == 0);
    send_from_flash(DEAD - FLASH_WORD);
    CHECK(SR(2) == SR_DBECCERR);
    CHECK(ECC_FA(2) == (DEAD - BANK2) / FLASH_WORD);
    check_pass();
}
