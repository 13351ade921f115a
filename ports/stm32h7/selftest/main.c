/* main.c - self-test of a port: what flash.h, platform.h and port.h promise, tried on the board
 * itself.
 *
 * It overwrites the spare bank. It copies itself there, swaps, runs again from the other bank,
 * writes a mark into the journal of the bank it runs from, and swaps back. The last line on the
 * console is "selftest: passed". Three starts in all; it may be run again at any time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flota/error.h"
#include "flota/image.h"
#include "flota/port.h"
#include <stdio.h>
#include <string.h>

#define WORD_MAX   32u
#define TEST_WORDS 64u
#define MARK       0x53u
#define MILESTONE  77u

extern const uint8_t flota_image_end[]; /* from the linker script */

int main(void);

static const struct flota_port *port;
static const struct flota_flash *flash;
static unsigned passed, failed;

static void say(const char *text)
{
    flota_port_console(text, strlen(text));
}

static void check(bool condition, const char *what)
{
    if (condition)
        passed++;
    else
        failed++;
    say(condition ? "  ok    " : "  FAILED ");
    say(what);
    say("\r\n");
}

/* --- helpers over the contract --- */

static int wait_for_flash(void)
{
    int result = flash->poll(flash->port);
    while (result == FLOTA_FLASH_BUSY) {
        flota_port_idle();
        result = flash->poll(flash->port);
    }
    return result;
}

static int erase(uint32_t sector)
{
    int result = flash->erase_start(flash->port, FLOTA_SLOT_SPARE, sector);
    return result < 0 ? result : wait_for_flash();
}

static int program(enum flota_slot slot, uint32_t offset, const void *word)
{
    int result = flash->program_start(flash->port, slot, offset, word);
    return result < 0 ? result : wait_for_flash();
}

static int read_word(enum flota_slot slot, uint32_t offset, uint8_t word[WORD_MAX])
{
    return flash->read(flash->port, slot, offset, word, WORD_MAX);
}

static bool is_filled(const uint8_t *data, uint32_t size, uint8_t value)
{
    for (uint32_t i = 0; i < size; i++)
        if (data[i] != value)
            return false;
    return true;
}

static bool is_blank(uint32_t sector)
{
    uint8_t data[512];
    for (uint32_t offset = 0; offset < flash->sector_size; offset += sizeof data)
        if (flash->read(flash->port, FLOTA_SLOT_SPARE, sector * flash->sector_size + offset, data,
                        sizeof data) != 0 ||
            !is_filled(data, sizeof data, 0xFF))
            return false;
    return true;
}

static uint32_t journal_offset(void)
{
    return flash->image_sector_count * flash->sector_size;
}

/* --- the tests --- */

static void test_refusals(void)
{
    uint8_t word[WORD_MAX] = {0};
    check(flash->erase_start(flash->port, FLOTA_SLOT_ACTIVE, 0) == FLOTA_ERR_FLASH_ERASE,
          "the active image is not erased");
    check(flash->erase_start(flash->port, FLOTA_SLOT_ACTIVE, flash->image_sector_count) ==
              FLOTA_ERR_FLASH_ERASE,
          "the active journal is not erased");
    check(flash->erase_start(flash->port, FLOTA_SLOT_SPARE, flash->sector_count) ==
              FLOTA_ERR_FLASH_ERASE,
          "a sector that does not exist is not erased");
    check(flash->program_start(flash->port, FLOTA_SLOT_ACTIVE, 0, word) == FLOTA_ERR_FLASH_PROGRAM,
          "the active image is not programmed");
    check(flash->program_start(flash->port, FLOTA_SLOT_SPARE, 4, word) == FLOTA_ERR_FLASH_PROGRAM,
          "an unaligned word is not programmed");
    check(flash->read(flash->port, FLOTA_SLOT_SPARE, flash->sector_count * flash->sector_size, word,
                      1) == FLOTA_ERR_FLASH_READ,
          "nothing is read beyond the slot");
    check(flash->poll(flash->port) == FLOTA_FLASH_IDLE, "without an operation poll says idle");
}

