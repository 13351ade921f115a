/* control_flash.c - commands on flash and memory: cuts, failures, rot, the log, contents.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"
#include "cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX  (1ull << 52)
#define BANK_WORDS_ (BANK_SIZE / 32)
#define READ_MAX    (1u << 18) /* bytes in one answer */

/* --- cuts --- */

static void take_model(const cJSON *json, enum cut_model *model, struct complaint *complaint)
{
    const char *name = NULL;
    char names[160] = "";

    if (!json_text(json, "model", &name, complaint) || cut_model_by_name(name, model)) {
        return;
    }
    for (int i = 0; i < CUT_MODEL_COUNT; i++) {
        size_t length = strlen(names);
        (void)snprintf(names + length, sizeof names - length, " %s",
                       cut_model_name((enum cut_model)i));
    }
    complain_of(complaint, "vboard/CONTROL.md says what each leaves behind",
                "model: %.40s: no such model:%s", name, names);
}

static void plan_cut(struct board *board, const cJSON *json, struct complaint *complaint)
{
    enum cut_model model = CUT_TORN;
    uint64_t number = 0, seed = board->options.seed;

    (void)json_number(json, "operation", NUMBER_MAX, &number, complaint);
    (void)json_number(json, "seed", UINT64_MAX, &seed, complaint);
    take_model(json, &model, complaint);
    if (number != 0 && number < operations_next(board)) {
        complain_of(complaint, "restore a snapshot of before, or take a later one",
                    "operation: %llu has begun already, the next is %llu",
                    (unsigned long long)number, (unsigned long long)operations_next(board));
    }
    if (!complained(complaint)) {
        cut_plan(board, number, model, seed);
    }
}

enum outcome control_do_cut(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    bool now = false;
    bool planned = cJSON_HasObjectItem(command->json, "operation");

    (void)json_boolean(command->json, "now", &now, &complaint);
    if (now == planned) {
        complain_of(&complaint, "e.g. {\"cmd\": \"cut\", \"operation\": 12, \"model\": \"torn\"}",
                    "cut: either now or operation is needed");
    }
    if (planned && !complained(&complaint)) {
        plan_cut(board, command->json, &complaint);
    }
    if (!answer_complaint(answer, &complaint) && now) {
        board_power(board, false);
    }
    return ANSWERED;
}

/* --- failures --- */

static void take_place(const cJSON *json, uint64_t *bank, const char *index, uint64_t max,
                       uint64_t *value, struct complaint *complaint)
{
    (void)json_needed(json, "bank", complaint);
    (void)json_number(json, "bank", 2, bank, complaint);
    (void)json_number(json, index, max, value, complaint);
    if (*bank == 0) {
        complain_of(complaint, "the physical bank, whatever SWAP_BANK says",
                    "bank: 1 or 2 is needed");
    }
}

static void take_stuck(struct board *board, const cJSON *json, struct complaint *complaint)
{
    const cJSON *stuck = cJSON_GetObjectItemCaseSensitive(json, "stuck");
    uint64_t bank = 1, sector = 0;

    if (stuck == NULL) {
        return;
    }
    if (cJSON_IsNull(stuck)) {
        failure_stuck(board, -1, 0);
        return;
    }
    if (!cJSON_IsObject(stuck)) {
        complain_of(complaint, "null takes it back",
                    "stuck: an object as {\"bank\": 2, \"sector\": 3} is needed");
        return;
    }
    json_check_keys(stuck, " bank sector ", "stuck", complaint);
    (void)json_needed(stuck, "sector", complaint);
    take_place(stuck, &bank, "sector", 7, &sector, complaint);
    if (!complained(complaint)) {
        failure_stuck(board, (int)bank - 1, (int)sector);
    }
}

enum outcome control_do_fail(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    const cJSON *json = command->json;
    bool silent = false;
    uint64_t number = 0;

    if (!cJSON_HasObjectItem(json, "operation") && !cJSON_HasObjectItem(json, "stuck")) {
        complain_of(&complaint, "e.g. {\"cmd\": \"fail\", \"operation\": 12}",
                    "fail: operation or stuck is needed");
    }
    (void)json_boolean(json, "silent", &silent, &complaint);
    (void)json_number(json, "operation", NUMBER_MAX, &number, &complaint);
    if (!complained(&complaint) && cJSON_HasObjectItem(json, "operation")) {
        failure_plan(board, number, silent);
    }
    if (!complained(&complaint)) {
        take_stuck(board, json, &complaint);
    }
    (void)answer_complaint(answer, &complaint);
    return ANSWERED;
}

