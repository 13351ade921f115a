/* torture_reference.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "torture_reference.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLASH_START 0x08000000u
#define PAGE_COUNT  4096u
#define PAGES       32u /* 131,072 operations: twice all words of both banks */
#define SHOWN       300

/* --- the start --- */

static void print_why(const cJSON *answer)
{
    const char *why = torture_text(answer, "why");
    if (why[0])
        fprintf(stderr, "The board says: %s\n", why);
}

static bool explain_response(const char *command, const struct torture_target *target,
                             const cJSON *answer)
{
    const cJSON *response = cJSON_GetObjectItem(answer, "response");
    int status = (int)torture_number(response, "status");
    if (!response || status == 0)
        fprintf(stderr, "%s: %s %s is not answered: %s.\n", command, target->method, target->path,
                response ? torture_text(response, "error") : torture_text(answer, "stopped"));
    else
        fprintf(stderr, "%s: the firmware refuses the update, with status %d %s:\n%.*s\n", command,
                status, torture_text(response, "reason"), SHOWN, torture_text(response, "body"));
    print_why(answer);
    fputs(
        "To do: see --request, --field, --raw, --header and --status; a browser's developer tools "
        "show how the product's own page asks.\n",
        stderr);
    return false;
}

static bool explain_boot(const char *command, const struct torture_target *target,
                         const cJSON *answer)
{
    const char *stopped = torture_text(answer, "stopped");
    bool seen = cJSON_IsTrue(cJSON_GetObjectItem(answer, "guest_seen"));
    fprintf(stderr, "%s: the firmware does not serve GET %s within %g s: ", command,
            target->service, target->within_s);
    if (strcmp(stopped, "time") != 0)
        fprintf(stderr, "it ends in a %s.\n", stopped);
    else
        fputs(seen ? "it is on the network, but does not answer so.\n"
                   : "nothing was heard of it on the network.\n",
              stderr);
    print_why(answer);
    fputs(seen
              ? "To do: name a path that it answers, with --service and --service-status, or give "
                "it more time with --within.\n"
              : "To do: give its address with --address if it asks no DHCP server; look at it with "
                "flota-vboard --load FIRMWARE --http 127.0.0.1:8100.\n",
          stderr);
    return false;
}

static bool wait_for_service(struct torture_board *board, const struct torture_target *target)
{
    cJSON *answer = torture_board_try(board, torture_await_service(target, target->within_s));
    bool serves = answer && strcmp(torture_text(answer, "stopped"), "service") == 0;
    if (answer && !serves)
        explain_boot(board->command, target, answer);
    cJSON_Delete(answer);
    return serves;
}

static bool prepare(struct torture_board *board, const struct torture_target *target, size_t index)
{
    cJSON *sent = torture_board_ask(board, torture_request(target, target->prepare[index]));
    cJSON *answer =
        sent ? torture_board_try(board, torture_await_number(index + 1, TORTURE_UPDATE_S)) : NULL;
    bool good = answer && torture_is_taken(target, answer);
    if (answer && !good)
        explain_response(board->command, target, answer);
    cJSON_Delete(sent);
    cJSON_Delete(answer);
    for (int i = 0; i < 2 && good; i++) {
        answer = torture_board_ask(board, torture_await_quiet(target, TORTURE_UPDATE_S));
        good = answer && (i == 1 || wait_for_service(board, target));
        cJSON_Delete(answer);
    }
    return good;
}

bool torture_boot(struct torture_board *board, const struct torture_target *target)
{
    bool good = wait_for_service(board, target);
    for (size_t i = 0; good && i < target->prepare_count; i++)
        good = prepare(board, target, i);
    return good;
}

/* --- marks --- */

