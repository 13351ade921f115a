/* random.c - numbers from the chip's true random number generator.
 *
 * The generator reports when its clock or its noise source fails; then it is started again. If it
 * stays silent, numbers come from the unique id and time: they differ from boot to boot but can be
 * guessed, and the console says so once.
 *
 * Source: RM0399 chapter 34: operation, error management.
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/port.h"
#include "registers.h"
#include "stm32h7.h"

#define START_MS   5u
#define ATTEMPTS   4u
#define WORD_POLLS 20000u /* a word takes at most about 220 RNG and bus cycles */
#define DISCARDED  12u    /* words after a seed error: the manual's recovery */

static struct {
    bool failure_said;
    uint32_t weak_state;
    uint32_t last;
} generator;

static bool read_word(uint32_t *word)
{
    for (uint32_t i = 0; i < WORD_POLLS; i++) {
        uint32_t status = RNG_SR;
        if (status & (RNG_SR_SEIS | RNG_SR_CEIS | RNG_SR_SECS | RNG_SR_CECS))
            return false;
        if (status & RNG_SR_DRDY) {
            *word = RNG_DR;
            return *word != 0; /* zero: the error came between status and data */
        }
    }
    return false;
}

static void recover(void)
{
    RNG_SR = 0; /* SEIS and CEIS are cleared by zeros */
    RNG_CR = 0;
    RNG_CR = RNG_CR_RNGEN;
    for (uint32_t i = 0; i < DISCARDED; i++)
        (void)RNG_DR;
}

void stm32h7_random_init(void)
{
    RCC_CR |= RCC_CR_HSI48ON;
    (void)stm32h7_wait(&RCC_CR, RCC_CR_HSI48RDY, RCC_CR_HSI48RDY, START_MS);
    RCC_AHB2ENR |= RCC_AHB2_RNG;
    (void)RCC_AHB2ENR;
    RNG_CR = RNG_CR_RNGEN;
}

static uint32_t weak_word(void)
{
    const uint8_t *id = stm32h7_unique_id();
    if (!generator.failure_said) {
        generator.failure_said = true;
        stm32h7_uart_print("random: the generator has failed, numbers can be guessed\r\n");
    }
    generator.weak_state ^= SYST_CVR ^ stm32h7_tick_ms() << 16;
    for (uint32_t i = 0; i < STM32H7_UNIQUE_ID_SIZE; i++)
        generator.weak_state = (generator.weak_state ^ id[i]) * 0x01000193u + 1u;
    return generator.weak_state;
}

/* The same word twice in a row is what a stuck generator gives (FIPS 140-2 4.9.2). */
uint32_t flota_port_random(void)
{
    for (uint32_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        uint32_t word;
        if (read_word(&word) && word != generator.last) {
            generator.last = word;
            return word;
        }
        recover();
    }
    return weak_word();
}
