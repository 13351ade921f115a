/* load_kind.c - see load_kind.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "load_kind.h"

#include <stdbool.h>
#include <string.h>

struct kind {
    const char *start;
    size_t size;
    bool digits; /* hexadecimal digits follow */
    const char *complaint;
};

#define KIND(start, digits, complaint)                                                             \
    {                                                                                              \
        start, sizeof(start) - 1, digits, complaint                                                \
    }

static const struct kind kinds[] = {
    KIND("\x7f"
         "ELF",
         false,
         "an ELF file: make a .bin of it (arm-none-eabi-objcopy -O binary FILE.elf FILE.bin), or "
         "let gdb load it (--gdb)"),
    KIND(":", true,
         "an Intel HEX file: make a .bin of it (arm-none-eabi-objcopy -I ihex -O binary FILE.hex "
         "FILE.bin)"),
    KIND("S0", true,
         "an S-record file: make a .bin of it (arm-none-eabi-objcopy -I srec -O binary FILE.srec "
         "FILE.bin)"),
    KIND("PK\x03\x04", false, "a ZIP archive: unpack it and load the .bin that lies in it"),
    KIND("PK\x05\x06", false, "an empty ZIP archive"),
    KIND("\x1f\x8b", false, "compressed by gzip: unpack it first"),
    KIND("\xfd"
         "7zXZ",
         false, "compressed by xz: unpack it first"),
    KIND("UF2\n", false, "a UF2 file: the .bin of it is needed"),
    KIND("DfuSe", false, "a DfuSe file: the .bin of it is needed"),
    KIND("V7Bflash", false, "a flash file of this program: give it with --flash"),
    KIND("<!DOCTYPE", false, "a web page: has the download failed?"),
    KIND("#!", false, "a script: the firmware's .bin is needed"),
};

static bool is_hex(uint8_t c)
{
    return c != '\0' && strchr("0123456789ABCDEFabcdef", c) != NULL;
}

const char *load_complaint(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct kind *kind = &kinds[i];
        size_t needed = kind->size + (kind->digits ? 2 : 0);
        if (size >= needed && memcmp(data, kind->start, kind->size) == 0 &&
            (!kind->digits || (is_hex(data[kind->size]) && is_hex(data[kind->size + 1])))) {
            return kind->complaint;
        }
    }
    return NULL;
}