/* The image lies where the core starts: what differs there tells the two apart. */
static bool set_mark(const struct file *firmware, const struct file *update, bool last,
                     struct torture_mark *mark)
{
    uint32_t size = firmware->size < update->size ? firmware->size : update->size;
    uint32_t at = size;
    for (uint32_t i = 0; i < size && (last || at == size); i++)
        if (firmware->bytes[i] != update->bytes[i])
            at = i;
    if (at == size || size < TORTURE_WINDOW)
        return false;
    at = at / TORTURE_WINDOW * TORTURE_WINDOW;
    at = at + TORTURE_WINDOW > update->size ? update->size - TORTURE_WINDOW : at;
    mark->address = FLASH_START + at;
    for (uint32_t i = 0; i < TORTURE_WINDOW; i++)
        snprintf(mark->hex + 2 * i, 3, "%02x", update->bytes[at + i]);
    return true;
}

/* --- the run --- */

/* The places of the answers in the list of the copy. */
enum { REQUEST, RESPONSE, QUIET, SERVICE, QUIET_AGAIN, MARK, LOG = MARK + 2 };

static void add_log(cJSON *list, uint64_t since)
{
    for (unsigned i = 0; i < PAGES; i++) {
        cJSON *log = torture_command("operations");
        cJSON_AddNumberToObject(log, "since", (double)(since + i * PAGE_COUNT));
        cJSON_AddNumberToObject(log, "limit", PAGE_COUNT);
        cJSON_AddItemToArray(list, log);
    }
}

static cJSON *whole_update(const struct torture_target *target,
                           const struct torture_reference *reference, uint64_t since)
{
    cJSON *fork = torture_command("fork"), *list = cJSON_AddArrayToObject(fork, "commands");
    cJSON_AddItemToArray(list, torture_request(target, target->update));
    cJSON_AddItemToArray(list, torture_await_response(target, 1, TORTURE_UPDATE_S));
    cJSON_AddItemToArray(list, torture_await_quiet(target, TORTURE_UPDATE_S));
    cJSON_AddItemToArray(list, torture_await_service(target, target->within_s));
    cJSON_AddItemToArray(list, torture_await_quiet(target, TORTURE_UPDATE_S));
    for (int i = 0; i < 2; i++)
        cJSON_AddItemToArray(list, torture_read_mark(&reference->marks[i], true));
    add_log(list, since);
    /* Does the new firmware take the same update, too? */
    cJSON_AddItemToArray(list, torture_request(target, target->update));
    cJSON_AddItemToArray(list, torture_await_response(target, 2, TORTURE_UPDATE_S));
    return fork;
}

static bool is_stopped(const cJSON *answers, int index, const char *by)
{
    return strcmp(torture_text(cJSON_GetArrayItem(answers, index), "stopped"), by) == 0;
}

static bool explain_new(const char *command, const struct torture_target *target,
                        const cJSON *answers)
{
    const cJSON *last = cJSON_GetArrayItem(answers, SERVICE);
    if (!is_stopped(answers, QUIET, "quiet") || !is_stopped(answers, SERVICE, "service")) {
        fprintf(stderr,
                "%s: without any cut, nothing serves GET %s any more after the update (%s).\n",
                command, target->service, torture_text(last, "stopped"));
        print_why(last);
    } else {
        fprintf(stderr,
                "%s: the update was taken, but %g s without flash operations later the new "
                "firmware does not run at 0x%08x.\n",
                command, target->quiet_s, FLASH_START);
    }
    fputs("To do: check that both files are whole images, linked to the same address, in two "
          "versions; give it more time with --quiet and --within.\n",
          stderr);
    return false;
}

static enum torture_kind kind_of(const char *name)
{
    if (strcmp(name, "erase") == 0)
        return TORTURE_ERASE;
    return strcmp(name, "options") == 0 ? TORTURE_OPTIONS : TORTURE_PROGRAM;
}

