/* page_json.h - the board's state as JSON.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef VBOARD_PAGE_JSON_H
#define VBOARD_PAGE_JSON_H

#include "board.h"

#include <stdio.h>

/* Everything the page shows. speed: virtual over real time. since: console bytes seen already. */
void page_json_board(FILE *out, const struct board *board, double speed, uint64_t since);
void page_json_console(FILE *out, const struct board *board, uint64_t since);
/* The last lines of the console with the virtual time of their first byte. */
void page_json_console_lines(FILE *out, const struct board *board);
/* The next operation's number, and the planned cut. */
void page_json_cut(FILE *out, const struct board *board);
const char *page_json_reset_name(enum reset_cause cause);
const char *page_json_kind_name(unsigned kind); /* enum operation_kind */
bool page_json_pin(FILE *out, const struct board *board, const char *name); /* false: no such pin */

/* A field of FLASH_OPTSR that the page's API shows and changes. */
struct page_option {
    const char *name;
    unsigned shift;
    uint32_t mask; /* of its value */
};
const struct page_option *page_option_find(const char *name); /* NULL: there is none */

/* Write text as a JSON string; bytes that are not UTF-8 become U+FFFD. Returns the bytes written:
 * fewer than size when the end cuts a character off. */
size_t page_json_text(FILE *out, const char *text, size_t size);

#endif
