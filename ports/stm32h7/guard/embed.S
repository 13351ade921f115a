/* embed.S - the guard as bytes, for its place in each image. SPDX-License-Identifier: Apache-2.0 */
    .section .flota_guard, "a"
    .global flota_guard
flota_guard:
    .incbin "guard.bin"
