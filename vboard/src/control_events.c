/* control_events.c - what happens on the board, told to the clients that asked for it.
 *
 * The parts call these functions from within the core: they note, and what is sent alters nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "watch.h"

#include <string.h>

static const char *const event_names[] = {
#define X(id, name) name,
    EVENT_NAMES(X)
#undef X
};

/* --- names --- */

const char *operation_kind_name(const struct operation_record *record)
{
    static const char *const names[] = {
        [KIND_PROGRAM] = "program", [KIND_ERASE] = "erase", [KIND_OPTIONS] = "options"};

    return names[record->kind];
}

const char *operation_end_name(const struct operation_record *record)
{
    static const char *const names[] = {[END_RUNNING] = "running",
                                        [END_DONE] = "done",
                                        [END_TORN] = "torn",
                                        [END_REFUSED] = "refused"};

    return names[record->end];
}

const char *reset_cause_name(enum reset_cause cause)
{
    static const char *const names[] = {
        [RESET_POWER_ON] = "power-on", [RESET_PIN] = "reset button",
        [RESET_SOFTWARE] = "software", [RESET_IWDG] = "watchdog",
        [RESET_LOCKUP] = "lock-up",    [RESET_BROWNOUT] = "brown-out"};

    return (size_t)cause < sizeof names / sizeof names[0] ? names[cause] : "another";
}

void operation_add(cJSON *object, const struct operation_record *record)
{
    json_add_number(object, "number", record->number);
    cJSON_AddStringToObject(object, "kind", operation_kind_name(record));
    json_add_number(object, "bank", record->bank + 1u);
    json_add_number(object, "word", record->word);
    json_add_number(object, "count", record->count);
    json_add_number(object, "start_ns", record->start_ns);
    json_add_number(object, "end_ns", record->end_ns);
    cJSON_AddStringToObject(object, "end", operation_end_name(record));
}

/* --- sending --- */

bool control_wants(const struct board *board, enum event_kind kind)
{
    const struct asker *asker = board->control != NULL ? board->control->askers : NULL;

    while (asker != NULL && !(asker->events >> kind & 1u)) {
        asker = asker->next;
    }
    return asker != NULL;
}

void control_tell(struct board *board, enum event_kind kind, cJSON *event)
{
    for (struct asker *asker = board->control->askers; asker != NULL; asker = asker->next) {
        if (asker->events >> kind & 1u) {
            asker_send(board, asker, event);
        }
    }
    cJSON_Delete(event);
}

static cJSON *new_event(const struct board *board, enum event_kind kind)
{
    cJSON *event = cJSON_CreateObject();

    cJSON_AddStringToObject(event, "event", event_names[kind]);
    json_add_number(event, "now_ns", board->now_ns);
    return event;
}

/* --- what the parts tell --- */

void control_operation(struct board *board, const struct operation_record *record, bool starts)
{
    if (board->control == NULL) {
        return;
    }
    control_run_operation(board, record, starts);
    if (control_wants(board, TELL_OPERATION)) {
        cJSON *event = new_event(board, TELL_OPERATION);
        cJSON_AddStringToObject(event, "edge", starts ? "start" : "end");
        operation_add(event, record);
        control_tell(board, TELL_OPERATION, event);
    }
}

/* Resets are in a row when none was followed by a second of running. */
static void count_row(struct control *control, uint64_t now_ns, enum reset_cause cause)
{
    bool soon = now_ns - control->row_ns < NS_PER_S;

    control->row_ns = now_ns;
    control->stopped = STOP_NONE;
    if (cause == RESET_POWER_ON || cause == RESET_BROWNOUT) {
        control->reset_row = 0; /* the world's doing, not the firmware's */
    } else {
        control->reset_row = soon ? control->reset_row + 1 : 1;
    }
}

void control_reset(struct board *board, enum reset_cause cause)
{
    if (board->control == NULL) {
        return;
    }
    count_row(board->control, board->now_ns, cause);
    if (control_wants(board, TELL_RESET)) {
        cJSON *event = new_event(board, TELL_RESET);
        cJSON_AddStringToObject(event, "cause", reset_cause_name(cause));
        json_add_number(event, "resets", board->reset_count);
        control_tell(board, TELL_RESET, event);
    }
}

void control_power(struct board *board, bool on)
{
    if (board->control != NULL && control_wants(board, TELL_POWER)) {
        cJSON *event = new_event(board, TELL_POWER);
        cJSON_AddBoolToObject(event, "on", on);
        control_tell(board, TELL_POWER, event);
    }
}

void control_warning(struct board *board, const char *text)
{
    if (board->control != NULL && control_wants(board, TELL_WARNING)) {
        cJSON *event = new_event(board, TELL_WARNING);
        json_add_bytes(event, "text", (const uint8_t *)text, strlen(text));
        control_tell(board, TELL_WARNING, event);
    }
}

/* --- the console: told by lines --- */

static void tell_line(struct board *board, int usart)
{
    struct control *control = board->control;
    size_t *size = &control->console_size[usart - 1];

    if (*size > 0 && control_wants(board, TELL_CONSOLE)) {
        cJSON *event = new_event(board, TELL_CONSOLE);
        json_add_number(event, "usart", (uint64_t)usart);
        json_add_bytes(event, "text", (const uint8_t *)control->console[usart - 1], *size);
        control_tell(board, TELL_CONSOLE, event);
    }
    *size = 0;
}

void control_console(struct board *board, int usart, uint8_t byte)
{
    struct control *control = board->control;

    if (control == NULL) {
        return;
    }
    control->console[usart - 1][control->console_size[usart - 1]++] = (char)byte;
    if (byte == '\n' || control->console_size[usart - 1] == sizeof control->console[0]) {
        tell_line(board, usart);
    }
    control_run_console(board, usart, byte);
}

void control_flush_console(struct board *board)
{
    for (int usart = 1; usart <= 3; usart++) {
        tell_line(board, usart);
    }
}

/* --- the command --- */

static bool event_by_name(const char *name, unsigned *bits)
{
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (strcmp(name, event_names[kind]) == 0) {
            *bits |= 1u << kind;
            return true;
        }
    }
    return false;
}

static bool events_of(const cJSON *list, unsigned *bits, struct complaint *complaint)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || !event_by_name(item->valuestring, bits)) {
            complain_of(complaint, "an empty list ends them",
                        "on: operation, reset, power, warning, console and response can be told");
            return false;
        }
    }
    return true;
}

enum outcome control_do_events(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    const cJSON *list = json_needed(command->json, "on", &complaint);
    unsigned bits = 0;

    if (list != NULL && !cJSON_IsArray(list)) {
        complain_of(&complaint, "e.g. [\"reset\", \"power\"]", "on: a list of names is needed");
    }
    (void)events_of(list, &bits, &complaint);
    if (!answer_complaint(answer, &complaint) && command->asker != NULL) {
        command->asker->events = bits;
        hub_update_events(board);
    }
    return ANSWERED;
}
