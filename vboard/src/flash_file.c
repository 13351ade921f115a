/* flash_file.c - where the cells live: a mapped file, or memory; and the factory programmer.
 *
 * Why the file is safe against a kill of this program at any instruction: the file is mapped and
 * shared, so a store is in the kernel's page cache once it is executed, and the order of the stores
 * is the program's.
 *  - Cells and their states change only while header.operation names the words concerned. It is
 * written before (its kind last) and cleared after. A start that finds one there tears these words,
 * as a loss of power at that moment would have.
 *  - Option bytes are written to the slot not in force; then one aligned store puts it in force.
 *  - A new file is written under another name and linked to its own when whole.
 * Against a crash of the host the file is as safe as its file system: it is synced at power off and
 * at the end only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flash.h"
#include "load_kind.h"

#define FILE_MAGIC     0x6873616c66423756u /* "V7Bflash" */
#define FILE_VERSION   2u
#define VERSION_1_SIZE (sizeof(struct flash_cells) - 2 * BANK_WORDS) /* without flip[] */

_Static_assert(sizeof(struct flash_cells) == GUARD_PAGE + 4 * BANK_WORDS + 2 * BANK_SIZE,
               "the header fits its page and the cells lie on page boundaries");

/* The compiler keeps the order of stores across this; a kill sees them in that order. */
static void order_stores(void)
{
    atomic_signal_fence(memory_order_seq_cst);
}

void flash_note_operation(struct flash_cells *cells, int bank, const struct stored_operation *note)
{
    struct stored_operation *stored = &cells->header.operation[bank];

    stored->word = note->word;
    stored->word_count = note->word_count;
    memcpy(stored->data, note->data, WORD_SIZE);
    order_stores();
    *(volatile uint32_t *)&stored->kind = note->kind;
    order_stores();
}

void flash_note_done(struct flash_cells *cells, int bank)
{
    order_stores();
    *(volatile uint32_t *)&cells->header.operation[bank].kind = OPERATION_NONE;
    order_stores();
}

void flash_store_options(struct flash_cells *cells, const struct option_bytes *options)
{
    uint32_t other = 1 - cells->header.option_slot;

    cells->header.options[other] = *options;
    order_stores();
    *(volatile uint32_t *)&cells->header.option_slot = other;
    order_stores();
}

static void fill_new(struct flash_cells *cells, const struct option_bytes *defaults)
{
    memset(cells, 0, sizeof *cells);
    cells->header.magic = FILE_MAGIC;
    cells->header.version = FILE_VERSION;
    cells->header.size = sizeof *cells;
    cells->header.options[0] = *defaults;
    memset(cells->data, 0xff, sizeof cells->data);
}

static bool complain(const char *path, const char *what)
{
    (void)fprintf(stderr, "vboard: flash file %s: %s\n", path, what);
    return false;
}

