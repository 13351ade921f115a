/* guard.c - the reset handler of every image: decides by the journals whether it may run.
 *
 * A program of its own at a fixed place (guard.ld), the same bytes in every firmware built with one
 * Flota. It runs on what reset gives: 64 MHz, no caches, no MPU, interrupts masked. Its memory is
 * a stack of its own; there is no .data and no .bss. It never erases,
 * and each wait and each loop has an end. The decisions are the core's (flota/boot.h).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../option_bytes.h"
#include "../registers.h"
#include "../rules.h"
#include "guard_flash.h"
#include "handover.h"

#define GUARD_STACK_TOP  LAST_WORDS_ADDRESS /* in DTCM, downwards */
#define GUARD_STACK_SIZE 2048u              /* it needs less than half: README.md */
#define TURNS_MAX        6u                 /* boot.h: each turn changes what the next one sees */
#define LSI_HZ           32000u
#define WATCHDOG_MS      16000u
#define WATCHDOG_TICK    256u   /* LSI periods */
#define POLLS_PER_MS     12800u /* a poll of a register takes 5 cycles of 64 MHz at the very least */
#define WATCHDOG_WAIT    10u    /* ms; new values take 5 LSI periods to arrive, 160 us */

void guard_entry(void);
_Noreturn void guard_main(void);

static bool wait(const volatile uint32_t *reg, uint32_t mask, uint32_t value, uint32_t limit_ms)
{
    for (uint32_t polls = limit_ms * POLLS_PER_MS; polls > 0; polls--)
        if ((*reg & mask) == value)
            return true;
    return false;
}

/* Source: RM0399 49.3.3, configuring the IWDG. Once started it stops at a reset only. */
static void start_watchdog(void)
{
    IWDG1_KR = IWDG_KEY_START;
    IWDG1_KR = IWDG_KEY_WRITE;
    IWDG1_PR = IWDG_PR_256;
    IWDG1_RLR = WATCHDOG_MS * (LSI_HZ / 1000u) / WATCHDOG_TICK - 1u;
    (void)wait(&IWDG1_SR, IWDG_SR_UPDATES, 0, WATCHDOG_WAIT);
    IWDG1_KR = IWDG_KEY_FEED;
}

/* The next boot's flags are to be its own. RM0399: RMVF is set and reset by software. */
static uint32_t take_reset_flags(void)
{
    uint32_t flags = RCC_RSR;
    RCC_RSR = RCC_RSR_RMVF;
    RCC_RSR = 0;
    return flags;
}

static void try_to_leave(struct flota_boot *boot, const struct flota_boot_decision *decision,
                         bool power_on, uint32_t cause)
{
    if (flota_boot_leave(&guard_flash, boot, decision, power_on, cause) != 0)
        return;
    (void)stm32h7_options_boot(!stm32h7_options_swapped(), wait);
    core_reset(); /* whether it worked or not: the journal counts the tries */
}

static struct flota_boot_decision decide(bool power_on, uint32_t cause)
{
    struct flota_boot boot;
    struct flota_boot_decision decision;
    flota_boot_read(&guard_flash, &boot);
    for (uint32_t turn = 0; turn < TURNS_MAX; turn++) {
        decision = flota_boot_decide(&boot, power_on);
        if (decision.check != FLOTA_CHECK_NOTHING) {
            flota_boot_check(&guard_flash, &boot, decision.check);
        } else if (decision.action == FLOTA_BOOT_COUNT_AND_RUN) {
            start_watchdog();
            (void)flota_boot_count(&guard_flash, &boot, power_on, cause);
        } else if (decision.action == FLOTA_BOOT_ROLL_BACK) {
            try_to_leave(&boot, &decision, power_on, cause);
        } else {
            break;
        }
    }
    if (decision.action == FLOTA_BOOT_ROLL_BACK || decision.action == FLOTA_BOOT_COUNT_AND_RUN)
        decision.action = FLOTA_BOOT_STRANDED; /* out of turns, which boot.h says cannot be */
    return decision;
}

/* A watchdog that starts with the chip (option byte) bites after 0.5 s: give it the long period. */
_Noreturn void guard_main(void)
{
    typedef void (*start)(uint32_t magic, uint32_t reset_flags, uint32_t decision)
        __attribute__((noreturn));
    const volatile uint32_t *vectors = (const volatile uint32_t *)FLASH_ACTIVE_ADDRESS;
    uint32_t flags = take_reset_flags();
    bool power_on = stm32h7_reset_was_power_on(flags);
    if (!(FLASH_OPTSR_CUR & FLASH_OPTSR_IWDG1_SW))
        start_watchdog();
    struct flota_boot_decision decision = decide(power_on, flags);
    start application = (start)(uintptr_t)vectors[HANDOVER_VECTOR];
    application(HANDOVER_MAGIC, flags, handover_pack(&decision, power_on));
}

/* The stack is the guard's own, whatever the vector table names: an image that says nonsense there
 * must not stop the guard. Its memory is written once: its ECC is random after power-on, and a
 * store of less than a word reads it. */
__attribute__((naked, section(".entry"))) void guard_entry(void)
{
    __asm volatile("cpsid i\n\t"
                   "ldr   r0, =%c[top]\n\t"
                   "mov   sp, r0\n\t"
                   "sub   r1, r0, %[size]\n\t"
                   "mov   r2, #0\n\t"
                   "mov   r3, #0\n"
                   "1:\n\t"
                   "strd  r2, r3, [r1], #8\n\t"
                   "cmp   r1, r0\n\t"
                   "blo   1b\n\t"
                   "b     guard_main\n\t"
                   ".ltorg\n" ::[top] "i"(GUARD_STACK_TOP),
                   [size] "i"(GUARD_STACK_SIZE));
}
