/* page_json.c - the board's state as JSON, for the board page and for tests.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "page_json.h"

#include "cuts.h"
#include "eth.h"

#include <inttypes.h>
#include <string.h>

#define SECTOR_COUNT 8

/* Length of the UTF-8 sequence at text; 0 for bytes that are none; -1 for one that the end cuts
 * off. */
static int utf8_length(const char *text, size_t size)
{
    static const struct {
        uint8_t mask, lead, least2;
    } forms[] = {{0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x80}, {0xF8, 0xF0, 0x80}};
    uint8_t lead = (uint8_t)text[0];
    if (lead < 0x80)
        return 1;
    for (size_t form = 0; form < 3; form++) {
        size_t length = form + 2;
        if ((lead & forms[form].mask) != forms[form].lead)
            continue;
        for (size_t i = 1; i < length; i++) {
            if (i >= size)
                return -1;
            if (((uint8_t)text[i] & 0xC0u) != 0x80u)
                return 0;
        }
        if (lead == 0xC0 || lead == 0xC1 || lead > 0xF4 ||
            (lead == 0xE0 && (uint8_t)text[1] < 0xA0) ||
            (lead == 0xED && (uint8_t)text[1] > 0x9F) ||
            (lead == 0xF0 && (uint8_t)text[1] < 0x90) || (lead == 0xF4 && (uint8_t)text[1] > 0x8F))
            return 0;
        return (int)length;
    }
    return 0;
}

size_t page_json_text(FILE *out, const char *text, size_t size)
{
    size_t at = 0;
    fputc('"', out);
    while (at < size) {
        int length = utf8_length(text + at, size - at);
        unsigned char c = (unsigned char)text[at];
        if (length < 0)
            break;
        if (length == 0)
            fputs("\\ufffd", out);
        else if (length > 1)
            fwrite(text + at, 1, (size_t)length, out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7F || c == '<')
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
        at += length > 0 ? (size_t)length : 1;
    }
    fputc('"', out);
    return at;
}

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

static void time_or_null(FILE *out, const char *name, bool known, uint64_t ns)
{
    if (known)
        fprintf(out, "\"%s\":%.9f,", name, (double)ns / 1e9);
    else
        fprintf(out, "\"%s\":null,", name);
}

static void write_sectors(FILE *out, const struct flash_view *view)
{
    static const char *const states[] = {"blank", "programmed", "erasing", "programming"};
    fputs("\"sectors\":[", out);
    for (int bank = 0; bank < 2; bank++) {
        fputs(bank ? ",[" : "[", out);
        for (int i = 0; i < SECTOR_COUNT; i++)
            fprintf(out, "%s{\"state\":\"%s\",\"words\":%u,\"erases\":%u}", i ? "," : "",
                    states[view->state[bank][i]], view->programmed_words[bank][i],
                    view->sector_erases[bank][i]);
        fputc(']', out);
    }
    fputc(']', out);
}

/* RM0399 FLASH_OPTSR_CUR. */
static const struct page_option page_options[] = {
    {"bor", 2, 3}, {"iwdg1_sw", 4, 1}, {"bcm4", 22, 1}, {"swap_bank", 31, 1}};

const struct page_option *page_option_find(const char *name)
{
    for (size_t i = 0; i < sizeof page_options / sizeof *page_options; i++)
        if (strcmp(name, page_options[i].name) == 0)
            return &page_options[i];
    return NULL;
}

static void write_options(FILE *out, uint32_t status)
{
    fputs("\"options\":{", out);
    for (size_t i = 0; i < sizeof page_options / sizeof *page_options; i++)
        fprintf(out, "\"%s\":%u,", page_options[i].name,
                status >> page_options[i].shift & page_options[i].mask);
    fprintf(out, "\"rdp\":%u},", status >> 8 & 0xFFu);
}

static void write_flash(FILE *out, const struct flash_view *view)
{
    fprintf(out, "\"bank\":%d,\"swap_option\":%s,", view->swapped ? 2 : 1,
            boolean(view->swap_option));
    fprintf(out,
            "\"flash\":{\"erases\":%" PRIu64 ",\"programs\":%" PRIu64 ",\"option_changes\":%" PRIu64
            ",\"words_per_sector\":%u,",
            view->erase_count, view->program_count, view->option_change_count, SECTOR_SIZE / 32);
    time_or_null(out, "first_erase_s", view->erase_count > 0, view->first_erase_ns);
    time_or_null(out, "first_program_s", view->program_count > 0, view->first_program_ns);
    time_or_null(out, "last_program_s", view->program_count > 0, view->last_program_ns);
    time_or_null(out, "last_option_start_s", view->option_change_count > 0,
                 view->last_option_start_ns);
    write_sectors(out, view);
    fprintf(out, "},\"option_status\":%u,", view->option_status);
    write_options(out, view->option_status);
}