static struct flash_cells *map(int file)
{
    int flags = file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    void *memory = mmap(NULL, sizeof(struct flash_cells), PROT_READ | PROT_WRITE, flags, file, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

/* A whole file under a name of its own, which link() then gives to path unless path exists by now.
 */
static bool make_file(const char *path, const struct option_bytes *defaults)
{
    size_t size = strlen(path) + sizeof ".new-XXXXXX";
    char *name = malloc(size);
    int file = -1;
    bool made = false;

    if (name != NULL) {
        (void)snprintf(name, size, "%s.new-XXXXXX", path);
        file = mkstemp(name);
    }
    if (file >= 0 && fchmod(file, 0644) == 0 && ftruncate(file, sizeof(struct flash_cells)) == 0) {
        struct flash_cells *cells = map(file);

        if (cells != NULL) {
            fill_new(cells, defaults);
            made = msync(cells, sizeof *cells, MS_SYNC) == 0 && munmap(cells, sizeof *cells) == 0 &&
                   (link(name, path) == 0 || errno == EEXIST);
        }
    }
    if (!made) {
        (void)complain(path, strerror(errno));
    }
    if (file >= 0) {
        (void)unlink(name);
        (void)close(file);
    }
    free(name);
    return made;
}

/* Everything that the program later relies on without looking. */
static bool is_ours(const struct flash_cells *cells)
{
    if (cells->header.magic != FILE_MAGIC || cells->header.version != FILE_VERSION ||
        cells->header.size != sizeof *cells || cells->header.option_slot > 1 ||
        cells->header.late_power_ons > 2) {
        return false;
    }
    for (int bank = 0; bank < 2; bank++) {
        const struct stored_operation *note = &cells->header.operation[bank];

        if (note->kind > OPERATION_ERASE || note->word_count > BANK_WORDS ||
            note->word > BANK_WORDS - note->word_count ||
            (note->kind != OPERATION_NONE && note->word_count == 0)) {
            return false;
        }
        for (uint32_t word = 0; word < BANK_WORDS; word++) {
            if (cells->state[bank][word] >= WORD_STATE_COUNT) {
                return false;
            }
        }
    }
    return true;
}

/* A file of version 1 lacks the array at the end and has zeros where version 2 has new fields: it
 * is made longer, then called by its new version. A kill between leaves what can be converted
 * again. */
static bool convert_version_1(int file, off_t *size)
{
    struct {
        uint64_t magic;
        uint32_t version, size;
    } start;
    const uint32_t now[2] = {FILE_VERSION, sizeof(struct flash_cells)};

    if (pread(file, &start, sizeof start, 0) != (ssize_t)sizeof start ||
        start.magic != FILE_MAGIC || start.version != 1 || start.size != VERSION_1_SIZE) {
        return true; /* is_ours() says what it thinks of it */
    }
    if (ftruncate(file, (off_t)sizeof(struct flash_cells)) != 0 ||
        pwrite(file, now, sizeof now, 8) != (ssize_t)sizeof now) {
        return false;
    }
    *size = (off_t)sizeof(struct flash_cells);
    return true;
}

/* The file locked and mapped. */
static struct flash_cells *attach(const char *path, int file)
{
    struct stat status;
    struct flash_cells *cells;

    if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        (void)complain(path, errno == EWOULDBLOCK ? "another flota-vboard runs with it"
                                                  : strerror(errno));
        return NULL;
    }
    if (fstat(file, &status) != 0 || !convert_version_1(file, &status.st_size)) {
        (void)complain(path, strerror(errno));
        return NULL;
    }
    if (status.st_size != (off_t)sizeof(struct flash_cells)) {
        (void)complain(
            path, "not a flash file of this program: name one that does not exist, to make it");
        return NULL;
    }
    cells = map(file);
    if (cells == NULL) {
        (void)complain(path, strerror(errno));
    } else if (!is_ours(cells)) {
        (void)complain(
            path,
            "not a flash file of this program, or of a later version of it: name one that does "
            "not exist, to make it");
        (void)munmap(cells, sizeof *cells);
        cells = NULL;
    }
    return cells;
}

struct flash_cells *flash_file_open(const char *path, const struct option_bytes *defaults,
                                    int *file)
{
    struct flash_cells *cells = NULL;

    *file = -1;
    if (path == NULL) {
        cells = map(-1);
        if (cells == NULL) {
            perror("vboard: memory of the flash");
            return NULL;
        }
        fill_new(cells, defaults);
        return cells;
    }
    if (access(path, F_OK) != 0 && !make_file(path, defaults)) {
        return NULL;
    }
    *file = open(path, O_RDWR | O_CLOEXEC);
    if (*file < 0) {
        (void)complain(path, strerror(errno));
        return NULL;
    }
    cells = attach(path, *file);
    if (cells == NULL) {
        (void)close(*file);
        *file = -1;
    }
    return cells;
}

void flash_file_sync(struct flash_cells *cells, int file)
{
    if (file >= 0 && msync(cells, sizeof *cells, MS_SYNC) != 0) {
        perror("vboard: writing the flash file");
    }
}

void flash_file_close(struct flash_cells *cells, int file)
{
    flash_file_sync(cells, file);
    (void)munmap(cells, sizeof *cells);
    if (file >= 0) {
        (void)close(file);
    }
}

/* --- the factory programmer --- */

static bool read_image(const char *path, uint8_t *image, size_t room, size_t *size, char *error,
                       size_t error_size)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        (void)snprintf(error, error_size, "%s", strerror(errno));
        return false;
    }
    errno = 0;
    *size = fread(image, 1, room, file);
    bool failed = ferror(file) != 0;
    int reason = errno;
    bool more = !failed && fgetc(file) != EOF;
    (void)fclose(file);
    if (failed) {
        (void)snprintf(error, error_size, "cannot be read: %s", strerror(reason));
    } else if (more) {
        (void)snprintf(
            error, error_size,
            "larger than the %zu bytes of flash from its address: the .bin of a firmware "
            "for this chip is needed",
            room);
    } else if (*size == 0) {
        (void)snprintf(error, error_size, "empty: the firmware's .bin is needed");
    }
    return !failed && !more && *size != 0;
}

