/* flash_file_test.c - the flash file against kills of the program, foreign files and a second
 * program.
 *
 * A child erases, programs and changes option bytes through the registers; it is killed (SIGKILL)
 * while it does. After each kill the file must load, and every word outside the operation that ran
 * must be as the child had noted it in shared memory. The board around the flash is a stand-in
 * (flash_board.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flash_board.h"

enum { KILLS = 150 };

/* --- the child --- */

/* What the child knows; the parent reads it after the kill. */
struct ledger {
    volatile uint64_t operations;
    volatile int bank; /* the operation that runs: nothing when count is 0 */
    volatile uint32_t word, count;
    volatile uint32_t options, next_options;
    uint8_t data[2][BANK_SIZE];
    uint8_t used[2][BANK_WORDS];
    uint8_t torn[2][BANK_WORDS];
};

static uint64_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % limit;
}

static void note(struct ledger *ledger, int bank, uint32_t word, uint32_t count)
{
    ledger->bank = bank;
    ledger->word = word;
    ledger->count = count;
    __sync_synchronize();
}

static void erase(struct board *board, struct ledger *ledger, int bank)
{
    uint32_t sector = random_below(SECTORS), word = sector * SECTOR_WORDS;

    note(ledger, bank, word, SECTOR_WORDS);
    put(board, (uint32_t)bank * 0x100 + 0x0C, CR_SER | 0x30 | sector << CR_SNB_SHIFT | CR_START);
    flash_wait_idle(board, bank);
    memset(&ledger->data[bank][word * WORD_SIZE], 0xff, SECTOR_SIZE);
    memset(&ledger->used[bank][word], 0, SECTOR_WORDS);
    memset(&ledger->torn[bank][word], 0, SECTOR_WORDS);
    note(ledger, bank, 0, 0);
}

static void program(struct board *board, struct ledger *ledger, int bank)
{
    uint32_t word = random_below(BANK_WORDS);
    uint8_t data[WORD_SIZE];

    if (ledger->used[bank][word]) {
        return;
    }
    for (unsigned i = 0; i < WORD_SIZE; i++) {
        data[i] = (uint8_t)random_below(256);
    }
    note(ledger, bank, word, 1);
    put(board, (uint32_t)bank * 0x100 + 0x0C, CR_PG | 0x30);
    for (uint32_t i = 0; i < WORD_SIZE; i += 8) {
        uint64_t value;

        memcpy(&value, &data[i], sizeof value);
        (void)flash_bus_write(board, FLASH_BASE + (uint32_t)bank * BANK_SIZE + word * WORD_SIZE + i,
                              8, value);
    }
    flash_wait_idle(board, bank);
    memcpy(&ledger->data[bank][word * WORD_SIZE], data, WORD_SIZE);
    ledger->used[bank][word] = 1;
    note(ledger, bank, 0, 0);
}

static void change_options(struct board *board, struct ledger *ledger)
{
    ledger->next_options = get(board, 0x20) ^ (random_below(4) << 2);
    put(board, 0x20, ledger->next_options);
    put(board, 0x18, 2);
    flash_wait_idle(board, 0);
    ledger->options = get(board, 0x1C);
}

static _Noreturn void child(const char *path, struct ledger *ledger)
{
    struct board board;

    if (!start_board(&board, path)) {
        _exit(EXIT_FAILURE);
    }
    flash_reset(&board, RESET_POWER_ON);
    for (uint32_t set = 0; set < 2; set++) {
        put(&board, set * 0x100 + 0x04, 0x45670123);
        put(&board, set * 0x100 + 0x04, 0xCDEF89AB);
    }
    put(&board, 0x08, 0x08192A3B);
    put(&board, 0x08, 0x4C5D6E7F);
    for (;;) {
        uint32_t choice = random_below(1000);

        if (choice < 300) {
            erase(&board, ledger, (int)random_below(2));
        } else if (choice < 320) {
            change_options(&board, ledger);
        } else {
            program(&board, ledger, (int)random_below(2));
        }
        ledger->operations++;
    }
}

/* --- the parent --- */

static bool was_running(const struct ledger *ledger, int bank, uint32_t word)
{
    return ledger->bank == bank && word >= ledger->word && word < ledger->word + ledger->count;
}

