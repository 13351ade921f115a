/* phy.h - the Ethernet PHY on the board: a Microchip LAN8742A at MDIO address 0.
 *
 * A state machine without I/O: the MAC model reads and writes its registers, tells it the time, and
 * asks for the link. All times are virtual nanoseconds. Registers as in Microchip DS00001989
 * (LAN8742A data sheet) chapter 4 and IEEE 802.3 clause 22.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PHY_H
#define VBOARD_PHY_H

#include <stdbool.h>
#include <stdint.h>

struct board;

#define PHY_ADDRESS 0u

struct phy {
    uint16_t control;         /* register 0 without its self-clearing bits */
    uint16_t advertised;      /* register 4 */
    uint16_t mode_control;    /* register 17, writable bits */
    uint16_t special_control; /* register 27, writable bits */
    uint16_t interrupt_flags; /* register 29, cleared by reading */
    uint16_t interrupt_mask;  /* register 30 */
    bool cable;               /* a live link partner is at the other end; survives resets */
    bool link;
    bool link_latch; /* register 1 bit 2 latches low until read */
    bool negotiated;
    bool page_received;     /* register 6 bit 1, cleared by reading */
    uint16_t mode;          /* the resolved mode, as one bit of register 4's ability field */
    uint64_t reset_done_ns; /* end of a soft reset; BOARD_NEVER: none runs */
    uint64_t link_up_ns;    /* the link comes up; BOARD_NEVER: not under way */
};

/* Power-on or pin reset: defaults, and auto-negotiation begins. Keeps the cable's state. */
void phy_reset(struct phy *phy, uint64_t now_ns);

/* Management frames for this PHY; reg 0-31. Reading clears what latches. */
uint16_t phy_read(struct phy *phy, unsigned reg, uint64_t now_ns);
void phy_write(struct phy *phy, unsigned reg, uint16_t value, uint64_t now_ns);

/* When phy_advance() next has something to do; BOARD_NEVER for nothing. */
uint64_t phy_deadline(const struct phy *phy);
void phy_advance(struct phy *phy, uint64_t now_ns);

/* Plug or pull the cable. */
void phy_set_cable(struct phy *phy, bool plugged, uint64_t now_ns);

bool phy_link(const struct phy *phy);       /* frames pass to and from the cable */
bool phy_loopback(const struct phy *phy);   /* near-end loopback: sent frames come back */
bool phy_clocks(const struct phy *phy);     /* the MAC gets its MII clocks */
unsigned phy_mbit_s(const struct phy *phy); /* 10 or 100 */

/* The board's cable: plugged is the state at the program's start. Defined with the MAC model. */
void phy_set_link(struct board *board, bool plugged);

#endif
