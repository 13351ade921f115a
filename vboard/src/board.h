/* board.h - the virtual board as its parts see it: time, events, bus, interrupts, resets.
 *
 * flota-vboard models an STM32H745I-DISCO's Cortex-M7 side: it knows the chip and nothing of the
 * firmware. One thread. Virtual time is counted in nanoseconds; a part asks for a call at a time
 * with board_schedule(). Each part keeps its state in its own struct, made by its create function,
 * and is reached over the bus by its struct device.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_BOARD_H
#define VBOARD_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BANK_SIZE          0x100000u
#define SECTOR_SIZE        0x20000u
#define SYSTEM_MEMORY_BASE 0x1FF00000u /* in physical bank 1 of the flash */
#define SYSTEM_MEMORY_SIZE 0x20000u
#define BOARD_NEVER        UINT64_MAX
#define NS_PER_MS          1000000ull
#define NS_PER_S           1000000000ull

/* Why the chip restarts. Flags as RCC_RSR shows them are the RCC's business. */
enum reset_cause {
    RESET_POWER_ON,
    RESET_PIN,      /* the board's black button */
    RESET_SOFTWARE, /* AIRCR.SYSRESETREQ */
    RESET_IWDG,
    RESET_LOCKUP,  /* not of this chip: see exceptions.c */
    RESET_BROWNOUT /* the power was away for a moment (BOR) */
};

/* For people: "power-on", "watchdog", ... (control_events.c) */
const char *reset_cause_name(enum reset_cause cause);

enum board_event {
    EVENT_SYSTICK,
    EVENT_FLASH_BANK1, /* physical bank */
    EVENT_FLASH_BANK2,
    EVENT_OPTION_BYTES,
    EVENT_IWDG,
    EVENT_RCC, /* an oscillator or PLL becomes ready; PWR voltage too. soc_event */
    EVENT_RNG, /* soc_event */
    EVENT_UART1,
    EVENT_UART2,
    EVENT_UART3,
    EVENT_ETH,
    EVENT_MDIO,
    EVENT_NETWORK, /* host side: poll slirp, board page, consoles; each virtual ms */
    EVENT_PEER,    /* the cable and the peer in virtual time: net_event. Not the chip's: outlives
                    * resets */
    EVENT_COUNT
};

struct cpu;      /* cpu.c: Unicorn, exceptions, NVIC, SysTick, SCB, DWT */
struct flash;    /* flash.c: banks, option bytes, ECC */
struct eth;      /* eth.c: MAC, DMA, MDIO; phy.c */
struct net;      /* net.c: libslirp */
struct soc;      /* soc.c: RCC, PWR, SYSCFG, RNG, IWDG, RTC, DBGMCU, unique id */
struct gpio;     /* gpio.c */
struct usart;    /* usart.c: USART1-3 */
struct page;     /* page.c: the board page */
struct control;  /* control.c: the control socket */
struct gdb;      /* gdb.c: the debugger's stub */
struct tracer;   /* tracer.c: signals over time, in a file */
struct digest;   /* digest.c: hash of all frames, flash operations and times */
struct sessions; /* sessions.c: from one power-on to the next cut */
struct bus;      /* bus.c: address map, unmodelled access reports */

struct board_options {
    uint32_t idcode;           /* DBGMCU_IDCODE, default 0x20036450 (H745, revision V) */
    bool factory_option_bytes; /* BCM4 = 1 as shipped; default is BCM4 = 0 */
    bool single_core;          /* an STM32H743 or H753: no Cortex-M4, no BCM4 */
    bool fast;                 /* virtual time does not wait for real time */
    bool ram_random;
    uint8_t ram_fill;
    const char *flash_file;  /* NULL: in memory only */
    const char *guest_ip;    /* NULL: slirp's default, guest by DHCP */
    const char *hostfwd[16]; /* "tcp:127.0.0.1:8000:80" */
    size_t hostfwd_count;
    int client_buffer;   /* bytes kept for a client that does not read; 0: as this machine does */
    const char *uart[3]; /* "stdio", "pty", "loop" (TX wired to RX), FILE, "none";
                          * NULL: USART3 stdio, the others none */
    const char *http;    /* "127.0.0.1:8100" or NULL */
    uint64_t run_for_ns; /* BOARD_NEVER */
    uint32_t trace;      /* TRACE_* bits */

