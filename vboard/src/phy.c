/* phy.c - LAN8742A registers, auto-negotiation and link (Microchip DS00001989, IEEE 802.3 clauses
 * 22, 28).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "phy.h"
#include "board.h"

enum {
    CONTROL_RESET = 1 << 15,
    CONTROL_LOOPBACK = 1 << 14,
    CONTROL_100 = 1 << 13,
    CONTROL_NEGOTIATE = 1 << 12,
    CONTROL_POWER_DOWN = 1 << 11,
    CONTROL_ISOLATE = 1 << 10,
    CONTROL_RESTART = 1 << 9,
    CONTROL_FULL_DUPLEX = 1 << 8,
    CONTROL_DEFAULT = CONTROL_100 | CONTROL_NEGOTIATE,
    CONTROL_STORED = 0x7D80 /* without the self-clearing and reserved bits */
};

enum {
    STATUS_ABILITIES = 0x7809, /* 10/100, both duplexes, negotiates, extended registers */
    STATUS_NEGOTIATED = 1 << 5,
    STATUS_LINK = 1 << 2
};

enum { MODE_100_FULL = 0x100, MODE_100_HALF = 0x080, MODE_10_FULL = 0x040, MODE_10_HALF = 0x020 };

enum {
    ID_HIGH = 0x0007, /* register 2: OUI */
    ID_LOW = 0xC131,  /* register 3: OUI, model 0x13, revision 1 */
    ADVERTISED_DEFAULT = 0x01E1,
    ADVERTISED_STORED = 0xAFE0, /* next page, remote fault, pause, abilities */
    PARTNER_ABILITY = 0x45E1,   /* acknowledge, pause, all four modes, IEEE 802.3 selector */
    EXPANSION_FIXED = 0x0064,   /* register 6: next pages able */
    PARTNER_NEGOTIATES = 1 << 0,
    PAGE_RECEIVED = 1 << 1
};

enum {
    MODE_CONTROL_STORED = 0x2200, /* EDPWRDOWN, FARLOOPBACK */
    ENERGY_ON = 1 << 1,
    SPECIAL_MODES = 0x00E0, /* straps: MII, all capable, address 0 */
    SPECIAL_CONTROL_STORED = 0xA800,
    INTERRUPT_ENERGY = 1 << 7,
    INTERRUPT_NEGOTIATED = 1 << 6,
    INTERRUPT_LINK_DOWN = 1 << 4,
    INTERRUPT_PARTNER_ACK = 1 << 3,
    INTERRUPT_PAGE = 1 << 1,
    INTERRUPT_MASKS = 0x01FE,
    SPECIAL_STATUS_FIXED = 0x0040, /* register 31: 4B5B coding on */
    SPECIAL_STATUS_DONE = 1 << 12
};

/* A transmitter that starts to negotiate is silent for break_link_timer, 1.2 to 1.5 s, and then
 * exchanges pages for some bursts of 16 ms (IEEE 802.3 table 28-9). */
#define NEGOTIATION_NS (1600ull * NS_PER_MS)
#define FORCED_LINK_NS (350ull * NS_PER_MS) /* the partner falls back to parallel detection */
#define SOFT_RESET_NS  (500ull * 1000)

static bool negotiates(const struct phy *phy)
{
    return (phy->control & CONTROL_NEGOTIATE) != 0;
}

static uint16_t forced_mode(const struct phy *phy)
{
    bool full = (phy->control & CONTROL_FULL_DUPLEX) != 0;
    if (phy->control & CONTROL_100)
        return full ? MODE_100_FULL : MODE_100_HALF;
    return full ? MODE_10_FULL : MODE_10_HALF;
}

/* The best mode of both ends (IEEE 802.3 annex 28B.3); 0 when they share none. */
static uint16_t resolved_mode(const struct phy *phy)
{
    uint16_t common = phy->advertised & PARTNER_ABILITY;
    for (uint16_t mode = MODE_100_FULL; mode >= MODE_10_HALF; mode = (uint16_t)(mode >> 1)) {
        if (common & mode)
            return mode;
    }
    return 0;
}

static void drop_link(struct phy *phy)
{
    if (phy->link)
        phy->interrupt_flags |= INTERRUPT_LINK_DOWN;
    phy->link = false;
    phy->link_latch = false;
    phy->negotiated = false;
}

/* Bring the link down, and up again in a while if the settings and the cable allow it. */
static void restart_link(struct phy *phy, uint64_t now_ns)
{
    const uint16_t cut = CONTROL_POWER_DOWN | CONTROL_ISOLATE | CONTROL_LOOPBACK;
    drop_link(phy);
    phy->link_up_ns = BOARD_NEVER;
    if (!phy->cable || (phy->control & cut) || phy->reset_done_ns != BOARD_NEVER)
        return;
    uint64_t delay_ns = negotiates(phy) ? NEGOTIATION_NS : FORCED_LINK_NS;
    phy->link_up_ns = now_ns + (behaves(BEHAVIOUR_PHY_NEGOTIATION_TIME) ? delay_ns : 0);
}

static void set_defaults(struct phy *phy)
{
    phy->control = CONTROL_DEFAULT;
    phy->advertised = ADVERTISED_DEFAULT;
    phy->mode_control = 0;
    phy->special_control = 0;
    phy->interrupt_flags = 0;
    phy->interrupt_mask = 0;
    phy->page_received = false;
    phy->mode = MODE_100_HALF;
}

void phy_reset(struct phy *phy, uint64_t now_ns)
{
    phy->reset_done_ns = BOARD_NEVER;
    set_defaults(phy);
    phy->link = false;
    restart_link(phy, now_ns);
}

