/* page_heat.c - see page_heat.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "page_heat.h"
#include "page_json.h"
#include "sessions.h"

#include <inttypes.h>
#include <string.h>

#define PAGE_WORDS 128u /* 4 KB */
#define PAGES      (BANK_SIZE / 4096u)

/* The words of one page that are not blank, and of these what a read may not give back. */
struct page_words {
    uint32_t used, single, dead, marginal, weak;
    uint32_t first; /* of the bad ones, in the bank */
};

static uint32_t *counter(struct page_words *words, char letter)
{
    switch (letter) {
    case 's':
        return &words->single;
    case 'd':
        return &words->dead;
    case 'm':
        return &words->marginal;
    case 'w':
        return &words->weak;
    default:
        return NULL;
    }
}

static struct page_words count_page(const struct board *board, int bank, uint32_t page)
{
    struct page_words words = {.first = UINT32_MAX};
    for (uint32_t word = page * PAGE_WORDS; word < (page + 1) * PAGE_WORDS; word++) {
        char letter = flash_word_letter(board, bank, word);
        uint32_t *bad = counter(&words, letter);
        words.used += letter != '.';
        if (!bad)
            continue;
        ++*bad;
        if (words.first == UINT32_MAX)
            words.first = word;
    }
    return words;
}

static void write_used(FILE *out, const struct page_words *pages)
{
    fputs("\"used\":[", out);
    for (uint32_t page = 0; page < PAGES; page++)
        fprintf(out, "%s%u", page ? "," : "", pages[page].used);
    fputs("],\"bad\":[", out);
    const char *separator = "";
    for (uint32_t page = 0; page < PAGES; page++) {
        const struct page_words *words = &pages[page];
        if (words->first == UINT32_MAX)
            continue;
        fprintf(out,
                "%s{\"page\":%u,\"single\":%u,\"dead\":%u,\"marginal\":%u,\"weak\":%u,"
                "\"first_word\":%u}",
                separator, page, words->single, words->dead, words->marginal, words->weak,
                words->first);
        separator = ",";
    }
    fputs("],", out);
}

/* Virtual seconds of the last programming in this run, 0: none. Hundredths are enough for a colour.
 */
static void write_times(FILE *out, const struct board *board, int bank)
{
    fputs("\"written_s\":[", out);
    for (uint32_t page = 0; page < PAGES; page++) {
        uint64_t ns = board->sessions ? board->sessions->written_ns[bank][page] : 0;
        if (page)
            fputc(',', out);
        if (ns)
            fprintf(out, "%.2f", (double)ns / 1e9);
        else
            fputc('0', out);
    }
    fputs("],", out);
}

static void write_running(FILE *out, const struct board *board, int bank)
{
    const struct operation_record *running =
        board->sessions ? &board->sessions->running[bank] : NULL;
    if (!running || running->number == 0 || running->kind == KIND_OPTIONS) {
        fputs("\"now\":null", out);
        return;
    }
    fprintf(out, "\"now\":{\"operation\":%" PRIu64 ",\"kind\":\"%s\",\"word\":%u,\"count\":%u}",
            running->number, page_json_kind_name(running->kind), running->word, running->count);
}

static void write_bank(FILE *out, const struct board *board, int bank,
                       const struct flash_view *view)
{
    struct page_words pages[PAGES];
    for (uint32_t page = 0; page < PAGES; page++)
        pages[page] = count_page(board, bank, page);
    fputs(bank ? ",{" : "{", out);
    write_used(out, pages);
    write_times(out, board, bank);
    fputs("\"erases\":[", out);
    for (int sector = 0; sector < 8; sector++)
        fprintf(out, "%s%u", sector ? "," : "", view->sector_erases[bank][sector]);
    fputs("],", out);
    write_running(out, board, bank);
    fputc('}', out);
}

void page_heat_json(FILE *out, const struct board *board)
{
    struct flash_view view;
    flash_view(board, &view);
    fprintf(out, "{\"time_s\":%.6f,\"mapped\":%d,\"page_words\":%u,\"banks\":[",
            (double)board->now_ns / 1e9, view.swapped ? 2 : 1, PAGE_WORDS);
    write_bank(out, board, 0, &view);
    write_bank(out, board, 1, &view);
    fputs("]}\n", out);
}
