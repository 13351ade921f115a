/* load_kind.h - what a file given to --load is, when it is no .bin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_LOAD_KIND_H
#define VBOARD_LOAD_KIND_H

#include <stddef.h>
#include <stdint.h>

/* For people: what the file is and what to do; NULL when nothing speaks against programming it. */
const char *load_complaint(const uint8_t *data, size_t size);

#endif
