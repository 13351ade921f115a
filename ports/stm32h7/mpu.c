/* mpu.c - memory attributes and caches.
 *
 * The spare bank and the own journal are Device memory: the core never reads them by speculation,
 * so a bank that erases does not stall it, and a word with a dead ECC is met only by who asks for
 * it. The running image is read-only: a stray write faults, instead of leaving a PGSERR flag that
 * spoils the next option byte change. All that holds data is execute-never. Nothing is
 * write-through (Cortex-M7 r1p1 erratum 1259864).
 *
 * Source: DDI 0403E B3.5 (MPU); DDI 0489 (caches); ST AN4838 (external memory must be shut off
 * against speculative reads when nothing is attached).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "registers.h"
#include "stm32h7.h"

/* RASR: attributes. */
#define XN                  (1u << 28)
#define NO_ACCESS           (0u << 24)
#define READ_WRITE          (3u << 24)
#define READ_ONLY           (6u << 24)
#define DEVICE              (1u << 16)            /* TEX 0, C 0, B 1: shared device */
#define NOT_CACHEABLE       (1u << 19)            /* TEX 1, C 0, B 0 */
#define WRITE_BACK          (1u << 19 | 3u << 16) /* TEX 1, C 1, B 1: write-back, write-allocate */
#define READ_CACHED         (3u << 16)            /* TEX 0, C 1, B 1: write-back, read-allocate */
#define WITHOUT(subregions) ((uint32_t)(subregions) << 8)

static const struct {
    uint32_t base;
    uint8_t size_log2;
    uint32_t attributes;
} regions[] = {
    /* External memories 0x60000000-0xDFFFFFFF: eighths 3 to 6 of 4 GB. */
    {0x00000000u, 32, XN | NO_ACCESS | DEVICE | WITHOUT(0x87)},
    {FLASH_ACTIVE_ADDRESS, 20, READ_ONLY | READ_CACHED},
    {FLASH_SPARE_ADDRESS, 20, XN | READ_WRITE | DEVICE},
    {FLASH_ACTIVE_ADDRESS + 7u * FLASH_SECTOR_SIZE, 17, XN | READ_WRITE | DEVICE},
    {0x1FF00000u, 20, XN | READ_ONLY | DEVICE}, /* system memory: unique id, flash size */
    {DTCM_ADDRESS, 17, XN | READ_WRITE | WRITE_BACK},
    {AXI_SRAM_ADDRESS, 19, XN | READ_WRITE | WRITE_BACK},
    {SRAM12_ADDRESS, 18, XN | READ_WRITE | NOT_CACHEABLE},
};

static void mpu_init(void)
{
    core_dmb();
    MPU_CTRL = 0;
    for (uint32_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        MPU_RNR = i;
        MPU_RBAR = regions[i].base;
        MPU_RASR = regions[i].attributes | (regions[i].size_log2 - 1u) << 1 | 1u;
    }
    /* flash.c reads the spare bank under FAULTMASK: the regions must hold there, too, or it would
     * read through the default map, cached. DDI 0403E B3.5.4. */
    MPU_CTRL = MPU_CTRL_ENABLE | MPU_CTRL_HFNMIENA | MPU_CTRL_PRIVDEFENA;
    core_dsb();
    core_isb();
}

static void instruction_cache_init(void)
{
    core_dsb();
    core_isb();
    SCB_ICIALLU = 0;
    core_dsb();
    core_isb();
    SCB_CCR |= SCB_CCR_IC;
    core_dsb();
    core_isb();
}

/* After power-on the tags are random: invalidate each line of each way before switching on. After a
 * start by a debugger the cache may be on and full: then it stays as it is. */
static void data_cache_init(void)
{
    if (SCB_CCR & SCB_CCR_DC)
        return;
    SCB_CSSELR = 0;
    core_dsb();
    uint32_t geometry = SCB_CCSIDR;
    uint32_t sets = geometry >> 13 & 0x7FFFu;
    uint32_t ways = geometry >> 3 & 0x3FFu;
    for (uint32_t set = 0; set <= sets; set++)
        for (uint32_t way = 0; way <= ways; way++)
            SCB_DCISW = set << 5 | way << 30; /* 32-byte lines, four ways: DDI 0489 */
    core_dsb();
    SCB_CCR |= SCB_CCR_DC;
    core_dsb();
    core_isb();
}

void stm32h7_memory_init(void)
{
    mpu_init();
    instruction_cache_init();
    data_cache_init();
}