/* The erase must not stop the program: the tick counts on, and a second operation is refused. */
static void test_erase(void)
{
    uint8_t word[WORD_MAX] = {0};
    uint32_t turns = 0;
    uint32_t start_ms = flota_port_now_ms();
    check(flash->erase_start(flash->port, FLOTA_SLOT_SPARE, 0) == 0, "an erase starts");
    check(flota_port_now_ms() - start_ms < 5, "starting it does not block");
    check(flash->program_start(flash->port, FLOTA_SLOT_SPARE, flash->sector_size, word) ==
              FLOTA_ERR_FLASH_PROGRAM,
          "one operation at a time");
    int result = flash->poll(flash->port);
    for (; result == FLOTA_FLASH_BUSY; turns++) {
        flota_port_idle();
        result = flash->poll(flash->port);
    }
    check(result == FLOTA_FLASH_IDLE, "the erase ends well");
    check(turns > 100 && flota_port_now_ms() - start_ms > 100, "the program runs on meanwhile");
    check(is_blank(0), "the sector is blank");
}

static void test_program(void)
{
    uint8_t word[WORD_MAX], back[WORD_MAX];
    bool good = true;
    for (uint32_t i = 0; i < TEST_WORDS && good; i++) {
        memset(word, (int)i, sizeof word);
        good = program(FLOTA_SLOT_SPARE, i * WORD_MAX, word) == 0 &&
               read_word(FLOTA_SLOT_SPARE, i * WORD_MAX, back) == 0 &&
               memcmp(word, back, sizeof word) == 0;
    }
    check(good, "what is programmed is read back");
    check(flash->read(flash->port, FLOTA_SLOT_SPARE, WORD_MAX + 3, back, 7) == 0 &&
              is_filled(back, 7, 1),
          "reading needs no alignment");
}

/* A word programmed twice has a wrong ECC and may be dead. Whatever it is, the program must survive
 * reading it, its neighbours must be readable, and an erase must mend it. */
static void test_dead_word(void)
{
    uint8_t word[WORD_MAX];
    memset(word, 0xA5, sizeof word);
    (void)program(FLOTA_SLOT_SPARE, 0, word);
    int result = read_word(FLOTA_SLOT_SPARE, 0, word);
    check(result == 0 || result == FLOTA_ERR_FLASH_READ, "a word programmed twice does not fault");
    say(result == 0 ? "        (it was readable)\r\n" : "        (it was dead)\r\n");
    check(read_word(FLOTA_SLOT_SPARE, WORD_MAX, word) == 0 && is_filled(word, sizeof word, 1),
          "its neighbour is readable");
    check(erase(0) == 0 && is_blank(0), "an erase mends it");
}

static void test_board(void)
{
    uint32_t start_ms = flota_port_now_ms();
    flota_port_idle();
    flota_port_idle();
    check(flota_port_now_ms() - start_ms <= 3, "idle ends with the tick");
    check(flota_port_random() != flota_port_random(), "random numbers differ");
    check(port->platform->update_allowed(port->platform->port) == 0, "updates are allowed");
}

static void test_keep(void)
{
    const struct flota_platform *platform = port->platform;
    check(platform->keep(platform->port) == 0, "a swap can be ordered and taken back");
    check(platform->update_allowed(platform->port) == 0, "afterwards none is pending");
    check(platform->swap(platform->port) == 0 &&
              platform->update_allowed(platform->port) == FLOTA_ERR_OPTION_PENDING,
          "a swap is ordered");
    check(platform->swap(platform->port) == 0 &&
              platform->update_allowed(platform->port) == FLOTA_ERR_OPTION_PENDING,
          "ordering it again changes nothing");
    check(platform->keep(platform->port) == 0 && platform->update_allowed(platform->port) == 0,
          "keeping the bank takes it back");
}

static void test_watchdog(void)
{
    const struct flota_platform *platform = port->platform;
    platform->feed(platform->port);
    check(platform->foreign_allowed(platform->port) == 0,
          "the watchdog does not start with the chip");
}

