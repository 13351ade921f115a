/* image.S - a firmware image for the board "host": what stands before the program in its bank.
 *
 * The same places as in an image for the STM32H7, so that the core's checks hold as they are:
 * vector table, information block at 0x400, the guard's place from 0x500 to 0x2000. The guard
 * itself is in flota-host, as a chip's ROM would have it: its place holds a text, the same in every
 * image, and so the same guard's id. Behind it lies the program, an ELF file for Linux.
 *
 * Assembled with -I of a folder that holds info.bin and program.elf.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
    .section .image, "a"
    .long   0x20020000          /* initial stack pointer: the end of DTCM */
    .long   0x08000501          /* reset vector: the guard's place, as a Thumb address */
    .org    0x400, 0
    .incbin "info.bin"
    .org    0x500, 0
    .ascii  "Flota host guard 1: ports/host/host_guard.c"
    .org    0x2000, 0xFF
    .incbin "program.elf"
    .balign 32, 0xFF
    .section .note.GNU-stack, "", %progbits
