/* flota/error.h - every error of every layer, with its cause and its remedy.
 *
 * One table serves the core, the network, the page, the console and the host tool, so that a number
 * means the same everywhere and nobody reads a bare code. Functions return 0 or a positive result,
 * or one of these (all are negative).
 *
 * Thread safety: constant data.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_ERROR_H
#define FLOTA_ERROR_H

/* X(name, number, cause, remedy)
 *
 * Numbers never change their meaning. -1xx: the image was refused before the first erase. -2xx: the
 * transfer failed. -3xx: the request was refused. -4xx: the flash or the chip failed. */
#define FLOTA_ERROR_MAP(X)                                                                         \
    X(IMAGE_EMPTY, -101, "the file is empty",                                                      \
      "choose the .bin that the build left, for example build/arm/examples/project2/project2.bin") \
    X(IMAGE_TOO_SHORT, -102, "the file ends before the information block of a firmware image",     \
      "choose a complete firmware .bin, not a text file or a part of an image")                    \
    X(IMAGE_TOO_LARGE, -103, "the image is larger than the 917504 bytes of a flash slot",          \
      "make the image smaller: build with -Os, or leave modules out")                              \
    X(IMAGE_BAD_VECTORS, -104,                                                                     \
      "the file does not start with the vector table of a Cortex-M image for this chip",           \
      "choose the plain .bin made by objcopy, not an .elf, .hex, .zip, picture or text")           \
    X(IMAGE_NO_INFO, -105, "the image carries no Flota information block",                         \
      "build it with Flota, or consent to a foreign image with ?foreign=1 (it cannot roll back)")  \
    X(IMAGE_BAD_INFO, -106, "the information block of the image is damaged",                       \
      "build the image again and upload it again")                                                 \
    X(IMAGE_OTHER_BOARD, -107, "the image was built for another board",                            \
      "build it for the board that the device reports")                                            \
    X(IMAGE_OTHER_PRODUCT, -108, "the image belongs to another product",                           \
      "choose the image of this product, or consent with ?foreign=1")                              \
    X(IMAGE_OTHER_ADDRESS, -109, "the image was linked for another flash address",                 \
      "link it for 0x08000000: the chip maps the active bank there")                               \
    X(IMAGE_DOWNGRADE, -110, "the image has an older version than the running firmware",           \
      "choose a newer image, or consent with ?downgrade=1, or a field before the file")            \
    X(IMAGE_WRONG_SIZE, -111, "the file's size is not the size its information block states",      \
      "the file was cut or joined with something: copy or build it again")                         \
    X(IMAGE_CORRUPT, -112, "the image's SHA-256 is not the one in its information block",          \
      "the file was damaged on its way: upload it again, or build it again")                       \
    X(TRANSFER_LOST, -201, "the connection ended before the whole image had arrived",              \
      "upload the image again")                                                                    \
    X(TRANSFER_STALLED, -202, "no data arrived for too long",                                      \
      "check the network, then upload the image again")                                            \
    X(TRANSFER_CANCELLED, -203, "the upload was cancelled", "upload again when ready")             \
    X(UPDATE_BUSY, -301, "another update is in progress",                                          \
      "wait for its end; GET /api/firmware_update shows how far it is")                            \
    X(UNAUTHORIZED, -302, "the update needs credentials, and none or wrong ones came",             \
      "send Authorization: Bearer TOKEN, or Basic, as flota_config.h sets it")                     \
    X(BAD_ORIGIN, -303, "the request comes from a page of another site",                           \
      "open the device's own page, or use curl")                                                   \
    X(BAD_REQUEST, -304, "the request is not valid HTTP for this address",                         \
      "see the reply's text; curl -F file=@fw.bin http://ADDRESS/update works")                    \
    X(BAD_MULTIPART, -305, "the multipart body is malformed or holds no file",                     \
      "send one part with a filename, as curl -F file=@fw.bin does")                               \
    X(BAD_VALUE, -306, "a field has the wrong type or value",                                      \
      "send JSON with the fields and types that GET shows")                                        \
    X(NOT_READY, -307, "the operation does not fit the present phase",                             \
      "see the status, then retry")                                                                \
    X(FLASH_READ, -401, "a flash word could not be read (ECC error)",                              \
      "upload again: the sector is erased anew; if it stays, the flash is worn out")               \
    X(FLASH_ERASE, -402, "a flash sector could not be erased",                                     \
      "upload again; if it stays, check the supply voltage and write protection (WRP)")            \
    X(FLASH_PROGRAM, -403, "a flash word could not be programmed",                                 \
      "upload again; if it stays, check the supply voltage and write protection (WRP)")            \
    X(FLASH_VERIFY, -404, "flash read back differs from what was sent",                            \
      "upload again; if it stays, the flash is worn out")                                          \
    X(FLASH_TIMEOUT, -405, "a flash operation did not end in time", "reset the board, try again")  \
    X(OPTION_BYTES, -406, "the option bytes could not be changed",                                 \
      "reset the board and try again; check the supply voltage")                                   \
    X(OPTION_PENDING, -407, "an option byte change is pending", "reset the board, then try again") \
    X(CM4_BOOTS, -408, "option BCM4 = 1: the Cortex-M4 boots from the bank that an update writes", \
      "set BCM4 = 0 with a programmer (STM32CubeProgrammer: option bytes, BCM4), then try again")  \
    X(CHIP_UNKNOWN, -409, "this chip or its revision is not known to be safe for a bank swap",     \
      "use an STM32H742 to H757 with 2 MB, revision X or V (DESIGN.md, Chips); the firmware runs " \
      "on")

enum flota_error {
#define X(name, number, cause, remedy) FLOTA_ERR_##name = (number),
    FLOTA_ERROR_MAP(X)
#undef X
};

struct flota_error_text {
    int number;
    const char *name;   /* "IMAGE_EMPTY" */
    const char *cause;  /* what happened, a clause without full stop */
    const char *remedy; /* what to do, a clause without full stop */
};

/* Look up the words of an error.
 *
 * Returns the table's entry; for a number that is in no row an entry that says so, never NULL. */
const struct flota_error_text *flota_error_text(int number);

#endif
