/* Not a check: something for the board page to show. LED and display are lit, the spare bank is
 * erased and programmed sector by sector, the blue button turns the LED off, typed characters come
 * back. RM0399 4.3 (flash), 12 (GPIO), 52 (USART).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define FLASH_KEYR2 REG32(0x52002104u)
#define FLASH_CR2   REG32(0x5200210Cu)
#define FLASH_SR2   REG32(0x52002110u)
#define CR_PG       (1u << 1)
#define CR_SER      (1u << 2)
#define CR_PSIZE_64 (3u << 4)
#define CR_START    (1u << 7)
#define SR_BUSY     (7u << 0) /* BSY, WBNE, QW */

#define SPARE       0x08100000u
#define SECTOR_SIZE 0x20000u
#define SECTORS     3u
#define WORDS       3000u
#define RXNE        (1u << 5)

static void erase(uint32_t sector)
{
    FLASH_CR2 = CR_SER | CR_PSIZE_64 | sector << 8;
    FLASH_CR2 |= CR_START;
    while (FLASH_SR2 & SR_BUSY) {
    }
}

static void program(uint32_t address)
{
    FLASH_CR2 = CR_PG | CR_PSIZE_64;
    for (uint32_t i = 0; i < 8; i++)
        REG32(address + 4 * i) = 0x12345678u + i;
    while (FLASH_SR2 & SR_BUSY) {
    }
}

static void fill_spare_bank(void)
{
    FLASH_KEYR2 = 0x45670123u;
    FLASH_KEYR2 = 0xCDEF89ABu;
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        print("sector ");
        print_hex(sector);
        print("\r\n");
        erase(sector);
        for (uint32_t word = 0; word < WORDS; word++)
            program(SPARE + sector * SECTOR_SIZE + 32 * word);
    }
    print("done\r\n");
}

int main(void)
{
    check_begin();
    RCC_AHB4ENR |= 0x7FFu;
    MODER('J') = (MODER('J') & ~(3u << 4)) | 1u << 4;
    MODER('K') = (MODER('K') & ~3u) | 1u;
    MODER('C') &= ~(3u << 26);
    BSRR('J') = 1u << 18;
    BSRR('K') = 1u;
    print("page demo\r\n");
    fill_spare_bank();
    for (;;) {
        BSRR('J') = IDR('C') & 1u << 13 ? 1u << 2 : 1u << 18;
        if (REG32(0x4000481Cu) & RXNE) {
            const char text[2] = {(char)REG32(0x40004824u), 0};
            print(text);
        }
    }
}