/* What the kill left of the operation that ran. */
struct remains {
    uint32_t words, as_before, blank, dead;
};

static void look_at_remains(const struct flash_cells *cells, struct ledger *ledger, int bank,
                            uint32_t word, struct remains *remains)
{
    const uint8_t *stored = &cells->data[bank][word * WORD_SIZE];
    uint8_t *known = &ledger->data[bank][word * WORD_SIZE];
    uint8_t state = cells->state[bank][word];

    remains->words++;
    remains->as_before += memcmp(stored, known, WORD_SIZE) == 0 &&
                          (ledger->torn[bank][word] ||
                           state == (ledger->used[bank][word] ? WORD_PROGRAMMED : WORD_BLANK));
    remains->blank += state == WORD_BLANK;
    remains->dead += state == WORD_DEAD;
    memcpy(known, stored, WORD_SIZE);
    ledger->used[bank][word] = ledger->torn[bank][word] = 1;
}

/* Returns true when the kill tore an operation: that must show, by words that cannot be read. */
static bool compare(const struct flash_cells *cells, struct ledger *ledger)
{
    struct remains remains = {0, 0, 0, 0};

    for (uint32_t i = 0; i < 2 * BANK_WORDS; i++) {
        int bank = (int)(i / BANK_WORDS);
        uint32_t word = i % BANK_WORDS;

        if (was_running(ledger, bank, word)) {
            look_at_remains(cells, ledger, bank, word, &remains);
        } else if (!ledger->torn[bank][word]) {
            assert_memory_equal(&cells->data[bank][word * WORD_SIZE],
                                &ledger->data[bank][word * WORD_SIZE], WORD_SIZE);
            assert_int_equal(cells->state[bank][word],
                             ledger->used[bank][word] ? WORD_PROGRAMMED : WORD_BLANK);
        }
    }
    bool torn = remains.as_before != remains.words && remains.blank != remains.words;
    if (torn && remains.words > 1) {
        assert_true(remains.dead > 0);
    }
    return torn && remains.words > 1;
}

/* The first kills come while the file is made. */
static void kill_one(const char *path, struct ledger *ledger, unsigned number)
{
    uint64_t target = ledger->operations + (number < 10 ? 0 : 1 + random_below(300));
    pid_t process;
    int status;

    random_state = number;
    process = fork();
    if (process == 0) {
        child(path, ledger);
    }
    assert_true(process > 0);
    for (unsigned turn = 0; ledger->operations < target || turn < number % 10 * 20; turn++) {
        assert_int_equal(waitpid(process, &status, WNOHANG), 0);
        (void)sched_yield();
    }
    assert_int_equal(kill(process, SIGKILL), 0);
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFSIGNALED(status));
}

static void make_path(char *path)
{
    (void)strcpy(path, "/tmp/vboard-flash-XXXXXX");
    assert_non_null(mkdtemp(path));
    (void)strcat(path, "/flash");
}

static void remove_path(char *path)
{
    char command[256];

    *strrchr(path, '/') = '\0';
    (void)snprintf(command, sizeof command, "rm -r '%s'", path);
    assert_int_equal(system(command), 0);
}

static void after_a_kill_at_any_moment_the_file_holds_what_was_complete(void **state)
{
    char path[128];
    unsigned torn = 0;
    struct ledger *ledger =
        mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    (void)state;
    assert_true(ledger != MAP_FAILED);
    memset(ledger->data, 0xff, sizeof ledger->data);
    ledger->options = option_defaults(false).status;
    ledger->next_options = ledger->options;
    make_path(path);
    for (unsigned number = 0; number < KILLS; number++) {
        struct board board;

        kill_one(path, ledger, number);
        assert_true(start_board(&board, path));
        torn += compare(board.flash->cells, ledger) ? 1 : 0;
        uint32_t options = flash_option_status(&board);
        assert_true(options == ledger->options || options == ledger->next_options);
        ledger->options = ledger->next_options = options;
        note(ledger, 0, 0, 0);
        flash_destroy(&board);
    }
    assert_true(torn > 0); /* some of the kills came in the middle */
    print_message("%d kills, %llu operations, %u erases torn\n", KILLS,
                  (unsigned long long)ledger->operations, torn);
    remove_path(path);
    (void)munmap(ledger, sizeof *ledger);
}

