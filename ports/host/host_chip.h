/* host_chip.h - what the launcher and the firmware share: the chip around the processor.
 *
 * flota-host is the chip: it outlives every run of a firmware, which is a process of its own. The
 * block lies in memory that both map. What a real chip keeps over a reset is here (last words,
 * port numbers), and what happens to it from outside (buttons, cable, time).
 *
 * A firmware finds the block by FLOTA_HOST_CHIP in its environment, "BLOCK,FLASH": two file
 * descriptors. An update may bring a firmware built with another Flota than the launcher: the
 * layout has a number, and both refuse another one.
 *
 * Thread safety: the members marked _Atomic change while a firmware runs.  Allocation: mmap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_HOST_CHIP_H
#define FLOTA_HOST_CHIP_H

#include "flota/boot.h"
#include "flota/platform.h"
#include <stdatomic.h>

#define HOST_CHIP_MAGIC    0x70694843u /* "CHip"; another one for another layout */
#define HOST_CHIP_LAYOUT   1u
#define HOST_CHIP_VARIABLE "FLOTA_HOST_CHIP"

/* An image for the board "host": vectors, information block and guard's place as on the board, then
 * an ELF program for Linux. See image.S. */
#define HOST_BOARD          "host"
#define HOST_LINK_ADDRESS   0x08000000u
#define HOST_PROGRAM_OFFSET (FLOTA_GUARD_OFFSET + FLOTA_GUARD_SIZE)

/* Reset causes, as ATTEMPT and FAILED records keep them. */
enum host_reset {
    HOST_RESET_POWER = 1 << 0,
    HOST_RESET_SOFTWARE = 1 << 1,
    HOST_RESET_WATCHDOG = 1 << 2,
    HOST_RESET_BUTTON = 1 << 3,
    HOST_RESET_FAULT = 1 << 4 /* the program crashed, or ended by itself */
};

/* A port of the device and where it is on this machine. */
struct host_port_map {
    uint16_t device_port;  /* 0: the end of the table */
    uint16_t machine_port; /* 0: a free one, then kept here over resets */
    bool is_datagram;
    bool is_given; /* by an option: for streams and datagrams */
};
#define HOST_PORTS_MAX 32u

/* Pins: port letters A to K, one bit for each of 16 pins. */
#define HOST_GPIO_PORTS 11u
struct host_gpio {
    _Atomic uint16_t output; /* by the firmware: which are outputs ... */
    _Atomic uint16_t level;  /* ... and the level last written */
    _Atomic uint16_t pull_up;
    _Atomic uint16_t driven; /* from outside: which inputs are driven ... */
    _Atomic uint16_t drive;  /* ... and to what level */
};

/* An output has the level that the firmware wrote; an input that of outside, else its pull. */
static inline bool host_gpio_level(const struct host_gpio *gpio, unsigned pin)
{
    unsigned bit = 1u << pin;
    if (gpio->output & bit)
        return gpio->level & bit;
    if (gpio->driven & bit)
        return gpio->drive & bit;
    return gpio->pull_up & bit;
}

struct host_chip {
    uint32_t magic;
    uint32_t layout;

    /* Set before each run. */
    struct flota_boot_decision decision;
    bool power_on;
    uint32_t reset_cause;
    struct flota_last_words last_words; /* of the run before */

    /* Settings. */
    char address[16]; /* IPv4, which servers bind */
    uint8_t mac[6];
    uint32_t erase_ms;   /* of a sector */
    uint32_t time_scale; /* milliseconds of the device in one of the machine */
    int console_in;      /* file descriptors; -1: none */
    int console_out;
    struct host_port_map ports[HOST_PORTS_MAX];

    /* From outside, at any time. */
    _Atomic uint32_t clock_offset_ms; /* of this run */
    _Atomic bool link_is_down;

    /* By the firmware. */
    _Atomic uint32_t feeds;
    _Atomic bool wants_reset;               /* said before it ends in order */
    struct flota_last_words words;          /* for the next run */
    struct host_gpio gpio[HOST_GPIO_PORTS]; /* last: lost at a reset */
};

/* The firmware's side: the block, mapped at the first call. Ends the program with a message when
 * there is none. */
struct host_chip *host_chip(void);

/* The flash file's descriptor. */
int host_chip_flash(void);

#endif