    bool deterministic;     /* the same inputs give the same run: no host clock, no host network */
    uint64_t seed;          /* of everything that is random in the model */
    const char *net;        /* "slirp" (NULL), "tap:NAME", "script[:FILE]", "none" */
    const char *link;       /* "rtt=1ms,loss=0.01,...": see net_wire.h; NULL: a good cable */
    const char *control;    /* socket of the JSON lines of CONTROL.md, or NULL */
    const char *gdb;        /* "PORT" or "HOST:PORT", or NULL */
    bool gdb_wait;          /* do not start before gdb says so */
    bool precise_faults;    /* faults name their instruction, at a third of the speed */
    bool speculative_stall; /* see stall.h */
    int lsi_percent;        /* LSI is off by so much: -10 to 10 */
    const char *trace_file; /* VCD (*.vcd) or text, or NULL */
};

enum { TRACE_FLASH = 1, TRACE_ETH = 2, TRACE_EXC = 4, TRACE_GPIO = 8, TRACE_BUS = 16 };

struct board {
    struct board_options options;
    struct bus *bus;
    struct cpu *cpu;
    struct flash *flash;
    struct soc *soc;
    struct gpio *gpio;
    struct usart *usart;
    struct eth *eth;
    struct net *net;
    struct page *page;
    struct control *control; /* NULL without --control; so are the next two */
    struct gdb *gdb;
    struct tracer *tracer;
    struct digest *digest;
    struct sessions *sessions; /* NULL without --http */
    uint64_t now_ns;           /* virtual time since the program's start, also over resets */
    uint64_t events[EVENT_COUNT];
    uint64_t next_wake_ns;  /* the earliest of them */
    uint64_t next_event_ns; /* the same, or a deadline of the control socket's before it */
    uint64_t reset_count;
    uint64_t instruction_count;
    bool powered;
    enum reset_cause last_reset;

    /* board.c's own */
    struct pace *pace; /* pace.c: host time */
    bool plug_pulled;
    uint64_t cut_at_program; /* pull the plug as flash_view.program_count gets there; 0: never */
    bool reset_requested;
    enum reset_cause requested_reset;
    uint64_t reset_burst_ns; /* time of the last reset */
    uint32_t reset_burst;    /* resets, each soon after the one before */
    char **warnings;
    size_t warning_count;
};

/* --- time --- */

/* Call the event's handler at a virtual time (BOARD_NEVER cancels). Each event has one slot.
 * Handlers by event: cpu_event, flash_event, soc_event, usart_event, eth_event, board's own. */
void board_schedule(struct board *board, enum board_event event, uint64_t at_ns);

/* control_deadline() has changed. */
void board_deadline_changed(struct board *board);

/* The guest polls a busy flag, or the bus stalls it: let time jump to the next event. Takes effect
 * at the end of the running translation block. */
void board_skip_to_next_event(struct board *board);

/* The bus stalls the core until a time: now_ns jumps there at once, events up to then are run. For
 * use by memory callbacks (a read from a busy bank). */
void board_stall_until(struct board *board, uint64_t at_ns);

/* --- resets and power --- */

/* Restart the chip at the end of the running translation block. */
void board_request_reset(struct board *board, enum reset_cause cause);
/* "Pull the plug", which tears running flash operations, or put it back. Not from bus callbacks. */
void board_power(struct board *board, bool on);
/* Put it back after so short a loss that the brown-out reset came and not the power-on one (RM0399
 * 9.4.1, BOR): RESET_BROWNOUT, RAM kept but for parts of it, by the seed. */
void board_power_back(struct board *board);
/* The same as pulling it, at the end of the running translation block. */
void board_pull_plug(struct board *board);

/* --- interrupts --- */

/* Set the level of an external interrupt line; irq as in RM0399's vector table (USART3: 39, ETH:
 * 61). */
void board_irq(struct board *board, int irq, bool level);

/* --- memory as a bus master other than the core sees it --- */

/* Host memory behind a bus address for DMA, or NULL: the Ethernet DMA reaches AXI SRAM, SRAM1-4 and
 * flash, not ITCM, DTCM or peripherals (RM0399 2.1, bus matrix). Flash must not be written through
 * it. */
uint8_t *board_dma_memory(struct board *board, uint32_t address, uint32_t size, bool write);

/* --- devices on the bus --- */

struct register_name {
    uint32_t offset;
    const char *name;
};

