/* wizard_words.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wizard_words.h"
#include <stdlib.h>
#include <string.h>

void wizard_words_begin(struct wizard_words *words)
{
    *words = (struct wizard_words){.before = stderr};
    words->here = open_memstream(&words->text, &words->size);
    if (words->here)
        stderr = words->here;
}

char *wizard_words_end(struct wizard_words *words)
{
    stderr = words->before;
    if (words->here)
        fclose(words->here);
    if (words->text)
        return words->text;
    char *empty = strdup("");
    if (!empty)
        abort();
    return empty;
}
