/* flota/utf8.h - UTF-8 checked and made. Source: RFC 3629 sections 3 and 4.
 *
 * Thread safety: pure functions.  Allocation: none.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_UTF8_H
#define FLOTA_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that text begins with, 1 to 4; 0 when it is not valid UTF-8. */
size_t flota_utf8_length(const char *text, size_t size);

/* Write a code point, not a surrogate and at most 0x10FFFF. Returns its bytes. */
size_t flota_utf8_encode(uint32_t code, char bytes[4]);

#endif