/* A bank's part of an image. Erased first: the words from its first to the end of its last sector,
 * so that files may be loaded one after another in rising order. */
static void program_part(struct board *board, int half, uint32_t offset, const uint8_t *image,
                         size_t size)
{
    struct flash_cells *cells = board->flash->cells;
    int bank = flash_bank_of(board->flash, half);
    uint32_t first = offset / WORD_SIZE;
    uint32_t last = (uint32_t)((offset + size - 1) / WORD_SIZE);
    uint32_t count = (last / SECTOR_WORDS + 1) * SECTOR_WORDS - first;
    struct stored_operation note = {OPERATION_ERASE, first, count, {0}};

    flash_note_operation(cells, bank, &note);
    cells_erase(cells, bank, first, count);
    for (size_t done = 0; done < size; done += WORD_SIZE) {
        uint8_t data[WORD_SIZE];
        size_t length = size - done < WORD_SIZE ? size - done : WORD_SIZE;

        memset(data, 0xff, sizeof data);
        memcpy(data, image + done, length);
        (void)cells_program(cells, bank, first + (uint32_t)(done / WORD_SIZE), data);
    }
    flash_note_done(cells, bank);
    flash_words_changed(board, bank, first, count);
}

bool flash_load(struct board *board, const char *path, uint32_t address, char *error,
                size_t error_size)
{
    static const uint32_t end = FLASH_BASE + 2 * BANK_SIZE;
    size_t size = 0;
    bool loaded;

    if (address < FLASH_BASE || address >= end || address % WORD_SIZE != 0) {
        (void)snprintf(
            error, error_size,
            "address 0x%08x is not a flash word's: 0x08000000 to 0x081fffe0, a multiple of 32",
            (unsigned)address);
        return false;
    }
    uint8_t *image = malloc(end - address);
    if (image == NULL) {
        (void)snprintf(error, error_size, "out of memory");
        return false;
    }
    loaded = read_image(path, image, end - address, &size, error, error_size);
    if (address % BANK_SIZE == 0 && load_complaint(image, size) != NULL) {
        (void)snprintf(error, error_size, "%s", load_complaint(image, size));
        loaded = false;
    }
    for (size_t done = 0; loaded && done < size;) {
        uint32_t at = (uint32_t)(address - FLASH_BASE + done);
        size_t room = BANK_SIZE - at % BANK_SIZE;
        size_t part = size - done < room ? size - done : room;

        program_part(board, (int)(at / BANK_SIZE), at % BANK_SIZE, image + done, part);
        done += part;
    }
    free(image);
    return loaded;
}
