/* ethernet.h - the MAC and its DMA: frames in, frames out. No lwIP in here.
 *
 * Frames are copied between the network stack's memory and fixed buffers in SRAM1/2, which DMA
 * reaches and the cache leaves alone. So the ring never waits for the stack's memory.
 *
 * Thread safety: one caller; one interrupt inside, which only wakes the main loop.
 * Source: RM0399, Ethernet chapter.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STM32H7_ETHERNET_H
#define STM32H7_ETHERNET_H

#include "rules.h"
#include <stdbool.h>
#include <stdint.h>

#define STM32H7_FRAME_MAX 1514u /* bytes without FCS */

struct stm32h7_link {
    bool up;
    bool fast; /* 100 Mbit/s, else 10 */
    bool full; /* duplex */
};

/* Pins, interface choice (MII), clocks. Once. Afterwards MDIO works. */
void stm32h7_eth_init(void);

/* Reset MAC and DMA and begin to send and receive at the link's speed. Also the way back after an
 * error. Returns false when the reset does not end: the PHY gives no clock. Blocks for 20 ms at
 * most. */
bool stm32h7_eth_start(const uint8_t mac_address[STM32H7_MAC_ADDRESS_SIZE],
                       const struct stm32h7_link *link);

/* Stop sending and receiving; the DMA touches no memory afterwards. Harmless when stopped. */
void stm32h7_eth_stop(void);

/* Stop for the moment: the next flota_port_netif_poll() starts again what was running. */
void stm32h7_eth_hold(void);

/* True when the DMA has stopped by itself after a bus error, or is on hold: start again. */
bool stm32h7_eth_has_failed(void);

/* The next good frame, or false. It stays valid until stm32h7_eth_release(), which must follow. The
 * buffer is aligned to 32 bytes and may be read in whole words beyond the frame's end. */
bool stm32h7_eth_receive(const uint8_t **data, uint32_t *size);
void stm32h7_eth_release(void);

/* A buffer of STM32H7_FRAME_MAX bytes for the next frame to send, or NULL while all are on their
 * way. */
uint8_t *stm32h7_eth_send_buffer(void);

/* Send what was put into that buffer. */
void stm32h7_eth_send(uint32_t size);

/* PHY registers over MDIO. Return the value, or 0, or -1 when the MAC does not answer. About 35 us.
 */
int stm32h7_mdio_read(uint32_t phy, uint32_t reg);
int stm32h7_mdio_write(uint32_t phy, uint32_t reg, uint16_t value);

#endif
