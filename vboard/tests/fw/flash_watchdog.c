/* A watchdog reset that comes while the core waits for a busy bank tears the erase like any other
 * reset (RM0399 4.3.14).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_check.h"
#include "flash_fault.h"

#define IWDG_KR  REG32(0x58004800u)
#define IWDG_PR  REG32(0x58004804u)
#define IWDG_RLR REG32(0x58004808u)
#define IWDG_SR  REG32(0x5800480Cu)

enum { WORDS = 64 };

static void start_watchdog(void)
{
    IWDG_KR = 0xCCCC;
    IWDG_KR = 0x5555;
    IWDG_PR = 0;
    IWDG_RLR = 2000; /* of 4 / 32 kHz: 0.25 s */
    while (IWDG_SR != 0) {
    }
    IWDG_KR = 0xAAAA;
}

int main(void)
{
    uint32_t dead = 0;

    check_begin();
    bus_faults_on();
    unlock(2);
    if (boot_number() == 0) {
        for (uint32_t n = 0; n < WORDS; n++) {
            program_word(2, BANK2 + n * FLASH_WORD, 0x100);
        }
        start_watchdog();
        CR(2) = CR_SER | CR_SNB(0) | CR_PSIZE_64 | CR_START;
        (void)REG32(BANK2 + SECTOR(5)); /* stalls for the whole erase: 1 s */
        for (;;) {
        }
    }
    for (uint32_t n = 0; n < WORDS; n++) {
        fault_count = 0;
        (void)faulting_load(BANK2 + n * FLASH_WORD);
        dead += fault_count;
    }
    CHECK(dead > 0);
    CHECK(dead < WORDS);
    check_pass();
}