/* A peripheral's window. Accesses come as aligned 32-bit registers; narrow writes carry the lanes
 * (a byte mask 0x000000ff..) and value shifted into place; narrow reads are cut out by the bus, but
 * size tells the access (some data registers count accesses). */
struct device {
    const char *name;
    uint32_t base;
    uint32_t size;
    const struct register_name *names; /* ends with {0, NULL}; may be NULL */
    /* Return false for a register that is not modelled: the bus reports it once, by name or
     * address; reads then give 0. */
    bool (*read)(struct board *board, uint32_t offset, unsigned size, uint32_t *value);
    bool (*write)(struct board *board, uint32_t offset, uint32_t lanes, uint32_t value);
};

/* Add a window. Called by the parts' create functions. */
void bus_add(struct board *board, const struct device *device);

/* Called by a device's read or write: the access that it now answers ends in a bus error (BusFault:
 * precise for a read, imprecise for a write). A wrong flash key does it. */
void bus_error(struct board *board);

/* --- the parts; create once, reset at every reset of the chip --- */

/* NULL, after a message on stderr, when the flash file cannot be used. */
struct flash *flash_create(struct board *board);
void flash_reset(struct board *board, enum reset_cause cause);
void flash_event(struct board *board, enum board_event event);
void flash_power_off(struct board *board); /* tears what runs; writes the file */
void flash_destroy(struct board *board);
bool flash_load(struct board *board, const char *path, uint32_t address, char *error,
                size_t error_size);
/* Host memory of what is mapped at 0x08000000 (half 0) and 0x08100000 (half 1), given SWAP_BANK. */
uint8_t *flash_mapped(struct board *board, int half);
bool flash_swapped(const struct board *board);
/* FLASH_OPTSR_CUR as loaded: IWDG1_SW is bit 4 (0: the watchdog starts at reset), BCM4 bit 22. */
uint32_t flash_option_status(const struct board *board);
/* Change bits of FLASH_OPTSR as a programmer does over the debug port, next to a running core. It
 * is complete after the time that a change takes; a reset before that keeps the old values. Returns
 * NULL, or why not, for people. */
const char *flash_change_options(struct board *board, uint32_t mask, uint32_t value);
/* A store of the core to 0x08000000..0x081FFFFF. Returns false for a bus fault. */
bool flash_bus_write(struct board *board, uint32_t address, unsigned size, uint64_t value);
/* A load or fetch from a page that cpu_guard() protected: stalls on
 * a busy bank, faults on an ECC-dead word. Returns false for a bus fault. */
bool flash_bus_read(struct board *board, uint32_t address, unsigned size, bool fetch);
/* A read by DMA: sets the ECC flags, never faults. */
void flash_dma_read(struct board *board, uint32_t address, uint32_t size);

struct soc *soc_create(struct board *board);
void soc_reset(struct board *board, enum reset_cause cause);
void soc_event(struct board *board, enum board_event event);
bool iwdg_runs(const struct board *board); /* the watchdog, which a reset alone stops */
uint32_t soc_sysclk_hz(
    const struct board *board); /* CPU clock from the RCC registers, virtual time's base */
uint32_t soc_kernel_hz(const struct board *board, int usart); /* USART's clock */

/* 0x20000 bytes mapped at 0x1FF00000: unique id at 0x1E800, flash size at 0x1E880. */
uint8_t *soc_system_memory(struct board *board);
/* Is the clock of a peripheral on? enable is the offset of its RCC enable register (AHB1ENR: 0x0D8,
 * AHB4ENR: 0x0E0, ...). Where it is off real hardware reads 0 and ignores writes; reported once. */
bool soc_clocked(struct board *board, uint32_t enable, uint32_t bit, const char *name);
/* Name of the peripheral that owns an address of the H745's memory map, and its base; NULL when
 * none does. */
const char *soc_peripheral_name(uint32_t address, uint32_t *base);

struct gpio *gpio_create(struct board *board);
void gpio_reset(struct board *board);
bool gpio_output(const struct board *board, char port,
                 int pin); /* level the pin drives; inputs: false */
bool gpio_is_output(const struct board *board, char port, int pin);
/* What IDR shows: output, input or pull. */
bool gpio_level(const struct board *board, char port, int pin);
/* Drive a pin from outside. */
void gpio_set_input(struct board *board, char port, int pin, bool level);

