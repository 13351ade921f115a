/* phy.h - the LAN8742A on the board: its link, as negotiated.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_PHY_H
#define STM32H7_PHY_H

#include "ethernet.h"

/* Let the PHY negotiate. One that negotiates already is left alone, so that a link survives a
 * restart of the chip. Call again to recover a PHY that has lost its settings. */
void stm32h7_phy_start(void);

/* The link as it is now; down while negotiation runs, and when the PHY does not answer. About 0.1
 * ms. */
struct stm32h7_link stm32h7_phy_link(void);

#endif