static bool read_page(const cJSON *page, struct torture_update *update, size_t *capacity)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItem(page, "operations"))
    {
        if (update->count == *capacity) {
            *capacity = *capacity ? *capacity * 2 : PAGE_COUNT;
            struct torture_operation *grown =
                realloc(update->operations, *capacity * sizeof *grown);
            if (!grown)
                return false;
            update->operations = grown;
        }
        update->operations[update->count++] =
            (struct torture_operation){.number = torture_count(item, "number"),
                                       .start_ns = torture_count(item, "start_ns"),
                                       .end_ns = torture_count(item, "end_ns"),
                                       .kind = kind_of(torture_text(item, "kind")),
                                       .bank = (uint32_t)torture_count(item, "bank"),
                                       .word = (uint32_t)torture_count(item, "word"),
                                       .count = (uint32_t)torture_count(item, "count")};
    }
    return true;
}

/* What began before the request is the first start's business, not the update's. */
static void drop_earlier(struct torture_update *update)
{
    size_t earlier = 0;
    while (earlier < update->count && update->operations[earlier].start_ns < update->begin_ns)
        earlier++;
    update->count -= earlier;
    if (update->count)
        memmove(update->operations, update->operations + earlier,
                update->count * sizeof *update->operations);
}

static bool read_log(const cJSON *answers, struct torture_update *update)
{
    size_t capacity = 0;
    for (int i = LOG; i < LOG + (int)PAGES; i++)
        if (!read_page(cJSON_GetArrayItem(answers, i), update, &capacity))
            return false;
    drop_earlier(update);
    update->served_ns = torture_count(cJSON_GetArrayItem(answers, QUIET), "now_ns");
    update->end_ns = torture_count(cJSON_GetArrayItem(answers, QUIET_AGAIN), "now_ns");
    for (size_t i = 0; i < update->count; i++)
        if (update->operations[i].start_ns < update->served_ns)
            update->last_before_served = update->operations[i].number;
    return update->count > 0;
}

static bool explain_nothing(const char *command)
{
    fprintf(stderr,
            "%s: the update changes nothing in flash.\nTo do: check that --request is the one that "
            "updates.\n",
            command);
    return false;
}

/* before: operations until then. */
static bool read_answers(const char *command, const struct torture_target *target,
                         const cJSON *answers, uint64_t before, struct torture_reference *reference)
{
    const cJSON *response = cJSON_GetArrayItem(answers, RESPONSE);
    if (!response || !torture_is_taken(target, response))
        return explain_response(command, target,
                                response ? response : cJSON_GetArrayItem(answers, REQUEST));
    if (torture_count(cJSON_GetArrayItem(answers, QUIET), "operations") == before)
        return explain_nothing(command);
    if (!is_stopped(answers, SERVICE, "service"))
        return explain_new(command, target, answers);
    for (int i = 0; i < 2; i++)
        if (!torture_has_mark(&reference->marks[i], cJSON_GetArrayItem(answers, MARK + i)))
            return explain_new(command, target, answers);
    reference->takes_again =
        torture_is_taken(target, cJSON_GetArrayItem(answers, LOG + (int)PAGES + 1));
    return read_log(answers, &reference->update) || explain_nothing(command);
}

bool torture_learn(struct torture_board *board, const struct torture_target *target,
                   const struct file *firmware, const struct file *update,
                   struct torture_reference *reference)
{
    if (!set_mark(firmware, update, false, &reference->marks[0]) ||
        !set_mark(firmware, update, true, &reference->marks[1])) {
        fprintf(stderr,
                "%s: %s is the firmware that runs already.\nTo do: give an update that differs.\n",
                board->command, target->update);
        return false;
    }
    cJSON *now = torture_board_ask(board, torture_command("status"));
    uint64_t before = torture_count(now, "operations");
    reference->update.begin_ns = torture_count(now, "now_ns");
    cJSON *answer =
        now ? torture_board_ask(board, whole_update(target, reference, before + 1)) : NULL;
    bool learned =
        answer && read_answers(board->command, target, cJSON_GetObjectItem(answer, "answers"),
                               before, reference);
    cJSON_Delete(now);
    cJSON_Delete(answer);
    return learned;
}

void torture_reference_free(struct torture_reference *reference)
{
    free(reference->update.operations);
    *reference = (struct torture_reference){0};
}