static void come_up(struct phy *phy)
{
    phy->link_up_ns = BOARD_NEVER;
    phy->mode = negotiates(phy) ? resolved_mode(phy) : forced_mode(phy);
    if (phy->mode == 0)
        return;
    phy->link = true;
    phy->interrupt_flags |= INTERRUPT_ENERGY;
    if (!negotiates(phy))
        return;
    phy->negotiated = true;
    phy->page_received = true;
    phy->interrupt_flags |= INTERRUPT_NEGOTIATED | INTERRUPT_PARTNER_ACK | INTERRUPT_PAGE;
}

uint64_t phy_deadline(const struct phy *phy)
{
    return phy->reset_done_ns < phy->link_up_ns ? phy->reset_done_ns : phy->link_up_ns;
}

void phy_advance(struct phy *phy, uint64_t now_ns)
{
    if (phy->reset_done_ns <= now_ns) {
        phy->reset_done_ns = BOARD_NEVER;
        restart_link(phy, now_ns);
    }
    if (phy->link_up_ns <= now_ns)
        come_up(phy);
}

void phy_set_cable(struct phy *phy, bool plugged, uint64_t now_ns)
{
    if (phy->cable == plugged)
        return;
    phy->cable = plugged;
    restart_link(phy, now_ns);
}

bool phy_link(const struct phy *phy)
{
    return phy->link;
}

bool phy_loopback(const struct phy *phy)
{
    return (phy->control & (CONTROL_LOOPBACK | CONTROL_POWER_DOWN)) == CONTROL_LOOPBACK;
}

bool phy_clocks(const struct phy *phy)
{
    return !(phy->control & (CONTROL_POWER_DOWN | CONTROL_ISOLATE));
}

/* In loopback the negotiated mode does not exist: the control register's speed counts. */
unsigned phy_mbit_s(const struct phy *phy)
{
    uint16_t mode = phy->link ? phy->mode : forced_mode(phy);
    return (mode & (MODE_100_FULL | MODE_100_HALF)) ? 100 : 10;
}

static uint16_t read_status(struct phy *phy)
{
    uint16_t value = STATUS_ABILITIES;
    if (phy->negotiated)
        value |= STATUS_NEGOTIATED;
    if (phy->link && phy->link_latch)
        value |= STATUS_LINK;
    phy->link_latch = phy->link;
    return value;
}

static uint16_t read_expansion(struct phy *phy)
{
    uint16_t value = EXPANSION_FIXED;
    if (phy->negotiated)
        value |= PARTNER_NEGOTIATES;
    if (phy->page_received)
        value |= PAGE_RECEIVED;
    phy->page_received = false;
    return value;
}

/* Register 31, bits 4:2: the speed in use. */
static uint16_t read_special_status(const struct phy *phy)
{
    uint16_t mode = phy->link ? phy->mode : forced_mode(phy);
    uint16_t value = SPECIAL_STATUS_FIXED | (phy->negotiated ? SPECIAL_STATUS_DONE : 0);
    switch (mode) {
    case MODE_100_FULL:
        return value | 6 << 2;
    case MODE_100_HALF:
        return value | 2 << 2;
    case MODE_10_FULL:
        return value | 5 << 2;
    default:
        return value | 1 << 2;
    }
}

static uint16_t read_interrupts(struct phy *phy)
{
    uint16_t flags = phy->interrupt_flags;
    phy->interrupt_flags = 0;
    return flags;
}

uint16_t phy_read(struct phy *phy, unsigned reg, uint64_t now_ns)
{
    phy_advance(phy, now_ns);
    switch (reg) {
    case 0:
        return phy->control | (phy->reset_done_ns != BOARD_NEVER ? CONTROL_RESET : 0);
    case 1:
        return read_status(phy);
    case 2:
        return ID_HIGH;
    case 3:
        return ID_LOW;
    case 4:
        return phy->advertised;
    case 5:
        return phy->negotiated ? PARTNER_ABILITY : 0x0001;
    case 6:
        return read_expansion(phy);
    case 17:
        return phy->mode_control | (phy->cable ? ENERGY_ON : 0);
    case 18:
        return SPECIAL_MODES;
    case 27:
        return phy->special_control;
    case 29:
        return read_interrupts(phy);
    case 30:
        return phy->interrupt_mask;
    case 31:
        return read_special_status(phy);
    default:
        return 0; /* symbol errors, cable test and the other registers of a quiet link */
    }
}

static void write_control(struct phy *phy, uint16_t value, uint64_t now_ns)
{
    if (value & CONTROL_RESET) {
        set_defaults(phy);
        phy->reset_done_ns = now_ns + SOFT_RESET_NS;
        restart_link(phy, now_ns);
        return;
    }
    uint16_t changed = phy->control ^ value;
    phy->control = value & CONTROL_STORED;
    if ((value & CONTROL_RESTART) || (changed & CONTROL_STORED))
        restart_link(phy, now_ns);
}

void phy_write(struct phy *phy, unsigned reg, uint16_t value, uint64_t now_ns)
{
    phy_advance(phy, now_ns);
    if (phy->reset_done_ns != BOARD_NEVER)
        return;
    switch (reg) {
    case 0:
        write_control(phy, value, now_ns);
        break;
    case 4:
        phy->advertised = (value & ADVERTISED_STORED) | 0x0001;
        break;
    case 17:
        phy->mode_control = value & MODE_CONTROL_STORED;
        break;
    case 27:
        phy->special_control = value & SPECIAL_CONTROL_STORED;
        break;
    case 30:
        phy->interrupt_mask = value & INTERRUPT_MASKS;
        break;
    default:
        break; /* read-only */
    }
}