struct usart *usart_create(struct board *board);
void usart_reset(struct board *board);
void usart_event(struct board *board, enum board_event event);
void usart_poll(struct board *board); /* host side: bytes typed */
void usart_destroy(struct board *board);
void usart_input(struct board *board, int usart, const uint8_t *data, size_t size); /* 1-3 */
/* The last console bytes of USART n: copies at most size, returns the count; *total counts all ever
 * sent. */
/* The index-th of the last lines that USART n sent, oldest first. Returns false past the last. */
struct usart_line {
    uint64_t start; /* position of its first byte among all bytes ever sent */
    uint64_t at_ns; /* when that byte was out */
};
bool usart_line(const struct board *board, int usart, uint64_t index, struct usart_line *line);
size_t usart_tail(const struct board *board, int usart, char *text, size_t size, uint64_t *total);

struct eth *eth_create(struct board *board);
void eth_reset(struct board *board);
void eth_event(struct board *board, enum board_event event);
void eth_receive(struct board *board, const uint8_t *frame,
                 size_t size);                   /* from the wire, no FCS */
bool eth_can_receive(const struct board *board); /* room in the wire-side queue */

struct net *net_create(struct board *board);
void net_reset(struct board *board); /* the chip restarts, or is off: called by eth_reset() */
void net_event(struct board *board);
void net_transmit(struct board *board, const uint8_t *frame, size_t size); /* to the wire, no FCS */
void net_destroy(struct board *board);

struct page *page_create(struct board *board);
void page_destroy(struct board *board);

/* Host file descriptors: net and page register what they wait for. timeout_ms: in and out. */
struct pollfd;
size_t net_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                        uint32_t *timeout_ms);
void net_poll_done(struct board *board, const struct pollfd *fds, size_t count, bool error);
size_t page_poll_prepare(struct board *board, struct pollfd *fds, size_t capacity,
                         uint32_t *timeout_ms);
void page_poll_done(struct board *board, const struct pollfd *fds, size_t count);

/* --- the core --- */

struct cpu *cpu_create(struct board *board);
void cpu_reset(struct board *board); /* maps memory anew (bank swap), loads SP and PC */
void cpu_event(struct board *board, enum board_event event);
void cpu_stop(struct board *board); /* leave emulation at the next translation block */
uint32_t cpu_pc(const struct board *board);
/* Bytes of flash changed: drop translated code and cached counts. address as the core sees it. */
void cpu_flash_changed(struct board *board, uint32_t address, uint32_t size);
/* Make the core's loads and fetches from a range of flash (whole pages of 4 KB), or from the whole
 * system memory (its base, its size), ask flash_bus_read() first,
 * or go direct again. Costs a microsecond or less; may be called from any callback, also from
 * within flash_bus_read(). Guards are kept over cpu_reset(): flash_reset() runs before it and sets
 * them anew. */
void cpu_guard(struct board *board, uint32_t address, uint32_t size, bool guarded);
/* True while the core ignores bus faults of data accesses: FAULTMASK or priority -1, and BFHFNMIGN.
 */
bool cpu_ignores_bus_faults(const struct board *board);

/* --- what the board page and tests count --- */

enum sector_state { SECTOR_BLANK, SECTOR_PROGRAMMED, SECTOR_ERASING, SECTOR_PROGRAMMING };

struct flash_view {
    bool swapped;           /* SWAP_BANK in force */
    bool swap_option;       /* SWAP_BANK_OPT as stored */
    uint32_t option_status; /* OPTSR_CUR */
    uint64_t erase_count;   /* operations started since the program's start */
    uint64_t program_count;
    uint64_t option_change_count;
    uint64_t first_program_ns, last_program_ns, first_erase_ns;
    uint64_t last_option_start_ns;   /* OPTSTART of the latest change */
    uint32_t programmed_words[2][8]; /* physical bank, sector: words that are not blank */
    enum sector_state state[2][8];
    uint32_t sector_erases[2][8];
};
void flash_view(const struct board *board, struct flash_view *view);

/* --- removed behaviours: for testing the tests --- */

/* Each behaviour that `make check-vboard` proves has a name in behaviours.h. The product is built
 * with all of them fixed to true; the test build takes --without NAME and must then fail that
 * behaviour's check. */
#include "behaviours.h"

/* Report once per text: "vboard: ..." on stderr and on the board page. */
void board_warn(struct board *board, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The index-th of these texts so far, oldest first; NULL past the last. For the board page. */
const char *board_warning(const struct board *board, size_t index);

#endif
