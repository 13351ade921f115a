/* fuzz_control.c - lines as a client of the control socket sends them: cut into pieces, parsed,
 * their parameters taken and answered.
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -std=gnu11 -Ivboard/src
 *         vboard/tests/fuzz_control.c vboard/src/control_json.c vboard/src/control_text.c
 *         -lcjson -o fuzz_control
 *
 * Input: the first byte is the size of the pieces, the rest is what arrives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "control_parts.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each kind of parameter is taken from every command, and its answer is made. */
static enum outcome take_all(const cJSON *json, cJSON *answer)
{
    struct complaint complaint = {.text = ""};
    uint64_t number = 0;
    bool boolean = false;
    const char *text = NULL;
    char difference[200];

    (void)json_needed(json, "id", &complaint);
    (void)json_number(json, "number", UINT32_MAX, &number, &complaint);
    if (number > UINT32_MAX) {
        abort();
    }
    (void)json_boolean(json, "on", &boolean, &complaint);
    if (json_text(json, "text", &text, &complaint)) {
        json_add_bytes(answer, "text", (const uint8_t *)text, strlen(text));
        json_add_hex(answer, "hex", (const uint8_t *)text, strlen(text));
    }
    json_check_keys(json, " id cmd number on text expect ", "fuzz", &complaint);
    (void)answer_complaint(answer, &complaint);
    (void)json_holds(answer, json, difference, sizeof difference);
    return ANSWERED;
}

/* What came in with any bytes that are no text must go out as JSON. */
static void answer_line(const char *line, size_t size)
{
    const char *end = NULL;
    cJSON *json =
        strlen(line) == size ? cJSON_ParseWithLengthOpts(line, size + 1, &end, true) : NULL;
    cJSON *answer = cJSON_CreateObject();
    char *text;

    json_add_bytes(answer, "line", (const uint8_t *)line, size);
    if (cJSON_IsObject(json)) {
        (void)take_all(json, answer);
    }
    text = cJSON_PrintUnformatted(answer);
    if (text == NULL || strchr(text, '\n') != NULL) {
        abort(); /* an answer is one line */
    }
    cJSON_free(text);
    cJSON_Delete(answer);
    cJSON_Delete(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = {0};
    size_t piece = size > 0 ? data[0] + 1u : 1, line_size;
    char *line;

    for (size_t at = 1; at < size; at += piece) {
        text_append(&text, (const char *)data + at, size - at < piece ? size - at : piece);
        while ((line = text_line(&text, &line_size)) != NULL) {
            answer_line(line, line_size);
        }
    }
    text_free(&text);
    return 0;
}