void page_json_console(FILE *out, const struct board *board, uint64_t since)
{
    static char text[1 << 16];
    uint64_t total;
    size_t count = usart_tail(board, 3, text, sizeof text, &total), skip = 0, used;
    if (since > total - count)
        skip = since > total ? count : (size_t)(since - (total - count));
    fprintf(out, "{\"from\":%" PRIu64 ",\"text\":", total - count + skip);
    used = page_json_text(out, text + skip, count - skip);
    /* "total" is where to go on: a character cut at the end comes with the next answer. */
    fprintf(out, ",\"total\":%" PRIu64 "}", total - count + skip + used);
}

void page_json_console_lines(FILE *out, const struct board *board)
{
    static char text[1 << 16];
    uint64_t total;
    size_t count = usart_tail(board, 3, text, sizeof text, &total);
    uint64_t start = total - count;
    struct usart_line line;
    const char *separator = "";
    fputs("{\"lines\":[", out);
    for (uint64_t i = 0; usart_line(board, 3, i, &line); i++) {
        if (line.start < start)
            continue; /* no longer in the tail */
        const char *bytes = text + (line.start - start);
        size_t size = 0;
        while (size < total - line.start && bytes[size] != '\r' && bytes[size] != '\n')
            size++;
        fprintf(out, "%s{\"t\":%.9f,\"text\":", separator, (double)line.at_ns / 1e9);
        page_json_text(out, bytes, size);
        fputc('}', out);
        separator = ",";
    }
    fputs("]}\n", out);
}

static void write_warnings(FILE *out, const struct board *board)
{
    const char *text;
    fputs("\"warnings\":[", out);
    for (size_t i = 0; (text = board_warning(board, i)) != NULL; i++) {
        if (i)
            fputc(',', out);
        page_json_text(out, text, __builtin_strlen(text));
    }
    fputs("],", out);
}

static void write_pins(FILE *out, const struct board *board)
{
    bool led = board->powered && gpio_is_output(board, 'J', 2) && !gpio_output(board, 'J', 2);
    bool backlight = board->powered && gpio_output(board, 'K', 0);
    fprintf(out, "\"led\":%s,\"backlight\":%s,\"button\":%s,", boolean(led), boolean(backlight),
            boolean(gpio_level(board, 'C', 13)));
}

const char *page_json_reset_name(enum reset_cause cause)
{
    switch (cause) {
    case RESET_POWER_ON:
        return "power-on";
    case RESET_PIN:
        return "reset button";
    case RESET_SOFTWARE:
        return "software";
    case RESET_IWDG:
        return "watchdog";
    case RESET_LOCKUP:
        return "lock-up";
    case RESET_BROWNOUT:
        return "brown-out";
    }
    return "unknown";
}

const char *page_json_kind_name(unsigned kind)
{
    static const char *const names[] = {
        [KIND_PROGRAM] = "program", [KIND_ERASE] = "erase", [KIND_OPTIONS] = "options"};
    return kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

void page_json_cut(FILE *out, const struct board *board)
{
    enum cut_model model = CUT_TORN;
    uint64_t number = cut_planned(board, &model);
    const char *error = cut_error(board);
    fprintf(out, "{\"next\":%" PRIu64 ",\"operation\":", operations_next(board));
    if (number)
        fprintf(out, "%" PRIu64 ",\"model\":\"%s\"", number, cut_model_name(model));
    else
        fputs("null,\"model\":null", out);
    fprintf(out, ",\"happened\":%s,\"error\":", boolean(number && cut_happened(board)));
    if (error)
        page_json_text(out, error, strlen(error));
    else
        fputs("null", out);
    fputc('}', out);
}

void page_json_board(FILE *out, const struct board *board, double speed, uint64_t since)
{
    struct flash_view view;
    flash_view(board, &view);
    fprintf(out, "{\"time_s\":%.9f,\"powered\":%s,\"resets\":%" PRIu64 ",\"last_reset\":\"%s\",",
            (double)board->now_ns / 1e9, boolean(board->powered), board->reset_count,
            page_json_reset_name(board->last_reset));
    fprintf(out, "\"clock_hz\":%u,\"instructions\":%" PRIu64 ",\"speed\":%.3f,",
            soc_sysclk_hz(board), board->instruction_count, speed);
    write_pins(out, board);
    fprintf(out, "\"ethernet\":{\"link\":%s,\"sent\":%" PRIu64 ",\"received\":%" PRIu64 "},",
            boolean(board->powered && phy_link(&board->eth->phy)), board->eth->counters.sent,
            board->eth->counters.received);
    write_flash(out, &view);
    write_warnings(out, board);
    fputs("\"cut\":", out);
    page_json_cut(out, board);
    fputs(",\"console\":", out);
    page_json_console(out, board, since);
    fputs("}\n", out);
}

bool page_json_pin(FILE *out, const struct board *board, const char *name)
{
    unsigned pin;
    char port, end;
    if (!name || sscanf(name, "P%c%u%c", &port, &pin, &end) != 2 || port < 'A' || port > 'K' ||
        pin > 15)
        return false;
    fprintf(out, "{\"pin\":\"P%c%u\",\"output\":%s,\"level\":%s}\n", port, pin,
            boolean(gpio_is_output(board, port, (int)pin)),
            boolean(gpio_level(board, port, (int)pin)));
    return true;
}
