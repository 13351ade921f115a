/* flota/base64.h - base64 read strictly: one text for each value.
 *
 * Thread safety: pure function.  Allocation: none.  Source: RFC 4648 sections 3.5 and 4.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_BASE64_H
#define FLOTA_BASE64_H

#include <stddef.h>

/* Decode text of size characters. Padding is required; white space, other alphabets and unused bits
 * that are not zero are refused.
 *
 * Returns the number of bytes, or -1 when it is no base64 or has more than capacity bytes (data may
 * then hold a part). */
int flota_base64_decode(const char *text, size_t size, void *data, size_t capacity);

#endif