enum outcome control_do_rot(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    uint64_t bank = 0, word = 0, bits = 1;

    (void)json_needed(command->json, "word", &complaint);
    take_place(command->json, &bank, "word", BANK_WORDS_ - 1, &word, &complaint);
    (void)json_number(command->json, "bits", 2, &bits, &complaint);
    if (bits == 0) {
        complain_of(&complaint, "1: a corrected error, 2: a dead word", "bits: 1 or 2 is needed");
    }
    if (!answer_complaint(answer, &complaint)) {
        flash_rot(board, (int)bank - 1, (uint32_t)word, (unsigned)bits);
    }
    return ANSWERED;
}

/* --- the log --- */

enum outcome control_do_operations(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    uint64_t since = 0, limit = 10000, next = operations_next(board);
    cJSON *list;

    (void)json_number(command->json, "since", NUMBER_MAX, &since, &complaint);
    (void)json_number(command->json, "limit", 100000, &limit, &complaint);
    if (answer_complaint(answer, &complaint)) {
        return ANSWERED;
    }
    list = cJSON_AddArrayToObject(answer, "operations");
    for (uint64_t number = since != 0 ? since : 1; number < next && limit > 0; number++) {
        const struct operation_record *record = operation_record(board, number);
        if (record != NULL) {
            cJSON *item = cJSON_CreateObject();
            operation_add(item, record);
            cJSON_AddItemToArray(list, item);
            limit--;
        }
    }
    json_add_number(answer, "next", next);
    return ANSWERED;
}

/* --- contents --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes that a text in hex says, or NULL. */
static uint8_t *bytes_of_hex(const char *text, size_t *size)
{
    size_t length = strlen(text);
    uint8_t *bytes = length % 2 == 0 && length > 0 ? malloc(length / 2) : NULL;

    *size = length / 2;
    for (size_t i = 0; bytes != NULL && i < *size; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            free(bytes);
            return NULL;
        }
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return bytes;
}

static void write_memory(uint32_t address, const char *hex, struct complaint *complaint)
{
    size_t size;
    uint8_t *bytes = bytes_of_hex(hex, &size);
    uint8_t *memory = bytes != NULL ? memory_ram_at(address, (uint32_t)size) : NULL;

    if (bytes == NULL) {
        complain_of(complaint, "two digits for each byte, e.g. \"00ff\"",
                    "data: bytes in hex are needed");
    } else if (memory == NULL) {
        complain_of(complaint, "flash is written by the firmware only",
                    "address: no RAM of that size lies at 0x%08x", address);
    } else {
        memcpy(memory, bytes, size);
    }
    free(bytes);
}

static void read_memory(struct board *board, uint32_t address, uint32_t size, cJSON *answer,
                        struct complaint *complaint)
{
    const uint8_t *memory = memory_at(board, address, size);

    if (memory == NULL || size == 0) {
        complain_of(complaint, "peripherals cannot be read here",
                    "address: no memory of that size lies at 0x%08x", address);
        return;
    }
    json_add_hex(answer, "data", memory, size);
}

enum outcome control_do_memory(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    uint64_t address = 0, size = 4;
    const char *hex = NULL;

    (void)json_needed(command->json, "address", &complaint);
    (void)json_number(command->json, "address", UINT32_MAX, &address, &complaint);
    (void)json_number(command->json, "size", READ_MAX, &size, &complaint);
    (void)json_text(command->json, "data", &hex, &complaint);
    if (!complained(&complaint) && hex != NULL) {
        write_memory((uint32_t)address, hex, &complaint);
    } else if (!complained(&complaint)) {
        read_memory(board, (uint32_t)address, (uint32_t)size, answer, &complaint);
    }
    (void)answer_complaint(answer, &complaint);
    return ANSWERED;
}

static void add_words(struct board *board, int bank, uint32_t word, uint32_t count, cJSON *answer)
{
    /* what is mapped at the lower half is physical bank 1 unless the banks are swapped */
    const uint8_t *bytes = flash_mapped(board, (bank == 1) != flash_swapped(board));
    char *letters = malloc(count + 1);

    json_add_hex(answer, "data", bytes + word * 32u, count * 32u);
    if (letters == NULL) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        letters[i] = flash_word_letter(board, bank, word + i);
    }
    letters[count] = '\0';
    cJSON_AddStringToObject(answer, "states", letters);
    free(letters);
}

enum outcome control_do_flash(struct board *board, struct command *command, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    uint64_t bank = 0, word = 0, count = 1;

    take_place(command->json, &bank, "word", BANK_WORDS_ - 1, &word, &complaint);
    (void)json_number(command->json, "count", BANK_WORDS_, &count, &complaint);
    if (word + count > BANK_WORDS_ || count == 0) {
        complain_of(&complaint, "the last word is 32767",
                    "count: the bank ends %llu words after that word",
                    (unsigned long long)(BANK_WORDS_ - word));
    }
    if (!answer_complaint(answer, &complaint)) {
        add_words(board, (int)bank - 1, (uint32_t)word, (uint32_t)count, answer);
    }
    return ANSWERED;
}