/* The guard ran, and says why this image runs. */
static void test_start(void)
{
    const struct flota_port_start *start = flota_port_start();
    check(start->decision.action == FLOTA_BOOT_RUN &&
              start->decision.reason == FLOTA_REASON_UNRECORDED,
          "the guard ran, and let this image run");
    check(start->reset_cause != 0, "the reset has a cause");
    say("        reset: ");
    say(flota_port_reset_text(start->reset_cause));
    say("\r\n");
}

/* The run before passed a milestone and restarted; or it passed none. */
static void test_last_words(bool expected)
{
    const struct flota_last_words *words = &flota_port_start()->last_words;
    if (expected)
        check(words->valid && words->milestone == MILESTONE && words->what[0] == 0 &&
                  words->pc == 0,
              "the milestone of the run before is known");
    else
        check(!words->valid, "a run without a milestone leaves no last words");
    check(!flota_port_start()->power_on, "the restart was no power-on");
}

/* Returns true when the spare bank holds this very program. */
static bool copy_image(void)
{
    uint32_t size = (uint32_t)(uintptr_t)flota_image_end - flash->link_address;
    uint8_t word[WORD_MAX], back[WORD_MAX];
    for (uint32_t sector = 1; sector * flash->sector_size < size; sector++)
        if (erase(sector) != 0)
            return false;
    for (uint32_t offset = 0; offset < size; offset += WORD_MAX)
        if (read_word(FLOTA_SLOT_ACTIVE, offset, word) != 0 ||
            program(FLOTA_SLOT_SPARE, offset, word) != 0 ||
            read_word(FLOTA_SLOT_SPARE, offset, back) != 0 || memcmp(word, back, sizeof word) != 0)
            return false;
    return true;
}

static void swap_and_restart(void)
{
    const struct flota_platform *platform = port->platform;
    int result = platform->swap(platform->port);
    check(result == 0, "the banks are swapped at the next start");
    check(platform->update_allowed(platform->port) == FLOTA_ERR_OPTION_PENDING,
          "until then no update begins");
    if (result == 0 && failed == 0)
        platform->reset(platform->port);
}

/* --- three starts --- */

static void print_result(bool complete)
{
    char line[64];
    if (complete && failed == 0)
        say("selftest: passed\r\n");
    else {
        snprintf(line, sizeof line, "selftest: FAILED, %u of %u\r\n", failed, passed + failed);
        say(line);
    }
}

static void first_start(void)
{
    test_board();
    test_watchdog();
    test_keep();
    test_refusals();
    test_erase();
    test_program();
    test_dead_word();
    check(erase(flash->image_sector_count) == 0, "the spare journal is erased");
    bool copied = copy_image();
    check(copied, "the program is copied to the spare bank");
    flota_port_milestone(MILESTONE);
    if (copied)
        swap_and_restart();
}

static void start_in_other_bank(void)
{
    uint8_t mark[WORD_MAX];
    test_last_words(true);
    memset(mark, (int)MARK, sizeof mark);
    check(program(FLOTA_SLOT_ACTIVE, journal_offset(), mark) == 0,
          "the active journal can be written");
    swap_and_restart();
}

static bool has_mark(void)
{
    uint8_t mark[WORD_MAX];
    return read_word(FLOTA_SLOT_SPARE, journal_offset(), mark) == 0 &&
           is_filled(mark, sizeof mark, MARK);
}

int main(void)
{
    port = flota_port_init();
    flash = port->flash;
    bool complete = false;
    int bank = port->platform->active_bank(port->platform->port);
    say(bank == 1 ? "selftest: bank 1\r\n" : "selftest: bank 2\r\n");
    test_start();
    if (bank == 2) {
        start_in_other_bank();
    } else if (has_mark()) {
        test_last_words(false);
        check(erase(flash->image_sector_count) == 0, "back in bank 1, with the mark of bank 2");
        complete = true;
    } else {
        first_start();
    }
    print_result(complete);
    for (;;)
        flota_port_idle();
}
