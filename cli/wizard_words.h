/* wizard_words.h - what functions of the tool write to stderr, for a page instead of the terminal.
 *
 * Each command's functions say themselves what is wrong; the same words go to the browser. glibc
 * lets a program give stderr another stream. Source: The GNU C Library, 12.2 Standard Streams.
 *
 *     struct wizard_words words;
 *     wizard_words_begin(&words);
 *     ... project_read() ...
 *     char *text = wizard_words_end(&words);     // "" when nothing was said; free() it
 *
 * Thread safety: none; nothing else may write to stderr in between.  Allocation: heap.
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FLOTA_CLI_WIZARD_WORDS_H
#define FLOTA_CLI_WIZARD_WORDS_H

#include <stdio.h>

struct wizard_words {
    FILE *before, *here;
    char *text;
    size_t size;
};

void wizard_words_begin(struct wizard_words *words);
char *wizard_words_end(struct wizard_words *words);

#endif