static void a_file_in_use_is_refused(void **state)
{
    char path[128];
    struct board first, second;

    (void)state;
    make_path(path);
    assert_true(start_board(&first, path));
    assert_false(start_board(&second, path));
    flash_destroy(&first);
    assert_true(start_board(&second, path));
    flash_destroy(&second);
    remove_path(path);
}

static void a_foreign_file_is_refused_and_left_alone(void **state)
{
    static const size_t sizes[] = {0, 10, sizeof(struct flash_cells)};
    char path[128];

    (void)state;
    make_path(path);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct board board;
        FILE *file = fopen(path, "wb");

        assert_non_null(file);
        for (size_t n = 0; n < sizes[i]; n++) {
            assert_int_not_equal(fputc('x', file), EOF);
        }
        assert_int_equal(fclose(file), 0);
        assert_false(start_board(&board, path));
        file = fopen(path, "rb");
        assert_non_null(file);
        for (size_t n = 0; n < sizes[i]; n++) {
            assert_int_equal(fgetc(file), 'x');
        }
        assert_int_equal(fgetc(file), EOF);
        assert_int_equal(fclose(file), 0);
    }
    remove_path(path);
}

static void edit_header(const char *path, off_t size, const uint32_t start[2])
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, offsetof(struct flash_cells, header.version), SEEK_SET), 0);
    assert_int_equal(fwrite(start, sizeof *start, 2, file), 2);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(truncate(path, size), 0);
}

/* Version 1 had no flip[] at the end. */
static void a_file_of_version_1_is_converted_and_a_later_one_refused(void **state)
{
    const off_t size = (off_t)offsetof(struct flash_cells, flip);
    const uint32_t version_1[2] = {1, (uint32_t)size};
    const uint32_t version_3[2] = {3, sizeof(struct flash_cells)};
    char path[128];
    struct board board;

    (void)state;
    make_path(path);
    assert_true(start_board(&board, path));
    power_on(&board);
    unlock_all(&board);
    put(&board, 0x10C, CR_PG | 0x30);
    store_word(&board, 1, 5, 0x1234);
    flash_wait_idle(&board, 1);
    flash_destroy(&board);
    edit_header(path, size, version_1);
    for (int opening = 0; opening < 2; opening++) {
        assert_true(start_board(&board, path));
        assert_int_equal(board.flash->cells->data[1][5 * WORD_SIZE], 0x34);
        assert_int_equal(flash_word_letter(&board, 1, 5), 'p');
        assert_int_equal(board.flash->cells->flip[1][BANK_WORDS - 1], 0);
        flash_destroy(&board);
    }
    edit_header(path, sizeof(struct flash_cells), version_3);
    assert_false(start_board(&board, path));
    remove_path(path);
}

/* flash_load(): bounds, both banks, and what it leaves alone. */
static void an_image_is_loaded_where_it_fits_only(void **state)
{
    static const uint8_t image[40] = {1, 2, 3};
    char path[128], error[200];
    struct board board;
    FILE *file;

    (void)state;
    make_path(path);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(image, 1, sizeof image, file), sizeof image);
    assert_int_equal(fclose(file), 0);
    assert_true(start_board(&board, NULL));
    assert_false(flash_load(&board, path, 0x07FFFFE0, error, sizeof error));
    assert_false(flash_load(&board, path, 0x08000010, error, sizeof error));
    assert_false(flash_load(&board, path, 0x081FFFE0, error, sizeof error));
    assert_false(flash_load(&board, "/nonexistent", 0x08000000, error, sizeof error));
    assert_string_equal(error, "No such file or directory");
    assert_true(flash_load(&board, path, 0x08000000, error, sizeof error));
    assert_true(flash_load(&board, path, 0x080FFFE0, error, sizeof error)); /* into both banks */
    assert_memory_equal(flash_mapped(&board, 0), image, sizeof image);
    assert_memory_equal(flash_mapped(&board, 0) + 0xFFFE0, image, 32);
    assert_memory_equal(flash_mapped(&board, 1), image + 32, 8);
    assert_int_equal(flash_mapped(&board, 1)[8], 0xff);
    flash_destroy(&board);
    remove_path(path);
}

