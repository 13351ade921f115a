/* flota/port.h - contract: what an application's board gives, found by the linker.
 *
 * Exactly one port is linked into a firmware. src/app is its only caller besides the examples.
 *
 * Thread safety: one caller; interrupts inside.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_PORT_H
#define FLOTA_PORT_H

#include "flota/boot.h"
#include "flota/flash.h"
#include "flota/platform.h"
#include <stddef.h>
#include <stdint.h>

struct netif;

struct flota_port {
    const struct flota_flash *flash;
    const struct flota_platform *platform;
};

/* Bring the board up: clock, memory protection, caches, tick, console, flash, random numbers. Once.
 * Never fails: what is missing is said by platform->update_allowed(). */
const struct flota_port *flota_port_init(void);

/* How this run began. */
struct flota_port_start {
    struct flota_boot_decision decision; /* the guard's; reason NONE when it did not run */
    bool power_on;
    uint32_t reset_cause; /* the chip's flags, as ATTEMPT and FAILED records keep them */
    struct flota_last_words last_words; /* of the run before this one */
};

/* Valid after flota_port_init(). */
const struct flota_port_start *flota_port_start(void);

/* The words of a reset cause: "watchdog", "power-on", "software". Never NULL. */
const char *flota_port_reset_text(uint32_t reset_cause);

/* Remember how far this run has come, for the report of a run that ends badly. */
void flota_port_milestone(uint32_t milestone);

/* Milliseconds since reset, wraps after 49 days. */
uint32_t flota_port_now_ms(void);

/* 32 bits from the chip's random number generator. */
uint32_t flota_port_random(void);

/* Write to the serial console. Blocks at most for the time the bytes take at the console's speed.
 */
void flota_port_console(const char *text, size_t size);

/* Write what the console takes at once. Returns how many bytes, 0 to size: the rest is offered
 * again later. For long texts that must not stop the loop: replies on the serial line. */
size_t flota_port_console_write(const char *text, size_t size);

/* What was received on the console's line. Returns how many bytes, 0 for none. */
size_t flota_port_console_read(char *bytes, size_t size);

/* Bytes of RAM that the firmware may use, and of those that nothing is placed in: for reports. */
void flota_port_memory(uint32_t *size, uint32_t *unused);

/* An lwIP netif's init function (pass to netif_add with ethernet_input): MAC, PHY, DMA, MAC
 * address. Returns lwIP's err_t. */
signed char flota_port_netif_init(struct netif *netif);

/* Hand received frames to lwIP, follow the link. Bounded work: call it at each turn of the loop. */
void flota_port_netif_poll(struct netif *netif);

/* Sleep until the next interrupt: a received frame, the end of a flash operation, the 1 ms tick.
 * Returns at once when one of them has happened since the last call. */
void flota_port_idle(void);

#endif
