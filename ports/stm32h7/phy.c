/* phy.c - the LAN8742A. Registers 0 and 1 are IEEE 802.3 clause 22's; 31 is its own (datasheet
 * DS00001989, PHY special control/status register).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "phy.h"

#define ADDRESS 0u

#define BMCR           0u
#define BMCR_RESTART   (1 << 9)
#define BMCR_ISOLATE   (1 << 10)
#define BMCR_POWERDOWN (1 << 11)
#define BMCR_NEGOTIATE (1 << 12)
#define BMCR_LOOPBACK  (1 << 14)
#define BMSR           1u
#define BMSR_LINK      (1 << 2) /* stays 0 once lost, until read */
#define BMSR_DONE      (1 << 5)
#define SCSR           31u
#define SCSR_SPEED     (3 << 2) /* 1: 10 Mbit/s, 2: 100 */
#define SCSR_SPEED_100 (2 << 2)
#define SCSR_FULL      (1 << 4)
#define SILENT         0xFFFF /* nothing drives the line */

void stm32h7_phy_start(void)
{
    int control = stm32h7_mdio_read(ADDRESS, BMCR);
    const int bad = BMCR_ISOLATE | BMCR_POWERDOWN | BMCR_LOOPBACK;
    if (control < 0 || (control & (bad | BMCR_NEGOTIATE)) == BMCR_NEGOTIATE)
        return;
    (void)stm32h7_mdio_write(ADDRESS, BMCR, BMCR_NEGOTIATE | BMCR_RESTART);
}

struct stm32h7_link stm32h7_phy_link(void)
{
    const struct stm32h7_link down = {false, false, false};
    const int wanted = BMSR_LINK | BMSR_DONE;
    int status = stm32h7_mdio_read(ADDRESS, BMSR);
    if (status < 0 || status == SILENT || (status & wanted) != wanted)
        return down;
    int special = stm32h7_mdio_read(ADDRESS, SCSR);
    if (special < 0)
        return down;
    return (struct stm32h7_link){
        .up = true,
        .fast = (special & SCSR_SPEED) == SCSR_SPEED_100,
        .full = (special & SCSR_FULL) != 0,
    };
}