static void erase_sector_of_bank2(struct board *board, uint32_t sector)
{
    put(board, 0x104, 0x45670123);
    put(board, 0x104, 0xCDEF89AB);
    put(board, 0x10C, CR_SER | 0x30 | sector << CR_SNB_SHIFT | CR_START);
    flash_wait_idle(board, 1);
    put(board, 0x10C, CR_LOCK);
}

static void erasing_what_the_m4_boots_is_warned_of(void **state)
{
    struct board board;

    (void)state;
    for (int factory = 0; factory < 2; factory++) {
        assert_true(start_board(&board, NULL));
        board.flash->cells->header.options[0] = option_defaults(factory != 0);
        flash_reset(&board, RESET_POWER_ON);
        warning_count = 0;
        stop_reason = STOP_NONE;
        erase_sector_of_bank2(&board, 1);
        assert_int_equal(warning_count, 0);
        erase_sector_of_bank2(&board, 0);
        assert_int_equal(warning_count, factory);
        assert_int_equal(stop_reason, factory ? STOP_M4 : STOP_NONE);
        flash_destroy(&board);
    }
}

/* --- a programmer --- */

#define PROVISIONED_MASK  0x0040000Cu /* BCM4, BOR_LEV */
#define PROVISIONED_VALUE 0x0000000Cu

static void start_factory_board(struct board *board)
{
    assert_true(start_board(board, NULL));
    board->flash->cells->header.options[0] = option_defaults(true);
    board->powered = true;
    flash_reset(board, RESET_POWER_ON);
}

static void a_programmer_changes_what_it_is_asked_to_and_nothing_else(void **state)
{
    struct board board;
    uint32_t before;

    (void)state;
    start_factory_board(&board);
    before = flash_option_status(&board);
    assert_int_equal(before & PROVISIONED_MASK, OPTSR_BCM4);
    assert_null(flash_change_options(&board, PROVISIONED_MASK, PROVISIONED_VALUE));
    assert_int_equal(flash_option_status(&board), before);
    assert_non_null(flash_change_options(&board, PROVISIONED_MASK, 0)); /* busy */
    flash_wait_idle(&board, 0);
    assert_int_equal(flash_option_status(&board), (before & ~PROVISIONED_MASK) | PROVISIONED_VALUE);
    assert_null(flash_change_options(&board, PROVISIONED_MASK, PROVISIONED_VALUE)); /* as it is */
    assert_int_equal(board.flash->bank[0].operation, OPERATION_NONE);
    flash_destroy(&board);
}

static void a_reset_during_a_programmers_change_keeps_the_old_values(void **state)
{
    struct board board;
    uint32_t before;

    (void)state;
    start_factory_board(&board);
    before = flash_option_status(&board);
    assert_null(flash_change_options(&board, PROVISIONED_MASK, PROVISIONED_VALUE));
    flash_reset(&board, RESET_PIN);
    flash_wait_idle(&board, 0);
    assert_int_equal(flash_option_status(&board), before);
    flash_destroy(&board);
}

static void a_programmer_needs_power_and_an_open_debug_port(void **state)
{
    struct board board;
    uint32_t *status;

    (void)state;
    start_factory_board(&board);
    board.powered = false;
    assert_non_null(flash_change_options(&board, PROVISIONED_MASK, PROVISIONED_VALUE));
    board.powered = true;
    status = &board.flash->cells->header.options[0].status;
    *status = (*status & ~0xFF00u) | 0xCC00u; /* RDP level 2 */
    assert_non_null(flash_change_options(&board, PROVISIONED_MASK, PROVISIONED_VALUE));
    assert_int_equal(board.flash->bank[0].operation, OPERATION_NONE);
    flash_destroy(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(after_a_kill_at_any_moment_the_file_holds_what_was_complete),
        cmocka_unit_test(a_file_in_use_is_refused),
        cmocka_unit_test(a_foreign_file_is_refused_and_left_alone),
        cmocka_unit_test(a_file_of_version_1_is_converted_and_a_later_one_refused),
        cmocka_unit_test(an_image_is_loaded_where_it_fits_only),
        cmocka_unit_test(erasing_what_the_m4_boots_is_warned_of),
        cmocka_unit_test(a_programmer_changes_what_it_is_asked_to_and_nothing_else),
        cmocka_unit_test(a_reset_during_a_programmers_change_keeps_the_old_values),
        cmocka_unit_test(a_programmer_needs_power_and_an_open_debug_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
