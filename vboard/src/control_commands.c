/* control_commands.c - the table of commands, and those that a hand does at the board: plug,
 * buttons, pins, typing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "cpu.h"
#include "instruments.h"
#include "peer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- status --- */

static void add_options(cJSON *answer, uint32_t status)
{
    /* RM0399 FLASH_OPTSR_CUR */
    cJSON *options = cJSON_AddObjectToObject(answer, "options");

    json_add_number(options, "bor", status >> 2 & 3u);
    json_add_number(options, "iwdg1_sw", status >> 4 & 1u);
    json_add_number(options, "rdp", status >> 8 & 0xFFu);
    json_add_number(options, "bcm4", status >> 22 & 1u);
    json_add_number(options, "swap_bank", status >> 31);
}

static void add_flash(struct board *board, cJSON *answer)
{
    struct flash_view view;

    flash_view(board, &view);
    cJSON_AddBoolToObject(answer, "swapped", view.swapped);
    cJSON_AddBoolToObject(answer, "swap_option", view.swap_option);
    json_add_number(answer, "option_status", view.option_status);
    add_options(answer, view.option_status);
    json_add_number(answer, "operations", operations_next(board) - 1);
    json_add_number(answer, "erase_count", view.erase_count);
    json_add_number(answer, "program_count", view.program_count);
    json_add_number(answer, "option_change_count", view.option_change_count);
    json_add_number(answer, "first_program_ns", view.first_program_ns);
    json_add_number(answer, "last_program_ns", view.last_program_ns);
    json_add_number(answer, "first_erase_ns", view.first_erase_ns);
    json_add_number(answer, "last_option_start_ns", view.last_option_start_ns);
}

static void add_cut(const struct board *board, cJSON *answer)
{
    enum cut_model model = CUT_BEFORE;
    uint64_t number = cut_planned(board, &model);
    cJSON *cut = cJSON_AddObjectToObject(answer, "cut");

    json_add_number(cut, "operation", number);
    if (number != 0) {
        cJSON_AddStringToObject(cut, "model", cut_model_name(model));
    }
    cJSON_AddBoolToObject(cut, "happened", cut_happened(board));
    if (cut_error(board) != NULL) {
        cJSON_AddStringToObject(cut, "error", cut_error(board));
    }
}

