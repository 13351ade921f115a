/* With --speculative-stall, erasing physical bank 1 stops a core that may read ahead there, also
 * one whose code is in RAM, until the MPU makes the whole bank Device memory, Strongly-ordered, or
 * inaccessible (vboard/src/stall.c has the sources; Armv7-M ARM B3.5 the MPU's rules).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"

#define MPU_CTRL REG32(0xE000ED94u)
#define MPU_RNR  REG32(0xE000ED98u)
#define MPU_RBAR REG32(0xE000ED9Cu)
#define MPU_RASR REG32(0xE000EDA0u)
/* The third alias of RBAR and RASR. */
#define MPU_RBAR_A3 REG32(0xE000EDB4u)
#define MPU_RASR_A3 REG32(0xE000EDB8u)

#define ENABLE     1u
#define HFNMIENA   2u
#define PRIVDEFENA 4u

#define BANK1        0x08000000u
#define SIZE(log2)   (((log2)-1u) << 1 | 1u) /* and enabled */
#define FULL_ACCESS  (3u << 24)
#define NO_ACCESS    (0u << 24)
#define USER_NOTHING (1u << 24) /* privileged only */
#define DEVICE       (1u << 16)
#define DEVICE_ALONE (2u << 19)
#define ORDERED      0u
#define NORMAL       (1u << 19 | 3u << 16)
#define WITHOUT(n)   (1u << (8 + (n)))

static void region(uint32_t number, uint32_t base, uint32_t rasr)
{
    MPU_RNR = number;
    MPU_RBAR = base;
    MPU_RASR = rasr;
}

static void regions_off(void)
{
    MPU_CTRL = 0;
    for (uint32_t n = 0; n < 16; n++) {
        region(n, 0, 0);
    }
}

/* Does the core stop while sector 7 of bank 1 is erased? All in RAM, without interrupts. */
static RAM_CODE bool stalls(bool faultmask)
{
    uint32_t start, end;

    if (faultmask) {
        __asm volatile("cpsid f" ::: "memory");
    }
    __asm volatile("dsb\n isb" ::: "memory");
    start = REG32(DWT_CYCCNT);
    CR(1) = CR_SER | CR_SNB(7) | CR_PSIZE_64 | CR_START;
    __asm volatile("dsb\n isb" ::: "memory");
    end = REG32(DWT_CYCCNT);
    while (SR(1) & (SR_QW | SR_BSY)) {
    }
    if (faultmask) {
        __asm volatile("cpsie f" ::: "memory");
    }
    return end - start > 1000000u;
}

static bool stalls_with(uint32_t control, uint32_t rasr)
{
    regions_off();
    region(3, BANK1, rasr);
    MPU_CTRL = control;
    return stalls(false);
}

static void check_attributes(void)
{
    const uint32_t on = ENABLE | PRIVDEFENA;

    CHECK(stalls_with(0, FULL_ACCESS | DEVICE | SIZE(20u)));
    CHECK(!stalls_with(on, FULL_ACCESS | DEVICE | SIZE(20u)));
    CHECK(!stalls_with(on, FULL_ACCESS | DEVICE_ALONE | SIZE(20u)));
    CHECK(!stalls_with(on, FULL_ACCESS | ORDERED | SIZE(20u)));
    CHECK(!stalls_with(on, NO_ACCESS | NORMAL | SIZE(20u)));
    CHECK(stalls_with(on, FULL_ACCESS | NORMAL | SIZE(20u)));
    CHECK(stalls_with(on, USER_NOTHING | NORMAL | SIZE(20u)));
    CHECK(stalls_with(on, FULL_ACCESS | DEVICE | SIZE(19u))); /* half of it */
    CHECK(stalls_with(on, (FULL_ACCESS | DEVICE | SIZE(20u)) & ~1u));
    CHECK(stalls_with(on, FULL_ACCESS | DEVICE | SIZE(20u) | WITHOUT(5)));
    CHECK(!stalls_with(ENABLE, FULL_ACCESS | DEVICE | SIZE(20u) | WITHOUT(5))); /* no default map */
    CHECK(!stalls_with(on, FULL_ACCESS | DEVICE | SIZE(22u) | WITHOUT(7)));     /* elsewhere */
}

/* The highest number decides; the aliases reach the regions too. */
static void check_overlaps(void)
{
    regions_off();
    region(2, BANK1, FULL_ACCESS | DEVICE | SIZE(20u));
    region(1, BANK1, FULL_ACCESS | NORMAL | SIZE(20u));
    MPU_CTRL = ENABLE | PRIVDEFENA;
    CHECK(!stalls(false));
    MPU_RBAR_A3 = (BANK1 + 0x40000u) | 1u << 4 | 9u; /* VALID, region 9 */
    MPU_RASR_A3 = FULL_ACCESS | NORMAL | SIZE(5u);   /* one word of flash */
    CHECK(MPU_RNR == 9);
    CHECK(stalls(false));
    region(10, BANK1 + 0x40000u, FULL_ACCESS | DEVICE | SIZE(5u));
    CHECK(!stalls(false));
}

/* At a negative priority the MPU is off, unless HFNMIENA. */
static void check_faultmask(void)
{
    regions_off();
    region(0, BANK1, FULL_ACCESS | DEVICE | SIZE(20u));
    MPU_CTRL = ENABLE | PRIVDEFENA;
    CHECK(!stalls(false));
    CHECK(stalls(true));
    MPU_CTRL = ENABLE | PRIVDEFENA | HFNMIENA;
    CHECK(!stalls(true));
}

int main(void)
{
    check_begin();
    clock_begin();
    unlock(1);
    check_attributes();
    check_overlaps();
    check_faultmask();
    MPU_CTRL = 0;
    unlock(2); /* bank 2 does not matter */
    uint32_t start = clock_us();
    CR(2) = CR_SER | CR_SNB(7) | CR_PSIZE_64 | CR_START;
    CHECK(clock_us() - start < 1000);
    check_pass();
}