static void add_warnings(const struct board *board, cJSON *answer)
{
    cJSON *list = cJSON_AddArrayToObject(answer, "warnings");
    const char *text;

    for (size_t i = 0; (text = board_warning(board, i)) != NULL; i++) {
        cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
}

static void add_pins(const struct board *board, cJSON *answer)
{
    bool led = board->powered && gpio_is_output(board, 'J', 2) && !gpio_output(board, 'J', 2);

    cJSON_AddBoolToObject(answer, "led", led);
    cJSON_AddBoolToObject(answer, "backlight", board->powered && gpio_output(board, 'K', 0));
    cJSON_AddBoolToObject(answer, "button", gpio_level(board, 'C', 13));
}

void control_add_status(struct board *board, cJSON *answer)
{
    const struct control *control = board->control;
    char digest[20];

    json_add_number(answer, "now_ns", board->now_ns);
    cJSON_AddBoolToObject(answer, "powered", board->powered);
    cJSON_AddBoolToObject(answer, "running",
                          control->runs != NULL || !board->options.deterministic);
    json_add_number(answer, "resets", board->reset_count);
    json_add_number(answer, "resets_in_row", control->reset_row);
    cJSON_AddStringToObject(answer, "last_reset", reset_cause_name(board->last_reset));
    json_add_number(answer, "instructions", board->instruction_count);
    json_add_number(answer, "pc", cpu_pc(board));
    cJSON_AddBoolToObject(answer, "locked_up", board->powered && board->cpu->locked_up);
    cJSON_AddBoolToObject(answer, "ended", board->cpu->ended);
    if (board->cpu->ended) {
        json_add_number(answer, "exit_status", (uint64_t)cpu_exit_status(board));
    }
    add_pins(board, answer);
    add_flash(board, answer);
    add_cut(board, answer);
    add_warnings(board, answer);
    if (control_has_peer(board)) {
        cJSON_AddBoolToObject(answer, "guest_seen", peer_guest_seen(board));
    }
    if (board->digest != NULL) {
        (void)snprintf(digest, sizeof digest, "%016" PRIx64, digest_value(board));
        cJSON_AddStringToObject(answer, "digest", digest);
    }
}

static enum outcome do_status(struct board *board, struct command *command, cJSON *answer)
{
    (void)command;
    control_add_status(board, answer);
    return ANSWERED;
}

/* --- power and buttons --- */

static enum outcome do_power(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    bool on = true;

    (void)json_needed(command->json, "on", &complaint);
    (void)json_boolean(command->json, "on", &on, &complaint);
    if (!answer_complaint(answer, &complaint)) {
        board_power(board, on);
        cJSON_AddBoolToObject(answer, "powered", board->powered);
    }
    return ANSWERED;
}

static enum outcome do_reset(struct board *board, struct command *command, cJSON *answer)
{
    (void)command;
    if (!board->powered) {
        return refuse(answer, "send {\"cmd\": \"power\", \"on\": true} first",
                      "reset: the board is off");
    }
    board_request_reset(board, RESET_PIN);
    return ANSWERED;
}

/* "PJ2": port and number; false for others. */
static bool pin_by_name(const char *name, char *port, int *pin)
{
    unsigned number;
    char end;

    if (sscanf(name, "P%c%2u%c", port, &number, &end) != 2 || *port < 'A' || *port > 'K' ||
        number > 15) {
        return false;
    }
    *pin = (int)number;
    return true;
}

static enum outcome do_gpio(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    const char *name = "";
    uint64_t level = 2;
    char port = 'A';
    int pin = 0;

    (void)json_needed(command->json, "pin", &complaint);
    (void)json_text(command->json, "pin", &name, &complaint);
    (void)json_number(command->json, "level", 1, &level, &complaint);
    if (!pin_by_name(name, &port, &pin)) {
        complain_of(&complaint, "write it as PC13", "pin: %.20s: PA0 to PK15 are needed", name);
    }
    if (answer_complaint(answer, &complaint)) {
        return ANSWERED;
    }
    if (level < 2) {
        gpio_set_input(board, port, pin, level == 1);
    }
    cJSON_AddStringToObject(answer, "direction",
                            gpio_is_output(board, port, pin) ? "output" : "input");
    json_add_number(answer, "level", gpio_level(board, port, pin));
    return ANSWERED;
}

static enum outcome do_button(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    bool pressed = false;

    (void)json_needed(command->json, "pressed", &complaint);
    (void)json_boolean(command->json, "pressed", &pressed, &complaint);
    if (!answer_complaint(answer, &complaint)) {
        gpio_set_input(board, 'C', 13, pressed);
    }
    return ANSWERED;
}

/* --- the console --- */

static char tail[1 << 16];

static void add_lines(const struct board *board, cJSON *answer, int usart, uint64_t from,
                      size_t size)
{
    cJSON *lines = cJSON_AddArrayToObject(answer, "lines");
    struct usart_line line;

    for (uint64_t i = 0; usart_line(board, usart, i, &line); i++) {
        if (line.start < from) {
            continue; /* seen, or no longer in the tail */
        }
        const char *text = tail + (line.start - from);
        size_t left = size - (size_t)(line.start - from), length = 0;
        while (length < left && text[length] != '\r' && text[length] != '\n') {
            length++;
        }
        cJSON *item = cJSON_CreateObject();
        json_add_number(item, "at_ns", line.at_ns);
        json_add_bytes(item, "text", (const uint8_t *)text, length);
        cJSON_AddItemToArray(lines, item);
    }
}

static void read_console(const struct board *board, int usart, uint64_t since, cJSON *answer)
{
    uint64_t total;
    size_t size = usart_tail(board, usart, tail, sizeof tail, &total);
    uint64_t from = total - size;

    if (since > from) {
        size_t skip = since > total ? size : (size_t)(since - from);
        memmove(tail, tail + skip, size - skip);
        size -= skip;
        from += skip;
    }
    json_add_number(answer, "from", from);
    json_add_number(answer, "total", total);
    json_add_bytes(answer, "text", (const uint8_t *)tail, size);
    add_lines(board, answer, usart, from, size);
}

static enum outcome do_console(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    const char *text = NULL;
    uint64_t usart = 3, since = 0;

    (void)json_text(command->json, "text", &text, &complaint);
    (void)json_number(command->json, "usart", 3, &usart, &complaint);
    (void)json_number(command->json, "since", UINT64_MAX >> 12, &since, &complaint);
    if (usart == 0) {
        complain_of(&complaint, "3 is the board's console", "usart: 1, 2 or 3 is needed");
    }
    if (answer_complaint(answer, &complaint)) {
        return ANSWERED;
    }
    if (text != NULL) {
        usart_input(board, (int)usart, (const uint8_t *)text, strlen(text));
    } else {
        read_console(board, (int)usart, since, answer);
    }
    return ANSWERED;
}

static enum outcome do_quit(struct board *board, struct command *command, cJSON *answer)
{
    (void)command;
    if (board->control->hub_pid != 0) {
        return refuse(answer, "leave it out", "quit: a fork ends with its list");
    }
    board->control->quits = true;
    return ANSWERED;
}

/* --- the table --- */

static const struct command_kind kinds[] = {
    {"status", " id cmd expect ", do_status, READS},
    {"run", " id cmd expect until for_ns host_s max_resets ", control_do_run, 0},
    {"stop", " id cmd expect ", control_do_stop, READS},
    {"power", " id cmd expect on ", do_power, 0},
    {"brownouts", " id cmd expect count on_ns off_ns host_s ", control_do_brownouts, 0},
    {"reset", " id cmd expect ", do_reset, 0},
    {"gpio", " id cmd expect pin level ", do_gpio, 0},
    {"button", " id cmd expect pressed ", do_button, 0},
    {"console", " id cmd expect text usart since ", do_console, 0},
    {"cut", " id cmd expect now operation model seed ", control_do_cut, 0},
    {"fail", " id cmd expect operation silent stuck ", control_do_fail, 0},
    {"rot", " id cmd expect bank word bits ", control_do_rot, 0},
    {"operations", " id cmd expect since limit ", control_do_operations, READS},
    {"memory", " id cmd expect address size data ", control_do_memory, 0},
    {"flash", " id cmd expect bank word count ", control_do_flash, 0},
    {"events", " id cmd expect on ", control_do_events, READS},
    {"request", " id cmd expect method path headers file body field address port timeout_ns ",
     control_do_request, 0},
    {"probe", " id cmd expect every_ns path ", control_do_probe, 0},
    {"link", " id cmd expect link ", control_do_link, 0},
    {"snapshot", " id cmd expect name ", control_do_snapshot, DETERMINISTIC},
    {"restore", " id cmd expect name ", control_do_restore, DETERMINISTIC},
    {"drop", " id cmd expect name ", control_do_drop, DETERMINISTIC},
    {"fork", " id cmd expect commands ", control_do_fork, DETERMINISTIC},
    {"quit", " id cmd expect ", do_quit, READS},
};

enum { KIND_COUNT = sizeof kinds / sizeof kinds[0] };

const struct command_kind *control_find(const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

const char *control_names(void)
{
    static char names[256];

    for (size_t i = 0; i < KIND_COUNT && names[sizeof names - 16] == '\0'; i++) {
        size_t length = strlen(names);
        if (i == 0) {
            names[0] = '\0';
            length = 0;
        }
        (void)snprintf(names + length, sizeof names - length, "%s%s", i != 0 ? ", " : "",
                       kinds[i].name);
    }
    return names;
}
